// store: read-only connections, which give way. A statement that goes on and on would keep the write-ahead
// log from being used again, and the log would grow without end: it is cut off, and may be tried again.
#include "aggregator/store_impl.h"

#include "aggregator/event_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

// Of SQLite's machine: some milliseconds. One that is looked after is asked oftener: a step may move many bytes.
enum { LOOK_EVERY_STEPS = 50000, LOOK_AFTER_STEPS = 500, BUSY_MS = 2000 };

// Called by SQLite while a statement runs; 1 ends it.
static int gives_way(void *ctx)
{
    struct store *st = ctx;
    struct stat log;
    if (st->read_until != 0 && clock_mono_ms() >= st->read_until) {
        snprintf(st->cut_off, sizeof st->cut_off, "cut off: it took too long");
    } else if (stat(st->log_path, &log) == 0 && log.st_size > st->log_most_bytes) {
        snprintf(st->cut_off, sizeof st->cut_off,
                 "cut off, since the write-ahead log has grown to %lld MB meanwhile: try again when less "
                 "comes in, or on a backup",
                 (long long)log.st_size / 1000000);
    } else if (st->look == NULL || st->look(st->look_ctx)) {
        return 0;
    } else {
        snprintf(st->cut_off, sizeof st->cut_off, "stopped");
    }
    return 1;
}

enum store_error store_open_reader(const char *path, struct store **ret_st, char *ret_why, size_t n)
{
    struct store *st = calloc(1, sizeof *st);
    if (st == NULL) {
        snprintf(ret_why, n, "out of memory");
        return STORE_FAILED;
    }
    st->lock_fd = -1;
    st->log_most_bytes = STORE_LOG_MOST_BYTES;
    snprintf(st->log_path, sizeof st->log_path, "%s-wal", path);
    if (sqlite3_open_v2(path, &st->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK ||
        !event_table_register(st->db)) {
        store_fail(st);
        snprintf(ret_why, n, "%s", st->why);
        enum store_error e = st->error;
        store_close(st);
        return e;
    }
    sqlite3_busy_timeout(st->db, BUSY_MS);
    sqlite3_progress_handler(st->db, LOOK_EVERY_STEPS, gives_way, st);
    *ret_st = st;
    return STORE_OK;
}

void store_read_until(struct store *st, mono_ms until)
{
    st->read_until = until;
}

void store_read_look(struct store *st, bool (*look)(void *ctx), void *ctx)
{
    st->look = look;
    st->look_ctx = ctx;
    sqlite3_progress_handler(st->db, look != NULL ? LOOK_AFTER_STEPS : LOOK_EVERY_STEPS, gives_way, st);
}

void store_interrupt(struct store *st)
{
    sqlite3_interrupt(st->db);
}
