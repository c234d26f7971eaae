// settings: the kiosk's configuration file. Rows give names, ranges, defaults and help.
#ifndef PUAS_KIOSK_SETTINGS_H
#define PUAS_KIOSK_SETTINGS_H

#include "kiosk/app.h"
#include "kiosk/texts.h"
#include "shared/config.h"
#include "shared/ident.h"

#include <stdbool.h>
#include <stdint.h>

struct settings_language {
    char *code; // "en": names assets/locales/kiosk-en.json
};

struct settings {
    struct ident kiosk, branch, place; // place may be empty: the branch itself
    char *state_dir, *assets, *org;
    struct {
        char *host;
        int64_t port;
        char *user, *password_file, *ca_file; // empty: none
    } broker;
    struct {
        bool fullscreen, still;
        int64_t width, height;
        char *theme; // path of a theme file; empty: the built-in light one
    } screen;
    struct config_list languages; // struct settings_language
    char *language;               // the default
    struct {
        struct ident id, question;
        int64_t version, faces;
    } survey;
    struct config_pairs texts; // "en.question" -> text
    struct {
        int64_t press, thanks, try_again, settle, language_return, save_timeout,
            service_retry; // ms, as all below
        int64_t resend_timeout, backoff_min, backoff_max, steady, birth_spread, backlog_spread, health;
    } times;
    struct {
        int64_t max_pending;
        int64_t keep; // ms
    } outbox;
};
extern const struct config_row settings_rows[];

// Reads and checks a file. On success finish with settings_finish.
bool settings_load(const char *path, struct settings *ret_s, struct config_error *ret_error);
// What stands when no file is given (--render): English and Indonesian, five faces.
bool settings_default(struct settings *ret_s, struct config_error *ret_error);
void settings_finish(struct settings *s); // accepts NULL and a zeroed one

int settings_language_count(const struct settings *s);
const char *settings_language_code(const struct settings *s, int i);
int settings_language_index(const struct settings *s, const char *code); // -1: unknown

// What the app needs of them.
struct app_options settings_app(const struct settings *s);

// Applies the text overrides of language `code`.
bool settings_texts(const struct settings *s, const char *code, struct texts *t);

#endif
