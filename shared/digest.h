// digest: SHA-256. Edge: digest_sodium.c. Any thread; needs no initialisation.
#ifndef PUAS_SHARED_DIGEST_H
#define PUAS_SHARED_DIGEST_H

#include <stddef.h>

enum { DIGEST_HEX = 64 };

// SHA-256 of n bytes as 64 lower-case hex digits with NUL.
void digest_hex(const void *data, size_t n, char ret[DIGEST_HEX + 1]);
// The same of all that `read` gives (up to n bytes into buf; 0: the end), followed by n bytes of data.
void digest_stream(size_t (*read)(void *ctx, char *buf, size_t n), void *ctx, const void *data, size_t n,
                   char ret[DIGEST_HEX + 1]);

#endif
