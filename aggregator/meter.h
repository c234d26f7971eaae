// meter: what the core has done since it was made, counted for /metrics. The core's thread counts, any thread reads;
// figures read together may be of neighbouring moments. Counts of a turn that is lost with a failed store are lost with
// the core. Pure.
#ifndef PUAS_AGGREGATOR_METER_H
#define PUAS_AGGREGATOR_METER_H

#include "shared/protocol.h"

#include <stdatomic.h>

enum { METER_BOUNDS = 11 };
extern const int64_t meter_bounds_us[METER_BOUNDS]; // ascending, each with its value

struct meter {
    _Atomic int64_t answers[EVENT_UNKNOWN];    // stored, by type; not those that were imported
    _Atomic int64_t duplicates;                // answers that came again: acknowledged again, not stored
    _Atomic int64_t quarantined;               // messages and answers that could not be used
    _Atomic int64_t commits[METER_BOUNDS + 1]; // by what they took; the last: longer than all bounds
    _Atomic int64_t commits_us;                // what all took
    _Atomic int64_t unsent;                    // messages that the broker has not taken yet
};

void meter_commit(struct meter *m, int64_t us);

#endif
