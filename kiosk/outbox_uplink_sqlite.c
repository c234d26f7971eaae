// outbox, for the uplink: what is to be sent, what is settled, what goes.
#include "kiosk/outbox_impl.h"

#include "kiosk/outbox_file.h"
#include "shared/log.h"

#include <string.h>

static void read_event(sqlite3_stmt *st, struct event *e)
{
    *e = (struct event){
        .seq = sqlite3_column_int64(st, 1),
        .at = sqlite3_column_int64(st, 2),
        .up = sqlite3_column_int64(st, 3),
        .visit = sqlite3_column_int64(st, 4),
        .type = (enum event_type)sqlite3_column_int(st, 5),
        .score = sqlite3_column_int(st, 7),
        .of = sqlite3_column_int(st, 8),
        .voids = sqlite3_column_int64(st, 11),
        .since_ms = sqlite3_column_int(st, 12),
        .fingers = sqlite3_column_int(st, 13),
        .version = sqlite3_column_int(st, 15),
        .clock = (enum clock_quality)sqlite3_column_int(st, 18),
        .keep_days = sqlite3_column_int(st, 20),
    };
    outbox_copy_text(st, 6, e->question.s, sizeof e->question.s);
    outbox_copy_text(st, 10, e->text, sizeof e->text);
    outbox_copy_text(st, 14, e->survey.s, sizeof e->survey.s);
    outbox_copy_text(st, 16, e->lang, sizeof e->lang);
    outbox_copy_text(st, 17, e->by, sizeof e->by);
    outbox_copy_text(st, 19, e->ref, sizeof e->ref);
    char options[PROTOCOL_OPTIONS_MAX * (IDENT_MAX + 1) + 1], *save = NULL;
    outbox_copy_text(st, 9, options, sizeof options);
    for (char *id = strtok_r(options, " ", &save); id != NULL && e->option_count < PROTOCOL_OPTIONS_MAX;
         id = strtok_r(NULL, " ", &save)) {
        ident_set(&e->options[e->option_count++], id);
    }
}

enum outbox_result outbox_fetch(struct outbox *ob, struct outbox_cursor after, bool only_current, int max,
                                struct outbox_batch *b)
{
    b->count = 0;
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    if (only_current && after.epoch_id < ob->epoch_id) {
        after = (struct outbox_cursor){ob->epoch_id, 0};
    }
    sqlite3_stmt *st = outbox_stmt(ob, S_FETCH);
    sqlite3_bind_int64(st, 1, after.epoch_id);
    sqlite3_bind_int64(st, 2, after.seq);
    sqlite3_bind_int(st, 3, max < PROTOCOL_EVENTS_MAX ? max : PROTOCOL_EVENTS_MAX);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
        int64_t id = sqlite3_column_int64(st, 0);
        if (b->count > 0 && id != b->epoch_id) {
            rc = SQLITE_DONE; // one epoch a message
            break;
        }
        b->epoch_id = id;
        read_event(st, &b->events[b->count++]);
    }
    sqlite3_reset(st);
    if (rc != SQLITE_DONE) {
        return outbox_failed(ob);
    }
    if (b->count == 0) {
        return OUTBOX_OK;
    }
    b->running = b->epoch_id == ob->epoch_id;
    st = outbox_stmt(ob, S_EPOCH);
    sqlite3_bind_int64(st, 1, b->epoch_id);
    if (sqlite3_step(st) != SQLITE_ROW) {
        return outbox_failed(ob);
    }
    memcpy(b->epoch, sqlite3_column_blob(st, 0), EPOCH_BYTES);
    outbox_copy_text(st, 2, b->branch.s, sizeof b->branch.s);
    for (int i = 0; i < b->count; i++) {
        b->events[i].boot = sqlite3_column_int64(st, 1);
        outbox_copy_text(st, 3, b->events[i].place.s, sizeof b->events[i].place.s);
    }
    sqlite3_reset(st);
    return OUTBOX_OK;
}

