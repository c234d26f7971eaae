// views: a branch in memory, and what of it is not released yet.
#include "aggregator/org.h"
#include "aggregator/rules_json.h"
#include "aggregator/stats.h"
#include "aggregator/store_calendar.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- small things

bool score_is_happy(int score, int levels, int top_faces)
{
    return score > levels - (levels < 4 ? 1 : top_faces); // as the alert engine judges
}

json_t *null_or_int(int64_t value, bool known)
{
    return known ? json_integer(value) : json_null();
}

json_t *null_or_real(double value, bool known)
{
    return known ? json_real(value) : json_null();
}

json_t *interval_json(const struct counts *c)
{
    struct stats_interval i = {0, 0};
    bool known = stats_wilson(c->good, c->n, &i);
    return json_pack("{s:I,s:I,s:o,s:o,s:o}", "n", (json_int_t)c->n, "good", (json_int_t)c->good, "share",
                     null_or_real(known ? (double)c->good / (double)c->n : 0, known), "lo",
                     null_or_real(i.lo, known), "hi", null_or_real(i.hi, known));
}

const char *verdict_of(const struct counts *c, const struct branch *b)
{
    struct stats_interval i;
    if (c->n < MIN_VOTES || !stats_wilson(c->good, c->n, &i)) {
        return "few";
    }
    double target = b->promise.promise / 100.0;
    return !b->has_promise ? "unclear" : i.lo > target ? "above" : i.hi < target ? "below" : "unclear";
}

const struct branch_place *branch_place(const struct branch *b, int32_t place)
{
    for (int i = 0; i < b->place_count; i++) {
        if (b->places[i].place == place) {
            return &b->places[i];
        }
    }
    return NULL;
}

