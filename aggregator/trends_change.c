// trends: before and after. Leads with the difference and its interval, then the ordinal effect, then p.
#include "aggregator/trends_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EFFECT_DAYS = 28, EFFECT_LEAST = 3, EFFECT_MOST = 366 };

// One side of a comparison.
struct side {
    struct trend_rows rows;
    struct trend_counts mix;
    struct trend_figure figure;
    struct trend_day *days;              // owned
    int64_t (*by_day)[TREND_LEVELS_MAX]; // owned: of the scale that most votes are of
    size_t day_count;
    int levels;
    int64_t counts[TREND_LEVELS_MAX];
};

static void side_finish(struct side *s)
{
    free(s->rows.items);
    free(s->mix.items);
    free(s->days);
    free(s->by_day);
}

static int by_day(const void *va, const void *vb)
{
    const struct trend_row *a = va, *b = vb;
    return a->day != b->day ? (a->day > b->day) - (a->day < b->day) : a->levels - b->levels;
}

// Faces only: the scale of most votes of both sides.
static int main_levels(const struct side *a, const struct side *b)
{
    int64_t votes[TREND_LEVELS_MAX + 1] = {0};
    int best = 2;
    for (int which = 0; which < 2; which++) {
        const struct trend_rows *rows = which == 0 ? &a->rows : &b->rows;
        for (size_t i = 0; i < rows->count; i++) {
            for (int c = 0; c < rows->items[i].levels; c++) {
                votes[rows->items[i].levels] += rows->items[i].c[c];
            }
        }
    }
    for (int levels = 2; levels <= TREND_LEVELS_MAX; levels++) {
        best = votes[levels] > votes[best] ? levels : best;
    }
    return best;
}

static bool gather(struct side *s, int levels)
{
    size_t room = s->rows.count + 1;
    int32_t last = INT32_MIN;
    s->days = calloc(room, sizeof *s->days);
    s->by_day = calloc(room, sizeof *s->by_day);
    s->levels = levels;
    if (s->days == NULL || s->by_day == NULL) {
        return false;
    }
    for (size_t i = 0; i < s->rows.count; i++) {
        const struct trend_row *r = &s->rows.items[i];
        if (r->levels != levels) {
            continue;
        }
        s->day_count += r->day != last;
        last = r->day;
        struct trend_day *day = &s->days[s->day_count - 1];
        for (int c = 0; c < levels; c++) {
            day->n += r->c[c];
            s->by_day[s->day_count - 1][c] += r->c[c];
            s->counts[c] += r->c[c];
        }
        // NPS has no top faces: promoters stand for them.
        day->good += levels == TREND_NPS_LEVELS ? r->c[9] + r->c[10] : trend_row_good(r);
    }
    return true;
}

// Votes of both sides by kiosk or place, in the same order. The caller frees *ret.
static size_t align(const struct trend_counts *a, const struct trend_counts *b, int64_t **ret)
{
    int64_t *both = calloc(2 * (a->count + b->count) + 2, sizeof *both);
    size_t count = 0, room = a->count + b->count;
    for (size_t i = 0, j = 0; both != NULL && (i < a->count || j < b->count); count++) { // both ascend by id
        bool left = j == b->count || (i < a->count && a->items[i].id <= b->items[j].id);
        bool right = i == a->count || (j < b->count && b->items[j].id <= a->items[i].id);
        both[count] = left ? a->items[i++].n : 0;
        both[room + count] = right ? b->items[j++].n : 0;
    }
    *ret = both;
    return count;
}

static json_t *rank_json(const struct side *before, const struct side *after, const struct trend_change *c)
{
    struct trend_mean m;
    if (!c->ranked || !trend_superiority((const int64_t(*)[TREND_LEVELS_MAX])before->by_day,
                                         before->day_count, (const int64_t(*)[TREND_LEVELS_MAX])after->by_day,
                                         after->day_count, (size_t)before->levels, &m)) {
        return json_null();
    }
    return json_pack("{s:f,s:f,s:f,s:f,s:f}", "superiority", m.mean, "lo", m.interval.lo, "hi", m.interval.hi,
                     "z", c->rank.z, "p", c->rank.p);
}

