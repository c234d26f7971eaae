// model: draws a day: first the customers, then children and faults, then all in order of time.
#include "tests/fleet/model.h"

#include "tests/fleet/dice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUARTERS = 96,
    QUARTER_MS = 900000,
    DAY_MS = 86400000,
    GAP_MS = 12000,
    REBOOT_MS = 45000,
    WEEKLY_MS = 3 * 3600000,
    MONDAY = 3
};

static uint64_t dice_for(const struct roster *r, const char *what, const char *whose, int64_t number)
{
    return dice_of((uint64_t)r->s->seed, what, whose, number);
}

static int weekday(int day) // from Monday
{
    return (day + MONDAY) % 7;
}

wall_ms model_midnight(const struct roster *r, int kiosk, int day)
{
    const struct tz *tz = r->branches[r->kiosks[kiosk].branch].tz;
    wall_ms noon = (wall_ms)day * DAY_MS + DAY_MS / 2;
    return tz_day_start(tz, noon - (wall_ms)tz_offset_s(tz, noon) * 1000);
}

int model_day_of(const struct roster *r, int kiosk, wall_ms at)
{
    const struct tz *tz = r->branches[r->kiosks[kiosk].branch].tz;
    return (int)((at + (wall_ms)tz_offset_s(tz, at) * 1000) / DAY_MS);
}

double model_rate(const struct roster *r, int kiosk, int day, int quarter)
{
    const struct roster_kiosk *k = &r->kiosks[kiosk];
    const struct roster_branch *b = &r->branches[k->branch];
    return b->weight > 0 && roster_open(&b->hours, day, quarter * 15)
               ? b->a_day * k->share * r->by_weekday[weekday(day)] * r->by_hour[quarter / 4] / b->weight
               : 0;
}

double model_unhappy(const struct roster *r, int kiosk, int day, int minute)
{
    const struct roster_branch *b = &r->branches[r->kiosks[kiosk].branch];
    uint64_t dice = dice_for(r, "lunch", b->id.s, day);
    double deep = dice_unit(&dice) < r->s->votes.lunch_habit ? 4 : 1;
    double noon = minute >= 675 && minute < 810 ? sin(M_PI * (minute - 675) / 135) : 0;
    double season =
        sin(2 * M_PI * ((double)day / 120 + (double)(dice_for(r, "season", b->id.s, 0) % 100) / 100));
    double u = 1 - b->satisfied - b->drift * season + deep * b->lunch_dip * noon;
    return u < 0 ? 0 : u > 1 ? 1 : u;
}

int64_t model_skew(const struct roster *r, int kiosk, enum fleet_clock clock, wall_ms boot_at)
{
    uint64_t dice = dice_for(r, "skew", r->kiosks[kiosk].id.s, boot_at);
    switch (clock) {
    case CLOCK_1970:
        return -boot_at; // the clock begins at 0 with the program
    case CLOCK_AHEAD:
        return (int64_t)(dice_unit(&dice) * 400 * DAY_MS) + 300000;
    case CLOCK_BEHIND:
        return -(int64_t)(dice_unit(&dice) * 30 * DAY_MS) - 300000;
    default:
        return 0;
    }
}

void model_epoch(const struct roster *r, int kiosk, wall_ms boot_at, uint8_t ret[16])
{
    uint64_t dice = dice_for(r, "epoch", r->kiosks[kiosk].id.s, boot_at), halves[2];
    halves[0] = dice_next(&dice);
    halves[1] = dice_next(&dice);
    memcpy(ret, halves, sizeof halves);
}

// ---------------------------------------------------------------- a day

struct list {
    struct fleet_event *events;
    int count, room;
    bool ok;
};

static void add(struct list *l, struct fleet_event e)
{
    if (l->count == l->room) {
        int room = l->room == 0 ? 64 : l->room * 2;
        struct fleet_event *grown = realloc(l->events, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            l->ok = false;
            return;
        }
        l->events = grown;
        l->room = room;
    }
    l->events[l->count++] = e;
}

static int find_spans(const struct roster *r, int kiosk, int day, int first_day, wall_ms midnight,
                      struct fleet_span *ret)
{
    const struct scenario_incident *in = r->s->incidents.items;
    const char *branch = r->branches[r->kiosks[kiosk].branch].id.s;
    int n = 0;
    for (size_t i = 0; i < r->s->incidents.count && n < FLEET_SPANS_MAX - 1; i++) {
        if (in[i].day - 1 == day - first_day && roster_under(r, kiosk, in[i].place.s)) {
            ret[n++] = (struct fleet_span){midnight + in[i].from_ms, midnight + in[i].from_ms + in[i].for_ms,
                                           in[i].unhappy, in[i].busy, in[i].kind};
        }
    }
    uint64_t dice = dice_for(r, "incident", branch, (day + MONDAY) / 7);
    if (dice_unit(&dice) < r->s->incidents_a_week && (int)(dice_unit(&dice) * 7) == weekday(day)) {
        wall_ms from = midnight + (480 + (int)(dice_unit(&dice) * 480)) * 60000LL;
        ret[n++] = (struct fleet_span){from, from + (90 + (int)(dice_unit(&dice) * 120)) * 60000LL, .48, 1,
                                       (int)(dice_unit(&dice) * 3)};
    }
    return n;
}

