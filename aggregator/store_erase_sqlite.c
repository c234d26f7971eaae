#include "aggregator/store_erase.h"

#include "aggregator/pack_body.h"
#include "aggregator/store_impl.h"
#include "aggregator/store_segments.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    VISIT_SPAN =
        1000, // a visit's answers lie within so many seqs: nobody else answers on that kiosk meanwhile
};

// ---------------------------------------------------------------- answers

bool store_visit_of(struct store *st, int32_t epoch_id, int64_t seq, int64_t *ret_visit)
{
    bool failed = !store_flush_epoch(st, epoch_id);
    sqlite3_stmt *s =
        store_bind(st, "SELECT visit FROM event WHERE epoch_id = ?1 AND seq = ?2", "di", epoch_id, seq);
    *ret_visit = seq;
    if (store_row(st, s, &failed)) {
        *ret_visit = sqlite3_column_int64(s, 0);
        sqlite3_reset(s);
    }
    return !failed;
}

static void keep_counter(json_t *o)
{
    const char *ref = json_string_value(json_object_get(o, "ref"));
    size_t n = ref != NULL ? store_segment_counter(ref) : 0;
    if (n > 0) {
        json_object_set_new(o, "counter", json_stringn(ref, n));
    }
}

bool store_strip_body(const struct packed *p, enum store_strip strip, char **ret_body, bool *ret_changed)
{
    static const char *const keys[] = {"text", "lang", "ref", "counter", "options"};
    static const int counts[] = {[STRIP_OLD] = 3, [STRIP_WORDS] = 4, [STRIP_ALL] = 5};
    char room[PACK_BODY_ROOM];
    size_t n = 0;
    const char *was = pack_body_json(p->body, p->body_bytes, room, &n);
    json_t *o = was != NULL ? json_loadb(was, n, 0, NULL) : NULL;
    char *body = NULL;
    *ret_changed = false;
    if (strip == STRIP_OLD && (p->kind == EVENT_RATING || p->kind == EVENT_NUMBER)) {
        keep_counter(o);
    }
    for (int i = 0; i < counts[strip]; i++) {
        *ret_changed = json_object_del(o, keys[i]) == 0 || *ret_changed;
    }
    bool left = json_object_size(o) > 0;
    if (*ret_changed && left) {
        body = json_dumps(o, JSON_COMPACT);
    }
    bool ok = o != NULL && (body != NULL || !left || !*ret_changed);
    json_decref(o);
    if (ok) {
        *ret_body = body;
    }
    return ok;
}

struct change {
    bool score, changed;
    char *body; // owned: the new one
};

// Takes what was said out of an answer. False: memory ran out.
static bool blank(void *ctx, struct packed *p)
{
    struct change *c = ctx;
    bool counts = p->kind == EVENT_RATING || p->kind == EVENT_NUMBER || p->kind == EVENT_CHOICE;
    int flags = p->flags | EVENT_ERASED | (c->score && counts ? EVENT_VOIDED : 0);
    c->changed = p->flags != flags;
    p->flags = flags;
    if (c->score && counts) {
        p->score = p->levels = 0;
    }
    free(c->body);
    c->body = NULL;
    bool said = false;
    if (p->body == NULL || !store_strip_body(p, c->score ? STRIP_ALL : STRIP_WORDS, &c->body, &said)) {
        return p->body == NULL;
    }
    if (said) {
        p->body = c->body;
        p->body_bytes = c->body != NULL ? strlen(c->body) : 0;
    }
    return true;
}

static bool blank_answer(struct store *st, const struct store_erasure *e, int64_t seq, int *answers)
{
    struct change c = {.score = e->score};
    struct packed was;
    int32_t place;
    bool found;
    // Out of the rollups first: the options are in the body yet.
    bool ok = (!e->score || store_uncount(st, e->epoch_id, e->kiosk, seq)) &&
              store_change_answer(st, e->epoch_id, seq, blank, &c, &was, &place, &found) &&
              store_run(st, "DELETE FROM contact WHERE event_id = ?1", "i", was.event_id) &&
              (!e->score || store_run(st, "DELETE FROM verdict WHERE event_id = ?1", "i", was.event_id));
    *answers += ok && c.changed;
    free(c.body);
    return ok;
}

static bool blank_answers(struct store *st, const struct store_erasure *e, int *answers)
{
    int64_t seqs[VISIT_SPAN], last = e->visit + VISIT_SPAN - 1;
    int32_t place = 0;
    int count = 0;
    bool failed = !store_flush_epoch(st, e->epoch_id);
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT seq, place_id FROM event WHERE epoch_id = ?1 AND seq >= ?2"
                                 " AND seq <= ?3 AND visit = ?2 ORDER BY seq",
                                 "dii", e->epoch_id, e->visit, last);
    while (store_row(st, s, &failed)) {
        seqs[count++] = sqlite3_column_int64(s, 0);
        place = sqlite3_column_int(s, 1);
    }
    if (count == 0) {
        return !failed;
    }
    // Its ratings leave their segments, since refs and services go, and come back to those that are left.
    failed = failed || !store_segment_range(st, place, e->epoch_id, e->visit, e->visit, last, -1);
    for (int i = 0; !failed && i < count; i++) {
        failed = !blank_answer(st, e, seqs[i], answers);
    }
    return !failed && store_segment_range(st, place, e->epoch_id, e->visit, e->visit, last, 1);
}

// ---------------------------------------------------------------- quarantine

