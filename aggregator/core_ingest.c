// core: one MQTT message -> rows in the turn's transaction and inputs of the alert engine.
#include "aggregator/core_impl.h"

#include "aggregator/rollups.h"
#include "aggregator/settings.h"
#include "shared/log.h"

#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- kiosks and places

// The kiosk of that id; one that has never spoken before is made, unregistered. NULL: the store failed.
static struct org_kiosk *kiosk_of(struct core *c, const char *id)
{
    struct org_kiosk *k = org_kiosk(&c->org, id);
    if (k != NULL) {
        return k;
    }
    struct store_kiosk row = {.session = -1};
    ident_set(&row.id, id);
    if (!store_put_kiosk(c->store, &row) || !org_add_kiosk(&c->org, &row)) {
        core_fail(c);
        return NULL;
    }
    log_event(LOG_WARN, "unknown_kiosk", "kiosk=%s", id);
    return org_kiosk(&c->org, id);
}

// The place a vote belongs to: the one its message names, if it was ever this kiosk's; else 0, unassigned.
static bool place_of(struct core *c, const struct org_kiosk *k, const struct event *e, const char *branch,
                     int32_t *ret_place)
{
    const struct org_place *p = org_place(&c->org, e->place.s[0] != '\0' ? e->place.s : branch);
    *ret_place = 0;
    if (p == NULL) {
        return true;
    }
    bool was = k->place != 0 && org_under(&c->org, k->place, p->number);
    if (!was && !store_was_assigned(c->store, k->number, p->number, &was)) {
        return core_fail(c);
    }
    *ret_place = was ? p->number : 0;
    return true;
}

// ---------------------------------------------------------------- events

// Rule 8: the time of an event, fixed once at arrival.
static wall_ms event_time(const struct core *c, const struct events_message *m, const struct event *e,
                          int *flags)
{
    wall_ms at = c->now;
    if (e->clock == CLOCK_SYNCED && e->at <= c->now + PROTOCOL_LATE_MS) {
        at = e->at;
    } else if (m->sent_up >= 0 && e->up >= 0 && m->sent_up >= e->up) {
        at = c->now - (m->sent_up - e->up);
    } else {
        *flags |= EVENT_UNSURE;
    }
    if (c->now - at > PROTOCOL_LATE_MS) {
        *flags |= EVENT_LATE;
    }
    return at;
}

static bool is_score(enum event_type t)
{
    return t == EVENT_RATING || t == EVENT_NUMBER;
}

#define DAY_MS INT64_C(86400000)

static void tell_engine(struct core *c, const struct stored_event *s)
{
    struct org_place *branch = s->place != 0 && c->org.places[s->place].branch != 0
                                   ? &c->org.places[c->org.places[s->place].branch]
                                   : NULL;
    bool scored = is_score(s->e->type) && (s->flags & EVENT_UNSCORED) == 0;
    if (branch != NULL) {
        steps_event(&branch->steps, s->event_id, scored, c->now);
    }
    bool rating = s->e->type == EVENT_RATING && s->e->of > 0;
    bool contact = s->e->type == EVENT_CONTACT && (s->flags & (EVENT_VOIDED | EVENT_UNASSIGNED)) == 0 &&
                   s->e->text[0] != '\0' && c->now < s->at + s->e->keep_days * DAY_MS; // else nobody can be called
    if ((s->flags & EVENT_PHONE) == EVENT_PHONE && !contact) {
        return; // rules are about what kiosks ask, but for somebody who waits to be called
    }
    const struct presence_log told = core_told(c);
    int times = rating || contact ? 1 : s->e->type == EVENT_CHOICE ? s->e->option_count : 0;
    for (int i = 0; s->place != 0 && i < times; i++) {
        struct engine_vote v = {.event = s->event_id,
                                .place = s->place,
                                .kiosk = s->kiosk,
                                .question = s->e->question.s,
                                .score = s->e->score,
                                .of = s->e->of,
                                .contact = contact,
                                .option = rating || contact ? NULL : s->e->options[i].s,
                                .at = s->at,
                                .arrived = s->arrived,
                                .late = (s->flags & EVENT_LATE) != 0,
                                .unscored = (s->flags & EVENT_UNSCORED) != 0};
        presence_vote(&told, &v);
    }
}

