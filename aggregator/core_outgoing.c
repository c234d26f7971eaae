// core: what channels are to tell: rows of the outbox beside each change of an alert, and what came of sending them.
#include "aggregator/core_impl.h"

#include "aggregator/rows_json.h"
#include "aggregator/rules_json.h"
#include "aggregator/store_outgoing.h"
#include "aggregator/store_people.h"
#include "shared/digest.h"
#include "shared/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEST_ID_BYTES = OUTGOING_ID / 2,
    TEST_SLACK_MS = 5000,
    TOGETHER_BRANCHES = 3, // of a region that break a standard within OUTGOING_ALIKE_MS are told in one message
};

bool core_serves_place(struct core *c, const struct channel *ch, int32_t place)
{
    const struct ident *ids = ch->places.items;
    for (size_t i = 0; i < ch->places.count; i++) {
        const struct org_place *p = org_place(&c->org, ids[i].s);
        if (p != NULL && org_under(&c->org, place, p->number)) {
            return true;
        }
    }
    return ch->places.count == 0;
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static enum channel_severity severity_of(const struct engine_transition *t)
{
    return engine_is_content(t->kind) ? CHANNEL_ALARM : CHANNEL_WARNING;
}

bool core_channel_is_for(struct core *c, const struct channel *ch, const struct engine_transition *t,
                         enum channel_event event)
{
    return channel_tells(ch, core_rule_id(c, t->rule),
                         severity_of(t), event) &&
           core_serves_place(c, ch, t->place);
}

static void check_channels(const struct core *c)
{
    const struct config_list *list = &c->set.channels;
    const struct channel *ch = list->items;
    for (size_t i = 0; i < list->count; i++) {
        const struct ident *places = ch[i].places.items, *rules = ch[i].rules.items;
        for (size_t k = 0; k < ch[i].places.count; k++) {
            if (org_place(&c->org, places[k].s) == NULL) {
                log_event(LOG_WARN, "channel_place_unknown", "channel=%s place=%s", ch[i].id.s, places[k].s);
            }
        }
        for (size_t k = 0; k < ch[i].rules.count; k++) {
            bool known = false;
            for (int r = 0; r < c->org.rule_count; r++) {
                known = known || strcmp(c->org.rules[r].id.s, rules[k].s) == 0;
            }
            if (!known) {
                log_event(LOG_WARN, "channel_rule_unknown", "channel=%s rule=%s", ch[i].id.s, rules[k].s);
            }
        }
    }
}

static bool says_the_same(const struct channel *a, const struct channel *b)
{
    char *one = rows_json(channel_rows, a), *other = rows_json(channel_rows, b);
    bool same = one != NULL && other != NULL && strcmp(one, other) == 0;
    free(one);
    free(other);
    return same;
}

bool core_read_channels(struct core *c, char *ret_why, size_t n)
{
    struct channel_set set;
    if (!channel_set_read(&set, c->store, c->o.settings, ret_why, n)) {
        return false;
    }
    const struct channel *old = c->set.channels.items;
    for (size_t i = 0; i < c->set.channels.count; i++) {
        const struct channel *now = channel_find(&set.channels, old[i].id.s);
        if (now == NULL || !says_the_same(now, &old[i])) {
            core_end_signs(c, &old[i]);
        }
    }
    channel_set_finish(&c->set);
    c->set = set;
    c->channels_new = true;
    c->mailings_at = 0; // one may be due
    check_channels(c);
    core_check_mailings(c);
    return true;
}

enum command_result core_renew_secret(struct core *c, const struct command *cmd)
{
    const struct channel *ch = channel_find(&c->set.channels, cmd->alert);
    c->channels_new = c->channels_new || ch != NULL;
    return ch != NULL ? COMMAND_DONE : COMMAND_UNKNOWN;
}

// ---------------------------------------------------------------- a change of an alert

// CHANNEL_TEST: nothing that is told.
static enum channel_event event_of(const struct engine_transition *t)
{
    bool first = t->from == ENGINE_OK || t->from == ENGINE_PENDING || t->from == ENGINE_RESOLVED;
    if (t->to == ENGINE_RESOLVED || t->to == ENGINE_OK) {
        return CHANNEL_ENDED;
    }
    return t->to == ENGINE_FIRING && first  ? CHANNEL_RAISED
           : t->cause == ENGINE_ACK         ? CHANNEL_ACKNOWLEDGED
           : t->cause == ENGINE_ACK_EXPIRED ? CHANNEL_UNATTENDED
                                            : CHANNEL_TEST;
}

// What may be told in one message: what happens to kiosks, by kind; that branches of a region break a standard.
static void name_alike(const struct core *c, const struct engine_transition *t, struct outgoing *o)
{
    if (!engine_is_content(t->kind) && (o->event == CHANNEL_RAISED || o->event == CHANNEL_ENDED)) {
        snprintf(o->together, sizeof o->together, "%s", engine_kind_name(t->kind));
    } else if (t->kind != ENGINE_CONTACT && o->event == CHANNEL_RAISED) {
        const struct org_place *p = &c->org.places[t->place];
        snprintf(o->together, sizeof o->together, OUTGOING_REGION "%d %d", (int)t->rule,
                 (int)c->org.places[p->branch != 0 ? p->branch : t->place].parent);
    }
}

// Alone, or held for a moment with others like it. The first branches that break a standard do not wait for more.
static bool put_gathered(struct core *c, const struct channel *ch, const struct engine_transition *t, struct outgoing *o,
                         wall_ms from, wall_ms due)
{
    int64_t alike = TOGETHER_BRANCHES;
    name_alike(c, t, o);
    if (o->together[0] == '\0') {
        return store_outgoing_put(c->store, o);
    }
    if (engine_is_content(t->kind) && due == from &&
        !store_outgoing_alike(c->store, o, t->at - OUTGOING_ALIKE_MS, &alike)) {
        return false;
    }
    if (alike + 1 < TOGETHER_BRANCHES) {
        return store_outgoing_put(c->store, o);
    }
    o->next_at = due > from + ch->gather_ms ? due : from + ch->gather_ms;
    o->deadline = o->next_at + ch->deadline_ms;
    return store_outgoing_join(c->store, o, c->now);
}

// The same transition has the same id, also when a restored store sees it once more. In quiet hours it waits, and its time
// begins when they are over.
static bool put(struct core *c, const struct channel *ch, const struct engine_transition *t,
                enum channel_event event, wall_ms from)
{
    const struct hours_zone zone = {zone_offset, c->org.places[t->place].tz};
    wall_ms due = channel_quiet_until(ch, severity_of(t), &zone, from);
    struct outgoing o = {.event = event,
                         .at = t->at,
                         .deadline = due + ch->deadline_ms,
                         .next_at = due > from ? due : 0,
                         .channel = ch->id};
    char key[200], hex[DIGEST_HEX + 1];
    int n = snprintf(key, sizeof key, "%s|%s|%lld|%s", t->alert, channel_event_name(event), (long long)t->at,
                     ch->id.s);
    digest_hex(key, (size_t)n, hex);
    snprintf(o.id, sizeof o.id, "%.*s", OUTGOING_ID, hex);
    snprintf(o.who, sizeof o.who, "%s", t->cause == ENGINE_ACK || t->cause == ENGINE_CLOSED ? t->who : "");
    ident_set(&o.alert, t->alert);
    c->outgoing_new = true;
    bool stored = channel_gathers(ch) ? put_gathered(c, ch, t, &o, from, due) : store_outgoing_put(c->store, &o);
    return stored || core_fail(c);
}

struct later {
    struct core *c;
    const struct engine_transition *t;
    enum channel_event event;
};

static bool put_later(void *ctx, const char *channel)
{
    const struct later *l = ctx;
    const struct channel *ch = channel_find(&l->c->set.channels, channel);
    return ch == NULL || !core_channel_is_for(l->c, ch, l->t, l->event) ||
           put(l->c, ch, l->t, l->event, l->t->at);
}

static bool tell_raise(struct core *c, const struct engine_transition *t, wall_ms from)
{
    const struct config_list *list = &c->set.channels;
    const struct channel *ch = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (channel_sends(&ch[i]) && core_channel_is_for(c, &ch[i], t, CHANNEL_RAISED) &&
            !put(c, &ch[i], t, CHANNEL_RAISED, from)) {
            return false;
        }
    }
    return true;
}

