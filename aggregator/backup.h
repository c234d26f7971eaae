// backup: a checked copy of the store while it is written to, and the note of the last one. The copy is made
// by one VACUUM INTO: it reads one snapshot, never waits for the writer nor lets it wait, leaves out free
// pages, and can be stopped. (Measured on 1 GB in memory: 1.5 s. sqlite3_backup in one step takes as
// long and cannot be stopped; in many steps it begins anew with every commit.) It is used by the daemon's
// keeper and by puasctl, which does not need the daemon.
#ifndef PUAS_AGGREGATOR_BACKUP_H
#define PUAS_AGGREGATOR_BACKUP_H

#include "aggregator/sound.h"

enum { BACKUP_PATH = 500, BACKUP_WHY = 300 };

struct backup_options {
    const char *store; // path of the database
    const char *to;    // path of the copy; its folder must exist
    bool force;        // takes the place of what is there; false: refused
    int64_t disk_stop; // room that must stay on the disk of the copy, as in the settings (guard.h)
    // Now and then, the parts in order: copying (of: estimated), then checking (of 0). False: stop. NULL:
    // none.
    bool (*progress)(void *ctx, int64_t bytes, int64_t of);
    void *ctx;
};

struct backup_report {
    int64_t bytes, took_ms, answers;
};

// Writes to `to`.part, checks that (sound.h), and only then gives it its name: what is at `to` is whole,
// always. The write-ahead log cannot be written over meanwhile; when it has grown to STORE_LOG_MOST_BYTES the
// copy gives up. False: *ret_why (n bytes) says what, where and what to do; nothing is left behind.
bool backup_make(const struct backup_options *o, struct backup_report *ret_r, char *ret_why, size_t n);

// ---------------------------------------------------------------- the note: <data>/backup.json
// What is known of the copies made of a store, whoever made them. It is no part of the store, so a restore
// leaves it, and has the owner of the data folder.
struct backup_note {
    wall_ms at; // when the last good one was begun; 0: none
    int64_t took_ms, bytes;
    char file[BACKUP_PATH];
    wall_ms failed_at; // of the last one that failed since; 0: none
    char why[BACKUP_WHY];
};

void backup_note_read(const char *data, struct backup_note *ret_note); // all zero where there is none
// Puts on note how a copy begun at `at` ended; r NULL: it failed, `why` says why. A note that cannot be
// written is no failure: the copy is there.
void backup_note_made(const char *data, const struct backup_options *o, wall_ms at,
                      const struct backup_report *r, const char *why);

#endif
