// views: alerts with the votes behind them. A standard's votes are judged here again as the engine did
// (opening hours, presses too near to each other), up to the last step: so the curve and the counts agree
// with the rule and with each other, and nobody sees a vote before its step.
#include "aggregator/rules_json.h"
#include "aggregator/views_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CURVE_MAX = 200, // points of a curve
    CLOSED_SHOWN_MS = 15 * MINUTE_MS,
    ALERTS_MAX = 50,     // on one page
    LEARNED_VOTES = 900, // fewer do not tell the usual traffic
    COST_DAYS = 28,
    SPOTS_MAX = BRANCH_PLACES + BRANCH_KIOSKS,
    QUARTERS_MAX = 4 * 24 * 14,
};

struct alert {
    int64_t number;
    char id[IDENT_MAX + 1], state[16], rule_id[IDENT_MAX + 1], closed_by[81], ack_by[81];
    int32_t rule, version, place, kiosk;
    wall_ms since, raised, closed, ack_at, ack_until;
    int64_t flaps, first_event, last_event, limit;
    struct engine_rule r;
    json_t *name; // owned
};

// One judged vote, in order of arrival.
struct judged {
    int64_t event;
    int32_t place, kiosk;
    wall_ms at;
    bool unhappy, happy; // of a share rule a vote may be neither named nor happy
};

struct votes {
    struct judged *items; // owned
    int count, room;
};

// ---------------------------------------------------------------- rows

static const char alert_columns[] =
    "SELECT a.alert_id, a.id, a.state, a.rule_id, a.rule_version, a.place_id, a.kiosk_id, a.since, a.raised,"
    " coalesce(a.closed, 0), coalesce((SELECT coalesce((SELECT display FROM user WHERE name = l.who), l.who)"
    " FROM alert_log l WHERE l.alert_id = a.alert_id AND l.action = 'closed' ORDER BY log_id DESC LIMIT 1), "
    "''),"
    " a.flaps, a.first_event, a.last_event, a.point_limit,"
    " coalesce((SELECT display FROM user WHERE name = a.ack_by), a.ack_by, ''), coalesce(a.ack_at, 0),"
    " coalesce(a.ack_until, 0), r.id, r.body"
    " FROM alert a JOIN rule r ON r.rule_id = a.rule_id AND r.version = a.rule_version"
    " WHERE a.place_id = ?1 AND (a.closed IS NULL OR a.closed >= ?2) ORDER BY a.alert_id DESC";

static bool read_alert(sqlite3_stmt *s, struct alert *a)
{
    *a = (struct alert){.number = sqlite3_column_int64(s, 0),
                        .rule = sqlite3_column_int(s, 3),
                        .version = sqlite3_column_int(s, 4),
                        .place = sqlite3_column_int(s, 5),
                        .kiosk = sqlite3_column_int(s, 6),
                        .since = sqlite3_column_int64(s, 7),
                        .raised = sqlite3_column_int64(s, 8),
                        .closed = sqlite3_column_int64(s, 9),
                        .flaps = sqlite3_column_int64(s, 11),
                        .first_event = sqlite3_column_int64(s, 12),
                        .last_event = sqlite3_column_int64(s, 13),
                        .limit = sqlite3_column_int64(s, 14),
                        .ack_at = sqlite3_column_int64(s, 16),
                        .ack_until = sqlite3_column_int64(s, 17)};
    store_copy(s, 1, a->id, sizeof a->id);
    store_copy(s, 2, a->state, sizeof a->state);
    store_copy(s, 10, a->closed_by, sizeof a->closed_by);
    store_copy(s, 15, a->ack_by, sizeof a->ack_by);
    store_copy(s, 18, a->rule_id, sizeof a->rule_id);
    const char *body = (const char *)sqlite3_column_text(s, 19);
    if (!rule_decode(body, &a->r)) {
        return false;
    }
    json_t *o = json_loads(body, 0, NULL), *name = json_object_get(o, "name");
    a->name = name != NULL ? json_incref(name) : json_object();
    json_decref(o);
    return true;
}

