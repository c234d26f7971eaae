// Packs: what goes in comes out; damaged bytes are noticed or harmless; the table `event` against a plain
// list, before and after packs are put together.
#include "aggregator/event_table.h"
#include "aggregator/pack.h"
#include "aggregator/pack_body.h"
#include "aggregator/store_impl.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t seed = 1;

static uint64_t dice(uint64_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 24) % n;
}

static int64_t any(void)
{
    static const int64_t odd[] = {0, 1, -1, 127, 128, -64, -65, INT32_MAX, INT64_MAX, INT64_MIN};
    return dice(4) == 0 ? odd[dice(10)] : (int64_t)dice(1u << 20) << dice(20);
}

static void what_goes_in_comes_out(void **state)
{
    static const char body[] = "{\"options\":[\"wait\"]}";
    struct packed in[PACK_ANSWERS_MAX], out;
    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct pack_writer w = {.data = NULL};
        int n = 1 + (int)dice(PACK_ANSWERS_MAX);
        for (int i = 0; i < n; i++) {
            struct packed *p = &in[i];
            *p = (struct packed){.event_id = i > 0 && dice(2) ? (int64_t)((uint64_t)in[i - 1].event_id + 1) : any(),
                                 .seq = i > 0 ? in[i - 1].seq + 1 : 1 + (int64_t)dice(1u << 30),
                                 .at = any(),
                                 .arrived = any(),
                                 .name = (int32_t)dice(300),
                                 .kind = (int)dice(7),
                                 .levels = (int)dice(12),
                                 .flags = dice(3) ? 0 : (int)dice(256)};
            p->visit = dice(2) ? p->seq : p->seq - (int64_t)dice(30);
            p->score = p->kind == 5 ? 0 : (int)dice(12);
            p->levels = p->kind == 5 ? 0 : p->levels;
            p->voids = p->kind == 5 ? p->seq - 1 - (int64_t)dice(9) : 0;
            if (dice(3) == 0) {
                p->body = body;
                p->body_bytes = dice(sizeof body);
            }
            assert_true(pack_fits(&w, p));
            assert_true(pack_add(&w, p));
        }
        struct packed after = in[n - 1];
        assert_false(pack_fits(&w, &after)); // the same seq again
        after.seq++;
        assert_int_equal(pack_fits(&w, &after), n < PACK_ANSWERS_MAX);
        struct pack_reader r;
        bool damaged = false;
        pack_read(&r, w.data, w.n, n, in[0].event_id, in[0].seq, in[0].arrived);
        for (int i = 0; i < n; i++) {
            assert_true(pack_next(&r, &out, &damaged));
            assert_int_equal(out.body_bytes, in[i].body_bytes);
            assert_true((out.body == NULL) == (in[i].body == NULL));
            assert_true(out.body == NULL || memcmp(out.body, in[i].body, out.body_bytes) == 0);
            out.body = in[i].body = NULL;
            assert_int_equal(out.event_id, in[i].event_id);
            assert_int_equal(out.seq, in[i].seq);
            assert_int_equal(out.visit, in[i].visit);
            assert_int_equal(out.voids, in[i].voids);
            assert_int_equal(out.at, in[i].at);
            assert_int_equal(out.arrived, in[i].arrived);
            assert_int_equal(out.name, in[i].name);
            assert_int_equal(out.kind, in[i].kind);
            assert_int_equal(out.score, in[i].score);
            assert_int_equal(out.levels, in[i].levels);
            assert_int_equal(out.flags, in[i].flags);
        }
        assert_false(pack_next(&r, &out, &damaged));
        assert_false(damaged);
        pack_writer_finish(&w);
    }
}

