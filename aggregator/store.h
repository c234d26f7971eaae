// store: everything the aggregator remembers, behind a port. store_sqlite.c is the SQLite edge (writing
// side); the pages read through views.h. The core thread owns a store and is its only writer.
//
// Every function that returns bool returns false when the database failed; store_why tells. The transaction
// is then lost: the caller gives up the store and builds its state anew from a reopened one.
#ifndef PUAS_AGGREGATOR_STORE_H
#define PUAS_AGGREGATOR_STORE_H

#include "aggregator/verdicts.h"
#include "shared/protocol.h"

#include <stdbool.h>

struct store;

enum store_error {
    STORE_OK,
    STORE_CANNOT_OPEN, // folder missing or not writable
    STORE_FULL,        // disk full
    STORE_DAMAGED,     // integrity check failed, or no database of ours
    STORE_NEWER,       // written by a later version of Puas
    STORE_LOCKED,      // another process writes to it
    STORE_CUT_OFF,     // a reader has had to give way: try again
    STORE_FAILED,      // I/O error or out of memory
};

// Flags of a stored event.
enum event_flag {
    EVENT_LATE = 1,        // arrived over 120 s after its time: in trends, not in live windows
    EVENT_UNSURE = 2,      // its time is that of arrival: the kiosk's clock could not be used
    EVENT_REPEATED = 4,    // not the first answer to this question in the visit: stored, not scored
    EVENT_VOIDED = 8,      // taken back by a void: stored, not scored
    EVENT_UNASSIGNED = 16, // its place is unknown, or was never this kiosk's
    EVENT_DEVICE = 32,     // from a simple device: no end-to-end guarantee
    EVENT_WIPED = 64,      // a contact that came without its text: the kiosk had wiped it
    EVENT_STAFF = 64,      // of any other kind: what the own people answered (a survey with `audience: staff`). In no figure of
                           // customers, only in their own segment (store_segments.h)
    EVENT_ERASED = 128,    // what it said was erased (store_erase.h); with its score, also VOIDED
    // From the customer's own phone: in no score of the kiosks. No other event has both: a press of a device is a visit of its own.
    EVENT_PHONE = EVENT_DEVICE | EVENT_REPEATED,
    // In no figure of customers: any of these; 92 in SQL.
    EVENT_UNSCORED = EVENT_REPEATED | EVENT_VOIDED | EVENT_UNASSIGNED | EVENT_STAFF,
};

// Opens or creates `path` and migrates it forward. Whether all of it is sound takes too long to know here: sound.h.
enum store_error store_open(const char *path, struct store **ret_st, char *ret_why, size_t n);
void store_close(struct store *st); // accepts NULL; rolls back
// Takes the lock that the one writer of `path` holds for as long as it lives; closing the descriptor gives it back. -1:
// *ret_error and ret_why say why.
int store_lock(const char *path, enum store_error *ret_error, char *ret_why, size_t n);
enum store_error store_error(const struct store *st);
const char *store_why(const struct store *st); // one line, valid until the next call

// ---------------------------------------------------------------- reading beside the writer
// What a reader has begun to read stays in the write-ahead log until it ends. Past this size no reader of ours goes
// on: half a minute of the fastest ingest, half an hour of a usual one.
#define STORE_LOG_MOST_BYTES (256 * 1024 * 1024)
// A read-only connection, as a store of which only store_bind, store_row and store_close may be used; one thread at a
// time. A statement that still runs when the log is larger than STORE_LOG_MOST_BYTES fails as STORE_CUT_OFF: so long
// reports cannot fill the disk. One that waits between rows for somebody else cannot be cut off: read in short steps.
enum store_error store_open_reader(const char *path, struct store **ret_st, char *ret_why, size_t n);
void store_read_until(struct store *st, mono_ms until); // fails the same way after this; 0: no end
// Called now and then while a statement runs; false: it ends as STORE_CUT_OFF. NULL: none.
void store_read_look(struct store *st, bool (*look)(void *ctx), void *ctx);
void store_interrupt(struct store *st); // any thread, while it is open: what it reads just now ends

