// ui: the window. Turns SDL events into inputs of the app, carries out its effects and draws what has
// changed. One thread runs it, and it sleeps while nothing happens. Edge.
#ifndef PUAS_KIOSK_UI_SDL_H
#define PUAS_KIOSK_UI_SDL_H

#include "kiosk/app.h"
#include "kiosk/font.h"
#include "kiosk/texts.h"
#include "kiosk/theme.h"
#include "kiosk/writer.h"

#include <stdbool.h>

struct ui;

struct ui_options {
    struct app_options app;
    const struct texts *texts; // app.lang_count of them; borrowed, as all pointers here, until ui_destroy
    const char *org;
    const char *assets;
    const struct theme *theme;
    const struct font_files *fonts;
    bool fullscreen;
    int width, height; // of the window, px
};

struct ui_ops {
    void *ctx;
    bool (*save)(void *ctx, const struct answer *a); // mandatory; as writer_save
    void (*ignored)(void *ctx, int presses);         // mandatory; as writer_count_ignored
};

struct ui_error {
    char text[400]; // one line that says what is wrong and what to do
};

// Opens the window. NULL on failure.
struct ui *ui_create(const struct ui_options *o, struct ui_error *ret_error);
void ui_destroy(struct ui *u); // accepts NULL

// Runs until the window is closed, SIGINT or SIGTERM.
void ui_run(struct ui *u, const struct ui_ops *ops);

// From any thread. ui_on_saved is a writer_on_saved: pass it to the writer with the ui as its context.
void ui_on_saved(void *ui, const struct saved *s);
void ui_set_fault(struct ui *u, enum app_reason reason); // out of service until set to APP_REASON_NONE

// Draws one screen into a PNG file with no display at all (still_sdl.c).
struct ui_still {
    enum app_screen screen;
    enum app_reason reason;
    int lang;  // index
    int focus; // target with the key focus
};
bool ui_render(const struct ui_options *o, const struct ui_still *still, const char *png_path,
               struct ui_error *ret_error);

#endif
