// silence: the list of those in force.
#include "aggregator/silence.h"

#include <stdlib.h>

void silences_finish(struct silences *l)
{
    free(l->items);
    *l = (struct silences){NULL, 0, 0};
}

bool silences_add(struct silences *l, const struct silence *s)
{
    if (l->count == l->room) {
        size_t room = l->room == 0 ? 16 : l->room * 2;
        struct silence *grown = realloc(l->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        l->items = grown;
        l->room = room;
    }
    l->items[l->count++] = *s;
    return true;
}

bool silences_end(struct silences *l, int64_t id)
{
    for (size_t i = 0; i < l->count; i++) {
        if (l->items[i].id == id) {
            l->items[i] = l->items[--l->count];
            return true;
        }
    }
    return false;
}

bool silences_expire(struct silences *l, wall_ms now)
{
    size_t kept = 0, before = l->count;
    for (size_t i = 0; i < before; i++) {
        if (l->items[i].until > now) {
            l->items[kept++] = l->items[i];
        }
    }
    l->count = kept;
    return kept < before;
}

bool silences_cover(const struct silences *l, int32_t rule, int32_t place, int32_t kiosk, wall_ms now,
                    bool (*under)(void *ctx, int32_t place, int32_t above), void *ctx)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct silence *s = &l->items[i];
        if (now < s->until && (s->rule == 0 || s->rule == rule) && (s->kiosk == 0 || s->kiosk == kiosk) &&
            under(ctx, place, s->place)) {
            return true;
        }
    }
    return false;
}
