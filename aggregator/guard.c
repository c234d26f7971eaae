// guard: bounds with a tenth between falling and rising.
#include "aggregator/guard.h"

int64_t guard_bytes(int64_t setting, int64_t total)
{
    return setting >= 0 ? setting : (int64_t)((double)total * (double)-setting / 10000);
}

bool guard_room(struct guard *g, int64_t free_bytes, int64_t total)
{
    const int64_t bounds[] = {guard_bytes(g->warn, total), guard_bytes(g->stop, total)};
    enum guard_room was = g->room;
    g->room = GUARD_PLENTY;
    for (int i = 0; i < 2; i++) {
        enum guard_room below = i == 0 ? GUARD_LOW : GUARD_NONE;
        int64_t bound = was >= below ? bounds[i] + bounds[i] / 10 : bounds[i];
        if (free_bytes < bound) {
            g->room = below;
        }
    }
    return g->room != was;
}

void guard_turn(struct guard *g, int64_t ms)
{
    g->turn_ms = ms;
}

bool guard_holds(const struct guard *g)
{
    return g->damaged || g->room == GUARD_NONE;
}

int guard_pause_ms(const struct guard *g, uint32_t dice)
{
    int64_t pause = g->turn_ms > GUARD_TURN_LONG_MS ? g->turn_ms * GUARD_TURN_PAUSES : 0;
    pause = g->room != GUARD_PLENTY && pause < GUARD_LOW_PAUSE_MS ? GUARD_LOW_PAUSE_MS : pause;
    pause += pause > 0 ? dice % (pause / 2) : 0;
    return (int)(pause < GUARD_PAUSE_MOST_MS ? pause : GUARD_PAUSE_MOST_MS);
}

const char *guard_notice(const struct guard *g)
{
    return g->damaged              ? "damaged"
           : g->room == GUARD_NONE ? "disk-full"
           : g->room == GUARD_LOW  ? "disk-low"
                                   : "";
}
