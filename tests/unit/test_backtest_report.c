// Back-test of what is stored: what a report says of a history, of none, and what is refused.
#include "tests/unit/backtested.h"

#include "aggregator/backtest.h"
#include "aggregator/backtest_impl.h"

#include <math.h>

#define MINUTE (HOUR / 60)

static struct backtest_query asked(const char *place)
{
    return (struct backtest_query){.place = place, .from = "2026-10-01", .to = "2026-11-22"};
}

static void refused(struct world *w, struct backtest_query q, int64_t most, const char *field,
                    const char *part)
{
    struct backtest_job *j = NULL;
    struct trend_problem problem = {.field = ""};
    char why[300];
    assert_int_equal(backtest_open(w->path, NULL, &q, NOW, most, &j, &problem, why, sizeof why), TRENDS_BAD);
    assert_string_equal(problem.field, field);
    if (strstr(problem.why, part) == NULL) {
        fail_msg("'%s' says nothing of '%s'", problem.why, part);
    }
}

static const json_t *setting(const json_t *o, size_t i)
{
    return json_array_get(json_object_get(o, "settings"), i);
}

static int64_t integer(const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    assert_true(json_is_integer(n));
    return json_integer_value(n);
}

static double real(const json_t *o, const char *key)
{
    const json_t *n = json_object_get(o, key);
    assert_true(json_is_number(n));
    return json_number_value(n);
}

// Votes of a day at one hour, all alike.
static void say_votes(struct world *w, int kiosk, int32_t day, int hour, int score, int count)
{
    for (int i = 0; i < count; i++) {
        world_vote(w, kiosk, day, hour, "overall", score);
    }
}

#define EACH "kind: standard, percent: 85, mash: 0 s"

static void test_nothing_said(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("org");
    q.a = EACH;
    q.b = "kind: change, mash: 0 s";
    json_t *o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 0);
    assert_int_equal(integer(o, "late"), 0);
    assert_int_equal(integer(o, "places"), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(integer(setting(o, i), "count"), 0);
        assert_true(real(setting(o, i), "inAlert") == 0);
        assert_true(real(json_object_get(setting(o, i), "expected"), "aMonth") == 0);
        assert_true(json_is_null(json_object_get(json_object_get(setting(o, i), "expected"), "votes")));
    }
    assert_int_equal(integer(json_object_get(setting(o, 0), "expected"), "learning"), 0);
    assert_int_equal(integer(json_object_get(setting(o, 1), "expected"), "learning"),
                     2); // nothing is usual yet
    assert_true(json_is_null(json_object_get(setting(o, 1), "cost")));
    json_decref(o);

    // One vote, the worst: no promise breaks by it, and a share wants its least n.
    world_vote(w, 1, TODAY - 9, 10, "overall", 1);
    q.b = "kind: share, min_n: 2, mash: 0 s";
    o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 1);
    assert_int_equal(integer(setting(o, 0), "votes"), 1);
    assert_int_equal(integer(setting(o, 0), "count") + integer(setting(o, 1), "count"), 0);
    assert_true(json_is_null(json_object_get(setting(o, 1), "expected"))); // of a share nobody knows
    json_decref(o);
    q.b = "kind: share, min_n: 1, mash: 0 s";
    o = report(w, &q);
    assert_int_equal(integer(setting(o, 1), "count"), 1);
    json_decref(o);
}

static void test_all_one_face(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("org");
    q.a = EACH;
    say_votes(w, 1, TODAY - 9, 10, 5, 300);
    json_t *o = report(w, &q);
    assert_int_equal(integer(setting(o, 0), "votes"), 300);
    assert_int_equal(integer(setting(o, 0), "count"), 0);
    json_decref(o);

    say_votes(w, 2, TODAY - 8, 11, 1, 50); // +17 each: 117 is reached with the seventh
    o = report(w, &q);
    const json_t *alerts = json_object_get(setting(o, 0), "alerts"), *a = json_array_get(alerts, 0);
    assert_int_equal(json_array_size(alerts), 1);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a, "place"), "id")), "papua");
    assert_int_equal(integer(a, "votes"), 7);
    assert_int_equal(integer(a, "points"), 119);
    assert_int_equal(integer(a, "limit"), 117);
    assert_true(json_is_null(json_object_get(a, "until"))); // nothing better was ever said
    double open = 53 * 2;                                   // days of both places
    assert_true(real(setting(o, 0), "inAlert") > 7 / open && real(setting(o, 0), "inAlert") < 9 / open);
    // They never close: the plain chain.
    assert_float_equal(real(json_object_get(setting(o, 0), "expected"), "votes"), 5191.372857, 1e-3);
    json_decref(o);
}

