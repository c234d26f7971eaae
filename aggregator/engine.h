// engine: (stored votes, presence changes, commands, clock ticks, rules) -> transitions of alerts. Pure.
//
// Live use, recovery after a restart and back-test are this one code. It reads no clock, keeps no file, logs
// nothing; equal inputs in equal order give byte-identical transitions. One thread owns an engine.
//
//   A rule watches a place. It applies to each branch at or under that place (or to that one area, when the
//   place lies inside a branch). Each application is a *key*: (rule, place, kiosk), kiosk 0 for rules about
//   what people said. A key has at most one open alert.
//
//                            +-------------- relapse (counted in flaps) ---------------+
//                            v                                                         |
//   ok -> pending -> firing <-> acknowledged -> recovering -> resolved -> (as ok)      |
//     \________________^  |          |              |  |______________________________|
//                         +----------+--------------+--> unknown (all its kiosks are dead) -> back
//
// Time. Every input carries its wall time. Before it is applied, all timers due up to that time run in order
// of their due time, each as of that time. So the result does not depend on how often engine_tick is called.
// Inputs must not go back in time; one that does is applied as of the latest time seen. After a restart and
// after a jump of the wall clock call engine_resume.
// Content (all but silence and offline) is judged on event time, with arrival deciding when; liveness (silence, offline)
// on arrival time. A late vote never enters points or windows; it does prove that its kiosk is alive and in
// use.
//
// One transaction. The caller commits votes, transitions and dirty states together. When the commit fails,
// the engine is ahead of the store: destroy it and restore it from the store.
//
//   start:  engine_create, engine_configure, engine_restore_clock, engine_set_rates,
//           engine_restore_kiosk and engine_restore_key for every stored row, engine_resume(now), engine_set_usual
//   turn:   BEGIN; inputs...; engine_tick(now); take engine_transitions, engine_dirty_*; COMMIT; engine_clear
//   sleep:  until engine_next_tick
#ifndef PUAS_AGGREGATOR_ENGINE_H
#define PUAS_AGGREGATOR_ENGINE_H

#include "aggregator/change.h"
#include "aggregator/cusum.h"
#include "aggregator/hours.h"
#include "aggregator/mood.h"
#include "shared/ident.h"
#include "shared/protocol.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ENGINE_STEPS = 60,    // a window moves in this many steps
    ENGINE_MASH_MAX = 16, // kiosks of one key whose last press is remembered; then the oldest goes
    ENGINE_WHO_MAX = 64,  // bytes of a person's name in a command, cut beyond
    ENGINE_ALERT_MAX = IDENT_MAX,
    ENGINE_TEXT_MAX = 4096,     // bytes of an encoded state, with NUL
    ENGINE_DEPTH_MAX = 32,      // levels of the place tree; deeper places belong to no rule
    ENGINE_ARL_DEFAULT = 5000,  // votes between false alarms
    ENGINE_LEARN_VOTES = 900,   // with no more of them the usual share of a place is not known
    ENGINE_SHARE_UNITS = CHANGE_SHARE_UNITS, // a usual share is stored in these
    ENGINE_HOUR_PRIOR = 100,    // votes; see engine_set_hours
    ENGINE_HOUR_CLASSES = 9,
    ENGINE_INDEX_UNITS = 2520,  // best face of an index rule: whole numbers for scales of 2 to 11 faces
    ENGINE_TAMPER_MS = 3600000, // a tamper alert stays so long after the last sign
    ENGINE_INHIBIT_MS = 180000, // default of engine_config.inhibit_ms
    ENGINE_TIMEOUT_MS = 120000, // default of heartbeat time-outs
};

#define ENGINE_HOUR_ODDS 1.25

enum engine_error {
    ENGINE_DONE,
    ENGINE_NO_ALERT, // no open alert has this id
    ENGINE_NOT_NOW,  // the alert's state does not allow it (only firing and acknowledged ones are
                     // acknowledged)
    ENGINE_BAD,      // an argument is out of range; for configure: a rule, place or kiosk is (see there)
    ENGINE_NO_MEMORY,
};

// ---------------------------------------------------------------- configuration
enum engine_place_kind { ENGINE_GROUP, ENGINE_BRANCH, ENGINE_AREA }; // area: inside a branch

