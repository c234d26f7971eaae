// views: what a place or kiosk shows and asks, where that comes from, its versions, what is planned, and which kiosks have
// taken it.
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KIOSKS_SHOWN = 500, VERSIONS_SHOWN = 100 };

struct aim {
    int32_t place, kiosk; // as in the table content: one of them 0
    int32_t stands;       // the place itself, or where the kiosk stands; 0: nowhere
    const char *kind;     // static
    char id[IDENT_MAX + 1], name[81];
};

static const char *text(sqlite3_stmt *s, int column)
{
    const char *t = (const char *)sqlite3_column_text(s, column);
    return t != NULL ? t : "";
}

static enum views_error find_aim(struct views *v, const struct views_user *u, bool kiosk, const char *id,
                                 struct aim *ret_a)
{
    sqlite3_stmt *s =
        store_bind(v->st,
                   kiosk ? "SELECT k.kiosk_id, a.place_id, k.name FROM kiosk k JOIN assignment a"
                           " ON a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL WHERE k.id = ?1"
                         : "SELECT place_id, place_id, name FROM place WHERE id = ?1",
                   "t", id);
    if (!views_row(v, s)) {
        return VIEWS_NOT_FOUND;
    }
    int32_t number = sqlite3_column_int(s, 0);
    *ret_a = (struct aim){.place = kiosk ? 0 : number,
                          .kiosk = kiosk ? number : 0,
                          .stands = sqlite3_column_int(s, 1),
                          .kind = kiosk ? "kiosk" : "place"};
    snprintf(ret_a->id, sizeof ret_a->id, "%s", id);
    store_copy(s, 2, ret_a->name, sizeof ret_a->name);
    sqlite3_reset(s);
    return u == NULL || views_in_scope(v, ret_a->stands, u->place) ? VIEWS_OK : VIEWS_NOT_FOUND;
}

#define UP                                                                                                   \
    "WITH RECURSIVE up(depth, place_id) AS (SELECT 1, ?2 UNION ALL SELECT depth + 1, p.parent_id FROM up"    \
    " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL) "

static json_t *content_json(const char *body)
{
    json_t *o = json_loads(body, 0, NULL);
    return o != NULL ? o : json_null();
}

// What holds here: its own, else that of the nearest place above.
static void add_in_force(struct views *v, const struct aim *a, json_t *o)
{
    sqlite3_stmt *s = store_bind(
        v->st,
        UP
        "SELECT 0 AS depth, c.version, c.from_ms, c.who, c.yaml, c.body, 'kiosk' AS kind, k.id, k.name FROM "
        "content c"
        " JOIN kiosk k USING(kiosk_id) WHERE c.place_id = 0 AND c.kiosk_id = ?1 AND c.to_ms IS NULL"
        " UNION ALL SELECT depth, c.version, c.from_ms, c.who, c.yaml, c.body, 'place', p.id, p.name FROM up"
        " JOIN content c ON c.place_id = up.place_id AND c.kiosk_id = 0 AND c.to_ms IS NULL"
        " JOIN place p ON p.place_id = up.place_id ORDER BY depth LIMIT 1",
        "dd", a->kiosk, a->stands);
    json_object_set_new(o, "version", json_integer(0));
    json_object_set_new(o, "from", json_null());
    json_object_set_new(o, "yaml", json_string(""));
    json_object_set_new(o, "content", json_null());
    while (views_row(v, s)) {
        int version = sqlite3_column_int(s, 1);
        bool own = strcmp(text(s, 6), a->kind) == 0 && strcmp(text(s, 7), a->id) == 0;
        json_object_update_new(o, json_pack("{s:i,s:{s:s,s:s,s:s,s:i,s:I,s:s},s:s,s:o}", "version",
                                            own ? version : 0, "from", "kind", text(s, 6), "id", text(s, 7),
                                            "name", text(s, 8), "version", version, "since",
                                            (json_int_t)sqlite3_column_int64(s, 2), "by", text(s, 3), "yaml",
                                            text(s, 4), "content", content_json(text(s, 5))));
    }
}

