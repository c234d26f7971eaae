// uplink: pure core. The outbox is the truth: a message that is not answered in time is simply forgotten
// here, and the scan of the outbox starts over, so that there is one way in which rows are sent again.
#include "kiosk/uplink_impl.h"

#include <stdlib.h>
#include <string.h>

enum { HALVE_AFTER = 3 };

struct uplink *uplink_create(const struct uplink_options *o, const struct uplink_port *port, void *ctx)
{
    struct uplink *u = calloc(1, sizeof *u);
    if (u == NULL) {
        return NULL;
    }
    u->owns_events = o->events == NULL;
    u->events = u->owns_events ? calloc(PROTOCOL_EVENTS_MAX, sizeof *u->events) : o->events;
    if (u->events == NULL) {
        free(u);
        return NULL;
    }
    u->o = *o;
    u->port = *port;
    u->ctx = ctx;
    u->birth_at = u->health_at = u->backlog_at = INT64_MAX;
    u->limit = PROTOCOL_EVENTS_MAX;
    return u;
}

void uplink_destroy(struct uplink *u)
{
    if (u != NULL && u->owns_events) {
        free(u->events);
    }
    free(u);
}

// ---------------------------------------------------------------- small helpers

static int spread(struct uplink *u, int ms)
{
    return ms > 0 ? (int)(u->port.random(u->ctx) % (uint32_t)ms) : 0;
}

// Doubles *wait between the bounds and returns it with jitter: half to the whole.
static int backoff(struct uplink *u, int *wait)
{
    int now = *wait < u->o.backoff_min_ms ? u->o.backoff_min_ms : *wait;
    *wait = now * 2 > u->o.backoff_max_ms ? u->o.backoff_max_ms : now * 2;
    return now / 2 + spread(u, now / 2 + 1);
}

// The run that serves a branch: its own shard's aggregator, else the one for all. NULL: none is ready.
static const char *run_of(const struct uplink *u, const char *branch)
{
    const struct shard *own = &u->shards[ident_shard(branch)], *all = &u->shards[SHARD_ALL];
    return own->ready ? own->run : all->ready ? all->run : NULL;
}

static void restart_backlog(struct uplink *u)
{
    u->backlog = (struct outbox_cursor){0, 0};
    u->backlog_done = false;
}

static struct flight *free_flight(struct uplink *u)
{
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        if (!u->flights[i].used) {
            return &u->flights[i];
        }
    }
    return NULL;
}

static int backlog_flights(const struct uplink *u)
{
    int n = 0;
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        n += u->flights[i].used && u->flights[i].backlog;
    }
    return n;
}

static bool in_flight(const struct uplink *u, int64_t epoch_id, int64_t seq)
{
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        const struct flight *f = &u->flights[i];
        if (f->used && f->epoch_id == epoch_id && seq >= f->first && seq <= f->last) {
            return true;
        }
    }
    return false;
}

// ---------------------------------------------------------------- what happens to it

void uplink_connected(struct uplink *u, mono_ms now, wall_ms wall)
{
    char filter[PROTOCOL_TOPIC_MAX];
    (void)wall;
    u->connected = true;
    u->connects++;
    memset(u->shards, 0, sizeof u->shards);
    memset(u->flights, 0, sizeof u->flights);
    topic_kiosk(u->o.kiosk.s, TOPIC_ACK, filter);
    u->port.subscribe(u->ctx, filter, 1);
    topic_shard("all", filter);
    u->port.subscribe(u->ctx, filter, 1);
    u->shards[SHARD_ALL].followed = true;
    u->synced = u->answered = false;
    u->birth_at = now; // the broker may have forgotten the last one
    u->birth_wait_ms = u->backlog_wait_ms = u->o.backoff_min_ms;
    u->health_at = now;
    u->backlog_at = INT64_MAX;
    restart_backlog(u);
}

void uplink_disconnected(struct uplink *u, mono_ms now)
{
    (void)now;
    u->connected = false;
    u->birth_at = u->health_at = u->backlog_at = INT64_MAX;
    memset(u->flights, 0, sizeof u->flights);
    memset(u->shards, 0, sizeof u->shards);
}

void uplink_survey(struct uplink *u, const struct ident *survey, int version, mono_ms now)
{
    if (ident_equal(&u->o.survey, survey) && u->o.survey_version == version) {
        return;
    }
    u->o.survey = *survey;
    u->o.survey_version = version;
    if (u->connected) {
        u->birth_at = now;
    }
}

