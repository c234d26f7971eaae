#include "aggregator/store_import.h"

#include "aggregator/store_impl.h"
#include "aggregator/store_segments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                              \
    "SELECT import_id, epoch_id, sha256, name, who, at, state, lines, answers, rejected, first_at, last_at"  \
    " FROM import "

static bool read_one(struct store *st, sqlite3_stmt *s, struct store_import *ret_i)
{
    bool failed = false;
    *ret_i = (struct store_import){.import_id = 0};
    if (store_row(st, s, &failed)) {
        ret_i->import_id = sqlite3_column_int64(s, 0);
        ret_i->epoch_id = sqlite3_column_int(s, 1);
        store_copy(s, 2, ret_i->sha256, sizeof ret_i->sha256);
        store_copy(s, 3, ret_i->name, sizeof ret_i->name);
        store_copy(s, 4, ret_i->who, sizeof ret_i->who);
        ret_i->at = sqlite3_column_int64(s, 5);
        ret_i->state = (enum import_state)sqlite3_column_int(s, 6);
        ret_i->lines = sqlite3_column_int64(s, 7);
        ret_i->answers = sqlite3_column_int64(s, 8);
        ret_i->rejected = sqlite3_column_int64(s, 9);
        ret_i->first_at = sqlite3_column_int64(s, 10);
        ret_i->last_at = sqlite3_column_int64(s, 11);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_find_import(struct store *st, const char *sha256, struct store_import *ret_i, int *ret_count)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT count(*) FROM import WHERE sha256 = ?1", "t", sha256);
    *ret_count = store_row(st, s, &failed) ? sqlite3_column_int(s, 0) : 0;
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed &&
           read_one(st,
                    store_bind(st, COLUMNS "WHERE sha256 = ?1 ORDER BY import_id DESC LIMIT 1", "t", sha256),
                    ret_i);
}

bool store_import(struct store *st, int64_t import_id, struct store_import *ret_i)
{
    return read_one(st, store_bind(st, COLUMNS "WHERE import_id = ?1", "i", import_id), ret_i);
}

bool store_undoing(struct store *st, struct store_import *ret_i)
{
    return read_one(
        st, store_bind(st, COLUMNS "WHERE state = ?1 ORDER BY import_id LIMIT 1", "d", (int)IMPORT_UNDOING),
        ret_i);
}

bool store_put_import(struct store *st, struct store_import *i)
{
    bool failed = false;
    if (i->import_id == 0) {
        sqlite3_stmt *s = store_bind(st, "SELECT coalesce(max(import_id), 0) + 1 FROM import", "");
        if (!store_row(st, s, &failed)) {
            return false;
        }
        i->import_id = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return store_run(
        st, "INSERT OR REPLACE INTO import VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        "idttitdiiiii", i->import_id, i->epoch_id, i->sha256, i->name, i->at, i->who, (int)i->state, i->lines,
        i->answers, i->rejected, i->first_at, i->last_at);
}

bool store_is_import(struct store *st, int32_t epoch_id, bool *ret_is)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM import WHERE epoch_id = ?1", "d", epoch_id);
    *ret_is = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_import_left(struct store *st, const struct store_import *i, int64_t *ret_left)
{
    bool failed = !store_flush_epoch(st, i->epoch_id);
    sqlite3_stmt *s = store_bind(st, "SELECT coalesce(sum(n), 0) FROM pack WHERE epoch_id = ?1", "d", i->epoch_id);
    if (store_row(st, s, &failed)) {
        *ret_left = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- undoing

struct undone_pack {
    int64_t event_id, first_seq;
    int32_t epoch_id, place;
    int n;
    wall_ms arrived;
    void *data; // owned
    size_t bytes;
};

// Takes the choices of a pack out of the rollups, or all else.
static bool uncount(struct store *st, const struct undone_pack *u, int32_t kiosk, bool choices)
{
    struct pack_reader r;
    struct packed p;
    bool ok = true, damaged = false;
    pack_read(&r, u->data, u->bytes, u->n, u->event_id, u->first_seq, u->arrived);
    while (ok && pack_next(&r, &p, &damaged)) {
        ok =
            (p.kind == EVENT_CHOICE) != choices || store_uncount_answer(st, u->epoch_id, kiosk, &p, u->place);
    }
    if (damaged) {
        st->error = STORE_DAMAGED;
        snprintf(st->why, sizeof st->why, "the pack of event %lld is damaged", (long long)u->event_id);
    }
    return ok && !damaged;
}

// The ratings near a pack, by -1 before and 1 after it is gone: visits may reach into it.
static bool move_segments(struct store *st, const struct undone_pack *u, int by)
{
    return store_segment_range(st, u->place, u->epoch_id, 0, u->first_seq - ROLLUP_VISIT_SPAN,
                               u->first_seq + u->n - 1 + ROLLUP_VISIT_SPAN, by);
}

// Choices are taken back as long as the ratings of their visits are there, ratings once those are gone: so what is left
// of a visit in other packs moves once.
static bool undo_pack(struct store *st, const struct undone_pack *u, int32_t kiosk)
{
    return move_segments(st, u, -1) && uncount(st, u, kiosk, true) &&
           store_keep_keys(st, u->epoch_id, u->first_seq, u->n) &&
           store_run(st, "DELETE FROM pack WHERE event_id = ?1", "i", u->event_id) &&
           uncount(st, u, kiosk, false) && move_segments(st, u, 1);
}

bool store_undo_slice(struct store *st, const struct store_import *i, int32_t kiosk, bool *ret_more)
{
    bool failed = !store_flush_epoch(st, i->epoch_id);
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT event_id, first_seq, n, arrived, data, place_id FROM pack WHERE epoch_id = ?1"
                   " ORDER BY first_seq LIMIT 1",
                   "d", i->epoch_id);
    *ret_more = store_row(st, s, &failed);
    if (!*ret_more) {
        return !failed;
    }
    struct undone_pack u = {.event_id = sqlite3_column_int64(s, 0),
                            .first_seq = sqlite3_column_int64(s, 1),
                            .epoch_id = i->epoch_id,
                            .place = sqlite3_column_int(s, 5),
                            .n = sqlite3_column_int(s, 2),
                            .arrived = sqlite3_column_int64(s, 3),
                            .bytes = (size_t)sqlite3_column_bytes(s, 4)};
    u.data = malloc(u.bytes + 1);
    if (u.data != NULL) {
        memcpy(u.data, sqlite3_column_blob(s, 4), u.bytes);
    }
    sqlite3_reset(s);
    bool ok = u.data != NULL ? undo_pack(st, &u, kiosk) : store_no_memory(st);
    free(u.data);
    return ok;
}
