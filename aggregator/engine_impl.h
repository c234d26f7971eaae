// engine_impl: what the engine's files share. Nobody else includes it.
//   engine.c            inputs, timers, outputs
//   engine_rules.c      what rules may be, their charts, what they cost
//   engine_configure.c  tables of places, kiosks, rules and keys
//   engine_state.c      the transition table and the life of an alert
//   engine_content.c    which votes count; standard and run
//   engine_window.c     share, count and index
//   engine_change.c     change: worse than usual here
//   engine_liveness.c   silence, offline, dead kiosks
//   engine_text.c       states as text
#ifndef PUAS_AGGREGATOR_ENGINE_IMPL_H
#define PUAS_AGGREGATOR_ENGINE_IMPL_H

#include "aggregator/engine.h"

enum { ENGINE_RUN_MAX = 1000 }; // votes in a row that are told apart

struct list {
    size_t count, room;
    void **items; // owned array of borrowed pointers
};

// In the heap for ever; due HOURS_EVER means not armed. Ties run in order of rank, which follows ids.
struct timer {
    wall_ms due;
    size_t at; // position in the heap
    int64_t rank;
    struct key *key; // one of the two
    struct kiosk *kiosk;
};

struct place {
    struct engine_place c;
    struct hours hours;
    struct place *parent;       // NULL: none
    struct place *branch;       // itself or the nearest one above; NULL: none
    struct list content;        // keys that count the votes of this place
    struct list own;            // keys of this very place, liveness apart
    struct list kiosks;         // here and below
    struct hours_period period; // cache of place_period
};

struct rule {
    struct engine_rule c;
    struct points chart; // standard: an unhappy vote, a happy one; mood: a face each
};

// A chart that change_find has found; it stays as long as the engine.
struct found_chart {
    int32_t usual;
    double arl;
    bool drift;
    struct change c;
};

struct kiosk {
    struct engine_kiosk_state s;
    struct place *place; // NULL: unknown
    struct list keys;    // liveness
    struct timer timer;
    bool dirty;
    bool rated;
    float rates[HOURS_WEEK];
    wall_ms until; // heard up to then, as told ahead
};

struct key {
    struct engine_key_state s;
    const struct rule *rule;
    struct place *place;
    struct kiosk *kiosk; // NULL: content
    struct timer timer;
    bool dirty;
    const struct change *chart; // change: for s.usual, borrowed; NULL: learning
    bool alarm;                 // change: the vote that is judged has reached a limit
};

struct tables {
    struct place *places; // sorted by id, as all four
    size_t place_count;
    struct rule *rules;
    size_t rule_count;
    struct kiosk **kiosks;
    size_t kiosk_count;
    struct key **keys; // by rule, place, kiosk
    size_t key_count;
    struct timer **heap;
    size_t heap_count;
};

struct engine {
    struct tables t;
    int64_t inhibit_ms, lost_after_ms, least_timeout_ms;
    wall_ms now, inhibit_until;
    bool broker_up, failed;
    struct engine_transition *out;
    size_t out_count, out_room;
    struct engine_key_state *gone; // of keys that configure removed, as left, until taken as dirty
    size_t gone_count;
    struct list dirty_keys, dirty_kiosks; // room for all is reserved by configure
    struct list charts;                   // owned struct found_chart
};

// What a rule says now. Neither breached nor eased nor cleared: nothing can be said, leave it.
struct verdict {
    bool breached, eased, cleared;
    bool again;    // another alarm: the open alert counts it
    wall_ms due;   // look again then
    wall_ms since; // for a new alert
};

bool list_add(struct list *l, void *item);
void list_finish(struct list *l);

void tables_finish(struct tables *t);
struct place *tables_place(const struct tables *t, int32_t id);
struct kiosk *tables_kiosk(const struct tables *t, int32_t id);
struct key *tables_key(const struct tables *t, int32_t rule, int32_t place, int32_t kiosk);

bool rule_build(struct engine *e, struct rule *r); // its chart; false: none can be found, or memory ran out
double rule_usual_unhappy(const struct rule *r);   // mood: usual share of the faces that cost points

struct hours_period place_period(struct place *p, wall_ms at);
void timer_arm(struct engine *e, struct timer *t, wall_ms due);
bool engine_inhibited(const struct engine *e);

void key_blank(struct engine_key_state *s,
               int32_t version); // as before the first vote; ids and `opened` stay
void key_touch(struct engine *e, struct key *k);
void kiosk_touch(struct engine *e, struct kiosk *k);
void alert_id(const struct engine_key_state *s, char ret[ENGINE_ALERT_MAX + 1]);
bool key_open(const struct key *k); // pending counts
void key_change(struct engine *e, struct key *k, enum engine_state to, enum engine_cause cause,
                const char *who);
void key_evaluate(struct engine *e, struct key *k); // as of e->now; arms the timer

void content_vote(struct engine *e, struct key *k, const struct engine_vote *v);
void content_closed(struct key *k, wall_ms now); // by hand
struct verdict standard_judge(const struct key *k);
struct verdict run_judge(const struct key *k);
struct verdict contact_judge(const struct key *k);
void window_vote(struct key *k, const struct engine_vote *v);
struct verdict window_judge(struct key *k, wall_ms now);
void cycle_end(struct engine_key_state *s); // the next vote is the first of a cycle

// NULL: it cannot be found, or memory ran out.
const struct change *change_chart(struct engine *e, const struct engine_rule *r, int32_t usual);
void change_resolve(struct engine *e, struct key *k); // chart of the share in force, after a restore
void change_vote(struct engine *e, struct key *k, const struct engine_vote *v, bool unhappy, wall_ms opened);
void change_closed(struct key *k);
struct verdict change_judge(const struct key *k);
int32_t change_units(double share);

struct verdict silence_judge(const struct engine *e, const struct key *k);
struct verdict offline_judge(const struct engine *e, const struct key *k);
struct verdict fact_judge(const struct engine *e, const struct key *k);
struct verdict tamper_judge(const struct engine *e, const struct key *k);
bool key_no_data(const struct key *k);
wall_ms kiosk_dead_at(const struct engine *e, const struct kiosk *k, int64_t timeout_ms, bool inhibit);
enum kiosk_state kiosk_presence(const struct kiosk *k);
bool kiosk_alive(const struct engine *e, const struct kiosk *k, int64_t timeout_ms);
void kiosk_evaluate(struct engine *e, struct kiosk *k);

#endif
