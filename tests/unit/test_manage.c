// One change in the document of the configuration: versions, order, what is refused and which field is named.
#include "aggregator/manage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aggregator/manage_items.h"

static const char document[] = "places:\n"
                               "  - { id: a, kind: org, name: A, tz: Asia/Jakarta }\n"
                               "  - { id: b, kind: region, parent: a, name: B }\n"
                               "  - { id: c, kind: branch, parent: b, name: C }\n"
                               "kiosks:\n"
                               "  - { id: \"101\", name: K, place: c }\n";

static void version_of(const char *text, const char *list, const char *id, char ret[MANAGE_VERSION + 1])
{
    char why[200];
    json_t *o = manage_read(text, why, sizeof why), *one;
    size_t i;
    ret[0] = '\0';
    assert_non_null(o);
    json_array_foreach(json_object_get(o, list), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, manage_id_key(list))), id) == 0) {
            assert_true(manage_version(one, ret));
        }
    }
    json_decref(o);
}

static char *change(const char *text, const char *list, const char *id, const char *item, const char *version,
                    struct manage_change *ret_c, struct manage_places *ret_p)
{
    *ret_c = (struct manage_change){.list = manage_list(list), .id = id, .item = item, .version = version};
    return manage_document(text, ret_c, ret_p);
}

static void test_change(void **state)
{
    (void)state;
    struct manage_change c;
    struct manage_places p;
    char version[MANAGE_VERSION + 1], later[MANAGE_VERSION + 1];
    version_of(document, "places", "c", version);
    char *text = change(document, "places", "c", "{\"kind\":\"branch\",\"parent\":\"a\",\"name\":\"C2\"}",
                        version, &c, &p);
    assert_non_null(text);
    assert_true(p.there);
    assert_string_equal(p.before.s, "c");
    assert_string_equal(p.after.s, "a");
    version_of(text, "places", "c", later);
    assert_string_not_equal(version, later);
    assert_null(
        change(text, "places", "c", "{\"name\":\"C3\"}", version, &c, &p)); // seen before somebody else
    assert_int_equal(c.refusal, MANAGE_STALE);
    // What is the same has the same version, however it is written.
    version_of("places: [ { parent: \"b\", name: \"C\", id: c, kind: branch } ]", "places", "c", later);
    assert_string_equal(version, later);
    free(text);
}

static void test_new_and_gone(void **state)
{
    (void)state;
    struct manage_change c;
    struct manage_places p;
    char version[MANAGE_VERSION + 1];
    assert_null(change(document, "kiosks", "101", "{\"name\":\"K2\",\"place\":\"c\"}", "", &c, &p));
    assert_int_equal(c.refusal, MANAGE_TAKEN);
    assert_string_equal(c.field, "id");
    assert_null(
        change(document, "kiosks", "102", "{\"name\":\"K2\",\"place\":\"c\"}", "0123456789abcdef", &c, &p));
    assert_int_equal(c.refusal, MANAGE_UNKNOWN);
    version_of(document, "kiosks", "101", version);
    char *text = change(document, "kiosks", "101", NULL, version, &c, &p);
    assert_non_null(text);
    assert_string_equal(p.before.s, "c");
    version_of(text, "kiosks", "101", version);
    assert_string_equal(version, "");
    free(text);
    text = change(document, "users", "u", "{\"place\":\"a\"}", "", &c, &p); // a list that was not there
    assert_non_null(text);
    assert_non_null(strstr(text, "\"name\": \"u\""));
    free(text);
}

// A place may move under one that comes later in the document; never under itself.
static void test_order(void **state)
{
    (void)state;
    struct manage_change c;
    struct manage_places p;
    char version[MANAGE_VERSION + 1];
    char *first =
        change(document, "places", "d", "{\"kind\":\"region\",\"parent\":\"a\",\"name\":\"D\"}", "", &c, &p);
    assert_non_null(first);
    version_of(first, "places", "c", version);
    char *text = change(first, "places", "c", "{\"kind\":\"branch\",\"parent\":\"d\",\"name\":\"C\"}",
                        version, &c, &p);
    assert_non_null(text);
    struct seed seed;
    struct config_error error;
    assert_true(config_parse("x", text, strlen(text), seed_rows, &seed, &error));
    assert_true(seed_check("x", &seed, &error));
    config_free(seed_rows, &seed);
    version_of(first, "places", "b", version);
    assert_null(change(first, "places", "b", "{\"kind\":\"region\",\"parent\":\"c\",\"name\":\"B\"}", version,
                       &c, &p));
    assert_int_equal(c.refusal, MANAGE_WRONG);
    assert_string_equal(c.field, "parent");
    free(text);
    free(first);
    // A store may hold a second organisation, since applying a document takes no place out: it can be changed too.
    static const char two[] =
        "places: [ { id: x, kind: org, name: X, tz: UTC }, { id: y, kind: org, name: Y, tz: UTC } ]";
    assert_true(config_parse("x", two, strlen(two), seed_rows, &seed, &error));
    assert_true(seed_check("x", &seed, &error));
    config_free(seed_rows, &seed);
}

static void test_fields(void **state)
{
    (void)state;
    static const struct {
        const char *list, *text, *field, *why;
    } rows[] = {
        {"standards", "configuration:1:20: 'percent' is 300: it must be from 0 to 100", "percent",
         "'percent' is 300: it must be from 0 to 100"},
        {"places", "configuration:7: unknown parent 'x': parents stand before their children", "parent",
         "unknown parent 'x': parents stand before their children"},
        {"places", "tz: unknown time zone 'x'", "tz", "tz: unknown time zone 'x'"},
        {"places", "configuration:1: 'hall' lies inside a branch: only areas can", "",
         "'hall' lies inside a branch: only areas can"},
        {"users", "the store failed: disk", "", "the store failed: disk"},
        {"standards", "configuration:1:9: 'after' is 1 s: it must be from 1 min to 7 d", "escalation",
         "'after' is 1 s: it must be from 1 min to 7 d"},
        {"standards", "configuration:1: 'goal': escalation has at most 8 steps", "escalation",
         "'goal': escalation has at most 8 steps"},
        {"calendars", "configuration:1: 'open' must have 5 characters", "days", "'open' must have 5 characters"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct manage_change c = {.list = manage_list(rows[i].list), .id = "goal"};
        manage_wrong(&c, rows[i].text);
        assert_int_equal(c.refusal, MANAGE_WRONG);
        assert_string_equal(c.field, rows[i].field);
        assert_string_equal(c.why, rows[i].why);
    }
}

static void test_hostile(void **state)
{
    (void)state;
    struct manage_change c;
    struct manage_places p;
    static const char *const items[] = {
        "", "[]", "7", "{", "{\"password_file\":\"/etc/passwd\"}", "{\"place\":\"No!\"}"};
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        assert_null(change(document, "users", "u", items[i], "", &c, &p));
        assert_int_equal(c.refusal, MANAGE_WRONG);
    }
    assert_null(manage_list("surveys-of-others"));
    assert_null(change(": [", "users", "u", "{}", "", &c, &p));
    assert_int_equal(c.refusal, MANAGE_WRONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_change), cmocka_unit_test(test_new_and_gone), cmocka_unit_test(test_order),
        cmocka_unit_test(test_fields), cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
