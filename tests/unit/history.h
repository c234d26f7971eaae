// A small organisation in a store of its own, and answers in it: what the tests of export, erasure, retention
// and import share.
#ifndef PUAS_TESTS_HISTORY_H
#define PUAS_TESTS_HISTORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/org.h"
#include "aggregator/settings.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_rollups.h"
#include "tests/unit/folder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOUR ((wall_ms)3600000)
#define DAY (24 * HOUR)
#define TODAY 20780                           // 2026-11-23
#define NOW ((wall_ms)TODAY * DAY + 3 * HOUR) // 10:00 in Jakarta
enum { ORG = 1, WEST, EAST, DAGO, PAPUA, PLACES = PAPUA };

struct world {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    struct org org;
    int64_t seq[3]; // of each kiosk's epoch; kiosk and epoch have the same number
};

static inline void world_load_org(struct world *w)
{
    char why[300];
    org_finish(&w->org);
    assert_true(org_load(&w->org, w->st, why, sizeof why));
    struct rollup_tree tree = org_tree(&w->org);
    store_set_tree(w->st, &tree);
}

static inline void world_open(struct world *w)
{
    char why[600];
    if (store_open(w->path, &w->st, why, sizeof why) != STORE_OK) {
        fail_msg("%s", why);
    }
    world_load_org(w);
}

static inline int world_setup(void **state)
{
    static const struct {
        const char *id;
        int parent, kind;
        const char *tz;
    } places[] = {{"org", 0, PLACE_ORG, "Asia/Jakarta"},
                  {"west", ORG, PLACE_REGION, ""},
                  {"east", ORG, PLACE_REGION, "Asia/Jayapura"},
                  {"dago", WEST, PLACE_BRANCH, ""},
                  {"papua", EAST, PLACE_BRANCH, ""}};
    struct world *w = calloc(1, sizeof *w);
    folder_make(w->dir, "history");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    world_open(w);
    assert_true(store_begin(w->st));
    for (int i = 0; i < PLACES; i++) {
        struct store_place p = {.parent = places[i].parent, .kind = places[i].kind};
        ident_set(&p.id, places[i].id);
        snprintf(p.name, sizeof p.name, "The %s", places[i].id);
        snprintf(p.tz, sizeof p.tz, "%s", places[i].tz);
        assert_true(store_put_place(w->st, &p));
    }
    for (int k = 1; k <= 2; k++) {
        struct store_kiosk row = {.session = -1, .known = true};
        struct store_epoch e;
        uint8_t epoch[EPOCH_BYTES] = {(uint8_t)k};
        char id[20];
        bool found;
        snprintf(id, sizeof id, "k%d", k);
        ident_set(&row.id, id);
        assert_true(store_put_kiosk(w->st, &row));
        assert_true(store_assign(w->st, row.kiosk, k == 1 ? DAGO : PAPUA, 1));
        assert_true(store_epoch(w->st, row.kiosk, epoch, NOW, true, &e, &found));
    }
    assert_true(store_commit(w->st));
    world_load_org(w);
    *state = w;
    return 0;
}

static inline int world_teardown(void **state)
{
    struct world *w = *state;
    store_close(w->st);
    org_finish(&w->org);
    folder_drop(w->dir);
    free(w);
    return 0;
}

// Stores an answer of kiosk 1 (dago) or 2 (papua), at an hour of a local day. Returns its seq.
static inline int64_t world_say(struct world *w, int kiosk, int32_t day, int hour, struct event *e)
{
    int32_t place = kiosk == 1 ? DAGO : PAPUA;
    wall_ms local = (wall_ms)day * DAY + hour * HOUR;
    wall_ms at = local - (wall_ms)tz_offset_s(w->org.places[place].tz, local) * 1000;
    bool own = !store_in_transaction(w->st);
    e->seq = ++w->seq[kiosk];
    e->visit = e->visit != 0 ? e->visit : e->seq;
    e->since_ms = -1;
    struct stored_event s = {
        .epoch_id = kiosk, .kiosk = kiosk, .place = place, .e = e, .at = at, .arrived = at + 1000};
    assert_true(!own || store_begin(w->st));
    assert_true(e->question.s[0] == '\0' || store_name(w->st, e->question.s, &s.name));
    assert_true(store_event(w->st, &s));
    assert_true(!own || (store_epoch_through(w->st, kiosk, e->seq) && store_commit(w->st)));
    return e->seq;
}

static inline int64_t world_vote(struct world *w, int kiosk, int32_t day, int hour, const char *question, int score)
{
    struct event e = {.type = EVENT_RATING, .score = score, .of = 5};
    ident_set(&e.question, question);
    return world_say(w, kiosk, day, hour, &e);
}

static inline int64_t world_words(struct world *w, int kiosk, int32_t day, int hour,
                                                   int64_t visit, const char *text)
{
    struct event e = {.type = EVENT_TEXT, .visit = visit};
    ident_set(&e.question, "say");
    snprintf(e.text, sizeof e.text, "%s", text);
    return world_say(w, kiosk, day, hour, &e);
}

// The one number that a query gives.
static inline int64_t number(struct world *w, const char *sql)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(w->st, sql, "");
    int64_t n = store_row(w->st, s, &failed) ? sqlite3_column_int64(s, 0) : -1;
    assert_false(failed);
    sqlite3_reset(s);
    return n;
}

// Is it in a byte of the store or its log?
static inline bool on_disk(const struct world *w, const char *needle)
{
    static const char *const tails[] = {"", "-wal"};
    bool found = false;
    for (int i = 0; i < 2; i++) {
        static char bytes[4 << 20];
        char path[120];
        snprintf(path, sizeof path, "%s%s", w->path, tails[i]);
        int fd = open(path, O_RDONLY);
        ssize_t n = fd >= 0 ? read(fd, bytes, sizeof bytes) : 0;
        close(fd);
        assert_true(n < (ssize_t)sizeof bytes);
        found = found || (n > 0 && memmem(bytes, (size_t)n, needle, strlen(needle)) != NULL);
    }
    return found;
}

#endif
