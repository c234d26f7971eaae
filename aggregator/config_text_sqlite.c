// config_text: the store's configuration, written as YAML.
#include "aggregator/config_text.h"

#include "aggregator/hours.h"
#include "aggregator/org.h"
#include "aggregator/settings.h"
#include "aggregator/store_calendar.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_item.h"
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
static void print_quoted(FILE *out, const char *s)
{
    json_t *o = json_string(s);
    char *quoted = json_dumps(o, JSON_ENCODE_ANY);
    fprintf(out, "%s", quoted != NULL ? quoted : "\"\"");
    free(quoted);
    json_decref(o);
}

static void print_field(FILE *out, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        fprintf(out, "    %s: ", key);
        print_quoted(out, value);
        fprintf(out, "\n");
    }
}

// An id stands as it is, unless it could be taken for a number or a truth.
static void print_head(FILE *out, const char *key, const char *id)
{
    bool plain = id[0] >= 'a' && id[0] <= 'z' && strcmp(id, "true") != 0 && strcmp(id, "false") != 0;
    fprintf(out, plain ? "%s: %s\n" : "%s: \"%s\"\n", key, id);
}

static void print_texts(FILE *out, const char *indent, const char *key, const json_t *texts)
{
    const char *lang, *comma = "";
    const json_t *v;
    if (json_object_size(texts) == 0) {
        return;
    }
    fprintf(out, "%s%s: { ", indent, key);
    for (void *i = json_object_iter((json_t *)(uintptr_t)texts); i != NULL;
         i = json_object_iter_next((json_t *)(uintptr_t)texts, i)) {
        lang = json_object_iter_key(i);
        v = json_object_iter_value(i);
        fprintf(out, "%s", comma);
        print_quoted(out, lang);
        fprintf(out, ": ");
        print_quoted(out, json_string_value(v) != NULL ? json_string_value(v) : "");
        comma = ", ";
    }
    fprintf(out, " }\n");
}

// The shortest text that reads back as the same number.
static void print_real(FILE *out, const char *key, double value)
{
    char digits[40];
    snprintf(digits, sizeof digits, "%.15g", value);
    if (strtod(digits, NULL) != value) {
        snprintf(digits, sizeof digits, "%.17g", value);
    }
    fprintf(out, "    %s: %s\n", key, digits);
}

static const char *duration_text(int64_t ms, char ret[32])
{
    if (ms % 60000 == 0 && ms > 0) {
        snprintf(ret, 32, "%" PRId64 " min", ms / 60000);
    } else if (ms % 1000 == 0) {
        snprintf(ret, 32, "%" PRId64 " s", ms / 1000);
    } else {
        snprintf(ret, 32, "%" PRId64 " ms", ms);
    }
    return ret;
}

// ---------------------------------------------------------------- hours

static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

// The days of one span as "daily", "mon-fri", "sat": one line for each run.
static void print_span(FILE *out, const char *indent, unsigned mask, int from, int to)
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
        fprintf(out, "%s  - { days: ", indent);
        if (mask == 0x7f) {
            fprintf(out, "daily");
        } else if (end == d + 1) {
            fprintf(out, "%s", days[d]);
        } else {
            fprintf(out, "%s-%s", days[d], days[end - 1]);
        }
        fprintf(out, ", open: \"%02d:%02d\", close: \"%02d:%02d\" }\n", from / 60, from % 60, to / 60, to % 60);
        d = end;
    }
}

static void print_hours(FILE *out, const char *indent, const char *stored)
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
    fprintf(out, "%shours:\n", indent);
    for (int k = 0; k < count; k++) {
        print_span(out, indent, spans[k].mask, spans[k].from, spans[k].to);
    }
}

// ---------------------------------------------------------------- parts

static bool write_places(struct store *st, FILE *out)
{
    bool failed = false;
    fprintf(out, "places:\n");
    sqlite3_stmt *s =
        store_bind(st,
                   "WITH RECURSIVE down(place_id, depth) AS (SELECT place_id, 0 FROM place WHERE parent_id IS NULL"
                   " UNION SELECT p.place_id, depth + 1 FROM down d JOIN place p ON p.parent_id = d.place_id)"
                   " SELECT p.id, coalesce(q.id, ''), p.kind, p.name, p.tz, p.hours FROM down JOIN place p"
                   " USING(place_id) LEFT JOIN place q ON q.place_id = p.parent_id ORDER BY depth, p.place_id",
                   "");
    while (store_row(st, s, &failed)) {
        print_head(out, "  - id", text(s, 0));
        print_field(out, "parent", text(s, 1));
        fprintf(out, "    kind: %s\n", place_kinds[sqlite3_column_int(s, 2)]);
        print_field(out, "name", text(s, 3));
        print_field(out, "tz", text(s, 4));
        print_hours(out, "    ", text(s, 5));
    }
    return !failed;
}

