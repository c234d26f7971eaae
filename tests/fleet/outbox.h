// outbox: a simulated kiosk's rows in memory, with the rules of kiosk/outbox.h: a row is committed before it
// is thanked, an acknowledgement counts only for the run that its epoch was last synced with, a sync makes
// pending again what it does not cover. 32 bytes a row. Pure.
#ifndef PUAS_TESTS_FLEET_OUTBOX_H
#define PUAS_TESTS_FLEET_OUTBOX_H

#include "kiosk/outbox.h"

enum { FLEET_REASONS_MAX = 8, FLEET_SCORES = 5 };

enum fleet_row_state { ROW_PENDING, ROW_SETTLED, ROW_REJECTED, ROW_ASIDE };

struct fleet_row {
    wall_ms at;       // by the kiosk's clock, right or wrong
    mono_ms up;       // since its start
    int32_t since_ms; // since the last press, -1 unknown
    uint8_t score;    // 1..faces; 0: the reasons of the row before
    uint8_t reasons;  // bit i: the scenario's reason i
    uint8_t fingers;
    uint8_t state : 2;  // enum fleet_row_state
    uint8_t unsure : 1; // the clock was not known to be right
    uint8_t english : 1;
    uint8_t voted : 1; // a reason whose visit began one row before
};

struct fleet_epoch {
    uint8_t bytes[EPOCH_BYTES];
    int64_t boot, first, next;     // seqs held: first .. next - 1
    int64_t pending, pending_from; // rows below pending_from are not pending
    int64_t votes[FLEET_SCORES];   // counts of health
    int64_t acked;                 // rows settled so far, those that were dropped included
    char run[EPOCH_HEX + 1];       // of the last sync; empty: none
    bool past;                     // an epoch beside the stream: never the current one
    struct fleet_row *rows;        // owned; rows[i] is seq first + i
    int64_t room;
};

struct fleet_survey { // static text of all events
    struct ident survey, question, why;
    int version, faces, reason_count;
    struct ident reasons[FLEET_REASONS_MAX];
};

struct fleet_outbox {
    struct ident branch;
    int count, room, current;   // index of the current epoch
    struct fleet_epoch *epochs; // owned, oldest first; its number is index + 1
    int64_t pending;
};

void fleet_outbox_finish(struct fleet_outbox *ob); // accepts a zeroed one
// False: memory ran out. An epoch with `past` set does not become the current one.
bool fleet_outbox_epoch(struct fleet_outbox *ob, const uint8_t bytes[EPOCH_BYTES], int64_t boot, bool past);
bool fleet_outbox_append(struct fleet_outbox *ob, int epoch, const struct fleet_row *row);
// Drops rows from the front of each epoch that are settled and older than `before`; keeps what keys need.
void fleet_outbox_prune(struct fleet_outbox *ob, wall_ms before);

// As their namesakes in kiosk/outbox.h. `survey` fills the events' constant fields.
void fleet_outbox_fetch(struct fleet_outbox *ob, const struct fleet_survey *survey,
                        struct outbox_cursor after, bool only_current, int max, struct outbox_batch *b);
void fleet_outbox_settle(struct fleet_outbox *ob, const struct ack_message *ack, bool *ret_counted,
                         int64_t *ret_rows);
void fleet_outbox_sync(struct fleet_outbox *ob, const struct ack_message *sync, int64_t *ret_reopened);
void fleet_outbox_set_aside(struct fleet_outbox *ob, const uint8_t *epoch, int64_t seq);
void fleet_outbox_held(const struct fleet_outbox *ob, const char *const *runs, int run_count,
                       struct held_epoch *ret, int *ret_count, int *ret_unsynced);
void fleet_outbox_count(const struct fleet_outbox *ob, const struct fleet_survey *survey,
                        struct outbox_counts *ret);

#endif
