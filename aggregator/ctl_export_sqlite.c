// ctl: the configuration as the YAML that `config apply` takes. Applied unchanged it changes nothing.
#include "aggregator/ctl.h"
#include "aggregator/hours.h"
#include "aggregator/org.h"
#include "aggregator/settings.h"
#include "aggregator/store_calendar.h"
#include "aggregator/store_impl.h"
#include "aggregator/trends.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(sqlite3_stmt *s, int column)
{
    const char *t = (const char *)sqlite3_column_text(s, column);
    return t != NULL ? t : "";
}

// A JSON string is a YAML one.
static void print_quoted(const char *s)
{
    json_t *o = json_string(s);
    char *quoted = json_dumps(o, JSON_ENCODE_ANY);
    printf("%s", quoted != NULL ? quoted : "\"\"");
    free(quoted);
    json_decref(o);
}

static void print_field(const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        printf("    %s: ", key);
        print_quoted(value);
        printf("\n");
    }
}

static void print_texts(const char *indent, const char *key, const json_t *texts)
{
    const char *lang, *comma = "";
    const json_t *v;
    if (json_object_size(texts) == 0) {
        return;
    }
    printf("%s%s: { ", indent, key);
    for (void *i = json_object_iter((json_t *)(uintptr_t)texts); i != NULL;
         i = json_object_iter_next((json_t *)(uintptr_t)texts, i)) {
        lang = json_object_iter_key(i);
        v = json_object_iter_value(i);
        printf("%s", comma);
        print_quoted(lang);
        printf(": ");
        print_quoted(json_string_value(v) != NULL ? json_string_value(v) : "");
        comma = ", ";
    }
    printf(" }\n");
}

// The shortest text that reads back as the same number.
static void print_real(const char *key, double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) != value) {
        snprintf(digits, sizeof digits, "%.17g", value);
    }
    printf("    %s: %s\n", key, digits);
}

static void print_duration(const char *key, int64_t ms)
{
    if (ms % 60000 == 0 && ms > 0) {
        printf("    %s: %" PRId64 " min\n", key, ms / 60000);
    } else if (ms % 1000 == 0) {
        printf("    %s: %" PRId64 " s\n", key, ms / 1000);
    } else {
        printf("    %s: %" PRId64 " ms\n", key, ms);
    }
}

// ---------------------------------------------------------------- hours

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// The days of one span as "daily", "mon-fri", "sat": one line for each run.
static void print_span(const char *indent, unsigned mask, int from, int to)
{
    for (int d = 0; d < 7;) {
        int end = d;
        while (end < 7 && (mask >> end & 1) != 0) {
            end++;
        }
        if (end == d) {
            d++;
            continue;
        }
        printf("%s  - { days: ", indent);
        if (mask == 0x7f) {
            printf("daily");
        } else if (end == d + 1) {
            printf("%s", days[d]);
        } else {
            printf("%s-%s", days[d], days[end - 1]);
        }
        printf(", open: \"%02d:%02d\", close: \"%02d:%02d\" }\n", from / 60, from % 60, to / 60, to % 60);
        d = end;
    }
}

static void print_hours(const char *indent, const char *stored)
{
    struct hours h;
    struct {
        int from, to;
        unsigned mask;
    } spans[7 * HOURS_SPANS_MAX];
    int count = 0;
    if (stored[0] == '\0' || !org_hours_parse(stored, &h)) {
        return;
    }
    for (int d = 0; d < 7; d++) {
        const struct hours_span *s = h.spans[(d + 1) % 7]; // the week begins on Monday here, on Sunday there
        for (int i = 0; i < HOURS_SPANS_MAX && s[i].to > s[i].from; i++) {
            int k = 0;
            while (k < count && (spans[k].from != s[i].from || spans[k].to != s[i].to)) {
                k++;
            }
            if (k == count) {
                spans[count].from = s[i].from;
                spans[count].to = s[i].to;
                spans[count++].mask = 0;
            }
            spans[k].mask |= 1u << d;
        }
    }
    printf("%shours:\n", indent);
    for (int k = 0; k < count; k++) {
        print_span(indent, spans[k].mask, spans[k].from, spans[k].to);
    }
}

// ---------------------------------------------------------------- parts

