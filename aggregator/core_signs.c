// core: mqtt channels: how each branch is, as retained topics for signage, Home Assistant and lamps. They say what is, not
// what has happened, so they need no outbox: said again after each change and each connect.
#include "aggregator/core_impl.h"

#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIGN_TOPIC_MAX = 200 };

struct sign { // of one channel and branch
    int open, unattended, alarms;
    wall_ms since; // of the first raise; 0: none is open
};

struct signs {
    struct core *c;
    const struct channel *ch;
    struct sign *of; // by number of the branch
};

static bool has_signs(const struct core *c)
{
    const struct channel *ch = c->set.channels.items;
    for (size_t i = 0; i < c->set.channels.count; i++) {
        if (ch[i].kind == CHANNEL_MQTT) {
            return true;
        }
    }
    return false;
}

// That people are happier again is told with the step that says so: an alert that recovers is as it was.
static bool count(void *ctx, const struct store_alert *a)
{
    struct signs *s = ctx;
    struct org *org = &s->c->org;
    int32_t branch = a->place <= org->place_count ? org->places[a->place].branch : 0;
    enum channel_severity severity =
        a->kiosk != 0 ? CHANNEL_WARNING : CHANNEL_ALARM; // rules about kiosks have one
    if (branch == 0 || core_is_silent(s->c, a->rule, a->place, a->kiosk) ||
        !channel_tells(s->ch, core_rule_id(s->c, a->rule), severity, CHANNEL_RAISED) ||
        !core_serves_place(s->c, s->ch, a->place)) {
        return true;
    }
    struct sign *sign = &s->of[branch];
    bool attended =
        strcmp(a->to, "acknowledged") == 0 || (strcmp(a->to, "recovering") == 0 && a->ack_until > 0);
    sign->open++;
    sign->unattended += !attended;
    sign->alarms += severity == CHANNEL_ALARM;
    sign->since = sign->since == 0 || a->raised < sign->since ? a->raised : sign->since;
    return true;
}

static const char *state_of(const struct sign *s)
{
    return s->open == 0 ? "ok" : s->unattended > 0 ? "alarm" : "attended";
}

static void publish(struct core *c, const char *topic, json_t *o) // takes o
{
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (text != NULL) {
        link_publish(c->link, topic, text, strlen(text), 1, true);
    }
    free(text);
}

static void say_lamps(struct core *c, int32_t branch, const struct sign *s)
{
    for (int32_t i = 1; i <= c->org.kiosk_count; i++) {
        const struct org_kiosk *k = &c->org.kiosks[i];
        char topic[SIGN_TOPIC_MAX];
        if (k->known && k->place != 0 && c->org.places[k->place].branch == branch) {
            snprintf(topic, sizeof topic, "puas/1/kiosk/%s/lamp", k->id.s);
            publish(c, topic,
                    json_pack("{s:i,s:s}", "v", PROTOCOL_VERSION, "lamp",
                              s->open == 0        ? "off"
                              : s->unattended > 0 ? "blink"
                                                  : "on"));
        }
    }
}

static void say_discovery(struct core *c, const struct channel *ch, const struct org_place *p,
                          const char *state_topic)
{
    static const char *const words[][2] = {{"Peringatan", "Alert"}, {"Keadaan", "State"}};
    char id[SIGN_TOPIC_MAX], topic[2 * SIGN_TOPIC_MAX], open[SIGN_TOPIC_MAX + 8], state[SIGN_TOPIC_MAX + 8],
        name[120];
    snprintf(id, sizeof id, "puas-%s-%s", ch->id.s, p->id.s);
    snprintf(open, sizeof open, "%s-alert", id);
    snprintf(state, sizeof state, "%s-state", id);
    snprintf(topic, sizeof topic, "homeassistant/device/%s/config", id);
    snprintf(name, sizeof name, "Puas %s", p->name);
    json_t *o = json_pack("{s:{s:[s],s:s,s:s},s:{s:s},s:s,s:s}", "dev", "ids", id, "name", name, "mf", "Puas",
                          "o", "name", "puas", "avty_t", "puas/1/shard/all/state", "avty_tpl",
                          "{{ 'online' if value_json.state == 'ready' else 'offline' }}");
    json_t *alert =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "p", "binary_sensor", "name", words[0][ch->lang],
                  "dev_cla", "problem", "uniq_id", open, "stat_t", state_topic, "val_tpl",
                  "{{ 'OFF' if value_json.state == 'ok' else 'ON' }}", "json_attr_t", state_topic);
    json_t *how = json_pack("{s:s,s:s,s:s,s:s,s:s}", "p", "sensor", "name", words[1][ch->lang], "uniq_id",
                            state, "stat_t", state_topic, "val_tpl", "{{ value_json.state }}");
    json_object_set_new(o, "cmps", json_pack("{s:o,s:o}", "alert", alert, "state", how));
    publish(c, topic, o);
}

