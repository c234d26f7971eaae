// judge: verdicts on a real store. Whatever the order of arrival and the size of the slices, what is given
// equals what judging all of history at once gives; ratings and rollups are never touched.
#include "aggregator/judge.h"
#include "aggregator/store_impl.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECOND = 1000, HOUR = 3600000, EPOCHS = 2, TEXT = 1 << 20 };
#define NOON ((wall_ms)1795435200000) // 2026-11-23 12:00 UTC

struct world {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    int32_t kiosk, question, epoch[EPOCHS];
    struct judge judge;
    struct hours hours;
    uint64_t seed;
};

static uint64_t draw(struct world *w, uint64_t below)
{
    uint64_t z = w->seed += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

static void open_store(struct world *w)
{
    char why[600];
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    assert_true(judge_init(&w->judge, w->st));
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    folder_make(w->dir, "judge");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    open_store(w);
    assert_true(store_begin(w->st));
    struct store_place p = {.kind = 2};
    struct store_kiosk k = {.known = true, .session = -1};
    ident_set(&p.id, "dago");
    ident_set(&k.id, "k1");
    assert_true(store_put_place(w->st, &p) && store_put_kiosk(w->st, &k));
    w->kiosk = k.kiosk;
    assert_true(store_name(w->st, "overall", &w->question));
    for (int i = 0; i < EPOCHS; i++) {
        uint8_t epoch[EPOCH_BYTES] = {(uint8_t)(i + 1)};
        struct store_epoch e;
        bool found;
        assert_true(store_epoch(w->st, w->kiosk, epoch, NOON, true, &e, &found));
        w->epoch[i] = e.epoch_id;
    }
    assert_true(store_commit(w->st));
    for (int d = 0; d < 7; d++) {
        w->hours.spans[d][0] = (struct hours_span){8 * 60, 20 * 60};
    }
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    judge_finish(&w->judge);
    store_close(w->st);
    folder_drop(w->dir);
    free(w);
    return 0;
}

static void put(struct world *w, int which, const struct event *e)
{
    struct stored_event s = {.epoch_id = w->epoch[which],
                             .kiosk = w->kiosk,
                             .place = 1,
                             .name = e->type == EVENT_VOID ? 0 : w->question,
                             .e = e,
                             .at = e->at,
                             .arrived = e->at + 100};
    bool voided = false;
    if (e->type != EVENT_VOID) {
        assert_true(store_is_voided(w->st, s.epoch_id, e->seq, &voided));
    }
    s.flags = voided ? EVENT_VOIDED : 0;
    assert_true(store_event(w->st, &s));
}

static struct event rating(int64_t seq, int score, wall_ms at, int since_ms)
{
    return (struct event){.seq = seq,
                          .visit = seq,
                          .type = EVENT_RATING,
                          .score = score,
                          .of = 5,
                          .at = at,
                          .since_ms = since_ms};
}

static struct event taking_back(int64_t seq, int64_t voids, wall_ms at)
{
    return (struct event){
        .seq = seq, .visit = seq, .type = EVENT_VOID, .voids = voids, .at = at, .since_ms = -1};
}

// ---------------------------------------------------------------- judging
static bool writes(void *ctx)
{
    struct world *w = ctx;
    return store_in_transaction(w->st) || store_begin(w->st);
}

static void hours(void *ctx, struct verdict_press *p)
{
    p->hours = &((struct world *)ctx)->hours;
}

static bool slice(struct world *w)
{
    const struct judge_ops ops = {w, writes, hours};
    static const int limits[] = {1, 7, 64, JUDGE_BATCH};
    assert_true(judge_slice(&w->judge, w->st, &ops, NOON, limits[rand() % 4]));
    if (store_in_transaction(w->st)) {
        assert_true(store_commit(w->st));
    }
    return w->judge.through < store_last_pack(w->st);
}

static void judge_all(struct world *w)
{
    while (slice(w)) {
    }
}

// Rows of a query as text, one line a row; the caller frees.
static char *rows(struct world *w, const char *sql)
{
    char *text = calloc(1, TEXT);
    size_t n = 0;
    bool failed = false;
    sqlite3_stmt *s = store_bind(w->st, sql, "");
    while (store_row(w->st, s, &failed)) {
        for (int i = 0; i < sqlite3_column_count(s); i++) {
            const char *cell = (const char *)sqlite3_column_text(s, i);
            n += (size_t)snprintf(text + n, TEXT - n, "%s ", cell != NULL ? cell : "-");
            assert_true(n < TEXT - 100);
        }
        text[n++] = '\n';
    }
    assert_false(failed);
    return text;
}

static char *verdicts(struct world *w)
{
    return rows(w, "SELECT p.epoch_id, e.seq, d.rule, d.version FROM verdict d JOIN event e USING(event_id)"
                   " JOIN epoch p USING(epoch_id) ORDER BY 1, 2, 3");
}

static void expect(struct world *w, const char *wanted)
{
    char *got = verdicts(w);
    assert_string_equal(got, wanted);
    free(got);
}

static void test_a_late_press_parts_a_run(void **state)
{
    struct world *w = *state;
    for (int i = 1; i <= 6; i++) {
        if (i != 3) {
            struct event e = rating(i, 5, NOON + i * 5 * SECOND, -1);
            put(w, 0, &e);
            judge_all(w);
        }
    }
    expect(w, "1 2 1 1 \n1 4 1 1 \n1 5 1 1 \n1 6 1 1 \n");
    struct event late = rating(3, 1, NOON + 15 * SECOND, -1); // somebody else was between
    put(w, 0, &late);
    judge_all(w);
    expect(w, "");
    struct event back = taking_back(7, 3, NOON + 35 * SECOND);
    put(w, 0, &back);
    judge_all(w);
    expect(w, "1 2 1 1 \n1 4 1 1 \n1 5 1 1 \n1 6 1 1 \n");
}

static void test_what_is_taken_back_has_no_verdict(void **state)
{
    struct world *w = *state;
    struct event first = rating(1, 4, NOON, -1), mash = rating(2, 2, NOON + 4 * SECOND, 300),
                 back = taking_back(3, 2, NOON + 5 * SECOND);
    put(w, 0, &first);
    put(w, 0, &mash);
    judge_all(w);
    expect(w, "1 2 0 1 \n");
    put(w, 0, &back);
    judge_all(w);
    expect(w, "");
}

static void test_it_goes_on_where_it_stopped(void **state)
{
    struct world *w = *state;
    struct event first = rating(1, 4, NOON, -1), mash = rating(2, 2, NOON + 4 * SECOND, 300);
    put(w, 0, &first);
    put(w, 0, &mash);
    judge_all(w);
    int64_t through = w->judge.through;
    assert_int_equal(through, store_last_pack(w->st));
    judge_finish(&w->judge);
    store_close(w->st);
    open_store(w);
    assert_int_equal(w->judge.through, through);
}

static void test_new_versions_judge_history_again(void **state)
{
    struct world *w = *state;
    struct event first = rating(1, 4, NOON, -1), mash = rating(2, 2, NOON + 4 * SECOND, 300);
    put(w, 0, &first);
    put(w, 0, &mash);
    judge_all(w);
    // As an older program left it: another rule's verdict, another version.
    assert_true(store_set_setting(w->st, "verdicts_rules", "mashing 0 streak 1 closed 1 shift 1"));
    assert_true(store_put_verdict(w->st,
                                  &(struct store_press){.event_id = 1, .epoch_id = w->epoch[0], .seq = 1},
                                  VERDICT_STREAK, 1, NOON));
    assert_true(store_put_verdict(w->st,
                                  &(struct store_press){.event_id = 2, .epoch_id = w->epoch[0], .seq = 2},
                                  VERDICT_MASHING, 100, NOON));
    judge_finish(&w->judge);
    assert_true(judge_init(&w->judge, w->st));
    assert_int_equal(w->judge.through, 0);
    judge_all(w);
    expect(w, "1 2 0 1 \n");
}

// Random visits, bursts and streaks of two starts of a kiosk, some taken back; they arrive in a random order
// (each seq once), and are judged in slices between the arrivals. Then all is judged again.
static void test_any_order_gives_the_same(void **state)
{
    struct world *w = *state;
    enum { N = 1500 };
    struct arrival {
        int epoch;
        struct event e;
    } *list = calloc(N, sizeof *list);
    for (int run = 0; run < 6; run++) {
        w->seed = (uint64_t)run + 1;
        int64_t seq[EPOCHS] = {0, 0};
        wall_ms at[EPOCHS] = {NOON + run * 100 * HOUR, NOON + (run * 100 + 50) * HOUR};
        int n = 0;
        static const int gaps_s[] = {4, 5, 8, 12, 20, 50, 59, 61, 200, 4000};
        assert_true(store_begin(w->st));
        store_run(w->st, "DELETE FROM verdict", "");
        store_run(w->st, "DELETE FROM tally", "");
        store_run(w->st, "DELETE FROM pack", "");
        assert_true(store_commit(w->st));
        while (n < N) {
            int which = (int)draw(w, EPOCHS);
            int face = draw(w, 3) == 0 ? 1 + (int)draw(w, 5) : 5;
            at[which] += gaps_s[draw(w, 4) != 0 ? draw(w, 4) : draw(w, 10)] * SECOND;
            int64_t s = ++seq[which];
            list[n++] = (struct arrival){which, draw(w, 40) == 0 && s > 3
                                                    ? taking_back(s, s - 1 - (int64_t)draw(w, 2), at[which])
                                                    : rating(s, face, at[which], draw(w, 3) == 0 ? 400 : -1)};
        }
        // Mostly in order, as an outbox sends; some blocks late, some all over the place.
        for (int i = 0; i < N; i++) {
            int to = run < 2   ? i
                     : run < 4 ? i + (int)draw(w, (uint64_t)(N - i < 20 ? N - i : 20))
                               : i + (int)draw(w, (uint64_t)(N - i));
            struct arrival swapped = list[i];
            list[i] = list[to];
            list[to] = swapped;
        }
        for (int i = 0; i < N; i++) {
            put(w, list[i].epoch, &list[i].e);
            if (draw(w, 50) == 0) {
                slice(w);
            }
        }
        judge_all(w);
        char *once = verdicts(w), *events = rows(w, "SELECT * FROM event"),
             *tally = rows(w, "SELECT * FROM tally");
        assert_true(strlen(once) > 1000); // there is something to find
        assert_true(judge_again(&w->judge, w->st));
        judge_all(w);
        char *again = verdicts(w);
        assert_string_equal(once, again);
        // The same on an empty table.
        store_run(w->st, "DELETE FROM verdict", "");
        assert_true(judge_again(&w->judge, w->st));
        judge_all(w);
        char *anew = verdicts(w), *events_after = rows(w, "SELECT * FROM event"),
             *tally_after = rows(w, "SELECT * FROM tally");
        assert_string_equal(once, anew);
        assert_string_equal(events, events_after);
        assert_string_equal(tally, tally_after);
        char *texts[] = {once, again, anew, events, events_after, tally, tally_after};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            free(texts[i]);
        }
    }
    free(list);
}

