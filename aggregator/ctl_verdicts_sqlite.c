// ctl: verdicts: what they name, by kiosk and rule, and judging all of history again. No scores here: they
// are the pages' business, in steps.
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <stdio.h>
#include <stdlib.h>

enum { ENOUGH = 1000 }; // answers that are not judged yet while others come

static int64_t number(struct store *st, const char *sql, bool *failed)
{
    int64_t n = 0;
    sqlite3_stmt *s = store_bind(st, sql, "");
    if (store_row(st, s, failed)) {
        n = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return n;
}

int ctl_verdicts_list(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    struct table t;
    bool failed = !store_run(st, "BEGIN", "");
    table_init(&t, "kiosk|rule|version|presses|of|newest");
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT k.id, d.rule, d.version, count(*), (SELECT count(*) FROM event r JOIN epoch q USING(epoch_id)"
        " WHERE q.kiosk_id = k.kiosk_id AND r.kind = 0 AND r.visit = r.seq AND (r.flags & 92) = 0),"
        " strftime('%Y-%m-%d', max(e.at) / 1000, 'unixepoch') FROM verdict d JOIN event e ON e.epoch_id = d.epoch_id AND e.seq = d.seq"
        " JOIN epoch p ON p.epoch_id = d.epoch_id JOIN kiosk k USING(kiosk_id)"
        " GROUP BY k.id, d.rule, d.version ORDER BY k.id, d.rule, d.version",
        "");
    while (!failed && store_row(st, s, &failed)) {
        table_add(&t, "%s", (const char *)sqlite3_column_text(s, 0));
        int rule = sqlite3_column_int(s, 1);
        table_add(&t, "%s", rule < VERDICT_RULES ? verdict_name((enum verdict_rule)rule) : "?");
        table_add(&t, "%d", sqlite3_column_int(s, 2));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 3));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 4));
        table_add(&t, "%s", (const char *)sqlite3_column_text(s, 5));
    }
    int64_t newest = number(st, "SELECT coalesce(max(event_id), 0) FROM pack", &failed);
    int64_t through = number(
        st,
        "SELECT coalesce((SELECT CAST(value AS INTEGER) FROM setting WHERE name = 'verdicts_through'), 0)",
        &failed);
    if (!failed) {
        table_print(&t);
        printf("judged up to event %lld of %lld%s\n", (long long)through, (long long)newest,
               newest - through > ENOUGH ? ": not all of history yet" : "");
    }
    table_finish(&t);
    int code = failed ? ctl_failed(st) : CTL_FINE;
    store_close(st);
    return code;
}

int ctl_verdicts_rerun(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char *reply = NULL, why[700];
    long status = 0;
    if (!ctl_request(c, "/api/v1/verdicts/rerun", "{}", 2, &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    int code = CTL_FINE;
    if (status == 204) {
        printf("all of history is being judged again; this command may end, it goes on\n");
        fflush(stdout);
        code = ctl_follow(c, "toJudge", ENOUGH, "answers");
    } else {
        code = ctl_refused(reply, NULL, NULL);
    }
    free(reply);
    return code;
}
