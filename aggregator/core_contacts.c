// core: contact data: what has expired is deleted, a slice a tick; readings and erasures are put on record. Who asked to
// be called is a case with a deadline, stored as it arrives: so it needs no timer and no restart moves it.
#include "aggregator/core_impl.h"

#include "aggregator/store_contact.h"
#include "aggregator/store_people.h"
#include "shared/log.h"

#include <stdlib.h>
#include <string.h>

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

// ---------------------------------------------------------------- who asked to be called

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

bool core_contact_asked(struct core *c, const struct stored_event *s)
{
    const struct org_place *p = &c->org.places[s->place];
    const struct hours_zone zone = {zone_offset, p->tz};
    bool asks = s->e->type == EVENT_CONTACT && s->e->text[0] != '\0' &&
                (s->flags & (EVENT_VOIDED | EVENT_ERASED)) == 0;
    if (!asks || s->place == 0) {
        return true;
    }
    // From when somebody here could know: a kiosk may have been without a network for days.
    struct store_contact_case k = {s->event_id, s->place, s->kiosk, s->at,
                                   hours_after(p->has_hours ? &p->hours : NULL, p->tz != NULL ? &zone : NULL,
                                               c->now, c->o.settings->times.callback_ms)};
    core_touch(c, s->place);
    return store_put_contact_case(c->store, &k) || core_fail(c);
}

// DONE: it is open.
static enum command_result find_contact(struct core *c, const struct command *cmd, int64_t *ret_event,
                                        bool *ret_taken)
{
    int32_t place;
    *ret_event = strtoll(cmd->alert, NULL, 10);
    if (!store_contact_case(c->store, *ret_event, &place, ret_taken)) {
        return COMMAND_UNAVAILABLE;
    }
    core_touch(c, place);
    return place != 0 ? COMMAND_DONE : COMMAND_UNKNOWN;
}

enum command_result core_take_contact(struct core *c, struct command *cmd)
{
    int64_t event;
    bool taken;
    enum command_result result = find_contact(c, cmd, &event, &taken);
    if (result == COMMAND_DONE && taken) {
        cmd->reply = strdup("Somebody has taken it already.");
        return COMMAND_NOT_NOW;
    }
    return result != COMMAND_DONE || store_take_contact(c->store, event, cmd->who, c->now)
               ? result
               : COMMAND_UNAVAILABLE;
}

enum command_result core_contact_outcome(struct core *c, struct command *cmd)
{
    int64_t event;
    bool taken, ended = cmd->amount != 0;
    enum command_result result = find_contact(c, cmd, &event, &taken);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (!store_take_contact(c->store, event, cmd->who, c->now) ||
        !store_contact_outcome(c->store, event, cmd->subject, cmd->text, cmd->who, c->now, ended)) {
        return COMMAND_UNAVAILABLE;
    }
    return ended ? core_erase_contact(c, cmd) : COMMAND_DONE;
}

enum command_result core_open_contact(struct core *c, struct command *cmd)
{
    char who[65];
    int64_t event;
    bool taken;
    enum command_result result = find_contact(c, cmd, &event, &taken);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (!store_contact_taker(c->store, event, who, sizeof who) ||
        !store_contact_sealed(c->store, event, &cmd->reply)) {
        return COMMAND_UNAVAILABLE;
    }
    if (strcmp(who, cmd->who) != 0) {
        free(cmd->reply);
        cmd->reply = strdup("Whoever takes the call sees what they left: take it first.");
        return COMMAND_FORBIDDEN;
    }
    return cmd->reply != NULL ? COMMAND_DONE : COMMAND_UNKNOWN;
}
