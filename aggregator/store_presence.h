// store: what was told of kiosks (presence.h), for back-tests.
#ifndef PUAS_AGGREGATOR_STORE_PRESENCE_H
#define PUAS_AGGREGATOR_STORE_PRESENCE_H

#include "aggregator/presence.h"
#include "aggregator/store.h"

// The setting that holds what the aggregator judges by now: "inhibit_ms lost_after_ms" of engine_config.
#define STORE_PRESENCE_TIMES "engine_times"

struct store_presence {
    struct presence p;
    int64_t number; // grows in the order in which it was told
    int64_t event;  // the newest answer that was stored before it
};

// Written in the transaction of the turn; number and event are filled in here.
bool store_presence_put(struct store *st, const struct presence *p);
bool store_presence_any(const struct store *st); // is there a row?

// ---------------------------------------------------------------- reading, also as a reader
// Of one kiosk (0: the aggregator) in [from, to), in order of time.
bool store_presence_each(struct store *st, int32_t kiosk, wall_ms from, wall_ms to,
                         bool (*each)(void *ctx, const struct store_presence *r), void *ctx);
// The newest one before `at`, or the oldest one since.
bool store_presence_before(struct store *st, int32_t kiosk, wall_ms at, struct store_presence *ret_r,
                           bool *ret_found);
bool store_presence_since(struct store *st, int32_t kiosk, wall_ms at, struct store_presence *ret_r,
                          bool *ret_found);
// Since when what kiosks do is known; INT64_MAX: it is not.
bool store_presence_known(struct store *st, wall_ms *ret_since);
// Until when the aggregator listened, of the time before `to`: `to`, or earlier when it was away then, or has been since.
bool store_presence_listened(struct store *st, wall_ms to, wall_ms *ret_until);

// ---------------------------------------------------------------- retention
// Within a transaction: deletes rows before `before` but the newest of them, of `kiosks` kiosks after *kiosk (-1 at
// first). *ret_more false: these were the last.
bool store_presence_retain(struct store *st, wall_ms before, int kiosks, int32_t *kiosk, bool *ret_more);

#endif
