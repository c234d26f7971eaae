// Draw lists of every screen in every language, both orientations and both themes, as text against references
// in tests/golden/lists: what stands where, in which colour, without pixels. They are laid out with the true
// fonts. After a wanted change: PUAS_GOLDEN_UPDATE=1 build/asan/tests/test_lists, read the difference, commit
// it.
#include "kiosk/stage.h"
#include "kiosk/type_sdl.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENT EVERY_LANGUAGE EVERY_QUESTION EVERY_SCENE
#define DARK "theme: { base: dark }\n"
#define LINK "thanks_code: true\nthanks_link: https://puas.example.org/v/k1\n"

enum { THEMES = 2, TEXT_MAX = 512 * 1024 };

static struct show *shows[2][THEMES]; // without and with a link on the thanks
static struct type *type;

static int set_up(void **state)
{
    const char *why = "";
    (void)state;
    shows[0][0] = show_of(DOCUMENT);
    shows[0][1] = show_of(DOCUMENT DARK);
    shows[1][0] = show_of(DOCUMENT LINK);
    shows[1][1] = show_of(DOCUMENT LINK DARK);
    bool ok = shows[0][0] && shows[0][1] && shows[1][0] && shows[1][1];
    type = ok ? type_create(&shows[0][0]->fonts, &why) : NULL;
    if (!type)
        fprintf(stderr, "%s\n", why);
    mkdir("build", 0777);
    mkdir("build/golden", 0777);
    mkdir("build/golden/lists", 0777);
    return type ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    type_destroy(type);
    for (int i = 0; i < 2; i++)
        for (int theme = 0; theme < THEMES; theme++)
            show_destroy(shows[i][theme]);
    return 0;
}

static const struct screen {
    const char *name;
    enum app_screen screen;
    int step, scene, keys; // keys: page of the keyboard
    unsigned picked;
    enum service_page page;
    enum app_reason reason;
    bool warn; // "still there?"
    bool wrong, link, identify, speech;
} screens[] = {
    {.name = "question"},
    {.name = "promise", .scene = 1},
    {.name = "tally", .scene = 2},
    {.name = "said", .scene = 3},
    {.name = "speech", .speech = true},
    {.name = "identify", .identify = true},
    {.name = "choice", .step = 1},
    {.name = "choice-still-there", .step = 1, .warn = true},
    {.name = "several", .step = 2, .picked = 2},
    {.name = "faces-4", .step = 3},
    {.name = "nps", .step = 4},
    {.name = "text", .step = 5},
    {.name = "text-shift", .step = 5, .keys = 1},
    {.name = "text-signs", .step = 5, .keys = 2},
    {.name = "text-still-there", .step = 5, .warn = true},
    {.name = "number", .step = 6},
    {.name = "contact", .step = 7},
    {.name = "pressed", .screen = APP_PRESSED},
    {.name = "thanks", .screen = APP_THANKS},
    {.name = "thanks-code-link", .screen = APP_THANKS, .link = true},
    {.name = "try-again", .screen = APP_TRY_AGAIN},
    {.name = "out-of-service", .screen = APP_OUT_OF_SERVICE, .reason = APP_DISK_FULL},
    {.name = "out-of-service-outbox", .screen = APP_OUT_OF_SERVICE, .reason = APP_OUTBOX_ERROR},
    {.name = "out-of-service-writer", .screen = APP_OUT_OF_SERVICE, .reason = APP_WRITER_SILENT},
    {.name = "closed", .screen = APP_CLOSED},
    {.name = "service-pin", .screen = APP_SERVICE, .page = SERVICE_PIN},
    {.name = "service-wrong-pin", .screen = APP_SERVICE, .page = SERVICE_PIN, .wrong = true},
    {.name = "service-menu", .screen = APP_SERVICE, .page = SERVICE_MENU},
    {.name = "service-touch", .screen = APP_SERVICE, .page = SERVICE_TOUCH},
    {.name = "service-screen", .screen = APP_SERVICE, .page = SERVICE_SCREEN},
};