// One that is not in force.
static bool add_other(struct views *v, const struct aim *a, int version, int64_t plan, json_t *o)
{
    sqlite3_stmt *s =
        plan != 0
            ? store_bind(
                  v->st,
                  "SELECT yaml, '' FROM content_plan WHERE plan_id = ?3 AND place_id = ?1 AND kiosk_id = ?2",
                  "ddi", a->place, a->kiosk, plan)
            : store_bind(
                  v->st,
                  "SELECT yaml, body FROM content WHERE place_id = ?1 AND kiosk_id = ?2 AND version = ?3",
                  "ddd", a->place, a->kiosk, version);
    bool found = views_row(v, s);
    if (found) {
        json_object_set_new(o, "yaml", json_string(text(s, 0)));
        json_object_set_new(o, "content", content_json(text(s, 1)));
        sqlite3_reset(s);
    }
    return found;
}

static json_t *versions_json(struct views *v, const struct aim *a)
{
    json_t *list = json_array();
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT version, from_ms, coalesce(to_ms, 0), who, ended_by,"
                   " length(CAST(body AS BLOB)) FROM content WHERE place_id = ?1 AND kiosk_id = ?2"
                   " ORDER BY version DESC LIMIT ?3",
                   "ddd", a->place, a->kiosk, (int)VERSIONS_SHOWN);
    while (views_row(v, s)) {
        int64_t to = sqlite3_column_int64(s, 2);
        json_array_append_new(list,
                              json_pack("{s:i,s:I,s:o,s:s,s:s,s:I}", "version", sqlite3_column_int(s, 0),
                                        "since", (json_int_t)sqlite3_column_int64(s, 1), "until",
                                        null_or_int(to, to != 0), "by", text(s, 3), "endedBy", text(s, 4),
                                        "bytes", (json_int_t)sqlite3_column_int64(s, 5)));
    }
    return list;
}

// What is to come, and what was refused when its time came, until something newer is in force.
static json_t *planned_json(struct views *v, const struct aim *a)
{
    json_t *list = json_array();
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT plan_id, at_ms, made_ms, who, outcome FROM content_plan WHERE place_id = ?1"
                   " AND kiosk_id = ?2 AND (ended_ms IS NULL OR (outcome NOT IN ('done', 'withdrawn')"
                   " AND ended_ms > (SELECT coalesce(max(from_ms), 0) FROM content c"
                   " WHERE c.place_id = ?1 AND c.kiosk_id = ?2)))"
                   " ORDER BY at_ms DESC, plan_id DESC LIMIT ?3",
                   "ddd", a->place, a->kiosk, (int)VERSIONS_SHOWN);
    while (views_row(v, s)) {
        json_array_append_new(
            list, json_pack("{s:I,s:I,s:I,s:s,s:s}", "id", (json_int_t)sqlite3_column_int64(s, 0), "at",
                            (json_int_t)sqlite3_column_int64(s, 1), "made",
                            (json_int_t)sqlite3_column_int64(s, 2), "by", text(s, 3), "refused", text(s, 4)));
    }
    return list;
}

// ---------------------------------------------------------------- kiosks

// A kiosk takes what is put in force at a place when nothing nearer is.
#define UNDER                                                                                                \
    "WITH RECURSIVE under(place_id, nearer) AS (SELECT ?1, 0 UNION ALL SELECT p.place_id, nearer OR EXISTS(" \
    "SELECT 1 FROM content c WHERE c.place_id = p.place_id AND c.kiosk_id = 0 AND c.to_ms IS NULL)"          \
    " FROM under JOIN place p ON p.parent_id = under.place_id) "
#define COLUMNS                                                                                              \
    "SELECT k.id, k.name, p.id, p.name, k.published, k.content, k.refused, k.refused_why, k.heard_at FROM "  \
    "kiosk k"                                                                                                \
    " JOIN assignment a ON a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL JOIN place p ON p.place_id = "        \
    "a.place_id "
