// ui: the window. Turns SDL events into inputs of the app, carries out its effects and draws what has
// changed. One thread runs it, and it sleeps while nothing happens. Edge.
#ifndef PUAS_KIOSK_UI_SDL_H
#define PUAS_KIOSK_UI_SDL_H

#include "kiosk/app.h"
#include "kiosk/show.h"
#include "kiosk/stage.h"
#include "kiosk/writer.h"
#include "shared/config.h"

#include <stdbool.h>

struct ui;

struct ui_options {
    struct app_options app;     // times; the show adds the rest
    struct stage_options stage; // pointers here are borrowed until ui_destroy
    const char *assets;
    const struct config_pairs *keys; // name of a key -> name of a target or move
    const char *backlight;           // folder of the panel's light; "": brightness is drawn
    const char *speech;              // folder of spoken sentences; "": none
    bool fullscreen;
    int width, height; // of the window, px
    int rotate;        // degrees clockwise by which the picture is turned: 0, 90, 180, 270
};

// What the window asks of the rest of the program. Called on the UI thread; none may wait. All mandatory.
struct ui_ops {
    void *ctx;
    bool (*save)(void *ctx, const struct answer *a);                         // as writer_save
    void (*ignored)(void *ctx, int presses);                                 // as writer_count_ignored
    bool (*ref)(void *ctx, mono_ms now, char ret_ref[PROTOCOL_REF_MAX + 1]); // as remote_desk_ref
    void (*shown)(void *ctx, const struct show *s); // this content has been drawn, and is on the screen now
    void (*closed)(void *ctx, bool closed);         // outside opening hours, or within them again
    // A screenshot that was ordered, or why there is none.
    void (*picture)(void *ctx, const char *id, const char *why, const void *png, size_t n);
    void (*facts)(void *ctx, struct stage_facts *ret); // for the service menu
    bool (*opened)(void *ctx);                         // after ui_opened; false: end ui_run
    void (*alive)(void *ctx);                          // at least every alive_ms; 0: whenever it wakes anyway
    mono_ms alive_ms;
};

struct ui_error {
    char text[400]; // one line that says what is wrong and what to do
};

// Opens the window and takes `show` over, also on failure. NULL on failure.
struct ui *ui_create(const struct ui_options *o, struct show *show, struct ui_error *ret_error);
void ui_destroy(struct ui *u); // accepts NULL

// Runs until the window is closed, SIGINT, SIGTERM, or staff or an order asks for a restart: true. What was
// picked or written by then is saved first, as far as that takes no longer than two seconds.
bool ui_run(struct ui *u, const struct ui_ops *ops);

// From any thread. ui_on_saved is a writer_on_saved: pass it to the writer with the ui as its context.
void ui_on_saved(void *ui, const struct saved *s);
void ui_set_fault(struct ui *u, enum app_reason reason); // out of service until set to APP_REASON_NONE
void ui_opened(struct ui *u); // the outbox is open: in service, and ui_ops.opened is called
// Takes `show` over; it is shown from the next moment on in which no visit is under way. False (and it is
// still the caller's) when too many wait.
bool ui_replace(struct ui *u, struct show *show);
// identify: shows the kiosk's name for a while; restart: ends ui_run with true once no visit is under way, or
// after a minute; screenshot: see ui_ops.picture, refused while a visit is under way. False when too many
// wait.
bool ui_order(struct ui *u, enum order order, const char *id);

// Before ui_run, or within a call of ui_ops.
void ui_set_tally(struct ui *u, int visits_today);
void ui_set_epoch(struct ui *u, const uint8_t epoch[EPOCH_BYTES]); // thank-you codes are made from it

// Draws one screen into a PNG file with no display at all (still_sdl.c). `show` is borrowed.
struct ui_still {
    enum app_screen screen;
    enum app_reason reason;
    int lang;               // index
    const char *focus_name; // target with the key focus, as in the log; NULL: none
    int step;               // question
    int score;              // of the face pressed before, for its words
    int scene;
    unsigned picked;
    enum service_page page;          // of the service menu
    const struct stage_facts *facts; // it tells; may be NULL
    bool warn;                       // "still there?" is being asked
    const char *written;             // in the first field, or NULL
};
bool ui_render(const struct ui_options *o, const struct show *show, const struct ui_still *still,
               const char *png_path, struct ui_error *ret_error);

#endif
