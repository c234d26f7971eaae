// Pictures of the kiosk's screens against references in tests/golden, pixel by pixel. They are drawn with the
// true fonts and the software renderer, which gives the same pixels on every driver. A missing reference
// fails. After a wanted change: PUAS_GOLDEN_UPDATE=1 build/release/tests/test_golden, look at the pictures,
// commit them.
#include "kiosk/settings.h"
#include "kiosk/ui_sdl.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    CHANNEL_TOLERANCE = 2, // of 255: rounding of another processor's blending
    PIXELS_TOLERANCE = 0,  // pixels that may differ by more
};

static const char plain_yaml[] = "languages: [en, id]\n";
static const char four_yaml[] = "languages: [en, id]\nsurvey: { faces: 4 }\n";
static const char every_yaml[] =
    "languages: [en, id]\n" EVERY_QUESTION
    "promise: { en: Served within ten minutes, id: Dilayani dalam sepuluh menit }\n"
    "messages: [ { said: { en: Too long a queue at lunch, id: Antrean siang terlalu "
    "panjang }, did: { en: A third counter is open from 11 to 14, id: Loket ketiga "
    "dibuka pukul 11 sampai 14 } } ]\n"
    "tally: true\n";
static const char dark_yaml[] = "languages: [en, id]\n" EVERY_QUESTION "theme: { base: dark }\n";

static const char all_yaml[] = "languages: [id, en, ar, zh, hi, th, jv, su]\n" EVERY_QUESTION;
static const char link_yaml[] =
    "languages: [en, id]\nthanks_code: true\nthanks_link: https://puas.example.org/v/k1\n";

static const struct stage_facts facts = {.network = "online, 127.0.0.1:1883",
                                         .outbox = "0",
                                         .version = "dago-entrance, 0.1.0",
                                         .content = "service 3, from the kiosk's own file"};

enum document { PLAIN, FOUR, EVERY, DARK, LINK, ALL, DOCUMENTS };

