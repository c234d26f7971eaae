// points: the band of the chain, factored row by row.
#include "aggregator/points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// With Q the transitions among 0 .. limit-1, A = I - Q is a band: `down` diagonals below, `up` above the main
// one, as far as the largest steps reach. A = LU without pivoting is stable (A is an M-matrix), and the A of a lower limit is the leading part
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

static bool band_init(struct band *b, const struct points *c, const double *p)
{
    double sum = 0;
    *b = (struct band){.up = 0};
    if (c->kinds < 2 || c->kinds > POINTS_KINDS_MAX)
        return false;
    for (int k = 0; k < c->kinds; k++) {
        if (!(p[k] >= 0) || c->step[k] > POINTS_STEP_MAX || c->step[k] < -POINTS_STEP_MAX)
            return false;
        sum += p[k];
        if (p[k] > 0 && c->step[k] > b->up)
            b->up = c->step[k];
        if (p[k] > 0 && -c->step[k] > b->down)
            b->down = -c->step[k];
    }
    b->width = b->up + b->down + 1;
    return b->up > 0 && b->down > 0 && fabs(sum - 1) < 1e-9;
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
static bool band_grow(struct band *b, const struct points *c, const double *p)
{
    int i = b->rows;
    if (!band_reserve(b, i + 1))
        return false;
    memset(b->a + (size_t)i * (size_t)b->width, 0, sizeof(double) * (size_t)b->width);
    int back = i > b->down ? i - b->down : 0;
    *cell(b, i, i) += 1;
    for (int k = 0; k < c->kinds; k++) {
        int to = i + c->step[k] > 0 ? i + c->step[k] : 0;
        if (p[k] > 0)
            *cell(b, i, to) -= p[k];
    }
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

static bool band_factor(struct band *b, const struct points *c, const double *p)
{
    if (!band_init(b, c, p) || c->limit < 1 || c->limit > POINTS_LIMIT_MAX || !band_reserve(b, c->limit))
        return false;
    while (b->rows < c->limit)
        band_grow(b, c, p);
    return true;
}

bool points_arl(const struct points *c, const double *p, double *ret_arl)
{
    struct band b = {0};
    bool ok = band_factor(&b, c, p);
    if (ok)
        *ret_arl = b.arl;
    band_finish(&b);
    return ok;
}

bool points_find_limit(struct points *c, const double *p, double arl, double *ret_arl)
{
    struct band b = {0};
    bool ok = band_init(&b, c, p) && arl >= 1 && arl <= POINTS_ARL_MAX;
    while (ok && b.arl < arl)
        ok = b.rows < POINTS_LIMIT_MAX && band_grow(&b, c, p);
    if (ok) {
        c->limit = b.rows;
        *ret_arl = b.arl;
    }
    band_finish(&b);
    return ok;
}

bool points_delay(const struct points *c, const double *p0, const double *p1, double *ret_delay)
{
    struct band before = {0}, after = {0};
    bool ok = band_factor(&before, c, p0) && band_factor(&after, c, p1);
    if (ok) {
        int n = c->limit;
        // Expected visits from 0 before an alarm, in z: L'v = z. They sum to the ARL, and over it they are
        // the stationary distribution of the chart that restarts at 0.
        for (int i = n - 1; i >= 0; i--)
            for (int k = i + 1; k <= i + before.down && k < n; k++)
                before.z[i] -= *cell(&before, k, i) * before.z[k];
        // Run lengths from each state under q1, in y: U l = y.
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k <= i + after.up && k < n; k++)
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

// One open period of the restarting chart: moves the distribution `at` on by `votes` votes, adds alarms.
static double run_period(const struct points *c, const double *p, int64_t votes, double **at, double **next)
{
    double alarms = 0;
    for (int64_t v = 0; v < votes; v++) {
        memset(*next, 0, sizeof(double) * (size_t)c->limit);
        double alarm = 0;
        for (int i = 0; i < c->limit; i++) {
            for (int k = 0; k < c->kinds; k++) {
                int to = i + c->step[k] > 0 ? i + c->step[k] : 0;
                double mass = p[k] * (*at)[i];
                *(to < c->limit ? &(*next)[to] : &alarm) += mass;
            }
        }
        (*next)[0] += alarm;
        alarms += alarm;
        double *swap = *at;
        *at = *next;
        *next = swap;
    }
    return alarms;
}

bool points_periods_between_alarms(const struct points *c, const double *p, int64_t votes,
                                   double *ret_periods)
{
    double arl;
    if (votes < 1 || !points_arl(c, p, &arl))
        return false;
    // In a long period the one halving no longer shows.
    if (votes > 100 * (int64_t)c->limit) {
        *ret_periods = arl / (double)votes;
        return true;
    }
    double *room = calloc(2 * (size_t)c->limit, sizeof(*room));
    if (!room)
        return false;
    double *at = room, *next = room + c->limit;
    at[0] = 1;
    double alarms = 0, last = -1;
    // The alarms per period approach their long-run rate geometrically; halving forgets quickly.
    for (int period = 0; period < 10000 && fabs(alarms - last) > 1e-9 * alarms; period++) {
        last = alarms;
        alarms = run_period(c, p, votes, &at, &next);
        memset(next, 0, sizeof(double) * (size_t)c->limit);
        for (int i = 0; i < c->limit; i++)
            next[i / 2] += at[i];
        double *swap = at;
        at = next;
        next = swap;
        if (alarms == 0) // not one alarm can be reached within a period yet
            last = -1;
    }
    free(room);
    *ret_periods = alarms > 0 ? 1 / alarms : HUGE_VAL;
    return true;
}
