// channel: schema rows of `channels:`, the checks across rows, and which alerts a channel is for.
#include "aggregator/channel.h"

#include "aggregator/fill.h"
#include "aggregator/org.h"
#include "aggregator/settings.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const channel_kinds[] = {"email", "webhook",  "telegram", "ntfy", "slack",
                                     "teams", "whatsapp", "http",     "mqtt", "webpush", NULL};
const char *const channel_langs[] = {"id", "en", NULL};
const char *const channel_events[] = {"raised", "acknowledged", "unattended", "ended", "praise", NULL};
const char *const channel_severities[] = {"alarm", "warning", NULL};
static const char topic[] = "puas/1/signs";
static const char *const methods[] = {"POST", "PUT", "PATCH", NULL};

#define AT(field) .offset = offsetof(struct channel, field)
#define END                                                                                                  \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct config_row text_rows[] = {
    {"", CONFIG_STRING, .offset = 0, .min = 1, .max = 200, .help = ""}, END};
static const struct config_row ident_rows[] = {{"", CONFIG_IDENT, .offset = 0, .help = ""}, END};
static const struct config_row event_rows[] = {
    {"", CONFIG_ENUM, .offset = 0, .choices = channel_events, .help = ""}, END};
static const struct config_row severity_rows[] = {
    {"", CONFIG_ENUM, .offset = 0, .choices = channel_severities, .help = ""}, END};

static const struct config_row quiet_rows[] = {
    {"days", CONFIG_STRING, .offset = offsetof(struct seed_hours, days), .fallback = "daily", .min = 3, .max = 40,
     .help = "daily, mon, mon-fri, sat, sun"},
    {"from", CONFIG_STRING, .offset = offsetof(struct seed_hours, open), .required = true, .min = 5, .max = 5,
     .help = "local time of the place, \"21:00\""},
    {"to", CONFIG_STRING, .offset = offsetof(struct seed_hours, close), .required = true, .min = 5, .max = 5,
     .help = "\"24:00\" is midnight; the night goes on in an entry from \"00:00\""},
    END,
};

