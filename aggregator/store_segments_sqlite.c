#include "aggregator/store_segments.h"

#include "aggregator/store_impl.h"
#include "aggregator/store_retention.h"
#include "aggregator/store_rollups.h"

#include <stdio.h>
#include <string.h>

enum { UNKNOWN_SEGMENT = 1 << 24 };

#define TAKES(flags) "(" flags " & 28 = 0 OR " flags " & 124 = 36)" // store_segment_takes

// Scored ratings with their segment, NULL: none. Services are looked for only where there are any (?1).
#define SERVICE                                                                                              \
    "(SELECT 'service:' || json_extract(c.body, '$.options[0]') FROM event c WHERE c.epoch_id = r.epoch_id"  \
    " AND c.seq > r.visit AND c.seq <= r.visit + 64 AND c.visit = r.visit AND c.kind = 1"                    \
    " AND (c.flags & 28) = 0 AND json_extract(c.body, '$.segment') ORDER BY c.seq LIMIT 1)"
#define REF "json_extract(r.body, '$.ref')"
#define RATINGS_WITH_SEGMENT                                                                                 \
    "SELECT at, place_id, name_id, levels, score, segment FROM (SELECT r.at, r.place_id, r.name_id, "        \
    "r.levels, r.score,"                                                                                     \
    " coalesce(iif(r.flags & 64, '" STORE_SEGMENT_STAFF "', NULL),"                                          \
    " iif(r.flags & 36 = 36, '" STORE_SEGMENT_PHONE "', NULL),"                                              \
    " CASE WHEN ?1 AND r.seq <= r.visit + 64 THEN " SERVICE " END,"                                          \
    " 'audience:' || json_extract(r.body, '$.audience'),"                                                    \
    " 'counter:' || coalesce(json_extract(r.body, '$.counter'), nullif(substr(" REF                          \
    ", 1, instr(replace(" REF ", '/', '-'), '-') - 1), ''))) AS segment"                                     \
    " FROM event r WHERE r.kind IN (0, 4) AND " TAKES("r.flags")

// ---------------------------------------------------------------- what documents mark

static bool load_marks(struct store *st)
{
    bool failed = false;
    st->mark_count = 0;
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT 0, question FROM asked WHERE json_extract(body, '$.segment') UNION SELECT 1, survey FROM"
        " (SELECT json_extract(body, '$.survey.id') AS survey, json_extract(body, '$.survey.audience') AS "
        "audience"
        " FROM content) WHERE audience = 'staff' ORDER BY 1 DESC LIMIT ?1",
        "d", (int)SEGMENT_MARKS);
    while (store_row(st, s, &failed)) {
        struct segment_mark *m = &st->marks[st->mark_count++];
        m->staff = sqlite3_column_int(s, 0) != 0;
        store_copy(s, 1, m->id.s, sizeof m->id.s);
    }
    st->marks_known = !failed;
    return !failed;
}

bool store_has_services(struct store *st, bool *ret_has)
{
    *ret_has = false;
    if (!st->marks_known && !load_marks(st)) {
        return false;
    }
    for (int i = 0; i < st->mark_count; i++) {
        *ret_has = *ret_has || !st->marks[i].staff;
    }
    return true;
}

void store_segments_forget(struct store *st)
{
    st->marks_known = false;
}

bool store_segment_marks(struct store *st, const struct event *e, bool *ret_segments,
                         const char **ret_audience)
{
    *ret_segments = false;
    *ret_audience = "";
    if (!st->marks_known && !load_marks(st)) {
        return false;
    }
    for (int i = 0; i < st->mark_count; i++) {
        const struct segment_mark *m = &st->marks[i];
        if (m->staff && strcmp(m->id.s, e->survey.s) == 0) {
            *ret_audience = "staff";
        }
        *ret_segments = *ret_segments || (!m->staff && e->type == EVENT_CHOICE && e->option_count > 0 &&
                                          strcmp(m->id.s, e->question.s) == 0);
    }
    return true;
}

