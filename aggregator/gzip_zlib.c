// gzip: by zlib.
#include "aggregator/gzip.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

enum {
    LEVEL = 6,
    LEVEL_LARGE = 1, // a list of thousands of things is not worth the time that its last tenth takes
    LARGE = 100000,
    GZIP_WINDOW = 15 + 16, // 16: gzip's frame, as zlib wants it said
    MEMORY = 8,
};

bool gzip_accepted(const char *header)
{
    static const char name[] = "gzip";
    for (const char *at = header; at != NULL && *at != '\0';) {
        at += strspn(at, " \t,");
        size_t n = strcspn(at, ",");
        size_t word = strcspn(at, " \t;,");
        if (word == sizeof name - 1 && strncasecmp(at, name, word) == 0) {
            const char *q = memchr(at, '=', n); // ";q=0", ";q=0.5"; none: 1
            return q == NULL || strtod(q + 1, NULL) > 0;
        }
        at += n;
    }
    return false;
}

bool gzip_bytes(const char *bytes, size_t n, char **ret_bytes, size_t *ret_n)
{
    z_stream z = {.next_in = (Bytef *)(void *)(size_t)bytes, .avail_in = (uInt)n};
    if (n != (uInt)n || deflateInit2(&z, n > LARGE ? LEVEL_LARGE : LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY,
                                     Z_DEFAULT_STRATEGY) != Z_OK) {
        return false;
    }
    char *out = malloc(n + 1);
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)n; // what does not fit is not smaller
    bool ok = out != NULL && deflate(&z, Z_FINISH) == Z_STREAM_END;
    *ret_n = z.total_out;
    deflateEnd(&z);
    if (!ok) {
        free(out);
        return false;
    }
    *ret_bytes = out;
    return true;
}
