// export: the answers themselves, one row each, as CSV, JSON or XLSX. Made for a million rows and more: memory
// stays the same however many there are, and no transaction is open for longer than it takes to read a page
// of them, so that the log of the store does not grow meanwhile and no commit waits.
//
// What is in it: ratings, choices, texts, numbers and the traces of contacts, in the order of their keys (kiosk
// by kiosk, press by press), never contact data. Like trends (trends.h) it ends yesterday: today's figures move
// in steps, and must not be had another way. Rows that are not counted (taken back, repeated, unassigned) are
// there and say so. What arrives while an export runs may be in it or not.
//
//   CSV    RFC 4180, UTF-8. A text that begins with = + - @ tab CR or LF gets a ' before it: no spreadsheet
//          takes it for a formula.
//   JSON   one array of objects, one a line; columns without a value are left out.
//   XLSX   texts are texts, numbers numbers, times times (without a zone); after 1,000,000 rows the next sheet.
//          It is made in a temporary file (TMPDIR, else /var/tmp: some 250 bytes a row) before its first byte.
//
// Files: export_sqlite.c reads, export_text.c knows the columns and writes CSV and JSON, export_xlsxwriter.c XLSX.
#ifndef PUAS_AGGREGATOR_EXPORT_H
#define PUAS_AGGREGATOR_EXPORT_H

#include "aggregator/trends.h"
#include "shared/protocol.h"

enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_XLSX, EXPORT_FORMATS };
extern const char *const export_names[EXPORT_FORMATS]; // "csv", "json", "xlsx"
extern const char *const export_types[EXPORT_FORMATS]; // of HTTP
enum export_format export_format_parse(const char *name); // EXPORT_FORMATS: it is none

// ---------------------------------------------------------------- what
struct export;

extern const struct query_field export_fields[]; // those of a trend_query that are used
// Of `q` place, question, from and to are used; place "": the user's own, or without a user the whole
// organisation (only that one holds what is unassigned); question "": all; from "": the first day there is; to
// "": yesterday. u NULL: every place. `path`: of the database. Errors as trends_read; TRENDS_FAILED: why (n
// bytes) says it. Any one thread at a time; its own read-only connection.
enum trends_error export_open(const char *path, const struct views_user *u, const struct trend_query *q,
                              wall_ms now, struct export **ret_e, struct trend_problem *ret_problem,
                              char *ret_why, size_t n);
void export_close(struct export *e); // accepts NULL

// ---------------------------------------------------------------- all of it, written
// Takes n bytes; n 0: nothing, may it go on? False: enough, the writing ends. May block.
typedef bool export_put(void *ctx, const void *data, size_t n);
// False: `put` had enough, or it failed, and *ret_why (n bytes) is not "". *ret_rows: how many were written.
bool export_write(struct export *e, enum export_format f, export_put *put, void *ctx, int64_t *ret_rows,
                  char *ret_why, size_t n);

// ---------------------------------------------------------------- for the formats
struct export_row {
    wall_ms at, local; // UTC; local: the same as the clock at its place showed it
    struct ident place, kiosk, question;
    char place_name[81];
    char visit[IDENT_MAX + EPOCH_HEX + 24]; // KIOSK/EPOCH/SEQ of the visit's first answer: what `erase` takes
    int64_t seq;
    enum event_type type;
    int score, of;                                            // 0: none
    char options[PROTOCOL_OPTIONS_MAX * (IDENT_MAX + 1) + 1]; // separated by spaces
    char text[PROTOCOL_TEXT_MAX + 1], lang[PROTOCOL_LANG_MAX + 1], ref[PROTOCOL_REF_MAX + 1];
    int flags; // enum event_flag
};
// The next page, borrowed until the next call. *ret_count 0: there are no more. False: it failed, `why` as above.
bool export_page(struct export *e, const struct export_row **ret_rows, int *ret_count, char *ret_why,
                 size_t n);

enum export_kind { EXPORT_NONE, EXPORT_TEXT, EXPORT_NUMBER, EXPORT_TIME };
struct export_cell {
    enum export_kind kind;
    const char *text; // borrowed from the row, or static
    int64_t number;   // TIME: ms since 1970-01-01 by the column's clock
};
enum { EXPORT_COLUMNS = 17, EXPORT_TIME_TEXT = 32 };
extern const char *const export_columns[EXPORT_COLUMNS];
struct export_cell export_cell(const struct export_row *r, int column, char *remarks,
                               size_t n); // room for the last
bool export_write_xlsx(struct export *e, export_put *put, void *ctx, int64_t *ret_rows, char *ret_why,
                       size_t n);

#endif
