// export: reading. First which epochs hold answers of the wanted places, one bit each; then these, epoch by epoch
// in the order of seq: keys stay where they are when packs are put together between two pages.
#include "aggregator/export.h"

#include "aggregator/org.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_ROWS = 256, PAGE_PACKS = 4000, DAY_HOURS = 24, EAST_HOURS = 14, WEST_HOURS = 12 };

struct export
{
    struct views *v; // owned
    struct org org;
    bool *wanted;     // owned: by number of the place; 0: what is unassigned
    int32_t from, to; // local days [from, to)
    int32_t question; // name_id; 0: all
    uint8_t *epochs;  // owned: one bit each
    int32_t epoch_count;
    bool scanned; // the bits are set
    int32_t scan_place;
    int64_t scan_event, first_event;
    int32_t epoch; // which is read; 0: before the first
    int64_t seq;   // after this one
    struct ident kiosk;
    char hex[EPOCH_HEX + 1];
    struct export_row rows[PAGE_ROWS];
};

void export_close(struct export *e)
{
    if (e != NULL) {
        views_destroy(e->v);
        org_finish(&e->org);
        free(e->wanted);
        free(e->epochs);
        free(e);
    }
}

// ---------------------------------------------------------------- what is asked

static enum trends_error bad(struct trend_problem *p, const char *field, const char *why)
{
    p->field = field;
    snprintf(p->why, sizeof p->why, "%s", why);
    return TRENDS_BAD;
}

static bool is_given(const char *s)
{
    return s != NULL && s[0] != '\0';
}

// The place, and what lies under it. *ret_top: it is the organisation.
static bool want_places(struct export *e, const struct views_user *u, const char *id)
{
    struct org *o = &e->org;
    int32_t top = u != NULL ? u->place : 0;
    if (is_given(id)) {
        const struct org_place *p = org_place(o, id);
        if (p == NULL || (u != NULL && !org_under(o, p->number, u->place))) {
            return false;
        }
        top = p->number;
    }
    for (int32_t i = 1; i <= o->place_count; i++) {
        e->wanted[i] = o->places[i].number == i && (top == 0 || org_under(o, i, top));
    }
    e->wanted[0] = top == 0 || o->places[top].parent == 0;
    return true;
}

// The last day that is over at all of them.
static int32_t yesterday(const struct export *e, wall_ms now)
{
    int32_t least = INT32_MAX;
    for (int32_t i = 0; i <= e->org.place_count; i++) {
        const struct tz *tz = i > 0 ? e->org.places[i].tz : NULL;
        wall_ms local = now + (wall_ms)tz_offset_s(tz, now) * 1000;
        bool counts = i > 0 && e->wanted[i];
        least = counts && (int32_t)(local / DAY_MS) < least ? (int32_t)(local / DAY_MS) : least;
    }
    return (least != INT32_MAX ? least : (int32_t)(now / DAY_MS)) - 1;
}

static enum trends_error find_days(struct export *e, const struct trend_query *q, wall_ms now,
                                   struct trend_problem *p)
{
    char day[16], why[120];
    int32_t last = yesterday(e, now);
    e->from = 0;
    e->to = last;
    if (is_given(q->to) && !trend_day_parse(q->to, &e->to)) {
        return bad(p, "to", "to is a day, such as 2026-11-24");
    }
    if (is_given(q->from) && !trend_day_parse(q->from, &e->from)) {
        return bad(p, "from", "from is a day, such as 2026-11-01");
    }
    if (e->to > last) {
        snprintf(why, sizeof why, "to is at most %s: answers of a day are told when it is over",
                 trend_day_text(last, day));
        return bad(p, "to", why);
    }
    if (e->from > e->to) {
        return bad(p, "from", "from is not after to, and not after yesterday");
    }
    e->to++;
    return TRENDS_OK;
}

static enum trends_error find_question(struct export *e, const char *id, struct trend_problem *p)
{
    if (!is_given(id)) {
        return TRENDS_OK;
    }
    sqlite3_stmt *s = store_bind(e->v->st, "SELECT name_id FROM name WHERE id = ?1", "t", id);
    e->question = views_row(e->v, s) ? sqlite3_column_int(s, 0) : 0;
    return e->v->failed       ? TRENDS_FAILED
           : e->question == 0 ? bad(p, "question", "nothing of that name was ever answered")
                              : TRENDS_OK;
}

