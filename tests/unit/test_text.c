// Text of every script: where lines may end, in which order runs stand, whether the fonts have each letter.
#include "kiosk/breaks.h"
#include "kiosk/runs.h"
#include "kiosk/stage.h"
#include "kiosk/thai.h"
#include "kiosk/type_sdl.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct show *all;
static struct type *type;

static int set_up(void **state)
{
    const char *why = "";
    (void)state;
    all = show_of(EVERY_LANGUAGE EVERY_QUESTION EVERY_SCENE);
    type = all ? type_create(&all->fonts, &why) : NULL;
    if (!type)
        fprintf(stderr, "%s\n", why);
    return type ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    type_destroy(type);
    show_destroy(all);
    return 0;
}

// ---------------------------------------------------------------- line breaks
// The text with | wherever a line may end.
static void marked(const char *text, char *ret, size_t size)
{
    int at[BREAKS_MAX];
    struct thai *thai = thai_create();
    int count = breaks_find(text, thai_words, thai, at), from = 0;
    size_t n = 0;
    thai_destroy(thai);
    for (int i = 0; i < count; i++) {
        n += (size_t)snprintf(ret + n, size - n, "%s%.*s", i ? "|" : "", at[i] - from, text + from);
        from = at[i];
    }
}

static void lines_end_where_they_may(void **state)
{
    static const char *const rows[] = {
        "one |two |three",
        "100 |% |(a |b), |c",
        "您|对|今|天|的|服|务|满|意|吗？",        // no line begins with a question mark
        "匿|名|评|价，|不|保|存|“个|人”|信|息。", // nor ends with an opening quote
        "วัน|นี้|บริการ|ของ|เรา|เป็น|อย่างไร",          // Thai words, by dictionary
        "तुम |कैसे |हो",                             // marks stay with their letters
        "كيف |كانت |خدمتنا |اليوم؟",
        "Puas |满|意 |100",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char plain[300], got[600];
        size_t n = 0;
        for (const char *c = rows[i]; *c; c++)
            if (*c != '|')
                plain[n++] = *c;
        plain[n] = '\0';
        marked(plain, got, sizeof got);
        assert_string_equal(got, rows[i]);
    }
}

// ---------------------------------------------------------------- order of runs
static void order_of(const char *text, enum draw_direction direction, char *ret, size_t size)
{
    struct run runs[RUNS_MAX];
    int count = runs_split(text, (int)strlen(text), direction, runs);
    size_t n = 0;
    ret[0] = '\0';
    for (int i = 0; i < count; i++)
        n += (size_t)snprintf(ret + n, size - n, "[%s%s:%.*s]", script_tag(runs[i].script),
                              runs[i].direction == DIRECTION_RTL ? "<" : ">", runs[i].bytes,
                              text + runs[i].from);
}

static void digits_keep_their_order_inside_arabic(void **state)
{
    char got[400];
    (void)state;
    order_of("شارع 123", DIRECTION_RTL, got, sizeof got);
    assert_string_equal(got, "[Latn>:123][Arab<:شارع ]"); // seen from the left: the number, then the word
    order_of("من 10:30 إلى 12", DIRECTION_RTL, got, sizeof got);
    assert_string_equal(got, "[Latn>:12][Arab<:إلى ][Latn<: ][Latn>:10:30][Arab<:من ]");
    order_of("Puas العربية 5", DIRECTION_LTR, got, sizeof got);
    assert_non_null(strstr(got, "[Latn>:Puas ]"));
    order_of("How was it?", DIRECTION_LTR, got, sizeof got);
    assert_string_equal(got, "[Latn>:How was it?]");
    order_of("ดี?", DIRECTION_LTR, got, sizeof got);
    assert_string_equal(got, "[Thai>:ดี][Latn>:?]"); // the Thai font has no question mark
}

