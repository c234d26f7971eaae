// ctl: what is there: status, kiosks, alerts, quarantine.
#include "aggregator/backup.h"
#include "aggregator/ctl.h"
#include "aggregator/engine.h"
#include "aggregator/keeper.h"
#include "aggregator/settings.h"
#include "aggregator/store_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct store *ctl_open(const struct ctl *c)
{
    char path[600], why[600];
    struct store *st = NULL;
    snprintf(path, sizeof path, "%s/puas.db", c->data);
    bool ok = store_open_reader(path, &st, why, sizeof why) == STORE_OK;
    if (ok && !store_run(st, "SELECT 1 FROM place LIMIT 1", "")) {
        snprintf(why, sizeof why, "%s", store_why(st));
        store_close(st);
        ok = false;
    }
    if (!ok) {
        fprintf(stderr, "puasctl: %s: %s\n", path, why);
        return NULL;
    }
    return st;
}

int ctl_failed(const struct store *st)
{
    fprintf(stderr, "puasctl: the store cannot be read: %s\n", store_why(st));
    return CTL_FINDING;
}

// One of the two, as asked for; both are finished.
static void print_as_asked(const struct ctl *c, json_t *o, struct table *t)
{
    if (c->json) {
        json_dumpf(o, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        table_print(t);
    }
    json_decref(o);
    table_finish(t);
}

static const char *text(sqlite3_stmt *s, int column)
{
    const char *t = (const char *)sqlite3_column_text(s, column);
    return t != NULL ? t : "";
}

// ---------------------------------------------------------------- status

static int64_t number(struct store *st, const char *sql, bool *failed)
{
    int64_t n = 0;
    sqlite3_stmt *s = store_bind(st, sql, "");
    if (store_row(st, s, failed)) {
        n = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return n;
}

static int64_t integer(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

static const char *string(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

// The copies that are known, also of a store that does not run.
static void show_backup(const struct ctl *c, json_t *o, struct table *t)
{
    struct backup_note b;
    char ago[32];
    backup_note_read(c->data, &b);
    table_add(t, "last backup");
    if (b.at > 0) {
        table_add(t, "%s, %.1f MB in %lld.%lld s: %s", table_ago(b.at, clock_wall_ms(), ago), (double)b.bytes / 1e6,
                  (long long)b.took_ms / 1000, (long long)b.took_ms % 1000 / 100, b.file);
    } else {
        table_add(t, "none known");
    }
    json_object_set_new(o, "lastBackup", json_pack("{s:I,s:I,s:I,s:s,s:I,s:s}", "at", (json_int_t)b.at, "tookMs",
                                                   (json_int_t)b.took_ms, "bytes", (json_int_t)b.bytes, "file", b.file,
                                                   "failedAt", (json_int_t)b.failed_at, "why", b.why));
}

// What a human should see to, one line each on standard error. Returns how many.
static int warn(const struct ctl *c, const json_t *live, int64_t dead)
{
    static const struct {
        const char *notice, *words;
    } notices[] = {
        {"disk-low", "the disk of the data folder is nearly full: free some space"},
        {"disk-full", "the disk of the data folder is full: nothing is stored until there is room; kiosks keep their answers"},
        {"damaged", "the store is damaged: nothing is stored; stop the aggregator and `puasctl restore` the last backup"},
    };
    struct backup_note b;
    char ago[32], damage[300];
    int found = 0;
    for (size_t i = 0; i < sizeof notices / sizeof notices[0]; i++) {
        if (strcmp(string(live, "notice"), notices[i].notice) == 0) {
            fprintf(stderr, "puasctl: %s\n", notices[i].words);
            found++;
        }
    }
    if (json_is_true(json_object_get(live, "controlSilent"))) {
        fprintf(stderr, "puasctl: the broker does not answer about its users: kiosks get no passwords, and those out of service may "
                        "still get in; does it load its dynamic security plugin? see assets/systemd/README.md\n");
        found++;
    }
    if (dead > 0) {
        fprintf(stderr, "puasctl: %lld messages could not be delivered: `puasctl channels` says why\n", (long long)dead);
        found++;
    }
    keeper_damage(c->data, damage, sizeof damage);
    if (damage[0] != '\0') {
        fprintf(stderr, "puasctl: %s/puas.db: %s\n", c->data, damage);
        found++;
    }
    backup_note_read(c->data, &b);
    if (b.failed_at > 0) {
        fprintf(stderr, "puasctl: the last backup failed %s: %s\n", table_ago(b.failed_at, clock_wall_ms(), ago), b.why);
        found++;
    } else if (json_is_true(json_object_get(json_object_get(live, "backup"), "overdue"))) {
        fprintf(stderr, "puasctl: the last backup is older than backup.every_hours allows\n");
        found++;
    }
    return found;
}

int ctl_status(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    static const struct {
        const char *key, *words, *sql;
        bool time;
    } rows[] = {
        {"branches", "branches", "SELECT count(*) FROM place WHERE kind = 2", false},
        {"kiosks", "kiosks", "SELECT count(*) FROM kiosk WHERE known = 1", false},
        {"kiosksReady", "kiosks ready", "SELECT count(*) FROM kiosk WHERE known = 1 AND state = 1", false},
        {"kiosksUnknown", "kiosks not registered", "SELECT count(*) FROM kiosk WHERE known = 0"
         " AND kiosk_id NOT IN (SELECT kiosk_id FROM phone)", false},
        {"events", "answers stored", "SELECT coalesce(sum(n), 0) FROM pack", false},
        {"unassigned", "answers unassigned", "SELECT coalesce(sum(n), 0) FROM pack WHERE place_id = 0", false},
        {"lastEvent", "last answer", "SELECT arrived FROM pack ORDER BY event_id DESC LIMIT 1", true},
        {"openAlerts", "open alerts", "SELECT count(*) FROM alert WHERE closed IS NULL", false},
        {"quarantined", "messages set aside", "SELECT count(*) FROM quarantine", false},
        {"messagesWaiting", "messages to channels waiting", "SELECT count(*) FROM outgoing WHERE state = 0", false},
        {"messagesDead", "messages given up today",
         "SELECT count(*) FROM outgoing WHERE state = 2 AND event <> 5 AND ended_at > 1000 * (CAST(strftime('%s') AS INTEGER) - 86400)",
         false},
        {"rollupsDue", "places whose trends are being built", "SELECT count(*) FROM rollup_due", false},
    };
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    char *reply = NULL, why[700] = "", ago[32];
    long status = 0;
    bool failed = false,
         up = ctl_request(c, "/api/v1/status", NULL, 0, &status, &reply, why, sizeof why) && status == 200;
    json_t *o = json_object(), *live = up ? json_loads(reply, 0, NULL) : NULL;
    struct table t;
    table_init(&t, "puas|");
    json_object_set_new(o, "running", json_boolean(up));
    table_add(&t, "aggregator");
    if (up) {
        table_add(&t, "running for %lld min, %lld browsers live",
                  (long long)(json_integer_value(json_object_get(live, "uptimeMs")) / 60000),
                  (long long)json_integer_value(json_object_get(live, "pages")));
        table_add(&t, "run");
        table_add(&t, "%s", json_string_value(json_object_get(live, "run")));
        table_add(&t, "broker");
        table_add(&t, "%s", json_is_true(json_object_get(live, "broker")) ? "connected" : "not connected");
        const json_t *check = json_object_get(live, "check");
        table_add(&t, "integrity check");
        table_add(&t, "%s %s", string(check, "state"), string(check, "why"));
        table_add(&t, "disk");
        table_add(&t, "%lld MB free", (long long)integer(live, "diskFree") / 1000000);
        table_add(&t, "answers not judged yet");
        table_add(&t, "%lld", (long long)integer(live, "toJudge"));
        json_object_set(o, "aggregator", live);
    } else {
        table_add(&t, "not running");
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t n = number(st, rows[i].sql, &failed);
        json_object_set_new(o, rows[i].key, rows[i].time && n == 0 ? json_null() : json_integer(n));
        table_add(&t, "%s", rows[i].words);
        if (rows[i].time) {
            table_add(&t, "%s", table_ago(n, clock_wall_ms(), ago));
        } else {
            table_add(&t, "%lld", (long long)n);
        }
    }
    free(reply);
    show_backup(c, o, &t);
    int code = failed ? ctl_failed(st) : up ? CTL_FINE : CTL_FINDING;
    int64_t dead = integer(o, "messagesDead");
    print_as_asked(c, o, &t);
    code = warn(c, live, dead) > 0 ? CTL_FINDING : code;
    json_decref(live);
    store_close(st);
    return code;
}

// ---------------------------------------------------------------- kiosks

// What the kiosk shows, against what it should: "own file", "1a2b3c4d", "waits for 1a2b3c4d", "refused
// 1a2b3c4d".
static void content_words(const char *published, const char *content, const char *refused, char *ret,
                          size_t n)
{
    if (strcmp(published, content) == 0) {
        snprintf(ret, n, content[0] != '\0' ? "%.8s" : "own file", content);
    } else if (published[0] == '\0') {
        snprintf(ret, n, "leaves %.8s", content);
    } else {
        snprintf(ret, n, "%s %.8s", strcmp(published, refused) == 0 ? "refused" : "waits for", published);
    }
}

static void trouble_words(sqlite3_stmt *s, char *ret, size_t n)
{
    const char *reason = sqlite3_column_int(s, 10) == 0 ? "not registered" : text(s, 9);
    const char *refused = text(s, 13), *assignment = text(s, 15);
    int used = snprintf(ret, n, "%s", reason);
    if (refused[0] != '\0') {
        used += snprintf(ret + used, n - (size_t)used, "%srefused %.8s: %s", used > 0 ? "; " : "", refused,
                         text(s, 14));
    }
    if (assignment[0] != '\0') {
        snprintf(ret + used, n - (size_t)used, "%sits own file says it stands at %s", used > 0 ? "; " : "",
                 assignment);
    }
}

int ctl_kiosks(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool failed = false;
    wall_ms now = clock_wall_ms();
    char heard[32], trouble[400];
    struct table t;
    json_t *list = json_array();
    table_init(&t, "kiosk|name|place|state|heard|unsent|lost|clock|software|content|trouble");
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT k.id, k.name, coalesce(p.id, ''), k.state, k.heard_at, "
                                 "k.unacknowledged, coalesce((SELECT sum(lost)"
                                 " FROM epoch e WHERE e.kiosk_id = k.kiosk_id), 0), k.clock, k.software, "
                                 "k.reason, k.known, k.published, k.content, k.refused, k.refused_why,"
                                 " k.assignment FROM kiosk k"
                                 " LEFT JOIN assignment a ON a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL "
                                 "LEFT JOIN place p USING(place_id)"
                                 " WHERE k.kiosk_id NOT IN (SELECT kiosk_id FROM phone) ORDER BY p.id, k.id",
                                 "");
    while (store_row(st, s, &failed)) {
        wall_ms at = sqlite3_column_int64(s, 4);
        int state = sqlite3_column_int(s, 3);
        const char *name = state == KIOSK_READY && now - at > c->offline_ms
                               ? "not heard"
                               : kiosk_state_name((enum kiosk_state)state);
        const char *clock = sqlite3_column_int(s, 7) == CLOCK_SYNCED ? "synced" : "unsure";
        char content[40];
        content_words(text(s, 11), text(s, 12), text(s, 13), content, sizeof content);
        trouble_words(s, trouble, sizeof trouble);
        table_add(&t, "%s", text(s, 0));
        table_add(&t, "%s", text(s, 1));
        table_add(&t, "%s", text(s, 2));
        table_add(&t, "%s", name);
        table_add(&t, "%s", table_ago(at, now, heard));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 5));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 6));
        table_add(&t, "%s", clock);
        table_add(&t, "%s", text(s, 8));
        table_add(&t, "%s", content);
        table_add(&t, "%s", trouble);
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:s,s:I,s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "id", text(s, 0),
                            "name", text(s, 1), "place", text(s, 2), "state", name, "lastHeard",
                            (json_int_t)at, "unsent", (json_int_t)sqlite3_column_int64(s, 5), "lost",
                            (json_int_t)sqlite3_column_int64(s, 6), "clock", clock, "software", text(s, 8),
                            "trouble", trouble, "published", text(s, 11), "content", text(s, 12), "refused",
                            text(s, 13), "refusedWhy", text(s, 14), "assignment", text(s, 15)));
    }
    int code = failed ? ctl_failed(st) : CTL_FINE;
    print_as_asked(c, list, &t);
    store_close(st);
    return code;
}

