// typing: what the customer is writing: one or two fields of UTF-8 text. Pure.
#ifndef PUAS_KIOSK_TYPING_H
#define PUAS_KIOSK_TYPING_H

#include <stdbool.h>

enum {
    TYPING_FIELDS_MAX = 2,
    TYPING_CHARACTERS_MAX = 200, // more is no longer read by anybody
    TYPING_BYTES_MAX = 600,      // 200 characters of three bytes
};

struct typing {
    int field_count, field; // the one being written
    int most;               // characters a field takes
    char text[TYPING_FIELDS_MAX][TYPING_BYTES_MAX + 1];
};

void typing_start(struct typing *t, int fields, int most_characters);
// Adds a character or a few (a key such as Arabic lam-alef); false when the field is full.
bool typing_add(struct typing *t, const char *utf8);
// Takes the last character back, a consonant with its marks one mark at a time. False when there is none.
bool typing_erase(struct typing *t);
bool typing_is_empty(const struct typing *t); // nothing but spaces in any field
void typing_wipe(struct typing *t);           // overwrites what was written

#endif
