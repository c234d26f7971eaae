// fields: single fields of wire messages, for the *_json.c files of shared/ only. jansson.
#ifndef PUAS_SHARED_FIELDS_JSON_H
#define PUAS_SHARED_FIELDS_JSON_H

#include "shared/protocol.h"

#include <jansson.h>

// Parses one object with "v":1, valid UTF-8, no duplicate keys, at most `max` bytes. On PROTOCOL_OK the
// caller owns *ret_root.
enum protocol_error fields_parse(const void *payload, size_t n, size_t max, json_t **ret_root);

// An integer from lo to hi (1e3 counts as whole); `missing` when the field is absent. False when it is
// anything else.
bool fields_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t missing, int64_t *ret);
bool fields_need_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t *ret); // must be there
// A text of at most `max` bytes without NUL; absent: "". `ret` holds max + 1.
bool fields_text(const json_t *o, const char *key, size_t max, char *ret);
// An id; absent or "" is none (an event takes a default of its envelope back so).
bool fields_ident(const json_t *o, const char *key, struct ident *ret);
bool fields_hash(const json_t *o, const char *key, char *ret); // 64 lower-case hex digits; absent or "": ""
bool fields_need_epoch(const json_t *o, uint8_t *ret); // "epoch": 32 hex digits

// Sets and consumes v. jansson has released it when it fails: *failed collects that, fields_dump looks once.
void fields_set(json_t *o, const char *key, json_t *v, bool *failed);
void fields_set_hex(json_t *o, const char *key, const uint8_t *epoch, bool *failed);
// The compact text, malloc'd, and its length; releases root. NULL when anything failed.
char *fields_dump(json_t *root, bool failed, size_t *ret_n);

#endif
