// YAML as the JSON that kiosks get: types, what YAML and JSON do not agree on, limits.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/document.h"
#include "shared/content.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *yaml, const char *json)
{
    char why[300] = "";
    char *text = document_json("f", yaml, strlen(yaml), 10000, why, sizeof why);
    if (json[0] == 'f' && json[1] == ':') {
        assert_null(text);
        if (strncmp(why, json, strlen(json)) != 0) {
            fail_msg("%s: '%s', wanted '%s'", yaml, why, json);
        }
    } else {
        assert_non_null(text);
        assert_string_equal(text, json);
    }
    free(text);
}

static void types(void **state)
{
    (void)state;
    check("a: 1", "{\"a\":1}");
    check("a: -3", "{\"a\":-3}");
    check("a: 0.5", "{\"a\":0.5}");
    check("a: true\nb: false", "{\"a\":true,\"b\":false}");
    check("a: 'true'\nb: \"1\"", "{\"a\":\"true\",\"b\":\"1\"}");
    check("a: [1, x, [], {}]", "{\"a\":[1,\"x\",[],{}]}");
    // What would not come back as it was written stays a text.
    check("a: 08:00\nb: 007\nc: 1.50\nd: 1e3\ne: yes\nf: ~\ng:\nh: 0x10\ni: .5\nj: '-'\nk: 1.\nl: -0\nm: 1-2",
          "{\"a\":\"08:00\",\"b\":\"007\",\"c\":\"1.50\",\"d\":\"1e3\",\"e\":\"yes\",\"f\":\"~\",\"g\":\"\","
          "\"h\":\"0x10\","
          "\"i\":\".5\",\"j\":\"-\",\"k\":\"1.\",\"l\":\"-0\",\"m\":\"1-2\"}");
    check("a: 9007199254740991", "{\"a\":9007199254740991}");
    check("a: 9007199254740992", "{\"a\":\"9007199254740992\"}"); // no integer on the wire is so large
    check("a: 99999999999999999999", "{\"a\":\"99999999999999999999\"}");
    check("a: Terima kasih \xf0\x9f\x98\x80 \"x\"", "{\"a\":\"Terima kasih \xf0\x9f\x98\x80 \\\"x\\\"\"}");
    check("a: |\n  one\n  two\n", "{\"a\":\"one\\ntwo\\n\"}");
    check("x: &x { a: 1 }\ny: *x", "{\"x\":{\"a\":1},\"y\":{\"a\":1}}");
    check("{\"a\":{\"b\":[1,2]}}", "{\"a\":{\"b\":[1,2]}}"); // JSON is YAML
}

static void refusals(void **state)
{
    (void)state;
    check("", "f: the document is empty");
    check("a: [", "f:2:1: not YAML");
    check("a: 1\nb: 2\na: 3", "f:3:1: 'a' stands twice");
    check("a: 1\nb: \"x\\u2028y\"", "f:2:4: the text holds control characters");
    check("a: \"\\e[2J\"", "f:1:4: the text holds control characters");
    check("a: \"\\x85\"", "f:1:4: the text holds control characters");
    check("\"a\\0b\": 1", "f:1:1: the key holds control characters");
    check("[a]: 1", "f:1:1: a key must be a plain word");
    check("a: &a [*a]", "f:1:4: nested too deeply");
    // Each level repeats the one before ten times.
    check("a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c "
          "[*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
          "d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n",
          "f:");
}

static void size_limit(void **state)
{
    (void)state;
    char why[300];
    char *text = document_json("f", "a: xxxx", 7, 12, why, sizeof why); // {"a":"xxxx"}
    assert_non_null(text);
    assert_int_equal(strlen(text), 12);
    free(text);
    assert_null(document_json("f", "a: xxxxx", 8, 12, why, sizeof why));
    assert_string_equal(why, "f: 13 bytes as JSON; at most 12 fit");
}

// Seeded: whatever the bytes, a document that a kiosk would take as YAML says the same as JSON, or is
// refused.
static void mutations(void **state)
{
    (void)state;
    static const char good[] =
        "languages: [en, id]\nlanguage: id\nsurvey:\n  id: service\n  version: 3\n  questions:\n"
        "    - { id: overall, type: faces, of: 5 }\n"
        "texts: { en.question: \"How \\u00e9 was \\\"it\\\"?\", id.question: 'Apa''kah' }\n"
        "hours: [{ days: mon-fri, open: 08:00, close: \"15:30\" }]\nvolume: 70\nstill: true\n";
    char bent[sizeof good], why[400];
    uint32_t seed = 1;
    int taken = 0;
    for (int i = 0; i < 20000; i++) {
        struct content yaml, json;
        struct config_error error;
        memcpy(bent, good, sizeof good);
        for (int k = 0; k < i % 4; k++) {
            seed = seed * 1664525u + 1013904223u;
            bent[(seed >> 8) % (sizeof good - 1)] = (char)(seed >> 24);
        }
        char *text = document_json("f", bent, strlen(bent), 10000, why, sizeof why);
        if (content_parse("f", bent, strlen(bent), &yaml, &error)) {
            if (text != NULL && content_parse("json", text, strlen(text), &json, &error)) {
                taken++;
                assert_int_equal(json.texts.count, yaml.texts.count);
                for (size_t k = 0; k < yaml.texts.count; k++) {
                    assert_string_equal(json.texts.items[k].key, yaml.texts.items[k].key);
                    assert_string_equal(json.texts.items[k].value, yaml.texts.items[k].value);
                }
                assert_int_equal(json.volume, yaml.volume);
                assert_int_equal(json.survey.version, yaml.survey.version);
                assert_int_equal(json.still, yaml.still);
                content_finish(&json);
            }
            content_finish(&yaml);
        }
        free(text);
    }
    assert_true(taken > 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),
        cmocka_unit_test(refusals),
        cmocka_unit_test(size_limit),
        cmocka_unit_test(mutations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
