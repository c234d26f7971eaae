// The wire contract: round trips, limits (at and one past), poison.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EPOCH_TEXT "0f3c5a7e9b1d2f40516273849a0b1c2d"

static void topics(void **state)
{
    (void)state;
    char text[PROTOCOL_TOPIC_MAX];
    struct topic t;
    topic_events("bandung-dago", "k1", text);
    topic_parse(text, &t);
    assert_int_equal(t.kind, TOPIC_EVENTS);
    assert_string_equal(t.branch.s, "bandung-dago");
    assert_string_equal(t.kiosk.s, "k1");
    for (int leaf = TOPIC_ACK; leaf <= TOPIC_REF; leaf++) {
        topic_kiosk("k1", (enum topic_kind)leaf, text);
        topic_parse(text, &t);
        assert_int_equal(t.kind, leaf);
    }
    topic_shard("all", text);
    topic_parse(text, &t);
    assert_int_equal(t.kind, TOPIC_SHARD);
    topic_alert("dago", "a1", text);
    topic_parse(text, &t);
    assert_int_equal(t.kind, TOPIC_ALERT);
    static const char *const foreign[] = {"",
                                          "puas",
                                          "puas/2/events/00/a/b",
                                          "puas/1/events/00/a/b/c",
                                          "puas/1/events/zz/a/b",
                                          "puas/1/events/40/a/b",
                                          "puas/1/events/00/A/b",
                                          "puas/1/events/00//b",
                                          "puas/1/kiosk/k1/other",
                                          "puas/1/kiosk/k1",
                                          "puas/1/shard/all/x",
                                          "puas/1/alerts/dago",
                                          "puas/1/events/00/a/abcdefghijklmnopqrstuvwxyz0123456"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        topic_parse(foreign[i], &t);
        assert_int_equal(t.kind, TOPIC_UNKNOWN);
    }
}

static struct event sample(int64_t seq)
{
    struct event e = {.seq = seq,
                      .at = 1795389750100,
                      .up = 5118140,
                      .visit = seq,
                      .type = EVENT_RATING,
                      .score = 2,
                      .of = 5,
                      .since_ms = 900,
                      .fingers = 1,
                      .boot = 7,
                      .version = 3,
                      .clock = CLOCK_SYNCED,
                      .lang = "id",
                      .by = "touch"};
    ident_set(&e.question, "overall");
    ident_set(&e.survey, "service");
    ident_set(&e.place, "dago-lobby");
    return e;
}

static void events_round_trip(void **state)
{
    (void)state;
    struct event e[4] = {sample(16), sample(17), sample(18), sample(19)};
    uint8_t epoch[EPOCH_BYTES];
    struct events_message m;
    size_t n;
    ident_unhex(EPOCH_TEXT, EPOCH_BYTES, epoch);
    e[1].type = EVENT_CHOICE;
    e[1].score = e[1].of = 0;
    e[1].option_count = 2;
    ident_set(&e[1].options[0], "wait");
    ident_set(&e[1].options[1], "staff");
    strcpy(e[1].lang, "en"); // differs from the envelope
    e[2].type = EVENT_TEXT;
    e[2].score = e[2].of = 0;
    strcpy(e[2].ref, "A-104");
    strcpy(e[2].text, "Antre \"lama\" \xf0\x9f\x98\x80");
    // A void has no survey, place or language: in one message with ratings it takes the envelope's back.
    e[3] = (struct event){
        .seq = 19, .at = 5, .up = -1, .visit = 19, .type = EVENT_VOID, .voids = 16, .since_ms = -1};
    char *text = events_encode(epoch, 1795389752303, 5120345, e, 4, &n);
    assert_non_null(text);
    assert_int_equal(events_decode(text, n, &m), PROTOCOL_OK);
    assert_memory_equal(m.epoch, epoch, EPOCH_BYTES);
    assert_int_equal(m.sent_up, 5120345);
    assert_int_equal(m.count, 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(event_hash(&m.events[i]), event_hash(&e[i]));
        assert_string_equal(m.events[i].lang, e[i].lang);
        assert_string_equal(m.events[i].place.s, e[i].place.s);
        assert_string_equal(m.events[i].survey.s, e[i].survey.s);
        assert_int_equal(m.events[i].since_ms, e[i].since_ms);
        assert_string_equal(m.events[i].ref, e[i].ref);
    }
    assert_int_equal(m.events[0].keep_days, 0);
    strcpy(m.events[2].ref, "A-105"); // another ref is other content
    assert_int_not_equal(event_hash(&m.events[2]), event_hash(&e[2]));
    events_message_finish(&m);
    events_message_finish(&m);
    events_message_finish(NULL);
    free(text);
}

