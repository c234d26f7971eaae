// views: a screen in a branch, out of its today: for the staff room, or for customers, who are told no alert, no comment and no
// kiosk, and of what is wrong only what is done about it.
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

enum { OFFER_DAYS = 60, OFFERS_MAX = 6, REASONS_MAX = 3 };

// What was done about alerts of the last weeks, newest first: {text by language, at}.
static json_t *offers_json(struct views *v, const struct branch *b)
{
    json_t *list = json_array(), *o = NULL;
    int64_t alert = 0;
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d JOIN place p"
        " ON p.parent_id = d.place_id)"
        " SELECT a.alert_id, l.subject, l.text, l.at FROM alert a JOIN alert_log l USING(alert_id)"
        " WHERE a.place_id IN (SELECT place_id FROM down) AND l.action = 'offer' AND l.at >= ?2"
        " AND l.log_id = (SELECT max(m.log_id) FROM alert_log m WHERE m.alert_id = l.alert_id"
        " AND m.action = 'offer' AND m.subject = l.subject) AND l.text <> ''"
        " ORDER BY a.alert_id DESC, l.log_id",
        "di", b->place, b->now - OFFER_DAYS * (wall_ms)DAY_MS);
    while (views_row(v, s)) {
        if (o == NULL || alert != sqlite3_column_int64(s, 0)) {
            if (json_array_size(list) == OFFERS_MAX) {
                break;
            }
            alert = sqlite3_column_int64(s, 0);
            o = json_pack("{s:{},s:I}", "did", "at", (json_int_t)sqlite3_column_int64(s, 3));
            json_array_append_new(list, o);
        }
        json_object_set_new(json_object_get(o, "did"), (const char *)sqlite3_column_text(s, 1),
                            json_string((const char *)sqlite3_column_text(s, 2)));
    }
    sqlite3_reset(s);
    return list;
}

// Somebody is on what is wrong with the answers.
static bool attended(const json_t *alerts)
{
    const json_t *a;
    size_t i;
    json_array_foreach(alerts, i, a)
    {
        if (json_is_null(json_object_get(a, "closed")) &&
            (!json_is_null(json_object_get(a, "ack")) || !json_is_null(json_object_get(a, "assigned")))) {
            return true;
        }
    }
    return false;
}

// Of each object of a list the members that are named, and no others.
static json_t *only(const json_t *list, const char *const *names)
{
    json_t *copy = json_array();
    const json_t *each;
    size_t i;
    json_array_foreach(list, i, each)
    {
        json_t *o = json_object();
        for (int k = 0; names[k] != NULL; k++) {
            json_object_set(o, names[k], json_object_get(each, names[k]));
        }
        json_array_append_new(copy, o);
    }
    return copy;
}

static json_t *staff_json(const json_t *today)
{
    static const char *const of_alert[] = {"id",    "state",  "kind",   "rule", "place",    "subject",
                                           "since", "raised", "closed", "ack",  "assigned", NULL};
    static const char *const of_kiosk[] = {"id", "name", "state", "since", "lastHeard", "silentMin", NULL};
    static const char *const of_reason[] = {"id", "label", "n", NULL};
    const json_t *reasons = json_object_get(json_object_get(today, "reasons"), "items");
    json_t *top = only(reasons, of_reason);
    while (json_array_size(top) > REASONS_MAX) {
        json_array_remove(top, json_array_size(top) - 1);
    }
    return json_pack("{s:o,s:o,s:o}", "alerts", only(json_object_get(today, "alerts"), of_alert), "kiosks",
                     only(json_object_get(today, "kiosks"), of_kiosk), "reasons", top);
}

static json_t *wall_json(struct views *v, const struct branch *b, const json_t *today, bool staff)
{
    static const char *const same[] = {"now",  "date",  "asOf",  "open",  "promise", "minN",
                                       "step", "score", "tally", "phone", NULL};
    static const char *const of_coverage[] = {"stored", "known", "share", "complete"};
    const json_t *coverage = json_object_get(today, "coverage");
    json_t *o = json_object(), *kept = json_object(), *content = views_content(v, b->place);
    json_t *messages = json_object_get(content, "messages"), *promise = json_object_get(content, "promise");
    for (int i = 0; same[i] != NULL; i++) {
        json_object_set(o, same[i], json_object_get(today, same[i]));
    }
    for (size_t i = 0; i < sizeof of_coverage / sizeof of_coverage[0]; i++) {
        json_object_set(kept, of_coverage[i], json_object_get(coverage, of_coverage[i]));
    }
    json_object_set_new(o, "place",
                        json_pack("{s:s,s:s,s:s}", "id", b->id, "name", b->name, "tz", b->tz_name));
    json_object_set_new(o, "coverage", kept);
    json_object_set_new(o, "words", promise != NULL ? json_incref(promise) : json_object());
    json_object_set_new(o, "messages", messages != NULL ? json_incref(messages) : json_array());
    json_object_set_new(o, "offers", offers_json(v, b));
    json_object_set_new(o, "attended", json_boolean(attended(json_object_get(today, "alerts"))));
    json_object_set_new(o, "staff", staff ? staff_json(today) : json_null());
    json_decref(content);
    return o;
}

enum views_error views_wall(struct views *v, const struct views_user *u, const char *branch, bool staff,
                            wall_ms now, char **ret_json)
{
    char *text = NULL;
    enum views_error e = views_today(v, u, branch, now, &text);
    if (e != VIEWS_OK) {
        return e;
    }
    json_t *today = json_loads(text, 0, NULL);
    free(text);
    text = NULL;
    if (!views_begin(v)) {
        json_decref(today);
        return views_end(v, VIEWS_FAILED);
    }
    struct branch *b = malloc(sizeof *b);
    e = b != NULL && today != NULL ? branch_load(v, branch, now, b) : VIEWS_FAILED;
    if (e == VIEWS_OK) {
        text = views_dump(wall_json(v, b, today, staff));
        v->failed = v->failed || text == NULL;
    }
    if (b != NULL && today != NULL) {
        branch_finish(b);
    }
    free(b);
    json_decref(today);
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}
