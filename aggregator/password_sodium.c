// password: libsodium.
#include "aggregator/password.h"

#include <sodium.h>
#include <string.h>

enum { OPERATIONS = 2, MEMORY_BYTES = 19 * 1024 * 1024 }; // OWASP's Argon2id setting

bool password_init(void)
{
    return sodium_init() >= 0;
}

bool password_hash(const char *password, char *ret_hash)
{
    return crypto_pwhash_str_alg(ret_hash, password, strlen(password), OPERATIONS, MEMORY_BYTES,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool password_verify(const char *password, const char *hash)
{
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

void password_random(void *buf, size_t n)
{
    randombytes_buf(buf, n);
}

void password_make(char ret[PASSWORD_MADE])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; // 32 of them: none is likelier
    uint8_t random[PASSWORD_GROUPS * PASSWORD_GROUP];
    char *p = ret;
    password_random(random, sizeof random);
    for (int i = 0; i < PASSWORD_GROUPS * PASSWORD_GROUP; i++) {
        if (i > 0 && i % PASSWORD_GROUP == 0) {
            *p++ = '-';
        }
        *p++ = letters[random[i] % 32];
    }
    *p = '\0';
}

void password_token_hash(const void *token, size_t n, uint8_t ret[32])
{
    crypto_generichash(ret, 32, token, n, NULL, 0);
}
