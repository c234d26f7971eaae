// Rollups by local day, up the tree: they equal a slow recount of the answers after anything that may happen.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/event_table.h"
#include "aggregator/apply.h"
#include "aggregator/ctl.h"
#include "aggregator/org.h"
#include "aggregator/store_content.h"
#include "aggregator/store_erase.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_import.h"
#include "aggregator/store_retention.h"
#include "aggregator/store_rollups.h"
#include "aggregator/store_segments.h"
#include "tests/unit/folder.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR ((wall_ms)3600000)
#define QUARTER ((wall_ms)900000)
#define DAY (24 * HOUR)
#define BERLIN_SPRING ((wall_ms)1774746000000)   // 2026-03-29 01:00 UTC: 02:00 becomes 03:00
#define BERLIN_AUTUMN ((wall_ms)1792890000000)   // 2026-10-25 01:00 UTC: 03:00 becomes 02:00
#define ST_JOHNS_AUTUMN ((wall_ms)1793507400000) // 2026-11-01 04:30 UTC: 02:00 becomes 01:00

enum { KIOSKS = 4, SEQS = 400, LEVELS = 5, PRESENT_DAYS = 12, PRESENT_FROM = 20540 };

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

struct world {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    struct org org;
    bool settled[KIOSKS][SEQS + 1];
    int64_t ready[KIOSKS][PRESENT_DAYS]; // ms + 1; 0: not heard
};

static const char document[] =
    "places:\n"
    "  - { id: org, kind: org, name: Org, tz: Asia/Jakarta }\n"
    "  - { id: west, kind: region, parent: org, name: West }\n"
    "  - { id: far, kind: region, parent: org, name: Far, tz: Europe/Berlin }\n"
    "  - { id: dago, kind: branch, parent: west, name: Dago }\n"
    "  - { id: nepal, kind: branch, parent: west, name: Nepal, tz: Asia/Kathmandu }\n"
    "  - { id: johns, kind: branch, parent: far, name: Johns, tz: America/St_Johns }\n"
    "  - { id: berlin, kind: branch, parent: far, name: Berlin }\n"
    "  - { id: lobby, kind: area, parent: berlin, name: Lobby }\n";
static const char *const stands[KIOSKS] = {"dago", "nepal", "johns", "lobby"};

static void load_org(struct world *w)
{
    char why[300];
    org_finish(&w->org);
    assert_true(org_load(&w->org, w->st, why, sizeof why));
    struct rollup_tree tree = org_tree(&w->org);
    store_set_tree(w->st, &tree);
}

static void open_store(struct world *w)
{
    char why[300];
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    load_org(w);
}

static void restart(struct world *w)
{
    store_close(w->st);
    open_store(w);
}

