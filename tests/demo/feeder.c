// feeder: streams (one epoch a week) over one link, oldest first.
#include "tests/demo/feeder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 4, // messages waiting for the acknowledgement
    RESEND_MS = 5000,
    HEALTH_MS = 60000,
    IDLE_MS = 1000,
    KEEPALIVE_S = 30,
    CLOSE_MS = 500,
};

static const char survey_id[] = "service";

// ---------------------------------------------------------------- streams

static void stream_finish(struct feeder_stream *s)
{
    free(s->events);
    *s = (struct feeder_stream){.events = NULL};
}

static bool add_week(struct feeder *f, int week)
{
    if (f->stream_count == FEEDER_STREAMS) {
        stream_finish(&f->streams[0]);
        memmove(&f->streams[0], &f->streams[1], (FEEDER_STREAMS - 1) * sizeof f->streams[0]);
        f->stream_count--;
    }
    struct feeder_stream s = {.events = NULL};
    if (!chain_week(f->k, week, &s.events, &s.count)) {
        return false;
    }
    chain_epoch(f->k, "week", week, s.epoch);
    f->streams[f->stream_count++] = s;
    f->week = week;
    return true;
}

static void advance(struct feeder_stream *s, wall_ms now)
{
    while (s->due < s->count && s->events[s->due].at <= now) {
        s->due++;
    }
}

static int ratings(const struct feeder_stream *s, int n)
{
    return n > 0 ? s->events[n - 1].ratings : 0;
}

static struct feeder_stream *stream_of(struct feeder *f, const uint8_t *epoch)
{
    for (int i = 0; i < f->stream_count; i++) {
        if (memcmp(f->streams[i].epoch, epoch, EPOCH_BYTES) == 0) {
            return &f->streams[i];
        }
    }
    return memcmp(f->queue.epoch, epoch, EPOCH_BYTES) == 0 ? &f->queue : NULL;
}

void feeder_progress(const struct feeder *f, int64_t *ret_due, int64_t *ret_settled)
{
    *ret_due = *ret_settled = 0;
    for (int i = 0; i < f->stream_count; i++) {
        const struct feeder_stream *s = &f->streams[i];
        *ret_due += ratings(s, s->due);
        *ret_settled += ratings(s, s->acked < s->due ? s->acked : s->due);
    }
}

// ---------------------------------------------------------------- messages

static void publish(struct feeder *f, enum topic_kind leaf, char *payload, size_t n, bool retain)
{
    char topic[PROTOCOL_TOPIC_MAX];
    topic_kiosk(f->k->id.s, leaf, topic);
    if (payload != NULL) {
        link_publish(f->link, topic, payload, n, 1, retain);
    }
    free(payload);
}

static char *state_payload(const struct feeder *f, enum kiosk_state state, size_t *ret_n)
{
    struct held_epoch held[FEEDER_STREAMS + 1];
    struct state_message m = {
        .state = state, .session = f->session, .boot = f->week, .survey_version = 1, .held = held};
    snprintf(m.software, sizeof m.software, "demo");
    ident_set(&m.survey, survey_id);
    for (int i = f->stream_count - 1; i >= -1; i--) {
        const struct feeder_stream *s = i >= 0 ? &f->streams[i] : &f->queue;
        struct held_epoch *h = &held[m.held_count++];
        *h = (struct held_epoch){.branch = f->k->branch, .first = 1, .last = s->due};
        memcpy(h->epoch, s->epoch, EPOCH_BYTES);
    }
    memcpy(m.epoch, f->streams[f->stream_count - 1].epoch, EPOCH_BYTES);
    return state_encode(&m, ret_n);
}

static void say(struct feeder *f, enum kiosk_state state)
{
    size_t n = 0;
    char *payload = state_payload(f, state, &n);
    publish(f, TOPIC_STATE, payload, n, true);
    f->said = state;
}