// ---------------------------------------------------------------- votes behind it

// What the engine left out is left out here: votes while closed, and presses nearer than mash_ms.
struct guard {
    struct hours_period period;
    wall_ms last[BRANCH_KIOSKS + 1]; // of each kiosk, the last press; 0: none
};

static bool passes(struct guard *g, const struct branch *b, const struct alert *a, int32_t kiosk, wall_ms at)
{
    if (at < g->period.from || at >= g->period.until) {
        g->period = branch_period(b, at);
    }
    if (!g->period.open) {
        return false;
    }
    const struct branch_kiosk *k = branch_kiosk(b, kiosk);
    wall_ms *last = &g->last[k != NULL ? k - b->kiosks : BRANCH_KIOSKS], before = *last;
    *last = at > before ? at : before;
    return a->r.mash_ms <= 0 || before == 0 || llabs(at - before) >= a->r.mash_ms;
}

static bool add_vote(struct votes *list, struct judged j)
{
    if (list->count == list->room) {
        int room = list->room == 0 ? 128 : list->room * 2;
        struct judged *grown = realloc(list->items, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        list->items = grown;
        list->room = room;
    }
    list->items[list->count++] = j;
    return true;
}

static struct judged judge(const struct alert *a, sqlite3_stmt *s)
{
    int score = sqlite3_column_int(s, 4), levels = sqlite3_column_int(s, 5);
    bool happy = score_is_happy(score, levels, a->r.kind == ENGINE_SHARE ? 2 : a->r.top_faces);
    return (struct judged){.event = sqlite3_column_int64(s, 0),
                           .place = sqlite3_column_int(s, 1),
                           .kiosk = sqlite3_column_int(s, 2),
                           .at = sqlite3_column_int64(s, 3),
                           .happy = happy,
                           .unhappy =
                               a->r.kind == ENGINE_SHARE ? (a->r.faces >> (score - 1) & 1) != 0 : !happy};
}

// Events first..last of the alert's place that the rule judges, with event times in [from, to).
static struct votes load_votes(struct views *v, const struct branch *b, const struct alert *a, int64_t first,
                               int64_t last, wall_ms from, wall_ms to)
{
    struct votes list = {.items = NULL};
    struct guard *g = calloc(1, sizeof *g);
    if (g == NULL) {
        v->failed = true;
        return list;
    }
    g->period = branch_period(b, from > 0 ? from : b->day);
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d JOIN place p"
        " ON p.parent_id = d.place_id)"
        " SELECT e.event_id, e.place_id, kiosk_id, at, score, levels FROM down CROSS JOIN event e "
        "USING(place_id)"
        " JOIN epoch USING(epoch_id) WHERE e.event_id >= ?2 AND e.event_id <= ?3 AND kind = 0 AND at >= ?4 "
        "AND at < ?5"
        " AND (flags & 21) = 0 AND (?6 = '' OR e.name_id = (SELECT name_id FROM name WHERE id = ?6))"
        // Taken back, but not released yet: it counts until the void's step.
        " AND ((flags & 8) = 0 OR EXISTS (SELECT 1 FROM event x WHERE x.epoch_id = e.epoch_id AND x.kind = 5"
        " AND x.score = e.seq AND x.event_id > ?7)) ORDER BY e.event_id",
        "diiiiti", a->place, first, last, from, to, a->r.question.s, b->released);
    while (views_row(v, s)) {
        struct judged j = judge(a, s);
        if (passes(g, b, a, j.kiosk, j.at) && !add_vote(&list, j)) {
            v->failed = true;
            break;
        }
    }
    sqlite3_reset(s);
    free(g);
    return list;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// The votes an alert speaks of, up to the last step: a standard's cycle, a share's window.
static struct votes votes_behind(struct views *v, const struct branch *b, const struct alert *a)
{
    if (a->r.kind == ENGINE_STANDARD) {
        int64_t last = a->closed > 0 ? least(a->last_event, b->released) : b->released;
        return a->first_event > 0 ? load_votes(v, b, a, a->first_event, last, 0, INT64_MAX)
                                  : (struct votes){.items = NULL};
    }
    wall_ms to = a->closed > 0 ? least(a->closed, b->released_at) : b->released_at,
            from = to - a->r.window_ms;
    return load_votes(v, b, a, views_first_event_since(v, from - HOUR_MS), b->released, from, to + 1);
}

// ---------------------------------------------------------------- parts of the document

static json_t *curve_json(const struct branch *b, const struct alert *a, const struct votes *votes)
{
    json_t *list = json_array();
    struct cusum chart;
    if (a->r.kind != ENGINE_STANDARD || !cusum_scores(a->r.promise, &chart) || votes->count == 0) {
        return list;
    }
    chart.limit = (int)a->limit;
    struct hours_period p = branch_period(b, votes->items[0].at);
    int points = 0, every = (votes->count + CURVE_MAX - 1) / CURVE_MAX;
    wall_ms at = 0; // votes of several kiosks may arrive out of order; a curve does not go back
    for (int i = 0; i < votes->count; i++) {
        const struct judged *j = &votes->items[i];
        if (j->at >= p.until) { // a new opening: half is forgotten
            p = branch_period(b, j->at);
            points /= 2;
        }
        points = cusum_step(&chart, points, j->unhappy, 2 * chart.limit);
        at = j->at > at ? j->at : at;
        if ((votes->count - 1 - i) % every == 0) { // the newest is always there
            json_array_append_new(list, json_pack("{s:I,s:i}", "at", (json_int_t)at, "points", points));
        }
    }
    return list;
}

struct spot {
    const char *id, *name;
    int64_t n, unhappy;
};

static int worst_first(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    return x->unhappy != y->unhappy ? (x->unhappy < y->unhappy ? 1 : -1)
           : x->n != y->n           ? (x->n < y->n ? 1 : -1)
                                    : 0;
}

// By area where the branch has some, else by kiosk.
static struct spot *spot_of(const struct branch *b, struct spot *spots, int *count, const struct judged *j)
{
    const struct branch_place *p = b->place_count > 1 ? branch_place(b, j->place) : NULL;
    const struct branch_kiosk *k = p == NULL ? branch_kiosk(b, j->kiosk) : NULL;
    const char *id = p != NULL   ? p->id
                     : k != NULL ? k->id
                                 : "",
               *name = p != NULL   ? p->name
                       : k != NULL ? k->name
                                   : "";
    for (int i = 0; i < *count; i++) {
        if (spots[i].id == id) {
            return &spots[i];
        }
    }
    spots[*count] = (struct spot){.id = id, .name = name};
    return &spots[(*count)++];
}

static json_t *places_json(const struct branch *b, const struct votes *votes)
{
    json_t *list = json_array();
    int count = 0;
    struct spot *spots = calloc(SPOTS_MAX + 1, sizeof *spots);
    for (int i = 0; spots != NULL && i < votes->count; i++) {
        struct spot *s = spot_of(b, spots, &count, &votes->items[i]);
        s->n++;
        s->unhappy += votes->items[i].unhappy;
    }
    if (spots != NULL) {
        qsort(spots, (size_t)count, sizeof *spots, worst_first);
    }
    for (int i = 0; i < count; i++) {
        if (spots[i].id[0] != '\0') {
            json_array_append_new(list, json_pack("{s:s,s:s,s:I,s:I}", "id", spots[i].id, "name",
                                                  spots[i].name, "n", (json_int_t)spots[i].n, "unhappy",
                                                  (json_int_t)spots[i].unhappy));
        }
    }
    free(spots);
    return list;
}

static json_t *alert_reasons(struct views *v, const struct branch *b, const struct votes *votes,
                             bool whole_branch, int32_t place, int top_faces)
{
    json_t *named = json_object();
    int64_t answered = 0;
    for (int i = 0; votes->count > 0 && i < b->place_count; i++) {
        if (whole_branch || b->places[i].place == place) {
            reasons_add(v, b->places[i].place, votes->items[0].event, b->released,
                        votes->items[0].at - HOUR_MS, INT64_MAX, top_faces, named, &answered);
        }
    }
    json_t *list = reasons_json(b, named);
    json_decref(named);
    return list;
}

// Open days between false alarms at the usual traffic of the last four weeks; unknown while learning.
static struct cost cost_of(struct views *v, const struct branch *b, const struct alert *a)
{
    int64_t votes = 0, days = 0;
    for (int i = 0; i < b->place_count; i++) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT coalesce(sum(n), 0), count(*) FROM (SELECT sum(c1 + c2 + c3 + c4 + c5 + c6"
                       " + c7 + c8 + c9 + c10) AS n FROM tally WHERE place_id = ?1 AND quarter >= ?2"
                       " AND quarter < ?3 GROUP BY quarter / 96)",
                       "dii", b->places[i].place, (b->day - COST_DAYS * (wall_ms)DAY_MS) / QUARTER_MS,
                       b->day / QUARTER_MS);
        if (views_row(v, s)) {
            votes += sqlite3_column_int64(s, 0);
            days = sqlite3_column_int64(s, 1) > days ? sqlite3_column_int64(s, 1) : days;
        }
        sqlite3_reset(s);
    }
    int64_t a_day = votes > LEARNED_VOTES && days > 0 ? votes / days : 0;
    for (int i = 0; i < COSTS; i++) {
        if (v->costs[i].rule == a->rule && v->costs[i].version == a->version && v->costs[i].votes == a_day) {
            return v->costs[i];
        }
    }
    struct cost c = {a->rule, a->version, a_day, NAN, NAN};
    struct engine_cost computed;
    struct engine_rule r = a->r;
    r.id = r.version = r.place = 1; // only its numbers matter
    if (engine_rule_cost(&r, a_day > 0 ? a_day : 1, &computed)) {
        c.arl = computed.arl;
        c.days = a_day > 0 ? computed.periods : NAN;
    }
    v->costs[v->cost_next++ % COSTS] = c;
    return c;
}

static json_t *comments_json(struct views *v, const struct alert *a, char *ret_ack, size_t n)
{
    json_t *list = json_array();
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT coalesce((SELECT display FROM user WHERE name = who), who), at, text,"
                   " CASE action WHEN 'closed' THEN 'resolve' ELSE action END FROM alert_log"
                   " WHERE alert_id = ?1 AND action IN ('ack', 'comment', 'closed') ORDER BY log_id",
                   "i", a->number);
    ret_ack[0] = '\0';
    while (views_row(v, s)) {
        json_array_append_new(list,
                              json_pack("{s:s,s:I,s:s,s:s}", "by", sqlite3_column_text(s, 0), "at",
                                        (json_int_t)sqlite3_column_int64(s, 1), "text",
                                        sqlite3_column_text(s, 2), "action", sqlite3_column_text(s, 3)));
        if (strcmp((const char *)sqlite3_column_text(s, 3), "ack") == 0) {
            store_copy(s, 2, ret_ack, n);
        }
    }
    return list;
}

