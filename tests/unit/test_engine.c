// The engine on a virtual clock, one test a promise. Row numbers are those of the semantic table in the
// design.
#include "tests/unit/engine_world.h"

#include <stdlib.h>

// ---------------------------------------------------------------- standard
static void limit_reached_exactly(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 1);
    expect_nothing(&w);
    vote(&w, 2, 2, 1); // 17 + 17 = 34
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.points, 34);
    assert_int_equal(t.limit, 34);
    assert_int_equal(t.n, 2);
    assert_int_equal(t.unhappy, 2);
    assert_int_equal(t.since, w.now - SECOND);
    assert_int_equal(t.raised, w.now);
    assert_int_equal(t.first_event, 1);
    assert_int_equal(t.last_event, 2);
    assert_int_equal(t.place, 2);
    finish(&w);
    w = world(standard(35));
    vote(&w, 2, 1, 2);
    expect_nothing(&w);
    vote(&w, 3, 1, 1); // another branch counts for itself
    expect_nothing(&w);
    vote(&w, 4, 1, 1); // the area belongs to branch 2
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).points, 51);
    finish(&w);
}

static void limit_from_the_chain(void **state)
{
    (void)state;
    struct engine_rule r = standard(0);
    struct world w = world(r); // usual defaults to 10 %
    vote(&w, 2, 1, 6);
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).limit, 117);
    finish(&w);
    struct engine_cost cost;
    r.id = r.version = r.place = 1;
    assert_true(engine_rule_cost(&r, 100, &cost));
    assert_int_equal(cost.chart.limit, 117);
    assert_float_equal(cost.arl, 5191.372857, 1e-6);
    assert_float_equal(cost.delay[2], 34.5, .05);
    assert_true(cost.periods > 51.9 && cost.periods < 100);
    r.promise = 60;
    assert_true(engine_rule_cost(&r, 100, &cost) && isnan(cost.delay[3]));
    r.kind = ENGINE_SHARE;
    assert_false(engine_rule_cost(&r, 100, &cost));
}

static void resolves_when_proven(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 2);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 11);
    expect_nothing(&w);
    vote(&w, 2, 3, 1); // points 0
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    vote(&w, 2, 4, 9);
    expect_nothing(&w);
    vote(&w, 2, 4, 1); // 22 happy votes since the raise
    struct engine_transition t = expect(&w, ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED);
    assert_int_equal(t.n, 24);
    assert_int_equal(t.peak, 34);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.n == 0 && s.points == 0 && s.raised == 0);
    vote(&w, 2, 1, 2); // a new alert, with a new id
    assert_string_not_equal(expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH).alert, t.alert);
    finish(&w);
}

static void cap_and_relapse(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 50);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(key(&w, 2, 0).points, 68);
    vote(&w, 2, 4, 23);
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    vote(&w, 2, 1, 2);
    struct engine_transition again = expect(&w, ENGINE_RECOVERING, ENGINE_FIRING, ENGINE_BREACH);
    assert_string_equal(again.alert, t.alert); // one alert with a counter (row 3)
    assert_int_equal(again.flaps, 1);
    assert_int_equal(again.raised, t.raised);
    vote(&w, 2, 4, 22); // counted since the relapse
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    expect(&w, ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void closing_leaves_half(void **state)
{
    (void)state;
    struct world w = world(standard(40));
    vote(&w, 2, 1, 3);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_close(w.e, "1-2-0-zz", "ani", w.now), ENGINE_NO_ALERT);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_DONE);
    assert_string_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED).who, "ani");
    assert_int_equal(key(&w, 2, 0).points, 20);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_NO_ALERT);
    vote(&w, 2, 1, 1);
    expect_nothing(&w);
    vote(&w, 2, 1, 1); // 20 + 34
    struct engine_transition again = expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(again.n, 2);
    assert_int_equal(again.start, 20); // where its curve begins
    assert_int_equal(t.start, 0);
    finish(&w);
}

static void acknowledged_and_expired(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 3);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "", w.now + HOUR, w.now), ENGINE_BAD);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now, w.now), ENGINE_BAD);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now + HOUR, w.now), ENGINE_DONE);
    t = expect(&w, ENGINE_FIRING, ENGINE_ACKNOWLEDGED, ENGINE_ACK);
    assert_string_equal(t.who, "ani");
    assert_int_equal(t.ack_until, w.now + HOUR);
    wait(&w, 30 * MINUTE);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "budi", w.now + HOUR, w.now), ENGINE_DONE);
    expect(&w, ENGINE_ACKNOWLEDGED, ENGINE_ACKNOWLEDGED, ENGINE_ACK);
    wait(&w, HOUR - 1);
    expect_nothing(&w);
    wait(&w, HOUR); // ticks may come late: the expiry has its own time
    t = expect(&w, ENGINE_ACKNOWLEDGED, ENGINE_FIRING, ENGINE_ACK_EXPIRED);
    assert_int_equal(t.at, w.now - HOUR + 1);
    vote(&w, 2, 4, 17);
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now + HOUR, w.now), ENGINE_NOT_NOW);
    finish(&w);
}

static void all_one_face(void **state)
{
    (void)state;
    struct world w = world(standard(0));
    vote(&w, 2, 4, 3000);
    wait(&w, 30 * DAY);
    expect_nothing(&w);
    assert_int_equal(key(&w, 2, 0).n, 0);
    finish(&w);
}

