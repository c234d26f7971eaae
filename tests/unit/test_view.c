// Layout and view over sizes, languages and faces, with the real texts and a plain measure in place of fonts.
#include "kiosk/layout.h"
#include "kiosk/texts.h"
#include "kiosk/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// About as wide as Noto Sans: letters 0.55 em, bold 0.6 em.
static int plain_width(void *ctx, enum draw_weight weight, int px, enum draw_direction direction,
                       const char *text, int bytes)
{
    (void)ctx;
    (void)direction;
    (void)text;
    return bytes * px * (weight == WEIGHT_BOLD ? 60 : 55) / 100;
}

static int plain_height(void *ctx, enum draw_weight weight, int px)
{
    (void)ctx;
    (void)weight;
    return px * 136 / 100;
}

static const struct measure plain = {.width = plain_width, .height = plain_height};

struct fixture {
    struct texts texts[2];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct texts_error error;
    *state = f;
    if (f &&
        texts_load("assets/locales/kiosk-en.json", "assets/locales/kiosk-en.json", &f->texts[0], &error) &&
        texts_load("assets/locales/kiosk-id.json", "assets/locales/kiosk-en.json", &f->texts[1], &error))
        return 0;
    return -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    texts_finish(&f->texts[0]);
    texts_finish(&f->texts[1]);
    free(f);
    return 0;
}

static struct layout_input input(const struct fixture *f, int w, int h)
{
    return (struct layout_input){
        .w = w, .h = h, .faces = 5, .lang_count = 2, .texts = f->texts, .org = "Harapan Clinic"};
}

static const int sizes[][2] = {{480, 320},   {320, 480},   {800, 480},  {480, 800},   {1024, 600},
                               {1024, 768},  {768, 1024},  {1280, 800}, {800, 1280},  {1366, 768},
                               {1920, 1080}, {1080, 1920}, {1920, 540}, {2560, 1080}, {3840, 1080},
                               {3840, 2160}, {2160, 3840}, {640, 480}};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void inside(struct rect r, const struct layout *l, const char *what)
{
    if (r.x < 0 || r.y < 0 || r.w < 0 || r.h < 0 || r.x + r.w > l->w || r.y + r.h > l->h)
        fail_msg("%s %d,%d %dx%d leaves %dx%d", what, r.x, r.y, r.w, r.h, l->w, l->h);
}

static void block_inside(const struct text_block *b, struct rect r, const char *what)
{
    int bottom = b->count ? b->y + (b->count - 1) * b->line_h + plain_height(NULL, b->weight, b->px) : b->y;
    for (int i = 0; i < b->count; i++)
        if (b->line[i].x < r.x || b->line[i].x + b->line[i].w > r.x + r.w || b->y < r.y || bottom > r.y + r.h)
            fail_msg("%s '%.*s' %d..%d, %d..%d leaves %d..%d, %d..%d", what, b->line[i].bytes,
                     b->line[i].text, b->line[i].x, b->line[i].x + b->line[i].w, b->y, bottom, r.x, r.x + r.w,
                     r.y, r.y + r.h);
}

static bool apart(struct rect a, struct rect b)
{
    return a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
}

struct seen {
    int count;
    struct rect rect[APP_FACES_MAX + APP_LANGS_MAX];
    const struct layout *l;
};

static void see(void *ctx, int target, struct rect r)
{
    struct seen *s = ctx;
    inside(r, s->l, "target");
    if (r.w < LAYOUT_TARGET_PX || r.h < LAYOUT_TARGET_PX)
        fail_msg("target %d is %dx%d on %dx%d", target, r.w, r.h, s->l->w, s->l->h);
    assert_int_equal(layout_hit(s->l, r.x, r.y), target);
    assert_int_equal(layout_hit(s->l, r.x + r.w - 1, r.y + r.h - 1), target);
    assert_int_not_equal(layout_hit(s->l, r.x - 1, r.y), target);
    for (int i = 0; i < s->count; i++)
        assert_true(apart(r, s->rect[i]));
    s->rect[s->count++] = r;
}