const struct config_row channel_rows[] = {
    {"id", CONFIG_IDENT, AT(id), .required = true, .help = "its name in puasctl channels and in the log"},
    {"kind", CONFIG_ENUM, AT(kind), .required = true, .choices = channel_kinds, .help = "what it is"},
    {"url", CONFIG_STRING, AT(url), .fallback = "", .max = 1000,
     .help = "email: smtps://HOST:465 or smtp://HOST:587 (STARTTLS); webhook, http: where to; ntfy: the "
             "server; of "
             "slack and teams it is the secret"},
    {"user", CONFIG_STRING, AT(user), .fallback = "", .max = 200,
     .help = "email: to log in with; none: without"},
    {"from", CONFIG_STRING, AT(from), .fallback = "", .max = 200,
     .help = "email: the sender's address; whatsapp: id of the phone number; webpush: whom a push service may write to"},
    {"to", CONFIG_LIST, AT(to), .rows = text_rows, .item_bytes = sizeof(char *),
     .help = "email: addresses; telegram: the chat's id; ntfy: the topic; whatsapp: the phone number"},
    {"secret_file", CONFIG_STRING, AT(secret_file), .fallback = "", .max = 400,
     .help = "its first line is the secret: password (email), signing key (webhook), token (telegram, ntfy, "
             "whatsapp, "
             "http), the whole address (slack, teams)"},
    {"secret_env", CONFIG_STRING, AT(secret_env), .fallback = "", .max = 100,
     .help = "or the environment variable that holds it"},
    {"ca_file", CONFIG_STRING, AT(ca_file), .fallback = "", .max = 400,
     .help = "certificates (PEM) that the server's is checked against; none: the system's"},
    {"ca", CONFIG_STRING, AT(ca), .fallback = "", .max = CHANNEL_CA_MAX, .help = "or the certificates themselves"},
    {"template", CONFIG_STRING, AT(template_name), .fallback = "", .max = 512,
     .help = "whatsapp: approved template whose body has {{1}} title, {{2}} place, {{3}} since when, {{4}} "
             "what it says, "
             "{{5}} link"},
    {"method", CONFIG_STRING, AT(method), .fallback = "POST", .max = 8, .help = "http: POST, PUT or PATCH"},
    {"headers", CONFIG_MAP, AT(headers), .help = "http: name: text; {{secret}} stands for the secret"},
    {"body", CONFIG_STRING, AT(body), .fallback = "", .max = CHANNEL_BODY_MAX,
     .help = "http: with {{id}} {{event}} {{title}} {{text}} {{alert}} {{rule}} {{branch}} {{place}} "
             "{{link}} {{at}} "
             "{{channel}}, escaped as Content-Type wants it"},
    {"topic", CONFIG_STRING, AT(topic), .fallback = topic, .min = 1, .max = 80,
     .help = "mqtt: the state of a branch stands retained at TOPIC/BRANCH"},
    {"discovery", CONFIG_BOOL, AT(discovery), .fallback = "false",
     .help = "mqtt: Home Assistant finds a sensor for each branch by itself"},
    {"lamp", CONFIG_BOOL, AT(lamp), .fallback = "false",
     .help = "mqtt: also puas/1/kiosk/KIOSK/lamp of each kiosk of the branch, for a lamp or buzzer there"},
    {"allow_private", CONFIG_BOOL, AT(allow_private), .fallback = "false",
     .help = "may reach addresses of this machine and of private networks, and http:// without TLS"},
    {"lang", CONFIG_ENUM, AT(lang), .fallback = "id", .choices = channel_langs, .help = "of its messages"},
    {"places", CONFIG_LIST, AT(places), .rows = ident_rows, .item_bytes = sizeof(struct ident),
     .help = "for these and all under them; none: all"},
    {"rules", CONFIG_LIST, AT(rules), .rows = ident_rows, .item_bytes = sizeof(struct ident),
     .help = "for these standards; none: all"},
    {"severities", CONFIG_LIST, AT(severities), .rows = severity_rows, .item_bytes = sizeof(int),
     .help = "alarm (what customers say), warning (kiosks); none: both"},
    {"events", CONFIG_LIST, AT(events), .rows = event_rows, .item_bytes = sizeof(int),
     .help =
         "raised, acknowledged, unattended (nobody is on it any more), ended, praise (goals and milestones); none: all but "
         "acknowledged and praise"},
    {"quiet", CONFIG_LIST, AT(quiet), .rows = quiet_rows, .item_bytes = sizeof(struct seed_hours),
     .line_offset = offsetof(struct seed_hours, line) + 1, .help = "what happens then is told when it is over; none: never"},
    {"quiet_for", CONFIG_LIST, AT(quiet_for), .rows = severity_rows, .item_bytes = sizeof(int),
     .help = "severities that wait; none: both"},
    {"gather", CONFIG_DURATION, AT(gather_ms), .fallback = "30 s", .min = 0, .max = 600e3,
     .help = "kiosks that are gone or back so near together, and branches of a region that break a standard from the third "
             "within an hour on, are one message; not for webhook and http; 0 s: never"},
    {"per_minute", CONFIG_INT, AT(per_minute), .fallback = "20", .min = 1, .max = 600,
     .help = "messages a minute at most; more wait"},
    {"timeout", CONFIG_DURATION, AT(timeout_ms), .fallback = "15 s", .min = 100, .max = 120e3,
     .help = "of one attempt"},
    {"retry_min", CONFIG_DURATION, AT(retry_min_ms), .fallback = "5 s", .min = 10, .max = 3600e3,
     .help = "until the second attempt, doubled each time"},
    {"retry_max", CONFIG_DURATION, AT(retry_max_ms), .fallback = "15 min", .min = 10, .max = 86400e3,
     .help = "between attempts at most"},
    {"deadline", CONFIG_DURATION, AT(deadline_ms), .fallback = "6 h", .min = 100, .max = 604800e3,
     .help = "not taken so long after it happened: it is given up and shown as dead"},
    END,
};

// ---------------------------------------------------------------- checks across rows

