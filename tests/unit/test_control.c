// What is said to the broker's dynamic security plugin and what its answers are taken for, hostile ones too; and that the broker's
// users beside kiosks are those of its ACL file. The plugin itself: tests/e2e/enrol.test.mjs.
#include "aggregator/control.h"
#include "aggregator/core_impl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#define MARK "0123456789abcdef0123456789abcdef"
#define OTHER "ffffffffffffffffffffffffffffffff"

static void says(char *text, size_t n, const char *wanted)
{
    json_t *got = json_loads(text, 0, NULL), *want = json_loads(wanted, 0, NULL);
    assert_non_null(want);
    assert_int_equal(n, strlen(text));
    assert_true(json_equal(got, want));
    json_decref(got);
    json_decref(want);
    free(text);
}

static void test_messages(void **state)
{
    (void)state;
    const char *const two[] = {"a", "b"};
    size_t n = 0;
    char *text = control_password(MARK, "lobby", "s3cret", &n);
    says(text, n,
         "{\"commands\":[{\"command\":\"createClient\",\"username\":\"lobby\",\"correlationData\":\"" MARK
         "\"},"
         "{\"command\":\"setClientPassword\",\"username\":\"lobby\",\"password\":\"s3cret\","
         "\"correlationData\":\"" MARK "\"},"
         "{\"command\":\"enableClient\",\"username\":\"lobby\",\"correlationData\":\"" MARK "\"}]}");
    text = control_shut(MARK, two, 2, &n);
    says(text, n,
         "{\"commands\":[{\"command\":\"createClient\",\"username\":\"a\",\"correlationData\":\"" MARK "\"},"
         "{\"command\":\"disableClient\",\"username\":\"a\",\"correlationData\":\"" MARK "\"},"
         "{\"command\":\"createClient\",\"username\":\"b\",\"correlationData\":\"" MARK "\"},"
         "{\"command\":\"disableClient\",\"username\":\"b\",\"correlationData\":\"" MARK "\"}]}");
    text = control_look(MARK, 500, &n);
    says(text, n,
         "{\"commands\":[{\"command\":\"setDefaultACLAccess\",\"acls\":[{\"acltype\":\"publishClientSend\","
         "\"allow\":false},"
         "{\"acltype\":\"publishClientReceive\",\"allow\":false},{\"acltype\":\"subscribe\",\"allow\":false},"
         "{\"acltype\":\"unsubscribe\",\"allow\":false}],\"correlationData\":\"" MARK
         "\"},{\"command\":\"listClients\","
         "\"verbose\":true,\"count\":500,\"offset\":500,\"correlationData\":\"" MARK "\"}]}");
}

struct heard {
    int count;
    char last[64];
};

static void hear(void *ctx, const char *user)
{
    struct heard *h = ctx;
    h->count++;
    snprintf(h->last, sizeof h->last, "%s", user);
}

static bool read(const char *text, const char *look, struct heard *h, struct control_answer *a)
{
    *h = (struct heard){.count = 0};
    return control_read(text, strlen(text), look, hear, h, a);
}

static void test_answers(void **state)
{
    (void)state;
    struct control_answer a;
    struct heard h;
    // As 2.0.11 says them.
    assert_true(read("{\"responses\":[{\"command\":\"createClient\",\"error\":\"Client already "
                     "exists\",\"correlationData\":\"" MARK
                     "\"},{\"command\":\"setClientPassword\",\"correlationData\":\"" MARK
                     "\"},{\"command\":\"enableClient\",\"correlationData\":\"" MARK "\"}]}",
                     "", &h, &a));
    assert_string_equal(a.mark, MARK);
    assert_string_equal(a.why, "");
    assert_true(read(
        "{\"responses\":[{\"command\":\"createClient\",\"error\":\"Internal "
        "error\",\"correlationData\":\"" MARK
        "\"},{\"command\":\"setClientPassword\",\"error\":\"Client not found\",\"correlationData\":\"" MARK
        "\"}]}",
        "", &h, &a));
    assert_string_equal(a.why, "createClient: Internal error");
    assert_true(read("{\"responses\":[{\"command\":\"setClientPassword\",\"error\":\"Client already "
                     "exists\",\"correlationData\":\"" MARK "\"}]}",
                     "", &h, &a));
    assert_string_equal(a.why,
                        "setClientPassword: Client already exists"); // of another command it is an error
}

static void test_list(void **state)
{
    (void)state;
    static const char list[] =
        "{\"responses\":[{\"command\":\"setDefaultACLAccess\",\"correlationData\":\"" MARK
        "\"},{\"command\":\"listClients\","
        "\"data\":{\"totalCount\":7,\"clients\":[{\"username\":\"k1\",\"roles\":[],\"groups\":[]},"
        "{\"username\":\"k2\",\"disabled\":true,\"roles\":[],\"groups\":[]},{\"disabled\":true},\"k3\"]},"
        "\"correlationData\":\"" MARK "\"}]}";
    struct control_answer a;
    struct heard h;
    assert_true(read(list, MARK, &h, &a));
    assert_int_equal(h.count, 1);
    assert_string_equal(h.last, "k2");
    assert_int_equal(a.total, 7);
    assert_int_equal(a.listed, 4);
    assert_true(read(list, OTHER, &h, &a)); // a list that nobody asked for tells nothing
    assert_int_equal(h.count, 0);
    assert_true(read(list, "", &h, &a));
    assert_int_equal(h.count, 0);
}

