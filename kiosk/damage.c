#include "kiosk/damage.h"

enum { BAND_MIN = 16 };

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

bool rects_meet(const struct rect *a, const struct rect *b)
{
    return a->x < b->x + b->w && b->x < a->x + a->w && a->y < b->y + b->h && b->y < a->y + a->h;
}

void damage_clear(struct damage *d, int w, int h)
{
    *d = (struct damage){.w = w, .h = h, .band = larger(BAND_MIN, (h + DAMAGE_MAX - 1) / DAMAGE_MAX)};
}

void damage_add(struct damage *d, struct rect r)
{
    int left = larger(r.x, 0), right = smaller(r.x + r.w, d->w);
    int top = larger(r.y, 0), bottom = smaller(r.y + r.h, d->h);
    if (left >= right || top >= bottom)
        return;
    for (int i = top / d->band; i <= (bottom - 1) / d->band; i++) {
        bool none = d->span[i].from == d->span[i].to;
        d->span[i].from = none ? left : smaller(left, d->span[i].from);
        d->span[i].to = none ? right : larger(right, d->span[i].to);
    }
}

static bool same(const struct sprite *a, const struct sprite *b)
{
    return a->id == b->id && a->alpha == b->alpha && a->at.x == b->at.x && a->at.y == b->at.y &&
           a->at.w == b->at.w && a->at.h == b->at.h;
}

void damage_between(struct damage *d, const struct sprite *before, int count_before, const struct sprite *now,
                    int count_now)
{
    int next = 0; // of `before`: all earlier ones are paired or damage
    for (int i = 0; i < count_now; i++) {
        int k = next;
        while (k < count_before && !same(&before[k], &now[i]))
            k++;
        if (k == count_before) {
            damage_add(d, now[i].at);
            continue;
        }
        while (next < k)
            damage_add(d, before[next++].at);
        next = k + 1;
    }
    while (next < count_before)
        damage_add(d, before[next++].at);
}

int damage_rects(const struct damage *d, struct rect ret_rects[DAMAGE_MAX])
{
    int n = 0;
    for (int i = 0; i * d->band < d->h; i++) {
        int from = d->span[i].from, to = d->span[i].to, y = i * d->band;
        struct rect *above = n > 0 ? &ret_rects[n - 1] : NULL;
        int h = smaller(d->band, d->h - y);
        if (from == to)
            continue;
        if (above && above->y + above->h == y && above->x == from && above->w == to - from)
            above->h += h;
        else
            ret_rects[n++] = (struct rect){from, y, to - from, h};
    }
    return n;
}
