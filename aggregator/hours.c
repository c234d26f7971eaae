#include "aggregator/hours.h"

#include <stddef.h>

enum {
    REACH_DAYS = 8, // either side: one more than the week repeats
    MINUTE_MS = 60000,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static wall_ms offset_ms(const struct hours_zone *zone, wall_ms at)
{
    return zone && zone->offset_s ? (wall_ms)zone->offset_s(zone->ctx, at) * 1000 : 0;
}

// The instant of a local time. The second look finds the offset that holds there, not a few hours away.
static wall_ms local_to_utc(const struct hours_zone *zone, wall_ms local)
{
    wall_ms guess = local - offset_ms(zone, local);
    return local - offset_ms(zone, guess);
}

bool hours_valid(const struct hours *h)
{
    for (int day = 0; day < 7; day++) {
        int last = -1;
        bool ended = false;
        for (int i = 0; i < HOURS_SPANS_MAX; i++) {
            struct hours_span s = h->spans[day][i];
            if (s.from == s.to) {
                ended = true;
                continue;
            }
            if (ended || s.from < 0 || s.to > HOURS_DAY_MIN || s.from > s.to || s.from <= last)
                return false;
            last = s.to;
        }
    }
    return true;
}

struct hours_period hours_period(const struct hours *h, const struct hours_zone *zone, wall_ms at)
{
    struct hours_period p = {HOURS_ALWAYS, HOURS_EVER, h == NULL};
    if (!h)
        return p;
    int64_t today = floor_div(at + offset_ms(zone, at), DAY_MS);
    wall_ms from = 0, until = HOURS_ALWAYS; // the open period being put together from touching spans
    for (int64_t day = today - REACH_DAYS; day <= today + REACH_DAYS; day++) {
        int64_t weekday = (day + 4) % 7; // 1970-01-01 was a Thursday
        const struct hours_span *spans = h->spans[weekday < 0 ? weekday + 7 : weekday];
        for (int i = 0; i < HOURS_SPANS_MAX && spans[i].from < spans[i].to; i++) {
            wall_ms begin = local_to_utc(zone, day * DAY_MS + spans[i].from * MINUTE_MS);
            wall_ms end = local_to_utc(zone, day * DAY_MS + spans[i].to * MINUTE_MS);
            if (begin >= end) // the clock skipped all of it
                continue;
            if (until != HOURS_ALWAYS && begin <= until) {
                until = end;
                continue;
            }
            if (until != HOURS_ALWAYS && at < until)
                goto found;
            if (at < begin) {
                p.from = until; // HOURS_ALWAYS when nothing was open before
                p.until = begin;
                return p;
            }
            from = begin;
            until = end;
        }
    }
    if (until == HOURS_ALWAYS || at >= until) {
        p.from = until;
        return p;
    }
    // Open to the end of what was looked at: round the clock from here, as far as anyone can tell.
    p.open = true;
    p.from = at - from >= (REACH_DAYS - 1) * (int64_t)DAY_MS ? HOURS_ALWAYS : from;
    p.until = until - at >= (REACH_DAYS - 1) * (int64_t)DAY_MS ? HOURS_EVER : until;
    return p;
found:
    p.open = true;
    p.from = from;
    p.until = until;
    return p;
}

int64_t hours_open_ms(const struct hours *h, const struct hours_zone *zone, wall_ms from, wall_ms to)
{
    int64_t sum = 0;
    while (from < to) {
        struct hours_period p = hours_period(h, zone, from);
        wall_ms until = p.until < to ? p.until : to;
        if (p.open)
            sum += until - from;
        from = until;
    }
    return sum;
}

wall_ms hours_after(const struct hours *h, const struct hours_zone *zone, wall_ms from, int64_t ms)
{
    for (;;) {
        struct hours_period p = hours_period(h, zone, from);
        if (p.open && (p.until == HOURS_EVER || p.until - from >= ms))
            return from + ms;
        if (p.until == HOURS_EVER)
            return HOURS_EVER;
        ms -= p.open ? p.until - from : 0;
        from = p.until;
    }
}

int hours_of_week(const struct hours_zone *zone, wall_ms at, wall_ms *ret_until)
{
    int64_t hour = floor_div(at + offset_ms(zone, at), HOUR_MS);
    // From the instant, not through local time: an hour that a clock change cuts short must still end after
    // `at`.
    wall_ms until = (hour + 1) * HOUR_MS - offset_ms(zone, at);
    *ret_until = until;
    int64_t of_week = (hour + 4 * 24) % HOURS_WEEK;
    return (int)(of_week < 0 ? of_week + HOURS_WEEK : of_week);
}
