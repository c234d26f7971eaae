#include "kiosk/typing.h"

#include <string.h>

void typing_start(struct typing *t, int fields, int most_characters)
{
    typing_wipe(t);
    t->field_count = fields;
    t->most = most_characters;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static int characters(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += !continues(*s);
    return n;
}

bool typing_add(struct typing *t, const char *utf8)
{
    char *text = t->text[t->field];
    size_t have = strlen(text), more = strlen(utf8);
    if (have + more > TYPING_BYTES_MAX || characters(text) + characters(utf8) > t->most)
        return false;
    memcpy(text + have, utf8, more + 1);
    return true;
}

bool typing_erase(struct typing *t)
{
    char *text = t->text[t->field];
    size_t n = strlen(text);
    if (n == 0)
        return false;
    do
        n--;
    while (n > 0 && continues(text[n]));
    memset(text + n, 0, strlen(text + n));
    return true;
}

bool typing_is_empty(const struct typing *t)
{
    for (int i = 0; i < t->field_count; i++)
        if (strspn(t->text[i], " ") != strlen(t->text[i]))
            return false;
    return true;
}

void typing_wipe(struct typing *t)
{
    *t = (struct typing){0};
}