// How far the bits reach, and where the packs of the first day begin.
static bool find_bounds(struct export *e)
{
    sqlite3_stmt *s = store_bind(e->v->st, "SELECT coalesce(max(epoch_id), 0) FROM epoch", "");
    e->epoch_count = views_row(e->v, s) ? sqlite3_column_int(s, 0) + 1 : 1;
    // Nothing arrives more than PROTOCOL_LATE_MS before its time.
    wall_ms first = (wall_ms)e->from * DAY_MS - (wall_ms)EAST_HOURS * HOUR_MS - PROTOCOL_LATE_MS;
    e->first_event = e->from > 0 ? views_first_event_since(e->v, first) : 0;
    e->scan_event = e->first_event - 1;
    return !e->v->failed;
}

static enum trends_error open_all(struct export *e, const struct views_user *u, const struct trend_query *q,
                                  wall_ms now, struct trend_problem *problem, char *ret_why, size_t n)
{
    if (!views_begin(e->v)) {
        snprintf(ret_why, n, "%s", views_why(e->v));
        return TRENDS_FAILED;
    }
    enum trends_error error = TRENDS_FAILED;
    if (org_load(&e->org, e->v->st, ret_why, n)) {
        e->wanted = calloc((size_t)e->org.place_count + 1, sizeof *e->wanted);
        error = e->wanted == NULL              ? TRENDS_FAILED
                : !want_places(e, u, q->place) ? TRENDS_NOT_FOUND
                                               : find_days(e, q, now, problem);
        if (error == TRENDS_OK) {
            error = find_question(e, q->question, problem);
        }
        if (error == TRENDS_OK && !find_bounds(e)) {
            error = TRENDS_FAILED;
        }
    }
    if (views_end(e->v, VIEWS_OK) != VIEWS_OK) {
        snprintf(ret_why, n, "%s", views_why(e->v));
        return TRENDS_FAILED;
    }
    e->epochs = error == TRENDS_OK ? calloc((size_t)e->epoch_count / 8 + 1, 1) : NULL;
    return error == TRENDS_OK && e->epochs == NULL ? TRENDS_FAILED : error;
}

enum trends_error export_open(const char *path, const struct views_user *u, const struct trend_query *q,
                              wall_ms now, struct export **ret_e, struct trend_problem *ret_problem,
                              char *ret_why, size_t n)
{
    struct views_options o = {.path = path};
    struct export *e = calloc(1, sizeof *e);
    snprintf(ret_why, n, "out of memory");
    if (e == NULL || (e->v = views_create(&o)) == NULL) {
        free(e);
        return TRENDS_FAILED;
    }
    enum trends_error error = open_all(e, u, q, now, ret_problem, ret_why, n);
    if (error != TRENDS_OK) {
        export_close(e);
        return error;
    }
    *ret_e = e;
    return TRENDS_OK;
}

// ---------------------------------------------------------------- which epochs

// Some packs of one place. Those that are put together meanwhile only move up in this order.
static void scan_some(struct export *e)
{
    int count = 0;
    sqlite3_stmt *s =
        store_bind(e->v->st,
                   "SELECT last_event, epoch_id FROM pack WHERE place_id = ?1 AND last_event > ?2"
                   " ORDER BY last_event LIMIT ?3",
                   "did", e->scan_place, e->scan_event, (int)PAGE_PACKS);
    for (; views_row(e->v, s); count++) {
        int32_t epoch = sqlite3_column_int(s, 1);
        e->scan_event = sqlite3_column_int64(s, 0);
        if (epoch < e->epoch_count) {
            e->epochs[epoch / 8] |= (uint8_t)(1u << epoch % 8);
        }
    }
    if (count < PAGE_PACKS) {
        e->scan_event = e->first_event - 1;
        do {
            e->scan_place++;
        } while (e->scan_place <= e->org.place_count && !e->wanted[e->scan_place]);
        e->scanned = e->scan_place > e->org.place_count;
    }
}

static bool next_epoch(struct export *e)
{
    do {
        e->epoch++;
    } while (e->epoch < e->epoch_count && (e->epochs[e->epoch / 8] >> e->epoch % 8 & 1) == 0);
    e->seq = 0;
    if (e->epoch >= e->epoch_count) {
        return false;
    }
    sqlite3_stmt *s = store_bind(
        e->v->st,
        "SELECT k.id, lower(hex(p.epoch)) FROM epoch p JOIN kiosk k USING(kiosk_id) WHERE epoch_id = ?1", "d",
        e->epoch);
    if (views_row(e->v, s)) {
        store_copy(s, 0, e->kiosk.s, sizeof e->kiosk.s);
        store_copy(s, 1, e->hex, sizeof e->hex);
        sqlite3_reset(s);
    }
    return true;
}

// ---------------------------------------------------------------- rows

