#include "aggregator/change.h"
#include "aggregator/optimum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- the chain
// The states that can be reached from all at 0, in ascending order of (slow, fast, drift); state 0 is all at 0. A happy
// vote leads to a lower state, an unhappy one to a higher one or to the alarm. So mass pushed through from the highest
// state down settles every happy vote in one sweep; what is left shrinks with each unhappy vote.
struct chain {
    int n;
    int *happy, *unhappy;          // owned, n each, one block; unhappy -1: alarm
    int *half;                     // at an opening; NULL: not wanted
    double *mass, *visits, *start; // owned, n each, one block
    double least;                  // mass that is not pushed any further
};

// Where mass ends that is pushed until none is left: at the alarm or back at 0; `length`: votes on the way.
struct flow {
    double length, alarm;
};

bool change_valid(const struct change *c)
{
    double cells = 1;
    if (c->count < 1 || c->count > CHANGE_PARTS)
        return false;
    for (int i = 0; i < c->count; i++) {
        const struct cusum *p = &c->part[i];
        if (p->up < 1 || p->up > 99 || p->down < 1 || p->down > 99 || p->limit < 1 ||
            p->limit > CUSUM_LIMIT_MAX)
            return false;
        cells *= p->limit;
    }
    return cells <= CHANGE_CELLS_MAX;
}

enum move { HAPPY, UNHAPPY, HALF };

// A cell is the points as one number, the slow ones first. -1: alarm.
static int after(const struct change *c, int cell, enum move move)
{
    int to = 0, place = 1;
    for (int i = c->count - 1; i >= 0; i--) {
        const struct cusum *p = &c->part[i];
        int points = cell % p->limit;
        points = move == HALF ? points / 2 : cusum_step(p, points, move == UNHAPPY, p->limit);
        if (points == p->limit)
            return -1;
        to += points * place;
        place *= p->limit;
        cell /= p->limit;
    }
    return to;
}

// Numbers the cells that can be reached: *ret_index is -1 elsewhere, *ret_cells has them in order.
static int reach(const struct change *c, enum move last, int *index, int *cells, int all)
{
    int depth = 1, n = 0;
    memset(index, 0xff, (size_t)all * sizeof(*index));
    cells[0] = index[0] = 0;
    while (depth > 0) {
        int cell = cells[--depth];
        for (enum move move = HAPPY; move <= last; move++) {
            int to = after(c, cell, move);
            if (to >= 0 && index[to] < 0) {
                index[to] = 0;
                cells[depth++] = to;
            }
        }
    }
    for (int i = 0; i < all; i++)
        if (index[i] == 0) {
            cells[n] = i;
            index[i] = n++;
        }
    return n;
}

static void chain_finish(struct chain *s)
{
    free(s->happy);
    free(s->mass);
}

static bool chain_init(struct chain *s, const struct change *c, bool halving)
{
    *s = (struct chain){.least = 1e-16};
    if (!change_valid(c))
        return false;
    int all = 1;
    for (int i = 0; i < c->count; i++)
        all *= c->part[i].limit;
    int *index = malloc(2 * (size_t)all * sizeof(*index)), *cells = index + all;
    if (!index)
        return false;
    s->n = reach(c, halving ? HALF : UNHAPPY, index, cells, all);
    size_t n = (size_t)s->n;
    s->happy = malloc(3 * n * sizeof(*s->happy));
    s->mass = malloc(3 * n * sizeof(*s->mass));
    bool ok = s->happy && s->mass;
    if (ok) {
        s->unhappy = s->happy + n;
        s->half = halving ? s->unhappy + n : NULL;
        s->visits = s->mass + n;
        s->start = s->visits + n;
        for (int i = 0; i < s->n; i++) {
            int on = after(c, cells[i], UNHAPPY);
            s->happy[i] = index[after(c, cells[i], HAPPY)];
            s->unhappy[i] = on < 0 ? -1 : index[on];
            if (halving)
                s->half[i] = index[after(c, cells[i], HALF)];
        }
    } else {
        chain_finish(s);
    }
    free(index);
    return ok;
}

// Pushes s->mass, 1 in all, until it is at 0 or at the alarm; fills s->visits.
static struct flow chain_push(struct chain *s, double q)
{
    struct flow f = {0};
    memset(s->visits, 0, (size_t)s->n * sizeof(*s->visits));
    s->mass[0] = 0;
    for (double moving = 1; moving > s->least;) {
        moving = 0;
        for (int i = s->n - 1; i > 0; i--) {
            double m = s->mass[i], up = q * m;
            if (m == 0)
                continue;
            s->mass[i] = 0;
            s->visits[i] += m;
            s->mass[s->happy[i]] += m - up;
            if (s->unhappy[i] < 0) {
                f.alarm += up;
            } else {
                s->mass[s->unhappy[i]] += up;
                moving += up;
            }
        }
        s->mass[0] = 0;
    }
    for (int i = 1; i < s->n; i++)
        f.length += s->visits[i];
    return f;
}

