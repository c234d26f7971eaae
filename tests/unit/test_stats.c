// stats against published values (alerts.md, "Statistics and their published values").
#include "aggregator/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define NEAR(is, want) assert_float_equal(is, want, 0.6e-6)

static void wilson(void **state)
{
    (void)state;
    struct stats_interval i;
    assert_true(stats_wilson(81, 263, &i));
    NEAR(i.lo, .255289);
    NEAR(i.hi, .366210);
    assert_true(stats_wilson(0, 20, &i));
    assert_true(i.lo == 0);
    NEAR(i.hi, .161125);
    assert_true(stats_wilson(20, 20, &i));
    NEAR(i.lo, 1 - .161125);
    assert_true(i.hi == 1);
}

// What the standard's "resolved" rests on: with no unhappy vote, 22 votes are the first that prove 85 %.
static void wilson_22_votes_prove_85(void **state)
{
    (void)state;
    struct stats_interval i;
    assert_true(stats_wilson(0, 21, &i) && i.hi >= .15);
    assert_true(stats_wilson(0, 22, &i) && i.hi < .15);
}

static void nothing_says_nothing(void **state)
{
    (void)state;
    struct stats_interval i = {7, 7};
    struct stats_nps nps;
    struct stats_rank rank;
    assert_false(stats_wilson(0, 0, &i));
    assert_false(stats_wilson(3, 2, &i));
    assert_false(stats_wilson(-1, 2, &i));
    assert_false(stats_difference(0, 0, 1, 2, &i));
    assert_true(i.lo == 7 && i.hi == 7);
    assert_false(stats_nps(0, 0, 0, &nps));
    assert_false(stats_mann_whitney((int64_t[]){0, 0}, (int64_t[]){1, 2}, 2, &rank));
    assert_false(stats_mann_whitney((int64_t[]){0, 9}, (int64_t[]){0, 2}, 2, &rank)); // all on one face
    assert_false(stats_mann_whitney((int64_t[]){0, 1}, (int64_t[]){0, 0}, 2, &rank));
}

static void difference(void **state)
{
    (void)state;
    struct stats_interval i;
    assert_true(stats_difference(56, 70, 48, 80, &i));
    NEAR(i.lo, .052431);
    NEAR(i.hi, .333873);
    assert_true(stats_difference(0, 10, 0, 10, &i));
    NEAR(i.lo, -.277533);
    NEAR(i.hi, .277533);
}

static void mann_whitney(void **state)
{
    (void)state;
    struct stats_rank r;
    assert_true(stats_mann_whitney((int64_t[]){12, 18, 30, 80, 60}, (int64_t[]){6, 10, 24, 85, 75}, 5, &r));
    NEAR(r.superiority, .564400);
    NEAR(r.p, .018111);
    assert_true(r.z > 0);
    assert_true(stats_mann_whitney((int64_t[]){5, 5}, (int64_t[]){5, 5}, 2, &r));
    NEAR(r.p, 1);
}

static void fdr(void **state)
{
    (void)state;
    static const double p[] = {.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344,
                               .0459, .3240, .4262, .5719, .6528, .7590, 1.000};
    assert_int_equal(stats_fdr(p, 15, .05), 4);
    assert_int_equal(stats_fdr(p, 0, .05), 0);
    assert_int_equal(stats_fdr(p + 9, 6, .05), 0);
}

static void nps(void **state)
{
    (void)state;
    struct stats_nps n;
    assert_true(stats_nps(50, 30, 20, &n));
    NEAR(n.score, 30);
    NEAR(n.error, 7.810250);
}

static void shrink(void **state)
{
    (void)state;
    NEAR(stats_shrink(9, 10, 18, 2), .9);
    NEAR(stats_shrink(27, 40, 18, 2), .75);
    NEAR(stats_shrink(0, 0, 18, 2), .9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson),     cmocka_unit_test(wilson_22_votes_prove_85),
        cmocka_unit_test(difference), cmocka_unit_test(nothing_says_nothing),
        cmocka_unit_test(fdr),        cmocka_unit_test(mann_whitney),
        cmocka_unit_test(nps),        cmocka_unit_test(shrink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
