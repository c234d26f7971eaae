// The outbox: keys, durability, the fence, full and damaged disks; and the writer's promise about time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "kiosk/outbox.h"
#include "kiosk/unthanked.h"
#include "tests/unit/folder.h"

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct fixture {
    char dir[FOLDER_BYTES], path[100];
    struct outbox *ob;
    struct event events[PROTOCOL_EVENTS_MAX];
};

static void open_box(struct fixture *f, int64_t max_pending)
{
    struct outbox_options o = {.path = f->path, .max_pending = max_pending, .keep_ms = 1000};
    const char *why = "";
    ident_set(&o.branch, "dago");
    assert_int_equal(outbox_open(&o, 1000, &f->ob, &why), OUTBOX_OK);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    folder_make(f->dir, "outbox");
    snprintf(f->path, sizeof f->path, "%s/outbox.db", f->dir);
    open_box(f, 1000);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    outbox_close(f->ob);
    folder_drop(f->dir);
    free(f);
    return 0;
}

static enum outbox_result press(struct fixture *f, int score, int64_t *ret_seq)
{
    struct answer a = {
        .at = 500, .up = 50, .type = EVENT_RATING, .score = score, .of = 5, .since_ms = -1, .lang = "id"};
    ident_set(&a.question, "overall");
    ident_set(&a.survey, "service");
    enum outbox_result r = outbox_append(f->ob, &a, CLOCK_SYNCED, ret_seq);
    return r == OUTBOX_OK ? outbox_commit(f->ob) : r;
}

static struct outbox_batch fetch(struct fixture *f, int max)
{
    struct outbox_batch b = {.events = f->events};
    assert_int_equal(outbox_fetch(f->ob, (struct outbox_cursor){0, 0}, false, max, &b), OUTBOX_OK);
    return b;
}

static void sync_with(struct fixture *f, const uint8_t *epoch, const char *run, int64_t through)
{
    struct ack_epoch e = {.through = through};
    struct ack_message m = {.sync = true, .epoch_count = 1, .epochs = &e};
    int64_t reopened;
    memcpy(e.epoch, epoch, EPOCH_BYTES);
    strcpy(m.run, run);
    assert_int_equal(outbox_sync(f->ob, &m, &reopened), OUTBOX_OK);
}

static bool settle_at(struct fixture *f, const uint8_t *epoch, const char *run, int64_t through,
                      int64_t rejected, wall_ms now)
{
    struct ack_epoch e = {.through = through};
    struct ack_message m = {
        .epoch_count = 1, .epochs = &e, .rejected_count = rejected > 0, .rejected = {{rejected, "score"}}};
    bool counted;
    int64_t rows;
    memcpy(e.epoch, epoch, EPOCH_BYTES);
    strcpy(m.run, run);
    assert_int_equal(outbox_settle(f->ob, &m, now, &counted, &rows), OUTBOX_OK);
    return counted;
}

static bool settle(struct fixture *f, const uint8_t *epoch, const char *run, int64_t through,
                   int64_t rejected)
{
    return settle_at(f, epoch, run, through, rejected, 2000);
}

// Each start draws a new epoch, keeps what was pending, oldest first, and counts boots.
static void keys_over_restarts(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    uint8_t first[EPOCH_BYTES];
    memcpy(first, outbox_epoch(f->ob), EPOCH_BYTES);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(press(f, i, &seq), OUTBOX_OK);
        assert_int_equal(seq, i);
    }
    assert_int_equal(outbox_boot(f->ob), 1);
    outbox_close(f->ob);
    open_box(f, 1000);
    assert_int_equal(outbox_boot(f->ob), 2);
    assert_memory_not_equal(outbox_epoch(f->ob), first, EPOCH_BYTES);
    assert_int_equal(press(f, 5, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 3); // one epoch a message
    assert_memory_equal(b.epoch, first, EPOCH_BYTES);
    assert_false(b.running);
    assert_string_equal(b.branch.s, "dago");
    assert_int_equal(b.events[2].score, 3);
    assert_int_equal(b.events[2].boot, 1);
    assert_string_equal(b.events[2].lang, "id");
}

static void rolled_back_is_not_there(void **state)
{
    struct fixture *f = *state;
    struct answer a = {.type = EVENT_RATING, .score = 1, .of = 5};
    int64_t seq;
    assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    outbox_rollback(f->ob);
    assert_int_equal(fetch(f, 50).count, 0);
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1); // the number was never given out
}

// Rule 4: an acknowledgement counts only under the run that the epoch was synced with.
static void the_fence(void **state)
{
    struct fixture *f = *state;
    const uint8_t *epoch = outbox_epoch(f->ob);
    int64_t seq;
    for (int i = 0; i < 5; i++) {
        press(f, 1, &seq);
    }
    assert_false(settle(f, epoch, "aaaa", 5, 0)); // before any sync
    assert_int_equal(fetch(f, 50).count, 5);
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 5, 0));
    assert_int_equal(fetch(f, 50).count, 0);
    // The aggregator comes back from a backup that lacks 4 and 5.
    sync_with(f, epoch, "bbbb", 3);
    assert_int_equal(fetch(f, 50).count, 2);
    assert_false(settle(f, epoch, "aaaa", 5, 0)); // a late ack of the old run
    assert_int_equal(fetch(f, 50).count, 2);
    assert_true(settle(f, epoch, "bbbb", 5, 0));
    assert_int_equal(fetch(f, 50).count, 0);
}

static void rejected_and_set_aside(void **state)
{
    struct fixture *f = *state;
    const uint8_t *epoch = outbox_epoch(f->ob);
    int64_t seq;
    for (int i = 0; i < 3; i++) {
        press(f, 1, &seq);
    }
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 0, 2));
    assert_int_equal(outbox_set_aside(f->ob, epoch, 3), OUTBOX_OK);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.events[0].seq, 1);
    sync_with(f, epoch, "bbbb", 2); // a new run: the set-aside one is tried again
    b = fetch(f, 50);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.events[1].seq, 3);
}

