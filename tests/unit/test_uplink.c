// What the window and remote management ask of the uplink's core: a birth when another survey is shown, when
// the kiosk closes and opens; all rows again at once.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiosk/uplink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUN "2d1eb9d5258efd95fed2a51eb16d40e0"

struct fake {
    struct uplink *u;
    int births, healths, events, rows; // rows: pending in the outbox
    struct ident survey;
    int version;
    enum kiosk_state state; // of the last birth
    int64_t session;
};

static bool publish(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain)
{
    struct fake *f = ctx;
    struct topic t;
    struct state_message s;
    (void)qos;
    (void)retain;
    topic_parse(topic, &t);
    f->healths += t.kind == TOPIC_HEALTH;
    f->events += t.kind == TOPIC_EVENTS;
    if (t.kind == TOPIC_STATE) {
        assert_int_equal(state_decode(payload, n, &s), PROTOCOL_OK);
        f->births++;
        f->survey = s.survey;
        f->version = s.survey_version;
        f->state = s.state;
        f->session = s.session;
        state_message_finish(&s);
    }
    return true;
}

static bool subscribe(void *ctx, const char *filter, int qos)
{
    (void)ctx;
    (void)filter;
    (void)qos;
    return true;
}

static uint32_t middle(void *ctx)
{
    (void)ctx;
    return 50000; // of the spreads: nothing goes at once by chance
}

static bool fetch(void *ctx, struct outbox_cursor after, bool only_current, int max, struct outbox_batch *b)
{
    struct fake *f = ctx;
    (void)only_current;
    b->epoch_id = 1;
    b->running = true;
    b->count = 0;
    ident_set(&b->branch, "dago");
    for (int64_t seq = after.seq + 1; seq <= f->rows && b->count < max; seq++) {
        struct event *e = &b->events[b->count++];
        *e = (struct event){
            .seq = seq, .visit = seq, .type = EVENT_RATING, .score = 1, .of = 5, .since_ms = -1};
        ident_set(&e->question, "overall");
    }
    return true;
}

static bool settle(void *ctx, const struct ack_message *ack, bool *ret_counted, int64_t *ret_rows)
{
    struct fake *f = ctx;
    *ret_counted = true;
    *ret_rows = f->rows;
    f->rows = ack->epochs[0].through >= f->rows ? 0 : f->rows;
    return true;
}

static bool sync_with(void *ctx, const struct ack_message *sync, int64_t *ret_reopened)
{
    (void)ctx;
    (void)sync;
    *ret_reopened = 0;
    return true;
}

static bool set_aside(void *ctx, const uint8_t *epoch, int64_t seq)
{
    (void)ctx;
    (void)epoch;
    (void)seq;
    return true;
}

static bool held(void *ctx, const char *const *runs, int run_count, struct held_epoch *ret, int *ret_count,
                 int *ret_unsynced)
{
    (void)ctx;
    (void)runs;
    (void)run_count;
    (void)ret;
    *ret_count = *ret_unsynced = 0;
    return true;
}

static bool health(void *ctx, struct outbox_counts *counts, struct health_message *ret_m)
{
    (void)ctx;
    (void)ret_m;
    memset(counts, 0, sizeof *counts);
    return true;
}

static void hear(struct fake *f, const char *topic, char *text, mono_ms now)
{
    uplink_message(f->u, topic, text, strlen(text), now, now);
    free(text);
}

static int setup(void **state)
{
    static const struct uplink_port port = {publish,   subscribe, middle, fetch, settle,
                                            sync_with, set_aside, held,   health};
    struct fake *f = calloc(1, sizeof *f);
    struct uplink_options o = {.boot = 1,
                               .resend_ms = 5000,
                               .backoff_min_ms = 1000,
                               .backoff_max_ms = 60000,
                               .birth_spread_ms = 60000,
                               .backlog_spread_ms = 60000,
                               .health_ms = 60000,
                               .window = 4,
                               .aside_tries = 10,
                               .survey_version = 1};
    struct shard_message shard = {.ready = true, .run = RUN};
    struct ack_message sync = {.sync = true, .run = RUN};
    size_t n;
    ident_set(&o.kiosk, "k1");
    ident_set(&o.branch, "dago");
    ident_set(&o.survey, "service");
    f->u = uplink_create(&o, &port, f);
    uplink_connected(f->u, 1000, 1000);
    uplink_tick(f->u, 1000, 1000);
    hear(f, "puas/1/shard/all/state", shard_encode(&shard, &n), 1001);
    hear(f, "puas/1/kiosk/k1/ack", ack_encode(&sync, &n), 1002);
    uplink_tick(f->u, 1003, 1003);
    assert_int_equal(f->births, 1);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fake *f = *state;
    uplink_destroy(f->u);
    free(f);
    return 0;
}

static void another_survey_is_another_birth(void **state)
{
    struct fake *f = *state;
    struct ident exit_survey = {"exit"}, service = {"service"};
    uplink_survey(f->u, &service, 1, 2000); // the same
    uplink_tick(f->u, 2000, 2000);
    assert_int_equal(f->births, 1);
    uplink_survey(f->u, &exit_survey, 2, 3000);
    uplink_tick(f->u, 3000, 3000);
    assert_int_equal(f->births, 2);
    assert_string_equal(f->survey.s, "exit");
    assert_int_equal(f->version, 2);
    uplink_disconnected(f->u, 4000);
    uplink_survey(f->u, &exit_survey, 3, 4000); // told by the next birth
    uplink_tick(f->u, 4000, 4000);
    assert_int_equal(f->births, 2);
    uplink_connected(f->u, 5000, 5000);
    uplink_tick(f->u, 5000, 5000);
    assert_int_equal(f->births, 3);
    assert_int_equal(f->version, 3);
}

