#include "aggregator/store_rollups.h"

#include "aggregator/store_impl.h"
#include "aggregator/store_segments.h"

#include <string.h>

enum {
    DAY_QUARTERS = 96,
    EARLIEST_QUARTERS = 56, // a local day begins at most 14 hours before the day of UTC
    HOURS = 24,
    FIRST_DAY = -1000000, // of what is marked
    DAY_ROWS = 64, // read from the answers in the time that a day of rollups takes, about
};

void store_set_tree(struct store *st, const struct rollup_tree *t)
{
    store_recount_stop(st);
    st->tree = *t;
}

// ---------------------------------------------------------------- writing

static bool write_day(struct store *st, const struct rollup *r)
{
    const int64_t *c = r->c;
    return store_run(st,
                     "INSERT INTO day_tally VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                     " ?14, ?15) ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "ddddiiiiiiiiiii", r->place, r->day, r->name, r->what, c[0], c[1], c[2], c[3], c[4],
                     c[5], c[6], c[7], c[8], c[9], c[10]);
}

static bool write_hour(struct store *st, const struct rollup *r)
{
    const int64_t *c = r->c;
    return store_run(st,
                     "INSERT INTO hour_tally VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
                     " ?14, ?15, ?16) ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "dddddiiiiiiiiiii", r->place, r->day, r->what % HOURS, r->name, r->what / HOURS, c[0],
                     c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10]);
}

static bool write_choice(struct store *st, const struct rollup *r)
{
    return store_run(st,
                     "INSERT INTO choice_day VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"
                     " n = n + excluded.n, unhappy = unhappy + excluded.unhappy, happy = happy +"
                     " excluded.happy",
                     "ddddiii", r->place, r->day, r->name, r->what, r->c[NAMED], r->c[NAMED_UNHAPPY],
                     r->c[NAMED_HAPPY]);
}

static bool write_presence(struct store *st, const struct rollup *r)
{
    return store_run(st,
                     "INSERT INTO presence_day VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET"
                     " kiosks = kiosks + excluded.kiosks, ready_ms = ready_ms + excluded.ready_ms",
                     "ddii", r->place, r->day, r->c[PRESENT_KIOSKS], r->c[PRESENT_READY_MS]);
}

static bool write_all(struct store *st, const struct rollups *all)
{
    static bool (*const writers[])(struct store *,
                                   const struct rollup *) = {[ROLLUP_DAY] = write_day,
                                                             [ROLLUP_HOUR] = write_hour,
                                                             [ROLLUP_CHOICE] = write_choice,
                                                             [ROLLUP_PRESENCE] = write_presence,
                                                             [ROLLUP_SEGMENT] = store_write_segment};
    bool ok = true;
    for (int32_t i = 0; ok && i < all->count; i++) {
        ok = rollup_is_zero(&all->items[i]) || writers[all->items[i].kind](st, &all->items[i]);
    }
    return ok;
}

bool store_flush_rollups(struct store *st)
{
    bool ok = write_all(st, &st->rollups) && store_flush_segments(st);
    rollups_clear(&st->rollups);
    return ok;
}

// ---------------------------------------------------------------- what is due

bool store_rollups_mark(struct store *st, int32_t place, bool raw)
{
    store_recount_stop(st); // its days may be other ones
    return store_run(st,
                     "WITH RECURSIVE up(place_id) AS (SELECT place_id FROM place WHERE place_id = ?1"
                     " UNION SELECT p.parent_id FROM up JOIN place p USING(place_id) WHERE p.parent_id IS NOT"
                     " NULL), down(place_id) AS (SELECT place_id FROM place WHERE place_id = ?1 OR ?1 = 0"
                     " UNION SELECT p.place_id FROM down d JOIN place p ON p.parent_id = d.place_id)"
                     " INSERT INTO rollup_due SELECT place_id, -1000000, ?2 FROM (SELECT place_id FROM up"
                     " UNION SELECT place_id FROM down) WHERE true"
                     " ON CONFLICT DO UPDATE SET day = excluded.day, raw = max(raw, excluded.raw)",
                     "dd", place, (int)raw);
}

