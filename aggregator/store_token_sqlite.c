// store: tokens.
#include "aggregator/store_token.h"

#include "aggregator/store_impl.h"

bool store_put_token(struct store *st, const struct store_token *t, bool *ret_taken)
{
    bool ok =
        store_run(st,
                  "INSERT INTO token(name, hash, role, place_id, created, created_by, expires)"
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(name) DO NOTHING",
                  "tbtditi", t->name, t->hash, (size_t)32, t->role, t->place, t->created, t->by, t->expires);
    *ret_taken = ok && sqlite3_changes(st->db) == 0;
    return ok;
}

bool store_end_token(struct store *st, const char *name, bool *ret_found)
{
    bool ok = store_run(st, "DELETE FROM token WHERE name = ?1", "t", name);
    *ret_found = ok && sqlite3_changes(st->db) > 0;
    return ok;
}

bool store_token_used(struct store *st, const uint8_t hash[32], wall_ms at)
{
    return store_run(st, "UPDATE token SET used = ?2 WHERE hash = ?1", "bi", hash, (size_t)32, at);
}
