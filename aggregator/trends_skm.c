// trends: Survei Kepuasan Masyarakat (Permenpan RB 14/2017): the index of the nine elements of a unit and
// period, with class, element values and the sample that was needed. Elements are the questions of the survey
// `skm` with these dimensions (assets/surveys/skm.yaml); only answers of the scale 1 to 4 count.
#include "aggregator/trends_impl.h"

#include <stdlib.h>
#include <string.h>

static const struct element {
    const char *dimension, *usual_id;
} elements[] = {
    {"requirements", "u1"}, {"procedure", "u2"},  {"time", "u3"},
    {"cost", "u4"},         {"product", "u5"},    {"competence", "u6"},
    {"behaviour", "u7"},    {"facilities", "u8"}, {"complaints", "u9"},
};
enum { ELEMENTS = sizeof elements / sizeof elements[0] };

struct report {
    int32_t questions[ELEMENTS];
    int64_t counts[ELEMENTS][SKM_ANSWERS];
    struct trend_sum *days; // owned: [element * day_count + day]
    size_t day_count;
    int64_t respondents; // answers to the element that has fewest
};

static bool load_element(struct trends *t, int32_t place, struct report *r, int e)
{
    struct trend_rows rows = {.items = NULL};
    double values[SKM_ANSWERS];
    bool ok = r->questions[e] == 0 || trends_load_days(t, place, r->questions[e], t->from, t->to, &rows);
    int64_t n = 0;
    trend_values_level(SKM_ANSWERS, values);
    for (size_t i = 0; ok && i < rows.count; i++) {
        const struct trend_row *row = &rows.items[i];
        if (row->levels != SKM_ANSWERS) {
            continue;
        }
        for (int a = 0; a < SKM_ANSWERS; a++) {
            r->counts[e][a] += row->c[a];
            n += row->c[a];
        }
        trend_sum_add(&r->days[(size_t)e * r->day_count + (size_t)(row->day - t->from)], row->c, values,
                      SKM_ANSWERS);
    }
    r->respondents = e == 0 || n < r->respondents ? n : r->respondents;
    free(rows.items);
    return ok;
}

static json_t *element_json(struct trends *t, const struct report *r, int e)
{
    struct trend_mean m = {.n = 0};
    char id[IDENT_MAX + 1] = "";
    bool known = trend_mean(&r->days[(size_t)e * r->day_count], r->day_count, 1, SKM_ANSWERS, &m) &&
                 m.n >= TREND_LEAST_N;
    if (r->questions[e] != 0 && !trends_name_id(t, r->questions[e], id)) {
        return NULL;
    }
    json_t *o = json_pack("{s:s,s:s,s:I,s:b}", "element", elements[e].dimension, "question", id, "n",
                          (json_int_t)m.n, "enough", m.n >= TREND_MIN_N);
    json_object_set_new(o, "mean", known ? json_real(m.mean) : json_null());
    json_object_set_new(o, "lo", known ? json_real(m.interval.lo) : json_null());
    json_object_set_new(o, "hi", known ? json_real(m.interval.hi) : json_null());
    json_object_set_new(o, "value", known ? json_real(25 * m.mean) : json_null());
    return o;
}

static void index_json(const struct report *r, json_t *o)
{
    struct trend_skm skm;
    double half;
    char name[2] = "";
    bool known = r->respondents >= TREND_LEAST_N && trend_skm(r->counts, ELEMENTS, NULL, &skm);
    bool wide = known && trend_skm_error(r->days, ELEMENTS, r->day_count, &half);
    if (known) {
        name[0] = skm.performance;
    }
    json_object_set_new(o, "index", known ? json_real(skm.index) : json_null());
    json_object_set_new(o, "class", known ? json_string(name) : json_null());
    json_object_set_new(o, "lo",
                        wide ? json_real(skm.index - half > 25 ? skm.index - half : 25) : json_null());
    json_object_set_new(o, "hi",
                        wide ? json_real(skm.index + half < 100 ? skm.index + half : 100) : json_null());
    json_object_set_new(o, "respondents", json_integer((json_int_t)r->respondents));
    json_object_set_new(o, "enough", json_boolean(r->respondents >= TREND_MIN_N));
}

static bool load(struct trends *t, int32_t place, struct report *r)
{
    r->day_count = (size_t)(t->to - t->from);
    r->days = calloc(r->day_count * ELEMENTS, sizeof *r->days);
    bool ok = r->days != NULL || trends_no_memory(t);
    for (int e = 0; ok && e < ELEMENTS; e++) {
        ok = load_element(t, place, r, e);
    }
    return ok;
}

static json_t *unit_json(struct trends *t, const struct trend_place *p, const int32_t *questions)
{
    struct report r = {.days = NULL};
    memcpy(r.questions, questions, sizeof r.questions);
    json_t *o = NULL;
    if (load(t, p->number, &r)) {
        o = json_pack("{s:o}", "place", trends_place_json(p));
        index_json(&r, o);
    }
    free(r.days);
    return o;
}

static bool sample_json(struct trends *t, const struct report *r, json_t *o)
{
    int64_t population = INT32_MAX; // more than any table: 384
    char *end;
    if (t->q->population[0] != '\0') {
        population = strtoll(t->q->population, &end, 10);
        if (*end != '\0' || population < 1 || population > 1000000000) {
            return trends_wrong(t, "population", "population is a number of people, 1 to 1000000000");
        }
    }
    int64_t needed = trend_sample_size(population);
    return json_object_set_new(
               o, "sample",
               json_pack("{s:o,s:I,s:b}", "population",
                         t->q->population[0] != '\0' ? json_integer((json_int_t)population) : json_null(),
                         "needed", (json_int_t)needed, "reached", r->respondents >= needed)) == 0;
}

json_t *trends_skm(struct trends *t)
{
    struct report r = {.days = NULL};
    struct trend_place *units = NULL;
    size_t count = 0;
    bool ok = true;
    for (int e = 0; ok && e < ELEMENTS; e++) {
        ok = trends_find_element(t, elements[e].dimension, elements[e].usual_id, &r.questions[e]);
    }
    json_t *o = trends_head(t), *list = json_array(), *below = json_array();
    json_object_del(o, "question");
    json_object_set_new(o, "elements", list);
    json_object_set_new(o, "units", below);
    ok = ok && load(t, t->place.number, &r) && sample_json(t, &r, o);
    if (ok) {
        index_json(&r, o);
    }
    for (int e = 0; ok && e < ELEMENTS; e++) {
        ok = json_array_append_new(list, element_json(t, &r, e)) == 0;
    }
    ok = ok && trends_load_units(t, false, &units, &count);
    for (size_t i = 0; ok && i < count; i++) {
        ok = json_array_append_new(below, unit_json(t, &units[i], r.questions)) == 0;
    }
    free(units);
    free(r.days);
    if (!ok) {
        json_decref(o);
        if (t->error == TRENDS_OK) {
            trends_no_memory(t);
        }
        return NULL;
    }
    return o;
}
