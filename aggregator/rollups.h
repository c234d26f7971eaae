// rollups: counts by local day up the place tree, collected in memory before they are written. Pure.
//
//   day_tally   place  day        question  levels   votes of each score
//   hour_tally  place  day  hour  question  levels   the same by local hour of the day, for hour by weekday
//   choice_day  place  day        question  option   how often a reason was named, in all, by unhappy and by happy
//                                                    visits; option 0: those named beside another in one
//                                                    answer, so that all less these are the answers
//   presence_day place day                            kiosks that were heard, and how long they were ready
//   segment_day  place  day        question  levels   as day_tally, by segment (store_segments.h); given right there, or
//                                                    at the places under it
//
// A vote counts at its place and at every place above it, in the day and hour that the clock showed *where it
// was given* (time zone of its own place, as it is set now). So a place's day is the sum of what was given
// right there and of the same day of the places under it, and noon in a report of all regions is everybody's
// own noon. Days are numbered since 1970-01-01. A vote stands in the day and hour in which its quarter hour
// (UTC) begins: the same as its own wherever clocks differ from UTC by whole quarters and change at them:
// everywhere since 2011. A day of 23 or 25 hours is one day; the hour that a clock repeats counts together,
// the one that it skips stays empty.
#ifndef PUAS_AGGREGATOR_ROLLUPS_H
#define PUAS_AGGREGATOR_ROLLUPS_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLLUP_SCORES = 11, ROLLUP_DEPTH_MAX = 32, ROLLUP_QUARTER_MS = 900000 };

// The places and their calendar, by the one who knows them (org.h).
struct rollup_tree {
    void *ctx; // borrowed
    // Writes `place` and the places above it, nearest first, at most `max`; returns how many. 0: unknown.
    int (*above)(void *ctx, int32_t place, int32_t *ret, int max);
    // Local day number and hour (0..23) at a place. Must always answer the same.
    void (*local)(void *ctx, int32_t place, wall_ms at, int32_t *ret_day, int *ret_hour);
};

enum rollup_kind { ROLLUP_DAY, ROLLUP_HOUR, ROLLUP_CHOICE, ROLLUP_PRESENCE, ROLLUP_SEGMENT };
enum { PRESENT_KIOSKS, PRESENT_READY_MS }; // counts of ROLLUP_PRESENCE, which has no name

// Counts of a reason. A visit is unhappy or happy by its first answer, if that is a scored rating: happy on the
// two best faces of four or more, on the best one of fewer. A void of the rating takes the visit out of both.
enum rollup_named { NAMED, NAMED_UNHAPPY, NAMED_HAPPY, ROLLUP_NAMED };
bool rollup_is_happy(int score, int levels);
// Answers of a visit lie this close to its first one, by seq; what a visit farther away says counts in NAMED only.
enum { ROLLUP_VISIT_SPAN = 64 };

struct rollup {
    enum rollup_kind kind;
    int32_t place, day, name;
    int32_t what;             // DAY: levels; HOUR: levels and hour, levels * 24 + hour; CHOICE: option;
                              // SEGMENT: rollup_segment_key
    int64_t c[ROLLUP_SCORES]; // CHOICE: enum rollup_named
};

struct rollups {          // zeroed: empty
    struct rollup *items; // owned
    int32_t *slots;       // owned; open addressing: index into items + 1, 0: free
    int32_t count, room;  // room: of items, a power of two; slots are twice as many
};

void rollups_finish(struct rollups *r); // accepts a zeroed one
void rollups_clear(struct rollups *r);  // keeps the memory

// Adds `sign` times `add`'s counts to the row of its key. False: memory ran out, nothing has changed.
bool rollups_add(struct rollups *r, const struct rollup *add, int sign);

// Votes of one quarter hour (at / ROLLUP_QUARTER_MS), at their place only or up the tree. c: ROLLUP_SCORES
// counts.
bool rollups_votes(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int64_t quarter,
                   int32_t name, int levels, const int64_t *c);
bool rollups_choices(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int64_t quarter,
                     int32_t name, int32_t option, const int64_t *n); // n: ROLLUP_NAMED counts

// Kiosks of one place that were heard on a local day.
bool rollups_presence(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int32_t day,
                      int64_t kiosks, int64_t ready_ms);

int32_t rollup_segment_key(int32_t segment, bool own, int levels);
int32_t rollup_segment(int32_t key);
bool rollup_segment_own(int32_t key);
int rollup_segment_levels(int32_t key);

bool rollup_is_zero(const struct rollup *r);

#endif