static void say_health(struct feeder *f, wall_ms now, mono_ms mono)
{
    const struct feeder_stream *s = &f->streams[f->stream_count - 1];
    struct health_epoch e = {.next_seq = s->due + 1, .of = 5};
    struct health_message m = {.sent = now,
                               .session = f->session,
                               .boot = f->week,
                               .up = mono - f->started,
                               .unacknowledged = s->due > s->acked ? s->due - s->acked : 0,
                               .free_disk_bytes = 24000000000 - 1000000LL * (f->week % 1000),
                               .clock = CLOCK_SYNCED,
                               .epoch_count = 1,
                               .epochs = &e};
    memcpy(e.epoch, s->epoch, EPOCH_BYTES);
    for (int i = 0; i < s->due; i++) {
        if (s->events[i].score > 0) {
            e.votes[s->events[i].score - 1]++;
        }
    }
    m.oldest_unacknowledged_at = s->due > s->acked ? s->events[s->acked].at : 0;
    size_t n = 0;
    char *payload = health_encode(&m, &n);
    publish(f, TOPIC_HEALTH, payload, n, false);
}

static void fill_event(const struct chain_event *c, int seq, struct event *ret_e)
{
    struct event *e = ret_e;
    *e = (struct event){.seq = seq,
                        .at = c->at,
                        .up = -1,
                        .visit = c->visit,
                        .version = 1,
                        .since_ms = -1,
                        .clock = CLOCK_SYNCED};
    ident_set(&e->survey, survey_id);
    snprintf(e->lang, sizeof e->lang, "%s", c->english ? "en" : "id");
    snprintf(e->by, sizeof e->by, "touch");
    ident_set(&e->question, c->score > 0 ? "overall" : "why");
    if (c->score > 0) {
        e->type = EVENT_RATING;
        e->score = c->score;
        e->of = 5;
        return;
    }
    e->type = EVENT_CHOICE;
    for (int i = 0; i < CHAIN_REASONS; i++) {
        if ((c->reasons >> i & 1) != 0) {
            ident_set(&e->options[e->option_count++], chain_reasons[i]);
        }
    }
}

// One message from s->sent on. False: memory ran out or the link refused.
static bool send_some(struct feeder *f, struct feeder_stream *s, wall_ms now)
{
    int n = s->due - s->sent < PROTOCOL_EVENTS_MAX ? s->due - s->sent : PROTOCOL_EVENTS_MAX;
    struct event *events = calloc((size_t)n, sizeof *events);
    if (events == NULL) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        fill_event(&s->events[s->sent + i], s->sent + i + 1, &events[i]);
    }
    size_t bytes;
    char topic[PROTOCOL_TOPIC_MAX], *payload = events_encode(s->epoch, now, -1, events, n, &bytes);
    topic_events(f->k->branch.s, f->k->id.s, topic);
    bool ok = payload != NULL && link_publish(f->link, topic, payload, bytes, 1, false);
    free(payload);
    free(events);
    s->sent += ok ? n : 0;
    return ok;
}

static void send_due(struct feeder *f, struct feeder_stream *s, wall_ms now, mono_ms mono)
{
    if (s->sent > s->acked && mono - f->progress_at > RESEND_MS) {
        s->sent = s->acked;
        f->progress_at = mono;
    }
    // The first message of an epoch of which nothing is known asks where it stands; the rest then goes on
    // from there.
    int room = s->answered ? WINDOW * PROTOCOL_EVENTS_MAX : 1;
    while (s->sent < s->due && s->sent - s->acked < room) {
        if (s->sent == s->acked) {
            f->progress_at = mono;
        }
        if (!send_some(f, s, now)) {
            break;
        }
    }
}

// ---------------------------------------------------------------- link

static void forget(struct feeder *f)
{
    f->synced = f->fed = false;
    for (int i = -1; i < f->stream_count; i++) {
        struct feeder_stream *s = i >= 0 ? &f->streams[i] : &f->queue;
        s->answered = false;
        s->sent = s->acked;
    }
}

