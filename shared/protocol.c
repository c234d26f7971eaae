// protocol: names, topics and hashes of the wire contract. Pure.
#include "shared/protocol.h"

#include "shared/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {"rating", "choice", "text", "contact", "number", "void", "unknown"};
static const char *const state_names[] = {"never", "ready", "sleeping", "disconnected", "lost"};
static const char *const leaf_names[] = {
    [TOPIC_ACK] = "ack",       [TOPIC_STATE] = "state",     [TOPIC_HEALTH] = "health",
    [TOPIC_CONFIG] = "config", [TOPIC_COMMAND] = "command", [TOPIC_REPLY] = "reply",
    [TOPIC_REF] = "ref",
};
static const char *const order_names[] = {"identify",   "reload", "restart", "resend",
                                          "screenshot", "erase",  "unknown"};

const char *event_type_name(enum event_type type)
{
    return type_names[type];
}

enum event_type event_type_parse(const char *name)
{
    for (int i = 0; i < EVENT_UNKNOWN; i++) {
        if (strcmp(type_names[i], name) == 0) {
            return (enum event_type)i;
        }
    }
    return EVENT_UNKNOWN;
}

const char *kiosk_state_name(enum kiosk_state s)
{
    return state_names[s];
}

const char *protocol_error_code(enum protocol_error e)
{
    static const char *const codes[] = {"ok",          "too-large", "not-utf8", "not-json",
                                        "bad-version", "bad-field", "too-many", "no-memory"};
    return codes[e];
}

const char *order_name(enum order o)
{
    return order_names[o];
}

enum order order_parse(const char *name)
{
    for (int i = 0; i < ORDER_UNKNOWN; i++) {
        if (strcmp(order_names[i], name) == 0) {
            return (enum order)i;
        }
    }
    return ORDER_UNKNOWN;
}

bool ref_valid(const char *ref)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/";
    size_t n = strlen(ref);
    return n > 0 && n <= PROTOCOL_REF_MAX && strspn(ref, allowed) == n;
}

// Bytes of the character at s; 0 when they are no UTF-8.
static size_t character(const unsigned char *s)
{
    size_t n = s[0] < 0x80                   ? 1
               : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
               : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
               : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                             : 0;
    for (size_t i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) { // also the end of the text
            return 0;
        }
    }
    bool odd = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
               (s[0] == 0xf0 && s[1] < 0x90) ||
               (s[0] == 0xf4 && s[1] >= 0x90); // overlong, surrogate or above U+10FFFF
    return odd ? 0 : n;
}

void protocol_words(const char *text, size_t max, char *ret)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t n = character((const unsigned char *)text), step = n > 0 ? n : 1;
        if (used + step > max) {
            break;
        }
        memcpy(ret + used, text, step);
        if (n == 0) {
            ret[used] = '?';
        } else if ((unsigned char)text[0] < ' ' || text[0] == 127) {
            ret[used] = ' ';
        }
        used += step;
        text += step;
    }
    ret[used] = '\0';
}

void events_message_finish(struct events_message *m)
{
    if (m != NULL) {
        free(m->events);
        m->events = NULL;
        m->count = 0;
    }
}

void ack_message_finish(struct ack_message *m)
{
    if (m != NULL) {
        for (int i = 0; i < m->epoch_count; i++) {
            free(m->epochs[i].also);
        }
        free(m->epochs);
        m->epochs = NULL;
        m->epoch_count = 0;
    }
}

void state_message_finish(struct state_message *m)
{
    if (m != NULL) {
        free(m->held);
        m->held = NULL;
        m->held_count = 0;
    }
}

void health_message_finish(struct health_message *m)
{
    if (m != NULL) {
        free(m->epochs);
        m->epochs = NULL;
        m->epoch_count = 0;
    }
}

void config_message_finish(struct config_message *m)
{
    if (m != NULL) {
        free(m->document);
        m->document = NULL;
        m->n = 0;
    }
}

void reply_message_finish(struct reply_message *m)
{
    if (m != NULL) {
        free(m->png);
        m->png = NULL;
    }
}

// ---------------------------------------------------------------- content hash

