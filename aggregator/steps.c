// steps: see the header.
#include "aggregator/steps.h"

enum { FEWEST_VOTES = 2 }; // a step of one vote would show that vote

void steps_event(struct steps *s, int64_t event_id, bool vote, wall_ms now)
{
    s->last_id = event_id;
    if (vote && s->pending == 0) {
        s->waiting = now;
    }
    s->pending += vote;
}

void steps_restore(struct steps *s, int votes, wall_ms first, int64_t last_id)
{
    if (votes > 0 && (s->pending == 0 || first < s->waiting)) {
        s->waiting = first;
    }
    s->pending += votes;
    s->last_id = last_id > s->last_id ? last_id : s->last_id;
}

bool steps_take(struct steps *s, const struct steps_setting *o, wall_ms now)
{
    bool full = s->pending >= o->votes;
    bool waited = s->pending >= FEWEST_VOTES && now - s->waiting >= o->wait_ms;
    if (!full && !waited) {
        return false;
    }
    s->event_id = s->last_id;
    s->at = now;
    s->pending = 0;
    return true;
}