static void damaged_bytes_are_noticed_or_harmless(void **state)
{
    int noticed = 0;
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct pack_writer w = {.data = NULL};
        for (int64_t i = 0; i < 5; i++) {
            struct packed p = {.event_id = 10 + i,
                               .seq = 1 + i,
                               .visit = 1 + i,
                               .at = 5,
                               .arrived = 9,
                               .name = 1,
                               .score = 3,
                               .levels = 5,
                               .body = i == 2 ? "{}" : NULL,
                               .body_bytes = i == 2 ? 2 : 0};
            assert_true(pack_add(&w, &p));
        }
        size_t n = dice(2) ? w.n : dice(w.n + 1);
        uint8_t *exact = malloc(n + 1); // a read past the end is noticed
        memcpy(exact, w.data, n);
        for (uint64_t k = dice(3); k > 0 && n > 0; k--) {
            exact[dice(n)] = (uint8_t)dice(256);
        }
        struct pack_reader r;
        struct packed p;
        bool damaged = false;
        int count = 0;
        pack_read(&r, exact, n, 5, 10, 1, 9);
        while (pack_next(&r, &p, &damaged)) {
            count++;
        }
        assert_true(count <= 5);
        noticed += damaged;
        free(exact);
        pack_writer_finish(&w);
    }
    assert_true(noticed > 5000);
}

static void an_ordinary_rating_takes_ten_bytes(void **state)
{
    struct pack_writer w = {.data = NULL};
    wall_ms at = 1763841234123;
    int64_t id = 1000000;
    (void)state;
    for (int64_t i = 0; i < 70; i++) { // one of 2,000 kiosks, 70 a day of 12 hours
        at += (int64_t)(1 + dice(1200000));
        id += 1 + (int64_t)dice(4000);
        struct packed p = {.event_id = id,
                           .seq = 1 + i,
                           .visit = 1 + i,
                           .at = at,
                           .arrived = at + 20 + (int64_t)dice(100),
                           .name = 1,
                           .score = 1 + (int)dice(5),
                           .levels = 5};
        assert_true(pack_add(&w, &p));
    }
    print_message("%.2f bytes a rating\n", (double)w.n / 70);
    assert_true(w.n <= 700);
    pack_writer_finish(&w);
}

// ---------------------------------------------------------------- the table
enum { EPOCHS = 3, PLACES = 3 };

struct world {
    char dir[FOLDER_BYTES], path[80];
    struct store *st;
    int32_t epoch[EPOCHS], name;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char why[600];
    folder_make(w->dir, "pack");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    struct store_kiosk k = {.session = -1};
    ident_set(&k.id, "k1");
    assert_true(store_put_kiosk(w->st, &k));
    for (int i = 0; i < EPOCHS; i++) {
        uint8_t bytes[EPOCH_BYTES] = {(uint8_t)i};
        struct store_epoch e;
        bool found;
        assert_true(store_epoch(w->st, k.kiosk, bytes, 1, true, &e, &found));
        w->epoch[i] = e.epoch_id;
    }
    assert_true(store_name(w->st, "overall", &w->name));
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    store_close(w->st);
    folder_drop(w->dir);
    free(w);
    return 0;
}

struct plain {
    int64_t event_id, seq, at;
    int32_t epoch, place;
    int score, flags;
};