// The local number and last synced run of an epoch. False when it is not ours (any more).
static bool find_epoch(struct outbox *ob, const uint8_t *epoch, int64_t *ret_id, char *ret_run, size_t n)
{
    sqlite3_stmt *st = outbox_stmt(ob, S_EPOCH_BY_BLOB);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    if (found) {
        *ret_id = sqlite3_column_int64(st, 0);
        outbox_copy_text(st, 1, ret_run, n);
    }
    sqlite3_reset(st);
    return found;
}

// What was deleted goes from the write-ahead log too; a failure leaves it to the next checkpoint.
static void empty_log(struct outbox *ob)
{
    sqlite3_wal_checkpoint_v2(ob->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

// `at` is for S_SETTLE and S_REJECT.
static bool settle_range(struct outbox *ob, enum statement s, int64_t id, int64_t first, int64_t last,
                         wall_ms at, int64_t *rows)
{
    sqlite3_stmt *st = outbox_stmt(ob, s);
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, first);
    sqlite3_bind_int64(st, 3, last);
    if (s != S_REOPEN) {
        sqlite3_bind_int64(st, 4, at);
    }
    if (!outbox_done(st)) {
        return false;
    }
    *rows += sqlite3_changes(ob->db);
    return true;
}

enum outbox_result outbox_settle(struct outbox *ob, const struct ack_message *ack, wall_ms now,
                                 bool *ret_counted, int64_t *ret_rows)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    const struct ack_epoch *e = &ack->epochs[0];
    int64_t id, rows = 0;
    char run[EPOCH_HEX + 1];
    *ret_counted = false;
    *ret_rows = 0;
    if (!find_epoch(ob, e->epoch, &id, run, sizeof run) || strcmp(run, ack->run) != 0) {
        return OUTBOX_OK; // the fence of rule 4
    }
    bool ok = outbox_done(outbox_stmt(ob, S_BEGIN));
    for (int i = 0; ok && i < ack->rejected_count; i++) {
        ok = settle_range(ob, S_REJECT, id, ack->rejected[i].seq, 0, now, &rows);
    }
    ok = ok && settle_range(ob, S_SETTLE, id, 1, e->through, now, &rows);
    for (int i = 0; ok && i < e->also_count; i++) {
        ok = settle_range(ob, S_SETTLE, id, e->also[i].first, e->also[i].last, now, &rows);
    }
    if (ok) {
        sqlite3_bind_int64(outbox_stmt(ob, S_THROUGH), 1, id);
        sqlite3_bind_int64(ob->st[S_THROUGH], 2, e->through);
        ok = outbox_done(ob->st[S_THROUGH]);
    }
    // Contact data goes as soon as the aggregator has it.
    int wiped = 0;
    if (ok && rows > 0) {
        ok = outbox_done(outbox_stmt(ob, S_WIPE));
        wiped = ok ? sqlite3_changes(ob->db) : 0;
    }
    ok = ok && outbox_done(outbox_stmt(ob, S_COMMIT));
    if (!ok) {
        return outbox_failed(ob);
    }
    if (wiped > 0) {
        empty_log(ob);
    }
    ob->pending -= rows;
    *ret_counted = true;
    *ret_rows = rows;
    return OUTBOX_OK;
}

enum outbox_result outbox_sync(struct outbox *ob, const struct ack_message *sync, int64_t *ret_reopened)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    int64_t rows = 0;
    bool ok = outbox_done(outbox_stmt(ob, S_BEGIN));
    for (int i = 0; ok && i < sync->epoch_count; i++) {
        const struct ack_epoch *e = &sync->epochs[i];
        int64_t id, from = e->through + 1;
        char run[EPOCH_HEX + 1];
        if (!find_epoch(ob, e->epoch, &id, run, sizeof run)) {
            continue;
        }
        for (int k = 0; ok && k < e->also_count; k++) { // the gaps between the ranges
            ok = settle_range(ob, S_REOPEN, id, from, e->also[k].first - 1, 0, &rows);
            from = e->also[k].last + 1;
        }
        ok = ok && settle_range(ob, S_REOPEN, id, from, INT64_MAX, 0, &rows);
        if (ok) {
            sqlite3_stmt *st = outbox_stmt(ob, S_SET_RUN);
            sqlite3_bind_int64(st, 1, id);
            outbox_bind_text(st, 2, sync->run);
            sqlite3_bind_int64(st, 3, e->through);
            ok = outbox_done(st);
        }
    }
    ok = ok && outbox_done(outbox_stmt(ob, S_COMMIT));
    if (!ok) {
        return outbox_failed(ob);
    }
    ob->pending += rows;
    *ret_reopened = rows;
    return OUTBOX_OK;
}

