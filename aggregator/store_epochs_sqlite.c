// store: epochs, and what of them is settled.
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <string.h>

bool store_epoch(struct store *st, int32_t kiosk, const uint8_t *epoch, wall_ms at, bool create,
                 struct store_epoch *ret_e, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT epoch_id, through, voids FROM epoch WHERE kiosk_id = ?1 AND epoch = ?2", "db",
                   kiosk, epoch, (size_t)EPOCH_BYTES);
    if (store_row(st, s, &failed)) {
        *ret_e = (struct store_epoch){sqlite3_column_int(s, 0), kiosk, sqlite3_column_int64(s, 1),
                                      sqlite3_column_int(s, 2)};
        sqlite3_reset(s);
        *ret_found = true;
        return true;
    }
    *ret_found = false;
    if (failed) {
        return false;
    }
    if (!create) {
        return true;
    }
    *ret_e = (struct store_epoch){.epoch_id = (int32_t)st->next_epoch, .kiosk = kiosk};
    return store_run(st, "INSERT INTO epoch(epoch_id, kiosk_id, epoch, born) VALUES(?1, ?2, ?3, ?4)", "idbi",
                     st->next_epoch++, kiosk, epoch, (size_t)EPOCH_BYTES, at);
}

bool store_epoch_bytes(struct store *st, int32_t epoch_id, uint8_t *ret)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT epoch FROM epoch WHERE epoch_id = ?1", "d", epoch_id);
    if (!store_row(st, s, &failed)) {
        return false;
    }
    memcpy(ret, sqlite3_column_blob(s, 0), EPOCH_BYTES);
    sqlite3_reset(s);
    return true;
}

bool store_each_settled(struct store *st, const struct store_epoch *e, bool (*each)(void *ctx, int64_t seq),
                        void *ctx)
{
    bool failed = !store_flush_events(st), go = true;
    // Packs by their first seq: the one that holds `through` may reach above it.
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT first_seq, n FROM pack WHERE epoch_id = ?1 AND first_seq > ?2 - ?3"
                   " UNION ALL SELECT seq, 1 FROM quarantine WHERE epoch_id = ?1 AND seq > ?2"
                   " UNION ALL SELECT first_seq, n FROM gone WHERE epoch_id = ?1 AND first_seq + n > ?2 + 1"
                   " ORDER BY 1",
                   "did", e->epoch_id, e->through, (int)PACK_ANSWERS_MAX);
    while (go && store_row(st, s, &failed)) {
        int64_t first = sqlite3_column_int64(s, 0), n = sqlite3_column_int64(s, 1);
        for (int64_t seq = first; go && seq < first + n; seq++) {
            go = seq <= e->through || each(ctx, seq);
        }
    }
    sqlite3_reset(s);
    return go && !failed;
}

bool store_epoch_through(struct store *st, int32_t epoch_id, int64_t through)
{
    return store_run(st, "UPDATE epoch SET through = ?2 WHERE epoch_id = ?1", "di", epoch_id, through);
}

bool store_epoch_known(struct store *st, int32_t epoch_id, const struct health_epoch *h, wall_ms at)
{
    char known[PROTOCOL_SCORE_MAX * 20 + 1] = "";
    for (int i = 0; i < h->of; i++) {
        size_t n = strlen(known);
        snprintf(known + n, sizeof known - n, "%s%lld", i > 0 ? " " : "", (long long)h->votes[i]);
    }
    return store_run(st,
                     "UPDATE epoch SET known = ?2, known_next = ?3, known_at = ?4, lost = ?5"
                     " WHERE epoch_id = ?1 AND known_next <= ?3",
                     "dtiii", epoch_id, known, h->next_seq, at, h->lost);
}
