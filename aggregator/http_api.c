// http: the routes, and what they answer.
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ACK_DEFAULT_MIN = 60, ACK_LEAST_MIN = 5, ACK_MOST_MIN = 1440 };

// ---------------------------------------------------------------- life

bool api_init(struct http_api *a, const struct http_options *o, char *ret_why, size_t n)
{
    uint8_t random[HTTP_TOKEN_BYTES];
    char nobody[HTTP_TOKEN_HEX + 1];
    memset(a, 0, sizeof *a);
    a->o = *o;
    a->started = clock_mono_ms();
    snprintf(a->db_path, sizeof a->db_path, "%s/puas.db", o->settings->data);
    pthread_mutex_init(&a->limiter.lock, NULL);
    pthread_mutex_init(&a->phones.lock, NULL);
    pthread_mutex_init(&a->verify, NULL);
    pthread_mutex_init(&a->pool_lock, NULL);
    password_random(random, sizeof random);
    ident_hex(random, sizeof random, nobody);
    password_random(random, sizeof random);
    ident_hex(random, sizeof random, a->control);
    a->hub = hub_create(o->comment_ms > 0 ? o->comment_ms : HUB_COMMENT_MS, HUB_REVISION_MS);
    a->downloads = downloads_create();
    return a->hub != NULL && a->downloads != NULL && password_hash(nobody, a->dummy_hash) &&
           metrics_read_token(a, o->settings->http.metrics_token_file, ret_why, n) &&
           webpush_read_key(a, ret_why, n);
}

void api_finish(struct http_api *a)
{
    hub_destroy(a->hub);
    downloads_destroy(a->downloads);
    for (int i = 0; i < a->pool_count; i++) {
        views_destroy(a->pool[i]);
    }
    pthread_mutex_destroy(&a->limiter.lock);
    pthread_mutex_destroy(&a->phones.lock);
    pthread_mutex_destroy(&a->verify);
    pthread_mutex_destroy(&a->pool_lock);
}

struct views *api_views(struct http_api *a)
{
    struct views *v = NULL;
    pthread_mutex_lock(&a->pool_lock);
    if (a->pool_count > 0) {
        v = a->pool[--a->pool_count];
    }
    pthread_mutex_unlock(&a->pool_lock);
    const struct settings *s = a->o.settings;
    struct views_options o = {a->db_path, s->times.offline_ms, (int)s->step.votes, s->step.wait_ms};
    return v != NULL ? v : views_create(&o);
}

void api_views_back(struct http_api *a, struct views *v)
{
    pthread_mutex_lock(&a->pool_lock);
    if (v != NULL && a->pool_count < HTTP_VIEWS_MAX) {
        a->pool[a->pool_count++] = v;
        v = NULL;
    }
    pthread_mutex_unlock(&a->pool_lock);
    views_destroy(v);
}

enum command_result api_ask(struct http_api *a, struct command *cmd)
{
    struct core *core = atomic_load(&a->core);
    return core != NULL ? core_call(core, cmd) : COMMAND_UNAVAILABLE;
}

// ---------------------------------------------------------------- reading

static bool holds(struct http_api *a)
{
    struct core *core = atomic_load(&a->core);
    return core != NULL && core_holds(core);
}

static void get_session(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? views_session(v, &c->u, c->a->o.version, holds(c->a), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "")) {
        answer_json(c->r, text);
    }
}

static void get_today(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_today(v, &c->u, c->q->place, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such branch")) {
        answer_json(c->r, text);
    }
}

static void get_verdicts(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_verdicts(v, &c->u, c->q->place, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such branch")) {
        answer_tagged(c, text);
    }
}

static void get_alert_votes(struct api_call *c)
{
    char *text = NULL;
    struct views *v = api_views(c->a);
    enum views_error e =
        v != NULL ? views_alert_votes(v, &c->u, c->id, clock_wall_ms(), &text) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "No such alert")) {
        answer_tagged(c, text);
    }
}

static bool is_among(const struct hub_places *p, const char *branch)
{
    int i = 0;
    while (i < p->n && strcmp(p->branch[i], branch) != 0) {
        i++;
    }
    return i < p->n;
}

