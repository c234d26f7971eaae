// trends: what a ranking needs of a place's days, as an aggregate of SQL. A ranking of a chain reads hundreds of
// thousands of days: handing each row out of SQLite takes as long again as reading it, and sums in SQL thrice.
#include "aggregator/trends_impl.h"

#include <sqlite3.h>

// Arguments: levels, then the counts from the worst level on, as many as the most that the rows may have.
static void add_day(sqlite3_context *c, int count, sqlite3_value **values)
{
    struct trend_days *d = sqlite3_aggregate_context(c, sizeof *d);
    struct trend_row r = {.levels = sqlite3_value_int(values[0])};
    int64_t n = 0;
    if (d == NULL || r.levels < 2 || r.levels >= count) {
        sqlite3_result_error(c, "trend_days: out of memory, or levels without their counts", -1);
        return;
    }
    for (int i = 0; i < r.levels; i++) {
        r.c[i] = sqlite3_value_int64(values[1 + i]);
        n += r.c[i];
    }
    int64_t good = trend_row_good(&r);
    d->n += n;
    d->good += good;
    d->days += n > 0;
    d->good_squares += (double)good * (double)good;
    d->products += (double)good * (double)n;
    d->n_squares += (double)n * (double)n;
}

static void end(sqlite3_context *c)
{
    struct trend_days none = {.n = 0}, *d = sqlite3_aggregate_context(c, 0);
    sqlite3_result_blob(c, d != NULL ? d : &none, sizeof none, SQLITE_TRANSIENT);
}

bool trends_register(struct sqlite3 *db)
{
    return sqlite3_create_function(db, "trend_days", -1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, NULL,
                                   add_day, end) == SQLITE_OK;
}
