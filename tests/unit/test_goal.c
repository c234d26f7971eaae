// trend_goal: steps to a goal, which are reached, and which history says are out of reach.
#include "aggregator/trend_goal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SET = 20000 };

static struct trend_share share(double value, int64_t n)
{
    return (struct trend_share){.n = n, .share = value, .interval = {value - .02, value + .02}};
}

// Thirteen periods that rise evenly from `a` to `b`.
static void rising(double a, double b, struct trend_share past[TREND_GOAL_PAST])
{
    for (int i = 0; i < TREND_GOAL_PAST; i++) {
        past[i] = share(a + (b - a) * i / (TREND_GOAL_PAST - 1), 500);
    }
}

static void even_steps_by_quarter(void **state)
{
    (void)state;
    struct trend_goal g = {.9, SET, SET + 300}; // three quarters and a bit
    struct trend_share before = share(.7, 400), past[TREND_GOAL_PAST];
    struct trend_goal_way w;
    rising(.58, .70, past); // .03 a quarter
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_int_equal(w.count, 4);
    assert_float_equal(w.step[0].target, .75, 1e-12);
    assert_float_equal(w.step[3].target, .9, 1e-12);
    assert_int_equal(w.step[0].by, SET + 84);
    assert_int_equal(w.step[3].by, SET + 300);
    assert_float_equal(w.best, .03, 1e-12);
    assert_float_equal(w.progress, 0, 1e-12);
    assert_float_equal(w.reachable, .82, 1e-12); // four quarters of .03
    for (int i = 0; i < 4; i++) {
        assert_false(w.step[i].reached);
        assert_int_equal(w.step[i].reach, TREND_REACH_OUT);
    }
}

static void reached_proven_and_within_reach(void **state)
{
    (void)state;
    struct trend_goal g = {.9, SET, SET + 4 * 84};
    struct trend_share before = share(.7, 400), past[TREND_GOAL_PAST];
    struct trend_goal_way w;
    rising(.60, .81, past); // .0525 a quarter
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET + 100, &w));
    assert_true(w.step[0].reached && w.step[0].proven);  // .75, the interval begins at .79
    assert_true(w.step[1].reached && !w.step[1].proven); // .80
    assert_true(!w.step[2].reached && w.step[2].reach == TREND_REACH_WITHIN);
    assert_true(!w.step[3].reached && w.step[3].reach == TREND_REACH_WITHIN); // .09 in three quarters
    assert_float_equal(w.progress, .55, 1e-12);
    assert_float_equal(w.reachable, .9, 1e-12);
    // Its date is past: what is not reached can not be any more.
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET + 400, &w));
    assert_int_equal(w.step[3].reach, TREND_REACH_OUT);
    assert_float_equal(w.reachable, .81, 1e-12);
}

static void too_few_votes_say_nothing(void **state)
{
    (void)state;
    struct trend_goal g = {.9, SET, SET + 84};
    struct trend_share before = share(.7, 29), past[TREND_GOAL_PAST];
    struct trend_goal_way w;
    rising(.7, .8, past);
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_true(!w.known && w.count == 0 && isnan(w.start) && isnan(w.progress));
    before.n = 30;
    for (int i = 0; i < TREND_GOAL_PAST; i++) {
        past[i].n = i == TREND_GOAL_PAST - 1 ? 100 : 0; // a place that is new
    }
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_true(w.count == 1 && isnan(w.best) && isnan(w.reachable) &&
                w.step[0].reach == TREND_REACH_UNKNOWN);
    past[TREND_GOAL_PAST - 1].n = 0;
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_true(!w.step[0].reached && isnan(w.progress));
    assert_true(trend_goal_way(&g, &before, past, 0, SET, &w) && w.count == 1);
}

static void a_place_that_only_fell_never_rose(void **state)
{
    (void)state;
    struct trend_goal g = {.9, SET, SET + 84};
    struct trend_share before = share(.7, 400), past[TREND_GOAL_PAST];
    struct trend_goal_way w;
    rising(.8, .7, past);
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_true(w.best == 0 && w.step[0].reach == TREND_REACH_OUT);
    assert_float_equal(w.reachable, .7, 1e-12);
    g.target = .7; // it is there already
    assert_true(trend_goal_way(&g, &before, past, TREND_GOAL_PAST, SET, &w));
    assert_true(w.step[0].reached && isnan(w.progress));
}

static void out_of_range(void **state)
{
    (void)state;
    struct trend_share before = share(.7, 400), past = share(.7, 400);
    struct trend_goal_way w;
    const struct trend_goal bad[] = {{0, SET, SET + 84},
                                     {1.01, SET, SET + 84},
                                     {.9, SET, SET},
                                     {.9, SET, SET - 1},
                                     {.9, SET, SET + 20 * 84 + 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(trend_goal_way(&bad[i], &before, &past, 1, SET, &w));
    }
    assert_true(trend_goal_way(&(struct trend_goal){.9, SET, SET + 20 * 84}, &before, &past, 1, SET, &w));
    assert_int_equal(w.count, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(even_steps_by_quarter),
        cmocka_unit_test(reached_proven_and_within_reach),
        cmocka_unit_test(too_few_votes_say_nothing),
        cmocka_unit_test(a_place_that_only_fell_never_rose),
        cmocka_unit_test(out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
