// Reading JSON where it lies, and events from it: against the tree of jansson, on true messages bent at
// random.
#include "shared/scan.h"
#include "tests/unit/events_oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

static uint64_t seed = 1;

static unsigned dice(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

// ---------------------------------------------------------------- the same as the tree
static bool same_event(const struct event *a, const struct event *b)
{
    bool same = a->seq == b->seq && a->at == b->at && a->up == b->up && a->visit == b->visit &&
                a->type == b->type && strcmp(a->question.s, b->question.s) == 0 && a->score == b->score &&
                a->of == b->of && a->option_count == b->option_count && strcmp(a->text, b->text) == 0 &&
                a->voids == b->voids && a->keep_days == b->keep_days && a->since_ms == b->since_ms &&
                a->fingers == b->fingers && strcmp(a->ref, b->ref) == 0 && a->boot == b->boot &&
                strcmp(a->place.s, b->place.s) == 0 && strcmp(a->survey.s, b->survey.s) == 0 &&
                a->version == b->version && strcmp(a->lang, b->lang) == 0 && strcmp(a->by, b->by) == 0 &&
                a->clock == b->clock && event_hash(a) == event_hash(b);
    for (int i = 0; same && i < a->option_count; i++) {
        same = strcmp(a->options[i].s, b->options[i].s) == 0;
    }
    return same;
}

static enum protocol_error compare(const char *text, size_t n)
{
    struct events_message got = {.count = 0}, want = {.count = 0};
    char *exact = malloc(n > 0 ? n : 1); // so that a read past the end is noticed
    assert_non_null(exact);
    memcpy(exact, text, n);
    enum protocol_error g = events_decode(exact, n, &got), w = oracle_decode(exact, n, &want);
    bool same = g == w;
    if (same && g == PROTOCOL_OK) {
        same = memcmp(got.epoch, want.epoch, EPOCH_BYTES) == 0 && got.sent == want.sent &&
               got.sent_up == want.sent_up && got.count == want.count &&
               got.rejected_count == want.rejected_count;
        for (int i = 0; same && i < got.count; i++) {
            same = same_event(&got.events[i], &want.events[i]);
        }
        for (int i = 0; same && i < got.rejected_count; i++) {
            same = got.rejected[i].seq == want.rejected[i].seq &&
                   strcmp(got.rejected[i].why, want.rejected[i].why) == 0;
        }
    }
    if (!same) {
        fail_msg("%s, but the tree says %s: %.*s", protocol_error_code(g), protocol_error_code(w), (int)n,
                 text);
    }
    events_message_finish(&got);
    events_message_finish(&want);
    free(exact);
    return g;
}

#define HEAD                                                                                                 \
    "{\"v\":1,\"epoch\":\"00112233445566778899aabbccddeeff\",\"sent\":1763841234123,\"sent_up\":5000,"
#define EVENT                                                                                                \
    "{\"seq\":17,\"at\":1763841234123,\"up\":4000,\"visit\":16,\"type\":\"rating\",\"question\":"            \
    "\"overall\",\"score\":2,\"of\":5}"

static const char *const messages[] = {
    HEAD "\"boot\":3,\"survey\":\"exit\",\"version\":2,\"lang\":\"id\",\"by\":\"touch\",\"clock\":\"synced\","
         "\"events\":[" EVENT "]}",
    HEAD "\"events\":[" EVENT ",{\"seq\":18,\"at\":5,\"type\":\"choice\",\"question\":\"why\",\"options\":["
         "\"wait\",\"staff\"],\"since\":400,"
         "\"fingers\":2,\"ref\":\"A-104\"}],\"lang\":\"en\",\"clock\":\"unsure\",\"place\":\"lobby\"}",
    HEAD "\"events\":[{\"seq\":3,\"at\":9,\"type\":\"text\",\"question\":\"words\",\"text\":\"a \\\"b\\\" "
         "\\u00e9 \\ud83d\\ude00 \u00e9\",\"x\":[1,{\"y\":null}]},"
         "{\"seq\":4,\"at\":9,\"type\":\"void\",\"voids\":3},{\"seq\":6,\"at\":9,\"type\":\"contact\","
         "\"question\":\"c\",\"keep\":30,\"text\":\"\"},{\"seq\":5,\"at\":1e3,\"type\":\"number\","
         "\"question\":\"nps\",\"score\":11.0,\"of\":11}]}",
    "{\"v\":1,\"events\":[{\"se\\u0071\":1,\"at\":1,\"type\":\"strange\"}, "
    "{\"seq\":2,\"at\":-1,\"type\":\"rating\",\"question\":\"q\",\"of\":5,\"score\":6}],"
    "\"epoch\":\"00112233445566778899aabbccddeeff\",\"sent\":1,\"boot\":0,\"by\":\"key\",\"version\":7}",
    HEAD "\"events\":[]}",
    "[1, 2.5, true, false, null, \"\\n\", {}]",
};
enum { MESSAGES = sizeof messages / sizeof *messages };

static void messages_are_read_as_from_the_tree(void **state)
{
    (void)state;
    for (int i = 0; i < MESSAGES; i++) {
        enum protocol_error e = compare(messages[i], strlen(messages[i]));
        assert_int_equal(e, i < 4 ? PROTOCOL_OK : i == 4 ? PROTOCOL_TOO_MANY : PROTOCOL_BAD_FIELD);
    }
}

// One of each thing that a strict reader refuses, and of what it must accept.
static void small_texts_are_judged_as_by_the_tree(void **state)
{
    static const char *const values[] = {"0",
                                         "-0",
                                         "00",
                                         "01",
                                         "-",
                                         "1.",
                                         ".5",
                                         "1.5",
                                         "1e",
                                         "1e5",
                                         "1E+5",
                                         "1e-5",
                                         "1e309",
                                         "-1e309",
                                         "1e-400",
                                         "9223372036854775807",
                                         "9223372036854775808",
                                         "-9223372036854775808",
                                         "-9223372036854775809",
                                         "1a",
                                         "+1",
                                         "0x10",
                                         "nan",
                                         "Infinity",
                                         "true",
                                         "truex",
                                         "tru",
                                         "null",
                                         "nul",
                                         "\"\"",
                                         "\"a",
                                         "\"\\x\"",
                                         "\"\\u12\"",
                                         "\"\\u0000\"",
                                         "\"\\ud800\"",
                                         "\"\\udc00\"",
                                         "\"\\ud800\\udc00\"",
                                         "\"\\ud800\\u0041\"",
                                         "\"\t\"",
                                         "\"\x7f\"",
                                         "[]",
                                         "[1,]",
                                         "[,1]",
                                         "[1 2]",
                                         "[",
                                         "[[]]",
                                         "{}",
                                         "{\"a\":1,}",
                                         "{\"a\":1,\"a\":2}",
                                         "{\"a\":1,\"\\u0061\":2}",
                                         "{\"\":1,\"\":2}",
                                         "{a:1}",
                                         "{\"a\" 1}",
                                         "{\"a\":}",
                                         "{,}",
                                         "{\"a\":1 \"b\":2}",
                                         "{\"\xc3\xa9\":1,\"\\u00e9\":2}",
                                         "{\"a\":{\"a\":{\"a\":1}}}",
                                         "'a'",
                                         "// x",
                                         "1 // x",
                                         "\"\xff\"",
                                         "\"\xc0\x80\"",
                                         "\"\xed\xa0\x80\"",
                                         "\"\xf4\x90\x80\x80\"",
                                         "\"\xf0\x9f\x98\x80\""};
    static const char *const frames[] = {
        "%s",
        " %s ",
        "{\"v\":1,\"x\":%s}",
        "{\"v\":%s}",
        "[%s]",
        "{\"v\":1}%s",
        HEAD
        "\"events\":[{\"seq\":%s,\"at\":1,\"type\":\"rating\",\"question\":\"q\",\"of\":5,\"score\":1}]}",
        HEAD "\"events\":[{\"seq\":1,\"at\":1,\"type\":\"text\",\"question\":\"q\",\"text\":%s}]}",
        HEAD
        "\"events\":[{\"seq\":1,\"at\":1,\"type\":\"choice\",\"question\":\"q\",\"options\":[\"b\",%s]}]}",
        HEAD "\"events\":%s}",
        HEAD "\"boot\":%s,\"events\":[" EVENT "]}",
        HEAD "\"events\":[" EVENT ",%s],\"v\":1}"};
    (void)state;
    for (size_t f = 0; f < sizeof frames / sizeof *frames; f++) {
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            char text[1000];
            int n = snprintf(text, sizeof text, frames[f], values[i]);
            compare(text, (size_t)n);
        }
    }
}

