// views: a branch's day: score against the promise, hours, reasons, kiosks and coverage.
#include "aggregator/views_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_HOURS = 24, USUAL_DAYS = 4, REASONS_MAX = 20, SCAN_MAX = 20000, CLOCKS_DIFFER_MS = HOUR_MS };

struct day {
    struct counts all, hours[DAY_HOURS];
    int64_t faces[LEVELS_MAX]; // by distance from the best face
    int levels;                // of the longest scale seen
    int64_t votes;             // ratings of every question, for coverage
};

// ---------------------------------------------------------------- rollups

static int local_hour(const struct branch *b, wall_ms at)
{
    wall_ms local = at + (wall_ms)tz_offset_s(b->tz, at) * 1000;
    return (int)(local / HOUR_MS % DAY_HOURS);
}

static void count(const struct branch *b, struct day *d, struct branch_kiosk *k, int32_t name, wall_ms at,
                  int score, int levels, int64_t n)
{
    d->votes += n;
    if (k != NULL) {
        k->votes += n;
    }
    if (levels > LEVELS_MAX || (b->promise_question != 0 && name != b->promise_question)) {
        return;
    }
    struct counts *hour = &d->hours[local_hour(b, at)];
    int64_t good = score_is_happy(score, levels, b->promise.top_faces) ? n : 0;
    d->all.n += n;
    d->all.good += good;
    hour->n += n;
    hour->good += good;
    d->faces[levels - score] += n;
    d->levels = n > 0 && levels > d->levels ? levels : d->levels;
}

// Counts of [from, to) as of the last step. `today`: kiosks count too.
static struct day load_day(struct views *v, struct branch *b, wall_ms from, wall_ms to, bool today)
{
    struct day d = {.levels = 0};
    for (int i = 0; i < b->place_count; i++) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT kiosk_id, name_id, quarter, levels, c1, c2, c3, c4, c5, c6, c7, c8, c9,"
                       " c10, c11 FROM tally WHERE place_id = ?1 AND quarter >= ?2 AND quarter < ?3",
                       "dii", b->places[i].place, from / QUARTER_MS, to / QUARTER_MS);
        while (views_row(v, s)) {
            struct branch_kiosk *k = today ? branch_kiosk(b, sqlite3_column_int(s, 0)) : NULL;
            for (int score = 1, levels = sqlite3_column_int(s, 3); score <= levels; score++) {
                count(b, &d, k, sqlite3_column_int(s, 1), sqlite3_column_int64(s, 2) * QUARTER_MS, score,
                      levels, sqlite3_column_int64(s, 3 + score));
            }
        }
    }
    for (int i = 0; i < b->correction_count; i++) {
        const struct correction *c = &b->corrections[i];
        if (c->at >= from && c->at < to) {
            count(b, &d, today ? branch_kiosk(b, c->kiosk) : NULL, c->name, c->at, c->score, c->levels,
                  c->by);
        }
    }
    return d;
}

int branch_faces(struct views *v, struct branch *b, int64_t ret_faces[LEVELS_MAX])
{
    struct day d = load_day(v, b, b->day, b->next_day, false);
    memcpy(ret_faces, d.faces, sizeof d.faces);
    return d.levels;
}

struct usual {
    struct counts all, hours[DAY_HOURS];
    int days;
};

static struct usual load_usual(struct views *v, struct branch *b)
{
    struct usual u = {.days = 0};
    for (int week = 1; week <= USUAL_DAYS; week++) {
        wall_ms noon = b->day + DAY_MS / 2 - (wall_ms)week * 7 * DAY_MS; // clear of any change of the clock
        struct day d = load_day(v, b, tz_day_start(b->tz, noon), tz_next_day(b->tz, noon), false);
        u.days += d.all.n > 0;
        u.all.n += d.all.n;
        u.all.good += d.all.good;
        for (int h = 0; h < DAY_HOURS; h++) {
            u.hours[h].n += d.hours[h].n;
            u.hours[h].good += d.hours[h].good;
        }
    }
    return u;
}

// ---------------------------------------------------------------- parts of the document