static void apply(struct world *w, const char *text)
{
    struct seed seed;
    struct config_error e;
    struct apply_report report = {.text = NULL};
    char why[300];
    if (!config_parse("t", text, strlen(text), seed_rows, &seed, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(store_begin(w->st));
    if (!apply_seed(w->st, &w->org, &seed, 1000, "tester", true, &report, why, sizeof why)) {
        fail_msg("%s", why);
    }
    load_org(w);
    assert_true(store_commit(w->st));
    free(report.text);
    config_free(seed_rows, &seed);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    folder_make(w->dir, "rollups");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    open_store(w);
    apply(w, document);
    assert_true(store_begin(w->st));
    struct store_content marks = {.place = 1,
                                  .yaml = "",
                                  .body = "{\"survey\":{\"id\":\"exit\",\"questions\":[{\"id\":\"service\","
                                          "\"type\":\"choice\",\"segment\":true}]}}"},
                         staff = {.place = 2,
                                  .yaml = "",
                                  .body = "{\"survey\":{\"id\":\"team\",\"audience\":\"staff\"}}"};
    assert_true(store_put_content(w->st, &marks, "tester", 1000));
    assert_true(store_put_content(w->st, &staff, "tester", 1000));
    for (int k = 0; k < KIOSKS; k++) {
        struct store_kiosk row = {.session = -1, .known = true};
        struct store_epoch epoch;
        uint8_t bytes[EPOCH_BYTES] = {(uint8_t)(k + 1)};
        bool found;
        char id[20];
        snprintf(id, sizeof id, "k%d", k);
        ident_set(&row.id, id);
        assert_true(store_put_kiosk(w->st, &row));
        assert_true(store_epoch(w->st, row.kiosk, bytes, 1, true, &epoch, &found));
        assert_int_equal(epoch.epoch_id, k + 1);
    }
    assert_true(store_commit(w->st));
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    store_close(w->st);
    org_finish(&w->org);
    folder_drop(w->dir);
    free(w);
    return 0;
}

// As the core does: what is settled is not stored again.
static void put_flagged(struct world *w, int k, struct event *e, wall_ms at, int flags)
{
    bool voided, erased, score;
    if (w->settled[k][e->seq]) {
        return;
    }
    struct stored_event s = {.epoch_id = k + 1,
                             .kiosk = k + 1,
                             .place = org_place(&w->org, stands[k])->number,
                             .e = e,
                             .at = at,
                             .arrived = at + (e->seq % 3 == 0 ? 5 * DAY : 100)};
    if (e->question.s[0] != '\0') {
        assert_true(store_name(w->st, e->question.s, &s.name));
    }
    assert_true(store_is_voided(w->st, s.epoch_id, e->seq, &voided));
    s.flags = flags | (voided ? EVENT_VOIDED : 0) | (e->seq % 170 == 0 ? EVENT_REPEATED : 0);
    assert_true(store_erased(w->st, s.epoch_id, e->visit, &erased, &score));
    if (erased) { // as core_blank
        bool counts = e->type == EVENT_RATING || e->type == EVENT_NUMBER || e->type == EVENT_CHOICE;
        e->ref[0] = '\0';
        s.flags |= EVENT_ERASED | (score && counts ? EVENT_VOIDED : 0);
        if (score && counts) {
            e->score = e->of = e->option_count = 0;
        }
    }
    for (int64_t seq = e->seq + 1; seq <= e->seq + ROLLUP_VISIT_SPAN && seq <= SEQS; seq++) {
        s.behind = s.behind || w->settled[k][seq];
    }
    bool staff; // as the core does
    assert_true(store_is_staff(w->st, e, &staff));
    s.flags |= staff ? EVENT_STAFF : 0;
    assert_true(store_event(w->st, &s));
    w->settled[k][e->seq] = true;
}

static void put(struct world *w, int k, struct event *e, wall_ms at)
{
    put_flagged(w, k, e, at, 0);
}

static struct event rating(int64_t seq, int score)
{
    struct event e = {
        .seq = seq, .visit = seq, .type = EVENT_RATING, .score = score, .of = LEVELS, .since_ms = -1};
    ident_set(&e.question, "overall");
    return e;
}

// What a kiosk says under a seq is always the same.
static void put_seq(struct world *w, int k, int64_t seq)
{
    uint32_t seed = (uint32_t)(k * 1000 + seq);
    static const wall_ms around[] = {BERLIN_SPRING, BERLIN_AUTUMN, ST_JOHNS_AUTUMN};
    wall_ms at = around[draw(&seed) % 3] + (wall_ms)(draw(&seed) % (60 * 3600)) * 1000 - 30 * HOUR;
    struct event e = rating(seq, 1 + (int)(draw(&seed) % LEVELS));
    if (seq % 11 == 0) {
        e = (struct event){.seq = seq,
                           .visit = seq,
                           .type = EVENT_VOID,
                           .voids = 1 + draw(&seed) % (uint32_t)(seq > 20 && seq % 2 == 0 ? 20 : seq - 1),
                           .since_ms = -1};
    } else if (seq % 7 == 0) {
        static const int64_t back[] = {0, 1, 2,
                                       70}; // its visit begins with a rating, with something else, too far
        e.type = EVENT_CHOICE;
        e.score = e.of = 0;
        e.visit = seq > 70 ? seq - back[draw(&seed) % 4] : seq;
        e.option_count = 1 + (int)(seq % 2);
        ident_set(&e.question, "why");
        ident_set(&e.options[0], "wait");
        ident_set(&e.options[1], "staff");
    } else if (seq % 10 == 3) { // what they came for: there are more services than a place tells apart
        static const int64_t back[] = {1, 2, 3, 70};
        e.type = EVENT_CHOICE;
        e.score = e.of = 0;
        e.visit = seq > 70 ? seq - back[draw(&seed) % 4] : seq;
        e.option_count = 1;
        ident_set(&e.question, "service");
        snprintf(e.options[0].s, sizeof e.options[0].s, "s%d", (int)(draw(&seed) % 20) + 3 * k);
    } else if (seq % 13 == 0) {
        e.type = EVENT_NUMBER;
        e.of = 11;
        ident_set(&e.question, "recommend");
    }
    if (e.type == EVENT_RATING || e.type == EVENT_NUMBER) {
        e.visit = seq > 2 && draw(&seed) % 4 == 0 ? seq - 1 - draw(&seed) % 2 : seq;
        if (seq % 5 == 0) {
            snprintf(e.ref, sizeof e.ref,
                     seq % 3 == 0   ? "%c/7"
                     : seq % 3 == 1 ? "%c-104"
                                    : "%c17",
                     'A' + (int)(seq % 4));
        }
        ident_set(&e.survey, draw(&seed) % 9 == 0 ? "team" : "exit");
    }
    put_flagged(w, k, &e, at, e.visit % 9 == 4 ? EVENT_PHONE : 0);
}

static void be_there(struct world *w, int k, uint32_t *seed)
{
    int32_t day = (int32_t)(draw(seed) % PRESENT_DAYS);
    int64_t ms = draw(seed) % 3 == 0 ? 0 : draw(seed) % 60000;
    assert_true(
        store_kiosk_present(w->st, k + 1, org_place(&w->org, stands[k])->number, PRESENT_FROM + day, ms));
    w->ready[k][day] += ms + (w->ready[k][day] == 0);
}

// The words of a visit, or all of it.
static void erase_some(struct world *w, uint32_t *seed)
{
    int k = (int)(draw(seed) % KIOSKS), answers;
    struct store_erasure e = {.epoch_id = k + 1,
                              .kiosk = k + 1,
                              .epoch = {(uint8_t)(k + 1)},
                              .visit = 1 + draw(seed) % SEQS,
                              .score = draw(seed) % 2 == 0};
    assert_true(store_erase_visit(w->st, &e, 1000, &answers));
}

// ---------------------------------------------------------------- the slow way

struct line { // one vote or reason at one place
    int kind, place, day, hour, name, levels, score;
};
struct lines {
    struct line *items;
    size_t count, room;
};

static void add_line(struct lines *l, struct line line)
{
    if (l->count == l->room) {
        l->room = l->room == 0 ? 1024 : l->room * 2;
        l->items = realloc(l->items, l->room * sizeof line);
        assert_non_null(l->items);
    }
    l->items[l->count++] = line;
}

static int by_all(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct line));
}

// All that the store holds, by key; `service` is what a visit came for, where an answer says it.
struct answer {
    int kind, flags, score;
    int64_t visit; // 0: there is no such answer
    char service[40];
};
struct answers {
    struct answer of[KIOSKS + 1][SEQS + 1];
};

static struct answers *read_answers(sqlite3 *db)
{
    struct answers *all = calloc(1, sizeof *all);
    sqlite3_stmt *s;
    assert_non_null(all);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT epoch_id, seq, kind, flags, score, visit, iif(name_id = (SELECT name_id FROM"
                           " name WHERE id = 'service'), json_extract(body, '$.options[0]'), '') FROM event",
                           -1, &s, NULL),
        SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        assert_in_range(sqlite3_column_int(s, 0), 1, KIOSKS);
        assert_in_range(sqlite3_column_int(s, 1), 1, SEQS);
        struct answer *a = &all->of[sqlite3_column_int(s, 0)][sqlite3_column_int(s, 1)];
        const char *service = (const char *)sqlite3_column_text(s, 6);
        *a = (struct answer){sqlite3_column_int(s, 2), sqlite3_column_int(s, 3), sqlite3_column_int(s, 4),
                             sqlite3_column_int64(s, 5), ""};
        snprintf(a->service, sizeof a->service, "%s", service != NULL ? service : "");
    }
    sqlite3_finalize(s);
    return all;
}

