// outbox: SQLite. Every statement is prepared once; every value is bound.
#include "kiosk/outbox.h"

#include "kiosk/outbox_file.h"
#include "kiosk/unthanked.h"
#include "shared/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

// In `event.state`, by number in the statements below.
enum row_state { ROW_PENDING, ROW_SETTLED, ROW_REJECTED, ROW_ASIDE };
enum { PRUNE_ROWS = 500, MIN_FREE_BYTES = 4 * 1024 * 1024 };

enum statement {
    S_BEGIN,
    S_COMMIT,
    S_ROLLBACK,
    S_NEXT_SEQ,
    S_INSERT,
    S_COUNT_VOTE,
    S_FETCH,
    S_EPOCH,
    S_EPOCH_BY_BLOB,
    S_SETTLE,
    S_WIPE,
    S_REJECT,
    S_REOPEN,
    S_SET_RUN,
    S_THROUGH,
    S_ASIDE,
    S_HELD,
    S_UNSYNCED,
    S_PENDING,
    S_COUNTS,
    S_DATE,
    S_PRUNE,
    S_PRUNE_EPOCHS,
    S_VOTE_OF,
    S_ERASE_VOTES,
    S_ERASE_REF,
    S_ERASE,
    S_DROP,
    S_DROP_SEQ,
    S_RESEND,
    S_COUNT
};