// A contact says how long it may be kept; without its text, wiped after an acknowledgement, it is the same
// event.
static void contact_round_trip(void **state)
{
    (void)state;
    struct event e[3] = {sample(1), sample(2), sample(3)};
    uint8_t epoch[EPOCH_BYTES];
    struct events_message m;
    size_t n;
    ident_unhex(EPOCH_TEXT, EPOCH_BYTES, epoch);
    for (int i = 0; i < 3; i++) {
        e[i].type = EVENT_CONTACT;
        e[i].score = e[i].of = 0;
        e[i].keep_days = i == 2 ? 0 : 30; // of an older kiosk
        strcpy(e[i].text, i == 1 ? "" : "c2VhbGVk");
    }
    char *text = events_encode(epoch, 1795389752303, -1, e, 3, &n);
    assert_non_null(strstr(text, "\"keep\":30"));
    assert_int_equal(events_decode(text, n, &m), PROTOCOL_OK);
    assert_int_equal(m.count, 3);
    assert_int_equal(m.events[0].keep_days, 30);
    assert_string_equal(m.events[0].text, "c2VhbGVk");
    assert_string_equal(m.events[1].text, "");
    assert_int_equal(m.events[2].keep_days, PROTOCOL_KEEP_DAYS);
    uint64_t whole = event_hash(&m.events[0]);
    m.events[0].text[0] = '\0';
    assert_int_equal(event_hash(&m.events[0]), whole);
    events_message_finish(&m);
    free(text);
}

static enum protocol_error decode(const char *text)
{
    struct events_message m;
    enum protocol_error e = events_decode(text, strlen(text), &m);
    if (e == PROTOCOL_OK) {
        events_message_finish(&m);
    }
    return e;
}

#define HEAD "{\"v\":1,\"epoch\":\"" EPOCH_TEXT "\",\"sent\":1,"
#define GOOD "{\"seq\":1,\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":1,\"of\":5}"

