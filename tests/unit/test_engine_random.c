// Properties of the engine under random inputs: replay equals live byte for byte, restarts at any point and
// the rhythm of ticks change nothing, no change outside the table, at most one open alert a key, nothing
// raised while inhibited, late votes without effect on content. A failing run prints its seed.
#include "aggregator/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define MONDAY (INT64_C(20773) * DAY)

enum { BRANCHES = 3, KIOSKS = 6, RULES = 16, INPUTS = 1500, CONFIGS = 4 };

static uint32_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static bool chance(uint64_t *seed, unsigned percent)
{
    return next(seed) % 100 < percent;
}

// ---------------------------------------------------------------- inputs
enum input_kind { VOTE, FACTS, TAMPERED, HEARD, PRESENCE, BROKER, RESUME, ACK, CLOSE, CONFIGURE, RATES };
struct input {
    enum input_kind kind;
    wall_ms at;
    struct engine_vote vote;
    int32_t kiosk;
    int number; // presence, broker up, config, which transition's alert, unhappy in a thousand
};

struct run {
    struct engine_transition *t;
    size_t count, room;
    int restarts;
};

// Votes come in good and bad spells; kiosks die, sleep and wake; people and the broker act now and then.
static void generate(uint64_t *seed, struct input *in, unsigned late_percent)
{
    wall_ms now = MONDAY + 7 * HOUR;
    unsigned bad = 10;
    for (int i = 0; i < INPUTS; i++) {
        now += chance(seed, 3) ? next(seed) % (90 * MINUTE) : next(seed) % (40 * SECOND);
        if (chance(seed, 2))
            bad = chance(seed, 50) ? 5 : 70;
        struct input *x = &in[i];
        *x = (struct input){.at = now, .kiosk = 10 + (int)(next(seed) % KIOSKS)};
        unsigned dice = next(seed) % 100;
        if (dice < 4) {
            x->kind = dice < 3 ? FACTS : TAMPERED;
            x->number = (int)(next(seed) % 4);
        } else if (dice < 68) {
            x->kind = VOTE;
            x->vote = (struct engine_vote){.event = i + 1,
                                           .place = chance(seed, 10) ? 50 : 2 + (x->kiosk - 10) / 2,
                                           .kiosk = x->kiosk,
                                           .question = chance(seed, 80) ? "overall" : "waiting",
                                           .score = chance(seed, bad) ? 1 + (int)(next(seed) % 2)
                                                                      : 3 + (int)(next(seed) % 2),
                                           .of = 4,
                                           .at = now - next(seed) % (100 * SECOND) + 5 * SECOND,
                                           .arrived = now,
                                           .late = chance(seed, late_percent),
                                           .unscored = chance(seed, 3)};
            if (x->vote.late)
                x->vote.at -= 10 * MINUTE;
            if (chance(seed, 10))
                x->vote.option = chance(seed, 80) ? "dirty" : "queue";
            x->vote.contact = !x->vote.option && !x->vote.late && chance(seed, 2); // a late one counts too
        } else if (dice < 82) {
            x->kind = HEARD;
        } else if (dice < 91) {
            x->kind = PRESENCE;
            x->number = chance(seed, 60) ? KIOSK_READY : KIOSK_READY + (int)(next(seed) % 4);
        } else if (dice < 93) {
            x->kind = BROKER;
            x->number = chance(seed, 70);
        } else if (dice < 94) {
            x->kind = chance(seed, 30) ? RESUME : CONFIGURE;
            x->number = (int)(next(seed) % CONFIGS);
        } else if (dice < 95) {
            x->kind = RATES;
            x->number = (int)(next(seed) % 150);
        } else {
            x->kind = chance(seed, 60) ? ACK : CLOSE;
            x->number = (int)next(seed);
        }
    }
}

// ---------------------------------------------------------------- configurations
static int shifting(void *ctx, wall_ms at) // a clock change in the middle
{
    (void)ctx;
    return at < MONDAY + 6 * HOUR ? 7 * 3600 : 6 * 3600;
}

