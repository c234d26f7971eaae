// outbox: arrays a seq indexes into; what is pending is counted, so that an idle kiosk costs nothing.
#include "tests/fleet/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fleet_outbox_finish(struct fleet_outbox *ob)
{
    for (int i = 0; i < ob->count; i++) {
        free(ob->epochs[i].rows);
    }
    free(ob->epochs);
    *ob = (struct fleet_outbox){.count = 0};
}

bool fleet_outbox_epoch(struct fleet_outbox *ob, const uint8_t bytes[EPOCH_BYTES], int64_t boot, bool past)
{
    if (ob->count == ob->room) {
        int room = ob->room == 0 ? 2 : ob->room * 2;
        struct fleet_epoch *grown = realloc(ob->epochs, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        ob->epochs = grown;
        ob->room = room;
    }
    struct fleet_epoch *e = &ob->epochs[ob->count];
    *e = (struct fleet_epoch){.boot = boot, .first = 1, .next = 1, .pending_from = 1, .past = past};
    memcpy(e->bytes, bytes, EPOCH_BYTES);
    if (!past) {
        ob->current = ob->count;
    }
    ob->count++;
    return true;
}

static struct fleet_row *row_of(const struct fleet_epoch *e, int64_t seq)
{
    return &e->rows[seq - e->first];
}

bool fleet_outbox_append(struct fleet_outbox *ob, int epoch, const struct fleet_row *row)
{
    struct fleet_epoch *e = &ob->epochs[epoch];
    if (e->next - e->first == e->room) {
        int64_t room = e->room == 0 ? 16 : e->room + e->room / 2;
        struct fleet_row *grown = realloc(e->rows, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        e->rows = grown;
        e->room = room;
    }
    struct fleet_row *r = row_of(e, e->next++);
    *r = *row;
    r->state = ROW_PENDING;
    if (row->score > 0) {
        e->votes[row->score - 1]++;
    }
    e->pending++;
    ob->pending++;
    return true;
}

void fleet_outbox_prune(struct fleet_outbox *ob, wall_ms before)
{
    for (int i = 0; i < ob->count; i++) {
        struct fleet_epoch *e = &ob->epochs[i];
        int64_t n = 0;
        while (e->first + n < e->next && row_of(e, e->first + n)->state != ROW_PENDING &&
               row_of(e, e->first + n)->at < before) {
            n++;
        }
        if (n * 2 < e->next - e->first || n == 0) {
            continue; // moving the rest costs more than it frees
        }
        memmove(e->rows, e->rows + n, (size_t)(e->next - e->first - n) * sizeof *e->rows);
        e->first += n;
        e->pending_from = e->pending_from < e->first ? e->first : e->pending_from;
    }
}

// ---------------------------------------------------------------- for the uplink

static void fill_event(const struct fleet_outbox *ob, const struct fleet_epoch *e,
                       const struct fleet_survey *s, int64_t seq, struct event *ret)
{
    const struct fleet_row *r = row_of(e, seq);
    (void)ob;
    *ret = (struct event){.seq = seq,
                          .at = r->at,
                          .up = r->up,
                          .visit = r->score == 0 && r->voted ? seq - 1 : seq,
                          .since_ms = r->since_ms,
                          .fingers = r->fingers,
                          .boot = e->boot,
                          .survey = s->survey,
                          .version = s->version,
                          .clock = r->unsure ? CLOCK_UNSURE : CLOCK_SYNCED};
    snprintf(ret->lang, sizeof ret->lang, "%s", r->english ? "en" : "id");
    snprintf(ret->by, sizeof ret->by, "touch");
    if (r->score > 0) {
        ret->type = EVENT_RATING;
        ret->question = s->question;
        ret->score = r->score;
        ret->of = s->faces;
        return;
    }
    ret->type = EVENT_CHOICE;
    ret->question = s->why;
    for (int i = 0; i < s->reason_count; i++) {
        if ((r->reasons >> i & 1) != 0) {
            ret->options[ret->option_count++] = s->reasons[i];
        }
    }
}

void fleet_outbox_fetch(struct fleet_outbox *ob, const struct fleet_survey *survey,
                        struct outbox_cursor after, bool only_current, int max, struct outbox_batch *b)
{
    b->count = 0;
    int from = only_current ? ob->current : after.epoch_id > 0 ? (int)after.epoch_id - 1 : 0;
    for (int i = from; i < ob->count && b->count == 0; i++) {
        struct fleet_epoch *e = &ob->epochs[i];
        if (e->pending == 0 || (only_current && i != ob->current)) {
            continue;
        }
        int64_t seq = after.epoch_id == i + 1 ? after.seq + 1 : e->first;
        while (e->pending_from < e->next && row_of(e, e->pending_from)->state != ROW_PENDING) {
            e->pending_from++;
        }
        seq = seq < e->pending_from ? e->pending_from : seq;
        for (; seq < e->next && b->count < max; seq++) {
            if (row_of(e, seq)->state == ROW_PENDING) {
                fill_event(ob, e, survey, seq, &b->events[b->count++]);
            }
        }
        if (b->count > 0) {
            b->epoch_id = i + 1;
            b->running = i == ob->current;
            b->branch = ob->branch;
            memcpy(b->epoch, e->bytes, EPOCH_BYTES);
        }
    }
}

static struct fleet_epoch *find(const struct fleet_outbox *ob, const uint8_t *bytes)
{
    for (int i = ob->count - 1; i >= 0; i--) {
        if (memcmp(ob->epochs[i].bytes, bytes, EPOCH_BYTES) == 0) {
            return &ob->epochs[i];
        }
    }
    return NULL;
}

static int64_t settle_range(struct fleet_epoch *e, int64_t first, int64_t last, enum fleet_row_state to)
{
    int64_t rows = 0;
    first = first < e->pending_from ? e->pending_from : first;
    for (; first <= last && first < e->next; first++) {
        struct fleet_row *r = row_of(e, first);
        if (r->state == ROW_PENDING) {
            r->state = (unsigned)to & 3;
            rows++;
        }
    }
    return rows;
}

void fleet_outbox_settle(struct fleet_outbox *ob, const struct ack_message *ack, bool *ret_counted,
                         int64_t *ret_rows)
{
    const struct ack_epoch *a = &ack->epochs[0];
    struct fleet_epoch *e = find(ob, a->epoch);
    *ret_counted = e != NULL && strcmp(e->run, ack->run) == 0; // the fence of rule 4
    *ret_rows = 0;
    if (!*ret_counted) {
        return;
    }
    int64_t rejected = 0, rows = 0;
    for (int i = 0; i < ack->rejected_count; i++) {
        rejected += settle_range(e, ack->rejected[i].seq, ack->rejected[i].seq, ROW_REJECTED);
    }
    rows += settle_range(e, 1, a->through, ROW_SETTLED);
    for (int i = 0; i < a->also_count; i++) {
        rows += settle_range(e, a->also[i].first, a->also[i].last, ROW_SETTLED);
    }
    e->acked += rows;
    e->pending -= rows + rejected;
    ob->pending -= rows + rejected;
    *ret_rows = rows + rejected;
}

static int64_t reopen(struct fleet_epoch *e, int64_t first, int64_t last)
{
    int64_t rows = 0;
    first = first < e->first ? e->first : first;
    for (; first <= last && first < e->next; first++) {
        struct fleet_row *r = row_of(e, first);
        if (r->state != ROW_PENDING) {
            e->acked -= r->state == ROW_SETTLED;
            r->state = ROW_PENDING;
            e->pending_from = first < e->pending_from ? first : e->pending_from;
            rows++;
        }
    }
    e->pending += rows;
    return rows;
}

void fleet_outbox_sync(struct fleet_outbox *ob, const struct ack_message *sync, int64_t *ret_reopened)
{
    *ret_reopened = 0;
    for (int i = 0; i < sync->epoch_count; i++) {
        const struct ack_epoch *a = &sync->epochs[i];
        struct fleet_epoch *e = find(ob, a->epoch);
        int64_t from = a->through + 1;
        if (e == NULL) {
            continue;
        }
        for (int k = 0; k < a->also_count; k++) { // the gaps between the ranges
            *ret_reopened += reopen(e, from, a->also[k].first - 1);
            from = a->also[k].last + 1;
        }
        *ret_reopened += reopen(e, from, INT64_MAX - 1);
        memcpy(e->run, sync->run, sizeof e->run);
    }
    ob->pending += *ret_reopened;
}

void fleet_outbox_set_aside(struct fleet_outbox *ob, const uint8_t *epoch, int64_t seq)
{
    struct fleet_epoch *e = find(ob, epoch);
    int64_t rows = e != NULL && seq >= e->first ? settle_range(e, seq, seq, ROW_ASIDE) : 0;
    if (rows > 0) {
        e->pending -= rows;
        ob->pending -= rows;
    }
}

void fleet_outbox_held(const struct fleet_outbox *ob, const char *const *runs, int run_count,
                       struct held_epoch *ret, int *ret_count, int *ret_unsynced)
{
    *ret_count = *ret_unsynced = 0;
    for (int i = -1; i < ob->count; i++) { // the current one first
        int at = i < 0 ? ob->current : i;
        const struct fleet_epoch *e = &ob->epochs[at];
        bool synced = false;
        for (int k = 0; k < run_count; k++) {
            synced = synced || strcmp(e->run, runs[k]) == 0;
        }
        if (e->first == e->next && at != ob->current && !e->past) {
            continue; // pruned away
        }
        *ret_unsynced += !synced && i >= 0;
        if ((i < 0 || (!synced && at != ob->current)) && *ret_count < PROTOCOL_EPOCHS_MAX) {
            struct held_epoch *h = &ret[(*ret_count)++];
            *h = (struct held_epoch){.branch = ob->branch, .first = e->first, .last = e->next - 1};
            memcpy(h->epoch, e->bytes, EPOCH_BYTES);
        }
    }
}

void fleet_outbox_count(const struct fleet_outbox *ob, const struct fleet_survey *survey,
                        struct outbox_counts *ret)
{
    ret->pending = ob->pending;
    ret->oldest_at = 0;
    ret->free_disk_bytes = 24000000000;
    ret->epoch_count = 0;
    for (int i = ob->count - 1; i >= 0; i--) { // newest first
        const struct fleet_epoch *e = &ob->epochs[i];
        if (e->pending > 0) {
            ret->oldest_at = row_of(e, e->pending_from)->at;
        }
        if ((e->pending > 0 || i == ob->current) && ret->epoch_count < PROTOCOL_EPOCHS_MAX) {
            struct health_epoch *h = &ret->epochs[ret->epoch_count++];
            *h = (struct health_epoch){.next_seq = e->next, .of = survey->faces};
            memcpy(h->epoch, e->bytes, EPOCH_BYTES);
            memcpy(h->votes, e->votes, sizeof e->votes);
        }
    }
}
