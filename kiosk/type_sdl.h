// type: text as pixels, and its measures, with SDL2_ttf: a line is split into runs of one font and direction,
// each shaped by HarfBuzz, set side by side on one baseline. Edge. UI thread.
//
// A font is opened when its first letter is drawn: who shows two Latin languages does not pay for Chinese.
#ifndef PUAS_KIOSK_TYPE_SDL_H
#define PUAS_KIOSK_TYPE_SDL_H

#include "kiosk/font.h"
#include "kiosk/layout.h"

struct SDL_Surface;
struct type;

// `files` are copied. NULL when the Latin fonts cannot be used; *ret_why tells (valid until the next SDL
// call).
struct type *type_create(const struct font_files *files, const char **ret_why);
void type_destroy(struct type *t); // accepts NULL

// Other content may need other fonts.
void type_use(struct type *t, const struct font_files *files);

struct measure type_measure(struct type *t);

// One line of text as a new ARGB8888 surface owned by the caller; NULL when memory runs out. *ret_rise: how
// far its top stands above that of a line of Latin letters, px.
struct SDL_Surface *type_render(struct type *t, enum draw_weight weight, int px,
                                enum draw_direction direction, const char *text, int bytes, argb colour,
                                int *ret_rise);

// True when the fonts have a glyph for every character of the text; else *ret_missing is one they lack.
bool type_has_glyphs(struct type *t, enum draw_weight weight, const char *text, uint32_t *ret_missing);

#endif
