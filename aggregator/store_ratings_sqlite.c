// store: answers and what they count for, quarter by quarter.
#include "aggregator/pack_body.h"
#include "aggregator/store_contact.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_rollups.h"
#include "aggregator/store_segments.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { QUARTER_MS = 900000, QUICK_MS = 10000, ROLLUPS_MAX = 20000 };

// ---------------------------------------------------------------- counts

static bool scored(int flags)
{
    return (flags & EVENT_UNSCORED) == 0;
}

// Up the place tree they are collected on: one row there is of many quarters and kiosks.
static bool roll_up(struct store *st, const struct store_tally *t, const int64_t *c)
{
    if (st->tree.above == NULL) {
        return store_rollups_mark(st, t->place, false);
    }
    return rollups_votes(&st->rollups, &st->tree, t->place, true, t->quarter, t->name, t->levels, c) ||
           store_no_memory(st);
}

bool store_write_tally(struct store *st, int32_t place, int32_t kiosk, int32_t name, int64_t quarter, int levels,
                       const int64_t *c)
{
    return store_run(st,
                     "INSERT INTO tally(place_id, kiosk_id, name_id, quarter, levels,"
                     " c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11)"
                     " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
                     " ON CONFLICT DO UPDATE SET c1 = c1 + excluded.c1, c2 = c2 + excluded.c2,"
                     " c3 = c3 + excluded.c3, c4 = c4 + excluded.c4, c5 = c5 + excluded.c5,"
                     " c6 = c6 + excluded.c6, c7 = c7 + excluded.c7, c8 = c8 + excluded.c8,"
                     " c9 = c9 + excluded.c9, c10 = c10 + excluded.c10, c11 = c11 + excluded.c11",
                     "dddidiiiiiiiiiii", place, kiosk, name, quarter, levels, c[0], c[1], c[2], c[3], c[4], c[5], c[6],
                     c[7], c[8], c[9], c[10]);
}

static bool write_tallies(struct store *st)
{
    bool ok = st->rollups.count < ROLLUPS_MAX || store_flush_rollups(st);
    for (int i = 0; i < st->tally_count; i++) {
        const struct store_tally *t = &st->tallies[i];
        int64_t c[ROLLUP_SCORES];
        for (int k = 0; k < ROLLUP_SCORES; k++) {
            c[k] = t->c[k];
        }
        st->slots[t->slot] = 0;
        ok = ok && roll_up(st, t, c) &&
             store_write_tally(st, t->place, t->kiosk, t->name, t->quarter, t->levels, c);
    }
    st->tally_count = 0;
    return ok;
}

bool store_flush_tallies(struct store *st)
{
    return write_tallies(st) && store_flush_rollups(st);
}

// The row of this transaction for a kiosk's quarter. NULL: there is no room for another.
static struct store_tally *tally_of(struct store *st, int32_t place, int32_t kiosk, int32_t name,
                                    int64_t quarter, int levels)
{
    uint64_t h =
        (uint64_t)kiosk * 0x9e3779b97f4a7c15u + (uint64_t)quarter * 0xbf58476d1ce4e5b9u + (uint64_t)name;
    int slot = (int)((h >> 32) % TALLY_SLOTS);
    for (; st->slots[slot] != 0; slot = (slot + 1) % TALLY_SLOTS) {
        struct store_tally *t = &st->tallies[st->slots[slot] - 1];
        if (t->place == place && t->kiosk == kiosk && t->name == name && t->quarter == quarter &&
            t->levels == levels) {
            return t;
        }
    }
    if (st->tally_count == TALLIES_MAX) {
        return NULL;
    }
    struct store_tally *t = &st->tallies[st->tally_count++];
    *t = (struct store_tally){place, kiosk, name, levels, quarter, slot, {0}};
    st->slots[slot] = (int16_t)st->tally_count;
    return t;
}

static bool count_score(struct store *st, int32_t place, int32_t kiosk, int32_t name, wall_ms at, int score,
                        int of, int by)
{
    struct store_tally *t = tally_of(st, place, kiosk, name, at / QUARTER_MS, of);
    if (t == NULL) {
        if (!write_tallies(st)) {
            return false;
        }
        t = tally_of(st, place, kiosk, name, at / QUARTER_MS, of);
    }
    t->c[score - 1] += by;
    return store_in_transaction(st) || store_flush_tallies(st);
}

bool store_write_choices(struct store *st, int32_t place, int32_t kiosk, int32_t name, int64_t quarter, int32_t option,
                         const int64_t *n)
{
    return store_run(st,
                     "INSERT INTO choice_tally(place_id, kiosk_id, name_id, option_id, quarter, n, unhappy,"
                     " happy) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"
                     " n = n + excluded.n, unhappy = unhappy + excluded.unhappy, happy = happy +"
                     " excluded.happy",
                     "ddddiiii", place, kiosk, name, option, quarter, n[NAMED], n[NAMED_UNHAPPY],
                     n[NAMED_HAPPY]);
}

