#include "kiosk/layout.h"

#include <stdio.h>
#include <string.h>

// What the steps below share: the layout under construction, its input and the scale.
struct maker {
    struct layout *l;
    const struct layout_input *in;
    const struct measure *m;
    const struct texts *texts; // of the language shown
    enum draw_direction direction;
    double u; // px of one design unit
    int margin;
    int top, bottom; // free area between header and footer
};

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

// `units` of the design in px, at least `floor_px`.
static int px_of(const struct maker *k, double units, int floor_px)
{
    return most((int)(units * k->u + 0.5), floor_px);
}

bool layout_is_list(int w, int h)
{
    return h * 10 > w * 11;
}

// ---------------------------------------------------------------- text
static struct text_block fit(const struct maker *k, const struct wish *wish)
{
    return typeset_fit(k->m, k->direction, wish);
}

static int block_height(const struct maker *k, const struct text_block *b)
{
    return typeset_height(k->m, b);
}

static void centre(struct text_block *b, int x, int y)
{
    b->y = y;
    for (int i = 0; i < b->count; i++)
        b->line[i].x = x - b->line[i].w / 2;
}

static void align_left(struct text_block *b, int x, int y)
{
    b->y = y;
    for (int i = 0; i < b->count; i++)
        b->line[i].x = x;
}

// Top of a block whose letters look centred on `y`: capitals stand a little below the middle of their line.
static int top_around(const struct maker *k, const struct text_block *b, int y)
{
    return y - block_height(k, b) / 2 - b->px * 3 / 100;
}

// ---------------------------------------------------------------- header and footer
static bool shows_languages(enum app_screen s)
{
    return s == APP_QUESTION || s == APP_OUT_OF_SERVICE;
}

// The language switch: in the row of the logo where there is room, else in rows of its own below it.
static void place_pills(struct maker *k, int row_y, int row_h, int org_right)
{
    struct layout *l = k->l;
    int height = px_of(k, l->list ? 76 : 56, LAYOUT_TARGET_PX), gap = px_of(k, 12, 8);
    int pad = px_of(k, l->list ? 30 : 24, 12), total = 0;
    l->pill_count = k->in->lang_count > 1 ? k->in->lang_count : 0;
    for (int i = 0; i < l->pill_count; i++) {
        const struct texts *t = &k->in->texts[i];
        struct maker own = *k;
        own.direction = texts_direction(t);
        // All are measured bold, so that nothing moves when another is chosen.
        struct wish wish = {
            t->of[TEXT_LANGUAGE], WEIGHT_BOLD, px_of(k, l->list ? 28 : 21, 14), 12, k->l->w / 2, 1, 100};
        struct layout_pill *p = &l->pill[i];
        p->label = fit(&own, &wish);
        p->rect = (struct rect){.w = most(p->label.line[0].w + 2 * pad, LAYOUT_TARGET_PX), .h = height};
        if (i != k->in->lang) {
            p->label.weight = WEIGHT_REGULAR;
            p->label.line[0].w =
                typeset_width(k->m, &p->label, p->label.line[0].text, p->label.line[0].bytes);
        }
        total += p->rect.w + (i > 0 ? gap : 0);
    }
    if (l->pill_count == 0)
        return;
    int room = l->w - 2 * k->margin, y = row_y + (row_h - height) / 2, first = 0;
    bool own_rows = org_right + 2 * gap + total > l->w - k->margin;
    if (own_rows)
        y = row_y + row_h + gap;
    while (first < l->pill_count) {
        int end = first, width = 0;
        for (; end < l->pill_count; end++) {
            int more = l->pill[end].rect.w + (end > first ? gap : 0);
            if (end > first && width + more > room)
                break;
            width += more;
        }
        int x = own_rows ? (l->w - width) / 2 : l->w - k->margin - width;
        for (; first < end; first++) {
            struct layout_pill *p = &l->pill[first];
            p->rect.x = x;
            p->rect.y = y;
            centre(&p->label, x + p->rect.w / 2, top_around(k, &p->label, y + height / 2));
            x += p->rect.w + gap;
        }
        y += height + gap;
    }
    k->top = most(k->top, y - gap);
}

