#include "aggregator/trend_stats.h"

#include <math.h>
#include <stdlib.h>

static const double z95 = 1.959963984540054;

// ---------------------------------------------------------------- faces

static bool total(const int64_t *counts, size_t levels, int64_t *ret_n)
{
    int64_t n = 0;
    for (size_t i = 0; i < levels; i++) {
        if (counts[i] < 0) {
            return false;
        }
        n += counts[i];
    }
    *ret_n = n;
    return n > 0;
}

bool trend_face_index(const int64_t *counts, size_t levels, double *ret_index)
{
    int64_t n;
    if (levels < 2 || !total(counts, levels, &n)) {
        return false;
    }
    double sum = 0;
    for (size_t i = 0; i < levels; i++) {
        sum += (double)counts[i] * (double)i;
    }
    *ret_index = 100 * sum / (double)(levels - 1) / (double)n;
    return true;
}

bool trend_top_two(const int64_t *counts, size_t levels, int64_t *ret_good, int64_t *ret_n)
{
    int64_t n;
    if (levels < 2 || !total(counts, levels, &n)) {
        return false;
    }
    *ret_good = counts[levels - 1] + counts[levels - 2];
    *ret_n = n;
    return true;
}

// ---------------------------------------------------------------- a share over days

static bool sum_days(const struct trend_day *days, size_t count, struct trend_share *ret)
{
    *ret = (struct trend_share){.n = 0};
    for (size_t i = 0; i < count; i++) {
        if (days[i].n < 0 || days[i].good < 0 || days[i].good > days[i].n) {
            return false;
        }
        ret->n += days[i].n;
        ret->good += days[i].good;
        ret->days += days[i].n > 0;
    }
    ret->share = ret->n > 0 ? (double)ret->good / (double)ret->n : 0;
    return ret->n > 0;
}

bool trend_day_variance(const struct trend_day *days, size_t count, double *ret_variance)
{
    struct trend_share s;
    if (!sum_days(days, count, &s) || s.days < 2) {
        return false;
    }
    double sum = 0, k = (double)s.days, n = (double)s.n;
    for (size_t i = 0; i < count; i++) {
        double away = (double)days[i].good - s.share * (double)days[i].n;
        sum += away * away;
    }
    *ret_variance = k / (k - 1) * sum / (n * n);
    return true;
}

// The two-sided 95 % point of Student's t: the usual table, then its expansion (Abramowitz & Stegun 26.7.5).
double trend_t95(size_t freedom)
{
    static const double table[] = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                   2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                   2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    if (freedom <= sizeof table / sizeof table[0]) {
        return table[freedom - 1];
    }
    double f = (double)freedom, z3 = z95 * z95 * z95;
    return z95 + (z3 + z95) / (4 * f) + (5 * z3 * z95 * z95 + 16 * z3 + 3 * z95) / (96 * f * f);
}

// Wilson's interval of a share of `n` votes, which need not be whole (stats_wilson: whole ones).
static struct stats_interval wilson(double share, double n)
{
    double z2 = z95 * z95, scale = 1 / (1 + z2 / n), centre = (share + z2 / (2 * n)) * scale;
    double half = z95 * scale * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return (struct stats_interval){centre - half, centre + half};
}

// n less the design effect; simple: the variance of a simple sample, over 0.
static double effective_of(double n, double simple, double variance, size_t days)
{
    double t = trend_t95(days - 1), less = variance / simple * (t / z95) * (t / z95);
    return less > 1 ? n / less : n;
}

bool trend_share(const struct trend_day *days, size_t count, struct trend_share *ret)
{
    struct trend_share s;
    double variance;
    if (!sum_days(days, count, &s)) {
        return false;
    }
    double n = (double)s.n, simple = s.share * (1 - s.share) / n;
    s.effective = n;
    s.clustered = s.days >= TREND_MIN_DAYS && simple > 0 && trend_day_variance(days, count, &variance);
    if (s.clustered) {
        s.effective = effective_of(n, simple, variance, s.days);
    }
    if (s.effective < n) {
        s.interval = wilson(s.share, s.effective);
    } else {
        stats_wilson(s.good, s.n, &s.interval);
    }
    double about = (s.share * s.effective + 2) / (s.effective + 4);
    s.error = sqrt(about * (1 - about) / (s.effective + 4));
    *ret = s;
    return true;
}