static bool export_places(struct store *st)
{
    bool failed = false;
    printf("places:\n");
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT p.id, coalesce(q.id, ''), p.kind, p.name, p.tz, p.hours FROM place p LEFT JOIN"
                   " place q ON q.place_id = p.parent_id ORDER BY p.place_id",
                   "");
    while (store_row(st, s, &failed)) {
        printf("  - id: %s\n", text(s, 0));
        print_field("parent", text(s, 1));
        printf("    kind: %s\n", place_kinds[sqlite3_column_int(s, 2)]);
        print_field("name", text(s, 3));
        print_field("tz", text(s, 4));
        print_hours("    ", text(s, 5));
    }
    return !failed;
}

struct calendars {
    struct store *st;
    struct ident last;
    bool failed;
};

static void print_calendar(struct calendars *c, const struct store_special *d)
{
    sqlite3_stmt *s = store_bind(c->st, "SELECT id FROM place WHERE place_id = ?1", "d", d->place);
    printf("%s  - id: %s\n", c->last.s[0] == '\0' ? "calendars:\n" : "", d->calendar.s);
    if (store_row(c->st, s, &c->failed)) {
        print_field("place", text(s, 0));
        sqlite3_reset(s);
    }
    printf("    days:\n");
    c->last = d->calendar;
}

static bool print_special(void *ctx, const struct store_special *d)
{
    struct calendars *c = ctx;
    char from[16], to[16];
    if (!ident_equal(&c->last, &d->calendar)) {
        print_calendar(c, d);
    }
    printf("      - from: %s\n        to: %s\n", trend_day_text(d->from, from), trend_day_text(d->to, to));
    if (d->name[0] != '\0') {
        printf("    "); // deeper than the fields of a place
        print_field("name", d->name);
    }
    if (strcmp(d->hours, STORE_SPECIAL_USUAL) == 0) {
        printf("        usual: true\n");
    } else {
        print_hours("        ", d->hours);
    }
    return !c->failed;
}

static bool export_calendars(struct store *st)
{
    struct calendars c = {.st = st};
    return store_each_special(st, print_special, &c);
}

static bool export_kiosks(struct store *st)
{
    bool failed = false;
    const char *head = "kiosks:\n";
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT k.id, k.name, p.id FROM kiosk k JOIN assignment a USING(kiosk_id) JOIN place p"
                   " USING(place_id) WHERE k.known = 1 AND a.to_ms IS NULL ORDER BY k.kiosk_id",
                   "");
    while (store_row(st, s, &failed)) {
        printf("%s  - id: %s\n", head, text(s, 0));
        print_field("name", text(s, 1));
        print_field("place", text(s, 2));
        head = "";
    }
    return !failed;
}

// Things with words: reasons, steps of a playbook.
static void print_list(const char *key, const json_t *list)
{
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        if (i == 0) {
            printf("    %s:\n", key);
        }
        printf("      - id: %s\n", json_string_value(json_object_get(one, "id")));
        print_texts("        ", "text", json_object_get(one, "text"));
    }
}

static bool export_surveys(struct store *st)
{
    bool failed = false;
    const char *head = "surveys:\n";
    sqlite3_stmt *s =
        store_bind(st, "SELECT id, version, body FROM survey WHERE to_ms IS NULL ORDER BY id", "");
    while (store_row(st, s, &failed)) {
        json_t *o = json_loads(text(s, 2), 0, NULL);
        printf("%s  - id: %s\n    version: %d\n", head, text(s, 0), sqlite3_column_int(s, 1));
        print_field("question", json_string_value(json_object_get(o, "question")));
        printf("    faces: %lld\n", (long long)json_integer_value(json_object_get(o, "faces")));
        print_texts("    ", "text", json_object_get(o, "text"));
        print_list("reasons", json_object_get(o, "reasons"));
        json_decref(o);
        head = "";
    }
    return !failed;
}

static void print_numbers(const char *key, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i == 0) {
            printf("    %s: [", key);
        } else {
            printf(", ");
        }
        printf("%lld%s", (long long)json_integer_value(json_array_get(list, i)),
               i + 1 == json_array_size(list) ? "]\n" : "");
    }
}

