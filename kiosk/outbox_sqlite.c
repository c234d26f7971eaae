// outbox: SQLite. Every statement is prepared once; every value is bound. Here: the statements, opening and closing.
#include "kiosk/outbox_impl.h"

#include "kiosk/outbox_file.h"
#include "kiosk/unthanked.h"
#include "shared/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

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

enum outbox_result outbox_failed(struct outbox *ob)
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

sqlite3_stmt *outbox_stmt(struct outbox *ob, enum statement s)
{
    sqlite3_reset(ob->st[s]);
    return ob->st[s];
}

bool outbox_count_pending(struct outbox *ob)
{
    bool ok = sqlite3_step(outbox_stmt(ob, S_PENDING)) == SQLITE_ROW;
    if (ok) {
        ob->pending = sqlite3_column_int64(ob->st[S_PENDING], 0);
    }
    sqlite3_reset(ob->st[S_PENDING]);
    return ok;
}

bool outbox_ready(struct outbox *ob)
{
    if (ob->db == NULL && open_db(ob) == SQLITE_OK && !outbox_count_pending(ob)) {
        close_db(ob);
    }
    return ob->db != NULL;
}

bool outbox_done(sqlite3_stmt *st)
{
    int rc;
    do {
        rc = sqlite3_step(st);
    } while (rc == SQLITE_ROW);
    sqlite3_reset(st);
    return rc == SQLITE_DONE;
}

void outbox_bind_text(sqlite3_stmt *st, int i, const char *s)
{
    sqlite3_bind_text(st, i, s, -1, SQLITE_STATIC);
}

void outbox_copy_text(sqlite3_stmt *st, int column, char *ret, size_t n)
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

bool outbox_count_vote(struct outbox *ob, int64_t epoch_id, int score, int of, int by)
{
    sqlite3_stmt *st = outbox_stmt(ob, S_COUNT_VOTE);
    sqlite3_bind_int64(st, 1, epoch_id);
    sqlite3_bind_int(st, 2, score);
    sqlite3_bind_int(st, 3, of);
    sqlite3_bind_int(st, 4, by);
    return outbox_done(st);
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
    sqlite3_stmt *st = outbox_stmt(ob, S_DROP);
    sqlite3_bind_blob(st, 1, epoch, EPOCH_BYTES, SQLITE_STATIC);
    sqlite3_bind_int64(st, 2, seq);
    int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW) {
        sqlite3_reset(st);
        return rc == SQLITE_DONE;
    }
    int64_t id = sqlite3_column_int64(st, 0);
    int score = sqlite3_column_int(st, 1), of = sqlite3_column_int(st, 2);
    sqlite3_bind_int64(outbox_stmt(ob, S_DROP_SEQ), 1, id);
    sqlite3_bind_int64(ob->st[S_DROP_SEQ], 2, seq);
    log_event(LOG_WARN, "unthanked_dropped", "seq=%lld", (long long)seq);
    return outbox_done(st) && outbox_done(ob->st[S_DROP_SEQ]) && (score == 0 || outbox_count_vote(ob, id, score, of, -1));
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
    ok = ok && outbox_done(st);
    sqlite3_finalize(st);
    st = NULL;
    ok = ok &&
         sqlite3_prepare_v2(ob->db, "INSERT INTO epoch(epoch, boot, branch, place) VALUES(?1, ?2, ?3, ?4)",
                            -1, &st, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_bind_blob(st, 1, ob->epoch, EPOCH_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(st, 2, ob->boot);
        outbox_bind_text(st, 3, ob->branch.s);
        outbox_bind_text(st, 4, ob->place.s);
        ok = outbox_done(st);
        ob->epoch_id = sqlite3_last_insert_rowid(ob->db);
    }
    sqlite3_finalize(st);
    // Epochs of earlier starts in which nobody pressed are of no use to anyone.
    if (ok) {
        sqlite3_bind_int64(outbox_stmt(ob, S_PRUNE_EPOCHS), 1, ob->epoch_id);
        ok = outbox_done(ob->st[S_PRUNE_EPOCHS]);
    }
    return ok && sqlite3_exec(ob->db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK &&
           (!noted || unthanked_clear(ob->unthanked)) && outbox_count_pending(ob);
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

int64_t outbox_free_bytes(const struct outbox *ob)
{
    struct statvfs v;
    return statvfs(ob->path, &v) == 0 ? (int64_t)v.f_bavail * (int64_t)v.f_frsize : INT64_MAX;
}
