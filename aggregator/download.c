#include "aggregator/download.h"

#include "shared/log.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { LEAST_NICE = 19 };

struct downloads {
    pthread_mutex_t lock;
    bool closing;
    int count;
    struct download *list[DOWNLOADS_MAX]; // borrowed
};

struct download {
    struct downloads *all;
    struct download_work work; // the thread's
    pthread_t thread;
    pthread_cond_t room; // for the thread: there is room again, or it is over
    bool gone;           // nobody reads any more
    bool done, failed;   // the thread has ended its work
    bool parked;
    const struct hub_ops *ops;
    void *ctx;
    char *buffer; // owned: DOWNLOAD_BYTES, a ring
    size_t begin, used;
};

struct downloads *downloads_create(void)
{
    struct downloads *all = calloc(1, sizeof *all);
    if (all != NULL) {
        pthread_mutex_init(&all->lock, NULL);
    }
    return all;
}

// All below: with the lock held.
static void wake(struct download *d)
{
    if (d->parked) {
        d->parked = false;
        d->ops->wake(d->ctx);
    }
}

void downloads_close(struct downloads *all)
{
    pthread_mutex_lock(&all->lock);
    all->closing = true;
    for (int i = 0; i < all->count; i++) {
        pthread_cond_signal(&all->list[i]->room);
        wake(all->list[i]);
    }
    pthread_mutex_unlock(&all->lock);
}

void downloads_destroy(struct downloads *all)
{
    if (all != NULL) {
        pthread_mutex_destroy(&all->lock);
        free(all);
    }
}

static void copy_in(struct download *d, const char *data, size_t n)
{
    size_t at = (d->begin + d->used) % DOWNLOAD_BYTES;
    size_t first = n < DOWNLOAD_BYTES - at ? n : DOWNLOAD_BYTES - at;
    memcpy(d->buffer + at, data, first);
    memcpy(d->buffer, data + first, n - first);
    d->used += n;
}

static size_t copy_out(struct download *d, char *ret, size_t n)
{
    n = n < d->used ? n : d->used;
    size_t first = n < DOWNLOAD_BYTES - d->begin ? n : DOWNLOAD_BYTES - d->begin;
    memcpy(ret, d->buffer + d->begin, first);
    memcpy(ret + first, d->buffer, n - first);
    d->begin = (d->begin + n) % DOWNLOAD_BYTES;
    d->used -= n;
    return n;
}

// ---------------------------------------------------------------- the thread

static bool put(void *ctx, const void *data, size_t n)
{
    struct download *d = ctx;
    const char *p = data;
    pthread_mutex_lock(&d->all->lock);
    while (n > 0 && !d->gone && !d->all->closing) {
        size_t piece = n < DOWNLOAD_BYTES - d->used ? n : DOWNLOAD_BYTES - d->used;
        if (piece == 0) {
            pthread_cond_wait(&d->room, &d->all->lock);
            continue;
        }
        copy_in(d, p, piece);
        p += piece;
        n -= piece;
        wake(d);
    }
    bool on = !d->gone && !d->all->closing;
    pthread_mutex_unlock(&d->all->lock);
    return on;
}

static void *run(void *arg)
{
    struct download *d = arg;
    char why[300];
    setpriority(PRIO_PROCESS, (id_t)gettid(), LEAST_NICE); // seconds of work: votes come first
    bool ok = d->work.write(d->work.ctx, put, d, why, sizeof why);
    if (why[0] != '\0') {
        log_event(LOG_ERROR, "download_failed", "what=%s why=%Q", d->work.name, why);
    }
    pthread_mutex_lock(&d->all->lock);
    d->done = true;
    d->failed = !ok;
    wake(d);
    pthread_mutex_unlock(&d->all->lock);
    return NULL;
}

// ---------------------------------------------------------------- the reader

struct download *download_create(struct downloads *all, const struct download_work *w)
{
    struct download *d = calloc(1, sizeof *d);
    char *buffer = malloc(DOWNLOAD_BYTES);
    bool started = false;
    if (d != NULL && buffer != NULL) {
        *d = (struct download){.all = all, .work = *w, .buffer = buffer};
        pthread_cond_init(&d->room, NULL);
        pthread_mutex_lock(&all->lock);
        started =
            !all->closing && all->count < DOWNLOADS_MAX && pthread_create(&d->thread, NULL, run, d) == 0;
        if (started) {
            all->list[all->count++] = d;
        }
        pthread_mutex_unlock(&all->lock);
    }
    if (!started) {
        w->close(w->ctx);
        free(buffer);
        free(d);
        return NULL;
    }
    return d;
}

void download_watch(struct download *d, const struct hub_ops *ops, void *ctx)
{
    d->ops = ops;
    d->ctx = ctx;
}

ssize_t download_take(struct download *d, char *ret, size_t n)
{
    ssize_t taken = 0;
    pthread_mutex_lock(&d->all->lock);
    if (d->all->closing || (d->done && d->failed)) {
        taken = DOWNLOAD_BROKEN;
    } else if (d->used > 0) {
        taken = (ssize_t)copy_out(d, ret, n);
        pthread_cond_signal(&d->room);
    } else if (d->done) {
        taken = DOWNLOAD_END;
    } else {
        d->parked = true;
        d->ops->park(d->ctx);
    }
    pthread_mutex_unlock(&d->all->lock);
    return taken;
}

void download_destroy(struct download *d)
{
    if (d == NULL) {
        return;
    }
    struct downloads *all = d->all;
    pthread_mutex_lock(&all->lock);
    d->gone = true;
    pthread_cond_signal(&d->room);
    pthread_mutex_unlock(&all->lock);
    pthread_join(d->thread, NULL);
    pthread_mutex_lock(&all->lock);
    for (int i = 0; i < all->count; i++) {
        if (all->list[i] == d) {
            all->list[i] = all->list[--all->count];
        }
    }
    pthread_mutex_unlock(&all->lock);
    pthread_cond_destroy(&d->room);
    d->work.close(d->work.ctx);
    free(d->buffer);
    free(d);
}
