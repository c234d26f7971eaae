// events: the events message and the press of a simple device.
//
// Two severities: what makes the whole message unusable is a protocol_error (the message is quarantined with
// its bytes); what makes one event unusable, once its seq is known, is an entry in `rejected`.
#include "shared/fields_json.h"

#include <stdlib.h>
#include <string.h>

// The fields that stand in the envelope or in the event. NULL when fine, else the reason code.
static const char *read_defaults(const json_t *o, struct event *e)
{
    struct event d = *e;
    int64_t version = e->version;
    if (json_object_get(o, "boot") != NULL && !fields_int(o, "boot", 0, PROTOCOL_INT_MAX, 0, &d.boot)) {
        return "boot";
    }
    if (json_object_get(o, "place") != NULL && !fields_ident(o, "place", &d.place)) {
        return "place";
    }
    if (json_object_get(o, "survey") != NULL && !fields_ident(o, "survey", &d.survey)) {
        return "survey";
    }
    if (!fields_int(o, "version", 0, INT32_MAX, version, &version)) {
        return "version";
    }
    d.version = (int)version;
    if (json_object_get(o, "lang") != NULL && !fields_text(o, "lang", PROTOCOL_LANG_MAX, d.lang)) {
        return "lang";
    }
    if (json_object_get(o, "by") != NULL && !fields_text(o, "by", sizeof d.by - 1, d.by)) {
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
    int64_t score, of, since, fingers, keep;
    if (!fields_need_int(o, "at", 0, PROTOCOL_INT_MAX, &e->at)) {
        return "at";
    }
    if (!fields_int(o, "up", 0, PROTOCOL_INT_MAX, -1, &e->up)) {
        return "up";
    }
    if (!fields_int(o, "visit", 1, PROTOCOL_INT_MAX, e->seq, &e->visit) || e->visit > e->seq) {
        return "visit";
    }
    if (!fields_int(o, "since", 0, INT32_MAX, -1, &since) || !fields_int(o, "fingers", 0, 100, 0, &fingers)) {
        return "facts";
    }
    e->since_ms = (int)since;
    e->fingers = (int)fingers;
    if (!fields_text(o, "ref", PROTOCOL_REF_MAX, e->ref) || (e->ref[0] != '\0' && !ref_valid(e->ref))) {
        return "ref";
    }
    const json_t *type = json_object_get(o, "type");
    if (!json_is_string(type)) {
        return "type";
    }
    e->type = event_type_parse(json_string_value(type));
    if (e->type == EVENT_VOID) {
        return fields_need_int(o, "voids", 1, e->seq - 1, &e->voids) ? NULL : "voids";
    }
    if (!fields_ident(o, "question", &e->question) ||
        (e->type != EVENT_UNKNOWN && e->question.s[0] == '\0')) {
        return "question";
    }
    switch (e->type) {
    case EVENT_RATING:
    case EVENT_NUMBER:
        if (!fields_need_int(o, "of", 2, PROTOCOL_SCORE_MAX, &of) ||
            !fields_need_int(o, "score", 1, of, &score)) {
            return "score";
        }
        e->score = (int)score;
        e->of = (int)of;
        return NULL;
    case EVENT_CHOICE:
        return read_options(o, e);
    case EVENT_CONTACT:
        if (!fields_int(o, "keep", 1, PROTOCOL_KEEP_DAYS_MAX, PROTOCOL_KEEP_DAYS, &keep)) {
            return "keep";
        }
        e->keep_days = (int)keep;
        return fields_text(o, "text", PROTOCOL_TEXT_MAX, e->text) ? NULL : "text"; // none: it was wiped
    case EVENT_TEXT:
        return fields_text(o, "text", PROTOCOL_TEXT_MAX, e->text) && e->text[0] != '\0' ? NULL : "text";
    default:
        return NULL; // an unknown type is stored as it is
    }
}

static enum protocol_error read_events(const json_t *root, struct events_message *m)
{
    struct event defaults = {.since_ms = -1, .up = -1};
    const json_t *list = json_object_get(root, "events");
    if (!fields_need_epoch(root, m->epoch) || !fields_need_int(root, "sent", 0, PROTOCOL_INT_MAX, &m->sent) ||
        !fields_int(root, "sent_up", 0, PROTOCOL_INT_MAX, -1, &m->sent_up) || !json_is_array(list) ||
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
        if (!json_is_object(o) || !fields_need_int(o, "seq", 1, PROTOCOL_INT_MAX, &e->seq)) {
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
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
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
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    int64_t score, of;
    bool ok = fields_need_int(root, "of", 2, PROTOCOL_SCORE_MAX, &of) &&
              fields_need_int(root, "score", 1, of, &score);
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    *ret_score = (int)score;
    *ret_of = (int)of;
    return PROTOCOL_OK;
}

// ---------------------------------------------------------------- writing

static void write_event(json_t *o, const struct event *e, bool *failed)
{
    fields_set(o, "seq", json_integer(e->seq), failed);
    fields_set(o, "at", json_integer(e->at), failed);
    if (e->up >= 0) {
        fields_set(o, "up", json_integer(e->up), failed);
    }
    fields_set(o, "visit", json_integer(e->visit), failed);
    fields_set(o, "type", json_string(event_type_name(e->type)), failed);
    if (e->question.s[0] != '\0') {
        fields_set(o, "question", json_string(e->question.s), failed);
    }
    if (e->type == EVENT_RATING || e->type == EVENT_NUMBER) {
        fields_set(o, "score", json_integer(e->score), failed);
        fields_set(o, "of", json_integer(e->of), failed);
    }
    if (e->type == EVENT_CHOICE) {
        json_t *list = json_array();
        for (int i = 0; i < e->option_count; i++) {
            if (json_array_append_new(list, json_string(e->options[i].s)) != 0) {
                *failed = true;
            }
        }
        fields_set(o, "options", list, failed);
    }
    if (e->text[0] != '\0') {
        fields_set(o, "text", json_string(e->text), failed);
    }
    if (e->type == EVENT_CONTACT && e->keep_days > 0) {
        fields_set(o, "keep", json_integer(e->keep_days), failed);
    }
    if (e->type == EVENT_VOID) {
        fields_set(o, "voids", json_integer(e->voids), failed);
    }
    if (e->since_ms >= 0) {
        fields_set(o, "since", json_integer(e->since_ms), failed);
    }
    if (e->fingers > 0) {
        fields_set(o, "fingers", json_integer(e->fingers), failed);
    }
    if (e->ref[0] != '\0') {
        fields_set(o, "ref", json_string(e->ref), failed);
    }
}

// Writes the fields of `e` in which it differs from `base`; base NULL: all that are set.
static void write_defaults(json_t *o, const struct event *e, const struct event *base, bool *failed)
{
    struct event none = {.boot = -1, .version = -1};
    const struct event *b = base != NULL ? base : &none;
    if (e->boot != b->boot) {
        fields_set(o, "boot", json_integer(e->boot), failed);
    }
    if (strcmp(e->place.s, b->place.s) != 0) {
        fields_set(o, "place", json_string(e->place.s), failed);
    }
    if (strcmp(e->survey.s, b->survey.s) != 0) {
        fields_set(o, "survey", json_string(e->survey.s), failed);
    }
    if (e->version != b->version) {
        fields_set(o, "version", json_integer(e->version), failed);
    }
    if (strcmp(e->lang, b->lang) != 0) {
        fields_set(o, "lang", json_string(e->lang), failed);
    }
    if (strcmp(e->by, b->by) != 0) {
        fields_set(o, "by", json_string(e->by), failed);
    }
    if (base == NULL || e->clock != b->clock) {
        fields_set(o, "clock", json_string(e->clock == CLOCK_SYNCED ? "synced" : "unsure"), failed);
    }
}

char *events_encode(const uint8_t epoch[EPOCH_BYTES], wall_ms sent, int64_t sent_up,
                    const struct event *events, int count, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set_hex(root, "epoch", epoch, &failed);
    fields_set(root, "sent", json_integer(sent), &failed);
    if (sent_up >= 0) {
        fields_set(root, "sent_up", json_integer(sent_up), &failed);
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
    fields_set(root, "events", list, &failed);
    return fields_dump(root, failed, ret_n);
}
