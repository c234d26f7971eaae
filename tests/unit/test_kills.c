// Two hundred kills: a program that saves as fast as it can is killed at any moment. What it was told to be
// saved is there at the next start, once; no key is given twice; the file is never damaged by it. And as many
// with a disk that is slow, fails or hangs: what it was told not to be saved is not counted either.
#include "kiosk/outbox.h"
#include "kiosk/unthanked.h"
#include "kiosk/writer.h"
#include "tests/unit/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KILLS = 200,
    LIFE_MAX_US = 30000,
    UNDER_WAY = 8, // answers posted and not yet reported
    SLOW_TIMEOUT_MS = 4,
    HANG_TIMEOUT_MS = 1000, // long enough for any machine to have come to the COMMIT
    SLOW_SYNC_MAX_US = 8000,
    REPORTS_MAX = 4000,
    ROWS_MAX = KILLS * 400,
};

// What a child says of a press, through a pipe: one write, so whole or not at all.
struct report {
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
    uint64_t ticket;
    int32_t result;
};

// How the disk of a life ends a COMMIT.
enum disk {
    SOUND,
    SLOW,  // late at times
    HANGS, // never
    LATE,  // after the customer was told that it is; then nothing more can be written
    FAILS, // with an error
};

struct kept {
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
};

struct fixture {
    char dir[FOLDER_BYTES], path[100];
    struct outbox_cursor read; // rows up to here have been checked
    struct report report[REPORTS_MAX];
    int reports; // of this life
    struct kept kept[ROWS_MAX];
    int rows;
    int lived;      // kills after the first report
    enum disk disk; // of this life
    uint32_t seed;
    int noted; // lives that ended before a press was taken back
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    folder_make(f->dir, "kills");
    snprintf(f->path, sizeof f->path, "%s/outbox.db", f->dir);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    folder_drop(f->dir);
    free(f);
    return 0;
}

static enum outbox_result open_box(const struct fixture *f, struct outbox **ret)
{
    struct outbox_options o = {.path = f->path, .max_pending = 1000000, .keep_ms = 1000};
    const char *why;
    ident_set(&o.branch, "dago");
    return outbox_open(&o, 1000, ret, &why);
}

// ---------------------------------------------------------------- the disk of a child
// Of one life, set by the child. All that a COMMIT waits for is written by then, as far as a kill goes.
static struct {
    enum disk kind;
    uint32_t seed;
    sem_t told;   // of a press, by a report
    bool stopped; // whoever writes on waits for the end
    int pipe;     // says that somebody does
} disk;

static void wait_for_the_end(void)
{
    for (;;)
        pause();
}

int fdatasync(int fd);
int fdatasync(int fd)
{
    switch (disk.kind) {
    case SOUND:
        break;
    case SLOW:
        disk.seed = disk.seed * 1664525u + 1013904223u;
        if ((disk.seed >> 8) % 4 == 0)
            nanosleep(&(struct timespec){.tv_nsec = (disk.seed >> 10) % SLOW_SYNC_MAX_US * 1000L}, NULL);
        break;
    case HANGS:
        wait_for_the_end();
        break;
    case LATE:
        sem_wait(&disk.told);
        disk.stopped = true;
        break;
    case FAILS:
        errno = EIO;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at);
ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
    static const struct report stopped; // of no press
    if (disk.stopped && write(disk.pipe, &stopped, sizeof stopped) == (ssize_t)sizeof stopped)
        wait_for_the_end();
    return syscall(SYS_pwrite64, fd, p, n, at);
}

// ---------------------------------------------------------------- the child
static int score_of(uint64_t ticket)
{
    return ticket % 9 == 0 ? 0 : 1 + (int)(ticket % 5);
}

