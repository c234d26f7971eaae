// The app machine: rules one by one.
#include "tests/unit/app_world.h"

#include <stdlib.h>
#include <string.h>

static struct app app_new(void)
{
    return app_of(plain);
}

static struct app_effects press_by(struct app *a, mono_ms now, int target, int64_t finger, enum app_by by)
{
    struct app_input in = {.kind = APP_IN_PRESS,
                           .now = now,
                           .wall = now + 5000000,
                           .target = target,
                           .finger = finger,
                           .by = by};
    return app_feed(a, &in);
}

static struct app_effects press(struct app *a, mono_ms now, int target)
{
    struct app_effects e = press_by(a, now, target, 1, APP_BY_TOUCH);
    app_feed(a, &(struct app_input){.kind = APP_IN_RELEASE, .now = now, .finger = 1});
    return e;
}

static struct app_effects saved(struct app *a, mono_ms now, uint64_t ticket, enum save_result result)
{
    struct app_input in = {
        .kind = APP_IN_SAVED, .now = now, .saved = {.ticket = ticket, .result = result, .seq = 7}};
    return app_feed(a, &in);
}

static void a_press_saves_and_is_shown_at_once(void **state)
{
    (void)state;
    struct app a = app_new();
    struct app_effects e = press(&a, 2000, TARGET_FACE + 3);
    assert_true(e.save && e.redraw && e.relayout);
    assert_int_equal(a.screen, APP_PRESSED);
    assert_int_equal(e.answer.score, 4);
    assert_int_equal(e.answer.of, 5);
    assert_int_equal(e.answer.at, 5002000);
    assert_int_equal(e.answer.up, 2000);
    assert_int_equal(e.answer.version, 3);
    assert_int_equal(e.answer.visit, 0);
    assert_int_equal(e.answer.since_ms, -1);
    assert_int_equal(e.answer.fingers, 1);
    assert_int_equal(e.answer.type, EVENT_RATING);
    assert_string_equal(e.answer.lang, "id");
    assert_string_equal(e.answer.by, "touch");
    assert_string_equal(e.answer.question.s, "overall");
    assert_string_equal(e.answer.survey.s, "visit");
}

static void thanks_waits_for_commit_and_for_the_press_to_be_seen(void **state)
{
    (void)state;
    struct app a = app_new();
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    tick(&a, 3000);
    assert_int_equal(a.screen, APP_PRESSED); // a slow disk: no thanks yet
    saved(&a, 3100, t, SAVE_COMMITTED);
    assert_int_equal(a.screen, APP_THANKS); // the press was seen long ago

    a = app_new();
    t = press(&a, 2000, TARGET_FACE).answer.ticket;
    saved(&a, 2003, t, SAVE_COMMITTED);
    assert_int_equal(a.screen, APP_PRESSED); // a fast one: the press is still being shown
    struct app_effects e = tick(&a, 2180);
    assert_int_equal(a.screen, APP_THANKS);
    assert_true(e.screen_changed);
    tick(&a, 2180 + 2999);
    assert_int_equal(a.screen, APP_THANKS);
    tick(&a, 2180 + 3000);
    assert_int_equal(a.screen, APP_QUESTION);
}

