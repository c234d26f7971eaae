// core: the calendar of the store's rollups, and making them anew when it has changed.
#include "aggregator/core_impl.h"

#include "shared/log.h"

#include <stdio.h>
#include <string.h>

bool core_rebuild_rollups(struct core *c)
{
    int64_t votes;
    mono_ms began = clock_mono_ms();
    if (!store_rebuild_rollups(c->store, &votes) || !store_set_setting(c->store, "rollups_built", "1")) {
        return false;
    }
    log_event(LOG_INFO, "rollups_built", "votes=%lld ms=%lld", (long long)votes,
              (long long)(clock_mono_ms() - began));
    return true;
}

bool core_start_rollups(struct core *c, char *ret_why, size_t n)
{
    char built[4];
    struct store_tree tree = org_tree(&c->org);
    store_set_tree(c->store, &tree);
    bool ok = store_setting(c->store, "rollups_built", built, sizeof built);
    if (ok && strcmp(built, "1") != 0) {
        ok = store_begin(c->store) && core_rebuild_rollups(c) && store_commit(c->store);
    }
    if (!ok) {
        snprintf(ret_why, n, "%s", store_why(c->store));
    }
    return ok;
}