static void faces_of_each_scale(void **state)
{
    (void)state;
    static const int least_happy[] = {[2] = 2, [3] = 3, [4] = 3, [5] = 4, [11] = 10};
    static const int scales[] = {2, 3, 4, 5, 11};
    for (size_t i = 0; i < 5; i++)
        for (int score = 0; score <= scales[i] + 1; score++) {
            struct world w = world(standard(17));
            struct engine_vote v = next_vote(&w, 2, 0, score);
            v.of = scales[i];
            engine_vote(w.e, &v);
            if (score >= 1 && score < least_happy[scales[i]]) // 0 and of + 1 are no scores
                expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
            expect_nothing(&w);
            finish(&w);
        }
}

static void late_unscored_replayed_or_foreign(void **state)
{
    (void)state;
    struct world w = world(standard(17));
    strcpy(w.rules[0].question.s, "overall");
    w.rules[0].version = 2;
    configure(&w);
    struct engine_vote v = next_vote(&w, 2, 0, 1);
    v.late = true;
    engine_vote(w.e, &v); // row 4
    v = next_vote(&w, 2, 0, 1);
    v.unscored = true;
    engine_vote(w.e, &v);
    v = next_vote(&w, 2, 0, 1);
    v.question = "waiting";
    engine_vote(w.e, &v);
    vote(&w, 77, 1, 1); // unassigned
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED);
    w.event--; // row 2: the same rating again
    vote(&w, 2, 1, 1);
    expect_nothing(&w);
    finish(&w);
}

static void mash_guard(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    w.rules[0].mash_ms = 2000;
    w.rules[0].version = 2;
    configure(&w);
    for (int i = 0; i < 10; i++) { // one burst, each press 1 s after the one before: counts once
        w.now += SECOND;
        struct engine_vote v = next_vote(&w, 2, 10, 1);
        engine_vote(w.e, &v);
    }
    assert_int_equal(key(&w, 2, 0).points, 17);
    struct engine_vote v = next_vote(&w, 2, 11, 4); // another kiosk is another finger
    engine_vote(w.e, &v);
    assert_int_equal(key(&w, 2, 0).points, 14);
    w.now += 1999;
    v = next_vote(&w, 2, 10, 1);
    engine_vote(w.e, &v);
    assert_int_equal(key(&w, 2, 0).points, 14);
    w.now += 2000;
    v = next_vote(&w, 2, 10, 1);
    engine_vote(w.e, &v);
    assert_int_equal(key(&w, 2, 0).points, 31);
    for (int kiosk = 100; kiosk < 140; kiosk++) { // more kiosks than are remembered
        v = next_vote(&w, 2, kiosk, 4);
        engine_vote(w.e, &v);
    }
    assert_int_equal(key(&w, 2, 0).points, 0);
    finish(&w);
}

static void closed_pauses_and_opening_halves(void **state)
{
    (void)state;
    struct world w = world(standard(100));
    give_hours(&w);
    vote(&w, 2, 1, 3);
    assert_int_equal(key(&w, 2, 0).points, 51);
    w.now = MONDAY + 12 * HOUR;
    vote(&w, 2, 1, 5); // row 18: paused
    assert_int_equal(key(&w, 2, 0).points, 51);
    w.now = MONDAY + 13 * HOUR - SECOND;
    vote(&w, 2, 1, 1); // exactly at the opening: 25 + 17
    assert_int_equal(key(&w, 2, 0).points, 42);
    vote(&w, 2, 1, 1);
    assert_int_equal(key(&w, 2, 0).points, 59);
    expect_nothing(&w);
    finish(&w);
}

static void never_opens(void **state)
{
    (void)state;
    struct world w = world(standard(17));
    for (int i = 0; i < 4; i++)
        w.places[i].hours = &w.hours; // no span at all
    configure(&w);
    vote(&w, 2, 1, 9);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    wait(&w, 30 * DAY);
    expect_nothing(&w);
    finish(&w);
}

static void rule_changes(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 2);
    vote(&w, 3, 1, 2);
    struct engine_transition a = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    struct engine_transition b = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    configure(&w); // nothing changed: nothing happens
    expect_nothing(&w);
    assert_int_equal(key(&w, 2, 0).points, 34);
    w.rules[0].place = 3; // narrowed without a new version: 2 ends, 3 goes on
    configure(&w);
    assert_string_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE).alert, a.alert);
    expect_nothing(&w);
    w.rules[0].version = 2;
    configure(&w);
    assert_string_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE).alert, b.alert);
    vote(&w, 3, 1, 2);
    struct engine_transition c = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_string_not_equal(c.alert, b.alert);
    assert_int_equal(c.version, 2);
    w.rules[0].place = 99; // a place that is gone
    configure(&w);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE);
    vote(&w, 3, 1, 5);
    expect_nothing(&w);
    finish(&w);
}

