// views: what people did and have to do about an alert, and who may.
#include "aggregator/rules_json.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

// The newest line of an action about each subject.
static sqlite3_stmt *newest(struct views *v, const struct alert *a, const char *action)
{
    return store_bind(
        v->st,
        "SELECT subject, " SHOWN("subject") ", " SHOWN(
            "who") ", at, amount, text FROM alert_log l"
                   " WHERE alert_id = ?1 AND action = ?2 AND log_id = (SELECT max(log_id) FROM alert_log m"
                   " WHERE m.alert_id = l.alert_id AND m.action = l.action"
                   " AND (m.subject = l.subject OR l.action IN ('assign', 'reopen'))) ORDER BY log_id",
        "it", a->number, action);
}

static json_t *assigned_json(struct views *v, const struct alert *a)
{
    json_t *o = NULL;
    sqlite3_stmt *s = newest(v, a, "assign");
    while (views_row(v, s)) {
        const char *user = (const char *)sqlite3_column_text(s, 0);
        o = user[0] == '\0'
                ? NULL
                : json_pack("{s:s,s:s,s:s,s:I}", "user", user, "to", sqlite3_column_text(s, 1), "by",
                            sqlite3_column_text(s, 2), "at", (json_int_t)sqlite3_column_int64(s, 3));
    }
    return o != NULL ? o : json_null();
}

static json_t *reopened_json(struct views *v, const struct alert *a)
{
    json_t *o = NULL;
    sqlite3_stmt *s = a->reopened > 0 ? newest(v, a, "reopen") : NULL;
    while (s != NULL && views_row(v, s)) {
        o = json_pack("{s:s,s:I,s:s}", "by", sqlite3_column_text(s, 2), "at",
                      (json_int_t)sqlite3_column_int64(s, 3), "why", sqlite3_column_text(s, 5));
    }
    return o != NULL ? o : json_null();
}

static json_t *offers_json(struct views *v, const struct alert *a)
{
    json_t *list = json_object();
    sqlite3_stmt *s = newest(v, a, "offer");
    while (views_row(v, s)) {
        const char *text = (const char *)sqlite3_column_text(s, 5);
        if (text[0] != '\0') {
            json_object_set_new(list, (const char *)sqlite3_column_text(s, 0), json_string(text));
        }
    }
    return list;
}

#define UP                                                                                                   \
    "WITH RECURSIVE up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up JOIN place p "               \
    "USING(place_id)"                                                                                        \
    " WHERE p.parent_id IS NOT NULL)"

// What the standard says to people, with what was done of it.
static json_t *playbook_json(struct views *v, const struct alert *a, const json_t *body)
{
    json_t *steps = json_deep_copy(json_object_get(body, "playbook")), *step;
    size_t i;
    steps = steps != NULL ? steps : json_array();
    json_array_foreach(steps, i, step)
    {
        json_object_set_new(step, "done", json_null());
    }
    sqlite3_stmt *s = newest(v, a, "check");
    while (views_row(v, s)) {
        const char *id = (const char *)sqlite3_column_text(s, 0);
        json_array_foreach(steps, i, step)
        {
            if (sqlite3_column_int64(s, 4) != 0 &&
                strcmp(json_string_value(json_object_get(step, "id")), id) == 0) {
                json_object_set_new(step, "done",
                                    json_pack("{s:s,s:I}", "by", sqlite3_column_text(s, 2), "at",
                                              (json_int_t)sqlite3_column_int64(s, 3)));
            }
        }
    }
    return steps;
}

// limit: of the reader's role; null: it may give nothing.
static json_t *recovery_json(struct views *v, const struct branch *b, const struct alert *a, const char *body)
{
    int64_t limit = rule_recovery(body, b->role);
    json_t *given = json_array();
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT " SHOWN("who") ", at, amount, text FROM alert_log WHERE alert_id = ?1"
                                          " AND action = 'recover' ORDER BY log_id",
                   "i", a->number);
    while (views_row(v, s)) {
        json_array_append_new(given, json_pack("{s:s,s:I,s:I,s:s}", "by", sqlite3_column_text(s, 0), "at",
                                               (json_int_t)sqlite3_column_int64(s, 1), "cost",
                                               (json_int_t)sqlite3_column_int64(s, 2), "what",
                                               sqlite3_column_text(s, 3)));
    }
    return json_pack("{s:o,s:o}", "limit", null_or_int(limit, limit > 0), "given", given);
}