static void place_header(struct maker *k)
{
    struct layout *l = k->l;
    int size = px_of(k, l->list ? 60 : 46, 28), gap = px_of(k, l->list ? 20 : 16, 8);
    int y = (int)((l->list ? 56 : 30) * k->u + 0.5), h = px_of(k, l->list ? 76 : 56, LAYOUT_TARGET_PX);
    l->logo = (struct rect){k->margin, y + (h - size) / 2, size, size};
    struct wish wish = {k->in->org, WEIGHT_BOLD, px_of(k, l->list ? 36 : 27, 14), 11, 0, 1, 100};
    wish.width = (l->w - 2 * k->margin) * (l->list ? 100 : 45) / 100 - size - gap;
    l->org = fit(k, &wish);
    align_left(&l->org, k->margin + size + gap, top_around(k, &l->org, y + h / 2));
    k->top = y + h;
    if (shows_languages(l->screen))
        place_pills(k, y, h, l->org.line[0].x + l->org.line[0].w);
}

static void place_footer(struct maker *k)
{
    struct layout *l = k->l;
    struct wish wish = {k->texts->of[TEXT_FOOTER],
                        WEIGHT_REGULAR,
                        px_of(k, l->list ? 28 : 20, 12),
                        9,
                        l->w - 2 * k->margin,
                        1,
                        100};
    l->footer = fit(k, &wish);
    int h = block_height(k, &l->footer), below = px_of(k, l->list ? 72 : 30, 5);
    centre(&l->footer, l->w / 2, l->h - below - h);
    k->bottom = l->footer.y;
}

// ---------------------------------------------------------------- the question
static enum text label_of(int score, int faces)
{
    static const enum text five[] = {TEXT_VERY_POOR, TEXT_POOR, TEXT_OKAY, TEXT_GOOD, TEXT_EXCELLENT};
    static const enum text four[] = {TEXT_VERY_POOR, TEXT_POOR, TEXT_GOOD, TEXT_EXCELLENT};
    return faces == 4 ? four[score - 1] : five[score - 1];
}

static enum draw_image image_of(int score, int faces)
{
    int of_five = faces == 4 && score > 2 ? score + 1 : score;
    return (enum draw_image)(IMAGE_FACE_1 + of_five - 1);
}

// Sets all labels in the size of the one that needs the smallest.
static int fit_labels(struct maker *k, int px, int px_min, int width, int lines)
{
    struct layout *l = k->l;
    int height = 0;
    for (int pass = 0; pass < 2; pass++) {
        int least_px = px;
        for (int i = 0; i < l->face_count; i++) {
            struct wish wish = {
                k->texts->of[label_of(i + 1, l->face_count)], WEIGHT_BOLD, px, px_min, width, lines, 78};
            l->face[i].label = fit(k, &wish);
            l->face[i].image = image_of(i + 1, l->face_count);
            least_px = least(least_px, l->face[i].label.px);
            height = most(height, block_height(k, &l->face[i].label));
        }
        if (pass == 0 && least_px == px)
            break;
        px = least_px;
        height = pass == 0 ? 0 : height;
    }
    return height;
}

// Heading and hint; returns their height. Placed by place_heading once their top is known.
static int fit_heading(struct maker *k, enum text title, enum text more, int width, double title_units,
                       double more_units, int gap)
{
    struct layout *l = k->l;
    bool two = l->list || l->face_count == 0;
    int inset = l->list ? px_of(k, 24, 0) : 0; // a long heading stays clear of the cards' edges
    struct wish big = {k->texts->of[title], WEIGHT_BOLD, px_of(k, title_units, 20), 15, width - 2 * inset, 2,
                       two ? 92 : 70};
    struct wish small = {k->texts->of[more], WEIGHT_REGULAR, px_of(k, more_units, 13), 11, width, 2, 80};
    l->title = fit(k, &big);
    l->more = fit(k, &small);
    return block_height(k, &l->title) + gap + block_height(k, &l->more);
}

static int place_heading(struct maker *k, int y, int gap)
{
    struct layout *l = k->l;
    centre(&l->title, l->w / 2, y);
    y += block_height(k, &l->title) + gap;
    centre(&l->more, l->w / 2, y);
    return y + block_height(k, &l->more);
}