static void bad_configurations(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 1);
    struct engine_config c = {w.places, 4, w.kiosks, 4, w.rules, 1, 0, 1};
    w.rules[0].promise = 100;
    assert_non_null(engine_rule_check(&w.rules[0]));
    assert_int_equal(engine_configure(w.e, &c, w.now), ENGINE_BAD);
    w.rules[0] = share(true);
    w.rules[0].id = w.rules[0].version = w.rules[0].place = 1;
    assert_null(engine_rule_check(&w.rules[0]));
    w.rules[0].resolve = w.rules[0].raise;
    assert_non_null(engine_rule_check(&w.rules[0]));
    w.rules[0].at_least = false;
    assert_null(engine_rule_check(&w.rules[0]));
    w.kiosks[1].id = 10;
    assert_int_equal(engine_configure(w.e, &c, w.now), ENGINE_BAD);
    w.kiosks[1].id = 11;
    w.places[0].id = 2;
    assert_int_equal(engine_configure(w.e, &c, w.now), ENGINE_BAD);
    assert_int_equal(key(&w, 2, 0).points, 17); // all as it was
    w.places[0].id = 1;
    w.places[0].parent = 3; // a ring: no rule reaches in, nothing hangs
    assert_int_equal(engine_configure(w.e, &c, w.now), ENGINE_DONE);
    vote(&w, 2, 1, 9);
    finish(&w);
}

// ---------------------------------------------------------------- change
static void five_in_a_row_reach_the_fast_limit(void **state)
{
    (void)state;
    struct world w = world(change());
    vote(&w, 2, 4, 3);
    vote(&w, 2, 1, 4);
    vote(&w, 3, 1, 4); // another branch counts for itself
    expect_nothing(&w);
    vote(&w, 4, 1, 1); // the area belongs to branch 2
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.parts.count, 2);
    assert_true(t.parts.part[0].up == 6 && t.parts.part[0].down == 1 && t.parts.part[0].limit == 49);
    assert_true(t.parts.part[1].up == 7 && t.parts.part[1].down == 2 && t.parts.part[1].limit == 35);
    assert_true(t.parts_alarm[0] == 30 && t.parts_alarm[1] == 35);
    assert_true(t.points == 35 && t.limit == 35);
    assert_int_equal(t.usual, 1000);
    assert_true(t.n == 5 && t.unhappy == 5);
    assert_true(t.first_event == 4 && t.last_event == 12);
    assert_int_equal(t.kind, ENGINE_CHANGE);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.parts[0] == 0 && s.parts[1] == 0);
    finish(&w);
}

static void the_slow_limit_is_its_own(void **state)
{
    (void)state;
    struct world w = world(change());
    int slow = 0, fast = 0, votes = 0;
    for (; slow < 49; votes++) { // one unhappy of four: a chart of the test's own
        bool unhappy = votes % 4 == 0;
        slow = unhappy ? slow + 6 : slow > 1 ? slow - 1 : 0;
        slow = slow > 49 ? 49 : slow;
        fast = unhappy ? fast + 7 : fast > 2 ? fast - 2 : 0;
        assert_true(fast < 35);
        expect_nothing(&w);
        vote(&w, 2, unhappy ? 1 : 4, 1);
    }
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.parts_alarm[0] == 49 && t.parts_alarm[1] == fast && t.points == 49);
    finish(&w);
}

static void a_further_alarm_counts_up(void **state)
{
    (void)state;
    struct world w = world(change());
    vote(&w, 2, 1, 5);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 3);
    vote(&w, 2, 1, 5);
    struct engine_transition again = expect(&w, ENGINE_FIRING, ENGINE_FIRING, ENGINE_BREACH);
    assert_string_equal(again.alert, t.alert);
    assert_true(again.flaps == 1 && again.raised == t.raised && again.n == 13);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now + HOUR, w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_ACKNOWLEDGED, ENGINE_ACK);
    vote(&w, 2, 1, 5);
    again = expect(&w, ENGINE_ACKNOWLEDGED, ENGINE_ACKNOWLEDGED, ENGINE_BREACH);
    assert_string_equal(again.who, "ani"); // still on it
    assert_int_equal(again.flaps, 2);
    assert_int_equal(again.ack_until, w.now - 5 * SECOND + HOUR);
    assert_int_equal(key(&w, 2, 0).raise_n, 0);
    finish(&w);
}

// 0 of 22 has an upper bound of 14.9 %; 1.5 x 10 % is 15 %.
static void resolves_when_as_usual(void **state)
{
    (void)state;
    struct world w = world(change());
    vote(&w, 2, 1, 5);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 10);
    vote(&w, 2, 1, 5); // counted from here
    expect(&w, ENGINE_FIRING, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 21);
    expect_nothing(&w);
    vote(&w, 2, 4, 1);
    struct engine_transition t = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    assert_true(t.n == 42 && t.flaps == 1);
    assert_int_equal(t.parts_alarm[1], 35);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.n == 0 && s.raised == 0 && s.flaps == 0);
    vote(&w, 2, 1, 5); // anew, with a new id
    assert_string_not_equal(expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH).alert, t.alert);
    finish(&w);
}

static void a_change_is_clear_for_long_enough(void **state)
{
    (void)state;
    struct engine_rule r = change();
    r.resolve_ms = MINUTE;
    struct world w = world(r);
    vote(&w, 2, 1, 5);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 22);
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    vote(&w, 2, 1, 5);
    assert_int_equal(expect(&w, ENGINE_RECOVERING, ENGINE_FIRING, ENGINE_BREACH).flaps, 1);
    vote(&w, 2, 4, 22);
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    wait(&w, MINUTE);
    expect(&w, ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void closing_a_change_leaves_half_of_each(void **state)
{
    (void)state;
    struct world w = world(change());
    vote(&w, 2, 1, 5);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.parts[0] == 24 && s.parts[1] == 17);
    vote(&w, 2, 1, 2);
    expect_nothing(&w);
    vote(&w, 2, 1, 1); // 17 + 21
    struct engine_transition again = expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(again.n == 3 && again.parts_start[0] == 24 && again.parts_start[1] == 17);
    assert_true(t.parts_start[0] == 0 && t.parts_start[1] == 0);
    finish(&w);
}