// Stores one event that is not settled yet, of a time and a place that are known.
static bool store_judged(struct core *c, struct epoch *ep, struct stored_event *s)
{
    const struct event *e = s->e;
    bool yes = false, staff;
    s->behind = seqset_any(&ep->settled, e->seq + 1, e->seq + ROLLUP_VISIT_SPAN);
    if (e->question.s[0] != '\0' && !store_name(c->store, e->question.s, &s->name)) {
        return core_fail(c);
    }
    if (s->place == 0) {
        s->flags |= EVENT_UNASSIGNED;
    }
    if (e->visit != e->seq && (is_score(e->type) || e->type == EVENT_CHOICE)) {
        if (!store_answered(c->store, ep->epoch_id, e->visit, e->seq, s->name, e->type, &yes)) {
            return core_fail(c);
        }
        s->flags |= yes ? EVENT_REPEATED : 0;
    }
    if (ep->voids > 0 && e->type != EVENT_VOID) {
        if (!store_is_voided(c->store, ep->epoch_id, e->seq, &yes)) {
            return core_fail(c);
        }
        s->flags |= yes ? EVENT_VOIDED : 0;
    }
    if (!store_is_staff(c->store, e, &staff)) {
        return core_fail(c);
    }
    if (e->type == EVENT_CONTACT) {
        s->flags |= e->text[0] == '\0' ? EVENT_WIPED : 0;
    } else {
        s->flags |= staff ? EVENT_STAFF : 0;
    }
    if (!store_event(c->store, s) || !seqset_add(&ep->settled, e->seq)) {
        return core_fail(c);
    }
    ep->voids += e->type == EVENT_VOID;
    atomic_fetch_add(&c->meter.answers[e->type], 1);
    if (staff) {
        return true; // no rule is about the own people, nor do they wait to be called
    }
    tell_engine(c, s);
    return core_contact_asked(c, s);
}

static bool store_one(struct core *c, struct org_kiosk *k, struct epoch *ep, const struct events_message *m,
                      const struct event *e, const char *branch, int flags)
{
    struct stored_event s = {
        .epoch_id = ep->epoch_id, .kiosk = k->number, .e = e, .arrived = c->now, .flags = flags};
    s.at = event_time(c, m, e, &s.flags);
    return place_of(c, k, e, branch, &s.place) ? store_judged(c, ep, &s) : core_fail(c);
}

bool core_store_event(struct core *c, int32_t kiosk, struct epoch *ep, const struct event *e, int32_t place, int flags)
{
    struct stored_event s = {.epoch_id = ep->epoch_id,
                             .kiosk = kiosk,
                             .place = place,
                             .e = e,
                             .at = c->now,
                             .arrived = c->now,
                             .flags = flags};
    return store_judged(c, ep, &s);
}

static bool conflict(struct core *c, const struct org_kiosk *k, const struct epoch *ep, const struct event *e,
                     const char *topic, const void *payload, size_t n)
{
    log_event(LOG_ERROR, "key_conflict", "kiosk=%s seq=%lld", k->id.s, (long long)e->seq);
    // Stored aside whole, without its seq: the first content keeps the key.
    return (store_quarantine(c->store, c->now, k->id.s, topic, "conflict", ep->epoch_id, 0, payload, n) &&
            store_audit(c->store, c->now, "system", "key-conflict", k->id.s, "")) ||
           core_fail(c);
}

static bool reject(struct core *c, const struct org_kiosk *k, struct epoch *ep, int64_t seq, const char *why,
                   const char *topic, const void *payload, size_t n)
{
    if (!seqset_has(&ep->settled, seq)) {
        if (!store_quarantine(c->store, c->now, k->id.s, topic, why, ep->epoch_id, seq, payload, n) ||
            !seqset_add(&ep->settled, seq)) {
            return core_fail(c);
        }
        log_event(LOG_WARN, "event_rejected", "kiosk=%s seq=%lld why=%s", k->id.s, (long long)seq, why);
    }
    c->acks_due = true;
    return epoch_reject(ep, seq, why) || core_fail(c);
}

static void on_events(struct core *c, const struct topic *t, const char *topic, const void *payload, size_t n)
{
    struct events_message *m = &c->message;
    enum protocol_error error = events_decode_again(payload, n, m);
    if (error == PROTOCOL_NO_MEMORY) {
        core_fail(c);
        return;
    }
    if (error != PROTOCOL_OK) {
        log_event(LOG_WARN, "message_quarantined", "kiosk=%s why=%s", t->kiosk.s, protocol_error_code(error));
        if (!core_writes(c) || !store_quarantine(c->store, c->now, t->kiosk.s, topic,
                                                 protocol_error_code(error), 0, 0, payload, n)) {
            core_fail(c);
        }
        return;
    }
    struct org_kiosk *k = core_writes(c) ? kiosk_of(c, t->kiosk.s) : NULL;
    struct epoch *ep = NULL;
    if (k == NULL || !epochs_get(&c->epochs, c->store, k->number, m->epoch, c->now, true, &ep) ||
        !epochs_touch(&c->epochs, ep)) {
        core_fail(c);
        return;
    }
    bool ok = true;
    for (int i = 0; ok && i < m->count; i++) {
        struct event *e = &m->events[i];
        bool settled = seqset_has(&ep->settled, e->seq);
        bool erased, score;
        if (!core_is_erased(c, ep, e->visit, &erased, &score)) {
            ok = false;
        } else if (!epoch_same_content(ep, e->seq, event_hash(e)) && settled && !erased) {
            ok = conflict(c, k, ep, e, topic, payload, n);
        } else if (!settled) {
            int flags = 0;
            if (erased) {
                core_blank(e, score, &flags);
            }
            ok = store_one(c, k, ep, m, e, t->branch.s, flags);
        } else {
            atomic_fetch_add(&c->meter.duplicates, 1);
        }
    }
    for (int i = 0; ok && i < m->rejected_count; i++) {
        ok = reject(c, k, ep, m->rejected[i].seq, m->rejected[i].why, topic, payload, n);
    }
}

