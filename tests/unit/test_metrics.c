// metrics and meter: what is written is the format, to the byte; every bound counts what is at it.
#include "aggregator/meter.h"
#include "aggregator/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void lines_are_the_format(void **state)
{
    (void)state;
    static const int64_t bounds[] = {1000, 2500000}, counts[] = {3, 0, 2};
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    metrics_family(f, "puas_a_total", METRICS_COUNTER, "So many.");
    metrics_value(f, "puas_a_total", NULL, NULL, INT64_MAX);
    metrics_family(f, "puas_b", METRICS_GAUGE, "By two.");
    metrics_value2(f, "puas_b", "kind", "x", "state", "y", 0);
    metrics_family(f, "puas_c_seconds", METRICS_GAUGE, "So long.");
    metrics_seconds(f, "puas_c_seconds", 60005);
    metrics_histogram(f, "puas_d_seconds", "It took.", bounds, counts, 2, 7000042);
    fclose(f);
    assert_string_equal(text, "# HELP puas_a_total So many.\n# TYPE puas_a_total counter\n"
                              "puas_a_total 9223372036854775807\n"
                              "# HELP puas_b By two.\n# TYPE puas_b gauge\n"
                              "puas_b{kind=\"x\",state=\"y\"} 0\n"
                              "# HELP puas_c_seconds So long.\n# TYPE puas_c_seconds gauge\n"
                              "puas_c_seconds 60.005\n"
                              "# HELP puas_d_seconds It took.\n# TYPE puas_d_seconds histogram\n"
                              "puas_d_seconds_bucket{le=\"0.001\"} 3\n"
                              "puas_d_seconds_bucket{le=\"2.5\"} 3\n"
                              "puas_d_seconds_bucket{le=\"+Inf\"} 5\n"
                              "puas_d_seconds_sum 7.000042\n"
                              "puas_d_seconds_count 5\n");
    free(text);
}

static void a_bound_counts_what_is_at_it(void **state)
{
    (void)state;
    struct meter m = {.commits_us = 0};
    int64_t sum = 0;
    for (int i = 0; i < METER_BOUNDS; i++) {
        assert_true(i == 0 || meter_bounds_us[i] > meter_bounds_us[i - 1]);
        meter_commit(&m, meter_bounds_us[i]);
        meter_commit(&m, meter_bounds_us[i] + 1);
        sum += 2 * meter_bounds_us[i] + 1;
    }
    meter_commit(&m, 0);
    assert_int_equal(atomic_load(&m.commits[0]), 2); // nothing at all, and the bound itself
    for (int i = 1; i < METER_BOUNDS; i++) {
        assert_int_equal(atomic_load(&m.commits[i]), 2);
    }
    assert_int_equal(atomic_load(&m.commits[METER_BOUNDS]), 1);
    assert_int_equal(atomic_load(&m.commits_us), sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_the_format),
        cmocka_unit_test(a_bound_counts_what_is_at_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
