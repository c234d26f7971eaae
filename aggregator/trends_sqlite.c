// trends: who asks for which place and days; reading the rollups.
#include "aggregator/trends_impl.h"

#include "aggregator/rules_json.h"
#include "aggregator/store_segments.h"
#include "aggregator/views_impl.h"
#include "shared/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DAYS = 28 };

#define FIELD(name) QUERY_FIELD(struct trend_query, name)
const struct query_field trend_fields[] = {
    FIELD(place),   FIELD(question),   FIELD(from), FIELD(to),      FIELD(by),
    FIELD(weekday), FIELD(hour),       FIELD(of),   FIELD(at),      FIELD(days),
    FIELD(control), FIELD(population), FIELD(lang), FIELD(segment), FIELD(goal),
    FIELD(goal_from), FIELD(goal_by),  FIELD(reason), FIELD(visits), {NULL, 0},
};

// ---------------------------------------------------------------- what is wrong

bool trends_wrong(struct trends *t, const char *field, const char *why)
{
    t->error = TRENDS_BAD;
    t->problem->field = field;
    snprintf(t->problem->why, sizeof t->problem->why, "%s", why);
    return false;
}

bool trends_no_memory(struct trends *t)
{
    t->error = TRENDS_FAILED;
    t->v->failed = true;
    snprintf(t->v->why, sizeof t->v->why, "out of memory");
    return false;
}

bool trends_done(struct trends *t, sqlite3_stmt *s, bool memory)
{
    if (s != NULL) {
        sqlite3_reset(s);
    }
    if (!memory) {
        return trends_no_memory(t);
    }
    t->error = t->v->failed ? TRENDS_FAILED : t->error;
    return !t->v->failed;
}

// ---------------------------------------------------------------- places and names

bool trends_find_place(struct trends *t, const char *id, struct trend_place *ret_p)
{
    sqlite3_stmt *s =
        store_bind(t->v->st, "SELECT place_id, kind, id, name FROM place WHERE id = ?1", "t", id);
    *ret_p = (struct trend_place){.number = 0};
    if (views_row(t->v, s)) {
        ret_p->number = sqlite3_column_int(s, 0);
        ret_p->kind = sqlite3_column_int(s, 1);
        store_copy(s, 2, ret_p->id, sizeof ret_p->id);
        store_copy(s, 3, ret_p->name, sizeof ret_p->name);
    }
    if (!trends_done(t, s, true)) {
        return false;
    }
    if (ret_p->number == 0 || (t->u != NULL && !views_in_scope(t->v, ret_p->number, t->u->place))) {
        t->error = TRENDS_NOT_FOUND;
        return false;
    }
    return true;
}

bool trends_find_name(struct trends *t, const char *id, int32_t *ret_name)
{
    sqlite3_stmt *s = store_bind(t->v->st, "SELECT name_id FROM name WHERE id = ?1", "t", id);
    *ret_name = views_row(t->v, s) ? sqlite3_column_int(s, 0) : 0;
    return trends_done(t, s, true);
}

bool trends_name_id(struct trends *t, int32_t name, char *ret)
{
    sqlite3_stmt *s = store_bind(t->v->st, "SELECT id FROM name WHERE name_id = ?1", "d", name);
    ret[0] = '\0';
    if (views_row(t->v, s)) {
        store_copy(s, 0, ret, IDENT_MAX + 1);
    }
    return trends_done(t, s, true);
}

bool trends_find_element(struct trends *t, const char *dimension, const char *usual_id, int32_t *ret_name)
{
    // As it was pushed last; kiosks with documents of their own keep the ids of the survey that is shipped.
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "SELECT n.name_id FROM asked a JOIN name n ON n.id = a.question WHERE a.survey ="
                   " 'skm' AND a.dimension = ?1 ORDER BY a.from_ms DESC LIMIT 1",
                   "t", dimension);
    *ret_name = views_row(t->v, s) ? sqlite3_column_int(s, 0) : 0;
    return trends_done(t, s, true) && (*ret_name != 0 || trends_find_name(t, usual_id, ret_name));
}

