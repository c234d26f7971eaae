// store: links to one view.
#include "aggregator/store_share.h"

#include "aggregator/store_impl.h"

#define COLUMNS "SELECT share_id, place_id, path, who, created, expires FROM share "

static void read_row(sqlite3_stmt *s, struct share *ret_s)
{
    *ret_s = (struct share){.number = sqlite3_column_int64(s, 0),
                            .place = sqlite3_column_int(s, 1),
                            .created = sqlite3_column_int64(s, 4),
                            .expires = sqlite3_column_int64(s, 5)};
    store_copy(s, 2, ret_s->path, sizeof ret_s->path);
    store_copy(s, 3, ret_s->who, sizeof ret_s->who);
}

static bool read_one(struct store *st, sqlite3_stmt *s, struct share *ret_s, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        read_row(s, ret_s);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_share_put(struct store *st, const uint8_t token[32], const struct share *s, int64_t *ret_number)
{
    struct share made;
    bool found;
    bool ok =
        store_run(st,
                  "INSERT INTO share(token, place_id, path, who, created, expires)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                  "bdttii", token, (size_t)32, s->place, s->path, s->who, s->created, s->expires) &&
        read_one(st, store_bind(st, COLUMNS "WHERE token = ?1", "b", token, (size_t)32), &made, &found) &&
        found;
    if (ok) {
        *ret_number = made.number;
    }
    return ok;
}

bool store_share_delete(struct store *st, int64_t number, bool *ret_found)
{
    struct share s;
    return store_share_by_number(st, number, &s, ret_found) &&
           store_run(st, "DELETE FROM share WHERE share_id = ?1", "i", number);
}

bool store_share_expire(struct store *st, wall_ms now)
{
    return store_run(st, "DELETE FROM share WHERE expires <= ?1", "i", now);
}

bool store_share_by_token(struct store *st, const uint8_t token[32], wall_ms now, struct share *ret_s,
                          bool *ret_found)
{
    return read_one(st,
                    store_bind(st, COLUMNS "WHERE token = ?1 AND expires > ?2", "bi", token, (size_t)32, now),
                    ret_s, ret_found);
}

bool store_share_by_number(struct store *st, int64_t number, struct share *ret_s, bool *ret_found)
{
    return read_one(st, store_bind(st, COLUMNS "WHERE share_id = ?1", "i", number), ret_s, ret_found);
}

bool store_each_share(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct share *s),
                      void *ctx)
{
    sqlite3_stmt *s = store_bind(st, COLUMNS "WHERE expires > ?1 ORDER BY share_id DESC", "i", now);
    bool failed = false, ok = true;
    while (ok && store_row(st, s, &failed)) {
        struct share one;
        read_row(s, &one);
        ok = each(ctx, &one);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok && !failed;
}
