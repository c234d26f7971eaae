// model: who votes what when, and what befalls each kiosk: a stream of events that follows from the
// scenario's seed alone. Any kiosk's any day can be drawn by itself and is always the same. Pure.
//
// Votes of a quarter of an hour are Poisson with the branch's rate x weekday x hour, while the branch is
// open; the hours' weights are scaled so that the longest day of factor 1 brings `a_day`. A vote is unhappy
// (score 1 to 3) with the share of its branch, less the lunch dip; in an incident with the incident's own
// share. Mashing comes besides.
#ifndef PUAS_TESTS_FLEET_MODEL_H
#define PUAS_TESTS_FLEET_MODEL_H

#include "tests/fleet/roster.h"

// In the order in which they happen at one instant.
enum fleet_event_type { FLEET_OFF, FLEET_BOOT, FLEET_CLOCK_RIGHT, FLEET_CUT, FLEET_JOIN, FLEET_VOTE };
enum fleet_clock { CLOCK_RIGHT, CLOCK_1970, CLOCK_AHEAD, CLOCK_BEHIND };

struct fleet_event {
    wall_ms at;       // true time
    int32_t since_ms; // vote: since the press before if that is near, else -1
    uint8_t type;     // enum fleet_event_type
    uint8_t score;    // vote: 1..5
    uint8_t reasons;  // vote: said 3 to 6 s later; 0: nothing
    uint8_t fingers;
    uint8_t clock; // boot: enum fleet_clock
    uint8_t incident : 1, mash : 1, english : 1;
};

struct fleet_span { // an incident at a kiosk
    wall_ms from, until;
    double unhappy, busy;
    int kind;
};
enum { FLEET_SPANS_MAX = 8 };

// Days are counted from 1970, local to the branch. Events in order of time, at most a day's. The caller frees
// *ret_events. Spans (FLEET_SPANS_MAX) may be NULL. False: memory ran out.
bool model_day(const struct roster *r, int kiosk, int day, int first_day, struct fleet_event **ret_events,
               int *ret_count, struct fleet_span *ret_spans, int *ret_span_count);

// Local midnight, as an instant.
wall_ms model_midnight(const struct roster *r, int kiosk, int day);
int model_day_of(const struct roster *r, int kiosk, wall_ms at);
// What a vote's chance to be unhappy is there and then, incidents aside.
double model_unhappy(const struct roster *r, int kiosk, int day, int minute);
// Expected votes of a quarter of an hour, incidents aside.
double model_rate(const struct roster *r, int kiosk, int day, int quarter);
// How far the clock of a boot is off, ms.
int64_t model_skew(const struct roster *r, int kiosk, enum fleet_clock clock, wall_ms boot_at);
// The epoch that a kiosk draws at a boot.
void model_epoch(const struct roster *r, int kiosk, wall_ms boot_at, uint8_t ret[16]);

#endif
