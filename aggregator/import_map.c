#include "aggregator/import_map.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CELL_MAX = 200, SCORE_MAX = PROTOCOL_SCORE_MAX };
#define EARLIEST ((wall_ms)946684800000) // 2000-01-01: what lies before is a mistaken format

const char *const import_separators[] = {"auto", "comma", "semicolon", "tab", NULL};

// ---------------------------------------------------------------- the file

#define AT(type, field) .offset = offsetof(struct type, field)
#define COLUMN(type) AT(type, c.column)
#define END                                                                                                  \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct config_row time_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_time), .required = true, .min = 1, .max = 100,
     .help = "its heading"},
    {"second", CONFIG_STRING, AT(import_time, second.column), .fallback = "", .max = 100,
     .help = "a second column, joined to it by a space: where date and time stand apart"},
    {"format", CONFIG_STRING, AT(import_time, format), .fallback = "iso", .min = 1, .max = 60,
     .help = "iso (2026-11-24T09:30:00, with or without Z or +07:00), unix, unix-ms, or as strptime: "
             "%d/%m/%Y %H:%M"},
    {"zone", CONFIG_STRING, AT(import_time, zone), .fallback = "", .max = 64,
     .help = "IANA time zone of these times; none: that of the place"},
    END,
};
static const struct config_row place_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_place), .fallback = "", .max = 100, .help = "its heading"},
    {"id", CONFIG_IDENT, AT(import_place, id), .help = "without a column: the place of all rows"},
    {"map", CONFIG_MAP, AT(import_place, map),
     .help = "what stands there: id of the place; without: it is the id"},
    {"kiosks", CONFIG_BOOL, AT(import_place, kiosks), .fallback = "false",
     .help = "the column names kiosks: their places are meant"},
    END,
};
static const struct config_row question_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_question), .fallback = "", .max = 100, .help = "its heading"},
    {"id", CONFIG_IDENT, AT(import_question, id), .fallback = "overall",
     .help = "without a column: of all rows"},
    {"map", CONFIG_MAP, AT(import_question, map),
     .help = "what stands there: id of the question (or dimension)"},
    END,
};
static const struct config_row score_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_score), .fallback = "", .max = 100, .help = "its heading"},
    {"of", CONFIG_INT, AT(import_score, of), .fallback = "5", .min = 2, .max = SCORE_MAX,
     .help = "how many scores there are; 11: NPS"},
    {"least", CONFIG_INT, AT(import_score, least), .fallback = "1", .min = 0, .max = 1,
     .help = "how the worst one is written, without a map: 1, or 0 as in 0 to 10"},
    {"map", CONFIG_MAP, AT(import_score, map),
     .help = "what stands there: score, 1 = worst; without: it is the score"},
    END,
};
static const struct config_row reason_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_reasons), .fallback = "", .max = 100, .help = "its heading"},
    {"separator", CONFIG_STRING, AT(import_reasons, separator), .fallback = ";", .min = 1, .max = 8,
     .help = "between several in one cell"},
    {"question", CONFIG_IDENT, AT(import_reasons, question), .fallback = "why",
     .help = "id of what was asked"},
    {"map", CONFIG_MAP, AT(import_reasons, map),
     .help = "what stands there: id of the reason; without: it is the id"},
    END,
};
static const struct config_row comment_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_comment), .fallback = "", .max = 100, .help = "its heading"},
    {"question", CONFIG_IDENT, AT(import_comment, question), .fallback = "comment",
     .help = "id of what was asked"},
    END,
};
static const struct config_row lang_rows[] = {
    {"column", CONFIG_STRING, COLUMN(import_lang), .fallback = "", .max = 100, .help = "its heading"},
    {"map", CONFIG_MAP, AT(import_lang, map),
     .help = "what stands there: code of the language (id, en, zh-hant); without: it is the code"},
    END,
};
const struct config_row import_rows[] = {
    {"separator", CONFIG_ENUM, AT(import_map, separator), .fallback = "auto", .choices = import_separators,
     .help = "between columns"},
    {"time", CONFIG_GROUP, AT(import_map, time), .rows = time_rows, .required = true,
     .help = "when it was said"},
    {"place", CONFIG_GROUP, AT(import_map, place), .rows = place_rows, .help = "where"},
    {"question", CONFIG_GROUP, AT(import_map, question), .rows = question_rows, .help = "what was asked"},
    {"score", CONFIG_GROUP, AT(import_map, score), .rows = score_rows, .help = "the face, or the number"},
    {"reasons", CONFIG_GROUP, AT(import_map, reasons), .rows = reason_rows, .help = "why"},
    {"comment", CONFIG_GROUP, AT(import_map, comment), .rows = comment_rows, .help = "in words"},
    {"lang", CONFIG_GROUP, AT(import_map, lang), .rows = lang_rows, .help = "the language of the comment"},
    END,
};

