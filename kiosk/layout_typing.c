// layout: what is written: fields and the keyboard below them.
#include "kiosk/layout_impl.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 10 };

static int units(const struct maker *k, int row, int list)
{
    return k->l->list ? list : row;
}

// What contact data is used for: the words with the first "%d" replaced by the days. They may be anybody's
// own: no format.
static void purpose_words(const char *words, int days, char *ret, size_t n)
{
    const char *at = strstr(words, "%d");
    if (at)
        snprintf(ret, n, "%.*s%d%s", (int)(at - words), words, days, at + 2);
    else
        snprintf(ret, n, "%s", words);
}

// ---------------------------------------------------------------- what is written
// The end of a text that has no room as a whole.
static const char *tail(const struct maker *k, const struct text_block *b, const char *text, int width)
{
    while (*text && typeset_width(k->m, b, text, (int)strlen(text)) > width) {
        text++;
        while (((unsigned char)*text & 0xc0) == 0x80)
            text++;
    }
    return text;
}

static void place_value(struct maker *k, struct layout_field *f, const char *text, int lines)
{
    int pad = px_of(k, units(k, 22, 30), 8), px = px_of(k, units(k, 28, 38), 15), width = f->rect.w - 2 * pad;
    int line_h = k->m->height(k->m->ctx, WEIGHT_REGULAR, px), reach = 0;
    struct wish wish = {text, WEIGHT_REGULAR, px, px, width, TYPESET_LINES_MAX, 100};
    f->value = fit(k, &wish);
    int first = most(f->value.count - lines, 0);
    f->value.count -= first;
    memmove(f->value.line, f->value.line + first, (size_t)f->value.count * sizeof *f->value.line);
    if (f->value.count > 0) {
        struct text_line *last = &f->value.line[f->value.count - 1];
        if (last->w > width) {
            last->text = tail(k, &f->value, last->text, width);
            last->bytes = (int)strlen(last->text);
            last->w = typeset_width(k->m, &f->value, last->text, last->bytes);
        }
        reach = last->w + (text[strlen(text) - 1] == ' ' ? px / 4 : 0);
    }
    bool rtl = k->direction == DIRECTION_RTL;
    int y = lines == 1 ? f->rect.y + (f->rect.h - line_h) / 2 : f->rect.y + pad / 2;
    if (rtl)
        align_right(&f->value, f->rect.x + f->rect.w - pad, y);
    else
        align_left(&f->value, f->rect.x + pad, y);
    int caret_w = px_of(k, 3, 2), below = most(f->value.count - 1, 0) * f->value.line_h;
    int x = rtl ? f->rect.x + f->rect.w - pad - reach - caret_w : f->rect.x + pad + reach;
    f->caret = (struct rect){x, y + below + line_h / 8, caret_w, line_h * 3 / 4};
}

static int lines_of(const struct maker *k, const struct layout_field *f)
{
    int px = px_of(k, units(k, 28, 38), 15), pad = px_of(k, units(k, 22, 30), 8);
    int lines = (f->rect.h - pad - px * 136 / 100) / (px * 128 / 100) + 1;
    return app_question(k->app)->type == SURVEY_TEXT ? most(1, least(lines, TYPESET_LINES_MAX)) : 1;
}

void place_typed(struct maker *k)
{
    for (int i = 0; i < k->l->field_count; i++)
        place_value(k, &k->l->field[i], k->app->typing.text[i], lines_of(k, &k->l->field[i]));
}

// ---------------------------------------------------------------- keys
static void fill_key(struct maker *k, struct layout_key *key, const struct keyboard_key *from, int px)
{
    struct rect c = key->cell;
    int gap = px_of(k, 6, 2);
    key->rect = (struct rect){c.x + gap / 2, c.y + gap / 2, c.w - gap, c.h - gap};
    if (from->action == KEYBOARD_ERASE || from->action == KEYBOARD_SHIFT) {
        int size = least(key->rect.w, key->rect.h) * 48 / 100;
        key->icon = from->action == KEYBOARD_ERASE ? "key-erase" : "key-shift";
        key->picture = (struct rect){c.x + (c.w - size) / 2, c.y + (c.h - size) / 2, size, size};
        return;
    }
    struct wish wish = {from->label, WEIGHT_REGULAR, px, 10, key->rect.w - 2, 1, 100};
    key->label = fit(k, &wish);
    centre(&key->label, c.x + c.w / 2, top_around(k, &key->label, c.y + c.h / 2));
}

static void add_key(struct maker *k, int index, struct rect cell, int px)
{
    struct layout_key *key = &k->l->key[k->l->key_count++];
    *key = (struct layout_key){.target = TARGET_KEY + index, .cell = cell};
    fill_key(k, key, &k->l->keyboard.key[index], px);
}

