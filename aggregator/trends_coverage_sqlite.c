// trends: which kiosks were to be where, when they were last heard, and which votes of theirs are not here.
#include "aggregator/trends_coverage.h"

#include "aggregator/org.h"
#include "aggregator/store_calendar.h"
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HALF_DAY_MS = DAY_MS / 2 };

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

static int32_t local_day(const struct tz *tz, wall_ms at)
{
    wall_ms there = at + (wall_ms)tz_offset_s(tz, at) * 1000;
    return (int32_t)(there / DAY_MS - (there % DAY_MS < 0));
}

void trend_presence_finish(struct trend_presence *p)
{
    for (size_t i = 0; i < p->zone_count; i++) {
        tz_free(p->zones[i].tz);
        free(p->zones[i].starts);
    }
    free(p->zones);
    free(p->posts);
    free(p->lacking);
    free(p->days);
}

// The array with room for one more item; its room is the power of two at or above its count. NULL: out of memory.
static void *with_room(void *items, size_t count, size_t bytes)
{
    return (count & (count - 1)) != 0 ? items : realloc(items, (count > 0 ? 2 * count : 1) * bytes);
}

// ---------------------------------------------------------------- zones and posts

static bool zone_of(struct trends *t, struct trend_presence *p, const char *name, size_t *ret_zone)
{
    for (size_t i = 0; i < p->zone_count; i++) {
        if (strcmp(p->zones[i].name, name) == 0) {
            *ret_zone = i;
            return true;
        }
    }
    size_t days = (size_t)(t->to - t->from);
    struct trend_zone *z = with_room(p->zones, p->zone_count, sizeof *z);
    if (z == NULL) {
        return false;
    }
    p->zones = z;
    z += p->zone_count++;
    *z = (struct trend_zone){.tz = tz_load(name), .starts = calloc(days + 1, sizeof *z->starts)};
    snprintf(z->name, sizeof z->name, "%s", name);
    for (size_t d = 0; z->starts != NULL && d <= days; d++) {
        wall_ms noon = (wall_ms)(t->from + (int32_t)d) * DAY_MS + HALF_DAY_MS;
        z->starts[d] = tz_day_start(z->tz, noon - (wall_ms)tz_offset_s(z->tz, noon) * 1000);
    }
    *ret_zone = p->zone_count - 1;
    return z->starts != NULL;
}

static void week_of(const struct hours *h, int64_t ret_ms[7])
{
    for (int w = 0; w < 7; w++) {
        ret_ms[w] = h == NULL ? DAY_MS : 0;
        for (int i = 0; h != NULL && i < HOURS_SPANS_MAX; i++) {
            ret_ms[w] += (int64_t)(h->spans[w][i].to - h->spans[w][i].from) * MINUTE_MS;
        }
    }
}

// The opening hours of a post on each day that it covers. Days of 24 hours that it covers wholly are those of the week, unless they are special.
static void add_post(struct trends *t, struct trend_presence *p, const struct trend_post *post,
                     const struct hours *h)
{
    const struct trend_zone *z = &p->zones[post->zone];
    const struct hours_zone zone = {zone_offset, z->tz};
    int64_t week[7];
    week_of(h, week);
    for (int32_t day = post->from > t->from ? post->from : t->from; day < t->to && day <= post->last; day++) {
        struct trend_presence_day *d = &p->days[day - t->from];
        wall_ms from = z->starts[day - t->from], to = z->starts[day - t->from + 1];
        bool whole = to - from == DAY_MS && post->from_ms <= from && post->to_ms >= to && !hours_special(h, day);
        d->expected++;
        d->open_ms += whole ? week[trend_weekday(day)]
                            : hours_open_ms(h, &zone, from > post->from_ms ? from : post->from_ms,
                                            to < post->to_ms ? to : post->to_ms);
    }
}

