// layout: what is answered by one touch or a few: faces, a scale of figures, tiles.
#include "kiosk/layout_impl.h"

#include <stdio.h>
#include <string.h>

// ---------------------------------------------------------------- faces
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

static int fit_face_labels(struct maker *k, int px, int px_min, int width, int lines)
{
    const char *texts[LAYOUT_CARDS_MAX];
    for (int i = 0; i < k->l->card_count; i++)
        texts[i] = k->texts->of[label_of(i + 1, k->l->card_count)];
    return fit_labels(k, texts, px, px_min, width, lines);
}

// The first question's heading: title and hint, or what is told between customers, in the room of both.
static int fit_question(struct maker *k, int width, double title_units, double more_units, int near)
{
    struct layout *l = k->l;
    const struct survey_question *q = app_question(k->app);
    const char *title = words_of(k, q->title, q->type == SURVEY_NPS ? TEXT_SCALE_QUESTION : TEXT_QUESTION);
    const char *hint = words_of(k, q->hint, TEXT_HINT);
    int height = fit_heading(k, title, hint, width, title_units, more_units, near);
    bool room = k->app->step == 0 && k->in->scenes && l->h >= (l->list ? 780 : 460);
    if (!room)
        return height;
    // Kept for two lines and their label, so that nothing moves when the scene changes.
    int px = px_of(k, more_units, 13), line = k->m->height(k->m->ctx, WEIGHT_REGULAR, px);
    int title_h = block_height(k, &l->title);
    if (k->in->scene) {
        struct wish text = {k->in->scene, WEIGHT_REGULAR, px, 11, width, 2, 80};
        struct wish label = {
            k->in->scene_label, WEIGHT_BOLD, px_of(k, more_units * 0.8, 11), 9, width, 1, 100};
        l->more = fit(k, &text);
        l->scene = fit(k, &label);
    }
    return most(height, title_h + near + line * 9 / 10 + line * 5 / 2);
}

// `far`: air below it, of which it may take a part so as not to stick to what stands above.
static int place_question_heading(struct maker *k, int y, int near, int far, int height)
{
    struct layout *l = k->l;
    int hint_h = k->m->height(k->m->ctx, WEIGHT_REGULAR, l->more.px);
    int spare = most(height - block_height(k, &l->title) - near - hint_h, 0),
        down = least(spare / 3, far * 3 / 4);
    centre(&l->title, l->w / 2, y + down);
    int at = y + down + block_height(k, &l->title) + near;
    if (k->in->scene && l->scene.count > 0) {
        centre(&l->scene, l->w / 2, at);
        at += block_height(k, &l->scene);
    }
    centre(&l->more, l->w / 2, at);
    return y + height;
}

// One card of the row: picture, words and a bar in the colour of the face, stacked.
static void fill_card(struct maker *k, struct layout_card *c, int label_h)
{
    struct rect r = c->rect;
    int pad = px_of(k, 24, 7), bar_h = px_of(k, 6, 3), bar_w = px_of(k, 46, 18);
    int gap = px_of(k, 26, 4), low = px_of(k, 22, 4);
    int size = least(r.w - 2 * pad, r.h - label_h - bar_h - gap - low - 2 * px_of(k, 30, 8));
    int y = r.y + (r.h - size - gap - label_h - low - bar_h) / 2;
    c->picture = (struct rect){r.x + (r.w - size) / 2, y, size, size};
    y += size + gap;
    int own_h = block_height(k, &c->label); // shorter labels stand in the middle of the longest one's room
    centre(&c->label, r.x + r.w / 2, y + (label_h - own_h) / 2);
    c->bar = (struct rect){r.x + (r.w - bar_w) / 2, y + label_h + low, bar_w, bar_h};
}

