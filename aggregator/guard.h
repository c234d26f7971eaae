// guard: may the core take in answers, and how fast? Pure: it is told how much room there is, whether the
// store is sound and how long turns take. While it holds, the shard is said to be gone (PROTOCOL.md): kiosks
// keep their answers and send them when it is ready again. What it asks for by `pause` is that backlogs come
// slower; fresh answers are never slowed.
//
//   room:   plenty --below warn--> low (pause, warning) --below stop--> none (hold)
//           and back a tenth above each bound, so that it does not go to and fro
#ifndef PUAS_AGGREGATOR_GUARD_H
#define PUAS_AGGREGATOR_GUARD_H

#include "shared/clock.h"

#include <stdbool.h>

enum guard_room { GUARD_PLENTY, GUARD_LOW, GUARD_NONE };
enum {
    GUARD_TURN_LONG_MS = 500,    // from arrival to COMMIT; a fresh answer waits for two turns at worst
    GUARD_TURN_PAUSES = 4,       // backlogs rest for so many times a turn that was longer
    GUARD_LOW_PAUSE_MS = 5000,   // where room is low
    GUARD_PAUSE_MOST_MS = 30000, // a kiosk that waits longer has better things to fear
};

struct guard {
    int64_t warn,
        stop; // as in the settings: bytes, or below 0 minus hundredths of a percent of the disk; 0: never
    enum guard_room room;
    bool damaged; // the store is not sound: holds until somebody has restored it
    int64_t turn_ms;
};

// A setting as bytes of a disk of `total`.
int64_t guard_bytes(int64_t setting, int64_t total);
// True when the room is another than before.
bool guard_room(struct guard *g, int64_t free_bytes, int64_t total);
void guard_turn(struct guard *g, int64_t ms);
bool guard_holds(const struct guard *g);
// For an acknowledgement of the turn; dice: any number, so that kiosks do not come back in step. 0: none.
int guard_pause_ms(const struct guard *g, uint32_t dice);
// "" or what people are to be told: "disk-low", "disk-full", "damaged". Static.
const char *guard_notice(const struct guard *g);

#endif
