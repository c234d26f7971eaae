// trends: expectation against perception, dimension by dimension (SERVQUAL: trend_stats.h), on the face index 0..100; and
// what each question scores. Which question asks what: the newest documents that were pushed (survey.h, dimension, aspect).
#include "aggregator/trends_impl.h"

#include "shared/survey.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 2, PERCEIVED = 0, EXPECTED = 1 };

struct dimension {
    char id[IDENT_MAX + 1];
    struct trend_sum *days; // borrowed: day_count of what was perceived, then of what is expected
    struct trend_sum all[PARTS];
    struct trend_sum important; // votes on how much it matters
    int64_t named;              // as what matters
    double weight;              // of those with a gap
};

struct gaps {
    struct dimension items[TREND_PARTS_MAX / PARTS];
    size_t count, day_count;
    struct trend_sum *days; // owned: of all of them, in their order
};

// NULL: there are more than a report holds.
static struct dimension *dimension_of(struct gaps *g, const char *id)
{
    for (size_t i = 0; i < g->count; i++) {
        if (strcmp(g->items[i].id, id) == 0) {
            return &g->items[i];
        }
    }
    if (id[0] == '\0' || g->count == TREND_PARTS_MAX / PARTS) {
        return NULL;
    }
    struct dimension *d = &g->items[g->count];
    d->days = &g->days[g->count++ * PARTS * g->day_count];
    strcpy(d->id, id);
    return d;
}

static bool add_ratings(struct trends *t, struct gaps *g, const struct trend_asked *q)
{
    struct dimension *d = dimension_of(g, q->dimension);
    struct trend_rows rows = {.items = NULL};
    double values[TREND_LEVELS_MAX];
    bool ok = d == NULL || trends_load_days(t, t->place.number, q->name, t->from, t->to, &rows);
    for (size_t i = 0; ok && i < rows.count; i++) {
        const struct trend_row *r = &rows.items[i];
        int part = q->aspect == SURVEY_EXPECTATION ? EXPECTED : PERCEIVED;
        trend_values_index((size_t)r->levels, values);
        if (q->aspect == SURVEY_IMPORTANCE) {
            trend_sum_add(&d->important, r->c, values, (size_t)r->levels);
        } else {
            trend_sum_add(&d->days[(size_t)part * g->day_count + (size_t)(r->day - t->from)], r->c, values,
                          (size_t)r->levels);
            trend_sum_add(&d->all[part], r->c, values, (size_t)r->levels);
        }
    }
    free(rows.items);
    return ok;
}

// A choice of what matters: its options name dimensions. Others are nobody's, and not made here.
static bool add_named(struct trends *t, struct gaps *g, const struct trend_asked *q)
{
    struct trend_named_rows rows = {.items = NULL};
    char id[IDENT_MAX + 1];
    bool ok = trends_load_named(t, q->name, &rows);
    for (size_t i = 0; ok && i < rows.count; i++) {
        ok = trends_name_id(t, rows.items[i].option, id);
        for (size_t d = 0; ok && d < g->count; d++) {
            g->items[d].named += strcmp(g->items[d].id, id) == 0 ? rows.items[i].n[0] : 0;
        }
    }
    free(rows.items);
    return ok;
}

static bool has_gap(const struct dimension *d)
{
    return d->all[PERCEIVED].n >= TREND_LEAST_N && d->all[EXPECTED].n >= TREND_LEAST_N;
}

// By how important customers rate them, else by how often they name them, else all the same. Returns which.
static const char *weigh(struct gaps *g)
{
    static const char *const names[] = {"ratings", "named", "equal"};
    int which = 0;
    for (; which < 2; which++) {
        bool all = true, any = false;
        for (size_t i = 0; i < g->count; i++) {
            const struct dimension *d = &g->items[i];
            int64_t n = which == 0 ? d->important.n : d->named;
            all = all && (!has_gap(d) || which == 1 || n >= TREND_LEAST_N);
            any = any || (has_gap(d) && n >= TREND_LEAST_N);
        }
        if (all && any) {
            break;
        }
    }
    double sum = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct dimension *d = &g->items[i];
        d->weight = !has_gap(d)  ? 0
                    : which == 0 ? d->important.sum / (double)d->important.n
                    : which == 1 ? (double)d->named
                                 : 1;
        sum += d->weight;
    }
    for (size_t i = 0; sum > 0 && i < g->count; i++) {
        g->items[i].weight /= sum;
    }
    return names[which];
}

