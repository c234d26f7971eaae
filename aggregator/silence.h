// silence: alerts that are not told for a time: of a place and all under it, or there of one rule, or of one kiosk, or both.
// The alert happens and is stored as ever, and pages show it with who silenced it, why and until when; signs and channels
// are told nothing. When a silence is over, what is still open then is told. Pure; one thread owns a list.
#ifndef PUAS_AGGREGATOR_SILENCE_H
#define PUAS_AGGREGATOR_SILENCE_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SILENCE_LEAST_MIN = 5,
    SILENCE_MOST_MIN = 30 * 1440, // what is quiet for longer is a rule to change, not an alert to silence
};

struct silence {
    int64_t id;
    int32_t place;
    int32_t rule;  // 0: every rule
    int32_t kiosk; // 0: all alerts; else those about this kiosk, not those about what people say
    wall_ms until; // not any more from then on
};

struct silences {
    struct silence *items; // owned
    size_t count, room;
};

void silences_finish(struct silences *l);                       // accepts a zeroed one
bool silences_add(struct silences *l, const struct silence *s); // false: memory ran out
bool silences_end(struct silences *l, int64_t id);              // false: there is none
bool silences_expire(struct silences *l, wall_ms now);          // drops what is over; true: there was some
// Is an alert silenced at `now`? `under`: is a place this one, or below it?
bool silences_cover(const struct silences *l, int32_t rule, int32_t place, int32_t kiosk, wall_ms now,
                    bool (*under)(void *ctx, int32_t place, int32_t above), void *ctx);

#endif
