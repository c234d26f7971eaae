// fleet: a kiosk's life. The uplink decides what is sent; here is what it stands on.
#include "tests/fleet/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEEPALIVE_S = 600,
    PING_MS = 300000,
    SOON_MS = 1000,
    DAY_MS = 86400000,
    LIVE_MS = 60000,
    QUEUE_GAP_MS = 9000
};

static wall_ms wall_of(const struct fleet *f, mono_ms now)
{
    return f->wall0 + (now - f->mono0);
}

static mono_ms kiosk_mono(const struct fleet_kiosk *k, mono_ms now) // since its start
{
    return wall_of(k->fleet, now) - k->boot_at;
}

static wall_ms kiosk_wall(const struct fleet_kiosk *k, mono_ms now)
{
    return wall_of(k->fleet, now) + k->skew;
}

// Until when things have happened.
static wall_ms limit_of(const struct fleet *f, mono_ms now)
{
    wall_ms wall = wall_of(f, now), at = wall;
    if (!f->o.fast && f->o.speed != 1) {
        wall_ms first = f->end - (wall_ms)f->roster->s->days * DAY_MS;
        at = first + (wall_ms)((double)(now - f->mono0) * f->o.speed);
        at = at > wall ? wall : at;
    }
    return !f->o.live && at > f->end ? f->end : at;
}

// ---------------------------------------------------------------- the uplink's port

static bool port_publish(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain)
{
    struct fleet_kiosk *k = ctx;
    if (k->fleet->roster->kiosks[k->index].past_only) {
        struct topic t;
        topic_parse(topic, &t);
        k->birth_unsaid = k->birth_unsaid || t.kind == TOPIC_STATE;
        if (t.kind != TOPIC_EVENTS) {
            return k->mqtt.connected; // birth and health are the real kiosk's
        }
    }
    return mqtt_publish(&k->mqtt, topic, payload, n, qos, retain);
}

static bool port_subscribe(void *ctx, const char *filter, int qos)
{
    return mqtt_subscribe(&((struct fleet_kiosk *)ctx)->mqtt, filter, qos);
}

static uint32_t port_random(void *ctx)
{
    struct fleet_kiosk *k = ctx;
    k->dice = k->dice * 1664525u + 1013904223u;
    return k->dice >> 4;
}

static bool port_fetch(void *ctx, struct outbox_cursor after, bool only_current, int max,
                       struct outbox_batch *b)
{
    struct fleet_kiosk *k = ctx;
    fleet_outbox_fetch(&k->outbox, &k->fleet->survey, after, only_current, max, b);
    return true;
}

static bool port_settle(void *ctx, const struct ack_message *ack, bool *ret_counted, int64_t *ret_rows)
{
    fleet_outbox_settle(&((struct fleet_kiosk *)ctx)->outbox, ack, ret_counted, ret_rows);
    return true;
}

static bool port_sync(void *ctx, const struct ack_message *sync, int64_t *ret_reopened)
{
    fleet_outbox_sync(&((struct fleet_kiosk *)ctx)->outbox, sync, ret_reopened);
    return true;
}

static bool port_set_aside(void *ctx, const uint8_t *epoch, int64_t seq)
{
    fleet_outbox_set_aside(&((struct fleet_kiosk *)ctx)->outbox, epoch, seq);
    return true;
}

static bool port_held(void *ctx, const char *const *runs, int run_count, struct held_epoch *ret,
                      int *ret_count, int *ret_unsynced)
{
    fleet_outbox_held(&((struct fleet_kiosk *)ctx)->outbox, runs, run_count, ret, ret_count, ret_unsynced);
    return true;
}

static bool port_health(void *ctx, struct outbox_counts *counts, struct health_message *m)
{
    struct fleet_kiosk *k = ctx;
    fleet_outbox_count(&k->outbox, &k->fleet->survey, counts);
    m->unacknowledged = counts->pending;
    m->oldest_unacknowledged_at = counts->oldest_at;
    m->free_disk_bytes = counts->free_disk_bytes;
    m->clock = k->clock == CLOCK_RIGHT ? CLOCK_SYNCED : CLOCK_UNSURE;
    return true;
}

