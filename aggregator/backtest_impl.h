// backtest_impl: what the files of the report share. Not for others.
#ifndef PUAS_AGGREGATOR_BACKTEST_IMPL_H
#define PUAS_AGGREGATOR_BACKTEST_IMPL_H

#include "aggregator/backtest.h"
#include "aggregator/backtest_report.h"
#include "aggregator/org.h"
#include "aggregator/rates.h"
#include "aggregator/store_presence.h"

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
    // Kiosks that stand there, ascending; none when what they did is not fed: late ones count, or it is not known.
    struct backtest_kiosk *kiosks; // owned
    struct backtest_standing {
        wall_ms since; // where it is now
        wall_ms heard; // as of now, at last
        struct rates rates; // of `ratings` from taken to before added
        size_t taken, added, end; // those of the kiosk end there
    } *standings; // owned, as `kiosks`
    size_t kiosk_count;
    wall_ms known;                // since when what kiosks did is known; INT64_MAX: it is not
    wall_ms told_from;            // it is read since then: some days before the rules begin, or since it is known
    wall_ms listened;             // as backtest_options
    int64_t inhibit_ms, lost_ms;  // of engine_config, as the aggregator has them
    struct backtest_rating {
        int32_t kiosk, quarter; // index of the kiosk
        int64_t votes;
    } *ratings; // owned, ascending; when a rule is about silence
    size_t rating_count, rating_room;
    int64_t expected_votes; // so many there are, by the rollups
    int64_t votes, late;    // read
    void (*transition)(void *ctx, const struct engine_transition *t); // as backtest_options; NULL: none is told
    void *transition_ctx;
};

struct backtest_stored { // a vote
    int64_t event;
    wall_ms at, arrived;
    int32_t place, kiosk, name;
    int8_t score, levels;
    bool late, unscored; // a sign of life, and no vote that is judged
};

struct backtest_told { // what a kiosk or the aggregator did
    struct store_presence r;
    wall_ms until; // as presence_again
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
    struct backtest_told *told; // owned; in the order in which it was told
    size_t told_count, told_room;
    int64_t late;
    bool signs;        // what shows that a kiosk is in use counts as a vote too
    bool full, memory; // memory: it ran out
};

// Reads votes of places [first_place, end_place), and with `told` what kiosks did, in one short transaction. False: it failed.
bool backtest_read_window(struct backtest_window *w, int32_t first_place, int32_t end_place, bool told);
// Counts those that are left out: of the days tested, however late they came.
bool backtest_count_late(struct backtest_job *j, bool (*go)(void *ctx), void *ctx);
int backtest_by_event(const void *a, const void *b); // for qsort
int backtest_by_time(const void *a, const void *b);

// ---------------------------------------------------------------- backtest_kiosks_sqlite.c, in a transaction each
bool backtest_find_kiosks(struct backtest_job *j);        // and since when they are known
bool backtest_read_told(struct backtest_window *w);       // false: it failed; w->full and w->memory as for votes
bool backtest_read_ratings(struct backtest_job *j);       // from which usual rates are made
bool backtest_rates(void *ctx, size_t kiosk, wall_ms at, float ret_per_hour[HOURS_WEEK], bool *ret_known); // ctx: the job

// Does a standard judge the place, or places under it?
bool backtest_concerns(const struct backtest_job *j, const struct store_rule *r);
// The report of a test that has ended; NULL: out of memory.
char *backtest_json(const struct backtest_job *j, const struct backtest *b);

#endif
