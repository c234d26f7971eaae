// What stands on the stage beside the app: the tally of today, the thank-you code, what staff is told.
#include "kiosk/stage.h"

#include "shared/redeem.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint8_t epoch[EPOCH_BYTES] = {7, 1, 2};

static struct show *coded, *plain; // with thank-you codes, without

static int set_up(void **state)
{
    (void)state;
    coded = show_of("languages: [id, en]\n" EVERY_QUESTION "thanks_code: true\n");
    plain = show_of("languages: [id, en]\nsurvey: { id: exit, version: 12 }\n");
    return coded && plain ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    show_destroy(coded);
    show_destroy(plain);
    return 0;
}

static struct stage stage_of(const struct show *show)
{
    static const struct stage_options none = {.org = "Clinic", .name = "k1"};
    struct stage s;
    struct app_options o = options_of(show);
    stage_init(&s, &none, show, &o, 1000);
    return s;
}

// Presses `target` and has it saved as `seq`, as the window does.
static struct saved press(struct stage *s, mono_ms now, int target, int64_t seq)
{
    struct app_effects e = app_feed(
        &s->app, &(struct app_input){.kind = APP_IN_PRESS, .now = now, .target = target, .finger = 1});
    app_feed(&s->app, &(struct app_input){.kind = APP_IN_RELEASE, .now = now, .finger = 1});
    if (e.save && e.answer.visit == 0)
        stage_begin(s);
    return (struct saved){e.answer.ticket, SAVE_COMMITTED, seq};
}

static void saved(struct stage *s, mono_ms now, const struct saved *result)
{
    stage_saved(s, result, epoch);
    app_feed(&s->app, &(struct app_input){.kind = APP_IN_SAVED, .now = now, .saved = *result});
    app_feed(&s->app, &(struct app_input){.kind = APP_IN_TICK, .now = now + 200});
}

static void the_tally_is_of_today_and_of_visits(void **state)
{
    (void)state;
    struct stage s = stage_of(coded);
    stage_set_tally(&s, 46330, 41); // found in the outbox at the start
    stage_day(&s, 46330);
    assert_int_equal(s.tally, 41);
    struct saved r = press(&s, 2000, TARGET_FACE, 5);
    saved(&s, 2010, &r);
    assert_int_equal(s.tally, 42);
    r = press(&s, 4000, TARGET_OPTION, 6); // a further answer of the same visit
    saved(&s, 4010, &r);
    assert_int_equal(s.tally, 42);
    stage_day(&s, 46331);
    assert_int_equal(s.tally, 0);
    stage_day(&s, 46331);
    stage_day(&s, 46330); // a clock that jumps back is another day too
    assert_int_equal(s.tally, 0);
    r = press(&s, 6000, TARGET_SKIP, 0);
    r = (struct saved){.ticket = s.app.ticket, .result = SAVE_TIMED_OUT};
    saved(&s, 6010, &r);
    assert_int_equal(s.tally, 0);
}

static void the_code_is_of_this_visit_alone(void **state)
{
    (void)state;
    struct stage s = stage_of(coded);
    char code[REDEEM_CODE];
    struct saved r = press(&s, 2000, TARGET_FACE, 5);
    assert_string_equal(s.thanks, "");
    saved(&s, 2010, &r);
    redeem_code(epoch, 5, code);
    assert_string_equal(s.thanks, code);
    r = press(&s, 4000, TARGET_OPTION, 6);
    saved(&s, 4010, &r);
    assert_string_equal(s.thanks, code); // one code a visit
    app_feed(&s.app, &(struct app_input){.kind = APP_IN_LEAVE, .now = 5000});
    r = press(&s, 9000, TARGET_FACE + 1, 9);
    assert_string_equal(s.thanks, ""); // while this one is being saved, the one before is gone
    // The answer to a wait that has ended makes no code of another visit.
    stage_saved(&s, &(struct saved){r.ticket - 1, SAVE_COMMITTED, 8}, epoch);
    assert_string_equal(s.thanks, "");
    saved(&s, 9010, &r);
    redeem_code(epoch, 9, code);
    assert_string_equal(s.thanks, code);
    // A document without codes: the last one is shown no more.
    app_feed(&s.app, &(struct app_input){.kind = APP_IN_LEAVE, .now = 9500});
    struct app_options o = options_of(plain);
    assert_true(app_replace(&s.app, &o));
    stage_use(&s, plain);
    assert_string_equal(s.thanks, "");
    r = press(&s, 12000, TARGET_FACE, 10);
    saved(&s, 12010, &r);
    assert_int_equal(s.app.screen, APP_THANKS);
    assert_string_equal(s.thanks, "");
}

static void staff_is_told_what_is_in_force(void **state)
{
    (void)state;
    struct stage s = stage_of(plain);
    stage_tell_content(&s);
    assert_string_equal(s.facts.content, "exit 12, own file");
    struct show pushed = *coded;
    strcpy(pushed.hash, "9f86d081");
    stage_use(&s, &pushed);
    stage_tell_content(&s);
    assert_string_equal(s.facts.content, "visit 3, pushed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tally_is_of_today_and_of_visits),
        cmocka_unit_test(the_code_is_of_this_visit_alone),
        cmocka_unit_test(staff_is_told_what_is_in_force),
    };
    return cmocka_run_group_tests_name("stage", tests, set_up, tear_down);
}
