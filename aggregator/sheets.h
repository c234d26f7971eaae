// sheets: reports of trends (trends.h) as tables for a spreadsheet, as XLSX or CSV, in Indonesian or English. Which value stands
// in which column under which name is said by the rows of sheets.c alone, so that both formats and all that hand them out (API,
// mail) say the same.
//
//   XLSX  a sheet each; numbers are numbers, days days, texts never formulas
//   CSV   one below the other, each under its title, apart by an empty line. As spreadsheets of the language read it:
//         Indonesian ones want semicolons and decimal commas. UTF-8 with its mark. A text that a spreadsheet would take for
//         a formula begins with an apostrophe
//
// Shares are in percent. A column that is empty in every row is left out.
//
// Files: sheets.c what stands where, sheets_json.c from a report, sheets_text.c CSV, sheets_xlsxwriter.c XLSX.
#ifndef PUAS_AGGREGATOR_SHEETS_H
#define PUAS_AGGREGATOR_SHEETS_H

#include "aggregator/export.h"

enum sheet_lang { SHEET_ID, SHEET_EN, SHEET_LANGS };

// ---------------------------------------------------------------- all of it
struct sheets;

// `what`: one of trends_read, or "report": what the report page shows of a place. Errors as trends_read. The caller closes
// *ret_s.
enum trends_error sheets_read(struct views *v, const struct views_user *u, const char *what,
                              const struct trend_query *q, wall_ms now, struct trend_problem *ret_problem,
                              struct sheets **ret_s);
void sheets_close(struct sheets *s); // accepts NULL
// The name of a file with these, without a folder: "puas-skm-bandung-dago-2026-10-01-2026-10-31.xlsx". f: CSV or XLSX.
enum { SHEETS_NAME_MAX = 100 };
void sheets_name(const struct sheets *s, enum export_format f, char ret[SHEETS_NAME_MAX]);
// f: CSV or XLSX. False: `put` had enough, or it failed, and ret_why (n bytes) is not "".
bool sheets_write(const struct sheets *s, enum export_format f, export_put *put, void *ctx, char *ret_why,
                  size_t n);
// The same in memory: malloc'd, the caller frees. False: ret_why.
bool sheets_bytes(const struct sheets *s, enum export_format f, char **ret_bytes, size_t *ret_n,
                  char *ret_why, size_t n);

// ---------------------------------------------------------------- for the formats
enum sheet_kind { SHEET_NONE, SHEET_TEXT, SHEET_NUMBER, SHEET_DAY };
struct sheet_cell {
    enum sheet_kind kind;
    const char *text; // borrowed from the sheets, or static
    double number;
    int decimals;
    int32_t day; // since 1970-01-01
};
size_t sheets_count(const struct sheets *s);
enum sheet_lang sheets_lang(const struct sheets *s);
const char *sheets_title(const struct sheets *s,
                         size_t i); // at most 31 characters, none that sheets must not have
bool sheets_upright(const struct sheets *s,
                    size_t i); // names in the first column, values in the second; else names in the first row
size_t sheets_rows(const struct sheets *s, size_t i); // with the names
size_t sheets_columns(const struct sheets *s, size_t i);
struct sheet_cell sheets_cell(const struct sheets *s, size_t i, size_t row, size_t column);
bool sheets_write_xlsx(const struct sheets *s, export_put *put, void *ctx, char *ret_why, size_t n);

// ---------------------------------------------------------------- for sheets_json.c
enum sheet_value {
    VALUE_TEXT, // a text, or texts by language
    VALUE_WORD, // an id that we have words for
    VALUE_COUNT,
    VALUE_SHARE, // 0..1: in percent
    VALUE_SCORE,
    VALUE_LEVEL, // two decimals and more: means of answers, the IKM
    VALUE_DAY,
    VALUE_YES, // true or false
};
struct sheet_column {
    const char *path; // from the row: "index.value"; from its report: "/reason.label"
    enum sheet_value value;
    const char *name[SHEET_LANGS];
};
struct sheet_shape {
    const char *report; // of trends.h
    const char *rows;   // the path of an array; "": the report is the only row, upright
    const char *title[SHEET_LANGS];
    const struct sheet_column *columns; // ends with a NULL path
};
extern const struct sheet_shape sheet_shapes[];               // ends with a NULL report
extern const char *const sheet_report_parts[];                // what "report" is made of; ends with NULL
const char *sheet_word(const char *id, enum sheet_lang lang); // the id itself, if there is no word for it

#endif
