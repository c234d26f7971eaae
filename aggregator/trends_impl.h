// trends_impl: what the trends files share. Not for others.
//   trends_sqlite.c   who asks for which place and days; reading the rollups
//   trends_days_sqlite.c  days of a place summed within SQLite
//   trends_figure.c   days -> share, index, NPS with interval
//   trends_report.c   series, grid, ranking
//   trends_reasons.c  reasons, by unhappy and happy visits
//   trends_reason_sqlite.c  one of them as the filter
//   trends_change.c   comparison with the period before, effect of a change
//   trends_gaps.c     expectation against perception; what each question scores
//   trends_skm.c      the SKM report
//   trends_goal.c     the way to the goal of a standard (trend_goal.h)
//   trends_marks_sqlite.c  what happened: alerts, improvements
//   trends_staff_sqlite.c  what the own people say
//   trends_late_sqlite.c  what standards would have told of, had late answers been in time
//   trends_coverage*  what is not here, and how long kiosks were there
//   trend_calendar.c  days and dates
#ifndef PUAS_AGGREGATOR_TRENDS_IMPL_H
#define PUAS_AGGREGATOR_TRENDS_IMPL_H

#include "aggregator/trend_goal.h"
#include "aggregator/trend_stats.h"
#include "aggregator/trends.h"
#include "shared/ident.h"

#include <jansson.h>

enum {
    TREND_ALL = -1,
    TREND_LEAST_N = 5,     // below it only n is told
    TREND_DAYS_MAX = 1100, // three years of a report
    TREND_UNITS_MAX = 2000,
    TREND_REASON_DAYS_MAX = 25000, // of all places that a reason ranks: 45 ms of seven options a day
    TREND_REASON_HOURS_MAX = 2200, // days of all places that its hours are of: they lie by the quarter hour
    TREND_CONTROLS_MAX = 20,
    TREND_HOURS = 24,
    TREND_DAY_QUARTERS = 96,
    TREND_EDGE_QUARTERS = 56, // no clock is farther from UTC than 14 hours
    TREND_NPS_LEVELS = 11,
    TREND_LATE_DAYS = 8, // a week, whichever weekday it begins with
};

struct sqlite3_stmt;

struct trend_row { // votes of one day (and hour) and scale
    int32_t place, day;
    int hour, levels;
    int64_t c[TREND_LEVELS_MAX];
};
struct trend_rows {          // ascending by day
    struct trend_row *items; // owned
    size_t count, room;
    bool named; // votes are visits that answered, of two levels: did not name the reason, named it
};
struct trend_days { // of a place, summed: what they say of each other from day to day (trend_unit_days)
    int64_t n, good, days;
    double good_squares, products, n_squares;
};
struct trend_place {
    int32_t number;
    int kind; // enum place_kind
    char id[IDENT_MAX + 1], name[81];
};
struct trend_count { // of a kiosk, a place, a reason
    int32_t id;
    int64_t n;
};
struct trend_named { // of one day: how often an option was named; 0: beside another in one answer
    int32_t option, day;
    int64_t n[3]; // by enum rollup_named
};
struct trend_named_rows {      // ascending by option, then by day
    struct trend_named *items; // owned
    size_t count, room;
};
struct trend_filter { // the reason that is asked for; option 0: none
    char question_id[IDENT_MAX + 1], option_id[IDENT_MAX + 1];
    int32_t question, option; // name_id
    int visits;               // enum rollup_named: whose
    const char *visits_name;  // static
    json_t *label;            // owned
};
struct trend_asked { // what the newest document says of a question
    int32_t name;
    char dimension[IDENT_MAX + 1]; // may be ""
    int aspect;                    // enum survey_aspect
    bool choice;                   // else it is a rating
};
struct trend_asked_list {
    struct trend_asked *items; // owned
    size_t count, room;
};
struct trend_counts {
    struct trend_count *items; // owned
    size_t count, room;
};

struct trends {
    struct views *v;
    const struct views_user *u; // NULL: every place
    const struct trend_query *q;
    struct trend_problem *problem;
    struct trend_place place;
    bool building;
    wall_ms now;
    int32_t yesterday, from, to; // [from, to)
    int32_t question;            // name_id; 0: there are no votes
    char question_id[IDENT_MAX + 1];
    int32_t segment; // TREND_ALL: of any and of none
    struct trend_filter reason;
    json_t *promise; // owned
    struct trend_goal goal; // of the promise; target 0: none
    enum { SCALE_UNKNOWN, SCALE_SHORT, SCALE_LONG } scale; // of the question: are there more than five levels?
    enum trends_error error;
};

// ---------------------------------------------------------------- reading; false: failed, or *t says what is
// wrong
bool trends_wrong(struct trends *t, const char *field, const char *why); // false
bool trends_no_memory(struct trends *t);                                 // false
// The end of a reading of `s`; memory false: it ran out. False: failed.
bool trends_done(struct trends *t, struct sqlite3_stmt *s, bool memory);
bool trends_find_place(struct trends *t, const char *id, struct trend_place *ret_p);
bool trends_find_name(struct trends *t, const char *id, int32_t *ret_name); // 0: none
bool trends_name_id(struct trends *t, int32_t name, char *ret);             // IDENT_MAX + 1 bytes
// What is asked for, or else what is asked most in the days from..to.
bool trends_find_question(struct trends *t);
// Rows are appended.
bool trends_load_days(struct trends *t, int32_t place, int32_t question, int32_t from, int32_t to,
                      struct trend_rows *rows);
