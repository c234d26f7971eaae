// trends: what the days that are over say: series, hours of the week, rankings, reasons, comparisons, the SKM
// report, coverage and up-time, gaps between expectation and perception, and
// all that by service, counter, audience or by phone (store_segments.h; of phones nobody knows how complete they are). JSON texts for the API and puasctl, read from the rollups by local day only (rollups.h), never from
// answers.
//
// Every figure stands with n and a 95 % interval that allows for days (trend_stats.h):
//
//   {"n", "days", "good", "share", "lo", "hi", "clustered", "enough",
//    "index": {"value", "lo", "hi", "error"} or "nps": the same}
//
// Where a reason is asked for, n are the visits that answered its question, and instead of share and index stands
//
//   "named": {"good", "share", "lo", "hi", "clustered"}     good: those that named it
//
// so that nobody takes it for how satisfied they are.
//
// share: answers on the top two faces of 4 to 10, on the top one of 2 and 3. A question with eleven levels is
// NPS: it has no share. enough false: n is under 30, and nothing should be concluded. Under 5 votes only n is
// told.
//
// Every report says how complete its votes are (protocol rule 9):
//
//   "coverage": {"stored", "known", "share", "missing", "lost", "notHeard", "asOf", "complete"}
//
// known: stored and missing. notHeard: kiosks that have not been heard since the end; asOf: when the one that has
// been silent longest was heard last (ms; null when complete). A vote that is missing has no day yet: it counts
// on each on which its kiosk's epoch ran.
//
// Every report names the standard that holds at its place, for its question: "promise": {"id", "target": 85, in percent,
// "name": {language: text}}, or null.
//
// Privacy: branch figures of today move in steps (views.h), and these take no part in that: they end
// yesterday, by the clock of the place that is farthest behind among those counted. `building` true: some
// days of the place are not rolled up yet (puasctl status), figures are too small.
#ifndef PUAS_AGGREGATOR_TRENDS_H
#define PUAS_AGGREGATOR_TRENDS_H

#include "aggregator/query.h"
#include "aggregator/views.h"

// What is asked, as texts; borrowed. NULL or "": the default.
struct trend_query {
    const char *place;      // id; needed
    const char *question;   // id; default: 'overall', or what is asked most there
    const char *from, *to;  // local days "YYYY-MM-DD", both counted; default: the four weeks up to yesterday
    const char *by;         // series, coverage: day, week (from Monday), month
    const char *weekday;    // series: these days only, 0 (Sunday) to 6
    const char *hour;       // series: this hour only, 0 to 23
    const char *of;         // ranking: branches (default), children: the places right under it
    const char *at;         // effect: the first day of the change; needed
    const char *days;       // effect: so many before and from `at` on, 3..366; default 28
    const char *control;    // effect: ids of places where nothing changed, separated by commas
    const char
        *segment; // series, compare, effect, scores: "service:ID", "counter:ID", "other"
    const char *reason; // series, grid, ranking, compare, effect: how often it is named: "QUESTION:ID", as `reasons` lists them
    const char *visits; // of reason: all (default), unhappy, happy: of whose answers
    const char *lang;       // of the labels of reasons; default: id
    const char *goal, *goal_from, *goal_by; // goal: as if this were the standard's: percent, days; default: what is set
    const char *population; // skm: people served, for the sample size; default: without end
};
extern const struct query_field trend_fields[];

struct trend_problem {
    const char *field; // static
    char why[200];
};
enum trends_error {
    TRENDS_OK,
    TRENDS_NOT_FOUND, // no such place, or not within the user's scope; no such report
    TRENDS_BAD,       // a field is wrong: *ret_problem
    TRENDS_FAILED,    // views_why
};
// `what`: series, grid, ranking, reasons, compare, effect, skm, coverage, gaps, scores, segments, goal, marks, staff or late. u NULL: every place. The caller frees
// *ret_json.
enum trends_error trends_read(struct views *v, const struct views_user *u, const char *what,
                              const struct trend_query *q, wall_ms now, struct trend_problem *ret_problem,
                              char **ret_json);

struct sqlite3;
// What SQL of the reports calls, for a connection. False: out of memory.
bool trends_register(struct sqlite3 *db);

// Days since 1970-01-01 as texts.
bool trend_day_parse(const char *text, int32_t *ret_day); // "2026-11-24", a day that exists
const char *trend_day_text(int32_t day, char ret[16]);

#endif
