// sheets: CSV, and either format in memory.
#include "aggregator/sheets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// All of it: out of memory sets `failed`.
struct text {
    char *bytes; // owned
    size_t n, room;
    bool failed;
};

static bool append(void *ctx, const void *data, size_t n)
{
    struct text *t = ctx;
    if (t->n + n > t->room) {
        size_t room = (t->n + n) * 2;
        char *grown = realloc(t->bytes, room);
        t->failed = t->failed || grown == NULL;
        if (grown == NULL) {
            return false;
        }
        t->bytes = grown;
        t->room = room;
    }
    if (n > 0) {
        memcpy(t->bytes + t->n, data, n);
        t->n += n;
    }
    return true;
}

static void add(struct text *t, const char *text)
{
    append(t, text, strlen(text));
}

static void add_quoted(struct text *t, const char *text)
{
    const char *mark = strchr("=+-@\t\r\n", text[0]) != NULL && text[0] != '\0' ? "'" : "";
    bool plain = strpbrk(text, ",;\"\r\n") == NULL;
    add(t, plain ? mark : "\"");
    add(t, plain ? "" : mark);
    for (const char *p = text; *p != '\0'; p++) {
        append(t, p, 1);
        append(t, p, !plain && *p == '"'); // doubled
    }
    add(t, plain ? "" : "\"");
}

// Four decimals at most, none that says nothing.
static void add_number(struct text *t, double number, enum sheet_lang lang)
{
    char digits[60];
    int n = snprintf(digits, sizeof digits, "%.4f", number);
    while (digits[n - 1] == '0') {
        digits[--n] = '\0';
    }
    if (digits[n - 1] == '.') {
        digits[n - 1] = '\0';
    }
    char *mark = strchr(digits, '.');
    if (mark != NULL && lang == SHEET_ID) {
        *mark = ',';
    }
    add(t, digits);
}

static void add_cell(struct text *t, const struct sheet_cell *c, enum sheet_lang lang)
{
    char day[16];
    switch (c->kind) {
    case SHEET_TEXT:
        add_quoted(t, c->text);
        break;
    case SHEET_NUMBER:
        add_number(t, c->number, lang);
        break;
    case SHEET_DAY:
        add(t, trend_day_text(c->day, day));
        break;
    case SHEET_NONE:
        break;
    }
}

static void add_sheet(struct text *t, const struct sheets *s, size_t i)
{
    add(t, i > 0 ? "\r\n" : "");
    add_quoted(t, sheets_title(s, i));
    add(t, "\r\n");
    for (size_t row = 0; row < sheets_rows(s, i); row++) {
        for (size_t column = 0; column < sheets_columns(s, i); column++) {
            struct sheet_cell c = sheets_cell(s, i, row, column);
            add(t, column == 0 ? "" : sheets_lang(s) == SHEET_ID ? ";" : ",");
            add_cell(t, &c, sheets_lang(s));
        }
        add(t, "\r\n");
    }
}

static bool write_csv(const struct sheets *s, export_put *put, void *ctx, char *ret_why, size_t n)
{
    struct text t = {.bytes = NULL};
    add(&t, "\xef\xbb\xbf");
    for (size_t i = 0; i < sheets_count(s); i++) {
        add_sheet(&t, s, i);
    }
    if (t.failed) {
        snprintf(ret_why, n, "out of memory");
    }
    bool ok = !t.failed && put(ctx, t.bytes, t.n);
    free(t.bytes);
    return ok;
}

bool sheets_write(const struct sheets *s, enum export_format f, export_put *put, void *ctx, char *ret_why,
                  size_t n)
{
    ret_why[0] = '\0';
    return f == EXPORT_XLSX ? sheets_write_xlsx(s, put, ctx, ret_why, n) : write_csv(s, put, ctx, ret_why, n);
}

bool sheets_bytes(const struct sheets *s, enum export_format f, char **ret_bytes, size_t *ret_n,
                  char *ret_why, size_t n)
{
    struct text t = {.bytes = NULL};
    bool ok = sheets_write(s, f, append, &t, ret_why, n);
    if (t.failed) {
        snprintf(ret_why, n, "out of memory");
    }
    if (!ok) {
        free(t.bytes);
        return false;
    }
    *ret_bytes = t.bytes;
    *ret_n = t.n;
    return true;
}
