// store: the outbox of notifications.
#include "aggregator/store_outgoing.h"

#include "aggregator/store_impl.h"

#include <string.h>

const char *outgoing_state_name(enum outgoing_state s)
{
    static const char *const names[] = {"waiting", "sent", "dead", "dropped"};
    return names[s];
}

#define COLUMNS                                                                                              \
    "SELECT outgoing_id, id, channel, alert, event, who, at, deadline, state, attempts, next_at, "           \
    "coalesce(ended_at, 0),"                                                                                 \
    " reply, together FROM outgoing "

static void read_row(sqlite3_stmt *s, struct outgoing *o)
{
    *o = (struct outgoing){.number = sqlite3_column_int64(s, 0),
                           .event = (enum channel_event)sqlite3_column_int(s, 4),
                           .at = sqlite3_column_int64(s, 6),
                           .deadline = sqlite3_column_int64(s, 7),
                           .state = (enum outgoing_state)sqlite3_column_int(s, 8),
                           .attempts = sqlite3_column_int(s, 9),
                           .next_at = sqlite3_column_int64(s, 10),
                           .ended_at = sqlite3_column_int64(s, 11)};
    store_copy(s, 1, o->id, sizeof o->id);
    store_copy(s, 2, o->channel.s, sizeof o->channel.s);
    store_copy(s, 3, o->alert.s, sizeof o->alert.s);
    store_copy(s, 5, o->who, sizeof o->who);
    store_copy(s, 12, o->reply, sizeof o->reply);
    store_copy(s, 13, o->together, sizeof o->together);
}

static bool read_one(struct store *st, sqlite3_stmt *s, struct outgoing *ret_o, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        read_row(s, ret_o);
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- the core's

static bool put(struct store *st, const struct outgoing *o, int64_t lead)
{
    return store_run(
        st,
        "INSERT INTO outgoing(outgoing_id, id, channel, alert, event, who, at, deadline, next_at, together, lead)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
        "itttdtiiiti", st->next_outgoing++, o->id, o->channel.s, o->alert.s, (int)o->event, o->who, o->at,
        o->deadline, o->next_at != 0 ? o->next_at : o->at, o->together, lead);
}

bool store_outgoing_put(struct store *st, const struct outgoing *o)
{
    return put(st, o, 0);
}

bool store_outgoing_join(struct store *st, struct outgoing *o, wall_ms now)
{
    bool failed = false;
    int64_t lead = 0;
    // One whose alert has a row before it that still waits stays behind that.
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT outgoing_id, next_at, deadline FROM outgoing l WHERE channel = ?1 AND together = ?2"
                                 " AND event = ?3 AND lead = 0 AND state = 0 AND attempts = 0 AND next_at > ?4 AND NOT EXISTS"
                                 " (SELECT 1 FROM outgoing e WHERE e.alert = ?5 AND e.channel = ?1 AND e.state = 0)"
                                 " ORDER BY outgoing_id LIMIT 1",
                                 "ttdit", o->channel.s, o->together, (int)o->event, now + OUTGOING_JOIN_MS, o->alert.s);
    if (store_row(st, s, &failed)) {
        lead = sqlite3_column_int64(s, 0);
        o->next_at = sqlite3_column_int64(s, 1);
        o->deadline = sqlite3_column_int64(s, 2);
        sqlite3_reset(s);
    }
    return !failed && put(st, o, lead);
}

bool store_outgoing_alike(struct store *st, const struct outgoing *o, wall_ms since, int64_t *ret_n)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT count(DISTINCT alert) FROM outgoing WHERE channel = ?1 AND together = ?2 AND event = ?3"
                                 " AND at >= ?4 AND state <= ?5 AND alert <> ?6",
                                 "ttdidt", o->channel.s, o->together, (int)o->event, since, (int)OUTGOING_SENT, o->alert.s);
    *ret_n = store_row(st, s, &failed) ? sqlite3_column_int64(s, 0) : 0;
    sqlite3_reset(s);
    return !failed;
}

bool store_each_told(struct store *st, const char *alert, bool (*each)(void *ctx, const char *channel),
                     void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT channel FROM outgoing WHERE alert = ?1 AND event = ?2 AND state <= ?3 ORDER BY outgoing_id",
        "tdd", alert, (int)CHANNEL_RAISED, (int)OUTGOING_SENT);
    while (go && store_row(st, s, &failed)) {
        go = each(ctx, (const char *)sqlite3_column_text(s, 0));
    }
    sqlite3_reset(s);
    return go && !failed;
}

