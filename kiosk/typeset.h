// typeset: paragraphs. Breaks a text into lines, and finds the largest size at which it fits its room. Pure;
// the width of a text and where it may break are asked from the caller.
#ifndef PUAS_KIOSK_TYPESET_H
#define PUAS_KIOSK_TYPESET_H

#include "kiosk/breaks.h"
#include "kiosk/draw.h"

#include <stdbool.h>

enum { TYPESET_LINES_MAX = 6 };

// Measures text as the renderer will draw it. Mandatory but for thai; called on the UI thread.
struct measure {
    void *ctx;
    int (*width)(void *ctx, enum draw_weight weight, int px, enum draw_direction direction, const char *text,
                 int bytes);
    int (*height)(void *ctx, enum draw_weight weight, int px); // of a line, without leading
    breaks_thai *thai;                                         // NULL: Thai breaks at spaces alone
    void *thai_ctx;
};

struct text_line {
    const char *text; // borrowed
    int bytes, x, w;
};
// One paragraph of equally sized lines.
struct text_block {
    enum draw_weight weight;
    enum draw_direction direction;
    int px, y, line_h, count; // first line's top; distance of lines
    bool cut;                 // it has no room even at its least size
    struct text_line line[TYPESET_LINES_MAX];
};

struct wish {
    const char *text; // borrowed by the block
    enum draw_weight weight;
    int px, px_min; // wanted size and the least that can be read
    int width;      // room
    int lines;      // at most; up to TYPESET_LINES_MAX
    int keep;       // percent of `px` down to which it shrinks before it takes another line
};

// The largest text that has room. One that never fits is cut at its last size: tests see that none does.
struct text_block typeset_fit(const struct measure *m, enum draw_direction direction,
                              const struct wish *wish);

int typeset_width(const struct measure *m, const struct text_block *b, const char *text, int bytes);
int typeset_height(const struct measure *m, const struct text_block *b); // of all its lines

#endif
