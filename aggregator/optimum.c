#include "aggregator/optimum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    NODES = 400, // of log(1 + R), from 0 to the limit
    TURNS = 8,   // for the limit with the wished ARL, which is nearly proportional to it
};

// A = I - Q on the nodes: R moves by either likelihood ratio, split between the two nodes it falls between.
static void fill(double *a, double q0, double q1, double q, double limit)
{
    const double ratio[2] = {(1 - q1) / (1 - q0), q1 / q0}, p[2] = {1 - q, q};
    double step = log1p(limit) / NODES;
    memset(a, 0, sizeof(*a) * NODES * NODES);
    for (int i = 0; i < NODES; i++) {
        double *row = a + (size_t)i * NODES;
        row[i] += 1;
        for (int vote = 0; vote < 2; vote++) {
            double r = exp(i * step) * ratio[vote];
            if (r >= limit)
                continue;
            double at = fmin(log1p(r) / step, NODES - 1);
            int j = (int)at;
            row[j] -= p[vote] * (1 - (at - j));
            if (j + 1 < NODES)
                row[j + 1] -= p[vote] * (at - j);
        }
    }
}

// A = LU in place. An M-matrix: no pivoting; most of it is 0.
static void factor(double *a)
{
    for (int p = 0; p < NODES; p++)
        for (int i = p + 1; i < NODES; i++) {
            double *row = a + (size_t)i * NODES;
            const double *from = a + (size_t)p * NODES;
            if (row[p] == 0)
                continue;
            row[p] /= from[p];
            for (int j = p + 1; j < NODES; j++)
                row[j] -= row[p] * from[j];
        }
}

// Expected visits of each node from 0 to the alarm, A'v = e0; their sum is the ARL.
static double visits(const double *a, double v[NODES])
{
    double sum = 0;
    for (int i = 0; i < NODES; i++) {
        v[i] = i == 0;
        for (int j = 0; j < i; j++)
            v[i] -= a[(size_t)j * NODES + i] * v[j];
        v[i] /= a[(size_t)i * NODES + i];
    }
    for (int i = NODES - 1; i >= 0; i--) {
        for (int j = i + 1; j < NODES; j++)
            v[i] -= a[(size_t)j * NODES + i] * v[j];
        sum += v[i];
    }
    return sum;
}

// Votes to the alarm from each node, A l = 1.
static void lengths(const double *a, double l[NODES])
{
    for (int i = 0; i < NODES; i++) {
        l[i] = 1;
        for (int j = 0; j < i; j++)
            l[i] -= a[(size_t)i * NODES + j] * l[j];
    }
    for (int i = NODES - 1; i >= 0; i--) {
        for (int j = i + 1; j < NODES; j++)
            l[i] -= a[(size_t)i * NODES + j] * l[j];
        l[i] /= a[(size_t)i * NODES + i];
    }
}

bool optimum_delay(double q0, double q1, double arl, double *ret_delay)
{
    if (!(q0 > 0 && q0 < q1 && q1 < 1 && arl >= 20 && arl <= 1e9))
        return false;
    double *a = malloc(sizeof(*a) * NODES * NODES);
    if (!a)
        return false;
    double limit = .8 * arl, v[NODES], l[NODES], reached = 0, sum = 0;
    for (int turn = 0; turn < TURNS && fabs(reached / arl - 1) > 1e-3; turn++) {
        limit *= reached > 0 ? arl / reached : 1;
        fill(a, q0, q1, q0, limit);
        factor(a);
        reached = visits(a, v);
    }
    fill(a, q0, q1, q1, limit);
    factor(a);
    lengths(a, l);
    for (int i = 0; i < NODES; i++)
        sum += v[i] * l[i];
    *ret_delay = sum / reached;
    free(a);
    return true;
}
