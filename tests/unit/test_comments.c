// comment_flags: words that ask for more than being read.
#include "aggregator/comment_flags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void phones_and_mails(void **state)
{
    static const char *const yes[] = {"0812 3456 7890", "telp +62-812-3456-7890.", "(022) 423-4567",
                                      "budi@example.com", "tulis ke a.b-c@mail.example.co.id ya"};
    static const char *const no[] = {"",
                                     "loket 3 pukul 10.15",
                                     "12 orang antre 30 menit, 3 loket",
                                     "@budi",
                                     "a@b",
                                     "harga 15.000 dan 20.000",
                                     "2026-11-26 jam 9"};
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_int_equal(comment_flags(yes[i]), COMMENT_PERSONAL);
    }
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(comment_flags(no[i]), 0);
    }
    assert_int_equal(comment_flags(no[6]), COMMENT_PERSONAL); // eight digits: better once too often
}

static void whole_words_only(void **state)
{
    (void)state;
    assert_int_equal(comment_flags("Ada KEBAKARAN di dapur!"), COMMENT_URGENT);
    assert_int_equal(comment_flags("somebody was injured, call 0812-3456-789"),
                     COMMENT_URGENT | COMMENT_PERSONAL);
    assert_int_equal(comment_flags("fired up, firefly, suapan"), 0);
    assert_int_equal(comment_flags("suap"), COMMENT_URGENT);
    assert_int_equal(comment_flags("fire\xc3\xa9"), 0); // a letter that is not ASCII goes on with the word
    assert_int_equal(comment_flags("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phones_and_mails),
        cmocka_unit_test(whole_words_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
