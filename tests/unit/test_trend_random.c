// trend_stats on random inputs against slow plain implementations: vote by vote, pair by pair, in whole
// numbers where a bound is at stake.
#include "aggregator/trend_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

// assert_float_equal compares as float.
#define NEAR(is, want, by) assert_true(fabs((is) - (want)) <= (by))

enum { RUNS = 2000, DAYS = 12, LEVELS = 5, KIOSKS = 4, UNITS = 20 };

static const double z95 = 1.959963984540054;
static uint32_t seed;

static int64_t draw(int64_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (int64_t)(seed >> 8) % below;
}

static int begin(void **state)
{
    (void)state;
    seed = 20;
    return 0;
}

// ---------------------------------------------------------------- faces

static void faces(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        int64_t counts[LEVELS], good = 0, n = 0, is_good, is_n;
        size_t levels = 2 + (size_t)draw(LEVELS - 1);
        double sum = 0, index;
        for (size_t i = 0; i < levels; i++) {
            counts[i] = draw(4) == 0 ? 0 : draw(60);
            for (int64_t vote = 0; vote < counts[i]; vote++) {
                sum += (double)i / (double)(levels - 1);
                good += i + 2 >= levels;
                n++;
            }
        }
        assert_int_equal(trend_face_index(counts, levels, &index), n > 0);
        assert_int_equal(trend_top_two(counts, levels, &is_good, &is_n), n > 0);
        if (n > 0) {
            NEAR(index, 100 * sum / (double)n, 1e-9);
            assert_int_equal(is_good, good);
            assert_int_equal(is_n, n);
        }
    }
}

// ---------------------------------------------------------------- days

static size_t draw_days(struct trend_day *days, int64_t most)
{
    size_t count = 1 + (size_t)draw(DAYS);
    for (size_t i = 0; i < count; i++) {
        days[i].n = draw(5) == 0 ? 0 : draw(most);
        days[i].good = draw(days[i].n + 1);
    }
    return count;
}

// The linearised votes (each one's distance from the share, over n), summed by day: k times their variance.
static double slow_variance(const struct trend_day *days, size_t count, double share, double n)
{
    double totals[DAYS], mean = 0, sum = 0;
    size_t k = 0;
    for (size_t i = 0; i < count; i++) {
        if (days[i].n > 0) {
            totals[k] = 0;
            for (int64_t vote = 0; vote < days[i].n; vote++) {
                totals[k] += ((vote < days[i].good ? 1 : 0) - share) / n;
            }
            mean += totals[k++];
        }
    }
    for (size_t i = 0; i < k; i++) {
        double away = totals[i] - mean / (double)k;
        sum += away * away;
    }
    return (double)k * sum / (double)(k - 1);
}

static void shares_over_days(void **state)
{
    (void)state;
    // Student's t, 97.5 %, by degrees of freedom
    static const double t[] = {0,     12.706, 4.303, 3.182, 2.776, 2.571,
                               2.447, 2.365,  2.306, 2.262, 2.228, 2.201};
    for (int run = 0; run < RUNS; run++) {
        struct trend_day days[DAYS];
        size_t count = draw_days(days, 80), k = 0;
        int64_t n = 0, good = 0;
        for (size_t i = 0; i < count; i++) {
            n += days[i].n;
            good += days[i].good;
            k += days[i].n > 0;
        }
        struct trend_share s;
        double v;
        assert_int_equal(trend_share(days, count, &s), n > 0);
        assert_int_equal(trend_day_variance(days, count, &v), k >= 2);
        if (n == 0) {
            continue;
        }
        double p = (double)good / (double)n, simple = p * (1 - p) / (double)n, effective = (double)n;
        assert_int_equal(s.n, n);
        assert_int_equal(s.good, good);
        assert_int_equal(s.days, k);
        if (k >= 2) {
            NEAR(v, slow_variance(days, count, p, (double)n), 1e-12);
        }
        if (k >= 3 && simple > 0) {
            effective = fmin(effective, (double)n * simple / v * (z95 / t[k - 1]) * (z95 / t[k - 1]));
        }
        assert_int_equal(s.clustered, k >= 3 && simple > 0);
        NEAR(s.effective, effective, 1e-6);
        // Wilson's bounds are the shares q from which p is just z standard errors of q away.
        double ends[] = {s.interval.lo, s.interval.hi};
        for (int i = 0; i < 2; i++) {
            double q = ends[i];
            assert_true(q >= 0 && q <= 1);
            NEAR((p - q) * (p - q), z95 * z95 * q * (1 - q) / effective, 1e-9);
        }
        struct stats_interval plain;
        assert_true(stats_wilson(good, n, &plain));
        assert_true(s.interval.lo <= plain.lo + 1e-12 && s.interval.hi >= plain.hi - 1e-12);
        assert_true(s.error > 0);
    }
}

