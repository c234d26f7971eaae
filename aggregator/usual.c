#include "aggregator/usual.h"

enum { DAY_MS = 86400000 };

bool usual_votes(struct store *st, const struct engine_rule *r, int32_t place, const struct tz *tz,
                 wall_ms at, int64_t *ret_n, int64_t *ret_unhappy)
{
    wall_ms to = at / DAY_MS * DAY_MS;
    int64_t day = (to + (wall_ms)tz_offset_s(tz, to) * 1000) / DAY_MS;
    return store_usual(st, place, r->question.s, r->top_faces, day - USUAL_WEEKS * 7, day, ret_n,
                       ret_unhappy);
}
