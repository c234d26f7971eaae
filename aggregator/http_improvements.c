// http: the improvement log: read, written, changed, taken back.
#include "aggregator/http_impl.h"
#include "aggregator/store_improvement.h"
#include "aggregator/trends.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS ((wall_ms)86400000)

void api_improvements(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_improvements(v, &c->u, c->q->place, &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place")) {
        answer_json(c->r, text);
    }
}

// ---------------------------------------------------------------- what is written

static const char *text_of(const json_t *o, const char *field)
{
    const char *text = json_string_value(json_object_get(o, field));
    return text != NULL ? text : "";
}

static bool is_text(const char *text)
{
    return text[strspn(text, " \t\r\n")] != '\0' && strlen(text) <= IMPROVEMENT_TEXT_MAX;
}

// What is wrong, NULL: nothing; *ret_field is where.
static const char *read_entry(const json_t *o, struct improvement *i, const char **ret_field)
{
    const char *kind = text_of(o, "kind"), *what = text_of(o, "what"), *why = text_of(o, "why");
    int k = 0;
    while (improvement_kinds[k] != NULL && strcmp(improvement_kinds[k], kind) != 0) {
        k++;
    }
    *ret_field = "kind";
    if (improvement_kinds[k] == NULL) {
        return "kind is change, training, campaign or other";
    }
    *ret_field = "what";
    if (!is_text(what)) {
        return "What was done is needed, in up to 1,000 bytes";
    }
    *ret_field = "why";
    if (!is_text(why)) {
        return "Why is needed, in up to 1,000 bytes: whoever reads it later was not there";
    }
    *ret_field = "day";
    if (!trend_day_parse(text_of(o, "day"), &i->day)) {
        return "day is the first day on which it held, such as 2026-11-24";
    }
    if (i->day < IMPROVEMENT_DAY_LEAST || i->day > clock_wall_ms() / DAY_MS + IMPROVEMENT_AHEAD_DAYS) {
        return "day is from 2000 on, and at most a year ahead";
    }
    i->kind = (enum improvement_kind)k;
    snprintf(i->what, sizeof i->what, "%s", what);
    snprintf(i->why, sizeof i->why, "%s", why);
    return NULL;
}

// ---------------------------------------------------------------- asking

static void ask(struct api_call *c, struct command *cmd)
{
    bool fresh = cmd->improvement->number == 0;
    cmd->kind = COMMAND_IMPROVE;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    enum command_result result = api_ask(c->a, cmd);
    if (result == COMMAND_DONE && fresh) {
        json_t *o = json_pack("{s:I}", "id", (json_int_t)strtoll(cmd->reply, NULL, 10));
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        c->r->status = c->r->body != NULL ? 201 : c->r->status;
        json_decref(o);
    } else if (result == COMMAND_NOT_NOW) {
        answer_problem(c->r, 412, "Somebody has changed it in the meantime",
                       "Look at what it says now, then save again.", "");
    } else if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, "No such entry", "It does not exist, or it was taken back.", "");
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    cmd->reply = NULL;
}

// False: answered.
static bool may_change(struct api_call *c, const char *id, bool entry)
{
    struct views *v = api_views(c->a);
    enum views_error e = v == NULL ? VIEWS_FAILED
                         : entry   ? views_may_see_improvement(v, &c->u, id)
                                   : views_may_see_place(v, &c->u, id);
    api_views_back(c->a, v);
    return !answer_views(c->r, e, entry ? "No such entry" : "No such place");
}

// fresh: the body names a place; else the path an entry, and the body the revision that was seen.
static void change(struct api_call *c, bool fresh, bool withdrawn)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    struct improvement i = {.number = fresh ? 0 : strtoll(c->id, NULL, 10), .withdrawn = withdrawn};
    struct command *cmd = calloc(1, sizeof *cmd);
    const char *field = "", *wrong = json_is_object(o) ? NULL : "The body is not a JSON object";
    if (wrong == NULL && !withdrawn) {
        wrong = read_entry(o, &i, &field);
    }
    if (wrong == NULL && !fresh) {
        json_int_t revision = json_integer_value(json_object_get(o, "revision"));
        field = "revision";
        wrong = revision >= 1 && revision < INT32_MAX ? NULL : "revision is the one that you have seen";
        i.revision = wrong == NULL ? (int)revision : 0;
    }
    if (wrong == NULL && fresh && !ident_valid(text_of(o, "place"))) {
        field = "place";
        wrong = "It must be named";
    }
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (wrong != NULL) {
        answer_problem(c->r, 422, wrong, "", field);
    } else if (may_change(c, fresh ? text_of(o, "place") : c->id, !fresh)) {
        snprintf(cmd->alert, sizeof cmd->alert, "%s", fresh ? text_of(o, "place") : "");
        cmd->improvement = &i;
        ask(c, cmd);
    }
    free(cmd);
    json_decref(o);
}

void api_add_improvement(struct api_call *c)
{
    change(c, true, false);
}

void api_edit_improvement(struct api_call *c)
{
    change(c, false, false);
}

void api_withdraw_improvement(struct api_call *c)
{
    change(c, false, true);
}