enum outbox_result outbox_resend(struct outbox *ob, int64_t *ret_rows)
{
    if (!outbox_ready(ob) || !outbox_done(outbox_stmt(ob, S_RESEND))) {
        return outbox_failed(ob);
    }
    int64_t rows = sqlite3_changes(ob->db);
    ob->pending += rows;
    *ret_rows = ob->pending;
    return OUTBOX_OK;
}

// The votes of a visit that goes as a whole are counted no more.
static bool uncount_visit(struct outbox *ob, int64_t id, int64_t visit)
{
    sqlite3_stmt *st = outbox_stmt(ob, S_ERASE_VOTES);
    bool ok = true;
    int rc;
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, visit);
    while (ok && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        ok = outbox_count_vote(ob, id, sqlite3_column_int(st, 0), sqlite3_column_int(st, 1), -1);
    }
    sqlite3_reset(st);
    return ok && rc == SQLITE_DONE;
}

// Of a visit; ?3 is for S_ERASE.
static bool change_visit(struct outbox *ob, enum statement s, int64_t id, int64_t visit, bool score)
{
    sqlite3_stmt *st = outbox_stmt(ob, s);
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, visit);
    if (s == S_ERASE) {
        sqlite3_bind_int(st, 3, score);
    }
    return outbox_done(st);
}

enum outbox_result outbox_erase(struct outbox *ob, const uint8_t *epoch, int64_t visit, bool score,
                                int64_t *ret_rows)
{
    int64_t id;
    char run[EPOCH_HEX + 1];
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    outbox_file_forget_damaged(ob->path);
    *ret_rows = 0;
    if (!find_epoch(ob, epoch, &id, run, sizeof run)) {
        return OUTBOX_OK;
    }
    bool ok = outbox_done(outbox_stmt(ob, S_BEGIN)) && (!score || uncount_visit(ob, id, visit)) &&
              change_visit(ob, S_ERASE_REF, id, visit, score) && change_visit(ob, S_ERASE, id, visit, score);
    int64_t rows = ok ? sqlite3_changes(ob->db) : 0;
    ok = ok && outbox_count_pending(ob) && outbox_done(outbox_stmt(ob, S_COMMIT));
    if (!ok) {
        return outbox_failed(ob);
    }
    empty_log(ob);
    *ret_rows = rows;
    return OUTBOX_OK;
}

enum outbox_result outbox_set_aside(struct outbox *ob, const uint8_t *epoch, int64_t seq)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    sqlite3_stmt *st = outbox_stmt(ob, S_ASIDE);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, seq);
    if (!outbox_done(st)) {
        return outbox_failed(ob);
    }
    ob->pending -= sqlite3_changes(ob->db);
    return OUTBOX_OK;
}

// Runs that are not shown bind as '': no run is empty.
static void bind_runs(sqlite3_stmt *st, const char *const *runs, int n)
{
    for (int i = 0; i < OUTBOX_RUNS_MAX; i++) {
        outbox_bind_text(st, 3 + i, i < n ? runs[i] : "");
    }
}

