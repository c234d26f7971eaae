// store: the survey on the customer's own phone.
#include "aggregator/store_phone.h"

#include "aggregator/store_impl.h"

#include <string.h>

#define COLUMNS "SELECT phone_id, place_id, kiosk_id, token, who, created, ended IS NOT NULL FROM phone "

static void read_row(sqlite3_stmt *s, struct phone *ret_p)
{
    *ret_p = (struct phone){.number = sqlite3_column_int64(s, 0),
                            .place = sqlite3_column_int(s, 1),
                            .kiosk = sqlite3_column_int(s, 2),
                            .created = sqlite3_column_int64(s, 5),
                            .ended = sqlite3_column_int(s, 6) != 0};
    store_copy(s, 3, ret_p->token, sizeof ret_p->token);
    store_copy(s, 4, ret_p->who, sizeof ret_p->who);
}

static bool read_one(struct store *st, sqlite3_stmt *s, struct phone *ret_p, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        read_row(s, ret_p);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_phone_put(struct store *st, const struct phone *p, int64_t *ret_number)
{
    struct phone made;
    bool found;
    bool ok =
        store_run(st, "INSERT INTO phone(token, place_id, kiosk_id, who, created) VALUES(?1, ?2, ?3, ?4, ?5)",
                  "tddti", p->token, p->place, p->kiosk, p->who, p->created) &&
        store_phone_by_token(st, p->token, &made, &found) && found;
    if (ok) {
        *ret_number = made.number;
    }
    return ok;
}

bool store_is_phones(struct store *st, int32_t kiosk, bool *ret_is)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM phone WHERE kiosk_id = ?1 LIMIT 1", "d", kiosk);
    *ret_is = store_row(st, s, &failed);
    if (*ret_is) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_phone_end(struct store *st, int64_t number, wall_ms at, const char *who, bool *ret_found)
{
    struct phone p;
    if (!store_phone_by_number(st, number, &p, ret_found)) {
        return false;
    }
    *ret_found = *ret_found && !p.ended;
    return !*ret_found || store_run(st, "UPDATE phone SET ended = ?2, ended_by = ?3 WHERE phone_id = ?1",
                                    "iit", number, at, who);
}

bool store_phone_visit(struct store *st, int32_t kiosk, const uint8_t visit[PHONE_VISIT_BYTES],
                       int32_t *ret_epoch_id, int64_t *ret_seq, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT epoch_id, seq FROM phone_visit WHERE kiosk_id = ?1 AND visit = ?2", "db",
                   kiosk, visit, (size_t)PHONE_VISIT_BYTES);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_epoch_id = sqlite3_column_int(s, 0);
        *ret_seq = sqlite3_column_int64(s, 1);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_phone_put_visit(struct store *st, int32_t kiosk, const uint8_t visit[PHONE_VISIT_BYTES],
                           int32_t epoch_id, int64_t seq, wall_ms at)
{
    return store_run(st, "INSERT INTO phone_visit VALUES(?1, ?2, ?3, ?4, ?5)", "dbdii", kiosk, visit,
                     (size_t)PHONE_VISIT_BYTES, epoch_id, seq, at);
}

bool store_phone_expire(struct store *st, wall_ms now)
{
    return store_run(st, "DELETE FROM phone_visit WHERE at < ?1", "i",
                     now - PHONE_VISIT_DAYS * INT64_C(86400000));
}

bool store_phone_by_token(struct store *st, const char *token, struct phone *ret_p, bool *ret_found)
{
    return read_one(st, store_bind(st, COLUMNS "WHERE token = ?1 AND ended IS NULL", "t", token), ret_p,
                    ret_found);
}

bool store_phone_by_number(struct store *st, int64_t number, struct phone *ret_p, bool *ret_found)
{
    return read_one(st, store_bind(st, COLUMNS "WHERE phone_id = ?1", "i", number), ret_p, ret_found);
}

bool store_phone_of_place(struct store *st, int32_t place, struct phone *ret_p, bool *ret_found)
{
    return read_one(st,
                    store_bind(st, COLUMNS "WHERE place_id = ?1 ORDER BY phone_id DESC LIMIT 1", "d", place),
                    ret_p, ret_found);
}

bool store_each_phone(struct store *st, bool (*each)(void *ctx, const struct phone *p), void *ctx)
{
    sqlite3_stmt *s = store_bind(st, COLUMNS "WHERE ended IS NULL ORDER BY phone_id DESC", "");
    bool failed = false, ok = true;
    while (ok && store_row(st, s, &failed)) {
        struct phone one;
        read_row(s, &one);
        ok = each(ctx, &one);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok && !failed;
}
