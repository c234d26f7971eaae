// shape: the pixels of soft shapes, made once per size by the renderer. Pure. Pixels are 0xAARRGGBB, not
// premultiplied; `stride` is in pixels.
#ifndef PUAS_KIOSK_SHAPE_H
#define PUAS_KIOSK_SHAPE_H

#include "kiosk/theme.h"

// A rounded rect that fills w x h: fill to low from top to bottom, with an edge of edge_px inside its border.
void shape_box(argb *pixels, int stride, int w, int h, int radius, argb fill, argb low, int edge_px,
               argb edge);

// The soft shadow of a rounded rect of w x h; the picture is larger by `blur` on each side. It is hollow: further
// than `blur` within the rect what casts it always hides it.
void shape_shadow(argb *pixels, int stride, int w, int h, int radius, int blur, argb colour);

// An opaque gradient with a soft light behind the middle, dithered so that no bands are seen.
void shape_background(argb *pixels, int stride, int w, int h, argb top, argb bottom, argb glow);

#endif