bool trends_load_units(struct trends *t, bool branches, struct trend_place **ret, size_t *ret_count)
{
    struct trend_place *list = NULL;
    size_t count = 0;
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d"
                   " JOIN place p ON p.parent_id = d.place_id WHERE ?2 OR d.place_id = ?1)"
                   " SELECT place_id, kind, id, name FROM down JOIN place USING(place_id)"
                   " WHERE iif(?2, kind = ?3, place_id <> ?1) ORDER BY place_id LIMIT ?4",
                   "dddd", t->place.number, (int)branches, (int)PLACE_BRANCH, (int)TREND_UNITS_MAX);
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        struct trend_place *grown = realloc(list, (count + 1) * sizeof *grown);
        ok = grown != NULL;
        if (ok) {
            list = grown;
            struct trend_place *p = &list[count++];
            p->number = sqlite3_column_int(s, 0);
            p->kind = sqlite3_column_int(s, 1);
            store_copy(s, 2, p->id, sizeof p->id);
            store_copy(s, 3, p->name, sizeof p->name);
        }
    }
    if (!trends_done(t, s, ok)) {
        free(list);
        return false;
    }
    *ret = list;
    *ret_count = count;
    return true;
}

// ---------------------------------------------------------------- rollups

// Columns: day, hour, levels, c1 to c11.
static bool read_rows(struct trends *t, sqlite3_stmt *s, int32_t place, struct trend_rows *rows)
{
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        struct trend_row r = {.place = place,
                              .day = sqlite3_column_int(s, 0),
                              .hour = sqlite3_column_int(s, 1),
                              .levels = sqlite3_column_int(s, 2)};
        for (int i = 0; i < TREND_LEVELS_MAX; i++) {
            r.c[i] = sqlite3_column_int64(s, 3 + i);
        }
        ok = r.levels < 2 || r.levels > TREND_LEVELS_MAX || trend_rows_add(rows, &r);
    }
    return trends_done(t, s, ok);
}

static bool load_segment_days(struct trends *t, int32_t place, int32_t question, int32_t from, int32_t to,
                              struct trend_rows *rows)
{
    return read_rows(t,
                     store_bind(t->v->st,
                                "SELECT day, 0, levels, sum(c1), sum(c2), sum(c3), sum(c4), sum(c5), "
                                "sum(c6), sum(c7), sum(c8), sum(c9),"
                                " sum(c10), sum(c11) FROM segment_day WHERE place_id = ?1 AND name_id = ?2 "
                                "AND day >= ?3 AND day < ?4"
                                " AND segment_id = ?5 GROUP BY day, levels ORDER BY day",
                                "ddddd", place, question, from, to, t->segment),
                     place, rows);
}

bool trends_load_days(struct trends *t, int32_t place, int32_t question, int32_t from, int32_t to,
                      struct trend_rows *rows)
{
    if (t->segment != TREND_ALL) {
        return load_segment_days(t, place, question, from, to, rows);
    }
    if (t->reason.option != 0) {
        return trends_load_reason_days(t, place, from, to, rows);
    }
    return read_rows(
        t,
        store_bind(t->v->st,
                   "SELECT day, 0, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11 FROM day_tally"
                   " WHERE place_id = ?1 AND name_id = ?2 AND day >= ?3 AND day < ?4 ORDER BY day",
                   "dddd", place, question, from, to),
        place, rows);
}

bool trends_load_hours(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_rows *rows)
{
    if (t->reason.option != 0) {
        return trends_load_reason_hours(t, place, from, to, rows);
    }
    return read_rows(
        t,
        store_bind(t->v->st,
                   "SELECT day, hour, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
                   " FROM hour_tally WHERE place_id = ?1 AND name_id = ?2 AND day >= ?3 AND day < ?4"
                   " ORDER BY day, hour",
                   "dddd", place, t->question, from, to),
        place, rows);
}

