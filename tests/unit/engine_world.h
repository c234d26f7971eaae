// A small chain for tests of the engine: a group, two branches (2, 3), an area (4) in the first, four kiosks, one rule at the
// top, and a clock that the test moves.
#ifndef PUAS_TESTS_ENGINE_WORLD_H
#define PUAS_TESTS_ENGINE_WORLD_H

#include "aggregator/engine.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MONDAY (INT64_C(20773) * DAY) // 2026-11-16 00:00 UTC

// organisation 1 > branch 2 (area 4) with kiosks 10, 11 and 13 (in the area), branch 3 with kiosk 12
struct world {
    struct engine *e;
    struct engine_place places[4];
    struct engine_kiosk kiosks[4];
    struct engine_rule rules[3];
    size_t rule_count;
    struct hours hours;
    wall_ms now;
    int64_t event;
    size_t seen; // transitions already looked at
};

static inline void configure(struct world *w)
{
    struct engine_config c = {w->places, 4, w->kiosks, 4, w->rules, w->rule_count, 3 * MINUTE, 2 * MINUTE};
    assert_int_equal(engine_configure(w->e, &c, w->now), ENGINE_DONE);
}

static inline struct world world(struct engine_rule rule)
{
    struct world w = {.e = engine_create(), .now = MONDAY + 9 * HOUR, .rule_count = 1};
    rule.id = rule.version = 1;
    rule.place = rule.place ? rule.place : 1;
    rule.mash_ms = 0;
    w.rules[0] = rule;
    memcpy(w.places,
           (struct engine_place[]){{.id = 1, .kind = ENGINE_GROUP},
                                   {.id = 2, .parent = 1, .kind = ENGINE_BRANCH},
                                   {.id = 3, .parent = 1, .kind = ENGINE_BRANCH},
                                   {.id = 4, .parent = 2, .kind = ENGINE_AREA}},
           sizeof(w.places));
    memcpy(w.kiosks, (struct engine_kiosk[]){{10, 2}, {11, 2}, {12, 3}, {13, 4}}, sizeof(w.kiosks));
    configure(&w);
    return w;
}

// Branches 2 and 3 open 08:00-12:00 and 13:00-17:00 UTC.
static inline void give_hours(struct world *w)
{
    for (int day = 0; day < 7; day++) {
        w->hours.spans[day][0] = (struct hours_span){480, 720};
        w->hours.spans[day][1] = (struct hours_span){780, 1020};
    }
    for (int i = 0; i < 4; i++)
        w->places[i].hours = &w->hours;
    configure(w);
}

static inline void finish(struct world *w)
{
    assert_false(engine_failed(w->e));
    engine_destroy(w->e);
}

static inline struct engine_vote next_vote(struct world *w, int place, int kiosk, int score)
{
    return (struct engine_vote){.event = ++w->event,
                                .place = place,
                                .kiosk = kiosk,
                                .question = "overall",
                                .score = score,
                                .of = 4,
                                .at = w->now,
                                .arrived = w->now};
}

static inline void vote(struct world *w, int place, int score, int times)
{
    for (int i = 0; i < times; i++) {
        w->now += SECOND;
        struct engine_vote v = next_vote(w, place, 0, score);
        engine_vote(w->e, &v);
    }
}

static inline void wait(struct world *w, int64_t ms)
{
    w->now += ms;
    engine_tick(w->e, w->now);
}

static inline struct engine_transition expect(struct world *w, enum engine_state from, enum engine_state to,
                                              enum engine_cause cause)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(w->e, &n);
    if (w->seen >= n)
        fail_msg("no %s -> %s", engine_state_name(from), engine_state_name(to));
    t += w->seen++;
    if (t->from != from || t->to != to || t->cause != cause)
        fail_msg("%s -> %s (%s), not %s -> %s (%s)", engine_state_name(t->from), engine_state_name(t->to),
                 engine_cause_name(t->cause), engine_state_name(from), engine_state_name(to),
                 engine_cause_name(cause));
    assert_true(ident_valid(t->alert));
    return *t;
}

static inline void expect_nothing(struct world *w)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(w->e, &n);
    if (n != w->seen)
        fail_msg("%s -> %s (%s) at +%lld", engine_state_name(t[w->seen].from),
                 engine_state_name(t[w->seen].to), engine_cause_name(t[w->seen].cause),
                 (long long)(t[w->seen].at - MONDAY - 9 * HOUR));
}

static inline struct engine_key_state key(struct world *w, int place, int kiosk)
{
    struct engine_key_state s;
    assert_true(engine_key(w->e, 1, place, kiosk, &s));
    return s;
}

static inline struct engine_rule standard(int limit)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_STANDARD);
    r.limit = limit;
    return r;
}

static inline struct engine_rule share(bool at_least)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_SHARE);
    r.at_least = at_least;
    return r;
}

static inline struct engine_rule change(void)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_CHANGE);
    r.usual = .10; // the pair is +6/-1 at 49 and +7/-2 at 35
    return r;
}

#endif
