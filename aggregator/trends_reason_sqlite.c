// trends: a reason as the filter: of the visits that answered its question, those that named it, by day, out of what the
// reasons are counted in (choice_day, rollups.h); by hour out of the quarter hours (choice_tally), which are of one place each.
// Nothing is counted for it alone: option 0 is what was named beside another in one answer, so all options less that are the
// answers.
#include "aggregator/trends_impl.h"

#include "aggregator/rollups.h"
#include "aggregator/views_impl.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool find_visits(struct trends *t)
{
    static const char *const names[ROLLUP_NAMED] = {"all", "unhappy", "happy"};
    for (int i = 0; i < ROLLUP_NAMED; i++) {
        if (strcmp(t->q->visits, names[i]) == 0 || (i == NAMED && t->q->visits[0] == '\0')) {
            t->reason.visits = i;
            t->reason.visits_name = names[i];
            return true;
        }
    }
    return trends_wrong(t, "visits", "visits is all, unhappy or happy");
}

bool trends_find_reason(struct trends *t, bool possible)
{
    struct trend_filter *r = &t->reason;
    const char *text = t->q->reason, *colon = strchr(text, ':');
    if (text[0] == '\0') {
        return t->q->visits[0] == '\0' || trends_wrong(t, "visits", "visits belongs to reason");
    }
    if (!possible) {
        return trends_wrong(t, "reason", "reason belongs to series, grid, ranking, compare and effect");
    }
    if (t->segment != TREND_ALL) {
        return trends_wrong(t, "reason", "reasons are not counted by segment: leave one of the two out");
    }
    if (colon == NULL || colon - text > IDENT_MAX || strlen(colon + 1) > IDENT_MAX) {
        return trends_wrong(t, "reason",
                            "reason is the ids of a question and of its reason, such as why:wait");
    }
    snprintf(r->question_id, sizeof r->question_id, "%.*s", (int)(colon - text), text);
    snprintf(r->option_id, sizeof r->option_id, "%s", colon + 1);
    if (!find_visits(t) || !trends_find_name(t, r->question_id, &r->question) ||
        !trends_find_name(t, r->option_id, &r->option)) {
        return false;
    }
    if (r->question == 0 || r->option == 0) {
        return trends_wrong(t, "reason", "nobody ever named that reason: `reasons` lists them");
    }
    // What is promised is the share of the satisfied.
    json_decref(t->promise);
    t->promise = json_null();
    return trends_label(t, r->question, r->option_id, &r->label);
}

json_t *trends_reason_json(const struct trends *t)
{
    const struct trend_filter *r = &t->reason;
    return r->option == 0 ? json_null()
                          : json_pack("{s:s,s:s,s:O,s:s}", "question", r->question_id, "id", r->option_id,
                                      "label", r->label, "visits", r->visits_name);
}

// ---------------------------------------------------------------- reading

// Of a place's days or quarter hours: visits that answered, and those of them that named the option.
#define BY(time, table, visits)                                                                              \
    "SELECT " time ", sum(iif(option_id = 0, -" visits ", " visits "))"                                      \
    ", sum(iif(option_id = ?3, " visits ", 0)) FROM " table " WHERE place_id = ?1 AND name_id = ?2"          \
    " AND " time " >= ?4 AND " time " < ?5 GROUP BY " time " ORDER BY " time
#define BY_VISITS(time, table)                                                                               \
    {                                                                                                        \
        [NAMED] = BY(time, table, "n"), [NAMED_UNHAPPY] = BY(time, table, "unhappy"),                        \
        [NAMED_HAPPY] = BY(time, table, "happy")                                                             \
    }

static sqlite3_stmt *days_of(struct trends *t, int32_t place, int32_t from, int32_t to)
{
    static const char *const by_day[ROLLUP_NAMED] = BY_VISITS("day", "choice_day");
    const struct trend_filter *r = &t->reason;
    return store_bind(t->v->st, by_day[r->visits], "ddddd", place, r->question, r->option, from, to);
}

static sqlite3_stmt *quarters_of(struct trends *t, int32_t place, int32_t from, int32_t to)
{
    static const char *const by_quarter[ROLLUP_NAMED] = BY_VISITS("quarter", "choice_tally");
    const struct trend_filter *r = &t->reason;
    return store_bind(t->v->st, by_quarter[r->visits], "dddii", place, r->question, r->option,
                      (int64_t)from * TREND_DAY_QUARTERS - TREND_EDGE_QUARTERS,
                      (int64_t)to * TREND_DAY_QUARTERS + TREND_EDGE_QUARTERS);
}

// Rows of two levels: did not name it, named it.
static bool add_row(struct trend_rows *rows, int32_t place, int32_t day, int hour, int64_t without,
                    int64_t with)
{
    const struct trend_row row = {
        .place = place, .day = day, .hour = hour, .levels = 2, .c = {without, with}};
    return trend_rows_add(rows, &row);
}