struct branch_kiosk *branch_kiosk(const struct branch *b, int32_t kiosk)
{
    for (int i = 0; i < b->kiosk_count; i++) {
        if (b->kiosks[i].kiosk == kiosk) {
            return &b->kiosks[i];
        }
    }
    return NULL;
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

struct hours_zone branch_zone(const struct branch *b)
{
    return (struct hours_zone){zone_offset, b->tz};
}

struct hours_period branch_period(const struct branch *b, wall_ms at)
{
    const struct hours_zone zone = branch_zone(b);
    return hours_period(b->has_hours ? &b->hours : NULL, &zone, at);
}

json_t *branch_label(const struct branch *b, const char *option)
{
    json_t *texts = json_object_get(b->labels, option);
    return texts != NULL ? json_incref(texts) : json_pack("{s:s}", "en", option);
}

int64_t views_arrived_since(struct views *v, wall_ms at)
{
    sqlite3_stmt *s = store_bind(v->st, "SELECT coalesce(max(event_id), 0) FROM pack WHERE event_id < ?1", "i",
                                 views_first_event_since(v, at));
    return views_row(v, s) ? sqlite3_column_int64(s, 0) : 0;
}

int64_t views_first_event_since(struct views *v, wall_ms at)
{
    // Half the span of ids at a time: `arrived` has no index of its own and needs none.
    int64_t lo = 1, hi = 0;
    sqlite3_stmt *s = store_bind(v->st, "SELECT coalesce(max(event_id), 0) + 1 FROM pack", "");
    if (views_row(v, s)) {
        hi = sqlite3_column_int64(s, 0);
    }
    while (lo < hi && !v->failed) {
        int64_t mid = lo + (hi - lo) / 2;
        s = store_bind(v->st,
                       "SELECT event_id, arrived FROM pack WHERE event_id >= ?1 ORDER BY event_id LIMIT 1",
                       "i", mid);
        if (views_row(v, s) && sqlite3_column_int64(s, 1) < at) {
            lo = sqlite3_column_int64(s, 0) + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

// ---------------------------------------------------------------- place, zone, hours

static bool load_place(struct views *v, const char *id, struct branch *b)
{
    sqlite3_stmt *s = store_bind(v->st,
                                 "SELECT place_id, p.id, name, coalesce(r.event_id, 0), coalesce(r.rev, 0),"
                                 " coalesce(r.at, 0) FROM place p LEFT JOIN released r USING(place_id)"
                                 " WHERE p.id = ?1 AND kind = ?2",
                                 "td", id, (int)PLACE_BRANCH);
    if (!views_row(v, s)) {
        return false;
    }
    b->place = sqlite3_column_int(s, 0);
    store_copy(s, 1, b->id, sizeof b->id);
    store_copy(s, 2, b->name, sizeof b->name);
    b->released = sqlite3_column_int64(s, 3);
    b->rev = sqlite3_column_int64(s, 4);
    b->released_at = sqlite3_column_int64(s, 5);
    return true;
}

// Names above it, and the nearest zone, hours and promise on the way up.
static void load_above(struct views *v, struct branch *b)
{
    char hours[400] = "", name[81];
    sqlite3_stmt *s =
        store_bind(v->st,
                   "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id,"
                   " depth + 1 FROM up JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL"
                   " AND depth < 32) SELECT p.name, p.tz, p.hours, depth FROM up JOIN place p"
                   " USING(place_id) ORDER BY depth",
                   "d", b->place);
    while (views_row(v, s)) {
        if (sqlite3_column_int(s, 3) > 0) {
            store_copy(s, 0, name, sizeof name);
            json_array_insert_new(b->path, 0, json_string(name));
        }
        if (b->tz_name[0] == '\0') {
            store_copy(s, 1, b->tz_name, sizeof b->tz_name);
        }
        if (hours[0] == '\0') {
            store_copy(s, 2, hours, sizeof hours);
        }
    }
    b->has_hours = hours[0] != '\0' && org_hours_parse(hours, &b->hours);
    if (!store_special_days(v->st, b->place, &b->dates)) {
        v->failed = true;
    }
    org_add_dates(&b->hours, &b->has_hours, b->dates);
    b->tz = tz_load(b->tz_name); // NULL (an unknown name cannot be stored): UTC
    if (b->tz_name[0] == '\0') {
        snprintf(b->tz_name, sizeof b->tz_name, "UTC");
    }
}

static void load_promise(struct views *v, struct branch *b)
{
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM up"
        " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32)"
        " SELECT r.body, (SELECT name_id FROM name WHERE id = json_extract(r.body, '$.question')) FROM up"
        " JOIN rule r USING(place_id) WHERE r.to_ms IS NULL AND json_extract(r.body, '$.kind') = 'standard'"
        " ORDER BY depth, rule_id LIMIT 1",
        "d", b->place);
    b->promise = engine_rule_defaults(ENGINE_STANDARD);
    if (!views_row(v, s)) {
        return;
    }
    const char *body = (const char *)sqlite3_column_text(s, 0);
    b->has_promise = rule_decode(body, &b->promise);
    json_t *o = json_loads(body, 0, NULL), *name = json_object_get(o, "name");
    b->promise_name = name != NULL ? json_incref(name) : json_object();
    json_decref(o);
    // A question that was never answered has no number: nothing matches -1.
    b->promise_question = b->promise.question.s[0] == '\0'           ? 0
                          : sqlite3_column_type(s, 1) == SQLITE_NULL ? -1
                                                                     : sqlite3_column_int(s, 1);
}

static void load_labels(struct views *v, struct branch *b)
{
    b->labels = json_object();
    sqlite3_stmt *s = store_bind(v->st, "SELECT body FROM survey WHERE to_ms IS NULL ORDER BY id", "");
    while (views_row(v, s)) {
        json_t *o = json_loads((const char *)sqlite3_column_text(s, 0), 0, NULL), *reason;
        size_t i;
        json_array_foreach(json_object_get(o, "reasons"), i, reason)
        {
            const char *id = json_string_value(json_object_get(reason, "id"));
            if (id != NULL) {
                json_object_set(b->labels, id, json_object_get(reason, "text"));
            }
        }
        json_decref(o);
    }
}

static void load_places(struct views *v, struct branch *b)
{
    sqlite3_stmt *s =
        store_bind(v->st,
                   "WITH RECURSIVE down(place_id, depth) AS (SELECT ?1, 0 UNION SELECT p.place_id,"
                   " depth + 1 FROM down d JOIN place p ON p.parent_id = d.place_id)"
                   " SELECT place_id, id, name FROM down JOIN place USING(place_id)"
                   " ORDER BY depth, name LIMIT ?2",
                   "dd", b->place, (int)BRANCH_PLACES);
    while (views_row(v, s)) {
        struct branch_place *p = &b->places[b->place_count++];
        p->place = sqlite3_column_int(s, 0);
        store_copy(s, 1, p->id, sizeof p->id);
        store_copy(s, 2, p->name, sizeof p->name);
    }
}

// ---------------------------------------------------------------- kiosks

static void load_kiosks(struct views *v, struct branch *b)
{
    b->kiosks = calloc(BRANCH_KIOSKS, sizeof *b->kiosks);
    for (int i = 0; i < b->place_count && b->kiosks != NULL; i++) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT DISTINCT k.kiosk_id, k.id, iif(k.name = '', k.id, k.name), k.state, "
                       "k.state_since, k.heard_at,"
                       " k.unacknowledged, k.clock, k.reason, k.software, EXISTS (SELECT 1 FROM assignment n "
                       "WHERE n.kiosk_id ="
                       " k.kiosk_id AND n.place_id = ?1 AND n.to_ms IS NULL), k.content, k.refused_why"
                       " FROM assignment a JOIN kiosk k USING(kiosk_id)"
                       " WHERE a.place_id = ?1 AND (a.to_ms IS NULL OR a.to_ms > ?2) ORDER BY k.name, k.id",
                       "di", b->places[i].place, b->day);
        while (b->kiosk_count < BRANCH_KIOSKS && views_row(v, s)) {
            struct branch_kiosk *there = branch_kiosk(b, sqlite3_column_int(s, 0));
            if (there != NULL) { // moved within the branch today
                there->here = there->here || sqlite3_column_int(s, 10) != 0;
                continue;
            }
            struct branch_kiosk *k = &b->kiosks[b->kiosk_count++];
            *k = (struct branch_kiosk){.kiosk = sqlite3_column_int(s, 0),
                                       .place = b->places[i].place,
                                       .state = sqlite3_column_int(s, 3),
                                       .since = sqlite3_column_int64(s, 4),
                                       .heard_at = sqlite3_column_int64(s, 5),
                                       .unacknowledged = sqlite3_column_int64(s, 6),
                                       .clock = sqlite3_column_int(s, 7),
                                       .here = sqlite3_column_int(s, 10) != 0};
            store_copy(s, 1, k->id, sizeof k->id);
            store_copy(s, 2, k->name, sizeof k->name);
            store_copy(s, 8, k->reason, sizeof k->reason);
            store_copy(s, 9, k->software, sizeof k->software);
            store_copy(s, 11, k->content, sizeof k->content);
            store_copy(s, 12, k->refused, sizeof k->refused);
        }
        sqlite3_reset(s);
    }
    v->failed = v->failed || b->kiosks == NULL;
}

// ---------------------------------------------------------------- what is not released

static void correct(struct views *v, struct branch *b, const struct correction *c)
{
    if (b->correction_count == b->correction_room) {
        int room = b->correction_room == 0 ? 16 : b->correction_room * 2;
        struct correction *grown = realloc(b->corrections, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            v->failed = true;
            return;
        }
        b->corrections = grown;
        b->correction_room = room;
    }
    b->corrections[b->correction_count++] = *c;
}

static struct correction read_correction(sqlite3_stmt *s, int by)
{
    return (struct correction){sqlite3_column_int(s, 0),
                               sqlite3_column_int(s, 1),
                               sqlite3_column_int(s, 2),
                               sqlite3_column_int64(s, 3),
                               sqlite3_column_int(s, 4),
                               sqlite3_column_int(s, 5),
                               by};
}

static void load_corrections(struct views *v, struct branch *b)
{
    for (int i = 0; i < b->place_count; i++) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT place_id, kiosk_id, name_id, at, score, levels FROM event JOIN epoch"
                       " USING(epoch_id) WHERE place_id = ?1 AND event_id > ?2 AND kind IN (0, 4)"
                       " AND (flags & 92) = 0",
                       "di", b->places[i].place, b->released);
        while (views_row(v, s)) {
            struct correction c = read_correction(s, -1);
            correct(v, b, &c);
        }
        // A void that is not released must not show either: its target counts until then.
        s = store_bind(
            v->st,
            "SELECT t.place_id, p.kiosk_id, t.name_id, t.at, t.score, t.levels FROM event x JOIN event t"
            " ON t.epoch_id = x.epoch_id AND t.seq = x.score JOIN epoch p ON p.epoch_id = t.epoch_id"
            " WHERE x.place_id = ?1 AND x.event_id > ?2 AND x.kind = 5 AND t.event_id <= ?2"
            " AND t.kind IN (0, 4) AND (t.flags & 92) = 8",
            "di", b->places[i].place, b->released);
        while (views_row(v, s)) {
            struct correction c = read_correction(s, 1);
            correct(v, b, &c);
        }
    }
}

// ---------------------------------------------------------------- all of it

enum views_error branch_load(struct views *v, const char *id, wall_ms now, struct branch *ret_b)
{
    struct branch *b = ret_b;
    memset(b, 0, sizeof *b);
    b->now = now;
    b->path = json_array();
    if (!load_place(v, id, b)) {
        return VIEWS_NOT_FOUND;
    }
    load_above(v, b);
    b->day = tz_day_start(b->tz, now);
    b->next_day = tz_next_day(b->tz, now);
    load_promise(v, b);
    load_labels(v, b);
    load_places(v, b);
    load_kiosks(v, b);
    load_corrections(v, b);
    return v->failed ? VIEWS_FAILED : VIEWS_OK;
}

void branch_finish(struct branch *b)
{
    json_decref(b->path);
    json_decref(b->promise_name);
    json_decref(b->labels);
    tz_free(b->tz);
    free(b->dates);
    free(b->kiosks);
    free(b->corrections);
}
