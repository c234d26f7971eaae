#include "aggregator/rates.h"

enum { HOUR_MS = 3600000, DAY_MS = 86400000, THURSDAY = 4 }; // 1970-01-01 was one

void rates_add(struct rates *r, const struct hours *hours, const struct tz *tz, int64_t quarter,
               int64_t votes)
{
    wall_ms at = quarter * RATES_QUARTER_MS;
    int64_t local_hour = (at + (wall_ms)tz_offset_s(tz, at) * 1000) / HOUR_MS;
    r->votes[(local_hour + THURSDAY * 24) % HOURS_WEEK] += hours_special(hours, local_hour / 24) ? 0 : votes;
}

// The share of each weekday's dates between the kiosk's first vote and `to` that were as every week.
static void normal_shares(const struct hours *hours, const struct tz *tz, wall_ms from, wall_ms to,
                          double ret[7])
{
    int64_t all[7] = {0}, normal[7] = {0};
    for (wall_ms at = from; at < to; at += DAY_MS) {
        int64_t day = (at + (wall_ms)tz_offset_s(tz, at) * 1000) / DAY_MS;
        all[(day + THURSDAY) % 7]++;
        normal[(day + THURSDAY) % 7] += !hours_special(hours, day);
    }
    for (int weekday = 0; weekday < 7; weekday++) {
        ret[weekday] = all[weekday] > 0 ? (double)normal[weekday] / (double)all[weekday] : 1;
    }
}

bool rates_usual(const struct rates *r, const struct hours *hours, const struct tz *tz, int64_t first,
                 wall_ms to, float ret_per_hour[HOURS_WEEK])
{
    double shares[7], weeks = (double)(to - first * RATES_QUARTER_MS) / (7.0 * DAY_MS);
    if (weeks < 1) {
        return false;
    }
    normal_shares(hours, tz, first * RATES_QUARTER_MS, to, shares);
    for (int h = 0; h < HOURS_WEEK; h++) {
        double of_them = weeks * shares[h / 24];
        ret_per_hour[h] = (float)(of_them > 0 ? (double)r->votes[h] / of_them : 0);
    }
    return true;
}
