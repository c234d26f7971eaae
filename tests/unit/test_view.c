// Layout and view over sizes, languages and faces, with the real texts and a plain measure in place of fonts.
#include "kiosk/settings.h"
#include "kiosk/stage.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct show *plain_show, *four_faces, *every, *worded;

static int set_up(void **state)
{
    (void)state;
    plain_show = show_of("languages: [en, id]\n");
    four_faces = show_of("languages: [en, id]\nsurvey: { faces: 4 }\n");
    every =
        show_of("languages: [en, id]\n" EVERY_QUESTION
                "promise: { en: Served within ten minutes, id: Dilayani dalam sepuluh menit }\n"
                "messages: [ { said: { en: Too long a queue at lunch }, did: { en: One more counter } } ]\n"
                "tally: true\n");
    worded =
        show_of("languages: [en]\n"
                "survey:\n"
                "  questions:\n"
                "    - { id: overall, type: faces }\n"
                "    - id: why\n"
                "      type: choice\n"
                "      title: { en: Why?, en.1-2: What went wrong?, en.4-5: What was good? }\n"
                "      options:\n"
                "        - { id: wait, text: { en: Waiting, en.1-2: Long wait, en.4-5: Short wait } }\n"
                "        - { id: staff, text: { en: Staff, en.1: Rude, en.5: Kind } }\n"
                "    - { id: sorry, type: text, when: { overall: 1-3 }, title: { en: Sorry! Tell us } }\n"
                "    - { id: nice, type: text, when: { overall: 4-5 }, title: { en: Nice! Tell us } }\n");
    return plain_show && four_faces && every && worded ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    show_destroy(plain_show);
    show_destroy(four_faces);
    show_destroy(every);
    show_destroy(worded);
    return 0;
}

// Freed by the caller.
static struct stage *stage_of(const struct show *s, int w, int h)
{
    struct stage *stage = malloc(sizeof *stage);
    struct stage_options o = {.org = "Harapan Clinic"};
    struct app_options app = options_of(s);
    assert_non_null(stage);
    stage_init(stage, &o, s, &app, 1000);
    stage->w = w;
    stage->h = h;
    stage->opens = 480;
    stage->tally = 128;
    return stage;
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
    struct rect rect[LAYOUT_CARDS_MAX + KEYBOARD_PAGE_KEYS + APP_LANGS_MAX + 8];
    int target_px;
    const char *what;
    const struct layout *l;
};

static void see(void *ctx, int target, struct rect r)
{
    struct seen *s = ctx;
    inside(r, s->l, "target");
    if (r.w < s->target_px || r.h < s->target_px)
        fail_msg("%s: target %d is %dx%d on %dx%d", s->what, target, r.w, r.h, s->l->w, s->l->h);
    assert_int_equal(layout_hit(s->l, r.x, r.y), target);
    assert_int_equal(layout_hit(s->l, r.x + r.w - 1, r.y + r.h - 1), target);
    assert_int_not_equal(layout_hit(s->l, r.x - 1, r.y), target);
    for (int i = 0; i < s->count; i++)
        if (!apart(r, s->rect[i]))
            fail_msg("%s: target %d covers another at %d,%d on %dx%d", s->what, target, r.x, r.y, s->l->w,
                     s->l->h);
    s->rect[s->count++] = r;
}

// Sets the stage to a question, with its fields and keyboard as a customer would see them.
static void go_to(struct stage *s, int step)
{
    struct app *a = &s->app;
    a->step = step;
    enum survey_type t = app_question(a)->type;
    if (t >= SURVEY_TEXT)
        typing_start(&a->typing, t == SURVEY_CONTACT ? 2 : 1, 200);
}

