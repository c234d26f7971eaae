// store: the improvement log: what was done at a place so that customers are served better, and why. What came of it is said by
// trends (report `effect`). Nothing in it is deleted: a change is a revision more, and so is taking an entry back.
#ifndef PUAS_AGGREGATOR_STORE_IMPROVEMENT_H
#define PUAS_AGGREGATOR_STORE_IMPROVEMENT_H

#include "aggregator/store.h"

enum {
    IMPROVEMENT_TEXT_MAX = 1000,   // bytes of what and of why: as long as a comment
    IMPROVEMENT_DAY_LEAST = 10957, // 2000-01-01
    IMPROVEMENT_AHEAD_DAYS = 366,  // it may be planned so far ahead
};

// IMPROVEMENT_OTHER is a note: something that happened and was nobody's measure. It has no effect to be told of.
enum improvement_kind {
    IMPROVEMENT_CHANGE,
    IMPROVEMENT_TRAINING,
    IMPROVEMENT_CAMPAIGN,
    IMPROVEMENT_OTHER,
    IMPROVEMENT_KINDS
};
extern const char *const improvement_kinds[]; // ids, ends with NULL

struct improvement { // a revision
    int64_t number;  // 1, 2, 3 ...
    int revision;    // from 1 on
    int32_t place;
    enum improvement_kind kind;
    int32_t day; // local, since 1970-01-01
    char what[IMPROVEMENT_TEXT_MAX + 1], why[IMPROVEMENT_TEXT_MAX + 1];
    bool withdrawn;
};

// The newest revision of an entry.
bool store_improvement(struct store *st, int64_t number, struct improvement *ret_i, bool *ret_found);
// number 0: a new entry, its number in *ret_number. Else i->revision is one that is not there yet.
bool store_put_improvement(struct store *st, const struct improvement *i, const char *who, wall_ms now,
                           int64_t *ret_number);

#endif
