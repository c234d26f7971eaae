// The wire of remote management: config, command, reply, ref and what health says of documents. Limits at and
// one past.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/digest.h"
#include "shared/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" // of "test"

static void digests(void **state)
{
    (void)state;
    char hex[DIGEST_HEX + 1];
    digest_hex("test", 4, hex);
    assert_string_equal(hex, HASH);
    digest_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// A document of n bytes, every one of which takes two in the envelope.
static enum protocol_error config_of(size_t n)
{
    char *document = malloc(n + 1);
    struct config_message m;
    size_t bytes;
    memset(document, '"', n);
    document[n] = '\0';
    char *text = config_encode(HASH, document, &bytes);
    enum protocol_error e = config_decode(text, bytes, &m);
    if (e == PROTOCOL_OK) {
        assert_string_equal(m.document, document);
        assert_int_equal(m.n, n);
        assert_string_equal(m.sha256, HASH);
        config_message_finish(&m);
        config_message_finish(&m);
    }
    free(text);
    free(document);
    return e;
}

static void config_limits(void **state)
{
    (void)state;
    assert_int_equal(config_of(1), PROTOCOL_OK);
    assert_int_equal(config_of(PROTOCOL_DOC_MAX), PROTOCOL_OK);
    assert_int_equal(config_of(PROTOCOL_DOC_MAX + 1), PROTOCOL_TOO_LARGE);
    assert_int_equal(config_of(PROTOCOL_DOC_MAX * 2), PROTOCOL_TOO_LARGE);
    assert_int_equal(config_of(0), PROTOCOL_BAD_FIELD);
    static const char *const bad[] = {
        "{\"v\":1,\"sha256\":\"\",\"document\":\"{}\"}",
        "{\"v\":1,\"sha256\":\"9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08\","
        "\"document\":\"{}\"}",
        "{\"v\":1,\"sha256\":\"9f86\",\"document\":\"{}\"}",
        "{\"v\":1,\"sha256\":\"" HASH "0\",\"document\":\"{}\"}",
        "{\"v\":1,\"sha256\":\"" HASH "\",\"document\":{}}",
        "{\"v\":1,\"sha256\":\"" HASH "\"}",
        "{\"v\":1,\"document\":\"{}\"}",
    };
    struct config_message m;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(config_decode(bad[i], strlen(bad[i]), &m), PROTOCOL_BAD_FIELD);
    }
}

static void commands(void **state)
{
    (void)state;
    size_t n;
    for (int o = ORDER_IDENTIFY; o < ORDER_ERASE; o++) {
        struct command_message m = {.id = "0123456789abcdef0123456789abcdef",
                                    .expires = 5,
                                    .order = (enum order)o},
                               r;
        char *text = command_encode(&m, &n);
        assert_int_equal(command_decode(text, n, &r), PROTOCOL_OK);
        assert_string_equal(r.id, m.id);
        assert_int_equal(r.order, o);
        assert_int_equal(r.expires, 5);
        free(text);
    }
    struct command_message erase = {
        .id = "a", .order = ORDER_ERASE, .epoch = {1, 2, 0xff}, .visit = PROTOCOL_INT_MAX, .score = true},
                           again;
    char *wire = command_encode(&erase, &n);
    assert_int_equal(command_decode(wire, n, &again), PROTOCOL_OK);
    assert_int_equal(again.order, ORDER_ERASE);
    assert_memory_equal(again.epoch, erase.epoch, EPOCH_BYTES);
    assert_true(again.visit == erase.visit && again.score && again.expires == 0);
    free(wire);
    static const char *const bad[] = {
        "{\"v\":1,\"id\":\"a\",\"do\":\"erase\",\"visit\":1}",
        "{\"v\":1,\"id\":\"a\",\"do\":\"erase\",\"epoch\":\"0123456789abcdef0123456789abcdef\"}",
        "{\"v\":1,\"id\":\"a\",\"do\":\"erase\",\"epoch\":\"0123456789abcdef0123456789abcdef\",\"visit\":0}",
        "{\"v\":1,\"id\":\"a\",\"do\":\"erase\",\"epoch\":\"0123456789abcdef0123456789abcdef\",\"visit\":1,\"score\":1}",
        "{\"v\":1,\"id\":\"a\",\"do\":\"erase\",\"epoch\":\"0123\",\"visit\":1}",
        "{\"v\":1,\"id\":\"0123456789abcdef0123456789abcdef0\",\"expires\":5,\"do\":\"reload\"}", // 33
        "{\"v\":1,\"id\":\"\",\"expires\":5,\"do\":\"reload\"}",
        "{\"v\":1,\"id\":\"A\",\"expires\":5,\"do\":\"reload\"}",
        "{\"v\":1,\"id\":\"a\",\"do\":\"reload\"}",
        "{\"v\":1,\"id\":\"a\",\"expires\":-1,\"do\":\"reload\"}",
        "{\"v\":1,\"id\":\"a\",\"expires\":5,\"do\":7}",
        "{\"v\":1,\"id\":\"a\",\"expires\":5}",
    };
    struct command_message m;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(command_decode(bad[i], strlen(bad[i]), &m), PROTOCOL_BAD_FIELD);
    }
    static const char later[] = "{\"v\":1,\"id\":\"a\",\"expires\":5,\"do\":\"dance\"}";
    assert_int_equal(command_decode(later, sizeof later - 1, &m), PROTOCOL_OK); // answered: not known here
    assert_int_equal(m.order, ORDER_UNKNOWN);
}

