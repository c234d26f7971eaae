// courier: the thread, libcurl's multi interface.
#include "aggregator/courier.h"

#include "aggregator/address.h"
#include "aggregator/delivery.h"
#include "aggregator/mail.h"
#include "aggregator/request.h"
#include "aggregator/store_mailing.h"
#include "aggregator/store_praise.h"
#include "aggregator/views.h"
#include "shared/log.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    REST_MS = 60000,         // without a reason it looks so often
    AGAIN_MS = 1000,         // after the store or the core could not
    SAID_MAX = 4096,         // of an answer
    ASKED_MOST_MS = 3600000, // of a Retry-After that is obeyed
};

struct line {                 // to one channel
    const struct channel *ch; // borrowed of the settings
    char *secret;             // owned; "": none
    struct delivery_rate rate;
    int failures; // in a row
    mono_ms rest_until;
    // Under way; curl NULL: nothing is.
    CURL *curl;
    curl_mime *mime;
    struct curl_slist *headers, *recipients;
    struct request request;
    struct outgoing row;
    char said[SAID_MAX + 1], error[CURL_ERROR_SIZE];
    size_t said_bytes;
    char refused[INET6_ADDRSTRLEN + 1]; // a private address; "": none
    // What came of it and the core does not know yet.
    bool due;
    struct outgoing_outcome outcome;
    int64_t through; // the highest number of the rows that the attempt tells of
    char reply[OUTGOING_REPLY_MAX + 1];
};

struct courier {
    const struct settings *s;
    char agent[40], path[500];
    struct core *core;
    CURLM *multi;
    struct line *lines; // owned
    size_t line_count;
    struct store *store; // NULL: to be opened
    struct views *views;
    pthread_t thread;
    bool running;
    atomic_bool stop, woken;
    mono_ms look_at; // the next look into the outbox
};

// ---------------------------------------------------------------- secrets

static bool read_file(const char *path, char *ret, size_t n)
{
    errno = 0;
    FILE *f = fopen(path, "re");
    bool ok = f != NULL && fgets(ret, (int)n, f) != NULL;
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}

static bool read_secret(struct line *l, char *ret_why, size_t n)
{
    char text[CHANNEL_SECRET_MAX + 2] = "";
    const struct channel *ch = l->ch;
    bool is_address = ch->kind == CHANNEL_SLACK || ch->kind == CHANNEL_TEAMS;
    const char *env = ch->secret_env[0] != '\0' ? getenv(ch->secret_env) : NULL;
    if (ch->secret_file[0] != '\0' && !read_file(ch->secret_file, text, sizeof text)) {
        snprintf(ret_why, n, "channel '%s': secret_file %s cannot be read: %s", ch->id.s, ch->secret_file,
                 errno != 0 ? strerror(errno) : "it is empty");
        return false;
    }
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s", env != NULL ? env : "");
    text[strcspn(text, "\r\n")] = '\0';
    if (channel_has_secret(ch) && (text[0] == '\0' || strlen(text) > CHANNEL_SECRET_MAX)) {
        snprintf(ret_why, n, "channel '%s': its secret (%s) is empty or longer than %d bytes", ch->id.s,
                 ch->secret_env[0] != '\0' ? ch->secret_env : ch->secret_file, CHANNEL_SECRET_MAX);
        return false;
    }
    if (is_address && strncmp(text, "https://", 8) != 0 &&
        !(ch->allow_private && strncmp(text, "http://", 7) == 0)) {
        snprintf(ret_why, n, "channel '%s': its secret is the address to post to, https://...", ch->id.s);
        return false;
    }
    l->secret = strdup(text);
    explicit_bzero(text, sizeof text);
    return l->secret != NULL;
}

// ---------------------------------------------------------------- one attempt

static size_t keep(struct line *l, const char *data, size_t n)
{
    size_t room = SAID_MAX - l->said_bytes, taken = n < room ? n : room;
    memcpy(l->said + l->said_bytes, data, taken);
    l->said_bytes += taken;
    l->said[l->said_bytes] = '\0';
    return n;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
    return keep(ctx, data, size * n);
}

