#include "kiosk/canvas.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    LANES = 8,
    HOLE_MIN = 32,
    BLOCK = 16, // rows that are turned at a time: as many as stay in the cache
};

// GCC's and Clang's own vectors: two of SSE2 or NEON, or plain registers where there is neither. Where the
// processor has AVX2, found when the program starts, one of these.
typedef uint32_t pixel8 __attribute__((vector_size(4 * LANES)));
typedef uint16_t halves __attribute__((vector_size(4 * LANES)));
typedef uint64_t pairs __attribute__((vector_size(4 * LANES)));
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif
#define PART_OF_A_ROW static inline __attribute__((always_inline))

// x / 255, rounded, for products of two bytes.
PART_OF_A_ROW void over_255(halves *x)
{
    *x += 128;
    *x = (*x + (*x >> 8)) >> 8;
}

// Each channel of the pixels times the byte in both halves of `by`, over 255.
PART_OF_A_ROW void scale(pixel8 *p, const pixel8 *by)
{
    halves even = (halves)(*p & 0xff00ffu) * (halves)*by, odd = (halves)(*p >> 8 & 0xff00ffu) * (halves)*by;
    over_255(&even);
    over_255(&odd);
    *p = (pixel8)even | (pixel8)odd << 8;
}

// Whether every pixel is that one: quickly told, and true of most, since pictures are cards and empty corners.
PART_OF_A_ROW bool all(const pixel8 *p, uint32_t mask, uint32_t value)
{
    pairs differ = (pairs)((*p & mask) ^ value);
    return (differ[0] | differ[1] | differ[2] | differ[3]) == 0;
}

// `bytes` is that of LANES pixels but at a row's end; a constant for the compiler where it matters.
PART_OF_A_ROW void blend_step(argb *to, const argb *from, size_t bytes, bool fades, const pixel8 *by)
{
    pixel8 above = {0}, below = {0};
    memcpy(&above, from, bytes);
    if (all(&above, 0xffffffffu, 0))
        return;
    if (!fades && all(&above, 0xff000000u, 0xff000000u)) {
        memcpy(to, &above, bytes);
        return;
    }
    memcpy(&below, to, bytes);
    if (fades)
        scale(&above, by);
    pixel8 rest = 255 - (above >> 24);
    rest |= rest << 16;
    scale(&below, &rest);
    above += below;
    memcpy(to, &above, bytes);
}

FOR_EACH_PROCESSOR static void blend_row(argb *to, const argb *from, int n, int alpha)
{
    uint32_t fade = (uint32_t)alpha | (uint32_t)alpha << 16;
    pixel8 by = (pixel8){0} + fade;
    int i = 0;
    if (alpha < 255)
        for (; i + LANES <= n; i += LANES)
            blend_step(to + i, from + i, sizeof by, true, &by);
    else
        for (; i + LANES <= n; i += LANES)
            blend_step(to + i, from + i, sizeof by, false, &by);
    if (i < n)
        blend_step(to + i, from + i, (size_t)(n - i) * sizeof *to, alpha < 255, &by);
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

// What of the picture at (x, y) lies in `clip`.
static struct rect shown(const struct rect *clip, const struct canvas *from, int x, int y)
{
    int left = larger(x, clip->x), top = larger(y, clip->y);
    int right = smaller(x + from->w, clip->x + clip->w), bottom = smaller(y + from->h, clip->y + clip->h);
    return (struct rect){left, top, right > left ? right - left : 0, bottom > top ? bottom - top : 0};
}

// The widest run of pixels that show nothing, if it is worth a second start.
static void find_hole(const argb *pixels, struct canvas_row *row)
{
    int begin = row->from;
    row->hole = row->past = row->to;
    for (int x = row->from; x < row->to; x++) {
        if (pixels[x] != 0)
            begin = x + 1;
        else if (x + 1 - begin >= HOLE_MIN && x + 1 - begin > row->past - row->hole) {
            row->hole = (short)begin;
            row->past = (short)(x + 1);
        }
    }
}

void canvas_find_rows(const struct canvas *c, struct canvas_row *ret_rows)
{
    for (int y = 0; y < c->h; y++) {
        const argb *pixels = &c->pixels[y * c->stride];
        int from = 0, to = c->w;
        while (from < to && pixels[from] == 0)
            from++;
        while (to > from && pixels[to - 1] == 0)
            to--;
        ret_rows[y] = (struct canvas_row){.from = (short)from, .to = (short)to};
        find_hole(pixels, &ret_rows[y]);
    }
}

void canvas_blend(const struct canvas *to, const struct rect *clip, const struct canvas *from, int x, int y,
                  int alpha)
{
    struct rect r = shown(clip, from, x, y);
    int left = r.x - x, right = r.x - x + r.w; // of the picture
    for (int row = r.y; row < r.y + r.h && r.w > 0; row++) {
        argb *below = &to->pixels[row * to->stride + x];
        const argb *above = &from->pixels[(row - y) * from->stride];
        struct canvas_row all = {0, (short)from->w, (short)from->w, (short)from->w};
        struct canvas_row in = from->rows ? from->rows[row - y] : all;
        int first[2] = {larger(in.from, left), larger(in.past, left)};
        int end[2] = {smaller(in.hole, right), smaller(in.to, right)};
        for (int i = 0; i < 2; i++)
            if (first[i] < end[i])
                blend_row(below + first[i], above + first[i], end[i] - first[i], alpha);
    }
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
