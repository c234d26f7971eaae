// Back-test: the same transitions as live use with restarts, byte for byte; the false alarms that are promised are those
// that come.
#include "tests/unit/backtested.h"

#include "aggregator/backtest.h"
#include "aggregator/backtest_impl.h"

#include <math.h>

#define MINUTE (HOUR / 60)
#define MONDAY ((wall_ms)20773 * DAY)

// ---------------------------------------------------------------- a chain, live and tested

enum { BRANCHES = 500, FIRST = 2, DAYS_LONG = 30, A_DAY = 6, KIOSK = 1000, ROOM = 60000 };

static struct hours opening(void)
{
    struct hours h = {0};
    for (int day = 0; day < 7; day++) {
        h.spans[day][0] = (struct hours_span){420, 720};
        h.spans[day][1] = (struct hours_span){780, 1200};
    }
    return h;
}

static int jakarta(void *ctx, wall_ms at)
{
    (void)ctx;
    (void)at;
    return 7 * 3600;
}

struct chain {
    struct hours hours;
    struct engine_place places[BRANCHES + 1];
    struct engine_kiosk kiosks[BRANCHES];
    struct backtest_unit units[BRANCHES];
    struct engine_rule rules[BACKTEST_RULES];
};

static void chain_make(struct chain *c, struct engine_rule first, struct engine_rule second)
{
    *c = (struct chain){.hours = opening(), .rules = {first, second}};
    c->places[0] = (struct engine_place){.id = 1, .kind = ENGINE_GROUP};
    for (int i = 0; i < BRANCHES; i++) {
        c->places[i + 1] = (struct engine_place){FIRST + i, 1, ENGINE_BRANCH, &c->hours, {jakarta, NULL}};
        c->units[i] = (struct backtest_unit){FIRST + i, &c->hours, {jakarta, NULL}};
        c->kiosks[i] = (struct engine_kiosk){KIOSK + i, FIRST + i};
    }
    for (int i = 0; i < BACKTEST_RULES; i++) {
        c->rules[i].id = 1 + i;
        c->rules[i].version = 1;
        c->rules[i].place = 1;
    }
}

static struct engine *chain_engine(struct chain *c, bool kiosks, wall_ms at)
{
    struct engine *e = engine_create();
    struct engine_config config = {.places = c->places,
                                   .place_count = BRANCHES + 1,
                                   .kiosks = c->kiosks,
                                   .kiosk_count = kiosks ? BRANCHES : 0,
                                   .rules = c->rules,
                                   .rule_count = BACKTEST_RULES,
                                   .inhibit_ms = 3 * MINUTE,
                                   .lost_after_ms = 2 * HOUR};
    assert_int_equal(engine_configure(e, &config, at), ENGINE_DONE);
    return e;
}

// As many votes at each branch as at any, some of them late, mashed, at night, or of another question; a bad week each.
static struct engine_vote *chain_votes(uint64_t seed, wall_ms from, size_t *ret_n)
{
    size_t n = (size_t)BRANCHES * DAYS_LONG * A_DAY;
    struct engine_vote *votes = calloc(n, sizeof *votes);
    for (size_t i = 0; i < n; i++) {
        wall_ms at = from + (wall_ms)((double)(DAYS_LONG * DAY) * (double)i / (double)n);
        int branch = (int)(next(&seed) % BRANCHES);
        bool bad = (at - from) / (7 * DAY) == branch % 5;
        votes[i] = (struct engine_vote){.event = (int64_t)i + 1,
                                        .place = FIRST + branch,
                                        .kiosk = KIOSK + branch,
                                        .question = chance(&seed) < .9 ? "overall" : "waiting",
                                        .score = chance(&seed) < (bad ? .5 : .1) ? 1 : 5,
                                        .of = 5,
                                        .at = at - (wall_ms)(next(&seed) % 90000),
                                        .arrived = at,
                                        .late = chance(&seed) < .03,
                                        .unscored = chance(&seed) < .03};
    }
    *ret_n = n;
    return votes;
}

struct said {
    struct engine_transition *list;
    size_t count;
};

static void hear(void *ctx, const struct engine_transition *t)
{
    struct said *s = ctx;
    assert_true(s->count < ROOM);
    s->list[s->count++] = *t;
}

