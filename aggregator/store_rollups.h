// store_rollups: the rollups by local day up the place tree (rollups.h): kept with every vote, proven against
// the finer ones, and built anew where they are due. For the core, puasctl and tests.
//
// A slice of building compares some days of one place with what they must be and writes the difference;
// places under it come first. So it may end after any slice, be killed, go on later, and votes of any day may
// come in between: what has been built stays right.
#ifndef PUAS_AGGREGATOR_STORE_ROLLUPS_H
#define PUAS_AGGREGATOR_STORE_ROLLUPS_H

#include "aggregator/rollups.h"
#include "aggregator/store.h"

enum { STORE_SLICE_DAYS = 32 }; // at most, of a place and the places right under it

// From now on votes count up the tree. Without one (above NULL: none) only at their place, by quarter
// hour, and that place and those above it are marked: somebody with a tree must build them.
void store_set_tree(struct store *st, const struct rollup_tree *t);

// Marks a place, the places above it and all under it: their rollups are to be built. place 0: every place.
// raw: those by quarter hour too, from the answers. Call before and after a place moves: both branches of the
// tree change.
bool store_rollups_mark(struct store *st, int32_t place, bool raw);
// Places that are still marked.
bool store_rollups_left(struct store *st, int64_t *ret_places);
// Builds up to `days` days of one marked place. Within a transaction, with a tree. *ret_more false: nothing
// was to be done. The answers of a place are read in slices too, from one snapshot.
bool store_rollups_slice(struct store *st, int days, bool *ret_more);

// The first day at or after `day` for which there is anything of a place. *ret_found false: none.
bool store_rollups_next_day(struct store *st, int32_t place, int32_t day, int32_t *ret_day, bool *ret_found);
// What must be added to the rows of a place's days [from, to) to make them right: only rows of its key that
// differ are not zero. ret is cleared first. Reads only.
bool store_rollups_difference(struct store *st, int32_t place, int32_t from, int32_t to, struct rollups *ret);

#endif
