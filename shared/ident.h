// ident: the small names that cross the wire, and the shard of a branch. Pure.
#ifndef PUAS_SHARED_IDENT_H
#define PUAS_SHARED_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    IDENT_MAX = 32,   // longest id in bytes (a-z 0-9 -)
    EPOCH_BYTES = 16, // an epoch is 128 random bits
    EPOCH_HEX = 32,   // ... written as lower-case hex digits
    SHARD_COUNT = 64, // branches are spread over this many topic shards
};

// A place, kiosk, question or survey id with its terminating NUL.
struct ident {
    char s[IDENT_MAX + 1];
};

// True when `s` is 1 to 32 characters of a-z, 0-9 and '-'.
bool ident_valid(const char *s);

// Copies `s` into *ret_id. False, and *ret_id untouched, when it is no valid id.
bool ident_set(struct ident *ret_id, const char *s);

bool ident_equal(const struct ident *a, const struct ident *b);

// CRC-32 as in IEEE 802.3 and zlib: "123456789" gives 0xcbf43926.
uint32_t ident_crc32(const void *data, size_t n);

// The shard of a branch: crc32(branch) & 63.
unsigned ident_shard(const char *branch);

// Lower-case hex of n bytes; `ret_hex` holds 2n + 1 characters.
void ident_hex(const uint8_t *bytes, size_t n, char *ret_hex);

// Parses exactly 2n lower-case hex digits. False when `hex` is anything else.
bool ident_unhex(const char *hex, size_t n, uint8_t *ret_bytes);

// The known id nearest to `wrong` by edit distance, or NULL when none is within a third of its length.
// For "did you mean" in messages. `known` is a NULL-terminated list.
const char *ident_nearest(const char *wrong, const char *const *known);

#endif
