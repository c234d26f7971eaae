// clock: the kernel's clocks and random bytes.
#include "shared/clock.h"

#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

wall_ms clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (wall_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

mono_ms clock_mono_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_BOOTTIME, &t);
    return (mono_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool clock_synced(void)
{
    struct timex t = {.modes = 0};
    int state = adjtimex(&t);
    return state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
}

bool clock_random(void *buf, unsigned n)
{
    return getrandom(buf, n, 0) == (ssize_t)n;
}
