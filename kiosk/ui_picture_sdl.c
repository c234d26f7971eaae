// ui: the picture: layout, drawing, and what the log tells of it.
#include "kiosk/ui_impl.h"

#include "shared/hash.h"
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
    *h = hash_bytes(*h, values, sizeof values);
}

static void log_target(void *ctx, int target, struct rect r)
{
    const struct ui *u = ctx;
    char buffer[64];
    int x = r.x + r.w / 2, y = r.y + r.h / 2;
    screen_onto_window(&u->screen, &x, &y);
    log_event(LOG_INFO, "target", "id=%s x=%d y=%d w=%d h=%d",
              app_target_name(&u->stage.app, target, buffer, sizeof buffer), x, y, r.w, r.h);
}

static void tell_targets(struct ui *u)
{
    uint64_t h = HASH_START;
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
    struct rect parts[DAMAGE_MAX];
    stage_draw(&u->stage);
    int n = render_draw(u->render, &u->stage.list, &u->screen.canvas, parts);
    u->dirty = n > 0 && !screen_show(&u->screen, parts, n);
    if (u->dirty) {
        ui_on_size(u);
        return;
    }
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
    ui_draw(u);
    SDL_Surface *s = screen_picture(&u->screen);
    void *png = malloc(REMOTE_PNG_MAX);
    SDL_RWops *file = png ? SDL_RWFromMem(png, REMOTE_PNG_MAX) : NULL;
    bool ok = s && file && IMG_SavePNG_RW(s, file, 0) == 0;
    u->ops.picture(u->ops.ctx, id, ok ? NULL : why, png, ok ? (size_t)SDL_RWtell(file) : 0);
    if (file)
        SDL_RWclose(file);
    SDL_FreeSurface(s);
    free(png);
}
