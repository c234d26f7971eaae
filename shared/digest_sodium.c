// digest: libsodium.
#include "shared/digest.h"

#include <sodium.h>

void digest_hex(const void *data, size_t n, char ret[DIGEST_HEX + 1])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, data, n);
    sodium_bin2hex(ret, DIGEST_HEX + 1, digest, sizeof digest);
}

void digest_stream(size_t (*read)(void *ctx, char *buf, size_t n), void *ctx, const void *data, size_t n,
                   char ret[DIGEST_HEX + 1])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;
    char buf[16 * 1024];
    size_t got;
    crypto_hash_sha256_init(&state);
    while ((got = read(ctx, buf, sizeof buf)) > 0) {
        crypto_hash_sha256_update(&state, (const unsigned char *)buf, got);
    }
    crypto_hash_sha256_update(&state, data, n);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(ret, DIGEST_HEX + 1, digest, sizeof digest);
}
