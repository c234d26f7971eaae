// outbox salvage: what a file of the outbox must hold to be believed, and what can still be brought over from
// one that is damaged. Answers were thanked for: each one that is left on the card counts. Only for
// outbox_file_sqlite.c.
#ifndef PUAS_KIOSK_OUTBOX_SALVAGE_H
#define PUAS_KIOSK_OUTBOX_SALVAGE_H

#include "shared/ident.h"

#include <stdbool.h>
#include <stdint.h>

struct sqlite3;

// Adds the columns that a file of an older program lacks. Asked of the tables themselves, not of a version: a
// card may go back to an older program and return. Returns a result code of SQLite.
int outbox_add_columns(struct sqlite3 *db);

// Reads every row: types and ranges, keys in their order, and what the index says is pending. SQLite's own
// check sees none of that. Tables that are not there yet are sound. Returns a result code of SQLite: 0 is
// sound, SQLITE_CORRUPT is not, others (I/O error, out of memory) leave it open.
int outbox_check_rows(struct sqlite3 *db);

struct salvage {
    int64_t rows; // brought over
    int64_t lost; // given out, not acknowledged, and not to be read any more: declared in health
};

// Copies epochs and rows of `damaged`, which is only read, into `into`: a new outbox with its tables and
// nothing in them, or with what an earlier call has brought. Rows that are not sound one by one are left out.
// Call it twice: the `last` one also takes rows whose keys are out of order, rows of which only the answer
// can be read (they are sent again), and what the first has missed because a read failed (SQLite may call
// that damage). `branch` and `place` are those of today's assignment: for an epoch of which only the key can
// be read. False: `into` cannot be written, or `damaged` not be read for want of memory or for an I/O error:
// try again later.
bool outbox_salvage_copy(struct sqlite3 *into, struct sqlite3 *damaged, const struct ident *branch,
                         const struct ident *place, bool last);

// After the last copy: sets the counters of each epoch right, says in `lost` what is missing. Returns a
// result code of SQLite.
int outbox_salvage_count(struct sqlite3 *into, struct salvage *ret);

#endif