// A cycle begins at 0, waits 1/q votes there for the first unhappy one, and ends at 0 or at the alarm: the ARL is the
// length of a cycle over the share of cycles that end at the alarm. No difference of large numbers anywhere.
static double chain_arl(struct chain *s, double q)
{
    struct flow f = {.alarm = 1};
    memset(s->visits, 0, (size_t)s->n * sizeof(*s->visits));
    if (s->unhappy[0] >= 0) {
        memset(s->mass, 0, (size_t)s->n * sizeof(*s->mass));
        s->mass[s->unhappy[0]] = 1;
        f = chain_push(s, q);
    }
    s->visits[0] = 1 / q;
    return (f.length + 1 / q) / f.alarm;
}

// The stationary distribution at q0, restarted at 0: visits of a cycle, normed. Into s->start.
static double chain_settle(struct chain *s, double q0)
{
    double arl = chain_arl(s, q0), sum = 0;
    for (int i = 0; i < s->n; i++)
        sum += s->visits[i];
    for (int i = 0; i < s->n; i++)
        s->start[i] = s->visits[i] / sum;
    return arl;
}

static double chain_delay(struct chain *s, double q1)
{
    double arl = chain_arl(s, q1);
    memcpy(s->mass, s->start, (size_t)s->n * sizeof(*s->mass));
    struct flow f = chain_push(s, q1);
    return f.length + (1 - f.alarm) * arl; // what did not reach the alarm is back at 0
}

static bool share(double q)
{
    return q > 0 && q < 1;
}

bool change_arl(const struct change *c, double q, double *ret_arl)
{
    struct chain s;
    if (!share(q) || !chain_init(&s, c, false))
        return false;
    *ret_arl = chain_arl(&s, q);
    chain_finish(&s);
    return true;
}

bool change_delay(const struct change *c, double q0, double q1, double *ret_delay)
{
    struct chain s;
    if (!share(q0) || !share(q1) || !chain_init(&s, c, false))
        return false;
    chain_settle(&s, q0);
    *ret_delay = chain_delay(&s, q1);
    chain_finish(&s);
    return true;
}

// One vote of all mass; what reaches the alarm restarts at 0. Returns how much that was.
static double chain_vote(struct chain *s, double q)
{
    double alarm = 0, *to = s->visits;
    memset(to, 0, (size_t)s->n * sizeof(*to));
    for (int i = 0; i < s->n; i++) {
        double up = q * s->mass[i];
        to[s->happy[i]] += s->mass[i] - up;
        to[s->unhappy[i] < 0 ? 0 : s->unhappy[i]] += up;
        alarm += s->unhappy[i] < 0 ? up : 0;
    }
    s->visits = s->mass;
    s->mass = to;
    return alarm;
}

bool change_periods_between_alarms(const struct change *c, double q, int64_t votes, double *ret_periods)
{
    struct chain s;
    double arl, alarms = 0, last = -1;
    if (votes < 1 || !change_arl(c, q, &arl))
        return false;
    int longest = 0;
    for (int i = 0; i < c->count; i++)
        longest = c->part[i].limit > longest ? c->part[i].limit : longest;
    if (votes > 100 * (int64_t)longest) { // in a long period the one halving no longer shows
        *ret_periods = arl / (double)votes;
        return true;
    }
    if (!chain_init(&s, c, true))
        return false;
    double *block = s.mass; // chain_vote swaps its parts
    memset(s.mass, 0, (size_t)s.n * sizeof(*s.mass));
    s.mass[0] = 1;
    // Approached geometrically; halving forgets quickly.
    for (int period = 0; period < 1000 && fabs(alarms - last) > 1e-9 * alarms; period++) {
        last = alarms > 0 ? alarms : -1; // 0: no alarm can be reached within a period yet
        alarms = 0;
        for (int64_t v = 0; v < votes; v++)
            alarms += chain_vote(&s, q);
        memset(s.visits, 0, (size_t)s.n * sizeof(*s.visits));
        for (int i = 0; i < s.n; i++)
            s.visits[s.half[i]] += s.mass[i];
        memcpy(s.mass, s.visits, (size_t)s.n * sizeof(*s.mass));
    }
    s.mass = block;
    chain_finish(&s);
    *ret_periods = alarms > 0 ? 1 / alarms : HUGE_VAL;
    return true;
}

