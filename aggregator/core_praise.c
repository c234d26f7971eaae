// core: praise: once a day each branch is looked at, some at a time: a milestone of answers, a proven step of a standard's goal
// (trend_goal.h), a year above its promise. Channels that ask for praise are told, once for ever.
#include "aggregator/core_impl.h"

#include "aggregator/rules_json.h"
#include "aggregator/stats.h"
#include "aggregator/store_outgoing.h"
#include "aggregator/store_praise.h"
#include "aggregator/trend_goal.h"
#include "shared/digest.h"
#include "shared/log.h"

#include <stdio.h>

enum {
    DAY_MS = 86400000,
    PLACES_A_LOOK = 2,
    FRESH_DAYS =
        7, // a milestone passed before is no news: what an import brought, or an older release counted
    YEAR_DAYS = 364, // TREND_GOAL_PAST periods
};

static bool put(struct core *c, const struct channel *ch, const struct store_praise *p,
                const struct hours_zone *zone)
{
    // Good news waits as a warning does.
    wall_ms due = channel_quiet_until(ch, CHANNEL_WARNING, zone, c->now);
    struct outgoing o = {.event = CHANNEL_PRAISE,
                         .at = c->now,
                         .next_at = due,
                         .deadline = due + ch->deadline_ms,
                         .channel = ch->id};
    char key[200], alert[IDENT_MAX + 1], hex[DIGEST_HEX + 1];
    snprintf(alert, sizeof alert, STORE_PRAISE "%lld", (long long)p->number);
    int n = snprintf(key, sizeof key, "praise|%d|%d|%d|%lld|%s", (int)p->place, (int)p->kind, (int)p->rule,
                     (long long)p->value, ch->id.s);
    digest_hex(key, (size_t)n, hex);
    snprintf(o.id, sizeof o.id, "%.*s", OUTGOING_ID, hex);
    ident_set(&o.alert, alert);
    c->outgoing_new = true;
    return store_outgoing_put(c->store, &o);
}

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static bool praise(struct core *c, struct store_praise *p, int64_t apart)
{
    const struct config_list *list = &c->set.channels;
    const struct channel *ch = list->items;
    const struct hours_zone zone = {zone_offset, c->org.places[p->place].tz};
    bool new;
    p->at = c->now;
    if (!core_writes(c) || !store_praise_put(c->store, p, apart, &new)) {
        return false;
    }
    for (size_t i = 0; new &&i < list->count; i++) {
        if (channel_sends(&ch[i]) &&
            channel_tells(&ch[i], core_rule_id(c, p->rule), CHANNEL_ALARM, CHANNEL_PRAISE) &&
            core_serves_place(c, &ch[i], p->place) && !put(c, &ch[i], p, &zone)) {
            return false;
        }
    }
    if (new) {
        log_event(LOG_INFO, "praise", "place=%s kind=%d rule=%s value=%lld", c->org.places[p->place].id.s,
                  (int)p->kind, core_rule_id(c, p->rule), (long long)p->value);
    }
    return true;
}

// Of days [from, to), of the rule's question; without a rule of all.
static bool share_of(struct core *c, const struct engine_rule *r, int32_t place, int32_t from, int32_t to,
                     struct trend_share *ret)
{
    int64_t n, unhappy;
    if (!store_usual(c->store, place, r != NULL ? r->question.s : "", r != NULL ? r->top_faces : 2, from, to,
                     &n, &unhappy)) {
        return false;
    }
    *ret = (struct trend_share){.n = n, .good = n - unhappy};
    if (n > 0) {
        ret->share = (double)ret->good / (double)n;
        stats_wilson(ret->good, n, &ret->interval);
    }
    return true;
}

static bool answers(struct core *c, int32_t place, int32_t today)
{
    static const int64_t milestones[] = {1000000, 100000, 10000, 1000};
    struct trend_share now, before;
    if (!share_of(c, NULL, place, 0, today, &now) ||
        !share_of(c, NULL, place, 0, today - FRESH_DAYS, &before)) {
        return false;
    }
    for (size_t i = 0; i < sizeof milestones / sizeof milestones[0]; i++) {
        if (now.n >= milestones[i]) {
            struct store_praise p = {.place = place, .kind = PRAISE_ANSWERS, .value = milestones[i]};
            return before.n >= milestones[i] || praise(c, &p, 1);
        }
    }
    return true;
}

static bool goal(struct core *c, const struct store_rule *row, const struct engine_rule *r, int32_t place,
                 int32_t today)
{
    struct trend_goal g;
    struct trend_goal_way way;
    struct trend_share before, past[1];
    if (!rule_goal(row->body, &g) || today <= g.from || today > g.by + 1) {
        return true;
    }
    if (!share_of(c, r, place, g.from - TREND_GOAL_PERIOD_DAYS, g.from, &before) ||
        !share_of(c, r, place, today - TREND_GOAL_PERIOD_DAYS, today, past)) {
        return false;
    }
    if (!trend_goal_way(&g, &before, past, 1, today, &way)) {
        return true;
    }
    for (int i = way.count - 1; i >= 0; i--) {
        if (way.step[i].proven && way.step[i].target > way.start) {
            struct store_praise p = {.place = place,
                                     .kind = PRAISE_STEP,
                                     .rule = row->rule,
                                     .value = way.step[i].by,
                                     .percent = (int32_t)(way.step[i].target * 10000 + .5)};
            return praise(c, &p, 1);
        }
    }
    return true;
}

static bool year(struct core *c, const struct store_rule *row, const struct engine_rule *r, int32_t place,
                 int32_t today)
{
    struct trend_share s;
    for (int i = 1; i <= TREND_GOAL_PAST; i++) {
        int32_t from = today - i * TREND_GOAL_PERIOD_DAYS;
        if (!share_of(c, r, place, from, from + TREND_GOAL_PERIOD_DAYS, &s)) {
            return false;
        }
        if (s.n < TREND_MIN_N || s.good * 100 < s.n * r->promise) {
            return true;
        }
    }
    struct store_praise p = {.place = place, .kind = PRAISE_YEAR, .rule = row->rule, .value = today};
    return praise(c, &p, YEAR_DAYS);
}

static bool look(struct core *c, const struct org_place *place)
{
    int32_t today = (int32_t)((c->now + (wall_ms)tz_offset_s(place->tz, c->now) * 1000) / DAY_MS);
    bool ok = answers(c, place->number, today);
    for (int i = 0; ok && i < c->org.rule_count; i++) {
        const struct store_rule *row = &c->org.rules[i];
        struct engine_rule r;
        if (org_under(&c->org, place->number, row->place) && rule_decode(row->body, &r) &&
            r.kind == ENGINE_STANDARD) {
            ok = goal(c, row, &r, place->number, today) && year(c, row, &r, place->number, today);
        }
    }
    return ok;
}

void core_look_for_praise(struct core *c)
{
    if (c->now / DAY_MS != c->praise_day) { // the day before is over at the places, or soon will be
        c->praise_day = c->now / DAY_MS;
        c->praise_next = 1;
    }
    for (int looked = 0; looked < PLACES_A_LOOK && c->praise_next <= c->org.place_count;) {
        const struct org_place *p = &c->org.places[c->praise_next++];
        if (c->praise_next > c->org.place_count) {
            log_event(LOG_DEBUG, "praise_looked", "day=%lld", (long long)c->praise_day);
        }
        if (p->kind != PLACE_BRANCH || p->number == 0) {
            continue;
        }
        looked++;
        if (!look(c, p)) {
            core_fail(c);
            return;
        }
    }
}
