// store: rollups up the place tree, by the day and hour of each vote's place.
#include "aggregator/store_impl.h"

#include <string.h>

void store_set_tree(struct store *st, const struct store_tree *t)
{
    st->tree = t != NULL ? *t : (struct store_tree){.above = NULL};
}

static bool write_bucket(struct store *st, const struct store_bucket *b)
{
    const int *c = b->c;
    return store_run(st,
                     "INSERT INTO day_tally(place_id, day, name_id, levels,"
                     " c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
                     " ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "ddddddddddddddd", b->place, b->day, b->name, b->levels, c[0], c[1], c[2], c[3], c[4],
                     c[5], c[6], c[7], c[8], c[9], c[10]) &&
           store_run(st,
                     "INSERT INTO hour_tally(place_id, day, hour, name_id, levels,"
                     " c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
                     " ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "dddddddddddddddd", b->place, b->day, b->hour, b->name, b->levels, c[0], c[1], c[2],
                     c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10]);
}

bool store_flush_buckets(struct store *st)
{
    bool ok = true;
    for (int i = 0; i < st->bucket_count; i++) {
        st->bucket_slots[st->buckets[i].slot] = 0;
        ok = ok && write_bucket(st, &st->buckets[i]);
    }
    st->bucket_count = 0;
    return ok;
}

void store_drop_buckets(struct store *st)
{
    memset(st->bucket_slots, 0, sizeof st->bucket_slots);
    st->bucket_count = 0;
}

// The row of this transaction. NULL: there is no room for another.
static struct store_bucket *bucket_of(struct store *st, const struct store_bucket *key)
{
    uint64_t h = (uint64_t)key->place * 0x9e3779b97f4a7c15u + (uint64_t)key->name +
                 ((uint64_t)key->day * 24 + (uint64_t)key->hour) * 0xbf58476d1ce4e5b9u;
    int slot = (int)((h >> 32) % BUCKET_SLOTS);
    for (; st->bucket_slots[slot] != 0; slot = (slot + 1) % BUCKET_SLOTS) {
        struct store_bucket *b = &st->buckets[st->bucket_slots[slot] - 1];
        if (b->place == key->place && b->day == key->day && b->hour == key->hour && b->name == key->name &&
            b->levels == key->levels) {
            return b;
        }
    }
    if (st->bucket_count == BUCKETS_MAX) {
        return NULL;
    }
    struct store_bucket *b = &st->buckets[st->bucket_count++];
    *b = *key;
    b->slot = slot;
    st->bucket_slots[slot] = (int16_t)st->bucket_count;
    return b;
}

bool store_count_up(struct store *st, int32_t place, int32_t name, wall_ms at, int score, int of, int by)
{
    int32_t above[STORE_TREE_DEPTH];
    struct store_bucket key = {.name = name, .levels = of};
    if (st->tree.above == NULL) {
        return true;
    }
    int n = st->tree.above(st->tree.ctx, place, above, STORE_TREE_DEPTH);
    st->tree.local(st->tree.ctx, place, at, &key.day, &key.hour);
    for (int i = 0; i < n; i++) {
        key.place = above[i];
        struct store_bucket *b = bucket_of(st, &key);
        if (b == NULL) {
            if (!store_flush_buckets(st)) {
                return false;
            }
            b = bucket_of(st, &key);
        }
        b->c[score - 1] += by;
    }
    return true;
}

bool store_rebuild_rollups(struct store *st, int64_t *ret_votes)
{
    bool failed = !store_flush_events(st) || !store_flush_tallies(st) ||
                  !store_run(st, "DELETE FROM day_tally", "") || !store_run(st, "DELETE FROM hour_tally", "");
    *ret_votes = 0;
    if (failed) {
        return false;
    }
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT place_id, name_id, at, score, levels FROM event"
                                 " WHERE kind IN (0, 4) AND (flags & 28) = 0",
                                 "");
    while (!failed && store_row(st, s, &failed)) {
        failed = !store_count_up(st, sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
                                 sqlite3_column_int64(s, 2), sqlite3_column_int(s, 3),
                                 sqlite3_column_int(s, 4), 1);
        ++*ret_votes;
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed && store_flush_buckets(st);
}