void uplink_closed(struct uplink *u, bool closed, mono_ms now)
{
    if (u->closed == closed) {
        return;
    }
    u->closed = closed;
    if (u->connected) {
        u->birth_at = now;
    }
}

void uplink_resend(struct uplink *u, mono_ms now)
{
    restart_backlog(u);
    if (u->connected && u->backlog_at > now && u->synced) {
        u->backlog_at = now;
    }
    uplink_health_changed(u, now);
}

void uplink_health_changed(struct uplink *u, mono_ms now)
{
    if (u->connected) {
        u->health_at = now;
    }
}

// ---------------------------------------------------------------- sending rows

// Publishes the batch (or its first half and so on, when the text would be too long). Returns how many events
// went.
static int publish_batch(struct uplink *u, const struct outbox_batch *b, bool backlog, mono_ms now,
                         wall_ms wall)
{
    struct flight *f = free_flight(u);
    if (f == NULL) {
        return 0;
    }
    char topic[PROTOCOL_TOPIC_MAX];
    topic_events(b->branch.s, u->o.kiosk.s, topic);
    for (int count = b->count; count > 0; count /= 2) {
        size_t n;
        char *text = events_encode(b->epoch, wall, b->running ? now : -1, b->events, count, &n);
        if (text == NULL) {
            return 0;
        }
        if (n > PROTOCOL_PAYLOAD_MAX && count > 1) {
            free(text);
            continue;
        }
        bool ok = u->port.publish(u->ctx, topic, text, n, 1, false);
        free(text);
        if (!ok) {
            return 0;
        }
        *f = (struct flight){.used = true,
                             .backlog = backlog,
                             .epoch_id = b->epoch_id,
                             .first = b->events[0].seq,
                             .last = b->events[count - 1].seq,
                             .count = count,
                             .deadline = now + u->o.resend_ms};
        memcpy(f->epoch, b->epoch, EPOCH_BYTES);
        return count;
    }
    return 0;
}

void uplink_row(struct uplink *u, mono_ms now, wall_ms wall)
{
    struct outbox_batch b = {.events = u->events};
    do {
        if (!u->port.fetch(u->ctx, u->live, true, PROTOCOL_EVENTS_MAX, &b) || b.count == 0) {
            break;
        }
        int sent = u->connected && run_of(u, b.branch.s) != NULL ? publish_batch(u, &b, false, now, wall) : 0;
        // What could not go now is the backlog's: the live cursor never looks back.
        if (sent < b.count) {
            u->backlog_done = false;
        }
        u->live = (struct outbox_cursor){b.epoch_id, b.events[b.count - 1].seq};
    } while (b.count == PROTOCOL_EVENTS_MAX);
}

void uplink_backlog(struct uplink *u)
{
    u->backlog_done = false;
}

static struct suspect *find_suspect(struct uplink *u, const struct flight *f)
{
    struct suspect *least = &u->suspects[0];
    for (int i = 0; i < SUSPECTS_MAX; i++) {
        struct suspect *s = &u->suspects[i];
        if (s->seq == f->first && memcmp(s->epoch, f->epoch, EPOCH_BYTES) == 0) {
            return s;
        }
        if (s->tries < least->tries) {
            least = s;
        }
    }
    *least = (struct suspect){.seq = f->first};
    memcpy(least->epoch, f->epoch, EPOCH_BYTES);
    return least;
}

static void suspect_single(struct uplink *u, const struct flight *f)
{
    struct suspect *s = find_suspect(u, f);
    s->tries++;
    if (s->tries >= u->o.aside_tries && u->acks > 0 && u->port.set_aside(u->ctx, f->epoch, f->first)) {
        *s = (struct suspect){.seq = 0};
        u->health_at = 0; // report it
    }
}

static void expire_flights(struct uplink *u, mono_ms now)
{
    bool any = false;
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        struct flight *f = &u->flights[i];
        if (!f->used || now < f->deadline) {
            continue;
        }
        any = true;
        f->used = false;
        if (f->count == 1) {
            suspect_single(u, f);
        }
    }
    if (!any) {
        return;
    }
    restart_backlog(u);
    if (++u->timeouts_in_row >= HALVE_AFTER && u->limit > 1) {
        u->limit /= 2;
        u->timeouts_in_row = 0;
    }
    if (u->backlog_at != INT64_MAX) {
        mono_ms again = now + backoff(u, &u->backlog_wait_ms);
        u->backlog_at = u->backlog_at > again ? u->backlog_at : again; // a pause that we were asked for stands
    }
}

