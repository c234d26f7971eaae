// apply: the configuration document (places, kiosks, surveys, standards, people) against the store. Seeding
// an empty store, `puasctl config diff` and `apply` are this one function.
#ifndef PUAS_AGGREGATOR_APPLY_H
#define PUAS_AGGREGATOR_APPLY_H

#include "aggregator/engine.h"
#include "aggregator/org.h"
#include "aggregator/settings.h"

enum { APPLY_EXAMPLE_PERCENT = 10 }; // unhappy, of a place whose usual share is still to be learned

// What a standard costs, as far as it can be said exactly.
struct apply_price {
    bool known;
    bool learned; // the usual share is APPLY_EXAMPLE_PERCENT: each place learns its own
    int seen;     // of cost.shift and .delay, so many say something
    struct engine_cost cost;
};

struct apply_report {
    char *text; // malloc'd lines "+ place dago: ...", "~ standard sla: a -> b", "- kiosk k3: ..."; NULL: no
                // change
    size_t n;
    struct apply_price price; // of the last standard that differs
};

// Compares with the store and, when `write`, makes it so inside the open transaction, with history and
// author. What the document does not name: rules end, kiosks lose their place; places and people stay. False:
// *ret_why says what is wrong, or the store failed.
bool apply_seed(struct store *st, const struct org *now_there, const struct seed *s, wall_ms at,
                const char *who, bool write, struct apply_report *report, char *ret_why, size_t n);

#endif
