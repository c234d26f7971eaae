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

struct backtest_stored { // a vote
    int64_t event;
    wall_ms at, arrived;
    int32_t place, kiosk, name;
    int8_t score, levels;
};

struct backtest_window {
    struct backtest_job *j;
    enum {
        BACKTEST_IN_TIME,   // votes that arrived within and were not late: what is judged live
        BACKTEST_BY_TIME,   // those whose own time is within, late or not, as if they had arrived then
        BACKTEST_LATE_ONES, // of these the late ones, counted only
    } what;
    wall_ms from, to;
    struct backtest_stored *votes; // owned
    size_t count, room;
    int64_t late;
    bool full, memory; // memory: it ran out
};

// Reads places [first_place, end_place), in one short transaction. False: it failed.
bool backtest_read_window(struct backtest_window *w, int32_t first_place, int32_t end_place);
// Counts those that are left out: of the days tested, however late they came.
bool backtest_count_late(struct backtest_job *j, bool (*go)(void *ctx), void *ctx);
int backtest_by_event(const void *a, const void *b); // for qsort
int backtest_by_time(const void *a, const void *b);

// Does a standard judge the place, or places under it?
bool backtest_concerns(const struct backtest_job *j, const struct store_rule *r);
// The report of a test that has ended; NULL: out of memory.
char *backtest_json(const struct backtest_job *j, const struct backtest *b);

#endif