static json_t *change_json(const struct side *before, const struct side *after, const struct trend_change *c)
{
    if (before->figure.n < TREND_LEAST_N || after->figure.n < TREND_LEAST_N) {
        return json_pack("{s:n,s:n,s:n,s:n,s:s,s:n}", "difference", "lo", "hi", "error", "refusal",
                         trend_refusal_name(TREND_TOO_FEW), "rank");
    }
    return json_pack("{s:f,s:f,s:f,s:f,s:s,s:o}", "difference", c->difference, "lo", c->interval.lo, "hi",
                     c->interval.hi, "error", c->error, "refusal", trend_refusal_name(c->refusal), "rank",
                     rank_json(before, after, c));
}

// Both sides from their rows: {"before", "after", "change"}; *ret_known false: one side has no votes.
static json_t *compare(struct side *before, struct side *after, struct trend_change *ret_c, bool *ret_known)
{
    int64_t *mix = NULL;
    bool ok = trend_figure(&before->rows, INT32_MIN, INT32_MAX, &before->figure) &&
              trend_figure(&after->rows, INT32_MIN, INT32_MAX, &after->figure);
    int levels = main_levels(before, after);
    ok = ok && gather(before, levels) && gather(after, levels);
    size_t units = ok ? align(&before->mix, &after->mix, &mix) : 0;
    if (!ok || mix == NULL) {
        free(mix);
        return NULL;
    }
    const struct trend_period a = {before->days, before->day_count, before->counts, mix};
    const struct trend_period b = {after->days, after->day_count, after->counts,
                                   mix + before->mix.count + after->mix.count};
    *ret_known = trend_change(&a, &b, (size_t)levels, units, ret_c);
    free(mix);
    json_t *change = *ret_known ? change_json(before, after, ret_c)
                                : json_pack("{s:n,s:n,s:n,s:n,s:s,s:n}", "difference", "lo", "hi", "error",
                                            "refusal", trend_refusal_name(TREND_TOO_FEW), "rank");
    return json_pack("{s:o,s:o,s:o}", "before", trend_figure_json(&before->figure), "after",
                     trend_figure_json(&after->figure), "change", change);
}

static bool load_side(struct trends *t, const struct trend_place *places, size_t count, int32_t from,
                      int32_t to, struct side *s)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = trends_load_days(t, places[i].number, t->question, from, to, &s->rows) &&
             (count > 1 ? trend_counts_add(&s->mix, 1, 1) // several control places are one crowd
                        : trends_load_mix(t, places[i].number, places[i].kind, from, to, &s->mix));
    }
    if (ok && count > 1) {
        s->mix.count = 1;
        qsort(s->rows.items, s->rows.count, sizeof *s->rows.items, by_day);
    }
    return ok;
}

// {"before", "after", "change"} of places taken together, with their days. NULL: t->error tells.
static json_t *compare_places(struct trends *t, const struct trend_place *places, size_t count, int32_t from,
                              int32_t middle, int32_t to, struct trend_change *ret_c, bool *ret_known)
{
    struct side before = {.levels = 0}, after = {.levels = 0};
    char text[4][16];
    json_t *o =
        load_side(t, places, count, from, middle, &before) && load_side(t, places, count, middle, to, &after)
            ? compare(&before, &after, ret_c, ret_known)
            : NULL;
    side_finish(&before);
    side_finish(&after);
    if (o == NULL) {
        if (t->error == TRENDS_OK) {
            trends_no_memory(t);
        }
        return NULL;
    }
    json_t *a = json_object_get(o, "before"), *b = json_object_get(o, "after");
    json_object_set_new(a, "from", json_string(trend_day_text(from, text[0])));
    json_object_set_new(a, "to", json_string(trend_day_text(middle - 1, text[1])));
    json_object_set_new(b, "from", json_string(trend_day_text(middle, text[2])));
    json_object_set_new(b, "to", json_string(trend_day_text(to - 1, text[3])));
    return o;
}

json_t *trends_compare(struct trends *t)
{
    struct trend_change c;
    bool known;
    json_t *o = trends_head(t);
    json_t *both = compare_places(t, &t->place, 1, t->from - (t->to - t->from), t->from, t->to, &c, &known);
    json_object_update(o, both);
    json_decref(both);
    if (both == NULL) {
        json_decref(o);
        return NULL;
    }
    return o;
}

