#include "kiosk/settings.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct settings, field)
#define TIME(field, text, least, most, says)                                                                 \
    {                                                                                                        \
        .name = #field, .type = CONFIG_DURATION, .offset = AT(times.field), .fallback = text, .min = least,  \
        .max = most, .help = says                                                                            \
    }

static const struct config_row broker_rows[] = {
    {.name = "host",
     .type = CONFIG_STRING,
     .offset = AT(broker.host),
     .fallback = "127.0.0.1",
     .min = 1,
     .max = 255,
     .help = "name or address"},
    {.name = "port",
     .type = CONFIG_INT,
     .offset = AT(broker.port),
     .fallback = "1883",
     .min = 1,
     .max = 65535,
     .help = "TCP port"},
    {.name = "user",
     .type = CONFIG_STRING,
     .offset = AT(broker.user),
     .fallback = "",
     .max = 128,
     .help = "user name; empty: the kiosk's id"},
    {.name = "password_file",
     .type = CONFIG_STRING,
     .offset = AT(broker.password_file),
     .fallback = "",
     .max = 1000,
     .help = "file that holds the password; empty: none"},
    {.name = "ca_file",
     .type = CONFIG_STRING,
     .offset = AT(broker.ca_file),
     .fallback = "",
     .max = 1000,
     .help = "certificate that signs the broker's; empty: no TLS"},
    {0},
};
static const struct config_row screen_rows[] = {
    {.name = "fullscreen",
     .type = CONFIG_BOOL,
     .offset = AT(screen.fullscreen),
     .fallback = "false",
     .help = "the whole display, else a window"},
    {.name = "width",
     .type = CONFIG_INT,
     .offset = AT(screen.width),
     .fallback = "1280",
     .min = 320,
     .max = 7680,
     .help = "of the window, px"},
    {.name = "height",
     .type = CONFIG_INT,
     .offset = AT(screen.height),
     .fallback = "800",
     .min = 320,
     .max = 7680,
     .help = "of the window, px"},
    {.name = "still",
     .type = CONFIG_BOOL,
     .offset = AT(screen.still),
     .fallback = "false",
     .help = "no animation at all"},
    {.name = "theme",
     .type = CONFIG_STRING,
     .offset = AT(screen.theme),
     .fallback = "",
     .max = 1000,
     .help = "theme file; empty: the light one"},
    {0},
};
static const struct config_row language_rows[] = {
    {.name = "", .type = CONFIG_STRING, .min = 2, .max = PROTOCOL_LANG_MAX, .help = "language code"},
    {0},
};
static const struct config_row survey_rows[] = {
    {.name = "id", .type = CONFIG_IDENT, .offset = AT(survey.id), .fallback = "default", .help = "survey"},
    {.name = "version",
     .type = CONFIG_INT,
     .offset = AT(survey.version),
     .fallback = "1",
     .min = 1,
     .max = 1000000,
     .help = "its version"},
    {.name = "question",
     .type = CONFIG_IDENT,
     .offset = AT(survey.question),
     .fallback = "overall",
     .help = "id of the question"},
    {.name = "faces",
     .type = CONFIG_INT,
     .offset = AT(survey.faces),
     .fallback = "5",
     .min = APP_FACES_MIN,
     .max = APP_FACES_MAX,
     .help = "how many"},
    {0},
};
enum { HOUR_MS = 3600 * 1000 };
static const struct config_row time_rows[] = {
    TIME(press, "180 ms", 0, 2000, "a press is shown for at least this long"),
    TIME(thanks, "3 s", 10, 60000, "the thank-you stays"),
    TIME(try_again, "5 s", 10, 60000, "the request to try again stays"),
    TIME(settle, "1 s", 0, 60000, "after an answer no other is taken"),
    TIME(language_return, "20 s", 10, HOUR_MS, "back to the default language after the last touch"),
    TIME(save_timeout, "2 s", 10, 60000, "an answer not on disk by then is given up"),
    TIME(service_retry, "30 s", 10, HOUR_MS, "out of service: offer the question again"),
    TIME(resend_timeout, "5 s", 10, HOUR_MS, "an unanswered message is sent again"),
    TIME(backoff_min, "1 s", 10, HOUR_MS, "shortest wait before a new try"),
    TIME(backoff_max, "60 s", 10, HOUR_MS, "longest wait before a new try"),
    TIME(steady, "60 s", 10, HOUR_MS, "connected for this long: waits start over"),
    TIME(birth_spread, "60 s", 0, HOUR_MS, "random wait before answering a new run"),
    TIME(backlog_spread, "60 s", 0, HOUR_MS, "random wait before sending the backlog"),
    TIME(health, "60 s", 50, HOUR_MS, "between health messages"),
    {0},
};
static const struct config_row outbox_rows[] = {
    {.name = "max_pending",
     .type = CONFIG_INT,
     .offset = AT(outbox.max_pending),
     .fallback = "1000000",
     .min = 1,
     .max = 100000000,
     .help = "unacknowledged answers kept before the kiosk says out of service"},
    {.name = "keep",
     .type = CONFIG_DURATION,
     .offset = AT(outbox.keep),
     .fallback = "30 d",
     .min = 1000,
     .max = 366.0 * 24 * HOUR_MS,
     .help = "acknowledged answers are kept for repair"},
    {0},
};
const struct config_row settings_rows[] = {
    {.name = "kiosk",
     .type = CONFIG_IDENT,
     .offset = AT(kiosk),
     .required = true,
     .help = "id of this kiosk"},
    {.name = "branch",
     .type = CONFIG_IDENT,
     .offset = AT(branch),
     .required = true,
     .help = "branch it stands in"},
    {.name = "place",
     .type = CONFIG_IDENT,
     .offset = AT(place),
     .help = "place within the branch; absent: the branch itself"},
    {.name = "org",
     .type = CONFIG_STRING,
     .offset = AT(org),
     .fallback = "Puas",
     .min = 1,
     .max = 80,
     .help = "name shown at the top"},
    {.name = "state_dir",
     .type = CONFIG_STRING,
     .offset = AT(state_dir),
     .required = true,
     .min = 1,
     .max = 1000,
     .help = "folder of the outbox"},
    {.name = "assets",
     .type = CONFIG_STRING,
     .offset = AT(assets),
     .fallback = PUAS_ASSETS,
     .min = 1,
     .max = 1000,
     .help = "folder of faces, icons and catalogues"},
    {.name = "broker", .type = CONFIG_GROUP, .rows = broker_rows, .help = "MQTT broker"},
    {.name = "screen", .type = CONFIG_GROUP, .rows = screen_rows, .help = "window and looks"},
    {.name = "languages",
     .type = CONFIG_LIST,
     .offset = AT(languages),
     .rows = language_rows,
     .item_bytes = sizeof(struct settings_language),
     .help = "as shown in the switch; absent: en, id"},
    {.name = "language",
     .type = CONFIG_STRING,
     .offset = AT(language),
     .fallback = "",
     .max = PROTOCOL_LANG_MAX,
     .help = "the one it returns to; absent: the first"},
    {.name = "survey", .type = CONFIG_GROUP, .rows = survey_rows, .help = "what is asked"},
    {.name = "texts",
     .type = CONFIG_MAP,
     .offset = AT(texts),
     .help = "texts of your own, e.g. 'en.question: How was your visit?'"},
    {.name = "times", .type = CONFIG_GROUP, .rows = time_rows, .help = "screens and the uplink"},
    {.name = "outbox", .type = CONFIG_GROUP, .rows = outbox_rows, .help = "answers on disk"},
    {0},
};