bool store_is_staff(struct store *st, const struct event *e, bool *ret_staff)
{
    bool segments;
    const char *audience;
    bool ok = store_segment_marks(st, e, &segments, &audience);
    *ret_staff = ok && audience[0] != '\0';
    return ok;
}

// ---------------------------------------------------------------- segments of places

static bool number_of(struct store *st, const char *id, int32_t *ret_segment)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT segment_id FROM segment WHERE id = ?1", "t", id);
    if (store_row(st, s, &failed)) {
        *ret_segment = sqlite3_column_int(s, 0);
        sqlite3_reset(s);
        return true;
    }
    if (!failed &&
        sqlite3_db_readonly(st->db, "main") != 0) { // a proof reads only: nothing is told apart by this one
        *ret_segment = UNKNOWN_SEGMENT;
        return true;
    }
    if (failed ||
        !store_run(st,
                   "INSERT INTO segment VALUES((SELECT coalesce(max(segment_id), 0) + 1 FROM segment), ?1)",
                   "t", id)) {
        return false;
    }
    *ret_segment = (int32_t)sqlite3_last_insert_rowid(st->db);
    return true;
}

bool store_segment_here(struct store *st, int32_t place, int32_t segment, bool make, int32_t *ret_segment)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(
        st,
        "SELECT coalesce(max(segment_id = ?2), 0), count(*), (SELECT id FROM segment WHERE segment_id = ?2) IN"
        " ('" STORE_SEGMENT_STAFF "', '" STORE_SEGMENT_PHONE "') FROM place_segment WHERE place_id = ?1",
        "dd", place, segment);
    if (!store_row(st, s, &failed)) {
        return false;
    }
    bool known = sqlite3_column_int(s, 0) != 0, apart = sqlite3_column_int(s, 2) != 0;
    bool room = sqlite3_column_int(s, 1) < STORE_SEGMENTS_MAX || apart; // never one with those who stood at a kiosk
    sqlite3_reset(s);
    *ret_segment = known || room ? segment : STORE_SEGMENT_OTHER;
    return known || !room || !make || segment == STORE_SEGMENT_OTHER ||
           store_run(st, "INSERT INTO place_segment VALUES(?1, ?2)", "dd", place, segment);
}

// ---------------------------------------------------------------- writing

bool store_write_segment(struct store *st, const struct rollup *r)
{
    const int64_t *c = r->c;
    int32_t segment;
    return store_segment_here(st, r->place, rollup_segment(r->what), true, &segment) &&
           store_run(st,
                     "INSERT INTO segment_day VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
                     "?14, ?15,"
                     " ?16, ?17) ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "ddddddiiiiiiiiiii", r->place, r->day, r->name, segment, rollup_segment_levels(r->what),
                     (int)rollup_segment_own(r->what), c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8],
                     c[9], c[10]);
}

// A row of a place and those of the places above it, each by its own list.
static bool write_up(struct store *st, const struct rollup *own)
{
    int32_t places[ROLLUP_DEPTH_MAX], segment = rollup_segment(own->what);
    int count = st->tree.above(st->tree.ctx, own->place, places, ROLLUP_DEPTH_MAX);
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        struct rollup row = *own;
        row.place = places[i];
        row.what = rollup_segment_key(segment, i == 0, rollup_segment_levels(own->what));
        ok = store_write_segment(st, &row) && store_segment_here(st, places[i], segment, false, &segment);
    }
    return ok;
}

bool store_flush_segments(struct store *st)
{
    bool ok = true;
    for (int32_t i = 0; ok && i < st->segments.count; i++) {
        ok = rollup_is_zero(&st->segments.items[i]) || write_up(st, &st->segments.items[i]);
    }
    rollups_clear(&st->segments);
    return ok;
}