enum {
    URL = 1,
    USER = 2,
    FROM = 4,
    TO = 8, // just one
    MANY = 16,
    SECRET = 32,
    TEMPLATE = 64,
    BODY = 128,
    MORE = 256,  // of a request: method, headers
    TOPIC = 512, // with discovery and lamp
};

static const struct kind {
    int needs, takes; // besides what every kind takes
    const char *url;  // where none is configured
} kinds[] = {
    [CHANNEL_EMAIL] = {URL | FROM | MANY, USER | SECRET, ""},
    [CHANNEL_WEBHOOK] = {URL | SECRET, 0, ""},
    [CHANNEL_TELEGRAM] = {TO | SECRET, URL, "https://api.telegram.org"},
    [CHANNEL_NTFY] = {TO, URL | SECRET, "https://ntfy.sh"},
    [CHANNEL_SLACK] = {SECRET, 0, ""},
    [CHANNEL_TEAMS] = {SECRET, 0, ""},
    [CHANNEL_WHATSAPP] = {FROM | TO | SECRET | TEMPLATE, URL, "https://graph.facebook.com/v23.0"},
    [CHANNEL_HTTP] = {URL | BODY, SECRET | MORE, ""},
    [CHANNEL_MQTT] = {0, TOPIC, ""},
    [CHANNEL_WEBPUSH] = {0, FROM, ""},
};

const char *channel_url(const struct channel *c)
{
    return c->url[0] != '\0' ? c->url : kinds[c->kind].url;
}

bool channel_sends(const struct channel *c)
{
    return c->kind != CHANNEL_MQTT;
}

bool channel_gathers(const struct channel *c)
{
    bool each = c->kind == CHANNEL_WEBHOOK || c->kind == CHANNEL_HTTP || c->kind == CHANNEL_WEBPUSH; // hears of every one
    return channel_sends(c) && !each && c->gather_ms > 0;
}

bool channel_takes_secret(const struct channel *c)
{
    return ((kinds[c->kind].needs | kinds[c->kind].takes) & SECRET) != 0;
}

bool channel_has_secret(const struct channel *c)
{
    bool needs = (kinds[c->kind].needs & SECRET) != 0 || (c->kind == CHANNEL_EMAIL && c->user[0] != '\0');
    return c->stored ? needs : c->secret_file[0] != '\0' || c->secret_env[0] != '\0';
}

const char *channel_secret_wrong(const struct channel *c, const char *secret)
{
    bool is_address = c->kind == CHANNEL_SLACK || c->kind == CHANNEL_TEAMS;
    for (const char *p = secret; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 127) {
            return "the secret is one line, without control characters";
        }
    }
    if (secret[0] == '\0' || strlen(secret) > CHANNEL_SECRET_MAX) {
        return "the secret is empty or longer than 2048 bytes";
    }
    if (is_address && strncmp(secret, "https://", 8) != 0 && !(c->allow_private && strncmp(secret, "http://", 7) == 0)) {
        return "the secret is the address to post to, https://...";
    }
    return NULL;
}

static bool wrong(struct config_error *e, const char *name, const struct channel *c, const char *what)
{
    snprintf(e->text, sizeof e->text, "%s:%d: ", name, c->line);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, "channel '%s' (%s): %s", c->id.s, channel_kinds[c->kind], what);
    return false;
}

static bool has_keys(const char *name, const struct channel *c, bool stored, struct config_error *e)
{
    const struct {
        int bit;
        bool there;
        const char *key;
    } keys[] = {
        {URL, c->url[0] != '\0', "url"},
        {USER, c->user[0] != '\0', "user"},
        {FROM, c->from[0] != '\0', "from"},
        {TO | MANY, c->to.count > 0, "to"},
        {SECRET, channel_has_secret(c), "secret_file or secret_env"},
        {TEMPLATE, c->template_name[0] != '\0', "template"},
        {BODY, c->body[0] != '\0', "body"},
        {MORE, c->headers.count > 0, "headers"},
        {MORE, strcmp(c->method, "POST") != 0, "method"},
        {TOPIC, strcmp(c->topic, topic) != 0 || c->discovery || c->lamp, "topic, discovery or lamp"},
    };
    const struct kind *k = &kinds[c->kind];
    char text[120];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bool needed = (keys[i].bit & k->needs & (stored ? ~SECRET : ~0)) != 0;
        if (keys[i].there ? ((k->needs | k->takes) & keys[i].bit) == 0 : needed) {
            snprintf(text, sizeof text, needed ? "%s is missing" : "%s is not of this kind", keys[i].key);
            return wrong(e, name, c, text);
        }
    }
    return true;
}