static const char *pair(const struct config_pairs *p, const char *key)
{
    for (size_t i = 0; i < p->count; i++) {
        if (strcmp(p->items[i].key, key) == 0) {
            return p->items[i].value;
        }
    }
    return NULL;
}

static bool ids_valid(const struct config_pairs *p, const char *what, char *why, size_t n)
{
    for (size_t i = 0; i < p->count; i++) {
        if (!ident_valid(p->items[i].value)) {
            snprintf(why, n, "%s.map: '%.60s' of '%.60s' is no id (a-z, 0-9, -, at most 32)", what,
                     p->items[i].value, p->items[i].key);
            return false;
        }
    }
    return true;
}

// A score in digits; 0: it is none.
static int score_of(const char *text, int64_t of, int64_t least)
{
    char *end;
    long n = strtol(text, &end, 10) + 1 - (long)least;
    return end != text && *end == '\0' && n >= 1 && n <= of ? (int)n : 0;
}

static bool lang_valid(const char *s)
{
    size_t n = strlen(s);
    return n >= 2 && n <= PROTOCOL_LANG_MAX && isalpha((unsigned char)s[0]) &&
           strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == n;
}

static bool check(struct import_map *m, char *why, size_t n)
{
    if (m->place.c.column[0] == '\0' && m->place.id.s[0] == '\0') {
        snprintf(why, n, "place: a column or an id is needed");
        return false;
    }
    if (m->score.c.column[0] == '\0' && m->reasons.c.column[0] == '\0' && m->comment.c.column[0] == '\0') {
        snprintf(why, n, "at least one of score, reasons and comment needs a column");
        return false;
    }
    for (size_t i = 0; i < m->score.map.count; i++) {
        if (score_of(m->score.map.items[i].value, m->score.of, 1) == 0) {
            snprintf(why, n, "score.map: '%.60s' of '%.60s' is no score from 1 to %d",
                     m->score.map.items[i].value, m->score.map.items[i].key, (int)m->score.of);
            return false;
        }
    }
    for (size_t i = 0; i < m->lang.map.count; i++) {
        if (!lang_valid(m->lang.map.items[i].value)) {
            snprintf(why, n, "lang.map: '%.60s' of '%.60s' is no code of a language (id, en, zh-hant)",
                     m->lang.map.items[i].value, m->lang.map.items[i].key);
            return false;
        }
    }
    m->time.tz = m->time.zone[0] != '\0' ? tz_load(m->time.zone) : NULL;
    if (m->time.zone[0] != '\0' && m->time.tz == NULL) {
        snprintf(why, n, "time.zone: there is no time zone '%.60s'", m->time.zone);
        return false;
    }
    return ids_valid(&m->place.map, "place", why, n) && ids_valid(&m->question.map, "question", why, n) &&
           ids_valid(&m->reasons.map, "reasons", why, n);
}

bool import_map_parse(const char *name, const char *text, size_t bytes, struct import_map *ret, char *ret_why,
                      size_t n)
{
    struct config_error error;
    char why[300];
    if (!config_parse(name, text, bytes, import_rows, ret, &error)) {
        snprintf(ret_why, n, "%s", error.text);
        return false;
    }
    if (!check(ret, why, sizeof why)) {
        snprintf(ret_why, n, "%s: %s", name, why);
        import_map_finish(ret);
        return false;
    }
    return true;
}