static void read_body(const char *body, struct export_row *r)
{
    json_t *o = json_loads(body, 0, NULL), *option;
    size_t i;
    const char *text = json_string_value(json_object_get(o, "text"));
    const char *lang = json_string_value(json_object_get(o, "lang"));
    const char *ref = json_string_value(json_object_get(o, "ref"));
    const char *place = json_string_value(json_object_get(o, "place"));
    snprintf(r->text, sizeof r->text, "%s", text != NULL ? text : "");
    snprintf(r->lang, sizeof r->lang, "%s", lang != NULL ? lang : "");
    snprintf(r->ref, sizeof r->ref, "%s", ref != NULL ? ref : "");
    if (place != NULL) {
        snprintf(r->place.s, sizeof r->place.s, "%s", place);
    }
    json_array_foreach(json_object_get(o, "options"), i, option)
    {
        size_t n = strlen(r->options);
        snprintf(r->options + n, sizeof r->options - n, "%s%s", n > 0 ? " " : "", json_string_value(option));
    }
    json_decref(o);
}

// False: it is none of those asked for.
static bool read_row(const struct export *e, sqlite3_stmt *s, struct export_row *r)
{
    int32_t place = sqlite3_column_int(s, 2), day;
    int hour;
    enum event_type type = (enum event_type)sqlite3_column_int(s, 3);
    wall_ms at = sqlite3_column_int64(s, 1);
    if (type == EVENT_VOID || place > e->org.place_count || !e->wanted[place] ||
        (e->question != 0 && sqlite3_column_int(s, 9) != e->question)) {
        return false;
    }
    struct rollup_tree tree = org_tree((struct org *)(uintptr_t)&e->org);
    tree.local(tree.ctx, place, at, &day, &hour);
    if (day < e->from || day >= e->to) {
        return false;
    }
    const struct org_place *p = place > 0 ? &e->org.places[place] : NULL;
    *r = (struct export_row){.at = at,
                             .local = at + (wall_ms)tz_offset_s(p != NULL ? p->tz : NULL, at) * 1000,
                             .kiosk = e->kiosk,
                             .seq = sqlite3_column_int64(s, 0),
                             .type = type,
                             .score = sqlite3_column_int(s, 4),
                             .of = sqlite3_column_int(s, 5),
                             .flags = sqlite3_column_int(s, 6)};
    if (p != NULL) {
        r->place = p->id;
        memcpy(r->place_name, p->name, sizeof r->place_name);
    }
    snprintf(r->visit, sizeof r->visit, "%s/%s/%lld", e->kiosk.s, e->hex,
             (long long)sqlite3_column_int64(s, 7));
    store_copy(s, 10, r->question.s, sizeof r->question.s);
    if (sqlite3_column_type(s, 8) != SQLITE_NULL) {
        read_body((const char *)sqlite3_column_text(s, 8), r);
    }
    return true;
}

// The next answers of the epoch. *ret_end: it has no more.
static int read_some(struct export *e, bool *ret_end)
{
    int seen = 0, count = 0;
    sqlite3_stmt *s =
        store_bind(e->v->st,
                   "SELECT seq, at, place_id, kind, score, levels, flags, visit, body, e.name_id, n.id"
                   " FROM event e LEFT JOIN name n ON n.name_id = e.name_id"
                   " WHERE epoch_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
                   "did", e->epoch, e->seq, (int)PAGE_ROWS);
    for (; views_row(e->v, s); seen++) {
        e->seq = sqlite3_column_int64(s, 0);
        count += read_row(e, s, &e->rows[count]);
    }
    *ret_end = seen < PAGE_ROWS;
    return count;
}

// One short transaction. False: there is nothing more.
static bool step(struct export *e, int *ret_count)
{
    bool end = true;
    if (!e->scanned) {
        scan_some(e);
        return true;
    }
    if (e->epoch == 0 && !next_epoch(e)) {
        return false;
    }
    *ret_count = e->v->failed ? 0 : read_some(e, &end);
    return !end || next_epoch(e);
}

bool export_page(struct export *e, const struct export_row **ret_rows, int *ret_count, char *ret_why,
                 size_t n)
{
    int count = 0;
    bool more = e->epoch < e->epoch_count;
    while (more && count == 0) {
        if (views_begin(e->v)) {
            more = step(e, &count);
        }
        if (views_end(e->v, VIEWS_OK) != VIEWS_OK) {
            snprintf(ret_why, n, "%s", views_why(e->v));
            return false;
        }
    }
    *ret_rows = e->rows;
    *ret_count = count;
    return true;
}
