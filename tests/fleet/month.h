// month: the votes of a scenario through the alert engine itself, in no time: which of its incidents the rules saw, how soon,
// and how often they were wrong. Pure but for the memory it takes.
//
// The first days are for learning what is usual and count for nothing. An incident is one of a branch, whichever of its
// kiosks it is at; it is seen by an alert raised at the branch from its begin until MONTH_AFTER_MS past its end. Where an
// alert was open already when it began, it is neither seen nor missed. Any other alert is a false one.
#ifndef PUAS_TESTS_FLEET_MONTH_H
#define PUAS_TESTS_FLEET_MONTH_H

#include "aggregator/engine.h"
#include "tests/fleet/roster.h"

enum { MONTH_RULES = 6, MONTH_FIRST_DAY = 20454, MONTH_AFTER_MS = 1800000 }; // Thursday 2026-01-01

struct month_figures {
    int incidents, seen, already; // of a rule: seen, or an alert was open as it began
    double votes, minutes;        // mean of those that were seen, from its begin to the alert
    int64_t alerts, wrong;
    double wrong_a_month; // of a branch, 30 days
};
struct month {
    struct month_figures rule[MONTH_RULES];
    int64_t votes; // that were judged
    int branches, days;
};

// Rules are those of the whole chain; ids, versions and places are set here. Equal scenarios give equal figures. False: memory
// ran out, or a rule is a bad one.
bool month_run(const struct roster *r, int learn_days, const struct engine_rule *rules, int rule_count,
               struct month *ret_m);

#endif
