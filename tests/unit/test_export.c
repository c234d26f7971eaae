// Exports: what is in them and what is not, cells that no spreadsheet takes for a formula, pages that come and go.
#include "tests/unit/history.h"

#include "aggregator/ctl.h"
#include "aggregator/export.h"

#include <jansson.h>

struct text {
    char *s; // owned
    size_t n;
    int left; // pieces that are taken; below 0: all
};

static bool take(void *ctx, const void *data, size_t n)
{
    struct text *t = ctx;
    if (n > 0) {
        t->s = realloc(t->s, t->n + n + 1);
        memcpy(t->s + t->n, data, n);
        t->n += n;
        t->s[t->n] = '\0';
    }
    return t->left < 0 || t->left-- > 0;
}

static struct export *open_export(struct world *w, struct trend_query q, const struct views_user *u)
{
    struct export *e = NULL;
    struct trend_problem problem = {.field = ""};
    char why[300] = "";
    if (export_open(w->path, u, &q, NOW, &e, &problem, why, sizeof why) != TRENDS_OK) {
        fail_msg("%s %s %s", problem.field, problem.why, why);
    }
    return e;
}

static char *export_text(struct world *w, enum export_format f, struct trend_query q, int64_t *ret_rows)
{
    struct text t = {.left = -1};
    struct export *e = open_export(w, q, NULL);
    char why[300];
    assert_true(export_write(e, f, take, &t, ret_rows, why, sizeof why));
    export_close(e);
    return t.s;
}

static int64_t count(struct world *w, struct trend_query q)
{
    int64_t rows;
    free(export_text(w, EXPORT_CSV, q, &rows));
    return rows;
}

static void a_row_says_what_was_answered(void **state)
{
    struct world *w = *state;
    int64_t rows, first = world_vote(w, 1, TODAY - 1, 9, "overall", 4);
    struct event why = {
        .type = EVENT_CHOICE, .visit = first, .option_count = 2, .options = {{"wait"}, {"staff"}}};
    ident_set(&why.question, "why");
    strcpy(why.ref, "A-12");
    world_say(w, 1, TODAY - 1, 9, &why);
    struct event words = {.type = EVENT_TEXT, .visit = first, .text = "\"Baik\", sekali\nya", .lang = "jv"};
    ident_set(&words.question, "say");
    world_say(w, 1, TODAY - 1, 9, &words);
    struct event contact = {.type = EVENT_CONTACT, .visit = first, .keep_days = 65};
    ident_set(&contact.question, "call");
    strcpy(contact.text, "c2VhbGVkIGJveA==");
    world_say(w, 1, TODAY - 1, 9, &contact);
    char *csv = export_text(w, EXPORT_CSV, (struct trend_query){0}, &rows);
    assert_string_equal(csv, "utc,local,place,place_name,kiosk,visit,seq,kind,question,score,of,options,"
                             "comment,lang,ref,counted,remarks\r\n"
                             "2026-11-22T02:00:00Z,2026-11-22T09:00:00,dago,The "
                             "dago,k1,k1/01000000000000000000000000000000/1,1,rating,"
                             "overall,4,5,,,,,1,\r\n"
                             "2026-11-22T02:00:00Z,2026-11-22T09:00:00,dago,The "
                             "dago,k1,k1/01000000000000000000000000000000/1,2,choice,"
                             "why,,,wait staff,,,A-12,1,\r\n"
                             "2026-11-22T02:00:00Z,2026-11-22T09:00:00,dago,The "
                             "dago,k1,k1/01000000000000000000000000000000/1,3,text,"
                             "say,,,,\"\"\"Baik\"\", sekali\nya\",jv,,1,\r\n"
                             "2026-11-22T02:00:00Z,2026-11-22T09:00:00,dago,The "
                             "dago,k1,k1/01000000000000000000000000000000/1,4,contact,"
                             "call,,,,,,,1,\r\n");
    assert_int_equal(rows, 4);
    free(csv);
    char *json = export_text(w, EXPORT_JSON, (struct trend_query){0}, &rows);
    json_t *list = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    assert_int_equal(json_array_size(list), 4);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, 0), "score")), 4);
    assert_null(json_object_get(json_array_get(list, 0), "comment"));
    assert_true(json_is_true(json_object_get(json_array_get(list, 0), "counted")));
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "comment")),
                        "\"Baik\", sekali\nya");
    json_decref(list);
    free(json);
    // Nothing: still a document.
    json = export_text(w, EXPORT_JSON, (struct trend_query){.place = "papua"}, &rows);
    assert_string_equal(json, "[]\n");
    free(json);
}

static void no_cell_is_a_formula(void **state)
{
    struct world *w = *state;
    static const char *const evil[] = {"=1+1", "+62812", "-2+3", "@SUM(A1)", "\tx", "\rx", "\nx", "=\"a\",b"};
    int64_t rows;
    for (size_t i = 0; i < sizeof evil / sizeof evil[0]; i++) {
        world_words(w, 1, TODAY - 1, 9, 0, evil[i]);
    }
    world_words(w, 1, TODAY - 1, 9, 0, "a=1"); // none
    char *csv = export_text(w, EXPORT_CSV, (struct trend_query){0}, &rows);
    static const char *const safe[] = {",'=1+1,", ",'+62812,",  ",'-2+3,",    ",'@SUM(A1),",
                                       ",'\tx,",  ",\"'\rx\",", ",\"'\nx\",", ",\"'=\"\"a\"\",b\",",
                                       ",a=1,"};
    for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++) {
        assert_non_null(strstr(csv, safe[i]));
    }
    free(csv);
}

