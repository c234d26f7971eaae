// export: the columns, and CSV and JSON.
#include "aggregator/export.h"

#include "aggregator/store.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROOM = 64 * 1024, ROW_MAX = 16 * 1024 };

const char *const export_names[EXPORT_FORMATS] = {"csv", "json", "xlsx"};
const char *const export_types[EXPORT_FORMATS] = {
    "text/csv; charset=utf-8", "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"};

enum export_format export_format_parse(const char *name)
{
    int f = 0;
    while (f < EXPORT_FORMATS && strcmp(name, export_names[f]) != 0) {
        f++;
    }
    return (enum export_format)f;
}

#define FIELD(name) QUERY_FIELD(struct trend_query, name)
const struct query_field export_fields[] = {FIELD(place), FIELD(from), FIELD(to), FIELD(question), {NULL, 0}};

// ---------------------------------------------------------------- columns

enum column {
    C_UTC,
    C_LOCAL,
    C_PLACE,
    C_PLACE_NAME,
    C_KIOSK,
    C_VISIT,
    C_SEQ,
    C_KIND,
    C_QUESTION,
    C_SCORE,
    C_OF,
    C_OPTIONS,
    C_COMMENT,
    C_LANG,
    C_REF,
    C_COUNTED,
    C_REMARKS,
};
const char *const export_columns[EXPORT_COLUMNS] = {
    [C_UTC] = "utc",           [C_LOCAL] = "local", [C_PLACE] = "place",     [C_PLACE_NAME] = "place_name",
    [C_KIOSK] = "kiosk",       [C_VISIT] = "visit", [C_SEQ] = "seq",         [C_KIND] = "kind",
    [C_QUESTION] = "question", [C_SCORE] = "score", [C_OF] = "of",           [C_OPTIONS] = "options",
    [C_COMMENT] = "comment",   [C_LANG] = "lang",   [C_REF] = "ref",         [C_COUNTED] = "counted",
    [C_REMARKS] = "remarks",
};

static struct export_cell text_cell(const char *s)
{
    return (struct export_cell){s[0] != '\0' ? EXPORT_TEXT : EXPORT_NONE, s, 0};
}

static struct export_cell number_cell(int64_t n, bool known)
{
    return (struct export_cell){known ? EXPORT_NUMBER : EXPORT_NONE, "", n};
}

// The flags in words.
static const char *remarks_of(int flags, bool contact, char *ret, size_t n)
{
    const struct {
        int flag;
        const char *word;
    } words[] = {{EVENT_LATE, "late"},         {EVENT_UNSURE, "unsure-time"},    {EVENT_REPEATED, "repeated"},
                 {EVENT_VOIDED, "taken-back"}, {EVENT_UNASSIGNED, "unassigned"}, {EVENT_DEVICE, "device"},
                 {EVENT_WIPED, contact ? "wiped" : "staff"}, // EVENT_STAFF
                 {EVENT_ERASED, "erased"}};
    bool phone = (flags & EVENT_PHONE) == EVENT_PHONE;
    flags &= phone ? ~EVENT_PHONE : ~0;
    snprintf(ret, n, "%s", phone ? "phone" : "");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((flags & words[i].flag) != 0) {
            size_t used = strlen(ret);
            snprintf(ret + used, n - used, "%s%s", used > 0 ? " " : "", words[i].word);
        }
    }
    return ret;
}

struct export_cell export_cell(const struct export_row *r, int column, char *remarks, size_t n)
{
    switch ((enum column)column) {
    case C_UTC:
        return (struct export_cell){EXPORT_TIME, "Z", r->at};
    case C_LOCAL:
        return (struct export_cell){EXPORT_TIME, "", r->local};
    case C_PLACE:
        return text_cell(r->place.s);
    case C_PLACE_NAME:
        return text_cell(r->place_name);
    case C_KIOSK:
        return text_cell(r->kiosk.s);
    case C_VISIT:
        return text_cell(r->visit);
    case C_SEQ:
        return number_cell(r->seq, true);
    case C_KIND:
        return text_cell(event_type_name(r->type));
    case C_QUESTION:
        return text_cell(r->question.s);
    case C_SCORE:
        return number_cell(r->score, r->of > 0);
    case C_OF:
        return number_cell(r->of, r->of > 0);
    case C_OPTIONS:
        return text_cell(r->options);
    case C_COMMENT:
        return text_cell(r->text);
    case C_LANG:
        return text_cell(r->lang);
    case C_REF:
        return text_cell(r->ref);
    case C_COUNTED:
        return number_cell((r->flags & EVENT_UNSCORED & ~(r->type == EVENT_CONTACT ? EVENT_WIPED : 0)) == 0, true);
    case C_REMARKS:
        return text_cell(remarks_of(r->flags, r->type == EVENT_CONTACT, remarks, n));
    }
    return text_cell("");
}