// The stream itself is http_microhttpd.c's: here it is only allowed. Of several branches those that do not exist, or that the
// user may not see, are left out, as hello says: one that goes takes no news from the others.
static void get_live(struct api_call *c)
{
    const char *asked[HUB_PLACES_MAX] = {""};
    int n = c->q->arguments(c->q->argument_ctx, "place", asked, HUB_PLACES_MAX);
    struct hub_places seen = {.named = n > 1};
    if (c->u.view == SHARE_BOARD) { // events tell of alerts
        answer_problem(c->r, 403, "A screen for customers asks now and then", "", "");
        return;
    }
    if (n > HUB_PLACES_MAX) {
        answer_problem(c->r, 422, "Too many places", "A stream tells of at most 16 branches.", "place");
        return;
    }
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL ? VIEWS_OK : VIEWS_FAILED;
    for (int i = 0; i < (n > 0 ? n : 1) && e != VIEWS_FAILED; i++) {
        int64_t rev;
        e = views_rev(v, &c->u, asked[i], &rev);
        if (e == VIEWS_OK && !is_among(&seen, asked[i])) {
            seen.branch[seen.n++] = asked[i];
        }
    }
    api_views_back(c->a, v);
    if (!answer_views(c->r, e == VIEWS_FAILED ? e : seen.n > 0 ? VIEWS_OK : VIEWS_NOT_FOUND, "No such branch")) {
        c->r->status = 200;
        c->r->type = "text/event-stream";
        c->r->live = seen;
    }
}

static json_t *backup_json(const struct keeper_status *k)
{
    const struct backup_note *b = &k->backup;
    return json_pack("{s:I,s:I,s:I,s:s,s:I,s:s,s:b}", "at", (json_int_t)b->at, "tookMs", (json_int_t)b->took_ms, "bytes",
                     (json_int_t)b->bytes, "file", b->file, "failedAt", (json_int_t)b->failed_at, "why", b->why,
                     "overdue", k->overdue);
}

static void get_status(struct api_call *c)
{
    struct core *core = atomic_load(&c->a->core);
    struct core_status s = {.run = "", .notice = ""};
    if (core != NULL) {
        core_status(core, &s);
    }
    json_t *o = json_pack(
        "{s:s,s:b,s:s,s:b,s:b,s:I,s:I,s:i,s:s,s:I,s:I,s:I,s:I,s:o?,s:{s:s,s:I,s:I,s:s}}", "version", c->a->o.version, "ready",
        core != NULL, "run", s.run, "broker", s.broker, "controlSilent",
        s.control_silent, "retainedIgnored", (json_int_t)s.retained_ignored, "uptimeMs",
        (json_int_t)(clock_mono_ms() - c->a->started), "pages", hub_count(c->a->hub), "notice", s.notice, "diskFree",
        (json_int_t)s.disk_free, "logBytes", (json_int_t)s.log_bytes, "rollupsLeft",
        (json_int_t)s.rollups_left, "toJudge", (json_int_t)s.to_judge, "backup", backup_json(&s.keeper), "check", "state",
        keeper_check_name(s.keeper.check), "at", (json_int_t)s.keeper.checked_at, "tookMs",
        (json_int_t)s.keeper.check_ms, "why", s.keeper.why);
    answer_json(c->r, json_dumps(o, JSON_COMPACT));
    json_decref(o);
}

// ---------------------------------------------------------------- changing

static void post_login(struct api_call *c)
{
    login_post(c->a, c->q, c->r);
}

static void post_logout(struct api_call *c)
{
    logout_post(c->a, c->q, c->r);
}

