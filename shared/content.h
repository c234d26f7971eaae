// content: all that a kiosk shows and that may change while it stands there: survey, languages, words,
// colours, promise, messages, opening hours, volume, brightness. It is the same document in the kiosk's own
// file and in the one pushed by the aggregator (PROTOCOL.md, "config"): YAML, of which JSON is a part. Pure
// but for shared/config.
#ifndef PUAS_SHARED_CONTENT_H
#define PUAS_SHARED_CONTENT_H

#include "shared/config.h"
#include "shared/survey.h"

#include <stdbool.h>

enum {
    CONTENT_LANGS_MAX = 8, // pills that fit a header
    CONTENT_MESSAGES_MAX = 20,
    CONTENT_HOURS_MAX = 50,
    CONTENT_KEY_BYTES = 32, // of contact_key
};

struct content_language {
    char *code; // "en": names assets/locales/kiosk-en.json
};
struct content_message {
    struct config_pairs said, did; // language -> words: what customers said, what was done about it
};
struct content_hours {
    char *days;         // "daily", "mon-fri", "sat", "sat,sun"
    char *open, *close; // "08:00", "24:00"
};

struct content {
    struct config_list languages; // struct content_language; empty: en, id
    char *language;               // the default; empty: the first
    struct survey_file survey;
    struct config_pairs texts;   // "en.question" -> words instead of the catalogue's
    struct config_pairs theme;   // "base" -> light or dark; colour -> "#rrggbb": see kiosk/theme.h
    struct config_pairs promise; // language -> the service promise, shown while nobody is there
    bool tally;                  // show today's number of answers likewise
    struct config_list messages; // struct content_message: "you said, we did"
    struct config_list hours;    // struct content_hours, local time; empty: always open
    int64_t volume, brightness, brightness_closed; // percent
    bool thanks_code;                              // show a code that the customer may redeem
    char *thanks_link;                             // shown as a QR code to go on with the phone; empty: none
    char *contact_key; // base64 of the aggregator's public key: contact answers are sealed with it
    bool still;        // reduced motion: no animation at all
};

