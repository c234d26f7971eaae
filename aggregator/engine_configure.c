// The tables that the engine looks things up in: built anew from a configuration, then given the states that
// remain. Nothing of the old tables is touched until all of the new ones stand.
#include "aggregator/engine_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool list_add(struct list *l, void *item)
{
    if (l->count == l->room) {
        size_t room = l->room ? 2 * l->room : 4;
        void **more = realloc(l->items, room * sizeof(*more));
        if (!more)
            return false;
        l->items = more;
        l->room = room;
    }
    l->items[l->count++] = item;
    return true;
}

void list_finish(struct list *l)
{
    free(l->items);
    *l = (struct list){0};
}

// ---------------------------------------------------------------- rules
struct engine_rule engine_rule_defaults(enum engine_rule_kind kind)
{
    struct engine_rule r = {.kind = kind};
    switch (kind) {
    case ENGINE_STANDARD:
        r.promise = 85;
        r.top_faces = 2;
        r.mash_ms = 1000;
        break;
    case ENGINE_SHARE: // the rule that peers suggest, with hysteresis
        r.faces = 0x3;
        r.window_ms = 15 * 60000;
        r.min_n = 4;
        r.raise = 500;
        r.resolve = 400;
        r.mash_ms = 1000;
        break;
    case ENGINE_SILENCE:
        r.improbable = .001;
        break;
    case ENGINE_OFFLINE:
        r.timeout_ms = ENGINE_TIMEOUT_MS;
        break;
    case ENGINE_CHANGE:
        r.top_faces = 2;
        r.mash_ms = 1000;
        break;
    }
    return r;
}

static bool within(int64_t value, int64_t least, int64_t most)
{
    return value >= least && value <= most;
}

const char *engine_rule_check(const struct engine_rule *r)
{
    const int64_t month_ms = INT64_C(31) * 24 * 3600 * 1000;
    if (r->id < 1 || r->version < 1 || r->place < 1)
        return "id, version, place: at least 1";
    if (!within(r->hold_ms, 0, month_ms) || !within(r->resolve_ms, 0, month_ms))
        return "hold, resolve hold: 0 to 31 d";
    if (!within(r->mash_ms, 0, 600000))
        return "mash: 0 to 10 min";
    switch (r->kind) {
    case ENGINE_STANDARD:
        if (!within(r->promise, 1, 99))
            return "promise: 1 to 99 %";
        if (!within(r->top_faces, 1, 10))
            return "top faces: 1 to 10";
        if (!within(r->limit, 0, CUSUM_LIMIT_MAX))
            return "limit: 0 (computed) to 20000";
        if (!(r->usual >= 0 && r->usual < 1))
            return "usual share of unhappy: 0 (default) to below 1";
        if (r->arl != 0 && !(r->arl >= 1 && r->arl <= CUSUM_ARL_MAX))
            return "votes between false alarms: 1 to 1e9";
        return NULL;
    case ENGINE_SHARE:
        if (r->faces == 0)
            return "faces: at least one";
        if (!within(r->window_ms, 60000, month_ms))
            return "window: 1 min to 31 d";
        if (!within(r->min_n, 1, 1000000))
            return "minimum n: 1 to 1000000";
        if (!within(r->raise, 0, 1000) || !within(r->resolve, 0, 1000))
            return "raise, resolve: 0 to 100 %";
        if (r->resolve > r->raise || (r->at_least && r->resolve == r->raise))
            return "resolve: not above raise, and below it when the boundary is >=";
        return NULL;
    case ENGINE_SILENCE:
        return r->improbable > 0 && r->improbable < 1 ? NULL : "improbable: between 0 and 1";
    case ENGINE_OFFLINE:
        return within(r->timeout_ms, 1, month_ms) ? NULL : "timeout: 1 ms to 31 d";
    case ENGINE_CHANGE:
        if (r->hold_ms != 0)
            return "hold: 0, an alarm of a change is one vote";
        if (!within(r->top_faces, 1, 10))
            return "top faces: 1 to 10";
        if (r->usual != 0 && !(r->usual >= CHANGE_USUAL_MIN && r->usual <= CHANGE_USUAL_MAX))
            return "usual share of unhappy: 0 (learned) or .02 to .5";
        if (r->arl != 0 && !(r->arl >= CHANGE_ARL_MIN && r->arl <= CHANGE_ARL_MAX))
            return "votes between false alarms: 100 to 1e5";
        if (r->parts.count != 0 && !change_valid(&r->parts))
            return "points: 1 to 3 parts with points 1 to 99 and limits 1 to 20000";
        return NULL;
    }
    return "kind: standard, change, share, silence or offline";
}

