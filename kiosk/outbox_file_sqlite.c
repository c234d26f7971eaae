#include "kiosk/outbox_file.h"

#include "shared/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 1200 };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS epoch("
    " epoch_id INTEGER PRIMARY KEY, epoch BLOB NOT NULL UNIQUE, boot INTEGER NOT NULL,"
    " branch TEXT NOT NULL, place TEXT NOT NULL,"
    " next_seq INTEGER NOT NULL DEFAULT 1," // updated in the press's own transaction
    " run TEXT,"                            // run of the last sync that named this epoch; NULL: none yet
    " levels INTEGER NOT NULL DEFAULT 0,"   // highest `of` counted below
    " v1 INTEGER NOT NULL DEFAULT 0, v2 INTEGER NOT NULL DEFAULT 0, v3 INTEGER NOT NULL DEFAULT 0,"
    " v4 INTEGER NOT NULL DEFAULT 0, v5 INTEGER NOT NULL DEFAULT 0, v6 INTEGER NOT NULL DEFAULT 0,"
    " v7 INTEGER NOT NULL DEFAULT 0, v8 INTEGER NOT NULL DEFAULT 0, v9 INTEGER NOT NULL DEFAULT 0,"
    " v10 INTEGER NOT NULL DEFAULT 0, v11 INTEGER NOT NULL DEFAULT 0,"
    " lost INTEGER NOT NULL DEFAULT 0);" // given out, but not to be read any more after damage
    "CREATE TABLE IF NOT EXISTS event("
    " epoch_id INTEGER NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,"
    " at INTEGER NOT NULL, up INTEGER NOT NULL, visit INTEGER NOT NULL, type INTEGER NOT NULL,"
    " question TEXT NOT NULL, score INTEGER NOT NULL, levels INTEGER NOT NULL, options TEXT NOT NULL,"
    " text TEXT NOT NULL, voids INTEGER NOT NULL, since INTEGER NOT NULL, fingers INTEGER NOT NULL,"
    " survey TEXT NOT NULL, version INTEGER NOT NULL, lang TEXT NOT NULL, by TEXT NOT NULL, clock INTEGER "
    "NOT NULL,"
    " PRIMARY KEY(epoch_id, seq)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS event_pending ON event(epoch_id, seq) WHERE state = 0;"
    "CREATE INDEX IF NOT EXISTS event_contact ON event(epoch_id, seq) WHERE type = 3 AND text <> '';"
    "PRAGMA user_version = 1;";

// What an opened file needs to be an outbox; `rc` of opening it so far. Closes it when that fails.
static int make_tables(sqlite3 *db, int rc, sqlite3 **ret_db)
{
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = outbox_add_columns(db);
    if (rc == SQLITE_OK)
        *ret_db = db;
    else
        sqlite3_close_v2(db);
    return rc;
}

int outbox_file_open(const char *path, struct sqlite3 **ret_db)
{
    sqlite3 *db = NULL;
    int rc =
        sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(db, 1000);
        rc = sqlite3_exec(db,
                          "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;"
                          "PRAGMA journal_size_limit = 1048576; PRAGMA wal_autocheckpoint = 200;"
                          "PRAGMA secure_delete = ON;", // of contact data nothing stays behind
                          NULL, NULL, NULL);
    }
    return make_tables(db, rc, ret_db);
}

enum outbox_result outbox_file_verdict(int rc, const char **ret_why)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
        return OUTBOX_OK;
    case SQLITE_FULL:
        *ret_why = "the disk is full: free some space for the outbox";
        return OUTBOX_FULL;
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        *ret_why = "it cannot be written: check that the state folder exists, is writable and has free space";
        return OUTBOX_READONLY;
    case SQLITE_NOMEM:
        *ret_why = "out of memory";
        return OUTBOX_IO;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: // it lacks what every program has written
        *ret_why = "it is damaged";
        return OUTBOX_CORRUPT;
    default:
        *ret_why = "the disk cannot be read or written, or is full: check it, and its free space";
        return OUTBOX_IO;
    }
}

// ---------------------------------------------------------------- names
static const char *name(const char *path, const char *tail, char ret[PATH_BYTES])
{
    snprintf(ret, PATH_BYTES, "%s%s", path, tail);
    return ret;
}

static bool is_there(const char *path, const char *tail)
{
    char file[PATH_BYTES];
    return access(name(path, tail, file), F_OK) == 0;
}

