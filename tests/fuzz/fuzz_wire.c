// What comes over the wire, to both sides. The first byte says which message the rest is: e events, p press,
// s state, h health, r reply (to the aggregator); a ack or sync, S shard, c config and its document, C
// command, R ref (to the kiosk); t topic. What was taken can be written, and is read again as the same.
#include "kiosk/document_json.h"
#include "shared/protocol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "does not hold: %s\n", what);
        abort();
    }
}

// Both are freed.
static void same_text(char *a, size_t n, char *b, size_t m, const char *what)
{
    need(a && b && n == m && memcmp(a, b, n) == 0, what);
    free(a);
    free(b);
}

static void events(const void *p, size_t n)
{
    struct events_message m, again;
    size_t written, twice;
    if (events_decode(p, n, &m) != PROTOCOL_OK)
        return;
    for (int i = 0; i < m.rejected_count; i++)
        need(m.rejected[i].seq >= 1 && m.rejected[i].why[0] != '\0',
             "what is rejected has a seq and a reason");
    if (m.count > 0) {
        char *text = events_encode(m.epoch, m.sent, m.sent_up, m.events, m.count, &written);
        need(text, "events can be written");
        if (written <= PROTOCOL_PAYLOAD_MAX) { // escapes can make it longer
            need(events_decode(text, written, &again) == PROTOCOL_OK, "written events can be read");
            need(again.count == m.count && again.rejected_count == 0, "all of them");
            for (int i = 0; i < m.count; i++)
                need(event_hash(&m.events[i]) == event_hash(&again.events[i]), "as the same");
            char *more =
                events_encode(again.epoch, again.sent, again.sent_up, again.events, again.count, &twice);
            same_text(text, written, more, twice, "events to the byte");
            events_message_finish(&again);
        } else {
            free(text);
        }
    }
    events_message_finish(&m);
}

// Of a message that is read into `m`: write, read, write.
#define AGAIN(NAME, M, FINISH)                                                                               \
    do {                                                                                                     \
        struct NAME##_message again_;                                                                        \
        size_t n_, m_;                                                                                       \
        char *text_ = NAME##_encode(&(M), &n_);                                                              \
        need(text_, #NAME " can be written");                                                                \
        need(NAME##_decode(text_, n_, &again_) == PROTOCOL_OK, #NAME " can be read again");                  \
        char *more_ = NAME##_encode(&again_, &m_);                                                           \
        same_text(text_, n_, more_, m_, #NAME " to the byte");                                               \
        FINISH(&again_);                                                                                     \
    } while (0)

static void nothing(const void *m)
{
    (void)m;
}

static void config(const void *p, size_t n)
{
    struct config_message m, again;
    struct document d;
    char why[300];
    size_t written;
    if (config_decode(p, n, &m) != PROTOCOL_OK)
        return;
    if (document_read(m.document, m.n, &d, why, sizeof why)) {
        need(d.content == NULL || strlen(d.content) == d.n, "a content is a text");
        document_finish(&d);
    }
    char *text = config_encode(m.sha256, m.document, &written);
    need(text, "config can be written");
    need(config_decode(text, written, &again) == PROTOCOL_OK, "config can be read again");
    need(strcmp(again.sha256, m.sha256) == 0 && again.n == m.n &&
             memcmp(again.document, m.document, m.n) == 0,
         "config to the byte");
    config_message_finish(&again);
    config_message_finish(&m);
    free(text);
}

static void topic(const void *p, size_t n)
{
    char text[PROTOCOL_TOPIC_MAX * 2], again[PROTOCOL_TOPIC_MAX];
    struct topic t;
    if (n >= sizeof text)
        return;
    memcpy(text, p, n);
    text[n] = '\0';
    topic_parse(text, &t);
    if (t.kind >= TOPIC_ACK && t.kind <= TOPIC_REF) {
        topic_kiosk(t.kiosk.s, t.kind, again);
        need(strcmp(again, text) == 0, "a kiosk's topic");
    } else if (t.kind == TOPIC_SHARD) {
        topic_shard(t.shard, again);
        need(strcmp(again, text) == 0, "a shard's topic");
    } else if (t.kind == TOPIC_ALERT) {
        topic_alert(t.branch.s, t.alert, again);
        need(strcmp(again, text) == 0, "an alert's topic");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    // A copy of its own, so that reading past its end is seen.
    size_t n = size - 1;
    void *p = malloc(n > 0 ? n : 1);
    if (!p)
        return 0;
    memcpy(p, data + 1, n);
    union {
        struct ack_message ack;
        struct state_message state;
        struct health_message health;
        struct reply_message reply;
        struct shard_message shard;
        struct command_message command;
    } m;
    char ref[PROTOCOL_REF_MAX + 1];
    int score, of;
    switch (data[0]) {
    case 'e':
        events(p, n);
        break;
    case 'p':
        if (press_decode(p, n, &score, &of) == PROTOCOL_OK)
            need(of >= 2 && of <= PROTOCOL_SCORE_MAX && score >= 1 && score <= of,
                 "a press is within its scale");
        break;
    case 's':
        if (state_decode(p, n, &m.state) == PROTOCOL_OK) {
            AGAIN(state, m.state, state_message_finish);
            state_message_finish(&m.state);
        }
        break;
    case 'h':
        if (health_decode(p, n, &m.health) == PROTOCOL_OK) {
            AGAIN(health, m.health, health_message_finish);
            health_message_finish(&m.health);
        }
        break;
    case 'r':
        if (reply_decode(p, n, &m.reply) == PROTOCOL_OK) {
            AGAIN(reply, m.reply, reply_message_finish);
            reply_message_finish(&m.reply);
        }
        break;
    case 'a':
        if (ack_decode(p, n, &m.ack) == PROTOCOL_OK) {
            AGAIN(ack, m.ack, ack_message_finish);
            ack_message_finish(&m.ack);
        }
        break;
    case 'S':
        if (shard_decode(p, n, &m.shard) == PROTOCOL_OK)
            AGAIN(shard, m.shard, nothing);
        break;
    case 'C':
        if (command_decode(p, n, &m.command) == PROTOCOL_OK)
            AGAIN(command, m.command, nothing);
        break;
    case 'c':
        config(p, n);
        break;
    case 'R':
        if (ref_decode(p, n, ref) == PROTOCOL_OK)
            need(ref_valid(ref), "a ref is one");
        break;
    case 't':
        topic(p, n);
        break;
    default:
        break;
    }
    free(p);
    return 0;
}
