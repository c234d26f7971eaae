// What kiosks do is kept, and told again: a month of kiosks that come, go, sleep, hang and vote, with an aggregator that is
// killed, loses its broker and has its clock put forward, through the core and its store; then the back-test says the same, byte for
// byte. What leaves a row and what does not; what a test knows of a kiosk that moved, and before anything was kept.
#include "tests/unit/backtested.h"

#include "aggregator/backtest_impl.h"
#include "aggregator/core_impl.h"
#include "aggregator/rules_json.h"
#include "aggregator/store_retention.h"
#include "shared/log.h"

#include <math.h>

#define SECOND ((wall_ms)1000)
#define MINUTE (60 * SECOND)
#define STEP (30 * SECOND)
#define JAKARTA (7 * HOUR)
#define FIRST_DAY (TODAY - 21)
#define BEGIN ((wall_ms)FIRST_DAY * DAY - JAKARTA)
#define END ((wall_ms)TODAY * DAY - JAKARTA)

enum { KIOSKS = 6, SAID_MAX = 20000 };

// ---------------------------------------------------------------- the live side

struct said {
    struct engine_transition list[SAID_MAX];
    size_t count;
};

struct kiosk {
    enum kiosk_state state; // what it, or its will, said at last
    bool speaks;
    wall_ms changes, beats, mute; // mute: nothing is sent until then, and nobody says so
    int facts;
};

struct live {
    struct world *w;
    struct core *c;
    struct settings settings;
    uint64_t seed;
    struct kiosk kiosks[KIOSKS + 1];
    int64_t seq[KIOSKS + 1], committed_seq[KIOSKS + 1];
    struct said *said;
    size_t committed; // of `said`
    int kills, outages;
};

// `setting` as a back-test is given it.
static void put_rule(struct world *w, const char *id, const char *setting)
{
    struct store_rule r = {.place = ORG};
    char why[300], yaml[200];
    snprintf(yaml, sizeof yaml, "{%s}", setting);
    char *body = rule_read("setting", yaml, why, sizeof why);
    if (body == NULL) {
        fail_msg("%s", why);
    }
    ident_set(&r.id, id);
    snprintf(r.body, sizeof r.body, "%s", body);
    free(body);
    assert_true(store_put_rule(w->st, &r, BEGIN));
}

// Six kiosks, three a branch; Dago closes at night and at noon.
static void furnish(struct world *w)
{
    struct store_place dago = {.place = DAGO, .parent = WEST, .kind = PLACE_BRANCH};
    ident_set(&dago.id, "dago");
    strcpy(dago.name, "The dago");
    strcpy(dago.hours, "0 07:00-12:00 13:00-20:00;1 07:00-12:00 13:00-20:00;2 07:00-12:00 13:00-20:00;3 "
                       "07:00-12:00 13:00-20:00;"
                       "4 07:00-12:00 13:00-20:00;5 07:00-12:00 13:00-20:00;6 09:00-15:00");
    assert_true(store_begin(w->st) && store_put_place(w->st, &dago));
    for (int k = 3; k <= KIOSKS; k++) {
        struct store_kiosk row = {.session = -1, .known = true};
        struct store_epoch e;
        uint8_t epoch[EPOCH_BYTES] = {(uint8_t)k};
        char id[20];
        bool found;
        snprintf(id, sizeof id, "k%d", k);
        ident_set(&row.id, id);
        assert_true(store_put_kiosk(w->st, &row) && row.kiosk == k);
        assert_true(store_assign(w->st, k, k % 2 == 1 ? DAGO : PAPUA, 1) &&
                    store_epoch(w->st, k, epoch, 1, true, &e, &found) && e.epoch_id == k);
    }
    assert_true(store_commit(w->st));
}

static void commit(struct live *l)
{
    assert_true(!store_in_transaction(l->c->store) || store_commit(l->c->store));
    l->committed = l->said->count;
    memcpy(l->committed_seq, l->seq, sizeof l->seq);
}

// The end of a turn; COMMIT comes later.
static void take(struct live *l)
{
    size_t n;
    const struct engine_transition *t = engine_transitions(l->c->engine, &n);
    for (size_t i = 0; i < n; i++) {
        assert_true(l->said->count < SAID_MAX);
        l->said->list[l->said->count++] = t[i];
    }
    assert_true(core_take_transitions(l->c));
}

