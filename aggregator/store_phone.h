// store: the survey on the customer's own phone. A place has at most one token in force; its answers are kept under a virtual
// kiosk of the place, which no broker knows and which outlives the token. They are EVENT_PHONE: stored, told apart, and in no
// score of the kiosks.
#ifndef PUAS_AGGREGATOR_STORE_PHONE_H
#define PUAS_AGGREGATOR_STORE_PHONE_H

#include "aggregator/store.h"

#define PHONE_PATH "/q/" // and the token: what stands in the code

enum {
    PHONE_TOKEN_BYTES = 16,
    PHONE_TOKEN_HEX = 32,
    PHONE_VISIT_BYTES = 16,
    PHONE_VISIT_DAYS = 3, // a page sends a visit again for one day
};

struct phone {
    int64_t number;
    int32_t place, kiosk;
    char token[PHONE_TOKEN_HEX + 1], who[65];
    wall_ms created;
    bool ended;
};

// ---------------------------------------------------------------- the core's
bool store_phone_put(struct store *st, const struct phone *p,
                     int64_t *ret_number); // its number is given out here
bool store_is_phones(struct store *st, int32_t kiosk, bool *ret_is); // the kiosk is that of a place's phones
bool store_phone_end(struct store *st, int64_t number, wall_ms at, const char *who, bool *ret_found);
// Where a visit began. *ret_found false: it is new.
bool store_phone_visit(struct store *st, int32_t kiosk, const uint8_t visit[PHONE_VISIT_BYTES],
                       int32_t *ret_epoch_id, int64_t *ret_seq, bool *ret_found);
bool store_phone_put_visit(struct store *st, int32_t kiosk, const uint8_t visit[PHONE_VISIT_BYTES],
                           int32_t epoch_id, int64_t seq, wall_ms at);
bool store_phone_expire(struct store *st, wall_ms now);

// ---------------------------------------------------------------- readers', too
bool store_phone_by_token(struct store *st, const char *token, struct phone *ret_p,
                          bool *ret_found); // in force
bool store_phone_by_number(struct store *st, int64_t number, struct phone *ret_p, bool *ret_found);
// The newest of a place, whether it has ended or not.
bool store_phone_of_place(struct store *st, int32_t place, struct phone *ret_p, bool *ret_found);
bool store_each_phone(struct store *st, bool (*each)(void *ctx, const struct phone *p),
                      void *ctx); // in force, newest first

#endif
