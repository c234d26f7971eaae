// ctl: tables whose columns line up, also with letters of more than one byte.
#include "aggregator/ctl.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void push(struct table *t, char *text)
{
    if (t->rows == t->room) {
        int room = t->room == 0 ? 64 : t->room * 2;
        char **grown = realloc(t->cells, (size_t)room * sizeof *grown);
        if (grown == NULL) {
            free(text);
            return;
        }
        t->cells = grown;
        t->room = room;
    }
    t->cells[t->rows++] = text; // `rows` counts cells until it is printed
}

void table_init(struct table *t, const char *heads)
{
    *t = (struct table){.columns = 0};
    while (heads != NULL && t->columns < TABLE_COLUMNS) {
        const char *bar = strchr(heads, '|');
        push(t, bar != NULL ? strndup(heads, (size_t)(bar - heads)) : strdup(heads));
        t->columns++;
        heads = bar != NULL ? bar + 1 : NULL;
    }
}

void table_add(struct table *t, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *p = text; *p != '\0'; p++) { // text of others must not move the terminal's cursor
        *p = (unsigned char)*p < ' ' || *p == 127 ? '?' : *p;
    }
    push(t, strdup(text[0] != '\0' ? text : "-"));
}

static int width(const char *s)
{
    int n = 0;
    for (; s != NULL && *s != '\0'; s++) {
        n += (*s & 0xc0) != 0x80;
    }
    return n;
}

void table_print(struct table *t)
{
    int widths[TABLE_COLUMNS] = {0};
    for (int i = 0; i < t->rows; i++) {
        int w = width(t->cells[i]), *most = &widths[i % t->columns];
        *most = w > *most ? w : *most;
    }
    for (int i = 0; i < t->rows; i++) {
        bool last = (i + 1) % t->columns == 0;
        const char *cell = t->cells[i] != NULL ? t->cells[i] : "";
        printf("%s%*s%s", cell, last ? 0 : widths[i % t->columns] - width(cell), "", last ? "\n" : "  ");
    }
}

void table_finish(struct table *t)
{
    for (int i = 0; i < t->rows; i++) {
        free(t->cells[i]);
    }
    free(t->cells);
    *t = (struct table){.columns = 0};
}

const char *table_ago(wall_ms at, wall_ms now, char *ret)
{
    int64_t s = (now - at) / 1000;
    if (at == 0) {
        snprintf(ret, 32, "-");
    } else if (s < 120) {
        snprintf(ret, 32, "%lld s ago", (long long)(s > 0 ? s : 0));
    } else if (s < 7200) {
        snprintf(ret, 32, "%lld min ago", (long long)(s / 60));
    } else {
        snprintf(ret, 32, s < 172800 ? "%lld h ago" : "%lld d ago",
                 (long long)(s < 172800 ? s / 3600 : s / 86400));
    }
    return ret;
}