// ---------------------------------------------------------------- finding one
// What is tried, from long trials over all pairs of points and limits: the best slow part is tuned to odds of about 2.15
// times the usual ones, the best fast one to 5.8 times, whatever the baseline; the limits share out the false alarms.
enum {
    DOWN_MOST = 9,   // points repaid by a happy vote: more make the chain large for nothing
    TRIES = 2,       // points tried for each part
    LIMITS_MOST = 7, // slow limits tried for each pair of points
};

// Points are wanted near the odds, small (each point repaid by a happy vote counts as `small` of distance), and fine:
// one point is at most so much of log likelihood ratio, so that the next limit is not far.
struct wish {
    double odds, small, nats;
};
static const struct wish pair_wish[] = {{2.15, .01, .21}, {5.8, .01, .25}};
static const struct wish three_wish[] = {
    {2.2, .15, .35}, {5.8, .15, .15}, {1.55, .15, .35}}; // a chain of three is large
static const double good_enough = 1.08, elsewhere = 1.10, drift_within = 1.15;

static double at_odds(double q0, double times)
{
    double odds = times * q0 / (1 - q0);
    return odds / (1 + odds);
}

double change_shift(double q0, int shift)
{
    static const double times[CHANGE_SHIFTS] = {9 / 4., 27 / 7., 9, 27 / 17.};
    return at_odds(q0, times[shift]);
}

struct scores {
    struct cusum c;
    double off, nats; // distance from the wish; log likelihood ratio of one point
};

// The odds for which +up, -down are the points of the likelihood ratio.
static double tuned_odds(double q0, int up, int down)
{
    double low = 0, high = 12; // of log odds
    for (int i = 0; i < 40; i++) {
        double middle = (low + high) / 2, q1 = at_odds(q0, exp(middle));
        if (log(q1 / q0) * down > log((1 - q0) / (1 - q1)) * up)
            low = middle;
        else
            high = middle;
    }
    return exp(low);
}

static int common(int a, int b)
{
    return b ? common(b, a % b) : a;
}

// The best first. Returns how many there are.
static int scores_near(double q0, const struct wish *w, struct scores best[TRIES])
{
    int n = 0;
    for (int down = 1; down <= DOWN_MOST; down++)
        for (int up = 1; up <= 99; up++) {
            if (common(up, down) > 1)
                continue;
            double tuned = tuned_odds(q0, up, down);
            struct scores s = {.c = {up, down, 0},
                               .off = fabs(log(tuned / w->odds)) + w->small * down,
                               .nats = log(at_odds(q0, tuned) / q0) / up};
            if (s.off > 3 || s.nats > w->nats)
                continue;
            int at = n < TRIES ? n++ : TRIES;
            for (; at > 0 && best[at - 1].off > s.off; at--)
                if (at < TRIES)
                    best[at] = best[at - 1];
            if (at < TRIES)
                best[at] = s;
        }
    return n;
}

struct goal {
    double q0, arl, q1[CHANGE_SHIFTS], best[CHANGE_SHIFTS]; // shares, and the optimum for each
};

struct found {
    struct change c;
    double worst;
};

static bool goal_set(struct goal *g, double q0, double arl)
{
    *g = (struct goal){.q0 = q0, .arl = arl};
    bool ok = true;
    for (int i = 0; ok && i < CHANGE_SHIFTS; i++) {
        g->q1[i] = change_shift(q0, i);
        ok = optimum_delay(q0, g->q1[i], arl, &g->best[i]);
    }
    return ok;
}

// To six digits or so, which is enough to choose by.
static bool roughly(struct chain *s, const struct change *c, double arl)
{
    bool ok = chain_init(s, c, false);
    s->least = 1e-6 / arl;
    return ok;
}

static bool rough_arl(const struct change *c, double q0, double arl, double *ret_arl)
{
    struct chain s;
    if (!roughly(&s, c, arl))
        return false;
    *ret_arl = chain_arl(&s, q0);
    chain_finish(&s);
    return true;
}

