// http: the edge to libmicrohttpd: listening, requests, event streams.
//
// An event stream is a response whose reader asks the hub. With nothing to say the reader suspends its
// connection, so that the library does not poll it; the hub's thread resumes it. A dead client is found when
// the next comment line cannot be written.
#include "aggregator/gzip.h"
#include "aggregator/http_impl.h"
#include "shared/clock.h"
#include "shared/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    THREADS = 4,
    CONNECTIONS_MAX = HUB_CLIENTS_MAX + 400,
    CONNECTION_BYTES = 16 * 1024, // request line, headers and answer headers of one connection
    IDLE_S = 60,
    BACKLOG = 512,
    FILE_PIECE = 32 * 1024,
    LIVE_ASK_MS = 15 * 1000, // less than HUB_COMMENT_MS: each comment line asks whether the stream may go on
};

struct http {
    struct http_api api;
    struct MHD_Daemon *daemon;
    int listen_fd, port;
    bool loopback; // only this machine can reach us: a proxy's headers are believed
};

struct upload { // of one request
    char *body; // owned; ends with NUL
    size_t bytes, room, limit;
    bool too_large;
};

struct live {
    struct http_api *api;
    struct MHD_Connection *connection;
    struct hub_client *client;    // owned
    char *cookie, *authorization; // owned: whose it is
    mono_ms allowed_at;
};

// ---------------------------------------------------------------- event streams

static void park(void *ctx)
{
    MHD_suspend_connection(((struct live *)ctx)->connection);
}

static void wake(void *ctx)
{
    MHD_resume_connection(((struct live *)ctx)->connection);
}

static int followed(void *ctx, const char *name, const char **ret, int n)
{
    (void)name; // nothing else is asked for
    struct hub_places p;
    hub_followed(ctx, &p);
    memcpy(ret, p.branch, (size_t)(p.n < n ? p.n : n) * sizeof *ret);
    return p.n;
}

// Whose session has ended, or sees less than when it began, hears no more. A store that cannot tell now is asked again.
static bool may_go_on(struct live *live)
{
    mono_ms now = clock_mono_ms();
    if (now - live->allowed_at < LIVE_ASK_MS) {
        return true;
    }
    struct http_request q = {.method = "GET",
                             .path = "/api/v1/live",
                             .cookie = live->cookie,
                             .authorization = live->authorization,
                             .arguments = followed,
                             .argument_ctx = live->client};
    struct hub_places p;
    struct http_answer a;
    hub_followed(live->client, &p);
    api_answer(live->api, &q, &a);
    answer_finish(&a);
    live->allowed_at = now;
    return a.status == 503 || a.live.n == p.n;
}

static ssize_t read_live(void *ctx, uint64_t at, char *buf, size_t max)
{
    (void)at;
    struct live *live = ctx;
    size_t n = may_go_on(live) ? hub_take(live->client, buf, max) : HUB_END;
    return n == HUB_END ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)n;
}

static void free_live(void *ctx)
{
    struct live *live = ctx;
    hub_leave(live->client);
    free(live->cookie);
    free(live->authorization);
    free(live);
}

// Joins before the revisions are read, so that no change falls between the two.
static struct MHD_Response *stream(struct http *h, struct MHD_Connection *c, const struct http_request *q,
                                   const struct hub_places *p)
{
    static const struct hub_ops ops = {park, wake};
    struct live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return NULL;
    }
    *live = (struct live){.api = &h->api,
                          .connection = c,
                          .cookie = strdup(q->cookie),
                          .authorization = strdup(q->authorization),
                          .allowed_at = clock_mono_ms()};
    live->client = live->cookie != NULL && live->authorization != NULL
                       ? hub_join(h->api.hub, p, q->last_event_id, &ops, live)
                       : NULL;
    if (live->client == NULL) {
        free_live(live);
        return NULL;
    }
    struct views *v = api_views(&h->api);
    for (int i = 0; i < p->n; i++) {
        int64_t rev = 0;
        if (v != NULL) {
            views_rev(v, NULL, p->branch[i], &rev); // allowed already; cannot be read: the next change tells
        }
        hub_greet(live->client, i, rev);
    }
    api_views_back(&h->api, v);
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, HUB_TEXT_MAX((size_t)p->n), read_live, live, free_live);
    if (r == NULL) {
        free_live(live);
    }
    return r;
}

