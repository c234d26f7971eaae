// core: reports by mail that are due, into the outbox.
#include "aggregator/core_impl.h"

#include "aggregator/store_mailing.h"
#include "shared/digest.h"
#include "shared/log.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_EVERY_MS = 10000, DEADLINE_MS = 86400000 };

static bool put(struct core *c, const struct mailing *m, const char *recipient, int32_t from, int32_t to)
{
    struct mailing_post p = {.mailing = m->id, .from = from, .to = to};
    struct outgoing o = {
        .event = CHANNEL_REPORT, .channel = m->channel, .at = c->now, .deadline = c->now + DEADLINE_MS};
    char key[400], hex[DIGEST_HEX + 1];
    uint8_t random[MAILING_TOKEN / 2];
    int n = snprintf(key, sizeof key, "%s|%s|%d", m->id.s, recipient, (int)to);
    digest_hex(key, (size_t)n, hex);
    snprintf(p.id, sizeof p.id, "%.*s", OUTGOING_ID, hex);
    snprintf(p.recipient, sizeof p.recipient, "%s", recipient);
    snprintf(o.id, sizeof o.id, "%s", p.id);
    ident_set(&o.alert, p.id); // of no alert: none waits for another
    if (!clock_random(random, sizeof random)) {
        return true; // the next look
    }
    ident_hex(random, sizeof random, p.token);
    c->outgoing_new = true;
    if (!core_writes(c) || !store_mailing_put(c->store, &p) || !store_outgoing_put(c->store, &o)) {
        return core_fail(c);
    }
    log_event(LOG_INFO, "mailing_due", "mailing=%s id=%s", m->id.s, p.id);
    return true;
}

static bool look(struct core *c, const struct mailing *m)
{
    const struct org_place *place = org_place(&c->org, m->place.s);
    char *const *to = m->to.items;
    int32_t from, last;
    bool due;
    if (place == NULL) {
        return true; // told at the start
    }
    mailing_span(m, c->now + (wall_ms)tz_offset_s(place->tz, c->now) * 1000, &from, &last);
    for (size_t i = 0; i < m->to.count; i++) {
        if (!store_mailing_due(c->store, m->id.s, to[i], last, &due)) {
            return core_fail(c);
        }
        if (due && !put(c, m, to[i], from, last)) {
            return false;
        }
    }
    return true;
}

void core_check_mailings(struct core *c)
{
    const struct config_list *list = &c->set.mailings;
    const struct mailing *m = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (org_place(&c->org, m[i].place.s) == NULL) {
            log_event(LOG_WARN, "mailing_place_unknown", "mailing=%s place=%s", m[i].id.s, m[i].place.s);
        }
    }
}

void core_look_at_mailings(struct core *c, mono_ms mono)
{
    const struct config_list *list = &c->set.mailings;
    if (mono < c->mailings_at || c->rollups_due) { // what is still being built would go out as if it were all
        return;
    }
    c->mailings_at = mono + LOOK_EVERY_MS;
    for (size_t i = 0; i < list->count; i++) {
        if (!look(c, &((const struct mailing *)list->items)[i])) {
            return;
        }
    }
}

enum command_result core_stop_mailing(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_mailing_stop(c->store, cmd->alert, c->now, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