static void other_results(void **state)
{
    (void)state;
    static const struct {
        enum save_result result;
        enum app_screen screen;
        enum app_reason reason;
    } rows[] = {
        {SAVE_TIMED_OUT, APP_TRY_AGAIN, APP_REASON_NONE},
        {SAVE_FULL, APP_OUT_OF_SERVICE, APP_DISK_FULL},
        {SAVE_FAILED, APP_OUT_OF_SERVICE, APP_OUTBOX_ERROR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct app a = app_new();
        uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
        saved(&a, 4000, t, rows[i].result);
        assert_int_equal(a.screen, rows[i].screen);
        assert_int_equal(a.reason, rows[i].reason);
        tick(&a, 4000 + 30000);
        assert_int_equal(a.screen, APP_QUESTION); // each comes back by itself
    }
}

static void a_silent_writer_takes_the_kiosk_out_of_service(void **state)
{
    (void)state;
    struct app a = app_new();
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    tick(&a, 6999);
    assert_int_equal(a.screen, APP_PRESSED);
    tick(&a, 7000);
    assert_int_equal(a.screen, APP_OUT_OF_SERVICE);
    assert_int_equal(a.reason, APP_WRITER_SILENT);
    saved(&a, 7001, t, SAVE_COMMITTED); // too late: nobody is there to thank
    assert_int_equal(a.screen, APP_OUT_OF_SERVICE);
}

static void results_of_other_tickets_are_ignored(void **state)
{
    (void)state;
    struct app a = app_new();
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    saved(&a, 2500, t + 1, SAVE_COMMITTED);
    saved(&a, 2500, t - 1, SAVE_COMMITTED);
    assert_int_equal(a.screen, APP_PRESSED);
    a = app_new();
    saved(&a, 2500, 0, SAVE_COMMITTED); // no save was made at all
    assert_int_equal(a.screen, APP_QUESTION);
}

static void one_touch_one_answer(void **state)
{
    (void)state;
    struct app a = app_new();
    assert_true(press_by(&a, 2000, TARGET_FACE + 4, 1, APP_BY_TOUCH).save);
    struct app_effects e = press_by(&a, 2001, TARGET_FACE + 1, 2, APP_BY_TOUCH);
    assert_false(e.save);
    assert_int_equal(e.ignored, 1);
    saved(&a, 2300, 1, SAVE_COMMITTED);
    e = press_by(&a, 2400, TARGET_NONE, 3, APP_BY_TOUCH);
    assert_int_equal(e.ignored, 1); // during thanks
    tick(&a, 5400);
    assert_int_equal(a.screen, APP_QUESTION);
    // Both fingers were never lifted: a third one is a second of theirs ...
    assert_int_equal(press_by(&a, 5500, TARGET_FACE, 4, APP_BY_TOUCH).ignored, 1);
    // ... until they count as dirt on the panel.
    a.fingers.of[0].down = true;
    assert_true(press_by(&a, 12000, TARGET_FACE, 5, APP_BY_TOUCH).save);
}

static void a_palm_beside_the_faces_blocks_nobody(void **state)
{
    (void)state;
    struct app a = app_new();
    assert_int_equal(press_by(&a, 2000, TARGET_NONE, 1, APP_BY_TOUCH).ignored, 0);
    struct app_effects e = press_by(&a, 2100, TARGET_FACE, 2, APP_BY_TOUCH);
    assert_true(e.save);
    assert_int_equal(e.answer.fingers, 2);
    assert_int_equal(e.answer.since_ms, 100);
}

static void settle_time_outlasts_a_short_thanks(void **state)
{
    (void)state;
    struct app a = app_new();
    a.options.thanks_ms = 100;
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    saved(&a, 2180, t, SAVE_COMMITTED);
    tick(&a, 2280);
    assert_int_equal(a.screen, APP_QUESTION);
    assert_int_equal(press(&a, 2999, TARGET_FACE).ignored, 1);
    assert_true(press(&a, 3000, TARGET_FACE).save);
}

static void try_again_ends_by_a_touch(void **state)
{
    (void)state;
    struct app a = app_new();
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    saved(&a, 4000, t, SAVE_TIMED_OUT);
    struct app_effects e = press(&a, 4500, TARGET_NONE);
    assert_int_equal(a.screen, APP_QUESTION);
    assert_false(e.save);
    assert_int_equal(e.ignored, 0);
    assert_true(press(&a, 4600, TARGET_FACE + 2).save);
}

static void language_switches_and_returns(void **state)
{
    (void)state;
    struct app a = app_new();
    struct app_effects e = press(&a, 2000, TARGET_LANG + 1);
    assert_true(e.lang_changed && e.relayout && e.redraw && !e.save);
    assert_int_equal(e.wake_at, 22000);
    assert_int_equal(a.lang, 1);
    assert_string_equal(press(&a, 10000, TARGET_FACE).answer.lang, "en");
    saved(&a, 10200, 1, SAVE_COMMITTED);
    tick(&a, 13200);
    assert_int_equal(a.lang, 1);
    tick(&a, 29999);
    assert_int_equal(a.lang, 1);
    e = tick(&a, 30000); // counted from the press
    assert_int_equal(a.lang, 0);
    assert_true(e.lang_changed);
    assert_int_equal(e.wake_at, -1);                              // a still screen sleeps
    assert_false(press(&a, 30001, TARGET_LANG + 2).lang_changed); // no such language
}

static void a_key_presses_what_has_the_focus(void **state)
{
    (void)state;
    struct app a = app_new();
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = 2000, .target = TARGET_LANG + 1});
    struct app_effects e = app_feed(&a, &(struct app_input){.kind = APP_IN_ENTER, .now = 2002});
    assert_true(e.lang_changed);
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = 2003, .target = TARGET_FACE + 1});
    e = app_feed(&a, &(struct app_input){.kind = APP_IN_ENTER, .now = 2005});
    assert_true(e.save);
    assert_int_equal(e.answer.score, 2);
    assert_string_equal(e.answer.by, "key");
    assert_int_equal(a.focus, TARGET_NONE); // no ring is left on the face
    // A focus that nobody uses goes away.
    a = app_new();
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = 2000, .target = TARGET_FACE});
    tick(&a, 2000 + 20000);
    assert_int_equal(a.focus, TARGET_NONE);
}

