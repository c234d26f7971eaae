// The kiosk's real outbox and uplink core against a model of the aggregator, over a network that loses,
// repeats and reorders messages, while the kiosk is killed, the broker forgets and the aggregator restarts or
// is restored from a backup, in random order from a seed. When faults stop: every thanked press is stored,
// none twice, the outbox is empty (I1, I2, I3, I6).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/seqset.h"
#include "kiosk/outbox.h"
#include "kiosk/uplink.h"
#include "tests/unit/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEEDS = 220, STEPS = 120, WIRE_MAX = 4096, EPOCHS = 64, PRESSES = 4000, TAIL_MS = 400000 };

#define SHARD_TOPIC "puas/1/shard/all/state"

struct packet {
    bool up;
    char topic[PROTOCOL_TOPIC_MAX];
    char *payload; // owned
    size_t n;
};

struct model_epoch {
    uint8_t bytes[EPOCH_BYTES];
    struct seqset settled;
    int64_t inserted; // rows inserted: equals the size of the set when nothing is stored twice
};

struct world {
    uint32_t seed;
    mono_ms now;
    struct packet wire[WIRE_MAX];
    int wire_count;
    bool broker_up, wild; // wild: packets may be lost, repeated, reordered
    // kiosk
    char dir[FOLDER_BYTES], path[100];
    struct outbox *outbox;
    struct uplink *uplink;
    // aggregator
    char run[EPOCH_HEX + 1];
    int runs;
    bool up;
    struct model_epoch epochs[EPOCHS], backup[EPOCHS];
    int epoch_count, backup_count;
    // truth
    struct {
        uint8_t epoch[EPOCH_BYTES];
        int64_t seq;
    } thanked[PRESSES];
    int thanked_count;
};

static uint32_t draw(struct world *w)
{
    w->seed = w->seed * 1664525u + 1013904223u;
    return w->seed >> 8;
}

static bool chance(struct world *w, int percent)
{
    return (int)(draw(w) % 100) < percent;
}

static void put(struct world *w, bool up, const char *topic, const char *payload, size_t n)
{
    if (w->wire_count == WIRE_MAX) {
        return; // a full queue drops, as brokers do
    }
    struct packet *p = &w->wire[w->wire_count++];
    p->up = up;
    snprintf(p->topic, sizeof p->topic, "%s", topic);
    p->payload = malloc(n + 1);
    memcpy(p->payload, payload, n);
    p->n = n;
}

// ---------------------------------------------------------------- the kiosk's port

static bool port_publish(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain)
{
    struct world *w = ctx;
    (void)qos;
    (void)retain;
    if (w->broker_up) {
        put(w, true, topic, payload, n);
    }
    return w->broker_up;
}

static void shard_state(struct world *w, bool ready)
{
    struct shard_message m = {.ready = ready, .now = w->now};
    size_t n;
    memcpy(m.run, w->run, sizeof m.run);
    char *text = shard_encode(&m, &n);
    put(w, false, SHARD_TOPIC, text, n);
    free(text);
}

static bool port_subscribe(void *ctx, const char *filter, int qos)
{
    struct world *w = ctx;
    (void)qos;
    if (strcmp(filter, SHARD_TOPIC) == 0 && w->up) {
        shard_state(w, true); // retained
    }
    return true;
}

static uint32_t port_random(void *ctx)
{
    return draw(ctx);
}

static bool port_fetch(void *ctx, struct outbox_cursor after, bool only_current, int max,
                       struct outbox_batch *b)
{
    struct world *w = ctx;
    return outbox_fetch(w->outbox, after, only_current, max, b) == OUTBOX_OK;
}

static bool port_settle(void *ctx, const struct ack_message *ack, bool *counted, int64_t *rows)
{
    struct world *w = ctx;
    return outbox_settle(w->outbox, ack, w->now, counted, rows) == OUTBOX_OK;
}

static bool port_sync(void *ctx, const struct ack_message *sync, int64_t *reopened)
{
    struct world *w = ctx;
    return outbox_sync(w->outbox, sync, reopened) == OUTBOX_OK;
}

static bool port_set_aside(void *ctx, const uint8_t *epoch, int64_t seq)
{
    struct world *w = ctx;
    return outbox_set_aside(w->outbox, epoch, seq) == OUTBOX_OK;
}