// Of SMTP these are the server's lines: the last one says what became of the mail, but for the answer to our goodbye.
static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
    struct line *l = ctx;
    if (l->ch->kind == CHANNEL_EMAIL && (size * n < 3 || strncmp(data, "221", 3) != 0)) {
        l->said_bytes = 0;
        keep(l, data, size * n);
    }
    return size * n;
}

static curl_socket_t on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
    struct line *l = ctx;
    const struct sockaddr *addr = &a->addr;
    bool private = true;
    (void)purpose;
    if (addr->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const void *)addr;
        private = address_is_private4((const uint8_t *)&in->sin_addr);
        inet_ntop(AF_INET, &in->sin_addr, l->refused, sizeof l->refused);
    } else if (addr->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const void *)addr;
        private = address_is_private6(in->sin6_addr.s6_addr);
        inet_ntop(AF_INET6, &in->sin6_addr, l->refused, sizeof l->refused);
    }
    if (private && !l->ch->allow_private) {
        return CURL_SOCKET_BAD;
    }
    l->refused[0] = '\0';
    return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

// "Dago, kios 1; Braga, kios 2; ...": as many as fit.
static bool add_name(void *ctx, const char *kiosk, const char *branch)
{
    struct notice *n = ctx;
    char name[2 * NOTICE_NAME_MAX];
    size_t used = strlen(n->names);
    snprintf(name, sizeof name, "%s%s%s%s", used > 0 ? "; " : "", branch, kiosk[0] != '\0' ? ", " : "", kiosk);
    bool fits = used + strlen(name) + sizeof "; …" <= sizeof n->names;
    memcpy(n->names + used, fits ? name : "; …", fits ? strlen(name) + 1 : sizeof "; …");
    return fits;
}

// What else the message tells of (store_outgoing.h). False: it cannot be read now.
static bool gather_others(struct courier *c, struct line *l, struct notice *n)
{
    struct outgoing_together t;
    bool regional = strncmp(l->row.together, OUTGOING_REGION, strlen(OUTGOING_REGION)) == 0;
    l->through = l->row.number;
    if (l->row.together[0] == '\0') {
        return true;
    }
    if (!store_outgoing_together(c->store, &l->row, INT64_MAX, &t, add_name, n)) {
        return false;
    }
    l->through = t.through;
    if (regional && l->row.next_at > l->row.at) { // the third branch at least: those before it are named once more
        n->names[0] = '\0';
        if (!store_outgoing_together(c->store, &l->row, l->row.at - OUTGOING_ALIKE_MS, &t, add_name, n)) {
            return false;
        }
    }
    n->together = t.alerts;
    n->branches = t.branches;
    snprintf(n->area, sizeof n->area, "%s", t.area);
    return true;
}

// The facts of a message. False: they cannot be read now.
static bool gather(struct courier *c, struct line *l, struct notice *n, struct notice_text *t)
{
    char zone[65] = "", *json = NULL;
    *n = (struct notice){.event = l->row.event,
                         .lang = (enum channel_lang)l->ch->lang,
                         .kind = NOTICE_OTHER,
                         .at = l->row.at,
                         .n = -1,
                         .share = -1,
                         .target = -1};
    snprintf(n->id, sizeof n->id, "%s", l->row.id);
    snprintf(n->channel, sizeof n->channel, "%s", l->ch->id.s);
    snprintf(n->alert, sizeof n->alert, "%s", l->row.alert.s);
    snprintf(n->who, sizeof n->who, "%s", l->row.who);
    if (n->event == CHANNEL_PRAISE) {
        bool found;
        if (!store_praise_read(c->store, n->alert, n, zone, &found)) {
            log_event(LOG_WARN, "courier_cannot_read", "why=%Q", store_why(c->store));
            return false;
        }
    } else if (n->alert[0] != '\0') {
        enum views_error e = views_alert(c->views, n->alert, clock_wall_ms(), &json);
        if (e == VIEWS_FAILED) {
            log_event(LOG_WARN, "courier_cannot_read", "why=%Q", views_why(c->views));
            return false;
        }
        if (e == VIEWS_NOT_FOUND || !notice_read(json, n, zone)) { // its place is gone
            snprintf(n->branch, sizeof n->branch, "%s", n->alert);
        }
        free(json);
    }
    if (!gather_others(c, l, n)) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", store_why(c->store));
        return false;
    }
    if (c->s->http.public_url[0] != '\0') {
        size_t bytes = strlen(c->s->http.public_url);
        bool slash = c->s->http.public_url[bytes - 1] == '/';
        snprintf(n->link, sizeof n->link, "%s%s%s%s", c->s->http.public_url, slash ? "" : "/",
                 n->branch_id[0] != '\0' && n->branches <= 1 ? "?place=" : "", n->branches <= 1 ? n->branch_id : "");
    }
    struct tz *tz = tz_load(zone);
    notice_say(n, tz, t);
    tz_free(tz);
    return true;
}

