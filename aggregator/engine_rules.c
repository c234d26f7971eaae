// Rules: what a kind starts from, what it may be, its chart, and what it costs.
#include "aggregator/engine_impl.h"

#include <math.h>
#include <string.h>

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
    case ENGINE_RUN:
        r.faces = 0x3;
        r.raise = 4;
        r.resolve = 2;
        r.mash_ms = 1000;
        break;
    case ENGINE_COUNT: // "3 x dirty in 30 minutes"
        r.faces = 0x3;
        r.window_ms = 30 * 60000;
        r.raise = 3;
        r.mash_ms = 1000;
        break;
    case ENGINE_INDEX:
        r.window_ms = 3600000;
        r.min_n = 10;
        r.raise = 700;
        r.resolve = 750;
        r.mash_ms = 1000;
        break;
    case ENGINE_MOOD:
        r.mix_faces = 5;
        memcpy(r.mix, (int64_t[]){2, 3, 5, 30, 60}, 5 * sizeof(*r.mix));
        r.mash_ms = 1000;
        break;
    case ENGINE_COVERAGE:
        r.hold_ms = 15 * 60000;
        break;
    case ENGINE_CLOCK:
        r.hold_ms = 5 * 60000;
        break;
    case ENGINE_TAMPER:
    case ENGINE_CONTACT:
    case ENGINE_KINDS:
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
    double shares[POINTS_KINDS_MAX];
    struct points points;
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
        if (r->spread && (r->usual > 0 || r->parts.count != 0))
            return "spread: only where the usual share is learned";
        if (r->by_hour && (r->usual > 0 || r->parts.count != 0))
            return "by hour: only where the usual share is learned";
        return NULL;
    case ENGINE_RUN:
        if (r->faces == 0)
            return "faces: at least one";
        if (!within(r->raise, 2, ENGINE_RUN_MAX) || !within(r->resolve, 1, ENGINE_RUN_MAX))
            return "votes in a row: 2 to 1000, of other faces to end it 1 to 1000";
        if (!(r->usual >= 0 && r->usual < 1))
            return "usual share of the named faces: 0 (not known) to below 1";
        return NULL;
    case ENGINE_COUNT:
        if (r->faces == 0 && !r->option.s[0])
            return "faces: at least one, or an option";
        if (!within(r->window_ms, 60000, month_ms))
            return "window: 1 min to 31 d";
        if (!within(r->raise, 1, 10000) || !within(r->resolve, 0, r->raise - 1))
            return "votes: 1 to 10000, to end it fewer";
        return NULL;
    case ENGINE_INDEX:
        if (!within(r->window_ms, 60000, month_ms))
            return "window: 1 min to 31 d";
        if (!within(r->min_n, 1, 1000000))
            return "minimum n: 1 to 1000000";
        if (!within(r->raise, 0, 1000) || !within(r->resolve, 0, 1000))
            return "raise, resolve: 0 to 100";
        if ((r->above ? r->raise - r->resolve : r->resolve - r->raise) < r->at_least)
            return "resolve: on the good side of the threshold, or at it unless the boundary is >=";
        return NULL;
    case ENGINE_MOOD:
        if (!within(r->limit, 0, POINTS_LIMIT_MAX))
            return "limit: 0 (computed) to 20000";
        if (r->arl != 0 && !(r->arl >= 1 && r->arl <= POINTS_ARL_MAX))
            return "votes between false alarms: 1 to 1e9";
        if (!mood_shares(r->mix, r->mix_faces, shares) || !mood_points(shares, r->mix_faces, &points))
            return "usual mix: 3 to 11 faces, none under 0, two at least with votes";
        return NULL;
    case ENGINE_COVERAGE:
    case ENGINE_CLOCK:
    case ENGINE_TAMPER:
        return NULL;
    case ENGINE_CONTACT:
        return r->hold_ms == 0 && r->resolve_ms == 0 ? NULL : "hold, resolve hold: 0, somebody waits";
    case ENGINE_KINDS:
        break;
    }
    return "kind: standard, change, mood, share, run, count, index, silence, offline, coverage, clock, "
           "tamper or contact";
}

static double rule_usual(const struct engine_rule *r)
{
    return r->usual > 0 ? r->usual : (100 - r->promise) / 150.;
}

// ---------------------------------------------------------------- charts and what they cost
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

// Mean votes to the first run of `length`: Feller 1968, XIII.7, (q^-length - 1) / (1 - q).
static double run_arl(double q, int length)
{
    return (pow(q, -length) - 1) / (1 - q);
}

enum { RUN_EXACT_VOTES = 20000 }; // of a period

