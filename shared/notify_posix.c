#include "shared/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { US_A_MS = 1000 };

// A whole decimal number above 0, else 0.
static int64_t number(const char *text)
{
    char *end;
    if (text == NULL || *text < '0' || *text > '9') {
        return 0;
    }
    errno = 0;
    long long n = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? n : 0;
}

static int connect_to(const char *name)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    size_t n = name != NULL ? strlen(name) : 0;
    if (n < 2 || n >= sizeof a.sun_path || (name[0] != '/' && name[0] != '@')) {
        return -1;
    }
    memcpy(a.sun_path, name, n);
    bool abstract = name[0] == '@';
    if (abstract) {
        a.sun_path[0] = '\0'; // its length tells where an abstract name ends
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (abstract ? 0 : 1));
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&a, length) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void notify_init(struct notify *ret_n, const char *socket, const char *watchdog_usec,
                 const char *watchdog_pid)
{
    int64_t us = number(watchdog_usec);
    bool ours = watchdog_pid == NULL || number(watchdog_pid) == getpid();
    *ret_n = (struct notify){.fd = connect_to(socket)};
    if (ret_n->fd >= 0 && us > 0 && ours) {
        ret_n->interval_ms = us / 2 / US_A_MS > 0 ? us / 2 / US_A_MS : 1;
    }
}

void notify_from_environment(struct notify *ret_n)
{
    notify_init(ret_n, getenv("NOTIFY_SOCKET"), getenv("WATCHDOG_USEC"), getenv("WATCHDOG_PID"));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

void notify_finish(struct notify *n)
{
    if (n != NULL && n->fd >= 0) {
        close(n->fd);
        n->fd = -1;
    }
}

static bool tell(const struct notify *n, const char *text)
{
    size_t length = strlen(text);
    return n->fd < 0 || send(n->fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

bool notify_ready(const struct notify *n)
{
    return tell(n, "READY=1");
}

bool notify_stopping(const struct notify *n)
{
    return tell(n, "STOPPING=1");
}

bool notify_status(const struct notify *n, const char *text)
{
    char line[sizeof "STATUS=" + NOTIFY_STATUS_MAX];
    int length = snprintf(line, sizeof line, "STATUS=%.*s", NOTIFY_STATUS_MAX, text);
    for (int i = 0; i < length; i++) {
        if ((unsigned char)line[i] < ' ') { // a newline would begin another assignment
            line[i] = ' ';
        }
    }
    return tell(n, line);
}

bool notify_alive(struct notify *n, mono_ms now)
{
    if (n->interval_ms == 0 || now < n->next_ms) {
        return true;
    }
    bool told = tell(n, "WATCHDOG=1");
    if (told) { // else at the next call
        n->next_ms = now + n->interval_ms / 2;
    }
    return told;
}

mono_ms notify_interval_ms(const struct notify *n)
{
    return n->interval_ms;
}
