// chain: a clinic's day, week and season as rates and shares, drawn by one generator a kiosk and day.
#include "tests/demo/chain.h"

#include "aggregator/org.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUARTERS = 96,
    QUARTER_S = 900,
    GAP_S = 12,
    DAY_S = 86400,
    MONDAY = 3
}; // day 0 of 1970 was a Thursday

static const uint64_t seed = 20261117;

const char *const chain_reasons[CHAIN_REASONS] = {"wait",      "counters",      "unclear", "staff",
                                                  "procedure", "opening-hours", "room"};

struct chain_traits {
    const char *branch;
    double votes;     // a mid-week day of 13 hours
    double satisfied; // share
    double lunch;     // taken from it around noon
    double drift;     // how far a season moves it up and down
    double reasons[CHAIN_REASONS];
};

static const struct chain_traits traits[] = {
    {"bandung-dago", 420, .922, .06, .004, {.40, .22, .12, .06, .07, .02, .11}},
    {"bandung-buahbatu", 150, .893, .03, .015, {.30, .12, .20, .15, .10, .05, .08}},
    {"cimahi", 70, .868, .02, .020, {.22, .10, .18, .10, .18, .17, .05}},
    {"bogor-pajajaran", 170, .906, .02, .010, {.32, .12, .22, .12, .12, .05, .05}},
    {"cirebon", 80, .846, .03, .020, {.28, .10, .15, .14, .08, .05, .20}},
    {"surabaya-darmo", 210, .914, .02, .010, {.34, .16, .18, .10, .10, .04, .08}},
    {"surabaya-rungkut", 120, .828, .05, .015, {.36, .24, .12, .12, .08, .03, .05}},
    {"malang-ijen", 90, .943, .01, .008, {.25, .08, .25, .10, .15, .12, .05}},
    {"kediri", 55, .878, .02, .020, {.24, .10, .20, .18, .16, .07, .05}},
    {"makassar-panakkukang", 160, .861, .03, .020, {.30, .14, .16, .10, .10, .05, .15}},
    {"denpasar-renon", 110, .936, .01, .010, {.24, .10, .24, .10, .12, .12, .08}},
    {"jayapura", 45, .814, .02, .025, {.28, .18, .14, .08, .18, .10, .04}},
};
static const struct chain_traits plain = {"", 60, .88, .02, .01, {.3, .12, .18, .12, .12, .08, .08}};

// Votes by the hour, and by the weekday from Monday on; 1 is usual.
static const double by_hour[24] = {.04, .03, .02, .02, .03, .06, .20, .62, 1.00, 1.20, 1.10, .95,
                                   .72, .80, .85, .82, .88, .92, .78, .50, .22,  .14,  .09,  .06};
static const double day_weight = 11.14; // 07:00 to 20:00 above
static const double by_day[7] = {1.18, 1.05, 1.0, .98, .90, .92, .58};

// ---------------------------------------------------------------- chance

static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t hash(const char *text, const char *what, int64_t number)
{
    uint64_t h = mix(seed + (uint64_t)number * 0x9e3779b97f4a7c15u);
    for (; *text != '\0'; text++) {
        h = mix(h ^ (uint8_t)*text);
    }
    for (; *what != '\0'; what++) {
        h = mix(h + (uint8_t)*what);
    }
    return h;
}

static double unit(uint64_t *state) // [0, 1)
{
    *state += 0x9e3779b97f4a7c15u;
    return (double)(mix(*state) >> 11) * 0x1p-53;
}

static double bell(uint64_t *state) // about normal: mean 0, standard deviation 1
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += unit(state);
    }
    return sum;
}

static int poisson(uint64_t *state, double mean)
{
    double least = exp(-mean), p = unit(state);
    int n = 0;
    for (; p > least; n++) {
        p *= unit(state);
    }
    return n;
}

// ---------------------------------------------------------------- what happens at a branch

struct incident { // minutes of the local day; from == to: none
    int from, to;
    int reason;
};

