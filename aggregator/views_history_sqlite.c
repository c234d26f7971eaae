// views: lists that grow for ever, newest first, page by page: alerts, praise and the audit log.
#include "aggregator/store_praise.h"
#include "aggregator/trends.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>

// Ends a reading with the rows of `s`, which gives one more than a page when there are more; `found`: there is such a list.
// *ret_next: where they go on, by the first column.
static enum views_error page(struct views *v, const char *name, bool found, sqlite3_stmt *s,
                             json_t *(*row)(sqlite3_stmt *s), const struct views_page *p, char **ret_json,
                             int64_t *ret_next)
{
    json_t *list = json_array();
    int64_t last = 0;
    bool more = false;
    while (found && !more && views_row(v, s)) {
        more = json_array_size(list) == (size_t)p->limit;
        if (!more) {
            last = sqlite3_column_int64(s, 0);
            json_array_append_new(list, row(s));
        }
    }
    char *text = views_dump(json_pack("{s:o,s:o}", name, list, "next", null_or_int(last, more)));
    v->failed = v->failed || text == NULL;
    enum views_error e = views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    *ret_next = more ? last : 0;
    return VIEWS_OK;
}

// Of a vote no moment is told (views.h): the begin to the quarter hour, and that it recovers not at all.
static json_t *alert_json(sqlite3_stmt *s)
{
    int64_t closed = sqlite3_column_int64(s, 10), ack_at = sqlite3_column_int64(s, 14);
    bool has_ack = sqlite3_column_type(s, 14) != SQLITE_NULL;
    json_t *names = json_loads((const char *)sqlite3_column_text(s, 5), 0, NULL);
    return json_pack("{s:s,s:s,s:s?,s:{s:s,s:i,s:o},s:{s:s,s:s,s:s},s:s?,s:s?,s:I,s:I,s:o,s:s?,s:b,s:i,s:s?,s:o}",
                     "id", sqlite3_column_text(s, 1), "state", sqlite3_column_text(s, 2), "kind",
                     sqlite3_column_text(s, 3), "rule", "id", sqlite3_column_text(s, 4), "version",
                     sqlite3_column_int(s, 16), "name", names != NULL ? names : json_object(), "place", "id",
                     sqlite3_column_text(s, 6), "name", sqlite3_column_text(s, 7), "tz",
                     sqlite3_column_text(s, 18), "kiosk", sqlite3_column_text(s, 8), "kioskName",
                     sqlite3_column_text(s, 19), "since", (json_int_t)sqlite3_column_int64(s, 9), "raised",
                     (json_int_t)sqlite3_column_int64(s, 17), "closed",
                     null_or_int(closed, sqlite3_column_type(s, 10) != SQLITE_NULL), "closedBy",
                     sqlite3_column_text(s, 11), "reopened", sqlite3_column_int(s, 20), "flaps",
                     sqlite3_column_int(s, 12), "assigned", sqlite3_column_text(s, 21), "ack",
                     has_ack ? json_pack("{s:s?,s:I,s:I}", "by", sqlite3_column_text(s, 13), "at",
                                         (json_int_t)ack_at, "until", (json_int_t)sqlite3_column_int64(s, 15))
                             : json_null());
}

// The place ("": the user's), within the scope. False: there is none.
static bool find_top(struct views *v, const struct views_user *u, const char *place, int32_t *ret_top)
{
    *ret_top = u->place;
    if (place[0] != '\0') {
        sqlite3_stmt *s = store_bind(v->st, "SELECT place_id FROM place WHERE id = ?1", "t", place);
        *ret_top = views_row(v, s) ? sqlite3_column_int(s, 0) : 0;
    }
    return *ret_top != 0 && views_in_scope(v, *ret_top, u->place);
}

enum views_error views_alerts(struct views *v, const struct views_user *u, const char *place,
                              enum views_open open, const struct views_page *p, char **ret_json,
                              int64_t *ret_next)
{
    sqlite3_stmt *s = NULL;
    int32_t top;
    bool found = views_begin(v) && find_top(v, u, place, &top);
    if (found) {
        s = store_bind(
            v->st,
            "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d JOIN place p ON "
            "p.parent_id ="
            " d.place_id) SELECT a.alert_id, a.id, coalesce((SELECT from_state FROM alert_log l WHERE "
            "a.state = 'recovering' AND"
            " l.log_id = (SELECT max(log_id) FROM alert_log m WHERE m.alert_id = a.alert_id AND m.to_state "
            "<> '')), a.state), r.body ->> '$.kind', r.id, r.body -> '$.name', p.id, p.name,"
            " k.id, a.since / 900000 * 900000, a.closed,"
            " nullif(" SHOWN("a.closed_by") ", ''), a.flaps, " SHOWN("a.ack_by") ", a.ack_at, "
            "a.ack_until, a.rule_version, a.raised,"
            " (WITH RECURSIVE up(place_id, depth) AS (SELECT a.place_id, 0 UNION ALL SELECT q.parent_id, "
            "depth + 1 FROM"
            " up JOIN place q USING(place_id) WHERE q.parent_id IS NOT NULL AND depth < 32) SELECT tz FROM "
            "up JOIN place"
            " USING(place_id) ORDER BY tz = '', depth LIMIT 1), k.name, a.reopened IS NOT NULL,"
            " (SELECT nullif(" SHOWN("subject") ", '') FROM alert_log l WHERE l.alert_id = a.alert_id AND l.action = 'assign'"
            " ORDER BY l.log_id DESC LIMIT 1)"
            " FROM alert a JOIN rule r ON r.rule_id = a.rule_id AND r.version = a.rule_version JOIN place p "
            "ON p.place_id ="
            " a.place_id LEFT JOIN kiosk k ON k.kiosk_id = nullif(a.kiosk_id, 0) WHERE a.alert_id < ?2 AND "
            "a.place_id IN"
            " down AND (?3 = 0 OR (a.closed IS NULL OR a.reopened IS NOT NULL) = (?3 = 1)) ORDER BY "
            "a.alert_id DESC LIMIT ?4",
            "didd", top, p->before, (int)open, p->limit + 1);
    }
    return page(v, "alerts", found, s, alert_json, p, ret_json, ret_next);
}

