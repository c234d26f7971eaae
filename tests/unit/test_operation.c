// A store at work for years: readers that go on and on, copies, damage, a file that is used again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/backup.h"
#include "aggregator/store_impl.h"
#include "tests/unit/folder.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KIOSKS = 40, PACK = 50, PAGE = 4096 };

struct world {
    char dir[FOLDER_BYTES], path[80], copy[80];
    struct store *st;
    int32_t kiosk[KIOSKS], epoch[KIOSKS], name;
    int64_t next[KIOSKS]; // seq
    wall_ms at;
};

static int set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    char why[300];
    folder_make(w->dir, "operation");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    snprintf(w->copy, sizeof w->copy, "%s/copy.db", w->dir);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    assert_true(store_begin(w->st));
    struct store_place org = {.name = "Org", .tz = "UTC"};
    ident_set(&org.id, "org");
    assert_true(store_put_place(w->st, &org));
    for (int i = 0; i < KIOSKS; i++) {
        struct store_kiosk k = {.session = -1};
        struct store_epoch e;
        uint8_t bytes[EPOCH_BYTES] = {(uint8_t)i, 1};
        bool found;
        snprintf(k.id.s, sizeof k.id.s, "k%d", i);
        assert_true(store_put_kiosk(w->st, &k));
        assert_true(store_epoch(w->st, k.kiosk, bytes, 1, true, &e, &found));
        w->kiosk[i] = k.kiosk;
        w->epoch[i] = e.epoch_id;
        w->next[i] = 1;
    }
    assert_true(store_name(w->st, "overall", &w->name));
    assert_true(store_commit(w->st));
    w->at = 1763841234123;
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

// One turn as the core has it: PACK answers of each kiosk, their marks, COMMIT, and what comes after it.
static void turn(struct world *w)
{
    assert_true(store_begin(w->st));
    for (int k = 0; k < KIOSKS; k++) {
        for (int i = 0; i < PACK; i++) {
            struct event e = {
                .seq = w->next[k], .visit = w->next[k], .type = EVENT_RATING, .of = 5, .since_ms = -1};
            e.score = 1 + (int)(e.seq % 5);
            ident_set(&e.question, "overall");
            struct stored_event s = {.epoch_id = w->epoch[k],
                                     .kiosk = w->kiosk[k],
                                     .place = 1,
                                     .name = w->name,
                                     .e = &e,
                                     .at = w->at,
                                     .arrived = w->at};
            assert_true(store_event(w->st, &s));
            w->next[k]++;
            w->at += 100;
        }
        assert_true(store_epoch_through(w->st, w->epoch[k], w->next[k] - 1));
    }
    assert_true(store_commit(w->st));
    store_tend_log(w->st);
}

static int64_t size_of(const char *path, const char *tail)
{
    char name[120];
    struct stat there;
    snprintf(name, sizeof name, "%s%s", path, tail);
    return stat(name, &there) == 0 ? there.st_size : 0;
}

static struct store *reader(const char *path)
{
    struct store *st = NULL;
    char why[300];
    assert_int_equal(store_open_reader(path, &st, why, sizeof why), STORE_OK);
    return st;
}

// ---------------------------------------------------------------- the write-ahead log

// However few packs there are: it has no end.
static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n, pack";

struct report { // a thread that reads on and on
    struct store *st;
    sem_t began;
    atomic_bool cut;
};

static bool tell_began(void *ctx)
{
    sem_post(&((struct report *)ctx)->began);
    return true;
}

static void *read_without_end(void *ctx)
{
    struct report *r = ctx;
    bool failed = false;
    store_read_look(r->st, tell_began, r);
    sqlite3_stmt *s = store_bind(r->st, endless, "");
    bool row = store_row(r->st, s, &failed);
    atomic_store(&r->cut, !row && failed && store_error(r->st) == STORE_CUT_OFF);
    return NULL;
}

