// script: which writing system a character belongs to, and so which font draws it. Pure.
#ifndef PUAS_KIOSK_SCRIPT_H
#define PUAS_KIOSK_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

// In each of these the kiosk has a font: Noto Sans and its sisters.
enum script { SCRIPT_LATIN, SCRIPT_ARABIC, SCRIPT_DEVANAGARI, SCRIPT_THAI, SCRIPT_HAN, SCRIPTS };
const char *script_tag(enum script s); // of ISO 15924: "Latn" "Arab" "Deva" "Thai" "Hani"

// The next character of UTF-8 text and its length; damaged bytes are U+FFFD of length 1. 0 at the end.
uint32_t script_next(const char *text, int bytes, int *ret_length);

enum script script_of(uint32_t c);
// True for what goes with the character before it: marks, joiners, spaces.
bool script_inherits(uint32_t c);

// Bit of each script that the text needs.
unsigned script_mask(const char *text);

#endif
