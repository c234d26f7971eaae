// trend_stats against published values, and against slow plain implementations where nothing is published.
#include "aggregator/trend_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#define NEAR(is, want, by) assert_float_equal(is, want, by)

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void face_index(void **state)
{
    (void)state;
    double index;
    assert_true(trend_face_index((int64_t[]){17, 16, 60, 126}, 4, &index));
    NEAR(index, 78.23, .005);
    assert_true(trend_face_index((int64_t[]){4, 2, 12, 23, 51}, 5, &index));
    NEAR(index, 81.25, .005);
    assert_true(trend_face_index((int64_t[]){0, 0, 0, 9}, 4, &index));
    NEAR(index, 100, 1e-9);
    int64_t good, n;
    assert_true(trend_top_two((int64_t[]){4, 2, 12, 23, 51}, 5, &good, &n));
    assert_int_equal(good, 74);
    assert_int_equal(n, 92);
    assert_false(trend_face_index((int64_t[]){0, 0}, 2, &index));
    assert_false(trend_face_index((int64_t[]){1}, 1, &index));
    assert_false(trend_top_two((int64_t[]){1, -1, 3}, 3, &good, &n));
}

// Cochran 1977, 3.12: 30 households, 104 persons, 30 of whom had seen a doctor: v = .00520, against .00197
// when persons count as a simple sample. Sizes as published; those who had been to the doctor stand so that
// the published sums of squares (86) and products (113) come out.
static void days_are_clusters(void **state)
{
    (void)state;
    static const int64_t size[30] = {5, 6, 3, 3, 2, 3, 3, 3, 4, 4, 3, 2, 7, 4, 3,
                                     5, 4, 4, 3, 3, 4, 3, 3, 1, 2, 4, 3, 4, 2, 4};
    static const int64_t seen[30] = {0, 0, 1, 2, 2, 1, 0, 0, 3, 0, 0, 2, 5, 0, 0,
                                     0, 0, 2, 3, 0, 4, 0, 0, 1, 0, 0, 0, 2, 2, 0};
    struct trend_day days[30];
    int64_t squares = 0, products = 0;
    for (int i = 0; i < 30; i++) {
        days[i] = (struct trend_day){size[i], seen[i]};
        squares += seen[i] * seen[i];
        products += seen[i] * size[i];
    }
    assert_int_equal(squares, 86);
    assert_int_equal(products, 113);
    double v;
    assert_true(trend_day_variance(days, 30, &v));
    NEAR(v, .00520, 1e-5); // published with three digits
    struct trend_share s;
    struct stats_interval plain;
    assert_true(trend_share(days, 30, &s));
    assert_true(stats_wilson(30, 104, &plain));
    assert_int_equal(s.n, 104);
    assert_true(s.clustered);
    // deff 5.20 / 1.97, less by (1.960 / 2.045)^2 for 29 degrees of freedom
    NEAR(s.effective, 104 / (.00520 / .00197) * (1.96 / 2.045) * (1.96 / 2.045), .2);
    assert_true(s.interval.lo < plain.lo && s.interval.hi > plain.hi);
    NEAR(s.error, sqrt(.0052) * 2.045 / 1.96, .004);
}

static void few_days_are_a_simple_sample(void **state)
{
    (void)state;
    struct trend_share s;
    struct stats_interval plain;
    struct trend_day two[] = {{130, 70}, {0, 0}, {133, 11}};
    assert_true(trend_share(two, 3, &s));
    assert_true(stats_wilson(81, 263, &plain));
    assert_false(s.clustered);
    assert_int_equal(s.days, 2);
    NEAR(s.interval.lo, .255289, .6e-6);
    NEAR(s.interval.hi, .366210, .6e-6);
    // Days more alike than chance makes them do not narrow it; nor do shares of 0 or 1 divide by nothing.
    struct trend_day alike[40];
    for (int i = 0; i < 40; i++) {
        alike[i] = (struct trend_day){10, 8};
    }
    assert_true(trend_share(alike, 40, &s));
    assert_true(stats_wilson(320, 400, &plain));
    assert_true(s.clustered);
    NEAR(s.interval.lo, plain.lo, 1e-12);
    struct trend_day best[] = {{10, 10}, {5, 5}, {5, 5}};
    assert_true(trend_share(best, 3, &s));
    NEAR(s.interval.lo, 1 - .161125, .6e-6);
    assert_true(s.interval.hi == 1 && s.error > 0);
    assert_false(trend_share(best, 0, &s));
    assert_false(trend_share((struct trend_day[]){{3, 4}}, 1, &s));
}