static void counts_are_a_checksum(void **state)
{
    struct fixture *f = *state;
    struct outbox_counts c;
    int64_t seq, late;
    press(f, 5, &seq);
    press(f, 5, &seq);
    press(f, 1, &late);
    assert_int_equal(outbox_void(f->ob, late, 600, 60), OUTBOX_OK);
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.epoch_count, 1);
    assert_int_equal(c.epochs[0].next_seq, 5);
    assert_int_equal(c.epochs[0].votes[4], 2);
    assert_int_equal(c.epochs[0].votes[0], 0); // voids are left out
    assert_int_equal(c.pending, 4);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.events[3].type, EVENT_VOID);
    assert_int_equal(b.events[3].voids, late);
}

static void full_refuses(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    outbox_close(f->ob);
    open_box(f, 2);
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
    assert_int_equal(press(f, 1, &seq), OUTBOX_FULL); // and overwrites nothing
    assert_int_equal(fetch(f, 50).count, 2);
    sync_with(f, outbox_epoch(f->ob), "aaaa", 0);
    assert_true(settle(f, outbox_epoch(f->ob), "aaaa", 2, 0));
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
}

static void damaged_is_put_aside(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    press(f, 1, &seq);
    outbox_close(f->ob);
    int fd = open(f->path, O_WRONLY);
    static const char junk[8192] = "this was a database";
    assert_int_equal(pwrite(fd, junk, sizeof junk, 0), (ssize_t)sizeof junk);
    close(fd);
    open_box(f, 1000);
    assert_true(outbox_was_damaged(f->ob));
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
    char aside[160];
    snprintf(aside, sizeof aside, "%s.damaged-1000", f->path);
    assert_int_equal(access(aside, F_OK), 0); // for salvage
}

// Two pages in the middle are overwritten (one may be an index): the rows before and behind it are saved,
// keep their keys, and are sent.
static void what_can_be_read_is_salvaged(void **state)
{
    enum { ROWS = 4000, PAGE = 4096 };
    struct fixture *f = *state;
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq, last = 0;
    outbox_close(f->ob);
    open_box(f, 100000);
    int64_t boot = outbox_boot(f->ob);
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(press(f, 1 + i % 5, &seq), OUTBOX_OK);
    memcpy(epoch, outbox_epoch(f->ob), EPOCH_BYTES);
    outbox_close(f->ob);
    f->ob = NULL;
    int fd = open(f->path, O_RDWR);
    static const char junk[2 * PAGE] = "pages lost";
    off_t size = lseek(fd, 0, SEEK_END);
    assert_true(size > 40 * PAGE);
    assert_int_equal(pwrite(fd, junk, sizeof junk, size / 2 / PAGE * PAGE), sizeof junk);
    close(fd);
    open_box(f, 100000);
    assert_true(outbox_was_damaged(f->ob));
    assert_true(outbox_salvaged(f->ob) > ROWS * 9 / 10);
    assert_true(outbox_salvaged(f->ob) < ROWS); // they were not empty ones
    assert_int_equal(outbox_pending(f->ob), outbox_salvaged(f->ob));
    assert_int_equal(outbox_boot(f->ob), boot + 1);
    assert_memory_not_equal(outbox_epoch(f->ob), epoch, EPOCH_BYTES); // no key is given twice
    struct outbox_cursor at = {0, 0};
    int64_t rows = 0;
    for (;;) {
        static struct event events[PROTOCOL_EVENTS_MAX];
        struct outbox_batch b = {.events = events};
        assert_int_equal(outbox_fetch(f->ob, at, false, 50, &b), OUTBOX_OK);
        if (b.count == 0)
            break;
        assert_memory_equal(b.epoch, epoch, EPOCH_BYTES);
        for (int i = 0; i < b.count; i++) {
            assert_true(b.events[i].seq > last);
            assert_int_equal(b.events[i].score, 1 + (b.events[i].seq - 1) % 5);
            last = b.events[i].seq;
        }
        rows += b.count;
        at = (struct outbox_cursor){b.epoch_id, last};
    }
    assert_int_equal(rows, outbox_salvaged(f->ob));
    assert_int_equal(last, ROWS);
    assert_int_equal(press(f, 1, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
}

static void missing_folder_is_one_line(void **state)
{
    (void)state;
    struct outbox_options o = {.path = "/nonexistent/outbox.db", .max_pending = 1, .keep_ms = 1};
    struct outbox *ob = NULL;
    const char *why = NULL;
    assert_int_equal(outbox_open(&o, 0, &ob, &why), OUTBOX_READONLY);
    assert_null(ob);
    assert_non_null(strstr(why, "check"));
}

static void prune_keeps_what_is_pending(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    press(f, 1, &seq);
    press(f, 2, &seq);
    sync_with(f, outbox_epoch(f->ob), "aaaa", 0);
    settle(f, outbox_epoch(f->ob), "aaaa", 1, 0);
    assert_int_equal(outbox_prune(f->ob, 1000000), OUTBOX_OK);
    sync_with(f, outbox_epoch(f->ob), "bbbb", 0);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.events[0].seq, 2);
}

// A row is old by when it was settled, not by when it was taken, and only for a clock that is set.
static void prune_trusts_no_wrong_clock(void **state)
{
    enum { ROWS = 510, KEEP = 1000, LATER = 1000000 };
    struct fixture *f = *state;
    const uint8_t *epoch = outbox_epoch(f->ob);
    int64_t seq;
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(press(f, 1, &seq), OUTBOX_OK); // taken at 500: a start in 1970
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle_at(f, epoch, "aaaa", ROWS, 0, LATER));
    assert_int_equal(outbox_prune(f->ob, 0), OUTBOX_OK);            // the clock is not set
    assert_int_equal(outbox_prune(f->ob, LATER + KEEP), OUTBOX_OK); // not old yet
    sync_with(f, epoch, "aaaa", 0);
    assert_int_equal(outbox_pending(f->ob), ROWS);

    assert_true(settle_at(f, epoch, "aaaa", ROWS, 0, 0)); // settled while the clock was not set
    assert_int_equal(outbox_prune(f->ob, LATER), OUTBOX_OK);
    assert_int_equal(outbox_prune(f->ob, LATER + KEEP), OUTBOX_OK); // their time has begun at the first
    sync_with(f, epoch, "aaaa", 0);
    assert_int_equal(outbox_pending(f->ob), ROWS);

    assert_true(settle_at(f, epoch, "aaaa", ROWS, 0, 9 * LATER)); // the clock was ahead, and is not any more
    assert_int_equal(outbox_prune(f->ob, LATER), OUTBOX_OK);
    sync_with(f, epoch, "aaaa", 0);
    assert_int_equal(outbox_pending(f->ob), ROWS);

    assert_true(settle_at(f, epoch, "aaaa", ROWS, 0, LATER));
    assert_int_equal(outbox_prune(f->ob, LATER + KEEP + 1), OUTBOX_OK); // a jump ahead costs so many a call
    sync_with(f, epoch, "aaaa", 0);
    assert_int_equal(outbox_pending(f->ob), ROWS - 500);
    assert_true(settle_at(f, epoch, "aaaa", ROWS, 0, LATER));
    assert_int_equal(outbox_prune(f->ob, LATER + KEEP + 1), OUTBOX_OK);
    sync_with(f, epoch, "aaaa", 0);
    assert_int_equal(outbox_pending(f->ob), 0);
}