static void a_fault_from_outside_stays_until_it_is_over(void **state)
{
    (void)state;
    struct app a = app_new();
    uint64_t t = press(&a, 2000, TARGET_FACE).answer.ticket;
    app_feed(&a, &(struct app_input){.kind = APP_IN_SERVICE, .now = 2050, .reason = APP_DISK_FULL});
    assert_int_equal(a.screen, APP_PRESSED); // the press under way is still answered
    saved(&a, 2200, t, SAVE_COMMITTED);
    assert_int_equal(a.screen, APP_THANKS);
    tick(&a, 6000);
    assert_int_equal(a.screen, APP_OUT_OF_SERVICE);
    tick(&a, 10000000);
    assert_int_equal(a.screen, APP_OUT_OF_SERVICE);
    app_feed(&a, &(struct app_input){.kind = APP_IN_SERVICE, .now = 10000001, .reason = APP_REASON_NONE});
    assert_int_equal(a.screen, APP_QUESTION);
}

// ---------------------------------------------------------------- a visit of several questions
// Answers the question shown by pressing `target`, and lets it be saved as `seq`.
static struct app_effects answer(struct app *a, mono_ms *now, int target, int64_t seq)
{
    *now += 1500;
    struct app_effects e = press(a, *now, target);
    if (e.save) {
        app_feed(a, &(struct app_input){.kind = APP_IN_SAVED,
                                        .now = *now + 5,
                                        .saved = {e.answer.ticket, SAVE_COMMITTED, seq}});
        tick(a, *now += 200);
    }
    return e;
}

static int key_of(const struct app *a, const char *label)
{
    struct keyboard_page page;
    app_keyboard(a, &page);
    for (int i = 0; i < page.count; i++)
        if (strcmp(page.key[i].label, label) == 0)
            return TARGET_KEY + i;
    fail_msg("no key '%s'", label);
    return TARGET_NONE;
}

static int erase_of(const struct app *a)
{
    struct keyboard_page page;
    app_keyboard(a, &page);
    for (int i = 0; i < page.count; i++)
        if (page.key[i].action == KEYBOARD_ERASE)
            return TARGET_KEY + i;
    return TARGET_NONE;
}

