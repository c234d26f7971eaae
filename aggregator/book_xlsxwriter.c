// book: the temporary files, and the way out.
#include "aggregator/book.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { PIECE = 64 * 1024 };

static const char *folder(void)
{
    const char *tmp = getenv("TMPDIR");
    return tmp != NULL && tmp[0] != '\0' ? tmp : "/var/tmp";
}

// Makes the whole file at `path`.
static bool make(book_fill *fill, void *ctx, const char *path, char *ret_why, size_t n)
{
    char tmp[300];
    snprintf(tmp, sizeof tmp, "%s", folder());
    lxw_workbook_options o = {.constant_memory = LXW_TRUE, .tmpdir = tmp, .use_zip64 = LXW_TRUE};
    lxw_workbook *w = workbook_new_opt(path, &o);
    if (w == NULL) {
        snprintf(ret_why, n, "out of memory");
        return false;
    }
    bool ok = fill(ctx, w, ret_why, n);
    lxw_error error = workbook_close(w); // frees it
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

bool book_write(book_fill *fill, void *fill_ctx, export_put *put, void *put_ctx, char *ret_why, size_t n)
{
    char path[400];
    snprintf(path, sizeof path, "%s/puas-export-XXXXXX", folder());
    int made = mkostemp(path, O_CLOEXEC);
    if (made < 0) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        return false;
    }
    close(made);
    bool ok = make(fill, fill_ctx, path, ret_why, n);
    int fd = ok ? open(path, O_RDONLY | O_CLOEXEC) : -1; // the library makes its own file of that name
    unlink(path);
    if (fd >= 0) {
        ok = hand_on(fd, put, put_ctx, ret_why, n);
        close(fd);
    } else if (ok) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        ok = false;
    }
    return ok;
}