bool trends_load_reason_days(struct trends *t, int32_t place, int32_t from, int32_t to,
                             struct trend_rows *rows)
{
    sqlite3_stmt *s = days_of(t, place, from, to);
    bool ok = true;
    rows->named = true;
    while (ok && views_row(t->v, s)) {
        int64_t n = sqlite3_column_int64(s, 1), named = sqlite3_column_int64(s, 2);
        ok = add_row(rows, place, sqlite3_column_int(s, 0), 0, n - named, named);
    }
    return trends_done(t, s, ok);
}

bool trends_load_reason_unit(struct trends *t, int32_t place, struct trend_unit *ret_u)
{
    sqlite3_stmt *s = days_of(t, place, t->from, t->to);
    struct trend_days sums = {.n = 0};
    while (views_row(t->v, s)) {
        trend_days_add(&sums, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 2));
    }
    *ret_u = (struct trend_unit){.id = place, .n = sums.n, .good = sums.good};
    trend_unit_days(ret_u, (size_t)sums.days, sums.good_squares, sums.products, sums.n_squares);
    return trends_done(t, s, true);
}

bool trends_load_reason_visits(struct trends *t, int32_t from, int32_t to, struct trend_rows *rows)
{
    const struct trend_filter *r = &t->reason;
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "SELECT day, unhappy, happy FROM choice_day WHERE place_id = ?1 AND name_id = ?2"
                   " AND option_id = ?3 AND day >= ?4 AND day < ?5 ORDER BY day",
                   "ddddd", t->place.number, r->question, r->option, from, to);
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        ok = add_row(rows, t->place.number, sqlite3_column_int(s, 0), 0, sqlite3_column_int64(s, 1),
                     sqlite3_column_int64(s, 2));
    }
    return trends_done(t, s, ok);
}

// ---------------------------------------------------------------- by hour

struct spot { // a place and the clock there
    int32_t place;
    struct tz *tz; // owned
};

static void spots_free(struct spot *spots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tz_free(spots[i].tz);
    }
    free(spots);
}

// The place and all under it. The caller frees them, also after a failure.
static bool load_spots(struct trends *t, int32_t place, struct spot **ret, size_t *ret_count)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM up"
        " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32), down(place_id, tz) AS"
        " (SELECT ?1, coalesce((SELECT tz FROM up JOIN place USING(place_id) WHERE tz <> '' ORDER BY depth"
        " LIMIT 1), '') UNION SELECT p.place_id, iif(p.tz <> '', p.tz, d.tz) FROM down d JOIN place p"
        " ON p.parent_id = d.place_id) SELECT place_id, tz FROM down LIMIT ?2",
        "dd", place, (int)TREND_UNITS_MAX);
    bool ok = true;
    *ret = NULL;
    *ret_count = 0;
    while (ok && views_row(t->v, s)) {
        struct spot *grown = realloc(*ret, (*ret_count + 1) * sizeof *grown);
        ok = grown != NULL;
        if (ok) {
            *ret = grown;
            grown[*ret_count].place = sqlite3_column_int(s, 0);
            grown[*ret_count].tz = tz_load((const char *)sqlite3_column_text(s, 1));
            ok = grown[(*ret_count)++].tz != NULL;
        }
    }
    return trends_done(t, s, ok);
}

static bool add_quarters(struct trends *t, const struct spot *spot, int32_t from, int32_t to,
                         struct trend_rows *rows)
{
    sqlite3_stmt *s = quarters_of(t, spot->place, from, to);
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        wall_ms at = sqlite3_column_int64(s, 0) * ROLLUP_QUARTER_MS;
        wall_ms there = at + (wall_ms)tz_offset_s(spot->tz, at) * 1000;
        int32_t day = (int32_t)(there / DAY_MS);
        int64_t n = sqlite3_column_int64(s, 1), named = sqlite3_column_int64(s, 2);
        ok = n == 0 || day < from || day >= to || // others answered then
             add_row(rows, spot->place, day, (int)(there % DAY_MS / HOUR_MS), n - named, named);
    }
    return trends_done(t, s, ok);
}

static int by_time(const void *va, const void *vb)
{
    const struct trend_row *a = va, *b = vb;
    return a->day != b->day ? (a->day > b->day) - (a->day < b->day) : a->hour - b->hour;
}

bool trends_load_reason_hours(struct trends *t, int32_t place, int32_t from, int32_t to,
                              struct trend_rows *rows)
{
    char why[200];
    struct spot *spots;
    size_t count;
    bool ok = load_spots(t, place, &spots, &count);
    if (ok && count * (size_t)(to - from) > TREND_REASON_HOURS_MAX) {
        snprintf(why, sizeof why,
                 "hours of a reason, of %zu places (with those under it), are told for at most %zu days: "
                 "choose fewer days, or a place below",
                 count, TREND_REASON_HOURS_MAX / count);
        ok = trends_wrong(t, "reason", why);
    }
    rows->named = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = add_quarters(t, &spots[i], from, to, rows);
    }
    spots_free(spots, count);
    if (rows->count > 1) {
        qsort(rows->items, rows->count, sizeof *rows->items, by_time);
    }
    return ok;
}
