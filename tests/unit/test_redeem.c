// Thank-you codes: the same for the same visit, hardly ever for another.
#include "shared/redeem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void codes_can_be_read_out_and_hardly_ever_meet(void **state)
{
    enum { VISITS = 20000 };
    static char codes[VISITS][REDEEM_CODE];
    uint8_t epoch[EPOCH_BYTES] = {7};
    int same = 0;
    (void)state;
    for (int i = 0; i < VISITS; i++) {
        redeem_code(epoch, i + 1, codes[i]);
        assert_int_equal(strlen(codes[i]), 7);
        assert_int_equal(codes[i][3], '-');
        assert_int_equal(strspn(codes[i], "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"), 7);
    }
    qsort(codes, VISITS, sizeof codes[0], compare);
    for (int i = 1; i < VISITS; i++)
        same += strcmp(codes[i - 1], codes[i]) == 0;
    assert_true(same <= 3); // 20000^2 / 2^31: 0.2 are expected
}

static void another_epoch_gives_another_code(void **state)
{
    char a[REDEEM_CODE], b[REDEEM_CODE], again[REDEEM_CODE];
    uint8_t one[EPOCH_BYTES] = {1}, two[EPOCH_BYTES] = {2};
    (void)state;
    redeem_code(one, 5, a);
    redeem_code(one, 5, again);
    redeem_code(two, 5, b);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_can_be_read_out_and_hardly_ever_meet),
        cmocka_unit_test(another_epoch_gives_another_code),
    };
    return cmocka_run_group_tests_name("redeem", tests, NULL, NULL);
}
