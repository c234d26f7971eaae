// ui: the picture: layout, drawing, turning, and what the log tells of it.
#include "kiosk/ui_impl.h"

#include "shared/log.h"

#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>

// ---------------------------------------------------------------- making a picture
void ui_place(struct ui *u)
{
    // The press must be seen at once: it keeps the layout of the question.
    const struct stage *s = &u->stage;
    bool pressed = s->app.screen == APP_PRESSED && u->placed.screen == APP_QUESTION;
    bool same = s->w == u->placed.w && s->h == u->placed.h && s->app.lang == u->placed.lang;
    u->placed.screen = s->app.screen;
    if (pressed && same)
        return;
    u->placed.w = s->w;
    u->placed.h = s->h;
    u->placed.lang = s->app.lang;
    struct measure m = type_measure(u->type);
    stage_place(&u->stage, &m);
}

// ---------------------------------------------------------------- what tests and staff can read in the log
static void hash_target(void *ctx, int target, struct rect r)
{
    uint64_t *h = ctx;
    const int values[] = {target, r.x, r.y, r.w, r.h};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        *h = (*h ^ (uint64_t)(unsigned)values[i]) * 1099511628211u;
}

// A point of the picture as one of the window.
static SDL_Point onto_window(const struct ui *u, int x, int y)
{
    switch (u->options.rotate) {
    case 90:
        return (SDL_Point){u->window_w - 1 - y, x};
    case 180:
        return (SDL_Point){u->window_w - 1 - x, u->window_h - 1 - y};
    case 270:
        return (SDL_Point){y, u->window_h - 1 - x};
    default:
        return (SDL_Point){x, y};
    }
}

// And back.
SDL_Point ui_onto_picture(const struct ui *u, int x, int y)
{
    switch (u->options.rotate) {
    case 90:
        return (SDL_Point){y, u->window_w - 1 - x};
    case 180:
        return (SDL_Point){u->window_w - 1 - x, u->window_h - 1 - y};
    case 270:
        return (SDL_Point){u->window_h - 1 - y, x};
    default:
        return (SDL_Point){x, y};
    }
}

static void log_target(void *ctx, int target, struct rect r)
{
    const struct ui *u = ctx;
    char buffer[64];
    SDL_Point p = onto_window(u, r.x + r.w / 2, r.y + r.h / 2);
    log_event(LOG_INFO, "target", "id=%s x=%d y=%d w=%d h=%d",
              app_target_name(&u->stage.app, target, buffer, sizeof buffer), p.x, p.y, r.w, r.h);
}

static void tell_targets(struct ui *u)
{
    uint64_t h = 14695981039346656037u;
    layout_targets(&u->stage.layout, hash_target, &h);
    bool shown = u->stage.app.screen == APP_QUESTION || u->stage.app.screen == APP_SERVICE;
    if (shown && h != u->told_targets) {
        layout_targets(&u->stage.layout, log_target, u);
        u->told_targets = h;
    }
    u->say_targets = false;
}

static void tell_screen(struct ui *u)
{
    const struct app *a = &u->stage.app;
    bool further = a->screen == APP_QUESTION && a->step > 0;
    log_event(LOG_INFO, "screen", "name=%s lang=%s w=%d h=%d reason=%s question=%s",
              further ? survey_type_name(app_question(a)->type) : app_screen_name(a->screen),
              a->options.langs[a->lang], u->stage.w, u->stage.h, app_reason_code(a->reason),
              a->screen == APP_QUESTION ? app_question(a)->id.s : "");
    u->say_screen = false;
}

void ui_draw(struct ui *u)
{
    stage_draw(&u->stage);
    if (u->upright) {
        SDL_SetRenderTarget(u->sdl, u->upright);
        render_draw(u->render, &u->stage.list);
        SDL_SetRenderTarget(u->sdl, NULL);
        SDL_Rect to = {(u->window_w - u->stage.w) / 2, (u->window_h - u->stage.h) / 2, u->stage.w,
                       u->stage.h};
        SDL_RenderCopyEx(u->sdl, u->upright, NULL, &to, u->options.rotate, NULL, SDL_FLIP_NONE);
    } else {
        render_draw(u->render, &u->stage.list);
    }
    SDL_RenderPresent(u->sdl);
    u->dirty = false;
    if (u->say_targets)
        tell_targets(u);
    if (u->say_screen)
        tell_screen(u);
}

// ---------------------------------------------------------------- a screenshot
// The screen as it is now, as a PNG file in memory.
void ui_take_picture(struct ui *u, const char *id)
{
    static const char *const why = "no memory for the picture, or it is too large";
    if (!app_is_at_rest(&u->stage.app)) { // what somebody picks or writes is not for others to see
        u->ops.picture(u->ops.ctx, id, "somebody is at the kiosk: try again later", NULL, 0);
        return;
    }
    ui_draw(u); // the frame shown last is gone once it was presented
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, u->window_w, u->window_h, 24, SDL_PIXELFORMAT_RGB24);
    void *png = malloc(REMOTE_PNG_MAX);
    SDL_RWops *file = png ? SDL_RWFromMem(png, REMOTE_PNG_MAX) : NULL;
    bool ok = s && file &&
              SDL_RenderReadPixels(u->sdl, NULL, SDL_PIXELFORMAT_RGB24, s->pixels, s->pitch) == 0 &&
              IMG_SavePNG_RW(s, file, 0) == 0;
    u->ops.picture(u->ops.ctx, id, ok ? NULL : why, png, ok ? (size_t)SDL_RWtell(file) : 0);
    if (file)
        SDL_RWclose(file);
    SDL_FreeSurface(s);
    free(png);
}