static struct answer answer_of(uint64_t ticket)
{
    struct answer a = {.ticket = ticket,
                       .at = 500,
                       .up = (mono_ms)ticket,
                       .type = EVENT_RATING,
                       .score = score_of(ticket),
                       .of = 5,
                       .since_ms = -1,
                       .lang = "id"};
    ident_set(&a.question, "overall");
    ident_set(&a.survey, "service");
    if (a.score == 0) { // words, over several pages at times
        a.type = EVENT_TEXT;
        a.of = 0;
        memset(a.text, 'a' + (int)(ticket % 26), 1 + ticket * 13 % PROTOCOL_TEXT_MAX);
    }
    return a;
}

struct life {
    int pipe;
    uint8_t epoch[EPOCH_BYTES];
    sem_t room;
};

static void tell(void *ctx, const struct saved *s)
{
    struct life *l = ctx;
    struct report r = {.seq = s->seq, .ticket = s->ticket, .result = (int32_t)s->result};
    memcpy(r.epoch, l->epoch, EPOCH_BYTES);
    if (write(l->pipe, &r, sizeof r) != (ssize_t)sizeof r)
        _exit(3);
    if (disk.kind == FAILS)
        wait_for_the_end(); // on the writer's thread: it comes to nothing else
    sem_post(&disk.told);
    if (disk.kind == SOUND || disk.kind == SLOW)
        sem_post(&l->room);
}

// Ends by a kill alone.
static void live(const struct fixture *f, int pipe)
{
    struct life l = {.pipe = pipe};
    struct outbox *ob;
    if (open_box(f, &ob) != OUTBOX_OK)
        _exit(1);
    memcpy(l.epoch, outbox_epoch(ob), EPOCH_BYTES);
    sem_init(&l.room, 0, f->disk == SOUND ? UNDER_WAY : f->disk == SLOW ? 2 : 1);
    sem_init(&disk.told, 0, 0);
    disk.seed = f->seed;
    disk.pipe = pipe;
    disk.kind = f->disk;
    int64_t timeout_ms = disk.kind == SLOW                         ? SLOW_TIMEOUT_MS
                         : disk.kind == HANGS || disk.kind == LATE ? HANG_TIMEOUT_MS
                                                                   : 60000;
    struct writer_options o = {.outbox = ob, .save_timeout_ms = timeout_ms, .on_saved = tell, .ctx = &l};
    struct writer *w = writer_create(&o);
    for (uint64_t ticket = 1; w != NULL; ticket++) {
        struct answer a = answer_of(ticket);
        sem_wait(&l.room);
        if (!writer_save(w, &a))
            break;
    }
    _exit(2);
}

// ---------------------------------------------------------------- the parent
static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

// Reads reports until then, to the end of the pipe, or until there are so many.
static void hear(struct fixture *f, int pipe, int64_t until_us, int enough)
{
    while (f->reports < enough) {
        int64_t left = until_us - now_us();
        struct timespec t = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
        struct pollfd p = {.fd = pipe, .events = POLLIN};
        if (left <= 0 || ppoll(&p, 1, &t, NULL) == 0)
            return;
        assert_in_range(f->reports, 0, REPORTS_MAX - 1);
        ssize_t n = read(pipe, &f->report[f->reports], sizeof *f->report);
        if (n == 0)
            return;
        assert_int_equal(n, sizeof *f->report);
        f->reports++;
    }
}

// It lives so long after its first `enough` reports; 0: after its start.
static void live_and_die(struct fixture *f, int64_t life_us, int enough)
{
    int ends[2], status;
    f->reports = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        live(f, ends[1]);
    }
    close(ends[1]);
    hear(f, ends[0], INT64_MAX, enough);
    hear(f, ends[0], now_us() + life_us, INT_MAX);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    hear(f, ends[0], INT64_MAX, INT_MAX); // what it has said by then
    close(ends[0]);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

