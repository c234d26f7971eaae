// trends: days since 1970-01-01 and dates (proleptic Gregorian; Howard Hinnant's days_from_civil).
#include "aggregator/trends_impl.h"

#include <stdio.h>
#include <string.h>

static int32_t day_of(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400, of_era = y - era * 400; // years 1..9999 only
    int of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int32_t day, int *y, int *m, int *d)
{
    int32_t z = day + 719468, era = z / 146097, of_era = z - era * 146097;
    int32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    *d = of_year - (153 * month + 2) / 5 + 1;
    *m = month < 10 ? month + 3 : month - 9;
    *y = era * 400 + year + (*m <= 2);
}

const char *trend_day_text(int32_t day, char ret[16])
{
    int y, m, d;
    date_of(day, &y, &m, &d);
    snprintf(ret, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
    return ret;
}

bool trend_day_parse(const char *text, int32_t *ret_day)
{
    int y = 0, m = 0, d = 0, used = 0;
    char again[16];
    if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
        sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) != 3 || used != 10 || y < 1970 || m < 1 || m > 12 ||
        d < 1 || d > 31) {
        return false;
    }
    int32_t day = day_of(y, m, d);
    if (strcmp(trend_day_text(day, again), text) != 0) { // February 30
        return false;
    }
    *ret_day = day;
    return true;
}

bool trend_by_parse(const char *text, enum trend_by *ret)
{
    static const char *const names[] = {"day", "week", "month"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            *ret = (enum trend_by)i;
            return true;
        }
    }
    return false;
}

int trend_weekday(int32_t day)
{
    return (int)(((day + 4) % 7 + 7) % 7); // 1970-01-01: a Thursday
}

int32_t trend_by_next(int32_t day, enum trend_by by)
{
    int y, m, d;
    switch (by) {
    case TREND_BY_WEEK:
        return day + 7 - (trend_weekday(day) + 6) % 7;
    case TREND_BY_MONTH:
        date_of(day, &y, &m, &d);
        return m == 12 ? day_of(y + 1, 1, 1) : day_of(y, m + 1, 1);
    default:
        return day + 1;
    }
}