// ---------------------------------------------------------------- before and after

struct side {
    struct trend_day days[DAYS];
    size_t count, with_votes;
    int64_t levels[LEVELS], kiosks[KIOSKS], n, of_kiosks;
};

static void draw_side(struct side *s)
{
    memset(s, 0, sizeof *s);
    s->count = draw_days(s->days, 30);
    for (size_t i = 0; i < s->count; i++) {
        s->n += s->days[i].n;
        s->with_votes += s->days[i].n > 0;
    }
    for (int i = 0; i < LEVELS; i++) {
        s->levels[i] = draw(12);
    }
    for (int i = 0; i < KIOSKS; i++) {
        s->kiosks[i] = 10 * (1 + draw(4)); // round ones: often at the bound
        s->of_kiosks += s->kiosks[i];
    }
}

static enum trend_refusal slow_refusal(const struct side *b, const struct side *a)
{
    if (b->n < 30 || a->n < 30) {
        return TREND_TOO_FEW;
    }
    int64_t before = b->n * (int64_t)a->with_votes, after = a->n * (int64_t)b->with_votes, moved = 0;
    if (2 * after > 3 * before || 2 * before > 3 * after) {
        return TREND_VOLUME_CHANGED;
    }
    for (int i = 0; i < KIOSKS; i++) {
        int64_t away = b->kiosks[i] * a->of_kiosks - a->kiosks[i] * b->of_kiosks;
        moved += away < 0 ? -away : away;
    }
    return 5 * moved > 2 * b->of_kiosks * a->of_kiosks ? TREND_MIX_CHANGED : TREND_COMPARABLE;
}

static void changes(void **state)
{
    (void)state;
    int seen[4] = {0};
    for (int run = 0; run < 10 * RUNS; run++) {
        struct side b, a;
        draw_side(&b);
        draw_side(&a);
        struct trend_period before = {b.days, b.count, b.levels, b.kiosks};
        struct trend_period after = {a.days, a.count, a.levels, a.kiosks};
        struct trend_change c;
        bool says = trend_change(&before, &after, LEVELS, KIOSKS, &c);
        assert_int_equal(says, b.n > 0 && a.n > 0);
        if (!says) {
            continue;
        }
        assert_int_equal(c.refusal, slow_refusal(&b, &a));
        seen[c.refusal]++;
        double d = c.after.share - c.before.share;
        NEAR(c.difference, d, 1e-12);
        assert_true(c.interval.lo <= d && d <= c.interval.hi);
        NEAR(pow(d - c.interval.lo, 2),
             pow(c.after.share - c.after.interval.lo, 2) + pow(c.before.interval.hi - c.before.share, 2),
             1e-12);
        NEAR(pow(c.interval.hi - d, 2),
             pow(c.after.interval.hi - c.after.share, 2) + pow(c.before.share - c.before.interval.lo, 2),
             1e-12);
        double wins = 0, pairs = 0;
        for (int x = 0; x < LEVELS; x++) {
            for (int y = 0; y < LEVELS; y++) {
                double both = (double)(b.levels[x] * a.levels[y]);
                wins += both * (y > x ? 1 : y == x ? .5 : 0);
                pairs += both;
            }
        }
        if (c.ranked) {
            NEAR(c.rank.superiority, wins / pairs, 1e-12);
        }
    }
    for (int i = 0; i < 4; i++) {
        assert_true(seen[i] > 100); // every answer was put to the test
    }
}

