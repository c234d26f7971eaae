// trends: breaches that came to light late: what standards would have raised an alert of, had the answers that came late been
// here in time (alerts.md, row 4). Late ones are never judged live, so whoever reads of the day in the morning is told here.
//
//   "searched": false where the days are more than TREND_LATE_DAYS: what is older is news to nobody
//   "late": answers that arrived late in these days, whatever day they are of
//   "breaches": [{"place", "standard": {"id", "name"}, "at", "day", "time", "votes", "n", "unhappy", "late"}], by time
//
// A standard is tested (backtest_report.h) from the day of the oldest of these answers on, with and without the late ones, as
// it is in force now. A breach is told where only the test with them has an alert and none was open live. at: when it would
// have been raised; day and time as the clock of the place showed then. late: late ones of that place.
#include "aggregator/backtest_report.h"
#include "aggregator/pack.h"
#include "aggregator/rules_json.h"
#include "aggregator/trends_impl.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RULES_MOST = 64, BREACHES_MOST = 40, BACK_DAYS = 31 };

struct late_place {
    int32_t place, unit; // unit: where its answers are judged
};
struct late_unit {
    int32_t place;
    wall_ms first; // time of the oldest late answer
    int64_t n;
};
struct late_rule {
    int32_t rule;
    char id[IDENT_MAX + 1], place[IDENT_MAX + 1]; // place: where it is tested
    json_t *name;                                 // owned
};
struct late {
    struct trends *t;
    struct late_place *places; // owned
    struct late_unit *units;   // owned, those with late answers
    size_t place_count, unit_count;
    struct late_rule rules[RULES_MOST];
    int rule_count;
    wall_ms from_ms, to_ms;         // the days, by the clock of the place asked for
    int64_t first_event, end_event; // what arrived in them is within, other answers too
    int64_t answers;
    json_t *breaches; // owned
};

// The clock of a place; the caller frees it. NULL: out of memory, or there is no such zone.
static struct tz *zone_of(struct late *l, int32_t place)
{
    char name[65] = "UTC";
    sqlite3_stmt *s = store_bind(
        l->t->v->st,
        "WITH RECURSIVE above(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM"
        " above JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32) SELECT tz FROM "
        "above"
        " JOIN place USING(place_id) WHERE tz <> '' ORDER BY depth LIMIT 1",
        "d", place);
    if (views_row(l->t->v, s)) {
        store_copy(s, 0, name, sizeof name);
    }
    return trends_done(l->t, s, true) ? tz_load(name) : NULL;
}

#define DOWN                                                                                                 \
    "down(place_id, unit) AS (SELECT place_id, CASE WHEN kind >= ?2 THEN place_id ELSE 0 END FROM place"     \
    " WHERE place_id = ?1 UNION ALL SELECT p.place_id, CASE WHEN unit <> 0 THEN unit WHEN p.kind = ?2 THEN"  \
    " p.place_id ELSE 0 END FROM down JOIN place p ON p.parent_id = down.place_id)"

// ---------------------------------------------------------------- answers that came late

static bool load_places(struct late *l)
{
    struct trends *t = l->t;
    bool memory = true;
    sqlite3_stmt *s =
        store_bind(t->v->st, "WITH RECURSIVE " DOWN " SELECT place_id, unit FROM down WHERE unit <> 0", "dd",
                   t->place.number, (int)PLACE_BRANCH);
    while (memory && views_row(t->v, s)) {
        struct late_place *grown = realloc(l->places, (l->place_count + 1) * sizeof *grown);
        memory = grown != NULL;
        l->places = memory ? grown : l->places;
        if (memory) {
            l->places[l->place_count++] =
                (struct late_place){sqlite3_column_int(s, 0), sqlite3_column_int(s, 1)};
        }
    }
    l->units = memory ? calloc(l->place_count + 1, sizeof *l->units) : NULL;
    return trends_done(t, s, l->units != NULL);
}

static struct late_unit *unit_of(struct late *l, int32_t place)
{
    for (size_t i = 0; i < l->unit_count; i++) {
        if (l->units[i].place == place) {
            return &l->units[i];
        }
    }
    return NULL;
}

static void take(struct late *l, int32_t place, const struct packed *p)
{
    struct late_unit *u = unit_of(l, place);
    if (u == NULL) {
        u = &l->units[l->unit_count++];
        *u = (struct late_unit){.place = place, .first = p->at};
    }
    u->first = p->at < u->first ? p->at : u->first;
    u->n++;
    l->answers++;
}

static bool counts(const struct packed *p, wall_ms from, wall_ms to)
{
    return p->kind == EVENT_RATING && p->levels > 0 && (p->flags & EVENT_LATE) != 0 &&
           (p->flags & EVENT_UNSCORED) == 0 && p->arrived >= from && p->arrived < to &&
           p->at >= from - BACK_DAYS * (wall_ms)DAY_MS;
}

