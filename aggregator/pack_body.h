// pack_body: what is rare in an answer, as packs keep it: JSON, or shorter where it is of the usual form. Pure.
//
// clang-format off
//   JSON       begins with '{'
//   else       field | field | ...       each: 1 byte, tag << 5 | length - 1, and what belongs to it
//
//   tag        JSON                                bytes
//   0 option   "options":["one","another"]         `length` of each, one after the other
//   1 segment  "segment":true                      none, length 1
//   2 ref      "ref":"A-104"                       `length`
//   4 since    "since":1234                        2, little-endian, length 1
//   5 staff    "audience":"staff"                  none, length 1
// clang-format on
//
// Texts are 1 to 32 printable ASCII bytes without quote and backslash. Only a body that comes back byte by byte is
// shortened; whatever else there is, and what older packs hold, is JSON.
#ifndef PUAS_AGGREGATOR_PACK_BODY_H
#define PUAS_AGGREGATOR_PACK_BODY_H

#include <stdbool.h>
#include <stddef.h>

enum {
    PACK_BODY_SHORT = 400, // bytes of a short one at most
    PACK_BODY_ROOM = 800,  // ... of its JSON
};

// False: the JSON is to be kept as it is.
bool pack_body_shorten(const char *json, size_t n, char ret[PACK_BODY_SHORT], size_t *ret_n);
// The JSON of a body of either form, without a NUL: the body itself, or in `room`. NULL: it is damaged.
const char *pack_body_json(const char *body, size_t n, char room[PACK_BODY_ROOM], size_t *ret_n);

#endif
