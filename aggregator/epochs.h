// epochs: what is settled of each kiosk's epochs, in memory, backed by the store. The core thread's.
// Dedup and acknowledgements are answered from here.
#ifndef PUAS_AGGREGATOR_EPOCHS_H
#define PUAS_AGGREGATOR_EPOCHS_H

#include "aggregator/seqset.h"
#include "aggregator/store.h"

enum { EPOCH_RECENT = 32 }; // content hashes remembered to notice equal keys with different content (rule 7)

struct epoch {
    int32_t epoch_id, kiosk;
    uint8_t bytes[EPOCH_BYTES];
    struct seqset settled;
    int voids;              // stored void events
    bool erased;            // what some visit of it has said was erased
    int64_t stored_through; // what the store's row says
    struct {
        int64_t seq;
        uint64_t hash;
    } recent[EPOCH_RECENT]; // ring by seq
    bool touched;           // named since the last acknowledgement: one is due after a commit
    int rejected_count;     // since then
    struct ack_rejected
        *rejected; // owned, of PROTOCOL_REJECTED_MAX; NULL: none. Rare, and larger than all the rest
};

struct epochs {
    struct epoch **slots;   // owned, open addressing; NULL = free
    size_t size, count;     // size: a power of two
    struct epoch **touched; // borrowed entries, in order of first touch
    size_t touched_count, touched_room;
};

void epochs_finish(struct epochs *es); // accepts a zeroed one

// Finds or loads the epoch; makes it when the store has none and `create`. *ret_e NULL: unknown and not
// created. False: the store failed or memory ran out.
bool epochs_get(struct epochs *es, struct store *st, int32_t kiosk, const uint8_t *bytes, wall_ms at,
                bool create, struct epoch **ret_e);
// Notes that it is to be acknowledged. False: memory ran out.
bool epochs_touch(struct epochs *es, struct epoch *e);
// Writes changed marks to the store, inside the turn's transaction.
bool epochs_flush(struct epochs *es, struct store *st);
// After the acknowledgements: none is due.
void epochs_clear(struct epochs *es);

// Notes for the acknowledgement that this seq was rejected, and why; further than PROTOCOL_REJECTED_MAX are told by a
// resend. False: memory ran out.
bool epoch_reject(struct epoch *e, int64_t seq, const char *why);

// Remembers, or compares with what is remembered: false when this seq had other content.
bool epoch_same_content(struct epoch *e, int64_t seq, uint64_t hash);

// Fills an acknowledgement's entry; `also` has room for PROTOCOL_RANGES_MAX and is borrowed by it.
void epoch_ack(const struct epoch *e, struct seq_range *also, struct ack_epoch *ret_a);

#endif
