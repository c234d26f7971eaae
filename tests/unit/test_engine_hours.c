// Worse than usual at that hour of the week, and where days differ: the queue of every noon is no alert, a bad morning is one; in control the rule keeps
// its price; a restart changes nothing.
#include "aggregator/usual.h"
#include "tests/unit/engine_world.h"

#include <stdlib.h>

enum { OPENS = 8, CLOSES = 18, NOON = 12, AFTER_NOON = 14, AN_HOUR = 20, HISTORY_WEEKS = 8 };

static uint64_t seed;

static double random_share(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.;
}

static double share_at(int hour)
{
    return hour >= NOON && hour < AFTER_NOON ? .30 : .08;
}

static void draw_history(int64_t hours[HOURS_WEEK][2])
{
    memset(hours, 0, HOURS_WEEK * sizeof(*hours));
    for (int week = 0; week < HISTORY_WEEKS; week++)
        for (int h = 0; h < HOURS_WEEK; h++)
            for (int v = 0; v < AN_HOUR && h % 24 >= OPENS && h % 24 < CLOSES; v++) {
                hours[h][0]++;
                hours[h][1] += random_share() < share_at(h % 24);
            }
}

static struct engine_rule hourly(bool by_hour)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_CHANGE);
    r.by_hour = by_hour;
    return r;
}

static void teach(struct world *w, int64_t hours[HOURS_WEEK][2])
{
    int64_t n = 0, unhappy = 0;
    for (int h = 0; h < HOURS_WEEK; h++) {
        n += hours[h][0];
        unhappy += hours[h][1];
    }
    engine_set_usual(w->e, 1, 2, n, unhappy, w->now); // each rule takes what is for it
    engine_set_hours(w->e, 1, 2, hours, w->now);
}

// The next vote of opening hours; share 0: the hour's usual one.
static void one(struct world *w, double share)
{
    w->now += HOUR / AN_HOUR;
    int hour = (int)(w->now / HOUR % 24);
    if (hour >= CLOSES || hour < OPENS)
        w->now = (w->now / DAY + (hour >= CLOSES)) * DAY + OPENS * HOUR;
    hour = (int)(w->now / HOUR % 24);
    struct engine_vote v = next_vote(w, 2, 0, random_share() < (share > 0 ? share : share_at(hour)) ? 1 : 4);
    engine_vote(w->e, &v);
}

// Alarms, further ones of an open alert among them.
static int64_t alarms(struct world *w)
{
    int64_t sum = 0;
    size_t n;
    const struct engine_transition *t = engine_transitions(w->e, &n);
    for (size_t i = 0; i < n; i++)
        sum += t[i].to == ENGINE_RESOLVED ? 1 + t[i].flaps : 0;
    return sum;
}

static int64_t votes_an_alarm(bool by_hour, int64_t votes, uint64_t from)
{
    int64_t hours[HOURS_WEEK][2];
    struct world w = world(hourly(by_hour));
    seed = from;
    draw_history(hours);
    teach(&w, hours);
    for (int64_t i = 0; i < votes; i++)
        one(&w, 0);
    int64_t all = alarms(&w);
    finish(&w);
    return votes / (all + 1);
}

static void a_usual_queue_is_no_alert(void **state)
{
    (void)state;
    int64_t plain = votes_an_alarm(false, 100000, 1), hourly_one = 0;
    for (uint64_t history = 1; history <= 8; history++)
        hourly_one += votes_an_alarm(true, 200000, history) / 8;
    print_message("          one alarm in %d votes, by hour in %d\n", (int)plain, (int)hourly_one);
    assert_true(hourly_one > 4000 &&
                hourly_one < 9000); // promised are 5,000; what is learned is a little off
    assert_true(plain * 3 < hourly_one);
}

// Mean votes from nine o'clock on at 25 % unhappy to the alarm.
static double delay(bool by_hour, int trials)
{
    int64_t hours[HOURS_WEEK][2], sum = 0;
    seed = 12;
    draw_history(hours);
    for (int i = 0; i < trials; i++) {
        struct world w = world(hourly(by_hour));
        size_t n = 0;
        teach(&w, hours);
        while (w.now % DAY < OPENS * HOUR + HOUR - HOUR / AN_HOUR || w.now < MONDAY + 2 * DAY)
            one(&w, w.now % DAY < NOON * HOUR ? .05 : 0.01); // a calm day before
        engine_clear(w.e);
        for (int votes = 0; n == 0 && votes < 500; votes++, sum++) {
            w.now += HOUR / AN_HOUR / 20; // a busy morning: it is over before noon
            struct engine_vote v = next_vote(&w, 2, 0, random_share() < .25 ? 1 : 4);
            engine_vote(w.e, &v);
            engine_transitions(w.e, &n);
        }
        finish(&w);
    }
    return (double)sum / trials;
}

static void a_bad_morning_is_one_sooner(void **state)
{
    (void)state;
    double plain = delay(false, 200), by_hour = delay(true, 200);
    print_message("          25 %% unhappy in the morning: %.1f votes, by hour %.1f\n", plain, by_hour);
    assert_true(by_hour < plain);
}

static void restart(struct world *w, int64_t hours[HOURS_WEEK][2])
{
    char text[ENGINE_TEXT_MAX];
    struct engine_key_state s, back;
    assert_true(engine_key(w->e, 1, 2, 0, &s));
    engine_key_encode(&s, text);
    assert_true(engine_key_decode(text, &back));
    assert_memory_equal(&s, &back, sizeof(s));
    engine_destroy(w->e);
    w->e = engine_create();
    configure(w);
    engine_restore_key(w->e, &back);
    engine_resume(w->e, w->now);
    teach(w, hours);
}

