// trends: series, hours of the week, rankings.
#include "aggregator/trends_impl.h"

#include "aggregator/rollups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *trends_place_json(const struct trend_place *p)
{
    static const char *const kinds[] = {"org", "region", "branch", "area"};
    return json_pack("{s:s,s:s,s:s}", "id", p->id, "name", p->name, "kind",
                     p->kind >= 0 && p->kind < 4 ? kinds[p->kind] : "");
}

json_t *trends_head(const struct trends *t)
{
    char from[16], to[16];
    return json_pack("{s:o,s:s,s:O,s:s,s:s,s:b,s:i,s:o,s:o}", "place", trends_place_json(&t->place), "question",
                     t->question_id, "promise", t->promise, "from", trend_day_text(t->from, from), "to",
                     trend_day_text(t->to - 1, to), "building", t->building, "least", (int)TREND_MIN_N,
                     "segment", t->segment != TREND_ALL ? json_string(t->q->segment) : json_null(), "reason",
                     trends_reason_json(t));
}

json_t *trends_failed(struct trends *t, json_t *o)
{
    json_decref(o);
    if (t->error == TRENDS_OK) {
        trends_no_memory(t);
    }
    return NULL;
}

// A figure of [from, to), with its days.
static json_t *period(const struct trend_rows *rows, int32_t from, int32_t to)
{
    struct trend_figure f;
    char first[16], last[16];
    if (!trend_figure(rows, from, to, &f)) {
        return NULL;
    }
    json_t *o = trend_figure_json(&f);
    json_object_set_new(o, "from", json_string(trend_day_text(from, first)));
    json_object_set_new(o, "to", json_string(trend_day_text(to - 1, last)));
    return o;
}

// ---------------------------------------------------------------- series

enum { ANY = -1 };

// A number from 0 to most, or ANY when the field is empty.
static bool part(struct trends *t, const char *field, const char *text, int most, int *ret)
{
    char why[80], *end = NULL;
    long n = text[0] != '\0' ? strtol(text, &end, 10) : ANY;
    if (text[0] != '\0' && (*end != '\0' || n < 0 || n > most)) {
        snprintf(why, sizeof why, "%s is a number from 0 to %d", field, most);
        return trends_wrong(t, field, why);
    }
    *ret = (int)n;
    return true;
}

// The votes of a series: of all its days, or of the hours of the week that are asked for.
static bool load_series(struct trends *t, int32_t from, int weekday, int hour, struct trend_rows *rows)
{
    size_t kept = 0;
    if (weekday == ANY && hour == ANY) {
        return trends_load_days(t, t->place.number, t->question, from, t->to, rows);
    }
    if (t->segment != TREND_ALL) {
        return trends_wrong(t, "segment", "segments are counted by whole days: leave weekday and hour out");
    }
    if (!trends_load_hours(t, t->place.number, from, t->to, rows)) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct trend_row *r = &rows->items[i];
        if ((weekday == ANY || trend_weekday(r->day) == weekday) && (hour == ANY || r->hour == hour)) {
            rows->items[kept++] = *r;
        }
    }
    rows->count = kept;
    return true;
}

// How satisfied the visits are that named the reason; by day only.
static bool add_satisfied(struct trends *t, int32_t before, json_t *o)
{
    struct trend_rows rows = {.items = NULL};
    bool ok = trends_load_reason_visits(t, before, t->to, &rows);
    json_t *now = ok ? period(&rows, t->from, t->to) : NULL, *then = ok ? period(&rows, before, t->from) : NULL;
    json_object_del(now, "index"); // of two levels it is the share once more
    json_object_del(then, "index");
    free(rows.items);
    return json_object_set_new(json_object_get(o, "total"), "satisfied", now) == 0 &&
           json_object_set_new(json_object_get(o, "previous"), "satisfied", then) == 0;
}

