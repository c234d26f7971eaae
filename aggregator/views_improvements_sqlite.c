// views: the improvement log.
#include "aggregator/trends.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

enum { ENTRIES_MAX = 500 }; // of a place: an entry a day for over a year

// Columns: 0 revision, 1 kind, 2 day, 3 what, 4 why, 5 who, 6 at, 7 withdrawn.
static json_t *revision_json(sqlite3_stmt *s)
{
    char day[16];
    return json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:I,s:b}", "revision", sqlite3_column_int(s, 0), "kind",
                     sqlite3_column_text(s, 1), "day", trend_day_text(sqlite3_column_int(s, 2), day), "what",
                     sqlite3_column_text(s, 3), "why", sqlite3_column_text(s, 4), "by",
                     sqlite3_column_text(s, 5), "at", (json_int_t)sqlite3_column_int64(s, 6), "withdrawn",
                     sqlite3_column_int(s, 7));
}

// Its earlier revisions, the newest first.
static json_t *history_of(struct views *v, json_int_t number, json_int_t newest)
{
    json_t *list = json_array();
    sqlite3_stmt *s = store_bind(v->st,
                                 "SELECT revision, kind, day, what, why, " SHOWN(
                                     "who") ", at, withdrawn FROM improvement WHERE improvement_id = ?1 AND"
                                            " revision < ?2 ORDER BY revision DESC",
                                 "ii", (int64_t)number, (int64_t)newest);
    while (views_row(v, s)) {
        json_array_append_new(list, revision_json(s));
    }
    return list;
}

static json_t *log_of(struct views *v, const struct views_user *u, int32_t place)
{
    json_t *list = json_array(), *o;
    size_t i;
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE up(place_id) AS (SELECT ?1 UNION SELECT p.parent_id FROM up JOIN place p "
        "USING(place_id)"
        " WHERE p.parent_id IS NOT NULL), down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down"
        " JOIN place p ON p.parent_id = down.place_id), mine(place_id) AS (SELECT ?2 UNION SELECT p.place_id"
        " FROM mine JOIN place p ON p.parent_id = mine.place_id)"
        " SELECT revision, i.kind, day, what, why, " SHOWN(
            "who") ", at, withdrawn, improvement_id, p.id, p.name, i.place_id IN mine FROM improvement i"
                   " JOIN place p USING(place_id) WHERE (i.place_id IN up OR i.place_id IN down) AND "
                   "revision ="
                   " (SELECT max(revision) FROM improvement n WHERE n.improvement_id = i.improvement_id)"
                   " ORDER BY day DESC, improvement_id DESC LIMIT ?3",
        "ddd", place, u->place, (int)ENTRIES_MAX);
    while (views_row(v, s)) {
        o = revision_json(s);
        json_object_set_new(o, "id", json_integer(sqlite3_column_int64(s, 8)));
        json_object_set_new(
            o, "place",
            json_pack("{s:s,s:s}", "id", sqlite3_column_text(s, 9), "name", sqlite3_column_text(s, 10)));
        json_object_set_new(o, "mine", json_boolean(sqlite3_column_int(s, 11)));
        json_array_append_new(list, o);
    }
    json_array_foreach(list, i, o)
    {
        json_object_set_new(o, "history",
                            history_of(v, json_integer_value(json_object_get(o, "id")),
                                       json_integer_value(json_object_get(o, "revision"))));
    }
    return json_pack("{s:o}", "improvements", list);
}

enum views_error views_improvements(struct views *v, const struct views_user *u, const char *place,
                                    char **ret_json)
{
    char *text = NULL;
    enum views_error e = VIEWS_NOT_FOUND;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st, "SELECT place_id FROM place WHERE id = ?1", "t", place);
        int32_t number = views_row(v, s) ? sqlite3_column_int(s, 0) : 0;
        sqlite3_reset(s);
        if (number != 0 && views_in_scope(v, number, u->place)) {
            text = views_dump(log_of(v, u, number));
            e = text != NULL ? VIEWS_OK : VIEWS_FAILED;
        }
    }
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}

enum views_error views_may_see_improvement(struct views *v, const struct views_user *u, const char *number)
{
    return views_may_see(
        v, u, "SELECT place_id FROM improvement WHERE improvement_id = CAST(?1 AS INTEGER) LIMIT 1", number);
}