static bool load_posts(struct trends *t, wall_ms now, struct trend_presence *p)
{
    sqlite3_stmt *s = store_bind(
        t->v->st,
        "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM up"
        " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32),"
        " down(place_id, tz, hours) AS (SELECT ?1,"
        " coalesce((SELECT tz FROM up JOIN place USING(place_id) WHERE tz <> '' ORDER BY depth LIMIT 1), ''),"
        " coalesce((SELECT hours FROM up JOIN place USING(place_id) WHERE hours <> '' ORDER BY depth LIMIT "
        "1), '')"
        " UNION ALL SELECT p.place_id, iif(p.tz <> '', p.tz, d.tz), iif(p.hours <> '', p.hours, d.hours)"
        " FROM down d JOIN place p ON p.parent_id = d.place_id)"
        " SELECT kiosk_id, tz, hours, from_ms, coalesce(to_ms, ?2), iif(state IN (?3, ?4) AND unacknowledged "
        "= 0, ?5,"
        " heard_at), place_id FROM down JOIN assignment USING(place_id) JOIN kiosk USING(kiosk_id) WHERE known = 1",
        "diddi", t->place.number, (int64_t)INT64_MAX, (int)KIOSK_SLEEPING, (int)KIOSK_DISCONNECTED, now);
    struct hours_dates *dates = NULL;
    struct hours hours;
    int32_t place = 0; // whose hours these are
    bool ok = true, has_hours = false;
    while (ok && views_row(t->v, s)) {
        if (sqlite3_column_int(s, 6) != place) {
            place = sqlite3_column_int(s, 6);
            free(dates);
            dates = NULL;
            has_hours = sqlite3_column_bytes(s, 2) > 0 && org_hours_parse((const char *)sqlite3_column_text(s, 2), &hours);
            ok = store_special_days(t->v->st, place, &dates);
            org_add_dates(&hours, &has_hours, dates);
        }
        struct trend_post post = {.kiosk = sqlite3_column_int(s, 0),
                                  .from_ms = sqlite3_column_int64(s, 3),
                                  .to_ms = sqlite3_column_int64(s, 4),
                                  .heard_at = sqlite3_column_int64(s, 5)};
        ok = ok && zone_of(t, p, (const char *)sqlite3_column_text(s, 1), &post.zone);
        struct trend_post *posts = ok ? with_room(p->posts, p->post_count, sizeof *posts) : NULL;
        ok = posts != NULL;
        p->posts = ok ? posts : p->posts;
        if (ok && post.from_ms < post.to_ms) {
            const struct tz *tz = p->zones[post.zone].tz;
            post.from = local_day(tz, post.from_ms);
            post.last = post.to_ms == INT64_MAX ? INT32_MAX : local_day(tz, post.to_ms - 1);
            p->posts[p->post_count++] = post;
            add_post(t, p, &post, has_hours ? &hours : NULL);
        }
    }
    free(dates);
    return trends_done(t, s, ok);
}

// ---------------------------------------------------------------- what is not here

static bool load_lacking(struct trends *t, struct trend_presence *p)
{
    bool ok = true;
    for (size_t i = 0; ok && i < p->post_count; i++) {
        const struct trend_post *post = &p->posts[i];
        if (post->last < t->from || post->from >= t->to) {
            continue;
        }
        const struct tz *tz = p->zones[post->zone].tz;
        sqlite3_stmt *s =
            store_bind(t->v->st,
                       "SELECT epoch_id, known, known_next, through, lost, born, known_at FROM epoch"
                       " WHERE kiosk_id = ?1 AND (through < known_next - 1 OR lost > 0)",
                       "d", post->kiosk);
        while (ok && views_row(t->v, s)) {
            struct trend_lacking l = {.from = local_day(tz, sqlite3_column_int64(s, 5)),
                                      .last = local_day(tz, sqlite3_column_int64(s, 6)),
                                      .lost = sqlite3_column_int64(s, 4)};
            l.from = l.from > post->from ? l.from : post->from; // an epoch is of one place
            l.last = l.last < post->last ? l.last : post->last;
            l.missing = views_missing(t->v, sqlite3_column_int(s, 0), (const char *)sqlite3_column_text(s, 1),
                                      sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3));
            struct trend_lacking *lacking = with_room(p->lacking, p->lacking_count, sizeof *lacking);
            ok = lacking != NULL;
            p->lacking = ok ? lacking : p->lacking;
            if (ok && l.from <= l.last && l.missing + l.lost > 0) {
                p->lacking[p->lacking_count++] = l;
            }
        }
        ok = trends_done(t, s, ok);
    }
    return ok;
}

// ---------------------------------------------------------------- by day

static bool load_days(struct trends *t, struct trend_presence *p)
{
    sqlite3_stmt *s =
        store_bind(t->v->st,
                   "SELECT day, sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11) FROM"
                   " day_tally WHERE place_id = ?1 AND day >= ?2 AND day < ?3 GROUP BY day",
                   "ddd", t->place.number, t->from, t->to);
    while (views_row(t->v, s)) {
        p->days[sqlite3_column_int(s, 0) - t->from].stored = sqlite3_column_int64(s, 1);
    }
    if (!trends_done(t, s, true)) {
        return false;
    }
    s = store_bind(
        t->v->st,
        "SELECT day, kiosks, ready_ms FROM presence_day WHERE place_id = ?1 AND day >= ?2 AND day < ?3",
        "ddd", t->place.number, t->from, t->to);
    while (views_row(t->v, s)) {
        struct trend_presence_day *d = &p->days[sqlite3_column_int(s, 0) - t->from];
        d->heard = sqlite3_column_int64(s, 1);
        d->ready_ms = sqlite3_column_int64(s, 2);
    }
    if (!trends_done(t, s, true)) {
        return false;
    }
    // Kept since some release: the days before it say nothing. Of everywhere: here nobody may have been heard yet.
    s = store_bind(
        t->v->st, "SELECT min(day) FROM presence_day JOIN place USING(place_id) WHERE parent_id IS NULL", "");
    p->since =
        views_row(t->v, s) && sqlite3_column_type(s, 0) != SQLITE_NULL ? sqlite3_column_int(s, 0) : INT32_MAX;
    return trends_done(t, s, true);
}

bool trend_presence_load(struct trends *t, struct trend_presence *ret_p)
{
    *ret_p = (struct trend_presence){.days = calloc((size_t)(t->to - t->from), sizeof *ret_p->days)};
    return (ret_p->days != NULL || trends_no_memory(t)) && load_posts(t, t->now, ret_p) &&
           load_lacking(t, ret_p) && load_days(t, ret_p);
}
