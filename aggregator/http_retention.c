// http: how long what is kept: read, tried and chosen.
#include "aggregator/http_impl.h"

#include "aggregator/retention.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *days_json(const struct settings_retention *r)
{
    return json_pack("{s:I,s:I,s:I}", "contactsDays", (json_int_t)r->contacts_days, "commentsDays",
                     (json_int_t)r->comments_days, "rawDays", (json_int_t)r->raw_days);
}

// {contactsDays, commentsDays, rawDays, chosen: here and not in the settings, settings: the same three}
void api_retention(struct api_call *c)
{
    const struct settings_retention *settings = &c->a->o.settings->retention;
    struct settings_retention now = *settings;
    bool chosen = false;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_retention(v, &now, &chosen) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        json_t *o = days_json(&now);
        json_object_update_new(
            o, json_pack("{s:b,s:o}", "chosen", (int)chosen, "settings", days_json(settings)));
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        json_decref(o);
    }
}

// What would go, about: it is found by the order in which answers came.
static void answer_loss(struct api_call *c, const struct settings_retention *r)
{
    int64_t answers = 0;
    wall_ms words = 0, raw = 0;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_retention_loss(v, r, clock_wall_ms(), &answers, &words, &raw) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        json_t *o = json_pack("{s:I,s:o,s:o}", "answers", (json_int_t)answers, "wordsBefore",
                              words > 0 ? json_integer(words) : json_null(), "answersBefore",
                              raw > 0 ? json_integer(raw) : json_null());
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        json_decref(o);
    }
}

static void choose(struct api_call *c, const char *text)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_RETENTION;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->text, sizeof cmd->text, "%s", text);
        result = api_ask(c->a, cmd);
    }
    answer_command(c->r, result, cmd != NULL ? cmd->reply : NULL);
    if (cmd != NULL) {
        free(cmd->reply);
    }
    free(cmd);
}

// The field that is wrong; NULL: none, and they are in *ret_r.
static const char *read_days(const json_t *o, struct settings_retention *ret_r)
{
    static const char *const names[] = {"contactsDays", "commentsDays", "rawDays"};
    struct settings_retention r = {1, 0, 0};
    int64_t *const days[] = {&r.contacts_days, &r.comments_days, &r.raw_days};
    char text[RETENTION_TEXT];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const json_t *v = json_object_get(o, names[i]);
        *days[i] = json_is_integer(v) ? json_integer_value(v) : -1;
        retention_text(&r, text);
        if (!retention_parse(text, ret_r)) {
            return names[i];
        }
    }
    return NULL;
}

// body: {contactsDays, commentsDays, rawDays}, or {"chosen": false}: as the settings say. ?dry=1: what would go.
void api_put_retention(struct api_call *c)
{
    const char *dry = c->q->argument(c->q->argument_ctx, "dry");
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    bool back = json_is_false(json_object_get(o, "chosen"));
    struct settings_retention r = c->a->o.settings->retention;
    const char *wrong = back ? NULL : read_days(o, &r);
    char text[RETENTION_TEXT];
    retention_text(&r, text);
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_runs_all(v, &c->u) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (e == VIEWS_NOT_FOUND) {
        answer_problem(c->r, 403, "You may not do this",
                       "How long what is kept is chosen by who runs the whole organisation", "");
    } else if (answer_views(c->r, e, "")) {
        ; // answered
    } else if (wrong != NULL) {
        answer_problem(c->r, 422, "Not accepted",
                       strcmp(wrong, "contactsDays") == 0 ? "Contact data go after 1 to 365 days"
                                                          : "A whole number of days up to 36500; 0: for ever",
                       wrong);
    } else if (dry != NULL && strcmp(dry, "1") == 0) {
        answer_loss(c, &r);
    } else {
        choose(c, back ? "" : text);
    }
    json_decref(o);
}
