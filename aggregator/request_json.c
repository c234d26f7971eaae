// request: the documents and addresses of each kind.
#include "aggregator/request.h"

#include "aggregator/fill.h"
#include "aggregator/signature.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

struct maker {
    const struct channel *c;
    const char *secret;
    const struct notice *n;
    const struct notice_text *t;
    wall_ms now;
    struct request *r;
};

static char *print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *print(const char *fmt, ...)
{
    char *text;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    return n >= 0 ? text : NULL;
}

static bool header(struct request *r, char *text) // takes text
{
    if (text == NULL || r->header_count == REQUEST_HEADERS) {
        free(text);
        return false;
    }
    r->headers[r->header_count++] = text;
    return true;
}

static char *dump(json_t *o) // takes o
{
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}

static const char *to(const struct maker *m)
{
    return ((char *const *)m->c->to.items)[0];
}

static bool with_token(const struct maker *m)
{
    return m->secret[0] == '\0' || header(m->r, print("Authorization: Bearer %s", m->secret));
}

static const char *iso(wall_ms at, char ret[40])
{
    time_t s = (time_t)(at / 1000);
    struct tm t;
    strftime(ret, 40, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&s, &t));
    return ret;
}

static json_t *known(const char *s)
{
    return s[0] != '\0' ? json_string(s) : json_null();
}

// ---------------------------------------------------------------- webhook

static bool make_webhook(const struct maker *m)
{
    const struct notice *n = m->n;
    char at[40], since[40], raised[40], signature[SIGNATURE_TEXT];
    json_t *lines = json_array(), *reasons = json_array();
    for (int i = 0; i < m->t->line_count; i++) {
        json_array_append_new(
            lines, json_pack("{s:s,s:s}", "label", m->t->lines[i].label, "text", m->t->lines[i].text));
    }
    for (int i = 0; i < n->reason_count; i++) {
        json_array_append_new(
            reasons, json_pack("{s:s,s:I}", "label", n->reasons[i].label, "n", (json_int_t)n->reasons[i].n));
    }
    json_t *data = json_pack(
        "{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s,s:s,s:o,s:o}", "channel", n->channel, "alert", known(n->alert),
        "rule", known(n->rule), "branch", known(n->branch_id), "place", known(n->place_id), "kiosk",
        known(n->kiosk_id), "since", known(n->since > 0 ? iso(n->since, since) : ""), "raised",
        known(n->raised > 0 ? iso(n->raised, raised) : ""), "lang", channel_langs[n->lang], "title",
        m->t->title, "lines", lines, "reasons", reasons);
    json_object_set_new(data, "by", known(n->who));
    json_object_set_new(data, "link", known(n->link));
    char type[40];
    snprintf(type, sizeof type, n->event == CHANNEL_TEST || n->event == CHANNEL_PRAISE ? "%s" : "alert.%s", channel_event_name(n->event));
    m->r->body = dump(
        json_pack("{s:s,s:s,s:s,s:o}", "type", type, "id", n->id, "timestamp", iso(n->at, at), "data", data));
    long long stamp = (long long)(m->now / 1000);
    return m->r->body != NULL && signature_make(m->secret, n->id, stamp, m->r->body, signature) &&
           header(m->r, print("webhook-id: %s", n->id)) &&
           header(m->r, print("webhook-timestamp: %lld", stamp)) &&
           header(m->r, print("webhook-signature: %s", signature));
}

// ---------------------------------------------------------------- messengers

static bool make_telegram(const struct maker *m)
{
    char *text = notice_plain(m->n, m->t, true);
    m->r->url = print("%s/bot%s/sendMessage", channel_url(m->c), m->secret);
    m->r->body = text != NULL ? dump(json_pack("{s:s,s:s,s:{s:b}}", "chat_id", to(m), "text", text,
                                               "link_preview_options", "is_disabled", 1))
                              : NULL;
    free(text);
    return true;
}

static bool make_ntfy(const struct maker *m)
{
    static const int priorities[] = {[CHANNEL_RAISED] = 4,
                                     [CHANNEL_ACKNOWLEDGED] = 2,
                                     [CHANNEL_UNATTENDED] = 5,
                                     [CHANNEL_ENDED] = 3,
                                     [CHANNEL_PRAISE] = 3,
                                     [CHANNEL_TEST] = 3};
    static const char *const tags[] = {[CHANNEL_RAISED] = "rotating_light",
                                       [CHANNEL_ACKNOWLEDGED] = "raised_hand",
                                       [CHANNEL_UNATTENDED] = "rotating_light",
                                       [CHANNEL_ENDED] = "white_check_mark",
                                       [CHANNEL_PRAISE] = "tada",
                                       [CHANNEL_TEST] = "bell"};
    struct notice without = *m->n;
    without.link[0] = '\0'; // it is where a tap leads
    char *text = notice_plain(&without, m->t, false);
    json_t *o = text != NULL ? json_pack("{s:s,s:s,s:s,s:i,s:[s],s:s}", "topic", to(m), "title", m->t->title,
                                         "message", text, "priority", priorities[m->n->event], "tags",
                                         tags[m->n->event], "sequence_id", m->n->id)
                             : NULL;
    if (o != NULL && m->n->link[0] != '\0') {
        json_object_set_new(o, "click", json_string(m->n->link));
    }
    m->r->body = o != NULL ? dump(o) : NULL;
    free(text);
    return with_token(m);
}

