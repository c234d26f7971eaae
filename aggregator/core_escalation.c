// core: ladders: who else is told when nobody is on an alert. Each step is a row with its moment, made in the transaction in
// which the alert begins to fire (also when an acknowledgement has expired), in opening time of the place: so nights are
// quiet, and no restart moves it. When somebody takes the alert, or it ends, what is left goes. While it is silenced a step
// waits. A step's channel is told of the alert as unattended, whatever else it is for.
#include "aggregator/core_impl.h"

#include "aggregator/rules_json.h"
#include "aggregator/store_people.h"
#include "shared/log.h"

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

struct ladder {
    struct core *c;
    const struct engine_transition *t;
};

static bool put_step(void *ctx, int step, int64_t after_ms, const char *channel)
{
    const struct ladder *l = ctx;
    const struct org_place *p = &l->c->org.places[l->t->place];
    const struct hours_zone zone = {zone_offset, p->tz};
    wall_ms due =
        hours_after(p->has_hours ? &p->hours : NULL, p->tz != NULL ? &zone : NULL, l->t->at, after_ms);
    return due == HOURS_EVER || store_put_escalation(l->c->store, l->t->alert, step, channel, due);
}

bool core_escalate(struct core *c, const struct engine_transition *t)
{
    struct ladder l = {c, t};
    if (t->from == t->to) {
        return true; // another alarm, or the acknowledgement renewed: the steps stand
    }
    bool ok = store_drop_escalations(c->store, t->alert);
    for (int i = 0; ok && t->to == ENGINE_FIRING && i < c->org.rule_count; i++) {
        const struct store_rule *r = &c->org.rules[i];
        ok = r->rule != t->rule || rule_each_step(r->body, put_step, &l);
    }
    return ok || core_fail(c);
}

static bool tell(void *ctx, const struct store_escalation *e)
{
    struct core *c = ctx;
    const struct channel *ch = channel_find(&c->set.channels, e->channel.s);
    if (core_is_silent(c, e->rule, e->place, e->kiosk)) {
        return true;
    }
    if (!core_writes(c) || !store_told_escalation(c->store, e, c->now)) {
        return false;
    }
    if (ch == NULL || !channel_sends(ch)) {
        log_event(LOG_WARN, "escalation_channel_unknown", "alert=%s step=%d channel=%s", e->alert.s, e->step,
                  e->channel.s);
        return true;
    }
    log_event(LOG_WARN, "escalation", "alert=%s step=%d channel=%s", e->alert.s, e->step, e->channel.s);
    return core_tell_unattended(c, ch, e);
}

void core_tick_escalations(struct core *c)
{
    if (!store_each_due_escalation(c->store, c->now, tell, c)) {
        core_fail(c);
    }
}