static bool add_header(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);
    *list = longer != NULL ? longer : *list;
    return longer != NULL;
}

static bool add_part(curl_mime *mime, const char *text, const char *type)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    return part != NULL && text != NULL && curl_mime_data(part, text, CURL_ZERO_TERMINATED) == CURLE_OK &&
           curl_mime_type(part, type) == CURLE_OK && curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
}

static bool prepare_mail(struct line *l, const struct notice *n, const struct notice_text *t)
{
    struct mail m = {.count = 0};
    char *plain = notice_plain(n, t, true), *html = notice_html(n, t);
    l->mime = curl_mime_init(l->curl);
    bool ok = mail_make(l->ch, n, t, clock_wall_ms(), &m) && l->mime != NULL &&
              add_part(l->mime, plain, "text/plain; charset=utf-8") &&
              add_part(l->mime, html, "text/html; charset=utf-8") &&
              add_header(&l->headers, "Content-Type: multipart/alternative"); // curl adds the boundary
    for (int i = 0; ok && i < m.count; i++) {
        ok = add_header(&l->headers, m.headers[i]);
    }
    for (size_t i = 0; ok && i < l->ch->to.count; i++) {
        ok = add_header(&l->recipients, ((char *const *)l->ch->to.items)[i]);
    }
    mail_finish(&m);
    free(plain);
    free(html);
    return ok;
}

