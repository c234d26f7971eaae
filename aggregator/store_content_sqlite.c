// store: documents of kiosks.
#include "aggregator/store_content.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_segments.h"

#include <string.h>

bool store_each_content(struct store *st, bool (*each)(void *ctx, const struct store_content *c), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT place_id, kiosk_id, version, yaml, body FROM content"
                                 " WHERE to_ms IS NULL ORDER BY place_id, kiosk_id",
                                 "");
    while (go && store_row(st, s, &failed)) {
        struct store_content c = {.place = sqlite3_column_int(s, 0),
                                  .kiosk = sqlite3_column_int(s, 1),
                                  .version = sqlite3_column_int(s, 2),
                                  .yaml = (const char *)sqlite3_column_text(s, 3),
                                  .body = (const char *)sqlite3_column_text(s, 4)};
        go = each(ctx, &c);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

bool store_end_content(struct store *st, int32_t place, int32_t kiosk, const char *who, wall_ms at,
                       int *ret_version)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT version FROM content WHERE place_id = ?1 AND kiosk_id = ?2 AND to_ms IS NULL",
                   "dd", place, kiosk);
    *ret_version = 0;
    if (store_row(st, s, &failed)) {
        *ret_version = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
    }
    return !failed &&
           (*ret_version == 0 || store_run(st,
                                           "UPDATE content SET to_ms = ?3, ended_by = ?4"
                                           " WHERE place_id = ?1 AND kiosk_id = ?2 AND to_ms IS NULL",
                                           "ddit", place, kiosk, at, who));
}

bool store_put_content(struct store *st, struct store_content *c, const char *who, wall_ms at)
{
    bool failed = false;
    int before;
    sqlite3_stmt *s = store_bind(
        st, "SELECT coalesce(max(version), 0) + 1 FROM content WHERE place_id = ?1 AND kiosk_id = ?2", "dd",
        c->place, c->kiosk);
    if (!store_row(st, s, &failed)) {
        return false;
    }
    c->version = sqlite3_column_int(s, 0);
    sqlite3_reset(s);
    store_segments_forget(st);
    return store_end_content(st, c->place, c->kiosk, who, at, &before) &&
           store_run(st,
                     "INSERT INTO content(place_id, kiosk_id, version, from_ms, who, yaml, body)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     "dddittt", c->place, c->kiosk, c->version, at, who, c->yaml, c->body);
}

bool store_kiosk_published(struct store *st, int32_t kiosk, const char *sha256)
{
    return store_run(st, "UPDATE kiosk SET published = ?2 WHERE kiosk_id = ?1 AND published <> ?2", "dt",
                     kiosk, sha256);
}

bool store_dimension(struct store *st, const char *survey, int version, const char *question,
                     struct ident *ret_dimension)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT dimension FROM asked WHERE survey = ?1 AND version = ?2 AND question = ?3"
                   " ORDER BY from_ms DESC LIMIT 1",
                   "tdt", survey, version, question);
    *ret_dimension = (struct ident){.s = ""};
    if (store_row(st, s, &failed)) {
        store_copy(s, 0, ret_dimension->s, sizeof ret_dimension->s);
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- for a time to come

static bool next_id(struct store *st, const char *sql, int64_t *ret_id)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, sql, "");
    if (store_row(st, s, &failed)) {
        *ret_id = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

static bool is_there(struct store *st, sqlite3_stmt *s, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_put_plan(struct store *st, const struct store_plan *p, wall_ms now, int64_t *ret_id)
{
    return next_id(st, "SELECT coalesce(max(plan_id), 0) + 1 FROM content_plan", ret_id) &&
           store_run(st,
                     "INSERT INTO content_plan(plan_id, place_id, kiosk_id, at_ms, made_ms, who, yaml)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                     "iddiitt", *ret_id, p->place, p->kiosk, p->at, now, p->who, p->yaml);
}

bool store_due_plan(struct store *st, wall_ms now, struct store_plan *ret_p, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT plan_id, place_id, kiosk_id, at_ms, who, yaml FROM content_plan"
                                 " WHERE ended_ms IS NULL AND at_ms <= ?1 ORDER BY at_ms, plan_id LIMIT 1",
                                 "i", now);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_p = (struct store_plan){.id = sqlite3_column_int64(s, 0),
                                     .place = sqlite3_column_int(s, 1),
                                     .kiosk = sqlite3_column_int(s, 2),
                                     .at = sqlite3_column_int64(s, 3),
                                     .yaml = strdup((const char *)sqlite3_column_text(s, 5))};
        store_copy(s, 4, ret_p->who, sizeof ret_p->who);
        sqlite3_reset(s);
    }
    return !failed && (!*ret_found || ret_p->yaml != NULL);
}

bool store_end_plan(struct store *st, int64_t id, wall_ms now, const char *who, const char *outcome,
                    bool *ret_found)
{
    return is_there(
               st,
               store_bind(st, "SELECT 1 FROM content_plan WHERE plan_id = ?1 AND ended_ms IS NULL", "i", id),
               ret_found) &&
           (!*ret_found ||
            store_run(st,
                      "UPDATE content_plan SET ended_ms = ?2, ended_by = ?3, outcome = ?4 WHERE plan_id = ?1",
                      "iitt", id, now, who, outcome));
}

// ---------------------------------------------------------------- told of alerts

bool store_put_telling(struct store *st, const struct store_telling *t, const char *alert, const char *who,
                       int64_t *ret_id)
{
    return next_id(st, "SELECT coalesce(max(told_id), 0) + 1 FROM told", ret_id) &&
           store_run(st,
                     "INSERT INTO told(told_id, alert_id, place_id, said, did, from_ms, to_ms, who)"
                     " SELECT ?1, alert_id, ?2, ?3, ?4, ?5, ?6, ?7 FROM alert WHERE id = ?8",
                     "idttiitt", *ret_id, t->place, t->said, t->did, t->from, t->to, who, alert);
}

bool store_end_telling(struct store *st, int64_t id, wall_ms now, const char *who, bool *ret_found)
{
    return is_there(st, store_bind(st, "SELECT 1 FROM told WHERE told_id = ?1 AND to_ms > ?2", "ii", id, now),
                    ret_found) &&
           (!*ret_found || store_run(st, "UPDATE told SET to_ms = ?2, ended_by = ?3 WHERE told_id = ?1",
                                     "iit", id, now, who));
}

bool store_each_telling(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct store_telling *t),
                        void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT told_id, place_id, from_ms, to_ms, said, did FROM told WHERE to_ms > ?1"
                   " ORDER BY told_id",
                   "i", now);
    while (go && store_row(st, s, &failed)) {
        struct store_telling t = {.id = sqlite3_column_int64(s, 0),
                                  .place = sqlite3_column_int(s, 1),
                                  .from = sqlite3_column_int64(s, 2),
                                  .to = sqlite3_column_int64(s, 3),
                                  .said = (const char *)sqlite3_column_text(s, 4),
                                  .did = (const char *)sqlite3_column_text(s, 5)};
        go = each(ctx, &t);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

bool store_next_content(struct store *st, wall_ms now, wall_ms *ret_at)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT min(at) FROM (SELECT at_ms AS at FROM content_plan WHERE ended_ms IS NULL"
                   " UNION ALL SELECT to_ms FROM told WHERE to_ms > ?1)",
                   "i", now);
    *ret_at = INT64_MAX;
    if (store_row(st, s, &failed)) {
        *ret_at = sqlite3_column_type(s, 0) == SQLITE_NULL ? INT64_MAX : sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}