// The rows that this life has added are its presses, from the first on without a gap: all that it reported,
// and those under way at most.
static void check_rows(struct fixture *f, struct outbox *ob)
{
    static struct event events[PROTOCOL_EVENTS_MAX];
    struct outbox_batch b = {.events = events};
    int64_t rows = 0;
    for (;;) {
        assert_int_equal(outbox_fetch(ob, f->read, false, PROTOCOL_EVENTS_MAX, &b), OUTBOX_OK);
        if (b.count == 0)
            break;
        for (int i = 0; i < b.count; i++) {
            const struct event *e = &events[i];
            struct answer a = answer_of((uint64_t)++rows);
            assert_int_equal(e->seq, rows);
            assert_int_equal(e->type, a.type);
            assert_int_equal(e->score, a.score);
            assert_string_equal(e->text, a.text);
            if (f->reports > 0)
                assert_memory_equal(b.epoch, f->report[0].epoch, EPOCH_BYTES);
            assert_in_range(f->rows, 0, ROWS_MAX - 1);
            memcpy(f->kept[f->rows].epoch, b.epoch, EPOCH_BYTES);
            f->kept[f->rows++].seq = e->seq;
        }
        f->read = (struct outbox_cursor){b.epoch_id, events[b.count - 1].seq};
    }
    for (int i = 0; i < f->reports; i++) {
        assert_int_equal(f->report[i].result, SAVE_COMMITTED);
        assert_int_equal(f->report[i].seq, i + 1);
        assert_int_equal(f->report[i].ticket, i + 1);
    }
    assert_in_range(rows, f->reports, f->reports + UNDER_WAY);
}

