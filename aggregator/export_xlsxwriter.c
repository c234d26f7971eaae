// export: XLSX. libxlsxwriter keeps one row in memory and the sheet in a temporary file; a second one becomes
// the ZIP archive, which is then handed on.
#include "aggregator/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { SHEET_ROWS = 1000000, PIECE = 64 * 1024, NAME_WIDTH = 18, TIME_WIDTH = 20 };

struct book {
    lxw_workbook *book; // owned
    lxw_worksheet *sheet;
    lxw_format *time, *bold;
    lxw_row_t row; // the next one
};

static const char *folder(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp != NULL && tmp[0] != '\0' ? tmp : "/var/tmp";
}

static void begin_sheet(struct book *b)
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

static lxw_error write_row(struct book *b, const struct export_row *r)
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

static bool write_pages(struct book *b, struct export *e, export_put *put, void *ctx, int64_t *rows,
                        char *ret_why, size_t n)
{
    const struct export_row *page;
    int count = 0;
    do {
        if (!export_page(e, &page, &count, ret_why, n)) {
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
            ++*rows;
        }
    } while (count > 0 && put(ctx, NULL, 0));
    if (count == 0 && b->sheet == NULL) {
        begin_sheet(b);
    }
    return count == 0;
}

// Makes the whole file at `path`.
static bool make(struct export *e, const char *path, export_put *put, void *ctx, int64_t *rows, char *ret_why,
                 size_t n)
{
    char tmp[300];
    snprintf(tmp, sizeof tmp, "%s", folder());
    lxw_workbook_options o = {.constant_memory = LXW_TRUE, .tmpdir = tmp, .use_zip64 = LXW_TRUE};
    struct book b = {.book = workbook_new_opt(path, &o)};
    if (b.book == NULL) {
        snprintf(ret_why, n, "out of memory");
        return false;
    }
    b.time = workbook_add_format(b.book);
    b.bold = workbook_add_format(b.book);
    if (b.time != NULL && b.bold != NULL) {
        format_set_num_format(b.time, "yyyy-mm-dd hh:mm:ss");
        format_set_bold(b.bold);
    }
    bool ok = write_pages(&b, e, put, ctx, rows, ret_why, n);
    lxw_error error = workbook_close(b.book); // frees it
    if (ok && error != LXW_NO_ERROR) {
        snprintf(ret_why, n, "%s: %s", folder(), lxw_strerror(error));
    }
    return ok && error == LXW_NO_ERROR;
}

static bool hand_on(int fd, export_put *put, void *ctx, char *ret_why, size_t n)
{
    char *piece = malloc(PIECE);
    ssize_t got = -1;
    bool on = piece != NULL;
    while (on && (got = read(fd, piece, PIECE)) > 0) {
        on = put(ctx, piece, (size_t)got);
    }
    if (got < 0) {
        snprintf(ret_why, n, "%s", piece != NULL ? strerror(errno) : "out of memory");
    }
    free(piece);
    return on && got == 0;
}

bool export_write_xlsx(struct export *e, export_put *put, void *ctx, int64_t *ret_rows, char *ret_why,
                       size_t n)
{
    char path[400];
    snprintf(path, sizeof path, "%s/puas-export-XXXXXX", folder());
    int made = mkostemp(path, O_CLOEXEC);
    if (made < 0) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        return false;
    }
    close(made);
    bool ok = make(e, path, put, ctx, ret_rows, ret_why, n);
    int fd = ok ? open(path, O_RDONLY | O_CLOEXEC) : -1; // the library makes its own file of that name
    unlink(path);
    if (fd >= 0) {
        ok = hand_on(fd, put, ctx, ret_why, n);
        close(fd);
    } else if (ok) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        ok = false;
    }
    return ok;
}
