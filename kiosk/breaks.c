#include "kiosk/breaks.h"

#include "kiosk/script.h"

#include <stdbool.h>
#include <string.h>

enum { CHARACTERS_MAX = 1024 };

static bool among(uint32_t c, const uint32_t *list)
{
    for (; *list; list++)
        if (*list == c)
            return true;
    return false;
}

// Punctuation that must not begin a line.
static bool closes(uint32_t c)
{
    static const uint32_t closing[] = {'!',    ')',    ',',    '.',    ':',    ';',    '?',    ']',    '}',
                                       '%',    0x2019, 0x201d, 0x2026, 0x3001, 0x3002, 0x3009, 0x300b, 0x300d,
                                       0x300f, 0x3011, 0x3015, 0x30fc, 0xff01, 0xff05, 0xff09, 0xff0c, 0xff0e,
                                       0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d, 0};
    return among(c, closing);
}

// Punctuation that must not end one.
static bool opens(uint32_t c)
{
    static const uint32_t opening[] = {'(',    '[',    '{',    0x2018, 0x201c, 0x3008, 0x300a, 0x300c,
                                       0x300e, 0x3010, 0x3014, 0xff08, 0xff3b, 0xff5b, 0};
    return among(c, opening);
}

struct characters {
    int count;
    uint32_t at[CHARACTERS_MAX];
    int from[CHARACTERS_MAX + 1];
    bool before[CHARACTERS_MAX]; // a line may end before this character
};

static void break_thai(struct characters *c, breaks_thai *thai, void *ctx)
{
    int words[BREAKS_MAX];
    for (int i = 0; i < c->count;) {
        int end = i;
        while (end < c->count && script_of(c->at[end]) == SCRIPT_THAI)
            end++;
        int count = end > i ? thai(ctx, c->at + i, end - i, words, BREAKS_MAX) : 0;
        for (int k = 0; k < count; k++)
            if (words[k] > 0 && words[k] < end - i)
                c->before[i + words[k]] = true;
        i = end > i ? end : i + 1;
    }
}

static bool may_break(const struct characters *c, int i)
{
    uint32_t a = c->at[i - 1], b = c->at[i];
    if (script_inherits(b))
        return false;
    if (a == ' ')
        return true;
    if (closes(b) || opens(a))
        return false;
    // Between two Chinese characters, and between one and a word of another script.
    return (script_of(a) == SCRIPT_HAN || script_of(b) == SCRIPT_HAN);
}

int breaks_find(const char *text, breaks_thai *thai, void *ctx, int ret[BREAKS_MAX])
{
    struct characters c = {.count = 0};
    int at = 0, bytes = (int)strlen(text), count = 0, length;
    while (c.count < CHARACTERS_MAX) {
        uint32_t one = script_next(text + at, bytes - at, &length);
        if (length == 0)
            break;
        c.at[c.count] = one;
        c.from[c.count] = at;
        c.before[c.count++] = false;
        at += length;
    }
    if (thai)
        break_thai(&c, thai, ctx);
    for (int i = 1; i < c.count && count < BREAKS_MAX - 1; i++)
        if (c.before[i] || may_break(&c, i))
            ret[count++] = c.from[i];
    ret[count++] = bytes;
    return count;
}
