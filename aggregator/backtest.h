// backtest: what one or two rules would have done, had they been in force: the engine (engine.h) over votes of the past.
// Pure, and no second engine: equal votes give equal transitions, byte for byte, to live use and here.
//
// The rules begin with nothing counted, as they would when they are saved. A kiosk's presence is not known of the past: no
// alert turns "unknown" here, and rules about kiosks (silence, offline) cannot be tested. Nobody acknowledges or closes.
//
//   begin:  engine_create, engine_configure as of `from` with the rules (ids 1 and 2), backtest_create
//   feed:   backtest_vote, in order of arrival
//   end:    backtest_end; then read units and outcomes
#ifndef PUAS_AGGREGATOR_BACKTEST_H
#define PUAS_AGGREGATOR_BACKTEST_H

#include "aggregator/engine.h"

enum {
    BACKTEST_RULES = 2,
    BACKTEST_ALERTS_MAX = 2000, // kept of a rule; further ones are counted
    BACKTEST_UNITS_EXACT =
        20, // with more places, votes a period are rounded to two digits to find false alarms
    BACKTEST_DAY_MS = 86400000,
};

// A place that the rules judge: a branch, or the area asked for.
struct backtest_unit {
    int32_t place;
    const struct hours *hours; // borrowed; NULL: always open
    struct hours_zone zone;
};

struct backtest_options {
    const struct engine_rule *rules;   // as configured, with ids 1.. in this order; copied
    int rule_count;                    // 1..BACKTEST_RULES
    const struct backtest_unit *units; // ascending by place; copied
    size_t unit_count;
    wall_ms from, to; // votes arrived in [from, to)
    // For a change rule that learns: what was told at `at` of the unit's past weeks, as live, at `from` and at each UTC
    // midnight. False: it failed, and so does the test.
    bool (*usual)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t *ret_n,
                  int64_t *ret_unhappy);
    // The same for one by_hour: votes and unhappy ones by local hour of the week. NULL: there is none.
    bool (*hours)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t ret_hours[HOURS_WEEK][2]);
    // The same for one with `spread`: how much the days differ (engine_set_spread). NULL: there is none.
    bool (*spread)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, double *ret_deviation);
    // Every transition, in order; NULL: none is told.
    void (*transition)(void *ctx, const struct engine_transition *t);
    void *ctx; // of all
};

struct backtest_alert {
    int32_t place;
    wall_ms since, raised; // since: begin of what it saw, as engine_transition
    wall_ms until;         // resolved; 0: still open at the end
    int64_t votes;         // from that begin to the alarm; -1: the rule cannot tell (share)
    int64_t n,
        unhappy; // behind it: standard, change: of the cycle; share: in the window (unhappy: named faces)
    int32_t points, limit; // 0 for share
    int32_t usual;         // change: the share that it was judged by, of ENGINE_SHARE_UNITS
    int32_t flaps;         // relapses and further alarms while it was open
    bool both;             // the other rule had an alert at this place at the same time
};

struct backtest_outcome {
    const struct backtest_alert *alerts; // by time of the alarm, at most BACKTEST_ALERTS_MAX
    size_t alert_count;
    int64_t alerts_all;        // kept or not
    int64_t votes;             // that it could judge: of its question, in time, in opening hours
    int64_t alert_ms, open_ms; // opening time in alert, and all of it, summed over units
    bool exact;                // false_alarms comes from a chain: standard, change
    double false_alarms;       // expected in all units together over the time, were nothing ever wrong
    size_t learning;           // units left out of it: what is usual there was not known at the end
    bool has_cost;             // of the unit with most votes, at the share that is usual there
    struct engine_cost cost;   // its `periods` for the votes of that unit
};

struct backtest;

// Takes `e` over, also on failure. NULL: out of memory.
struct backtest *backtest_create(struct engine *e, const struct backtest_options *o);
void backtest_destroy(struct backtest *b); // accepts NULL

// A vote of a place at or under units[unit], arrived not before the last one. False: memory ran out, or `usual` failed.
bool backtest_vote(struct backtest *b, size_t unit, const struct engine_vote *v);
// Nothing more comes. Computes the outcomes; errors as above.
bool backtest_end(struct backtest *b);

const struct backtest_outcome *backtest_outcome(const struct backtest *b,
                                                int rule); // 0.. ; after backtest_end

#endif