static void test_never_open(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("papua");
    struct store_place p = {.place = PAPUA, .parent = EAST, .kind = PLACE_BRANCH, .name = "The papua"};
    ident_set(&p.id, "papua");
    snprintf(p.hours, sizeof p.hours, "0;1;2;3;4;5;6");
    assert_true(store_begin(w->st) && store_put_place(w->st, &p) && store_commit(w->st));
    say_votes(w, 2, TODAY - 8, 11, 1, 50);
    q.a = EACH;
    json_t *o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 50);
    assert_int_equal(integer(setting(o, 0), "votes"), 0);
    assert_int_equal(integer(setting(o, 0), "count"), 0);
    assert_true(real(setting(o, 0), "inAlert") == 0);
    json_decref(o);
}

static void test_place_gone(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("nowhere");
    struct backtest_job *j = NULL;
    struct trend_problem problem;
    char why[300];
    assert_int_equal(backtest_open(w->path, NULL, &q, NOW, 0, &j, &problem, why, sizeof why),
                     TRENDS_NOT_FOUND);
    // Of another branch than the reader's.
    struct views_user u = {.place = DAGO};
    q.place = "papua";
    assert_int_equal(backtest_open(w->path, &u, &q, NOW, 0, &j, &problem, why, sizeof why), TRENDS_NOT_FOUND);
    // To the engine a rule whose place has gone watches nothing, and costs nothing.
    struct engine_rule rule = engine_rule_defaults(ENGINE_STANDARD);
    rule.id = rule.version = 1;
    rule.place = 7;
    struct engine_place place = {1, 0, ENGINE_BRANCH, NULL, {NULL, NULL}};
    struct backtest_unit unit = {1, NULL, {NULL, NULL}};
    struct engine_config config = {
        .places = &place, .place_count = 1, .rules = &rule, .rule_count = 1, .lost_after_ms = 1};
    struct engine *e = engine_create();
    assert_int_equal(engine_configure(e, &config, NOW), ENGINE_DONE);
    struct backtest_options o = {
        .rules = &rule, .rule_count = 1, .units = &unit, .unit_count = 1, .from = NOW, .to = NOW + DAY};
    struct backtest *b = backtest_create(e, &o);
    for (int i = 1; i <= 100; i++) {
        struct engine_vote v = {.event = i,
                                .place = 1,
                                .question = "overall",
                                .score = 1,
                                .of = 5,
                                .at = NOW + i * MINUTE,
                                .arrived = NOW + i * MINUTE};
        assert_true(backtest_vote(b, 0, &v));
    }
    assert_true(backtest_end(b));
    assert_int_equal(backtest_outcome(b, 0)->alerts_all, 0);
    backtest_destroy(b);
}

// A month of two branches, with a bad day each.
static void fill(struct world *w)
{
    uint64_t seed = 5;
    assert_true(store_begin(w->st));
    for (int32_t day = TODAY - 45; day < TODAY; day++) {
        for (int i = 0; i < 60; i++) {
            int kiosk = 1 + i % 2;
            bool bad = day == TODAY - 10 * kiosk;
            int hour = 8 + i / 6 + (kiosk == 2 ? 2 : 0); // in Jayapura it is two hours later
            world_vote(w, kiosk, day, hour, i % 7 == 3 ? "waiting" : "overall",
                       chance(&seed) < (bad ? .7 : .08) ? 1 : 5);
        }
    }
    for (int k = 1; k <= 2; k++) {
        assert_true(store_epoch_through(w->st, k, w->seq[k]));
    }
    assert_true(store_commit(w->st));
}

