#include "aggregator/usual.h"

#include <math.h>
#include <string.h>

enum { DAY_MS = 86400000 };

// The next run of days in [*day, end) that are as every week. False: there is none.
static bool next_run(const struct hours *hours, int64_t *day, int64_t end, int64_t *ret_from)
{
    while (*day < end && hours_special(hours, *day)) {
        ++*day;
    }
    *ret_from = *day;
    while (*day < end && !hours_special(hours, *day)) {
        ++*day;
    }
    return *ret_from < *day;
}

static int64_t end_of(const struct tz *tz, wall_ms at)
{
    wall_ms to = at / DAY_MS * DAY_MS;
    return (to + (wall_ms)tz_offset_s(tz, to) * 1000) / DAY_MS;
}

bool usual_votes(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                 const struct tz *tz, wall_ms at, int64_t *ret_n, int64_t *ret_unhappy)
{
    int64_t end = end_of(tz, at), day = end - USUAL_WEEKS * 7, from, n = 0, unhappy = 0;
    while (next_run(hours, &day, end, &from)) {
        int64_t some, bad;
        if (!store_usual(st, place, r->question.s, r->top_faces, from, day, &some, &bad)) {
            return false;
        }
        n += some;
        unhappy += bad;
    }
    *ret_n = n;
    *ret_unhappy = unhappy;
    return true;
}

bool usual_hours(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                 const struct tz *tz, wall_ms at, int64_t ret_hours[HOURS_WEEK][2])
{
    int64_t end = end_of(tz, at), day = end - USUAL_WEEKS * 7, from;
    memset(ret_hours, 0, HOURS_WEEK * sizeof *ret_hours);
    while (next_run(hours, &day, end, &from)) {
        if (!store_usual_hours(st, place, r->question.s, r->top_faces, from, day, ret_hours)) {
            return false;
        }
    }
    return true;
}

double usual_deviation(const int64_t days[][2], size_t count)
{
    double n = 0, unhappy = 0, squares = 0, apart = 0, with_votes = 0;
    for (size_t i = 0; i < count; i++) {
        n += (double)days[i][0];
        unhappy += (double)days[i][1];
        squares += (double)days[i][0] * (double)days[i][0];
        with_votes += days[i][0] > 0;
    }
    if (with_votes < 2) {
        return 0;
    }
    double share = unhappy / n;
    for (size_t i = 0; i < count; i++) {
        double off = days[i][0] > 0 ? (double)days[i][1] / (double)days[i][0] - share : 0;
        apart += (double)days[i][0] * off * off;
    }
    double variance = (apart - (with_votes - 1) * share * (1 - share)) / (n - squares / n);
    return variance > 0 ? sqrt(variance) : 0;
}

bool usual_spread(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                  const struct tz *tz, wall_ms at, double *ret_deviation)
{
    int64_t end = end_of(tz, at), days[USUAL_WEEKS * 7][2];
    size_t count = 0;
    for (int64_t day = end - USUAL_WEEKS * 7; day < end; day++) {
        if (hours_special(hours, day)) {
            continue;
        }
        if (!store_usual(st, place, r->question.s, r->top_faces, day, day + 1, &days[count][0], &days[count][1])) {
            return false;
        }
        count++;
    }
    *ret_deviation = usual_deviation((const int64_t(*)[2])days, count);
    return true;
}
