// store: things of the document, as they are written.
#include "aggregator/store_item.h"

#include "aggregator/store_impl.h"

bool store_each_item(struct store *st, const char *list,
                     bool (*each)(void *ctx, const char *id, const char *body), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st, "SELECT id, body FROM item WHERE list = ?1 ORDER BY item_id", "t", list);
    while (go && store_row(st, s, &failed)) {
        go = each(ctx, (const char *)sqlite3_column_text(s, 0), (const char *)sqlite3_column_text(s, 1));
    }
    if (!go) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

bool store_put_item(struct store *st, const char *list, const char *id, const char *body)
{
    return store_run(st,
                     "INSERT INTO item(list, id, body) VALUES(?1, ?2, ?3)"
                     " ON CONFLICT(list, id) DO UPDATE SET body = excluded.body",
                     "ttt", list, id, body);
}

bool store_drop_item(struct store *st, const char *list, const char *id)
{
    return store_run(st, "DELETE FROM item WHERE list = ?1 AND id = ?2", "tt", list, id);
}
