// Days that differ: false alarms are what was promised, measured by simulation over shares, deviations and votes a day; the
// table is what a search finds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/change.h"

#include <math.h>
#include <string.h>

static uint64_t seed;

static double share(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.;
}

static double normal(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += share();
    return sum;
}

// Marsaglia and Tsang (2000); a below 1 by their boost.
static double gamma_draw(double a)
{
    if (a < 1)
        return gamma_draw(a + 1) * pow(share(), 1 / a);
    double d = a - 1. / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = normal(), v = 1 + c * x;
        v = v * v * v;
        if (v > 0 && log(share()) < .5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

static double day(double q0, double deviation)
{
    double both = q0 * (1 - q0) / (deviation * deviation) - 1;
    double bad = gamma_draw(q0 * both), good = gamma_draw((1 - q0) * both);
    return bad / (bad + good);
}

// Votes between alarms of a place that is judged with `room`; points are halved at each opening.
static double votes_an_alarm(double q0, double deviation, int a_day, int room)
{
    enum { VOTES = 600000 };
    struct change c;
    int points[CHANGE_PARTS] = {0};
    int64_t alarms = 0, votes = 0;
    int units = change_round((int)lround(q0 * CHANGE_SHARE_UNITS) + room);
    assert_true(change_find((double)units / CHANGE_SHARE_UNITS, CHANGE_KNOWN_ARL, false, &c));
    seed = 88172645463325252u;
    while (votes < VOTES) {
        double q = day(q0, deviation);
        for (int i = 0; i < a_day; i++, votes++)
            if (change_step(&c, points, share() < q)) {
                alarms++;
                memset(points, 0, sizeof(points));
            }
        for (int i = 0; i < CHANGE_PARTS; i++)
            points[i] /= 2;
    }
    return (double)votes / (double)(alarms + 1);
}

static void false_alarms_are_those_promised(void **state)
{
    (void)state;
    static const double usual[] = {.05, .1, .2, .3}, deviation[] = {.02, .04, .06};
    static const int a_day[] = {100, 200, 800};
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
        for (size_t k = 0; k < sizeof(deviation) / sizeof(*deviation); k++) {
            if (deviation[k] > usual[i])
                continue;
            int room = change_room(usual[i], deviation[k]);
            print_message("          %2.0f %% unhappy, days differ by %.0f points, %4.1f points of room:",
                          usual[i] * 100, deviation[k] * 100, room / 100.);
            for (size_t m = 0; m < sizeof(a_day) / sizeof(*a_day); m++) {
                double votes = votes_an_alarm(usual[i], deviation[k], a_day[m], room);
                print_message(" %.0f votes at %d a day,", votes, a_day[m]);
                // 150 alarms are known to 8 %. Above: few votes a day, and shares are rounded up.
                assert_true(votes > .8 * CHANGE_KNOWN_ARL && votes < 2.5 * CHANGE_KNOWN_ARL);
            }
            print_message(" %.0f without\n", votes_an_alarm(usual[i], deviation[k], 200, 0));
        }
}

static void the_table_is_what_is_searched(void **state)
{
    (void)state;
    static const int cells[][2] = {
        {0, 7}, {2, 2}, {2, 4}, {5, 1}}; // all of them take a minute: tests/tools/puas-charts room
    for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
        double q0 = change_room_usual[cells[i][0]], part = change_room_part[cells[i][1]];
        int units;
        assert_true(change_room_search(q0, part * q0, &units));
        assert_int_equal(units, change_room_table[cells[i][0]][cells[i][1]]);
        assert_int_equal(units, change_room(q0, part * q0));
    }
}

static void at_the_ends(void **state)
{
    (void)state;
    assert_int_equal(change_room(.1, 0), 0);
    assert_int_equal(change_room(.1, NAN), 0);
    assert_int_equal(change_room(0, .1), 0);
    assert_int_equal(change_room(.1, .3), change_room(.1, .1)); // counted as the share itself
    assert_int_equal(change_room(.5, .2), 0);                   // charts end there
    assert_true(change_room(.01, .005) >= 0 && change_room(.9, .5) == 0);
    for (double q0 = .02; q0 < .5; q0 += .01)
        for (double d = 0; d < q0; d += .005) {
            assert_true(change_room(q0, d + .005) >= change_room(q0, d));
            assert_true(q0 * CHANGE_SHARE_UNITS + change_room(q0, d) <=
                        CHANGE_USUAL_MAX * CHANGE_SHARE_UNITS + 1);
        }
    double rate, arl;
    struct change c;
    assert_true(change_find(.1, 300, false, &c) && change_arl(&c, .1, &arl));
    assert_true(change_days_rate(&c, .1, .001, &rate)); // days that are as good as equal
    assert_true(fabs(rate * arl - 1) < .01);
    assert_false(change_days_rate(&c, .1, .5, &rate));
    assert_false(change_days_rate(&c, .1, 0, &rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(false_alarms_are_those_promised),
        cmocka_unit_test(the_table_is_what_is_searched),
        cmocka_unit_test(at_the_ends),
    };
    return cmocka_run_group_tests_name("change_days", tests, NULL, NULL);
}
