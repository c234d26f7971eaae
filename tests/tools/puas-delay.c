// puas-delay: how many ratings a rule lets pass before it sees a change, beside other rules at the same false-alarm rate.
//   puas-delay [USUAL [VOTES [RUNS]]]      usual share of unhappy votes (.10), votes between false alarms (5000), runs of
//                                          the rules that are simulated (20000)
// Prints JSON: the shifts, the least delay any rule can have, and for each rule its ARL and delays in votes; a rule that is
// simulated says how often. Ours and the CUSUM are exact; the peers' are simulated, with a fixed seed: restarted after each
// alarm, the change comes at a vote long after the start. Exit code 2: arguments out of range.
#include "aggregator/change.h"
#include "aggregator/optimum.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 20,        // votes
    QUARTER_S = 900,    // the peers' time window
    VOTES_AN_HOUR = 20, // of a branch, for it
    ROOM = 256,         // votes remembered
    SETTLE = 1000,      // votes before the change
};

struct peer {
    bool timed; // the last QUARTER_S seconds, else the last WINDOW votes
    int least,
        named_above; // alarm: n >= least and unhappy / n > named_above %; of a window of votes: unhappy >= least
    int n, unhappy, first;
    bool vote[ROOM];
    double at[ROOM], now;
};

static uint64_t seed = 20261126;

static double random_share(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.;
}

static void drop(struct peer *p)
{
    p->unhappy -= p->vote[p->first];
    p->first = (p->first + 1) % ROOM;
    p->n--;
}

static bool peer_vote(struct peer *p, double q)
{
    p->now += p->timed ? -log(1 - random_share()) * 3600 / VOTES_AN_HOUR : 0;
    while (p->n > 0 && (p->timed ? p->at[p->first] <= p->now - QUARTER_S : p->n == WINDOW))
        drop(p);
    if (p->n == ROOM)
        drop(p);
    int last = (p->first + p->n) % ROOM;
    p->vote[last] = random_share() < q;
    p->at[last] = p->now;
    p->unhappy += p->vote[last];
    p->n++;
    bool alarm =
        p->timed ? p->n >= p->least && p->unhappy * 100 > p->named_above * p->n : p->unhappy >= p->least;
    if (alarm)
        p->n = p->unhappy = p->first = 0;
    return alarm;
}

// Votes to the alarm from where it is, `most` when there is none.
static int64_t peer_run(struct peer *p, double q, int64_t most)
{
    int64_t votes = 1;
    while (votes < most && !peer_vote(p, q))
        votes++;
    return votes;
}

static double peer_arl(struct peer p, double q, int runs)
{
    double sum = 0;
    for (int i = 0; i < runs; i++)
        sum += (double)peer_run(&p, q, INT64_C(100000000));
    return sum / runs;
}

static double peer_delay(struct peer p, double q0, double q1, int runs)
{
    double sum = 0;
    for (int i = 0; i < runs; i++) {
        for (int v = 0; v < SETTLE; v++)
            peer_vote(&p, q0);
        sum += (double)peer_run(&p, q1, INT64_C(100000000));
        p.n = p.unhappy = p.first = 0;
    }
    return sum / runs;
}

static const char *separator = "";

static void print_rule(const char *name, double arl, const double delay[CHANGE_SHIFTS], int runs)
{
    printf("%s\n  {\"rule\":\"%s\",\"arl\":%.6f,\"delays\":[%.6f,%.6f,%.6f,%.6f],\"simulated\":%d}",
           separator, name, arl, delay[0], delay[1], delay[2], delay[3], runs);
    separator = ",";
}

static bool print_change(double q0, double votes, bool drift)
{
    struct change c;
    double arl, delay[CHANGE_SHIFTS];
    char name[200];
    if (!change_find(q0, votes, drift, &c) || !change_arl(&c, q0, &arl))
        return false;
    for (int i = 0; i < CHANGE_SHIFTS; i++)
        if (!change_delay(&c, q0, change_shift(q0, i), &delay[i]))
            return false;
    int n = snprintf(name, sizeof(name), "change%s:", drift ? " with drift" : "");
    for (int i = 0; i < c.count; i++)
        n += snprintf(name + n, sizeof(name) - (size_t)n, " +%d/-%d at %d", c.part[i].up, c.part[i].down,
                      c.part[i].limit);
    print_rule(name, arl, delay, 0);
    return true;
}