static bool sync_folder(const char *path)
{
    char copy[PATH_BYTES];
    int fd = open(dirname((char *)name(path, "", copy)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

// False when it stays.
static bool drop(const char *path, const char *tail)
{
    char file[PATH_BYTES];
    return unlink(name(path, tail, file)) == 0 || errno == ENOENT;
}

static bool move(const char *path, const char *tail, const char *new_tail)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    return rename(name(path, tail, from), name(path, new_tail, to)) == 0 || errno == ENOENT;
}

// ---------------------------------------------------------------- the exchange
static bool drop_unfinished(const char *path)
{
    return drop(path, ".making-journal") && drop(path, ".making");
}

// The -wal goes first: beside the new file it would be taken for its own. (A power cut between the two leaves
// the halves under two times.)
static bool finish_exchange(const char *path, wall_ms now)
{
    char aside[64], aside_wal[64];
    snprintf(aside, sizeof aside, ".damaged-%lld", (long long)now);
    snprintf(aside_wal, sizeof aside_wal, ".damaged-%lld-wal", (long long)now);
    return !is_there(path, ".made") ||
           (drop(path, "-shm") && move(path, "-wal", aside_wal) && sync_folder(path) &&
            move(path, "", aside) && sync_folder(path) && move(path, ".made", "") && sync_folder(path));
}

// The new file has no -wal beside it, so that one rename brings all of it.
static int begin_new(const char *path, sqlite3 **ret_db)
{
    char file[PATH_BYTES];
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(name(path, ".making", file), &db,
                             SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL;", NULL, NULL, NULL);
    return make_tables(db, rc, ret_db);
}

// Opens a file that is not trusted: closing it leaves its -wal alone.
static int open_suspect(const char *path, sqlite3 **ret_db)
{
    int rc = sqlite3_open_v2(path, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_busy_timeout(*ret_db, 1000);
        sqlite3_db_config(*ret_db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
    }
    return rc;
}

static int copy_all(const struct outbox_options *o, sqlite3 *into)
{
    int rc = SQLITE_OK;
    for (int i = 0; i < 2 && rc == SQLITE_OK; i++) {
        sqlite3 *damaged = NULL;
        rc = open_suspect(o->path, &damaged);
        if (rc == SQLITE_OK && !outbox_salvage_copy(into, damaged, &o->branch, &o->place, i == 1))
            rc = sqlite3_errcode(into) == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR;
        sqlite3_close_v2(damaged);
    }
    return rc;
}

static enum outbox_result exchange(const struct outbox_options *o, wall_ms now, struct salvage *ret_found,
                                   const char **ret_why)
{
    sqlite3 *into = NULL;
    int rc = begin_new(o->path, &into);
    if (rc == SQLITE_OK)
        rc = copy_all(o, into);
    if (rc == SQLITE_OK)
        rc = outbox_salvage_count(into, ret_found);
    sqlite3_close_v2(into);
    if (rc == SQLITE_OK && sync_folder(o->path) && move(o->path, ".making", ".made") &&
        sync_folder(o->path) && finish_exchange(o->path, now))
        return OUTBOX_OK;
    drop_unfinished(o->path);
    enum outbox_result r = outbox_file_verdict(rc == SQLITE_OK ? SQLITE_IOERR : rc, ret_why);
    return r == OUTBOX_CORRUPT ? OUTBOX_IO : r;
}

// ---------------------------------------------------------------- is it sound?
static bool can_be_read(const char *path, const char *tail)
{
    char file[PATH_BYTES], bytes[16384];
    int fd = open(name(path, tail, file), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT;
    ssize_t n;
    for (off_t at = 0; (n = pread(fd, bytes, sizeof bytes, at)) > 0;)
        at += n;
    close(fd);
    return n == 0;
}

// SQLITE_OK: sound. SQLITE_CORRUPT, SQLITE_NOTADB: damaged. Others: cannot be told now.
static int check_once(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    int rc = open_suspect(path, &db);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        const char *says = (const char *)sqlite3_column_text(st, 0);
        rc = says && strcmp(says, "ok") == 0 ? SQLITE_OK : SQLITE_CORRUPT;
    }
    sqlite3_finalize(st);
    if (rc == SQLITE_OK)
        rc = outbox_check_rows(db);
    // Its first page forbids writing, which its rights allow.
    if (rc == SQLITE_OK && sqlite3_db_readonly(db, "main") != 0)
        rc = access(path, W_OK) == 0 ? SQLITE_CORRUPT : SQLITE_READONLY;
    sqlite3_close_v2(db);
    return rc;
}

// quick_check calls a page that the disk does not give a damaged one: so it must be given, and damaged twice.
static int check(const char *path, bool distrust)
{
    const char *why;
    int rc = check_once(path);
    bool damaged = outbox_file_verdict(rc, &why) == OUTBOX_CORRUPT;
    if ((damaged || (distrust && rc == SQLITE_OK)) && !(can_be_read(path, "") && can_be_read(path, "-wal")))
        return SQLITE_IOERR;
    if (damaged)
        rc = check_once(path);
    return distrust && rc == SQLITE_OK ? SQLITE_CORRUPT : rc;
}

enum outbox_result outbox_file_mend(const struct outbox_options *o, wall_ms now, bool distrust,
                                    bool *ret_damaged, struct salvage *ret_found, const char **ret_why)
{
    if (!drop_unfinished(o->path) || !finish_exchange(o->path, now))
        return outbox_file_verdict(errno == EROFS || errno == EACCES ? SQLITE_READONLY : SQLITE_IOERR,
                                   ret_why);
    if (!is_there(o->path, ""))
        return OUTBOX_OK;
    int rc = check(o->path, distrust);
    enum outbox_result r = outbox_file_verdict(rc, ret_why);
    if (r != OUTBOX_CORRUPT)
        return r;
    log_event(LOG_ERROR, "outbox_damaged", "path=%s code=%d", o->path, rc);
    r = exchange(o, now, ret_found, ret_why);
    *ret_damaged |= r == OUTBOX_OK;
    return r;
}

void outbox_file_forget_damaged(const char *path)
{
    char folder[PATH_BYTES], name[PATH_BYTES], prefix[PATH_BYTES + 12], found[2 * PATH_BYTES];
    snprintf(folder, sizeof folder, "%s", path);
    snprintf(name, sizeof name, "%s", path);
    const char *dir = dirname(folder);
    snprintf(prefix, sizeof prefix, "%s.damaged-", basename(name));
    DIR *d = opendir(dir);
    for (const struct dirent *e; d && (e = readdir(d));) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(found, sizeof found, "%s/%s", dir, e->d_name);
        if (unlink(found) == 0)
            log_event(LOG_WARN, "damaged_outbox_deleted", "path=%s why=erasure", found);
    }
    if (d)
        closedir(d);
}
