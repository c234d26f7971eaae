// store: what people do about alerts: lines of their log, and silences.
#include "aggregator/store_people.h"

#include "aggregator/hours.h"
#include "aggregator/store_impl.h"

#include <string.h>

bool store_case(struct store *st, const char *alert, struct store_case *ret_c, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT alert_id, rule_id, rule_version, place_id, kiosk_id, coalesce(closed, 0),"
                   " coalesce(reopened, 0) FROM alert WHERE id = ?1",
                   "t", alert);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_c = (struct store_case){.number = sqlite3_column_int64(s, 0),
                                     .rule = sqlite3_column_int(s, 1),
                                     .version = sqlite3_column_int(s, 2),
                                     .place = sqlite3_column_int(s, 3),
                                     .kiosk = sqlite3_column_int(s, 4),
                                     .closed = sqlite3_column_int64(s, 5),
                                     .reopened = sqlite3_column_int64(s, 6)};
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_case_rule(struct store *st, const struct store_case *a, char ret[STORE_RULE_MAX])
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT body FROM rule WHERE rule_id = ?1 AND version = ?2", "dd",
                                 a->rule, a->version);
    ret[0] = '\0';
    while (store_row(st, s, &failed)) {
        store_copy(s, 0, ret, STORE_RULE_MAX);
    }
    return !failed;
}

bool store_case_given(struct store *st, const struct store_case *a, int64_t *ret_sum)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(
        st, "SELECT coalesce(sum(amount), 0) FROM alert_log WHERE alert_id = ?1 AND action = 'recover'", "i",
        a->number);
    while (store_row(st, s, &failed)) {
        *ret_sum = sqlite3_column_int64(s, 0);
    }
    return !failed;
}

bool store_put_act(struct store *st, const struct store_act *a)
{
    bool begins = strcmp(a->action, "reopen") == 0, ends = strcmp(a->action, "settle") == 0;
    return store_run(st,
                     "INSERT INTO alert_log(log_id, alert_id, at, action, who, subject, amount, text)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                     "iiitttit", st->next_log++, a->number, a->at, a->action, a->who, a->subject, a->amount,
                     a->text) &&
           ((!begins && !ends) ||
            store_run(st, "UPDATE alert SET reopened = nullif(?2, 0) WHERE alert_id = ?1", "ii", a->number,
                      begins ? a->at : (wall_ms)0));
}

// ---------------------------------------------------------------- silences

bool store_put_silence(struct store *st, const struct silence *s, const char *who, const char *reason,
                       wall_ms now, int64_t *ret_id)
{
    bool failed = false;
    sqlite3_stmt *q = store_bind(st, "SELECT coalesce(max(silence_id), 0) + 1 FROM silence", "");
    if (!store_row(st, q, &failed)) {
        return false;
    }
    *ret_id = sqlite3_column_int64(q, 0);
    sqlite3_reset(q);
    return store_run(st, "INSERT INTO silence VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL, NULL)", "idddttii",
                     *ret_id, s->place, s->rule, s->kiosk, who, reason, now, s->until);
}

bool store_end_silence(struct store *st, int64_t id, const char *who, wall_ms now)
{
    return store_run(st, "UPDATE silence SET ended_at = ?2, ended_by = ?3 WHERE silence_id = ?1", "iit", id,
                     now, who);
}

bool store_each_silence(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct silence *s),
                        void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *q = store_bind(st,
                                 "SELECT silence_id, place_id, rule_id, kiosk_id, until_ms FROM silence"
                                 " WHERE ended_at IS NULL AND until_ms > ?1 ORDER BY silence_id",
                                 "i", now);
    while (go && store_row(st, q, &failed)) {
        struct silence s = {.id = sqlite3_column_int64(q, 0),
                            .place = sqlite3_column_int(q, 1),
                            .rule = sqlite3_column_int(q, 2),
                            .kiosk = sqlite3_column_int(q, 3),
                            .until = sqlite3_column_int64(q, 4)};
        go = each(ctx, &s);
    }
    return go && !failed;
}

