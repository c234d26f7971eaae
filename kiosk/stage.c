#include "kiosk/stage.h"

#include "kiosk/view.h"
#include "shared/redeem.h"

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
        .identify = s->identify ? s->options.name : NULL,
        .thanks = s->thanks[0] ? s->thanks : NULL,
        .link = s->show->content.thanks_link[0] ? s->show->content.thanks_link : NULL,
    };
    if (s->options.reach_px > 0 && s->options.reach_px < s->h)
        in.reach_top = s->h - s->options.reach_px;
    if (s->options.low_px > 0 && s->options.low_px < s->h / 2)
        in.reach_bottom = s->h - s->options.low_px;
    if (show_scene(s->show, s->app.lang, s->app.scene, s->tally, &s->scene)) {
        in.scene = s->scene.text;
        in.scene_label = s->scene.label;
    }
    if (s->app.screen == APP_SERVICE) {
        const struct layout_fact facts[] = {{TEXT_SERVICE_VERSION, s->facts.version},
                                            {TEXT_SERVICE_NETWORK, s->facts.network},
                                            {TEXT_SERVICE_OUTBOX, s->facts.outbox},
                                            {TEXT_SERVICE_CONTENT, s->facts.content}};
        in.fact_count = (int)(sizeof facts / sizeof *facts);
        memcpy(in.fact, facts, sizeof facts);
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

void stage_set_tally(struct stage *s, int day, int visits)
{
    s->day = day;
    s->tally = visits;
}

void stage_day(struct stage *s, int day)
{
    if (day != s->day)
        stage_set_tally(s, day, 0);
}

void stage_begin(struct stage *s)
{
    s->thanks[0] = '\0';
}

void stage_saved(struct stage *s, const struct saved *saved, const uint8_t epoch[EPOCH_BYTES])
{
    if (saved->result != SAVE_COMMITTED)
        return;
    if (s->app.visit == 0 && saved->ticket == s->app.ticket && s->show->content.thanks_code)
        redeem_code(epoch, saved->seq, s->thanks);
    s->tally += s->app.step == 0;
}

void stage_use(struct stage *s, const struct show *show)
{
    s->show = show;
    stage_begin(s);
}

void stage_tell_content(struct stage *s)
{
    const struct survey *survey = &s->show->survey;
    snprintf(s->facts.content, sizeof s->facts.content, "%.40s %d, %s", survey->id.s, survey->version,
             s->show->hash[0] ? "pushed" : "own file");
}

void stage_dot(struct stage *s, int x, int y)
{
    struct stage_dots *d = &s->dots;
    d->x[d->next] = x;
    d->y[d->next] = y;
    d->next = (d->next + 1) % STAGE_DOTS_MAX;
    d->count += d->count < STAGE_DOTS_MAX;
}

static void draw_dots(struct stage *s)
{
    enum { RADIUS = 14 };
    const struct theme *t = &s->show->theme;
    for (int i = 0; i < s->dots.count; i++) {
        struct draw_cmd *c =
            draw_add(&s->list, DRAW_BOX,
                     (struct rect){s->dots.x[i] - RADIUS, s->dots.y[i] - RADIUS, 2 * RADIUS, 2 * RADIUS});
        c->radius = RADIUS;
        c->fill = c->low = t->focus;
    }
}

void stage_draw(struct stage *s)
{
    view_draw(&s->list, &s->layout, &s->app, &s->show->theme);
    if (s->app.screen == APP_SERVICE && s->app.service.page == SERVICE_TOUCH)
        draw_dots(s);
    else
        s->dots.count = s->dots.next = 0;
    if (s->brightness < 100) {
        struct draw_cmd *shade = draw_add(&s->list, DRAW_BOX, (struct rect){0, 0, s->w, s->h});
        shade->fill = shade->low = 0xff000000u;
        shade->alpha = (unsigned char)(255 - s->brightness * 255 / 100);
    }
}