static const char of_place[] = UNDER COLUMNS
    "JOIN under ON under.place_id = a.place_id WHERE k.known AND NOT nearer AND NOT EXISTS(SELECT 1 FROM content c"
    " WHERE c.place_id = 0 AND c.kiosk_id = k.kiosk_id AND c.to_ms IS NULL) ORDER BY p.name, k.name, k.id";
static const char of_kiosk[] = COLUMNS "WHERE k.kiosk_id = ?1";

static void add_kiosks(struct views *v, const struct aim *a, json_t *o)
{
    json_t *list = json_array();
    int all = 0, taken = 0, refused = 0;
    sqlite3_stmt *s =
        store_bind(v->st, a->kiosk != 0 ? of_kiosk : of_place, "d", a->kiosk != 0 ? a->kiosk : a->place);
    while (views_row(v, s)) {
        const char *published = text(s, 4), *state = "waits";
        if (strcmp(published, text(s, 5)) == 0) {
            state = published[0] != '\0' ? "taken" : "own-file";
        } else if (published[0] != '\0' && strcmp(published, text(s, 6)) == 0) {
            state = "refused";
        }
        int64_t heard = sqlite3_column_int64(s, 8);
        taken += strcmp(state, "taken") == 0;
        refused += strcmp(state, "refused") == 0;
        if (all++ < KIOSKS_SHOWN) {
            json_array_append_new(list,
                                  json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "id", text(s, 0), "name",
                                            text(s, 1), "place", text(s, 3), "state", state, "published",
                                            published, "why", strcmp(state, "refused") == 0 ? text(s, 7) : "",
                                            "heard", null_or_int(heard, heard > 0)));
        }
    }
    json_object_set_new(o, "kiosks", list);
    json_object_set_new(o, "counts",
                        json_pack("{s:i,s:i,s:i}", "all", all, "taken", taken, "refused", refused));
}

// ---------------------------------------------------------------- documents

static void zone_of(struct views *v, int32_t place, char ret_tz[65])
{
    snprintf(ret_tz, 65, "UTC");
    sqlite3_stmt *s = store_bind(v->st,
                                 UP "SELECT p.tz FROM up JOIN place p USING(place_id) WHERE p.tz <> ''"
                                    " AND ?1 = 0 ORDER BY depth LIMIT 1",
                                 "dd", 0, place);
    while (views_row(v, s)) {
        store_copy(s, 0, ret_tz, 65);
    }
}

enum views_error views_shown(struct views *v, const struct views_user *u, bool kiosk, const char *id,
                               int version, int64_t plan, char **ret_json)
{
    struct aim a;
    char tz[65];
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    enum views_error e = find_aim(v, u, kiosk, id, &a);
    if (e != VIEWS_OK) {
        return views_end(v, e);
    }
    zone_of(v, a.stands, tz);
    json_t *o =
        json_pack("{s:{s:s,s:s,s:s},s:s}", "for", "kind", a.kind, "id", a.id, "name", a.name, "tz", tz);
    add_in_force(v, &a, o);
    if ((version != 0 || plan != 0) && !add_other(v, &a, version, plan, o)) {
        json_decref(o);
        return views_end(v, VIEWS_NOT_FOUND);
    }
    json_object_set_new(o, "versions", versions_json(v, &a));
    json_object_set_new(o, "planned", planned_json(v, &a));
    add_kiosks(v, &a, o);
    return views_end_text(v, views_dump(o), ret_json);
}

enum views_error views_content_zone(struct views *v, bool kiosk, const char *id, char *ret_tz)
{
    struct aim a;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    enum views_error e = find_aim(v, NULL, kiosk, id, &a);
    if (e == VIEWS_OK) {
        zone_of(v, a.stands, ret_tz);
    }
    return views_end(v, e);
}