static void births_name_what_is_unsynced(void **state)
{
    struct fixture *f = *state;
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    int64_t seq;
    int count, unsynced;
    const char *runs[] = {"aaaa"};
    press(f, 1, &seq);
    uint8_t first[EPOCH_BYTES];
    memcpy(first, outbox_epoch(f->ob), EPOCH_BYTES);
    outbox_close(f->ob);
    open_box(f, 1000);
    assert_int_equal(outbox_held(f->ob, runs, 1, held, &count, &unsynced), OUTBOX_OK);
    assert_int_equal(count, 2);
    assert_int_equal(unsynced, 2);
    assert_memory_equal(held[0].epoch, outbox_epoch(f->ob), EPOCH_BYTES); // the current one first
    assert_int_equal(held[1].last, 1);
    sync_with(f, first, "aaaa", 1);
    assert_int_equal(outbox_held(f->ob, runs, 1, held, &count, &unsynced), OUTBOX_OK);
    assert_int_equal(count, 1);
    assert_int_equal(unsynced, 1);
}

// What failed to commit may be on disk or not: only what is there is taken back.
static void void_of_what_is_not_there(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    assert_int_equal(outbox_void(f->ob, 1, 600, 60), OUTBOX_OK);
    assert_int_equal(fetch(f, 50).count, 0);
    assert_int_equal(press(f, 3, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
}

// Its void may be on disk though that commit failed: taken back once, whoever asks again.
static void void_counts_once(void **state)
{
    struct fixture *f = *state;
    struct outbox_counts c;
    int64_t seq;
    press(f, 3, &seq);
    press(f, 3, &seq);
    for (int i = 0; i < 2; i++)
        assert_int_equal(outbox_void(f->ob, 2, 600, 60), OUTBOX_OK);
    assert_int_equal(fetch(f, 50).count, 3);
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.epochs[0].votes[2], 1);
}

// ---------------------------------------------------------------- not thanked, not taken back

// As after a kill: without what a writer does at its end.
static void start_again(struct fixture *f)
{
    outbox_close(f->ob);
    f->ob = NULL;
    open_box(f, 1000);
}

static void set_note(struct fixture *f, const uint8_t *epoch, int64_t seq)
{
    char path[120];
    snprintf(path, sizeof path, "%s.unthanked", f->path);
    int file = unthanked_open(path);
    assert_true(file >= 0);
    assert_true(unthanked_note(file, epoch, seq));
    unthanked_close(file);
}

// It is as if it had never been: not sent, not counted, not named in a birth, and no gap is left.
static void noted_is_undone_at_the_next_start(void **state)
{
    struct fixture *f = *state;
    struct outbox_counts c;
    struct held_epoch held[PROTOCOL_EPOCHS_MAX];
    const char *runs[] = {"aaaa"};
    uint8_t first[EPOCH_BYTES];
    int count, unsynced;
    int64_t seq;
    press(f, 3, &seq);
    press(f, 4, &seq);
    memcpy(first, outbox_epoch(f->ob), EPOCH_BYTES);
    assert_true(outbox_note_unthanked(f->ob, seq));
    for (int i = 0; i < 2; i++) { // the second start finds no note
        start_again(f);
        assert_int_equal(outbox_pending(f->ob), 1);
        assert_int_equal(fetch(f, 50).count, 1);
        assert_int_equal(f->events[0].score, 3);
        assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
        assert_int_equal(c.epoch_count, 2);
        assert_memory_equal(c.epochs[1].epoch, first, EPOCH_BYTES);
        assert_int_equal(c.epochs[1].next_seq, 2);
        assert_int_equal(c.epochs[1].votes[2], 1);
        assert_int_equal(c.epochs[1].votes[3], 0);
        assert_int_equal(c.epochs[1].lost, 0);
        assert_int_equal(outbox_held(f->ob, runs, 1, held, &count, &unsynced), OUTBOX_OK);
        assert_int_equal(count, 2);
        assert_int_equal(held[1].last, 1);
        assert_int_equal(outbox_visits_since(f->ob, 0), 1);
    }
    assert_int_equal(outbox_resend(f->ob, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
}

// Killed when its void was on disk, but the note not cleared.
static void noted_and_voided_stays_voided(void **state)
{
    struct fixture *f = *state;
    int64_t seq;
    press(f, 4, &seq);
    assert_int_equal(outbox_void(f->ob, seq, 600, 60), OUTBOX_OK);
    assert_true(outbox_note_unthanked(f->ob, seq));
    start_again(f);
    assert_int_equal(fetch(f, 50).count, 2);
    assert_int_equal(f->events[1].voids, seq);
}

// The seq of a press that did not reach the disk is another's afterwards: thanked, so it outlives the note.
static void note_of_a_seq_given_out_again(void **state)
{
    struct fixture *f = *state;
    struct answer a = {.type = EVENT_RATING, .score = 1, .of = 5};
    int64_t seq;
    assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    assert_true(outbox_note_unthanked(f->ob, seq));
    outbox_rollback(f->ob);
    assert_int_equal(outbox_void(f->ob, seq, 600, 60), OUTBOX_OK);
    assert_int_equal(press(f, 5, &seq), OUTBOX_OK);
    assert_int_equal(seq, 1);
    start_again(f);
    assert_int_equal(fetch(f, 50).count, 1);
    assert_int_equal(f->events[0].score, 5);
}

// A note of a press that others follow, of none, of a foreign epoch, of one that was acknowledged: nothing
// that was thanked may go for it.
static void notes_that_name_nothing(void **state)
{
    struct fixture *f = *state;
    static const uint8_t foreign[EPOCH_BYTES];
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
    press(f, 3, &seq);
    press(f, 4, &seq);
    memcpy(epoch, outbox_epoch(f->ob), EPOCH_BYTES);
    for (int i = 0; i < 3; i++) {
        set_note(f, i < 2 ? epoch : foreign, i == 0 ? 1 : i == 1 ? 3 : 2);
        start_again(f);
        assert_int_equal(fetch(f, 50).count, 2);
    }
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 2, 0));
    set_note(f, epoch, 2);
    start_again(f);
    assert_int_equal(outbox_resend(f->ob, &seq), OUTBOX_OK);
    assert_int_equal(seq, 2);
}

// The file is exchanged first, then the press is undone in the new one.
static void noted_in_a_damaged_file(void **state)
{
    enum { ROWS = 300, PAGE = 4096 };
    static const char junk[PAGE] = "a page lost";
    struct fixture *f = *state;
    int64_t seq, last = 0;
    for (int i = 0; i < ROWS; i++)
        assert_int_equal(press(f, 1 + i % 5, &seq), OUTBOX_OK);
    assert_true(outbox_note_unthanked(f->ob, seq));
    outbox_close(f->ob);
    f->ob = NULL;
    int fd = open(f->path, O_RDWR);
    off_t middle = lseek(fd, 0, SEEK_END) / 2 / PAGE * PAGE;
    assert_int_equal(pwrite(fd, junk, sizeof junk, middle), (ssize_t)sizeof junk);
    close(fd);
    open_box(f, 1000);
    assert_true(outbox_was_damaged(f->ob));
    struct outbox_batch b = {.events = f->events};
    for (struct outbox_cursor at = {0, 0};; at = (struct outbox_cursor){b.epoch_id, last}) {
        assert_int_equal(outbox_fetch(f->ob, at, false, PROTOCOL_EVENTS_MAX, &b), OUTBOX_OK);
        if (b.count == 0)
            break;
        last = b.events[b.count - 1].seq;
    }
    assert_int_equal(last, ROWS - 1);
}

// A second program on the same folder is told so, and touches nothing.
static void one_program_at_a_time(void **state)
{
    struct fixture *f = *state;
    struct outbox *other;
    const char *why = "";
    struct outbox_options o = {.path = f->path, .max_pending = 10, .keep_ms = 1000};
    assert_int_equal(outbox_open(&o, 1000, &other, &why), OUTBOX_IN_USE);
    assert_non_null(strstr(why, "another puas-kiosk"));
    assert_int_equal(outbox_boot(f->ob), 1);
}

// ---------------------------------------------------------------- writer

struct results {
    sem_t came;
    struct saved last;
    int count;
};

static void on_saved(void *ctx, const struct saved *s)
{
    struct results *r = ctx;
    r->last = *s;
    r->count++;
    sem_post(&r->came);
}

static void wait_for(sem_t *event)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    assert_int_equal(sem_timedwait(event, &until), 0);
}