static double rule_usual(const struct engine_rule *r)
{
    return r->usual > 0 ? r->usual : (100 - r->promise) / 150.;
}

static bool rule_chart(const struct engine_rule *r, struct cusum *ret_chart)
{
    struct cusum chart;
    double arl;
    if (!cusum_scores(r->promise, &chart))
        return false;
    chart.limit = r->limit;
    if (!r->limit && !cusum_find_limit(&chart, rule_usual(r), r->arl > 0 ? r->arl : ENGINE_ARL_DEFAULT, &arl))
        return false;
    *ret_chart = chart;
    return true;
}

static bool change_cost(const struct engine_rule *r, int64_t votes, struct engine_cost *ret_cost)
{
    struct engine_cost c = {.parts = r->parts, .usual = r->usual};
    if (engine_rule_check(r) || !(r->usual > 0) || votes < 1 ||
        (!r->parts.count &&
         !change_find(r->usual, r->arl > 0 ? r->arl : ENGINE_ARL_DEFAULT, r->drift, &c.parts)) ||
        !change_arl(&c.parts, r->usual, &c.arl))
        return false;
    c.periods = c.arl / (double)votes;
    if (c.parts.count < 3 && !change_periods_between_alarms(&c.parts, r->usual, votes, &c.periods))
        return false;
    for (int i = 0; i < CHANGE_SHIFTS; i++) {
        c.shift[i] = change_shift(r->usual, i);
        if (!change_delay(&c.parts, r->usual, c.shift[i], &c.delay[i]))
            return false;
    }
    *ret_cost = c;
    return true;
}

bool engine_rule_cost(const struct engine_rule *r, int64_t votes, struct engine_cost *ret_cost)
{
    if (r->kind == ENGINE_CHANGE)
        return change_cost(r, votes, ret_cost);
    struct engine_cost c = {.usual = rule_usual(r)};
    static const double times[4] = {1, 1.5, 2, 3};
    double usual = c.usual, allowed = (100 - r->promise) / 100.;
    if (r->kind != ENGINE_STANDARD || engine_rule_check(r) || !rule_chart(r, &c.chart) ||
        !cusum_arl(&c.chart, usual, &c.arl) ||
        !cusum_periods_between_alarms(&c.chart, usual, votes, &c.periods))
        return false;
    for (int i = 0; i < 4; i++) {
        c.shift[i] = times[i] * allowed;
        c.delay[i] = NAN;
        if (times[i] * allowed < 1 && !cusum_delay(&c.chart, usual, times[i] * allowed, &c.delay[i]))
            return false;
    }
    *ret_cost = c;
    return true;
}

// ---------------------------------------------------------------- tables
static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int order_places(const void *a, const void *b)
{
    return order(((const struct place *)a)->c.id, ((const struct place *)b)->c.id);
}

static int order_rules(const void *a, const void *b)
{
    return order(((const struct rule *)a)->c.id, ((const struct rule *)b)->c.id);
}

static int order_kiosks(const void *a, const void *b)
{
    return order((*(struct kiosk *const *)a)->s.id, (*(struct kiosk *const *)b)->s.id);
}

static int order_keys(const void *a, const void *b)
{
    const struct engine_key_state *x = &(*(struct key *const *)a)->s, *y = &(*(struct key *const *)b)->s;
    int by_rule = order(x->rule, y->rule), by_place = order(x->place, y->place);
    return by_rule ? by_rule : by_place ? by_place : order(x->kiosk, y->kiosk);
}

struct place *tables_place(const struct tables *t, int32_t id)
{
    struct place wanted = {.c.id = id};
    return t->place_count ? bsearch(&wanted, t->places, t->place_count, sizeof(wanted), order_places) : NULL;
}

struct kiosk *tables_kiosk(const struct tables *t, int32_t id)
{
    size_t low = 0, high = t->kiosk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->kiosks[middle]->s.id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->kiosk_count && t->kiosks[low]->s.id == id ? t->kiosks[low] : NULL;
}

