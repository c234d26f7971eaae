// The store's writing side, the dedup sets, the privacy steps and the configuration document.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/event_table.h"
#include "aggregator/apply.h"
#include "aggregator/embed.h"
#include "aggregator/epochs.h"
#include "aggregator/password.h"
#include "aggregator/seqset.h"
#include "aggregator/steps.h"
#include "aggregator/store.h"
#include "tests/unit/folder.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t draw(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

// ---------------------------------------------------------------- seqset against a plain set

enum { PLAIN = 400 };

static void seqset_equals_a_plain_set(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 200; seed++) {
        uint32_t s = seed;
        bool plain[PLAIN + 2] = {false};
        struct seqset set;
        seqset_init(&set, 0);
        for (int i = 0; i < PLAIN; i++) {
            int64_t seq = 1 + draw(&s) % PLAIN;
            assert_int_equal(seqset_has(&set, seq), plain[seq]);
            assert_true(seqset_add(&set, seq));
            plain[seq] = true;
        }
        int64_t through = 0, last = 0;
        while (plain[through + 1]) {
            through++;
        }
        int ranges = 0;
        for (int q = 1; q <= PLAIN; q++) {
            assert_int_equal(seqset_has(&set, q), plain[q]);
            last = plain[q] ? q : last;
            ranges += q > through && plain[q] && !plain[q - 1];
        }
        assert_int_equal(set.through, through);
        assert_int_equal(set.count, ranges);
        assert_int_equal(seqset_last(&set), last);
        seqset_finish(&set);
    }
}

// ---------------------------------------------------------------- steps

static void figures_move_in_steps(void **state)
{
    (void)state;
    const struct steps_setting o = {5, 900000};
    struct steps s = {.event_id = 0};
    for (int i = 1; i <= 4; i++) {
        steps_event(&s, i, true, 1000);
        assert_false(steps_take(&s, &o, 1000 + i));
    }
    steps_event(&s, 5, false, 1500); // a reason is no vote
    assert_false(steps_take(&s, &o, 1500));
    steps_event(&s, 6, true, 2000);
    assert_true(steps_take(&s, &o, 2000));
    assert_int_equal(s.event_id, 6);
    // One vote alone is never shown; two are, after the wait.
    steps_event(&s, 7, true, 10000);
    assert_false(steps_take(&s, &o, 10000 + 2 * 900000));
    steps_event(&s, 8, true, 10000 + 100);
    assert_false(steps_take(&s, &o, 10000 + 899999));
    assert_true(steps_take(&s, &o, 10000 + 900000));
    assert_int_equal(s.event_id, 8);
    assert_false(steps_take(&s, &o, 99999999));
    // A restart does not shorten the wait: it runs from the first vote, whichever place of the branch has it.
    struct steps again = {.event_id = 8};
    steps_restore(&again, 0, 0, 7);
    steps_restore(&again, 1, 20000, 12);
    steps_restore(&again, 1, 15000, 11);
    assert_false(steps_take(&again, &o, 15000 + 899999));
    assert_true(steps_take(&again, &o, 15000 + 900000));
    assert_int_equal(again.event_id, 12);
}

// ---------------------------------------------------------------- store

struct fixture {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
};

