#include "aggregator/mood.h"

#include <math.h>

bool mood_shares(const int64_t *weights, int faces, double *ret_p)
{
    double sum = 0, raised = 0;
    int there = 0;
    if (faces < MOOD_FACES_MIN || faces > POINTS_KINDS_MAX)
        return false;
    for (int i = 0; i < faces; i++) {
        if (weights[i] < 0)
            return false;
        sum += (double)weights[i];
        there += weights[i] > 0;
    }
    for (int i = 0; i < faces && there >= 2; i++) {
        ret_p[i] = fmax((double)weights[i] / sum, MOOD_SHARE_MIN);
        raised += ret_p[i];
    }
    for (int i = 0; i < faces && there >= 2; i++)
        ret_p[i] /= raised;
    return there >= 2;
}

void mood_moved(const double *p, int faces, double odds, double *ret_p)
{
    double under = 0, before = 0;
    for (int i = 0; i < faces; i++) {
        under += p[i];
        double moved = i == faces - 1 ? 1 : odds * under / (1 + (odds - 1) * under);
        ret_p[i] = moved - before;
        before = moved;
    }
}

bool mood_points(const double *p, int faces, struct points *ret_c)
{
    struct points c = {.kinds = faces};
    double moved[POINTS_KINDS_MAX], most = 0;
    bool worse = false, better = false;
    mood_moved(p, faces, MOOD_ODDS, moved);
    for (int i = 0; i < faces; i++)
        most = fmax(most, fabs(log(moved[i] / p[i])));
    for (int i = 0; i < faces; i++) {
        c.step[i] = (int)lround(MOOD_STEP * log(moved[i] / p[i]) / most);
        worse |= c.step[i] > 0;
        better |= c.step[i] < 0;
    }
    *ret_c = c;
    return worse && better;
}