// What a place's past weeks were: any fixed answer does, as long as both ask for the same day.
static bool usual(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t *ret_n,
                  int64_t *ret_unhappy)
{
    (void)ctx;
    (void)r;
    *ret_n = 2000;
    *ret_unhappy = 150 + (place % 3 + at / DAY % 2) * 50;
    return true;
}

static bool usual_by_hour(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, int64_t ret_hours[HOURS_WEEK][2])
{
    int64_t n, unhappy;
    usual(ctx, r, place, at, &n, &unhappy);
    for (int h = 0; h < HOURS_WEEK; h++) { // noon is worse, and each place and day its own way
        ret_hours[h][0] = n / 20;
        ret_hours[h][1] = unhappy / 20 * (h % 24 == 12 ? 3 : 1 + (h + place) % 2);
    }
    return true;
}

static bool spread(void *ctx, const struct engine_rule *r, int32_t place, wall_ms at, double *ret_deviation)
{
    (void)ctx;
    (void)r;
    *ret_deviation = .01 * (double)(place % 2 + at / DAY % 3);
    return true;
}

// The aggregator in small: what core_alerts.c does with the engine, its states kept as texts.
struct live {
    struct chain *c;
    struct engine *e;
    char (*keys)[ENGINE_TEXT_MAX], kiosks[BRANCHES][ENGINE_TEXT_MAX], clock[ENGINE_TEXT_MAX];
    wall_ms day;
    struct said said;
};

static void live_tell(void *ctx, const struct engine_rule *r, int32_t place)
{
    struct live *l = ctx;
    int64_t n, unhappy, hours[HOURS_WEEK][2];
    double deviation;
    if (r->spread) {
        spread(NULL, r, place, l->day, &deviation);
        engine_set_spread(l->e, r->id, place, deviation, l->day);
    }
    if (r->by_hour) {
        usual_by_hour(NULL, r, place, l->day, hours);
        engine_set_hours(l->e, r->id, place, hours, l->day);
        return;
    }
    usual(NULL, r, place, l->day, &n, &unhappy);
    engine_set_usual(l->e, r->id, place, n, unhappy, l->day);
}

static void live_take(struct live *l)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(l->e, &n);
    struct engine_key_state key;
    struct engine_kiosk_state kiosk;
    for (size_t i = 0; i < n; i++) {
        hear(&l->said, &t[i]);
    }
    while (engine_dirty_key(l->e, &key)) {
        engine_key_encode(&key, l->keys[(key.rule - 1) * BRANCHES + key.place - FIRST]);
    }
    while (engine_dirty_kiosk(l->e, &kiosk)) {
        engine_kiosk_encode(&kiosk, l->kiosks[kiosk.id - KIOSK]);
    }
    struct engine_clock_state clock = engine_clock(l->e);
    engine_clock_encode(&clock, l->clock);
    engine_clear(l->e);
    assert_false(engine_failed(l->e));
}

static void live_restart(struct live *l, wall_ms at)
{
    struct engine_clock_state clock;
    struct engine_kiosk_state kiosk;
    struct engine_key_state key;
    engine_tick(l->e, at);
    live_take(l);
    engine_destroy(l->e);
    l->e = chain_engine(l->c, true, at);
    assert_true(engine_clock_decode(l->clock, &clock));
    engine_restore_clock(l->e, &clock);
    for (int i = 0; i < BRANCHES; i++) {
        if (l->kiosks[i][0] != '\0' && engine_kiosk_decode(l->kiosks[i], &kiosk)) {
            engine_restore_kiosk(l->e, &kiosk);
        }
    }
    for (int i = 0; i < BACKTEST_RULES * BRANCHES; i++) {
        if (l->keys[i][0] != '\0') {
            assert_true(engine_key_decode(l->keys[i], &key));
            engine_restore_key(l->e, &key);
        }
    }
    engine_resume(l->e, at);
    engine_each_learning(l->e, live_tell, l);
    engine_broker(l->e, true, at);
    live_take(l);
}

