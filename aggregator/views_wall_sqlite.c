// views: a screen in a branch, out of its today: for the staff room, or for customers, who are told no alert, no comment and no
// kiosk, and of what is wrong only what is done about it.
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

enum { REASONS_MAX = 3 };

// What the branch's kiosks tell of alerts, newest first: {said, did, at}. What is only offered is for head office to choose from.
static json_t *told_json(struct views *v, const struct branch *b)
{
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(
        v->st,
        "SELECT said, did, from_ms FROM told WHERE place_id = ?1 AND to_ms > ?2 ORDER BY told_id DESC", "di",
        b->place, b->now);
    while (views_row(v, s)) {
        json_t *said = json_loads((const char *)sqlite3_column_text(s, 0), 0, NULL);
        json_t *did = json_loads((const char *)sqlite3_column_text(s, 1), 0, NULL);
        json_array_append_new(
            list, json_pack("{s:o,s:o,s:I}", "said", said, "did", did, "at", (json_int_t)sqlite3_column_int64(s, 2)));
    }
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
    json_object_set_new(o, "told", told_json(v, b));
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