static void damaged_text_is_drawn_as_far_as_it_goes(void **state)
{
    static const char *const rows[] = {"\xff\xfe",     "a\xc3",      "\xe0\xa4",
                                       "\xf0\x9f\x98", "a\x80\x80z", "\xed\xa0\x80"};
    struct measure m = type_measure(type);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int at[BREAKS_MAX];
        assert_true(breaks_find(rows[i], NULL, NULL, at) >= 1);
        assert_true(m.width(m.ctx, WEIGHT_REGULAR, 20, DIRECTION_LTR, rows[i], (int)strlen(rows[i])) >= 0);
    }
}

// ---------------------------------------------------------------- fonts
static void no_glyph_is_missing(void **state)
{
    (void)state;
    for (int lang = 0; lang < content_language_count(&all->content); lang++) {
        for (int t = 0; t < TEXTS; t++) {
            for (int w = 0; w < WEIGHTS; w++) {
                uint32_t missing = 0;
                const char *text = all->texts[lang].of[t];
                if (!type_has_glyphs(type, (enum draw_weight)w, text, &missing))
                    fail_msg("%s: '%s' ('%s'): no font has U+%04X",
                             content_language_code(&all->content, lang), text_name((enum text)t), text,
                             missing);
            }
        }
    }
    uint32_t missing = 0;
    assert_false(
        type_has_glyphs(type, WEIGHT_REGULAR, "\xe2\x86\x92", &missing)); // an arrow: Noto Sans has none
    assert_int_equal(missing, 0x2192);
}

static void every_key_has_its_glyph(void **state)
{
    (void)state;
    for (int lang = 0; lang < content_language_count(&all->content); lang++) {
        const char *code = content_language_code(&all->content, lang);
        struct keyboard_page page;
        for (int p = 0; keyboard_make(code, p, &page); p++) {
            for (int i = 0; i < page.count; i++) {
                uint32_t missing = 0;
                if (!type_has_glyphs(type, WEIGHT_REGULAR, page.key[i].label, &missing))
                    fail_msg("%s: key '%s': no font has U+%04X", code, page.key[i].label, missing);
                assert_true(page.key[i].page >= 0 && page.key[i].page < KEYBOARD_PAGES_MAX);
                struct keyboard_page there;
                assert_true(keyboard_make(code, page.key[i].page, &there)); // no key leads nowhere
            }
        }
        assert_true(page.count == 0);
    }
}

static void text_is_as_wide_as_it_is_measured(void **state)
{
    struct measure m = type_measure(type);
    (void)state;
    for (int lang = 0; lang < content_language_count(&all->content); lang++) {
        enum draw_direction direction = texts_direction(&all->texts[lang]);
        for (int t = TEXT_QUESTION; t < TEXTS; t++) {
            const char *text = all->texts[lang].of[t];
            int n = (int)strlen(text), rise, w = m.width(m.ctx, WEIGHT_BOLD, 31, direction, text, n);
            SDL_Surface *s = type_render(type, WEIGHT_BOLD, 31, direction, text, n, 0xff000000u, &rise);
            assert_non_null(s);
            assert_int_equal(s->w, w);
            SDL_FreeSurface(s);
        }
    }
}

// ---------------------------------------------------------------- room
static void check_room(const struct text_block *b, const char *code, const struct stage *s)
{
    if (b->cut)
        fail_msg("%s: '%s' has no room on %dx%d (screen %s, question %s)", code, b->line[0].text, s->w, s->h,
                 app_screen_name(s->app.screen), app_question(&s->app)->id.s);
}

static void check_layout(const struct stage *s, const char *code)
{
    const struct layout *l = &s->layout;
    const struct text_block *const blocks[] = {&l->org, &l->title, &l->more,  &l->footer,      &l->code,
                                               &l->low, &l->high,  &l->scene, &l->warning_text};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        check_room(blocks[i], code, s);
    for (int i = 0; i < l->card_count; i++)
        check_room(&l->card[i].label, code, s);
    for (int i = 0; i < l->button_count; i++)
        check_room(&l->button[i].label, code, s);
    for (int i = 0; i < l->pill_count; i++)
        check_room(&l->pill[i].label, code, s);
    for (int i = 0; i < l->key_count; i++)
        check_room(&l->key[i].label, code, s);
    for (int i = 0; i < l->row_count; i++)
        check_room(&l->row[i].name, code, s);
}

