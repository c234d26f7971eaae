// Documents of kiosks in the store: versions, ends, and an older store that learns of them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/document.h"
#include "aggregator/embed.h"
#include "aggregator/store_content.h"
#include "tests/unit/folder.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    int count;
    struct store_content last; // of the walk
    char body[100];
};

static void open_store(struct fixture *f)
{
    char why[300];
    enum store_error e = store_open(f->path, &f->st, why, sizeof why);
    if (e != STORE_OK) {
        fail_msg("%s", why);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    folder_make(f->dir, "store-content");
    snprintf(f->path, sizeof f->path, "%s/puas.db", f->dir);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    store_close(f->st);
    folder_drop(f->dir);
    free(f);
    return 0;
}

static bool each(void *ctx, const struct store_content *c)
{
    struct fixture *f = ctx;
    f->count++;
    f->last = *c;
    snprintf(f->body, sizeof f->body, "%s", c->body);
    return true;
}

static int in_force(struct fixture *f)
{
    f->count = 0;
    assert_true(store_each_content(f->st, each, f));
    return f->count;
}

static int put(struct fixture *f, int32_t place, int32_t kiosk, const char *body, wall_ms at)
{
    struct store_content c = {.place = place, .kiosk = kiosk, .yaml = "y", .body = body};
    assert_true(store_put_content(f->st, &c, "puasctl", at));
    return c.version;
}

static void versions(void **state)
{
    struct fixture *f = *state;
    int version;
    open_store(f);
    assert_int_equal(in_force(f), 0);
    assert_int_equal(put(f, 1, 0, "{\"volume\":1}", 10), 1);
    assert_int_equal(put(f, 1, 0, "{\"volume\":2}", 20), 2);
    assert_int_equal(put(f, 0, 1, "{\"volume\":3}", 30), 1); // each place and kiosk counts for itself
    assert_int_equal(in_force(f), 2);
    assert_int_equal(f->last.place, 1);
    assert_int_equal(f->last.version, 2);
    assert_string_equal(f->body, "{\"volume\":2}");
    assert_true(store_end_content(f->st, 1, 0, "puasctl", 40, &version));
    assert_int_equal(version, 2);
    assert_true(store_end_content(f->st, 1, 0, "puasctl", 50, &version));
    assert_int_equal(version, 0); // nothing was in force
    assert_int_equal(in_force(f), 1);
    assert_int_equal(put(f, 1, 0, "{\"volume\":1}", 60), 3); // numbers are never given out again
    // All are kept, over a restart too.
    store_close(f->st);
    open_store(f);
    assert_int_equal(in_force(f), 2);
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(
                         db,
                         "SELECT group_concat(version || ' ' || from_ms || ' ' || coalesce(to_ms, '-'), ';')"
                         " FROM (SELECT * FROM content WHERE place_id = 1 ORDER BY version)",
                         -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(s, 0), "1 10 20;2 20 40;3 60 -");
    sqlite3_finalize(s);
    sqlite3_close(db);
}

// What a question measures goes the whole way: from the document that was pushed to whoever has an answer's
// ids.
static void dimensions(void **state)
{
    static const char yaml[] = "survey:\n"
                               "  id: exit\n"
                               "  version: 2\n"
                               "  questions:\n"
                               "    - { id: overall, type: faces, dimension: overall }\n"
                               "    - { id: queue, type: faces, of: 4, dimension: waiting }\n"
                               "    - { id: '7', type: text }\n";
    static const struct {
        const char *survey;
        int version;
        const char *question, *dimension;
    } rows[] = {{"exit", 2, "overall", "overall"}, {"exit", 2, "queue", "waiting"}, {"exit", 2, "7", ""},
                {"exit", 3, "queue", ""},          {"exit", 1, "queue", "speed"},   {"other", 2, "queue", ""},
                {"exit", 2, "nothing", ""},        {"default", 1, "overall", "all"}};
    struct fixture *f = *state;
    struct ident dimension;
    char why[300];
    open_store(f);
    char *body = document_json("content", yaml, strlen(yaml), 10000, why, sizeof why);
    assert_non_null(body);
    put(f, 1, 0,
        "{\"survey\":{\"id\":\"exit\",\"version\":1,\"questions\":[{\"id\":\"queue\",\"dimension\":\"speed\"}"
        "]}}",
        10);
    put(f, 1, 0,
        "{\"survey\":{\"id\":\"exit\",\"version\":2,\"questions\":[{\"id\":\"queue\",\"dimension\":\"ease\"}]"
        "}}",
        20);
    put(f, 1, 0, body, 30); // the newest of a version counts
    put(f, 0, 1, "{\"survey\":{\"questions\":[{\"id\":\"overall\",\"dimension\":\"all\"}]}}", 40);
    put(f, 0, 1, "{\"volume\":3}", 50);
    free(body);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(store_dimension(f->st, rows[i].survey, rows[i].version, rows[i].question, &dimension));
        assert_string_equal(dimension.s, rows[i].dimension);
    }
}

// Plans come in the order of their time, and each is settled once; over a restart too.
static void plans(void **state)
{
    struct fixture *f = *state;
    struct store_plan p = {.place = 1, .at = 300, .who = "head", .yaml = (char *)(uintptr_t) "late"}, due;
    int64_t late, early;
    wall_ms next;
    bool found;
    open_store(f);
    assert_true(store_next_content(f->st, 0, &next));
    assert_true(next == INT64_MAX);
    assert_true(store_put_plan(f->st, &p, 10, &late));
    p = (struct store_plan){.kiosk = 1, .at = 200, .who = "head", .yaml = (char *)(uintptr_t) "early"};
    assert_true(store_put_plan(f->st, &p, 20, &early));
    assert_true(late == 1 && early == 2);
    store_close(f->st);
    open_store(f);
    assert_true(store_next_content(f->st, 0, &next));
    assert_true(next == 200);
    assert_true(store_due_plan(f->st, 199, &due, &found));
    assert_false(found);
    assert_true(store_due_plan(f->st, 1000, &due, &found));
    assert_true(found && due.id == early && due.kiosk == 1 && due.place == 0);
    assert_string_equal(due.yaml, "early");
    assert_string_equal(due.who, "head");
    free(due.yaml);
    assert_true(store_end_plan(f->st, early, 1000, "head", "done", &found));
    assert_true(found);
    assert_true(store_end_plan(f->st, early, 1000, "head", "withdrawn", &found));
    assert_false(found); // it has taken effect
    assert_true(store_end_plan(f->st, late, 1000, "admin", "withdrawn", &found));
    assert_true(found);
    assert_true(store_due_plan(f->st, 1000, &due, &found));
    assert_false(found);
}

// A store of the first release, with a kiosk in it.
static void older_store(void **state)
{
    struct fixture *f = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, embedded_migrations[0].begin, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "INSERT INTO kiosk(kiosk_id, id, name, known) VALUES(1, 'k1', 'Main', 1);"
                                  "PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    open_store(f);
    struct health_message m = {
        .content = "9f86", .refused = "60ae", .refused_why = "why", .assignment = "dago"};
    assert_true(store_kiosk_health(f->st, 1, &m, 5));
    assert_true(store_kiosk_published(f->st, 1, "abcd"));
    assert_int_equal(put(f, 0, 1, "{}", 10), 1);
    store_close(f->st);
    open_store(f); // and it is not brought up to date twice
    assert_int_equal(in_force(f), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(versions, setup, teardown),
        cmocka_unit_test_setup_teardown(dimensions, setup, teardown),
        cmocka_unit_test_setup_teardown(plans, setup, teardown),
        cmocka_unit_test_setup_teardown(older_store, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