static void add_content(struct views *v, const struct branch *b, const struct alert *a, json_t *o)
{
    struct votes votes = votes_behind(v, b, a);
    struct counts c = {.n = votes.count};
    struct cusum chart = {0, 0, 0};
    int64_t unhappy = 0;
    bool standard = a->r.kind == ENGINE_STANDARD;
    struct cost cost = {.days = NAN, .arl = NAN};
    for (int i = 0; i < votes.count; i++) {
        c.good += votes.items[i].happy;
        unhappy += votes.items[i].unhappy;
    }
    if (standard) {
        cusum_scores(a->r.promise, &chart);
        cost = cost_of(v, b, a);
    }
    json_t *curve = curve_json(b, a, &votes), *counts = interval_json(&c);
    json_t *points = json_object_get(json_array_get(curve, json_array_size(curve) - 1), "points");
    json_object_set_new(counts, "unhappy", json_integer(unhappy));
    json_object_set_new(o, "target", json_integer(standard ? a->r.promise : a->r.raise / 10));
    json_object_set_new(o, "votes", counts);
    json_object_set(o, "points", standard ? (points != NULL ? points : json_integer(0)) : json_null());
    json_object_set_new(o, "limit", null_or_int(a->limit, standard));
    json_object_set_new(o, "up", null_or_int(chart.up, standard));
    json_object_set_new(o, "down", null_or_int(chart.down, standard));
    json_object_set_new(o, "curve", curve);
    json_object_set_new(o, "falseAlarmDays", null_or_real(cost.days, isfinite(cost.days)));
    json_object_set_new(o, "falseAlarmVotes", null_or_real(round(cost.arl), isfinite(cost.arl)));
    json_object_set_new(
        o, "reasons",
        alert_reasons(v, b, &votes, a->place == b->place, a->place, standard ? a->r.top_faces : 2));
    json_object_set_new(o, "places", places_json(b, &votes));
    if (!standard) {
        json_object_set_new(o, "boundary", json_string(a->r.at_least ? ">=" : ">"));
        json_object_set_new(o, "window", json_integer(a->r.window_ms / MINUTE_MS));
        json_object_set_new(o, "minN", json_integer(a->r.min_n));
    }
    free(votes.items);
}

