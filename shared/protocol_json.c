// protocol: encoders and decoders. The only file of shared/ that includes jansson.
//
// Two severities: what makes the whole message unusable is a protocol_error (the message is quarantined with
// its bytes); what makes one event unusable, once its seq is known, is an entry in `rejected`.
#include "shared/protocol.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- reading helpers

static bool utf8_valid(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        unsigned char c = s[i];
        size_t more = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : 9;
        if (more == 9 || i + more >= n) {
            if (more == 0) {
                i++;
                continue;
            }
            return false;
        }
        for (size_t k = 1; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
        unsigned char d = more > 0 ? s[i + 1] : 0;
        if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d >= 0xa0) || (c == 0xf0 && d < 0x90) ||
            (c == 0xf4 && d >= 0x90)) {
            return false; // overlong, surrogate or above U+10FFFF
        }
        i += more + 1;
    }
    return true;
}

// Parses one object with v = 1. On success *ret_root is owned by the caller.
static enum protocol_error parse_root(const void *payload, size_t n, size_t max, json_t **ret_root)
{
    if (n > max) {
        return PROTOCOL_TOO_LARGE;
    }
    if (!utf8_valid(payload, n)) {
        return PROTOCOL_NOT_UTF8;
    }
    json_error_t error;
    json_t *root = json_loadb(payload, n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return json_error_code(&error) == json_error_out_of_memory ? PROTOCOL_NO_MEMORY : PROTOCOL_NOT_JSON;
    }
    json_t *v = json_object_get(root, "v");
    if (!json_is_object(root) || !json_is_integer(v) || json_integer_value(v) != PROTOCOL_VERSION) {
        enum protocol_error e = json_is_object(root) ? PROTOCOL_BAD_VERSION : PROTOCOL_BAD_FIELD;
        json_decref(root);
        return e;
    }
    *ret_root = root;
    return PROTOCOL_OK;
}

// An integer from lo to hi; `missing` when the field is absent. False when present and anything else.
static bool get_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t missing, int64_t *ret)
{
    const json_t *v = json_object_get(o, key);
    if (v == NULL) {
        *ret = missing;
        return true;
    }
    int64_t i;
    if (json_is_integer(v)) {
        i = json_integer_value(v);
    } else if (json_is_real(v) && floor(json_real_value(v)) == json_real_value(v) &&
               fabs(json_real_value(v)) < 9e15) {
        i = (int64_t)json_real_value(v); // 1e3: some libraries write whole numbers so
    } else {
        return false;
    }
    if (i < lo || i > hi) {
        return false;
    }
    *ret = i;
    return true;
}

static bool need_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t *ret)
{
    return json_object_get(o, key) != NULL && get_int(o, key, lo, hi, 0, ret);
}

static bool get_text(const json_t *o, const char *key, size_t max, char *ret)
{
    const json_t *v = json_object_get(o, key);
    ret[0] = '\0';
    if (v == NULL) {
        return true;
    }
    if (!json_is_string(v) || json_string_length(v) > max ||
        strlen(json_string_value(v)) != json_string_length(v)) {
        return false; // also a text that holds NUL
    }
    memcpy(ret, json_string_value(v), json_string_length(v) + 1);
    return true;
}

// An id; absent or "" is none (an event takes a default of its envelope back so).
static bool get_ident(const json_t *o, const char *key, struct ident *ret)
{
    const json_t *v = json_object_get(o, key);
    memset(ret, 0, sizeof *ret);
    return v == NULL || (json_is_string(v) && (json_string_length(v) == 0 || ident_set(ret, json_string_value(v))));
}

static bool need_epoch(const json_t *o, uint8_t *ret)
{
    const json_t *v = json_object_get(o, "epoch");
    return json_is_string(v) && ident_unhex(json_string_value(v), EPOCH_BYTES, ret);
}

// ---------------------------------------------------------------- events

