// outbox salvage: brings what can still be read of a damaged outbox into a new one. Answers were thanked for:
// each one that is left on the card counts. Only for outbox_sqlite.c.
#ifndef PUAS_KIOSK_OUTBOX_SALVAGE_H
#define PUAS_KIOSK_OUTBOX_SALVAGE_H

#include <stdint.h>

struct sqlite3;

// Copies epochs and rows of the damaged file at `path`, which is only read, into `into`: a new outbox with
// its tables and nothing in them. Rows that are not sound one by one are left out. Returns how many rows were
// brought over; -1: the new file cannot be written.
int64_t outbox_salvage(struct sqlite3 *into, const char *path);

#endif
