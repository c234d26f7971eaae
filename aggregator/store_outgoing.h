// store: the outbox of notifications. A row is made in the transaction that stores what it tells of, so that there is
// never one without the other. A thread of its own sends (courier.h) and reads the rows through a connection of its own;
// what came of it is written by the core, as everything.
//
//   waiting --taken--> sent
//      |  \--refused, or past its deadline--> dead: stays to be seen for OUTGOING_KEEP_MS
//      \----the raise that it goes with is dead--> dropped
//
// Together: a row may join another one of its channel that waits and has not been tried (its lead); the lead's message tells of
// both, and what comes of it is what comes of all. Each stays a row of its own, so who was told of what is known as ever.
//
// Of one channel and alert a row is sent only when those before it are settled: nobody hears of an end first.
#ifndef PUAS_AGGREGATOR_STORE_OUTGOING_H
#define PUAS_AGGREGATOR_STORE_OUTGOING_H

#include "aggregator/channel.h"
#include "aggregator/store.h"

enum outgoing_state { OUTGOING_WAITING, OUTGOING_SENT, OUTGOING_DEAD, OUTGOING_DROPPED };
const char *outgoing_state_name(enum outgoing_state s); // "waiting" "sent" "dead" "dropped"

enum { OUTGOING_ID = 32, OUTGOING_REPLY_MAX = 300, OUTGOING_EXPIRED_MAX = 50, OUTGOING_TOGETHER_MAX = 64 };
#define OUTGOING_REGION "region " // how `together` begins where branches of a region break a standard
#define OUTGOING_ALIKE_MS ((wall_ms)3600000) // ... within so long
#define OUTGOING_JOIN_MS ((wall_ms)1000) // a lead whose turn comes sooner is joined by none: it may be under way
#define OUTGOING_KEEP_MS ((wall_ms)30 * 86400000) // settled rows are deleted after this
#define OUTGOING_FRESH_MS ((wall_ms)86400000)     // a dead one as old as this is no news

struct outgoing {
    int64_t number;
    char id[OUTGOING_ID + 1];    // hex
    struct ident channel, alert; // alert "": a test; of a report its own id
    enum channel_event event;
    char who[65];
    wall_ms at, deadline;
    enum outgoing_state state;
    int attempts;
    wall_ms next_at, ended_at; // ended_at 0: not yet
    char reply[OUTGOING_REPLY_MAX + 1];
    char together[OUTGOING_TOGETHER_MAX]; // rows of a channel and event with the same one may be told in one message; "": none
};

struct outgoing_outcome { // of an attempt, or of none when its time was over
    int64_t number;
    enum outgoing_state state;
    int attempts;
    wall_ms next_at; // waiting
    int64_t through; // rows that were told together with it have no higher number; those that came later are told by themselves
    const char *reply;
};

// ---------------------------------------------------------------- the core's
// Adds one (number, state and attempts are set here; next_at 0: at once); one whose id is there already is left out.
bool store_outgoing_put(struct store *st, const struct outgoing *o);
// The same; a row that joins takes the times of its lead.
bool store_outgoing_join(struct store *st, struct outgoing *o, wall_ms now);
// Alerts of which the channel was told, or is to be, with this `together` from `since` on: how many.
bool store_outgoing_alike(struct store *st, const struct outgoing *o, wall_ms since, int64_t *ret_n);
// Calls `each` with every channel that was told of the alert's raise, or is to be.
bool store_each_told(struct store *st, const char *alert, bool (*each)(void *ctx, const char *channel),
                     void *ctx);
// *ret_o: the row as it was told, for the log. A row that is settled already is left as it is; *ret_found false.
bool store_outgoing_outcome(struct store *st, const struct outgoing_outcome *o, wall_ms now,
                            struct outgoing *ret_o, bool *ret_found);
bool store_outgoing_prune(struct store *st, wall_ms now);

// ---------------------------------------------------------------- readers', too
// The next row of a channel that may be sent at `now`: a test, else the one that waits longest, reports last, unless only_tests; one that would wait for longer than
// most_ms is due (the clock was set back). *ret_found false: none, and *ret_next is when there may be one (INT64_MAX: none
// waits).
bool store_outgoing_next(struct store *st, const char *channel, wall_ms now, int64_t most_ms, bool only_tests,
                         struct outgoing *ret_o, bool *ret_found, wall_ms *ret_next);
// What a message tells of besides its own alert: rows that joined it, and with `since` (else INT64_MAX) those alike that were
// told from then on. `each` hears the kiosk's and the branch's name ("" where there is none).
struct outgoing_together {
    int64_t alerts, branches; // its own among them
    int64_t through;          // the highest number among them
    char area[81];            // name of the nearest place that holds all of them
};
bool store_outgoing_together(struct store *st, const struct outgoing *o, wall_ms since, struct outgoing_together *ret_t,
                             bool (*each)(void *ctx, const char *kiosk, const char *branch), void *ctx);
// Waiting rows whose time is over, at most OUTGOING_EXPIRED_MAX. *ret_next: when the next one's is; INT64_MAX: none waits.
bool store_outgoing_expired(struct store *st, wall_ms now, struct outgoing *ret_list, int *ret_count,
                            wall_ms *ret_next);
bool store_outgoing_by_id(struct store *st, const char *id, struct outgoing *ret_o, bool *ret_found);
// The newest dead ones but tests, at most `most`.
bool store_each_dead(struct store *st, int most, bool (*each)(void *ctx, const struct outgoing *o),
                     void *ctx);
struct outgoing_counts {
    int64_t waiting, sent, dead;        // sent, dead: of the last OUTGOING_FRESH_MS; dead: without tests, whose end was seen
    wall_ms last_sent;                  // 0: none is known
    int attempts;                       // of the waiting row that was tried most often
    char reply[OUTGOING_REPLY_MAX + 1]; // to it
};
// channel "": all of them.
bool store_outgoing_counts(struct store *st, const char *channel, wall_ms now, struct outgoing_counts *ret_c);

#endif