static bool run_cost(const struct engine_rule *r, int64_t votes, struct engine_cost *ret_cost)
{
    static const double times[4] = {1, 1.5, 2, 3};
    if (engine_rule_check(r) || !(r->usual > 0) || votes < 1)
        return false;
    // state[i]: a run of i so far, in a period without an alarm.
    double state[ENGINE_RUN_MAX] = {1}, next[ENGINE_RUN_MAX], q = r->usual, without = 1;
    for (int64_t vote = 0; vote < votes && vote < RUN_EXACT_VOTES; vote++) {
        next[0] = (1 - q) * without;
        without = next[0];
        for (int i = 1; i < r->raise; i++) {
            next[i] = q * state[i - 1];
            without += next[i];
        }
        memcpy(state, next, (size_t)r->raise * sizeof(*state));
    }
    struct engine_cost c = {.usual = q, .arl = run_arl(q, r->raise)};
    if (votes > RUN_EXACT_VOTES) // from there on a vote is as likely as any to be the first alarm
        without *= exp((double)(RUN_EXACT_VOTES - votes) / c.arl);
    c.periods = 1 / (1 - without);
    for (int i = 0; i < 4; i++) {
        c.shift[i] = times[i] * q;
        c.delay[i] = c.shift[i] < 1 ? run_arl(c.shift[i], r->raise) : NAN;
    }
    *ret_cost = c;
    return true;
}

bool engine_mood_chart(const struct engine_rule *r, struct points *ret_c)
{
    struct points c;
    double p[POINTS_KINDS_MAX], arl;
    if (!mood_shares(r->mix, r->mix_faces, p) || !mood_points(p, r->mix_faces, &c))
        return false;
    c.limit = r->limit;
    if (!r->limit && !points_find_limit(&c, p, r->arl > 0 ? r->arl : ENGINE_ARL_DEFAULT, &arl))
        return false;
    *ret_c = c;
    return true;
}

double rule_usual_unhappy(const struct rule *r)
{
    double p[POINTS_KINDS_MAX], sum = 0;
    if (r->c.kind != ENGINE_MOOD || !mood_shares(r->c.mix, r->c.mix_faces, p))
        return 0;
    for (int i = 0; i < r->c.mix_faces; i++)
        sum += r->chart.step[i] > 0 ? p[i] : 0;
    return sum;
}

static bool mood_cost(const struct engine_rule *r, int64_t votes, struct engine_cost *ret_cost)
{
    static const double odds[4] = {1.5, 2.25, 27 / 7., 9};
    struct engine_cost c = {.arl = 0};
    double p[POINTS_KINDS_MAX], moved[POINTS_KINDS_MAX];
    if (engine_rule_check(r) || votes < 1 || !engine_mood_chart(r, &c.mood) ||
        !mood_shares(r->mix, r->mix_faces, p) || !points_arl(&c.mood, p, &c.arl) ||
        !points_periods_between_alarms(&c.mood, p, votes, &c.periods))
        return false;
    for (int k = 0; k < r->mix_faces; k++)
        c.usual += c.mood.step[k] > 0 ? p[k] : 0;
    for (int i = 0; i < 4; i++) {
        mood_moved(p, r->mix_faces, odds[i], moved);
        for (int k = 0; k < r->mix_faces; k++)
            c.shift[i] += c.mood.step[k] > 0 ? moved[k] : 0;
        if (!points_delay(&c.mood, p, moved, &c.delay[i]))
            return false;
    }
    *ret_cost = c;
    return true;
}

bool engine_rule_cost(const struct engine_rule *r, int64_t votes, struct engine_cost *ret_cost)
{
    if (r->kind == ENGINE_MOOD)
        return mood_cost(r, votes, ret_cost);
    if (r->kind == ENGINE_CHANGE)
        return change_cost(r, votes, ret_cost);
    if (r->kind == ENGINE_RUN)
        return run_cost(r, votes, ret_cost);
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

bool engine_cost_delay(const struct engine_rule *r, const struct engine_cost *c, double share, double *ret_votes)
{
    switch (r->kind) {
    case ENGINE_STANDARD:
        return cusum_delay(&c->chart, c->usual, share, ret_votes);
    case ENGINE_CHANGE:
        return change_delay(&c->parts, c->usual, share, ret_votes);
    default:
        return false;
    }
}

bool rule_build(struct engine *e, struct rule *r)
{
    struct cusum c;
    switch (r->c.kind) {
    case ENGINE_STANDARD:
        if (!rule_chart(&r->c, &c))
            return false;
        r->chart = (struct points){.kinds = 2, .step = {c.up, -c.down}, .limit = c.limit};
        return true;
    case ENGINE_MOOD:
        return engine_mood_chart(&r->c, &r->chart);
    case ENGINE_CHANGE:
        return !(r->c.usual > 0) || change_chart(e, &r->c, change_units(r->c.usual));
    default:
        return true;
    }
}