// ---------------------------------------------------------------- connection

static void on_connected(void *ctx)
{
    struct fleet_kiosk *k = ctx;
    k->fleet->connecting--;
    k->fleet->connected++;
    k->fleet->connects++;
    k->backoff_ms = (int)k->fleet->roster->s->kiosk.backoff_min_ms;
    k->due = 0;
    k->run[0] = '\0';
}

static void on_disconnected(void *ctx, const char *why)
{
    struct fleet_kiosk *k = ctx;
    k->fleet->why = why;
    k->due = 0;
}

static void on_message(void *ctx, const char *topic, const void *payload, size_t n)
{
    struct fleet_kiosk *k = ctx;
    struct topic t;
    topic_parse(topic, &t);
    struct shard_message m;
    if (t.kind == TOPIC_SHARD && shard_decode(payload, n, &m) == PROTOCOL_OK && m.ready) {
        memcpy(k->run, m.run, sizeof k->run);
    }
    if (k->uplink != NULL) {
        mono_ms now = k->fleet->soonest; // fleet_turn keeps the time of this turn here while it reads
        uplink_message(k->uplink, topic, payload, n, kiosk_mono(k, now), kiosk_wall(k, now));
    }
}

static const struct mqtt_ops ops = {on_connected, on_disconnected, on_message};

// Ends the connection as a fault does: without a word.
static void cut(struct fleet_kiosk *k, mono_ms now)
{
    struct fleet *f = k->fleet;
    if (k->mqtt.fd >= 0) {
        f->connecting -= k->mqtt.connecting;
        f->connected -= k->mqtt.connected;
        mqtt_finish(&k->mqtt);
        if (k->uplink != NULL) {
            uplink_disconnected(k->uplink, kiosk_mono(k, now));
        }
    }
    k->connect_at = now;
}

static bool may_connect(const struct fleet_kiosk *k)
{
    const struct fleet *f = k->fleet;
    bool past_first = f->o.fast && f->roster->s->kiosk.ahead == 0;
    return k->uplink != NULL && k->cuts == 0 && k->off == 0 && !k->ended &&
           (!past_first || k->cursor >= f->end);
}

static void try_connect(struct fleet_kiosk *k, mono_ms now)
{
    struct fleet *f = k->fleet;
    const struct roster_kiosk *who = &f->roster->kiosks[k->index];
    char topic[PROTOCOL_TOPIC_MAX], client[IDENT_MAX + 8];
    size_t n = 0;
    if (now < k->connect_at || f->connecting >= f->roster->s->kiosk.connecting) {
        return;
    }
    char *will = who->past_only ? NULL : uplink_will(k->uplink, topic, &n);
    snprintf(client, sizeof client, "%s%s", who->id.s, who->past_only ? "-past" : "");
    struct mqtt_hello h = {.client = client,
                           .user = k->password[0] != '\0' ? who->id.s : NULL,
                           .password = k->password,
                           .will_topic = topic,
                           .will = will,
                           .will_bytes = n,
                           .keepalive_s = KEEPALIVE_S};
    int wait = k->backoff_ms / 2 + (int)(port_random(k) % (uint32_t)(k->backoff_ms / 2 + 1));
    int64_t most = f->roster->s->kiosk.backoff_max_ms;
    k->connect_at = now + wait;
    k->backoff_ms = k->backoff_ms * 2 > most ? (int)most : k->backoff_ms * 2;
    if (mqtt_open(&k->mqtt, f->o.address, f->o.port, &h)) {
        f->connecting++;
        k->ping_at = now + PING_MS;
    }
    free(will);
}

// ---------------------------------------------------------------- events

static int32_t *day_cell(const struct fleet *f, int branch, int day, int score)
{
    day -= f->o.first_day;
    return day >= 0 && day < f->days
               ? &f->by_day[((int64_t)branch * f->days + day) * FLEET_SCORES + score - 1]
               : NULL;
}