static void say_branch(struct core *c, const struct channel *ch, const struct org_place *p,
                       const struct sign *s)
{
    char topic[SIGN_TOPIC_MAX];
    snprintf(topic, sizeof topic, "%s/%s", ch->topic, p->id.s);
    publish(c, topic,
            json_pack("{s:i,s:s,s:s,s:s,s:i,s:i,s:o}", "v", PROTOCOL_VERSION, "branch", p->id.s, "name",
                      p->name, "state", state_of(s), "open", s->open, "alarms", s->alarms, "since",
                      s->since > 0 ? json_integer(s->since) : json_null()));
    if (ch->lamp) {
        say_lamps(c, p->number, s);
    }
}

// Nothing is said there any more: what was retained goes, and lamps go out. Without a connection it stays with the broker.
void core_end_signs(struct core *c, const struct channel *ch)
{
    static const struct sign none = {.open = 0};
    char topic[2 * SIGN_TOPIC_MAX];
    for (int32_t i = 1; ch->kind == CHANNEL_MQTT && i <= c->org.place_count; i++) {
        const struct org_place *p = &c->org.places[i];
        if (p->branch != i) {
            continue;
        }
        snprintf(topic, sizeof topic, "%s/%s", ch->topic, p->id.s);
        link_publish(c->link, topic, "", 0, 1, true);
        if (ch->discovery) {
            snprintf(topic, sizeof topic, "homeassistant/device/puas-%s-%s/config", ch->id.s, p->id.s);
            link_publish(c->link, topic, "", 0, 1, true);
        }
        if (ch->lamp) {
            say_lamps(c, i, &none);
        }
    }
}

static bool has_sign(struct core *c, const struct channel *ch, const struct org_place *branch)
{
    const struct ident *ids = ch->places.items; // areas in it: what they say is the branch's
    for (size_t i = 0; i < ch->places.count; i++) {
        const struct org_place *p = org_place(&c->org, ids[i].s);
        if (p != NULL && p->branch == branch->number) {
            return true;
        }
    }
    return core_serves_place(c, ch, branch->number);
}

static bool say_channel(struct core *c, const struct channel *ch)
{
    struct signs s = {c, ch, calloc((size_t)c->org.place_count + 1, sizeof(struct sign))};
    bool ok = s.of != NULL && store_each_open_alert(c->store, count, &s);
    for (int32_t i = 1; ok && i <= c->org.place_count; i++) {
        const struct org_place *p = &c->org.places[i];
        if (p->branch != i || (!p->sign_due && !c->signs_all) || !has_sign(c, ch, p)) {
            continue;
        }
        if (c->signs_all && ch->discovery) {
            char topic[SIGN_TOPIC_MAX];
            snprintf(topic, sizeof topic, "%s/%s", ch->topic, p->id.s);
            say_discovery(c, ch, p, topic);
        }
        say_branch(c, ch, p, &s.of[i]);
    }
    free(s.of);
    return ok;
}

void core_sign_due(struct core *c, int32_t place)
{
    int32_t branch = place > 0 && place <= c->org.place_count ? c->org.places[place].branch : 0;
    if (branch != 0 && has_signs(c)) {
        c->org.places[branch].sign_due = true;
        c->signs_due = true;
    }
}

void core_all_signs_due(struct core *c)
{
    c->signs_all = c->signs_due = has_signs(c);
}

void core_say_signs(struct core *c)
{
    const struct channel *ch = c->set.channels.items;
    if (!c->signs_due || !link_connected(c->link)) { // a connect says all of them
        return;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < c->set.channels.count; i++) {
        ok = ch[i].kind != CHANNEL_MQTT || say_channel(c, &ch[i]);
    }
    for (int32_t i = 1; ok && i <= c->org.place_count; i++) {
        c->org.places[i].sign_due = false;
    }
    c->signs_due = c->signs_all = !ok; // else tried again after the next commit
    if (!ok) {
        log_event(LOG_WARN, "signs_not_said", "why=%Q", store_why(c->store));
    }
}