static json_t *mix_json(const struct trend_mix *m)
{
    struct stats_interval i = {m->value - m->half, m->value + m->half};
    i.lo = i.lo > -100 ? i.lo : -100;
    i.hi = i.hi < 100 ? i.hi : 100;
    return trend_value_json(m->value, &i, m->error);
}

static json_t *part_json(const struct gaps *g, const struct dimension *d, int part)
{
    struct trend_mean m;
    json_int_t n = (json_int_t)d->all[part].n;
    if (n < TREND_LEAST_N || !trend_mean(&d->days[(size_t)part * g->day_count], g->day_count, 0, 100, &m)) {
        return json_pack("{s:I,s:n}", "n", n, "index");
    }
    return json_pack("{s:I,s:o}", "n", n, "index", trend_value_json(m.mean, &m.interval, m.error));
}

static json_t *dimension_json(const struct gaps *g, const struct dimension *d)
{
    static const double apart[PARTS] = {[PERCEIVED] = 1, [EXPECTED] = -1};
    struct trend_mix m;
    bool gap = has_gap(d) && trend_mix(d->days, apart, PARTS, g->day_count, &m);
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:b}", "dimension", d->id, "perception",
                     part_json(g, d, PERCEIVED), "expectation", part_json(g, d, EXPECTED), "gap",
                     gap ? mix_json(&m) : json_null(), "weight", gap ? json_real(d->weight) : json_null(),
                     "weighted", gap ? json_real(d->weight * m.value) : json_null(), "enough",
                     d->all[PERCEIVED].n >= TREND_MIN_N && d->all[EXPECTED].n >= TREND_MIN_N);
}

// The sum of the weighted gaps. Those without one have no part in it. *ret_m is kept when there is none.
static bool total(const struct gaps *g, struct trend_mix *ret_m, int64_t *ret_n)
{
    double weights[TREND_PARTS_MAX];
    struct trend_sum *days = calloc(TREND_PARTS_MAX * g->day_count, sizeof *days);
    size_t parts = 0;
    *ret_n = 0;
    for (size_t i = 0; days != NULL && i < g->count; i++) {
        const struct dimension *d = &g->items[i];
        for (int part = 0; part < PARTS && has_gap(d); part++) {
            memcpy(&days[parts * g->day_count], &d->days[(size_t)part * g->day_count],
                   g->day_count * sizeof *days);
            *ret_n = parts == 0 || d->all[part].n < *ret_n ? d->all[part].n : *ret_n;
            weights[parts++] = part == PERCEIVED ? d->weight : -d->weight;
        }
    }
    bool known = days != NULL && trend_mix(days, weights, parts, g->day_count, ret_m);
    free(days);
    return known;
}

json_t *trends_gaps(struct trends *t)
{
    struct gaps g = {.day_count = (size_t)(t->to - t->from)};
    struct trend_asked_list asked = {.items = NULL};
    struct trend_mix m;
    int64_t n = 0;
    json_t *o = trends_head(t), *list = json_array();
    json_object_del(o, "question");
    json_object_set_new(o, "dimensions", list);
    g.days = calloc(TREND_PARTS_MAX * g.day_count, sizeof *g.days);
    bool ok = g.days != NULL && trends_load_asked(t, &asked);
    for (size_t i = 0; ok && i < asked.count; i++) {
        ok = asked.items[i].choice || add_ratings(t, &g, &asked.items[i]);
    }
    for (size_t i = 0; ok && i < asked.count; i++) {
        bool names = asked.items[i].choice && asked.items[i].aspect == SURVEY_IMPORTANCE;
        ok = !names || add_named(t, &g, &asked.items[i]);
    }
    json_object_set_new(o, "weights", json_string(weigh(&g)));
    for (size_t i = 0; ok && i < g.count; i++) {
        const struct dimension *d = &g.items[i];
        if (d->all[PERCEIVED].n + d->all[EXPECTED].n > 0) {
            ok = json_array_append_new(list, dimension_json(&g, d)) == 0;
        }
    }
    bool known = ok && total(&g, &m, &n);
    json_object_set_new(o, "score", known ? mix_json(&m) : json_null());
    json_object_set_new(o, "n", json_integer((json_int_t)n));
    json_object_set_new(o, "enough", json_boolean(n >= TREND_MIN_N));
    free(g.days);
    free(asked.items);
    return ok ? o : trends_failed(t, o);
}

