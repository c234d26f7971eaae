// ctl: what rules would have done: the alerts, and what one and the other setting cost.
#include "aggregator/backtest_report.h"
#include "aggregator/ctl_query.h"
#include "shared/tz.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TIME_TEXT = 24 };

// The report; NULL: *ret_code, and it is said why.
static json_t *ask(const struct ctl *c, int argc, char **argv, int *ret_code)
{
    char path[600], why[300], *text = NULL;
    struct backtest_query q = {.place = NULL};
    struct backtest_job *j = NULL;
    struct trend_problem problem = {.field = ""};
    *ret_code = CTL_USAGE;
    if (!ctl_query(argc, argv, backtest_fields, &q, (const char **[]){&q.place, &q.a, &q.b}, 3,
                   "a place and two settings at most")) {
        return NULL;
    }
    *ret_code = CTL_FINDING;
    snprintf(path, sizeof path, "%s/puas.db", c->data);
    enum trends_error e = backtest_open(path, NULL, &q, clock_wall_ms(), 0, &j, &problem, why, sizeof why);
    if (e == TRENDS_OK) {
        text = backtest_report(j, NULL, NULL, why, sizeof why);
        e = text != NULL ? TRENDS_OK : TRENDS_FAILED;
    }
    if (e != TRENDS_OK) {
        *ret_code = ctl_trends_said(e, q.place, &problem, path, why);
    }
    backtest_close(j);
    json_t *report = text != NULL ? json_loads(text, 0, NULL) : NULL;
    free(text);
    return report;
}

static const char *string(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static long long integer(const json_t *o, const char *key)
{
    return (long long)json_integer_value(json_object_get(o, key));
}

static double real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

// "2026-11-17 12:04" at the place; "open" where there is none.
static const char *time_text(const json_t *at, const struct tz *tz, char ret[TIME_TEXT])
{
    time_t local = (time_t)(json_integer_value(at) / 1000);
    struct tm tm;
    local += tz_offset_s(tz, json_integer_value(at));
    snprintf(ret, TIME_TEXT, "open");
    if (json_is_integer(at) && gmtime_r(&local, &tm) != NULL) {
        strftime(ret, TIME_TEXT, "%Y-%m-%d %H:%M", &tm);
    }
    return ret;
}

// kiosk_why: when the rule is about kiosks.
static void add_why(struct table *t, const json_t *a, const char *kiosk_why)
{
    const json_t *usual = json_object_get(a, "usual");
    if (json_is_object(json_object_get(a, "kiosk"))) {
        table_add(t, "%s", kiosk_why);
    } else if (json_is_integer(json_object_get(a, "limit"))) {
        table_add(t, "%lld of %lld unhappy%s, %lld points of %lld", integer(a, "unhappy"), integer(a, "n"),
                  json_is_number(usual) ? ", more than usual" : "", integer(a, "points"),
                  integer(a, "limit"));
    } else {
        table_add(t, "%lld of %lld in the window", integer(a, "unhappy"), integer(a, "n"));
    }
}

static bool is_kind(const json_t *setting, const char *kind)
{
    return strcmp(string(json_object_get(setting, "rule"), "kind"), kind) == 0;
}

// Why a rule about kiosks raises an alert.
static const char *why_of(const json_t *setting)
{
    return is_kind(setting, "silence")    ? "no vote for longer than chance explains"
           : is_kind(setting, "offline")  ? "not heard of"
           : is_kind(setting, "coverage") ? "answers are missing"
           : is_kind(setting, "clock")    ? "its clock is wrong"
                                          : "two with its identity";
}

static void print_alerts(const json_t *o, const struct tz *tz)
{
    const json_t *settings = json_object_get(o, "settings"), *s, *a;
    static const char *const heads[2][2] = {
        {"place|alert|until|votes|minutes|why", "setting|place|alert|until|votes|minutes|why|both"},
        {"place|kiosk|alert|until|votes|minutes|why", "setting|place|kiosk|alert|until|votes|minutes|why|both"}};
    bool two = json_array_size(settings) > 1, kiosks = json_is_object(json_object_get(o, "kiosks"));
    size_t i, k;
    char text[TIME_TEXT];
    struct table t;
    table_init(&t, heads[kiosks][two]);
    json_array_foreach(settings, i, s)
    {
        json_array_foreach(json_object_get(s, "alerts"), k, a)
        {
            if (two) {
                table_add(&t, "%s", i == 0 ? "a" : "b");
            }
            const json_t *kiosk = json_object_get(a, "kiosk");
            table_add(&t, "%s", string(json_object_get(a, "place"), "id"));
            if (kiosks) {
                table_add(&t, "%s", json_is_object(kiosk) ? string(kiosk, "id") : "-");
            }
            table_add(&t, "%s", time_text(json_object_get(a, "raised"), tz, text));
            table_add(&t, "%s", time_text(json_object_get(a, "until"), tz, text));
            for (int n = 0; n < 2; n++) {
                const char *name = n == 0 ? "votes" : "minutes";
                if (json_is_integer(json_object_get(a, name))) {
                    table_add(&t, "%lld", integer(a, name));
                } else {
                    table_add(&t, "-");
                }
            }
            add_why(&t, a, why_of(s));
            if (two) {
                table_add(&t, "%s", json_is_true(json_object_get(a, "both")) ? "yes" : "only here");
            }
        }
    }
    if (t.rows > 0) {
        table_print(&t);
        printf("\n");
    }
    table_finish(&t);
}

static void add_expected(struct table *t, const json_t *s, int row)
{
    const json_t *e = json_object_get(s, "expected"), *days = json_object_get(e, "days");
    if (!json_is_object(e)) {
        table_add(t, "not known");
    } else if (row == 0) {
        table_add(t, "%.2f%s", real(e, "aMonth"),
                  integer(e, "learning") > 0 ? " (some still learn)" : "");
    } else if (json_is_number(days)) {
        table_add(t, "%.0f days, %.0f votes", json_number_value(days), real(e, "votes"));
    } else {
        table_add(t, integer(e, "learning") > 0 ? "still learning" : "never by chance");
    }
}

// The shares that one and the other setting are made for are not the same: each in its own cell.
static void add_seen(struct table *t, const json_t *s)
{
    const json_t *list = json_object_get(json_object_get(s, "cost"), "seen"), *seen;
    char text[120] = "not known";
    size_t i, n = 0;
    json_array_foreach(list, i, seen)
    {
        if (n < sizeof text) {
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%.0f %%: %.0f", i > 0 ? ", " : "",
                                  real(seen, "unhappy") * 100, real(seen, "votes"));
        }
    }
    table_add(t, "%s", text);
}

