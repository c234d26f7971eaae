// theme: the colours of the kiosk. Pure; theme files are read through shared/config.h with theme_rows.
#ifndef PUAS_KIOSK_THEME_H
#define PUAS_KIOSK_THEME_H

#include "shared/config.h"

#include <stdbool.h>
#include <stdint.h>

enum { THEME_LOGO_MAX = 400 };

typedef uint32_t argb; // 0xAARRGGBB, not premultiplied

struct theme {
    argb back_top, back_bottom; // background, from top to bottom
    argb glow;                  // large soft light behind the middle; its alpha is the strength
    argb ink, soft, faint;      // text: headings, body, footer
    argb card, card_low, edge;  // card at its top and bottom, its hairline
    argb shadow;                // its alpha is the strength
    argb accent, on_accent;     // chosen language pill and the text on it
    argb icon;                  // pictures of a choice
    argb field;                 // border of a field to write in
    argb focus;                 // ring around what the keys would press
    char logo[THEME_LOGO_MAX];  // picture file beside the name at the top, SVG (see svg.h) or PNG; "": the
                                // built-in one
    argb face[5];               // the small bar under each face, worst first
};

// Colours as they stand in a theme file: "#rrggbb" or "#aarrggbb".
struct theme_file {
    char *back_top, *back_bottom, *glow, *ink, *soft, *faint, *card, *card_low, *edge, *shadow, *accent,
        *on_accent, *icon, *field, *focus, *face_1, *face_2, *face_3, *face_4, *face_5, *logo;
};
extern const struct config_row theme_rows[];

// Turns the texts into colours; the logo is copied as it stands there. On false *ret_bad is the name of the
// row that is none (static).
bool theme_parse(const struct theme_file *file, struct theme *ret_theme, const char **ret_bad);

// Sets one colour by its row's name. False when either is none.
bool theme_set(struct theme *t, const char *name, const char *colour);

// The built-in light theme.
struct theme theme_light(void);

// Contrast ratio of WCAG 2.1, 1 to 21; both colours are taken as opaque.
double theme_contrast(argb a, argb b);

// Can everybody read it? Text needs a contrast of 4.5 against what is behind it, graphics that carry a
// meaning 3 (WCAG 2.1, 1.4.3 and 1.4.11). False: *ret_flaw says which two are too close.
struct theme_flaw {
    const char *front, *back; // rows' names, static
    double contrast, wanted;
};
bool theme_check(const struct theme *t, struct theme_flaw *ret_flaw);

// Mixes b into a: 0 gives a, 255 gives b. Alpha of a stays.
argb theme_mix(argb a, argb b, unsigned amount);

#endif