static void configure(struct engine *e, int which, wall_ms at)
{
    struct hours hours = {0};
    for (int day = 0; day < 7; day++) {
        hours.spans[day][0] = (struct hours_span){360, 1080};
        hours.spans[day][1] = (struct hours_span){1110, 1440};
    }
    struct engine_place places[BRANCHES + 2] = {{.id = 1, .kind = ENGINE_GROUP},
                                                {.id = 50, .parent = 2, .kind = ENGINE_AREA}};
    for (int i = 0; i < BRANCHES; i++)
        places[2 + i] = (struct engine_place){.id = 2 + i,
                                              .parent = 1,
                                              .kind = ENGINE_BRANCH,
                                              .hours = i ? &hours : NULL,
                                              .zone = {i == 2 ? shifting : NULL, NULL}};
    struct engine_kiosk kiosks[KIOSKS];
    for (int i = 0; i < KIOSKS; i++) // in one configuration a kiosk has moved
        kiosks[i] = (struct engine_kiosk){10 + i, which == 2 && i == 3 ? 4 : i == 1 ? 50 : 2 + i / 2};
    struct engine_rule rules[RULES];
    for (int i = 0; i < 4; i++)
        rules[i] = engine_rule_defaults((enum engine_rule_kind)i);
    rules[0].limit = 40;
    rules[4] = rules[1];
    rules[5] = rules[0];
    rules[1].window_ms = 5 * MINUTE;
    rules[1].mash_ms = 0;
    rules[1].at_least = true;
    rules[4].hold_ms = 30 * SECOND;
    rules[4].resolve_ms = 90 * SECOND;
    rules[5].hold_ms = 10 * SECOND;
    strcpy(rules[5].question.s, "waiting");
    rules[6] = engine_rule_defaults(ENGINE_CHANGE);
    rules[6].parts = (struct change){2, {{6, 1, 25}, {7, 2, 20}}};
    rules[7] = rules[6]; // learns
    rules[7].resolve_ms = 90 * SECOND;
    rules[6].usual = .1;
    rules[3].hold_ms = 20 * SECOND;
    rules[8] = engine_rule_defaults(ENGINE_RUN);
    rules[9] = engine_rule_defaults(ENGINE_COUNT);
    rules[9].resolve_ms = 90 * SECOND;
    strcpy(rules[9].option.s, "dirty");
    rules[10] = engine_rule_defaults(ENGINE_INDEX);
    rules[10].hold_ms = 30 * SECOND;
    rules[11] = engine_rule_defaults(ENGINE_MOOD);
    rules[11].mix_faces = 4;
    rules[11].limit = 60;
    for (int i = 12; i < RULES; i++)
        rules[i] = engine_rule_defaults((enum engine_rule_kind)(ENGINE_COVERAGE + i - 12));
    rules[12].hold_ms = 20 * SECOND;
    for (int i = 0; i < RULES; i++) {
        rules[i].id = 1 + i;
        rules[i].version = which == 1 && i < 2 ? 2 : 1;
        rules[i].place = i == 4 ? 50 : 1;
    }
    struct engine_config c = {places, BRANCHES + 2,           kiosks,     KIOSKS,
                              rules,  which == 3 ? 3 : RULES, 3 * MINUTE, 2 * MINUTE};
    assert_int_equal(engine_configure(e, &c, at), ENGINE_DONE);
}

static void give_rates(struct engine *e, int kiosk, wall_ms at)
{
    float rates[HOURS_WEEK];
    for (int i = 0; i < HOURS_WEEK; i++)
        rates[i] = (float)(20 + i % 24 * 3);
    engine_set_rates(e, kiosk, rates, at);
}

// ---------------------------------------------------------------- a store of text, as the caller would have
struct store {
    char keys[RULES * KIOSKS * 4][ENGINE_TEXT_MAX];
    int key_count;
    char kiosks[KIOSKS][ENGINE_TEXT_MAX];
    char clock[ENGINE_TEXT_MAX];
    int config;
    bool rated[KIOSKS];
};

static void save(struct engine *e, struct store *s)
{
    struct engine_key_state key, other;
    struct engine_kiosk_state kiosk;
    while (engine_dirty_key(e, &key)) {
        int i = 0;
        for (; i < s->key_count; i++) {
            assert_true(engine_key_decode(s->keys[i], &other));
            if (other.rule == key.rule && other.place == key.place && other.kiosk == key.kiosk)
                break;
        }
        s->key_count += i == s->key_count;
        engine_key_encode(&key, s->keys[i]);
    }
    while (engine_dirty_kiosk(e, &kiosk))
        engine_kiosk_encode(&kiosk, s->kiosks[kiosk.id - 10]);
    struct engine_clock_state clock = engine_clock(e);
    engine_clock_encode(&clock, s->clock);
}

