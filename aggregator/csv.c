#include "aggregator/csv.h"

#include <string.h>

void csv_init(struct csv *c, csv_read *read, void *ctx, char separator)
{
    c->read = read;
    c->ctx = ctx;
    c->separator = separator;
    c->line = 1;
    c->at = c->end = 0;
    c->begun = c->over = false;
}

// The next byte without taking it; -1: the end.
static int peek(struct csv *c)
{
    if (c->at == c->end && !c->over) {
        c->at = 0;
        c->end = c->read(c->ctx, c->chunk, CSV_CHUNK);
        c->over = c->end == 0;
    }
    return c->at < c->end ? (unsigned char)c->chunk[c->at] : -1;
}

static int take(struct csv *c)
{
    int byte = peek(c);
    c->at += byte >= 0;
    return byte;
}

static void skip_mark(struct csv *c)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (peek(c) == 0xef && c->end - c->at >= 3 && memcmp(c->chunk + c->at, mark, 3) == 0) {
        c->at += 3;
    }
}

// The separator that stands most often in the first line, outside quotes.
static void find_separator(struct csv *c)
{
    static const char candidates[] = ",;\t";
    int counts[3] = {0, 0, 0}, best = 0;
    bool quoted = false;
    for (size_t i = c->at; i < c->end && (quoted || c->chunk[i] != '\n'); i++) {
        const char *found = c->chunk[i] != '\0' ? strchr(candidates, c->chunk[i]) : NULL;
        quoted = quoted != (c->chunk[i] == '"');
        if (found != NULL && !quoted) {
            counts[found - candidates]++;
        }
    }
    for (int i = 1; i < 3; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    c->separator = candidates[best];
}

// How many bytes the character has; 0: it is none. RFC 3629.
static int utf8(const unsigned char *s)
{
    int n = s[0] < 0x80                   ? 1
            : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
            : (s[0] & 0xf0) == 0xe0       ? 3
            : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                          : 0;
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool wrong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
                 (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f);
    return wrong ? 0 : n;
}

static bool is_text(const char *s)
{
    const unsigned char *p = (const unsigned char *)s;
    for (int n; *p != '\0'; p += n) {
        n = utf8(p);
        if (n == 0) {
            return false;
        }
    }
    return true;
}

struct filling {
    size_t n;
    bool nul; // holds a NUL byte
};

static bool put(struct csv *c, struct filling *f, int byte)
{
    f->nul = f->nul || byte == '\0';
    c->line += byte == '\n';
    if (f->n >= CSV_ROW_MAX) {
        return false;
    }
    c->row[f->n++] = (char)byte;
    return true;
}

// What stands between quotes, and what may follow them until the separator. False: it never ends.
static bool read_quoted(struct csv *c, struct filling *f)
{
    for (int byte;;) {
        byte = take(c);
        if (byte < 0) {
            return false;
        }
        if (byte == '"' && peek(c) != '"') {
            return true;
        }
        if (byte == '"') {
            take(c);
        }
        if (!put(c, f, byte)) {
            return false;
        }
    }
}

// One field; *ret_last: it ends the row.
static bool read_field(struct csv *c, struct filling *f, bool *ret_last)
{
    bool ok = true;
    if (peek(c) == '"') {
        take(c);
        ok = read_quoted(c, f);
    }
    while (ok) {
        int byte = take(c);
        if (byte == '\r' && peek(c) == '\n') {
            byte = take(c);
        }
        if (byte == c->separator || byte == '\n' || byte < 0) {
            *ret_last = byte != c->separator;
            c->line += byte == '\n';
            break;
        }
        ok = put(c, f, byte);
    }
    if (ok && f->n <= CSV_ROW_MAX) {
        c->row[f->n++] = '\0';
    }
    return ok;
}

enum csv_result csv_next(struct csv *c, struct csv_row *ret, const char **ret_why)
{
    if (!c->begun) {
        c->begun = true;
        peek(c);
        skip_mark(c);
        if (c->separator == '\0') {
            find_separator(c);
        }
    }
    while (peek(c) == '\n' || peek(c) == '\r') {
        c->line += take(c) == '\n';
    }
    *ret = (struct csv_row){.line = c->line};
    if (peek(c) < 0) {
        return CSV_END;
    }
    struct filling f = {0, false};
    for (bool last = false; !last;) {
        size_t from = f.n;
        if (ret->count == CSV_COLUMNS_MAX || !read_field(c, &f, &last)) {
            *ret_why = ret->count == CSV_COLUMNS_MAX ? "more than 200 columns"
                       : f.n >= CSV_ROW_MAX          ? "a row of more than 64 KiB: is a quote not closed?"
                                                     : "a quote is not closed";
            return CSV_BROKEN;
        }
        ret->fields[ret->count++] = c->row + from;
    }
    bool text = !f.nul;
    for (int i = 0; text && i < ret->count; i++) {
        text = is_text(ret->fields[i]);
    }
    *ret_why = f.nul ? "holds a NUL byte" : "is not UTF-8";
    return text ? CSV_ROW : CSV_BAD;
}
