// http: links to one view, for people without a login. Opening one (/s/TOKEN) leaves a cookie and leads to the view; with the
// cookie those routes answer that are marked SHARED, for the link's place and all under it, and no others.
#include "aggregator/http_impl.h"
#include "aggregator/store_share.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AGAIN_S = 2, DAYS_DEFAULT = 30 };
#define DAY_MS ((wall_ms)86400000)

static enum views_error find(struct http_api *a, const char *hex, struct views_user *ret_u,
                             struct share *ret_s)
{
    uint8_t token[SHARE_TOKEN_BYTES], hash[32];
    if (strlen(hex) != SHARE_TOKEN_HEX || !ident_unhex(hex, sizeof token, token)) {
        return VIEWS_NOT_FOUND;
    }
    password_token_hash(token, sizeof token, hash);
    struct views *v = api_views(a);
    enum views_error e = v != NULL ? views_share_user(v, hash, clock_wall_ms(), ret_u, ret_s) : VIEWS_FAILED;
    api_views_back(a, v);
    return e;
}

bool share_user(struct http_api *a, const struct http_request *q, struct views_user *ret_u)
{
    char hex[SHARE_TOKEN_HEX + 1];
    struct share s;
    return !login_is_token(q) && http_cookie(q->cookie, HTTP_SHARE_COOKIE, hex, SHARE_TOKEN_HEX) &&
           find(a, hex, ret_u, &s) == VIEWS_OK;
}

void api_open_share(struct api_call *c)
{
    struct views_user u;
    struct share s;
    switch (find(c->a, c->id, &u, &s)) {
    case VIEWS_OK:
        snprintf(c->r->location, sizeof c->r->location, "%s", s.path);
        snprintf(c->r->cookie, sizeof c->r->cookie, "%s%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld%s",
                 HTTP_SHARE_COOKIE, c->id, (long long)((s.expires - clock_wall_ms()) / 1000),
                 c->q->https ? "; Secure" : "");
        c->r->status = 303;
        break;
    case VIEWS_NOT_FOUND:
        answer_plain(c->r, 404,
                     "Tautan ini sudah berakhir atau dicabut: minta yang baru kepada pengirimnya.\n"
                     "This link has expired or was taken back: ask whoever sent it for a new one.\n");
        break;
    case VIEWS_FAILED:
        answer_plain(c->r, 503, "Coba lagi sebentar lagi. Try again in a moment.\n");
        c->r->retry_after_s = AGAIN_S;
        break;
    }
}

// ---------------------------------------------------------------- by people with a login

void api_shares(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_shares(v, &c->u, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_OK) {
        answer_json(c->r, text);
    } else {
        answer_problem(c->r, 503, "The store cannot be read now", "Try again in a moment.", "");
        c->r->retry_after_s = AGAIN_S;
    }
}

// Reads {path, days?}: the view's place and the days. False: answered.
static bool read_wish(struct api_call *c, struct command *cmd)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *path = json_string_value(json_object_get(o, "path"));
    const json_t *days = json_object_get(o, "days");
    json_int_t n = days != NULL ? json_integer_value(days) : DAYS_DEFAULT;
    bool ok = false;
    if (path == NULL || !share_path_place(path, cmd->alert)) {
        answer_problem(
            c->r, 422, "Not accepted",
            "path is the address of a view of trends, of a report or of a screen, with its place: /?page=report&place=ID",
            "path");
    } else if ((days != NULL && !json_is_integer(days)) || n < 1 || n > SHARE_DAYS_MAX) {
        answer_problem(c->r, 422, "Not accepted", "days are 1 to 366", "days");
    } else {
        ok = true;
        snprintf(cmd->text, sizeof cmd->text, "%s", path);
        cmd->expires = clock_wall_ms() + n * DAY_MS;
    }
    json_decref(o);
    return ok;
}

static bool may_see(struct api_call *c, const char *place)
{
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_see_place(v, &c->u, place) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e != VIEWS_OK) {
        answer_problem(c->r, e == VIEWS_FAILED ? 503 : 404, "No such place",
                       "It does not exist, or you may not see it.", "path");
    }
    return e == VIEWS_OK;
}

void api_make_share(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    uint8_t token[SHARE_TOKEN_BYTES];
    char hex[SHARE_TOKEN_HEX + 1], url[SHARE_TOKEN_HEX + 8];
    if (cmd == NULL || !read_wish(c, cmd) || !may_see(c, cmd->alert)) {
        free(cmd);
        return;
    }
    password_random(token, sizeof token);
    ident_hex(token, sizeof token, hex);
    password_token_hash(token, sizeof token, cmd->token);
    cmd->kind = COMMAND_SHARE_OPEN;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    enum command_result result = api_ask(c->a, cmd);
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        snprintf(url, sizeof url, "/s/%s", hex);
        json_t *o = json_pack("{s:I,s:s,s:I}", "id", (json_int_t)strtoll(cmd->reply, NULL, 10), "url", url,
                              "expires", (json_int_t)cmd->expires);
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        c->r->status = c->r->body != NULL ? 201 : c->r->status;
        json_decref(o);
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

void api_end_share(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL && cmd != NULL ? views_may_end_share(v, &c->u, strtoll(c->id, NULL, 10)) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_OK) {
        cmd->kind = COMMAND_SHARE_END;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        enum command_result result = api_ask(c->a, cmd);
        e = result == COMMAND_DONE ? VIEWS_OK : result == COMMAND_UNKNOWN ? VIEWS_NOT_FOUND : VIEWS_FAILED;
    }
    if (e == VIEWS_OK) {
        c->r->status = 204;
    } else {
        answer_problem(c->r, e == VIEWS_FAILED ? 503 : 404,
                       e == VIEWS_FAILED ? "Nothing was changed" : "No such link",
                       e == VIEWS_FAILED ? "The store is not ready. Try again in a moment."
                                         : "It has ended, or you may not see its place.",
                       "");
    }
    free(cmd);
}