static struct engine *restore(const struct store *s)
{
    struct engine *e = engine_create();
    struct engine_clock_state clock;
    struct engine_key_state key;
    struct engine_kiosk_state kiosk;
    assert_true(engine_clock_decode(s->clock, &clock));
    configure(e, s->config, clock.now);
    engine_restore_clock(e, &clock);
    for (int i = 0; i < KIOSKS; i++)
        if (s->rated[i])
            give_rates(e, 10 + i, clock.now);
    for (int i = 0; i < KIOSKS; i++)
        if (s->kiosks[i][0] && engine_kiosk_decode(s->kiosks[i], &kiosk))
            engine_restore_kiosk(e, &kiosk);
    for (int i = 0; i < s->key_count; i++) {
        assert_true(engine_key_decode(s->keys[i], &key));
        engine_restore_key(e, &key);
    }
    return e;
}

static void collect(struct engine *e, struct run *r)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(e, &n);
    if (n) {
        for (; r->room < r->count + n; r->room = r->room ? 2 * r->room : 1024)
            r->t = realloc(r->t, (r->room ? 2 * r->room : 1024) * sizeof(*r->t));
        memcpy(r->t + r->count, t, n * sizeof(*t));
        r->count += n;
    }
    engine_clear(e);
    assert_false(engine_failed(e));
}

static void apply(struct engine *e, const struct input *x, struct run *r, struct store *s)
{
    if (x->kind == ACK || x->kind == CLOSE) { // a person picks from what the timers have left by then
        engine_tick(e, x->at);
        collect(e, r);
    }
    const char *alert = r->count ? r->t[(unsigned)x->number % r->count].alert : "1-2-0-1";
    switch (x->kind) {
    case VOTE:
        engine_vote(e, &x->vote);
        break;
    case FACTS:
        engine_facts(e, x->kiosk, x->number, x->at);
        break;
    case TAMPERED:
        engine_tampered(e, x->kiosk, x->at);
        break;
    case HEARD:
        engine_heard(e, x->kiosk, x->at);
        break;
    case PRESENCE:
        engine_presence(e, x->kiosk, (enum kiosk_state)x->number, x->at);
        break;
    case BROKER:
        engine_broker(e, x->number, x->at);
        break;
    case RESUME:
        engine_resume(e, x->at);
        engine_broker(e, true, x->at);
        break;
    case ACK:
        if (r->count) // mostly the newest: it is likely to be open
            alert = x->number % 3 ? r->t[r->count - 1].alert : alert;
        engine_acknowledge(e, alert, "ani b", x->at + 10 * MINUTE, x->at);
        break;
    case CLOSE:
        engine_close(e, alert, "budi", x->at);
        break;
    case CONFIGURE:
        s->config = x->number;
        configure(e, x->number, x->at);
        break;
    case RATES:
        s->rated[x->kiosk - 10] = true;
        engine_set_usual(e, 8, 2 + x->number % BRANCHES, 1000, x->number, x->at);
        give_rates(e, x->kiosk, x->at);
        break;
    }
}

enum { TICKS = 1, RESTARTS = 2, DUE_TICKS = 4 };

static struct run play(const struct input *in, int how, uint64_t seed)
{
    struct run r = {0};
    struct store *s = calloc(1, sizeof(*s));
    struct engine *e = engine_create();
    configure(e, 0, in[0].at);
    for (int i = 0; i < INPUTS; i++) {
        apply(e, &in[i], &r, s);
        collect(e, &r);
        wall_ms until = i + 1 < INPUTS ? in[i + 1].at : in[i].at + DAY;
        bool away = i + 1 < INPUTS && in[i + 1].kind == RESUME; // nobody ticks while the aggregator is away
        if (how & DUE_TICKS && !away)
            for (wall_ms due; (due = engine_next_tick(e)) <= until;)
                engine_tick(e, due);
        if (how & TICKS && !away)
            for (wall_ms at = in[i].at; at < until && chance(&seed, 80); at += next(&seed) % (2 * MINUTE))
                engine_tick(e, at);
        collect(e, &r);
        if (how & RESTARTS) {
            save(e, s);
            if (chance(&seed, 5)) {
                engine_destroy(e);
                e = restore(s);
                r.restarts++;
            }
        }
    }
    engine_tick(e, in[INPUTS - 1].at + DAY);
    collect(e, &r);
    engine_destroy(e);
    free(s);
    return r;
}