// Leaves out rows that are on their way already.
static void drop_in_flight(struct uplink *u, struct outbox_batch *b)
{
    int kept = 0;
    for (int i = 0; i < b->count; i++) {
        if (!in_flight(u, b->epoch_id, b->events[i].seq)) {
            b->events[kept++] = b->events[i];
        } else if (kept > 0) {
            break; // a flight is one range of seqs: do not reach over a gap that is answered elsewhere
        }
    }
    b->count = kept;
}

static void send_backlog(struct uplink *u, mono_ms now, wall_ms wall)
{
    while (u->connected && now >= u->backlog_at && !u->backlog_done &&
           backlog_flights(u) < (u->answered ? u->o.window : 1)) {
        struct outbox_batch b = {.events = u->events};
        if (!u->port.fetch(u->ctx, u->backlog, false, u->limit, &b)) {
            u->backlog_at = now + backoff(u, &u->backlog_wait_ms);
            return;
        }
        if (b.count == 0) {
            u->backlog_done = true;
            return;
        }
        struct outbox_cursor end = {b.epoch_id, b.events[b.count - 1].seq};
        drop_in_flight(u, &b);
        if (b.count > 0) {
            if (run_of(u, b.branch.s) == NULL) {
                u->backlog = end; // nobody serves that branch now; a later shard state starts the scan over
                continue;
            }
            int sent = publish_batch(u, &b, true, now, wall);
            if (sent == 0) {
                return; // no free flight or not connected: an ack or the next connect goes on
            }
            end = (struct outbox_cursor){b.epoch_id, b.events[sent - 1].seq};
        }
        u->backlog = end;
    }
}

// ---------------------------------------------------------------- messages

static bool covered(const struct ack_message *ack, int64_t first, int64_t last)
{
    const struct ack_epoch *e = &ack->epochs[0];
    for (int64_t seq = first; seq <= last;
         seq++) { // at most PROTOCOL_EVENTS_MAX rows, gaps included, in practice
        bool hit = seq <= e->through;
        for (int i = 0; !hit && i < e->also_count; i++) {
            if (seq >= e->also[i].first && seq <= e->also[i].last) {
                hit = true;
                seq = e->also[i].last < last ? e->also[i].last : last;
            }
        }
        for (int i = 0; !hit && i < ack->rejected_count; i++) {
            hit = ack->rejected[i].seq == seq;
        }
        if (!hit) {
            return false;
        }
    }
    return true;
}

static void on_ack(struct uplink *u, const struct ack_message *ack, mono_ms now)
{
    bool counted = false;
    int64_t rows = 0;
    if (!u->port.settle(u->ctx, ack, &counted, &rows)) {
        return; // the disk failed: the rows stay pending and are sent again
    }
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        struct flight *f = &u->flights[i];
        if (f->used && memcmp(f->epoch, ack->epochs[0].epoch, EPOCH_BYTES) == 0 &&
            covered(ack, f->first, f->last)) {
            f->used = false;
        }
    }
    if (!counted) {
        return; // it comes before our sync with that run: the sync starts the scan over
    }
    u->acks++;
    u->answered = true;
    u->timeouts_in_row = 0;
    u->limit = u->limit * 2 > PROTOCOL_EVENTS_MAX ? PROTOCOL_EVENTS_MAX : u->limit * 2;
    u->backlog_wait_ms = u->o.backoff_min_ms;
    if (ack->pause_ms > 0 && u->backlog_at != INT64_MAX) {
        u->backlog_at = now + ack->pause_ms;
    }
}

static void check_synced(struct uplink *u, mono_ms now)
{
    const char *runs[OUTBOX_RUNS_MAX];
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    int count, unsynced;
    int n = uplink_shown_runs(u, runs);
    if (n == 0 || !u->port.held(u->ctx, runs, n, held, &count, &unsynced)) {
        return;
    }
    u->synced = unsynced == 0;
    if (u->synced) {
        u->birth_at = INT64_MAX;
    } else if (u->birth_at == INT64_MAX || u->birth_at > now + u->birth_wait_ms) {
        u->birth_at = now; // more epochs than one birth can name
    }
}

