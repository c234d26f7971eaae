// store: small packs of one epoch, side by side, become large ones. A pack of one answer takes some sixty
// bytes with its place in the indexes, one of seventy some twelve an answer.
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE_PACKS = 256 }; // of one epoch at a time: some milliseconds

struct small {
    int64_t event_id, first_seq;
    wall_ms arrived;
    int32_t place;
    int n;
    void *data; // owned
    size_t bytes;
};

struct slice {
    int32_t epoch_id;
    int64_t packed; // every seq up to here has been looked at
    struct small packs[SLICE_PACKS];
    int count;
};

static void slice_destroy(struct slice *c)
{
    for (int i = 0; c != NULL && i < c->count; i++) {
        free(c->packs[i].data);
    }
    free(c);
}

// The next packs of the epoch that are old enough and judged.
static bool load(struct store *st, struct slice *c, wall_ms before, int64_t through)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT event_id, first_seq, place_id, n, arrived, data FROM pack WHERE epoch_id = ?1"
                   " AND first_seq > ?2 ORDER BY first_seq LIMIT ?3",
                   "did", c->epoch_id, c->packed, (int)SLICE_PACKS);
    while (store_row(st, s, &failed)) {
        struct small p = {.event_id = sqlite3_column_int64(s, 0),
                          .first_seq = sqlite3_column_int64(s, 1),
                          .place = sqlite3_column_int(s, 2),
                          .n = sqlite3_column_int(s, 3),
                          .arrived = sqlite3_column_int64(s, 4),
                          .bytes = (size_t)sqlite3_column_bytes(s, 5)};
        if (p.arrived >= before || p.event_id > through || p.event_id >= st->last_pack) {
            break;
        }
        p.data = malloc(p.bytes + 1);
        if (p.data == NULL) {
            failed = true;
            break;
        }
        memcpy(p.data, sqlite3_column_blob(s, 5), p.bytes);
        c->packs[c->count++] = p;
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

static bool follows(const struct small *a, int64_t a_last_event, const struct small *b)
{
    return a->place == b->place && a->first_seq + a->n == b->first_seq && b->event_id > a_last_event;
}

// Puts packs [from, to) into one.
static bool write_one(struct store *st, const struct slice *c, int from, int to, const struct pack_writer *w)
{
    bool ok = true;
    for (int i = from; ok && i < to; i++) {
        ok = store_run(st, "DELETE FROM pack WHERE event_id = ?1", "i", c->packs[i].event_id);
    }
    return ok && store_run(st, "INSERT INTO pack VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", "ididiiib",
                           w->first.event_id, c->epoch_id, w->first.seq, c->packs[from].place,
                           (int64_t)w->count, w->last.event_id, w->first.arrived, w->data, w->n);
}

// Adds the answers of a pack. False: memory ran out, or its bytes are damaged.
static bool add_all(struct pack_writer *w, const struct small *p)
{
    struct pack_reader r;
    struct packed one;
    bool damaged = false, ok = true;
    pack_read(&r, p->data, p->bytes, p->n, p->event_id, p->first_seq, p->arrived);
    while (ok && pack_next(&r, &one, &damaged)) {
        ok = pack_add(w, &one);
    }
    return ok && !damaged;
}

static bool put_together(struct store *st, struct slice *c)
{
    struct pack_writer w = {.data = NULL};
    bool ok = true;
    for (int from = 0, to; ok && from < c->count; from = to) {
        pack_writer_clear(&w);
        ok = add_all(&w, &c->packs[from]);
        for (to = from + 1;
             ok && to < c->count && follows(&c->packs[to - 1], w.last.event_id, &c->packs[to]) &&
             w.count + c->packs[to].n <= PACK_ANSWERS_MAX && w.n + 2 * c->packs[to].bytes < PACK_BYTES_MAX;
             to++) {
            ok = add_all(&w, &c->packs[to]);
        }
        if (!ok) {
            st->error = STORE_DAMAGED;
            snprintf(st->why, sizeof st->why, "the packs of epoch %d cannot be read", (int)c->epoch_id);
        } else if (to > from + 1) {
            ok = write_one(st, c, from, to, &w);
        }
        c->packed = c->packs[to - 1].first_seq + c->packs[to - 1].n - 1;
    }
    pack_writer_finish(&w);
    return ok;
}

bool store_compact(struct store *st, wall_ms before, int64_t through, int32_t *epoch_id, bool *ret_more)
{
    bool failed = !store_flush_events(st);
    struct slice *c = calloc(1, sizeof *c);
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT epoch_id, packed FROM epoch WHERE packed < through AND epoch_id > ?1"
                                 " ORDER BY epoch_id LIMIT 1",
                                 "d", *epoch_id);
    *ret_more = false;
    if (failed || c == NULL || !store_row(st, s, &failed)) {
        *epoch_id = 0;
        free(c);
        return !failed;
    }
    *ret_more = true;
    c->epoch_id = sqlite3_column_int(s, 0);
    c->packed = sqlite3_column_int64(s, 1);
    sqlite3_reset(s);
    bool ok = load(st, c, before, through) && put_together(st, c) &&
              (c->count == 0 || store_run(st, "UPDATE epoch SET packed = ?2 WHERE epoch_id = ?1", "di",
                                          c->epoch_id, c->packed));
    *epoch_id = ok && c->count == SLICE_PACKS ? c->epoch_id - 1 : c->epoch_id; // there may be more of it
    slice_destroy(c);
    return ok;
}
