// backtest: the report as JSON.
#include "aggregator/backtest_impl.h"
#include "aggregator/rules_json.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>

enum {
    DIGITS = 8,
    CURVE_STEP = 25, // shares of unhappy votes, of a thousand
    CURVE_LAST = 600,
    CURVE_ABOVE = 20, // nearer to what is usual it takes for ever
};
#define DAYS_A_MONTH (365.25 / 12)

// That it was judged by: fewer when it is about kiosks and those are known for part of the time.
static double days_of(const struct backtest_job *j, const struct backtest_outcome *o)
{
    return (double)(j->to_ms - o->from) / BACKTEST_DAY_MS;
}

static double a_month(double n, double days)
{
    return days > 0 ? n / days * DAYS_A_MONTH : 0;
}

static json_t *place_json(const struct org_place *p)
{
    return json_pack("{s:s,s:s,s:s}", "id", p->id.s, "name", p->name, "kind", place_kinds[p->kind]);
}

static json_t *kiosk_json(const struct org *o, int32_t kiosk)
{
    return kiosk != 0 ? json_pack("{s:s,s:s}", "id", o->kiosks[kiosk].id.s, "name", o->kiosks[kiosk].name) : json_null();
}

static json_t *integer_or_null(int64_t n, bool known)
{
    return known ? json_integer(n) : json_null();
}