// Days whose share really wanders: 95 % of the intervals hold the truth, of Wilson's far fewer.
static void intervals_of_days_cover(void **state)
{
    (void)state;
    uint32_t seed = 5;
    int held = 0, plain_held = 0;
    for (int run = 0; run < 1000; run++) {
        struct trend_day days[14];
        for (int d = 0; d < 14; d++) {
            double share = .8 + (draw(&seed) % 2 == 0 ? .1 : -.1);
            days[d] = (struct trend_day){.n = 60 + draw(&seed) % 41};
            for (int i = 0; i < days[d].n; i++) {
                days[d].good += draw(&seed) % 10000 < share * 10000;
            }
        }
        struct trend_share s;
        struct stats_interval plain;
        assert_true(trend_share(days, 14, &s) && stats_wilson(s.good, s.n, &plain));
        held += s.interval.lo <= .8 && .8 <= s.interval.hi;
        plain_held += plain.lo <= .8 && .8 <= plain.hi;
    }
    assert_in_range(held, 930, 975);
    assert_true(plain_held < 800);
}

static void before_and_after(void **state)
{
    (void)state;
    struct trend_day b[] = {{80, 48}}, a[] = {{70, 56}};
    int64_t bc[] = {12, 18, 30, 80, 60}, ac[] = {6, 10, 24, 85, 75}, one[] = {80, 0}, other[] = {60, 10};
    struct trend_period before = {b, 1, bc, one}, after = {a, 1, ac, other};
    struct trend_change c;
    assert_true(trend_change(&before, &after, 5, 2, &c));
    NEAR(c.difference, .2, 1e-9);
    NEAR(c.interval.lo, .052431, .6e-6); // Newcombe 1998 II, method 10
    NEAR(c.interval.hi, .333873, .6e-6);
    assert_true(c.ranked);
    NEAR(c.rank.superiority, .5644, .6e-6);
    NEAR(c.rank.p, .018111, .6e-6);
    assert_int_equal(c.refusal, TREND_COMPARABLE);
    assert_string_equal(trend_refusal_name(c.refusal), "");
    int64_t moved[] = {50, 20}; // 28.6 % of the votes come from the other kiosk now
    after.kiosks = moved;
    assert_true(trend_change(&before, &after, 5, 2, &c));
    assert_int_equal(c.refusal, TREND_MIX_CHANGED);
    struct trend_day busy[] = {{121, 90}}, at_bound[] = {{120, 90}}, few[] = {{29, 20}};
    after = (struct trend_period){busy, 1, ac, one};
    assert_true(trend_change(&before, &after, 5, 2, &c));
    assert_int_equal(c.refusal, TREND_VOLUME_CHANGED);
    after.days = at_bound;
    assert_true(trend_change(&before, &after, 5, 2, &c));
    assert_int_equal(c.refusal, TREND_COMPARABLE);
    after.days = few;
    assert_true(trend_change(&before, &after, 5, 2, &c));
    assert_int_equal(c.refusal, TREND_TOO_FEW);
    assert_string_equal(trend_refusal_name(c.refusal), "too-few");
    after.day_count = 0;
    assert_false(trend_change(&before, &after, 5, 2, &c));
}

// Card & Krueger 1994, table 3: New Jersey .59 (.54), Pennsylvania -2.16 (1.25): 2.76 (1.36).
static void difference_in_differences(void **state)
{
    (void)state;
    struct trend_effect e = trend_diff_in_diff(.59, .54, -2.16, 1.25);
    NEAR(e.difference, 2.76, .011); // the published one is of unrounded means
    NEAR(e.error, 1.36, .005);
    NEAR(e.interval.hi - e.interval.lo, 2 * 1.959964 * e.error, 1e-5);
}

// The distribution's integral, by many small steps.
static double slow_beta(double x, double a, double b)
{
    enum { STEPS = 200000 };
    double sum = 0, part = 0;
    for (int i = 0; i < STEPS; i++) {
        double t = (i + .5) / STEPS, y = pow(t, a - 1) * pow(1 - t, b - 1);
        sum += y;
        part += t < x ? y : 0;
    }
    return part / sum;
}