static json_t *tally_json(const struct day *d, int survey_faces)
{
    json_t *list = json_array();
    int levels = d->levels > 0 ? d->levels : survey_faces;
    for (int i = 0; i < levels; i++) {
        json_array_append_new(list,
                              json_pack("{s:i,s:I}", "score", levels - i, "n", (json_int_t)d->faces[i]));
    }
    return list;
}

// The local day that is shown, since 1970-01-01.
static int64_t day_of(const struct branch *b)
{
    wall_ms noon = b->day + DAY_MS / 2;
    return (noon + (wall_ms)tz_offset_s(b->tz, noon) * 1000) / DAY_MS;
}

static json_t *open_json(const struct branch *b)
{
    if (!b->has_hours) {
        return json_null();
    }
    json_t *list = json_array();
    const struct hours_span *spans = hours_day(&b->hours, day_of(b));
    for (int i = 0; i < HOURS_SPANS_MAX && spans[i].to > spans[i].from; i++) {
        char from[12], to[12];
        snprintf(from, sizeof from, "%02d:%02d", spans[i].from / 60, spans[i].from % 60);
        snprintf(to, sizeof to, "%02d:%02d", spans[i].to / 60, spans[i].to % 60);
        json_array_append_new(list, json_pack("{s:s,s:s}", "from", from, "to", to));
    }
    return list;
}

// The hours of the chart: opening hours of the day, wider where votes came outside of them.
static json_t *hours_json(const struct branch *b, const struct day *d, const struct usual *u)
{
    json_t *list = json_array();
    int first = DAY_HOURS, last = -1, now = local_hour(b, b->now);
    const struct hours_span *spans = hours_day(&b->hours, day_of(b));
    for (int i = 0; b->has_hours && i < HOURS_SPANS_MAX && spans[i].to > spans[i].from; i++) {
        first = spans[i].from / 60 < first ? spans[i].from / 60 : first;
        last = (spans[i].to - 1) / 60 > last ? (spans[i].to - 1) / 60 : last;
    }
    for (int h = 0; h < DAY_HOURS; h++) {
        if (d->hours[h].n > 0 || (!b->has_hours && u->hours[h].n > 0)) {
            first = h < first ? h : first;
            last = h > last ? h : last;
        }
    }
    for (int h = first; h <= last; h++) {
        const struct counts *usual = &u->hours[h];
        json_t *o = interval_json(&d->hours[h]);
        json_object_set_new(o, "hour", json_integer(h));
        json_object_set_new(o, "verdict", json_string(verdict_of(&d->hours[h], b)));
        json_object_set_new(
            o, "usual",
            null_or_real(usual->n > 0 ? (double)usual->good / (double)usual->n : 0, usual->n >= MIN_VOTES));
        json_object_set_new(o, "now", json_boolean(h == now));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *usual_json(const struct branch *b, const struct usual *u)
{
    if (u->days == 0) {
        return json_null();
    }
    json_t *o = interval_json(&u->all);
    json_object_set_new(o, "weekday", json_integer((day_of(b) + 4) % 7));
    json_object_set_new(o, "days", json_integer(u->days));
    return o;
}

static int most_named(const void *a, const void *b)
{
    const json_t *const *x = a, *const *y = b;
    json_int_t d =
        json_integer_value(json_object_get(*y, "n")) - json_integer_value(json_object_get(*x, "n"));
    return d > 0   ? 1
           : d < 0 ? -1
                   : strcmp(json_string_value(json_object_get(*x, "id")),
                            json_string_value(json_object_get(*y, "id")));
}

json_t *reasons_json(const struct branch *b, json_t *named)
{
    json_t *list = json_array(), *n, *items[REASONS_MAX];
    const char *id;
    size_t count = 0;
    json_object_foreach(named, id, n)
    {
        if (count < REASONS_MAX) {
            items[count++] = json_pack("{s:s,s:o,s:O}", "id", id, "label", branch_label(b, id), "n", n);
        }
    }
    qsort(items, count, sizeof(json_t *), most_named);
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(list, items[i]);
    }
    return list;
}

// Has anybody named something there in that time? The tally knows at once; what has come today may be the backlog of months.
static bool any_named(struct views *v, int32_t place, wall_ms from, wall_ms to)
{
    sqlite3_stmt *s = store_bind(v->st,
                                 "SELECT 1 FROM choice_tally WHERE place_id = ?1 AND quarter >= ?2 AND quarter <= ?3"
                                 " LIMIT 1",
                                 "dii", place, from / QUARTER_MS, to / QUARTER_MS);
    bool any = views_row(v, s);
    sqlite3_reset(s);
    return any;
}

void reasons_add(struct views *v, int32_t place, int64_t first, int64_t last, wall_ms from, wall_ms to,
                 int top_faces, json_t *named, int64_t *answered)
{
    if (!any_named(v, place, from, to)) {
        return;
    }
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT c.body FROM event c JOIN event r ON r.epoch_id = c.epoch_id AND r.seq = c.visit"
                   " WHERE c.place_id = ?1 AND c.event_id >= ?2 AND c.event_id <= ?3 AND c.kind = 1 AND "
                   "(c.flags & 92) = 0"
                   " AND c.at >= ?4 AND c.at < ?5 AND r.kind = 0 AND (r.flags & 92) = 0"
                   " AND r.score <= r.levels - iif(r.levels < 4, 1, ?6)",
                   "diiiid", place, first, last, from, to, top_faces);
    while (views_row(v, s)) {
        const char *body = (const char *)sqlite3_column_text(s, 0);
        json_t *o = body != NULL ? json_loads(body, 0, NULL) : NULL, *option;
        size_t i;
        json_array_foreach(json_object_get(o, "options"), i, option)
        {
            const char *id = json_string_value(option);
            json_object_set_new(named, id, json_integer(json_integer_value(json_object_get(named, id)) + 1));
        }
        (*answered)++;
        json_decref(o);
    }
}