static json_t *real_or_null(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

static json_t *alert_json(const struct backtest_job *j, const struct backtest_alert *a)
{
    bool points = a->limit != 0, cycle = a->votes >= 0;
    return json_pack("{s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:i,s:b}", "place",
                     place_json(&j->org.places[a->place]), "kiosk", kiosk_json(&j->org, a->kiosk), "since", (json_int_t)a->since, "raised",
                     (json_int_t)a->raised, "until", integer_or_null(a->until, a->until != 0), "votes",
                     integer_or_null(a->votes, cycle), "minutes",
                     integer_or_null((a->raised - a->since) / 60000, cycle || a->kiosk != 0), "n", (json_int_t)a->n, "unhappy",
                     (json_int_t)a->unhappy, "points", integer_or_null(a->points, points), "limit",
                     integer_or_null(a->limit, points), "usual",
                     a->usual != 0 ? json_real((double)a->usual / ENGINE_SHARE_UNITS) : json_null(), "flaps",
                     a->flaps, "both", a->both);
}

static json_t *expected_json(const struct backtest_job *j, const struct backtest_outcome *o)
{
    if (!o->exact) {
        return json_null();
    }
    double days = days_of(j, o), between = o->false_alarms > 0 ? days / o->false_alarms : HUGE_VAL;
    double votes = o->false_alarms > 0 ? (double)o->votes / o->false_alarms : HUGE_VAL;
    return json_pack("{s:f,s:o,s:o,s:I}", "aMonth", a_month(o->false_alarms, days), "votes",
                     real_or_null(votes), "days", real_or_null(between), "learning", (json_int_t)o->learning);
}

static json_t *points_json(const struct cusum *c)
{
    return json_pack("{s:i,s:i,s:i}", "up", c->up, "down", c->down, "limit", c->limit);
}

// The shares that a change rule is made for, or multiples of what a promise allows.
static json_t *seen_json(const struct engine_cost *c, bool change, bool drift)
{
    json_t *list = json_array();
    for (int i = 0; i < (change && !drift ? 3 : 4); i++) {
        if (isfinite(c->delay[i])) {
            json_array_append_new(list, json_pack("{s:f,s:f}", "unhappy", c->shift[i], "votes", c->delay[i]));
        }
    }
    return list;
}

// How soon each share above the usual one would be seen. A third part makes a chain that takes 0.2 s a share: no curve.
static json_t *curve_json(const struct engine_cost *c, const struct engine_rule *r)
{
    json_t *list = json_array();
    for (int share = CURVE_STEP; c->parts.count < 3 && share <= CURVE_LAST; share += CURVE_STEP) {
        double votes;
        if (share >= c->usual * 1000 + CURVE_ABOVE && engine_cost_delay(r, c, share / 1000., &votes) &&
            isfinite(votes)) {
            json_array_append_new(list, json_pack("{s:f,s:f}", "unhappy", share / 1000., "votes", votes));
        }
    }
    return list;
}

static json_t *cost_json(const struct backtest_outcome *o, const struct engine_rule *r)
{
    if (!o->has_cost) {
        return json_null();
    }
    bool change = r->kind == ENGINE_CHANGE;
    json_t *list = json_array();
    for (int i = 0; i < o->cost.parts.count; i++) {
        json_array_append_new(list, points_json(&o->cost.parts.part[i]));
    }
    if (r->kind == ENGINE_STANDARD) {
        json_array_append_new(list, points_json(&o->cost.chart));
    }
    return json_pack("{s:o,s:f,s:o,s:o}", "parts", list, "usual", o->cost.usual, "seen",
                     seen_json(&o->cost, change, r->drift), "curve", curve_json(&o->cost, r));
}

static json_t *setting_json(const struct backtest_job *j, int i, const struct backtest_outcome *o)
{
    struct engine_rule r;
    json_t *list = json_array();
    rule_decode(j->rules[i].body, &r);
    for (size_t k = 0; k < o->alert_count; k++) {
        json_array_append_new(list, alert_json(j, &o->alerts[k]));
    }
    double share = o->open_ms > 0 ? (double)o->alert_ms / (double)o->open_ms : 0;
    return json_pack("{s:s,s:o,s:o,s:I,s:f,s:f,s:I,s:o,s:o}", "given", j->given[i], "rule",
                     json_loads(j->rules[i].body, 0, NULL), "alerts", list, "count",
                     (json_int_t)o->alerts_all, "aMonth", a_month((double)o->alerts_all, days_of(j, o)),
                     "inAlert", share, "votes", (json_int_t)o->votes, "expected", expected_json(j, o), "cost",
                     cost_json(o, &r));
}

static json_t *compare_json(const struct backtest_job *j, const struct backtest *b)
{
    int64_t both = 0, alone[BACKTEST_RULES] = {0};
    if (j->rule_count < BACKTEST_RULES) {
        return json_null();
    }
    for (int i = 0; i < BACKTEST_RULES; i++) {
        const struct backtest_outcome *o = backtest_outcome(b, i);
        for (size_t k = 0; k < o->alert_count; k++) {
            both += i == 0 && o->alerts[k].both;
            alone[i] += !o->alerts[k].both;
        }
    }
    return json_pack("{s:I,s:I,s:I}", "both", (json_int_t)both, "first", (json_int_t)alone[0], "second",
                     (json_int_t)alone[1]);
}

static json_t *standards_json(const struct backtest_job *j)
{
    struct engine_rule r;
    json_t *list = json_array();
    for (int i = 0; i < j->org.rule_count; i++) {
        const struct store_rule *row = &j->org.rules[i];
        if (backtest_concerns(j, row) && rule_decode(row->body, &r) && r.kind != ENGINE_CONTACT) {
            json_array_append_new(
                list, json_pack("{s:s,s:o}", "id", row->id.s, "rule", json_loads(row->body, 0, NULL)));
        }
    }
    return list;
}

// Since when what kiosks did is known; null: no setting is about them.
static json_t *kiosks_json(const struct backtest_job *j)
{
    struct engine_rule r;
    char day[16];
    bool asked = false;
    for (int i = 0; i < j->rule_count; i++) {
        asked = asked || (rule_decode(j->rules[i].body, &r) && !engine_is_content(r.kind));
    }
    if (!asked) {
        return json_null();
    }
    wall_ms from = j->known > j->from_ms ? j->known : j->from_ms;
    json_t *since = json_null();
    if (from < j->to_ms) {
        wall_ms local = from + (wall_ms)tz_offset_s(j->org.places[j->top].tz, from) * 1000;
        since = json_string(trend_day_text((int32_t)(local / BACKTEST_DAY_MS), day));
    }
    return json_pack("{s:I,s:o}", "count", (json_int_t)j->kiosk_count, "from", since);
}

char *backtest_json(const struct backtest_job *j, const struct backtest *b)
{
    char from[16], to[16];
    const struct org_place *top = &j->org.places[j->top];
    const char *zone = "UTC";
    for (int32_t p = j->top; p != 0; p = j->org.places[p].parent) {
        if (j->org.places[p].tz_name[0] != '\0') {
            zone = j->org.places[p].tz_name;
            break;
        }
    }
    json_t *settings = json_array();
    for (int i = 0; i < j->rule_count; i++) {
        json_array_append_new(settings, setting_json(j, i, backtest_outcome(b, i)));
    }
    json_t *o =
        json_pack("{s:o,s:s,s:s,s:s,s:i,s:I,s:I,s:I,s:b,s:o,s:o,s:o,s:o}", "place", place_json(top), "from",
                  trend_day_text(j->from, from), "to", trend_day_text(j->to - 1, to), "tz", zone, "days",
                  j->to - j->from, "places", (json_int_t)j->unit_count, "votes", (json_int_t)j->votes, "late",
                  (json_int_t)j->late, "lateCounted", j->counts_late, "kiosks", kiosks_json(j), "standards", standards_json(j),
                  "settings", settings, "compare", compare_json(j, b));
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(o);
    return text;
}
