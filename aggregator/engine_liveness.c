// What kiosks do: dead, silent, closed; what they tell of themselves. Arrival time decides; openings give a kiosk time to appear; after the
// return of the aggregator or the broker nothing is concluded until inhibition ends.
#include "aggregator/engine_impl.h"

#include <math.h>

enum {
    SILENCE_REACH_HOURS = 21 * 24, // a silence longer than this is looked for no further ahead
    DAY_MS = 24 * 3600 * 1000,
};

static wall_ms later(wall_ms a, wall_ms b)
{
    return a > b ? a : b;
}

bool engine_inhibited(const struct engine *e)
{
    return !e->broker_up || e->now < e->inhibit_until;
}

// A sign of life after a will or a goodbye outweighs it: its message of birth may be lost, its votes are not.
enum kiosk_state kiosk_presence(const struct kiosk *k)
{
    bool gone = k->s.presence == KIOSK_LOST || k->s.presence == KIOSK_DISCONNECTED;
    return gone && k->s.heard_at > k->s.presence_at ? KIOSK_READY : (enum kiosk_state)k->s.presence;
}

bool kiosk_alive(const struct engine *e, const struct kiosk *k, int64_t timeout_ms)
{
    enum kiosk_state is = kiosk_presence(k);
    return is == KIOSK_SLEEPING || (is == KIOSK_READY && e->now < k->s.heard_at + timeout_ms);
}

// When the kiosk counts, or will count, as dead if nothing more is heard. Only ever later than said, as long
// as its presence does not change: so it can be waited for without looking at every heartbeat.
wall_ms kiosk_dead_at(const struct engine *e, const struct kiosk *k, int64_t timeout_ms, bool inhibit)
{
    enum kiosk_state is = kiosk_presence(k);
    if (!k->place || is == KIOSK_NEVER || is == KIOSK_SLEEPING || (inhibit && !e->broker_up))
        return HOURS_EVER;
    wall_ms at = is == KIOSK_LOST ? k->s.presence_at : k->s.heard_at + timeout_ms;
    if (inhibit)
        at = later(at, e->inhibit_until);
    struct hours_period p = place_period(k->place, later(at, e->now));
    if (!p.open) {
        if (p.until == HOURS_EVER)
            return HOURS_EVER;
        return later(at, p.until + timeout_ms);
    }
    return p.from == HOURS_ALWAYS ? at : later(at, p.from + timeout_ms);
}

// True when nobody is left who could say that things are better.
bool key_no_data(const struct key *k)
{
    if (k->kiosk)
        return (k->rule->c.kind == ENGINE_SILENCE || k->rule->c.kind == ENGINE_COVERAGE ||
                k->rule->c.kind == ENGINE_CLOCK) &&
               k->kiosk->s.dead;
    bool any = false;
    for (size_t i = 0; i < k->place->kiosks.count; i++) {
        const struct kiosk *kiosk = k->place->kiosks.items[i];
        if (kiosk->s.presence == KIOSK_NEVER)
            continue;
        if (!kiosk->s.dead)
            return false;
        any = true;
    }
    return any;
}

void kiosk_evaluate(struct engine *e, struct kiosk *k)
{
    wall_ms at = kiosk_dead_at(e, k, e->lost_after_ms, true);
    bool dead = k->s.dead ? !kiosk_alive(e, k, e->lost_after_ms) : e->now >= at;
    timer_arm(e, &k->timer, dead ? HOURS_EVER : at > e->now ? at : e->now + 1);
    if (dead == (k->s.dead != 0))
        return;
    k->s.dead = dead;
    kiosk_touch(e, k);
    for (size_t i = 0; i < k->keys.count; i++)
        key_evaluate(e, k->keys.items[i]);
    for (size_t i = 0; k->place && i < k->place->content.count; i++)
        key_evaluate(e, k->place->content.items[i]);
}

