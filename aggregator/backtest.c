#include "aggregator/backtest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEMO = 64 };

struct open_alert {
    wall_ms raised; // 0: none is
    size_t alert;   // or BACKTEST_ALERTS_MAX: not kept
};

struct unit {
    struct backtest_unit u;
    struct hours_period period; // of the last vote
    struct unit_rule {
        int64_t votes, periods; // that it could judge; opening periods that had any
        wall_ms counted;        // begin of the last such period
        struct open_alert open;
    } rule[BACKTEST_RULES];
};

struct watched { // a kiosk
    struct backtest_kiosk k;
    bool rated;
    int64_t votes; // while it was, in time and in opening hours
    struct open_alert open[BACKTEST_RULES];
};

// What engine_rule_cost found for a share and a volume.
struct memo {
    double usual;
    int64_t votes;
    bool found;
    struct engine_cost cost;
};

struct backtest {
    struct backtest_options o; // `rules` and `units` point into this
    struct engine_rule rules[BACKTEST_RULES];
    struct engine *e;       // owned
    struct unit *units;     // owned
    struct watched *kiosks; // owned
    wall_ms next_day;
    bool failed;
    struct backtest_alert *alerts[BACKTEST_RULES]; // owned, BACKTEST_ALERTS_MAX each
    struct backtest_outcome outcomes[BACKTEST_RULES];
    struct memo memo[MEMO];
    int memo_count;
};

void backtest_destroy(struct backtest *b)
{
    if (b != NULL) {
        engine_destroy(b->e);
        free(b->units);
        free(b->kiosks);
        for (int i = 0; i < BACKTEST_RULES; i++) {
            free(b->alerts[i]);
        }
        free(b);
    }
}

// ---------------------------------------------------------------- what the engine says

static int by_place(const void *place, const void *unit)
{
    int32_t x = *(const int32_t *)place, y = ((const struct unit *)unit)->u.place;
    return (x > y) - (x < y);
}

static struct unit *find_unit(struct backtest *b, int32_t place)
{
    return bsearch(&place, b->units, b->o.unit_count, sizeof *b->units, by_place);
}

static int by_id(const void *id, const void *kiosk)
{
    int32_t x = *(const int32_t *)id, y = ((const struct watched *)kiosk)->k.id;
    return (x > y) - (x < y);
}

static struct watched *find_kiosk(struct backtest *b, int32_t id)
{
    return bsearch(&id, b->kiosks, b->o.kiosk_count, sizeof *b->kiosks, by_id);
}

static void raise_alert(struct backtest *b, int i, struct open_alert *r, const struct engine_transition *t)
{
    struct backtest_outcome *o = &b->outcomes[i];
    o->alerts_all++;
    r->raised = t->at;
    r->alert = o->alert_count;
    if (o->alert_count == BACKTEST_ALERTS_MAX) {
        return;
    }
    b->alerts[i][o->alert_count++] = (struct backtest_alert){
        .place = t->place,
        .kiosk = t->kiosk,
        .since = t->since,
        .raised = t->at,
        .votes = engine_is_window(t->kind) || !engine_is_content(t->kind) ? -1 : t->n,
        .n = t->n,
        .unhappy = t->unhappy,
        .points = t->points,
        .limit = t->limit,
        .usual = t->usual,
    };
}

static void end_alert(struct backtest *b, int i, const struct unit *u, struct open_alert *r, wall_ms at, wall_ms until,
                      int32_t flaps)
{
    b->outcomes[i].alert_ms += hours_open_ms(u->u.hours, &u->u.zone, r->raised, at);
    if (r->alert < BACKTEST_ALERTS_MAX) {
        b->alerts[i][r->alert].until = until;
        b->alerts[i][r->alert].flaps = flaps;
    }
    r->raised = 0;
}