static const char *const sql[S_COUNT] = {
    [S_BEGIN] = "BEGIN IMMEDIATE",
    [S_COMMIT] = "COMMIT",
    [S_ROLLBACK] = "ROLLBACK",
    [S_NEXT_SEQ] = "UPDATE epoch SET next_seq = next_seq + 1 WHERE epoch_id = ?1 RETURNING next_seq - 1",
    [S_INSERT] =
        "INSERT INTO event(epoch_id, seq, at, up, visit, type, question, score, levels, options, text, voids,"
        " since, fingers, survey, version, lang, by, clock, ref, keep)"
        " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21)",
    [S_COUNT_VOTE] = "UPDATE epoch SET levels = max(levels, ?3),"
                     " v1 = v1 + ?4 * (?2 = 1), v2 = v2 + ?4 * (?2 = 2), v3 = v3 + ?4 * (?2 = 3),"
                     " v4 = v4 + ?4 * (?2 = 4), v5 = v5 + ?4 * (?2 = 5), v6 = v6 + ?4 * (?2 = 6),"
                     " v7 = v7 + ?4 * (?2 = 7), v8 = v8 + ?4 * (?2 = 8), v9 = v9 + ?4 * (?2 = 9),"
                     " v10 = v10 + ?4 * (?2 = 10), v11 = v11 + ?4 * (?2 = 11) WHERE epoch_id = ?1",
    [S_FETCH] =
        "SELECT epoch_id, seq, at, up, visit, type, question, score, levels, options, text, voids, since,"
        " fingers, survey, version, lang, by, clock, ref, keep FROM event"
        " WHERE state = 0 AND (epoch_id, seq) > (?1, ?2) ORDER BY epoch_id, seq LIMIT ?3",
    [S_EPOCH] = "SELECT epoch, boot, branch, place FROM epoch WHERE epoch_id = ?1",
    [S_EPOCH_BY_BLOB] = "SELECT epoch_id, coalesce(run, '') FROM epoch WHERE epoch = ?1",
    [S_SETTLE] = "UPDATE event SET state = 1, settled_at = ?4"
                 " WHERE epoch_id = ?1 AND seq BETWEEN ?2 AND ?3 AND state = 0",
    [S_WIPE] = "UPDATE event SET text = '' WHERE type = 3 AND text <> '' AND state IN (1, 2)",
    [S_REJECT] = "UPDATE event SET state = 2, settled_at = ?4 WHERE epoch_id = ?1 AND seq = ?2"
                 " AND state = 0 AND ?3 = 0",
    [S_REOPEN] = "UPDATE event SET state = 0 WHERE epoch_id = ?1 AND seq BETWEEN ?2 AND ?3 AND state <> 0",
    [S_SET_RUN] = "UPDATE epoch SET run = ?2, through = ?3 WHERE epoch_id = ?1",
    [S_THROUGH] = "UPDATE epoch SET through = max(through, ?2) WHERE epoch_id = ?1",
    [S_ASIDE] = "UPDATE event SET state = 3 WHERE epoch_id = (SELECT epoch_id FROM epoch WHERE epoch = ?1) "
                "AND seq = ?2"
                " AND state = 0",
    // The current epoch first, then those that the run shown has not synced, oldest first.
    [S_HELD] =
        "SELECT e.epoch, e.branch, coalesce((SELECT min(seq) FROM event v WHERE v.epoch_id = e.epoch_id), 1),"
        " coalesce((SELECT max(seq) FROM event v WHERE v.epoch_id = e.epoch_id), 0) FROM epoch e"
        " WHERE e.epoch_id = ?1 OR e.run IS NULL OR e.run NOT IN (?3, ?4, ?5, ?6)"
        " ORDER BY e.epoch_id <> ?1, e.epoch_id LIMIT ?2",
    [S_UNSYNCED] = "SELECT count(*) FROM epoch WHERE run IS NULL OR run NOT IN (?3, ?4, ?5, ?6)",
    [S_PENDING] = "SELECT count(*), coalesce(min(at), 0) FROM event WHERE state = 0",
    [S_COUNTS] =
        "SELECT epoch, next_seq, levels, v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11, lost FROM epoch e"
        " WHERE epoch_id = ?1 OR EXISTS (SELECT 1 FROM event v WHERE v.epoch_id = e.epoch_id AND v.state = 0)"
        // Nothing is left of it but what is lost: until the aggregator has heard of it, see S_PRUNE_EPOCHS.
        " OR (lost > 0 AND NOT EXISTS (SELECT 1 FROM event v WHERE v.epoch_id = e.epoch_id))"
        " ORDER BY epoch_id DESC LIMIT ?2",
    // Settled under no known time, or under one that is yet to come: the waiting begins now.
    [S_DATE] = "UPDATE event SET settled_at = ?1 WHERE (epoch_id, seq) IN (SELECT epoch_id, seq FROM event"
               " WHERE state IN (1, 2) AND (settled_at = 0 OR settled_at > ?1)"
               " ORDER BY epoch_id, seq LIMIT ?2)",
    [S_PRUNE] = "DELETE FROM event WHERE (epoch_id, seq) IN (SELECT epoch_id, seq FROM event"
                " WHERE state IN (1, 2) AND settled_at > 0 AND settled_at < ?1"
                " ORDER BY epoch_id, seq LIMIT ?2)",
    [S_PRUNE_EPOCHS] =
        "DELETE FROM epoch WHERE epoch_id <> ?1 AND (lost = 0 OR run IS NOT NULL) AND NOT EXISTS"
        " (SELECT 1 FROM event v WHERE v.epoch_id = epoch.epoch_id)",
    [S_RESEND] = "UPDATE event SET state = 0 WHERE state <> 0",
    // Of a press that was not taken back yet.
    [S_VOTE_OF] = "SELECT score, levels FROM event WHERE epoch_id = ?1 AND seq = ?2 AND NOT EXISTS"
                  " (SELECT 1 FROM event w WHERE w.epoch_id = ?1 AND w.seq > ?2 AND w.voids = ?2)",
    // The last of its epoch: neither was it taken back, nor has its seq been given out again.
    [S_DROP] = "DELETE FROM event WHERE epoch_id = (SELECT epoch_id FROM epoch WHERE epoch = ?1 AND next_seq"
               " = ?2 + 1) AND seq = ?2 AND state = 0 RETURNING epoch_id, score, levels",
    [S_DROP_SEQ] = "UPDATE epoch SET next_seq = ?2 WHERE epoch_id = ?1",
    [S_ERASE_VOTES] = "SELECT score, levels FROM event e WHERE epoch_id = ?1 AND visit = ?2 AND score > 0"
                      " AND NOT EXISTS (SELECT 1 FROM event v WHERE v.epoch_id = ?1 AND v.voids = e.seq)",
    [S_ERASE_REF] = "UPDATE event SET ref = '' WHERE epoch_id = ?1 AND visit = ?2",
    [S_ERASE] = "DELETE FROM event WHERE epoch_id = ?1 AND visit = ?2 AND (type IN (2, 3) OR ?3)",
};

struct outbox {
    sqlite3 *db;               // owned; NULL after an I/O error until reopened
    sqlite3_stmt *st[S_COUNT]; // owned
    char *path;                // owned
    uint8_t epoch[EPOCH_BYTES];
    int64_t epoch_id, boot, pending; // pending: unacknowledged rows, kept up to date
    int64_t max_pending, keep_ms;
    struct ident branch, place;
    bool damaged;
    int64_t salvaged, lost; // rows brought over from the damaged file, and not
    int lock_fd;            // held while open: two programs would each judge by their own counts
    int unthanked;          // file, see unthanked.h
};