static bool count_option(struct store *st, int32_t place, int32_t kiosk, int32_t name, wall_ms at,
                         int32_t option, const int64_t *n)
{
    int64_t quarter = at / QUARTER_MS;
    if (st->tree.above == NULL) {
        if (!store_rollups_mark(st, place, false)) {
            return false;
        }
    } else if (!rollups_choices(&st->rollups, &st->tree, place, true, quarter, name, option, n)) {
        return store_no_memory(st);
    }
    return store_write_choices(st, place, kiosk, name, quarter, option, n) &&
           (st->rollups.count < ROLLUPS_MAX || store_flush_rollups(st)) &&
           (store_in_transaction(st) || store_flush_rollups(st));
}

// Adds `by` to the count of a visit that begins with this rating, if it is one.
static void add_mood(int64_t *n, enum event_type type, int score, int levels, int flags, int by)
{
    if (type == EVENT_RATING && scored(flags)) {
        n[rollup_is_happy(score, levels) ? NAMED_HAPPY : NAMED_UNHAPPY] += by;
    }
}

// The same by what is stored of the visit.
static bool find_mood(struct store *st, int32_t epoch_id, int64_t visit, int64_t seq, int by, int64_t *n)
{
    if (visit >= seq || seq - visit > ROLLUP_VISIT_SPAN) {
        return true;
    }
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s =
        store_bind(st, "SELECT kind, score, levels, flags FROM event WHERE epoch_id = ?1 AND seq = ?2", "di",
                   epoch_id, visit);
    if (store_row(st, s, &failed)) {
        add_mood(n, (enum event_type)sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
                 sqlite3_column_int(s, 2), sqlite3_column_int(s, 3), by);
        sqlite3_reset(s);
    }
    return !failed;
}

static bool count_options(struct store *st, const struct stored_event *s)
{
    int64_t n[ROLLUP_NAMED] = {[NAMED] = 1};
    bool ok = find_mood(st, s->epoch_id, s->e->visit, s->e->seq, 1, n);
    for (int i = 0; ok && i < s->e->option_count; i++) {
        int32_t option;
        ok = store_name(st, s->e->options[i].s, &option) &&
             count_option(st, s->place, s->kiosk, s->name, s->at, option, n) &&
             (i == 0 || count_option(st, s->place, s->kiosk, s->name, s->at, 0, n));
    }
    return ok;
}

struct named { // what is to be counted anew: it is read first, since counting writes what it is read from
    int32_t place, name, option;
    wall_ms at;
};