static void fill(struct world *w, struct plain *list, int n)
{
    int64_t next[EPOCHS] = {1, 1, 1}, held[EPOCHS] = {0, 0, 0};
    int32_t place[EPOCHS] = {0, 1, 2};
    assert_true(store_begin(w->st));
    for (int i = 0; i < n; i++) {
        int which = (int)dice(EPOCHS);
        int64_t seq = next[which];
        if (held[which] != 0 && dice(5) == 0) { // a gap that fills late
            seq = held[which];
            held[which] = 0;
        } else if (held[which] == 0 && dice(9) == 0) {
            held[which] = next[which]++;
            seq = next[which]++;
        } else {
            next[which]++;
        }
        if (dice(60) == 0) {
            place[which] = (int32_t)dice(PLACES);
        }
        struct event e = {.seq = seq,
                          .visit = seq,
                          .type = EVENT_RATING,
                          .score = 1 + (int)dice(5),
                          .of = 5,
                          .since_ms = -1};
        struct stored_event s = {.epoch_id = w->epoch[which],
                                 .kiosk = 1,
                                 .place = place[which],
                                 .name = w->name,
                                 .e = &e,
                                 .at = 1000 + i * 10,
                                 .arrived = 1100 + i * 10};
        assert_true(store_event(w->st, &s));
        list[i] = (struct plain){s.event_id, seq, s.at, s.epoch_id, s.place, e.score, 0};
        if (dice(20) == 0) {
            assert_true(store_commit(w->st) && store_begin(w->st));
        }
    }
    for (int i = 0; i < EPOCHS; i++) { // all seqs are there: packs may be put together
        assert_true(store_epoch_through(w->st, w->epoch[i], next[i] - 1));
    }
    assert_true(store_commit(w->st));
}

static int by_seq(const void *a, const void *b)
{
    const struct plain *x = a, *y = b;
    return x->epoch != y->epoch ? (x->epoch < y->epoch ? -1 : 1) : x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void expect(struct world *w, const char *sql, const char *fmt, int64_t a, int64_t b, int64_t c,
                   const struct plain *list, int n)
{
    bool failed = false;
    int i = 0;
    sqlite3_stmt *s = store_bind(w->st, sql, fmt, a, b, c);
    for (; store_row(w->st, s, &failed); i++) {
        assert_true(i < n);
        const int64_t got[] = {sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1),
                               sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3),
                               sqlite3_column_int64(s, 4), sqlite3_column_int64(s, 5)},
                      want[] = {list[i].event_id, list[i].epoch, list[i].seq,
                                list[i].at,       list[i].place, list[i].score};
        assert_memory_equal(got, want, sizeof got);
    }
    if (failed) {
        fail_msg("%s", store_why(w->st));
    }
    assert_int_equal(i, n);
}

#define COLUMNS "SELECT event_id, epoch_id, seq, at, place_id, score FROM event "

static void ask_all(struct world *w, const struct plain *list, int n)
{
    struct plain *sorted = malloc((size_t)n * sizeof *sorted), *some = malloc((size_t)n * sizeof *some);
    memcpy(sorted, list, (size_t)n * sizeof *sorted);
    expect(w, COLUMNS "ORDER BY event_id", "", 0, 0, 0, list, n);
    qsort(sorted, (size_t)n, sizeof *sorted, by_seq);
    expect(w, COLUMNS "ORDER BY epoch_id, seq", "", 0, 0, 0, sorted, n);
    for (int round = 0; round < 300; round++) {
        int32_t epoch = w->epoch[dice(EPOCHS)], place = (int32_t)dice(PLACES);
        int64_t from = (int64_t)dice((uint64_t)n / 2), to = from + (int64_t)dice(200),
                first = list[dice((uint64_t)n)].event_id, last = first + (int64_t)dice(300);
        int m = 0;
        for (int i = 0; i < n; i++) {
            if (sorted[i].epoch == epoch && sorted[i].seq >= from && sorted[i].seq < to) {
                some[m++] = sorted[i];
            }
        }
        expect(w, COLUMNS "WHERE epoch_id = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq", "iii", epoch, from,
               to, some, m);
        for (int i = 0; i < m / 2; i++) {
            struct plain swap = some[i];
            some[i] = some[m - 1 - i];
            some[m - 1 - i] = swap;
        }
        expect(w, COLUMNS "WHERE epoch_id = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq DESC", "iii", epoch,
               from - 1, to - 1, some, m);
        m = 0;
        for (int i = 0; i < n; i++) {
            if (sorted[i].epoch == epoch && sorted[i].seq == from) {
                some[m++] = sorted[i];
            }
        }
        expect(w, COLUMNS "WHERE epoch_id = ?1 AND seq = ?2", "ii", epoch, from, 0, some, m);
        m = 0;
        for (int i = 0; i < n; i++) {
            if (list[i].place == place && list[i].event_id > first && list[i].event_id <= last) {
                some[m++] = list[i];
            }
        }
        expect(w, COLUMNS "WHERE place_id = ?1 AND event_id > ?2 AND event_id <= ?3 ORDER BY event_id", "iii",
               place, first, last, some, m);
        expect(w, COLUMNS "WHERE event_id = ?1", "i", first, 0, 0, &list[first - list[0].event_id], 1);
    }
    free(sorted);
    free(some);
}