static void poison(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum protocol_error error;
    } cases[] = {
        {HEAD "\"events\":[" GOOD "]}", PROTOCOL_OK},
        {HEAD "\"future\":{\"x\":[1]},\"events\":[" GOOD "]}", PROTOCOL_OK}, // unknown fields are ignored
        {"", PROTOCOL_NOT_JSON},
        {"nonsense", PROTOCOL_NOT_JSON},
        {HEAD "\"events\":[" GOOD "]} trailing", PROTOCOL_NOT_JSON},
        {HEAD "\"sent\":2,\"events\":[" GOOD "]}", PROTOCOL_NOT_JSON}, // duplicate key
        {"{\"v\":1e309,\"events\":[]}", PROTOCOL_NOT_JSON},
        {"{\"v\":2,\"events\":[]}", PROTOCOL_BAD_VERSION},
        {"{\"events\":[]}", PROTOCOL_BAD_VERSION},
        {"[1]", PROTOCOL_BAD_FIELD},
        {"{\"v\":1,\"epoch\":\"xyz\",\"sent\":1,\"events\":[" GOOD "]}", PROTOCOL_BAD_FIELD},
        {"{\"v\":1,\"epoch\":\"" EPOCH_TEXT "\",\"events\":[" GOOD "]}", PROTOCOL_BAD_FIELD},
        {HEAD "\"events\":[]}", PROTOCOL_TOO_MANY},
        {HEAD "\"events\":{}}", PROTOCOL_BAD_FIELD},
        {HEAD "\"events\":[{\"at\":1}]}", PROTOCOL_BAD_FIELD}, // no seq: nothing to answer it by
        {HEAD "\"events\":[{\"seq\":0,\"at\":1}]}", PROTOCOL_BAD_FIELD},
        {HEAD "\"events\":[{\"seq\":9007199254740993,\"at\":1}]}", PROTOCOL_BAD_FIELD},
        {HEAD "\"events\":[{\"seq\":1.5,\"at\":1}]}", PROTOCOL_BAD_FIELD},
        {HEAD "\"place\":\"A B\",\"events\":[" GOOD "]}", PROTOCOL_BAD_FIELD},
        {HEAD "\"x\":\"\xff\",\"events\":[" GOOD "]}", PROTOCOL_NOT_UTF8},
        {HEAD "\"x\":\"\xc0\x80\",\"events\":[" GOOD "]}", PROTOCOL_NOT_UTF8},     // overlong NUL
        {HEAD "\"x\":\"\xed\xa0\x80\",\"events\":[" GOOD "]}", PROTOCOL_NOT_UTF8}, // surrogate
        {HEAD "\"x\":\"\xe2\x82\",\"events\":[" GOOD "]}", PROTOCOL_NOT_UTF8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum protocol_error got = decode(cases[i].text);
        if (got != cases[i].error) {
            fail_msg("case %zu: got %s, wanted %s", i, protocol_error_code(got),
                     protocol_error_code(cases[i].error));
        }
    }
    struct events_message m;
    static const char nul[] = "{\"v\":1\0}";
    assert_int_not_equal(events_decode(nul, sizeof nul - 1, &m), PROTOCOL_OK);
}

// Events that decode but break a limit are named in `rejected`; the others of the message are kept.
static void limits_of_an_event(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *why; // why NULL: good
    } cases[] = {
        {"\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":5,\"of\":5", NULL},
        {"\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":6,\"of\":5", "score"},
        {"\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":0,\"of\":5", "score"},
        {"\"at\":1,\"type\":\"number\",\"question\":\"q\",\"score\":11,\"of\":11", NULL},
        {"\"at\":1,\"type\":\"number\",\"question\":\"q\",\"score\":11,\"of\":12", "score"},
        {"\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":1,\"of\":1", "score"},
        {"\"at\":1,\"type\":\"rating\",\"score\":1,\"of\":5", "question"},
        {"\"type\":\"rating\",\"question\":\"q\",\"score\":1,\"of\":5", "at"},
        {"\"at\":-1,\"type\":\"rating\",\"question\":\"q\",\"score\":1,\"of\":5", "at"},
        {"\"at\":1,\"question\":\"q\",\"score\":1,\"of\":5", "type"},
        {"\"at\":1,\"type\":\"choice\",\"question\":\"q\",\"options\":[]", "options"},
        {"\"at\":1,\"type\":\"choice\",\"question\":\"q\",\"options\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\","
         "\"g\",\"h\"]",
         NULL},
        {"\"at\":1,\"type\":\"choice\",\"question\":\"q\",\"options\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\","
         "\"g\",\"h\",\"i\"]",
         "options"},
        {"\"at\":1,\"type\":\"text\",\"question\":\"q\",\"text\":\"\"", "text"},
        {"\"at\":1,\"type\":\"text\",\"question\":\"q\",\"text\":\"a\\u0000b\"", "rejected-or-not-json"},
        {"\"at\":1,\"type\":\"contact\",\"question\":\"q\",\"keep\":365", NULL},
        {"\"at\":1,\"type\":\"contact\",\"question\":\"q\",\"keep\":0", "keep"},
        {"\"at\":1,\"type\":\"contact\",\"question\":\"q\",\"keep\":366", "keep"},
        {"\"at\":1,\"type\":\"contact\",\"question\":\"q\",\"text\":7", "text"},
        {"\"at\":1,\"type\":\"void\",\"voids\":6", NULL},
        {"\"at\":1,\"type\":\"void\",\"voids\":7", "voids"},
        {"\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"score\":1,\"of\":5,\"visit\":8", "visit"},
        {"\"at\":1,\"type\":\"void\",\"voids\":6,\"ref\":\"\"", NULL}, // none
        {"\"at\":1,\"type\":\"void\",\"voids\":6,\"ref\":\"AZaz09._-/AZaz09._-/AZaz09._-/01\"",
         NULL}, // 32 bytes
        {"\"at\":1,\"type\":\"void\",\"voids\":6,\"ref\":\"AZaz09._-/AZaz09._-/AZaz09._-/012\"", "ref"},
        {"\"at\":1,\"type\":\"void\",\"voids\":6,\"ref\":\"A 104\"", "ref"},
        {"\"at\":1,\"type\":\"void\",\"voids\":6,\"ref\":104", "ref"},
        {"\"at\":1,\"type\":\"hologram\"", NULL}, // unknown types are stored as they are
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[600];
        struct events_message m;
        snprintf(text, sizeof text, HEAD "\"events\":[{\"seq\":7,%s}]}", cases[i].fields);
        enum protocol_error e = events_decode(text, strlen(text), &m);
        if (cases[i].why != NULL && strcmp(cases[i].why, "rejected-or-not-json") == 0) {
            assert_true(e == PROTOCOL_NOT_JSON || m.rejected_count == 1);
        } else if (e != PROTOCOL_OK || m.count != (cases[i].why == NULL) ||
                   (cases[i].why != NULL && strcmp(m.rejected[0].why, cases[i].why) != 0)) {
            fail_msg("case %zu: error %s, %d good, why %s", i, protocol_error_code(e), m.count,
                     e == PROTOCOL_OK && m.rejected_count > 0 ? m.rejected[0].why : "-");
        }
        if (e == PROTOCOL_OK) {
            events_message_finish(&m);
        }
    }
}

