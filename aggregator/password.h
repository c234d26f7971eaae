// password: Argon2id hashes, random secrets and digests. Edge: password_sodium.c alone includes sodium.h. Any
// thread.
#ifndef PUAS_AGGREGATOR_PASSWORD_H
#define PUAS_AGGREGATOR_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PASSWORD_HASH_BYTES = 128,
    PASSWORD_MAX = 200,
    PASSWORD_GROUPS = 4,
    PASSWORD_GROUP = 4,
    PASSWORD_MADE = PASSWORD_GROUPS * (PASSWORD_GROUP + 1) // with its NUL
};

bool password_init(void); // once a process, before the others; false: no random source
// Text form of the hash (PASSWORD_HASH_BYTES): t=2, 19 MiB, about 60 ms. False: out of memory.
bool password_hash(const char *password, char *ret_hash);
bool password_verify(const char *password, const char *hash);
void password_random(void *buf, size_t n);
// A password that people read and type once: no letters that look like another, 80 bits.
void password_make(char ret[PASSWORD_MADE]);
// 32 bytes of BLAKE2b of a session token: what the store keeps.
void password_token_hash(const void *token, size_t n, uint8_t ret[32]);

#endif
