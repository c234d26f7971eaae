// uplink thread: poll over socket and wake-ups; the core decides, the writer thread does the disk work.
#include "kiosk/uplink_posix.h"

#include "shared/link.h"
#include "shared/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { GOODBYE_MS = 2000, PACKETS_A_TURN = 64, PRUNE_EVERY_MS = 3600000 };

struct uplink_thread {
    struct uplink_thread_options o;
    struct uplink *core; // owned
    struct link *link;   // owned
    pthread_t thread;
    int wake_fd;
    atomic_bool stop;
    _Atomic bool online; // to tell a connection lost from one that never was
    const char *reason;  // last reported, static
    mono_ms prune_at;
};

// ---------------------------------------------------------------- port: outbox calls on the writer thread

struct call { // arguments and result of one outbox call
    struct outbox_cursor after;
    bool only_current;
    int max, run_count;
    struct outbox_batch *batch;
    const struct ack_message *ack;
    const uint8_t *epoch;
    int64_t seq;
    bool score;
    const char *const *runs;
    struct held_epoch *held;
    struct outbox_counts *counts;
    bool *flag;
    int64_t *number;
    int *count, *unsynced;
    enum outbox_result result;
};

static bool run(struct uplink_thread *t, void (*fn)(struct outbox *, void *), struct call *c)
{
    c->result = OUTBOX_IO;
    return writer_call(t->o.writer, fn, c) && c->result == OUTBOX_OK;
}

static void call_fetch(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_fetch(ob, c->after, c->only_current, c->max, c->batch);
}

// 0 while the kernel does not vouch for the clock.
static wall_ms set_clock_ms(void)
{
    return clock_synced() ? clock_wall_ms() : 0;
}

static void call_settle(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_settle(ob, c->ack, set_clock_ms(), c->flag, c->number);
}

static void call_sync(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_sync(ob, c->ack, c->number);
}

static void call_set_aside(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_set_aside(ob, c->epoch, c->seq);
}

static void call_held(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_held(ob, c->runs, c->run_count, c->held, c->count, c->unsynced);
}

static void call_resend(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_resend(ob, c->number);
}

static void call_erase(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_erase(ob, c->epoch, c->seq, c->score, c->number);
}

static void call_count(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_count(ob, c->counts);
}

static void call_prune(struct outbox *ob, void *arg)
{
    struct call *c = arg;
    c->result = outbox_prune(ob, set_clock_ms());
}

static bool port_fetch(void *ctx, struct outbox_cursor after, bool only_current, int max,
                       struct outbox_batch *b)
{
    struct call c = {.after = after, .only_current = only_current, .max = max, .batch = b};
    return run(ctx, call_fetch, &c);
}

static bool port_settle(void *ctx, const struct ack_message *ack, bool *ret_counted, int64_t *ret_rows)
{
    struct call c = {.ack = ack, .flag = ret_counted, .number = ret_rows};
    return run(ctx, call_settle, &c);
}

static bool port_sync(void *ctx, const struct ack_message *sync, int64_t *ret_reopened)
{
    struct call c = {.ack = sync, .number = ret_reopened};
    bool ok = run(ctx, call_sync, &c);
    if (ok) {
        log_event(LOG_INFO, "synced", "run=%s reopened=%lld", sync->run, (long long)*ret_reopened);
    }
    return ok;
}

static bool port_set_aside(void *ctx, const uint8_t *epoch, int64_t seq)
{
    struct call c = {.epoch = epoch, .seq = seq};
    log_event(LOG_ERROR, "event_set_aside", "seq=%lld", (long long)seq);
    return run(ctx, call_set_aside, &c);
}

static bool port_held(void *ctx, const char *const *runs, int run_count, struct held_epoch *ret,
                      int *ret_count, int *ret_unsynced)
{
    struct call c = {
        .runs = runs, .run_count = run_count, .held = ret, .count = ret_count, .unsynced = ret_unsynced};
    return run(ctx, call_held, &c);
}

static bool port_health(void *ctx, struct outbox_counts *counts, struct health_message *ret_m)
{
    struct uplink_thread *t = ctx;
    struct call c = {.counts = counts};
    if (!run(t, call_count, &c)) { // the reason is told all the same
        *counts = (struct outbox_counts){.pending = writer_pending(t->o.writer)};
    }
    ret_m->unacknowledged = counts->pending;
    ret_m->oldest_unacknowledged_at = counts->oldest_at;
    ret_m->free_disk_bytes = counts->free_disk_bytes;
    ret_m->ignored = writer_ignored(t->o.writer);
    ret_m->errors = writer_errors(t->o.writer);
    ret_m->clock = clock_synced() ? CLOCK_SYNCED : CLOCK_UNSURE;
    t->reason = writer_reason(t->o.writer);
    strncpy(ret_m->reason, t->reason, sizeof ret_m->reason - 1);
    if (t->o.desk != NULL) {
        remote_desk_health(t->o.desk, ret_m);
    }
    return true;
}

