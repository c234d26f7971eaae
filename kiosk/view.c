#include "kiosk/view.h"

#include <string.h>

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
    if (l->logo.w == 0)
        return;
    struct draw_cmd *logo = draw_add(dl, DRAW_PICTURE, l->logo);
    logo->image = t->logo[0] ? IMAGE_FILE : IMAGE_LOGO;
    logo->text = t->logo;
    logo->bytes = (int)strlen(t->logo);
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

static void draw_icon(struct draw_list *dl, const char *name, struct rect r, argb colour, int alpha)
{
    struct draw_cmd *c = draw_add(dl, DRAW_PICTURE, r);
    c->image = IMAGE_ICON;
    c->text = name;
    c->bytes = (int)strlen(name);
    c->fill = colour;
    c->alpha = (unsigned char)alpha;
}

// How high a face hops in the gentle motion between customers: one after the other, from the left.
static int hop(const struct layout *l, const struct app *a, int place)
{
    int wave = app_wave(a);
    if (wave < 0)
        return 0;
    int p = wave * (l->card_count + 2) - place * 1000; // 0..2000: on its way up and down again
    if (p <= 0 || p >= 2000)
        return 0;
    return l->radius * 2 / 5 * (p * (2000 - p) / 1000) / 1000;
}

static void draw_card(struct draw_list *dl, const struct layout *l, const struct app *a,
                      const struct theme *t, int i, int sink, int alpha)
{
    const struct layout_card *k = &l->card[i];
    bool picked = k->target >= TARGET_OPTION && (a->picked >> (k->target - TARGET_OPTION) & 1) != 0;
    struct draw_cmd *c = draw_box(dl, moved(k->rect, sink), l->radius, picked ? t->accent : t->card,
                                  picked ? t->accent : t->card_low);
    c->edge = t->edge;
    c->edge_px = 1;
    int dy = sink - (k->bar.w > 0 && !l->list ? hop(l, a, i) : 0);
    if (k->picture.w > 0 && k->image == IMAGE_ICON)
        draw_icon(dl, k->icon, moved(k->picture, dy), picked ? t->on_accent : t->icon, alpha);
    else if (k->picture.w > 0) {
        struct draw_cmd *picture = draw_add(dl, DRAW_PICTURE, moved(k->picture, dy));
        picture->image = k->image;
        picture->alpha = (unsigned char)alpha;
    }
    draw_block(dl, &k->label, picked ? t->on_accent : t->ink, sink, alpha);
    if (k->bar.w > 0) {
        argb bar = t->face[k->image - IMAGE_FACE_1];
        int thin = k->bar.w < k->bar.h ? k->bar.w : k->bar.h;
        draw_box(dl, moved(k->bar, sink), thin / 2, bar, bar)->alpha = (unsigned char)alpha;
    }
    if (a->focus == k->target)
        draw_focus(dl, l, k->rect, l->radius, t);
}

static void draw_button(struct draw_list *dl, const struct layout *l, const struct app *a,
                        const struct theme *t, const struct layout_button *b)
{
    int radius = b->rect.h / 2;
    if (l->key_count > 0)
        radius = l->radius;
    argb fill = b->primary ? t->accent : t->card;
    struct draw_cmd *c = draw_box(dl, b->rect, radius, fill, fill);
    c->edge = t->edge;
    c->edge_px = b->primary ? 0 : 1;
    if (b->icon)
        draw_icon(dl, b->icon, b->picture, t->soft, 255);
    draw_block(dl, &b->label, b->primary ? t->on_accent : t->soft, 0, 255);
    if (a->focus == b->target)
        draw_focus(dl, l, b->rect, radius, t);
}

static void draw_keys(struct draw_list *dl, const struct layout *l, const struct app *a,
                      const struct theme *t)
{
    for (int i = 0; i < l->key_count; i++) {
        const struct layout_key *k = &l->key[i];
        struct draw_cmd *c = draw_box(dl, k->rect, l->radius * 2 / 3, t->card, t->card_low);
        c->edge = t->edge;
        c->edge_px = 1;
        if (k->icon)
            draw_icon(dl, k->icon, k->picture, t->ink, 255);
        draw_block(dl, &k->label, t->ink, 0, 255);
        if (a->focus == k->target)
            draw_focus(dl, l, k->rect, l->radius * 2 / 3, t);
    }
}

static void draw_typing(struct draw_list *dl, const struct layout *l, const struct app *a,
                        const struct theme *t)
{
    for (int i = 0; i < l->field_count; i++) {
        const struct layout_field *f = &l->field[i];
        bool written = a->typing.field == i;
        struct draw_cmd *c = draw_box(dl, f->rect, l->radius, t->card, t->card);
        c->edge = written ? t->focus : t->field;
        c->edge_px = written ? 2 : 1;
        if (a->typing.text[i][0])
            draw_block(dl, &f->value, t->ink, 0, 255);
        else
            draw_block(dl, &f->name, t->faint, 0, 255);
        if (written)
            draw_box(dl, f->caret, 0, t->focus, t->focus);
    }
    draw_keys(dl, l, a, t);
}