// A silence since an unreleased vote is told to the quarter hour only.
static wall_ms told_since(const struct branch *b, const struct alert *a)
{
    bool hidden = a->r.kind == ENGINE_SILENCE && a->since > b->released_at;
    return hidden ? a->since / QUARTER_MS * QUARTER_MS : a->since;
}

static void add_liveness(struct views *v, struct branch *b, const struct alert *a, json_t *o)
{
    struct branch_kiosk *k = branch_kiosk(b, a->kiosk);
    wall_ms since = told_since(b, a);
    if (a->r.kind == ENGINE_SILENCE) {
        double gap = kiosk_usual_gap_min(v, b, a->kiosk);
        json_object_set_new(o, "silentMin",
                            json_integer(((a->closed > 0 ? a->closed : b->now) - since) / MINUTE_MS));
        json_object_set_new(o, "usualGapMin", null_or_real(gap, gap > 0));
        if (k != NULL && a->closed == 0) {
            k->silent = true;
            k->silent_since = since;
        }
    }
    if (k != NULL) {
        json_object_set_new(o, "lastHeard", null_or_int(k->heard_at, k->heard_at > 0));
    }
}

static json_t *subject_json(const struct branch *b, const struct alert *a)
{
    const struct branch_kiosk *k = branch_kiosk(b, a->kiosk);
    return k != NULL ? json_pack("{s:s,s:s}", "kiosk", k->id, "name", k->name) : json_null();
}