// The least limit of the last part with a joint ARL of at least `arl`.
static bool last_limit(struct change *c, double q0, double arl, double nats)
{
    struct cusum *last = &c->part[c->count - 1];
    double reached = 0;
    if (!cusum_find_limit(last, q0, arl, &reached))
        return false;
    int least = last->limit; // the others only add alarms
    for (reached = 0; reached < arl;) {
        if (!rough_arl(c, q0, arl, &reached))
            return false;
        if (reached < arl) {
            least = last->limit + 1;
            double more = log(arl / reached) / nats * .9;
            last->limit += more > 1 ? (int)more : 1;
        }
    }
    while (last->limit > least) {
        last->limit--;
        if (!rough_arl(c, q0, arl, &reached))
            return false;
        if (reached < arl) {
            last->limit++;
            break;
        }
    }
    return true;
}

// Delays as multiples of the optimum.
static bool compare(const struct goal *g, const struct change *c, int shifts, double ret_ratio[CHANGE_SHIFTS])
{
    struct chain s;
    if (!roughly(&s, c, g->arl))
        return false;
    chain_settle(&s, g->q0);
    for (int i = 0; i < shifts; i++)
        ret_ratio[i] = chain_delay(&s, g->q1[i]) / g->best[i];
    chain_finish(&s);
    return true;
}

static double worst_of(const double ratio[CHANGE_SHIFTS])
{
    return fmax(ratio[0], fmax(ratio[1], ratio[2]));
}

// The higher the slow limit, the later a small shift is seen and the sooner a large one: up from where the slow part makes
// most of the false alarms until a small shift is seen the worst.
static bool try_points(const struct goal *g, double arl, const struct scores *slow, const struct scores *fast,
                       struct found *f)
{
    struct change c = {.count = 2, .part = {slow->c, fast->c}};
    double alone, ratio[CHANGE_SHIFTS], step = .1 / slow->nats;
    if (!cusum_find_limit(&c.part[0], g->q0, 1.4 * arl, &alone))
        return false;
    for (int i = 0; i < LIMITS_MOST; i++) {
        if (!last_limit(&c, g->q0, arl, fast->nats) || !compare(g, &c, 3, ratio))
            return false;
        if (worst_of(ratio) < f->worst)
            *f = (struct found){c, worst_of(ratio)};
        if (ratio[0] >= ratio[2] || f->worst <= good_enough)
            break;
        c.part[0].limit += step > 1 ? (int)step : 1;
    }
    return true;
}

static bool find_pair(const struct goal *g, double arl, const struct wish wish[2], int tries, struct found *f)
{
    struct scores slow[TRIES], fast[TRIES];
    int slows = scores_near(g->q0, &wish[0], slow), fasts = scores_near(g->q0, &wish[1], fast);
    f->worst = HUGE_VAL;
    for (int i = 0; i < slows && i < tries; i++)
        for (int k = 0; k < fasts && k < tries && f->worst > good_enough; k++)
            if (!try_points(g, arl, &slow[i], &fast[k], f))
                return false;
    return f->worst < HUGE_VAL;
}

// The pair gives some of its false alarms to the third part: a few, then more, until that is quick enough.
static bool find_three(const struct goal *g, struct found *f)
{
    struct scores drift[TRIES];
    double ratio[CHANGE_SHIFTS];
    if (scores_near(g->q0, &three_wish[2], drift) == 0)
        return false;
    f->worst = HUGE_VAL;
    for (double more = 1.12; more < 1.3 && f->worst > 1; more += .08) {
        struct found three;
        if (!find_pair(g, g->arl * more, three_wish, 1, &three))
            return false;
        three.c.part[three.c.count++] = drift->c;
        if (!last_limit(&three.c, g->q0, g->arl, drift->nats) || !compare(g, &three.c, CHANGE_SHIFTS, ratio))
            return false;
        three.worst = fmax(worst_of(ratio) / elsewhere, ratio[3] / drift_within);
        if (three.worst < f->worst)
            *f = three;
    }
    return true;
}

int change_round(int units)
{
    int least = (int)lround(CHANGE_USUAL_MIN * CHANGE_SHARE_UNITS);
    int step = units <= 1000 ? 25 : units <= 2000 ? 50 : 100;
    units = (units + step - 1) / step * step;
    return units > least ? units : least;
}

bool change_search(double q0, double arl, bool drift, struct change *ret_c)
{
    struct goal g;
    struct found f;
    if (!(q0 >= CHANGE_USUAL_MIN && q0 <= CHANGE_USUAL_MAX && arl >= CHANGE_ARL_MIN &&
          arl <= CHANGE_ARL_MAX) ||
        !goal_set(&g, q0, arl) ||
        !(drift && q0 >= CHANGE_DRIFT_MIN && q0 <= CHANGE_DRIFT_MAX
              ? find_three(&g, &f)
              : find_pair(&g, arl, pair_wish, TRIES, &f)))
        return false;
    *ret_c = f.c;
    return true;
}
