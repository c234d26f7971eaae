// layout: the menu for staff.
#include "kiosk/layout_impl.h"

// A button of the menu, in a cell of its own.
static void menu_button(struct maker *k, enum service_press press, enum text label, bool primary,
                        struct rect cell)
{
    struct layout_button *b = add_button(k, TARGET_SERVICE + (int)press, label, primary);
    struct wish wish = {k->texts->of[label],
                        WEIGHT_BOLD,
                        px_of(k, k->l->list ? 30 : 22, 13),
                        9,
                        cell.w - 2 * px_of(k, 12, 4),
                        2,
                        80};
    b->rect = cell;
    b->label = fit(k, &wish);
    centre(&b->label, cell.x + cell.w / 2, top_around(k, &b->label, cell.y + cell.h / 2));
}

static void place_close(struct maker *k)
{
    struct layout_button *b = add_button(k, TARGET_SERVICE + (int)SERVICE_CLOSE, TEXT_SERVICE_CLOSE, false);
    b->rect.x = (k->l->w - b->rect.w) / 2;
    b->rect.y = k->bottom - b->rect.h - px_of(k, 10, 4);
    centre(&b->label, k->l->w / 2, top_around(k, &b->label, b->rect.y + b->rect.h / 2));
    k->bottom = b->rect.y;
}

static void place_pin(struct maker *k)
{
    struct layout *l = k->l;
    const struct service *s = &k->app->service;
    int gap = px_of(k, 16, 4);
    struct wish wish = {k->texts->of[s->wrong ? TEXT_SERVICE_WRONG : TEXT_SERVICE_PIN],
                        WEIGHT_BOLD,
                        px_of(k, l->list ? 60 : 42, 16),
                        12,
                        l->w - 2 * k->margin,
                        1,
                        100};
    l->title = fit(k, &wish);
    int title_h = block_height(k, &l->title), field_h = px_of(k, l->list ? 90 : 60, 24);
    int room = k->bottom - k->top - title_h - field_h - 4 * gap;
    int cell = least(room / 4, px_of(k, l->list ? 150 : 92, k->target_px)),
        width = most(cell * 5, 3 * k->target_px);
    int y = k->top + gap + (room - 4 * cell) * 40 / 100, x = (l->w - width) / 2;
    centre(&l->title, l->w / 2, y);
    y += title_h + gap;
    l->field_count = 1;
    l->field[0].rect = (struct rect){x, y, width, field_h};
    y += field_h + gap;
    int inset = px_of(k, 4, 1);
    menu_button(k, SERVICE_CLOSE, TEXT_SERVICE_CLOSE, false,
                (struct rect){x + inset, y + 3 * cell + inset, width / 3 - 2 * inset, cell - 2 * inset});
    l->button[l->button_count - 1].cell = (struct rect){x, y + 3 * cell, width / 3, cell};
    keyboard_digits(&l->keyboard);
    for (int i = 0; i < l->keyboard.count; i++) {
        const struct keyboard_key *from = &l->keyboard.key[i];
        struct layout_key *key = &l->key[l->key_count++];
        bool erase = from->action == KEYBOARD_ERASE;
        int row = i / 3, column = i < 9 ? i % 3 : i - 8;
        int left = x + column * width / 3, right = x + (column + 1) * width / 3;
        key->target = TARGET_SERVICE + (erase ? (int)SERVICE_ERASE : from->label[0] - '0');
        key->cell = (struct rect){left, y + row * cell, right - left, cell};
        key->rect =
            (struct rect){left + inset, y + row * cell + inset, right - left - 2 * inset, cell - 2 * inset};
        if (erase) {
            int size = least(key->rect.w, key->rect.h) * 48 / 100;
            key->icon = "key-erase";
            key->picture =
                (struct rect){(left + right - size) / 2, key->cell.y + (cell - size) / 2, size, size};
            continue;
        }
        struct wish digit = {from->label, WEIGHT_BOLD, px_of(k, l->list ? 48 : 34, 14), 10, key->rect.w,
                             1,           100};
        key->label = fit(k, &digit);
        centre(&key->label, (left + right) / 2, top_around(k, &key->label, key->cell.y + cell / 2));
    }
}