struct engine_place {
    int32_t id;     // > 0
    int32_t parent; // 0: none
    enum engine_place_kind kind;
    const struct hours *hours; // resolved down the tree by the caller; NULL: always open. Copied;
                               // their special days (dates) outlive the engine or the next configure
    struct hours_zone zone;    // its ctx outlives the engine or the next configure
};

struct engine_kiosk {
    int32_t id;    // > 0
    int32_t place; // where it stands now; votes name their own place
};

enum engine_rule_kind {
    ENGINE_STANDARD,
    ENGINE_SHARE,
    ENGINE_SILENCE,
    ENGINE_OFFLINE,
    ENGINE_CHANGE,
    ENGINE_RUN,
    ENGINE_COUNT,
    ENGINE_INDEX,
    ENGINE_MOOD,
    ENGINE_COVERAGE,
    ENGINE_CLOCK,
    ENGINE_TAMPER,
    ENGINE_CONTACT,
    ENGINE_KINDS
};

// A rule. A new version is a new row: open alerts of the old one are resolved (cause rule) and counting
// starts over. Change the version for whatever changes judgement, not for names.
struct engine_rule {
    int32_t id, version; // > 0
    int32_t place;       // > 0; a place that is gone: the rule watches nothing
    enum engine_rule_kind kind;
    struct ident question; // empty: every question. Content rules
    int64_t hold_ms;       // a breach must last this long before it fires; 0: at once
    int64_t resolve_ms;    // and all clear this long before it resolves; 0: at once
    int64_t mash_ms; // presses of one kiosk nearer than this count once, the first; 0: off. Content rules

    // standard: "at least promise % satisfied". Satisfied: the best top_faces, the best one where there are
    // fewer than four faces. Alarm at points >= limit. Open until points are 0 and the upper Wilson bound of
    // unhappy since the (last) raise is below 100 - promise.
    int promise;   // 1..99
    int top_faces; // 1..10; 2 is usual
    int limit;     // 0: the least with ARL >= arl at usual
    double usual;  // usual share of unhappy votes in 0..1; 0: two thirds of what the promise allows
    double arl;    // 1..CUSUM_ARL_MAX votes; 0: ENGINE_ARL_DEFAULT

    // change: worse than usual here (change.h). top_faces and arl as above, arl in CHANGE_ARL_MIN..MAX. hold_ms is 0: its
    // alarm is one vote. All points are 0 after an alarm; a further one counts up the open alert (flaps). Open until the
    // upper Wilson bound of unhappy since the last alarm is below 1.5 times the usual share. Points are halved at each
    // opening, as those of a standard.
    //   usual: CHANGE_USUAL_MIN..MAX; 0: learned at each place (engine_set_usual), no alert until it is known.
    //   by_hour: what is usual is learned for each hour of the week (engine_set_hours), so that the queue that is there every
    //   noon is no alert at noon, and a bad quiet morning is one. Each vote is judged by the chart of its hour's usual share;
    //   where the next hour has another one, points go over in proportion to the limits. usual and parts.count are 0 then.
    bool by_hour;
    //   spread: days of a place that differ by more than chance are usual too (engine_set_spread): the share that it is judged
    //   by is higher, so that false alarms are those promised (change_room). A chart for a fixed share cries over every somewhat
    //   worse day.
    bool spread;
    bool drift;          // with a third part
    struct change parts; // points and limits; count 0: found for the usual share

    // share: named faces in the window, in permille; raised when n >= min_n and share > raise (or >=, when
    // at_least). Resolves at share <= resolve with n >= min_n, or when no named face is left in the window.
    // The window holds the last 59 to 60 steps of window / 60, by event time.
    uint32_t faces;     // bit score-1; 0x3: the two worst
    int64_t window_ms;  // 60 s .. 31 d
    int64_t min_n;      // >= 1
    int raise, resolve; // 0..1000; resolve <= raise, and < raise when at_least
    bool at_least;

    // run: raised by `raise` votes in a row of the named faces, 2..1000; resolves after `resolve` votes in a row of other
    // faces, 1..1000. A run does not reach over an opening.
    //
    // count: raised when the window of a share holds at least `raise` votes of the named faces, or with `option` as many
    // answers that name it ("3 x dirty in 30 minutes"), 1..10000; resolves when it holds at most `resolve`, 0..raise-1.
    struct ident option; // of a question of reasons; empty: the faces. With it `question` is that of the reasons, or empty
    //
    // index: the mean of 100 (score - 1) / (of - 1) in the window of a share, in permille; raised with n >= min_n and
    // index < raise (<= when at_least), or with `above` index > raise (>=): a rule that praises. Resolves with n >= min_n
    // at index >= resolve (above: <=), or when no vote is left in the window. `resolve` is at or beyond `raise`, beyond
    // when at_least.
    bool above;

