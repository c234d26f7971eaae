// puas-month: a month of the simulated fleet, with incidents whose begin and end are known, through the alert engine: what our
// rules and the peers' default see of them, how soon, and at what price in false alarms.
//   puas-month SCENARIO [LEARN]      LEARN: days at its begin that count for nothing (56)
// Prints JSON: a line for each rule; our rules stand there once more with as many false alarms as the peers' rule has.
// Exit code 1: the scenario is wrong or memory ran out, 2: usage.
#include "tests/fleet/month.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEARN = 56, ROUNDS = 4, STANDARD = 0, CHANGE, ABOVE, AT_LEAST, RULES };

static struct engine_rule share(bool at_least)
{
    struct engine_rule r = engine_rule_defaults(ENGINE_SHARE);
    r.faces = 0x7; // the neutral one is not satisfied
    r.window_ms = 15 * 60000;
    r.min_n = 4;
    r.raise = 500;
    r.resolve = 400;
    r.at_least = at_least;
    return r;
}

static const char *separator = "";

static void print_rule(const char *name, const struct month_figures *f, double arl)
{
    int open = f->incidents - f->already;
    printf("%s\n  "
           "{\"rule\":\"%s\",\"falseAlarmVotes\":%.0f,\"incidents\":%d,\"seen\":%d,\"already\":%d,"
           "\"detected\":%.4f,"
           "\"votes\":%.1f,\"minutes\":%.1f,\"alerts\":%lld,\"wrong\":%lld,\"wrongAMonth\":%.4f}",
           separator, name, arl, f->incidents, f->seen, f->already, open > 0 ? (double)f->seen / open : 0,
           f->votes, f->minutes, (long long)f->alerts, (long long)f->wrong, f->wrong_a_month);
    separator = ",";
}

// Our rule with as many false alarms as `wrong`: its price is halved or doubled towards that.
static bool at_price(const struct roster *r, int learn, struct engine_rule rule, int64_t wrong,
                     struct month_figures *ret_f, double *ret_arl)
{
    struct month m;
    double best = 1e9;
    rule.arl = ENGINE_ARL_DEFAULT;
    for (int i = 0; i < ROUNDS; i++) {
        if (!month_run(r, learn, &rule, 1, &m)) {
            return false;
        }
        double off = (double)(m.rule[0].wrong + 1) / (double)(wrong + 1), far = off > 1 ? off : 1 / off;
        if (far < best) {
            best = far;
            *ret_f = m.rule[0];
            *ret_arl = rule.arl;
        }
        rule.arl *= off;
        rule.arl = rule.arl < CHANGE_ARL_MIN   ? CHANGE_ARL_MIN
                   : rule.arl > CHANGE_ARL_MAX ? CHANGE_ARL_MAX
                                               : rule.arl;
    }
    return true;
}

static bool print_all(const struct roster *r, int learn)
{
    static const char *const names[RULES] = {"standard 85 %", "change", "peers: > 50 % in 15 min, n >= 4",
                                             "peers: >= 50 % in 15 min, n >= 4"};
    struct engine_rule rules[RULES] = {engine_rule_defaults(ENGINE_STANDARD),
                                       engine_rule_defaults(ENGINE_CHANGE), share(false), share(true)};
    rules[STANDARD].promise = 85;
    rules[STANDARD].arl = rules[CHANGE].arl = ENGINE_ARL_DEFAULT;
    struct month m;
    struct month_figures f;
    double arl = 0;
    if (!month_run(r, learn, rules, RULES, &m)) {
        return false;
    }
    printf("{\"branches\":%d,\"days\":%d,\"votes\":%lld,\"rules\":[", m.branches, m.days, (long long)m.votes);
    for (int i = 0; i < RULES; i++) {
        print_rule(names[i], &m.rule[i], rules[i].arl);
    }
    for (int peer = ABOVE; peer <= AT_LEAST; peer++) {
        for (int own = STANDARD; own <= CHANGE; own++) {
            char name[120];
            if (!at_price(r, learn, rules[own], m.rule[peer].wrong, &f, &arl)) {
                return false;
            }
            snprintf(name, sizeof name, "%s, at the price of %s 50 %%", names[own],
                     peer == ABOVE ? ">" : ">=");
            print_rule(name, &f, arl);
        }
    }
    printf("]}\n");
    return true;
}

int main(int argc, char **argv)
{
    struct config_error error = {.text = ""};
    struct scenario s;
    struct roster r;
    int learn = argc > 2 ? atoi(argv[2]) : LEARN;
    if (argc < 2 || argc > 3 || learn < 0) {
        fputs("usage: puas-month SCENARIO [LEARN]\n", stderr);
        return 2;
    }
    if (!config_load(argv[1], scenario_rows, &s, &error)) {
        fprintf(stderr, "puas-month: %s\n", error.text);
        return 1;
    }
    bool ok = roster_init(&r, argv[1], &s, &error);
    if (ok && learn >= s.days) {
        snprintf(error.text, sizeof error.text, "%s has %lld days, all of them for learning", argv[1],
                 (long long)s.days);
    } else if (ok && !print_all(&r, learn)) {
        snprintf(error.text, sizeof error.text, "out of memory");
    }
    if (error.text[0] != '\0') {
        fprintf(stderr, "puas-month: %s\n", error.text);
    }
    if (ok) {
        roster_finish(&r);
    }
    config_free(scenario_rows, &s);
    return error.text[0] != '\0';
}
