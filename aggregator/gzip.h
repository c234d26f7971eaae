// gzip: bytes made smaller for a client that takes them so. gzip_zlib.c (zlib); any thread.
#ifndef PUAS_AGGREGATOR_GZIP_H
#define PUAS_AGGREGATOR_GZIP_H

#include <stdbool.h>
#include <stddef.h>

// Of an Accept-Encoding header, NULL: there was none. True: it names gzip, and not with q=0.
bool gzip_accepted(const char *header);
// False: out of memory, or it would not be smaller; nothing to free. Else the caller frees *ret_bytes.
bool gzip_bytes(const char *bytes, size_t n, char **ret_bytes, size_t *ret_n);

#endif
