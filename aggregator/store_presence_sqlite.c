// store: what was told of kiosks.
#include "aggregator/store_presence.h"

#include "aggregator/store_impl.h"
#include "aggregator/store_retention.h"

bool store_presence_put(struct store *st, const struct presence *p)
{
    const struct engine_kiosk_state *s = &p->after;
    return store_run(st, "INSERT INTO presence VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                     "iddiiidiiidi", st->next_presence++, p->kiosk, (int)p->what, p->at, p->last,
                     store_last_event(st), p->kiosk != 0 ? (int)s->presence : (int)p->up, s->presence_at,
                     s->ready_at, s->voted_at, (int)s->facts, s->tampered_at);
}

bool store_presence_any(const struct store *st)
{
    return st->next_presence > 1; // the newest ones always stay
}

// ---------------------------------------------------------------- reading

#define COLUMNS                                                                                              \
    "SELECT presence_id, kiosk_id, what, at, last, event_id, state, state_at, ready_at, voted_at, facts,"    \
    " tampered_at FROM presence"

static struct store_presence row_of(sqlite3_stmt *s)
{
    struct store_presence r = {.number = sqlite3_column_int64(s, 0), .event = sqlite3_column_int64(s, 5)};
    r.p = (struct presence){.kiosk = sqlite3_column_int(s, 1),
                            .what = (enum presence_what)sqlite3_column_int(s, 2),
                            .at = sqlite3_column_int64(s, 3),
                            .last = sqlite3_column_int64(s, 4),
                            .up = sqlite3_column_int(s, 6) != 0};
    r.p.after = (struct engine_kiosk_state){.id = r.p.kiosk,
                                            .presence = sqlite3_column_int(s, 6),
                                            .presence_at = sqlite3_column_int64(s, 7),
                                            .ready_at = sqlite3_column_int64(s, 8),
                                            .voted_at = sqlite3_column_int64(s, 9),
                                            .facts = sqlite3_column_int(s, 10),
                                            .tampered_at = sqlite3_column_int64(s, 11)};
    return r;
}

bool store_presence_each(struct store *st, int32_t kiosk, wall_ms from, wall_ms to,
                         bool (*each)(void *ctx, const struct store_presence *r), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st, COLUMNS " WHERE kiosk_id = ?1 AND at >= ?2 AND at < ?3 ORDER BY at",
                                 "dii", kiosk, from, to);
    while (go && store_row(st, s, &failed)) {
        struct store_presence r = row_of(s);
        go = each(ctx, &r);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

static bool read_one(struct store *st, sqlite3_stmt *s, struct store_presence *ret_r, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_r = row_of(s);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_presence_before(struct store *st, int32_t kiosk, wall_ms at, struct store_presence *ret_r,
                           bool *ret_found)
{
    return read_one(
        st,
        store_bind(st, COLUMNS " WHERE kiosk_id = ?1 AND at < ?2 ORDER BY at DESC, presence_id DESC LIMIT 1",
                   "di", kiosk, at),
        ret_r, ret_found);
}

bool store_presence_since(struct store *st, int32_t kiosk, wall_ms at, struct store_presence *ret_r,
                          bool *ret_found)
{
    return read_one(st,
                    store_bind(st,
                               COLUMNS " WHERE kiosk_id = ?1 AND at >= ?2 ORDER BY at, presence_id LIMIT 1",
                               "di", kiosk, at),
                    ret_r, ret_found);
}

bool store_presence_known(struct store *st, wall_ms *ret_since)
{
    struct store_presence first;
    wall_ms raw_before;
    bool found;
    if (!store_presence_since(st, 0, INT64_MIN, &first, &found) || !store_raw_before(st, &raw_before)) {
        return false;
    }
    *ret_since = !found ? INT64_MAX : first.p.at > raw_before ? first.p.at : raw_before;
    return true;
}

bool store_presence_listened(struct store *st, wall_ms to, wall_ms *ret_until)
{
    struct store_presence next;
    struct engine_clock_state clock = {.now = to};
    char text[ENGINE_TEXT_MAX];
    bool found;
    if (!read_one(
            st,
            store_bind(
                st, COLUMNS " WHERE kiosk_id = 0 AND at >= ?1 AND what = ?2 ORDER BY at, presence_id LIMIT 1",
                "id", to, (int)PRESENCE_LISTENS),
            &next, &found) ||
        !store_setting(st, "engine_clock", text, sizeof text)) {
        return false;
    }
    engine_clock_decode(text, &clock); // "": there is none
    wall_ms until = found ? next.p.last : clock.now;
    *ret_until = until < to ? until : to;
    return true;
}

// ---------------------------------------------------------------- retention

bool store_presence_retain(struct store *st, wall_ms before, int kiosks, int32_t *kiosk, bool *ret_more)
{
    bool failed = false, found = true, ok = true;
    for (int i = 0; ok && found && i < kiosks; i++) {
        sqlite3_stmt *s = store_bind(
            st, "SELECT kiosk_id FROM presence WHERE kiosk_id > ?1 ORDER BY kiosk_id LIMIT 1", "d", *kiosk);
        found = store_row(st, s, &failed);
        if (found) {
            *kiosk = sqlite3_column_int(s, 0);
            sqlite3_reset(s);
            ok = store_run(
                st,
                "DELETE FROM presence WHERE kiosk_id = ?1 AND at < ?2 AND presence_id <> (SELECT presence_id"
                " FROM presence WHERE kiosk_id = ?1 AND at < ?2 ORDER BY at DESC, presence_id DESC LIMIT 1)",
                "di", *kiosk, before);
        }
    }
    *ret_more = found;
    return ok && !failed;
}