// ---------------------------------------------------------------- the write-ahead log
int64_t store_log_bytes(const struct store *st); // in use, as of the last COMMIT
// Writes the log back when there is enough of it; outside a transaction, best when nobody waits. COMMIT itself does it
// only for a caller that never does. Waits some milliseconds for readers only when the log is large.
void store_tend_log(struct store *st);

bool store_begin(struct store *st);
bool store_commit(struct store *st);
void store_rollback(struct store *st);
bool store_in_transaction(const struct store *st);

// ---------------------------------------------------------------- small things
// Copies the setting's value to ret (n bytes), "" when there is none.
bool store_setting(struct store *st, const char *name, char *ret, size_t n);
bool store_set_setting(struct store *st, const char *name, const char *value);
bool store_audit(struct store *st, wall_ms at, const char *who, const char *action, const char *subject,
                 const char *detail);
// The number of a question's or option's id, given out at first sight.
bool store_name(struct store *st, const char *id, int32_t *ret_name);

// ---------------------------------------------------------------- what the organisation is
struct store_place {
    int32_t place, parent; // parent 0: none
    struct ident id;
    int kind; // enum place_kind
    char name[81], tz[65];
    char hours[400]; // "" = as the parent
};
struct store_kiosk {
    int32_t kiosk, place; // place 0: nowhere
    struct ident id;
    char name[81];
    bool known;
    int state; // enum kiosk_state
    wall_ms state_since, heard_at;
    int64_t session;
    uint8_t epoch[EPOCH_BYTES];
    bool has_epoch;
    char engine[400];
};
enum { STORE_RULE_MAX = 8000 }; // a playbook of 20 steps in two languages
struct store_rule {
    int32_t rule, version, place;
    struct ident id;
    char body[STORE_RULE_MAX]; // JSON, rules_json.h
};
struct store_survey {
    struct ident id;
    int version;
    char *body; // JSON; valid during the callback
};
// Each calls `each` once a row; it returns false when the callback did or the database failed.
bool store_each_place(struct store *st, bool (*each)(void *ctx, const struct store_place *p), void *ctx);
bool store_each_kiosk(struct store *st, bool (*each)(void *ctx, const struct store_kiosk *k), void *ctx);
bool store_each_rule(struct store *st, bool (*each)(void *ctx, const struct store_rule *r),
                     void *ctx); // in force
bool store_each_survey(struct store *st, bool (*each)(void *ctx, const struct store_survey *s),
                       void *ctx); // newest
bool store_was_assigned(struct store *st, int32_t kiosk, int32_t place, bool *ret_was);

bool store_put_place(struct store *st, struct store_place *p); // place 0: new, the number is filled in
bool store_put_kiosk(struct store *st, struct store_kiosk *k); // id, name, known; kiosk 0: new
bool store_assign(struct store *st, int32_t kiosk, int32_t place, wall_ms at); // ends what was before
bool store_put_rule(struct store *st, struct store_rule *r, wall_ms at);       // a new version; rule 0: new
bool store_rename_rule(struct store *st, int32_t rule, const char *body); // the version in force: other names
bool store_end_rule(struct store *st, int32_t rule, wall_ms at);
bool store_put_survey(struct store *st, const char *id, int version, const char *body, wall_ms at);
bool store_put_user(struct store *st, const char *name, const char *display, const char *role, int32_t place,
                    const char *lang, const char *hash); // hash NULL: keep the old one
struct store_user {
    char display[81], role[16], lang[9];
    int32_t place; // scope: this subtree
};
// hash NULL: they cannot log in any more. Their sessions and the messages to their browsers end. False: the store failed.
bool store_set_password(struct store *st, const char *name, const char *hash, bool *ret_found);
bool store_user(struct store *st, const char *name, struct store_user *ret_u, bool *ret_found);
bool store_config_change(struct store *st, wall_ms at, const char *who, const char *kind, const char *id,
                         const char *before, const char *after);
