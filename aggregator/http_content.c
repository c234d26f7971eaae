// http: what kiosks show and ask, from a session: reading, checking, putting in force now or at a time to come, looking at it
// beforehand; and what they tell of alerts.
#include "aggregator/http_impl.h"

#include "aggregator/document.h"
#include "aggregator/preview.h"
#include "shared/content.h"
#include "shared/tz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS INT64_C(86400000)

enum {
    PREVIEW_BURST = 30,     // one screen in each language and both ways round, at once
    PREVIEW_EVERY_MS = 300, // then so often: who types pauses
    PREVIEW_AGAIN_S = 1,
    PLAN_DAYS_MOST = 366,
    TELL_DAYS_DEFAULT = 30,
    TELL_DAYS_MOST = 92,
    TELL_LANGS_MAX = CONTENT_LANGS_MAX,
};

static const char *argument(const struct api_call *c, const char *name)
{
    const char *value = c->q->argument(c->q->argument_ctx, name);
    return value != NULL ? value : "";
}

static const char *word(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

// ---------------------------------------------------------------- reading

static void show(struct api_call *c, bool kiosk)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_shown(v, &c->u, kiosk, c->id, atoi(argument(c, "version")),
                                                   strtoll(argument(c, "plan"), NULL, 10), &text)
                                   : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place, kiosk or version")) {
        answer_json(c->r, text);
    }
}

void api_content_place(struct api_call *c)
{
    show(c, false);
}

void api_content_kiosk(struct api_call *c)
{
    show(c, true);
}

void api_read_content(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *yaml = json_string_value(json_object_get(o, "yaml"));
    char why[700] = "";
    char *text =
        yaml != NULL ? document_json("content", yaml, strlen(yaml), PROTOCOL_DOC_MAX, why, sizeof why) : NULL;
    json_t *content = text != NULL ? json_loads(text, 0, NULL) : NULL;
    if (json_is_object(content)) {
        json_t *answer = json_pack("{s:O}", "content", content);
        answer_json(c->r, json_dumps(answer, JSON_COMPACT));
        json_decref(answer);
    } else {
        answer_problem(c->r, 422, "Not accepted",
                       yaml == NULL   ? "yaml is the document"
                       : text == NULL ? why
                                      : "content:1:1: it is no mapping of keys to values",
                       "yaml");
    }
    json_decref(content);
    free(text);
    json_decref(o);
}

// ---------------------------------------------------------------- changing

// The instant of a local "2026-11-27T08:00". False: there is none.
static bool read_local(const char *text, const char *zone, wall_ms *ret_at)
{
    int year, month, day, hour, minute, n = 0;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d%n", &year, &month, &day, &hour, &minute, &n) != 5 ||
        text[n] != '\0' || n != 16) {
        return false;
    }
    struct tm local = {
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
    wall_ms as_utc = (wall_ms)timegm(&local) * 1000;
    if (local.tm_mday != day || local.tm_hour != hour || local.tm_min != minute) {
        return false; // 30 February
    }
    struct tz *tz = tz_load(zone);
    wall_ms at = as_utc - (wall_ms)tz_offset_s(tz, as_utc) * 1000;
    at = as_utc - (wall_ms)tz_offset_s(tz, at) * 1000;
    bool there =
        at + (wall_ms)tz_offset_s(tz, at) * 1000 == as_utc; // not in the hour that a clock leaves out
    tz_free(tz);
    *ret_at = at;
    return there;
}

// False: answered.
static bool read_time(struct api_call *c, bool kiosk, const char *text, struct command *cmd)
{
    char zone[65];
    wall_ms now = clock_wall_ms();
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_content_zone(v, kiosk, c->id, zone) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such place or kiosk")) {
        return false;
    }
    if (!read_local(text, zone, &cmd->expires)) {
        answer_problem(c->r, 422, "Not accepted", "at is a local date and time: 2026-11-27T08:00", "at");
    } else if (cmd->expires <= now || cmd->expires > now + PLAN_DAYS_MOST * DAY_MS) {
        answer_problem(c->r, 422, "Not accepted", "It must lie ahead, within a year", "at");
    } else {
        return true;
    }
    return false;
}