// A branch has one about every fifth week: the air conditioning, a colleague ill, the system down.
static struct incident incident_of(const char *branch, int day)
{
    static const int reasons[] = {6, 1, 4, 3};
    uint64_t h = hash(branch, "incident", (day + MONDAY) / CHAIN_WEEK_DAYS);
    if (unit(&h) > .2 || (int)(unit(&h) * CHAIN_WEEK_DAYS) != (day + MONDAY) % CHAIN_WEEK_DAYS) {
        return (struct incident){0};
    }
    int from = 480 + (int)(unit(&h) * 480), length = 90 + (int)(unit(&h) * 120);
    return (struct incident){from, from + length, reasons[(int)(unit(&h) * 4)]};
}

// A kiosk is without power for some hours every few months.
static struct incident outage_of(const struct chain_kiosk *k, int day)
{
    uint64_t h = hash(k->id.s, "outage", (day + MONDAY) / CHAIN_WEEK_DAYS);
    if (unit(&h) > .06 || (int)(unit(&h) * CHAIN_WEEK_DAYS) != (day + MONDAY) % CHAIN_WEEK_DAYS) {
        return (struct incident){0};
    }
    int from = 420 + (int)(unit(&h) * 420);
    return (struct incident){from, from + 120 + (int)(unit(&h) * 300), 0};
}

static bool within(const struct incident *i, int minute)
{
    return minute >= i->from && minute < i->to;
}

struct day {
    double busy;      // factor on the rate
    double satisfied; // share, before lunch and incidents
    double lunch;
    struct incident incident, outage;
};

static struct day day_of(const struct chain_kiosk *k, int day)
{
    const struct chain_traits *t = k->traits;
    uint64_t h = hash(k->branch.s, "day", day);
    double season =
        sin(2 * M_PI * ((double)day / 120 + (double)(hash(k->branch.s, "season", 0) % 100) / 100));
    struct day d = {.busy = by_day[(day + MONDAY) % CHAIN_WEEK_DAYS] * (1 + .08 * bell(&h)),
                    .satisfied = t->satisfied + t->drift * season + .012 * bell(&h),
                    .lunch = t->lunch,
                    .incident = incident_of(k->branch.s, day),
                    .outage = outage_of(k, day)};
    // On two days in five the lunch queue is a real one where it is a habit.
    d.lunch *= t->lunch >= .05 && unit(&h) < .4 ? 3.6 : .7;
    return d;
}

static double rate(const struct chain_kiosk *k, const struct day *d, int day, int minute)
{
    bool prayer = (day + MONDAY) % CHAIN_WEEK_DAYS == 4 && minute >= 690 && minute < 780;
    return k->traits->votes * k->share * d->busy * by_hour[minute / 60] / day_weight * (prayer ? .35 : 1);
}

static double satisfied_at(const struct day *d, int minute)
{
    double noon = minute >= 675 && minute < 810 ? sin(M_PI * (minute - 675) / 135) : 0;
    double s = d->satisfied - 1.4 * d->lunch * noon - (within(&d->incident, minute) ? .38 : 0);
    return s < .05 ? .05 : s;
}

// ---------------------------------------------------------------- answers

struct list {
    struct chain_event *events;
    int count, room;
    int32_t ratings;
};