bool core_tell_channels(struct core *c, const struct engine_transition *t)
{
    const struct config_list *list = &c->set.channels;
    enum channel_event event = event_of(t);
    if (list->count == 0 || event == CHANNEL_TEST) {
        return true;
    }
    // Who was told of an alert is told of its end, whatever is silenced meanwhile.
    if (event != CHANNEL_ENDED && core_is_silent(c, t->rule, t->place, t->kiosk)) {
        return true;
    }
    if (event != CHANNEL_RAISED) {
        struct later l = {c, t, event};
        return store_each_told(c->store, t->alert, put_later, &l) || core_fail(c);
    }
    return tell_raise(c, t, t->at);
}

// Of a rule in force; of one that has ended since, something of its sort.
static enum engine_rule_kind kind_of(const struct core *c, int32_t rule, int32_t kiosk)
{
    struct engine_rule r;
    for (int i = 0; i < c->org.rule_count; i++) {
        if (c->org.rules[i].rule == rule && rule_decode(c->org.rules[i].body, &r)) {
            return r.kind;
        }
    }
    return kiosk != 0 ? ENGINE_OFFLINE : ENGINE_STANDARD;
}

bool core_tell_after_silence(struct core *c, const struct store_alert *a)
{
    // As it was raised: where it was told then, its id is there already.
    struct engine_transition t = {.rule = a->rule,
                                  .place = a->place,
                                  .kiosk = a->kiosk,
                                  .kind = kind_of(c, a->rule, a->kiosk),
                                  .to = ENGINE_FIRING,
                                  .at = a->raised};
    memcpy(t.alert, a->id.s, sizeof t.alert);
    return strcmp(a->to, engine_state_name(ENGINE_FIRING)) != 0 ||
           core_is_silent(c, t.rule, t.place, t.kiosk) || tell_raise(c, &t, c->now);
}

