// type: text as pixels, and its measures, with SDL2_ttf. Edge. UI thread.
#ifndef PUAS_KIOSK_TYPE_SDL_H
#define PUAS_KIOSK_TYPE_SDL_H

#include "kiosk/font.h"
#include "kiosk/layout.h"

struct SDL_Surface;
struct type;

// NULL when a font file cannot be used; *ret_why tells (valid until the next SDL call).
struct type *type_create(const struct font_files *files, const char **ret_why);
void type_destroy(struct type *t); // accepts NULL

struct measure type_measure(struct type *t);

// One line of text as a new ARGB8888 surface owned by the caller; NULL when memory runs out.
struct SDL_Surface *type_render(struct type *t, enum draw_weight weight, int px,
                                enum draw_direction direction, const char *text, int bytes, argb colour);

#endif