// Adds `n` to what choices name: of one (seq), or of all of a visit that are scored.
static bool count_again(struct store *st, int32_t epoch_id, int32_t kiosk, int64_t seq, int64_t visit,
                        const int64_t *n)
{
    struct named list[ROLLUP_VISIT_SPAN * 2 * PROTOCOL_OPTIONS_MAX];
    int count = 0;
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s = store_bind(
        st,
        "WITH c AS MATERIALIZED (SELECT place_id, name_id, at, body FROM event WHERE epoch_id = ?1"
        " AND seq >= ?2 AND seq <= ?3 AND kind = 1 AND iif(?4, visit = ?4 AND (flags & 92) = 0, true))"
        " SELECT place_id, name_id, 0, at FROM c, json_each(body, '$.options') j WHERE j.key > 0 UNION ALL"
        " SELECT place_id, c.name_id, o.name_id, at FROM c, json_each(body, '$.options') j"
        " JOIN name o ON o.id = j.value",
        "diii", epoch_id, seq, visit != 0 ? seq + ROLLUP_VISIT_SPAN : seq, visit);
    while (count < (int)(sizeof list / sizeof list[0]) && store_row(st, s, &failed)) {
        list[count++] = (struct named){sqlite3_column_int(s, 0), sqlite3_column_int(s, 1),
                                       sqlite3_column_int(s, 2), sqlite3_column_int64(s, 3)};
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    for (int i = 0; !failed && i < count; i++) {
        failed = !count_option(st, list[i].place, kiosk, list[i].name, list[i].at, list[i].option, n);
    }
    return !failed;
}

// The first answer of a visit is a rating, and comes after what the visit named, or is taken back: what the visit named moves.
static bool move_visit(struct store *st, int32_t epoch_id, int32_t kiosk, int64_t visit, int score,
                       int levels, int by)
{
    int64_t n[ROLLUP_NAMED] = {0};
    add_mood(n, EVENT_RATING, score, levels, 0, by);
    return count_again(st, epoch_id, kiosk, visit, visit, n);
}

// What is rare in an event, as JSON; NULL when there is nothing. The caller frees.
static char *body_of(const struct stored_event *s, bool segments, const char *audience)
{
    const struct event *e = s->e;
    bool quick = e->since_ms >= 0 && e->since_ms < QUICK_MS;     // only short gaps are a fact worth keeping
    bool words = e->text[0] != '\0' && e->type != EVENT_CONTACT; // contact data stands apart
    if (e->option_count == 0 && !words && e->ref[0] == '\0' && !quick && e->fingers <= 1 &&
        audience[0] == '\0' && (s->flags & EVENT_UNASSIGNED) == 0) {
        return NULL; // nearly always
    }
    json_t *o = json_object();
    if (e->option_count > 0) {
        json_t *list = json_array();
        for (int i = 0; i < e->option_count; i++) {
            json_array_append_new(list, json_string(e->options[i].s));
        }
        json_object_set_new(o, "options", list);
    }
    if (segments) {
        json_object_set_new(o, "segment", json_true());
    }
    if (audience[0] != '\0') {
        json_object_set_new(o, "audience", json_string(audience));
    }
    if (words) {
        json_object_set_new(o, "text", json_string(e->text));
        if (e->lang[0] != '\0') {
            json_object_set_new(o, "lang", json_string(e->lang));
        }
    }
    if (e->ref[0] != '\0') {
        json_object_set_new(o, "ref", json_string(e->ref)); // for exports by counter; no page shows it
    }
    if (quick) {
        json_object_set_new(o, "since", json_integer(e->since_ms));
    }
    if (e->fingers > 1) {
        json_object_set_new(o, "fingers", json_integer(e->fingers));
    }
    if ((s->flags & EVENT_UNASSIGNED) != 0) {
        json_object_set_new(o, "place", json_string(e->place.s));
    }
    char *text = json_object_size(o) > 0 ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    return text;
}

// ---------------------------------------------------------------- answers

bool store_change_answer(struct store *st, int32_t epoch_id, int64_t seq,
                         bool (*change)(void *ctx, struct packed *p), void *ctx, struct packed *ret,
                         int32_t *ret_place, bool *ret_found)
{
    bool failed = !store_flush_epoch(st, epoch_id), damaged = false;
    struct pack_writer w = {.data = NULL};
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT event_id, first_seq, n, arrived, data, place_id FROM pack WHERE epoch_id = ?1"
                   " AND first_seq <= ?2 AND first_seq + n > ?2 ORDER BY first_seq DESC LIMIT 1",
                   "di", epoch_id, seq);
    *ret_found = false;
    if (!store_row(st, s, &failed)) {
        return !failed;
    }
    struct pack_reader r;
    struct packed p;
    int64_t pack = sqlite3_column_int64(s, 0);
    *ret_place = sqlite3_column_int(s, 5);
    pack_read(&r, sqlite3_column_blob(s, 4), (size_t)sqlite3_column_bytes(s, 4), sqlite3_column_int(s, 2),
              pack, sqlite3_column_int64(s, 1), sqlite3_column_int64(s, 3));
    bool ok = true;
    while (ok && pack_next(&r, &p, &damaged)) {
        if (p.seq == seq) {
            *ret = p;
            ret->body = NULL;
            *ret_found = true;
            ok = change(ctx, &p);
        }
        ok = ok && pack_add(&w, &p);
    }
    sqlite3_reset(s);
    ok = ok && !damaged &&
         store_run(st, "UPDATE pack SET data = ?2 WHERE event_id = ?1", "ib", pack, w.data, w.n);
    pack_writer_finish(&w);
    return ok || (st->error == STORE_OK && store_no_memory(st));
}

static bool void_it(void *ctx, struct packed *p)
{
    (void)ctx;
    p->flags |= EVENT_VOIDED;
    return true;
}

static bool look(void *ctx, struct packed *p)
{
    (void)ctx;
    (void)p;
    return true;
}

bool store_uncount_answer(struct store *st, int32_t epoch_id, int32_t kiosk, const struct packed *t,
                          int32_t place)
{
    int64_t n[ROLLUP_NAMED] = {[NAMED] = -1};
    if (!scored(t->flags)) {
        return true;
    }
    switch ((enum event_type)t->kind) {
    case EVENT_RATING:
        return count_score(st, place, kiosk, t->name, t->at, t->score, t->levels, -1) &&
               move_visit(st, epoch_id, kiosk, t->seq, t->score, t->levels, -1);
    case EVENT_NUMBER:
        return count_score(st, place, kiosk, t->name, t->at, t->score, t->levels, -1);
    case EVENT_CHOICE:
        return find_mood(st, epoch_id, t->visit, t->seq, -1, n) &&
               count_again(st, epoch_id, kiosk, t->seq, 0, n);
    default:
        return true;
    }
}

