// ctl: the rollups by local day up the tree (rollups.h) against the finer ones, which recount proves against
// the answers: a place's rows must be what was given right there plus the rows of the places under it. So all
// levels are proven without holding more than some weeks of one place in memory.
#include "aggregator/ctl.h"
#include "aggregator/org.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_rollups.h"
#include "aggregator/store_segments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { RECOUNT_DAYS = 28, DAY_S = 86400, FIRST_DAY = -1000000, HOURS = 24 };

// ---------------------------------------------------------------- recount

static void print_difference(struct store *st, const struct rollup *r)
{
    static const char *const tables[] = {[ROLLUP_DAY] = "day_tally",
                                         [ROLLUP_HOUR] = "hour_tally",
                                         [ROLLUP_CHOICE] = "choice_day",
                                         [ROLLUP_PRESENCE] = "presence_day",
                                         [ROLLUP_SEGMENT] = "segment_day"};
    char place[40], name[40], option[80], day[32];
    time_t at = (time_t)r->day * DAY_S;
    struct tm tm;
    strftime(day, sizeof day, "%Y-%m-%d", gmtime_r(&at, &tm));
    printf("  %s place=%s question=%s day=%s", tables[r->kind],
           ctl_id(st, "SELECT id FROM place WHERE place_id = ?1", r->place, place, sizeof place),
           ctl_id(st, "SELECT id FROM name WHERE name_id = ?1", r->name, name, sizeof name), day);
    if (r->kind == ROLLUP_HOUR) {
        printf(" hour=%d", (int)r->what % HOURS);
    }
    if (r->kind == ROLLUP_CHOICE) {
        printf(" option=%s:%+lld unhappy:%+lld happy:%+lld\n",
               ctl_id(st, "SELECT id FROM name WHERE name_id = ?1", r->what, option, sizeof option),
               (long long)r->c[NAMED], (long long)r->c[NAMED_UNHAPPY], (long long)r->c[NAMED_HAPPY]);
        return;
    }
    if (r->kind == ROLLUP_PRESENCE) {
        printf(" kiosks:%+lld ready_ms:%+lld\n", (long long)r->c[PRESENT_KIOSKS],
               (long long)r->c[PRESENT_READY_MS]);
        return;
    }
    if (r->kind == ROLLUP_SEGMENT) {
        int32_t segment = rollup_segment(r->what);
        printf(" segment=%s own=%d",
               segment == STORE_SEGMENT_OTHER ? "other"
                                              : ctl_id(st, "SELECT id FROM segment WHERE segment_id = ?1",
                                                       segment, option, sizeof option),
               (int)rollup_segment_own(r->what));
    }
    for (int i = 0; i < ROLLUP_SCORES; i++) {
        if (r->c[i] != 0) {
            printf(" score%d:%+lld", i + 1, (long long)r->c[i]);
        }
    }
    printf("\n");
}

static int64_t print_differences(struct store *st, const struct rollups *r, int shown, int64_t before)
{
    int64_t found = before;
    for (int32_t i = 0; i < r->count; i++) {
        if (rollup_is_zero(&r->items[i]) || found++ >= shown) {
            continue;
        }
        if (found == 1) {
            printf("rollups by day: what they must be minus what they are\n");
        }
        print_difference(st, &r->items[i]);
    }
    return found;
}

static int64_t recount_place(struct store *st, int32_t place, int shown, int64_t before, bool *ret_failed)
{
    struct rollups r = {.items = NULL};
    int64_t found = before;
    int32_t day = FIRST_DAY;
    bool there = true;
    *ret_failed = !store_segments_difference(st, place, &r);
    if (!*ret_failed) {
        found = print_differences(st, &r, shown, found);
    }
    while (there && !*ret_failed) {
        *ret_failed = !store_rollups_next_day(st, place, day, &day, &there) ||
                      (there && !store_rollups_difference(st, place, day, day + RECOUNT_DAYS, &r));
        if (there && !*ret_failed) {
            found = print_differences(st, &r, shown, found);
        }
        day += RECOUNT_DAYS;
    }
    rollups_finish(&r);
    return found;
}

static bool is_due(struct store *st, int32_t place, bool *ret_failed)
{
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM rollup_due WHERE place_id = ?1", "d", place);
    bool due = store_row(st, s, ret_failed);
    if (due) {
        sqlite3_reset(s);
    }
    return due;
}

int64_t ctl_recount_days(struct store *st, int shown, bool *ret_failed)
{
    struct org org;
    int64_t found = 0, due = 0;
    char why[300];
    if (*ret_failed) {
        return 0;
    }
    if (!org_load(&org, st, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        org_finish(&org);
        *ret_failed = true;
        return 0;
    }
    struct rollup_tree tree = org_tree(&org);
    store_set_tree(st, &tree);
    for (int32_t i = 1; !*ret_failed && i <= org.place_count; i++) {
        if (is_due(st, i, ret_failed)) {
            due++;
        } else if (org.places[i].number == i) {
            found = recount_place(st, i, shown, found, ret_failed);
        }
    }
    if (found > shown) {
        printf("  and %lld more\n", (long long)(found - shown));
    }
    if (due > 0) {
        printf("%lld places are left out: their rollups by day are being built\n", (long long)due);
    }
    org_finish(&org);
    return found;
}

// ---------------------------------------------------------------- repair

static bool build_all(struct store *st)
{
    bool more = true, ok = store_begin(st) && store_rollups_mark(st, 0, true) && store_commit(st);
    for (int64_t left = -1, said = -1; ok && more; said = left) {
        ok = store_begin(st) && store_rollups_slice(st, RECOUNT_DAYS, &more) && store_commit(st) &&
             store_rollups_left(st, &left);
        if (ok && left != said && left > 0) {
            printf("  %lld places are left\n", (long long)left);
            fflush(stdout);
        }
    }
    return ok;
}

// Nobody else writes: it is done here and now.
static int repair_alone(const struct ctl *c)
{
    char path[600], why[600];
    struct store *st = NULL;
    struct org org = {.place_count = 0};
    struct stat there;
    snprintf(path, sizeof path, "%s/puas.db", c->data);
    if (stat(path, &there) != 0) {
        fprintf(stderr, "puasctl: %s: %s\n", path, strerror(errno));
        return CTL_FINDING;
    }
    bool ok = store_open(path, &st, why, sizeof why) == STORE_OK && org_load(&org, st, why, sizeof why);
    if (ok) {
        struct rollup_tree tree = org_tree(&org);
        store_set_tree(st, &tree);
        ok = build_all(st);
        snprintf(why, sizeof why, "%s", store_why(st));
    }
    if (ok) {
        printf("the rollups of %d places were made anew from the answers\n", (int)org.place_count);
    } else {
        fprintf(stderr, "puasctl: %s\n", why);
    }
    store_close(st);
    org_finish(&org);
    return ok ? CTL_FINE : CTL_FINDING;
}

int ctl_repair(struct ctl *c)
{
    char *reply = NULL, why[700];
    long status = 0;
    if (!ctl_request(c, "/api/v1/rollups/repair", "{}", 2, &status, &reply, why, sizeof why)) {
        return repair_alone(c);
    }
    int code = CTL_FINE;
    if (status == 204) {
        printf("the rollups are being made anew from the answers; this command may end, it goes on\n");
        fflush(stdout);
        code = ctl_follow(c, "rollupsLeft", 0, "places");
        if (code == CTL_FINE) {
            printf("all of them were made anew\n");
        }
    } else {
        code = ctl_refused(reply, NULL, NULL);
    }
    free(reply);
    return code;
}
