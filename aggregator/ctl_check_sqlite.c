// ctl: recount of the rollups by quarter hour.
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_retention.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SHOWN = 20 };

// ---------------------------------------------------------------- recount

// Each side counts with its sign: what is left of a key is the difference, raw rows minus rollup. Only what is as
// new as ?1: answers before it may have been deleted.
static const char recount_tally[] =
    "SELECT place_id, kiosk_id, name_id, quarter, levels, sum(n), sum(c1), sum(c2), sum(c3), sum(c4), "
    "sum(c5),"
    " sum(c6), sum(c7), sum(c8), sum(c9), sum(c10), sum(c11) FROM ("
    "SELECT e.place_id, p.kiosk_id, e.name_id, e.at / 900000 AS quarter, e.levels, 1 AS n, score = 1 AS c1,"
    " score = 2 AS c2, score = 3 AS c3, score = 4 AS c4, score = 5 AS c5, score = 6 AS c6, score = 7 AS c7,"
    " score = 8 AS c8, score = 9 AS c9, score = 10 AS c10, score = 11 AS c11"
    " FROM event e JOIN epoch p USING(epoch_id) WHERE e.kind IN (0, 4) AND (e.flags & 92) = 0"
    " AND e.at >= ?1 UNION ALL SELECT place_id, kiosk_id, name_id, quarter, levels,"
    " -(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11), -c1, -c2, -c3, -c4, -c5, -c6, -c7, -c8, "
    "-c9, -c10,"
    " -c11 FROM tally WHERE quarter >= ?1 / 900000)"
    " GROUP BY place_id, kiosk_id, name_id, quarter, levels HAVING sum(c1) <> 0 OR sum(c2) <> 0 OR sum(c3) "
    "<> 0"
    " OR sum(c4) <> 0 OR sum(c5) <> 0 OR sum(c6) <> 0 OR sum(c7) <> 0 OR sum(c8) <> 0 OR sum(c9) <> 0"
    " OR sum(c10) <> 0 OR sum(c11) <> 0";
static const char recount_choices[] =
    "SELECT place_id, kiosk_id, name_id, quarter, option_id, sum(n), sum(unhappy), sum(happy) FROM ("
    "SELECT place_id, kiosk_id, name_id, quarter, option_id, count(*) AS n, " SUM_UNHAPPY
    " AS unhappy, " SUM_HAPPY " AS happy FROM (" NAMED_BY_ANSWERS
    " AND c.at >= ?1) GROUP BY place_id, kiosk_id, name_id, quarter, option_id"
    " UNION ALL SELECT place_id, kiosk_id, name_id, quarter, option_id, -n, -unhappy, -happy FROM "
    "choice_tally WHERE quarter >= ?1 / 900000)"
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

static int64_t compare(struct store *st, const char *what, const char *sql, wall_ms before, bool *failed)
{
    int64_t found = 0;
    char place[40], kiosk[40], name[40];
    sqlite3_stmt *s = store_bind(st, sql, "i", before);
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
    wall_ms before = 0;
    failed = failed || !store_raw_before(st, &before);
    if (!failed) {
        sqlite3_stmt *s =
            store_bind(st, "SELECT count(*) FROM event WHERE kind IN (0, 4) AND (flags & 92) = 0 AND at >= ?1", "i",
                       before);
        if (store_row(st, s, &failed)) {
            votes = sqlite3_column_int64(s, 0);
            sqlite3_reset(s);
        }
        found = compare(st, "tally", recount_tally, before, &failed);
        found += compare(st, "choice_tally", recount_choices, before, &failed);
        found += ctl_recount_days(st, SHOWN, &failed);
    }
    int code = failed ? ctl_failed(st) : found > 0 ? CTL_FINDING : CTL_FINE;
    if (!failed) {
        if (before > 0) {
            char day[20];
            time_t s = (time_t)(before / 1000);
            strftime(day, sizeof day, "%Y-%m-%d", gmtime(&s));
            printf("answers before %s have been deleted: their quarter hours are taken as they are\n", day);
        }
        printf("%lld votes recounted, %lld differences\n", (long long)votes, (long long)found);
    }
    store_close(st);
    return code;
}
