// trend_goal: a long-term target of a standard, as steps that history says can be reached or cannot. Pure.
//
// From the share on the day that the goal was set to the goal on its date the way is divided evenly, a step each quarter
// (TREND_GOAL_STEP_DAYS). What a place can do in a quarter is told by its own history: the best rise from four weeks to the
// four weeks a quarter later, within the last year (TREND_GOAL_PAST periods). A step that needs more, quarter for quarter,
// than that is out of reach: not impossible, but never seen here.
#ifndef PUAS_AGGREGATOR_TREND_GOAL_H
#define PUAS_AGGREGATOR_TREND_GOAL_H

#include "aggregator/trend_stats.h"

enum {
    TREND_GOAL_PERIOD_DAYS = 28,
    TREND_GOAL_PAST = 13,
    TREND_GOAL_STEP_DAYS = 84, // three periods
    TREND_GOAL_STEPS_MAX = 20, // five years
};

enum trend_reach { TREND_REACH_UNKNOWN, TREND_REACH_WITHIN, TREND_REACH_OUT };
const char *trend_reach_name(enum trend_reach r); // "unknown" "within" "out"

struct trend_goal {
    double target;    // share wished, 0..1
    int32_t from, by; // days; from < by
};
struct trend_goal_step {
    int32_t by;             // its last day
    double target;          // share
    bool reached;           // the last four weeks are at or above it
    bool proven;            // and so is their whole interval
    enum trend_reach reach; // of one that is not reached: from the share now, in the quarters that are left
};
struct trend_goal_way {
    bool known;   // there were enough votes (TREND_MIN_N) before the goal was set; else there are no steps
    double start; // share in the four weeks before
    struct trend_goal_step step[TREND_GOAL_STEPS_MAX];
    int count;
    double best; // rise of a quarter; NAN: not known
    double
        progress; // of the way from start to target, by the share now; may be below 0 or above 1; NAN: not known
    double
        reachable; // share that the best rise, quarter after quarter, comes to by the date, the target at most; NAN
};

// `before`: the four weeks before goal.from; `past`: periods of four weeks, oldest first, the last one is the last four weeks
// before `today`; those under TREND_MIN_N votes are gaps. False: the goal is out of range (dates, or more steps than fit).
bool trend_goal_way(const struct trend_goal *g, const struct trend_share *before,
                    const struct trend_share *past, size_t count, int32_t today, struct trend_goal_way *ret);

#endif
