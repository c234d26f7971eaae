// org: the places with their calendar, as the rollups see them.
#include "aggregator/org.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000 };

static int above(void *ctx, int32_t place, int32_t *ret, int max)
{
    const struct org *o = ctx;
    int count = 0;
    while (place > 0 && place <= o->place_count && o->places[place].number == place && count < max) {
        ret[count++] = place;
        place = o->places[place].parent;
    }
    return count;
}

static void local(void *ctx, int32_t place, wall_ms at, int32_t *ret_day, int *ret_hour)
{
    const struct org *o = ctx;
    const struct tz *tz = place > 0 && place <= o->place_count ? o->places[place].tz : NULL;
    wall_ms there = at + (wall_ms)tz_offset_s(tz, at) * 1000;
    wall_ms day = there >= 0 ? there / DAY_MS : -((DAY_MS - 1 - there) / DAY_MS);
    *ret_day = (int32_t)day;
    *ret_hour = (int)((there - day * DAY_MS) / HOUR_MS);
}

struct rollup_tree org_tree(struct org *o)
{
    return (struct rollup_tree){o, above, local};
}