struct key *tables_key(const struct tables *t, int32_t rule, int32_t place, int32_t kiosk)
{
    size_t low = 0, high = t->key_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct engine_key_state *s = &t->keys[middle]->s;
        int by_rule = order(s->rule, rule), by_place = order(s->place, place);
        int by = by_rule ? by_rule : by_place ? by_place : order(s->kiosk, kiosk);
        if (by == 0)
            return t->keys[middle];
        if (by < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

void tables_finish(struct tables *t)
{
    for (size_t i = 0; i < t->place_count; i++) {
        list_finish(&t->places[i].own);
        list_finish(&t->places[i].content);
        list_finish(&t->places[i].kiosks);
    }
    for (size_t i = 0; i < t->kiosk_count; i++) {
        list_finish(&t->kiosks[i]->keys);
        free(t->kiosks[i]);
    }
    for (size_t i = 0; i < t->key_count; i++)
        free(t->keys[i]);
    free(t->places);
    free(t->rules);
    free(t->kiosks);
    free(t->keys);
    free(t->heap);
    *t = (struct tables){0};
}

static enum engine_error build_places(struct tables *t, const struct engine_config *c)
{
    t->places = calloc(c->place_count + 1, sizeof(*t->places));
    if (!t->places)
        return ENGINE_NO_MEMORY;
    for (size_t i = 0; i < c->place_count; i++)
        t->places[i].c = c->places[i];
    t->place_count = c->place_count;
    if (t->place_count)
        qsort(t->places, t->place_count, sizeof(*t->places), order_places);
    for (size_t i = 0; i < t->place_count; i++) {
        struct place *p = &t->places[i];
        if (p->c.id < 1 || (i && p[-1].c.id == p->c.id) || (p->c.hours && !hours_valid(p->c.hours)))
            return ENGINE_BAD;
        if (p->c.hours) {
            p->hours = *p->c.hours;
            p->c.hours = &p->hours;
        }
        p->period = (struct hours_period){1, 0, false}; // contains nothing
        p->parent = p->c.parent ? tables_place(t, p->c.parent) : NULL;
    }
    // Cut what is too deep, which every ring is, so that a walk upwards always ends and meets no place twice.
    for (size_t i = 0; i < t->place_count; i++) {
        int depth = 0;
        for (struct place *p = t->places[i].parent; p && depth < ENGINE_DEPTH_MAX; p = p->parent)
            depth++;
        if (depth == ENGINE_DEPTH_MAX)
            t->places[i].parent = NULL;
    }
    for (size_t i = 0; i < t->place_count; i++)
        for (struct place *p = &t->places[i]; p && !t->places[i].branch; p = p->parent)
            if (p->c.kind == ENGINE_BRANCH)
                t->places[i].branch = p;
    return ENGINE_DONE;
}

static enum engine_error build_kiosks(struct tables *t, const struct engine_config *c)
{
    t->kiosks = calloc(c->kiosk_count + 1, sizeof(*t->kiosks));
    if (!t->kiosks)
        return ENGINE_NO_MEMORY;
    for (size_t i = 0; i < c->kiosk_count; i++) {
        struct kiosk *k = calloc(1, sizeof(*k));
        if (!k)
            return ENGINE_NO_MEMORY;
        t->kiosks[t->kiosk_count++] = k;
        k->s.id = c->kiosks[i].id;
        k->s.presence = KIOSK_NEVER;
        k->place = tables_place(t, c->kiosks[i].place);
    }
    if (t->kiosk_count)
        qsort(t->kiosks, t->kiosk_count, sizeof(struct kiosk *), order_kiosks);
    for (size_t i = 0; i < t->kiosk_count; i++) {
        struct kiosk *k = t->kiosks[i];
        if (k->s.id < 1 || (i && t->kiosks[i - 1]->s.id == k->s.id))
            return ENGINE_BAD;
        for (struct place *p = k->place; p; p = p->parent)
            if (!list_add(&p->kiosks, k))
                return ENGINE_NO_MEMORY;
    }
    return ENGINE_DONE;
}

static bool build_chart(struct engine *e, struct rule *r)
{
    if (r->c.kind == ENGINE_STANDARD)
        return rule_chart(&r->c, &r->chart);
    return r->c.kind != ENGINE_CHANGE || !(r->c.usual > 0) || change_chart(e, &r->c, change_units(r->c.usual));
}

static enum engine_error build_rules(struct engine *e, struct tables *t, const struct engine_config *c)
{
    t->rules = calloc(c->rule_count + 1, sizeof(*t->rules));
    if (!t->rules)
        return ENGINE_NO_MEMORY;
    for (size_t i = 0; i < c->rule_count; i++) {
        struct rule *r = &t->rules[i];
        r->c = c->rules[i];
        if (engine_rule_check(&r->c) || !build_chart(e, r))
            return ENGINE_BAD;
    }
    t->rule_count = c->rule_count;
    if (t->rule_count)
        qsort(t->rules, t->rule_count, sizeof(*t->rules), order_rules);
    for (size_t i = 1; i < t->rule_count; i++)
        if (t->rules[i - 1].c.id == t->rules[i].c.id)
            return ENGINE_BAD;
    return ENGINE_DONE;
}

static bool add_key(struct list *keys, const struct rule *r, struct place *p, struct kiosk *kiosk)
{
    struct key *k = calloc(1, sizeof(*k));
    if (!k || !list_add(keys, k)) {
        free(k);
        return false;
    }
    k->rule = r;
    k->place = p;
    k->kiosk = kiosk;
    k->s.rule = r->c.id;
    k->s.version = r->c.version;
    k->s.place = p->c.id;
    k->s.kiosk = kiosk ? kiosk->s.id : 0;
    k->s.period = HOURS_ALWAYS;
    return list_add(kiosk ? &kiosk->keys : &p->own, k);
}

static bool under(const struct place *p, const struct place *top)
{
    while (p && p != top)
        p = p->parent;
    return p != NULL;
}

// Each branch under the rule's place, or the place itself when it lies inside a branch; liveness rules have a
// key for each kiosk there.
static bool add_rule_keys(struct tables *t, struct list *keys, const struct rule *r)
{
    struct place *top = tables_place(t, r->c.place);
    if (!top)
        return true;
    if (r->c.kind == ENGINE_SILENCE || r->c.kind == ENGINE_OFFLINE) {
        for (size_t i = 0; i < top->kiosks.count; i++) {
            struct kiosk *k = top->kiosks.items[i];
            if (!add_key(keys, r, k->place->branch ? k->place->branch : k->place, k))
                return false;
        }
        return true;
    }
    if (top->c.kind == ENGINE_AREA)
        return add_key(keys, r, top, NULL);
    for (size_t i = 0; i < t->place_count; i++)
        if (t->places[i].c.kind == ENGINE_BRANCH && under(&t->places[i], top) &&
            !add_key(keys, r, &t->places[i], NULL))
            return false;
    return true;
}

static bool build_keys(struct tables *t)
{
    struct list keys = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < t->rule_count; i++)
        ok = add_rule_keys(t, &keys, &t->rules[i]);
    t->keys = (struct key **)keys.items;
    t->key_count = keys.count;
    if (!ok)
        return false;
    if (t->key_count)
        qsort(t->keys, t->key_count, sizeof(struct key *), order_keys);
    for (size_t i = 0; i < t->place_count; i++)
        for (struct place *p = &t->places[i]; p; p = p->parent)
            for (size_t k = 0; k < p->own.count; k++)
                if (!list_add(&t->places[i].content, p->own.items[k]))
                    return false;
    return true;
}

static void heap_place(struct tables *t, struct timer *timer)
{
    timer->due = HOURS_ALWAYS; // look at everything once, as of the next input
    timer->rank = (int64_t)t->heap_count;
    timer->at = t->heap_count;
    t->heap[t->heap_count++] = timer;
}

static bool build_heap(struct tables *t)
{
    t->heap = calloc(t->kiosk_count + t->key_count + 1, sizeof(*t->heap));
    if (!t->heap)
        return false;
    for (size_t i = 0; i < t->kiosk_count; i++) {
        t->kiosks[i]->timer.kiosk = t->kiosks[i];
        heap_place(t, &t->kiosks[i]->timer);
    }
    for (size_t i = 0; i < t->key_count; i++) {
        t->keys[i]->timer.key = t->keys[i];
        heap_place(t, &t->keys[i]->timer);
    }
    return true;
}

static bool reserve(struct list *l, size_t room)
{
    void **more = realloc(l->items, (room + 1) * sizeof(*more));
    if (!more)
        return false;
    l->items = more;
    l->room = room + 1;
    return true;
}

static bool reserve_gone(struct engine *e, const struct tables *new)
{
    size_t room = e->gone_count + 1;
    for (size_t i = 0; i < e->t.key_count; i++) {
        const struct engine_key_state *s = &e->t.keys[i]->s;
        room += tables_key(new, s->rule, s->place, s->kiosk) == NULL;
    }
    struct engine_key_state *more = realloc(e->gone, room * sizeof(*more));
    if (more)
        e->gone = more;
    return more != NULL;
}

// Old states into new tables. What has no place there any more ends, as of now.
static void migrate(struct engine *e, struct tables *old, struct tables *new)
{
    for (size_t i = 0; i < old->key_count; i++) {
        struct key *was = old->keys[i], *is = tables_key(new, was->s.rule, was->s.place, was->s.kiosk);
        bool same = is && is->s.version == was->s.version;
        if (!same && key_open(was))
            key_change(e, was, was->s.state == ENGINE_PENDING ? ENGINE_OK : ENGINE_RESOLVED, ENGINE_RULE,
                       NULL);
        if (same) {
            is->s = was->s;
            change_resolve(e, is);
        } else if (is) {
            is->s.opened = was->s.opened;
        }
        if (is) {
            is->dirty = was->dirty || !same;
        } else { // the store must not keep a state that could come back
            e->gone[e->gone_count] = was->s;
            key_blank(&e->gone[e->gone_count++], was->s.version);
        }
    }
    for (size_t i = 0; i < old->kiosk_count; i++) {
        struct kiosk *was = old->kiosks[i], *is = tables_kiosk(new, was->s.id);
        if (!is)
            continue;
        is->s = was->s;
        is->dirty = was->dirty;
        is->rated = was->rated;
        memcpy(is->rates, was->rates, sizeof(is->rates));
    }
}

enum engine_error engine_configure(struct engine *e, const struct engine_config *c, wall_ms at)
{
    if (c->inhibit_ms < 0 || c->lost_after_ms < 1)
        return ENGINE_BAD;
    engine_tick(e, at);
    struct tables new = {0};
    enum engine_error error = build_places(&new, c);
    if (error == ENGINE_DONE)
        error = build_kiosks(&new, c);
    if (error == ENGINE_DONE)
        error = build_rules(e, &new, c);
    if (error == ENGINE_DONE && (!build_keys(&new) || !build_heap(&new)))
        error = ENGINE_NO_MEMORY;
    // Room for both: while migrating, keys that end are touched once more.
    if (error == ENGINE_DONE && (!reserve(&e->dirty_keys, new.key_count + e->t.key_count) ||
                                 !reserve(&e->dirty_kiosks, new.kiosk_count + e->t.kiosk_count)))
        error = ENGINE_NO_MEMORY;
    if (error == ENGINE_DONE && !reserve_gone(e, &new))
        error = ENGINE_NO_MEMORY;
    if (error != ENGINE_DONE) {
        tables_finish(&new);
        return error;
    }
    migrate(e, &e->t, &new);
    tables_finish(&e->t);
    e->t = new;
    e->inhibit_ms = c->inhibit_ms;
    e->lost_after_ms = e->least_timeout_ms = c->lost_after_ms;
    for (size_t i = 0; i < new.rule_count; i++)
        if (new.rules[i].c.kind == ENGINE_OFFLINE &&new.rules[i].c.timeout_ms < e->least_timeout_ms)
            e->least_timeout_ms = new.rules[i].c.timeout_ms;
    e->dirty_keys.count = e->dirty_kiosks.count = 0;
    for (size_t i = 0; i < new.key_count; i++)
        if (new.keys[i]->dirty)
            list_add(&e->dirty_keys, new.keys[i]);
    for (size_t i = 0; i < new.kiosk_count; i++)
        if (new.kiosks[i]->dirty)
            list_add(&e->dirty_kiosks, new.kiosks[i]);
    return ENGINE_DONE;
}
