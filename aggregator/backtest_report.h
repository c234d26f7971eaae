// backtest_report: a back-test (backtest.h) of the stored votes of a place, as JSON for the API and puasctl.
//
//   {"place", "from", "to", "tz", "days", "places", "votes", "late", "lateCounted",
//    "kiosks": {"count", "from"} or null,  when a setting is about kiosks
//    "standards": [{"id", "rule"}],        in force here, of a kind that can be tested
//    "settings": [{"given", "rule",        as the store keeps rules (rules_json.h)
//      "alerts": [{"place": {"id", "name"}, "kiosk": {"id", "name"} or null, "since", "raised", "until", "votes", "minutes", "n", "unhappy", "points",
//                  "limit", "usual", "flaps", "both"}],
//      "count", "aMonth",                  alerts; `alerts` holds the first 2,000
//      "inAlert",                          share of opening hours
//      "votes",                            that it judged
//      "expected": {"aMonth", "votes", "days", "learning"} or null,
//      "cost": {"usual", "parts": [{"up", "down", "limit"}], "seen": [{"unhappy", "votes"}]} or null}],
//    "compare": {"both", "first", "second"} or null}
//
// expected: false alarms, were nothing ever wrong: exact, by the chain of the rule at its usual share, with the votes and
// openings of each place; `votes` and `days` between two of them (null: never). Null: the rule has no chain (share).
// learning: places left out, since what is usual there was not known. cost: points, and mean votes to see a share of
// unhappy ones, for the place with most votes. Times are ms UTC, until null: still open.
//
// Rules about kiosks (silence, offline, coverage, clock, tamper) have an alert a kiosk; minutes are from when it was last
// heard of (silence: the last vote). expected: silence has a false alarm after `probability` of the votes, the others
// raise none by chance (backtest.h); learning: kiosks. What kiosks did is kept since the first start that kept it, and as
// long as answers are: kiosks.from is the first day of that in these days (null: none of them), figures a month are of
// the days from then on.
//
// Votes. Those that came late are never judged live, so they are left out here; `late` says how many there are of these
// days. With late=counted
// they are judged as if they had come in time: history that was imported came late as a whole. Like trends a back-test
// ends yesterday, by the clock of the place that is farthest behind; its first day begins at midnight of the place asked for.
//
// Files: backtest_sqlite.c what is asked, backtest_window_sqlite.c and backtest_kiosks_sqlite.c read, backtest_json.c writes, backtest.c tests.
#ifndef PUAS_AGGREGATOR_BACKTEST_REPORT_H
#define PUAS_AGGREGATOR_BACKTEST_REPORT_H

#include "aggregator/trends.h"

struct backtest_query {    // texts, borrowed; NULL or "": the default
    const char *place;     // id; needed
    const char *from, *to; // local days, both counted; default: the 90 days up to yesterday
    const char *a,
        *b; // settings: a standard's id, or what a standard of the configuration says but for its id and place:
            // "kind: share, percent: 40", or YAML of several lines. Default of a: the promise in force at the
            // place, else `kind: standard`; of b: no second one
    const char *late; // left-out (default), or counted: not for rules about kiosks
};
extern const struct query_field backtest_fields[];

struct backtest_job;
// u NULL: every place. votes_most: of more votes it is refused (0: never). Errors as trends_read; TRENDS_FAILED: ret_why
// (n bytes) says why. A read-only connection of its own; one thread at a time.
enum trends_error backtest_open(const char *path, const struct views_user *u, const struct backtest_query *q,
                                wall_ms now, int64_t votes_most, struct backtest_job **ret_j,
                                struct trend_problem *ret_problem, char *ret_why, size_t n);
// The report; the caller frees it. `go` (NULL: none) is asked now and then; false: enough. No transaction is open for
// longer than it takes to read some 200,000 votes, and no more than a million of them are in memory. NULL: ret_why (n
// bytes), "" when `go` had enough.
char *backtest_report(struct backtest_job *j, bool (*go)(void *ctx), void *ctx, char *ret_why, size_t n);
void backtest_close(struct backtest_job *j); // accepts NULL

#endif
