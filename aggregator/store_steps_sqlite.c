// store: the privacy steps: up to which vote each branch is shown, and what has come since.
#include "aggregator/store_impl.h"

bool store_each_released(struct store *st, bool (*each)(void *ctx, const struct store_released *r), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st, "SELECT place_id, event_id, rev, at FROM released", "");
    while (go && store_row(st, s, &failed)) {
        struct store_released r = {sqlite3_column_int(s, 0), sqlite3_column_int64(s, 1),
                                   sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3)};
        go = each(ctx, &r);
    }
    return go && !failed;
}

bool store_put_released(struct store *st, const struct store_released *r)
{
    return store_run(
        st,
        "INSERT INTO released VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET event_id = excluded.event_id,"
        " at = excluded.at, rev = excluded.rev",
        "diii", r->place, r->event_id, r->at, r->rev);
}

bool store_votes_after(struct store *st, int32_t place, int64_t event_id, struct store_unreleased *ret)
{
    bool failed = !store_flush_events(st);
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT coalesce(sum(kind IN (0, 4) AND (flags & 92) = 0), 0),"
                   " coalesce(min(iif(kind IN (0, 4) AND (flags & 92) = 0, arrived, NULL)), 0),"
                   " coalesce(max(event_id), 0) FROM event WHERE place_id = ?1 AND event_id > ?2"
                   " AND epoch_id NOT IN (SELECT epoch_id FROM import)", // history is no vote of now
                   "di", place, event_id);
    if (store_row(st, s, &failed)) {
        *ret = (struct store_unreleased){sqlite3_column_int(s, 0), sqlite3_column_int64(s, 1),
                                         sqlite3_column_int64(s, 2)};
        sqlite3_reset(s);
    }
    return !failed;
}
