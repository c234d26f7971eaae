// The life of an alert: the one table of changes, and the machine that all rule kinds share.
#include "aggregator/engine_impl.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    enum engine_state from, to;
    enum engine_cause cause;
} changes[] = {
    {ENGINE_OK, ENGINE_PENDING, ENGINE_BREACH},
    {ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH},
    {ENGINE_RESOLVED, ENGINE_PENDING, ENGINE_BREACH},
    {ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH},
    {ENGINE_PENDING, ENGINE_FIRING, ENGINE_HELD},
    {ENGINE_PENDING, ENGINE_OK, ENGINE_CLEARED},
    {ENGINE_PENDING, ENGINE_OK, ENGINE_NO_DATA},
    {ENGINE_PENDING, ENGINE_OK, ENGINE_RULE},
    {ENGINE_FIRING, ENGINE_FIRING, ENGINE_BREACH}, // another alarm of a change, another contact
    {ENGINE_ACKNOWLEDGED, ENGINE_ACKNOWLEDGED, ENGINE_BREACH},
    {ENGINE_FIRING, ENGINE_ACKNOWLEDGED, ENGINE_ACK},
    {ENGINE_ACKNOWLEDGED, ENGINE_ACKNOWLEDGED, ENGINE_ACK},
    {ENGINE_ACKNOWLEDGED, ENGINE_FIRING, ENGINE_ACK_EXPIRED},
    {ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED},
    {ENGINE_ACKNOWLEDGED, ENGINE_RECOVERING, ENGINE_EASED},
    {ENGINE_RECOVERING, ENGINE_FIRING, ENGINE_BREACH},
    {ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED},
    {ENGINE_ACKNOWLEDGED, ENGINE_RESOLVED, ENGINE_CLEARED},
    {ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED},
    {ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED},
    {ENGINE_ACKNOWLEDGED, ENGINE_RESOLVED, ENGINE_CLOSED},
    {ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLOSED},
    {ENGINE_UNKNOWN, ENGINE_RESOLVED, ENGINE_CLOSED},
    {ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE},
    {ENGINE_ACKNOWLEDGED, ENGINE_RESOLVED, ENGINE_RULE},
    {ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_RULE},
    {ENGINE_UNKNOWN, ENGINE_RESOLVED, ENGINE_RULE},
    {ENGINE_FIRING, ENGINE_UNKNOWN, ENGINE_NO_DATA},
    {ENGINE_ACKNOWLEDGED, ENGINE_UNKNOWN, ENGINE_NO_DATA},
    {ENGINE_RECOVERING, ENGINE_UNKNOWN, ENGINE_NO_DATA},
    {ENGINE_UNKNOWN, ENGINE_FIRING, ENGINE_DATA_BACK},
    {ENGINE_UNKNOWN, ENGINE_ACKNOWLEDGED, ENGINE_DATA_BACK},
    {ENGINE_UNKNOWN, ENGINE_RECOVERING, ENGINE_DATA_BACK},
};

bool engine_allowed(enum engine_state from, enum engine_state to, enum engine_cause cause)
{
    for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++)
        if (changes[i].from == from && changes[i].to == to && changes[i].cause == cause)
            return true;
    return false;
}

bool engine_is_content(enum engine_rule_kind kind)
{
    return kind != ENGINE_SILENCE && kind != ENGINE_OFFLINE && kind != ENGINE_COVERAGE && kind != ENGINE_CLOCK &&
           kind != ENGINE_TAMPER;
}

bool engine_is_window(enum engine_rule_kind kind)
{
    return kind == ENGINE_SHARE || kind == ENGINE_COUNT || kind == ENGINE_INDEX;
}

const char *engine_kind_name(enum engine_rule_kind kind)
{
    static const char *const names[ENGINE_KINDS] = {"standard", "share", "silence", "offline",
                                                    "change",   "run",   "count",   "index",
                                                    "mood",     "coverage", "clock", "tamper",
                                                    "contact"};
    return names[kind];
}

const char *engine_state_name(enum engine_state state)
{
    static const char *const names[ENGINE_STATES] = {"ok",         "pending",  "firing", "acknowledged",
                                                     "recovering", "resolved", "unknown"};
    return names[state];
}

const char *engine_cause_name(enum engine_cause cause)
{
    static const char *const names[ENGINE_CAUSES] = {
        "breach", "held", "eased", "cleared", "ack", "ack-expired", "no-data", "data-back", "closed", "rule"};
    return names[cause];
}

static char *base36(char *end, int64_t value)
{
    do
        *--end = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
    while (value /= 36);
    return end;
}

// rule-place-kiosk-opened in base 36: at most 6 + 1 + 6 + 1 + 6 + 1 + 9 characters until the year 5188. A key
// never opens two alerts in one millisecond (alert_open), so no two are equal.
void alert_id(const struct engine_key_state *s, char ret[ENGINE_ALERT_MAX + 1])
{
    char text[64], *at = text + sizeof(text);
    *--at = 0;
    at = base36(at, s->opened > 0 ? s->opened : 0);
    *--at = '-';
    at = base36(at, s->kiosk);
    *--at = '-';
    at = base36(at, s->place);
    *--at = '-';
    at = base36(at, s->rule);
    memset(ret, 0, ENGINE_ALERT_MAX + 1);
    memcpy(ret, at, strnlen(at, ENGINE_ALERT_MAX));
}