void import_map_finish(struct import_map *m)
{
    tz_free(m->time.tz);
    config_free(import_rows, m);
    *m = (struct import_map){.separator = 0};
}

char import_map_separator(const struct import_map *m)
{
    return "\0,;\t"[m->separator];
}

// ---------------------------------------------------------------- columns

bool import_map_bind(struct import_map *m, const struct csv_row *head, char *ret_why, size_t n)
{
    struct import_column *columns[] = {&m->time.c,  &m->time.second, &m->place.c,  &m->question.c,
                                       &m->score.c, &m->reasons.c,   &m->comment.c, &m->lang.c};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct import_column *c = columns[i];
        c->index = -1;
        for (int k = 0; k < head->count && c->column[0] != '\0' && c->index < 0; k++) {
            c->index = strcmp(head->fields[k], c->column) == 0 ? k : -1;
        }
        if (c->index < 0 && c->column[0] != '\0') {
            snprintf(ret_why, n,
                     "there is no column '%.60s' in the first line: it begins '%.60s' (%d columns)",
                     c->column, head->count > 0 ? head->fields[0] : "", head->count);
            return false;
        }
    }
    return true;
}

// The cell without blanks around it, cut at CELL_MAX. "": empty, or there is no such column.
static void cell(const struct csv_row *row, const struct import_column *c, char ret[CELL_MAX])
{
    const char *s = c->index >= 0 && c->index < row->count ? row->fields[c->index] : "";
    s += strspn(s, " \t\r\n");
    snprintf(ret, CELL_MAX, "%s", s);
    for (size_t n = strlen(ret); n > 0 && strchr(" \t\r\n", ret[n - 1]) != NULL; n--) {
        ret[n - 1] = '\0';
    }
}

// ---------------------------------------------------------------- times

// "2026-11-24T09:30:00.123+07:00" and its shorter forms. *ret_zone: an offset was told.
static bool parse_iso(const char *s, struct tm *tm, int *ret_offset_s, bool *ret_zone)
{
    const char *p = strptime(s, "%Y-%m-%d", tm);
    int h = 0, m = 0;
    char sign = '+';
    *ret_zone = false;
    if (p != NULL && (*p == 'T' || *p == ' ')) {
        const char *clock = strptime(p + 1, "%H:%M:%S", tm);
        p = clock != NULL ? clock : strptime(p + 1, "%H:%M", tm);
    }
    if (p != NULL && *p == '.') {
        p += 1 + strspn(p + 1, "0123456789");
    }
    if (p != NULL && *p == 'Z') {
        *ret_zone = true;
        p++;
    } else if (p != NULL && (*p == '+' || *p == '-')) {
        int used = 0;
        sign = *p;
        *ret_zone =
            sscanf(p + 1, "%2d:%2d%n", &h, &m, &used) == 2 || sscanf(p + 1, "%2d%2d%n", &h, &m, &used) == 2;
        p += 1 + used;
    }
    *ret_offset_s = (h * 3600 + m * 60) * (sign == '-' ? -1 : 1);
    return p != NULL && *p == '\0';
}

// A clock of that zone as UTC. Of an hour that a clock repeats the first one is taken.
static wall_ms from_local(const struct tz *tz, wall_ms local)
{
    wall_ms guess = local - (wall_ms)tz_offset_s(tz, local) * 1000;
    wall_ms earlier = local - (wall_ms)tz_offset_s(tz, guess - 3600000) * 1000;
    wall_ms at = local - (wall_ms)tz_offset_s(tz, guess) * 1000;
    return earlier < at && earlier + (wall_ms)tz_offset_s(tz, earlier) * 1000 == local ? earlier : at;
}

