// runs: one line of text as pieces of one font and one direction, from left to right as they are seen:
// numbers inside Arabic keep their order, Latin punctuation is drawn by the Latin font. Edge: runs_fribidi.c
// (the Unicode Bidirectional Algorithm, UAX #9, by FriBidi).
#ifndef PUAS_KIOSK_RUNS_H
#define PUAS_KIOSK_RUNS_H

#include "kiosk/draw.h"
#include "kiosk/script.h"

enum { RUNS_MAX = 24, RUNS_CHARACTERS_MAX = 400 };

struct run {
    int from, bytes; // of the text
    enum script script;
    enum draw_direction direction;
};

// Returns how many; text past the limits is left out.
int runs_split(const char *text, int bytes, enum draw_direction direction, struct run ret[RUNS_MAX]);

#endif
