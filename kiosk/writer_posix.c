// writer: one thread that owns the outbox, and a watch that answers the UI when the disk does not.
//
// Whether a press was saved or timed out is decided once, by a compare-and-swap on its ticket: the writer
// after COMMIT, or the watch at the deadline. The loser follows: a commit that comes late, or that failed but
// may be on disk all the same, is taken back by a void. Until that void is on disk no other press is taken.
// Whoever decides that a press is not thanked, although it may be on disk, notes it first: a void that the
// program does not live to write is left to the next start.
#include "kiosk/writer.h"

#include "kiosk/outbox.h"
#include "shared/log.h"
#include "shared/mailbox.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <time.h>

enum { MAIL_CAPACITY = 64 };
enum verdict { OPEN, SAVED, TIMED_OUT };

enum request_kind { REQUEST_SAVE, REQUEST_CALL };

// An answer under way, shared by writer and watch; freed when both have let go.
struct pending {
    struct answer answer;
    mono_ms deadline;
    atomic_int verdict;
    atomic_int owners;
    atomic_llong seq;     // of its row, before its commit begins; else 0
    struct pending *next; // the watch's list
};

struct request {
    enum request_kind kind;
    struct pending *save;
    void (*fn)(struct outbox *, void *);
    void *arg;
    sem_t *done;
    bool *ran;
};

struct writer {
    struct writer_options o;
    struct mailbox *mail;
    pthread_mutex_t noting; // the watch holds it from its verdict until that is noted
    pthread_t thread, watch;
    bool thread_up, watch_up;
    pthread_mutex_t lock; // guards list and stop
    pthread_cond_t changed;
    struct pending *list; // answers whose verdict the watch may have to give
    bool stop;
    int64_t unthanked;    // writer thread: seq that may be on disk and is not thanked; 0: none
    struct outbox *owned; // what `open` has given
    atomic_bool closing;
    atomic_llong ignored, errors, pending;
    _Atomic(const char *) reason;
};

static void let_go(struct pending *p)
{
    if (atomic_fetch_sub(&p->owners, 1) == 1) {
        free(p);
    }
}

static bool decide(struct pending *p, enum verdict v)
{
    int open = OPEN;
    return atomic_compare_exchange_strong(&p->verdict, &open, (int)v);
}

static void answer(struct writer *w, const struct pending *p, enum save_result result, int64_t seq)
{
    struct saved s = {.ticket = p->answer.ticket, .result = result, .seq = seq};
    w->o.on_saved(w->o.ctx, &s);
}

static void tell_change(struct writer *w)
{
    if (w->o.on_change != NULL) {
        w->o.on_change(w->o.change_ctx);
    }
}

static void report_failure(struct writer *w, const struct pending *p, enum save_result result,
                           const char *reason)
{
    atomic_fetch_add(&w->errors, 1);
    atomic_store(&w->reason, reason);
    answer(w, p, result, 0);
    tell_change(w);
    log_event(LOG_ERROR, "press_not_saved", "why=%s", reason);
}

static void note_unthanked(struct writer *w, int64_t seq)
{
    if (seq != 0 && !outbox_note_unthanked(w->o.outbox, seq)) {
        log_event(LOG_ERROR, "unthanked_not_noted", "seq=%lld why=%Q", (long long)seq, strerror(errno));
    }
}

static enum outbox_result take_back(struct writer *w)
{
    enum outbox_result r = OUTBOX_OK;
    if (w->unthanked != 0) {
        pthread_mutex_lock(&w->noting); // the watch may be about to note it: not after it was cleared
        pthread_mutex_unlock(&w->noting);
        r = outbox_void(w->o.outbox, w->unthanked, clock_wall_ms(), clock_mono_ms());
        w->unthanked = r == OUTBOX_OK ? 0 : w->unthanked;
    }
    return r;
}