bool store_is_empty(struct store *st, bool *ret_empty); // no place yet

// ---------------------------------------------------------------- kiosks
// Birth, goodbye or will; `heard`: it is the kiosk's own word, just now.
bool store_kiosk_state(struct store *st, int32_t kiosk, const struct state_message *m, wall_ms at,
                       bool heard);
// `at`: when it was heard; 0: it could not tell its counts, so it does not count as heard.
bool store_kiosk_health(struct store *st, int32_t kiosk, const struct health_message *m, wall_ms at);
// It was heard on a local day of the place where it stands, and had been ready for `ready_ms` more of its opening hours.
bool store_kiosk_present(struct store *st, int32_t kiosk, int32_t place, int32_t day, int64_t ready_ms);
bool store_kiosk_engine(struct store *st, int32_t kiosk, const char *text);

// ---------------------------------------------------------------- ratings
struct store_epoch {
    int32_t epoch_id, kiosk;
    int64_t through;
    int voids;
};
// Finds an epoch or makes it. *ret_new says which.
bool store_epoch(struct store *st, int32_t kiosk, const uint8_t *epoch, wall_ms at, bool create,
                 struct store_epoch *ret_e, bool *ret_found);
bool store_epoch_bytes(struct store *st, int32_t epoch_id, uint8_t *ret); // EPOCH_BYTES; one that exists
// Calls `each` with every settled seq above `through`: stored events and quarantined ones, ascending by kind.
bool store_each_settled(struct store *st, const struct store_epoch *e, bool (*each)(void *ctx, int64_t seq),
                        void *ctx);
bool store_epoch_through(struct store *st, int32_t epoch_id, int64_t through);
bool store_epoch_known(struct store *st, int32_t epoch_id, const struct health_epoch *h, wall_ms at);

struct stored_event {
    int64_t event_id; // filled in by store_event
    int32_t epoch_id, kiosk, place, name;
    const struct event *e; // borrowed
    wall_ms at, arrived;   // judged time
    int flags;
    bool behind; // some of the ROLLUP_VISIT_SPAN seqs after it are stored already
};
// Stores a key that is not settled yet (epochs.h knows), and counts it in the rollups unless its flags say otherwise.
// A void marks its target, if it is there, and takes it out of the rollups.
bool store_event(struct store *st, struct stored_event *s);
// True when the visit has an answer to this question before seq (rule 10).
bool store_answered(struct store *st, int32_t epoch_id, int64_t visit, int64_t seq, int32_t name,
                    enum event_type type, bool *ret_answered);
// True when a void of this seq was stored before it.
bool store_is_voided(struct store *st, int32_t epoch_id, int64_t seq, bool *ret_voided);
// True when its survey asks the own people, as documents that were pushed say now: it stays what it was when it came.
bool store_is_staff(struct store *st, const struct event *e, bool *ret_staff);

// ---------------------------------------------------------------- verdicts (verdicts.h)
// What was stored after pack `after`, in order of arrival, whole packs until there are `limit` answers or more: what
// there may be something new to say about. At most limit + 127 (PACK_ANSWERS_MAX - 1).
struct store_unjudged {
    int64_t pack, seq; // pack: the event_id that it goes by
    int32_t epoch_id;
    bool voids; // it takes `seq` back
};
bool store_each_unjudged(struct store *st, int64_t after, int limit,
                         bool (*each)(void *ctx, const struct store_unjudged *u), void *ctx);
// A scored first rating of a visit, as a press without hours; `given`: versions of the rules that name it
// already, 0: not this rule.
struct store_press {
    int32_t epoch_id;
    int64_t event_id, seq;
    struct verdict_press p;
    int given[VERDICT_RULES];
};
typedef bool store_press_fn(void *ctx, const struct store_press *p); // false: enough
bool store_presses_down(struct store *st, int32_t epoch_id, int64_t below, store_press_fn *each, void *ctx);
bool store_presses_up(struct store *st, int32_t epoch_id, int64_t from, store_press_fn *each, void *ctx);
// Version 0: no verdict of that rule any more.
bool store_put_verdict(struct store *st, const struct store_press *p, enum verdict_rule rule, int version, wall_ms at);
// Drops what was said about a rating that has been taken back.
bool store_drop_verdicts(struct store *st, int32_t epoch_id, int64_t seq);

