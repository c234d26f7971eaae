// core: contact data: what has expired is deleted, a slice a tick; readings and erasures are put on record.
#include "aggregator/core_impl.h"

#include "aggregator/store_contact.h"
#include "shared/log.h"

#include <stdlib.h>

enum { SLICE = 20, LOG_AGAIN_MS = 1000 };

void core_expire_contacts(struct core *c, mono_ms mono)
{
    bool due = false;
    if (!store_contacts_due(c->store, c->now, &due) ||
        (due && (!core_writes(c) || !store_expire_contacts(c->store, c->now, SLICE)))) {
        core_fail(c);
        return;
    }
    if (due) {
        c->empty_log_at = mono;
    }
}

void core_empty_log(struct core *c)
{
    mono_ms mono = c->empty_log_at >= 0 ? clock_mono_ms() : -1;
    if (mono < c->empty_log_at || c->empty_log_at < 0 || store_in_transaction(c->store)) {
        return;
    }
    c->empty_log_at = store_empty_log(c->store) ? -1 : mono + LOG_AGAIN_MS;
}

enum command_result core_read_contacts(struct core *c, const struct command *cmd)
{
    return cmd->alert[0] == '\0' || org_place(&c->org, cmd->alert) != NULL ? COMMAND_DONE : COMMAND_UNKNOWN;
}

enum command_result core_erase_contact(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_erase_contact(c->store, strtoll(cmd->alert, NULL, 10), &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (found) {
        log_event(LOG_INFO, "contact_erased", "event=%s", cmd->alert);
        c->empty_log_at = clock_mono_ms();
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
