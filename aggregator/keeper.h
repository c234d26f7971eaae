// keeper: the thread beside the core that looks after the store as a whole. After a start it checks that the
// store is sound (sound.h), which takes too long to wait for; then it makes backups by schedule (backup.h).
// It only reads the store, through connections of its own that give way. What it finds is told in the log and
// by keeper_status.
//
// Damage is remembered in <data>/puas.db.damaged, so that the next start knows before it has looked: until a
// check finds the store sound or puasctl restore has put another in its place, the core holds (guard.h).
#ifndef PUAS_AGGREGATOR_KEEPER_H
#define PUAS_AGGREGATOR_KEEPER_H

#include "aggregator/backup.h"
#include "aggregator/settings.h"

struct keeper;

enum keeper_check {
    KEEPER_CHECKING,
    KEEPER_SOUND,
    KEEPER_DAMAGED,
    KEEPER_UNFINISHED, // cut off; tried again in an hour
};

struct keeper_status {
    enum keeper_check check;
    char why[300];      // damaged, unfinished
    wall_ms checked_at; // 0: never yet
    int64_t check_ms;
    struct backup_note backup;
    bool overdue; // by the schedule a backup should be there: it is half as old again as it may be
};

// Starts it. `s` is borrowed until destroy. NULL: out of memory or threads.
struct keeper *keeper_create(const struct settings *s);
void keeper_destroy(struct keeper *k); // accepts NULL; ends a check or copy under way within moments
void keeper_status(struct keeper *k, struct keeper_status *ret); // any thread
enum keeper_check keeper_check(struct keeper *k);                // any thread
const char *keeper_check_name(enum keeper_check c); // "checking", "sound", "damaged", "unfinished"

// The memory of damage. `why` (n bytes) is "" where there is none.
void keeper_damage(const char *data, char *ret_why, size_t n);
bool keeper_note_damage(const char *data, const char *why); // false: it cannot be written
void keeper_forget_damage(const char *data);

// When the next backup is due after `now`, in ms; 0: now; INT64_MAX: never. A failed one is tried again after
// an hour, or after every_ms where that is less.
int64_t keeper_backup_wait(const struct backup_note *note, int64_t every_ms, wall_ms now);

#endif