// ---------------------------------------------------------------- exports

struct file {
    struct MHD_Connection *connection;
    struct download *download; // owned
};

static void park_file(void *ctx)
{
    MHD_suspend_connection(((struct file *)ctx)->connection);
}

static void wake_file(void *ctx)
{
    MHD_resume_connection(((struct file *)ctx)->connection);
}

static ssize_t read_file(void *ctx, uint64_t at, char *buf, size_t max)
{
    (void)at;
    ssize_t n = download_take(((struct file *)ctx)->download, buf, max);
    return n == DOWNLOAD_END      ? MHD_CONTENT_READER_END_OF_STREAM
           : n == DOWNLOAD_BROKEN ? MHD_CONTENT_READER_END_WITH_ERROR
                                  : n;
}

static void free_file(void *ctx)
{
    struct file *f = ctx;
    download_destroy(f->download);
    free(f);
}

static struct MHD_Response *send_file(struct MHD_Connection *c, struct download *d)
{
    static const struct hub_ops ops = {park_file, wake_file};
    struct file *f = calloc(1, sizeof *f);
    if (f == NULL) {
        download_destroy(d);
        return NULL;
    }
    *f = (struct file){c, d};
    download_watch(d, &ops, f);
    struct MHD_Response *r =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, FILE_PIECE, read_file, f, free_file);
    if (r == NULL) {
        free_file(f);
    }
    return r;
}

// ---------------------------------------------------------------- answers

static void strict_headers(struct MHD_Response *r)
{
    static const char *const headers[][2] = {
        {"Content-Security-Policy",
         "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
         "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
    };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        MHD_add_response_header(r, headers[i][0], headers[i][1]);
    }
}

enum { WORTH_GZIP = 1000 };

// Text goes out smaller where the client takes it so; spreadsheets are packed already. *ret_bytes is owned by the caller.
static bool smaller(struct MHD_Connection *c, const struct http_answer *a, char **ret_bytes, size_t *ret_n)
{
    bool text = a->type != NULL && (strncmp(a->type, "text/", 5) == 0 || strstr(a->type, "json") != NULL ||
                                    strstr(a->type, "svg") != NULL);
    return text && a->bytes >= WORTH_GZIP &&
           gzip_accepted(MHD_lookup_connection_value(c, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_ENCODING)) &&
           gzip_bytes(a->file != NULL ? a->file : a->body, a->bytes, ret_bytes, ret_n);
}