// Rows of a start whose clock was not sure and that has ended before they were stored: when they are stored
// at arrival nobody can tell their time.
static void lose_time(struct fleet_kiosk *k)
{
    struct fleet *f = k->fleet;
    const struct fleet_epoch *e = &k->outbox.epochs[k->outbox.current];
    int branch = f->roster->kiosks[k->index].branch;
    for (int64_t i = 0; e->pending > 0 && i < e->next - e->first; i++) {
        const struct fleet_row *r = &e->rows[i];
        if (r->state == ROW_PENDING && r->unsure) {
            int32_t *cell =
                r->score > 0
                    ? day_cell(f, branch, model_day_of(f->roster, k->index, k->boot_at + r->up), r->score)
                    : NULL;
            k->undated[r->score]++;
            if (cell != NULL) {
                (*cell)--;
            }
        }
    }
}

static void boot(struct fleet_kiosk *k, wall_ms at, enum fleet_clock clock, mono_ms now)
{
    static const struct uplink_port port = {port_publish,   port_subscribe, port_random,
                                            port_fetch,     port_settle,    port_sync,
                                            port_set_aside, port_held,      port_health};
    struct fleet *f = k->fleet;
    const struct scenario_kiosk *s = &f->roster->s->kiosk;
    uint8_t epoch[EPOCH_BYTES];
    cut(k, now);
    if (k->uplink != NULL) {
        lose_time(k);
        f->reboots++;
    }
    uplink_destroy(k->uplink);
    model_epoch(f->roster, k->index, at, epoch);
    k->boot_at = at;
    k->clock = (uint8_t)clock;
    k->began_wrong = clock != CLOCK_RIGHT;
    k->skew = model_skew(f->roster, k->index, clock, at);
    f->wrong_clocks += clock != CLOCK_RIGHT;
    struct uplink_options o = {.kiosk = f->roster->kiosks[k->index].id,
                               .branch = k->outbox.branch,
                               .survey = f->survey.survey,
                               .survey_version = f->survey.version,
                               .software = "fleet",
                               .boot = at / 60000, // grows from start to start
                               .resend_ms = (int)s->resend_ms,
                               .backoff_min_ms = (int)s->backoff_min_ms,
                               .backoff_max_ms = (int)s->backoff_max_ms,
                               .birth_spread_ms = (int)s->birth_spread_ms,
                               .backlog_spread_ms = (int)s->backlog_spread_ms,
                               .health_ms = (int)s->health_ms,
                               .window = (int)s->window,
                               .aside_tries = 10,
                               .events = f->events};
    memcpy(o.epoch, epoch, EPOCH_BYTES);
    k->uplink = uplink_create(&o, &port, k);
    f->failed = f->failed || k->uplink == NULL || !fleet_outbox_epoch(&k->outbox, epoch, o.boot, false);
    k->backoff_ms = (int)s->backoff_min_ms;
}

static void tally(struct fleet *f, int branch, const struct fleet_span *s)
{
    for (int i = f->tally_count - 1; i >= 0; i--) {
        if (f->tallies[i].branch == branch && f->tallies[i].from == s->from) {
            return;
        }
    }
    if (f->tally_count == f->tally_room) {
        int room = f->tally_room == 0 ? 32 : f->tally_room * 2;
        struct fleet_tally *grown = realloc(f->tallies, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            f->failed = true;
            return;
        }
        f->tallies = grown;
        f->tally_room = room;
    }
    f->tallies[f->tally_count++] =
        (struct fleet_tally){.branch = branch, .kind = s->kind, .from = s->from, .until = s->until};
}

