#include "aggregator/store_retention.h"

#include "aggregator/store_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUARANTINE_ROWS = 50 };
static const char before_setting[] = "raw_before";

bool store_raw_before(struct store *st, wall_ms *ret_before)
{
    char text[24];
    bool ok = store_setting(st, before_setting, text, sizeof text);
    *ret_before = ok ? strtoll(text, NULL, 10) : 0;
    return ok;
}

bool store_set_raw_before(struct store *st, wall_ms before)
{
    char text[24];
    wall_ms was;
    if (!store_raw_before(st, &was)) {
        return false;
    }
    snprintf(text, sizeof text, "%lld", (long long)before);
    return before <= was || store_set_setting(st, before_setting, text);
}

struct old_pack {
    int64_t event_id, first_seq, last_event;
    int32_t epoch_id;
    int n;
    wall_ms arrived;
    void *data; // owned
    size_t bytes;
};

// ---------------------------------------------------------------- whole packs

bool store_keep_keys(struct store *st, int32_t epoch_id, int64_t first_seq, int n)
{
    return store_run(st, "UPDATE gone SET n = n + ?3 WHERE epoch_id = ?1 AND first_seq + n = ?2", "did",
                     epoch_id, first_seq, n) &&
           (sqlite3_changes(st->db) > 0 ||
            store_run(st, "INSERT INTO gone VALUES(?1, ?2, ?3)", "did", epoch_id, first_seq, n));
}

static bool delete_pack(struct store *st, const struct old_pack *p)
{
    return store_keep_keys(st, p->epoch_id, p->first_seq, p->n) &&
           store_run(st, "DELETE FROM verdict WHERE event_id BETWEEN ?1 AND ?2 AND epoch_id = ?3", "iid",
                     p->event_id, p->last_event, p->epoch_id) &&
           store_run(st, "DELETE FROM pack WHERE event_id = ?1", "i", p->event_id);
}

// Does somebody wait to be called? Then what they said stays until that is over.
static bool has_contact(struct store *st, const struct old_pack *p, bool *ret)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT 1 FROM contact WHERE event_id BETWEEN ?1 AND ?2 AND epoch_id = ?3 LIMIT 1",
                   "iid", p->event_id, p->last_event, p->epoch_id);
    *ret = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

// Has a visit that goes on in another pack an answer there that is to be proven yet? By its rating and its service all
// of it is counted.
static bool goes_on(struct store *st, const struct old_pack *p, wall_ms before, bool *ret)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT 1 FROM event o WHERE epoch_id = ?1 AND seq >= ?2 - ?4 AND seq <= ?3 + ?4"
        " AND seq NOT BETWEEN ?2 AND ?3 AND at >= ?5 AND (visit BETWEEN ?2 AND ?3 OR EXISTS(SELECT 1"
        " FROM event WHERE epoch_id = ?1 AND seq BETWEEN ?2 AND ?3 AND visit = o.visit)) LIMIT 1",
        "diidi", p->epoch_id, p->first_seq, p->first_seq + p->n - 1, (int)ROLLUP_VISIT_SPAN, before);
    *ret = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- within a pack

