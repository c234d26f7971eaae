// A back-test of a store's history, and its report, by tests in which neither fails; and chance.
#ifndef PUAS_TESTS_BACKTESTED_H
#define PUAS_TESTS_BACKTESTED_H

#include "tests/unit/history.h"

#include "aggregator/backtest_report.h"

#include <jansson.h>

// Of a seed, the same every time.
static inline uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static inline double chance(uint64_t *seed)
{
    return next(seed) / 2147483648.;
}

static inline struct backtest_job *opened(struct world *w, const struct backtest_query *q)
{
    struct backtest_job *j = NULL;
    struct trend_problem problem = {.field = ""};
    char why[300];
    enum trends_error e = backtest_open(w->path, NULL, q, NOW, 0, &j, &problem, why, sizeof why);
    if (e != TRENDS_OK) {
        fail_msg("%d %s %s %s", e, problem.field, problem.why, why);
    }
    return j;
}

// Takes the job; the caller drops the report.
static inline json_t *report_of(struct backtest_job *j)
{
    char why[300];
    char *text = backtest_report(j, NULL, NULL, why, sizeof why);
    if (text == NULL) {
        fail_msg("%s", why);
    }
    json_t *o = json_loads(text, 0, NULL);
    free(text);
    backtest_close(j);
    return o;
}

static inline json_t *report(struct world *w, const struct backtest_query *q)
{
    return report_of(opened(w, q));
}

#endif
