// chain: what the customers of the sample chain have pressed, and will press. Pure but for the zone files:
// the answers of one kiosk in one week follow from its name, its branch's traits and the week's number alone,
// so that whoever asks later gets the same answers and only more of them.
#ifndef PUAS_TESTS_DEMO_CHAIN_H
#define PUAS_TESTS_DEMO_CHAIN_H

#include "aggregator/hours.h"
#include "aggregator/settings.h"
#include "shared/tz.h"

enum { CHAIN_REASONS = 7, CHAIN_DAY_MS = 86400000, CHAIN_WEEK_DAYS = 7 };
extern const char *const chain_reasons[CHAIN_REASONS]; // option ids of the survey's question "why"

struct chain_event { // seq = index + 1
    wall_ms at;
    int32_t visit;   // seq of the visit's rating: its own for a rating
    int32_t ratings; // ratings up to here, this one included
    uint8_t score;   // 1..5; 0: the reasons of the visit before
    uint8_t reasons; // bit i: chain_reasons[i]
    bool english;
};

struct chain_traits; // of a branch: static

struct chain_kiosk {
    struct ident id, branch;
    struct tz *tz; // owned
    struct hours hours;
    const struct chain_traits *traits;
    double share; // of the branch's votes
};

struct chain {
    int count;
    struct chain_kiosk *kiosks; // owned, in the order of the seed
};

// From the places and kiosks of a seed that has passed seed_check. False: *ret_why (n bytes) says what is
// wrong.
bool chain_init(struct chain *c, const struct seed *s, char *ret_why, size_t n);
void chain_finish(struct chain *c); // accepts a zeroed one

// Weeks are counted from 1970 and begin on Monday, local time.
int chain_week_of(const struct chain_kiosk *k, wall_ms at);

// The answers of a whole week, in order of time. The caller frees *ret_events. False: memory ran out.
bool chain_week(const struct chain_kiosk *k, int week, struct chain_event **ret_events, int *ret_count);

// A few bad minutes from `at` on: a queue at the counter. As above.
bool chain_queue(wall_ms at, struct chain_event **ret_events, int *ret_count);

bool chain_open(const struct chain_kiosk *k, wall_ms at);

// The fixed epoch of a kiosk's week, or of another stream of its (`what` is static text, `number` any).
void chain_epoch(const struct chain_kiosk *k, const char *what, int number, uint8_t ret_epoch[EPOCH_BYTES]);

#endif
