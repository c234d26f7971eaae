// settings: the kiosk's configuration file. Rows give names, ranges, defaults and help.
#ifndef PUAS_KIOSK_SETTINGS_H
#define PUAS_KIOSK_SETTINGS_H

#include "kiosk/app.h"
#include "shared/config.h"
#include "shared/content.h"
#include "shared/ident.h"

#include <stdbool.h>
#include <stdint.h>

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
        char *theme;       // path of a theme file; empty: the built-in light one
        int64_t rotate;    // degrees clockwise: 0, 90, 180, 270
        int64_t dpi;       // of the panel; 0: unknown, then targets are measured in px alone
        int64_t bottom_mm; // its lower edge above the floor; 0: unknown
        char *backlight;   // folder such as /sys/class/backlight/x; empty: none
    } screen;
    struct content content;   // what the aggregator may replace
    struct config_pairs keys; // name of a key -> target or move: "F13" -> "face-1"
    char *service_pin;        // of the service menu; empty: there is none
    bool screenshot;          // may be ordered from afar
    char *speech;             // folder of spoken sentences; empty: nothing is read aloud
    struct {
        int64_t press, thanks, try_again, settle, settle_step, language_return, save_timeout, service_retry,
            step, typing, warn, awake, idle, scene; // ms, as all below
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
// The same from memory; `name` stands in messages.
bool settings_parse(const char *name, const char *text, size_t n, struct settings *ret_s,
                    struct config_error *ret_error);
// What stands when no file is given (--render): English and Indonesian, five faces.
bool settings_default(struct settings *ret_s, struct config_error *ret_error);
void settings_finish(struct settings *s); // accepts NULL and a zeroed one

// What the app needs of them; show_fill adds the rest.
struct app_options settings_app(const struct settings *s);

// In px of the screen as it is seen: the least size of a target (9 mm), and how far up from its lower edge
// controls may stand so that they can be reached from a wheelchair and by children: up to 1220 mm above the
// floor (ADA 2010, 308.2.1: unobstructed forward reach 380 to 1220 mm). 0 where dpi or bottom_mm are unknown.
int settings_target_px(const struct settings *s);
int settings_reach_px(const struct settings *s);
int settings_low_px(const struct settings *s); // and so far at least, where the screen begins below 380 mm

#endif
