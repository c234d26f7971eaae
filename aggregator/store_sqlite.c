// store: opening, migrations, statements and transactions. SQLite with WAL and synchronous=FULL.
#include "aggregator/store_impl.h"

#include "aggregator/embed.h"
#include "aggregator/event_table.h"
#include "aggregator/store_segments.h"
#include "shared/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

// ---------------------------------------------------------------- statements

bool store_fail(struct store *st)
{
    int rc = st->db != NULL ? sqlite3_errcode(st->db) & 0xff : SQLITE_CANTOPEN;
    if ((rc == SQLITE_IOERR || rc == SQLITE_CANTOPEN) && st->db != NULL &&
        sqlite3_system_errno(st->db) == ENOSPC) {
        rc = SQLITE_FULL; // what SQLite says when its shared memory cannot grow
    }
    st->error = rc == SQLITE_FULL                                ? STORE_FULL
                : rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB    ? STORE_DAMAGED
                : rc == SQLITE_BUSY || rc == SQLITE_LOCKED       ? STORE_LOCKED
                : rc == SQLITE_INTERRUPT                         ? STORE_CUT_OFF
                : rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY ? STORE_CANNOT_OPEN
                                                                 : STORE_FAILED;
    const char *why = st->db != NULL ? sqlite3_errmsg(st->db) : "not open";
    snprintf(st->why, sizeof st->why, "%s", st->error == STORE_CUT_OFF && st->cut_off[0] != '\0' ? st->cut_off : why);
    return false;
}

bool store_no_memory(struct store *st)
{
    st->error = STORE_FAILED;
    snprintf(st->why, sizeof st->why, "out of memory");
    return false;
}

static sqlite3_stmt *prepare(struct store *st, const char *sql)
{
    for (int i = 0; i < st->prepared_count; i++) {
        if (st->prepared[i].sql == sql) {
            sqlite3_reset(st->prepared[i].st);
            return st->prepared[i].st;
        }
    }
    sqlite3_stmt *s = NULL;
    if (st->prepared_count == STATEMENTS_MAX ||
        sqlite3_prepare_v3(st->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK) {
        store_fail(st);
        return NULL;
    }
    st->prepared[st->prepared_count++] = (struct prepared){sql, s};
    return s;
}

static sqlite3_stmt *bind(struct store *st, const char *sql, const char *fmt, va_list ap)
{
    sqlite3_stmt *s = prepare(st, sql);
    for (int i = 1; s != NULL && *fmt != '\0'; fmt++, i++) {
        const char *text;
        const void *bytes;
        switch (*fmt) {
        case 'i':
            sqlite3_bind_int64(s, i, va_arg(ap, int64_t));
            break;
        case 'd':
            sqlite3_bind_int(s, i, va_arg(ap, int));
            break;
        case 't':
            sqlite3_bind_text(s, i, va_arg(ap, const char *), -1, SQLITE_STATIC);
            break;
        case 'z':
            text = va_arg(ap, const char *);
            if (text != NULL) {
                sqlite3_bind_text(s, i, text, -1, SQLITE_STATIC);
            } else {
                sqlite3_bind_null(s, i);
            }
            break;
        case 'b':
            bytes = va_arg(ap, const void *);
            sqlite3_bind_blob64(s, i, bytes != NULL ? bytes : "", va_arg(ap, size_t), SQLITE_STATIC);
            break;
        default:
            sqlite3_bind_null(s, i);
        }
    }
    return s;
}

sqlite3_stmt *store_bind(struct store *st, const char *sql, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sqlite3_stmt *s = bind(st, sql, fmt, ap);
    va_end(ap);
    return s;
}

bool store_row(struct store *st, sqlite3_stmt *s, bool *ret_failed)
{
    if (s == NULL) {
        *ret_failed = true;
        return false;
    }
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        return true;
    }
    if (rc != SQLITE_DONE) {
        store_fail(st);
        *ret_failed = true;
    }
    sqlite3_reset(s);
    return false;
}

bool store_run(struct store *st, const char *sql, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    sqlite3_stmt *s = bind(st, sql, fmt, ap);
    va_end(ap);
    bool failed = false;
    while (store_row(st, s, &failed)) {
    }
    return !failed;
}

void store_copy(sqlite3_stmt *s, int column, char *ret, size_t n)
{
    const char *text = (const char *)sqlite3_column_text(s, column);
    snprintf(ret, n, "%s", text != NULL ? text : "");
}

// ---------------------------------------------------------------- open and migrate

static bool exec(struct store *st, const char *sql)
{
    return sqlite3_exec(st->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_fail(st);
}

static bool next_id(struct store *st, const char *sql, int64_t *ret)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, sql, "");
    if (store_row(st, s, &failed)) {
        *ret = sqlite3_column_int64(s, 0) + 1;
        sqlite3_reset(s);
    }
    return !failed;
}