bool key_open(const struct key *k)
{
    return k->s.state != ENGINE_OK && k->s.state != ENGINE_RESOLVED;
}

static void emit_change(struct engine *e, const struct key *k, struct engine_transition *t)
{
    const struct engine_key_state *s = &k->s;
    const struct change *chart = s->alarm_usual ? change_chart(e, &k->rule->c, s->alarm_usual) : k->chart;
    if (!chart) {
        e->failed = true;
        return;
    }
    t->usual = s->alarm_usual ? s->alarm_usual : s->usual;
    t->base = s->base;
    t->spread = s->spread;
    memcpy(t->hours, s->hours, sizeof(t->hours));
    t->parts.count = chart->count;
    for (int i = 0; i < chart->count; i++) {
        t->parts.part[i] = chart->part[i];
        t->parts_start[i] = s->parts_start[i];
        t->parts_alarm[i] = s->parts_alarm[i];
        if (!t->limit && s->parts_alarm[i] == chart->part[i].limit) {
            t->limit = t->points = t->peak = s->parts_alarm[i];
            t->start = s->parts_start[i];
        }
    }
}

static void emit(struct engine *e, const struct key *k, enum engine_state to, enum engine_cause cause,
                 const char *who)
{
    if (e->out_count == e->out_room) {
        size_t room = e->out_room ? 2 * e->out_room : 64;
        struct engine_transition *more = realloc(e->out, room * sizeof(*more));
        if (!more) {
            e->failed = true;
            return;
        }
        e->out = more;
        e->out_room = room;
    }
    const struct engine_key_state *s = &k->s;
    struct engine_transition *t = &e->out[e->out_count++];
    memset(t, 0, sizeof(*t)); // padding too: transitions are compared as bytes
    alert_id(s, t->alert);
    t->rule = s->rule;
    t->version = s->version;
    t->place = s->place;
    t->kiosk = s->kiosk;
    t->kind = k->rule->c.kind;
    t->from = (enum engine_state)s->state;
    t->to = to;
    t->cause = cause;
    t->at = e->now;
    t->since = s->since;
    t->opened = s->opened;
    t->raised = s->raised;
    t->n = s->n;
    t->unhappy = s->unhappy;
    t->points = s->points;
    t->peak = s->peak;
    t->start = s->start;
    t->limit = k->rule->c.kind == ENGINE_RUN ? k->rule->c.raise : k->rule->chart.limit;
    if (k->chart)
        emit_change(e, k, t);
    t->flaps = s->flaps;
    t->first_event = s->first_event;
    t->last_event = s->last_event;
    t->ack_until = s->ack_until;
    memcpy(t->who, who, strnlen(who, ENGINE_WHO_MAX));
}

void key_change(struct engine *e, struct key *k, enum engine_state to, enum engine_cause cause,
                const char *who)
{
    struct engine_key_state *s = &k->s;
    if (!engine_allowed((enum engine_state)s->state, to, cause)) {
        e->failed = true;
        return;
    }
    if (cause == ENGINE_HELD || (cause == ENGINE_BREACH && to != ENGINE_PENDING)) {
        if (key_open(k) && s->state != ENGINE_PENDING)
            s->flaps++;
        if (!s->raised)
            s->raised = e->now;
        s->raise_n = s->raise_unhappy = s->raise_usual = 0;
    }
    if (to == ENGINE_UNKNOWN)
        s->before = s->state;
    if (to == ENGINE_RECOVERING && cause == ENGINE_EASED)
        s->cleared_at = 0;
    if (to == ENGINE_FIRING) { // nobody is on it, whatever it was before
        memset(s->who, 0, sizeof(s->who));
        s->ack_until = 0;
    }
    emit(e, k, to, cause, who ? who : s->who);
    s->state = to;
    key_touch(e, k);
    if (key_open(k))
        return;
    // What belonged to the alert ends with it; `opened` stays so that ids never repeat.
    memset(s->who, 0, sizeof(s->who));
    s->ack_until = s->raised = s->cleared_at = s->raise_n = s->raise_unhappy = s->raise_usual = 0;
    s->flaps = 0;
    s->before = ENGINE_OK;
    bool starts_anew = k->rule->chart.limit || k->rule->c.kind == ENGINE_RUN;
    if (k->rule->c.kind == ENGINE_CHANGE || (starts_anew && s->points == 0))
        cycle_end(s);
}

static void alert_open(struct engine *e, struct key *k, const struct verdict *v)
{
    struct engine_key_state *s = &k->s;
    s->opened = e->now > s->opened ? e->now : s->opened + 1;
    s->since = v->since;
    key_change(e, k, k->rule->c.hold_ms > 0 ? ENGINE_PENDING : ENGINE_FIRING, ENGINE_BREACH, NULL);
}

