// store: retention: what is old enough goes, a slice at a time. Comments (and refs) leave their answers, which stay;
// answers go pack by pack, and their keys stay settled, so that one that is sent again is acknowledged and not
// stored again. A pack waits for those answers of its visits that lie in another pack and are not old enough: what they
// count as follows from the whole visit. Rollups stay for ever: those before `raw_before` can be proven no more, and are
// never made anew. Quarantined messages lose their bytes with the comments.
#ifndef PUAS_AGGREGATOR_STORE_RETENTION_H
#define PUAS_AGGREGATOR_STORE_RETENTION_H

#include "aggregator/store.h"

struct store_retention {
    wall_ms comments_before; // event times; 0: for ever
    wall_ms raw_before;      // the same; begins a quarter hour
};

// Answers before this may be gone; 0: none is. It never goes back.
bool store_raw_before(struct store *st, wall_ms *ret_before);
bool store_set_raw_before(struct store *st, wall_ms before);

// One slice, in a transaction: the packs after *cursor (0 at first), at most `packs`, that arrived before `settled` (the
// newest pack always stays) and whose answers have ids up to `through` (they have been judged). *ret_more false: that
// was the last; *ret_changed: something was deleted.
bool store_retain(struct store *st, const struct store_retention *r, wall_ms settled, int64_t through,
                  int packs, int64_t *cursor, bool *ret_more, bool *ret_changed);

#endif
