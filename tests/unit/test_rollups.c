// Rollups up the tree against a recount made here, in zones with a quarter hour and across a daylight-saving
// day.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/ctl.h"
#include "aggregator/org.h"
#include "aggregator/settings.h"
#include "aggregator/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR ((wall_ms)3600000)
#define DAY (24 * HOUR)
#define CHANGE ((wall_ms)1792890000000) // 2026-10-25 01:00 UTC: clocks of Berlin go back from 03:00 to 02:00
enum { ORG = 1, REGION, BRANCH, AREA, NEPAL, PLACES = NEPAL, VOTES_MAX = 4000, SCORES = 5 };

static const int parents[] = {0, 0, ORG, REGION, BRANCH, ORG};

struct vote {
    int32_t place;
    wall_ms at;
    int score;
    bool counts;
};

struct world {
    char dir[64], path[100];
    struct store *st;
    struct org org;
    int32_t kiosk, epoch, question;
    struct vote votes[VOTES_MAX]; // by seq
    int64_t seq;
};

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void open_world(struct world *w)
{
    char why[600];
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
}

static void set_tree(struct world *w)
{
    char why[600];
    assert_true(org_load(&w->org, w->st, why, sizeof why));
    struct store_tree tree = org_tree(&w->org);
    store_set_tree(w->st, &tree);
}