static void a_visit_goes_through_all_questions(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE + 1, 41);
    assert_string_equal(app_question(&a)->id.s, "why");
    assert_int_equal(a.screen, APP_QUESTION);
    struct app_effects e = answer(&a, &now, TARGET_OPTION + 3, 42);
    assert_int_equal(e.answer.type, EVENT_CHOICE);
    assert_int_equal(e.answer.visit, 41); // every answer is its own event of the visit
    assert_int_equal(e.answer.option_count, 1);
    assert_string_equal(e.answer.options[0].s, "staff");
    assert_string_equal(e.answer.question.s, "why");

    assert_string_equal(app_question(&a)->id.s, "liked"); // several: nothing is saved before "done"
    assert_false(answer(&a, &now, TARGET_OPTION, 0).save);
    assert_false(answer(&a, &now, TARGET_OPTION + 2, 0).save);
    assert_false(answer(&a, &now, TARGET_OPTION, 0).save); // taken back
    answer(&a, &now, TARGET_OPTION + 1, 0);
    e = answer(&a, &now, TARGET_DONE, 43);
    assert_int_equal(e.answer.option_count, 2);
    assert_string_equal(e.answer.options[0].s, "staff");
    assert_string_equal(e.answer.options[1].s, "room");

    assert_string_equal(app_question(&a)->id.s, "staff"); // asked because of "why: staff"
    e = answer(&a, &now, TARGET_FACE + 3, 44);
    assert_int_equal(e.answer.of, 4);
    e = answer(&a, &now, TARGET_FACE + 10, 45);
    assert_int_equal(e.answer.type, EVENT_NUMBER);
    assert_int_equal(e.answer.score, 11); // "10" of 0 to 10
    assert_int_equal(e.answer.of, 11);

    assert_string_equal(app_question(&a)->id.s, "words");
    assert_false(answer(&a, &now, TARGET_DONE, 0).save); // nothing written
    answer(&a, &now, key_of(&a, "o"), 0);
    answer(&a, &now, key_of(&a, "k"), 0);
    answer(&a, &now, key_of(&a, "p"), 0);
    answer(&a, &now, erase_of(&a), 0);
    e = answer(&a, &now, TARGET_DONE, 46);
    assert_int_equal(e.answer.type, EVENT_TEXT);
    assert_string_equal(e.answer.text, "ok");

    assert_string_equal(app_question(&a)->id.s, "ticket");
    for (int i = 0; i < 6; i++)
        answer(&a, &now, key_of(&a, "7"), 0);
    e = answer(&a, &now, TARGET_DONE, 47);
    assert_string_equal(e.answer.text, "7777"); // four digits at most

    assert_string_equal(app_question(&a)->id.s, "contact");
    answer(&a, &now, key_of(&a, "a"), 0);
    assert_false(answer(&a, &now, TARGET_DONE, 0).save); // a name alone reaches nobody
    answer(&a, &now, TARGET_FIELD + 1, 0);
    answer(&a, &now, key_of(&a, "b"), 0);
    e = answer(&a, &now, TARGET_DONE, 48);
    assert_int_equal(e.answer.type, EVENT_CONTACT);
    assert_string_equal(e.answer.text, "a\nb");
    assert_int_equal(e.answer.visit, 41);
    assert_int_equal(a.screen, APP_THANKS);
    tick(&a, now += 3000);
    assert_true(app_is_first(&a));
    assert_int_equal(a.visit, 0);
    assert_string_equal(a.typing.text[1], ""); // nothing is left for the next customer
}

static void questions_can_be_skipped(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    assert_int_equal(press(&a, 1500, TARGET_SKIP).save, false); // the first one cannot
    assert_true(app_is_first(&a));
    answer(&a, &now, TARGET_FACE, 7);
    for (int i = 0; i < 6; i++) { // "staff" is not asked
        assert_int_equal(a.screen, APP_QUESTION);
        assert_false(answer(&a, &now, TARGET_SKIP, 0).save);
    }
    assert_int_equal(a.screen, APP_THANKS);
}

static void a_double_touch_skips_one_question(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    press(&a, now += 1000, TARGET_SKIP);
    assert_string_equal(app_question(&a)->id.s, "liked");
    assert_int_equal(press(&a, now + 599, TARGET_SKIP).ignored, 1);
    assert_string_equal(app_question(&a)->id.s, "liked");
    assert_int_equal(press(&a, now + 600, TARGET_SKIP).ignored, 0);
    assert_string_equal(app_question(&a)->id.s, "nps");
}