static void replies(void **state)
{
    (void)state;
    struct reply_message m = {.id = "a1", .ok = true, .rows = 17, .png = (char *)"iVBORw0KGgo="}, r;
    size_t n;
    char *text = reply_encode(&m, &n);
    assert_int_equal(reply_decode(text, n, &r), PROTOCOL_OK);
    assert_true(r.ok);
    assert_int_equal(r.rows, 17);
    assert_string_equal(r.png, m.png);
    reply_message_finish(&r);
    free(text);
    m = (struct reply_message){.id = "a1", .why = "expired", .rows = -1};
    text = reply_encode(&m, &n);
    assert_string_equal(text, "{\"v\":1,\"id\":\"a1\",\"ok\":false,\"why\":\"expired\"}");
    free(text);

    // A picture fills the message to its limit; one past it is refused.
    size_t frame = strlen("{\"v\":1,\"id\":\"a1\",\"ok\":true,\"png\":\"\"}");
    for (size_t more = 0; more < 2; more++) {
        size_t room = PROTOCOL_REPLY_MAX - frame + more;
        char *png = malloc(room + 1);
        memset(png, 'A', room);
        png[room] = '\0';
        m = (struct reply_message){.id = "a1", .ok = true, .rows = -1, .png = png};
        text = reply_encode(&m, &n);
        assert_int_equal(n, PROTOCOL_REPLY_MAX + more);
        assert_int_equal(reply_decode(text, n, &r), more == 0 ? PROTOCOL_OK : PROTOCOL_TOO_LARGE);
        if (more == 0) {
            reply_message_finish(&r);
        }
        free(text);
        free(png);
    }
    static const char *const bad[] = {
        "{\"v\":1,\"id\":\"a1\",\"ok\":1}",
        "{\"v\":1,\"ok\":true}",
        "{\"v\":1,\"id\":\"a1\",\"ok\":true,\"png\":\"\\u001b[2J\"}",
        "{\"v\":1,\"id\":\"a1\",\"ok\":true,\"png\":\"\"}",
        "{\"v\":1,\"id\":\"a1\",\"ok\":true,\"rows\":\"3\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(reply_decode(bad[i], strlen(bad[i]), &r), PROTOCOL_BAD_FIELD);
    }
    static const char escape[] = "{\"v\":1,\"id\":\"a1\",\"ok\":false,\"why\":\"no\\u001b[2J\"}";
    assert_int_equal(reply_decode(escape, sizeof escape - 1, &r), PROTOCOL_OK);
    assert_string_equal(r.why, "no [2J"); // nothing that moves a terminal's cursor
}