    // mood: worse than the usual mix of faces (mood.h); arl and limit as those of a standard, in which it behaves the same;
    // unhappy are the faces that cost points, and it is open until their upper Wilson bound since the (last) raise is below
    // 1.5 times their usual share. Votes of a scale with another number of faces are none.
    int mix_faces;                      // MOOD_FACES_MIN..PROTOCOL_SCORE_MAX
    int64_t mix[PROTOCOL_SCORE_MAX];    // usual mix, worst face first: votes or percent, only their ratio counts

    // silence: kiosk ready and heard, place open, and P(no rating) = exp(-expected) < improbable, with the
    // kiosk's own rate (engine_set_rates). No rates: no alert ("learning").
    double improbable; // 0..1 exclusive; .001 is usual

    // offline: will (lost), or no heartbeat for timeout_ms, while the place is open; after the opening a
    // kiosk has timeout_ms to appear.
    int64_t timeout_ms; // > 0; ENGINE_TIMEOUT_MS is usual

    // coverage: the kiosk has counted answers that are not stored; clock: its clock is not to be trusted (engine_facts).
    // They say nothing while the kiosk is dead, and mean something with a hold: what is on its way is no loss.
    //
    // tamper: something that no kiosk of ours does alone, as two with one identity, in the last ENGINE_TAMPER_MS
    // (engine_tampered).
    //
    // contact: somebody has asked to be called back, also late or after closing time. A person closes it, nothing else does;
    // further ones are counted (points; flaps).
};

// Defaults of a kind: everything but id, version and place.
struct engine_rule engine_rule_defaults(enum engine_rule_kind kind);
// NULL when the rule is good, else a static text naming the field and its range.
const char *engine_rule_check(const struct engine_rule *rule);

struct engine_config {
    const struct engine_place *places;
    size_t place_count;
    const struct engine_kiosk *kiosks;
    size_t kiosk_count;
    const struct engine_rule *rules;
    size_t rule_count;
    int64_t inhibit_ms;    // no silence or offline alert for so long after the return of aggregator or broker
    int64_t lost_after_ms; // without a heartbeat a kiosk counts as dead for content alerts and silence
};

// What a rule costs, for a place with `votes` votes in an open period (usually a day).
struct engine_cost {
    struct cusum chart;  // standard: scores and limit
    struct change parts; // change
    struct points mood;  // mood: points of each face, and the limit
    double usual;        // share of unhappy votes (run: of the named faces) that all of it is for
    double arl;         // votes between false alarms at the usual share
    double periods;     // open periods between false alarms, halving at each opening included; may be inf
    double shift[4];    // standard: 1, 1.5, 2, 3 times the allowed unhappy share; run: of the usual share; change: change_shift;
                        // mood: of unhappy faces when odds are 1.5, 2.25, 27/7, 9 times the usual ones
    double delay[4];    // mean votes to the alarm at each; NAN: the share is over 1
};
// Standard; change and run with a usual share (run: of the named faces). With a third part `periods` is the least it can be: without halving.
// False: another kind, a bad rule, no limit found, or memory ran out.
bool engine_rule_cost(const struct engine_rule *rule, int64_t votes, struct engine_cost *ret_cost);

// Mean votes to the alarm of a rule whose cost was found, when the share of unhappy votes turns from the usual one to `share`.
// Standard and change. False: another kind, or memory ran out.
bool engine_cost_delay(const struct engine_rule *rule, const struct engine_cost *cost, double share,
                       double *ret_votes);

// Points of each face and the limit of a mood rule. False: not a good one, or memory ran out.
bool engine_mood_chart(const struct engine_rule *rule, struct points *ret_c);

