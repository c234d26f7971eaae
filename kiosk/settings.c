#include "kiosk/settings.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct settings, field)
#define CONTENT(field) AT(content.field)
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
    {.name = "rotate",
     .type = CONFIG_INT,
     .offset = AT(screen.rotate),
     .fallback = "0",
     .min = 0,
     .max = 270,
     .help = "degrees clockwise, 0, 90, 180 or 270: for a panel that hangs on its side"},
    {.name = "dpi",
     .type = CONFIG_INT,
     .offset = AT(screen.dpi),
     .fallback = "0",
     .min = 0,
     .max = 1000,
     .help = "dots per inch of the panel: targets are at least 9 mm then; 0: unknown"},
    {.name = "bottom_mm",
     .type = CONFIG_INT,
     .offset = AT(screen.bottom_mm),
     .fallback = "0",
     .min = 0,
     .max = 2000,
     .help = "height of its lower edge above the floor: with dpi, controls stay between 380 and 1220 mm; 0: "
             "unknown"},
    {.name = "backlight",
     .type = CONFIG_STRING,
     .offset = AT(screen.backlight),
     .fallback = "",
     .max = 200,
     .help = "folder of the backlight, such as /sys/class/backlight/10-0045; empty: brightness is drawn"},
    {0},
};
enum { HOUR_MS = 3600 * 1000 };
static const struct config_row time_rows[] = {
    TIME(press, "180 ms", 0, 2000, "a press is shown for at least this long"),
    TIME(thanks, "3 s", 10, 60000, "the thank-you stays"),
    TIME(try_again, "5 s", 10, 60000, "the request to try again stays"),
    TIME(settle, "1 s", 0, 60000, "after an answer no new visit begins"),
    TIME(settle_step, "600 ms", 0, 60000, "after an answer no further one of the visit is taken"),
    TIME(step, "12 s", 1000, HOUR_MS, "a further question waits for a touch"),
    TIME(typing, "30 s", 15000, HOUR_MS, "a question that is answered by typing waits"),
    TIME(warn, "5 s", 0, 60000, "\"still there?\" is asked so long before"),
    TIME(awake, "20 s", 1000, HOUR_MS, "closed: the question stays after a touch"),
    TIME(idle, "10 s", 10, HOUR_MS, "nobody there: promise and messages begin"),
    TIME(scene, "8 s", 1000, HOUR_MS, "each of them stays"),
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
static const struct config_row remote_rows[] = {
    {.name = "screenshot",
     .type = CONFIG_BOOL,
     .offset = AT(screenshot),
     .fallback = "false",
     .help = "a picture of the screen may be asked for"},
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
    CONTENT_ROWS(CONTENT),
    {.name = "keys",
     .type = CONFIG_MAP,
     .offset = AT(keys),
     .help =
         "keys of a keypad: 'F13: face-1', 'KP_Enter: enter'; targets as in the log, moves next back enter"},
    {.name = "service_pin",
     .type = CONFIG_STRING,
     .offset = AT(service_pin),
     .fallback = "",
     .max = 12,
     .help = "4 to 12 digits for the service menu (hold the logo for 3 s); empty: there is none"},
    {.name = "remote", .type = CONFIG_GROUP, .rows = remote_rows, .help = "what may be done from afar"},
    {.name = "speech",
     .type = CONFIG_STRING,
     .offset = AT(speech),
     .fallback = "",
     .max = 1000,
     .help =
         "folder of spoken sentences (assets/speech/make): offers to read the screen aloud; empty: does not"},
    {.name = "times", .type = CONFIG_GROUP, .rows = time_rows, .help = "screens and the uplink"},
    {.name = "outbox", .type = CONFIG_GROUP, .rows = outbox_rows, .help = "answers on disk"},
    {0},
};

// ---------------------------------------------------------------- checks across rows
static bool check(const struct settings *s, char *why, size_t size)
{
    struct survey survey;
    size_t pin = strlen(s->service_pin);
    if (!content_check(&s->content, &survey, why, size) || !content_can_seal(&s->content, why, size))
        return false;
    if (s->screen.rotate % 90 != 0) {
        snprintf(why, size, "screen: rotate must be 0, 90, 180 or 270");
        return false;
    }
    if (pin > 0 && (pin < 4 || strspn(s->service_pin, "0123456789") != pin)) {
        snprintf(why, size, "service_pin must be 4 to 12 digits");
        return false;
    }
    if (s->times.backoff_min > s->times.backoff_max) {
        snprintf(why, size, "times: backoff_min is longer than backoff_max");
        return false;
    }
    return true;
}

static bool checked(const char *path, struct settings *s, struct config_error *ret_error)
{
    char why[300];
    if (check(s, why, sizeof why))
        return true;
    bool placed = why[0] >= '1' && why[0] <= '9'; // content_check
    snprintf(ret_error->text, sizeof ret_error->text, "%.90s:%s%s", path, placed ? "" : " ", why);
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

bool settings_parse(const char *name, const char *text, size_t n, struct settings *ret_s,
                    struct config_error *ret_error)
{
    struct settings s = {0};
    if (!config_parse(name, text, n, settings_rows, &s, ret_error) || !checked(name, &s, ret_error))
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
        .still = s->screen.still || s->content.still,
        .press_ms = (int)s->times.press,
        .thanks_ms = (int)s->times.thanks,
        .try_again_ms = (int)s->times.try_again,
        .settle_ms = (int)s->times.settle,
        .settle_step_ms = (int)s->times.settle_step,
        .language_return_ms = (int)s->times.language_return,
        .save_timeout_ms = (int)s->times.save_timeout,
        .service_retry_ms = (int)s->times.service_retry,
        .step_ms = (int)s->times.step,
        .typing_ms = (int)s->times.typing,
        .warn_ms = (int)s->times.warn,
        .awake_ms = (int)s->times.awake,
        .idle_ms = (int)s->times.idle,
        .scene_ms = (int)s->times.scene,
    };
    snprintf(o.service_pin, sizeof o.service_pin, "%s", s->service_pin);
    return o;
}

static int px_of_mm(const struct settings *s, int64_t mm)
{
    return (int)((mm * s->screen.dpi * 10 + 127) / 254); // 25.4 mm an inch
}

int settings_target_px(const struct settings *s)
{
    return px_of_mm(s, 9);
}

int settings_low_px(const struct settings *s)
{
    enum { LOW_MM = 380 };
    bool under = s->screen.dpi > 0 && s->screen.bottom_mm > 0 && s->screen.bottom_mm < LOW_MM;
    return under ? px_of_mm(s, LOW_MM - s->screen.bottom_mm) : 0;
}

int settings_reach_px(const struct settings *s)
{
    enum { REACH_MM = 1220 };
    bool known = s->screen.dpi > 0 && s->screen.bottom_mm > 0 && s->screen.bottom_mm < REACH_MM;
    return known ? px_of_mm(s, REACH_MM - s->screen.bottom_mm) : 0;
}