static void take(struct backtest *b)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(b->e, &n);
    for (size_t k = 0; k < n; k++) {
        struct watched *w = t[k].kiosk != 0 ? find_kiosk(b, t[k].kiosk) : NULL;
        struct unit *u = w != NULL ? &b->units[w->k.unit] : find_unit(b, t[k].place);
        int i = t[k].rule - 1;
        if (b->o.transition != NULL) {
            b->o.transition(b->o.ctx, &t[k]);
        }
        if (u == NULL || t[k].raised == 0) {
            continue; // pending: it was never an alert
        }
        struct open_alert *open = w != NULL ? &w->open[i] : &u->rule[i].open;
        if (t[k].to == ENGINE_FIRING && open->raised == 0) {
            raise_alert(b, i, open, &t[k]);
        } else if (t[k].to == ENGINE_RESOLVED) {
            end_alert(b, i, u, open, t[k].at, t[k].at, t[k].flaps);
        }
    }
    engine_clear(b->e);
    b->failed = b->failed || engine_failed(b->e);
}

// ---------------------------------------------------------------- time

struct telling {
    struct backtest *b;
    wall_ms at;
};

static void tell_usual(void *ctx, const struct engine_rule *r, int32_t place)
{
    struct telling *t = ctx;
    int64_t n = 0, unhappy = 0, hours[HOURS_WEEK][2];
    if (r->spread && !t->b->failed) {
        double deviation;
        t->b->failed = !t->b->o.spread(t->b->o.ctx, r, place, t->at, &deviation);
        if (!t->b->failed) {
            engine_set_spread(t->b->e, r->id, place, deviation, t->at);
        }
    }
    if (r->by_hour && !t->b->failed) {
        t->b->failed = !t->b->o.hours(t->b->o.ctx, r, place, t->at, hours);
        if (!t->b->failed) {
            engine_set_hours(t->b->e, r->id, place, hours, t->at);
        }
        return;
    }
    if (t->b->failed || !t->b->o.usual(t->b->o.ctx, r, place, t->at, &n, &unhappy)) {
        t->b->failed = true;
        return;
    }
    engine_set_usual(t->b->e, r->id, place, n, unhappy, t->at);
}

static void learn(struct backtest *b, wall_ms at)
{
    struct telling t = {b, at};
    for (size_t i = 0; b->o.rates != NULL && i < b->o.kiosk_count && !b->failed; i++) {
        float per_hour[HOURS_WEEK];
        bool known = false;
        b->failed = !b->o.rates(b->o.ctx, i, at, per_hour, &known);
        if (known && !b->failed) {
            engine_set_rates(b->e, b->kiosks[i].k.id, per_hour, at);
            b->kiosks[i].rated = true;
        }
    }
    engine_each_learning(b->e, tell_usual, &t);
}

// Up to `at`: the days that begin until then.
static void advance(struct backtest *b, wall_ms at)
{
    for (; !b->failed && b->next_day <= at; b->next_day += BACKTEST_DAY_MS) {
        engine_tick(b->e, b->next_day);
        learn(b, b->next_day);
        take(b);
    }
}

struct backtest *backtest_create(struct engine *e, const struct backtest_options *o)
{
    struct backtest *b = calloc(1, sizeof *b);
    bool ok = b != NULL;
    if (!ok) {
        engine_destroy(e);
        return NULL;
    }
    b->o = *o;
    b->e = e;
    b->units = calloc(o->unit_count + 1, sizeof *b->units);
    b->kiosks = calloc(o->kiosk_count + 1, sizeof *b->kiosks);
    ok = b->units != NULL && b->kiosks != NULL;
    for (int i = 0; i < o->rule_count; i++) {
        b->rules[i] = o->rules[i];
        b->alerts[i] = calloc(BACKTEST_ALERTS_MAX, sizeof *b->alerts[i]);
        b->outcomes[i].alerts = b->alerts[i];
        ok = ok && b->alerts[i] != NULL;
    }
    if (!ok) {
        backtest_destroy(b);
        return NULL;
    }
    for (size_t i = 0; i < o->unit_count; i++) {
        b->units[i].u = o->units[i];
        for (int k = 0; k < BACKTEST_RULES; k++) {
            b->units[i].rule[k].counted = HOURS_EVER;
        }
    }
    for (size_t i = 0; i < o->kiosk_count; i++) {
        b->kiosks[i].k = o->kiosks[i];
    }
    b->next_day = (o->from / BACKTEST_DAY_MS + 1) * BACKTEST_DAY_MS;
    learn(b, o->from);
    return b;
}