static void what_is_asked_for_is_there_and_nothing_else(void **state)
{
    struct world *w = *state;
    for (int day = TODAY - 3; day <= TODAY; day++) { // the last one is not over
        world_vote(w, 1, day, 23, "overall", 5);
        world_vote(w, 2, day, 0, "clean", 1);
    }
    assert_int_equal(count(w, (struct trend_query){0}), 6);
    assert_int_equal(count(w, (struct trend_query){.place = "west"}), 3);
    assert_int_equal(
        count(w, (struct trend_query){.place = "papua", .from = "2026-11-21", .to = "2026-11-21"}), 1);
    assert_int_equal(count(w, (struct trend_query){.question = "clean", .from = "2026-11-22"}), 1);
    struct export *e;
    struct trend_problem p;
    char why[300];
    static const struct {
        struct trend_query q;
        enum trends_error error;
        const char *field;
    } wrong[] = {
        {{.to = "2026-11-23"}, TRENDS_BAD, "to"},        {{.to = "soon"}, TRENDS_BAD, "to"},
        {{.from = "2026-11-23"}, TRENDS_BAD, "from"},    {{.from = "2026-02-30"}, TRENDS_BAD, "from"},
        {{.question = "never"}, TRENDS_BAD, "question"}, {{.place = "nowhere"}, TRENDS_NOT_FOUND, ""}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        p.field = "";
        assert_int_equal(export_open(w->path, NULL, &wrong[i].q, NOW, &e, &p, why, sizeof why),
                         wrong[i].error);
        assert_string_equal(p.field, wrong[i].field);
    }
    struct views_user u = {.place = WEST};
    assert_int_equal(
        export_open(w->path, &u, &(struct trend_query){.place = "papua"}, NOW, &e, &p, why, sizeof why),
        TRENDS_NOT_FOUND);
    assert_int_equal(
        export_open("/nowhere/puas.db", NULL, &(struct trend_query){0}, NOW, &e, &p, why, sizeof why),
        TRENDS_FAILED);
    const struct export_row *page;
    int n;
    e = open_export(w, (struct trend_query){0}, &u); // its own scope
    assert_true(export_page(e, &page, &n, why, sizeof why));
    assert_int_equal(n, 3);
    assert_string_equal(page[0].place.s, "dago");
    export_close(e);
}

// Between two pages packs are put together, and no transaction stays open: the log can be emptied.
static void compaction_between_two_pages_loses_nothing(void **state)
{
    struct world *w = *state;
    enum { VOTES = 1000 };
    for (int i = 0; i < VOTES; i++) { // a pack each
        world_vote(w, 1, TODAY - 9, 9 + i / 200, "overall", 1 + i % 5);
    }
    struct export *e = open_export(w, (struct trend_query){0}, NULL);
    const struct export_row *page;
    char why[300];
    int n, all = 0;
    int64_t last = 0;
    bool more = true;
    int32_t at = 0;
    do {
        assert_true(export_page(e, &page, &n, why, sizeof why));
        for (int i = 0; i < n; i++) {
            assert_int_equal(page[i].seq, ++last);
        }
        all += n;
        if (more) {
            assert_true(store_begin(w->st));
            assert_true(store_compact(w->st, NOW, 1 << 30, &at, &more));
            assert_true(store_commit(w->st));
        }
        int frames = 1;
        sqlite3_wal_checkpoint_v2(w->st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, &frames, NULL);
        assert_int_equal(frames, 0);
    } while (n > 0);
    assert_int_equal(all, VOTES);
    export_close(e);
}

static void who_has_enough_ends_it(void **state)
{
    struct world *w = *state;
    char why[300];
    int64_t rows;
    for (int i = 0; i < 300; i++) {
        world_vote(w, 1, TODAY - 2, 9, "overall", 1);
    }
    for (int f = 0; f < EXPORT_FORMATS; f++) {
        struct text t = {.left = 0};
        struct export *e = open_export(w, (struct trend_query){0}, NULL);
        assert_false(export_write(e, (enum export_format)f, take, &t, &rows, why, sizeof why));
        assert_string_equal(why, "");
        export_close(e);
        free(t.s);
    }
    setenv("TMPDIR", "/nowhere", 1);
    struct text t = {.left = -1};
    struct export *e = open_export(w, (struct trend_query){0}, NULL);
    assert_false(export_write(e, EXPORT_XLSX, take, &t, &rows, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere"));
    unsetenv("TMPDIR");
    export_close(e);
}

static void a_spreadsheet_is_an_archive(void **state)
{
    struct world *w = *state;
    int64_t rows;
    world_vote(w, 1, TODAY - 2, 9, "overall", 1);
    char *xlsx = export_text(w, EXPORT_XLSX, (struct trend_query){0}, &rows); // the end-to-end tests read it
    assert_memory_equal(xlsx, "PK\3\4", 4);
    assert_int_equal(rows, 1);
    free(xlsx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_row_says_what_was_answered, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(no_cell_is_a_formula, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(what_is_asked_for_is_there_and_nothing_else, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(compaction_between_two_pages_loses_nothing, world_setup,
                                        world_teardown),
        cmocka_unit_test_setup_teardown(who_has_enough_ends_it, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(a_spreadsheet_is_an_archive, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
