// screen: the pixels of a window. Gives an upright canvas to draw on, and shows parts of it: turned and in
// the window's own format. Edge. UI thread.
//
// SDL's renderer is not used: its software renderer blends a pixel at a time, always hands the whole window
// to the X server, and knows no other way to the screen on KMSDRM without a graphics processor.
#ifndef PUAS_KIOSK_SCREEN_SDL_H
#define PUAS_KIOSK_SCREEN_SDL_H

#include "kiosk/canvas.h"

#include <stdbool.h>

struct SDL_Surface;
struct SDL_Window;

struct screen {
    struct SDL_Window *window;  // borrowed
    int rotate;                 // degrees clockwise by which the picture is turned: 0, 90, 180, 270
    int w, h;                   // of the window, px
    struct canvas canvas;       // upright; its pixels are valid until the next screen_fit
    struct canvas turned;       // as the window
    struct SDL_Surface *own[2]; // owned: what the window cannot hold itself, turned and upright
};

// Once the window has been opened or has changed its size: true when `canvas` can be drawn on, else there is
// no memory. What was on it is lost.
bool screen_fit(struct screen *s);
// False when the window has just changed its size: fit it again.
bool screen_show(struct screen *s, const struct rect *parts, int n);
// What is shown, for the caller to free; NULL: no memory.
struct SDL_Surface *screen_picture(const struct screen *s);
void screen_end(struct screen *s);

// A point of the canvas as one of the window, and back.
void screen_onto_window(const struct screen *s, int *x, int *y);
void screen_onto_canvas(const struct screen *s, int *x, int *y);

#endif
