// store: what people do about alerts: lines of their log, and silences.
#include "aggregator/store_people.h"

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