// How the visit of an answer began: -1 unhappy, 1 happy, 0 otherwise.
static int mood_of(const struct answers *all, int64_t epoch, int64_t seq, int64_t visit)
{
    const struct answer *first = &all->of[epoch][visit];
    bool rated = visit < seq && seq - visit <= 64 && first->visit != 0 && first->kind == 0 &&
                 (first->flags & 92) == 0;
    return !rated ? 0 : first->score >= 4 ? 1 : -1; // of five
}

static void recount(struct world *w, sqlite3 *db, const struct answers *all, struct lines *l)
{
    sqlite3_stmt *s;
    assert_int_equal(
        sqlite3_prepare_v2(
            db,
            "SELECT e.place_id, e.at, e.kind, e.name_id, e.levels, e.score, o.name_id, e.epoch_id, e.seq,"
            " e.visit, j.key FROM event e"
            " LEFT JOIN json_each(iif(e.kind = 1, e.body, '{}'), '$.options') j"
            " LEFT JOIN name o ON o.id = j.value WHERE e.kind IN (0, 1, 4) AND e.flags & 92 = 0",
            -1, &s, NULL),
        SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        int place = sqlite3_column_int(s, 0), kind = sqlite3_column_int(s, 2);
        wall_ms at = sqlite3_column_int64(s, 1);
        wall_ms local = at + (wall_ms)tz_offset_s(w->org.places[place].tz, at) * 1000; // to the second
        for (; place != 0; place = w->org.places[place].parent) {
            struct line line = {.place = place, .day = (int)(local / DAY), .name = sqlite3_column_int(s, 3)};
            if (kind == 1) {
                int64_t epoch = sqlite3_column_int64(s, 7), seq = sqlite3_column_int64(s, 8);
                line.kind = ROLLUP_CHOICE;
                line.levels = mood_of(all, epoch, seq, sqlite3_column_int64(s, 9));
                line.score = sqlite3_column_int(s, 6);
                add_line(l, line);
                line.score = 0;
                if (sqlite3_column_int(s, 10) > 0) { // beside another
                    add_line(l, line);
                }
                continue;
            }
            line.levels = sqlite3_column_int(s, 4);
            line.score = sqlite3_column_int(s, 5);
            add_line(l, line);
            line.kind = ROLLUP_HOUR;
            line.hour = (int)(local % DAY / HOUR);
            add_line(l, line);
        }
    }
    sqlite3_finalize(s);
}

static void read_rows(sqlite3 *db, const char *sql, int kind, struct lines *l)
{
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        struct line line = {.kind = kind,
                            .place = sqlite3_column_int(s, 0),
                            .day = sqlite3_column_int(s, 1),
                            .hour = sqlite3_column_int(s, 2),
                            .name = sqlite3_column_int(s, 3),
                            .levels = sqlite3_column_int(s, 4)};
        for (int i = 6; i < sqlite3_column_count(s); i++) {
            line.levels = kind == ROLLUP_CHOICE ? i - 7 : line.levels; // unhappy, neither, happy
            line.score = kind == ROLLUP_CHOICE ? sqlite3_column_int(s, 5) : i - 5;
            assert_true(sqlite3_column_int(s, i) >= 0);
            for (int n = sqlite3_column_int(s, i); n > 0; n--) {
                add_line(l, line);
            }
        }
    }
    sqlite3_finalize(s);
}

static int64_t ask(struct world *w, const char *sql);

static void assert_presence(struct world *w)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT coalesce(sum(kiosks * 1000000000 + ready_ms), 0) FROM presence_day"
                                        " WHERE place_id = ?1 AND day = ?2",
                                        -1, &s, NULL),
                     SQLITE_OK);
    for (int32_t place = 1; place <= w->org.place_count; place++) {
        for (int day = 0; day < PRESENT_DAYS; day++) {
            int64_t kiosks = 0, ready = 0;
            for (int k = 0; k < KIOSKS; k++) {
                if (w->ready[k][day] > 0 &&
                    org_under(&w->org, org_place(&w->org, stands[k])->number, place)) {
                    kiosks++;
                    ready += w->ready[k][day] - 1;
                }
            }
            sqlite3_bind_int(s, 1, place);
            sqlite3_bind_int(s, 2, PRESENT_FROM + day);
            assert_int_equal(sqlite3_step(s), SQLITE_ROW);
            assert_int_equal(sqlite3_column_int64(s, 0), kiosks * 1000000000 + ready);
            sqlite3_reset(s);
        }
    }
    sqlite3_finalize(s);
    sqlite3_close(db);
}

// The segment of a rating, "" none, by all that its epoch says.
static void segment_of(const struct answers *all, int64_t epoch, int64_t seq, int64_t visit, int flags,
                       const char *body, char ret[80])
{
    ret[0] = '\0';
    for (int64_t at = visit + 1; ret[0] == '\0' && seq - visit <= 64 && at <= visit + 64 && at <= SEQS; at++) {
        const struct answer *a = &all->of[epoch][at];
        if (a->visit == visit && a->service[0] != '\0' && (a->flags & 28) == 0) {
            snprintf(ret, 80, "service:%s", a->service);
        }
    }
    const char *ref = body != NULL ? strstr(body, "\"ref\":\"") : NULL;
    const char *counter = body != NULL ? strstr(body, "\"counter\":\"") : NULL;
    if ((flags & EVENT_STAFF) != 0) {
        strcpy(ret, "audience:staff");
    } else if ((flags & EVENT_PHONE) == EVENT_PHONE) {
        strcpy(ret, "source:phone");
    } else if (ret[0] == '\0' && counter != NULL) { // the ref was erased
        snprintf(ret, 80, "counter:%c", counter[11]);
    } else if (ret[0] == '\0' && ref != NULL && (ref[8] == '-' || ref[8] == '/')) {
        snprintf(ret, 80, "counter:%c", ref[7]);
    }
}

