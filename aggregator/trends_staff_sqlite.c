// trends: what the own people say, who are asked by surveys of their own (EVENT_STAFF).
//
//   "months": [{"from", "to"}], the last twelve that are over, oldest first
//   "questions": [{"question", "months": [figure, {"hidden": true}, or null: no answers]}], the most answered first
//
// A month is told from TREND_LEAST_N answers on, and not even how many they are below it. Months only, and no sum of them: whoever
// could choose the days, or take a sum apart, would learn what a single colleague has said.
#include "aggregator/trends_impl.h"

#include "aggregator/store_segments.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

enum { MONTHS = 12, QUESTIONS_MOST = 30 };

// First days of the last months that are over, and of the one that is not.
static void find_months(const struct trends *t, int32_t ret_first[MONTHS + 1])
{
    int32_t day = t->yesterday + 1 - (MONTHS + 2) * 31; // before the first of them
    int32_t first[2 * MONTHS];
    int count = 0;
    for (day = trend_by_next(day, TREND_BY_MONTH); day <= t->yesterday + 1;
         day = trend_by_next(day, TREND_BY_MONTH)) {
        first[count++] = day;
    }
    for (int i = 0; i <= MONTHS; i++) {
        ret_first[i] = first[count - 1 - MONTHS + i];
    }
}

static bool load_questions(struct trends *t, int32_t from, int32_t to, int32_t ret[QUESTIONS_MOST],
                           int *ret_count)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "SELECT name_id, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11) AS n FROM segment_day "
        "WHERE"
        " place_id = ?1 AND segment_id = ?2 AND day >= ?3 AND day < ?4 GROUP BY name_id HAVING n > 0"
        " ORDER BY n DESC, name_id LIMIT ?5",
        "ddddd", t->place.number, t->segment, from, to, (int)QUESTIONS_MOST);
    *ret_count = 0;
    while (views_row(t->v, s)) {
        ret[(*ret_count)++] = sqlite3_column_int(s, 0);
    }
    return trends_done(t, s, true);
}

// False: memory.
static bool add_month(const struct trend_rows *rows, int32_t from, int32_t to, json_t *list)
{
    struct trend_figure f;
    if (!trend_figure(rows, from, to, &f)) {
        return false;
    }
    json_t *o = f.n == 0              ? json_null()
                : f.n < TREND_LEAST_N ? json_pack("{s:b}", "hidden", 1)
                                      : trend_figure_json(&f);
    return json_array_append_new(list, o) == 0;
}

static bool add_question(struct trends *t, int32_t name, const int32_t first[MONTHS + 1], json_t *list)
{
    struct trend_rows rows = {.items = NULL};
    char id[IDENT_MAX + 1];
    json_t *months = json_array();
    bool ok = trends_name_id(t, name, id) &&
              trends_load_days(t, t->place.number, name, first[0], first[MONTHS], &rows);
    for (int i = 0; ok && i < MONTHS; i++) {
        ok = add_month(&rows, first[i], first[i + 1], months);
    }
    free(rows.items);
    return json_array_append_new(list, json_pack("{s:s,s:o}", "question", ok ? id : "", "months", months)) ==
               0 &&
           ok;
}

json_t *trends_staff(struct trends *t)
{
    int32_t first[MONTHS + 1], names[QUESTIONS_MOST];
    int count = 0;
    char from[16], to[16];
    if (t->u != NULL && t->u->shared) { // a link is for everybody
        t->error = TRENDS_NOT_FOUND;
        return NULL;
    }
    find_months(t, first);
    json_t *o = trends_head(t), *months = json_array(), *questions = json_array();
    json_object_set_new(o, "months", months);
    json_object_set_new(o, "questions", questions);
    for (int i = 0; i < MONTHS; i++) {
        json_array_append_new(months, json_pack("{s:s,s:s}", "from", trend_day_text(first[i], from), "to",
                                                trend_day_text(first[i + 1] - 1, to)));
    }
    sqlite3_stmt *s =
        store_bind(t->v->st, "SELECT segment_id FROM segment WHERE id = ?1", "t", STORE_SEGMENT_STAFF);
    t->segment = views_row(t->v, s) ? sqlite3_column_int(s, 0) : TREND_ALL;
    bool ok = trends_done(t, s, true);
    if (ok && t->segment != TREND_ALL) {
        ok = load_questions(t, first[0], first[MONTHS], names, &count);
        for (int i = 0; ok && i < count; i++) {
            ok = add_question(t, names[i], first, questions);
        }
    }
    t->segment = TREND_ALL;
    return ok ? o : trends_failed(t, o);
}