static json_t *today_reasons(struct views *v, const struct branch *b, const struct day *d, int64_t first)
{
    json_t *named = json_object();
    int64_t answered = 0;
    for (int i = 0; i < b->place_count; i++) {
        reasons_add(v, b->places[i].place, first, b->released, b->day, b->next_day, b->promise.top_faces,
                    named, &answered);
    }
    json_t *o = json_pack("{s:I,s:I,s:o}", "unhappy", (json_int_t)(d->all.n - d->all.good), "answered",
                          (json_int_t)answered, "items", reasons_json(b, named));
    json_decref(named);
    return o;
}

// What came from phones today, by the answer that each visit began with: apart from the kiosks', in whole steps of its own.
static json_t *phone_json(struct views *v, const struct branch *b, int64_t first)
{
    struct counts all = {0, 0}, told = {0, 0};
    for (int i = 0; i < b->place_count; i++) {
        sqlite3_stmt *s = store_bind(v->st,
                                     "SELECT score, levels FROM event WHERE place_id = ?1 AND event_id >= ?2 AND kind = 0"
                                     " AND visit = seq AND (flags & ?3) = ?4 AND at >= ?5 AND at < ?6"
                                     " AND EXISTS (SELECT 1 FROM phone WHERE place_id = ?1) ORDER BY event_id",
                                     "diddii", b->places[i].place, first, (int)(EVENT_PHONE | EVENT_VOIDED | EVENT_STAFF), (int)EVENT_PHONE,
                                     b->day, b->next_day);
        while (views_row(v, s)) {
            all.n++;
            all.good += score_is_happy(sqlite3_column_int(s, 0), sqlite3_column_int(s, 1), b->promise.top_faces);
            told = v->o.step_votes > 0 && all.n % v->o.step_votes == 0 ? all : told;
        }
    }
    return interval_json(&told);
}

// ---------------------------------------------------------------- coverage (rule 9)

static int64_t sum_of(const char *known)
{
    int64_t sum = 0;
    for (char *end; *known != '\0'; known = end) {
        sum += strtoll(known, &end, 10);
        if (end == known) {
            break;
        }
    }
    return sum;
}

