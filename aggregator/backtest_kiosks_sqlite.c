// backtest: what is stored of kiosks: what they did, and how many ratings are usual at them.
#include "aggregator/backtest_impl.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOLD_MOST = 250000,     // 35 MB; a window with more is halved
    BEFORE_MS = 7 * DAY_MS, // read before the rules begin, to know how it stands with kiosks
};

static bool failed(struct views *v)
{
    snprintf(v->why, sizeof v->why, "%s", store_why(v->st));
    v->failed = true;
    return false;
}

// ---------------------------------------------------------------- which ones

static bool read_standing(struct backtest_job *j, int32_t kiosk, struct backtest_standing *ret_s)
{
    struct engine_kiosk_state s = {.heard_at = 0};
    sqlite3_stmt *row = store_bind(
        j->v->st,
        "SELECT coalesce((SELECT from_ms FROM assignment WHERE kiosk_id = ?1 AND to_ms IS NULL), 0),"
        " engine FROM kiosk WHERE kiosk_id = ?1",
        "d", kiosk);
    if (views_row(j->v, row)) {
        ret_s->since = sqlite3_column_int64(row, 0);
        engine_kiosk_decode((const char *)sqlite3_column_text(row, 1), &s); // "": it has never spoken
        ret_s->heard = s.heard_at;
        sqlite3_reset(row);
    }
    return !j->v->failed;
}

bool backtest_find_kiosks(struct backtest_job *j)
{
    char times[60];
    long long inhibit = j->inhibit_ms, lost = j->lost_ms;
    const struct org *o = &j->org;
    j->kiosks = calloc((size_t)o->kiosk_count + 1, sizeof *j->kiosks);
    j->standings = calloc((size_t)o->kiosk_count + 1, sizeof *j->standings);
    if (j->kiosks == NULL || j->standings == NULL) {
        return false;
    }
    if (!store_presence_known(j->v->st, &j->known) ||
        !store_presence_listened(j->v->st, j->to_ms, &j->listened) ||
        !store_setting(j->v->st, STORE_PRESENCE_TIMES, times, sizeof times)) {
        return failed(j->v);
    }
    sscanf(times, "%lld %lld", &inhibit, &lost); // none: the usual ones
    j->inhibit_ms = inhibit;
    j->lost_ms = lost;
    j->told_from = j->from_ms - BEFORE_MS > j->known ? j->from_ms - BEFORE_MS : j->known;
    bool ok = true;
    for (int32_t i = 1; ok && j->known < j->to_ms && i <= o->kiosk_count; i++) {
        const struct org_kiosk *k = &o->kiosks[i];
        if (k->number == i && k->known && k->place != 0 && j->unit_of[k->place] != SIZE_MAX) {
            j->kiosks[j->kiosk_count] = (struct backtest_kiosk){i, j->unit_of[k->place]};
            ok = read_standing(j, i, &j->standings[j->kiosk_count++]);
        }
    }
    return ok;
}

// ---------------------------------------------------------------- what they did

static bool add_told(void *ctx, const struct store_presence *r)
{
    struct backtest_window *w = ctx;
    if (w->told_count == TOLD_MOST) {
        w->full = true;
        return false;
    }
    if (w->told_count == w->told_room) {
        size_t room = w->told_room == 0 ? 1024 : 2 * w->told_room;
        struct backtest_told *grown = realloc(w->told, room * sizeof *grown);
        if (grown == NULL) {
            w->memory = true;
            return false;
        }
        w->told = grown;
        w->told_room = room;
    }
    w->told[w->told_count++] = (struct backtest_told){*r, 0};
    return true;
}

static int by_number(const void *a, const void *b)
{
    const struct backtest_told *x = a, *y = b;
    return (x->r.number > y->r.number) - (x->r.number < y->r.number);
}

// Until when the kiosk was heard of after all of its rows before `at`.
static bool heard_until(struct backtest_job *j, size_t kiosk, wall_ms at, wall_ms *ret_until)
{
    struct store_presence next;
    bool found;
    if (!store_presence_since(j->v->st, j->kiosks[kiosk].id, at, &next, &found)) {
        return false;
    }
    *ret_until = found ? next.p.last : j->standings[kiosk].heard;
    return true;
}

// What was known of it where reading begins: its newest row before, as if it were of then.
static bool add_known(struct backtest_window *w, int32_t kiosk)
{
    struct backtest_job *j = w->j;
    struct store_presence r;
    bool found;
    if (!store_presence_before(j->v->st, kiosk, j->told_from, &r, &found)) {
        return false;
    }
    r.p.what = kiosk != 0 ? PRESENCE_STANDS : r.p.what;
    r.p.at = r.p.last = j->told_from;
    r.event = views_first_event_since(j->v, j->told_from) - 1;
    return !found || add_told(w, &r);
}

// In order of time. since: earlier rows are about where it stood before.
static bool read_one(struct backtest_window *w, int32_t kiosk, wall_ms since)
{
    wall_ms first = w->j->told_from, from = w->from > first ? w->from : first;
    return (w->from > first || w->to <= first || since > first || add_known(w, kiosk)) &&
           store_presence_each(w->j->v->st, kiosk, since > from ? since : from, w->to, add_told, w);
}

