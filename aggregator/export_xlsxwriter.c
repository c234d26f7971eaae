// export: XLSX, as a book.
#include "aggregator/book.h"

#include <stdio.h>
#include <xlsxwriter.h>

enum { SHEET_ROWS = 1000000, NAME_WIDTH = 18, TIME_WIDTH = 20 };

struct answers {
    struct export *e; // borrowed
    export_put *put;  // asked whether it may go on
    void *put_ctx;
    int64_t *rows;
    lxw_workbook *book; // borrowed
    lxw_worksheet *sheet;
    lxw_format *time, *bold;
    lxw_row_t row; // the next one
};

static void begin_sheet(struct answers *b)
{
    b->sheet = workbook_add_worksheet(b->book, NULL);
    b->row = 0;
    for (int i = 0; b->sheet != NULL && i < EXPORT_COLUMNS; i++) {
        worksheet_set_column(b->sheet, (lxw_col_t)i, (lxw_col_t)i, i < 2 ? TIME_WIDTH : NAME_WIDTH, NULL);
        worksheet_write_string(b->sheet, 0, (lxw_col_t)i, export_columns[i], b->bold);
    }
    if (b->sheet != NULL) {
        worksheet_freeze_panes(b->sheet, 1, 0);
    }
    b->row = 1;
}

static lxw_error write_row(struct answers *b, const struct export_row *r)
{
    char remarks[120];
    lxw_error e = LXW_NO_ERROR;
    for (int i = 0; i < EXPORT_COLUMNS && e == LXW_NO_ERROR; i++) {
        struct export_cell c = export_cell(r, i, remarks, sizeof remarks);
        switch (c.kind) {
        case EXPORT_TEXT: // never read as a formula: its type is told
            e = worksheet_write_string(b->sheet, b->row, (lxw_col_t)i, c.text, NULL);
            break;
        case EXPORT_NUMBER:
            e = worksheet_write_number(b->sheet, b->row, (lxw_col_t)i, (double)c.number, NULL);
            break;
        case EXPORT_TIME:
            e = worksheet_write_unixtime(b->sheet, b->row, (lxw_col_t)i, c.number / 1000, b->time);
            break;
        case EXPORT_NONE:
            break;
        }
    }
    b->row++;
    return e;
}

static bool write_pages(struct answers *b, char *ret_why, size_t n)
{
    const struct export_row *page;
    int count = 0;
    do {
        if (!export_page(b->e, &page, &count, ret_why, n)) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (b->sheet == NULL || b->row > SHEET_ROWS) {
                begin_sheet(b);
            }
            lxw_error error = b->sheet != NULL ? write_row(b, &page[i]) : LXW_ERROR_MEMORY_MALLOC_FAILED;
            if (error != LXW_NO_ERROR) {
                snprintf(ret_why, n, "%s", lxw_strerror(error));
                return false;
            }
            ++*b->rows;
        }
    } while (count > 0 && b->put(b->put_ctx, NULL, 0));
    if (count == 0 && b->sheet == NULL) {
        begin_sheet(b);
    }
    return count == 0;
}

static bool fill(void *ctx, lxw_workbook *w, char *ret_why, size_t n)
{
    struct answers *b = ctx;
    b->book = w;
    b->time = workbook_add_format(w);
    b->bold = workbook_add_format(w);
    if (b->time != NULL && b->bold != NULL) {
        format_set_num_format(b->time, "yyyy-mm-dd hh:mm:ss");
        format_set_bold(b->bold);
    }
    return write_pages(b, ret_why, n);
}

bool export_write_xlsx(struct export *e, export_put *put, void *ctx, int64_t *ret_rows, char *ret_why,
                       size_t n)
{
    struct answers b = {.e = e, .put = put, .put_ctx = ctx, .rows = ret_rows};
    return book_write(fill, &b, put, ctx, ret_why, n);
}