static void place_row(struct maker *k)
{
    struct layout *l = k->l;
    int n = l->card_count, gap = px_of(k, 22, 8), room = least(l->w - 2 * k->margin, px_of(k, 1310, 0));
    int card_w = least((room - gap * (n - 1)) / n, px_of(k, n == 4 ? 268 : 240, 0));
    int label_h = fit_face_labels(k, px_of(k, 29, 13), 10, card_w - 2 * px_of(k, 12, 4), 2);
    int near = px_of(k, 12, 2), far = px_of(k, k->in->scenes ? 24 : 46, 8), edge = px_of(k, 26, 6);
    int heading = fit_question(k, l->w - 2 * k->margin, 60, 28, near);
    int room_h = k->bottom - k->top - heading - far - 2 * edge;
    int card_h = least(px_of(k, 364, 0), room_h);
    int y = k->top + edge + (room_h - card_h) * 45 / 100;
    y = place_question_heading(k, y, near, far, heading) + far;
    int x = (l->w - n * card_w - (n - 1) * gap) / 2;
    for (int i = 0; i < n; i++) {
        l->card[i].rect = (struct rect){x, y, card_w, card_h};
        fill_card(k, &l->card[i], label_h);
        x += card_w + gap;
    }
    l->radius = px_of(k, 30, 10);
    l->lift = px_of(k, 5, 2);
}

static void place_list(struct maker *k)
{
    struct layout *l = k->l;
    int n = l->card_count, gap = px_of(k, 24, 4), width = l->w - 2 * k->margin;
    int near = px_of(k, 20, 2), far = px_of(k, k->in->scenes ? 40 : 60, 5), edge = px_of(k, 40, 2);
    int heading = fit_question(k, width, 74, 34, near);
    int room_h = k->bottom - k->top - heading - far - 2 * edge;
    if (room_h < n * k->target_px + (n - 1) * gap) { // targets before air
        room_h += far / 2 + edge;
        far -= far / 2;
        edge /= 2;
    }
    int card_h = least(px_of(k, n == 4 ? 240 : 206, 0), (room_h - (n - 1) * gap) / n);
    int y = k->top + edge + (room_h - n * card_h - (n - 1) * gap) * 42 / 100;
    int first = y + heading + far;
    if (first < k->in->reach_top) { // a tall screen: the heading stays, what is touched goes down
        room_h = k->bottom - k->in->reach_top - edge;
        card_h = least(card_h, (room_h - (n - 1) * gap) / n);
        first = most(k->in->reach_top, first);
    }
    int pad = card_h * 11 / 100, size = card_h - 2 * pad;
    int face_x = k->margin + px_of(k, 36, 10), label_x = face_x + size + px_of(k, 44, 12);
    int bar_w = px_of(k, 7, 3), bar_h = card_h * 30 / 100,
        bar_x = k->margin + width - px_of(k, 40, 12) - bar_w;
    fit_face_labels(k, px_of(k, 48, 15), 11, bar_x - label_x - px_of(k, 16, 6), 1);
    place_question_heading(k, y, near, far, heading);
    y = first;
    for (int i = n - 1; i >= 0; i--) {
        struct layout_card *c = &l->card[i];
        c->rect = (struct rect){k->margin, y, width, card_h};
        c->picture = (struct rect){face_x, y + pad, size, size};
        align_left(&c->label, label_x, top_around(k, &c->label, y + card_h / 2));
        c->bar = (struct rect){bar_x, y + (card_h - bar_h) / 2, bar_w, bar_h};
        y += card_h + gap;
    }
    l->radius = px_of(k, 34, 10);
    l->lift = px_of(k, 6, 2);
}

static void place_skip(struct maker *k)
{
    if (k->app->step == 0)
        return;
    bool done = k->app->picked != 0;
    struct layout_button *b =
        add_button(k, done ? TARGET_DONE : TARGET_SKIP, done ? TEXT_DONE : TEXT_SKIP, done);
    b->rect.x = (k->l->w - b->rect.w) / 2;
    b->rect.y = k->bottom - b->rect.h - px_of(k, 14, 4);
    centre(&b->label, k->l->w / 2, top_around(k, &b->label, b->rect.y + b->rect.h / 2));
    k->bottom = b->rect.y;
}

void place_faces(struct maker *k)
{
    struct layout *l = k->l;
    l->card_count = app_question(k->app)->of;
    for (int i = 0; i < l->card_count; i++) {
        l->card[i].target = TARGET_FACE + i;
        l->card[i].image = image_of(i + 1, l->card_count);
    }
    place_skip(k);
    if (l->list)
        place_list(k);
    else
        place_row(k);
}