// The fields that stand in the envelope or in the event. NULL when fine, else the reason code.
static const char *read_defaults(const json_t *o, struct event *e)
{
    struct event d = *e;
    int64_t version = e->version;
    if (json_object_get(o, "boot") != NULL && !get_int(o, "boot", 0, PROTOCOL_INT_MAX, 0, &d.boot)) {
        return "boot";
    }
    if (json_object_get(o, "place") != NULL && !get_ident(o, "place", &d.place)) {
        return "place";
    }
    if (json_object_get(o, "survey") != NULL && !get_ident(o, "survey", &d.survey)) {
        return "survey";
    }
    if (!get_int(o, "version", 0, INT32_MAX, version, &version)) {
        return "version";
    }
    d.version = (int)version;
    if (json_object_get(o, "lang") != NULL && !get_text(o, "lang", PROTOCOL_LANG_MAX, d.lang)) {
        return "lang";
    }
    if (json_object_get(o, "by") != NULL && !get_text(o, "by", sizeof d.by - 1, d.by)) {
        return "by";
    }
    const json_t *clock = json_object_get(o, "clock");
    if (clock != NULL) {
        if (!json_is_string(clock)) {
            return "clock";
        }
        d.clock = strcmp(json_string_value(clock), "synced") == 0 ? CLOCK_SYNCED : CLOCK_UNSURE;
    }
    *e = d;
    return NULL;
}

static const char *read_options(const json_t *o, struct event *e)
{
    const json_t *list = json_object_get(o, "options");
    if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > PROTOCOL_OPTIONS_MAX) {
        return "options";
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_string(v) || !ident_set(&e->options[i], json_string_value(v))) {
            return "options";
        }
    }
    e->option_count = (int)json_array_size(list);
    return NULL;
}

// Reads one event whose seq is known already. NULL when fine, else the reason code that goes into `rejected`.
static const char *read_event(const json_t *o, struct event *e)
{
    const char *why = read_defaults(o, e);
    if (why != NULL) {
        return why;
    }
    int64_t score, of, since, fingers;
    if (!need_int(o, "at", 0, PROTOCOL_INT_MAX, &e->at)) {
        return "at";
    }
    if (!get_int(o, "up", 0, PROTOCOL_INT_MAX, -1, &e->up)) {
        return "up";
    }
    if (!get_int(o, "visit", 1, PROTOCOL_INT_MAX, e->seq, &e->visit) || e->visit > e->seq) {
        return "visit";
    }
    if (!get_int(o, "since", 0, INT32_MAX, -1, &since) || !get_int(o, "fingers", 0, 100, 0, &fingers)) {
        return "facts";
    }
    e->since_ms = (int)since;
    e->fingers = (int)fingers;
    const json_t *type = json_object_get(o, "type");
    if (!json_is_string(type)) {
        return "type";
    }
    e->type = event_type_parse(json_string_value(type));
    if (e->type == EVENT_VOID) {
        return need_int(o, "voids", 1, e->seq - 1, &e->voids) ? NULL : "voids";
    }
    if (!get_ident(o, "question", &e->question) || (e->type != EVENT_UNKNOWN && e->question.s[0] == '\0')) {
        return "question";
    }
    switch (e->type) {
    case EVENT_RATING:
    case EVENT_NUMBER:
        if (!need_int(o, "of", 2, PROTOCOL_SCORE_MAX, &of) || !need_int(o, "score", 1, of, &score)) {
            return "score";
        }
        e->score = (int)score;
        e->of = (int)of;
        return NULL;
    case EVENT_CHOICE:
        return read_options(o, e);
    case EVENT_TEXT:
    case EVENT_CONTACT:
        return get_text(o, "text", PROTOCOL_TEXT_MAX, e->text) && e->text[0] != '\0' ? NULL : "text";
    default:
        return NULL; // an unknown type is stored as it is
    }
}

static enum protocol_error read_events(const json_t *root, struct events_message *m)
{
    struct event defaults = {.since_ms = -1, .up = -1};
    const json_t *list = json_object_get(root, "events");
    if (!need_epoch(root, m->epoch) || !need_int(root, "sent", 0, PROTOCOL_INT_MAX, &m->sent) ||
        !get_int(root, "sent_up", 0, PROTOCOL_INT_MAX, -1, &m->sent_up) || !json_is_array(list) ||
        read_defaults(root, &defaults) != NULL) {
        return PROTOCOL_BAD_FIELD;
    }
    size_t n = json_array_size(list);
    if (n < 1 || n > PROTOCOL_EVENTS_MAX) {
        return PROTOCOL_TOO_MANY;
    }
    m->events = calloc(n, sizeof *m->events);
    if (m->events == NULL) {
        return PROTOCOL_NO_MEMORY;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        struct event *e = &m->events[m->count];
        *e = defaults;
        if (!json_is_object(o) || !need_int(o, "seq", 1, PROTOCOL_INT_MAX, &e->seq)) {
            return PROTOCOL_BAD_FIELD; // nothing to answer it by
        }
        int64_t seq = e->seq;
        const char *why = read_event(o, e);
        if (why != NULL) {
            m->rejected[m->rejected_count++] = (struct rejected){.seq = seq, .why = why};
        } else {
            m->count++;
        }
    }
    return PROTOCOL_OK;
}

