// views: the votes behind an alert. Those of a standard or change are judged here again as the engine did (opening hours,
// presses too near to each other), up to the last step: so the curve and the counts agree with the rule and
// with each other, and nobody sees a vote before its step.
#include "aggregator/views_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CURVE_MAX = 200, // points of a curve
    SPOTS_MAX = BRANCH_PLACES + BRANCH_KIOSKS,
    QUARTERS_MAX = 4 * 24 * 14,
};

// ---------------------------------------------------------------- reading them

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
    bool happy = score_is_happy(score, levels, a->r.top_faces > 0 ? a->r.top_faces : 2);
    return (struct judged){.event = sqlite3_column_int64(s, 0),
                           .place = sqlite3_column_int(s, 1),
                           .kiosk = sqlite3_column_int(s, 2),
                           .at = sqlite3_column_int64(s, 3),
                           .score = score,
                           .levels = levels,
                           .happy = happy,
                               .unhappy = a->r.option.s[0] != '\0' ? sqlite3_column_int(s, 6) != 0
                                      : a->r.faces != 0        ? (a->r.faces >> (score - 1) & 1) != 0
                                                               : !happy};
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
        // A count of a reason: those whose visit names it, within as far as a visit goes.
        " SELECT e.event_id, e.place_id, kiosk_id, at, score, levels, ?8 <> '' AND EXISTS (SELECT 1 FROM event c,"
        " json_each(c.body, '$.options') o WHERE c.epoch_id = e.epoch_id AND c.seq > e.seq AND c.seq < e.seq + ?9"
        " AND c.visit = e.visit AND c.kind = 1 AND (c.flags & 21) = 0 AND c.event_id <= ?7 AND o.value = ?8)"
        " FROM down CROSS JOIN event e USING(place_id)"
        " JOIN epoch USING(epoch_id) WHERE e.event_id >= ?2 AND e.event_id <= ?3 AND kind = 0 AND at >= ?4 "
        "AND at < ?5"
        " AND (flags & 21) = 0 AND (?6 = '' OR e.name_id = (SELECT name_id FROM name WHERE id = ?6))"
        // Taken back, but not released yet: it counts until the void's step.
        " AND ((flags & 8) = 0 OR EXISTS (SELECT 1 FROM event x WHERE x.epoch_id = e.epoch_id AND x.kind = 5"
        " AND x.score = e.seq AND x.event_id > ?7)) ORDER BY e.event_id",
        "diiiititd", a->place, first, last, from, to, a->r.option.s[0] != '\0' ? "" : a->r.question.s, b->released,
        a->r.option.s, (int)ROLLUP_VISIT_SPAN);
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

struct votes alert_votes(struct views *v, const struct branch *b, const struct alert *a)
{
    if (!engine_is_window(a->r.kind)) {
        int64_t last = a->closed > 0 ? least(a->last_event, b->released) : b->released;
        return a->first_event > 0 ? load_votes(v, b, a, a->first_event, last, 0, INT64_MAX)
                                  : (struct votes){.items = NULL};
    }
    wall_ms to = a->closed > 0 ? least(a->closed, b->released_at) : b->released_at,
            from = to - a->r.window_ms;
    return load_votes(v, b, a, views_first_event_since(v, from - HOUR_MS), b->released, from, to + 1);
}

// ---------------------------------------------------------------- as parts of the document

// The chart of the hour (engine.h, by_hour), with the points in proportion to its limits. False: there is none.
static bool turn_to_hour(const struct branch *b, const struct alert *a, struct change *chart, int points[CHANGE_PARTS], wall_ms at)
{
    const struct alert_change *c = &a->change;
    const struct hours_zone zone = branch_zone(b);
    struct change was = *chart;
    wall_ms until;
    int32_t room = (int32_t)lround(c->spread * ENGINE_SHARE_UNITS);
    int32_t share = engine_hour_share(c->base, room, c->hours, hours_of_week(&zone, at, &until));
    if (!change_find((double)share / ENGINE_SHARE_UNITS, a->r.arl > 0 ? a->r.arl : ENGINE_ARL_DEFAULT, a->r.drift, chart)) {
        return false;
    }
    if (was.count > 0) {
        change_turn(&was, chart, points);
    }
    return true;
}

