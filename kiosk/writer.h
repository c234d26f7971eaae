// writer: the thread that owns the outbox database. The UI thread posts answers, the uplink thread asks for
// rows and reports acknowledgements; both get replies through callbacks that run on the writer thread and
// must only post (an SDL user event, a mailbox message).
#ifndef PUAS_KIOSK_WRITER_H
#define PUAS_KIOSK_WRITER_H

#include "shared/protocol.h"

#include <stdbool.h>

struct writer;

// What the customer did, before it has a key. The writer adds epoch, seq, boot, at and up.
struct answer {
    uint64_t ticket;       // the UI's number for it, returned with the result
    int64_t visit;         // seq of the visit's first answer as returned by its result; 0: this is the first
    wall_ms at;            // wall clock at the press
    mono_ms up;            // monotonic clock at the press
    enum event_type type;
    struct ident question;
    int score, of;
    int option_count;
    struct ident options[PROTOCOL_OPTIONS_MAX];
    struct ident survey;
    int version;
    char lang[PROTOCOL_LANG_MAX + 1];
    char by[12];           // touch, mouse, key
    int since_ms, fingers; // facts for verdicts
};

enum save_result {
    SAVE_COMMITTED,        // on disk: thank the customer
    SAVE_TIMED_OUT,        // no answer of the disk in 2 s: "please try again"; rolled back, or voided if it came late
    SAVE_FULL,             // disk or outbox full: out of service
    SAVE_FAILED,           // I/O error: out of service
};

struct saved {
    uint64_t ticket;
    enum save_result result;
    int64_t seq;           // of the committed answer, else 0
};

// Called on the writer thread; for SAVE_TIMED_OUT on the writer's watch.
typedef void writer_on_saved(void *ctx, const struct saved *s);

// Posts an answer; false when the mailbox is full (treat as SAVE_FAILED). UI thread. Exactly one on_saved follows
// each accepted post, at most save_timeout_ms later.
bool writer_save(struct writer *w, const struct answer *a);

// Counts that health reports. UI thread.
void writer_count_ignored(struct writer *w, int presses);

#endif