enum outbox_result outbox_held(struct outbox *ob, const char *const *runs, int run_count,
                               struct held_epoch *ret, int *ret_count, int *ret_unsynced)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    sqlite3_stmt *st = outbox_stmt(ob, S_HELD);
    sqlite3_bind_int64(st, 1, ob->epoch_id);
    sqlite3_bind_int(st, 2, PROTOCOL_EPOCHS_MAX);
    bind_runs(st, runs, run_count);
    int n = 0, rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < PROTOCOL_EPOCHS_MAX) {
        struct held_epoch *h = &ret[n++];
        memcpy(h->epoch, sqlite3_column_blob(st, 0), EPOCH_BYTES);
        outbox_copy_text(st, 1, h->branch.s, sizeof h->branch.s);
        h->first = sqlite3_column_int64(st, 2);
        h->last = sqlite3_column_int64(st, 3);
    }
    sqlite3_reset(st);
    st = outbox_stmt(ob, S_UNSYNCED);
    bind_runs(st, runs, run_count);
    int unsynced = -1;
    if (sqlite3_step(st) == SQLITE_ROW) {
        unsynced = sqlite3_column_int(st, 0);
    }
    sqlite3_reset(st);
    if (rc != SQLITE_DONE || unsynced < 0) {
        return outbox_failed(ob);
    }
    *ret_count = n;
    *ret_unsynced = unsynced;
    return OUTBOX_OK;
}

enum outbox_result outbox_count(struct outbox *ob, struct outbox_counts *ret)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    ret->epoch_count = 0;
    sqlite3_stmt *st = outbox_stmt(ob, S_PENDING);
    if (sqlite3_step(st) != SQLITE_ROW) {
        return outbox_failed(ob);
    }
    ret->pending = sqlite3_column_int64(st, 0);
    ret->oldest_at = sqlite3_column_int64(st, 1);
    sqlite3_reset(st);
    st = outbox_stmt(ob, S_COUNTS);
    sqlite3_bind_int64(st, 1, ob->epoch_id);
    sqlite3_bind_int(st, 2, PROTOCOL_EPOCHS_MAX);
    int rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW && ret->epoch_count < PROTOCOL_EPOCHS_MAX) {
        struct health_epoch *e = &ret->epochs[ret->epoch_count++];
        *e = (struct health_epoch){.next_seq = sqlite3_column_int64(st, 1), .of = sqlite3_column_int(st, 2)};
        memcpy(e->epoch, sqlite3_column_blob(st, 0), EPOCH_BYTES);
        for (int s = 0; s < PROTOCOL_SCORE_MAX; s++) {
            e->votes[s] = sqlite3_column_int64(st, 3 + s);
        }
        e->lost = sqlite3_column_int64(st, 14);
    }
    sqlite3_reset(st);
    if (rc != SQLITE_DONE) {
        return outbox_failed(ob);
    }
    ret->free_disk_bytes = outbox_free_bytes(ob);
    return OUTBOX_OK;
}

// A clock that has jumped a year ahead, or stands in 1970, must not empty the card of what a restored
// aggregator may ask for. So a row's age is counted from when it was settled, by a clock that was set; it
// begins anew when that time lies ahead; and even a wrong clock that claims to be set costs PRUNE_ROWS a
// call.
enum outbox_result outbox_prune(struct outbox *ob, wall_ms now)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    bool ok = true;
    if (now > 0) {
        sqlite3_bind_int64(outbox_stmt(ob, S_DATE), 1, now);
        sqlite3_bind_int(ob->st[S_DATE], 2, PRUNE_ROWS);
        sqlite3_bind_int64(outbox_stmt(ob, S_PRUNE), 1, now - ob->keep_ms);
        sqlite3_bind_int(ob->st[S_PRUNE], 2, PRUNE_ROWS);
        ok = outbox_done(ob->st[S_DATE]) && outbox_done(ob->st[S_PRUNE]);
    }
    sqlite3_bind_int64(outbox_stmt(ob, S_PRUNE_EPOCHS), 1, ob->epoch_id);
    return ok && outbox_done(ob->st[S_PRUNE_EPOCHS]) ? OUTBOX_OK : outbox_failed(ob);
}
