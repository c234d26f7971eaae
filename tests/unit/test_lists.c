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

#define DOCUMENT                                                                                             \
    "languages: [id, en, ar, zh, hi, th, jv, su]\n" EVERY_QUESTION "promise: { en: Served within ten "       \
    "minutes, id: Dilayani dalam sepuluh menit }\ntally: true\n"                                             \
    "messages: [ { said: { en: Too long a queue }, did: { en: One more counter } } ]\n"

enum { THEMES = 2, TEXT_MAX = 512 * 1024 };

static struct show *show[THEMES];
static struct type *type;

static int set_up(void **state)
{
    const char *why = "";
    (void)state;
    show[0] = show_of(DOCUMENT);
    show[1] = show_of(DOCUMENT "theme: { base: dark }\n");
    type = show[0] && show[1] ? type_create(&show[0]->fonts, &why) : NULL;
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
    for (int i = 0; i < THEMES; i++)
        show_destroy(show[i]);
    return 0;
}

static const struct screen {
    const char *name;
    enum app_screen screen;
    int step, scene;
    enum service_page page;
    bool warn; // "still there?"
} screens[] = {
    {"question", APP_QUESTION, 0, 0, 0, false},
    {"promise", APP_QUESTION, 0, 1, 0, false},
    {"tally", APP_QUESTION, 0, 2, 0, false},
    {"said", APP_QUESTION, 0, 3, 0, false},
    {"choice", APP_QUESTION, 1, 0, 0, false},
    {"several", APP_QUESTION, 2, 0, 0, false},
    {"faces-4", APP_QUESTION, 3, 0, 0, false},
    {"nps", APP_QUESTION, 4, 0, 0, false},
    {"text", APP_QUESTION, 5, 0, 0, false},
    {"number", APP_QUESTION, 6, 0, 0, false},
    {"contact", APP_QUESTION, 7, 0, 0, false},
    {"pressed", APP_PRESSED, 0, 0, 0, false},
    {"thanks", APP_THANKS, 0, 0, 0, false},
    {"try-again", APP_TRY_AGAIN, 0, 0, 0, false},
    {"out-of-service", APP_OUT_OF_SERVICE, 0, 0, 0, false},
    {"closed", APP_CLOSED, 0, 0, 0, false},
    {"service-pin", APP_SERVICE, 0, 0, SERVICE_PIN, false},
    {"service-menu", APP_SERVICE, 0, 0, SERVICE_MENU, false},
    {"service-touch", APP_SERVICE, 0, 0, SERVICE_TOUCH, false},
    {"choice-still-there", APP_QUESTION, 1, 0, 0, true},
    {"text-still-there", APP_QUESTION, 5, 0, 0, true},
};

static void set(struct stage *s, const struct screen *screen, int lang)
{
    struct app *a = &s->app;
    struct measure m = type_measure(type);
    a->screen = screen->screen;
    a->step = screen->step;
    a->scene = screen->scene;
    a->lang = lang;
    a->picked = screen->step == 2 ? 2 : 0;
    a->reason = screen->screen == APP_OUT_OF_SERVICE ? APP_DISK_FULL : APP_REASON_NONE;
    a->service.page = screen->page;
    a->service.digits = 2;
    a->now = a->since + 1000; // every animation has ended
    a->touched = a->now;
    if (screen->warn)
        a->touched -= (app_is_typing(a) ? a->options.typing_ms : a->options.step_ms) - a->options.warn_ms / 2;
    s->tally = 128;
    s->opens = 480;
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
        struct stage_options o = {.org = "Harapan Clinic"};
        struct app_options app = options_of(show[theme]);
        assert_non_null(s);
        stage_init(s, &o, show[theme], &app, 3600000);
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
    show[0]->theme.ink ^= 1;
    size_t n = write_lists(&screens[0], false, text);
    show[0]->theme.ink ^= 1;
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
