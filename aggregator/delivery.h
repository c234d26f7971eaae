// delivery: when a message is sent again, and when never more. Pure: clock and dice are passed in.
#ifndef PUAS_AGGREGATOR_DELIVERY_H
#define PUAS_AGGREGATOR_DELIVERY_H

#include "shared/clock.h"

#include <stdbool.h>

enum delivery {
    DELIVERY_TAKEN,
    DELIVERY_AGAIN, // also what somebody can mend before its deadline: a login, a full disk over there
    DELIVERY_NEVER, // the other side has read it and will not have it
};

// By the code of the answer; 0: there was none. HTTP: 2xx; never: 400, 405, 410, 413, 415, 422. SMTP (mail): 2xx; never:
// 5xx but those about the login (530, 534, 535, 538), which RFC 5321 forbids to repeat as they are.
enum delivery delivery_of(bool mail, long code);

// After so many attempts (1 or more): least * 2^(attempts - 1), at most `most`, of which dice takes up to half.
int64_t delivery_wait_ms(int attempts, int64_t least, int64_t most, uint32_t dice);

// At most per_minute in any minute that begins after a rest, evenly spread under load: a bucket of as many tokens.
struct delivery_rate {
    double tokens;
    mono_ms at; // 0: full
};
// Takes one. False: *ret_wait_ms until there is one.
bool delivery_take(struct delivery_rate *r, int per_minute, mono_ms now, int64_t *ret_wait_ms);

#endif