static json_t *alert_json(struct views *v, struct branch *b, const struct alert *a)
{
    // All that a kind does not have is null.
    static const char *const nulls[] = {"target",    "boundary",    "window",         "minN",
                                        "votes",     "points",      "limit",          "up",
                                        "down",      "ack",         "falseAlarmDays", "falseAlarmVotes",
                                        "silentMin", "usualGapMin", "lastHeard"};
    const struct branch_place *p = branch_place(b, a->place);
    char words[PROTOCOL_TEXT_MAX + 1];
    json_t *o = json_object(), *comments = comments_json(v, a, words, sizeof words);
    for (size_t i = 0; i < sizeof nulls / sizeof nulls[0]; i++) {
        json_object_set_new(o, nulls[i], json_null());
    }
    json_t *head =
        json_pack("{s:s,s:s,s:s,s:{s:s,s:i,s:O},s:{s:s,s:s},s:o,s:I,s:I,s:o,s:o,s:I,s:o,s:[],s:[],s:[]}",
                  "id", a->id, "state", a->state, "kind", engine_kind_name(a->r.kind), "rule", "id",
                  a->rule_id, "version", (int)a->version, "name", a->name, "place", "id", p->id, "name",
                  p->name, "subject", subject_json(b, a), "since", (json_int_t)told_since(b, a), "raised",
                  (json_int_t)a->raised, "closed", null_or_int(a->closed, a->closed > 0), "closedBy",
                  a->closed > 0 && a->closed_by[0] != '\0' ? json_string(a->closed_by) : json_null(), "flaps",
                  (json_int_t)a->flaps, "comments", comments, "curve", "reasons", "places");
    json_object_update(o, head);
    json_decref(head);
    if (a->r.kind == ENGINE_STANDARD || a->r.kind == ENGINE_SHARE) {
        add_content(v, b, a, o);
    } else {
        add_liveness(v, b, a, o);
    }
    if (a->closed == 0 && a->ack_by[0] != '\0' && a->ack_until > b->now) {
        json_object_set_new(o, "ack",
                            json_pack("{s:s,s:I,s:I,s:s}", "by", a->ack_by, "at", (json_int_t)a->ack_at,
                                      "until", (json_int_t)a->ack_until, "comment", words));
    }
    return o;
}