struct calendars {
    struct store *st;
    FILE *out;
    struct ident last;
    bool failed;
};

static void print_calendar(struct calendars *c, const struct store_special *d)
{
    sqlite3_stmt *s = store_bind(c->st, "SELECT id FROM place WHERE place_id = ?1", "d", d->place);
    fprintf(c->out, "%s", c->last.s[0] == '\0' ? "calendars:\n" : "");
    print_head(c->out, "  - id", d->calendar.s);
    if (store_row(c->st, s, &c->failed)) {
        print_field(c->out, "place", text(s, 0));
        sqlite3_reset(s);
    }
    fprintf(c->out, "    days:\n");
    c->last = d->calendar;
}

static bool print_special(void *ctx, const struct store_special *d)
{
    struct calendars *c = ctx;
    char from[16], to[16];
    if (!ident_equal(&c->last, &d->calendar)) {
        print_calendar(c, d);
    }
    fprintf(c->out, "      - from: %s\n        to: %s\n", trend_day_text(d->from, from), trend_day_text(d->to, to));
    if (d->name[0] != '\0') {
        fprintf(c->out, "    "); // deeper than the fields of a place
        print_field(c->out, "name", d->name);
    }
    if (strcmp(d->hours, STORE_SPECIAL_USUAL) == 0) {
        fprintf(c->out, "        usual: true\n");
    } else {
        print_hours(c->out, "        ", d->hours);
    }
    return !c->failed;
}

static bool write_calendars(struct store *st, FILE *out)
{
    struct calendars c = {.st = st, .out = out};
    return store_each_special(st, print_special, &c);
}

static bool write_kiosks(struct store *st, FILE *out)
{
    bool failed = false;
    const char *head = "kiosks:\n";
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT k.id, k.name, p.id FROM kiosk k JOIN assignment a USING(kiosk_id) JOIN place p"
                   " USING(place_id) WHERE k.known = 1 AND a.to_ms IS NULL ORDER BY k.kiosk_id",
                   "");
    while (store_row(st, s, &failed)) {
        fprintf(out, "%s", head);
        print_head(out, "  - id", text(s, 0));
        print_field(out, "name", text(s, 1));
        print_field(out, "place", text(s, 2));
        head = "";
    }
    return !failed;
}

// Things with words: reasons, steps of a playbook.
static void print_list(FILE *out, const char *key, const json_t *list)
{
    json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        if (i == 0) {
            fprintf(out, "    %s:\n", key);
        }
        fprintf(out, "      - id: %s\n", json_string_value(json_object_get(one, "id")));
        print_texts(out, "        ", "text", json_object_get(one, "text"));
    }
}

static bool write_surveys(struct store *st, FILE *out)
{
    bool failed = false;
    const char *head = "surveys:\n";
    sqlite3_stmt *s =
        store_bind(st, "SELECT id, version, body FROM survey WHERE to_ms IS NULL ORDER BY id", "");
    while (store_row(st, s, &failed)) {
        json_t *o = json_loads(text(s, 2), 0, NULL);
        fprintf(out, "%s", head);
        print_head(out, "  - id", text(s, 0));
        fprintf(out, "    version: %d\n", sqlite3_column_int(s, 1));
        print_field(out, "question", json_string_value(json_object_get(o, "question")));
        fprintf(out, "    faces: %lld\n", (long long)json_integer_value(json_object_get(o, "faces")));
        print_texts(out, "    ", "text", json_object_get(o, "text"));
        print_list(out, "reasons", json_object_get(o, "reasons"));
        json_decref(o);
        head = "";
    }
    return !failed;
}

static void print_numbers(FILE *out, const char *key, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i == 0) {
            fprintf(out, "    %s: [", key);
        } else {
            fprintf(out, ", ");
        }
        fprintf(out, "%lld%s", (long long)json_integer_value(json_array_get(list, i)),
               i + 1 == json_array_size(list) ? "]\n" : "");
    }
}