static void core_gone(struct core *c)
{
    for (size_t i = 0; i < c->publish_count; i++) {
        free(c->publishes[i].payload);
    }
    free(c->publishes);
    engine_destroy(c->engine);
    org_finish(&c->org);
    free(c);
}

static void core_start(struct live *l, wall_ms at)
{
    char why[300];
    l->c = calloc(1, sizeof *l->c);
    l->c->o.settings = &l->settings;
    l->c->store = l->w->st;
    l->c->engine = engine_create();
    l->c->now = at;
    if (!org_load(&l->c->org, l->w->st, why, sizeof why) || !core_restore_engine(l->c, why, sizeof why)) {
        fail_msg("%s", why);
    }
    struct rollup_tree tree = org_tree(&l->c->org);
    store_set_tree(l->w->st, &tree);
    take(l);
}

// As core_command.c does after a change of the configuration.
static void reload(struct live *l)
{
    char why[300];
    struct org fresh;
    assert_true(org_load(&fresh, l->w->st, why, sizeof why));
    assert_true(org_configure_engine(&fresh, l->c->engine, l->settings.times.inhibit_ms,
                                     l->settings.times.offline_ms, l->c->now, why, sizeof why));
    org_finish(&l->c->org);
    l->c->org = fresh;
    struct rollup_tree tree = org_tree(&l->c->org);
    store_set_tree(l->w->st, &tree);
    assert_true(core_load_rates(l->c) && core_load_usual(l->c));
}

static void broker_is(struct live *l, bool up)
{
    const struct presence_log told = core_told(l->c);
    assert_true(presence_broker(&told, up, l->c->now));
    for (int k = 1; up && k <= KIOSKS; k++) { // what it remembers of them
        if (l->kiosks[k].state != KIOSK_NEVER) {
            assert_true(presence_state(&told, k, l->kiosks[k].state, l->c->now));
        }
    }
}

// Killed: what was not committed never was.
static void kill_and_wait(struct live *l, wall_ms until)
{
    store_rollback(l->w->st);
    l->said->count = l->committed;
    memcpy(l->seq, l->committed_seq, sizeof l->seq);
    core_gone(l->c);
    core_start(l, until);
    broker_is(l, true);
    l->kills++;
}

static void answer(struct live *l, int k)
{
    int32_t place = k % 2 == 1 ? DAGO : PAPUA;
    wall_ms now = l->c->now, day = now / DAY * DAY;
    bool late = chance(&l->seed) < .05, again = chance(&l->seed) < .05, reason = chance(&l->seed) < .2;
    struct event e = {.type = reason ? EVENT_CHOICE : EVENT_RATING, .seq = ++l->seq[k], .since_ms = -1};
    struct stored_event s = {.epoch_id = k,
                             .kiosk = k,
                             .place = place,
                             .e = &e,
                             .at = now - (late ? 5 + next(&l->seed) % 300 : next(&l->seed) % 2) * MINUTE,
                             .arrived = now,
                             .flags = (late ? EVENT_LATE : 0) | (again ? EVENT_REPEATED : 0)};
    s.at = s.at < day ? day : s.at; // what is usual is of days that were complete when it was told
    e.visit = e.seq;
    ident_set(&e.question, reason ? "why" : "overall");
    if (reason) {
        e.option_count = 1;
        ident_set(&e.options[0], "slow");
    } else {
        e.score = chance(&l->seed) < .12 ? 1 : 5;
        e.of = 5;
    }
    assert_true(core_writes(l->c) && store_name(l->c->store, e.question.s, &s.name) &&
                store_event(l->c->store, &s));
    struct engine_vote v = {.event = s.event_id,
                            .place = place,
                            .kiosk = k,
                            .question = e.question.s,
                            .score = e.score,
                            .of = e.of,
                            .option = reason ? "slow" : NULL,
                            .at = s.at,
                            .arrived = now,
                            .late = late,
                            .unscored = again};
    const struct presence_log told = core_told(l->c);
    assert_true(presence_vote(&told, &v));
}

