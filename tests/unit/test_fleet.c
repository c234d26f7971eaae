// The fleet: the model's stream is the seed's alone, its rhythm and shares are as asked, nobody votes where
// all is closed; the outbox in memory keeps the rules of the kiosk's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/fleet/model.h"
#include "tests/fleet/mqtt.h"
#include "tests/fleet/outbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 20400 }; // a Sunday of November 2025

struct world {
    struct scenario s;
    struct roster r;
};

static void load(struct world *w, const char *yaml)
{
    struct config_error e = {.text = ""};
    if (!config_parse("t.yaml", yaml, strlen(yaml), scenario_rows, &w->s, &e) ||
        !roster_init(&w->r, "t.yaml", &w->s, &e)) {
        fail_msg("%s", e.text);
    }
}

static void unload(struct world *w)
{
    roster_finish(&w->r);
    config_free(scenario_rows, &w->s);
}

static const char *refused(const char *yaml)
{
    static struct config_error e;
    struct world w;
    e.text[0] = '\0';
    if (config_parse("t.yaml", yaml, strlen(yaml), scenario_rows, &w.s, &e)) {
        assert_false(roster_init(&w.r, "t.yaml", &w.s, &e));
        config_free(scenario_rows, &w.s);
    }
    return e.text;
}

static struct fleet_event *day(const struct world *w, int kiosk, int number, int *ret_count)
{
    struct fleet_event *events;
    assert_true(model_day(&w->r, kiosk, number, FIRST, &events, ret_count, NULL, NULL));
    return events;
}

static void same_seed_same_stream(void **state)
{
    (void)state;
    static const char yaml[] =
        "seed: 9\nmashing: { a_day: 1 }\nfaults: { cuts: 1, reboots: 1, wrong_clock: 0.5 }\n";
    struct world a, b, c;
    load(&a, yaml);
    load(&b, yaml);
    load(&c, "seed: 10\nmashing: { a_day: 1 }\nfaults: { cuts: 1, reboots: 1, wrong_clock: 0.5 }\n");
    int differ = 0;
    for (int d = 6; d >= 0; d--) { // in any order
        for (int k = 0; k < a.r.kiosk_count; k++) {
            int n, m, o;
            struct fleet_event *x = day(&a, k, FIRST + d, &n);
            struct fleet_event *y = day(&b, k, FIRST + d, &m), *z = day(&c, k, FIRST + d, &o);
            assert_int_equal(n, m);
            for (int i = 0; i < n; i++) {
                assert_true(x[i].at == y[i].at && x[i].type == y[i].type && x[i].score == y[i].score &&
                            x[i].reasons == y[i].reasons && x[i].clock == y[i].clock &&
                            x[i].since_ms == y[i].since_ms);
                assert_true(i == 0 || x[i].at >= x[i - 1].at);
            }
            differ += n != o || memcmp(x, z, (size_t)n * sizeof *x) != 0;
            free(x);
            free(y);
            free(z);
        }
    }
    assert_int_equal(differ, 7 * a.r.kiosk_count);
    unload(&a);
    unload(&b);
    unload(&c);
}