static void learning_until_enough(void **state)
{
    (void)state;
    struct engine_rule r = change();
    r.usual = 0;
    struct world w = world(r);
    vote(&w, 2, 1, 50);
    engine_set_usual(w.e, 1, 2, 900, 90, w.now);
    engine_set_usual(w.e, 1, 2, 1000, 501, w.now); // more than half is no usual
    engine_set_usual(w.e, 1, 9, 1000, 100, w.now);
    engine_set_usual(w.e, 7, 2, 1000, 100, w.now);
    vote(&w, 2, 1, 50);
    expect_nothing(&w);
    assert_int_equal(key(&w, 2, 0).usual, 0);
    engine_set_usual(w.e, 1, 2, 901, 89, w.now); // 9.88 %, rounded up
    assert_int_equal(key(&w, 2, 0).usual, 1000);
    vote(&w, 2, 1, 4);
    engine_set_usual(w.e, 1, 2, 1000, 120, w.now); // not while votes are counted by another
    assert_true(key(&w, 2, 0).usual == 1000 && key(&w, 2, 0).learned == 1200);
    vote(&w, 2, 1, 1);
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).usual, 1000);
    vote(&w, 2, 4, 22);
    assert_int_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED).usual, 1000);
    vote(&w, 2, 4, 1); // all at 0
    assert_int_equal(key(&w, 2, 0).usual, 1200);
    assert_int_equal(key(&w, 3, 0).usual, 0); // each place its own
    engine_set_usual(w.e, 1, 3, 2000, 2, w.now);
    assert_int_equal(key(&w, 3, 0).usual, 200); // the least there are charts for
    finish(&w);
}

static void halved_at_opening(void **state)
{
    (void)state;
    struct world w = world(change());
    give_hours(&w);
    vote(&w, 2, 1, 3); // 18 and 21
    w.now = MONDAY + 13 * HOUR + MINUTE;
    vote(&w, 2, 1, 3); // 9 + 18 and 10 + 21
    expect_nothing(&w);
    struct engine_key_state s = key(&w, 2, 0);
    assert_true(s.parts[0] == 27 && s.parts[1] == 31);
    vote(&w, 2, 1, 1);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void a_change_of_version_and_of_kiosks(void **state)
{
    (void)state;
    struct world w = world(change());
    vote(&w, 2, 1, 4);
    configure(&w); // the same version counts on
    vote(&w, 2, 1, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    struct engine_key_state stored = key(&w, 2, 0);
    w.rules[0].version = 2;
    configure(&w);
    struct engine_transition ended = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE);
    assert_true(ended.version == 1 && ended.parts_alarm[1] == t.parts_alarm[1]);
    assert_int_equal(key(&w, 2, 0).parts[0], 0);
    engine_restore_key(w.e, &stored); // as after a restart with the new rule
    ended = expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE);
    assert_int_equal(ended.parts.count, 0); // nothing is said of another version's points
    vote(&w, 2, 1, 5);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void cost_of_a_change(void **state)
{
    (void)state;
    struct engine_rule r = change();
    struct engine_cost cost;
    r.id = r.version = r.place = 1;
    assert_true(engine_rule_cost(&r, 100, &cost));
    assert_float_equal(cost.arl, 5046.872042, 1e-5);
    assert_true(cost.parts.count == 2 && cost.parts.part[1].limit == 35);
    assert_true(cost.periods > 50.5 && cost.periods < 100);
    assert_float_equal(cost.shift[0], .2, 1e-9);
    assert_float_equal(cost.delay[0], 93.185, .001);
    assert_float_equal(cost.delay[2], 13.141, .001);
    r.usual = 0;
    assert_false(engine_rule_cost(&r, 100, &cost)); // learning
    assert_null(engine_rule_check(&r));
    r.hold_ms = 1;
    assert_non_null(engine_rule_check(&r));
    r = change();
    r.id = r.version = r.place = 1;
    r.usual = .01;
    assert_non_null(engine_rule_check(&r));
    r.usual = .6;
    assert_non_null(engine_rule_check(&r));
    r.usual = .1;
    r.arl = 50;
    assert_non_null(engine_rule_check(&r));
    r.arl = 0;
    r.parts = (struct change){4, {{1, 1, 1}}};
    assert_non_null(engine_rule_check(&r));
}

// ---------------------------------------------------------------- share
static void above_or_at_least(void **state)
{
    (void)state;
    struct world w = world(share(false));
    vote(&w, 2, 4, 2);
    vote(&w, 2, 1, 2); // exactly 50 %: not more than 50 %
    expect_nothing(&w);
    vote(&w, 2, 2, 1);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.n, 5);
    assert_int_equal(t.unhappy, 3);
    assert_int_equal(t.since, MONDAY + 9 * HOUR);
    finish(&w);
    w = world(share(true));
    vote(&w, 2, 4, 2);
    vote(&w, 2, 1, 2);
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).n, 4);
    finish(&w);
}