// The points are those of the likelihood ratio of the second shift, as near as whole numbers up to 30 come.
static bool print_cusum(double q0, double votes)
{
    double q1 = change_shift(q0, 1), wanted = log(q1 / q0) / log((1 - q0) / (1 - q1)), best = HUGE_VAL, arl,
           delay[CHANGE_SHIFTS];
    struct cusum c = {0, 0, 0};
    char name[100];
    for (int down = 1; down <= 9; down++)
        for (int up = 1; up <= 99; up++)
            if (fabs((double)up / down / wanted - 1) < best - 1e-9) {
                best = fabs((double)up / down / wanted - 1);
                c = (struct cusum){up, down, 0};
            }
    if (!cusum_find_limit(&c, q0, votes, &arl))
        return false;
    for (int i = 0; i < CHANGE_SHIFTS; i++)
        if (!cusum_delay(&c, q0, change_shift(q0, i), &delay[i]))
            return false;
    snprintf(name, sizeof(name), "one CUSUM, tuned to %.0f %%: +%d/-%d at %d", q1 * 100, c.up, c.down,
             c.limit);
    print_rule(name, arl, delay, 0);
    return true;
}

static void measure(struct peer p, double q0, int runs, double *ret_arl, double delay[CHANGE_SHIFTS])
{
    *ret_arl = peer_arl(p, q0, runs);
    for (int i = 0; i < CHANGE_SHIFTS; i++)
        delay[i] = peer_delay(p, q0, change_shift(q0, i), runs);
}

// Whole settings leap over the wished ARL: between the last one below and the first one above, by the logarithm of the ARL.
static void print_between(const char *format, struct peer p, double q0, double votes, int runs)
{
    double below = 1, above, fewer[CHANGE_SHIFTS] = {0}, delay[CHANGE_SHIFTS];
    char name[200];
    for (measure(p, q0, runs, &above, delay); above < votes && p.least < WINDOW; p.least++) {
        below = above;
        memcpy(fewer, delay, sizeof(fewer));
        struct peer next = p;
        next.least++;
        measure(next, q0, runs, &above, delay);
    }
    double weight = log(votes / below) / log(above / below);
    for (int i = 0; i < CHANGE_SHIFTS; i++)
        delay[i] = fewer[i] + weight * (delay[i] - fewer[i]);
    snprintf(name, sizeof(name), format, p.least - 1, p.least);
    print_rule(name, votes, delay, runs);
}

static void print_peers(double q0, double votes, int runs)
{
    double arl, delay[CHANGE_SHIFTS];
    print_between("%d to %d unhappy of the last 20", (struct peer){.least = 4}, q0, votes, runs);
    struct peer timed = {.timed = true, .least = 4, .named_above = 50};
    print_between("more than 50 %% in 15 minutes, n at least %d to %d, 20 votes an hour", timed, q0, votes,
                  runs);
    measure(timed, q0, runs, &arl, delay);
    print_rule("more than 50 % in 15 minutes, n at least 4, 20 votes an hour, as it is", arl, delay, runs);
}

int main(int argc, char **argv)
{
    double q0 = argc > 1 ? atof(argv[1]) : .10, votes = argc > 2 ? atof(argv[2]) : 5000;
    int runs = argc > 3 ? atoi(argv[3]) : 20000;
    double best[CHANGE_SHIFTS];
    if (!(q0 >= CHANGE_USUAL_MIN && q0 <= CHANGE_USUAL_MAX && votes >= CHANGE_ARL_MIN &&
          votes <= CHANGE_ARL_MAX) ||
        runs < 0) {
        fprintf(stderr, "usage: puas-delay [USUAL %g..%g [VOTES %g..%g [RUNS]]]\n", CHANGE_USUAL_MIN,
                CHANGE_USUAL_MAX, CHANGE_ARL_MIN, CHANGE_ARL_MAX);
        return 2;
    }
    for (int i = 0; i < CHANGE_SHIFTS; i++)
        if (!optimum_delay(q0, change_shift(q0, i), votes, &best[i]))
            return 1;
    printf("{\"usual\":%g,\"votes\":%g,\"shifts\":[%.6f,%.6f,%.6f,%.6f],\"optimum\":[%.6f,%.6f,%.6f,%.6f],"
           "\"rules\":[",
           q0, votes, change_shift(q0, 0), change_shift(q0, 1), change_shift(q0, 2), change_shift(q0, 3),
           best[0], best[1], best[2], best[3]);
    if (!print_change(q0, votes, false) || !print_change(q0, votes, true) || !print_cusum(q0, votes))
        return 1;
    if (runs > 0)
        print_peers(q0, votes, runs);
    printf("]}\n");
    return 0;
}