// ---------------------------------------------------------------- open, close, errors

static void close_db(struct outbox *ob)
{
    for (int i = 0; i < S_COUNT; i++) {
        sqlite3_finalize(ob->st[i]);
        ob->st[i] = NULL;
    }
    sqlite3_close_v2(ob->db);
    ob->db = NULL;
}

static int open_db(struct outbox *ob)
{
    int rc = outbox_file_open(ob->path, &ob->db);
    for (int i = 0; i < S_COUNT && rc == SQLITE_OK; i++) {
        rc = sqlite3_prepare_v3(ob->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &ob->st[i], NULL);
    }
    if (rc != SQLITE_OK) {
        close_db(ob);
    }
    return rc;
}

// Maps a failed call to a result. After anything but a full disk the connection is not trusted any more: it
// is closed (which rolls back) and the next call opens it again (fsync errors are never assumed to be
// mended).
static enum outbox_result failed(struct outbox *ob)
{
    int rc = ob->db != NULL ? sqlite3_extended_errcode(ob->db) : SQLITE_IOERR;
    log_event(LOG_ERROR, "outbox_error", "code=%d text=%Q", rc,
              ob->db != NULL ? sqlite3_errmsg(ob->db) : "not open");
    if ((rc & 0xff) == SQLITE_FULL) {
        outbox_rollback(ob);
        return OUTBOX_FULL;
    }
    close_db(ob);
    return OUTBOX_IO;
}

static sqlite3_stmt *stmt(struct outbox *ob, enum statement s)
{
    sqlite3_reset(ob->st[s]);
    return ob->st[s];
}

static bool count_pending(struct outbox *ob)
{
    bool ok = sqlite3_step(stmt(ob, S_PENDING)) == SQLITE_ROW;
    if (ok) {
        ob->pending = sqlite3_column_int64(ob->st[S_PENDING], 0);
    }
    sqlite3_reset(ob->st[S_PENDING]);
    return ok;
}

// Opens it again after an error: what the failed transaction has left is counted anew. Closed when it cannot
// be counted either.
static bool ready(struct outbox *ob)
{
    if (ob->db == NULL && open_db(ob) == SQLITE_OK && !count_pending(ob)) {
        close_db(ob);
    }
    return ob->db != NULL;
}

// Runs a statement that returns nothing of interest. True on success.
static bool done(sqlite3_stmt *st)
{
    int rc;
    do {
        rc = sqlite3_step(st);
    } while (rc == SQLITE_ROW);
    sqlite3_reset(st);
    return rc == SQLITE_DONE;
}

static void bind_text(sqlite3_stmt *st, int i, const char *s)
{
    sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC);
}

static void copy_text(sqlite3_stmt *st, int column, char *ret, size_t n)
{
    const char *s = (const char *)sqlite3_column_text(st, column);
    snprintf(ret, n, "%s", s != NULL ? s : "");
}

static bool lock(struct outbox *ob)
{
    char path[600];
    snprintf(path, sizeof path, "%s.lock", ob->path);
    ob->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return ob->lock_fd < 0 || flock(ob->lock_fd, LOCK_EX | LOCK_NB) == 0; // no rights: the database will tell
}

static bool count_vote(struct outbox *ob, int64_t epoch_id, int score, int of, int by)
{
    sqlite3_stmt *st = stmt(ob, S_COUNT_VOTE);
    sqlite3_bind_int64(st, 1, epoch_id);
    sqlite3_bind_int(st, 2, score);
    sqlite3_bind_int(st, 3, of);
    sqlite3_bind_int(st, 4, by);
    return done(st);
}

// A press that was not thanked, and that the program did not live to take back: its transaction is undone, as
// if it had been rolled back then. Nothing of it was sent (writer_call refuses until it is taken back), so
// nobody misses its seq. *ret_noted: there was a note.
static bool drop_unthanked(struct outbox *ob, bool *ret_noted)
{
    uint8_t epoch[EPOCH_BYTES];
    int64_t seq;
    if (!unthanked_read(ob->unthanked, epoch, &seq)) {
        return false;
    }
    *ret_noted = seq != 0;
    if (seq == 0) {
        return true;
    }
    sqlite3_stmt *st = stmt(ob, S_DROP);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, seq);
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(st);
        return rc == SQLITE_DONE;
    }
    int64_t id = sqlite3_column_int64(st, 0);
    int score = sqlite3_column_int(st, 1), of = sqlite3_column_int(st, 2);
    sqlite3_bind_int64(stmt(ob, S_DROP_SEQ), 1, id);
    sqlite3_bind_int64(ob->st[S_DROP_SEQ], 2, seq);
    log_event(LOG_WARN, "unthanked_dropped", "seq=%lld", (long long)seq);
    return done(st) && done(ob->st[S_DROP_SEQ]) && (score == 0 || count_vote(ob, id, score, of, -1));
}