// Every field of a rule's body under its name in the document.
static void print_rule(const json_t *o)
{
    static const struct {
        const char *stored, *key;
        enum { WORD, WHOLE, REAL, DURATION, YES_NO } type;
    } fields[] = {
        {"question", "question", WORD},
        {"percent", "percent", WHOLE},
        {"top_faces", "top_faces", WHOLE},
        {"usual_unhappy", "usual_unhappy", REAL},
        {"false_alarm_votes", "false_alarm_votes", REAL},
        {"by_hour", "by_hour", YES_NO},
        {"spread", "spread", YES_NO},
        {"drift", "drift", YES_NO},
        {"resolve_percent", "resolve_percent", WHOLE},
        {"goal", "goal", WHOLE},
        {"goal_from", "goal_from", WORD},
        {"goal_by", "goal_by", WORD},
        {"above", "above", YES_NO},
        {"votes", "votes", WHOLE},
        {"end_votes", "end_votes", WHOLE},
        {"option", "option", WORD},
        {"boundary", "boundary", WORD},
        {"window_ms", "window", DURATION},
        {"min_n", "min_n", WHOLE},
        {"probability", "probability", REAL},
        {"hold_ms", "hold", DURATION},
        {"mash_ms", "mash", DURATION},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const json_t *v = json_object_get(o, fields[i].stored);
        if (v == NULL) {
            continue;
        }
        switch (fields[i].type) {
        case WORD:
            print_field(fields[i].key, json_string_value(v));
            break;
        case WHOLE:
            printf("    %s: %lld\n", fields[i].key, (long long)json_integer_value(v));
            break;
        case REAL:
            print_real(fields[i].key, json_number_value(v));
            break;
        case YES_NO:
            printf("    %s: %s\n", fields[i].key, json_is_true(v) ? "true" : "false");
            break;
        case DURATION:
            print_duration(fields[i].key, json_integer_value(v));
            break;
        }
    }
    print_numbers("faces", json_object_get(o, "faces"));
    print_numbers("usual_mix", json_object_get(o, "usual_mix"));
    const char *role;
    json_t *limit;
    if (json_object_get(o, "recovery") != NULL) {
        printf("    recovery:\n");
    }
    json_object_foreach(json_object_get(o, "recovery"), role, limit)
    {
        printf("      %s: %lld\n", role, (long long)json_integer_value(limit));
    }
    json_t *step;
    size_t at;
    json_array_foreach(json_object_get(o, "escalation"), at, step)
    {
        printf("%s      - { after: %lld s, channel: %s }\n", at == 0 ? "    escalation:\n" : "",
               (long long)(json_integer_value(json_object_get(step, "after_ms")) / 1000),
               json_string_value(json_object_get(step, "channel")));
    }
    print_list("playbook", json_object_get(o, "playbook"));
}

static bool export_standards(struct store *st)
{
    bool failed = false;
    const char *head = "standards:\n";
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT r.id, p.id, r.body FROM rule r JOIN place p USING(place_id)"
                                 " WHERE r.to_ms IS NULL ORDER BY r.rule_id",
                                 "");
    while (store_row(st, s, &failed)) {
        json_t *o = json_loads(text(s, 2), 0, NULL);
        printf("%s  - id: %s\n", head, text(s, 0));
        print_field("kind", json_string_value(json_object_get(o, "kind")));
        print_field("place", text(s, 1));
        print_texts("    ", "name", json_object_get(o, "name"));
        print_rule(o);
        json_decref(o);
        head = "";
    }
    return !failed;
}

static bool export_users(struct store *st)
{
    bool failed = false;
    const char *head = "users: # a new one needs a password_file\n";
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT u.name, u.display, u.role, p.id, u.lang FROM user u JOIN place p "
                                 "USING(place_id) ORDER BY user_id",
                                 "");
    while (store_row(st, s, &failed)) {
        static const char *const keys[] = {"name", "display", "role", "place", "lang"};
        printf("%s  - name: %s\n", head, text(s, 0));
        for (int i = 1; i < 5; i++) {
            print_field(keys[i], text(s, i));
        }
        head = "";
    }
    return !failed;
}

int ctl_export(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool ok = store_run(st, "BEGIN", "") && export_places(st) && export_kiosks(st) && export_calendars(st) &&
              export_surveys(st) && export_standards(st) && export_users(st);
    int code = ok ? CTL_FINE : ctl_failed(st);
    store_close(st);
    return code;
}
