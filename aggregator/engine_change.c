// Worse than usual here: the parts of a change rule at one place, the share that is usual there, and the charts for it.
#include "aggregator/engine_impl.h"
#include "aggregator/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double resolved_below = 1.5; // times the usual share

int32_t change_units(double share)
{
    return (int32_t)lround(share * ENGINE_SHARE_UNITS);
}

// 0: nothing that could be usual.
static int32_t rounded(int64_t n, int64_t unhappy)
{
    double share = ceil((double)unhappy * ENGINE_SHARE_UNITS / (double)n);
    if (n <= ENGINE_LEARN_VOTES || unhappy < 0 || share > CHANGE_USUAL_MAX * ENGINE_SHARE_UNITS)
        return 0;
    return change_round((int)share);
}

const struct change *change_chart(struct engine *e, const struct engine_rule *r, int32_t usual)
{
    double arl = r->arl > 0 ? r->arl : ENGINE_ARL_DEFAULT;
    if (r->parts.count)
        return &r->parts;
    for (size_t i = 0; i < e->charts.count; i++) {
        const struct found_chart *f = e->charts.items[i];
        if (f->usual == usual && f->arl == arl && f->drift == r->drift)
            return &f->c;
    }
    struct found_chart *f = malloc(sizeof(*f));
    if (f)
        *f = (struct found_chart){.usual = usual, .arl = arl, .drift = r->drift};
    if (!f || !change_find((double)usual / ENGINE_SHARE_UNITS, arl, r->drift, &f->c) ||
        !list_add(&e->charts, f)) {
        free(f);
        return NULL;
    }
    return &f->c;
}

void change_resolve(struct engine *e, struct key *k)
{
    if (k->rule->c.kind != ENGINE_CHANGE || !k->s.usual)
        return;
    k->chart = change_chart(e, &k->rule->c, k->s.usual);
    if (!k->chart)
        e->failed = true;
}

static bool at_zero(const struct engine_key_state *s)
{
    for (int i = 0; i < CHANGE_PARTS; i++)
        if (s->parts[i])
            return false;
    return true;
}

// ---------------------------------------------------------------- by hour of the week

enum { MIDDLE = 'm' }; // the letter of an hour that is as the place

static double odds(double share)
{
    return share / (1 - share);
}

// Drawn toward what is known besides.
static double drawn(const int64_t counts[2], double toward)
{
    return ((double)counts[1] + ENGINE_HOUR_PRIOR * toward) / (double)(counts[0] + ENGINE_HOUR_PRIOR);
}

static void class_hours(const int64_t hours[HOURS_WEEK][2], double place, char ret[HOURS_WEEK + 1])
{
    for (int h = 0; h < HOURS_WEEK; h++) {
        int64_t all_days[2] = {0, 0};
        for (int day = 0; day < 7; day++)
            for (int i = 0; i < 2; i++)
                all_days[i] += hours[day * 24 + h % 24][i];
        double share = drawn(hours[h], drawn(all_days, place));
        // Rather up than down: a share that is held for too low costs more false alarms than one too high saves.
        double class = floor(log(odds(share) / odds(place)) / log(ENGINE_HOUR_ODDS) + .6);
        ret[h] = (char)(MIDDLE + (int)fmax(-ENGINE_HOUR_CLASSES, fmin(ENGINE_HOUR_CLASSES, class)));
    }
    ret[HOURS_WEEK] = '\0';
}

// What days that differ need, by the newest told.
static int32_t room_wanted(const struct engine_key_state *s)
{
    return change_room((double)s->learned / ENGINE_SHARE_UNITS, (double)s->learned_spread / ENGINE_SHARE_UNITS);
}

static int32_t with_spread(int32_t units, int32_t spread)
{
    int32_t most = change_units(CHANGE_USUAL_MAX);
    return spread == 0 ? units : change_round(units + spread < most ? units + spread : most);
}

int32_t engine_hour_share(int32_t base, int32_t room, const char hours[HOURS_WEEK + 1], int hour)
{
    double there = odds((double)base / ENGINE_SHARE_UNITS) * pow(ENGINE_HOUR_ODDS, hours[hour] - MIDDLE);
    double units = ceil(there / (1 + there) * ENGINE_SHARE_UNITS - 1e-6);
    return with_spread(change_round((int)fmin(units, CHANGE_USUAL_MAX * ENGINE_SHARE_UNITS)), room);
}

static int32_t hour_share(const struct engine_key_state *s, int hour)
{
    return engine_hour_share(s->base, s->spread, s->hours, hour);
}

// The chart of the vote's hour, with the points in proportion to its limits: below them as before.
static void turn_to_hour(struct engine *e, struct key *k, wall_ms at)
{
    struct engine_key_state *s = &k->s;
    const struct change *was = k->chart;
    wall_ms until;
    int32_t share = s->base ? hour_share(s, hours_of_week(&k->place->c.zone, at, &until)) : s->usual;
    if (share == s->usual)
        return;
    s->usual = share;
    change_resolve(e, k);
    if (was && k->chart)
        change_turn(was, k->chart, s->parts);
}

static bool take_over_hours(struct key *k)
{
    struct engine_key_state *s = &k->s;
    bool same = s->learned == s->base && room_wanted(s) == s->spread && strcmp(s->hours, s->learned_hours) == 0;
    if (!s->learned || same || key_open(k) || !at_zero(s))
        return false;
    s->base = s->learned;
    s->spread = room_wanted(s);
    memcpy(s->hours, s->learned_hours, sizeof(s->hours));
    return true;
}