bool core_tell_unattended(struct core *c, const struct channel *ch, const struct store_escalation *e)
{
    struct engine_transition t = {.cause = ENGINE_ACK_EXPIRED,
                                  .place = e->place,
                                  .kind = kind_of(c, e->rule, e->kiosk),
                                  .at = e->due};
    memcpy(t.alert, e->alert.s, sizeof t.alert);
    return put(c, ch, &t, CHANNEL_UNATTENDED, c->now);
}

// ---------------------------------------------------------------- test, outcome

enum command_result core_test_channel(struct core *c, struct command *cmd)
{
    const struct channel *ch = channel_find(&c->set.channels, cmd->alert);
    uint8_t random[TEST_ID_BYTES];
    if (ch == NULL) {
        return COMMAND_UNKNOWN;
    }
    if (!channel_sends(ch)) {
        cmd->reply = strdup("an mqtt channel says how it is on its topics at any time: look there");
        return COMMAND_BAD;
    }
    // One attempt: whoever asked waits for what comes of it.
    struct outgoing o = {.event = CHANNEL_TEST,
                         .at = c->now,
                         .deadline = c->now + ch->timeout_ms + TEST_SLACK_MS,
                         .channel = ch->id};
    if (!clock_random(random, sizeof random)) {
        return COMMAND_UNAVAILABLE;
    }
    ident_hex(random, sizeof random, o.id);
    snprintf(o.who, sizeof o.who, "%s", cmd->who);
    if (!store_outgoing_put(c->store, &o)) {
        return COMMAND_UNAVAILABLE;
    }
    c->outgoing_new = true;
    cmd->reply = strdup(o.id);
    return COMMAND_DONE;
}

enum command_result core_take_outcome(struct core *c, const struct command *cmd)
{
    struct outgoing o;
    bool found;
    if (!store_outgoing_outcome(c->store, cmd->outcome, c->now, &o, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!found) {
        return COMMAND_UNKNOWN;
    }
    static const struct {
        enum log_level level;
        const char *event;
    } said[] = {[OUTGOING_WAITING] = {LOG_WARN, "notification_failed"},
                [OUTGOING_SENT] = {LOG_INFO, "notification_sent"},
                [OUTGOING_DEAD] = {LOG_ERROR, "notification_dead"},
                [OUTGOING_DROPPED] = {LOG_INFO, "notification_dropped"}};
    const struct outgoing_outcome *r = cmd->outcome;
    log_event(said[r->state].level, said[r->state].event,
              "channel=%s id=%s event=%s alert=%s attempts=%d again_in_ms=%lld reply=%Q", o.channel.s, o.id,
              channel_event_name(o.event), o.alert.s, r->attempts,
              (long long)(r->state == OUTGOING_WAITING ? r->next_at - c->now : 0), r->reply);
    return COMMAND_DONE;
}

void core_wake_courier(struct core *c)
{
    if (c->outgoing_new && c->o.on_outgoing != NULL) {
        c->o.on_outgoing(c->o.courier);
    }
    if (c->channels_new && c->o.on_channels != NULL) {
        c->o.on_channels(c->o.courier);
    }
    c->outgoing_new = c->channels_new = false;
}
