// The outbox's file: what is damage and what is not, what is salvaged, and that a power cut or an error at
// any step of it loses nothing. PUAS_SOAK=1: more seeds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiosk/outbox.h"

#include "shared/log.h"
#include "tests/unit/failing.h"
#include "tests/unit/folder.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { EPOCHS = 3, PRESSES = 70, KEEP_MS = 1000 };

struct fixture {
    char dir[FOLDER_BYTES], path[100], store[100];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    folder_make(f->dir, "outbox-file");
    snprintf(f->path, sizeof f->path, "%s/at/outbox.db", f->dir);
    snprintf(f->store, sizeof f->store, "%s/kept", f->dir);
    *state = f;
    return 0;
}

static void shell(const char *fmt, ...)
{
    char command[500];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(command, sizeof command, fmt, ap);
    va_end(ap);
    assert_int_equal(system(command), 0);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    failing_arm(0, 0);
    folder_drop(f->dir);
    free(f);
    return 0;
}

// ---------------------------------------------------------------- files
// Copies the few files of a folder, in this process: thousands of times.
static void copy_folder(const char *from, const char *to)
{
    static char bytes[1 << 20];
    DIR *d = opendir(to);
    char path[400];
    if (d == NULL)
        assert_int_equal(mkdir(to, 0700), 0);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", to, e->d_name);
        if (e->d_name[0] != '.')
            assert_int_equal(unlink(path), 0);
    }
    if (d != NULL)
        closedir(d);
    d = opendir(from);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", from, e->d_name);
        int fd = open(path, O_RDONLY);
        ssize_t n = read(fd, bytes, sizeof bytes);
        close(fd);
        assert_in_range(n, 0, sizeof bytes - 1);
        snprintf(path, sizeof path, "%s/%s", to, e->d_name);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_int_equal(write(fd, bytes, (size_t)n), n);
        close(fd);
    }
    closedir(d);
}

static void keep(const struct fixture *f)
{
    char at[100];
    snprintf(at, sizeof at, "%s/at", f->dir);
    copy_folder(at, f->store);
}

static void restore(const struct fixture *f)
{
    char at[100];
    snprintf(at, sizeof at, "%s/at", f->dir);
    copy_folder(f->store, at);
}

static int files_named(const struct fixture *f, const char *part)
{
    char at[100];
    int n = 0;
    snprintf(at, sizeof at, "%s/at", f->dir);
    DIR *d = opendir(at);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += strstr(e->d_name, part) != NULL;
    closedir(d);
    return n;
}

static void overwrite(const struct fixture *f, const char *tail, off_t at, const void *bytes, size_t n)
{
    char path[140];
    snprintf(path, sizeof path, "%s%s", f->path, tail);
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(syscall(SYS_pwrite64, fd, bytes, n, at), (long)n);
    close(fd);
}

static off_t size_of(const struct fixture *f, const char *tail)
{
    char path[140];
    struct stat s;
    snprintf(path, sizeof path, "%s%s", f->path, tail);
    return stat(path, &s) == 0 ? s.st_size : 0;
}

// ---------------------------------------------------------------- an outbox
static enum outbox_result open_at(const struct fixture *f, wall_ms now, struct outbox **ret)
{
    struct outbox_options o = {.path = f->path, .max_pending = 100000, .keep_ms = KEEP_MS};
    const char *why = "";
    ident_set(&o.branch, "dago");
    *ret = NULL;
    return outbox_open(&o, now, ret, &why);
}

static enum outbox_result press(struct outbox *ob, int i, int64_t *ret_seq)
{
    struct answer a = {.at = 5000 + i,
                       .up = 50,
                       .type = EVENT_RATING,
                       .score = 1 + i % 5,
                       .of = 5,
                       .since_ms = -1,
                       .lang = "id"};
    ident_set(&a.question, "overall");
    ident_set(&a.survey, "service");
    if (i % 7 == 0) {
        a.type = EVENT_TEXT;
        a.score = a.of = 0;
        memset(a.text, 'a' + i % 26, (size_t)(i * 13 % PROTOCOL_TEXT_MAX));
    }
    enum outbox_result r = outbox_append(ob, &a, CLOCK_SYNCED, ret_seq);
    return r == OUTBOX_OK ? outbox_commit(ob) : r;
}