static void minimum_n_and_hysteresis(void **state)
{
    (void)state;
    struct world w = world(share(false));
    vote(&w, 2, 1, 3); // 100 %, but three
    expect_nothing(&w);
    vote(&w, 2, 1, 1);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    vote(&w, 2, 4, 5); // 4 of 9 = 44.4 %: under the raise, above the 40 % that resolve
    expect_nothing(&w);
    vote(&w, 2, 4, 1); // 40 %
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void window_empties(void **state)
{
    (void)state;
    struct world w = world(share(false));
    vote(&w, 2, 1, 4); // 09:00:01 .. 09:00:04; steps of 15 s
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    wait(&w, 15 * MINUTE - 5 * SECOND);
    expect_nothing(&w);
    wait(&w, DAY);
    assert_int_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED).at,
                     MONDAY + 9 * HOUR + 15 * MINUTE);
    vote(&w, 2, 1, 3);
    w.now += 10 * MINUTE;
    struct engine_vote v = next_vote(&w, 2, 0, 1);
    v.at -= 20 * MINUTE; // not flagged late, yet out of the window
    engine_vote(w.e, &v);
    expect_nothing(&w);
    v = next_vote(&w, 2, 0, 1);
    v.at += 90 * SECOND; // a kiosk's clock ahead
    engine_vote(w.e, &v);
    expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    wait(&w, 6 * MINUTE); // three leave: too few to tell
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    wait(&w, HOUR);
    expect(&w, ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

// Happy votes leave first: the share rises though nobody pressed.
static void raised_by_leaving(void **state)
{
    (void)state;
    struct world w = world(share(false));
    vote(&w, 2, 4, 5);
    w.now += 5 * MINUTE;
    vote(&w, 2, 1, 5);
    expect_nothing(&w);
    wait(&w, 11 * MINUTE);
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).n, 5);
    finish(&w);
}

static void hold_before_and_after(void **state)
{
    (void)state;
    struct engine_rule r = share(false);
    r.hold_ms = 60 * SECOND;
    r.resolve_ms = 120 * SECOND;
    struct world w = world(r);
    vote(&w, 2, 1, 4);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_PENDING, ENGINE_BREACH);
    assert_int_equal(t.raised, 0);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_NOT_NOW);
    vote(&w, 2, 4, 4); // back at 50 %: no breach
    expect(&w, ENGINE_PENDING, ENGINE_OK, ENGINE_CLEARED);
    vote(&w, 2, 1, 1);
    t = expect(&w, ENGINE_OK, ENGINE_PENDING, ENGINE_BREACH);
    wait(&w, 5 * MINUTE);
    struct engine_transition f = expect(&w, ENGINE_PENDING, ENGINE_FIRING, ENGINE_HELD);
    assert_int_equal(f.at, t.at + 60 * SECOND);
    assert_string_equal(f.alert, t.alert);
    vote(&w, 2, 4, 4);
    expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED);
    vote(&w, 2, 1, 4);
    assert_int_equal(expect(&w, ENGINE_RECOVERING, ENGINE_FIRING, ENGINE_BREACH).flaps, 1);
    vote(&w, 2, 4, 6);
    wall_ms eased = expect(&w, ENGINE_FIRING, ENGINE_RECOVERING, ENGINE_EASED).at;
    wait(&w, 119 * SECOND);
    expect_nothing(&w);
    wait(&w, SECOND);
    assert_int_equal(expect(&w, ENGINE_RECOVERING, ENGINE_RESOLVED, ENGINE_CLEARED).at, eased + 120 * SECOND);
    finish(&w);
}

// ---------------------------------------------------------------- liveness
static struct world offline(void)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_OFFLINE);
    r.place = 2;
    struct world w = world(r);
    give_hours(&w);
    return w;
}

// A holiday and the night after it: a kiosk that is lost then has until after the next opening to appear.
static void closed_on_a_holiday(void **state)
{
    (void)state;
    struct hours_dates *d = calloc(1, sizeof(*d) + sizeof(*d->items));
    assert_non_null(d);
    d->count = 1;
    d->items[0] = (struct hours_date){.from = 20773, .to = 20773}; // the Monday itself
    struct world w = offline();
    w.hours.dates = d;
    give_hours(&w);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    wait(&w, MINUTE);
    engine_presence(w.e, 10, KIOSK_LOST, w.now);
    w.now = MONDAY + DAY + 8 * HOUR + 2 * MINUTE - 1;
    engine_tick(w.e, w.now);
    expect_nothing(&w);
    wait(&w, 1);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
    free(d);
}

static void will_and_heartbeat(void **state)
{
    (void)state;
    struct world w = offline();
    wait(&w, HOUR); // never seen: not offline
    expect_nothing(&w);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 13, KIOSK_READY, w.now);
    wait(&w, MINUTE);
    engine_heard(w.e, 13, w.now);
    engine_presence(w.e, 10, KIOSK_LOST, w.now);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_true(t.kiosk == 10 && t.place == 2 && t.at == w.now && t.since == w.now);
    wait(&w, 2 * MINUTE - 1);
    expect_nothing(&w);
    wait(&w, 1);
    t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH); // grouped under the branch, kiosk in the area
    assert_true(t.kiosk == 13 && t.place == 2 && t.since == w.now - 2 * MINUTE);
    engine_heard(w.e, 13, w.now += SECOND);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    engine_presence(w.e, 10, KIOSK_READY, w.now += SECOND);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    finish(&w);
}