static const char *code_of(const struct stage *s)
{
    return content_language_code(&s->show->content, s->app.lang);
}

static void check_messages(struct stage *s, const struct measure *m)
{
    for (int screen = APP_THANKS; screen < APP_SCREENS; screen++) {
        s->app.screen = (enum app_screen)screen;
        for (int reason = APP_DISK_FULL; reason < APP_REASONS; reason++) {
            s->app.reason = screen == APP_OUT_OF_SERVICE ? (enum app_reason)reason : APP_REASON_NONE;
            stage_place(s, m);
            check_layout(s, code_of(s));
        }
        for (int page = SERVICE_PIN; screen == APP_SERVICE && page <= SERVICE_SCREEN; page++) {
            s->app.service.page = (enum service_page)page;
            stage_place(s, m);
            check_layout(s, code_of(s));
        }
    }
    s->app.service.page = SERVICE_PIN;
    s->app.screen = APP_THANKS; // with a code to redeem
    snprintf(s->thanks, sizeof s->thanks, "WWWW-WWWW");
    stage_place(s, m);
    check_layout(s, code_of(s));
    s->thanks[0] = '\0';
    s->app.screen = APP_QUESTION;
}

static void check_questions(struct stage *s, const struct measure *m)
{
    struct keyboard_page keys;
    for (s->app.step = 0; s->app.step < s->show->survey.count; s->app.step++) {
        enum survey_type t = app_question(&s->app)->type;
        if (t >= SURVEY_TEXT)
            typing_start(&s->app.typing, t == SURVEY_CONTACT ? 2 : 1, 200);
        for (s->app.page = 0; s->app.page == 0 || (t >= SURVEY_TEXT && t != SURVEY_NUMBER &&
                                                   keyboard_make(code_of(s), s->app.page, &keys));
             s->app.page++) {
            stage_place(s, m);
            check_layout(s, code_of(s));
        }
        s->app.page = 0;
        s->app.picked = 1; // "done" in place of "skip"
        stage_place(s, m);
        check_layout(s, code_of(s));
        s->app.picked = 0;
    }
    s->app.step = 0;
}

static void check_scenes(struct stage *s, const struct measure *m)
{
    for (s->app.scene = 1; s->app.scene < s->app.options.scenes; s->app.scene++) {
        stage_place(s, m);
        check_layout(s, code_of(s));
        // In the room of small screens the hint stays; elsewhere each scene has words of this language.
        if (s->w >= 1280 && s->h >= 800)
            assert_true(s->layout.scene.count > 0);
    }
    s->app.scene = 0;
}

// Every text of every language in every layout, with the true fonts.
static void the_longest_texts_have_room(void **state)
{
    static const int sizes[][2] = {{480, 320},   {320, 480},  {800, 480},  {480, 800},
                                   {1024, 600},  {1280, 800}, {800, 1280}, {1920, 1080},
                                   {1080, 1920}, {1920, 540}, {3840, 2160}};
    struct measure m = type_measure(type);
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct stage *s = malloc(sizeof *s);
        struct stage_options o = {.org = "Harapan Clinic"};
        struct app_options app = options_of(all);
        assert_non_null(s);
        stage_init(s, &o, all, &app, 1000);
        s->w = sizes[i][0];
        s->h = sizes[i][1];
        s->opens = 480;
        s->tally = 1250;
        for (int lang = 0; lang < s->app.options.lang_count; lang++) {
            s->app.lang = lang;
            check_messages(s, &m);
            check_questions(s, &m);
            check_scenes(s, &m);
        }
        free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_end_where_they_may),
        cmocka_unit_test(digits_keep_their_order_inside_arabic),
        cmocka_unit_test(damaged_text_is_drawn_as_far_as_it_goes),
        cmocka_unit_test(no_glyph_is_missing),
        cmocka_unit_test(every_key_has_its_glyph),
        cmocka_unit_test(text_is_as_wide_as_it_is_measured),
        cmocka_unit_test(the_longest_texts_have_room),
    };
    return cmocka_run_group_tests_name("text", tests, set_up, tear_down);
}
