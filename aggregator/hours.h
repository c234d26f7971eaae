// hours: when a place is open. Pure: local time comes from a function that the caller passes in.
//
// The week is up to four spans a weekday, in minutes of the local day. A span that ends at 1440 and one that
// begins at 0 the next day are one open period. NULL hours: always open. No span at all: never open.
// Special days (holidays, Ramadan, a day of shorter hours) stand beside the week: the first range of dates that holds a local
// day says its spans instead.
// Around a change of the clock a span begins and ends at its local times; a local time that the clock skips
// means the instant just after, one that it repeats means either, but always the same.
#ifndef PUAS_AGGREGATOR_HOURS_H
#define PUAS_AGGREGATOR_HOURS_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HOURS_SPANS_MAX = 4, // a day: morning, midday and Friday closes leave three
    HOURS_DAY_MIN = 1440,
    HOURS_WEEK = 168,
};
#define HOURS_EVER INT64_MAX   // "until" of a period without an end
#define HOURS_ALWAYS INT64_MIN // "from" of a period without a beginning

struct hours_span {
    int16_t from, to; // minutes of the local day, 0 <= from < to <= 1440; from == to: not used
};
struct hours_dates {
    size_t count;
    struct hours_date {
        int32_t from, to; // local days since 1970-01-01, both in it
        bool usual;       // as every week, whatever a later range says
        struct hours_span spans[7][HOURS_SPANS_MAX]; // as those of a week; none: closed
    } items[];
};
struct hours {
    struct hours_span spans[7][HOURS_SPANS_MAX]; // [weekday], 0 = Sunday; ascending, not overlapping, used ones first
    const struct hours_dates *dates;             // borrowed, for as long as the hours; NULL: none
};

// Seconds east of UTC at an instant. Must always answer the same for the same instant. NULL function: UTC.
struct hours_zone {
    int (*offset_s)(void *ctx, wall_ms at);
    void *ctx; // borrowed
};

// False when a span is out of range, reversed, out of order or overlapping, or a range of dates ends before it begins.
bool hours_valid(const struct hours *h);

// The spans of a local day (since 1970-01-01): HOURS_SPANS_MAX of them, used ones first.
const struct hours_span *hours_day(const struct hours *h, int64_t day);
bool hours_special(const struct hours *h, int64_t day); // does a range of dates hold it? NULL hours: no

// The longest period around an instant in which the place is open, or closed, throughout: [from, until).
// The place is looked at 8 days back and ahead, and as far as its special days reach; a period that reaches farther has no
// beginning or end.
struct hours_period {
    wall_ms from, until;
    bool open;
};
struct hours_period hours_period(const struct hours *h, const struct hours_zone *zone, wall_ms at);

// Business time between two instants; 0 when to <= from.
int64_t hours_open_ms(const struct hours *h, const struct hours_zone *zone, wall_ms from, wall_ms to);

// When so much business time (at least 1 ms) will have passed since `from`: a moment of an open period, or its end.
// HOURS_EVER: never, as far as anyone can tell.
wall_ms hours_after(const struct hours *h, const struct hours_zone *zone, wall_ms from, int64_t ms);

// Local hour of the week, 0..167: weekday * 24 + hour, 0 = Sunday midnight; *ret_until is when it ends.
int hours_of_week(const struct hours_zone *zone, wall_ms at, wall_ms *ret_until);

#endif
