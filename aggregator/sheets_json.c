// sheets: cells out of the JSON of reports.
#include "aggregator/sheets.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 32, SHEETS_MAX = 16 };

struct sheet {
    const struct sheet_shape *shape;
    const json_t *rows; // borrowed from its report; NULL: it is the report itself
    const json_t *report;
    const struct sheet_column *columns[COLUMNS_MAX]; // those that are shown
    size_t count;
};

struct sheets {
    enum sheet_lang lang;
    char what[24], place[IDENT_MAX + 1], from[16], to[16];
    json_t *reports[SHEETS_MAX]; // owned
    size_t report_count;
    struct sheet list[SHEETS_MAX];
    size_t count;
};

void sheets_close(struct sheets *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; i < s->report_count; i++) {
        json_decref(s->reports[i]);
    }
    free(s);
}

// NULL: there is nothing.
static const json_t *value_at(const json_t *o, const char *path)
{
    char key[40];
    for (const char *p = path; o != NULL && *p != '\0'; p += *p == '.') {
        size_t n = strcspn(p, ".");
        snprintf(key, sizeof key, "%.*s", (int)n, p);
        o = json_is_array(o) ? json_array_get(o, strtoul(key, NULL, 10)) : json_object_get(o, key);
        p += n;
    }
    return json_is_null(o) ? NULL : o;
}

// What a person reads of texts by language: the own, else Indonesian, else any.
static const char *text_of(const json_t *value, enum sheet_lang lang)
{
    static const char *const langs[SHEET_LANGS] = {"id", "en"};
    const char *text = json_string_value(value);
    if (json_is_object(value)) {
        text = json_string_value(json_object_get(value, langs[lang]));
        for (int i = 0; text == NULL && i < SHEET_LANGS; i++) {
            text = json_string_value(json_object_get(value, langs[i]));
        }
    }
    return text != NULL && text[0] != '\0' ? text : NULL;
}

static const char *word_of(const json_t *value, enum sheet_lang lang)
{
    static const char *const digits[] = {"0", "1", "2", "3", "4", "5", "6"};
    json_int_t n = json_integer_value(value);
    const char *id = json_is_integer(value) ? (n >= 0 && n < 7 ? digits[n] : NULL) : text_of(value, lang);
    return id != NULL ? sheet_word(id, lang) : NULL;
}

static size_t row_count(const struct sheet *sheet)
{
    return sheet->shape->rows[0] == '\0' ? 1 : json_array_size(sheet->rows);
}

static const json_t *row_at(const struct sheet *sheet, size_t i)
{
    return sheet->shape->rows[0] == '\0' ? sheet->report : json_array_get(sheet->rows, i);
}

static struct sheet_cell text_cell(const char *text)
{
    return (struct sheet_cell){.kind = text != NULL ? SHEET_TEXT : SHEET_NONE, .text = text};
}

static struct sheet_cell cell_of(const struct sheet *sheet, size_t row, const struct sheet_column *c, enum sheet_lang lang)
{
    static const char *const yes[SHEET_LANGS] = {"Ya", "Yes"}, *const no[SHEET_LANGS] = {"Belum", "No"};
    static const int decimals[] = {[VALUE_SHARE] = 1, [VALUE_SCORE] = 1, [VALUE_LEVEL] = 2};
    const json_t *value =
        c->path[0] == '/' ? value_at(sheet->report, c->path + 1) : value_at(row_at(sheet, row), c->path);
    struct sheet_cell cell = {.kind = SHEET_NONE};
    switch (c->value) {
    case VALUE_TEXT:
        return text_cell(text_of(value, lang));
    case VALUE_WORD:
        return text_cell(word_of(value, lang));
    case VALUE_YES:
        return text_cell(json_is_boolean(value) ? json_is_true(value) ? yes[lang] : no[lang] : NULL);
    case VALUE_DAY:
        cell.kind = json_is_string(value) && trend_day_parse(json_string_value(value), &cell.day)
                        ? SHEET_DAY
                        : SHEET_NONE;
        break;
    case VALUE_COUNT:
    case VALUE_SHARE:
    case VALUE_SCORE:
    case VALUE_LEVEL:
        if (json_is_number(value)) {
            cell =
                (struct sheet_cell){.kind = SHEET_NUMBER,
                                    .number = json_number_value(value) * (c->value == VALUE_SHARE ? 100 : 1),
                                    .decimals = c->value == VALUE_COUNT ? 0 : decimals[c->value]};
        }
        break;
    }
    return cell;
}

static bool is_filled(const struct sheet *sheet, const struct sheet_column *c)
{
    for (size_t i = 0; i < row_count(sheet); i++) {
        if (cell_of(sheet, i, c, SHEET_ID).kind != SHEET_NONE) {
            return true;
        }
    }
    return false;
}

