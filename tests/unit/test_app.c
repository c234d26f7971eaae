// The app machine: rules one by one, then random events against the invariants of app.h.
#include "kiosk/app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct app_options options(void)
{
    struct app_options o = {
        .version = 3,
        .faces = 5,
        .lang_count = 2,
        .langs = {"id", "en"},
        .press_ms = 180,
        .thanks_ms = 3000,
        .try_again_ms = 5000,
        .settle_ms = 1000,
        .language_return_ms = 20000,
        .save_timeout_ms = 2000,
        .service_retry_ms = 30000,
    };
    ident_set(&o.survey, "visit");
    ident_set(&o.question, "overall");
    return o;
}

static struct app app_new(void)
{
    struct app a;
    struct app_options o = options();
    app_init(&a, &o, 1000);
    return a;
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

static struct app_effects tick(struct app *a, mono_ms now)
{
    return app_feed(a, &(struct app_input){.kind = APP_IN_TICK, .now = now});
}

static struct app_effects saved(struct app *a, mono_ms now, uint64_t ticket, enum save_result result)
{
    struct app_input in = {
        .kind = APP_IN_SAVED, .now = now, .saved = {.ticket = ticket, .result = result, .seq = 7}};
    return app_feed(a, &in);
}

static struct app_effects key(struct app *a, mono_ms now, enum app_key k)
{
    return app_feed(a, &(struct app_input){.kind = APP_IN_KEY, .now = now, .key = k});
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
    a.fingers[0].down = true;
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

static void keys_alone_are_enough(void **state)
{
    (void)state;
    struct app a = app_new();
    key(&a, 2000, APP_KEY_NEXT);
    assert_int_equal(a.focus, TARGET_FACE);
    key(&a, 2001, APP_KEY_BACK); // round the end
    assert_int_equal(a.focus, TARGET_LANG + 1);
    struct app_effects e = key(&a, 2002, APP_KEY_ENTER);
    assert_true(e.lang_changed);
    key(&a, 2003, APP_KEY_OTHER);
    assert_int_equal(a.focus, TARGET_FACE);
    key(&a, 2004, APP_KEY_NEXT);
    e = key(&a, 2005, APP_KEY_ENTER);
    assert_true(e.save);
    assert_int_equal(e.answer.score, 2);
    assert_string_equal(e.answer.by, "key");
    assert_int_equal(a.focus, TARGET_NONE); // no ring is left on the face
    // In a list the best stands first.
    a = app_new();
    app_feed(&a, &(struct app_input){.kind = APP_IN_LAYOUT, .now = 1500, .list = true});
    key(&a, 2000, APP_KEY_NEXT);
    assert_int_equal(a.focus, TARGET_FACE + 4);
    // A focus that nobody uses goes away.
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

// All that is kept after a press, with padding left out, is the same for every face.
static void no_trace_of_the_face_is_kept(void **state)
{
    (void)state;
    struct app first;
    for (int face = 0; face < 5; face++) {
        struct app a;
        memset(&a, 0, sizeof a);
        struct app_options o = options();
        app_init(&a, &o, 1000);
        press(&a, 2000, TARGET_FACE + face);
        if (face == 0)
            first = a;
        assert_memory_equal(&a, &first, sizeof a);
    }
}

// ---------------------------------------------------------------- random events
static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

struct witness {
    uint64_t waiting;   // ticket without an answer yet; 0: none
    uint64_t committed; // last ticket that was
    int saves, thanks;
};

static void check(const struct app *a, enum app_screen before, const struct app_effects *e, struct witness *w)
{
    if (e->save) {
        assert_int_equal(before, APP_QUESTION);
        assert_int_equal(a->screen, APP_PRESSED);
        assert_in_range(e->answer.score, 1, a->options.faces);
        assert_true(e->answer.ticket > w->waiting && e->answer.ticket > w->committed);
        assert_int_equal(e->ignored, 0);
        w->waiting = e->answer.ticket;
        w->saves++;
    }
    if (a->screen == APP_THANKS && before != APP_THANKS) {
        assert_int_equal(before, APP_PRESSED);
        assert_int_equal(w->committed, a->ticket); // never without a commit of this very press
        w->thanks++;
    }
    if (a->screen != APP_QUESTION && a->fault == APP_REASON_NONE)
        assert_true(e->wake_at >= 0); // never stuck: something is due
    assert_true(e->wake_at < 0 || e->wake_at <= a->now + 20000 + 30000);
    assert_in_range(app_progress(a), 0, 1000);
}

static void random_events_break_nothing(void **state)
{
    (void)state;
    int saves = 0, thanks = 0;
    for (uint32_t round = 1; round <= 400; round++) {
        uint32_t seed = round * 2654435761u;
        struct app a = app_new();
        a.options.faces = 4 + (int)(round & 1);
        a.options.still = round % 3 == 0;
        struct witness w = {0};
        mono_ms now = 1000;
        for (int i = 0; i < 400; i++) {
            enum app_screen before = a.screen;
            uint32_t r = next_random(&seed);
            struct app_input in = {.now = now += next_random(&seed) % 7 == 0 ? next_random(&seed) % 9000
                                                                             : next_random(&seed) % 120};
            switch (r % 8) {
            case 0:
            case 1:
            case 2:
                in.kind = APP_IN_PRESS;
                in.target = (int)(next_random(&seed) % 24);
                in.finger = next_random(&seed) % 14;
                in.by = (enum app_by)(next_random(&seed) % 3);
                break;
            case 3:
                in.kind = APP_IN_RELEASE;
                in.finger = next_random(&seed) % 14;
                break;
            case 4:
                in.kind = APP_IN_KEY;
                in.key = (enum app_key)(next_random(&seed) % 5);
                break;
            case 5:
                in.kind = APP_IN_SAVED;
                in.saved.ticket = next_random(&seed) % 3 ? w.waiting : next_random(&seed) % 50;
                in.saved.result = (enum save_result)(next_random(&seed) % 4);
                if (in.saved.ticket == w.waiting && w.waiting && in.saved.result == SAVE_COMMITTED)
                    w.committed = w.waiting;
                break;
            case 6:
                in.kind = next_random(&seed) % 20 ? APP_IN_TICK : APP_IN_LAYOUT;
                break;
            default:
                in.kind = next_random(&seed) % 20 ? APP_IN_TICK : APP_IN_SERVICE;
                in.reason = next_random(&seed) % 2 ? APP_DISK_FULL : APP_REASON_NONE;
                break;
            }
            struct app_effects e = app_feed(&a, &in);
            check(&a, before, &e, &w);
        }
        // Left alone, it comes back to the question in its default language, and then sleeps.
        app_feed(&a, &(struct app_input){.kind = APP_IN_SERVICE, .now = now, .reason = APP_REASON_NONE});
        struct app_effects e = tick(&a, now);
        for (int i = 0; e.wake_at >= 0; i++) {
            assert_true(i < 2000);
            e = tick(&a, e.wake_at);
        }
        assert_int_equal(a.screen, APP_QUESTION);
        assert_int_equal(a.lang, a.options.lang_default);
        saves += w.saves;
        thanks += w.thanks;
    }
    assert_true(saves > 800 && thanks > 100); // the walk did go through all of it
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
        cmocka_unit_test(keys_alone_are_enough),
        cmocka_unit_test(a_fault_from_outside_stays_until_it_is_over),
        cmocka_unit_test(no_trace_of_the_face_is_kept),
        cmocka_unit_test(random_events_break_nothing),
    };
    return cmocka_run_group_tests_name("app", tests, NULL, NULL);
}
