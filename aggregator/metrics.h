// metrics: Prometheus' text format 0.0.4, with the names that OpenMetrics asks for: base units (seconds, bytes), counters
// end in _total. Labels are of closed lists of ours (never an id, a name or an address), so that the number of series is
// bounded and nothing needs escaping. Pure.
#ifndef PUAS_AGGREGATOR_METRICS_H
#define PUAS_AGGREGATOR_METRICS_H

#include <stdint.h>
#include <stdio.h>

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metrics_kind { METRICS_COUNTER, METRICS_GAUGE };

// Begins a family; its values follow it. `help` is one line without backslashes.
void metrics_family(FILE *f, const char *name, enum metrics_kind kind, const char *help);
// label NULL: none. Values are whole.
void metrics_value(FILE *f, const char *name, const char *label, const char *of, int64_t value);
void metrics_value2(FILE *f, const char *name, const char *label, const char *of, const char *label2,
                    const char *of2, int64_t value);
void metrics_seconds(FILE *f, const char *name, int64_t ms); // as seconds
// A whole histogram of durations: n bounds and n + 1 counts, each of its own bucket; sum_us of all.
void metrics_histogram(FILE *f, const char *name, const char *help, const int64_t *bounds_us,
                       const int64_t *counts, int n, int64_t sum_us);

#endif
