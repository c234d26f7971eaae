// usual: what a change rule (engine_set_usual) is told of a place: its last eight weeks, from the rollups by local day, up
// to a UTC midnight. Special days (hours.h) are left out: Ramadan is not what is usual. Live use and back-test ask here.
#ifndef PUAS_AGGREGATOR_USUAL_H
#define PUAS_AGGREGATOR_USUAL_H

#include "aggregator/engine.h"
#include "aggregator/store.h"
#include "shared/tz.h"

enum { USUAL_WEEKS = 8 };

// As of the last UTC midnight up to `at`, so that a restart during the day changes nothing; hours, tz: of the place, NULL: none, UTC.
// False: the store failed.
bool usual_votes(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                 const struct tz *tz, wall_ms at, int64_t *ret_n, int64_t *ret_unhappy);
// The same by local hour of the week, for a rule by_hour (engine_set_hours).
bool usual_hours(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                 const struct tz *tz, wall_ms at, int64_t ret_hours[HOURS_WEEK][2]);
// How much the shares of its days differ, beyond what chance makes of their votes: the standard deviation of the days' true
// shares, by moments (DerSimonian and Laird 1986); 0 when chance explains them. For a rule with `spread`.
bool usual_spread(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                  const struct tz *tz, wall_ms at, double *ret_deviation);
double usual_deviation(const int64_t days[][2], size_t count); // of votes and unhappy ones, a day each

#endif