static void beta(void **state)
{
    (void)state;
    NEAR(trend_beta(.3, 1, 1), .3, 1e-12);
    NEAR(trend_beta(.4, 2, 3), .5248, 1e-10); // 6x^2 - 8x^3 + 3x^4
    NEAR(trend_beta(.9, 18, 2), slow_beta(.9, 18, 2), 1e-4);
    NEAR(trend_beta(.7, 300, 130), slow_beta(.7, 300, 130), 1e-4);
    NEAR(trend_beta(.5, 40000, 40000), .5, 1e-9);
    NEAR(trend_beta_quantile(.025, 1, 1), .025, 1e-12);
    NEAR(trend_beta(trend_beta_quantile(.975, 45, 7), 45, 7), .975, 1e-10);
}

static void prior_is_found_again(void **state)
{
    (void)state;
    enum { UNITS = 2000 };
    static struct trend_unit units[UNITS];
    uint32_t seed = 11;
    for (int i = 0; i < UNITS; i++) { // shares drawn from Beta(12, 4), 40..439 votes each
        double share = trend_beta_quantile((draw(&seed) % 100000 + .5) / 100000, 12, 4);
        units[i] = (struct trend_unit){.id = i, .n = 40 + draw(&seed) % 400};
        for (int v = 0; v < units[i].n; v++) {
            units[i].good += draw(&seed) % 100000 < share * 100000;
        }
    }
    struct trend_prior p = trend_prior(units, UNITS);
    assert_true(p.fitted);
    NEAR(p.a / (p.a + p.b), .75, .01);
    NEAR(p.a + p.b, 16, 1.5);
    // No spread beyond chance, too few units, one share only: the fallback.
    struct trend_unit same[] = {
        {.id = 1, .n = 40, .good = 30}, {.id = 2, .n = 40, .good = 30}, {.id = 3, .n = 40, .good = 30}};
    p = trend_prior(same, 3);
    assert_false(p.fitted);
    NEAR(p.a, 18, 0);
    NEAR(p.b, 2, 0);
    assert_false(trend_prior(units, 2).fitted);
    struct trend_unit all[] = {
        {.id = 1, .n = 40, .good = 40}, {.id = 2, .n = 40, .good = 40}, {.id = 3, .n = 40, .good = 40}};
    assert_false(trend_prior(all, 3).fitted);
}

static void ranking(void **state)
{
    (void)state;
    const struct trend_prior p = {18, 2, false};
    struct trend_unit u[] = {{.id = 1, .n = 40, .good = 27},     {.id = 2, .n = 29, .good = 29},
                             {.id = 3, .n = 4000, .good = 3800}, {.id = 4, .n = 4000, .good = 3790},
                             {.id = 5, .n = 30, .good = 30},     {.id = 6, .n = 3000, .good = 1500}};
    trend_rank(u, 6, &p);
    static const int order[] = {5, 3, 4, 1, 6, 2};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(u[i].id, order[i]);
        int above = 0; // the plain rule: how many lie wholly above
        for (int j = 0; j < 6; j++) {
            above += !u[j].hidden && u[j].interval.lo > u[i].interval.hi;
        }
        assert_int_equal(u[i].rank, u[i].hidden ? 0 : 1 + above);
    }
    NEAR(u[3].shrunk, .75, 1e-9); // 27 of 40
    assert_int_equal(u[0].rank, 1);
    assert_int_equal(u[1].rank, 1);
    assert_int_equal(u[2].rank, 1);
    assert_int_equal(u[3].rank, 4); // Beta(45, 15) ends below .86, Beta(48, 2) begins above
    assert_int_equal(u[4].rank, 5);
    assert_true(u[5].hidden);
    NEAR(trend_beta(u[3].interval.lo, 45, 15), .025, 1e-9);
}

static void pareto(void **state)
{
    (void)state;
    struct trend_reason r[] = {{7, 10, 0, 0}, {3, 60, 0, 0}, {5, 10, 0, 0}, {4, 20, 0, 0}};
    assert_true(trend_pareto(r, 4));
    assert_int_equal(r[0].id, 3);
    assert_int_equal(r[2].id, 5);
    NEAR(r[0].cumulative, .6, 1e-12);
    NEAR(r[1].share, .2, 1e-12);
    NEAR(r[3].cumulative, 1, 1e-12);
    assert_false(trend_pareto((struct trend_reason[]){{1, 0, 0, 0}}, 1));
}