enum protocol_error events_decode(const void *payload, size_t n, struct events_message *ret_m)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct events_message m = {.count = 0};
    e = read_events(root, &m);
    json_decref(root);
    if (e != PROTOCOL_OK) {
        events_message_finish(&m);
        return e;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

enum protocol_error press_decode(const void *payload, size_t n, int *ret_score, int *ret_of)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    int64_t score, of;
    bool ok = need_int(root, "of", 2, PROTOCOL_SCORE_MAX, &of) && need_int(root, "score", 1, of, &score);
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    *ret_score = (int)score;
    *ret_of = (int)of;
    return PROTOCOL_OK;
}

// ---------------------------------------------------------------- writing helpers

// jansson reports a failed set by -1 and has then released the value: collect failures, look once at the end.
static void set(json_t *o, const char *key, json_t *v, bool *failed)
{
    if (json_object_set_new(o, key, v) != 0) {
        *failed = true;
    }
}

static char *dump(json_t *root, bool failed, size_t *ret_n)
{
    char *text = failed ? NULL : json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (text != NULL) {
        *ret_n = strlen(text);
    }
    return text;
}

static void set_hex(json_t *o, const char *key, const uint8_t *epoch, bool *failed)
{
    char hex[EPOCH_HEX + 1];
    ident_hex(epoch, EPOCH_BYTES, hex);
    set(o, key, json_string(hex), failed);
}

static void write_event(json_t *o, const struct event *e, bool *failed)
{
    set(o, "seq", json_integer(e->seq), failed);
    set(o, "at", json_integer(e->at), failed);
    if (e->up >= 0) {
        set(o, "up", json_integer(e->up), failed);
    }
    set(o, "visit", json_integer(e->visit), failed);
    set(o, "type", json_string(event_type_name(e->type)), failed);
    if (e->question.s[0] != '\0') {
        set(o, "question", json_string(e->question.s), failed);
    }
    if (e->type == EVENT_RATING || e->type == EVENT_NUMBER) {
        set(o, "score", json_integer(e->score), failed);
        set(o, "of", json_integer(e->of), failed);
    }
    if (e->type == EVENT_CHOICE) {
        json_t *list = json_array();
        for (int i = 0; i < e->option_count; i++) {
            if (json_array_append_new(list, json_string(e->options[i].s)) != 0) {
                *failed = true;
            }
        }
        set(o, "options", list, failed);
    }
    if (e->text[0] != '\0') {
        set(o, "text", json_string(e->text), failed);
    }
    if (e->type == EVENT_VOID) {
        set(o, "voids", json_integer(e->voids), failed);
    }
    if (e->since_ms >= 0) {
        set(o, "since", json_integer(e->since_ms), failed);
    }
    if (e->fingers > 0) {
        set(o, "fingers", json_integer(e->fingers), failed);
    }
}

// Writes the fields of `e` in which it differs from `base`; base NULL: all that are set.
static void write_defaults(json_t *o, const struct event *e, const struct event *base, bool *failed)
{
    struct event none = {.boot = -1, .version = -1};
    const struct event *b = base != NULL ? base : &none;
    if (e->boot != b->boot) {
        set(o, "boot", json_integer(e->boot), failed);
    }
    if (strcmp(e->place.s, b->place.s) != 0) {
        set(o, "place", json_string(e->place.s), failed);
    }
    if (strcmp(e->survey.s, b->survey.s) != 0) {
        set(o, "survey", json_string(e->survey.s), failed);
    }
    if (e->version != b->version) {
        set(o, "version", json_integer(e->version), failed);
    }
    if (strcmp(e->lang, b->lang) != 0) {
        set(o, "lang", json_string(e->lang), failed);
    }
    if (strcmp(e->by, b->by) != 0) {
        set(o, "by", json_string(e->by), failed);
    }
    if (base == NULL || e->clock != b->clock) {
        set(o, "clock", json_string(e->clock == CLOCK_SYNCED ? "synced" : "unsure"), failed);
    }
}