static int64_t number(struct world *w, const char *sql)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(w->st, sql, "");
    assert_true(store_row(w->st, s, &failed));
    int64_t n = sqlite3_column_int64(s, 0);
    sqlite3_reset(s);
    return n;
}

static void the_table_shows_what_was_stored(void **state)
{
    enum { N = 4000 };
    struct world *w = *state;
    struct plain *list = malloc(N * sizeof *list);
    fill(w, list, N);
    ask_all(w, list, N);
    int64_t before = number(w, "SELECT count(*) FROM pack"), through = store_last_pack(w->st);
    int32_t epoch = 0;
    for (bool more = true; more;) {
        assert_true(store_begin(w->st));
        assert_true(store_compact(w->st, INT64_MAX, through, &epoch, &more));
        assert_true(store_commit(w->st));
    }
    int64_t after = number(w, "SELECT count(*) FROM pack");
    print_message("%lld packs become %lld\n", (long long)before, (long long)after);
    assert_true(after < before / 3);
    ask_all(w, list, N);
    // Again there is nothing to do, and what comes then is stored behind it, also after a start.
    assert_true(store_compact(w->st, INT64_MAX, through, &epoch, &(bool){false}));
    assert_int_equal(number(w, "SELECT count(*) FROM pack"), after);
    char why[600];
    store_close(w->st);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    assert_int_equal(store_last_event(w->st), list[N - 1].event_id);
    ask_all(w, list, N);
    free(list);
}

static void young_and_unjudged_packs_stay(void **state)
{
    enum { N = 500 };
    struct world *w = *state;
    struct plain *list = malloc(N * sizeof *list);
    int32_t epoch = 0;
    bool more = true;
    fill(w, list, N);
    int64_t before = number(w, "SELECT count(*) FROM pack");
    while (more) {
        assert_true(store_compact(w->st, list[0].at, INT64_MAX, &epoch, &more));
    }
    for (more = true; more;) {
        assert_true(store_compact(w->st, INT64_MAX, 0, &epoch, &more));
    }
    assert_int_equal(number(w, "SELECT count(*) FROM pack"), before);
    free(list);
}

static void a_damaged_pack_is_told(void **state)
{
    struct world *w = *state;
    struct plain list[10];
    bool failed = false;
    fill(w, list, 10);
    assert_true(store_run(
        w->st, "UPDATE pack SET data = x'ff' WHERE event_id = (SELECT max(event_id) FROM pack)", ""));
    sqlite3_stmt *s = store_bind(w->st, "SELECT count(*) FROM event", "");
    assert_false(store_row(w->st, s, &failed));
    assert_true(failed);
    assert_int_equal(store_error(w->st), STORE_DAMAGED);
}

// ---------------------------------------------------------------- bodies

