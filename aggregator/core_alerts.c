// core: what the alert engine says -> rows, retained topics; its memory <- the store.
#include "aggregator/core_impl.h"

#include "aggregator/rates.h"
#include "aggregator/store_presence.h"
#include "aggregator/usual.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000 };

// ---------------------------------------------------------------- retained topics

bool core_queue_publish(struct core *c, const char *branch, const char *alert, char *payload, const char *state)
{
    if (c->publish_count == c->publish_room) {
        size_t room = c->publish_room == 0 ? 16 : c->publish_room * 2;
        struct core_publish *grown = realloc(c->publishes, room * sizeof *grown);
        if (grown == NULL) {
            free(payload);
            return core_fail(c);
        }
        c->publishes = grown;
        c->publish_room = room;
    }
    struct core_publish *p = &c->publishes[c->publish_count++];
    *p = (struct core_publish){.payload = payload, .state = state};
    ident_set(&p->branch, branch);
    ident_set(&p->alert, alert);
    return true;
}

const char *core_rule_id(const struct core *c, int32_t rule)
{
    for (int i = 0; i < c->org.rule_count; i++) {
        if (c->org.rules[i].rule == rule) {
            return c->org.rules[i].id.s;
        }
    }
    return "";
}

// No counts: branch figures move in steps, and this topic must not tell more than the pages do.
static char *alert_payload(const struct core *c, const struct store_alert *a)
{
    const struct org_place *p = &c->org.places[a->place];
    json_t *o =
        json_pack("{s:i,s:s,s:s,s:s,s:i,s:s,s:s,s:I,s:I}", "v", PROTOCOL_VERSION, "id", a->id.s, "state",
                  a->to, "rule", core_rule_id(c, a->rule), "version", a->version, "place", p->id.s, "place_name",
                  p->name, "since", (json_int_t)a->since, "raised", (json_int_t)a->raised);
    if (a->kiosk != 0) {
        json_object_set_new(o, "kiosk", json_string(c->org.kiosks[a->kiosk].id.s));
    }
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}

static const char *branch_id(const struct core *c, int32_t place)
{
    int32_t branch = place <= c->org.place_count ? c->org.places[place].branch : 0;
    return branch != 0 ? c->org.places[branch].id.s : NULL;
}

static bool publish_open(void *ctx, const struct store_alert *a)
{
    struct core *c = ctx;
    const char *branch = branch_id(c, a->place);
    bool silent = core_is_silent(c, a->rule, a->place, a->kiosk);
    return branch == NULL || core_queue_publish(c, branch, a->id.s, silent ? NULL : alert_payload(c, a), NULL);
}

bool core_publish_open_alerts(struct core *c)
{
    return store_each_open_alert(c->store, publish_open, c) || core_fail(c);
}

// ---------------------------------------------------------------- transitions

// "" when it is not of a change; the caller frees.
static char *judged_json(const struct engine_transition *t)
{
    if (t->parts.count == 0) {
        return strdup("");
    }
    json_t *parts = json_array();
    for (int i = 0; i < t->parts.count; i++) {
        const struct cusum *p = &t->parts.part[i];
        json_array_append_new(parts, json_pack("{s:i,s:i,s:i,s:i,s:i}", "up", p->up, "down", p->down, "limit",
                                               p->limit, "start", t->parts_start[i], "points", t->parts_alarm[i]));
    }
    json_t *o = json_pack("{s:f,s:o}", "usual", (double)t->usual / ENGINE_SHARE_UNITS, "parts", parts);
    if (t->spread != 0) {
        json_object_set_new(o, "spread", json_real((double)t->spread / ENGINE_SHARE_UNITS));
    }
    if (t->base != 0) {
        json_object_set_new(o, "place_usual", json_real((double)t->base / ENGINE_SHARE_UNITS));
        json_object_set_new(o, "hours", json_string(t->hours));
    }
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(o);
    return text;
}

