// change against the exact values of alerts.md, against brute force and simulation, and against the optimum.
#include "aggregator/change.h"
#include "aggregator/optimum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static const struct change published = {2, {{6, 1, 49}, {7, 2, 35}}};

static void close_to(double is, double want, double relative)
{
    if (!(fabs(is - want) <= relative * want))
        fail_msg("is %.9f, not %.9f", is, want);
}

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static bool chance(uint64_t *seed, double q)
{
    return next(seed) < q * 2147483648.;
}

static void exact_figures(void **state)
{
    (void)state;
    static const double q1[] = {.2, .3, .5}, delays[] = {93.185, 34.169, 13.141};
    double v;
    assert_true(change_arl(&published, .10, &v));
    close_to(v, 5046.872042, 1e-10);
    for (int i = 0; i < 3; i++) {
        assert_true(change_delay(&published, .10, q1[i], &v));
        assert_float_equal(v, delays[i], .0005 + 1e-9);
        close_to(change_shift(.10, i), q1[i], 1e-12);
    }
    close_to(change_shift(.10, 3), .15, 1e-12);
    assert_true(change_arl(&published, .12, &v));
    assert_float_equal(v, 1244, .5); // what a wrong baseline costs
}

// A chart of one part is a CUSUM, and one that never alarms first changes nothing.
static void one_part_is_a_cusum(void **state)
{
    (void)state;
    const struct cusum c = {17, 3, 117};
    const struct change alone = {1, {c}}, beside = {2, {c, {1, 99, 40}}};
    double want, is;
    for (double q = .05; q < .9; q += .2) {
        assert_true(cusum_arl(&c, q, &want) && change_arl(&alone, q, &is));
        close_to(is, want, 1e-9);
    }
    assert_true(cusum_delay(&c, .1, .3, &want) && change_delay(&alone, .1, .3, &is));
    close_to(is, want, 1e-9);
    assert_true(change_delay(&beside, .1, .3, &is));
    close_to(is, want, 1e-9);
    for (int votes = 3; votes <= 300; votes *= 10) {
        assert_true(cusum_periods_between_alarms(&c, .1, votes, &want) &&
                    change_periods_between_alarms(&alone, .1, votes, &is));
        assert_true((isinf(want) && isinf(is)) || fabs(is / want - 1) < 1e-6);
    }
}

// ---------------------------------------------------------------- brute force
enum { SIDE = 14 };
typedef double grid[SIDE][SIDE][SIDE];

// One vote of the whole distribution, cell by cell, with change_step alone; alarms restart or are gone.
static double slow_vote(const struct change *c, double q, grid from, grid to, bool restart)
{
    double alarms = 0;
    memset(to, 0, sizeof(grid));
    for (int a = 0; a < SIDE; a++)
        for (int b = 0; b < SIDE; b++)
            for (int d = 0; d < SIDE; d++)
                for (int vote = 0; from[a][b][d] > 0 && vote < 2; vote++) {
                    int points[CHANGE_PARTS] = {a, b, d};
                    double mass = from[a][b][d] * (vote ? q : 1 - q);
                    if (!change_step(c, points, vote)) {
                        to[points[0]][points[1]][points[2]] += mass;
                    } else {
                        alarms += mass;
                        to[0][0][0] += restart ? mass : 0;
                    }
                }
    return alarms;
}

static double slow_run(const struct change *c, double q, grid p)
{
    static grid other;
    double length = 0;
    for (double alive = 1; alive > 1e-12;) {
        length += alive;
        alive -= slow_vote(c, q, p, other, false);
        memcpy(p, other, sizeof(grid));
    }
    return length;
}

static void equals_brute_force(void **state)
{
    (void)state;
    static grid p, other;
    uint64_t seed = 4;
    for (int chart = 0; chart < 24; chart++) {
        struct change c = {.count = 1 + chart % 3};
        for (int i = 0; i < c.count; i++)
            c.part[i] = (struct cusum){1 + (int)(next(&seed) % 5), 1 + (int)(next(&seed) % 3),
                                       1 + (int)(next(&seed) % (SIDE - 1))};
        double q0 = .05 + next(&seed) % 30 / 100., q1 = q0 + .3, arl, delay;
        assert_true(change_valid(&c));
        assert_true(change_arl(&c, q0, &arl) && change_delay(&c, q0, q1, &delay));
        if (arl > 1000)
            continue;
        memset(p, 0, sizeof(p));
        p[0][0][0] = 1;
        close_to(arl, slow_run(&c, q0, p), 1e-8);
        memset(p, 0, sizeof(p));
        p[0][0][0] = 1;
        for (int v = 0; v < 6000; v++) { // long after the start, restarting
            slow_vote(&c, q0, p, other, true);
            memcpy(p, other, sizeof(p));
        }
        close_to(delay, slow_run(&c, q1, p), 1e-8);
    }
}