// One card of the row: picture, words and a bar in the colour of the face, stacked.
static void fill_card(struct maker *k, struct layout_face *f, int label_h)
{
    struct rect c = f->card;
    int pad = px_of(k, 24, 7), bar_h = px_of(k, 6, 3), bar_w = px_of(k, 46, 18);
    int gap = px_of(k, 26, 4), low = px_of(k, 22, 4);
    int size = least(c.w - 2 * pad, c.h - label_h - bar_h - gap - low - 2 * px_of(k, 30, 8));
    int y = c.y + (c.h - size - gap - label_h - low - bar_h) / 2;
    f->face = (struct rect){c.x + (c.w - size) / 2, y, size, size};
    y += size + gap;
    int own_h = block_height(k, &f->label); // shorter labels stand in the middle of the longest one's room
    centre(&f->label, c.x + c.w / 2, y + (label_h - own_h) / 2);
    f->bar = (struct rect){c.x + (c.w - bar_w) / 2, y + label_h + low, bar_w, bar_h};
}

static void place_row(struct maker *k)
{
    struct layout *l = k->l;
    int n = l->face_count, gap = px_of(k, 22, 8), room = least(l->w - 2 * k->margin, px_of(k, 1310, 0));
    int card_w = least((room - gap * (n - 1)) / n, px_of(k, n == 4 ? 268 : 240, 0));
    int label_h = fit_labels(k, px_of(k, 29, 13), 10, card_w - 2 * px_of(k, 12, 4), 2);
    int near = px_of(k, 12, 2), far = px_of(k, 46, 8), edge = px_of(k, 26, 6);
    int heading = fit_heading(k, TEXT_QUESTION, TEXT_HINT, l->w - 2 * k->margin, 60, 28, near);
    int room_h = k->bottom - k->top - heading - far - 2 * edge;
    int card_h = least(px_of(k, 364, 0), room_h);
    int y = k->top + edge + (room_h - card_h) * 45 / 100;
    y = place_heading(k, y, near) + far;
    int x = (l->w - n * card_w - (n - 1) * gap) / 2;
    for (int i = 0; i < n; i++) {
        l->face[i].card = (struct rect){x, y, card_w, card_h};
        fill_card(k, &l->face[i], label_h);
        x += card_w + gap;
    }
    l->radius = px_of(k, 30, 10);
    l->lift = px_of(k, 5, 2);
}

static void place_list(struct maker *k)
{
    struct layout *l = k->l;
    int n = l->face_count, gap = px_of(k, 24, 4), width = l->w - 2 * k->margin;
    int near = px_of(k, 20, 2), far = px_of(k, 60, 5), edge = px_of(k, 40, 2);
    int heading = fit_heading(k, TEXT_QUESTION, TEXT_HINT, width, 74, 34, near);
    int room_h = k->bottom - k->top - heading - far - 2 * edge;
    if (room_h < n * LAYOUT_TARGET_PX + (n - 1) * gap) { // targets before air
        room_h += far / 2 + edge;
        far -= far / 2;
        edge /= 2;
    }
    int card_h = least(px_of(k, n == 4 ? 240 : 206, 0), (room_h - (n - 1) * gap) / n);
    int stack = n * card_h + (n - 1) * gap, pad = card_h * 11 / 100, size = card_h - 2 * pad;
    int face_x = k->margin + px_of(k, 36, 10), label_x = face_x + size + px_of(k, 44, 12);
    int bar_w = px_of(k, 7, 3), bar_h = card_h * 30 / 100,
        bar_x = k->margin + width - px_of(k, 40, 12) - bar_w;
    fit_labels(k, px_of(k, 48, 15), 11, bar_x - label_x - px_of(k, 16, 6), 1);
    int y = place_heading(k, k->top + edge + (room_h - stack) * 42 / 100, near) + far;
    for (int i = n - 1; i >= 0; i--) {
        struct layout_face *f = &l->face[i];
        f->card = (struct rect){k->margin, y, width, card_h};
        f->face = (struct rect){face_x, y + pad, size, size};
        align_left(&f->label, label_x, top_around(k, &f->label, y + card_h / 2));
        f->bar = (struct rect){bar_x, y + (card_h - bar_h) / 2, bar_w, bar_h};
        y += card_h + gap;
    }
    l->radius = px_of(k, 34, 10);
    l->lift = px_of(k, 6, 2);
}

