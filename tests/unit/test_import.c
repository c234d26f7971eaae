// Imports: tables of text as other programs write them, read in pieces of any size; and what rows mean by a map.
#include "tests/unit/history.h"

#include "aggregator/core_impl.h"
#include "aggregator/csv.h"
#include "aggregator/ctl.h"
#include "aggregator/import_map.h"
#include "aggregator/store_content.h"
#include "aggregator/store_retention.h"

#include <jansson.h>

struct source {
    const char *text;
    size_t n, at, piece;
};

static size_t read_piece(void *ctx, char *buf, size_t n)
{
    struct source *s = ctx;
    size_t left = s->n - s->at, k = s->piece < left ? s->piece : left;
    k = k < n ? k : n;
    memcpy(buf, s->text + s->at, k);
    s->at += k;
    return k;
}

// All rows as one text: fields in brackets, rows after their line; what is wrong after a '!'.
static const char *read_all(const char *text, size_t n, size_t piece, char separator)
{
    static char out[4000];
    struct source s = {text, n, 0, piece};
    struct csv *c = malloc(sizeof *c);
    struct csv_row row;
    const char *why;
    enum csv_result r;
    size_t used = 0;
    out[0] = '\0';
    csv_init(c, read_piece, &s, separator);
    while ((r = csv_next(c, &row, &why)) != CSV_END) {
        used += (size_t)snprintf(out + used, sizeof out - used, "%lld", (long long)row.line);
        for (int i = 0; r == CSV_ROW && i < row.count; i++) {
            used += (size_t)snprintf(out + used, sizeof out - used, "[%.20s]", row.fields[i]);
        }
        if (r != CSV_ROW) {
            used += (size_t)snprintf(out + used, sizeof out - used, "!%s", why);
        }
        if (r == CSV_BROKEN) {
            break;
        }
    }
    free(c);
    return out;
}

static void tables_are_read_as_others_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"a,b\n1,2\n", "1[a][b]2[1][2]"},
        {"a,b\r\n1,2", "1[a][b]2[1][2]"},
        {"\xef\xbb\xbf"
         "a;b\n1,5;2\n",
         "1[a][b]2[1,5][2]"},
        {"a\tb\n\"x\ty\"\tz\n", "1[a][b]2[x\ty][z]"},
        {"a,b\n\"1 \"\"2\"\" 3\",\"l\r\nm\"\nc,d\n", "1[a][b]2[1 \"2\" 3][l\r\nm]4[c][d]"},
        {"a,b\n\n\r\n,\n", "1[a][b]4[][]"},
        {"a,b\n\"\",\"x\"y\n", "1[a][b]2[][xy]"},
        {"\"a,;;;\",b\n", "1[a,;;;][b]"},
        {"a,b\n\xff,1\nc,d\n", "1[a][b]2!is not UTF-8"
                               "3[c][d]"},
        {"a\xed\xa0\x80\n", "1!is not UTF-8"},
        {"a,b\n\"c,d\n", "1[a][b]2!a quote is not closed"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        const char *rows = read_all(text, strlen(text), 1000, '\0');
        if (strcmp(rows, cases[i].rows) != 0) {
            fail_msg("%zu: %s", i, rows);
        }
        // In pieces of any size, where nothing has to be found out from the first one.
        for (size_t piece = 1; piece < 8 && text[0] == 'a' && strcspn(text, ";\t") == strlen(text); piece++) {
            assert_string_equal(read_all(text, strlen(text), piece, ','), cases[i].rows);
        }
    }
    assert_string_equal(read_all("a,b\nc\0d,e\n", 10, 100, ','), "1[a][b]2!holds a NUL byte");
    char *long_one = malloc(CSV_ROW_MAX + 10);
    memset(long_one, 'x', CSV_ROW_MAX + 10);
    assert_non_null(strstr(read_all(long_one, CSV_ROW_MAX + 10, 100, ','), "more than 64 KiB"));
    assert_non_null(strstr(read_all(long_one, CSV_ROW_MAX - 1, 100, ','), "1[xxxx"));
    memset(long_one, ',', CSV_COLUMNS_MAX);
    assert_non_null(strstr(read_all(long_one, CSV_COLUMNS_MAX, 1000, ','), "more than 200 columns"));
    free(long_one);
}

