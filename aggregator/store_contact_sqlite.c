// store: contact data, apart from the events, until it expires.
#include "aggregator/store_contact.h"

#include "aggregator/store_impl.h"

#include <string.h>

enum { DAY_MS = 86400000 };

bool store_put_contact(struct store *st, const struct stored_event *s)
{
    const struct event *e = s->e;
    int days = e->keep_days > 0 ? e->keep_days : PROTOCOL_KEEP_DAYS;
    days = st->contact_days > 0 && st->contact_days < days ? st->contact_days : days;
    wall_ms expires = s->at + (wall_ms)days * DAY_MS;
    if (e->text[0] == '\0' || expires <= s->arrived || (s->flags & EVENT_VOIDED) != 0) {
        return true;
    }
    return store_run(st, "INSERT INTO contact VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "idiitdtt",
                     s->event_id, s->epoch_id, e->seq, expires, e->survey.s, e->version, e->lang, e->text);
}

void store_keep_contacts(struct store *st, int days)
{
    st->contact_days = days;
}

bool store_contacts_due(struct store *st, wall_ms now, bool *ret_due)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM contact WHERE expires <= ?1 LIMIT 1", "i", now);
    *ret_due = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_expire_contacts(struct store *st, wall_ms now, int limit)
{
    return store_run(st,
                     "DELETE FROM contact WHERE event_id IN"
                     " (SELECT event_id FROM contact WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
                     "id", now, limit);
}

bool store_contact_sealed(struct store *st, int64_t event_id, char **ret_sealed)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT sealed FROM contact WHERE event_id = ?1", "i", event_id);
    *ret_sealed = NULL;
    if (store_row(st, s, &failed)) {
        const char *sealed = (const char *)sqlite3_column_text(s, 0);
        *ret_sealed = sealed != NULL ? strdup(sealed) : NULL;
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_erase_contact(struct store *st, int64_t event_id, bool *ret_found)
{
    bool ok = store_run(st, "DELETE FROM contact WHERE event_id = ?1", "i", event_id);
    *ret_found = ok && sqlite3_changes(st->db) > 0;
    return ok;
}

bool store_empty_log(struct store *st)
{
    store_recount_stop(st);
    sqlite3_busy_timeout(st->db, 0); // a page that reads just now is not waited for
    int rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(st->db, STORE_BUSY_MS);
    return rc == SQLITE_OK;
}
