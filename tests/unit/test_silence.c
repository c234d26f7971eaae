// silence: what is covered, by whom, until when.
#include "aggregator/silence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { ORG = 1, REGION = 2, BRANCH = 3, OTHER = 4, RULE = 7, KIOSK = 9 };
#define NOON INT64_C(1795413600000)

// org > region > branch, org > other
static bool under(void *ctx, int32_t place, int32_t above)
{
    static const int32_t parents[] = {0, 0, ORG, REGION, ORG};
    (void)ctx;
    while (place != 0 && place != above) {
        place = parents[place];
    }
    return place != 0;
}

static bool covers(const struct silences *l, int32_t rule, int32_t place, int32_t kiosk, wall_ms at)
{
    return silences_cover(l, rule, place, kiosk, at, under, NULL);
}

static void a_place_and_all_under_it(void **state)
{
    (void)state;
    struct silences l = {NULL, 0, 0};
    assert_false(covers(&l, RULE, BRANCH, 0, NOON));
    assert_true(silences_add(&l, &(struct silence){1, .place = REGION, .until = NOON + 10}));
    assert_true(covers(&l, RULE, REGION, 0, NOON));
    assert_true(covers(&l, RULE, BRANCH, 0, NOON));
    assert_true(covers(&l, RULE + 1, BRANCH, KIOSK, NOON));
    assert_false(covers(&l, RULE, ORG, 0, NOON));
    assert_false(covers(&l, RULE, OTHER, 0, NOON));
    silences_finish(&l);
}

static void one_rule_or_one_kiosk(void **state)
{
    (void)state;
    struct silences l = {NULL, 0, 0};
    assert_true(silences_add(&l, &(struct silence){1, .place = BRANCH, .rule = RULE, .until = NOON + 10}));
    assert_true(covers(&l, RULE, BRANCH, 0, NOON));
    assert_false(covers(&l, RULE + 1, BRANCH, 0, NOON));
    assert_true(silences_end(&l, 1));
    assert_false(silences_end(&l, 1));
    assert_true(silences_add(&l, &(struct silence){2, .place = BRANCH, .kiosk = KIOSK, .until = NOON + 10}));
    assert_true(covers(&l, RULE, BRANCH, KIOSK, NOON));
    assert_false(covers(&l, RULE, BRANCH, KIOSK + 1, NOON));
    assert_false(covers(&l, RULE, BRANCH, 0, NOON)); // what people say is not a kiosk's
    silences_finish(&l);
}

static void it_ends_to_the_millisecond(void **state)
{
    (void)state;
    struct silences l = {NULL, 0, 0};
    for (int i = 1; i <= 40; i++) {
        assert_true(silences_add(&l, &(struct silence){i, .place = BRANCH, .until = NOON + i}));
    }
    assert_true(covers(&l, RULE, BRANCH, 0, NOON + 39));
    assert_false(covers(&l, RULE, BRANCH, 0, NOON + 40)); // also before anybody has looked
    assert_false(silences_expire(&l, NOON));
    assert_true(silences_expire(&l, NOON + 20));
    assert_int_equal(l.count, 20);
    assert_false(silences_end(&l, 20));
    assert_true(silences_end(&l, 21));
    assert_true(silences_expire(&l, NOON + 40));
    assert_int_equal(l.count, 0);
    assert_false(silences_expire(&l, NOON + 40));
    silences_finish(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_and_all_under_it),
        cmocka_unit_test(one_rule_or_one_kiosk),
        cmocka_unit_test(it_ends_to_the_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
