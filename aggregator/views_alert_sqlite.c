// views: the alerts of a branch's page.
#include "aggregator/rules_json.h"
#include "aggregator/views_impl.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CLOSED_SHOWN_MS = 15 * MINUTE_MS,
    ALERTS_MAX = 50,     // on one page
    LEARNED_VOTES = 900, // fewer do not tell the usual traffic
    COST_DAYS = 28,
};

// ---------------------------------------------------------------- rows

// Its state as of the last step (?1): that people are happier again is told with the vote that says so.
#define ALERT_COLUMNS                                                                                                  \
    "SELECT a.alert_id, a.id, coalesce((SELECT from_state FROM alert_log l WHERE a.state = 'recovering'"               \
    " AND l.at > ?1 AND l.log_id = (SELECT max(log_id) FROM alert_log m WHERE m.alert_id = a.alert_id"                 \
    " AND m.to_state <> '')), a.state), a.rule_id, a.rule_version, a.place_id, a.kiosk_id, a.since, a.raised,"         \
    " coalesce(a.closed, 0), coalesce((SELECT coalesce((SELECT display FROM user WHERE name = l.who), l.who)"          \
    " FROM alert_log l WHERE l.alert_id = a.alert_id AND l.action = 'closed' ORDER BY log_id DESC LIMIT 1), ''),"      \
    " a.flaps, a.first_event, a.last_event, a.point_limit, a.point_start,"                                             \
    " coalesce((SELECT display FROM user WHERE name = a.ack_by), a.ack_by, ''), coalesce(a.ack_at, 0),"                \
    " coalesce(a.ack_until, 0), r.id, r.body, a.judged, coalesce(a.reopened, 0)"                                        \
    " FROM alert a JOIN rule r ON r.rule_id = a.rule_id AND r.version = a.rule_version"

// Ways into indices: what ended long ago is never looked at, unless it is worked on again.
static const char alerts_shown[] =
    ALERT_COLUMNS " WHERE a.alert_id IN (SELECT alert_id FROM alert WHERE place_id = ?2 AND closed IS NULL"
                  " UNION ALL SELECT * FROM (SELECT alert_id FROM alert WHERE place_id = ?2 AND closed >= ?3"
                  " ORDER BY alert_id DESC LIMIT 3)" // a standard that flutters must not bury what is open
                  " UNION ALL SELECT alert_id FROM alert WHERE place_id = ?2 AND reopened IS NOT NULL) ORDER BY a.alert_id DESC";
static const char alert_by_id[] = ALERT_COLUMNS " WHERE a.id = ?2";

static void read_change(const char *judged, struct alert_change *ret_c)
{
    json_t *o = json_loads(judged, 0, NULL), *part, *parts = json_object_get(o, "parts");
    struct alert_change c = {.usual = json_number_value(json_object_get(o, "usual")),
                             .spread = json_number_value(json_object_get(o, "spread")),
                             .base = (int32_t)lround(json_number_value(json_object_get(o, "place_usual")) * ENGINE_SHARE_UNITS)};
    const char *hours = json_string_value(json_object_get(o, "hours"));
    if (hours != NULL && strlen(hours) == HOURS_WEEK) {
        memcpy(c.hours, hours, sizeof c.hours);
    }
    size_t i;
    json_array_foreach(parts, i, part)
    {
        struct cusum *p = &c.parts.part[i];
        if (i < CHANGE_PARTS && json_unpack(part, "{s:i,s:i,s:i,s:i,s:i}", "up", &p->up, "down", &p->down, "limit",
                                            &p->limit, "start", &c.start[i], "points", &c.points[i]) == 0) {
            c.parts.count++;
        }
    }
    while (c.reached + 1 < c.parts.count && c.points[c.reached] < c.parts.part[c.reached].limit) {
        c.reached++;
    }
    json_decref(o);
    *ret_c = change_valid(&c.parts) ? c : (struct alert_change){.usual = 0};
}

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
                        .start = sqlite3_column_int64(s, 15),
                        .ack_at = sqlite3_column_int64(s, 17),
                        .ack_until = sqlite3_column_int64(s, 18),
                        .reopened = sqlite3_column_int64(s, 22)};
    store_copy(s, 1, a->id, sizeof a->id);
    store_copy(s, 2, a->state, sizeof a->state);
    store_copy(s, 10, a->closed_by, sizeof a->closed_by);
    store_copy(s, 16, a->ack_by, sizeof a->ack_by);
    store_copy(s, 19, a->rule_id, sizeof a->rule_id);
    read_change((const char *)sqlite3_column_text(s, 21), &a->change);
    const char *body = (const char *)sqlite3_column_text(s, 20);
    if (!rule_decode(body, &a->r)) {
        return false;
    }
    json_t *o = json_loads(body, 0, NULL), *name = json_object_get(o, "name");
    a->name = name != NULL ? json_incref(name) : json_object();
    json_decref(o);
    return true;
}

