// Inputs, timers and outputs of the engine.
#include "aggregator/engine_impl.h"

#include <stdlib.h>
#include <string.h>

struct engine *engine_create(void)
{
    struct engine *e = calloc(1, sizeof(*e));
    if (e) {
        e->broker_up = true;
        e->inhibit_ms = ENGINE_INHIBIT_MS;
        e->lost_after_ms = e->least_timeout_ms = ENGINE_TIMEOUT_MS;
    }
    return e;
}

void engine_destroy(struct engine *e)
{
    if (!e)
        return;
    tables_finish(&e->t);
    for (size_t i = 0; i < e->charts.count; i++)
        free(e->charts.items[i]);
    list_finish(&e->charts);
    list_finish(&e->dirty_keys);
    list_finish(&e->dirty_kiosks);
    free(e->gone);
    free(e->out);
    free(e);
}

struct hours_period place_period(struct place *p, wall_ms at)
{
    if (at < p->period.from || at >= p->period.until)
        p->period = hours_period(p->c.hours, &p->c.zone, at);
    return p->period;
}

void key_blank(struct engine_key_state *s, int32_t version)
{
    struct engine_key_state was = *s;
    memset(s, 0, sizeof(*s));
    s->rule = was.rule;
    s->version = version;
    s->place = was.place;
    s->kiosk = was.kiosk;
    s->opened = was.opened;
    s->period = HOURS_ALWAYS;
}

void key_touch(struct engine *e, struct key *k)
{
    if (!k->dirty)
        e->dirty_keys.items[e->dirty_keys.count++] = k; // room for all keys was reserved
    k->dirty = true;
}

void kiosk_touch(struct engine *e, struct kiosk *k)
{
    if (!k->dirty)
        e->dirty_kiosks.items[e->dirty_kiosks.count++] = k;
    k->dirty = true;
}

// ---------------------------------------------------------------- timers: a binary heap
static bool before(const struct timer *a, const struct timer *b)
{
    return a->due != b->due ? a->due < b->due : a->rank < b->rank;
}

void timer_arm(struct engine *e, struct timer *t, wall_ms due)
{
    struct timer **heap = e->t.heap;
    size_t at = t->at;
    if (t->due == due)
        return;
    t->due = due;
    for (; at > 0 && before(t, heap[(at - 1) / 2]); at = (at - 1) / 2) {
        heap[at] = heap[(at - 1) / 2];
        heap[at]->at = at;
    }
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < e->t.heap_count && before(heap[child + 1], heap[child]))
            child++;
        if (child >= e->t.heap_count || !before(heap[child], t))
            break;
        heap[at] = heap[child];
        heap[at]->at = at;
        at = child;
    }
    heap[at] = t;
    t->at = at;
}

// Runs what is due, each timer as of its own due time. Evaluation always arms a time after e->now.
static void advance(struct engine *e, wall_ms to)
{
    while (e->t.heap_count && e->t.heap[0]->due <= to) {
        struct timer *t = e->t.heap[0];
        if (t->due > e->now)
            e->now = t->due;
        if (t->key)
            key_evaluate(e, t->key);
        else
            kiosk_evaluate(e, t->kiosk);
    }
    if (to > e->now)
        e->now = to;
}

void engine_tick(struct engine *e, wall_ms now)
{
    advance(e, now);
}

wall_ms engine_next_tick(const struct engine *e)
{
    return e->t.heap_count ? e->t.heap[0]->due : HOURS_EVER;
}

// Looks at everything that liveness could have changed, as of now.
static void look_again(struct engine *e, bool content)
{
    for (size_t i = 0; i < e->t.kiosk_count; i++)
        kiosk_evaluate(e, e->t.kiosks[i]);
    for (size_t i = 0; i < e->t.key_count; i++)
        if (content || e->t.keys[i]->kiosk)
            key_evaluate(e, e->t.keys[i]);
}

// ---------------------------------------------------------------- inputs
static void clamp(wall_ms *stamp, wall_ms most)
{
    if (*stamp > most)
        *stamp = most;
}

void engine_resume(struct engine *e, wall_ms at)
{
    // Not advance: what fell due while nobody listened is judged now, with inhibition.
    e->now = at;
    e->inhibit_until = at + e->inhibit_ms;
    e->broker_up = false;
    for (size_t i = 0; i < e->t.kiosk_count; i++) { // the clock may have been ahead
        struct engine_kiosk_state *s = &e->t.kiosks[i]->s;
        clamp(&s->presence_at, at);
        clamp(&s->ready_at, at);
        clamp(&s->heard_at, at > e->t.kiosks[i]->until ? at : e->t.kiosks[i]->until);
        kiosk_touch(e, e->t.kiosks[i]);
    }
    look_again(e, true);
}

void engine_broker(struct engine *e, bool up, wall_ms at)
{
    advance(e, at);
    if (up == e->broker_up)
        return;
    e->broker_up = up;
    if (up)
        e->inhibit_until = e->now + e->inhibit_ms;
    look_again(e, false);
}