// Slack's own three characters.
static char *slack_text(const char *s)
{
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    for (; f != NULL && *s != '\0'; s++) {
        fputs(*s == '&' ? "&amp;" : *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : (char[2]){*s, '\0'}, f);
    }
    return f != NULL && fclose(f) == 0 ? text : NULL;
}

static json_t *slack_section(const char *fmt, const char *a, const char *b)
{
    enum { SLACK_MOST = 3000 }; // characters of a section
    char *x = slack_text(a), *y = slack_text(b), *text = x != NULL && y != NULL ? print(fmt, x, y) : NULL;
    if (text != NULL && strlen(text) > SLACK_MOST) {
        size_t cut = SLACK_MOST;
        while ((text[cut] & 0xc0) == 0x80) {
            cut--;
        }
        text[cut] = '\0';
    }
    json_t *o = text != NULL ? json_pack("{s:s,s:{s:s,s:s}}", "type", "section", "text", "type", "mrkdwn",
                                         "text", text)
                             : NULL;
    free(x);
    free(y);
    free(text);
    return o;
}

static bool make_slack(const struct maker *m)
{
    json_t *blocks = json_array();
    char *title = slack_text(m->t->title);
    json_array_append_new(blocks, slack_section("*%s*%s", m->t->title, ""));
    for (int i = 0; i < m->t->line_count; i++) {
        json_array_append_new(blocks, slack_section("%s: %s", m->t->lines[i].label, m->t->lines[i].text));
    }
    if (m->n->link[0] != '\0') {
        json_array_append_new(blocks, json_pack("{s:s,s:[{s:s,s:{s:s,s:s},s:s}]}", "type", "actions",
                                                "elements", "type", "button", "text", "type", "plain_text",
                                                "text", m->t->link_label, "url", m->n->link));
    }
    m->r->url = print("%s", m->secret);
    m->r->body = title != NULL ? dump(json_pack("{s:s,s:O}", "text", title, "blocks", blocks)) : NULL;
    json_decref(blocks);
    free(title);
    return true;
}

static bool make_teams(const struct maker *m)
{
    json_t *facts = json_array(), *actions = json_array();
    static const char *const colours[] = {[CHANNEL_RAISED] = "attention",
                                          [CHANNEL_ACKNOWLEDGED] = "warning",
                                          [CHANNEL_UNATTENDED] = "attention",
                                          [CHANNEL_ENDED] = "good",
                                          [CHANNEL_PRAISE] = "good",
                                          [CHANNEL_TEST] = "default"};
    for (int i = 0; i < m->t->line_count; i++) {
        json_array_append_new(
            facts, json_pack("{s:s,s:s}", "title", m->t->lines[i].label, "value", m->t->lines[i].text));
    }
    if (m->n->link[0] != '\0') {
        json_array_append_new(actions, json_pack("{s:s,s:s,s:s}", "type", "Action.OpenUrl", "title",
                                                 m->t->link_label, "url", m->n->link));
    }
    json_t *card = json_pack("{s:s,s:s,s:s,s:[{s:s,s:s,s:s,s:s,s:s,s:b},{s:s,s:o}],s:o,s:{s:s}}", "$schema",
                             "http://adaptivecards.io/schemas/adaptive-card.json", "type", "AdaptiveCard",
                             "version", "1.4", "body", "type", "TextBlock", "text", m->t->title, "weight",
                             "bolder", "size", "large", "color", colours[m->n->event], "wrap", 1, "type",
                             "FactSet", "facts", facts, "actions", actions, "msteams", "width", "Full");
    m->r->url = print("%s", m->secret);
    m->r->body = dump(json_pack("{s:s,s:[{s:s,s:n,s:o}]}", "type", "message", "attachments", "contentType",
                                "application/vnd.microsoft.card.adaptive", "contentUrl", "content", card));
    return true;
}

// Parameters of a template take no new line and no empty text.
static json_t *parameter(const char *s)
{
    return json_pack("{s:s,s:s}", "type", "text", "text", s[0] != '\0' ? s : "-");
}

