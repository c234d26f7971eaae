// book: an XLSX file in the making, in constant memory. libxlsxwriter keeps one row in memory and the sheets in temporary files
// (TMPDIR, else /var/tmp); another one becomes the ZIP archive, which is handed on when it is whole.
#ifndef PUAS_AGGREGATOR_BOOK_H
#define PUAS_AGGREGATOR_BOOK_H

#include "aggregator/export.h"

struct lxw_workbook; // libxlsxwriter's

// Fills it, row by row downwards. False: enough, or ret_why (n bytes) is not "".
typedef bool book_fill(void *ctx, struct lxw_workbook *w, char *ret_why, size_t n);
// False: `fill` or `put` had enough, or it failed, and ret_why (n bytes, "" before) says why.
bool book_write(book_fill *fill, void *fill_ctx, export_put *put, void *put_ctx, char *ret_why, size_t n);

#endif