// "Still there?" over the footer, with a bar that runs out.
static void draw_warning(struct draw_list *dl, const struct layout *l, const struct app *a,
                         const struct theme *t)
{
    struct rect r = l->warning;
    draw_box(dl, r, r.h / 2, t->accent, t->accent);
    draw_block(dl, &l->warning_text, t->on_accent, 0, 255);
    int inset = r.h / 2, h = r.h / 14 < 2 ? 2 : r.h / 14;
    struct rect bar = {r.x + inset, r.y + r.h - 2 * h - h / 2, (r.w - 2 * inset) * app_warning(a) / 1000, h};
    if (l->warning_text.direction == DIRECTION_RTL)
        bar.x = r.x + r.w - inset - bar.w;
    if (bar.w > 0)
        draw_box(dl, bar, h / 2, t->on_accent, t->on_accent);
}

// `down` in thousandths: all cards sink together and their content pales, whichever was touched.
static void draw_question(struct draw_list *dl, const struct layout *l, const struct app *a,
                          const struct theme *t, int down)
{
    int sink = l->lift * down / 1000, blur = l->radius;
    int alpha = 255 - 150 * down / 1000;
    draw_block(dl, &l->title, t->ink, 0, alpha);
    draw_block(dl, &l->scene, t->icon, 0, alpha);
    draw_block(dl, &l->more, t->soft, 0, alpha);
    for (int i = 0; i < l->card_count; i++)
        draw_shadow(dl, l->card[i].rect, l->radius, blur, t->shadow, 255); // stays: fading it costs 2 ms
    for (int i = 0; i < l->card_count; i++)
        draw_card(dl, l, a, t, i, sink, alpha);
    draw_block(dl, &l->low, t->soft, 0, alpha);
    draw_block(dl, &l->high, t->soft, 0, alpha);
    draw_typing(dl, l, a, t);
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
    draw_block(dl, &l->code, l->screen == APP_THANKS ? t->ink : t->faint, dy, alpha);
    if (l->qr_text) {
        struct draw_cmd *qr = draw_add(dl, DRAW_QR, moved(l->qr, dy));
        qr->text = l->qr_text;
        qr->bytes = (int)strlen(l->qr_text);
        qr->fill = 0xff000000u; // scanners want it dark on light, whatever the theme
        qr->low = 0xffffffffu;
        qr->alpha = (unsigned char)alpha;
        draw_block(dl, &l->qr_label, t->soft, dy, alpha);
    }
}

// ---------------------------------------------------------------- the menu for staff
static void draw_service(struct draw_list *dl, const struct layout *l, const struct app *a,
                         const struct theme *t)
{
    static const argb colours[SERVICE_COLOURS] = {0xffff0000u, 0xff00ff00u, 0xff0000ffu,
                                                  0xffffffffu, 0xff000000u, 0xff808080u};
    const struct service *s = &a->service;
    draw_block(dl, &l->title, t->ink, 0, 255);
    draw_block(dl, &l->more, t->soft, 0, 255);
    if (s->page == SERVICE_SCREEN) {
        argb colour = colours[s->colour % SERVICE_COLOURS];
        draw_box(dl, (struct rect){0, 0, l->w, l->h}, 0, colour, colour);
        return;
    }
    for (int i = 0; i < l->row_count; i++) {
        draw_box(dl, l->row[i].rect, l->radius / 2, t->card, t->card);
        draw_block(dl, &l->row[i].name, t->soft, 0, 255);
        draw_block(dl, &l->row[i].value, t->ink, 0, 255);
    }
    draw_keys(dl, l, a, t);
    if (s->page == SERVICE_PIN) { // a dot for each digit, whatever the PIN's length
        struct rect f = l->field[0].rect;
        int size = f.h * 2 / 5, gap = size / 2, width = s->digits * size + (s->digits - 1) * gap;
        struct draw_cmd *c = draw_box(dl, f, l->radius, t->card, t->card);
        c->edge = t->edge;
        c->edge_px = 1;
        for (int i = 0; i < s->digits; i++)
            draw_box(
                dl,
                (struct rect){f.x + (f.w - width) / 2 + i * (size + gap), f.y + (f.h - size) / 2, size, size},
                size / 2, t->ink, t->ink);
    }
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
    if (l->screen == APP_SERVICE)
        draw_service(dl, l, a, t);
    else if (l->screen != APP_QUESTION)
        draw_message(dl, l, t, eased(app_progress(a)));
    else // a press answers in its first frame: it starts a third of the way down
        draw_question(dl, l, a, t, a->screen == APP_PRESSED ? 333 + eased(app_progress(a)) * 667 / 1000 : 0);
    for (int i = 0; i < l->button_count; i++)
        draw_button(dl, l, a, t, &l->button[i]);
    if (app_warning(a) >= 0 && l->warning.w > 0)
        draw_warning(dl, l, a, t);
    else
        draw_block(dl, &l->footer, t->faint, 0, 255);
    if (l->identify.w > 0) {
        draw_box(dl, l->identify, 0, t->accent, t->accent);
        draw_block(dl, &l->identify_text, t->on_accent, 0, 255);
    }
}
