// link: libmosquitto behind an own poll loop.
//
// PUBACKs leave at once, before what they name is committed: nothing rests on them, the end-to-end
// acknowledgement does. (mosquitto_threaded_set would keep them back, for two system calls more a message.)
#include "shared/link.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

struct link {
    struct mosquitto *mosq; // owned
    struct link_ops ops;
    void *ctx; // borrowed
    struct link_options o;
    char *host;      // owned
    bool connecting; // a socket exists, CONNACK not here yet
    bool connected;
    bool closing;
    mono_ms connect_since; // when the attempt or the connection began
    mono_ms next_attempt;  // 0: at once
    int backoff_ms;
    int unacked;            // QoS 1 messages whose PUBACK has not come
    int received; // messages since link_read began
    mono_ms now;  // as of the last tick
};

// While connected only the keep-alive is due, which the broker awaits for half as long again: looking an
// eighth of it late is early enough, and an idle kiosk has nothing else to wake up for.
enum { CONNECT_TIMEOUT_MS = 10000, LOOK_MS = 1000, LOOKS_A_KEEPALIVE = 8 };

static void went_down(struct link *l, const char *why)
{
    bool was = l->connected || l->connecting;
    bool steady = l->connected && l->now - l->connect_since >= l->o.steady_ms;
    l->connected = l->connecting = false;
    l->unacked = 0;
    if (!was) {
        return;
    }
    if (steady) {
        l->backoff_ms = l->o.backoff_min_ms;
    }
    uint32_t r = 0;
    clock_random(&r, sizeof r);
    // Jitter from half to the whole of the wait, so that a fleet does not return in step.
    int wait = l->backoff_ms / 2 + (int)(r % (uint32_t)(l->backoff_ms / 2 + 1));
    l->next_attempt = l->now + wait;
    l->backoff_ms = l->backoff_ms * 2 > l->o.backoff_max_ms ? l->o.backoff_max_ms : l->backoff_ms * 2;
    if (l->ops.on_disconnected != NULL) {
        l->ops.on_disconnected(l->ctx, l, why);
    }
}

static void on_connect(struct mosquitto *m, void *obj, int rc)
{
    (void)m;
    struct link *l = obj;
    if (rc != 0) {
        went_down(l, mosquitto_connack_string(rc));
        return;
    }
    l->connecting = false;
    l->connected = true;
    l->connect_since = l->now;
    if (l->ops.on_connected != NULL) {
        l->ops.on_connected(l->ctx, l);
    }
}

static void on_disconnect(struct mosquitto *m, void *obj, int rc)
{
    (void)m;
    went_down(obj, rc == 0 ? "closed" : mosquitto_strerror(rc));
}

static void on_publish(struct mosquitto *m, void *obj, int mid)
{
    (void)m;
    (void)mid;
    struct link *l = obj;
    l->unacked -= l->unacked > 0;
}

static void on_message(struct mosquitto *m, void *obj, const struct mosquitto_message *msg)
{
    (void)m;
    struct link *l = obj;
    l->received++;
    if (l->ops.on_message != NULL) {
        l->ops.on_message(l->ctx, l, msg->topic, msg->payload, (size_t)msg->payloadlen, msg->retain);
    }
}

struct link *link_create(const struct link_options *o, const struct link_ops *ops, void *ctx)
{
    mosquitto_lib_init(); // counts its calls; the process keeps it
    struct link *l = calloc(1, sizeof *l);
    if (l == NULL) {
        return NULL;
    }
    l->o = *o;
    l->ops = *ops;
    l->ctx = ctx;
    l->backoff_ms = o->backoff_min_ms;
    l->host = strdup(o->host);
    l->mosq = mosquitto_new(o->client_id, !o->persistent_session, l);
    if (l->host == NULL || l->mosq == NULL) {
        link_destroy(l);
        return NULL;
    }
    mosquitto_int_option(l->mosq, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_max_inflight_messages_set(l->mosq, 0); // we bound what is in flight ourselves
    mosquitto_connect_callback_set(l->mosq, on_connect);
    mosquitto_disconnect_callback_set(l->mosq, on_disconnect);
    mosquitto_publish_callback_set(l->mosq, on_publish);
    mosquitto_message_callback_set(l->mosq, on_message);
    bool ok = o->user == NULL || mosquitto_username_pw_set(l->mosq, o->user, o->password) == MOSQ_ERR_SUCCESS;
    ok = ok && (o->ca_file == NULL ||
                mosquitto_tls_set(l->mosq, o->ca_file, NULL, NULL, NULL, NULL) == MOSQ_ERR_SUCCESS);
    ok = ok && (o->will_topic == NULL ||
                mosquitto_will_set(l->mosq, o->will_topic, (int)o->will_bytes, o->will_payload, o->will_qos,
                                   o->will_retain) == MOSQ_ERR_SUCCESS);
    if (!ok) {
        link_destroy(l);
        return NULL;
    }
    return l;
}

void link_destroy(struct link *l)
{
    if (l == NULL) {
        return;
    }
    if (l->mosq != NULL) {
        mosquitto_destroy(l->mosq);
    }
    free(l->host);
    free(l);
}

void link_set_will(struct link *l, const char *topic, const void *payload, size_t n, bool retain, int qos)
{
    mosquitto_will_clear(l->mosq);
    mosquitto_will_set(l->mosq, topic, (int)n, payload, qos, retain);
}

bool link_connected(const struct link *l)
{
    return l->connected;
}

int link_fd(const struct link *l)
{
    return l->connected || l->connecting ? mosquitto_socket(l->mosq) : -1;
}

bool link_wants_write(const struct link *l)
{
    return l->connecting || mosquitto_want_write(l->mosq);
}

// Handles the return code of the loop functions: they do not always call on_disconnect themselves.
static void check(struct link *l, int rc)
{
    if (rc != MOSQ_ERR_SUCCESS && rc != MOSQ_ERR_NO_CONN && (l->connected || l->connecting)) {
        went_down(l, mosquitto_strerror(rc));
    }
}

// While it is corked, the PUBACKs of a batch leave in as few segments as hold them.
static void cork(struct link *l, int on)
{
    int fd = mosquitto_socket(l->mosq);
    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    }
}

