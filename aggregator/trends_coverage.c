// trends: coverage and up-time by day, week or month; and the note that stands on every report.
#include "aggregator/trends_coverage.h"

#include <math.h>

enum { MINUTE_MS = 60000 };

// Kiosks of which nothing has been heard since the end of [from, to), or since they went away within it.
static int64_t not_heard(const struct trends *t, const struct trend_presence *p, int32_t from, int32_t to,
                         wall_ms *ret_as_of)
{
    int64_t count = 0;
    for (size_t i = 0; i < p->post_count; i++) {
        const struct trend_post *post = &p->posts[i];
        if (post->last < from || post->from >= to) {
            continue;
        }
        wall_ms end = p->zones[post->zone].starts[to - t->from];
        end = end < post->to_ms ? end : post->to_ms;
        count += post->heard_at < end;
        *ret_as_of = post->heard_at < *ret_as_of ? post->heard_at : *ret_as_of;
    }
    return count;
}

// {"stored", "known", "share", "missing", "lost", "notHeard", "asOf", "complete"} of [from, to).
static json_t *coverage_json(const struct trends *t, const struct trend_presence *p, int32_t from, int32_t to)
{
    int64_t stored = 0, missing = 0, lost = 0;
    wall_ms as_of = INT64_MAX;
    for (int32_t day = from; day < to; day++) {
        stored += p->days[day - t->from].stored;
    }
    for (size_t i = 0; i < p->lacking_count; i++) {
        const struct trend_lacking *l = &p->lacking[i];
        if (l->from < to && l->last >= from) {
            missing += l->missing;
            lost += l->lost;
        }
    }
    int64_t silent = not_heard(t, p, from, to, &as_of), known = stored + missing;
    bool complete = missing + lost + silent == 0, told = !complete && as_of > 0 && as_of != INT64_MAX;
    return json_pack("{s:I,s:I,s:o,s:I,s:I,s:I,s:o,s:b}", "stored", (json_int_t)stored, "known",
                     (json_int_t)known, "share",
                     known > 0 ? json_real((double)stored / (double)known) : json_null(), "missing",
                     (json_int_t)missing, "lost", (json_int_t)lost, "notHeard", (json_int_t)silent, "asOf",
                     told ? json_integer((json_int_t)as_of) : json_null(), "complete", complete);
}

// {"minutes", "open", "share"}: how long kiosks were ready of the time that they were to be.
static json_t *period_json(const struct trends *t, const struct trend_presence *p, int32_t from, int32_t to)
{
    json_t *o = coverage_json(t, p, from, to);
    struct trend_presence_day sum = {.stored = 0};
    char first[16], last[16];
    for (int32_t day = from; day < to; day++) {
        const struct trend_presence_day *d = &p->days[day - t->from];
        if (day >= p->since) {
            sum.expected += d->expected;
            sum.heard += d->heard;
            sum.open_ms += d->open_ms;
            sum.ready_ms += d->ready_ms;
        }
    }
    json_object_set_new(o, "from", json_string(trend_day_text(from, first)));
    json_object_set_new(o, "to", json_string(trend_day_text(to - 1, last)));
    if (to <= p->since) {
        json_object_set_new(o, "kioskDays", json_null());
        json_object_set_new(o, "ready", json_null());
        return o;
    }
    json_object_set_new(
        o, "kioskDays",
        json_pack("{s:I,s:I}", "expected", (json_int_t)sum.expected, "heard", (json_int_t)sum.heard));
    json_object_set_new(o, "ready",
                        json_pack("{s:I,s:I,s:o}", "minutes", (json_int_t)(sum.ready_ms / MINUTE_MS), "open",
                                  (json_int_t)(sum.open_ms / MINUTE_MS), "share",
                                  sum.open_ms > 0
                                      ? json_real(fmin(1, (double)sum.ready_ms / (double)sum.open_ms))
                                      : json_null()));
    return o;
}

json_t *trends_coverage(struct trends *t)
{
    enum trend_by by = TREND_BY_DAY;
    struct trend_presence p;
    if (t->q->by[0] != '\0' && !trend_by_parse(t->q->by, &by)) {
        trends_wrong(t, "by", "by is day, week or month");
        return NULL;
    }
    json_t *o = trends_head(t), *periods = json_array();
    json_object_del(o, "question");
    bool ok = trend_presence_load(t, &p);
    for (int32_t day = t->from, next; ok && day < t->to; day = next) {
        next = trend_by_next(day, by);
        next = next < t->to ? next : t->to;
        ok = json_array_append_new(periods, period_json(t, &p, day, next)) == 0;
    }
    ok = ok && json_object_set_new(o, "total", period_json(t, &p, t->from, t->to)) == 0;
    trend_presence_finish(&p);
    json_object_set_new(o, "by", json_string(t->q->by[0] != '\0' ? t->q->by : "day"));
    json_object_set_new(o, "periods", periods);
    return ok ? o : trends_failed(t, o);
}

json_t *trends_coverage_note(struct trends *t)
{
    struct trend_presence p;
    json_t *o = trend_presence_load(t, &p) ? coverage_json(t, &p, t->from, t->to) : NULL;
    trend_presence_finish(&p);
    return o;
}
