#include "aggregator/stats.h"

#include <math.h>

static const double z95 = 1.959963984540054;

bool stats_wilson(int64_t k, int64_t n, struct stats_interval *ret_interval)
{
    if (n <= 0 || k < 0 || k > n)
        return false;
    double nn = (double)n, share = (double)k / nn;
    double scale = 1 / (1 + z95 * z95 / nn);
    double centre = (share + z95 * z95 / (2 * nn)) * scale;
    double half = z95 * scale * sqrt(share * (1 - share) / nn + z95 * z95 / (4 * nn * nn));
    // At the ends one bound is exactly 0 or 1; rounding must not show 0.0000000001.
    ret_interval->lo = k == 0 ? 0 : centre - half;
    ret_interval->hi = k == n ? 1 : centre + half;
    return true;
}

bool stats_difference(int64_t k1, int64_t n1, int64_t k2, int64_t n2, struct stats_interval *ret_interval)
{
    struct stats_interval a, b;
    if (!stats_wilson(k1, n1, &a) || !stats_wilson(k2, n2, &b))
        return false;
    double p1 = (double)k1 / (double)n1, p2 = (double)k2 / (double)n2;
    ret_interval->lo = p1 - p2 - hypot(p1 - a.lo, b.hi - p2);
    ret_interval->hi = p1 - p2 + hypot(a.hi - p1, p2 - b.lo);
    return true;
}

bool stats_mann_whitney(const int64_t *before, const int64_t *after, size_t levels,
                        struct stats_rank *ret_rank)
{
    double m = 0, n = 0, u = 0, ties = 0; // u: pairs in which after is better, a tie counting half
    for (size_t i = 0; i < levels; i++) {
        if (before[i] < 0 || after[i] < 0)
            return false;
        double x = (double)before[i], y = (double)after[i], t = x + y;
        u += y * (m + x / 2);
        m += x;
        n += y;
        ties += t * t * t - t;
    }
    if (m == 0 || n == 0)
        return false;
    double all = m + n;
    double variance = m * n / 12 * (all + 1 - ties / (all * (all - 1)));
    if (all < 2 || variance <= 0)
        return false;
    double away = u - m * n / 2;
    double corrected = fmax(0, fabs(away) - .5);
    ret_rank->superiority = u / (m * n);
    ret_rank->z = copysign(corrected / sqrt(variance), away);
    ret_rank->p = erfc(fabs(ret_rank->z) / sqrt(2));
    return true;
}

size_t stats_fdr(const double *sorted, size_t n, double rate)
{
    for (size_t i = n; i > 0; i--)
        if (sorted[i - 1] <= rate * (double)i / (double)n)
            return i;
    return 0;
}

bool stats_nps(int64_t promoters, int64_t passives, int64_t detractors, struct stats_nps *ret_nps)
{
    if (promoters < 0 || passives < 0 || detractors < 0)
        return false;
    double n = (double)promoters + (double)passives + (double)detractors;
    if (n == 0)
        return false;
    double p = (double)promoters / n, d = (double)detractors / n;
    ret_nps->score = 100 * (p - d);
    ret_nps->error = 100 * sqrt((p + d - (p - d) * (p - d)) / n);
    return true;
}

double stats_shrink(int64_t k, int64_t n, double a, double b)
{
    return ((double)k + a) / ((double)n + a + b);
}