static bool read_counts(struct trends *t, sqlite3_stmt *s, struct trend_counts *counts)
{
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        ok = trend_counts_add(counts, sqlite3_column_int(s, 0), sqlite3_column_int64(s, 1));
    }
    return trends_done(t, s, ok);
}

bool trends_load_mix(struct trends *t, int32_t place, int kind, int32_t from, int32_t to,
                     struct trend_counts *counts)
{
    if (kind < PLACE_BRANCH) {
        return read_counts(
            t,
            store_bind(t->v->st,
                       "SELECT p.place_id, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11)"
                       " FROM place p JOIN day_tally d ON d.place_id = p.place_id WHERE p.parent_id ="
                       " ?1 AND name_id = ?2 AND day >= ?3 AND day < ?4 GROUP BY p.place_id"
                       " ORDER BY p.place_id",
                       "dddd", place, t->question, from, to),
            counts);
    }
    // Kiosks are told apart by the quarter hour only; at the edges up to 14 hours of the day before or after
    // count too.
    return read_counts(
        t,
        store_bind(t->v->st,
                   "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d"
                   " JOIN place p ON p.parent_id = d.place_id)"
                   " SELECT kiosk_id, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11)"
                   " FROM down JOIN tally t ON t.place_id = down.place_id WHERE quarter >= ?3"
                   " AND quarter < ?4 AND name_id = ?2 GROUP BY kiosk_id ORDER BY kiosk_id",
                   "ddii", place, t->question, (int64_t)from * TREND_DAY_QUARTERS - TREND_EDGE_QUARTERS,
                   (int64_t)to * TREND_DAY_QUARTERS),
        counts);
}

bool trends_load_choice_questions(struct trends *t, struct trend_counts *counts)
{
    return read_counts(
        t,
        store_bind(t->v->st,
                   "SELECT name_id, sum(n) AS n FROM choice_day WHERE place_id = ?1 AND day >= ?2"
                   " AND day < ?3 AND option_id <> 0 GROUP BY name_id HAVING n > 0 ORDER BY n DESC, name_id",
                   "ddd", t->place.number, t->from, t->to),
        counts);
}

bool trends_load_named(struct trends *t, int32_t question, struct trend_named_rows *rows)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "SELECT option_id, day, n, unhappy, happy FROM choice_day WHERE place_id = ?1 AND day >= ?2"
        " AND day < ?3 AND name_id = ?4 ORDER BY option_id, day",
        "dddd", t->place.number, t->from, t->to, question);
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        if (rows->count == rows->room) {
            size_t room = rows->room == 0 ? 64 : 2 * rows->room;
            struct trend_named *grown = realloc(rows->items, room * sizeof *grown);
            ok = grown != NULL;
            rows->items = ok ? grown : rows->items;
            rows->room = ok ? room : rows->room;
        }
        if (ok) {
            rows->items[rows->count++] = (struct trend_named){
                sqlite3_column_int(s, 0),
                sqlite3_column_int(s, 1),
                {sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3), sqlite3_column_int64(s, 4)}};
        }
    }
    return trends_done(t, s, ok);
}

bool trends_load_questions(struct trends *t, struct trend_counts *counts)
{
    return read_counts(
        t,
        store_bind(
            t->v->st,
            "SELECT name_id, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11) AS n FROM day_tally"
            " WHERE place_id = ?1 AND day >= ?2 AND day < ?3 GROUP BY name_id HAVING n > 0"
            " ORDER BY n DESC, name_id",
            "ddd", t->place.number, t->from, t->to),
        counts);
}

static int aspect_of(const char *name)
{
    int a = SURVEY_IMPORTANCE;
    while (a > SURVEY_PERFORMANCE && strcmp(survey_aspect_name((enum survey_aspect)a), name) != 0) {
        a--;
    }
    return a;
}