static void closed_by_hand_stays_closed(void **state)
{
    (void)state;
    struct world w = offline();
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 10, KIOSK_LOST, w.now);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLOSED);
    wait(&w, HOUR);
    expect_nothing(&w);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 10, KIOSK_LOST, ++w.now);
    expect(&w, ENGINE_RESOLVED, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void closed_place_and_sleep(void **state)
{
    (void)state;
    struct world w = offline();
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 11, KIOSK_READY, w.now);
    for (; w.now < MONDAY + 11 * HOUR + 59 * MINUTE; w.now += MINUTE)
        engine_heard(w.e, 10, w.now), engine_heard(w.e, 11, w.now);
    expect_nothing(&w);
    engine_presence(w.e, 11, KIOSK_SLEEPING, w.now);
    w.now = MONDAY + 12 * HOUR + MINUTE; // the branch is closed now
    engine_presence(w.e, 10, KIOSK_LOST, w.now);
    wait(&w, 59 * MINUTE); // 13:00
    expect_nothing(&w);
    wait(&w, 2 * MINUTE - 1);
    expect_nothing(&w);
    wait(&w, 1); // 13:02: it had two minutes to appear
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).kiosk, 10);
    wait(&w, 3 * HOUR);
    expect_nothing(&w); // the other one sleeps, by its own word
    finish(&w);
}

static void inhibited_after_return(void **state)
{
    (void)state;
    struct world w = offline();
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 11, KIOSK_READY, w.now);
    w.now += 20 * MINUTE; // the aggregator was away
    engine_resume(w.e, w.now);
    wait(&w, HOUR); // the broker is not back: nothing can be known
    expect_nothing(&w);
    assert_int_equal(engine_suppressed(w.e), 2);
    engine_broker(w.e, true, w.now);
    wait(&w, 3 * MINUTE - SECOND);
    engine_heard(w.e, 11, w.now);
    expect_nothing(&w);
    wait(&w, SECOND); // row 7
    assert_int_equal(expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH).kiosk, 10);
    assert_int_equal(engine_suppressed(w.e), 0);
    expect_nothing(&w);
    engine_broker(w.e, false, w.now);
    wait(&w, HOUR);
    engine_broker(w.e, true, w.now);
    engine_heard(w.e, 11, w.now + MINUTE);
    engine_presence(w.e, 11, KIOSK_LOST, w.now + MINUTE); // a will within the time counts only if it stays
    engine_presence(w.e, 11, KIOSK_READY, w.now + 2 * MINUTE);
    wait(&w, 3 * MINUTE + 30 * SECOND);
    expect_nothing(&w);
    finish(&w);
}

// A wall clock that jumped ahead and back leaves nothing that waits for the future.
static void clock_jumps(void **state)
{
    (void)state;
    struct world w = offline();
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_heard(w.e, 10, w.now + HOUR);
    engine_resume(w.e, w.now);
    engine_broker(w.e, true, w.now);
    struct engine_kiosk_state s;
    assert_true(engine_kiosk(w.e, 10, &s) && s.heard_at == w.now);
    wait(&w, 3 * MINUTE);
    expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    finish(&w);
}

static void all_dead_is_unknown(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 13, KIOSK_READY, w.now); // 11 was never seen and does not count
    vote(&w, 2, 1, 3);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now + 10 * MINUTE, w.now), ENGINE_DONE);
    expect(&w, ENGINE_FIRING, ENGINE_ACKNOWLEDGED, ENGINE_ACK);
    engine_presence(w.e, 10, KIOSK_LOST, w.now);
    expect_nothing(&w); // the area's kiosk is left
    wait(&w, 5 * MINUTE);
    t = expect(&w, ENGINE_ACKNOWLEDGED, ENGINE_UNKNOWN, ENGINE_NO_DATA); // row 6
    assert_string_equal(t.who, "ani");
    assert_int_equal(engine_acknowledge(w.e, t.alert, "ani", w.now + HOUR, w.now), ENGINE_NOT_NOW);
    engine_heard(w.e, 13, w.now);
    expect(&w, ENGINE_UNKNOWN, ENGINE_ACKNOWLEDGED, ENGINE_DATA_BACK);
    wait(&w, 2 * MINUTE);
    expect(&w, ENGINE_ACKNOWLEDGED, ENGINE_UNKNOWN, ENGINE_NO_DATA);
    wait(&w, 10 * MINUTE); // the acknowledgement runs out meanwhile
    expect_nothing(&w);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    expect(&w, ENGINE_UNKNOWN, ENGINE_FIRING, ENGINE_DATA_BACK);
    wait(&w, 2 * MINUTE);
    expect(&w, ENGINE_FIRING, ENGINE_UNKNOWN, ENGINE_NO_DATA);
    assert_int_equal(engine_close(w.e, t.alert, "ani", w.now), ENGINE_DONE);
    expect(&w, ENGINE_UNKNOWN, ENGINE_RESOLVED, ENGINE_CLOSED);
    finish(&w);
}