// scheme://host with nothing in it that is no part of an address.
static bool is_url(const char *s, const char *scheme)
{
    size_t n = strlen(scheme);
    if (strncmp(s, scheme, n) != 0 || s[n] == '\0' || s[n] == '/') {
        return false;
    }
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s <= ' ' || *s == 127 || *s == '"') {
            return false;
        }
    }
    return true;
}

bool channel_is_address(const char *s)
{
    const char *at = strchr(s, '@');
    return at != NULL && at > s && at[1] != '\0' && strchr(at + 1, '@') == NULL &&
           strpbrk(s, " \t\r\n<>,;\"") == NULL;
}

// An id, topic or number that goes into an address or a document as it is.
static bool is_word(const char *s)
{
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_+@.")] == '\0';
}

static bool check_addresses(const char *name, const struct channel *c, struct config_error *e)
{
    char *const *to = c->to.items;
    bool mail = c->kind == CHANNEL_EMAIL;
    const char *url = channel_url(c);
    if (mail && !is_url(url, "smtp://") && !is_url(url, "smtps://")) {
        return wrong(e, name, c, "url is smtps://HOST:465 or smtp://HOST:587");
    }
    if (!mail && url[0] != '\0' && !is_url(url, "https://") &&
        !(c->allow_private && is_url(url, "http://"))) {
        return wrong(e, name, c, "url is https://...; http:// only with allow_private: true");
    }
    if ((mail || (c->kind == CHANNEL_WEBPUSH && c->from[0] != '\0')) && !channel_is_address(c->from)) {
        return wrong(e, name, c, "from is a mail address");
    }
    if (!mail && c->to.count > 1) {
        return wrong(e, name, c, "to is one: a channel for each");
    }
    for (size_t i = 0; i < c->to.count; i++) {
        if (mail ? !channel_is_address(to[i]) : !is_word(to[i])) {
            return wrong(e, name, c, mail ? "to are mail addresses" : "to is letters, digits and - _ + @ .");
        }
    }
    if (c->kind == CHANNEL_WHATSAPP && (!is_word(c->from) || !is_word(c->template_name))) {
        return wrong(e, name, c, "from and template are letters, digits, - and _");
    }
    return true;
}

static bool check_http(const char *name, const struct channel *c, struct config_error *e)
{
    char unknown[60], text[240];
    int known = -1;
    for (int i = 0; methods[i] != NULL; i++) {
        known = strcmp(methods[i], c->method) == 0 ? i : known;
    }
    if (known < 0) {
        return wrong(e, name, c, "method is POST, PUT or PATCH");
    }
    bool ok = fill_check(c->body, unknown, sizeof unknown) && fill_check(c->url, unknown, sizeof unknown);
    for (size_t i = 0; ok && i < c->headers.count; i++) {
        const struct config_pair *h = &c->headers.items[i];
        if (!is_word(h->key) || h->value[strcspn(h->value, "\r\n")] != '\0') {
            return wrong(e, name, c, "headers are names of letters, digits and -, and texts of one line");
        }
        ok = fill_check(h->value, unknown, sizeof unknown);
    }
    if (!ok) {
        snprintf(text, sizeof text, "{{%s}} is unknown; there are %s", unknown, FILL_NAMES);
        return wrong(e, name, c, text);
    }
    return true;
}

// Whoever writes the document has no say over the server's files.
static bool names_file(const struct channel *c)
{
    return c->secret_file[0] != '\0' || c->secret_env[0] != '\0' || c->ca_file[0] != '\0';
}