static bool take_one(struct core *c, const struct engine_transition *t)
{
    if (t->raised == 0) {
        return true; // pending, or back from it: it was never an alert
    }
    struct store_alert a = {
        .rule = t->rule,
        .version = t->version,
        .place = t->place,
        .kiosk = t->kiosk,
        .from = engine_state_name(t->from),
        .to = engine_state_name(t->to),
        .action = engine_cause_name(t->cause),
        .who = t->who,
        .text = "",
        .at = t->at,
        .since = t->since,
        .opened = t->opened,
        .raised = t->raised,
        .closed = t->to == ENGINE_RESOLVED || t->to == ENGINE_OK ? t->at : 0,
        .n = t->n,
        .unhappy = t->unhappy,
        .points = t->points,
        .start = t->start,
        .limit = t->limit,
        .flaps = t->flaps,
        .first_event = t->first_event,
        .last_event = t->last_event,
        .ack_until = t->ack_until,
    };
    ident_set(&a.id, t->alert);
    // What a person says with the click belongs to the same line of the log.
    for (size_t i = 0; i < c->command_count; i++) {
        const struct command *cmd = c->commands[i];
        if ((cmd->kind == COMMAND_ACK || cmd->kind == COMMAND_RESOLVE) && strcmp(cmd->alert, t->alert) == 0) {
            a.text = cmd->text;
        }
    }
    const char *branch = branch_id(c, t->place);
    char *judged = judged_json(t);
    a.judged = judged;
    bool stored = judged != NULL && store_alert_change(c->store, &a);
    free(judged);
    if (!stored) {
        return core_fail(c);
    }
    log_event(t->to == ENGINE_FIRING ? LOG_WARN : LOG_INFO, "alert",
              "id=%s rule=%s place=%s from=%s to=%s cause=%s", t->alert, core_rule_id(c, t->rule),
              c->org.places[t->place].id.s, a.from, a.to, a.action);
    if (!core_tell_channels(c, t) || !core_escalate(c, t)) {
        return false;
    }
    if (branch == NULL) {
        return true;
    }
    if (t->cause == ENGINE_EASED) {
        return true; // the vote that eased it is told with its step, not sooner
    }
    core_sign_due(c, t->place);
    core_touch(c, t->place);
    bool told = a.closed == 0 && !core_is_silent(c, t->rule, t->place, t->kiosk);
    return core_queue_publish(c, branch, t->alert, told ? alert_payload(c, &a) : NULL, a.to);
}

bool core_take_transitions(struct core *c)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(c->engine, &n);
    struct engine_key_state key;
    struct engine_kiosk_state kiosk;
    char text[ENGINE_TEXT_MAX];
    if (engine_failed(c->engine)) {
        return core_fail(c);
    }
    for (size_t i = 0; i < n; i++) {
        if (!core_writes(c) || !take_one(c, &t[i])) {
            return false;
        }
    }
    while (engine_dirty_key(c->engine, &key)) {
        engine_key_encode(&key, text);
        if (!core_writes(c) || !store_put_rule_state(c->store, key.rule, key.place, key.kiosk, text)) {
            return core_fail(c);
        }
    }
    while (engine_dirty_kiosk(c->engine, &kiosk)) {
        engine_kiosk_encode(&kiosk, text);
        if (!core_writes(c) || !store_kiosk_engine(c->store, kiosk.id, text)) {
            return core_fail(c);
        }
    }
    if (store_in_transaction(c->store)) {
        struct engine_clock_state clock = engine_clock(c->engine);
        engine_clock_encode(&clock, text);
        if (!store_set_setting(c->store, "engine_clock", text)) {
            return core_fail(c);
        }
    }
    engine_clear(c->engine);
    return true;
}

// ---------------------------------------------------------------- memory

static bool restore_key(void *ctx, const char *text)
{
    struct core *c = ctx;
    struct engine_key_state s;
    if (engine_key_decode(text, &s)) {
        engine_restore_key(c->engine, &s);
    } else {
        log_event(LOG_ERROR, "rule_state_unreadable", "text=%Q", text);
    }
    return true;
}

static bool restore_kiosk(void *ctx, const struct store_kiosk *k)
{
    struct core *c = ctx;
    struct engine_kiosk_state s;
    if (k->engine[0] != '\0' && engine_kiosk_decode(k->engine, &s)) {
        engine_restore_kiosk(c->engine, &s);
    }
    return true;
}

// With the first row of presence what is known of each kiosk is kept. Back-tests judge by our times.
static bool begin_listening(struct core *c, wall_ms last)
{
    const struct presence_log told = core_told(c);
    const struct settings_times *t = &c->o.settings->times;
    char text[60];
    snprintf(text, sizeof text, "%lld %lld", (long long)t->inhibit_ms, (long long)t->offline_ms);
    bool first = !store_presence_any(c->store), ok = presence_listens(&told, last, c->now);
    for (int32_t i = 1; ok && first && i <= c->org.kiosk_count; i++) {
        ok = presence_stands(&told, i);
    }
    return ok && (c->guard.damaged || store_set_setting(c->store, STORE_PRESENCE_TIMES, text) || core_fail(c));
}

