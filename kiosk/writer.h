// writer: the thread that owns the outbox database. The UI thread posts answers and gets one result each
// through a callback; the uplink thread runs its outbox calls on it and waits. Edge file: writer_posix.c
// (pthread).
#ifndef PUAS_KIOSK_WRITER_H
#define PUAS_KIOSK_WRITER_H

#include "shared/protocol.h"

#include <stdbool.h>

struct writer;
struct outbox;

// What the customer did, before it has a key. The outbox adds epoch, seq, boot and place.
struct answer {
    uint64_t ticket; // the UI's number for it, returned with the result
    int64_t visit;   // seq of the visit's first answer as returned by its result; 0: this is the first
    wall_ms at;      // wall clock at the press
    mono_ms up;      // monotonic clock at the press
    enum event_type type;
    struct ident question;
    int score, of;
    int option_count;
    struct ident options[PROTOCOL_OPTIONS_MAX];
    char text[PROTOCOL_TEXT_MAX + 1]; // text, contact (sealed)
    int keep_days;                    // contact
    char ref[PROTOCOL_REF_MAX + 1];   // remote_ref when the visit began; empty: none
    struct ident survey;
    int version;
    char lang[PROTOCOL_LANG_MAX + 1];
    char by[12];           // touch, mouse, key
    int since_ms, fingers; // facts for verdicts
};

enum save_result {
    SAVE_COMMITTED, // on disk: thank the customer
    SAVE_TIMED_OUT, // no answer of the disk in time: "please try again"
    SAVE_FULL,      // disk or outbox full: out of service
    SAVE_FAILED,    // I/O error: out of service
};

struct saved {
    uint64_t ticket;
    enum save_result result;
    int64_t seq; // of the committed answer, else 0
};

// What is not SAVE_COMMITTED is not kept: rolled back; or voided, when the commit came late or it is not known
// whether it was; or undone by the next start, when the program dies before that (outbox_note_unthanked).
// Called on the writer thread; for SAVE_TIMED_OUT on the writer's watch thread. Must only post.
typedef void writer_on_saved(void *ctx, const struct saved *s);

struct writer_options {
    struct outbox
        *outbox; // borrowed until writer_destroy; touched by the writer thread only. NULL: see `open`
    // Opens the outbox: called by writer_create, and while it gives none again and again on the writer
    // thread, every open_retry_ms. The writer owns what it gives. Else *ret_reason says why not, as
    // writer_reason does; presses are answered with SAVE_FULL or SAVE_FAILED meanwhile, and writer_call says
    // no. NULL when `outbox` is given.
    struct outbox *(*open)(void *ctx, const char **ret_reason);
    void *open_ctx;
    int64_t open_retry_ms;
    int64_t save_timeout_ms; // 2000
    writer_on_saved *on_saved;
    void *ctx; // of on_saved
    // A row was committed or writer_reason has changed: wakes the uplink. Writer or watch thread. May be NULL
    void (*on_change)(void *ctx);
    void *change_ctx;
};

// Starts the threads. NULL when memory or threads run out.
struct writer *writer_create(const struct writer_options *o);
// Finishes what was posted, stops and joins. Accepts NULL.
void writer_destroy(struct writer *w);

// Posts an answer; false when the mailbox is full (treat as SAVE_FAILED). UI thread. Exactly one on_saved
// follows each accepted post, at most about save_timeout_ms later.
bool writer_save(struct writer *w, const struct answer *a);

// Counts that health reports. Any thread.
void writer_count_ignored(struct writer *w, int presses);
int64_t writer_ignored(const struct writer *w);
int64_t writer_pending(const struct writer *w);    // answers that are not acknowledged yet
int64_t writer_errors(const struct writer *w);     // saves that failed since start
const char *writer_reason(const struct writer *w); // static: "", "disk-full", "outbox-error", "disk-slow"

// Runs fn(outbox, arg) on the writer thread and waits for it. The uplink thread. False, and fn was not
// called, when the writer is stopping, has no outbox yet, or cannot take an unthanked press back.
bool writer_call(struct writer *w, void (*fn)(struct outbox *ob, void *arg), void *arg);

#endif
