// secret_file: open, link, fsync.
#include "aggregator/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum secret_file secret_file_read(const char *path, char *ret, size_t size, char *ret_why, size_t n)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ret[0] = '\0';
    if (fd < 0 && errno == ENOENT) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
        return SECRET_FILE_NONE;
    }
    ssize_t got = fd >= 0 ? read(fd, ret, size - 1) : -1;
    bool ok = got >= 0 && fstat(fd, &st) == 0;
    if (!ok) {
        snprintf(ret_why, n, "%s: %s", path, strerror(errno));
    } else if ((st.st_mode & 077) != 0) {
        snprintf(ret_why, n, "%s can be read by others: chmod 600 it, and make a new one if they may have",
                 path);
        ok = false;
    }
    if (fd >= 0) {
        close(fd);
    }
    ret[ok ? got : 0] = '\0';
    ret[strcspn(ret, "\n")] = '\0';
    if (!ok) {
        explicit_bzero(ret, size);
    }
    return ok ? SECRET_FILE_READ : SECRET_FILE_WRONG;
}

static bool write_line(int fd, const char *line)
{
    size_t n = strlen(line);
    return write(fd, line, n) == (ssize_t)n && write(fd, "\n", 1) == 1 && fsync(fd) == 0;
}

void secret_file_make(const char *folder, const char *path, const char *line)
{
    char fresh[600];
    snprintf(fresh, sizeof fresh, "%s.new", path);
    unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_line(fd, line);
    ok = (fd < 0 || close(fd) == 0) && ok;
    ok = ok && link(fresh, path) == 0;
    unlink(fresh);
    int dir = ok ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (dir >= 0) {
        fsync(dir);
        close(dir);
    }
}
