// core: retention: what is older than is allowed is deleted beside the ingest, some milliseconds at a time, so
// that no acknowledgement waits for it. All of the store is looked through once a day.
#include "aggregator/core_impl.h"

#include "aggregator/retention.h"
#include "aggregator/store_contact.h"
#include "aggregator/store_presence.h"
#include "aggregator/store_retention.h"
#include "shared/log.h"

#include <stdio.h>
#include <string.h>

enum {
    DAY_MS = 86400000,
    SLICE_MS = 5,
    PAUSE_MS = 20, // at most a fifth of the core's time
    SLICE_PACKS = 16,
    SLICE_KIOSKS = 16,
    SETTLED_MS = 2 * DAY_MS, // newer packs are left alone: they may yet grow together
};

static wall_ms days_ago(wall_ms now, int64_t days)
{
    return days > 0 ? (now / DAY_MS - days) * DAY_MS
                    : 0; // whole UTC days: a quarter hour goes whole or not at all
}

// What head office has chosen in Manage counts; where it has not, what the settings say.
bool core_start_retention(struct core *c, char *ret_why, size_t n)
{
    char text[RETENTION_TEXT], was[RETENTION_TEXT], own[RETENTION_TEXT];
    c->retention = c->o.settings->retention;
    if (!store_setting(c->store, RETENTION_OWN, own, sizeof own)) {
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    (void)retention_parse(own, &c->retention); // none, or one: it was checked when it was stored
    retention_text(&c->retention, text);
    store_keep_contacts(c->store, (int)c->retention.contacts_days);
    if (c->guard.damaged) {
        return true;
    }
    if (!store_setting(c->store, RETENTION_IN_FORCE, was, sizeof was) ||
        (strcmp(was, text) != 0 && !store_set_setting(c->store, RETENTION_IN_FORCE, text))) { // puasctl reads it there
        snprintf(ret_why, n, "%s", store_why(c->store));
        return false;
    }
    c->retain_more = c->retention.comments_days > 0 || c->retention.raw_days > 0;
    return true;
}

enum command_result core_set_retention(struct core *c, struct command *cmd)
{
    struct settings_retention now = c->o.settings->retention;
    char before[RETENTION_TEXT], after[RETENTION_TEXT], why[300];
    if (cmd->text[0] != '\0' && !retention_parse(cmd->text, &now)) {
        cmd->reply = strdup("Contact data go after 1 to 365 days, words and answers after 1 to 36500, or never: 0");
        return COMMAND_BAD;
    }
    retention_text(&c->retention, before);
    retention_text(&now, after);
    if (!store_set_setting(c->store, RETENTION_OWN, cmd->text) ||
        (strcmp(before, after) != 0 && !store_config_change(c->store, c->now, cmd->who, "retention", "days", before, after)) ||
        !core_start_retention(c, why, sizeof why)) {
        core_fail(c);
        return COMMAND_UNAVAILABLE;
    }
    snprintf(cmd->text, sizeof cmd->text, "%s -> %s", before, after); // on record
    c->retain_at = 0; // a look through all of it begins
    c->retain_cursor = 0;
    c->retain_presence = false;
    return COMMAND_DONE;
}

void core_retain(struct core *c, mono_ms mono)
{
    const struct store_retention r = {days_ago(c->now, c->retention.comments_days), days_ago(c->now, c->retention.raw_days)};
    if (c->failed || mono < c->retain_at || (r.comments_before == 0 && r.raw_before == 0)) {
        return;
    }
    mono_ms began = clock_mono_ms();
    bool more = true, changed = false, any = false;
    bool ok = core_writes(c) && (c->retain_cursor != 0 || store_set_raw_before(c->store, r.raw_before));
    while (ok && more && clock_mono_ms() - began < SLICE_MS) {
        if (c->retain_presence) {
            ok = store_presence_retain(c->store, r.raw_before, SLICE_KIOSKS, &c->retain_kiosk, &more);
            continue;
        }
        ok = store_retain(c->store, &r, c->now - SETTLED_MS, c->judge.through, SLICE_PACKS, &c->retain_cursor,
                          &more, &changed);
        any = any || changed;
        if (ok && !more && r.raw_before != 0) {
            c->retain_presence = more = true;
            c->retain_kiosk = -1;
        }
    }
    if (!ok) {
        core_fail(c);
        return;
    }
    if (any) {
        c->empty_log_at = mono;
    }
    c->retain_more = more;
    c->retain_at = clock_mono_ms() + (more ? PAUSE_MS : DAY_MS);
    if (!more) {
        c->retain_cursor = 0;
        c->retain_presence = false;
        log_event(LOG_INFO, "retained", "comments_before=%lld raw_before=%lld", (long long)r.comments_before,
                  (long long)r.raw_before);
    }
}
