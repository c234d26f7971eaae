// core: rollups that are due are built beside the ingest, some milliseconds at a time: those of before they
// were there, of places that have moved, of a repair.
#include "aggregator/core_impl.h"

#include "aggregator/store_rollups.h"
#include "shared/log.h"

#include <stdio.h>

enum { SLICE_MS = 5, STEP_MS = 2, PAUSE_MS = 20 }; // at most a fifth of the core's time

static bool count_left(struct core *c)
{
    int64_t left = 0;
    bool ok = store_rollups_left(c->store, &left);
    atomic_store(&c->rollups_left, left);
    return ok;
}

bool core_start_rollups(struct core *c, char *ret_why, size_t n)
{
    struct rollup_tree tree = org_tree(&c->org);
    store_set_tree(c->store, &tree);
    if (!count_left(c)) {
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    c->rollups_due = atomic_load(&c->rollups_left) > 0;
    c->rollups_days = 1;
    if (c->rollups_due) {
        log_event(LOG_INFO, "rollups_due", "places=%lld", (long long)atomic_load(&c->rollups_left));
    }
    return true;
}

void core_build_rollups(struct core *c, mono_ms mono)
{
    if (c->failed || !c->rollups_due || mono < c->rollups_at) {
        return;
    }
    mono_ms began = clock_mono_ms(), now = began, took = 0;
    // What a day holds differs a thousandfold between a counter and a region: a step takes no more days than fit, and
    // none begins that may not end in time.
    for (bool more = true; more && now - began + took <= SLICE_MS;) {
        mono_ms before = now;
        if (!core_writes(c) || !store_rollups_slice(c->store, c->rollups_days, &more)) {
            core_fail(c);
            return;
        }
        c->rollups_due = more;
        now = clock_mono_ms();
        took = now - before;
        if (took > STEP_MS && c->rollups_days > 1) {
            c->rollups_days /= 2;
        } else if (took * 2 < STEP_MS && c->rollups_days < STORE_SLICE_DAYS) {
            c->rollups_days *= 2;
        }
    }
    if (!count_left(c)) {
        core_fail(c);
        return;
    }
    if (!c->rollups_due) {
        log_event(LOG_INFO, "rollups_built", "");
    }
    c->rollups_at = clock_mono_ms() + PAUSE_MS;
}

enum command_result core_repair_rollups(struct core *c)
{
    if (!store_rollups_mark(c->store, 0, true) || !count_left(c)) {
        return COMMAND_UNAVAILABLE;
    }
    c->rollups_due = true;
    return COMMAND_DONE;
}
