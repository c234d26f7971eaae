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
    TEXT_SCALE_QUESTION,
    TEXT_SCALE_LOW,
    TEXT_SCALE_HIGH,
    TEXT_CHOICE_QUESTION,
    TEXT_CHOICE_HINT,
    TEXT_SEVERAL_HINT,
    TEXT_OPTION_WAIT,
    TEXT_OPTION_COUNTERS,
    TEXT_OPTION_UNCLEAR,
    TEXT_OPTION_STAFF,
    TEXT_OPTION_PROCEDURE,
    TEXT_OPTION_OPENING_HOURS,
    TEXT_OPTION_ROOM,
    TEXT_OPTION_OTHER,
    TEXT_TEXT_QUESTION,
    TEXT_TEXT_HINT,
    TEXT_NUMBER_QUESTION,
    TEXT_NUMBER_HINT,
    TEXT_CONTACT_QUESTION,
    TEXT_CONTACT_NAME,
    TEXT_CONTACT_HINT,
    TEXT_CONTACT_PURPOSE,
    TEXT_CONTACT_AGREE,
    TEXT_DONE,
    TEXT_SEND,
    TEXT_SKIP,
    TEXT_SPACE,
    TEXT_STILL_THERE,
    TEXT_STILL_THERE_MORE,
    TEXT_THANKS_CODE,
    TEXT_THANKS_LINK,
    TEXT_PROMISE,
    TEXT_TALLY,
    TEXT_SAID,
    TEXT_DID,
    TEXT_CLOSED,
    TEXT_CLOSED_MORE,
    TEXT_SPEECH,
    // For staff: a catalogue may leave them out, then English stands.
    TEXT_SERVICE,
    TEXT_SERVICE_PIN,
    TEXT_SERVICE_WRONG,
    TEXT_SERVICE_NETWORK,
    TEXT_SERVICE_OUTBOX,
    TEXT_SERVICE_VERSION,
    TEXT_SERVICE_CONTENT,
    TEXT_SERVICE_TOUCH,
    TEXT_SERVICE_TOUCH_MORE,
    TEXT_SERVICE_SCREEN,
    TEXT_SERVICE_RESTART,
    TEXT_SERVICE_CLOSE,
    TEXTS,
    TEXTS_STAFF = TEXT_SERVICE
};
enum { TEXT_BYTES_MAX = 200 }; // a longer text fits no screen

struct texts {
    char *of[TEXTS]; // owned; never NULL after texts_load
};

const char *text_name(enum text t); // "question", "hint", "very-poor" ...: the key in catalogues
bool text_parse(const char *name, enum text *ret_t);
const char *text_nearest(const char *wrong); // for "did you mean", or NULL

// The one placeholder of a text, "%d" or "%s", or "". A text of one's own must hold the same.
const char *text_placeholder(enum text t);
// That of any words; "?" when they hold more than one, or another.
const char *text_placeholder_in(const char *words);

enum draw_direction texts_direction(const struct texts *t);

// Replaces one text by a copy. False when memory runs out.
bool texts_override(struct texts *t, enum text which, const char *value);

struct texts_error {
    char text[300]; // "assets/locales/kiosk-en.json:4: unknown text 'qestion', did you mean 'question'?"
};
// Reads a catalogue. Every text must be there; those for staff may come from `staff_path` instead (the
// English catalogue). Edge: texts_json.c.
bool texts_load(const char *path, const char *staff_path, struct texts *ret_t, struct texts_error *ret_error);
void texts_finish(struct texts *t); // accepts NULL and a zeroed one

#endif
