#include "kiosk/fingers.h"

void fingers_down(struct fingers *f, int64_t id, int target, mono_ms now)
{
    struct finger *slot = &f->of[0];
    for (int i = 0; i < FINGERS_MAX; i++) {
        struct finger *one = &f->of[i];
        if (one->down && one->id == id) { // its release was lost
            slot = one;
            break;
        }
        if (!one->down)
            slot = one;
        else if (slot->down && one->since < slot->since)
            slot = one;
    }
    *slot = (struct finger){.id = id, .since = now, .target = target, .down = true};
}

void fingers_up(struct fingers *f, int64_t id)
{
    for (int i = 0; i < FINGERS_MAX; i++)
        if (f->of[i].down && f->of[i].id == id)
            f->of[i].down = false;
}

static bool fresh(const struct finger *one, mono_ms now)
{
    return one->down && now - one->since < FINGERS_STALE_MS;
}

int fingers_count(const struct fingers *f, mono_ms now)
{
    int n = 0;
    for (int i = 0; i < FINGERS_MAX; i++)
        n += fresh(&f->of[i], now);
    return n;
}

int fingers_other(const struct fingers *f, int64_t id, mono_ms now)
{
    for (int i = 0; i < FINGERS_MAX; i++)
        if (f->of[i].id != id && f->of[i].target != 0 && fresh(&f->of[i], now))
            return f->of[i].target;
    return 0;
}

mono_ms fingers_holding(const struct fingers *f, int target)
{
    for (int i = 0; i < FINGERS_MAX; i++)
        if (f->of[i].down && f->of[i].target == target)
            return f->of[i].since;
    return -1;
}
