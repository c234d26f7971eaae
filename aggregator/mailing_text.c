// mailing: what the mail says: the tables of the report as plain text and as HTML without anything from elsewhere.
#include "aggregator/mailing.h"

#include "aggregator/html.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 13, CELL_MAX = 400 }; // the spreadsheet has all

static const char *const said_title[SHEET_LANGS] = {"Laporan", "Report"},
                         *const said_link[SHEET_LANGS] = {"Buka laporan", "Open the report"},
                         *const said_file[SHEET_LANGS] = {"Semua angka ada di lembar kerja terlampir.",
                                                          "All figures are in the spreadsheet attached."},
                         *const said_stop[SHEET_LANGS] = {"Berhenti menerima laporan ini",
                                                          "Stop this report"};

static void say_day(int32_t day, enum sheet_lang lang, char *ret, size_t n)
{
    static const char *const months[SHEET_LANGS][12] = {
        {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
        {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}};
    char text[16];
    int year = 0, month = 1, date = 1;
    sscanf(trend_day_text(day, text), "%d-%d-%d", &year, &month, &date);
    snprintf(ret, n, "%d %s %d", date, months[lang][month - 1], year);
}

static const char *say_cell(const struct sheet_cell *c, enum sheet_lang lang, char ret[CELL_MAX])
{
    ret[0] = '\0';
    switch (c->kind) {
    case SHEET_TEXT:
        return c->text;
    case SHEET_NUMBER:
        snprintf(ret, CELL_MAX, "%.*f", c->decimals, c->number);
        if (lang == SHEET_ID && strchr(ret, '.') != NULL) {
            *strchr(ret, '.') = ',';
        }
        break;
    case SHEET_DAY:
        say_day(c->day, lang, ret, CELL_MAX);
        break;
    case SHEET_NONE:
        break;
    }
    return ret;
}

// Only tables that say something.
static size_t rows_of(const struct sheets *s, size_t i)
{
    size_t rows = sheets_rows(s, i);
    bool empty = !sheets_upright(s, i) && rows <= 1;
    return empty ? 0 : !sheets_upright(s, i) && rows > ROWS_MAX ? ROWS_MAX : rows;
}

static void plain_sheet(FILE *f, const struct sheets *s, size_t i)
{
    char room[CELL_MAX];
    for (size_t row = 0; row < rows_of(s, i); row++) {
        fputs(row == 0 ? "\n" : "", f);
        if (row == 0) {
            fprintf(f, "%s\n", sheets_title(s, i));
        }
        for (size_t column = 0; column < sheets_columns(s, i); column++) {
            struct sheet_cell c = sheets_cell(s, i, row, column);
            fprintf(f, "%s%s",
                    column == 0            ? "  "
                    : sheets_upright(s, i) ? ": "
                                           : " | ",
                    say_cell(&c, sheets_lang(s), room));
        }
        fputc('\n', f);
    }
}

static void html_sheet(FILE *f, const struct sheets *s, size_t i)
{
    static const char head[] = " style=\"font-weight:normal;color:#475370\"";
    char room[CELL_MAX];
    size_t rows = rows_of(s, i);
    if (rows == 0) {
        return;
    }
    fputs("<h2 style=\"font-size:16px;margin:24px 0 8px\">", f);
    html_put(f, sheets_title(s, i));
    fputs("</h2><table cellpadding=\"4\" style=\"border-collapse:collapse\">", f);
    for (size_t row = 0; row < rows; row++) {
        fputs("<tr style=\"border-top:1px solid #e4e9f2\">", f);
        for (size_t column = 0; column < sheets_columns(s, i); column++) {
            struct sheet_cell c = sheets_cell(s, i, row, column);
            bool name = (sheets_upright(s, i) ? column : row) == 0;
            fprintf(f, "<%s align=\"%s\"%s>", name ? "th" : "td",
                    c.kind == SHEET_NUMBER || (name && column > 0) ? "right" : "left", name ? head : "");
            html_put(f, say_cell(&c, sheets_lang(s), room));
            fprintf(f, "</%s>", name ? "th" : "td");
        }
        fputs("</tr>", f);
    }
    fputs("</table>", f);
}

static char *make_plain(const struct sheets *s, const char *title, const char *link, const char *stop)
{
    char *text = NULL;
    size_t bytes;
    enum sheet_lang lang = sheets_lang(s);
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) {
        return NULL;
    }
    fprintf(f, "%s\n", title);
    for (size_t i = 0; i < sheets_count(s); i++) {
        plain_sheet(f, s, i);
    }
    fprintf(f, "\n%s\n", said_file[lang]);
    if (link[0] != '\0') {
        fprintf(f, "%s: %s\n", said_link[lang], link);
    }
    if (stop[0] != '\0') {
        fprintf(f, "%s: %s\n", said_stop[lang], stop);
    }
    return fclose(f) == 0 ? text : NULL;
}

static void html_link(FILE *f, const char *address, const char *said)
{
    if (address[0] != '\0') {
        fputs("<p><a href=\"", f);
        html_put(f, address);
        fputs("\">", f);
        html_put(f, said);
        fputs("</a></p>", f);
    }
}

static char *make_html(const struct sheets *s, const char *title, const char *link, const char *stop)
{
    char *text = NULL;
    size_t bytes;
    enum sheet_lang lang = sheets_lang(s);
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) {
        return NULL;
    }
    fprintf(f, "<!doctype html><html lang=\"%s\"><head><meta charset=\"utf-8\"><title>",
            lang == SHEET_ID ? "id" : "en");
    html_put(f, title);
    fputs(
        "</title></head><body style=\"font:14px/1.5 sans-serif;color:#16213a\"><h1 style=\"font-size:20px\">",
        f);
    html_put(f, title);
    fputs("</h1>", f);
    html_link(f, link, said_link[lang]);
    for (size_t i = 0; i < sheets_count(s); i++) {
        html_sheet(f, s, i);
    }
    fprintf(f, "<p>%s</p>", said_file[lang]);
    html_link(f, stop, said_stop[lang]);
    fputs("</body></html>\n", f);
    return fclose(f) == 0 ? text : NULL;
}

bool mailing_say(const struct sheets *s, const char *link, const char *stop, struct mailing_text *ret_t)
{
    // The first table begins with the place and its days: sheets.c.
    struct sheet_cell place = sheets_cell(s, 0, 0, 1), from = sheets_cell(s, 0, 2, 1),
                      to = sheets_cell(s, 0, 3, 1);
    char first[CELL_MAX], last[CELL_MAX];
    struct mailing_text t = {.plain = NULL};
    say_cell(&from, sheets_lang(s), first);
    say_cell(&to, sheets_lang(s), last);
    bool one = strcmp(first, last) == 0;
    snprintf(t.subject, sizeof t.subject, "%s %.80s, %.30s%s%.30s", said_title[sheets_lang(s)],
             place.kind == SHEET_TEXT ? place.text : "", first, one ? "" : " \u2013 ", one ? "" : last);
    t.plain = make_plain(s, t.subject, link, stop);
    t.html = make_html(s, t.subject, link, stop);
    if (t.plain == NULL || t.html == NULL) {
        mailing_text_finish(&t);
        return false;
    }
    *ret_t = t;
    return true;
}

void mailing_text_finish(struct mailing_text *t)
{
    free(t->plain);
    free(t->html);
    t->plain = t->html = NULL;
}