static void vote(struct fleet_kiosk *k, const struct fleet_event *e)
{
    struct fleet *f = k->fleet;
    int branch = f->roster->kiosks[k->index].branch;
    struct fleet_row r = {.at = e->at + k->skew,
                          .up = e->at - k->boot_at,
                          .since_ms = e->since_ms,
                          .score = e->score,
                          .fingers = e->fingers,
                          .unsure = k->clock != CLOCK_RIGHT,
                          .english = e->english};
    bool ok = fleet_outbox_append(&k->outbox, k->outbox.current, &r);
    if (e->reasons != 0) {
        int pause = 2500 + (int)(e->at % 3000);
        r.at += pause;
        r.up += pause;
        r.since_ms = pause;
        r.score = 0;
        r.voted = 1;
        r.reasons = e->reasons;
        ok = ok && fleet_outbox_append(&k->outbox, k->outbox.current, &r);
        for (int i = 0; i < SCENARIO_REASONS; i++) {
            f->choices[branch][i] += e->reasons >> i & 1;
        }
    }
    f->failed = f->failed || !ok;
    k->votes++;
    f->mash_votes += e->mash;
    f->scores[branch][e->score - 1]++;
    int32_t *cell = day_cell(f, branch, model_day_of(f->roster, k->index, e->at), e->score);
    if (cell != NULL) {
        (*cell)++;
    }
    for (int i = f->tally_count - 1; e->incident && i >= 0; i--) {
        struct fleet_tally *t = &f->tallies[i];
        if (t->branch == branch && e->at >= t->from && e->at < t->until) {
            t->votes++;
            t->unhappy += e->score < 4;
            break;
        }
    }
}

static int in_order(const void *a, const void *b)
{
    const struct fleet_event *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->type > y->type) - (x->type < y->type);
}

// The events of the next day: those drawn for it and what earlier days have left for it.
static void next_day(struct fleet_kiosk *k)
{
    struct fleet *f = k->fleet;
    struct fleet_span spans[FLEET_SPANS_MAX];
    struct fleet_event *drawn = NULL;
    int count = 0, span_count = 0;
    free(k->events);
    k->events = NULL;
    k->count = k->at = 0;
    k->day++;
    if (!model_day(f->roster, k->index, k->day, f->o.first_day, &drawn, &count, spans, &span_count)) {
        f->failed = true;
        return;
    }
    for (int i = 0; i < span_count; i++) {
        tally(f, f->roster->kiosks[k->index].branch, &spans[i]);
    }
    wall_ms until = model_midnight(f->roster, k->index, k->day + 1);
    int all = count + k->later_count, today = 0, later = 0;
    struct fleet_event *merged = malloc(((size_t)all + 1) * sizeof *merged), *rest = NULL;
    if (merged != NULL) {
        if (count > 0) {
            memcpy(merged, drawn, (size_t)count * sizeof *merged);
        }
        if (k->later_count > 0) {
            memcpy(merged + count, k->later, (size_t)k->later_count * sizeof *merged);
        }
        qsort(merged, (size_t)all, sizeof *merged, in_order);
        while (today < all && merged[today].at < until) {
            today++;
        }
        later = all - today;
        rest = later > 0 ? malloc((size_t)later * sizeof *rest) : NULL;
        if (rest != NULL) {
            memcpy(rest, merged + today, (size_t)later * sizeof *rest);
        }
    }
    f->failed = f->failed || merged == NULL || (later > 0 && rest == NULL);
    free(drawn);
    free(k->later);
    k->later = rest;
    k->later_count = rest != NULL ? later : 0;
    k->events = merged;
    k->count = merged != NULL ? today : 0;
}

// False: it must wait (for what a real kiosk would have sent by then).
static bool apply(struct fleet_kiosk *k, const struct fleet_event *e, mono_ms now)
{
    struct fleet *f = k->fleet;
    switch (e->type) {
    case FLEET_VOTE:
        if (k->off == 0 && k->uplink != NULL && e->at >= f->o.from) {
            vote(k, e);
        }
        break;
    case FLEET_CUT:
        k->cuts++;
        f->cuts++;
        cut(k, now);
        break;
    case FLEET_JOIN:
        k->cuts -= k->cuts > 0;
        break;
    case FLEET_OFF:
        if (f->o.fast && k->began_wrong && may_connect(k) && k->outbox.pending > 0) {
            return false;
        }
        k->off++;
        cut(k, now);
        break;
    case FLEET_BOOT:
        k->off -= k->off > 0;
        if (k->off == 0) {
            boot(k, e->at, e->clock, now);
        }
        break;
    default:
        k->clock = CLOCK_RIGHT;
        k->skew = 0;
        break;
    }
    return true;
}