// Exactly a fifth of the votes moved: the bound itself is comparable, however the parts round.
static void the_bound_of_the_mix_is_comparable(void **state)
{
    (void)state;
    struct trend_day days[] = {{100, 80}};
    int64_t counts[] = {20, 80};
    for (int64_t x = 20; x <= 80; x++) {
        int64_t before[] = {x, 100 - x}, after[] = {x - 20, 120 - x};
        struct trend_period b = {days, 1, counts, before}, a = {days, 1, counts, after};
        struct trend_change c;
        assert_true(trend_change(&b, &a, 2, 2, &c));
        assert_int_equal(c.refusal, TREND_COMPARABLE);
        before[0]++, before[1]--;
        assert_true(trend_change(&b, &a, 2, 2, &c));
        assert_int_equal(c.refusal, TREND_MIX_CHANGED);
    }
}

// ---------------------------------------------------------------- ranking

// Weighted moments, every sum by itself (Kleinman 1973 with weights n).
static bool slow_prior(const struct trend_unit *u, size_t count, double *ret_a, double *ret_b)
{
    double n = 0, good = 0, s = 0, chance = 0, whole = 0;
    int k = 0;
    for (size_t i = 0; i < count; i++) {
        if (u[i].n >= 30) {
            n += (double)u[i].n;
            good += (double)u[i].good;
            k++;
        }
    }
    double p = good / n;
    for (size_t i = 0; i < count; i++) {
        if (u[i].n >= 30) {
            double ni = (double)u[i].n, share = (double)u[i].good / ni, w = ni * (1 - ni / n);
            s += ni * pow(share - p, 2);
            chance += p * (1 - p) * w / ni;
            whole += p * (1 - p) * w;
        }
    }
    double rho = (s - chance) / (whole - chance);
    *ret_a = p * (1 - rho) / rho;
    *ret_b = (1 - p) * (1 - rho) / rho;
    return k >= 3 && rho > 0 && rho < 1;
}

static void rankings(void **state)
{
    (void)state;
    int fitted = 0;
    for (int run = 0; run < RUNS / 10; run++) {
        struct trend_unit u[UNITS], again[UNITS];
        size_t count = 1 + (size_t)draw(UNITS);
        int64_t spread = 1 + draw(40);
        for (size_t i = 0; i < count; i++) {
            u[i] = (struct trend_unit){.id = (int32_t)i, .n = draw(300)};
            int64_t percent = 75 + draw(spread) - spread / 2;
            for (int64_t vote = 0; vote < u[i].n; vote++) {
                u[i].good += draw(100) < percent;
            }
        }
        struct trend_prior p = trend_prior(u, count);
        double a, b;
        bool fits = slow_prior(u, count, &a, &b);
        assert_int_equal(p.fitted, fits);
        NEAR(p.a / (fits ? a : 18), 1, 1e-6);
        NEAR(p.b / (fits ? b : 2), 1, 1e-6);
        fitted += fits;
        // Of reasons: where nothing can be fitted, the share of all, at the weight of 20 votes.
        struct trend_prior around = trend_prior_around(u, count);
        double named = .5, asked = 1;
        for (size_t i = 0; i < count; i++) {
            named += u[i].n >= 30 ? (double)u[i].good : 0;
            asked += u[i].n >= 30 ? (double)u[i].n : 0;
        }
        assert_int_equal(around.fitted, fits);
        NEAR(around.a / (fits ? a : 20 * named / asked), 1, 1e-6);
        NEAR(around.b / (fits ? b : 20 * (1 - named / asked)), 1, 1e-6);
        for (size_t i = 0; i < count; i++) { // the order they come in says nothing
            again[i] = u[count - 1 - i];
        }
        trend_rank(u, count, &p);
        trend_rank(again, count, &p);
        for (size_t i = 0; i < count; i++) {
            int above = 0;
            assert_int_equal(again[i].id, u[i].id);
            assert_int_equal(u[i].hidden, u[i].n < 30);
            assert_true(i == 0 || u[i].hidden >= u[i - 1].hidden);
            if (u[i].hidden) {
                assert_int_equal(u[i].rank, 0);
                continue;
            }
            double good = (double)u[i].good + p.a, bad = (double)(u[i].n - u[i].good) + p.b;
            NEAR(u[i].shrunk, good / (good + bad), 1e-12);
            assert_true(i == 0 || u[i].shrunk <= u[i - 1].shrunk);
            NEAR(trend_beta(u[i].interval.lo, good, bad), .025, 1e-9);
            NEAR(trend_beta(u[i].interval.hi, good, bad), .975, 1e-9);
            for (size_t j = 0; j < count; j++) {
                above += !u[j].hidden && u[j].interval.lo > u[i].interval.hi;
            }
            assert_int_equal(u[i].rank, 1 + above);
        }
    }
    assert_true(fitted > 20 && fitted < RUNS / 10);
}