// Several starts with presses; the last of them ends without a close, so that its rows are in the -wal.
static void make_outbox(const struct fixture *f, int epochs, int presses)
{
    shell("rm -rf %s/at; mkdir %s/at", f->dir, f->dir);
    for (int e = 0; e < epochs; e++) {
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            struct outbox *ob;
            int64_t seq;
            int bad = open_at(f, 1000, &ob) != OUTBOX_OK;
            for (int i = 0; i < presses && !bad; i++)
                bad = press(ob, i, &seq) != OUTBOX_OK;
            if (e < epochs - 1 && !bad)
                outbox_close(ob);
            _exit(bad);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

// ---------------------------------------------------------------- a plain reader
// A row as text, and by whose key it stands.
struct rows {
    char *text[2000];
    int count;
};

static void rows_finish(struct rows *r)
{
    for (int i = 0; i < r->count; i++)
        free(r->text[i]);
    r->count = 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has(const struct rows *r, const char *text)
{
    return bsearch(&text, r->text, (size_t)r->count, sizeof *r->text, by_text) != NULL;
}

// All that SELECT gives, from the beginning and from the end until the damage; sorted.
static void read_plainly(const char *path, struct rows *ret)
{
#define ROW                                                                                                  \
    "SELECT printf('%%s %%s %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q %%Q', "          \
    "hex(e.epoch), v.seq, v.at, v.up, v.visit, v.type, v.question, v.score, v.levels, v.options, v.text, "   \
    "v.voids, v.since, v.fingers, v.survey, v.version, v.lang, v.by, v.clock)%s "                            \
    "FROM event v CROSS JOIN epoch e ON e.epoch_id = v.epoch_id "
    static const char *const texts[] = {
        ROW "ORDER BY v.epoch_id, v.seq",
        ROW "ORDER BY v.epoch_id DESC, v.seq DESC",
    };
    sqlite3 *db;
    char text[1000];
    ret->count = 0;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    for (int i = 0; i < 2; i++) {
        sqlite3_stmt *st = NULL;
        snprintf(text, sizeof text, texts[i], " || v.ref");
        int rc = sqlite3_prepare_v2(db, text, -1, &st, NULL);
        if (rc == SQLITE_ERROR) { // the first release had no ref
            snprintf(text, sizeof text, texts[i], "");
            rc = sqlite3_prepare_v2(db, text, -1, &st, NULL);
        }
        while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW &&
               ret->count < (int)(sizeof ret->text / sizeof *ret->text)) {
            const char *row = (const char *)sqlite3_column_text(st, 0);
            if (row != NULL && strlen(row) == (size_t)sqlite3_column_bytes(st, 0)) // no NUL has come in
                ret->text[ret->count++] = strdup(row);
        }
        sqlite3_finalize(st);
    }
    sqlite3_close(db);
    qsort(ret->text, (size_t)ret->count, sizeof *ret->text, by_text);
    int n = 0;
    for (int i = 0; i < ret->count; i++)
        if (n > 0 && strcmp(ret->text[n - 1], ret->text[i]) == 0)
            free(ret->text[i]); // read from both ends
        else
            ret->text[n++] = ret->text[i];
    ret->count = n;
}

// A key has flipped into that of its neighbour: nobody can tell which of the two is the row.
static bool is_claimed_twice(const struct rows *r, int i)
{
    const char *text = r->text[i];
    size_t key = 2 * EPOCH_BYTES + 1;
    key += strcspn(text + key, " ") + 1;
    return (i > 0 && strncmp(r->text[i - 1], text, key) == 0) ||
           (i + 1 < r->count && strncmp(r->text[i + 1], text, key) == 0);
}

// The outbox opens, is usable under a key of its own, and holds every row of `wanted` that is in `truth`.
static void check_usable(const struct fixture *f, const struct rows *truth, const struct rows *wanted)
{
    struct outbox *ob;
    struct rows now;
    int64_t seq;
    char key[2 * EPOCH_BYTES + 4];
    assert_int_equal(open_at(f, 3000, &ob), OUTBOX_OK);
    for (int i = 0; i < EPOCH_BYTES; i++)
        snprintf(key + 2 * i, 3, "%02X", outbox_epoch(ob)[i]);
    for (int i = 0; i < truth->count; i++)
        assert_int_not_equal(strncmp(truth->text[i], key, 2 * EPOCH_BYTES), 0); // no key is given twice
    assert_int_equal(press(ob, 1, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
    struct event events[PROTOCOL_EVENTS_MAX];
    struct outbox_batch b = {.events = events};
    assert_int_equal(outbox_fetch(ob, (struct outbox_cursor){0, 0}, false, 50, &b), OUTBOX_OK);
    assert_true(b.count > 0);
    struct outbox_counts counts;
    assert_int_equal(outbox_count(ob, &counts), OUTBOX_OK);
    assert_int_equal(counts.pending, outbox_pending(ob));
    outbox_close(ob);
    read_plainly(f->path, &now);
    for (int i = 0; i < wanted->count; i++)
        if (has(truth, wanted->text[i]) && !has(&now, wanted->text[i]) && !is_claimed_twice(wanted, i))
            fail_msg("could be read, and is gone: %.80s", wanted->text[i]);
    rows_finish(&now);
    assert_int_equal(files_named(f, ".making"), 0);
    assert_int_equal(files_named(f, ".made"), 0);
}

// ---------------------------------------------------------------- errors are no damage
enum end { OPENED, REFUSED, KILLED, NOTHING_FAILED };

static enum end open_counting(const struct fixture *f, int at, int error, bool stays)
{
    struct outbox *ob;
    failing.reads = error == EIO;
    failing.stays = stays;
    failing_arm(at, error);
    enum outbox_result r = open_at(f, 2000, &ob);
    bool fired = failing_fired();
    failing_arm(0, 0);
    outbox_close(ob);
    return !fired ? NOTHING_FAILED : r == OUTBOX_OK ? OPENED : REFUSED;
}

// Opens with one call failing, or (error 0, in a child) being the end.
static enum end open_failing(const struct fixture *f, int at, int error, bool stays)
{
    int status;
    log_init("test", LOG_ERROR + 1); // it complains, as it should
    if (error != 0) {
        enum end end = open_counting(f, at, error, stays);
        log_init("test", LOG_INFO);
        return end;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        _exit((int)open_counting(f, at, error, stays));
    log_init("test", LOG_INFO);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == FAILING_KILLED ? KILLED : (enum end)WEXITSTATUS(status);
}

// Every end of the process; of the errors, which are many more, some.
static int stride(int error)
{
    return error == 0 || getenv("PUAS_SOAK") != NULL ? 1 : 4;
}

// A full disk or an I/O error at any call of a start: the file stays where it is, with all that it holds.
static void no_error_is_damage(void **state)
{
    static const int errors[] = {ENOSPC, EIO, 0};
    struct fixture *f = *state;
    struct rows truth;
    int refused = 0, tried = 0;
    make_outbox(f, 2, 20);
    keep(f);
    read_plainly(f->path, &truth);
    for (int stays = 0; stays < 2; stays++) {
        for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
            for (int n = 1, r = OPENED; r != NOTHING_FAILED && !(stays && errors[k] == 0);
                 n += stride(errors[k]), tried++) {
                restore(f);
                r = (int)open_failing(f, n, errors[k], stays);
                refused += r == REFUSED;
                assert_int_equal(files_named(f, "damaged"), 0);
                check_usable(f, &truth, &truth);
                assert_int_equal(files_named(f, "damaged"), 0);
            }
        }
    }
    assert_in_range(refused, 10, tried);
    rows_finish(&truth);
}

// A power cut or an error at any call of a salvage: the next start brings over what there is.
static void salvage_survives_any_end(void **state)
{
    static const int errors[] = {0, EIO, ENOSPC};
    static const char junk[4096] = "pages lost";
    struct fixture *f = *state;
    struct rows truth, readable;
    int ends = 0;
    make_outbox(f, EPOCHS, PRESSES);
    read_plainly(f->path, &truth);
    for (off_t at = 6 * 4096; at < size_of(f, ""); at += 2 * 4096)
        overwrite(f, "", at, junk, sizeof junk);
    keep(f);
    read_plainly(f->path, &readable);
    assert_in_range(readable.count, 10, truth.count - 1);
    restore(f);
    for (size_t k = 0; k < sizeof errors / sizeof *errors; k++) {
        for (int n = 1, r = OPENED; r != NOTHING_FAILED; n += stride(errors[k]), ends++) {
            restore(f);
            r = (int)open_failing(f, n, errors[k], false);
            check_usable(f, &truth, &readable);
            assert_true(files_named(f, "damaged") >= 1); // for people to look at
        }
    }
    assert_in_range(ends, 50, 5000);
    rows_finish(&truth);
    rows_finish(&readable);
}

// An error at any call of a press, and of opening it again after that: the next press finds an outbox whose
// counts are those of its rows.
static void counts_survive_errors(void **state)
{
    static const int errors[] = {EIO, ENOSPC};
    struct fixture *f = *state;
    int failures = 0;
    make_outbox(f, 2, 20);
    keep(f);
    log_init("test", LOG_ERROR + 1);
    for (size_t k = 0; k < 2; k++) {
        for (int n = 1, fired = 1; fired; n++) {
            struct outbox *ob;
            struct outbox_counts c;
            int64_t seq;
            restore(f);
            assert_int_equal(open_at(f, 2000, &ob), OUTBOX_OK);
            failing.reads = errors[k] == EIO;
            failing.stays = false;
            failing_arm(1, EIO); // the first press: it is closed
            bool ok = press(ob, 1, &seq) == OUTBOX_OK;
            failing_arm(n, errors[k]); // and opened again
            ok = press(ob, 2, &seq) == OUTBOX_OK && ok;
            fired = failing_fired();
            failing_arm(0, 0);
            failures += !ok;
            assert_int_equal(press(ob, 3, &seq), OUTBOX_OK);
            assert_int_equal(outbox_count(ob, &c), OUTBOX_OK);
            assert_int_equal(outbox_pending(ob), c.pending);
            outbox_close(ob);
        }
    }
    log_init("test", LOG_INFO);
    assert_in_range(failures, 10, 10000);
}

// ---------------------------------------------------------------- bits that flip
static uint64_t random_at;

static uint32_t draw(uint32_t below)
{
    random_at = random_at * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_at >> 33) % below;
}

// One byte mostly, sometimes several or a run of them, in the file or its -wal.
static void damage(const struct fixture *f, uint64_t seed)
{
    unsigned char bytes[600];
    random_at = seed * 2654435761u + 1;
    int places = draw(3) > 0 ? 1 : 2 + (int)draw(6);
    for (int i = 0; i < places; i++) {
        const char *tail = draw(4) == 0 && size_of(f, "-wal") > 0 ? "-wal" : "";
        size_t n = draw(8) == 0 ? 1 + draw(sizeof bytes) : 1;
        for (size_t k = 0; k < n; k++)
            bytes[k] = (unsigned char)draw(256);
        off_t at = draw((uint32_t)size_of(f, tail));
        if (draw(10) == 0) // the first page and the roots of the tables are small targets and matter most
            at = draw(100);
        overwrite(f, tail, at, bytes, n);
    }
}

// Whatever flips: what a plain reader can still read is there afterwards, no key is given twice, and the
// outbox can be used, also at the start after that.
static void whatever_flips(void **state)
{
    struct fixture *f = *state;
    struct rows truth, readable;
    const char *seeds = getenv("PUAS_SEEDS");
    int first = getenv("PUAS_SEED") != NULL ? atoi(getenv("PUAS_SEED")) : 1;
    int count = seeds != NULL ? atoi(seeds) : getenv("PUAS_SOAK") != NULL ? 1000 : 150, damaged = 0;
    make_outbox(f, EPOCHS, PRESSES);
    keep(f);
    read_plainly(f->path, &truth);
    assert_int_equal(truth.count, EPOCHS * PRESSES);
    log_init("test", LOG_ERROR + 1);
    for (int seed = first; seed < first + count; seed++) {
        restore(f);
        damage(f, (uint64_t)seed);
        // The reader has a copy of its own: reading changes files too.
        char kept[120], reading[120], at[100];
        snprintf(at, sizeof at, "%s/at", f->dir);
        snprintf(kept, sizeof kept, "%s/reading", f->dir);
        copy_folder(at, kept);
        snprintf(reading, sizeof reading, "%s/reading/outbox.db", f->dir);
        read_plainly(reading, &readable);
        print_message("seed %d: %d of %d rows can be read\r", seed, readable.count, truth.count);
        check_usable(f, &truth, &readable);
        check_usable(f, &truth, &readable);
        int aside = files_named(f, "damaged-"); // what no check sees may be found as it is used
        damaged += aside > 0;
        check_usable(f, &truth, &readable);
        assert_int_equal(files_named(f, "damaged-"), aside);
        rows_finish(&readable);
    }
    log_init("test", LOG_INFO);
    print_message("\n%d of %d files were damaged\n", damaged, count);
    assert_in_range(damaged, count / 4, count);
    rows_finish(&truth);
}

// What was given out, was not acknowledged and cannot be read any more is declared, epoch by epoch, until the
// aggregator has heard of it; what was acknowledged is not.
static void losses_are_declared(void **state)
{
    static const char junk[4096] = "pages lost";
    enum { ROWS = 400, ACKED = 100 };
    struct fixture *f = *state;
    struct outbox *ob;
    struct outbox_counts c;
    int64_t seq, rows;
    bool counted;
    struct ack_epoch e = {.through = 0};
    struct ack_message m = {.epoch_count = 1, .epochs = &e, .run = "aaaa"};
    shell("mkdir %s/at", f->dir);
    assert_int_equal(open_at(f, 1000, &ob), OUTBOX_OK);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(press(ob, i, &seq), OUTBOX_OK);
    memcpy(e.epoch, outbox_epoch(ob), EPOCH_BYTES);
    m.sync = true;
    assert_int_equal(outbox_sync(ob, &m, &rows), OUTBOX_OK);
    m.sync = false;
    e.through = ACKED;
    assert_int_equal(outbox_settle(ob, &m, 2000, &counted, &rows), OUTBOX_OK);
    assert_true(counted);
    assert_int_equal(outbox_prune(ob, 1000000), OUTBOX_OK); // gone, but not lost
    outbox_close(ob);
    for (off_t at = 6 * 4096; at < size_of(f, ""); at += 2 * 4096)
        overwrite(f, "", at, junk, sizeof junk);
    assert_int_equal(open_at(f, 3000, &ob), OUTBOX_OK);
    assert_true(outbox_was_damaged(ob));
    int64_t lost = outbox_lost(ob);
    assert_in_range(lost, 1, ROWS - ACKED);
    assert_int_equal(lost, ROWS - ACKED - outbox_salvaged(ob));
    assert_int_equal(outbox_count(ob, &c), OUTBOX_OK);
    assert_int_equal(c.epoch_count, 2);
    assert_memory_equal(c.epochs[1].epoch, e.epoch, EPOCH_BYTES);
    assert_int_equal(c.epochs[1].lost, lost);
    assert_int_equal(c.epochs[1].next_seq, ROWS + 1);
    outbox_close(ob);
    // Nothing but the loss is left of it: it stays until it is synced.
    sqlite3 *db;
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "DELETE FROM event", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    for (int synced = 0; synced < 2; synced++) {
        assert_int_equal(open_at(f, 4000, &ob), OUTBOX_OK);
        assert_int_equal(outbox_prune(ob, 1000000), OUTBOX_OK);
        assert_int_equal(outbox_count(ob, &c), OUTBOX_OK);
        assert_int_equal(c.epoch_count, synced ? 1 : 2);
        assert_int_equal(c.epochs[c.epoch_count - 1].lost, synced ? 0 : lost);
        m.sync = true;
        assert_int_equal(outbox_sync(ob, &m, &rows), OUTBOX_OK);
        outbox_close(ob);
    }
}

// A damaged file of the first release, which has no column for the ref: what it has is brought over.
static void older_file_is_salvaged(void **state)
{
    static const char older[] = "DROP INDEX event_pending; ALTER TABLE event DROP COLUMN ref;"
                                "ALTER TABLE event DROP COLUMN settled_at;"
                                "ALTER TABLE epoch DROP COLUMN through; PRAGMA wal_checkpoint(TRUNCATE)";
    static const char junk[4096] = "pages lost";
    struct fixture *f = *state;
    struct rows truth, readable;
    sqlite3 *db;
    struct outbox *ob;
    make_outbox(f, 2, 200);
    assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, older, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    read_plainly(f->path, &truth);
    overwrite(f, "", size_of(f, "") / 2 / 4096 * 4096, junk, sizeof junk);
    keep(f);
    read_plainly(f->path, &readable);
    assert_in_range(readable.count, 10, truth.count - 1);
    restore(f);
    check_usable(f, &truth, &readable);
    assert_true(files_named(f, "damaged-") >= 1);
    assert_int_equal(open_at(f, 4000, &ob), OUTBOX_OK);
    assert_false(outbox_was_damaged(ob));
    outbox_close(ob);
    rows_finish(&truth);
    rows_finish(&readable);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_error_is_damage), TEST(salvage_survives_any_end), TEST(counts_survive_errors),
        TEST(whatever_flips),     TEST(losses_are_declared),      TEST(older_file_is_salvaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