// History that was imported came late as a whole, and is no news.
static bool find_answers(struct late *l, const struct late_place *place)
{
    struct trends *t = l->t;
    bool damaged = false;
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "SELECT event_id, first_seq, n, arrived, data FROM pack WHERE place_id = ?1 AND last_event >= ?2"
        " AND event_id < ?3 AND epoch_id NOT IN (SELECT epoch_id FROM import)",
        "dii", place->place, l->first_event, l->end_event);
    while (views_row(t->v, s)) {
        struct pack_reader r;
        struct packed p;
        pack_read(&r, sqlite3_column_blob(s, 4), (size_t)sqlite3_column_bytes(s, 4), sqlite3_column_int(s, 2),
                  sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 3));
        while (pack_next(&r, &p, &damaged)) {
            if (counts(&p, l->from_ms, l->to_ms)) {
                take(l, place->unit, &p);
            }
        }
    }
    return trends_done(t, s, true); // a damaged pack is told by puasctl status
}

// ---------------------------------------------------------------- standards

static bool load_rules(struct late *l)
{
    struct trends *t = l->t;
    struct engine_rule r;
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "WITH RECURSIVE up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up JOIN place p "
                   "USING(place_id)"
                   " WHERE p.parent_id IS NOT NULL), " DOWN
                   " SELECT r.rule_id, r.id, p.id, r.body, r.place_id IN (SELECT place_id FROM down)"
                   " FROM rule r JOIN place p USING(place_id) WHERE r.to_ms IS NULL AND (r.place_id IN up OR "
                   "r.place_id IN (SELECT"
                   " place_id FROM down)) ORDER BY r.rule_id",
                   "dd", t->place.number, (int)PLACE_BRANCH);
    while (l->rule_count < RULES_MOST && views_row(t->v, s)) {
        struct late_rule *rule = &l->rules[l->rule_count];
        const char *body = (const char *)sqlite3_column_text(s, 3);
        if (!rule_decode(body, &r) || !engine_is_content(r.kind) || r.kind == ENGINE_CONTACT) {
            continue;
        }
        rule->rule = sqlite3_column_int(s, 0);
        store_copy(s, 1, rule->id, sizeof rule->id);
        store_copy(s, 2, rule->place, sizeof rule->place);
        if (sqlite3_column_int(s, 4) == 0) {
            snprintf(rule->place, sizeof rule->place, "%s", t->place.id);
        }
        json_t *o = json_loads(body, 0, NULL);
        rule->name = json_incref(json_object_get(o, "name"));
        json_decref(o);
        l->rule_count++;
    }
    return trends_done(t, s, true);
}

// The alerts that the standard would have had. NULL: t->error tells, or it is of a sort that is not tested.
static json_t *test(struct late *l, const struct late_rule *rule, const char *from, const char *to,
                    const char *late)
{
    struct trends *t = l->t;
    const struct backtest_query q = {
        .place = rule->place, .from = from, .to = to, .a = rule->id, .late = late};
    struct trend_problem problem;
    struct backtest_job *j = NULL;
    char why[600];
    enum trends_error e = backtest_open(t->v->path, NULL, &q, t->now, 0, &j, &problem, why, sizeof why);
    char *text = e == TRENDS_OK ? backtest_report(j, NULL, NULL, why, sizeof why) : NULL;
    json_t *o = text != NULL ? json_loads(text, 0, NULL) : NULL;
    json_t *alerts =
        json_incref(json_object_get(json_array_get(json_object_get(o, "settings"), 0), "alerts"));
    free(text);
    backtest_close(j);
    json_decref(o);
    if (alerts == NULL && e != TRENDS_BAD) {
        snprintf(t->v->why, sizeof t->v->why, "%s", why);
        t->error = TRENDS_FAILED;
    }
    return alerts;
}

// ---------------------------------------------------------------- breaches

struct span {
    wall_ms from, until;
};

static struct span span_of(const json_t *alert)
{
    const json_t *until = json_object_get(alert, "until");
    return (struct span){json_integer_value(json_object_get(alert, "raised")),
                         json_is_null(until) ? INT64_MAX : json_integer_value(until)};
}

static const char *place_of(const json_t *alert)
{
    return json_string_value(json_object_get(json_object_get(alert, "place"), "id"));
}

static bool among(const json_t *alerts, const json_t *alert)
{
    struct span mine = span_of(alert);
    size_t i;
    const json_t *other;
    json_array_foreach(alerts, i, other)
    {
        struct span s = span_of(other);
        if (strcmp(place_of(other), place_of(alert)) == 0 && s.from < mine.until && s.until > mine.from) {
            return true;
        }
    }
    return false;
}

static bool was_open(struct late *l, const struct late_rule *rule, int32_t place, struct span s)
{
    sqlite3_stmt *st =
        store_bind(l->t->v->st,
                   "SELECT 1 FROM alert WHERE rule_id = ?1 AND place_id = ?2 AND raised > 0 AND raised < ?3"
                   " AND coalesce(closed, ?3) > ?4",
                   "ddii", rule->rule, place, s.until, s.from);
    bool row = views_row(l->t->v, st);
    trends_done(l->t, st, true);
    return row;
}