// A body as the store writes them, by jansson, and now and then something that it does not write.
static char *draw_body(void)
{
    static const char *const texts[] = {"wait", "s1", "A-104", "B/7", "a-name-of-thirty-two-characters-x", "\xc3\xa4",
                                        "say \"no\"", "two words", "", "a-name-of-thirty-three-characters"};
    static const char *const odd[] = {"", "{}", "{", "{\"ref\":\"A\"", "{\"since\":007}", "{\"since\":}",
                                      "{\"options\":[\"a\"],\"options\":[\"b\"]}", "{\"segment\":true,}"};
    if (dice(8) == 0) {
        return strdup(odd[dice(sizeof odd / sizeof odd[0])]);
    }
    int usual = dice(2) == 0 ? 5 : sizeof texts / sizeof texts[0];
    json_t *o = json_object(), *list = json_array();
    for (uint64_t n = dice(3) == 0 ? 1 + dice(8) : 0; n > 0; n--) {
        json_array_append_new(list, json_string(texts[dice((uint64_t)usual)]));
    }
    if (json_array_size(list) > 0 || dice(9) == 0) {
        json_object_set(o, "options", list);
    }
    json_decref(list);
    if (dice(3) == 0) {
        json_object_set_new(o, "segment", json_true());
    }
    if (dice(5) == 0) {
        json_object_set_new(o, "audience", json_string(dice(2) ? "staff" : "others"));
    }
    if (dice(9) == 0) {
        json_object_set_new(o, "text", json_string("in words"));
    }
    if (dice(2) == 0) {
        json_object_set_new(o, "ref", json_string(texts[dice((uint64_t)usual)]));
    }
    if (dice(3) == 0) {
        json_object_set_new(o, "since", json_integer(dice(6) == 0 ? any() : (int64_t)dice(10000)));
    }
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    return text;
}

static void a_body_comes_back_as_it_was(void **state)
{
    int shorter = 0;
    (void)state;
    for (int round = 0; round < 50000; round++) {
        char *text = draw_body(), brief[PACK_BODY_SHORT], room[PACK_BODY_ROOM];
        size_t n = strlen(text), brief_n = n, back_n;
        char *exact = malloc(n + 1); // a read past the end is noticed
        memcpy(exact, text, n);
        exact = realloc(exact, n > 0 ? n : 1);
        bool is = pack_body_shorten(exact, n, brief, &brief_n);
        const char *back = pack_body_json(is ? brief : exact, brief_n, room, &back_n);
        assert_non_null(back);
        assert_int_equal(back_n, n);
        assert_memory_equal(back, text, n);
        assert_true(is ? brief_n * 3 < n * 2 : brief_n == n);
        shorter += is;
        free(exact);
        free(text);
    }
    assert_in_range(shorter, 10000, 40000);
    size_t n;
    char brief[PACK_BODY_SHORT];
    static const char service[] = "{\"options\":[\"visa\"],\"segment\":true}", ref[] = "{\"ref\":\"A-104\"}";
    assert_true(pack_body_shorten(service, strlen(service), brief, &n) && n == 6);
    assert_true(pack_body_shorten(ref, strlen(ref), brief, &n) && n == 6);
}

// Bytes of any kind are no body, or one that is JSON.
static void a_damaged_body_is_none(void **state)
{
    (void)state;
    for (int round = 0; round < 50000; round++) {
        size_t n = 1 + dice(dice(9) == 0 ? 900 : 12), json_n;
        char *bytes = malloc(n), room[PACK_BODY_ROOM];
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (char)(dice(3) == 0 ? (dice(7) << 5) : dice(2) ? 'a' + dice(26) : dice(256));
        }
        const char *json = pack_body_json(bytes, n, room, &json_n);
        if (json != NULL && json != bytes) {
            json_t *o = json_loadb(json, json_n, 0, NULL);
            assert_non_null(o);
            json_decref(o);
        }
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_in_comes_out),
        cmocka_unit_test(damaged_bytes_are_noticed_or_harmless),
        cmocka_unit_test(a_body_comes_back_as_it_was),
        cmocka_unit_test(a_damaged_body_is_none),
        cmocka_unit_test(an_ordinary_rating_takes_ten_bytes),
        cmocka_unit_test_setup_teardown(the_table_shows_what_was_stored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(young_and_unjudged_packs_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_pack_is_told, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("pack", tests, NULL, NULL);
}
