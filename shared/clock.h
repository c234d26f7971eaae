// clock: the two kinds of time, never mixed. Values are passed into core code; only edges call these.
#ifndef PUAS_SHARED_CLOCK_H
#define PUAS_SHARED_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

typedef int64_t wall_ms; // milliseconds since 1970-01-01 UTC
typedef int64_t mono_ms; // milliseconds of CLOCK_BOOTTIME: grows while the machine sleeps, never jumps

wall_ms clock_wall_ms(void);
mono_ms clock_mono_ms(void);

// True when the kernel says that the clock is disciplined (adjtimex), which is what "synced" means on the
// wire.
bool clock_synced(void);

// n random bytes from the kernel. False only when the kernel has none to give.
bool clock_random(void *buf, unsigned n);

#endif
