// store: what is usual at a place, and how often each kiosk is voted on, for the rules that compare with it.
#include "aggregator/store_impl.h"

enum { QUARTER_MS = 900000 };

bool store_each_rate(struct store *st, wall_ms from, wall_ms to,
                     bool (*each)(void *ctx, int32_t kiosk, int64_t quarter, int64_t n), void *ctx)
{
    bool failed = !store_flush_tallies(st), go = true;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT kiosk_id, quarter, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11)"
                   " FROM tally WHERE quarter >= ?1 AND quarter < ?2 GROUP BY kiosk_id, quarter"
                   " ORDER BY kiosk_id, quarter",
                   "ii", from / QUARTER_MS, to / QUARTER_MS);
    while (go && store_row(st, s, &failed)) {
        go = each(ctx, sqlite3_column_int(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2));
    }
    return go && !failed;
}

bool store_usual(struct store *st, int32_t place, const char *question, int top_faces, int64_t from, int64_t to,
                 int64_t *ret_n, int64_t *ret_unhappy)
{
    bool failed = !store_flush_tallies(st);
    sqlite3_stmt *s = store_bind(
        st,
        "WITH f(levels, worse, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) AS (SELECT levels,"
        " levels - iif(levels < 4, 1, ?3), sum(c1), sum(c2), sum(c3), sum(c4), sum(c5), sum(c6), sum(c7), sum(c8),"
        " sum(c9), sum(c10), sum(c11) FROM day_tally WHERE place_id = ?1 AND day >= ?4 AND day < ?5"
        " AND (?2 = '' OR name_id = (SELECT name_id FROM name WHERE id = ?2)) GROUP BY levels)"
        " SELECT coalesce(sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11), 0),"
        " coalesce(sum(c1 * (worse >= 1) + c2 * (worse >= 2) + c3 * (worse >= 3) + c4 * (worse >= 4)"
        " + c5 * (worse >= 5) + c6 * (worse >= 6) + c7 * (worse >= 7) + c8 * (worse >= 8) + c9 * (worse >= 9)"
        " + c10 * (worse >= 10)), 0) FROM f",
        "dtdii", place, question, top_faces, from, to);
    if (store_row(st, s, &failed)) {
        *ret_n = sqlite3_column_int64(s, 0);
        *ret_unhappy = sqlite3_column_int64(s, 1);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_usual_hours(struct store *st, int32_t place, const char *question, int top_faces, int64_t from, int64_t to,
                       int64_t sum[HOURS_WEEK][2])
{
    bool failed = !store_flush_tallies(st);
    sqlite3_stmt *s = store_bind(
        st,
        "WITH f(hour, worse, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11) AS (SELECT (day + 4) % 7 * 24 + hour,"
        " levels - iif(levels < 4, 1, ?3), c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM hour_tally"
        " WHERE place_id = ?1 AND day >= ?4 AND day < ?5"
        " AND (?2 = '' OR name_id = (SELECT name_id FROM name WHERE id = ?2)))"
        " SELECT hour, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11),"
        " sum(c1 * (worse >= 1) + c2 * (worse >= 2) + c3 * (worse >= 3) + c4 * (worse >= 4)"
        " + c5 * (worse >= 5) + c6 * (worse >= 6) + c7 * (worse >= 7) + c8 * (worse >= 8) + c9 * (worse >= 9)"
        " + c10 * (worse >= 10)) FROM f GROUP BY hour",
        "dtdii", place, question, top_faces, from, to);
    while (!failed && store_row(st, s, &failed)) {
        int hour = sqlite3_column_int(s, 0);
        if (hour >= 0 && hour < HOURS_WEEK) {
            sum[hour][0] += sqlite3_column_int64(s, 1);
            sum[hour][1] += sqlite3_column_int64(s, 2);
        }
    }
    return !failed;
}
