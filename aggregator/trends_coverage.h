// trends_coverage: how much of what kiosks counted is here, and how long they were there. Not for others than the trends
// files.
//
// Votes that are not here have no day yet: they count as missing on every day on which their epoch (a start of the
// kiosk) ran. So a share is never too high, and a span of days counts each missing vote once.
#ifndef PUAS_AGGREGATOR_TRENDS_COVERAGE_H
#define PUAS_AGGREGATOR_TRENDS_COVERAGE_H

#include "aggregator/trends_impl.h"
#include "shared/tz.h"

struct trend_zone {
    char name[65];
    struct tz *tz;   // owned; NULL: UTC
    wall_ms *starts; // owned: of the days from t->from to t->to, both counted
};
struct trend_post { // a kiosk's time at a place
    int32_t kiosk;
    int32_t from, last; // local days, both counted
    wall_ms from_ms, to_ms;
    wall_ms heard_at; // one that has nothing to say and said so: now
    size_t zone;
};
struct trend_lacking {  // an epoch of which votes are not here
    int32_t from, last; // days on which it ran, both counted
    int64_t missing, lost;
};
struct trend_presence_day {
    int64_t stored;            // votes
    int64_t expected, heard;   // kiosks
    int64_t open_ms, ready_ms; // of all expected kiosks; of those that were heard
};
struct trend_presence {
    struct trend_presence_day *days; // owned: of t->from up to t->to
    struct trend_zone *zones;        // owned, as the following
    struct trend_post *posts;
    struct trend_lacking *lacking;
    size_t zone_count, post_count, lacking_count;
    int32_t since; // the first day of which it is known when kiosks were there
};

// Finish it in every case. False: t->error tells.
bool trend_presence_load(struct trends *t, struct trend_presence *ret_p);
void trend_presence_finish(struct trend_presence *p);

#endif
