// views: the survey on the customer's own phone: what a token asks, and the tokens within somebody's scope.
#include "aggregator/store_phone.h"
#include "aggregator/views_impl.h"
#include "aggregator/views_phone.h"

#include <stdlib.h>
#include <string.h>

enum { OPTIONS_LEAST = 2 }; // of a choice

json_t *views_content(struct views *v, int32_t place)
{
    sqlite3_stmt *s =
        store_bind(v->st,
                   "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id,"
                   " depth + 1 FROM up JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL"
                   " AND depth < 32) SELECT c.body FROM up JOIN content c USING(place_id)"
                   " WHERE c.kiosk_id = 0 AND c.to_ms IS NULL ORDER BY depth LIMIT 1",
                   "d", place);
    return views_row(v, s) ? json_loads((const char *)sqlite3_column_text(s, 0), 0, NULL) : NULL;
}

// Where nothing was pushed, kiosks go by files of their own that nobody here knows: the question by which pages name answers,
// and its reasons.
static json_t *plain_content(struct views *v)
{
    json_t *options = json_array(), *reason, *survey = NULL;
    size_t i;
    sqlite3_stmt *s =
        store_bind(v->st, "SELECT id, version, body FROM survey WHERE to_ms IS NULL ORDER BY id LIMIT 1", "");
    if (!views_row(v, s)) {
        json_decref(options);
        return NULL;
    }
    json_t *body = json_loads((const char *)sqlite3_column_text(s, 2), 0, NULL);
    json_array_foreach(json_object_get(body, "reasons"), i, reason)
    {
        json_t *words = json_object(), *text;
        const char *lang;
        char key[PROTOCOL_LANG_MAX + 8];
        json_object_foreach(json_object_get(reason, "text"), lang, text)
        {
            snprintf(key, sizeof key, "%.*s.1-2", PROTOCOL_LANG_MAX, lang); // they are said of what was bad
            json_object_set(words, key, text);
        }
        if (i < SURVEY_OPTIONS_MAX) {
            json_array_append_new(options,
                                  json_pack("{s:O,s:o}", "id", json_object_get(reason, "id"), "text", words));
        } else {
            json_decref(words);
        }
    }
    json_t *title = json_object_get(body, "text");
    json_t *questions = json_pack("[{s:O?,s:s,s:O?,s:O*}]", "id", json_object_get(body, "question"), "type",
                                  "faces", "of", json_object_get(body, "faces"), "title", title);
    if (json_array_size(options) >= OPTIONS_LEAST) {
        json_array_append_new(questions, json_pack("{s:s,s:s,s:b,s:O}", "id", "why", "type", "choice",
                                                   "several", 1, "options", options));
    }
    survey = json_pack("{s:s,s:i,s:o}", "id", sqlite3_column_text(s, 0), "version", sqlite3_column_int(s, 1),
                       "questions", questions);
    json_decref(options);
    json_decref(body);
    return json_pack("{s:o}", "survey", survey);
}

enum views_error views_phone(struct views *v, const char *token, struct phone_survey *ret_p)
{
    struct phone p;
    struct config_error error;
    char why[300];
    bool found = false;
    memset(ret_p, 0, sizeof *ret_p);
    if (views_begin(v)) {
        v->failed = v->failed || !store_phone_by_token(v->st, token, &p, &found);
    }
    if (found) {
        sqlite3_stmt *s = store_bind(v->st, "SELECT id, name FROM place WHERE place_id = ?1", "d", p.place);
        if (views_row(v, s)) {
            store_copy(s, 0, ret_p->place, sizeof ret_p->place);
            store_copy(s, 1, ret_p->name, sizeof ret_p->name);
        }
        sqlite3_reset(s);
        json_t *content = views_content(v, p.place);
        content = content != NULL ? content : plain_content(v);
        char *text = content != NULL ? json_dumps(content, JSON_COMPACT) : NULL;
        found = text != NULL && content_parse("content", text, strlen(text), &ret_p->content, &error) &&
                content_check(&ret_p->content, &ret_p->survey, why, sizeof why);
        json_decref(content);
        free(text);
    }
    return views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
}

// ---------------------------------------------------------------- by people with a login

enum views_error views_may_end_phone(struct views *v, const struct views_user *u, int64_t number)
{
    struct phone p;
    bool found = false;
    if (views_begin(v)) {
        v->failed = v->failed || !store_phone_by_number(v->st, number, &p, &found);
        found = found && views_in_scope(v, p.place, u->place);
    }
    return views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
}

struct listing {
    struct views *v;
    const struct views_user *u;
    json_t *list;
};

static bool add(void *ctx, const struct phone *p)
{
    struct listing *l = ctx;
    if (!views_in_scope(l->v, p->place, l->u->place)) {
        return true;
    }
    sqlite3_stmt *s = store_bind(l->v->st, "SELECT id, name FROM place WHERE place_id = ?1", "d", p->place);
    bool ok =
        views_row(l->v, s) &&
        json_array_append_new(
            l->list, json_pack("{s:I,s:{s:s,s:s},s:s+,s:s,s:I}", "id", (json_int_t)p->number, "place", "id",
                               sqlite3_column_text(s, 0), "name", sqlite3_column_text(s, 1), "path",
                               PHONE_PATH, p->token, "by", p->who, "created", (json_int_t)p->created)) == 0;
    sqlite3_reset(s);
    return ok;
}

enum views_error views_phones(struct views *v, const struct views_user *u, const char *public_url,
                              char **ret_json)
{
    struct listing l = {v, u, json_array()};
    char *text = NULL;
    if (views_begin(v)) {
        v->failed = v->failed || !store_each_phone(v->st, add, &l);
    }
    text = views_dump(json_pack("{s:o,s:s}", "phones", l.list, "publicUrl", public_url));
    return views_end_text(v, text, ret_json);
}
