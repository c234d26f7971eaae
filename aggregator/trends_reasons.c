// trends: what customers name as reasons: all of them, those of unhappy and those of happy visits (rollups.h), each most
// often first (Pareto).
#include "aggregator/trends_impl.h"

#include "aggregator/rollups.h"

#include <stdlib.h>

// One option on the days of a group: named by so many of the visits that answered.
struct option {
    int32_t id;
    int64_t n;
    struct trend_day *days; // borrowed
};

struct group {
    size_t day_count, count;
    int64_t n, answered;
    struct trend_day *days; // owned: day_count of each option
    struct option *options; // owned
};

static void group_finish(struct group *g)
{
    free(g->days);
    free(g->options);
}

// Rows ascend by option, then by day. Those of option 0 come first: what was named beside another in one answer.
static bool group_read(struct trends *t, struct group *g, const struct trend_named_rows *rows,
                       enum rollup_named which)
{
    size_t options = 0;
    g->day_count = (size_t)(t->to - t->from);
    for (size_t i = 0; i < rows->count; i++) {
        options +=
            rows->items[i].option != 0 && (i == 0 || rows->items[i].option != rows->items[i - 1].option);
    }
    int64_t *answered = calloc(g->day_count, sizeof *answered);
    g->days = calloc(options * g->day_count + 1, sizeof *g->days);
    g->options = calloc(options + 1, sizeof *g->options);
    if (answered == NULL || g->days == NULL || g->options == NULL) {
        free(answered);
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct trend_named *r = &rows->items[i];
        answered[r->day - t->from] += r->option != 0 ? r->n[which] : -r->n[which];
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct trend_named *r = &rows->items[i];
        struct option *o = &g->options[g->count > 0 ? g->count - 1 : 0];
        if (r->option == 0) {
            continue;
        }
        if (o->id != r->option) {
            o = &g->options[g->count];
            *o = (struct option){.id = r->option, .days = &g->days[g->count++ * g->day_count]};
            for (size_t d = 0; d < g->day_count; d++) {
                o->days[d].n = answered[d];
            }
        }
        o->days[r->day - t->from].good = r->n[which];
        o->n += r->n[which];
        g->n += r->n[which];
    }
    for (size_t d = 0; d < g->day_count; d++) {
        g->answered += answered[d];
    }
    free(answered);
    return true;
}

// Of the visits that answered: the part that named it. JSON null where that says nothing.
static json_t *visits_json(const struct group *g, const struct trend_day *days)
{
    struct trend_share s;
    if (g->answered < TREND_LEAST_N || !trend_share(days, g->day_count, &s)) {
        return json_null();
    }
    return json_pack("{s:f,s:f,s:f,s:b}", "share", s.share, "lo", s.interval.lo, "hi", s.interval.hi,
                     "clustered", s.clustered);
}

static json_t *item_json(struct trends *t, int32_t question, const struct group *g,
                         const struct trend_reason *r)
{
    const struct option *o = g->options;
    struct stats_interval w = {0, 0};
    char id[IDENT_MAX + 1];
    json_t *label;
    while (o->id != r->id) {
        o++;
    }
    stats_wilson(r->n, g->n, &w);
    if (!trends_name_id(t, r->id, id) || !trends_label(t, question, id, &label)) {
        return NULL;
    }
    return json_pack("{s:s,s:o,s:I,s:f,s:f,s:f,s:f,s:o}", "id", id, "label", label, "n", (json_int_t)r->n,
                     "share", r->share, "lo", w.lo, "hi", w.hi, "cumulative", r->cumulative, "visits",
                     visits_json(g, o->days));
}

// {"answered", "n", "enough", "items"} added to `ret`.
static bool add_group(struct trends *t, int32_t question, const struct trend_named_rows *rows,
                      enum rollup_named which, json_t *ret)
{
    struct group g = {.count = 0};
    struct trend_reason *reasons = calloc(rows->count + 1, sizeof *reasons);
    json_t *items = json_array();
    bool ok = reasons != NULL && group_read(t, &g, rows, which);
    size_t named = 0;
    for (size_t i = 0; ok && i < g.count; i++) {
        if (g.options[i].n > 0) {
            reasons[named++] = (struct trend_reason){.id = g.options[i].id, .n = g.options[i].n};
        }
    }
    if (ok && trend_pareto(reasons, named)) {
        for (size_t i = 0; ok && i < named; i++) {
            ok = json_array_append_new(items, item_json(t, question, &g, &reasons[i])) == 0;
        }
    }
    json_object_set_new(ret, "answered", json_integer((json_int_t)g.answered));
    json_object_set_new(ret, "n", json_integer((json_int_t)g.n));
    json_object_set_new(ret, "enough", json_boolean(g.answered >= TREND_MIN_N));
    json_object_set_new(ret, "items", items);
    free(reasons);
    group_finish(&g);
    return ok;
}

static json_t *question_json(struct trends *t, int32_t question)
{
    struct trend_named_rows rows = {.items = NULL};
    char id[IDENT_MAX + 1];
    bool ok = trends_load_named(t, question, &rows) && trends_name_id(t, question, id);
    json_t *o = json_pack("{s:s}", "question", ok ? id : ""), *unhappy = json_object(),
           *happy = json_object();
    ok = ok && add_group(t, question, &rows, NAMED, o) &&
         add_group(t, question, &rows, NAMED_UNHAPPY, unhappy) &&
         add_group(t, question, &rows, NAMED_HAPPY, happy);
    json_object_set_new(o, "unhappy", unhappy);
    json_object_set_new(o, "happy", happy);
    free(rows.items);
    return ok ? o : trends_failed(t, o);
}

json_t *trends_reasons(struct trends *t)
{
    struct trend_counts questions = {.items = NULL};
    json_t *o = trends_head(t), *list = json_array();
    bool ok = trends_load_choice_questions(t, &questions);
    json_object_set_new(o, "questions", list);
    for (size_t i = 0; ok && i < questions.count; i++) {
        if (t->q->question[0] == '\0' || questions.items[i].id == t->question) {
            ok = json_array_append_new(list, question_json(t, questions.items[i].id)) == 0;
        }
    }
    free(questions.items);
    return ok ? o : trends_failed(t, o);
}
