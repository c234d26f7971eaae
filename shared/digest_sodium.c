// digest: libsodium.
#include "shared/digest.h"

#include <sodium.h>

void digest_hex(const void *data, size_t n, char ret[DIGEST_HEX + 1])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, data, n);
    sodium_bin2hex(ret, DIGEST_HEX + 1, digest, sizeof digest);
}