static void say_time(struct late *l, int32_t place, wall_ms at, char day[16], char time_of_day[8])
{
    struct tz *tz = zone_of(l, place);
    wall_ms local = at + (tz != NULL ? (wall_ms)tz_offset_s(tz, at) * 1000 : 0);
    tz_free(tz);
    trend_day_text((int32_t)(local / DAY_MS), day);
    snprintf(time_of_day, 8, "%02d:%02d", (int)(local % DAY_MS / HOUR_MS),
             (int)(local % HOUR_MS / MINUTE_MS));
}

// In the order of time.
static void add(json_t *list, json_t *breach)
{
    size_t i = json_array_size(list);
    json_int_t at = json_integer_value(json_object_get(breach, "at"));
    while (i > 0 && json_integer_value(json_object_get(json_array_get(list, i - 1), "at")) > at) {
        i--;
    }
    json_array_insert_new(list, i, breach);
}

static void tell(struct late *l, const struct late_rule *rule, const json_t *alert, const json_t *without)
{
    struct trend_place place;
    struct span s = span_of(alert);
    const struct late_unit *u =
        trends_find_place(l->t, place_of(alert), &place) ? unit_of(l, place.number) : NULL;
    if (u == NULL || s.from < u->first || s.from >= l->to_ms || among(without, alert) ||
        was_open(l, rule, place.number, s)) {
        return;
    }
    char day[16], time_of_day[8];
    say_time(l, place.number, s.from, day, time_of_day);
    add(l->breaches, json_pack("{s:o,s:{s:s,s:O?},s:I,s:s,s:s,s:O?,s:O?,s:O?,s:I}", "place",
                               trends_place_json(&place), "standard", "id", rule->id, "name", rule->name,
                               "at", (json_int_t)s.from, "day", day, "time", time_of_day, "votes",
                               json_object_get(alert, "votes"), "n", json_object_get(alert, "n"), "unhappy",
                               json_object_get(alert, "unhappy"), "late", (json_int_t)u->n));
}

static bool find_breaches(struct late *l, int32_t from, int32_t to)
{
    char first[16], last[16];
    trend_day_text(from, first);
    trend_day_text(to - 1, last);
    for (int i = 0; i < l->rule_count && l->t->error == TRENDS_OK; i++) {
        json_t *with = test(l, &l->rules[i], first, last, "counted");
        json_t *without = json_array_size(with) > 0 ? test(l, &l->rules[i], first, last, "left-out") : NULL;
        const json_t *alert;
        size_t k;
        json_array_foreach(with, k, alert)
        {
            if (without != NULL && json_array_size(l->breaches) < BREACHES_MOST) {
                tell(l, &l->rules[i], alert, without);
            }
        }
        json_decref(with);
        json_decref(without);
    }
    return l->t->error == TRENDS_OK && !l->t->v->failed;
}

// ---------------------------------------------------------------- the report

static bool find_span(struct late *l)
{
    struct trends *t = l->t;
    struct tz *tz = zone_of(l, t->place.number);
    if (tz == NULL) {
        return trends_no_memory(t);
    }
    l->from_ms = tz_midnight(tz, t->from);
    l->to_ms = tz_midnight(tz, t->to);
    tz_free(tz);
    l->end_event = views_first_event_since(t->v, l->to_ms);
    l->first_event = views_arrived_since(t->v, l->from_ms);
    return !t->v->failed;
}

static bool search(struct late *l)
{
    struct trends *t = l->t;
    bool ok = find_span(l) && load_places(l);
    for (size_t i = 0; ok && i < l->place_count; i++) {
        ok = find_answers(l, &l->places[i]);
    }
    if (!ok || l->answers == 0) {
        return ok;
    }
    wall_ms first = l->from_ms;
    for (size_t i = 0; i < l->unit_count; i++) {
        first = l->units[i].first < first ? l->units[i].first : first;
    }
    int32_t from = t->from - (int32_t)((l->from_ms - first + DAY_MS - 1) / DAY_MS);
    return load_rules(l) && find_breaches(l, from, t->to);
}

json_t *trends_late(struct trends *t)
{
    struct late l = {.t = t, .breaches = json_array()};
    bool shared = t->u != NULL && t->u->shared; // alerts are no business of theirs
    bool searched = !shared && t->to - t->from <= TREND_LATE_DAYS;
    bool ok = !searched || search(&l);
    json_t *o = ok ? trends_head(t) : NULL;
    json_object_set_new(o, "searched", json_boolean(searched));
    json_object_set_new(o, "late", json_integer((json_int_t)l.answers));
    json_object_set(o, "breaches", l.breaches);
    json_decref(l.breaches);
    for (int i = 0; i < l.rule_count; i++) {
        json_decref(l.rules[i].name);
    }
    free(l.places);
    free(l.units);
    return o != NULL ? o : trends_failed(t, o);
}