// Five dimensions of perception and expectation on a scale of 7, with points of importance.
static void servqual(void **state)
{
    (void)state;
    static const double expected[] = {6, 6.5, 6, 6.2, 5.8}, perceived[] = {5.5, 5, 6, 6.4, 5};
    static const double points[] = {11, 32, 22, 19, 16};
    struct trend_sum days[10];
    double weights[10];
    struct trend_mix m;
    for (int i = 0; i < 5; i++) {
        days[2 * i] = (struct trend_sum){100, 100 * perceived[i], 100 * (perceived[i] * perceived[i] + 1)};
        days[2 * i + 1] = (struct trend_sum){100, 100 * expected[i], 100 * (expected[i] * expected[i] + 1)};
        weights[2 * i] = points[i] / 100;
        weights[2 * i + 1] = -points[i] / 100;
    }
    assert_true(trend_mix(days, weights, 10, 1, &m));
    NEAR(m.value, -.055 - .48 + 0 + .038 - .128, 1e-12);
    NEAR(m.error, 2 * .1, 1e-12); // each mean's is 0.1, and one day cannot tell them apart
    NEAR(m.half, 1.959963984540054 * .2, 1e-9);
    assert_true(trend_mix(&days[2], (const double[]){1, -1}, 2, 1, &m));
    NEAR(m.value, -1.5, 1e-12);
    days[4].n = 0;
    assert_false(trend_mix(days, weights, 10, 1, &m));
    assert_false(trend_mix(days, weights, 0, 1, &m));
}

static void skm(void **state)
{
    (void)state;
    int64_t counts[9][SKM_ANSWERS];
    double means[9];
    struct trend_skm r;
    for (int i = 0; i < 9; i++) {
        memcpy(counts[i], (int64_t[SKM_ANSWERS]){0, 0, 50, 50}, sizeof counts[i]);
    }
    assert_true(trend_skm((const int64_t(*)[SKM_ANSWERS])counts, 9, means, &r));
    NEAR(means[4], 3.5, 1e-12);
    NEAR(r.index, 87.5, 1e-9);
    assert_int_equal(r.performance, 'B');
    memset(counts[3], 0, sizeof counts[3]);
    assert_false(trend_skm((const int64_t(*)[SKM_ANSWERS])counts, 9, NULL, &r));
    assert_int_equal(trend_skm_class(100), 'A');
    assert_int_equal(trend_skm_class(88.31), 'A');
    assert_int_equal(trend_skm_class(88.305), 'A'); // shown as 88.31
    assert_int_equal(trend_skm_class(88.304), 'B');
    assert_int_equal(trend_skm_class(76.61), 'B');
    assert_int_equal(trend_skm_class(76.60), 'C');
    assert_int_equal(trend_skm_class(65), 'C');
    assert_int_equal(trend_skm_class(64.99), 'D');
    assert_int_equal(trend_skm_class(25), 'D');
}

static void sample_size(void **state)
{
    (void)state;
    // Krejcie & Morgan 1970, table 1
    static const int64_t table[][2] = {{10, 10},    {15, 14},     {100, 80},    {500, 217},
                                       {1000, 278}, {10000, 370}, {75000, 382}, {1000000, 384}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(trend_sample_size(table[i][0]), table[i][1]);
    }
    assert_int_equal(trend_sample_size(0), 0);
}

// NPS as published (50, 30, 20: 30 with standard error 7.810250); CES; days.
static void means(void **state)
{
    (void)state;
    double values[TREND_LEVELS_MAX];
    struct trend_sum s = {.n = 0};
    struct trend_mean m;
    trend_values_nps(values);
    trend_sum_add(&s, (int64_t[]){5, 0, 5, 0, 0, 0, 10, 10, 20, 25, 25}, values, 11);
    assert_true(trend_mean(&s, 1, -100, 100, &m));
    NEAR(m.mean, 30, 1e-9);
    NEAR(m.error, 7.810250, .6e-6);
    NEAR(m.interval.lo, 30 - 1.959964 * 7.810250, 1e-5);
    assert_false(m.clustered);
    trend_values_level(7, values);
    s = (struct trend_sum){.n = 0};
    trend_sum_add(&s, (int64_t[]){1, 0, 0, 2, 0, 0, 1}, values, 7);
    assert_true(trend_mean(&s, 1, 1, 7, &m));
    NEAR(m.mean, 4, 1e-9);
    trend_values_index(4, values);
    s = (struct trend_sum){.n = 0};
    trend_sum_add(&s, (int64_t[]){17, 16, 60, 126}, values, 4);
    assert_true(trend_mean(&s, 1, 0, 100, &m));
    NEAR(m.mean, 78.23, .005);
    // All alike: no certainty from three votes.
    s = (struct trend_sum){3, 300, 30000};
    assert_true(trend_mean(&s, 1, 0, 100, &m));
    assert_true(m.interval.hi == 100 && m.interval.lo < 60);
    assert_false(trend_mean(&s, 0, 0, 100, &m));
}