// Turns of the loop, heartbeats, days and restarts between the votes.
static void live_run(struct live *l, const struct engine_vote *votes, size_t n, wall_ms from, wall_ms to,
                     uint64_t seed)
{
    wall_ms hour = from, restart = from + 5 * HOUR;
    l->e = chain_engine(l->c, true, from);
    l->day = from / DAY * DAY;
    engine_each_learning(l->e, live_tell, l);
    engine_broker(l->e, true, from);
    for (int i = 0; i < BRANCHES; i++) {
        engine_presence(l->e, KIOSK + i, KIOSK_READY, from);
    }
    for (size_t i = 0; i <= n; i++) {
        wall_ms now = i < n ? votes[i].arrived : to;
        for (; l->day + DAY <= now; engine_each_learning(l->e, live_tell, l)) {
            l->day += DAY;
            engine_tick(l->e, l->day);
        }
        for (; hour + HOUR <= now; hour += HOUR) {
            for (int k = 0; k < BRANCHES; k++) {
                engine_heard(l->e, KIOSK + k, hour < l->day ? l->day : hour);
            }
        }
        if (restart <= now) {
            live_restart(l, now);
            restart = now + (wall_ms)(next(&seed) % (60 * (uint32_t)HOUR / 1000)) * 1000;
        }
        if (i < n) {
            engine_vote(l->e, &votes[i]);
        }
        live_take(l);
    }
    engine_tick(l->e, to);
    live_take(l);
    engine_destroy(l->e);
}

static void same_as_live(struct engine_rule first, struct engine_rule second, uint64_t seed, size_t least)
{
    size_t n;
    wall_ms from = MONDAY + 3 * HOUR, to = from + DAYS_LONG * DAY;
    struct chain *c = malloc(sizeof *c);
    struct engine_vote *votes = chain_votes(seed, from, &n);
    struct live *l = calloc(1, sizeof *l);
    struct said tested = {.list = calloc(ROOM, sizeof *tested.list)};
    chain_make(c, first, second);
    l->c = c;
    l->keys = calloc((size_t)BACKTEST_RULES * BRANCHES, sizeof *l->keys);
    l->said.list = calloc(ROOM, sizeof *l->said.list);
    live_run(l, votes, n, from, to, seed);

    struct backtest_options o = {.rules = c->rules,
                                 .rule_count = BACKTEST_RULES,
                                 .units = c->units,
                                 .unit_count = BRANCHES,
                                 .from = from,
                                 .to = to,
                                 .usual = usual,
                                 .hours = usual_by_hour,
                                 .spread = spread,
                                 .transition = hear,
                                 .ctx = &tested};
    struct backtest *b = backtest_create(chain_engine(c, false, from), &o);
    for (size_t i = 0; i < n; i++) {
        assert_true(backtest_vote(b, (size_t)(votes[i].place - FIRST), &votes[i]));
    }
    assert_true(backtest_end(b));
    print_message("          %zu votes, %zu transitions, %lld and %lld alerts\n", n, tested.count,
                  (long long)backtest_outcome(b, 0)->alerts_all,
                  (long long)backtest_outcome(b, 1)->alerts_all);
    assert_true(tested.count > least);
    assert_int_equal(tested.count, l->said.count);
    for (size_t i = 0; i < tested.count; i++) {
        if (memcmp(&tested.list[i], &l->said.list[i], sizeof tested.list[i]) != 0) {
            fail_msg("transition %zu differs: %s at %lld, live %s at %lld", i, tested.list[i].alert,
                     (long long)tested.list[i].at, l->said.list[i].alert, (long long)l->said.list[i].at);
        }
    }
    backtest_destroy(b);
    free(tested.list);
    free(l->said.list);
    free(l->keys);
    free(l);
    free(votes);
    free(c);
}

static void test_replay_equals_live(void **state)
{
    (void)state;
    struct engine_rule standard = engine_rule_defaults(ENGINE_STANDARD),
                       share = engine_rule_defaults(ENGINE_SHARE);
    struct engine_rule change = engine_rule_defaults(ENGINE_CHANGE), held = standard;
    strcpy(standard.question.s, "overall");
    share.window_ms = 8 * HOUR;
    share.resolve_ms = HOUR;
    standard.arl = change.arl = 300;
    held.hold_ms = 20 * MINUTE;
    held.arl = 300;
    same_as_live(standard, share, 1, 500);
    same_as_live(change, held, 2, 500);
    struct engine_rule hourly = change;
    hourly.by_hour = change.spread = true;
    same_as_live(hourly, change, 3, 300);
}

// ---------------------------------------------------------------- promised and found

enum { VOTES_A_DAY = 60, ALARMS = 5000 };

