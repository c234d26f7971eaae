// store: praise.
#include "aggregator/store_praise.h"

#include "aggregator/store_impl.h"

#include <stdlib.h>
#include <string.h>

bool store_praise_put(struct store *st, struct store_praise *p, int64_t apart, bool *ret_new)
{
    if (!store_run(
            st,
            "INSERT INTO praise(place_id, kind, rule_id, value, percent, at) SELECT ?1, ?2, ?3, ?4, ?5, ?6 "
            "WHERE NOT EXISTS"
            " (SELECT 1 FROM praise WHERE place_id = ?1 AND kind = ?2 AND rule_id = ?3 AND value > ?4 - ?7)",
            "dddidii", p->place, (int)p->kind, p->rule, p->value, p->percent, p->at, apart)) {
        return false;
    }
    *ret_new = sqlite3_changes(st->db) > 0;
    p->number = *ret_new ? sqlite3_last_insert_rowid(st->db) : 0;
    return true;
}

bool store_praise_read(struct store *st, const char *alert, struct notice *n, char ret_tz[65],
                       bool *ret_found)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT q.kind, value, percent, p.id, p.name, coalesce(r.id, ''), coalesce(json_extract(r.body, "
        "'$.name.' || ?2), ''),"
        " (WITH RECURSIVE up(place_id, depth) AS (SELECT q.place_id, 0 UNION ALL SELECT parent_id, depth + 1 "
        "FROM up"
        " JOIN place USING(place_id) WHERE parent_id IS NOT NULL AND depth < 32) SELECT tz FROM up JOIN "
        "place USING(place_id)"
        " WHERE tz <> '' ORDER BY depth LIMIT 1) FROM praise q JOIN place p ON p.place_id = q.place_id"
        " LEFT JOIN rule r ON r.rule_id = q.rule_id AND r.to_ms IS NULL WHERE praise_id = ?1",
        "it", (int64_t)strtoll(alert + strlen(STORE_PRAISE), NULL, 10), channel_langs[n->lang]);
    *ret_found = store_row(st, s, &failed);
    if (*ret_found) {
        n->praise = (enum praise_kind)sqlite3_column_int(s, 0);
        n->praise_value = sqlite3_column_int64(s, 1);
        n->praise_percent = sqlite3_column_int(s, 2) / 100.;
        store_copy(s, 3, n->branch_id, sizeof n->branch_id);
        store_copy(s, 4, n->branch, sizeof n->branch);
        store_copy(s, 5, n->rule, sizeof n->rule);
        store_copy(s, 6, n->rule_name, sizeof n->rule_name);
        store_copy(s, 7, ret_tz, 65);
        sqlite3_reset(s);
    }
    return !failed;
}