static void deep_ones_end(void **state)
{
    (void)state;
    for (int depth = 2040; depth < 2056; depth++) {
        for (int kind = 0; kind < 3; kind++) {
            char *text = malloc(16000);
            size_t n = 0;
            assert_non_null(text);
            for (int i = 0; i < depth; i++) {
                n += (size_t)sprintf(text + n, "%s",
                                     kind == 0 || (kind == 2 && i % 2) ? "["
                                     : i                               ? "{\"a\":"
                                                                       : "{\"v\":");
            }
            text[n++] = '1';
            for (int i = depth - 1; i >= 0; i--) {
                text[n++] = kind == 0 || (kind == 2 && i % 2) ? ']' : '}';
            }
            compare(text, n);
            free(text);
        }
    }
}

// Bytes changed, dropped, doubled, swapped; pieces of one message in another.
static void bent_messages_are_judged_as_by_the_tree(void **state)
{
    static const char bytes[] = "\"\\{}[],:0123456789-+.eEtrufalsn \t\n\xc3\xa9\xf0\x80";
    int accepted = 0;
    (void)state;
    for (int i = 0; i < 150000; i++) {
        char text[2000];
        const char *from = messages[dice(MESSAGES)];
        size_t n = strlen(from);
        memcpy(text, from, n);
        for (unsigned k = dice(4); k > 0 && n > 1; k--) {
            size_t at = dice((unsigned)n);
            switch (dice(5)) {
            case 0:
                text[at] = bytes[dice(sizeof bytes - 1)];
                break;
            case 1:
                memmove(text + at, text + at + 1, --n - at);
                break;
            case 2:
                memmove(text + at + 1, text + at, n++ - at);
                text[at] = bytes[dice(sizeof bytes - 1)];
                break;
            case 3:
                n = at;
                break;
            default: {
                const char *other = messages[dice(MESSAGES)];
                size_t start = dice((unsigned)strlen(other)), m = strlen(other) - start;
                m = m > 60 ? dice(60) : m;
                memmove(text + at + m, text + at, n - at);
                memcpy(text + at, other + start, m);
                n += m;
                break;
            }
            }
        }
        accepted += compare(text, n) == PROTOCOL_OK;
    }
    assert_in_range(accepted, 10000, 140000); // both sides of the border were met
}

