// The app machine: random events against the invariants of app.h.
#include "tests/unit/app_world.h"

#include <stdlib.h>
#include <string.h>

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
    int saves, thanks, steps, left, menus, replaced;
    mono_ms input_at; // of the last press or key
};

// Something is picked or written that must not get lost.
static bool holds_answer(const struct app *a)
{
    if (a->screen != APP_QUESTION || a->step == 0)
        return false;
    enum survey_type t = app_question(a)->type;
    return t == SURVEY_CHOICE ? a->picked != 0
                              : (t == SURVEY_TEXT || t == SURVEY_NUMBER) && !typing_is_empty(&a->typing);
}

static void check(const struct app *a, const struct app *before, const struct app_input *in,
                  const struct app_effects *e, struct witness *w)
{
    if (e->save) {
        bool once_more = in->kind == APP_IN_LEAVE && before->screen == APP_TRY_AGAIN;
        assert_int_equal(before->screen, once_more ? APP_TRY_AGAIN : APP_QUESTION);
        assert_int_equal(a->screen, APP_PRESSED);
        assert_true(e->answer.type == EVENT_CHOICE   ? e->answer.option_count > 0
                    : e->answer.type == EVENT_RATING ? e->answer.score >= 1 && e->answer.score <= e->answer.of
                    : e->answer.type == EVENT_NUMBER ? e->answer.of == 11
                                                     : e->answer.text[0] != '\0');
        assert_int_equal(e->answer.visit == 0, before->step == 0); // further answers belong to the first
        assert_true(e->answer.ticket > w->waiting && e->answer.ticket > w->committed);
        w->waiting = e->answer.ticket;
        w->saves++;
        w->left += a->leaving;
    }
    w->menus += a->screen == APP_SERVICE && before->screen != APP_SERVICE;
    if (in->kind == APP_IN_PRESS || in->kind == APP_IN_FOCUS || in->kind == APP_IN_ENTER)
        w->input_at = a->now;
    if (app_is_at_rest(a) && a->now - w->input_at >= a->options.language_return_ms)
        assert_int_equal(a->focus, TARGET_NONE); // the next customer finds no focus
    bool went_on = (a->screen == APP_THANKS && before->screen != APP_THANKS) ||
                   (a->screen == APP_QUESTION && a->step > before->step);
    if (went_on && before->screen == APP_PRESSED) {
        assert_int_equal(w->committed, a->ticket); // never without a commit of this very press
        w->thanks += a->screen == APP_THANKS;
        w->steps += a->screen == APP_QUESTION;
    }
    if (holds_answer(before) && (a->screen != APP_QUESTION || a->step != before->step)) {
        bool skipped = before->focus == TARGET_SKIP || in->target == TARGET_SKIP;
        assert_true(e->save || skipped); // nothing picked or written gets lost by any other way
    }
    if (!app_is_first(a) && a->screen != APP_CLOSED && a->fault == APP_REASON_NONE)
        assert_true(e->wake_at >= 0); // never stuck: something is due
    assert_true(e->wake_at < 0 || e->wake_at <= a->now + 20000 + 30000);
    assert_in_range(app_progress(a), 0, 1000);
}

static int random_target(uint32_t *seed)
{
    static const int first[] = {
        0,           TARGET_FACE, TARGET_LANG, TARGET_OPTION, TARGET_OPTION, TARGET_FIELD, TARGET_DONE,
        TARGET_DONE, TARGET_KEY,  TARGET_KEY,  TARGET_SKIP,   TARGET_CORNER, TARGET_CORNER};
    static const int count[] = {1, 12, 4, 9, 9, 4, 1, 3, 48, 48, 1, 80, 1};
    uint32_t i = next_random(seed) % (sizeof first / sizeof *first);
    return first[i] + (int)(next_random(seed) % (uint32_t)count[i]);
}

