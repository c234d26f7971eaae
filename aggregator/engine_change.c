// Worse than usual here: the parts of a change rule at one place, the share that is usual there, and the charts for it.
#include "aggregator/engine_impl.h"
#include "aggregator/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double resolved_below = 1.5; // times the usual share

int32_t change_units(double share)
{
    return (int32_t)lround(share * ENGINE_SHARE_UNITS);
}

// 0: nothing that could be usual.
static int32_t rounded(int64_t n, int64_t unhappy)
{
    double share = ceil((double)unhappy * ENGINE_SHARE_UNITS / (double)n);
    if (n <= ENGINE_LEARN_VOTES || unhappy < 0 || share > CHANGE_USUAL_MAX * ENGINE_SHARE_UNITS)
        return 0;
    return change_round((int)share);
}

const struct change *change_chart(struct engine *e, const struct engine_rule *r, int32_t usual)
{
    double arl = r->arl > 0 ? r->arl : ENGINE_ARL_DEFAULT;
    if (r->parts.count)
        return &r->parts;
    for (size_t i = 0; i < e->charts.count; i++) {
        const struct found_chart *f = e->charts.items[i];
        if (f->usual == usual && f->arl == arl && f->drift == r->drift)
            return &f->c;
    }
    struct found_chart *f = malloc(sizeof(*f));
    if (f)
        *f = (struct found_chart){.usual = usual, .arl = arl, .drift = r->drift};
    if (!f || !change_find((double)usual / ENGINE_SHARE_UNITS, arl, r->drift, &f->c) ||
        !list_add(&e->charts, f)) {
        free(f);
        return NULL;
    }
    return &f->c;
}

void change_resolve(struct engine *e, struct key *k)
{
    if (k->rule->c.kind != ENGINE_CHANGE || !k->s.usual)
        return;
    k->chart = change_chart(e, &k->rule->c, k->s.usual);
    if (!k->chart)
        e->failed = true;
}

static bool at_zero(const struct engine_key_state *s)
{
    for (int i = 0; i < CHANGE_PARTS; i++)
        if (s->parts[i])
            return false;
    return true;
}

// Another share comes into force only where nothing counted so far is judged by it.
static void take_over(struct engine *e, struct key *k)
{
    struct engine_key_state *s = &k->s;
    int32_t wanted = k->rule->c.usual > 0 ? change_units(k->rule->c.usual) : s->learned;
    if (!wanted || wanted == s->usual || key_open(k) || !at_zero(s))
        return;
    s->usual = wanted;
    cycle_end(s);
    change_resolve(e, k);
    key_touch(e, k);
}

void engine_set_usual(struct engine *e, int32_t rule, int32_t place, int64_t n, int64_t unhappy, wall_ms at)
{
    engine_tick(e, at);
    struct key *k = tables_key(&e->t, rule, place, 0);
    int32_t units = rounded(n, unhappy);
    if (!k || k->rule->c.kind != ENGINE_CHANGE || !units)
        return;
    if (k->s.learned != units) {
        k->s.learned = units;
        key_touch(e, k);
    }
    take_over(e, k);
}

void engine_each_learning(struct engine *e,
                          void (*each)(void *ctx, const struct engine_rule *rule, int32_t place), void *ctx)
{
    for (size_t i = 0; i < e->t.key_count; i++) {
        const struct key *k = e->t.keys[i];
        if (k->rule->c.kind == ENGINE_CHANGE && !(k->rule->c.usual > 0))
            each(ctx, &k->rule->c, k->s.place);
    }
}

void change_vote(struct engine *e, struct key *k, const struct engine_vote *v, bool unhappy, wall_ms opened)
{
    struct engine_key_state *s = &k->s;
    if (opened > s->period) { // an opening since the last vote: half is forgotten
        s->period = opened;
        for (int i = 0; i < CHANGE_PARTS; i++)
            s->parts[i] /= 2;
    }
    take_over(e, k);
    if (!k->chart)
        return;
    if (at_zero(s) && !key_open(k))
        cycle_end(s);
    int before[CHANGE_PARTS];
    memcpy(before, s->parts, sizeof(before));
    k->alarm = change_step(k->chart, s->parts, unhappy);
    if (key_open(k)) {
        s->raise_n++;
        s->raise_unhappy += unhappy;
    } else if (!k->alarm && at_zero(s)) {
        cycle_end(s);
        return;
    }
    if (s->n == 0) {
        s->since = v->at;
        s->first_event = v->event;
        memcpy(s->parts_start, before, sizeof(before));
    }
    s->n++;
    s->unhappy += unhappy;
    if (k->alarm) {
        memcpy(s->parts_alarm, s->parts, sizeof(s->parts));
        memset(s->parts, 0, sizeof(s->parts));
    }
}

void change_closed(struct key *k)
{
    for (int i = 0; k->chart && i < k->chart->count; i++)
        k->s.parts[i] = k->chart->part[i].limit / 2;
}

struct verdict change_judge(const struct key *k)
{
    const struct engine_key_state *s = &k->s;
    struct stats_interval unhappy;
    bool proven = stats_wilson(s->raise_unhappy, s->raise_n, &unhappy) &&
                  unhappy.hi < resolved_below * s->usual / ENGINE_SHARE_UNITS;
    return (struct verdict){
        .breached = k->alarm,
        .again = k->alarm,
        .eased = proven && !k->alarm,
        .cleared = proven && !k->alarm,
        .due = HOURS_EVER,
        .since = s->since,
    };
}