// ---------------------------------------------------------------- inputs

static void count(struct backtest *b, struct unit *u, const struct engine_vote *v)
{
    if (v->at < u->period.from || v->at >= u->period.until) {
        u->period = hours_period(u->u.hours, &u->u.zone, v->at);
    }
    if (v->late || v->unscored || !u->period.open) {
        return;
    }
    for (int i = 0; i < b->o.rule_count; i++) {
        const char *question = b->rules[i].question.s;
        struct unit_rule *r = &u->rule[i];
        if (question[0] == '\0' || strcmp(question, v->question) == 0) {
            r->votes++;
            r->periods += r->counted != u->period.from;
            r->counted = u->period.from;
        }
    }
    struct watched *w = find_kiosk(b, v->kiosk);
    if (w != NULL) {
        w->votes += w->rated;
    }
}

bool backtest_vote(struct backtest *b, size_t unit, const struct engine_vote *v)
{
    advance(b, v->arrived);
    engine_vote(b->e, v);
    count(b, &b->units[unit], v);
    take(b);
    return !b->failed;
}

bool backtest_presence(struct backtest *b, const struct presence *p, wall_ms until)
{
    bool listens = p->what == PRESENCE_LISTENS;
    advance(b, listens ? p->last : p->at);
    presence_again(b->e, p, until);
    if (listens && b->next_day <= p->at) { // a day began, and nobody was there to learn
        b->next_day = (p->at / BACKTEST_DAY_MS + 1) * BACKTEST_DAY_MS;
        learn(b, p->at);
    }
    take(b);
    return !b->failed;
}

// ---------------------------------------------------------------- outcomes

static int64_t two_digits(int64_t n)
{
    int64_t unit = 1;
    while (n / unit >= 100) {
        unit *= 10;
    }
    return (n + unit / 2) / unit * unit;
}

// found false: there is no chain for it, or memory ran out. Valid until the next call.
static const struct memo *find_cost(struct backtest *b, const struct engine_rule *rule, int32_t place,
                                    double usual, int64_t votes)
{
    struct engine_rule r = *rule;
    r.usual = usual;
    r.by_hour = r.spread = false; // the chart of that share
    for (int k = 0; k < b->memo_count; k++) {
        if (b->memo[k].usual == usual && b->memo[k].votes == votes) {
            return &b->memo[k];
        }
    }
    if (!rule->by_hour) {
        engine_parts(b->e, r.id, place, &r.parts); // they need not be found again
    }
    struct memo *m = &b->memo[b->memo_count < MEMO ? b->memo_count++ : MEMO - 1];
    *m = (struct memo){.usual = usual, .votes = votes};
    m->found = engine_rule_cost(&r, votes, &m->cost);
    return m;
}

static void price(struct backtest *b, int i, const struct unit *u, int64_t *most)
{
    struct backtest_outcome *o = &b->outcomes[i];
    const struct engine_rule *r = &b->rules[i];
    const struct unit_rule *c = &u->rule[i];
    struct engine_key_state s = {.usual = 0};
    double usual = r->usual;
    if (r->kind == ENGINE_CHANGE && !(usual > 0)) {
        engine_key(b->e, r->id, u->u.place, 0, &s);
        usual = (double)(r->by_hour ? s.base : s.usual) / ENGINE_SHARE_UNITS; // all hours have the same price
        o->learning += s.usual == 0;
        if (s.usual == 0) {
            return;
        }
    }
    // A place that never closes forgets nothing at an opening: the plain chain.
    bool never_closes = c->counted == HOURS_ALWAYS;
    int64_t votes = never_closes ? INT32_MAX : c->periods > 0 ? (c->votes + c->periods / 2) / c->periods : 1;
    votes = votes < 1 ? 1 : b->o.unit_count > BACKTEST_UNITS_EXACT ? two_digits(votes) : votes;
    const struct memo *m = find_cost(b, r, u->u.place, usual, votes);
    if (!m->found) {
        b->failed = true;
        return;
    }
    o->false_alarms += never_closes             ? (double)c->votes / m->cost.arl
                       : isinf(m->cost.periods) ? 0
                                                : (double)c->periods / m->cost.periods;
    if (c->votes > *most) {
        *most = c->votes;
        o->has_cost = true;
        o->cost = m->cost;
    }
}