static enum MHD_Result send_answer(struct http *h, struct MHD_Connection *c, const struct http_request *q,
                                   struct http_answer *a)
{
    struct MHD_Response *r;
    bool live = a->live.n > 0;
    if (live) {
        r = stream(h, c, q, &a->live);
        if (r == NULL) {
            answer_problem(a, 503, "Too many open pages", "", "");
            live = false;
        }
    }
    char *packed = NULL;
    size_t packed_bytes;
    if (a->download != NULL) {
        r = send_file(c, a->download);
    } else if (!live && smaller(c, a, &packed, &packed_bytes)) {
        r = MHD_create_response_from_buffer(packed_bytes, packed, MHD_RESPMEM_MUST_FREE);
    } else if (!live && a->file != NULL) {
        r = MHD_create_response_from_buffer(a->bytes, (void *)(uintptr_t)a->file, MHD_RESPMEM_PERSISTENT);
    } else if (!live) {
        r = MHD_create_response_from_buffer(a->bytes, a->body, MHD_RESPMEM_MUST_FREE);
        a->body = NULL;
    }
    if (r == NULL) {
        return MHD_NO;
    }
    char seconds[20];
    strict_headers(r);
    MHD_add_response_header(r, "Vary", "Accept-Encoding");
    if (packed != NULL) {
        MHD_add_response_header(r, "Content-Encoding", "gzip");
    }
    // What has no tag may be personal: it is kept nowhere. Files of ours are the same for everybody.
    MHD_add_response_header(r, "Cache-Control",
                            a->etag[0] == '\0'                  ? "no-store"
                            : strncmp(q->path, "/api/", 5) == 0 ? "private, no-cache"
                                                                : "no-cache");
    if (a->type != NULL) {
        MHD_add_response_header(r, "Content-Type", a->type);
    }
    if (live) {
        MHD_add_response_header(r, "X-Accel-Buffering", "no"); // a proxy must not hold events back
    }
    if (a->location[0] != '\0') {
        MHD_add_response_header(r, "Location", a->location);
    }
    if (a->disposition[0] != '\0') {
        MHD_add_response_header(r, "Content-Disposition", a->disposition);
    }
    if (a->etag[0] != '\0') {
        char tag[sizeof a->etag + 2];
        snprintf(tag, sizeof tag, "W/%s", a->etag); // weak: of what is said, whether it is sent smaller or not
        MHD_add_response_header(r, "ETag", tag);
    }
    if (a->cookie[0] != '\0') {
        MHD_add_response_header(r, "Set-Cookie", a->cookie);
    }
    if (a->link[0] != '\0') {
        MHD_add_response_header(r, "Link", a->link);
    }
    if (a->allow != NULL) {
        MHD_add_response_header(r, "Allow", a->allow);
    }
    if (a->retry_after_s > 0) {
        snprintf(seconds, sizeof seconds, "%d", a->retry_after_s);
        MHD_add_response_header(r, "Retry-After", seconds);
    }
    enum MHD_Result done = MHD_queue_response(c, (unsigned)a->status, r);
    if (a->status >= HTTP_STATUS_LEAST && a->status < HTTP_STATUS_LEAST + HTTP_STATUSES) {
        atomic_fetch_add(&h->api.answered[a->status - HTTP_STATUS_LEAST], 1);
    }
    MHD_destroy_response(r);
    return done;
}

// ---------------------------------------------------------------- requests

static const char *header(struct MHD_Connection *c, const char *name)
{
    const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

// Who asks: the peer, or what a proxy on this machine says of it (the last entry is the proxy's own).
static void read_address(const struct http *h, struct MHD_Connection *c, char *ret, size_t n)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const char *told = h->loopback ? header(c, "X-Forwarded-For") : "", *comma = strrchr(told, ',');
    told = comma != NULL ? comma + 1 : told;
    told += strspn(told, " ");
    ret[0] = '\0';
    if (told[0] != '\0') {
        snprintf(ret, n, "%s", told);
    } else if (info != NULL && info->client_addr != NULL) {
        socklen_t size = info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                  : sizeof(struct sockaddr_in);
        getnameinfo(info->client_addr, size, ret, (socklen_t)n, NULL, 0, NI_NUMERICHOST);
    }
}

static const char *argument(void *ctx, const char *name)
{
    return MHD_lookup_connection_value(ctx, MHD_GET_ARGUMENT_KIND, name);
}

struct several {
    const char *name, **values;
    int room, n;
};

static enum MHD_Result take_argument(void *ctx, enum MHD_ValueKind kind, const char *name, const char *value)
{
    (void)kind;
    struct several *s = ctx;
    if (strcmp(name, s->name) == 0) {
        if (s->n < s->room) {
            s->values[s->n] = value != NULL ? value : "";
        }
        s->n++;
    }
    return MHD_YES;
}

static int arguments(void *ctx, const char *name, const char **ret, int n)
{
    struct several s = {name, ret, n, 0};
    MHD_get_connection_values(ctx, MHD_GET_ARGUMENT_KIND, take_argument, &s);
    return s.n;
}

