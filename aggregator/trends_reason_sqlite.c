// trends: a reason as the filter: of the visits that answered its question, those that named it, by day, out of what the
// reasons are counted in (choice_day, rollups.h). Nothing is counted for it alone: option 0 of a day is what was named beside
// another in one answer, so all options less that are the answers.
#include "aggregator/trends_impl.h"

#include "aggregator/rollups.h"
#include "aggregator/views_impl.h"

#include <sqlite3.h>
#include <stdio.h>
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
        return trends_wrong(t, "reason", "reason belongs to series, ranking, compare and effect");
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

// Of a place's days: visits that answered, and those of them that named the option.
#define BY_DAY(visits)                                                                                       \
    "SELECT day, sum(iif(option_id = 0, -" visits ", " visits ")), sum(iif(option_id = ?3, " visits ", 0))"  \
    " FROM choice_day WHERE place_id = ?1 AND name_id = ?2 AND day >= ?4 AND day < ?5 GROUP BY day ORDER "   \
    "BY day"

static sqlite3_stmt *days_of(struct trends *t, int32_t place, int32_t from, int32_t to)
{
    static const char *const by_day[ROLLUP_NAMED] = {
        [NAMED] = BY_DAY("n"), [NAMED_UNHAPPY] = BY_DAY("unhappy"), [NAMED_HAPPY] = BY_DAY("happy")};
    const struct trend_filter *r = &t->reason;
    return store_bind(t->v->st, by_day[r->visits], "ddddd", place, r->question, r->option, from, to);
}

// Rows of two levels: did not name it, named it.
static bool add_row(struct trend_rows *rows, int32_t place, int32_t day, int64_t without, int64_t with)
{
    const struct trend_row row = {.place = place, .day = day, .levels = 2, .c = {without, with}};
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
        ok = add_row(rows, place, sqlite3_column_int(s, 0), n - named, named);
    }
    return trends_done(t, s, ok);
}

bool trends_load_reason_unit(struct trends *t, int32_t place, struct trend_unit *ret_u)
{
    sqlite3_stmt *s = days_of(t, place, t->from, t->to);
    struct trend_days sums = {.n = 0};
    while (views_row(t->v, s)) {
        const int64_t n = sqlite3_column_int64(s, 1), named = sqlite3_column_int64(s, 2);
        sums.n += n;
        sums.good += named;
        sums.days += n > 0;
        sums.good_squares += (double)named * (double)named;
        sums.products += (double)named * (double)n;
        sums.n_squares += (double)n * (double)n;
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
        ok = add_row(rows, t->place.number, sqlite3_column_int(s, 0), sqlite3_column_int64(s, 1),
                     sqlite3_column_int64(s, 2));
    }
    return trends_done(t, s, ok);
}