static void advance(struct fleet_kiosk *k, mono_ms now)
{
    struct fleet *f = k->fleet;
    wall_ms limit = limit_of(f, now);
    int64_t ahead = f->o.fast ? f->roster->s->kiosk.ahead : 0, before = k->outbox.pending;
    bool live = false;
    while (!f->failed && k->cursor < limit) {
        if (ahead > 0 && k->outbox.pending >= ahead && k->cuts == 0 && k->off == 0) {
            break;
        }
        if (k->at == k->count) {
            wall_ms midnight = model_midnight(f->roster, k->index, k->day + 1);
            if (midnight >= limit) {
                k->cursor = limit;
                break;
            }
            next_day(k);
            continue;
        }
        const struct fleet_event *e = &k->events[k->at];
        if (e->at > limit) {
            k->cursor = limit;
            break;
        }
        if (!apply(k, e, now)) {
            break;
        }
        live = live || e->at > wall_of(f, now) - LIVE_MS;
        k->cursor = e->at;
        k->at++;
    }
    if (!f->o.live && k->cursor >= f->end && (k->cuts > 0 || k->off > 0)) { // faults stop
        k->cuts = 0;
        if (k->off > 0) {
            k->off = 0;
            boot(k, f->end, CLOCK_RIGHT, now);
        }
    }
    if (k->uplink != NULL && k->outbox.pending > before) {
        if (live) {
            uplink_row(k->uplink, kiosk_mono(k, now), kiosk_wall(k, now));
        } else {
            uplink_backlog(k->uplink);
        }
    }
    if (!f->o.keep_rows) {
        fleet_outbox_prune(&k->outbox, k->cursor - f->roster->s->kiosk.keep_ms);
    }
}

static void queue_turn(struct fleet *f, struct fleet_kiosk *k, mono_ms now)
{
    static const uint8_t scores[] = {2, 1, 3, 2, 1, 2, 5, 3, 2, 1, 2, 3, 2, 4};
    wall_ms wall = wall_of(f, now);
    while (f->queue_left > 0 && wall >= f->queue_at) {
        struct fleet_row r = {.at = f->queue_at, .up = 0, .since_ms = -1};
        r.score = scores[--f->queue_left % (int)sizeof scores];
        bool ok = fleet_outbox_append(&k->outbox, f->queue_epoch, &r);
        if (r.score < 4) {
            r.at += 2500;
            r.score = 0;
            r.voted = 1;
            r.reasons = f->queue_left % 3 == 0 ? 2 : 1; // counters, wait
            ok = ok && fleet_outbox_append(&k->outbox, f->queue_epoch, &r);
        }
        f->failed = f->failed || !ok;
        f->queue_at += QUEUE_GAP_MS;
        uplink_backlog(k->uplink);
    }
}

void fleet_queue(struct fleet *f, mono_ms now, const uint8_t epoch[EPOCH_BYTES])
{
    for (int i = 0; i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        if (strcmp(f->roster->kiosks[i].id.s, f->roster->s->queue.s) == 0 && k->uplink != NULL) {
            f->failed = f->failed || !fleet_outbox_epoch(&k->outbox, epoch, wall_of(f, now) / 60000, true);
            f->queue_kiosk = i;
            f->queue_epoch = k->outbox.count - 1;
            f->queue_left = 14;
            f->queue_at = wall_of(f, now) + 3000;
            cut(k, now); // its next birth tells of the epoch
            k->due = f->soonest = 0;
        }
    }
}

// ---------------------------------------------------------------- turn

static void answer_own_birth(struct fleet_kiosk *k, mono_ms now)
{
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    struct ack_epoch entries[PROTOCOL_EPOCHS_MAX];
    struct ack_message m = {.sync = true, .epochs = entries, .now = wall_of(k->fleet, now)};
    const char *runs[] = {k->run};
    int unsynced;
    char topic[PROTOCOL_TOPIC_MAX];
    size_t n;
    k->birth_unsaid = false;
    if (k->run[0] == '\0') {
        return;
    }
    memcpy(m.run, k->run, sizeof m.run);
    fleet_outbox_held(&k->outbox, runs, 1, held, &m.epoch_count, &unsynced);
    for (int i = 0; i < m.epoch_count; i++) { // a sync that covers nothing is always true
        entries[i] = (struct ack_epoch){.through = 0};
        memcpy(entries[i].epoch, held[i].epoch, EPOCH_BYTES);
    }
    char *text = ack_encode(&m, &n);
    topic_kiosk(k->fleet->roster->kiosks[k->index].id.s, TOPIC_ACK, topic);
    if (text != NULL) {
        uplink_message(k->uplink, topic, text, n, kiosk_mono(k, now), kiosk_wall(k, now));
    }
    free(text);
}