// The focus of the one is not shown to the next, and no key presses what nobody has chosen.
static void the_focus_leaves_with_the_customer(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = now, .target = TARGET_OPTION + 1});
    tick(&a, now + 12000);
    assert_true(app_is_first(&a));
    assert_int_equal(a.focus, TARGET_NONE);
    // Who is still there keeps it, for as long as the language.
    a = app_of(every);
    a.options.thanks_stays = true;
    now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    while (a.screen == APP_QUESTION)
        answer(&a, &now, TARGET_SKIP, 0);
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = now += 1000, .target = TARGET_DONE});
    app_feed(&a, &(struct app_input){.kind = APP_IN_ENTER, .now = now});
    assert_true(app_is_first(&a));
    assert_int_equal(a.focus, TARGET_DONE);
    tick(&a, now + 20000);
    assert_int_equal(a.focus, TARGET_NONE);
    // Also where they went back to the usual language by key.
    app_feed(&a, &(struct app_input){.kind = APP_IN_FOCUS, .now = now += 30000, .target = TARGET_LANG});
    app_feed(&a, &(struct app_input){.kind = APP_IN_ENTER, .now = now});
    assert_int_equal(a.focus, TARGET_LANG);
    tick(&a, now + 20000);
    assert_int_equal(a.focus, TARGET_NONE);
}

static struct app_effects leave(struct app *a, mono_ms now)
{
    return app_feed(a, &(struct app_input){.kind = APP_IN_LEAVE, .now = now, .wall = now + 5000000});
}

// What was picked or written when the program has to end is saved first.
static void an_end_saves_what_was_not_handed_in(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    assert_true(app_is_at_rest(&a));
    assert_false(leave(&a, now).screen_changed); // nobody is there
    answer(&a, &now, TARGET_FACE, 7);
    answer(&a, &now, TARGET_SKIP, 0);
    press(&a, now += 700, TARGET_OPTION + 2);
    assert_false(app_is_at_rest(&a));
    struct app_effects e = leave(&a, now);
    assert_true(e.save);
    assert_string_equal(e.answer.options[0].s, "room");
    assert_int_equal(e.answer.at, now + 5000000);
    assert_false(app_is_at_rest(&a)); // until the commit
    saved(&a, now + 10, e.answer.ticket, SAVE_COMMITTED);
    assert_true(app_is_at_rest(&a));
    // A press under way: its commit is waited for, no further question is asked.
    uint64_t t = press(&a, now += 2000, TARGET_FACE).answer.ticket;
    assert_false(leave(&a, now + 1).save);
    saved(&a, now + 10, t, SAVE_COMMITTED);
    assert_true(app_is_at_rest(&a));
    // One that is saved already and only still shown.
    t = press(&a, now += 2000, TARGET_FACE).answer.ticket;
    saved(&a, now + 10, t, SAVE_COMMITTED);
    assert_int_equal(a.screen, APP_PRESSED);
    leave(&a, now + 11);
    assert_true(app_is_at_rest(&a));
    // "Please touch once more", with words that are not on disk yet.
    answer(&a, &now, TARGET_FACE, 8);
    while (strcmp(app_question(&a)->id.s, "words") != 0)
        answer(&a, &now, TARGET_SKIP, 0);
    press(&a, now += 700, key_of(&a, "h"));
    t = press(&a, now += 700, TARGET_DONE).answer.ticket;
    saved(&a, now += 2000, t, SAVE_TIMED_OUT);
    assert_int_equal(a.screen, APP_TRY_AGAIN);
    assert_string_equal(leave(&a, now).answer.text, "h");
}

static void a_keypad_presses_what_is_shown(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    assert_int_equal(app_digit(&a, 5), TARGET_FACE + 4);
    assert_int_equal(app_digit(&a, 6), TARGET_NONE);
    assert_int_equal(app_digit(&a, 0), TARGET_NONE);
    answer(&a, &now, TARGET_FACE, 7);
    assert_int_equal(app_digit(&a, 8), TARGET_OPTION + 7);
    assert_int_equal(app_digit(&a, 9), TARGET_NONE);
    while (strcmp(app_question(&a)->id.s, "nps") != 0)
        answer(&a, &now, TARGET_SKIP, 0);
    assert_int_equal(app_digit(&a, 0), TARGET_FACE); // 0 of 0 to 10
    assert_int_equal(app_digit(&a, 9), TARGET_FACE + 9);
    while (strcmp(app_question(&a)->id.s, "ticket") != 0)
        answer(&a, &now, TARGET_SKIP, 0);
    assert_int_equal(app_digit(&a, 7), key_of(&a, "7"));
    a.screen = APP_SERVICE;
    service_open(&a.service);
    assert_int_equal(app_digit(&a, 0), TARGET_SERVICE);
    assert_int_equal(app_digit(&a, 9), TARGET_SERVICE + 9);
    a.service.page = SERVICE_MENU;
    assert_int_equal(app_digit(&a, 4), TARGET_NONE); // it would press what has that number
}

