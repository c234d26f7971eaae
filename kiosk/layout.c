#include "kiosk/layout_impl.h"

#include <stdio.h>
#include <string.h>

int px_of(const struct maker *k, double units, int floor_px)
{
    return most((int)(units * k->u + 0.5), floor_px);
}

bool layout_is_list(int w, int h)
{
    return h * 10 > w * 11;
}

// ---------------------------------------------------------------- text
struct text_block fit(const struct maker *k, const struct wish *wish)
{
    return typeset_fit(k->m, k->direction, wish);
}

int block_height(const struct maker *k, const struct text_block *b)
{
    return typeset_height(k->m, b);
}

void centre(struct text_block *b, int x, int y)
{
    b->y = y;
    for (int i = 0; i < b->count; i++)
        b->line[i].x = x - b->line[i].w / 2;
}

void align_left(struct text_block *b, int x, int y)
{
    b->y = y;
    for (int i = 0; i < b->count; i++)
        b->line[i].x = x;
}

void align_right(struct text_block *b, int x, int y)
{
    b->y = y;
    for (int i = 0; i < b->count; i++)
        b->line[i].x = x - b->line[i].w;
}

int top_around(const struct maker *k, const struct text_block *b, int y)
{
    return y - block_height(k, b) / 2 - b->px * 3 / 100;
}

const char *words_of(const struct maker *k, const struct config_pairs *own, enum text fallback)
{
    const char *words = survey_words(own, k->app->options.langs[k->app->lang], k->app->score);
    return words ? words : k->texts->of[fallback];
}

// The size at which the one that needs the smallest has room in so many lines; 0: one has not.
static int common_px(const struct maker *k, const char *const *texts, const struct wish *wish)
{
    int px = wish->px;
    for (int i = 0; i < k->l->card_count; i++) {
        struct wish own = *wish;
        own.text = texts[i];
        struct text_block b = fit(k, &own);
        if (b.cut)
            return 0;
        px = least(px, b.px);
    }
    return px;
}

int fit_labels(struct maker *k, const char *const *texts, int px, int px_min, int width, int lines)
{
    struct layout *l = k->l;
    struct wish wish = {"", WEIGHT_BOLD, px, most(px * 78 / 100, px_min), width, 1, 100};
    int common = common_px(k, texts, &wish); // a little smaller before a further line
    if (common == 0) {
        wish.px_min = px_min;
        wish.lines = lines;
        common = common_px(k, texts, &wish);
    }
    wish.px = wish.px_min = common > 0 ? common : px_min;
    int height = 0;
    for (int i = 0; i < l->card_count; i++) {
        wish.text = texts[i];
        l->card[i].label = fit(k, &wish);
        height = most(height, block_height(k, &l->card[i].label));
    }
    return height;
}

// ---------------------------------------------------------------- header and footer
static bool shows_languages(const struct maker *k)
{
    const struct layout *l = k->l;
    return (l->screen == APP_QUESTION && k->app->step == 0) || l->screen == APP_OUT_OF_SERVICE ||
           l->screen == APP_CLOSED;
}

