// store: tokens, by which programs use the API. Of a token only its hash is kept (password_token_hash): whoever reads the
// store cannot use it.
#ifndef PUAS_AGGREGATOR_STORE_TOKEN_H
#define PUAS_AGGREGATOR_STORE_TOKEN_H

#include "aggregator/store.h"

struct store_token {
    const char *name, *role, *by; // role: of `roles`; by: who made it
    const uint8_t *hash;          // 32 bytes
    int32_t place;                // scope: this subtree
    wall_ms created, expires;
};
bool store_put_token(struct store *st, const struct store_token *t,
                     bool *ret_taken); // taken: the name is, nothing is done
bool store_end_token(struct store *st, const char *name, bool *ret_found);
bool store_token_used(struct store *st, const uint8_t hash[32], wall_ms at);

#endif
