// store: the finest rollups of a place made right from its answers, in steps that hold nobody up.
//
//   read     every answer of the place, then every row of tally, choice_tally and segment_day, through a connection of its
//            own from one snapshot: what the rows lack
//   write    what they lack is added to them
//
// Votes are stored meanwhile. Answers and rollups change together in each transaction, so what they differed by in the
// snapshot is what they differ by when it is written. What has been written is right at once: after a kill the place is read
// again, and differs by the rest. In memory is one row for each quarter hour of a kiosk, some hundred bytes.
#include "aggregator/store_impl.h"
#include "aggregator/store_retention.h"
#include "aggregator/store_segments.h"

#include <stdio.h>

enum {
    WRITE_COST = 8, // against reading an answer
    LOOK_COST = 40,
    REST_MS = 1000, // after it gave way, so that the log is used again
};

void store_recount_stop(struct store *st)
{
    store_close(st->recount.reader);
    rollups_finish(&st->recount.lacks);
    st->recount = (struct store_recount){.place = 0};
}

// What failed in the reader is the store's failure, except that a reader has to give way: later again.
static bool reader_failed(struct store *st)
{
    const struct store *reader = st->recount.reader;
    bool cut_off = store_error(reader) == STORE_CUT_OFF;
    if (!cut_off) {
        st->error = store_error(reader);
        snprintf(st->why, sizeof st->why, "%s", store_why(reader));
    }
    store_recount_stop(st);
    st->recount.rests_until = cut_off ? clock_mono_ms() + REST_MS : 0;
    return cut_off;
}

static bool start(struct store *st, int32_t place, bool raw)
{
    struct store_recount *c = &st->recount;
    int hour;
    store_recount_stop(st);
    c->place = place;
    c->raw = raw;
    c->gone = INT32_MIN;
    enum store_error e =
        store_open_reader(sqlite3_db_filename(st->db, "main"), &c->reader, st->why, sizeof st->why);
    if (e != STORE_OK) {
        st->error = e;
        c->place = 0;
        return false;
    }
    if (!store_run(c->reader, "BEGIN", "") || !store_raw_before(c->reader, &c->before) ||
        !store_has_services(c->reader, &c->services)) {
        return reader_failed(st);
    }
    if (c->before > 0) {
        st->tree.local(st->tree.ctx, place, c->before - 1, &c->gone, &hour);
    }
    return true;
}

// ---------------------------------------------------------------- reading

