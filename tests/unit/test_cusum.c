// cusum against the exact values of alerts.md, against brute force, and in time.
#include "aggregator/cusum.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <cmocka.h>

static void close_to(double is, double want, double relative)
{
    if (fabs(is - want) > relative * want)
        fail_msg("is %.9f, not %.9f", is, want);
}

static const struct row {
    int percent, up, down, limit;
    double q0, arl, delay[4]; // delays to 1, 1.5, 2, 3 times the allowance
} table[] = {
    {85, 17, 3, 81, .075, 5069.647790, {147.8, 44.0, 24.5, 12.9}},
    {85, 17, 3, 117, .10, 5191.372857, {289.2, 64.6, 34.5, 17.8}},
    {90, 9, 1, 40, .05, 5273.618564, {200.8, 63.2, 35.6, 18.8}},
};

static void published_table(void **state)
{
    (void)state;
    static const double times[] = {1, 1.5, 2, 3};
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        const struct row *r = &table[i];
        struct cusum c;
        double arl, delay;
        assert_true(cusum_scores(r->percent, &c));
        assert_int_equal(c.up, r->up);
        assert_int_equal(c.down, r->down);
        assert_true(cusum_find_limit(&c, r->q0, 5000, &arl));
        assert_int_equal(c.limit, r->limit);
        close_to(arl, r->arl, 1e-10);
        assert_true(cusum_arl(&c, r->q0, &arl));
        close_to(arl, r->arl, 1e-10);
        for (int k = 0; k < 4; k++) {
            assert_true(cusum_delay(&c, r->q0, times[k] * (100 - r->percent) / 100., &delay));
            assert_float_equal(delay, r->delay[k], .05 + 1e-9);
        }
        c.limit--;
        assert_true(cusum_arl(&c, r->q0, &arl) && arl < 5000); // the least limit
    }
}

static void published_six_to_one(void **state)
{
    (void)state;
    static const double want[][2] = {
        {.05, 1252157.487589}, {.10, 3037.178080}, {.20, 85.343256}, {.50, 16.467215}};
    const struct cusum c = {6, 1, 40};
    for (int i = 0; i < 4; i++) {
        double arl;
        assert_true(cusum_arl(&c, want[i][0], &arl));
        close_to(arl, want[i][1], i ? 4e-8 : 1e-9);
    }
}

static void published_normal(void **state)
{
    (void)state;
    double up, down;
    assert_true(cusum_normal_arl(.5, 4, 0, &up));
    close_to(up / 2, 167.683789, 3e-9);
    assert_true(cusum_normal_arl(.5, 4, 1, &up));
    assert_true(cusum_normal_arl(.5, 4, -1, &down));
    close_to(1 / (1 / up + 1 / down), 8.383132, 6e-8);
}

// ARL by summing survival probabilities vote by vote: no algebra in common with the solver.
static double survival_arl(const struct cusum *c, double q)
{
    double p[300] = {1}, next[300], arl = 0;
    for (int v = 0; v < 2000000; v++) {
        double alive = 0;
        for (int i = 0; i < c->limit; i++)
            alive += p[i];
        arl += alive;
        if (alive < 1e-13)
            break;
        for (int i = 0; i < c->limit; i++)
            next[i] = 0;
        for (int i = 0; i < c->limit; i++) {
            int back = cusum_step(c, i, false, 1000), on = cusum_step(c, i, true, 1000);
            next[back] += (1 - q) * p[i];
            if (on < c->limit)
                next[on] += q * p[i];
        }
        for (int i = 0; i < c->limit; i++)
            p[i] = next[i];
    }
    return arl;
}

static void equals_brute_force(void **state)
{
    (void)state;
    static const struct cusum charts[] = {{17, 3, 50},  {1, 1, 12}, {51, 49, 180}, {3, 17, 40},
                                          {99, 1, 100}, {9, 1, 9},  {9, 1, 1},     {2, 3, 7}};
    static const double shares[] = {.03, .3, .9};
    for (size_t i = 0; i < sizeof(charts) / sizeof(*charts); i++)
        for (int k = 0; k < 3; k++) {
            double arl;
            assert_true(cusum_arl(&charts[i], shares[k], &arl));
            if (arl < 20000)
                close_to(arl, survival_arl(&charts[i], shares[k]), 1e-9);
        }
}

