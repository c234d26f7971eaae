// mail: RFC 5322 headers; what is not plain ASCII as encoded words (RFC 2047).
#include "aggregator/mail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool add(struct mail *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool add(struct mail *m, const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0) {
        return false;
    }
    m->headers[m->count++] = text;
    return true;
}

static bool is_plain(const char *s)
{
    for (; *s != '\0'; s++) {
        if ((unsigned char)*s < ' ' || (unsigned char)*s > 126) {
            return false;
        }
    }
    return true;
}

// Words of at most 75 bytes that hold whole letters, a folded line each.
static char *encoded(const char *s)
{
    enum { WORD_BYTES = 42 }; // 56 digits of base64, and 12 around them
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = NULL;
    size_t bytes;
    FILE *f = open_memstream(&text, &bytes);
    if (f == NULL) {
        return NULL;
    }
    for (size_t left = strlen(s), n; left > 0; s += n, left -= n) {
        n = left < WORD_BYTES ? left : WORD_BYTES;
        while (n < left && ((unsigned char)s[n] & 0xc0) == 0x80) {
            n--;
        }
        fputs("=?UTF-8?B?", f);
        for (size_t i = 0; i < n; i += 3) {
            uint32_t v = 0;
            for (size_t k = 0; k < 3; k++) {
                v = v << 8 | (i + k < n ? (unsigned char)s[i + k] : 0);
            }
            fputc(digits[v >> 18], f);
            fputc(digits[v >> 12 & 63], f);
            fputc(i + 1 < n ? digits[v >> 6 & 63] : '=', f);
            fputc(i + 2 < n ? digits[v & 63] : '=', f);
        }
        fprintf(f, "?=%s", left > n ? "\r\n " : "");
    }
    return fclose(f) == 0 ? text : NULL;
}

static bool add_to(struct mail *m, const struct channel *c)
{
    char *const *to = c->to.items, *text = NULL;
    size_t bytes;
    FILE *f = open_memstream(&text, &bytes);
    for (size_t i = 0; f != NULL && i < c->to.count; i++) {
        fprintf(f, "%s<%s>", i > 0 ? ",\r\n " : "", to[i]);
    }
    bool ok = f != NULL && fclose(f) == 0 && add(m, "To: %s", text);
    free(text);
    return ok;
}

static bool add_date(struct mail *m, wall_ms now)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
                             *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t s = (time_t)(now / 1000);
    struct tm t;
    gmtime_r(&s, &t);
    return add(m, "Date: %s, %d %s %d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
               t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

bool mail_make(const struct channel *c, const struct notice *n, const struct notice_text *t, wall_ms now,
               struct mail *ret_m)
{
    struct mail m = {.count = 0};
    const char *domain = strchr(c->from, '@') + 1; // channels_check
    char *subject = is_plain(t->title) ? strdup(t->title) : encoded(t->title);
    bool ok = subject != NULL && add(&m, "From: Puas <%s>", c->from) && add_to(&m, c) &&
              add(&m, "Subject: %s", subject) && add_date(&m, now) &&
              add(&m, "Message-ID: <%s@%s>", n->id, domain) &&
              (n->alert[0] == '\0' || add(&m, "References: <%s.alert@%s>", n->alert, domain)) &&
              add(&m, "Auto-Submitted: auto-generated") && add(&m, "X-Auto-Response-Suppress: All");
    free(subject);
    if (!ok) {
        mail_finish(&m);
        return false;
    }
    *ret_m = m;
    return true;
}

void mail_finish(struct mail *m)
{
    for (int i = 0; i < m->count; i++) {
        free(m->headers[i]);
    }
    *m = (struct mail){.count = 0};
}
