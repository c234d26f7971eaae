// core: verdicts are given, and old packs put together, beside the ingest, some milliseconds at a time, so
// that no acknowledgement waits for them.
#include "aggregator/core_impl.h"

enum {
    SLICE_MS = 5, // what a slice takes at most, about
    IDLE_SHARE = 5, // pages want the processor too
    BUSY_SHARE = 20, // slices take at most one part in so many of the core's time, less while votes wait
    PAUSE_MS = 95,
};

static bool writes(void *ctx)
{
    return core_writes(ctx);
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static void hours(void *ctx, struct verdict_press *p)
{
    const struct core *c = ctx;
    const struct org_place *place =
        p->place > 0 && p->place <= c->org.place_count ? &c->org.places[p->place] : NULL;
    p->hours = place != NULL && place->has_hours ? &place->hours : NULL;
    p->zone = place != NULL && place->tz != NULL ? (struct hours_zone){zone_offset, place->tz}
                                                 : (struct hours_zone){NULL, NULL};
}

static bool has_work(const struct core *c)
{
    return c->judge.through < store_last_pack(c->store);
}

void core_judge(struct core *c, mono_ms mono)
{
    const struct judge_ops ops = {c, writes, hours};
    if (c->failed || mono < c->judge_at || !has_work(c)) {
        return;
    }
    if (!judge_slice(&c->judge, c->store, &ops, c->now, c->judge_batch)) {
        core_fail(c);
        return;
    }
    // How much there is to look at around an event differs a thousandfold.
    mono_ms now = clock_mono_ms(), took = now - mono;
    if (took > SLICE_MS && c->judge_batch > 1) {
        c->judge_batch /= 2;
    } else if (took * 2 < SLICE_MS && c->judge_batch < JUDGE_BATCH) {
        c->judge_batch *= 2;
    }
    c->judge_at = now + (link_readable(c->link) ? (took + 1) * (BUSY_SHARE - 1) : took * (IDLE_SHARE - 1));
}

int64_t core_judge_wait(const struct core *c, mono_ms mono)
{
    if (!has_work(c)) {
        return INT64_MAX;
    }
    return c->judge_at > mono ? c->judge_at - mono : 0;
}

// ---------------------------------------------------------------- packs

enum { COMPACT_AGE_MS = 2 * 86400000, COMPACT_EVERY_MS = 3600000 };

// Packs that are some days old, once they are judged: where packs go together judging has nothing left to do.
void core_compact(struct core *c, mono_ms mono)
{
    if (c->failed || mono < c->compact_at || has_work(c)) {
        return;
    }
    wall_ms before = c->now - COMPACT_AGE_MS;
    if (!core_writes(c) ||
        !store_compact(c->store, before, c->judge.through, &c->compact_epoch, &c->compact_more)) {
        core_fail(c);
        return;
    }
    c->compact_at = clock_mono_ms() + (c->compact_more ? PAUSE_MS : COMPACT_EVERY_MS);
}
