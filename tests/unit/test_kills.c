// Two hundred kills: a program that saves as fast as it can is killed at any moment. What it was told to be
// saved is there at the next start, once; no key is given twice; the file is never damaged by it.
#include "kiosk/outbox.h"
#include "kiosk/writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    KILLS = 200,
    LIFE_MAX_US = 30000,
    UNDER_WAY = 8, // answers posted and not yet reported
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

struct kept {
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
};

struct fixture {
    char dir[64], path[100];
    struct outbox_cursor read; // rows up to here have been checked
    struct report report[REPORTS_MAX];
    int reports; // of this life
    struct kept kept[ROWS_MAX];
    int rows;
    int lived; // kills after the first report
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    // In memory where there is such a folder: a kill leaves what was written, on any disk.
    strcpy(f->dir, access("/dev/shm", W_OK) == 0 ? "/dev/shm/puas-kills-XXXXXX" : "/tmp/puas-kills-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/outbox.db", f->dir);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", f->dir);
    assert_int_equal(system(command), 0);
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

// ---------------------------------------------------------------- the child
static int score_of(uint64_t ticket)
{
    return ticket % 9 == 0 ? 0 : 1 + (int)(ticket % 5);
}

static struct answer answer_of(uint64_t ticket)
{
    struct answer a = {.ticket = ticket,
                       .at = 500,
                       .up = 50,
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
    sem_init(&l.room, 0, UNDER_WAY);
    struct writer_options o = {.outbox = ob, .save_timeout_ms = 60000, .on_saved = tell, .ctx = &l};
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

// `from_first`: it lives so long after its first report, else after its start.
static void live_and_die(struct fixture *f, int64_t life_us, bool from_first)
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
    if (from_first)
        hear(f, ends[0], INT64_MAX, 1);
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
        live_and_die(f, (seed >> 8) % LIFE_MAX_US, i % 2 == 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_reported_outlives_any_kill, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("kills", tests, NULL, NULL);
}