static void check_layout(const struct layout *l, int target_px, const char *what)
{
    struct rect all = {0, 0, l->w, l->h};
    struct seen seen = {.l = l, .target_px = target_px, .what = what};
    layout_targets(l, see, &seen);
    const struct text_block *const blocks[] = {&l->org, &l->title, &l->more,  &l->footer,      &l->code,
                                               &l->low, &l->high,  &l->scene, &l->warning_text};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        block_inside(blocks[i], all, what);
        if (blocks[i]->cut)
            fail_msg("%s: '%s' has no room on %dx%d", what, blocks[i]->line[0].text, l->w, l->h);
    }
    inside(l->logo, l, "logo");
    inside(l->warning, l, "warning");
    if (l->logo.w > 0 && l->title.count > 0)
        assert_true(l->title.y >= l->logo.y + l->logo.h);
    for (int k = 0; k < l->card_count; k++) {
        const struct layout_card *c = &l->card[k];
        block_inside(&c->label, c->rect, "label");
        if (c->label.cut)
            fail_msg("%s: '%s' has no room in its card on %dx%d", what, c->label.line[0].text, l->w, l->h);
        assert_true(c->rect.y > l->title.y && (l->footer.count == 0 || c->rect.y + c->rect.h <= l->footer.y));
        if (c->picture.w > 0 || c->picture.h != 0)
            inside(c->picture, l, "picture");
        if (c->picture.h != 0 && c->picture.w < 14)
            fail_msg("%s: a picture of %d px on %dx%d", what, c->picture.w, l->w, l->h);
    }
    for (int k = 0; k < l->key_count; k++)
        block_inside(&l->key[k].label, l->key[k].rect, "key");
    for (int k = 0; k < l->button_count; k++) {
        block_inside(&l->button[k].label, l->button[k].rect, "button");
        if (!apart(l->button[k].rect, l->warning) ||
            (l->card_count > 0 && !apart(l->card[l->card_count - 1].rect, l->warning)))
            fail_msg("%s: \"still there?\" covers a control on %dx%d", what, l->w, l->h);
    }
    if (l->screen != APP_QUESTION && l->screen != APP_SERVICE) {
        inside(l->picture, l, "picture");
        assert_true(l->picture.w >= 40);
    }
    for (int k = 0; k < l->pill_count; k++) {
        block_inside(&l->pill[k].label, l->pill[k].rect, "pill");
        assert_true(l->org.line[0].x + l->org.line[0].w <= l->pill[k].rect.x ||
                    l->pill[k].rect.y >= l->logo.y + l->logo.h);
    }
}

static void every_screen_fits(const struct show *show, int w, int h)
{
    struct stage *s = stage_of(show, w, h);
    for (int lang = 0; lang < s->app.options.lang_count; lang++) {
        s->app.lang = lang;
        for (int screen = 0; screen < APP_SCREENS; screen++) {
            s->app.screen = (enum app_screen)screen;
            s->app.reason = screen == APP_OUT_OF_SERVICE ? APP_WRITER_SILENT : APP_REASON_NONE;
            go_to(s, 0);
            for (s->app.scene = 0; s->app.scene < s->app.options.scenes; s->app.scene++) {
                stage_place(s, &plain_measure);
                check_layout(&s->layout, LAYOUT_TARGET_PX, app_screen_name(s->app.screen));
            }
            s->app.scene = 0;
        }
        s->app.screen = APP_SERVICE;
        for (int page = SERVICE_PIN; page <= SERVICE_SCREEN; page++) {
            s->app.service.page = (enum service_page)page;
            snprintf(s->facts.network, sizeof s->facts.network, "online, broker.example.org:8883");
            snprintf(s->facts.content, sizeof s->facts.content, "service 3, 0f3c5a7e9b1d2f40");
            stage_place(s, &plain_measure);
            check_layout(&s->layout, LAYOUT_TARGET_PX, "service");
            for (int i = 0; i < s->layout.row_count; i++) {
                block_inside(&s->layout.row[i].name, s->layout.row[i].rect, "name of a fact");
                block_inside(&s->layout.row[i].value, s->layout.row[i].rect, "fact");
            }
        }
        s->app.screen = APP_QUESTION;
        for (int step = 1; step < show->survey.count; step++) {
            go_to(s, step);
            for (s->app.page = 0;
                 s->app.page == 0 || (app_question(&s->app)->type == SURVEY_TEXT && s->app.page < 3);
                 s->app.page++) {
                stage_place(s, &plain_measure);
                check_layout(&s->layout, LAYOUT_TARGET_PX, app_question(&s->app)->id.s);
                stage_draw(s);
                assert_false(s->list.full);
            }
            s->app.page = 0;
        }
    }
    free(s);
}

static void everything_fits_every_size(void **state)
{
    (void)state;
    for (int i = 0; i < SIZES; i++) {
        every_screen_fits(plain_show, sizes[i][0], sizes[i][1]);
        every_screen_fits(four_faces, sizes[i][0], sizes[i][1]);
        every_screen_fits(every, sizes[i][0], sizes[i][1]);
    }
}