static enum MHD_Result answer(struct http *h, struct MHD_Connection *c, const char *url, const char *method,
                              const struct upload *u)
{
    const char *place = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "place");
    const char *last = header(c, "Last-Event-ID");
    struct http_request q = {
        .method = method,
        .path = url,
        .place = place != NULL ? place : "",
        .content_type = header(c, MHD_HTTP_HEADER_CONTENT_TYPE),
        .cookie = header(c, MHD_HTTP_HEADER_COOKIE),
        .authorization = header(c, MHD_HTTP_HEADER_AUTHORIZATION),
        .if_none_match = header(c, MHD_HTTP_HEADER_IF_NONE_MATCH),
        .forwarded = !h->loopback && header(c, "X-Forwarded-For")[0] != '\0',
        .ours = strcmp(header(c, "X-Puas"), "1") == 0,
        .https = h->loopback && strcmp(header(c, "X-Forwarded-Proto"), "https") == 0,
        .last_event_id = last[0] >= '0' && last[0] <= '9' ? strtoll(last, NULL, 10) : -1,
        .body = u->body != NULL ? u->body : "",
        .body_bytes = u->bytes,
        .too_large = u->too_large,
        .argument = argument,
        .arguments = arguments,
        .argument_ctx = c,
    };
    struct http_answer a;
    read_address(h, c, q.address, sizeof q.address);
    api_answer(&h->api, &q, &a);
    if (strcmp(method, "HEAD") == 0 && a.live.n > 0) {
        a.live.n = 0;
        answer_problem(&a, 405, "Method not allowed", "", "");
    }
    enum MHD_Result done = send_answer(h, c, &q, &a);
    answer_finish(&a);
    return done;
}

static void take_body(struct upload *u, const char *data, size_t n)
{
    if (u->too_large || n > u->limit - u->bytes) {
        u->too_large = true;
        return;
    }
    if (u->bytes + n + 1 > u->room) {
        size_t room = (u->bytes + n + 1) * 2;
        char *grown = realloc(u->body, room);
        if (grown == NULL) {
            u->too_large = true;
            return;
        }
        u->body = grown;
        u->room = room;
    }
    memcpy(u->body + u->bytes, data, n);
    u->bytes += n;
    u->body[u->bytes] = '\0';
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *n, void **request)
{
    (void)version;
    struct upload *u = *request;
    if (u == NULL) {
        u = calloc(1, sizeof *u);
        if (u == NULL) {
            return MHD_NO;
        }
        // A document is read only from who may apply it: strangers get no megabyte of memory each.
        struct http_api *a = &((struct http *)ctx)->api;
        const struct http_request q = {.authorization = header(c, MHD_HTTP_HEADER_AUTHORIZATION),
                                       .cookie = header(c, MHD_HTTP_HEADER_COOKIE)};
        bool document = strncmp(url, "/api/v1/config/", 15) == 0 && login_is_control(a, &q);
        bool calendar = strcmp(method, "POST") == 0 && strncmp(url, "/api/v1/manage/calendar", 23) == 0 && login_is_office(a, &q);
        bool content = strncmp(url, "/api/v1/content/", 16) == 0 || strcmp(url, "/api/v1/preview") == 0;
        u->limit = document || calendar ? HTTP_CONFIG_MAX : content ? HTTP_CONTENT_MAX : HTTP_BODY_MAX;
        *request = u;
        return MHD_YES;
    }
    if (*n > 0) {
        take_body(u, data, *n);
        *n = 0;
        return MHD_YES;
    }
    return answer(ctx, c, url, method, u);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **request,
                         enum MHD_RequestTerminationCode why)
{
    (void)ctx;
    (void)c;
    (void)why;
    struct upload *u = *request;
    if (u != NULL) {
        free(u->body);
        free(u);
    }
    *request = NULL;
}

// ---------------------------------------------------------------- listening

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
    }
    return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
}