// ---------------------------------------------------------------- effect of a change

static bool read_at(struct trends *t, int32_t *ret_at, int32_t *ret_days)
{
    char *end;
    *ret_days = EFFECT_DAYS;
    if (t->q->days[0] != '\0') {
        long days = strtol(t->q->days, &end, 10);
        if (*end != '\0' || days < EFFECT_LEAST || days > EFFECT_MOST) {
            return trends_wrong(t, "days", "days is 3 to 366");
        }
        *ret_days = (int32_t)days;
    }
    if (!trend_day_parse(t->q->at, ret_at)) {
        return trends_wrong(t, "at", "at is the first day of the change, such as 2026-11-01");
    }
    return *ret_at <= t->yesterday ||
           trends_wrong(t, "at", "at is yesterday at the latest: nothing after it is known");
}

static bool read_controls(struct trends *t, struct trend_place *ret, size_t *ret_count)
{
    const char *p = t->q->control;
    *ret_count = 0;
    while (*p != '\0') {
        char id[IDENT_MAX + 1];
        size_t n = strcspn(p, ",");
        if (n == 0 || n > IDENT_MAX || *ret_count == TREND_CONTROLS_MAX) {
            return trends_wrong(t, "control", "control is up to 20 ids of places, separated by commas");
        }
        memcpy(id, p, n);
        id[n] = '\0';
        if (!trends_find_place(t, id, &ret[*ret_count])) {
            return t->error == TRENDS_NOT_FOUND
                       ? trends_wrong(t, "control", "no such place, or you may not see it")
                       : false;
        }
        if (ret[*ret_count].number == t->place.number) {
            return trends_wrong(t, "control", "control is another place");
        }
        ++*ret_count;
        p += n + (p[n] == ',');
    }
    return true;
}

json_t *trends_effect(struct trends *t)
{
    struct trend_place controls[TREND_CONTROLS_MAX];
    struct trend_change c = {.refusal = TREND_TOO_FEW}, of_control = {.refusal = TREND_TOO_FEW};
    size_t count;
    int32_t at, days;
    bool known = false, control_known = false;
    if (!read_at(t, &at, &days) || !read_controls(t, controls, &count)) {
        return NULL;
    }
    int32_t to = at + days <= t->yesterday + 1 ? at + days : t->yesterday + 1;
    t->from = at - days;
    t->to = to;
    if (!trends_find_question(t)) { // again: these are other days
        return NULL;
    }
    json_t *o = trends_head(t);
    json_t *both = compare_places(t, &t->place, 1, t->from, at, to, &c, &known), *control = NULL;
    json_object_update(o, both);
    if (both != NULL && count > 0) {
        control = compare_places(t, controls, count, t->from, at, to, &of_control, &control_known);
    }
    if (both == NULL || (count > 0 && control == NULL)) {
        json_decref(both);
        json_decref(o);
        return NULL;
    }
    json_decref(both);
    json_object_set_new(o, "at", json_string(t->q->at));
    json_object_set_new(o, "control", control != NULL ? control : json_null());
    bool few = c.refusal == TREND_TOO_FEW || of_control.refusal == TREND_TOO_FEW;
    if (count > 0 && known && control_known && !few) {
        struct trend_effect e =
            trend_diff_in_diff(c.difference, c.error, of_control.difference, of_control.error);
        const char *why = trend_refusal_name(c.refusal != TREND_COMPARABLE ? c.refusal : of_control.refusal);
        json_object_set_new(o, "effect",
                            json_pack("{s:f,s:f,s:f,s:f,s:s}", "difference", e.difference, "lo",
                                      e.interval.lo, "hi", e.interval.hi, "error", e.error, "refusal", why));
    } else { // without a control nobody can say what would have happened anyway
        json_object_set_new(o, "effect",
                            json_pack("{s:n,s:n,s:n,s:n,s:s}", "difference", "lo", "hi", "error", "refusal",
                                      count == 0 ? "no-control" : "too-few"));
    }
    return o;
}
