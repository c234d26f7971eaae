// steps: branch figures move in steps, so that nobody can tie a press to a person: `votes` new votes, or
// `wait_ms` after the first new one with at least two, whichever comes first. Pure. One struct a branch.
#ifndef PUAS_AGGREGATOR_STEPS_H
#define PUAS_AGGREGATOR_STEPS_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct steps_setting {
    int votes;       // 5; 1 switches the steps off
    int64_t wait_ms; // 15 min
};

struct steps {
    int64_t event_id; // pages leave out the branch's events after this one
    wall_ms at;       // of the last step
    int pending;      // votes (ratings, numbers) after it
    wall_ms waiting;  // since the first of them came
    int64_t last_id;  // newest event of the branch
};

// A stored event of the branch; `vote`: a rating or number that is scored.
void steps_event(struct steps *s, int64_t event_id, bool vote, wall_ms now);
// At start: so many votes have come after event_id since the mark was set, the first at `first`.
void steps_restore(struct steps *s, int votes, wall_ms first, int64_t last_id);
// Takes the step if it is due; true then.
bool steps_take(struct steps *s, const struct steps_setting *o, wall_ms now);

#endif
