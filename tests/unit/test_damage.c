// damage: a screen of which only the damage is drawn again equals one drawn whole, after any pictures in a
// row: with invented sprites against a plain painter, and with true screens, pixel by pixel.
#include "kiosk/damage.h"
#include "kiosk/render_sdl.h"
#include "kiosk/stage.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <SDL.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 120, SPRITES = 12, KINDS = 5, ROUNDS = 3000, SCREENS = 120, W = 800, H = 480 };

static unsigned pick(unsigned n)
{
    return (unsigned)rand() % n;
}

// ---------------------------------------------------------------- invented sprites
struct picture {
    struct sprite sprite[SPRITES];
    int count;
};

static struct sprite a_sprite(int w, int h)
{
    struct rect at = {(int)pick((unsigned)w + 20) - 10, (int)pick((unsigned)h + 20) - 10, (int)pick(60),
                      (int)pick(60)};
    return (struct sprite){1 + pick(KINDS), at, (unsigned char)(pick(2) ? 255 : 100)};
}

// Mostly as before: sprites come, go, move, and change places in the pile.
static void change(struct picture *p, int w, int h)
{
    unsigned what = pick(5);
    int i = p->count > 0 ? (int)pick((unsigned)p->count) : 0,
        k = p->count > 0 ? (int)pick((unsigned)p->count) : 0;
    if (what == 0 && p->count < SPRITES) {
        p->sprite[p->count++] = a_sprite(w, h);
    } else if (what == 1 && p->count > 0) {
        memmove(&p->sprite[i], &p->sprite[i + 1], (size_t)(--p->count - i) * sizeof *p->sprite);
    } else if (what == 2 && p->count > 0) {
        p->sprite[i].at.x += (int)pick(9) - 4;
    } else if (what == 3 && p->count > 0) {
        p->sprite[i].alpha ^= 1;
    } else if (p->count > 0) {
        struct sprite other = p->sprite[i];
        p->sprite[i] = p->sprite[k];
        p->sprite[k] = other;
    }
}

static bool covers(const struct rect *r, int x, int y)
{
    return x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
}

// What a pixel looks like depends on all sprites that cover it, and on their order.
static uint64_t pixel(const struct picture *p, int x, int y)
{
    uint64_t look = 0;
    for (int i = 0; i < p->count; i++)
        if (covers(&p->sprite[i].at, x, y))
            look = look * 1000003 + p->sprite[i].id * 256 + p->sprite[i].alpha;
    return look;
}

static void the_rest_is_as_it_was(void **state)
{
    static uint64_t screen[SIDE_MAX][SIDE_MAX];
    (void)state;
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        struct picture before = {0}, now;
        struct damage d;
        struct rect rects[DAMAGE_MAX];
        int w = 1 + (int)pick(SIDE_MAX), h = 1 + (int)pick(SIDE_MAX);
        for (int i = (int)pick(20); i > 0; i--)
            change(&before, w, h);
        now = before;
        for (int i = (int)pick(4); i > 0; i--)
            change(&now, w, h);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                screen[y][x] = pixel(&before, x, y);
        damage_clear(&d, w, h);
        damage_between(&d, before.sprite, before.count, now.sprite, now.count);
        int n = damage_rects(&d, rects);
        for (int i = 0; i < n; i++) {
            assert_true(rects[i].x >= 0 && rects[i].y >= 0 && rects[i].w > 0 && rects[i].h > 0);
            assert_true(rects[i].x + rects[i].w <= w && rects[i].y + rects[i].h <= h);
            assert_true(i == 0 || rects[i - 1].y + rects[i - 1].h <= rects[i].y);
            for (int y = rects[i].y; y < rects[i].y + rects[i].h; y++)
                for (int x = rects[i].x; x < rects[i].x + rects[i].w; x++)
                    screen[y][x] = pixel(&now, x, y);
        }
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++)
                assert_true(screen[y][x] == pixel(&now, x, y));
    }
}