static void set_mail(struct line *l)
{
    curl_easy_setopt(l->curl, CURLOPT_URL, channel_url(l->ch));
    curl_easy_setopt(l->curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(l->curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
    curl_easy_setopt(l->curl, CURLOPT_MAIL_FROM, l->ch->from);
    curl_easy_setopt(l->curl, CURLOPT_MAIL_RCPT, l->recipients);
    curl_easy_setopt(l->curl, CURLOPT_MIMEPOST, l->mime);
    if (l->ch->user[0] != '\0') {
        curl_easy_setopt(l->curl, CURLOPT_USERNAME, l->ch->user);
        curl_easy_setopt(l->curl, CURLOPT_PASSWORD, l->secret);
    }
}

// A report on its way to one address.
struct letter {
    struct mailing_post post;
    struct mailing_text text; // owned
    char *book;               // owned: the spreadsheet
    size_t bytes;
    char name[SHEETS_NAME_MAX], stop[400]; // of the spreadsheet; address of what ends it, "": none
};

static void letter_finish(struct letter *t)
{
    mailing_text_finish(&t->text);
    free(t->book);
}

// Addresses of the report and of its end; none without public_url.
static void make_links(const struct courier *c, const struct mailing *m, const struct trend_query *q,
                       struct letter *t, char *ret_link, size_t n)
{
    const char *base = c->s->http.public_url;
    const char *slash = base[0] != '\0' && base[strlen(base) - 1] != '/' ? "/" : "";
    ret_link[0] = '\0';
    if (base[0] != '\0') {
        snprintf(ret_link, n, "%.200s%s?page=report&place=%s%s&from=%s&to=%s", base, slash, q->place,
                 m->report == MAILING_SKM ? "&kind=skm" : "", q->from, q->to);
        snprintf(t->stop, sizeof t->stop, "%.200s%su/%s", base, slash, t->post.token);
    }
}

// *ret_t is to be finished in any case. False: ret_why; *ret_never: it will never go.
static bool gather_report(struct courier *c, const struct line *l, struct letter *ret_t, char *ret_why,
                          size_t n, bool *ret_never)
{
    struct sheets *s = NULL;
    struct trend_problem problem = {.field = ""};
    char first[16], last[16], link[400];
    bool found, mails = l->ch->kind == CHANNEL_EMAIL; // the settings may have changed since
    *ret_t = (struct letter){.bytes = 0};
    snprintf(ret_why, n, "the store cannot be read now");
    if (!store_mailing_by_id(c->store, l->row.id, &ret_t->post, &found)) {
        return false;
    }
    const struct mailing *m = found && mails ? mailing_find(&c->s->mailings, ret_t->post.mailing.s) : NULL;
    *ret_never = m == NULL;
    if (m == NULL) {
        snprintf(ret_why, n, "the settings have no such mailing, or its reader has ended it");
        return false;
    }
    struct trend_query q = {.place = m->place.s,
                            .from = trend_day_text(ret_t->post.from, first),
                            .to = trend_day_text(ret_t->post.to, last),
                            .lang = channel_langs[m->lang]};
    make_links(c, m, &q, ret_t, link, sizeof link);
    enum trends_error e = sheets_read(c->views, NULL, mailing_what(m), &q, clock_wall_ms(), &problem, &s);
    if (e == TRENDS_BAD || e == TRENDS_NOT_FOUND) {
        snprintf(ret_why, n, "%s", e == TRENDS_BAD ? problem.why : "its place is not known");
    }
    bool ok = e == TRENDS_OK && mailing_say(s, link, ret_t->stop, &ret_t->text) &&
              sheets_bytes(s, EXPORT_XLSX, &ret_t->book, &ret_t->bytes, ret_why, n);
    if (ok) {
        sheets_name(s, EXPORT_XLSX, ret_t->name);
    }
    sheets_close(s);
    return ok;
}

// Text and HTML as one part, then the spreadsheet.
static bool add_letter(struct line *l, const struct letter *t)
{
    curl_mime *texts = curl_mime_init(l->curl);
    curl_mimepart *both = l->mime != NULL ? curl_mime_addpart(l->mime) : NULL;
    if (both == NULL || texts == NULL || !add_part(texts, t->text.plain, "text/plain; charset=utf-8") ||
        !add_part(texts, t->text.html, "text/html; charset=utf-8") ||
        curl_mime_subparts(both, texts) != CURLE_OK) {
        curl_mime_free(texts);
        return false;
    }
    curl_mimepart *file = curl_mime_addpart(l->mime);
    return curl_mime_type(both, "multipart/alternative") == CURLE_OK && file != NULL &&
           curl_mime_data(file, t->book, t->bytes) == CURLE_OK &&
           curl_mime_filename(file, t->name) == CURLE_OK &&
           curl_mime_type(file, export_types[EXPORT_XLSX]) == CURLE_OK &&
           curl_mime_encoder(file, "base64") == CURLE_OK;
}

static bool prepare_letter(struct line *l, struct letter *t)
{
    // The channel's server and sender; the address is the report's own.
    char *to = t->post.recipient, header[500];
    struct channel one = *l->ch;
    struct notice n = {.event = CHANNEL_REPORT};
    struct notice_text title = {.line_count = 0};
    struct mail m = {.count = 0};
    one.to = (struct config_list){1, &to};
    snprintf(n.id, sizeof n.id, "%s", l->row.id);
    snprintf(title.title, sizeof title.title, "%s", t->text.subject);
    l->mime = curl_mime_init(l->curl);
    bool ok = mail_make(&one, &n, &title, clock_wall_ms(), &m) && add_letter(l, t) &&
              add_header(&l->headers, "Content-Type: multipart/mixed") && add_header(&l->recipients, to);
    for (int i = 0; ok && i < m.count; i++) {
        ok = add_header(&l->headers, m.headers[i]);
    }
    if (ok && t->stop[0] != '\0') {
        snprintf(header, sizeof header, "List-Unsubscribe: <%s>", t->stop);
        ok = add_header(&l->headers, header) &&
             add_header(&l->headers, "List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    }
    mail_finish(&m);
    return ok;
}

static bool prepare_report(struct courier *c, struct line *l, char *ret_why, size_t n, bool *ret_never)
{
    struct letter t;
    bool ok = gather_report(c, l, &t, ret_why, n, ret_never) && prepare_letter(l, &t);
    letter_finish(&t);
    return ok;
}

static bool prepare_http(const struct courier *c, struct line *l, const struct notice *n,
                         const struct notice_text *t, char *ret_why, size_t why_bytes)
{
    if (!request_make(l->ch, l->secret, n, t, clock_wall_ms(), &l->request, ret_why, why_bytes)) {
        return false;
    }
    bool ok = true;
    for (int i = 0; i < l->request.header_count; i++) {
        ok = ok && add_header(&l->headers, l->request.headers[i]);
    }
    curl_easy_setopt(l->curl, CURLOPT_URL, l->request.url);
    curl_easy_setopt(l->curl, CURLOPT_PROTOCOLS_STR, l->ch->allow_private ? "http,https" : "https");
    curl_easy_setopt(l->curl, CURLOPT_USERAGENT, c->agent);
    curl_easy_setopt(l->curl, CURLOPT_POSTFIELDS, l->request.body);
    curl_easy_setopt(l->curl, CURLOPT_POSTFIELDSIZE, (long)strlen(l->request.body));
    curl_easy_setopt(l->curl, CURLOPT_CUSTOMREQUEST, l->request.method);
    curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETDATA, l);
    return ok;
}

static void finish_attempt(struct courier *c, struct line *l)
{
    if (l->curl != NULL) {
        curl_multi_remove_handle(c->multi, l->curl);
        curl_easy_cleanup(l->curl);
    }
    curl_mime_free(l->mime);
    curl_slist_free_all(l->headers);
    curl_slist_free_all(l->recipients);
    request_finish(&l->request);
    l->curl = NULL;
    l->mime = NULL;
    l->headers = l->recipients = NULL;
}

// ---------------------------------------------------------------- outcomes

static void mask(char *text, const char *secret)
{
    size_t n = strlen(secret);
    for (char *at = n > 0 ? strstr(text, secret) : NULL; at != NULL; at = strstr(at, secret)) {
        memset(at, '*', n);
    }
}

// One line for people: of UTF-8, and without a secret that the other side gave back.
static void say(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct line *l, const char *fmt, ...)
{
    char text[SAID_MAX + 200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    const char *host = strstr(l->secret, "://"), *path = host != NULL ? strchr(host + 3, '/') : NULL;
    mask(text, l->secret);
    mask(text, path != NULL && path[1] != '\0' ? path : ""); // an address: its host is no secret
    protocol_words(text, OUTGOING_REPLY_MAX, l->reply);
    for (size_t n = strlen(l->reply); n > 0 && l->reply[n - 1] == ' '; n--) {
        l->reply[n - 1] = '\0';
    }
}

// Sets what is to be told; l->reply stands. again_ms: asked for by the other side, else below 0.
static void conclude(struct line *l, enum delivery d, int64_t again_ms)
{
    uint32_t dice = 0;
    int attempts = l->row.attempts + 1;
    wall_ms now = clock_wall_ms();
    clock_random(&dice, sizeof dice); // none: all waits are whole ones
    int64_t wait = delivery_wait_ms(attempts, l->ch->retry_min_ms, l->ch->retry_max_ms, dice);
    bool test = l->row.event == CHANNEL_TEST;
    if (d == DELIVERY_TAKEN) {
        l->failures = 0;
        l->rest_until = 0; // after a test that went well all others go at once
    } else if (!test) {
        l->failures++;
    }
    if (d == DELIVERY_AGAIN && !test) {
        int64_t rest = delivery_wait_ms(l->failures, l->ch->retry_min_ms, l->ch->retry_max_ms, dice);
        l->rest_until = clock_mono_ms() + (again_ms > rest ? again_ms : rest);
        wait = again_ms > wait ? again_ms : wait;
    }
    bool over = d == DELIVERY_NEVER || test || now + wait >= l->row.deadline;
    l->outcome = (struct outgoing_outcome){.number = l->row.number,
                                           .state = d == DELIVERY_TAKEN ? OUTGOING_SENT
                                                    : over              ? OUTGOING_DEAD
                                                                        : OUTGOING_WAITING,
                                           .attempts = attempts,
                                           .next_at = now + wait,
                                           .through = l->through,
                                           .reply = l->reply};
    l->due = true;
}

static void attempt_ended(struct courier *c, struct line *l, CURLcode rc)
{
    long code = 0;
    curl_off_t after = 0;
    bool mail = l->ch->kind == CHANNEL_EMAIL;
    curl_easy_getinfo(l->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(l->curl, CURLINFO_RETRY_AFTER, &after);
    // A mail is taken when curl says so: a code alone may be that of an earlier step, or of the goodbye.
    code = mail ? strtol(l->said, NULL, 10) : code;
    enum delivery d =
        rc == CURLE_OK ? delivery_of(mail, code) : delivery_of(mail, mail && code >= 400 ? code : 0);
    if (rc != CURLE_OK && l->refused[0] != '\0') {
        say(l, "%s is a private address: allow_private: true lets it be", l->refused);
    } else if (rc != CURLE_OK && !(mail && code >= 400)) {
        say(l, "%s", l->error[0] != '\0' ? l->error : curl_easy_strerror(rc));
    } else if (mail) {
        say(l, "%s", l->said);
    } else if (code >= 300 && code <= 399) {
        say(l, "HTTP %ld: redirects are not followed, name the address it leads to", code);
    } else {
        say(l, "HTTP %ld%s%s", code, l->said[0] != '\0' ? ": " : "", l->said);
    }
    finish_attempt(c, l);
    conclude(l, d, after <= 0 ? -1 : after < ASKED_MOST_MS / 1000 ? (int64_t)after * 1000 : ASKED_MOST_MS);
}

static void sooner(struct courier *c, int64_t wait_ms)
{
    mono_ms at = clock_mono_ms() + (wait_ms < 0 ? 0 : wait_ms < REST_MS ? wait_ms : REST_MS);
    c->look_at = at < c->look_at ? at : c->look_at;
}

static void begin_attempt(struct courier *c, struct line *l)
{
    struct notice n;
    struct notice_text t;
    char why[200] = "out of memory";
    bool report = l->row.event == CHANNEL_REPORT, never = false;
    if (!report && !gather(c, l, &n, &t)) {
        sooner(c, AGAIN_MS);
        return;
    }
    l->said_bytes = 0;
    l->said[0] = l->error[0] = l->refused[0] = '\0';
    l->curl = curl_easy_init();
    bool ok =
        l->curl != NULL && (report                         ? prepare_report(c, l, why, sizeof why, &never)
                            : l->ch->kind == CHANNEL_EMAIL ? prepare_mail(l, &n, &t)
                                                           : prepare_http(c, l, &n, &t, why, sizeof why));
    if (ok && l->ch->kind == CHANNEL_EMAIL) {
        set_mail(l);
    }
    if (ok) {
        curl_easy_setopt(l->curl, CURLOPT_PRIVATE, l);
        curl_easy_setopt(l->curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(l->curl, CURLOPT_PROXY, ""); // one in between would hide where it leads
        curl_easy_setopt(l->curl, CURLOPT_HTTPHEADER, l->headers);
        curl_easy_setopt(l->curl, CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(l->curl, CURLOPT_WRITEDATA, l);
        curl_easy_setopt(l->curl, CURLOPT_HEADERFUNCTION, on_header);
        curl_easy_setopt(l->curl, CURLOPT_HEADERDATA, l);
        curl_easy_setopt(l->curl, CURLOPT_ERRORBUFFER, l->error);
        curl_easy_setopt(l->curl, CURLOPT_TIMEOUT_MS, (long)l->ch->timeout_ms);
        if (l->ch->ca_file[0] != '\0') {
            curl_easy_setopt(l->curl, CURLOPT_CAINFO, l->ch->ca_file);
        }
        ok = curl_multi_add_handle(c->multi, l->curl) == CURLM_OK;
    }
    if (!ok) {
        finish_attempt(c, l);
        int failures = l->failures;
        mono_ms rest_until = l->rest_until;
        say(l, "%s", why);
        conclude(l, never ? DELIVERY_NEVER : DELIVERY_AGAIN, -1);
        if (report) { // that cannot be made: alerts of the channel do not wait for it
            l->failures = failures;
            l->rest_until = rest_until;
        }
    }
}

// ---------------------------------------------------------------- rounds

// False: the core could not store it, or is stopping.
static bool tell(struct courier *c, const struct outgoing_outcome *o)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    enum command_result r = COMMAND_UNAVAILABLE;
    if (cmd != NULL) {
        cmd->kind = COMMAND_OUTGOING;
        cmd->outcome = o;
        r = core_call(c->core, cmd);
    }
    free(cmd);
    return r == COMMAND_DONE || r == COMMAND_UNKNOWN;
}

static bool read_failed(struct courier *c)
{
    if (c->store != NULL) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", store_why(c->store));
    }
    store_close(c->store);
    c->store = NULL;
    sooner(c, AGAIN_MS);
    return false;
}

static bool is_under_way(const struct courier *c, int64_t number)
{
    for (size_t i = 0; i < c->line_count; i++) {
        if ((c->lines[i].curl != NULL || c->lines[i].due) && c->lines[i].row.number == number) {
            return true;
        }
    }
    return false;
}

// Those whose time is over: of a channel that rests, too many others before them, or one that the settings have no more.
static bool bury(struct courier *c, wall_ms now)
{
    struct outgoing list[OUTGOING_EXPIRED_MAX];
    int count;
    wall_ms next;
    if (!store_outgoing_expired(c->store, now, list, &count, &next)) {
        return read_failed(c);
    }
    sooner(c, next == INT64_MAX ? REST_MS : next - now);
    for (int i = 0; i < count; i++) {
        bool known = channel_find(&c->s->channels, list[i].channel.s) != NULL;
        struct outgoing_outcome o = {.number = list[i].number,
                                     .state = OUTGOING_DEAD,
                                     .attempts = list[i].attempts,
                                     .through = INT64_MAX,
                                     .reply = !known ? "the settings have no channel of this name"
                                              : list[i].attempts == 0
                                                  ? "its time was over before its turn came"
                                                  : list[i].reply};
        if (!is_under_way(c, list[i].number) && !tell(c, &o)) {
            sooner(c, AGAIN_MS);
            return false;
        }
    }
    if (count == OUTGOING_EXPIRED_MAX) {
        sooner(c, 0);
    }
    return true;
}

static bool look_at_line(struct courier *c, struct line *l, wall_ms now, mono_ms mono)
{
    int64_t wait;
    wall_ms next;
    bool found;
    if (l->curl != NULL || l->due || !channel_sends(l->ch)) {
        return true;
    }
    bool rests = mono < l->rest_until;
    int64_t most = l->ch->retry_max_ms > ASKED_MOST_MS ? l->ch->retry_max_ms : ASKED_MOST_MS;
    most = l->ch->quiet.count > 0 ? CHANNEL_QUIET_MOST_MS : most;
    if (!store_outgoing_next(c->store, l->ch->id.s, now, most, rests, &l->row, &found, &next)) {
        return read_failed(c);
    }
    if (!found) {
        sooner(c, rests ? l->rest_until - mono : next == INT64_MAX ? REST_MS : next - now);
    } else if (l->row.event != CHANNEL_TEST &&
               !delivery_take(&l->rate, (int)l->ch->per_minute, mono, &wait)) {
        sooner(c, wait);
    } else {
        begin_attempt(c, l);
    }
    return true;
}

static void look(struct courier *c)
{
    char why[600];
    wall_ms now = clock_wall_ms();
    mono_ms mono = clock_mono_ms();
    c->look_at = mono + REST_MS;
    if (c->store == NULL && store_open_reader(c->path, &c->store, why, sizeof why) != STORE_OK) {
        log_event(LOG_WARN, "courier_cannot_read", "why=%Q", why);
        sooner(c, AGAIN_MS);
        return;
    }
    bool ok = bury(c, now);
    for (size_t i = 0; ok && i < c->line_count; i++) {
        ok = look_at_line(c, &c->lines[i], now, mono);
    }
}

// What has ended: told to the core, and the line is free again.
static void settle(struct courier *c)
{
    CURLMsg *m;
    int left;
    while ((m = curl_multi_info_read(c->multi, &left)) != NULL) {
        struct line *l = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &l);
        if (m->msg == CURLMSG_DONE && l != NULL) {
            attempt_ended(c, l, m->data.result);
        }
    }
    for (size_t i = 0; i < c->line_count; i++) {
        struct line *l = &c->lines[i];
        if (l->due && tell(c, &l->outcome)) {
            l->due = false;
            sooner(c, 0);
        } else if (l->due) {
            sooner(c, AGAIN_MS);
        }
    }
}

static void *run(void *ctx)
{
    struct courier *c = ctx;
    while (!atomic_load(&c->stop)) {
        int running;
        if (atomic_exchange(&c->woken, false) || clock_mono_ms() >= c->look_at) {
            look(c);
        }
        curl_multi_perform(c->multi, &running);
        settle(c);
        int64_t wait = c->look_at - clock_mono_ms();
        // A wake between the look and here ends the wait at once.
        curl_multi_poll(c->multi, NULL, 0, atomic_load(&c->woken) || wait < 0 ? 0 : (int)wait, NULL);
    }
    return NULL;
}

// ---------------------------------------------------------------- life

struct courier *courier_create(const struct settings *s, const char *version, char *ret_why, size_t n)
{
    struct courier *c = calloc(1, sizeof *c);
    snprintf(ret_why, n, "out of memory");
    if (c == NULL) {
        return NULL;
    }
    c->s = s;
    snprintf(c->agent, sizeof c->agent, "puas/%s", version);
    snprintf(c->path, sizeof c->path, "%s/puas.db", s->data);
    struct views_options o = {c->path, s->times.offline_ms, (int)s->step.votes, s->step.wait_ms};
    bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    c->multi = ok ? curl_multi_init() : NULL;
    c->views = views_create(&o);
    c->lines = calloc(s->channels.count + 1, sizeof *c->lines);
    ok = c->multi != NULL && c->views != NULL && c->lines != NULL;
    for (size_t i = 0; ok && i < s->channels.count; i++) {
        c->lines[i].ch = &((const struct channel *)s->channels.items)[i];
        c->line_count = i + 1;
        ok = read_secret(&c->lines[i], ret_why, n);
    }
    if (!ok) {
        courier_destroy(c);
        return NULL;
    }
    return c;
}

bool courier_start(struct courier *c, struct core *core)
{
    c->core = core;
    // Without channels it still buries what an earlier run has left.
    c->running = pthread_create(&c->thread, NULL, run, c) == 0;
    return c->running;
}

void courier_wake(void *courier)
{
    struct courier *c = courier;
    atomic_store(&c->woken, true);
    curl_multi_wakeup(c->multi);
}

void courier_destroy(struct courier *c)
{
    if (c == NULL) {
        return;
    }
    atomic_store(&c->stop, true);
    if (c->running) {
        curl_multi_wakeup(c->multi);
        pthread_join(c->thread, NULL);
    }
    for (size_t i = 0; i < c->line_count; i++) {
        struct line *l = &c->lines[i];
        finish_attempt(c, l);
        if (l->secret != NULL) {
            explicit_bzero(l->secret, strlen(l->secret));
        }
        free(l->secret);
    }
    curl_multi_cleanup(c->multi);
    views_destroy(c->views);
    store_close(c->store);
    free(c->lines);
    free(c);
}