static void who_walks_away_leaves_what_they_said(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    mono_ms shown = now;
    assert_int_equal(app_warning(&a), -1);
    struct app_effects e = tick(&a, shown + 7000); // "still there?"
    assert_int_equal(app_warning(&a), 1000);
    assert_true(e.redraw);
    press(&a, shown + 8000, TARGET_NONE); // yes
    assert_int_equal(app_warning(&a), -1);
    tick(&a, shown + 8000 + 11999);
    assert_string_equal(app_question(&a)->id.s, "why");
    e = tick(&a, shown + 8000 + 12000);
    assert_true(app_is_first(&a)); // nothing was picked: home without thanks, nobody is there
    assert_false(e.save);

    now += 40000;
    answer(&a, &now, TARGET_FACE, 8);
    answer(&a, &now, TARGET_SKIP, 0);
    press(&a, now += 700, TARGET_OPTION + 1); // picked, not handed in
    e = tick(&a, now + 12000);
    assert_true(e.save);
    assert_int_equal(e.answer.visit, 8);
    assert_string_equal(e.answer.options[0].s, "staff");
    assert_int_equal(e.answer.since_ms, -1);
    saved(&a, now + 12010, e.answer.ticket, SAVE_COMMITTED);
    tick(&a, now + 12300);
    assert_true(app_is_first(&a));

    // Words half written are kept, at least 15 s after the last key; contact data is not: "I agree" was not
    // touched.
    for (int contact = 0; contact < 2; contact++) {
        now += 60000;
        answer(&a, &now, TARGET_FACE, 9);
        while (strcmp(app_question(&a)->id.s, contact ? "contact" : "words") != 0)
            answer(&a, &now, TARGET_SKIP, 0);
        press(&a, now += 700, key_of(&a, "h"));
        tick(&a, now + 15000);
        assert_true(app_is_typing(&a));
        e = tick(&a, now + 30000);
        assert_int_equal(e.save, !contact);
        if (e.save) {
            assert_string_equal(e.answer.text, "h");
            saved(&a, now + 30010, e.answer.ticket, SAVE_TIMED_OUT);
            tick(&a, now + 30300);
        }
        assert_true(app_is_first(&a)); // and nobody is asked to try again
    }
}

static void a_failed_step_is_repeated_with_what_was_picked(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    answer(&a, &now, TARGET_SKIP, 0);
    press(&a, now += 700, TARGET_OPTION + 2);
    struct app_effects e = press(&a, now += 100, TARGET_DONE);
    saved(&a, now += 2000, e.answer.ticket, SAVE_TIMED_OUT);
    assert_int_equal(a.screen, APP_TRY_AGAIN);
    press(&a, now += 1000, TARGET_NONE);
    assert_string_equal(app_question(&a)->id.s, "liked");
    assert_int_equal(a.picked, 4);
    e = press(&a, now += 1000, TARGET_DONE);
    assert_true(e.save);
    assert_int_equal(e.answer.visit, 7);
}

static void closed_until_somebody_touches(void **state)
{
    (void)state;
    struct app a = app_new();
    tick(&a, 100000);
    app_feed(&a, &(struct app_input){.kind = APP_IN_HOURS, .now = 100000, .closed = true});
    assert_int_equal(a.screen, APP_CLOSED);
    struct app_effects e = press(&a, 200000, TARGET_NONE);
    assert_true(app_is_first(&a));
    assert_false(e.save);
    e = press(&a, 201000, TARGET_FACE + 2);
    assert_true(e.save); // late customers count
    saved(&a, 201200, e.answer.ticket, SAVE_COMMITTED);
    tick(&a, 204300);
    assert_int_equal(a.screen, APP_CLOSED);
    app_feed(&a, &(struct app_input){.kind = APP_IN_HOURS, .now = 300000, .closed = false});
    assert_true(app_is_first(&a));
    // Closing time does not cut off who is there.
    press(&a, 301000, TARGET_NONE);
    app_feed(&a, &(struct app_input){.kind = APP_IN_HOURS, .now = 302000, .closed = true});
    assert_true(app_is_first(&a));
    tick(&a, 301000 + 20000);
    assert_int_equal(a.screen, APP_CLOSED);
}

