// svg: what a picture may hold. SVG is drawn by SDL_image's reader (nanosvg), which knows paths and shapes,
// fills, strokes and gradients; everything else it leaves out without a word, so a logo would have holes.
// Pure.
#ifndef PUAS_KIOSK_SVG_H
#define PUAS_KIOSK_SVG_H

#include <stdbool.h>
#include <stddef.h>

enum { SVG_BYTES_MAX = 1024 * 1024 }; // of a picture; a logo has some KiB

bool svg_is(const char *text, size_t n); // begins like one, as IMG_isSVG sees it: "<svg" in its first 4 KiB
// The first element that would not be drawn: use, text, image, clipPath or mask (static text); NULL: all is.
// tests/layers.mjs asks the same of the pictures in assets. Comments do not count.
const char *svg_undrawn(const char *text, size_t n);

#endif
