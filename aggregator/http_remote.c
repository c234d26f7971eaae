// http: pushing contents and putting readings of contact data on record, for puasctl; ordering kiosks about, and the broker about
// their passwords. The answer of a kiosk takes its time: it is asked for again and again, so that no thread of ours waits for
// it.
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_DEFAULT_MS = 10000, TIMEOUT_LEAST_MS = 1000 };

// Answers with the reply as a text, or with what went wrong.
static void answer_ask(struct api_call *c, struct command *cmd, const char *unknown, const char *type)
{
    enum command_result result = api_ask(c->a, cmd);
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        answer_json(c->r, cmd->reply);
        c->r->type = type;
        cmd->reply = NULL;
    } else if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, unknown, "", "");
    } else if (result == COMMAND_NOT_NOW) {
        answer_problem(c->r, 409, "Not now", cmd->reply != NULL ? cmd->reply : "", "");
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

static void content(struct api_call *c, enum command_kind kind, bool for_kiosk)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL || strlen(c->q->body) != c->q->body_bytes) {
        answer_problem(c->r, 422, "Not accepted", "The document holds a NUL byte.", "");
        free(cmd);
        return;
    }
    cmd->kind = kind;
    cmd->yaml = c->q->body;
    cmd->for_kiosk = for_kiosk;
    cmd->amount = CONTENT_ANY;
    snprintf(cmd->who, sizeof cmd->who, "puasctl");
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    snprintf(cmd->text, sizeof cmd->text, "%s", for_kiosk ? "kiosk" : "place");
    answer_ask(c, cmd, for_kiosk ? "No such registered kiosk" : "No such place", "text/plain; charset=utf-8");
}

void api_push_place(struct api_call *c)
{
    content(c, COMMAND_CONTENT_PUSH, false);
}

void api_push_kiosk(struct api_call *c)
{
    content(c, COMMAND_CONTENT_PUSH, true);
}

void api_clear_place(struct api_call *c)
{
    content(c, COMMAND_CONTENT_CLEAR, false);
}

void api_clear_kiosk(struct api_call *c)
{
    content(c, COMMAND_CONTENT_CLEAR, true);
}