static void same(const struct run *a, const struct run *b, uint64_t seed, const char *what)
{
    size_t n = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < n; i++)
        if (memcmp(&a->t[i], &b->t[i], sizeof(*a->t)) != 0)
            fail_msg("seed %llu, %s: transition %zu differs: %s %s->%s at +%lld s; %s %s->%s at +%lld s",
                     (unsigned long long)seed, what, i, a->t[i].alert, engine_state_name(a->t[i].from),
                     engine_state_name(a->t[i].to), (long long)(a->t[i].at - MONDAY) / 1000, b->t[i].alert,
                     engine_state_name(b->t[i].from), engine_state_name(b->t[i].to),
                     (long long)(b->t[i].at - MONDAY) / 1000);
    if (a->count != b->count)
        fail_msg("seed %llu, %s: %zu and %zu transitions", (unsigned long long)seed, what, a->count,
                 b->count);
}

// Every change is in the table, and each key's story is one chain with at most one open alert.
static void check_story(const struct run *r, uint64_t seed, int seen[ENGINE_STATES][ENGINE_STATES])
{
    for (size_t i = 0; i < r->count; i++) {
        const struct engine_transition *t = &r->t[i], *last = NULL;
        seen[t->from][t->to]++;
        if (!engine_allowed(t->from, t->to, t->cause))
            fail_msg("seed %llu: %s -> %s (%s)", (unsigned long long)seed, engine_state_name(t->from),
                     engine_state_name(t->to), engine_cause_name(t->cause));
        assert_true(i == 0 || t->at >= r->t[i - 1].at);
        for (size_t k = i; k-- > 0 && !last;)
            if (r->t[k].rule == t->rule && r->t[k].place == t->place && r->t[k].kiosk == t->kiosk)
                last = &r->t[k];
        bool opens = t->from == ENGINE_OK || t->from == ENGINE_RESOLVED;
        bool ended = !last || last->to == ENGINE_OK || last->to == ENGINE_RESOLVED;
        assert_int_equal(opens, ended);
        if (!opens) {
            assert_int_equal(last->to, t->from);
            assert_string_equal(last->alert, t->alert);
        } else if (last) {
            assert_string_not_equal(last->alert, t->alert);
        }
    }
}

static void properties(void **state)
{
    (void)state;
    static struct input in[INPUTS];
    int seen[ENGINE_STATES][ENGINE_STATES] = {0}, restarts = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t s = seed * 1000003;
        generate(&s, in, 10);
        struct run live = play(in, 0, s), again = play(in, 0, s + 1), ticks = play(in, TICKS, s),
                   due = play(in, DUE_TICKS, s), crash = play(in, RESTARTS, s),
                   all = play(in, RESTARTS | TICKS | DUE_TICKS, s + 7);
        check_story(&live, seed, seen);
        same(&live, &again, seed, "replay");
        same(&live, &ticks, seed, "ticks");
        same(&live, &due, seed, "ticks when due");
        same(&live, &crash, seed, "restarts");
        same(&live, &all, seed, "restarts and ticks");
        restarts += crash.restarts;
        free(live.t);
        free(again.t);
        free(ticks.t);
        free(due.t);
        free(crash.t);
        free(all.t);
    }
    assert_true(restarts > 500);
    // The inputs are rich enough: every pair of states that the table connects was seen.
    for (int from = 0; from < ENGINE_STATES; from++)
        for (int to = 0; to < ENGINE_STATES; to++) {
            bool known = false;
            for (int cause = 0; cause < ENGINE_CAUSES; cause++)
                known |=
                    engine_allowed((enum engine_state)from, (enum engine_state)to, (enum engine_cause)cause);
            if (known != (seen[from][to] > 0))
                print_message("%s -> %s: %d times\n", engine_state_name((enum engine_state)from),
                              engine_state_name((enum engine_state)to), seen[from][to]);
            assert_int_equal(known, seen[from][to] > 0);
        }
}

static bool content(const struct engine_transition *t)
{
    return engine_is_content(t->kind);
}

// Late votes only prove life. Told so by hand instead, the content alerts are the same.
static void late_votes_do_nothing_to_content(void **state)
{
    (void)state;
    static struct input in[INPUTS], without[INPUTS];
    for (uint64_t seed = 1; seed <= 15; seed++) {
        uint64_t s = seed * 77;
        generate(&s, in, 30);
        for (int i = 0; i < INPUTS; i++) {
            if (in[i].kind == ACK || in[i].kind == CLOSE) // they name alerts by their place in the list
                in[i].kind = HEARD;
            without[i] = in[i];
            if (in[i].kind == VOTE && in[i].vote.late)
                without[i].kind = HEARD;
        }
        struct run a = play(in, 0, s), b = play(without, 0, s);
        size_t k = 0, n = 0;
        for (size_t i = 0; i < a.count; i++) {
            if (!content(&a.t[i]))
                continue;
            while (k < b.count && !content(&b.t[k]))
                k++;
            assert_true(k < b.count);
            assert_memory_equal(&a.t[i], &b.t[k], sizeof(a.t[i]));
            k++;
            n++;
        }
        while (k < b.count)
            assert_false(content(&b.t[k++]));
        assert_true(n > 10);
        free(a.t);
        free(b.t);
    }
}

