// seqset: the settled sequence numbers of one epoch: a mark and the ranges above it. Pure.
//
//   1 2 3 4 5 . . 8 9 . 11          through = 5, ranges = [8,9] [11,11]
//
// Invariants: ranges ascend, do not touch each other or the mark. Adding is O(log ranges) for what is new at
// the end, which is nearly always.
#ifndef PUAS_AGGREGATOR_SEQSET_H
#define PUAS_AGGREGATOR_SEQSET_H

#include "shared/protocol.h"

struct seqset {
    int64_t through;
    int count, capacity;
    struct seq_range *ranges; // owned
};

void seqset_init(struct seqset *s, int64_t through);
void seqset_finish(struct seqset *s); // accepts a zeroed one
bool seqset_has(const struct seqset *s, int64_t seq);
// Adds seq >= 1. False only when memory ran out; the set is unchanged then.
bool seqset_add(struct seqset *s, int64_t seq);
// Whether any seq in [from, to] is settled.
bool seqset_any(const struct seqset *s, int64_t from, int64_t to);
// Largest settled seq, 0 when empty.
int64_t seqset_last(const struct seqset *s);

#endif