static bool parse_time(const struct import_time *t, const char *text, const struct tz *place, wall_ms *ret_at)
{
    struct tm tm = {.tm_mday = 1};
    int offset_s = 0;
    bool zone = false, ok;
    if (strncmp(t->format, "unix", 4) == 0 && (t->format[4] == '\0' || strcmp(t->format, "unix-ms") == 0)) {
        char *end;
        double n = strtod(text, &end);
        ok = end != text && *end == '\0' && n > 0 && n < 1e14;
        *ret_at = ok ? (wall_ms)(t->format[4] == '\0' ? n * 1000 : n) : 0;
        return ok;
    }
    if (strcmp(t->format, "iso") == 0) {
        ok = parse_iso(text, &tm, &offset_s, &zone);
    } else {
        const char *end = strptime(text, t->format, &tm);
        ok = end != NULL && *end == '\0';
        zone = strstr(t->format, "%z") != NULL;
        offset_s = (int)tm.tm_gmtoff;
    }
    struct tm again = tm;
    wall_ms local = ok ? (wall_ms)timegm(&again) * 1000 : 0;
    if (!ok || again.tm_mday != tm.tm_mday) { // February 30
        return false;
    }
    *ret_at = zone ? local - (wall_ms)offset_s * 1000 : from_local(t->tz != NULL ? t->tz : place, local);
    return true;
}

// ---------------------------------------------------------------- a row

struct wrong {
    const char **column;
    char *why;
};

static bool wrong(const struct wrong *w, const struct import_column *c, const char *fmt, const char *text)
{
    *w->column = c != NULL ? c->column : "";
    snprintf(w->why, IMPORT_WHY_MAX, fmt, text);
    return false;
}

static bool read_place(const struct import_map *m, struct org *org, const struct csv_row *row,
                       struct import_row *r, const struct wrong *w)
{
    char text[CELL_MAX];
    const char *id = m->place.id.s;
    if (m->place.c.index >= 0) {
        cell(row, &m->place.c, text);
        id = pair(&m->place.map, text);
        id = id != NULL ? id : text;
    }
    if (m->place.kiosks) {
        const struct org_kiosk *k = ident_valid(id) ? org_kiosk(org, id) : NULL;
        r->place = k != NULL ? k->place : 0;
        return r->place != 0 || wrong(w, &m->place.c, "'%.60s' is no kiosk that stands somewhere", id);
    }
    const struct org_place *p = org_place(org, id);
    r->place = p != NULL ? p->number : 0;
    return p != NULL ||
           wrong(w, &m->place.c,
                 "'%.60s' is no place: add it to place.map, or the place to the configuration", id);
}

static bool read_time(const struct import_map *m, struct org *org, const struct csv_row *row, wall_ms now,
                      struct import_row *r, const struct wrong *w)
{
    char text[2 * CELL_MAX], second[CELL_MAX];
    struct rollup_tree tree = org_tree(org);
    int32_t today;
    int hour;
    cell(row, &m->time.c, text);
    if (m->time.second.index >= 0) {
        cell(row, &m->time.second, second);
        size_t n = strlen(text);
        snprintf(text + n, sizeof text - n, " %s", second);
    }
    if (!parse_time(&m->time, text, org->places[r->place].tz, &r->at)) {
        snprintf(w->why, IMPORT_WHY_MAX, "'%.40s' is no time of the form %.60s", text, m->time.format);
        *w->column = m->time.c.column;
        return false;
    }
    if (r->at < EARLIEST) {
        return wrong(w, &m->time.c, "'%.60s' is before the year 2000: is the format right?", text);
    }
    tree.local(tree.ctx, r->place, now, &today, &hour);
    tree.local(tree.ctx, r->place, r->at, &r->day, &hour);
    return r->day < today || wrong(w, &m->time.c, "'%.60s' is of a day that is not over", text);
}

static bool read_question(const struct import_map *m, const struct csv_row *row, struct import_row *r,
                          const struct wrong *w)
{
    char text[CELL_MAX];
    r->question = m->question.id;
    if (m->question.c.index < 0) {
        return true;
    }
    cell(row, &m->question.c, text);
    const char *id = pair(&m->question.map, text);
    return ident_set(&r->question, id != NULL ? id : text) ||
           wrong(w, &m->question.c, "'%.60s' is no id of a question: add it to question.map", text);
}

