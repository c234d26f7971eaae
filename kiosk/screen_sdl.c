#include "kiosk/screen_sdl.h"

#include "kiosk/damage.h"

#include <SDL.h>

// A canvas of our own.
static bool make(SDL_Surface **own, struct canvas *canvas, int w, int h)
{
    *own = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_RGB888);
    if (!*own)
        return false;
    *canvas = (struct canvas){(*own)->pixels, (*own)->pitch / 4, w, h, NULL};
    return true;
}

static void forget(struct screen *s)
{
    for (int i = 0; i < 2; i++) {
        SDL_FreeSurface(s->own[i]);
        s->own[i] = NULL;
    }
}

bool screen_fit(struct screen *s)
{
    SDL_Surface *window = SDL_GetWindowSurface(s->window);
    bool across = s->rotate % 180 != 0;
    forget(s);
    if (!window)
        return false;
    s->w = window->w;
    s->h = window->h;
    Uint32 format = window->format->format;
    if (format == SDL_PIXELFORMAT_RGB888 || format == SDL_PIXELFORMAT_ARGB8888)
        s->turned = (struct canvas){window->pixels, window->pitch / 4, window->w, window->h, NULL};
    else if (!make(&s->own[0], &s->turned, window->w, window->h))
        return false;
    s->canvas = s->turned;
    return s->rotate == 0 || make(&s->own[1], &s->canvas, across ? s->h : s->w, across ? s->w : s->h);
}

bool screen_show(struct screen *s, const struct rect *parts, int n)
{
    SDL_Rect rects[DAMAGE_MAX];
    for (int i = 0; i < n; i++) {
        struct rect r = canvas_turned(parts[i], s->canvas.w, s->canvas.h, s->rotate);
        rects[i] = (SDL_Rect){r.x, r.y, r.w, r.h};
        if (s->own[1])
            canvas_turn(&s->turned, &s->canvas, &parts[i], s->rotate);
        if (s->own[0]) {
            SDL_Rect to = rects[i];
            SDL_Surface *window = SDL_GetWindowSurface(s->window);
            if (!window || SDL_BlitSurface(s->own[0], &rects[i], window, &to) != 0)
                return false;
        }
    }
    return SDL_UpdateWindowSurfaceRects(s->window, rects, n) == 0;
}

SDL_Surface *screen_picture(const struct screen *s)
{
    SDL_Surface *turned = SDL_CreateRGBSurfaceWithFormatFrom(s->turned.pixels, s->turned.w, s->turned.h, 32,
                                                             s->turned.stride * 4, SDL_PIXELFORMAT_RGB888);
    SDL_Surface *picture = turned ? SDL_ConvertSurfaceFormat(turned, SDL_PIXELFORMAT_RGB24, 0) : NULL;
    SDL_FreeSurface(turned);
    return picture;
}

void screen_end(struct screen *s)
{
    forget(s);
}

void screen_onto_window(const struct screen *s, int *x, int *y)
{
    struct rect r = canvas_turned((struct rect){*x, *y, 1, 1}, s->canvas.w, s->canvas.h, s->rotate);
    *x = r.x;
    *y = r.y;
}

void screen_onto_canvas(const struct screen *s, int *x, int *y)
{
    struct rect r = canvas_turned((struct rect){*x, *y, 1, 1}, s->w, s->h, (360 - s->rotate) % 360);
    *x = r.x;
    *y = r.y;
}
