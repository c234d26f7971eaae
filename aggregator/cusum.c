#include "aggregator/cusum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// With Q the transitions among 0 .. limit-1, A = I - Q is a band: `down` diagonals below, `up` above the main
// one. A = LU without pivoting is stable (A is an M-matrix), and the A of a lower limit is the leading part
// of that of a higher one, so L, U, y = L^-1 1 and z = U^-T e0 are the same for all limits and grow row by
// row:
//
//     ARL(limit) = e0' A^-1 1 = sum over i < limit of z[i] y[i]
//
// That gives the least limit in one sweep, with no search.
struct band {
    int up, down, width; // width = down + 1 + up: row i holds columns i-down .. i+up
    int rows, room;
    double *a;     // room x width: L below the diagonal, U on and above it
    double *y, *z; // room
    double arl;
};

static bool band_init(struct band *b, const struct cusum *c)
{
    *b = (struct band){.up = c->up, .down = c->down, .width = c->up + c->down + 1};
    return c->up > 0 && c->up < 100 && c->down > 0 && c->down < 100;
}

static void band_finish(struct band *b)
{
    free(b->a);
    free(b->y);
    free(b->z);
}

static bool band_reserve(struct band *b, int rows)
{
    if (rows <= b->room)
        return true;
    int room = b->room ? b->room : 128;
    while (room < rows)
        room *= 2;
    double *a = realloc(b->a, sizeof(*a) * (size_t)room * (size_t)b->width);
    if (a)
        b->a = a;
    double *y = realloc(b->y, sizeof(*y) * (size_t)room);
    if (y)
        b->y = y;
    double *z = realloc(b->z, sizeof(*z) * (size_t)room);
    if (z)
        b->z = z;
    if (!a || !y || !z)
        return false;
    b->room = room;
    return true;
}

static double *cell(const struct band *b, int row, int column)
{
    return b->a + (size_t)row * (size_t)b->width + (size_t)(column - row + b->down);
}

// Factors one more row; arl becomes that of limit = rows.
static bool band_grow(struct band *b, double q)
{
    int i = b->rows;
    if (!band_reserve(b, i + 1))
        return false;
    memset(b->a + (size_t)i * (size_t)b->width, 0, sizeof(double) * (size_t)b->width);
    int back = i > b->down ? i - b->down : 0;
    *cell(b, i, i) += 1;
    *cell(b, i, i + b->up) -= q;
    *cell(b, i, back) -= 1 - q;
    b->y[i] = 1;
    for (int j = back; j < i; j++) {
        double factor = *cell(b, i, j) / *cell(b, j, j);
        *cell(b, i, j) = factor;
        if (factor == 0)
            continue;
        const double *from = cell(b, j, j);
        double *to = cell(b, i, j);
        for (int k = 1; k <= b->up; k++)
            to[k] -= factor * from[k];
        b->y[i] -= factor * b->y[j];
    }
    double z = i == 0;
    for (int j = i > b->up ? i - b->up : 0; j < i; j++)
        z -= *cell(b, j, i) * b->z[j];
    b->z[i] = z / *cell(b, i, i);
    b->arl += b->z[i] * b->y[i];
    b->rows++;
    return true;
}

static bool band_factor(struct band *b, const struct cusum *c, double q)
{
    if (!band_init(b, c) || !(q > 0 && q < 1) || c->limit < 1 || c->limit > CUSUM_LIMIT_MAX ||
        !band_reserve(b, c->limit))
        return false;
    while (b->rows < c->limit)
        band_grow(b, q);
    return true;
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
    struct band b = {0};
    bool ok = band_factor(&b, c, q);
    if (ok)
        *ret_arl = b.arl;
    band_finish(&b);
    return ok;
}

bool cusum_find_limit(struct cusum *c, double q, double arl, double *ret_arl)
{
    struct band b = {0};
    bool ok = band_init(&b, c) && q > 0 && q < 1 && arl >= 1 && arl <= CUSUM_ARL_MAX;
    while (ok && b.arl < arl)
        ok = b.rows < CUSUM_LIMIT_MAX && band_grow(&b, q);
    if (ok) {
        c->limit = b.rows;
        *ret_arl = b.arl;
    }
    band_finish(&b);
    return ok;
}

bool cusum_delay(const struct cusum *c, double q0, double q1, double *ret_delay)
{
    struct band before = {0}, after = {0};
    bool ok = band_factor(&before, c, q0) && band_factor(&after, c, q1);
    if (ok) {
        int n = c->limit;
        // Expected visits from 0 before an alarm, in z: L'v = z. They sum to the ARL, and over it they are
        // the stationary distribution of the chart that restarts at 0.
        for (int i = n - 1; i >= 0; i--)
            for (int k = i + 1; k <= i + c->down && k < n; k++)
                before.z[i] -= *cell(&before, k, i) * before.z[k];
        // Run lengths from each state under q1, in y: U l = y.
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k <= i + c->up && k < n; k++)
                after.y[i] -= *cell(&after, i, k) * after.y[k];
            after.y[i] /= *cell(&after, i, i);
        }
        double visits = 0, sum = 0;
        for (int i = 0; i < n; i++) {
            visits += before.z[i];
            sum += before.z[i] * after.y[i];
        }
        *ret_delay = sum / visits;
    }
    band_finish(&before);
    band_finish(&after);
    return ok;
}

// One open period of the restarting chart: moves the distribution `p` on by `votes` votes, adds alarms.
static double run_period(const struct cusum *c, double q, int64_t votes, double **p, double **next)
{
    double alarms = 0;
    for (int64_t v = 0; v < votes; v++) {
        memset(*next, 0, sizeof(double) * (size_t)c->limit);
        double alarm = 0;
        for (int i = 0; i < c->limit; i++) {
            double mass = (*p)[i];
            (*next)[i > c->down ? i - c->down : 0] += (1 - q) * mass;
            if (i + c->up < c->limit)
                (*next)[i + c->up] += q * mass;
            else
                alarm += q * mass;
        }
        (*next)[0] += alarm;
        alarms += alarm;
        double *swap = *p;
        *p = *next;
        *next = swap;
    }
    return alarms;
}

bool cusum_periods_between_alarms(const struct cusum *c, double q, int64_t votes, double *ret_periods)
{
    double arl;
    if (votes < 1 || !cusum_arl(c, q, &arl))
        return false;
    // In a long period the one halving no longer shows.
    if (votes > 100 * (int64_t)c->limit) {
        *ret_periods = arl / (double)votes;
        return true;
    }
    double *room = calloc(2 * (size_t)c->limit, sizeof(*room));
    if (!room)
        return false;
    double *p = room, *next = room + c->limit;
    p[0] = 1;
    double alarms = 0, last = -1;
    // The alarms per period approach their long-run rate geometrically; halving forgets quickly.
    for (int period = 0; period < 10000 && fabs(alarms - last) > 1e-9 * alarms; period++) {
        last = alarms;
        alarms = run_period(c, q, votes, &p, &next);
        memset(next, 0, sizeof(double) * (size_t)c->limit);
        for (int i = 0; i < c->limit; i++)
            next[i / 2] += p[i];
        double *swap = p;
        p = next;
        next = swap;
        if (alarms == 0) // not one alarm can be reached within a period yet
            last = -1;
    }
    free(room);
    *ret_periods = alarms > 0 ? 1 / alarms : HUGE_VAL;
    return true;
}

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