// What can be bought: its size, how fine it is, where it hangs. 9 mm are a finger.
static const struct panel {
    int w, h, dpi, bottom_mm;
} panels[] = {
    {800, 480, 133, 0},     // 7 inch
    {1024, 600, 170, 0},    // 7 inch
    {1280, 800, 149, 900},  // 10.1 inch on a desk
    {800, 1280, 149, 900},  // the same upright
    {1920, 1080, 141, 800}, // 15.6 inch
    {1080, 1920, 102, 700}, // 21.5 inch totem
    {1080, 1920, 69, 300},  // 32 inch, near the floor
    {1080, 1920, 52, 150},  // 43 inch totem
    {2160, 3840, 103, 150}, // the same in 4K
};

struct reach {
    const struct panel *panel;
    int top, bottom, target_px;
    const char *what;
};

static void in_reach(void *ctx, int target, struct rect r)
{
    const struct reach *reach = ctx;
    if (target != TARGET_SERVICE + (int)SERVICE_ANYWHERE &&
        (r.y < reach->top || r.y + r.h > reach->bottom || r.h < reach->target_px || r.w < reach->target_px))
        fail_msg("%s, target %d on %dx%d: %d..%d, %d wide, leaves %d..%d or is under %d px", reach->what,
                 target, reach->panel->w, reach->panel->h, r.y, r.y + r.h, r.w, reach->top, reach->bottom,
                 reach->target_px);
}

// Targets of 9 mm between 380 and 1220 mm above the floor, on every screen.
static void controls_stand_in_reach(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof panels / sizeof *panels; i++) {
        const struct panel *p = &panels[i];
        struct settings settings = {.screen = {.dpi = p->dpi, .bottom_mm = p->bottom_mm}};
        struct stage *s = stage_of(every, p->w, p->h);
        int mm9 = settings_target_px(&settings), target = mm9 > 44 ? mm9 : 44,
            high = settings_reach_px(&settings);
        struct reach reach = {p, high > 0 && high < p->h ? p->h - high : 0, p->h - settings_low_px(&settings),
                              target, ""};
        assert_true(mm9 * 254 >= 9 * p->dpi * 10 - 254 / 2);
        s->options.target_px = mm9;
        s->options.reach_px = high;
        s->options.low_px = settings_low_px(&settings);
        for (int speech = 0; speech < 2; speech++) {
            s->options.speech = speech;
            s->app.screen = APP_QUESTION;
            for (int step = 0; step < every->survey.count; step++) {
                go_to(s, step);
                for (s->app.picked = 0; s->app.picked < 2; s->app.picked++) {
                    stage_place(s, &plain_measure);
                    reach.what = app_question(&s->app)->id.s;
                    layout_targets(&s->layout, in_reach, &reach);
                    check_layout(&s->layout, target, reach.what);
                }
            }
            go_to(s, s->app.picked = 0);
            for (int screen = APP_THANKS; screen < APP_SCREENS; screen++) {
                s->app.screen = (enum app_screen)screen;
                for (int page = SERVICE_PIN; page <= SERVICE_SCREEN; page++) {
                    s->app.service.page = (enum service_page)page;
                    stage_place(s, &plain_measure);
                    reach.what = app_screen_name(s->app.screen);
                    layout_targets(&s->layout, in_reach, &reach);
                }
            }
        }
        free(s);
    }
}

static void faces_stand_worst_first_in_a_row_and_best_first_in_a_list(void **state)
{
    (void)state;
    struct stage *s = stage_of(plain_show, 1280, 800);
    const struct layout *l = &s->layout;
    stage_place(s, &plain_measure);
    assert_true(l->card[0].rect.x < l->card[4].rect.x && l->card[0].rect.y == l->card[4].rect.y);
    s->w = 1080;
    s->h = 1920;
    stage_place(s, &plain_measure);
    assert_true(l->card[0].rect.y > l->card[4].rect.y && l->card[0].rect.x == l->card[4].rect.x);
    free(s);
    s = stage_of(four_faces, 1080, 1920); // without the neutral one
    stage_place(s, &plain_measure);
    assert_int_equal(s->layout.card[1].image, IMAGE_FACE_2);
    assert_int_equal(s->layout.card[2].image, IMAGE_FACE_4);
    assert_int_equal(s->layout.card[3].image, IMAGE_FACE_5);
    free(s);
}

static void right_to_left_is_the_mirror(void **state)
{
    (void)state;
    struct stage *s = stage_of(plain_show, 1280, 800);
    stage_place(s, &plain_measure);
    struct layout ltr = s->layout;
    assert_true(texts_override(&plain_show->texts[0], TEXT_DIRECTION, "rtl"));
    stage_place(s, &plain_measure);
    assert_true(texts_override(&plain_show->texts[0], TEXT_DIRECTION, "ltr"));
    assert_int_equal(s->layout.logo.x, 1280 - ltr.logo.x - ltr.logo.w);
    assert_in_range(s->layout.card[0].rect.x, ltr.card[4].rect.x - 1,
                    ltr.card[4].rect.x + 1); // an odd rest in the middle
    free(s);
}

