#include "aggregator/rollups.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 256, HOURS = 24 };

void rollups_finish(struct rollups *r)
{
    free(r->items);
    free(r->slots);
    *r = (struct rollups){.items = NULL};
}

void rollups_clear(struct rollups *r)
{
    if (r->room > 0) {
        memset(r->slots, 0, 2 * (size_t)r->room * sizeof *r->slots);
    }
    r->count = 0;
}

static bool same(const struct rollup *a, const struct rollup *b)
{
    return a->kind == b->kind && a->place == b->place && a->day == b->day && a->name == b->name &&
           a->what == b->what;
}

static uint32_t hash(const struct rollup *k)
{
    uint64_t h = (uint64_t)k->kind;
    const uint32_t parts[] = {(uint32_t)k->place, (uint32_t)k->day, (uint32_t)k->name, (uint32_t)k->what};
    for (int i = 0; i < 4; i++) {
        h = (h ^ parts[i]) * 0x9e3779b97f4a7c15u;
        h ^= h >> 29;
    }
    return (uint32_t)(h >> 16);
}

// Where the key stands, or the free slot for it.
static int32_t *slot_of(const struct rollups *r, const struct rollup *k)
{
    uint32_t mask = 2 * (uint32_t)r->room - 1;
    for (uint32_t i = hash(k);; i++) {
        int32_t *s = &r->slots[i & mask];
        if (*s == 0 || same(&r->items[*s - 1], k)) {
            return s;
        }
    }
}

static bool grow(struct rollups *r)
{
    int32_t room = r->room == 0 ? ROOM_FIRST : 2 * r->room;
    int32_t *slots = calloc(2 * (size_t)room, sizeof *slots);
    struct rollup *items = slots != NULL ? realloc(r->items, (size_t)room * sizeof *items) : NULL;
    if (items == NULL) {
        free(slots);
        return false;
    }
    free(r->slots);
    r->items = items;
    r->slots = slots;
    r->room = room;
    for (int32_t i = 0; i < r->count; i++) {
        *slot_of(r, &r->items[i]) = i + 1;
    }
    return true;
}

bool rollups_add(struct rollups *r, const struct rollup *add, int sign)
{
    if (r->count == r->room && !grow(r)) {
        return false;
    }
    int32_t *slot = slot_of(r, add);
    if (*slot == 0) {
        r->items[r->count] = *add;
        memset(r->items[r->count].c, 0, sizeof add->c);
        *slot = ++r->count;
    }
    struct rollup *row = &r->items[*slot - 1];
    for (int i = 0; i < ROLLUP_SCORES; i++) {
        row->c[i] += sign * add->c[i];
    }
    return true;
}

static int places_of(const struct rollup_tree *t, int32_t place, bool up, int32_t *ret)
{
    return t->above(t->ctx, place, ret, up ? ROLLUP_DEPTH_MAX : 1);
}

bool rollups_votes(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int64_t quarter,
                   int32_t name, int levels, const int64_t *c)
{
    int32_t places[ROLLUP_DEPTH_MAX];
    int count = places_of(t, place, up, places), hour;
    struct rollup day = {.kind = ROLLUP_DAY, .name = name, .what = levels};
    if (count == 0) {
        return true;
    }
    t->local(t->ctx, place, quarter * ROLLUP_QUARTER_MS, &day.day, &hour);
    memcpy(day.c, c, sizeof day.c);
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        struct rollup by_hour = day;
        day.place = by_hour.place = places[i];
        by_hour.kind = ROLLUP_HOUR;
        by_hour.what = levels * HOURS + hour;
        ok = rollups_add(r, &day, 1) && rollups_add(r, &by_hour, 1);
    }
    return ok;
}

bool rollups_choices(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int64_t quarter,
                     int32_t name, int32_t option, const int64_t *n)
{
    int32_t places[ROLLUP_DEPTH_MAX];
    int count = places_of(t, place, up, places), hour;
    struct rollup row = {.kind = ROLLUP_CHOICE, .name = name, .what = option};
    if (count == 0) {
        return true;
    }
    memcpy(row.c, n, ROLLUP_NAMED * sizeof *n);
    t->local(t->ctx, place, quarter * ROLLUP_QUARTER_MS, &row.day, &hour);
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        row.place = places[i];
        ok = rollups_add(r, &row, 1);
    }
    return ok;
}

bool rollups_presence(struct rollups *r, const struct rollup_tree *t, int32_t place, bool up, int32_t day,
                      int64_t kiosks, int64_t ready_ms)
{
    int32_t places[ROLLUP_DEPTH_MAX];
    int count = places_of(t, place, up, places);
    struct rollup row = {
        .kind = ROLLUP_PRESENCE, .day = day, .c = {[PRESENT_KIOSKS] = kiosks, [PRESENT_READY_MS] = ready_ms}};
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        row.place = places[i];
        ok = rollups_add(r, &row, 1);
    }
    return ok;
}

int32_t rollup_segment_key(int32_t segment, bool own, int levels)
{
    return (segment * 2 + own) * 16 + levels;
}

int32_t rollup_segment(int32_t key)
{
    return key / 32;
}

bool rollup_segment_own(int32_t key)
{
    return key / 16 % 2 != 0;
}

int rollup_segment_levels(int32_t key)
{
    return key % 16;
}

bool rollup_is_happy(int score, int levels)
{
    return score > levels - (levels >= 4 ? 2 : 1);
}

bool rollup_is_zero(const struct rollup *r)
{
    for (int i = 0; i < ROLLUP_SCORES; i++) {
        if (r->c[i] != 0) {
            return false;
        }
    }
    return true;
}
