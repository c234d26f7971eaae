#include "kiosk/thai.h"

#include <stdbool.h>
#include <stdlib.h>
#include <thai/thwbrk.h>

enum { CHARACTERS_MAX = 1024 };

struct thai {
    ThBrk *dictionary; // owned; NULL: not loaded, or there is none
    bool tried;
};

struct thai *thai_create(void)
{
    return calloc(1, sizeof(struct thai));
}

void thai_destroy(struct thai *t)
{
    if (!t)
        return;
    if (t->dictionary)
        th_brk_delete(t->dictionary);
    free(t);
}

int thai_words(void *thai, const uint32_t *characters, int count, int *ret, int max)
{
    struct thai *t = thai;
    thwchar_t text[CHARACTERS_MAX + 1];
    if (!t->tried)
        t->dictionary = th_brk_new(NULL);
    t->tried = true;
    if (!t->dictionary || count > CHARACTERS_MAX)
        return 0;
    for (int i = 0; i < count; i++)
        text[i] = (thwchar_t)characters[i];
    text[count] = 0;
    return th_brk_wc_find_breaks(t->dictionary, text, ret, (size_t)max);
}