// ---------------------------------------------------------------- outputs
enum engine_state {
    ENGINE_OK,
    ENGINE_PENDING,
    ENGINE_FIRING,
    ENGINE_ACKNOWLEDGED,
    ENGINE_RECOVERING,
    ENGINE_RESOLVED, // as ok, after an alert
    ENGINE_UNKNOWN,
    ENGINE_STATES
};
enum engine_cause {
    ENGINE_BREACH,      // the rule is broken
    ENGINE_HELD,        // ... and was for hold_ms
    ENGINE_EASED,       // better, not yet proven
    ENGINE_CLEARED,     // the rule's own resolve condition holds
    ENGINE_ACK,         // somebody is on it
    ENGINE_ACK_EXPIRED, // nobody is any more
    ENGINE_NO_DATA,     // every kiosk that could tell is dead
    ENGINE_DATA_BACK,
    ENGINE_CLOSED, // by a person
    ENGINE_RULE,   // the rule changed or went, or its place or kiosk did
    ENGINE_CAUSES
};
bool engine_is_content(enum engine_rule_kind kind); // about what people say: not silence, offline, coverage, clock, tamper
bool engine_is_window(enum engine_rule_kind kind);  // judged by a rolling window: share, count, index
const char *engine_kind_name(enum engine_rule_kind kind); // "standard" "share" "silence" "offline" "change" "run" "count" "index" "mood"
                                                          // "coverage" "clock" "tamper" "contact"
const char *engine_state_name(enum engine_state state);   // "ok" "pending" ...
const char *engine_cause_name(enum engine_cause cause);   // "breach" "held" ...
// The one table that every change goes through.
bool engine_allowed(enum engine_state from, enum engine_state to, enum engine_cause cause);

struct engine_transition {
    char alert[ENGINE_ALERT_MAX +
               1]; // valid as an ident; equal for all transitions of one alert, never reused
    int32_t rule, version, place, kiosk; // kiosk: 0 for content rules
    enum engine_rule_kind kind;
    enum engine_state from, to; // pending -> ok: it was never raised
    enum engine_cause cause;
    wall_ms at;
    wall_ms since;  // standard, change, run: first vote of the cycle; share, count, index: start of the window; silence: last vote (or
                    // start of waiting); offline: last heard, or the will
    wall_ms opened; // left ok
    wall_ms raised; // first fired; 0: not yet
    int64_t n, unhappy; // standard, change, mood, run: of the cycle; share, count: in the window (unhappy: named faces, or
                        // answers that name the option); index: in the window (unhappy: ENGINE_INDEX_UNITS, added up)
    int32_t points, peak, limit; // contact: who waits; standard, mood; run: votes in a row and how many raise; change: of the first part that reached its limit at the last alarm
    int32_t start;               // standard: points before first_event
    int32_t flaps;               // relapses from recovering; change: further alarms
    int32_t usual;               // change: the share that it is judged by, of ENGINE_SHARE_UNITS; by_hour: of the hour
    int32_t spread;              // change, spread: how much of `usual` is there for days that differ
    int32_t base;                // change, by_hour: the share of all hours together; else 0
    char hours[HOURS_WEEK + 1];  // change, by_hour: classes in force (engine_hour_share); else ""
    struct change parts;         // change: points and limits in force
    int32_t parts_start[CHANGE_PARTS], parts_alarm[CHANGE_PARTS]; // change: points before first_event, at the last alarm
    int64_t first_event, last_event; // behind it: scored, not late votes of the place from first to last
    wall_ms ack_until;
    char who[ENGINE_WHO_MAX + 1]; // who acknowledged or closed; empty when nobody did
};

// All of a key that must outlive the program.
struct engine_key_state {
    int32_t rule, version, place, kiosk;
    int32_t state, before; // enum engine_state; before: what it was when it became unknown
    int32_t points, peak, start, flaps;
    int32_t wait_clear;             // closed by hand: must clear once before it may raise again (liveness)
    int64_t n, unhappy;             // as in engine_transition
    int64_t raise_n, raise_unhappy; // standard: since the last raise; change: since the last alarm
    int32_t usual, learned;         // change: the share in force, and the newest told; 0: learning
    int32_t parts[CHANGE_PARTS], parts_start[CHANGE_PARTS], parts_alarm[CHANGE_PARTS]; // change
    int32_t base;                                 // by_hour: the share of all hours together in force, as `usual` is that of the hour
    int32_t spread, learned_spread;               // change: room in force; the deviation that was told last
    int32_t alarm_usual;                          // by_hour: the share that the last alarm was judged by
    int64_t raise_usual;                          // by_hour: sum of the shares that the votes of raise_n were judged by
    char hours[HOURS_WEEK + 1], learned_hours[HOURS_WEEK + 1]; // by_hour: classes in force, and the newest told; "": none
    wall_ms since, opened, raised, cleared_at, ack_until;
    wall_ms period; // start of the open period of the last counted vote
    int64_t first_event, last_event;
    int64_t step; // windows: index (event time / step) of the newest bucket; run: votes in a row of other faces
    struct engine_bucket {
        int32_t n, named;
    } buckets[ENGINE_STEPS]; // windows: ring, [index % ENGINE_STEPS]
    int32_t mash_count;
    struct engine_mash {
        int32_t kiosk;
        wall_ms at;
    } mash[ENGINE_MASH_MAX];
    char who[ENGINE_WHO_MAX + 1];
};

