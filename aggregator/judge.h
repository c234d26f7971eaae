// judge: gives the verdicts (verdicts.h) on what has been stored, a slice at a time, beside the ingest: a
// vote is acknowledged first and judged some moments later. Runs on the core's thread, through the store's
// port.
//
//   events:  ... judged ... | through          newest |
//                           +---- to be judged -------+
//   a slice: what came after `through`, and what stands around it: a press may join or part a run
//
// What is given equals what judging all of history anew would give, whatever the order of arrival: a press
// that arrives late, or is taken back, has its surroundings judged again. History is judged again when a rule
// has a new version, or on demand (judge_again).
#ifndef PUAS_AGGREGATOR_JUDGE_H
#define PUAS_AGGREGATOR_JUDGE_H

#include "aggregator/store.h"

enum {
    JUDGE_BATCH = 256,       // events of one slice at most, and so many more as its last pack holds
    JUDGE_PACK = 127,
    JUDGE_AROUND = 300,      // presses looked at on each side of what is new
    JUDGE_SPREAD = 8,        // seqs farther apart are looked at one by one
    JUDGE_SAVE_EVERY = 1000, // events after which the place is noted even if nothing was found
};

struct judge {
    int64_t through;         // every pack up to the one that goes by this event has been judged
    int64_t saved;           // the same, as the store remembers it
    struct judge_room *room; // owned; made at first use
};

struct judge_ops {
    void *ctx;
    // Opens a transaction where none is open; called before each write. False: the store failed.
    bool (*writes)(void *ctx);
    // Fills in the opening hours of p->place.
    void (*hours)(void *ctx, struct verdict_press *p);
};

// Finds where it stopped: at 0 when the rules have other versions than those it judged by. False: the store
// failed.
bool judge_init(struct judge *ret_j, struct store *st);
void judge_finish(struct judge *j);
// Judges the next events, about `limit` of them, 1..JUDGE_BATCH. False: the store failed, or memory ran out.
bool judge_slice(struct judge *j, struct store *st, const struct judge_ops *ops, wall_ms now, int limit);
// All of history from its beginning, in the slices to come; what stands is replaced bit by bit. Writes.
bool judge_again(struct judge *j, struct store *st);

#endif
