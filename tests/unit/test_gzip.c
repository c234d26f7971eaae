// gzip: what a client takes, and that another reader gets the same bytes back.
#include "aggregator/gzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

static void accepted(void **state)
{
    (void)state;
    static const char *const yes[] = {"gzip", "gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "deflate,GZIP",
                                      " \tgzip ;q=0.001"};
    static const char *const no[] = {
        "", "br", "gzip;q=0", "gzip;q=0.0, br", "xgzip", "gzipped", "identity;q=1", ",,,", "*"};
    assert_false(gzip_accepted(NULL));
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_true(gzip_accepted(yes[i]));
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        assert_false(gzip_accepted(no[i]));
    }
}

static void comes_back(void **state)
{
    (void)state;
    enum { N = 100000 };
    char *text = malloc(N), *packed, *back = malloc(N);
    size_t n;
    for (int i = 0; i < N; i++) {
        text[i] = (char)("abc\0\n"[i % 5] + i / 1000);
    }
    assert_true(gzip_bytes(text, N, &packed, &n));
    assert_true(n < N / 10);
    z_stream z = {.next_in = (Bytef *)packed, .avail_in = (uInt)n, .next_out = (Bytef *)back, .avail_out = N};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.total_out, N);
    inflateEnd(&z);
    assert_memory_equal(text, back, N);
    free(packed);
    free(text);
    free(back);
}

static void what_is_not_smaller_is_left(void **state)
{
    (void)state;
    char noise[500], *packed;
    size_t n;
    uint32_t x = 1;
    for (size_t i = 0; i < sizeof noise; i++) {
        x = x * 1664525 + 1013904223;
        noise[i] = (char)(x >> 24);
    }
    assert_false(gzip_bytes(noise, sizeof noise, &packed, &n));
    assert_false(gzip_bytes("", 0, &packed, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepted),
        cmocka_unit_test(comes_back),
        cmocka_unit_test(what_is_not_smaller_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