static bool port_held(void *ctx, const char *const *runs, int run_count, struct held_epoch *held, int *count,
                      int *unsynced)
{
    struct world *w = ctx;
    return outbox_held(w->outbox, runs, run_count, held, count, unsynced) == OUTBOX_OK;
}

static bool port_health(void *ctx, struct outbox_counts *counts, struct health_message *m)
{
    struct world *w = ctx;
    (void)m;
    return outbox_count(w->outbox, counts) == OUTBOX_OK;
}

static void kiosk_start(struct world *w)
{
    static const struct uplink_port port = {port_publish,   port_subscribe, port_random,
                                            port_fetch,     port_settle,    port_sync,
                                            port_set_aside, port_held,      port_health};
    struct outbox_options oo = {.path = w->path, .max_pending = 100000, .keep_ms = INT64_MAX / 2};
    const char *why = "";
    ident_set(&oo.branch, "dago");
    assert_int_equal(outbox_open(&oo, w->now, &w->outbox, &why), OUTBOX_OK);
    struct uplink_options uo = {.boot = outbox_boot(w->outbox),
                                .resend_ms = 100,
                                .backoff_min_ms = 20,
                                .backoff_max_ms = 400,
                                .birth_spread_ms = 100,
                                .backlog_spread_ms = 100,
                                .health_ms = 1000,
                                .window = 4,
                                .aside_tries = 1000000};
    ident_set(&uo.kiosk, "k1");
    ident_set(&uo.branch, "dago");
    memcpy(uo.epoch, outbox_epoch(w->outbox), EPOCH_BYTES);
    w->uplink = uplink_create(&uo, &port, w);
    if (w->broker_up) {
        uplink_connected(w->uplink, w->now, w->now);
    }
}

static void kiosk_kill(struct world *w)
{
    uplink_destroy(w->uplink);
    outbox_close(w->outbox);
}