json_t *trends_series(struct trends *t)
{
    enum trend_by by = TREND_BY_DAY;
    int weekday, hour;
    if (t->q->by[0] != '\0' && !trend_by_parse(t->q->by, &by)) {
        trends_wrong(t, "by", "by is day, week or month");
        return NULL;
    }
    if (!part(t, "weekday", t->q->weekday, 6, &weekday) ||
        !part(t, "hour", t->q->hour, TREND_HOURS - 1, &hour)) {
        return NULL;
    }
    if (t->segment != TREND_ALL && (weekday != ANY || hour != ANY)) {
        trends_wrong(t, "segment", "segments are told by day: leave weekday and hour out");
        return NULL;
    }
    struct trend_rows rows = {.items = NULL};
    int32_t before = t->from - (t->to - t->from);
    json_t *o = trends_head(t), *periods = json_array();
    bool ok = load_series(t, before, weekday, hour, &rows);
    for (int32_t day = t->from, next; ok && day < t->to; day = next) {
        next = trend_by_next(day, by);
        next = next < t->to ? next : t->to;
        ok = json_array_append_new(periods, period(&rows, day, next)) == 0;
    }
    ok = ok && json_object_set_new(o, "total", period(&rows, t->from, t->to)) == 0 &&
         json_object_set_new(o, "previous", period(&rows, before, t->from)) == 0 &&
         (t->reason.option == 0 || t->reason.visits != NAMED || weekday != ANY || hour != ANY ||
          add_satisfied(t, before, o));
    free(rows.items);
    json_object_set_new(o, "by", json_string(t->q->by[0] != '\0' ? t->q->by : "day"));
    json_object_set_new(o, "periods", periods);
    return ok ? o : trends_failed(t, o);
}

// ---------------------------------------------------------------- segments

json_t *trends_segments(struct trends *t)
{
    struct trend_counts segments = {.items = NULL};
    json_t *o = trends_head(t), *list = json_array();
    char id[80];
    json_object_set_new(o, "segments", list);
    bool ok = trends_load_segments(t, &segments);
    for (size_t i = 0; ok && i < segments.count; i++) {
        struct trend_rows rows = {.items = NULL};
        t->segment = segments.items[i].id;
        ok = trends_segment_id(t, t->segment, id) &&
             trends_load_days(t, t->place.number, t->question, t->from, t->to, &rows);
        json_t *figure = ok ? period(&rows, t->from, t->to) : NULL;
        json_object_set_new(figure, "segment", json_string(id));
        ok = json_array_append_new(list, figure) == 0;
        free(rows.items);
    }
    t->segment = TREND_ALL;
    free(segments.items);
    return ok ? o : trends_failed(t, o);
}

// ---------------------------------------------------------------- hours of the week

static json_t *cell(const struct trend_rows *all, int weekday, int hour)
{
    struct trend_rows rows = {.items = NULL, .named = all->named};
    struct trend_figure f;
    bool ok = true;
    for (size_t i = 0; ok && i < all->count; i++) {
        const struct trend_row *r = &all->items[i];
        if (r->hour == hour && trend_weekday(r->day) == weekday) {
            ok = trend_rows_add(&rows, r);
        }
    }
    ok = ok && trend_figure(&rows, INT32_MIN, INT32_MAX, &f);
    free(rows.items);
    if (!ok) {
        return NULL;
    }
    json_t *o = trend_figure_json(&f);
    json_object_set_new(o, "weekday", json_integer(weekday));
    json_object_set_new(o, "hour", json_integer(hour));
    json_object_set_new(o, "thin", json_boolean(f.n < TREND_MIN_N));
    return o;
}

json_t *trends_grid(struct trends *t)
{
    struct trend_rows rows = {.items = NULL};
    bool seen[7][TREND_HOURS] = {{false}};
    json_t *o = trends_head(t), *cells = json_array();
    json_object_set_new(o, "cells", cells);
    bool ok = trends_load_hours(t, t->place.number, t->from, t->to, &rows);
    for (size_t i = 0; ok && i < rows.count; i++) {
        seen[trend_weekday(rows.items[i].day)][rows.items[i].hour] = true;
    }
    for (int weekday = 0; weekday < 7; weekday++) {
        for (int hour = 0; ok && hour < TREND_HOURS; hour++) {
            ok = !seen[weekday][hour] || json_array_append_new(cells, cell(&rows, weekday, hour)) == 0;
        }
    }
    free(rows.items);
    return ok ? o : trends_failed(t, o);
}