// The rows of `struct content`, to stand in a table of rows whose struct holds it: AT(field) is the offset of
// a field of the content.
#define CONTENT_ROWS(AT)                                                                                     \
    {.name = "languages",                                                                                    \
     .type = CONFIG_LIST,                                                                                    \
     .offset = AT(languages),                                                                                \
     .rows = content_language_rows,                                                                          \
     .item_bytes = sizeof(struct content_language),                                                          \
     .help = "as shown in the switch; absent: en, id"},                                                      \
        {.name = "language",                                                                                 \
         .type = CONFIG_STRING,                                                                              \
         .offset = AT(language),                                                                             \
         .fallback = "",                                                                                     \
         .max = 8,                                                                                           \
         .help = "the one it returns to; absent: the first"},                                                \
        {.name = "survey",                                                                                   \
         .type = CONFIG_GROUP,                                                                               \
         .offset = AT(survey),                                                                               \
         .rows = survey_rows,                                                                                \
         .help = "what is asked"},                                                                           \
        {.name = "texts",                                                                                    \
         .type = CONFIG_MAP,                                                                                 \
         .offset = AT(texts),                                                                                \
         .help = "texts of your own, e.g. 'en.question: How was your visit?'"},                              \
        {.name = "theme",                                                                                    \
         .type = CONFIG_MAP,                                                                                 \
         .offset = AT(theme),                                                                                \
         .help = "'base: dark' and colours over it, e.g. 'accent: \"#14213d\"'"},                            \
        {.name = "promise",                                                                                  \
         .type = CONFIG_MAP,                                                                                 \
         .offset = AT(promise),                                                                              \
         .help = "language: the service promise of the branch, shown between customers"},                    \
        {.name = "tally",                                                                                    \
         .type = CONFIG_BOOL,                                                                                \
         .offset = AT(tally),                                                                                \
         .fallback = "false",                                                                                \
         .help = "show how many have answered today, in steps of five"},                                     \
        {.name = "messages",                                                                                 \
         .type = CONFIG_LIST,                                                                                \
         .offset = AT(messages),                                                                             \
         .rows = content_message_rows,                                                                       \
         .item_bytes = sizeof(struct content_message),                                                       \
         .help = "what customers said and what was done about it"},                                          \
        {.name = "hours",                                                                                    \
         .type = CONFIG_LIST,                                                                                \
         .offset = AT(hours),                                                                                \
         .rows = content_hours_rows,                                                                         \
         .item_bytes = sizeof(struct content_hours),                                                         \
         .help = "opening hours, local time; absent: always open"},                                          \
        {.name = "volume",                                                                                   \
         .type = CONFIG_INT,                                                                                 \
         .offset = AT(volume),                                                                               \
         .fallback = "70",                                                                                   \
         .min = 0,                                                                                           \
         .max = 100,                                                                                         \
         .help = "of spoken prompts, percent; 0: none"},                                                     \
        {.name = "brightness",                                                                               \
         .type = CONFIG_INT,                                                                                 \
         .offset = AT(brightness),                                                                           \
         .fallback = "100",                                                                                  \
         .min = 5,                                                                                           \
         .max = 100,                                                                                         \
         .help = "of the screen while open, percent"},                                                       \
        {.name = "brightness_closed",                                                                        \
         .type = CONFIG_INT,                                                                                 \
         .offset = AT(brightness_closed),                                                                    \
         .fallback = "10",                                                                                   \
         .min = 0,                                                                                           \
         .max = 100,                                                                                         \
         .help = "while closed; 0: the screen sleeps"},                                                      \
        {.name = "thanks_code",                                                                              \
         .type = CONFIG_BOOL,                                                                                \
         .offset = AT(thanks_code),                                                                          \
         .fallback = "false",                                                                                \
         .help = "the thank-you shows a code to redeem"},                                                    \
        {.name = "thanks_link",                                                                              \
         .type = CONFIG_STRING,                                                                              \
         .offset = AT(thanks_link),                                                                          \
         .fallback = "",                                                                                     \
         .max = 200,                                                                                         \
         .help = "address shown as a QR code with the thank-you; empty: none"},                              \
        {.name = "contact_key",                                                                              \
         .type = CONFIG_STRING,                                                                              \
         .offset = AT(contact_key),                                                                          \
         .fallback = "",                                                                                     \
         .max = 64,                                                                                          \
         .help = "public key that contact answers are sealed with (base64); absent: the aggregator's, in "   \
                 "documents it sends"},                                                                      \
    {                                                                                                        \
        .name = "still", .type = CONFIG_BOOL, .offset = AT(still), .fallback = "false",                      \
        .help = "reduced motion: no animation at all"                                                        \
    }

extern const struct config_row content_language_rows[], content_message_rows[], content_hours_rows[];
extern const struct config_row content_rows[]; // of a struct content alone

// Reads a document and checks it as content_check does. On success finish with content_finish.
bool content_parse(const char *name, const char *text, size_t n, struct content *ret_c,
                   struct config_error *ret_error);
bool content_load(const char *path, struct content *ret_c,
                  struct config_error *ret_error); // the same of a file
void content_finish(struct content *c);            // accepts NULL and a zeroed one

// What rows cannot say: languages, hours, the survey. *ret_survey borrows from `c`; `why` gets a reason,
// which begins with "LINE:COLUMN: " where a question is to blame.
bool content_check(const struct content *c, struct survey *ret_survey, char *why, size_t size);
// False, and why, when it asks for contact data and has no key to seal it: no kiosk may ask then. On its way
// there it may lack one, the aggregator puts in its own.
bool content_can_seal(const struct content *c, char *why, size_t size);

int content_language_count(const struct content *c);
const char *content_language_code(const struct content *c, int i);
int content_language_index(const struct content *c, const char *code); // -1: unknown

// One row of opening hours as bits of weekdays (0: Sunday) and minutes of the day. False when it is
// malformed.
bool content_read_hours(const struct content_hours *h, unsigned *ret_days, int *ret_open, int *ret_close);

#endif