// A standard counts on after an alarm; the parts of a change start again, after the vote that shows them at the limit. By
// hour they are shown as of the limit that the alarm was at.
static int curve_vote(const struct alert *a, const struct points *chart, const struct change *parts, int points[CHANGE_PARTS],
                      const struct judged *j)
{
    const struct alert_change *c = &a->change;
    if (c->parts.count == 0) {
        int kind = a->r.kind == ENGINE_MOOD ? j->score - 1 : !j->unhappy;
        if (a->r.kind != ENGINE_MOOD || j->levels == chart->kinds) {
            points[0] = points_step(chart, points[0], kind, 2 * chart->limit);
        }
        return points[0];
    }
    bool alarm = change_step(parts, points, j->unhappy);
    int shown = points[c->reached] * c->parts.part[c->reached].limit / parts->part[c->reached].limit;
    if (alarm) {
        memset(points, 0, CHANGE_PARTS * sizeof *points);
    }
    return shown;
}

json_t *votes_curve(const struct branch *b, const struct alert *a, const struct votes *votes)
{
    json_t *list = json_array();
    struct points chart = {.kinds = 2};
    struct cusum promise;
    struct change parts = a->change.base == 0 ? a->change.parts : (struct change){.count = 0};
    bool known = a->change.parts.count > 0 && (a->change.base == 0 || a->change.hours[0] != '\0');
    if (a->r.kind == ENGINE_STANDARD) {
        known = cusum_scores(a->r.promise, &promise);
        chart.step[0] = known ? promise.up : 0;
        chart.step[1] = known ? -promise.down : 0;
    } else if (a->r.kind == ENGINE_MOOD) {
        known = engine_mood_chart(&a->r, &chart);
    }
    if (!known || votes->count == 0) {
        return list;
    }
    chart.limit = (int)a->limit;
    struct hours_period p = branch_period(b, votes->items[0].at);
    int state[CHANGE_PARTS] = {(int)a->start}, every = (votes->count + CURVE_MAX - 1) / CURVE_MAX;
    wall_ms at = 0; // votes of several kiosks may arrive out of order; a curve does not go back
    if (a->r.kind == ENGINE_CHANGE) {
        memcpy(state, a->change.start, sizeof state);
    }
    for (int i = 0; i < votes->count; i++) {
        const struct judged *j = &votes->items[i];
        if (j->at >= p.until) { // a new opening: half is forgotten
            p = branch_period(b, j->at);
            for (int k = 0; k < CHANGE_PARTS; k++) {
                state[k] /= 2;
            }
        }
        if (a->change.base != 0 && !turn_to_hour(b, a, &parts, state, j->at)) {
            break;
        }
        int points = curve_vote(a, &chart, &parts, state, j);
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

json_t *votes_places(const struct branch *b, const struct votes *votes)
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

// ---------------------------------------------------------------- by quarter hour

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

static json_t *votes_json(struct views *v, struct branch *b, const char *id)
{
    struct alert a;
    struct votes votes = {.items = NULL};
    if (!alert_load(v, b, id, &a)) {
        return NULL;
    }
    if (engine_is_content(a.r.kind)) {
        votes = alert_votes(v, b, &a);
    }
    json_t *o = quarters_json(b, &votes);
    free(votes.items);
    json_decref(a.name);
    return o;
}

enum views_error views_of_alert(struct views *v, const struct views_user *u, const char *alert, wall_ms now,
                                json_t *(*make)(struct views *v, struct branch *b, const char *alert),
                                char **ret_json)
{
    char id[IDENT_MAX + 1], *text = NULL;
    int32_t place;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    enum views_error e = VIEWS_NOT_FOUND;
    struct branch *b = calloc(1, sizeof *b);
    v->failed = v->failed || b == NULL;
    if (b != NULL && find_alert(v, alert, id, sizeof id, &place) &&
        (u == NULL || views_in_scope(v, place, u->place))) {
        e = branch_load(v, id, now, b);
    }
    if (e == VIEWS_OK) {
        json_t *o = make(v, b, alert);
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

enum views_error views_alert_votes(struct views *v, const struct views_user *u, const char *alert,
                                   wall_ms now, char **ret_json)
{
    return views_of_alert(v, u, alert, now, votes_json, ret_json);
}
