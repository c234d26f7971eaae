// views: what people did and have to do about an alert, and who may.
#include "aggregator/views_impl.h"

#include <stdlib.h>

// As pages show a user.
#define SHOWN(name) "coalesce((SELECT display FROM user WHERE user.name = " name "), " name ")"

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

void alert_people(struct views *v, const struct alert *a, json_t *o)
{
    json_object_set_new(o, "assigned", assigned_json(v, a));
    json_object_set_new(o, "reopened", reopened_json(v, a));
    json_object_set_new(o, "offer", offers_json(v, a));
}

enum views_error views_people(struct views *v, const struct views_user *u, const char *place, char **ret_json)
{
    char *text = NULL;
    enum views_error e = VIEWS_NOT_FOUND;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    sqlite3_stmt *s = store_bind(v->st, "SELECT place_id FROM place WHERE id = ?1", "t", place);
    int32_t number = views_row(v, s) ? sqlite3_column_int(s, 0) : 0;
    sqlite3_reset(s);
    if (number != 0 && views_in_scope(v, number, u->place)) {
        json_t *list = json_array();
        s = store_bind(
            v->st,
            "WITH RECURSIVE up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up"
            " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL)"
            " SELECT name, display, role FROM user WHERE place_id IN up AND role <> ?2 ORDER BY display",
            "dt", number, roles[ROLE_VIEWER]);
        while (views_row(v, s)) {
            json_array_append_new(list,
                                  json_pack("{s:s,s:s,s:s}", "name", sqlite3_column_text(s, 0), "display",
                                            sqlite3_column_text(s, 1), "role", sqlite3_column_text(s, 2)));
        }
        text = views_dump(json_pack("{s:o}", "people", list));
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
