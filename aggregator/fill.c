// fill: {{name}} -> its value.
#include "aggregator/fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[FILL_COUNT] = {"id",     "event", "title", "text", "alert",   "rule",
                                              "branch", "place", "link",  "at",   "channel", "secret"};

// The name between the braces at `at`; -1: unknown. *ret_end: behind them; NULL: they do not close.
static int name_at(const char *at, const char **ret_end)
{
    const char *close = strstr(at + 2, "}}");
    *ret_end = close != NULL ? close + 2 : NULL;
    for (int i = 0; close != NULL && i < FILL_COUNT; i++) {
        if (strlen(names[i]) == (size_t)(close - at - 2) &&
            strncmp(names[i], at + 2, strlen(names[i])) == 0) {
            return i;
        }
    }
    return -1;
}

bool fill_check(const char *text, char *ret_unknown, size_t n)
{
    const char *end;
    for (const char *at = strstr(text, "{{"); at != NULL; at = strstr(end, "{{")) {
        if (name_at(at, &end) < 0) {
            snprintf(ret_unknown, n, "%.*s", end != NULL ? (int)(end - at - 4) : 20, at + 2);
            return false;
        }
    }
    return true;
}

static size_t put_char(char *to, unsigned char c, enum fill_escape escape)
{
    static const char hex[] = "0123456789ABCDEF", short_from[] = "\"\\\n\r\t", short_to[] = "\"\\nrt";
    const char *s = escape == FILL_JSON && c != '\0' ? strchr(short_from, c) : NULL;
    bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                strchr("-._~", c) != NULL;
    if (s != NULL) {
        to[0] = '\\';
        to[1] = short_to[s - short_from];
        return 2;
    }
    if (escape == FILL_JSON && c < ' ') {
        return (size_t)sprintf(to, "\\u%04x", c);
    }
    if (escape == FILL_FORM && !word) {
        to[0] = '%';
        to[1] = hex[c >> 4];
        to[2] = hex[c & 15];
        return 3;
    }
    to[0] = escape == FILL_PLAIN && (c < ' ' || c == 127) ? ' ' : (char)c;
    return 1;
}

enum { ESCAPED_MOST = 6 };

char *fill(const char *text, const char *const values[FILL_COUNT], enum fill_escape escape)
{
    size_t room = strlen(text) + 1;
    const char *end;
    for (const char *at = strstr(text, "{{"); at != NULL; at = end != NULL ? strstr(end, "{{") : NULL) {
        int name = name_at(at, &end);
        room += name >= 0 ? strlen(values[name]) * ESCAPED_MOST : 0;
    }
    char *ret = malloc(room), *to = ret;
    while (ret != NULL && *text != '\0') {
        int name = strncmp(text, "{{", 2) == 0 ? name_at(text, &end) : -1;
        if (name < 0) {
            *to++ = *text++;
            continue;
        }
        for (const char *v = values[name]; *v != '\0'; v++) {
            to += put_char(to, (unsigned char)*v, escape);
        }
        text = end;
    }
    if (ret != NULL) {
        *to = '\0';
    }
    return ret;
}
