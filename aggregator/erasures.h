// erasures: the log of what was erased, outside the database: <data>/erasures.log. A store that was restored from
// a backup holds again what had been erased since; at every start the aggregator does all of it again. It names
// visits by their keys and holds no words. It must stay when a backup is put back, and belongs to the data
// folder alone, not into backups of the store.
//
//   KIOSK EPOCH VISIT words|score MS       one line each, appended and on disk before the store is changed
//
// Edge: erasures_posix.c. The core thread's.
#ifndef PUAS_AGGREGATOR_ERASURES_H
#define PUAS_AGGREGATOR_ERASURES_H

#include "shared/clock.h"
#include "shared/ident.h"

struct erasure {
    struct ident kiosk;
    uint8_t epoch[EPOCH_BYTES];
    int64_t visit; // 1..
    bool score;    // the score too
    wall_ms at;
};

// On disk when it returns. False: *ret_why (n bytes) says why not; nothing may be erased then.
bool erasures_append(const char *folder, const struct erasure *e, char *ret_why, size_t n);
// Calls `each` for every line that can be read, oldest first; *ret_bad counts the others (the last one may have been
// cut short: then it was never done). No file: there is nothing. False: it cannot be read (why), or `each` said so
// (why "").
bool erasures_each(const char *folder, bool (*each)(void *ctx, const struct erasure *e), void *ctx,
                   int *ret_bad, char *ret_why, size_t n);

#endif
