// hours: spans, the midday close, midnight, changes of the clock, special days.
#include "aggregator/hours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
// Monday 2026-11-16 00:00 UTC
#define MONDAY (INT64_C(20773) * DAY)

static int jakarta(void *ctx, wall_ms at)
{
    (void)ctx;
    (void)at;
    return 7 * 3600;
}

// Forward one hour at 2026-11-18 01:00 UTC (local 02:00 -> 03:00), back at 2026-11-20 01:00 UTC.
static int jumpy(void *ctx, wall_ms at)
{
    (void)ctx;
    return at >= MONDAY + 2 * DAY + HOUR && at < MONDAY + 4 * DAY + HOUR ? 2 * 3600 : 3600;
}

static const struct hours_zone wib = {jakarta, NULL}, dst = {jumpy, NULL};

// Monday to Friday 08:00-12:00 and 13:00-16:00, Friday 08:00-11:30.
static struct hours office(void)
{
    struct hours h = {0};
    for (int day = 1; day <= 5; day++) {
        h.spans[day][0] = (struct hours_span){480, day == 5 ? 690 : 720};
        if (day < 5)
            h.spans[day][1] = (struct hours_span){780, 960};
    }
    return h;
}

static void expect(const struct hours *h, const struct hours_zone *z, wall_ms at, bool open, wall_ms from,
                   wall_ms until)
{
    struct hours_period p = hours_period(h, z, at);
    assert_int_equal(p.open, open);
    assert_int_equal(p.from, from);
    assert_int_equal(p.until, until);
}

static void a_day(void **state)
{
    (void)state;
    struct hours h = office();
    assert_true(hours_valid(&h));
    wall_ms midnight = MONDAY - 7 * HOUR; // Monday 00:00 in Jakarta
    wall_ms friday_close = midnight - 3 * DAY + 690 * MINUTE;
    expect(&h, &wib, midnight, false, friday_close, midnight + 8 * HOUR);
    expect(&h, &wib, midnight + 8 * HOUR - 1, false, friday_close, midnight + 8 * HOUR);
    expect(&h, &wib, midnight + 8 * HOUR, true, midnight + 8 * HOUR, midnight + 12 * HOUR);
    expect(&h, &wib, midnight + 12 * HOUR - 1, true, midnight + 8 * HOUR, midnight + 12 * HOUR);
    expect(&h, &wib, midnight + 12 * HOUR, false, midnight + 12 * HOUR, midnight + 13 * HOUR);
    expect(&h, &wib, midnight + 15 * HOUR, true, midnight + 13 * HOUR, midnight + 16 * HOUR);
}

static void always_and_never(void **state)
{
    (void)state;
    struct hours never = {0}, round = {0};
    for (int day = 0; day < 7; day++)
        round.spans[day][0] = (struct hours_span){0, 1440};
    expect(NULL, &wib, MONDAY, true, HOURS_ALWAYS, HOURS_EVER);
    expect(&never, &wib, MONDAY, false, HOURS_ALWAYS, HOURS_EVER);
    expect(&round, &wib, MONDAY, true, HOURS_ALWAYS, HOURS_EVER);
    expect(&round, NULL, MONDAY + 11, true, HOURS_ALWAYS, HOURS_EVER);
    assert_int_equal(hours_open_ms(&never, &wib, MONDAY, MONDAY + 30 * DAY), 0);
    assert_int_equal(hours_open_ms(NULL, &wib, MONDAY, MONDAY + 30 * DAY), 30 * DAY);
}

static void once_a_week(void **state)
{
    (void)state;
    struct hours h = {0};
    h.spans[1][0] = (struct hours_span){540, 541};
    wall_ms open = MONDAY + 9 * HOUR;
    expect(&h, NULL, open, true, open, open + MINUTE);
    expect(&h, NULL, open + MINUTE, false, open + MINUTE, open + 7 * DAY);
    expect(&h, NULL, open - 1, false, open - 7 * DAY + MINUTE, open);
}