// Reads {comment, minutes?}. False: answered.
static bool read_action(struct api_call *c, bool needs_words, struct command *ret_cmd)
{
    json_t *o = json_loadb(c->q->body, c->q->body_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *minutes = json_object_get(o, "minutes");
    const char *text = json_string_value(json_object_get(o, "comment"));
    const char *wrong = NULL, *field = "comment";
    if (!json_is_object(o)) {
        wrong = "The body is not a JSON object";
        field = "";
    } else if (text == NULL || (needs_words && text[strspn(text, " \t\r\n")] == '\0')) {
        wrong = "A comment is needed";
    } else if (strlen(text) > COMMENT_MAX) {
        wrong = "The comment is longer than 1,000 bytes";
    } else if (minutes != NULL && (!json_is_integer(minutes) || json_integer_value(minutes) < ACK_LEAST_MIN ||
                                   json_integer_value(minutes) > ACK_MOST_MIN)) {
        wrong = "Minutes are 5 to 1440";
        field = "minutes";
    }
    if (wrong != NULL) {
        answer_problem(c->r, 422, wrong, "", field);
    } else {
        snprintf(ret_cmd->text, sizeof ret_cmd->text, "%s", text);
        ret_cmd->minutes = minutes != NULL ? (int)json_integer_value(minutes) : ACK_DEFAULT_MIN;
    }
    json_decref(o);
    return wrong == NULL;
}

static void act(struct api_call *c, enum command_kind kind)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    struct core *core = atomic_load(&c->a->core);
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL && cmd != NULL ? views_may_see_alert(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (answer_views(c->r, e, "No such alert")) {
        free(cmd);
        return;
    }
    cmd->kind = kind;
    snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
    snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
    if (read_action(c, kind == COMMAND_COMMENT, cmd)) {
        answer_command(c->r, core != NULL ? core_call(core, cmd) : COMMAND_UNAVAILABLE, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

static void post_ack(struct api_call *c)
{
    act(c, COMMAND_ACK);
}

static void post_comment(struct api_call *c)
{
    act(c, COMMAND_COMMENT);
}

static void post_resolve(struct api_call *c)
{
    act(c, COMMAND_RESOLVE);
}

static void configure(struct api_call *c, enum command_kind kind)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    struct core *core = atomic_load(&c->a->core);
    if (cmd == NULL || strlen(c->q->body) != c->q->body_bytes) {
        answer_problem(c->r, 422, "Not accepted", "The document holds a NUL byte.", "");
        free(cmd);
        return;
    }
    cmd->kind = kind;
    cmd->yaml = c->q->body;
    snprintf(cmd->who, sizeof cmd->who, "puasctl");
    enum command_result result = core != NULL ? core_call(core, cmd) : COMMAND_UNAVAILABLE;
    if (result == COMMAND_DONE && cmd->reply != NULL) {
        answer_json(c->r, cmd->reply);
        c->r->type = "text/plain; charset=utf-8";
        cmd->reply = NULL;
    } else {
        answer_command(c->r, result, cmd->reply);
    }
    free(cmd->reply);
    free(cmd);
}

static void post_diff(struct api_call *c)
{
    configure(c, COMMAND_CONFIG_DIFF);
}

static void post_apply(struct api_call *c)
{
    configure(c, COMMAND_CONFIG_APPLY);
}

static void order(struct api_call *c, enum command_kind kind)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result result = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = kind;
        snprintf(cmd->who, sizeof cmd->who, "puasctl");
        result = api_ask(c->a, cmd);
    }
    answer_command(c->r, result, NULL);
    free(cmd);
}

static void post_judge_again(struct api_call *c)
{
    order(c, COMMAND_JUDGE_AGAIN);
}

static void post_repair(struct api_call *c)
{
    order(c, COMMAND_ROLLUPS_REPAIR);
}

// ---------------------------------------------------------------- routes

// ACTOR: a user who may do more than look. ADMIN: one of that role, or the control token. SHARED: whoever comes by a link, too.
// WALL: whoever comes by a link to a screen, who sees no SHARED ones but those that are both.
// OFFICE: head office or an administrator; with CONTROL: or the control token.
// FORM: a form of anybody, and mail programs (RFC 8058): the path holds a secret.
enum { USER = 1, ACTOR = 2, CONTROL = 4, YAML = 8, ADMIN = 16, SHARED = 32, FORM = 64, OFFICE = 128, WALL = 256 };

static const struct route {
    const char *method, *path; // one * stands for an id
    int needs;
    void (*handle)(struct api_call *c);
} routes[] = {
    {"GET", "/healthz", 0, api_health},
    {"GET", "/readyz", 0, api_ready},
    {"GET", "/metrics", 0, api_metrics},
    {"GET", "/api/v1/session", USER | SHARED | WALL, get_session},
    {"GET", "/api/v1/today", USER, get_today},
    {"GET", "/api/v1/verdicts", USER, get_verdicts},
    {"GET", "/api/v1/trends/*.xlsx", USER | SHARED, api_trends_xlsx},
    {"GET", "/api/v1/trends/*.csv", USER | SHARED, api_trends_csv},
    {"GET", "/api/v1/trends/*", USER | SHARED, api_trends},
    {"GET", "/api/v1/comments", USER, api_comments},
    {"POST", "/api/v1/comments/*/erase", OFFICE, api_erase_comment},
    {"GET", "/api/v1/backtest", USER, api_backtest},
    {"GET", "/api/v1/export", USER, api_export},
    {"GET", "/api/v1/live", USER | WALL, get_live},
    {"GET", "/api/v1/wall", USER | WALL, api_wall},
    {"GET", "/api/v1/alerts", USER, api_alerts},
    {"GET", "/api/v1/alerts/*/votes", USER, get_alert_votes},
    {"GET", "/api/v1/praise", USER, api_praise},
    {"GET", "/api/v1/audit", ADMIN, api_audit},
    {"GET", "/api/v1/status", CONTROL, get_status},
    {"GET", "/api/v1/channels", ADMIN, api_channels},
    {"GET", "/api/v1/channels/messages/*", ADMIN, api_message},
    {"POST", "/api/v1/channels/*/test", ADMIN | YAML, api_test_channel},
    {"POST", "/api/v1/channels/*/secret", ADMIN | YAML, api_channel_secret},
    {"GET", "/api/v1/mailings", OFFICE | CONTROL, api_mailings},
    {"GET", "/api/v1/mailings/*/preview", OFFICE | CONTROL, api_preview_mailing},
    {"GET", "/u/*", 0, api_ask_to_stop},
    {"POST", "/u/*", FORM, api_stop_mailing},
    {"GET", "/s/*", 0, api_open_share},
    {"GET", "/api/v1/shares", USER, api_shares},
    {"POST", "/api/v1/shares", USER | ACTOR, api_make_share},
    {"POST", "/api/v1/shares/*/revoke", USER | ACTOR, api_end_share},
    {"GET", "/q/*", 0, api_phone_page},
    {"GET", "/api/v1/phone/*", 0, api_phone_survey},
    {"POST", "/api/v1/phone/*", 0, api_phone_answer},
    {"GET", "/api/v1/phones", USER, api_phones},
    {"POST", "/api/v1/phones", USER | ACTOR, api_make_phone},
    {"POST", "/api/v1/phones/*/revoke", USER | ACTOR, api_end_phone},
    {"GET", "/api/v1/tokens", ADMIN, api_tokens},
    {"POST", "/api/v1/tokens", ADMIN | YAML, api_add_token},
    {"POST", "/api/v1/tokens/*/revoke", ADMIN | YAML, api_end_token},
    {"POST", "/api/v1/login", 0, post_login},
    {"POST", "/api/v1/logout", 0, post_logout},
    {"POST", "/api/v1/alerts/*/ack", USER | ACTOR, post_ack},
    {"POST", "/api/v1/alerts/*/comment", USER | ACTOR, post_comment},
    {"POST", "/api/v1/alerts/*/resolve", USER | ACTOR, post_resolve},
    {"POST", "/api/v1/alerts/*/assign", USER | ACTOR, api_assign},
    {"POST", "/api/v1/alerts/*/reopen", USER | ACTOR, api_reopen},
    {"POST", "/api/v1/alerts/*/offer", USER | ACTOR, api_offer},
    {"POST", "/api/v1/alerts/*/tell", USER | ACTOR, api_tell},
    {"GET", "/api/v1/told", USER, api_told},
    {"POST", "/api/v1/told/*/end", USER | ACTOR, api_end_tell},
    {"POST", "/api/v1/alerts/*/check", USER | ACTOR, api_check},
    {"POST", "/api/v1/alerts/*/recover", USER | ACTOR, api_recover},
    {"GET", "/api/v1/webpush", USER, api_webpush},
    {"POST", "/api/v1/webpush", USER, api_put_webpush},
    {"POST", "/api/v1/webpush/end", USER, api_end_webpush},
    {"GET", "/api/v1/people", USER, api_people},
    {"GET", "/api/v1/contacts", USER, api_contacts},
    {"POST", "/api/v1/contacts/*/take", USER | ACTOR, api_take_contact},
    {"POST", "/api/v1/contacts/*/open", USER | ACTOR, api_open_contact},
    {"POST", "/api/v1/contacts/*/outcome", USER | ACTOR, api_contact_outcome},
    {"GET", "/api/v1/silences", USER, api_silences},
    {"POST", "/api/v1/silences", USER | ACTOR, api_silence},
    {"POST", "/api/v1/silences/*/end", USER | ACTOR, api_end_silence},
    {"GET", "/api/v1/improvements", USER, api_improvements},
    {"POST", "/api/v1/improvements", USER | ACTOR, api_add_improvement},
    {"POST", "/api/v1/improvements/*/edit", USER | ACTOR, api_edit_improvement},
    {"POST", "/api/v1/improvements/*/withdraw", USER | ACTOR, api_withdraw_improvement},
    {"POST", "/api/v1/config/diff", CONTROL | YAML, post_diff},
    {"POST", "/api/v1/config/apply", CONTROL | YAML, post_apply},
    {"POST", "/api/v1/verdicts/rerun", CONTROL | YAML, post_judge_again},
    {"POST", "/api/v1/rollups/repair", CONTROL | YAML, post_repair},
    {"POST", "/api/v1/config/place/*/content", CONTROL | YAML, api_push_place},
    {"POST", "/api/v1/config/kiosk/*/content", CONTROL | YAML, api_push_kiosk},
    {"POST", "/api/v1/config/place/*/clear", CONTROL | YAML, api_clear_place},
    {"POST", "/api/v1/config/kiosk/*/clear", CONTROL | YAML, api_clear_kiosk},
    {"POST", "/api/v1/kiosks/*/command", OFFICE | CONTROL | YAML, api_order}, // JSON is YAML
    {"GET", "/api/v1/commands/*", OFFICE | CONTROL, api_order_reply},
    {"GET", "/api/v1/content/places/*", OFFICE, api_content_place},
    {"GET", "/api/v1/content/kiosks/*", OFFICE, api_content_kiosk},
    {"POST", "/api/v1/content/read", OFFICE, api_read_content},
    {"POST", "/api/v1/content/places/*", OFFICE, api_put_content_place},
    {"POST", "/api/v1/content/kiosks/*", OFFICE, api_put_content_kiosk},
    {"POST", "/api/v1/content/places/*/clear", OFFICE, api_clear_content_place},
    {"POST", "/api/v1/content/kiosks/*/clear", OFFICE, api_clear_content_kiosk},
    {"POST", "/api/v1/content/plans/*/withdraw", OFFICE, api_withdraw_content},
    {"POST", "/api/v1/preview", OFFICE, api_preview},
    {"GET", "/api/v1/manage/retention", OFFICE, api_retention},
    {"POST", "/api/v1/manage/retention", USER | ADMIN, api_put_retention},
    {"GET", "/api/v1/manage/*", OFFICE, api_manage_list},
    {"POST", "/api/v1/manage/places/*", OFFICE, api_put_place},
    {"POST", "/api/v1/manage/kiosks/*", OFFICE, api_put_kiosk},
    {"POST", "/api/v1/manage/kiosks/*/remove", OFFICE, api_remove_kiosk},
    {"POST", "/api/v1/manage/kiosks/*/password", OFFICE | CONTROL | YAML, api_kiosk_password},
    {"POST", "/api/v1/manage/calendar-file", OFFICE, api_read_calendar},
    {"POST", "/api/v1/manage/calendars/*", OFFICE, api_put_calendar},
    {"POST", "/api/v1/manage/calendars/*/remove", OFFICE, api_remove_calendar},
    {"POST", "/api/v1/manage/standards/*", OFFICE, api_put_standard},
    {"POST", "/api/v1/manage/standards/*/remove", OFFICE, api_remove_standard},
    {"POST", "/api/v1/manage/channels/*", OFFICE, api_put_channel},
    {"POST", "/api/v1/manage/channels/*/remove", OFFICE, api_remove_channel},
    {"POST", "/api/v1/manage/mailings/*", OFFICE, api_put_mailing},
    {"POST", "/api/v1/manage/mailings/*/remove", OFFICE, api_remove_mailing},
    {"POST", "/api/v1/manage/users/*", OFFICE, api_put_user},
    {"POST", "/api/v1/manage/users/*/password", USER | ADMIN, api_user_password},
    {"POST", "/api/v1/manage/users/*/disable", USER | ADMIN, api_disable_user},
    {"POST", "/api/v1/contacts/read", CONTROL | YAML, api_read_contacts},
    {"POST", "/api/v1/contacts/*/read", CONTROL | YAML, api_read_contacts},
    {"POST", "/api/v1/contacts/*/erase", CONTROL | YAML, api_erase_contact},
    {"POST", "/api/v1/erase", CONTROL | YAML, api_erase},
    {"POST", "/api/v1/config/import/begin", CONTROL | YAML, api_begin_import},
    {"POST", "/api/v1/config/import/rows", CONTROL | YAML, api_import_rows},
    {"POST", "/api/v1/imports/*/undo", CONTROL | YAML, api_undo_import},
};
enum { ROUTES = sizeof routes / sizeof routes[0] };

static bool matches(const char *pattern, const char *path, char *ret_id)
{
    const char *star = strchr(pattern, '*');
    if (star == NULL) {
        return strcmp(pattern, path) == 0;
    }
    size_t before = (size_t)(star - pattern), after = strlen(star + 1), all = strlen(path);
    if (strncmp(pattern, path, before) != 0 || all <= before + after || strcmp(path + all - after, star + 1) != 0) {
        return false;
    }
    size_t n = all - before - after;
    if (n > IDENT_MAX) {
        return false;
    }
    memcpy(ret_id, path + before, n);
    ret_id[n] = '\0';
    return ident_valid(ret_id);
}

// What every request that changes something must be. False: answered.
static bool post_allowed(const struct api_call *c, const struct route *route)
{
    if (!c->q->ours && !login_is_token(c->q)) {
        answer_problem(c->r, 403, "The header X-Puas: 1 is missing", "Forms of other sites cannot send it.",
                       "");
    } else if (c->q->too_large) {
        answer_problem(c->r, 413, "The body is too large", "", "");
    } else if ((route->needs & YAML) == 0 && strncmp(c->q->content_type, "application/json", 16) != 0) {
        answer_problem(c->r, 415, "The body must be application/json", "", "");
    } else {
        return true;
    }
    return false;
}

static bool allowed(struct api_call *c, const struct route *route)
{
    bool control = c->q->authorization[0] != '\0' && login_is_control(c->a, c->q);
    if ((route->needs & (CONTROL | OFFICE)) == CONTROL && !control) {
        answer_problem(c->r, 401, "The control token is wrong", "puasctl reads it from the data folder.", "");
        return false;
    }
    if (control && ((route->needs & CONTROL) != 0 || (route->needs & (ADMIN | USER)) == ADMIN)) {
        return true;
    }
    if ((route->needs & (USER | ADMIN | OFFICE)) != 0 && !login_user(c->a, c->q, &c->u, c->r)) {
        if ((route->needs & (SHARED | WALL)) == 0 || !share_user(c->a, c->q, &c->u) ||
            (route->needs & (c->u.view == SHARE_REPORT ? SHARED : WALL)) == 0) {
            return false;
        }
        answer_finish(c->r);
        *c->r = (struct http_answer){.status = 500};
    }
    if ((route->needs & ACTOR) != 0 && c->u.role == ROLE_VIEWER) {
        answer_problem(c->r, 403, "Your role may only look", "", "");
        return false;
    }
    if ((route->needs & OFFICE) != 0 && c->u.role < ROLE_HEAD_OFFICE) {
        answer_problem(c->r, 403, "Only head office and administrators may do this", "", "");
        return false;
    }
    if ((route->needs & ADMIN) != 0 && c->u.role != ROLE_ADMIN) {
        answer_problem(c->r, 403, "Only administrators may do this", "", "");
        return false;
    }
    return true;
}

void api_answer(struct http_api *a, const struct http_request *q, struct http_answer *ret)
{
    struct api_call c = {.a = a, .q = q, .r = ret};
    const char *method = strcmp(q->method, "HEAD") == 0 ? "GET" : q->method, *other = NULL;
    *ret = (struct http_answer){.status = 500};
    for (int i = 0; i < ROUTES; i++) {
        const struct route *route = &routes[i];
        if (!matches(route->path, q->path, c.id)) {
            continue;
        }
        if (strcmp(route->method, method) != 0) {
            other = other == NULL || strcmp(other, route->method) == 0 ? route->method : "GET, POST";
            continue;
        }
        if ((strcmp(method, "POST") != 0 || (route->needs & FORM) != 0 || post_allowed(&c, route)) && allowed(&c, route)) {
            route->handle(&c);
        }
        return;
    }
    if (other == NULL && strcmp(method, "GET") == 0 && static_get(q, ret)) {
        return;
    }
    if (other != NULL) {
        answer_problem(ret, 405, "Method not allowed", "", "");
        ret->allow = other;
    } else {
        answer_problem(ret, 404, "No such page", "", "");
    }
}