static void wait_result(struct results *r)
{
    wait_for(&r->came);
}

struct stall {
    struct writer *w;
    sem_t began, gate;
};

static void stall(struct outbox *ob, void *arg)
{
    struct stall *s = arg;
    (void)ob;
    sem_post(&s->began);
    sem_wait(&s->gate); // the disk does not answer
}

static void *stall_thread(void *arg)
{
    struct stall *s = arg;
    writer_call(s->w, stall, s);
    return NULL;
}

// A disk that does not answer: "try again" in time, nothing kept, exactly one result a press.
static void writer_times_out_and_rolls_back(void **state)
{
    struct fixture *f = *state;
    struct results r = {.count = 0};
    static struct stall s; // outlives a failed assertion
    pthread_t thread;
    sem_init(&r.came, 0, 0);
    sem_init(&s.began, 0, 0);
    sem_init(&s.gate, 0, 0);
    struct writer_options o = {.outbox = f->ob, .save_timeout_ms = 2000, .on_saved = on_saved, .ctx = &r};
    struct writer *w = s.w = writer_create(&o);
    assert_non_null(w);
    struct answer a = {.ticket = 1, .type = EVENT_RATING, .score = 4, .of = 5};
    assert_true(writer_save(w, &a));
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_COMMITTED);
    assert_int_equal(r.last.seq, 1);
    assert_int_equal(pthread_create(&thread, NULL, stall_thread, &s), 0);
    wait_for(&s.began);
    a.ticket = 2;
    assert_true(writer_save(w, &a));
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_TIMED_OUT);
    assert_string_equal(writer_reason(w), "disk-slow");
    sem_post(&s.gate);
    pthread_join(thread, NULL);
    writer_destroy(w); // finishes what was posted
    assert_int_equal(r.count, 2);
    assert_int_equal(fetch(f, 50).count, 1); // the one that timed out is not kept
    sem_destroy(&s.gate);
    sem_destroy(&s.began);
    sem_destroy(&r.came);
}

