// views: what customers wrote at a branch, the newest first.
#include "aggregator/comment_flags.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

// A text event's body: {"text", "lang"?}. NULL: it was erased, or is none.
static json_t *comment_json(sqlite3_stmt *s)
{
    json_t *body = json_loads((const char *)sqlite3_column_text(s, 2), 0, NULL);
    const char *text = json_string_value(json_object_get(body, "text"));
    const char *lang = json_string_value(json_object_get(body, "lang"));
    json_t *o = NULL;
    if (text != NULL && text[0] != '\0') {
        json_t *flags = json_array();
        int found = comment_flags(text);
        if (found & COMMENT_URGENT) {
            json_array_append_new(flags, json_string("urgent"));
        }
        if (found & COMMENT_PERSONAL) {
            json_array_append_new(flags, json_string("personal"));
        }
        // To the quarter hour, so that nobody who stood there knows whose words they are.
        o = json_pack("{s:I,s:I,s:s,s:s,s:s,s:o}", "id", (json_int_t)sqlite3_column_int64(s, 0), "at",
                      (json_int_t)(sqlite3_column_int64(s, 1) / QUARTER_MS * QUARTER_MS), "question",
                      sqlite3_column_text(s, 3), "text", text, "lang", lang != NULL ? lang : "", "flags",
                      flags);
    }
    json_decref(body);
    return o;
}

static json_t *comments_json(struct views *v, const struct branch *b, const struct views_page *p,
                             int64_t *ret_next)
{
    json_t *list = json_array();
    int64_t last = 0, next = 0, through = p->before <= b->released ? p->before - 1 : b->released;
    sqlite3_stmt *s = store_bind(
        v->st,
        "WITH RECURSIVE down(place_id) AS (SELECT ?1 UNION SELECT p.place_id FROM down d JOIN place p"
        " ON p.parent_id = d.place_id)"
        " SELECT e.event_id, e.at, e.body, coalesce(n.id, '') FROM down CROSS JOIN event e USING(place_id)"
        " LEFT JOIN name n ON n.name_id = e.name_id WHERE e.kind = ?2 AND e.event_id >= ?3 AND e.event_id <= "
        "?4"
        " AND (e.flags & ?5) = 0 AND e.body IS NOT NULL ORDER BY e.event_id DESC",
        "ddiid", b->place, (int)EVENT_TEXT,
        views_first_event_since(v, b->now - VIEWS_COMMENT_DAYS * (wall_ms)DAY_MS), through,
        (int)(EVENT_VOIDED | EVENT_STAFF));
    while (views_row(v, s)) {
        if (json_array_size(list) == (size_t)p->limit) { // one more is there
            next = last;
            break;
        }
        json_t *o = comment_json(s);
        if (o != NULL) {
            json_array_append_new(list, o);
            last = sqlite3_column_int64(s, 0);
        }
    }
    sqlite3_reset(s);
    *ret_next = next;
    return json_pack("{s:s,s:I,s:i,s:o,s:o}", "place", b->id, "rev", (json_int_t)b->rev, "days",
                     VIEWS_COMMENT_DAYS, "comments", list, "next", null_or_int(next, next > 0));
}

enum views_error views_comments(struct views *v, const struct views_user *u, const char *branch,
                                const struct views_page *p, wall_ms now, char **ret_json, int64_t *ret_next)
{
    char *text = NULL;
    if (!views_begin(v)) {
        return views_end(v, VIEWS_FAILED);
    }
    struct branch *b = malloc(sizeof *b);
    enum views_error e = b != NULL ? branch_load(v, branch, now, b) : VIEWS_FAILED;
    if (e == VIEWS_OK && !views_in_scope(v, b->place, u->place)) {
        e = VIEWS_NOT_FOUND;
    }
    if (e == VIEWS_OK) {
        text = views_dump(comments_json(v, b, p, ret_next));
        v->failed = v->failed || text == NULL;
    }
    if (b != NULL) {
        branch_finish(b);
    }
    free(b);
    *ret_json = text;
    return views_end(v, e);
}

enum views_error views_comment_at(struct views *v, const struct views_user *u, int64_t event, struct views_comment_at *ret_at)
{
    bool found = false;
    if (views_begin(v)) {
        sqlite3_stmt *s = store_bind(v->st,
                                     "SELECT k.id, o.epoch, e.seq, e.place_id FROM event e JOIN epoch o USING(epoch_id) JOIN kiosk k"
                                     " USING(kiosk_id) WHERE e.event_id = ?1 AND e.kind = ?2 AND e.body IS NOT NULL",
                                     "id", event, (int)EVENT_TEXT);
        if (views_row(v, s)) {
            found = sqlite3_column_bytes(s, 1) == EPOCH_BYTES;
            memcpy(ret_at->epoch, sqlite3_column_blob(s, 1), found ? EPOCH_BYTES : 0);
            store_copy(s, 0, ret_at->kiosk.s, sizeof ret_at->kiosk.s);
            ret_at->seq = sqlite3_column_int64(s, 2);
            int32_t place = sqlite3_column_int(s, 3);
            sqlite3_reset(s);
            found = found && views_in_scope(v, place, u->place);
        }
    }
    return views_end(v, found ? VIEWS_OK : VIEWS_NOT_FOUND);
}
