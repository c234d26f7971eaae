// views: tokens of programs: whose is it, and which are there.
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>

enum views_error views_token_user(struct views *v, const uint8_t token[32], wall_ms now,
                                  struct views_user *ret_u, wall_ms *ret_used)
{
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st,
                                     "SELECT 0, 'token:' || name, name, role, place_id, 'en', used FROM "
                                     "token WHERE hash = ?1 AND expires > ?2",
                                     "bi", token, (size_t)32, now);
        if (views_row(v, s)) {
            *ret_u = views_read_user(s);
            *ret_used = sqlite3_column_int64(s, 6);
            e = VIEWS_OK;
        }
    }
    return views_end(v, e);
}

enum views_error views_tokens(struct views *v, const struct views_user *u, wall_ms now, char **ret_json)
{
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    json_t *list = json_array();
    sqlite3_stmt *s =
        store_bind(v->st,
                   "WITH RECURSIVE down(place_id) AS (SELECT place_id FROM place WHERE place_id = ?1 OR (?1 "
                   "= 0 AND parent_id IS NULL)"
                   " UNION SELECT p.place_id FROM down d JOIN place p ON p.parent_id = d.place_id)"
                   " SELECT t.name, t.role, p.id, t.created, t.created_by, t.expires, t.used FROM token t "
                   "JOIN place p USING(place_id)"
                   " WHERE place_id IN down ORDER BY t.name",
                   "d", u->place);
    while (views_row(v, s)) {
        int64_t used = sqlite3_column_int64(s, 6), expires = sqlite3_column_int64(s, 5);
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:I,s:s,s:I,s:b,s:o}", "name", sqlite3_column_text(s, 0), "role",
                            sqlite3_column_text(s, 1), "place", sqlite3_column_text(s, 2), "created",
                            (json_int_t)sqlite3_column_int64(s, 3), "createdBy", sqlite3_column_text(s, 4),
                            "expires", (json_int_t)expires, "expired", expires <= now, "lastUsed",
                            null_or_int(used, used > 0)));
    }
    char *text = views_dump(json_pack("{s:o}", "tokens", list));
    return views_end_text(v, text, ret_json);
}

enum views_error views_may_see_place(struct views *v, const struct views_user *u, const char *place)
{
    return views_may_see(v, u, "SELECT place_id FROM place WHERE id = ?1", place);
}

enum views_error views_may_see_token(struct views *v, const struct views_user *u, const char *name)
{
    return views_may_see(v, u, "SELECT place_id FROM token WHERE name = ?1", name);
}