struct engine_kiosk_state {
    int32_t id;
    int32_t presence;    // enum kiosk_state
    int32_t dead;        // judged: no data can come
    wall_ms presence_at; // when presence last changed
    wall_ms ready_at;    // when it last became ready: silence counts from there or the last vote
    wall_ms heard_at;    // last sign of life, arrival time
    wall_ms voted_at;    // newest vote, event time
    int32_t facts;       // enum engine_fact, as last told
    wall_ms tampered_at; // last sign; 0: none
};

struct engine_clock_state {
    wall_ms now, inhibit_until;
    int32_t broker_up;
};

// One line of text, for one TEXT column; versioned. `ret` holds ENGINE_TEXT_MAX. Decoding returns false, with
// *ret untouched, for anything that encode cannot have written.
void engine_key_encode(const struct engine_key_state *s, char *ret);
bool engine_key_decode(const char *text, struct engine_key_state *ret_s);
void engine_kiosk_encode(const struct engine_kiosk_state *s, char *ret);
bool engine_kiosk_decode(const char *text, struct engine_kiosk_state *ret_s);
void engine_clock_encode(const struct engine_clock_state *s, char *ret);
bool engine_clock_decode(const char *text, struct engine_clock_state *ret_s);

// ---------------------------------------------------------------- the engine
struct engine;

struct engine *engine_create(void);    // NULL: out of memory
void engine_destroy(struct engine *e); // accepts NULL

// Replaces places, kiosks, rules and settings (all copied; states of keys and kiosks that remain are kept).
// ENGINE_BAD, and nothing changed: a rule that engine_rule_check refuses or whose limit cannot be found, an
// id that is not positive or occurs twice, hours that are not valid.
enum engine_error engine_configure(struct engine *e, const struct engine_config *c, wall_ms at);

// State as stored. A key or kiosk that is not configured is ignored; a key of another rule version is closed
// (cause rule) when its alert was open.
void engine_restore_clock(struct engine *e, const struct engine_clock_state *s);
void engine_restore_kiosk(struct engine *e, const struct engine_kiosk_state *s);
void engine_restore_key(struct engine *e, const struct engine_key_state *s);

// The aggregator has (re)started, or the wall clock jumped: what fell due in between is judged as of `at`,
// inhibition starts, the broker counts as down until engine_broker says otherwise.
void engine_resume(struct engine *e, wall_ms at);

// Usual ratings an open hour, by local hour of the week (hours_of_week), for silence rules. Not kept across
// destroy: derived from history by the caller, given again at start (before kiosks and keys are restored, so
// that an open alert is judged by them) and when they change.
void engine_set_rates(struct engine *e, int32_t kiosk, const float per_hour[HOURS_WEEK], wall_ms at);

// Of n votes in the history of a change rule's place, as many were unhappy: what is usual there. The share is rounded up a
// little, so that places share charts and false alarms are no more than promised. Up to ENGINE_LEARN_VOTES of them, or
// more unhappy ones than CHANGE_USUAL_MAX, say nothing. It is taken over when the points are at 0 and no alert is open,
// and stored with the key, so it may be told again. A chart that is new costs what change_find does. Ignored for other
// rules, and for those with a usual share of their own.
void engine_set_usual(struct engine *e, int32_t rule, int32_t place, int64_t n, int64_t unhappy, wall_ms at);
// The same for a rule by_hour: votes and unhappy ones of each local hour of the week (hours_of_week). An hour's share is drawn
// toward that of its hour on all days, and that toward the place's, as if ENGINE_HOUR_PRIOR votes had said so; it is told in
// classes of odds, ENGINE_HOUR_ODDS times the next and rather the higher, ENGINE_HOUR_CLASSES either side of the place's at most.
void engine_set_hours(struct engine *e, int32_t rule, int32_t place, int64_t hours[HOURS_WEEK][2], wall_ms at);
// How much the share of a place's days differs, its standard deviation beyond that of chance, for a rule with `spread`: told
// before what is usual, and taken over with it.
void engine_set_spread(struct engine *e, int32_t rule, int32_t place, double deviation, wall_ms at);
// What one hour of the week is judged by, where `base` is the share of all hours together and `room` is for days that differ.
int32_t engine_hour_share(int32_t base, int32_t room, const char hours[HOURS_WEEK + 1], int hour);
// Each key of a change rule that learns. The callback may call the three above.
void engine_each_learning(struct engine *e,
                          void (*each)(void *ctx, const struct engine_rule *rule, int32_t place), void *ctx);

