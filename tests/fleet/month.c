#include "tests/fleet/month.h"

#include "tests/fleet/model.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000, USUAL_DAYS = 56, CHAIN = 1 };

struct vote {
    wall_ms at;
    int32_t kiosk, score;
};

struct incident {
    wall_ms from, until;
    int branch;
    int64_t votes; // of the branch since its begin
    bool seen[MONTH_RULES], already[MONTH_RULES];
};

struct run {
    const struct roster *r;
    int learn_days, rule_count;
    struct engine *e;
    struct vote *votes;
    size_t vote_count, vote_room;
    struct incident *incidents;
    size_t incident_count, incident_room;
    int64_t *tallies; // [branch][day][n, unhappy]
    bool *open;       // [branch][rule]
    struct month m;
};

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static bool grow(void **items, size_t count, size_t *room, size_t bytes)
{
    if (count < *room) {
        return true;
    }
    size_t more = *room == 0 ? 1024 : 2 * *room;
    void *grown = realloc(*items, more * bytes);
    if (grown == NULL) {
        return false;
    }
    *items = grown;
    *room = more;
    return true;
}

// ---------------------------------------------------------------- what happens

static bool add_incident(struct run *w, int branch, const struct fleet_span *span)
{
    for (size_t i = 0; i < w->incident_count; i++) { // at each of its kiosks
        if (w->incidents[i].branch == branch && w->incidents[i].from == span->from) {
            return true;
        }
    }
    if (!grow((void **)&w->incidents, w->incident_count, &w->incident_room, sizeof *w->incidents)) {
        return false;
    }
    w->incidents[w->incident_count++] =
        (struct incident){.from = span->from, .until = span->until, .branch = branch};
    return true;
}

static bool draw_day(struct run *w, int kiosk, int day)
{
    struct fleet_span spans[FLEET_SPANS_MAX];
    struct fleet_event *events;
    int count, span_count;
    if (!model_day(w->r, kiosk, MONTH_FIRST_DAY + day, MONTH_FIRST_DAY, &events, &count, spans,
                   &span_count)) {
        return false;
    }
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        ok = events[i].type != FLEET_VOTE ||
             grow((void **)&w->votes, w->vote_count, &w->vote_room, sizeof *w->votes);
        if (ok && events[i].type == FLEET_VOTE) {
            w->votes[w->vote_count++] = (struct vote){events[i].at, kiosk, events[i].score};
        }
    }
    for (int i = 0; ok && day >= w->learn_days && i < span_count; i++) {
        ok = add_incident(w, w->r->kiosks[kiosk].branch, &spans[i]);
    }
    free(events);
    return ok;
}

static int in_order(const void *a, const void *b)
{
    const struct vote *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->kiosk > y->kiosk) - (x->kiosk < y->kiosk);
}

static bool draw(struct run *w)
{
    for (int day = 0; day < (int)w->r->s->days; day++) {
        for (int kiosk = 0; kiosk < w->r->kiosk_count; kiosk++) {
            if (!draw_day(w, kiosk, day)) {
                return false;
            }
        }
    }
    if (w->vote_count > 0) {
        qsort(w->votes, w->vote_count, sizeof *w->votes, in_order);
    }
    return true;
}

// ---------------------------------------------------------------- what rules say

static int32_t place_of(int branch)
{
    return CHAIN + 1 + branch;
}

static bool configure(struct run *w, const struct engine_rule *rules, wall_ms from)
{
    struct engine_place *places = calloc((size_t)w->r->branch_count + 1, sizeof *places);
    struct engine_rule all[MONTH_RULES];
    if (places == NULL) {
        return false;
    }
    places[0] = (struct engine_place){.id = CHAIN, .kind = ENGINE_GROUP};
    for (int b = 0; b < w->r->branch_count; b++) {
        places[b + 1] = (struct engine_place){
            place_of(b), CHAIN, ENGINE_BRANCH, &w->r->branches[b].hours, {zone_offset, w->r->branches[b].tz}};
    }
    for (int i = 0; i < w->rule_count; i++) {
        all[i] = rules[i];
        all[i].id = i + 1;
        all[i].version = 1;
        all[i].place = CHAIN;
    }
    struct engine_config c = {.places = places,
                              .place_count = (size_t)w->r->branch_count + 1,
                              .rules = all,
                              .rule_count = (size_t)w->rule_count,
                              .lost_after_ms = ENGINE_TIMEOUT_MS};
    bool ok = engine_configure(w->e, &c, from) == ENGINE_DONE;
    free(places);
    return ok;
}

static int64_t *tally(const struct run *w, int branch, int day)
{
    return &w->tallies[2 * ((size_t)branch * (size_t)w->r->s->days + (size_t)day)];
}

struct learning {
    struct run *w;
    int day;
};

static void tell_usual(void *ctx, const struct engine_rule *rule, int32_t place)
{
    const struct learning *l = ctx;
    int64_t n = 0, unhappy = 0;
    for (int day = l->day > USUAL_DAYS ? l->day - USUAL_DAYS : 0; day < l->day; day++) {
        n += tally(l->w, place - place_of(0), day)[0];
        unhappy += tally(l->w, place - place_of(0), day)[1];
    }
    engine_set_usual(l->w->e, rule->id, place, n, unhappy, (wall_ms)(MONTH_FIRST_DAY + l->day) * DAY_MS);
}

