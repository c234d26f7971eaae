// ident, config, tz, mailbox, log-free parts of shared/.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/config.h"
#include "shared/ident.h"
#include "shared/log.h"
#include "shared/mailbox.h"
#include "shared/tz.h"

#include <string.h>
#include <unistd.h>

static void ids(void **state)
{
    (void)state;
    struct ident id;
    assert_true(ident_valid("bandung-dago-2"));
    assert_true(ident_valid("abcdefghijklmnopqrstuvwxyz012345")); // 32: the limit
    assert_false(ident_valid("abcdefghijklmnopqrstuvwxyz0123456"));
    assert_false(ident_valid(""));
    assert_false(ident_valid("Dago"));
    assert_false(ident_valid("a/b"));
    assert_false(ident_valid("a+"));
    memset(&id, 0, sizeof id);
    assert_false(ident_set(&id, "no good"));
    assert_string_equal(id.s, "");
    assert_int_equal(ident_crc32("123456789", 9), 0xcbf43926);
    assert_true(ident_shard("bandung-dago") < SHARD_COUNT);
}

static void hex(void **state)
{
    (void)state;
    uint8_t b[2];
    char text[5];
    assert_true(ident_unhex("0aff", 2, b));
    ident_hex(b, 2, text);
    assert_string_equal(text, "0aff");
    assert_false(ident_unhex("0AFF", 2, b));
    assert_false(ident_unhex("0af", 2, b));
    assert_false(ident_unhex("0afg", 2, b));
}

static void nearest(void **state)
{
    (void)state;
    static const char *const known[] = {"port", "password_file", "address", NULL};
    assert_string_equal(ident_nearest("prot", known), "port");
    assert_string_equal(ident_nearest("passwordfile", known), "password_file");
    assert_null(ident_nearest("zzzzzz", known));
}

// ---------------------------------------------------------------- config

struct inner {
    int64_t port;
    char *host;
};
struct item {
    struct ident id;
    int line;
};
struct target {
    struct inner inner;
    int64_t wait;
    int64_t room, part;
    double share;
    bool on;
    int colour;
    struct config_list items, numbers;
    struct config_pairs texts;
};
static const char *const colours[] = {"red", "blue", NULL};
static const struct config_row inner_rows[] = {
    {.name = "port",
     .type = CONFIG_INT,
     .offset = offsetof(struct inner, port),
     .fallback = "1883",
     .min = 1,
     .max = 65535},
    {.name = "host",
     .type = CONFIG_STRING,
     .offset = offsetof(struct inner, host),
     .fallback = "localhost",
     .min = 1,
     .max = 20},
    {.name = NULL},
};
static const struct config_row item_rows[] = {
    {.name = "id",
     .type = CONFIG_IDENT,
     .offset = offsetof(struct item, id),
     .required = true,
     .help = "its id"},
    {.name = NULL},
};
static const struct config_row number_rows[] = {{.name = "", .type = CONFIG_INT, .min = 1, .max = 5},
                                                {.name = NULL}};
static const struct config_row rows[] = {
    {.name = "inner", .type = CONFIG_GROUP, .offset = offsetof(struct target, inner), .rows = inner_rows},
    {.name = "wait",
     .type = CONFIG_DURATION,
     .offset = offsetof(struct target, wait),
     .fallback = "5 s",
     .min = 100,
     .max = 60000},
    {.name = "room", .type = CONFIG_ROOM, .offset = offsetof(struct target, room), .fallback = "1 GB"},
    {.name = "part", .type = CONFIG_ROOM, .offset = offsetof(struct target, part)},
    {.name = "share", .type = CONFIG_NUMBER, .offset = offsetof(struct target, share), .max = 1},
    {.name = "on", .type = CONFIG_BOOL, .offset = offsetof(struct target, on)},
    {.name = "colour", .type = CONFIG_ENUM, .offset = offsetof(struct target, colour), .choices = colours},
    {.name = "items",
     .type = CONFIG_LIST,
     .offset = offsetof(struct target, items),
     .rows = item_rows,
     .item_bytes = sizeof(struct item),
     .line_offset = offsetof(struct item, line) + 1},
    {.name = "numbers",
     .type = CONFIG_LIST,
     .offset = offsetof(struct target, numbers),
     .rows = number_rows,
     .item_bytes = sizeof(int64_t)},
    {.name = "texts", .type = CONFIG_MAP, .offset = offsetof(struct target, texts)},
    {.name = NULL},
};

