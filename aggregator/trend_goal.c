#include "aggregator/trend_goal.h"

#include <math.h>

enum { PERIODS_A_STEP = TREND_GOAL_STEP_DAYS / TREND_GOAL_PERIOD_DAYS };

const char *trend_reach_name(enum trend_reach r)
{
    static const char *const names[] = {"unknown", "within", "out"};
    return names[r];
}

static double best_rise(const struct trend_share *past, size_t count)
{
    double best = NAN;
    for (size_t i = PERIODS_A_STEP; i < count; i++) {
        const struct trend_share *a = &past[i - PERIODS_A_STEP], *b = &past[i];
        if (a->n >= TREND_MIN_N && b->n >= TREND_MIN_N) {
            best = isnan(best) ? b->share - a->share : fmax(best, b->share - a->share);
        }
    }
    return isnan(best) ? NAN : fmax(best, 0);
}

// The quarters from `today` to `by`, a part of one counting as one.
static int quarters_left(int32_t today, int32_t by)
{
    int32_t days = by - today;
    return days <= 0 ? 0 : (days + TREND_GOAL_STEP_DAYS - 1) / TREND_GOAL_STEP_DAYS;
}

static enum trend_reach reach_of(double from, double target, int quarters, double best)
{
    if (isnan(from) || isnan(best)) {
        return TREND_REACH_UNKNOWN;
    }
    return target - from <= quarters * best + 1e-12 ? TREND_REACH_WITHIN : TREND_REACH_OUT;
}

bool trend_goal_way(const struct trend_goal *g, const struct trend_share *before,
                    const struct trend_share *past, size_t count, int32_t today, struct trend_goal_way *ret)
{
    struct trend_goal_way w = {.best = best_rise(past, count), .progress = NAN, .reachable = NAN};
    int steps = quarters_left(g->from, g->by);
    if (!(g->target > 0 && g->target <= 1) || steps < 1 || steps > TREND_GOAL_STEPS_MAX) {
        return false;
    }
    const struct trend_share *last = count > 0 ? &past[count - 1] : NULL;
    bool told = last != NULL && last->n >= TREND_MIN_N;
    double now = told ? last->share : NAN;
    w.known = before->n >= TREND_MIN_N;
    w.start = w.known ? before->share : NAN;
    for (int i = 0; w.known && i < steps; i++) {
        struct trend_goal_step *s = &w.step[w.count++];
        s->by = i + 1 == steps ? g->by : g->from + (i + 1) * TREND_GOAL_STEP_DAYS;
        s->target = w.start + (g->target - w.start) * (i + 1) / steps;
        s->reached = told && now >= s->target - 1e-12;
        s->proven = told && last->interval.lo >= s->target - 1e-12;
        s->reach =
            s->reached ? TREND_REACH_WITHIN : reach_of(now, s->target, quarters_left(today, s->by), w.best);
    }
    if (w.known && fabs(g->target - w.start) > 1e-12) {
        w.progress = (now - w.start) / (g->target - w.start);
    }
    if (told && !isnan(w.best)) {
        w.reachable = fmax(now, fmin(g->target, now + quarters_left(today, g->by) * w.best));
    }
    *ret = w;
    return true;
}