static int by_key(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;
    int order = memcmp(x->epoch, y->epoch, EPOCH_BYTES);
    return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static void what_was_reported_outlives_any_kill(void **state)
{
    struct fixture *f = *state;
    struct outbox_counts c;
    struct outbox *ob;
    uint32_t seed = getenv("PUAS_SEED") != NULL ? (uint32_t)atoi(getenv("PUAS_SEED")) : 1;
    for (int i = 0; i < KILLS; i++) {
        seed = seed * 1664525u + 1013904223u;
        live_and_die(f, (seed >> 8) % LIFE_MAX_US, i % 2);
        assert_int_equal(open_box(f, &ob), OUTBOX_OK);
        assert_false(outbox_was_damaged(ob));
        check_rows(f, ob);
        assert_int_equal(outbox_pending(ob), f->rows);
        assert_int_equal(outbox_count(ob, &c), OUTBOX_OK);
        assert_int_equal(c.pending, f->rows);
        outbox_close(ob);
        f->lived += f->reports > 0;
    }
    qsort(f->kept, (size_t)f->rows, sizeof *f->kept, by_key);
    for (int i = 1; i < f->rows; i++)
        assert_true(by_key(&f->kept[i - 1], &f->kept[i]) < 0); // no key twice
    print_message("%d rows, %d of %d lives had saved something\n", f->rows, f->lived, KILLS);
    assert_in_range(f->lived, KILLS / 2, KILLS);
}

// ---------------------------------------------------------------- a disk in trouble
static void note_end(struct fixture *f)
{
    char path[120];
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
    snprintf(path, sizeof path, "%s.unthanked", f->path);
    int file = unthanked_open(path);
    assert_true(unthanked_read(file, epoch, &seq));
    unthanked_close(file);
    f->noted += seq != 0;
}

// Of the presses of this life those count that were reported as saved; of those that nobody heard of, any.
// What health says is what the rows say.
static void check_counted(struct fixture *f, struct outbox *ob)
{
    static struct event events[PROTOCOL_EVENTS_MAX];
    static uint64_t ticket_of[2 * REPORTS_MAX]; // by seq
    static int counted[REPORTS_MAX];            // by ticket
    struct outbox_batch b = {.events = events};
    struct outbox_counts c;
    uint8_t epoch[EPOCH_BYTES];
    int64_t rows = 0, votes[PROTOCOL_SCORE_MAX] = {0};
    int all = 0, saved = 0;
    memset(counted, 0, sizeof counted);
    for (;; f->read = (struct outbox_cursor){b.epoch_id, events[b.count - 1].seq}) {
        assert_int_equal(outbox_fetch(ob, f->read, false, PROTOCOL_EVENTS_MAX, &b), OUTBOX_OK);
        if (b.count == 0)
            break;
        memcpy(epoch, b.epoch, EPOCH_BYTES);
        for (int i = 0; i < b.count; i++) {
            const struct event *e = &events[i];
            assert_int_equal(e->seq, ++rows);
            bool voids = e->type == EVENT_VOID;
            uint64_t ticket = voids ? ticket_of[e->voids] : (uint64_t)e->up;
            ticket_of[e->seq] = ticket;
            counted[ticket] += voids ? -1 : 1;
            assert_in_range(counted[ticket], 0, 1);
            if (score_of(ticket) > 0)
                votes[score_of(ticket) - 1] += voids ? -1 : 1;
        }
    }
    for (int i = 0; i < REPORTS_MAX; i++)
        all += counted[i];
    for (int i = 0; i < f->reports; i++) {
        const struct report *r = &f->report[i];
        if (r->ticket > 0 && counted[r->ticket] != (r->result == SAVE_COMMITTED))
            fail_msg("press %d was answered with %d and counts %d", (int)r->ticket, r->result,
                     counted[r->ticket]);
        saved += r->ticket > 0 && r->result == SAVE_COMMITTED;
    }
    assert_in_range(all, saved, saved + 1); // the one that was being written
    assert_int_equal(outbox_count(ob, &c), OUTBOX_OK);
    if (rows > 0) {
        assert_in_range(c.epoch_count, 2, PROTOCOL_EPOCHS_MAX);
        assert_memory_equal(c.epochs[1].epoch, epoch, EPOCH_BYTES);
        assert_int_equal(c.epochs[1].next_seq, rows + 1);
        assert_memory_equal(c.epochs[1].votes, votes, sizeof votes);
    }
}

static void live_with(struct fixture *f, enum disk kind, int64_t life_us, int enough)
{
    struct outbox *ob;
    f->disk = kind;
    live_and_die(f, life_us, enough);
    note_end(f);
    assert_int_equal(open_box(f, &ob), OUTBOX_OK);
    assert_false(outbox_was_damaged(ob));
    check_counted(f, ob);
    outbox_close(ob);
}

static void told_to_try_again_and_killed_before_the_void(void **state)
{
    static const struct {
        enum disk kind;
        int reports, result;
    } ends[] = {{HANGS, 1, SAVE_TIMED_OUT}, {LATE, 2, SAVE_TIMED_OUT}, {FAILS, 1, SAVE_FAILED}};
    struct fixture *f = *state;
    for (int i = 0; i < 3; i++) {
        live_with(f, ends[i].kind, 0, ends[i].reports);
        assert_true(f->reports >= ends[i].reports);
        assert_int_equal(f->report[0].ticket, 1);
        assert_int_equal(f->report[0].result, ends[i].result);
        assert_int_equal(f->noted, i + 1);
    }
}

static void what_was_not_thanked_is_not_counted_after_any_kill(void **state)
{
    struct fixture *f = *state;
    int answers = 0, refused = 0;
    f->seed = getenv("PUAS_SEED") != NULL ? (uint32_t)atoi(getenv("PUAS_SEED")) : 1;
    for (int i = 0; i < KILLS; i++) {
        f->seed = f->seed * 1664525u + 1013904223u;
        live_with(f, SLOW, (f->seed >> 8) % LIFE_MAX_US, i % 2);
        answers += f->reports;
        for (int k = 0; k < f->reports; k++)
            refused += f->report[k].result != SAVE_COMMITTED;
    }
    print_message("%d presses answered, %d of them not thanked, %d of %d lives ended before a void\n",
                  answers, refused, f->noted, KILLS);
    assert_in_range(f->noted, KILLS / 20, KILLS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_reported_outlives_any_kill, set_up, tear_down),
        cmocka_unit_test_setup_teardown(told_to_try_again_and_killed_before_the_void, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_not_thanked_is_not_counted_after_any_kill, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests_name("kills", tests, NULL, NULL);
}