enum views_error views_org_name(struct views *v, char ret_name[81])
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    sqlite3_stmt *s = store_bind(
        v->st, "SELECT name FROM place WHERE parent_id IS NULL AND place_id <> 0 ORDER BY place_id LIMIT 1",
        "");
    while (views_row(v, s)) {
        store_copy(s, 0, ret_name, 81);
        e = VIEWS_OK;
    }
    return views_end(v, e);
}

enum views_error views_may_see_plan(struct views *v, const struct views_user *u, const char *number)
{
    return views_may_see(v, u,
                         "SELECT iif(c.kiosk_id = 0, c.place_id, (SELECT a.place_id FROM assignment a"
                         " WHERE a.kiosk_id = c.kiosk_id AND a.to_ms IS NULL)) FROM content_plan c"
                         " WHERE plan_id = CAST(?1 AS INTEGER)",
                         number);
}

enum views_error views_may_see_told(struct views *v, const struct views_user *u, const char *number)
{
    return views_may_see(v, u, "SELECT place_id FROM told WHERE told_id = CAST(?1 AS INTEGER)", number);
}

// ---------------------------------------------------------------- told of alerts

static json_t *told_json(struct views *v, int32_t place, wall_ms now)
{
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(
        v->st,
        "SELECT told_id, a.id, said, did, from_ms, to_ms, who FROM told JOIN alert a USING(alert_id)"
        " WHERE told.place_id = ?1 AND to_ms > ?2 ORDER BY told_id",
        "di", place, now);
    while (views_row(v, s)) {
        json_array_append_new(
            list, json_pack("{s:I,s:s,s:o,s:o,s:I,s:I,s:s}", "id", (json_int_t)sqlite3_column_int64(s, 0),
                            "alert", text(s, 1), "said", content_json(text(s, 2)), "did",
                            content_json(text(s, 3)), "since", (json_int_t)sqlite3_column_int64(s, 4),
                            "until", (json_int_t)sqlite3_column_int64(s, 5), "by", text(s, 6)));
    }
    return list;
}

// The newest words of each language that somebody has offered (store_people.h), by alert; those that are told are not
// offered again.
static json_t *offers_json(struct views *v, int32_t place, wall_ms now)
{
    json_t *list = json_array(), *last = NULL;
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE under(place_id) AS (SELECT ?1 UNION ALL SELECT p.place_id FROM under JOIN place p"
        " ON p.parent_id = under.place_id)"
        " SELECT a.id, l.subject, l.text, a.raised FROM alert a JOIN under USING(place_id)"
        " JOIN alert_log l USING(alert_id) WHERE l.action = 'offer' AND l.text <> ''"
        " AND l.log_id = (SELECT max(log_id) FROM alert_log m WHERE m.alert_id = l.alert_id AND m.action = "
        "'offer'"
        " AND m.subject = l.subject) AND NOT EXISTS(SELECT 1 FROM told WHERE told.alert_id = a.alert_id AND "
        "to_ms > ?2)"
        " ORDER BY a.alert_id DESC, l.log_id LIMIT 200",
        "di", place, now);
    while (views_row(v, s)) {
        if (last == NULL || strcmp(json_string_value(json_object_get(last, "alert")), text(s, 0)) != 0) {
            last = json_pack("{s:s,s:I,s:{}}", "alert", text(s, 0), "raised",
                             (json_int_t)sqlite3_column_int64(s, 3), "did");
            json_array_append_new(list, last);
        }
        json_object_set_new(json_object_get(last, "did"), text(s, 1), json_string(text(s, 2)));
    }
    return list;
}

enum views_error views_told(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                            char **ret_json)
{
    struct aim a;
    char *made = NULL;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    enum views_error e = find_aim(v, u, false, place, &a);
    if (e == VIEWS_OK) {
        made = views_dump(json_pack("{s:o,s:o}", "told", told_json(v, a.place, now), "offers",
                                    offers_json(v, a.place, now)));
        v->failed = v->failed || made == NULL;
    }
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(made);
        return e;
    }
    *ret_json = made;
    return VIEWS_OK;
}
