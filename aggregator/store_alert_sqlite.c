// store: alerts, their log and the engine's memory.
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <string.h>

static bool alert_number(struct store *st, const char *id, int64_t *ret_number)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT alert_id FROM alert WHERE id = ?1", "t", id);
    *ret_number = 0;
    if (store_row(st, s, &failed)) {
        *ret_number = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_alert_change(struct store *st, const struct store_alert *a)
{
    int64_t number;
    if (!alert_number(st, a->id.s, &number)) {
        return false;
    }
    if (number == 0) {
        number = st->next_alert++;
        if (!store_run(st,
                       "INSERT INTO alert(alert_id, id, rule_id, rule_version, place_id, kiosk_id, state, "
                       "since, opened,"
                       " raised) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                       "itddddtiii", number, a->id.s, a->rule, a->version, a->place, a->kiosk, a->to,
                       a->since, a->opened, a->raised)) {
            return false;
        }
    }
    bool acknowledged = strcmp(a->action, "ack") == 0; // not by another alarm, or when data are back
    bool closed = a->closed != 0;
    return store_run(
               st,
               "UPDATE alert SET state = ?2, since = ?3, raised = ?4, closed = nullif(?5, 0),"
               " closed_by = iif(?5 = 0, NULL, ?6), flaps = ?7, first_event = ?8, last_event = ?9, n = ?10,"
               " unhappy = ?11, points = ?12, point_limit = ?13, point_start = ?14,"
               " judged = iif(?15 = '', judged, ?15) WHERE alert_id = ?1",
               "itiiitiiiiiiiit", number, a->to, a->since, a->raised, a->closed, closed ? a->who : "", a->flaps,
               a->first_event, a->last_event, a->n, a->unhappy, a->points, a->limit, a->start,
               a->judged != NULL ? a->judged : "") &&
           (!acknowledged ||
            store_run(st, "UPDATE alert SET ack_by = ?2, ack_at = ?3, ack_until = ?4 WHERE alert_id = ?1",
                      "itii", number, a->who, a->at, a->ack_until)) &&
           (strcmp(a->action, "ack-expired") != 0 ||
            store_run(st,
                      "UPDATE alert SET ack_by = NULL, ack_at = NULL, ack_until = NULL WHERE alert_id = ?1",
                      "i", number)) &&
           store_run(st, "INSERT INTO alert_log(log_id, alert_id, at, action, who, from_state, to_state, text, n, unhappy, points)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                     "iiitttttiii", st->next_log++, number, a->at, a->action, a->who, a->from, a->to, a->text,
                     a->n, a->unhappy, a->points);
}

bool store_alert_comment(struct store *st, const char *id, wall_ms at, const char *action, const char *who,
                         const char *text, bool *ret_found)
{
    int64_t number;
    if (!alert_number(st, id, &number)) {
        return false;
    }
    *ret_found = number != 0;
    return number == 0 || store_run(st,
                                    "INSERT INTO alert_log(log_id, alert_id, at, action, who, text)"
                                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                                    "iiittt", st->next_log++, number, at, action, who, text);
}

bool store_each_open_alert(struct store *st, bool (*each)(void *ctx, const struct store_alert *a), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT id, rule_id, rule_version, place_id, kiosk_id, state, since, opened, raised,"
                   " first_event, last_event, coalesce(ack_until, 0) FROM alert WHERE closed IS NULL ORDER BY alert_id",
                   "");
    while (go && store_row(st, s, &failed)) {
        struct store_alert a = {
            .rule = sqlite3_column_int(s, 1),
            .version = sqlite3_column_int(s, 2),
            .place = sqlite3_column_int(s, 3),
            .kiosk = sqlite3_column_int(s, 4),
            .to = (const char *)sqlite3_column_text(s, 5),
            .since = sqlite3_column_int64(s, 6),
            .opened = sqlite3_column_int64(s, 7),
            .raised = sqlite3_column_int64(s, 8),
            .first_event = sqlite3_column_int64(s, 9),
            .last_event = sqlite3_column_int64(s, 10),
            .ack_until = sqlite3_column_int64(s, 11),
        };
        store_copy(s, 0, a.id.s, sizeof a.id.s);
        go = each(ctx, &a);
    }
    return go && !failed;
}

bool store_put_rule_state(struct store *st, int32_t rule, int32_t place, int32_t kiosk, const char *text)
{
    return store_run(
        st, "INSERT INTO rule_state VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET state = excluded.state",
        "dddt", rule, place, kiosk, text);
}

bool store_each_rule_state(struct store *st, bool (*each)(void *ctx, const char *text), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st, "SELECT state FROM rule_state ORDER BY rule_id, place_id, kiosk_id", "");
    while (go && store_row(st, s, &failed)) {
        go = each(ctx, (const char *)sqlite3_column_text(s, 0));
    }
    return go && !failed;
}