static void a_long_report_cannot_make_the_log_grow_without_end(void **state)
{
    struct world *w = *state;
    enum { MOST = 8 << 20, TURN = 2 << 20 }; // a turn writes far less
    struct report r = {.st = reader(w->path)};
    pthread_t thread;
    turn(w);
    r.st->log_most_bytes = MOST;
    assert_int_equal(sem_init(&r.began, 0, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, read_without_end, &r), 0);
    sem_wait(&r.began); // it holds its snapshot
    int64_t most = 0;
    for (int turns = 0; !atomic_load(&r.cut); turns++) {
        assert_true(turns < 20000);
        turn(w);
        int64_t log = size_of(w->path, "-wal");
        most = log > most ? log : most;
        if (log > MOST + TURN) { // it looks every few milliseconds: it is on its way out
            break;
        }
    }
    pthread_join(thread, NULL);
    assert_true(atomic_load(&r.cut));
    assert_true(most >= MOST);
    assert_non_null(strstr(store_why(r.st), "log has grown to"));
    assert_non_null(strstr(store_why(r.st), "try again"));
    store_close(r.st);
    // Once nobody reads, it is written back and begun anew: the file is used again and does not grow.
    for (int turns = 0; store_log_bytes(w->st) > MOST / 8; turns++) {
        assert_true(turns < 1000);
        turn(w);
    }
    int64_t after = size_of(w->path, "-wal");
    for (int i = 0; i < 300; i++) {
        turn(w);
        assert_true(size_of(w->path, "-wal") <= after);
    }
    assert_true(store_log_bytes(w->st) < MOST);
    // The same question, asked again, is answered.
    struct store *again = reader(w->path);
    assert_true(store_run(again, "SELECT count(*) FROM pack", ""));
    store_close(again);
    sem_destroy(&r.began);
}

static void readers_that_take_turns_do_not_starve_the_log(void **state)
{
    struct world *w = *state;
    struct store *two[2] = {reader(w->path), reader(w->path)};
    int64_t most = 0;
    turn(w);
    assert_true(store_run(two[0], "BEGIN", "") && store_run(two[0], "SELECT count(*) FROM name", ""));
    for (int i = 0; i < 1500; i++) { // at each moment one of them reads
        turn(w);
        struct store *next = two[(i + 1) % 2], *last = two[i % 2];
        assert_true(store_run(next, "BEGIN", "") && store_run(next, "SELECT count(*) FROM name", ""));
        assert_true(store_run(last, "COMMIT", ""));
        if (i % 100 == 99) { // a gap of a moment, as there are with pages
            assert_true(store_run(next, "COMMIT", ""));
            turn(w);
            assert_true(store_run(next, "BEGIN", "") && store_run(next, "SELECT count(*) FROM name", ""));
        }
        most = size_of(w->path, "-wal") > most ? size_of(w->path, "-wal") : most;
    }
    print_message("log at most %.1f MB\n", (double)most / 1e6);
    assert_true(most < 80 << 20);
    store_close(two[0]);
    store_close(two[1]);
}

static void a_reader_ends_at_its_time_or_when_it_is_told(void **state)
{
    struct world *w = *state;
    turn(w);
    turn(w);
    struct report r = {.st = reader(w->path)};
    store_read_until(r.st, clock_mono_ms() + 1);
    assert_false(store_run(r.st, endless, ""));
    assert_int_equal(store_error(r.st), STORE_CUT_OFF);
    assert_non_null(strstr(store_why(r.st), "too long"));
    store_read_until(r.st, 0);
    pthread_t thread;
    assert_int_equal(sem_init(&r.began, 0, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, read_without_end, &r), 0);
    sem_wait(&r.began);
    store_interrupt(r.st);
    pthread_join(thread, NULL);
    assert_true(atomic_load(&r.cut));
    sem_destroy(&r.began);
    store_close(r.st);
}

// ---------------------------------------------------------------- copies

static bool back_up(const struct world *w, bool force, struct backup_report *r, char *why, size_t n)
{
    struct backup_options o = {.store = w->path, .to = w->copy, .force = force};
    return backup_make(&o, r, why, n);
}

static enum sound look_at(const char *path, struct sound_report *r, char *why, size_t n)
{
    struct store *st = reader(path);
    enum sound found = sound_check(st, NULL, NULL, r, why, n);
    store_close(st);
    return found;
}

