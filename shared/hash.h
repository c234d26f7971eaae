// hash: FNV-1a, 64 bits (Fowler, Noll, Vo; http://www.isthe.com/chongo/tech/comp/fnv), to find equal things quickly. Not
// against somebody who looks for collisions.
#ifndef PUAS_SHARED_HASH_H
#define PUAS_SHARED_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HASH_START UINT64_C(14695981039346656037)

// The hash of what came before, `h`, and of these bytes.
static inline uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        h = (h ^ b[i]) * UINT64_C(1099511628211);
    return h;
}

// The same purpose eight bytes at a time, for what is hashed by the hundred thousand a second and never
// stored: other values than hash_bytes. The factor is that of FNV; folding brings the high half down, where
// it would never count.
static inline uint64_t hash_word(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(1099511628211);
    return (h ^ h >> 32) * UINT64_C(0x9e3779b97f4a7c15);
}

// A text with its end: "ab", "c" and "a", "bc" differ.
static inline uint64_t hash_text(uint64_t h, const char *text)
{
    size_t n = strlen(text);
    uint64_t word;
    for (; n >= sizeof word; n -= sizeof word, text += sizeof word) {
        memcpy(&word, text, sizeof word);
        h = hash_word(h, word);
    }
    word = 0;
    memcpy(&word, text, n);
    return hash_word(h, word << 8 | n);
}

#endif
