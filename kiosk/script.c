#include "kiosk/script.h"

#include <string.h>

const char *script_tag(enum script s)
{
    static const char *const tags[SCRIPTS] = {"Latn", "Arab", "Deva", "Thai", "Hani"};
    return tags[s];
}

uint32_t script_next(const char *text, int bytes, int *ret_length)
{
    static const unsigned char lead[] = {0x00, 0xc0, 0xe0, 0xf0};
    const unsigned char *s = (const unsigned char *)text;
    *ret_length = bytes > 0;
    if (bytes <= 0 || s[0] < 0x80)
        return bytes <= 0 ? 0 : s[0];
    int more = s[0] >= 0xf0 && s[0] < 0xf8   ? 3
               : s[0] >= 0xe0 && s[0] < 0xf0 ? 2
                                             : s[0] >= 0xc2 && s[0] < 0xe0;
    if (more == 0 || more >= bytes)
        return 0xfffd;
    uint32_t c = s[0] & (uint32_t)~lead[more] & (0x7fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0xfffd;
        c = c << 6 | (s[i] & 0x3fu);
    }
    *ret_length = more + 1;
    return c;
}

enum script script_of(uint32_t c)
{
    static const struct {
        uint32_t first, last;
        enum script script;
    } blocks[] = {
        {0x0600, 0x06ff, SCRIPT_ARABIC},     {0x0750, 0x077f, SCRIPT_ARABIC},
        {0x0900, 0x097f, SCRIPT_DEVANAGARI}, {0x0e00, 0x0e7f, SCRIPT_THAI},
        {0x2e80, 0x303f, SCRIPT_HAN},        {0x3400, 0x9fff, SCRIPT_HAN},
        {0xa8e0, 0xa8ff, SCRIPT_DEVANAGARI}, {0xf900, 0xfaff, SCRIPT_HAN},
        {0xfb50, 0xfdff, SCRIPT_ARABIC},     {0xfe70, 0xfeff, SCRIPT_ARABIC},
        {0xff00, 0xffef, SCRIPT_HAN},        {0x20000, 0x2ffff, SCRIPT_HAN},
    };
    for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i].first && c <= blocks[i].last)
            return blocks[i].script;
    return SCRIPT_LATIN;
}

bool script_inherits(uint32_t c)
{
    return c == ' ' || (c >= 0x0300 && c <= 0x036f) || (c >= 0x200b && c <= 0x200d) ||
           (c >= 0xfe00 && c <= 0xfe0f);
}

unsigned script_mask(const char *text)
{
    unsigned mask = 0;
    int left = (int)strlen(text), length;
    for (uint32_t c; (c = script_next(text, left, &length)) != 0; text += length, left -= length)
        if (!script_inherits(c))
            mask |= 1u << script_of(c);
    return mask;
}