bool store_outgoing_outcome(struct store *st, const struct outgoing_outcome *o, wall_ms now,
                            struct outgoing *ret_o, bool *ret_found)
{
    sqlite3_stmt *s = store_bind(st, COLUMNS "WHERE outgoing_id = ?1 AND state = 0", "i", o->number);
    if (!read_one(st, s, ret_o, ret_found)) {
        return false;
    }
    if (!*ret_found) {
        return true;
    }
    if (!store_run(st,
                   "UPDATE outgoing SET state = ?2, attempts = ?3, next_at = iif(?2 = 0, ?4, next_at),"
                   " ended_at = nullif(?5, 0), reply = ?6 WHERE outgoing_id = ?1",
                   "iddiit", o->number, (int)o->state, o->attempts, o->next_at,
                   o->state != OUTGOING_WAITING ? now : (wall_ms)0, o->reply)) {
        return false;
    }
    if (o->state != OUTGOING_WAITING &&
        (!store_run(st,
                    "UPDATE outgoing SET state = ?2, attempts = ?3, ended_at = ?4, reply = ?5"
                    " WHERE lead = ?1 AND state = 0 AND outgoing_id <= ?6",
                    "idditi", o->number, (int)o->state, o->attempts, now, o->reply, o->through) ||
         !store_run(st, "UPDATE outgoing SET lead = 0 WHERE lead = ?1 AND state = 0", "i", o->number))) {
        return false;
    }
    // Who did not hear of the raise is not told of the rest.
    return o->state != OUTGOING_DEAD || ret_o->event != CHANNEL_RAISED ||
           store_run(st,
                     "UPDATE outgoing SET state = ?3, ended_at = ?4 WHERE channel = ?2 AND state = 0 AND alert IN"
                     " (SELECT alert FROM outgoing WHERE (outgoing_id = ?1 OR lead = ?1) AND state = ?5)",
                     "itdid", o->number, ret_o->channel.s, (int)OUTGOING_DROPPED, now, (int)OUTGOING_DEAD);
}

bool store_outgoing_prune(struct store *st, wall_ms now)
{
    return store_run(st, "DELETE FROM outgoing WHERE state <> 0 AND ended_at < ?1", "i",
                     now - OUTGOING_KEEP_MS);
}

// ---------------------------------------------------------------- readers'

static bool least(struct store *st, sqlite3_stmt *s, wall_ms *ret)
{
    bool failed = false;
    *ret = INT64_MAX;
    if (store_row(st, s, &failed)) {
        *ret = sqlite3_column_type(s, 0) != SQLITE_NULL ? sqlite3_column_int64(s, 0) : INT64_MAX;
        sqlite3_reset(s);
    }
    return !failed;
}

#define FIRST_OF_ALERT                                                                                       \
    " AND (alert = '' OR NOT EXISTS (SELECT 1 FROM outgoing e WHERE e.alert = outgoing.alert AND e.channel " \
    "="                                                                                                      \
    " outgoing.channel AND e.state = 0 AND e.outgoing_id < outgoing.outgoing_id))"

bool store_outgoing_next(struct store *st, const char *channel, wall_ms now, int64_t most_ms, bool only_tests,
                         struct outgoing *ret_o, bool *ret_found, wall_ms *ret_next)
{
    *ret_next = INT64_MAX;
    sqlite3_stmt *s =
        store_bind(st,
                   COLUMNS "WHERE channel = ?1 AND state = 0 AND lead = 0 AND (next_at <= ?2 OR next_at > ?3)"
                           " AND deadline > ?2 AND (alert = '' OR NOT ?4)" FIRST_OF_ALERT
                           " ORDER BY alert <> '', event = ?5, next_at, outgoing_id LIMIT 1",
                   "tiidd", channel, now, now + most_ms, (int)only_tests, (int)CHANNEL_REPORT);
    return read_one(st, s, ret_o, ret_found) &&
           (*ret_found ||
            least(st,
                  store_bind(
                      st,
                      "SELECT min(next_at) FROM outgoing WHERE channel = ?1 AND state = 0 AND lead = 0 AND next_at > ?2"
                      " AND deadline > ?2" FIRST_OF_ALERT,
                      "ti", channel, now),
                  ret_next));
}

// The rows of a message: ?1 its number, ?2 channel, ?3 together, ?4 event, ?5 since, ?6 sent.
#define MEMBERS                                                                                              \
    "WITH RECURSIVE member(outgoing_id, place_id, kiosk_id) AS (SELECT outgoing_id, place_id, kiosk_id"      \
    " FROM outgoing o JOIN alert a ON a.id = o.alert WHERE outgoing_id = ?1 OR (lead = ?1 AND o.state = 0)"  \
    " OR (channel = ?2 AND together = ?3 AND event = ?4 AND at >= ?5 AND o.state = ?6)),"                    \
    " up(start, place_id, depth) AS (SELECT DISTINCT place_id, place_id, 0 FROM member UNION ALL"            \
    " SELECT start, parent_id, depth + 1 FROM up JOIN place USING(place_id)"                                 \
    " WHERE parent_id IS NOT NULL AND depth < 32) "

static sqlite3_stmt *bind_members(struct store *st, const char *sql, const struct outgoing *o, wall_ms since)
{
    return store_bind(st, sql, "ittdid", o->number, o->channel.s, o->together, (int)o->event, since, (int)OUTGOING_SENT);
}

