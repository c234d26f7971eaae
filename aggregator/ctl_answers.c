// ctl: the answers themselves, to a file or to standard output.
#include "aggregator/ctl_query.h"
#include "aggregator/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 600 };

static bool put(void *ctx, const void *data, size_t n)
{
    return fwrite(data != NULL ? data : "", 1, n, ctx) == n;
}

// False: said on standard error.
static bool read_arguments(int argc, char **argv, enum export_format *ret_f, struct trend_query *ret_q,
                           const char **ret_file)
{
    *ret_f = export_format_parse(argv[0]);
    *ret_q = (struct trend_query){.place = ""};
    *ret_file = NULL;
    bool ok = *ret_f != EXPORT_FORMATS;
    for (int i = 1; ok && i < argc; i += 2) {
        ok = i + 1 < argc;
        if (ok && strcmp(argv[i], "-o") == 0) {
            *ret_file = argv[i + 1];
        } else {
            const struct query_field *f = strncmp(argv[i], "--", 2) == 0 ? query_find(export_fields, argv[i] + 2) : NULL;
            ok = ok && f != NULL;
            if (ok) {
                *query_at(ret_q, f) = argv[i + 1];
            }
        }
    }
    if (!ok) {
        fprintf(stderr, "puasctl: export csv|json|xlsx [-o FILE] [--place ID] [--from DAY] [--to DAY]"
                        " [--question ID]\n");
    }
    return ok;
}

// Into a file beside, which takes the name at the end: what stands there under the name is always whole.
static bool write_file(struct export *e, enum export_format f, const char *path, int64_t *ret_rows, char *why,
                       size_t n)
{
    char part[PATH_BYTES + 10];
    snprintf(part, sizeof part, "%.*s.part", (int)PATH_BYTES, path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); // what people said: theirs alone
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = file != NULL && export_write(e, f, put, file, ret_rows, why, n) && fflush(file) == 0;
    if (!ok && why[0] == '\0') {
        snprintf(why, n, "%s: %s", part, strerror(errno));
    }
    if (file != NULL) {
        fclose(file);
    }
    if (ok && rename(part, path) != 0) {
        snprintf(why, n, "%s: %s", path, strerror(errno));
        ok = false;
    }
    if (!ok) {
        unlink(part);
    }
    return ok;
}

int ctl_answers(struct ctl *c, int argc, char **argv)
{
    char path[600], why[700] = "";
    const char *file;
    enum export_format f;
    struct trend_query q;
    struct trend_problem problem = {.field = ""};
    struct export *e = NULL;
    int64_t rows = 0;
    if (!read_arguments(argc, argv, &f, &q, &file)) {
        return CTL_USAGE;
    }
    if (f == EXPORT_XLSX && file == NULL && isatty(STDOUT_FILENO)) {
        fprintf(stderr, "puasctl: a spreadsheet is nothing for a terminal: name a file with -o\n");
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "%s/puas.db", c->data);
    enum trends_error error = export_open(path, NULL, &q, clock_wall_ms(), &e, &problem, why, sizeof why);
    if (error != TRENDS_OK) {
        return ctl_trends_said(error, q.place, &problem, path, why);
    }
    bool ok = file != NULL ? write_file(e, f, file, &rows, why, sizeof why)
                           : export_write(e, f, put, stdout, &rows, why, sizeof why) && fflush(stdout) == 0;
    export_close(e);
    if (!ok) {
        fprintf(stderr, "puasctl: %s\n", why[0] != '\0' ? why : strerror(errno));
        return CTL_FINDING;
    }
    fprintf(stderr, "%lld answers\n", (long long)rows);
    return CTL_FINE;
}
