// http: what people do about alerts: each is one command of the core, with the fields of its body.
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COST_MOST INT64_C(1000000000000)

// The fields of a body, by where the command has them. NULL: it has none of that kind.
struct form {
    enum command_kind kind;
    const char *subject; // an ident
    bool subject_needed;
    const char *text;
    bool text_needed;
    const char *amount; // 0..COST_MOST
    const char *flag;   // true or false, as amount
};

static bool blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

// What is wrong with the body, NULL: nothing; *ret_field is where.
static const char *read_form(const json_t *o, const struct form *f, struct command *cmd,
                             const char **ret_field)
{
    const char *subject = f->subject != NULL ? json_string_value(json_object_get(o, f->subject)) : "";
    const char *text = json_string_value(json_object_get(o, f->text));
    const json_t *amount = f->amount != NULL ? json_object_get(o, f->amount) : NULL;
    const json_t *flag = f->flag != NULL ? json_object_get(o, f->flag) : NULL;
    text = text == NULL && !f->text_needed ? "" : text;
    *ret_field = "";
    if (!json_is_object(o)) {
        return "The body is not a JSON object";
    }
    *ret_field = f->subject;
    if (subject == NULL || (subject[0] == '\0' && f->subject_needed) ||
        (subject[0] != '\0' && !ident_valid(subject))) {
        return "It must be named";
    }
    *ret_field = f->text;
    if (text == NULL || (f->text_needed && blank(text))) {
        return "Words are needed";
    }
    if (strlen(text) > COMMENT_MAX) {
        return "The text is longer than 1,000 bytes";
    }
    *ret_field = f->amount;
    if (f->amount != NULL && (!json_is_integer(amount) || json_integer_value(amount) < 0 ||
                              json_integer_value(amount) > COST_MOST)) {
        return "A whole number from 0 on is needed";
    }
    *ret_field = f->flag;
    if (f->flag != NULL && !json_is_boolean(flag)) {
        return "true or false is needed";
    }
    snprintf(cmd->subject, sizeof cmd->subject, "%s", subject);
    snprintf(cmd->text, sizeof cmd->text, "%s", text);
    cmd->amount = f->flag != NULL ? json_is_true(flag) : json_integer_value(amount);
    return NULL;
}

static void act(struct api_call *c, const struct form *f)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL && cmd != NULL ? views_may_see_alert(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such alert")) {
        free(cmd);
        return;
    }
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *field, *wrong = read_form(o, f, cmd, &field);
    json_decref(o);
    if (wrong != NULL) {
        answer_problem(c->r, 422, wrong, "", field);
    } else {
        cmd->kind = f->kind;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        enum command_result result = api_ask(c->a, cmd);
        answer_command(c->r, result, cmd->reply);
        free(cmd->reply);
    }
    free(cmd);
}

void api_assign(struct api_call *c)
{
    act(c, &(struct form){COMMAND_ASSIGN, .subject = "user", .text = "comment"});
}

void api_reopen(struct api_call *c)
{
    act(c, &(struct form){COMMAND_REOPEN, .text = "comment", .text_needed = true});
}

void api_offer(struct api_call *c)
{
    act(c, &(struct form){COMMAND_OFFER, .subject = "lang", .subject_needed = true, .text = "text"});
}

void api_people(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_people(v, &c->u, c->q->place, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place")) {
        answer_json(c->r, text);
    }
}