bool core_restore_engine(struct core *c, char *ret_why, size_t n)
{
    char text[ENGINE_TEXT_MAX];
    struct engine_clock_state clock;
    const struct settings_times *t = &c->o.settings->times;
    if (!org_configure_engine(&c->org, c->engine, t->inhibit_ms, t->offline_ms, c->now, ret_why, n)) {
        return false;
    }
    bool ok = store_setting(c->store, "engine_clock", text, sizeof text);
    bool known = ok && text[0] != '\0' && engine_clock_decode(text, &clock);
    if (known) {
        engine_restore_clock(c->engine, &clock);
    }
    if (!ok || !core_load_rates(c) || !store_each_kiosk(c->store, restore_kiosk, c) ||
        !store_each_rule_state(c->store, restore_key, c)) {
        snprintf(ret_why, n, "the store cannot be read: %s", store_why(c->store));
        return core_fail(c);
    }
    return begin_listening(c, known ? clock.now : c->now) && core_load_usual(c);
}

// ---------------------------------------------------------------- usual rates, for silence rules

struct adding {
    struct core *c;
    int32_t kiosk; // 0: none yet
    const struct org_place *place; // NULL: it stands nowhere
    struct rates rates;
    int64_t first_quarter; // of the kiosk: weeks are counted from its first vote
    wall_ms to;
};

static void finish_kiosk(const struct adding *a)
{
    float per_hour[HOURS_WEEK];
    if (a->place != NULL && rates_usual(&a->rates, &a->place->hours, a->place->tz, a->first_quarter, a->to, per_hour)) {
        engine_set_rates(a->c->engine, a->kiosk, per_hour, a->c->now);
    }
}

static bool add_rate(void *ctx, int32_t kiosk, int64_t quarter, int64_t n)
{
    struct adding *a = ctx;
    if (kiosk != a->kiosk) {
        const struct org *o = &a->c->org;
        finish_kiosk(a);
        bool stands = kiosk <= o->kiosk_count && o->kiosks[kiosk].place != 0;
        *a = (struct adding){a->c, kiosk, stands ? &o->places[o->kiosks[kiosk].place] : NULL, {{0}}, quarter, a->to};
    }
    if (a->place != NULL) {
        rates_add(&a->rates, &a->place->hours, a->place->tz, quarter, n);
    }
    return true;
}

// Up to the last UTC midnight, so that a restart during the day does not change them.
bool core_load_rates(struct core *c)
{
    struct adding r = {.c = c, .to = c->now / DAY_MS * DAY_MS};
    c->rates_day = c->now / DAY_MS;
    if (!store_each_rate(c->store, r.to - (wall_ms)RATES_WEEKS * 7 * DAY_MS, r.to, add_rate, &r)) {
        return core_fail(c);
    }
    finish_kiosk(&r);
    return true;
}

// ---------------------------------------------------------------- usual shares, for change rules

static void tell_usual(void *ctx, const struct engine_rule *r, int32_t place)
{
    struct core *c = ctx;
    int64_t n = 0, unhappy = 0;
    wall_ms to = c->rates_day * DAY_MS;
    if (r->spread) {
        double deviation;
        if (!usual_spread(c->store, r, place, &c->org.places[place].hours, c->org.places[place].tz, to, &deviation)) {
            core_fail(c);
            return;
        }
        engine_set_spread(c->engine, r->id, place, deviation, c->now);
    }
    if (r->by_hour) {
        int64_t hours[HOURS_WEEK][2];
        if (!usual_hours(c->store, r, place, &c->org.places[place].hours, c->org.places[place].tz, to, hours)) {
            core_fail(c);
            return;
        }
        engine_set_hours(c->engine, r->id, place, hours, c->now);
        return;
    }
    if (!usual_votes(c->store, r, place, &c->org.places[place].hours, c->org.places[place].tz, to, &n, &unhappy)) {
        core_fail(c);
        return;
    }
    engine_set_usual(c->engine, r->id, place, n, unhappy, c->now);
}

bool core_load_usual(struct core *c)
{
    engine_each_learning(c->engine, tell_usual, c);
    return !c->failed;
}
