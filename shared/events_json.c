// events: writing the events message (events_scan.c reads it), and the press of a simple device.
#include "shared/fields_json.h"

#include <stdlib.h>
#include <string.h>

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