bool alert_load(struct views *v, const struct branch *b, const char *id, struct alert *ret_a)
{
    sqlite3_stmt *s = store_bind(v->st, alert_by_id, "it", b->released_at, id);
    bool found = views_row(v, s) && read_alert(s, ret_a);
    sqlite3_reset(s);
    return found;
}

// ---------------------------------------------------------------- parts of the document

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
        const struct cost *c = &v->costs[i];
        if (c->rule == a->rule && c->version == a->version && c->votes == a_day && c->usual == a->change.usual) {
            return v->costs[i];
        }
    }
    struct cost c = {a->rule, a->version, a_day, a->change.usual, NAN, NAN};
    struct engine_cost computed;
    struct engine_rule r = a->r;
    r.id = r.version = r.place = 1; // only its numbers matter
    if (r.kind == ENGINE_CHANGE) {
        r.usual = a->change.usual;
        r.parts = a->change.parts;
    }
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
                   " CASE action WHEN 'closed' THEN 'resolve' WHEN 'settle' THEN 'resolve' ELSE action END FROM alert_log"
                   " WHERE alert_id = ?1 AND action IN ('ack', 'comment', 'closed', 'settle', 'assign', 'reopen')"
                   " ORDER BY log_id",
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
    struct votes votes = alert_votes(v, b, a);
    struct counts c = {.n = votes.count};
    struct cusum chart = {0, 0, 0};
    int64_t unhappy = 0;
    bool standard = a->r.kind == ENGINE_STANDARD, mood = a->r.kind == ENGINE_MOOD;
    bool change = a->r.kind == ENGINE_CHANGE, charted = standard || change || mood;
    bool share = a->r.kind == ENGINE_SHARE, index = a->r.kind == ENGINE_INDEX;
    struct cost cost = {.days = NAN, .arl = NAN};
    for (int i = 0; i < votes.count; i++) {
        c.good += votes.items[i].happy;
        unhappy += votes.items[i].unhappy;
    }
    if (standard) {
        cusum_scores(a->r.promise, &chart);
    } else if (change) {
        chart = a->change.parts.part[a->change.reached];
    }
    if (charted || a->r.kind == ENGINE_RUN) {
        cost = cost_of(v, b, a);
    }
    json_t *curve = votes_curve(b, a, &votes), *counts = interval_json(&c);
    json_t *last = json_object_get(json_array_get(curve, json_array_size(curve) - 1), "points");
    int64_t points = change && last == NULL ? a->change.points[a->change.reached] : json_integer_value(last);
    json_object_set_new(counts, "unhappy", json_integer(unhappy));
    json_object_set_new(o, "target", null_or_int(standard ? a->r.promise
                                                 : share  ? a->r.raise / 10
                                                          : lround(100 - 100 * a->change.usual),
                                                 (charted && !mood) || share));
    json_object_set_new(o, "count", null_or_int(a->r.raise, !charted && !share && !index));
    json_object_set_new(o, "votes", counts);
    json_object_set_new(o, "points", null_or_int(points, charted));
    json_object_set_new(o, "limit", null_or_int(a->limit, charted));
    json_object_set_new(o, "up", null_or_int(chart.up, charted && !mood));
    json_object_set_new(o, "down", null_or_int(chart.down, charted && !mood));
    json_object_set_new(o, "curve", curve);
    json_object_set_new(o, "spread", null_or_real(a->change.spread, change && a->change.spread > 0));
    json_object_set_new(o, "falseAlarmDays", null_or_real(cost.days, isfinite(cost.days)));
    json_object_set_new(o, "falseAlarmVotes", null_or_real(round(cost.arl), isfinite(cost.arl)));
    json_object_set_new(
        o, "reasons",
        alert_reasons(v, b, &votes, a->place == b->place, a->place, standard || change ? a->r.top_faces : 2));
    json_object_set_new(o, "places", votes_places(b, &votes));
    if (share || index) {
        json_object_set_new(o, "boundary", json_string(a->r.at_least ? ">=" : ">"));
        json_object_set_new(o, "minN", json_integer(a->r.min_n));
    }
    if (engine_is_window(a->r.kind)) {
        json_object_set_new(o, "window", json_integer(a->r.window_ms / MINUTE_MS));
    }
    free(votes.items);
}