static void keys_reach_every_target(void **state)
{
    (void)state;
    struct stage *s = stage_of(every, 1280, 800);
    const struct layout *l = &s->layout;
    stage_place(s, &plain_measure);
    assert_int_equal(layout_focus(l, TARGET_NONE, WAY_NEXT), TARGET_FACE);
    assert_int_equal(layout_focus(l, TARGET_FACE, WAY_RIGHT), TARGET_FACE + 1);
    assert_int_equal(layout_focus(l, TARGET_FACE + 4, WAY_UP), TARGET_LANG + 1);
    assert_int_equal(layout_focus(l, TARGET_LANG, WAY_BACK), TARGET_FACE + 4);
    for (int step = 0; step < every->survey.count; step++) {
        struct seen seen = {.l = l, .target_px = 1, .what = "keys"};
        go_to(s, step);
        stage_place(s, &plain_measure);
        layout_targets(l, see, &seen);
        int focus = TARGET_NONE, count = 0;
        do { // "next" goes round all of them
            focus = layout_focus(l, focus, WAY_NEXT);
            count++;
        } while (focus != layout_focus(l, TARGET_NONE, WAY_BACK) && count < 200);
        assert_int_equal(count, seen.count);
        for (int way = WAY_LEFT; way <= WAY_DOWN; way++) // and no arrow leads off the screen
            assert_true(layout_target_rect(l, layout_focus(l, focus, (enum layout_way)way)).w > 0);
    }
    free(s);
}

// ---------------------------------------------------------------- nothing tells which face it was
enum { DUMP_BYTES = 32 * 1024 };

static void dump(struct stage *s, char *ret_text)
{
    stage_place(s, &plain_measure);
    stage_draw(s);
    assert_false(s->list.full);
    assert_true(draw_dump(&s->list, ret_text, DUMP_BYTES) < DUMP_BYTES);
}

// From the first frame of the press to the question's return.
static void every_face_gives_the_same_pictures(void **state)
{
    enum { FRAMES = 12 };
    static const mono_ms at[FRAMES] = {0, 16, 32, 64, 120, 179, 181, 250, 400, 1000, 3170, 3300};
    static const enum save_result results[] = {SAVE_COMMITTED, SAVE_TIMED_OUT, SAVE_FULL, SAVE_FAILED};
    char *first = malloc((size_t)DUMP_BYTES * FRAMES), *now = malloc(DUMP_BYTES);
    (void)state;
    assert_true(first && now);
    for (int round = 0; round < 16; round++) {
        bool list = round & 1, key;
        const struct show *show = round & 2 ? every : plain_show;
        for (int face = 0; face < 5; face++) {
            struct stage *s = stage_of(show, list ? 1080 : 1280, list ? 1920 : 800);
            struct app *a = &s->app;
            key = face % 2; // pressed by key, with the ring on it
            a->focus = key ? TARGET_FACE + face : TARGET_NONE;
            app_feed(a, &(struct app_input){.kind = APP_IN_PRESS,
                                            .now = 2000,
                                            .target = TARGET_FACE + face,
                                            .by = key ? APP_BY_KEY : APP_BY_TOUCH});
            for (int i = 0; i < FRAMES; i++) {
                app_feed(a, &(struct app_input){.kind = APP_IN_TICK, .now = 2000 + at[i]});
                if (i == 4)
                    app_feed(a, &(struct app_input){.kind = APP_IN_SAVED,
                                                    .now = 2000 + at[i],
                                                    .saved = {1, results[round / 4], 1}});
                dump(s, face == 0 ? first + (size_t)i * DUMP_BYTES : now);
                if (face > 0)
                    assert_string_equal(now, first + (size_t)i * DUMP_BYTES);
            }
            free(s);
        }
    }
    free(first);
    free(now);
}

// The dump without words: what can be told apart from across the room.
static void strip_words(char *dump)
{
    char *to = dump;
    for (const char *line = dump; *line;) {
        const char *end = strchr(line, '\n') + 1;
        if (strncmp(line, "text ", 5) != 0) {
            memmove(to, line, (size_t)(end - line));
            to += end - line;
        }
        line = end;
    }
    *to = '\0';
}

