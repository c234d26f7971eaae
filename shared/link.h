// link: one MQTT connection with its own non-blocking socket, driven by the caller's poll loop. Edge:
// link_mosquitto.c alone includes mosquitto.h. One thread owns a link. Reconnects with back-off and jitter.
//
// libmosquitto facts this hides: publish while disconnected would queue in memory (we refuse instead);
// loop_read takes one packet a call (link_read loops until the socket is dry or `max` packets).
#ifndef PUAS_SHARED_LINK_H
#define PUAS_SHARED_LINK_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>

struct link;

struct link_options {
    const char *host; // static or outliving the link, as all text here
    int port;
    const char *client_id;
    const char *user, *password;        // NULL: anonymous
    const char *ca_file;                // NULL: no TLS
    int keepalive_s;                    // 5..3600
    int backoff_min_ms, backoff_max_ms; // between connects: doubled with jitter from min to max
    int steady_ms;                      // connected for this long: the back-off starts over
    bool persistent_session;            // false: clean session
    const char *will_topic;             // NULL: none
    const void *will_payload;
    size_t will_bytes;
    bool will_retain;
    int will_qos;
};

// Callbacks run on the owner's thread inside link_read/link_tick, never later.
struct link_ops {
    void (*on_connected)(void *ctx, struct link *l); // subscribe and publish retained topics here
    void (*on_disconnected)(void *ctx, struct link *l, const char *why); // also when a connect failed
    void (*on_message)(void *ctx, struct link *l, const char *topic, const void *payload, size_t n,
                       bool retained);
};

// NULL when memory runs out or options are unusable. Does not connect: link_tick does.
struct link *link_create(const struct link_options *o, const struct link_ops *ops, void *ctx);
void link_destroy(struct link *l); // accepts NULL; does not send DISCONNECT (see link_close)

// Replaces the will for the next connect (copied).
void link_set_will(struct link *l, const char *topic, const void *payload, size_t n, bool retain, int qos);

bool link_connected(const struct link *l);

// Socket to poll, -1 while not connected. Poll for reading always; for writing when link_wants_write.
int link_fd(const struct link *l);
bool link_wants_write(const struct link *l);

// Work when readable: at most about max messages. Returns how many reached on_message.
int link_read(struct link *l, int max);
bool link_readable(const struct link *l); // more has arrived
void link_write(struct link *l);          // work when writable
// Keep-alive and reconnect; returns ms until it wants to be called again.
int link_tick(struct link *l, mono_ms now);

// False when not connected or the library refused: nothing was queued then.
bool link_publish(struct link *l, const char *topic, const void *payload, size_t n, int qos, bool retain);
bool link_subscribe(struct link *l, const char *filter, int qos);

// Messages that we have published and the broker has not taken (QoS 0) or acknowledged (QoS 1) yet. Nothing bounds them but
// the caller.
int link_pending(const struct link *l);

// Sends DISCONNECT (the broker drops the will) after what is queued, waiting up to timeout_ms.
void link_close(struct link *l, int timeout_ms);
// Drops the connection as a fault would (the will fires); the next tick reconnects.
void link_drop(struct link *l);

#endif