// Long enough for a loaded machine to be in the commit by then.
enum { DEADLINE_MS = 2000 };

// The disk answers after the time is up: the commit has stood, so it is taken back, and was not thanked.
static atomic_int sync_gate; // 0: open; 1: the next fdatasync waits; 2: and is the end of the process
static sem_t sync_began, sync_go;
int fdatasync(int fd);
int fdatasync(int fd)
{
    int gate = atomic_exchange(&sync_gate, 0);
    if (gate == 1)
        sem_post(&sync_began);
    if (gate != 0)
        sem_wait(&sync_go);
    long code = syscall(SYS_fdatasync, fd);
    if (gate == 2)
        kill(getpid(), SIGKILL);
    return (int)code;
}

static void note_call(struct outbox *ob, void *arg)
{
    *(bool *)arg = ob != NULL;
}

static void writer_takes_back_a_late_commit(void **state)
{
    struct fixture *f = *state;
    struct results r = {.count = 0};
    struct outbox_counts c;
    bool called = false;
    sem_init(&r.came, 0, 0);
    sem_init(&sync_began, 0, 0);
    sem_init(&sync_go, 0, 0);
    struct writer_options o = {
        .outbox = f->ob, .save_timeout_ms = DEADLINE_MS, .on_saved = on_saved, .ctx = &r};
    struct writer *w = writer_create(&o);
    struct answer a = {.ticket = 1, .type = EVENT_RATING, .score = 4, .of = 5};
    atomic_store(&sync_gate, 1);
    assert_true(writer_save(w, &a));
    wait_for(&sync_began); // in COMMIT
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_TIMED_OUT);
    sem_post(&sync_go);
    assert_true(writer_call(w, note_call, &called)); // behind the commit, and behind what takes it back
    assert_true(called);
    assert_int_equal(writer_pending(w), 2);
    writer_destroy(w);
    assert_int_equal(r.count, 1); // one answer a press
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.events[0].score, 4);
    assert_int_equal(b.events[1].type, EVENT_VOID);
    assert_int_equal(b.events[1].voids, 1);
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.epochs[0].votes[3], 0);
    o.save_timeout_ms = 10000;
    w = writer_create(&o);
    a.ticket = 2;
    assert_true(writer_save(w, &a)); // the next one counts
    wait_result(&r);
    writer_destroy(w);
    assert_int_equal(r.last.result, SAVE_COMMITTED);
    assert_int_equal(r.last.seq, 3);
    sem_destroy(&sync_go);
    sem_destroy(&sync_began);
    sem_destroy(&r.came);
}

// The program ends between a commit that came too late and what takes it back, or right after the customer was
// told: whichever it is, the next start has no press that was not thanked.
enum { THANKED = 2, CHILD_S = 60 };

static void tell_parent(void *ctx, const struct saved *s)
{
    if (s->result == SAVE_TIMED_OUT && write(*(int *)ctx, "t", 1) != 1)
        _exit(1);
    if (s->result == SAVE_TIMED_OUT)
        sem_post(&sync_go); // the disk answers now
    else
        sem_post(&sync_began);
}

// Some presses are thanked; the last one's commit comes too late, and with it the end.
static void press_and_end(const struct outbox_options *o, int pipe)
{
    struct outbox *ob;
    const char *why;
    alarm(CHILD_S); // else whoever waits for us would wait for ever
    if (outbox_open(o, 1000, &ob, &why) != OUTBOX_OK)
        _exit(1);
    struct writer_options w = {
        .outbox = ob, .save_timeout_ms = DEADLINE_MS, .on_saved = tell_parent, .ctx = &pipe};
    struct writer *writer = writer_create(&w);
    struct answer a = {.type = EVENT_RATING, .score = 3, .of = 5};
    for (a.ticket = 1; a.ticket <= THANKED; a.ticket++) {
        if (!writer_save(writer, &a))
            _exit(1);
        sem_wait(&sync_began);
    }
    a.score = 1;
    atomic_store(&sync_gate, 2);
    if (!writer_save(writer, &a))
        _exit(1);
    for (;;)
        pause();
}

static void what_was_not_thanked_is_dropped_at_the_next_start(void **state)
{
    struct fixture *f = *state;
    struct outbox_options o = {.path = f->path, .max_pending = 1000, .keep_ms = 1000};
    struct outbox_counts c;
    int pipes[2], status;
    char byte;
    outbox_close(f->ob);
    f->ob = NULL;
    ident_set(&o.branch, "b");
    sem_init(&sync_began, 0, 0);
    sem_init(&sync_go, 0, 0);
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        press_and_end(&o, pipes[1]);
    close(pipes[1]);
    assert_int_equal(read(pipes[0], &byte, 1), 1); // its customer was told to try again
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(pipes[0]);
    sqlite3 *db = NULL; // the late commit stands
    sqlite3_stmt *st = NULL;
    assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*), sum(voids) FROM event", -1, &st, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(st, 0), THANKED + 1);
    assert_int_equal(sqlite3_column_int(st, 1), 0);
    sqlite3_finalize(st);
    sqlite3_close(db);
    for (int start = 0; start < 2; start++) { // once, and nothing more at the start after
        open_box(f, 1000);
        struct outbox_batch b = fetch(f, 50);
        assert_int_equal(b.count, THANKED);
        assert_int_equal(b.events[0].score, 3);
        assert_int_equal(b.events[1].score, 3);
        assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
        assert_int_equal(c.pending, THANKED);
        assert_int_equal(c.epochs[1].votes[0], 0);
        assert_int_equal(c.epochs[1].votes[2], THANKED);
        assert_int_equal(c.epochs[1].next_seq, THANKED + 1);
        assert_int_equal(outbox_visits_since(f->ob, 0), THANKED);
        outbox_close(f->ob);
        f->ob = NULL;
    }
    open_box(f, 1000);
    sem_destroy(&sync_go);
    sem_destroy(&sync_began);
}