bool store_rollups_left(struct store *st, int64_t *ret_places)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT count(*) FROM rollup_due", "");
    if (store_row(st, s, &failed)) {
        *ret_places = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- what must be there

// A quarter or a day, the smallest there is; NULL: none.
static bool at_day(struct store *st, sqlite3_stmt *s, int32_t place, bool quarter, int32_t *first,
                   bool *found)
{
    bool failed = false;
    if (store_row(st, s, &failed)) {
        if (sqlite3_column_type(s, 0) != SQLITE_NULL) {
            int32_t day = sqlite3_column_int(s, 0);
            int hour;
            if (quarter) {
                st->tree.local(st->tree.ctx, place, sqlite3_column_int64(s, 0) * ROLLUP_QUARTER_MS, &day,
                               &hour);
            }
            *first = !*found || day < *first ? day : *first;
            *found = true;
        }
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_rollups_next_day(struct store *st, int32_t place, int32_t day, int32_t *ret_day, bool *ret_found)
{
    int64_t quarter = (int64_t)day * DAY_QUARTERS - EARLIEST_QUARTERS;
    int32_t first = day;
    bool found = false;
    bool ok =
        at_day(st,
               store_bind(
                   st,
                   "SELECT quarter FROM tally WHERE place_id = ?1 AND quarter >= ?2 ORDER BY quarter LIMIT 1",
                   "di", place, quarter),
               place, true, &first, &found) &&
        at_day(st,
               store_bind(st,
                          "SELECT quarter FROM choice_tally WHERE place_id = ?1 AND quarter >= ?2"
                          " ORDER BY quarter LIMIT 1",
                          "di", place, quarter),
               place, true, &first, &found) &&
        at_day(
            st,
            store_bind(
                st,
                "WITH p(place_id) AS (SELECT ?1 UNION ALL SELECT place_id FROM place WHERE parent_id = ?1)"
                " SELECT min(day) FROM (SELECT (SELECT day FROM day_tally t WHERE t.place_id = p.place_id"
                " AND t.day >= ?2 ORDER BY day LIMIT 1) AS day FROM p UNION ALL"
                " SELECT (SELECT day FROM hour_tally t WHERE t.place_id = p.place_id AND t.day >= ?2"
                " ORDER BY day LIMIT 1) FROM p UNION ALL"
                " SELECT (SELECT day FROM presence_day t WHERE t.place_id = p.place_id AND t.day >= ?2"
                " ORDER BY day LIMIT 1) FROM p UNION ALL SELECT (SELECT day FROM kiosk_day WHERE place_id ="
                " ?1 AND day >= ?2 ORDER BY day LIMIT 1) UNION ALL"
                " SELECT (SELECT day FROM segment_day t WHERE t.place_id = p.place_id AND t.day >= ?2"
                " ORDER BY day LIMIT 1) FROM p UNION ALL"
                " SELECT (SELECT day FROM choice_day t WHERE t.place_id = p.place_id AND t.day >= ?2"
                " ORDER BY day LIMIT 1) FROM p)",
                "dd", place, day),
            place, false, &first, &found);
    *ret_found = found;
    *ret_day = first < day ? day : first; // a quarter of the night before: its day is done
    return ok;
}

// Counts by quarter hour of the place itself, in days [from, to).
static bool add_own(struct store *st, int32_t place, int32_t from, int32_t to, struct rollups *r)
{
    bool failed = false, ok = true;
    int64_t first = (int64_t)(from - 1) * DAY_QUARTERS, last = (int64_t)(to + 1) * DAY_QUARTERS;
    int32_t day;
    int hour;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT quarter, name_id, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
                   " FROM tally WHERE place_id = ?1 AND quarter >= ?2 AND quarter < ?3",
                   "dii", place, first, last);
    while (ok && store_row(st, s, &failed)) {
        int64_t quarter = sqlite3_column_int64(s, 0), c[ROLLUP_SCORES];
        for (int i = 0; i < ROLLUP_SCORES; i++) {
            c[i] = sqlite3_column_int64(s, 3 + i);
        }
        st->tree.local(st->tree.ctx, place, quarter * ROLLUP_QUARTER_MS, &day, &hour);
        ok = day < from || day >= to ||
             rollups_votes(r, &st->tree, place, false, quarter, sqlite3_column_int(s, 1),
                           sqlite3_column_int(s, 2), c);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    s = store_bind(
        st,
        "SELECT quarter, name_id, option_id, n, unhappy, happy FROM choice_tally WHERE place_id = ?1"
        " AND quarter >= ?2 AND quarter < ?3",
        "dii", place, first, last);
    while (ok && !failed && store_row(st, s, &failed)) {
        int64_t quarter = sqlite3_column_int64(s, 0), n[ROLLUP_NAMED];
        for (int i = 0; i < ROLLUP_NAMED; i++) {
            n[i] = sqlite3_column_int64(s, 3 + i);
        }
        st->tree.local(st->tree.ctx, place, quarter * ROLLUP_QUARTER_MS, &day, &hour);
        ok = day < from || day >= to ||
             rollups_choices(r, &st->tree, place, false, quarter, sqlite3_column_int(s, 1),
                             sqlite3_column_int(s, 2), n);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    s = store_bind(st,
                   "SELECT day, count(*), sum(ready_ms) FROM kiosk_day WHERE place_id = ?1 AND day >= ?2"
                   " AND day < ?3 GROUP BY day",
                   "ddd", place, from, to);
    while (ok && !failed && store_row(st, s, &failed)) {
        ok = rollups_presence(r, &st->tree, place, false, sqlite3_column_int(s, 0),
                              sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2));
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok ? !failed : store_no_memory(st);
}

// Adds the rows of the places right under it, and takes away its own.
static bool add_rows(struct store *st, sqlite3_stmt *s, enum rollup_kind kind, int32_t place,
                     struct rollups *r)
{
    bool failed = false, ok = true;
    while (ok && store_row(st, s, &failed)) {
        struct rollup row = {.kind = kind,
                             .place = place,
                             .day = sqlite3_column_int(s, 1),
                             .name = sqlite3_column_int(s, 2),
                             .what = sqlite3_column_int(s, 3)};
        for (int i = 4; i < sqlite3_column_count(s); i++) {
            row.c[i - 4] = sqlite3_column_int64(s, i);
        }
        ok = rollups_add(r, &row, sqlite3_column_int(s, 0) == place ? -1 : 1);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok ? !failed : store_no_memory(st);
}

#define OF_PLACE_AND_UNDER                                                                                   \
    " WHERE place_id IN (SELECT ?1 UNION ALL SELECT place_id FROM place WHERE parent_id = ?1)"               \
    " AND day >= ?2 AND day < ?3"

// The same by segment: those of the places under it by the list of the place.
static bool add_segments(struct store *st, int32_t place, int32_t from, int32_t to, struct rollups *r)
{
    bool failed = false, ok = true;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT place_id, day, name_id, segment_id, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9,"
                   " c10, c11 FROM segment_day" OF_PLACE_AND_UNDER " AND (place_id <> ?1 OR own = 0)",
                   "ddd", place, from, to);
    while (ok && !failed && store_row(st, s, &failed)) {
        bool its = sqlite3_column_int(s, 0) == place;
        int32_t segment = sqlite3_column_int(s, 3);
        struct rollup row = {.kind = ROLLUP_SEGMENT,
                             .place = place,
                             .day = sqlite3_column_int(s, 1),
                             .name = sqlite3_column_int(s, 2)};
        for (int i = 0; i < ROLLUP_SCORES; i++) {
            row.c[i] = sqlite3_column_int64(s, 5 + i);
        }
        failed = !its && !store_segment_here(st, place, segment, false, &segment);
        row.what = rollup_segment_key(segment, false, sqlite3_column_int(s, 4));
        ok = rollups_add(r, &row, its ? -1 : 1);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok ? !failed : store_no_memory(st);
}

bool store_rollups_difference(struct store *st, int32_t place, int32_t from, int32_t to, struct rollups *ret)
{
    static const struct {
        enum rollup_kind kind;
        const char *sql;
    } tables[] = {
        {ROLLUP_DAY, "SELECT place_id, day, name_id, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
                     " FROM day_tally" OF_PLACE_AND_UNDER},
        {ROLLUP_HOUR, "SELECT place_id, day, name_id, levels * 24 + hour, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
                      " FROM hour_tally" OF_PLACE_AND_UNDER},
        {ROLLUP_CHOICE, "SELECT place_id, day, name_id, option_id, n, unhappy, happy FROM choice_day" OF_PLACE_AND_UNDER},
        {ROLLUP_PRESENCE, "SELECT place_id, day, 0, 0, kiosks, ready_ms FROM presence_day" OF_PLACE_AND_UNDER},
    };
    rollups_clear(ret);
    bool ok = add_own(st, place, from, to, ret);
    for (size_t i = 0; ok && i < sizeof tables / sizeof tables[0]; i++) {
        ok = add_rows(st, store_bind(st, tables[i].sql, "ddd", place, from, to), tables[i].kind, place, ret);
    }
    return ok && add_segments(st, place, from, to, ret);
}

// ---------------------------------------------------------------- building

// Days of segments are those of the clock: a place that gets another one is told anew from its answers.
static bool build_finest(struct store *st, int32_t place, bool raw, int days)
{
    bool done;
    return store_recount(st, place, raw, days * DAY_ROWS, &done) &&
           (!done || store_run(st, "UPDATE rollup_due SET raw = 0, day = ?2 WHERE place_id = ?1", "dd", place,
                               (int)FIRST_DAY + 1));
}

static bool build_days(struct store *st, int32_t place, int32_t day, int days)
{
    bool found;
    struct rollups r = {.items = NULL};
    if (!store_rollups_next_day(st, place, day, &day, &found)) {
        return false;
    }
    if (!found) {
        return store_run(st, "DELETE FROM rollup_due WHERE place_id = ?1", "d", place);
    }
    bool ok = store_rollups_difference(st, place, day, day + days, &r) && write_all(st, &r) &&
              store_run(st, "UPDATE rollup_due SET day = ?2 WHERE place_id = ?1", "dd", place, day + days);
    rollups_finish(&r);
    return ok;
}

bool store_rollups_slice(struct store *st, int days, bool *ret_more)
{
    bool failed = !store_flush_events(st) || !store_flush_tallies(st);
    sqlite3_stmt *s =
        store_bind(st,
                   "WITH RECURSIVE t(place_id, depth) AS (SELECT place_id, 0 FROM place WHERE"
                   " parent_id IS NULL UNION ALL SELECT p.place_id, t.depth + 1 FROM t JOIN place p"
                   " ON p.parent_id = t.place_id)"
                   " SELECT place_id, day, raw FROM rollup_due JOIN t USING(place_id)"
                   " ORDER BY depth DESC, place_id LIMIT 1",
                   "");
    *ret_more = false;
    if (failed || !store_row(st, s, &failed)) {
        return !failed;
    }
    int32_t place = sqlite3_column_int(s, 0), day = sqlite3_column_int(s, 1);
    bool raw = sqlite3_column_int(s, 2) != 0;
    sqlite3_reset(s);
    *ret_more = true;
    return raw || day == FIRST_DAY ? build_finest(st, place, raw, days) : build_days(st, place, day, days);
}
