// http: tokens, by which programs use the API: for administrators, who give away no more than they have. A token makes and
// ends no tokens: one that has leaked must not outlive its end.
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAYS_DEFAULT = 365, DAYS_MOST = 3650 };
#define DAY_MS ((wall_ms)86400000)

static const char by_person[] = "Log in as an administrator, or use puasctl token.";

void api_tokens(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_tokens(v, &c->u, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        answer_json(c->r, text);
    }
}

static int role_of(const char *name)
{
    int i = 0;
    while (name != NULL && roles[i] != NULL && strcmp(roles[i], name) != 0) {
        i++;
    }
    return name == NULL ? ROLE_VIEWER : roles[i] != NULL ? i : -1;
}

// Reads {name, place, role?, days?}. False: answered.
static bool read_token(struct api_call *c, struct command *cmd)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *days = json_object_get(o, "days"), *role = json_object_get(o, "role");
    const char *name = json_string_value(json_object_get(o, "name"));
    const char *place = json_string_value(json_object_get(o, "place"));
    int as = role == NULL || json_is_string(role) ? role_of(json_string_value(role)) : -1;
    json_int_t n = days != NULL ? json_integer_value(days) : DAYS_DEFAULT;
    const char *wrong = NULL, *field = "";
    if (!json_is_object(o)) {
        wrong = "The body is not a JSON object";
    } else if (name == NULL || !ident_valid(name)) {
        wrong = "The name is 1 to 32 of a-z, 0-9 and -";
        field = "name";
    } else if (place == NULL || !ident_valid(place)) {
        wrong = "A place is needed: the token sees it and what is under it";
        field = "place";
    } else if (as < 0) {
        wrong = "The role is viewer, manager, head-office or admin";
        field = "role";
    } else if (n < 1 || n > DAYS_MOST) {
        wrong = "Days are 1 to 3650";
        field = "days";
    } else {
        snprintf(cmd->alert, sizeof cmd->alert, "%s", name);
        snprintf(cmd->place, sizeof cmd->place, "%s", place);
        cmd->role = (enum role)as;
        cmd->expires = clock_wall_ms() + n * DAY_MS;
        snprintf(cmd->text, sizeof cmd->text, "%s of %s for %lld days", roles[as], place, (long long)n);
    }
    json_decref(o);
    if (wrong != NULL) {
        answer_problem(c->r, 422, wrong, "", field);
    }
    return wrong == NULL;
}

static bool in_scope(struct api_call *c, const char *place)
{
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_see_place(v, &c->u, place) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_NOT_FOUND) {
        answer_problem(c->r, 422, "No such place", "It does not exist, or you may not see it.", "place");
    } else {
        (void)answer_views(c->r, e, "");
    }
    return e == VIEWS_OK;
}

// The only time that it is told.
static void answer_token(struct api_call *c, const struct command *cmd, const char *hex)
{
    json_t *o = json_pack("{s:s,s:s+,s:s,s:s,s:I}", "name", cmd->alert, "token", HTTP_TOKEN_MARK, hex, "role",
                          roles[cmd->role], "place", cmd->place, "expires", (json_int_t)cmd->expires);
    answer_json(c->r, json_dumps(o, JSON_COMPACT));
    json_decref(o);
    c->r->status = c->r->body != NULL ? 201 : c->r->status;
}

void api_add_token(struct api_call *c)
{
    uint8_t token[HTTP_TOKEN_BYTES];
    char hex[HTTP_TOKEN_HEX + 1];
    struct command *cmd = api_is_person(c, by_person) ? calloc(1, sizeof *cmd) : NULL;
    if (cmd == NULL) {
        if (c->r->body == NULL) {
            answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        }
        return;
    }
    cmd->kind = COMMAND_TOKEN_ADD;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
    if (read_token(c, cmd) && in_scope(c, cmd->place)) {
        password_random(token, sizeof token);
        password_token_hash(token, sizeof token, cmd->token);
        ident_hex(token, sizeof token, hex);
        enum command_result result = api_ask(c->a, cmd);
        if (result == COMMAND_DONE) {
            answer_token(c, cmd, hex);
        } else if (result == COMMAND_NOT_NOW) {
            answer_problem(c->r, 409, "There is a token of this name",
                           "Revoke it first, or take another name.", "name");
        } else if (result == COMMAND_UNKNOWN) {
            answer_problem(c->r, 422, "No such place", "", "place");
        } else {
            answer_command(c->r, result, cmd->reply);
        }
    }
    free(cmd->reply);
    free(cmd);
}

void api_end_token(struct api_call *c)
{
    struct command cmd = {.kind = COMMAND_TOKEN_END};
    if (!api_is_person(c, by_person)) {
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_see_token(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    snprintf(cmd.who, sizeof cmd.who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
    snprintf(cmd.alert, sizeof cmd.alert, "%s", c->id);
    enum command_result result = e == VIEWS_OK          ? api_ask(c->a, &cmd)
                                 : e == VIEWS_NOT_FOUND ? COMMAND_UNKNOWN
                                                        : COMMAND_UNAVAILABLE;
    if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, "No such token", "", "");
    } else {
        answer_command(c->r, result, NULL);
    }
    free(cmd.reply);
}