static void scenes_change_while_nobody_is_there(void **state)
{
    (void)state;
    struct app a = app_new();
    a.options.scenes = 3;
    tick(&a, 1000 + 9999);
    assert_int_equal(a.scene, 0);
    struct app_effects e = tick(&a, 1000 + 10000);
    assert_int_equal(a.scene, 1);
    assert_true(e.relayout && app_wave(&a) == 0);
    tick(&a, 1000 + 10000 + 2 * 8000);
    assert_int_equal(a.scene, 0);
    tick(&a, 1000 + 10000 + 3 * 8000);
    assert_int_equal(a.scene, 1);
    press(&a, 1000 + 10000 + 3 * 8000 + 10, TARGET_NONE);
    assert_int_equal(a.scene, 0);
    assert_int_equal(app_wave(&a), -1);
    a.options.still = true; // reduced motion: scenes change, nothing moves
    tick(&a, 200000);
    assert_int_equal(app_wave(&a), -1);
}

static void content_changes_between_visits_only(void **state)
{
    (void)state;
    struct app a = app_of(every);
    struct app_options o = options_of(plain);
    mono_ms now = 2000;
    answer(&a, &now, TARGET_FACE, 7);
    assert_false(app_replace(&a, &o)); // a question of the visit is shown
    tick(&a, now + 12000);
    assert_true(app_replace(&a, &o));
    assert_int_equal(app_question(&a)->of, 5);
    answer(&a, &now, TARGET_FACE, 8);
}

// ---------------------------------------------------------------- the menu for staff
static void type_pin(struct app *a, mono_ms now, const char *pin)
{
    for (; *pin; pin++)
        press(a, now, TARGET_SERVICE + *pin - '0');
}

static struct app held_corner(mono_ms *now)
{
    struct app a = app_of(every);
    strcpy(a.options.service_pin, "4711");
    *now = 2000;
    struct app_effects e = press_by(&a, *now, TARGET_CORNER, 1, APP_BY_TOUCH);
    assert_int_equal(e.wake_at, 5000);
    tick(&a, 4999);
    assert_true(app_is_first(&a));
    tick(&a, *now = 5000);
    app_feed(&a, &(struct app_input){.kind = APP_IN_RELEASE, .now = 5001, .finger = 1});
    return a;
}

static void the_service_menu_opens_by_gesture_and_pin(void **state)
{
    (void)state;
    mono_ms now;
    struct app a = held_corner(&now);
    assert_int_equal(a.screen, APP_SERVICE);
    type_pin(&a, now, "4712");
    assert_int_equal(a.service.page, SERVICE_PIN);
    assert_true(a.service.wrong);
    type_pin(&a, now, "4711");
    assert_int_equal(a.service.page, SERVICE_MENU);
    press(&a, now, TARGET_SERVICE + SERVICE_SCREEN_TEST);
    for (int i = 0; i < SERVICE_COLOURS; i++)
        press(&a, now, TARGET_SERVICE + SERVICE_ANYWHERE);
    assert_int_equal(a.service.page, SERVICE_MENU);
    assert_true(press(&a, now, TARGET_SERVICE + SERVICE_RESTART).restart);
    tick(&a, a.now + SERVICE_MENU_MS);
    assert_true(app_is_first(&a)); // a menu that was left open closes
}

