// trends: what happened in the days: alerts by the day on which they were raised, and the improvement log (store_improvement.h).
//
//   "marks": [{"kind", "id", "day", "place", "text", "why", "measured"}], ascending by day
//   "more": there were more alerts than are told, earlier ones
//
// kind: alert, or one of improvement_kinds. text: of an alert the name of its standard as {language: words}, else what was
// done. measured: the place whose votes tell the effect, null of an alert.
//
// Whoever came by a link is told what was done and nothing else: alerts, notes and reasons are no business of theirs.
#include "aggregator/trends_impl.h"

#include "aggregator/store_improvement.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALERTS_MOST = 40, ENTRIES_MOST = 60, ZONES_MAX = 8 }; // more than anybody reads below a chart

#define UP                                                                                                   \
    "up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up JOIN place p USING(place_id) WHERE "        \
    "p.parent_id IS NOT NULL)"
#define DOWN                                                                                                 \
    "down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down JOIN place p ON p.parent_id = "          \
    "down.place_id)"

static json_t *mark(const char *kind, const char *id, int32_t day, const char *place, const char *name,
                    json_t *text, const char *why, const char *measured)
{
    char said[16];
    return json_pack("{s:s,s:s,s:s,s:{s:s,s:s},s:o,s:s,s:s?}", "kind", kind, "id", id, "day",
                     trend_day_text(day, said), "place", "id", place, "name", name, "text", text, "why", why,
                     "measured", measured);
}

static bool add_entries(struct trends *t, json_t *list)
{
    bool shared = t->u != NULL && t->u->shared;
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "WITH RECURSIVE " UP ", " DOWN " SELECT i.kind, i.improvement_id, day, p.id, p.name, what, why, "
        "i.place_id IN down FROM improvement i"
        " JOIN place p USING(place_id) WHERE (i.place_id IN up OR i.place_id IN down) AND day >= ?2 AND day "
        "< ?3"
        " AND NOT withdrawn AND revision = (SELECT max(revision) FROM improvement n WHERE n.improvement_id ="
        " i.improvement_id) AND NOT (?5 AND i.kind = ?6) ORDER BY day DESC, improvement_id DESC LIMIT ?4",
        "dddddt", t->place.number, t->from, t->to, (int)ENTRIES_MOST, (int)shared,
        improvement_kinds[IMPROVEMENT_OTHER]);
    while (views_row(t->v, s)) {
        json_array_append_new(
            list,
            mark((const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1),
                 sqlite3_column_int(s, 2), (const char *)sqlite3_column_text(s, 3),
                 (const char *)sqlite3_column_text(s, 4),
                 json_string((const char *)sqlite3_column_text(s, 5)),
                 shared ? "" : (const char *)sqlite3_column_text(s, 6),
                 sqlite3_column_int(s, 7) != 0 ? (const char *)sqlite3_column_text(s, 3) : t->place.id));
    }
    return trends_done(t, s, true);
}

struct zones { // those that were met: a chain has a few, and thousands of alerts
    struct {
        char name[65];
        struct tz *tz; // owned
    } list[ZONES_MAX];
    int count;
};

// NULL: out of memory.
static const struct tz *zone_of(struct zones *z, const char *name)
{
    int i = 0;
    while (i < z->count && strcmp(z->list[i].name, name) != 0) {
        i++;
    }
    if (i == ZONES_MAX) { // more than any chain has: the last one makes room
        tz_free(z->list[--i].tz);
        z->list[i].tz = NULL;
    }
    if (z->list[i].tz == NULL) {
        z->list[i].tz = tz_load(name);
        snprintf(z->list[i].name, sizeof z->list[i].name, "%s", name);
        z->count = i + (z->list[i].tz != NULL);
    }
    return z->list[i].tz;
}

static void zones_finish(struct zones *z)
{
    for (int i = 0; i < z->count; i++) {
        tz_free(z->list[i].tz);
    }
}

// Clocks are up to 14 hours from UTC: a day more at both ends holds all of the days.
static bool add_alerts(struct trends *t, json_t *list, bool *ret_more)
{
    struct zones zones = {.count = 0};
    bool memory = true;
    int told = 0;
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "WITH RECURSIVE " DOWN
        " SELECT a.id, a.raised, p.id, p.name, coalesce((SELECT json_extract(r.body, '$.name') FROM"
        " rule r WHERE r.rule_id = a.rule_id AND r.version = a.rule_version), '{}'), coalesce((WITH RECURSIVE"
        " above(place_id, depth) AS (SELECT a.place_id, 0 UNION ALL SELECT q.parent_id, depth + 1 FROM above "
        "JOIN place q"
        " USING(place_id) WHERE q.parent_id IS NOT NULL AND depth < 32) SELECT tz FROM above JOIN place "
        "USING(place_id)"
        " WHERE tz <> '' ORDER BY depth LIMIT 1), 'UTC') FROM alert a JOIN place p USING(place_id)"
        " WHERE a.place_id IN down AND a.raised >= ?2 AND a.raised < ?3 ORDER BY a.raised DESC",
        "dii", t->place.number, (t->from - 1) * (wall_ms)DAY_MS, (t->to + 1) * (wall_ms)DAY_MS);
    while (memory && told <= ALERTS_MOST && views_row(t->v, s)) {
        const struct tz *tz = zone_of(&zones, (const char *)sqlite3_column_text(s, 5));
        wall_ms at = sqlite3_column_int64(s, 1);
        int32_t day = tz != NULL ? (int32_t)((at + (wall_ms)tz_offset_s(tz, at) * 1000) / DAY_MS) : 0;
        memory = tz != NULL;
        if (!memory || day < t->from || day >= t->to || told++ >= ALERTS_MOST) {
            continue;
        }
        json_t *name = json_loads((const char *)sqlite3_column_text(s, 4), 0, NULL);
        json_array_append_new(list, mark("alert", (const char *)sqlite3_column_text(s, 0), day,
                                         (const char *)sqlite3_column_text(s, 2),
                                         (const char *)sqlite3_column_text(s, 3),
                                         name != NULL ? name : json_object(), "", NULL));
    }
    zones_finish(&zones);
    *ret_more = told > ALERTS_MOST;
    return trends_done(t, s, memory);
}

static const char *day_of(const json_t *m)
{
    return json_string_value(json_object_get(m, "day"));
}

static int by_day(const void *a, const void *b)
{
    return strcmp(day_of(*(json_t *const *)a), day_of(*(json_t *const *)b));
}

// A new reference to the marks in the order of their days; NULL: out of memory.
static json_t *sorted(const json_t *list)
{
    size_t count = json_array_size(list);
    json_t **marks = calloc(count + 1, sizeof(json_t *)), *o = marks != NULL ? json_array() : NULL;
    for (size_t i = 0; o != NULL && i < count; i++) {
        marks[i] = json_array_get(list, count - 1 - i); // read the newest first
    }
    if (o != NULL) {
        qsort(marks, count, sizeof(json_t *), by_day);
    }
    for (size_t i = 0; o != NULL && i < count; i++) {
        json_array_append(o, marks[i]);
    }
    free(marks);
    return o;
}

json_t *trends_marks(struct trends *t)
{
    json_t *o = trends_head(t), *list = json_array(), *marks = NULL;
    bool more = false, shared = t->u != NULL && t->u->shared;
    bool ok = add_entries(t, list) && (shared || add_alerts(t, list, &more));
    marks = ok ? sorted(list) : NULL;
    json_decref(list);
    json_object_set_new(o, "marks", marks);
    json_object_set_new(o, "more", json_boolean(more));
    return marks != NULL ? o : trends_failed(t, o);
}
