#include "aggregator/store_webpush.h"

#include "aggregator/store_impl.h"

#include <string.h>

#define COLUMNS                                                                                              \
    "SELECT w.webpush_id, w.endpoint, w.who, p.id, w.place_id, w.lang, w.public_key, w.auth, w.created"      \
    " FROM webpush w JOIN place p ON p.place_id = w.place_id "

bool store_webpush_put(struct store *st, const struct webpush_browser *b)
{
    return store_run(
               st,
               "INSERT INTO webpush(endpoint, who, place_id, lang, public_key, auth, created)"
               " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(endpoint) DO UPDATE SET who = excluded.who,"
               " place_id = excluded.place_id, lang = excluded.lang, public_key = excluded.public_key,"
               " auth = excluded.auth, created = excluded.created",
               "ttdtbbi", b->endpoint, b->who, b->place_number, channel_langs[b->lang], b->public_key,
               (size_t)WEBPUSH_PUBLIC, b->auth, (size_t)WEBPUSH_AUTH, b->created) &&
           store_run(
               st,
               "DELETE FROM webpush WHERE who = ?1 AND webpush_id NOT IN (SELECT webpush_id FROM webpush"
               " WHERE who = ?1 ORDER BY created DESC, webpush_id DESC LIMIT ?2)",
               "td", b->who, (int)WEBPUSH_BROWSERS_MAX);
}

bool store_webpush_delete(struct store *st, const char *endpoint, const char *who, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(
        st, "DELETE FROM webpush WHERE endpoint = ?1 AND (?2 = '' OR who = ?2) RETURNING webpush_id", "tt",
        endpoint, who);
    *ret_found = false;
    while (store_row(st, s, &failed)) {
        *ret_found = true;
    }
    return !failed;
}

static bool each_row(struct store *st, sqlite3_stmt *s, store_webpush_fn *each, void *ctx)
{
    bool failed = false, more = true;
    while (more && store_row(st, s, &failed)) {
        struct webpush_browser b = {.number = sqlite3_column_int64(s, 0),
                                    .place_number = sqlite3_column_int(s, 4),
                                    .created = sqlite3_column_int64(s, 8)};
        char lang[8];
        store_copy(s, 1, b.endpoint, sizeof b.endpoint);
        store_copy(s, 2, b.who, sizeof b.who);
        store_copy(s, 3, b.place.s, sizeof b.place.s);
        store_copy(s, 5, lang, sizeof lang);
        b.lang = strcmp(lang, channel_langs[CHANNEL_EN]) == 0 ? CHANNEL_EN : CHANNEL_ID;
        if (sqlite3_column_bytes(s, 6) == WEBPUSH_PUBLIC && sqlite3_column_bytes(s, 7) == WEBPUSH_AUTH) {
            memcpy(b.public_key, sqlite3_column_blob(s, 6), WEBPUSH_PUBLIC);
            memcpy(b.auth, sqlite3_column_blob(s, 7), WEBPUSH_AUTH);
            more = each(ctx, &b);
        }
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_each_webpush_of(struct store *st, const char *who, store_webpush_fn *each, void *ctx)
{
    return each_row(
        st, store_bind(st, COLUMNS "WHERE w.who = ?1 ORDER BY w.created DESC, w.webpush_id DESC", "t", who),
        each, ctx);
}

bool store_each_webpush_for(struct store *st, const char *place, store_webpush_fn *each, void *ctx)
{
    return each_row(st,
                    store_bind(st,
                               "WITH RECURSIVE up(place_id) AS (SELECT place_id FROM place WHERE id = ?1"
                               " UNION SELECT p.parent_id FROM up JOIN place p USING(place_id)"
                               " WHERE p.parent_id IS NOT NULL) " COLUMNS
                               "JOIN user u ON u.name = w.who WHERE w.place_id IN (SELECT place_id FROM up)"
                               " AND u.place_id IN (SELECT place_id FROM up) ORDER BY w.webpush_id",
                               "t", place),
                    each, ctx);
}