// Of a rule about kiosks.
static void sum_up_kiosks(struct backtest *b, int i)
{
    struct backtest_outcome *o = &b->outcomes[i];
    size_t counted = SIZE_MAX; // a unit
    int64_t open_ms = 0;
    bool silence = b->rules[i].kind == ENGINE_SILENCE;
    o->from = b->o.known > b->o.to ? b->o.to : b->o.known > b->o.from ? b->o.known : b->o.from;
    o->exact = true;
    for (size_t k = 0; k < b->o.kiosk_count; k++) {
        struct watched *w = &b->kiosks[k];
        const struct unit *u = &b->units[w->k.unit];
        if (w->k.unit != counted) {
            open_ms = hours_open_ms(u->u.hours, &u->u.zone, o->from, b->o.to);
            counted = w->k.unit;
        }
        o->open_ms += open_ms;
        o->votes += silence ? w->votes : 0;
        o->learning += silence && !w->rated;
        if (w->open[i].raised != 0) {
            end_alert(b, i, u, &w->open[i], b->o.to, 0, 0);
        }
    }
    o->false_alarms = silence ? b->rules[i].improbable * (double)o->votes : 0;
}

static void sum_up(struct backtest *b, int i)
{
    struct backtest_outcome *o = &b->outcomes[i];
    int64_t most = -1, open_ms = 0;
    b->memo_count = 0;
    enum engine_rule_kind kind = b->rules[i].kind;
    o->from = b->o.from;
    o->exact = !engine_is_window(kind) && (kind != ENGINE_RUN || b->rules[i].usual > 0);
    for (size_t k = 0; k < b->o.unit_count && !b->failed; k++) {
        struct unit *u = &b->units[k];
        const struct unit *last = k > 0 ? &b->units[k - 1] : NULL;
        // Places mostly have the hours of their chain: a year of them is counted once.
        if (last == NULL || last->u.zone.ctx != u->u.zone.ctx ||
            last->u.zone.offset_s != u->u.zone.offset_s || (last->u.hours == NULL) != (u->u.hours == NULL) ||
            (u->u.hours != NULL && memcmp(last->u.hours, u->u.hours, sizeof *u->u.hours) != 0)) {
            open_ms = hours_open_ms(u->u.hours, &u->u.zone, b->o.from, b->o.to);
        }
        o->open_ms += open_ms;
        o->votes += u->rule[i].votes;
        if (u->rule[i].open.raised != 0) {
            end_alert(b, i, u, &u->rule[i].open, b->o.to, 0, 0);
        }
        if (o->exact) {
            price(b, i, u, &most);
        }
    }
}

static bool overlap(const struct backtest_alert *x, const struct backtest_alert *y)
{
    return x->place == y->place && x->kiosk == y->kiosk && (y->until == 0 || x->since <= y->until) &&
           (x->until == 0 || y->since <= x->until);
}

// Alerts of both rules about the same: what they see overlaps in time.
static void match(struct backtest *b)
{
    for (size_t i = 0; i < b->outcomes[0].alert_count; i++) {
        for (size_t k = 0; k < b->outcomes[1].alert_count; k++) {
            struct backtest_alert *x = &b->alerts[0][i], *y = &b->alerts[1][k];
            if (overlap(x, y)) {
                x->both = y->both = true;
            }
        }
    }
}

bool backtest_end(struct backtest *b)
{
    wall_ms end = b->o.listened != 0 && b->o.listened < b->o.to ? b->o.listened : b->o.to;
    advance(b, end - 1);
    engine_tick(b->e, end);
    take(b);
    for (int i = 0; i < b->o.rule_count; i++) {
        if (engine_is_content(b->rules[i].kind)) {
            sum_up(b, i);
        } else {
            sum_up_kiosks(b, i);
        }
    }
    match(b);
    return !b->failed;
}

const struct backtest_outcome *backtest_outcome(const struct backtest *b, int rule)
{
    return &b->outcomes[rule];
}