// When the ratings expected since `from` in open hours reach `enough`; at most SILENCE_REACH_HOURS on.
static wall_ms silent_at(const struct kiosk *k, wall_ms from, double enough)
{
    double sum = 0;
    wall_ms at = from;
    struct hours_period p = hours_period(k->place->c.hours, &k->place->c.zone, at);
    for (int i = 0; i < SILENCE_REACH_HOURS; i++) {
        if (at >= p.until)
            p = hours_period(k->place->c.hours, &k->place->c.zone, at);
        if (!p.open) {
            if (p.until == HOURS_EVER)
                return HOURS_EVER;
            at = p.until;
            continue;
        }
        wall_ms until;
        double per_ms = k->rates[hours_of_week(&k->place->c.zone, at, &until)] / 3600000.;
        if (until > p.until)
            until = p.until;
        double more = per_ms * (double)(until - at);
        if (sum + more >= enough)
            return at + (wall_ms)ceil((enough - sum) / per_ms);
        sum += more;
        at = until;
    }
    return HOURS_EVER;
}

struct verdict silence_judge(const struct engine *e, const struct key *key)
{
    const struct kiosk *k = key->kiosk;
    struct verdict v = {.due = HOURS_EVER, .since = later(k->s.voted_at, k->s.ready_at)};
    // A vote ends it, unless that vote came late and the silence since is as long again.
    v.cleared = k->s.voted_at > key->s.since;
    if (kiosk_presence(k) != KIOSK_READY || !k->rated || !e->broker_up)
        return v; // presence, rates and the broker's return look again
    if (!kiosk_alive(e, k, e->lost_after_ms))
        return v; // dead, not silent; a heartbeat looks again
    struct hours_period p = place_period(k->place, e->now);
    if (!p.open) {
        v.due = p.until;
        return v;
    }
    wall_ms at = silent_at(k, v.since, -log(key->rule->c.improbable));
    if (at == HOURS_EVER) {
        v.due = e->now + DAY_MS; // votes do not re-arm timers, so look again now and then
        return v;
    }
    at = later(at, e->inhibit_until);
    v.breached = e->now >= at;
    v.cleared = v.cleared && !v.breached;
    if (!v.breached)
        v.due = at;
    return v;
}

struct verdict offline_judge(const struct engine *e, const struct key *key)
{
    const struct kiosk *k = key->kiosk;
    int64_t timeout_ms = key->rule->c.timeout_ms;
    struct verdict v = {.due = HOURS_EVER};
    v.since = kiosk_presence(k) == KIOSK_LOST ? k->s.presence_at : k->s.heard_at;
    v.cleared = kiosk_alive(e, k, timeout_ms);
    wall_ms at = kiosk_dead_at(e, k, timeout_ms, true);
    v.breached = e->now >= at;
    if (!v.breached)
        v.due = at;
    return v;
}

// Of one that is not dead; what a dead one told last says nothing (key_no_data).
struct verdict fact_judge(const struct engine *e, const struct key *key)
{
    bool told = key->kiosk->s.facts & (key->rule->c.kind == ENGINE_CLOCK ? ENGINE_FACT_CLOCK : ENGINE_FACT_MISSING);
    return (struct verdict){.breached = told, .cleared = !told, .due = HOURS_EVER, .since = e->now};
}

struct verdict tamper_judge(const struct engine *e, const struct key *key)
{
    wall_ms at = key->kiosk->s.tampered_at;
    bool fresh = at > 0 && e->now < at + ENGINE_TAMPER_MS;
    return (struct verdict){
        .breached = fresh, .cleared = !fresh, .due = fresh ? at + ENGINE_TAMPER_MS : HOURS_EVER, .since = at};
}

size_t engine_suppressed(const struct engine *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->t.kiosk_count && engine_inhibited(e); i++)
        n += e->now >= kiosk_dead_at(e, e->t.kiosks[i], e->lost_after_ms, false);
    return n;
}
