// rates: how many ratings an hour are usual at a kiosk, by local hour of the week, for silence rules (engine_set_rates): those of
// its last RATES_WEEKS weeks up to a UTC midnight, since the first of them. Special days (hours.h) count for nothing.
// Live use and back-test add up here. Pure.
#ifndef PUAS_AGGREGATOR_RATES_H
#define PUAS_AGGREGATOR_RATES_H

#include "aggregator/hours.h"
#include "shared/tz.h"

#include <stdbool.h>
#include <stdint.h>

enum { RATES_WEEKS = 8, RATES_QUARTER_MS = 900000 };

struct rates {
    int64_t votes[HOURS_WEEK];
};

// Scored votes of a quarter hour (its begin / RATES_QUARTER_MS), hours and tz of the place where the kiosk stands. Below 0:
// takes them back.
void rates_add(struct rates *r, const struct hours *hours, const struct tz *tz, int64_t quarter,
               int64_t votes);
// first: the oldest quarter hour that is in it. False: less than a week is known, it learns. Hours in which nothing was ever
// given count as none: closed hours are the opening hours' business.
bool rates_usual(const struct rates *r, const struct hours *hours, const struct tz *tz, int64_t first,
                 wall_ms to, float ret_per_hour[HOURS_WEEK]);

#endif