// Days of one branch where nothing is ever wrong, until there have been enough alarms. Votes count while no alert is open.
static void measure(struct engine_rule rule, uint64_t seed)
{
    struct hours hours = opening();
    rule.id = rule.version = rule.place = 1;
    struct engine_place place = {1, 0, ENGINE_BRANCH, &hours, {jakarta, NULL}};
    struct backtest_unit unit = {1, &hours, {jakarta, NULL}};
    struct engine_config config = {
        .places = &place, .place_count = 1, .rules = &rule, .rule_count = 1, .lost_after_ms = 1};
    struct engine *e = engine_create();
    double q = rule.usual;
    int64_t watched = 0, days = 0, day;
    wall_ms from = MONDAY - 7 * HOUR;
    struct said said = {.list = NULL};
    assert_int_equal(engine_configure(e, &config, from), ENGINE_DONE);
    // As many days as it takes on average, known beforehand: so no rule stops at a lucky moment.
    struct engine_cost cost;
    assert_true(engine_rule_cost(&rule, VOTES_A_DAY / 2, &cost)); // two openings a day
    days = (int64_t)(ALARMS * cost.periods / 2);
    struct backtest_options o = {.rules = &rule,
                                 .rule_count = 1,
                                 .units = &unit,
                                 .unit_count = 1,
                                 .from = from,
                                 .to = from + days * DAY,
                                 .ctx = &said};
    struct backtest *b = backtest_create(e, &o);
    struct engine_vote v = {.event = 0, .place = 1, .question = "overall", .of = 5};
    int64_t further = 0;
    for (day = 0; day < days; day++) {
        for (int i = 0; i < VOTES_A_DAY; i++) {
            struct engine_key_state s;
            int half = i < VOTES_A_DAY / 2 ? 0 : 1;
            v.event++;
            v.at = v.arrived =
                from + day * DAY + (7 + 6 * half) * HOUR + (i % (VOTES_A_DAY / 2)) * 8 * MINUTE;
            v.score = chance(&seed) < q ? 1 : 5;
            engine_key(e, 1, 1, 0, &s);
            int32_t flaps = s.flaps;
            // A change goes on counting while its alert is open; a promise waits for the end.
            watched += rule.kind == ENGINE_CHANGE || s.state == ENGINE_OK || s.state == ENGINE_RESOLVED;
            assert_true(backtest_vote(b, 0, &v));
            engine_key(e, 1, 1, 0, &s);
            further += rule.kind == ENGINE_CHANGE && s.flaps > flaps;
        }
    }
    assert_true(backtest_end(b));
    const struct backtest_outcome *out = backtest_outcome(b, 0);
    double found = (double)(out->alerts_all + further) / ((double)watched / (VOTES_A_DAY / 2));
    print_message("          %lld openings, %lld alarms in %.0f of them: %+.2f %% against the promise\n",
                  (long long)days * 2, (long long)(out->alerts_all + further),
                  (double)watched / (VOTES_A_DAY / 2), (found * cost.periods - 1) * 100);
    assert_true(out->exact && out->learning == 0);
    assert_float_equal(out->false_alarms, ALARMS, ALARMS * .001);
    // Alarms are as good as independent, and there are at least 3,600: 5 % are three standard deviations.
    assert_true(out->alerts_all + further > 3600);
    assert_true(fabs(found * cost.periods - 1) < .05);
    backtest_destroy(b);
}

// Ratings an hour: a busy one at nine, and none when it is closed.
static double rate_at(int hour)
{
    return hour < 7 || hour == 12 || hour >= 20 ? 0 : hour == 9 ? 9 : 4;
}
enum { RATED_A_DAY = 11 * 4 + 9, RATE_MOST = 9 };

static bool known_rates(void *ctx, size_t kiosk, wall_ms at, float ret_per_hour[HOURS_WEEK], bool *ret_known)
{
    (void)ctx;
    (void)kiosk;
    (void)at;
    for (int h = 0; h < HOURS_WEEK; h++) {
        ret_per_hour[h] = (float)rate_at(h % 24);
    }
    *ret_known = true;
    return true;
}