static void on_connected(void *ctx, struct link *l)
{
    struct feeder *f = ctx;
    char topic[PROTOCOL_TOPIC_MAX];
    forget(f);
    f->run[0] = '\0';
    f->birth_at = 0;
    topic_kiosk(f->k->id.s, TOPIC_ACK, topic);
    link_subscribe(l, topic, 0);
    topic_shard("all", topic);
    link_subscribe(l, topic, 1);
}

// The will names the session of the connect it is set for, so the next connect needs a new one.
static void on_disconnected(void *ctx, struct link *l, const char *why)
{
    (void)why;
    struct feeder *f = ctx;
    forget(f);
    f->run[0] = '\0';
    f->said = KIOSK_NEVER;
    f->session++;
    size_t n = 0;
    char topic[PROTOCOL_TOPIC_MAX], *will = f->shadow ? NULL : state_payload(f, KIOSK_LOST, &n);
    topic_kiosk(f->k->id.s, TOPIC_STATE, topic);
    if (will != NULL) {
        link_set_will(l, topic, will, n, true, 1);
    }
    free(will);
}

static void on_shard(struct feeder *f, const void *payload, size_t n)
{
    struct shard_message m;
    if (shard_decode(payload, n, &m) == PROTOCOL_OK && strcmp(m.ready ? m.run : "", f->run) != 0) {
        snprintf(f->run, sizeof f->run, "%s", m.ready ? m.run : "");
        forget(f);
        f->birth_at = 0;
    }
}

static void on_ack(struct feeder *f, const void *payload, size_t n, mono_ms mono)
{
    struct ack_message m;
    if (ack_decode(payload, n, &m) != PROTOCOL_OK) {
        return;
    }
    bool counts = strcmp(m.run, f->run) == 0 && (m.sync || f->synced || f->shadow);
    for (int i = 0; counts && i < m.epoch_count; i++) {
        struct feeder_stream *s = stream_of(f, m.epochs[i].epoch);
        if (s == NULL) {
            continue;
        }
        int through = m.epochs[i].through < INT_MAX ? (int)m.epochs[i].through : INT_MAX;
        // Only a sync, and a first answer, may tell of less than was known: a store restored from a backup.
        if (m.sync || !s->answered || through > s->acked) {
            s->acked = through;
            s->sent = m.sync || s->sent < through ? through : s->sent;
            f->progress_at = mono;
        }
        s->answered = true;
    }
    f->synced = f->synced || (counts && m.sync);
    ack_message_finish(&m);
}

static void on_message(void *ctx, struct link *l, const char *topic, const void *payload, size_t n,
                       bool retained)
{
    (void)l;
    (void)retained;
    struct topic t;
    topic_parse(topic, &t);
    if (t.kind == TOPIC_SHARD) {
        on_shard(ctx, payload, n);
    } else if (t.kind == TOPIC_ACK) {
        on_ack(ctx, payload, n, clock_mono_ms());
    }
}

// ---------------------------------------------------------------- turn

// Birth until it is answered; then awake or asleep with the branch.
static void presence(struct feeder *f, wall_ms now, mono_ms mono)
{
    enum kiosk_state should = chain_open(f->k, now) ? KIOSK_READY : KIOSK_SLEEPING;
    if (!f->synced) {
        if (mono >= f->birth_at) {
            f->birth_at = mono + RESEND_MS;
            f->health_at = mono;
            say(f, KIOSK_READY);
        }
        return;
    }
    if (f->said != should) {
        say(f, should);
    }
    if (mono >= f->health_at) {
        f->health_at = mono + HEALTH_MS;
        say_health(f, now, mono);
    }
}

static int64_t wait_for(const struct feeder *f, wall_ms now)
{
    const struct feeder_stream *s = &f->streams[f->stream_count - 1];
    int64_t wait = IDLE_MS;
    if (!f->shadow && s->due < s->count && s->events[s->due].at - now < wait) {
        wait = s->events[s->due].at - now;
    }
    return wait < 1 ? 1 : wait;
}

