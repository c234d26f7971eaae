// http: what an answer is made of: JSON with its tag, problems (RFC 9457), what the store and the core said.
#include "aggregator/http_impl.h"

#include "shared/digest.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_S = 2, ETAG_HEX = 20 };

void answer_finish(struct http_answer *r)
{
    free(r->body);
    r->body = NULL;
}

void answer_json(struct http_answer *r, char *text)
{
    r->status = text != NULL ? 200 : 503;
    r->type = text != NULL ? "application/json" : NULL;
    r->body = text;
    r->bytes = text != NULL ? strlen(text) : 0;
}

// What kind of problem it is, for programs: title and detail are for people.
static const char *problem_type(int status)
{
    static const struct {
        int status;
        const char *type;
    } types[] = {{401, "urn:puas:problem:not-logged-in"}, {403, "urn:puas:problem:not-allowed"},
                 {404, "urn:puas:problem:not-found"},     {405, "urn:puas:problem:method"},
                 {409, "urn:puas:problem:not-now"},       {412, "urn:puas:problem:changed"},       {413, "urn:puas:problem:too-large"},
                 {415, "urn:puas:problem:media-type"},
                 {501, "urn:puas:problem:not-installed"},    {422, "urn:puas:problem:not-accepted"},
                 {429, "urn:puas:problem:too-often"},     {503, "urn:puas:problem:unavailable"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (types[i].status == status) {
            return types[i].type;
        }
    }
    return "about:blank";
}

void answer_problem(struct http_answer *r, int status, const char *title, const char *detail,
                    const char *field)
{
    detail = detail[0] != '\0' ? detail : title;
    json_t *o = json_pack("{s:s,s:s,s:i,s:s}", "type", problem_type(status), "title", title, "status", status, "detail",
                          detail);
    if (field[0] != '\0') {
        json_object_set_new(o, "field", json_string(field));
        json_object_set_new(o, "errors", json_pack("[{s:s,s:s}]", "field", field, "detail", detail));
    }
    answer_json(r, json_dumps(o, JSON_COMPACT));
    r->status = status;
    r->type = r->body != NULL ? "application/problem+json" : NULL;
    json_decref(o);
}

bool http_has_tag(const struct http_request *q, const char *etag)
{
    return strcmp(q->if_none_match, "*") == 0 || strstr(q->if_none_match, etag) != NULL; // a list; its quotes bound it
}

void answer_tagged(struct api_call *c, char *text)
{
    char hex[DIGEST_HEX + 1];
    digest_hex(text, strlen(text), hex);
    snprintf(c->r->etag, sizeof c->r->etag, "\"%.*s\"", (int)ETAG_HEX, hex);
    if (http_has_tag(c->q, c->r->etag)) {
        c->r->status = 304;
        free(text);
    } else {
        answer_json(c->r, text);
    }
}

bool answer_views(struct http_answer *r, enum views_error e, const char *what)
{
    if (e == VIEWS_NOT_FOUND) {
        answer_problem(r, 404, what, "It does not exist, or you may not see it.", "");
    } else if (e == VIEWS_FAILED) {
        answer_problem(r, 503, "The store cannot be read now", "Try again in a moment.", "");
        r->retry_after_s = RETRY_S;
    }
    return e != VIEWS_OK;
}

void answer_command(struct http_answer *r, enum command_result result, const char *reply)
{
    switch (result) {
    case COMMAND_DONE:
        r->status = 204;
        break;
    case COMMAND_UNKNOWN:
        answer_problem(r, 404, "No such open alert", "It may have ended in the meantime.", "");
        break;
    case COMMAND_NOT_NOW:
        answer_problem(r, 409, "Not possible in the alert's state",
                       reply != NULL ? reply : "It may have changed in the meantime.", "");
        break;
    case COMMAND_FORBIDDEN:
        answer_problem(r, 403, "Your role may not do this", reply != NULL ? reply : "", "");
        break;
    case COMMAND_BAD:
        answer_problem(r, 422, "Not accepted", reply != NULL ? reply : "", "");
        break;
    case COMMAND_UNAVAILABLE:
        answer_problem(r, 503, "Nothing was changed", "The store is not ready. Try again in a moment.", "");
        r->retry_after_s = RETRY_S;
        break;
    }
}

void answer_plain(struct http_answer *r, int status, const char *text)
{
    r->status = status;
    r->type = "text/plain; charset=utf-8";
    r->file = text;
    r->bytes = strlen(text);
}
