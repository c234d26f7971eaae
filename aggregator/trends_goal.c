// trends: how far a place is on the way to the goal of its standard.
#include "aggregator/trend_goal.h"
#include "aggregator/trends_impl.h"

#include <math.h>
#include <stdlib.h>

static json_t *real_or_null(double value)
{
    return isnan(value) ? json_null() : json_real(value);
}

// The share of [from, from + 28) by its days.
static bool load_share(const struct trend_rows *rows, int32_t from, struct trend_share *ret)
{
    struct trend_figure f;
    if (!trend_figure(rows, from, from + TREND_GOAL_PERIOD_DAYS, &f)) {
        return false;
    }
    *ret = f.known && !f.nps ? f.share : (struct trend_share){.n = 0};
    return true;
}

static json_t *way_json(const struct trend_goal *g, const struct trend_goal_way *w)
{
    json_t *steps = json_array();
    char day[16];
    for (int i = 0; i < w->count; i++) {
        const struct trend_goal_step *s = &w->step[i];
        json_array_append_new(steps, json_pack("{s:s,s:f,s:b,s:b,s:s}", "by", trend_day_text(s->by, day),
                                               "target", s->target, "reached", s->reached, "proven",
                                               s->proven, "reach", trend_reach_name(s->reach)));
    }
    json_t *o = json_pack("{s:f,s:o,s:o,s:o,s:o,s:o}", "target", g->target, "start", real_or_null(w->start),
                          "progress", real_or_null(w->progress), "best", real_or_null(w->best), "reachable",
                          real_or_null(w->reachable), "steps", steps);
    json_object_set_new(o, "since", json_string(trend_day_text(g->from, day)));
    json_object_set_new(o, "by", json_string(trend_day_text(g->by, day)));
    return o;
}

// What is asked for, else what is set.
static bool read_goal(struct trends *t)
{
    const struct trend_query *q = t->q;
    char *end;
    if (q->goal[0] == '\0' && q->goal_from[0] == '\0' && q->goal_by[0] == '\0') {
        return true;
    }
    int64_t percent = strtoll(q->goal, &end, 10);
    if (q->goal[0] == '\0' || *end != '\0' || percent < 1 || percent > 100) {
        return trends_wrong(t, "goal", "goal is a percentage, 1 to 100");
    }
    if (!trend_day_parse(q->goal_from, &t->goal.from)) {
        return trends_wrong(t, "goal_from", "goal_from is a day, such as 2026-11-24");
    }
    if (!trend_day_parse(q->goal_by, &t->goal.by) || t->goal.by <= t->goal.from ||
        t->goal.by - t->goal.from > TREND_GOAL_STEPS_MAX * TREND_GOAL_STEP_DAYS) {
        return trends_wrong(t, "goal_by", "goal_by is a day after goal_from, at most 1,680 days on");
    }
    t->goal.target = (double)percent / 100;
    return true;
}

// Of the place's own past, whatever period is asked for.
json_t *trends_goal(struct trends *t)
{
    struct trend_rows rows = {.items = NULL};
    struct trend_share before, past[TREND_GOAL_PAST];
    struct trend_goal_way way;
    if (!read_goal(t)) {
        return NULL;
    }
    json_t *o = trends_head(t);
    int32_t today = t->yesterday + 1, first = today - TREND_GOAL_PAST * TREND_GOAL_PERIOD_DAYS;
    if (t->goal.target <= 0) { // none is set
        json_object_set_new(o, "goal", json_null());
        return o;
    }
    int32_t start = t->goal.from - TREND_GOAL_PERIOD_DAYS;
    bool ok =
        trends_load_days(t, t->place.number, t->question, start < first ? start : first, today, &rows) &&
        load_share(&rows, start, &before);
    for (int i = 0; ok && i < TREND_GOAL_PAST; i++) {
        ok = load_share(&rows, first + i * TREND_GOAL_PERIOD_DAYS, &past[i]);
    }
    if (ok && trend_goal_way(&t->goal, &before, past, TREND_GOAL_PAST, today, &way)) {
        json_t *now =
            json_pack("{s:I,s:o}", "n", (json_int_t)past[TREND_GOAL_PAST - 1].n, "from", json_null());
        const struct trend_share *last = &past[TREND_GOAL_PAST - 1];
        bool told = last->n >= TREND_MIN_N;
        char day[16];
        json_object_set_new(now, "from", json_string(trend_day_text(today - TREND_GOAL_PERIOD_DAYS, day)));
        json_object_set_new(now, "share", told ? json_real(last->share) : json_null());
        json_object_set_new(now, "lo", told ? json_real(last->interval.lo) : json_null());
        json_object_set_new(now, "hi", told ? json_real(last->interval.hi) : json_null());
        json_t *goal = way_json(&t->goal, &way);
        json_object_set_new(goal, "now", now);
        json_object_set_new(o, "goal", goal);
    } else if (ok) {
        json_object_set_new(o, "goal", json_null());
    }
    free(rows.items);
    return ok ? o : trends_failed(t, o);
}
