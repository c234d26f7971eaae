// One screen as a PNG file, drawn as the window draws it but with no display: for previews and golden
// pictures.
#include "kiosk/ui_sdl.h"

#include "kiosk/render_sdl.h"
#include "kiosk/type_sdl.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATE_MS = 3600 * 1000 }; // the program has run for an hour: no deadline lies before its start

struct named {
    const struct app *app;
    const char *name;
    int target;
};

static void match_name(void *ctx, int target, struct rect r)
{
    struct named *n = ctx;
    char buffer[64];
    (void)r;
    if (strcmp(app_target_name(n->app, target, buffer, sizeof buffer), n->name) == 0)
        n->target = target;
}

static void set_stage(struct stage *s, const struct ui_options *o, const struct ui_still *still)
{
    struct app *a = &s->app;
    s->w = o->width;
    s->h = o->height;
    s->tally = 128;
    s->opens = 8 * 60;
    if (s->show->content.thanks_code)
        snprintf(s->thanks, sizeof s->thanks, "K7M-2QX");
    a->screen = still->screen;
    a->reason = still->reason;
    a->lang = still->lang;
    a->step = still->step;
    a->score = still->score;
    a->picked = still->picked;
    a->scene = still->scene;
    a->service.page = still->page;
    a->service.digits = 3;
    if (still->facts)
        s->facts = *still->facts;
    if (app_question(a)->type >= SURVEY_TEXT)
        typing_start(&a->typing, app_question(a)->type == SURVEY_CONTACT ? 2 : 1, TYPING_CHARACTERS_MAX);
    if (still->written)
        typing_add(&a->typing, still->written);
    a->now = a->since + APP_REVEAL_MS + a->options.press_ms; // every animation has ended
    if (still->warn)
        a->touched =
            a->now + a->options.warn_ms / 2 - (app_is_typing(a) ? a->options.typing_ms : a->options.step_ms);
}

static bool draw_still(const struct ui_options *o, const struct show *show, const struct ui_still *still,
                       struct type *type, struct render *render, const struct canvas *canvas)
{
    struct measure m = type_measure(type);
    struct stage *stage = malloc(sizeof *stage);
    if (!stage)
        return false;
    stage_init(stage, &o->stage, show, &o->app, LATE_MS);
    set_stage(stage, o, still);
    stage_place(stage, &m);
    if (still->focus_name) {
        struct named n = {&stage->app, still->focus_name, TARGET_NONE};
        layout_targets(&stage->layout, match_name, &n);
        stage->app.focus = n.target;
    }
    stage_draw(stage);
    struct rect parts[DAMAGE_MAX];
    render_draw(render, &stage->list, canvas, parts);
    bool ok = !stage->list.full;
    free(stage);
    return ok;
}

bool ui_render(const struct ui_options *o, const struct show *show, const struct ui_still *still,
               const char *png_path, struct ui_error *ret_error)
{
    const char *why = "out of memory";
    bool ok = false;
    struct type *type = type_create(&show->fonts, &why);
    SDL_Surface *picture = SDL_CreateRGBSurfaceWithFormat(0, o->width, o->height, 32, SDL_PIXELFORMAT_RGB888);
    struct render *render = picture && type ? render_create(type, o->assets) : NULL;
    struct canvas canvas = {0};
    if (render)
        canvas = (struct canvas){picture->pixels, picture->pitch / 4, picture->w, picture->h, NULL};
    if (render && draw_still(o, show, still, type, render, &canvas)) {
        ok = IMG_SavePNG(picture, png_path) == 0;
        why = IMG_GetError();
    }
    if (!ok)
        snprintf(ret_error->text, sizeof ret_error->text, "cannot draw %.120s: %.200s", png_path, why);
    render_destroy(render);
    SDL_FreeSurface(picture);
    type_destroy(type);
    return ok;
}