static void config_reads(void **state)
{
    (void)state;
    static const char text[] = "inner: { port: 99 }\nwait: 250 ms\npart: 2.5 %\nshare: 0.5\non: true\ncolour: blue\n"
                               "items:\n  - id: a\n  - id: b\nnumbers: [1, 5]\ntexts: { en: Hi, id: Halo }\n";
    struct target t;
    struct config_error e;
    assert_true(config_parse("t.yaml", text, sizeof text - 1, rows, &t, &e));
    assert_int_equal(t.inner.port, 99);
    assert_string_equal(t.inner.host, "localhost");
    assert_int_equal(t.wait, 250);
    assert_int_equal(t.room, 1000000000);
    assert_int_equal(t.part, -250);
    assert_true(t.share > 0.49 && t.share < 0.51 && t.on && t.colour == 1);
    assert_int_equal(t.items.count, 2);
    assert_string_equal(((struct item *)t.items.items)[1].id.s, "b");
    assert_int_equal(((struct item *)t.items.items)[1].line, 9);
    assert_int_equal(((int64_t *)t.numbers.items)[1], 5);
    assert_string_equal(t.texts.items[1].value, "Halo");
    config_free(rows, &t);
    config_free(rows, &t); // twice is fine
}

// Each wrong document, and what its one line must hold: file, line, column and a hint.
static void config_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"inner:\n  prot: 1\n", "t.yaml:2:3: unknown key 'prot', did you mean 'port'?"},
        {"colour: green\n", "t.yaml:1:9: 'colour' is 'green': one of these is needed: red, blue"},
        {"inner: { port: 70000 }\n", "t.yaml:1:16: 'port' is 70000: it must be from 1 to 65535"},
        {"inner: { port: 0 }\n", "it must be from 1 to 65535"},
        {"inner: { port: 1.5 }\n", "a whole number is needed"},
        {"wait: 5\n", "a time with its unit is needed"},
        {"wait: 99 ms\n", "it must be from 100 ms to 60 s"},
        {"room: 5\n", "room on a disk is needed"},
        {"room: 101 %\n", "room on a disk is needed"},
        {"room: -1 MB\n", "room on a disk is needed"},
        {"on: yes\n", "true or false is needed"},
        {"items: [ { } ]\n", "'id' is missing here"},
        {"items: [ { id: 'A B' } ]\n", "an id is 1 to 32 of the characters"},
        {"items: 5\n", "'items' must be a list"},
        {"numbers: [6]\n", "it must be from 1 to 5"},
        {"wait: 1 s\nwait: 2 s\n", "'wait' stands twice"},
        {"inner: [\n", "not YAML"},
        {"", "the file is empty"},
        {"- a\n", "a mapping (key: value) is needed here"},
        {"inner: { host: 'a name that is far too long' }\n", "characters long"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct target t;
        struct config_error e = {""};
        assert_false(config_parse("t.yaml", wrong[i].text, strlen(wrong[i].text), rows, &t, &e));
        if (strstr(e.text, wrong[i].message) == NULL) {
            fail_msg("document %zu: got \"%s\", wanted \"%s\"", i, e.text, wrong[i].message);
        }
    }
    struct target t;
    struct config_error e;
    assert_false(config_load("/nonexistent/puas.yaml", rows, &t, &e));
    assert_non_null(strstr(e.text, "/nonexistent/puas.yaml: cannot be read"));
}

// ---------------------------------------------------------------- time zones

enum { HOUR = 3600000 };