// Without open seqs there are none.
int64_t views_missing(struct views *v, int32_t epoch, const char *counted, int64_t next, int64_t through)
{
    int64_t open = next - 1 - through, known = sum_of(counted), here = 0;
    bool some_gone = false;
    if (open <= 0) {
        return 0;
    }
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT count(*) + (SELECT count(*) FROM quarantine WHERE epoch_id = ?1 AND seq > ?2"
                   " AND seq < ?3) + (SELECT coalesce(sum(first_seq + n - 1 - max(first_seq - 1, ?2)), 0)"
                   " FROM gone WHERE epoch_id = ?1 AND first_seq + n - 1 > ?2), EXISTS"
                   " (SELECT 1 FROM gone WHERE epoch_id = ?1) FROM event WHERE epoch_id = ?1 AND seq > ?2 AND seq < ?3",
                   "dii", epoch, through, next);
    if (views_row(v, s)) {
        open -= sqlite3_column_int64(s, 0);
        some_gone = sqlite3_column_int(s, 1) != 0;
    }
    if (open <= 0 || next > SCAN_MAX || some_gone) { // its votes cannot be counted any more
        return open > 0 ? open : 0;
    }
    s = store_bind(v->st,
                   "SELECT count(*) FROM event WHERE epoch_id = ?1 AND seq < ?2 AND kind IN (0, 4)"
                   " AND (flags & 8) = 0",
                   "di", epoch, next);
    if (views_row(v, s)) {
        here = sqlite3_column_int64(s, 0);
    }
    return known > here ? known - here : 0;
}

static void load_missing(struct views *v, struct branch *b)
{
    for (int i = 0; i < b->kiosk_count; i++) {
        struct branch_kiosk *k = &b->kiosks[i];
        sqlite3_stmt *s = store_bind(
            v->st,
            "SELECT epoch_id, known, known_next, through, lost, known_at FROM epoch WHERE kiosk_id = ?1", "d",
            k->kiosk);
        while (views_row(v, s)) {
            k->missing += views_missing(v, sqlite3_column_int(s, 0), (const char *)sqlite3_column_text(s, 1),
                                        sqlite3_column_int64(s, 2), sqlite3_column_int64(s, 3));
            k->lost += sqlite3_column_int64(s, 5) >= b->day ? sqlite3_column_int64(s, 4) : 0;
        }
    }
}

// Orderly gone with nothing left counts as heard.
static bool at_rest(const struct branch_kiosk *k)
{
    return (k->state == KIOSK_SLEEPING || k->state == KIOSK_DISCONNECTED) && k->unacknowledged == 0;
}

static json_t *coverage_json(const struct views *v, const struct branch *b, const struct day *d)
{
    json_t *missing = json_array(), *not_heard = json_array();
    int64_t lacking = 0, lost = 0;
    wall_ms as_of = INT64_MAX;
    for (int i = 0; i < b->kiosk_count; i++) {
        const struct branch_kiosk *k = &b->kiosks[i];
        wall_ms heard = at_rest(k) ? b->now : k->heard_at;
        lacking += k->missing;
        lost += k->lost;
        as_of = heard > 0 && heard < as_of ? heard : as_of;
        if (k->missing > 0) {
            json_array_append_new(missing, json_pack("{s:s,s:s,s:I}", "kiosk", k->id, "name", k->name, "n",
                                                     (json_int_t)k->missing));
        }
        if (k->here && b->now - heard > v->o.offline_ms) {
            json_array_append_new(not_heard, json_pack("{s:s,s:s,s:o}", "kiosk", k->id, "name", k->name,
                                                       "since", null_or_int(k->heard_at, k->heard_at > 0)));
        }
    }
    int64_t known = d->votes + lacking;
    bool complete = lacking == 0 && lost == 0 && json_array_size(not_heard) == 0 && as_of != INT64_MAX;
    return json_pack("{s:I,s:I,s:o,s:o,s:b,s:o,s:o,s:I}", "stored", (json_int_t)d->votes, "known",
                     (json_int_t)known, "asOf", null_or_int(as_of, as_of != INT64_MAX), "share",
                     null_or_real(known > 0 ? (double)d->votes / (double)known : 0, known > 0), "complete",
                     complete, "missing", missing, "notHeard", not_heard, "lost", (json_int_t)lost);
}

// ---------------------------------------------------------------- kiosks