// ---------------------------------------------------------------- before and after

// Both bounds are compared as products, not as quotients: at the bound itself nothing may hang on rounding.
static bool volume_changed(const struct trend_share *a, const struct trend_share *b)
{
    double before = (double)a->n * (double)b->days, after = (double)b->n * (double)a->days;
    return 100 * after > TREND_VOLUME_PERCENT * before || 100 * before > TREND_VOLUME_PERCENT * after;
}

// Half the sum of what the kiosks' parts of all votes differ by: the votes that have moved.
static bool mix_changed(const int64_t *before, const int64_t *after, size_t kiosks)
{
    double m = 0, n = 0, twice_moved = 0;
    for (size_t i = 0; i < kiosks; i++) {
        m += (double)before[i];
        n += (double)after[i];
    }
    for (size_t i = 0; i < kiosks; i++) {
        twice_moved += fabs((double)before[i] * n - (double)after[i] * m);
    }
    return 100 * twice_moved > 2 * TREND_MIX_PERCENT * m * n;
}

bool trend_change(const struct trend_period *before, const struct trend_period *after, size_t levels,
                  size_t kiosks, struct trend_change *ret)
{
    struct trend_change c = {.refusal = TREND_COMPARABLE};
    if (!trend_share(before->days, before->day_count, &c.before) ||
        !trend_share(after->days, after->day_count, &c.after)) {
        return false;
    }
    const struct trend_share *b = &c.before, *a = &c.after;
    c.difference = a->share - b->share;
    c.error = hypot(a->error, b->error);
    c.interval.lo = c.difference - hypot(a->share - a->interval.lo, b->interval.hi - b->share);
    c.interval.hi = c.difference + hypot(a->interval.hi - a->share, b->share - b->interval.lo);
    c.ranked = stats_mann_whitney(before->counts, after->counts, levels, &c.rank);
    if (b->n < TREND_MIN_N || a->n < TREND_MIN_N) {
        c.refusal = TREND_TOO_FEW;
    } else if (volume_changed(b, a)) {
        c.refusal = TREND_VOLUME_CHANGED;
    } else if (mix_changed(before->kiosks, after->kiosks, kiosks)) {
        c.refusal = TREND_MIX_CHANGED;
    }
    *ret = c;
    return true;
}

const char *trend_refusal_name(enum trend_refusal r)
{
    static const char *const names[] = {"", "too-few", "volume-changed", "mix-changed"};
    return names[r];
}

struct trend_effect trend_diff_in_diff(double change, double error, double control, double control_error)
{
    struct trend_effect e = {.difference = change - control, .error = hypot(error, control_error)};
    e.interval = (struct stats_interval){e.difference - z95 * e.error, e.difference + z95 * e.error};
    return e;
}

// ---------------------------------------------------------------- ranking

void trend_unit_days(struct trend_unit *u, size_t days, double good_squares, double products,
                     double n_squares)
{
    double n = (double)u->n, k = (double)days, share = n > 0 ? (double)u->good / n : 0;
    double simple = n > 0 ? share * (1 - share) / n : 0;
    u->effective = n;
    if (days >= TREND_MIN_DAYS && simple > 0) {
        double between = good_squares - 2 * share * products + share * share * n_squares;
        u->effective = effective_of(n, simple, k / (k - 1) * fmax(0, between) / (n * n), days);
    }
}

// Votes as a simple sample would have them, and the good ones among them.
static double votes_of(const struct trend_unit *u)
{
    return u->effective > 0 ? u->effective : (double)u->n;
}

static double good_of(const struct trend_unit *u)
{
    return votes_of(u) * (double)u->good / (double)u->n;
}

