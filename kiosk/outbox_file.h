// outbox file: the file of the outbox, before anything is asked of it: its tables, whether it is sound, and
// what is done when it is not. Only for outbox_sqlite.c.
//
// A damaged file is replaced in steps of which each can be the last before a power cut:
//
//   PATH damaged                     what can be read of it goes into PATH.making; nothing else is touched
//   PATH damaged, PATH.making        complete, on disk: renamed to PATH.made
//   PATH damaged, PATH.made          from here on the exchange is finished at every start
//   PATH.damaged-TIME, PATH.made     the damaged one stands aside, with its -wal, for people to look at
//   PATH.damaged-TIME, PATH          done
//
// A PATH.making that is found at a start is thrown away: the damaged file is still in its place.
#ifndef PUAS_KIOSK_OUTBOX_FILE_H
#define PUAS_KIOSK_OUTBOX_FILE_H

#include "kiosk/outbox.h"
#include "kiosk/outbox_salvage.h"

struct sqlite3;

// Opens or creates the file with its tables. Returns a result code of SQLite; on success *ret_db is the
// caller's.
int outbox_file_open(const char *path, struct sqlite3 **ret_db);

// Finishes an exchange that was cut short, checks the file, and exchanges it when it is damaged: it is no
// database, or a check of its pages or rows has failed. `distrust`: exchange it also when they pass. A file
// that cannot be read or written just now (rights, full disk, I/O error) may be good: it is left as it is.
// OUTBOX_OK: there is a sound file, or none yet. *ret_damaged: it was exchanged, *ret_found says with what.
// OUTBOX_FULL, OUTBOX_READONLY, OUTBOX_IO: not now. *ret_why is a static sentence.
enum outbox_result outbox_file_mend(const struct outbox_options *o, wall_ms now, bool distrust,
                                    bool *ret_damaged, struct salvage *ret_found, const char **ret_why);

// Deletes what was put aside as damaged.
void outbox_file_forget_damaged(const char *path);

// What a result code of SQLite means for the outbox as a whole, with a sentence for staff.
enum outbox_result outbox_file_verdict(int rc, const char **ret_why);

#endif
