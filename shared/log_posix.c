// log: one write(2) a line on standard error.
#include "shared/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1200, QUOTED_MAX = 200 };

static struct {
    const char *program;
    enum log_level least;
} logger = {"puas", LOG_INFO};

void log_init(const char *program, enum log_level least)
{
    logger.program = program;
    logger.least = least;
}

struct line {
    char text[LINE_MAX_BYTES];
    size_t n;
};

static void put(struct line *l, const char *s, size_t n)
{
    size_t room = sizeof l->text - 1 - l->n; // one byte stays for the newline
    n = n < room ? n : room;
    memcpy(l->text + l->n, s, n);
    l->n += n;
}

static void put_quoted(struct line *l, const char *s)
{
    put(l, "\"", 1);
    for (size_t i = 0; s != NULL && s[i] != '\0' && i < QUOTED_MAX; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == 0xc2 && ((unsigned char)s[i + 1] & 0xe0) == 0x80) { // U+0080..U+009F: terminals obey them too
            char hex[12];
            int k = snprintf(hex, sizeof hex, "\\u%04x", (unsigned char)s[++i]);
            put(l, hex, (size_t)k);
        } else if (c < 0x20 || c == 0x7f) {
            char hex[8];
            int k = snprintf(hex, sizeof hex, "\\x%02x", c);
            put(l, hex, (size_t)k);
        } else if (c == '"' || c == '\\') {
            char escaped[2] = {'\\', (char)c};
            put(l, escaped, 2);
        } else {
            put(l, s + i, 1);
        }
    }
    put(l, "\"", 1);
}

// Handles the conversions that the programs use: %s %d %u %x %ld %lld %zu %f %g with flags, and %Q.
static void put_format(struct line *l, const char *fmt, va_list ap)
{
    while (*fmt != '\0') {
        const char *pct = strchr(fmt, '%');
        if (pct == NULL) {
            put(l, fmt, strlen(fmt));
            return;
        }
        put(l, fmt, (size_t)(pct - fmt));
        if (pct[1] == '%') {
            put(l, "%", 1);
            fmt = pct + 2;
            continue;
        }
        if (pct[1] == 'Q') {
            put_quoted(l, va_arg(ap, const char *));
            fmt = pct + 2;
            continue;
        }
        size_t k = 1 + strspn(pct + 1, "-+ #0123456789.");
        int longs = 0;
        bool size = false;
        while (pct[k] == 'l' || pct[k] == 'z') {
            longs += pct[k] == 'l';
            size |= pct[k] == 'z';
            k++;
        }
        char spec[32], out[400];
        if (k + 2 > sizeof spec) {
            return;
        }
        memcpy(spec, pct, k + 1);
        spec[k + 1] = '\0';
        int w = 0;
        switch (pct[k]) {
        case 's':
            w = snprintf(out, sizeof out, spec, va_arg(ap, const char *));
            break;
        case 'd':
        case 'i':
        case 'u':
        case 'x':
            w = longs >= 2           ? snprintf(out, sizeof out, spec, va_arg(ap, long long))
                : longs == 1 || size ? snprintf(out, sizeof out, spec, va_arg(ap, long))
                                     : snprintf(out, sizeof out, spec, va_arg(ap, int));
            break;
        case 'f':
        case 'g':
            w = snprintf(out, sizeof out, spec, va_arg(ap, double));
            break;
        default:
            return;
        }
        put(l, out, w < 0 ? 0 : (size_t)w < sizeof out ? (size_t)w : sizeof out - 1);
        fmt = pct + k + 1;
    }
}

void log_event(enum log_level level, const char *event, const char *fmt, ...)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < logger.least) {
        return;
    }
    struct timespec t;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &t);
    gmtime_r(&t.tv_sec, &tm);
    struct line l = {.n = 0};
    char head[120];
    int k = snprintf(head, sizeof head, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %s %s %s", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, t.tv_nsec / 1000000,
                     logger.program, names[level], event);
    put(&l, head, k < 0 ? 0 : (size_t)k < sizeof head ? (size_t)k : sizeof head - 1);
    if (fmt != NULL && fmt[0] != '\0') {
        put(&l, " ", 1);
        va_list ap;
        va_start(ap, fmt);
        put_format(&l, fmt, ap);
        va_end(ap);
    }
    l.text[l.n++] = '\n';
    ssize_t ignored = write(STDERR_FILENO, l.text, l.n);
    (void)ignored; // nowhere to report that the log is gone
}
