// http: what people do about alerts: each is one command of the core, with the fields of its body.
#include "aggregator/http_impl.h"

#include "aggregator/silence.h"

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
    bool contact;       // the path's * is a contact, not an alert
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

static void ask(struct api_call *c, struct command *cmd)
{
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    enum command_result result = api_ask(c->a, cmd);
    answer_command(c->r, result, cmd->reply);
    free(cmd->reply);
}

bool api_may_see(struct api_call *c, const char *id, views_look *look, const char *what)
{
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? look(v, &c->u, id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    return !answer_views(c->r, e, what);
}

static void act(struct api_call *c, const struct form *f)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        return;
    }
    if (f->contact ? api_may_see(c, c->id, views_may_see_contact, "Nobody with this number waits to be called")
                   : api_may_see(c, c->id, views_may_see_alert, "No such alert")) {
        json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
        const char *field, *wrong = read_form(o, f, cmd, &field);
        json_decref(o);
        if (wrong != NULL) {
            answer_problem(c->r, 422, wrong, "", field);
        } else {
            cmd->kind = f->kind;
            snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
            ask(c, cmd);
        }
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

void api_check(struct api_call *c)
{
    act(c, &(struct form){COMMAND_CHECK, .subject = "step", .subject_needed = true, .text = "comment",
                          .flag = "done"});
}

void api_recover(struct api_call *c)
{
    act(c, &(struct form){COMMAND_RECOVER, .text = "what", .text_needed = true, .amount = "cost"});
}

void api_take_contact(struct api_call *c)
{
    act(c, &(struct form){COMMAND_CONTACT_TAKE, .text = "comment", .contact = true});
}

void api_contact_outcome(struct api_call *c)
{
    act(c, &(struct form){COMMAND_CONTACT_OUTCOME, .subject = "outcome", .subject_needed = true,
                          .text = "comment", .flag = "done", .contact = true});
}

// ---------------------------------------------------------------- silences

static const char *text_of(const json_t *o, const char *field)
{
    const json_t *value = json_object_get(o, field);
    return value == NULL || json_is_null(value) ? "" : json_is_string(value) ? json_string_value(value) : "?";
}

void api_silence(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *place = text_of(o, "place"), *rule = text_of(o, "rule"), *kiosk = text_of(o, "kiosk");
    const char *why = text_of(o, "comment");
    json_int_t minutes = json_integer_value(json_object_get(o, "minutes"));
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (!ident_valid(place)) {
        answer_problem(c->r, 422, "It must be named", "", "place");
    } else if (rule[0] != '\0' && !ident_valid(rule)) {
        answer_problem(c->r, 422, "That is no id of a standard", "", "rule");
    } else if (kiosk[0] != '\0' && !ident_valid(kiosk)) {
        answer_problem(c->r, 422, "That is no id of a kiosk", "", "kiosk");
    } else if (blank(why) || strlen(why) > COMMENT_MAX) {
        answer_problem(c->r, 422, "A reason of up to 1,000 bytes is needed", "", "comment");
    } else if (minutes < SILENCE_LEAST_MIN || minutes > SILENCE_MOST_MIN) {
        answer_problem(c->r, 422, "Minutes are 5 to 43200",
                       "What is to be quiet for longer than 30 days is a standard to change.", "minutes");
    } else if (api_may_see(c, place, views_may_see_place, "No such place")) {
        cmd->kind = COMMAND_SILENCE;
        cmd->minutes = (int)minutes;
        snprintf(cmd->alert, sizeof cmd->alert, "%s", place);
        snprintf(cmd->subject, sizeof cmd->subject, "%s", rule);
        snprintf(cmd->by, sizeof cmd->by, "%s", kiosk);
        snprintf(cmd->text, sizeof cmd->text, "%s", why);
        ask(c, cmd);
    }
    free(cmd);
    json_decref(o);
}

void api_end_silence(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (api_may_see(c, c->id, views_may_see_silence, "No such silence")) {
        cmd->kind = COMMAND_SILENCE_END;
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        ask(c, cmd);
    }
    free(cmd);
}

// ---------------------------------------------------------------- documents

typedef enum views_error document_fn(struct views *v, const struct views_user *u, const char *place,
                                     wall_ms now, char **ret_json);

static void document(struct api_call *c, document_fn *make)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? make(v, &c->u, c->q->place, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place")) {
        answer_json(c->r, text);
    }
}

void api_people(struct api_call *c)
{
    document(c, views_people);
}

void api_silences(struct api_call *c)
{
    document(c, views_silences);
}

void api_contacts(struct api_call *c)
{
    document(c, views_contacts);
}
