// views: the connection, people, and the session document.
#include "aggregator/trends.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- connection

enum { CALL_MS = 30000 }; // no page takes a hundredth of it

struct views *views_create(const struct views_options *o)
{
    struct views *v = calloc(1, sizeof *v);
    if (v != NULL) {
        v->o = *o;
        snprintf(v->path, sizeof v->path, "%s", o->path);
        v->o.path = v->path;
    }
    return v;
}

void views_destroy(struct views *v)
{
    if (v != NULL) {
        store_close(v->st);
        free(v);
    }
}

const char *views_why(const struct views *v)
{
    return v->why;
}

static bool fail(struct views *v, const char *why)
{
    v->failed = true;
    snprintf(v->why, sizeof v->why, "%s", why);
    return false;
}

bool views_begin(struct views *v)
{
    char why[sizeof v->why];
    v->failed = false;
    if (v->st == NULL) {
        if (store_open_reader(v->path, &v->st, why, sizeof why) != STORE_OK) {
            return fail(v, why);
        }
        if (!trends_register(v->st->db)) {
            return fail(v, "out of memory");
        }
    }
    store_read_until(v->st, clock_mono_ms() + CALL_MS);
    return store_run(v->st, "BEGIN", "") || fail(v, store_why(v->st));
}

enum views_error views_end(struct views *v, enum views_error e)
{
    if (v->st != NULL) {
        for (int i = 0; i < v->st->prepared_count; i++) {
            sqlite3_reset(v->st->prepared[i].st);
        }
        if (store_in_transaction(v->st)) {
            store_run(v->st, "COMMIT", "");
        }
    }
    if (v->failed) { // the file may have been replaced: open it anew next time
        store_close(v->st);
        v->st = NULL;
        return VIEWS_FAILED;
    }
    return e;
}

enum views_error views_end_text(struct views *v, char *text, char **ret_json)
{
    v->failed = v->failed || text == NULL;
    enum views_error e = views_end(v, VIEWS_OK);
    if (e == VIEWS_OK) {
        *ret_json = text;
    } else {
        free(text);
    }
    return e;
}

bool views_row(struct views *v, sqlite3_stmt *s)
{
    bool failed = false, row = store_row(v->st, s, &failed);
    if (failed) {
        fail(v, store_why(v->st));
    }
    return row;
}

enum views_error views_may_see(struct views *v, const struct views_user *u, const char *sql, const char *id)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st, sql, "t", id);
        if (views_row(v, s) && (u->place == 0 || views_in_scope(v, sqlite3_column_int(s, 0), u->place))) {
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

char *views_dump(json_t *o)
{
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(8));
    json_decref(o);
    return text;
}

// ---------------------------------------------------------------- people

static enum role role_parse(const char *name)
{
    for (int i = 0; roles[i] != NULL; i++) {
        if (strcmp(roles[i], name) == 0) {
            return (enum role)i;
        }
    }
    return ROLE_VIEWER; // the least
}

struct views_user views_read_user(sqlite3_stmt *s)
{
    struct views_user u = {.user = sqlite3_column_int(s, 0), .place = sqlite3_column_int(s, 4)};
    store_copy(s, 1, u.name, sizeof u.name);
    store_copy(s, 2, u.display, sizeof u.display);
    u.role = role_parse((const char *)sqlite3_column_text(s, 3));
    store_copy(s, 5, u.lang, sizeof u.lang);
    return u;
}

