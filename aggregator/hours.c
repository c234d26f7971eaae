#include "aggregator/hours.h"

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

static const struct hours_date *special(const struct hours *h, int64_t day)
{
    for (size_t i = 0; h && h->dates && i < h->dates->count; i++)
        if (day >= h->dates->items[i].from && day <= h->dates->items[i].to)
            return &h->dates->items[i];
    return NULL;
}

bool hours_special(const struct hours *h, int64_t day)
{
    return special(h, day) != NULL;
}

const struct hours_span *hours_day(const struct hours *h, int64_t day)
{
    const struct hours_date *d = special(h, day);
    int64_t weekday = (day + 4) % 7; // 1970-01-01 was a Thursday
    weekday += weekday < 0 ? 7 : 0;
    return d && !d->usual ? d->spans[weekday] : h->spans[weekday];
}

static bool week_valid(const struct hours_span week[7][HOURS_SPANS_MAX])
{
    for (int day = 0; day < 7; day++) {
        int last = -1;
        bool ended = false;
        for (int i = 0; i < HOURS_SPANS_MAX; i++) {
            struct hours_span s = week[day][i];
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

bool hours_valid(const struct hours *h)
{
    bool ok = week_valid(h->spans);
    for (size_t i = 0; ok && h->dates && i < h->dates->count; i++) {
        const struct hours_date *d = &h->dates->items[i];
        ok = d->from <= d->to && week_valid(d->spans);
    }
    return ok;
}

// The period as seen from `reach` days before today to as many after it.
static struct hours_period period_within(const struct hours *h, const struct hours_zone *zone, wall_ms at,
                                         int64_t today, int64_t reach)
{
    struct hours_period p = {HOURS_ALWAYS, HOURS_EVER, false};
    wall_ms far = (reach - 1) * (wall_ms)DAY_MS;
    wall_ms from = 0, until = HOURS_ALWAYS; // the open period being put together from touching spans
    for (int64_t day = today - reach; day <= today + reach; day++) {
        const struct hours_span *spans = hours_day(h, day);
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
    p.until = until - at >= far ? HOURS_EVER : until;
    p.open = true;
    p.from = at - from >= far ? HOURS_ALWAYS : from;
    return p;
found:
    p.open = true;
    p.from = at - from >= far ? HOURS_ALWAYS : from;
    p.until = until;
    return p;
}

struct hours_period hours_period(const struct hours *h, const struct hours_zone *zone, wall_ms at)
{
    if (!h)
        return (struct hours_period){HOURS_ALWAYS, HOURS_EVER, true};
    int64_t today = floor_div(at + offset_ms(zone, at), DAY_MS), first = today, last = today;
    for (size_t i = 0; h->dates && i < h->dates->count; i++) {
        first = h->dates->items[i].from < first ? h->dates->items[i].from : first;
        last = h->dates->items[i].to > last ? h->dates->items[i].to : last;
    }
    // Farther than the week repeats only where special days may have moved an end of the period.
    for (int64_t reach = REACH_DAYS;; reach *= 2) {
        struct hours_period p = period_within(h, zone, at, today, reach);
        bool back = p.from == HOURS_ALWAYS && today - reach > first - REACH_DAYS;
        bool ahead = p.until == HOURS_EVER && today + reach < last + REACH_DAYS;
        if (!back && !ahead)
            return p;
    }
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