static void set(struct stage *s, const struct screen *screen, int lang)
{
    struct app *a = &s->app;
    struct measure m = type_measure(type);
    a->screen = screen->screen;
    a->step = screen->step;
    a->scene = screen->scene;
    a->lang = lang;
    a->page = screen->keys;
    a->picked = screen->picked;
    a->reason = screen->reason;
    a->service.page = screen->page;
    a->service.digits = 2;
    a->service.wrong = screen->wrong;
    a->now = a->since + 1000; // every animation has ended
    a->touched = a->now;
    if (screen->warn)
        a->touched -= (app_is_typing(a) ? a->options.typing_ms : a->options.step_ms) - a->options.warn_ms / 2;
    s->identify = screen->identify;
    s->options.speech = screen->speech;
    s->tally = 128;
    s->opens = 480;
    snprintf(s->thanks, sizeof s->thanks, "%s", screen->link ? "K7M-2QX" : "");
    snprintf(s->facts.version, sizeof s->facts.version, "k1, 0.1.0");
    snprintf(s->facts.network, sizeof s->facts.network, "broker:8883: online");
    snprintf(s->facts.outbox, sizeof s->facts.outbox, "0");
    snprintf(s->facts.content, sizeof s->facts.content, "visit 3");
    if (screen->screen == APP_QUESTION && app_question(a)->type >= SURVEY_TEXT)
        typing_start(&a->typing, app_question(a)->type == SURVEY_CONTACT ? 2 : 1, 200);
    else
        typing_wipe(&a->typing);
    stage_place(s, &m);
    stage_draw(s);
    assert_false(s->list.full);
}

static size_t write_lists(const struct screen *screen, bool portrait, char *text)
{
    size_t n = 0;
    for (int theme = 0; theme < THEMES; theme++) {
        struct stage *s = malloc(sizeof *s);
        struct stage_options o = {.org = "Harapan Clinic", .name = "dago-entrance"};
        const struct show *show = shows[screen->link][theme];
        struct app_options app = options_of(show);
        assert_non_null(s);
        stage_init(s, &o, show, &app, 3600000);
        s->w = portrait ? 1080 : 1280;
        s->h = portrait ? 1920 : 800;
        for (int lang = 0; lang < s->app.options.lang_count; lang++) {
            set(s, screen, lang);
            n += (size_t)snprintf(text + n, TEXT_MAX - n, "== %s %s\n", s->app.options.langs[lang],
                                  theme ? "dark" : "light");
            n += draw_dump(&s->list, text + n, TEXT_MAX - n);
            assert_true(n < TEXT_MAX);
        }
        free(s);
    }
    return n;
}

static bool write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "w");
    bool ok = f && fwrite(text, 1, n, f) == n;
    return f && fclose(f) == 0 && ok;
}

// The first line in which they differ, from 1; 0: they are the same.
static int differs(const char *path, const char *text, size_t n)
{
    char *want = malloc(TEXT_MAX);
    FILE *f = fopen(path, "r");
    size_t got = f && want ? fread(want, 1, TEXT_MAX, f) : 0;
    int line = 1;
    size_t i = 0;
    while (i < n && i < got && text[i] == want[i])
        line += text[i++] == '\n';
    bool same = f && got == n && i == n;
    if (f)
        fclose(f);
    free(want);
    return same ? 0 : line;
}

static void every_screen_stands_as_it_did(void **state)
{
    char *text = malloc(TEXT_MAX);
    int bad = 0;
    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < sizeof screens / sizeof *screens; i++) {
        for (int portrait = 0; portrait < 2; portrait++) {
            char golden[200], drawn[200];
            size_t n = write_lists(&screens[i], portrait, text);
            const char *shape = portrait ? "portrait" : "landscape";
            snprintf(golden, sizeof golden, "tests/golden/lists/%s-%s.txt", screens[i].name, shape);
            snprintf(drawn, sizeof drawn, "build/golden/lists/%s-%s.txt", screens[i].name, shape);
            if (getenv("PUAS_GOLDEN_UPDATE")) {
                assert_true(write_file(golden, text, n));
                continue;
            }
            int line = differs(golden, text, n);
            if (line > 0) {
                assert_true(write_file(drawn, text, n));
                print_error("%s:%d differs from %s\n", drawn, line, golden);
                bad++;
            }
        }
    }
    free(text);
    assert_int_equal(bad, 0);
}

static void a_moved_pixel_is_found(void **state)
{
    char *text = malloc(TEXT_MAX);
    (void)state;
    assert_non_null(text);
    if (getenv("PUAS_GOLDEN_UPDATE")) {
        free(text);
        skip();
    }
    shows[0][0]->theme.ink ^= 1;
    size_t n = write_lists(&screens[0], false, text);
    shows[0][0]->theme.ink ^= 1;
    assert_true(differs("tests/golden/lists/question-landscape.txt", text, n) > 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_screen_stands_as_it_did),
        cmocka_unit_test(a_moved_pixel_is_found),
    };
    return cmocka_run_group_tests_name("lists", tests, set_up, tear_down);
}