static void words_alone_may_follow_the_face(void **state)
{
    char *first = malloc(DUMP_BYTES), *now = malloc(DUMP_BYTES), *whole = malloc(DUMP_BYTES);
    int differing = 0;
    (void)state;
    assert_true(first && now && whole);
    for (int list = 0; list < 2; list++) {
        for (int depth = 1; depth <= 2; depth++) {
            for (int face = 0; face < 5; face++) {
                struct stage *s = stage_of(worded, list ? 1080 : 1280, list ? 1920 : 800);
                struct app *a = &s->app;
                mono_ms at = 2000;
                for (int i = 0; i < depth; i++, at += 2000) {
                    int target = i == 0 ? TARGET_FACE + face : TARGET_OPTION;
                    app_feed(a, &(struct app_input){
                                    .kind = APP_IN_PRESS, .now = at, .target = target, .by = APP_BY_KEY});
                    app_feed(a, &(struct app_input){.kind = APP_IN_SAVED,
                                                    .now = at + 200,
                                                    .saved = {a->ticket, SAVE_COMMITTED, 5}});
                }
                app_feed(a, &(struct app_input){.kind = APP_IN_TICK, .now = at + 1000});
                assert_int_equal(app_question(a)->type, depth == 1 ? SURVEY_CHOICE : SURVEY_TEXT);
                dump(s, now);
                if (face == 0)
                    memcpy(whole, now, DUMP_BYTES);
                differing += strcmp(whole, now) != 0;
                strip_words(now);
                if (face == 0)
                    memcpy(first, now, DUMP_BYTES);
                assert_string_equal(now, first);
                free(s);
            }
        }
    }
    assert_true(differing > 0); // the words did follow it
    free(first);
    free(now);
    free(whole);
}

static void a_press_changes_the_picture_at_once(void **state)
{
    char *before = malloc(DUMP_BYTES), *after = malloc(DUMP_BYTES);
    struct stage *s = stage_of(plain_show, 1280, 800);
    (void)state;
    dump(s, before);
    app_feed(&s->app, &(struct app_input){.kind = APP_IN_PRESS, .now = 2000, .target = TARGET_FACE});
    dump(s, after);
    assert_string_not_equal(before, after);
    free(before);
    free(after);
    free(s);
}

static void focus_is_drawn(void **state)
{
    char *text = malloc(DUMP_BYTES);
    struct stage *s = stage_of(every, 1280, 800);
    (void)state;
    dump(s, text);
    assert_null(strstr(text, "ff2f6fed"));
    const int focus[][2] = {
        {0, TARGET_LANG + 1}, {0, TARGET_FACE}, {1, TARGET_OPTION}, {1, TARGET_SKIP}, {5, TARGET_KEY}};
    for (size_t i = 0; i < sizeof focus / sizeof *focus; i++) {
        go_to(s, focus[i][0]);
        s->app.focus = focus[i][1];
        dump(s, text);
        assert_non_null(strstr(text, "ff2f6fed"));
    }
    free(text);
    free(s);
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

static void the_surveys_that_come_with_it_can_be_shown(void **state)
{
    glob_t found;
    (void)state;
    assert_int_equal(glob("assets/surveys/*.yaml", 0, NULL, &found), 0);
    assert_true(found.gl_pathc >= 3);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct content content;
        struct config_error error;
        struct show_error why;
        if (!content_load(found.gl_pathv[i], &content, &error))
            fail_msg("%s", error.text);
        struct show *show = show_create(&content, "assets", "", &why);
        if (!show)
            fail_msg("%s: %s", found.gl_pathv[i], why.text);
        every_screen_fits(show, 1280, 800);
        every_screen_fits(show, 1080, 1920);
        show_destroy(show);
    }
    globfree(&found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_fits_every_size),
        cmocka_unit_test(faces_stand_worst_first_in_a_row_and_best_first_in_a_list),
        cmocka_unit_test(right_to_left_is_the_mirror),
        cmocka_unit_test(controls_stand_in_reach),
        cmocka_unit_test(keys_reach_every_target),
        cmocka_unit_test(every_face_gives_the_same_pictures),
        cmocka_unit_test(words_alone_may_follow_the_face),
        cmocka_unit_test(a_press_changes_the_picture_at_once),
        cmocka_unit_test(focus_is_drawn),
        cmocka_unit_test(the_surveys_that_come_with_it_can_be_shown),
        cmocka_unit_test(broken_catalogues_are_refused_with_a_reason),
    };
    return cmocka_run_group_tests_name("view", tests, set_up, tear_down);
}
