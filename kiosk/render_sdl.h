// render: draw list -> pixels, with SDL's software renderer. Edge. UI thread.
//
// Every shape, picture and run of text is rasterised once for its size and colour, kept as a texture and then
// copied 1:1: scaled textures look jagged in software. Drawing a picture that was drawn before allocates
// nothing.
#ifndef PUAS_KIOSK_RENDER_SDL_H
#define PUAS_KIOSK_RENDER_SDL_H

#include "kiosk/draw.h"
#include "kiosk/type_sdl.h"

#include <stdbool.h>

struct SDL_Renderer;
struct render;

// `sdl`, `type` and `assets` are borrowed. NULL when memory runs out.
struct render *render_create(struct SDL_Renderer *sdl, struct type *type, const char *assets);
void render_destroy(struct render *r); // accepts NULL

// Draws; the caller presents.
void render_draw(struct render *r, const struct draw_list *dl);

// Forgets every texture: after the size has changed.
void render_forget(struct render *r);

// True when all pictures can be read; else *ret_path (owned by the callee, static) is the first that cannot.
bool render_check(const char *assets, const char **ret_path);

#endif