// ---------------------------------------------------------------- scores

static bool is_effort(const char *dimension)
{
    return strcmp(dimension, "ease") == 0 || strcmp(dimension, "effort") == 0;
}

// Customer effort: the mean of the levels, 1 (hard) to the best (easy), of the scale with the most answers.
static json_t *effort_json(const struct trends *t, const struct trend_rows *rows)
{
    struct trend_mean m;
    double values[TREND_LEVELS_MAX];
    int64_t votes[TREND_LEVELS_MAX + 1] = {0};
    int levels = 0;
    struct trend_sum *days = calloc((size_t)(t->to - t->from), sizeof *days);
    for (size_t i = 0; i < rows->count; i++) {
        const struct trend_row *r = &rows->items[i];
        for (int c = 0; c < r->levels; c++) {
            votes[r->levels] += r->c[c];
        }
        levels = votes[r->levels] > votes[levels] ? r->levels : levels;
    }
    trend_values_level((size_t)levels, values);
    for (size_t i = 0; days != NULL && i < rows->count; i++) {
        const struct trend_row *r = &rows->items[i];
        if (r->levels == levels) {
            trend_sum_add(&days[r->day - t->from], r->c, values, (size_t)levels);
        }
    }
    bool told = days != NULL && votes[levels] >= TREND_LEAST_N &&
                trend_mean(days, (size_t)(t->to - t->from), 1, levels, &m);
    free(days);
    if (!told) {
        return json_null();
    }
    json_t *o = trend_value_json(m.mean, &m.interval, m.error);
    json_object_set_new(o, "n", json_integer((json_int_t)m.n));
    json_object_set_new(o, "of", json_integer(levels));
    json_object_set_new(o, "variant",
                        json_string(levels == 7 ? "CES 2.0: mean of 1 to 7" : "mean of the levels"));
    return o;
}

static json_t *score_json(struct trends *t, int32_t question, const struct trend_asked_list *asked)
{
    struct trend_rows rows = {.items = NULL};
    struct trend_figure f;
    char id[IDENT_MAX + 1];
    const char *dimension = "";
    for (size_t i = 0; i < asked->count; i++) {
        dimension = asked->items[i].name == question ? asked->items[i].dimension : dimension;
    }
    bool ok = trends_load_days(t, t->place.number, question, t->from, t->to, &rows) &&
              trends_name_id(t, question, id) && trend_figure(&rows, t->from, t->to, &f);
    json_t *o = ok ? trend_figure_json(&f) : NULL;
    if (o != NULL) {
        json_object_set_new(o, "question", json_string(id));
        json_object_set_new(o, "dimension", json_string(dimension));
        if (is_effort(dimension)) {
            json_object_set_new(o, "ces", effort_json(t, &rows));
        }
    }
    free(rows.items);
    return o;
}

json_t *trends_scores(struct trends *t)
{
    struct trend_counts questions = {.items = NULL};
    struct trend_asked_list asked = {.items = NULL};
    json_t *o = trends_head(t), *list = json_array();
    json_object_del(o, "question");
    json_object_set_new(o, "questions", list);
    json_object_set_new(
        o, "formulas",
        json_pack("{s:s,s:s,s:s,s:s}", "index", "100 * mean((level - 1) / (levels - 1))", "share",
                  "answers on the two best faces of 4 and more, on the best one of fewer", "nps",
                  "% of 9 and 10 minus % of 0 to 6", "ces", "mean of the levels, the best is easiest"));
    bool ok = trends_load_asked(t, &asked) && trends_load_questions(t, &questions);
    for (size_t i = 0; ok && i < questions.count; i++) {
        ok = json_array_append_new(list, score_json(t, questions.items[i].id, &asked)) == 0;
    }
    free(questions.items);
    free(asked.items);
    return ok ? o : trends_failed(t, o);
}