static bool begin_epoch(struct outbox *ob)
{
    if (!clock_random(ob->epoch, sizeof ob->epoch)) {
        return false;
    }
    sqlite3_stmt *st = NULL;
    bool noted = false;
    bool ok = sqlite3_exec(ob->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
    ok = ok && drop_unthanked(ob, &noted);
    ok = ok &&
         sqlite3_prepare_v2(ob->db,
                            "INSERT INTO meta SELECT 'boot', 1 + coalesce(max(boot), 0) FROM epoch WHERE true"
                            " ON CONFLICT DO UPDATE SET value = max(value + 1, excluded.value)"
                            " RETURNING value",
                            -1, &st, NULL) == SQLITE_OK;
    if (ok && sqlite3_step(st) == SQLITE_ROW) {
        ob->boot = sqlite3_column_int64(st, 0);
    }
    ok = ok && done(st);
    sqlite3_finalize(st);
    st = NULL;
    ok = ok &&
         sqlite3_prepare_v2(ob->db, "INSERT INTO epoch(epoch, boot, branch, place) VALUES(?1, ?2, ?3, ?4)",
                            -1, &st, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_blob(st, 1, ob->epoch, EPOCH_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, ob->boot);
        bind_text(st, 3, ob->branch.s);
        bind_text(st, 4, ob->place.s);
        ok = done(st);
        ob->epoch_id = sqlite3_last_insert_rowid(ob->db);
    }
    sqlite3_finalize(st);
    // Epochs of earlier starts in which nobody pressed are of no use to anyone.
    if (ok) {
        sqlite3_bind_int64(stmt(ob, S_PRUNE_EPOCHS), 1, ob->epoch_id);
        ok = done(ob->st[S_PRUNE_EPOCHS]);
    }
    return ok && sqlite3_exec(ob->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK &&
           (!noted || unthanked_clear(ob->unthanked)) && count_pending(ob);
}

// Returns a result code of SQLite.
static int open_unthanked(struct outbox *ob)
{
    char path[600];
    snprintf(path, sizeof path, "%s.unthanked", ob->path);
    if (ob->unthanked >= 0 || (ob->unthanked = unthanked_open(path)) >= 0) {
        return SQLITE_OK;
    }
    return errno == ENOSPC || errno == EDQUOT  ? SQLITE_FULL
           : errno == EROFS || errno == EACCES ? SQLITE_CANTOPEN
                                               : SQLITE_IOERR;
}

static enum outbox_result start(struct outbox *ob, const struct outbox_options *o, wall_ms now, bool distrust,
                                const char **ret_why)
{
    struct salvage found = {ob->salvaged, ob->lost};
    enum outbox_result result = outbox_file_mend(o, now, distrust, &ob->damaged, &found, ret_why);
    ob->salvaged = found.rows;
    ob->lost = found.lost;
    if (result != OUTBOX_OK) {
        return result;
    }
    int rc = open_db(ob);
    if (rc == SQLITE_OK && (rc = open_unthanked(ob)) != SQLITE_OK) {
        close_db(ob);
    }
    if (rc == SQLITE_OK && !begin_epoch(ob)) {
        rc = sqlite3_errcode(ob->db);
        rc = rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE ? SQLITE_IOERR : rc;
        close_db(ob);
    }
    return outbox_file_verdict(rc, ret_why);
}

enum outbox_result outbox_open(const struct outbox_options *o, wall_ms now, struct outbox **ret_ob,
                               const char **ret_why)
{
    struct outbox *ob = calloc(1, sizeof *ob);
    if (ob == NULL || (ob->path = strdup(o->path)) == NULL) {
        free(ob);
        *ret_why = "out of memory";
        return OUTBOX_IO;
    }
    ob->lock_fd = ob->unthanked = -1;
    ob->branch = o->branch;
    ob->place = o->place;
    ob->max_pending = o->max_pending;
    ob->keep_ms = o->keep_ms;
    enum outbox_result result = OUTBOX_IN_USE;
    if (!lock(ob)) {
        *ret_why = "another puas-kiosk uses this state folder: stop it first, or set another state_dir";
    } else {
        result = start(ob, o, now, false, ret_why);
        // No check has seen it; but a read that failed can look like damage, so it must be found twice.
        for (int i = 0; i < 2 && result == OUTBOX_CORRUPT; i++) {
            result = start(ob, o, now, i == 1, ret_why);
        }
    }
    if (result != OUTBOX_OK) {
        outbox_close(ob);
        return result;
    }
    *ret_ob = ob;
    return OUTBOX_OK;
}

void outbox_close(struct outbox *ob)
{
    if (ob == NULL) {
        return;
    }
    close_db(ob);
    unthanked_close(ob->unthanked);
    if (ob->lock_fd >= 0) {
        close(ob->lock_fd);
    }
    free(ob->path);
    free(ob);
}

const uint8_t *outbox_epoch(const struct outbox *ob)
{
    return ob->epoch;
}

int64_t outbox_boot(const struct outbox *ob)
{
    return ob->boot;
}

int64_t outbox_pending(const struct outbox *ob)
{
    return ob->pending;
}

int outbox_visits_since(struct outbox *ob, wall_ms since)
{
    static const char text[] =
        "SELECT count(*) FROM event v WHERE v.at >= ?1 AND v.seq = v.visit AND v.voids = 0 AND NOT EXISTS"
        " (SELECT 1 FROM event w WHERE w.epoch_id = v.epoch_id AND w.voids = v.seq)";
    sqlite3_stmt *st = NULL;
    int n = 0;
    if (ob->db != NULL && sqlite3_prepare_v2(ob->db, text, -1, &st, NULL) == SQLITE_OK) {
        sqlite3_bind_int64(st, 1, since);
        n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int(st, 0) : 0;
    }
    sqlite3_finalize(st);
    return n;
}

int64_t outbox_salvaged(const struct outbox *ob)
{
    return ob->salvaged;
}

int64_t outbox_lost(const struct outbox *ob)
{
    return ob->lost;
}

bool outbox_was_damaged(const struct outbox *ob)
{
    return ob->damaged;
}

// ---------------------------------------------------------------- a press

static int64_t free_bytes(const struct outbox *ob)
{
    struct statvfs v;
    return statvfs(ob->path, &v) == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : INT64_MAX;
}

static bool next_seq(struct outbox *ob, int64_t *ret_seq)
{
    sqlite3_bind_int64(stmt(ob, S_NEXT_SEQ), 1, ob->epoch_id);
    bool ok = sqlite3_step(ob->st[S_NEXT_SEQ]) == SQLITE_ROW;
    if (ok) {
        *ret_seq = sqlite3_column_int64(ob->st[S_NEXT_SEQ], 0);
    }
    return ok && done(ob->st[S_NEXT_SEQ]);
}

static bool insert(struct outbox *ob, const struct event *e)
{
    char options[PROTOCOL_OPTIONS_MAX * (IDENT_MAX + 1) + 1] = ""; // ids joined by spaces
    for (int i = 0; i < e->option_count; i++) {
        size_t n = strlen(options);
        snprintf(options + n, sizeof options - n, "%s%s", i > 0 ? " " : "", e->options[i].s);
    }
    sqlite3_stmt *st = stmt(ob, S_INSERT);
    const int64_t ints[] = {ob->epoch_id, e->seq, e->at, e->up, e->visit, e->type};
    for (int i = 0; i < 6; i++) {
        sqlite3_bind_int64(st, i + 1, ints[i]);
    }
    bind_text(st, 7, e->question.s);
    sqlite3_bind_int(st, 8, e->score);
    sqlite3_bind_int(st, 9, e->of);
    bind_text(st, 10, options);
    bind_text(st, 11, e->text);
    sqlite3_bind_int64(st, 12, e->voids);
    sqlite3_bind_int(st, 13, e->since_ms);
    sqlite3_bind_int(st, 14, e->fingers);
    bind_text(st, 15, e->survey.s);
    sqlite3_bind_int(st, 16, e->version);
    bind_text(st, 17, e->lang);
    bind_text(st, 18, e->by);
    sqlite3_bind_int(st, 19, e->clock);
    bind_text(st, 20, e->ref);
    sqlite3_bind_int(st, 21, e->keep_days);
    return done(st);
}

enum outbox_result outbox_append(struct outbox *ob, const struct answer *a, enum clock_quality clock,
                                 int64_t *ret_seq)
{
    if (ob->pending >= ob->max_pending || free_bytes(ob) < MIN_FREE_BYTES) {
        return OUTBOX_FULL; // refuse visibly while acknowledgements can still be written
    }
    if (!ready(ob)) {
        return failed(ob);
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
    if (!done(stmt(ob, S_BEGIN)) || !next_seq(ob, &e.seq)) {
        return failed(ob);
    }
    e.visit = a->visit > 0 ? a->visit : e.seq;
    if (!insert(ob, &e) || (e.score > 0 && !count_vote(ob, ob->epoch_id, e.score, e.of, 1))) {
        return failed(ob);
    }
    *ret_seq = e.seq;
    return OUTBOX_OK;
}

enum outbox_result outbox_commit(struct outbox *ob)
{
    if (ob->db == NULL || !done(stmt(ob, S_COMMIT))) {
        return failed(ob);
    }
    ob->pending++;
    return OUTBOX_OK;
}

void outbox_rollback(struct outbox *ob)
{
    if (ob->db != NULL && !sqlite3_get_autocommit(ob->db)) {
        done(stmt(ob, S_ROLLBACK));
    }
}

bool outbox_note_unthanked(struct outbox *ob, int64_t seq)
{
    return unthanked_note(ob->unthanked, ob->epoch, seq);
}

static enum outbox_result append_void(struct outbox *ob, int64_t seq, wall_ms at, mono_ms up)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    sqlite3_stmt *st = stmt(ob, S_VOTE_OF);
    sqlite3_bind_int64(st, 1, ob->epoch_id);
    sqlite3_bind_int64(st, 2, seq);
    int rc = sqlite3_step(st), score = sqlite3_column_int(st, 0), of = sqlite3_column_int(st, 1);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) {
        return failed(ob);
    }
    sqlite3_reset(st);
    if (rc == SQLITE_DONE) {
        return OUTBOX_OK;
    }
    struct event e = {.at = at, .up = up, .type = EVENT_VOID, .voids = seq, .since_ms = -1};
    if (!done(stmt(ob, S_BEGIN)) || !next_seq(ob, &e.seq)) {
        return failed(ob);
    }
    e.visit = e.seq;
    if (!insert(ob, &e) || (score > 0 && !count_vote(ob, ob->epoch_id, score, of, -1))) {
        return failed(ob);
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

// ---------------------------------------------------------------- for the uplink

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
    copy_text(st, 6, e->question.s, sizeof e->question.s);
    copy_text(st, 10, e->text, sizeof e->text);
    copy_text(st, 14, e->survey.s, sizeof e->survey.s);
    copy_text(st, 16, e->lang, sizeof e->lang);
    copy_text(st, 17, e->by, sizeof e->by);
    copy_text(st, 19, e->ref, sizeof e->ref);
    char options[PROTOCOL_OPTIONS_MAX * (IDENT_MAX + 1) + 1], *save = NULL;
    copy_text(st, 9, options, sizeof options);
    for (char *id = strtok_r(options, " ", &save); id != NULL && e->option_count < PROTOCOL_OPTIONS_MAX;
         id = strtok_r(NULL, " ", &save)) {
        ident_set(&e->options[e->option_count++], id);
    }
}

enum outbox_result outbox_fetch(struct outbox *ob, struct outbox_cursor after, bool only_current, int max,
                                struct outbox_batch *b)
{
    b->count = 0;
    if (!ready(ob)) {
        return failed(ob);
    }
    if (only_current && after.epoch_id < ob->epoch_id) {
        after = (struct outbox_cursor){ob->epoch_id, 0};
    }
    sqlite3_stmt *st = stmt(ob, S_FETCH);
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
        return failed(ob);
    }
    if (b->count == 0) {
        return OUTBOX_OK;
    }
    b->running = b->epoch_id == ob->epoch_id;
    st = stmt(ob, S_EPOCH);
    sqlite3_bind_int64(st, 1, b->epoch_id);
    if (sqlite3_step(st) != SQLITE_ROW) {
        return failed(ob);
    }
    memcpy(b->epoch, sqlite3_column_blob(st, 0), EPOCH_BYTES);
    copy_text(st, 2, b->branch.s, sizeof b->branch.s);
    for (int i = 0; i < b->count; i++) {
        b->events[i].boot = sqlite3_column_int64(st, 1);
        copy_text(st, 3, b->events[i].place.s, sizeof b->events[i].place.s);
    }
    sqlite3_reset(st);
    return OUTBOX_OK;
}

// The local number and last synced run of an epoch. False when it is not ours (any more).
static bool find_epoch(struct outbox *ob, const uint8_t *epoch, int64_t *ret_id, char *ret_run, size_t n)
{
    sqlite3_stmt *st = stmt(ob, S_EPOCH_BY_BLOB);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    if (found) {
        *ret_id = sqlite3_column_int64(st, 0);
        copy_text(st, 1, ret_run, n);
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
    sqlite3_stmt *st = stmt(ob, s);
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, first);
    sqlite3_bind_int64(st, 3, last);
    if (s != S_REOPEN) {
        sqlite3_bind_int64(st, 4, at);
    }
    if (!done(st)) {
        return false;
    }
    *rows += sqlite3_changes(ob->db);
    return true;
}

enum outbox_result outbox_settle(struct outbox *ob, const struct ack_message *ack, wall_ms now,
                                 bool *ret_counted, int64_t *ret_rows)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    const struct ack_epoch *e = &ack->epochs[0];
    int64_t id, rows = 0;
    char run[EPOCH_HEX + 1];
    *ret_counted = false;
    *ret_rows = 0;
    if (!find_epoch(ob, e->epoch, &id, run, sizeof run) || strcmp(run, ack->run) != 0) {
        return OUTBOX_OK; // the fence of rule 4
    }
    bool ok = done(stmt(ob, S_BEGIN));
    for (int i = 0; ok && i < ack->rejected_count; i++) {
        ok = settle_range(ob, S_REJECT, id, ack->rejected[i].seq, 0, now, &rows);
    }
    ok = ok && settle_range(ob, S_SETTLE, id, 1, e->through, now, &rows);
    for (int i = 0; ok && i < e->also_count; i++) {
        ok = settle_range(ob, S_SETTLE, id, e->also[i].first, e->also[i].last, now, &rows);
    }
    if (ok) {
        sqlite3_bind_int64(stmt(ob, S_THROUGH), 1, id);
        sqlite3_bind_int64(ob->st[S_THROUGH], 2, e->through);
        ok = done(ob->st[S_THROUGH]);
    }
    // Contact data goes as soon as the aggregator has it.
    int wiped = 0;
    if (ok && rows > 0) {
        ok = done(stmt(ob, S_WIPE));
        wiped = ok ? sqlite3_changes(ob->db) : 0;
    }
    ok = ok && done(stmt(ob, S_COMMIT));
    if (!ok) {
        return failed(ob);
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
    if (!ready(ob)) {
        return failed(ob);
    }
    int64_t rows = 0;
    bool ok = done(stmt(ob, S_BEGIN));
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
            sqlite3_stmt *st = stmt(ob, S_SET_RUN);
            sqlite3_bind_int64(st, 1, id);
            bind_text(st, 2, sync->run);
            sqlite3_bind_int64(st, 3, e->through);
            ok = done(st);
        }
    }
    ok = ok && done(stmt(ob, S_COMMIT));
    if (!ok) {
        return failed(ob);
    }
    ob->pending += rows;
    *ret_reopened = rows;
    return OUTBOX_OK;
}