static void test_windows(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("org");
    fill(w);
    q.a = EACH;
    q.b = "kind: share, window: 4 h, percent: 40, mash: 0 s";
    struct backtest_job *one = opened(w, &q), *many = opened(w, &q);
    assert_int_equal(one->expected_votes, 45 * 60);
    many->expected_votes = 20 * 1000 * 1000; // a hundred windows of half a day
    json_t *o = report_of(one), *x = report_of(many);
    assert_true(json_equal(o, x));
    const json_t *compare = json_object_get(o, "compare");
    assert_true(integer(setting(o, 0), "count") >= 2 && integer(setting(o, 1), "count") >= 2);
    assert_true(integer(compare, "both") >= 2);
    assert_int_equal(integer(compare, "both") + integer(compare, "first"), integer(setting(o, 0), "count"));
    json_decref(x);
    // A question of its own, and a place below: only what belongs there.
    q.a = "kind: standard, question: waiting, mash: 0 s";
    q.place = "east";
    x = report(w, &q);
    assert_true(integer(setting(x, 0), "votes") < integer(x, "votes"));
    assert_int_equal(integer(x, "votes"), 45 * 30);
    json_decref(x);
    json_decref(o);
}

static void test_learned(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("org");
    fill(w);
    for (int i = 0; i < 4; i++) { // more than 900 votes at one of them, long before
        say_votes(w, 1, TODAY - 80 - i, 9, 5, 230);
        say_votes(w, 1, TODAY - 80 - i, 9, 1, 20);
    }
    q.a = "kind: change, mash: 0 s, false_alarm_votes: 1000";
    json_t *o = report(w, &q);
    const json_t *expected = json_object_get(setting(o, 0), "expected"),
                 *cost = json_object_get(setting(o, 0), "cost");
    assert_int_equal(integer(expected, "learning"), 0); // by the end both have had more than 900 votes
    assert_true(real(expected, "votes") > 1000 && real(expected, "votes") < 1200);
    assert_true(real(cost, "usual") > .05 && real(cost, "usual") < .15);
    assert_int_equal(json_array_size(json_object_get(cost, "seen")), 3);
    const json_t *a = json_array_get(json_object_get(setting(o, 0), "alerts"), 0);
    assert_string_equal(json_string_value(json_object_get(json_object_get(a, "place"), "id")), "dago");
    assert_true(real(a, "usual") > .05);
    json_decref(o);
    q.a = "kind: change, by_hour: true, spread: true, mash: 0 s, false_alarm_votes: 1000"; // all votes came at nine
    o = report(w, &q);
    assert_int_equal(integer(json_object_get(setting(o, 0), "expected"), "learning"), 0);
    assert_true(real(json_array_get(json_object_get(setting(o, 0), "alerts"), 0), "usual") > .05);
    json_decref(o);
    q.to = "2026-10-20";
    o = report(w, &q);
    assert_int_equal(integer(json_object_get(setting(o, 0), "expected"), "learning"), 1);
    json_decref(o);
}

// One answer of dago, with whatever is odd about it.
static void odd(struct world *w, struct event *e, wall_ms at, wall_ms arrived, int flags)
{
    struct stored_event s = {
        .epoch_id = 1, .kiosk = 1, .place = DAGO, .e = e, .at = at, .arrived = arrived, .flags = flags};
    e->since_ms = -1;
    e->visit = e->seq;
    assert_true(store_begin(w->st));
    assert_true(e->question.s[0] == '\0' || store_name(w->st, e->question.s, &s.name));
    assert_true(store_event(w->st, &s) && store_commit(w->st));
}

