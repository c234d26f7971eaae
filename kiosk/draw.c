#include "kiosk/draw.h"

#include <stdio.h>

const char *draw_image_path(enum draw_image image)
{
    static const char *const paths[IMAGES] = {
        "faces/face-1.svg",         "faces/face-2.svg", "faces/face-3.svg", "faces/face-4.svg",
        "faces/face-5.svg",         "icons/logo.svg",   "icons/thanks.svg", "icons/try-again.svg",
        "icons/out-of-service.svg", "icons/closed.svg",
    };
    return paths[image];
}

struct draw_cmd *draw_add(struct draw_list *dl, enum draw_kind kind, struct rect r)
{
    dl->full |= dl->count == DRAW_MAX;
    struct draw_cmd *c = &dl->cmd[dl->full ? DRAW_MAX - 1 : dl->count++];
    *c = (struct draw_cmd){.kind = kind, .rect = r, .alpha = 255};
    return c;
}

size_t draw_dump(const struct draw_list *dl, char *ret_text, size_t size)
{
    static const char *const kinds[] = {"background", "shadow", "box", "picture", "qr", "text"};
    size_t n = 0;
    if (size > 0)
        ret_text[0] = '\0';
    for (int i = 0; i < dl->count; i++) {
        const struct draw_cmd *c = &dl->cmd[i];
        char line[640];
        int k = snprintf(line, sizeof line, "%s %d,%d %dx%d", kinds[c->kind], c->rect.x, c->rect.y, c->rect.w,
                         c->rect.h);
        char *end = line + k;
        size_t room = sizeof line - (size_t)k;
        switch (c->kind) {
        case DRAW_BACKGROUND:
            k += snprintf(end, room, " %08x %08x glow=%08x", c->fill, c->low, c->edge);
            break;
        case DRAW_SHADOW:
            k += snprintf(end, room, " r=%d blur=%d %08x", c->radius, c->blur, c->fill);
            break;
        case DRAW_BOX:
            k += snprintf(end, room, " r=%d %08x %08x edge=%d:%08x", c->radius, c->fill, c->low, c->edge_px,
                          c->edge);
            break;
        case DRAW_PICTURE:
            if (c->image == IMAGE_ICON)
                k += snprintf(end, room, " icons/%.*s.svg %08x", c->bytes, c->text, c->fill);
            else if (c->image == IMAGE_FILE)
                k += snprintf(end, room, " file \"%.*s\"", c->bytes < 400 ? c->bytes : 400, c->text);
            else
                k += snprintf(end, room, " %s", draw_image_path(c->image));
            break;
        case DRAW_QR:
            k += snprintf(end, room, " %08x %08x \"%.*s\"", c->fill, c->low, c->bytes < 400 ? c->bytes : 400,
                          c->text);
            break;
        case DRAW_TEXT:
            k += snprintf(end, room, " %s %s px=%d %08x \"%.*s\"",
                          c->weight == WEIGHT_BOLD ? "bold" : "regular",
                          c->direction == DIRECTION_RTL ? "rtl" : "ltr", c->px, c->fill,
                          c->bytes < 400 ? c->bytes : 400, c->text);
            break;
        }
        snprintf(line + k, sizeof line - (size_t)k, c->alpha < 255 ? " alpha=%d\n" : "\n", c->alpha);
        n += (size_t)snprintf(ret_text + (n < size ? n : size), n < size ? size - n : 0, "%s", line);
    }
    return n;
}