// Damage of the note itself takes nothing away.
static void a_torn_note_names_nothing(void **state)
{
    struct fixture *f = *state;
    uint8_t epoch[EPOCH_BYTES];
    char path[600];
    int64_t seq;
    snprintf(path, sizeof path, "%s.unthanked", f->path);
    int file = unthanked_open(path);
    assert_true(file >= 0);
    assert_true(unthanked_note(file, outbox_epoch(f->ob), 7));
    assert_true(unthanked_read(file, epoch, &seq));
    assert_int_equal(seq, 7);
    assert_memory_equal(epoch, outbox_epoch(f->ob), EPOCH_BYTES);
    for (int at = 0; at < (int)(EPOCH_BYTES + 16); at++) {
        unsigned char byte;
        assert_int_equal(pread(file, &byte, 1, at), 1);
        byte ^= 1;
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
        assert_true(unthanked_read(file, epoch, &seq));
        assert_int_equal(seq, 0);
        byte ^= 1;
        assert_int_equal(pwrite(file, &byte, 1, at), 1);
    }
    assert_true(unthanked_read(file, epoch, &seq));
    assert_int_equal(seq, 7);
    assert_true(unthanked_clear(file));
    assert_true(unthanked_read(file, epoch, &seq));
    assert_int_equal(seq, 0);
    assert_int_equal(ftruncate(file, 5), 0);
    assert_true(unthanked_read(file, epoch, &seq));
    assert_int_equal(seq, 0);
    unthanked_close(file);
    assert_false(unthanked_read(-1, epoch, &seq));
    assert_false(unthanked_note(-1, epoch, 1));
}

// No outbox at first: presses are answered, calls are refused, and it is tried again.
struct opening {
    struct fixture *f;
    atomic_int tries;
};

static struct outbox *open_at_the_third(void *ctx, const char **ret_reason)
{
    struct opening *o = ctx;
    if (atomic_fetch_add(&o->tries, 1) < 2) {
        *ret_reason = "disk-full";
        return NULL;
    }
    open_box(o->f, 1000);
    return o->f->ob;
}

static void writer_opens_when_it_can(void **state)
{
    struct fixture *f = *state;
    struct results r = {.count = 0};
    struct opening opening = {.f = f};
    bool called = false;
    outbox_close(f->ob);
    f->ob = NULL;
    sem_init(&r.came, 0, 0);
    struct writer_options o = {.open = open_at_the_third,
                               .open_ctx = &opening,
                               .open_retry_ms = 300,
                               .save_timeout_ms = 5000,
                               .on_saved = on_saved,
                               .ctx = &r};
    struct writer *w = writer_create(&o);
    assert_non_null(w);
    assert_string_equal(writer_reason(w), "disk-full");
    struct answer a = {.ticket = 1, .type = EVENT_RATING, .score = 4, .of = 5};
    assert_true(writer_save(w, &a));
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_FULL);
    assert_false(writer_call(w, note_call, &called));
    assert_false(called);
    struct timespec pause = {.tv_nsec = 1000000};
    while (strcmp(writer_reason(w), "") != 0)
        nanosleep(&pause, NULL);
    assert_true(writer_call(w, note_call, &called));
    assert_true(called);
    a.ticket = 2;
    assert_true(writer_save(w, &a));
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_COMMITTED);
    writer_destroy(w); // closes what it was given
    f->ob = NULL;
    open_box(f, 1000);
    assert_int_equal(outbox_pending(f->ob), 1);
    sem_destroy(&r.came);
}

static void on_change(void *ctx)
{
    atomic_fetch_add((atomic_int *)ctx, 1);
}

static void writer_says_full(void **state)
{
    struct fixture *f = *state;
    struct results r = {.count = 0};
    atomic_int changes = 0;
    sem_init(&r.came, 0, 0);
    outbox_close(f->ob);
    open_box(f, 0);
    struct writer_options o = {.outbox = f->ob,
                               .save_timeout_ms = 2000,
                               .on_saved = on_saved,
                               .ctx = &r,
                               .on_change = on_change,
                               .change_ctx = &changes};
    struct writer *w = writer_create(&o);
    struct answer a = {.ticket = 1, .type = EVENT_RATING, .score = 4, .of = 5};
    assert_true(writer_save(w, &a));
    wait_result(&r);
    assert_int_equal(r.last.result, SAVE_FULL);
    assert_string_equal(writer_reason(w), "disk-full");
    assert_int_equal(writer_errors(w), 1);
    writer_destroy(w);
    assert_int_equal(changes, 1); // so that health tells the reason at once
    sem_destroy(&r.came);
}

// What the customer wrote, and the ticket's number, come back as they went in.
static void words_and_ref_are_kept(void **state)
{
    struct fixture *f = *state;
    struct answer a = {.at = 500, .up = 50, .type = EVENT_TEXT, .since_ms = -1, .ref = "A-104"};
    int64_t seq;
    memset(a.text, 'x', PROTOCOL_TEXT_MAX);
    ident_set(&a.question, "comment");
    assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    assert_int_equal(outbox_commit(f->ob), OUTBOX_OK);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 1);
    assert_string_equal(b.events[0].text, a.text);
    assert_string_equal(b.events[0].ref, "A-104");
}