static void place(struct world *w, int32_t parent, const char *id, int kind, const char *tz)
{
    struct store_place p = {.parent = parent, .kind = kind};
    ident_set(&p.id, id);
    snprintf(p.name, sizeof p.name, "%s", id);
    snprintf(p.tz, sizeof p.tz, "%s", tz);
    assert_true(store_put_place(w->st, &p));
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct store_kiosk k = {.known = true, .session = -1};
    struct store_epoch e;
    uint8_t epoch[EPOCH_BYTES] = {1};
    bool found;
    snprintf(w->dir, sizeof w->dir, "/tmp/puas-rollups-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    open_world(w);
    assert_true(store_begin(w->st));
    place(w, 0, "org", PLACE_ORG, "Europe/Berlin");
    place(w, ORG, "north", PLACE_REGION, "");
    place(w, REGION, "altona", PLACE_BRANCH, "");
    place(w, BRANCH, "lobby", PLACE_AREA, "");
    place(w, ORG, "patan", PLACE_BRANCH, "Asia/Kathmandu");
    ident_set(&k.id, "k1");
    assert_true(store_put_kiosk(w->st, &k));
    w->kiosk = k.kiosk;
    assert_true(store_assign(w->st, k.kiosk, BRANCH, 1));
    assert_true(store_epoch(w->st, k.kiosk, epoch, 1, true, &e, &found));
    w->epoch = e.epoch_id;
    assert_true(store_name(w->st, "overall", &w->question));
    assert_true(store_commit(w->st));
    set_tree(w);
    w->seq = 1;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char command[100];
    org_finish(&w->org);
    store_close(w->st);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    assert_int_equal(system(command), 0);
    free(w);
    return 0;
}

static void vote(struct world *w, int32_t at_place, wall_ms at, int score, int flags)
{
    struct event e = {.seq = w->seq,
                      .visit = w->seq,
                      .at = at,
                      .type = EVENT_RATING,
                      .score = score,
                      .of = SCORES,
                      .since_ms = -1};
    ident_set(&e.question, "overall");
    struct stored_event s = {.epoch_id = w->epoch,
                             .kiosk = w->kiosk,
                             .place = at_place,
                             .name = w->question,
                             .e = &e,
                             .at = at,
                             .arrived = CHANGE + 10 * DAY,
                             .flags = flags | EVENT_LATE};
    assert_true(store_event(w->st, &s));
    w->votes[w->seq++] = (struct vote){at_place, at, score, flags == 0};
}

static void take_back(struct world *w, int64_t seq)
{
    struct event e = {.seq = w->seq++, .type = EVENT_VOID, .voids = seq, .since_ms = -1};
    e.visit = e.seq;
    struct stored_event s = {.epoch_id = w->epoch,
                             .kiosk = w->kiosk,
                             .place = w->votes[seq].place,
                             .e = &e,
                             .at = CHANGE + 9 * DAY,
                             .arrived = CHANGE + 10 * DAY};
    assert_true(store_event(w->st, &s));
    w->votes[seq].counts = false;
}

// The calendar without the zone files.
static void local(const struct vote *v, int *ret_day, int *ret_hour)
{
    wall_ms east = v->place == NEPAL ? 5 * HOUR + HOUR * 3 / 4 : v->at < CHANGE ? 2 * HOUR : HOUR;
    *ret_day = (int)((v->at + east) / DAY);
    *ret_hour = (int)((v->at + east) % DAY / HOUR);
}

static bool under(int32_t at, int32_t above)
{
    while (at != 0 && at != above) {
        at = parents[at];
    }
    return at == above;
}

// Every row of a table equals the votes counted here, and no vote is in no row.
static void expect_table(struct world *w, const char *table, bool hours)
{
    char sql[200];
    sqlite3 *db;
    sqlite3_stmt *s;
    int64_t all[PLACES + 1] = {0}, want_all[PLACES + 1] = {0};
    int rows = 0;
    snprintf(sql, sizeof sql,
             "SELECT place_id, day, %s, c1, c2, c3, c4, c5 FROM %s WHERE levels = 5 AND name_id = %d",
             hours ? "hour" : "-1", table, (int)w->question);
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    for (; sqlite3_step(s) == SQLITE_ROW; rows++) {
        int32_t p = sqlite3_column_int(s, 0);
        int64_t want[SCORES] = {0};
        for (int64_t i = 1; i < w->seq; i++) {
            const struct vote *v = &w->votes[i];
            int day, hour;
            local(v, &day, &hour);
            if (v->counts && under(v->place, p) && day == sqlite3_column_int(s, 1) &&
                (!hours || hour == sqlite3_column_int(s, 2))) {
                want[v->score - 1]++;
            }
        }
        for (int i = 0; i < SCORES; i++) {
            assert_int_equal(sqlite3_column_int64(s, 3 + i), want[i]);
            all[p] += want[i];
        }
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
    for (int32_t p = 1; p <= PLACES; p++) {
        for (int64_t i = 1; i < w->seq; i++) {
            want_all[p] += w->votes[i].counts && under(w->votes[i].place, p);
        }
        assert_int_equal(all[p], want_all[p]);
    }
    assert_true(rows > 0);
}

static void expect_both(struct world *w)
{
    expect_table(w, "day_tally", false);
    expect_table(w, "hour_tally", true);
}

static void some(struct world *w, uint32_t *seed, int n)
{
    static const int32_t places[] = {BRANCH, AREA, NEPAL};
    for (int i = 0; i < n; i++) {
        wall_ms at = CHANGE - 2 * DAY + (wall_ms)(draw(seed) % (4 * 24 * 60)) * 60000;
        if (draw(seed) % 6 == 0) {
            at = CHANGE - HOUR + (wall_ms)(draw(seed) % 120) * 60000; // the hour that comes twice
        }
        int flags = draw(seed) % 9 == 0 ? EVENT_REPEATED : draw(seed) % 15 == 0 ? EVENT_VOIDED : 0;
        vote(w, places[draw(seed) % 3], at, 1 + (int)(draw(seed) % SCORES), flags);
        int64_t target = 1 + draw(seed) % (uint32_t)(w->seq - 1);
        if (draw(seed) % 5 == 0 && w->votes[target].counts) {
            take_back(w, target);
        }
    }
}

static void rollups_equal_a_recount(void **state)
{
    struct world *w = *state;
    uint32_t seed = 3;
    for (int turn = 0; turn < 12; turn++) {
        assert_true(store_begin(w->st));
        some(w, &seed, 1 + (int)(draw(&seed) % 160));
        assert_true(store_commit(w->st));
        if (turn % 4 == 2) { // a turn that fails leaves nothing, neither in the tables nor in memory
            struct world before = *w;
            assert_true(store_begin(w->st));
            some(w, &seed, 40);
            store_rollback(w->st);
            memcpy(w->votes, before.votes, sizeof w->votes);
            w->seq = before.seq;
            org_finish(&w->org);
            store_close(w->st);
            open_world(w);
            set_tree(w);
        }
        if (turn % 3 == 0) {
            expect_both(w);
        }
    }
    some(w, &seed, 20); // outside a transaction
    expect_both(w);
    // Made anew they are the same.
    int64_t votes, counted = 0;
    for (int64_t i = 1; i < w->seq; i++) {
        counted += w->votes[i].counts;
    }
    assert_true(store_begin(w->st));
    assert_true(store_rebuild_rollups(w->st, &votes));
    assert_true(store_commit(w->st));
    assert_int_equal(votes, counted);
    expect_both(w);
}

static void no_tree_no_rollups(void **state)
{
    struct world *w = *state;
    int64_t votes;
    store_set_tree(w->st, NULL);
    vote(w, BRANCH, CHANGE, 5, 0);
    struct store_tree tree = org_tree(&w->org);
    store_set_tree(w->st, &tree);
    vote(w, 77, CHANGE, 5, 0); // a place that the tree does not know
    w->votes[2].counts = false;
    assert_true(store_begin(w->st));
    assert_true(store_rebuild_rollups(w->st, &votes));
    assert_true(store_commit(w->st));
    expect_both(w);
}

static void calendars_compare(void **state)
{
    struct world *w = *state;
    struct org other;
    char why[300];
    assert_true(org_load(&other, w->st, why, sizeof why));
    assert_true(org_same_calendar(&w->org, &other));
    other.places[AREA].parent = NEPAL;
    assert_false(org_same_calendar(&w->org, &other));
    other.places[AREA].parent = BRANCH;
    strcpy(other.places[NEPAL].tz_name, "Asia/Jakarta");
    assert_false(org_same_calendar(&w->org, &other));
    org_finish(&other);
}

static void puasctl_finds_and_repairs(void **state)
{
    struct world *w = *state;
    struct ctl c = {.data = w->dir};
    char option[] = "--repair", *repair[] = {option};
    uint32_t seed = 8;
    sqlite3 *db;
    some(w, &seed, 100);
    assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINE);
    assert_int_equal(ctl_recount(&c, 1, repair), CTL_FINDING); // the store is in use
    org_finish(&w->org);
    store_close(w->st);
    static const char *const harms[] = {
        "UPDATE day_tally SET c1 = c1 + 1, c2 = c2 - 1 WHERE place_id = 1",
        "DELETE FROM hour_tally WHERE place_id = 5",
        "UPDATE day_tally SET day = day + 1 WHERE day = (SELECT max(day) FROM day_tally)"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, harms[i], NULL, NULL, NULL), SQLITE_OK);
        assert_true(sqlite3_changes(db) > 0);
        sqlite3_close(db);
        assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINDING);
        assert_int_equal(ctl_recount(&c, 1, repair), CTL_FINE);
        assert_int_equal(ctl_recount(&c, 0, NULL), CTL_FINE);
    }
    open_world(w);
    set_tree(w);
    expect_both(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rollups_equal_a_recount, setup, teardown),
        cmocka_unit_test_setup_teardown(no_tree_no_rollups, setup, teardown),
        cmocka_unit_test_setup_teardown(calendars_compare, setup, teardown),
        cmocka_unit_test_setup_teardown(puasctl_finds_and_repairs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