static bool port_publish(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain)
{
    struct uplink_thread *t = ctx;
    return link_publish(t->link, topic, payload, n, qos, retain);
}

static bool port_subscribe(void *ctx, const char *filter, int qos)
{
    struct uplink_thread *t = ctx;
    return link_subscribe(t->link, filter, qos);
}

static uint32_t port_random(void *ctx)
{
    (void)ctx;
    uint32_t r = 0;
    clock_random(&r, sizeof r);
    return r;
}

static void set_will(struct uplink_thread *t)
{
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    char *will = uplink_will(t->core, topic, &n);
    if (will != NULL) {
        link_set_will(t->link, topic, will, n, true, 1);
    }
    free(will);
}

// ---------------------------------------------------------------- the remote desk

static bool line_resend(void *ctx, int64_t *ret_rows)
{
    struct uplink_thread *t = ctx;
    struct call c = {.number = ret_rows};
    bool ok = run(t, call_resend, &c);
    if (ok) {
        log_event(LOG_INFO, "resend", "rows=%lld", (long long)*ret_rows);
        uplink_resend(t->core, clock_mono_ms());
    }
    return ok;
}

static bool line_erase(void *ctx, const struct command_message *m, int64_t *ret_rows)
{
    struct uplink_thread *t = ctx;
    struct call c = {.epoch = m->epoch, .seq = m->visit, .score = m->score, .number = ret_rows};
    bool ok = run(t, call_erase, &c);
    if (ok) {
        log_event(LOG_INFO, "erased", "visit=%lld rows=%lld", (long long)m->visit, (long long)*ret_rows);
        uplink_health_changed(t->core, clock_mono_ms()); // its counts may have changed
    }
    return ok;
}

static void subscribe_remote(struct uplink_thread *t)
{
    char filter[PROTOCOL_TOPIC_MAX];
    static const enum topic_kind leaves[] = {TOPIC_CONFIG, TOPIC_COMMAND, TOPIC_REF};
    for (size_t i = 0; t->o.desk != NULL && i < sizeof leaves / sizeof leaves[0]; i++) {
        topic_kiosk(t->o.core.kiosk.s, leaves[i], filter);
        link_subscribe(t->link, filter, 1);
    }
}

// True when the desk has had it.
static bool give_to_desk(struct uplink_thread *t, const char *topic, const void *payload, size_t n,
                         bool retained)
{
    struct topic parsed;
    topic_parse(topic, &parsed);
    if (parsed.kind != TOPIC_CONFIG && parsed.kind != TOPIC_COMMAND && parsed.kind != TOPIC_REF) {
        return false;
    }
    if (t->o.desk != NULL && ident_equal(&parsed.kiosk, &t->o.core.kiosk) &&
        remote_desk_message(t->o.desk, parsed.kind, payload, n, retained)) {
        uplink_health_changed(t->core, clock_mono_ms());
    }
    return true;
}

static void pump_desk(struct uplink_thread *t)
{
    struct ident survey;
    int version;
    if (t->o.desk != NULL && remote_desk_pump(t->o.desk)) {
        uplink_health_changed(t->core, clock_mono_ms());
        uplink_closed(t->core, remote_desk_is_closed(t->o.desk), clock_mono_ms());
        if (remote_desk_survey(t->o.desk, &survey, &version)) {
            uplink_survey(t->core, &survey, version, clock_mono_ms());
            set_will(t); // of the next connect
        }
    }
}

// ---------------------------------------------------------------- link callbacks

static void on_connected(void *ctx, struct link *l)
{
    (void)l;
    struct uplink_thread *t = ctx;
    t->online = true;
    log_event(LOG_INFO, "broker_connected", "host=%s port=%d", t->o.host, t->o.port);
    uplink_connected(t->core, clock_mono_ms(), clock_wall_ms());
    subscribe_remote(t);
}

static void on_disconnected(void *ctx, struct link *l, const char *why)
{
    (void)l;
    struct uplink_thread *t = ctx;
    if (t->online) {
        log_event(LOG_WARN, "broker_lost", "host=%s port=%d why=%Q", t->o.host, t->o.port, why);
    } else {
        log_event(LOG_DEBUG, "broker_unreachable", "host=%s port=%d why=%Q", t->o.host, t->o.port, why);
    }
    t->online = false;
    uplink_disconnected(t->core, clock_mono_ms());
    set_will(t); // the next connect has the next session number
}