static bool read_score(const struct import_map *m, const struct csv_row *row, struct import_row *r,
                       const struct wrong *w)
{
    char text[CELL_MAX];
    cell(row, &m->score.c, text);
    if (text[0] == '\0') {
        return true;
    }
    const char *mapped = pair(&m->score.map, text);
    r->score = mapped != NULL            ? score_of(mapped, m->score.of, 1)
               : m->score.map.count == 0 ? score_of(text, m->score.of, m->score.least)
                                         : 0;
    r->of = (int)m->score.of;
    return r->score > 0 ||
           wrong(w, &m->score.c,
                 m->score.map.count > 0 ? "'%.60s' is not in score.map" : "'%.60s' is no score of the scale",
                 text);
}

static bool read_reasons(const struct import_map *m, const struct csv_row *row, struct import_row *r,
                         const struct wrong *w)
{
    char text[CELL_MAX], one[CELL_MAX], *save = NULL;
    cell(row, &m->reasons.c, text);
    for (char *p = strtok_r(text, m->reasons.separator, &save); p != NULL;
         p = strtok_r(NULL, m->reasons.separator, &save)) {
        struct csv_row single = {.count = 1, .fields = {p}};
        cell(&single, &(struct import_column){.index = 0}, one);
        const char *id = pair(&m->reasons.map, one);
        if (one[0] == '\0') {
            continue;
        }
        if (r->option_count == PROTOCOL_OPTIONS_MAX) {
            return wrong(w, &m->reasons.c, "more than 8 reasons, from '%.60s' on", one);
        }
        if (!ident_set(&r->options[r->option_count], id != NULL ? id : one)) {
            return wrong(w, &m->reasons.c, "'%.60s' is no id of a reason: add it to reasons.map", one);
        }
        r->option_count++;
    }
    return true;
}

static bool read_comment(const struct import_map *m, const struct csv_row *row, struct import_row *r,
                         const struct wrong *w)
{
    const struct import_column *c = &m->comment.c;
    const char *text = c->index >= 0 && c->index < row->count ? row->fields[c->index] : "";
    text += strspn(text, " \t\r\n");
    if (strlen(text) > PROTOCOL_TEXT_MAX) {
        return wrong(w, c, "longer than 1,000 bytes: '%.40s...'", text);
    }
    snprintf(r->text, sizeof r->text, "%s", text);
    return true;
}

// Only words are of a language.
static bool read_lang(const struct import_map *m, const struct csv_row *row, struct import_row *r,
                      const struct wrong *w)
{
    char text[CELL_MAX];
    cell(row, &m->lang.c, text);
    const char *code = pair(&m->lang.map, text);
    code = code != NULL ? code : text;
    if (code[0] == '\0' || r->text[0] == '\0') {
        return true;
    }
    if (!lang_valid(code)) {
        return wrong(w, &m->lang.c, "'%.60s' is no code of a language: add it to lang.map", code);
    }
    memcpy(r->lang, code, strlen(code) + 1);
    return true;
}

bool import_map_row(const struct import_map *m, struct org *org, const struct csv_row *row, wall_ms now,
                    struct import_row *ret, const char **ret_column, char ret_why[IMPORT_WHY_MAX])
{
    const struct wrong w = {ret_column, ret_why};
    *ret = (struct import_row){.place = 0};
    bool ok = read_place(m, org, row, ret, &w) && read_time(m, org, row, now, ret, &w) &&
              read_question(m, row, ret, &w) && read_score(m, row, ret, &w) &&
              read_reasons(m, row, ret, &w) && read_comment(m, row, ret, &w) && read_lang(m, row, ret, &w);
    return ok && (ret->of > 0 || ret->option_count > 0 || ret->text[0] != '\0' ||
                  wrong(&w, NULL, "says nothing%s", ""));
}