bool trends_load_segments(struct trends *t, struct trend_counts *counts)
{
    return read_counts(t,
                       store_bind(t->v->st,
                                  "SELECT segment_id, 0 FROM place_segment JOIN segment USING(segment_id) WHERE place_id = ?1"
                                  " AND id <> '" STORE_SEGMENT_STAFF "' UNION ALL SELECT * FROM (SELECT 0, 0 FROM"
                                  " segment_day WHERE place_id = ?1 AND segment_id = 0 LIMIT 1)",
                                  "d", t->place.number),
                       counts);
}

bool trends_segment_id(struct trends *t, int32_t segment, char ret[80])
{
    sqlite3_stmt *s = store_bind(t->v->st, "SELECT id FROM segment WHERE segment_id = ?1", "d", segment);
    snprintf(ret, 80, "other");
    if (views_row(t->v, s)) {
        store_copy(s, 0, ret, 80);
    }
    return trends_done(t, s, true);
}

static bool find_segment(struct trends *t, bool possible)
{
    t->segment = TREND_ALL;
    if (t->q->segment[0] == '\0') {
        return true;
    }
    if (!possible) {
        return trends_wrong(t, "segment", "segment belongs to series, compare, effect and scores");
    }
    if (strcmp(t->q->segment, "other") == 0) {
        t->segment = STORE_SEGMENT_OTHER;
        return true;
    }
    if (strcmp(t->q->segment, STORE_SEGMENT_STAFF) == 0) { // days apart would tell who said what
        return trends_wrong(t, "segment", "what the own people say is told by the report staff alone, month by month");
    }
    sqlite3_stmt *s =
        store_bind(t->v->st, "SELECT segment_id FROM segment WHERE id = ?1", "t", t->q->segment);
    t->segment = views_row(t->v, s) ? sqlite3_column_int(s, 0) : TREND_ALL;
    return trends_done(t, s, true) &&
           (t->segment != TREND_ALL ||
            trends_wrong(t, "segment", "there are no votes of that segment: `segments` lists them"));
}

bool trends_load_asked(struct trends *t, struct trend_asked_list *list)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "SELECT name_id, dimension, coalesce(json_extract(body, '$.aspect'), ''),"
        " json_extract(body, '$.type') = 'choice' FROM asked JOIN name ON name.id = question"
        " WHERE json_extract(body, '$.type') IN ('faces', 'nps', 'choice') ORDER BY name_id, from_ms",
        "");
    bool ok = true;
    while (ok && views_row(t->v, s)) {
        if (list->count == list->room) {
            size_t room = list->room == 0 ? 16 : 2 * list->room;
            struct trend_asked *grown = realloc(list->items, room * sizeof *grown);
            ok = grown != NULL;
            list->items = ok ? grown : list->items;
            list->room = ok ? room : list->room;
        }
        if (ok) {
            int32_t name = sqlite3_column_int(s, 0);
            bool again = list->count > 0 && list->items[list->count - 1].name == name; // a newer document
            struct trend_asked *q = &list->items[again ? list->count - 1 : list->count++];
            *q = (struct trend_asked){.name = name,
                                      .aspect = aspect_of((const char *)sqlite3_column_text(s, 2)),
                                      .choice = sqlite3_column_int(s, 3) != 0};
            store_copy(s, 1, q->dimension, sizeof q->dimension);
        }
    }
    return trends_done(t, s, ok);
}

bool trends_label(struct trends *t, int32_t question, const char *option, json_t **ret_label)
{
    // Documents pushed to kiosks first, the newest one that has words for it; then the surveys of the configuration.
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "SELECT text FROM (SELECT 1 AS source, a.from_ms, json_extract(o.value, '$.text') AS text FROM asked "
        "a JOIN"
        " name n ON n.id = a.question, json_each(a.body, '$.options') o WHERE n.name_id = ?1"
        " AND json_extract(o.value, '$.id') = ?2 UNION ALL SELECT 0, from_ms, json_extract(r.value, '$.text')"
        " FROM survey, json_each(body, '$.reasons') r WHERE to_ms IS NULL AND json_extract(r.value, '$.id') "
        "= ?2)"
        " WHERE json_type(text) = 'object' ORDER BY source DESC, from_ms DESC LIMIT 1",
        "dt", question, option);
    const char *const langs[] = {t->q->lang, "id", "en"};
    json_t *texts = views_row(t->v, s) ? json_loads((const char *)sqlite3_column_text(s, 0), 0, NULL) : NULL;
    json_t *label = NULL;
    for (size_t i = 0; label == NULL && i < sizeof langs / sizeof langs[0]; i++) {
        label = json_object_get(texts, langs[i]);
    }
    *ret_label = json_is_string(label) ? json_incref(label) : json_string(option);
    json_decref(texts);
    return trends_done(t, s, *ret_label != NULL);
}