// pack_one(event_id, seq, visit, at, arrived, name_id, kind, score, levels, flags, body): a pack of one
// answer, for the migration that brought packs.
static void pack_one(sqlite3_context *ctx, int argc, sqlite3_value **v)
{
    (void)argc;
    struct packed p = {.event_id = sqlite3_value_int64(v[0]),
                       .seq = sqlite3_value_int64(v[1]),
                       .visit = sqlite3_value_int64(v[2]),
                       .at = sqlite3_value_int64(v[3]),
                       .arrived = sqlite3_value_int64(v[4]),
                       .name = sqlite3_value_int(v[5]),
                       .kind = sqlite3_value_int(v[6]),
                       .levels = sqlite3_value_int(v[8]),
                       .flags = sqlite3_value_int(v[9]),
                       .body = (const char *)sqlite3_value_text(v[10]),
                       .body_bytes = (size_t)sqlite3_value_bytes(v[10])};
    if (p.kind == EVENT_VOID) {
        p.voids = sqlite3_value_int64(v[7]);
    } else {
        p.score = sqlite3_value_int(v[7]);
    }
    struct pack_writer w = {.data = NULL};
    if (pack_add(&w, &p)) {
        sqlite3_result_blob(ctx, w.data, (int)w.n, SQLITE_TRANSIENT);
    } else {
        sqlite3_result_error_nomem(ctx);
    }
    pack_writer_finish(&w);
}

static enum store_error migrate(struct store *st)
{
    bool failed = false;
    int version = 0, latest = 0;
    sqlite3_stmt *s = store_bind(st, "PRAGMA user_version", "");
    if (store_row(st, s, &failed)) {
        version = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
    }
    while (embedded_migrations[latest].name != NULL) {
        latest++;
    }
    if (version > latest) {
        snprintf(st->why, sizeof st->why,
                 "the store has schema %d, this program knows up to %d: use a newer Puas", version, latest);
        return STORE_NEWER;
    }
    for (; !failed && version < latest; version++) {
        char stamp[60];
        snprintf(stamp, sizeof stamp, "PRAGMA user_version = %d", version + 1);
        failed = !exec(st, "BEGIN IMMEDIATE") || !exec(st, embedded_migrations[version].begin) ||
                 !exec(st, stamp) || !exec(st, "COMMIT");
    }
    return failed ? st->error : STORE_OK;
}

// ---------------------------------------------------------------- the write-ahead log

enum {
    PAGE_BYTES = 4096 + 24,      // of the log: a page and its head
    TEND_PAGES = 1000,           // from here on writing back is worth an fsync
    TEND_AT_COMMIT_PAGES = 8000, // by COMMIT itself
    RESTART_PAGES = 16000,       // readers that follow one another keep it from starting over: wait for a gap
    RESTART_WAIT_MS = 20,
};

static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *st = ctx;
    st->log_pages = pages;
    if (pages >= TEND_AT_COMMIT_PAGES) {
        sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    }
    return SQLITE_OK;
}

int64_t store_log_bytes(const struct store *st)
{
    return (int64_t)st->log_pages * PAGE_BYTES;
}

void store_tend_log(struct store *st)
{
    st->log_tended = st->log_pages < st->log_tended ? 0 : st->log_tended; // it has begun anew
    if (st->log_pages < st->log_tended + TEND_PAGES) {
        return;
    }
    st->log_tended = st->log_pages;
    // Our own recount is no reader to wait for; it gives way when the log is very large.
    bool large = st->log_pages >= RESTART_PAGES && st->recount.reader == NULL;
    sqlite3_busy_timeout(st->db, RESTART_WAIT_MS);
    // What fails is tried again when there is more.
    sqlite3_wal_checkpoint_v2(st->db, NULL, large ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, NULL,
                              NULL);
    sqlite3_busy_timeout(st->db, STORE_BUSY_MS);
}

// One writer: SQLite's own lock is free between transactions, this one is held for as long as it lives.
int store_lock(const char *path, enum store_error *ret_error, char *ret_why, size_t n)
{
    char lock[600];
    snprintf(lock, sizeof lock, "%s.lock", path);
    int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        *ret_error = errno == ENOSPC ? STORE_FULL : STORE_CANNOT_OPEN;
        snprintf(ret_why, n, "%s: %s", lock, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        *ret_error = STORE_LOCKED;
        snprintf(ret_why, n, "another puas-aggregator writes to %s", path);
        close(fd);
        return -1;
    }
    return fd;
}