// A table without rows keeps its names: it says that there is nothing.
static void add(struct sheets *s, const struct sheet_shape *shape, const json_t *report)
{
    struct sheet *sheet = &s->list[s->count++];
    *sheet = (struct sheet){.shape = shape, .report = report, .rows = value_at(report, shape->rows)};
    for (const struct sheet_column *c = shape->columns; c->path != NULL && sheet->count < COLUMNS_MAX; c++) {
        if ((row_count(sheet) == 0 && c->path[0] != '/') || is_filled(sheet, c)) {
            sheet->columns[sheet->count++] = c;
        }
    }
}

static const char *field(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text != NULL ? text : "";
}

// What has to stand beside an index that is published.
static void say_method(json_t *report)
{
    json_object_set_new(report, "basis", json_string("Permenpan RB 14/2017"));
    json_object_set_new(
        report, "method",
        json_pack(
            "{s:s,s:s}", "id",
            "IKM = 25 \u00d7 rata-rata dari nilai rata-rata sembilan unsur (bobot 1/9), jawaban 1 sampai 4",
            "en",
            "IKM = 25 \u00d7 the mean of the means of nine elements (weight 1/9 each), answers 1 to 4"));
}

static enum trends_error read_part(struct sheets *s, struct views *v, const struct views_user *u,
                                   const char *what, const struct trend_query *q, wall_ms now,
                                   struct trend_problem *ret_problem)
{
    char *text = NULL;
    enum trends_error e = trends_read(v, u, what, q, now, ret_problem, &text);
    json_t *report = e == TRENDS_OK ? json_loads(text, 0, NULL) : NULL;
    free(text);
    if (report == NULL) {
        return e != TRENDS_OK ? e : TRENDS_FAILED;
    }
    s->reports[s->report_count++] = report;
    snprintf(s->place, sizeof s->place, "%s", field(json_object_get(report, "place"), "id"));
    snprintf(s->from, sizeof s->from, "%s", field(report, "from"));
    snprintf(s->to, sizeof s->to, "%s", field(report, "to"));
    if (strcmp(what, "skm") == 0) {
        say_method(report);
    }
    bool unsaid = json_is_false(json_object_get(report, "searched")); // no table, not an empty one
    for (const struct sheet_shape *shape = sheet_shapes; shape->report != NULL; shape++) {
        if (strcmp(shape->report, what) == 0 && !unsaid) {
            add(s, shape, report);
        }
    }
    return TRENDS_OK;
}

enum trends_error sheets_read(struct views *v, const struct views_user *u, const char *what,
                              const struct trend_query *q, wall_ms now, struct trend_problem *ret_problem,
                              struct sheets **ret_s)
{
    const char *const alone[] = {what, NULL};
    const char *const *parts = strcmp(what, "report") == 0 ? sheet_report_parts : alone;
    struct sheets *s = calloc(1, sizeof *s);
    if (s == NULL) {
        return TRENDS_FAILED;
    }
    s->lang = q->lang != NULL && strcmp(q->lang, "en") == 0 ? SHEET_EN : SHEET_ID;
    snprintf(s->what, sizeof s->what, "%s", what);
    for (; *parts != NULL; parts++) {
        enum trends_error e = read_part(s, v, u, *parts, q, now, ret_problem);
        if (e != TRENDS_OK) {
            sheets_close(s);
            return e;
        }
    }
    if (s->count == 0) { // nothing of it stands in a table
        sheets_close(s);
        return TRENDS_NOT_FOUND;
    }
    *ret_s = s;
    return TRENDS_OK;
}

// ---------------------------------------------------------------- for the formats

size_t sheets_count(const struct sheets *s)
{
    return s->count;
}

enum sheet_lang sheets_lang(const struct sheets *s)
{
    return s->lang;
}

const char *sheets_title(const struct sheets *s, size_t i)
{
    return s->list[i].shape->title[s->lang];
}

bool sheets_upright(const struct sheets *s, size_t i)
{
    return s->list[i].shape->rows[0] == '\0';
}

size_t sheets_rows(const struct sheets *s, size_t i)
{
    return sheets_upright(s, i) ? s->list[i].count : row_count(&s->list[i]) + 1;
}

size_t sheets_columns(const struct sheets *s, size_t i)
{
    return sheets_upright(s, i) ? 2 : s->list[i].count;
}

struct sheet_cell sheets_cell(const struct sheets *s, size_t i, size_t row, size_t column)
{
    const struct sheet *sheet = &s->list[i];
    bool upright = sheets_upright(s, i);
    const struct sheet_column *c = sheet->columns[upright ? row : column];
    if ((upright ? column : row) == 0) {
        return text_cell(c->name[s->lang]);
    }
    return cell_of(sheet, upright ? 0 : row - 1, c, s->lang);
}

void sheets_name(const struct sheets *s, enum export_format f, char ret[SHEETS_NAME_MAX])
{
    snprintf(ret, SHEETS_NAME_MAX, "puas-%.12s-%s-%.10s-%.10s.%s", s->what, s->place, s->from, s->to,
             export_names[f]);
}