static void refs(void **state)
{
    (void)state;
    char ref[PROTOCOL_REF_MAX + 1] = "before";
    static const char good[] = "{\"v\":1,\"ref\":\"A-104\"}", bad[] = "{\"v\":1,\"ref\":\"A 104\"}",
                      none[] = "{\"v\":1}", empty[] = "{\"v\":1,\"ref\":\"\"}";
    assert_int_equal(ref_decode(bad, sizeof bad - 1, ref), PROTOCOL_BAD_FIELD);
    assert_int_equal(ref_decode(none, sizeof none - 1, ref), PROTOCOL_BAD_FIELD);
    assert_int_equal(ref_decode(empty, sizeof empty - 1, ref), PROTOCOL_BAD_FIELD);
    assert_string_equal(ref, "before");
    assert_int_equal(ref_decode(good, sizeof good - 1, ref), PROTOCOL_OK);
    assert_string_equal(ref, "A-104");
    assert_true(ref_valid("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
    assert_false(ref_valid("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"));
}

static void words(void **state)
{
    (void)state;
    char text[11];
    protocol_words("Antre lama", 10, text);
    assert_string_equal(text, "Antre lama");
    protocol_words("Antre lama!", 10, text);
    assert_string_equal(text, "Antre lama");
    protocol_words("123456789\xc3\xa9", 10, text); // the last character takes two bytes
    assert_string_equal(text, "123456789");
    protocol_words("a\xff\xc3(\xe2\x82", 10, text);
    assert_string_equal(text, "a?"
                              "?("
                              "?"
                              "?");
    protocol_words("a\nb\x1b", 10, text);
    assert_string_equal(text, "a b ");
    protocol_words("", 10, text);
    assert_string_equal(text, "");
}

static enum protocol_error health_with(const char *more, struct health_message *ret_h)
{
    char text[1000];
    snprintf(text, sizeof text, "{\"v\":1,\"epochs\":[]%s}", more);
    return health_decode(text, strlen(text), ret_h);
}

static void health_of_documents(void **state)
{
    (void)state;
    struct health_message h = {.content = HASH, .refused = HASH, .assignment = "dago/lobby"}, r;
    char more[700], why[PROTOCOL_WHY_MAX + 2];
    size_t n;
    memset(h.refused_why, 'x', PROTOCOL_WHY_MAX);
    char *text = health_encode(&h, &n);
    assert_int_equal(health_decode(text, n, &r), PROTOCOL_OK);
    assert_string_equal(r.content, HASH);
    assert_string_equal(r.refused, HASH);
    assert_string_equal(r.refused_why, h.refused_why);
    assert_string_equal(r.assignment, "dago/lobby");
    health_message_finish(&r);
    free(text);
    assert_int_equal(health_with("", &r), PROTOCOL_OK); // a kiosk that knows nothing of documents
    assert_string_equal(r.content, "");
    assert_string_equal(r.refused, "");
    health_message_finish(&r);
    memset(why, 'y', sizeof why);
    why[sizeof why - 1] = '\0';
    snprintf(more, sizeof more, ",\"refused\":{\"sha256\":\"" HASH "\",\"why\":\"%s\"}", why);
    assert_int_equal(health_with(more, &r), PROTOCOL_BAD_FIELD);
    assert_int_equal(health_with(",\"content\":\"abc\"", &r), PROTOCOL_BAD_FIELD);
    assert_int_equal(health_with(",\"refused\":\"abc\"", &r), PROTOCOL_BAD_FIELD);
    assert_int_equal(health_with(",\"assignment\":\"a b\"", &r), PROTOCOL_BAD_FIELD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests),
        cmocka_unit_test(config_limits),
        cmocka_unit_test(commands),
        cmocka_unit_test(replies),
        cmocka_unit_test(refs),
        cmocka_unit_test(words),
        cmocka_unit_test(health_of_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
