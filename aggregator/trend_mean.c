// trend_stats: means of votes that come in days.
#include "aggregator/trend_stats.h"

#include <math.h>

static const double z95 = 1.959963984540054;

void trend_sum_add(struct trend_sum *s, const int64_t *counts, const double *values, size_t levels)
{
    for (size_t i = 0; i < levels; i++) {
        double n = (double)counts[i];
        s->n += counts[i];
        s->sum += n * values[i];
        s->squares += n * values[i] * values[i];
    }
}

void trend_values_index(size_t levels, double *ret)
{
    for (size_t i = 0; i < levels; i++) {
        ret[i] = levels > 1 ? 100 * (double)i / (double)(levels - 1) : 0;
    }
}

void trend_values_nps(double ret[TREND_LEVELS_MAX])
{
    for (int i = 0; i < TREND_LEVELS_MAX; i++) {
        ret[i] = i <= 6 ? -100 : i >= 9 ? 100 : 0;
    }
}

void trend_values_level(size_t levels, double *ret)
{
    for (size_t i = 0; i < levels; i++) {
        ret[i] = (double)(i + 1);
    }
}

bool trend_mean(const struct trend_sum *days, size_t count, double lo, double hi, struct trend_mean *ret)
{
    struct trend_mean m = {.n = 0};
    double sum = 0, squares = 0, between = 0;
    for (size_t i = 0; i < count; i++) {
        m.n += days[i].n;
        m.days += days[i].n > 0;
        sum += days[i].sum;
        squares += days[i].squares;
    }
    if (m.n <= 0) {
        return false;
    }
    double n = (double)m.n, k = (double)m.days;
    m.mean = sum / n;
    for (size_t i = 0; i < count; i++) {
        double away = days[i].sum - m.mean * (double)days[i].n;
        between += away * away;
    }
    double within = squares / n - m.mean * m.mean;
    if (within < 1e-9 * (hi - lo) * (hi - lo)) { // all alike
        double mean = (sum + lo + hi) / (n + 2);
        within = (squares + lo * lo + hi * hi) / (n + 2) - mean * mean;
    }
    m.clustered = m.days >= TREND_MIN_DAYS;
    double simple = sqrt(within / n), half = z95 * simple;
    double error = m.clustered ? sqrt(k / (k - 1) * between) / n : 0;
    m.error = error > simple ? error : simple;
    if (m.clustered && trend_t95(m.days - 1) * error > half) {
        half = trend_t95(m.days - 1) * error;
    }
    m.interval.lo = m.mean - half > lo ? m.mean - half : lo;
    m.interval.hi = m.mean + half < hi ? m.mean + half : hi;
    *ret = m;
    return true;
}

// Of each level: the part of the other period's votes that are worse, and half of those that are alike.
static bool placements(const int64_t (*days)[TREND_LEVELS_MAX], size_t count, size_t levels, double *ret)
{
    double all = 0, below = 0, at[TREND_LEVELS_MAX] = {0};
    for (size_t d = 0; d < count; d++) {
        for (size_t i = 0; i < levels; i++) {
            at[i] += (double)days[d][i];
            all += (double)days[d][i];
        }
    }
    for (size_t i = 0; i < levels; i++) {
        ret[i] = all > 0 ? (below + at[i] / 2) / all : 0;
        below += at[i];
    }
    return all > 0;
}

// Mean and error of the placements of one period's votes, added to *ret.
static bool add_side(const int64_t (*days)[TREND_LEVELS_MAX], size_t count, size_t levels,
                     const double *values, struct trend_mean *ret, double *variance, size_t *least)
{
    double sum = 0, squares = 0, n = 0, between = 0;
    size_t k = 0;
    for (size_t d = 0; d < count; d++) {
        struct trend_sum s = {.n = 0};
        trend_sum_add(&s, days[d], values, levels);
        sum += s.sum;
        squares += s.squares;
        n += (double)s.n;
        k += s.n > 0;
    }
    double mean = sum / n;
    for (size_t d = 0; d < count; d++) {
        struct trend_sum s = {.n = 0};
        trend_sum_add(&s, days[d], values, levels);
        between += (s.sum - mean * (double)s.n) * (s.sum - mean * (double)s.n);
    }
    double simple = (squares / n - mean * mean) / n, clustered = 0;
    if (k >= TREND_MIN_DAYS) {
        clustered = (double)k / (double)(k - 1) * between / (n * n);
        *least = k < *least ? k : *least;
    } else {
        ret->clustered = false;
    }
    *variance += clustered > simple ? clustered : simple;
    ret->mean = mean;
    ret->n += (int64_t)n;
    ret->days += k;
    return true;
}