// Since an unreleased vote: told to the quarter hour only. The first vote of a standard or change was an unhappy one.
static wall_ms told_since(const struct branch *b, const struct alert *a)
{
    bool vote = a->r.kind == ENGINE_SILENCE || (engine_is_content(a->r.kind) && !engine_is_window(a->r.kind));
    bool hidden = vote && a->since > b->released_at;
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
                                        "votes",     "points",      "limit",          "up", "count",
                                        "down",      "ack",         "falseAlarmDays", "falseAlarmVotes",
                                        "silentMin", "usualGapMin", "lastHeard", "spread"};
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
    if (engine_is_content(a->r.kind) && a->r.kind != ENGINE_CONTACT) {
        add_content(v, b, a, o);
    } else {
        add_liveness(v, b, a, o);
    }
    alert_people(v, b, a, o);
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
        [ENGINE_STANDARD] = 0, [ENGINE_CHANGE] = 1, [ENGINE_SHARE] = 2,   [ENGINE_RUN] = 3,
        [ENGINE_COUNT] = 4,    [ENGINE_INDEX] = 5,  [ENGINE_OFFLINE] = 6, [ENGINE_SILENCE] = 7,
        [ENGINE_MOOD] = 1,     [ENGINE_COVERAGE] = 8, [ENGINE_CLOCK] = 9, [ENGINE_TAMPER] = 6,
        [ENGINE_CONTACT] = 0};
    int state = 0;
    while (state < 4 && strcmp(states[state], a->state) != 0) {
        state++;
    }
    return (a->closed > 0 && a->reopened == 0) * 1000 + kinds[a->r.kind] * 10 + state;
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
            store_bind(v->st, alerts_shown, "idi", b->released_at, b->places[i].place, b->now - CLOSED_SHOWN_MS);
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

// ---------------------------------------------------------------- one alert, for messages

static json_t *told_json(struct views *v, struct branch *b, const char *id)
{
    struct alert a;
    if (!alert_load(v, b, id, &a)) {
        return NULL;
    }
    json_t *o = json_pack("{s:{s:s,s:s,s:s},s:o}", "branch", "id", b->id, "name", b->name, "tz", b->tz_name, "alert",
                          alert_json(v, b, &a));
    json_decref(a.name);
    return o;
}

enum views_error views_alert(struct views *v, const char *alert, wall_ms now, char **ret_json)
{
    return views_of_alert(v, NULL, alert, now, told_json, ret_json);
}