char *events_encode(const uint8_t epoch[EPOCH_BYTES], wall_ms sent, int64_t sent_up,
                    const struct event *events, int count, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    set_hex(root, "epoch", epoch, &failed);
    set(root, "sent", json_integer(sent), &failed);
    if (sent_up >= 0) {
        set(root, "sent_up", json_integer(sent_up), &failed);
    }
    write_defaults(root, &events[0], NULL, &failed);
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        json_t *o = json_object();
        write_event(o, &events[i], &failed);
        write_defaults(o, &events[i], &events[0], &failed);
        if (json_array_append_new(list, o) != 0) {
            failed = true;
        }
    }
    set(root, "events", list, &failed);
    return dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- ack and sync

static bool read_ack_epoch(const json_t *o, struct ack_epoch *e)
{
    const json_t *also = json_object_get(o, "also");
    if (!need_epoch(o, e->epoch) || !need_int(o, "through", 0, PROTOCOL_INT_MAX, &e->through) ||
        (also != NULL && (!json_is_array(also) || json_array_size(also) > PROTOCOL_RANGES_MAX))) {
        return false;
    }
    size_t n = json_array_size(also);
    e->also = calloc(n + 1, sizeof *e->also);
    if (e->also == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(also, i);
        const json_t *a = json_array_get(pair, 0), *b = json_array_get(pair, 1);
        if (json_array_size(pair) != 2 || !json_is_integer(a) || !json_is_integer(b) ||
            json_integer_value(a) > json_integer_value(b)) {
            return false;
        }
        e->also[i] = (struct seq_range){json_integer_value(a), json_integer_value(b)};
        e->also_count = (int)i + 1;
    }
    return true;
}

