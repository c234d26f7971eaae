#include "kiosk/typeset.h"

#include <string.h>

static int most(int a, int b)
{
    return a > b ? a : b;
}

int typeset_width(const struct measure *m, const struct text_block *b, const char *text, int bytes)
{
    return m->width(m->ctx, b->weight, b->px, b->direction, text, bytes);
}

// A text and where its lines may end.
struct breakable {
    const char *text;
    int count, at[BREAKS_MAX];
};

// Length without the spaces at the end.
static int trimmed(const char *text, int bytes)
{
    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    return bytes;
}

// Breaks it into lines of at most `width`. Returns how many it needs, TYPESET_LINES_MAX + 1 for more than fit
// the block or for a word that is too wide.
static int wrap(const struct measure *m, struct text_block *b, const struct breakable *t, int width)
{
    int from = 0, next = 0;
    b->count = 0;
    while (next < t->count) {
        int taken = 0, taken_w = 0, end = next;
        for (; end < t->count; end++) {
            int bytes = trimmed(t->text + from, t->at[end] - from),
                w = typeset_width(m, b, t->text + from, bytes);
            if (w > width)
                break;
            taken = bytes;
            taken_w = w;
        }
        if (end == next || b->count == TYPESET_LINES_MAX)
            return TYPESET_LINES_MAX + 1;
        b->line[b->count++] = (struct text_line){.text = t->text + from, .bytes = taken, .w = taken_w};
        from = t->at[end - 1];
        next = end;
    }
    return b->count;
}

// Makes the lines of a paragraph about equally long: the least width that does not need another line.
static void balance(const struct measure *m, struct text_block *b, const struct breakable *t, int width)
{
    int lines = b->count;
    struct text_block tried = *b;
    for (int w = width; lines > 1 && w > width / 3; w -= most(width / 40, 1)) {
        if (wrap(m, &tried, t, w) != lines)
            break;
        *b = tried;
    }
}

int typeset_height(const struct measure *m, const struct text_block *b)
{
    return b->count == 0 ? 0 : (b->count - 1) * b->line_h + m->height(m->ctx, b->weight, b->px);
}

struct text_block typeset_fit(const struct measure *m, enum draw_direction direction, const struct wish *wish)
{
    struct text_block b = {.weight = wish->weight, .direction = direction};
    struct breakable t = {.text = wish->text};
    if (!wish->text[0])
        return b;
    t.count = breaks_find(wish->text, m->thai, m->thai_ctx, t.at);
    for (int lines = 1; lines <= wish->lines; lines++) {
        int last = lines == wish->lines ? wish->px_min : most(wish->px * wish->keep / 100, wish->px_min);
        for (b.px = most(wish->px, wish->px_min); b.px >= last; b.px--) {
            b.line_h = b.px * 128 / 100;
            if (wrap(m, &b, &t, wish->width) <= lines) {
                balance(m, &b, &t, wish->width);
                return b;
            }
        }
    }
    b.px = wish->px_min;
    b.line_h = b.px * 128 / 100;
    b.count = 1;
    b.cut = true;
    int bytes = (int)strlen(wish->text);
    b.line[0] =
        (struct text_line){.text = wish->text, .bytes = bytes, .w = typeset_width(m, &b, wish->text, bytes)};
    return b;
}