// A press of a simple device: we give it a key, in an epoch of this run.
static void on_press(struct core *c, const struct topic *t, const char *topic, const void *payload, size_t n)
{
    int score, of;
    enum protocol_error error = press_decode(payload, n, &score, &of);
    if (!core_writes(c)) {
        return;
    }
    if (error != PROTOCOL_OK) {
        if (!store_quarantine(c->store, c->now, t->kiosk.s, topic, protocol_error_code(error), 0, 0, payload,
                              n)) {
            core_fail(c);
        }
        return;
    }
    uint8_t run[EPOCH_BYTES];
    struct epoch *ep = NULL;
    struct org_kiosk *k = kiosk_of(c, t->kiosk.s);
    ident_unhex(c->run, EPOCH_BYTES, run);
    if (k == NULL || !epochs_get(&c->epochs, c->store, k->number, run, c->now, true, &ep)) {
        core_fail(c);
        return;
    }
    struct event e = {.seq = seqset_last(&ep->settled) + 1,
                      .at = c->now,
                      .up = -1,
                      .type = EVENT_RATING,
                      .score = score,
                      .of = of,
                      .since_ms = -1,
                      .by = "button",
                      .clock = CLOCK_SYNCED};
    e.visit = e.seq;
    ident_set(&e.question, "overall");
    struct events_message m = {.sent_up = -1};
    if (!epochs_touch(&c->epochs, ep)) { // so that its mark is written; nobody listens to the acknowledgement
        core_fail(c);
        return;
    }
    store_one(c, k, ep, &m, &e, t->branch.s, EVENT_DEVICE);
}

// ---------------------------------------------------------------- presence

static bool queue_sync(struct core *c, int32_t kiosk, const struct state_message *m)
{
    if (c->sync_count == c->sync_room) {
        size_t room = c->sync_room == 0 ? 16 : c->sync_room * 2;
        struct core_sync *grown = realloc(c->syncs, room * sizeof *grown);
        if (grown == NULL) {
            return core_fail(c);
        }
        c->syncs = grown;
        c->sync_room = room;
    }
    struct core_sync *s = &c->syncs[c->sync_count++];
    s->kiosk = kiosk;
    s->count = m->held_count;
    for (int i = 0; i < m->held_count; i++) {
        memcpy(s->epochs[i], m->held[i].epoch, EPOCH_BYTES);
    }
    return true;
}

// A real kiosk never goes back to an earlier epoch: two that take turns are clones (rule 7).
static bool is_clone(struct org_kiosk *k, const uint8_t *epoch)
{
    if (k->epoch_count > 0 && memcmp(k->epochs[0], epoch, EPOCH_BYTES) == 0) {
        return false;
    }
    bool seen = false;
    for (int i = 1; i < k->epoch_count; i++) {
        seen = seen || memcmp(k->epochs[i], epoch, EPOCH_BYTES) == 0;
    }
    memmove(k->epochs[1], k->epochs[0], sizeof k->epochs - EPOCH_BYTES);
    memcpy(k->epochs[0], epoch, EPOCH_BYTES);
    k->epoch_count += k->epoch_count < 4;
    return seen;
}

