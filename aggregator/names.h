// names: from an id to its position in an array whose items hold one: a document of a chain has ten thousand of them, and
// each is looked up by others. Pure; the array is borrowed, and must not change.
#ifndef PUAS_AGGREGATOR_NAMES_H
#define PUAS_AGGREGATOR_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct names {
    const char *first; // the struct ident of the first item
    size_t stride;     // bytes of an item
    int32_t *slots;    // owned: open addressing, position + 1, 0 = free
    size_t size;       // a power of two
};

// `id`: where the struct ident of an item stands in it (offsetof). Of those that share an id the first is found. False: out
// of memory; there is nothing to finish.
bool names_make(struct names *ret, const void *items, size_t count, size_t stride, size_t id);
int32_t names_find(const struct names *n, const char *id); // its position; -1: none
void names_finish(struct names *n);                        // accepts a zeroed one

#endif
