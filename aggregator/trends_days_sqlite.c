// trends: what a ranking needs of a place's days. A year of a chain is hundreds of thousands of days: whole blocks of 32
// come summed (day_block), the days before and after them through an aggregate of SQL, because handing each row out of
// SQLite takes as long again as reading it, and sums in SQL four times.
#include "aggregator/trends_impl.h"

#include "aggregator/views_impl.h"

#include <sqlite3.h>
#include <string.h>

enum { BLOCK_SHIFT = 5, BLOCK_DAYS = 1 << BLOCK_SHIFT }; // as in the migration 0016

void trend_days_add(struct trend_days *d, int64_t n, int64_t good)
{
    d->n += n;
    d->good += good;
    d->days += n > 0;
    d->good_squares += (double)good * (double)good;
    d->products += (double)good * (double)n;
    d->n_squares += (double)n * (double)n;
}

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
    trend_days_add(d, n, trend_row_good(&r));
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

// ---------------------------------------------------------------- reading

// `s` gives one trend_days. Days of each scale for themselves.
static bool add_unit(struct trends *t, sqlite3_stmt *s, struct trend_days *sums)
{
    struct trend_days d;
    if (views_row(t->v, s)) {
        memcpy(&d, sqlite3_column_blob(s, 0), sizeof d);
        sums->n += d.n;
        sums->good += d.good;
        sums->days += d.days;
        sums->good_squares += d.good_squares;
        sums->products += d.products;
        sums->n_squares += d.n_squares;
    }
    return trends_done(t, s, true);
}

// Asked of the report's own place, which counts what is under it.
static bool find_scale(struct trends *t)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(t->v->st,
                                 "SELECT 1 FROM day_tally WHERE place_id = ?1 AND day >= ?3 AND day < ?4"
                                 " AND name_id = ?2 AND levels BETWEEN 6 AND 10 LIMIT 1",
                                 "dddd", t->place.number, t->question, t->from, t->to);
    t->scale = t->building || store_row(t->v->st, s, &failed) ? SCALE_LONG : SCALE_SHORT;
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

static bool add_days(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_days *sums)
{
    return add_unit(
               t,
               store_bind(t->v->st,
                          "SELECT trend_days(levels, c1, c2, c3, c4, c5) FROM day_tally WHERE place_id = ?1"
                          " AND day >= ?3 AND day < ?4 AND name_id = ?2 AND levels BETWEEN 2 AND 5",
                          "dddd", place, t->question, from, to),
               sums) &&
           (t->scale == SCALE_SHORT ||
            add_unit(
                t,
                store_bind(t->v->st,
                           "SELECT trend_days(levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10) FROM day_tally"
                           " WHERE place_id = ?1 AND day >= ?3 AND day < ?4 AND name_id = ?2"
                           " AND levels BETWEEN 6 AND 10",
                           "dddd", place, t->question, from, to),
                sums));
}

static bool add_blocks(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_days *sums)
{
    sqlite3_stmt *s = store_bind(t->v->st,
                                 "SELECT n, good, days, good_squares, products, n_squares FROM day_block"
                                 " WHERE place_id = ?1 AND block >= ?3 AND block < ?4 AND name_id = ?2",
                                 "dddd", place, t->question, from, to);
    while (views_row(t->v, s)) {
        sums->n += sqlite3_column_int64(s, 0);
        sums->good += sqlite3_column_int64(s, 1);
        sums->days += sqlite3_column_int64(s, 2);
        sums->good_squares += sqlite3_column_double(s, 3);
        sums->products += sqlite3_column_double(s, 4);
        sums->n_squares += sqlite3_column_double(s, 5);
    }
    return trends_done(t, s, true);
}

bool trends_load_unit(struct trends *t, int32_t place, struct trend_unit *ret_u)
{
    if (t->reason.option != 0) {
        return trends_load_reason_unit(t, place, ret_u);
    }
    if (t->scale == SCALE_UNKNOWN && !find_scale(t)) {
        return false;
    }
    struct trend_days sums = {.n = 0};
    int32_t first = (t->from + BLOCK_DAYS - 1) >> BLOCK_SHIFT, end = t->to >> BLOCK_SHIFT; // whole ones
    bool ok = first >= end ? add_days(t, place, t->from, t->to, &sums)
                           : add_days(t, place, t->from, first * BLOCK_DAYS, &sums) &&
                                 add_blocks(t, place, first, end, &sums) &&
                                 add_days(t, place, end * BLOCK_DAYS, t->to, &sums);
    *ret_u = (struct trend_unit){.id = place, .n = sums.n, .good = sums.good};
    trend_unit_days(ret_u, (size_t)sums.days, sums.good_squares, sums.products, sums.n_squares);
    return ok;
}
