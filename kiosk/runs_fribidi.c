#include "kiosk/runs.h"

#include <fribidi.h>

struct characters {
    int count;
    uint32_t at[RUNS_CHARACTERS_MAX];
    int from[RUNS_CHARACTERS_MAX + 1]; // byte each begins at; the end
    enum script script[RUNS_CHARACTERS_MAX];
    FriBidiLevel level[RUNS_CHARACTERS_MAX];
};

static void read_characters(struct characters *c, const char *text, int bytes)
{
    int at = 0, length;
    enum script last = SCRIPT_LATIN;
    c->count = 0;
    while (c->count < RUNS_CHARACTERS_MAX) {
        uint32_t one = script_next(text + at, bytes - at, &length);
        if (length == 0)
            break;
        last = script_inherits(one) && c->count > 0 ? last : script_of(one);
        c->at[c->count] = one;
        c->from[c->count] = at;
        c->script[c->count++] = last;
        at += length;
    }
    c->from[c->count] = at;
}

// Levels of a line without anything from right to left are 0: the usual case needs no FriBidi.
static void find_levels(struct characters *c, enum draw_direction direction)
{
    FriBidiCharType types[RUNS_CHARACTERS_MAX];
    FriBidiBracketType brackets[RUNS_CHARACTERS_MAX];
    FriBidiParType base = direction == DIRECTION_RTL ? FRIBIDI_PAR_RTL : FRIBIDI_PAR_LTR;
    bool plain = direction == DIRECTION_LTR;
    for (int i = 0; i < c->count; i++) {
        plain &= c->script[i] != SCRIPT_ARABIC;
        c->level[i] = 0;
    }
    if (plain || c->count == 0)
        return;
    fribidi_get_bidi_types(c->at, c->count, types);
    fribidi_get_bracket_types(c->at, c->count, types, brackets);
    if (fribidi_get_par_embedding_levels_ex(types, brackets, c->count, &base, c->level) == 0) // out of memory
        for (int i = 0; i < c->count; i++)
            c->level[i] = direction == DIRECTION_RTL;
}

static void reverse(struct run *runs, int from, int to)
{
    for (; from < to; from++, to--) {
        struct run kept = runs[from];
        runs[from] = runs[to];
        runs[to] = kept;
    }
}

// Rule L2 of UAX #9: from the highest level down, turn around what is at that level or above.
static void order(struct run *runs, const int *level, int count)
{
    int highest = 0;
    int levels[RUNS_MAX];
    for (int i = 0; i < count; i++) {
        levels[i] = level[i];
        highest = level[i] > highest ? level[i] : highest;
    }
    for (int l = highest; l > 0; l--) {
        for (int i = 0; i < count; i++) {
            int end = i;
            while (end < count && levels[end] >= l)
                end++;
            if (end == i)
                continue;
            reverse(runs, i, end - 1);
            for (int a = i, b = end - 1; a < b; a++, b--) {
                int kept = levels[a];
                levels[a] = levels[b];
                levels[b] = kept;
            }
            i = end;
        }
    }
}

int runs_split(const char *text, int bytes, enum draw_direction direction, struct run ret[RUNS_MAX])
{
    struct characters c;
    int count = 0, level[RUNS_MAX];
    read_characters(&c, text, bytes);
    find_levels(&c, direction);
    for (int i = 0; i < c.count; i++) {
        bool same = count > 0 && c.script[i] == ret[count - 1].script && c.level[i] == level[count - 1];
        if (!same && count == RUNS_MAX)
            break;
        if (!same) {
            level[count] = c.level[i];
            ret[count++] = (struct run){.from = c.from[i],
                                        .script = c.script[i],
                                        .direction = c.level[i] % 2 ? DIRECTION_RTL : DIRECTION_LTR};
        }
        ret[count - 1].bytes = c.from[i + 1] - ret[count - 1].from;
    }
    order(ret, level, count);
    return count;
}
