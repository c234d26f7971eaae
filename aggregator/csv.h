// csv: reads a table of text row by row in constant memory: RFC 4180 (quotes, doubled quotes, line ends within
// quotes), LF or CRLF, with or without a byte order mark, separated by a comma, semicolon or tab. Pure.
#ifndef PUAS_AGGREGATOR_CSV_H
#define PUAS_AGGREGATOR_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CSV_COLUMNS_MAX = 200,
    CSV_ROW_MAX = 64 * 1024, // bytes of one row: a quote that is never closed must not take the whole file
    CSV_CHUNK = 64 * 1024,
};

// Reads up to n bytes; 0: the end, or it failed.
typedef size_t csv_read(void *ctx, char *buf, size_t n);

struct csv {
    csv_read *read;
    void *ctx;
    char separator; // '\0': found in the first row
    int64_t line;   // of the file, where the next row begins
    size_t at, end; // in `chunk`
    bool begun, over;
    char chunk[CSV_CHUNK];
    char row[CSV_ROW_MAX + 1];
};

struct csv_row {
    int64_t line; // where it begins
    int count;
    const char *fields[CSV_COLUMNS_MAX]; // borrowed until the next call; end with NUL
};

enum csv_result {
    CSV_ROW,
    CSV_END,
    CSV_BAD,    // this row cannot be used (*ret_why); the next one may
    CSV_BROKEN, // nor any that follows: a row is too long, or its quote is never closed
};

void csv_init(struct csv *c, csv_read *read, void *ctx, char separator);
// The next row; empty lines are passed over. ret_why: static. ret->line is set in every case.
enum csv_result csv_next(struct csv *c, struct csv_row *ret, const char **ret_why);

#endif