// ---------------------------------------------------------------- who asked to be called

bool store_put_contact_case(struct store *st, const struct store_contact_case *k)
{
    return store_run(st,
                     "INSERT INTO contact_case(event_id, place_id, kiosk_id, asked, due) VALUES(?1, ?2, ?3, "
                     "?4, nullif(?5, ?6))",
                     "iddiii", k->event, k->place, k->kiosk, k->asked, k->due, HOURS_EVER);
}

bool store_contact_case(struct store *st, int64_t event, int32_t *ret_place, bool *ret_taken)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT place_id, taken_at IS NOT NULL FROM contact_case JOIN contact USING(event_id)"
                   " WHERE event_id = ?1 AND ended_at IS NULL",
                   "i", event);
    *ret_place = 0;
    while (store_row(st, s, &failed)) {
        *ret_place = sqlite3_column_int(s, 0);
        *ret_taken = sqlite3_column_int(s, 1) != 0;
    }
    return !failed;
}

bool store_contact_taker(struct store *st, int64_t event, char *ret_who, size_t n)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT coalesce(taken_by, '') FROM contact_case WHERE event_id = ?1", "i", event);
    ret_who[0] = '\0';
    while (store_row(st, s, &failed)) {
        store_copy(s, 0, ret_who, n);
    }
    return !failed;
}

bool store_take_contact(struct store *st, int64_t event, const char *who, wall_ms now)
{
    return store_run(
        st, "UPDATE contact_case SET taken_at = ?2, taken_by = ?3 WHERE event_id = ?1 AND taken_at IS NULL",
        "iit", event, now, who);
}

bool store_contact_outcome(struct store *st, int64_t event, const char *outcome, const char *note,
                           const char *who, wall_ms now, bool ended)
{
    return store_run(st,
                     "UPDATE contact_case SET outcome = ?2, note = ?3, ended_at = iif(?6, ?5, NULL),"
                     " ended_by = iif(?6, ?4, NULL) WHERE event_id = ?1",
                     "itttid", event, outcome, note, who, now, (int)ended);
}

// ---------------------------------------------------------------- ladders

bool store_put_escalation(struct store *st, const char *alert, int step, const char *channel, wall_ms due)
{
    return store_run(st, "INSERT INTO escalation VALUES(?1, ?2, ?3, ?4, NULL) ON CONFLICT DO NOTHING", "tdti",
                     alert, step, channel, due);
}

bool store_drop_escalations(struct store *st, const char *alert)
{
    return store_run(st, "DELETE FROM escalation WHERE alert = ?1 AND told IS NULL", "t", alert);
}

bool store_each_due_escalation(struct store *st, wall_ms now,
                               bool (*each)(void *ctx, const struct store_escalation *e), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT e.alert, e.channel, e.step, e.due, a.rule_id, a.place_id, a.kiosk_id"
                                 " FROM escalation e JOIN alert a ON a.id = e.alert AND a.state = 'firing'"
                                 " WHERE e.told IS NULL AND e.due <= ?1 ORDER BY e.due",
                                 "i", now);
    while (go && store_row(st, s, &failed)) {
        struct store_escalation e = {.step = sqlite3_column_int(s, 2),
                                     .due = sqlite3_column_int64(s, 3),
                                     .rule = sqlite3_column_int(s, 4),
                                     .place = sqlite3_column_int(s, 5),
                                     .kiosk = sqlite3_column_int(s, 6)};
        store_copy(s, 0, e.alert.s, sizeof e.alert.s);
        store_copy(s, 1, e.channel.s, sizeof e.channel.s);
        go = each(ctx, &e);
    }
    return go && !failed;
}

bool store_told_escalation(struct store *st, const struct store_escalation *e, wall_ms now)
{
    return store_run(st, "UPDATE escalation SET told = ?4 WHERE alert = ?1 AND step = ?2 AND due = ?3",
                     "tdii", e->alert.s, e->step, e->due, now);
}