// In the order in which it was told, each with how long the kiosk was heard of then.
static bool read_kiosk(struct backtest_window *w, size_t i)
{
    struct backtest_job *j = w->j;
    size_t begin = w->told_count;
    if (!read_one(w, j->kiosks[i].id, j->standings[i].since)) {
        return false;
    }
    if (w->told_count == begin) {
        return true;
    }
    struct backtest_told *told = &w->told[begin];
    size_t n = w->told_count - begin;
    qsort(told, n, sizeof *told, by_number);
    if (!heard_until(j, i, w->to, &told[n - 1].until)) {
        return false;
    }
    for (size_t k = n - 1; k > 0; k--) {
        told[k - 1].until = told[k].r.p.last;
    }
    if (told[0].r.p.what == PRESENCE_STANDS && told[0].until < told[0].r.p.last) {
        told[0].r.p.last = told[0].until; // it was not heard of for some time when reading begins
    }
    return true;
}

bool backtest_read_told(struct backtest_window *w)
{
    w->told_count = 0;
    bool ok = read_one(w, 0, INT64_MIN);
    for (size_t i = 0; ok && i < w->j->kiosk_count; i++) {
        ok = read_kiosk(w, i);
    }
    if (ok && w->told_count > 0) {
        qsort(w->told, w->told_count, sizeof *w->told, by_number);
    }
    return ok || w->full || w->memory || failed(w->j->v);
}

// ---------------------------------------------------------------- usual rates

static int by_kiosk(const void *a, const void *b)
{
    const struct backtest_rating *x = a, *y = b;
    return x->kiosk != y->kiosk ? (x->kiosk > y->kiosk) - (x->kiosk < y->kiosk)
                                : (x->quarter > y->quarter) - (x->quarter < y->quarter);
}

static bool add_rating(struct backtest_job *j, const struct backtest_rating *r)
{
    if (j->rating_count == j->rating_room) {
        size_t room = j->rating_room == 0 ? 4096 : 2 * j->rating_room;
        struct backtest_rating *grown = realloc(j->ratings, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        j->ratings = grown;
        j->rating_room = room;
    }
    j->ratings[j->rating_count++] = *r;
    return true;
}

static int by_id(const void *a, const void *b)
{
    const struct backtest_kiosk *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool read_ratings(struct backtest_job *j, int32_t place)
{
    sqlite3_stmt *s =
        store_bind(j->v->st,
                   "SELECT kiosk_id, quarter, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11)"
                   " FROM tally WHERE place_id = ?1 AND quarter >= ?2 AND quarter < ?3"
                   " GROUP BY quarter, kiosk_id",
                   "dii", place, (j->from_ms / DAY_MS - RATES_WEEKS * 7) * DAY_MS / RATES_QUARTER_MS,
                   j->to_ms / RATES_QUARTER_MS);
    bool ok = true;
    while (ok && views_row(j->v, s)) {
        struct backtest_kiosk key = {.id = sqlite3_column_int(s, 0)};
        const struct backtest_kiosk *k = bsearch(&key, j->kiosks, j->kiosk_count, sizeof *j->kiosks, by_id);
        struct backtest_rating r = {k != NULL ? (int32_t)(k - j->kiosks) : 0, sqlite3_column_int(s, 1),
                                    sqlite3_column_int64(s, 2)};
        ok = k == NULL || add_rating(j, &r);
    }
    if (s != NULL) {
        sqlite3_reset(s);
    }
    return ok && !j->v->failed;
}

bool backtest_read_ratings(struct backtest_job *j)
{
    bool ok = true;
    j->rating_count = 0;
    for (int32_t i = 1; ok && i <= j->org.place_count; i++) {
        ok = j->unit_of[i] == SIZE_MAX || read_ratings(j, i);
    }
    if (!ok) {
        return false;
    }
    if (j->rating_count > 0) {
        qsort(j->ratings, j->rating_count, sizeof *j->ratings, by_kiosk);
    }
    size_t at = 0;
    for (size_t i = 0; i < j->kiosk_count; i++) {
        struct backtest_standing *s = &j->standings[i];
        s->rates = (struct rates){{0}};
        s->taken = s->added = at;
        while (at < j->rating_count && j->ratings[at].kiosk == (int32_t)i) {
            at++;
        }
        s->end = at;
    }
    return true;
}

bool backtest_rates(void *ctx, size_t kiosk, wall_ms at, float ret_per_hour[HOURS_WEEK], bool *ret_known)
{
    struct backtest_job *j = ctx;
    struct backtest_standing *s = &j->standings[kiosk];
    const struct org_place *p = &j->org.places[j->org.kiosks[j->kiosks[kiosk].id].place];
    wall_ms to = at / DAY_MS * DAY_MS;
    int64_t first = (to - RATES_WEEKS * 7 * (wall_ms)DAY_MS) / RATES_QUARTER_MS;
    for (; s->added < s->end && j->ratings[s->added].quarter < to / RATES_QUARTER_MS; s->added++) {
        const struct backtest_rating *r = &j->ratings[s->added];
        rates_add(&s->rates, &p->hours, p->tz, r->quarter, r->votes);
    }
    for (; s->taken < s->added && j->ratings[s->taken].quarter < first; s->taken++) {
        const struct backtest_rating *r = &j->ratings[s->taken];
        rates_add(&s->rates, &p->hours, p->tz, r->quarter, -r->votes);
    }
    *ret_known = s->taken < s->added &&
                 rates_usual(&s->rates, &p->hours, p->tz, j->ratings[s->taken].quarter, to, ret_per_hour);
    return true;
}
