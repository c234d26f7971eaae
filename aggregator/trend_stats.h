// trend_stats: figures of weeks and months: indices, shares that allow for days, comparisons, rankings,
// survey reports. Pure; every formula names its source, and has its published value or a slow plain
// implementation in tests/unit/test_trend_stats.c.
//
// Counts of a scale stand from the worst level to the best. Shares are 0..1, intervals 95 %. Functions return
// false (and leave ret_ untouched) when the input says nothing: no votes, counts below 0 or good > n.
#ifndef PUAS_AGGREGATOR_TREND_STATS_H
#define PUAS_AGGREGATOR_TREND_STATS_H

#include "aggregator/stats.h"

enum {
    TREND_MIN_N = 30,           // below it no comparison and no rank
    TREND_MIN_DAYS = 3,         // below it days say nothing about each other
    TREND_VOLUME_PERCENT = 150, // votes a day may grow to this, or shrink by as much
    TREND_MIX_PERCENT = 20,     // votes that may have moved between kiosks
};

// ---------------------------------------------------------------- faces
// 100 * mean((level - 1) / (levels - 1)): four faces weigh 0, 33.33, 66.67, 100 (HappyOrNot's index in its
// open form). levels >= 2.
bool trend_face_index(const int64_t *counts, size_t levels, double *ret_index);
// CSAT: answers on the two best levels.
bool trend_top_two(const int64_t *counts, size_t levels, int64_t *ret_good, int64_t *ret_n);

// ---------------------------------------------------------------- a share over days
struct trend_day { // one day's total; days without votes are left out
    int64_t n, good;
};
struct trend_share {
    int64_t n, good;
    size_t days; // with votes
    double share;
    double effective; // votes that a simple sample would need for the same precision, at most n
    double error;     // standard error, never 0: Agresti & Coull 1998 on the effective votes
    struct stats_interval interval;
    bool clustered; // days were allowed for; else it is Wilson's interval of n votes
};
// Variance of a share whose votes come in days: the ratio estimator of Cochran, Sampling Techniques (3rd ed.
// 1977), 3.12: v = k / (k - 1) * sum (good_i - share n_i)^2 / n^2. False below 2 days.
bool trend_day_variance(const struct trend_day *days, size_t count, double *ret_variance);
// Votes of one day are not independent. The interval is Wilson's of the effective votes n / deff, where
// deff = v / (share (1 - share) / n) (Dean & Pagano 2015), less by (z / t)^2 for the k - 1 degrees of freedom
// (Korn & Graubard 1998). Never narrower than Wilson's of n; that one below TREND_MIN_DAYS, and when all
// agree.
bool trend_share(const struct trend_day *days, size_t count, struct trend_share *ret);

// The two-sided 95 % point of Student's t, freedom >= 1.
double trend_t95(size_t freedom);

// ---------------------------------------------------------------- a mean over days (trend_mean.c)
enum { TREND_LEVELS_MAX = 11 };
struct trend_sum { // one day: the values of its votes, and their squares
    int64_t n;
    double sum, squares;
};
struct trend_mean {
    int64_t n;
    size_t days;
    double mean, error;
    struct stats_interval interval;
    bool clustered;
};
// Adds counts of a scale (worst to best) whose levels are worth `values`.
void trend_sum_add(struct trend_sum *s, const int64_t *counts, const double *values, size_t levels);
// What levels are worth: the face index 0..100; NPS of eleven levels (0..10): -100, 0, 100 (Reichheld 2003:
// detractors up to 6, promoters from 9); the level itself 1.. (CES 2.0, Dixon et al. 2013: the mean of seven
// levels).
void trend_values_index(size_t levels, double *ret);
void trend_values_nps(double ret[TREND_LEVELS_MAX]);
void trend_values_level(size_t levels, double *ret);
// Mean of votes that come in days, with Cochran's ratio estimator as above and Student's t of days - 1
// degrees of freedom; never narrower than that of independent votes, which it is below TREND_MIN_DAYS. `lo`,
// `hi`: the ends of the scale, which the interval keeps; votes that are all alike count as if one more stood
// at either end.
bool trend_mean(const struct trend_sum *days, size_t count, double lo, double hi, struct trend_mean *ret);

// P(after > before) + ties / 2 from day totals of each level, with the interval of its placement values,
// which allows for days (DeLong, DeLong & Clarke-Pearson 1988; Obuchowski 1997 for clusters). False without
// votes.
bool trend_superiority(const int64_t (*before)[TREND_LEVELS_MAX], size_t before_days,
                       const int64_t (*after)[TREND_LEVELS_MAX], size_t after_days, size_t levels,
                       struct trend_mean *ret);

// ---------------------------------------------------------------- before and after
enum trend_refusal {
    TREND_COMPARABLE,
    TREND_TOO_FEW,        // under TREND_MIN_N votes before or after
    TREND_VOLUME_CHANGED, // votes a day: others answer, or others are asked
    TREND_MIX_CHANGED,    // the votes come from other kiosks
};
struct trend_period {
    const struct trend_day *days;
    size_t day_count;
    const int64_t *counts; // of the scale, worst to best
    const int64_t *kiosks; // votes by kiosk; the same kiosks in the same order in both periods
};
struct trend_change {
    enum trend_refusal refusal; // the figures stand even then; nobody may call it an effect
    struct trend_share before, after;
    double difference, error; // after - before
    // Newcombe 1998 II, method 10: square-and-add, here of intervals that allow for days (Zou & Donner 2008).
    struct stats_interval interval;
    bool ranked; // `rank` is there: Mann-Whitney, P(after > before) + ties / 2. Its p takes votes as
                 // independent.
    struct stats_rank rank;
};
bool trend_change(const struct trend_period *before, const struct trend_period *after, size_t levels,
                  size_t kiosks, struct trend_change *ret);
