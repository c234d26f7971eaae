// change: "worse than usual here": points CUSUMs that run side by side, exactly.
//
// A slow one waits for a small shift of the share of unhappy votes, a fast one for a large one, an optional third for a
// drift. Each has a limit of its own (one common limit costs a quarter of the delay); an alarm of any sets all to 0. Side
// by side they are one Markov chain over the points that can be reached together, so run lengths and delays are solved,
// not simulated. Pure; nothing here allocates for longer than a call.
//
//   slow  0 ............... 48 | alarm     unhappy +6, happy -1     at 10 % unhappy one false alarm in 5,047 votes,
//   fast  0 ......... 34 | alarm           unhappy +7, happy -2     and 93, 34, 13 votes to see 20, 30, 50 %
#ifndef PUAS_AGGREGATOR_CHANGE_H
#define PUAS_AGGREGATOR_CHANGE_H

#include "aggregator/cusum.h"

enum {
    CHANGE_PARTS = 3,
    CHANGE_SHIFTS = 4,
    CHANGE_CELLS_MAX = 20000000, // product of the limits
};
#define CHANGE_USUAL_MIN .02 // usual shares that charts are found for
#define CHANGE_USUAL_MAX .5
#define CHANGE_DRIFT_MIN                                                                                     \
    .08 // outside of these a chain of three is too large; the pair sees a drift within 1.4 there
#define CHANGE_DRIFT_MAX .35
#define CHANGE_ARL_MIN 100.
#define CHANGE_ARL_MAX 1e5

struct change {
    int count;                       // 1..CHANGE_PARTS
    struct cusum part[CHANGE_PARTS]; // slow, fast, drift
};

// One vote. True: a limit is reached; the points are left there, and the caller, who may want to keep them, sets all to
// 0. No part passes its limit.
static inline bool change_step(const struct change *c, int points[CHANGE_PARTS], bool unhappy)
{
    bool alarm = false;
    for (int i = 0; i < c->count; i++) {
        points[i] = cusum_step(&c->part[i], points[i], unhappy, c->part[i].limit);
        alarm |= points[i] == c->part[i].limit;
    }
    return alarm;
}

// The points go over to another chart, in proportion to the limits, so they stay below them. Of a part that one of them lacks: 0.
static inline void change_turn(const struct change *was, const struct change *c, int points[CHANGE_PARTS])
{
    for (int i = 0; i < CHANGE_PARTS; i++)
        points[i] = i < was->count && i < c->count ? points[i] * c->part[i].limit / was->part[i].limit : 0;
}

// Scores and limits as cusum.h has them, limits with a product of CHANGE_CELLS_MAX at most.
bool change_valid(const struct change *c);

// The shifts that a chart is made for have odds 9/4, 27/7, 9 and, the drift, 27/17 times the usual ones: at 10 % usual
// they are 20, 30, 50 and 15 % unhappy. shift: 0 .. CHANGE_SHIFTS-1.
double change_shift(double q0, int shift);

// In-control (or any) ARL in votes from zero start at share q of unhappy votes, 0 < q < 1. About 1 ms for a pair.
// False: q or the chart is out of range, or memory ran out.
bool change_arl(const struct change *c, double q, double *ret_arl);

// Steady-state mean delay as cusum_delay: cyclical, all parts at 0 after each false alarm. Errors as change_arl.
bool change_delay(const struct change *c, double q0, double q1, double *ret_delay);

// Mean open periods between false alarms when the points of each part are halved at each opening, as
// cusum_periods_between_alarms; HUGE_VAL: never. votes >= 1. Errors as change_arl.
bool change_periods_between_alarms(const struct change *c, double q, int64_t votes, double *ret_periods);

// Points and limits for a usual share q0 (CHANGE_USUAL_MIN..MAX) and at least `arl` votes between false alarms
// (CHANGE_ARL_MIN..MAX), such that the worst delay to the first three shifts, as a multiple of the optimum (optimum.h) for
// each, is small: at 5,000 votes 1.08 at q0 = .10, under 1.09 elsewhere; the floor is about 1.06. With `drift`, and q0 in
// CHANGE_DRIFT_MIN..MAX, a third part brings the fourth shift within 1.15 and leaves the others within 1.10 at q0 = .10,
// 1.18 and 1.14 elsewhere. Equal every time. At 5,000 votes 10 to 300 ms, with `drift` up to a second; more votes take
// longer; what this process has found before it remembers (change_found.c). False: out of range, or memory ran out.
bool change_find(double q0, double arl, bool drift, struct change *ret_c);
// The same by searching, whether it is known (change_known.c) or not: what the engine asks for most, 5,000 votes at the shares
// that it rounds to (change_round), stands in a table and takes no time.
bool change_search(double q0, double arl, bool drift, struct change *ret_c);
bool change_known(double q0, double arl, bool drift, struct change *ret_c); // false: it must be searched

enum { CHANGE_SHARE_UNITS = 10000, CHANGE_KNOWN_ARL = 5000 };
// A share in these units, rounded up to the next of a hundred values, so that places share charts. At least CHANGE_USUAL_MIN.
int change_round(int units);

// ---------------------------------------------------------------- days that differ
// At most places the usual share of one day is not that of the next. A chart for their mean cries over every somewhat worse
// one: at 10 % unhappy, days that differ by 4 points (standard deviation) make of 5,000 votes between false alarms 1,000.
// So a place is judged by a higher share: with `room` on top of the usual one false alarms are again what was promised,
// mean over days of 1/ARL(share of the day) <= 1/arl, where shares of days are beta distributed with the mean q0 and this
// deviation. That is for days much longer than a delay; with few votes a day points are halved more often, and it errs on
// the quiet side. It costs delay: how much worse a day must be to be worse than usual follows from how different they are.

// The mean of 1/ARL over such days. False: no such beta distribution, or an error of change_arl.
bool change_days_rate(const struct change *c, double q0, double deviation, double *ret_rate);
// The least room for CHANGE_KNOWN_ARL votes, in CHANGE_SHARE_UNITS, by searching: seconds. It ends at CHANGE_USUAL_MAX.
bool change_room_search(double q0, double deviation, int *ret_units);
// The same from a table (change_room_known.c), between its points linearly, for any wished ARL. 0 for no deviation; one
// larger than q0 counts as q0: most days there are good and some awful, which no share describes.
int change_room(double q0, double deviation);

enum { CHANGE_ROOM_USUALS = 8, CHANGE_ROOM_PARTS = 8 };
extern const double change_room_usual[CHANGE_ROOM_USUALS], change_room_part[CHANGE_ROOM_PARTS]; // ascending; deviation / q0
extern const int change_room_table[CHANGE_ROOM_USUALS][CHANGE_ROOM_PARTS];

#endif
