// http: browsers that want messages of alerts: the key they subscribe with, whose they are, and their end.
#include "aggregator/http_impl.h"
#include "aggregator/store_webpush.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool webpush_read_key(struct http_api *a, char *ret_why, size_t n)
{
    struct webpush_pair key;
    bool ok = webpush_key_load(a->o.settings->data, &key, ret_why, n);
    if (ok) {
        webpush_text(key.public_key, WEBPUSH_PUBLIC, a->webpush_key);
    }
    webpush_pair_finish(&key);
    return ok;
}

void api_webpush(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_webpush(v, &c->u, c->a->o.settings, c->a->webpush_key, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        answer_json(c->r, text);
    }
}

// Takes a text of a body into ret (n bytes with NUL). False: it is none, or too long.
static bool take(const json_t *o, const char *name, char *ret, size_t n)
{
    const char *text = json_string_value(json_object_get(o, name));
    if (text == NULL || text[0] == '\0' || strlen(text) >= n) {
        return false;
    }
    memcpy(ret, text, strlen(text) + 1);
    return true;
}

// The body of a browser's subscription. NULL: it is read; else the field that is wrong.
static const char *read_browser(const json_t *o, struct webpush_browser *b, char *ret_place)
{
    const json_t *keys = json_object_get(o, "keys");
    const char *key = json_string_value(json_object_get(keys, "p256dh")),
               *auth = json_string_value(json_object_get(keys, "auth")),
               *lang = json_string_value(json_object_get(o, "lang"));
    b->lang = lang != NULL && strcmp(lang, channel_langs[CHANNEL_EN]) == 0 ? CHANNEL_EN : CHANNEL_ID;
    return !take(o, "endpoint", b->endpoint, sizeof b->endpoint) ? "endpoint"
           : key == NULL || !webpush_bytes(key, b->public_key, WEBPUSH_PUBLIC) ||
                   !webpush_is_point(b->public_key)
               ? "keys.p256dh"
           : auth == NULL || !webpush_bytes(auth, b->auth, WEBPUSH_AUTH) ? "keys.auth"
           : !take(o, "place", ret_place, IDENT_MAX + 1)                 ? "place"
                                                                         : NULL;
}

static void change(struct api_call *c, enum command_kind kind)
{
    struct webpush_browser b = {.number = 0};
    struct command *cmd = calloc(1, sizeof *cmd);
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    if (cmd == NULL || login_is_token(c->q)) {
        answer_problem(c->r, 403, "Only people have browsers", "A token of a program cannot subscribe one.",
                       "");
        json_decref(o);
        free(cmd);
        return;
    }
    const char *wrong = kind == COMMAND_WEBPUSH_PUT                          ? read_browser(o, &b, cmd->alert)
                        : take(o, "endpoint", b.endpoint, sizeof b.endpoint) ? NULL
                                                                             : "endpoint";
    json_decref(o);
    struct views *v = api_views(c->a);
    enum views_error e = v == NULL ? VIEWS_FAILED
                         : wrong != NULL || kind != COMMAND_WEBPUSH_PUT
                             ? VIEWS_OK
                             : views_may_see_place(v, &c->u, cmd->alert);
    api_views_back(c->a, v);
    if (wrong != NULL) {
        answer_problem(c->r, 422, "Not accepted", "The browser's subscription is not as browsers make it.",
                       wrong);
    } else if (!answer_views(c->r, e, "No such place")) {
        memcpy(b.who, c->u.name, sizeof b.who);
        memcpy(cmd->who, c->u.name, sizeof cmd->who);
        cmd->kind = kind;
        cmd->browser = &b;
        enum command_result result = api_ask(c->a, cmd);
        if (result == COMMAND_UNKNOWN) {
            answer_problem(c->r, 404, "No such browser", "It is not subscribed, or it is somebody else's.",
                           "endpoint");
        } else {
            answer_command(c->r, result, cmd->reply);
        }
    }
    free(cmd->reply);
    free(cmd);
}

void api_put_webpush(struct api_call *c)
{
    change(c, COMMAND_WEBPUSH_PUT);
}

void api_end_webpush(struct api_call *c)
{
    change(c, COMMAND_WEBPUSH_END);
}
