// One screen as a PNG file, drawn as the window draws it but with no display: for previews and golden
// pictures.
#include "kiosk/ui_sdl.h"

#include "kiosk/render_sdl.h"
#include "kiosk/type_sdl.h"
#include "kiosk/view.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>

static bool draw_still(const struct ui_options *o, const struct ui_still *still, struct type *type,
                       struct render *render)
{
    struct app app;
    app_init(&app, &o->app, 0);
    app.screen = still->screen;
    app.reason = still->reason;
    app.lang = still->lang;
    app.focus = still->focus;
    app.now = app.since + 3600000; // every animation has ended
    struct layout_input in = {
        .w = o->width,
        .h = o->height,
        .screen = app.screen,
        .reason = app.reason,
        .faces = o->app.faces,
        .lang = app.lang,
        .lang_count = o->app.lang_count,
        .texts = o->texts,
        .org = o->org,
    };
    struct measure m = type_measure(type);
    struct layout *layout = malloc(sizeof *layout);
    struct draw_list *list = malloc(sizeof *list);
    bool ok = layout && list;
    if (ok) {
        layout_make(layout, &in, &m);
        view_draw(list, layout, &app, o->theme);
        render_draw(render, list);
        ok = !list->full;
    }
    free(layout);
    free(list);
    return ok;
}

bool ui_render(const struct ui_options *o, const struct ui_still *still, const char *png_path,
               struct ui_error *ret_error)
{
    const char *why = "out of memory";
    bool ok = false;
    struct type *type = type_create(o->fonts, &why);
    SDL_Surface *picture = SDL_CreateRGBSurfaceWithFormat(0, o->width, o->height, 32, SDL_PIXELFORMAT_RGB888);
    SDL_Renderer *sdl = picture ? SDL_CreateSoftwareRenderer(picture) : NULL;
    struct render *render = sdl && type ? render_create(sdl, type, o->assets) : NULL;
    if (render && draw_still(o, still, type, render)) {
        SDL_RenderFlush(sdl);
        ok = IMG_SavePNG(picture, png_path) == 0;
        why = IMG_GetError();
    }
    if (!ok)
        snprintf(ret_error->text, sizeof ret_error->text, "cannot draw %.120s: %.200s", png_path, why);
    render_destroy(render);
    if (sdl)
        SDL_DestroyRenderer(sdl);
    SDL_FreeSurface(picture);
    type_destroy(type);
    return ok;
}