// ---------------------------------------------------------------- maps

static struct import_map parse(const char *text)
{
    struct import_map m;
    char why[500];
    if (!import_map_parse("map", text, strlen(text), &m, why, sizeof why)) {
        fail_msg("%s", why);
    }
    return m;
}

static void wrong_maps_say_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"score: { column: s }\nplace: { id: dago }\n", "time"},
        {"time: { column: t }\nscore: { column: s }\n", "a column or an id is needed"},
        {"time: { column: t }\nplace: { id: dago }\n", "at least one of score, reasons and comment"},
        {"time: { column: t, zone: Mars/Base }\nplace: { id: dago }\nscore: { column: s }\n",
         "no time zone 'Mars/Base'"},
        {"time: { column: t }\nplace: { id: dago }\nscore: { column: s, map: { good: \"6\" } }\n",
         "'6' of 'good' is no score from 1 to 5"},
        {"time: { column: t }\nplace: { column: p, map: { X: Y y } }\nscore: { column: s }\n",
         "'Y y' of 'X' is no id"},
        {"time: { column: t }\nplace: { id: dago }\nscore: { column: s }\ntongue: x\n", "unknown key 'tongue'"},
        {"time: { column: t }\nplace: { id: dago }\nscore: { column: s }\nlang: { column: l, map: { Bahasa: \"?\" } }\n",
         "'?' of 'Bahasa' is no code of a language"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct import_map m;
        char why[500];
        assert_false(import_map_parse("map", cases[i].text, strlen(cases[i].text), &m, why, sizeof why));
        if (strstr(why, cases[i].why) == NULL) {
            fail_msg("%s", why);
        }
    }
}

static void times_in_every_form(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *format, *zone, *text;
        int64_t at; // 0: it is none
    } cases[] = {
        {"iso", "", "2026-03-01T09:30:00", 1772332200}, // Jakarta, seven hours east
        {"iso", "", "2026-03-01 09:30", 1772332200},
        {"iso", "", "2026-03-01T09:30:00Z", 1772357400},
        {"iso", "", "2026-03-01T09:30:00.123+05:45", 1772336700},
        {"iso", "", "2026-03-01T09:30:00-0300", 1772368200},
        {"iso", "UTC", "2026-03-01", 1772323200},
        {"iso", "", "2026-02-30T09:30:00", 0},
        {"iso", "", "2026-03-01T09:30:00 noon", 0},
        {"%d/%m/%Y %H:%M", "Europe/Berlin", "25/10/2025 02:30", 1761352200}, // twice that night: the first
        {"%d/%m/%Y %H:%M", "Europe/Berlin", "25/10/2025 12:30", 1761388200},
        {"%d/%m/%Y %H:%M", "", "3/25/2026 12:30", 0},
        {"%Y%m%d %I:%M %p", "UTC", "20260301 09:30 PM", 1772400600},
        {"unix", "", "1772332200", 1772332200},
        {"unix-ms", "", "1772332200000", 1772332200},
        {"unix", "", "soon", 0},
        {"unix", "", "12", 0}, // in 1970
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300], why[IMPORT_WHY_MAX], error[300];
        struct import_row r;
        const char *column;
        snprintf(
            text, sizeof text,
            "time: { column: t, format: \"%s\", zone: \"%s\" }\nplace: { id: dago }\nscore: { column: s }\n",
            cases[i].format, cases[i].zone);
        struct import_map m = parse(text);
        struct csv_row head = {.count = 2, .fields = {"t", "s"}},
                       row = {.count = 2, .fields = {cases[i].text, " 4 "}};
        assert_true(import_map_bind(&m, &head, error, sizeof error));
        bool ok = import_map_row(&m, &w->org, &row, NOW, &r, &column, why);
        assert_int_equal(ok, cases[i].at != 0);
        if (ok && r.at / 1000 != cases[i].at) {
            fail_msg("%s: %lld", cases[i].text, (long long)r.at / 1000);
        }
        if (!ok) {
            assert_string_equal(column, "t");
        }
        import_map_finish(&m);
    }
}