static void a_copy_is_one_moment_of_a_store_that_is_written_to(void **state)
{
    struct world *w = *state;
    struct backup_report r = {.bytes = 0};
    struct sound_report found;
    char why[600], part[100];
    snprintf(part, sizeof part, "%s.part", w->copy);
    for (int i = 0; i < 20; i++) {
        turn(w);
        assert_true(back_up(w, i > 0, &r, why, sizeof why));
        assert_int_equal(r.answers, (i + 1) * KIOSKS * PACK);
        assert_int_equal(r.bytes, size_of(w->copy, ""));
        assert_int_equal(look_at(w->copy, &found, why, sizeof why), SOUND);
        assert_int_equal(found.answers, r.answers);
        assert_int_equal(found.epochs, KIOSKS);
        assert_int_equal(access(part, F_OK), -1);
    }
    turn(w);
    assert_false(back_up(w, false, &r, why, sizeof why));
    assert_non_null(strstr(why, "exists already"));
    assert_int_equal(look_at(w->copy, &found, why, sizeof why), SOUND); // as it was
    assert_int_equal(found.answers, 20 * KIOSKS * PACK);
    struct stat made;
    assert_int_equal(stat(w->copy, &made), 0);
    snprintf(w->copy, sizeof w->copy, "%s/none/copy.db", w->dir);
    assert_false(back_up(w, false, &r, why, sizeof why));
    assert_non_null(strstr(why, "make the folder"));
}

static bool stop_at_once(void *ctx, int64_t bytes, int64_t of)
{
    (void)bytes;
    (void)of;
    return ++*(int *)ctx < 2;
}

static void a_copy_that_is_stopped_or_has_no_room_leaves_nothing(void **state)
{
    struct world *w = *state;
    struct backup_report r;
    char why[600], part[100];
    int looks = 0;
    for (int i = 0; i < 200; i++) {
        turn(w);
    }
    struct backup_options o = {.store = w->path, .to = w->copy, .progress = stop_at_once, .ctx = &looks};
    assert_false(backup_make(&o, &r, why, sizeof why));
    assert_int_equal(looks, 2);
    assert_non_null(strstr(why, "stopped"));
    o.progress = NULL;
    o.disk_stop = INT64_MAX / 4;
    assert_false(backup_make(&o, &r, why, sizeof why));
    assert_non_null(strstr(why, "must stay free"));
    snprintf(part, sizeof part, "%s.part", w->copy);
    assert_int_equal(access(part, F_OK), -1);
    assert_int_equal(access(w->copy, F_OK), -1);
    o.disk_stop = 0;
    FILE *f = fopen(part, "w"); // of one that was killed
    fputs("half a copy", f);
    fclose(f);
    assert_true(backup_make(&o, &r, why, sizeof why));
}

static void the_note_is_kept_until_the_next(void **state)
{
    struct world *w = *state;
    struct backup_note n;
    struct backup_report r = {.bytes = 5, .took_ms = 7};
    struct backup_options o = {.to = w->copy};
    backup_note_read(w->dir, &n);
    assert_int_equal(n.at, 0);
    backup_note_made(w->dir, &o, 1000, &r, "");
    backup_note_made(w->dir, &o, 2000, NULL, "no \"room\"");
    backup_note_read(w->dir, &n);
    assert_int_equal(n.at, 1000);
    assert_int_equal(n.bytes, 5);
    assert_int_equal(n.failed_at, 2000);
    assert_string_equal(n.why, "no \"room\"");
    assert_string_equal(n.file, w->copy);
    backup_note_made(w->dir, &o, 3000, &r, "");
    backup_note_read(w->dir, &n);
    assert_int_equal(n.at, 3000);
    assert_int_equal(n.failed_at, 0);
}

// ---------------------------------------------------------------- damage

static void spoil(struct world *w, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    }
    sqlite3_close(db);
}