void engine_set_hours(struct engine *e, int32_t rule, int32_t place, int64_t hours[HOURS_WEEK][2], wall_ms at)
{
    engine_tick(e, at);
    struct key *k = tables_key(&e->t, rule, place, 0);
    int64_t n = 0, unhappy = 0;
    char classes[HOURS_WEEK + 1];
    for (int h = 0; h < HOURS_WEEK; h++) {
        n += hours[h][0];
        unhappy += hours[h][1];
    }
    int32_t units = rounded(n, unhappy);
    if (!k || k->rule->c.kind != ENGINE_CHANGE || !k->rule->c.by_hour || !units)
        return;
    class_hours((const int64_t(*)[2])hours, (double)units / ENGINE_SHARE_UNITS, classes);
    if (k->s.learned == units && strcmp(k->s.learned_hours, classes) == 0)
        return;
    k->s.learned = units;
    memcpy(k->s.learned_hours, classes, sizeof(classes));
    key_touch(e, k);
}

// ---------------------------------------------------------------- one share for all hours

// Another share comes into force only where nothing counted so far is judged by it.
static void take_over(struct engine *e, struct key *k, wall_ms at)
{
    struct engine_key_state *s = &k->s;
    if (k->rule->c.by_hour) {
        if (take_over_hours(k)) {
            cycle_end(s);
            key_touch(e, k);
        }
        turn_to_hour(e, k, at);
        return;
    }
    int32_t room = room_wanted(s);
    int32_t wanted = k->rule->c.usual > 0 ? change_units(k->rule->c.usual) : with_spread(s->learned, room);
    if (!s->learned && !(k->rule->c.usual > 0))
        return;
    if ((wanted == s->usual && s->spread == room) || key_open(k) || !at_zero(s))
        return;
    s->usual = wanted;
    s->spread = room;
    cycle_end(s);
    change_resolve(e, k);
    key_touch(e, k);
}

void engine_set_usual(struct engine *e, int32_t rule, int32_t place, int64_t n, int64_t unhappy, wall_ms at)
{
    engine_tick(e, at);
    struct key *k = tables_key(&e->t, rule, place, 0);
    int32_t units = rounded(n, unhappy);
    if (!k || k->rule->c.kind != ENGINE_CHANGE || k->rule->c.by_hour || !units)
        return;
    if (k->s.learned != units) {
        k->s.learned = units;
        key_touch(e, k);
    }
    take_over(e, k, at);
}

void engine_set_spread(struct engine *e, int32_t rule, int32_t place, double deviation, wall_ms at)
{
    engine_tick(e, at);
    struct key *k = tables_key(&e->t, rule, place, 0);
    if (!k || k->rule->c.kind != ENGINE_CHANGE || !k->rule->c.spread || !(deviation >= 0 && deviation <= 1))
        return;
    int32_t units = (int32_t)ceil(deviation * ENGINE_SHARE_UNITS);
    if (k->s.learned_spread == units)
        return;
    k->s.learned_spread = units;
    key_touch(e, k);
}

void engine_each_learning(struct engine *e,
                          void (*each)(void *ctx, const struct engine_rule *rule, int32_t place), void *ctx)
{
    for (size_t i = 0; i < e->t.key_count; i++) {
        const struct key *k = e->t.keys[i];
        if (k->rule->c.kind == ENGINE_CHANGE && !(k->rule->c.usual > 0))
            each(ctx, &k->rule->c, k->s.place);
    }
}

void change_vote(struct engine *e, struct key *k, const struct engine_vote *v, bool unhappy, wall_ms opened)
{
    struct engine_key_state *s = &k->s;
    if (opened > s->period) { // an opening since the last vote: half is forgotten
        s->period = opened;
        for (int i = 0; i < CHANGE_PARTS; i++)
            s->parts[i] /= 2;
    }
    take_over(e, k, v->at);
    if (!k->chart)
        return;
    if (at_zero(s) && !key_open(k))
        cycle_end(s);
    int before[CHANGE_PARTS];
    memcpy(before, s->parts, sizeof(before));
    k->alarm = change_step(k->chart, s->parts, unhappy);
    if (key_open(k)) {
        s->raise_n++;
        s->raise_unhappy += unhappy;
        s->raise_usual += s->base ? s->usual : 0;
    } else if (!k->alarm && at_zero(s)) {
        cycle_end(s);
        return;
    }
    if (s->n == 0) {
        s->since = v->at;
        s->first_event = v->event;
        memcpy(s->parts_start, before, sizeof(before));
    }
    s->n++;
    s->unhappy += unhappy;
    if (k->alarm) {
        s->alarm_usual = s->base ? s->usual : 0;
        memcpy(s->parts_alarm, s->parts, sizeof(s->parts));
        memset(s->parts, 0, sizeof(s->parts));
    }
}

void change_closed(struct key *k)
{
    for (int i = 0; k->chart && i < k->chart->count; i++)
        k->s.parts[i] = k->chart->part[i].limit / 2;
}

struct verdict change_judge(const struct key *k)
{
    const struct engine_key_state *s = &k->s;
    struct stats_interval unhappy;
    double usual = s->base && s->raise_n > 0 ? (double)s->raise_usual / (double)s->raise_n : s->usual;
    bool proven = stats_wilson(s->raise_unhappy, s->raise_n, &unhappy) &&
                  unhappy.hi < resolved_below * usual / ENGINE_SHARE_UNITS;
    return (struct verdict){
        .breached = k->alarm,
        .again = k->alarm,
        .eased = proven && !k->alarm,
        .cleared = proven && !k->alarm,
        .due = HOURS_EVER,
        .since = s->since,
    };
}
