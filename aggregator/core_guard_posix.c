// core: the guard's eyes: once a second how much room the disk has, what the keeper has found, how long the
// log is.
#include "aggregator/core_impl.h"

#include "shared/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum { LOOK_EVERY_MS = 1000, MB = 1000000 };

static void look_at_room(struct core *c)
{
    struct statvfs disk;
    const char *data = c->o.settings->data;
    if (statvfs(data, &disk) != 0) {
        return; // a disk that is gone fails the next COMMIT
    }
    int64_t free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize,
            total = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    atomic_store(&c->disk_free, free_bytes);
    if (!guard_room(&c->guard, free_bytes, total)) {
        return;
    }
    long long free_mb = free_bytes / MB, warn_mb = guard_bytes(c->guard.warn, total) / MB,
              stop_mb = guard_bytes(c->guard.stop, total) / MB;
    switch (c->guard.room) {
    case GUARD_PLENTY:
        log_event(LOG_INFO, "disk_has_room", "dir=%s free_mb=%lld", data, free_mb);
        break;
    case GUARD_LOW:
        log_event(LOG_WARN, "disk_low",
                  "dir=%s free_mb=%lld warn_mb=%lld stop_mb=%lld do=\"free some space\"", data, free_mb,
                  warn_mb, stop_mb);
        break;
    case GUARD_NONE:
        log_event(LOG_ERROR, "disk_full",
                  "dir=%s free_mb=%lld stop_mb=%lld do=\"free some space: until then nothing is stored, "
                  "kiosks keep their answers\"",
                  data, free_mb, stop_mb);
        break;
    }
}

static void look_at_keeper(struct core *c)
{
    enum keeper_check found = keeper_check(c->keeper);
    if (found == KEEPER_SOUND || found == KEEPER_DAMAGED) {
        c->guard.damaged = found == KEEPER_DAMAGED;
    }
}

// Readers of ours give way long before; somebody else's does not.
static void look_at_log(struct core *c)
{
    int64_t bytes = store_log_bytes(c->store);
    bool large = bytes > STORE_LOG_MOST_BYTES + STORE_LOG_MOST_BYTES / 4;
    atomic_store(&c->log_bytes, bytes);
    if (large && !c->log_large) {
        log_event(LOG_WARN, "log_large",
                  "file=%s/puas.db-wal mb=%lld do=\"end the program that reads puas.db all this time\"",
                  c->o.settings->data, (long long)bytes / MB);
    }
    c->log_large = large;
}

static void tell(struct core *c)
{
    atomic_store(&c->notice, guard_notice(&c->guard));
    atomic_store(&c->holds, guard_holds(&c->guard));
}

void core_guard(struct core *c, mono_ms mono)
{
    if (mono < c->guard_at) {
        return;
    }
    bool held = guard_holds(&c->guard);
    c->guard_at = mono + LOOK_EVERY_MS;
    look_at_room(c);
    look_at_keeper(c);
    look_at_log(c);
    tell(c);
    if (guard_holds(&c->guard) == held) {
        return;
    }
    if (held) {
        log_event(LOG_INFO, "storing_again", "turned_away=%lld", (long long)c->turned_away);
        c->turned_away = 0;
    } else {
        log_event(LOG_ERROR, "storing_stopped", "why=%s", guard_notice(&c->guard));
    }
    // Kiosks that hear nothing of us are silent for a reason: as if the broker were gone.
    if (link_connected(c->link)) {
        core_publish_shard(c, held);
        const struct presence_log told = core_told(c);
        presence_broker(&told, held, c->now);
    }
}

bool core_start_guard(struct core *c, char *ret_why, size_t n)
{
    char why[300];
    c->guard = (struct guard){.warn = c->o.settings->store.disk_warn, .stop = c->o.settings->store.disk_stop};
    keeper_damage(c->o.settings->data, why, sizeof why);
    c->guard.damaged = why[0] != '\0';
    look_at_room(c);
    tell(c);
    if (guard_holds(&c->guard)) {
        log_event(LOG_ERROR, "storing_stopped", "why=%s found=%Q", guard_notice(&c->guard), why);
    }
    c->keeper = keeper_create(c->o.settings);
    if (c->keeper == NULL) {
        snprintf(ret_why, n, "the thread that looks after the store cannot be started: %s", strerror(errno));
    }
    return c->keeper != NULL;
}