static void place_button(struct maker *k, struct layout_button *b, struct rect cell)
{
    int gap = px_of(k, 6, 2);
    b->cell = cell;
    b->rect = (struct rect){cell.x + gap / 2, cell.y + gap / 2, cell.w - gap, cell.h - gap};
    struct wish wish = {
        b->label.line[0].text, WEIGHT_BOLD, px_of(k, units(k, 24, 32), 13), 8, b->rect.w - 4, 2, 80};
    b->label = fit(k, &wish);
    centre(&b->label, cell.x + cell.w / 2, top_around(k, &b->label, cell.y + cell.h / 2));
}

// The row below the letters: page, space, skip, send.
static void place_last_row(struct maker *k, int page_key, struct rect row, int px)
{
    struct layout *l = k->l;
    bool digits = page_key < 0;
    int unit = row.w / COLUMNS, x = row.x;
    int wide = digits ? row.w / 2 : unit * 5 / 2, page_w = digits ? 0 : unit * 3 / 2;
    if (page_w > 0 && page_w < k->target_px)
        page_w = k->target_px;
    if (!digits) {
        add_key(k, page_key, (struct rect){x, row.y, page_w, row.h}, px * 8 / 10);
        struct layout_key *space = &l->key[l->key_count++];
        int space_w = row.w - page_w - 2 * wide;
        *space = (struct layout_key){.target = TARGET_SPACE, .cell = {x + page_w, row.y, space_w, row.h}};
        struct keyboard_key blank = {.action = KEYBOARD_TYPE};
        fill_key(k, space, &blank, px * 7 / 10);
        struct wish wish = {
            k->texts->of[TEXT_SPACE], WEIGHT_REGULAR, px * 7 / 10, 8, space->rect.w - 2, 1, 100};
        space->label = fit(k, &wish);
        centre(&space->label, x + page_w + space_w / 2, top_around(k, &space->label, row.y + row.h / 2));
        x += page_w + space_w;
    }
    bool contact = app_question(k->app)->type == SURVEY_CONTACT;
    place_button(k, add_button(k, TARGET_SKIP, TEXT_SKIP, false), (struct rect){x, row.y, wide, row.h});
    place_button(k, add_button(k, TARGET_DONE, contact ? TEXT_CONTACT_AGREE : TEXT_SEND, true),
                 (struct rect){x + wide, row.y, row.w - (x - row.x) - wide, row.h});
}

// The most keys in a row, and at least COLUMNS.
static int widest_row(const struct keyboard_page *p)
{
    int widest = COLUMNS, count = 0;
    for (int i = 0; i < p->count; i++) {
        count = i > 0 && p->key[i].row == p->key[i - 1].row ? count + 1 : 1;
        widest = most(widest, count);
    }
    return widest;
}

// Rows as on a keyboard; on a screen too narrow for ten keys of a finger's width they flow in fewer columns.
static void place_keys(struct maker *k, struct rect room)
{
    struct layout *l = k->l;
    const struct keyboard_page *p = &l->keyboard;
    bool digits = app_question(k->app)->type == SURVEY_NUMBER;
    int last = digits ? p->count : p->count - 1; // the page key stands in the last row
    int columns = digits ? 3 : COLUMNS, rows = p->rows - (digits ? 0 : 1);
    bool flow = !digits && room.w / widest_row(p) < k->target_px;
    if (flow) {
        columns = least(COLUMNS, room.w / k->target_px);
        rows = (last + columns - 1) / columns;
    }
    int row_h = least(room.h / (rows + 1), px_of(k, units(k, 84, 128), k->target_px));
    if (digits)
        room = (struct rect){room.x + (room.w - least(room.w, row_h * 6)) / 2, room.y,
                             least(room.w, row_h * 6), room.h};
    int px = px_of(k, units(k, 30, 42), 15), y = room.y + room.h - (rows + 1) * row_h;
    for (int i = 0, row = 0, at = 0, in_row = 0; i < last; i++) {
        bool first = i == 0 || (flow ? at == columns : p->key[i].row != p->key[i - 1].row);
        if (first) {
            row = i == 0 ? 0 : row + 1;
            at = 0;
            for (in_row = 0;
                 i + in_row < last && (flow ? in_row < columns : p->key[i + in_row].row == p->key[i].row);)
                in_row++;
        }
        // A row with more keys than columns has narrower ones; one with fewer stands in the middle.
        int across = flow ? columns : most(columns, in_row), left = digits && in_row == 2 ? 1 : 0;
        int x0 = room.x + (left ? room.w * left / across : (across - in_row) * room.w / across / 2);
        int from = x0 + at * room.w / across, to = x0 + (at + 1) * room.w / across;
        add_key(k, i, (struct rect){from, y + row * row_h, to - from, row_h}, px);
        at++;
    }
    place_last_row(k, digits ? -1 : p->count - 1, (struct rect){room.x, y + rows * row_h, room.w, row_h}, px);
}