// Votes by hour and by weekday against what was asked: each count is Poisson.
static void rhythm_is_as_asked(void **state)
{
    (void)state;
    struct world w;
    load(&w, "seed: 3\nchain: { branches: 20, kiosks: 2 }\nvotes: { a_day: 100 }\n");
    double hours[24] = {0}, weekdays[7] = {0}, all = 0, chi = 0, open_weight = 0;
    int weeks = 8, bins = 0;
    for (int k = 0; k < w.r.kiosk_count; k++) {
        for (int d = 0; d < weeks * 7; d++) {
            int n;
            struct fleet_event *e = day(&w, k, FIRST + d, &n);
            wall_ms midnight = model_midnight(&w.r, k, FIRST + d);
            for (int i = 0; i < n; i++) {
                if (e[i].type == FLEET_VOTE) {
                    hours[(e[i].at - midnight) / 3600000]++;
                    weekdays[(FIRST + d + 3) % 7]++;
                    all++;
                }
            }
            free(e);
        }
    }
    double factors = 0;
    for (int i = 0; i < 7; i++) {
        factors += w.r.by_weekday[i];
    }
    double expected = 100.0 * w.r.kiosk_count * weeks * factors;
    assert_true(fabs(all - expected) < 4 * sqrt(expected));
    for (int i = 0; i < 7; i++) {
        double e = expected * w.r.by_weekday[i] / factors;
        assert_true(fabs(weekdays[i] - e) < 4 * sqrt(e));
    }
    for (int h = 7; h < 20; h++) {
        open_weight += w.r.by_hour[h];
    }
    for (int h = 0; h < 24; h++) {
        double e = h >= 7 && h < 20 ? expected * w.r.by_hour[h] / open_weight : 0;
        if (e == 0) {
            assert_true(hours[h] == 0); // nobody votes where all is closed
        } else {
            chi += (hours[h] - e) * (hours[h] - e) / e;
            bins++;
        }
    }
    // A vote that comes close after another is moved a few seconds, a few of them into the next hour.
    assert_true(chi < bins + 4 * sqrt(2.0 * bins));
    unload(&w);
}

static void shares_are_as_asked(void **state)
{
    (void)state;
    struct world w;
    load(&w, "seed: 5\nchain: { branches: 10, kiosks: 2 }\nvotes: { a_day: 200, lunch_dip: 0.1 }\n"
             "incidents: [ { place: fleet-branch-2, kind: bad-shift, day: 3, from: 8 h, for: 10 h, unhappy: "
             "0.4 },\n"
             "             { place: fleet-region-1, kind: dirty-toilets, day: 5, from: 9 h, for: 3 h, "
             "unhappy: 0.6 } ]\n");
    double votes = 0, unhappy = 0, expected = 0, variance = 0, in_votes[2] = {0}, in_unhappy[2] = {0},
           lunch = 0, lunch_n = 0;
    for (int k = 0; k < w.r.kiosk_count; k++) {
        for (int d = 0; d < 28; d++) {
            int n;
            struct fleet_event *e = day(&w, k, FIRST + d, &n);
            wall_ms midnight = model_midnight(&w.r, k, FIRST + d);
            for (int i = 0; i < n; i++) {
                if (e[i].type != FLEET_VOTE) {
                    continue;
                }
                bool bad = e[i].score <= 3;
                int minute = (int)((e[i].at - midnight) / 60000);
                if (e[i].incident) {
                    in_votes[d == 4]++;
                    in_unhappy[d == 4] += bad;
                    continue;
                }
                double p = model_unhappy(&w.r, k, FIRST + d, minute);
                votes++;
                unhappy += bad;
                expected += p;
                variance += p * (1 - p);
                lunch_n += minute >= 730 && minute < 755;
                lunch += bad && minute >= 730 && minute < 755;
            }
            free(e);
        }
    }
    assert_true(fabs(unhappy - expected) < 4 * sqrt(variance));
    assert_true(lunch / lunch_n > unhappy / votes + .06);
    double asked[2] = {.4, .6};
    for (int i = 0; i < 2; i++) {
        assert_true(in_votes[i] > 300);
        assert_true(fabs(in_unhappy[i] - asked[i] * in_votes[i]) <
                    4 * sqrt(in_votes[i] * asked[i] * (1 - asked[i])));
    }
    unload(&w);
}

static void children_mash_at_night_only_when_asked(void **state)
{
    (void)state;
    struct world w;
    load(&w, "seed: 6\nvotes: { a_day: 0 }\nmashing: { a_day: 2, least: 5, most: 9, at_night: 0.25 }\n");
    int night = 0, bursts = 0, presses = 0;
    for (int d = 0; d < 60; d++) {
        int n;
        struct fleet_event *e = day(&w, 0, FIRST + d, &n);
        wall_ms midnight = model_midnight(&w.r, 0, FIRST + d);
        for (int i = 0; i < n; i++) {
            if (e[i].type != FLEET_VOTE) {
                continue;
            }
            int minute = (int)((e[i].at - midnight) / 60000);
            assert_true(e[i].mash);
            bursts += e[i].since_ms < 0;
            night += e[i].since_ms < 0 && minute < 160;
            assert_true((minute >= 150 && minute < 153) || (minute >= 420 && minute < 1204));
            presses++;
        }
        free(e);
    }
    assert_true(abs(bursts - 120) < 4 * 11);
    assert_true(fabs(night - bursts * .25) < 4 * sqrt(bursts * .25 * .75));
    assert_true(presses >= 5 * bursts && presses <= 9 * bursts);
    unload(&w);
}