static void place_menu(struct maker *k)
{
    struct layout *l = k->l;
    int gap = px_of(k, 14, 4), width = least(l->w - 2 * k->margin, px_of(k, 960, 0)),
        left = (l->w - width) / 2;
    int button_h = px_of(k, l->list ? 110 : 72, k->target_px), columns = l->list ? 2 : 4;
    int button_w = (width - (columns - 1) * gap) / columns;
    static const struct {
        enum service_press press;
        enum text label;
    } buttons[] = {{SERVICE_TOUCH_TEST, TEXT_SERVICE_TOUCH},
                   {SERVICE_SCREEN_TEST, TEXT_SERVICE_SCREEN},
                   {SERVICE_RESTART, TEXT_SERVICE_RESTART},
                   {SERVICE_CLOSE, TEXT_SERVICE_CLOSE}};
    int rows = 4 / columns, buttons_h = rows * button_h + (rows - 1) * gap;
    int first = k->bottom - gap - buttons_h;
    for (int i = 0; i < 4; i++)
        menu_button(k, buttons[i].press, buttons[i].label, buttons[i].press == SERVICE_CLOSE,
                    (struct rect){left + i % columns * (button_w + gap),
                                  first + i / columns * (button_h + gap), button_w, button_h});
    struct wish wish = {
        k->texts->of[TEXT_SERVICE], WEIGHT_BOLD, px_of(k, l->list ? 60 : 40, 15), 12, width, 1, 100};
    l->title = fit(k, &wish);
    int y = k->top + px_of(k, 10, 0);
    centre(&l->title, l->w / 2, y);
    y += block_height(k, &l->title) + gap;
    int n = k->in->fact_count,
        row_h = n > 0 ? least((first - gap - y) / n, px_of(k, l->list ? 96 : 62, 0)) : 0;
    for (int i = 0; i < n; i++) {
        struct layout_row *r = &l->row[l->row_count++];
        int pad = px_of(k, 20, 5), mid = y + i * row_h + row_h / 2;
        r->rect = (struct rect){left, y + i * row_h, width, row_h - 1};
        struct wish name = {k->texts->of[k->in->fact[i].name],
                            WEIGHT_REGULAR,
                            least(px_of(k, l->list ? 30 : 23, 12), row_h * 6 / 10),
                            7,
                            width * 2 / 5,
                            1,
                            100};
        struct wish value = name;
        value.text = k->in->fact[i].value;
        value.weight = WEIGHT_BOLD;
        value.width = width * 3 / 5 - 3 * pad;
        r->name = fit(k, &name);
        r->value = fit(k, &value);
        align_left(&r->name, left + pad, top_around(k, &r->name, mid));
        align_right(&r->value, left + width - pad, top_around(k, &r->value, mid));
    }
}

static void place_touch_test(struct maker *k)
{
    struct layout *l = k->l;
    place_close(k);
    int width = least(l->w - 2 * k->margin, px_of(k, 800, 300));
    int h = fit_heading(k, k->texts->of[TEXT_SERVICE_TOUCH], k->texts->of[TEXT_SERVICE_TOUCH_MORE], width,
                        l->list ? 60 : 42, l->list ? 32 : 25, px_of(k, 10, 2));
    place_heading(k, (k->top + k->bottom - h) / 2, px_of(k, 10, 2));
}

void place_service(struct maker *k)
{
    struct layout *l = k->l;
    l->radius = px_of(k, 18, 6);
    l->footer = (struct text_block){0};
    switch (k->app->service.page) {
    case SERVICE_PIN:
        place_pin(k);
        break;
    case SERVICE_MENU:
        place_menu(k);
        break;
    case SERVICE_TOUCH:
        place_touch_test(k);
        break;
    case SERVICE_SCREEN: {
        struct layout_key *all = &l->key[l->key_count++];
        *all = (struct layout_key){.target = TARGET_SERVICE + (int)SERVICE_ANYWHERE};
        all->cell = all->rect = (struct rect){0, 0, l->w, l->h};
        break;
    }
    }
}