static void save(struct writer *w, struct pending *p)
{
    int64_t seq = 0;
    if (atomic_load(&p->verdict) == TIMED_OUT) {
        return; // it waited behind a stalled disk: nothing of it was written
    }
    if (w->o.outbox == NULL) {
        const char *reason = atomic_load(&w->reason);
        if (decide(p, SAVED)) {
            report_failure(w, p, strcmp(reason, "disk-full") == 0 ? SAVE_FULL : SAVE_FAILED, reason);
        }
        return;
    }
    enum outbox_result r = take_back(w);
    if (r == OUTBOX_OK) {
        r = outbox_append(w->o.outbox, &p->answer, clock_synced() ? CLOCK_SYNCED : CLOCK_UNSURE, &seq);
    }
    if (r == OUTBOX_OK) {
        w->unthanked = seq;
        atomic_store(&p->seq, seq); // then the verdict; the watch looks at them the other way round
        if (atomic_load(&p->verdict) == TIMED_OUT) {
            outbox_rollback(w->o.outbox);
            return;
        }
        r = outbox_commit(w->o.outbox);
    }
    if (r != OUTBOX_OK) {
        if (decide(p, SAVED)) {     // the verdict is ours; what it says is the failure
            note_unthanked(w, seq); // an fsync that fails leaves open what is on disk
            report_failure(w, p, r == OUTBOX_FULL ? SAVE_FULL : SAVE_FAILED,
                           r == OUTBOX_FULL ? "disk-full" : "outbox-error");
        }
        return;
    }
    if (decide(p, SAVED)) {
        w->unthanked = 0;
        atomic_store(&w->reason, "");
        answer(w, p, SAVE_COMMITTED, seq);
    } else {
        log_event(LOG_WARN, "late_commit_voided", "seq=%lld", (long long)seq);
        take_back(w); // else before the next press or call
    }
    tell_change(w);
}

static void try_open(struct writer *w)
{
    const char *reason = "outbox-error";
    w->owned = w->o.outbox = w->o.open(w->o.open_ctx, &reason);
    if (w->owned != NULL) {
        reason = outbox_was_damaged(w->owned) ? "outbox-damaged" : "";
        atomic_store(&w->pending, outbox_pending(w->owned));
    }
    atomic_store(&w->reason, reason);
}

static void serve(struct writer *w, struct request *q)
{
    if (q->kind == REQUEST_SAVE) {
        save(w, q->save);
        let_go(q->save);
    } else {
        // While a press that was not thanked still stands, nothing is sent: it could be among it.
        *q->ran = w->o.outbox != NULL && take_back(w) == OUTBOX_OK;
        if (*q->ran) {
            q->fn(w->o.outbox, q->arg);
        }
        sem_post(q->done);
    }
    if (w->o.outbox != NULL) {
        atomic_store(&w->pending, outbox_pending(w->o.outbox));
    }
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    struct request q;
    mono_ms retry_at = clock_mono_ms() + w->o.open_retry_ms;
    for (;;) {
        mono_ms now = clock_mono_ms();
        if (w->o.outbox == NULL && now >= retry_at) {
            try_open(w);
            retry_at = clock_mono_ms() + w->o.open_retry_ms;
        }
        bool waits = w->o.outbox == NULL; // for the disk too
        if (mailbox_wait(w->mail, !waits ? -1 : now < retry_at ? (int)(retry_at - now) : 0, &q)) {
            serve(w, &q);
        } else if (!waits || atomic_load(&w->closing)) {
            break;
        }
    }
    if (w->o.outbox != NULL) {
        take_back(w);
    }
    return NULL;
}

static void wait_until(struct writer *w, mono_ms deadline)
{
    struct timespec t = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
    pthread_cond_timedwait(&w->changed, &w->lock, &t);
}

// Takes one answer off the list that is decided, or whose deadline has passed; NULL when there is none, with
// *ret_next as the next deadline. Under the lock.
static struct pending *next_over(struct writer *w, mono_ms now, mono_ms *ret_next)
{
    *ret_next = INT64_MAX;
    for (struct pending **at = &w->list; *at != NULL; at = &(*at)->next) {
        struct pending *p = *at;
        if (now >= p->deadline || atomic_load(&p->verdict) != OPEN) {
            *at = p->next;
            return p;
        }
        *ret_next = p->deadline < *ret_next ? p->deadline : *ret_next;
    }
    return NULL;
}

// False: the writer was first.
static bool time_out(struct writer *w, struct pending *p)
{
    pthread_mutex_lock(&w->noting);
    bool timed_out = decide(p, TIMED_OUT);
    if (timed_out) {
        note_unthanked(w, atomic_load(&p->seq));
    }
    pthread_mutex_unlock(&w->noting);
    return timed_out;
}