enum outbox_result outbox_resend(struct outbox *ob, int64_t *ret_rows)
{
    if (!ready(ob) || !done(stmt(ob, S_RESEND))) {
        return failed(ob);
    }
    int64_t rows = sqlite3_changes(ob->db);
    ob->pending += rows;
    *ret_rows = ob->pending;
    return OUTBOX_OK;
}

// The votes of a visit that goes as a whole are counted no more.
static bool uncount_visit(struct outbox *ob, int64_t id, int64_t visit)
{
    sqlite3_stmt *st = stmt(ob, S_ERASE_VOTES);
    bool ok = true;
    int rc;
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, visit);
    while (ok && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        ok = count_vote(ob, id, sqlite3_column_int(st, 0), sqlite3_column_int(st, 1), -1);
    }
    sqlite3_reset(st);
    return ok && rc == SQLITE_DONE;
}

// Of a visit; ?3 is for S_ERASE.
static bool change_visit(struct outbox *ob, enum statement s, int64_t id, int64_t visit, bool score)
{
    sqlite3_stmt *st = stmt(ob, s);
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, visit);
    if (s == S_ERASE) {
        sqlite3_bind_int(st, 3, score);
    }
    return done(st);
}

enum outbox_result outbox_erase(struct outbox *ob, const uint8_t *epoch, int64_t visit, bool score,
                                int64_t *ret_rows)
{
    int64_t id;
    char run[EPOCH_HEX + 1];
    if (!ready(ob)) {
        return failed(ob);
    }
    outbox_file_forget_damaged(ob->path);
    *ret_rows = 0;
    if (!find_epoch(ob, epoch, &id, run, sizeof run)) {
        return OUTBOX_OK;
    }
    bool ok = done(stmt(ob, S_BEGIN)) && (!score || uncount_visit(ob, id, visit)) &&
              change_visit(ob, S_ERASE_REF, id, visit, score) && change_visit(ob, S_ERASE, id, visit, score);
    int64_t rows = ok ? sqlite3_changes(ob->db) : 0;
    ok = ok && count_pending(ob) && done(stmt(ob, S_COMMIT));
    if (!ok) {
        return failed(ob);
    }
    empty_log(ob);
    *ret_rows = rows;
    return OUTBOX_OK;
}