static void wrong_scenarios_name_the_place(void **state)
{
    (void)state;
    assert_string_equal(refused("sed: 1\n"), "t.yaml:1:1: unknown key 'sed', did you mean 'seed'?");
    assert_non_null(strstr(refused("incidents:\n  - { place: nowhere, day: 1, from: 1 h, for: 1 h }\n"),
                           "t.yaml:2: unknown place 'nowhere'"));
    assert_non_null(strstr(refused("votes: { by_hour: [1, 2] }\n"), "24 numbers"));
    assert_non_null(strstr(refused("chain: { tz: Mars/Base }\n"), "unknown time zone 'Mars/Base'"));
    assert_non_null(strstr(refused("incidents:\n  - { place: fleet, day: 1, from: 20 h, for: 5 h }\n"),
                           "ends with its day"));
}

// ---------------------------------------------------------------- outbox

static const struct fleet_survey survey = {
    .version = 1, .faces = 5, .reason_count = 1, .reasons = {{"wait"}}};

static void append(struct fleet_outbox *ob, int n)
{
    for (int i = 0; i < n; i++) {
        struct fleet_row r = {.at = 1000 + i, .up = i, .score = (uint8_t)(1 + i % 5)};
        assert_true(fleet_outbox_append(ob, ob->current, &r));
    }
}

static struct ack_message message(struct ack_epoch *e, const uint8_t *bytes, int64_t through, const char *run,
                                  bool sync)
{
    struct ack_message m = {.sync = sync, .epoch_count = 1, .epochs = e};
    *e = (struct ack_epoch){.through = through};
    memcpy(e->epoch, bytes, EPOCH_BYTES);
    snprintf(m.run, sizeof m.run, "%s", run);
    return m;
}

static void outbox_keeps_the_rules(void **state)
{
    (void)state;
    static const uint8_t one[EPOCH_BYTES] = {1}, two[EPOCH_BYTES] = {2};
    static struct event events[PROTOCOL_EVENTS_MAX];
    struct fleet_outbox ob = {.count = 0};
    struct outbox_batch b = {.events = events};
    struct ack_epoch e;
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    int64_t rows;
    bool counted;
    int count, unsynced;
    const char *runs[] = {"r1"}, *next[] = {"r2"};
    assert_true(fleet_outbox_epoch(&ob, one, 1, false));
    append(&ob, 60);
    // An acknowledgement before the sync does not count.
    struct ack_message ack = message(&e, one, 60, "r1", false);
    fleet_outbox_settle(&ob, &ack, &counted, &rows);
    assert_false(counted);
    fleet_outbox_held(&ob, runs, 1, held, &count, &unsynced);
    assert_true(count == 1 && unsynced == 1 && held[0].first == 1 && held[0].last == 60);
    struct ack_message sync = message(&e, one, 0, "r1", true);
    fleet_outbox_sync(&ob, &sync, &rows);
    fleet_outbox_fetch(&ob, &survey, (struct outbox_cursor){0, 0}, false, 50, &b);
    assert_true(b.count == 50 && events[0].seq == 1 && b.running && b.epoch_id == 1);
    ack = message(&e, one, 40, "r1", false);
    struct seq_range also = {45, 50};
    e.also = &also;
    e.also_count = 1;
    fleet_outbox_settle(&ob, &ack, &counted, &rows);
    assert_true(counted && rows == 46 && ob.pending == 14);
    fleet_outbox_fetch(&ob, &survey, (struct outbox_cursor){0, 0}, false, 50, &b);
    assert_true(b.count == 14 && events[0].seq == 41 && events[4].seq == 51);
    // A new start: the older epoch comes first, and is no longer running.
    assert_true(fleet_outbox_epoch(&ob, two, 2, false));
    append(&ob, 3);
    fleet_outbox_fetch(&ob, &survey, (struct outbox_cursor){0, 0}, false, 50, &b);
    assert_true(b.count == 14 && !b.running);
    fleet_outbox_fetch(&ob, &survey, (struct outbox_cursor){0, 0}, true, 50, &b);
    assert_true(b.count == 3 && b.running && b.epoch_id == 2);
    // A store that comes back older has it all again.
    fleet_outbox_held(&ob, next, 1, held, &count, &unsynced);
    assert_true(count == 2 && unsynced == 2 && memcmp(held[0].epoch, two, EPOCH_BYTES) == 0);
    sync = message(&e, one, 10, "r2", true);
    fleet_outbox_sync(&ob, &sync, &rows);
    assert_true(rows == 36 && ob.pending == 53);
    ack = message(&e, one, 60, "r1", false); // of the run before
    fleet_outbox_settle(&ob, &ack, &counted, &rows);
    assert_false(counted);
    ack = message(&e, one, 60, "r2", false);
    fleet_outbox_settle(&ob, &ack, &counted, &rows);
    assert_true(counted && rows == 50 && ob.pending == 3 && ob.epochs[0].acked == 60);
    fleet_outbox_prune(&ob, 5000);
    assert_true(ob.epochs[0].first == 61 && ob.epochs[1].first == 1);
    fleet_outbox_finish(&ob);
}