// ---------------------------------------------------------------- languages
static const char *const usual_languages[] = {"en", "id"};

int settings_language_count(const struct settings *s)
{
    return s->languages.count > 0 ? (int)s->languages.count
                                  : (int)(sizeof usual_languages / sizeof *usual_languages);
}

const char *settings_language_code(const struct settings *s, int i)
{
    return s->languages.count > 0 ? ((const struct settings_language *)s->languages.items)[i].code
                                  : usual_languages[i];
}

int settings_language_index(const struct settings *s, const char *code)
{
    for (int i = 0; i < settings_language_count(s); i++)
        if (strcmp(settings_language_code(s, i), code) == 0)
            return i;
    return -1;
}

// ---------------------------------------------------------------- checks across rows
// Splits "en.question". False with a reason when it names no language or text of ours.
static bool split_key(const struct settings *s, const char *key, int *ret_lang, enum text *ret_text,
                      char *why, size_t size)
{
    char code[PROTOCOL_LANG_MAX + 1];
    size_t n = strcspn(key, ".");
    if (key[n] != '.' || n >= sizeof code) {
        snprintf(why, size, "texts: '%.60s' must look like 'en.question'", key);
        return false;
    }
    memcpy(code, key, n);
    code[n] = '\0';
    int lang = settings_language_index(s, code);
    if (lang < 0) {
        snprintf(why, size, "texts: '%.60s': language '%s' is not in languages", key, code);
        return false;
    }
    if (!text_parse(key + n + 1, ret_text)) {
        const char *near = text_nearest(key + n + 1);
        snprintf(why, size, "texts: unknown text '%.60s'%s%s%s", key, near ? ", did you mean '" : "",
                 near ? near : "", near ? "'?" : "");
        return false;
    }
    *ret_lang = lang;
    return true;
}

