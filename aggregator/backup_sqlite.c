// backup: the copy.
#include "aggregator/backup.h"

#include "aggregator/guard.h"
#include "aggregator/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// What waits to be written to the disk is written with the next commit of whoever shares it: the copy goes to the disk in
// small steps, and rests after each for a multiple of what it took. (During copies without end an
// acknowledgement takes 1.1 times as long; 1.7 times when it rests as long as it writes, and p99 is 233 ms when it never does.)
// The steps are no fsync: that would empty the disk's cache too, for which commits would have to wait. The last one is.
enum { STEP_BYTES = 1 << 20, RESTS = 8, REST_MOST_MS = 200 };

struct copy {
    const struct backup_options *o;
    int64_t synced; // bytes that are on the disk
    char part[BACKUP_PATH + 8], folder[BACKUP_PATH];
    int64_t of; // bytes that it will have
};

static bool sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

// What fails here fails again at the end.
static void write_out(const char *path, int64_t from, int64_t to)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        (void)!sync_file_range(fd, from, to - from, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
        close(fd);
    }
}

static bool look(void *ctx)
{
    struct copy *c = ctx;
    struct stat part;
    int64_t bytes = stat(c->part, &part) == 0 ? part.st_size : 0;
    if (bytes >= c->synced + STEP_BYTES) {
        mono_ms began = clock_mono_ms();
        write_out(c->part, c->synced, bytes);
        int64_t took = clock_mono_ms() - began;
        poll(NULL, 0, took * RESTS < REST_MOST_MS ? (int)(took * RESTS) : REST_MOST_MS);
        c->synced = bytes;
    }
    return c->o->progress == NULL || c->o->progress(c->o->ctx, bytes, c->of);
}

static void look_at_part(void *ctx, const char *name)
{
    const struct copy *c = ctx;
    (void)name;
    if (c->o->progress != NULL) {
        c->o->progress(c->o->ctx, c->of, 0);
    }
}

static int64_t number(struct store *st, const char *sql, bool *bad)
{
    int64_t v = 0;
    sqlite3_stmt *s = store_bind(st, sql, "");
    if (store_row(st, s, bad)) {
        v = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return v;
}

// The whole of the copy is counted before it begins: a disk that it fills is a disk that the store cannot
// grow on.
static bool has_room(struct copy *c, struct store *st, char *ret_why, size_t n)
{
    struct statvfs disk;
    bool bad = false;
    c->of = (number(st, "PRAGMA page_count", &bad) - number(st, "PRAGMA freelist_count", &bad)) *
            number(st, "PRAGMA page_size", &bad);
    if (bad) {
        snprintf(ret_why, n, "%s: %s", c->o->store, store_why(st));
        return false;
    }
    if (statvfs(c->folder, &disk) != 0) {
        snprintf(ret_why, n, "%s: %s; make the folder, or name another", c->folder, strerror(errno));
        return false;
    }
    int64_t free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    int64_t reserve = guard_bytes(c->o->disk_stop, (int64_t)disk.f_blocks * (int64_t)disk.f_frsize);
    if (free_bytes < c->of + reserve) {
        snprintf(
            ret_why, n,
            "%s: the copy needs %lld MB and %lld MB must stay free, but only %lld MB are: free some space",
            c->folder, (long long)c->of / 1000000 + 1, (long long)reserve / 1000000,
            (long long)free_bytes / 1000000);
        return false;
    }
    return true;
}

static bool copy(struct copy *c, char *ret_why, size_t n)
{
    struct store *st = NULL;
    char why[300];
    if (store_open_reader(c->o->store, &st, why, sizeof why) != STORE_OK) {
        snprintf(ret_why, n, "%s: %s", c->o->store, why);
        return false;
    }
    bool ok = has_room(c, st, ret_why, n);
    if (ok) {
        store_read_look(st, look, c);
        ok = store_run(st, "VACUUM INTO ?1", "t", c->part);
        if (!ok) {
            snprintf(ret_why, n, "copying %s to %s: %s", c->o->store, c->part, store_why(st));
        }
    }
    store_close(st);
    return ok;
}

static bool check(struct copy *c, struct backup_report *r, char *ret_why, size_t n)
{
    struct store *st = NULL;
    struct sound_report found;
    char why[300];
    bool ok = store_open_reader(c->part, &st, why, sizeof why) == STORE_OK;
    if (ok) {
        store_read_look(st, look, c);
        ok = sound_check(st, look_at_part, c, &found, why, sizeof why) == SOUND;
        r->answers = found.answers;
        store_close(st);
    }
    if (!ok) {
        snprintf(ret_why, n, "the copy of %s is not sound: %s; check the store and the disk", c->o->store,
                 why);
    }
    return ok;
}

static bool name_it(const struct copy *c, struct backup_report *r, char *ret_why, size_t n)
{
    struct stat made;
    bool ok = stat(c->part, &made) == 0 && sync_path(c->part) && rename(c->part, c->o->to) == 0 &&
              sync_path(c->folder);
    if (ok) {
        r->bytes = made.st_size;
    } else {
        snprintf(ret_why, n, "%s: %s", c->o->to, strerror(errno));
    }
    return ok;
}

bool backup_make(const struct backup_options *o, struct backup_report *ret_r, char *ret_why, size_t n)
{
    struct copy c = {.o = o};
    struct stat there;
    struct backup_report r = {.bytes = 0};
    mono_ms began = clock_mono_ms();
    char path[BACKUP_PATH];
    if (strlen(o->to) >= sizeof path) {
        snprintf(ret_why, n, "the name of the copy is longer than %d bytes: name another", BACKUP_PATH - 1);
        return false;
    }
    snprintf(path, sizeof path, "%s", o->to);
    snprintf(c.folder, sizeof c.folder, "%s", dirname(path));
    snprintf(c.part, sizeof c.part, "%s.part", o->to);
    if (!o->force && lstat(o->to, &there) == 0) {
        snprintf(ret_why, n, "%s exists already: name another file, or say --force", o->to);
        return false;
    }
    unlink(c.part); // of one that was killed
    bool ok = copy(&c, ret_why, n) && check(&c, &r, ret_why, n) && name_it(&c, &r, ret_why, n);
    if (!ok) {
        unlink(c.part);
        return false;
    }
    r.took_ms = clock_mono_ms() - began;
    *ret_r = r;
    return true;
}