// ---------------------------------------------------------------- the page's list

// Open before closed, about people before machines, unattended before attended.
static int severity(const struct alert *a)
{
    static const char *const states[] = {"firing", "unknown", "acknowledged", "recovering"};
    static const int kinds[] = {
        [ENGINE_STANDARD] = 0, [ENGINE_SHARE] = 1, [ENGINE_OFFLINE] = 2, [ENGINE_SILENCE] = 3};
    int state = 0;
    while (state < 4 && strcmp(states[state], a->state) != 0) {
        state++;
    }
    return (a->closed > 0) * 1000 + kinds[a->r.kind] * 10 + state;
}

static int most_severe(const void *x, const void *y)
{
    const struct alert *a = x, *b = y;
    int d = severity(a) - severity(b);
    return d != 0 ? d : a->raised < b->raised ? 1 : a->raised > b->raised ? -1 : 0;
}

json_t *branch_alerts(struct views *v, struct branch *b)
{
    json_t *list = json_array();
    int count = 0;
    struct alert *alerts = calloc(ALERTS_MAX, sizeof *alerts);
    for (int i = 0; i < b->place_count && alerts != NULL; i++) {
        sqlite3_stmt *s =
            store_bind(v->st, alert_columns, "di", b->places[i].place, b->now - CLOSED_SHOWN_MS);
        while (count < ALERTS_MAX && views_row(v, s)) {
            count += read_alert(s, &alerts[count]);
        }
        sqlite3_reset(s);
    }
    if (alerts == NULL) {
        v->failed = true;
        return list;
    }
    qsort(alerts, (size_t)count, sizeof *alerts, most_severe);
    for (int i = 0; i < count; i++) {
        json_array_append_new(list, alert_json(v, b, &alerts[i]));
        json_decref(alerts[i].name);
    }
    free(alerts);
    return list;
}

// ---------------------------------------------------------------- the votes behind one

static bool find_alert(struct views *v, const char *id, char *ret_branch, size_t n, int32_t *ret_place)
{
    sqlite3_stmt *s =
        store_bind(v->st,
                   "WITH RECURSIVE up(place_id) AS (SELECT place_id FROM alert WHERE id = ?1 UNION SELECT "
                   "p.parent_id FROM up"
                   " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL)"
                   " SELECT p.id, p.place_id FROM up JOIN place p USING(place_id) WHERE p.kind = ?2",
                   "td", id, (int)PLACE_BRANCH);
    bool found = views_row(v, s);
    if (found) {
        store_copy(s, 0, ret_branch, n);
        *ret_place = sqlite3_column_int(s, 1);
        sqlite3_reset(s);
    }
    return found;
}

