// http: how channels are doing, trying one out, and the secret of one.
#include "aggregator/channel_secret.h"
#include "aggregator/channel_set.h"
#include "aggregator/http_impl.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        v != NULL ? views_channels(v, c->a->o.settings, clock_wall_ms(), &text) : VIEWS_FAILED;
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
        answer_problem(c->r, 404, "No such channel", "", "");
    } else {
        answer_command(c->r, result, cmd != NULL ? cmd->reply : NULL);
    }
    if (cmd != NULL) {
        free(cmd->reply);
    }
    free(cmd);
}

// ---------------------------------------------------------------- secrets

// Is there such a channel, of the document, that takes a secret? Its kind and address are in *ret_ch, borrowed of the set. False:
// answered.
static bool find_secretive(struct api_call *c, struct channel_set *set, const struct channel **ret_ch)
{
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_runs_all(v, &c->u) : VIEWS_FAILED;
    if (e == VIEWS_NOT_FOUND) {
        api_views_back(c->a, v);
        answer_problem(c->r, 403, "You may not do this", "Channels are made by who runs the whole organisation", "");
        return false;
    }
    e = e == VIEWS_OK ? views_channel_set(v, c->a->o.settings, set) : e;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "")) {
        return false;
    }
    const struct channel *ch = channel_find(&set->channels, c->id);
    *ret_ch = ch;
    if (ch == NULL) {
        answer_problem(c->r, 404, "No such channel", "", "");
    } else if (!ch->stored) {
        answer_problem(c->r, 409, "It stands in aggregator.yaml", "Its secret is in the file that is named there.", "");
    } else if (!channel_takes_secret(ch)) {
        answer_problem(c->r, 422, "Not accepted", "This kind of channel has no secret", "secret");
    } else {
        return true;
    }
    return false;
}

static void renew(struct api_call *c, const char *what)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_CHANNEL_SECRET;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        snprintf(cmd->text, sizeof cmd->text, "%s", what);
        result = api_ask(c->a, cmd);
    }
    free(cmd);
    answer_command(c->r, result, NULL);
}

// body: {"secret": "..."}, "": it goes.
void api_channel_secret(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *secret = json_string_value(json_object_get(o, "secret")), *wrong = "secret is a text, empty to take it away";
    struct channel_set set = {.channels = {.count = 0}};
    const struct channel *ch;
    char why[700] = "";
    if (!find_secretive(c, &set, &ch)) {
        ; // answered
    } else if (secret == NULL || (secret[0] != '\0' && (wrong = channel_secret_wrong(ch, secret)) != NULL)) {
        answer_problem(c->r, 422, "Not accepted", wrong, "secret");
    } else if (secret[0] != '\0' ? channel_secret_put(c->a->o.settings->data, ch, secret, why, sizeof why)
                                 : channel_secret_drop(c->a->o.settings->data, c->id, why, sizeof why)) {
        renew(c, secret[0] != '\0' ? "put" : "taken away");
    } else {
        log_event(LOG_ERROR, "channel_secret_not_kept", "channel=%s why=%Q", c->id, why);
        answer_problem(c->r, 503, "It could not be kept", "Is there room on the server's disk? Its log says more.", "");
    }
    channel_set_finish(&set);
    json_decref(o);
}