// Every field of a rule's body under its name in the document.
static void print_rule(FILE *out, const json_t *o)
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
    char span[32];
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const json_t *v = json_object_get(o, fields[i].stored);
        if (v == NULL) {
            continue;
        }
        switch (fields[i].type) {
        case WORD:
            print_field(out, fields[i].key, json_string_value(v));
            break;
        case WHOLE:
            fprintf(out, "    %s: %lld\n", fields[i].key, (long long)json_integer_value(v));
            break;
        case REAL:
            print_real(out, fields[i].key, json_number_value(v));
            break;
        case YES_NO:
            fprintf(out, "    %s: %s\n", fields[i].key, json_is_true(v) ? "true" : "false");
            break;
        case DURATION:
            fprintf(out, "    %s: %s\n", fields[i].key, duration_text(json_integer_value(v), span));
            break;
        }
    }
    print_numbers(out, "faces", json_object_get(o, "faces"));
    print_numbers(out, "usual_mix", json_object_get(o, "usual_mix"));
    const char *role;
    json_t *limit;
    if (json_object_get(o, "recovery") != NULL) {
        fprintf(out, "    recovery:\n");
    }
    json_object_foreach(json_object_get(o, "recovery"), role, limit)
    {
        fprintf(out, "      %s: %lld\n", role, (long long)json_integer_value(limit));
    }
    json_t *step;
    size_t at;
    json_array_foreach(json_object_get(o, "escalation"), at, step)
    {
        fprintf(out, "%s      - { after: %s, channel: \"%s\" }\n", at == 0 ? "    escalation:\n" : "",
                duration_text(json_integer_value(json_object_get(step, "after_ms")), span),
                json_string_value(json_object_get(step, "channel")));
    }
    print_list(out, "playbook", json_object_get(o, "playbook"));
}

static bool write_standards(struct store *st, FILE *out)
{
    bool failed = false;
    const char *head = "standards:\n";
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT r.id, p.id, r.body FROM rule r JOIN place p USING(place_id)"
                                 " WHERE r.to_ms IS NULL ORDER BY r.rule_id",
                                 "");
    while (store_row(st, s, &failed)) {
        json_t *o = json_loads(text(s, 2), 0, NULL);
        fprintf(out, "%s", head);
        print_head(out, "  - id", text(s, 0));
        print_field(out, "kind", json_string_value(json_object_get(o, "kind")));
        print_field(out, "place", text(s, 1));
        print_texts(out, "    ", "name", json_object_get(o, "name"));
        print_rule(out, o);
        json_decref(o);
        head = "";
    }
    return !failed;
}

struct items {
    FILE *out;
    const char *head;
};

// JSON is YAML: each field as it is kept.
static bool print_item(void *ctx, const char *id, const char *body)
{
    struct items *all = ctx;
    json_t *o = json_loads(body, 0, NULL), *value;
    const char *key;
    fprintf(all->out, "%s", all->head);
    print_head(all->out, "  - id", id);
    json_object_foreach(o, key, value)
    {
        char *line = strcmp(key, "id") != 0 ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
        if (line != NULL) {
            fprintf(all->out, "    %s: %s\n", key, line);
        }
        free(line);
    }
    json_decref(o);
    all->head = "";
    return true;
}

static bool write_channels(struct store *st, FILE *out)
{
    struct items all = {out, "channels: # beside those of aggregator.yaml; their secrets are put by themselves\n"};
    return store_each_item(st, STORE_CHANNELS, print_item, &all);
}

static bool write_mailings(struct store *st, FILE *out)
{
    struct items all = {out, "mailings:\n"};
    return store_each_item(st, STORE_MAILINGS, print_item, &all);
}

static bool write_users(struct store *st, FILE *out)
{
    bool failed = false;
    const char *head = "users: # a new one needs a password_file\n";
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT u.name, u.display, u.role, p.id, u.lang FROM user u JOIN place p "
                                 "USING(place_id) ORDER BY user_id",
                                 "");
    while (store_row(st, s, &failed)) {
        static const char *const keys[] = {"name", "display", "role", "place", "lang"};
        fprintf(out, "%s", head);
        print_head(out, "  - name", text(s, 0));
        for (int i = 1; i < 5; i++) {
            print_field(out, keys[i], text(s, i));
        }
        head = "";
    }
    return !failed;
}

bool config_text(struct store *st, int parts, FILE *out)
{
    static const struct {
        int part;
        bool (*write)(struct store *st, FILE *out);
    } all[] = {{CONFIG_PLACES, write_places},   {CONFIG_KIOSKS, write_kiosks},       {CONFIG_CALENDARS, write_calendars},
               {CONFIG_SURVEYS, write_surveys}, {CONFIG_STANDARDS, write_standards}, {CONFIG_CHANNELS, write_channels}, {CONFIG_MAILINGS, write_mailings}, {CONFIG_USERS, write_users}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof all / sizeof all[0]; i++) {
        ok = (parts & all[i].part) == 0 || all[i].write(st, out);
    }
    return ok;
}
