// store: verdicts. Presses of one kiosk stand in the order of their epoch's seq, which is that of the
// presses.
#include "aggregator/store_impl.h"
#include "aggregator/store_import.h"

#include <stdio.h>
#include <string.h>

enum { VERSION_BITS = 8 }; // of `given`, one field a rule: versions are 1..127

// The answers of one pack. False: the callback has had enough, or the pack is damaged (*failed).
static bool each_of_pack(struct store *st, sqlite3_stmt *s,
                         bool (*each)(void *ctx, const struct store_unjudged *u), void *ctx, bool *failed)
{
    struct pack_reader r;
    struct packed p;
    bool damaged = false, go = true;
    struct store_unjudged u = {.pack = sqlite3_column_int64(s, 0), .epoch_id = sqlite3_column_int(s, 1)};
    pack_read(&r, sqlite3_column_blob(s, 5), (size_t)sqlite3_column_bytes(s, 5), sqlite3_column_int(s, 3),
              u.pack, sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 4));
    while (go && pack_next(&r, &p, &damaged)) {
        u.voids = p.kind == EVENT_VOID;
        u.seq = u.voids ? p.voids : p.seq;
        go = each(ctx, &u);
    }
    if (damaged) {
        *failed = true;
        st->error = STORE_DAMAGED;
        snprintf(st->why, sizeof st->why, "the pack of event %lld is damaged", (long long)u.pack);
    }
    return go && !damaged;
}

bool store_each_unjudged(struct store *st, int64_t after, int limit,
                         bool (*each)(void *ctx, const struct store_unjudged *u), void *ctx)
{
    bool failed = !store_flush_events(st), go = true;
    int count = 0;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT event_id, epoch_id, first_seq, n, arrived, data FROM pack WHERE "
                                 "event_id > ?1 ORDER BY event_id",
                                 "i", after);
    while (go && count < limit && store_row(st, s, &failed)) {
        count += sqlite3_column_int(s, 3);
        go = each_of_pack(st, s, each, ctx, &failed);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

static struct store_press read_press(sqlite3_stmt *s)
{
    struct store_press p = {.event_id = sqlite3_column_int64(s, 0),
                            .seq = sqlite3_column_int64(s, 1),
                            .epoch_id = sqlite3_column_int(s, 10)};
    int64_t given = sqlite3_column_int64(s, 9);
    p.p = (struct verdict_press){.place = sqlite3_column_int(s, 2),
                                 .at = sqlite3_column_int64(s, 3),
                                 .score = sqlite3_column_int(s, 4),
                                 .of = sqlite3_column_int(s, 5),
                                 .unsure = (sqlite3_column_int(s, 6) & EVENT_UNSURE) != 0,
                                 .since_ms =
                                     sqlite3_column_type(s, 7) == SQLITE_NULL ? -1 : sqlite3_column_int(s, 7),
                                 .fingers = sqlite3_column_int(s, 8)};
    for (int i = 0; i < VERDICT_RULES; i++) {
        p.given[i] = (int)(given >> (VERSION_BITS * i) & ((1 << VERSION_BITS) - 1));
    }
    return p;
}

// What was imported was no press here: nothing can be said of it.
static bool judged(struct store *st, int32_t epoch_id, bool *ret)
{
    bool import;
    bool ok = store_flush_epoch(st, epoch_id) && store_is_import(st, epoch_id, &import);
    *ret = ok && !import;
    return ok;
}

static bool each_press(struct store *st, sqlite3_stmt *s, store_press_fn *each, void *ctx)
{
    bool failed = s == NULL, go = true;
    while (go && store_row(st, s, &failed)) {
        struct store_press p = read_press(s);
        go = each(ctx, &p);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

#define PRESSES                                                                                              \
    "SELECT e.event_id, seq, place_id, e.at, score, levels, flags, json_extract(body, '$.since'),"           \
    " json_extract(body, '$.fingers'), (SELECT sum(version << (8 * rule)) FROM verdict v"                    \
    " WHERE v.event_id = e.event_id), epoch_id FROM event e WHERE kind = 0 AND visit = seq AND (flags & "    \
    "92) = 0"

bool store_presses_down(struct store *st, int32_t epoch_id, int64_t below, store_press_fn *each, void *ctx)
{
    bool any;
    return judged(st, epoch_id, &any) &&
           (!any || each_press(st,
                      store_bind(st, PRESSES " AND epoch_id = ?1 AND seq < ?2 ORDER BY seq DESC", "di",
                                 epoch_id, below),
                      each, ctx));
}

bool store_presses_up(struct store *st, int32_t epoch_id, int64_t from, store_press_fn *each, void *ctx)
{
    bool any;
    return judged(st, epoch_id, &any) &&
           (!any || each_press(
               st,
               store_bind(st, PRESSES " AND epoch_id = ?1 AND seq >= ?2 ORDER BY seq", "di", epoch_id, from),
               each, ctx));
}

bool store_put_verdict(struct store *st, const struct store_press *p, enum verdict_rule rule, int version,
                       wall_ms at)
{
    if (version == 0) {
        return store_run(st, "DELETE FROM verdict WHERE event_id = ?1 AND rule = ?2", "id", p->event_id,
                         (int)rule);
    }
    return store_run(st,
                     "INSERT INTO verdict VALUES(?1, ?2, ?3, ?4, ?5, ?6)"
                     " ON CONFLICT DO UPDATE SET version = excluded.version, at = excluded.at",
                     "iddidi", p->event_id, (int)rule, version, at, p->epoch_id, p->seq);
}

bool store_drop_verdicts(struct store *st, int32_t epoch_id, int64_t seq)
{
    return store_flush_events(st) &&
           store_run(st,
                     "DELETE FROM verdict WHERE event_id IN"
                     " (SELECT event_id FROM event WHERE epoch_id = ?1 AND seq = ?2 AND (flags & ?3) <> 0)",
                     "did", epoch_id, seq, (int)EVENT_VOIDED);
}