const char *trend_refusal_name(enum trend_refusal r); // "too-few"; "" when comparable

struct trend_effect {
    double difference, error;
    struct stats_interval interval;
};
// Difference in differences: what changed beyond the control branch. Variances add up (Card & Krueger 1994,
// table 3).
struct trend_effect trend_diff_in_diff(double change, double error, double control, double control_error);

// ---------------------------------------------------------------- ranking
struct trend_prior {
    double a, b;
    bool fitted; // else the fallback 18, 2
};
struct trend_unit {
    int32_t id;
    int64_t n, good;
    double effective; // votes that a simple sample would need for the same precision (trend_unit_days); 0: n
    bool hidden;      // under TREND_MIN_N: no rank, no figure
    double shrunk;    // posterior mean
    struct stats_interval interval; // 95 % of the posterior, equal tails
    int rank;                       // 1 = best; equal where the intervals do not tell apart; 0: hidden
    bool below; // under the promise, and not by chance (trend_below)
};
// Sets `effective` from sums over days of good^2, good * n and n^2: as in trend_share.
void trend_unit_days(struct trend_unit *u, size_t days, double good_squares, double products,
                     double n_squares);
// Beta prior of the units' shares by moments weighted with n (Kleinman 1973). Units that are hidden do not
// count. The fallback: fewer than 3 units, or no more spread than chance makes.
struct trend_prior trend_prior(const struct trend_unit *units, size_t count);
// The same where nobody knows what is usual, as of reasons: the fallback lies around the share of all that are not hidden (with
// one half more on either side, so that it is never 0 or 1) and weighs as much.
struct trend_prior trend_prior_around(const struct trend_unit *units, size_t count);
// Fills in all but id, n, good, effective, and sorts: ranked ones by shrunk value, best first, hidden ones
// last by id. A rank is 1 + the number of units whose interval lies wholly above. Where few votes make an
// interval wide, a unit may so share a better rank than one that stands above it.
void trend_rank(struct trend_unit *units, size_t count, const struct trend_prior *p);
// Which of the units that are not hidden are below the promise (a share), where hundreds are looked at: some always are, by
// chance. Each has the p-value of so few satisfied votes or fewer where the promise is just kept (binomial, of `effective`
// votes); those that Benjamini and Hochberg (1995) reject at a false-discovery rate of TREND_FALSE_BELOW are below: of such
// a list at most so many stand there by accident. Returns how many; after trend_rank. -1: out of memory.
#define TREND_FALSE_BELOW .10
int64_t trend_below(struct trend_unit *units, size_t count, double promise);
// Regularised incomplete beta function I_x(a, b) (continued fraction, DLMF 8.17.22), and its inverse.
double trend_beta(double x, double a, double b);
double trend_beta_quantile(double p, double a, double b);

// ---------------------------------------------------------------- reasons
struct trend_reason {
    int32_t id;
    int64_t n;
    double share, cumulative; // filled in
};
// Pareto: most often first (then by id), with the share of all up to each one.
bool trend_pareto(struct trend_reason *reasons, size_t count);

// ---------------------------------------------------------------- surveys
// A weighted sum of means: SERVQUAL's gaps (perception - expectation: Parasuraman, Zeithaml & Berry 1988; weighted by
// importance: 1991), the SKM's index.
enum { TREND_PARTS_MAX = 32 };
struct trend_mix {
    double value, error;
    double half; // of the 95 % interval's width
    bool clustered;
};
// days[p * day_count + d]: part p on day d. Weights are taken as known. The error is that of the sum over parts of each
// day's residuals, so that answers of one visit count as one (linearisation: Woodruff 1971), with Student's t; never less
// than that of answers that know nothing of each other. Below TREND_MIN_DAYS: as if they were all moved together, the
// widest that it can be. False when a part has no answer.
bool trend_mix(const struct trend_sum *days, const double *weights, size_t parts, size_t day_count,
               struct trend_mix *ret);

// SKM (Permenpan RB 14/2017): answers 1..4 to each element.
enum { SKM_ANSWERS = 4 };
struct trend_skm {
    double index;     // IKM: 25 * mean over elements of their mean answers, 25..100
    char performance; // 'A' 88.31-100, 'B' 76.61-88.30, 'C' 65.00-76.60, 'D' 25.00-64.99, of two decimals
};
// ret_means (may be NULL): each element's mean. False when an element has no answer.
bool trend_skm(const int64_t (*counts)[SKM_ANSWERS], size_t elements, double *ret_means,
               struct trend_skm *ret);
char trend_skm_class(double index);
// Half the width of the IKM's 95 % interval: trend_mix of the elements. days[e * day_count + d]: element e on day d, levels
// 1..4. False when an element has no answer.
bool trend_skm_error(const struct trend_sum *days, size_t elements, size_t day_count, double *ret_half);
// Respondents needed from a population (Krejcie & Morgan 1970: chi2 3.841, P .5, d .05), 0 for none.
int64_t trend_sample_size(int64_t population);

#endif