// puasctl may order every kiosk, people those of their place. False: answered.
static bool may_order(struct api_call *c)
{
    if (c->u.name[0] == '\0') {
        return true;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_see_kiosk(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    return !answer_views(c->r, e, "No such registered kiosk");
}

void api_order(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *timeout = json_object_get(o, "timeoutMs");
    const char *name = json_string_value(json_object_get(o, "do"));
    enum order order = name != NULL ? order_parse(name) : ORDER_UNKNOWN;
    json_int_t ms = timeout != NULL ? json_integer_value(timeout) : TIMEOUT_DEFAULT_MS;
    struct command *cmd = may_order(c) ? calloc(1, sizeof *cmd) : NULL;
    if (c->r->body != NULL) {
        ; // answered
    } else if (order >= ORDER_ERASE) {
        answer_problem(c->r, 422, "No such order", "identify, reload, restart, resend or screenshot", "do");
    } else if (ms < TIMEOUT_LEAST_MS || ms > PROTOCOL_COMMAND_MS) {
        answer_problem(c->r, 422, "The time-out is 1 second to 1 hour", "", "timeoutMs");
    } else if (cmd != NULL) {
        cmd->kind = COMMAND_KIOSK;
        cmd->order = order;
        cmd->timeout_ms = (int)ms;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        snprintf(cmd->text, sizeof cmd->text, "%s", order_name(order));
        answer_ask(c, cmd, "No such registered kiosk", "text/plain; charset=utf-8");
        cmd = NULL;
    } else {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    }
    free(cmd);
    json_decref(o);
}

void api_kiosk_password(struct api_call *c)
{
    char password[PASSWORD_MADE];
    if (!api_is_person(c, "Log in as head office, or use puasctl kiosks password.") || !may_order(c)) {
        return;
    }
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    password_make(password);
    cmd->kind = COMMAND_KIOSK_PASSWORD;
    cmd->yaml = password;
    cmd->timeout_ms = TIMEOUT_DEFAULT_MS;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name[0] != '\0' ? c->u.name : "puasctl");
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    answer_ask(c, cmd, "No such registered kiosk", "text/plain; charset=utf-8");
    explicit_bzero(password, sizeof password);
}

void api_order_reply(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    cmd->kind = COMMAND_KIOSK_REPLY;
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    enum command_result result = api_ask(c->a, cmd);
    if (result == COMMAND_NOT_NOW) {
        c->r->status = 202;
    } else if (result == COMMAND_DONE) {
        answer_json(c->r, cmd->reply);
        cmd->reply = NULL;
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

static void contacts(struct api_call *c, enum command_kind kind, const char *unknown)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    cmd->kind = kind;
    snprintf(cmd->who, sizeof cmd->who, "puasctl");
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    protocol_words(c->q->body, sizeof cmd->who - 1, cmd->text);
    answer_ask(c, cmd, unknown, NULL);
}

void api_read_contacts(struct api_call *c)
{
    contacts(c, COMMAND_CONTACTS_READ, "No such place");
}

void api_erase_contact(struct api_call *c)
{
    contacts(c, COMMAND_CONTACT_ERASE, "No contact data with this number");
}

void api_erase(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *kiosk = json_string_value(json_object_get(o, "kiosk"));
    const char *epoch = json_string_value(json_object_get(o, "epoch"));
    const char *by = json_string_value(json_object_get(o, "by"));
    const json_t *seq = json_object_get(o, "seq");
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (kiosk == NULL || !ident_valid(kiosk) || epoch == NULL ||
               !ident_unhex(epoch, EPOCH_BYTES, cmd->epoch) || !json_is_integer(seq) ||
               json_integer_value(seq) < 1 || json_integer_value(seq) > PROTOCOL_INT_MAX) {
        answer_problem(c->r, 422, "That names no visit", "kiosk, epoch (32 hex digits) and seq are needed", "");
    } else {
        cmd->kind = COMMAND_ERASE;
        cmd->seq = json_integer_value(seq);
        cmd->score_too = json_is_true(json_object_get(o, "score"));
        snprintf(cmd->alert, sizeof cmd->alert, "%s", kiosk);
        snprintf(cmd->who, sizeof cmd->who, "puasctl");
        protocol_words(by != NULL ? by : "", sizeof cmd->by - 1, cmd->by);
        answer_ask(c, cmd, "No such kiosk, or no such epoch of it", "application/json");
        cmd = NULL;
    }
    free(cmd);
    json_decref(o);
}

// From the page: the words that one comment's visit has left, not its score.
void api_erase_comment(struct api_call *c)
{
    struct views_comment_at at;
    char *end;
    int64_t event = strtoll(c->id, &end, 10);
    struct views *v = api_views(c->a);
    enum views_error e = v == NULL ? VIEWS_FAILED : *end == '\0' ? views_comment_at(v, &c->u, event, &at) : VIEWS_NOT_FOUND;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such comment")) {
        return;
    }
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    cmd->kind = COMMAND_ERASE;
    cmd->seq = at.seq;
    memcpy(cmd->epoch, at.epoch, EPOCH_BYTES);
    snprintf(cmd->alert, sizeof cmd->alert, "%s", at.kiosk.s);
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    snprintf(cmd->by, sizeof cmd->by, "%s", c->u.name);
    answer_ask(c, cmd, "No such comment", "application/json");
}

static void import(struct api_call *c, enum command_kind kind)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    cmd->kind = kind;
    cmd->yaml = c->q->body;
    snprintf(cmd->who, sizeof cmd->who, "puasctl");
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    answer_ask(c, cmd, "No such import", "application/json");
}

void api_begin_import(struct api_call *c)
{
    import(c, COMMAND_IMPORT_BEGIN);
}

void api_import_rows(struct api_call *c)
{
    import(c, COMMAND_IMPORT_ROWS);
}

void api_undo_import(struct api_call *c)
{
    import(c, COMMAND_IMPORT_UNDO);
}
