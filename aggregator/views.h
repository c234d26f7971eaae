// views: what pages and puasctl read, as JSON texts of the wire types in assets/web/src/api.ts. Each struct
// views is one read-only connection (WAL: never in the way of the writer); one thread at a time may use it.
// Every call reads within one short transaction, so that all its figures agree.
//
// Privacy: branch figures are those of the last step. Scores, counts, reasons, last-vote times and curves
// leave out the branch's events after its `released` mark; rollups hold them already, so they are taken off
// again here.
//
//   figure of a span = tally(span) - unreleased scored votes + votes whose void is not released yet
#ifndef PUAS_AGGREGATOR_VIEWS_H
#define PUAS_AGGREGATOR_VIEWS_H

#include "aggregator/engine.h"
#include "aggregator/password.h"
#include "aggregator/settings.h"
#include "shared/clock.h"
#include "shared/protocol.h"

#include <stdbool.h>
#include <stdint.h>

struct views;
struct share; // store_share.h
struct channel_set; // channel_set.h

enum views_error {
    VIEWS_OK,
    VIEWS_NOT_FOUND, // no such branch, alert, user or session, or not within the scope
    VIEWS_FAILED,    // the database cannot be read now, or memory ran out; views_why tells
};

struct views_options {
    const char *path;   // of the database
    int64_t offline_ms; // a kiosk that was not heard for so long may hold votes that nobody knows
    int step_votes;     // only shown
    int64_t step_ms;    // only shown
};

// What a link opens: trends and reports of a place; a screen for the staff room; a screen for customers.
enum share_view { SHARE_REPORT, SHARE_WALL, SHARE_BOARD };

struct views_user {
    int32_t user, place; // place: the scope, this subtree
    char name[65], display[81], lang[9];
    enum role role;
    bool shared; // nobody: came by a link (store_share.h)
    enum share_view view; // of it
};

// Opens on first use: the file may be made later. NULL: out of memory. `path` is copied.
struct views *views_create(const struct views_options *o);
void views_destroy(struct views *v); // accepts NULL
const char *views_why(const struct views *v);

// ---------------------------------------------------------------- people
// ret_hash holds PASSWORD_HASH_BYTES.
enum views_error views_user(struct views *v, const char *name, struct views_user *ret_u, char *ret_hash);
// Whose session has this token hash at `now`?
enum views_error views_session_user(struct views *v, const uint8_t token[32], wall_ms now,
                                    struct views_user *ret_u);

// Who comes by a link with this token hash, and the link.
enum views_error views_share_user(struct views *v, const uint8_t token[32], wall_ms now, struct views_user *ret_u,
                                  struct share *ret_s);
// The zone that holds at a place (65 bytes).
enum views_error views_place_zone(struct views *v, const char *place, char *ret_tz);
// VIEWS_OK when it exists and lies within the user's scope.
enum views_error views_may_end_share(struct views *v, const struct views_user *u, int64_t number);
// Whose token has this hash at `now`? Its name is "token:NAME". *ret_used: when it was used last, 0: never.
enum views_error views_token_user(struct views *v, const uint8_t token[32], wall_ms now, struct views_user *ret_u,
                                  wall_ms *ret_used);
// Of these, a user of place 0 (the control token) sees all.
// {"tokens":[{name, role, place, created, createdBy, expires, expired, lastUsed}]} of places within the scope
enum views_error views_tokens(struct views *v, const struct views_user *u, wall_ms now, char **ret_json);
enum views_error views_may_see_place(struct views *v, const struct views_user *u, const char *place);
enum views_error views_may_see_token(struct views *v, const struct views_user *u, const char *name);

// ---------------------------------------------------------------- pages; each text is malloc'd, the caller
// frees
// holds: nothing is stored now (guard.h), passed on.
enum views_error views_session(struct views *v, const struct views_user *u, const char *version, bool holds,
                               char **ret_json);
enum views_error views_today(struct views *v, const struct views_user *u, const char *branch, wall_ms now,
                             char **ret_json);
// The same day with and without the presses that verdicts name: {place, rev, step, raw, filtered, suspects,
// rules}. raw and filtered: {score: {n, good, share, lo, hi}, tally: [{score, n}]}; rules: [{rule, version, n}].
// raw = filtered + suspects, score by score; suspects come in whole steps.
enum views_error views_verdicts(struct views *v, const struct views_user *u, const char *branch, wall_ms now,
                                char **ret_json);
enum views_error views_alert_votes(struct views *v, const struct views_user *u, const char *alert,
                                   wall_ms now, char **ret_json);