static void through_midnight(void **state)
{
    (void)state;
    struct hours h = {0};
    h.spans[1][0] = (struct hours_span){1320, 1440};
    h.spans[2][0] = (struct hours_span){0, 120};
    wall_ms open = MONDAY + 22 * HOUR;
    expect(&h, NULL, open + HOUR, true, open, open + 4 * HOUR);
    expect(&h, NULL, open + 3 * HOUR, true, open, open + 4 * HOUR);
    expect(&h, NULL, open + 4 * HOUR, false, open + 4 * HOUR, open + 7 * DAY);
}

static void business_time(void **state)
{
    (void)state;
    struct hours h = office();
    wall_ms midnight = MONDAY - 7 * HOUR;
    assert_int_equal(hours_open_ms(&h, &wib, midnight, midnight + 7 * DAY), (4 * 7 * 60 + 210) * MINUTE);
    assert_int_equal(hours_open_ms(&h, &wib, midnight + 11 * HOUR, midnight + 14 * HOUR), 2 * HOUR);
    assert_int_equal(hours_open_ms(&h, &wib, midnight + 12 * HOUR, midnight + 13 * HOUR), 0);
    assert_int_equal(hours_open_ms(&h, &wib, midnight + 9 * HOUR, midnight + 9 * HOUR), 0);
    assert_int_equal(hours_open_ms(&h, &wib, midnight + 9 * HOUR, midnight), 0);
}

// Every instant lies in exactly one period, periods touch, and open time adds up, also where the clock jumps.
static void periods_tile_time(void **state)
{
    (void)state;
    struct hours h = office();
    h.spans[3][0] = (struct hours_span){60, 150}; // begins before the hour that is skipped and ends in it
    h.spans[3][1] = (struct hours_span){155, 170};
    h.spans[5][0] = (struct hours_span){100, 140};
    h.spans[6][0] = (struct hours_span){0, 30};
    int64_t sum = 0;
    wall_ms start = MONDAY - 5 * HOUR, end = MONDAY + 14 * DAY;
    for (wall_ms at = start; at < end;) {
        struct hours_period p = hours_period(&h, &dst, at);
        assert_true(p.from <= at && at < p.until);
        struct hours_period next = hours_period(&h, &dst, p.until);
        assert_true(next.from == p.until && next.open != p.open);
        struct hours_period middle = hours_period(&h, &dst, p.until - 1);
        assert_true(middle.from == p.from && middle.until == p.until && middle.open == p.open);
        wall_ms until = p.until < end ? p.until : end;
        sum += p.open ? until - at : 0;
        at = until;
    }
    assert_int_equal(hours_open_ms(&h, &dst, start, end), sum);
}

// The deadline of a complaint: business minutes, on a virtual clock.
static void business_deadline(void **state)
{
    (void)state;
    struct hours h = office(), never = {0};
    wall_ms monday = MONDAY - 7 * HOUR; // 00:00 in Jakarta
    assert_int_equal(hours_after(&h, &wib, monday + 9 * HOUR, 2 * HOUR), monday + 11 * HOUR);
    assert_int_equal(hours_after(&h, &wib, monday + 9 * HOUR, 3 * HOUR), monday + 12 * HOUR); // the close itself
    assert_int_equal(hours_after(&h, &wib, monday + 9 * HOUR, 3 * HOUR + 1), monday + 13 * HOUR + 1);
    assert_int_equal(hours_after(&h, &wib, monday, HOUR), monday + 9 * HOUR); // asked in the night
    // Friday 11:00 leaves half an hour; the rest is Monday's.
    assert_int_equal(hours_after(&h, &wib, monday + 4 * DAY + 11 * HOUR, HOUR), monday + 7 * DAY + 8 * HOUR + 30 * MINUTE);
    assert_int_equal(hours_after(&h, &wib, monday, 40 * HOUR), monday + 8 * DAY + 9 * HOUR + 30 * MINUTE);
    assert_int_equal(hours_after(NULL, NULL, monday, 5 * DAY), monday + 5 * DAY);
    assert_int_equal(hours_after(&never, NULL, monday, 1), HOURS_EVER);
    for (wall_ms from = MONDAY; from < MONDAY + 8 * DAY; from += 37 * MINUTE) {
        for (int64_t ms = MINUTE; ms < 30 * HOUR; ms += 97 * MINUTE) {
            wall_ms due = hours_after(&h, &dst, from, ms);
            assert_int_equal(hours_open_ms(&h, &dst, from, due), ms);
            assert_int_equal(hours_open_ms(&h, &dst, from, due - 1), ms - 1);
        }
    }
}

