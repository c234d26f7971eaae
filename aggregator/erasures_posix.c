#include "aggregator/erasures.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 200, PATH_BYTES = 600 };

static void path_of(const char *folder, char *ret)
{
    snprintf(ret, PATH_BYTES, "%s/erasures.log", folder);
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

// A line that was cut short must not take the next one with it.
static bool ends_a_line(int fd)
{
    char last;
    off_t end = lseek(fd, 0, SEEK_END);
    return end <= 0 || (pread(fd, &last, 1, end - 1) == 1 && last == '\n');
}

bool erasures_append(const char *folder, const struct erasure *e, char *ret_why, size_t n)
{
    char path[PATH_BYTES], hex[EPOCH_HEX + 1], line[LINE_MAX_BYTES];
    path_of(folder, path);
    ident_hex(e->epoch, EPOCH_BYTES, hex);
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int size = snprintf(line, sizeof line, "%s%s %s %lld %s %lld\n", fd >= 0 && !ends_a_line(fd) ? "\n" : "",
                        e->kiosk.s, hex, (long long)e->visit, e->score ? "score" : "words", (long long)e->at);
    bool ok = fd >= 0 && write(fd, line, (size_t)size) == size && fsync(fd) == 0 && sync_folder(folder);
    if (!ok) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool parse(const char *line, struct erasure *ret)
{
    char kiosk[IDENT_MAX + 1], hex[EPOCH_HEX + 1], what[8];
    long long visit, at;
    int used = 0;
    *ret = (struct erasure){.visit = 0};
    if (sscanf(line, "%32s %32s %16lld %6s %16lld%n", kiosk, hex, &visit, what, &at, &used) != 5 ||
        strcmp(line + used, "\n") != 0 || visit < 1) {
        return false;
    }
    ret->visit = visit;
    ret->at = at;
    ret->score = strcmp(what, "score") == 0;
    return (ret->score || strcmp(what, "words") == 0) && ident_set(&ret->kiosk, kiosk) &&
           ident_unhex(hex, EPOCH_BYTES, ret->epoch);
}

bool erasures_each(const char *folder, bool (*each)(void *ctx, const struct erasure *e), void *ctx,
                   int *ret_bad, char *ret_why, size_t n)
{
    char path[PATH_BYTES], line[LINE_MAX_BYTES];
    struct erasure e;
    path_of(folder, path);
    *ret_bad = 0;
    ret_why[0] = '\0';
    FILE *f = fopen(path, "re");
    if (f == NULL && errno == ENOENT) {
        return true;
    }
    bool ok = f != NULL;
    while (ok && fgets(line, sizeof line, f) != NULL) {
        if (parse(line, &e)) {
            ok = each(ctx, &e);
        } else {
            *ret_bad += line[0] != '\n';
        }
    }
    if (f == NULL || ferror(f)) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        ok = false;
    }
    if (f != NULL) {
        fclose(f);
    }
    return ok;
}