// {"branch":{id,name,tz},"alert":...}, the alert as on its branch's page, so that messages tell no more than that.
enum views_error views_alert(struct views *v, const char *alert, wall_ms now, char **ret_json);
// {"channels":[{id, kind, lang, stored, secret, sends, waiting, sentToday, deadToday, lastSent, attempts, reply}], "dead":[message]}:
// stored: of the organisation's document, not of the settings; secret: "none", "there", "missing", "elsewhere" (it was put for
// another address) or "unreadable"; attempts and reply of what waits after a failure; today: the last 24 hours; dead: the newest 50.
enum views_error views_channels(struct views *v, const struct settings *s, wall_ms now, char **ret_json);
// Channels and mailings in force, to be finished by the caller; without set: nothing.
enum views_error views_channel_set(struct views *v, const struct settings *s, struct channel_set *ret_set);
enum views_error views_runs_all(struct views *v, const struct views_user *u); // VIEWS_OK: their place is the whole organisation
// What was chosen in Manage; *ret_r is as it was, and *ret_chosen false, where nothing was.
enum views_error views_retention(struct views *v, struct settings_retention *ret_r, bool *ret_chosen);
// What would go now if these days were in force: about so many answers, what was said (words) and answered before these
// instants; 0: nothing by age.
enum views_error views_retention_loss(struct views *v, const struct settings_retention *r, wall_ms now, int64_t *ret_answers,
                                      wall_ms *ret_words, wall_ms *ret_raw);
// {id, channel, alert, event, state, at, attempts, reply, ended}
enum views_error views_message(struct views *v, const char *id, char **ret_json);
// {"shares":[{id, path, by, created, expires}]}: links that have not expired, of places within the scope, the newest first.
enum views_error views_shares(struct views *v, const struct views_user *u, wall_ms now, char **ret_json);
// {"phones":[{id, place: {id, name}, path, by, created}], "publicUrl"}: tokens in force, of places within the scope, the newest first.
enum views_error views_phones(struct views *v, const struct views_user *u, const char *public_url, char **ret_json);
enum views_error views_may_end_phone(struct views *v, const struct views_user *u, int64_t number);
// A branch on a screen (assets/web/src/wall): parts of today, what was promised and done; staff: alerts, kiosks and reasons too.
enum views_error views_wall(struct views *v, const struct views_user *u, const char *branch, bool staff, wall_ms now,
                            char **ret_json);
// {"mailings":[{id, stored, place: {id, name}, every, report, lang, at, channel, readers: [{address, through, ended}]}]} (mailing.h) of places
// within the scope. through: the last day that was sent to the address, "2026-11-25", null: nothing yet; ended: when its owner
// wanted no more of it, null: not.
enum views_error views_mailings(struct views *v, const struct views_user *u, const struct settings *s, char **ret_json);
// {"key": to subscribe browsers with, null: the server sends none, "browsers":[{id, service, place, lang, since}]}: of the user.
enum views_error views_webpush(struct views *v, const struct views_user *u, const struct settings *s, const char *key,
                               char **ret_json);
// Who sees a place and may act there, and can log in: {people: [{name, display, role}]}.
enum views_error views_people(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                              char **ret_json);
// Silences in force (silence.h) of a place, what is above it and what is under it: {silences: [{id, place, rule, kiosk, by,
// reason, from, until, mine}]}; mine: the user's scope reaches so far that they may end it, role apart.
enum views_error views_silences(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                                char **ret_json);
// Who asked at a place or under it to be called, soonest deadline first, never what they left: {contacts: [{event, place,
// kiosk, asked, due, overdue, taken, outcome, note, until}]}; due: business time has run out then, if nobody takes it;
// until: the contact data go.
enum views_error views_contacts(struct views *v, const struct views_user *u, const char *place, wall_ms now,
                                char **ret_json);
// Where the words of a comment stand: the kiosk, its epoch and the number there. NOT_FOUND also for what is no comment.
struct views_comment_at {
    struct ident kiosk;
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
};
enum views_error views_comment_at(struct views *v, const struct views_user *u, int64_t event, struct views_comment_at *ret_at);
enum views_error views_may_see_contact(struct views *v, const struct views_user *u, const char *number);
// The improvement log of a place, what is above it and what is under it, the newest day first, at most 500: {improvements: [{id,
// place, mine, kind, day, what, why, by, at, revision, withdrawn, history}]}; by, at: of the newest revision; history: the
// earlier ones; mine: the user's scope reaches so far that they may change it, role apart.
enum views_error views_improvements(struct views *v, const struct views_user *u, const char *place, char **ret_json);
enum views_error views_may_see_improvement(struct views *v, const struct views_user *u, const char *number);
// VIEWS_OK when the place, or a silence with this number, exists and lies within the user's scope.
enum views_error views_may_see_silence(struct views *v, const struct views_user *u, const char *number);
// {LIST: [{item, version, mine, ...}]}: the things of a list of the configuration (manage.h) of places within the user's
// scope; places and standards also of those above it, not `mine`. Besides, of kiosks: state (or "unheard": ready, and not heard for too long), heard, unsent, lost,
// clockSynced, software, reason, published, content, refused, refusedWhy, assignment (those that stand nowhere have version
// ""); of standards: number, since, votesBetweenAlarms (null: not known), told: ids of channels; of users: disabled.
enum views_error views_manage(struct views *v, const struct views_user *u, const char *list,
                              const struct settings *s, wall_ms now, char **ret_json);
