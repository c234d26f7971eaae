#include "kiosk/stage.h"

#include "kiosk/view.h"

#include <stdio.h>
#include <string.h>

void stage_init(struct stage *s, const struct stage_options *o, const struct show *show,
                const struct app_options *app, mono_ms now)
{
    struct app_options options = *app;
    memset(s, 0, sizeof *s);
    s->options = *o;
    s->show = show;
    s->opens = -1;
    s->brightness = 100;
    show_fill(show, &options);
    app_init(&s->app, &options, now);
}

static struct layout_input input_of(struct stage *s)
{
    struct layout_input in = {
        .w = s->w,
        .h = s->h,
        .app = &s->app,
        .texts = s->show->texts,
        .org = s->options.org,
        .target_px = s->options.target_px,
        .speech = s->options.speech,
        .scenes = s->app.options.scenes > 1,
        .thanks = s->thanks[0] ? s->thanks : NULL,
    };
    if (s->options.reach_px > 0 && s->options.reach_px < s->h)
        in.reach_top = s->h - s->options.reach_px;
    if (show_scene(s->show, s->app.lang, s->app.scene, s->tally, &s->scene)) {
        in.scene = s->scene.text;
        in.scene_label = s->scene.label;
    }
    if (s->opens >= 0) {
        snprintf(s->opens_text, sizeof s->opens_text, "%02d:%02d", s->opens / 60 % 24, s->opens % 60);
        in.opens = s->opens_text;
    }
    return in;
}

void stage_place(struct stage *s, const struct measure *m)
{
    struct layout_input in = input_of(s);
    layout_make(&s->layout, &in, m);
}

void stage_retype(struct stage *s, const struct measure *m)
{
    struct layout_input in = input_of(s);
    layout_retype(&s->layout, &in, m);
}

void stage_draw(struct stage *s)
{
    view_draw(&s->list, &s->layout, &s->app, &s->show->theme);
    if (s->brightness < 100) {
        struct draw_cmd *shade = draw_add(&s->list, DRAW_BOX, (struct rect){0, 0, s->w, s->h});
        shade->fill = shade->low = 0xff000000u;
        shade->alpha = (unsigned char)(255 - s->brightness * 255 / 100);
    }
}
