// courier: a message as the request or the mail that its channel wants.
#include "aggregator/courier_impl.h"

#include "aggregator/address.h"
#include "aggregator/mail.h"
#include "aggregator/store_mailing.h"
#include "aggregator/store_praise.h"
#include "shared/log.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static size_t keep(struct line *l, const char *data, size_t n)
{
    size_t room = COURIER_SAID_MAX - l->said_bytes, taken = n < room ? n : room;
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
bool courier_gather(struct courier *c, struct line *l, enum channel_lang lang, struct notice *n,
                    struct notice_text *t)
{
    char zone[65] = "", *json = NULL;
    *n = (struct notice){.event = l->row.event,
                         .lang = lang,
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
    const struct mailing *m = found && mails ? mailing_find(&c->set->set.mailings, ret_t->post.mailing.s) : NULL;
    *ret_never = m == NULL;
    if (m == NULL) {
        snprintf(ret_why, n, "there is no such mailing any more, or its reader has ended it");
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

bool courier_header(struct line *l, const char *text)
{
    return add_header(&l->headers, text);
}

void courier_post(const struct courier *c, struct line *l, const char *url, const void *body, size_t n)
{
    curl_easy_setopt(l->curl, CURLOPT_URL, url);
    curl_easy_setopt(l->curl, CURLOPT_PROTOCOLS_STR, l->ch->allow_private ? "http,https" : "https");
    curl_easy_setopt(l->curl, CURLOPT_USERAGENT, c->agent);
    curl_easy_setopt(l->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(l->curl, CURLOPT_POSTFIELDSIZE, (long)n);
    curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(l->curl, CURLOPT_OPENSOCKETDATA, l);
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
    courier_post(c, l, l->request.url, l->request.body, strlen(l->request.body));
    curl_easy_setopt(l->curl, CURLOPT_CUSTOMREQUEST, l->request.method);
    return ok;
}

enum courier_made courier_make(struct courier *c, struct line *l, char *ret_why, size_t n)
{
    struct notice notice;
    struct notice_text t;
    bool report = l->row.event == CHANNEL_REPORT, mail = l->ch->kind == CHANNEL_EMAIL, never = false, ok;
    enum courier_made made = COURIER_MADE;
    snprintf(ret_why, n, "out of memory");
    l->said_bytes = 0;
    l->said[0] = l->error[0] = l->refused[0] = '\0';
    l->curl = curl_easy_init();
    if (l->curl == NULL) {
        return COURIER_FAILED;
    }
    if (report) {
        ok = prepare_report(c, l, ret_why, n, &never);
    } else if (l->ch->kind == CHANNEL_WEBPUSH) {
        made = courier_webpush_make(c, l, ret_why, n);
        ok = made == COURIER_MADE;
    } else {
        ok = courier_gather(c, l, (enum channel_lang)l->ch->lang, &notice, &t);
        made = ok ? made : COURIER_LATER;
        ok = ok && (mail ? prepare_mail(l, &notice, &t) : prepare_http(c, l, &notice, &t, ret_why, n));
    }
    if (!ok) {
        return made != COURIER_MADE ? made : never ? COURIER_NEVER : COURIER_FAILED;
    }
    if (mail) {
        set_mail(l);
    }
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
    if (l->ch->ca[0] != '\0') {
        struct curl_blob ca = {l->ch->ca, strlen(l->ch->ca), CURL_BLOB_NOCOPY}; // the line outlives the attempt
        curl_easy_setopt(l->curl, CURLOPT_CAINFO_BLOB, &ca);
    }
    return COURIER_MADE;
}

void courier_message_finish(struct line *l)
{
    curl_mime_free(l->mime);
    curl_slist_free_all(l->headers);
    curl_slist_free_all(l->recipients);
    request_finish(&l->request);
    l->mime = NULL;
    l->headers = l->recipients = NULL;
}
