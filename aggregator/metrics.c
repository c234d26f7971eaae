// metrics: lines.
#include "aggregator/metrics.h"

static void head(FILE *f, const char *name, const char *type, const char *help)
{
    fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_family(FILE *f, const char *name, enum metrics_kind kind, const char *help)
{
    head(f, name, kind == METRICS_COUNTER ? "counter" : "gauge", help);
}

void metrics_value(FILE *f, const char *name, const char *label, const char *of, int64_t value)
{
    if (label == NULL) {
        fprintf(f, "%s %lld\n", name, (long long)value);
    } else {
        fprintf(f, "%s{%s=\"%s\"} %lld\n", name, label, of, (long long)value);
    }
}

void metrics_value2(FILE *f, const char *name, const char *label, const char *of, const char *label2,
                    const char *of2, int64_t value)
{
    fprintf(f, "%s{%s=\"%s\",%s=\"%s\"} %lld\n", name, label, of, label2, of2, (long long)value);
}

void metrics_seconds(FILE *f, const char *name, int64_t ms)
{
    fprintf(f, "%s %lld.%03d\n", name, (long long)(ms / 1000), (int)(ms % 1000));
}

void metrics_histogram(FILE *f, const char *name, const char *help, const int64_t *bounds_us,
                       const int64_t *counts, int n, int64_t sum_us)
{
    int64_t so_far = 0;
    head(f, name, "histogram", help);
    for (int i = 0; i < n; i++) {
        so_far += counts[i];
        fprintf(f, "%s_bucket{le=\"%g\"} %lld\n", name, (double)bounds_us[i] / 1e6, (long long)so_far);
    }
    so_far += counts[n];
    fprintf(f, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum %lld.%06d\n%s_count %lld\n", name, (long long)so_far,
            name, (long long)(sum_us / 1000000), (int)(sum_us % 1000000), name, (long long)so_far);
}
