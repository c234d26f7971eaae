// canvas: laying over is exact for every pair of bytes, stays within its clip, and turning loses no pixel.
#include "kiosk/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

enum { SIDE = 256, MANY = 2000, EDGE = 24, WIDE = 96 };

// a times b as shares of 255, rounded.
static unsigned times(unsigned a, unsigned b)
{
    return (a * b * 2 + 255) / 510;
}

static argb over(argb above, argb below, unsigned alpha)
{
    argb mixed = 0;
    unsigned rest = 255 - times(above >> 24, alpha);
    for (int i = 0; i < 32; i += 8)
        mixed |= (times(above >> i & 255, alpha) + times(below >> i & 255, rest)) << i;
    return mixed;
}

static argb premultiplied(unsigned alpha, unsigned red, unsigned green, unsigned blue)
{
    return alpha << 24 | times(red, alpha) << 16 | times(green, alpha) << 8 | times(blue, alpha);
}

// Each row another alpha of the pixel, each column another colour below.
static void every_pair_of_bytes_is_exact(void **state)
{
    static argb above[SIDE * SIDE], below[SIDE * SIDE], to[SIDE * SIDE];
    static const int fades[] = {255, 254, 128, 105, 1};
    struct canvas on = {to, SIDE, SIDE, SIDE, NULL}, from = {above, SIDE, SIDE, SIDE, NULL};
    struct rect all = {0, 0, SIDE, SIDE};
    (void)state;
    for (unsigned i = 0; i < SIDE * SIDE; i++) {
        above[i] = premultiplied(i / SIDE, 255, i % 7 * 40, i % SIDE);
        below[i] = 0xff000000u | i % SIDE << 16 | (255 - i % SIDE) << 8 | i % 3 * 100;
    }
    for (size_t k = 0; k < sizeof fades / sizeof *fades; k++) {
        for (int i = 0; i < SIDE * SIDE; i++)
            to[i] = below[i];
        canvas_blend(&on, &all, &from, 0, 0, fades[k]);
        for (int i = 0; i < SIDE * SIDE; i++)
            assert_int_equal(to[i], over(above[i], below[i], (unsigned)fades[k]));
    }
}

static struct rect some_rect(int w, int h)
{
    int x = rand() % w, y = rand() % h;
    return (struct rect){x, y, 1 + rand() % (w - x), 1 + rand() % (h - y)};
}

static bool within(const struct rect *r, int x, int y)
{
    return x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
}

static void nothing_beyond_the_clip_is_touched(void **state)
{
    argb to[EDGE * EDGE], above[EDGE * EDGE];
    struct canvas on = {to, EDGE, EDGE, EDGE, NULL};
    (void)state;
    srand(1);
    for (int round = 0; round < MANY; round++) {
        int w = 1 + rand() % EDGE, h = 1 + rand() % EDGE, x = rand() % 60 - 30, y = rand() % 60 - 30;
        bool copy = rand() % 2 != 0;
        struct canvas from = {above, EDGE, w, h, NULL};
        struct rect clip = some_rect(EDGE, EDGE);
        for (int i = 0; i < EDGE * EDGE; i++) {
            to[i] = 0xff112233u;
            above[i] = 0xffa0b0c0u + (argb)(i & 15);
        }
        if (copy)
            canvas_copy(&on, &clip, &from, x, y);
        else
            canvas_blend(&on, &clip, &from, x, y, 255);
        for (int i = 0; i < EDGE * EDGE; i++) {
            int at_x = i % EDGE - x, at_y = i / EDGE - y;
            bool covered =
                at_x >= 0 && at_x < w && at_y >= 0 && at_y < h && within(&clip, i % EDGE, i / EDGE);
            assert_int_equal(to[i], covered ? above[at_y * EDGE + at_x] : 0xff112233u);
        }
    }
}

// Pictures of a few runs, some empty: knowing where they show anything changes no pixel.
static void what_shows_nothing_need_not_be_read(void **state)
{
    argb plain[WIDE * WIDE], quick[WIDE * WIDE], above[WIDE * WIDE];
    struct canvas_row rows[WIDE];
    struct canvas slow_on = {plain, WIDE, WIDE, WIDE, NULL}, quick_on = {quick, WIDE, WIDE, WIDE, NULL};
    int holes = 0;
    (void)state;
    srand(2);
    for (int round = 0; round < MANY; round++) {
        int w = 1 + rand() % WIDE, h = 1 + rand() % WIDE, x = rand() % 120 - 60, y = rand() % 120 - 60;
        int alpha = rand() % 2 ? 255 : rand() % 255;
        struct canvas slow = {above, WIDE, w, h, NULL}, known = {above, WIDE, w, h, rows};
        struct rect clip = some_rect(WIDE, WIDE);
        for (int i = 0, left = 0, value = 0; i < WIDE * WIDE; i++, left--) {
            if (left <= 0) {
                left = 1 + rand() % (WIDE / 2);
                value = rand() % 2 ? rand() % 256 : 0;
            }
            above[i] = (argb)value * 0x01010101u;
            plain[i] = quick[i] = 0xff000000u | (argb)rand();
        }
        canvas_find_rows(&known, rows);
        for (int i = 0; i < h; i++)
            holes += rows[i].hole < rows[i].past;
        canvas_blend(&slow_on, &clip, &slow, x, y, alpha);
        canvas_blend(&quick_on, &clip, &known, x, y, alpha);
        assert_memory_equal(plain, quick, sizeof plain);
    }
    assert_true(holes > MANY / 2);
}

// Clockwise: what was at the left is at the top after 90 degrees.
static void turning_loses_no_pixel(void **state)
{
    argb a[EDGE * EDGE], b[EDGE * EDGE];
    (void)state;
    srand(2);
    for (int round = 0; round < MANY; round++) {
        int w = 1 + rand() % EDGE, h = 1 + rand() % EDGE, degrees = rand() % 4 * 90;
        bool across = degrees % 180 != 0;
        struct canvas from = {a, EDGE, w, h, NULL}, to = {b, EDGE, across ? h : w, across ? w : h, NULL};
        struct rect part = some_rect(w, h), turned = canvas_turned(part, w, h, degrees);
        for (int i = 0; i < EDGE * EDGE; i++) {
            a[i] = (argb)i;
            b[i] = UINT32_MAX;
        }
        canvas_turn(&to, &from, &part, degrees);
        for (int i = 0; i < EDGE * EDGE; i++) {
            int x = i % EDGE, y = i / EDGE;
            int from_x = degrees == 90 ? y : degrees == 180 ? w - 1 - x : degrees == 270 ? w - 1 - y : x;
            int from_y = degrees == 90 ? h - 1 - x : degrees == 180 ? h - 1 - y : degrees == 270 ? x : y;
            assert_int_equal(b[i], within(&turned, x, y) ? a[from_y * EDGE + from_x] : UINT32_MAX);
        }
        struct rect back = canvas_turned(turned, to.w, to.h, (360 - degrees) % 360);
        assert_memory_equal(&back, &part, sizeof part);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_bytes_is_exact),
        cmocka_unit_test(nothing_beyond_the_clip_is_touched),
        cmocka_unit_test(what_shows_nothing_need_not_be_read),
        cmocka_unit_test(turning_loses_no_pixel),
    };
    return cmocka_run_group_tests_name("canvas", tests, NULL, NULL);
}
