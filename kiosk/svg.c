#include "kiosk/svg.h"

#include <string.h>

enum { HEAD_BYTES = 4095 };

static const char *const undrawn[] = {"use", "text", "image", "clipPath", "mask"};

bool svg_is(const char *text, size_t n)
{
    return memmem(text, n < HEAD_BYTES ? n : HEAD_BYTES, "<svg", 4) != NULL;
}

// A letter after the name would make it another one: "textPath".
static bool ends_name(const char *at, const char *end)
{
    return at == end || strchr(" \t\r\n/>", *at) != NULL;
}

const char *svg_undrawn(const char *text, size_t n)
{
    const char *end = text + n;
    for (const char *at = text; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        size_t left = (size_t)(end - at);
        if (left >= 4 && memcmp(at, "<!--", 4) == 0) {
            at = memmem(at + 4, left - 4, "-->", 3);
            if (!at)
                return NULL; // the rest is a comment
            continue;
        }
        for (size_t i = 0; i < sizeof undrawn / sizeof *undrawn; i++) {
            size_t name = strlen(undrawn[i]);
            if (left > name && memcmp(at + 1, undrawn[i], name) == 0 && ends_name(at + 1 + name, end))
                return undrawn[i];
        }
    }
    return NULL;
}