// Against sums of binomial terms and the rule in its own words: the largest k with p(k) <= k / m * rate.
static void below_the_promise(void **state)
{
    (void)state;
    int some = 0;
    for (int run = 0; run < RUNS / 10; run++) {
        struct trend_unit u[UNITS];
        double p[UNITS], sorted[UNITS];
        size_t count = 1 + (size_t)draw(UNITS), m = 0, rejected = 0;
        for (size_t i = 0; i < count; i++) {
            int64_t n = draw(120), percent = draw(4) == 0 ? 60 : 85;
            u[i] = (struct trend_unit){.id = (int32_t)i, .n = n, .hidden = n < 30};
            for (int64_t vote = 0; vote < n; vote++) {
                u[i].good += draw(100) < percent;
            }
            p[i] = 0;
            double term = pow(.15, (double)n);
            for (int64_t k = 0; k <= u[i].good; k++) {
                p[i] += term;
                term *= (double)(n - k) / (double)(k + 1) * .85 / .15;
            }
            if (!u[i].hidden) {
                sorted[m++] = p[i];
            }
        }
        for (size_t i = 0; i < m; i++) {
            for (size_t j = i + 1; j < m; j++) {
                if (sorted[j] < sorted[i]) {
                    double swap = sorted[i];
                    sorted[i] = sorted[j];
                    sorted[j] = swap;
                }
            }
        }
        for (size_t k = 1; k <= m; k++) {
            rejected = sorted[k - 1] <= (double)k / (double)m * .10 ? k : rejected;
        }
        assert_int_equal(trend_below(u, count, .85), rejected);
        some += rejected > 0;
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(u[i].below, !u[i].hidden && rejected > 0 && p[i] <= sorted[rejected - 1] * (1 + 1e-9));
        }
    }
    assert_true(some > RUNS / 40 && some < RUNS / 10);
}

// With whole a and b the beta distribution is a sum of binomial terms.
static void beta_is_a_binomial_tail(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        int64_t a = 1 + draw(60), n = a + draw(60);
        double x = (double)(1 + draw(998)) / 1000, sum = 0;
        for (int64_t k = a; k <= n; k++) {
            double term = 1;
            for (int64_t i = 1; i <= n; i++) { // C(n, k) x^k (1 - x)^(n - k), kept near 1
                term *= i <= k ? (double)(n - k + i) / (double)i * x : 1 - x;
            }
            sum += term;
        }
        NEAR(trend_beta(x, (double)a, (double)(n - a + 1)), sum, 1e-10);
    }
}

// ---------------------------------------------------------------- reasons, surveys

static void reasons(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct trend_reason r[UNITS];
        bool taken[UNITS] = {false};
        int64_t n[UNITS], all = 0, so_far = 0;
        int count = 1 + (int)draw(UNITS);
        for (int i = 0; i < count; i++) {
            n[i] = draw(6);
            all += n[i];
            r[i] = (struct trend_reason){.id = i, .n = n[i]};
        }
        assert_int_equal(trend_pareto(r, (size_t)count), all > 0);
        for (int i = 0; all > 0 && i < count; i++) {
            int most = -1; // the most often one not yet taken, the first of equals
            for (int j = 0; j < count; j++) {
                if (!taken[j] && (most < 0 || n[j] > n[most])) {
                    most = j;
                }
            }
            taken[most] = true;
            so_far += n[most];
            assert_int_equal(r[i].id, most);
            NEAR(r[i].share, (double)n[most] / (double)all, 1e-12);
            NEAR(r[i].cumulative, (double)so_far / (double)all, 1e-12);
        }
    }
}

