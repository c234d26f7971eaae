// views: a branch's day with and without the presses that verdicts name.
//
//   raw = filtered + suspects, for each score; a press named by several rules is one suspect.
//
// Privacy: as all figures these are those of the last step. And suspects are left out in steps of as many
// votes, the oldest ones first: who saw somebody press on and on must not learn from a difference of one
// which face it was.
#include "aggregator/judge.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

struct suspect {
    int64_t event;
    int score, levels;
    unsigned rules;
};
struct suspects {
    struct suspect *items; // owned
    int count, room;
};

static void add(struct views *v, struct suspects *s, const struct suspect *one)
{
    if (s->count == s->room) {
        int room = s->room == 0 ? 64 : s->room * 2;
        struct suspect *grown = realloc(s->items, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            v->failed = true;
            return;
        }
        s->items = grown;
        s->room = room;
    }
    s->items[s->count++] = *one;
}

static int by_event(const void *a, const void *b)
{
    int64_t left = ((const struct suspect *)a)->event, right = ((const struct suspect *)b)->event;
    return left < right ? -1 : left > right;
}

// The suspects among what the day counts.
static struct suspects load_suspects(struct views *v, const struct branch *b)
{
    struct suspects list = {.count = 0};
    int64_t first = views_first_event_since(v, b->day - HOUR_MS); // clocks differ
    sqlite3_stmt *s =
        store_bind(v->st,
                   "SELECT e.event_id, e.place_id, e.name_id, e.score, e.levels, sum(1 << d.rule)"
                   " FROM verdict d JOIN event e ON e.epoch_id = d.epoch_id AND e.seq = d.seq WHERE d.event_id >= ?1"
                   " AND d.event_id <= ?2 AND e.at >= ?3 AND e.at < ?4 AND (e.flags & 92) = 0"
                   " AND e.levels <= ?5 GROUP BY d.event_id",
                   "iiiid", first, b->released, b->day, b->next_day, (int)LEVELS_MAX);
    while (views_row(v, s)) {
        struct suspect one = {sqlite3_column_int64(s, 0), sqlite3_column_int(s, 3), sqlite3_column_int(s, 4),
                              (unsigned)sqlite3_column_int(s, 5)};
        if (branch_place(b, sqlite3_column_int(s, 1)) != NULL &&
            (b->promise_question == 0 || sqlite3_column_int(s, 2) == b->promise_question)) {
            add(v, &list, &one);
        }
    }
    if (list.count > 0) {
        qsort(list.items, (size_t)list.count, sizeof list.items[0], by_event);
    }
    list.count -= list.count % (v->o.step_votes > 0 ? v->o.step_votes : 1);
    return list;
}

// Scores by distance from the best face, as everywhere.
static json_t *counts_json(const struct branch *b, const int64_t *faces, int levels)
{
    struct counts all = {0, 0};
    json_t *tally = json_array();
    for (int i = 0; i < levels; i++) {
        all.n += faces[i];
        all.good += score_is_happy(levels - i, levels, b->promise.top_faces) ? faces[i] : 0;
        json_array_append_new(tally, json_pack("{s:i,s:I}", "score", levels - i, "n", (json_int_t)faces[i]));
    }
    return json_pack("{s:o,s:o}", "score", interval_json(&all), "tally", tally);
}

static json_t *rules_json(const struct suspects *s)
{
    json_t *list = json_array();
    for (int rule = 0; rule < VERDICT_RULES; rule++) {
        json_int_t n = 0;
        for (int i = 0; i < s->count; i++) {
            n += s->items[i].rules >> rule & 1;
        }
        json_array_append_new(list, json_pack("{s:s,s:i,s:I}", "rule", verdict_name(rule), "version",
                                              verdict_version(rule), "n", n));
    }
    return list;
}

// How much of what is stored has been looked at, in percent: less than 100 while all of history is judged again.
static int judged_percent(struct views *v)
{
    int percent = 100;
    sqlite3_stmt *s = store_bind(v->st,
                                 "SELECT CAST(value AS INTEGER), (SELECT max(event_id) FROM pack) FROM setting"
                                 " WHERE name = 'verdicts_through'",
                                 "");
    while (views_row(v, s)) {
        int64_t through = sqlite3_column_int64(s, 0), newest = sqlite3_column_int64(s, 1);
        percent = newest - through > JUDGE_SAVE_EVERY ? (int)(100 * through / newest) : 100;
    }
    return percent;
}

static json_t *verdicts_json(struct views *v, struct branch *b)
{
    int64_t raw[LEVELS_MAX] = {0}, filtered[LEVELS_MAX];
    int levels = branch_faces(v, b, raw);
    struct suspects s = load_suspects(v, b);
    memcpy(filtered, raw, sizeof filtered);
    for (int i = 0; i < s.count; i++) {
        filtered[s.items[i].levels - s.items[i].score]--;
    }
    json_t *o = json_pack("{s:s,s:I,s:i,s:o,s:o,s:i,s:o,s:i}", "place", b->id, "rev", (json_int_t)b->rev, "step",
                          v->o.step_votes, "raw", counts_json(b, raw, levels), "filtered",
                          counts_json(b, filtered, levels), "suspects", s.count, "rules", rules_json(&s), "judged",
                          judged_percent(v));
    free(s.items);
    return o;
}

enum views_error views_verdicts(struct views *v, const struct views_user *u, const char *branch, wall_ms now,
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
        text = views_dump(verdicts_json(v, b));
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
