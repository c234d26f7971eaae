// failing: the n-th change of a file fails, or is the end of the process. Stands before the C library in the
// test's own program, so that SQLite's calls are counted too. For forked children and single threads.
#ifndef PUAS_TESTS_FAILING_H
#define PUAS_TESTS_FAILING_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { FAILING_KILLED = 99 };

static struct {
    int at;     // the call that fails, from 1; 0: none does
    int error;  // errno of it; 0: the process ends
    bool reads; // pread64 is counted too
    bool stays; // all that follow fail too
    int calls;
} failing;

static inline void failing_arm(int at, int error)
{
    failing.at = at;
    failing.error = error;
    failing.calls = 0;
}

static inline bool failing_fired(void)
{
    return failing.at > 0 && failing.calls >= failing.at;
}

static bool failing_now(void)
{
    if (failing.at == 0)
        return false;
    failing.calls++;
    if (failing.calls != failing.at && !(failing.stays && failing.calls > failing.at))
        return false;
    if (failing.error == 0)
        _exit(FAILING_KILLED);
    errno = failing.error;
    return true;
}

#define FAILING(type, name, parameters, number, ...)                                                         \
    type name parameters;                                                                                    \
    type name parameters                                                                                     \
    {                                                                                                        \
        return failing_now() ? -1 : (type)syscall(number, __VA_ARGS__);                                      \
    }

FAILING(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), SYS_pwrite64, fd, p, n, at)
FAILING(int, ftruncate64, (int fd, off64_t n), SYS_ftruncate, fd, n)
FAILING(int, fsync, (int fd), SYS_fsync, fd)
FAILING(int, fdatasync, (int fd), SYS_fdatasync, fd)
FAILING(int, unlink, (const char *path), SYS_unlinkat, AT_FDCWD, path, 0)
FAILING(int, rename, (const char *from, const char *to), SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)

ssize_t pread64(int fd, void *p, size_t n, off64_t at);
ssize_t pread(int fd, void *p, size_t n, off_t at);
ssize_t pread64(int fd, void *p, size_t n, off64_t at)
{
    return failing.reads && failing_now() ? -1 : syscall(SYS_pread64, fd, p, n, at);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
    return pread64(fd, p, n, at);
}

#endif
