// http: the pages by which head office runs the organisation: what is there, and changes of it (manage.h); what a file would
// bring into a calendar.
#include "aggregator/http_impl.h"

#include "aggregator/channel_secret.h"
#include "aggregator/ical.h"
#include "aggregator/manage.h"
#include "aggregator/trends.h"
#include "shared/log.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS ((wall_ms)86400000)

bool api_is_person(struct api_call *c, const char *detail)
{
    if (strncmp(c->u.name, "token:", 6) != 0) {
        return true;
    }
    answer_problem(c->r, 403, "A token cannot do this", detail, "");
    return false;
}

// ---------------------------------------------------------------- reading

static void answer_list(struct api_call *c, const char *list)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_manage(v, &c->u, list, c->a->o.settings, clock_wall_ms(), &text)
                  : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such list")) {
        answer_json(c->r, text);
    }
}

void api_manage_list(struct api_call *c)
{
    const char *list = manage_list(c->id);
    if (list == NULL) {
        answer_problem(c->r, 404, "No such list", "places, kiosks, calendars, standards, channels, mailings, users", "");
    } else if ((strcmp(list, "users") == 0 || strcmp(list, "channels") == 0) && c->u.role != ROLE_ADMIN) {
        answer_problem(c->r, 403, "Only administrators may do this", "", "");
    } else {
        answer_list(c, list);
    }
}

// ---------------------------------------------------------------- changing

static void answer_refusal(struct api_call *c, const struct manage_change *m)
{
    static const struct {
        int status;
        const char *title;
    } of[] = {[MANAGE_UNKNOWN] = {404, "It is not there"},
              [MANAGE_FORBIDDEN] = {403, "You may not do this"},
              [MANAGE_TAKEN] = {409, "There is one of this id"},
              [MANAGE_STALE] = {412, "Changed in the meantime"},
              [MANAGE_WRONG] = {422, "Not accepted"}};
    answer_problem(c->r, of[m->refusal].status, of[m->refusal].title, m->why, m->field);
}

static json_t *price_json(const struct apply_price *p)
{
    json_t *seen = json_array();
    for (int i = 0; i < p->seen; i++) {
        if (isfinite(p->cost.delay[i])) {
            json_array_append_new(
                seen, json_pack("{s:f,s:f}", "unhappy", p->cost.shift[i], "votes", p->cost.delay[i]));
        }
    }
    json_t *o = json_pack("{s:f,s:o}", "votes", p->cost.arl, "seen", seen);
    if (p->learned) {
        json_object_update_new(o, json_pack("{s:f,s:i}", "usual", APPLY_EXAMPLE_PERCENT / 100., "learnedFrom",
                                            ENGINE_LEARN_VOTES + 1));
    }
    return o;
}

// {"lines": [...]}, what a standard costs, and the password of a new user: the only time that it is told.
static void answer_lines(struct api_call *c, const char *text, const struct apply_price *price,
                         const char *password)
{
    json_t *o = json_object(), *lines = json_array();
    for (const char *p = text, *end; *p != '\0'; p = *end != '\0' ? end + 1 : end) {
        end = strchr(p, '\n');
        end = end != NULL ? end : p + strlen(p);
        json_array_append_new(lines, json_stringn(p, (size_t)(end - p)));
    }
    json_object_set_new(o, "lines", lines);
    if (price->known) {
        json_object_set_new(o, "price", price_json(price));
    }
    if (password[0] != '\0') {
        json_object_set_new(o, "password", json_string(password));
    }
    answer_json(c->r, json_dumps(o, JSON_COMPACT));
    json_decref(o);
}

// That of a channel goes with it.
static void forget_secret(const struct api_call *c, const struct manage_change *m, enum command_kind kind)
{
    char why[700];
    bool gone = kind == COMMAND_MANAGE && m->item == NULL && strcmp(m->list, "channels") == 0;
    if (gone && !channel_secret_drop(c->a->o.settings->data, c->id, why, sizeof why)) {
        log_event(LOG_WARN, "channel_secret_stays", "channel=%s why=%Q", c->id, why);
    }
}

static void ask(struct api_call *c, struct manage_change *m, const char *password)
{
    const char *dry = c->q->argument(c->q->argument_ctx, "dry");
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = dry != NULL && strcmp(dry, "1") == 0 ? COMMAND_MANAGE_DRY : COMMAND_MANAGE;
        cmd->manage = m;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        snprintf(cmd->subject, sizeof cmd->subject, "%s", m->list);
        result = api_ask(c->a, cmd);
    }
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        answer_lines(c, cmd->reply, &m->price, cmd->kind == COMMAND_MANAGE ? password : "");
        forget_secret(c, m, cmd->kind);
    } else if (result == COMMAND_BAD && m->refusal != MANAGE_FINE) {
        answer_refusal(c, m);
    } else {
        answer_command(c->r, result, cmd != NULL ? cmd->reply : NULL);
    }
    if (cmd != NULL) {
        free(cmd->reply);
    }
    free(cmd);
}