static void everything_fits_every_size(void **state)
{
    const struct fixture *f = *state;
    for (int i = 0; i < SIZES; i++) {
        for (int variant = 0; variant < 4 * APP_SCREENS; variant++) {
            struct layout_input in = input(f, sizes[i][0], sizes[i][1]);
            struct layout l;
            in.faces = 4 + (variant & 1);
            in.lang = variant >> 1 & 1;
            in.screen = (enum app_screen)(variant / 4);
            in.reason = in.screen == APP_OUT_OF_SERVICE ? APP_WRITER_SILENT : APP_REASON_NONE;
            layout_make(&l, &in, &plain);
            struct rect all = {0, 0, l.w, l.h};
            struct seen seen = {.l = &l};
            layout_targets(&l, see, &seen);
            inside(l.logo, &l, "logo");
            block_inside(&l.org, all, "org");
            block_inside(&l.title, all, "title");
            block_inside(&l.more, all, "more");
            block_inside(&l.footer, all, "footer");
            block_inside(&l.code, all, "code");
            assert_true(l.title.y >= l.logo.y + l.logo.h);
            assert_true(l.more.y > l.title.y);
            for (int k = 0; k < l.face_count; k++) {
                block_inside(&l.face[k].label, l.face[k].card, "label");
                assert_true(l.face[k].face.w >= 28);
                assert_true(l.face[k].card.y > l.more.y && l.face[k].card.y + l.face[k].card.h <= l.footer.y);
            }
            if (l.face_count == 0) {
                inside(l.picture, &l, "picture");
                assert_true(l.picture.w >= 40);
            }
            for (int k = 0; k < l.pill_count; k++) {
                block_inside(&l.pill[k].label, l.pill[k].rect, "pill");
                assert_true(l.org.line[0].x + l.org.line[0].w <= l.pill[k].rect.x ||
                            l.pill[k].rect.y >= l.logo.y + l.logo.h);
            }
        }
    }
}

static void faces_stand_worst_first_in_a_row_and_best_first_in_a_list(void **state)
{
    struct layout l;
    struct layout_input in = input(*state, 1280, 800);
    layout_make(&l, &in, &plain);
    assert_true(l.face[0].card.x < l.face[4].card.x && l.face[0].card.y == l.face[4].card.y);
    in = input(*state, 1080, 1920);
    layout_make(&l, &in, &plain);
    assert_true(l.face[0].card.y > l.face[4].card.y && l.face[0].card.x == l.face[4].card.x);
    in.faces = 4; // without the neutral one
    layout_make(&l, &in, &plain);
    assert_int_equal(l.face[1].image, IMAGE_FACE_2);
    assert_int_equal(l.face[2].image, IMAGE_FACE_4);
    assert_int_equal(l.face[3].image, IMAGE_FACE_5);
}

static void right_to_left_is_the_mirror(void **state)
{
    struct fixture *f = *state;
    struct layout ltr, rtl;
    struct layout_input in = input(f, 1280, 800);
    layout_make(&ltr, &in, &plain);
    assert_true(texts_override(&f->texts[0], TEXT_DIRECTION, "rtl"));
    layout_make(&rtl, &in, &plain);
    assert_true(texts_override(&f->texts[0], TEXT_DIRECTION, "ltr"));
    assert_int_equal(rtl.logo.x, 1280 - ltr.logo.x - ltr.logo.w);
    assert_in_range(rtl.face[0].card.x, ltr.face[4].card.x - 1,
                    ltr.face[4].card.x + 1); // an odd rest in the middle
}

static struct app_options options(void)
{
    struct app_options o = {.faces = 5,
                            .lang_count = 2,
                            .langs = {"en", "id"},
                            .press_ms = 180,
                            .thanks_ms = 3000,
                            .try_again_ms = 3000,
                            .settle_ms = 1000,
                            .language_return_ms = 20000,
                            .save_timeout_ms = 2000,
                            .service_retry_ms = 30000};
    return o;
}

static void dump(const struct fixture *f, const struct app *a, int w, int h, char *ret_text, size_t size)
{
    struct theme theme = theme_light();
    struct draw_list dl;
    struct layout l;
    struct layout_input in = input(f, w, h);
    in.screen = a->screen;
    in.reason = a->reason;
    in.lang = a->lang;
    layout_make(&l, &in, &plain);
    view_draw(&dl, &l, a, &theme);
    assert_false(dl.full);
    assert_true(draw_dump(&dl, ret_text, size) < size);
}

// From the first frame of the press to the question's return, nothing on the screen tells which face it was.
static void every_face_gives_the_same_pictures(void **state)
{
    enum { BYTES = 16 * 1024, FRAMES = 12 };
    static const mono_ms at[FRAMES] = {0, 16, 32, 64, 120, 179, 181, 250, 400, 1000, 3170, 3300};
    static const enum save_result results[] = {SAVE_COMMITTED, SAVE_TIMED_OUT, SAVE_FULL, SAVE_FAILED};
    char *first = malloc((size_t)BYTES * FRAMES), *now = malloc(BYTES);
    assert_true(first && now);
    for (int shape = 0; shape < 2; shape++) {
        int w = shape ? 1080 : 1280, h = shape ? 1920 : 800;
        for (size_t r = 0; r < sizeof results / sizeof *results; r++) {
            for (int face = 0; face < 5; face++) {
                struct app a;
                struct app_options o = options();
                app_init(&a, &o, 1000);
                if (face % 2) // pressed by key, with the ring on it
                    a.focus = TARGET_FACE + face;
                struct app_input in = {.kind = APP_IN_PRESS,
                                       .now = 2000,
                                       .target = TARGET_FACE + face,
                                       .by = face % 2 ? APP_BY_KEY : APP_BY_TOUCH};
                app_feed(&a, &in);
                for (int i = 0; i < FRAMES; i++) {
                    in = (struct app_input){.kind = APP_IN_TICK, .now = 2000 + at[i]};
                    app_feed(&a, &in);
                    if (i == 4) {
                        in = (struct app_input){
                            .kind = APP_IN_SAVED, .now = in.now, .saved = {1, results[r], 1}};
                        app_feed(&a, &in);
                    }
                    dump(*state, &a, w, h, face == 0 ? first + (size_t)i * BYTES : now, BYTES);
                    if (face > 0)
                        assert_string_equal(now, first + (size_t)i * BYTES);
                }
            }
        }
    }
    free(first);
    free(now);
}

