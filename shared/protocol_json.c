// protocol: encoders and decoders of acknowledgement, sync, kiosk state, health and shard state.
#include "shared/fields_json.h"

#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- ack and sync

static bool read_ack_epoch(const json_t *o, struct ack_epoch *e)
{
    const json_t *also = json_object_get(o, "also");
    if (!fields_need_epoch(o, e->epoch) || !fields_need_int(o, "through", 0, PROTOCOL_INT_MAX, &e->through) ||
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
    if (!fields_text(root, "run", EPOCH_HEX, m->run) || m->run[0] == '\0' ||
        !fields_int(root, "now", 0, PROTOCOL_INT_MAX, 0, &m->now) ||
        !fields_int(root, "pause", 0, 86400000, 0, &pause) || n > PROTOCOL_EPOCHS_MAX ||
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
        if (!fields_need_int(o, "seq", 1, PROTOCOL_INT_MAX, &r->seq) ||
            !fields_text(o, "why", sizeof r->why - 1, r->why)) {
            return false;
        }
    }
    return true;
}

enum protocol_error ack_decode(const void *payload, size_t n, struct ack_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_DOC_MAX, &root);
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
    fields_set_hex(o, "epoch", e->epoch, failed);
    fields_set(o, "through", json_integer(e->through), failed);
    if (e->also_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < e->also_count; i++) {
            json_t *pair = json_pack("[I,I]", (json_int_t)e->also[i].first, (json_int_t)e->also[i].last);
            if (json_array_append_new(list, pair) != 0) {
                *failed = true;
            }
        }
        fields_set(o, "also", list, failed);
    }
}

char *ack_encode(const struct ack_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "run", json_string(m->run), &failed);
    if (m->sync) {
        json_t *list = json_array();
        fields_set(root, "sync", json_true(), &failed);
        for (int i = 0; i < m->epoch_count; i++) {
            json_t *o = json_object();
            write_ack_epoch(o, &m->epochs[i], &failed);
            if (json_array_append_new(list, o) != 0) {
                failed = true;
            }
        }
        fields_set(root, "epochs", list, &failed);
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
        fields_set(root, "rejected", list, &failed);
    }
    fields_set(root, "now", json_integer(m->now), &failed);
    if (!m->sync) {
        fields_set(root, "pause", json_integer(m->pause_ms), &failed);
    }
    return fields_dump(root, failed, ret_n);
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
    if (m->state == KIOSK_NEVER || !fields_need_int(root, "session", 0, PROTOCOL_INT_MAX, &m->session) ||
        !fields_int(root, "boot", 0, PROTOCOL_INT_MAX, 0, &m->boot) ||
        !fields_text(root, "software", sizeof m->software - 1, m->software) ||
        !fields_ident(root, "survey", &m->survey) ||
        !fields_int(root, "version", 0, INT32_MAX, 0, &version) ||
        json_array_size(held) > PROTOCOL_EPOCHS_MAX) {
        return false;
    }
    m->survey_version = (int)version;
    if (json_object_get(root, "epoch") != NULL && !fields_need_epoch(root, m->epoch)) {
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
        if (!fields_need_epoch(o, h->epoch) || !fields_ident(o, "branch", &h->branch) ||
            !fields_need_int(o, "first", 0, PROTOCOL_INT_MAX, &h->first) ||
            !fields_need_int(o, "last", 0, PROTOCOL_INT_MAX, &h->last)) {
            return false;
        }
    }
    m->held_count = (int)n;
    return true;
}

enum protocol_error state_decode(const void *payload, size_t n, struct state_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
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
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "state", json_string(kiosk_state_name(m->state)), &failed);
    fields_set(root, "session", json_integer(m->session), &failed);
    fields_set_hex(root, "epoch", m->epoch, &failed);
    fields_set(root, "boot", json_integer(m->boot), &failed);
    fields_set(root, "software", json_string(m->software), &failed);
    if (m->survey.s[0] != '\0') {
        fields_set(root, "survey", json_string(m->survey.s), &failed);
        fields_set(root, "version", json_integer(m->survey_version), &failed);
    }
    if (m->held_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < m->held_count; i++) {
            const struct held_epoch *h = &m->held[i];
            json_t *o = json_object();
            fields_set_hex(o, "epoch", h->epoch, &failed);
            fields_set(o, "branch", json_string(h->branch.s), &failed);
            fields_set(o, "first", json_integer(h->first), &failed);
            fields_set(o, "last", json_integer(h->last), &failed);
            if (json_array_append_new(list, o) != 0) {
                failed = true;
            }
        }
        fields_set(root, "held", list, &failed);
    }
    return fields_dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- health