static bool make_whatsapp(const struct maker *m)
{
    const char *where = m->n->branch, *since = "";
    char *said = NULL;
    size_t bytes;
    FILE *f = open_memstream(&said, &bytes);
    for (int i = 0; f != NULL && i < m->t->line_count; i++) {
        fprintf(f, "%s%s: %s", i > 0 ? "; " : "", m->t->lines[i].label, m->t->lines[i].text);
    }
    if (f == NULL || fclose(f) != 0) {
        return false;
    }
    for (int i = 0; i < m->t->line_count && m->n->event != CHANNEL_TEST; i++) {
        where = i == 1 ? m->t->lines[i].text : where; // what, where, since when
        since = i == 2 ? m->t->lines[i].text : since;
    }
    m->r->url = print("%s/%s/messages", channel_url(m->c), m->c->from);
    m->r->body = dump(json_pack("{s:s,s:s,s:s,s:{s:s,s:{s:s},s:[{s:s,s:[o,o,o,o,o]}]}}", "messaging_product",
                                "whatsapp", "to", to(m), "type", "template", "template", "name",
                                m->c->template_name, "language", "code", channel_langs[m->n->lang],
                                "components", "type", "body", "parameters", parameter(m->t->title),
                                parameter(where), parameter(since), parameter(said), parameter(m->n->link)));
    free(said);
    return with_token(m);
}

// ---------------------------------------------------------------- anything else

static bool is_header(const char *name, const struct config_pair *h)
{
    return strcasecmp(name, h->key) == 0;
}

static bool make_http(const struct maker *m)
{
    const struct notice *n = m->n;
    const char *type = "application/json";
    char at[40], *text = notice_plain(n, m->t, true);
    if (text == NULL) {
        return false;
    }
    const char *const values[FILL_COUNT] = {
        [FILL_ID] = n->id,
        [FILL_EVENT] = channel_event_name(n->event),
        [FILL_TITLE] = m->t->title,
        [FILL_TEXT] = text,
        [FILL_ALERT] = n->alert,
        [FILL_RULE] = n->rule,
        [FILL_BRANCH] = n->branch_id,
        [FILL_PLACE] = n->place_id,
        [FILL_LINK] = n->link,
        [FILL_AT] = iso(n->at, at),
        [FILL_CHANNEL] = n->channel,
        [FILL_SECRET] = m->secret,
    };
    bool ok = true;
    for (size_t i = 0; i < m->c->headers.count; i++) {
        const struct config_pair *h = &m->c->headers.items[i];
        char *value = fill(h->value, values, FILL_PLAIN);
        type = is_header("Content-Type", h) ? h->value : type;
        ok = ok && value != NULL &&
             (is_header("Content-Type", h) || header(m->r, print("%s: %s", h->key, value)));
        free(value);
    }
    enum fill_escape escape = strstr(type, "json") != NULL         ? FILL_JSON
                              : strstr(type, "urlencoded") != NULL ? FILL_FORM
                                                                   : FILL_RAW;
    m->r->method = m->c->method;
    m->r->url = fill(m->c->url, values, FILL_FORM);
    m->r->body = fill(m->c->body, values, escape);
    free(text);
    return ok && header(m->r, print("Content-Type: %s", type));
}

bool request_make(const struct channel *c, const char *secret, const struct notice *n,
                  const struct notice_text *t, wall_ms now, struct request *ret_r, char *ret_why,
                  size_t why_bytes)
{
    static bool (*const makers[])(const struct maker *m) = {
        [CHANNEL_WEBHOOK] = make_webhook, [CHANNEL_TELEGRAM] = make_telegram,
        [CHANNEL_NTFY] = make_ntfy,       [CHANNEL_SLACK] = make_slack,
        [CHANNEL_TEAMS] = make_teams,     [CHANNEL_WHATSAPP] = make_whatsapp,
        [CHANNEL_HTTP] = make_http,
    };
    struct request r = {.method = "POST"};
    struct maker m = {c, secret, n, t, now, &r};
    bool ok = makers[c->kind](&m);
    r.url = r.url != NULL ? r.url : print("%s", channel_url(c));
    ok = ok && r.url != NULL && r.body != NULL && header(&r, print("Idempotency-Key: %s", n->id)) &&
         (c->kind == CHANNEL_HTTP || header(&r, print("Content-Type: application/json")));
    if (!ok) {
        snprintf(ret_why, why_bytes,
                 "the message cannot be made: memory is short, or the secret is no whsec_ and base64");
        request_finish(&r);
        return false;
    }
    *ret_r = r;
    return true;
}

static void wipe(char *s)
{
    if (s != NULL) {
        explicit_bzero(s, strlen(s));
        free(s);
    }
}

void request_finish(struct request *r)
{
    wipe(r->url);
    wipe(r->body);
    for (int i = 0; i < r->header_count; i++) {
        wipe(r->headers[i]);
    }
    *r = (struct request){.url = NULL};
}