static mono_ms sooner(mono_ms a, mono_ms b)
{
    return a < b ? a : b;
}

static mono_ms next_event(const struct fleet_kiosk *k, mono_ms now)
{
    const struct fleet *f = k->fleet;
    if (f->o.fast && k->cursor < f->end) {
        return now + SOON_MS; // an acknowledgement goes on before
    }
    wall_ms at = k->at < k->count ? k->events[k->at].at : k->cursor + SOON_MS;
    double speed = f->o.fast || f->o.live ? 1 : f->o.speed;
    double wait = (double)(at - k->cursor) / (speed > 0 ? speed : 1);
    return now + (wait < 1 ? 1 : wait > 60000 ? 60000 : (mono_ms)wait);
}

void fleet_turn(struct fleet *f, struct fleet_kiosk *k, mono_ms now)
{
    bool was = k->mqtt.fd >= 0, connected = k->mqtt.connected;
    mono_ms soonest = f->soonest;
    f->soonest = now;
    if (was) {
        bool connecting = k->mqtt.connecting;
        mqtt_read(&k->mqtt);
        if (!connected && k->mqtt.connected) {
            uplink_connected(k->uplink, kiosk_mono(k, now), kiosk_wall(k, now));
        } else if (k->mqtt.fd < 0) {
            f->connected -= connected;
            f->connecting -= connecting;
            if (connected) {
                uplink_disconnected(k->uplink, kiosk_mono(k, now));
            }
        }
    }
    f->soonest = soonest;
    if (k->ended) {
        k->due = INT64_MAX;
        return;
    }
    advance(k, now);
    if (f->queue_left > 0 && k->index == f->queue_kiosk) {
        queue_turn(f, k, now);
    }
    k->due = next_event(k, now);
    if (f->queue_left > 0 && k->index == f->queue_kiosk) {
        k->due = sooner(k->due, now + SOON_MS);
    }
    if (k->mqtt.fd < 0 && may_connect(k)) {
        try_connect(k, now);
        k->due = sooner(k->due, k->mqtt.fd < 0 && k->connect_at > now ? k->connect_at : now + 20);
    }
    if (k->mqtt.connected) {
        int wait = uplink_tick(k->uplink, kiosk_mono(k, now), kiosk_wall(k, now));
        if (k->birth_unsaid) {
            answer_own_birth(k, now);
            wait = 1;
        }
        k->due = sooner(k->due, now + wait);
        if (now >= k->ping_at) {
            k->ping_at = now + PING_MS;
            mqtt_ping(&k->mqtt);
        }
    }
    connected = k->mqtt.connected;
    mqtt_write(&k->mqtt);
    if (connected && k->mqtt.fd < 0) {
        f->connected--;
        uplink_disconnected(k->uplink, kiosk_mono(k, now));
    }
    if (f->roster->kiosks[k->index].past_only && k->cursor >= f->end && k->outbox.pending == 0) {
        mqtt_goodbye(&k->mqtt);
        mqtt_write(&k->mqtt);
        cut(k, now);
        k->ended = true;
        k->due = INT64_MAX;
    }
    f->soonest = sooner(f->soonest, k->due);
}

int64_t fleet_pending(const struct fleet *f)
{
    int64_t n = 0;
    for (int i = 0; i < f->count; i++) {
        n += f->kiosks[i].outbox.pending;
    }
    return n;
}

bool fleet_all_connected(const struct fleet *f)
{
    for (int i = 0; i < f->count; i++) {
        if (may_connect(&f->kiosks[i]) && !f->kiosks[i].mqtt.connected) {
            return false;
        }
    }
    return true;
}

