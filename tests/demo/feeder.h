// feeder: one simulated kiosk of the sample chain on its own connection. It follows shared/PROTOCOL.md as any
// kiosk: birth, sync, events with a window of messages waiting for the aggregator's acknowledgement, health.
// Its outbox is the chain itself: answers are drawn anew when they are wanted again, under the same keys.
//
// A shadow stands behind a kiosk that really runs here: it sends that kiosk's past and leaves birth and
// health to it.
#ifndef PUAS_TESTS_DEMO_FEEDER_H
#define PUAS_TESTS_DEMO_FEEDER_H

#include "shared/link.h"
#include "shared/protocol.h"
#include "tests/demo/chain.h"

enum { FEEDER_STREAMS = 24 }; // weeks kept, and the queue

struct feeder_stream { // an epoch
    uint8_t epoch[EPOCH_BYTES];
    struct chain_event *events; // owned
    int count, due;             // due: those whose time has come
    int sent, acked;
    bool answered; // an acknowledgement or a sync of this run has told where it stands
};

struct feeder {
    const struct chain_kiosk *k; // borrowed
    bool shadow;
    struct link *link; // owned
    char password[80], client[IDENT_MAX + 12];
    char run[EPOCH_HEX + 1]; // of the aggregator; empty: it is not ready
    bool synced, fed, ended; // fed: nothing is waiting; ended: a shadow that has caught up
    enum kiosk_state said;   // last state published
    int week;                // of the newest stream
    int stream_count;
    struct feeder_stream streams[FEEDER_STREAMS]; // oldest first
    struct feeder_stream queue;                   // a few bad minutes; count 0: none
    int64_t session;
    mono_ms started, birth_at, health_at, progress_at; // times to act, and of the last progress
};

// `from`: the week that holds this instant is the first. `password` NULL: anonymous. False: memory ran out.
bool feeder_init(struct feeder *f, const struct chain_kiosk *k, bool shadow, const char *host, int port,
                 const char *password, wall_ms from, wall_ms now);
void feeder_finish(struct feeder *f); // accepts a zeroed one

// What is due now, after link_read. Returns ms until it wants to be called again, or -1 when memory ran out.
int feeder_turn(struct feeder *f, wall_ms now, mono_ms mono);

// Ratings that are due, and those of them that are settled.
void feeder_progress(const struct feeder *f, int64_t *ret_due, int64_t *ret_settled);

// From now on a few bad minutes, unless this day has had them. Call when all that is due is settled.
bool feeder_queue(struct feeder *f, wall_ms now);

// Says goodbye.
void feeder_close(struct feeder *f);

#endif
