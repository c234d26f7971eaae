// stats: intervals and tests for shares and faces. Pure; every formula names its source and has its published
// value in tests/unit/test_stats.c. Counts are whole numbers >= 0; shares are 0..1; 95 % means z = 1.959964.
//
// Functions return false (and leave ret_ untouched) when the input says nothing: no votes, counts that are
// negative or k > n. A caller shows "too few answers" then, never 0.
#ifndef PUAS_AGGREGATOR_STATS_H
#define PUAS_AGGREGATOR_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stats_interval {
    double lo, hi;
};

// Wilson score interval, 95 %, without continuity correction, of k in n (Wilson 1927; Newcombe 1998, method
// 3).
bool stats_wilson(int64_t k, int64_t n, struct stats_interval *ret_interval);

// 95 % interval of k1/n1 - k2/n2 (Newcombe 1998 II, method 10: square-and-add of Wilson intervals).
bool stats_difference(int64_t k1, int64_t n1, int64_t k2, int64_t n2, struct stats_interval *ret_interval);

struct stats_rank {
    double superiority; // P(after > before) + P(tie) / 2
    double z;           // signed: positive when after is better
    double p;           // two-sided, normal approximation with tie and continuity correction
};
// Mann-Whitney of two samples on the same ordered levels, counts from worst to best. False also when every
// vote of both samples is on one level (no variance).
bool stats_mann_whitney(const int64_t *before, const int64_t *after, size_t levels,
                        struct stats_rank *ret_rank);

// Benjamini-Hochberg 1995: how many of n p-values are rejected at false-discovery rate `rate`; those are the
// smallest ones. `sorted` is ascending.
size_t stats_fdr(const double *sorted, size_t n, double rate);

struct stats_nps {
    double score; // % promoters - % detractors, -100..100
    double error; // standard error in the same points: 100 sqrt((p + d - (p - d)^2) / n)
};
bool stats_nps(int64_t promoters, int64_t passives, int64_t detractors, struct stats_nps *ret_nps);

// Posterior mean of a share with prior Beta(a, b), a and b > 0: what rankings sort by.
double stats_shrink(int64_t k, int64_t n, double a, double b);

#endif
