// The tables that the engine looks things up in: built anew from a configuration, then given the states that
// remain. Nothing of the old tables is touched until all of the new ones stand.
#include "aggregator/engine_impl.h"

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

static enum engine_error build_rules(struct engine *e, struct tables *t, const struct engine_config *c)
{
    t->rules = calloc(c->rule_count + 1, sizeof(*t->rules));
    if (!t->rules)
        return ENGINE_NO_MEMORY;
    for (size_t i = 0; i < c->rule_count; i++) {
        struct rule *r = &t->rules[i];
        r->c = c->rules[i];
        if (engine_rule_check(&r->c) || !rule_build(e, r))
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
    if (!engine_is_content(r->c.kind)) {
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
        is->until = was->until;
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