// By the lists of the places, answer by answer.
static void assert_segments(struct world *w, sqlite3 *db, const struct answers *all)
{
    struct lines want = {.items = NULL}, is = {.items = NULL};
    sqlite3_stmt *s, *known;
    assert_int_equal(sqlite3_prepare_v2(
                         db,
                         "SELECT e.place_id, e.at, e.name_id, e.levels, e.score, e.epoch_id, e.seq, e.visit,"
                         " e.body, e.flags FROM event e WHERE e.kind IN (0, 4) AND (e.flags & 28 = 0 OR"
                         " e.flags & 124 = 36)",
                         -1, &s, NULL),
                     SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT segment_id FROM segment JOIN place_segment USING(segment_id) WHERE id = ?1"
                           " AND place_id = ?2",
                           -1, &known, NULL),
        SQLITE_OK);
    while (sqlite3_step(s) == SQLITE_ROW) {
        char segment[80];
        int place = sqlite3_column_int(s, 0);
        wall_ms at = sqlite3_column_int64(s, 1),
                local = at + (wall_ms)tz_offset_s(w->org.places[place].tz, at) * 1000;
        bool other = false;
        segment_of(all, sqlite3_column_int64(s, 5), sqlite3_column_int64(s, 6), sqlite3_column_int64(s, 7),
                   sqlite3_column_int(s, 9), (const char *)sqlite3_column_text(s, 8), segment);
        for (; segment[0] != '\0' && place != 0; place = w->org.places[place].parent) {
            struct line line = {.place = place,
                                .day = (int)(local / DAY),
                                .name = sqlite3_column_int(s, 2),
                                .levels = sqlite3_column_int(s, 3),
                                .score = sqlite3_column_int(s, 4),
                                .kind = place == sqlite3_column_int(s, 0)};
            sqlite3_bind_text(known, 1, segment, -1, SQLITE_STATIC);
            sqlite3_bind_int(known, 2, place);
            other = other || sqlite3_step(known) != SQLITE_ROW;
            line.hour = other ? 0 : sqlite3_column_int(known, 0);
            sqlite3_reset(known);
            add_line(&want, line);
        }
    }
    sqlite3_finalize(known);
    sqlite3_finalize(s);
    read_rows(db,
              "SELECT place_id, day, segment_id, name_id, levels, 0, c1, c2, c3, c4, c5, c6, c7, c8, c9, "
              "c10, c11 FROM"
              " segment_day WHERE own = 0",
              0, &is);
    read_rows(db,
              "SELECT place_id, day, segment_id, name_id, levels, 0, c1, c2, c3, c4, c5, c6, c7, c8, c9, "
              "c10, c11 FROM"
              " segment_day WHERE own = 1",
              1, &is);
    assert_int_equal(is.count, want.count);
    if (want.count > 0) {
        qsort(want.items, want.count, sizeof *want.items, by_all);
        qsort(is.items, is.count, sizeof *is.items, by_all);
        assert_memory_equal(is.items, want.items, want.count * sizeof *want.items);
    }
    free(is.items);
    free(want.items);
}

// Blocks of days hold the sums of their days, and nothing where no day is left.
static void assert_blocks(struct world *w)
{
    static const char sql[] =
        "WITH d AS (SELECT place_id, day, name_id, levels, c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 AS v, CASE levels"
        " WHEN 2 THEN c2 WHEN 3 THEN c3 WHEN 4 THEN c3 + c4 WHEN 5 THEN c4 + c5 WHEN 6 THEN c5 + c6 WHEN 7 THEN c6 + c7"
        " WHEN 8 THEN c7 + c8 WHEN 9 THEN c8 + c9 ELSE c9 + c10 END AS g FROM day_tally WHERE levels <= 10),"
        " b AS (SELECT place_id, day >> 5 AS block, name_id, levels, sum(v) AS n, sum(g) AS good, sum(v <> 0) AS days,"
        " sum(g * g) AS gg, sum(g * v) AS gv, sum(v * v) AS vv FROM d GROUP BY 1, 2, 3, 4)"
        " SELECT (SELECT count(*) FROM (SELECT * FROM b WHERE days <> 0 EXCEPT SELECT * FROM day_block))"
        " + (SELECT count(*) FROM (SELECT * FROM day_block WHERE days <> 0 EXCEPT SELECT * FROM b))"
        " + (SELECT count(*) FROM day_block WHERE levels > 10 OR (days = 0 AND (n <> 0 OR good <> 0 OR good_squares <> 0"
        " OR products <> 0 OR n_squares <> 0)))";
    assert_int_equal(ask(w, sql), 0);
}

static void assert_equal_to_recount(struct world *w)
{
    assert_presence(w);
    assert_blocks(w);
    struct lines want = {.items = NULL}, is = {.items = NULL};
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_true(event_table_register(db));
    struct answers *all = read_answers(db);
    recount(w, db, all, &want);
    read_rows(db,
              "SELECT place_id, day, 0, name_id, levels, 0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
              " FROM day_tally",
              ROLLUP_DAY, &is);
    read_rows(db,
              "SELECT place_id, day, hour, name_id, levels, 0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
              " FROM hour_tally",
              ROLLUP_HOUR, &is);
    read_rows(
        db,
        "SELECT place_id, day, 0, name_id, 0, option_id, unhappy, n - unhappy - happy, happy FROM choice_day",
        ROLLUP_CHOICE, &is);
    assert_segments(w, db, all);
    free(all);
    sqlite3_close(db);
    assert_int_equal(is.count, want.count);
    if (want.count > 0) {
        qsort(want.items, want.count, sizeof *want.items, by_all);
        qsort(is.items, is.count, sizeof *is.items, by_all);
        assert_memory_equal(is.items, want.items, want.count * sizeof *want.items);
    }
    free(is.items);
    free(want.items);
}

// Rows that are not as they must be, by the store's own proof.
static int differences(struct world *w)
{
    struct rollups r = {.items = NULL};
    int found = 0;
    for (int32_t place = 1; place <= w->org.place_count; place++) {
        bool there = true;
        assert_true(store_segments_difference(w->st, place, &r));
        for (int32_t i = 0; i < r.count; i++) {
            found += !rollup_is_zero(&r.items[i]);
        }
        for (int32_t day = -1000000; there; day += 3) {
            assert_true(store_rollups_next_day(w->st, place, day, &day, &there));
            assert_true(!there || store_rollups_difference(w->st, place, day, day + 3, &r));
            for (int32_t i = 0; there && i < r.count; i++) {
                found += !rollup_is_zero(&r.items[i]);
            }
        }
    }
    rollups_finish(&r);
    return found;
}