// A socket of our own: so a port in use is told apart from all else.
static bool open_socket(struct http *h, const struct settings_http *s, char *ret_why, size_t n)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found = NULL;
    char port[12];
    int on = 1;
    snprintf(port, sizeof port, "%d", (int)s->port);
    int rc = getaddrinfo(s->address, port, &hints, &found);
    if (rc != 0) {
        snprintf(ret_why, n, "http.address '%s' is unusable: %s", s->address, gai_strerror(rc));
        return false;
    }
    h->loopback = is_loopback(found->ai_addr);
    h->port = (int)s->port;
    h->listen_fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool ok = h->listen_fd >= 0 && setsockopt(h->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
              bind(h->listen_fd, found->ai_addr, found->ai_addrlen) == 0 &&
              listen(h->listen_fd, BACKLOG) == 0;
    if (!ok && errno == EADDRINUSE) {
        snprintf(ret_why, n, "port %d on %s is in use: stop the other program or set http.port", h->port,
                 s->address);
    } else if (!ok) {
        snprintf(ret_why, n, "cannot listen on port %d of %s: %s; set http.address and http.port", h->port,
                 s->address, strerror(errno));
    }
    freeaddrinfo(found);
    return ok;
}

struct http *http_create(const struct http_options *o, char *ret_why, size_t n)
{
    struct http *h = calloc(1, sizeof *h);
    snprintf(ret_why, n, "out of memory or threads");
    if (h == NULL) {
        return NULL;
    }
    h->listen_fd = -1;
    if (!api_init(&h->api, o, ret_why, n) || !open_socket(h, &o->settings->http, ret_why, n)) {
        http_destroy(h);
        return NULL;
    }
    h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                                 on_request, h, MHD_OPTION_LISTEN_SOCKET, h->listen_fd,
                                 MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
                                 (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                                 (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, h, MHD_OPTION_END);
    if (h->daemon == NULL) {
        snprintf(ret_why, n, "the HTTP server cannot start: out of threads or file descriptors");
        http_destroy(h);
        return NULL;
    }
    h->listen_fd = -1; // the daemon's now
    return h;
}

void http_destroy(struct http *h)
{
    if (h == NULL) {
        return;
    }
    if (h->api.hub != NULL) {
        hub_close(h->api.hub);
    }
    if (h->api.downloads != NULL) {
        downloads_close(h->api.downloads);
    }
    if (h->daemon != NULL) {
        MHD_stop_daemon(h->daemon);
    }
    if (h->listen_fd >= 0) {
        close(h->listen_fd);
    }
    api_finish(&h->api);
    free(h);
}

// Second line of the token's file: where puasctl finds us, on this machine.
static void local_url(const struct http *h, char *ret, size_t n)
{
    const char *address = h->api.o.settings->http.address;
    bool any = strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
    bool six = !any && strchr(address, ':') != NULL;
    snprintf(ret, n, "http://%s%s%s:%d", six ? "[" : "", any ? "127.0.0.1" : address, six ? "]" : "",
             h->port);
}

bool http_set_core(struct http *h, struct core *core, char *ret_why, size_t n)
{
    char path[520], url[120];
    snprintf(path, sizeof path, "%s/control.token", h->api.o.settings->data);
    local_url(h, url, sizeof url);
    unlink(path); // so that the mode below holds for whatever stood there
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && dprintf(fd, "%s\n%s\n", h->api.control, url) > HTTP_TOKEN_HEX;
    if (fd >= 0) {
        ok = close(fd) == 0 && ok;
    }
    if (!ok) {
        snprintf(ret_why, n, "%s cannot be written: %s", path, strerror(errno));
        return false;
    }
    atomic_store(&h->api.core, core);
    return true;
}

void http_on_change(void *http, const char *branch, int64_t rev, const char *alert, const char *state)
{
    hub_publish(((struct http *)http)->api.hub, branch, rev, alert, state);
}

int http_port(const struct http *h)
{
    return h->port;
}