static void answer_content(struct api_call *c, enum command_result result, const struct command *cmd)
{
    const char *said = cmd->reply != NULL ? cmd->reply : "";
    if (result == COMMAND_DONE) {
        json_t *o = json_pack("{s:[s#]}", "lines", said, (int)strcspn(said, "\n"));
        answer_json(c->r, json_dumps(o, JSON_COMPACT));
        json_decref(o);
    } else if (result == COMMAND_NOT_NOW) {
        answer_problem(c->r, 412, "Changed in the meantime", said, "");
    } else if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, "No such place or registered kiosk", "", "");
    } else if (result == COMMAND_BAD) {
        answer_problem(c->r, 422, "Not accepted", said, "yaml");
    } else {
        answer_command(c->r, result, said);
    }
}

// body: {yaml, seen, at?}, or to clear {seen}
static void change(struct api_call *c, bool kiosk, bool clear)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *yaml = json_string_value(json_object_get(o, "yaml")), *at = word(o, "at");
    const json_t *version = json_object_get(o, "seen"), *when = json_object_get(o, "at");
    struct command *cmd = calloc(1, sizeof *cmd);
    bool dry = strcmp(argument(c, "dry"), "1") == 0;
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (!json_is_integer(version) || json_integer_value(version) < 0) {
        answer_problem(c->r, 422, "Not accepted",
                       "seen is the version in force as you have seen it; 0: none of its own", "seen");
    } else if (!clear && yaml == NULL) {
        answer_problem(c->r, 422, "Not accepted", "yaml is the document, YAML or JSON, without a NUL byte",
                       "yaml");
    } else if (when != NULL && (clear || at[0] == '\0')) { // whoever wants it later does not get it now
        answer_problem(c->r, 422, "Not accepted",
                       clear ? "It is done now: there is no time to come for it"
                             : "at is a local date and time: 2026-11-27T08:00",
                       "at");
    } else if (api_may_see(c, c->id, kiosk ? views_may_see_kiosk : views_may_see_place,
                           "No such place or kiosk") &&
               (at[0] == '\0' || read_time(c, kiosk, at, cmd))) {
        cmd->kind = clear           ? COMMAND_CONTENT_CLEAR
                    : dry           ? COMMAND_CONTENT_DRY
                    : at[0] != '\0' ? COMMAND_CONTENT_PLAN
                                    : COMMAND_CONTENT_PUSH;
        cmd->yaml = yaml;
        cmd->for_kiosk = kiosk;
        cmd->amount = json_integer_value(version);
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        snprintf(cmd->text, sizeof cmd->text, "%s%s%.16s", kiosk ? "kiosk" : "place",
                 at[0] != '\0' ? ", at " : "", at);
        answer_content(c, api_ask(c->a, cmd), cmd);
    }
    if (cmd != NULL) {
        free(cmd->reply);
    }
    free(cmd);
    json_decref(o);
}

void api_put_content_place(struct api_call *c)
{
    change(c, false, false);
}

void api_put_content_kiosk(struct api_call *c)
{
    change(c, true, false);
}

void api_clear_content_place(struct api_call *c)
{
    change(c, false, true);
}

void api_clear_content_kiosk(struct api_call *c)
{
    change(c, true, true);
}

static void end(struct api_call *c, enum command_kind kind, const char *what)
{
    struct command cmd = {.kind = kind};
    snprintf(cmd.who, sizeof cmd.who, "%s", c->u.name);
    snprintf(cmd.alert, sizeof cmd.alert, "%s", c->id);
    enum command_result result = api_ask(c->a, &cmd);
    if (result == COMMAND_UNKNOWN) {
        answer_problem(c->r, 404, what, "It has taken effect or ended in the meantime.", "");
    } else {
        answer_command(c->r, result, cmd.reply);
    }
    free(cmd.reply);
}

