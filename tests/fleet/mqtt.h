// mqtt: one MQTT 3.1.1 connection with as little memory as it can have: buffers exist only while they hold
// something. libmosquitto holds three file descriptors and 13 KB a connection, which ends at 6,000 of them on
// a machine that allows 20,000 descriptors; this holds one and under 1 KB. Non-blocking; the caller polls fd.
// mqtt.c is the protocol, mqtt_posix.c the socket. One thread.
#ifndef PUAS_TESTS_FLEET_MQTT_H
#define PUAS_TESTS_FLEET_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mqtt_ops {
    void (*on_connected)(void *ctx);
    void (*on_disconnected)(void *ctx, const char *why); // static text; also when a connect failed
    void (*on_message)(void *ctx, const char *topic, const void *payload, size_t n);
};

struct mqtt {
    int fd; // -1: none
    bool connecting, connected;
    uint16_t mid;
    int unacked;       // QoS 1 messages without PUBACK
    uint8_t *out, *in; // owned; NULL while empty
    size_t out_used, out_sent, out_room, in_used, in_room;
    const struct mqtt_ops *ops; // borrowed
    void *ctx;
};

struct mqtt_hello {
    const char *client, *user, *password; // user NULL: anonymous
    const char *will_topic;
    const void *will; // NULL: none; QoS 1, retained
    size_t will_bytes;
    int keepalive_s;
};

// ---------------------------------------------------------------- protocol: mqtt.c, pure
void mqtt_say_hello(struct mqtt *m, const struct mqtt_hello *h);
// False: not connected or out of memory; nothing was queued then.
bool mqtt_publish(struct mqtt *m, const char *topic, const void *payload, size_t n, int qos, bool retain);
bool mqtt_subscribe(struct mqtt *m, const char *filter, int qos);
void mqtt_ping(struct mqtt *m);
void mqtt_goodbye(struct mqtt *m); // DISCONNECT
// Takes apart what has been read; calls ops. False: the broker refused or broke the protocol (*ret_why).
bool mqtt_take(struct mqtt *m, const char **ret_why);
bool mqtt_reserve(uint8_t **buffer, size_t *room, size_t needed);

// ---------------------------------------------------------------- socket: mqtt_posix.c
void mqtt_init(struct mqtt *m, const struct mqtt_ops *ops, void *ctx);
void mqtt_finish(struct mqtt *m); // closes without a word, as a fault would; accepts a zeroed one
// Numeric IPv4 address. False: no socket (errno).
bool mqtt_open(struct mqtt *m, const char *address, int port, const struct mqtt_hello *h);
void mqtt_read(struct mqtt *m);  // all there is
void mqtt_write(struct mqtt *m); // as much as goes
bool mqtt_wants_write(const struct mqtt *m);
void mqtt_drop(struct mqtt *m, const char *why); // closes and tells

#endif