static void on_message(void *ctx, struct link *l, const char *topic, const void *payload, size_t n,
                       bool retained)
{
    (void)l;
    struct uplink_thread *t = ctx;
    if (!give_to_desk(t, topic, payload, n, retained)) {
        uplink_message(t->core, topic, payload, n, clock_mono_ms(), clock_wall_ms());
    }
}

// ---------------------------------------------------------------- thread

static void turn(struct uplink_thread *t, int wait_ms)
{
    struct pollfd p[2] = {{.fd = t->wake_fd, .events = POLLIN}, {.fd = link_fd(t->link), .events = POLLIN}};
    if (link_wants_write(t->link)) {
        p[1].events |= POLLOUT;
    }
    poll(p, p[1].fd >= 0 ? 2 : 1, wait_ms);
    uint64_t woken;
    if (read(t->wake_fd, &woken, sizeof woken) == sizeof woken) {
        uplink_row(t->core, clock_mono_ms(), clock_wall_ms());
        if (strcmp(t->reason, writer_reason(t->o.writer)) != 0) {
            uplink_health_changed(t->core, clock_mono_ms());
        }
    }
    link_read(t->link, PACKETS_A_TURN);
    link_write(t->link);
}

static void *thread_main(void *arg)
{
    struct uplink_thread *t = arg;
    while (!atomic_load(&t->stop)) {
        mono_ms now = clock_mono_ms();
        pump_desk(t);
        int wait = link_tick(t->link, now);
        int core_wait = uplink_tick(t->core, now, clock_wall_ms());
        if (now >= t->prune_at) {
            struct call c = {.max = 0};
            run(t, call_prune, &c);
            t->prune_at = now + PRUNE_EVERY_MS;
        }
        link_write(t->link);
        turn(t, core_wait < wait ? core_wait : wait);
    }
    pump_desk(t); // what the window has answered to the last
    uplink_goodbye(t->core, clock_mono_ms(), clock_wall_ms());
    link_close(t->link, GOODBYE_MS);
    return NULL;
}

void uplink_thread_destroy(struct uplink_thread *t)
{
    if (t == NULL) {
        return;
    }
    link_destroy(t->link);
    uplink_destroy(t->core);
    if (t->wake_fd >= 0) {
        close(t->wake_fd);
    }
    free(t);
}

struct uplink_thread *uplink_start(const struct uplink_thread_options *o)
{
    static const struct uplink_port port = {
        .publish = port_publish,
        .subscribe = port_subscribe,
        .random = port_random,
        .fetch = port_fetch,
        .settle = port_settle,
        .sync = port_sync,
        .set_aside = port_set_aside,
        .held = port_held,
        .health = port_health,
    };
    static const struct link_ops ops = {on_connected, on_disconnected, on_message};
    struct uplink_thread *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return NULL;
    }
    t->o = *o;
    t->reason = "";
    t->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    t->core = uplink_create(&o->core, &port, t);
    struct link_options lo = {
        .host = o->host,
        .port = o->port,
        .client_id = o->core.kiosk.s,
        .user = o->user,
        .password = o->password,
        .ca_file = o->ca_file,
        .keepalive_s = o->keepalive_s,
        .backoff_min_ms = o->core.backoff_min_ms,
        .backoff_max_ms = o->core.backoff_max_ms,
        .steady_ms = o->steady_ms,
    };
    t->link = link_create(&lo, &ops, t);
    if (t->wake_fd < 0 || t->core == NULL || t->link == NULL) {
        uplink_thread_destroy(t);
        return NULL;
    }
    set_will(t);
    if (o->desk != NULL) {
        remote_desk_attach(
            o->desk, &(struct remote_line){
                         .publish = port_publish, .resend = line_resend, .erase = line_erase, .wake = uplink_wake, .ctx = t});
    }
    if (pthread_create(&t->thread, NULL, thread_main, t) != 0) {
        uplink_thread_destroy(t);
        return NULL;
    }
    return t;
}

void uplink_wake(void *thread)
{
    struct uplink_thread *t = thread;
    uint64_t one = 1;
    ssize_t n = write(t->wake_fd, &one, sizeof one);
    (void)n; // EAGAIN: it is awake already
}

void uplink_stop(struct uplink_thread *t)
{
    if (t == NULL) {
        return;
    }
    atomic_store(&t->stop, true);
    uplink_wake(t);
    pthread_join(t->thread, NULL);
}

bool uplink_online(const struct uplink_thread *t)
{
    return t != NULL && atomic_load(&t->online);
}