// ---------------------------------------------------------------- place, question, days

// The last day that is over at the place and everywhere under it.
static bool find_yesterday(struct trends *t, wall_ms now)
{
    bool memory = true;
    int32_t least = INT32_MAX;
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d"
                   " JOIN place p ON p.parent_id = d.place_id), up(place_id, depth) AS (SELECT ?1, 0"
                   " UNION ALL SELECT p.parent_id, depth + 1 FROM up JOIN place p USING(place_id)"
                   " WHERE p.parent_id IS NOT NULL AND depth < 32) SELECT DISTINCT tz FROM down JOIN"
                   " place USING(place_id) WHERE tz <> '' UNION SELECT * FROM (SELECT tz FROM up JOIN"
                   " place USING(place_id) WHERE tz <> '' ORDER BY depth LIMIT 1)",
                   "d", t->place.number);
    while (memory && views_row(t->v, s)) {
        struct tz *tz = tz_load((const char *)sqlite3_column_text(s, 0));
        memory = tz != NULL;
        wall_ms local = now + (wall_ms)tz_offset_s(tz, now) * 1000;
        least = (int32_t)(local / DAY_MS) < least ? (int32_t)(local / DAY_MS) : least;
        tz_free(tz);
    }
    t->yesterday = (least != INT32_MAX ? least : (int32_t)(now / DAY_MS)) - 1;
    return trends_done(t, s, memory);
}

static bool find_days(struct trends *t)
{
    char why[120], day[16];
    t->to = t->yesterday + 1;
    if (t->q->to[0] != '\0') {
        if (!trend_day_parse(t->q->to, &t->to)) {
            return trends_wrong(t, "to", "to is a day, such as 2026-11-24");
        }
        t->to++;
    }
    if (t->to > t->yesterday + 1) {
        snprintf(why, sizeof why, "to is at most %s: figures of a day are told when it is over",
                 trend_day_text(t->yesterday, day));
        return trends_wrong(t, "to", why);
    }
    t->from = t->to - DEFAULT_DAYS;
    if (t->q->from[0] != '\0' && !trend_day_parse(t->q->from, &t->from)) {
        return trends_wrong(t, "from", "from is a day, such as 2026-11-01");
    }
    if (t->from >= t->to) {
        return trends_wrong(t, "from", "from is not after to, and not after yesterday");
    }
    if (t->to - t->from > TREND_DAYS_MAX) {
        return trends_wrong(t, "from", "from is at most 1100 days before to");
    }
    return true;
}

bool trends_find_question(struct trends *t)
{
    if (t->q->question[0] != '\0') {
        snprintf(t->question_id, sizeof t->question_id, "%s", t->q->question);
        return trends_find_name(t, t->q->question, &t->question) &&
               (t->question != 0 || trends_wrong(t, "question", "nothing of that name was ever answered"));
    }
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "SELECT name_id, n.id FROM day_tally d JOIN name n USING(name_id) WHERE place_id = ?1 AND "
                   "day >= ?2 AND"
                   " day < ?3 GROUP BY name_id ORDER BY n.id = 'overall' DESC,"
                   " sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11) DESC, name_id LIMIT 1",
                   "ddd", t->place.number, t->from, t->to);
    if (views_row(t->v, s)) {
        t->question = sqlite3_column_int(s, 0);
        store_copy(s, 1, t->question_id, sizeof t->question_id);
    }
    return trends_done(t, s, true);
}