bool trend_superiority(const int64_t (*before)[TREND_LEVELS_MAX], size_t before_days,
                       const int64_t (*after)[TREND_LEVELS_MAX], size_t after_days, size_t levels,
                       struct trend_mean *ret)
{
    double of_before[TREND_LEVELS_MAX], of_after[TREND_LEVELS_MAX], variance = 0;
    struct trend_mean m = {.clustered = true};
    size_t least = SIZE_MAX;
    if (!placements(before, before_days, levels, of_before) ||
        !placements(after, after_days, levels, of_after)) {
        return false;
    }
    add_side(before, before_days, levels, of_after, &m, &variance, &least);
    add_side(after, after_days, levels, of_before, &m, &variance, &least); // its mean is the effect
    m.error = sqrt(variance);
    double half = m.error * (m.clustered ? trend_t95(least - 1) : z95);
    m.interval.lo = m.mean - half > 0 ? m.mean - half : 0;
    m.interval.hi = m.mean + half < 1 ? m.mean + half : 1;
    *ret = m;
    return true;
}

// Mean and variance of the mean, as of independent answers.
static bool element(const struct trend_sum *of, size_t day_count, double *mean, double *n, double *variance)
{
    double sum = 0, squares = 0;
    *n = 0;
    for (size_t d = 0; d < day_count; d++) {
        *n += (double)of[d].n;
        sum += of[d].sum;
        squares += of[d].squares;
    }
    if (*n <= 0) {
        return false;
    }
    *mean = sum / *n;
    *variance = fmax(0, squares / *n - *mean * *mean) / *n;
    return true;
}

bool trend_mix(const struct trend_sum *days, const double *weights, size_t parts, size_t day_count,
               struct trend_mix *ret)
{
    struct trend_mix m = {.value = 0};
    double apart = 0, together = 0, between = 0, mean[TREND_PARTS_MAX], n[TREND_PARTS_MAX], variance;
    size_t k = 0;
    if (parts == 0 || parts > TREND_PARTS_MAX) {
        return false;
    }
    for (size_t p = 0; p < parts; p++) {
        if (!element(&days[p * day_count], day_count, &mean[p], &n[p], &variance)) {
            return false;
        }
        m.value += weights[p] * mean[p];
        apart += weights[p] * weights[p] * variance;
        together += fabs(weights[p]) * sqrt(variance);
    }
    for (size_t d = 0; d < day_count; d++) {
        double away = 0;
        bool any = false;
        for (size_t p = 0; p < parts; p++) {
            const struct trend_sum *day = &days[p * day_count + d];
            away += weights[p] * (day->sum - mean[p] * (double)day->n) / n[p];
            any = any || day->n > 0;
        }
        between += away * away;
        k += any;
    }
    m.clustered = k >= TREND_MIN_DAYS;
    m.error = m.clustered ? sqrt(apart) : together;
    m.half = z95 * m.error;
    if (m.clustered) {
        double error = sqrt((double)k / (double)(k - 1) * between);
        m.error = error > m.error ? error : m.error;
        m.half = fmax(m.half, trend_t95(k - 1) * error);
    }
    *ret = m;
    return true;
}

bool trend_skm_error(const struct trend_sum *days, size_t elements, size_t day_count, double *ret_half)
{
    double weights[TREND_PARTS_MAX];
    struct trend_mix m;
    for (size_t e = 0; e < elements && e < TREND_PARTS_MAX; e++) {
        weights[e] = 25 / (double)elements;
    }
    if (!trend_mix(days, weights, elements, day_count, &m)) {
        return false;
    }
    *ret_half = m.half;
    return true;
}
