// layout: where everything stands on a screen of some size. Pure; the width of text is asked from the caller.
// Made once for each screen, language and size, then drawn from many times by view.
//
// Sizes are in units of a design of 1280x800 (row of faces) or 1080x1920 (list of faces), scaled to fit, with
// floors so that 480x320 stays readable and every target is at least LAYOUT_TARGET_PX high and wide.
#ifndef PUAS_KIOSK_LAYOUT_H
#define PUAS_KIOSK_LAYOUT_H

#include "kiosk/app.h"
#include "kiosk/draw.h"
#include "kiosk/texts.h"
#include "kiosk/typeset.h"

#include <stdbool.h>

enum {
    LAYOUT_TARGET_PX = 44,
    LAYOUT_WIDTH_MIN = 320,
    LAYOUT_WIDTH_MAX = 7680,
};

struct layout_face {
    struct rect card, face, bar;
    struct text_block label;
    enum draw_image image;
};
struct layout_pill {
    struct rect rect;
    struct text_block label;
};

struct layout {
    int w, h;
    bool list;              // faces stand in a list, best first
    enum app_screen screen; // PRESSED is laid out as QUESTION
    int radius, lift;       // of cards; how far a pressed card sinks
    struct rect logo;
    struct text_block org;
    int pill_count; // 0 on screens without a language switch
    struct layout_pill pill[APP_LANGS_MAX];
    struct text_block title, more, footer, code;
    int face_count;                         // 0 on message screens
    struct layout_face face[APP_FACES_MAX]; // by score, worst first
    struct rect picture;                    // message screens
    enum draw_image image;
    char code_text[64];
};

struct layout_input {
    int w, h;
    enum app_screen screen;
    enum app_reason reason;
    int faces, lang, lang_count;
    const struct texts *texts; // lang_count of them; borrowed until the layout is made anew
    const char *org;           // name of the organisation; borrowed likewise
};

// True where faces stand in a list.
bool layout_is_list(int w, int h);

void layout_make(struct layout *l, const struct layout_input *in, const struct measure *m);

// The target at a point, or TARGET_NONE. Neighbours never overlap.
int layout_hit(const struct layout *l, int x, int y);

// Calls `each` for every target of the screen.
typedef void layout_on_target(void *ctx, int target, struct rect r);
void layout_targets(const struct layout *l, layout_on_target *each, void *ctx);

#endif
