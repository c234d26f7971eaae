#include "kiosk/canvas.h"

#include <stdint.h>
#include <string.h>

enum {
    LANES = 4,
    BLOCK = 16, // rows that are turned at a time: as many as stay in the cache
};

// GCC's and Clang's own vectors: SSE2, NEON, or plain registers where there is neither.
typedef uint32_t pixel4 __attribute__((vector_size(16)));
typedef uint16_t half8 __attribute__((vector_size(16)));

// x / 255, rounded, for products of two bytes.
static half8 over_255(half8 x)
{
    x += 128;
    return (x + (x >> 8)) >> 8;
}

// Each channel of the pixels times the byte in both halves of `by`, over 255.
static pixel4 scaled(pixel4 p, pixel4 by)
{
    pixel4 even = (pixel4)over_255((half8)(p & 0xff00ffu) * (half8)by);
    pixel4 odd = (pixel4)over_255((half8)(p >> 8 & 0xff00ffu) * (half8)by);
    return even | odd << 8;
}

static pixel4 over(pixel4 above, pixel4 below)
{
    pixel4 rest = 255 - (above >> 24);
    return above + scaled(below, rest | rest << 16);
}

// `bytes` is that of LANES pixels but at a row's end; a constant for the compiler where it matters.
static inline void blend_step(argb *to, const argb *from, size_t bytes, bool fades, pixel4 by)
{
    pixel4 above = {0}, below = {0};
    memcpy(&above, from, bytes);
    memcpy(&below, to, bytes);
    pixel4 mixed = over(fades ? scaled(above, by) : above, below);
    memcpy(to, &mixed, bytes);
}

static void blend_row(argb *to, const argb *from, int n, int alpha)
{
    uint32_t fade = (uint32_t)alpha | (uint32_t)alpha << 16;
    pixel4 by = {fade, fade, fade, fade};
    bool fades = alpha < 255;
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        blend_step(to + i, from + i, sizeof by, fades, by);
    if (i < n)
        blend_step(to + i, from + i, (size_t)(n - i) * sizeof *to, fades, by);
}

// What of the picture at (x, y) lies in `clip`.
static struct rect shown(const struct rect *clip, const struct canvas *from, int x, int y)
{
    int left = x > clip->x ? x : clip->x, top = y > clip->y ? y : clip->y;
    int right = x + from->w < clip->x + clip->w ? x + from->w : clip->x + clip->w;
    int bottom = y + from->h < clip->y + clip->h ? y + from->h : clip->y + clip->h;
    return (struct rect){left, top, right > left ? right - left : 0, bottom > top ? bottom - top : 0};
}

void canvas_blend(const struct canvas *to, const struct rect *clip, const struct canvas *from, int x, int y,
                  int alpha)
{
    struct rect r = shown(clip, from, x, y);
    for (int row = r.y; row < r.y + r.h && r.w > 0; row++)
        blend_row(&to->pixels[row * to->stride + r.x], &from->pixels[(row - y) * from->stride + r.x - x], r.w,
                  alpha);
}

void canvas_copy(const struct canvas *to, const struct rect *clip, const struct canvas *from, int x, int y)
{
    struct rect r = shown(clip, from, x, y);
    for (int row = r.y; row < r.y + r.h; row++)
        memcpy(&to->pixels[row * to->stride + r.x], &from->pixels[(row - y) * from->stride + r.x - x],
               (size_t)r.w * sizeof *to->pixels);
}

struct rect canvas_turned(struct rect r, int w, int h, int degrees)
{
    switch (degrees) {
    case 90:
        return (struct rect){h - r.y - r.h, r.x, r.h, r.w};
    case 180:
        return (struct rect){w - r.x - r.w, h - r.y - r.h, r.w, r.h};
    case 270:
        return (struct rect){r.y, w - r.x - r.w, r.h, r.w};
    default:
        return r;
    }
}

void canvas_turn(const struct canvas *to, const struct canvas *from, const struct rect *part, int degrees)
{
    struct rect first = canvas_turned((struct rect){0, 0, 1, 1}, from->w, from->h, degrees);
    struct rect right = canvas_turned((struct rect){1, 0, 1, 1}, from->w, from->h, degrees);
    struct rect below = canvas_turned((struct rect){0, 1, 1, 1}, from->w, from->h, degrees);
    int step_x = (right.y - first.y) * to->stride + right.x - first.x;
    int step_y = (below.y - first.y) * to->stride + below.x - first.x;
    argb *origin = &to->pixels[first.y * to->stride + first.x];
    for (int top = part->y; top < part->y + part->h; top += BLOCK) {
        int bottom = top + BLOCK < part->y + part->h ? top + BLOCK : part->y + part->h;
        for (int x = part->x; x < part->x + part->w; x++)
            for (int y = top; y < bottom; y++)
                origin[x * step_x + y * step_y] = from->pixels[y * from->stride + x];
    }
}