static void rows_become_answers(void **state)
{
    struct world *w = *state;
    struct import_map m = parse("time: { column: d, second: t, format: \"%Y-%m-%d %H:%M\" }\n"
                                "place: { column: k, kiosks: true, map: { T17: k2 } }\n"
                                "question: { column: q, map: { How?: overall } }\n"
                                "score: { column: s, of: 11, least: 0 }\n"
                                "reasons: { column: r, separator: \"|\", map: { Too long: wait } }\n"
                                "comment: { column: c, question: words }\n"
                                "lang: { column: l, map: { Bahasa: id } }\n");
    struct csv_row head = {.count = 8, .fields = {"c", "d", "t", "k", "q", "s", "r", "l"}};
    struct import_row r;
    char why[300];
    const char *column;
    assert_true(import_map_bind(&m, &head, why, sizeof why));
    struct csv_row row = {
        .count = 8, .fields = {" so so", "2026-03-01", "23:30", "T17", "How?", "0", " Too long | staff|", "Bahasa"}};
    assert_true(import_map_row(&m, &w->org, &row, NOW, &r, &column, why));
    assert_true(r.place == PAPUA && r.score == 1 && r.of == 11 && r.option_count == 2);
    assert_string_equal(r.options[0].s, "wait");
    assert_string_equal(r.options[1].s, "staff");
    assert_string_equal(r.question.s, "overall");
    assert_string_equal(r.text, "so so");
    assert_string_equal(r.lang, "id");
    assert_int_equal(r.day, 20513); // by the clock of Papua
    static const struct {
        int field;
        const char *text, *column, *why;
    } bad[] = {{3, "T18", "k", "'T18' is no kiosk"},
               {4, "What?", "q", "no id of a question"},
               {5, "11", "s", "no score"},
               {5, "x", "s", "no score"},
               {6, "Far too long", "r", "no id of a reason"},
               {6, "a|b|c|d|e|f|g|h|i", "r", "more than 8"},
               {7, "Klingon, I think", "l", "no code of a language"},
               {1, "2026-11-23", "d", "not over"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct csv_row changed = row;
        changed.fields[bad[i].field] = bad[i].text;
        assert_false(import_map_row(&m, &w->org, &changed, NOW, &r, &column, why));
        assert_string_equal(column, bad[i].column);
        assert_non_null(strstr(why, bad[i].why));
    }
    char *text = malloc(PROTOCOL_TEXT_MAX + 2);
    memset(text, 'x', PROTOCOL_TEXT_MAX + 1);
    text[PROTOCOL_TEXT_MAX + 1] = '\0';
    row.fields[0] = text;
    assert_false(import_map_row(&m, &w->org, &row, NOW, &r, &column, why));
    text[PROTOCOL_TEXT_MAX] = '\0';
    assert_true(import_map_row(&m, &w->org, &row, NOW, &r, &column, why));
    free(text);
    row =
        (struct csv_row){.count = 4, .fields = {"", "2026-03-01", "23:30", "k1"}}; // a short row says nothing
    assert_false(import_map_row(&m, &w->org, &row, NOW, &r, &column, why));
    head.fields[6] = "R";
    assert_false(import_map_bind(&m, &head, why, sizeof why));
    assert_non_null(strstr(why, "no column 'r'"));
    import_map_finish(&m);
}

// The examples that are shipped can be read.
static void examples(void **state)
{
    (void)state;
    static const char *const names[] = {"happy-or-not", "generic"};
    for (int i = 0; i < 2; i++) {
        char path[300], text[8000];
        snprintf(path, sizeof path, PUAS_ASSETS "/imports/%s.yaml", names[i]);
        FILE *f = fopen(path, "r");
        assert_non_null(f);
        size_t n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        struct import_map m = parse(text);
        assert_int_equal(import_map_separator(&m), '\0');
        import_map_finish(&m);
    }
}

// ---------------------------------------------------------------- into the store, and out again

static struct core *core_of(struct world *w)
{
    char why[300];
    struct core *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->store = w->st;
    c->now = NOW;
    assert_true(org_load(&c->org, w->st, why, sizeof why));
    return c;
}

static void core_gone(struct core *c)
{
    epochs_finish(&c->epochs);
    org_finish(&c->org);
    free(c);
}

// A command in a turn of its own. Its reply, owned by the caller.
static json_t *told(struct core *c, enum command_result (*command)(struct core *c, struct command *cmd),
                    struct command *cmd, json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT);
    cmd->yaml = text;
    assert_true(store_begin(c->store));
    assert_int_equal(command(c, cmd), COMMAND_DONE);
    assert_true(epochs_flush(&c->epochs, c->store) && store_commit(c->store));
    json_t *reply = json_loads(cmd->reply, 0, NULL);
    assert_non_null(reply);
    free(cmd->reply);
    free(text);
    json_decref(o);
    return reply;
}

