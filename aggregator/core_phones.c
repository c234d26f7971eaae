// core: the survey on the customer's own phone: tokens made and taken back, and answers, stored in the turn's transaction and
// thanked after its COMMIT. Their keys are given out here, as those of simple devices; what a page sends again is known by the
// visit that it has drawn.
#include "aggregator/core_impl.h"

#include "aggregator/store_phone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIOSK_BYTES = 6 }; // of its id: the ids of other kiosks are names that people give

// The virtual kiosk of a place that never had one.
static bool make_kiosk(struct core *c, int32_t *ret_kiosk)
{
    struct store_kiosk row = {.session = -1, .name = "Phone"};
    uint8_t random[KIOSK_BYTES];
    char id[IDENT_MAX + 1] = "phone-";
    if (!clock_random(random, sizeof random)) {
        return false;
    }
    ident_hex(random, sizeof random, id + strlen(id));
    ident_set(&row.id, id);
    if (org_kiosk(&c->org, id) != NULL || !store_put_kiosk(c->store, &row) || !org_add_kiosk(&c->org, &row)) {
        return false;
    }
    *ret_kiosk = row.kiosk;
    return true;
}

enum command_result core_open_phone(struct core *c, struct command *cmd)
{
    const struct org_place *place = org_place(&c->org, cmd->alert);
    struct phone before, p = {.created = c->now};
    char number[24];
    int64_t made;
    bool found;
    if (place == NULL) {
        return COMMAND_UNKNOWN;
    }
    if (!store_phone_of_place(c->store, place->number, &before, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (found && !before.ended) {
        return COMMAND_NOT_NOW;
    }
    p.place = place->number;
    p.kiosk = found ? before.kiosk : 0;
    ident_hex(cmd->token, PHONE_TOKEN_BYTES, p.token);
    snprintf(p.who, sizeof p.who, "%s", cmd->who);
    if ((!found && !make_kiosk(c, &p.kiosk)) || !store_phone_put(c->store, &p, &made)) {
        return COMMAND_UNAVAILABLE;
    }
    snprintf(number, sizeof number, "%lld", (long long)made);
    cmd->reply = strdup(number);
    return COMMAND_DONE;
}

enum command_result core_end_phone(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_phone_end(c->store, strtoll(cmd->alert, NULL, 10), c->now, cmd->who, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}

// ---------------------------------------------------------------- answers

// The epoch of a visit and the seq of its first answer; of a new one that of this run, as for simple devices. A store that is
// restored has another run, so that no key is given out twice.
static bool epoch_of(struct core *c, const struct phone *p, const uint8_t *visit, struct epoch **ret_ep,
                     int64_t *ret_first, bool *ret_known)
{
    uint8_t bytes[EPOCH_BYTES];
    int32_t epoch_id;
    if (!store_phone_visit(c->store, p->kiosk, visit, &epoch_id, ret_first, ret_known)) {
        return false;
    }
    if (!*ret_known) {
        ident_unhex(c->run, EPOCH_BYTES, bytes);
    } else if (!store_epoch_bytes(c->store, epoch_id, bytes)) {
        return false;
    }
    if (!epochs_get(&c->epochs, c->store, p->kiosk, bytes, c->now, true, ret_ep) ||
        !epochs_touch(&c->epochs, *ret_ep)) {
        return false; // touched so that its mark is written; nobody listens to the acknowledgement
    }
    if (!*ret_known) {
        *ret_first = seqset_last(&(*ret_ep)->settled) + 1;
    }
    return true;
}

// Stores what the visit has not answered before.
static bool take(struct core *c, const struct phone *p, struct epoch *ep, int64_t first, bool known,
                 struct event *e)
{
    int32_t name;
    bool answered = false;
    e->seq = seqset_last(&ep->settled) + 1;
    e->visit = first;
    e->at = c->now;
    e->clock = CLOCK_SYNCED;
    if (!store_name(c->store, e->question.s, &name) ||
        (known && !store_answered(c->store, ep->epoch_id, first, e->seq, name, e->type, &answered))) {
        return false;
    }
    return answered || core_store_event(c, p->kiosk, ep, e, p->place, EVENT_PHONE);
}

enum command_result core_answer_phone(struct core *c, struct command *cmd)
{
    struct phone p;
    struct events_message m;
    struct epoch *ep;
    int64_t first;
    bool found, known, erased, score;
    if (guard_holds(&c->guard)) {
        return COMMAND_NOT_NOW;
    }
    if (!store_phone_by_token(c->store, cmd->alert, &p, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!found) {
        return COMMAND_UNKNOWN;
    }
    enum protocol_error error = events_decode(cmd->yaml, strlen(cmd->yaml), &m);
    if (error != PROTOCOL_OK || m.rejected_count > 0) {
        cmd->reply = strdup(error != PROTOCOL_OK ? protocol_error_code(error) : m.rejected[0].why);
        if (error == PROTOCOL_OK) {
            events_message_finish(&m);
        }
        return error == PROTOCOL_NO_MEMORY ? COMMAND_UNAVAILABLE : COMMAND_BAD;
    }
    bool ok =
        epoch_of(c, &p, cmd->token, &ep, &first, &known) && core_is_erased(c, ep, first, &erased, &score);
    for (int i = 0; ok && (!known || !erased) && i < m.count; i++) {
        ok = take(c, &p, ep, first, known, &m.events[i]);
    }
    ok = ok && (known || store_phone_put_visit(c->store, p.kiosk, cmd->token, ep->epoch_id, first, c->now));
    events_message_finish(&m);
    return ok ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}
