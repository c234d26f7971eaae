#include "shared/content.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct content, field)
#define MESSAGE(field) offsetof(struct content_message, field)
#define HOURS(field) offsetof(struct content_hours, field)

const struct config_row content_language_rows[] = {
    {.name = "", .type = CONFIG_STRING, .min = 2, .max = 8, .help = "language code"},
    {0},
};
const struct config_row content_message_rows[] = {
    {.name = "said", .type = CONFIG_MAP, .offset = MESSAGE(said), .help = "language: what customers said"},
    {.name = "did", .type = CONFIG_MAP, .offset = MESSAGE(did), .help = "language: what was done"},
    {0},
};
const struct config_row content_hours_rows[] = {
    {.name = "days",
     .type = CONFIG_STRING,
     .offset = HOURS(days),
     .required = true,
     .min = 3,
     .max = 40,
     .help = "daily, mon-fri, sat or sat,sun"},
    {.name = "open",
     .type = CONFIG_STRING,
     .offset = HOURS(open),
     .required = true,
     .max = 5,
     .help = "such as \"08:00\""},
    {.name = "close",
     .type = CONFIG_STRING,
     .offset = HOURS(close),
     .required = true,
     .max = 5,
     .help = "such as \"15:30\" or \"24:00\""},
    {0},
};
const struct config_row content_rows[] = {CONTENT_ROWS(AT), {0}};

// ---------------------------------------------------------------- languages
static const char *const usual_languages[] = {"en", "id"};

int content_language_count(const struct content *c)
{
    return c->languages.count > 0 ? (int)c->languages.count
                                  : (int)(sizeof usual_languages / sizeof *usual_languages);
}

const char *content_language_code(const struct content *c, int i)
{
    return c->languages.count > 0 ? ((const struct content_language *)c->languages.items)[i].code
                                  : usual_languages[i];
}

int content_language_index(const struct content *c, const char *code)
{
    for (int i = 0; i < content_language_count(c); i++)
        if (strcmp(content_language_code(c, i), code) == 0)
            return i;
    return -1;
}

// ---------------------------------------------------------------- opening hours
static int weekday(const char *text, size_t n)
{
    static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    for (int i = 0; i < 7; i++)
        if (n == 3 && strncmp(text, names[i], 3) == 0)
            return i;
    return -1;
}