struct trend_prior trend_prior(const struct trend_unit *units, size_t count)
{
    const struct trend_prior fallback = {18, 2, false};
    double n = 0, good = 0, k = 0;
    for (size_t i = 0; i < count; i++) {
        if (units[i].n >= TREND_MIN_N) {
            n += votes_of(&units[i]);
            good += good_of(&units[i]);
            k++;
        }
    }
    if (k < 3 || good <= 0 || good >= n) {
        return fallback;
    }
    // E[sum n_i (p_i - mu)^2] = mu (1 - mu) (k - 1 + rho sum (1 - n_i / n) (n_i - 1)), rho = 1 / (a + b + 1).
    double mu = good / n, spread = 0, room = 0;
    for (size_t i = 0; i < count; i++) {
        if (units[i].n >= TREND_MIN_N) {
            double ni = votes_of(&units[i]), away = good_of(&units[i]) / ni - mu;
            spread += ni * away * away;
            room += (1 - ni / n) * (ni - 1);
        }
    }
    double rho = (spread / (mu * (1 - mu)) - (k - 1)) / room;
    if (!(rho > 0) || rho >= 1) {
        return fallback;
    }
    double both = 1 / rho - 1;
    return (struct trend_prior){mu * both, (1 - mu) * both, true};
}

struct trend_prior trend_prior_around(const struct trend_unit *units, size_t count)
{
    struct trend_prior p = trend_prior(units, count);
    double n = 1, good = .5, weight = p.a + p.b;
    for (size_t i = 0; i < count; i++) {
        n += units[i].n >= TREND_MIN_N ? votes_of(&units[i]) : 0;
        good += units[i].n >= TREND_MIN_N ? good_of(&units[i]) : 0;
    }
    return p.fitted ? p : (struct trend_prior){weight * good / n, weight * (1 - good / n), false};
}

static double beta_fraction(double x, double a, double b)
{
    // Lentz's way of evaluating a continued fraction.
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double f = d;
    for (int m = 1; m < 100000; m++) {
        double two = 2.0 * m;
        double even = m * (b - m) * x / ((a + two - 1) * (a + two));
        double odd = -(a + m) * (a + b + m) * x / ((a + two) * (a + two + 1));
        d = 1 + even * d;
        c = 1 + even / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        f *= d * c;
        d = 1 + odd * d;
        c = 1 + odd / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        f *= d * c;
        if (fabs(d * c - 1) < 1e-14) {
            break;
        }
    }
    return f;
}

double trend_beta(double x, double a, double b)
{
    if (x <= 0 || x >= 1) {
        return x <= 0 ? 0 : 1;
    }
    int sign; // lgamma_r: lgamma is not for several threads
    double front =
        exp(lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(1 - x, b, a) / b;
}

// Of the normal distribution, to three digits: Abramowitz & Stegun 26.2.22.
static double normal_quantile_about(double p)
{
    double t = sqrt(-2 * log(p < .5 ? p : 1 - p));
    double z = t - (2.30753 + .27061 * t) / (1 + .99229 * t + .04481 * t * t);
    return p < .5 ? -z : z;
}

// Newton's steps from where the normal distribution would have it, halved where they leave the bracket. A step doubles
// the digits, so the one after a small one changes nothing that can be told.
double trend_beta_quantile(double p, double a, double b)
{
    int sign;
    double lo = 0, hi = 1, x = a / (a + b) + normal_quantile_about(p) * sqrt(a * b / (a + b + 1)) / (a + b),
           front = lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign);
    x = x > 0 && x < 1 ? x : a / (a + b);
    for (int i = 0; i < 100; i++) {
        double over = trend_beta(x, a, b) - p;
        *(over > 0 ? &hi : &lo) = x;
        double next = x - over / exp(front + (a - 1) * log(x) + (b - 1) * log1p(-x));
        bool newton = next > lo && next < hi;
        next = newton ? next : (lo + hi) / 2;
        if (fabs(next - x) < (newton ? 1e-7 : 1e-13) * x * (1 - x)) {
            return next;
        }
        x = next;
    }
    return x;
}

static int by_rank(const void *va, const void *vb)
{
    const struct trend_unit *a = va, *b = vb;
    if (a->hidden != b->hidden) {
        return a->hidden ? 1 : -1;
    }
    if (a->shrunk > b->shrunk || a->shrunk < b->shrunk) {
        return a->shrunk > b->shrunk ? -1 : 1;
    }
    return (a->id > b->id) - (a->id < b->id);
}

