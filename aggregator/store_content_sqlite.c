// store: documents of kiosks.
#include "aggregator/store_content.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_segments.h"

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