void api_withdraw_content(struct api_call *c)
{
    static const char what[] = "Nothing of this number is planned";
    if (api_may_see(c, c->id, views_may_see_plan, what)) {
        end(c, COMMAND_CONTENT_WITHDRAW, what);
    }
}

// ---------------------------------------------------------------- looking at it beforehand

// An option of the kiosk, as a text or a number. Texts of letters that its names have.
static bool option(const json_t *o, const char *key, char ret[IDENT_MAX + 1])
{
    const json_t *value = json_object_get(o, key);
    ret[0] = '\0';
    if (json_is_integer(value)) {
        snprintf(ret, IDENT_MAX + 1, "%d", (int)json_integer_value(value) % 1000);
    } else if (json_is_string(value)) {
        snprintf(ret, IDENT_MAX + 1, "%s", json_string_value(value));
    }
    return value == NULL || json_is_null(value) ||
           ret[strspn(ret, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static void draw(struct api_call *c, const struct preview *p)
{
    char *png = NULL, why[700];
    size_t bytes = 0;
    bool first = atomic_fetch_add(&c->a->previews, 1) < HTTP_PREVIEWS_MAX;
    enum preview_result result = first ? preview_draw(p, &png, &bytes, why, sizeof why) : PREVIEW_FAILED;
    atomic_fetch_sub(&c->a->previews, 1);
    if (!first) {
        answer_problem(c->r, 429, "Other previews are being drawn", "Try again in a moment.", "");
        c->r->retry_after_s = PREVIEW_AGAIN_S;
    } else if (result == PREVIEW_DONE) {
        *c->r = (struct http_answer){.status = 200, .type = "image/png", .body = png, .bytes = bytes};
    } else if (result == PREVIEW_REFUSED) {
        answer_problem(c->r, 422, "A kiosk would not show this", why, "yaml");
    } else if (result == PREVIEW_MISSING) {
        answer_problem(c->r, 501, "No preview on this server",
                       "puas-kiosk is not installed beside puas-aggregator: install it, or name it in "
                       "http.kiosk_program.",
                       "");
    } else {
        answer_problem(c->r, 500, "No picture could be drawn", why, "");
    }
}

// The organisation's name as a JSON text, malloc'd; NULL: it cannot be told now.
static char *org_json(struct api_call *c)
{
    char name[81] = "";
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_org_name(v, name) : VIEWS_FAILED;
    api_views_back(c->a, v);
    json_t *s = e == VIEWS_OK ? json_string(name) : NULL;
    char *text = s != NULL ? json_dumps(s, JSON_ENCODE_ANY) : NULL;
    json_decref(s);
    return text;
}

void api_preview(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const char *yaml = json_string_value(json_object_get(o, "yaml"));
    json_int_t width = json_integer_value(json_object_get(o, "width"));
    json_int_t height = json_integer_value(json_object_get(o, "height"));
    json_int_t rotation = json_integer_value(json_object_get(o, "rotation"));
    char lang[IDENT_MAX + 1], screen[IDENT_MAX + 1], question[IDENT_MAX + 1], score[IDENT_MAX + 1],
        scene[IDENT_MAX + 1];
    char bucket[sizeof c->u.name + 10];
    int64_t wait_ms = 0;
    snprintf(bucket, sizeof bucket, "preview:%s", c->u.name);
    if (yaml == NULL) {
        answer_problem(c->r, 422, "Not accepted", "yaml is the document, YAML or JSON, without a NUL byte",
                       "yaml");
    } else if (width < PREVIEW_LEAST_PX || width > PREVIEW_MOST_PX || height < PREVIEW_LEAST_PX ||
               height > PREVIEW_MOST_PX) {
        answer_problem(c->r, 422, "Not accepted", "width and height are 320 to 2000 px", "width");
    } else if (rotation != 0 && rotation != 90 && rotation != 180 && rotation != 270) {
        answer_problem(c->r, 422, "Not accepted", "rotation is 0, 90, 180 or 270", "rotation");
    } else if (!option(o, "lang", lang) || !option(o, "screen", screen) || !option(o, "question", question) ||
               !option(o, "score", score) || !option(o, "scene", scene)) {
        answer_problem(c->r, 422, "Not accepted",
                       "lang, screen, question, score and scene are names or numbers", "screen");
    } else if (!limiter_take(&c->a->limiter, bucket, PREVIEW_BURST, PREVIEW_EVERY_MS, clock_mono_ms(),
                             &wait_ms)) {
        answer_problem(c->r, 429, "Too many previews", "Try again in a moment.", "");
        c->r->retry_after_s = (int)(wait_ms / 1000) + 1;
    } else {
        bool upright = rotation == 90 || rotation == 270; // the panel hangs on its side
        char *org = org_json(c);
        draw(c, &(struct preview){.program = c->a->o.settings->http.kiosk_program,
                                  .org = org != NULL ? org : "Puas",
                                  .yaml = yaml,
                                  .lang = lang,
                                  .screen = screen,
                                  .question = question,
                                  .score = score,
                                  .scene = scene,
                                  .width = (int)(upright ? height : width),
                                  .height = (int)(upright ? width : height)});
        free(org);
    }
    json_decref(o);
}

// ---------------------------------------------------------------- told of alerts

void api_told(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_told(v, &c->u, c->q->place, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such place")) {
        answer_json(c->r, text);
    }
}

// Words by language, as a content's messages have them.
static bool good_words(const json_t *words)
{
    const char *lang;
    json_t *value;
    bool ok =
        json_is_object(words) && json_object_size(words) > 0 && json_object_size(words) <= TELL_LANGS_MAX;
    json_object_foreach((json_t *)(uintptr_t)words, lang, value)
    {
        const char *s = json_string_value(value);
        ok = ok && s != NULL && s[strspn(s, " \t\r\n")] != '\0' && strlen(s) <= SURVEY_WORDS_MAX &&
             strlen(lang) <= 8 && ident_valid(lang);
        for (const char *p = s; ok && *p != '\0'; p++) {
            ok = (unsigned char)*p >= ' ' && *p != 127;
        }
    }
    return ok;
}

void api_tell(struct api_call *c)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *days = json_object_get(o, "days");
    json_int_t n = days != NULL ? json_integer_value(days) : TELL_DAYS_DEFAULT;
    struct command *cmd = calloc(1, sizeof *cmd);
    if (cmd == NULL) {
        answer_command(c->r, COMMAND_UNAVAILABLE, NULL);
    } else if (!good_words(json_object_get(o, "said"))) {
        answer_problem(c->r, 422, "Not accepted",
                       "Words of 1 to 200 bytes in at least one language are needed", "said");
    } else if (!good_words(json_object_get(o, "did"))) {
        answer_problem(c->r, 422, "Not accepted",
                       "Words of 1 to 200 bytes in at least one language are needed", "did");
    } else if (n < 1 || n > TELL_DAYS_MOST) {
        answer_problem(c->r, 422, "Not accepted", "days are 1 to 92", "days");
    } else if (api_may_see(c, c->id, views_may_see_alert, "No such alert")) {
        cmd->kind = COMMAND_TELL;
        cmd->yaml = c->q->body;
        cmd->expires = clock_wall_ms() + n * DAY_MS;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        enum command_result result = api_ask(c->a, cmd);
        if (result == COMMAND_DONE && cmd->reply != NULL) {
            json_t *made = json_pack("{s:I}", "id", (json_int_t)strtoll(cmd->reply, NULL, 10));
            answer_json(c->r, json_dumps(made, JSON_COMPACT));
            json_decref(made);
        } else {
            answer_command(c->r, result, cmd->reply);
        }
        free(cmd->reply);
    }
    free(cmd);
    json_decref(o);
}

void api_end_tell(struct api_call *c)
{
    static const char what[] = "Nothing of this number is told";
    if (api_may_see(c, c->id, views_may_see_told, what)) {
        end(c, COMMAND_TELL_END, what);
    }
}
