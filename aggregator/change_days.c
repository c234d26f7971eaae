// change: days that differ. See change.h.
#include "aggregator/change.h"

#include <math.h>

enum { STEPS = 64 };
#define NEGLIGIBLE 1e-2
#define REACH 8. // standard deviations above the mean that are looked at

bool change_days_rate(const struct change *c, double q0, double deviation, double *ret_rate)
{
    double both = q0 * (1 - q0) / (deviation * deviation) - 1, a = q0 * both, b = (1 - q0) * both;
    double scale = lgamma(a) + lgamma(b) - lgamma(a + b);
    double end = fmin(1, q0 + REACH * deviation), density[STEPS], rest = 0, sum = 0;
    if (!(q0 > 0 && q0 < 1 && deviation > 0 && both > 0))
        return false;
    for (int i = 0; i < STEPS; i++) {
        double q = (i + .5) / STEPS * end;
        density[i] = exp((a - 1) * log(q) + (b - 1) * log1p(-q) - scale);
        rest += density[i];
    }
    double all = rest;
    // The worst days first: good ones have fewer alarms, which take long to find and count for nothing.
    for (int i = STEPS - 1; i >= 0; i--) {
        double arl;
        if (density[i] < all * 1e-9)
            continue;
        if (!change_arl(c, (i + .5) / STEPS * end, &arl))
            return false;
        sum += density[i] / arl;
        rest -= density[i];
        if (rest / arl < sum * NEGLIGIBLE)
            break;
    }
    *ret_rate = sum / all;
    return true;
}

bool change_room_search(double q0, double deviation, int *ret_units)
{
    int usual = (int)lround(q0 * CHANGE_SHARE_UNITS),
        most = (int)lround(CHANGE_USUAL_MAX * CHANGE_SHARE_UNITS);
    for (int units = change_round(usual);; units = change_round(units + 1)) {
        struct change c;
        double rate;
        *ret_units = units - usual;
        if (change_round(units + 1) > most)
            return true;
        if (!change_find((double)units / CHANGE_SHARE_UNITS, CHANGE_KNOWN_ARL, false, &c) ||
            !change_days_rate(&c, q0, deviation, &rate))
            return false;
        if (rate * CHANGE_KNOWN_ARL <= 1)
            return true;
    }
}

// Between which two of n ascending ones is x? *ret_part: how far on, 0..1.
static int between(const double *all, int n, double x, double *ret_part)
{
    int i = 0;
    while (i < n - 2 && x >= all[i + 1])
        i++;
    *ret_part = fmax(0, fmin(1, (x - all[i]) / (all[i + 1] - all[i])));
    return i;
}

int change_room(double q0, double deviation)
{
    double down, along;
    if (!(deviation > 0 && q0 > 0))
        return 0;
    int i = between(change_room_usual, CHANGE_ROOM_USUALS, q0, &down);
    int k = between(change_room_part, CHANGE_ROOM_PARTS, deviation / q0, &along);
    const int(*t)[CHANGE_ROOM_PARTS] = change_room_table;
    double upper = t[i][k] + along * (t[i][k + 1] - t[i][k]),
           lower = t[i + 1][k] + along * (t[i + 1][k + 1] - t[i + 1][k]);
    return (int)ceil(upper + down * (lower - upper) - 1e-6);
}