// Shares are means of 0 and 100: the interval of days is that of the share's ratio estimator.
static void a_mean_allows_for_days(void **state)
{
    (void)state;
    struct trend_sum sums[20];
    struct trend_day days[20];
    uint32_t seed = 11;
    for (int d = 0; d < 20; d++) {
        int64_t good = d % 2 == 0 ? 40 + draw(&seed) % 10 : 10 + draw(&seed) % 10;
        days[d] = (struct trend_day){60, good};
        sums[d] = (struct trend_sum){60, 100.0 * (double)good, 10000.0 * (double)good};
    }
    struct trend_mean m;
    double v;
    assert_true(trend_mean(sums, 20, 0, 100, &m) && trend_day_variance(days, 20, &v));
    NEAR(m.error, 100 * sqrt(v), 1e-9);
    NEAR(m.interval.hi - m.mean, 2.093 * 100 * sqrt(v), .01);
    assert_true(m.clustered);
}

static void superiority(void **state)
{
    (void)state;
    // alerts.md: 0.5644, whatever day they came.
    static const int64_t before[1][TREND_LEVELS_MAX] = {{12, 18, 30, 80, 60}},
                         after[1][TREND_LEVELS_MAX] = {{6, 10, 24, 85, 75}};
    struct trend_mean m;
    assert_true(trend_superiority(before, 1, after, 1, 5, &m));
    NEAR(m.mean, .564400, 1e-6);
    assert_true(m.interval.lo > .5 && m.interval.lo < .52 && m.interval.hi < .62); // p = .018
    // The slow way: every pair, and the variance of every vote's placement.
    double sum = 0, pairs = 0, v10 = 0, v01 = 0;
    for (int x = 0; x < 5; x++) {
        for (int y = 0; y < 5; y++) {
            sum += (double)(before[0][x] * after[0][y]) * (y > x ? 1 : y == x ? .5 : 0);
            pairs += (double)(before[0][x] * after[0][y]);
        }
    }
    for (int i = 0; i < 5; i++) {
        double of_after = 0, of_before = 0;
        for (int j = 0; j < 5; j++) {
            of_after += (double)before[0][j] / 200 * (i > j ? 1 : i == j ? .5 : 0);
            of_before += (double)after[0][j] / 200 * (j > i ? 1 : i == j ? .5 : 0);
        }
        v10 += (double)after[0][i] / 200 * (of_after - sum / pairs) * (of_after - sum / pairs);
        v01 += (double)before[0][i] / 200 * (of_before - sum / pairs) * (of_before - sum / pairs);
    }
    NEAR(m.mean, sum / pairs, 1e-12);
    NEAR(m.error, sqrt(v10 / 200 + v01 / 200), 1e-9);
    // Days that differ among each other widen it.
    static const int64_t days[4][TREND_LEVELS_MAX] = {
        {6, 0, 0, 0, 0}, {0, 0, 0, 0, 75}, {0, 10, 24, 0, 0}, {0, 0, 0, 85, 0}};
    static const int64_t flat[4][TREND_LEVELS_MAX] = {
        {3, 4, 7, 20, 15}, {3, 5, 8, 20, 15}, {3, 4, 7, 20, 15}, {3, 5, 8, 20, 15}};
    struct trend_mean wide;
    assert_true(trend_superiority(flat, 4, days, 4, 5, &wide));
    assert_true(wide.clustered && wide.interval.hi - wide.interval.lo > 3 * (m.interval.hi - m.interval.lo));
    static const int64_t none[1][TREND_LEVELS_MAX] = {{0}};
    assert_false(trend_superiority(before, 1, none, 1, 5, &m));
}

