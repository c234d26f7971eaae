// store: reports by mail.
#include "aggregator/store_mailing.h"

#include "aggregator/store_impl.h"

static bool exists(struct store *st, sqlite3_stmt *s, bool *ret_found)
{
    bool failed = false;
    *ret_found = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_mailing_put(struct store *st, const struct mailing_post *p)
{
    return store_run(st,
                     "INSERT INTO mailing_recipient(mailing, recipient, token) VALUES(?1, ?2, ?3) ON "
                     "CONFLICT DO NOTHING",
                     "ttt", p->mailing.s, p->recipient, p->token) &&
           store_run(st,
                     "INSERT INTO mailing_sent(mailing, recipient, to_day, from_day, id) VALUES(?1, ?2, ?3, "
                     "?4, ?5)",
                     "ttddt", p->mailing.s, p->recipient, p->to, p->from, p->id);
}

bool store_mailing_token(struct store *st, const char *token, bool *ret_found)
{
    return exists(st, store_bind(st, "SELECT 1 FROM mailing_recipient WHERE token = ?1", "t", token),
                  ret_found);
}

bool store_mailing_stop(struct store *st, const char *token, wall_ms now, bool *ret_found)
{
    return store_mailing_token(st, token, ret_found) &&
           store_run(st, "UPDATE mailing_recipient SET stopped = coalesce(stopped, ?2) WHERE token = ?1",
                     "ti", token, now);
}

bool store_mailing_due(struct store *st, const char *mailing, const char *recipient, int32_t to,
                       bool *ret_due)
{
    bool found;
    if (!exists(
            st,
            store_bind(
                st,
                "SELECT 1 FROM mailing_sent WHERE mailing = ?1 AND recipient = ?2 AND to_day >= ?3 UNION ALL"
                " SELECT 1 FROM mailing_recipient WHERE mailing = ?1 AND recipient = ?2"
                " AND stopped IS NOT NULL LIMIT 1",
                "ttd", mailing, recipient, to),
            &found)) {
        return false;
    }
    *ret_due = !found;
    return true;
}

bool store_mailing_reader(struct store *st, const char *mailing, const char *recipient, bool *ret_any,
                          int32_t *ret_through, wall_ms *ret_stopped)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT (SELECT max(to_day) FROM mailing_sent WHERE mailing = ?1 AND recipient = ?2),"
                   " (SELECT stopped FROM mailing_recipient WHERE mailing = ?1 AND recipient = ?2)",
                   "tt", mailing, recipient);
    if (store_row(st, s, &failed)) {
        *ret_any = sqlite3_column_type(s, 0) != SQLITE_NULL;
        *ret_through = sqlite3_column_int(s, 0);
        *ret_stopped = sqlite3_column_int64(s, 1);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_mailing_by_id(struct store *st, const char *id, struct mailing_post *ret_p, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT s.id, mailing, recipient, from_day, to_day, token FROM mailing_sent s"
                   " JOIN mailing_recipient USING(mailing, recipient) WHERE s.id = ?1 AND stopped IS NULL",
                   "t", id);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_p = (struct mailing_post){.from = sqlite3_column_int(s, 3), .to = sqlite3_column_int(s, 4)};
        store_copy(s, 0, ret_p->id, sizeof ret_p->id);
        store_copy(s, 1, ret_p->mailing.s, sizeof ret_p->mailing.s);
        store_copy(s, 2, ret_p->recipient, sizeof ret_p->recipient);
        store_copy(s, 5, ret_p->token, sizeof ret_p->token);
        sqlite3_reset(s);
    }
    return !failed;
}