static const struct fleet_span *span_at(const struct fleet_span *spans, int n, wall_ms at)
{
    for (int i = 0; i < n; i++) {
        if (at >= spans[i].from && at < spans[i].until) {
            return &spans[i];
        }
    }
    return NULL;
}

static int draw_reason(uint64_t *dice, const double *weights)
{
    double whole = 0;
    for (int i = 0; i < SCENARIO_REASONS; i++) {
        whole += weights[i];
    }
    double u = dice_unit(dice) * whole;
    int i = 0;
    for (; i < SCENARIO_REASONS - 1 && u >= weights[i]; i++) {
        u -= weights[i];
    }
    return i;
}

static void add_customer(const struct roster *r, int kiosk, int day, struct list *l, uint64_t *dice,
                         wall_ms at, int minute, const struct fleet_span *span)
{
    static const int standing_out[] = {3, 6, 0}; // by enum incident_kind: staff, room, wait
    const struct roster_branch *b = &r->branches[r->kiosks[kiosk].branch];
    double share = span != NULL ? span->unhappy : model_unhappy(r, kiosk, day, minute);
    bool unhappy = dice_unit(dice) < share;
    double u = dice_unit(dice), says = dice_unit(dice);
    struct fleet_event e = {.at = at, .type = FLEET_VOTE, .since_ms = -1, .incident = span != NULL};
    e.score = (uint8_t)(!unhappy ? (u < .57 ? 5 : 4) : u < .44 ? 3 : u < .78 ? 2 : 1);
    e.english = dice_unit(dice) < r->s->votes.english;
    int first = draw_reason(dice, b->reasons), second = draw_reason(dice, b->reasons);
    first = span != NULL && dice_unit(dice) < .7 ? standing_out[span->kind] : first;
    if (unhappy && says < r->s->votes.reasons) {
        e.reasons = (uint8_t)(1u << first | (dice_unit(dice) < .15 ? 1u << second : 0));
    }
    add(l, e);
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void add_customers(const struct roster *r, int kiosk, int day, wall_ms midnight, struct list *l,
                          const struct fleet_span *spans, int span_count)
{
    enum { TIMES_MAX = 8000 };
    static _Thread_local int64_t times[TIMES_MAX];
    const struct hours *hours = &r->branches[r->kiosks[kiosk].branch].hours;
    uint64_t dice = dice_for(r, "votes", r->kiosks[kiosk].id.s, day);
    int n = 0;
    for (int q = 0; q < QUARTERS; q++) {
        const struct fleet_span *span = span_at(spans, span_count, midnight + q * (int64_t)QUARTER_MS);
        double rate = model_rate(r, kiosk, day, q) * (span != NULL ? span->busy : 1);
        for (int i = rate > 0 ? dice_poisson(&dice, rate) : 0; i > 0 && n < TIMES_MAX; i--) {
            times[n++] = q * (int64_t)QUARTER_MS + (int64_t)(dice_unit(&dice) * QUARTER_MS);
        }
    }
    qsort(times, (size_t)n, sizeof *times, ascending);
    for (int i = 0; i < n; i++) { // one customer after the other
        times[i] = i > 0 && times[i] < times[i - 1] + GAP_MS ? times[i - 1] + GAP_MS : times[i];
        int minute = (int)(times[i] / 60000);
        if (minute < HOURS_DAY_MIN && roster_open(hours, day, minute)) {
            wall_ms at = midnight + times[i];
            add_customer(r, kiosk, day, l, &dice, at, minute, span_at(spans, span_count, at));
        }
    }
}

static void add_children(const struct roster *r, int kiosk, int day, wall_ms midnight, struct list *l)
{
    const struct scenario_mashing *m = &r->s->mashing;
    uint64_t dice = dice_for(r, "mashing", r->kiosks[kiosk].id.s, day);
    for (int i = m->a_day > 0 ? dice_poisson(&dice, m->a_day) : 0; i > 0; i--) {
        bool night = dice_unit(&dice) < m->at_night;
        int minute = night ? 150 : 0;
        for (int tries = 0; !night && tries < 50; tries++) {
            minute = (int)(dice_unit(&dice) * 1430);
            if (roster_open(&r->branches[r->kiosks[kiosk].branch].hours, day, minute)) {
                break;
            }
            minute = -1;
        }
        int presses = (int)(m->least + (int64_t)(dice_unit(&dice) * (double)(m->most - m->least + 1)));
        wall_ms at = midnight + minute * 60000LL + (int64_t)(dice_unit(&dice) * 60000);
        for (int p = 0; minute >= 0 && p < presses; p++) {
            int gap = 120 + (int)(dice_unit(&dice) * 700);
            struct fleet_event e = {.at = at, .type = FLEET_VOTE, .since_ms = p > 0 ? gap : -1, .mash = 1};
            e.score = (uint8_t)(1 + (int)(dice_unit(&dice) * 5));
            e.fingers = dice_unit(&dice) < .3 ? 3 : 1;
            add(l, e);
            at += gap;
        }
    }
}

static void add_boot(const struct roster *r, int kiosk, struct list *l, wall_ms at)
{
    uint64_t dice = dice_for(r, "boot", r->kiosks[kiosk].id.s, at);
    struct fleet_event e = {.at = at, .type = FLEET_BOOT};
    if (dice_unit(&dice) < r->s->faults.wrong_clock) {
        e.clock = (uint8_t)(1 + (int)(dice_unit(&dice) * 3));
    }
    add(l, e);
    if (e.clock != CLOCK_RIGHT && dice_unit(&dice) < .5) {
        add(l, (struct fleet_event){.at = at + 60000 + (wall_ms)(dice_unit(&dice) * 6 * 3600000),
                                    .type = FLEET_CLOCK_RIGHT});
    }
}

static void add_faults(const struct roster *r, int kiosk, int day, int first_day, wall_ms midnight,
                       struct list *l)
{
    const struct scenario_outage *out = r->s->outages.items;
    uint64_t dice = dice_for(r, "faults", r->kiosks[kiosk].id.s, day);
    if (r->s->faults.weekly && weekday(day) == 0) { // the first day is one too
        if (day != first_day) {
            add(l, (struct fleet_event){.at = midnight + WEEKLY_MS - REBOOT_MS, .type = FLEET_OFF});
        }
        add_boot(r, kiosk, l, midnight + WEEKLY_MS);
    } else if (day == first_day) {
        add_boot(r, kiosk, l, midnight);
    }
    for (int i = dice_poisson(&dice, r->s->faults.power_cuts); i > 0; i--) {
        wall_ms at = midnight + (420 + (int)(dice_unit(&dice) * 420)) * 60000LL;
        add(l, (struct fleet_event){.at = at, .type = FLEET_OFF});
        add_boot(r, kiosk, l, at + (120 + (int)(dice_unit(&dice) * 300)) * 60000LL);
    }
    for (int i = dice_poisson(&dice, r->s->faults.reboots); i > 0; i--) {
        wall_ms at = midnight + 3600000 + (wall_ms)(dice_unit(&dice) * (DAY_MS - 2 * 3600000.0));
        add(l, (struct fleet_event){.at = at, .type = FLEET_OFF});
        add_boot(r, kiosk, l, at + REBOOT_MS);
    }
    for (int i = dice_poisson(&dice, r->s->faults.cuts); i > 0; i--) {
        wall_ms at = midnight + (wall_ms)(dice_unit(&dice) * DAY_MS);
        add(l, (struct fleet_event){.at = at, .type = FLEET_CUT});
        add(l,
            (struct fleet_event){.at = at + 1000 + (wall_ms)(dice_unit(&dice) * (double)r->s->faults.cut_ms),
                                 .type = FLEET_JOIN});
    }
    for (size_t i = 0; i < r->s->outages.count; i++) {
        wall_ms from = model_midnight(r, kiosk, first_day + (int)out[i].day - 1) + out[i].from_ms;
        bool power = out[i].kind == OUTAGE_POWER;
        if (out[i].day - 1 != day - first_day || !roster_under(r, kiosk, out[i].place.s)) {
            continue;
        }
        add(l, (struct fleet_event){.at = from, .type = power ? FLEET_OFF : FLEET_CUT});
        if (power) {
            add_boot(r, kiosk, l, from + out[i].for_ms);
        } else {
            add(l, (struct fleet_event){.at = from + out[i].for_ms, .type = FLEET_JOIN});
        }
    }
}

static int in_order(const void *a, const void *b)
{
    const struct fleet_event *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (x->type > y->type) - (x->type < y->type);
}

bool model_day(const struct roster *r, int kiosk, int day, int first_day, struct fleet_event **ret_events,
               int *ret_count, struct fleet_span *ret_spans, int *ret_span_count)
{
    struct list l = {.ok = true};
    struct fleet_span spans[FLEET_SPANS_MAX];
    wall_ms midnight = model_midnight(r, kiosk, day);
    int n = find_spans(r, kiosk, day, first_day, midnight, spans);
    add_customers(r, kiosk, day, midnight, &l, spans, n);
    add_children(r, kiosk, day, midnight, &l);
    add_faults(r, kiosk, day, first_day, midnight, &l);
    if (!l.ok) {
        free(l.events);
        return false;
    }
    if (l.count > 1) {
        qsort(l.events, (size_t)l.count, sizeof *l.events, in_order);
    }
    *ret_events = l.events;
    *ret_count = l.count;
    if (ret_spans != NULL) {
        memcpy(ret_spans, spans, (size_t)n * sizeof *spans);
        *ret_span_count = n;
    }
    return true;
}
