// engine: rules that count: runs, how many in a window, how often a reason is named, the mean of the scores.
#include "tests/unit/engine_world.h"

static struct engine_rule of(enum engine_rule_kind kind, int raise, int resolve)
{
    struct engine_rule r = engine_rule_defaults(kind);
    r.raise = raise;
    r.resolve = resolve;
    return r;
}

static void name(struct world *w, int place, const char *question, const char *option)
{
    w->now += SECOND;
    struct engine_vote v = next_vote(w, place, 10, 0);
    v.of = 0;
    v.question = question;
    v.option = option;
    engine_vote(w->e, &v);
}

// ---------------------------------------------------------------- run
static void the_last_vote_of_a_run_raises(void **state)
{
    (void)state;
    struct world w = world(of(ENGINE_RUN, 4, 2));
    vote(&w, 2, 2, 3);
    vote(&w, 2, 3, 1); // broken
    vote(&w, 2, 1, 3);
    vote(&w, 3, 1, 1); // another branch
    expect_nothing(&w);
    vote(&w, 2, 2, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.points == 4 && t.limit == 4 && t.n == 4 && t.unhappy == 4 && t.first_event == 5);
    vote(&w, 2, 4, 1);
    vote(&w, 2, 1, 1);
    vote(&w, 2, 4, 1);
    expect_nothing(&w); // not two in a row
    vote(&w, 2, 4, 1);
    t = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    assert_true(t.n == 8 && t.unhappy == 5);
    vote(&w, 2, 1, 3);
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void a_run_does_not_reach_over_an_opening(void **state)
{
    (void)state;
    struct world w = world(of(ENGINE_RUN, 4, 2));
    give_hours(&w);
    vote(&w, 2, 1, 3);
    wait(&w, 3 * HOUR + 30 * MINUTE); // closed
    vote(&w, 2, 1, 1);                // counts for nothing
    wait(&w, HOUR);                   // open again
    vote(&w, 2, 1, 3);
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void closed_by_hand_a_run_starts_anew(void **state)
{
    (void)state;
    struct world w = world(of(ENGINE_RUN, 3, 2));
    vote(&w, 2, 1, 3);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_close(w.e, t.alert, "ani", ++w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED);
    vote(&w, 2, 1, 2);
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

// Feller: 2 heads in a row take 6 throws, 3 take 14. In a period of two throws the chance is a quarter.
static void cost_of_a_run(void **state)
{
    (void)state;
    struct engine_rule r = of(ENGINE_RUN, 2, 1);
    struct engine_cost c;
    r.id = r.version = r.place = 1;
    assert_false(engine_rule_cost(&r, 100, &c)); // nobody knows what is usual
    r.usual = .5;
    assert_true(engine_rule_cost(&r, 2, &c));
    assert_float_equal(c.arl, 6, 1e-12);
    assert_float_equal(c.periods, 4, 1e-12);
    assert_true(isnan(c.delay[2])); // twice a half is all
    r.raise = 3;
    assert_true(engine_rule_cost(&r, 3, &c));
    assert_float_equal(c.arl, 14, 1e-12);
    assert_float_equal(c.periods, 8, 1e-12);
    r.usual = .1;
    r.raise = 6;
    assert_true(engine_rule_cost(&r, 19999, &c));
    double near = c.periods;
    assert_true(engine_rule_cost(&r, 20001, &c)); // no jump where exact ends
    assert_float_equal(c.periods / near, 19999. / 20001, 1e-5);
}

// ---------------------------------------------------------------- count
static void faces_are_counted_in_the_window(void **state)
{
    (void)state;
    struct world w = world(of(ENGINE_COUNT, 3, 1)); // within 30 minutes
    vote(&w, 2, 1, 2);
    vote(&w, 2, 4, 20);
    wait(&w, 31 * MINUTE);
    vote(&w, 2, 2, 2); // the first two are gone
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.unhappy == 3 && t.n == 3);
    wait(&w, 20 * MINUTE);
    vote(&w, 2, 1, 2);
    wait(&w, 11 * MINUTE); // two are left
    expect_nothing(&w);
    wait(&w, 20 * MINUTE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void a_reason_is_counted_when_it_is_named(void **state)
{
    (void)state;
    struct engine_rule r = of(ENGINE_COUNT, 3, 0);
    strcpy(r.option.s, "dirty");
    struct world w = world(r);
    vote(&w, 2, 1, 10); // ratings are none
    name(&w, 2, "why", "dirty");
    name(&w, 2, "why", "queue");
    name(&w, 2, "why", "dirty");
    name(&w, 3, "why", "dirty");
    expect_nothing(&w);
    name(&w, 4, "where", "dirty"); // of any question, in the branch's area
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.n == 3 && t.unhappy == 3 && t.place == 2);
    wait(&w, 31 * MINUTE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
    strcpy(r.question.s, "why");
    w = world(r);
    for (int i = 0; i < 3; i++)
        name(&w, 2, "where", "dirty");
    expect_nothing(&w);
    finish(&w);
}

static void a_reason_is_nothing_to_other_rules(void **state)
{
    (void)state;
    for (int kind = 0; kind < ENGINE_KINDS; kind++) {
        struct world w = world(engine_rule_defaults((enum engine_rule_kind)kind));
        for (int i = 0; i < 200; i++)
            name(&w, 2, "overall", "dirty");
        expect_nothing(&w);
        finish(&w);
    }
}

// ---------------------------------------------------------------- index
// Of four faces: 0, 33.3, 66.7 and 100. Two worst and two best: 50 exactly.
static void the_mean_at_its_threshold(void **state)
{
    (void)state;
    for (int at_least = 0; at_least < 2; at_least++) {
        struct engine_rule r = of(ENGINE_INDEX, 500, 600);
        r.min_n = 4;
        r.at_least = at_least;
        struct world w = world(r);
        vote(&w, 2, 1, 2);
        vote(&w, 2, 4, 1);
        expect_nothing(&w); // three votes say nothing
        vote(&w, 2, 4, 1);
        if (at_least)
            expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
        expect_nothing(&w);
        vote(&w, 2, 3, 3); // (200 + 3 x 66.7) / 7 = 57.1
        vote(&w, 2, 1, 3); // 40
        if (!at_least)
            expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
        vote(&w, 2, 4, 4); // (400 + 400) / 14 = 57.1: better than 50, not yet 60
        expect_nothing(&w);
        vote(&w, 2, 4, 1); // exactly 60
        struct engine_transition t = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
        assert_true(t.n == 15 && t.unhappy == 9 * ENGINE_INDEX_UNITS);
        finish(&w);
    }
}

static void an_index_that_praises(void **state)
{
    (void)state;
    struct engine_rule r = of(ENGINE_INDEX, 900, 850);
    r.above = true;
    r.min_n = 10;
    struct world w = world(r);
    vote(&w, 2, 4, 9);
    expect_nothing(&w);
    vote(&w, 2, 4, 1);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 1, 1); // 90.9
    vote(&w, 2, 3, 1); // 88.9
    expect_nothing(&w);
    vote(&w, 2, 1, 1); // 82.1
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void an_index_of_an_empty_window_is_over(void **state)
{
    (void)state;
    struct engine_rule r = of(ENGINE_INDEX, 500, 600);
    r.min_n = 3;
    struct world w = world(r);
    vote(&w, 2, 1, 3);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    wait(&w, 61 * MINUTE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

// ---------------------------------------------------------------- contact
static void somebody_waits_until_a_person_closes_it(void **state)
{
    (void)state;
    struct world w = world(engine_rule_defaults(ENGINE_CONTACT));
    give_hours(&w);
    wait(&w, 10 * HOUR); // closed
    struct engine_vote v = next_vote(&w, 4, 13, 0);
    v.of = 0;
    v.contact = v.late = true;
    engine_vote(w.e, &v);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.place == 2 && t.points == 1 && t.n == 1 && t.first_event == v.event);
    engine_vote(w.e, &v); // told again
    expect_nothing(&w);
    v.event = ++w.event;
    engine_vote(w.e, &v);
    t = expect(&w, ENGINE_FIRING, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.points, 2);
    vote(&w, 2, 1, 30); // ratings are nothing to it
    wait(&w, 100 * HOUR);
    expect_nothing(&w);
    assert_int_equal(engine_close(w.e, t.alert, "ani", ++w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED);
    v.event = ++w.event;
    v.arrived = w.now;
    engine_vote(w.e, &v);
    assert_int_equal(expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH).points, 1);
    finish(&w);
}

// ---------------------------------------------------------------- what kiosks tell of themselves
static struct world kiosks(struct engine_rule r)
{
    struct world w = world(r);
    engine_broker(w.e, true, w.now);
    wait(&w, 4 * MINUTE);
    for (int i = 10; i < 14; i++)
        engine_presence(w.e, i, KIOSK_READY, w.now);
    return w;
}

// Heartbeats of kiosk 10 as time passes.
static void beats(struct world *w, int64_t ms)
{
    for (int64_t past = 0; past < ms; past += 30 * SECOND) {
        w->now += 30 * SECOND;
        engine_heard(w->e, 10, w->now);
    }
}

static void answers_are_missing_for_too_long(void **state)
{
    (void)state;
    struct world w = kiosks(engine_rule_defaults(ENGINE_COVERAGE)); // held for 15 minutes
    engine_facts(w.e, 10, ENGINE_FACT_MISSING, w.now);
    expect(&w, ENGINE_OK, ENGINE_PENDING, ENGINE_BREACH);
    beats(&w, 10 * MINUTE);
    engine_facts(w.e, 10, 0, w.now); // they came
    expect(&w, ENGINE_PENDING, ENGINE_OK, ENGINE_CLEARED);
    engine_facts(w.e, 10, ENGINE_FACT_MISSING | ENGINE_FACT_CLOCK, w.now);
    expect(&w, ENGINE_OK, ENGINE_PENDING, ENGINE_BREACH);
    beats(&w, 15 * MINUTE);
    struct engine_transition t = expect(&w, ENGINE_PENDING, ENGINE_FIRING, ENGINE_HELD);
    assert_true(t.kiosk == 10 && t.place == 2);
    wait(&w, 3 * MINUTE); // it is gone: who knows
    expect(&w, ENGINE_FIRING, ENGINE_UNKNOWN, ENGINE_NO_DATA);
    engine_heard(w.e, 10, ++w.now);
    expect(&w, ENGINE_UNKNOWN, ENGINE_FIRING, ENGINE_DATA_BACK);
    engine_facts(w.e, 10, ENGINE_FACT_CLOCK, w.now);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void a_wrong_clock(void **state)
{
    (void)state;
    struct engine_rule r = engine_rule_defaults(ENGINE_CLOCK);
    r.hold_ms = 0;
    struct world w = kiosks(r);
    engine_facts(w.e, 10, ENGINE_FACT_MISSING, w.now);
    expect_nothing(&w);
    engine_facts(w.e, 10, ENGINE_FACT_CLOCK, w.now);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    engine_facts(w.e, 99, ENGINE_FACT_CLOCK, w.now); // nobody knows it
    engine_facts(w.e, 10, 0, w.now);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void tampered_for_an_hour_after_the_last_sign(void **state)
{
    (void)state;
    struct world w = kiosks(engine_rule_defaults(ENGINE_TAMPER));
    engine_tampered(w.e, 12, w.now);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.kiosk == 12 && t.place == 3 && t.since == w.now);
    wait(&w, 50 * MINUTE);
    engine_tampered(w.e, 12, w.now);
    wait(&w, HOUR - 1);
    expect_nothing(&w);
    wait(&w, 1);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

// ---------------------------------------------------------------- what is refused
static void out_of_range(void **state)
{
    (void)state;
    struct engine_rule good[] = {of(ENGINE_RUN, 2, 1), of(ENGINE_COUNT, 1, 0), of(ENGINE_INDEX, 700, 700)};
    for (int i = 0; i < 3; i++) {
        good[i].id = good[i].version = good[i].place = 1;
        assert_null(engine_rule_check(&good[i]));
    }
    struct engine_rule bad[] = {good[0], good[0], good[0], good[1], good[1],
                                good[1], good[2], good[2], good[2]};
    bad[0].raise = 1;
    bad[1].resolve = 0;
    bad[2].faces = 0;
    bad[3].resolve = 1;
    bad[4].window_ms = 59999;
    bad[5].faces = 0;
    bad[6].at_least = true; // raised and resolved by the same mean
    bad[7].resolve = 699;
    bad[8].above = true;
    bad[8].resolve = 701;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(engine_rule_check(&bad[i]));
}

// Told ahead, as a back-test does: heard up to then and not longer, also over a return of the aggregator.
static void heard_until(void **state)
{
    (void)state;
    struct world w = world(engine_rule_defaults(ENGINE_OFFLINE));
    engine_broker(w.e, true, w.now);
    engine_presence(w.e, 12, KIOSK_READY, w.now);
    wall_ms until = w.now + 5 * HOUR;
    engine_heard_until(w.e, 12, until);
    engine_heard_until(w.e, 12, until - HOUR); // less than is known already
    engine_heard_until(w.e, 99, until);
    wait(&w, HOUR);
    engine_resume(w.e, w.now);
    engine_broker(w.e, true, w.now);
    w.now = until + 2 * MINUTE - 1;
    engine_tick(w.e, w.now);
    expect_nothing(&w);
    wait(&w, 1);
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).since, until);
    engine_heard(w.e, 12, ++w.now);
    assert_int_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED).at, w.now);
    finish(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_vote_of_a_run_raises),
        cmocka_unit_test(a_run_does_not_reach_over_an_opening),
        cmocka_unit_test(closed_by_hand_a_run_starts_anew),
        cmocka_unit_test(cost_of_a_run),
        cmocka_unit_test(faces_are_counted_in_the_window),
        cmocka_unit_test(a_reason_is_counted_when_it_is_named),
        cmocka_unit_test(a_reason_is_nothing_to_other_rules),
        cmocka_unit_test(the_mean_at_its_threshold),
        cmocka_unit_test(an_index_that_praises),
        cmocka_unit_test(an_index_of_an_empty_window_is_over),
        cmocka_unit_test(somebody_waits_until_a_person_closes_it),
        cmocka_unit_test(answers_are_missing_for_too_long),
        cmocka_unit_test(a_wrong_clock),
        cmocka_unit_test(tampered_for_an_hour_after_the_last_sign),
        cmocka_unit_test(out_of_range),
        cmocka_unit_test(heard_until),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