static int64_t ask(struct world *w, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    int64_t v = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : INT64_MIN;
    sqlite3_finalize(s);
    sqlite3_close(db);
    return v;
}

static void run(struct world *w, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

// Slices until nothing is due, each its own transaction.
static int build(struct world *w, int days)
{
    bool more = true;
    int slices = 0;
    while (more) {
        assert_true(store_begin(w->st));
        assert_true(store_rollups_slice(w->st, days, &more));
        assert_true(store_commit(w->st));
        slices += more;
    }
    return slices;
}

// ---------------------------------------------------------------- tests

// Any order of events, duplicates, late arrivals, voids before and after what they take back, lost
// transactions and restarts; every level, zones of quarter and half hours, over changes of the clock.
static void rollups_equal_a_recount(void **state)
{
    struct world *w = *state;
    for (uint32_t seed = 1; seed <= 6; seed++) {
        uint32_t s = seed * 77;
        for (int turn = 0; turn < 25; turn++) {
            bool before[KIOSKS][SEQS + 1];
            int64_t ready[KIOSKS][PRESENT_DAYS];
            memcpy(before, w->settled, sizeof before);
            memcpy(ready, w->ready, sizeof ready);
            assert_true(store_begin(w->st));
            for (int i = 0; i < 60; i++) {
                put_seq(w, (int)(draw(&s) % KIOSKS), 1 + draw(&s) % SEQS);
                be_there(w, (int)(draw(&s) % KIOSKS), &s);
            }
            erase_some(w, &s);
            if (draw(&s) % 5 == 0) {
                store_rollback(w->st);
                memcpy(w->settled, before, sizeof before);
                memcpy(w->ready, ready, sizeof ready);
            } else {
                assert_true(store_commit(w->st));
            }
            if (draw(&s) % 8 == 0) {
                restart(w);
            }
        }
        assert_equal_to_recount(w);
        assert_int_equal(differences(w), 0);
    }
    assert_true(ask(w, "SELECT count(*) FROM day_tally WHERE levels = 11") > 0);
    assert_true(ask(w, "SELECT sum(n) FROM choice_day") > 100);
    assert_true(ask(w, "SELECT min(sum(unhappy), sum(happy), sum(n - unhappy - happy)) FROM choice_day") >
                100);
    assert_int_equal(ask(w, "SELECT count(*) FROM place_segment WHERE place_id = 1"), STORE_SEGMENTS_MAX);
    assert_true(ask(w, "SELECT sum(c1 + c2 + c3) FROM segment_day WHERE place_id = 1 AND segment_id = 0") >
                0);
    assert_true(ask(w, "SELECT count(DISTINCT substr(id, 1, 3)) FROM segment") == 4);
    // All levels say the same.
    assert_int_equal(
        ask(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM day_tally WHERE place_id = 1 AND levels = 5"),
        ask(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM tally WHERE levels = 5"));
    // As an import that is undone: pack by pack, visits that reach over their ends.
    for (int k = 1; k <= 2; k++) {
        struct store_import gone = {.epoch_id = k};
        for (bool more = true; more;) {
            assert_true(store_begin(w->st));
            assert_true(store_undo_slice(w->st, &gone, k, &more));
            assert_true(store_commit(w->st));
        }
        assert_equal_to_recount(w);
        assert_int_equal(differences(w), 0);
    }
}

// A vote every quarter of an hour: local days have as many as they have quarters.
static void days_of_23_and_25_hours(void **state)
{
    struct world *w = *state;
    static const struct {
        int kiosk;
        wall_ms from, to;
        int votes;   // of the whole local day
        int hour[3]; // votes in local hours 1, 2, 3
    } days[] = {
        {3, BERLIN_SPRING - 2 * HOUR, BERLIN_SPRING + 21 * HOUR, 92, {4, 0, 4}},
        {3, BERLIN_AUTUMN - 3 * HOUR, BERLIN_AUTUMN + 22 * HOUR, 100, {4, 8, 4}},
        {2, ST_JOHNS_AUTUMN - 2 * HOUR, ST_JOHNS_AUTUMN + 23 * HOUR, 100, {8, 4, 4}},
        {1,
         BERLIN_SPRING - 7 * HOUR + QUARTER,
         BERLIN_SPRING + 17 * HOUR + QUARTER,
         96,
         {4, 4, 4}}, // 18:15 UTC
    };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        int64_t seq = 1;
        char sql[300];
        memset(w->settled, 0, sizeof w->settled);
        run(w, "DELETE FROM pack; DELETE FROM tally; DELETE FROM day_tally; DELETE FROM hour_tally");
        assert_true(store_begin(w->st));
        for (wall_ms at = days[i].from - QUARTER; at < days[i].to + QUARTER; at += QUARTER) {
            struct event e = rating(seq, 5);
            put(w, days[i].kiosk, &e, at);
            seq++;
        }
        assert_true(store_commit(w->st));
        restart(w);
        int votes = (int)ask(w, "SELECT sum(c5) FROM day_tally WHERE place_id = 1 GROUP BY day ORDER BY day"
                                " LIMIT 1 OFFSET 1");
        assert_int_equal(ask(w, "SELECT count(DISTINCT day) FROM day_tally WHERE place_id = 1"), 3);
        assert_int_equal(votes, days[i].votes);
        for (int h = 0; h < 3; h++) {
            snprintf(sql, sizeof sql,
                     "SELECT coalesce(sum(c5), 0) FROM hour_tally WHERE place_id = 1 AND hour = %d AND day ="
                     " (SELECT min(day) + 1 FROM day_tally)",
                     h + 1);
            assert_int_equal(ask(w, sql), days[i].hour[h]);
        }
    }
}

static void give(struct world *w, uint32_t *seed, int count)
{
    assert_true(store_begin(w->st));
    for (int i = 0; i < count; i++) {
        put_seq(w, (int)(draw(seed) % KIOSKS), 1 + draw(seed) % SEQS);
        if (i % 4 == 0) {
            be_there(w, (int)(draw(seed) % KIOSKS), seed);
        }
    }
    assert_true(store_commit(w->st));
}

static void replace(char *text, const char *what, const char *by)
{
    char *at = strstr(text, what);
    assert_non_null(at);
    assert_int_equal(strlen(what), strlen(by));
    memcpy(at, by, strlen(by));
}

// A place moves, and others get another time zone. Slices, with kills and votes in between, make it right.
static void what_moves_is_built_anew(void **state)
{
    struct world *w = *state;
    uint32_t seed = 3;
    char text[sizeof document];
    memcpy(text, document, sizeof text);
    give(w, &seed, 900);
    replace(text, "parent: far, name: Berlin ", "parent: west,name: Berlin ");
    apply(w, text);
    assert_int_equal(
        ask(w, "SELECT group_concat(id) = 'org,west,far,berlin,lobby' FROM (SELECT id FROM rollup_due"
               " JOIN place USING(place_id) ORDER BY place_id)"),
        1);
    assert_true(differences(w) > 0);
    for (int i = 0; i < 12; i++) { // a few days a time
        bool more;
        assert_true(store_begin(w->st));
        assert_true(store_rollups_slice(w->st, 1, &more));
        if (i % 4 == 3) {
            store_rollback(w->st);
            restart(w);
        } else {
            assert_true(store_commit(w->st));
        }
        give(w, &seed, 20);
    }
    assert_true(build(w, 2) > 0);
    assert_equal_to_recount(w);
    replace(text, "Asia/Kathmandu", "Asia/Singapore");
    apply(w, text);
    replace(text, "tz: Asia/Jakarta", "tz: Asia/Manila ");
    apply(w, text);
    assert_int_equal(ask(w, "SELECT count(*) FROM rollup_due"), 8);
    give(w, &seed, 100);
    build(w, STORE_SLICE_DAYS);
    assert_equal_to_recount(w);
    apply(w, text); // no change: nothing is due
    assert_int_equal(ask(w, "SELECT count(*) FROM rollup_due"), 0);
}

// Damage of every kind is found, and mended from the answers.
static void damage_is_found_and_mended(void **state)
{
    struct world *w = *state;
    static const char *const damages[] = {
        "UPDATE day_tally SET c3 = c3 + 1 WHERE place_id = 1 AND day = (SELECT min(day) FROM day_tally)",
        "DELETE FROM hour_tally WHERE place_id = 3",
        "UPDATE presence_day SET ready_ms = ready_ms - 1 WHERE place_id = 1",
        "DELETE FROM presence_day",
        "DELETE FROM segment_day WHERE own = 1 AND segment_id = 1",
        "UPDATE segment_day SET c2 = c2 + 1 WHERE own = 0",
        "INSERT INTO segment_day VALUES(8, 100, 1, 0, 5, 1, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0)",
        "INSERT INTO presence_day VALUES(6, 30000, 1, 1)",
        "INSERT INTO choice_day VALUES(4, 100, 1, 1, 5, 0, 0)",
        "UPDATE choice_day SET unhappy = unhappy + 1 WHERE place_id = 2",
        "INSERT INTO day_tally VALUES(8, 40000, 1, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)",
        "DELETE FROM day_tally; DELETE FROM hour_tally; DELETE FROM choice_day",
        "UPDATE tally SET c1 = c1 + 2",
        "DELETE FROM choice_tally; INSERT INTO choice_tally VALUES(5, 1, 1, 1, 2000000, 3, 1, 1)",
    };
    uint32_t seed = 9;
    give(w, &seed, 1500);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        run(w, damages[i]);
        assert_true(differences(w) > 0);
        assert_true(store_begin(w->st));
        assert_true(store_rollups_mark(w->st, 0, true));
        assert_true(store_commit(w->st));
        if (i % 2 == 0) {
            restart(w);
        }
        build(w, 30);
        assert_int_equal(differences(w), 0);
        assert_equal_to_recount(w);
        assert_int_equal(
            ask(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM day_tally WHERE place_id = 1 AND levels = 5"),
            ask(w, "SELECT sum(c1 + c2 + c3 + c4 + c5) FROM tally WHERE levels = 5"));
    }
}

// Answers that came before there was a tree (an older release): all places are due, votes come in meanwhile.
static void older_answers_are_rolled_up(void **state)
{
    struct world *w = *state;
    static const struct rollup_tree none = {.above = NULL};
    uint32_t seed = 21;
    store_set_tree(w->st, &none);
    give(w, &seed, 1000);
    assert_int_equal(ask(w, "SELECT count(*) FROM day_tally"), 0);
    assert_true(ask(w, "SELECT count(*) FROM rollup_due") == 8); // by themselves
    restart(w);
    assert_true(store_begin(w->st));
    assert_true(store_rollups_mark(w->st, 0, false)); // as migration 0006
    assert_true(store_commit(w->st));
    for (int i = 0; i < 20; i++) {
        bool more;
        int64_t left;
        assert_true(store_begin(w->st));
        assert_true(store_rollups_slice(w->st, 1, &more));
        put_seq(w, (int)(draw(&seed) % KIOSKS), 1 + draw(&seed) % SEQS); // in the same transaction
        assert_true(store_commit(w->st));
        assert_true(store_rollups_left(w->st, &left));
        assert_true(more && left > 0);
    }
    build(w, STORE_SLICE_DAYS);
    assert_equal_to_recount(w);
}

// A store of the release before: the migration marks every place, and the answers that were there are rolled
// up.
static void the_migration_brings_the_past(void **state)
{
    struct world *w = *state;
    uint32_t seed = 33;
    give(w, &seed, 800);
    store_close(w->st);
    run(w, "DROP TABLE day_tally; DROP TABLE hour_tally; DROP TABLE choice_day; DROP TABLE rollup_due;"
           "DROP INDEX place_parent; ALTER TABLE choice_tally DROP COLUMN unhappy;"
           "ALTER TABLE choice_tally DROP COLUMN happy; DROP TABLE kiosk_day; DROP TABLE presence_day;"
           "DROP INDEX epoch_lacking; DROP TABLE segment; DROP TABLE place_segment; DROP TABLE segment_day; "
           "DROP INDEX assignment_place; "
           "DROP TABLE erasure; DROP TABLE gone; DROP TABLE import; DROP TABLE outgoing; DROP TABLE token; ALTER TABLE alert DROP COLUMN judged; "
           "DROP TABLE item; DROP TABLE presence; DROP TABLE told; DROP TABLE content_plan; DROP TABLE improvement; DROP INDEX alert_raised; "
           "DROP TABLE phone; DROP TABLE phone_visit; DROP TABLE special_day; DROP TABLE praise; DROP TABLE day_block; DROP TABLE webpush; DROP TABLE share; DROP TABLE mailing_sent; DROP TABLE mailing_recipient; DROP TABLE contact_case; DROP TABLE escalation; DROP TABLE silence; DROP INDEX alert_reopened; ALTER TABLE alert DROP COLUMN reopened; "
           "ALTER TABLE alert_log DROP COLUMN subject; ALTER TABLE alert_log DROP COLUMN amount; "
           "PRAGMA user_version = 5");
    memset(w->ready, 0, sizeof w->ready);
    open_store(w);
    assert_int_equal(ask(w, "SELECT count(*) FROM rollup_due"), 8);
    assert_int_equal(ask(w, "SELECT count(*) FROM day_tally"), 0);
    give(w, &seed, 100);
    build(w, STORE_SLICE_DAYS);
    assert_equal_to_recount(w);
    assert_int_equal(differences(w), 0);
}

// A store in which phones had no segment yet.
static void phones_are_told_anew(void **state)
{
    struct world *w = *state;
    uint32_t seed = 21;
    give(w, &seed, 800);
    build(w, STORE_SLICE_DAYS);
    store_close(w->st);
    run(w, "DELETE FROM segment_day WHERE segment_id = (SELECT segment_id FROM segment WHERE id = 'source:phone');"
           "INSERT INTO phone SELECT place_id, 'token' || place_id, place_id, 1, 'dewi', 0, NULL, NULL FROM place;"
           "DROP TABLE item; DROP TABLE presence; PRAGMA user_version = 21");
    open_store(w);
    assert_true(differences(w) > 0);
    build(w, STORE_SLICE_DAYS);
    assert_equal_to_recount(w);
    assert_int_equal(differences(w), 0);
    assert_true(ask(w, "SELECT sum(c1 + c5) FROM segment_day JOIN segment USING(segment_id) WHERE id = 'source:phone'") > 0);
}

// What is usual for change rules: the faces that are not happy, on scales of each kind.
static void usual_share(void **state)
{
    struct world *w = *state;
    int64_t n, unhappy;
    store_close(w->st);
    run(w, "DELETE FROM day_tally; INSERT OR IGNORE INTO name VALUES(901, 'asked'), (902, 'other');"
           "INSERT INTO day_tally VALUES(1, 10, 901, 5, 1, 2, 4, 8, 16, 0, 0, 0, 0, 0, 0),"
           "(1, 11, 901, 3, 32, 64, 128, 0, 0, 0, 0, 0, 0, 0, 0),"
           "(1, 11, 902, 11, 1, 1, 1, 1, 1, 1, 1, 1, 1000, 1, 1), (1, 12, 901, 5, 500, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),"
           "(2, 11, 901, 5, 500, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)");
    open_store(w);
    assert_true(store_usual(w->st, 1, "asked", 2, 10, 12, &n, &unhappy));
    assert_true(n == 31 + 224 && unhappy == 7 + 96);
    assert_true(store_usual(w->st, 1, "", 1, 10, 12, &n, &unhappy));
    assert_true(n == 31 + 224 + 1010 && unhappy == 15 + 96 + 1009);
    assert_true(store_usual(w->st, 1, "nobody asked", 2, 10, 12, &n, &unhappy) && n == 0 && unhappy == 0);
    assert_true(store_usual(w->st, 3, "", 2, 10, 12, &n, &unhappy) && n == 0);
}

// ---------------------------------------------------------------- what goes again

static void erase_more(struct world *w, uint32_t *seed)
{
    assert_true(store_begin(w->st));
    for (int i = 0; i < 6; i++) {
        erase_some(w, seed);
    }
    assert_true(store_commit(w->st));
}

// Packs of many answers, as those of an import are.
static void put_together(struct world *w)
{
    int32_t epoch = 0;
    assert_true(store_epoch_through(w->st, 1, SEQS));
    for (bool more = true; more;) {
        assert_true(store_begin(w->st) && store_compact(w->st, INT64_MAX, INT64_MAX, &epoch, &more) &&
                    store_commit(w->st));
    }
}

static int ctl_says(struct world *w)
{
    struct ctl c = {.data = w->dir};
    return ctl_recount(&c, 0, NULL);
}

// Visits lose their words, or their scores and choices too, some of them before all of it has come; then all that an epoch
// holds goes, pack by pack, as an import that is undone.
static void what_is_erased_or_undone_leaves_the_rollups(void **state)
{
    struct world *w = *state;
    uint32_t seed = 5;
    assert_true(store_begin(w->st));
    for (int64_t seq = 1; seq <= SEQS; seq++) {
        put_seq(w, 0, seq);
    }
    assert_true(store_commit(w->st));
    for (int turn = 0; turn < 20; turn++) {
        give(w, &seed, 100);
        erase_more(w, &seed);
        if (turn % 10 == 9) {
            assert_equal_to_recount(w);
            assert_int_equal(differences(w), 0);
        }
    }
    assert_int_equal(ctl_says(w), CTL_FINE);
    assert_true(ask(w, "SELECT min(sum(unhappy), sum(happy)) FROM choice_day") > 20);
    assert_true(ask(w, "SELECT sum(c1 + c2 + c3) FROM segment_day") > 50);
    put_together(w);
    for (int k = 1; k <= 2; k++) {
        struct store_import i = {.epoch_id = k};
        for (bool more = true; more;) {
            assert_true(store_begin(w->st) && store_undo_slice(w->st, &i, k, &more) && store_commit(w->st));
            if (draw(&seed) % 8 == 0) {
                assert_equal_to_recount(w);
            }
        }
        assert_equal_to_recount(w);
        assert_int_equal(differences(w), 0);
    }
    assert_int_equal(ctl_says(w), CTL_FINE);
}

// Answers go by their age, at any quarter of an hour, and all that they were counted in stays; what comes, is taken back or
// erased afterwards is proven where answers are whole, and repair touches nothing else.
static void what_is_too_old_stays_counted(void **state)
{
    struct world *w = *state;
    uint32_t seed = 9;
    static const char kept[] =
        "SELECT (SELECT sum(c1 + 7 * c2 + 11 * c3 + 13 * c4 + 17 * c5) FROM segment_day)"
        " + (SELECT sum(n + 19 * unhappy + 23 * happy) FROM choice_day)"
        " + (SELECT sum(c1 + 7 * c2 + 11 * c3 + 13 * c4 + 17 * c5) FROM day_tally)";
    for (int turn = 0; turn < 8; turn++) {
        struct store_retention r = {
            .raw_before = ((turn < 4 ? BERLIN_SPRING : BERLIN_AUTUMN) / QUARTER - 100 +
                           (turn % 4) * 50 + draw(&seed) % 40) * QUARTER};
        bool more = true, changed;
        int64_t cursor = 0;
        r.comments_before = r.raw_before + DAY; // refs go first
        give(w, &seed, 150);
        erase_more(w, &seed);
        int64_t was = ask(w, kept), there = ask(w, "SELECT sum(n) FROM pack");
        assert_true(store_begin(w->st) && store_set_raw_before(w->st, r.raw_before));
        while (more) {
            assert_true(store_retain(w->st, &r, INT64_MAX, INT64_MAX, 3, &cursor, &more, &changed));
        }
        assert_true(store_commit(w->st));
        assert_true(turn < 2 || ask(w, "SELECT sum(n) FROM pack") < there);
        assert_int_equal(ask(w, kept), was);
        assert_int_equal(ctl_says(w), CTL_FINE);
        assert_int_equal(differences(w), 0);
        give(w, &seed, 50);
        erase_more(w, &seed);
        assert_int_equal(ctl_says(w), CTL_FINE);
        was = ask(w, kept);
        assert_true(store_begin(w->st) && store_rollups_mark(w->st, 0, true) && store_commit(w->st));
        build(w, STORE_SLICE_DAYS);
        assert_int_equal(ask(w, kept), was);
        assert_int_equal(ctl_says(w), CTL_FINE);
    }
}

// Repair while votes come, are taken back and erased, in the smallest steps; some of them are lost, and it begins anew.
static void repair_goes_on_among_votes(void **state)
{
    struct world *w = *state;
    uint32_t seed = 17;
    give(w, &seed, 900);
    for (int turn = 0; turn < 2; turn++) {
        bool more = true;
        int slices = 0;
        run(w, "DELETE FROM tally WHERE quarter % 3 = 1; UPDATE tally SET c2 = c2 + 5 WHERE quarter % 3 = 2;"
               "UPDATE choice_tally SET n = n + 1, happy = happy + 2 WHERE option_id % 2 = 0;"
               "DELETE FROM choice_tally WHERE option_id % 2 = 1; UPDATE segment_day SET c1 = c1 + 4 WHERE own = 1;"
               "DELETE FROM segment_day WHERE day % 3 = 1; UPDATE day_tally SET c4 = c4 + 9 WHERE place_id = 1");
        assert_true(store_begin(w->st) && store_rollups_mark(w->st, 0, true) && store_commit(w->st));
        for (; more; slices++) {
            bool lost = turn > 0 && slices % 50 == 49;
            assert_true(store_begin(w->st) && store_rollups_slice(w->st, 1, &more));
            more = more || lost;
            if (lost) {
                store_rollback(w->st);
            } else {
                assert_true(store_commit(w->st));
            }
            if (slices % 60 == 59) {
                restart(w);
            }
            give(w, &seed, 2);
            if (slices % 4 == 3) {
                erase_more(w, &seed);
            }
        }
        assert_true(slices > 100);
        assert_equal_to_recount(w);
        assert_int_equal(differences(w), 0);
        assert_int_equal(ctl_says(w), CTL_FINE);
    }
}

// What it reads from is cut off, as when the log has grown too large: it lets go, rests, and begins anew.
static void a_repair_gives_way(void **state)
{
    struct world *w = *state;
    uint32_t seed = 41;
    bool more;
    give(w, &seed, 1200);
    run(w, "DELETE FROM tally; UPDATE choice_tally SET n = 0");
    assert_true(store_begin(w->st) && store_rollups_mark(w->st, 0, true) && store_commit(w->st));
    for (int i = 0; i < 3; i++) {
        while (w->st->recount.rows == NULL) {
            assert_true(store_begin(w->st) && store_rollups_slice(w->st, 1, &more) && store_commit(w->st));
        }
        store_interrupt(w->st->recount.reader);
        assert_true(store_begin(w->st) && store_rollups_slice(w->st, 1, &more) && store_commit(w->st));
        assert_true(more && w->st->recount.reader == NULL && w->st->recount.rests_until > clock_mono_ms());
        assert_int_equal(store_error(w->st), STORE_OK);
        assert_true(store_begin(w->st) && store_rollups_slice(w->st, 1, &more) && store_commit(w->st));
        assert_true(more && w->st->recount.reader == NULL);
        w->st->recount.rests_until = clock_mono_ms(); // it has rested
        give(w, &seed, 20);
    }
    build(w, 1);
    assert_equal_to_recount(w);
    assert_int_equal(differences(w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rollups_equal_a_recount, setup, teardown),
        cmocka_unit_test_setup_teardown(days_of_23_and_25_hours, setup, teardown),
        cmocka_unit_test_setup_teardown(what_moves_is_built_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(damage_is_found_and_mended, setup, teardown),
        cmocka_unit_test_setup_teardown(older_answers_are_rolled_up, setup, teardown),
        cmocka_unit_test_setup_teardown(the_migration_brings_the_past, setup, teardown),
        cmocka_unit_test_setup_teardown(phones_are_told_anew, setup, teardown),
        cmocka_unit_test_setup_teardown(usual_share, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_erased_or_undone_leaves_the_rollups, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_old_stays_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(repair_goes_on_among_votes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_repair_gives_way, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