static bool check(const struct settings *s, char *why, size_t size)
{
    int count = settings_language_count(s);
    if (count > APP_LANGS_MAX) {
        snprintf(why, size, "languages: at most %d fit the switch, %d given", APP_LANGS_MAX, count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        const char *code = settings_language_code(s, i);
        if (strspn(code, "abcdefghijklmnopqrstuvwxyz-") != strlen(code)) {
            snprintf(why, size, "languages: '%s' must be small letters, such as 'en'", code);
            return false;
        }
        if (settings_language_index(s, code) != i) {
            snprintf(why, size, "languages: '%s' stands twice", code);
            return false;
        }
    }
    if (s->language[0] && settings_language_index(s, s->language) < 0) {
        snprintf(why, size, "language: '%s' is not in languages", s->language);
        return false;
    }
    if (s->times.backoff_min > s->times.backoff_max) {
        snprintf(why, size, "times: backoff_min is longer than backoff_max");
        return false;
    }
    for (size_t i = 0; i < s->texts.count; i++) {
        int lang;
        enum text which;
        if (!split_key(s, s->texts.items[i].key, &lang, &which, why, size))
            return false;
        size_t n = strlen(s->texts.items[i].value);
        if (n == 0 || n > TEXT_BYTES_MAX) {
            snprintf(why, size, "texts: '%.60s' must have 1 to %d bytes", s->texts.items[i].key,
                     TEXT_BYTES_MAX);
            return false;
        }
    }
    return true;
}

static bool checked(const char *path, struct settings *s, struct config_error *ret_error)
{
    char why[200];
    if (check(s, why, sizeof why))
        return true;
    snprintf(ret_error->text, sizeof ret_error->text, "%.180s: %s", path, why);
    settings_finish(s);
    return false;
}

bool settings_load(const char *path, struct settings *ret_s, struct config_error *ret_error)
{
    struct settings s = {0};
    if (!config_load(path, settings_rows, &s, ret_error) || !checked(path, &s, ret_error))
        return false;
    *ret_s = s;
    return true;
}

bool settings_default(struct settings *ret_s, struct config_error *ret_error)
{
    static const char text[] = "kiosk: kiosk\nbranch: branch\norg: Harapan Clinic\nstate_dir: var\n";
    struct settings s = {0};
    if (!config_parse("defaults", text, sizeof text - 1, settings_rows, &s, ret_error))
        return false;
    *ret_s = s;
    return true;
}

void settings_finish(struct settings *s)
{
    if (!s)
        return;
    config_free(settings_rows, s);
    *s = (struct settings){0};
}

struct app_options settings_app(const struct settings *s)
{
    struct app_options o = {
        .survey = s->survey.id,
        .question = s->survey.question,
        .version = (int)s->survey.version,
        .faces = (int)s->survey.faces,
        .lang_count = settings_language_count(s),
        .lang_default = s->language[0] ? settings_language_index(s, s->language) : 0,
        .still = s->screen.still,
        .press_ms = (int)s->times.press,
        .thanks_ms = (int)s->times.thanks,
        .try_again_ms = (int)s->times.try_again,
        .settle_ms = (int)s->times.settle,
        .language_return_ms = (int)s->times.language_return,
        .save_timeout_ms = (int)s->times.save_timeout,
        .service_retry_ms = (int)s->times.service_retry,
    };
    for (int i = 0; i < o.lang_count; i++)
        snprintf(o.langs[i], sizeof o.langs[i], "%s", settings_language_code(s, i));
    return o;
}

bool settings_texts(const struct settings *s, const char *code, struct texts *t)
{
    for (size_t i = 0; i < s->texts.count; i++) {
        int lang;
        enum text which;
        char why[200];
        if (split_key(s, s->texts.items[i].key, &lang, &which, why, sizeof why) &&
            lang == settings_language_index(s, code) && !texts_override(t, which, s->texts.items[i].value))
            return false;
    }
    return true;
}