struct fleet_progress fleet_progress(const struct fleet *f, mono_ms now)
{
    struct fleet_progress p = {.drawn = true};
    wall_ms end = limit_of(f, now), least = INT64_MAX;
    int64_t pending = 0;
    end = f->end < end ? f->end : end;
    for (int i = 0; i < f->count; i++) {
        const struct fleet_kiosk *k = &f->kiosks[i];
        p.votes += k->votes;
        p.drawn = p.drawn && k->cursor >= end;
        least = k->cursor < least ? k->cursor : least;
        bool dark = f->o.live && (k->off > 0 || k->cuts > 0);
        p.dark += dark;
        pending += dark ? 0 : k->outbox.pending;
        for (int e = 0; e < k->outbox.count; e++) {
            p.rows += k->outbox.epochs[e].next - 1;
            p.stored += k->outbox.epochs[e].acked;
        }
    }
    p.drawn = p.drawn && end >= f->end;
    p.complete = p.drawn && pending == 0;
    p.day = (double)(least - (f->end - (wall_ms)f->roster->s->days * DAY_MS)) / DAY_MS;
    return p;
}

void fleet_goodbye(struct fleet *f, mono_ms now)
{
    for (int i = 0; i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        if (k->mqtt.connected && k->uplink != NULL) {
            uplink_goodbye(k->uplink, kiosk_mono(k, now), kiosk_wall(k, now));
            mqtt_goodbye(&k->mqtt);
            mqtt_write(&k->mqtt);
        }
    }
}

// ---------------------------------------------------------------- life

bool fleet_init(struct fleet *f, const struct roster *r, const struct fleet_options *o, mono_ms now)
{
    int branches = r->branch_count + 1;
    *f = (struct fleet){
        .roster = r, .o = *o, .count = r->kiosk_count, .wall0 = o->now, .mono0 = now, .why = ""};
    f->days = (int)r->s->days + (o->live ? 60 : 1);
    f->survey = (struct fleet_survey){.version = 1, .faces = FLEET_SCORES, .reason_count = SCENARIO_REASONS};
    ident_set(&f->survey.survey, "service");
    ident_set(&f->survey.question, "overall");
    ident_set(&f->survey.why, "why");
    for (int i = 0; i < SCENARIO_REASONS; i++) {
        ident_set(&f->survey.reasons[i], scenario_reasons[i]);
    }
    f->events = calloc(PROTOCOL_EVENTS_MAX, sizeof *f->events);
    f->kiosks = calloc((size_t)f->count + 1, sizeof *f->kiosks);
    f->by_day = calloc((size_t)branches * (size_t)f->days * FLEET_SCORES, sizeof *f->by_day);
    f->scores = calloc((size_t)branches, sizeof *f->scores);
    f->choices = calloc((size_t)branches, sizeof *f->choices);
    if (f->events == NULL || f->kiosks == NULL || f->by_day == NULL || f->scores == NULL ||
        f->choices == NULL) {
        return false;
    }
    f->end = f->count > 0 ? model_midnight(r, 0, o->first_day + (int)r->s->days) : o->now;
    f->end = f->end > o->now || o->live ? o->now : f->end;
    for (int i = 0; i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        *k = (struct fleet_kiosk){
            .fleet = f, .index = i, .day = o->first_day - 1, .dice = (uint32_t)i * 2654435761u};
        k->outbox.branch = r->branches[r->kiosks[i].branch].id;
        k->cursor = model_midnight(r, i, o->first_day) - 1;
        mqtt_init(&k->mqtt, &ops, k);
    }
    return true;
}

void fleet_finish(struct fleet *f)
{
    for (int i = 0; f->kiosks != NULL && i < f->count; i++) {
        struct fleet_kiosk *k = &f->kiosks[i];
        mqtt_finish(&k->mqtt);
        uplink_destroy(k->uplink);
        fleet_outbox_finish(&k->outbox);
        free(k->events);
        free(k->later);
    }
    free(f->events);
    free(f->kiosks);
    free(f->by_day);
    free(f->scores);
    free(f->choices);
    free(f->tallies);
    *f = (struct fleet){.count = 0};
}