static void test_late_and_voided(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("dago");
    wall_ms at = NOW - 8 * DAY;
    struct event bad = {.type = EVENT_RATING, .score = 1, .of = 5}, back = {.type = EVENT_VOID};
    ident_set(&bad.question, "overall");
    q.a = "kind: share, min_n: 3, mash: 0 s";
    for (int i = 0; i < 3; i++) { // imported: they came a day late, the later ones first
        bad.seq = ++w->seq[1];
        odd(w, &bad, at - i * MINUTE, at + DAY, EVENT_LATE);
    }
    json_t *o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 0);
    assert_int_equal(integer(o, "late"), 3);
    assert_int_equal(integer(setting(o, 0), "count"), 0);
    json_decref(o);
    q.to = "2026-11-15"; // the day on which they were given: they came after it
    o = report(w, &q);
    assert_int_equal(integer(o, "late"), 3);
    json_decref(o);
    q.late = "counted";
    o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 3);
    assert_int_equal(integer(setting(o, 0), "count"), 1);
    const json_t *a = json_array_get(json_object_get(setting(o, 0), "alerts"), 0);
    assert_int_equal(integer(a, "raised"), at); // of the newest one
    assert_true(json_is_null(json_object_get(a, "votes")));
    json_decref(o);

    q.to = "2026-11-22";
    // Taken back after it was judged: it was judged. Taken back before it came, or erased with its score: never.
    q.late = "left-out";
    for (int i = 0; i < 3; i++) {
        bad.seq = ++w->seq[1];
        odd(w, &bad, at + 2 * DAY + i * 1000, at + 2 * DAY + i * 1000, 0);
    }
    back.seq = ++w->seq[1];
    back.voids = bad.seq;
    odd(w, &back, at + 2 * DAY + 9000, at + 2 * DAY + 9000, 0);
    o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 3);
    assert_int_equal(integer(setting(o, 0), "count"), 1);
    json_decref(o);
    bad.seq = ++w->seq[1] + 1; // the void comes first
    back.voids = bad.seq;
    back.seq = ++w->seq[1] + 1;
    odd(w, &back, at + 3 * DAY, at + 3 * DAY, 0);
    odd(w, &bad, at + 3 * DAY, at + 3 * DAY + 1000, EVENT_VOIDED);
    w->seq[1] += 2;
    bad.seq = ++w->seq[1];
    odd(w, &bad, at + 3 * DAY, at + 3 * DAY + 1000, EVENT_VOIDED | EVENT_ERASED);
    bad.seq = ++w->seq[1];
    odd(w, &bad, at + 3 * DAY, at + 3 * DAY + 1000, EVENT_REPEATED);
    o = report(w, &q);
    assert_int_equal(integer(o, "votes"), 3);
    json_decref(o);
}

// Customers of dago who name reasons one after the other, from an hour of a day on.
static void name_reason(struct world *w, wall_ms at, const char *first, const char *second, int flags)
{
    struct event why = {.type = EVENT_CHOICE};
    ident_set(&why.question, "why");
    ident_set(&why.options[why.option_count++], first);
    if (second != NULL) {
        ident_set(&why.options[why.option_count++], second);
    }
    why.seq = ++w->seq[1];
    odd(w, &why, at, at, flags);
}

static void test_reasons(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("dago");
    wall_ms at = NOW - 8 * DAY;
    q.a = "kind: count, option: dirty, votes: 3, window: 30 min, mash: 0 s";
    q.b = "kind: count, option: wait, votes: 2, window: 30 min, mash: 0 s";
    say_votes(w, 1, TODAY - 8, 9, 1, 5); // ratings are no reasons
    name_reason(w, at, "dirty", NULL, 0);
    name_reason(w, at + MINUTE, "wait", "dirty", 0); // counts for both
    name_reason(w, at + 2 * MINUTE, "price", NULL, 0);
    name_reason(w, at + 3 * MINUTE, "dirty", NULL, EVENT_REPEATED);
    name_reason(w, at + 4 * MINUTE, "dirty", NULL, EVENT_LATE);
    json_t *o = report(w, &q);
    assert_int_equal(integer(setting(o, 0), "count") + integer(setting(o, 1), "count"), 0);
    assert_int_equal(integer(setting(o, 0), "votes"), 2);
    assert_int_equal(integer(setting(o, 1), "votes"), 1);
    assert_int_equal(integer(o, "late"), 1);
    json_decref(o);
    name_reason(w, at + 5 * MINUTE, "dirty", "wait", 0);
    o = report(w, &q);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(integer(setting(o, i), "count"), 1);
        const json_t *a = json_array_get(json_object_get(setting(o, i), "alerts"), 0);
        assert_int_equal(integer(a, "raised"), at + 5 * MINUTE);
        assert_int_equal(integer(a, "unhappy"), i == 0 ? 3 : 2);
    }
    assert_int_equal(integer(json_object_get(o, "compare"), "both"), 1);
    json_decref(o);
    q.late = "counted"; // one sooner
    o = report(w, &q);
    assert_int_equal(integer(json_array_get(json_object_get(setting(o, 0), "alerts"), 0), "raised"), at + 4 * MINUTE);
    json_decref(o);
}

