// http: how channels are doing, and trying one out.
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void answer_text(struct api_call *c, enum views_error e, char *text, const char *unknown)
{
    if (e == VIEWS_OK) {
        answer_json(c->r, text);
    } else if (e == VIEWS_NOT_FOUND) {
        answer_problem(c->r, 404, unknown, "", "");
    } else {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    }
}

void api_channels(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_channels(v, &c->a->o.settings->channels, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    answer_text(c, e, text, "");
}

void api_message(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_message(v, c->id, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    answer_text(c, e, text, "No such message");
}

void api_test_channel(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_CHANNEL_TEST;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        result = api_ask(c->a, cmd);
    }
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        json_t *o = json_pack("{s:s}", "id", cmd->reply);
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        json_decref(o);
        c->r->status = c->r->body != NULL ? 202 : c->r->status;
    } else if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, "No such channel", "The settings name those that there are.", "");
    } else {
        answer_command(c->r, result, cmd != NULL ? cmd->reply : NULL);
    }
    if (cmd != NULL) {
        free(cmd->reply);
    }
    free(cmd);
}
