// embed: files that the build put into the binary (blobs.S, .incbin): SQL migrations and the web pages.
#ifndef PUAS_AGGREGATOR_EMBED_H
#define PUAS_AGGREGATOR_EMBED_H

#include <stddef.h>

struct embedded {
    const char *name; // "index.html"
    const char *begin, *end;
};

extern const struct embedded embedded_migrations[]; // in order; ends with a NULL name
extern const struct embedded embedded_web[];        // the same

#endif
