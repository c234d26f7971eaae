// uplink: what the kiosk says to the aggregator and when: births, live taps, backlog, health; and what it
// does with acknowledgements and syncs (PROTOCOL.md, rules 3 to 6). Pure: the clock is passed in, the
// connection and the outbox are a port. The uplink thread (uplink_posix.c) runs it; the fleet simulator runs
// thousands of it.
#ifndef PUAS_KIOSK_UPLINK_H
#define PUAS_KIOSK_UPLINK_H

#include "kiosk/outbox.h"

enum { UPLINK_FLIGHTS_MAX = 16 }; // messages in flight, live ones included

struct uplink_options {
    struct ident kiosk, branch;
    struct ident survey;
    int survey_version;
    char software[24];
    int64_t boot;
    uint8_t epoch[EPOCH_BYTES]; // current
    int resend_ms;              // 5000: an unanswered message is sent again
    int backoff_min_ms;         // 1000
    int backoff_max_ms;         // 60000
    int birth_spread_ms;        // 60000: a new run is answered by a birth within this time
    int backlog_spread_ms;      // 60000: wait at random before the backlog
    int health_ms;              // 60000
    int window;                 // 4: backlog messages in flight after the first acknowledgement
    int aside_tries;            // 10: rule 6
    // PROTOCOL_EVENTS_MAX of them to read rows into, borrowed; uplinks of one thread may share them. NULL:
    // own.
    struct event *events;
};

// All mandatory. The bool ones return false when it did not happen (not connected, disk error): tried again
// later.
struct uplink_port {
    bool (*publish)(void *ctx, const char *topic, const char *payload, size_t n, int qos, bool retain);
    bool (*subscribe)(void *ctx, const char *filter, int qos);
    uint32_t (*random)(void *ctx);
    bool (*fetch)(void *ctx, struct outbox_cursor after, bool only_current, int max, struct outbox_batch *b);
    bool (*settle)(void *ctx, const struct ack_message *ack, bool *ret_counted, int64_t *ret_rows);
    bool (*sync)(void *ctx, const struct ack_message *sync, int64_t *ret_reopened);
    bool (*set_aside)(void *ctx, const uint8_t *epoch, int64_t seq);
    bool (*held)(void *ctx, const char *const *runs, int run_count, struct held_epoch *ret, int *ret_count,
                 int *ret_unsynced);
    // Fills counts and the other facts of health; epochs borrow from *counts, none when the outbox does not
    // let itself be asked.
    bool (*health)(void *ctx, struct outbox_counts *counts, struct health_message *ret_m);
};

struct uplink;
struct uplink *uplink_create(const struct uplink_options *o, const struct uplink_port *port, void *ctx);
void uplink_destroy(struct uplink *u); // accepts NULL

// The session number of the next connect: boot * 2^24 + connects, so it grows over restarts without a write.
int64_t uplink_next_session(const struct uplink *u);
// The will to set before that connect, malloc'd; the topic goes to `topic` (PROTOCOL_TOPIC_MAX bytes).
char *uplink_will(const struct uplink *u, char *topic, size_t *ret_n);

void uplink_connected(struct uplink *u, mono_ms now, wall_ms wall);
void uplink_disconnected(struct uplink *u, mono_ms now);
void uplink_message(struct uplink *u, const char *topic, const void *payload, size_t n, mono_ms now,
                    wall_ms wall);
// A row was committed: it goes at once, ahead of the backlog.
void uplink_row(struct uplink *u, mono_ms now, wall_ms wall);
// Rows were committed that need not go at once: the backlog takes them.
void uplink_backlog(struct uplink *u);
// What is asked has changed: the birth, which tells it, is said again.
void uplink_survey(struct uplink *u, const struct ident *survey, int version, mono_ms now);
// Closed or open again: so does the birth, `sleeping` or `ready`.
void uplink_closed(struct uplink *u, bool closed, mono_ms now);
// Rows were made pending again (outbox_resend): the backlog starts over.
void uplink_resend(struct uplink *u, mono_ms now);
// Something that health reports has changed (reason, errors).
void uplink_health_changed(struct uplink *u, mono_ms now);
// Orderly end: health and state `disconnected`, while still connected.
void uplink_goodbye(struct uplink *u, mono_ms now, wall_ms wall);
// Does what is due; returns ms until it wants to be called again (1..60000).
int uplink_tick(struct uplink *u, mono_ms now, wall_ms wall);

#endif
