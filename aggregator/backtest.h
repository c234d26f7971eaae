// backtest: what one or two rules would have done, had they been in force: the engine (engine.h) over what it was told in
// the past, votes and what kiosks did (presence.h). Pure, and no second engine: equal inputs give equal transitions,
// byte for byte, to live use and here.
//
// The rules begin with nothing counted, as they would when they are saved. Nobody acknowledges or closes. What kiosks did
// is known since `known`: before, no rule about kiosks alerts, and no alert turns "unknown".
//
// Not as it was live, since only what is so now is known: hours, zones and where kiosks stand (each counts since it stands
// there); usual rates of days of which votes came late or were taken back; a jump back of the clock; time-outs up to
// PRESENCE_GAP_MS.
//
//   begin:  engine_create, engine_configure as of `from` with the rules (ids 1 and 2), backtest_create
//   feed:   backtest_vote and backtest_presence, in the order in which they were told
//   end:    backtest_end; then read units and outcomes
//
// What silence costs. A wait begins with each vote, and ends in a false alarm when the ratings expected in opening hours
// until the next one reach L = -ln(improbable). By the clock of expected ratings, votes that come by chance (Poisson, at
// the usual rates) are apart by exponential times of mean 1, so a wait is a false alarm with probability exp(-L) =
// improbable: improbable * votes in all. A kiosk that wakes anew each day waits from there, and what is left of
// the evening is no wait: over a day of m expected ratings they are improbable * (1 + m - L), fewer for L > 1. A hold makes
// them fewer, rates that are not right more.
//
// offline, coverage, clock and tamper raise nothing by chance: they tell what the kiosk did or said.
#ifndef PUAS_AGGREGATOR_BACKTEST_H
#define PUAS_AGGREGATOR_BACKTEST_H

#include "aggregator/presence.h"

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

struct backtest_kiosk {
    int32_t id;
    size_t unit; // where it stands
};

struct backtest_options {
    const struct engine_rule *rules;   // as configured, with ids 1.. in this order; copied
    int rule_count;                    // 1..BACKTEST_RULES
    const struct backtest_unit *units; // ascending by place; copied
    size_t unit_count;
    const struct backtest_kiosk *kiosks; // ascending by id, as configured; copied
    size_t kiosk_count;
    wall_ms from, to; // votes arrived in [from, to)
    wall_ms known;    // what kiosks did is known since then; INT64_MAX: it is not
    wall_ms listened; // nothing falls due later, since the aggregator was away; 0: it was not
    // For a change rule that learns: what was told at `at` of the unit's past weeks, as live, at `from` and at each UTC
    // midnight. False: it failed, and so does the test.
    bool (*usual)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t *ret_n,
                  int64_t *ret_unhappy);
    // The same for one by_hour: votes and unhappy ones by local hour of the week. NULL: there is none.
    bool (*hours)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t ret_hours[HOURS_WEEK][2]);
    // The same for one with `spread`: how much the days differ (engine_set_spread). NULL: there is none.
    bool (*spread)(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, double *ret_deviation);
    // For silence: usual ratings an open hour of kiosks[kiosk], as of the last UTC midnight up to `at`, told as what is usual.
    // *ret_known false: it learns. NULL: there is no rule about silence.
    bool (*rates)(void *ctx, size_t kiosk, wall_ms at, float ret_per_hour[HOURS_WEEK], bool *ret_known);
    // Every transition, in order; NULL: none is told.
    void (*transition)(void *ctx, const struct engine_transition *t);
    void *ctx; // of all
};

struct backtest_alert {
    int32_t place, kiosk;  // kiosk 0: the rule is not about kiosks
    wall_ms since, raised; // since: begin of what it saw, as engine_transition
    wall_ms until;         // resolved; 0: still open at the end
    int64_t votes;         // from that begin to the alarm; -1: the rule cannot tell (share, kiosks)
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
    wall_ms from;              // what it was judged by is known since then: `from`, or later for kiosks
    int64_t votes;             // that it could judge: of its question, in time, in opening hours; of kiosks with known rates
    int64_t alert_ms, open_ms; // opening time in alert, and all of it, summed over units, or over kiosks
    bool exact;                // false_alarms is known: by a chain for standard and change, else see above
    double false_alarms;       // expected in all units together over the time, were nothing ever wrong
    size_t learning;           // units, or kiosks, left out of it: what is usual there was not known at the end
    bool has_cost;             // of the unit with most votes, at the share that is usual there
    struct engine_cost cost;   // its `periods` for the votes of that unit
};

struct backtest;

// Takes `e` over, also on failure. NULL: out of memory.
struct backtest *backtest_create(struct engine *e, const struct backtest_options *o);
void backtest_destroy(struct backtest *b); // accepts NULL

// A vote of a place at or under units[unit], arrived not before the last one. False: memory ran out, or `usual` failed.
bool backtest_vote(struct backtest *b, size_t unit, const struct engine_vote *v);
bool backtest_presence(struct backtest *b, const struct presence *p, wall_ms until); // as presence_again
// Nothing more comes. Computes the outcomes; errors as above.
bool backtest_end(struct backtest *b);

const struct backtest_outcome *backtest_outcome(const struct backtest *b,
                                                int rule); // 0.. ; after backtest_end

#endif
