// store: imports of history. Each is an epoch of the kiosk `import`: its answers are answers like all others, always
// late, so they enter rollups and trends and never a live window. Undone, exactly they go, out of the rollups too;
// the row of the import stays.
#ifndef PUAS_AGGREGATOR_STORE_IMPORT_H
#define PUAS_AGGREGATOR_STORE_IMPORT_H

#include "aggregator/store.h"

enum { STORE_IMPORT_NAME = 200 };

enum import_state { IMPORT_RUNNING, IMPORT_DONE, IMPORT_UNDOING, IMPORT_UNDONE };

struct store_import {
    int64_t import_id; // 0: none
    int32_t epoch_id;
    char sha256[PROTOCOL_HASH_HEX + 1], name[STORE_IMPORT_NAME + 1], who[65];
    wall_ms at;
    enum import_state state;
    int64_t lines, answers, rejected;
    wall_ms first_at, last_at;
};

// The newest of this content; import_id 0: there was none. *ret_count: how many there were.
bool store_find_import(struct store *st, const char *sha256, struct store_import *ret_i, int *ret_count);
bool store_import(struct store *st, int64_t import_id, struct store_import *ret_i); // import_id 0 in it: none
bool store_put_import(struct store *st,
                      struct store_import *i); // import_id 0: new, it is filled in; else all of it
// The one that is being undone; import_id 0: none.
bool store_undoing(struct store *st, struct store_import *ret_i);
// Answers of it that are stored; fewer than it had when retention has deleted some, or it is being undone.
bool store_import_left(struct store *st, const struct store_import *i, int64_t *ret_left);
// Deletes the next pack of it. *ret_more false: that was all.
bool store_undo_slice(struct store *st, const struct store_import *i, int32_t kiosk, bool *ret_more);
bool store_is_import(struct store *st, int32_t epoch_id, bool *ret_is);

#endif