bool store_uncount(struct store *st, int32_t epoch_id, int32_t kiosk, int64_t seq)
{
    struct packed t;
    int32_t place;
    bool found;
    return store_change_answer(st, epoch_id, seq, look, NULL, &t, &place, &found) &&
           (!found || store_uncount_answer(st, epoch_id, kiosk, &t, place));
}

// Marks the target of a void and takes it out of the rollups.
static bool take_back(struct store *st, const struct stored_event *s)
{
    struct packed t = {.seq = 0};
    int32_t place;
    bool found;
    if (!store_change_answer(st, s->epoch_id, s->e->voids, void_it, NULL, &t, &place, &found) || !found) {
        return st->error == STORE_OK; // not here yet: store_is_voided finds the void when it comes
    }
    if (t.kind == EVENT_CONTACT) {
        return store_erase_contact(st, t.event_id, &(bool){false});
    }
    return store_uncount_answer(st, s->epoch_id, s->kiosk, &t, place);
}

static bool collect(struct store *st, struct stored_event *s, const char *body)
{
    const struct event *e = s->e;
    char shorter[PACK_BODY_SHORT];
    size_t body_bytes = body != NULL ? strlen(body) : 0;
    if (body != NULL && pack_body_shorten(body, body_bytes, shorter, &body_bytes)) {
        body = shorter;
    }
    struct packed p = {.event_id = st->next_event,
                       .seq = e->seq,
                       .visit = e->visit,
                       .voids = e->voids,
                       .at = s->at,
                       .arrived = s->arrived,
                       .name = s->name,
                       .kind = (int)e->type,
                       .score = e->score,
                       .levels = e->of,
                       .flags = s->flags,
                       .body = body,
                       .body_bytes = body_bytes};
    s->event_id = st->next_event++;
    return store_pack_answer(st, s->epoch_id, s->place, &p);
}

// What the answer means beside its own row.
static bool follow(struct store *st, const struct stored_event *s)
{
    const struct event *e = s->e;
    switch (e->type) {
    case EVENT_VOID:
        return take_back(st, s) &&
               store_run(st, "UPDATE epoch SET voids = voids + 1 WHERE epoch_id = ?1", "d", s->epoch_id);
    case EVENT_CONTACT:
        return store_put_contact(st, s);
    case EVENT_RATING:
        if (scored(s->flags) && s->behind &&
            !move_visit(st, s->epoch_id, s->kiosk, e->seq, e->score, e->of, 1)) {
            return false;
        }
        return !scored(s->flags) || count_score(st, s->place, s->kiosk, s->name, s->at, e->score, e->of, 1);
    case EVENT_NUMBER:
        return !scored(s->flags) || count_score(st, s->place, s->kiosk, s->name, s->at, e->score, e->of, 1);
    case EVENT_CHOICE:
        return !scored(s->flags) || count_options(st, s);
    default:
        return true;
    }
}

// A rating may have a segment by itself, or by what its visit said before it.
static bool count_segment(struct store *st, const struct stored_event *s, const char *audience)
{
    const struct event *e = s->e;
    return (e->type != EVENT_RATING && e->type != EVENT_NUMBER) || !store_segment_takes(s->flags) ||
           store_segment_rating(st, s, audience);
}

bool store_event(struct store *st, struct stored_event *s)
{
    const char *audience;
    bool segments, moves;
    int64_t visit = s->e->visit;
    if (!store_segment_marks(st, s->e, &segments, &audience) ||
        (s->e->type == EVENT_VOID && !store_segment_of_void(st, s->epoch_id, s->e->voids, &visit))) {
        return false;
    }
    moves = s->e->type == EVENT_VOID ? visit != 0 : segments && scored(s->flags);
    char *body = body_of(s, segments, audience);
    bool ok = (!moves || store_segment_visit(st, s->place, s->epoch_id, visit, -1)) && collect(st, s, body);
    free(body);
    return ok && follow(st, s) && count_segment(st, s, audience) &&
           (!moves || store_segment_visit(st, s->place, s->epoch_id, visit, 1)) &&
           (store_in_transaction(st) || store_flush_events(st));
}

bool store_answered(struct store *st, int32_t epoch_id, int64_t visit, int64_t seq, int32_t name,
                    enum event_type type, bool *ret_answered)
{
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s =
        store_bind(st,
                   "SELECT 1 FROM event WHERE epoch_id = ?1 AND seq >= ?2 AND seq < ?3 AND name_id = ?4"
                   " AND kind = ?5 AND visit = ?2 LIMIT 1",
                   "diidd", epoch_id, visit, seq, name, (int)type);
    *ret_answered = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_is_voided(struct store *st, int32_t epoch_id, int64_t seq, bool *ret_voided)
{
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s =
        store_bind(st, "SELECT 1 FROM event WHERE epoch_id = ?1 AND seq > ?2 AND kind = ?3 AND score = ?2",
                   "did", epoch_id, seq, (int)EVENT_VOID);
    *ret_voided = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}