// Nine elements that move together are no more certain than one; those that move apart are.
static void skm_allows_for_days(void **state)
{
    (void)state;
    enum { DAYS = 12, ELEMENTS = 9 };
    struct trend_sum days[ELEMENTS * DAYS], apart[ELEMENTS * DAYS];
    uint32_t seed = 3;
    double half, one, less;
    for (int d = 0; d < DAYS; d++) {
        double mean = 3 + (draw(&seed) % 100) / 100.0;
        for (int e = 0; e < ELEMENTS; e++) {
            days[e * DAYS + d] = (struct trend_sum){10, 10 * mean, 10 * mean * mean};
            double other = 3 + (draw(&seed) % 100) / 100.0;
            apart[e * DAYS + d] = (struct trend_sum){10, 10 * other, 10 * other * other};
        }
    }
    assert_true(trend_skm_error(days, ELEMENTS, DAYS, &half));
    assert_true(trend_skm_error(days, 1, DAYS, &one));
    NEAR(half, one, 1e-9);
    assert_true(trend_skm_error(apart, ELEMENTS, DAYS, &less));
    assert_true(less < half / 2);
    // One day: as if there were one element, of independent answers; alike days: no narrower than those.
    struct trend_sum one_day[ELEMENTS], alike[ELEMENTS * DAYS];
    for (int e = 0; e < ELEMENTS; e++) {
        one_day[e] = (struct trend_sum){100, 300, 1000}; // variance 1
        for (int d = 0; d < DAYS; d++) {
            alike[e * DAYS + d] = one_day[e];
        }
    }
    assert_true(trend_skm_error(one_day, ELEMENTS, 1, &half));
    NEAR(half, 25 * 1.959964 * .1, 1e-5);
    assert_true(trend_skm_error(alike, ELEMENTS, DAYS, &half));
    NEAR(half, 25 * 1.959964 * .1 / sqrt(ELEMENTS * DAYS), 1e-5);
    one_day[4].n = 0;
    assert_false(trend_skm_error(one_day, ELEMENTS, 1, &half));
}

// A unit's effective votes are those of its share over days; they widen its interval, and ranks are shared
// more.
static void ranks_allow_for_days(void **state)
{
    (void)state;
    struct trend_day days[12];
    struct trend_share share;
    struct trend_unit u = {.id = 1};
    uint32_t seed = 8;
    double gg = 0, gn = 0, nn = 0;
    for (int d = 0; d < 12; d++) {
        days[d].n = 20 + draw(&seed) % 30;
        days[d].good = days[d].n * (d % 2 == 0 ? 9 : 5) / 10;
        u.n += days[d].n;
        u.good += days[d].good;
        gg += (double)(days[d].good * days[d].good);
        gn += (double)(days[d].good * days[d].n);
        nn += (double)(days[d].n * days[d].n);
    }
    assert_true(trend_share(days, 12, &share));
    trend_unit_days(&u, 12, gg, gn, nn);
    NEAR(u.effective, share.effective, 1e-6);
    assert_true(u.effective < (double)u.n / 2);
    struct trend_unit plain = u;
    const struct trend_prior p = {18, 2, false};
    plain.effective = 0;
    trend_rank(&u, 1, &p);
    trend_rank(&plain, 1, &p);
    assert_true(u.interval.hi - u.interval.lo > 1.2 * (plain.interval.hi - plain.interval.lo));
    trend_unit_days(&u, 2, gg, gn, nn); // two days say nothing about each other
    NEAR(u.effective, (double)u.n, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(face_index),
        cmocka_unit_test(days_are_clusters),
        cmocka_unit_test(few_days_are_a_simple_sample),
        cmocka_unit_test(intervals_of_days_cover),
        cmocka_unit_test(before_and_after),
        cmocka_unit_test(difference_in_differences),
        cmocka_unit_test(beta),
        cmocka_unit_test(prior_is_found_again),
        cmocka_unit_test(ranking),
        cmocka_unit_test(pareto),
        cmocka_unit_test(servqual),
        cmocka_unit_test(skm),
        cmocka_unit_test(sample_size),
        cmocka_unit_test(ranks_allow_for_days),
        cmocka_unit_test(means),
        cmocka_unit_test(a_mean_allows_for_days),
        cmocka_unit_test(superiority),
        cmocka_unit_test(skm_allows_for_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