// ---------------------------------------------------------------- a scale of figures
void place_scale(struct maker *k)
{
    static const char *const figures[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};
    struct layout *l = k->l;
    int n = l->card_count = SURVEY_NPS_LEVELS, room = l->w - 2 * k->margin, rows = 1;
    int gap = px_of(k, l->list ? 12 : 14, 4), near = px_of(k, 12, 2), far = px_of(k, l->list ? 90 : 60, 8);
    while ((room - ((n + rows - 1) / rows - 1) * gap) / ((n + rows - 1) / rows) <
           most(k->target_px, px_of(k, 76, 0)))
        rows++;
    place_skip(k);
    int cols = (n + rows - 1) / rows,
        cell_w = least((room - (cols - 1) * gap) / cols, px_of(k, 150, k->target_px));
    int heading = fit_question(k, room, l->list ? 70 : 54, l->list ? 34 : 28, near);
    l->more = (struct text_block){0}; // the ends say it
    l->scene = (struct text_block){0};
    heading = block_height(k, &l->title);
    struct wish end = {k->texts->of[TEXT_SCALE_LOW],
                       WEIGHT_REGULAR,
                       px_of(k, l->list ? 30 : 23, 12),
                       10,
                       room / 2 - gap,
                       2,
                       80};
    l->low = fit(k, &end);
    end.text = k->texts->of[TEXT_SCALE_HIGH];
    l->high = fit(k, &end);
    int ends = most(block_height(k, &l->low), block_height(k, &l->high)) + near + px_of(k, 8, 2);
    int room_h = k->bottom - k->top - heading - far - ends, least_h = rows * k->target_px + (rows - 1) * gap;
    if (room_h < least_h) { // targets before air
        far = most(far - (least_h - room_h), 2);
        room_h = k->bottom - k->top - heading - far - ends;
    }
    int cell_h =
        least((room_h - (rows - 1) * gap) / rows, least(cell_w * 12 / 10, px_of(k, 170, k->target_px)));
    int y = k->top + (room_h - rows * cell_h - (rows - 1) * gap) * 45 / 100;
    centre(&l->title, l->w / 2, y);
    y = most(y + heading + far, k->in->reach_top);
    fit_labels(k, figures, px_of(k, l->list ? 50 : 44, 16), 12, cell_w, 1);
    int width = cols * cell_w + (cols - 1) * gap, left = (l->w - width) / 2;
    for (int i = 0; i < n; i++) {
        struct layout_card *c = &l->card[i];
        c->target = TARGET_FACE + i;
        c->rect =
            (struct rect){left + i % cols * (cell_w + gap), y + i / cols * (cell_h + gap), cell_w, cell_h};
        centre(&c->label, c->rect.x + cell_w / 2, top_around(k, &c->label, c->rect.y + cell_h / 2));
    }
    y += rows * cell_h + (rows - 1) * gap + near + px_of(k, 8, 2);
    align_left(&l->low, left, y);
    align_right(&l->high, left + width, y);
    l->radius = px_of(k, 22, 8);
    l->lift = px_of(k, 4, 2);
}

// ---------------------------------------------------------------- tiles
enum { PICTURE_LEAST_PX = 20 };

static const char *option_words(const struct maker *k, const struct survey_option *o)
{
    char name[IDENT_MAX + 10];
    enum text known;
    const char *words = survey_words(o->words, k->app->options.langs[k->app->lang], k->app->score);
    snprintf(name, sizeof name, "option-%s", o->id.s);
    if (!words && text_parse(name, &known))
        words = k->texts->of[known];
    return words ? words : o->id.s;
}