// The newest released vote of a kiosk here; 0: none. By event time: epochs may have arrived in any order.
static wall_ms last_vote_of(struct views *v, const struct branch *b, const struct branch_kiosk *k)
{
    int32_t epochs[20];
    int count = 0;
    wall_ms newest = 0;
    sqlite3_stmt *s =
        store_bind(v->st, "SELECT epoch_id FROM epoch WHERE kiosk_id = ?1 ORDER BY epoch_id DESC LIMIT 20",
                   "d", k->kiosk);
    while (count < 20 && views_row(v, s)) {
        epochs[count++] = sqlite3_column_int(s, 0);
    }
    for (int i = 0; i < count; i++) {
        s = store_bind(
            v->st,
            "SELECT at, place_id FROM event WHERE epoch_id = ?1 AND event_id <= ?2 AND kind IN (0, 4)"
            " AND (flags & 92) = 0 ORDER BY seq DESC LIMIT 1",
            "di", epochs[i], b->released);
        if (views_row(v, s) && branch_place(b, sqlite3_column_int(s, 1)) != NULL &&
            sqlite3_column_int64(s, 0) > newest) {
            newest = sqlite3_column_int64(s, 0);
        }
    }
    return newest;
}

// Ready but without a sign of life: its will was lost with the broker.
static const char *state_of(const struct views *v, const struct branch *b, const struct branch_kiosk *k)
{
    if (k->state == KIOSK_READY && k->silent) {
        return "silent";
    }
    return kiosk_state_name(k->state == KIOSK_READY && b->now - k->heard_at > v->o.offline_ms
                                ? KIOSK_LOST
                                : (enum kiosk_state)k->state);
}

double kiosk_usual_gap_min(struct views *v, const struct branch *b, int32_t kiosk)
{
    wall_ms from = b->day - 28LL * DAY_MS;
    int64_t votes = 0, first = 0;
    for (int i = 0; i < b->place_count; i++) {
        sqlite3_stmt *s =
            store_bind(v->st,
                       "SELECT coalesce(sum(c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11), 0),"
                       " coalesce(min(quarter), 0) FROM tally WHERE place_id = ?1 AND kiosk_id = ?2"
                       " AND quarter >= ?3 AND quarter < ?4",
                       "ddii", b->places[i].place, kiosk, from / QUARTER_MS, b->day / QUARTER_MS);
        if (views_row(v, s) && sqlite3_column_int64(s, 0) > 0) {
            int64_t quarter = sqlite3_column_int64(s, 1);
            votes += sqlite3_column_int64(s, 0);
            first = first == 0 || quarter < first ? quarter : first;
        }
        sqlite3_reset(s);
    }
    if (votes == 0) {
        return 0;
    }
    int64_t open = 0; // a day at a time keeps to what hours_open_ms is made for
    from = first * QUARTER_MS;
    for (wall_ms at = from; at < b->day;) {
        struct hours_period p = branch_period(b, at);
        wall_ms until = p.until < b->day ? p.until : b->day;
        open += p.open ? until - at : 0;
        at = until;
    }
    return (double)open / MINUTE_MS / (double)votes;
}

static json_t *kiosks_json(struct views *v, const struct branch *b)
{
    json_t *list = json_array();
    for (int i = 0; i < b->kiosk_count; i++) {
        const struct branch_kiosk *k = &b->kiosks[i];
        if (!k->here) {
            continue;
        }
        int64_t known = k->votes + k->missing;
        double gap = k->silent ? kiosk_usual_gap_min(v, b, k->kiosk) : 0;
        const char *state = state_of(v, b, k);
        wall_ms since = strcmp(state, "lost") == 0 && k->state == KIOSK_READY ? k->heard_at : k->since;
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:o,s:o,s:o,s:s,s:s,s:s,s:s,s:s}", "id", k->id,
                            "name", k->name, "state", state, "since", null_or_int(since, since > 0),
                            "lastHeard", null_or_int(k->heard_at, k->heard_at > 0), "lastVote",
                            null_or_int(k->last_vote, k->last_vote > 0), "votes", (json_int_t)k->votes,
                            "unsent", (json_int_t)k->unacknowledged, "coverage",
                            null_or_real(known > 0 ? (double)k->votes / (double)known : 0, known > 0),
                            "usualGapMin", null_or_real(gap, gap > 0), "silentMin",
                            null_or_int((b->now - k->silent_since) / MINUTE_MS, k->silent), "software",
                            k->software, "clock", k->clock == CLOCK_SYNCED ? "synced" : "unsure", "reason",
                            k->reason, "content", k->content, "refused", k->refused));
    }
    return list;
}

