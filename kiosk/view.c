#include "kiosk/view.h"

static struct rect moved(struct rect r, int dy)
{
    r.y += dy;
    return r;
}

static struct rect grown(struct rect r, int by)
{
    return (struct rect){r.x - by, r.y - by, r.w + 2 * by, r.h + 2 * by};
}

static void draw_block(struct draw_list *dl, const struct text_block *b, argb colour, int dy, int alpha)
{
    for (int i = 0; i < b->count; i++) {
        struct rect r = {b->line[i].x, b->y + i * b->line_h + dy, b->line[i].w, b->line_h};
        struct draw_cmd *c = draw_add(dl, DRAW_TEXT, r);
        c->weight = b->weight;
        c->direction = b->direction;
        c->px = b->px;
        c->fill = colour;
        c->text = b->line[i].text;
        c->bytes = b->line[i].bytes;
        c->alpha = (unsigned char)alpha;
    }
}

static void draw_shadow(struct draw_list *dl, struct rect r, int radius, int blur, argb colour, int alpha)
{
    struct draw_cmd *c = draw_add(dl, DRAW_SHADOW, moved(r, blur * 2 / 5));
    c->radius = radius;
    c->blur = blur;
    c->fill = colour;
    c->alpha = (unsigned char)alpha;
}

static struct draw_cmd *draw_box(struct draw_list *dl, struct rect r, int radius, argb fill, argb low)
{
    struct draw_cmd *c = draw_add(dl, DRAW_BOX, r);
    c->radius = radius;
    c->fill = fill;
    c->low = low;
    return c;
}

static void draw_focus(struct draw_list *dl, const struct layout *l, struct rect r, int radius,
                       const struct theme *t)
{
    int ring = l->radius / 7 < 3 ? 3 : l->radius / 7;
    struct draw_cmd *c = draw_box(dl, grown(r, 2 * ring), radius + 2 * ring, 0, 0);
    c->edge = t->focus;
    c->edge_px = ring;
}

static void draw_header(struct draw_list *dl, const struct layout *l, const struct app *a,
                        const struct theme *t)
{
    draw_add(dl, DRAW_PICTURE, l->logo)->image = IMAGE_LOGO;
    draw_block(dl, &l->org, t->ink, 0, 255);
    for (int i = 0; i < l->pill_count; i++) {
        const struct layout_pill *p = &l->pill[i];
        bool chosen = i == a->lang;
        int radius = p->rect.h / 2;
        if (!chosen)
            draw_shadow(dl, p->rect, radius, p->rect.h / 5, t->shadow, 150);
        struct draw_cmd *c =
            draw_box(dl, p->rect, radius, chosen ? t->accent : t->card, chosen ? t->accent : t->card);
        c->edge = t->edge;
        c->edge_px = chosen ? 0 : 1;
        draw_block(dl, &p->label, chosen ? t->on_accent : t->soft, 0, 255);
        if (a->focus == TARGET_LANG + i)
            draw_focus(dl, l, p->rect, radius, t);
    }
}

// `down` in thousandths: all cards sink together and their content pales, whichever was touched.
static void draw_question(struct draw_list *dl, const struct layout *l, const struct app *a,
                          const struct theme *t, int down)
{
    int sink = l->lift * down / 1000, blur = l->radius;
    int alpha = 255 - 150 * down / 1000;
    draw_block(dl, &l->title, t->ink, 0, alpha);
    draw_block(dl, &l->more, t->soft, 0, alpha);
    for (int i = 0; i < l->face_count; i++)
        draw_shadow(dl, l->face[i].card, l->radius, blur, t->shadow, 255); // stays: fading it costs 2 ms
    for (int i = 0; i < l->face_count; i++) {
        const struct layout_face *f = &l->face[i];
        struct draw_cmd *c = draw_box(dl, moved(f->card, sink), l->radius, t->card, t->card_low);
        c->edge = t->edge;
        c->edge_px = 1;
        struct draw_cmd *picture = draw_add(dl, DRAW_PICTURE, moved(f->face, sink));
        picture->image = f->image;
        picture->alpha = (unsigned char)alpha;
        draw_block(dl, &f->label, t->ink, sink, alpha);
        argb bar = t->face[f->image - IMAGE_FACE_1];
        int thin = f->bar.w < f->bar.h ? f->bar.w : f->bar.h;
        draw_box(dl, moved(f->bar, sink), thin / 2, bar, bar)->alpha = (unsigned char)alpha;
        if (a->focus == TARGET_FACE + i)
            draw_focus(dl, l, f->card, l->radius, t);
    }
}

// `up` in thousandths: the message rises a little while it appears.
static void draw_message(struct draw_list *dl, const struct layout *l, const struct theme *t, int up)
{
    int dy = (1000 - up) * l->radius / 1500, alpha = 255 * up / 1000;
    struct draw_cmd *picture = draw_add(dl, DRAW_PICTURE, moved(l->picture, dy));
    picture->image = l->image;
    picture->alpha = (unsigned char)alpha;
    draw_block(dl, &l->title, t->ink, dy, alpha);
    draw_block(dl, &l->more, t->soft, dy, alpha);
    draw_block(dl, &l->code, t->faint, dy, alpha);
}

// Fast at first, then coming to rest: 1 - (1 - p)^2, in thousandths.
static int eased(int p)
{
    int left = 1000 - p;
    return 1000 - left * left / 1000;
}

void view_draw(struct draw_list *dl, const struct layout *l, const struct app *a, const struct theme *t)
{
    dl->count = 0;
    dl->full = false;
    struct draw_cmd *back = draw_add(dl, DRAW_BACKGROUND, (struct rect){0, 0, l->w, l->h});
    back->fill = t->back_top;
    back->low = t->back_bottom;
    back->edge = t->glow;
    draw_header(dl, l, a, t);
    if (l->face_count == 0)
        draw_message(dl, l, t, eased(app_progress(a)));
    else // a press answers in its first frame: it starts a third of the way down
        draw_question(dl, l, a, t, a->screen == APP_PRESSED ? 333 + eased(app_progress(a)) * 667 / 1000 : 0);
    draw_block(dl, &l->footer, t->faint, 0, 255);
}
