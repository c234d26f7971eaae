// sheets: XLSX, as a book.
#include "aggregator/book.h"
#include "aggregator/sheets.h"

#include <stdio.h>
#include <xlsxwriter.h>

enum { NAME_WIDTH = 32, VALUE_WIDTH = 16, DAY_S = 86400, DECIMALS = 3 };

struct styles {
    lxw_format *bold, *day, *numbers[DECIMALS]; // by decimals; of the workbook
};

static lxw_error write_cell(lxw_worksheet *w, const struct styles *st, lxw_row_t row, lxw_col_t column,
                            const struct sheet_cell *c, bool name)
{
    switch (c->kind) {
    case SHEET_TEXT: // never read as a formula: its type is told
        return worksheet_write_string(w, row, column, c->text, name ? st->bold : NULL);
    case SHEET_NUMBER:
        return worksheet_write_number(w, row, column, c->number, st->numbers[c->decimals]);
    case SHEET_DAY:
        return worksheet_write_unixtime(w, row, column, (int64_t)c->day * DAY_S, st->day);
    case SHEET_NONE:
        break;
    }
    return LXW_NO_ERROR;
}

static lxw_error write_sheet(lxw_worksheet *w, const struct styles *st, const struct sheets *s, size_t i)
{
    bool upright = sheets_upright(s, i);
    lxw_col_t columns = (lxw_col_t)sheets_columns(s, i);
    lxw_error e = LXW_NO_ERROR;
    worksheet_set_column(w, 0, 0, NAME_WIDTH, NULL);
    worksheet_set_column(w, 1, columns, upright ? NAME_WIDTH : VALUE_WIDTH, NULL);
    worksheet_set_paper(w, 9); // A4
    worksheet_fit_to_pages(w, 1, 0);
    if (!upright) {
        worksheet_freeze_panes(w, 1, 0);
        worksheet_set_landscape(w);
    }
    for (lxw_row_t row = 0; row < sheets_rows(s, i); row++) {
        for (lxw_col_t column = 0; column < columns && e == LXW_NO_ERROR; column++) {
            struct sheet_cell c = sheets_cell(s, i, row, column);
            e = write_cell(w, st, row, column, &c, (upright ? column : row) == 0);
        }
    }
    return e;
}

static bool fill(void *ctx, lxw_workbook *w, char *ret_why, size_t n)
{
    static const char *const formats[DECIMALS] = {"#,##0", "#,##0.0", "#,##0.00"};
    const struct sheets *s = ctx;
    struct styles st = {.bold = workbook_add_format(w), .day = workbook_add_format(w)};
    lxw_error e = st.bold != NULL && st.day != NULL ? LXW_NO_ERROR : LXW_ERROR_MEMORY_MALLOC_FAILED;
    for (int i = 0; e == LXW_NO_ERROR && i < DECIMALS; i++) {
        st.numbers[i] = workbook_add_format(w);
        e = st.numbers[i] != NULL ? LXW_NO_ERROR : LXW_ERROR_MEMORY_MALLOC_FAILED;
        if (e == LXW_NO_ERROR) {
            format_set_num_format(st.numbers[i], formats[i]);
        }
    }
    if (e == LXW_NO_ERROR) {
        format_set_bold(st.bold);
        format_set_num_format(st.day, "yyyy-mm-dd");
    }
    for (size_t i = 0; e == LXW_NO_ERROR && i < sheets_count(s); i++) {
        lxw_worksheet *sheet = workbook_add_worksheet(w, sheets_title(s, i));
        e = sheet != NULL ? write_sheet(sheet, &st, s, i) : LXW_ERROR_MEMORY_MALLOC_FAILED;
    }
    if (e != LXW_NO_ERROR) {
        snprintf(ret_why, n, "%s", lxw_strerror(e));
    }
    return e == LXW_NO_ERROR;
}

bool sheets_write_xlsx(const struct sheets *s, export_put *put, void *ctx, char *ret_why, size_t n)
{
    return book_write(fill, (void *)(uintptr_t)s, put, ctx, ret_why, n);
}
