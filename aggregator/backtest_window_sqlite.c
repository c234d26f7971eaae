// backtest: the stored votes of a window of time.
#include "aggregator/backtest_impl.h"
#include "aggregator/pack.h"
#include "aggregator/pack_body.h"
#include "aggregator/views_impl.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_MOST = 1000000, // 40 MB; a window with more is halved
    VOID_REACH = 1000,     // seqs within which a void follows what it takes back
};

int backtest_by_event(const void *a, const void *b)
{
    const struct backtest_stored *x = a, *y = b;
    return (x->event > y->event) - (x->event < y->event);
}

int backtest_by_time(const void *a, const void *b)
{
    const struct backtest_stored *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : backtest_by_event(a, b);
}

// Had it been taken back before it came? A void that came later changed nothing of what was judged.
static bool came_voided(struct backtest_window *w, int64_t epoch, const struct packed *p)
{
    sqlite3_stmt *s =
        store_bind(w->j->v->st,
                   "SELECT 1 FROM event WHERE epoch_id = ?1 AND seq > ?2 AND seq <= ?3 AND kind = ?4"
                   " AND score = ?2 AND event_id < ?5",
                   "iiidi", epoch, p->seq, p->seq + VOID_REACH, (int)EVENT_VOID, p->event_id);
    bool row = views_row(w->j->v, s);
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return row;
}

// Which of the rules count a reason that it names?
static uint8_t named(const struct backtest_job *j, const struct packed *p)
{
    char room[PACK_BODY_ROOM];
    size_t n, k;
    uint8_t bits = 0;
    bool asked = false;
    for (int i = 0; i < j->rule_count; i++) {
        asked = asked || j->options[i].s[0] != '\0';
    }
    const char *text = asked && p->kind == EVENT_CHOICE && p->body != NULL ? pack_body_json(p->body, p->body_bytes, room, &n) : NULL;
    json_t *o = text != NULL ? json_loadb(text, n, 0, NULL) : NULL, *option;
    json_array_foreach(json_object_get(o, "options"), k, option)
    {
        for (int i = 0; i < j->rule_count; i++) {
            bool same = json_is_string(option) && strcmp(json_string_value(option), j->options[i].s) == 0;
            bits |= (uint8_t)(same ? 1 << i : 0);
        }
    }
    json_decref(o);
    return bits;
}

// Was it one for figures, when it came?
static bool is_vote(struct backtest_window *w, int64_t epoch, const struct packed *p, uint8_t bits)
{
    bool erased = (p->flags & EVENT_ERASED) != 0 && (p->flags & EVENT_VOIDED) != 0;
    return ((p->kind == EVENT_RATING && p->levels != 0) || bits != 0) && !erased &&
           (p->flags & (EVENT_UNSCORED & ~EVENT_VOIDED)) == 0 &&
           ((p->flags & EVENT_VOIDED) == 0 || !came_voided(w, epoch, p));
}

// Was the engine told of it: does it show that the kiosk is in use?
static bool is_sign(const struct packed *p)
{
    bool answer =
        (p->kind == EVENT_RATING && p->levels != 0) || p->kind == EVENT_CHOICE || p->kind == EVENT_CONTACT;
    return answer && (p->flags & (EVENT_UNASSIGNED | EVENT_STAFF)) == 0 &&
           (p->flags & EVENT_PHONE) != EVENT_PHONE;
}

static void add_vote(struct backtest_window *w, const struct packed *p, int64_t epoch, int32_t place,
                     int32_t kiosk)
{
    bool late = (p->flags & EVENT_LATE) != 0;
    wall_ms when = w->what == BACKTEST_IN_TIME ? p->arrived : p->at;
    if (when < w->from || when >= w->to) {
        return;
    }
    uint8_t bits = named(w->j, p);
    bool vote = is_vote(w, epoch, p, bits), sign = w->signs && is_sign(p);
    w->late += vote && late;
    if (!sign && (!vote || w->what == BACKTEST_LATE_ONES || (late && w->what == BACKTEST_IN_TIME))) {
        return;
    }
    if (w->count == WINDOW_MOST) {
        w->full = true;
        return;
    }
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 4096 : 2 * w->room;
        struct backtest_stored *grown = realloc(w->votes, room * sizeof *grown);
        if (grown == NULL) {
            w->memory = true;
            return;
        }
        w->votes = grown;
        w->room = room;
    }
    w->votes[w->count++] = (struct backtest_stored){.event = p->event_id,
                                                    .at = p->at,
                                                    .arrived = when,
                                                    .place = place,
                                                    .kiosk = kiosk,
                                                    .name = p->name,
                                                    .score = (int8_t)p->score,
                                                    .levels = (int8_t)p->levels,
                                                    .late = late && w->what == BACKTEST_IN_TIME,
                                                    .unscored = !vote,
                                                    .named = vote ? bits : 0};
}

static void read_place(struct backtest_window *w, int32_t place, int64_t first, int64_t end)
{
    struct views *v = w->j->v;
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT event_id, epoch_id, first_seq, n, arrived, data, kiosk_id FROM pack JOIN epoch"
                   " USING(epoch_id) WHERE place_id = ?1 AND last_event >= ?2 AND event_id < ?3",
                   "dii", place, first, end);
    while (!w->full && !w->memory && !v->failed && views_row(v, s)) {
        struct pack_reader r;
        struct packed p;
        bool damaged = false;
        pack_read(&r, sqlite3_column_blob(s, 5), (size_t)sqlite3_column_bytes(s, 5), sqlite3_column_int(s, 3),
                  sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 4));
        while (pack_next(&r, &p, &damaged)) {
            add_vote(w, &p, sqlite3_column_int64(s, 1), place, sqlite3_column_int(s, 6));
        }
        if (damaged) {
            v->failed = true;
            snprintf(v->why, sizeof v->why, "a pack of answers cannot be read: `puasctl status` says more");
        }
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
}

bool backtest_read_window(struct backtest_window *w, int32_t first_place, int32_t end_place, bool told)
{
    struct backtest_job *j = w->j;
    w->count = w->told_count = 0;
    w->late = 0;
    w->full = w->memory = false;
    w->signs = told && j->kiosk_count > 0;
    if (views_begin(j->v) && (!w->signs || backtest_read_told(w))) {
        int64_t first = views_arrived_since(j->v, w->from - (w->what == BACKTEST_IN_TIME ? 0 : PROTOCOL_LATE_MS));
        int64_t end = w->what == BACKTEST_IN_TIME ? views_first_event_since(j->v, w->to) : INT64_MAX;
        for (int32_t i = first_place; i < end_place && !w->full && !w->memory && !j->v->failed; i++) {
            if (j->unit_of[i] != SIZE_MAX) {
                read_place(w, i, first, end);
            }
        }
    }
    return views_end(j->v, VIEWS_OK) == VIEWS_OK && !w->memory;
}

bool backtest_count_late(struct backtest_job *j, bool (*go)(void *ctx), void *ctx)
{
    bool ok = true;
    for (int32_t i = 1; ok && i <= j->org.place_count; i++) {
        struct backtest_window w = {.j = j, .what = BACKTEST_LATE_ONES, .from = j->from_ms, .to = j->to_ms};
        ok = j->unit_of[i] == SIZE_MAX ||
             ((go == NULL || go(ctx)) && backtest_read_window(&w, i, i + 1, false));
        j->late += w.late;
    }
    return ok;
}