static void kiosk_look(struct engine *e, struct kiosk *k)
{
    kiosk_evaluate(e, k);
    for (size_t i = 0; i < k->keys.count; i++)
        key_evaluate(e, k->keys.items[i]);
}

// Signs of life come by the thousand: timers of live kiosks are left where they are, too early, and find out
// themselves. Only what a sign of life can end is looked at.
static void kiosk_heard(struct engine *e, struct kiosk *k)
{
    wall_ms last = k->s.heard_at;
    enum kiosk_state was = kiosk_presence(k);
    if (e->now > last) {
        k->s.heard_at = e->now;
        kiosk_touch(e, k);
    }
    if (k->s.dead || kiosk_presence(k) != was || e->now >= last + e->least_timeout_ms) {
        kiosk_look(e, k);
        return;
    }
    for (size_t i = 0; i < k->keys.count; i++)
        if (key_open(k->keys.items[i]))
            key_evaluate(e, k->keys.items[i]);
}

void engine_heard(struct engine *e, int32_t kiosk, wall_ms at)
{
    advance(e, at);
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (k)
        kiosk_heard(e, k);
}

void engine_heard_until(struct engine *e, int32_t kiosk, wall_ms until)
{
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (!k || until <= k->s.heard_at)
        return;
    k->s.heard_at = k->until = until; // timers are too early now, and find out themselves
    kiosk_touch(e, k);
}

void engine_presence(struct engine *e, int32_t kiosk, enum kiosk_state state, wall_ms at)
{
    advance(e, at);
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (!k || state == KIOSK_NEVER)
        return;
    if (k->s.presence != (int32_t)state) {
        if (state == KIOSK_READY) // also from sleep: what was not asked cannot have been answered
            k->s.ready_at = e->now;
        k->s.presence = state;
        k->s.presence_at = e->now;
    }
    if (state != KIOSK_LOST && e->now > k->s.heard_at) // a will is the broker's word, not the kiosk's
        k->s.heard_at = e->now;
    kiosk_touch(e, k);
    kiosk_look(e, k);
    // A kiosk that was never seen before may be the one that can tell again.
    for (size_t i = 0; k->place && i < k->place->content.count; i++)
        key_evaluate(e, k->place->content.items[i]);
}

void engine_set_rates(struct engine *e, int32_t kiosk, const float per_hour[HOURS_WEEK], wall_ms at)
{
    advance(e, at);
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (!k)
        return;
    k->rated = false;
    for (int i = 0; i < HOURS_WEEK; i++) {
        k->rates[i] = per_hour[i] > 0 ? per_hour[i] : 0; // not a number counts as 0
        k->rated |= k->rates[i] > 0;
    }
    kiosk_look(e, k);
}

void engine_vote(struct engine *e, const struct engine_vote *v)
{
    advance(e, v->arrived);
    struct kiosk *k = tables_kiosk(&e->t, v->kiosk);
    if (k) {
        if (v->at > k->s.voted_at) {
            k->s.voted_at = v->at;
            kiosk_touch(e, k);
        }
        kiosk_heard(e, k);
    }
    bool scored = v->of >= 2 && v->of <= PROTOCOL_SCORE_MAX && v->score >= 1 && v->score <= v->of;
    if (!v->contact && (v->late || v->unscored || !(v->option || scored)))
        return;
    struct place *p = tables_place(&e->t, v->place);
    for (size_t i = 0; p && i < p->content.count; i++)
        content_vote(e, p->content.items[i], v);
}

void engine_facts(struct engine *e, int32_t kiosk, int facts, wall_ms at)
{
    engine_tick(e, at);
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (!k || k->s.facts == facts)
        return;
    k->s.facts = facts;
    kiosk_touch(e, k);
    kiosk_look(e, k);
}

void engine_tampered(struct engine *e, int32_t kiosk, wall_ms at)
{
    engine_tick(e, at);
    struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (!k)
        return;
    k->s.tampered_at = e->now;
    kiosk_touch(e, k);
    kiosk_look(e, k);
}