static void skm(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        int64_t counts[9][SKM_ANSWERS];
        size_t elements = 1 + (size_t)draw(9);
        double of_elements = 0, means[9];
        bool answered = true;
        for (size_t e = 0; e < elements; e++) {
            double sum = 0, n = 0;
            for (int a = 0; a < SKM_ANSWERS; a++) {
                counts[e][a] = draw(2) * draw(30);
                for (int64_t i = 0; i < counts[e][a]; i++) {
                    sum += a + 1;
                    n++;
                }
            }
            answered = answered && n > 0;
            of_elements += n > 0 ? sum / n : 0;
        }
        struct trend_skm r;
        assert_int_equal(trend_skm((const int64_t(*)[SKM_ANSWERS])counts, elements, means, &r), answered);
        if (answered) {
            NEAR(r.index, 25 * of_elements / (double)elements, 1e-9);
            assert_int_equal(r.performance, trend_skm_class(r.index));
        }
    }
    for (int i = 2500; i <= 10000; i++) { // every value the report can show
        assert_int_equal(trend_skm_class(i / 100.0), i <= 6499   ? 'D'
                                                     : i <= 7660 ? 'C'
                                                     : i <= 8830 ? 'B'
                                                                 : 'A');
    }
}

static void sample_sizes(void **state)
{
    (void)state;
    int64_t last = 0;
    for (int64_t n = 1; n <= 200000; n++) {
        // 3.841 n .25 / (.0025 (n - 1) + 3.841 .25), times 4000 above and below, to the nearest whole number
        int64_t above = 3841 * n, below = 10 * (n - 1) + 3841, s = trend_sample_size(n);
        assert_int_equal(s, (2 * above + below) / (2 * below));
        assert_true(s >= last && s <= n);
        last = s;
    }
    assert_int_equal(trend_sample_size(-5), 0);
}

// ---------------------------------------------------------------- nothing said, nothing written

static bool untouched(const void *p, size_t size)
{
    const unsigned char *c = p;
    for (size_t i = 0; i < size; i++) {
        if (c[i] != 0xa5) {
            return false;
        }
    }
    return true;
}

// A weighted sum of means, answer by answer: each one's share of the sum, put together by day.
static void mixes(void **state)
{
    enum { PARTS = 4 };
    static const double t[] = {0,     12.706, 4.303, 3.182, 2.776, 2.571,
                               2.447, 2.365,  2.306, 2.262, 2.228, 2.201};
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        static int values[PARTS][DAYS][20];
        struct trend_sum days[PARTS * DAYS];
        double weights[PARTS], mean[PARTS] = {0}, n[PARTS] = {0}, value = 0, apart = 0, together = 0,
                               between = 0;
        size_t k = 0, day_count = 1 + (size_t)draw(DAYS);
        bool all = true;
        memset(days, 0, sizeof days);
        for (size_t p = 0; p < PARTS; p++) {
            weights[p] = (double)draw(200) / 100 - 1;
            for (size_t d = 0; d < day_count; d++) {
                struct trend_sum *s = &days[p * day_count + d];
                s->n = draw(4) == 0 ? 0 : draw(20);
                for (int64_t i = 0; i < s->n; i++) {
                    int v = values[p][d][i] = (int)draw(101);
                    s->sum += v;
                    s->squares += (double)v * v;
                    mean[p] += v;
                }
                n[p] += (double)s->n;
            }
            all = all && n[p] > 0;
            mean[p] /= n[p];
            value += weights[p] * mean[p];
        }
        struct trend_mix m;
        assert_int_equal(trend_mix(days, weights, PARTS, day_count, &m), all);
        if (!all) {
            continue;
        }
        for (size_t p = 0; p < PARTS; p++) {
            double variance = 0;
            for (size_t d = 0; d < day_count; d++) {
                for (int64_t i = 0; i < days[p * day_count + d].n; i++) {
                    double away = values[p][d][i] - mean[p];
                    variance += away * away / n[p] / n[p];
                }
            }
            apart += weights[p] * weights[p] * variance;
            together += fabs(weights[p]) * sqrt(variance);
        }
        for (size_t d = 0; d < day_count; d++) {
            double sum = 0;
            bool any = false;
            for (size_t p = 0; p < PARTS; p++) {
                for (int64_t i = 0; i < days[p * day_count + d].n; i++) {
                    sum += weights[p] * (values[p][d][i] - mean[p]) / n[p];
                    any = true;
                }
            }
            between += sum * sum;
            k += any;
        }
        double days_error = k > 1 ? sqrt(between * (double)k / (double)(k - 1)) : 0;
        NEAR(m.value, value, 1e-9);
        NEAR(m.error, k < 3 ? together : fmax(sqrt(apart), days_error), 1e-9);
        NEAR(m.half, k < 3 ? z95 * together : fmax(z95 * sqrt(apart), t[k - 1] * days_error), 1e-9);
    }
}