static void hour_of_week(void **state)
{
    (void)state;
    wall_ms until;
    assert_int_equal(hours_of_week(NULL, MONDAY, &until), 24);
    assert_int_equal(until, MONDAY + HOUR);
    assert_int_equal(hours_of_week(NULL, MONDAY - 1, &until), 23);
    assert_int_equal(until, MONDAY);
    assert_int_equal(hours_of_week(&wib, MONDAY + 90 * MINUTE, &until), 32);
    assert_int_equal(until, MONDAY + 2 * HOUR);
    for (wall_ms at = MONDAY; at < MONDAY + 7 * DAY; at += 7 * MINUTE) {
        int hour = hours_of_week(&dst, at, &until);
        assert_true(hour >= 0 && hour < HOURS_WEEK && until > at && until <= at + HOUR);
    }
    assert_int_equal(hours_of_week(NULL, 0, &until), 4 * 24);
    assert_int_equal(hours_of_week(NULL, -1, &until), 4 * 24 - 1);
}

// ---------------------------------------------------------------- special days

// Half an hour off the hour, and an hour forward at Sunday 2026-11-22 02:00 local time: as Adelaide in spring.
static int half(void *ctx, wall_ms at)
{
    (void)ctx;
    return at >= MONDAY + 5 * DAY + 16 * HOUR + 30 * MINUTE ? 10 * 3600 + 1800 : 9 * 3600 + 1800;
}

static const struct hours_zone adelaide = {half, NULL};

enum { FIRST_DAY = 20773, DATES = 4 }; // Monday 2026-11-16

// A holiday on Wednesday, open as usual on a Thursday inside four weeks of shorter hours (Fridays with a long midday), and
// twelve days closed from day 40 on: longer than a week.
static struct hours_dates *special_days(void)
{
    struct hours_dates *d = calloc(1, sizeof(*d) + DATES * sizeof(*d->items));
    assert_non_null(d);
    d->count = DATES;
    d->items[0] = (struct hours_date){FIRST_DAY + 2, FIRST_DAY + 2, false, {{{0, 0}}}};
    d->items[1] = (struct hours_date){FIRST_DAY + 10, FIRST_DAY + 10, true, {{{0, 0}}}};
    d->items[2] = (struct hours_date){FIRST_DAY + 40, FIRST_DAY + 51, false, {{{0, 0}}}};
    d->items[3] = (struct hours_date){FIRST_DAY + 7, FIRST_DAY + 34, false, {{{0, 0}}}};
    for (int day = 1; day <= 5; day++)
        d->items[3].spans[day][0] = (struct hours_span){540, 900};
    d->items[3].spans[5][0].to = 690;
    d->items[3].spans[5][1] = (struct hours_span){810, 900};
    return d;
}

static void holidays(void **state)
{
    (void)state;
    struct hours_dates *d = special_days();
    struct hours h = office();
    h.dates = d;
    assert_true(hours_valid(&h));
    wall_ms monday = MONDAY - 7 * HOUR;
    wall_ms tuesday_close = monday + DAY + 16 * HOUR, thursday = monday + 3 * DAY + 8 * HOUR;
    expect(&h, &wib, monday + 2 * DAY + 10 * HOUR, false, tuesday_close, thursday);
    assert_int_equal(hours_after(&h, &wib, tuesday_close - HOUR, 2 * HOUR), thursday + HOUR); // a complaint's clock
    // Shorter hours, the long Friday, and the day that is as usual.
    expect(&h, &wib, monday + 7 * DAY + 10 * HOUR, true, monday + 7 * DAY + 9 * HOUR, monday + 7 * DAY + 15 * HOUR);
    expect(&h, &wib, monday + 11 * DAY + 12 * HOUR, false, monday + 11 * DAY + 690 * MINUTE,
           monday + 11 * DAY + 810 * MINUTE);
    expect(&h, &wib, monday + 10 * DAY + 9 * HOUR, true, monday + 10 * DAY + 8 * HOUR, monday + 10 * DAY + 12 * HOUR);
    // Closed for longer than the week reaches: the day after is known from its first hour on.
    wall_ms back = monday + 52 * DAY + 8 * HOUR; // a Thursday
    expect(&h, &wib, monday + 40 * DAY + HOUR, false, monday + 39 * DAY + 690 * MINUTE, back);
    assert_int_equal(hours_after(&h, &wib, monday + 41 * DAY, HOUR), back + HOUR);
    assert_true(hours_special(&h, FIRST_DAY + 2) && !hours_special(&h, FIRST_DAY + 3) && !hours_special(NULL, 0));
    free(d);
}