static void limits_of_a_message(void **state)
{
    (void)state;
    struct event e[PROTOCOL_EVENTS_MAX + 1];
    uint8_t epoch[EPOCH_BYTES] = {1};
    struct events_message m;
    size_t n;
    for (int i = 0; i <= PROTOCOL_EVENTS_MAX; i++) {
        e[i] = sample(i + 1);
    }
    char *text = events_encode(epoch, 1, -1, e, PROTOCOL_EVENTS_MAX, &n);
    assert_int_equal(events_decode(text, n, &m), PROTOCOL_OK);
    assert_int_equal(m.count, PROTOCOL_EVENTS_MAX);
    assert_int_equal(m.sent_up, -1);
    events_message_finish(&m);
    free(text);
    text = events_encode(epoch, 1, -1, e, PROTOCOL_EVENTS_MAX + 1, &n);
    assert_int_equal(events_decode(text, n, &m), PROTOCOL_TOO_MANY);
    free(text);
    // 16,384 bytes are read, one more is not.
    char *padded = malloc(PROTOCOL_PAYLOAD_MAX + 2);
    const char *good = HEAD "\"events\":[" GOOD "]}";
    memset(padded, ' ', PROTOCOL_PAYLOAD_MAX + 1);
    memcpy(padded, good, strlen(good));
    assert_int_equal(events_decode(padded, PROTOCOL_PAYLOAD_MAX, &m), PROTOCOL_OK);
    events_message_finish(&m);
    assert_int_equal(events_decode(padded, PROTOCOL_PAYLOAD_MAX + 1, &m), PROTOCOL_TOO_LARGE);
    free(padded);
}

