#include "aggregator/cusum.h"

#include "aggregator/points.h"

#include <math.h>

static struct points chart_of(const struct cusum *c)
{
    return (struct points){.kinds = 2, .step = {c->up, -c->down}, .limit = c->limit};
}

static bool in_range(const struct cusum *c, double q)
{
    return c->up >= 1 && c->down >= 1 && q > 0 && q < 1;
}

bool cusum_scores(int percent, struct cusum *ret_c)
{
    if (percent < 1 || percent > 99)
        return false;
    int a = percent, b = 100 - percent;
    while (b) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    *ret_c = (struct cusum){.up = percent / a, .down = (100 - percent) / a};
    return true;
}

bool cusum_arl(const struct cusum *c, double q, double *ret_arl)
{
    struct points chart = chart_of(c);
    return in_range(c, q) && points_arl(&chart, (double[]){q, 1 - q}, ret_arl);
}

bool cusum_find_limit(struct cusum *c, double q, double arl, double *ret_arl)
{
    struct points chart = chart_of(c);
    bool ok = in_range(c, q) && points_find_limit(&chart, (double[]){q, 1 - q}, arl, ret_arl);
    c->limit = ok ? chart.limit : c->limit;
    return ok;
}

bool cusum_delay(const struct cusum *c, double q0, double q1, double *ret_delay)
{
    struct points chart = chart_of(c);
    return in_range(c, q0) && in_range(c, q1) &&
           points_delay(&chart, (double[]){q0, 1 - q0}, (double[]){q1, 1 - q1}, ret_delay);
}

bool cusum_periods_between_alarms(const struct cusum *c, double q, int64_t votes, double *ret_periods)
{
    struct points chart = chart_of(c);
    return in_range(c, q) && points_periods_between_alarms(&chart, (double[]){q, 1 - q}, votes, ret_periods);
}

// ---------------------------------------------------------------- of a continuous measure
enum {
    NODES = 48 // Gauss-Legendre nodes on 0..h: twelve digits for h up to 20
};

static const double pi = 3.14159265358979323846;

static void gauss_legendre(double h, double x[NODES], double w[NODES])
{
    for (int i = 0; i < NODES; i++) {
        double t = cos(pi * (i + .75) / (NODES + .5)), slope = 1;
        for (int turn = 0; turn < 50; turn++) {
            double p0 = 1, p1 = t;
            for (int k = 2; k <= NODES; k++) {
                double p2 = ((2 * k - 1) * t * p1 - (k - 1) * p0) / k;
                p0 = p1;
                p1 = p2;
            }
            slope = NODES * (t * p1 - p0) / (t * t - 1);
            double step = p1 / slope;
            t -= step;
            if (fabs(step) < 1e-15)
                break;
        }
        x[i] = h * (1 + t) / 2;
        w[i] = h / ((1 - t * t) * slope * slope);
    }
}

bool cusum_normal_arl(double k, double h, double mean, double *ret_arl)
{
    if (!(k >= 0) || !(h > 0 && h <= 20) || !isfinite(mean))
        return false;
    // L(u) = 1 + L(0) P(x <= k - u) + integral over 0..h of L(s) density(s - u + k) ds; node 0 is u = 0.
    enum { N = NODES + 1 };
    double x[NODES], w[NODES], a[N][N + 1];
    gauss_legendre(h, x, w);
    for (int i = 0; i < N; i++) {
        double u = i ? x[i - 1] : 0;
        a[i][0] = -erfc((u + mean - k) / sqrt(2)) / 2;
        for (int j = 1; j < N; j++) {
            double d = x[j - 1] - u + k - mean;
            a[i][j] = -w[j - 1] * exp(-d * d / 2) / sqrt(2 * pi);
        }
        a[i][i] += 1;
        a[i][N] = 1;
    }
    // Eliminate from the last node up so that L(0) is left; again an M-matrix, no pivoting.
    for (int p = N - 1; p > 0; p--)
        for (int i = 0; i < p; i++) {
            double factor = a[i][p] / a[p][p];
            for (int j = 0; j < p; j++)
                a[i][j] -= factor * a[p][j];
            a[i][N] -= factor * a[p][N];
        }
    *ret_arl = a[0][N] / a[0][0];
    return true;
}
