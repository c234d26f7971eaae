// ctl: contact data: who asked to be answered, opened with the aggregator's key. Reading is put on record by
// the running aggregator before anything is shown.
#include "aggregator/contact.h"
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <jansson.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *text(sqlite3_stmt *s, int column)
{
    const char *t = (const char *)sqlite3_column_text(s, column);
    return t != NULL ? t : "";
}

int ctl_contact_key(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char key[CONTACT_KEY_TEXT], why[700];
    if (!contact_key_public(c->data, false, key, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s; the aggregator makes it at its first start\n", why);
        return CTL_FINDING;
    }
    printf("%s\n", key);
    return CTL_FINE;
}

// Asks the aggregator to put on record, or to do, what `path` says. False: said on standard error.
static bool ask(const struct ctl *c, const char *path)
{
    const struct passwd *user = getpwuid(getuid());
    const char *who = user != NULL ? user->pw_name : "?";
    char *reply = NULL, why[700];
    long status = 0;
    if (!ctl_request(c, path, who, strlen(who), &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return false;
    }
    if (status != 204) {
        ctl_refused(reply, NULL, NULL);
    }
    free(reply);
    return status == 204;
}

int ctl_contacts_erase(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    char path[100];
    size_t n = strlen(argv[0]);
    if (n == 0 || n > 18 || strspn(argv[0], "0123456789") != n) {
        fprintf(stderr, "puasctl: '%.60s' is no event: its number stands in `puasctl contacts`\n", argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/contacts/%.18s/erase", argv[0]);
    if (!ask(c, path)) {
        return CTL_FINDING;
    }
    if (c->json) {
        printf("{\"erased\": %s}\n", argv[0]);
    } else {
        printf("erased; the answer stays, without it\n");
    }
    return CTL_FINE;
}

// What they agreed to is in the document that they saw, when it was pushed; "": the catalogue's words.
static const char waiting[] =
    "WITH RECURSIVE down(place_id) AS (SELECT place_id FROM place WHERE id = ?1"
    " UNION ALL SELECT p.place_id FROM down JOIN place p ON p.parent_id = down.place_id)"
    " SELECT c.event_id, e.at, c.expires, coalesce(p.id, ''), k.id, coalesce(n.id, ''), c.lang, c.sealed,"
    " coalesce((SELECT replace(w.value, '%d', (c.expires - e.at) / 86400000)"
    " FROM asked a, json_each(a.body, '$.purpose') w WHERE a.survey = c.survey AND a.version = c.version"
    " AND a.question = n.id AND w.key = c.lang ORDER BY a.from_ms DESC LIMIT 1), '')"
    " FROM contact c JOIN event e ON e.epoch_id = c.epoch_id AND e.seq = c.seq JOIN epoch q ON q.epoch_id = "
    "c.epoch_id JOIN kiosk k USING(kiosk_id)"
    " LEFT JOIN place p ON p.place_id = e.place_id LEFT JOIN name n ON n.name_id = e.name_id"
    " WHERE c.expires > ?2 AND (?1 = '' OR e.place_id IN (SELECT place_id FROM down))"
    " ORDER BY c.event_id DESC";

// Parts a contact into its two fields, in place.
static const char *part(char *plain)
{
    char *line = strchr(plain, '\n');
    if (line == NULL) {
        return plain;
    }
    *line = '\0';
    return line + 1;
}

static void day(wall_ms at, char *ret, size_t n)
{
    struct tm tm;
    time_t s = (time_t)(at / 1000);
    gmtime_r(&s, &tm);
    strftime(ret, n, "%Y-%m-%d", &tm);
}

static void add_one(sqlite3_stmt *s, const struct contact_key *key, wall_ms now, struct table *t,
                    json_t *list)
{
    char plain[CONTACT_PLAIN_MAX], ago[32], until[20];
    wall_ms at = sqlite3_column_int64(s, 1), expires = sqlite3_column_int64(s, 2);
    bool opened = contact_open(key, text(s, 7), plain, sizeof plain);
    const char *reach = part(plain), *name = reach != plain ? plain : "";
    day(expires, until, sizeof until);
    table_add(t, "%lld", (long long)sqlite3_column_int64(s, 0));
    table_add(t, "%s", table_ago(at, now, ago));
    table_add(t, "%s", text(s, 3));
    table_add(t, "%s", opened ? name : "(sealed with another key)");
    table_add(t, "%s", reach);
    table_add(t, "%s", text(s, 5));
    table_add(t, "%s", until);
    table_add(t, "%s", text(s, 8));
    json_array_append_new(list, json_pack("{s:I,s:I,s:s,s:s,s:b,s:s,s:s,s:s,s:s,s:s,s:I}", "event",
                                          (json_int_t)sqlite3_column_int64(s, 0), "at", (json_int_t)at,
                                          "place", text(s, 3), "kiosk", text(s, 4), "opened", (int)opened,
                                          "name", name, "reach", reach, "question", text(s, 5), "lang",
                                          text(s, 6), "purpose", text(s, 8), "expires", (json_int_t)expires));
    memset(plain, 0, sizeof plain);
}

int ctl_contacts(struct ctl *c, int argc, char **argv)
{
    const char *place = argc == 2 && strcmp(argv[0], "--place") == 0 ? argv[1] : "";
    if ((argc > 0 && place[0] == '\0') || (place[0] != '\0' && !ident_valid(place))) {
        fprintf(stderr, "puasctl: contacts [--place ID]\n");
        return CTL_USAGE;
    }
    struct contact_key key;
    char why[700], path[100];
    if (!contact_key_load(c->data, false, &key, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    snprintf(path, sizeof path, "/api/v1/contacts/%.64s%sread", place, place[0] != '\0' ? "/" : "");
    struct store *st = ask(c, path) ? ctl_open(c) : NULL;
    if (st == NULL) {
        contact_key_finish(&key);
        return CTL_FINDING;
    }
    bool failed = false;
    wall_ms now = clock_wall_ms();
    struct table t;
    json_t *list = json_array();
    table_init(&t, "event|left|place|name|phone or e-mail|question|deleted on|purpose");
    sqlite3_stmt *s = store_bind(st, waiting, "ti", place, now);
    while (store_row(st, s, &failed)) {
        add_one(s, &key, now, &t, list);
    }
    contact_key_finish(&key);
    int code = failed ? ctl_failed(st) : CTL_FINE;
    if (c->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        table_print(&t);
    }
    table_finish(&t);
    json_decref(list);
    store_close(st);
    return code;
}
