// What people say within a rolling window: the share of named faces, how many there are (or how often a reason is named),
// and the mean of the scores.
#include "aggregator/engine_impl.h"

enum { BUCKET_VOTES_MAX = INT32_MAX / ENGINE_INDEX_UNITS }; // of one step: more than a place ever gives

static int64_t step_of(int64_t window_ms, wall_ms at)
{
    int64_t step = window_ms / ENGINE_STEPS;
    return at / step - (at % step < 0);
}

static struct engine_bucket *bucket(struct engine_key_state *s, int64_t step)
{
    int64_t i = step % ENGINE_STEPS;
    return &s->buckets[i < 0 ? i + ENGINE_STEPS : i];
}

// Moves the newest bucket on to `step`; what falls out at the other end leaves n and unhappy.
static void window_roll(struct engine_key_state *s, int64_t step)
{
    if (step <= s->step)
        return;
    if (s->n > 0) {
        int64_t first = step - s->step >= ENGINE_STEPS ? step - ENGINE_STEPS + 1 : s->step + 1;
        for (int64_t i = first; i <= step; i++) {
            struct engine_bucket *b = bucket(s, i);
            s->n -= b->n;
            s->unhappy -= b->named;
            *b = (struct engine_bucket){0};
        }
    }
    s->step = step;
}

void window_vote(struct key *k, const struct engine_vote *v)
{
    struct engine_key_state *s = &k->s;
    const struct engine_rule *r = &k->rule->c;
    int64_t step = step_of(r->window_ms, v->at);
    window_roll(s, step);
    if (step <= s->step - ENGINE_STEPS)
        return;
    int32_t named = v->option                 ? 1
                    : r->kind == ENGINE_INDEX ? ENGINE_INDEX_UNITS / (v->of - 1) * (v->score - 1)
                                              : (int32_t)(r->faces >> (v->score - 1) & 1);
    struct engine_bucket *b = bucket(s, step);
    if (b->n >= BUCKET_VOTES_MAX)
        return;
    b->n++;
    b->named += named;
    s->n++;
    s->unhappy += named;
}

// Compared as products of whole numbers, so boundaries are exact.
static void judge_share(const struct engine_rule *r, const struct engine_key_state *s, struct verdict *v)
{
    int64_t share = s->unhappy * 1000;
    bool enough = s->n >= r->min_n;
    v->breached = enough && (r->at_least ? share >= r->raise * s->n : share > r->raise * s->n);
    v->cleared = share <= r->resolve * s->n && (enough || s->unhappy == 0) && !v->breached;
    v->eased = v->cleared || !enough;
}

static void judge_count(const struct engine_rule *r, const struct engine_key_state *s, struct verdict *v)
{
    v->breached = s->unhappy >= r->raise;
    v->cleared = v->eased = s->unhappy <= r->resolve;
}

static void judge_index(const struct engine_rule *r, const struct engine_key_state *s, struct verdict *v)
{
    int64_t sign = r->above ? -1 : 1, whole = s->n * ENGINE_INDEX_UNITS;
    int64_t below_raise = sign * (r->raise * whole - s->unhappy * 1000);
    int64_t below_resolve = sign * (r->resolve * whole - s->unhappy * 1000);
    bool enough = s->n >= r->min_n;
    v->breached = enough && (r->at_least ? below_raise >= 0 : below_raise > 0);
    v->cleared = (enough && below_resolve <= 0 && !v->breached) || s->n == 0;
    v->eased = v->cleared || !enough;
}

struct verdict window_judge(struct key *k, wall_ms now)
{
    struct engine_key_state *s = &k->s;
    const struct engine_rule *r = &k->rule->c;
    struct verdict v = {.due = HOURS_EVER, .since = now};
    int64_t step_ms = r->window_ms / ENGINE_STEPS;
    window_roll(s, step_of(r->window_ms, now));
    if (r->kind == ENGINE_SHARE)
        judge_share(r, s, &v);
    else if (r->kind == ENGINE_COUNT)
        judge_count(r, s, &v);
    else
        judge_index(r, s, &v);
    for (int64_t i = s->step - ENGINE_STEPS + 1; s->n > 0 && i <= s->step; i++)
        if (bucket(s, i)->n > 0) {
            v.since = i * step_ms;
            v.due = (i + ENGINE_STEPS) * step_ms;
            break;
        }
    return v;
}
