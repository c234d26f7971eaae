#include "kiosk/type_sdl.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <stdlib.h>
#include <string.h>

struct type {
    TTF_Font *font[WEIGHTS];
    int px[WEIGHTS]; // size each is set to
};

struct type *type_create(const struct font_files *files, const char **ret_why)
{
    struct type *t = calloc(1, sizeof *t);
    if (!t || TTF_Init() != 0) {
        *ret_why = t ? TTF_GetError() : "out of memory";
        free(t);
        return NULL;
    }
    for (int i = 0; i < WEIGHTS; i++) {
        t->px[i] = 24;
        t->font[i] = TTF_OpenFont(files->path[i], t->px[i]); // 72 dpi: points are pixels
        if (!t->font[i]) {
            *ret_why = TTF_GetError();
            type_destroy(t);
            return NULL;
        }
        TTF_SetFontHinting(t->font[i], TTF_HINTING_LIGHT_SUBPIXEL);
    }
    return t;
}

void type_destroy(struct type *t)
{
    if (!t)
        return;
    for (int i = 0; i < WEIGHTS; i++)
        if (t->font[i])
            TTF_CloseFont(t->font[i]);
    TTF_Quit();
    free(t);
}

static TTF_Font *set(struct type *t, enum draw_weight weight, int px, enum draw_direction direction)
{
    TTF_Font *font = t->font[weight];
    if (t->px[weight] != px) { // drops the glyphs of the old size
        TTF_SetFontSize(font, px);
        t->px[weight] = px;
    }
    TTF_SetFontDirection(font, direction == DIRECTION_RTL ? TTF_DIRECTION_RTL : TTF_DIRECTION_LTR);
    return font;
}

// SDL2_ttf wants a terminating NUL.
static const char *terminated(char buffer[TEXT_BYTES_MAX + 1], const char *text, int bytes)
{
    int n = bytes > TEXT_BYTES_MAX ? TEXT_BYTES_MAX : bytes;
    memcpy(buffer, text, (size_t)n);
    buffer[n] = '\0';
    return buffer;
}

static int width(void *ctx, enum draw_weight weight, int px, enum draw_direction direction, const char *text,
                 int bytes)
{
    char buffer[TEXT_BYTES_MAX + 1];
    int w = 0;
    TTF_SizeUTF8(set(ctx, weight, px, direction), terminated(buffer, text, bytes), &w, NULL);
    return w;
}

static int height(void *ctx, enum draw_weight weight, int px)
{
    return TTF_FontHeight(set(ctx, weight, px, DIRECTION_LTR));
}

struct measure type_measure(struct type *t)
{
    return (struct measure){.ctx = t, .width = width, .height = height};
}

struct SDL_Surface *type_render(struct type *t, enum draw_weight weight, int px,
                                enum draw_direction direction, const char *text, int bytes, argb colour)
{
    char buffer[TEXT_BYTES_MAX + 1];
    SDL_Color c = {(Uint8)(colour >> 16), (Uint8)(colour >> 8), (Uint8)colour, (Uint8)(colour >> 24)};
    return TTF_RenderUTF8_Blended(set(t, weight, px, direction), terminated(buffer, text, bytes), c);
}