static void test_settings(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("dago");
    struct store_rule sla = {.place = WEST, .body = "{\"kind\":\"standard\",\"percent\":90,\"top_faces\":2}"},
                      off = {.place = ORG, .body = "{\"kind\":\"offline\"}"};
    ident_set(&sla.id, "sla");
    ident_set(&off.id, "off");
    json_t *o = report(w, &q); // without any promise: the usual one
    assert_string_equal(json_string_value(json_object_get(setting(o, 0), "given")), "kind: standard");
    assert_int_equal(json_array_size(json_object_get(o, "settings")), 1);
    assert_true(json_is_null(json_object_get(o, "compare")));
    json_decref(o);
    assert_true(store_begin(w->st) && store_put_rule(w->st, &sla, 1) && store_put_rule(w->st, &off, 1) &&
                store_commit(w->st));
    q.b = "kind: standard\npercent: 80\nfalse_alarm_votes: 1000\n";
    o = report(w, &q);
    assert_string_equal(json_string_value(json_object_get(setting(o, 0), "given")), "sla");
    assert_int_equal(integer(json_object_get(setting(o, 0), "rule"), "percent"), 90);
    assert_int_equal(integer(json_object_get(setting(o, 1), "rule"), "percent"), 80);
    assert_int_equal(json_array_size(json_object_get(o, "standards")),
                     2);
    json_decref(o);

    q.b = NULL;
    q.a = "gone";
    refused(w, q, 0, "a", "no standard 'gone'");
    q.a = "kind: offline, hold: 90 s";
    refused(w, q, 0, "a", "test more than that");
    q.a = "kind: silence";
    q.late = "counted";
    refused(w, q, 0, "late", "late is left-out");
    q.late = NULL;
    q.a = "kind: contact";
    refused(w, q, 0, "a", "nothing to test");
    q.a = "kind: standrad";
    refused(w, q, 0, "a", "standard");
    q.a = "kind: standard, prcent: 3";
    refused(w, q, 0, "a", "did you mean 'percent'");
    q.a = "kind: standard, percent: 0";
    refused(w, q, 0, "a", "1 to 99");
    q.a = "kind: share, percent: 30, resolve_percent: 40";
    refused(w, q, 0, "a", "must not be above");
    q.a = "kind: change, usual_unhappy: 0.9";
    refused(w, q, 0, "a", ".02 to .5");
    char name[STORE_RULE_MAX + 200], *end = stpcpy(name, "kind: share\nname:\n  en: ");
    memset(end, 'x', STORE_RULE_MAX);
    end[STORE_RULE_MAX] = '\0';
    q.a = name;
    refused(w, q, 0, "a", "too long");
    q.a = "]";
    refused(w, q, 0, "a", "not YAML");
    q.a = "sla";
    q.b = "kind: change, hold: 5 min";
    refused(w, q, 0, "b", "hold");
    q.b = NULL;
    q.late = "perhaps";
    refused(w, q, 0, "late", "left-out or counted");
    q.late = NULL;
    q.to = "2026-11-23"; // today in Jakarta
    refused(w, q, 0, "to", "at most 2026-11-22");
    q.to = "2026-11-31";
    refused(w, q, 0, "to", "is a day");
    q.to = "2026-09-30";
    refused(w, q, 0, "from", "not after to");
    q.to = NULL;
    q.from = "2020-01-01";
    refused(w, q, 0, "from", "1100 days");
    fill(w);
    q.from = "2026-11-01";
    refused(w, q, 100, "from", "fewer days, or a place below");

    struct store_rule elsewhere = {.place = EAST,
                                   .body = "{\"kind\":\"standard\",\"percent\":90,\"top_faces\":2}"};
    ident_set(&elsewhere.id, "east-only");
    assert_true(store_begin(w->st) && store_put_rule(w->st, &elsewhere, 1) && store_commit(w->st));
    q.a = "east-only";
    refused(w, q, 0, "a", "no standard");
}

static bool no_more(void *ctx)
{
    return --*(int *)ctx > 0;
}

static void test_stopped(void **state)
{
    struct world *w = *state;
    struct backtest_query q = asked("org");
    char why[300];
    int left = 3;
    fill(w);
    struct backtest_job *j = opened(w, &q);
    j->expected_votes = 20 * 1000 * 1000;
    assert_null(backtest_report(j, no_more, &left, why, sizeof why));
    assert_string_equal(why, "");
    backtest_close(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nothing_said, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_all_one_face, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_never_open, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_place_gone, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_windows, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_learned, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_late_and_voided, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_reasons, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_settings, world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(test_stopped, world_setup, world_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