// A run longer than what is looked at on each side: nothing at its cuts is forgotten or taken away.
static void test_a_very_long_run(void **state)
{
    struct world *w = *state;
    enum { N = 3 * JUDGE_AROUND };
    for (int i = 1; i <= N; i++) {
        struct event e = rating(i, 5, NOON + i * 4 * SECOND, 200);
        put(w, 0, &e);
        if (i % 7 == 0) {
            slice(w);
        }
    }
    judge_all(w);
    char *once = verdicts(w);
    assert_true(judge_again(&w->judge, w->st));
    judge_all(w);
    expect(w, once);
    free(once);
    char *n = rows(w, "SELECT rule, count(*) FROM verdict GROUP BY rule ORDER BY rule"), wanted[60];
    snprintf(wanted, sizeof wanted, "0 %d \n1 %d \n", N - 1, N - 1);
    assert_string_equal(n, wanted);
    free(n);
}

// The same with a run that begins just where it is no longer looked: what cannot be seen whole keeps its
// verdicts.
static void test_a_run_behind_the_horizon(void **state)
{
    struct world *w = *state;
    enum { N = JUDGE_AROUND + 20, RUN = JUDGE_AROUND - 2 };
    for (int i = 2; i <= N; i++) {
        struct event e = rating(i, i < RUN ? 1 + i % 4 : 5, NOON + i * 5 * SECOND, -1);
        put(w, 0, &e);
    }
    judge_all(w);
    char *once = verdicts(w);
    assert_non_null(strstr(once, "1 320 1 1 \n"));
    struct event late = rating(1, 3, NOON + 5 * SECOND, -1);
    put(w, 0, &late);
    judge_all(w);
    expect(w, once);
    free(once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_late_press_parts_a_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_taken_back_has_no_verdict, setup, teardown),
        cmocka_unit_test_setup_teardown(test_it_goes_on_where_it_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(test_new_versions_judge_history_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_any_order_gives_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_very_long_run, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_run_behind_the_horizon, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
