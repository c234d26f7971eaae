// points: a chart in whole numbers, exactly: each kind of vote moves the points by a whole number, they never fall under 0,
// and at the limit it alarms.
//
// It is a Markov chain on 0 .. limit-1, so average run length (ARL, in votes) and delays are solved, not simulated (Brook
// and Evans 1972). A promise has two kinds of vote (cusum.h), a mood as many as there are faces (mood.h). Pure; nothing here
// allocates for longer than a call.
#ifndef PUAS_AGGREGATOR_POINTS_H
#define PUAS_AGGREGATOR_POINTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    POINTS_KINDS_MAX = 11,
    POINTS_STEP_MAX = 99,
    POINTS_LIMIT_MAX = 20000, // highest limit searched
};
#define POINTS_ARL_MAX 1e9 // longest wished ARL: beyond it double precision has fewer than six digits

struct points {
    int kinds;                  // 2..POINTS_KINDS_MAX
    int step[POINTS_KINDS_MAX]; // -POINTS_STEP_MAX..POINTS_STEP_MAX; one is above 0, one is below
    int limit;                  // alarm at points >= limit; 1..POINTS_LIMIT_MAX
};
// One vote: the new points. `cap` bounds them from above (after an alarm a chart may count on).
static inline int points_step(const struct points *c, int points, int kind, int cap)
{
    points += c->step[kind];
    return points < 0 ? 0 : points > cap ? cap : points;
}

// Below, `p` holds the share of each kind: none is negative, they add up to 1 within 1e-9, and kinds above and below 0 both
// occur. Functions are false when it, or the chart, is not so, or when memory ran out.

// ARL in votes from zero start.
bool points_arl(const struct points *c, const double *p, double *ret_arl);

// Sets c->limit to the least one with ARL >= arl (1..POINTS_ARL_MAX); *ret_arl is the ARL reached. False also when no limit
// does; c is untouched then. O(limit * up * down).
bool points_find_limit(struct points *c, const double *p, double arl, double *ret_arl);

// Steady-state mean delay: further votes to the alarm when the shares turn from p0 to p1 long after the start (cyclical:
// stationary under p0, restarted at 0 after each false alarm).
bool points_delay(const struct points *c, const double *p0, const double *p1, double *ret_delay);

// Mean open periods between false alarms with `votes` (>= 1) votes in each open period, where points pause while closed and
// restart at half of what they were at each opening: exact and long-run. HUGE_VAL: never.
bool points_periods_between_alarms(const struct points *c, const double *p, int64_t votes,
                                   double *ret_periods);

#endif