static void a_press_changes_the_picture_at_once(void **state)
{
    enum { BYTES = 16 * 1024 };
    char *before = malloc(BYTES), *after = malloc(BYTES);
    struct app a;
    struct app_options o = options();
    app_init(&a, &o, 1000);
    dump(*state, &a, 1280, 800, before, BYTES);
    app_feed(&a, &(struct app_input){.kind = APP_IN_PRESS, .now = 2000, .target = TARGET_FACE});
    dump(*state, &a, 1280, 800, after, BYTES);
    assert_string_not_equal(before, after);
    free(before);
    free(after);
}

static void focus_is_drawn(void **state)
{
    enum { BYTES = 16 * 1024 };
    char *text = malloc(BYTES);
    struct app a;
    struct app_options o = options();
    app_init(&a, &o, 1000);
    dump(*state, &a, 1280, 800, text, BYTES);
    assert_null(strstr(text, "ff2f6fed"));
    a.focus = TARGET_LANG + 1;
    dump(*state, &a, 1280, 800, text, BYTES);
    assert_non_null(strstr(text, "ff2f6fed"));
    free(text);
}

static void can_be_read(const struct theme *t)
{
    const struct {
        argb text, back;
    } pairs[] = {{t->ink, t->back_top},     {t->ink, t->back_bottom}, {t->soft, t->back_top},
                 {t->soft, t->back_bottom}, {t->faint, t->back_top},  {t->faint, t->back_bottom},
                 {t->ink, t->card},         {t->ink, t->card_low},    {t->soft, t->card},
                 {t->on_accent, t->accent}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_true(theme_contrast(pairs[i].text, pairs[i].back) >= 4.5);
    assert_true(theme_contrast(t->focus, t->card) >= 3.0 && theme_contrast(t->focus, t->back_bottom) >= 3.0);
}

static void text_can_be_read_in_every_theme(void **state)
{
    (void)state;
    struct theme t = theme_light();
    can_be_read(&t);
    struct theme_file file = {0};
    struct config_error error = {0};
    const char *bad = NULL;
    if (!config_load("assets/themes/dark.yaml", theme_rows, &file, &error))
        fail_msg("%s", error.text);
    assert_true(theme_parse(&file, &t, &bad));
    can_be_read(&t);
    file.ink[1] = 'x';
    assert_false(theme_parse(&file, &t, &bad));
    assert_string_equal(bad, "ink");
    config_free(theme_rows, &file);
    assert_true(theme_contrast(0xff000000u, 0xffffffffu) > 20.9);
}

static void broken_catalogues_are_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *json, *says;
    } rows[] = {
        {"{", ":1:"},
        {"[]", "object"},
        {"{\"qestion\": \"x\"}", "did you mean 'question'"},
        {"{\"question\": \"\"}", "1 to 200 bytes"},
        {"{\"question\": 3}", "1 to 200 bytes"},
        {"{\"question\": \"x\"}", "is missing"},
        {"{\"question\": \"x\", \"question\": \"y\"}", "duplicate"},
    };
    char path[] = "/tmp/puas-texts-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        FILE *file = fopen(path, "w");
        struct texts texts = {0};
        struct texts_error error = {0};
        assert_non_null(file);
        fputs(rows[i].json, file);
        fclose(file);
        assert_false(texts_load(path, path, &texts, &error));
        if (!strstr(error.text, rows[i].says))
            fail_msg("%s: '%s' lacks '%s'", rows[i].json, error.text, rows[i].says);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_fits_every_size),
        cmocka_unit_test(faces_stand_worst_first_in_a_row_and_best_first_in_a_list),
        cmocka_unit_test(right_to_left_is_the_mirror),
        cmocka_unit_test(every_face_gives_the_same_pictures),
        cmocka_unit_test(a_press_changes_the_picture_at_once),
        cmocka_unit_test(focus_is_drawn),
        cmocka_unit_test(text_can_be_read_in_every_theme),
        cmocka_unit_test(broken_catalogues_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests_name("view", tests, set_up, tear_down);
}