// An outbox of the first release has no column for the ref: what is pending in it goes out all the same, also
// when the card goes back to that release and returns.
static void older_file(void **state)
{
    static const char first_release[] =
        "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE epoch(epoch_id INTEGER PRIMARY KEY, epoch BLOB NOT NULL UNIQUE, boot INTEGER NOT NULL,"
        " branch TEXT NOT NULL, place TEXT NOT NULL, next_seq INTEGER NOT NULL DEFAULT 1, run TEXT,"
        " levels INTEGER NOT NULL DEFAULT 0, v1 INTEGER NOT NULL DEFAULT 0, v2 INTEGER NOT NULL DEFAULT 0,"
        " v3 INTEGER NOT NULL DEFAULT 0, v4 INTEGER NOT NULL DEFAULT 0, v5 INTEGER NOT NULL DEFAULT 0,"
        " v6 INTEGER NOT NULL DEFAULT 0, v7 INTEGER NOT NULL DEFAULT 0, v8 INTEGER NOT NULL DEFAULT 0,"
        " v9 INTEGER NOT NULL DEFAULT 0, v10 INTEGER NOT NULL DEFAULT 0, v11 INTEGER NOT NULL DEFAULT 0,"
        " lost INTEGER NOT NULL DEFAULT 0);"
        "CREATE TABLE event(epoch_id INTEGER NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT "
        "0,"
        " at INTEGER NOT NULL, up INTEGER NOT NULL, visit INTEGER NOT NULL, type INTEGER NOT NULL,"
        " question TEXT NOT NULL, score INTEGER NOT NULL, levels INTEGER NOT NULL, options TEXT NOT NULL,"
        " text TEXT NOT NULL, voids INTEGER NOT NULL, since INTEGER NOT NULL, fingers INTEGER NOT NULL,"
        " survey TEXT NOT NULL, version INTEGER NOT NULL, lang TEXT NOT NULL, by TEXT NOT NULL,"
        " clock INTEGER NOT NULL, PRIMARY KEY(epoch_id, seq)) WITHOUT ROWID;"
        "CREATE INDEX event_pending ON event(epoch_id, seq) WHERE state = 0;"
        "PRAGMA user_version = 1;"
        "INSERT INTO meta VALUES('boot', 6);"
        "INSERT INTO epoch(epoch, boot, branch, place, next_seq, levels, v2)"
        " VALUES(x'000102030405060708090a0b0c0d0e0f', 6, 'dago', '', 2, 5, 1);"
        "INSERT INTO event VALUES(1, 1, 0, 500, 50, 1, 0, 'overall', 2, 5, '', '', 0, -1, 1, 'service', 3, "
        "'id',"
        " 'touch', 1);";
    static const char older_program[] =
        "PRAGMA user_version = 1;"
        "INSERT INTO event(epoch_id, seq, at, up, visit, type, question, score, levels, options, text, "
        "voids, since,"
        " fingers, survey, version, lang, by, clock)"
        " VALUES(1, 2, 501, 51, 2, 0, 'overall', 3, 5, '', '', 0, -1, 1, 'service', 3, 'id', 'touch', 1);";
    struct fixture *f = *state;
    char command[200];
    sqlite3 *db;
    outbox_close(f->ob);
    f->ob = NULL;
    snprintf(command, sizeof command, "rm -f %s*", f->path);
    assert_int_equal(system(command), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, i == 0 ? first_release : older_program, NULL, NULL, NULL),
                         SQLITE_OK);
        sqlite3_close(db);
        open_box(f, 1000);
        assert_false(outbox_was_damaged(f->ob));
        assert_int_equal(outbox_boot(f->ob), 7 + i);
        struct outbox_batch b = fetch(f, 50);
        assert_int_equal(b.count, 1 + i);
        assert_int_equal(b.events[0].score, 2);
        assert_string_equal(b.events[i].ref, "");
        outbox_close(f->ob);
        f->ob = NULL;
    }
    open_box(f, 1000);
}

// `resend`: all that is kept goes again, acknowledged, rejected and set-aside rows too.
static void resend_reopens_all(void **state)
{
    struct fixture *f = *state;
    const uint8_t *epoch = outbox_epoch(f->ob);
    struct outbox_counts c;
    int64_t seq, rows;
    for (int i = 0; i < 4; i++) {
        press(f, 1, &seq);
    }
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 1, 2));
    assert_int_equal(outbox_set_aside(f->ob, epoch, 3), OUTBOX_OK);
    assert_int_equal(fetch(f, 50).count, 1);
    assert_int_equal(outbox_resend(f->ob, &rows), OUTBOX_OK);
    assert_int_equal(rows, 4);
    assert_int_equal(fetch(f, 50).count, 4);
    assert_true(settle(f, epoch, "aaaa", 4, 0)); // the fence is as it was
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.pending, 0);
    assert_int_equal(c.epochs[0].votes[0], 4); // counted once
}

static bool on_card(const struct fixture *f, const char *needle)
{
    static const char *const tails[] = {"", "-wal"};
    static char bytes[1 << 20];
    bool found = false;
    for (int i = 0; i < 2; i++) {
        char path[120];
        snprintf(path, sizeof path, "%s%s", f->path, tails[i]);
        int fd = open(path, O_RDONLY);
        ssize_t n = fd >= 0 ? read(fd, bytes, sizeof bytes) : 0;
        close(fd);
        found = found || (n > 0 && memmem(bytes, (size_t)n, needle, strlen(needle)) != NULL);
    }
    return found;
}

// Contact data leaves the card with its acknowledgement; the row stays, and goes again without it.
static void contact_data_is_wiped_once_acknowledged(void **state)
{
    struct fixture *f = *state;
    const uint8_t *epoch = outbox_epoch(f->ob);
    struct answer a = {
        .at = 500, .up = 50, .type = EVENT_CONTACT, .since_ms = -1, .lang = "id", .keep_days = 30};
    int64_t seq, rows;
    ident_set(&a.question, "reach");
    for (int i = 1; i <= 60; i++) { // enough that pages were split
        snprintf(a.text, sizeof a.text, "sealed-box-%03d-%0300d", i, i);
        assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
        assert_int_equal(outbox_commit(f->ob), OUTBOX_OK);
    }
    a.type = EVENT_TEXT;
    strcpy(a.text, "words of a comment");
    assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    assert_int_equal(outbox_commit(f->ob), OUTBOX_OK);
    assert_int_equal(f->events[fetch(f, 1).count - 1].keep_days, 30);
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 58, 59));
    assert_true(on_card(f, "sealed-box-060")); // pending: it is the only one
    for (int i = 1; i <= 59; i++) {
        char needle[40];
        snprintf(needle, sizeof needle, "sealed-box-%03d", i);
        if (on_card(f, needle))
            fail_msg("%s", needle);
    }
    assert_true(settle(f, epoch, "aaaa", 61, 0));
    assert_false(on_card(f, "sealed-box"));
    assert_int_equal(outbox_resend(f->ob, &rows), OUTBOX_OK);
    assert_int_equal(rows, 61);
    struct outbox_batch b = {.events = f->events};
    assert_int_equal(outbox_fetch(f->ob, (struct outbox_cursor){1, 59}, false, 50, &b), OUTBOX_OK);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.events[0].type, EVENT_CONTACT);
    assert_string_equal(b.events[0].text, "");
    assert_int_equal(b.events[0].keep_days, 30);
    assert_string_equal(b.events[1].text, "words of a comment");
}

