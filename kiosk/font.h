// font: finds the files of the fonts that the screen needs. Edge: font_fontconfig.c.
#ifndef PUAS_KIOSK_FONT_H
#define PUAS_KIOSK_FONT_H

#include "kiosk/draw.h"
#include "kiosk/script.h"

#include <stdbool.h>
#include <stddef.h>

enum { FONT_PATH_MAX = 256 };

struct font_file {
    char path[FONT_PATH_MAX]; // "": not looked for
    int index;                // of the face in a collection
};
struct font_files {
    struct font_file of[SCRIPTS][WEIGHTS];
};

// Looks for the Noto font of each script in the mask (script_mask; Latin is always one of them), in each
// weight. False when one is missing: `why` says which, and the Debian package it comes in.
bool font_find(unsigned scripts, struct font_files *ret_files, char *why, size_t size);

#endif