// The pair beside a simulation, votes in days that halve the points.
static void halving_simulated(void **state)
{
    (void)state;
    const struct change c = {2, {{6, 1, 30}, {7, 2, 25}}};
    double want;
    assert_true(change_periods_between_alarms(&c, .10, 40, &want));
    uint64_t seed = 9;
    int alarms = 0, points[CHANGE_PARTS] = {0};
    enum { DAYS = 60000 };
    for (int day = 0; day < DAYS; day++) {
        for (int v = 0; v < 40; v++)
            if (change_step(&c, points, chance(&seed, .10))) {
                alarms++;
                memset(points, 0, sizeof(points));
            }
        points[0] /= 2;
        points[1] /= 2;
    }
    close_to((double)DAYS / alarms, want, .05);
}

// ---------------------------------------------------------------- the optimum, and what is found
static void optimum_as_published(void **state)
{
    (void)state;
    static const double q1[] = {.2, .3, .5}, want[] = {86.5, 32.7, 12.2};
    double v = 7;
    for (int i = 0; i < 3; i++) {
        assert_true(optimum_delay(.10, q1[i], 5000, &v));
        close_to(v, want[i], .005);
    }
    assert_false(optimum_delay(.10, .10, 5000, &v));
    assert_false(optimum_delay(.10, .30, 10, &v));
    // No rule that is tuned to the shift may be quicker.
    struct cusum c = {9, 2, 0};
    double arl, delay;
    assert_true(cusum_find_limit(&c, .10, 5000, &arl) && cusum_delay(&c, .10, .30, &delay));
    assert_true(optimum_delay(.10, .30, arl, &v) && delay > v && delay < 1.02 * v);
}

static double worst_ratio(const struct change *c, double q0, double arl, int first, int last)
{
    double worst = 0, best, delay;
    for (int i = first; i <= last; i++) {
        assert_true(optimum_delay(q0, change_shift(q0, i), arl, &best));
        assert_true(change_delay(c, q0, change_shift(q0, i), &delay));
        worst = fmax(worst, delay / best);
    }
    return worst;
}

static void found_within_bounds(void **state)
{
    (void)state;
    static const double usual[] = {.02, .03, .05, .075, .10, .15, .20, .30, .40, .50};
    clock_t slowest = 0;
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
        struct change c;
        double arl;
        clock_t start = clock();
        assert_true(change_search(usual[i], 5000, false, &c));
        clock_t took = clock() - start;
        slowest = took > slowest ? took : slowest;
        assert_true(change_arl(&c, usual[i], &arl));
        assert_true(arl >= 5000 * (1 - 1e-6) && arl < 5500);
        double worst = worst_ratio(&c, usual[i], 5000, 0, 2);
        print_message("%.3f: +%d/-%d at %d, +%d/-%d at %d, %.3f of the optimum\n", usual[i], c.part[0].up,
                      c.part[0].down, c.part[0].limit, c.part[1].up, c.part[1].down, c.part[1].limit, worst);
        assert_true(worst < (usual[i] == .10 ? 1.08 : 1.10));
    }
    print_message("slowest: %.0f ms\n", (double)slowest * 1000. / CLOCKS_PER_SEC);
}

static void the_published_pair_is_found(void **state)
{
    (void)state;
    struct change c;
    double delay;
    static const double q1[] = {.2, .3, .5}, best[] = {86.5, 32.7, 12.2};
    assert_true(change_search(.10, 5000, false, &c));
    assert_memory_equal(&c.part, &published.part, 2 * sizeof(struct cusum));
    for (int i = 0; i < 3; i++) {
        assert_true(change_delay(&c, .10, q1[i], &delay));
        assert_true(delay < 1.08 * best[i]);
    }
}

static void other_false_alarm_rates(void **state)
{
    (void)state;
    static const double wished[] = {100, 1000, 20000, 1e5};
    for (int i = 0; i < 4; i++) {
        struct change c;
        double arl;
        assert_true(change_search(.10, wished[i], false, &c) && change_arl(&c, .10, &arl));
        assert_true(arl >= wished[i] * (1 - 1e-5) && arl < 1.3 * wished[i]);
        assert_true(worst_ratio(&c, .10, wished[i], 0, 2) < (i ? 1.10 : 1.25));
    }
}