static void what_was_acknowledged_and_is_missing_is_noticed(void **state)
{
    struct world *w = *state;
    struct sound_report found;
    struct backup_report r;
    char why[600];
    for (int i = 0; i < 3; i++) {
        turn(w);
    }
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND);
    spoil(w, "CREATE TABLE kept AS SELECT * FROM pack WHERE epoch_id = 3 AND first_seq = 51;"
             "DELETE FROM pack WHERE epoch_id = 3 AND first_seq = 51");
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND_NOT);
    assert_non_null(
        strstr(why, "epoch 3: answers up to 150 were acknowledged, but they are there only up to 50"));
    assert_false(back_up(w, false, &r, why, sizeof why)); // such a copy is no backup
    assert_non_null(strstr(why, "not sound"));
    assert_int_equal(access(w->copy, F_OK), -1);
    spoil(w, "CREATE TABLE whole AS SELECT data FROM pack WHERE epoch_id = 5 AND first_seq = 51;"
             "UPDATE pack SET data = substr(data, 1, 20) WHERE epoch_id = 5 AND first_seq = 51;"
             "UPDATE epoch SET through = 50 WHERE epoch_id = 3");
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND_NOT);
    assert_non_null(strstr(why, "epoch 5 holds answers that cannot be read"));
    spoil(w, "UPDATE pack SET data = (SELECT data FROM whole) WHERE epoch_id = 5 AND first_seq = 51;"
             "UPDATE epoch SET through = 150 WHERE epoch_id = 3");
    // Refused for ever is settled, too.
    spoil(w, "WITH RECURSIVE s(i) AS (SELECT 51 UNION ALL SELECT i + 1 FROM s WHERE i < 100) INSERT INTO "
             "quarantine "
             "SELECT i, 1, 'k', 't', 'score', 3, i, x'' FROM s");
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND);
    spoil(w, "INSERT INTO pack SELECT * FROM kept");
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND_NOT);
    assert_non_null(strstr(why, "twice"));
}

static void flipped_bytes_are_noticed(void **state)
{
    struct world *w = *state;
    struct sound_report found;
    char why[600];
    int noticed = 0;
    for (int i = 0; i < 30; i++) {
        turn(w);
    }
    store_close(w->st); // all of it in one file
    w->st = NULL;
    int64_t pages = size_of(w->path, "") / PAGE;
    FILE *f = fopen(w->path, "r+");
    for (int64_t page = 1; page < pages; page += 3) {
        unsigned char was[64], bent[64];
        assert_int_equal(fseek(f, page * PAGE, SEEK_SET), 0);
        assert_int_equal(fread(was, 1, sizeof was, f), sizeof was);
        for (size_t i = 0; i < sizeof was; i++) {
            bent[i] = (unsigned char)(was[i] ^ (0x5a + i));
        }
        fseek(f, page * PAGE, SEEK_SET);
        fwrite(bent, 1, sizeof bent, f);
        fflush(f);
        struct store *st = NULL;
        noticed += store_open_reader(w->path, &st, why, sizeof why) == STORE_OK &&
                   sound_check(st, NULL, NULL, &found, why, sizeof why) == SOUND_NOT;
        store_close(st);
        fseek(f, page * PAGE, SEEK_SET);
        fwrite(was, 1, sizeof was, f);
        fflush(f);
    }
    fclose(f);
    print_message("%d of %lld damaged pages noticed\n", noticed, (long long)(pages + 1) / 3);
    assert_int_equal(noticed, (pages + 1) / 3);
    assert_int_equal(look_at(w->path, &found, why, sizeof why), SOUND);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
}

// ---------------------------------------------------------------- years

// What retention does: the oldest go, as many new ones come. The file holds what it held at its fullest; no
// VACUUM.
static void pages_of_what_was_deleted_are_used_again(void **state)
{
    struct world *w = *state;
    enum { KEEP = 60, ROUNDS = 12 };
    for (int i = 0; i < KEEP; i++) {
        turn(w);
    }
    int64_t full = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < KEEP; i++) {
            turn(w);
            wall_ms before = w->at - (int64_t)KEEP * KIOSKS * PACK * 100;
            assert_true(store_begin(w->st));
            assert_true(store_run(w->st, "DELETE FROM pack WHERE arrived < ?1", "i", before));
            assert_true(
                store_run(w->st, "DELETE FROM tally WHERE (quarter + 1) * 900000 <= ?1", "i", before));
            assert_true(store_commit(w->st));
        }
        sqlite3_wal_checkpoint_v2(w->st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        int64_t size = size_of(w->path, "");
        full = round == 1 ? size
                          : full; // the first round brings one turn more than there will be, and uneven pages
        assert_true(round < 2 || size <= full + full / 50);
    }
    print_message("%.1f MB after one round, %.1f MB after %d\n", (double)full / 1e6,
                  (double)size_of(w->path, "") / 1e6, ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_long_report_cannot_make_the_log_grow_without_end, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(readers_that_take_turns_do_not_starve_the_log, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_ends_at_its_time_or_when_it_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_is_one_moment_of_a_store_that_is_written_to, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_copy_that_is_stopped_or_has_no_room_leaves_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_note_is_kept_until_the_next, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_acknowledged_and_is_missing_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(flipped_bytes_are_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages_of_what_was_deleted_are_used_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