static bool read_health_epoch(const json_t *o, struct health_epoch *e)
{
    const json_t *votes = json_object_get(o, "votes");
    if (!fields_need_epoch(o, e->epoch) || !fields_need_int(o, "next", 1, PROTOCOL_INT_MAX, &e->next_seq) ||
        !fields_int(o, "lost", 0, PROTOCOL_INT_MAX, 0, &e->lost) || !json_is_array(votes) ||
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

// What the kiosk says of the documents that it was sent.
static bool read_documents(const json_t *root, struct health_message *m)
{
    const json_t *refused = json_object_get(root, "refused");
    char why[PROTOCOL_WHY_MAX + 1] = "";
    if (!fields_hash(root, "content", m->content) ||
        !fields_text(root, "assignment", sizeof m->assignment - 1, m->assignment) ||
        (refused != NULL && (!json_is_object(refused) || !fields_hash(refused, "sha256", m->refused) ||
                             !fields_text(refused, "why", PROTOCOL_WHY_MAX, why)))) {
        return false;
    }
    protocol_words(why, PROTOCOL_WHY_MAX, m->refused_why); // it is shown to people
    return m->assignment[strspn(m->assignment, "abcdefghijklmnopqrstuvwxyz0123456789-/")] == '\0';
}

static bool read_health(const json_t *root, struct health_message *m)
{
    const json_t *epochs = json_object_get(root, "epochs");
    const json_t *clock = json_object_get(root, "clock");
    const int64_t max = PROTOCOL_INT_MAX;
    if (!fields_int(root, "sent", 0, max, 0, &m->sent) ||
        !fields_int(root, "session", 0, max, 0, &m->session) ||
        !fields_int(root, "boot", 0, max, 0, &m->boot) || !fields_int(root, "up", 0, max, 0, &m->up) ||
        !fields_int(root, "unacknowledged", 0, max, 0, &m->unacknowledged) ||
        !fields_int(root, "oldest", 0, max, 0, &m->oldest_unacknowledged_at) ||
        !fields_int(root, "ignored", 0, max, 0, &m->ignored) ||
        !fields_int(root, "free", 0, max, 0, &m->free_disk_bytes) ||
        !fields_int(root, "errors", 0, max, 0, &m->errors) ||
        !fields_text(root, "reason", sizeof m->reason - 1, m->reason) || !read_documents(root, m) ||
        !json_is_array(epochs) || json_array_size(epochs) > PROTOCOL_EPOCHS_MAX) {
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
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
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
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "sent", json_integer(m->sent), &failed);
    fields_set(root, "session", json_integer(m->session), &failed);
    fields_set(root, "boot", json_integer(m->boot), &failed);
    fields_set(root, "up", json_integer(m->up), &failed);
    fields_set(root, "unacknowledged", json_integer(m->unacknowledged), &failed);
    fields_set(root, "oldest", json_integer(m->oldest_unacknowledged_at), &failed);
    fields_set(root, "ignored", json_integer(m->ignored), &failed);
    fields_set(root, "free", json_integer(m->free_disk_bytes), &failed);
    fields_set(root, "errors", json_integer(m->errors), &failed);
    fields_set(root, "clock", json_string(m->clock == CLOCK_SYNCED ? "synced" : "unsure"), &failed);
    fields_set(root, "reason", json_string(m->reason), &failed);
    fields_set(root, "content", json_string(m->content), &failed);
    if (m->refused[0] != '\0') {
        json_t *refused = json_object();
        fields_set(refused, "sha256", json_string(m->refused), &failed);
        fields_set(refused, "why", json_string(m->refused_why), &failed);
        fields_set(root, "refused", refused, &failed);
    }
    if (m->assignment[0] != '\0') {
        fields_set(root, "assignment", json_string(m->assignment), &failed);
    }
    json_t *list = json_array();
    for (int i = 0; i < m->epoch_count; i++) {
        const struct health_epoch *e = &m->epochs[i];
        json_t *o = json_object(), *votes = json_array();
        fields_set_hex(o, "epoch", e->epoch, &failed);
        fields_set(o, "next", json_integer(e->next_seq), &failed);
        for (int s = 0; s < e->of; s++) {
            if (json_array_append_new(votes, json_integer(e->votes[s])) != 0) {
                failed = true;
            }
        }
        fields_set(o, "votes", votes, &failed);
        fields_set(o, "lost", json_integer(e->lost), &failed);
        if (json_array_append_new(list, o) != 0) {
            failed = true;
        }
    }
    fields_set(root, "epochs", list, &failed);
    return fields_dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- shard state

enum protocol_error shard_decode(const void *payload, size_t n, struct shard_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct shard_message m = {.ready = false};
    const json_t *state = json_object_get(root, "state");
    bool ok = json_is_string(state) && fields_text(root, "run", EPOCH_HEX, m.run) && m.run[0] != '\0' &&
              fields_int(root, "now", 0, PROTOCOL_INT_MAX, 0, &m.now);
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
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "state", json_string(m->ready ? "ready" : "gone"), &failed);
    fields_set(root, "run", json_string(m->run), &failed);
    fields_set(root, "now", json_integer(m->now), &failed);
    return fields_dump(root, failed, ret_n);
}