static void silent_by_its_own_rate(void **state)
{
    (void)state;
    struct engine_rule r = engine_rule_defaults(ENGINE_SILENCE);
    struct world w = world(r);
    give_hours(&w);
    w.now = MONDAY + 11 * HOUR + 58 * MINUTE;
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    engine_presence(w.e, 11, KIOSK_READY, w.now);
    float rates[HOURS_WEEK];
    for (int i = 0; i < HOURS_WEEK; i++)
        rates[i] = 60; // one a minute: exp(-t) < .001 after 6.907755 minutes
    engine_set_rates(w.e, 10, rates, w.now);
    wall_ms start = w.now;
    // Two minutes before the midday close and 4.9 after it.
    wall_ms due = start + (wall_ms)ceil(6.907755278982137 * (double)MINUTE) + HOUR;
    for (; w.now <= due - MINUTE; w.now += MINUTE)
        engine_heard(w.e, 10, w.now), engine_heard(w.e, 11, w.now);
    expect_nothing(&w);
    engine_heard(w.e, 10, due + 7);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.at, due);
    assert_int_equal(t.since, start);
    assert_int_equal(t.kiosk, 10); // 11 has no rates: learning
    w.now = due + MINUTE;
    engine_presence(w.e, 10, KIOSK_LOST, w.now); // now it is dead, not silent
    expect(&w, ENGINE_FIRING, ENGINE_UNKNOWN, ENGINE_NO_DATA);
    engine_presence(w.e, 10, KIOSK_READY, w.now += MINUTE);
    expect(&w, ENGINE_UNKNOWN, ENGINE_FIRING, ENGINE_DATA_BACK);
    struct engine_vote v = next_vote(&w, 2, 10, 4);
    engine_vote(w.e, &v);
    expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_CLEARED);
    for (int i = 0; i < 60; i++) { // a vote every 5 minutes is usual enough, and a late one is one
        w.now += MINUTE;
        engine_heard(w.e, 10, w.now);
        if (i % 5 == 0) {
            v = next_vote(&w, 2, 10, 4);
            v.late = true;
            engine_vote(w.e, &v);
        }
    }
    expect_nothing(&w);
    finish(&w);
}

static void silence_needs_a_live_kiosk_and_no_inhibition(void **state)
{
    (void)state;
    struct world w = world(engine_rule_defaults(ENGINE_SILENCE));
    float rates[HOURS_WEEK];
    for (int i = 0; i < HOURS_WEEK; i++)
        rates[i] = 600;
    engine_set_rates(w.e, 10, rates, w.now);
    engine_presence(w.e, 10, KIOSK_SLEEPING, w.now);
    wait(&w, HOUR);
    engine_presence(w.e, 10, KIOSK_READY, w.now);
    wall_ms ready = w.now;
    engine_resume(w.e, w.now += 10 * SECOND);
    engine_broker(w.e, true, w.now);
    for (int i = 0; i < 17; i++) {
        w.now += 10 * SECOND;
        engine_heard(w.e, 10, w.now);
    }
    expect_nothing(&w);
    engine_heard(w.e, 10, w.now += 10 * SECOND);
    struct engine_transition t = expect(&w, ENGINE_OK, ENGINE_FIRING, ENGINE_BREACH);
    assert_int_equal(t.at, ready + 190 * SECOND);
    finish(&w);
}

// ---------------------------------------------------------------- states as text
static void text_round_trip(void **state)
{
    (void)state;
    struct engine_key_state s, back;
    memset(&s, 0, sizeof(s));
    s.rule = s.version = s.place = s.kiosk = s.flaps = INT32_MAX;
    s.state = ENGINE_UNKNOWN;
    s.before = ENGINE_FIRING;
    s.points = s.peak = 2 * CUSUM_LIMIT_MAX;
    s.raise_n = s.raise_unhappy = s.first_event = s.last_event = INT64_MAX;
    s.since = s.opened = s.raised = s.cleared_at = s.ack_until = s.period = s.step = INT64_MIN;
    for (int i = 0; i < ENGINE_STEPS; i++) {
        s.buckets[i] = (struct engine_bucket){INT32_MAX, INT32_MAX};
        s.n = s.unhappy += INT32_MAX;
    }
    s.mash_count = ENGINE_MASH_MAX;
    for (int i = 0; i < ENGINE_MASH_MAX; i++) {
        s.mash[i].kiosk = INT32_MIN;
        s.mash[i].at = INT64_MIN;
    }
    s.usual = s.learned = ENGINE_SHARE_UNITS;
    for (int i = 0; i < CHANGE_PARTS; i++)
        s.parts[i] = s.parts_start[i] = s.parts_alarm[i] = CUSUM_LIMIT_MAX;
    memset(s.who, 'x', ENGINE_WHO_MAX);
    memcpy(s.who, "a b | c", 7);
    char text[ENGINE_TEXT_MAX];
    engine_key_encode(&s, text); // the longest there is
    assert_true(strlen(text) < ENGINE_TEXT_MAX - 200);
    memset(&back, 0, sizeof(back));
    assert_true(engine_key_decode(text, &back));
    assert_memory_equal(&back, &s, sizeof(s));
    char *name = strstr(text, "a b");
    name[0] = 0; // no name is one
    assert_true(engine_key_decode(text, &back));
    // Every shorter text is refused, or is a smaller state that writes itself so.
    for (size_t n = strlen(text); n-- > 0;) {
        char cut[ENGINE_TEXT_MAX];
        memcpy(cut, text, n);
        cut[n] = 0;
        assert_false(engine_key_decode(cut, &back));
    }
    assert_false(engine_key_decode("key3 1 1 1", &back));
    // What stores hold that were written before there were change rules.
    assert_true(engine_key_decode("key1 7 1 2 0 2 0 51 51 0 0 0 3 3 0 0 5 6 7 0 0 8 9 10 0 | | 4:5 | ani", &back));
    assert_true(back.rule == 7 && back.points == 51 && back.last_event == 10 && back.usual == 0);
    assert_string_equal(back.who, "ani");
    assert_false(engine_kiosk_decode("kiosk1 1 2 0 0 0 0", &(struct engine_kiosk_state){0}));
    assert_false(engine_kiosk_decode("kiosk1 1 9 0 0 0 0 0", &(struct engine_kiosk_state){0}));
    struct engine_kiosk_state kiosk = {7, KIOSK_LOST, 1, 2, 3, 4, -5, ENGINE_FACT_CLOCK, 6}, kiosk_back;
    engine_kiosk_encode(&kiosk, text);
    assert_string_equal(text, "kiosk2 7 4 1 2 3 4 -5 2 6");
    assert_true(engine_kiosk_decode(text, &kiosk_back) && kiosk_back.voted_at == -5 && kiosk_back.tampered_at == 6);
    assert_true(engine_kiosk_decode("kiosk1 7 4 1 2 3 4 -5", &kiosk_back) && kiosk_back.facts == 0); // an older store
    assert_false(engine_kiosk_decode("kiosk2 7 4 1 2 3 4 -5 4 6", &kiosk_back));
    struct engine_clock_state clock = {5, 6, 1}, clock_back;
    engine_clock_encode(&clock, text);
    assert_true(engine_clock_decode(text, &clock_back) && clock_back.inhibit_until == 6 &&
                clock_back.broker_up);
}