static bool read_days(const char *text, unsigned *ret_days)
{
    unsigned days = 0;
    if (strcmp(text, "daily") == 0) {
        *ret_days = 0x7f;
        return true;
    }
    while (*text) {
        size_t n = strcspn(text, ",");
        int from = weekday(text, n < 3 ? n : 3), to = from;
        if (n == 7 && text[3] == '-')
            to = weekday(text + 4, 3);
        else if (n != 3)
            return false;
        if (from < 0 || to < 0)
            return false;
        for (int d = from;; d = (d + 1) % 7) {
            days |= 1U << d;
            if (d == to)
                break;
        }
        text += n;
        text += *text == ',';
    }
    *ret_days = days;
    return days != 0;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool read_minutes(const char *t, int *ret_minutes)
{
    if (strlen(t) != 5 || !digit(t[0]) || !digit(t[1]) || t[2] != ':' || !digit(t[3]) || !digit(t[4]))
        return false;
    int hours = (t[0] - '0') * 10 + t[1] - '0', minutes = (t[3] - '0') * 10 + t[4] - '0';
    *ret_minutes = hours * 60 + minutes;
    return minutes < 60 && *ret_minutes <= 24 * 60;
}

bool content_read_hours(const struct content_hours *h, unsigned *ret_days, int *ret_open, int *ret_close)
{
    return read_days(h->days, ret_days) && read_minutes(h->open, ret_open) &&
           read_minutes(h->close, ret_close) && *ret_open < *ret_close;
}

// ---------------------------------------------------------------- checks
static bool good_languages(const struct content *c, char *why, size_t size)
{
    int count = content_language_count(c);
    if (count > CONTENT_LANGS_MAX) {
        snprintf(why, size, "languages: at most %d fit the switch, %d given", CONTENT_LANGS_MAX, count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        const char *code = content_language_code(c, i);
        if (strspn(code, "abcdefghijklmnopqrstuvwxyz-") != strlen(code)) {
            snprintf(why, size, "languages: '%s' must be small letters, such as 'en'", code);
            return false;
        }
        if (content_language_index(c, code) != i) {
            snprintf(why, size, "languages: '%s' stands twice", code);
            return false;
        }
    }
    if (c->language[0] && content_language_index(c, c->language) < 0) {
        snprintf(why, size, "language: '%s' is not in languages", c->language);
        return false;
    }
    return true;
}

static bool good_hours(const struct content *c, char *why, size_t size)
{
    const struct content_hours *h = c->hours.items;
    unsigned days;
    int open, close;
    for (size_t i = 0; i < c->hours.count; i++) {
        if (!content_read_hours(&h[i], &days, &open, &close)) {
            snprintf(
                why, size,
                "hours: days '%s', open '%s', close '%s': days are daily, mon-fri or sat,sun, times such "
                "as 08:00, open before close",
                h[i].days, h[i].open, h[i].close);
            return false;
        }
    }
    return true;
}

static bool short_words(const char *what, const struct config_pairs *words, char *why, size_t size)
{
    for (size_t i = 0; i < words->count; i++) {
        size_t n = strlen(words->items[i].value);
        if (n == 0 || n > SURVEY_WORDS_MAX) {
            snprintf(why, size, "%s: '%.20s' must have 1 to %d bytes", what, words->items[i].key,
                     SURVEY_WORDS_MAX);
            return false;
        }
    }
    return true;
}

static bool good_key(const char *key)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return strspn(key, base64) == 43 && strcmp(key + 43, "=") == 0;
}

bool content_check(const struct content *c, struct survey *ret_survey, char *why, size_t size)
{
    struct survey_error error;
    if (!good_languages(c, why, size) || !good_hours(c, why, size) ||
        !short_words("promise", &c->promise, why, size))
        return false;
    if (c->messages.count > CONTENT_MESSAGES_MAX || c->hours.count > CONTENT_HOURS_MAX) {
        snprintf(why, size, "at most %d messages and %d rows of hours", CONTENT_MESSAGES_MAX,
                 CONTENT_HOURS_MAX);
        return false;
    }
    const struct content_message *m = c->messages.items;
    for (size_t i = 0; i < c->messages.count; i++)
        if (!short_words("messages: said", &m[i].said, why, size) ||
            !short_words("messages: did", &m[i].did, why, size))
            return false;
    if (!survey_make(&c->survey, ret_survey, &error)) {
        int n = error.line > 0 ? snprintf(why, size, "%d:%d: ", error.line, error.column) : 0;
        snprintf(why + n, size - (size_t)n, "%s", error.text);
        return false;
    }
    if (c->contact_key[0] && !good_key(c->contact_key)) {
        snprintf(why, size, "contact_key: must be 32 bytes as base64; 'puasctl contact-key' prints it");
        return false;
    }
    return true;
}

bool content_can_seal(const struct content *c, char *why, size_t size)
{
    const struct survey_file_question *q = c->survey.questions.items;
    for (size_t i = 0; i < c->survey.questions.count; i++) {
        if (q[i].type == SURVEY_CONTACT && !c->contact_key[0]) {
            snprintf(why, size,
                     "question '%s' asks for contact data: contact_key is needed to seal it; 'puasctl "
                     "contact-key' prints it, 'puasctl push' sends it along by itself",
                     q[i].id.s);
            return false;
        }
    }
    return true;
}

static bool checked(const char *name, struct content *c, struct config_error *ret_error)
{
    struct survey survey;
    char why[300];
    if (content_check(c, &survey, why, sizeof why))
        return true;
    bool placed = why[0] >= '1' && why[0] <= '9';
    snprintf(ret_error->text, sizeof ret_error->text, "%.90s:%s%s", name, placed ? "" : " ", why);
    content_finish(c);
    return false;
}

bool content_parse(const char *name, const char *text, size_t n, struct content *ret_c,
                   struct config_error *ret_error)
{
    struct content c;
    if (!config_parse(name, text, n, content_rows, &c, ret_error) || !checked(name, &c, ret_error))
        return false;
    *ret_c = c;
    return true;
}

bool content_load(const char *path, struct content *ret_c, struct config_error *ret_error)
{
    struct content c;
    if (!config_load(path, content_rows, &c, ret_error) || !checked(path, &c, ret_error))
        return false;
    *ret_c = c;
    return true;
}

void content_finish(struct content *c)
{
    if (!c)
        return;
    config_free(content_rows, c);
    *c = (struct content){0};
}
