// epochs: a hash of epochs by kiosk and bytes.
#include "aggregator/epochs.h"

#include "aggregator/store_erase.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE_MIN = 256 };

static size_t start_of(const struct epochs *es, int32_t kiosk, const uint8_t *bytes)
{
    uint64_t h;
    memcpy(&h, bytes, sizeof h); // random bits already
    return (size_t)(h ^ (uint64_t)(uint32_t)kiosk * 0x9e3779b97f4a7c15u) & (es->size - 1);
}

static struct epoch **slot(const struct epochs *es, int32_t kiosk, const uint8_t *bytes)
{
    for (size_t i = start_of(es, kiosk, bytes);; i = (i + 1) & (es->size - 1)) {
        struct epoch *e = es->slots[i];
        if (e == NULL || (e->kiosk == kiosk && memcmp(e->bytes, bytes, EPOCH_BYTES) == 0)) {
            return &es->slots[i];
        }
    }
}

static bool grow(struct epochs *es)
{
    size_t size = es->size == 0 ? SIZE_MIN : es->size * 2;
    struct epochs wider = {.slots = calloc(size, sizeof *wider.slots), .size = size};
    if (wider.slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < es->size; i++) {
        if (es->slots[i] != NULL) {
            *slot(&wider, es->slots[i]->kiosk, es->slots[i]->bytes) = es->slots[i];
        }
    }
    free(es->slots);
    es->slots = wider.slots;
    es->size = size;
    return true;
}

void epochs_finish(struct epochs *es)
{
    for (size_t i = 0; i < es->size; i++) {
        if (es->slots[i] != NULL) {
            seqset_finish(&es->slots[i]->settled);
            free(es->slots[i]->rejected);
            free(es->slots[i]);
        }
    }
    free(es->slots);
    free(es->touched);
    *es = (struct epochs){.slots = NULL};
}

static bool add_settled(void *ctx, int64_t seq)
{
    return seqset_add(ctx, seq);
}

bool epochs_get(struct epochs *es, struct store *st, int32_t kiosk, const uint8_t *bytes, wall_ms at,
                bool create, struct epoch **ret_e)
{
    if (es->count * 2 >= es->size && !grow(es)) {
        return false;
    }
    struct epoch **s = slot(es, kiosk, bytes);
    if (*s != NULL) {
        *ret_e = *s;
        return true;
    }
    struct store_epoch row;
    bool found;
    if (!store_epoch(st, kiosk, bytes, at, create, &row, &found)) {
        return false;
    }
    *ret_e = NULL;
    if (!found && !create) {
        return true;
    }
    struct epoch *e = calloc(1, sizeof *e);
    if (e == NULL) {
        return false;
    }
    e->epoch_id = row.epoch_id;
    e->kiosk = kiosk;
    memcpy(e->bytes, bytes, EPOCH_BYTES);
    e->voids = row.voids;
    e->stored_through = row.through;
    seqset_init(&e->settled, row.through);
    if (found && (!store_each_settled(st, &row, add_settled, &e->settled) ||
                  !store_any_erased(st, row.epoch_id, &e->erased))) {
        seqset_finish(&e->settled);
        free(e);
        return false;
    }
    *s = e;
    es->count++;
    *ret_e = e;
    return true;
}

bool epochs_touch(struct epochs *es, struct epoch *e)
{
    if (e->touched) {
        return true;
    }
    if (es->touched_count == es->touched_room) {
        size_t room = es->touched_room == 0 ? 64 : es->touched_room * 2;
        struct epoch **grown = realloc(es->touched, room * sizeof(struct epoch *));
        if (grown == NULL) {
            return false;
        }
        es->touched = grown;
        es->touched_room = room;
    }
    es->touched[es->touched_count++] = e;
    e->touched = true;
    return true;
}

bool epochs_flush(struct epochs *es, struct store *st)
{
    for (size_t i = 0; i < es->touched_count; i++) {
        struct epoch *e = es->touched[i];
        if (e->settled.through != e->stored_through) {
            if (!store_epoch_through(st, e->epoch_id, e->settled.through)) {
                return false;
            }
            e->stored_through = e->settled.through;
        }
    }
    return true;
}

void epochs_clear(struct epochs *es)
{
    for (size_t i = 0; i < es->touched_count; i++) {
        es->touched[i]->touched = false;
        es->touched[i]->rejected_count = 0;
        free(es->touched[i]->rejected);
        es->touched[i]->rejected = NULL;
    }
    es->touched_count = 0;
}

bool epoch_reject(struct epoch *e, int64_t seq, const char *why)
{
    if (e->rejected == NULL) {
        e->rejected = calloc(PROTOCOL_REJECTED_MAX, sizeof *e->rejected);
    }
    if (e->rejected != NULL && e->rejected_count < PROTOCOL_REJECTED_MAX) {
        struct ack_rejected *r = &e->rejected[e->rejected_count++];
        r->seq = seq;
        strncpy(r->why, why, sizeof r->why - 1);
    }
    return e->rejected != NULL;
}

bool epoch_same_content(struct epoch *e, int64_t seq, uint64_t hash)
{
    size_t i = (size_t)(seq % EPOCH_RECENT);
    if (e->recent[i].seq == seq) {
        return e->recent[i].hash == hash;
    }
    e->recent[i].seq = seq;
    e->recent[i].hash = hash;
    return true;
}

void epoch_ack(const struct epoch *e, struct seq_range *also, struct ack_epoch *ret_a)
{
    memcpy(ret_a->epoch, e->bytes, EPOCH_BYTES);
    ret_a->through = e->settled.through;
    ret_a->also = also;
    ret_a->also_count = e->settled.count < PROTOCOL_RANGES_MAX ? e->settled.count : PROTOCOL_RANGES_MAX;
    if (ret_a->also_count > 0) {
        memcpy(also, e->settled.ranges, (size_t)ret_a->also_count * sizeof *also);
    }
}