// A kiosk turns to something else; `reaches`: it is heard now.
static void turn(struct live *l, int k, bool reaches)
{
    const struct presence_log told = core_told(l->c);
    struct kiosk *s = &l->kiosks[k];
    double what = chance(&l->seed);
    s->changes = l->c->now + (wall_ms)(next(&l->seed) % 900) * MINUTE;
    if (!s->speaks || s->state == KIOSK_SLEEPING) { // back; sometimes its birth is lost on the way
        s->speaks = true;
        s->state = chance(&l->seed) < .8 || s->state == KIOSK_NEVER ? KIOSK_READY : s->state;
    } else if (what < .3) {
        s->state = KIOSK_LOST; // sometimes of another connection: it goes on speaking
        s->speaks = chance(&l->seed) < .2;
    } else if (what < .4) {
        s->state = KIOSK_DISCONNECTED;
        s->speaks = false;
    } else if (what < .6) {
        s->state = KIOSK_SLEEPING;
    } else if (what < .8) {
        s->mute = l->c->now + (wall_ms)(next(&l->seed) % 400) * MINUTE;
    } else if (what < .9) {
        s->facts = (int)(next(&l->seed) % 4);
    } else if (reaches) {
        assert_true(presence_tampered(&told, k, l->c->now));
    }
    if (reaches && l->c->now >= s->mute) {
        assert_true(presence_state(&told, k, s->state, l->c->now));
    }
}

static void step_kiosk(struct live *l, int k, bool reaches)
{
    const struct presence_log told = core_told(l->c);
    struct kiosk *s = &l->kiosks[k];
    wall_ms now = l->c->now;
    if (now >= s->changes) {
        turn(l, k, reaches);
    }
    if (!reaches || !s->speaks || now < s->mute) {
        return;
    }
    int hour = (int)((now + JAKARTA) / HOUR % 24);
    if (s->state != KIOSK_SLEEPING && hour >= 7 && hour < 20 && chance(&l->seed) < (hour == 9 ? .1 : .03)) {
        answer(l, k);
    }
    if (now >= s->beats) {
        s->beats = now + MINUTE;
        if (chance(&l->seed) < .97) { // else it is lost on the way
            assert_true(presence_heard(&told, k, now) && presence_facts(&told, k, s->facts, now));
        }
    }
}

// From BEGIN; the rules are saved at `saved`.
static void live_run(struct live *l, wall_ms saved, wall_ms end, const char *first, const char *second)
{
    bool rules = false, up = true;
    wall_ms back = 0;
    core_start(l, BEGIN);
    broker_is(l, true);
    for (wall_ms now = BEGIN; now < end; now += STEP) {
        double what = chance(&l->seed);
        l->c->now = now;
        engine_tick(l->c->engine, now); // the loop ticks more often than it hears
        if (now / DAY != l->c->rates_day) {
            assert_true(core_load_rates(l->c) && core_load_usual(l->c));
        }
        if (!rules && now >= saved) {
            rules = true;
            assert_true(core_writes(l->c));
            put_rule(l->w, "first", first);
            put_rule(l->w, "second", second);
            reload(l);
        }
        if (!up && now >= back) {
            broker_is(l, up = true);
        } else if (up && what < .0004) {
            broker_is(l, up = false);
            back = now + (wall_ms)(next(&l->seed) % 60) * MINUTE;
            l->outages++;
        }
        for (int k = 1; k <= KIOSKS; k++) {
            step_kiosk(l, k, up);
        }
        take(l);
        if (chance(&l->seed) < .01) {
            commit(l);
        }
        wall_ms away = (wall_ms)(1 + next(&l->seed) % (what > .9999 ? 1200 : 20)) * MINUTE;
        bool before = now + away < saved || now > saved; // the rules are saved when it is time
        if (what > .9995 && before && now + away < end) {
            commit(l);
            now += away;
            kill_and_wait(l, now);
            up = true;
        } else if (what > .999 && before && now + away < end) { // the clock is put forward
            const struct presence_log told = core_told(l->c);
            now += away;
            l->c->now = now;
            assert_true(presence_listens(&told, engine_clock(l->c->engine).now, now));
            broker_is(l, up);
        }
    }
    l->c->now = end;
    engine_tick(l->c->engine, end);
    take(l);
    commit(l);
}