// Of its kind either answers, or the share and the day of a step; a year has neither.
static json_t *praise_json(sqlite3_stmt *s)
{
    static const char *const kinds[] = {
        [PRAISE_ANSWERS] = "answers", [PRAISE_STEP] = "step", [PRAISE_YEAR] = "year"};
    enum praise_kind kind = (enum praise_kind)sqlite3_column_int(s, 2);
    int64_t value = sqlite3_column_int64(s, 3);
    char day[16];
    json_t *names = json_loads((const char *)sqlite3_column_text(s, 8), 0, NULL);
    json_t *rule = sqlite3_column_type(s, 7) != SQLITE_NULL
                       ? json_pack("{s:s,s:o}", "id", sqlite3_column_text(s, 7), "name",
                                   names != NULL ? names : json_object())
                       : json_null();
    return json_pack("{s:I,s:I,s:s,s:o,s:o,s:o,s:{s:s,s:s},s:o}", "id",
                     (json_int_t)sqlite3_column_int64(s, 0), "at", (json_int_t)sqlite3_column_int64(s, 1),
                     "kind", kinds[kind], "answers", null_or_int(value, kind == PRAISE_ANSWERS), "share",
                     null_or_real(sqlite3_column_int(s, 4) / 10000., kind == PRAISE_STEP), "by",
                     kind == PRAISE_STEP ? json_string(trend_day_text((int32_t)value, day)) : json_null(),
                     "place", "id", sqlite3_column_text(s, 5), "name", sqlite3_column_text(s, 6), "rule",
                     rule);
}

enum views_error views_praise(struct views *v, const struct views_user *u, const char *place,
                              const struct views_page *p, char **ret_json, int64_t *ret_next)
{
    sqlite3_stmt *s = NULL;
    int32_t top;
    bool found = views_begin(v) && find_top(v, u, place, &top);
    if (found) {
        s = store_bind(
            v->st,
            "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d JOIN place p ON "
            "p.parent_id = d.place_id) SELECT q.praise_id, q.at, q.kind, q.value, q.percent, p.id, p.name, "
            "r.id,"
            " r.body -> '$.name' FROM praise q JOIN place p USING(place_id) LEFT JOIN rule r ON r.rule_id ="
            " q.rule_id AND r.version = (SELECT max(version) FROM rule m WHERE m.rule_id = q.rule_id)"
            " WHERE q.praise_id < ?2 AND q.place_id IN down ORDER BY q.praise_id DESC LIMIT ?3",
            "did", top, p->before, p->limit + 1);
    }
    return page(v, "praise", found, s, praise_json, p, ret_json, ret_next);
}

static json_t *audit_json(sqlite3_stmt *s)
{
    return json_pack("{s:I,s:I,s:s,s:s,s:s,s:s}", "id", (json_int_t)sqlite3_column_int64(s, 0), "at",
                     (json_int_t)sqlite3_column_int64(s, 1), "who", sqlite3_column_text(s, 2), "action",
                     sqlite3_column_text(s, 3), "subject", sqlite3_column_text(s, 4), "detail",
                     sqlite3_column_text(s, 5));
}

enum views_error views_audit(struct views *v, const struct views_user *u, const struct views_audit *f,
                             const struct views_page *p, char **ret_json, int64_t *ret_next)
{
    static const char whole[] =
        "SELECT ?1 = 0 OR EXISTS(SELECT 1 FROM place WHERE place_id = ?1 AND parent_id IS NULL)";
    sqlite3_stmt *s = NULL;
    bool found = views_begin(v) && views_row(v, s = store_bind(v->st, whole, "d", u->place)) &&
                 sqlite3_column_int(s, 0) != 0;
    if (found) {
        s = store_bind(v->st,
                       "SELECT audit_id, at, who, action, subject, detail FROM audit WHERE audit_id < ?1"
                       " AND ?3 IN ('', who) AND ?4 IN ('', action) AND ?5 IN ('', subject)"
                       " ORDER BY audit_id DESC LIMIT ?2",
                       "idttt", p->before, p->limit + 1, f->who, f->action, f->subject);
    }
    return page(v, "audit", found, s, audit_json, p, ret_json, ret_next);
}