static void press(struct world *w)
{
    struct answer a = {.at = w->now,
                       .up = w->now,
                       .type = EVENT_RATING,
                       .score = 1 + (int)(draw(w) % 5),
                       .of = 5,
                       .since_ms = -1,
                       .version = 1};
    int64_t seq;
    ident_set(&a.question, "overall");
    assert_int_equal(outbox_append(w->outbox, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    if (chance(w, 5)) {
        outbox_rollback(w->outbox); // never thanked
        return;
    }
    assert_int_equal(outbox_commit(w->outbox), OUTBOX_OK);
    assert_true(w->thanked_count < PRESSES);
    memcpy(w->thanked[w->thanked_count].epoch, outbox_epoch(w->outbox), EPOCH_BYTES);
    w->thanked[w->thanked_count++].seq = seq;
    if (!chance(w, 10)) { // sometimes killed before the uplink hears of it
        uplink_row(w->uplink, w->now, w->now);
    }
}

// ---------------------------------------------------------------- the aggregator's model

static struct model_epoch *model_find(struct world *w, const uint8_t *bytes, bool make)
{
    for (int i = 0; i < w->epoch_count; i++) {
        if (memcmp(w->epochs[i].bytes, bytes, EPOCH_BYTES) == 0) {
            return &w->epochs[i];
        }
    }
    if (!make) {
        return NULL;
    }
    assert_true(w->epoch_count < EPOCHS);
    struct model_epoch *e = &w->epochs[w->epoch_count++];
    memset(e, 0, sizeof *e);
    memcpy(e->bytes, bytes, EPOCH_BYTES);
    return e;
}

static void answer(struct world *w, struct ack_message *m)
{
    size_t n;
    char *text = ack_encode(m, &n);
    memcpy(m->run, w->run, sizeof m->run);
    free(text);
    text = ack_encode(m, &n);
    put(w, false, "puas/1/kiosk/k1/ack", text, n);
    free(text);
}

static void model_events(struct world *w, const struct packet *p)
{
    struct events_message m;
    assert_int_equal(events_decode(p->payload, p->n, &m), PROTOCOL_OK);
    struct model_epoch *e = model_find(w, m.epoch, true);
    for (int i = 0; i < m.count; i++) {
        if (!seqset_has(&e->settled, m.events[i].seq)) {
            assert_true(seqset_add(&e->settled, m.events[i].seq));
            e->inserted++;
        }
    }
    struct ack_epoch entry = {
        .through = e->settled.through, .also = e->settled.ranges, .also_count = e->settled.count};
    memcpy(entry.epoch, m.epoch, EPOCH_BYTES);
    struct ack_message ack = {.epoch_count = 1, .epochs = &entry, .now = w->now};
    answer(w, &ack);
    events_message_finish(&m);
}

static void model_state(struct world *w, const struct packet *p)
{
    struct state_message m;
    assert_int_equal(state_decode(p->payload, p->n, &m), PROTOCOL_OK);
    struct ack_epoch entries[PROTOCOL_EPOCHS_MAX];
    memset(entries, 0, sizeof entries);
    for (int i = 0; i < m.held_count; i++) {
        struct model_epoch *e = model_find(w, m.held[i].epoch, false);
        memcpy(entries[i].epoch, m.held[i].epoch, EPOCH_BYTES);
        if (e != NULL) {
            entries[i].through = e->settled.through;
            entries[i].also = e->settled.ranges;
            entries[i].also_count = e->settled.count;
        }
    }
    struct ack_message sync = {.sync = true, .epoch_count = m.held_count, .epochs = entries, .now = w->now};
    answer(w, &sync);
    state_message_finish(&m);
}

static void copy_epochs(struct model_epoch *to, int *to_count, const struct model_epoch *from, int from_count)
{
    for (int i = 0; i < *to_count; i++) {
        seqset_finish(&to[i].settled);
    }
    for (int i = 0; i < from_count; i++) {
        to[i] = from[i];
        size_t bytes = (size_t)from[i].settled.capacity * sizeof(struct seq_range);
        if (bytes > 0) {
            to[i].settled.ranges = malloc(bytes);
            memcpy(to[i].settled.ranges, from[i].settled.ranges, bytes);
        }
    }
    *to_count = from_count;
}

static void aggregator_start(struct world *w)
{
    snprintf(w->run, sizeof w->run, "%032x", 1000 + w->runs++);
    w->up = true;
    if (w->broker_up) {
        shard_state(w, true);
    }
}

// ---------------------------------------------------------------- the network

static void deliver(struct world *w, const struct packet *p)
{
    if (!p->up) {
        uplink_message(w->uplink, p->topic, p->payload, p->n, w->now, w->now);
        return;
    }
    struct topic t;
    topic_parse(p->topic, &t);
    if (!w->up) {
        return; // clean session: nobody there, nothing kept
    }
    if (t.kind == TOPIC_EVENTS) {
        model_events(w, p);
    } else if (t.kind == TOPIC_STATE) {
        model_state(w, p);
    }
}

static void move_one(struct world *w)
{
    if (w->wire_count == 0) {
        return;
    }
    int at = w->wild && chance(w, 20) ? (int)(draw(w) % (uint32_t)w->wire_count) : 0;
    // The shard state is retained and QoS 1: the broker neither loses nor reorders it while the connection
    // stands.
    bool ordered = strcmp(w->wire[at].topic, SHARD_TOPIC) == 0;
    for (int i = 0; ordered && i < w->wire_count; i++) {
        if (strcmp(w->wire[i].topic, SHARD_TOPIC) == 0) {
            at = i;
            break;
        }
    }
    struct packet p = w->wire[at];
    memmove(&w->wire[at], &w->wire[at + 1], (size_t)(w->wire_count - at - 1) * sizeof p);
    w->wire_count--;
    if (w->wild && !ordered && chance(w, 25)) { // far behind: an ack of one run may meet the sync of the next
        w->wire[w->wire_count++] = p;
        return;
    }
    if (!w->wild || ordered || chance(w, 80)) {
        deliver(w, &p);
        if (w->wild && !ordered && chance(w, 10)) {
            deliver(w, &p);
        }
    }
    free(p.payload);
}

static void drop_all(struct world *w)
{
    for (int i = 0; i < w->wire_count; i++) {
        free(w->wire[i].payload);
    }
    w->wire_count = 0;
}

static void connect(struct world *w, bool up)
{
    if (up == w->broker_up) {
        return;
    }
    drop_all(w); // the broker forgets everything
    w->broker_up = up;
    if (up) {
        uplink_connected(w->uplink, w->now, w->now);
        if (w->up) {
            shard_state(w, true);
        }
    } else {
        uplink_disconnected(w->uplink, w->now);
    }
}

static void fault(struct world *w)
{
    switch (draw(w) % 9) {
    case 0:
        connect(w, !w->broker_up);
        break;
    case 1: // killed and started
        drop_all(w);
        kiosk_kill(w);
        kiosk_start(w);
        break;
    case 2:
        w->up = false;
        drop_all(w);
        break;
    case 3:
        if (!w->up) {
            aggregator_start(w);
        }
        break;
    case 4: // restart with all its rows
        aggregator_start(w);
        break;
    case 5:
        copy_epochs(w->backup, &w->backup_count, w->epochs, w->epoch_count);
        break;
    case 6: // restored from yesterday's backup
        if (chance(w, 70)) {
            copy_epochs(w->epochs, &w->epoch_count, w->backup, w->backup_count);
            aggregator_start(w);
        }
        break;
    default:
        break;
    }
}

static void step(struct world *w)
{
    for (int i = (int)(draw(w) % 4); i > 0; i--) {
        press(w);
    }
    for (int i = (int)(draw(w) % 12); i > 0; i--) {
        move_one(w);
        w->now += 1 + draw(w) % 5;
        uplink_tick(w->uplink, w->now, w->now);
    }
    w->now += draw(w) % 60;
    uplink_tick(w->uplink, w->now, w->now);
}

static void check(struct world *w, uint32_t seed)
{
    for (int i = 0; i < w->thanked_count; i++) {
        struct model_epoch *e = model_find(w, w->thanked[i].epoch, false);
        if (e == NULL || !seqset_has(&e->settled, w->thanked[i].seq)) {
            fail_msg("seed %u: thanked press %d is not stored", seed, i);
        }
    }
    int64_t stored = 0;
    for (int i = 0; i < w->epoch_count; i++) {
        stored += w->epochs[i].inserted;
    }
    assert_int_equal(stored, w->thanked_count);
    struct outbox_counts counts;
    assert_int_equal(outbox_count(w->outbox, &counts), OUTBOX_OK);
    if (counts.pending != 0) {
        fail_msg("seed %u: %lld rows still pending", seed, (long long)counts.pending);
    }
}

static void run_seed(uint32_t seed)
{
    struct world *w = calloc(1, sizeof *w);
    w->seed = seed * 2654435761u + 1;
    w->now = 1000000;
    w->broker_up = w->wild = true;
    folder_make(w->dir, "exactly-once");
    snprintf(w->path, sizeof w->path, "%s/outbox.db", w->dir);
    aggregator_start(w);
    kiosk_start(w);
    for (int i = 0; i < STEPS; i++) {
        step(w);
        if (chance(w, 12)) {
            fault(w);
        }
    }
    // A last restore, with the old run's messages still under way: no later sync would mend what they spoil.
    if (w->up && chance(w, 60)) {
        copy_epochs(w->epochs, &w->epoch_count, w->backup, w->backup_count);
        aggregator_start(w);
        for (int i = 0; i < 12; i++) {
            step(w);
        }
    }
    // Faults stop.
    w->wild = false;
    if (!w->up) {
        aggregator_start(w);
    }
    connect(w, true);
    for (mono_ms until = w->now + TAIL_MS; w->now < until;) {
        w->now += uplink_tick(w->uplink, w->now, w->now) % 50 + 1;
        while (w->wire_count > 0) {
            move_one(w);
        }
    }
    check(w, seed);
    kiosk_kill(w);
    drop_all(w);
    copy_epochs(w->epochs, &w->epoch_count, NULL, 0);
    copy_epochs(w->backup, &w->backup_count, NULL, 0);
    folder_drop(w->dir);
    free(w);
}

static void every_thanked_press_exactly_once(void **state)
{
    (void)state;
    const char *more = getenv("PUAS_SEEDS"); // make soak
    int seeds = more != NULL ? atoi(more) : SEEDS;
    for (int seed = 1; seed <= seeds; seed++) {
        run_seed((uint32_t)seed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_thanked_press_exactly_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