static void add_standard(struct views *v, const struct branch *b, const struct alert *a, json_t *o)
{
    char body[STORE_RULE_MAX] = "";
    sqlite3_stmt *s = store_bind(v->st, "SELECT body FROM rule WHERE rule_id = ?1 AND version = ?2", "dd",
                                 a->rule, a->version);
    while (views_row(v, s)) {
        store_copy(s, 0, body, sizeof body);
    }
    json_t *parsed = json_loads(body, 0, NULL);
    json_object_set_new(o, "playbook", playbook_json(v, a, parsed));
    json_object_set_new(o, "recovery", recovery_json(v, b, a, body));
    json_decref(parsed);
}

// As silences_cover says it, of those that last longest.
static json_t *silence_json(struct views *v, const struct branch *b, const struct alert *a)
{
    json_t *o = NULL;
    sqlite3_stmt *s = store_bind(
        v->st,
        UP " SELECT silence_id, " SHOWN(
            "who") ", reason, until_ms FROM silence"
                   " WHERE ended_at IS NULL AND until_ms > ?2 AND rule_id IN (0, ?3) AND kiosk_id IN (0, ?4)"
                   " AND place_id IN up ORDER BY until_ms DESC LIMIT 1",
        "didd", a->place, b->now, a->rule, a->kiosk);
    while (a->closed == 0 && views_row(v, s)) {
        o = json_pack("{s:I,s:s,s:s,s:I}", "id", (json_int_t)sqlite3_column_int64(s, 0), "by",
                      sqlite3_column_text(s, 1), "reason", sqlite3_column_text(s, 2), "until",
                      (json_int_t)sqlite3_column_int64(s, 3));
    }
    return o != NULL ? o : json_null();
}

void alert_people(struct views *v, const struct branch *b, const struct alert *a, json_t *o)
{
    add_standard(v, b, a, o);
    json_object_set_new(o, "silence", silence_json(v, b, a));
    json_object_set_new(o, "assigned", assigned_json(v, a));
    json_object_set_new(o, "reopened", reopened_json(v, a));
    json_object_set_new(o, "offer", offers_json(v, a));
}

// ---------------------------------------------------------------- documents of their own

// The number of a place that the user sees; 0: none.
static int32_t seen_place(struct views *v, const struct views_user *u, const char *place)
{
    sqlite3_stmt *s = store_bind(v->st, "SELECT place_id FROM place WHERE id = ?1", "t", place);
    int32_t number = views_row(v, s) ? sqlite3_column_int(s, 0) : 0;
    sqlite3_reset(s);
    return number != 0 && views_in_scope(v, number, u->place) ? number : 0;
}

enum views_error views_may_see_silence(struct views *v, const struct views_user *u, const char *number)
{
    return views_may_see(v, u, "SELECT place_id FROM silence WHERE silence_id = CAST(?1 AS INTEGER)", number);
}

enum views_error views_may_see_contact(struct views *v, const struct views_user *u, const char *number)
{
    return views_may_see(v, u, "SELECT place_id FROM contact_case WHERE event_id = CAST(?1 AS INTEGER)",
                         number);
}

static json_t *people_of(struct views *v, const struct views_user *u, int32_t place, wall_ms now)
{
    (void)u;
    (void)now;
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(
        v->st,
        UP " SELECT name, display, role FROM user WHERE place_id IN up AND role <> ?2 AND hash <> '!' ORDER BY display", "dt",
        place, roles[ROLE_VIEWER]);
    while (views_row(v, s)) {
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", sqlite3_column_text(s, 0), "display",
                                              sqlite3_column_text(s, 1), "role", sqlite3_column_text(s, 2)));
    }
    return json_pack("{s:o}", "people", list);
}

