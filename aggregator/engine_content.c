// What people say: the points of a standard, and runs; which vote counts for which rule. Event time decides what counts; it
// is judged when it arrives.
#include "aggregator/engine_impl.h"
#include "aggregator/stats.h"

#include <string.h>

#define MOOD_RESOLVED_BELOW 1.5 // times the usual share

// For this key, and not a replay of what it has seen?
static bool content_takes(struct key *k, const struct engine_vote *v)
{
    const struct engine_rule *r = &k->rule->c;
    if (v->event <= k->s.last_event || (r->question.s[0] && strcmp(r->question.s, v->question) != 0))
        return false;
    if (v->contact != (r->kind == ENGINE_CONTACT))
        return false;
    if (v->option ? strcmp(r->option.s, v->option) != 0 : r->option.s[0] != '\0')
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

// A standard's points, or a mood's.
static void standard_vote(struct key *k, const struct engine_vote *v, wall_ms opened)
{
    struct engine_key_state *s = &k->s;
    const struct points *chart = &k->rule->chart;
    bool mood = k->rule->c.kind == ENGINE_MOOD;
    if (mood && v->of != chart->kinds)
        return;
    int kind = mood ? v->score - 1 : !is_unhappy(&k->rule->c, v);
    bool unhappy = chart->step[kind] > 0;
    if (opened > s->period) { // an opening since the last vote: half is forgotten
        s->period = opened;
        s->points /= 2;
    }
    if (s->points == 0 && !key_open(k))
        cycle_end(s);
    int32_t before = s->points;
    s->points = points_step(chart, before, kind, 2 * chart->limit);
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
    double allowed = k->rule->c.kind == ENGINE_MOOD ? MOOD_RESOLVED_BELOW * rule_usual_unhappy(k->rule)
                                                    : (100 - k->rule->c.promise) / 100.;
    bool proven = stats_wilson(s->raise_unhappy, s->raise_n, &unhappy) && unhappy.hi < allowed;
    return (struct verdict){
        .breached = s->points >= k->rule->chart.limit,
        .eased = s->points == 0,
        .cleared = s->points == 0 && proven,
        .due = HOURS_EVER,
        .since = s->since,
    };
}

// ---------------------------------------------------------------- run
static void run_vote(struct key *k, const struct engine_vote *v, wall_ms opened)
{
    struct engine_key_state *s = &k->s;
    bool named = k->rule->c.faces >> (v->score - 1) & 1;
    if (opened > s->period) { // an opening since the last vote
        s->period = opened;
        s->points = 0;
        s->step = 0;
    }
    if (named && s->points == 0 && !key_open(k)) {
        cycle_end(s);
        s->since = v->at;
        s->first_event = v->event;
    }
    s->points = named ? s->points + (s->points < ENGINE_RUN_MAX) : 0;
    s->step = named ? 0 : s->step + (s->step < ENGINE_RUN_MAX);
    if (!named && !key_open(k)) {
        cycle_end(s);
        return;
    }
    s->n++;
    s->unhappy += named;
    if (s->points > s->peak)
        s->peak = s->points;
}

struct verdict run_judge(const struct key *k)
{
    const struct engine_key_state *s = &k->s;
    bool calm = s->step >= k->rule->c.resolve;
    return (struct verdict){.breached = s->points >= k->rule->c.raise,
                            .eased = calm,
                            .cleared = calm || (s->points == 0 && !key_open(k)),
                            .due = HOURS_EVER,
                            .since = s->since};
}

// ---------------------------------------------------------------- contact
static void contact_vote(struct key *k, const struct engine_vote *v)
{
    struct engine_key_state *s = &k->s;
    if (s->points == 0) {
        s->since = v->at;
        s->first_event = v->event;
    }
    s->points += s->points < ENGINE_RUN_MAX;
    s->n++;
    k->alarm = true;
}

// A person closes it.
struct verdict contact_judge(const struct key *k)
{
    return (struct verdict){
        .breached = k->s.points > 0, .again = k->alarm, .due = HOURS_EVER, .since = k->s.since};
}

// ---------------------------------------------------------------- all of them
void content_vote(struct engine *e, struct key *k, const struct engine_vote *v)
{
    if (!content_takes(k, v))
        return;
    if (v->contact) {
        contact_vote(k, v);
        key_evaluate(e, k);
        k->alarm = false;
        key_touch(e, k);
        return;
    }
    struct hours_period p = place_period(k->place, v->at);
    if (p.open && !content_mashed(k, v)) { // closed: points pause, windows take nothing
        if (k->rule->chart.limit)
            standard_vote(k, v, p.from);
        else if (k->rule->c.kind == ENGINE_CHANGE)
            change_vote(e, k, v, is_unhappy(&k->rule->c, v), p.from);
        else if (k->rule->c.kind == ENGINE_RUN)
            run_vote(k, v, p.from);
        else
            window_vote(k, v);
        key_evaluate(e, k);
        k->alarm = false;
    }
    key_touch(e, k);
}

void content_closed(struct key *k, wall_ms now)
{
    struct engine_key_state *s = &k->s;
    cycle_end(s);
    if (k->rule->chart.limit) {
        s->points = s->peak = k->rule->chart.limit / 2;
        s->since = now;
    } else if (k->rule->c.kind == ENGINE_CHANGE) {
        change_closed(k);
    } else if (k->rule->c.kind == ENGINE_RUN || k->rule->c.kind == ENGINE_CONTACT) {
        s->points = 0;
        s->step = 0;
    } else {
        memset(s->buckets, 0, sizeof(s->buckets));
    }
}
