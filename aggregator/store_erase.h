// store: erasure: what a visit has said is taken out of answers, contact data and quarantine. What stays of an
// answer is its row, flagged EVENT_ERASED; with its score erased it is as one that was taken back. The database is
// opened with secure_delete; store_empty_log takes the rest out of the write-ahead log.
#ifndef PUAS_AGGREGATOR_STORE_ERASE_H
#define PUAS_AGGREGATOR_STORE_ERASE_H

#include "aggregator/store.h"

struct store_erasure {
    int32_t epoch_id, kiosk;
    uint8_t epoch[EPOCH_BYTES];
    int64_t visit;
    bool score; // scores and choices too
};

// The visit that an answer belongs to; seq itself where there is none.
bool store_visit_of(struct store *st, int32_t epoch_id, int64_t seq, int64_t *ret_visit);
// Erases and notes that it was. *ret_answers: those that had something to lose. Again: nothing happens, unless
// the score is to go this time.
bool store_erase_visit(struct store *st, const struct store_erasure *e, wall_ms at, int *ret_answers);
// Was the visit erased, and its score too? For what arrives later.
bool store_erased(struct store *st, int32_t epoch_id, int64_t visit, bool *ret_erased, bool *ret_score);
bool store_any_erased(struct store *st, int32_t epoch_id, bool *ret_any); // of the epoch
// Those that their kiosks have not confirmed.
bool store_each_untold(struct store *st, bool (*each)(void *ctx, const struct store_erasure *e), void *ctx);
// The kiosk holds nothing of it any more: what it had sent until then and could not be used goes too.
bool store_erasure_told(struct store *st, const struct store_erasure *e, wall_ms at);

#endif
