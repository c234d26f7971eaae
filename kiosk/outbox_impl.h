// outbox_impl: what the outbox's files share. Nobody else includes it.
//   outbox_sqlite.c         the statements; opening, what the last start has left, closing
//   outbox_press_sqlite.c   for the writer: a press is stored, or taken back
//   outbox_uplink_sqlite.c  for the uplink: what is to be sent, what is settled, what goes
#ifndef PUAS_KIOSK_OUTBOX_IMPL_H
#define PUAS_KIOSK_OUTBOX_IMPL_H

#include "kiosk/outbox.h"

#include <sqlite3.h>

// In `event.state`, by number in the statements.
enum row_state { ROW_PENDING, ROW_SETTLED, ROW_REJECTED, ROW_ASIDE };
enum { PRUNE_ROWS = 500 }; // as the statements have it

enum statement {
    S_BEGIN,
    S_COMMIT,
    S_ROLLBACK,
    S_NEXT_SEQ,
    S_INSERT,
    S_COUNT_VOTE,
    S_FETCH,
    S_EPOCH,
    S_EPOCH_BY_BLOB,
    S_SETTLE,
    S_WIPE,
    S_REJECT,
    S_REOPEN,
    S_SET_RUN,
    S_THROUGH,
    S_ASIDE,
    S_HELD,
    S_UNSYNCED,
    S_PENDING,
    S_COUNTS,
    S_DATE,
    S_PRUNE,
    S_PRUNE_EPOCHS,
    S_VOTE_OF,
    S_ERASE_VOTES,
    S_ERASE_REF,
    S_ERASE,
    S_DROP,
    S_DROP_SEQ,
    S_RESEND,
    S_COUNT
};

struct outbox {
    sqlite3 *db;               // owned; NULL after an I/O error until reopened
    sqlite3_stmt *st[S_COUNT]; // owned
    char *path;                // owned
    uint8_t epoch[EPOCH_BYTES];
    int64_t epoch_id, boot, pending; // pending: unacknowledged rows, kept up to date
    int64_t max_pending, keep_ms;
    struct ident branch, place;
    bool damaged;
    int64_t salvaged, lost; // rows brought over from the damaged file, and not
    int lock_fd;            // held while open: two programs would each judge by their own counts
    int unthanked;          // file, see unthanked.h
};

// Maps a failed call to a result. After anything but a full disk the connection is not trusted any more: it
// is closed (which rolls back) and the next call opens it again (fsync errors are never assumed to be
// mended).
enum outbox_result outbox_failed(struct outbox *ob);
// Opens it again after an error: what the failed transaction has left is counted anew. Closed when it cannot
// be counted either.
bool outbox_ready(struct outbox *ob);
sqlite3_stmt *outbox_stmt(struct outbox *ob, enum statement s); // to be bound anew
// Runs a statement that returns nothing of interest. True on success.
bool outbox_done(sqlite3_stmt *st);
int64_t outbox_free_bytes(const struct outbox *ob); // of its disk; INT64_MAX: nobody knows
bool outbox_count_pending(struct outbox *ob);
bool outbox_count_vote(struct outbox *ob, int64_t epoch_id, int score, int of, int by);
void outbox_bind_text(sqlite3_stmt *st, int i, const char *s); // borrowed until the statement is bound anew
void outbox_copy_text(sqlite3_stmt *st, int column, char *ret, size_t n);

#endif