enum views_error views_user(struct views *v, const char *name, struct views_user *ret_u, char *ret_hash)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(
            v->st, "SELECT user_id, name, display, role, place_id, lang, hash FROM user WHERE name = ?1", "t",
            name);
        if (views_row(v, s)) {
            *ret_u = views_read_user(s);
            store_copy(s, 6, ret_hash, PASSWORD_HASH_BYTES);
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

enum views_error views_session_user(struct views *v, const uint8_t token[32], wall_ms now,
                                    struct views_user *ret_u)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT user_id, name, display, role, place_id, lang FROM session JOIN user"
                       " USING(user_id) WHERE token = ?1 AND expires > ?2",
                       "bi", token, (size_t)32, now);
        if (views_row(v, s)) {
            *ret_u = views_read_user(s);
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

bool views_in_scope(struct views *v, int32_t place, int32_t scope)
{
    sqlite3_stmt *s = store_bind(v->st,
                                 "WITH RECURSIVE up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up"
                                 " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL)"
                                 " SELECT 1 FROM up WHERE place_id = ?2",
                                 "dd", place, scope);
    bool in = views_row(v, s);
    sqlite3_reset(s);
    return in;
}

enum views_error views_place_zone(struct views *v, const char *place, char *ret_tz)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st,
                                     "WITH RECURSIVE up(place_id, depth) AS (SELECT place_id, 0 FROM place WHERE id = ?1"
                                     " UNION ALL SELECT p.parent_id, depth + 1 FROM up JOIN place p USING(place_id)"
                                     " WHERE p.parent_id IS NOT NULL AND depth < 32) SELECT tz FROM up JOIN place"
                                     " USING(place_id) ORDER BY tz = '', depth LIMIT 1",
                                     "t", place);
        if (views_row(v, s)) {
            store_copy(s, 0, ret_tz, 65);
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

enum views_error views_may_see_alert(struct views *v, const struct views_user *u, const char *alert)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st, "SELECT place_id FROM alert WHERE id = ?1", "t", alert);
        if (views_row(v, s) && views_in_scope(v, sqlite3_column_int(s, 0), u->place)) {
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

enum views_error views_rev(struct views *v, const struct views_user *u, const char *branch, int64_t *ret_rev)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT place_id, coalesce((SELECT rev FROM released r WHERE r.place_id ="
                       " p.place_id), 0) FROM place p WHERE id = ?1 AND kind = ?2",
                       "td", branch, (int)PLACE_BRANCH);
        if (views_row(v, s) && (u == NULL || views_in_scope(v, sqlite3_column_int(s, 0), u->place))) {
            *ret_rev = sqlite3_column_int64(s, 1);
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

// ---------------------------------------------------------------- session

static json_t *session_places(struct views *v, const struct views_user *u)
{
    json_t *list = json_array();
    // Of every place: the alerts at it or below it that are open, or worked on again.
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE down(place_id, depth) AS (SELECT ?1, 0 UNION SELECT p.place_id, d.depth + 1 FROM "
        "down d"
        " JOIN place p ON p.parent_id = d.place_id),"
        " up(place_id, alert_id) AS (SELECT place_id, alert_id FROM alert WHERE closed IS NULL"
        " UNION SELECT place_id, alert_id FROM alert WHERE reopened IS NOT NULL"
        " UNION SELECT p.parent_id, u.alert_id FROM up u JOIN place p USING(place_id) WHERE p.parent_id IS "
        "NOT NULL),"
        " open(place_id, n) AS (SELECT place_id, count(*) FROM up GROUP BY place_id)"
        " SELECT p.id, p.name, p.kind, iif(d.depth = 0, NULL, (SELECT q.id FROM place q WHERE q.place_id ="
        " p.parent_id)), coalesce(open.n, 0) FROM down d JOIN place p USING(place_id) LEFT JOIN open "
        "USING(place_id)"
        " WHERE p.kind < ?2 ORDER BY d.depth, p.name",
        "dd", u->place, (int)PLACE_AREA);
    while (views_row(v, s)) {
        json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s?,s:I}", "id", sqlite3_column_text(s, 0),
                                              "name", sqlite3_column_text(s, 1), "kind",
                                              place_kinds[sqlite3_column_int(s, 2)], "parent",
                                              sqlite3_column_text(s, 3), "openAlerts",
                                              u->shared ? 0 : (json_int_t)sqlite3_column_int64(s, 4)));
    }
    return list;
}

enum views_error views_session(struct views *v, const struct views_user *u, const char *version, bool holds,
                               char **ret_json)
{
    char org[81] = "";
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    sqlite3_stmt *s =
        store_bind(v->st, "SELECT name FROM place WHERE parent_id IS NULL ORDER BY place_id LIMIT 1", "");
    if (views_row(v, s)) {
        store_copy(s, 0, org, sizeof org);
    }
    json_t *o =
        json_pack("{s:{s:s,s:s,s:s,s:s},s:{s:s},s:o,s:s,s:b}", "user", "name", u->name, "display",
                  u->display[0] != '\0' ? u->display : u->name, "role", roles[u->role], "lang", u->lang,
                  "org", "name", org, "places", session_places(v, u), "version", version,
                  "holds", holds);
    char *text = views_dump(o);
    return views_end_text(v, text, ret_json);
}