// body: {"item": {...}, "version": "..."}; without item it is taken out.
static void change(struct api_call *c, const char *list, bool remove)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *item = json_object_get(o, "item");
    const char *version = json_string_value(json_object_get(o, "version"));
    const char *role = json_string_value(json_object_get(item, "role"));
    char password[PASSWORD_MADE] = "", hash[PASSWORD_HASH_BYTES];
    char *text = json_is_object(item) && !remove ? json_dumps(item, 0) : NULL;
    struct manage_change m = {
        .list = list, .id = c->id, .item = text, .version = version, .role = c->u.role, .scope = c->u.place};
    bool is_user = strcmp(list, "users") == 0, is_new = is_user && version != NULL && version[0] == '\0';
    if (version == NULL) {
        answer_problem(c->r, 422, "Not accepted",
                       "version is that of the thing as you have seen it, \"\" of a new one", "version");
    } else if (!remove && text == NULL) {
        answer_problem(c->r, 422, "Not accepted", "item is an object: all of the thing as it shall be",
                       "item");
    } else if (remove && version[0] == '\0') {
        answer_problem(c->r, 422, "Not accepted", "What is not there cannot be taken out", "version");
    } else if (is_user && !api_is_person(c, "Log in as an administrator, or use puasctl config.")) {
        ; // answered
    } else if (is_user && strcmp(c->id, c->u.name) == 0 &&
               (role == NULL || strcmp(role, roles[c->u.role]) != 0)) {
        answer_problem(c->r, 403, "You may not do this", "Another administrator must do this: it is you",
                       "role");
    } else {
        if (is_new) {
            password_make(password);
            m.hash = password_hash(password, hash) ? hash : NULL;
        }
        if (is_new && m.hash == NULL) {
            answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
        } else {
            ask(c, &m, password);
        }
    }
    free(text);
    json_decref(o);
}

void api_put_place(struct api_call *c)
{
    change(c, manage_list("places"), false);
}

void api_put_kiosk(struct api_call *c)
{
    change(c, manage_list("kiosks"), false);
}

void api_put_calendar(struct api_call *c)
{
    change(c, manage_list("calendars"), false);
}

void api_put_standard(struct api_call *c)
{
    change(c, manage_list("standards"), false);
}

void api_put_channel(struct api_call *c)
{
    change(c, manage_list("channels"), false);
}

void api_put_mailing(struct api_call *c)
{
    change(c, manage_list("mailings"), false);
}

void api_put_user(struct api_call *c)
{
    change(c, manage_list("users"), false);
}

void api_remove_kiosk(struct api_call *c)
{
    change(c, manage_list("kiosks"), true);
}

void api_remove_calendar(struct api_call *c)
{
    change(c, manage_list("calendars"), true);
}

void api_remove_standard(struct api_call *c)
{
    change(c, manage_list("standards"), true);
}

void api_remove_channel(struct api_call *c)
{
    change(c, manage_list("channels"), true);
}

void api_remove_mailing(struct api_call *c)
{
    change(c, manage_list("mailings"), true);
}

// hash NULL: no login any more. False: answered.
static bool set_password(struct api_call *c, const char *hash)
{
    struct manage_change m = {.hash = hash};
    struct command cmd = {.kind = COMMAND_USER_PASSWORD, .manage = &m};
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_may_see_user(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such user")) {
        return false;
    }
    snprintf(cmd.who, sizeof cmd.who, "%s", c->u.name);
    snprintf(cmd.alert, sizeof cmd.alert, "%s", c->id);
    enum command_result result = api_ask(c->a, &cmd);
    answer_command(c->r, result, cmd.reply);
    free(cmd.reply);
    return result == COMMAND_DONE;
}

void api_user_password(struct api_call *c)
{
    char password[PASSWORD_MADE], hash[PASSWORD_HASH_BYTES];
    password_make(password);
    if (!api_is_person(c, "Log in as an administrator.")) {
        return;
    }
    if (!password_hash(password, hash)) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (set_password(c, hash)) {
        json_t *o = json_pack("{s:s}", "password", password);
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        json_decref(o);
    }
}

void api_disable_user(struct api_call *c)
{
    if (!api_is_person(c, "Log in as an administrator.")) {
        return;
    }
    if (strcmp(c->id, c->u.name) == 0) {
        answer_problem(c->r, 403, "You may not do this", "Another administrator must do this: it is you", "");
    } else {
        (void)set_password(c, NULL);
    }
}

// ---------------------------------------------------------------- calendars

// What a file would bring: nothing is kept.
void api_read_calendar(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL), *days = json_array();
    const char *text = json_string_value(json_object_get(o, "ics"));
    char why[ICAL_WHY] = "ics is the text of an iCalendar file", from[16], to[16];
    struct ical_list l = {.items = NULL};
    if (text == NULL || !ical_list_read(&l, text, (int32_t)(clock_wall_ms() / DAY_MS), why)) {
        answer_problem(c->r, 422, "Not accepted", why, "ics");
    } else {
        for (size_t i = 0; i < l.count; i++) {
            json_array_append_new(days, json_pack("{s:s,s:s,s:s}", "from", trend_day_text(l.items[i].from, from), "to",
                                                  trend_day_text(l.items[i].to, to), "name", l.items[i].name));
        }
        json_t *answer = json_pack("{s:O,s:i}", "days", days, "others", l.others);
        answer_json(c->r, json_dumps(answer, JSON_COMPACT));
        json_decref(answer);
    }
    ical_list_finish(&l);
    json_decref(days);
    json_decref(o);
}
