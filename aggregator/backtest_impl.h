// backtest_impl: what the files of the report share. Not for others.
#ifndef PUAS_AGGREGATOR_BACKTEST_IMPL_H
#define PUAS_AGGREGATOR_BACKTEST_IMPL_H

#include "aggregator/backtest.h"
#include "aggregator/backtest_report.h"
#include "aggregator/org.h"

struct backtest_job {
    struct views *v; // owned
    struct org org;
    int32_t top;      // the place asked for
    int32_t from, to; // local days [from, to)
    wall_ms from_ms, to_ms;
    bool counts_late;
    struct store_rule rules[BACKTEST_RULES]; // as if saved at `top`
    char *given[BACKTEST_RULES];             // owned
    int rule_count;
    size_t *unit_of;             // owned: by number of the place; SIZE_MAX: not asked for
    struct backtest_unit *units; // owned
    size_t unit_count;
    struct ident *names; // owned: by name_id
    int32_t name_count;
    int64_t expected_votes; // so many there are, by the rollups
    int64_t votes, late;    // read
};

// Does a standard judge the place, or places under it?
bool backtest_concerns(const struct backtest_job *j, const struct store_rule *r);
// The report of a test that has ended; NULL: out of memory.
char *backtest_json(const struct backtest_job *j, const struct backtest *b);

#endif
