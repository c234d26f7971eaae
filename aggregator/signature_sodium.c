// signature: HMAC-SHA256 by libsodium.
#include "aggregator/signature.h"

#include "aggregator/channel.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "whsec_";

bool signature_make(const char *secret, const char *id, int64_t timestamp_s, const char *body,
                    char ret[SIGNATURE_TEXT])
{
    unsigned char key[CHANNEL_SECRET_MAX], mac[crypto_auth_hmacsha256_BYTES];
    char stamp[32];
    size_t n = strlen(secret);
    if (strncmp(secret, prefix, sizeof prefix - 1) == 0) {
        const char *text = secret + sizeof prefix - 1;
        if (sodium_base642bin(key, sizeof key, text, strlen(text), NULL, &n, NULL,
                              sodium_base64_VARIANT_ORIGINAL) != 0) {
            return false;
        }
    } else {
        n = n < sizeof key ? n : sizeof key;
        memcpy(key, secret, n);
    }
    crypto_auth_hmacsha256_state s;
    crypto_auth_hmacsha256_init(&s, key, n);
    sodium_memzero(key, sizeof key);
    snprintf(stamp, sizeof stamp, ".%lld.", (long long)timestamp_s);
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)id, strlen(id));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)stamp, strlen(stamp));
    crypto_auth_hmacsha256_update(&s, (const unsigned char *)body, strlen(body));
    crypto_auth_hmacsha256_final(&s, mac);
    memcpy(ret, "v1,", 3);
    sodium_bin2base64(ret + 3, SIGNATURE_TEXT - 3, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return true;
}