static void ack_round_trip(void **state)
{
    (void)state;
    struct seq_range also[2] = {{17, 18}, {21, 21}};
    struct ack_epoch entry = {.through = 15, .also_count = 2, .also = also};
    struct ack_message m = {.run = "2d1eb9d5258efd95fed2a51eb16d40e0",
                            .epoch_count = 1,
                            .epochs = &entry,
                            .now = 9,
                            .pause_ms = 250,
                            .rejected_count = 1,
                            .rejected = {{16, "score"}}},
                       back;
    size_t n;
    for (int sync = 0; sync < 2; sync++) {
        m.sync = sync == 1;
        char *text = ack_encode(&m, &n);
        assert_int_equal(ack_decode(text, n, &back), PROTOCOL_OK);
        assert_int_equal(back.sync, m.sync);
        assert_string_equal(back.run, m.run);
        assert_int_equal(back.epochs[0].through, 15);
        assert_int_equal(back.epochs[0].also_count, 2);
        assert_int_equal(back.epochs[0].also[0].last, 18);
        assert_string_equal(back.rejected[0].why, "score");
        ack_message_finish(&back);
        free(text);
    }
    assert_int_equal(ack_decode("{\"v\":1,\"run\":\"\"}", 16, &back), PROTOCOL_BAD_FIELD);
    static const char reversed[] =
        "{\"v\":1,\"run\":\"a\",\"epoch\":\"" EPOCH_TEXT "\",\"through\":1,\"also\":[[3,2]]}";
    assert_int_equal(ack_decode(reversed, sizeof reversed - 1, &back), PROTOCOL_BAD_FIELD);
}

static void state_and_health_round_trip(void **state)
{
    (void)state;
    struct held_epoch held = {.first = 1, .last = 17};
    struct state_message s = {.state = KIOSK_READY,
                              .session = 117440513,
                              .boot = 7,
                              .software = "0.1.0",
                              .held_count = 1,
                              .held = &held},
                         s2;
    size_t n;
    ident_set(&held.branch, "dago");
    char *text = state_encode(&s, &n);
    assert_int_equal(state_decode(text, n, &s2), PROTOCOL_OK);
    assert_int_equal(s2.session, s.session);
    assert_int_equal(s2.held[0].last, 17);
    state_message_finish(&s2);
    free(text);
    struct health_epoch he = {.next_seq = 18, .of = 5, .votes = {0, 1, 4, 6, 5}, .lost = 2};
    struct health_message h = {.sent = 1,
                               .unacknowledged = 3,
                               .ignored = 4,
                               .clock = CLOCK_SYNCED,
                               .reason = "disk-full",
                               .epoch_count = 1,
                               .epochs = &he},
                          h2;
    text = health_encode(&h, &n);
    assert_int_equal(health_decode(text, n, &h2), PROTOCOL_OK);
    assert_int_equal(h2.epochs[0].votes[3], 6);
    assert_int_equal(h2.epochs[0].of, 5);
    assert_int_equal(h2.unacknowledged, 3);
    assert_string_equal(h2.reason, "disk-full");
    health_message_finish(&h2);
    free(text);
    static const char happy[] = "{\"v\":1,\"state\":\"happy\",\"session\":1}";
    assert_int_equal(state_decode(happy, sizeof happy - 1, &s2), PROTOCOL_BAD_FIELD);
}

// Cut and flipped payloads never crash or leak (the sanitizers watch) and never decode to something out of
// range.
static void mutations(void **state)
{
    (void)state;
    struct event e[3] = {sample(1), sample(2), sample(3)};
    uint8_t epoch[EPOCH_BYTES] = {7};
    size_t n;
    char *text = events_encode(epoch, 1795389752303, 5, e, 3, &n);
    char *bent = malloc(n);
    uint32_t seed = 1;
    for (int i = 0; i < 20000; i++) {
        struct events_message m;
        memcpy(bent, text, n);
        for (int k = 0; k < 1 + i % 3; k++) {
            seed = seed * 1664525u + 1013904223u;
            bent[(seed >> 8) % n] = (char)(seed >> 24);
        }
        size_t cut = i % 5 == 0 ? (seed >> 4) % n : n;
        if (events_decode(bent, cut, &m) == PROTOCOL_OK) {
            for (int k = 0; k < m.count; k++) {
                assert_true(m.events[k].seq >= 1 && m.events[k].score <= m.events[k].of);
            }
            events_message_finish(&m);
        }
    }
    free(bent);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics),
        cmocka_unit_test(events_round_trip),
        cmocka_unit_test(contact_round_trip),
        cmocka_unit_test(poison),
        cmocka_unit_test(limits_of_an_event),
        cmocka_unit_test(limits_of_a_message),
        cmocka_unit_test(ack_round_trip),
        cmocka_unit_test(state_and_health_round_trip),
        cmocka_unit_test(mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
