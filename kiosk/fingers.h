// fingers: who touches the screen now. Pure. A panel reports up to ten contacts; some of them are second
// fingers of a hand, a palm, dirt, or contacts whose release was lost.
#ifndef PUAS_KIOSK_FINGERS_H
#define PUAS_KIOSK_FINGERS_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    FINGERS_MAX = 10,
    FINGERS_STALE_MS = 5000, // a finger down for longer is dirt or a lost release: it blocks nobody
};

struct fingers {
    struct finger {
        int64_t id;
        mono_ms since;
        int target; // what lay under it; 0: rests beside everything, so it blocks nobody
        bool down;
    } of[FINGERS_MAX];
};

void fingers_down(struct fingers *f, int64_t id, int target, mono_ms now);
void fingers_up(struct fingers *f, int64_t id);
int fingers_count(const struct fingers *f, mono_ms now);

// The target that another finger than `id` holds, or 0: then `id` is not the second finger of a hand.
int fingers_other(const struct fingers *f, int64_t id, mono_ms now);

// Since when a finger holds `target`, or -1.
mono_ms fingers_holding(const struct fingers *f, int target);

#endif