static void what_is_the_same_is_no_damage(void **state)
{
    struct picture p = {.count = 2};
    struct damage d;
    struct rect rects[DAMAGE_MAX];
    (void)state;
    p.sprite[0] = (struct sprite){1, {0, 0, 7680, 4320}, 255};
    p.sprite[1] = (struct sprite){2, {100, 100, 50, 50}, 255};
    damage_clear(&d, 7680, 4320);
    damage_between(&d, p.sprite, 2, p.sprite, 2);
    assert_int_equal(damage_rects(&d, rects), 0);
    damage_between(&d, p.sprite, 1, p.sprite, 2); // one sprite has come
    assert_int_equal(damage_rects(&d, rects), 1);
    assert_true(rects[0].x == 100 && rects[0].w == 50 && rects[0].y <= 100 && rects[0].h < 100);
    damage_add(&d, (struct rect){0, 0, 7680, 4320});
    assert_int_equal(damage_rects(&d, rects), 1);
    assert_true(rects[0].w == 7680 && rects[0].h == 4320);
}

// ---------------------------------------------------------------- true screens
struct paper {
    SDL_Surface *surface;
    struct canvas canvas;
    struct render *render;
};

static struct paper paper_of(struct type *type)
{
    struct paper c = {.surface = SDL_CreateRGBSurfaceWithFormat(0, W, H, 32, SDL_PIXELFORMAT_RGB888)};
    assert_non_null(c.surface);
    c.canvas = (struct canvas){c.surface->pixels, c.surface->pitch / 4, W, H, NULL};
    c.render = render_create(type, "assets");
    assert_non_null(c.render);
    return c;
}

static void paper_end(struct paper *c)
{
    render_destroy(c->render);
    SDL_FreeSurface(c->surface);
}

// Some moment of a visit, animations included.
static void some_moment(struct stage *s, const struct measure *m)
{
    static const enum app_screen screens[] = {APP_QUESTION, APP_PRESSED,        APP_THANKS,
                                              APP_QUESTION, APP_OUT_OF_SERVICE, APP_TRY_AGAIN};
    struct app *a = &s->app;
    if (pick(3) > 0) { // another screen, else only a later moment of this one
        a->screen = screens[pick(sizeof screens / sizeof *screens)];
        a->step = (int)pick(5);
        a->lang = (int)pick(8);
        a->score = 1 + (int)pick(5);
        a->focus = TARGET_NONE;
    }
    a->picked = pick(4);
    a->now = a->since + pick(500);
    a->touched = a->now;
    stage_place(s, m);
    stage_draw(s);
    assert_false(s->list.full);
}

static void true_screens_are_the_same_to_the_pixel(void **state)
{
    const char *why;
    struct rect parts[DAMAGE_MAX];
    struct show *show = show_of(EVERY_LANGUAGE EVERY_QUESTION EVERY_SCENE);
    struct stage *s = malloc(sizeof *s);
    int64_t drawn = 0;
    (void)state;
    assert_non_null(show);
    assert_non_null(s);
    struct type *type = type_create(&show->fonts, &why);
    assert_non_null(type);
    struct app_options app = options_of(show);
    struct measure m = type_measure(type);
    struct stage_options o = {.org = "Harapan Clinic", .name = "dago-entrance"};
    struct paper part = paper_of(type), whole = paper_of(type);
    stage_init(s, &o, show, &app, 3600000);
    s->w = W;
    s->h = H;
    srand(2);
    for (int i = 0; i < SCREENS; i++) {
        some_moment(s, &m);
        for (int n = render_draw(part.render, &s->list, &part.canvas, parts); n > 0; n--)
            drawn += parts[n - 1].w * parts[n - 1].h;
        render_lose(whole.render);
        assert_int_equal(render_draw(whole.render, &s->list, &whole.canvas, parts), 1);
        assert_memory_equal(part.surface->pixels, whole.surface->pixels, (size_t)(W * H * 4));
    }
    assert_true(drawn < (int64_t)SCREENS * W * H * 9 / 10);
    paper_end(&part);
    paper_end(&whole);
    type_destroy(type);
    free(s);
    show_destroy(show);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rest_is_as_it_was),
        cmocka_unit_test(what_is_the_same_is_no_damage),
        cmocka_unit_test(true_screens_are_the_same_to_the_pixel),
    };
    return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