// No liveness alert begins within the time after a return, or while the broker is down (row 7).
static void nothing_is_raised_while_inhibited(void **state)
{
    (void)state;
    static struct input in[INPUTS];
    int raised = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t s = seed * 991;
        generate(&s, in, 10);
        struct run r = play(in, DUE_TICKS, s);
        for (size_t k = 0; k < r.count; k++) {
            const struct engine_transition *t = &r.t[k];
            bool of_time = t->kind == ENGINE_SILENCE || t->kind == ENGINE_OFFLINE; // others are told, not concluded
            if (!of_time || (t->from != ENGINE_OK && t->from != ENGINE_RESOLVED))
                continue;
            raised++;
            bool up = true;
            wall_ms until = 0;
            for (int i = 0; i < INPUTS && in[i].at < t->at; i++) {
                bool back = in[i].kind == RESUME || (in[i].kind == BROKER && in[i].number && !up);
                if (back)
                    until = in[i].at + 3 * MINUTE;
                if (in[i].kind == BROKER || in[i].kind == RESUME)
                    up = in[i].kind == RESUME || in[i].number;
            }
            assert_true(up && t->at >= until);
        }
        free(r.t);
    }
    assert_true(raised > 100);
}

// 500 branches, 2,000 kiosks, 6 rules: what a vote costs. The bound is for sanitizers on a busy machine.
static void a_vote_is_cheap(void **state)
{
    (void)state;
    enum { N = 500, VOTES = 200000 };
    struct engine_place *places = calloc(N + 1, sizeof(*places));
    struct engine_kiosk *kiosks = calloc(4 * N, sizeof(*kiosks));
    places[N] = (struct engine_place){.id = 1000, .kind = ENGINE_GROUP};
    for (int i = 0; i < N; i++)
        places[i] = (struct engine_place){.id = 1 + i, .parent = 1000, .kind = ENGINE_BRANCH};
    for (int i = 0; i < 4 * N; i++)
        kiosks[i] = (struct engine_kiosk){1 + i, 1 + i / 4};
    struct engine_rule rules[6];
    for (int i = 0; i < 6; i++) {
        rules[i] = engine_rule_defaults((enum engine_rule_kind)(i % 5));
        rules[i].usual = i == 4 ? .1 : 0;
        rules[i].id = 1 + i;
        rules[i].version = 1;
        rules[i].place = 1000;
    }
    struct engine *e = engine_create();
    struct engine_config c = {places, N + 1, kiosks, 4 * N, rules, 6, 3 * MINUTE, 2 * MINUTE};
    clock_t start = clock();
    assert_int_equal(engine_configure(e, &c, MONDAY), ENGINE_DONE);
    double configured = (double)(clock() - start) / CLOCKS_PER_SEC;
    for (int i = 1; i <= 4 * N; i++) {
        engine_presence(e, i, KIOSK_READY, MONDAY);
        give_rates(e, i, MONDAY);
    }
    uint64_t seed = 5;
    start = clock();
    for (int i = 0; i < VOTES; i++) {
        int kiosk = 1 + (int)(next(&seed) % (4 * N));
        wall_ms at = MONDAY + i * SECOND / 300;
        struct engine_vote v = {.event = i + 1,
                                .place = 1 + (kiosk - 1) / 4,
                                .kiosk = kiosk,
                                .question = "overall",
                                .score = chance(&seed, 10) ? 1 : 4,
                                .of = 4,
                                .at = at,
                                .arrived = at};
        engine_vote(e, &v);
    }
    double took = (double)(clock() - start) / CLOCKS_PER_SEC;
    print_message("configure %.1f ms; %.2f us a vote with 6 rules\n", configured * 1e3, took * 1e6 / VOTES);
    assert_true(took * 1e6 / VOTES < 50);
    engine_destroy(e);
    free(places);
    free(kiosks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties),
        cmocka_unit_test(late_votes_do_nothing_to_content),
        cmocka_unit_test(nothing_is_raised_while_inhibited),
        cmocka_unit_test(a_vote_is_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