static const struct picture {
    const char *name;
    int w, h;
    enum document document;
    const char *lang;
    struct ui_still still;
} pictures[] = {
    {"question-en-1280x800", 1280, 800, PLAIN, "en", {0}},
    {"question-id-1080x1920", 1080, 1920, PLAIN, "id", {0}},
    {"question-en-3840x1080", 3840, 1080, PLAIN, "en", {0}},
    {"question-id-4-faces-1280x800", 1280, 800, FOUR, "id", {0}},
    {"question-en-4-faces-1080x1920", 1080, 1920, FOUR, "en", {0}},
    {"question-id-480x320", 480, 320, PLAIN, "id", {0}},
    {"question-id-320x480", 320, 480, PLAIN, "id", {0}},
    {"question-en-1920x540", 1920, 540, PLAIN, "en", {0}},
    {"question-en-focus-1024x768", 1024, 768, PLAIN, "en", {.focus_name = "face-4"}},
    {"question-en-dark-800x480", 800, 480, DARK, "en", {0}},
    {"pressed-en-1280x800", 1280, 800, PLAIN, "en", {.screen = APP_PRESSED}},
    {"thanks-en-1280x800", 1280, 800, PLAIN, "en", {.screen = APP_THANKS}},
    {"thanks-id-1080x1920", 1080, 1920, PLAIN, "id", {.screen = APP_THANKS}},
    {"still-there-en-800x480", 800, 480, EVERY, "en", {.step = 1, .warn = true}},
    {"still-there-id-1280x800", 1280, 800, EVERY, "id", {.step = 5, .warn = true, .written = "Antre"}},
    {"still-there-ar-480x320", 480, 320, ALL, "ar", {.step = 5, .warn = true}},
    {"thanks-link-en-800x480", 800, 480, LINK, "en", {.screen = APP_THANKS}},
    {"question-ar-800x480", 800, 480, ALL, "ar", {0}},
    {"question-zh-800x480", 800, 480, ALL, "zh", {0}},
    {"question-hi-480x800", 480, 800, ALL, "hi", {0}},
    {"question-th-800x480", 800, 480, ALL, "th", {0}},
    {"choice-ar-480x800", 480, 800, ALL, "ar", {.step = 1}},
    {"text-ar-800x480", 800, 480, ALL, "ar", {.step = 5, .written = "شارع 123"}},
    {"text-th-800x480", 800, 480, ALL, "th", {.step = 5, .written = "พนักงานดีมาก"}},
    {"contact-zh-800x480", 800, 480, ALL, "zh", {.step = 7}},
    {"try-again-en-1280x800", 1280, 800, PLAIN, "en", {.screen = APP_TRY_AGAIN}},
    {"try-again-id-480x320", 480, 320, PLAIN, "id", {.screen = APP_TRY_AGAIN}},
    {"out-of-service-en-1080x1920",
     1080,
     1920,
     PLAIN,
     "en",
     {.screen = APP_OUT_OF_SERVICE, .reason = APP_OUTBOX_ERROR}},
    {"out-of-service-id-1280x800",
     1280,
     800,
     PLAIN,
     "id",
     {.screen = APP_OUT_OF_SERVICE, .reason = APP_DISK_FULL}},
    {"out-of-service-id-480x320",
     480,
     320,
     PLAIN,
     "id",
     {.screen = APP_OUT_OF_SERVICE, .reason = APP_WRITER_SILENT}},
    {"closed-en-800x480", 800, 480, PLAIN, "en", {.screen = APP_CLOSED}},
    {"closed-id-480x800", 480, 800, DARK, "id", {.screen = APP_CLOSED}},
    {"service-pin-id-800x480", 800, 480, PLAIN, "id", {.screen = APP_SERVICE, .page = SERVICE_PIN}},
    {"service-menu-en-800x480",
     800,
     480,
     PLAIN,
     "en",
     {.screen = APP_SERVICE, .page = SERVICE_MENU, .facts = &facts}},
    {"service-menu-id-480x800",
     480,
     800,
     DARK,
     "id",
     {.screen = APP_SERVICE, .page = SERVICE_MENU, .facts = &facts}},
    {"promise-en-800x480", 800, 480, EVERY, "en", {.scene = 1}},
    {"tally-id-480x800", 480, 800, EVERY, "id", {.scene = 2}},
    {"said-en-800x480", 800, 480, EVERY, "en", {.scene = 3}},
    {"choice-en-800x480", 800, 480, EVERY, "en", {.step = 1}},
    {"choice-id-480x800", 480, 800, EVERY, "id", {.step = 1}},
    {"choice-id-480x320", 480, 320, EVERY, "id", {.step = 1}},
    {"choice-en-dark-480x800", 480, 800, DARK, "en", {.step = 1}},
    {"several-en-800x480", 800, 480, EVERY, "en", {.step = 2, .picked = 5}},
    {"several-id-dark-800x480", 800, 480, DARK, "id", {.step = 2, .picked = 2, .focus_name = "option-room"}},
    {"nps-en-800x480", 800, 480, EVERY, "en", {.step = 4}},
    {"nps-id-320x480", 320, 480, EVERY, "id", {.step = 4}},
    {"text-en-800x480",
     800,
     480,
     EVERY,
     "en",
     {.step = 5, .written = "The staff were kind, the queue was long"}},
    {"text-id-480x800", 480, 800, EVERY, "id", {.step = 5, .written = "Petugas ramah"}},
    {"text-id-480x320", 480, 320, EVERY, "id", {.step = 5, .written = "Petugas ramah"}},
    {"number-en-800x480", 800, 480, EVERY, "en", {.step = 6, .written = "104"}},
    {"contact-id-800x480", 800, 480, EVERY, "id", {.step = 7}},
    {"contact-en-dark-480x800", 480, 800, DARK, "en", {.step = 7, .written = "Siti"}},
};

struct fixture {
    struct settings settings;
    struct show *show[DOCUMENTS];
};

static int set_up(void **state)
{
    static const char *const yaml[DOCUMENTS] = {plain_yaml, four_yaml, every_yaml,
                                                dark_yaml,  link_yaml, all_yaml};
    struct fixture *f = calloc(1, sizeof *f);
    struct config_error config_error;
    *state = f;
    if (!f || !settings_default(&f->settings, &config_error))
        return -1;
    for (int i = 0; i < DOCUMENTS; i++)
        if (!(f->show[i] = show_of(yaml[i])))
            return -1;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < DOCUMENTS; i++)
        show_destroy(f->show[i]);
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
        .stage = {.org = f->settings.org},
        .assets = "assets",
        .width = p->w,
        .height = p->h,
    };
    const struct show *show = f->show[p->document];
    struct ui_still still = p->still;
    still.lang = content_language_index(&show->content, p->lang);
    if (!ui_render(&o, show, &still, path, &error))
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
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        char size[24];
        snprintf(size, sizeof size, "-%dx%d", pictures[i].w, pictures[i].h);
        assert_non_null(strstr(pictures[i].name, size));
        bad += !same(*state, &pictures[i]);
    }
    assert_int_equal(bad, 0);
}

static void a_missing_reference_fails(void **state)
{
    if (getenv("PUAS_GOLDEN_UPDATE"))
        skip();
    const struct picture none = {"no-such-picture", 480, 320, PLAIN, "en", {0}};
    assert_false(same(*state, &none));
}

static void a_changed_picture_fails(void **state)
{
    if (getenv("PUAS_GOLDEN_UPDATE"))
        skip();
    struct fixture *f = *state;
    struct theme *theme = &f->show[PLAIN]->theme, kept = *theme;
    theme->ink ^= 0x101010;
    bool ok = same(f, &pictures[0]); // drawn from PLAIN
    *theme = kept;
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