// The language switch: in the row of the logo where there is room, else in rows of its own below it.
static void place_pills(struct maker *k, int row_y, int row_h, int org_right)
{
    struct layout *l = k->l;
    int height = px_of(k, l->list ? 76 : 56, k->target_px), gap = px_of(k, 12, 8);
    int pad = px_of(k, l->list ? 30 : 24, 12), total = 0;
    l->pill_count = k->app->options.lang_count > 1 ? k->app->options.lang_count : 0;
    for (int i = 0; i < l->pill_count; i++) {
        const struct texts *t = &k->in->texts[i];
        struct maker own = *k;
        own.direction = texts_direction(t);
        // All are measured bold, so that nothing moves when another is chosen.
        struct wish wish = {
            t->of[TEXT_LANGUAGE], WEIGHT_BOLD, px_of(k, l->list ? 28 : 21, 14), 12, k->l->w / 2, 1, 100};
        struct layout_pill *p = &l->pill[i];
        p->label = fit(&own, &wish);
        p->rect = (struct rect){.w = most(p->label.line[0].w + 2 * pad, k->target_px), .h = height};
        if (i != k->app->lang) {
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
    if (!shows_languages(k))
        return;
    if (k->in->reach_top > y) // the switch stands where arms begin to reach, above what else is touched
        place_pills(k, k->in->reach_top - h - px_of(k, 12, 8), h, l->w);
    else
        place_pills(k, y, h, l->org.line[0].x + l->org.line[0].w);
}

static void place_footer(struct maker *k)
{
    struct layout *l = k->l;
    struct wish wish = {.text = k->texts->of[TEXT_FOOTER],
                        .weight = WEIGHT_REGULAR,
                        .px = px_of(k, l->list ? 28 : 20, 12),
                        .px_min = 9,
                        .width = l->w - 2 * k->margin,
                        .lines = 1,
                        .keep = 100};
    int below = px_of(k, l->list ? 72 : 30, 5);
    if (k->in->speech) { // its button stands at the left
        int size = px_of(k, l->list ? 88 : 60, k->target_px), low = l->h - below / 2;
        int y = (k->in->reach_bottom > 0 ? least(low, k->in->reach_bottom) : low) - size;
        struct layout_button *b = &l->button[l->button_count++];
        *b = (struct layout_button){.target = TARGET_SPEECH, .icon = "speech"};
        b->rect = (struct rect){k->margin, y, size, size};
        b->picture = (struct rect){k->margin + size / 4, y + size / 4, size - size / 2, size - size / 2};
        wish.width -= 2 * (size + px_of(k, 16, 6));
    }
    l->footer = fit(k, &wish);
    int h = block_height(k, &l->footer);
    centre(&l->footer, l->w / 2, l->h - below - h);
    k->footer_mid = l->footer.y + h / 2;
    k->bottom = l->footer.y;
    if (l->button_count > 0)
        k->bottom = least(k->bottom, l->button[0].rect.y - px_of(k, 8, 2));
    if (k->in->reach_bottom > 0)
        k->bottom = least(k->bottom, k->in->reach_bottom);
    k->floor = k->bottom;
}

// "Still there?" stands where the footer is, so that nothing else moves.
static void place_warning(struct maker *k)
{
    struct layout *l = k->l;
    char *text = l->more_text;
    snprintf(text, sizeof l->more_text, "%s %s", k->texts->of[TEXT_STILL_THERE],
             k->texts->of[TEXT_STILL_THERE_MORE]);
    int pad = px_of(k, 28, 12), h = px_of(k, l->list ? 84 : 56, 30), beside = 0;
    if (l->button_count > 0 && l->button[0].target == TARGET_SPEECH)
        beside = 2 * (l->button[0].rect.w + px_of(k, 16, 6));
    struct wish wish = {text,
                        WEIGHT_BOLD,
                        px_of(k, l->list ? 30 : 22, 13),
                        9,
                        l->w - 2 * k->margin - 2 * pad - beside,
                        l->w < 480 || beside > 0 ? 2 : 1,
                        100};
    l->warning_text = fit(k, &wish);
    h = most(h, block_height(k, &l->warning_text) + 6);
    int w = 2 * pad;
    for (int i = 0; i < l->warning_text.count; i++)
        w = most(w, l->warning_text.line[i].w + 2 * pad);
    int y = most(least(k->footer_mid - h / 2, l->h - h - px_of(k, 6, 2)), k->floor);
    if (k->small) // there is no room at the foot: over the header
        y = px_of(k, 6, 2);
    l->warning = (struct rect){(l->w - w) / 2, y, w, h};
    centre(&l->warning_text, l->w / 2, top_around(k, &l->warning_text, y + l->warning.h / 2));
}

// ---------------------------------------------------------------- headings and buttons
int fit_heading(struct maker *k, const char *title, const char *more, int width, double title_units,
                double more_units, int gap)
{
    struct layout *l = k->l;
    bool two = l->list || l->card_count == 0;
    int inset = l->list ? px_of(k, 24, 0) : 0; // a long heading stays clear of the cards' edges
    struct wish big = {title, WEIGHT_BOLD,  px_of(k, title_units, 20), 15, width - 2 * inset,
                       2,     two ? 92 : 70};
    struct wish small = {more, WEIGHT_REGULAR, px_of(k, more_units, 13), 11, width, 2, 80};
    l->title = fit(k, &big);
    l->more = fit(k, &small);
    return block_height(k, &l->title) + gap + block_height(k, &l->more);
}

int place_heading(struct maker *k, int y, int gap)
{
    struct layout *l = k->l;
    centre(&l->title, l->w / 2, y);
    y += block_height(k, &l->title) + gap;
    centre(&l->more, l->w / 2, y);
    return y + block_height(k, &l->more);
}

struct layout_button *add_button(struct maker *k, int target, enum text label, bool primary)
{
    struct layout *l = k->l;
    struct layout_button *b = &l->button[l->button_count++];
    int height = px_of(k, l->list ? 92 : 64, k->target_px), pad = px_of(k, l->list ? 52 : 40, 14);
    struct wish wish = {k->texts->of[label],
                        WEIGHT_BOLD,
                        px_of(k, l->list ? 34 : 25, 14),
                        10,
                        l->w / 2 - 2 * k->margin,
                        1,
                        100};
    *b = (struct layout_button){.target = target, .primary = primary, .label = fit(k, &wish)};
    b->rect = (struct rect){.w = most(b->label.line[0].w + 2 * pad, 3 * height), .h = height};
    return b;
}

// ---------------------------------------------------------------- messages
static void place_message(struct maker *k, enum text title, const char *more, enum draw_image image)
{
    struct layout *l = k->l;
    int near = px_of(k, 14, 4), gap = px_of(k, 40, 10), width = least(l->w - 2 * k->margin, px_of(k, 900, 0));
    int heading =
        fit_heading(k, k->texts->of[title], more, width, l->list ? 76 : 60, l->list ? 36 : 29, near);
    int code_h = 0;
    if (l->code_text[0]) {
        struct wish wish = {l->code_text, WEIGHT_REGULAR, px_of(k, l->list ? 28 : 20, 12), 10, width, 1, 100};
        if (l->screen == APP_THANKS) { // to be read and remembered
            wish.weight = WEIGHT_BOLD;
            wish.px = px_of(k, l->list ? 38 : 28, 13);
        }
        l->code = fit(k, &wish);
        code_h = block_height(k, &l->code) + gap;
    }
    int room = k->bottom - k->top, qr_h = 0;
    if (l->qr_text) {
        int side = least(px_of(k, l->list ? 380 : 216, 96), room * 38 / 100);
        struct wish wish = {k->texts->of[TEXT_THANKS_LINK],
                            WEIGHT_REGULAR,
                            px_of(k, l->list ? 30 : 22, 11),
                            9,
                            width,
                            1,
                            100};
        l->qr_label = fit(k, &wish);
        l->qr = (struct rect){(l->w - side) / 2, 0, side, side};
        qr_h = side + block_height(k, &l->qr_label) + 2 * near;
    }
    int size =
        least(px_of(k, l->list ? 340 : 236, 0), room - heading - code_h - qr_h - gap - 2 * px_of(k, 20, 6));
    if (l->qr_text && size < px_of(k, 60, 24)) // no room for a picture worth looking at
        size = 0;
    int y = k->top + (room - size - gap - heading - code_h - qr_h) * 46 / 100;
    l->image = image;
    l->picture = (struct rect){(l->w - size) / 2, y, size, size};
    y = place_heading(k, y + size + gap, near);
    if (code_h > 0) {
        centre(&l->code, l->w / 2, y + gap);
        y += code_h;
    }
    l->qr.y = y + near;
    if (l->qr_text)
        centre(&l->qr_label, l->w / 2, l->qr.y + l->qr.h + near);
    l->radius = px_of(k, 30, 10);
}

static void place_closed(struct maker *k)
{
    struct layout *l = k->l;
    snprintf(l->more_text, sizeof l->more_text, k->texts->of[TEXT_CLOSED_MORE],
             k->in->opens ? k->in->opens : "");
    place_message(k, TEXT_CLOSED, l->more_text, IMAGE_CLOSED);
}

static void place_thanks(struct maker *k)
{
    struct layout *l = k->l;
    l->qr_text = k->in->link;
    if (k->in->thanks)
        snprintf(l->code_text, sizeof l->code_text, "%.40s: %.12s", k->texts->of[TEXT_THANKS_CODE],
                 k->in->thanks);
    place_message(k, TEXT_THANKS, k->texts->of[TEXT_THANKS_MORE], IMAGE_THANKS);
}

static void place_out_of_service(struct maker *k)
{
    struct layout *l = k->l;
    snprintf(l->code_text, sizeof l->code_text, "%.24s: %s", k->texts->of[TEXT_CODE],
             app_reason_code(k->app->reason));
    place_message(k, TEXT_OUT_OF_SERVICE, k->texts->of[TEXT_OUT_OF_SERVICE_MORE], IMAGE_OUT_OF_SERVICE);
}

// Large enough to be read from across the hall.
static void place_identify(struct maker *k)
{
    struct layout *l = k->l;
    int h = l->h / 3;
    struct wish wish = {k->in->identify, WEIGHT_BOLD, h * 6 / 10, 12, l->w - 2 * k->margin, 1, 100};
    l->identify = (struct rect){0, (l->h - h) / 2, l->w, h};
    l->identify_text = fit(k, &wish);
    centre(&l->identify_text, l->w / 2, top_around(k, &l->identify_text, l->h / 2));
}

static void place_question(struct maker *k)
{
    switch (app_question(k->app)->type) {
    case SURVEY_FACES:
        place_faces(k);
        break;
    case SURVEY_NPS:
        place_scale(k);
        break;
    case SURVEY_CHOICE:
        place_choice(k);
        break;
    default:
        place_typing(k);
        break;
    }
    if (k->app->step > 0)
        place_warning(k);
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

// All but the keyboard, whose keys stand as on keyboards, and the fields above it.
static void mirror(struct layout *l)
{
    struct text_block *const blocks[] = {&l->org,   &l->title, &l->more, &l->footer,      &l->code,
                                         &l->scene, &l->low,   &l->high, &l->warning_text};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        mirror_block(l, blocks[i]);
    mirror_rect(l, &l->logo);
    mirror_block(l, &l->qr_label);
    for (int i = 0; i < l->pill_count; i++) {
        mirror_rect(l, &l->pill[i].rect);
        mirror_block(l, &l->pill[i].label);
    }
    for (int i = 0; i < l->card_count; i++) {
        struct layout_card *c = &l->card[i];
        mirror_rect(l, &c->rect);
        mirror_rect(l, &c->picture);
        mirror_rect(l, &c->bar);
        mirror_block(l, &c->label);
    }
    for (int i = 0; i < l->button_count && l->key_count == 0; i++) {
        mirror_rect(l, &l->button[i].rect);
        mirror_rect(l, &l->button[i].picture);
        mirror_block(l, &l->button[i].label);
    }
}

// ---------------------------------------------------------------- the whole
static struct maker maker_of(struct layout *l, const struct layout_input *in, const struct measure *m)
{
    double by_w = in->w / (l->list ? 1080.0 : 1280.0), by_h = in->h / (l->list ? 1920.0 : 800.0);
    struct maker k = {.l = l, .in = in, .m = m, .app = in->app, .u = by_w < by_h ? by_w : by_h};
    k.texts = &in->texts[in->app->lang];
    k.direction = texts_direction(k.texts);
    k.margin = px_of(&k, l->list ? 64 : 48, 12);
    k.target_px = most(in->target_px, LAYOUT_TARGET_PX);
    return k;
}

void layout_make(struct layout *l, const struct layout_input *in, const struct measure *m)
{
    *l = (struct layout){.w = in->w, .h = in->h, .list = layout_is_list(in->w, in->h)};
    l->screen = in->app->screen == APP_PRESSED ? APP_QUESTION : in->app->screen;
    struct maker k = maker_of(l, in, m);
    bool writes = l->screen == APP_QUESTION && app_question(in->app)->type >= SURVEY_TEXT;
    k.bottom = k.floor = in->h;
    k.small = least(in->w, in->h) < 600;
    if (!k.small || (!writes && l->screen != APP_SERVICE)) // a keyboard needs all of a small screen
        place_header(&k);
    place_footer(&k);
    switch (l->screen) {
    case APP_THANKS:
        place_thanks(&k);
        break;
    case APP_TRY_AGAIN:
        place_message(&k, TEXT_TRY_AGAIN, k.texts->of[TEXT_TRY_AGAIN_MORE], IMAGE_TRY_AGAIN);
        break;
    case APP_OUT_OF_SERVICE:
        place_out_of_service(&k);
        break;
    case APP_CLOSED:
        place_closed(&k);
        break;
    case APP_SERVICE:
        place_service(&k);
        break;
    default:
        place_question(&k);
        break;
    }
    if (k.direction == DIRECTION_RTL)
        mirror(l);
    if (in->identify)
        place_identify(&k);
}

void layout_retype(struct layout *l, const struct layout_input *in, const struct measure *m)
{
    struct maker k = maker_of(l, in, m);
    if (l->field_count > 0)
        place_typed(&k);
}

// ---------------------------------------------------------------- targets
void layout_targets(const struct layout *l, layout_on_target *each, void *ctx)
{
    for (int i = 0; i < l->card_count; i++) {
        int n = l->list && l->card[0].target == TARGET_FACE ? l->card_count - 1 - i
                                                            : i; // the best face is on top
        each(ctx, l->card[n].target, l->card[n].rect);
    }
    for (int i = 0; i < l->field_count && l->screen != APP_SERVICE; i++)
        each(ctx, TARGET_FIELD + i, l->field[i].cell);
    for (int i = 0; i < l->key_count; i++)
        each(ctx, l->key[i].target, l->key[i].cell);
    for (int i = 0; i < l->button_count; i++)
        each(ctx, l->button[i].target, l->button[i].cell.w > 0 ? l->button[i].cell : l->button[i].rect);
    for (int i = 0; i < l->pill_count; i++)
        each(ctx, TARGET_LANG + i, l->pill[i].rect);
}

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
    if (hit.target == TARGET_NONE && l->logo.w > 0) // the hidden corner: the logo
        hit_one(&hit, TARGET_CORNER, l->logo);
    return hit.target;
}

struct find {
    int target;
    struct rect rect;
};

static void find_one(void *ctx, int target, struct rect r)
{
    struct find *f = ctx;
    if (target == f->target)
        f->rect = r;
}

struct rect layout_target_rect(const struct layout *l, int target)
{
    struct find f = {.target = target};
    layout_targets(l, find_one, &f);
    return f.rect;
}

// ---------------------------------------------------------------- focus
struct search {
    enum layout_way way;
    int from, first, last, before, after; // in reading order
    bool passed;
    struct rect rect;         // of `from`
    int nearest, nearest_far; // on the side of an arrow
};

// How far `r` lies on the side of an arrow, sideways counted threefold; -1: not on that side.
static int distance(struct rect from, struct rect r, enum layout_way way)
{
    int dx = (r.x + r.w / 2) - (from.x + from.w / 2), dy = (r.y + r.h / 2) - (from.y + from.h / 2);
    int along = way == WAY_LEFT ? -dx : way == WAY_RIGHT ? dx : way == WAY_UP ? -dy : dy;
    int across = way == WAY_LEFT || way == WAY_RIGHT ? dy : dx;
    across = across < 0 ? -across : across;
    return along <= 0 || across > 3 * along ? -1 : along + 3 * across;
}

static void search_one(void *ctx, int target, struct rect r)
{
    struct search *s = ctx;
    if (s->first == TARGET_NONE)
        s->first = target;
    if (s->passed && s->after == TARGET_NONE)
        s->after = target;
    s->passed |= target == s->from;
    if (!s->passed)
        s->before = target;
    s->last = target;
    int far = s->way < WAY_NEXT && target != s->from ? distance(s->rect, r, s->way) : -1;
    if (far >= 0 && (s->nearest == TARGET_NONE || far < s->nearest_far)) {
        s->nearest = target;
        s->nearest_far = far;
    }
}

int layout_focus(const struct layout *l, int from, enum layout_way way)
{
    struct search s = {.way = way, .from = from, .rect = layout_target_rect(l, from)};
    bool back = way == WAY_BACK || way == WAY_LEFT || way == WAY_UP;
    layout_targets(l, search_one, &s);
    if (s.rect.w == 0) // none yet, or it is not on this screen
        return back ? s.last : s.first;
    if (s.nearest != TARGET_NONE)
        return s.nearest;
    int next = back ? s.before : s.after;
    return next != TARGET_NONE ? next : back ? s.last : s.first;
}