// "2026-11-24T09:30:00", with what follows.
static void time_text(const struct export_cell *c, char ret[EXPORT_TIME_TEXT])
{
    struct tm tm;
    time_t s = (time_t)(c->number / 1000);
    gmtime_r(&s, &tm);
    size_t n = strftime(ret, EXPORT_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(ret + n, EXPORT_TIME_TEXT - n, "%s", c->text);
}

// ---------------------------------------------------------------- a piece of text

struct piece {
    char *data; // owned: ROOM + ROW_MAX bytes
    size_t n;
};

static void add(struct piece *p, const char *s, size_t n)
{
    if (p->n + n <= ROOM + ROW_MAX) { // a row is far smaller: its texts have their limits
        memcpy(p->data + p->n, s, n);
        p->n += n;
    }
}

static void add_text(struct piece *p, const char *s)
{
    add(p, s, strlen(s));
}

// ---------------------------------------------------------------- CSV

static void add_csv_text(struct piece *p, const char *s)
{
    bool formula = s[0] != '\0' && strchr("=+-@\t\r\n", s[0]) != NULL;
    bool quoted = strpbrk(s, ",\"\r\n") != NULL;
    add_text(p, quoted ? "\"" : "");
    add_text(p, formula ? "'" : "");
    for (; *s != '\0'; s++) {
        add(p, s, 1);
        if (*s == '"') {
            add(p, "\"", 1);
        }
    }
    add_text(p, quoted ? "\"" : "");
}

static bool add_csv(struct piece *p, const struct export_row *r)
{
    char time[EXPORT_TIME_TEXT], number[24], remarks[120];
    for (int i = 0; i < EXPORT_COLUMNS; i++) {
        struct export_cell c = export_cell(r, i, remarks, sizeof remarks);
        add_text(p, i > 0 ? "," : "");
        switch (c.kind) {
        case EXPORT_TIME:
            time_text(&c, time);
            add_text(p, time);
            break;
        case EXPORT_NUMBER:
            snprintf(number, sizeof number, "%lld", (long long)c.number);
            add_text(p, number);
            break;
        case EXPORT_TEXT:
            add_csv_text(p, c.text);
            break;
        case EXPORT_NONE:
            break;
        }
    }
    add_text(p, "\r\n");
    return true;
}

static void add_csv_head(struct piece *p)
{
    for (int i = 0; i < EXPORT_COLUMNS; i++) {
        add_text(p, i > 0 ? "," : "");
        add_text(p, export_columns[i]);
    }
    add_text(p, "\r\n");
}

// ---------------------------------------------------------------- JSON

static bool add_json(struct piece *p, const struct export_row *r)
{
    char time[EXPORT_TIME_TEXT], remarks[120];
    json_t *o = json_object();
    for (int i = 0; i < EXPORT_COLUMNS; i++) {
        struct export_cell c = export_cell(r, i, remarks, sizeof remarks);
        switch (c.kind) {
        case EXPORT_TIME:
            time_text(&c, time);
            json_object_set_new(o, export_columns[i], json_string(time));
            break;
        case EXPORT_NUMBER:
            json_object_set_new(o, export_columns[i],
                                i == C_COUNTED ? json_boolean(c.number != 0) : json_integer(c.number));
            break;
        case EXPORT_TEXT:
            json_object_set_new(o, export_columns[i], json_string(c.text));
            break;
        case EXPORT_NONE:
            break;
        }
    }
    char *text = json_dumps(o, JSON_COMPACT);
    json_decref(o);
    if (text != NULL) {
        add_text(p, text);
    }
    free(text);
    return text != NULL;
}

// ---------------------------------------------------------------- both

// Pages until the end. False: `put` has had enough, or *ret_why says what failed.
static bool write_pages(struct export *e, bool json, struct piece *p, export_put *put, void *ctx,
                        int64_t *rows, char *ret_why, size_t n)
{
    const struct export_row *page;
    int count = 0;
    do {
        if (!export_page(e, &page, &count, ret_why, n)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (json) {
                add_text(p, *rows > 0 ? ",\n" : "[\n");
            }
            if (!(json ? add_json(p, &page[i]) : add_csv(p, &page[i]))) {
                snprintf(ret_why, n, "out of memory");
                return false;
            }
            ++*rows;
            if (p->n >= ROOM) {
                if (!put(ctx, p->data, p->n)) {
                    return false;
                }
                p->n = 0;
            }
        }
    } while (count > 0 && put(ctx, NULL, 0));
    return count == 0;
}

static bool write_text(struct export *e, bool json, export_put *put, void *ctx, int64_t *rows, char *ret_why,
                       size_t n)
{
    struct piece p = {malloc(ROOM + ROW_MAX), 0};
    if (p.data == NULL) {
        snprintf(ret_why, n, "out of memory");
        return false;
    }
    if (!json) {
        add_csv_head(&p);
    }
    bool ok = write_pages(e, json, &p, put, ctx, rows, ret_why, n);
    if (ok && json) {
        add_text(&p, *rows > 0 ? "\n]\n" : "[]\n");
    }
    ok = ok && put(ctx, p.data, p.n);
    free(p.data);
    return ok;
}

bool export_write(struct export *e, enum export_format f, export_put *put, void *ctx, int64_t *ret_rows,
                  char *ret_why, size_t n)
{
    *ret_rows = 0;
    ret_why[0] = '\0';
    return f == EXPORT_XLSX ? export_write_xlsx(e, put, ctx, ret_rows, ret_why, n)
                            : write_text(e, f == EXPORT_JSON, put, ctx, ret_rows, ret_why, n);
}
