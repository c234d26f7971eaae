// pack: answers of one kiosk's epoch, seq by seq, in about ten bytes each. Pure; the store keeps one pack a
// row (store_ratings_sqlite.c), event_table_sqlite.c shows them as the table `event`.
//
// clang-format off
//   pack row:  event_id  first_seq  arrived         data:  | answer | answer | ...
//              of its first answer                          seq = first_seq, first_seq + 1, ...
//
//   answer:    head | flags? | grade | name? | arrived | delay | visit? | id? | body?
//     head     1 byte: kind (3 bits), then bits: flags, body, first of its visit, name as before, next id
//     flags    1 byte, where not 0
//     grade    1 byte: levels << 4 | score; void: varint, how far back the answer is that it takes back
//     name     varint
//     arrived  zigzag varint, ms since the answer before
//     delay    zigzag varint, arrived - at
//     visit    varint, seq - visit
//     id       zigzag varint, event_id minus the one before
//     body     varint length, bytes (pack_body.h)
// clang-format on
//
// Varints are little-endian, 7 bits a byte (LEB128).
#ifndef PUAS_AGGREGATOR_PACK_H
#define PUAS_AGGREGATOR_PACK_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PACK_ANSWERS_MAX = 128, // in one pack: a pack is read as a whole
    PACK_BYTES_MAX = 64 * 1024,
};

struct packed {
    int64_t event_id, seq, visit;
    int64_t voids; // void: the seq that is taken back
    wall_ms at, arrived;
    int32_t name;
    int kind, score, levels; // kind 0..7, score and levels 0..15
    int flags;               // 0..255
    const char *body;        // borrowed, as pack_body.h says; NULL: none
    size_t body_bytes;
};

struct pack_writer {
    uint8_t *data; // owned
    size_t n, room;
    int count;
    struct packed first, last; // their bodies are not kept
};

void pack_writer_finish(struct pack_writer *w); // accepts a zeroed one
void pack_writer_clear(struct pack_writer *w);  // for the next pack; keeps the memory
// True when `p` may stand behind what is there: next seq, and room.
bool pack_fits(const struct pack_writer *w, const struct packed *p);
// Adds one that fits. False: memory ran out, and nothing has changed.
bool pack_add(struct pack_writer *w, const struct packed *p);

struct pack_reader {
    const uint8_t *at, *end; // borrowed
    int left;
    struct packed last;
};

// `count` answers from `data`, which is borrowed until the last pack_next.
void pack_read(struct pack_reader *r, const void *data, size_t n, int count, int64_t event_id,
               int64_t first_seq, wall_ms arrived);
// False at the end, or when the bytes are damaged: then *ret_damaged is set.
bool pack_next(struct pack_reader *r, struct packed *ret_p, bool *ret_damaged);

#endif
