// ctl: what is deleted when: by the settings that the aggregator ran with last.
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_MS = 86400000 };

static void day(wall_ms at, char *ret, size_t n)
{
    struct tm tm;
    time_t s = (time_t)(at / 1000);
    gmtime_r(&s, &tm);
    strftime(ret, n, "%Y-%m-%d", &tm);
}

struct kind {
    const char *name, *words;
    int64_t days;    // 0: for ever
    const char *sql; // how many, how many are due at ?1, the oldest
};

static bool add_kind(struct store *st, const struct kind *k, wall_ms now, struct table *t, json_t *list)
{
    bool failed = false;
    int64_t count = 0, due = 0;
    wall_ms oldest = 0, before = k->days > 0 ? (now / DAY_MS - k->days) * DAY_MS : 0;
    char first[20] = "-", next[20] = "never";
    sqlite3_stmt *s = store_bind(st, k->sql, "i", strcmp(k->name, "contacts") == 0 ? now : before);
    if (store_row(st, s, &failed)) {
        count = sqlite3_column_int64(s, 0);
        due = sqlite3_column_int64(s, 1);
        oldest = sqlite3_column_int64(s, 2);
        sqlite3_reset(s);
    }
    wall_ms goes = strcmp(k->name, "contacts") == 0 ? oldest : (oldest / DAY_MS + k->days + 1) * DAY_MS;
    if (count > 0 && strcmp(k->name, "contacts") != 0) {
        day(oldest, first, sizeof first);
    }
    if (count > 0 && k->days > 0) {
        day(goes > now ? goes : now, next, sizeof next);
    }
    table_add(t, "%s", k->words);
    if (k->days > 0) {
        table_add(t, "%lld days%s", (long long)k->days, strcmp(k->name, "contacts") == 0 ? " at most" : "");
    } else {
        table_add(t, "for ever");
    }
    table_add(t, "%lld", (long long)count);
    table_add(t, "%s", first);
    table_add(t, "%lld", (long long)due);
    table_add(t, "%s", next);
    json_array_append_new(list, json_pack("{s:s,s:I,s:I,s:I,s:s?}", "kind", k->name, "days",
                                          (json_int_t)k->days, "stored", (json_int_t)count, "due",
                                          (json_int_t)due, "next", count > 0 && k->days > 0 ? next : NULL));
    return !failed;
}

int ctl_retention(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    long long contacts = 0, comments = 0, raw = 0;
    char text[80];
    bool ok = store_run(st, "BEGIN", "") && store_setting(st, "retention", text, sizeof text);
    if (ok && sscanf(text, "%lld %lld %lld", &contacts, &comments, &raw) != 3) {
        fprintf(
            stderr,
            "puasctl: the aggregator has not run since the update that brought retention: start it once\n");
        store_close(st);
        return CTL_FINDING;
    }
    const struct kind kinds[] = {
        {"contacts", "contact data", contacts,
         "SELECT count(*), coalesce(sum(expires <= ?1), 0), coalesce(min(expires), 0) FROM contact"},
        {"comments", "comments", comments,
         "SELECT count(*), coalesce(sum(at < ?1), 0), coalesce(min(at), 0) FROM event"
         " WHERE kind = 2 AND json_extract(body, '$.text') IS NOT NULL"},
        {"raw", "answers", raw,
         "SELECT count(*), coalesce(sum(at < ?1), 0), coalesce(min(at), 0) FROM event"},
        {"rollups", "counts by quarter hour and day", 0,
         "SELECT count(*), 0 * ?1, coalesce(min(quarter), 0) * 900000 FROM tally"},
    };
    struct table t;
    json_t *list = json_array();
    wall_ms now = clock_wall_ms();
    table_init(&t, "what|kept|stored|oldest|due now|next goes");
    for (size_t i = 0; ok && i < sizeof kinds / sizeof kinds[0]; i++) {
        ok = add_kind(st, &kinds[i], now, &t, list);
    }
    if (ok && c->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        printf("\n");
    } else if (ok) {
        table_print(&t);
    }
    json_decref(list);
    table_finish(&t);
    int code = ok ? CTL_FINE : ctl_failed(st);
    store_close(st);
    return code;
}
