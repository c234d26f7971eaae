// font: finds the files of the fonts that the screen needs. Edge: font_fontconfig.c.
#ifndef PUAS_KIOSK_FONT_H
#define PUAS_KIOSK_FONT_H

#include "kiosk/draw.h"

#include <stdbool.h>

enum { FONT_PATH_MAX = 512 };

struct font_files {
    char path[WEIGHTS][FONT_PATH_MAX];
};

// Looks for Noto Sans in each weight. False when one is missing: *ret_missing is its name (static).
bool font_find(struct font_files *ret_files, const char **ret_missing);

#endif