// ---------------------------------------------------------------- ranking

static json_t *unit_json(const struct trend_unit *u, const struct trend_place *places, size_t count, bool named)
{
    json_t *o = json_pack("{s:I,s:b}", "n", (json_int_t)u->n, "hidden", u->hidden);
    for (size_t i = 0; i < count; i++) {
        if (places[i].number == u->id) {
            json_object_set_new(o, "place", trends_place_json(&places[i]));
        }
    }
    json_object_set_new(o, "rank", u->hidden ? json_null() : json_integer(u->rank));
    json_object_set_new(o, named ? "named" : "share", u->hidden ? json_null() : json_real((double)u->good / (double)u->n));
    json_object_set_new(o, "below", json_boolean(u->below));
    json_object_set_new(o, "shrunk", u->hidden ? json_null() : json_real(u->shrunk));
    json_object_set_new(o, "lo", u->hidden ? json_null() : json_real(u->interval.lo));
    json_object_set_new(o, "hi", u->hidden ? json_null() : json_real(u->interval.hi));
    return o;
}

// Only where something is promised.
static bool add_below(struct trends *t, struct trend_unit *units, size_t count, json_t *o)
{
    const json_t *target = json_object_get(t->promise, "target");
    int64_t found = target != NULL ? trend_below(units, count, json_number_value(target) / 100) : 0;
    size_t told = 0;
    for (size_t i = 0; i < count; i++) {
        told += !units[i].hidden;
    }
    json_object_set_new(o, "below", target == NULL ? json_null()
                                                   : json_pack("{s:I,s:I,s:f}", "n", (json_int_t)found, "of",
                                                               (json_int_t)told, "rate", TREND_FALSE_BELOW));
    return found >= 0;
}

// Reasons lie by day alone: of a long time and many places that is more than a page can wait for.
static bool is_soon(struct trends *t, size_t places)
{
    char why[200];
    if (t->reason.option == 0 || places * (size_t)(t->to - t->from) <= TREND_REASON_DAYS_MAX) {
        return true;
    }
    snprintf(why, sizeof why, "a reason ranks %zu places over at most %zu days: choose fewer days, or fewer places", places,
             TREND_REASON_DAYS_MAX / places);
    return trends_wrong(t, "from", why);
}

json_t *trends_ranking(struct trends *t)
{
    struct trend_place *places = NULL;
    size_t count = 0;
    bool children = strcmp(t->q->of, "children") == 0;
    if (t->q->of[0] != '\0' && !children && strcmp(t->q->of, "branches") != 0) {
        trends_wrong(t, "of", "of is branches or children");
        return NULL;
    }
    json_t *o = trends_head(t), *list = json_array();
    json_object_set_new(o, "of", json_string(children ? "children" : "branches"));
    json_object_set_new(o, "units", list);
    bool ok = trends_load_units(t, !children, &places, &count) && is_soon(t, count);
    struct trend_unit *units = calloc(count + 1, sizeof *units);
    ok = ok && units != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        ok = trends_load_unit(t, places[i].number, &units[i]);
    }
    if (ok) {
        struct trend_prior p = t->reason.option != 0 ? trend_prior_around(units, count) : trend_prior(units, count);
        trend_rank(units, count, &p);
        ok = add_below(t, units, count, o);
        json_object_set_new(o, "prior", json_pack("{s:f,s:f,s:b}", "a", p.a, "b", p.b, "fitted", p.fitted));
        for (size_t i = 0; i < count; i++) {
            json_array_append_new(list, unit_json(&units[i], places, count, t->reason.option != 0));
        }
    }
    free(units);
    free(places);
    return ok ? o : trends_failed(t, o);
}