// The nearest standard on the way up, where it is of this question.
static bool find_promise(struct trends *t)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM up"
        " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32)"
        " SELECT r.body, r.id FROM up JOIN rule r USING(place_id) WHERE r.to_ms IS NULL"
        " AND json_extract(r.body, '$.kind') = 'standard' ORDER BY depth, rule_id LIMIT 1",
        "d", t->place.number);
    const char *body = views_row(t->v, s) ? (const char *)sqlite3_column_text(s, 0) : NULL;
    json_t *rule = body != NULL ? json_loads(body, 0, NULL) : NULL;
    const char *question = json_string_value(json_object_get(rule, "question"));
    bool mine =
        rule != NULL && (question == NULL || question[0] == '\0' || strcmp(question, t->question_id) == 0);
    t->promise = mine ? json_pack("{s:s,s:O?,s:O?}", "id", sqlite3_column_text(s, 1), "target", json_object_get(rule, "percent"), "name",
                                  json_object_get(rule, "name"))
                      : json_null();
    if (mine) {
        rule_goal(body, &t->goal);
    }
    json_decref(rule);
    return trends_done(t, s, t->promise != NULL);
}

static bool find_due(struct trends *t)
{
    sqlite3_stmt *s =
        store_bind(t->v->st, "SELECT 1 FROM rollup_due WHERE place_id = ?1", "d", t->place.number);
    t->building = views_row(t->v, s);
    return trends_done(t, s, true);
}

enum trends_error trends_read(struct views *v, const struct views_user *u, const char *what,
                              const struct trend_query *q, wall_ms now, struct trend_problem *ret_problem,
                              char **ret_json)
{
    static const struct {
        const char *name;
        json_t *(*make)(struct trends *t);
        bool segments, reason; // may be filters
    } reports[] = {
        {"series", trends_series, true, true},       {"grid", trends_grid, false, true},
        {"ranking", trends_ranking, false, true},    {"reasons", trends_reasons, false, false},
        {"compare", trends_compare, true, true},     {"effect", trends_effect, true, true},
        {"skm", trends_skm, false, false},           {"coverage", trends_coverage, false, false},
        {"gaps", trends_gaps, false, false},         {"scores", trends_scores, true, false},
        {"segments", trends_segments, false, false}, {"goal", trends_goal, false, false},
        {"marks", trends_marks, false, false},       {"staff", trends_staff, false, false},
        {"late", trends_late, false, false},
    };
    struct trend_query all = *q;
    struct trends t = {.v = v, .u = u, .q = &all, .problem = ret_problem, .now = now};
    json_t *o = NULL;
    char *text = NULL;
    query_fill(&all, trend_fields);
    bool ok = views_begin(v) && trends_find_place(&t, all.place, &t.place) && find_yesterday(&t, now) &&
              find_days(&t) && trends_find_question(&t) && find_promise(&t) && find_due(&t);
    bool found = !ok;
    for (size_t i = 0; ok && i < sizeof reports / sizeof reports[0]; i++) {
        if (strcmp(reports[i].name, what) == 0) {
            found = true;
            o = find_segment(&t, reports[i].segments) && trends_find_reason(&t, reports[i].reason) ? reports[i].make(&t) : NULL;
            json_t *note = o != NULL ? trends_coverage_note(&t) : NULL;
            json_object_set_new(o, "coverage", note);
            if (note == NULL) {
                o = trends_failed(&t, o);
            }
            text = o != NULL ? views_dump(o) : NULL;
        }
    }
    json_decref(t.promise);
    json_decref(t.reason.label);
    if (!found) {
        t.error = TRENDS_NOT_FOUND;
    }
    if (views_end(v, VIEWS_OK) != VIEWS_OK || (text == NULL && t.error == TRENDS_OK)) {
        t.error = TRENDS_FAILED;
    }
    if (t.error != TRENDS_OK) {
        free(text);
        return t.error;
    }
    *ret_json = text;
    return TRENDS_OK;
}