static bool read_ack(const json_t *root, struct ack_message *m)
{
    const json_t *rejected = json_object_get(root, "rejected");
    const json_t *epochs = json_object_get(root, "epochs");
    int64_t pause;
    m->sync = json_is_true(json_object_get(root, "sync"));
    size_t n = m->sync ? json_array_size(epochs) : 1;
    if (!get_text(root, "run", EPOCH_HEX, m->run) || m->run[0] == '\0' ||
        !get_int(root, "now", 0, PROTOCOL_INT_MAX, 0, &m->now) ||
        !get_int(root, "pause", 0, 86400000, 0, &pause) || n > PROTOCOL_EPOCHS_MAX ||
        json_array_size(rejected) > PROTOCOL_REJECTED_MAX) {
        return false;
    }
    m->pause_ms = (int)pause;
    m->epochs = calloc(n + 1, sizeof *m->epochs);
    if (m->epochs == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        m->epoch_count = (int)i + 1;
        if (!read_ack_epoch(m->sync ? json_array_get(epochs, i) : root, &m->epochs[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < json_array_size(rejected); i++) {
        const json_t *o = json_array_get(rejected, i);
        struct ack_rejected *r = &m->rejected[m->rejected_count++];
        if (!need_int(o, "seq", 1, PROTOCOL_INT_MAX, &r->seq) ||
            !get_text(o, "why", sizeof r->why - 1, r->why)) {
            return false;
        }
    }
    return true;
}

enum protocol_error ack_decode(const void *payload, size_t n, struct ack_message *ret_m)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_DOC_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct ack_message m = {.epoch_count = 0};
    bool ok = read_ack(root, &m);
    json_decref(root);
    if (!ok) {
        ack_message_finish(&m);
        return PROTOCOL_BAD_FIELD;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

static void write_ack_epoch(json_t *o, const struct ack_epoch *e, bool *failed)
{
    set_hex(o, "epoch", e->epoch, failed);
    set(o, "through", json_integer(e->through), failed);
    if (e->also_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < e->also_count; i++) {
            json_t *pair = json_pack("[I,I]", (json_int_t)e->also[i].first, (json_int_t)e->also[i].last);
            if (json_array_append_new(list, pair) != 0) {
                *failed = true;
            }
        }
        set(o, "also", list, failed);
    }
}

char *ack_encode(const struct ack_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    set(root, "run", json_string(m->run), &failed);
    if (m->sync) {
        json_t *list = json_array();
        set(root, "sync", json_true(), &failed);
        for (int i = 0; i < m->epoch_count; i++) {
            json_t *o = json_object();
            write_ack_epoch(o, &m->epochs[i], &failed);
            if (json_array_append_new(list, o) != 0) {
                failed = true;
            }
        }
        set(root, "epochs", list, &failed);
    } else {
        write_ack_epoch(root, &m->epochs[0], &failed);
    }
    if (m->rejected_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < m->rejected_count; i++) {
            json_t *o =
                json_pack("{s:I,s:s}", "seq", (json_int_t)m->rejected[i].seq, "why", m->rejected[i].why);
            if (json_array_append_new(list, o) != 0) {
                failed = true;
            }
        }
        set(root, "rejected", list, &failed);
    }
    set(root, "now", json_integer(m->now), &failed);
    if (!m->sync) {
        set(root, "pause", json_integer(m->pause_ms), &failed);
    }
    return dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- kiosk state

static bool read_state(const json_t *root, struct state_message *m)
{
    const json_t *name = json_object_get(root, "state");
    const json_t *held = json_object_get(root, "held");
    int64_t version;
    m->state = KIOSK_NEVER;
    for (int s = KIOSK_READY; s <= KIOSK_LOST && json_is_string(name); s++) {
        if (strcmp(kiosk_state_name((enum kiosk_state)s), json_string_value(name)) == 0) {
            m->state = (enum kiosk_state)s;
        }
    }
    if (m->state == KIOSK_NEVER || !need_int(root, "session", 0, PROTOCOL_INT_MAX, &m->session) ||
        !get_int(root, "boot", 0, PROTOCOL_INT_MAX, 0, &m->boot) ||
        !get_text(root, "software", sizeof m->software - 1, m->software) ||
        !get_ident(root, "survey", &m->survey) || !get_int(root, "version", 0, INT32_MAX, 0, &version) ||
        json_array_size(held) > PROTOCOL_EPOCHS_MAX) {
        return false;
    }
    m->survey_version = (int)version;
    if (json_object_get(root, "epoch") != NULL && !need_epoch(root, m->epoch)) {
        return false;
    }
    size_t n = json_array_size(held);
    m->held = calloc(n + 1, sizeof *m->held);
    if (m->held == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(held, i);
        struct held_epoch *h = &m->held[i];
        if (!need_epoch(o, h->epoch) || !get_ident(o, "branch", &h->branch) ||
            !need_int(o, "first", 0, PROTOCOL_INT_MAX, &h->first) ||
            !need_int(o, "last", 0, PROTOCOL_INT_MAX, &h->last)) {
            return false;
        }
    }
    m->held_count = (int)n;
    return true;
}

enum protocol_error state_decode(const void *payload, size_t n, struct state_message *ret_m)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct state_message m = {.held_count = 0};
    bool ok = read_state(root, &m);
    json_decref(root);
    if (!ok) {
        state_message_finish(&m);
        return PROTOCOL_BAD_FIELD;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

char *state_encode(const struct state_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    set(root, "state", json_string(kiosk_state_name(m->state)), &failed);
    set(root, "session", json_integer(m->session), &failed);
    set_hex(root, "epoch", m->epoch, &failed);
    set(root, "boot", json_integer(m->boot), &failed);
    set(root, "software", json_string(m->software), &failed);
    if (m->survey.s[0] != '\0') {
        set(root, "survey", json_string(m->survey.s), &failed);
        set(root, "version", json_integer(m->survey_version), &failed);
    }
    if (m->held_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < m->held_count; i++) {
            const struct held_epoch *h = &m->held[i];
            json_t *o = json_object();
            set_hex(o, "epoch", h->epoch, &failed);
            set(o, "branch", json_string(h->branch.s), &failed);
            set(o, "first", json_integer(h->first), &failed);
            set(o, "last", json_integer(h->last), &failed);
            if (json_array_append_new(list, o) != 0) {
                failed = true;
            }
        }
        set(root, "held", list, &failed);
    }
    return dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- health

static bool read_health_epoch(const json_t *o, struct health_epoch *e)
{
    const json_t *votes = json_object_get(o, "votes");
    if (!need_epoch(o, e->epoch) || !need_int(o, "next", 1, PROTOCOL_INT_MAX, &e->next_seq) ||
        !get_int(o, "lost", 0, PROTOCOL_INT_MAX, 0, &e->lost) || !json_is_array(votes) ||
        json_array_size(votes) > PROTOCOL_SCORE_MAX) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(votes); i++) {
        const json_t *v = json_array_get(votes, i);
        if (!json_is_integer(v) || json_integer_value(v) < 0 || json_integer_value(v) > PROTOCOL_INT_MAX) {
            return false;
        }
        e->votes[i] = json_integer_value(v);
    }
    e->of = (int)json_array_size(votes);
    return true;
}

static bool read_health(const json_t *root, struct health_message *m)
{
    const json_t *epochs = json_object_get(root, "epochs");
    const json_t *clock = json_object_get(root, "clock");
    const int64_t max = PROTOCOL_INT_MAX;
    if (!get_int(root, "sent", 0, max, 0, &m->sent) || !get_int(root, "session", 0, max, 0, &m->session) ||
        !get_int(root, "boot", 0, max, 0, &m->boot) || !get_int(root, "up", 0, max, 0, &m->up) ||
        !get_int(root, "unacknowledged", 0, max, 0, &m->unacknowledged) ||
        !get_int(root, "oldest", 0, max, 0, &m->oldest_unacknowledged_at) ||
        !get_int(root, "ignored", 0, max, 0, &m->ignored) ||
        !get_int(root, "free", 0, max, 0, &m->free_disk_bytes) ||
        !get_int(root, "errors", 0, max, 0, &m->errors) ||
        !get_text(root, "reason", sizeof m->reason - 1, m->reason) || !json_is_array(epochs) ||
        json_array_size(epochs) > PROTOCOL_EPOCHS_MAX) {
        return false;
    }
    m->clock = json_is_string(clock) && strcmp(json_string_value(clock), "synced") == 0 ? CLOCK_SYNCED
                                                                                        : CLOCK_UNSURE;
    size_t n = json_array_size(epochs);
    m->epochs = calloc(n + 1, sizeof *m->epochs);
    if (m->epochs == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!read_health_epoch(json_array_get(epochs, i), &m->epochs[i])) {
            return false;
        }
    }
    m->epoch_count = (int)n;
    return true;
}

enum protocol_error health_decode(const void *payload, size_t n, struct health_message *ret_m)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct health_message m = {.epoch_count = 0};
    bool ok = read_health(root, &m);
    json_decref(root);
    if (!ok) {
        health_message_finish(&m);
        return PROTOCOL_BAD_FIELD;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

char *health_encode(const struct health_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    set(root, "sent", json_integer(m->sent), &failed);
    set(root, "session", json_integer(m->session), &failed);
    set(root, "boot", json_integer(m->boot), &failed);
    set(root, "up", json_integer(m->up), &failed);
    set(root, "unacknowledged", json_integer(m->unacknowledged), &failed);
    set(root, "oldest", json_integer(m->oldest_unacknowledged_at), &failed);
    set(root, "ignored", json_integer(m->ignored), &failed);
    set(root, "free", json_integer(m->free_disk_bytes), &failed);
    set(root, "errors", json_integer(m->errors), &failed);
    set(root, "clock", json_string(m->clock == CLOCK_SYNCED ? "synced" : "unsure"), &failed);
    set(root, "reason", json_string(m->reason), &failed);
    json_t *list = json_array();
    for (int i = 0; i < m->epoch_count; i++) {
        const struct health_epoch *e = &m->epochs[i];
        json_t *o = json_object(), *votes = json_array();
        set_hex(o, "epoch", e->epoch, &failed);
        set(o, "next", json_integer(e->next_seq), &failed);
        for (int s = 0; s < e->of; s++) {
            if (json_array_append_new(votes, json_integer(e->votes[s])) != 0) {
                failed = true;
            }
        }
        set(o, "votes", votes, &failed);
        set(o, "lost", json_integer(e->lost), &failed);
        if (json_array_append_new(list, o) != 0) {
            failed = true;
        }
    }
    set(root, "epochs", list, &failed);
    return dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- shard state

enum protocol_error shard_decode(const void *payload, size_t n, struct shard_message *ret_m)
{
    json_t *root;
    enum protocol_error e = parse_root(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct shard_message m = {.ready = false};
    const json_t *state = json_object_get(root, "state");
    bool ok = json_is_string(state) && get_text(root, "run", EPOCH_HEX, m.run) && m.run[0] != '\0' &&
              get_int(root, "now", 0, PROTOCOL_INT_MAX, 0, &m.now);
    if (ok) {
        m.ready = strcmp(json_string_value(state), "ready") == 0;
    }
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

char *shard_encode(const struct shard_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    set(root, "state", json_string(m->ready ? "ready" : "gone"), &failed);
    set(root, "run", json_string(m->run), &failed);
    set(root, "now", json_integer(m->now), &failed);
    return dump(root, failed, ret_n);
}