uint64_t event_hash(const struct event *e)
{
    uint64_t h = HASH_START;
    h = hash_word(h, (uint64_t)e->at);
    h = hash_word(h, (uint64_t)e->visit);
    h = hash_word(h, (uint64_t)e->voids);
    h = hash_word(h, (uint64_t)e->type << 32 | (uint64_t)e->score << 16 | (uint64_t)e->of);
    h = hash_text(h, e->question.s);
    for (int i = 0; i < e->option_count; i++) {
        h = hash_text(h, e->options[i].s);
    }
    h = hash_text(h, e->type == EVENT_CONTACT ? "" : e->text); // one that was wiped is the same event
    return hash_text(h, e->ref);
}

// ---------------------------------------------------------------- topics

// Cuts the next level off *p into ret (n bytes). False at the end or when it does not fit.
static bool level(const char **p, char *ret, size_t n)
{
    if (*p == NULL) {
        return false;
    }
    const char *slash = strchr(*p, '/');
    size_t len = slash != NULL ? (size_t)(slash - *p) : strlen(*p);
    if (len >= n) {
        return false;
    }
    memcpy(ret, *p, len);
    ret[len] = '\0';
    *p = slash != NULL ? slash + 1 : NULL;
    return true;
}

static bool level_ident(const char **p, struct ident *ret_id)
{
    char s[IDENT_MAX + 1];
    return level(p, s, sizeof s) && ident_set(ret_id, s);
}

static bool shard_valid(const char *s)
{
    uint8_t b;
    return strcmp(s, "all") == 0 || (ident_unhex(s, 1, &b) && b < SHARD_COUNT);
}

static enum topic_kind parse(const char *text, struct topic *t)
{
    static const char prefix[] = "puas/1/";
    if (strncmp(text, prefix, sizeof prefix - 1) != 0) {
        return TOPIC_UNKNOWN;
    }
    const char *p = text + sizeof prefix - 1;
    char head[12], leaf[12];
    struct ident alert;
    enum topic_kind kind = TOPIC_UNKNOWN;
    if (!level(&p, head, sizeof head)) {
        return TOPIC_UNKNOWN;
    }
    if (strcmp(head, "events") == 0) {
        if (level(&p, t->shard, sizeof t->shard) && shard_valid(t->shard) && level_ident(&p, &t->branch) &&
            level_ident(&p, &t->kiosk)) {
            kind = TOPIC_EVENTS;
        }
    } else if (strcmp(head, "press") == 0) {
        if (level_ident(&p, &t->branch) && level_ident(&p, &t->kiosk)) {
            kind = TOPIC_PRESS;
        }
    } else if (strcmp(head, "kiosk") == 0) {
        if (level_ident(&p, &t->kiosk) && level(&p, leaf, sizeof leaf)) {
            for (int k = TOPIC_ACK; k <= TOPIC_REF; k++) {
                if (strcmp(leaf_names[k], leaf) == 0) {
                    kind = (enum topic_kind)k;
                }
            }
        }
    } else if (strcmp(head, "shard") == 0) {
        if (level(&p, t->shard, sizeof t->shard) && shard_valid(t->shard) && level(&p, leaf, sizeof leaf) &&
            strcmp(leaf, "state") == 0) {
            kind = TOPIC_SHARD;
        }
    } else if (strcmp(head, "alerts") == 0) {
        if (level_ident(&p, &t->branch) && level_ident(&p, &alert)) {
            memcpy(t->alert, alert.s, sizeof t->alert);
            kind = TOPIC_ALERT;
        }
    }
    return p == NULL ? kind : TOPIC_UNKNOWN; // something after the last level: not ours
}

void topic_parse(const char *text, struct topic *ret_t)
{
    struct topic t = {.kind = TOPIC_UNKNOWN};
    t.kind = parse(text, &t);
    *ret_t = t;
}

void topic_events(const char *branch, const char *kiosk, char *ret)
{
    snprintf(ret, PROTOCOL_TOPIC_MAX, "puas/1/events/%02x/%s/%s", ident_shard(branch), branch, kiosk);
}

void topic_kiosk(const char *kiosk, enum topic_kind leaf, char *ret)
{
    snprintf(ret, PROTOCOL_TOPIC_MAX, "puas/1/kiosk/%s/%s", kiosk, leaf_names[leaf]);
}

void topic_shard(const char *shard, char *ret)
{
    snprintf(ret, PROTOCOL_TOPIC_MAX, "puas/1/shard/%s/state", shard);
}

void topic_alert(const char *branch, const char *alert, char *ret)
{
    snprintf(ret, PROTOCOL_TOPIC_MAX, "puas/1/alerts/%s/%s", branch, alert);
}