// ---------------------------------------------------------------- live and tested

static void hear(void *ctx, const struct engine_transition *t)
{
    struct said *s = ctx;
    assert_true(s->count < SAID_MAX);
    s->list[s->count++] = *t;
}

static struct live *lived(struct world *w, uint64_t seed)
{
    struct live *l = calloc(1, sizeof *l);
    l->w = w;
    l->seed = seed;
    l->said = calloc(1, sizeof *l->said);
    l->settings.times.inhibit_ms = 3 * MINUTE;
    l->settings.times.offline_ms = 2 * MINUTE;
    l->settings.step.votes = 5;
    return l;
}

static void died(struct live *l)
{
    core_gone(l->c);
    free(l->said);
    free(l);
}

static size_t same_as_live(uint64_t seed, int32_t saved, const char *a, const char *b)
{
    struct world *w;
    struct said *tested = calloc(1, sizeof *tested);
    char from[16];
    assert_int_equal(world_setup((void **)&w), 0);
    furnish(w);
    struct live *l = lived(w, seed);
    // One stops before the days tested are over, and begins again today, or stays away; the other never stops.
    live_run(l, (wall_ms)saved * DAY - JAKARTA, seed % 2 == 0 ? END : END - 7 * HOUR, a, b);
    size_t said = l->said->count;
    if (seed % 4 == 1) {
        kill_and_wait(l, NOW);
        commit(l);
        l->said->count = said;
    }

    struct backtest_query q = {
        .place = "org", .from = trend_day_text(saved, from), .to = "2026-11-22", .a = a, .b = b};
    struct backtest_job *j = opened(w, &q);
    if (seed % 2 == 0) {
        j->expected_votes = 20 * 1000 * 1000; // a hundred windows
    }
    j->transition = hear;
    j->transition_ctx = tested;
    json_t *o = report_of(j);
    size_t n = tested->count < l->said->count ? tested->count : l->said->count;
    for (size_t i = 0; i < n; i++) {
        const struct engine_transition *x = &tested->list[i], *y = &l->said->list[i];
        if (memcmp(x, y, sizeof *x) != 0) {
            fail_msg("seed %llu, transition %zu of %zu: %s %s->%s kiosk %d at +%lld s since +%lld s; live %s "
                     "%s->%s kiosk %d at +%lld s since +%lld s",
                     (unsigned long long)seed, i, n, engine_kind_name(x->kind), engine_state_name(x->from),
                     engine_state_name(x->to), (int)x->kiosk, (long long)(x->at - BEGIN) / 1000,
                     (long long)(x->since - BEGIN) / 1000, engine_kind_name(y->kind),
                     engine_state_name(y->from), engine_state_name(y->to), (int)y->kiosk,
                     (long long)(y->at - BEGIN) / 1000, (long long)(y->since - BEGIN) / 1000);
        }
    }
    assert_int_equal(tested->count, l->said->count);
    int64_t rows = number(w, "SELECT count(*) FROM presence");
    size_t of_first = 0;
    for (size_t i = 0; i < n; i++) {
        of_first += tested->list[i].rule == 1;
    }
    print_message("          %s: %zu, %s: %zu transitions; %lld rows, %d kills, %d outages\n", a, of_first, b,
                  n - of_first, (long long)rows, l->kills, l->outages);
    assert_true(of_first > 0 && n > of_first);
    json_decref(o);
    died(l);
    free(tested);
    world_teardown((void **)&w);
    return n;
}

static void test_replay_equals_live(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"kind: silence, probability: 0.05, hold: 0 s", "kind: offline, hold: 5 min"},
        {"kind: silence, hold: 10 min", "kind: offline, hold: 91 s"},
        {"kind: coverage, hold: 10 min", "kind: clock, hold: 0 s"},
        {"kind: tamper", "kind: standard, false_alarm_votes: 100, mash: 0 s, hold: 20 min"},
        {"kind: share, percent: 20, window: 2 h, mash: 0 s", "kind: offline"},
    };
    const char *seeds = getenv("PUAS_SEEDS");
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t n = 0;
        for (uint64_t seed = 1; seed <= (seeds != NULL ? (uint64_t)atoi(seeds) : 2); seed++) {
            n += same_as_live(seed + 10 * i, seed % 2 == 1 ? FIRST_DAY : FIRST_DAY + 9, pairs[i][0],
                              pairs[i][1]);
        }
        assert_true(n > 100);
    }
}