// Picture above words, in the middle of the tile; a low tile has them side by side.
static void fill_tile(struct maker *k, struct layout_card *c, int label_h, bool beside)
{
    struct rect r = c->rect;
    int pad = px_of(k, 18, 5), gap = px_of(k, k->l->list ? 20 : 16, 3);
    if (beside) {
        int size = least(r.h - 2 * pad, r.w / 4);
        c->picture = (struct rect){r.x + pad, r.y + (r.h - size) / 2, size, size};
        align_left(&c->label, r.x + 2 * pad + size, top_around(k, &c->label, r.y + r.h / 2));
        return;
    }
    int size = least(px_of(k, k->l->list ? 110 : 84, 0), r.h - label_h - gap - 2 * pad);
    int y = r.y + (r.h - size - gap - label_h) / 2;
    c->picture = (struct rect){r.x + (r.w - size) / 2, y, size, size};
    centre(&c->label, r.x + r.w / 2, y + size + gap + (label_h - block_height(k, &c->label)) / 2);
}

void place_choice(struct maker *k)
{
    struct layout *l = k->l;
    const struct survey_question *q = app_question(k->app);
    const char *texts[LAYOUT_CARDS_MAX];
    int n = l->card_count = q->option_count;
    for (int i = 0; i < n; i++) {
        l->card[i].target = TARGET_OPTION + i;
        l->card[i].image = IMAGE_ICON;
        l->card[i].icon = q->option[i].icon.s;
        texts[i] = option_words(k, &q->option[i]);
    }
    place_skip(k);
    k->bottom -= px_of(k, 10, 2); // clear of the button
    int gap = px_of(k, l->list ? 24 : 20, 6);
    int room = least(l->w - 2 * k->margin, px_of(k, l->list ? 960 : 1240, 0));
    int near = px_of(k, 10, 2), far = px_of(k, l->list ? 56 : 30, 6), edge = px_of(k, l->list ? 40 : 16, 4);
    int heading = fit_heading(k, words_of(k, q->title, TEXT_CHOICE_QUESTION),
                              words_of(k, q->hint, q->several ? TEXT_SEVERAL_HINT : TEXT_CHOICE_HINT), room,
                              l->list ? 68 : 50, l->list ? 34 : 26, near);
    int first = k->top + heading + far + 2 * edge, room_h = k->bottom - most(first, k->in->reach_top);
    int cols = l->list ? (n > 3 ? 2 : 1) : n <= 4 ? n : (n + 1) / 2, rows = (n + cols - 1) / cols;
    bool low = !l->list && (room_h - (rows - 1) * gap) / rows < 84;
    if (low && cols > 3) { // too small for a picture above words: wider tiles, and they come first
        heading = block_height(k, &l->title);
        l->more = (struct text_block){0};
        far = edge = px_of(k, 8, 3);
        first = k->top + heading + far + 2 * edge;
        room_h = k->bottom - most(first, k->in->reach_top);
        cols = 3;
        rows = (n + cols - 1) / cols;
    }
    int cell_w = least((room - (cols - 1) * gap) / cols, px_of(k, l->list ? 960 : 400, 0));
    int cell_h = least((room_h - (rows - 1) * gap) / rows, px_of(k, l->list ? 250 : 210, k->target_px));
    bool beside = low || (l->list && cols == 1);
    int pad = px_of(k, 18, 5), width = cell_w - 2 * pad, narrow = least(cell_h - 2 * pad, cell_w / 4) + pad;
    int px = px_of(k, l->list ? 32 : 25, 13);
    int label_h = fit_labels(k, texts, px, 9, beside ? width - narrow : width, 2);
    if (!beside && cell_h - label_h - 3 * pad < PICTURE_LEAST_PX) { // no room for a picture above the words
        beside = true;
        label_h = fit_labels(k, texts, px, 9, width - narrow, 2);
    }
    int y = k->top + edge + (room_h - rows * cell_h - (rows - 1) * gap) * 42 / 100;
    y = most(place_heading(k, y, near) + far, k->in->reach_top);
    for (int i = 0; i < n; i++) {
        int row = i / cols, in_row = row == rows - 1 ? n - row * cols : cols;
        int left = (l->w - in_row * cell_w - (in_row - 1) * gap) / 2;
        l->card[i].rect =
            (struct rect){left + i % cols * (cell_w + gap), y + row * (cell_h + gap), cell_w, cell_h};
        fill_tile(k, &l->card[i], label_h, beside);
    }
    l->radius = px_of(k, 26, 8);
    l->lift = px_of(k, 4, 2);
}
