#include "aggregator/names.h"

#include "shared/hash.h"
#include "shared/ident.h"

#include <stdlib.h>
#include <string.h>

static const char *id_at(const struct names *n, int32_t position)
{
    return ((const struct ident *)(const void *)(n->first + (size_t)position * n->stride))->s;
}

static int32_t *slot(const struct names *n, const char *id)
{
    for (uint64_t i = hash_text(HASH_START, id);; i++) {
        int32_t *s = &n->slots[i & (n->size - 1)];
        if (*s == 0 || strcmp(id_at(n, *s - 1), id) == 0) {
            return s;
        }
    }
}

bool names_make(struct names *ret, const void *items, size_t count, size_t stride, size_t id)
{
    struct names n = {.first = items != NULL ? (const char *)items + id : NULL, .stride = stride, .size = 16};
    while (n.size < 2 * (count + 1)) {
        n.size *= 2;
    }
    n.slots = calloc(n.size, sizeof *n.slots);
    if (n.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        int32_t *s = slot(&n, id_at(&n, (int32_t)i));
        *s = *s == 0 ? (int32_t)i + 1 : *s;
    }
    *ret = n;
    return true;
}

int32_t names_find(const struct names *n, const char *id)
{
    return n->size > 0 ? *slot(n, id) - 1 : -1;
}

void names_finish(struct names *n)
{
    free(n->slots);
    *n = (struct names){.slots = NULL};
}