enum outbox_result outbox_set_aside(struct outbox *ob, const uint8_t *epoch, int64_t seq)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    sqlite3_stmt *st = stmt(ob, S_ASIDE);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, seq);
    if (!done(st)) {
        return failed(ob);
    }
    ob->pending -= sqlite3_changes(ob->db);
    return OUTBOX_OK;
}

// Runs that are not shown bind as '': no run is empty.
static void bind_runs(sqlite3_stmt *st, const char *const *runs, int n)
{
    for (int i = 0; i < OUTBOX_RUNS_MAX; i++) {
        bind_text(st, 3 + i, i < n ? runs[i] : "");
    }
}

enum outbox_result outbox_held(struct outbox *ob, const char *const *runs, int run_count,
                               struct held_epoch *ret, int *ret_count, int *ret_unsynced)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    sqlite3_stmt *st = stmt(ob, S_HELD);
    sqlite3_bind_int64(st, 1, ob->epoch_id);
    sqlite3_bind_int(st, 2, PROTOCOL_EPOCHS_MAX);
    bind_runs(st, runs, run_count);
    int n = 0, rc;
    while ((rc = sqlite3_step(st)) == SQLITE_ROW && n < PROTOCOL_EPOCHS_MAX) {
        struct held_epoch *h = &ret[n++];
        memcpy(h->epoch, sqlite3_column_blob(st, 0), EPOCH_BYTES);
        copy_text(st, 1, h->branch.s, sizeof h->branch.s);
        h->first = sqlite3_column_int64(st, 2);
        h->last = sqlite3_column_int64(st, 3);
    }
    sqlite3_reset(st);
    st = stmt(ob, S_UNSYNCED);
    bind_runs(st, runs, run_count);
    int unsynced = -1;
    if (sqlite3_step(st) == SQLITE_ROW) {
        unsynced = sqlite3_column_int(st, 0);
    }
    sqlite3_reset(st);
    if (rc != SQLITE_DONE || unsynced < 0) {
        return failed(ob);
    }
    *ret_count = n;
    *ret_unsynced = unsynced;
    return OUTBOX_OK;
}

