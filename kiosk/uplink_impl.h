// uplink_impl: what the uplink's core files share. Not for others.
//   uplink.c        rows, acknowledgements, syncs, and what is due when
//   uplink_state.c  births, the will, health
#ifndef PUAS_KIOSK_UPLINK_IMPL_H
#define PUAS_KIOSK_UPLINK_IMPL_H

#include "kiosk/uplink.h"

enum { SHARD_ALL = SHARD_COUNT, SHARDS = SHARD_COUNT + 1, SUSPECTS_MAX = 8 };

struct flight {
    bool used, backlog;
    uint8_t epoch[EPOCH_BYTES];
    int64_t epoch_id, first, last;
    int count;
    mono_ms deadline;
};

struct shard {
    bool followed, ready;
    char run[EPOCH_HEX + 1];
};

struct suspect { // a single event that was not answered, rule 6
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
    int tries;
};

struct uplink {
    struct uplink_options o;
    struct uplink_port port;
    void *ctx;
    bool connected;
    bool closed; // outside opening hours: births say so
    int64_t connects;
    struct shard shards[SHARDS];

    mono_ms birth_at; // INT64_MAX: none due
    int birth_wait_ms;
    bool synced; // no epoch is waiting for a sync of the runs shown

    mono_ms health_at;
    mono_ms backlog_at;  // not before
    int backlog_wait_ms; // back-off after time-outs
    struct outbox_cursor backlog, live;
    bool backlog_done; // the scan reached the end
    bool answered;     // an ack has come since the aggregator was last found ready
    int limit;         // events a message, halved by time-outs
    int timeouts_in_row;
    int64_t acks; // counted ones, to know that others are answered
    struct flight flights[UPLINK_FLIGHTS_MAX];
    struct suspect suspects[SUSPECTS_MAX];

    struct event *events; // scratch for fetch
    bool owns_events;
};

// The runs that are ready, at most OUTBOX_RUNS_MAX. Returns how many.
int uplink_shown_runs(const struct uplink *u, const char **ret);
// False: not now.
bool uplink_say_state(struct uplink *u, enum kiosk_state state);
bool uplink_say_health(struct uplink *u, mono_ms now, wall_ms wall);

#endif