// Days of one kiosk whose votes come by chance, at the usual rates; all of them are there, so each silence is none.
static void measure_silence(bool sleeps, double improbable, uint64_t seed)
{
    struct hours hours = opening();
    struct engine_rule rule = engine_rule_defaults(ENGINE_SILENCE);
    rule.id = rule.version = rule.place = 1;
    rule.improbable = improbable;
    rule.hold_ms = rule.resolve_ms = 0;
    struct engine_place place = {1, 0, ENGINE_BRANCH, &hours, {jakarta, NULL}};
    struct engine_kiosk kiosk = {1, 1};
    struct backtest_unit unit = {1, &hours, {jakarta, NULL}};
    struct backtest_kiosk watched = {1, 0};
    struct engine_config config = {.places = &place, .place_count = 1, .kiosks = &kiosk, .kiosk_count = 1, .rules = &rule,
                                   .rule_count = 1, .lost_after_ms = 2 * MINUTE};
    const int64_t days = (int64_t)(2000 / improbable / RATED_A_DAY);
    wall_ms from = MONDAY - 7 * HOUR, to = from + days * DAY;
    struct engine *e = engine_create();
    assert_int_equal(engine_configure(e, &config, from), ENGINE_DONE);
    struct backtest_options o = {.rules = &rule, .rule_count = 1, .units = &unit, .unit_count = 1, .kiosks = &watched,
                                 .kiosk_count = 1, .from = from, .to = to, .known = from, .rates = known_rates};
    struct backtest *b = backtest_create(e, &o);
    struct presence p = {.kiosk = 1, .what = PRESENCE_STATE, .at = from, .after = {.id = 1, .presence = KIOSK_READY}};
    struct engine_vote v = {.place = 1, .kiosk = 1, .question = "overall", .score = 5, .of = 5};
    assert_true(backtest_presence(b, &p, to));
    for (int64_t day = 0; day < days; day++) {
        for (int i = 0; sleeps && i < 2; i++) { // in the evening before, and at its opening
            p.after.presence = i == 0 ? KIOSK_SLEEPING : KIOSK_READY;
            p.at = from + day * DAY + (i == 0 ? -4 : 7) * HOUR;
            assert_true(backtest_presence(b, &p, to));
        }
        for (double hour = 7; (hour += -log(1 - chance(&seed)) / RATE_MOST) < 20;) {
            if (chance(&seed) < rate_at((int)hour) / RATE_MOST) {
                v.event++;
                v.at = v.arrived = from + day * DAY + (wall_ms)(hour * HOUR);
                assert_true(backtest_vote(b, 0, &v));
            }
        }
    }
    assert_true(backtest_end(b));
    const struct backtest_outcome *out = backtest_outcome(b, 0);
    // One that wakes anew each day waits from there, and its evenings are no waits (backtest.h).
    double wanted = sleeps ? improbable * (double)days * (1 + RATED_A_DAY + log(improbable)) : improbable * (double)out->votes;
    double error = (double)out->alerts_all / wanted - 1;
    print_message("          silence at %g%s: %lld alarms after %lld votes, %+.2f %% against the promise\n", improbable,
                  sleeps ? ", asleep at night" : "", (long long)out->alerts_all, (long long)out->votes, error * 100);
    assert_true(out->exact && out->learning == 0);
    assert_int_equal(out->votes, v.event);
    assert_float_equal(out->false_alarms, improbable * (double)out->votes, 1e-6);
    assert_true(fabs(error) < 4 / sqrt(wanted)); // waits are independent: four standard deviations
    assert_true(!sleeps || (double)out->alerts_all < out->false_alarms);
    assert_int_equal(out->open_ms, days * 12 * HOUR);
    backtest_destroy(b);
}

static void test_false_silence(void **state)
{
    (void)state;
    measure_silence(false, .05, 11);
    measure_silence(false, .005, 12);
    measure_silence(true, .05, 13);
    measure_silence(true, .01, 14);
}

static void test_false_alarms(void **state)
{
    (void)state;
    struct engine_rule standard = engine_rule_defaults(ENGINE_STANDARD),
                       change = engine_rule_defaults(ENGINE_CHANGE);
    standard.usual = change.usual = .1;
    // Few votes between two, so that there are many; PUAS_SOAK=1: as a rule has them, minutes of it.
    standard.arl = change.arl = getenv("PUAS_SOAK") != NULL ? 5000 : 300;
    standard.mash_ms = change.mash_ms = 0;
    measure(standard, 3);
    measure(change, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_equals_live),
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_false_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