// ---------------------------------------------------------------- the whole
void place_typing(struct maker *k)
{
    static const enum text titles[] = {[SURVEY_TEXT] = TEXT_TEXT_QUESTION,
                                       [SURVEY_CONTACT] = TEXT_CONTACT_QUESTION,
                                       [SURVEY_NUMBER] = TEXT_NUMBER_QUESTION};
    static const enum text hints[] = {[SURVEY_TEXT] = TEXT_TEXT_HINT, [SURVEY_NUMBER] = TEXT_NUMBER_HINT};
    struct layout *l = k->l;
    const struct survey_question *q = app_question(k->app);
    bool contact = q->type == SURVEY_CONTACT, small = k->small;
    if (contact)
        purpose_words(words_of(k, q->purpose, TEXT_CONTACT_PURPOSE), q->keep_days, l->purpose,
                      sizeof l->purpose);
    int gap = px_of(k, units(k, 14, 30), 3), near = px_of(k, 6, 0);
    int width = least(l->w - 2 * k->margin, px_of(k, units(k, 1100, 960), 0));
    if (small)
        width = l->w - 2 * px_of(k, 12, 4);
    app_keyboard(k->app, &l->keyboard);
    bool flow = q->type != SURVEY_NUMBER && width / widest_row(&l->keyboard) < k->target_px;
    int columns = flow ? least(COLUMNS, width / k->target_px) : COLUMNS;
    int rows = flow ? (l->keyboard.count - 1 + columns - 1) / columns + 1
                    : l->keyboard.rows + (q->type == SURVEY_NUMBER ? 1 : 0);

    if (contact) // "anonymous" would not be true here
        l->footer = (struct text_block){0};
    if (small) { // the keyboard first
        k->bottom = k->in->reach_bottom > 0 ? least(l->h - 2, k->in->reach_bottom) : l->h - 2;
        l->footer = (struct text_block){0};
        l->button_count = 0; // reading aloud is switched by its key here
    }
    l->field_count = k->app->typing.field_count;
    int field_h = px_of(k, units(k, 66, 96), 30);
    int keys_least = rows * k->target_px, keys_h = rows * px_of(k, units(k, 84, 128), k->target_px);
    int heading = fit_heading(k, words_of(k, q->title, titles[q->type]),
                              contact ? l->purpose : words_of(k, q->hint, hints[q->type]), width,
                              units(k, 42, 62), units(k, 22, 30), near);
    int room = k->bottom - k->top - 4 * gap;
    if (heading + field_h + keys_least > room && !contact) { // the title says enough
        l->more = (struct text_block){0};
        heading = block_height(k, &l->title);
    }
    if (heading + field_h + keys_least > room) {
        struct wish wish = {l->title.line[0].text, WEIGHT_BOLD, 15, 9, width, 1, 100};
        l->title = fit(k, &wish);
        heading = block_height(k, &l->title);
        if (l->more.count > 0) {
            struct wish more = {l->more.line[0].text, WEIGHT_REGULAR, 11, 8, width, 2, 100};
            l->more = fit(k, &more);
            heading += block_height(k, &l->more);
        }
    }
    keys_h = least(keys_h, room - heading - field_h);
    int spare = room - heading - keys_h,
        lines_h = q->type == SURVEY_TEXT ? px_of(k, units(k, 120, 260), 30) : field_h;
    field_h = least(lines_h, spare);
    spare -= field_h;
    int y = k->top + gap + spare * 40 / 100;
    y = place_heading(k, y, near) + gap;
    int left = (l->w - width) / 2;
    for (int i = 0; i < l->field_count; i++) {
        struct layout_field *f = &l->field[i];
        int w = (width - (l->field_count - 1) * gap) / l->field_count;
        int place = k->direction == DIRECTION_RTL ? l->field_count - 1 - i : i;
        f->rect = (struct rect){left + place * (w + gap), y, w, field_h};
        if (q->type == SURVEY_NUMBER)
            f->rect =
                (struct rect){(l->w - least(width, field_h * 6)) / 2, y, least(width, field_h * 6), field_h};
        f->cell = f->rect;
        f->cell.h = most(f->rect.h, k->target_px);
        f->cell.y -= f->cell.h - f->rect.h;
        int pad = px_of(k, units(k, 22, 30), 8);
        struct wish name = {
            contact ? i == 0 ? k->texts->of[TEXT_CONTACT_NAME] : words_of(k, q->hint, TEXT_CONTACT_HINT) : "",
            WEIGHT_REGULAR,
            px_of(k, units(k, 24, 32), 13),
            8,
            f->rect.w - 2 * pad,
            1,
            100};
        f->name = fit(k, &name);
        if (k->direction == DIRECTION_RTL)
            align_right(&f->name, f->rect.x + f->rect.w - pad, top_around(k, &f->name, y + field_h / 2));
        else
            align_left(&f->name, f->rect.x + pad, top_around(k, &f->name, y + field_h / 2));
    }
    place_typed(k);
    int keys_y = most(y + field_h + gap, k->in->reach_top);
    place_keys(k, (struct rect){left, keys_y, width, k->bottom - gap - keys_y});
    l->radius = px_of(k, 18, 6);
    l->lift = px_of(k, 3, 1);
}