enum outbox_result outbox_count(struct outbox *ob, struct outbox_counts *ret)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    ret->epoch_count = 0;
    sqlite3_stmt *st = stmt(ob, S_PENDING);
    if (sqlite3_step(st) != SQLITE_ROW) {
        return failed(ob);
    }
    ret->pending = sqlite3_column_int64(st, 0);
    ret->oldest_at = sqlite3_column_int64(st, 1);
    sqlite3_reset(st);
    st = stmt(ob, S_COUNTS);
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
        return failed(ob);
    }
    ret->free_disk_bytes = free_bytes(ob);
    return OUTBOX_OK;
}

// A clock that has jumped a year ahead, or stands in 1970, must not empty the card of what a restored
// aggregator may ask for. So a row's age is counted from when it was settled, by a clock that was set; it
// begins anew when that time lies ahead; and even a wrong clock that claims to be set costs PRUNE_ROWS a
// call.
enum outbox_result outbox_prune(struct outbox *ob, wall_ms now)
{
    if (!ready(ob)) {
        return failed(ob);
    }
    bool ok = true;
    if (now > 0) {
        sqlite3_bind_int64(stmt(ob, S_DATE), 1, now);
        sqlite3_bind_int(ob->st[S_DATE], 2, PRUNE_ROWS);
        sqlite3_bind_int64(stmt(ob, S_PRUNE), 1, now - ob->keep_ms);
        sqlite3_bind_int(ob->st[S_PRUNE], 2, PRUNE_ROWS);
        ok = done(ob->st[S_DATE]) && done(ob->st[S_PRUNE]);
    }
    sqlite3_bind_int64(stmt(ob, S_PRUNE_EPOCHS), 1, ob->epoch_id);
    return ok && done(ob->st[S_PRUNE_EPOCHS]) ? OUTBOX_OK : failed(ob);
}
