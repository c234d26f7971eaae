// store: the improvement log.
#include "aggregator/store_improvement.h"

#include "aggregator/store_impl.h"

#include <string.h>

const char *const improvement_kinds[] = {"change", "training", "campaign", "other", NULL};

bool store_improvement(struct store *st, int64_t number, struct improvement *ret_i, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT revision, place_id, kind, day, what, why, withdrawn FROM improvement"
                                 " WHERE improvement_id = ?1 ORDER BY revision DESC LIMIT 1",
                                 "i", number);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_i = (struct improvement){.number = number,
                                      .revision = sqlite3_column_int(s, 0),
                                      .place = sqlite3_column_int(s, 1),
                                      .kind = IMPROVEMENT_OTHER,
                                      .day = sqlite3_column_int(s, 3),
                                      .withdrawn = sqlite3_column_int(s, 6) != 0};
        for (int k = 0; k < IMPROVEMENT_KINDS; k++) {
            if (strcmp((const char *)sqlite3_column_text(s, 2), improvement_kinds[k]) == 0) {
                ret_i->kind = (enum improvement_kind)k;
            }
        }
        store_copy(s, 4, ret_i->what, sizeof ret_i->what);
        store_copy(s, 5, ret_i->why, sizeof ret_i->why);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_put_improvement(struct store *st, const struct improvement *i, const char *who, wall_ms now,
                           int64_t *ret_number)
{
    bool failed = false;
    int64_t number = i->number;
    if (number == 0) {
        sqlite3_stmt *s = store_bind(st, "SELECT coalesce(max(improvement_id), 0) + 1 FROM improvement", "");
        if (!store_row(st, s, &failed)) {
            return false;
        }
        number = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    if (!store_run(st, "INSERT INTO improvement VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                   "iddtdtttid", number, i->revision, i->place, improvement_kinds[i->kind], i->day, i->what,
                   i->why, who, now, (int)i->withdrawn)) {
        return false;
    }
    *ret_number = number;
    return true;
}
