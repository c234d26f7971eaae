// download: an answer that takes its time, on its way to a browser: an export, a back-test. A thread of its own writes it
// into a buffer of fixed size, from which the HTTP server takes what has come: neither the work nor a slow reader keeps a
// thread of the server or the store waiting. At most DOWNLOADS_MAX at a time.
#ifndef PUAS_AGGREGATOR_DOWNLOAD_H
#define PUAS_AGGREGATOR_DOWNLOAD_H

#include "aggregator/export.h"
#include "aggregator/hub.h"

#include <sys/types.h>

enum { DOWNLOADS_MAX = 4, DOWNLOAD_BYTES = 256 * 1024 };

struct downloads; // those that run
struct download;

struct downloads *downloads_create(void); // NULL: out of memory
// Ends all: download_take answers DOWNLOAD_BROKEN from now on, and those that are parked are woken.
void downloads_close(struct downloads *all);
void downloads_destroy(struct downloads *all); // after the last download_destroy; accepts NULL

struct download_work {
    const char *name; // static, for the log
    // In the thread, once. False: `put` had enough, or it failed, and ret_why (n bytes) is not "".
    bool (*write)(void *ctx, export_put *put, void *put_ctx, char *ret_why, size_t n);
    void (*close)(void *ctx);
    void *ctx; // owned: closed at the end
};
// Takes the work over, also on failure. NULL: too many run, memory or threads ran out.
struct download *download_create(struct downloads *all, const struct download_work *w);
// As hub_ops: park within download_take, when nothing is there; wake from any thread. Before the first take.
void download_watch(struct download *d, const struct hub_ops *ops, void *ctx);
// Bytes written to ret (at most n); 0: parked; below 0:
enum {
    DOWNLOAD_END = -1,
    DOWNLOAD_BROKEN = -2
}; // BROKEN: it failed (logged), the reader must not take it for whole
ssize_t download_take(struct download *d, char *ret, size_t n);
void download_destroy(struct download *d); // accepts NULL; waits for its thread, which soon ends

#endif