// ---------------------------------------------------------------- what leaves a row

static void test_rows(void **state)
{
    struct world *w = *state;
    struct live *l = lived(w, 1);
    core_start(l, BEGIN);
    const struct presence_log told = core_told(l->c);
    wall_ms now = BEGIN + SECOND;
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 1); // the aggregator listens
    assert_true(presence_broker(&told, true, now) && presence_broker(&told, true, now));
    assert_true(presence_state(&told, 1, KIOSK_READY, now));
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 3);
    for (int i = 0; i < 10000; i++) {
        now += 60 * SECOND + (i % 2 == 0 ? 30 * SECOND : 0);
        assert_true(presence_heard(&told, 1, now) && presence_facts(&told, 1, 0, now));
    }
    assert_true(presence_state(&told, 1, KIOSK_READY, now)); // a connect in haste
    assert_true(presence_heard(&told, 99, now) &&
                presence_state(&told, 99, KIOSK_READY, now)); // nobody knows it
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 3);
    wall_ms last = now;
    now += 90 * SECOND + 1;
    assert_true(presence_heard(&told, 1, now)); // a gap
    assert_int_equal(number(w, "SELECT last FROM presence WHERE presence_id = 4"), last);
    assert_true(presence_state(&told, 1, KIOSK_LOST, now) && presence_state(&told, 1, KIOSK_LOST, now));
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 5);
    assert_true(presence_heard(&told, 1, now + SECOND)); // alive, whatever its will says
    assert_true(presence_facts(&told, 1, ENGINE_FACT_CLOCK, now) &&
                presence_facts(&told, 1, ENGINE_FACT_CLOCK, now));
    assert_true(presence_tampered(&told, 1, now));
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 8);
    assert_true(presence_broker(&told, false, now + SECOND));
    take(l);
    commit(l);

    // Killed; what was heard before is known after. A clock that was put back: as of then.
    kill_and_wait(l, now + HOUR);
    assert_int_equal(number(w, "SELECT last FROM presence WHERE what = 4 ORDER BY presence_id DESC"),
                     now + SECOND);
    const struct presence_log again = core_told(l->c);
    assert_true(presence_state(&again, 1, KIOSK_READY, now + HOUR));
    assert_int_equal(number(w, "SELECT last FROM presence WHERE kiosk_id = 1 ORDER BY presence_id DESC"),
                     now + SECOND);
    commit(l);
    died(l);
}