// Of a reason: the rows above, those of a ranking, and the visits that named it at the place by unhappy and happy ones.
bool trends_find_reason(struct trends *t, bool possible);
json_t *trends_reason_json(const struct trends *t); // {"question", "id", "label", "visits"}, or null
bool trends_load_reason_days(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_rows *rows);
bool trends_load_reason_hours(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_rows *rows);
bool trends_load_reason_unit(struct trends *t, int32_t place, struct trend_unit *ret_u);
bool trends_load_reason_visits(struct trends *t, int32_t from, int32_t to, struct trend_rows *rows);
bool trends_load_hours(struct trends *t, int32_t place, int32_t from, int32_t to, struct trend_rows *rows);
// Votes of t->from..to on faces, with what they say of each other from day to day.
bool trends_load_unit(struct trends *t, int32_t place, struct trend_unit *ret_u);
// Branches under the place, or the places right under it. The caller frees *ret.
bool trends_load_units(struct trends *t, bool branches, struct trend_place **ret, size_t *ret_count);
// Where the votes come from: kiosks at and under a branch or area, else the places right under it.
bool trends_load_mix(struct trends *t, int32_t place, int kind, int32_t from, int32_t to,
                     struct trend_counts *counts);
// Questions with reasons in the period, then how often each reason of one was named.
bool trends_load_choice_questions(struct trends *t, struct trend_counts *counts);
bool trends_load_named(struct trends *t, int32_t question, struct trend_named_rows *rows);
// Questions of faces, NPS and choice in the documents that were pushed.
bool trends_load_asked(struct trends *t, struct trend_asked_list *list);
// Questions with ratings in the period, the most answered first.
bool trends_load_questions(struct trends *t, struct trend_counts *counts);
// What a place tells apart; "other" last, if there is any. Items are numbers; trends_segment_id their ids.
bool trends_load_segments(struct trends *t, struct trend_counts *counts);
bool trends_segment_id(struct trends *t, int32_t segment, char ret[80]);
// An option's words from the newest document that has them, in the language asked for, else in Indonesian, else in
// English; else its id. A JSON string.
bool trends_label(struct trends *t, int32_t question, const char *option, json_t **ret_label);
// The question of a dimension in the survey `skm`; *ret_name 0: none.
bool trends_find_element(struct trends *t, const char *dimension, const char *usual_id, int32_t *ret_name);

void trend_days_add(struct trend_days *d, int64_t n, int64_t good); // one day
bool trend_rows_add(struct trend_rows *rows, const struct trend_row *row);
bool trend_counts_add(struct trend_counts *counts, int32_t id, int64_t n); // a row of its own

// ---------------------------------------------------------------- calendar
enum trend_by { TREND_BY_DAY, TREND_BY_WEEK, TREND_BY_MONTH };
bool trend_by_parse(const char *text, enum trend_by *ret);
int32_t trend_by_next(int32_t day, enum trend_by by); // first day of the next week, month
int trend_weekday(int32_t day);                       // 0 = Sunday

// ---------------------------------------------------------------- figures
struct trend_figure {
    bool nps; // most votes are of eleven levels; votes of the other kind are left out
    bool named; // the share is of those that named a reason
    int64_t n;
    struct trend_share share; // not nps
    struct trend_mean mean;   // index 0..100, nps -100..100
    bool known;               // there are votes
};
// Of rows with from <= day < to.
bool trend_figure(const struct trend_rows *rows, int32_t from, int32_t to,
                  struct trend_figure *ret); // memory
json_t *trend_figure_json(const struct trend_figure *f);
// {"value", "lo", "hi", "error"}
json_t *trend_value_json(double value, const struct stats_interval *i, double error);
int64_t trend_row_good(const struct trend_row *r); // answers on the top faces
bool trend_is_nps(const struct trend_rows *rows);

// {"place", "question", "promise", "from", "to", "building", "least": 30}
json_t *trends_head(const struct trends *t);
json_t *trends_place_json(const struct trend_place *p);
// NULL, and t->error where nothing stands there yet. Drops o, which may be NULL.
json_t *trends_failed(struct trends *t, json_t *o);

// ---------------------------------------------------------------- reports; NULL: t->error tells
json_t *trends_series(struct trends *t);
json_t *trends_grid(struct trends *t);
json_t *trends_ranking(struct trends *t);
json_t *trends_reasons(struct trends *t);
json_t *trends_compare(struct trends *t);
json_t *trends_effect(struct trends *t);
json_t *trends_skm(struct trends *t);
json_t *trends_gaps(struct trends *t);
json_t *trends_goal(struct trends *t);
json_t *trends_scores(struct trends *t);
json_t *trends_coverage(struct trends *t);
json_t *trends_segments(struct trends *t);
json_t *trends_marks(struct trends *t);
json_t *trends_staff(struct trends *t);
json_t *trends_late(struct trends *t);
// How complete the votes of from..to are; stands in every report.
json_t *trends_coverage_note(struct trends *t);

#endif
