// core: what the engine is told of kiosks is kept, for back-tests; how long they are ready within opening hours, by local day,
// for trends. Time counts once the kiosk's own word
// has come at both its ends, no farther apart than one that is online may be silent. So what nobody listened to does not.
#include "aggregator/core_impl.h"

#include "aggregator/store_presence.h"

static bool keep(void *ctx, const struct presence *p)
{
    struct core *c = ctx;
    // Into a damaged store nothing is written any more.
    return c->guard.damaged || (core_writes(c) && store_presence_put(c->store, p)) || core_fail(c);
}

struct presence_log core_told(struct core *c)
{
    return (struct presence_log){c->engine, keep, c};
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static bool add(struct core *c, const struct org_kiosk *k, wall_ms from, wall_ms to)
{
    const struct org_place *p = &c->org.places[k->place];
    const struct hours_zone zone = {zone_offset, p->tz};
    struct rollup_tree tree = org_tree(&c->org);
    int32_t day;
    int hour;
    tree.local(tree.ctx, k->place, from, &day, &hour);
    int64_t ready_ms = from < to ? hours_open_ms(p->has_hours ? &p->hours : NULL, &zone, from, to) : 0;
    return store_kiosk_present(c->store, k->number, k->place, day, ready_ms);
}

bool core_present(struct core *c, struct org_kiosk *k, bool ready)
{
    wall_ms from = k->heard_at, to = c->now;
    k->heard_at = to > from ? to : from;
    if (k->place == 0) {
        return true;
    }
    if (!ready || from <= 0 || to - from > c->o.settings->times.offline_ms) {
        from = to;
    }
    wall_ms midnight = tz_next_day(c->org.places[k->place].tz, from);
    return (from >= to || midnight > to ? add(c, k, from, to)
                                        : add(c, k, from, midnight) && add(c, k, midnight, to)) ||
           core_fail(c);
}