// Round the clock but for its special days: a period has a true begin and end however far they are.
static void round_the_clock_but_once(void **state)
{
    (void)state;
    struct hours_dates *d = special_days();
    struct hours h = {0};
    for (int day = 0; day < 7; day++)
        h.spans[day][0] = (struct hours_span){0, 1440};
    d->count = 1;
    h.dates = d;
    expect(&h, NULL, MONDAY - 90 * DAY, true, HOURS_ALWAYS, MONDAY + 2 * DAY);
    expect(&h, NULL, MONDAY + DAY, true, HOURS_ALWAYS, MONDAY + 2 * DAY);
    expect(&h, NULL, MONDAY + 2 * DAY, false, MONDAY + 2 * DAY, MONDAY + 3 * DAY);
    for (int day = 3; day < 300; day++)
        expect(&h, NULL, MONDAY + day * DAY + HOUR, true, MONDAY + 3 * DAY, HOURS_EVER);
    free(d);
}

static void special_days_tile_time(void **state)
{
    (void)state;
    struct hours_dates *d = special_days();
    struct hours h = office();
    h.spans[0][0] = (struct hours_span){90, 200}; // through the hour that is skipped
    h.dates = d;
    int64_t sum = 0;
    for (wall_ms at = MONDAY, end = MONDAY + 80 * DAY; at < end;) {
        struct hours_period p = hours_period(&h, &adelaide, at), next = hours_period(&h, &adelaide, p.until);
        struct hours_period last = hours_period(&h, &adelaide, p.until - 1);
        assert_true(p.from <= at && at < p.until && next.from == p.until && next.open != p.open);
        assert_true(last.from == p.from && last.until == p.until && last.open == p.open);
        sum += p.open ? (p.until < end ? p.until : end) - at : 0;
        at = p.until;
    }
    assert_int_equal(hours_open_ms(&h, &adelaide, MONDAY, MONDAY + 80 * DAY), sum);
    free(d);
}

static void bad_hours(void **state)
{
    (void)state;
    static const struct hours_span bad[][2] = {
        {{10, 5}},           {{-1, 5}},        {{0, 1441}}, {{10, 20}, {15, 30}}, {{10, 20}, {20, 30}},
        {{20, 30}, {5, 10}}, {{0, 0}, {5, 10}}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct hours h = {0};
        memcpy(h.spans[4], bad[i], sizeof(bad[i]));
        assert_false(hours_valid(&h));
    }
    struct hours none = {0};
    assert_true(hours_valid(&none));
    struct hours_dates *d = special_days();
    none.dates = d;
    assert_true(hours_valid(&none));
    d->items[3].to = d->items[3].from - 1;
    assert_false(hours_valid(&none));
    d->items[3].to = d->items[3].from;
    d->items[3].spans[0][0] = (struct hours_span){10, 5};
    assert_false(hours_valid(&none));
    free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day),         cmocka_unit_test(always_and_never),  cmocka_unit_test(once_a_week),
        cmocka_unit_test(business_time), cmocka_unit_test(through_midnight),  cmocka_unit_test(bad_hours),
        cmocka_unit_test(hour_of_week),  cmocka_unit_test(periods_tile_time),
        cmocka_unit_test(business_deadline), cmocka_unit_test(holidays), cmocka_unit_test(round_the_clock_but_once),
        cmocka_unit_test(special_days_tile_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