static void steps(void **state)
{
    (void)state;
    const struct cusum c = {17, 3, 81};
    assert_int_equal(cusum_step(&c, 0, false, 162), 0);
    assert_int_equal(cusum_step(&c, 2, false, 162), 0);
    assert_int_equal(cusum_step(&c, 64, true, 162), 81); // exactly the limit
    assert_int_equal(cusum_step(&c, 160, true, 162), 162);
}

static void halving_at_opening(void **state)
{
    (void)state;
    struct cusum c = {17, 3, 117};
    double periods, arl;
    assert_true(cusum_arl(&c, .10, &arl));
    assert_true(cusum_periods_between_alarms(&c, .10, 1000000, &periods)); // long days: plain ARL
    close_to(periods, arl / 1e6, 1e-9);
    assert_true(cusum_periods_between_alarms(&c, .10, 60, &periods)); // short days forget: fewer false alarms
    assert_true(periods > 1.3 * arl / 60 && periods < 3 * arl / 60);
    double before = 0;
    for (int votes = 10; votes <= 1280; votes *= 2) {
        assert_true(cusum_periods_between_alarms(&c, .10, votes, &periods));
        assert_true(periods * votes > arl && (before == 0 || periods < before));
        before = periods;
    }
    // Three votes a day reach at most 51 points, 98 with what is left of the days before: no alarm, ever.
    assert_true(cusum_periods_between_alarms(&(struct cusum){17, 3, 117}, .10, 3, &periods));
    assert_true(isinf(periods));
}

// Halving against a simulation with a generator of its own.
static void halving_simulated(void **state)
{
    (void)state;
    const struct cusum c = {9, 1, 40};
    double periods;
    assert_true(cusum_periods_between_alarms(&c, .09, 50, &periods));
    uint64_t x = 88172645463325252u;
    int points = 0, alarms = 0;
    enum { DAYS = 60000 };
    for (int day = 0; day < DAYS; day++) {
        for (int v = 0; v < 50; v++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            points = cusum_step(&c, points, (double)(x >> 11) / 9007199254740992. < .09, 1000);
            if (points >= c.limit) {
                alarms++;
                points = 0;
            }
        }
        points /= 2;
    }
    close_to((double)DAYS / alarms, periods, .05);
}

static void every_percent_is_quick(void **state)
{
    (void)state;
    clock_t slowest = 0;
    for (int percent = 50; percent <= 99; percent++) {
        struct cusum c;
        double arl;
        clock_t start = clock();
        assert_true(cusum_scores(percent, &c));
        assert_true(cusum_find_limit(&c, (100 - percent) * .0066, 5000, &arl));
        clock_t took = clock() - start;
        slowest = took > slowest ? took : slowest;
        assert_true(arl >= 5000 && arl < 7000);
    }
    print_message("slowest limit: %.1f ms\n", (double)slowest * 1000. / CLOCKS_PER_SEC);
    assert_true(slowest < CLOCKS_PER_SEC / 4); // 10 ms in release; sanitizers and busy machines are slower
}

static void out_of_range(void **state)
{
    (void)state;
    struct cusum c = {9, 1, 40};
    double v = 7;
    assert_false(cusum_scores(0, &c));
    assert_false(cusum_scores(100, &c));
    assert_false(cusum_arl(&c, 0, &v));
    assert_false(cusum_arl(&c, 1, &v));
    assert_false(cusum_arl(&(struct cusum){9, 1, 0}, .1, &v));
    assert_false(cusum_arl(&(struct cusum){0, 1, 5}, .1, &v));
    assert_false(cusum_arl(&(struct cusum){9, 1, CUSUM_LIMIT_MAX + 1}, .1, &v));
    assert_false(cusum_find_limit(&c, .1, .5, &v));
    assert_false(cusum_find_limit(&c, .9, 1e9, &v)); // hopelessly out of control: no limit is long enough
    assert_false(cusum_periods_between_alarms(&c, .1, 0, &v));
    assert_false(cusum_normal_arl(.5, 0, 0, &v));
    assert_true(v == 7 && c.limit == 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_table),
        cmocka_unit_test(published_six_to_one),
        cmocka_unit_test(published_normal),
        cmocka_unit_test(equals_brute_force),
        cmocka_unit_test(steps),
        cmocka_unit_test(halving_at_opening),
        cmocka_unit_test(halving_simulated),
        cmocka_unit_test(every_percent_is_quick),
        cmocka_unit_test(out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