// ---------------------------------------------------------------- messages
static void place_message(struct maker *k, enum text title, enum text more, enum draw_image image)
{
    struct layout *l = k->l;
    int near = px_of(k, 14, 4), gap = px_of(k, 40, 10), width = least(l->w - 2 * k->margin, px_of(k, 900, 0));
    int heading = fit_heading(k, title, more, width, l->list ? 76 : 60, l->list ? 36 : 29, near);
    int code_h = 0;
    if (l->code_text[0]) {
        struct wish wish = {l->code_text, WEIGHT_REGULAR, px_of(k, l->list ? 28 : 20, 12), 10, width, 1, 100};
        l->code = fit(k, &wish);
        code_h = block_height(k, &l->code) + gap;
    }
    int room = k->bottom - k->top;
    int size = least(px_of(k, l->list ? 340 : 236, 0), room - heading - code_h - gap - 2 * px_of(k, 20, 6));
    int y = k->top + (room - size - gap - heading - code_h) * 46 / 100;
    l->image = image;
    l->picture = (struct rect){(l->w - size) / 2, y, size, size};
    y = place_heading(k, y + size + gap, near);
    if (code_h > 0)
        centre(&l->code, l->w / 2, y + gap);
    l->radius = px_of(k, 30, 10);
}

// ---------------------------------------------------------------- right to left
static void mirror_rect(const struct layout *l, struct rect *r)
{
    r->x = l->w - r->x - r->w;
}

static void mirror_block(const struct layout *l, struct text_block *b)
{
    for (int i = 0; i < b->count; i++)
        b->line[i].x = l->w - b->line[i].x - b->line[i].w;
}

static void mirror(struct layout *l)
{
    struct text_block *const blocks[] = {&l->org, &l->title, &l->more, &l->footer, &l->code};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        mirror_block(l, blocks[i]);
    mirror_rect(l, &l->logo);
    for (int i = 0; i < l->pill_count; i++) {
        mirror_rect(l, &l->pill[i].rect);
        mirror_block(l, &l->pill[i].label);
    }
    for (int i = 0; i < l->face_count; i++) {
        struct layout_face *f = &l->face[i];
        mirror_rect(l, &f->card);
        mirror_rect(l, &f->face);
        mirror_rect(l, &f->bar);
        mirror_block(l, &f->label);
    }
}

void layout_make(struct layout *l, const struct layout_input *in, const struct measure *m)
{
    bool list = layout_is_list(in->w, in->h);
    double by_w = in->w / (list ? 1080.0 : 1280.0), by_h = in->h / (list ? 1920.0 : 800.0);
    *l = (struct layout){.w = in->w, .h = in->h, .list = list};
    l->screen = in->screen == APP_PRESSED ? APP_QUESTION : in->screen;
    struct maker k = {
        .l = l, .in = in, .m = m, .texts = &in->texts[in->lang], .u = by_w < by_h ? by_w : by_h};
    k.direction = texts_direction(k.texts);
    k.margin = px_of(&k, list ? 64 : 48, 12);
    place_header(&k);
    place_footer(&k);
    switch (l->screen) {
    case APP_THANKS:
        place_message(&k, TEXT_THANKS, TEXT_THANKS_MORE, IMAGE_THANKS);
        break;
    case APP_TRY_AGAIN:
        place_message(&k, TEXT_TRY_AGAIN, TEXT_TRY_AGAIN_MORE, IMAGE_TRY_AGAIN);
        break;
    case APP_OUT_OF_SERVICE:
        snprintf(l->code_text, sizeof l->code_text, "%.24s: %s", k.texts->of[TEXT_CODE],
                 app_reason_code(in->reason));
        place_message(&k, TEXT_OUT_OF_SERVICE, TEXT_OUT_OF_SERVICE_MORE, IMAGE_OUT_OF_SERVICE);
        break;
    default:
        l->face_count = in->faces;
        if (list)
            place_list(&k);
        else
            place_row(&k);
        break;
    }
    if (k.direction == DIRECTION_RTL)
        mirror(l);
}

// ---------------------------------------------------------------- targets
struct hit {
    int x, y, target;
};

static void hit_one(void *ctx, int target, struct rect r)
{
    struct hit *hit = ctx;
    if (hit->x >= r.x && hit->x < r.x + r.w && hit->y >= r.y && hit->y < r.y + r.h)
        hit->target = target;
}

int layout_hit(const struct layout *l, int x, int y)
{
    struct hit hit = {x, y, TARGET_NONE};
    layout_targets(l, hit_one, &hit);
    return hit.target;
}

void layout_targets(const struct layout *l, layout_on_target *each, void *ctx)
{
    for (int i = 0; i < l->face_count; i++)
        each(ctx, TARGET_FACE + i, l->face[i].card);
    for (int i = 0; i < l->pill_count; i++)
        each(ctx, TARGET_LANG + i, l->pill[i].rect);
}
