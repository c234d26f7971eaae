// preview: one screen of a content document as the kiosk's own program draws it (puas-kiosk --render), in a child that may do
// little: no environment, a folder of its own that goes afterwards, limits of time, memory and files, and an end after
// PREVIEW_MS whatever it does. Never a shell. Edge: preview_posix.c. Any thread; it waits for the child.
#ifndef PUAS_AGGREGATOR_PREVIEW_H
#define PUAS_AGGREGATOR_PREVIEW_H

#include <stddef.h>

enum {
    PREVIEW_MS = 5000,
    PREVIEW_LEAST_PX = 320, // as puas-kiosk --size
    PREVIEW_MOST_PX = 2000,
    PREVIEW_BYTES_MAX = 4 * 1024 * 1024, // of a picture
};

enum preview_result {
    PREVIEW_DONE,
    PREVIEW_REFUSED, // the document or the choice of screen: `why` is what the kiosk says, "content:3:5: ..."
    PREVIEW_MISSING, // there is no such program
    PREVIEW_FAILED,  // it did not end in time, or crashed, or there is no room: `why`
};

struct preview {
    const char *program;                                  // "": puas-kiosk beside this program
    const char *org;                                      // name at the top, as a JSON text with its quotes
    const char *yaml;                                     // the document
    const char *lang, *screen, *question, *score, *scene; // as options of puas-kiosk; "": its default
    int width, height;                                    // PREVIEW_LEAST_PX..PREVIEW_MOST_PX
};

// *ret_png: malloc'd, *ret_bytes of it; only when DONE.
enum preview_result preview_draw(const struct preview *p, char **ret_png, size_t *ret_bytes, char *ret_why,
                                 size_t n);

#endif
