// The plain way to decode an events message, over jansson's tree: what shared/events_scan.c must agree with.
#ifndef PUAS_TESTS_EVENTS_ORACLE_H
#define PUAS_TESTS_EVENTS_ORACLE_H

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

static enum protocol_error oracle_decode(const void *payload, size_t n, struct events_message *ret_m)
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

#endif