static void many_strange_names_are_noticed_when_one_stands_twice(void **state)
{
    char text[16384];
    (void)state;
    for (int twice = 0; twice < 2; twice++) {
        size_t n = (size_t)sprintf(text, "{\"v\":1");
        for (int i = 0; i < 900; i++) {
            n += (size_t)sprintf(text + n, ",\"x%d\":0", i);
        }
        n += (size_t)sprintf(text + n, twice ? ",\"x\\u0035\":0}" : ",\"y\":0}");
        assert_int_equal(compare(text, n), twice ? PROTOCOL_NOT_JSON : PROTOCOL_BAD_FIELD);
    }
}

static void long_numbers_are_refused(void **state)
{
    char text[1200] = HEAD "\"x\":1.";
    struct events_message m;
    (void)state;
    size_t head = strlen(text);
    for (int digits = SCAN_NUMBER_MAX - 2; digits <= SCAN_NUMBER_MAX - 1; digits++) {
        memset(text + head, '5', (size_t)digits);
        strcpy(text + head + digits, ",\"events\":[" EVENT "]}");
        enum protocol_error e = events_decode(text, strlen(text), &m);
        assert_int_equal(e, digits + 2 <= SCAN_NUMBER_MAX ? PROTOCOL_OK : PROTOCOL_NOT_JSON);
        if (e == PROTOCOL_OK) {
            events_message_finish(&m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_read_as_from_the_tree),
        cmocka_unit_test(small_texts_are_judged_as_by_the_tree),
        cmocka_unit_test(deep_ones_end),
        cmocka_unit_test(bent_messages_are_judged_as_by_the_tree),
        cmocka_unit_test(many_strange_names_are_noticed_when_one_stands_twice),
        cmocka_unit_test(long_numbers_are_refused),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