// ---------------------------------------------------------------- the document

static int survey_faces(struct views *v)
{
    int faces = 5;
    sqlite3_stmt *s = store_bind(
        v->st, "SELECT json_extract(body, '$.faces') FROM survey WHERE to_ms IS NULL ORDER BY id LIMIT 1",
        "");
    if (views_row(v, s) && sqlite3_column_int(s, 0) >= 2 && sqlite3_column_int(s, 0) <= LEVELS_MAX) {
        faces = sqlite3_column_int(s, 0);
    }
    sqlite3_reset(s);
    return faces;
}

static json_t *date_json(const struct branch *b)
{
    wall_ms noon = b->day + DAY_MS / 2;
    time_t local = (time_t)(noon / 1000 + tz_offset_s(b->tz, noon));
    struct tm tm;
    char text[16];
    strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&local, &tm));
    return json_string(text);
}

static json_t *today_json(struct views *v, struct branch *b)
{
    struct day d = load_day(v, b, b->day, b->next_day, true);
    struct usual u = load_usual(v, b);
    // A kiosk's clock may be a little ahead, and so may ours have been.
    int64_t first = views_first_event_since(v, b->day - CLOCKS_DIFFER_MS);
    wall_ms last_vote = 0;
    load_missing(v, b);
    for (int i = 0; i < b->kiosk_count; i++) {
        b->kiosks[i].last_vote = last_vote_of(v, b, &b->kiosks[i]);
        last_vote = b->kiosks[i].last_vote > last_vote ? b->kiosks[i].last_vote : last_vote;
    }
    json_t *alerts = branch_alerts(v, b); // before the kiosks: it marks the silent ones
    json_t *score = interval_json(&d.all);
    json_object_set_new(score, "verdict", json_string(verdict_of(&d.all, b)));
    json_t *promise = b->has_promise
                          ? json_pack("{s:i,s:O}", "target", b->promise.promise, "name", b->promise_name)
                          : json_null();
    return json_pack(
        "{s:{s:s,s:s,s:s,s:O},s:I,s:o,s:o,s:I,s:I,s:{s:i,s:I},s:o,s:o,s:i,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,"
        "s:o}",
        "place", "id", b->id, "name", b->name, "tz", b->tz_name, "path", b->path, "now", (json_int_t)b->now,
        "date", date_json(b), "open", open_json(b), "rev", (json_int_t)b->rev, "asOf",
        (json_int_t)(b->released_at > 0 ? b->released_at : b->day), "step", "votes", v->o.step_votes,
        "minutes", (json_int_t)(v->o.step_ms / MINUTE_MS), "lastVote", null_or_int(last_vote, last_vote > 0),
        "promise", promise, "minN", (int)MIN_VOTES, "score", score, "tally", tally_json(&d, survey_faces(v)), "phone",
        phone_json(v, b, first),
        "coverage", coverage_json(v, b, &d), "hours", hours_json(b, &d, &u), "usual", usual_json(b, &u),
        "reasons", today_reasons(v, b, &d, first), "alerts", alerts, "kiosks", kiosks_json(v, b));
}

enum views_error views_today(struct views *v, const struct views_user *u, const char *branch, wall_ms now,
                             char **ret_json)
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
        b->role = u->role;
        json_t *o = today_json(v, b);
        text = views_dump(o);
        v->failed = v->failed || text == NULL;
    }
    if (b != NULL) {
        branch_finish(b);
    }
    free(b);
    e = views_end(v, e);
    if (e != VIEWS_OK) {
        free(text);
        return e;
    }
    *ret_json = text;
    return VIEWS_OK;
}