static bool add(struct list *l, struct chain_event e)
{
    if (l->count == l->room) {
        int room = l->room == 0 ? 512 : l->room * 2;
        struct chain_event *grown = realloc(l->events, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        l->events = grown;
        l->room = room;
    }
    l->ratings += e.score > 0;
    e.ratings = l->ratings;
    e.visit = e.score > 0 ? l->count + 1 : l->count;
    l->events[l->count++] = e;
    return true;
}

static int draw_reason(uint64_t *h, const double *weights)
{
    double u = unit(h);
    int i = 0;
    for (; i < CHAIN_REASONS - 1 && u >= weights[i]; i++) {
        u -= weights[i];
    }
    return i;
}

// A rating and, for three in five of the unhappy, why. `special` is the reason that stands out, or -1.
static bool add_visit(struct list *l, uint64_t *h, wall_ms at, double satisfied, const double *weights,
                      int special)
{
    bool happy = unit(h) < satisfied;
    double u = unit(h);
    int score = happy ? (u < .57 ? 5 : 4) : u < .44 ? 3 : u < .78 ? 2 : 1;
    struct chain_event e = {.at = at, .score = (uint8_t)score, .english = unit(h) < .06};
    double says = unit(h), pause = 2500 + 4500 * unit(h);
    int first = special >= 0 && unit(h) < .6 ? special : draw_reason(h, weights);
    int second = unit(h) < .15 ? draw_reason(h, weights) : first;
    if (!add(l, e)) {
        return false;
    }
    if (happy || says > .62) {
        return true;
    }
    e.at += (wall_ms)pause;
    e.score = 0;
    e.reasons = (uint8_t)(1u << first | 1u << second);
    return add(l, e);
}

static int ascending(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static bool open_at(const struct hours *h, int day, int minute)
{
    const struct hours_span *s = h->spans[(day + 4) % 7]; // Sunday is 0 there
    for (int i = 0; i < HOURS_SPANS_MAX; i++) {
        if (minute >= s[i].from && minute < s[i].to) {
            return true;
        }
    }
    return false;
}

// Visits of a day as seconds since local midnight, in order and apart. Returns how many.
static int draw_times(const struct chain_kiosk *k, const struct day *d, int day, uint64_t *h, int *ret,
                      int max)
{
    int n = 0;
    for (int q = 0; q < QUARTERS; q++) {
        int minute = q * 15;
        bool open = open_at(&k->hours, day, minute) && !within(&d->outage, minute);
        for (int i = open ? poisson(h, rate(k, d, day, minute) / 4) : 0; i > 0 && n < max; i--) {
            ret[n++] = q * QUARTER_S + (int)(unit(h) * QUARTER_S);
        }
    }
    qsort(ret, (size_t)n, sizeof *ret, ascending);
    for (int i = 1; i < n; i++) {
        ret[i] = ret[i] < ret[i - 1] + GAP_S ? ret[i - 1] + GAP_S : ret[i];
    }
    while (n > 0 && ret[n - 1] >= DAY_S - GAP_S) {
        n--;
    }
    return n;
}

static bool add_day(struct list *l, const struct chain_kiosk *k, int day)
{
    enum { VISITS_MAX = 4000 };
    int times[VISITS_MAX];
    struct day d = day_of(k, day);
    uint64_t h = hash(k->id.s, "votes", day);
    wall_ms utc = (wall_ms)day * CHAIN_DAY_MS;
    wall_ms midnight = utc - (wall_ms)tz_offset_s(k->tz, utc) * 1000;
    int n = draw_times(k, &d, day, &h, times, VISITS_MAX);
    for (int i = 0; i < n; i++) {
        int minute = times[i] / 60;
        bool queue = d.lunch > .08 && minute >= 690 && minute < 810;
        int special = within(&d.incident, minute) ? d.incident.reason : queue ? 0 : -1;
        wall_ms at = midnight + times[i] * 1000LL + (wall_ms)(unit(&h) * 999);
        if (!add_visit(l, &h, at, satisfied_at(&d, minute), k->traits->reasons, special)) {
            return false;
        }
    }
    return true;
}

bool chain_week(const struct chain_kiosk *k, int week, struct chain_event **ret_events, int *ret_count)
{
    struct list l = {.events = NULL};
    for (int i = 0; i < CHAIN_WEEK_DAYS; i++) {
        if (!add_day(&l, k, week * CHAIN_WEEK_DAYS - MONDAY + i)) {
            free(l.events);
            return false;
        }
    }
    *ret_events = l.events;
    *ret_count = l.count;
    return true;
}

bool chain_queue(wall_ms at, struct chain_event **ret_events, int *ret_count)
{
    static const uint8_t scores[] = {4, 2, 3, 2, 1, 2, 5, 3, 2, 1, 2, 3, 1, 2};
    struct list l = {.events = NULL};
    uint64_t h = hash("queue", "", at / CHAIN_DAY_MS);
    for (size_t i = 0; i < sizeof scores; i++) {
        at += 7000 + (wall_ms)(unit(&h) * 5000);
        struct chain_event e = {.at = at, .score = scores[i]};
        bool ok = add(&l, e);
        if (ok && scores[i] < 4 && unit(&h) < .7) {
            e.at += 2500;
            e.score = 0;
            e.reasons = unit(&h) < .7 ? 1 : 2; // wait, counters
            ok = add(&l, e);
        }
        if (!ok) {
            free(l.events);
            return false;
        }
    }
    *ret_events = l.events;
    *ret_count = l.count;
    return true;
}

static int64_t local_ms(const struct chain_kiosk *k, wall_ms at)
{
    return at + tz_offset_s(k->tz, at) * 1000LL;
}

int chain_week_of(const struct chain_kiosk *k, wall_ms at)
{
    return (int)((local_ms(k, at) / CHAIN_DAY_MS + MONDAY) / CHAIN_WEEK_DAYS);
}

bool chain_open(const struct chain_kiosk *k, wall_ms at)
{
    int64_t local = local_ms(k, at);
    return open_at(&k->hours, (int)(local / CHAIN_DAY_MS), (int)(local % CHAIN_DAY_MS / 60000));
}

void chain_epoch(const struct chain_kiosk *k, const char *what, int number, uint8_t ret_epoch[EPOCH_BYTES])
{
    uint64_t halves[2];
    halves[0] = hash(k->id.s, what, number);
    halves[1] = mix(halves[0] + seed);
    memcpy(ret_epoch, halves, EPOCH_BYTES);
}

// ---------------------------------------------------------------- from the seed

static const struct seed_place *place_of(const struct seed *s, const char *id)
{
    const struct seed_place *p = s->places.items;
    for (size_t i = 0; i < s->places.count; i++) {
        if (strcmp(p[i].id.s, id) == 0) {
            return &p[i];
        }
    }
    return NULL;
}

// Hours and zone come from the nearest place above that has its own.
static bool resolve(struct chain_kiosk *k, const struct seed *s)
{
    const char *tz = "";
    const struct seed_place *open = NULL;
    for (const struct seed_place *p = place_of(s, k->branch.s); p != NULL; p = place_of(s, p->parent.s)) {
        tz = tz[0] == '\0' ? p->tz : tz;
        open = open == NULL && p->hours.count > 0 ? p : open;
    }
    char text[400];
    int line;
    k->tz = tz_load(tz);
    return k->tz != NULL && open != NULL && seed_hours_text(&open->hours, text, sizeof text, &line) &&
           org_hours_parse(text, &k->hours);
}

static void divide(struct chain *c)
{
    static const double shares[][3] = {{1}, {.64, .36}, {.56, .34, .10}};
    for (int i = 0; i < c->count; i++) {
        int siblings = 0, place = 0;
        for (int j = 0; j < c->count; j++) {
            bool same = ident_equal(&c->kiosks[i].branch, &c->kiosks[j].branch);
            siblings += same;
            place += same && j < i;
        }
        c->kiosks[i].share = siblings <= 3 ? shares[siblings - 1][place] : 1.0 / siblings;
    }
}

bool chain_init(struct chain *c, const struct seed *s, char *ret_why, size_t n)
{
    const struct seed_kiosk *rows = s->kiosks.items;
    *c = (struct chain){.kiosks = calloc(s->kiosks.count + 1, sizeof *c->kiosks)};
    for (size_t i = 0; c->kiosks != NULL && i < s->kiosks.count; i++) {
        struct chain_kiosk *k = &c->kiosks[c->count++];
        k->id = rows[i].id;
        k->branch = rows[i].place;
        k->traits = &plain;
        for (size_t j = 0; j < sizeof traits / sizeof traits[0]; j++) {
            k->traits = strcmp(traits[j].branch, k->branch.s) == 0 ? &traits[j] : k->traits;
        }
        if (!resolve(k, s)) {
            snprintf(ret_why, n, "kiosk %s: its branch has no usable hours or time zone", k->id.s);
            chain_finish(c);
            return false;
        }
    }
    if (c->count == 0) {
        snprintf(ret_why, n, "the settings name no kiosk");
        chain_finish(c);
        return false;
    }
    divide(c);
    return true;
}

void chain_finish(struct chain *c)
{
    for (int i = 0; i < c->count; i++) {
        tz_free(c->kiosks[i].tz);
    }
    free(c->kiosks);
    *c = (struct chain){.count = 0};
}