static struct verdict judge(struct engine *e, struct key *k)
{
    switch (k->rule->c.kind) {
    case ENGINE_STANDARD:
    case ENGINE_MOOD:
        return standard_judge(k);
    case ENGINE_SHARE:
    case ENGINE_COUNT:
    case ENGINE_INDEX:
        return window_judge(k, e->now);
    case ENGINE_RUN:
        return run_judge(k);
    case ENGINE_SILENCE:
        return silence_judge(e, k);
    case ENGINE_OFFLINE:
        return offline_judge(e, k);
    case ENGINE_CHANGE:
        return change_judge(k);
    case ENGINE_COVERAGE:
    case ENGINE_CLOCK:
        return fact_judge(e, k);
    case ENGINE_TAMPER:
        return tamper_judge(e, k);
    case ENGINE_CONTACT:
        return contact_judge(k);
    case ENGINE_KINDS:
        break;
    }
    return (struct verdict){.due = HOURS_EVER};
}

// Clear for long enough? Otherwise recovering, and again breached is a relapse of the same alert.
static void key_recover(struct engine *e, struct key *k, const struct verdict *v)
{
    struct engine_key_state *s = &k->s;
    int64_t hold = k->rule->c.resolve_ms;
    if (s->state != ENGINE_RECOVERING) {
        if (v->again) {
            key_change(e, k, (enum engine_state)s->state, ENGINE_BREACH, NULL);
            return;
        }
        if (v->cleared && hold == 0) {
            key_change(e, k, ENGINE_RESOLVED, ENGINE_CLEARED, NULL);
            return;
        }
        if (!v->cleared && !v->eased)
            return;
        key_change(e, k, ENGINE_RECOVERING, ENGINE_EASED, NULL);
    } else if (v->breached) {
        key_change(e, k, ENGINE_FIRING, ENGINE_BREACH, NULL);
        return;
    }
    if (!v->cleared) {
        if (s->cleared_at)
            key_touch(e, k);
        s->cleared_at = 0;
        return;
    }
    if (!s->cleared_at) {
        s->cleared_at = e->now;
        key_touch(e, k);
    }
    if (e->now >= s->cleared_at + hold)
        key_change(e, k, ENGINE_RESOLVED, ENGINE_CLEARED, NULL);
}

static void key_judge(struct engine *e, struct key *k, const struct verdict *v)
{
    struct engine_key_state *s = &k->s;
    if (s->wait_clear && v->cleared) {
        s->wait_clear = 0;
        key_touch(e, k);
    }
    bool breached = v->breached && !s->wait_clear;
    switch ((enum engine_state)s->state) {
    case ENGINE_OK:
    case ENGINE_RESOLVED:
        if (breached)
            alert_open(e, k, v);
        break;
    case ENGINE_PENDING:
        if (!breached)
            key_change(e, k, ENGINE_OK, ENGINE_CLEARED, NULL);
        else if (e->now >= s->opened + k->rule->c.hold_ms)
            key_change(e, k, ENGINE_FIRING, ENGINE_HELD, NULL);
        break;
    case ENGINE_FIRING:
    case ENGINE_ACKNOWLEDGED:
    case ENGINE_RECOVERING:
        key_recover(e, k, v);
        break;
    case ENGINE_UNKNOWN:
    case ENGINE_STATES:
        break;
    }
}

static wall_ms sooner(wall_ms a, wall_ms b)
{
    return a < b ? a : b;
}

void key_evaluate(struct engine *e, struct key *k)
{
    struct engine_key_state *s = &k->s;
    struct verdict v = judge(e, k);
    bool no_data = key_no_data(k);
    bool expired = e->now >= s->ack_until;
    if (s->state == ENGINE_UNKNOWN && !no_data) {
        bool lapsed = s->before == ENGINE_ACKNOWLEDGED && expired;
        key_change(e, k, lapsed ? ENGINE_FIRING : (enum engine_state)s->before, ENGINE_DATA_BACK, NULL);
    }
    if (s->state == ENGINE_ACKNOWLEDGED && expired)
        key_change(e, k, ENGINE_FIRING, ENGINE_ACK_EXPIRED, NULL);
    if (!no_data)
        key_judge(e, k, &v);
    else if (s->state == ENGINE_PENDING)
        key_change(e, k, ENGINE_OK, ENGINE_NO_DATA, NULL);
    else if (key_open(k) && s->state != ENGINE_UNKNOWN)
        key_change(e, k, ENGINE_UNKNOWN, ENGINE_NO_DATA, NULL);

    wall_ms due = v.due;
    if (s->state == ENGINE_ACKNOWLEDGED)
        due = sooner(due, s->ack_until);
    if (s->state == ENGINE_PENDING)
        due = sooner(due, s->opened + k->rule->c.hold_ms);
    if (s->state == ENGINE_RECOVERING && s->cleared_at)
        due = sooner(due, s->cleared_at + k->rule->c.resolve_ms);
    timer_arm(e, &k->timer, due > e->now ? due : e->now + 1);
}
