// canvas: pixels, and how pictures are laid over them. Pure. In software this is what a redraw costs, so it
// is written for the compiler's vectors, four pixels a step.
#ifndef PUAS_KIOSK_CANVAS_H
#define PUAS_KIOSK_CANVAS_H

#include "kiosk/draw.h"

// Where a row of a picture may show anything: from `from` on to `to`, but not from `hole` on to `past`.
struct canvas_row {
    short from, hole, past, to;
};
struct canvas {
    argb *pixels;                  // opaque, from the top left
    int stride;                    // pixels from one row to the next
    int w, h;                      // px
    const struct canvas_row *rows; // of a picture that is blended, `h` of them; NULL: everywhere
};

// Finds them. What shows nothing is then never read: reading memory is most of what a redraw takes.
void canvas_find_rows(const struct canvas *c, struct canvas_row *ret_rows);

// Lays `from`, a picture whose top left corner is at (x, y), over the part of `to` that lies in `clip`, a
// rect within the canvas. Its pixels are premultiplied with their alpha; `alpha` fades all of it.
void canvas_blend(const struct canvas *to, const struct rect *clip, const struct canvas *from, int x, int y,
                  int alpha);
// The same with an opaque picture.
void canvas_copy(const struct canvas *to, const struct rect *clip, const struct canvas *from, int x, int y);

// Turned clockwise by 0, 90, 180 or 270 degrees: where a point or rect of a picture of w x h lies afterwards.
struct rect canvas_turned(struct rect r, int w, int h, int degrees);
// Copies the part of `from` onto `to`, which is as large as `from` turned.
void canvas_turn(const struct canvas *to, const struct canvas *from, const struct rect *part, int degrees);

#endif
