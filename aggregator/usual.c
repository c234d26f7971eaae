#include "aggregator/usual.h"

enum { DAY_MS = 86400000 };

bool usual_votes(struct store *st, const struct engine_rule *r, int32_t place, const struct hours *hours,
                 const struct tz *tz, wall_ms at, int64_t *ret_n, int64_t *ret_unhappy)
{
    wall_ms to = at / DAY_MS * DAY_MS;
    int64_t end = (to + (wall_ms)tz_offset_s(tz, to) * 1000) / DAY_MS, day = end - USUAL_WEEKS * 7;
    int64_t n = 0, unhappy = 0;
    while (day < end) {
        int64_t from = day, some, bad;
        bool special = hours_special(hours, day);
        while (day < end && hours_special(hours, day) == special) {
            day++;
        }
        if (special) {
            continue;
        }
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
