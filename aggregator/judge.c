#include "aggregator/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char through_setting[] = "verdicts_through", rules_setting[] = "verdicts_rules";

enum { PRESSES_MAX = JUDGE_AROUND + (JUDGE_BATCH + JUDGE_PACK) * JUDGE_SPREAD + JUDGE_AROUND };

struct judge_room {
    struct store_unjudged batch[JUDGE_BATCH + JUDGE_PACK];
    int batch_count;
    // The presses around one range: items[first..end), those before the range end at JUDGE_AROUND.
    struct store_press items[PRESSES_MAX];
    struct verdict_press presses[PRESSES_MAX];
    unsigned rules[PRESSES_MAX];
    int first, end;
    int after;                  // presses taken behind the range
    int64_t last_seq;           // of the range
    bool cut_before, cut_after; // there are more than were looked at
};

// ---------------------------------------------------------------- where it stands

static bool save(struct judge *j, struct store *st)
{
    char text[24], line[VERDICTS_LINE];
    snprintf(text, sizeof text, "%lld", (long long)j->through);
    j->saved = j->through;
    return store_set_setting(st, through_setting, text) &&
           store_set_setting(st, rules_setting, verdicts_line(line));
}

bool judge_init(struct judge *ret_j, struct store *st)
{
    char text[24], line[VERDICTS_LINE], stored[VERDICTS_LINE];
    *ret_j = (struct judge){.through = 0};
    if (!store_setting(st, through_setting, text, sizeof text) ||
        !store_setting(st, rules_setting, stored, sizeof stored)) {
        return false;
    }
    if (strcmp(stored, verdicts_line(line)) == 0) {
        ret_j->through = ret_j->saved = strtoll(text, NULL, 10);
    }
    return true;
}

void judge_finish(struct judge *j)
{
    free(j->room);
    j->room = NULL;
}

bool judge_again(struct judge *j, struct store *st)
{
    j->through = 0;
    return save(j, st);
}

// ---------------------------------------------------------------- the presses around a range

static bool far(const struct store_press *a, const struct store_press *b)
{
    return a->p.place != b->p.place || b->p.at - a->p.at > VERDICTS_GAP_MS || b->p.at < a->p.at;
}

static bool take_up(void *ctx, const struct store_press *p)
{
    struct judge_room *r = ctx;
    if (p->seq > r->last_seq) {
        if (r->after > 0 && far(&r->items[r->end - 1], p)) {
            return false;
        }
        if (r->after == JUDGE_AROUND) {
            r->cut_after = true;
            return false;
        }
        r->after++;
    }
    r->items[r->end++] = *p;
    return true;
}

static bool take_down(void *ctx, const struct store_press *p)
{
    struct judge_room *r = ctx;
    if (r->first < JUDGE_AROUND && far(p, &r->items[r->first])) {
        return false;
    }
    if (r->first == 0) {
        r->cut_before = true;
        return false;
    }
    r->items[--r->first] = *p;
    return true;
}

// ---------------------------------------------------------------- judging

static bool give(const struct store_press *item, unsigned rules, struct store *st,
                 const struct judge_ops *ops, wall_ms now, bool *wrote)
{
    for (int rule = 0; rule < VERDICT_RULES; rule++) {
        int version = (rules >> rule & 1) != 0 ? verdict_version(rule) : 0;
        if (version == item->given[rule]) {
            continue;
        }
        *wrote = true;
        if (!ops->writes(ops->ctx) || !store_put_verdict(st, item, rule, version, now)) {
            return false;
        }
    }
    return true;
}

static bool judge_range(struct judge_room *r, struct store *st, int32_t epoch_id, int64_t first, int64_t last,
                        const struct judge_ops *ops, wall_ms now, bool *wrote)
{
    r->first = r->end = JUDGE_AROUND;
    r->after = 0;
    r->last_seq = last;
    r->cut_before = r->cut_after = false;
    if (!store_presses_up(st, epoch_id, first, take_up, r) ||
        !store_presses_down(st, epoch_id, first, take_down, r)) {
        return false;
    }
    for (int i = r->first; i < r->end; i++) {
        r->presses[i] = r->items[i].p;
        ops->hours(ops->ctx, &r->presses[i]);
    }
    verdicts_judge(r->presses + r->first, r->end - r->first, r->rules + r->first);
    // Near a cut not all is known that speaks of a press; it was judged when it was new.
    int from = r->first + (r->cut_before ? VERDICTS_REACH : 0),
        to = r->end - (r->cut_after ? VERDICTS_REACH : 0);
    bool ok = true;
    for (int i = from; ok && i < to; i++) {
        ok = give(&r->items[i], r->rules[i], st, ops, now, wrote);
    }
    return ok;
}

// ---------------------------------------------------------------- slices

static bool take_batch(void *ctx, const struct store_unjudged *u)
{
    struct judge_room *r = ctx;
    r->batch[r->batch_count++] = *u;
    return true;
}

static int by_epoch(const void *a, const void *b)
{
    const struct store_unjudged *left = a, *right = b;
    int64_t d = left->epoch_id != right->epoch_id ? left->epoch_id - right->epoch_id : left->seq - right->seq;
    return d < 0 ? -1 : d > 0 ? 1 : 0;
}

// What was said about a rating that has been taken back goes with it.
static bool drop_voided(const struct judge_room *r, struct store *st, const struct judge_ops *ops,
                        bool *wrote)
{
    for (int i = 0; i < r->batch_count; i++) {
        if (r->batch[i].voids) {
            *wrote = true;
            if (!ops->writes(ops->ctx) || !store_drop_verdicts(st, r->batch[i].epoch_id, r->batch[i].seq)) {
                return false;
            }
        }
    }
    return true;
}

static bool judge_batch(struct judge_room *r, struct store *st, const struct judge_ops *ops, wall_ms now,
                        bool *wrote)
{
    qsort(r->batch, (size_t)r->batch_count, sizeof r->batch[0], by_epoch);
    for (int first = 0, end; first < r->batch_count; first = end) {
        const struct store_unjudged *b = r->batch;
        end = first + 1;
        while (end < r->batch_count && b[end].epoch_id == b[first].epoch_id &&
               b[end].seq - b[end - 1].seq <= JUDGE_SPREAD) {
            end++;
        }
        if (!judge_range(r, st, b[first].epoch_id, b[first].seq, b[end - 1].seq, ops, now, wrote)) {
            return false;
        }
    }
    return true;
}

bool judge_slice(struct judge *j, struct store *st, const struct judge_ops *ops, wall_ms now, int limit)
{
    bool wrote = false;
    if (j->room == NULL && (j->room = malloc(sizeof *j->room)) == NULL) {
        return false;
    }
    struct judge_room *r = j->room;
    r->batch_count = 0;
    if (!store_each_unjudged(st, j->through, limit, take_batch, r)) {
        return false;
    }
    if (r->batch_count == 0) {
        return true;
    }
    int64_t through = r->batch[r->batch_count - 1].pack;
    if (!drop_voided(r, st, ops, &wrote) || !judge_batch(r, st, ops, now, &wrote)) {
        return false;
    }
    j->through = through;
    return (!wrote && j->through - j->saved < JUDGE_SAVE_EVERY) || (ops->writes(ops->ctx) && save(j, st));
}