static void say(struct fixture *f, enum event_type type, int64_t visit, const char *text)
{
    struct answer a = {.at = 500, .up = 50, .type = type, .since_ms = -1, .lang = "id", .visit = visit, .keep_days = 30};
    int64_t seq;
    ident_set(&a.question, "say");
    snprintf(a.text, sizeof a.text, "%s", text);
    strcpy(a.ref, "T-0815");
    assert_int_equal(outbox_append(f->ob, &a, CLOCK_SYNCED, &seq), OUTBOX_OK);
    assert_int_equal(outbox_commit(f->ob), OUTBOX_OK);
}

// Words leave the card, kept or pending, and no byte stays; the score stays unless it is to go too.
static void erased_words_are_gone(void **state)
{
    struct fixture *f = *state;
    uint8_t epoch[EPOCH_BYTES], other[EPOCH_BYTES] = {7};
    struct outbox_counts c;
    int64_t first, second, rows;
    memcpy(epoch, outbox_epoch(f->ob), sizeof epoch);
    press(f, 2, &first);
    say(f, EVENT_TEXT, first, "geheim-eins");
    say(f, EVENT_CONTACT, first, "sealed-eins");
    sync_with(f, epoch, "aaaa", 0);
    assert_true(settle(f, epoch, "aaaa", 3, 0));
    press(f, 5, &second);
    say(f, EVENT_TEXT, second, "geheim-zwei"); // pending
    say(f, EVENT_TEXT, 0, "somebody else's");
    char aside[120];
    snprintf(aside, sizeof aside, "%s.damaged-1", f->path);
    FILE *file = fopen(aside, "w");
    fputs("geheim-eins", file);
    fclose(file);

    assert_int_equal(outbox_erase(f->ob, other, first, true, &rows), OUTBOX_OK); // not of this card
    assert_int_equal(rows, 0);
    assert_int_not_equal(access(aside, F_OK), 0);
    assert_true(on_card(f, "geheim-eins"));
    assert_int_equal(outbox_erase(f->ob, epoch, first, false, &rows), OUTBOX_OK);
    assert_int_equal(rows, 2);
    assert_false(on_card(f, "geheim-eins"));
    assert_true(on_card(f, "geheim-zwei"));
    assert_int_equal(outbox_pending(f->ob), 3);
    assert_int_equal(outbox_erase(f->ob, epoch, second, true, &rows), OUTBOX_OK);
    assert_int_equal(rows, 2);
    assert_false(on_card(f, "geheim-zwei"));
    assert_int_equal(outbox_pending(f->ob), 1);
    assert_int_equal(outbox_erase(f->ob, epoch, second, true, &rows), OUTBOX_OK); // again
    assert_int_equal(rows, 0);
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.epochs[0].votes[1], 1);
    assert_int_equal(c.epochs[0].votes[4], 0); // it is counted no more
    assert_int_equal(outbox_resend(f->ob, &rows), OUTBOX_OK);
    struct outbox_batch b = fetch(f, 50);
    assert_int_equal(b.count, 2);
    assert_string_equal(b.events[0].ref, "");
    assert_int_equal(b.events[0].score, 2);
    assert_string_equal(b.events[1].text, "somebody else's");
    assert_string_equal(b.events[1].ref, "T-0815");
}

// A vote that was taken back is not taken off a second time.
static void an_erased_vote_is_uncounted_once(void **state)
{
    struct fixture *f = *state;
    struct outbox_counts c;
    int64_t seq, rows;
    press(f, 3, &seq);
    press(f, 3, &seq);
    assert_int_equal(outbox_void(f->ob, seq, 600, 60), OUTBOX_OK);
    assert_int_equal(outbox_erase(f->ob, outbox_epoch(f->ob), seq, true, &rows), OUTBOX_OK);
    assert_int_equal(rows, 1);
    assert_int_equal(outbox_count(f->ob, &c), OUTBOX_OK);
    assert_int_equal(c.epochs[0].votes[2], 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(keys_over_restarts),
        TEST(erased_words_are_gone),
        TEST(an_erased_vote_is_uncounted_once),
        TEST(rolled_back_is_not_there),
        TEST(the_fence),
        TEST(rejected_and_set_aside),
        TEST(counts_are_a_checksum),
        TEST(full_refuses),
        TEST(damaged_is_put_aside),
        TEST(what_can_be_read_is_salvaged),
        TEST(missing_folder_is_one_line),
        TEST(prune_keeps_what_is_pending),
        TEST(prune_trusts_no_wrong_clock),
        TEST(births_name_what_is_unsynced),
        TEST(void_of_what_is_not_there),
        TEST(void_counts_once),
        TEST(noted_is_undone_at_the_next_start),
        TEST(noted_and_voided_stays_voided),
        TEST(note_of_a_seq_given_out_again),
        TEST(notes_that_name_nothing),
        TEST(noted_in_a_damaged_file),
        TEST(one_program_at_a_time),
        TEST(writer_times_out_and_rolls_back),
        TEST(writer_takes_back_a_late_commit),
        TEST(what_was_not_thanked_is_dropped_at_the_next_start),
        TEST(a_torn_note_names_nothing),
        TEST(writer_opens_when_it_can),
        TEST(writer_says_full),
        TEST(words_and_ref_are_kept),
        TEST(older_file),
        TEST(resend_reopens_all),
        TEST(contact_data_is_wiped_once_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