bool store_outgoing_together(struct store *st, const struct outgoing *o, wall_ms since, struct outgoing_together *ret_t,
                             bool (*each)(void *ctx, const char *kiosk, const char *branch), void *ctx)
{
    bool failed = false, go = true;
    struct outgoing_together t = {.alerts = 0};
    sqlite3_stmt *s = bind_members(st, MEMBERS "SELECT p.name FROM up JOIN place p USING(place_id) GROUP BY place_id"
                                               " HAVING count(DISTINCT start) = (SELECT count(DISTINCT place_id) FROM member)"
                                               " ORDER BY min(depth) LIMIT 1", o, since);
    if (store_row(st, s, &failed)) {
        store_copy(s, 0, t.area, sizeof t.area);
        sqlite3_reset(s);
    }
    s = bind_members(st, MEMBERS "SELECT count(*), count(DISTINCT place_id), max(outgoing_id) FROM member", o, since);
    if (!failed && store_row(st, s, &failed)) {
        t.alerts = sqlite3_column_int64(s, 0);
        t.branches = sqlite3_column_int64(s, 1);
        t.through = sqlite3_column_int64(s, 2);
        sqlite3_reset(s);
    }
    s = bind_members(st, MEMBERS "SELECT coalesce(k.name, ''), p.name FROM member m JOIN place p USING(place_id)"
                                 " LEFT JOIN kiosk k ON k.kiosk_id = nullif(m.kiosk_id, 0) ORDER BY m.outgoing_id", o, since);
    while (go && !failed && store_row(st, s, &failed)) {
        go = each(ctx, (const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1));
    }
    sqlite3_reset(s);
    *ret_t = t;
    return !failed;
}

bool store_outgoing_expired(struct store *st, wall_ms now, struct outgoing *ret_list, int *ret_count,
                            wall_ms *ret_next)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, COLUMNS "WHERE state = 0 AND lead = 0 AND deadline <= ?1 ORDER BY outgoing_id LIMIT ?2", "id", now,
                   (int)OUTGOING_EXPIRED_MAX);
    *ret_count = 0;
    while (store_row(st, s, &failed)) {
        read_row(s, &ret_list[(*ret_count)++]);
    }
    return !failed &&
           least(st,
                 store_bind(st, "SELECT min(deadline) FROM outgoing WHERE state = 0 AND lead = 0 AND deadline > ?1", "i",
                            now),
                 ret_next);
}

bool store_outgoing_by_id(struct store *st, const char *id, struct outgoing *ret_o, bool *ret_found)
{
    return read_one(st, store_bind(st, COLUMNS "WHERE id = ?1", "t", id), ret_o, ret_found);
}

bool store_each_dead(struct store *st, int most, bool (*each)(void *ctx, const struct outgoing *o), void *ctx)
{
    bool failed = false, go = true;
    struct outgoing o;
    sqlite3_stmt *s = store_bind(st, COLUMNS "WHERE state = ?1 AND event <> ?2 ORDER BY ended_at DESC LIMIT ?3", "ddd",
                                 (int)OUTGOING_DEAD, (int)CHANNEL_TEST, most);
    while (go && store_row(st, s, &failed)) {
        read_row(s, &o);
        go = each(ctx, &o);
    }
    sqlite3_reset(s);
    return go && !failed;
}

bool store_outgoing_counts(struct store *st, const char *channel, wall_ms now, struct outgoing_counts *ret_c)
{
    bool failed = false;
    *ret_c = (struct outgoing_counts){.waiting = 0};
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT coalesce(sum(state = 0), 0), coalesce(sum(state = 1 AND ended_at >= ?2), 0),"
                   " coalesce(sum(state = 2 AND event <> ?3 AND ended_at >= ?2), 0),"
                   " coalesce(max(iif(state = 1, ended_at, 0)), 0) FROM outgoing"
                   " WHERE ?1 = '' OR channel = ?1",
                   "tid", channel, now - OUTGOING_FRESH_MS, (int)CHANNEL_TEST);
    if (store_row(st, s, &failed)) {
        ret_c->waiting = sqlite3_column_int64(s, 0);
        ret_c->sent = sqlite3_column_int64(s, 1);
        ret_c->dead = sqlite3_column_int64(s, 2);
        ret_c->last_sent = sqlite3_column_int64(s, 3);
        sqlite3_reset(s);
    }
    s = store_bind(
        st,
        "SELECT attempts, reply FROM outgoing WHERE state = 0 AND attempts > 0 AND (?1 = '' OR channel = ?1)"
        " ORDER BY attempts DESC, outgoing_id LIMIT 1",
        "t", channel);
    if (!failed && store_row(st, s, &failed)) {
        ret_c->attempts = sqlite3_column_int(s, 0);
        store_copy(s, 1, ret_c->reply, sizeof ret_c->reply);
        sqlite3_reset(s);
    }
    return !failed;
}
