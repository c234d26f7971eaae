// store, documents of kiosks: see store.h for the rules of all these functions.
#ifndef PUAS_AGGREGATOR_STORE_CONTENT_H
#define PUAS_AGGREGATOR_STORE_CONTENT_H

#include "aggregator/store.h"

struct store_content {
    int32_t place, kiosk; // the one that it is not for: 0
    int version;
    const char *yaml, *body; // valid during the call
};

// Calls `each` with every document in force; it returns false when the callback did or the database failed.
bool store_each_content(struct store *st, bool (*each)(void *ctx, const struct store_content *c), void *ctx);
// A new version, in force from `at`; ends the one before. The version is filled in.
bool store_put_content(struct store *st, struct store_content *c, const char *who, wall_ms at);
// Nothing is in force for it from now on. *ret_version: the one that was, 0: none.
bool store_end_content(struct store *st, int32_t place, int32_t kiosk, const char *who, wall_ms at,
                       int *ret_version);
// The document that this kiosk should have: its hash, "" when it is to keep to its own file.
bool store_kiosk_published(struct store *st, int32_t kiosk, const char *sha256);
// What a question measures (survey.h, dimension), by the ids that its answers carry, as the newest document
// that was pushed says; "" when none says so.
bool store_dimension(struct store *st, const char *survey, int version, const char *question,
                     struct ident *ret_dimension);

#endif
