// mqtt: packets in and out of the buffers.
#include "tests/fleet/mqtt.h"

#include <stdlib.h>
#include <string.h>

enum { PACKET_MAX = 1 << 20, TOPIC_MAX = 256 };

bool mqtt_reserve(uint8_t **buffer, size_t *room, size_t needed)
{
    if (needed <= *room) {
        return true;
    }
    size_t size = *room == 0 ? 512 : *room;
    while (size < needed) {
        size *= 2;
    }
    uint8_t *grown = realloc(*buffer, size);
    if (grown == NULL) {
        return false;
    }
    *buffer = grown;
    *room = size;
    return true;
}

static uint8_t *put_bytes(uint8_t *p, const void *bytes, size_t n)
{
    *p++ = (uint8_t)(n >> 8);
    *p++ = (uint8_t)n;
    memcpy(p, bytes, n);
    return p + n;
}

static uint8_t *put_text(uint8_t *p, const char *text)
{
    return put_bytes(p, text, strlen(text));
}

// The place of a packet's body of n bytes behind what is queued, or NULL when memory ran out.
static uint8_t *begin(struct mqtt *m, uint8_t head, size_t n)
{
    if (!mqtt_reserve(&m->out, &m->out_room, m->out_used + n + 5)) {
        return NULL;
    }
    uint8_t *p = m->out + m->out_used;
    size_t left = n;
    *p++ = head;
    do {
        *p++ = (uint8_t)((left & 127) | (left > 127 ? 128 : 0));
        left >>= 7;
    } while (left > 0);
    m->out_used = (size_t)(p - m->out) + n;
    return p;
}

void mqtt_say_hello(struct mqtt *m, const struct mqtt_hello *h)
{
    size_t n = 10 + 2 + strlen(h->client);
    uint8_t flags = 2; // clean session
    if (h->will != NULL) {
        n += 4 + strlen(h->will_topic) + h->will_bytes;
        flags |= 4 | 1 << 3 | 32;
    }
    if (h->user != NULL) {
        n += 4 + strlen(h->user) + strlen(h->password);
        flags |= 0xc0;
    }
    uint8_t *p = begin(m, 0x10, n);
    if (p == NULL) {
        return;
    }
    p = put_text(p, "MQTT");
    *p++ = 4;
    *p++ = flags;
    *p++ = (uint8_t)(h->keepalive_s >> 8);
    *p++ = (uint8_t)h->keepalive_s;
    p = put_text(p, h->client);
    if (h->will != NULL) {
        p = put_bytes(put_text(p, h->will_topic), h->will, h->will_bytes);
    }
    if (h->user != NULL) {
        put_text(put_text(p, h->user), h->password);
    }
}

static uint16_t next_mid(struct mqtt *m)
{
    m->mid = m->mid == 0xffff ? 1 : (uint16_t)(m->mid + 1);
    return m->mid;
}

bool mqtt_publish(struct mqtt *m, const char *topic, const void *payload, size_t n, int qos, bool retain)
{
    size_t size = 2 + strlen(topic) + (qos > 0 ? 2 : 0) + n;
    uint8_t *p = m->connected ? begin(m, (uint8_t)(0x30 | qos << 1 | retain), size) : NULL;
    if (p == NULL) {
        return false;
    }
    p = put_text(p, topic);
    if (qos > 0) {
        uint16_t mid = next_mid(m);
        *p++ = (uint8_t)(mid >> 8);
        *p++ = (uint8_t)mid;
        m->unacked++;
    }
    memcpy(p, payload, n);
    return true;
}

bool mqtt_subscribe(struct mqtt *m, const char *filter, int qos)
{
    uint8_t *p = m->connected ? begin(m, 0x82, 2 + 2 + strlen(filter) + 1) : NULL;
    if (p == NULL) {
        return false;
    }
    uint16_t mid = next_mid(m);
    *p++ = (uint8_t)(mid >> 8);
    *p++ = (uint8_t)mid;
    p = put_text(p, filter);
    *p = (uint8_t)qos;
    return true;
}

void mqtt_ping(struct mqtt *m)
{
    begin(m, 0xc0, 0);
}

void mqtt_goodbye(struct mqtt *m)
{
    begin(m, 0xe0, 0);
}

static bool take_publish(struct mqtt *m, uint8_t head, const uint8_t *body, size_t n)
{
    size_t length = n >= 2 ? (size_t)body[0] << 8 | body[1] : TOPIC_MAX;
    int qos = head >> 1 & 3;
    size_t at = 2 + length + (qos > 0 ? 2 : 0);
    char topic[TOPIC_MAX];
    if (length >= TOPIC_MAX || at > n || qos > 1) {
        return false;
    }
    memcpy(topic, body + 2, length);
    topic[length] = '\0';
    if (qos == 1) {
        uint8_t *p = begin(m, 0x40, 2);
        if (p == NULL) {
            return false;
        }
        memcpy(p, body + 2 + length, 2);
    }
    m->ops->on_message(m->ctx, topic, body + at, n - at);
    return true;
}

static bool take_one(struct mqtt *m, uint8_t head, const uint8_t *body, size_t n, const char **ret_why)
{
    switch (head >> 4) {
    case 2: // CONNACK
        if (n != 2 || body[1] != 0) {
            *ret_why = n == 2 && (body[1] == 4 || body[1] == 5) ? "the broker refused user or password"
                                                                : "the broker refused the connection";
            return false;
        }
        m->connecting = false;
        m->connected = true;
        m->ops->on_connected(m->ctx);
        return true;
    case 3:
        *ret_why = "a broken message";
        return take_publish(m, head, body, n);
    case 4: // PUBACK
        m->unacked -= m->unacked > 0;
        return true;
    default: // SUBACK, PINGRESP
        return true;
    }
}

bool mqtt_take(struct mqtt *m, const char **ret_why)
{
    size_t at = 0;
    bool ok = true;
    while (ok) {
        size_t length = 0, i = at + 1;
        int shift = 0;
        bool whole = false;
        while (i < m->in_used && shift < 28) {
            length |= (size_t)(m->in[i] & 127) << shift;
            shift += 7;
            if ((m->in[i++] & 128) == 0) {
                whole = true;
                break;
            }
        }
        if (length > PACKET_MAX || (!whole && shift >= 28)) {
            *ret_why = "a packet that is too long";
            return false;
        }
        if (!whole || i + length > m->in_used) {
            break;
        }
        ok = take_one(m, m->in[at], m->in + i, length, ret_why);
        at = i + length;
    }
    m->in_used -= at;
    if (m->in_used > 0) {
        memmove(m->in, m->in + at, m->in_used);
    }
    return ok;
}