static void on_sync(struct uplink *u, const struct ack_message *sync, mono_ms now)
{
    const char *runs[OUTBOX_RUNS_MAX];
    bool shown = false;
    for (int i = 0, n = uplink_shown_runs(u, runs); i < n; i++) {
        shown = shown || strcmp(runs[i], sync->run) == 0;
    }
    int64_t reopened = 0;
    if (!shown || !u->port.sync(u->ctx, sync, &reopened)) {
        return;
    }
    memset(u->suspects, 0, sizeof u->suspects);
    restart_backlog(u);
    check_synced(u, now);
    if (u->synced && u->backlog_at == INT64_MAX) {
        u->backlog_at = now + spread(u, u->o.backlog_spread_ms);
        u->answered = false;
    }
    u->health_at = now;
}

static void on_shard(struct uplink *u, const struct topic *t, const struct shard_message *m, mono_ms now)
{
    uint8_t number = SHARD_ALL;
    if (strcmp(t->shard, "all") != 0 && (!ident_unhex(t->shard, 1, &number) || number >= SHARD_COUNT)) {
        return;
    }
    struct shard *s = &u->shards[number];
    bool news = !s->ready || strcmp(s->run, m->run) != 0;
    s->ready = m->ready;
    memcpy(s->run, m->run, sizeof s->run);
    if (!m->ready) {
        u->answered = false;
        return;
    }
    if (!news) {
        return;
    }
    u->synced = false;
    u->backlog_at = INT64_MAX; // until the sync
    u->birth_wait_ms = u->o.backoff_min_ms;
    // At connect the birth goes at once (rule 11); a run that changes under us is answered within the spread.
    if (u->birth_at == INT64_MAX) {
        u->birth_at = now + spread(u, u->o.birth_spread_ms);
    }
    restart_backlog(u);
}

void uplink_message(struct uplink *u, const char *topic, const void *payload, size_t n, mono_ms now,
                    wall_ms wall)
{
    struct topic t;
    topic_parse(topic, &t);
    if (t.kind == TOPIC_SHARD) {
        struct shard_message m;
        if (shard_decode(payload, n, &m) == PROTOCOL_OK) {
            on_shard(u, &t, &m, now);
        }
    } else if (t.kind == TOPIC_ACK && ident_equal(&t.kiosk, &u->o.kiosk)) {
        struct ack_message m;
        if (ack_decode(payload, n, &m) == PROTOCOL_OK) {
            if (m.sync) {
                on_sync(u, &m, now);
            } else {
                on_ack(u, &m, now);
            }
            ack_message_finish(&m);
        }
    }
    send_backlog(u, now, wall);
}

// ---------------------------------------------------------------- time

static int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int uplink_tick(struct uplink *u, mono_ms now, wall_ms wall)
{
    if (!u->connected) {
        return 60000;
    }
    if (now >= u->birth_at) {
        uplink_say_state(u, u->closed ? KIOSK_SLEEPING : KIOSK_READY);
        // Repeated until the sync of the run shown has come; nobody answers while no aggregator is ready.
        int wait = u->birth_wait_ms > u->o.resend_ms ? backoff(u, &u->birth_wait_ms) : u->o.resend_ms;
        u->birth_wait_ms =
            u->birth_wait_ms * 2 > u->o.backoff_max_ms ? u->o.backoff_max_ms : u->birth_wait_ms * 2;
        const char *runs[OUTBOX_RUNS_MAX];
        u->birth_at = uplink_shown_runs(u, runs) > 0 ? now + wait : INT64_MAX;
    }
    if (now >= u->health_at) {
        u->health_at = now + (uplink_say_health(u, now, wall) ? u->o.health_ms : u->o.resend_ms);
        restart_backlog(u); // whatever was missed, a wake-up say, is found here: the outbox is the truth
    }
    expire_flights(u, now);
    send_backlog(u, now, wall);
    int64_t next = sooner(u->birth_at, u->health_at);
    if (!u->backlog_done && u->backlog_at > now) {
        next = sooner(next, u->backlog_at);
    }
    for (int i = 0; i < UPLINK_FLIGHTS_MAX; i++) {
        next = u->flights[i].used ? sooner(next, u->flights[i].deadline) : next;
    }
    int64_t wait = next - now;
    return wait < 1 ? 1 : wait > 60000 ? 60000 : (int)wait;
}
