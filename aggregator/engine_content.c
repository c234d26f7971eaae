// What people say: the points of a standard or a change, and the share of named faces in a window. Event time decides
// what counts; it is judged when it arrives.
#include "aggregator/engine_impl.h"
#include "aggregator/stats.h"

#include <string.h>

// For this key, and not a replay of what it has seen?
static bool content_takes(struct key *k, const struct engine_vote *v)
{
    const struct engine_rule *r = &k->rule->c;
    if (v->event <= k->s.last_event || (r->question.s[0] && strcmp(r->question.s, v->question) != 0))
        return false;
    k->s.last_event = v->event;
    return true;
}

// Nearer than mash_ms to the last press of the same kiosk? Each press of a burst prolongs it.
static bool content_mashed(struct key *k, const struct engine_vote *v)
{
    struct engine_key_state *s = &k->s;
    if (k->rule->c.mash_ms <= 0)
        return false;
    struct engine_mash *m = NULL, *oldest = s->mash;
    for (int i = 0; i < s->mash_count; i++) {
        if (s->mash[i].kiosk == v->kiosk)
            m = &s->mash[i];
        if (s->mash[i].at < oldest->at)
            oldest = &s->mash[i];
    }
    if (!m) {
        m = s->mash_count < ENGINE_MASH_MAX ? &s->mash[s->mash_count++] : oldest;
        *m = (struct engine_mash){.kiosk = v->kiosk, .at = v->at};
        return false;
    }
    int64_t gap = v->at > m->at ? v->at - m->at : m->at - v->at;
    if (v->at > m->at)
        m->at = v->at;
    return gap < k->rule->c.mash_ms;
}

void cycle_end(struct engine_key_state *s)
{
    s->n = s->unhappy = s->since = s->first_event = 0;
    s->peak = 0;
}

static bool is_unhappy(const struct engine_rule *r, const struct engine_vote *v)
{
    int top = v->of < 4 ? 1 : r->top_faces;
    return v->score <= v->of - top;
}

static void standard_vote(struct key *k, const struct engine_vote *v, bool unhappy, wall_ms opened)
{
    struct engine_key_state *s = &k->s;
    const struct rule *r = k->rule;
    if (opened > s->period) { // an opening since the last vote: half is forgotten
        s->period = opened;
        s->points /= 2;
    }
    if (s->points == 0 && !key_open(k))
        cycle_end(s);
    int32_t before = s->points;
    s->points = cusum_step(&r->chart, before, unhappy, 2 * r->chart.limit);
    if (key_open(k)) {
        s->raise_n++;
        s->raise_unhappy += unhappy;
    } else if (s->points == 0) {
        cycle_end(s);
        return;
    }
    if (s->n == 0) {
        s->since = v->at;
        s->first_event = v->event;
        s->start = before;
    }
    s->n++;
    s->unhappy += unhappy;
    if (s->points > s->peak)
        s->peak = s->points;
}

struct verdict standard_judge(const struct key *k)
{
    const struct engine_key_state *s = &k->s;
    struct stats_interval unhappy;
    bool proven = stats_wilson(s->raise_unhappy, s->raise_n, &unhappy) &&
                  unhappy.hi < (100 - k->rule->c.promise) / 100.;
    return (struct verdict){
        .breached = s->points >= k->rule->chart.limit,
        .eased = s->points == 0,
        .cleared = s->points == 0 && proven,
        .due = HOURS_EVER,
        .since = s->since,
    };
}

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
static void share_roll(struct engine_key_state *s, int64_t step)
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

static void share_vote(struct key *k, const struct engine_vote *v)
{
    struct engine_key_state *s = &k->s;
    int64_t step = step_of(k->rule->c.window_ms, v->at);
    share_roll(s, step);
    if (step <= s->step - ENGINE_STEPS)
        return;
    bool named = k->rule->c.faces >> (v->score - 1) & 1;
    struct engine_bucket *b = bucket(s, step);
    b->n++;
    b->named += named;
    s->n++;
    s->unhappy += named;
}

struct verdict share_judge(struct key *k, wall_ms now)
{
    struct engine_key_state *s = &k->s;
    const struct engine_rule *r = &k->rule->c;
    struct verdict v = {.due = HOURS_EVER, .since = now};
    int64_t step_ms = r->window_ms / ENGINE_STEPS;
    share_roll(s, step_of(r->window_ms, now));
    int64_t share = s->unhappy * 1000; // compared as n * permille: whole numbers, so boundaries are exact
    bool enough = s->n >= r->min_n;
    v.breached = enough && (r->at_least ? share >= r->raise * s->n : share > r->raise * s->n);
    v.cleared = share <= r->resolve * s->n && (enough || s->unhappy == 0) && !v.breached;
    v.eased = v.cleared || !enough;
    for (int64_t i = s->step - ENGINE_STEPS + 1; s->n > 0 && i <= s->step; i++)
        if (bucket(s, i)->n > 0) {
            v.since = i * step_ms;
            v.due = (i + ENGINE_STEPS) * step_ms;
            break;
        }
    return v;
}

void content_vote(struct engine *e, struct key *k, const struct engine_vote *v)
{
    if (!content_takes(k, v))
        return;
    struct hours_period p = place_period(k->place, v->at);
    if (p.open && !content_mashed(k, v)) { // closed: points pause, windows take nothing
        if (k->rule->c.kind == ENGINE_STANDARD)
            standard_vote(k, v, is_unhappy(&k->rule->c, v), p.from);
        else if (k->rule->c.kind == ENGINE_CHANGE)
            change_vote(e, k, v, is_unhappy(&k->rule->c, v), p.from);
        else
            share_vote(k, v);
        key_evaluate(e, k);
        k->alarm = false;
    }
    key_touch(e, k);
}

void content_closed(struct key *k, wall_ms now)
{
    struct engine_key_state *s = &k->s;
    cycle_end(s);
    if (k->rule->c.kind == ENGINE_STANDARD) {
        s->points = s->peak = k->rule->chart.limit / 2;
        s->since = now;
    } else if (k->rule->c.kind == ENGINE_CHANGE) {
        change_closed(k);
    } else {
        memset(s->buckets, 0, sizeof(s->buckets));
    }
}
