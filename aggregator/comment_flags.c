#include "aggregator/comment_flags.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { PHONE_DIGITS = 8, WORD_MAX = 24 };

static const char *const urgent_words[] = {
    "bahaya",     "berbahaya", "kebakaran", "terbakar",    "terluka",    "berdarah",   "pingsan",
    "jatuh",      "terjatuh",  "ancam",     "diancam",     "dipukul",    "pelecehan",  "dilecehkan",
    "pungli",     "suap",      "korupsi",   "gratifikasi", "danger",     "dangerous",  "fire",
    "injured",    "injury",    "bleeding",  "fainted",     "threat",     "threatened", "harassed",
    "harassment", "assault",   "bribe",     "bribery",     "corruption", "unsafe",
};

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || (unsigned char)c >= 0x80;
}

static bool is_urgent(const char *word, size_t n)
{
    char lower[WORD_MAX];
    if (n >= sizeof lower) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        lower[i] = (char)tolower((unsigned char)word[i]);
    }
    lower[n] = '\0';
    for (size_t i = 0; i < sizeof urgent_words / sizeof urgent_words[0]; i++) {
        if (strcmp(lower, urgent_words[i]) == 0) {
            return true;
        }
    }
    return false;
}

// Digits with at most single blanks, dots, dashes or brackets between them.
static bool is_phone(const char *text)
{
    int digits = 0, gap = 0;
    for (; *text != '\0'; text++) {
        if (isdigit((unsigned char)*text)) {
            gap = 0;
            if (++digits == PHONE_DIGITS) {
                return true;
            }
        } else if (digits > 0 && strchr(" .-()/", *text) != NULL && ++gap <= 2) {
            continue;
        } else {
            digits = gap = 0;
        }
    }
    return false;
}

static bool is_mail(const char *text)
{
    for (const char *at = strchr(text, '@'); at != NULL; at = strchr(at + 1, '@')) {
        const char *dot = at + 1;
        while (isalnum((unsigned char)*dot) || *dot == '-') {
            dot++;
        }
        if (at > text && isalnum((unsigned char)at[-1]) && dot > at + 1 && *dot == '.' &&
            isalpha((unsigned char)dot[1])) {
            return true;
        }
    }
    return false;
}

int comment_flags(const char *text)
{
    int flags = is_phone(text) || is_mail(text) ? COMMENT_PERSONAL : 0;
    for (const char *p = text; *p != '\0';) {
        size_t n = 0;
        while (is_letter(p[n])) {
            n++;
        }
        flags |= n > 0 && is_urgent(p, n) ? COMMENT_URGENT : 0;
        p += n > 0 ? n : 1;
    }
    return flags;
}
