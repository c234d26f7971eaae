// views_impl: what the views_*_sqlite.c files share. Not for others.
//   views_sqlite.c         connection, people, session
//   views_branch_sqlite.c  a branch in memory: its places, kiosks, hours, promise, what is not released yet
//   views_today_sqlite.c   score, hours, reasons, kiosks, coverage
//   views_alert_sqlite.c   the alerts of a branch
//   views_people_sqlite.c  what people do about one
//   views_votes_sqlite.c   the votes behind one
//   views_channels_sqlite.c the outbox of notifications
//   views_shares_sqlite.c   links to one view
//   views_wall_sqlite.c    a branch on a screen
//   views_phones_sqlite.c   the survey on the customer's own phone
//   views_verdicts_sqlite.c the day without suspects
//   views_tokens_sqlite.c  tokens of programs
//   views_history_sqlite.c alerts and the audit log, page by page
//   views_manage_sqlite.c  the organisation as head office runs it
//   views_content_sqlite.c what kiosks show and ask, and will
//   views_improvements_sqlite.c  the improvement log
//   views_metrics_sqlite.c how many, for monitoring
#ifndef PUAS_AGGREGATOR_VIEWS_IMPL_H
#define PUAS_AGGREGATOR_VIEWS_IMPL_H

#include "aggregator/engine.h"
#include "aggregator/store_impl.h"
#include "aggregator/views.h"
#include "shared/tz.h"

#include <jansson.h>

enum {
    QUARTER_MS = 900000,
    MINUTE_MS = 60000,
    HOUR_MS = 3600000,
    DAY_MS = 86400000,
    LEVELS_MAX = 10, // more levels are no faces (NPS has 11): not part of a score
    MIN_VOTES = 5,   // below this no verdict
    BRANCH_PLACES = 200, // places of one branch that are looked at
    BRANCH_KIOSKS = 500,
    COSTS = 16,
};

// As pages show a user: an expression of SQL.
#define SHOWN(name) "coalesce((SELECT display FROM user WHERE user.name = " name "), " name ")"

struct views {
    struct views_options o;
    char path[500];
    struct store *st; // read-only; NULL: not open
    bool failed;      // in this call
    char why[600];
    struct cost { // engine_rule_cost takes milliseconds: remembered by rule version and traffic
        int32_t rule, version;
        int64_t votes;
        double usual;     // of a change
        double days, arl; // days NAN: never
    } costs[COSTS];
    int cost_next;
};

// A correction of the rollups: a scored vote to take off (by -1) or put back (+1).
struct correction {
    int32_t place, kiosk, name;
    wall_ms at;
    int score, levels, by;
};

struct branch_kiosk {
    int32_t kiosk, place;
    char id[IDENT_MAX + 1], name[81];
    int state; // enum kiosk_state
    wall_ms since, heard_at;
    int64_t unacknowledged;
    int clock; // enum clock_quality
    char reason[65], software[25];
    char content[PROTOCOL_HASH_HEX + 1],
        refused[PROTOCOL_WHY_MAX + 1]; // of documents: hash in force, why not the newest
    bool here; // stands here now; else it did today
    int64_t votes, missing, lost;
    wall_ms last_vote; // 0: none
    bool silent;
    wall_ms silent_since;
};

struct branch_place {
    int32_t place;
    char id[IDENT_MAX + 1], name[81];
};

struct branch {
    int32_t place;
    enum role role; // of whom it is shown to; viewer: of nobody in particular
    char id[IDENT_MAX + 1], name[81], tz_name[65];
    json_t *path;  // owned: names above, from the top
    struct tz *tz; // owned; NULL: UTC
    struct hours hours;
    bool has_hours;
    struct hours_dates *dates; // owned: special days
    int64_t released, rev; // events after `released` are hidden
    wall_ms released_at;
    wall_ms now, day, next_day;                // today, local
    struct branch_place places[BRANCH_PLACES]; // itself first
    int place_count;
    struct branch_kiosk *kiosks; // owned
    int kiosk_count;
    struct correction *corrections; // owned
    int correction_count, correction_room;
    bool has_promise;
    struct engine_rule promise;
    json_t *promise_name;     // owned
    int32_t promise_question; // name_id; 0: every question
    json_t *labels;           // owned: option id -> texts
};

struct counts {
    int64_t n, good;
};

// A transaction around a call. begin false: it cannot be read (noted).
bool views_begin(struct views *v);
enum views_error views_end(struct views *v, enum views_error e);
// The same of a reading that made a document (views_dump), which the caller gets when all went well. text NULL: it failed.
enum views_error views_end_text(struct views *v, char *text, char **ret_json);
// One step of a statement; notes failures in v->failed.
bool views_row(struct views *v, sqlite3_stmt *s);
// Is `place` the user's or below it?
bool views_in_scope(struct views *v, int32_t place, int32_t scope);
struct views_user views_read_user(sqlite3_stmt *s); // columns: user_id, name, display, role, place_id, lang
// VIEWS_NOT_FOUND unless the user's scope holds it. sql: the place_id of what ?1 names.
enum views_error views_may_see(struct views *v, const struct views_user *u, const char *sql, const char *id);
char *views_dump(json_t *o); // takes o; NULL: out of memory
// The content in force at a place, its own or the nearest above; a new reference. NULL: nothing was pushed there.
json_t *views_content(struct views *v, int32_t place);