int link_read(struct link *l, int max)
{
    int before;
    l->received = 0;
    cork(l, 1);
    do { // until a call brings no message: it is dry, or something else came, for which the caller polls again
        before = l->received;
        check(l, mosquitto_loop_read(l->mosq, 1));
    } while (l->received > before && l->received < max && l->connected);
    cork(l, 0);
    return l->received;
}

bool link_readable(const struct link *l)
{
    struct pollfd p = {.fd = link_fd(l), .events = POLLIN};
    return p.fd >= 0 && poll(&p, 1, 0) > 0;
}

void link_write(struct link *l)
{
    if (l->connected || l->connecting) {
        check(l, mosquitto_loop_write(l->mosq, 1));
    }
}

static void attempt(struct link *l)
{
    l->connecting = true;
    l->connect_since = l->now;
    int rc = mosquitto_connect_async(l->mosq, l->host, l->o.port, l->o.keepalive_s);
    if (rc != MOSQ_ERR_SUCCESS) {
        went_down(l, rc == MOSQ_ERR_ERRNO ? strerror(errno) : mosquitto_strerror(rc));
    }
}

int link_tick(struct link *l, mono_ms now)
{
    l->now = now;
    if (l->closing) {
        return LOOK_MS;
    }
    if (!l->connected && !l->connecting) {
        if (now < l->next_attempt) {
            return (int)(l->next_attempt - now);
        }
        attempt(l);
    } else if (l->connecting && now - l->connect_since > CONNECT_TIMEOUT_MS) {
        link_drop(l);
        went_down(l, "no answer to CONNECT");
    } else {
        check(l, mosquitto_loop_misc(l->mosq));
    }
    if (!l->connected && !l->connecting) {
        return l->next_attempt > now ? (int)(l->next_attempt - now) : 1;
    }
    int eighth_ms = l->o.keepalive_s * 1000 / LOOKS_A_KEEPALIVE;
    return l->connected && eighth_ms > LOOK_MS ? eighth_ms : LOOK_MS;
}

bool link_publish(struct link *l, const char *topic, const void *payload, size_t n, int qos, bool retain)
{
    if (!l->connected || mosquitto_publish(l->mosq, NULL, topic, (int)n, payload, qos, retain) != MOSQ_ERR_SUCCESS) {
        return false;
    }
    l->unacked++; // on_publish comes for QoS 0 too, once it is written
    return true;
}

bool link_subscribe(struct link *l, const char *filter, int qos)
{
    return l->connected && mosquitto_subscribe(l->mosq, NULL, filter, qos) == MOSQ_ERR_SUCCESS;
}

int link_pending(const struct link *l)
{
    return l->unacked;
}

// Closing a socket with unread bytes resets it, and the broker would then lose our DISCONNECT and send the will: so
// what we published is acknowledged first.
void link_close(struct link *l, int timeout_ms)
{
    mono_ms until = clock_mono_ms() + timeout_ms;
    bool said = false;
    l->closing = true;
    while (l->connected) {
        int left = (int)(until - clock_mono_ms());
        struct pollfd p = {.fd = mosquitto_socket(l->mosq), .events = POLLIN};
        if (p.fd < 0 || (left <= 0 && said)) {
            break;
        }
        if (!said && (l->unacked == 0 || left <= 0)) {
            mosquitto_disconnect(l->mosq); // goes behind what is queued; the library closes the socket after it
            said = true;
        }
        p.events |= mosquitto_want_write(l->mosq) ? POLLOUT : 0;
        if (poll(&p, 1, left > 0 ? left : 0) > 0) {
            if ((p.revents & POLLOUT) != 0) {
                check(l, mosquitto_loop_write(l->mosq, 1));
            } else {
                check(l, mosquitto_loop_read(l->mosq, 1));
            }
        }
    }
    l->connected = false;
}

void link_drop(struct link *l)
{
    int fd = mosquitto_socket(l->mosq);
    if (fd >= 0) {
        shutdown(fd, SHUT_RDWR); // the next loop_read sees the end and reports it
    }
}