static struct app_input random_input(uint32_t *seed, struct witness *w)
{
    struct app_input in = {.kind = APP_IN_TICK};
    switch (next_random(seed) % 10) {
    case 0:
    case 1:
    case 2:
        in.kind = APP_IN_PRESS;
        in.target = random_target(seed);
        in.finger = next_random(seed) % 3;
        in.by = (enum app_by)(next_random(seed) % 3);
        break;
    case 3:
    case 4:
        in.kind = APP_IN_RELEASE;
        in.finger = next_random(seed) % 3;
        break;
    case 5:
        in.kind = next_random(seed) % 2 ? APP_IN_FOCUS : APP_IN_ENTER;
        in.target = random_target(seed);
        break;
    case 6:
    case 7:
        in.kind = APP_IN_SAVED;
        in.saved.ticket =
            next_random(seed) % 8 ? w->waiting : next_random(seed) % (w->waiting + 1); // one given out before
        in.saved.result = next_random(seed) % 8 ? SAVE_COMMITTED : (enum save_result)(next_random(seed) % 4);
        in.saved.seq = 1 + (int64_t)(next_random(seed) % 1000);
        if (in.saved.ticket == w->waiting && w->waiting && in.saved.result == SAVE_COMMITTED)
            w->committed = w->waiting;
        break;
    case 8:
        in.kind = next_random(seed) % 20 ? APP_IN_TICK : next_random(seed) % 2 ? APP_IN_LAYOUT : APP_IN_HOURS;
        in.closed = next_random(seed) % 4 == 0;
        break;
    default:
        in.kind = next_random(seed) % 20  ? APP_IN_TICK
                  : next_random(seed) % 4 ? APP_IN_SERVICE
                                          : APP_IN_LEAVE;
        in.reason = next_random(seed) % 5 ? APP_REASON_NONE : APP_DISK_FULL;
        break;
    }
    return in;
}

static void random_events_break_nothing(void **state)
{
    (void)state;
    struct witness all = {0};
    for (uint32_t round = 1; round <= 6000; round++) {
        uint32_t seed = round * 2654435761u;
        struct app a = app_of(round % 4 ? every : plain);
        a.options.still = round % 3 == 0;
        if (round % 2)
            strcpy(a.options.service_pin, "4711");
        struct witness w = {.input_at = 1000};
        mono_ms now = 1000;
        for (int i = 0; i < 500; i++) {
            if (next_random(&seed) % 80 == 0) { // a pushed document
                struct app_options o = options_of(next_random(&seed) % 4 ? every : plain);
                o.scenes = 0;
                o.still = a.options.still;
                strcpy(o.service_pin, a.options.service_pin);
                bool rests = app_is_at_rest(&a);
                assert_int_equal(app_replace(&a, &o), rests);
                w.replaced += rests;
            }
            struct app before = a;
            struct app_input in = random_input(&seed, &w);
            in.now = now +=
                next_random(&seed) % 12 == 0 ? next_random(&seed) % 40000 : next_random(&seed) % 500;
            struct app_effects e = app_feed(&a, &in);
            check(&a, &before, &in, &e, &w);
        }
        // Left alone, it comes back to the question in its default language, and then sleeps.
        app_feed(&a, &(struct app_input){.kind = APP_IN_HOURS, .now = now});
        app_feed(&a, &(struct app_input){.kind = APP_IN_SERVICE, .now = now, .reason = APP_REASON_NONE});
        struct app_effects e = tick(&a, now);
        for (int i = 0; e.wake_at >= 0; i++) {
            assert_true(i < 4000);
            e = tick(&a, e.wake_at);
        }
        assert_true(app_is_first(&a));
        assert_int_equal(a.lang, a.options.lang_default);
        all.saves += w.saves;
        all.thanks += w.thanks;
        all.steps += w.steps;
        all.left += w.left;
        all.menus += w.menus;
        all.replaced += w.replaced;
    }
    if (all.saves < 5000 || all.thanks < 300 || all.steps < 1000 || all.left < 100 || all.menus < 100 ||
        all.replaced < 1000)
        fail_msg("the walk did not go through all of it: %d saves, %d thanks, %d steps, %d left, %d menus, "
                 "%d replaced",
                 all.saves, all.thanks, all.steps, all.left, all.menus, all.replaced);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_events_break_nothing),
    };
    return cmocka_run_group_tests_name("app", tests, set_up, tear_down);
}