static void zones(void **state)
{
    (void)state;
    struct tz *jakarta = tz_load("Asia/Jakarta"), *berlin = tz_load("Europe/Berlin"),
              *nepal = tz_load("Asia/Kathmandu");
    assert_non_null(jakarta);
    assert_non_null(berlin);
    assert_non_null(nepal);
    assert_null(tz_load("Asia/Nowhere"));
    assert_null(tz_load("../../etc/passwd"));
    assert_null(tz_load("/etc/passwd"));
    wall_ms noon = 1795348800000; // 2026-11-22 12:00 UTC
    assert_int_equal(tz_offset_s(jakarta, noon), 7 * 3600);
    assert_string_equal(tz_abbreviation(jakarta, noon), "WIB");
    assert_int_equal(tz_offset_s(nepal, noon), 20700); // three quarters of an hour
    assert_int_equal(tz_day_start(jakarta, noon), noon - 19 * HOUR);
    assert_int_equal(tz_next_day(jakarta, noon) - tz_day_start(jakarta, noon), 24 * HOUR);
    // The clock goes back on 2026-10-25 and forward on 2026-03-29: 25 and 23 hours.
    wall_ms autumn = 1792929600000, spring = 1774782000000; // 12:00 and 11:00 UTC of those days
    assert_int_equal(tz_next_day(berlin, autumn) - tz_day_start(berlin, autumn), 25 * HOUR);
    assert_int_equal(tz_next_day(berlin, spring) - tz_day_start(berlin, spring), 23 * HOUR);
    // Each day begins where the last one ended, over two years.
    wall_ms day = tz_day_start(berlin, noon);
    for (int i = 0; i < 730; i++) {
        wall_ms next = tz_next_day(berlin, day);
        assert_int_equal(tz_day_start(berlin, next), next);
        assert_int_equal(tz_day_start(berlin, next - 1), day);
        day = next;
    }
    tz_free(jakarta);
    tz_free(berlin);
    tz_free(nepal);
    assert_int_equal(tz_offset_s(NULL, noon), 0);
}

// User text in the log is one quoted word: no line breaks, no terminal's control characters of either kind.
static void log_quotes(void **state)
{
    (void)state;
    int ends[2], err = dup(STDERR_FILENO);
    char text[400] = "";
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_event(LOG_ERROR, "said", "text=%Q n=%d", "a\n\x1b[2J \"q\" \xc2\x9b" "31m \xc3\xa9", 5);
    dup2(err, STDERR_FILENO);
    close(err);
    close(ends[1]);
    assert_true(read(ends[0], text, sizeof text - 1) > 0);
    close(ends[0]);
    assert_non_null(strstr(text, " error said text=\"a\\x0a\\x1b[2J \\\"q\\\" \\u009b" "31m \xc3\xa9\" n=5\n"));
}

static void mailbox(void **state)
{
    (void)state;
    struct mailbox *mb = mailbox_create(sizeof(int), 2);
    int v;
    assert_non_null(mb);
    assert_false(mailbox_take(mb, &v));
    assert_false(mailbox_wait(mb, 1, &v));
    assert_true(mailbox_post(mb, &(int){1}));
    assert_true(mailbox_post(mb, &(int){2}));
    assert_false(mailbox_post(mb, &(int){3})); // full: the poster decides
    assert_true(mailbox_take(mb, &v) && v == 1);
    assert_true(mailbox_post(mb, &(int){4}));
    mailbox_close(mb);
    assert_false(mailbox_post(mb, &(int){5}));
    assert_true(mailbox_wait(mb, -1, &v) && v == 2);
    assert_true(mailbox_wait(mb, -1, &v) && v == 4);
    assert_false(mailbox_wait(mb, -1, &v));
    mailbox_destroy(mb);
    mailbox_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids),
        cmocka_unit_test(hex),
        cmocka_unit_test(nearest),
        cmocka_unit_test(config_reads),
        cmocka_unit_test(config_refuses),
        cmocka_unit_test(zones),
        cmocka_unit_test(log_quotes),
        cmocka_unit_test(mailbox),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