// Takes the visit's events out of a message; NULL: it is none of that epoch. *ret_whole: it cannot be told what
// is in it.
static json_t *without_visit(const void *payload, size_t n, const struct store_erasure *e, bool *ret_whole)
{
    char hex[EPOCH_HEX + 1];
    json_t *o = json_loadb(payload, n, 0, NULL), *event;
    json_t *events = json_object_get(o, "events");
    const char *epoch = json_string_value(json_object_get(o, "epoch"));
    ident_hex(e->epoch, EPOCH_BYTES, hex);
    *ret_whole = o == NULL || epoch == NULL || (strcmp(epoch, hex) == 0 && !json_is_array(events));
    if (*ret_whole || strcmp(epoch, hex) != 0) {
        json_decref(o);
        return NULL;
    }
    for (size_t i = json_array_size(events); i-- > 0;) {
        event = json_array_get(events, i);
        const json_t *seq = json_object_get(event, "seq"), *visit = json_object_get(event, "visit");
        visit = visit != NULL                         ? visit
                : json_object_get(o, "visit") != NULL ? json_object_get(o, "visit")
                                                      : seq;
        if (!json_is_integer(visit) || json_integer_value(visit) == e->visit) {
            json_array_remove(events, i);
        }
    }
    json_object_del(o, "text"); // as a default it would be everybody's
    json_object_del(o, "ref");
    return o;
}

static bool replace_payload(struct store *st, int64_t id, const char *payload)
{
    return store_run(st, "UPDATE quarantine SET payload = ?2 WHERE quarantine_id = ?1", "ib", id, payload,
                     strlen(payload));
}

// A message of the kiosk that cannot be read goes whole: nobody can tell whose words it holds.
static bool blank_quarantine(struct store *st, const struct store_erasure *e)
{
    bool failed = false, whole;
    int64_t id = 0;
    while (!failed) {
        sqlite3_stmt *s =
            store_bind(st,
                       "SELECT quarantine_id, payload FROM quarantine WHERE quarantine_id > ?1 AND"
                       " length(payload) > 0 AND kiosk = (SELECT id FROM kiosk WHERE kiosk_id = ?2)"
                       " ORDER BY quarantine_id LIMIT 1",
                       "id", id, e->kiosk);
        if (!store_row(st, s, &failed)) {
            break;
        }
        id = sqlite3_column_int64(s, 0);
        json_t *rest =
            without_visit(sqlite3_column_blob(s, 1), (size_t)sqlite3_column_bytes(s, 1), e, &whole);
        sqlite3_reset(s);
        char *text = rest != NULL ? json_dumps(rest, JSON_COMPACT) : NULL;
        if (rest != NULL || whole) {
            failed = !replace_payload(st, id, text != NULL ? text : "");
        }
        free(text);
        json_decref(rest);
    }
    return !failed;
}

// ---------------------------------------------------------------- what was erased

bool store_erase_visit(struct store *st, const struct store_erasure *e, wall_ms at, int *ret_answers)
{
    bool erased, score;
    *ret_answers = 0;
    if (!store_erased(st, e->epoch_id, e->visit, &erased, &score)) {
        return false;
    }
    if (erased && (score || !e->score)) {
        return true;
    }
    return blank_answers(st, e, ret_answers) && blank_quarantine(st, e) &&
           store_run(st,
                     "INSERT INTO erasure VALUES(?1, ?2, ?3, ?4, NULL)"
                     " ON CONFLICT DO UPDATE SET score = excluded.score, at = excluded.at, told = NULL",
                     "didi", e->epoch_id, e->visit, (int)e->score, at);
}

bool store_erased(struct store *st, int32_t epoch_id, int64_t visit, bool *ret_erased, bool *ret_score)
{
    bool failed = false;
    sqlite3_stmt *s =
        store_bind(st, "SELECT score FROM erasure WHERE epoch_id = ?1 AND visit = ?2", "di", epoch_id, visit);
    *ret_erased = store_row(st, s, &failed);
    *ret_score = *ret_erased && sqlite3_column_int(s, 0) != 0;
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_any_erased(struct store *st, int32_t epoch_id, bool *ret_any)
{
    bool failed = false;
    sqlite3_stmt *s = store_bind(st, "SELECT 1 FROM erasure WHERE epoch_id = ?1 LIMIT 1", "d", epoch_id);
    *ret_any = store_row(st, s, &failed);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return !failed;
}

bool store_each_untold(struct store *st, bool (*each)(void *ctx, const struct store_erasure *e), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT e.epoch_id, p.kiosk_id, p.epoch, e.visit, e.score FROM erasure e"
                                 " JOIN epoch p USING(epoch_id) WHERE e.told IS NULL ORDER BY e.at",
                                 "");
    while (go && store_row(st, s, &failed)) {
        struct store_erasure e = {.epoch_id = sqlite3_column_int(s, 0),
                                  .kiosk = sqlite3_column_int(s, 1),
                                  .visit = sqlite3_column_int64(s, 3),
                                  .score = sqlite3_column_int(s, 4) != 0};
        memcpy(e.epoch, sqlite3_column_blob(s, 2), EPOCH_BYTES);
        go = each(ctx, &e);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

bool store_erasure_told(struct store *st, const struct store_erasure *e, wall_ms at)
{
    return blank_quarantine(st, e) &&
           store_run(st, "UPDATE erasure SET told = ?3 WHERE epoch_id = ?1 AND visit = ?2", "dii",
                     e->epoch_id, e->visit, at);
}
