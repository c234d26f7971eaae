// seqset: a sorted array of ranges above a mark.
#include "aggregator/seqset.h"

#include <stdlib.h>
#include <string.h>

void seqset_init(struct seqset *s, int64_t through)
{
    *s = (struct seqset){.through = through};
}

void seqset_finish(struct seqset *s)
{
    free(s->ranges);
    *s = (struct seqset){.through = 0};
}

// Index of the first range whose last is >= seq.
static int find(const struct seqset *s, int64_t seq)
{
    int lo = 0, hi = s->count;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (s->ranges[mid].last < seq) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

bool seqset_has(const struct seqset *s, int64_t seq)
{
    if (seq <= s->through) {
        return true;
    }
    int i = find(s, seq);
    return i < s->count && s->ranges[i].first <= seq;
}

bool seqset_any(const struct seqset *s, int64_t from, int64_t to)
{
    int i = find(s, from);
    return from <= s->through || (i < s->count && s->ranges[i].first <= to);
}

static void remove_range(struct seqset *s, int i)
{
    memmove(&s->ranges[i], &s->ranges[i + 1], (size_t)(s->count - i - 1) * sizeof *s->ranges);
    s->count--;
}

static bool insert_range(struct seqset *s, int i, int64_t seq)
{
    if (s->count == s->capacity) {
        int capacity = s->capacity == 0 ? 4 : s->capacity * 2;
        struct seq_range *grown = realloc(s->ranges, (size_t)capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        s->ranges = grown;
        s->capacity = capacity;
    }
    memmove(&s->ranges[i + 1], &s->ranges[i], (size_t)(s->count - i) * sizeof *s->ranges);
    s->ranges[i] = (struct seq_range){seq, seq};
    s->count++;
    return true;
}

bool seqset_add(struct seqset *s, int64_t seq)
{
    if (seqset_has(s, seq)) {
        return true;
    }
    if (seq == s->through + 1) {
        s->through = seq;
        if (s->count > 0 && s->ranges[0].first == seq + 1) {
            s->through = s->ranges[0].last;
            remove_range(s, 0);
        }
        return true;
    }
    int i = find(s, seq); // the range after seq; seq is in none
    bool joins_left = i > 0 && s->ranges[i - 1].last == seq - 1;
    bool joins_right = i < s->count && s->ranges[i].first == seq + 1;
    if (joins_left && joins_right) {
        s->ranges[i - 1].last = s->ranges[i].last;
        remove_range(s, i);
    } else if (joins_left) {
        s->ranges[i - 1].last = seq;
    } else if (joins_right) {
        s->ranges[i].first = seq;
    } else {
        return insert_range(s, i, seq);
    }
    return true;
}

int64_t seqset_last(const struct seqset *s)
{
    return s->count > 0 ? s->ranges[s->count - 1].last : s->through;
}