bool channels_check(const char *name, const struct config_list *channels, bool stored, struct config_error *e)
{
    const struct channel *c = channels->items;
    int lamps = 0;
    for (size_t i = 0; i < channels->count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(c[k].id.s, c[i].id.s) == 0) {
                return wrong(e, name, &c[i], "it stands twice");
            }
        }
        if (stored && names_file(&c[i])) {
            return wrong(e, name, &c[i], "secret_file, secret_env and ca_file stand in aggregator.yaml alone: a secret is put by itself");
        }
        if (!has_keys(name, &c[i], stored, e) || !check_addresses(name, &c[i], e) || !check_http(name, &c[i], e)) {
            return false;
        }
        if (c[i].secret_file[0] != '\0' && c[i].secret_env[0] != '\0') {
            return wrong(e, name, &c[i], "secret_file or secret_env, not both");
        }
        if (c[i].kind == CHANNEL_EMAIL && !stored && (c[i].user[0] != '\0') != channel_has_secret(&c[i])) {
            return wrong(e, name, &c[i], "user and secret belong together");
        }
        if (c[i].ca[0] != '\0' && (c[i].ca_file[0] != '\0' || strstr(c[i].ca, "-----BEGIN CERTIFICATE-----") == NULL)) {
            return wrong(e, name, &c[i], "ca is certificates in PEM, -----BEGIN CERTIFICATE----- ..., and stands in for ca_file");
        }
        if (c[i].retry_min_ms > c[i].retry_max_ms) {
            return wrong(e, name, &c[i], "retry_min must not be above retry_max");
        }
        char quiet[400];
        int line;
        if (!channel_sends(&c[i]) && c[i].quiet.count > 0) {
            return wrong(e, name, &c[i], "quiet is not of this kind: it says how it is at any time");
        }
        if (!seed_hours_text(&c[i].quiet, quiet, sizeof quiet, &line)) {
            return wrong(e, name, &c[i], "quiet: days are daily, mon or mon-fri, times \"21:00\" to \"24:00\", at most 4 "
                                         "spans a day that do not overlap");
        }
        if (strpbrk(c[i].topic, "+#") != NULL) {
            return wrong(e, name, &c[i], "topic is no filter: + and # are not of it");
        }
        lamps += c[i].lamp;
        if (lamps > 1) {
            return wrong(e, name, &c[i], "one channel says what lamps show, not two");
        }
    }
    return true;
}

// ---------------------------------------------------------------- whom it is for

static bool among(const struct config_list *list, int value)
{
    for (size_t i = 0; i < list->count; i++) {
        if (((const int *)list->items)[i] == value) {
            return true;
        }
    }
    return false;
}

bool channel_tells(const struct channel *c, const char *rule, enum channel_severity severity,
                   enum channel_event event)
{
    const struct ident *r = c->rules.items;
    bool of_rule = c->rules.count == 0;
    for (size_t i = 0; i < c->rules.count; i++) {
        of_rule = of_rule || strcmp(r[i].s, rule) == 0;
    }
    return of_rule && (c->severities.count == 0 || among(&c->severities, (int)severity)) &&
           (c->events.count == 0 ? event != CHANNEL_ACKNOWLEDGED && event != CHANNEL_PRAISE : among(&c->events, (int)event));
}

wall_ms channel_quiet_until(const struct channel *c, enum channel_severity severity, const struct hours_zone *zone,
                            wall_ms at)
{
    char text[400];
    struct hours quiet;
    int line;
    bool waits = c->quiet.count > 0 && (c->quiet_for.count == 0 || among(&c->quiet_for, (int)severity));
    if (!waits || !seed_hours_text(&c->quiet, text, sizeof text, &line) || !org_hours_parse(text, &quiet)) {
        return at;
    }
    struct hours_period p = hours_period(&quiet, zone, at);
    return p.open && p.until != HOURS_EVER ? p.until : at;
}

const char *channel_event_name(enum channel_event e)
{
    return e == CHANNEL_TEST ? "test" : e == CHANNEL_REPORT ? "report" : channel_events[e];
}

const struct channel *channel_find(const struct config_list *channels, const char *id)
{
    const struct channel *c = channels->items;
    for (size_t i = 0; i < channels->count; i++) {
        if (strcmp(c[i].id.s, id) == 0) {
            return &c[i];
        }
    }
    return NULL;
}
