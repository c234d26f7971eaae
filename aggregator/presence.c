#include "aggregator/presence.h"

// Does a sign of life at `at` end a gap, or a goodbye that it outweighs?
static bool begins_anew(const struct engine_kiosk_state *was, wall_ms at)
{
    bool gone = was->presence == KIOSK_LOST || was->presence == KIOSK_DISCONNECTED;
    return at - was->heard_at > PRESENCE_GAP_MS || (gone && was->heard_at <= was->presence_at);
}

static bool keep(const struct presence_log *l, enum presence_what what, const struct engine_kiosk_state *was)
{
    struct presence p = {.kiosk = was->id, .what = what, .at = engine_clock(l->e).now, .last = was->heard_at};
    engine_kiosk(l->e, was->id, &p.after);
    return l->keep(l->ctx, &p);
}

bool presence_heard(const struct presence_log *l, int32_t kiosk, wall_ms at)
{
    struct engine_kiosk_state was;
    bool known = engine_kiosk(l->e, kiosk, &was);
    engine_heard(l->e, kiosk, at);
    return !known || !begins_anew(&was, engine_clock(l->e).now) || keep(l, PRESENCE_HEARD, &was);
}

bool presence_vote(const struct presence_log *l, const struct engine_vote *v)
{
    struct engine_kiosk_state was;
    bool known = engine_kiosk(l->e, v->kiosk, &was);
    engine_vote(l->e, v);
    return !known || !begins_anew(&was, engine_clock(l->e).now) || keep(l, PRESENCE_HEARD, &was);
}

bool presence_state(const struct presence_log *l, int32_t kiosk, enum kiosk_state state, wall_ms at)
{
    struct engine_kiosk_state was;
    bool known = engine_kiosk(l->e, kiosk, &was);
    engine_presence(l->e, kiosk, state, at);
    if (!known || state == KIOSK_NEVER) {
        return true;
    }
    if (was.presence != (int32_t)state) {
        return keep(l, PRESENCE_STATE, &was);
    }
    return state == KIOSK_LOST || !begins_anew(&was, engine_clock(l->e).now) || keep(l, PRESENCE_HEARD, &was);
}

bool presence_facts(const struct presence_log *l, int32_t kiosk, int facts, wall_ms at)
{
    struct engine_kiosk_state was;
    bool known = engine_kiosk(l->e, kiosk, &was);
    engine_facts(l->e, kiosk, facts, at);
    return !known || was.facts == facts || keep(l, PRESENCE_FACTS, &was);
}

bool presence_tampered(const struct presence_log *l, int32_t kiosk, wall_ms at)
{
    struct engine_kiosk_state was;
    bool known = engine_kiosk(l->e, kiosk, &was);
    engine_tampered(l->e, kiosk, at);
    return !known || keep(l, PRESENCE_TAMPERED, &was);
}

bool presence_stands(const struct presence_log *l, int32_t kiosk)
{
    struct engine_kiosk_state was;
    return !engine_kiosk(l->e, kiosk, &was) || was.presence == KIOSK_NEVER || keep(l, PRESENCE_STANDS, &was);
}

bool presence_broker(const struct presence_log *l, bool up, wall_ms at)
{
    bool was = engine_clock(l->e).broker_up;
    engine_broker(l->e, up, at);
    struct presence p = {.what = PRESENCE_BROKER, .up = up, .at = engine_clock(l->e).now};
    p.last = p.at;
    return was == up || l->keep(l->ctx, &p);
}

bool presence_listens(const struct presence_log *l, wall_ms last, wall_ms at)
{
    struct presence p = {.what = PRESENCE_LISTENS, .at = at, .last = last};
    engine_resume(l->e, at);
    return l->keep(l->ctx, &p);
}

void presence_again(struct engine *e, const struct presence *p, wall_ms until)
{
    struct engine_kiosk_state stands = p->after;
    switch (p->what) {
    case PRESENCE_HEARD:
        engine_heard(e, p->kiosk, p->at);
        break;
    case PRESENCE_STATE:
        engine_presence(e, p->kiosk, (enum kiosk_state)p->after.presence, p->at);
        break;
    case PRESENCE_FACTS:
        engine_facts(e, p->kiosk, p->after.facts, p->at);
        break;
    case PRESENCE_TAMPERED:
        engine_tampered(e, p->kiosk, p->at);
        break;
    case PRESENCE_LISTENS:
        engine_tick(e, p->last); // and nothing that fell due while nobody listened
        engine_resume(e, p->at);
        return;
    case PRESENCE_BROKER:
        engine_broker(e, p->up, p->at);
        return;
    case PRESENCE_STANDS:
        engine_tick(e, p->at);
        stands.heard_at = p->last;
        engine_restore_kiosk(e, &stands);
        break;
    }
    engine_heard_until(e, p->kiosk, until);
}
