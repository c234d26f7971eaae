// A month of the simulated fleet with known incidents: our rules and the peers' default, the same every time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/fleet/month.h"

#include <string.h>

enum { LEARN = 28, STANDARD = 0, CHANGE, PEERS, RULES };

static const char yaml[] =
    "seed: 7\ndays: 56\n"
    "chain: { regions: 1, branches: 4, kiosks: 2 }\n"
    "votes: { a_day: 200, satisfied: 0.92 }\n"
    "incidents:\n"
    "  - { place: fleet-branch-1, kind: bad-shift, day: 33, from: 9 h, for: 8 h, unhappy: 0.3 }\n"
    "  - { place: fleet-branch-2, kind: queue, day: 37, from: 11 h, for: 3 h, unhappy: 0.5 }\n"
    "  - { place: fleet-region-1, kind: bad-shift, day: 44, from: 10 h, for: 6 h, unhappy: 0.4 }\n";

static void run(struct month *ret_m)
{
    struct config_error e = {.text = ""};
    struct scenario s;
    struct roster r;
    struct engine_rule rules[RULES] = {engine_rule_defaults(ENGINE_STANDARD),
                                       engine_rule_defaults(ENGINE_CHANGE),
                                       engine_rule_defaults(ENGINE_SHARE)};
    rules[STANDARD].promise = 85;
    rules[PEERS].faces = 0x7;
    rules[PEERS].min_n = 4;
    rules[PEERS].raise = 500;
    rules[PEERS].resolve = 400;
    if (!config_parse("t.yaml", yaml, strlen(yaml), scenario_rows, &s, &e) ||
        !roster_init(&r, "t.yaml", &s, &e)) {
        fail_msg("%s", e.text);
    }
    assert_true(month_run(&r, LEARN, rules, RULES, ret_m));
    roster_finish(&r);
    config_free(scenario_rows, &s);
}

static void ours_see_all_and_cry_less(void **state)
{
    (void)state;
    struct month m, again;
    run(&m);
    run(&again);
    assert_memory_equal(m.rule, again.rule, RULES * sizeof *m.rule); // the same every time
    for (int i = 0; i < RULES; i++) {
        const struct month_figures *f = &m.rule[i];
        print_message("          rule %d: %d seen and %d open of %d, %.1f votes, %.1f min; %d false\n", i,
                      f->seen, f->already, f->incidents, f->votes, f->minutes, (int)f->wrong);
        assert_int_equal(f->incidents, 6);
        assert_true(f->seen + f->already <= f->incidents);
    }
    const struct month_figures *peers = &m.rule[PEERS];
    for (int own = STANDARD; own <= CHANGE; own++) {
        const struct month_figures *f = &m.rule[own];
        assert_int_equal(f->seen + f->already, f->incidents);
        assert_true(f->wrong * 3 < peers->wrong);
        assert_true(f->seen == 0 || f->votes < 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_see_all_and_cry_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