static json_t *silences_of(struct views *v, const struct views_user *u, int32_t place, wall_ms now)
{
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(
        v->st,
        UP ", down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down JOIN place p ON p.parent_id = "
           "down.place_id)"
           ", mine(place_id) AS (SELECT ?3 UNION SELECT p.place_id FROM mine JOIN place p ON p.parent_id = "
           "mine.place_id)"
           " SELECT s.silence_id, p.id, p.name, coalesce((SELECT r.id FROM rule r WHERE r.rule_id = "
           "s.rule_id LIMIT 1), ''),"
           " coalesce(k.id, ''), " SHOWN("s.who") ", s.reason, s.from_ms, s.until_ms, s.place_id IN mine"
                                                  " FROM silence s JOIN place p ON p.place_id = s.place_id "
                                                  "LEFT JOIN kiosk k ON k.kiosk_id = s.kiosk_id"
                                                  " WHERE s.ended_at IS NULL AND s.until_ms > ?2 AND "
                                                  "(s.place_id IN up OR s.place_id IN down)"
                                                  " ORDER BY s.until_ms",
        "did", place, now, u->place);
    while (views_row(v, s)) {
        const char *rule = (const char *)sqlite3_column_text(s, 3),
                   *kiosk = (const char *)sqlite3_column_text(s, 4);
        json_array_append_new(
            list,
            json_pack("{s:I,s:{s:s,s:s},s:s?,s:s?,s:s,s:s,s:I,s:I,s:b}", "id",
                      (json_int_t)sqlite3_column_int64(s, 0), "place", "id", sqlite3_column_text(s, 1),
                      "name", sqlite3_column_text(s, 2), "rule", rule[0] != '\0' ? rule : NULL, "kiosk",
                      kiosk[0] != '\0' ? kiosk : NULL, "by", sqlite3_column_text(s, 5), "reason",
                      sqlite3_column_text(s, 6), "from", (json_int_t)sqlite3_column_int64(s, 7), "until",
                      (json_int_t)sqlite3_column_int64(s, 8), "mine", sqlite3_column_int(s, 9)));
    }
    return json_pack("{s:o}", "silences", list);
}

static json_t *contacts_of(struct views *v, const struct views_user *u, int32_t place, wall_ms now)
{
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down JOIN place p ON "
        "p.parent_id ="
        " down.place_id) SELECT q.event_id, p.id, p.name, k.id, k.name, q.asked, coalesce(q.due, 0),"
        " coalesce(q.taken_at, 0), coalesce(" SHOWN(
            "q.taken_by") ", ''), q.outcome, q.note, c.expires, coalesce(q.taken_by, '') = ?3"
                          " FROM contact_case q JOIN contact c USING(event_id) JOIN place p ON p.place_id = "
                          "q.place_id"
                          " JOIN kiosk k ON k.kiosk_id = q.kiosk_id WHERE q.ended_at IS NULL AND c.expires > "
                          "?2 AND q.place_id IN down"
                          " ORDER BY q.due IS NULL, q.due",
        "dit", place, now, u->name);
    while (views_row(v, s)) {
        wall_ms due = sqlite3_column_int64(s, 6), taken = sqlite3_column_int64(s, 7);
        json_t *o =
            json_pack("{s:I,s:{s:s,s:s},s:{s:s,s:s},s:I,s:o,s:b,s:s,s:s,s:I,s:n}", "event",
                      (json_int_t)sqlite3_column_int64(s, 0), "place", "id", sqlite3_column_text(s, 1),
                      "name", sqlite3_column_text(s, 2), "kiosk", "id", sqlite3_column_text(s, 3), "name",
                      sqlite3_column_text(s, 4), "asked", (json_int_t)sqlite3_column_int64(s, 5), "due",
                      null_or_int(due, due > 0), "overdue", (int)(due > 0 && (taken > 0 ? taken : now) > due),
                      "outcome", sqlite3_column_text(s, 9), "note", sqlite3_column_text(s, 10), "until",
                      (json_int_t)sqlite3_column_int64(s, 11), "taken");
        if (taken > 0) {
            json_object_set_new(
                o, "taken", json_pack("{s:s,s:I,s:b}", "by", sqlite3_column_text(s, 8), "at", (json_int_t)taken,
                                            "mine", sqlite3_column_int(s, 12)));
        }
        json_array_append_new(list, o);
    }
    return json_pack("{s:o}", "contacts", list);
}

static enum views_error document(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                                 json_t *(*make)(struct views *v, const struct views_user *u, int32_t place,
                                                 wall_ms now),
                                 char **ret_json)
{
    char *text = NULL;
    enum views_error e = VIEWS_NOT_FOUND;
    int32_t number = views_begin(v) ? seen_place(v, u, place) : 0;
    if (number != 0) {
        text = views_dump(make(v, u, number, now));
        e = text != NULL ? VIEWS_OK : VIEWS_FAILED;
    }
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}

enum views_error views_people(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                              char **ret_json)
{
    return document(v, u, place, now, people_of, ret_json);
}

enum views_error views_silences(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                                char **ret_json)
{
    return document(v, u, place, now, silences_of, ret_json);
}

enum views_error views_contacts(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                                char **ret_json)
{
    return document(v, u, place, now, contacts_of, ret_json);
}