static void open_store(struct fixture *f)
{
    char why[300];
    assert_int_equal(store_open(f->path, &f->st, why, sizeof why), STORE_OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    folder_make(f->dir, "store");
    snprintf(f->path, sizeof f->path, "%s/puas.db", f->dir);
    open_store(f);
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

static int64_t ask(struct fixture *f, const char *sql)
{
    sqlite3 *db;
    sqlite3_stmt *s;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_true(event_table_register(db));
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int64_t v = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return v;
}

static const char seed_text[] =
    "places:\n"
    "  - { id: org, kind: org, name: Org, tz: Asia/Jakarta }\n"
    "  - { id: dago, kind: branch, parent: org, name: Dago, hours: [ { days: mon-fri, open: '07:00', close: "
    "'20:00' } ] }\n"
    "  - { id: lobby, kind: area, parent: dago, name: Lobby }\n"
    "kiosks:\n"
    "  - { id: k1, name: One, place: dago }\n"
    "  - { id: k2, name: Two, place: lobby }\n"
    "surveys:\n"
    "  - { id: service, faces: 5, text: { en: How } }\n"
    "standards:\n"
    "  - { id: sla, place: org, name: { en: Promise }, percent: 85, usual_unhappy: 0.1 }\n"
    "  - { id: share, kind: share, place: org, percent: 50 }\n";

static bool apply_text(struct fixture *f, const char *text, bool write, char **ret_report, char *why,
                       size_t n)
{
    struct seed seed;
    struct config_error e;
    struct org org;
    struct apply_report report = {.text = NULL};
    if (!config_parse("t", text, strlen(text), seed_rows, &seed, &e)) {
        fail_msg("%s", e.text);
    }
    if (!seed_check("t", &seed, &e)) {
        snprintf(why, n, "%s", e.text);
        config_free(seed_rows, &seed);
        return false;
    }
    assert_true(org_load(&org, f->st, why, n));
    assert_true(store_begin(f->st));
    bool ok = apply_seed(f->st, &org, &seed, 1000, "tester", write, &report, why, n);
    assert_true(store_commit(f->st));
    org_finish(&org);
    config_free(seed_rows, &seed);
    *ret_report = report.text;
    return ok;
}

// As the core does: what is settled is not stored again. False: it was.
static bool put_event(struct fixture *f, struct epoch *ep, struct event *e, int32_t place, int flags)
{
    if (seqset_has(&ep->settled, e->seq)) {
        return false;
    }
    struct stored_event s = {.epoch_id = ep->epoch_id,
                             .kiosk = ep->kiosk,
                             .place = place,
                             .e = e,
                             .at = 1795389750100,
                             .arrived = 1795389750200,
                             .flags = flags};
    if (e->question.s[0] != '\0') {
        assert_true(store_name(f->st, e->question.s, &s.name));
    }
    assert_true(store_event(f->st, &s));
    assert_true(seqset_add(&ep->settled, e->seq));
    return true;
}

static struct event rating(int64_t seq, int score)
{
    struct event e = {
        .seq = seq, .visit = seq, .type = EVENT_RATING, .score = score, .of = 5, .since_ms = -1};
    ident_set(&e.question, "overall");
    return e;
}

// The rollups equal a recount of the raw rows after any mixture of events, duplicates, repeats and voids.
static void rollups_equal_a_recount(void **state)
{
    struct fixture *f = *state;
    struct epochs es = {.slots = NULL};
    struct epoch *ep;
    char why[300], *report;
    uint8_t bytes[EPOCH_BYTES] = {1};
    uint32_t seed = 7;
    assert_true(apply_text(f, seed_text, true, &report, why, sizeof why));
    free(report);
    assert_true(store_begin(f->st));
    assert_true(epochs_get(&es, f->st, 1, bytes, 1, true, &ep));
    for (int i = 0; i < 500; i++) {
        int64_t seq = 1 + draw(&seed) % 300;
        struct event e = rating(seq, 1 + (int)(draw(&seed) % 5));
        if (seq % 11 == 0) {
            e = (struct event){
                .seq = seq, .visit = seq, .type = EVENT_VOID, .voids = seq - 1, .since_ms = -1};
        } else if (seq % 7 == 0) {
            e.type = EVENT_CHOICE;
            e.score = e.of = 0;
            e.option_count = 1 + (int)(seq % 2);
            ident_set(&e.question, "why");
            ident_set(&e.options[0], "wait");
            ident_set(&e.options[1], "staff");
        }
        bool voided;
        assert_true(store_is_voided(f->st, ep->epoch_id, seq, &voided));
        put_event(f, ep, &e, 2 + (int)(seq % 2),
                  (seq % 13 == 0 ? EVENT_REPEATED : 0) | (voided ? EVENT_VOIDED : 0));
    }
    assert_true(epochs_touch(&es, ep));
    assert_true(epochs_flush(&es, f->st));
    assert_true(store_commit(f->st));
    assert_int_equal(ask(f, "SELECT count(*) FROM event"), ask(f, "SELECT count(DISTINCT seq) FROM event"));
    for (int score = 1; score <= 5; score++) {
        char tally[200], raw[200];
        snprintf(tally, sizeof tally, "SELECT coalesce(sum(c%d), 0) FROM tally", score);
        snprintf(raw, sizeof raw,
                 "SELECT count(*) FROM event WHERE kind = 0 AND score = %d AND (flags & 28) = 0", score);
        assert_int_equal(ask(f, tally), ask(f, raw));
        assert_true(ask(f, raw) > 0);
    }
    assert_true(ask(f, "SELECT count(*) FROM event WHERE flags & 8") > 0);
    assert_int_equal(ask(f, "SELECT sum(n) FROM choice_tally WHERE option_id <> 0"),
                     ask(f, "SELECT sum(json_array_length(body, '$.options')) FROM event WHERE kind = 1 AND "
                            "(flags & 28) = 0"));
    // A second look from the store alone gives the same set.
    struct epochs again = {.slots = NULL};
    struct epoch *ep2;
    assert_true(epochs_get(&again, f->st, 1, bytes, 1, false, &ep2));
    assert_int_equal(ep2->settled.through, ep->settled.through);
    assert_int_equal(ep2->settled.count, ep->settled.count);
    assert_int_equal(seqset_last(&ep2->settled), seqset_last(&ep->settled));
    epochs_finish(&again);
    epochs_finish(&es);
}

static void a_key_is_stored_once(void **state)
{
    struct fixture *f = *state;
    struct epochs es = {.slots = NULL};
    struct epoch *ep;
    uint8_t bytes[EPOCH_BYTES] = {2};
    struct store_kiosk k = {.session = -1};
    struct event e = rating(1, 4);
    bool answered;
    assert_true(store_begin(f->st));
    ident_set(&k.id, "k9");
    assert_true(store_put_kiosk(f->st, &k));
    assert_true(epochs_get(&es, f->st, k.kiosk, bytes, 1, true, &ep));
    assert_true(put_event(f, ep, &e, 0, 0));
    assert_false(put_event(f, ep, &e, 0, 0));
    assert_true(epoch_same_content(ep, 1, event_hash(&e)));
    assert_true(epoch_same_content(ep, 1, event_hash(&e)));
    e.score = 5;
    assert_false(epoch_same_content(ep, 1, event_hash(&e)));
    int32_t name;
    assert_true(store_name(f->st, "overall", &name));
    assert_true(store_answered(f->st, ep->epoch_id, 1, 2, name, EVENT_RATING, &answered));
    assert_true(answered);
    assert_true(store_answered(f->st, ep->epoch_id, 2, 3, name, EVENT_RATING, &answered));
    assert_false(answered);
    // A refused seq is settled too, also after a restart.
    assert_true(store_quarantine(f->st, 1, "k9", "topic", "score", ep->epoch_id, 3, "x\0y", 3));
    assert_true(store_commit(f->st));
    epochs_finish(&es);
    store_close(f->st);
    open_store(f);
    assert_true(epochs_get(&es, f->st, k.kiosk, bytes, 1, false, &ep));
    assert_true(seqset_has(&ep->settled, 1) && !seqset_has(&ep->settled, 2) && seqset_has(&ep->settled, 3));
    assert_int_equal(ask(f, "SELECT length(payload) FROM quarantine"), 3);
    epochs_finish(&es);
}

static void a_repeating_stranger_fills_no_disk(void **state)
{
    struct fixture *f = *state;
    assert_true(store_begin(f->st));
    assert_true(store_quarantine(f->st, 1, "k2", "t", "not-json", 0, 0, "x", 1));
    for (int i = 0; i < STORE_QUARANTINE_MAX + 3; i++) {
        assert_true(store_quarantine(f->st, i, "k1", "t", "not-json", 0, 0, "x", 1));
        assert_true(store_quarantine(f->st, i, "k1", "t", "score", 1, i + 1, "x", 1));
    }
    assert_true(store_commit(f->st));
    assert_int_equal(ask(f, "SELECT count(*) FROM quarantine WHERE kiosk = 'k1' AND seq IS NULL"),
                     STORE_QUARANTINE_MAX);
    assert_int_equal(ask(f, "SELECT min(at) FROM quarantine WHERE kiosk = 'k1' AND seq IS NULL"),
                     3); // the oldest went
    assert_int_equal(ask(f, "SELECT count(*) FROM quarantine WHERE kiosk = 'k1' AND seq > 0"),
                     STORE_QUARANTINE_MAX + 3);
    assert_int_equal(ask(f, "SELECT count(*) FROM quarantine WHERE kiosk = 'k2'"), 1);
}

static void a_rollback_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    assert_true(store_begin(f->st));
    assert_true(store_set_setting(f->st, "a", "1"));
    assert_true(store_in_transaction(f->st));
    store_rollback(f->st);
    char value[10];
    assert_true(store_setting(f->st, "a", value, sizeof value));
    assert_string_equal(value, "");
}

static void one_writer_only(void **state)
{
    struct fixture *f = *state;
    struct store *second = NULL;
    char why[300];
    assert_int_equal(store_open(f->path, &second, why, sizeof why), STORE_LOCKED);
    assert_non_null(strstr(why, "another"));
}

static void foreign_files_are_refused(void **state)
{
    struct fixture *f = *state;
    struct store *st = NULL;
    char why[300], path[120];
    snprintf(path, sizeof path, "%s/other.db", f->dir);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 300; i++) {
        fputs("this is no database at all. ", file);
    }
    fclose(file);
    assert_int_equal(store_open(path, &st, why, sizeof why), STORE_DAMAGED);
    store_close(f->st);
    f->st = NULL;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(store_open(f->path, &st, why, sizeof why), STORE_NEWER);
    assert_int_equal(store_open("/nonexistent/puas.db", &st, why, sizeof why), STORE_CANNOT_OPEN);
}