static void test_hostile(void **state)
{
    (void)state;
    static const char *const not_ours[] = {
        "",
        "x",
        "{}",
        "[]",
        "{\"responses\":{}}",
        "{\"responses\":[]}",
        "{\"responses\":[1]}",
        "{\"responses\":[{\"command\":\"Unknown command\",\"error\":\"Payload not valid JSON\"}]}",
        "{\"responses\":[{\"command\":\"enableClient\",\"correlationData\":\"short\"}]}",
        "{\"responses\":[{\"command\":\"enableClient\",\"correlationData\":7}]}",
        "{\"responses\":[{\"correlationData\":\"" MARK "\"}]}",
        "{\"responses\":[{\"command\":\"a\",\"correlationData\":\"" MARK
        "\"},{\"command\":\"b\",\"correlationData\":\"" OTHER "\"}]}",
        "{\"responses\":[],\"responses\":[{\"command\":\"a\",\"correlationData\":\"" MARK "\"}]}",
        "{\"responses\":[{\"command\":\"listClients\",\"data\":{\"totalCount\":-1,\"clients\":[]},"
        "\"correlationData\":\"" MARK "\"}]}",
        "{\"responses\":[{\"command\":\"listClients\",\"data\":{\"totalCount\":1e9,\"clients\":[]},"
        "\"correlationData\":\"" MARK "\"}]}",
        "{\"responses\":[{\"command\":\"listClients\",\"data\":{\"totalCount\":1},\"correlationData\":\"" MARK
        "\"}]}",
        "{\"responses\":[{\"command\":\"listClients\",\"data\":[],\"correlationData\":\"" MARK "\"}]}",
        "{\"responses\":[{\"command\":\"listClients\",\"data\":{\"totalCount\":1,\"clients\":[{\"username\":"
        "\"k\",\"disabled\":true}]},"
        "\"correlationData\":\"" MARK "\"},7]}",
    };
    struct control_answer a = {.mark = "as it was"};
    struct heard h;
    for (size_t i = 0; i < sizeof not_ours / sizeof not_ours[0]; i++) {
        assert_false(read(not_ours[i], MARK, &h, &a));
        assert_int_equal(h.count, 0);
        assert_string_equal(a.mark, "as it was");
    }
    // Whatever the broker gives as its reason fits, in whole characters, and controls no terminal.
    char text[2000], reason[1200] = "";
    for (int i = 0; i < 300; i++) {
        strcat(reason, "\xc3\xa9");
    }
    snprintf(text, sizeof text,
             "{\"responses\":[{\"command\":\"x\\u001b[2J\",\"error\":\"%s\",\"correlationData\":\"" MARK
             "\"}]}",
             reason);
    assert_true(read(text, "", &h, &a));
    assert_true(strlen(a.why) <= CONTROL_WHY && strncmp(a.why, "x [2J: \xc3\xa9\xc3\xa9", 11) == 0);
    json_t *whole = json_string(a.why); // strict UTF-8
    assert_non_null(whole);
    json_decref(whole);
    // At the limit of its size, and one byte past it.
    static char large[CONTROL_ANSWER_MAX + 2];
    int n = snprintf(large, sizeof large,
                     "{\"responses\":[{\"command\":\"a\",\"correlationData\":\"" MARK "\"}]}");
    memset(large + n, ' ', sizeof large - 1 - (size_t)n);
    assert_true(control_read(large, CONTROL_ANSWER_MAX, "", hear, &h, &a));
    assert_false(control_read(large, CONTROL_ANSWER_MAX + 1, "", hear, &h, &a));
}

// A kiosk of such an id would get that user's rights, and take its password.
static void test_other_users_are_those_of_the_acl_file(void **state)
{
    (void)state;
    char line[300], user[100];
    int found = 0, listed = 0;
    FILE *f = fopen(PUAS_ASSETS "/config/mosquitto.acl", "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        if (sscanf(line, "user %99s", user) == 1) {
            assert_false(control_may(user, "someone"));
            found++;
        }
    }
    fclose(f);
    while (control_others[listed] != NULL) {
        listed++;
    }
    assert_int_equal(found, listed);
    assert_true(control_may("lobby", "someone"));
    assert_false(control_may("someone", "someone")); // ours, whatever it is called
    assert_true(control_may("lobby", ""));
}

// Who gets a password while the clients are being listed is in that list as it was before; once out of service it must be shut out.
static void test_a_password_made_meanwhile(void **state)
{
    (void)state;
    static struct core c;
    char host[] = "broker", none[] = "";
    const struct settings settings = {.broker = {.host = host, .ca_file = none, .control = CONTROL_DYNAMIC_SECURITY}};
    static const char listed[] =
        "{\"responses\":[{\"command\":\"listClients\",\"data\":{\"totalCount\":1,\"clients\":[{\"username\":\"lobby\","
        "\"disabled\":true}]},\"correlationData\":\"" MARK "\"}]}";
    static const char made[] = "{\"responses\":[{\"command\":\"enableClient\",\"correlationData\":\"" OTHER "\"}]}";
    struct store_kiosk lobby = {.kiosk = 1};
    ident_set(&lobby.id, "lobby");
    c.o.settings = &settings;
    assert_true(org_add_kiosk(&c.org, &lobby));
    strcpy(c.control.mark, MARK);
    c.orders[0] = (struct core_order){.kiosk = 1, .id = OTHER, .password = "abcd-efgh"};
    assert_true(core_on_control(&c, CONTROL_ANSWERS, listed, strlen(listed)));
    assert_true(c.control.listed && org_kiosk(&c.org, "lobby")->shut);
    assert_true(core_on_control(&c, CONTROL_ANSWERS, made, strlen(made)));
    assert_non_null(strstr(c.orders[0].reply, "abcd-efgh"));
    assert_false(org_kiosk(&c.org, "lobby")->shut);
    core_order_finish(&c.orders[0]);
    org_finish(&c.org);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_other_users_are_those_of_the_acl_file),
        cmocka_unit_test(test_a_password_made_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