// Writes the pack anew without words that are too old. *ret_newest: of its answers; false: memory, or damage.
static bool strip(struct store *st, const struct old_pack *p, wall_ms before, wall_ms *ret_newest,
                  bool *ret_changed)
{
    struct pack_writer w = {.data = NULL};
    struct pack_reader r;
    struct packed one;
    bool damaged = false, ok = true, changed = false;
    *ret_newest = INT64_MIN;
    pack_read(&r, p->data, p->bytes, p->n, p->event_id, p->first_seq, p->arrived);
    while (ok && pack_next(&r, &one, &damaged)) {
        char *body = NULL;
        bool words = one.at < before && one.body != NULL;
        *ret_newest = one.at > *ret_newest ? one.at : *ret_newest;
        if (words) {
            ok = store_strip_body(&one, STRIP_OLD, &body, &words);
        }
        if (ok && words) {
            changed = true;
            one.flags |= one.kind == EVENT_TEXT ? EVENT_ERASED : 0;
            one.body = body;
            one.body_bytes = body != NULL ? strlen(body) : 0;
        }
        ok = ok && pack_add(&w, &one);
        free(body);
    }
    if (!ok || damaged) {
        pack_writer_finish(&w);
        if (damaged) {
            st->error = STORE_DAMAGED;
            snprintf(st->why, sizeof st->why, "the pack of event %lld is damaged", (long long)p->event_id);
        }
        return damaged ? false : store_no_memory(st);
    }
    ok = !changed ||
         store_run(st, "UPDATE pack SET data = ?2 WHERE event_id = ?1", "ib", p->event_id, w.data, w.n);
    *ret_changed = *ret_changed || changed;
    pack_writer_finish(&w);
    return ok;
}

// ---------------------------------------------------------------- slices

// The next one. *ret_found false: there is none.
static bool load(struct store *st, int64_t after, struct old_pack *ret_p, bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT event_id, epoch_id, first_seq, n, last_event, arrived, data FROM pack"
                   " WHERE event_id > ?1 ORDER BY event_id LIMIT 1",
                   "i", after);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        *ret_p = (struct old_pack){.event_id = sqlite3_column_int64(s, 0),
                                   .epoch_id = sqlite3_column_int(s, 1),
                                   .first_seq = sqlite3_column_int64(s, 2),
                                   .n = sqlite3_column_int(s, 3),
                                   .last_event = sqlite3_column_int64(s, 4),
                                   .arrived = sqlite3_column_int64(s, 5),
                                   .bytes = (size_t)sqlite3_column_bytes(s, 6)};
        ret_p->data = malloc(ret_p->bytes + 1);
        failed = ret_p->data == NULL && !store_no_memory(st);
        if (!failed) {
            memcpy(ret_p->data, sqlite3_column_blob(s, 6), ret_p->bytes);
        }
        sqlite3_reset(s);
    }
    return !failed;
}

static bool retain_one(struct store *st, const struct store_retention *r, const struct old_pack *p,
                       bool *changed)
{
    wall_ms newest;
    bool waits = false, on = false;
    if (!strip(st, p, r->comments_before, &newest, changed)) {
        return false;
    }
    if (newest >= r->raw_before || p->event_id >= st->last_pack) {
        return true;
    }
    if (!has_contact(st, p, &waits) || !goes_on(st, p, r->raw_before, &on)) {
        return false;
    }
    *changed = *changed || !(waits || on);
    return waits || on || delete_pack(st, p);
}

static bool blank_quarantine(struct store *st, wall_ms before, bool *changed)
{
    bool ok =
        store_run(st,
                  "UPDATE quarantine SET payload = x'' WHERE quarantine_id IN (SELECT quarantine_id FROM"
                  " quarantine WHERE at < ?1 AND length(payload) > 0 ORDER BY quarantine_id LIMIT ?2)",
                  "id", before, (int)QUARANTINE_ROWS);
    *changed = *changed || (ok && sqlite3_changes(st->db) > 0);
    return ok;
}

bool store_retain(struct store *st, const struct store_retention *r, wall_ms settled, int64_t through,
                  int packs, int64_t *cursor, bool *ret_more, bool *ret_changed)
{
    bool ok = store_flush_events(st), found = true;
    *ret_changed = false;
    ok = ok && blank_quarantine(st, r->comments_before, ret_changed);
    for (int i = 0; ok && found && i < packs; i++) {
        struct old_pack p;
        ok = load(st, *cursor, &p, &found);
        if (!ok || !found) {
            break;
        }
        if (p.last_event > through) {
            found = false; // as all behind it
        } else {
            *cursor = p.event_id;
            ok = p.arrived >= settled || retain_one(st, r, &p, ret_changed);
        }
        free(p.data);
    }
    *ret_more = ok && found;
    return ok;
}