int feeder_turn(struct feeder *f, wall_ms now, mono_ms mono)
{
    if (!f->shadow && chain_week_of(f->k, now) > f->week) {
        if (!add_week(f, f->week + 1)) {
            return -1;
        }
        f->synced = false; // a new epoch: a new birth
        f->birth_at = 0;
    }
    if (!link_connected(f->link) || f->run[0] == '\0' || f->ended) {
        return IDLE_MS;
    }
    if (!f->shadow) {
        presence(f, now, mono);
        advance(&f->streams[f->stream_count - 1], now);
        advance(&f->queue, now);
    }
    if (!f->synced && !f->shadow) {
        return IDLE_MS;
    }
    int i = 0;
    while (i < f->stream_count && f->streams[i].answered && f->streams[i].acked >= f->streams[i].due) {
        i++;
    }
    if (i < f->stream_count) {
        send_due(f, &f->streams[i], now, mono);
    } else if (f->shadow) {
        f->ended = true;
        link_close(f->link, CLOSE_MS);
        return IDLE_MS;
    } else if (!f->fed) {
        f->fed = true;
        f->health_at = mono; // nothing waits here any more
    }
    send_due(f, &f->queue, now, mono);
    return (int)wait_for(f, now);
}

bool feeder_queue(struct feeder *f, wall_ms now)
{
    struct feeder_stream *s = &f->queue;
    bool today = s->answered && s->acked > 0;
    if (f->shadow || !f->synced || today) {
        return true;
    }
    free(s->events);
    return chain_queue(now, &s->events, &s->count);
}

void feeder_close(struct feeder *f)
{
    if (f->link != NULL && link_connected(f->link)) {
        if (!f->shadow) {
            say(f, KIOSK_DISCONNECTED);
        }
        link_close(f->link, CLOSE_MS);
    }
}

// ---------------------------------------------------------------- life

bool feeder_init(struct feeder *f, const struct chain_kiosk *k, bool shadow, const char *host, int port,
                 const char *password, wall_ms from, wall_ms now)
{
    static const struct link_ops ops = {on_connected, on_disconnected, on_message};
    *f = (struct feeder){.k = k, .shadow = shadow, .session = now, .started = clock_mono_ms()};
    for (int week = chain_week_of(k, from); week <= chain_week_of(k, now); week++) {
        if (!add_week(f, week)) {
            return false;
        }
        advance(&f->streams[f->stream_count - 1], now);
    }
    chain_epoch(k, "queue", (int)(now / CHAIN_DAY_MS), f->queue.epoch);
    snprintf(f->password, sizeof f->password, "%s", password != NULL ? password : "");
    snprintf(f->client, sizeof f->client, "%s%s", k->id.s, shadow ? "-past" : "");
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n = 0;
    char *will = state_payload(f, KIOSK_LOST, &n);
    topic_kiosk(k->id.s, TOPIC_STATE, topic);
    struct link_options o = {.host = host,
                             .port = port,
                             .client_id = f->client,
                             .user = password != NULL ? k->id.s : NULL,
                             .password = password != NULL ? f->password : NULL,
                             .keepalive_s = KEEPALIVE_S,
                             .backoff_min_ms = 200,
                             .backoff_max_ms = 5000,
                             .steady_ms = 10000,
                             .will_topic = shadow ? NULL : topic,
                             .will_payload = will,
                             .will_bytes = n,
                             .will_retain = true,
                             .will_qos = 1};
    f->link = will != NULL ? link_create(&o, &ops, f) : NULL;
    free(will);
    return f->link != NULL;
}

void feeder_finish(struct feeder *f)
{
    link_destroy(f->link);
    for (int i = 0; i < f->stream_count; i++) {
        stream_finish(&f->streams[i]);
    }
    stream_finish(&f->queue);
    *f = (struct feeder){.link = NULL};
}