// What a place or kiosk (`kiosk`) within the scope shows and asks: {for, tz, version: of its own, 0: none; from: whose content
// holds here, or null: its kiosks keep to their own files; yaml, content; versions, planned, told, counts, kiosks: those that
// take what is put in force here, the first 500 by name}. version: yaml and content of that own version instead; plan: of what
// is planned; 0: of what is in force. NOT_FOUND also for a version or plan that is not there.
enum views_error views_shown(struct views *v, const struct views_user *u, bool kiosk, const char *id, int version,
                               int64_t plan, char **ret_json);
// The zone that holds where it is (65 bytes).
enum views_error views_content_zone(struct views *v, bool kiosk, const char *id, char *ret_tz);
enum views_error views_org_name(struct views *v, char ret_name[81]); // of the whole organisation
// VIEWS_OK when the plan, or what is told, of this number is of a place within the scope.
enum views_error views_may_see_plan(struct views *v, const struct views_user *u, const char *number);
enum views_error views_may_see_told(struct views *v, const struct views_user *u, const char *number);
// {told: [...], offers: [{alert, name, closed, texts}]}: what kiosks of the user's branches tell, and what is offered to be told
enum views_error views_told(struct views *v, const struct views_user *u, const char *place, wall_ms now, char **ret_json);
enum views_error views_may_see_user(struct views *v, const struct views_user *u, const char *name);
enum views_error views_may_see_kiosk(struct views *v, const struct views_user *u, const char *id);
// Revision of a branch, 0 before its first step. u NULL: any branch.
enum views_error views_rev(struct views *v, const struct views_user *u, const char *branch, int64_t *ret_rev);
// VIEWS_OK when the alert exists and lies within the user's scope.
enum views_error views_may_see_alert(struct views *v, const struct views_user *u, const char *alert);

// ---------------------------------------------------------------- lists, newest first
struct views_page {
    int64_t before; // rows with numbers below this; INT64_MAX: from the newest on
    int limit;      // 1..
};
enum views_open { VIEWS_ANY, VIEWS_OPEN, VIEWS_CLOSED };
// Texts {"alerts", "praise", "audit" or "comments": [...], "next": number or null}; *ret_next: `before` of the next page, 0: this is the last.
// Alerts at a place ("": the user's) and under it: {id, state, kind, rule: {id, version, name}, place: {id, name,
// tz}, kiosk, kioskName, since, raised, closed, closedBy, reopened, flaps, ack: {by, at, until}}; people by the names to show.
// One that has ended and is worked on again is open. Counts move in steps, and are not told here; neither is that one
// recovers, and since is to the quarter hour.
enum views_error views_alerts(struct views *v, const struct views_user *u, const char *place, enum views_open open,
                              const struct views_page *p, char **ret_json, int64_t *ret_next);
// What the place ("": the user's) and those under it can be proud of (store_praise.h): {id, at, kind: "answers", "step" or "year",
// answers, share, by, place: {id, name}, rule: {id, name}}; what the kind does not have is null.
enum views_error views_praise(struct views *v, const struct views_user *u, const char *place, const struct views_page *p,
                              char **ret_json, int64_t *ret_next);
// {id, at, who, action, subject, detail}. NOT_FOUND: the user's scope is not the whole organisation.
struct views_audit {
    const char *who, *action, *subject; // only these; "": all
};
enum views_error views_audit(struct views *v, const struct views_user *u, const struct views_audit *f,
                             const struct views_page *p, char **ret_json, int64_t *ret_next);
// What was written at a branch in the last VIEWS_COMMENT_DAYS: {place, rev, days, comments: [{id, at, question, text, lang,
// flags}], next}. As of the last step, times to the quarter hour; flags: "urgent", "personal" (comment_flags.h).
enum { VIEWS_COMMENT_DAYS = 30 };
enum views_error views_comments(struct views *v, const struct views_user *u, const char *branch,
                                const struct views_page *p, wall_ms now, char **ret_json, int64_t *ret_next);

// ---------------------------------------------------------------- monitoring
enum { VIEWS_KIOSK_STATES = KIOSK_LOST + 1, VIEWS_ALERT_KINDS = ENGINE_KINDS, VIEWS_ALERT_STATES = ENGINE_STATES };
struct views_metrics {
    int64_t places;
    int64_t kiosks[VIEWS_KIOSK_STATES]; // registered ones
    int64_t unheard;                    // of those: ready or sleeping by their last word, which is old
    int64_t held;                       // answers that they had not got acknowledged when they spoke last
    int64_t alerts[VIEWS_ALERT_KINDS][VIEWS_ALERT_STATES]; // open ones
    int64_t notices_waiting, notices_sent, notices_dead;   // of channels; sent, dead: in the last 24 hours
};
enum views_error views_metrics(struct views *v, wall_ms now, struct views_metrics *ret);

#endif