// Whoever holds the corner in the middle of a visit takes nothing from the customer.
static void the_service_menu_waits_for_what_was_picked(void **state)
{
    (void)state;
    struct app a = app_of(every);
    mono_ms now = 2000;
    strcpy(a.options.service_pin, "4711");
    answer(&a, &now, TARGET_FACE, 7);
    answer(&a, &now, TARGET_SKIP, 0);
    press(&a, now += 700, TARGET_OPTION + 2);
    press_by(&a, now += 100, TARGET_CORNER, 1, APP_BY_TOUCH);
    tick(&a, now + 3000);
    assert_int_equal(a.screen, APP_QUESTION);
    assert_int_equal(a.picked, 4);
    app_feed(&a, &(struct app_input){.kind = APP_IN_RELEASE, .now = now += 3000, .finger = 1});
    press(&a, now, TARGET_OPTION + 2); // taken back
    press_by(&a, now += 100, TARGET_CORNER, 1, APP_BY_TOUCH);
    tick(&a, now + 3000);
    assert_int_equal(a.screen, APP_SERVICE);
}

static void the_pin_cannot_be_guessed(void **state)
{
    (void)state;
    mono_ms now;
    struct app a = held_corner(&now);
    for (int i = 0; i < SERVICE_TRIES; i++)
        type_pin(&a, now, "0000");
    now = a.now;
    press_by(&a, now + SERVICE_LOCK_MS - 4000, TARGET_CORNER, 1,
             APP_BY_TOUCH); // opening it anew helps nobody
    tick(&a, now + SERVICE_LOCK_MS - 1000);
    assert_int_equal(a.screen, APP_SERVICE);
    type_pin(&a, now + SERVICE_LOCK_MS - 1, "4711");
    assert_int_equal(a.service.page, SERVICE_PIN);
    type_pin(&a, now + SERVICE_LOCK_MS, "4711");
    assert_int_equal(a.service.page, SERVICE_MENU);
    // Without a PIN, and while an answer is being saved, there is no menu.
    a = app_new();
    press_by(&a, 2000, TARGET_CORNER, 1, APP_BY_TOUCH);
    tick(&a, 6000);
    assert_true(app_is_first(&a));
    app_feed(&a, &(struct app_input){.kind = APP_IN_RELEASE, .now = 6000, .finger = 1});
    strcpy(a.options.service_pin, "4711");
    press(&a, 7000, TARGET_FACE);
    press_by(&a, 7001, TARGET_CORNER, 2, APP_BY_TOUCH);
    tick(&a, 10500);
    assert_int_equal(a.screen, APP_PRESSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_press_saves_and_is_shown_at_once),
        cmocka_unit_test(thanks_waits_for_commit_and_for_the_press_to_be_seen),
        cmocka_unit_test(other_results),
        cmocka_unit_test(a_silent_writer_takes_the_kiosk_out_of_service),
        cmocka_unit_test(results_of_other_tickets_are_ignored),
        cmocka_unit_test(one_touch_one_answer),
        cmocka_unit_test(a_palm_beside_the_faces_blocks_nobody),
        cmocka_unit_test(settle_time_outlasts_a_short_thanks),
        cmocka_unit_test(try_again_ends_by_a_touch),
        cmocka_unit_test(language_switches_and_returns),
        cmocka_unit_test(a_key_presses_what_has_the_focus),
        cmocka_unit_test(a_fault_from_outside_stays_until_it_is_over),
        cmocka_unit_test(a_visit_goes_through_all_questions),
        cmocka_unit_test(questions_can_be_skipped),
        cmocka_unit_test(a_double_touch_skips_one_question),
        cmocka_unit_test(the_focus_leaves_with_the_customer),
        cmocka_unit_test(an_end_saves_what_was_not_handed_in),
        cmocka_unit_test(a_keypad_presses_what_is_shown),
        cmocka_unit_test(who_walks_away_leaves_what_they_said),
        cmocka_unit_test(a_failed_step_is_repeated_with_what_was_picked),
        cmocka_unit_test(closed_until_somebody_touches),
        cmocka_unit_test(scenes_change_while_nobody_is_there),
        cmocka_unit_test(content_changes_between_visits_only),
        cmocka_unit_test(the_service_menu_opens_by_gesture_and_pin),
        cmocka_unit_test(the_service_menu_waits_for_what_was_picked),
        cmocka_unit_test(the_pin_cannot_be_guessed),
    };
    return cmocka_run_group_tests_name("app", tests, set_up, tear_down);
}