bool views_read_set(struct views *v, const struct settings *s, struct channel_set *ret_set); // false: noted in v->failed
// {"quiet": [{days, open, close}], "quietFor": [severity]}: when a channel waits, and with what; [] of severities: with both.
json_t *views_quiet_json(const struct channel *ch);

// Loads a branch as of `now`. Finish it in every case.
enum views_error branch_load(struct views *v, const char *id, wall_ms now, struct branch *ret_b);
void branch_finish(struct branch *b);
const struct branch_place *branch_place(const struct branch *b, int32_t place); // NULL: not of it
struct branch_kiosk *branch_kiosk(const struct branch *b, int32_t kiosk);       // NULL: not of it
struct hours_zone branch_zone(const struct branch *b); // valid while b is
struct hours_period branch_period(const struct branch *b, wall_ms at);
// Votes that a kiosk counted in an epoch (`counted`: epoch.known) and that are not here.
int64_t views_missing(struct views *v, int32_t epoch, const char *counted, int64_t next, int64_t through);
// The first event that arrived at or after `at` (events are numbered in order of arrival).
int64_t views_first_event_since(struct views *v, wall_ms at);
// Whatever has arrived since then has at least this number, and some that came before: answers are numbered as they arrive,
// and the last pack that begins before may hold later ones.
int64_t views_arrived_since(struct views *v, wall_ms at);
json_t *branch_label(const struct branch *b, const char *option); // new reference: texts of a reason

// The day's votes by distance from the best face, as of the last step; returns the levels of the scale, 0: no
// vote.
int branch_faces(struct views *v, struct branch *b, int64_t ret_faces[LEVELS_MAX]);

bool score_is_happy(int score, int levels, int top_faces);
json_t *interval_json(const struct counts *c); // n, good, share, lo, hi
const char *verdict_of(const struct counts *c, const struct branch *b);
json_t *null_or_int(int64_t value, bool known);
json_t *null_or_real(double value, bool known);

// Adds to `named` (option -> count) the reasons given after an unhappy face by events first..last of one
// place, event times [from, to), and counts those answers.
void reasons_add(struct views *v, int32_t place, int64_t first, int64_t last, wall_ms from, wall_ms to,
                 int top_faces, json_t *named, int64_t *answered);
// [{id, label, n}] from `named`, most often named first.
json_t *reasons_json(const struct branch *b, json_t *named);
// Minutes of opening hours a vote of the last four weeks; 0: not known.
double kiosk_usual_gap_min(struct views *v, const struct branch *b, int32_t kiosk);

// ---------------------------------------------------------------- alerts
struct alert {
    int64_t number;
    char id[IDENT_MAX + 1], state[16], rule_id[IDENT_MAX + 1], closed_by[81], ack_by[81];
    int32_t rule, version, place, kiosk;
    wall_ms since, raised, closed, ack_at, ack_until;
    wall_ms reopened; // 0: no follow-up (store_people.h)
    int64_t flaps, first_event, last_event, limit, start; // start: points before first_event
    struct engine_rule r;
    json_t *name; // owned
    struct alert_change { // what a change was judged by; parts.count 0: another kind
        double usual;
        double spread; // part of it that is there for days that differ
        int32_t base;               // by_hour: usual share of all hours together (ENGINE_SHARE_UNITS); 0: one chart for all of them
        char hours[HOURS_WEEK + 1]; // by_hour; "": of an alert from before they were kept: no curve
        struct change parts;
        int start[CHANGE_PARTS], points[CHANGE_PARTS]; // before first_event; at the last alarm
        int reached;                                   // the first part that was at its limit then
    } change;
};

// One judged vote, in order of arrival.
struct judged {
    int64_t event;
    int32_t place, kiosk;
    wall_ms at;
    int score, levels;
    bool unhappy, happy; // of a share rule a vote may be neither named nor happy
};

struct votes {
    struct judged *items; // owned
    int count, room;
};

// The alerts of the page, most severe first; marks silent kiosks.
json_t *branch_alerts(struct views *v, struct branch *b);
// Adds assigned, reopened, offer, silence, playbook, recovery.
void alert_people(struct views *v, const struct branch *b, const struct alert *a, json_t *o);
// One of the branch's alerts; a->name is the caller's. False: not there, or failed.
bool alert_load(struct views *v, const struct branch *b, const char *id, struct alert *ret_a);
// The votes an alert speaks of, up to the last step: the cycle of a standard or change, a share's window. The caller frees
// items.
struct votes alert_votes(struct views *v, const struct branch *b, const struct alert *a);
json_t *votes_curve(const struct branch *b, const struct alert *a, const struct votes *votes); // points
json_t *votes_places(const struct branch *b, const struct votes *votes);                       // where, worst first
// The document that `make` (NULL: there is none) makes of an alert and its branch. u NULL: whoever asks may see it.
enum views_error views_of_alert(struct views *v, const struct views_user *u, const char *alert, wall_ms now,
                                json_t *(*make)(struct views *v, struct branch *b, const char *alert),
                                char **ret_json);

#endif