// The schema's number is the position in the list, so a file's name must be too.
static void migrations_are_numbered_without_gaps(void **state)
{
    (void)state;
    for (int i = 0; embedded_migrations[i].name != NULL; i++) {
        char name[20];
        snprintf(name, sizeof name, "%04d", i + 1);
        assert_string_equal(embedded_migrations[i].name, name);
    }
}

// ---------------------------------------------------------------- configuration document

static void configuration_is_compared_and_kept(void **state)
{
    struct fixture *f = *state;
    char why[500], *report;
    assert_true(apply_text(f, seed_text, false, &report, why, sizeof why)); // a look changes nothing
    assert_non_null(strstr(report, "+ place dago"));
    free(report);
    assert_int_equal(ask(f, "SELECT count(*) FROM place"), 0);
    assert_true(apply_text(f, seed_text, true, &report, why, sizeof why));
    free(report);
    assert_int_equal(ask(f, "SELECT count(*) FROM place"), 3);
    assert_true(apply_text(f, seed_text, true, &report, why, sizeof why)); // the same again: no change
    assert_null(report);
    char changed[2000];
    snprintf(changed, sizeof changed, "%s", seed_text);
    memcpy(strstr(changed, "en: Promise"), "en: Renamed", 11);
    assert_true(apply_text(f, changed, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "~ standard sla"));
    free(report);
    assert_int_equal(ask(f, "SELECT max(version) FROM rule WHERE id = 'sla'"), 1); // judged as before
    assert_int_equal(ask(f, "SELECT body LIKE '%Renamed%' FROM rule WHERE id = 'sla'"), 1);
    memcpy(strstr(changed, "percent: 85"), "percent: 90", 11);
    memcpy(strstr(changed, "name: Two, place: lobby"), "name: Two, place: dago ", 23);
    assert_true(apply_text(f, changed, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "~ standard sla"));
    assert_non_null(strstr(report, "~ kiosk k2: \"Two\" at lobby -> \"Two\" at dago"));
    free(report);
    assert_int_equal(ask(f, "SELECT max(version) FROM rule WHERE id = 'sla'"), 2);
    assert_int_equal(ask(f, "SELECT count(*) FROM rule WHERE id = 'sla' AND to_ms IS NULL"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM assignment WHERE to_ms IS NULL"), 2);
    assert_int_equal(ask(f, "SELECT count(*) FROM config_change WHERE who = 'tester' AND before IS NOT NULL"),
                     3);
    // What is not named any more: the rule ends, the kiosk loses its place.
    char *cut = strstr(changed, "  - { id: share");
    *cut = '\0';
    char *k2 = strstr(changed, "  - { id: k2");
    memmove(k2, strchr(k2, '\n') + 1, strlen(strchr(k2, '\n') + 1) + 1);
    assert_true(apply_text(f, changed, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "- standard share"));
    assert_non_null(strstr(report, "- kiosk k2"));
    free(report);
    assert_int_equal(ask(f, "SELECT count(*) FROM rule WHERE to_ms IS NULL"), 1);
}

// Who may do what is a change like any other: it is told, and kept in the history.
static void rights_are_told(void **state)
{
    struct fixture *f = *state;
    char why[500], *report;
    static const char text[] =
        "places: [ { id: a, kind: org, name: A } ]\n"
        "users: [ { name: ani, place: a, role: %s, password_file: /proc/sys/kernel/ostype } ]\n";
    char before[300], after[300];
    snprintf(before, sizeof before, text, "viewer");
    snprintf(after, sizeof after, text, "admin");
    assert_true(apply_text(f, before, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "+ user ani: \"ani\", viewer for a"));
    free(report);
    assert_true(apply_text(f, before, true, &report, why, sizeof why));
    assert_null(report);
    assert_true(apply_text(f, after, false, &report, why, sizeof why));
    assert_non_null(strstr(report, "~ user ani: \"ani\", viewer for a"));
    free(report);
    assert_int_equal(ask(f, "SELECT count(*) FROM user WHERE role = 'viewer'"), 1);
    assert_true(apply_text(f, after, true, &report, why, sizeof why));
    free(report);
    assert_int_equal(ask(f, "SELECT count(*) FROM user WHERE role = 'admin' AND hash <> '!'"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM config_change WHERE kind = 'user' AND before IS NOT NULL"),
                     1);
}

// Calendars go down the tree, nearer places first, and are replaced as a whole.
static void calendars_are_inherited(void **state)
{
    struct fixture *f = *state;
    static const char text[] =
        "places:\n"
        "  - { id: org, kind: org, name: O, tz: Asia/Jakarta, hours: [{ days: daily, open: \"07:00\", close: \"20:00\" }] }\n"
        "  - { id: mall, kind: branch, parent: org, name: Mall }\n"
        "  - { id: bank, kind: branch, parent: org, name: Bank }\n"
        "calendars:\n"
        "  - { id: national, place: org, days: [\n"
        "      { from: 2027-02-08, to: 2027-03-09, name: Ramadan, hours: [{ days: daily, open: \"09:00\", close: \"15:00\" }] },\n"
        "      { from: 2027-02-17, name: Holiday }] }\n"
        "  - { id: mall-open, place: mall, days: [{ from: 2027-02-17, usual: true }] }\n";
    static const char without[] =
        "places:\n"
        "  - { id: org, kind: org, name: O, tz: Asia/Jakarta, hours: [{ days: daily, open: \"07:00\", close: \"20:00\" }] }\n";
    enum { HOLIDAY = 20866 }; // 2027-02-17
    char why[300], *report;
    assert_true(apply_text(f, text, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "+ calendar national: at org; 2027-02-08 to 2027-03-09 \"Ramadan\" 0 09:00-15:00"));
    assert_non_null(strstr(report, "2027-02-17 to 2027-02-17 \"Holiday\" closed"));
    assert_non_null(strstr(report, "+ calendar mall-open: at mall; 2027-02-17 to 2027-02-17 \"\" usual"));
    free(report);
    assert_true(apply_text(f, text, true, &report, why, sizeof why));
    assert_null(report); // the same again is no change
    struct org org;
    assert_true(org_load(&org, f->st, why, sizeof why));
    const struct hours *bank = &org_place(&org, "bank")->hours, *mall = &org_place(&org, "mall")->hours;
    assert_int_equal(hours_day(bank, HOLIDAY)[0].to, 0);
    assert_int_equal(hours_day(mall, HOLIDAY)[0].from, 420);
    assert_int_equal(hours_day(bank, HOLIDAY + 1)[0].from, 540);
    assert_int_equal(hours_day(mall, HOLIDAY + 1)[0].from, 540);
    assert_int_equal(hours_day(mall, HOLIDAY + 60)[0].from, 420);
    org_finish(&org);
    assert_true(apply_text(f, without, true, &report, why, sizeof why));
    assert_non_null(strstr(report, "- calendar national: at org"));
    free(report);
    assert_true(org_load(&org, f->st, why, sizeof why));
    assert_null(org_place(&org, "bank")->hours.dates);
    org_finish(&org);
}

static void wrong_documents_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"places: [ { id: a, kind: branch, name: A } ]\n", "needs a parent"},
        {"places: [ { id: a, kind: org, name: A }, { id: b, parent: c, name: B } ]\n", "unknown parent 'c'"},
        {"places: [ { id: a, kind: org, name: A }, { id: a, parent: a, name: B } ]\n", "stands twice"},
        {"places: [ { id: a, kind: org, name: A }, { id: b, parent: a, kind: area, name: B } ]\n",
         "must lie inside a branch"},
        {"places: [ { id: a, kind: org, name: A, tz: Asia/Nowhere } ]\n", "unknown time zone"},
        {"places: [ { id: a, kind: org, name: A, hours: [ { days: mon, open: '09:00', close: '08:00' } ] } "
         "]\n",
         "hours of 'a'"},
        {"places: [ { id: a, kind: org, name: A, hours: [ { days: mon, open: '08:00', close: '12:00' },"
         " { days: daily, open: '11:00', close: '13:00' } ] } ]\n",
         "hours of 'a'"},
        {"places: [ { id: a, kind: org, name: A } ]\nkiosks: [ { id: k, name: K, place: b } ]\n",
         "unknown place 'b'"},
        {"places: [ { id: a, kind: org, name: A } ]\nstandards: [ { id: s, place: a, percent: 100 } ]\n",
         "1 to 99"},
        {"places: [ { id: a, kind: org, name: A } ]\nstandards: [ { id: s, kind: share, place: a, percent: "
         "50,"
         " resolve_percent: 60 } ]\n",
         "resolve_percent"},
        {"places: [ { id: a, kind: org, name: A } ]\ncalendars: [ { id: c, place: b, days: [] } ]\n", "unknown place 'b'"},
        {"places: [ { id: a, kind: org, name: A } ]\ncalendars: [ { id: c, place: a, days: [ { from: 2027-02-30 } ] } ]\n",
         "as YYYY-MM-DD"},
        {"places: [ { id: a, kind: org, name: A } ]\ncalendars: [ { id: c, place: a, days: [ { from: 2027-02-03, to: "
         "2027-02-02 } ] } ]\n",
         "as YYYY-MM-DD"},
        {"places: [ { id: a, kind: org, name: A } ]\ncalendars: [ { id: c, place: a, days: [ { from: 2027-02-03, usual: "
         "true, hours: [ { days: daily, open: \"07:00\", close: \"08:00\" } ] } ] } ]\n",
         "not both"},
        {"places: [ { id: a, kind: org, name: A } ]\nusers: [ { name: u, place: a } ]\n", "password_file"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char why[500] = "", *report = NULL;
        assert_false(apply_text(f, wrong[i].text, false, &report, why, sizeof why));
        if (strstr(why, wrong[i].message) == NULL) {
            fail_msg("document %zu: got \"%s\", wanted \"%s\"", i, why, wrong[i].message);
        }
        free(report);
    }
}

static void passwords(void **state)
{
    (void)state;
    char hash[PASSWORD_HASH_BYTES], other[PASSWORD_HASH_BYTES];
    assert_true(password_init());
    assert_true(password_hash("rahasia", hash));
    assert_true(password_hash("rahasia", other));
    assert_string_not_equal(hash, other); // salted
    assert_true(password_verify("rahasia", hash));
    assert_false(password_verify("Rahasia", hash));
    assert_false(password_verify("rahasia", "!"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

// A list that stands once and is named a hundred times cannot multiply a small document.
static void aliases_do_not_multiply(void **state)
{
    (void)state;
    struct seed seed;
    struct config_error e;
    char *text = malloc(200000);
    size_t n = (size_t)sprintf(text, "places:\n  - { id: org, kind: org, name: o, hours: &h [");
    for (int i = 0; i < 2000; i++) {
        n += (size_t)sprintf(text + n, "{ days: mon, open: \"07:00\", close: \"08:00\" },");
    }
    n += (size_t)sprintf(text + n, "] }\n");
    for (int i = 0; i < 100; i++) {
        n += (size_t)sprintf(text + n, "  - { id: p%d, kind: branch, parent: org, name: x, hours: *h }\n", i);
    }
    assert_false(config_parse("t", text, n, seed_rows, &seed, &e));
    assert_non_null(strstr(e.text, "more than 500000 values"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seqset_equals_a_plain_set),
        cmocka_unit_test(aliases_do_not_multiply),
        cmocka_unit_test(figures_move_in_steps),
        TEST(rollups_equal_a_recount),
        TEST(a_key_is_stored_once),
        TEST(a_repeating_stranger_fills_no_disk),
        TEST(a_rollback_leaves_nothing),
        TEST(one_writer_only),
        TEST(foreign_files_are_refused),
        cmocka_unit_test(migrations_are_numbered_without_gaps),
        TEST(configuration_is_compared_and_kept),
        TEST(calendars_are_inherited),
        TEST(rights_are_told),
        TEST(wrong_documents_are_refused),
        cmocka_unit_test(passwords),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