bool store_segment_add(struct store *st, sqlite3_stmt *s, int32_t day, bool here, int by, struct rollups *ret)
{
    struct rollup row = {
        .kind = ROLLUP_SEGMENT, .place = sqlite3_column_int(s, 1), .name = sqlite3_column_int(s, 2)};
    int32_t segment = STORE_SEGMENT_OTHER;
    int hour;
    st->tree.local(st->tree.ctx, row.place, sqlite3_column_int64(s, 0), &row.day, &hour);
    if (row.day <= day) {
        return true;
    }
    row.c[sqlite3_column_int(s, 4) - 1] = by;
    if (!number_of(st, (const char *)sqlite3_column_text(s, 5), &segment) ||
        (here && !store_segment_here(st, row.place, segment, false, &segment))) {
        return false;
    }
    row.what = rollup_segment_key(segment, true, sqlite3_column_int(s, 3));
    return rollups_add(ret, &row, 1) || store_no_memory(st);
}

// Reads rows of RATINGS_WITH_SEGMENT, as above.
static bool add_ratings(struct store *st, sqlite3_stmt *s, int32_t day, bool here, int by,
                        struct rollups *ret)
{
    bool failed = false, ok = true;
    while (ok && store_row(st, s, &failed)) {
        ok = store_segment_add(st, s, day, here, by, ret);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok && !failed;
}

sqlite3_stmt *store_segment_of(struct store *st, int32_t epoch_id, int64_t seq)
{
    bool services;
    return store_has_services(st, &services)
               ? store_bind(st,
                            RATINGS_WITH_SEGMENT " AND r.epoch_id = ?2 AND r.seq = ?3) WHERE segment IS NOT NULL",
                            "ddi", (int)services, epoch_id, seq)
               : NULL;
}

bool store_segment_range(struct store *st, int32_t place, int32_t epoch_id, int64_t visit, int64_t first,
                         int64_t last, int by)
{
    bool services;
    if (st->tree.above == NULL) {
        return store_rollups_mark(st, place, false);
    }
    return store_has_services(st, &services) && store_flush_epoch(st, epoch_id) &&
           add_ratings(
               st,
               store_bind(st,
                          RATINGS_WITH_SEGMENT
                          " AND r.epoch_id = ?2 AND r.seq >= ?3 AND r.seq <= ?4 AND iif(?5, r.visit = ?5, "
                          "true)) WHERE segment IS NOT NULL",
                          "ddiii", (int)services, epoch_id, first, last, visit),
               INT32_MIN, false, by, &st->segments) &&
           (store_in_transaction(st) || store_flush_segments(st));
}

bool store_segment_visit(struct store *st, int32_t place, int32_t epoch_id, int64_t visit, int by)
{
    return store_segment_range(st, place, epoch_id, visit, visit, visit + ROLLUP_VISIT_SPAN, by);
}

size_t store_segment_counter(const char *ref)
{
    size_t n = strcspn(ref, "-/");
    return ref[n] != '\0' ? n : 0;
}

// What a rating says by itself; "" nothing.
static void own_segment(const struct stored_event *s, const char *audience, char ret[STORE_SEGMENT_ID_MAX])
{
    const struct event *e = s->e;
    size_t counter = store_segment_counter(e->ref);
    ret[0] = '\0';
    if (audience[0] != '\0') {
        snprintf(ret, STORE_SEGMENT_ID_MAX, "audience:%s", audience);
    } else if ((s->flags & EVENT_PHONE) == EVENT_PHONE) {
        snprintf(ret, STORE_SEGMENT_ID_MAX, STORE_SEGMENT_PHONE);
    } else if (counter > 0) {
        snprintf(ret, STORE_SEGMENT_ID_MAX, "counter:%.*s", (int)counter, e->ref);
    }
}

// Nothing came before the rating that begins a visit: it needs no look into the store.
static bool count_own(struct store *st, const struct stored_event *s, const char *audience)
{
    struct rollup row = {.kind = ROLLUP_SEGMENT, .place = s->place, .name = s->name};
    char id[STORE_SEGMENT_ID_MAX];
    int32_t segment = STORE_SEGMENT_OTHER;
    int hour;
    own_segment(s, audience, id);
    if (id[0] == '\0') {
        return true;
    }
    st->tree.local(st->tree.ctx, s->place, s->at, &row.day, &hour);
    row.c[s->e->score - 1] = 1;
    if (!number_of(st, id, &segment)) {
        return false;
    }
    row.what = rollup_segment_key(segment, true, s->e->of);
    return rollups_add(&st->segments, &row, 1) || store_no_memory(st);
}

bool store_segment_takes(int flags)
{
    return (flags & EVENT_UNSCORED & ~EVENT_STAFF) == 0 || (flags & (EVENT_UNSCORED | EVENT_DEVICE)) == EVENT_PHONE;
}

bool store_segment_rating(struct store *st, const struct stored_event *s, const char *audience)
{
    bool services;
    if (!store_has_services(st, &services)) {
        return false;
    }
    if (st->tree.above == NULL) {
        return true; // its place is marked with its tally
    }
    if (!services || (s->e->seq == s->e->visit && !s->behind)) {
        return count_own(st, s, audience) && (store_in_transaction(st) || store_flush_segments(st));
    }
    return store_flush_epoch(st, s->epoch_id) &&
           add_ratings(st, store_segment_of(st, s->epoch_id, s->e->seq), INT32_MIN, false, 1, &st->segments) &&
           (store_in_transaction(st) || store_flush_segments(st));
}

bool store_segment_of_void(struct store *st, int32_t epoch_id, int64_t voids, int64_t *ret_visit)
{
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT visit FROM event WHERE epoch_id = ?1 AND seq = ?2 AND " TAKES("flags") " AND"
                   " EXISTS(SELECT 1 FROM segment)",
                   "di", epoch_id, voids);
    *ret_visit = 0;
    if (store_row(st, s, &failed)) {
        *ret_visit = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

// ---------------------------------------------------------------- from the answers

sqlite3_stmt *store_segment_rows(struct store *st, int32_t place, int32_t day)
{
    return store_bind(st,
                      "SELECT day, name_id, segment_id, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
                      " FROM segment_day WHERE place_id = ?1 AND own = 1 AND day > ?2",
                      "dd", place, day);
}

bool store_segment_less(sqlite3_stmt *s, int32_t place, struct rollups *ret)
{
    struct rollup row = {.kind = ROLLUP_SEGMENT,
                         .place = place,
                         .day = sqlite3_column_int(s, 0),
                         .name = sqlite3_column_int(s, 1),
                         .what = rollup_segment_key(sqlite3_column_int(s, 2), true, sqlite3_column_int(s, 3))};
    for (int i = 0; i < ROLLUP_SCORES; i++) {
        row.c[i] = sqlite3_column_int64(s, 4 + i);
    }
    return rollups_add(ret, &row, -1);
}

bool store_segments_difference(struct store *st, int32_t place, struct rollups *ret)
{
    bool services, failed = false, ok = true;
    wall_ms before;
    int32_t gone = INT32_MIN; // the last day that may have lost answers
    int hour;
    rollups_clear(ret);
    if (!store_has_services(st, &services) || !store_raw_before(st, &before)) {
        return false;
    }
    if (before > 0) {
        st->tree.local(st->tree.ctx, place, before - 1, &gone, &hour);
    }
    if (!add_ratings(st,
                     store_bind(st,
                                RATINGS_WITH_SEGMENT
                                " AND r.place_id = ?2 AND r.at >= ?3) WHERE segment IS NOT NULL",
                                "ddi", (int)services, place, before),
                     gone, true, 1, ret)) {
        return false;
    }
    sqlite3_stmt *s = store_segment_rows(st, place, gone);
    while (ok && store_row(st, s, &failed)) {
        ok = store_segment_less(s, place, ret);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok ? !failed : store_no_memory(st);
}
