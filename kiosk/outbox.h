// outbox: the kiosk's durable store of answers (SQLite, WAL, synchronous=FULL). Edge: outbox*_sqlite.c.
// One thread owns it (the writer). An answer is on disk before it is thanked, and stays until 30 days after
// the aggregator has acknowledged it, so that a restored aggregator can have it again. But the text of a
// contact is wiped, from the file too, once it is acknowledged: PROTOCOL.md, "Contact data".
//
// A row is pending, settled (acknowledged), rejected (answered as unusable) or set aside (never answered).
// Each program start draws a new epoch; seq counts 1, 2, 3 ... within it, in the press's own transaction.
#ifndef PUAS_KIOSK_OUTBOX_H
#define PUAS_KIOSK_OUTBOX_H

#include "kiosk/writer.h"
#include "shared/protocol.h"

struct outbox;

enum outbox_result {
    OUTBOX_OK,
    OUTBOX_FULL,     // disk full, or the limit of unacknowledged rows reached
    OUTBOX_IO,       // I/O error; the database has been closed and is reopened by the next call
    OUTBOX_CORRUPT,  // outbox_open only: and a new file is no better
    OUTBOX_READONLY, // outbox_open only: the folder is missing or cannot be written
    OUTBOX_IN_USE,   // outbox_open only: another kiosk program has it open
};

struct outbox_options {
    const char *path;    // of the database; its folder exists. Borrowed during outbox_open
    struct ident branch; // of the assignment, for the new epoch
    struct ident place;  // may be empty
    int64_t max_pending; // refuse visibly above this many unacknowledged rows
    int64_t keep_ms;     // settled rows are pruned this long after they were settled
};

// Opens or creates the database, checks it (of a damaged one what can still be read goes into a new one, then
// it is put aside as PATH.damaged-TIME; outbox_file.h says how a power cut in between is survived), undoes
// the press that PATH.unthanked names (see outbox_note_unthanked), counts the start and draws the epoch. A
// file that just cannot be read or written is left alone: try again later. On failure *ret_why is a static
// sentence for the log.
enum outbox_result outbox_open(const struct outbox_options *o, wall_ms now, struct outbox **ret_ob,
                               const char **ret_why);
void outbox_close(struct outbox *ob); // accepts NULL

const uint8_t *outbox_epoch(const struct outbox *ob); // current epoch, EPOCH_BYTES, valid until close
int64_t outbox_boot(const struct outbox *ob);
int64_t outbox_pending(const struct outbox *ob); // rows not acknowledged
// Visits whose first answer was given since then and not taken back; 0 also when the disk fails.
int outbox_visits_since(struct outbox *ob, wall_ms since);
int64_t outbox_salvaged(const struct outbox *ob); // rows brought over from it
int64_t outbox_lost(const struct outbox *ob);     // given out, not acknowledged, not to be read any more
bool outbox_was_damaged(const struct outbox *ob); // an earlier file was put aside at open

// One press: begin + insert; then commit (durable when it returns OUTBOX_OK) or roll back.
enum outbox_result outbox_append(struct outbox *ob, const struct answer *a, enum clock_quality clock,
                                 int64_t *ret_seq);
enum outbox_result outbox_commit(struct outbox *ob);
void outbox_rollback(struct outbox *ob);
// Notes, before the customer is told, a press of this start that is not thanked though it may be on disk: its
// commit has not returned in time, or has failed. Should the program die before outbox_void has taken it back,
// the next outbox_open undoes it, row and seq, as if it had been rolled back. The note does not wait for the
// disk: a power cut may take it and leave the press, which then counts though nobody was thanked. Any thread,
// also while the commit hangs. False: it cannot be written, errno says why.
bool outbox_note_unthanked(struct outbox *ob, int64_t seq);
// Takes back a press that was not thanked: a void event, in a transaction of its own; then its note is
// cleared. No void when the press is not on disk, or was taken back before. Until it returns OUTBOX_OK nothing
// may be appended or fetched: the press could be sent, or its seq be given to another.
enum outbox_result outbox_void(struct outbox *ob, int64_t seq, wall_ms at, mono_ms up);

// ---------------------------------------------------------------- for the uplink
struct outbox_cursor {
    int64_t epoch_id, seq;
}; // rows after this one; {0,0}: from the oldest

struct outbox_batch {
    int64_t epoch_id; // local number of the epoch; grows with age: oldest first
    uint8_t epoch[EPOCH_BYTES];
    bool running; // of this start: `sent_up` may be sent
    struct ident branch;
    int count;            // 0: nothing pending after the cursor
    struct event *events; // borrowed: the caller's array of PROTOCOL_EVENTS_MAX
};
// Up to `max` pending rows of one epoch after the cursor, oldest first. `only_current`: of the current epoch.
enum outbox_result outbox_fetch(struct outbox *ob, struct outbox_cursor after, bool only_current, int max,
                                struct outbox_batch *b);

// An acknowledgement: counts only when run equals the run that this epoch was last synced with (rule 4).
// *ret_counted says whether it did. *ret_rows: rows that changed from pending.
// `now` is when they were settled; 0: the clock is not set.
enum outbox_result outbox_settle(struct outbox *ob, const struct ack_message *ack, wall_ms now,
                                 bool *ret_counted, int64_t *ret_rows);
// A sync: rows of the named epochs that it does not cover become pending again, set-aside ones too; stores
// the run.
enum outbox_result outbox_sync(struct outbox *ob, const struct ack_message *sync, int64_t *ret_reopened);
// Makes every row that is kept pending again, as a sync that covers nothing would. *ret_rows: pending now.
enum outbox_result outbox_resend(struct outbox *ob, int64_t *ret_rows);
// Erases what a visit has said, from the file and its log (PROTOCOL.md, erase); `score`: the visit as a whole. What
// was put aside as damaged goes too: it may hold it. *ret_rows: that were deleted; 0 also for an epoch that is not
// here.
enum outbox_result outbox_erase(struct outbox *ob, const uint8_t *epoch, int64_t visit, bool score,
                                int64_t *ret_rows);
// Gives up on a row for this run (rule 6).
enum outbox_result outbox_set_aside(struct outbox *ob, const uint8_t *epoch, int64_t seq);

// Epochs for a birth: the current one first, then those whose last sync is of none of the `run_count` (at
// most OUTBOX_RUNS_MAX) runs that are shown now; at most PROTOCOL_EPOCHS_MAX, oldest first. *ret_unsynced:
// how many of the latter there are in all (the current one included when it is one).
enum { OUTBOX_RUNS_MAX = 4 };
enum outbox_result outbox_held(struct outbox *ob, const char *const *runs, int run_count,
                               struct held_epoch *ret, int *ret_count, int *ret_unsynced);
// Counts for health: current epoch and each with pending rows, at most PROTOCOL_EPOCHS_MAX, newest first.
struct outbox_counts {
    int64_t pending, oldest_at, free_disk_bytes;
    int epoch_count;
    struct health_epoch epochs[PROTOCOL_EPOCHS_MAX];
};
enum outbox_result outbox_count(struct outbox *ob, struct outbox_counts *ret);

// Deletes rows that were settled more than keep_ms ago, and epochs without rows; bounded work a call. `now`
// is 0 while the clock is not set: then no row is old.
enum outbox_result outbox_prune(struct outbox *ob, wall_ms now);

#endif
