// store: links to one view, for people without a login: of trends or a report, whoever has which may read trends of its place and of
// all under it; or to a screen (page=wall, page=board), which reads what that screen shows. Nothing else, until it expires or is taken back. The link holds SHARE_TOKEN_BYTES random bytes as hex; the
// store keeps only their hash.
#ifndef PUAS_AGGREGATOR_STORE_SHARE_H
#define PUAS_AGGREGATOR_STORE_SHARE_H

#include "aggregator/store.h"
#include "aggregator/views.h"

enum {
    SHARE_TOKEN_BYTES = 16,
    SHARE_TOKEN_HEX = 32,
    SHARE_PATH_MAX = 500, // bytes of the view's address
    SHARE_DAYS_MAX = 366,
};

struct share {
    int64_t number;
    int32_t place;
    char path[SHARE_PATH_MAX + 1], who[65];
    wall_ms created, expires;
};

// ---------------------------------------------------------------- the core's
// *ret_number: of the new one.
bool store_share_put(struct store *st, const uint8_t token[32], const struct share *s, int64_t *ret_number);
bool store_share_delete(struct store *st, int64_t number, bool *ret_found);
bool store_share_expire(struct store *st, wall_ms now);

// ---------------------------------------------------------------- readers', too
// The one of a token that has not expired.
bool store_share_by_token(struct store *st, const uint8_t token[32], wall_ms now, struct share *ret_s,
                          bool *ret_found);
bool store_share_by_number(struct store *st, int64_t number, struct share *ret_s, bool *ret_found);
// Those that have not expired, the newest first.
bool store_each_share(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct share *s),
                      void *ctx);

// ---------------------------------------------------------------- pure
// The place (IDENT_MAX + 1 bytes) of a view's address. False: it is not one that can be shared.
bool share_path_place(const char *path, char *ret_place);
enum share_view share_path_page(const char *path); // of such an address

#endif