// ---------------------------------------------------------------- commands
// Back from base 36; -1 when it is no number.
static int64_t parse36(const char **at)
{
    int64_t value = 0;
    const char *start = *at;
    for (; **at && **at != '-' && *at - start < 12; (*at)++) {
        char c = **at;
        if ((c < '0' || c > '9') && (c < 'a' || c > 'z'))
            return -1;
        value = value * 36 + (c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (*at == start || (**at && **at != '-'))
        return -1;
    if (**at)
        (*at)++;
    return value;
}

static struct key *find_alert(struct engine *e, const char *alert)
{
    int64_t id[3];
    const char *at = alert;
    for (int i = 0; i < 3; i++) {
        id[i] = parse36(&at);
        if (id[i] < 0 || id[i] > INT32_MAX)
            return NULL;
    }
    struct key *k = tables_key(&e->t, (int32_t)id[0], (int32_t)id[1], (int32_t)id[2]);
    char own[ENGINE_ALERT_MAX + 1];
    if (!k || !key_open(k))
        return NULL;
    alert_id(&k->s, own);
    return strcmp(own, alert) == 0 ? k : NULL;
}

enum engine_error engine_acknowledge(struct engine *e, const char *alert, const char *who, wall_ms until,
                                     wall_ms at)
{
    advance(e, at);
    struct key *k = find_alert(e, alert);
    if (!k)
        return ENGINE_NO_ALERT;
    if (until <= e->now || !who[0])
        return ENGINE_BAD;
    if (!engine_allowed((enum engine_state)k->s.state, ENGINE_ACKNOWLEDGED, ENGINE_ACK))
        return ENGINE_NOT_NOW;
    memset(k->s.who, 0, sizeof(k->s.who));
    memcpy(k->s.who, who, strnlen(who, ENGINE_WHO_MAX));
    k->s.ack_until = until;
    key_change(e, k, ENGINE_ACKNOWLEDGED, ENGINE_ACK, NULL);
    key_evaluate(e, k);
    return ENGINE_DONE;
}

enum engine_error engine_close(struct engine *e, const char *alert, const char *who, wall_ms at)
{
    advance(e, at);
    struct key *k = find_alert(e, alert);
    if (!k)
        return ENGINE_NO_ALERT;
    if (!who[0])
        return ENGINE_BAD;
    if (!engine_allowed((enum engine_state)k->s.state, ENGINE_RESOLVED, ENGINE_CLOSED))
        return ENGINE_NOT_NOW;
    key_change(e, k, ENGINE_RESOLVED, ENGINE_CLOSED, who);
    if (k->kiosk)
        k->s.wait_clear = 1;
    else
        content_closed(k, e->now);
    key_evaluate(e, k);
    return ENGINE_DONE;
}

// ---------------------------------------------------------------- outputs
const struct engine_transition *engine_transitions(const struct engine *e, size_t *ret_n)
{
    *ret_n = e->out_count;
    return e->out;
}

void engine_clear(struct engine *e)
{
    e->out_count = 0;
}

bool engine_failed(const struct engine *e)
{
    return e->failed;
}

bool engine_dirty_key(struct engine *e, struct engine_key_state *ret_s)
{
    if (e->gone_count) {
        *ret_s = e->gone[--e->gone_count];
        return true;
    }
    if (!e->dirty_keys.count)
        return false;
    struct key *k = e->dirty_keys.items[--e->dirty_keys.count];
    k->dirty = false;
    *ret_s = k->s;
    return true;
}

bool engine_dirty_kiosk(struct engine *e, struct engine_kiosk_state *ret_s)
{
    if (!e->dirty_kiosks.count)
        return false;
    struct kiosk *k = e->dirty_kiosks.items[--e->dirty_kiosks.count];
    k->dirty = false;
    *ret_s = k->s;
    return true;
}

struct engine_clock_state engine_clock(const struct engine *e)
{
    return (struct engine_clock_state){e->now, e->inhibit_until, e->broker_up};
}

bool engine_key(const struct engine *e, int32_t rule, int32_t place, int32_t kiosk,
                struct engine_key_state *ret_s)
{
    const struct key *k = tables_key(&e->t, rule, place, kiosk);
    if (k)
        *ret_s = k->s;
    return k != NULL;
}

bool engine_parts(const struct engine *e, int32_t rule, int32_t place, struct change *ret_parts)
{
    const struct key *k = tables_key(&e->t, rule, place, 0);
    if (!k || !k->chart)
        return false;
    *ret_parts = *k->chart;
    return true;
}

bool engine_kiosk(const struct engine *e, int32_t kiosk, struct engine_kiosk_state *ret_s)
{
    const struct kiosk *k = tables_kiosk(&e->t, kiosk);
    if (k)
        *ret_s = k->s;
    return k != NULL;
}

// ---------------------------------------------------------------- restore
void engine_restore_clock(struct engine *e, const struct engine_clock_state *s)
{
    e->now = s->now;
    e->inhibit_until = s->inhibit_until;
    e->broker_up = s->broker_up;
}

void engine_restore_kiosk(struct engine *e, const struct engine_kiosk_state *s)
{
    struct kiosk *k = tables_kiosk(&e->t, s->id);
    if (!k)
        return;
    k->s = *s;
    timer_arm(e, &k->timer, HOURS_ALWAYS);
    for (size_t i = 0; i < k->keys.count; i++) // also those that never had anything to store
        timer_arm(e, &((struct key *)k->keys.items[i])->timer, HOURS_ALWAYS);
}

void engine_restore_key(struct engine *e, const struct engine_key_state *s)
{
    struct key *k = tables_key(&e->t, s->rule, s->place, s->kiosk);
    if (!k)
        return;
    int32_t version = k->s.version;
    k->s = *s;
    timer_arm(e, &k->timer, HOURS_ALWAYS);
    if (s->version == version) {
        change_resolve(e, k);
        return;
    }
    if (key_open(k))
        key_change(e, k, s->state == ENGINE_PENDING ? ENGINE_OK : ENGINE_RESOLVED, ENGINE_RULE, NULL);
    key_blank(&k->s, version);
    key_touch(e, k);
}