static void print_settings(const json_t *o)
{
    static const char *const rows[] = {"alerts",
                                       "alerts a month",
                                       "opening hours in alert",
                                       "votes judged",
                                       "false alarms a month, expected",
                                       "one false alarm in",
                                       "mean votes to see so many unhappy"};
    const json_t *settings = json_object_get(o, "settings"), *s;
    size_t i;
    struct table t;
    table_init(&t, json_array_size(settings) > 1 ? "|a|b" : "|a");
    table_add(&t, "setting");
    json_array_foreach(settings, i, s)
    {
        table_add(&t, "%.40s", string(s, "given"));
    }
    for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
        table_add(&t, "%s", rows[row]);
        json_array_foreach(settings, i, s)
        {
            switch (row) {
            case 0:
                table_add(&t, "%lld", integer(s, "count"));
                break;
            case 1:
                table_add(&t, "%.2f", real(s, "aMonth"));
                break;
            case 2:
                table_add(&t, "%.2f %%", real(s, "inAlert") * 100);
                break;
            case 3:
                table_add(&t, "%lld", integer(s, "votes"));
                break;
            case 6:
                add_seen(&t, s);
                break;
            default:
                add_expected(&t, s, (int)row - 4);
            }
        }
    }
    table_print(&t);
    table_finish(&t);
}

int ctl_backtest(struct ctl *c, int argc, char **argv)
{
    int code;
    json_t *o = ask(c, argc, argv, &code);
    if (o == NULL) {
        return code;
    }
    if (c->json) {
        json_dumpf(o, stdout, JSON_INDENT(2));
        printf("\n");
        json_decref(o);
        return CTL_FINE;
    }
    struct tz *tz = tz_load(string(o, "tz"));
    const json_t *compare = json_object_get(o, "compare");
    printf("%s, %s to %s (%s), %lld places, %lld votes\n", string(json_object_get(o, "place"), "name"),
           string(o, "from"), string(o, "to"), string(o, "tz"), integer(o, "places"), integer(o, "votes"));
    if (integer(o, "late") > 0) {
        printf("%lld votes came late and are %s\n", integer(o, "late"),
               json_is_true(json_object_get(o, "lateCounted"))
                   ? "judged as if they had come in time"
                   : "left out, as they are live; --late counted takes them in");
    }
    const json_t *kiosks = json_object_get(o, "kiosks");
    if (json_is_object(kiosks) && !json_is_string(json_object_get(kiosks, "from"))) {
        printf("what kiosks did in these days is not known: it is kept since later\n");
    } else if (json_is_object(kiosks) && strcmp(string(kiosks, "from"), string(o, "from")) != 0) {
        printf("kiosks are known from %s; what was before is left out for them\n", string(kiosks, "from"));
    }
    print_alerts(o, tz);
    print_settings(o);
    if (json_is_object(compare)) {
        printf("%lld alerts of a are of b too, %lld only of a, %lld only of b\n", integer(compare, "both"),
               integer(compare, "first"), integer(compare, "second"));
    }
    tz_free(tz);
    json_decref(o);
    return CTL_FINE;
}
