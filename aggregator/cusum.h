// cusum: the points CUSUM in whole numbers that watches a promise, exactly.
//
// Promise "at least S % satisfied": an unhappy vote costs +S/g points, a happy one repays (100 - S)/g,
// g = gcd(S, 100 - S); points = max(0, points + score); alarm at points >= limit: a chart of points.h with two kinds of
// vote, whose average run length (ARL, in votes) and delays are exact. Pure; nothing here allocates for longer than a call.
//
//   points  0 ..... a-b ..... limit-1 | alarm        happy: back by `down`, not below 0
//           <- down   up ->                          unhappy: forward by `up`
#ifndef PUAS_AGGREGATOR_CUSUM_H
#define PUAS_AGGREGATOR_CUSUM_H

#include "aggregator/points.h"

enum {
    CUSUM_LIMIT_MAX = POINTS_LIMIT_MAX, // 99 % at half its allowance needs about 400
};
#define CUSUM_ARL_MAX POINTS_ARL_MAX

struct cusum {
    int up, down; // points of an unhappy vote, points repaid by a happy one; both >= 1, no common divisor
    int limit;    // alarm at points >= limit; 1..CUSUM_LIMIT_MAX
};

// Scores of a promise of `percent` satisfied, 1..99; limit is left 0. False for another percent.
bool cusum_scores(int percent, struct cusum *ret_c);

// One vote: the new points. `cap` bounds them from above (after an alarm the chart counts on up to 2 x
// limit).
static inline int cusum_step(const struct cusum *c, int points, bool unhappy, int cap)
{
    points += unhappy ? c->up : -c->down;
    return points < 0 ? 0 : points > cap ? cap : points;
}

// In-control (or any) ARL in votes from zero start when a share q of votes is unhappy, 0 < q < 1.
// False: q or the chart is out of range, or memory ran out.
bool cusum_arl(const struct cusum *c, double q, double *ret_arl);

// Sets c->limit to the least one with ARL >= arl (1..CUSUM_ARL_MAX) at share q; *ret_arl is the ARL reached.
// False: out of range, no limit up to CUSUM_LIMIT_MAX does, or memory ran out; c is untouched then.
// Costs O(limit * up * down): under 10 ms for every whole percent.
bool cusum_find_limit(struct cusum *c, double q, double arl, double *ret_arl);

// Steady-state mean delay: further votes to the alarm when the share turns from q0 to q1 long after the start
// (cyclical: stationary under q0, restarted at 0 after each false alarm). Errors as cusum_arl.
bool cusum_delay(const struct cusum *c, double q0, double q1, double *ret_delay);

// Mean open periods between false alarms at share q with `votes` votes in each open period, where points
// pause while closed and restart at half of what they were at each opening: exact and long-run.
// votes >= 1. Errors as cusum_arl.
bool cusum_periods_between_alarms(const struct cusum *c, double q, int64_t votes, double *ret_periods);

// ARL of the one-sided CUSUM max(0, s + x - k) > h with x normal, variance 1, by the integral equation
// (Page 1954; Gauss-Legendre). For continuous measures such as waiting time. k >= 0, 0 < h <= 20.
// A two-sided chart: 1/ARL = 1/ARL(mean) + 1/ARL(-mean).
bool cusum_normal_arl(double k, double h, double mean, double *ret_arl);

#endif