void trend_rank(struct trend_unit *units, size_t count, const struct trend_prior *p)
{
    for (size_t i = 0; i < count; i++) {
        struct trend_unit *u = &units[i];
        u->hidden = u->n < TREND_MIN_N;
        u->rank = 0;
        u->shrunk = 0;
        u->interval = (struct stats_interval){0, 1};
        if (!u->hidden) {
            double a = good_of(u) + p->a, b = votes_of(u) - good_of(u) + p->b;
            u->shrunk = a / (a + b);
            u->interval.lo = trend_beta_quantile(.025, a, b);
            u->interval.hi = trend_beta_quantile(.975, a, b);
        }
    }
    qsort(units, count, sizeof *units, by_rank);
    for (size_t i = 0; i < count && !units[i].hidden; i++) {
        units[i].rank = 1;
        for (size_t j = 0; j < i; j++) {
            units[i].rank += units[j].interval.lo > units[i].interval.hi;
        }
    }
}

// ---------------------------------------------------------------- reasons

static int by_count(const void *va, const void *vb)
{
    const struct trend_reason *a = va, *b = vb;
    return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : (a->id > b->id) - (a->id < b->id);
}

bool trend_pareto(struct trend_reason *reasons, size_t count)
{
    int64_t all = 0, so_far = 0;
    for (size_t i = 0; i < count; i++) {
        if (reasons[i].n < 0) {
            return false;
        }
        all += reasons[i].n;
    }
    if (all == 0) {
        return false;
    }
    qsort(reasons, count, sizeof *reasons, by_count);
    for (size_t i = 0; i < count; i++) {
        so_far += reasons[i].n;
        reasons[i].share = (double)reasons[i].n / (double)all;
        reasons[i].cumulative = (double)so_far / (double)all;
    }
    return true;
}

// ---------------------------------------------------------------- surveys

char trend_skm_class(double index)
{
    long hundredths = lround(index * 100); // the classes are of two decimals, and meet there
    return hundredths >= 8831 ? 'A' : hundredths >= 7661 ? 'B' : hundredths >= 6500 ? 'C' : 'D';
}

bool trend_skm(const int64_t (*counts)[SKM_ANSWERS], size_t elements, double *ret_means,
               struct trend_skm *ret)
{
    double sum = 0;
    int64_t n;
    for (size_t i = 0; i < elements; i++) {
        if (!total(counts[i], SKM_ANSWERS, &n)) {
            return false;
        }
    }
    for (size_t i = 0; i < elements; i++) {
        double answers = 0;
        total(counts[i], SKM_ANSWERS, &n);
        for (int a = 0; a < SKM_ANSWERS; a++) {
            answers += (double)counts[i][a] * (a + 1);
        }
        sum += answers / (double)n;
        if (ret_means != NULL) {
            ret_means[i] = answers / (double)n;
        }
    }
    if (elements == 0) {
        return false;
    }
    ret->index = 25 * sum / (double)elements;
    ret->performance = trend_skm_class(ret->index);
    return true;
}

int64_t trend_sample_size(int64_t population)
{
    if (population <= 0) {
        return 0;
    }
    double n = (double)population, half = 3.841 * .25;
    return llround(half * n / (.05 * .05 * (n - 1) + half));
}

// P(X <= k) of n votes that are satisfied with p each; neither needs to be whole.
static double chance_of(double k, double n, double p)
{
    return k >= n ? 1 : trend_beta(1 - p, n - k, k + 1);
}

static int ascending(const void *va, const void *vb)
{
    double a = *(const double *)va, b = *(const double *)vb;
    return (a > b) - (a < b);
}

int64_t trend_below(struct trend_unit *units, size_t count, double promise)
{
    double *p = calloc(count + 1, sizeof *p), *sorted = calloc(count + 1, sizeof *sorted);
    size_t n = 0;
    int64_t found = -1;
    for (size_t i = 0; p != NULL && sorted != NULL && i < count; i++) {
        units[i].below = false;
        p[i] = units[i].hidden ? 1 : chance_of(good_of(&units[i]), votes_of(&units[i]), promise);
        if (!units[i].hidden) {
            sorted[n++] = p[i];
        }
    }
    if (p != NULL && sorted != NULL) {
        qsort(sorted, n, sizeof *sorted, ascending);
        size_t rejected = stats_fdr(sorted, n, TREND_FALSE_BELOW);
        found = (int64_t)rejected;
        for (size_t i = 0; i < count; i++) {
            units[i].below = !units[i].hidden && rejected > 0 && p[i] <= sorted[rejected - 1];
        }
    }
    free(p);
    free(sorted);
    return found;
}