static void *watch_main(void *arg)
{
    struct writer *w = arg;
    pthread_mutex_lock(&w->lock);
    while (!w->stop || w->list != NULL) {
        struct timespec t;
        clock_gettime(CLOCK_MONOTONIC, &t);
        mono_ms now = (mono_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000, next;
        struct pending *p = next_over(w, now, &next);
        if (p != NULL) {
            pthread_mutex_unlock(&w->lock); // a disk or a log that stalls holds up nobody who presses
            if (time_out(w, p)) {
                report_failure(w, p, SAVE_TIMED_OUT, "disk-slow");
            }
            let_go(p);
            pthread_mutex_lock(&w->lock);
        } else if (next == INT64_MAX && !w->stop) {
            pthread_cond_wait(&w->changed, &w->lock);
        } else if (next != INT64_MAX) {
            wait_until(w, next);
        }
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct writer *writer_create(const struct writer_options *o)
{
    struct writer *w = calloc(1, sizeof *w);
    if (w == NULL) {
        return NULL;
    }
    w->o = *o;
    if (o->outbox != NULL) {
        atomic_store(&w->pending, outbox_pending(o->outbox));
        atomic_store(&w->reason, outbox_was_damaged(o->outbox) ? "outbox-damaged" : "");
    } else {
        try_open(w);
    }
    pthread_mutex_init(&w->lock, NULL);
    pthread_mutex_init(&w->noting, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attr);
    pthread_condattr_destroy(&attr);
    w->mail = mailbox_create(sizeof(struct request), MAIL_CAPACITY);
    w->thread_up = w->mail != NULL && pthread_create(&w->thread, NULL, writer_main, w) == 0;
    w->watch_up = w->thread_up && pthread_create(&w->watch, NULL, watch_main, w) == 0;
    if (!w->watch_up) {
        writer_destroy(w);
        return NULL;
    }
    return w;
}

void writer_destroy(struct writer *w)
{
    if (w == NULL) {
        return;
    }
    atomic_store(&w->closing, true);
    if (w->mail != NULL) {
        mailbox_close(w->mail);
    }
    if (w->thread_up) {
        pthread_join(w->thread, NULL);
    }
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    if (w->watch_up) {
        pthread_join(w->watch, NULL);
    }
    outbox_close(w->owned);
    mailbox_destroy(w->mail);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->noting);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

bool writer_save(struct writer *w, const struct answer *a)
{
    struct pending *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return false;
    }
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    p->answer = *a;
    p->deadline = (mono_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000 + w->o.save_timeout_ms;
    atomic_init(&p->verdict, OPEN);
    atomic_init(&p->owners, 2);
    // The watch first: once the writer has it, it may be decided at any moment.
    pthread_mutex_lock(&w->lock);
    p->next = w->list;
    w->list = p;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    struct request q = {.kind = REQUEST_SAVE, .save = p};
    if (mailbox_post(w->mail, &q)) {
        return true;
    }
    decide(p, SAVED); // takes it from the watch; the caller is told by the return value
    let_go(p);
    return false;
}

bool writer_call(struct writer *w, void (*fn)(struct outbox *ob, void *arg), void *arg)
{
    sem_t done;
    bool ran = false;
    sem_init(&done, 0, 0);
    struct request q = {.kind = REQUEST_CALL, .fn = fn, .arg = arg, .done = &done, .ran = &ran};
    bool ok = mailbox_post(w->mail, &q);
    while (ok && sem_wait(&done) != 0 && errno == EINTR) {
    }
    sem_destroy(&done);
    return ok && ran;
}

void writer_count_ignored(struct writer *w, int presses)
{
    atomic_fetch_add(&w->ignored, presses);
}

int64_t writer_ignored(const struct writer *w)
{
    return atomic_load(&w->ignored);
}

int64_t writer_pending(const struct writer *w)
{
    return atomic_load(&w->pending);
}

int64_t writer_errors(const struct writer *w)
{
    return atomic_load(&w->errors);
}

const char *writer_reason(const struct writer *w)
{
    return atomic_load(&w->reason);
}
