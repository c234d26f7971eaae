// ctl: a backup in place of the store. At each moment of it, whatever ends it there, puas.db is one whole
// store or the other: the write-ahead log, which must never meet another database, goes first, and a rename
// is the last step.
#include "aggregator/backup.h"
#include "aggregator/contact.h"
#include "aggregator/ctl.h"
#include "aggregator/embed.h"
#include "aggregator/keeper.h"
#include "aggregator/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct restore {
    const char *data, *file;
    char store[BACKUP_PATH - 40], fresh[BACKUP_PATH], aside[BACKUP_PATH];
};

static int wrong(const char *path, const char *why)
{
    fprintf(stderr, "puasctl: %s: %s\n", path, why);
    return CTL_FINDING;
}

// Is it one of ours that this program can use?
static bool usable(const struct restore *r)
{
    char why[300], known[CONTACT_KEY_TEXT] = "", key[CONTACT_KEY_TEXT] = "";
    struct store *st = NULL;
    bool bad = false;
    int version = -1, latest = 0;
    while (embedded_migrations[latest].name != NULL) {
        latest++;
    }
    if (access(r->file, R_OK) != 0) {
        wrong(r->file, strerror(errno));
        return false;
    }
    if (store_open_reader(r->file, &st, why, sizeof why) != STORE_OK) {
        wrong(r->file, why);
        return false;
    }
    sqlite3_stmt *s = store_bind(st, "SELECT user_version FROM pragma_user_version, place LIMIT 1", "");
    if (store_row(st, s, &bad)) {
        version = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
    }
    if (version <= 0) {
        wrong(r->file, "this is no backup of Puas, or an empty one; nothing was changed");
    } else if (version > latest) {
        wrong(r->file,
              "a later version of Puas has written it: update the program first; nothing was changed");
    } else if (store_setting(st, "contact_key", known, sizeof known) && known[0] != '\0' &&
               (!contact_key_public(r->data, false, key, why, sizeof why) || strcmp(known, key) != 0)) {
        fprintf(stderr,
                "puasctl: %s/contact.key is not the key of this backup: contact data in it cannot be opened "
                "without "
                "that one\n",
                r->data);
    }
    store_close(st);
    return version > 0 && version <= latest;
}

static void name_files(struct restore *r)
{
    char stamp[sizeof "20260131-120000"];
    time_t now = (time_t)(clock_wall_ms() / 1000);
    struct tm t;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", gmtime_r(&now, &t));
    snprintf(r->store, sizeof r->store, "%s/puas.db", r->data);
    snprintf(r->fresh, sizeof r->fresh, "%s.new", r->store);
    snprintf(r->aside, sizeof r->aside, "%s.before-%s", r->store, stamp);
}

// The present store with all that its log holds; of a damaged one the log is kept beside it.
static bool put_aside(const struct restore *r)
{
    char log[BACKUP_PATH + 8], kept[BACKUP_PATH + 8];
    sqlite3 *db = NULL;
    if (access(r->store, F_OK) != 0) {
        return true; // there is none
    }
    if (sqlite3_open_v2(r->store, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    sqlite3_close(db); // the last one to close removes the log
    snprintf(log, sizeof log, "%s-wal", r->store);
    snprintf(kept, sizeof kept, "%s-wal", r->aside);
    if (access(log, F_OK) == 0 && rename(log, kept) != 0) {
        return false;
    }
    snprintf(log, sizeof log, "%s-shm", r->store);
    unlink(log);
    return link(r->store, r->aside) == 0;
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool give_to_owner(const struct restore *r)
{
    struct stat folder;
    return geteuid() != 0 ||
           (stat(r->data, &folder) == 0 && chown(r->fresh, folder.st_uid, folder.st_gid) == 0);
}

static int replace(struct restore *r, int64_t disk_stop)
{
    char why[1600];
    struct backup_report made;
    int said = 0;
    // A copy of the copy: checked where it will be used, complete though it may have had a log.
    struct backup_options o = {.store = r->file,
                               .to = r->fresh,
                               .force = true,
                               .disk_stop = disk_stop,
                               .progress = ctl_backup_progress,
                               .ctx = &said};
    if (!backup_make(&o, &made, why, sizeof why)) {
        fprintf(stderr, "puasctl: nothing was changed: %s\n", why);
        return CTL_FINDING;
    }
    if (!give_to_owner(r) || !put_aside(r) || rename(r->fresh, r->store) != 0 || !sync_folder(r->data)) {
        fprintf(stderr, "puasctl: %s could not be put in place: %s\n", r->store, strerror(errno));
        return CTL_FINDING;
    }
    keeper_forget_damage(r->data);
    printf(
        "%s: %lld answers, checked; start the aggregator\n"
        "The store of before is %s: delete it when all is well.\n"
        "The new start is a new run: every kiosk sends again what this backup lacks, as far as it has kept "
        "it (30 days\n"
        "unless its disk was short). `puasctl status` and the coverage on the page say when all is there.\n",
        r->store, (long long)made.answers,
        access(r->aside, F_OK) == 0 ? r->aside : "none: there was no store");
    return CTL_FINE;
}

int ctl_restore(struct ctl *c, int argc, char **argv)
{
    struct restore r = {.data = c->data, .file = argv[0]};
    enum store_error locked;
    char why[700];
    (void)argc;
    umask(077);
    if (strlen(c->data) + sizeof "/puas.db" > sizeof r.store) {
        return wrong(c->data, "the path is too long");
    }
    name_files(&r);
    int lock = store_lock(r.store, &locked, why, sizeof why);
    if (lock < 0) {
        fprintf(stderr, "puasctl: %s%s\n", why,
                locked == STORE_LOCKED ? ": stop it first; nothing was changed" : "");
        return CTL_FINDING;
    }
    int code = usable(&r) ? replace(&r, c->disk_stop) : CTL_FINDING;
    close(lock);
    return code;
}
