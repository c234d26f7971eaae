// presence: what the alert engine is told of kiosks, written down so that it can be told again. Pure.
//
// Kiosks say that they live once a minute. Of that nothing is kept: a stretch in which a kiosk was heard of never longer than
// PRESENCE_GAP_MS apart has no rows. A row is what begins anew after a gap (with its begin and end, `last` and `at`), a
// change of state, of facts, a sign of tampering, another place; and of the aggregator itself when it began to listen (again) and lost
// or found the broker: some rows a kiosk and day.
//
//   live:    presence_heard ... instead of the engine's own; `keep` gets the rows, in the transaction of the turn
//   replay:  presence_again for each row and engine_vote for each answer, in the order in which they were told
//
// The same transitions follow from both, byte for byte, at any time-out above PRESENCE_GAP_MS; not across a jump back of the
// clock, where an hour is told twice.
#ifndef PUAS_AGGREGATOR_PRESENCE_H
#define PUAS_AGGREGATOR_PRESENCE_H

#include "aggregator/engine.h"

enum { PRESENCE_GAP_MS = 90000 }; // health comes every 60 s; two that are lost are a gap

enum presence_what { // stored: never renumber
    PRESENCE_HEARD,  // of the kiosk again, after a gap or a goodbye
    PRESENCE_STATE,  // ready, sleeping, disconnected, lost
    PRESENCE_FACTS,  // enum engine_fact
    PRESENCE_TAMPERED,
    PRESENCE_LISTENS, // the aggregator, after a start or a jump of the clock; the broker counts as down
    PRESENCE_BROKER,  // found, or lost
    PRESENCE_STANDS,  // what is known of a kiosk where it begins to count: it has moved, or no row is older
};

struct presence {
    int32_t kiosk; // 0: of the aggregator
    enum presence_what what;
    wall_ms at;
    wall_ms
        last; // of a kiosk: when it was heard of before this; LISTENS: until when the aggregator did, as last written
    struct engine_kiosk_state after; // of a kiosk. heard_at and dead are not kept: `last` says more
    bool up;                         // BROKER
};

struct presence_log {
    struct engine *e;
    bool (*keep)(void *ctx, const struct presence *p); // false: it failed, and so does the call
    void *ctx;
};

// As the engine's function of that name. A kiosk that the engine does not know leaves no row.
bool presence_heard(const struct presence_log *l, int32_t kiosk, wall_ms at);
bool presence_state(const struct presence_log *l, int32_t kiosk, enum kiosk_state state, wall_ms at);
bool presence_facts(const struct presence_log *l, int32_t kiosk, int facts, wall_ms at);
bool presence_tampered(const struct presence_log *l, int32_t kiosk, wall_ms at);
bool presence_vote(const struct presence_log *l, const struct engine_vote *v); // after the answer is stored
bool presence_broker(const struct presence_log *l, bool up, wall_ms at);
// `last`: the engine's clock when it was told something for the last time.
bool presence_listens(const struct presence_log *l, wall_ms last, wall_ms at);
// The kiosk stands at another place now, or none of its rows is older.
bool presence_stands(const struct presence_log *l, int32_t kiosk);

// Tells it again. `until`: of a kiosk, `last` of its next row, or when it was heard of at last.
void presence_again(struct engine *e, const struct presence *p, wall_ms until);

#endif
