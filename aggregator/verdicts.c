#include "aggregator/verdicts.h"

#include <stdio.h>

static const struct {
    const char *name;
    int version;
} rules[VERDICT_RULES] = {
    [VERDICT_MASHING] = {"mashing", 1},
    [VERDICT_STREAK] = {"streak", 1},
    [VERDICT_CLOSED] = {"closed", 1},
    [VERDICT_SHIFT] = {"shift", 1},
};

const char *verdict_name(enum verdict_rule rule)
{
    return rules[rule].name;
}

int verdict_version(enum verdict_rule rule)
{
    return rules[rule].version;
}

const char *verdicts_line(char ret_line[VERDICTS_LINE])
{
    size_t n = 0;
    for (int i = 0; i < VERDICT_RULES; i++) {
        n += (size_t)snprintf(ret_line + n, VERDICTS_LINE - n, "%s%s %d", i > 0 ? " " : "", rules[i].name,
                              rules[i].version);
    }
    return ret_line;
}

// Time from the press before to press i; -1 when they are not linked.
static int64_t gap_before(const struct verdict_press *p, int i)
{
    if (i == 0 || p[i].unsure || p[i - 1].unsure || p[i].place != p[i - 1].place || p[i].at < p[i - 1].at) {
        return -1;
    }
    return p[i].at - p[i - 1].at;
}

static bool is_mashing(const struct verdict_press *p, int i)
{
    int64_t gap = gap_before(p, i);
    // A simple device tells no facts: what is known is that there was no press between.
    int64_t since = p[i].since_ms >= 0 ? p[i].since_ms : gap;
    return gap >= 0 && gap <= MASH_GAP_MS && (since <= MASH_SINCE_MS || p[i].fingers >= MASH_FINGERS);
}

// What a press is besides, until the end of verdicts_judge.
enum { IS_SURE = 1 << 16, IS_BEST_NEAR_A_SHIFT = 1 << 17, IS_ALL = IS_SURE | IS_BEST_NEAR_A_SHIFT };

// Names all but the first of each run of `least` or more with the same face, linked by gaps of at most
// gap_ms, in which every press is `what`.
static void name_runs(const struct verdict_press *p, int count, int64_t gap_ms, int least, unsigned what,
                      enum verdict_rule rule, unsigned *marks)
{
    for (int first = 0; first < count;) {
        int end = first + 1;
        while (end < count && (marks[first] & marks[end] & what) != 0 && p[end].score == p[first].score &&
               p[end].of == p[first].of && gap_before(p, end) >= 0 && gap_before(p, end) <= gap_ms) {
            end++;
        }
        for (int i = first + 1; end - first >= least && i < end; i++) {
            marks[i] |= 1U << rule;
        }
        first = end;
    }
}

static unsigned marks_by_hours(const struct verdict_press *p, const struct hours_period *h)
{
    bool began = h->from != HOURS_ALWAYS, ends = h->until != HOURS_EVER;
    bool closed = !h->open && (!began || p->at - h->from > CLOSED_AFTER_MS) &&
                  (!ends || h->until - p->at > CLOSED_BEFORE_MS);
    bool near = (began && p->at - h->from <= SHIFT_NEAR_MS) || (ends && h->until - p->at <= SHIFT_NEAR_MS);
    return (closed ? 1U << VERDICT_CLOSED : 0) | (near && p->score == p->of ? IS_BEST_NEAR_A_SHIFT : 0);
}

void verdicts_judge(const struct verdict_press *p, int count, unsigned *ret_rules)
{
    const struct hours *hours = NULL; // `period` is one of these
    struct hours_period period = {HOURS_ALWAYS, HOURS_EVER, true};
    for (int i = 0; i < count; i++) {
        ret_rules[i] = 0;
        if (p[i].unsure) {
            continue;
        }
        if (p[i].hours != hours || p[i].at < period.from || p[i].at >= period.until) {
            hours = p[i].hours;
            period = hours_period(hours, &p[i].zone, p[i].at);
        }
        ret_rules[i] =
            IS_SURE | marks_by_hours(&p[i], &period) | (is_mashing(p, i) ? 1U << VERDICT_MASHING : 0);
    }
    name_runs(p, count, STREAK_GAP_MS, STREAK_LEAST, IS_SURE, VERDICT_STREAK, ret_rules);
    name_runs(p, count, SHIFT_GAP_MS, SHIFT_LEAST, IS_BEST_NEAR_A_SHIFT, VERDICT_SHIFT, ret_rules);
    for (int i = 0; i < count; i++) {
        ret_rules[i] &= ~(unsigned)IS_ALL;
    }
}
