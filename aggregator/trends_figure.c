// trends: days -> share, index or NPS with their intervals.
#include "aggregator/trends_impl.h"

#include <stdlib.h>

bool trend_rows_add(struct trend_rows *rows, const struct trend_row *row)
{
    if (rows->count == rows->room) {
        size_t room = rows->room == 0 ? 64 : 2 * rows->room;
        struct trend_row *grown = realloc(rows->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        rows->items = grown;
        rows->room = room;
    }
    rows->items[rows->count++] = *row;
    return true;
}

bool trend_counts_add(struct trend_counts *counts, int32_t id, int64_t n)
{
    if (counts->count == counts->room) {
        size_t room = counts->room == 0 ? 64 : 2 * counts->room;
        struct trend_count *grown = realloc(counts->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        counts->items = grown;
        counts->room = room;
    }
    counts->items[counts->count++] = (struct trend_count){id, n};
    return true;
}

static int64_t votes_of(const struct trend_row *r)
{
    int64_t n = 0;
    for (int i = 0; i < r->levels; i++) {
        n += r->c[i];
    }
    return n;
}

int64_t trend_row_good(const struct trend_row *r)
{
    return r->c[r->levels - 1] + (r->levels >= 4 ? r->c[r->levels - 2] : 0); // as the alert engine judges
}

bool trend_is_nps(const struct trend_rows *rows)
{
    int64_t nps = 0, faces = 0;
    for (size_t i = 0; i < rows->count; i++) {
        *(rows->items[i].levels == TREND_NPS_LEVELS ? &nps : &faces) += votes_of(&rows->items[i]);
    }
    return nps > faces;
}

bool trend_figure(const struct trend_rows *rows, int32_t from, int32_t to, struct trend_figure *ret)
{
    struct trend_figure f = {.nps = trend_is_nps(rows), .named = rows->named};
    struct trend_day *days = calloc(rows->count + 1, sizeof *days);
    struct trend_sum *sums = calloc(rows->count + 1, sizeof *sums);
    double values[TREND_LEVELS_MAX];
    size_t count = 0;
    int32_t last = INT32_MIN;
    bool ok = days != NULL && sums != NULL;
    for (size_t i = 0; ok && i < rows->count; i++) {
        const struct trend_row *r = &rows->items[i];
        int64_t n = votes_of(r);
        if (r->day < from || r->day >= to || n <= 0 || (r->levels == TREND_NPS_LEVELS) != f.nps) {
            continue;
        }
        count += r->day != last;
        last = r->day;
        days[count - 1].n += n;
        days[count - 1].good += f.nps ? 0 : trend_row_good(r);
        f.n += n;
        if (f.nps) {
            trend_values_nps(values);
        } else {
            trend_values_index((size_t)r->levels, values);
        }
        trend_sum_add(&sums[count - 1], r->c, values, (size_t)r->levels);
    }
    if (ok) {
        f.known =
            trend_mean(sums, count, f.nps ? -100 : 0, 100, &f.mean) && trend_share(days, count, &f.share);
        *ret = f;
    }
    free(days);
    free(sums);
    return ok;
}

json_t *trend_value_json(double value, const struct stats_interval *i, double error)
{
    return json_pack("{s:f,s:f,s:f,s:f}", "value", value, "lo", i->lo, "hi", i->hi, "error", error);
}

// {"good", "share", "lo", "hi", "clustered"}, null where nothing is told.
static void add_share(json_t *o, const struct trend_share *s, bool told)
{
    json_object_set_new(o, "good", told ? json_integer((json_int_t)s->good) : json_null());
    json_object_set_new(o, "share", told ? json_real(s->share) : json_null());
    json_object_set_new(o, "lo", told ? json_real(s->interval.lo) : json_null());
    json_object_set_new(o, "hi", told ? json_real(s->interval.hi) : json_null());
    json_object_set_new(o, "clustered", json_boolean(told && s->clustered));
}

json_t *trend_figure_json(const struct trend_figure *f)
{
    bool told = f->known && f->n >= TREND_LEAST_N;
    json_t *o = json_pack("{s:I,s:I,s:b}", "n", (json_int_t)f->n, "days",
                          (json_int_t)(f->known ? f->mean.days : 0), "enough", f->n >= TREND_MIN_N);
    if (f->named) { // no figure of this may be taken for how satisfied they are
        json_t *named = json_object();
        add_share(named, &f->share, told);
        json_object_set_new(o, "named", named);
        return o;
    }
    if (!f->nps) {
        add_share(o, &f->share, told);
    }
    json_object_set_new(o, f->nps ? "nps" : "index",
                        told ? trend_value_json(f->mean.mean, &f->mean.interval, f->mean.error)
                             : json_null());
    return o;
}