// Rows of `tally` and `choice_tally` stand in `lacks` by kiosk and quarter, in place of place and day.
static bool add_choice(struct store *st, int32_t epoch_id, int64_t seq, bool *failed)
{
    bool ok = true;
    sqlite3_stmt *s = store_bind(st->recount.reader, NAMED_BY_ANSWERS " AND c.epoch_id = ?1 AND c.seq = ?2",
                                 "di", epoch_id, seq);
    while (ok && store_row(st->recount.reader, s, failed)) {
        struct rollup row = {.kind = ROLLUP_CHOICE,
                             .place = sqlite3_column_int(s, 1),
                             .name = sqlite3_column_int(s, 2),
                             .what = sqlite3_column_int(s, 3),
                             .day = sqlite3_column_int(s, 4),
                             .c = {[NAMED] = 1}};
        if (sqlite3_column_type(s, 5) != SQLITE_NULL) {
            row.c[rollup_is_happy(sqlite3_column_int(s, 5), sqlite3_column_int(s, 6)) ? NAMED_HAPPY
                                                                                      : NAMED_UNHAPPY] = 1;
        }
        ok = rollups_add(&st->recount.lacks, &row, 1);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok;
}

static bool add_segment(struct store *st, int32_t epoch_id, int64_t seq, bool *failed)
{
    struct store_recount *c = &st->recount;
    bool ok = true;
    sqlite3_stmt *s = store_segment_of(c->reader, epoch_id, seq);
    while (ok && store_row(c->reader, s, failed)) {
        ok = store_segment_add(st, s, c->gone, true, 1, &c->lacks);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok;
}

// False: memory ran out, or the store failed.
static bool add_answer(struct store *st, sqlite3_stmt *s, int *left, bool *failed)
{
    struct store_recount *c = &st->recount;
    int32_t epoch_id = sqlite3_column_int(s, 1);
    int64_t seq = sqlite3_column_int64(s, 2);
    int kind = sqlite3_column_int(s, 5);
    bool vote = kind == EVENT_RATING || kind == EVENT_NUMBER;
    wall_ms at = sqlite3_column_int64(s, 3);
    int flags = sqlite3_column_int(s, 8);
    bool apart = (flags & EVENT_UNSCORED) != 0; // in its own segment alone
    if (!store_segment_takes(flags) || at < c->before) {
        return true;
    }
    if (vote && c->raw && !apart) {
        struct rollup row = {.kind = ROLLUP_DAY,
                             .place = sqlite3_column_int(s, 0),
                             .day = (int32_t)(at / ROLLUP_QUARTER_MS),
                             .name = sqlite3_column_int(s, 4),
                             .what = sqlite3_column_int(s, 7),
                             .c = {0}};
        row.c[sqlite3_column_int(s, 6) - 1] = 1;
        if (!rollups_add(&c->lacks, &row, 1)) {
            return false;
        }
    }
    bool looks = vote ? apart || c->services || sqlite3_column_int(s, 9) != 0
                      : kind == EVENT_CHOICE && c->raw && !apart;
    *left -= looks ? LOOK_COST : 0;
    return !looks || (vote ? add_segment : add_choice)(st, epoch_id, seq, failed);
}

static bool less_row(struct store *st, sqlite3_stmt *s, enum rollup_kind kind)
{
    struct rollup row = {.kind = kind,
                         .place = sqlite3_column_int(s, 0),
                         .day = sqlite3_column_int(s, 1),
                         .name = sqlite3_column_int(s, 2),
                         .what = sqlite3_column_int(s, 3)};
    for (int i = 4; i < sqlite3_column_count(s); i++) {
        row.c[i - 4] = sqlite3_column_int64(s, i);
    }
    return rollups_add(&st->recount.lacks, &row, -1);
}

static sqlite3_stmt *rows_of(struct store_recount *c)
{
    switch (c->part) {
    case RECOUNT_ANSWERS: // every one, whether it counts or not: a step is one answer
        return store_bind(
            c->reader,
            "SELECT p.kiosk_id, e.epoch_id, e.seq, e.at, e.name_id, e.kind, e.score, e.levels, e.flags,"
            " e.body IS NOT NULL"
            " FROM event e CROSS JOIN epoch p ON p.epoch_id = e.epoch_id WHERE e.place_id = ?1",
            "d", c->place);
    case RECOUNT_TALLY:
        return store_bind(
            c->reader,
            "SELECT kiosk_id, quarter, name_id, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11"
            " FROM tally WHERE place_id = ?1 AND quarter >= ?2 / 900000",
            "di", c->place, c->before);
    case RECOUNT_CHOICES:
        return store_bind(c->reader,
                          "SELECT kiosk_id, quarter, name_id, option_id, n, unhappy, happy FROM choice_tally"
                          " WHERE place_id = ?1 AND quarter >= ?2 / 900000",
                          "di", c->place, c->before);
    default:
        return store_segment_rows(c->reader, c->place, c->gone);
    }
}

static bool read_row(struct store *st, int *left, bool *failed)
{
    struct store_recount *c = &st->recount;
    switch (c->part) {
    case RECOUNT_ANSWERS:
        return add_answer(st, c->rows, left, failed);
    case RECOUNT_TALLY:
        return less_row(st, c->rows, ROLLUP_DAY);
    case RECOUNT_CHOICES:
        return less_row(st, c->rows, ROLLUP_CHOICE);
    default:
        return store_segment_less(c->rows, c->place, &c->lacks);
    }
}

static bool read_some(struct store *st, int *left)
{
    struct store_recount *c = &st->recount;
    bool failed = false, ok = true;
    while (ok && !failed && *left > 0 && c->part < RECOUNT_WRITE) {
        c->rows = c->rows != NULL ? c->rows : rows_of(c);
        if (store_row(c->reader, c->rows, &failed)) {
            ok = read_row(st, left, &failed);
            --*left;
        } else {
            c->rows = NULL;
            c->part = c->part == RECOUNT_ANSWERS && !c->raw ? RECOUNT_SEGMENTS : c->part + 1;
        }
    }
    if (failed) {
        return reader_failed(st);
    }
    if (!ok) {
        return st->error != STORE_OK ? false : store_no_memory(st);
    }
    if (c->part == RECOUNT_WRITE) { // the log may be used again
        store_close(c->reader);
        c->reader = NULL;
    }
    return true;
}

// ---------------------------------------------------------------- writing

static bool write_row(struct store *st, int32_t place, const struct rollup *r)
{
    switch (r->kind) {
    case ROLLUP_DAY:
        return store_write_tally(st, place, r->place, r->name, r->day, r->what, r->c);
    case ROLLUP_CHOICE:
        return store_write_choices(st, place, r->place, r->name, r->day, r->what, r->c);
    default:
        return store_write_segment(st, r);
    }
}

static bool write_some(struct store *st, int *left)
{
    struct store_recount *c = &st->recount;
    bool ok = true;
    for (; ok && *left > 0 && c->written < c->lacks.count; c->written++) {
        const struct rollup *r = &c->lacks.items[c->written];
        bool right = rollup_is_zero(r);
        ok = right || write_row(st, c->place, r);
        *left -= right ? 1 : WRITE_COST;
    }
    return ok;
}

bool store_recount(struct store *st, int32_t place, bool raw, int rows, bool *ret_done)
{
    struct store_recount *c = &st->recount;
    *ret_done = false;
    if (c->rests_until != 0 && clock_mono_ms() < c->rests_until) {
        return true;
    }
    if (c->place != place || c->raw != raw) {
        return start(st, place, raw); // a step of its own: it opens a connection
    }
    if (!read_some(st, &rows)) {
        return false;
    }
    if (c->place == 0) {
        return true; // it has had to give way
    }
    if (c->part == RECOUNT_WRITE && !write_some(st, &rows)) {
        return false;
    }
    *ret_done = c->part == RECOUNT_WRITE && c->written == c->lacks.count;
    if (*ret_done) {
        store_recount_stop(st);
    }
    return true;
}
