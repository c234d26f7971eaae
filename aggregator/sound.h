// sound: is a database whole? SQLite's quick_check, a table at a time, so that no snapshot is held for long,
// and then what the answers say against the settled marks: all that was acknowledged must be there, once, and
// readable. Reads everything: 92 million ratings (1.1 GB) take about half a minute from a cold disk, which is
// why nobody waits for it.
#ifndef PUAS_AGGREGATOR_SOUND_H
#define PUAS_AGGREGATOR_SOUND_H

#include "aggregator/store.h"

enum sound {
    SOUND,
    SOUND_NOT,     // damaged, or what was acknowledged is missing: ret_why says what and where
    SOUND_UNKNOWN, // cut off, or it could not be read now: ret_why says why
};

struct sound_report {
    int64_t answers, epochs;
};

// `st`: a reader. `part` (may be NULL) hears of each table before it is looked at.
enum sound sound_check(struct store *st, void (*part)(void *ctx, const char *name), void *ctx,
                       struct sound_report *ret_r, char *ret_why, size_t n);

#endif
