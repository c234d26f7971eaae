// store: what people do about alerts: lines of their log.
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
