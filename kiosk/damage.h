// damage: which parts of the screen differ between two pictures. Pure and of fixed size.
//
// A picture is a list of sprites, later ones above earlier ones. Sprites that both pictures have, in the same
// order, look the same wherever no other sprite is; all others are damage. It is kept as one span for each
// band of the screen, so that parts far above each other stay apart while their number stays small.
#ifndef PUAS_KIOSK_DAMAGE_H
#define PUAS_KIOSK_DAMAGE_H

#include "kiosk/draw.h"

#include <stdint.h>

enum { DAMAGE_MAX = 256 }; // bands of a screen, so also rects at most

struct sprite {
    uint64_t id; // of what is shown: the same id, the same pixels
    struct rect at;
    unsigned char alpha;
};

struct damage {
    int w, h, band; // of the screen and of a band, px
    struct {
        int from, to; // none when they are equal
    } span[DAMAGE_MAX];
};

void damage_clear(struct damage *d, int w, int h); // nothing is damaged, on a screen of w x h
void damage_add(struct damage *d, struct rect r);  // may reach beyond the screen
// Adds where `now` differs from `before`.
void damage_between(struct damage *d, const struct sprite *before, int count_before, const struct sprite *now,
                    int count_now);
// The damage as rects within the screen, from the top, none over another. Returns how many.
int damage_rects(const struct damage *d, struct rect ret_rects[DAMAGE_MAX]);

bool rects_meet(const struct rect *a, const struct rect *b);

#endif