// Lines of days from `from` on, five a day: faces of five, two of them with what `asked` was answered by, one with words.
static int64_t import_days(struct core *c, char hash, int32_t from, int days, const char *asked, const char *option)
{
    char sha256[PROTOCOL_HASH_HEX + 1];
    struct command begin = {.kind = COMMAND_IMPORT_BEGIN};
    memset(sha256, hash, PROTOCOL_HASH_HEX);
    sha256[PROTOCOL_HASH_HEX] = '\0';
    json_t *reply = told(c, core_begin_import, &begin, json_pack("{s:s,s:s}", "sha256", sha256, "name", "old.csv"));
    json_int_t id = json_integer_value(json_object_get(reply, "import"));
    json_decref(reply);
    for (int day = 0; day < days; day++) {
        struct command cmd = {.kind = COMMAND_IMPORT_ROWS};
        json_t *rows = json_array();
        for (int score = 1; score <= 5; score++) {
            json_t *options = json_array();
            if (score == 1 || score == 5) {
                json_array_append_new(options, json_string(option));
                json_array_append_new(options, json_string("other"));
            }
            json_array_append_new(rows, json_pack("[s,I,s,i,i,o,s,s,s,s]", score % 2 == 0 ? "dago" : "papua",
                                                  (json_int_t)((from + day) * DAY + score * HOUR), "overall", score, 5,
                                                  options, asked, score == 1 ? "slow" : "", "comment", "id"));
        }
        json_decref(told(c, core_import_rows, &cmd,
                         json_pack("{s:I,s:i,s:i,s:i,s:b,s:o}", "import", id, "from", day * 5, "to", day * 5 + 5,
                                   "rejected", 0, "end", day == days - 1, "rows", rows)));
    }
    return id;
}

// All answers count as a recount says, quarter hours and days, segments too.
static void assert_recounted(struct world *w)
{
    struct ctl ctl = {.data = w->dir};
    assert_int_equal(ctl_recount(&ctl, 0, NULL), CTL_FINE);
}

static json_t *undo(struct core *c, int64_t id)
{
    struct command cmd = {.kind = COMMAND_IMPORT_UNDO};
    snprintf(cmd.alert, sizeof cmd.alert, "%lld", (long long)id);
    json_t *reply = told(c, core_undo_import, &cmd, json_null());
    while (c->undoing) {
        c->undo_at = 0;
        core_undo(c, 1);
        assert_false(c->failed);
        assert_true(store_commit(c->store));
    }
    return reply;
}

