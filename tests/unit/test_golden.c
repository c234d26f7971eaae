// Pictures of the kiosk's screens against references in tests/golden, pixel by pixel. They are drawn with the
// true fonts and the software renderer, which gives the same pixels on every driver. A missing reference
// fails. After a wanted change: PUAS_GOLDEN_UPDATE=1 build/release/tests/test_golden, look at the pictures,
// commit them.
#include "kiosk/font.h"
#include "kiosk/settings.h"
#include "kiosk/ui_sdl.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    CHANNEL_TOLERANCE = 2, // of 255: rounding of another processor's blending
    PIXELS_TOLERANCE = 0,  // pixels that may differ by more
};

static const struct picture {
    const char *name;
    int w, h, faces;
    const char *lang;
    enum app_screen screen;
    enum app_reason reason;
    int focus;
} pictures[] = {
    {"question-en-1280x800", 1280, 800, 5, "en", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-id-1080x1920", 1080, 1920, 5, "id", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-id-4-faces-1280x800", 1280, 800, 4, "id", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-en-4-faces-1080x1920", 1080, 1920, 4, "en", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-id-480x320", 480, 320, 5, "id", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-id-320x480", 320, 480, 5, "id", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-en-1920x540", 1920, 540, 5, "en", APP_QUESTION, APP_REASON_NONE, 0},
    {"question-en-focus-1024x768", 1024, 768, 5, "en", APP_QUESTION, APP_REASON_NONE, TARGET_FACE + 3},
    {"pressed-en-1280x800", 1280, 800, 5, "en", APP_PRESSED, APP_REASON_NONE, 0},
    {"thanks-en-1280x800", 1280, 800, 5, "en", APP_THANKS, APP_REASON_NONE, 0},
    {"thanks-id-1080x1920", 1080, 1920, 5, "id", APP_THANKS, APP_REASON_NONE, 0},
    {"try-again-en-1280x800", 1280, 800, 5, "en", APP_TRY_AGAIN, APP_REASON_NONE, 0},
    {"try-again-id-480x320", 480, 320, 5, "id", APP_TRY_AGAIN, APP_REASON_NONE, 0},
    {"out-of-service-en-1080x1920", 1080, 1920, 5, "en", APP_OUT_OF_SERVICE, APP_OUTBOX_ERROR, 0},
    {"out-of-service-id-1280x800", 1280, 800, 5, "id", APP_OUT_OF_SERVICE, APP_DISK_FULL, 0},
    {"out-of-service-id-480x320", 480, 320, 5, "id", APP_OUT_OF_SERVICE, APP_WRITER_SILENT, 0},
};

struct fixture {
    struct settings settings;
    struct texts texts[2];
    struct theme theme;
    struct font_files fonts;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct config_error config_error;
    struct texts_error texts_error;
    const char *missing = "";
    *state = f;
    if (!f || !settings_default(&f->settings, &config_error))
        return -1;
    if (!texts_load("assets/locales/kiosk-en.json", "assets/locales/kiosk-en.json", &f->texts[0],
                    &texts_error) ||
        !texts_load("assets/locales/kiosk-id.json", "assets/locales/kiosk-en.json", &f->texts[1],
                    &texts_error)) {
        fprintf(stderr, "%s\n", texts_error.text);
        return -1;
    }
    if (!font_find(&f->fonts, &missing)) {
        fprintf(stderr, "font %s is missing\n", missing);
        return -1;
    }
    f->theme = theme_light();
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    texts_finish(&f->texts[0]);
    texts_finish(&f->texts[1]);
    settings_finish(&f->settings);
    free(f);
    return 0;
}

static SDL_Surface *read_png(const char *path)
{
    SDL_Surface *raw = IMG_Load(path);
    SDL_Surface *s = raw ? SDL_ConvertSurfaceFormat(raw, SDL_PIXELFORMAT_ARGB8888, 0) : NULL;
    SDL_FreeSurface(raw);
    return s;
}

// Pixels that differ by more than the tolerance.
static int differences(const SDL_Surface *a, const SDL_Surface *b)
{
    int count = 0;
    for (int y = 0; y < a->h; y++) {
        const uint8_t *pa = (const uint8_t *)a->pixels + y * a->pitch,
                      *pb = (const uint8_t *)b->pixels + y * b->pitch;
        for (int x = 0; x < a->w; x++) {
            int worst = 0;
            for (int c = 0; c < 3; c++) {
                int d = abs(pa[x * 4 + c] - pb[x * 4 + c]);
                worst = d > worst ? d : worst;
            }
            count += worst > CHANNEL_TOLERANCE;
        }
    }
    return count;
}

static void draw(const struct fixture *f, const struct picture *p, const char *path)
{
    struct ui_error error;
    struct ui_options o = {
        .app = settings_app(&f->settings),
        .texts = f->texts,
        .org = f->settings.org,
        .assets = "assets",
        .theme = &f->theme,
        .fonts = &f->fonts,
        .width = p->w,
        .height = p->h,
    };
    o.app.faces = p->faces;
    struct ui_still still = {p->screen, p->reason, settings_language_index(&f->settings, p->lang), p->focus};
    if (!ui_render(&o, &still, path, &error))
        fail_msg("%s", error.text);
}

static bool same(const struct fixture *f, const struct picture *p)
{
    char golden[300], drawn[300];
    snprintf(golden, sizeof golden, "tests/golden/%s.png", p->name);
    if (getenv("PUAS_GOLDEN_UPDATE")) {
        draw(f, p, golden);
        return true;
    }
    mkdir("build", 0777);
    mkdir("build/golden", 0777);
    snprintf(drawn, sizeof drawn, "build/golden/%s.png", p->name);
    draw(f, p, drawn);
    SDL_Surface *want = read_png(golden), *got = read_png(drawn);
    bool ok = want && got && want->w == got->w && want->h == got->h;
    if (!want)
        print_error("%s is missing: see the head of test_golden.c\n", golden);
    else if (!ok)
        print_error("%s has another size\n", golden);
    int count = ok ? differences(want, got) : 0;
    if (count > PIXELS_TOLERANCE)
        print_error("%s: %d pixels differ from %s\n", drawn, count, golden);
    SDL_FreeSurface(want);
    SDL_FreeSurface(got);
    return ok && count <= PIXELS_TOLERANCE;
}

static void screens_look_as_they_did(void **state)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++)
        bad += !same(*state, &pictures[i]);
    assert_int_equal(bad, 0);
}

static void a_missing_reference_fails(void **state)
{
    if (getenv("PUAS_GOLDEN_UPDATE"))
        skip();
    const struct picture none = {"no-such-picture", 480, 320, 5, "en", APP_QUESTION, APP_REASON_NONE, 0};
    assert_false(same(*state, &none));
}

static void a_changed_picture_fails(void **state)
{
    if (getenv("PUAS_GOLDEN_UPDATE"))
        skip();
    struct fixture *f = *state;
    struct theme theme = f->theme;
    f->theme.ink ^= 0x101010;
    bool ok = same(f, &pictures[4]);
    f->theme = theme;
    assert_false(ok);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(screens_look_as_they_did),
        cmocka_unit_test(a_missing_reference_fails),
        cmocka_unit_test(a_changed_picture_fails),
    };
    return cmocka_run_group_tests_name("golden", tests, set_up, tear_down);
}