static void closing_and_opening_are_births(void **state)
{
    struct fake *f = *state;
    assert_int_equal(f->state, KIOSK_READY);
    int64_t session = f->session;
    uplink_closed(f->u, true, 2000);
    uplink_closed(f->u, true, 2001); // told once
    uplink_tick(f->u, 2001, 2001);
    assert_int_equal(f->births, 2);
    assert_int_equal(f->state, KIOSK_SLEEPING);
    assert_int_equal(f->session, session); // the connection is the same, so is its will
    assert_int_equal(f->version, 1);
    uplink_tick(f->u, 7001, 7001); // no sync has come: said again
    assert_int_equal(f->births, 3);
    struct ack_message sync = {.sync = true, .run = RUN};
    size_t n;
    hear(f, "puas/1/kiosk/k1/ack", ack_encode(&sync, &n), 7002);
    f->rows = 1; // what is pending goes also in the night
    uplink_resend(f->u, 7003);
    uplink_tick(f->u, 7003, 7003);
    assert_int_equal(f->events, 1);
    uplink_tick(f->u, 20000, 20000);
    assert_int_equal(f->births, 3);
    // A connect in the night.
    uplink_disconnected(f->u, 21000);
    uplink_connected(f->u, 22000, 22000);
    uplink_tick(f->u, 22000, 22000);
    assert_int_equal(f->births, 4);
    assert_int_equal(f->state, KIOSK_SLEEPING);
    uplink_closed(f->u, false, 23000);
    uplink_tick(f->u, 23000, 23000);
    assert_int_equal(f->births, 5);
    assert_int_equal(f->state, KIOSK_READY);
}

static void resend_does_not_wait(void **state)
{
    struct fake *f = *state;
    int healths = f->healths;
    f->rows = 3; // as outbox_resend leaves it
    uplink_tick(f->u, 2000, 2000);
    assert_int_equal(f->events, 0); // the spread after the sync is not over
    uplink_resend(f->u, 3000);
    uplink_tick(f->u, 3000, 3000);
    assert_int_equal(f->events, 1);
    assert_int_equal(f->healths, healths + 1); // how many are pending is told
    uplink_disconnected(f->u, 4000);
    uplink_resend(f->u, 4000); // nothing to send to
    uplink_tick(f->u, 4000, 4000);
    assert_int_equal(f->events, 1);
}

// What an acknowledgement says of up to `through`.
static void acknowledge(struct fake *f, int64_t through, int pause_ms, mono_ms now)
{
    struct ack_epoch entry = {.through = through};
    struct ack_message ack = {.run = RUN, .epoch_count = 1, .epochs = &entry, .pause_ms = pause_ms};
    size_t n;
    hear(f, "puas/1/kiosk/k1/ack", ack_encode(&ack, &n), now);
}

static void a_pause_stops_the_backlog_but_no_fresh_answer(void **state)
{
    struct fake *f = *state;
    f->rows = 1000;
    uplink_resend(f->u, 2000); // past the spread after the sync
    uplink_tick(f->u, 2000, 2000);
    assert_int_equal(f->events, 1); // one until the first acknowledgement
    acknowledge(f, 50, 20000, 2010);
    assert_int_equal(f->events, 1);
    int64_t waits = 0; // it wakes up for its health and for what is in flight, never sooner than it must
    for (mono_ms now = 2011; now < 22010; now += uplink_tick(f->u, now, now), waits++) {
        assert_int_equal(f->events, 1);
    }
    assert_in_range(waits, 1, 20);
    uplink_row(f->u, 10000, 10000);
    assert_true(f->events > 1); // the live cursor goes on
    int live = f->events;
    uplink_tick(f->u, 16000, 16000); // its flights are over their time: the pause stands
    assert_int_equal(f->events, live);
    uplink_tick(f->u, 21000, 21000);
    assert_int_equal(f->events, live);
    uplink_tick(f->u, 22011, 22011);
    assert_true(f->events > live);
}

static void a_shard_that_is_gone_is_sent_nothing(void **state)
{
    struct fake *f = *state;
    struct shard_message shard = {.ready = false, .run = RUN};
    struct ack_message sync = {.sync = true, .run = RUN};
    size_t n;
    hear(f, "puas/1/shard/all/state", shard_encode(&shard, &n), 2000);
    f->rows = 1000;
    uplink_resend(f->u, 2001);
    for (mono_ms now = 2001; now < 700000; now += uplink_tick(f->u, now, now)) {
    }
    uplink_row(f->u, 700000, 700000);
    assert_int_equal(f->events, 0);
    int births = f->births;
    shard.ready = true; // of the same run: it has room again
    hear(f, "puas/1/shard/all/state", shard_encode(&shard, &n), 700001);
    uplink_tick(f->u, 760002, 760002);
    assert_int_equal(f->births, births + 1);
    hear(f, "puas/1/kiosk/k1/ack", ack_encode(&sync, &n), 760003);
    uplink_tick(f->u, 820004, 820004);
    assert_true(f->events > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(another_survey_is_another_birth, setup, teardown),
        cmocka_unit_test_setup_teardown(closing_and_opening_are_births, setup, teardown),
        cmocka_unit_test_setup_teardown(resend_does_not_wait, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pause_stops_the_backlog_but_no_fresh_answer, setup, teardown),
        cmocka_unit_test_setup_teardown(a_shard_that_is_gone_is_sent_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