// ---------------------------------------------------------------- alerts

int ctl_alerts(struct ctl *c, int argc, char **argv)
{
    bool all = argc == 1 && strcmp(argv[0], "all") == 0;
    struct store *st = argc == 0 || all ? ctl_open(c) : NULL;
    if (st == NULL) {
        return argc == 0 || all ? CTL_FINDING : CTL_USAGE;
    }
    bool failed = false;
    wall_ms now = clock_wall_ms();
    char raised[32], closed[32];
    struct table t;
    json_t *list = json_array();
    table_init(&t, "alert|rule|place|kiosk|state|raised|closed|by");
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT a.id, r.id, p.id, coalesce(k.id, ''), a.state, a.raised, coalesce(a.closed, 0),"
                   " coalesce(a.closed_by, a.ack_by, '') FROM alert a JOIN rule r ON r.rule_id = a.rule_id "
                   "AND r.version ="
                   " a.rule_version LEFT JOIN place p ON p.place_id = a.place_id LEFT JOIN kiosk k ON "
                   "k.kiosk_id = a.kiosk_id"
                   " WHERE ?1 OR a.closed IS NULL ORDER BY a.alert_id DESC LIMIT 500",
                   "d", (int)all);
    while (store_row(st, s, &failed)) {
        for (int i = 0; i < 5; i++) {
            table_add(&t, "%s", text(s, i));
        }
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 5), now, raised));
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 6), now, closed));
        table_add(&t, "%s", text(s, 7));
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:s}", "id", text(s, 0), "rule",
                                        text(s, 1), "place", text(s, 2), "kiosk", text(s, 3), "state",
                                        text(s, 4), "raised", (json_int_t)sqlite3_column_int64(s, 5),
                                        "closed", (json_int_t)sqlite3_column_int64(s, 6), "by", text(s, 7)));
    }
    int code = failed ? ctl_failed(st) : CTL_FINE;
    print_as_asked(c, list, &t);
    store_close(st);
    return code;
}