static void what_comes_in_is_counted_and_goes_again(void **state)
{
    struct world *w = *state;
    struct store_content marks = {.place = ORG, .yaml = "",
                                  .body = "{\"survey\":{\"id\":\"exit\",\"questions\":[{\"id\":\"service\","
                                          "\"type\":\"choice\",\"segment\":true}]}}"};
    assert_true(store_begin(w->st) && store_put_content(w->st, &marks, "tester", 1000) && store_commit(w->st));
    struct core *c = core_of(w);
    int64_t moods = import_days(c, 'a', TODAY - 90, 40, "why", "wait");
    int64_t segments = import_days(c, 'b', TODAY - 90, 40, "service", "visa");
    assert_recounted(w);
    assert_int_equal(number(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM day_tally WHERE place_id = 1"), 400);
    assert_int_equal(number(w, "SELECT count(*) FROM event WHERE json_extract(body, '$.lang') = 'id' AND kind = 2"), 80);
    // A visit of the worst face was unhappy, one of the best happy; each named two reasons.
    assert_int_equal(number(w, "SELECT sum(unhappy) FROM choice_day JOIN name o ON o.name_id = option_id WHERE place_id = 1"
                               " AND o.id = 'wait'"), 40);
    assert_int_equal(number(w, "SELECT sum(happy) FROM choice_day JOIN name o ON o.name_id = option_id WHERE place_id = 1"
                               " AND o.id = 'other'"), 80);
    static const char visas[] = "SELECT coalesce(sum(c1 + c5), 0) FROM segment_day JOIN segment USING(segment_id) WHERE"
                                " place_id = 1 AND id = 'service:visa'";
    assert_int_equal(number(w, visas), 80);

    // Retention takes the older half of both: undone is what is left, and the other half stays counted.
    struct store_retention r = {.raw_before = (wall_ms)(TODAY - 70) * DAY};
    bool more = true, changed;
    int64_t cursor = 0;
    for (int i = 0; i < 3; i++) { // the newest pack stays, so it is nobody's
        world_vote(w, 1, TODAY - 1, 9, "overall", 3);
    }
    assert_true(store_begin(w->st) && store_set_raw_before(w->st, r.raw_before));
    while (more) {
        assert_true(store_retain(w->st, &r, INT64_MAX, INT64_MAX, 3, &cursor, &more, &changed));
    }
    assert_true(store_commit(w->st));
    assert_recounted(w);
    static const char old[] = "SELECT coalesce(sum(c1 + c2 + c3 + c4 + c5), 0) FROM day_tally WHERE place_id = 1 AND day"
                              " < 20710";
    assert_int_equal(number(w, old), 200);
    json_t *reply = undo(c, segments);
    int64_t left = json_integer_value(json_object_get(reply, "left")),
            gone = json_integer_value(json_object_get(reply, "gone"));
    json_decref(reply);
    assert_true(left == 160 && gone == 160); // 5 votes, 2 choices and 1 comment a day
    assert_recounted(w);
    assert_int_equal(number(w, visas), 40);
    json_decref(undo(c, moods));
    assert_recounted(w);
    assert_int_equal(number(w, "SELECT sum(n) FROM pack"), 3);
    assert_int_equal(number(w, old), 200);
    assert_int_equal(number(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM day_tally WHERE place_id = 1"), 203);
    assert_int_equal(number(w, "SELECT count(*) FROM import WHERE state = 3"), 2);
    core_gone(c);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read_as_others_write_them),
        cmocka_unit_test(wrong_maps_say_what_is_wrong),
        cmocka_unit_test(examples),
        TEST(times_in_every_form),
        TEST(rows_become_answers),
        TEST(what_comes_in_is_counted_and_goes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