static enum store_error open_all(struct store *st, const char *path)
{
    enum store_error locked;
    st->lock_fd = store_lock(path, &locked, st->why, sizeof st->why);
    if (st->lock_fd < 0) {
        return locked;
    }
    if (sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK) {
        store_fail(st);
        return st->error;
    }
    sqlite3_busy_timeout(st->db, STORE_BUSY_MS);
    if (!exec(st, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                  "PRAGMA cache_size = -4096; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = "
                  "MEMORY; PRAGMA secure_delete = ON;")) {
        return st->error;
    }
    if (!event_table_register(st->db) ||
        sqlite3_create_function(st->db, "pack_one", 11, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, pack_one,
                                NULL, NULL) != SQLITE_OK) {
        store_fail(st);
        return st->error;
    }
    sqlite3_wal_hook(st->db, on_commit, st); // in place of SQLite's own, which writes back before we can acknowledge
    enum store_error e = migrate(st);
    if (e != STORE_OK) {
        return e;
    }
    bool ok = store_load_last(st) &&
              next_id(st, "SELECT coalesce(max(epoch_id), 0) FROM epoch", &st->next_epoch) &&
              next_id(st, "SELECT coalesce(max(name_id), 0) FROM name", &st->next_name) &&
              next_id(st, "SELECT coalesce(max(quarantine_id), 0) FROM quarantine", &st->next_quarantine) &&
              next_id(st, "SELECT coalesce(max(alert_id), 0) FROM alert", &st->next_alert) &&
              next_id(st, "SELECT coalesce(max(log_id), 0) FROM alert_log", &st->next_log) &&
              next_id(st, "SELECT coalesce(max(change_id), 0) FROM config_change", &st->next_change) &&
              next_id(st, "SELECT coalesce(max(audit_id), 0) FROM audit", &st->next_audit) &&
              next_id(st, "SELECT coalesce(max(outgoing_id), 0) FROM outgoing", &st->next_outgoing) &&
              next_id(st, "SELECT coalesce(max(presence_id), 0) FROM presence", &st->next_presence);
    return ok ? STORE_OK : st->error;
}

enum store_error store_open(const char *path, struct store **ret_st, char *ret_why, size_t n)
{
    struct store *st = calloc(1, sizeof *st);
    if (st == NULL) {
        snprintf(ret_why, n, "out of memory");
        return STORE_FAILED;
    }
    st->lock_fd = -1;
    enum store_error e = open_all(st, path);
    if (e != STORE_OK) {
        snprintf(ret_why, n, "%s", st->why);
        store_close(st);
        return e;
    }
    *ret_st = st;
    return STORE_OK;
}

void store_close(struct store *st)
{
    if (st == NULL) {
        return;
    }
    for (int i = 0; i < st->prepared_count; i++) {
        sqlite3_finalize(st->prepared[i].st);
    }
    sqlite3_close_v2(st->db);
    store_finish_events(st);
    store_recount_stop(st);
    rollups_finish(&st->rollups);
    rollups_finish(&st->segments);
    if (st->lock_fd >= 0) {
        close(st->lock_fd);
    }
    free(st);
}

enum store_error store_error(const struct store *st)
{
    return st->error;
}

const char *store_why(const struct store *st)
{
    return st->why;
}

bool store_in_transaction(const struct store *st)
{
    return !sqlite3_get_autocommit(st->db);
}

// ---------------------------------------------------------------- small things

bool store_setting(struct store *st, const char *name, char *ret, size_t n)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT value FROM setting WHERE name = ?1", "t", name);
    ret[0] = '\0';
    if (store_row(st, s, &failed)) {
        store_copy(s, 0, ret, n);
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_set_setting(struct store *st, const char *name, const char *value)
{
    return store_run(st,
                     "INSERT INTO setting VALUES(?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
                     "tt", name, value);
}

bool store_audit(struct store *st, wall_ms at, const char *who, const char *action, const char *subject,
                 const char *detail)
{
    return store_run(st, "INSERT INTO audit VALUES(?1, ?2, ?3, ?4, ?5, ?6)", "iitttt", st->next_audit++, at,
                     who, action, subject, detail);
}

static bool find_name(struct store *st, const char *id, int32_t *ret_name)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT name_id FROM name WHERE id = ?1", "t", id);
    if (store_row(st, s, &failed)) {
        *ret_name = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
        return true;
    }
    if (failed || !store_run(st, "INSERT INTO name VALUES(?1, ?2)", "it", st->next_name, id)) {
        return false;
    }
    *ret_name = (int32_t)st->next_name++;
    return true;
}

// Every rating asks for the same few questions.
bool store_name(struct store *st, const char *id, int32_t *ret_name)
{
    struct store_cached_name *c = &st->names[hash_text(HASH_START, id) % NAMES_CACHED];
    if (c->name == 0 || strcmp(c->id.s, id) != 0) {
        int32_t name;
        if (!find_name(st, id, &name)) {
            return false;
        }
        *c = (struct store_cached_name){.name = name};
        snprintf(c->id.s, sizeof c->id.s, "%s", id);
    }
    *ret_name = c->name;
    return true;
}

// ---------------------------------------------------------------- transactions

bool store_begin(struct store *st)
{
    return store_run(st, "BEGIN IMMEDIATE", "");
}

bool store_commit(struct store *st)
{
    return store_flush_events(st) && store_save_last(st) && store_flush_tallies(st) && store_run(st, "COMMIT", "");
}

void store_rollback(struct store *st)
{
    if (store_in_transaction(st)) {
        store_run(st, "ROLLBACK", "");
        store_recount_stop(st); // what it wrote is to be written again
        memset(st->names, 0, sizeof st->names); // some may have gone with it
        memset(st->slots, 0, sizeof st->slots);
        st->tally_count = 0;
        rollups_clear(&st->rollups);
        rollups_clear(&st->segments);
        store_segments_forget(st);
        store_forget_events(st);
    }
}