// ---------------------------------------------------------------- MQTT

static int messages;
static void took(void *ctx, const char *topic, const void *payload, size_t n)
{
    (void)ctx;
    assert_string_equal(topic, "a/b");
    assert_memory_equal(payload, "hello", n);
    messages++;
}
static void up(void *ctx)
{
    (void)ctx;
}
static void down(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

// Any cut of the stream gives the same packets; nonsense ends it.
static void packets_in_pieces(void **state)
{
    (void)state;
    static const uint8_t stream[] = {0x20, 2,   0,   0,   0x30, 10,   0,   3,    'a', '/', 'b',
                                     'h',  'e', 'l', 'l', 'o',  0xd0, 0,   0x32, 12,  0,   3,
                                     'a',  '/', 'b', 0,   7,    'h',  'e', 'l',  'l', 'o'};
    static const struct mqtt_ops ops = {up, down, took};
    for (size_t cut = 0; cut <= sizeof stream; cut++) {
        struct mqtt m;
        const char *why = "";
        mqtt_init(&m, &ops, NULL);
        messages = 0;
        for (int part = 0; part < 2; part++) {
            size_t n = part == 0 ? cut : sizeof stream - cut;
            assert_true(mqtt_reserve(&m.in, &m.in_room, m.in_used + n + 1));
            memcpy(m.in + m.in_used, stream + (part == 0 ? 0 : cut), n);
            m.in_used += n;
            assert_true(mqtt_take(&m, &why));
        }
        assert_true(m.connected && messages == 2 && m.in_used == 0);
        assert_true(m.out_used == 4 && m.out[0] == 0x40 && m.out[3] == 7); // PUBACK of the second
        mqtt_finish(&m);
    }
    static const uint8_t broken[][6] = {
        {0x20, 2, 0, 5}, {0x30, 0xff, 0xff, 0xff, 0xff, 1}, {0x30, 3, 0, 9, 'a'}, {0x30, 1, 0}};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct mqtt m;
        const char *why = "";
        mqtt_init(&m, &ops, NULL);
        assert_true(mqtt_reserve(&m.in, &m.in_room, 6));
        memcpy(m.in, broken[i], 6);
        m.in_used = 6;
        assert_false(mqtt_take(&m, &why));
        assert_true(why[0] != '\0');
        mqtt_finish(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_stream),
        cmocka_unit_test(rhythm_is_as_asked),
        cmocka_unit_test(shares_are_as_asked),
        cmocka_unit_test(children_mash_at_night_only_when_asked),
        cmocka_unit_test(wrong_scenarios_name_the_place),
        cmocka_unit_test(outbox_keeps_the_rules),
        cmocka_unit_test(packets_in_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
