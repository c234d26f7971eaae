// store: what a branch can be proud of: a milestone of answers, a step of a goal, a year above its promise. Each is told once,
// as an event of the channels that ask for praise; the row is made in the transaction of its messages.
#ifndef PUAS_AGGREGATOR_STORE_PRAISE_H
#define PUAS_AGGREGATOR_STORE_PRAISE_H

#include "aggregator/notice.h"
#include "aggregator/store.h"

#define STORE_PRAISE "praise-" // an outgoing row is of the alert STORE_PRAISE NUMBER

struct store_praise {
    int64_t number; // set when it is new
    int32_t place, rule;
    enum praise_kind kind;
    int64_t value;   // answers; the last day of a step; the day that ended a year
    int32_t percent; // of a step, hundredths
    wall_ms at;
};

// Adds it unless there is one of its place, kind and rule whose value is above `value - apart`. *ret_new: it was added.
bool store_praise_put(struct store *st, struct store_praise *p, int64_t apart, bool *ret_new);
// What a message says of it; `n` has its language. False: there is none (*ret_found), or the database failed.
bool store_praise_read(struct store *st, const char *alert, struct notice *n, char ret_tz[65],
                       bool *ret_found);

#endif