struct engine_vote {
    int64_t event; // grows in order of arrival; a content key ignores one that it has seen or passed
    int32_t place, kiosk;
    const char *question; // borrowed for the call
    int score, of;        // 1..of, of 2..PROTOCOL_SCORE_MAX
    bool contact;         // no rating: somebody leaves a contact, to be called back. score and of are 0
    const char *option;   // borrowed; NULL: a rating. Else the answer names this one, and has no score; an answer that
                          // names several is told once for each
    wall_ms at;           // event time as fixed at arrival
    wall_ms arrived;
    bool late;     // never in points and windows
    bool unscored; // repeated answer of a visit: a sign of life only
};
void engine_vote(struct engine *e, const struct engine_vote *v);
void engine_presence(struct engine *e, int32_t kiosk, enum kiosk_state state, wall_ms at);
void engine_heard(struct engine *e, int32_t kiosk, wall_ms at); // health, or any other message of its own
// What replays the past knows ahead: the kiosk, which has just been heard, goes on to be heard up to `until`, never as long
// apart as any time-out. The same as if engine_heard told each of them; no time passes. It holds over engine_resume.
void engine_heard_until(struct engine *e, int32_t kiosk, wall_ms until);
enum engine_fact { ENGINE_FACT_MISSING = 1, ENGINE_FACT_CLOCK = 2 }; // answers are missing; the clock is wrong
void engine_facts(struct engine *e, int32_t kiosk, int facts, wall_ms at); // all that are true now
void engine_tampered(struct engine *e, int32_t kiosk, wall_ms at);
void engine_broker(struct engine *e, bool up, wall_ms at);
// until > at. From firing or acknowledged (which it renews).
enum engine_error engine_acknowledge(struct engine *e, const char *alert, const char *who, wall_ms until,
                                     wall_ms at);
// By hand, from any open state but pending. A standard and the parts of a change start again at half their limits, a
// share with an empty window, liveness only after it has cleared once.
enum engine_error engine_close(struct engine *e, const char *alert, const char *who, wall_ms at);
void engine_tick(struct engine *e, wall_ms now);

// When a timer is next due, HOURS_EVER for never. It may turn out that nothing happens then.
wall_ms engine_next_tick(const struct engine *e);

// Transitions since the last clear, in order; valid until the next call that is given `e`.
const struct engine_transition *engine_transitions(const struct engine *e, size_t *ret_n);
void engine_clear(struct engine *e);
// Memory ran out for a transition (or a bug asked for one outside the table): roll back and restore.
bool engine_failed(const struct engine *e);

// Takes the next changed state; false when there is none left. A key that configure removed shows once more,
// blank. Write them in the order taken.
bool engine_dirty_key(struct engine *e, struct engine_key_state *ret_s);
bool engine_dirty_kiosk(struct engine *e, struct engine_kiosk_state *ret_s);
struct engine_clock_state engine_clock(const struct engine *e);

// Reading, for pages: false when there is no such key or kiosk.
bool engine_key(const struct engine *e, int32_t rule, int32_t place, int32_t kiosk,
                struct engine_key_state *ret_s);
bool engine_kiosk(const struct engine *e, int32_t kiosk, struct engine_kiosk_state *ret_s);
// Points and limits that a change rule judges a place by now. False: it has no such key, or still learns.
bool engine_parts(const struct engine *e, int32_t rule, int32_t place, struct change *ret_parts);
// Kiosks that would be offline if alerts were not inhibited now: for the one notice with the count.
size_t engine_suppressed(const struct engine *e);

#endif