static int by_time(const void *a, const void *b)
{
    const struct judged *x = a, *y = b;
    return x->at < y->at ? -1 : x->at > y->at;
}

static json_t *quarters_json(const struct branch *b, struct votes *votes)
{
    json_t *list = json_array();
    struct spot spots[BRANCH_KIOSKS + 1];
    if (votes->count > 0) {
        qsort(votes->items, (size_t)votes->count, sizeof *votes->items, by_time);
    }
    for (int i = 0, made = 0; i < votes->count && made < QUARTERS_MAX; made++) {
        int64_t quarter = votes->items[i].at / QUARTER_MS, n = 0, unhappy = 0;
        int kiosks = 0;
        for (; i < votes->count && votes->items[i].at / QUARTER_MS == quarter; i++) {
            const struct branch_kiosk *k = branch_kiosk(b, votes->items[i].kiosk);
            const char *name = k != NULL ? k->name : "?";
            int at = 0;
            while (at < kiosks && spots[at].name != name) {
                at++;
            }
            if (at == kiosks) {
                spots[kiosks++] = (struct spot){.name = name};
            }
            spots[at].n++;
            spots[at].unhappy += votes->items[i].unhappy;
            n++;
            unhappy += votes->items[i].unhappy;
        }
        json_t *parts = json_array();
        qsort(spots, (size_t)kiosks, sizeof spots[0], worst_first);
        for (int k = 0; k < kiosks; k++) {
            json_array_append_new(parts,
                                  json_pack("{s:s,s:I,s:I}", "name", spots[k].name, "n",
                                            (json_int_t)spots[k].n, "unhappy", (json_int_t)spots[k].unhappy));
        }
        json_array_append_new(list,
                              json_pack("{s:I,s:I,s:I,s:o}", "at", (json_int_t)(quarter * QUARTER_MS), "n",
                                        (json_int_t)n, "unhappy", (json_int_t)unhappy, "kiosks", parts));
    }
    return json_pack("{s:o}", "quarters", list);
}

static json_t *votes_json(struct views *v, const struct branch *b, const char *id)
{
    struct alert a;
    json_t *o = NULL;
    for (int i = 0; i < b->place_count && o == NULL; i++) {
        sqlite3_stmt *s = store_bind(v->st, alert_columns, "di", b->places[i].place, (int64_t)0);
        while (o == NULL && views_row(v, s)) {
            if (strcmp((const char *)sqlite3_column_text(s, 1), id) == 0 && read_alert(s, &a)) {
                struct votes votes = {.items = NULL};
                if (a.r.kind == ENGINE_STANDARD || a.r.kind == ENGINE_SHARE) {
                    votes = votes_behind(v, b, &a);
                }
                o = quarters_json(b, &votes);
                free(votes.items);
                json_decref(a.name);
            }
        }
        sqlite3_reset(s);
    }
    return o;
}

enum views_error views_alert_votes(struct views *v, const struct views_user *u, const char *alert,
                                   wall_ms now, char **ret_json)
{
    char id[IDENT_MAX + 1], *text = NULL;
    int32_t place;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    enum views_error e = VIEWS_NOT_FOUND;
    struct branch *b = calloc(1, sizeof *b);
    v->failed = v->failed || b == NULL;
    if (b != NULL && find_alert(v, alert, id, sizeof id, &place) && views_in_scope(v, place, u->place)) {
        e = branch_load(v, id, now, b);
    }
    if (e == VIEWS_OK) {
        json_t *o = votes_json(v, b, alert);
        e = o != NULL ? VIEWS_OK : VIEWS_NOT_FOUND;
        text = o != NULL ? views_dump(o) : NULL;
        v->failed = v->failed || (o != NULL && text == NULL);
    }
    if (b != NULL) {
        branch_finish(b);
    }
    free(b);
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}