// ---------------------------------------------------------------- quarantine

int ctl_quarantine(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool failed = false;
    char ago[32], begin[61];
    struct table t;
    table_init(&t, "no|arrived|kiosk|reason|seq|bytes|begins");
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT quarantine_id, at, kiosk, reason, coalesce(seq, 0), length(payload), payload"
                   " FROM quarantine ORDER BY quarantine_id DESC LIMIT 200",
                   "");
    while (store_row(st, s, &failed)) {
        size_t n = (size_t)sqlite3_column_bytes(s, 6);
        n = n < sizeof begin - 1 ? n : sizeof begin - 1;
        memcpy(begin, n > 0 ? sqlite3_column_blob(s, 6) : "", n);
        begin[n] = '\0';
        for (size_t i = 0; i < n; i++) { // raw bytes of anybody
            begin[i] = begin[i] < ' ' || begin[i] > '~' ? '.' : begin[i];
        }
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 0));
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 1), clock_wall_ms(), ago));
        table_add(&t, "%s", text(s, 2));
        table_add(&t, "%s", text(s, 3));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 4));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 5));
        table_add(&t, "%s", begin);
    }
    table_print(&t);
    table_finish(&t);
    int code = failed ? ctl_failed(st) : CTL_FINE;
    store_close(st);
    return code;
}