// `retained`: the broker's memory of it. It is no sign of life, only of how the kiosk left.
static void on_state(struct core *c, const struct topic *t, const char *topic, const void *payload, size_t n,
                     bool retained)
{
    struct state_message m;
    if (!core_writes(c)) {
        return;
    }
    enum protocol_error error = state_decode(payload, n, &m);
    if (error != PROTOCOL_OK) {
        log_event(LOG_WARN, "message_quarantined", "kiosk=%s topic=state why=%s", t->kiosk.s,
                  protocol_error_code(error));
        if (!store_quarantine(c->store, c->now, t->kiosk.s, topic, protocol_error_code(error), 0, 0, payload,
                              n)) {
            core_fail(c);
        }
        return;
    }
    const struct presence_log told = core_told(c);
    struct org_kiosk *k = kiosk_of(c, t->kiosk.s);
    // A will counts only for the session of the last birth: one that comes after a newer birth is old news,
    // and one after a goodbye is that of a connection closed in haste.
    if (k == NULL || (m.state == KIOSK_LOST && (m.session != k->session || k->state == KIOSK_DISCONNECTED))) {
        state_message_finish(&m);
        return;
    }
    bool birth = m.state == KIOSK_READY || m.state == KIOSK_SLEEPING;
    if (birth && is_clone(k, m.epoch)) {
        log_event(LOG_ERROR, "clone_suspected", "kiosk=%s", k->id.s);
        presence_tampered(&told, k->number, c->now);
        if (!store_audit(c->store, c->now, "system", "clone-suspected", k->id.s, "")) {
            core_fail(c);
        }
    }
    bool changed = k->state != (int)m.state, heard = !retained && m.state != KIOSK_LOST;
    if (!store_kiosk_state(c->store, k->number, &m, c->now, heard)) {
        core_fail(c);
    } else if (heard) {
        core_present(c, k, k->state == KIOSK_READY && m.session == k->session);
    }
    k->state = (int)m.state;
    k->session = m.session;
    if (changed) {
        log_event(LOG_INFO, "kiosk_state", "kiosk=%s state=%s", k->id.s, kiosk_state_name(m.state));
        core_touch(c, k->place);
    }
    presence_state(&told, k->number, m.state, c->now);
    if (birth) {
        queue_sync(c, k->number, &m);
        core_erase_again(c, k->number);
    }
    state_message_finish(&m);
}

// By its own word, or by more than what makes an answer late.
static bool clock_wrong(const struct core *c, const struct health_message *m)
{
    int64_t off = m->sent > c->now ? m->sent - c->now : c->now - m->sent;
    return m->clock != CLOCK_SYNCED || off > PROTOCOL_LATE_MS;
}

static void on_health(struct core *c, const struct topic *t, const char *topic, const void *payload, size_t n)
{
    struct health_message m;
    if (!core_writes(c)) {
        return;
    }
    enum protocol_error error = health_decode(payload, n, &m);
    if (error != PROTOCOL_OK) {
        if (!store_quarantine(c->store, c->now, t->kiosk.s, topic, protocol_error_code(error), 0, 0, payload,
                              n)) {
            core_fail(c);
        }
        return;
    }
    struct org_kiosk *k = kiosk_of(c, t->kiosk.s);
    bool counts = m.epoch_count > 0, missing = false; // else its outbox is out of order: connected, but as good as gone
    bool ok = k != NULL && store_kiosk_health(c->store, k->number, &m, counts ? c->now : 0);
    // One that goes on speaking is ready, whatever a late will says.
    ok = ok && (!counts || core_present(c, k, k->state == KIOSK_READY || k->state == KIOSK_LOST));
    for (int i = 0; ok && i < m.epoch_count; i++) {
        struct epoch *ep;
        ok = epochs_get(&c->epochs, c->store, k->number, m.epochs[i].epoch, c->now, true, &ep) &&
             store_epoch_known(c->store, ep->epoch_id, &m.epochs[i], c->now);
        missing = missing || (ok && ep->settled.through < m.epochs[i].next_seq - 1);
    }
    if (!ok) {
        core_fail(c);
    } else {
        if (counts) {
            const struct presence_log told = core_told(c);
            presence_heard(&told, k->number, c->now);
            presence_facts(&told, k->number, (missing ? ENGINE_FACT_MISSING : 0) | (clock_wrong(c, &m) ? ENGINE_FACT_CLOCK : 0),
                           c->now);
        }
        core_documents_told(k, &m);
        core_touch(c, k->place);
    }
    health_message_finish(&m);
}

void core_on_message(struct core *c, const char *topic, const void *payload, size_t n, bool retained)
{
    struct topic t;
    topic_parse(topic, &t);
    if (c->failed || c->guard.damaged) {
        return;
    }
    switch (t.kind) {
    case TOPIC_EVENTS:
    case TOPIC_PRESS:
        if (retained) { // not ours: events are never retained (rule 11)
            if (c->retained_events++ == 0) {
                log_event(LOG_WARN, "retained_event_ignored", "topic=%Q", topic);
            }
        } else if (guard_holds(&c->guard)) {
            c->turned_away++; // it was on its way when we said that we are gone: it comes again
        } else if (t.kind == TOPIC_EVENTS) {
            on_events(c, &t, topic, payload, n);
        } else {
            on_press(c, &t, topic, payload, n);
        }
        break;
    case TOPIC_STATE:
        if (n > 0) { // an empty retained payload only clears the topic
            on_state(c, &t, topic, payload, n, retained);
        }
        break;
    case TOPIC_HEALTH:
        on_health(c, &t, topic, payload, n);
        break;
    case TOPIC_REPLY:
        core_on_reply(c, &t, payload, n);
        break;
    default:
        log_event(LOG_DEBUG, "foreign_topic", "topic=%Q", topic);
    }
}