static void refused_input_leaves_results_alone(void **state)
{
    (void)state;
    union {
        double number;
        int64_t whole[2];
        struct trend_share share;
        struct trend_change change;
        struct trend_skm skm;
        struct trend_mix mix;
    } u;
    memset(&u, 0xa5, sizeof u);
    struct trend_day none[] = {{0, 0}}, wrong[] = {{5, 2}, {3, 4}}, below[] = {{5, -1}}, fine[] = {{50, 40}};
    int64_t zero[] = {0, 0}, minus[] = {4, -1}, some[] = {10, 40};
    assert_false(trend_face_index(zero, 2, &u.number));
    assert_false(trend_face_index(minus, 2, &u.number));
    assert_false(trend_top_two(zero, 2, &u.whole[0], &u.whole[1]));
    assert_false(trend_top_two(some, 1, &u.whole[0], &u.whole[1]));
    assert_false(trend_day_variance(fine, 1, &u.number));
    assert_false(trend_day_variance(wrong, 2, &u.number));
    assert_false(trend_share(none, 1, &u.share));
    assert_false(trend_share(wrong, 2, &u.share));
    assert_false(trend_share(below, 1, &u.share));
    struct trend_period good = {fine, 1, some, some}, empty = {none, 1, zero, zero},
                        bad = {wrong, 2, some, some};
    assert_false(trend_change(&good, &empty, 2, 2, &u.change));
    assert_false(trend_change(&empty, &good, 2, 2, &u.change));
    assert_false(trend_change(&good, &bad, 2, 2, &u.change));
    static const struct trend_sum unanswered[] = {{3, 4, 6}, {0, 0, 0}};
    assert_false(trend_mix(unanswered, (const double[]){1, -1}, 2, 1, &u.mix));
    static const int64_t silent[2][SKM_ANSWERS] = {{1, 2, 3, 4}, {0, 0, 0, 0}};
    double means[2] = {7, 7};
    assert_false(trend_skm(silent, 2, means, &u.skm));
    assert_false(trend_skm(silent, 0, means, &u.skm));
    assert_true(means[0] == 7 && means[1] == 7);
    struct trend_reason r[] = {{2, 3, 7, 7}, {1, -1, 7, 7}};
    assert_false(trend_pareto(r, 2));
    assert_true(r[0].id == 2 && r[0].share == 7 && r[1].cumulative == 7);
    assert_true(untouched(&u, sizeof u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(faces, begin),
        cmocka_unit_test_setup(shares_over_days, begin),
        cmocka_unit_test_setup(changes, begin),
        cmocka_unit_test(the_bound_of_the_mix_is_comparable),
        cmocka_unit_test_setup(rankings, begin),
        cmocka_unit_test_setup(below_the_promise, begin),
        cmocka_unit_test_setup(beta_is_a_binomial_tail, begin),
        cmocka_unit_test_setup(reasons, begin),
        cmocka_unit_test_setup(skm, begin),
        cmocka_unit_test_setup(mixes, begin),
        cmocka_unit_test(sample_sizes),
        cmocka_unit_test(refused_input_leaves_results_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