static void restarts_change_nothing(void **state)
{
    (void)state;
    int64_t hours[HOURS_WEEK][2];
    seed = 13;
    draw_history(hours);
    uint64_t from = seed;
    struct engine_transition *kept = malloc(4096 * sizeof(*kept));
    size_t n, lived = 0, replayed = 0;
    for (int round = 0; round < 2; round++) {
        struct world w = world(hourly(true));
        seed = from;
        teach(&w, hours);
        for (int i = 0; i < 60000; i++) {
            one(&w, i % 5000 > 4900 ? .4 : 0);
            const struct engine_transition *t = engine_transitions(w.e, &n);
            for (size_t k = 0; k < n; k++) {
                if (round == 0)
                    kept[lived++] = t[k];
                else
                    assert_memory_equal(&kept[replayed++], &t[k], sizeof(*t));
            }
            engine_clear(w.e);
            if (round == 1 && i % 37 == 0)
                restart(&w, hours);
        }
        finish(&w);
    }
    assert_true(lived > 20);
    assert_int_equal(lived, replayed);
    free(kept);
}

static void an_alert_says_the_hour_s_share(void **state)
{
    (void)state;
    int64_t hours[HOURS_WEEK][2];
    struct world w = world(hourly(true));
    seed = 14;
    draw_history(hours);
    teach(&w, hours);
    for (w.now = MONDAY + DAY + 9 * HOUR; w.seen == 0;) {
        vote(&w, 2, 1, 1);
        size_t n;
        engine_transitions(w.e, &n);
        if (n > 0)
            break;
    }
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.usual >= 600 && t.usual <= 1000); // of the morning
    assert_true(t.base >= 1100 && t.base <= 1400);  // of the place
    assert_true(t.limit > 0 && t.points == t.limit);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.hours[24 + NOON] > s.hours[24 + 9]);
    finish(&w);
}

// ---------------------------------------------------------------- days that differ

static double normal(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_share();
    return sum;
}

// Usually 10 % are unhappy, on a day 4 points more or fewer (standard deviation).
static double share_of_day(void)
{
    double share = .10 + .04 * normal();
    return share < .005 ? .005 : share;
}

static int64_t votes_an_alarm_of_days(bool spread, double *ret_deviation)
{
    struct engine_rule r = hourly(false);
    int64_t days[56][2] = {{0}}, n = 0, unhappy = 0, votes = 0;
    r.spread = spread;
    seed = 21;
    for (int d = 0; d < 56; d++) {
        double share = share_of_day();
        for (int v = 0; v < 200; v++)
            days[d][1] += random_share() < share;
        days[d][0] = 200;
        n += days[d][0];
        unhappy += days[d][1];
    }
    *ret_deviation = usual_deviation((const int64_t(*)[2])days, 56);
    struct world w = world(r);
    engine_set_spread(w.e, 1, 2, *ret_deviation, w.now);
    engine_set_usual(w.e, 1, 2, n, unhappy, w.now);
    for (int d = 0; d < 3000; d++)
        for (double share = share_of_day(), v = 0; v < 200; v++, votes++)
            one(&w, share);
    int64_t all = alarms(&w);
    int room = spread ? change_room((double)key(&w, 2, 0).learned / ENGINE_SHARE_UNITS, ceil(*ret_deviation * ENGINE_SHARE_UNITS) / ENGINE_SHARE_UNITS) : 0;
    assert_int_equal(key(&w, 2, 0).spread, room);
    assert_true(key(&w, 2, 0).usual >= key(&w, 2, 0).learned + room);
    finish(&w);
    return votes / (all + 1);
}

static void days_that_differ_are_usual(void **state)
{
    (void)state;
    double deviation;
    int64_t plain = votes_an_alarm_of_days(false, &deviation),
            wide = votes_an_alarm_of_days(true, &deviation);
    print_message("          days differ by %.3f: one alarm in %d votes, with the spread in %d\n", deviation,
                  (int)plain, (int)wide);
    assert_true(deviation > .03 && deviation < .05);
    // Promised are 5,000; how near it comes where the deviation is known, and not learned from 56 days: test_change_days.
    assert_true(wide > 3 * plain && wide > 5000);
    static const int64_t even[][2] = {{100, 10}, {200, 20}, {0, 0}, {50, 5}}, one_day[][2] = {{100, 50}};
    assert_true(usual_deviation(even, 4) == 0 && usual_deviation(one_day, 1) == 0 &&
                usual_deviation(one_day, 0) == 0);
    // By hand: shares .1 and .3 of 100 votes each, .2 together: (2 - .16) / (200 - 100) is the variance.
    static const int64_t two[][2] = {{100, 10}, {100, 30}};
    assert_true(fabs(usual_deviation(two, 2) - sqrt((2 - .16) / 100)) < 1e-12);
}

static void wrong_ones_are_refused(void **state)
{
    (void)state;
    struct engine_rule r = hourly(true);
    r.id = r.version = r.place = 1;
    assert_null(engine_rule_check(&r));
    r.usual = .1;
    assert_string_equal(engine_rule_check(&r), "by hour: only where the usual share is learned");
    r.by_hour = false;
    r.spread = true;
    assert_string_equal(engine_rule_check(&r), "spread: only where the usual share is learned");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_usual_queue_is_no_alert),  cmocka_unit_test(a_bad_morning_is_one_sooner),
        cmocka_unit_test(restarts_change_nothing),    cmocka_unit_test(an_alert_says_the_hour_s_share),
        cmocka_unit_test(days_that_differ_are_usual), cmocka_unit_test(wrong_ones_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