static void restored_under_another_version(void **state)
{
    (void)state;
    struct world w = world(standard(34));
    vote(&w, 2, 1, 2);
    struct engine_key_state s = key(&w, 2, 0);
    finish(&w);
    w = world(standard(34));
    w.rules[0].version = 2;
    configure(&w);
    engine_restore_key(w.e, &s);
    assert_int_equal(expect(&w, ENGINE_FIRING, ENGINE_RESOLVED, ENGINE_RULE).version, 1);
    s = key(&w, 2, 0);
    assert_true(s.points == 0 && s.version == 2 && s.state == ENGINE_OK);
    finish(&w);
}

static void nothing_configured(void **state)
{
    (void)state;
    struct engine *e = engine_create();
    engine_tick(e, 5);
    engine_heard(e, 1, 6);
    engine_vote(e, &(struct engine_vote){.event = 1, .place = 1, .question = "x", .score = 1, .of = 4});
    assert_int_equal(engine_acknowledge(e, "", "a", 9, 8), ENGINE_NO_ALERT);
    assert_int_equal(engine_close(e, "1-1-1-", "a", 8), ENGINE_NO_ALERT);
    assert_true(engine_next_tick(e) == HOURS_EVER);
    engine_resume(e, 3);
    engine_destroy(e);
    engine_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limit_reached_exactly),
        cmocka_unit_test(limit_from_the_chain),
        cmocka_unit_test(resolves_when_proven),
        cmocka_unit_test(cap_and_relapse),
        cmocka_unit_test(closing_leaves_half),
        cmocka_unit_test(acknowledged_and_expired),
        cmocka_unit_test(all_one_face),
        cmocka_unit_test(faces_of_each_scale),
        cmocka_unit_test(late_unscored_replayed_or_foreign),
        cmocka_unit_test(mash_guard),
        cmocka_unit_test(closed_pauses_and_opening_halves),
        cmocka_unit_test(never_opens),
        cmocka_unit_test(rule_changes),
        cmocka_unit_test(bad_configurations),
        cmocka_unit_test(five_in_a_row_reach_the_fast_limit),
        cmocka_unit_test(the_slow_limit_is_its_own),
        cmocka_unit_test(a_further_alarm_counts_up),
        cmocka_unit_test(resolves_when_as_usual),
        cmocka_unit_test(a_change_is_clear_for_long_enough),
        cmocka_unit_test(closing_a_change_leaves_half_of_each),
        cmocka_unit_test(learning_until_enough),
        cmocka_unit_test(halved_at_opening),
        cmocka_unit_test(a_change_of_version_and_of_kiosks),
        cmocka_unit_test(cost_of_a_change),
        cmocka_unit_test(above_or_at_least),
        cmocka_unit_test(minimum_n_and_hysteresis),
        cmocka_unit_test(window_empties),
        cmocka_unit_test(raised_by_leaving),
        cmocka_unit_test(hold_before_and_after),
        cmocka_unit_test(closed_on_a_holiday),
        cmocka_unit_test(will_and_heartbeat),
        cmocka_unit_test(closed_by_hand_stays_closed),
        cmocka_unit_test(closed_place_and_sleep),
        cmocka_unit_test(inhibited_after_return),
        cmocka_unit_test(clock_jumps),
        cmocka_unit_test(all_dead_is_unknown),
        cmocka_unit_test(silent_by_its_own_rate),
        cmocka_unit_test(silence_needs_a_live_kiosk_and_no_inhibition),
        cmocka_unit_test(text_round_trip),
        cmocka_unit_test(restored_under_another_version),
        cmocka_unit_test(nothing_configured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
