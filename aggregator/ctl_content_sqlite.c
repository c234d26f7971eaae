// ctl: the contents that have been pushed to kiosks.
#include "aggregator/ctl.h"
#include "aggregator/store_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text(sqlite3_stmt *s, int column)
{
    const char *t = (const char *)sqlite3_column_text(s, column);
    return t != NULL ? t : "";
}

int ctl_content_list(struct ctl *c, int argc, char **argv)
{
    bool all = argc == 1 && strcmp(argv[0], "all") == 0;
    if (argc == 1 && !all) {
        fprintf(stderr, "puasctl: content list [all]\n");
        return CTL_USAGE;
    }
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool failed = false;
    wall_ms now = clock_wall_ms();
    char from[32], to[32];
    struct table t;
    json_t *list = json_array();
    table_init(&t, "for|id|version|pushed|by|ended|by|bytes");
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT iif(c.kiosk_id, 'kiosk', 'place'), coalesce(k.id, p.id), c.version, c.from_ms,"
                   " c.who, coalesce(c.to_ms, 0), c.ended_by, length(CAST(c.body AS BLOB)) FROM content c"
                   " LEFT JOIN place p ON p.place_id = c.place_id"
                   " LEFT JOIN kiosk k ON k.kiosk_id = c.kiosk_id"
                   " WHERE ?1 OR c.to_ms IS NULL ORDER BY 1 DESC, 2, 3",
                   "d", (int)all);
    while (store_row(st, s, &failed)) {
        table_add(&t, "%s", text(s, 0));
        table_add(&t, "%s", text(s, 1));
        table_add(&t, "%d", sqlite3_column_int(s, 2));
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 3), now, from));
        table_add(&t, "%s", text(s, 4));
        table_add(&t, "%s", table_ago(sqlite3_column_int64(s, 5), now, to));
        table_add(&t, "%s", text(s, 6));
        table_add(&t, "%lld", (long long)sqlite3_column_int64(s, 7));
        json_array_append_new(list, json_pack("{s:s,s:s,s:i,s:I,s:s,s:I,s:s,s:I}", "for", text(s, 0), "id",
                                              text(s, 1), "version", sqlite3_column_int(s, 2), "pushed",
                                              (json_int_t)sqlite3_column_int64(s, 3), "by", text(s, 4),
                                              "ended", (json_int_t)sqlite3_column_int64(s, 5), "endedBy",
                                              text(s, 6), "bytes", (json_int_t)sqlite3_column_int64(s, 7)));
    }
    int code = failed ? ctl_failed(st) : CTL_FINE;
    if (c->json) {
        json_dumpf(list, stdout, JSON_INDENT(2));
        printf("\n");
    } else {
        table_print(&t);
    }
    table_finish(&t);
    json_decref(list);
    store_close(st);
    return code;
}

// A kiosk's own document comes first, then its place's, then those above: depth counts the steps up.
static const char of_kiosk[] =
    "WITH RECURSIVE up(depth, place_id) AS ("
    " SELECT 1, a.place_id FROM kiosk k JOIN assignment a ON a.kiosk_id = k.kiosk_id AND a.to_ms IS NULL"
    " WHERE k.id = ?1"
    " UNION ALL SELECT depth + 1, p.parent_id FROM up JOIN place p USING(place_id) WHERE p.parent_id IS NOT "
    "NULL)"
    " SELECT c.yaml, c.version, 'kiosk ' || k.id, 0 AS depth FROM content c JOIN kiosk k USING(kiosk_id)"
    " WHERE k.id = ?1 AND iif(?2, c.version = ?2, c.to_ms IS NULL)"
    " UNION ALL SELECT c.yaml, c.version, 'place ' || p.id, depth FROM up JOIN content c"
    " ON c.place_id = up.place_id AND c.kiosk_id = 0 JOIN place p ON p.place_id = up.place_id"
    " WHERE NOT ?2 AND c.to_ms IS NULL ORDER BY depth LIMIT 1";
static const char of_place[] =
    "SELECT c.yaml, c.version, 'place ' || p.id FROM content c JOIN place p USING(place_id)"
    " WHERE p.id = ?1 AND iif(?2, c.version = ?2, c.to_ms IS NULL)";

int ctl_content_show(struct ctl *c, int argc, char **argv)
{
    bool kiosk = strcmp(argv[0], "--kiosk") == 0;
    int version = argc == 3 ? atoi(argv[2]) : 0;
    if ((!kiosk && strcmp(argv[0], "--place") != 0) || (argc == 3 && version < 1)) {
        fprintf(stderr, "puasctl: content show --place ID | --kiosk ID [VERSION]\n");
        return CTL_USAGE;
    }
    struct store *st = ctl_open(c);
    if (st == NULL) {
        return CTL_FINDING;
    }
    bool failed = false;
    int code = CTL_FINDING;
    sqlite3_stmt *s = store_bind(st, kiosk ? of_kiosk : of_place, "td", argv[1], version);
    if (store_row(st, s, &failed)) {
        const char *yaml = text(s, 0);
        fprintf(stderr, "version %d of %s\n", sqlite3_column_int(s, 1),
                text(s, 2)); // not in what is piped on
        printf("%s%s", yaml, yaml[0] != '\0' && yaml[strlen(yaml) - 1] == '\n' ? "" : "\n");
        sqlite3_reset(s);
        code = CTL_FINE;
    } else if (failed) {
        ctl_failed(st);
    } else {
        fprintf(stderr, "puasctl: no content for %s '%s'%s\n", kiosk ? "kiosk" : "place", argv[1],
                kiosk ? ": it keeps to its own file" : "");
    }
    store_close(st);
    return code;
}