// epoch_id 0: the message as a whole. Payload is cut at 64 KiB; of whole messages each kiosk id keeps the
// newest STORE_QUARANTINE_MAX.
enum { STORE_QUARANTINE_MAX = 500 };
bool store_quarantine(struct store *st, wall_ms at, const char *kiosk, const char *topic, const char *reason,
                      int32_t epoch_id, int64_t seq, const void *payload, size_t n);
int64_t store_quarantined(const struct store *st); // since it was opened

// ---------------------------------------------------------------- steps
struct store_released {
    int32_t place;
    int64_t event_id, rev;
    wall_ms at;
};
bool store_each_released(struct store *st, bool (*each)(void *ctx, const struct store_released *r),
                         void *ctx);
bool store_put_released(struct store *st, const struct store_released *r);
// Of one place (not its subtree) after an event: scored votes, the arrival of the first one, the newest
// event.
struct store_unreleased {
    int votes;
    wall_ms first_arrived;
    int64_t last_event;
};
bool store_votes_after(struct store *st, int32_t place, int64_t event_id, struct store_unreleased *ret);
int64_t store_last_event(const struct store *st);
int64_t store_last_pack(const struct store *st); // by the event_id of its first answer; 0: none

// ---------------------------------------------------------------- compaction
// Puts small packs of one epoch together, those that arrived before `before` and whose answers all have ids up to
// `through` (they have been judged). One slice; *epoch_id is where it goes on, 0 at first.
bool store_compact(struct store *st, wall_ms before, int64_t through, int32_t *epoch_id, bool *ret_more);

// ---------------------------------------------------------------- alerts
struct store_alert { // as the transition tells it
    struct ident id;
    int32_t rule, version, place, kiosk;
    const char *from, *to, *action, *who, *text;
    wall_ms at, since, opened, raised, closed; // closed 0: open
    int64_t n, unhappy, points, start, limit, flaps, first_event, last_event;
    wall_ms ack_until;
    const char *judged; // a change: JSON of migrations/0010.sql; "": as before
};
bool store_alert_change(struct store *st, const struct store_alert *a); // row and log
bool store_alert_comment(struct store *st, const char *id, wall_ms at, const char *action, const char *who,
                         const char *text, bool *ret_found);
bool store_each_open_alert(struct store *st, bool (*each)(void *ctx, const struct store_alert *a), void *ctx);
bool store_put_rule_state(struct store *st, int32_t rule, int32_t place, int32_t kiosk, const char *text);
bool store_each_rule_state(struct store *st, bool (*each)(void *ctx, const char *text), void *ctx);
// Scored votes by kiosk and quarter hour in [from, to), both ascending, for silence rules.
bool store_each_rate(struct store *st, wall_ms from, wall_ms to,
                     bool (*each)(void *ctx, int32_t kiosk, int64_t quarter, int64_t n), void *ctx);

// Scored votes of a place and all under it on local days [from, to), and those with none of the top_faces best faces
// (none of the best one where there are fewer than four), for change rules. question "": every one.
bool store_usual(struct store *st, int32_t place, const char *question, int top_faces, int64_t from, int64_t to,
                 int64_t *ret_n, int64_t *ret_unhappy);
// The same by local hour of the week (hours.h), votes and unhappy ones added to `sum`.
bool store_usual_hours(struct store *st, int32_t place, const char *question, int top_faces, int64_t from, int64_t to,
                       int64_t sum[HOURS_WEEK][2]);

// ---------------------------------------------------------------- sessions
bool store_put_session(struct store *st, const uint8_t token[32], int32_t user, wall_ms created,
                       wall_ms expires);
bool store_end_session(struct store *st, const uint8_t token[32]);
bool store_expire_sessions(struct store *st, wall_ms now);

#endif