static void a_third_part_sees_drift(void **state)
{
    (void)state;
    struct change c;
    double arl;
    assert_true(change_search(.10, 5000, true, &c) && change_arl(&c, .10, &arl));
    assert_int_equal(c.count, 3);
    assert_true(arl >= 5000 * (1 - 1e-6) && arl < 5500);
    assert_true(worst_ratio(&c, .10, 5000, 0, 2) < 1.10);
    assert_true(worst_ratio(&c, .10, 5000, 3, 3) < 1.15);
    assert_true(worst_ratio(&published, .10, 5000, 3, 3) > 1.30);
    assert_true(change_search(.05, 5000, true, &c));
    assert_int_equal(c.count, 2); // see CHANGE_DRIFT_MIN
}

static void steps(void **state)
{
    (void)state;
    int points[CHANGE_PARTS] = {42, 28, 0};
    assert_false(change_step(&published, points, false));
    assert_true(points[0] == 41 && points[1] == 26);
    points[0] = 43;
    points[1] = 0;
    assert_true(change_step(&published, points, true)); // 49 exactly
    assert_true(points[0] == 49 && points[1] == 7);
    points[0] = 0;
    points[1] = 34;
    assert_true(change_step(&published, points, true)); // the fast one; not past its limit
    assert_true(points[0] == 6 && points[1] == 35);
}

static void out_of_range(void **state)
{
    (void)state;
    struct change c = published;
    double v = 7;
    assert_false(change_arl(&published, 0, &v));
    assert_false(change_arl(&published, 1, &v));
    assert_false(change_delay(&published, .1, 1, &v));
    assert_false(change_periods_between_alarms(&published, .1, 0, &v));
    c.count = 0;
    assert_false(change_arl(&c, .1, &v));
    c = published;
    c.part[1].limit = 0;
    assert_false(change_valid(&c));
    c = (struct change){3, {{9, 1, 1000}, {9, 1, 1000}, {9, 1, 1000}}};
    assert_false(change_valid(&c));
    c = published;
    assert_false(change_find(.01, 5000, false, &c));
    assert_false(change_find(.60, 5000, false, &c));
    assert_false(change_find(.10, 50, false, &c));
    assert_false(change_find(NAN, 5000, false, &c));
    assert_true(v == 7 && c.count == 2 && c.part[0].limit == 49);
    // Every unhappy vote an alarm.
    c = (struct change){1, {{9, 1, 5}}};
    assert_true(change_arl(&c, .25, &v) && v == 4);
    assert_true(change_delay(&c, .25, .5, &v) && v == 2);
}

// What stands in the table is what is found; all of it with PUAS_SOAK=1, else some.
static void known_charts_are_those_that_are_found(void **state)
{
    (void)state;
    bool all = getenv("PUAS_SOAK") != NULL;
    static const int some[] = {200, 1000, 2000, 2700};
    int looked = 0;
    for (int units = change_round(0); units <= CHANGE_USUAL_MAX * CHANGE_SHARE_UNITS; units = change_round(units + 1)) {
        double usual = (double)units / CHANGE_SHARE_UNITS;
        for (int drift = 0; drift <= 1; drift++) {
            struct change known, found;
            bool wanted = all || units == some[looked % 4];
            assert_true(change_known(usual, CHANGE_KNOWN_ARL, drift, &known));
            if (!wanted)
                continue;
            assert_true(change_search(usual, CHANGE_KNOWN_ARL, drift, &found));
            assert_int_equal(known.count, found.count);
            assert_memory_equal(known.part, found.part, (size_t)known.count * sizeof(*known.part));
            looked += drift;
        }
    }
    assert_true(all || looked == 4);
    struct change c;
    assert_false(change_known(.1, 5001, false, &c));
    assert_false(change_known(.1001, CHANGE_KNOWN_ARL, false, &c));
    assert_false(change_known(NAN, CHANGE_KNOWN_ARL, false, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_charts_are_those_that_are_found),
        cmocka_unit_test(exact_figures),
        cmocka_unit_test(one_part_is_a_cusum),
        cmocka_unit_test(equals_brute_force),
        cmocka_unit_test(halving_simulated),
        cmocka_unit_test(optimum_as_published),
        cmocka_unit_test(found_within_bounds),
        cmocka_unit_test(other_false_alarm_rates),
        cmocka_unit_test(the_published_pair_is_found),
        cmocka_unit_test(a_third_part_sees_drift),
        cmocka_unit_test(steps),
        cmocka_unit_test(out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
