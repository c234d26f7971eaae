// outbox, for the writer: a press is stored, or taken back.
#include "kiosk/outbox_impl.h"

#include "kiosk/unthanked.h"
#include "shared/log.h"

#include <stdio.h>
#include <string.h>

enum { MIN_FREE_BYTES = 4 * 1024 * 1024 };

static bool next_seq(struct outbox *ob, int64_t *ret_seq)
{
    sqlite3_bind_int64(outbox_stmt(ob, S_NEXT_SEQ), 1, ob->epoch_id);
    bool ok = sqlite3_step(ob->st[S_NEXT_SEQ]) == SQLITE_ROW;
    if (ok) {
        *ret_seq = sqlite3_column_int64(ob->st[S_NEXT_SEQ], 0);
    }
    return ok && outbox_done(ob->st[S_NEXT_SEQ]);
}

static bool insert(struct outbox *ob, const struct event *e)
{
    char options[PROTOCOL_OPTIONS_MAX * (IDENT_MAX + 1) + 1] = ""; // ids joined by spaces
    for (int i = 0; i < e->option_count; i++) {
        size_t n = strlen(options);
        snprintf(options + n, sizeof options - n, "%s%s", i > 0 ? " " : "", e->options[i].s);
    }
    sqlite3_stmt *st = outbox_stmt(ob, S_INSERT);
    const int64_t ints[] = {ob->epoch_id, e->seq, e->at, e->up, e->visit, e->type};
    for (int i = 0; i < 6; i++) {
        sqlite3_bind_int64(st, i + 1, ints[i]);
    }
    outbox_bind_text(st, 7, e->question.s);
    sqlite3_bind_int(st, 8, e->score);
    sqlite3_bind_int(st, 9, e->of);
    outbox_bind_text(st, 10, options);
    outbox_bind_text(st, 11, e->text);
    sqlite3_bind_int64(st, 12, e->voids);
    sqlite3_bind_int(st, 13, e->since_ms);
    sqlite3_bind_int(st, 14, e->fingers);
    outbox_bind_text(st, 15, e->survey.s);
    sqlite3_bind_int(st, 16, e->version);
    outbox_bind_text(st, 17, e->lang);
    outbox_bind_text(st, 18, e->by);
    sqlite3_bind_int(st, 19, e->clock);
    outbox_bind_text(st, 20, e->ref);
    sqlite3_bind_int(st, 21, e->keep_days);
    return outbox_done(st);
}

enum outbox_result outbox_append(struct outbox *ob, const struct answer *a, enum clock_quality clock,
                                 int64_t *ret_seq)
{
    if (ob->pending >= ob->max_pending || outbox_free_bytes(ob) < MIN_FREE_BYTES) {
        return OUTBOX_FULL; // refuse visibly while acknowledgements can still be written
    }
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    struct event e = {
        .at = a->at,
        .up = a->up,
        .type = a->type,
        .question = a->question,
        .score = a->score,
        .of = a->of,
        .option_count = a->option_count,
        .since_ms = a->since_ms,
        .fingers = a->fingers,
        .keep_days = a->keep_days,
        .survey = a->survey,
        .version = a->version,
        .clock = clock,
    };
    memcpy(e.options, a->options, sizeof e.options);
    memcpy(e.text, a->text, sizeof e.text);
    memcpy(e.ref, a->ref, sizeof e.ref);
    memcpy(e.lang, a->lang, sizeof e.lang);
    memcpy(e.by, a->by, sizeof e.by);
    if (!outbox_done(outbox_stmt(ob, S_BEGIN)) || !next_seq(ob, &e.seq)) {
        return outbox_failed(ob);
    }
    e.visit = a->visit > 0 ? a->visit : e.seq;
    if (!insert(ob, &e) || (e.score > 0 && !outbox_count_vote(ob, ob->epoch_id, e.score, e.of, 1))) {
        return outbox_failed(ob);
    }
    *ret_seq = e.seq;
    return OUTBOX_OK;
}

enum outbox_result outbox_commit(struct outbox *ob)
{
    if (ob->db == NULL || !outbox_done(outbox_stmt(ob, S_COMMIT))) {
        return outbox_failed(ob);
    }
    ob->pending++;
    return OUTBOX_OK;
}

void outbox_rollback(struct outbox *ob)
{
    if (ob->db != NULL && !sqlite3_get_autocommit(ob->db)) {
        outbox_done(outbox_stmt(ob, S_ROLLBACK));
    }
}

bool outbox_note_unthanked(struct outbox *ob, int64_t seq)
{
    return unthanked_note(ob->unthanked, ob->epoch, seq);
}

static enum outbox_result append_void(struct outbox *ob, int64_t seq, wall_ms at, mono_ms up)
{
    if (!outbox_ready(ob)) {
        return outbox_failed(ob);
    }
    sqlite3_stmt *st = outbox_stmt(ob, S_VOTE_OF);
    sqlite3_bind_int64(st, 1, ob->epoch_id);
    sqlite3_bind_int64(st, 2, seq);
    int rc = sqlite3_step(st), score = sqlite3_column_int(st, 0), of = sqlite3_column_int(st, 1);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        return outbox_failed(ob);
    }
    sqlite3_reset(st);
    if (rc == SQLITE_DONE) {
        return OUTBOX_OK;
    }
    struct event e = {.at = at, .up = up, .type = EVENT_VOID, .voids = seq, .since_ms = -1};
    if (!outbox_done(outbox_stmt(ob, S_BEGIN)) || !next_seq(ob, &e.seq)) {
        return outbox_failed(ob);
    }
    e.visit = e.seq;
    if (!insert(ob, &e) || (score > 0 && !outbox_count_vote(ob, ob->epoch_id, score, of, -1))) {
        return outbox_failed(ob);
    }
    return outbox_commit(ob);
}

enum outbox_result outbox_void(struct outbox *ob, int64_t seq, wall_ms at, mono_ms up)
{
    enum outbox_result r = append_void(ob, seq, at, up);
    if (r == OUTBOX_OK && !unthanked_clear(ob->unthanked)) {
        log_event(LOG_ERROR, "outbox_error", "text=%Q",
                  "the note of a press that was not thanked stays in outbox.db.unthanked: check the disk");
        r = OUTBOX_IO;
    }
    return r;
}
