// texts: what the screen says, in one language. The catalogues are assets/locales/kiosk-LANG.json: an object
// of text by name; texts_json.c alone includes jansson. Pure but for that.
#ifndef PUAS_KIOSK_TEXTS_H
#define PUAS_KIOSK_TEXTS_H

#include "kiosk/draw.h"

#include <stdbool.h>

enum text {
    TEXT_LANGUAGE,  // the language's own name, as on its pill
    TEXT_DIRECTION, // "ltr" or "rtl"
    TEXT_QUESTION,
    TEXT_HINT,
    TEXT_VERY_POOR,
    TEXT_POOR,
    TEXT_OKAY,
    TEXT_GOOD,
    TEXT_EXCELLENT,
    TEXT_FOOTER,
    TEXT_THANKS,
    TEXT_THANKS_MORE,
    TEXT_TRY_AGAIN,
    TEXT_TRY_AGAIN_MORE,
    TEXT_OUT_OF_SERVICE,
    TEXT_OUT_OF_SERVICE_MORE,
    TEXT_CODE, // "Code", before the reason of an out-of-service screen
    TEXTS
};
enum { TEXT_BYTES_MAX = 200 }; // a longer text fits no screen

struct texts {
    char *of[TEXTS]; // owned; never NULL after texts_load
};

const char *text_name(enum text t); // "question", "hint", "very-poor" ...: the key in catalogues
bool text_parse(const char *name, enum text *ret_t);
const char *text_nearest(const char *wrong); // for "did you mean", or NULL

enum draw_direction texts_direction(const struct texts *t);

// Replaces one text by a copy. False when memory runs out.
bool texts_override(struct texts *t, enum text which, const char *value);

struct texts_error {
    char text[300]; // "assets/locales/kiosk-en.json:4: unknown text 'qestion', did you mean 'question'?"
};
// Reads a catalogue; every text must be there. Edge: texts_json.c.
bool texts_load(const char *path, struct texts *ret_t, struct texts_error *ret_error);
void texts_finish(struct texts *t); // accepts NULL and a zeroed one

#endif
