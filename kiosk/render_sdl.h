// render: draw list -> pixels, in software. Edge. UI thread.
//
// Every shape, picture and run of text is rasterised once for its size and colour, kept, and then laid over
// the canvas 1:1: scaled pictures look jagged. Drawing what was drawn before allocates nothing. What a
// picture shares with the one before is not drawn again: copying all of it to the X server takes as long as
// drawing it.
#ifndef PUAS_KIOSK_RENDER_SDL_H
#define PUAS_KIOSK_RENDER_SDL_H

#include "kiosk/canvas.h"
#include "kiosk/damage.h"
#include "kiosk/draw.h"
#include "kiosk/type_sdl.h"

#include <stdbool.h>

struct render;

// `type` and `assets` are borrowed. NULL when memory runs out.
struct render *render_create(struct type *type, const char *assets);
void render_destroy(struct render *r); // accepts NULL

// Draws where that differs from what was drawn last; the caller shows those parts. Returns their number, 0
// when nothing has changed.
int render_draw(struct render *r, const struct draw_list *dl, const struct canvas *canvas,
                struct rect ret_parts[DAMAGE_MAX]);

// What was drawn last is no longer there: the next picture is drawn whole.
void render_lose(struct render *r);
// Forgets all that it has kept as well: after the size or the fonts have changed.
void render_forget(struct render *r);

// True when all pictures can be read; else *ret_path (owned by the callee, static) is the first that cannot.
bool render_check(const char *assets, const char **ret_path);

#endif
