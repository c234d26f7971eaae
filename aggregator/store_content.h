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

// Contents for a time to come; ids are 1, 2, 3 ...
struct store_plan {
    int64_t id;
    int32_t place, kiosk; // as above
    wall_ms at;
    char who[65];
    char *yaml; // owned by whoever has read it
};
bool store_put_plan(struct store *st, const struct store_plan *p, wall_ms now, int64_t *ret_id);
// The one that is due first, if it is due by `now`. Its yaml is the caller's to free.
bool store_due_plan(struct store *st, wall_ms now, struct store_plan *ret_p, bool *ret_found);
// outcome: "done", "withdrawn", or why it was not taken. *ret_found: it was still to come.
bool store_end_plan(struct store *st, int64_t id, wall_ms now, const char *who, const char *outcome,
                    bool *ret_found);

// "You said, we did" of alerts, for the kiosks of a branch. said, did: JSON, language -> words.
struct store_telling {
    int64_t id;
    int32_t place;
    wall_ms from, to;
    const char *said, *did; // valid during the call
};
bool store_put_telling(struct store *st, const struct store_telling *t, const char *alert, const char *who,
                       int64_t *ret_id);
bool store_end_telling(struct store *st, int64_t id, wall_ms now, const char *who, bool *ret_found);
// Those that are shown at `now`, in the order in which they were begun.
bool store_each_telling(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct store_telling *t),
                        void *ctx);
// When something of all this takes effect or ends next by itself; INT64_MAX: never.
bool store_next_content(struct store *st, wall_ms now, wall_ms *ret_at);

// The document that this kiosk should have: its hash, "" when it is to keep to its own file.
bool store_kiosk_published(struct store *st, int32_t kiosk, const char *sha256);
// What a question measures (survey.h, dimension), by the ids that its answers carry, as the newest document
// that was pushed says; "" when none says so.
bool store_dimension(struct store *st, const char *survey, int version, const char *question,
                     struct ident *ret_dimension);

#endif