// Old rows go, but for the newest of each: it tells what was known where the rest begins.
static void test_retention(void **state)
{
    struct world *w = *state;
    struct live *l = lived(w, 1);
    core_start(l, BEGIN);
    const struct presence_log told = core_told(l->c);
    for (int day = 0; day < 10; day++) {
        wall_ms at = BEGIN + day * DAY;
        assert_true(presence_broker(&told, true, at));
        assert_true(presence_state(&told, 1, KIOSK_READY, at + HOUR) &&
                    presence_state(&told, 1, KIOSK_SLEEPING, at + HOUR + MINUTE));
        assert_true(presence_state(&told, 2, KIOSK_READY, at + HOUR) &&
                    presence_state(&told, 2, KIOSK_LOST, at + 2 * HOUR));
    }
    take(l);
    wall_ms before = BEGIN + 5 * DAY, known;
    int32_t kiosk = -1;
    bool more = true;
    int slices = 0;
    assert_true(store_presence_known(w->st, &known) && known == BEGIN);
    for (; more; slices++) {
        assert_true(store_presence_retain(w->st, before, 1, &kiosk, &more));
    }
    assert_int_equal(slices, 4); // the aggregator, two kiosks, and nobody else
    assert_int_equal(number(w, "SELECT count(*) FROM presence"), 1 + 2 * (1 + 5 * 2));
    assert_true(store_set_raw_before(w->st, before) && store_presence_known(w->st, &known) &&
                known == before);
    commit(l);
    struct backtest_query q = {
        .place = "org", .from = "2026-11-01", .to = "2026-11-22", .a = "kind: offline"};
    json_t *o = report(w, &q), *kiosks = json_object_get(o, "kiosks");
    const json_t *setting = json_array_get(json_object_get(o, "settings"), 0),
                 *alerts = json_object_get(setting, "alerts");
    assert_string_equal(json_string_value(json_object_get(kiosks, "from")), "2026-11-07");
    assert_int_equal(json_integer_value(json_object_get(kiosks, "count")), 2);
    // Kiosk 2 is lost when what is known begins, and each day since; kiosk 1 sleeps.
    assert_int_equal(json_array_size(alerts), 6);
    json_t *a = json_array_get(alerts, 0);
    assert_int_equal(json_integer_value(json_object_get(a, "raised")), before);
    assert_int_equal(json_integer_value(json_object_get(a, "since")), before - DAY + 2 * HOUR);
    assert_int_equal(json_integer_value(json_object_get(a, "until")),
                     before + HOUR + MINUTE); // it stays well for a minute
    assert_int_equal(json_integer_value(json_object_get(a, "minutes")), 22 * 60);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a, "kiosk"), "id")), "k2");
    assert_true(json_is_null(json_object_get(a, "votes")));
    json_decref(o);
    q.to = "2026-11-06"; // before that
    o = report(w, &q);
    assert_true(json_is_null(json_object_get(json_object_get(o, "kiosks"), "from")));
    setting = json_array_get(json_object_get(o, "settings"), 0);
    assert_int_equal(json_integer_value(json_object_get(setting, "count")), 0);
    assert_true(json_number_value(json_object_get(setting, "aMonth")) == 0);
    json_decref(o);
    q.a = "kind: standard";
    o = report(w, &q);
    assert_true(json_is_null(json_object_get(o, "kiosks")));
    json_decref(o);
    died(l);
}

// A kiosk that has moved counts where it stands, since it stands there.
static void test_moved(void **state)
{
    struct world *w = *state;
    struct live *l = lived(w, 1);
    core_start(l, BEGIN);
    broker_is(l, true);
    const struct presence_log told = core_told(l->c);
    for (wall_ms at = BEGIN; at < BEGIN + 3 * DAY; at += MINUTE) {
        wall_ms hour = (at - BEGIN) % DAY / HOUR;
        l->c->now = at;
        if (at == BEGIN) {
            assert_true(presence_state(&told, 1, KIOSK_READY, at));
        } else if (hour != 3) { // an hour each night it is not heard of
            assert_true(presence_heard(&told, 1, at));
        }
        if (at == BEGIN + DAY + 12 * HOUR) {
            assert_true(core_writes(l->c) && store_assign(w->st, 1, PAPUA, at));
            reload(l);
            assert_true(presence_stands(&told, 1));
        }
        take(l);
    }
    l->c->now = END;
    engine_tick(l->c->engine, END);
    assert_true(core_writes(l->c)); // with it goes the engine's clock
    take(l);
    commit(l);
    struct backtest_query q = {
        .place = "papua", .from = "2026-11-02", .to = "2026-11-22", .a = "kind: offline"};
    json_t *o = report(w, &q);
    const json_t *alerts = json_object_get(json_array_get(json_object_get(o, "settings"), 0), "alerts");
    assert_int_equal(json_array_size(alerts), 2); // the third night, and when nothing more was heard
    for (int i = 0; i < 2; i++) {
        wall_ms last = BEGIN + (i == 0 ? 2 * DAY + 3 * HOUR : 3 * DAY) - MINUTE;
        const json_t *a = json_array_get(alerts, (size_t)i);
        assert_int_equal(json_integer_value(json_object_get(a, "since")), last);
        assert_int_equal(json_integer_value(json_object_get(a, "raised")), last + 2 * MINUTE);
    }
    json_decref(o);
    q.place = "dago";
    o = report(w, &q);
    assert_int_equal(json_integer_value(json_object_get(json_object_get(o, "kiosks"), "count")), 0);
    json_decref(o);
    died(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_equals_live),
        cmocka_unit_test_setup_teardown(test_rows, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_retention, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_moved, world_setup, world_teardown),
    };
    log_init("test", LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
