// ctl: recount of the rollups, and backup.
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN = 20 };

// ---------------------------------------------------------------- recount

// Each side counts with its sign: what is left of a key is the difference, raw rows minus rollup.
static const char recount_tally[] =
    "SELECT place_id, kiosk_id, name_id, quarter, levels, sum(n), sum(c1), sum(c2), sum(c3), sum(c4), "
    "sum(c5),"
    " sum(c6), sum(c7), sum(c8), sum(c9), sum(c10), sum(c11) FROM ("
    "SELECT e.place_id, p.kiosk_id, e.name_id, e.at / 900000 AS quarter, e.levels, 1 AS n, score = 1 AS c1,"
    " score = 2 AS c2, score = 3 AS c3, score = 4 AS c4, score = 5 AS c5, score = 6 AS c6, score = 7 AS c7,"
    " score = 8 AS c8, score = 9 AS c9, score = 10 AS c10, score = 11 AS c11"
    " FROM event e JOIN epoch p USING(epoch_id) WHERE e.kind IN (0, 4) AND (e.flags & 28) = 0"
    " UNION ALL SELECT place_id, kiosk_id, name_id, quarter, levels,"
    " -(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11), -c1, -c2, -c3, -c4, -c5, -c6, -c7, -c8, "
    "-c9, -c10,"
    " -c11 FROM tally)"
    " GROUP BY place_id, kiosk_id, name_id, quarter, levels HAVING sum(c1) <> 0 OR sum(c2) <> 0 OR sum(c3) "
    "<> 0"
    " OR sum(c4) <> 0 OR sum(c5) <> 0 OR sum(c6) <> 0 OR sum(c7) <> 0 OR sum(c8) <> 0 OR sum(c9) <> 0"
    " OR sum(c10) <> 0 OR sum(c11) <> 0";
static const char recount_choices[] =
    "SELECT place_id, kiosk_id, name_id, quarter, option_id, sum(n), sum(unhappy), sum(happy) FROM ("
    "SELECT place_id, kiosk_id, name_id, quarter, option_id, count(*) AS n, " SUM_UNHAPPY
    " AS unhappy, " SUM_HAPPY " AS happy FROM (" NAMED_BY_ANSWERS
    ") GROUP BY place_id, kiosk_id, name_id, quarter, option_id"
    " UNION ALL SELECT place_id, kiosk_id, name_id, quarter, option_id, -n, -unhappy, -happy FROM "
    "choice_tally)"
    " GROUP BY place_id, kiosk_id, name_id, quarter, option_id"
    " HAVING sum(n) <> 0 OR sum(unhappy) <> 0 OR sum(happy) <> 0";

const char *ctl_id(struct store *st, const char *sql, int32_t number, char *ret, size_t n)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, sql, "d", number);
    snprintf(ret, n, "%d", (int)number);
    if (store_row(st, s, &failed)) {
        store_copy(s, 0, ret, n);
        sqlite3_reset(s);
    }
    return ret;
}

static int64_t compare(struct store *st, const char *what, const char *sql, bool *failed)
{
    int64_t found = 0;
    char place[40], kiosk[40], name[40];
    sqlite3_stmt *s = store_bind(st, sql, "");
    while (store_row(st, s, failed)) {
        if (found++ >= SHOWN) {
            continue;
        }
        if (found == 1) {
            printf("%s: raw rows minus rollup\n", what);
        }
        printf(
            "  place=%s kiosk=%s question=%s quarter=%lld",
            ctl_id(st, "SELECT id FROM place WHERE place_id = ?1", sqlite3_column_int(s, 0), place,
                   sizeof place),
            ctl_id(st, "SELECT id FROM kiosk WHERE kiosk_id = ?1", sqlite3_column_int(s, 1), kiosk,
                   sizeof kiosk),
            ctl_id(st, "SELECT id FROM name WHERE name_id = ?1", sqlite3_column_int(s, 2), name, sizeof name),
            (long long)sqlite3_column_int64(s, 3));
        bool choices = sqlite3_column_count(s) == 8;
        for (int i = 6; !choices && i < sqlite3_column_count(s); i++) {
            if (sqlite3_column_int64(s, i) != 0) {
                printf(" score%d:%+lld", i - 5, (long long)sqlite3_column_int64(s, i));
            }
        }
        if (choices) {
            printf(" option=%s:%+lld unhappy:%+lld happy:%+lld",
                   ctl_id(st, "SELECT id FROM name WHERE name_id = ?1", sqlite3_column_int(s, 4), name,
                          sizeof name),
                   (long long)sqlite3_column_int64(s, 5), (long long)sqlite3_column_int64(s, 6),
                   (long long)sqlite3_column_int64(s, 7));
        }
        printf("\n");
    }
    if (found > SHOWN) {
        printf("  and %lld more\n", (long long)(found - SHOWN));
    }
    return found;
}

int ctl_recount(struct ctl *c, int argc, char **argv)
{
    if (argc > 0) {
        bool repair = strcmp(argv[0], "--repair") == 0;
        if (!repair) {
            fprintf(stderr, "puasctl: unknown argument %s: recount [--repair]\n", argv[0]);
        }
        return repair ? ctl_repair(c) : CTL_USAGE;
    }
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool failed = !store_run(st, "BEGIN", ""); // one snapshot, while the aggregator goes on writing
    int64_t votes = 0, found = 0;
    if (!failed) {
        sqlite3_stmt *s =
            store_bind(st, "SELECT count(*) FROM event WHERE kind IN (0, 4) AND (flags & 28) = 0", "");
        if (store_row(st, s, &failed)) {
            votes = sqlite3_column_int64(s, 0);
            sqlite3_reset(s);
        }
        found = compare(st, "tally", recount_tally, &failed);
        found += compare(st, "choice_tally", recount_choices, &failed);
        found += ctl_recount_days(st, SHOWN, &failed);
    }
    int code = failed ? ctl_failed(st) : found > 0 ? CTL_FINDING : CTL_FINE;
    if (!failed) {
        printf("%lld votes recounted, %lld differences\n", (long long)votes, (long long)found);
    }
    store_close(st);
    return code;
}

// ---------------------------------------------------------------- backup

static bool sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool check_copy(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    bool sound = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
                 sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &s, NULL) == SQLITE_OK &&
                 sqlite3_step(s) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(s, 0), "ok") == 0;
    sqlite3_finalize(s);
    sqlite3_close(db);
    return sound;
}

int ctl_backup(struct ctl *c, int argc, char **argv)
{
    struct stat there;
    if (argc != 1) {
        fprintf(stderr, "puasctl: backup FILE\n");
        return CTL_USAGE;
    }
    const char *path = argv[0];
    if (lstat(path, &there) == 0) {
        fprintf(stderr, "puasctl: %s exists already: name another file\n", path);
        return CTL_FINDING;
    }
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    umask(077); // what people said is nobody else's business
    // One statement reads one snapshot: the writer goes on, and the copy is whole.
    bool ok = store_run(st, "VACUUM INTO ?1", "t", path);
    if (!ok) {
        fprintf(stderr, "puasctl: backup to %s failed: %s\n", path, store_why(st));
        unlink(path);
    } else if (!check_copy(path) || !sync_path(path) || stat(path, &there) != 0) {
        fprintf(stderr, "puasctl: the copy %s is not sound: it must not be used\n", path);
        ok = false;
    } else {
        printf("%s: %lld bytes, checked\n", path, (long long)there.st_size);
    }
    store_close(st);
    return ok ? CTL_FINE : CTL_FINDING;
}