static struct incident *incident_at(const struct run *w, int branch, wall_ms at)
{
    for (size_t i = 0; i < w->incident_count; i++) {
        struct incident *in = &w->incidents[i];
        if (in->branch == branch && at >= in->from && at < in->until + MONTH_AFTER_MS) {
            return in;
        }
    }
    return NULL;
}

static void raised(struct run *w, const struct engine_transition *t)
{
    struct month_figures *f = &w->m.rule[t->rule - 1];
    struct incident *in = incident_at(w, t->place - place_of(0), t->at);
    f->alerts++;
    if (in == NULL) {
        f->wrong++;
    } else if (!in->seen[t->rule - 1] && !in->already[t->rule - 1]) {
        in->seen[t->rule - 1] = true;
        f->seen++;
        f->votes += (double)in->votes;
        f->minutes += (double)(t->at - in->from) / 60000;
    }
}

static void take_transitions(struct run *w, wall_ms counts_from)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(w->e, &n);
    for (size_t i = 0; i < n; i++) {
        bool *open = &w->open[(size_t)(t[i].place - place_of(0)) * MONTH_RULES + (size_t)t[i].rule - 1];
        bool first = t[i].to == ENGINE_FIRING &&
                     (t[i].from == ENGINE_OK || t[i].from == ENGINE_PENDING || t[i].from == ENGINE_RESOLVED);
        if (first && t[i].at >= counts_from) {
            raised(w, &t[i]);
        }
        *open = t[i].to != ENGINE_OK && t[i].to != ENGINE_PENDING && t[i].to != ENGINE_RESOLVED;
    }
    engine_clear(w->e);
}

// Incidents of the branch: what was open as one began, and how many votes it has had.
static void note_vote(struct run *w, int branch, wall_ms at)
{
    for (size_t i = 0; i < w->incident_count; i++) {
        struct incident *in = &w->incidents[i];
        if (in->branch != branch || at < in->from || at >= in->until + MONTH_AFTER_MS) {
            continue;
        }
        for (int k = 0; in->votes == 0 && k < w->rule_count; k++) {
            // A window can be broken without a vote, as older ones leave it.
            in->already[k] = !in->seen[k] && w->open[(size_t)branch * MONTH_RULES + (size_t)k];
            w->m.rule[k].already += in->already[k];
        }
        in->votes++;
    }
}

static void feed(struct run *w)
{
    wall_ms counts_from = (wall_ms)(MONTH_FIRST_DAY + w->learn_days) * DAY_MS;
    int day = 0;
    for (size_t i = 0; i < w->vote_count; i++) {
        const struct vote *v = &w->votes[i];
        int branch = w->r->kiosks[v->kiosk].branch;
        for (; v->at >= (wall_ms)(MONTH_FIRST_DAY + day + 1) * DAY_MS; day++) {
            struct learning l = {w, day + 1};
            engine_each_learning(w->e, tell_usual, &l);
        }
        if (day >= 0 && day < (int)w->r->s->days) {
            tally(w, branch, day)[0]++;
            tally(w, branch, day)[1] += v->score <= 3;
        }
        note_vote(w, branch, v->at);
        struct engine_vote vote = {.event = (int64_t)i + 1,
                                   .place = place_of(branch),
                                   .kiosk = v->kiosk + 1,
                                   .question = "",
                                   .score = v->score,
                                   .of = 5,
                                   .at = v->at,
                                   .arrived = v->at};
        engine_vote(w->e, &vote);
        take_transitions(w, counts_from);
        w->m.votes += v->at >= counts_from;
    }
}

static void settle(struct run *w)
{
    w->m.branches = w->r->branch_count;
    w->m.days = (int)w->r->s->days - w->learn_days;
    for (int i = 0; i < w->rule_count; i++) {
        struct month_figures *f = &w->m.rule[i];
        f->incidents = (int)w->incident_count;
        f->votes /= f->seen > 0 ? f->seen : 1;
        f->minutes /= f->seen > 0 ? f->seen : 1;
        f->wrong_a_month = (double)f->wrong * 30 / w->m.days / w->m.branches;
    }
}

bool month_run(const struct roster *r, int learn_days, const struct engine_rule *rules, int rule_count,
               struct month *ret_m)
{
    struct run w = {.r = r, .learn_days = learn_days, .rule_count = rule_count, .e = engine_create()};
    w.tallies = calloc((size_t)r->branch_count * (size_t)r->s->days * 2, sizeof *w.tallies);
    w.open = calloc((size_t)r->branch_count * MONTH_RULES, sizeof *w.open);
    bool ok = w.e != NULL && w.tallies != NULL && w.open != NULL && rule_count <= MONTH_RULES && draw(&w) &&
              configure(&w, rules, (wall_ms)(MONTH_FIRST_DAY - 1) * DAY_MS);
    if (ok) {
        feed(&w);
        settle(&w);
        ok = !engine_failed(w.e);
        *ret_m = w.m;
    }
    engine_destroy(w.e);
    free(w.votes);
    free(w.incidents);
    free(w.tallies);
    free(w.open);
    return ok;
}
