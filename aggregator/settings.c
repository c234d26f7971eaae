// settings: schema rows of the aggregator's YAML and the checks across rows.
#include "aggregator/settings.h"

#include "aggregator/mailing.h"
#include "aggregator/names.h"
#include "aggregator/trend_goal.h"
#include "aggregator/trends.h"

#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const place_kinds[] = {"org", "region", "branch", "area", NULL};
const char *const standard_kinds[] = {"standard", "share", "silence", "offline",
                                      "change",   "run",   "count",   "index",   "mood",
                                      "coverage", "clock", "tamper",  "contact", NULL};
const char *const roles[] = {"viewer", "manager", "head-office", "admin", NULL};
const char *const boundaries[] = {">", ">=", NULL};
const char *const broker_controls[] = {"none", "dynamic-security", NULL};

#define AT(type, field) .offset = offsetof(struct type, field)
#define LINE(type) .line_offset = offsetof(struct type, line) + 1
#define END                                                                                                  \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct config_row hours_rows[] = {
    {"days", CONFIG_STRING, AT(seed_hours, days), .required = true, .min = 3, .max = 40,
     .help = "daily, mon, mon-fri, sat, sun"},
    {"open", CONFIG_STRING, AT(seed_hours, open), .required = true, .min = 5, .max = 5,
     .help = "local time, \"07:00\""},
    {"close", CONFIG_STRING, AT(seed_hours, close), .required = true, .min = 5, .max = 5,
     .help = "local time, \"20:00\"; \"24:00\" is midnight"},
    END,
};

static const struct config_row place_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_place, id), .required = true, .help = "never changed later"},
    {"parent", CONFIG_IDENT, AT(seed_place, parent),
     .help = "id of the place above; none for the organisation"},
    {"kind", CONFIG_ENUM, AT(seed_place, kind), .fallback = "branch", .choices = place_kinds,
     .help = "what it is"},
    {"name", CONFIG_STRING, AT(seed_place, name), .required = true, .min = 1, .max = 80,
     .help = "as people read it"},
    {"tz", CONFIG_STRING, AT(seed_place, tz), .fallback = "", .max = 64,
     .help = "IANA time zone, Asia/Jakarta; none: as the parent"},
    {"hours", CONFIG_LIST, AT(seed_place, hours), .rows = hours_rows, .item_bytes = sizeof(struct seed_hours),
     LINE(seed_hours), .help = "opening hours; none: as the parent"},
    END,
};

static const struct config_row special_rows[] = {
    {"from", CONFIG_STRING, AT(seed_special, from), .required = true, .min = 10, .max = 10, .help = "YYYY-MM-DD"},
    {"to", CONFIG_STRING, AT(seed_special, to), .fallback = "", .max = 10, .help = "the last day; none: the one day"},
    {"name", CONFIG_STRING, AT(seed_special, name), .fallback = "", .max = 80, .help = "as people read it"},
    {"usual", CONFIG_BOOL, AT(seed_special, usual), .fallback = "false",
     .help = "as every week, where a calendar of a place above says otherwise"},
    {"hours", CONFIG_LIST, AT(seed_special, hours), .rows = hours_rows, .item_bytes = sizeof(struct seed_hours),
     LINE(seed_hours), .help = "opening hours on these days; none: closed"},
    END,
};

static const struct config_row calendar_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_calendar, id), .required = true, .help = ""},
    {"place", CONFIG_IDENT, AT(seed_calendar, place), .required = true, .help = "of it and all under it"},
    {"days", CONFIG_LIST, AT(seed_calendar, days), .rows = special_rows, .item_bytes = sizeof(struct seed_special),
     LINE(seed_special), .help = "where two hold a day: that of the nearer place, there the shorter one"},
    END,
};

static const struct config_row kiosk_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_kiosk, id), .required = true, .help = "also its user name at the broker"},
    {"name", CONFIG_STRING, AT(seed_kiosk, name), .required = true, .min = 1, .max = 80,
     .help = "as people read it"},
    {"place", CONFIG_IDENT, AT(seed_kiosk, place), .required = true, .help = "where it stands"},
    END,
};

static const struct config_row text_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_text, id), .required = true, .help = "as on the wire"},
    {"text", CONFIG_MAP, AT(seed_text, text), .required = true, .help = "language: words"},
    END,
};

static const struct config_row survey_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_survey, id), .required = true, .help = ""},
    {"version", CONFIG_INT, AT(seed_survey, version), .fallback = "1", .min = 1, .max = 1e9, .help = ""},
    {"question", CONFIG_IDENT, AT(seed_survey, question), .fallback = "overall",
     .help = "id of the question"},
    {"faces", CONFIG_INT, AT(seed_survey, faces), .fallback = "5", .min = 4, .max = 5, .help = "4 or 5"},
    {"text", CONFIG_MAP, AT(seed_survey, text), .help = "language: the question's words"},
    {"reasons", CONFIG_LIST, AT(seed_survey, reasons), .rows = text_rows,
     .item_bytes = sizeof(struct seed_text), LINE(seed_text), .help = "why it was so"},
    END,
};

static const struct config_row face_rows[] = {{"", CONFIG_INT, .offset = 0, .min = 1, .max = 11, .help = ""},
                                              END};

static const struct config_row weight_rows[] = {
    {"", CONFIG_INT, .offset = 0, .min = 0, .max = 1e9, .help = ""}, END};

static const struct config_row recovery_rows[] = {
    {"manager", CONFIG_INT, AT(seed_recovery, manager), .fallback = "-1", .min = -1, .max = 1e12, .help = "-1: nothing"},
    {"head-office", CONFIG_INT, AT(seed_recovery, head_office), .fallback = "-1", .min = -1, .max = 1e12,
     .help = "-1: as a manager"},
    {"admin", CONFIG_INT, AT(seed_recovery, admin), .fallback = "-1", .min = -1, .max = 1e12,
     .help = "-1: as head office"},
    END,
};

static const struct config_row escalation_rows[] = {
    {"after", CONFIG_DURATION, AT(seed_escalation, after_ms), .required = true, .min = 60e3, .max = 604800e3,
     .help = "opening time of the place that nobody is on it"},
    {"channel", CONFIG_IDENT, AT(seed_escalation, channel), .required = true, .help = "of this server's channels"},
    END,
};

// What a standard says, wherever it stands.
#define STANDARD_ROWS                                                                                                  \
    {"kind", CONFIG_ENUM, AT(seed_standard, kind), .fallback = "standard", .choices = standard_kinds, .help = ""},     \
    {"question", CONFIG_IDENT, AT(seed_standard, question), .help = "none: every question"},                           \
    {"name", CONFIG_MAP, AT(seed_standard, name), .help = "language: the promise in words"},                           \
    {"percent", CONFIG_INT, AT(seed_standard, percent), .fallback = "85", .min = 0, .max = 100,                        \
     .help = "standard: satisfied promised; share: too much of the named faces; index: too low a mean"},               \
    {"resolve_percent", CONFIG_INT, AT(seed_standard, resolve_percent), .fallback = "-1", .min = -1,                   \
     .max = 100, .help = "share: ends at or below this; -1: percent minus 10; index: at or above; -1: plus 5"},        \
    {"goal", CONFIG_INT, AT(seed_standard, goal), .fallback = "0", .min = 0, .max = 100,                               \
     .help = "standard: percent satisfied wished in the long run (`puasctl goal`); 0: none"},                          \
    {"goal_from", CONFIG_STRING, AT(seed_standard, goal_from), .fallback = "", .max = 10,                              \
     .help = "the day that the goal was set, YYYY-MM-DD"},                                                             \
    {"goal_by", CONFIG_STRING, AT(seed_standard, goal_by), .fallback = "", .max = 10,                                  \
     .help = "the day that it is to be reached by, five years on at most"},                                            \
    {"above", CONFIG_BOOL, AT(seed_standard, above), .fallback = "false",                                              \
     .help = "index: the other way round, a mean that is worth praise"},                                               \
    {"votes", CONFIG_INT, AT(seed_standard, votes), .fallback = "3", .min = 1, .max = 1000,                            \
     .help = "run: so many in a row of the named faces; count: so many in the window"},                                \
    {"end_votes", CONFIG_INT, AT(seed_standard, end_votes), .fallback = "-1", .min = -1, .max = 1000,                  \
     .help = "run: so many others in a row end it, -1: 2; count: ends with no more than this, -1: 0"},                 \
    {"option", CONFIG_IDENT, AT(seed_standard, option),                                                                \
     .help = "count: of a question of reasons, instead of faces: how often it is named"},                              \
    {"boundary", CONFIG_ENUM, AT(seed_standard, boundary), .fallback = ">", .choices = boundaries,                     \
     .help = "share, index: beyond, or at it too"},                                                                    \
    {"window", CONFIG_DURATION, AT(seed_standard, window_ms), .fallback = "15 min", .min = 60e3,                       \
     .max = 2678400e3, .help = "share, count, index: rolling window"},                                                 \
    {"min_n", CONFIG_INT, AT(seed_standard, min_n), .fallback = "4", .min = 1, .max = 1e6,                             \
     .help = "share, index: fewer votes say nothing"},                                                                 \
    {"top_faces", CONFIG_INT, AT(seed_standard, top_faces), .fallback = "2", .min = 1, .max = 10,                      \
     .help = "standard, change: so many of the best faces are satisfied"},                                             \
    {"faces", CONFIG_LIST, AT(seed_standard, faces), .rows = face_rows, .item_bytes = sizeof(int64_t),                 \
     .help = "share, run, count: the named faces, 1 = worst; none: 1 and 2"},                                          \
    {"usual_mix", CONFIG_LIST, AT(seed_standard, usual_mix), .rows = weight_rows, .item_bytes = sizeof(int64_t),       \
     .help = "mood: usual votes of each face, worst first, in any unit; none: 2, 3, 5, 30, 60"},                       \
    {"usual_unhappy", CONFIG_NUMBER, AT(seed_standard, usual_unhappy), .fallback = "0", .min = 0, .max = 0.99,         \
     .help = "usual share of unhappy votes (run: of the named faces); 0: standard: two thirds of what is allowed; "    \
             "change: learned; run: not known"},                                                                       \
    {"false_alarm_votes", CONFIG_NUMBER, AT(seed_standard, false_alarm_votes), .fallback = "5000", .min = 100,         \
     .max = 1e9, .help = "standard, change, mood: votes between false alarms"},                                        \
    {"by_hour", CONFIG_BOOL, AT(seed_standard, by_hour), .fallback = "false",                                          \
     .help = "change: worse than usual at that hour of the week; it learns each place's hours"},                       \
    {"spread", CONFIG_BOOL, AT(seed_standard, spread), .fallback = "false",                                            \
     .help = "change: judges by more, where days of a place differ by more than chance"},                              \
    {"drift", CONFIG_BOOL, AT(seed_standard, drift), .fallback = "false",                                              \
     .help = "change: also sees a slow drift sooner, other changes a little later"},                                   \
    {"probability", CONFIG_NUMBER, AT(seed_standard, probability), .fallback = "0.001", .min = 1e-9,                   \
     .max = 0.5, .help = "silence: less probable than this is an alert"},                                              \
    {"hold", CONFIG_DURATION, AT(seed_standard, hold_ms), .fallback = "0 s", .max = 86400e3,                           \
     .help = "a breach must last so long before it is an alert; coverage, clock: 0 s is 15 min, 5 min"},               \
    {"mash", CONFIG_DURATION, AT(seed_standard, mash_ms), .fallback = "2 s", .max = 60e3,                              \
     .help = "presses of one kiosk nearer than this count once for alerts"},                                           \
    {"playbook", CONFIG_LIST, AT(seed_standard, playbook), .rows = text_rows, .item_bytes = sizeof(struct seed_text),  \
     LINE(seed_text), .help = "what to do about an alert, ticked off on it; ids stay when words change"},              \
    {"recovery", CONFIG_GROUP, AT(seed_standard, recovery), .rows = recovery_rows,                                     \
     .help = "what a role may give a customer on the spot, in whole units of money"},                                  \
    {"escalation", CONFIG_LIST, AT(seed_standard, escalation), .rows = escalation_rows,                                \
     .item_bytes = sizeof(struct seed_escalation), LINE(seed_escalation),                                              \
     .help = "who else is told of an alert that nobody is on"}

static const struct config_row standard_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_standard, id), .required = true, .help = ""},
    {"place", CONFIG_IDENT, AT(seed_standard, place), .required = true,
     .help = "applies to each branch at or under it"},
    STANDARD_ROWS,
    END,
};

const struct config_row setting_rows[] = {
    {"id", CONFIG_IDENT, AT(seed_standard, id), .help = "not needed"},
    {"place", CONFIG_IDENT, AT(seed_standard, place), .help = "not needed"},
    STANDARD_ROWS,
    END,
};

static const struct config_row user_rows[] = {
    {"name", CONFIG_IDENT, AT(seed_user, name), .required = true, .help = "to log in with"},
    {"display", CONFIG_STRING, AT(seed_user, display), .fallback = "", .max = 80,
     .help = "as people read it"},
    {"role", CONFIG_ENUM, AT(seed_user, role), .fallback = "manager", .choices = roles, .help = ""},
    {"place", CONFIG_IDENT, AT(seed_user, place), .required = true,
     .help = "sees this place and what is below"},
    {"lang", CONFIG_STRING, AT(seed_user, lang), .fallback = "id", .min = 2, .max = 8, .help = "id or en"},
    {"password_file", CONFIG_STRING, AT(seed_user, password_file), .fallback = "", .max = 400,
     .help = "first line is the password; read when the user is made"},
    END,
};

#define SEED_ROWS                                                                                            \
    {"places",                                                                                               \
     CONFIG_LIST,                                                                                            \
     AT(seed, places),                                                                                       \
     .rows = place_rows,                                                                                     \
     .item_bytes = sizeof(struct seed_place),                                                                \
     LINE(seed_place),                                                                                       \
     .help = "parents before children"},                                                                     \
        {"kiosks",                                                                                           \
         CONFIG_LIST,                                                                                        \
         AT(seed, kiosks),                                                                                   \
         .rows = kiosk_rows,                                                                                 \
         .item_bytes = sizeof(struct seed_kiosk),                                                            \
         LINE(seed_kiosk),                                                                                   \
         .help = ""},                                                                                        \
        {"calendars",                                                                                        \
         CONFIG_LIST,                                                                                        \
         AT(seed, calendars),                                                                                \
         .rows = calendar_rows,                                                                              \
         .item_bytes = sizeof(struct seed_calendar),                                                         \
         LINE(seed_calendar),                                                                                \
         .help = "holidays, other opening hours for a while"},                                               \
        {"surveys",                                                                                          \
         CONFIG_LIST,                                                                                        \
         AT(seed, surveys),                                                                                  \
         .rows = survey_rows,                                                                                \
         .item_bytes = sizeof(struct seed_survey),                                                           \
         LINE(seed_survey),                                                                                  \
         .help = ""},                                                                                        \
        {"standards",                                                                                        \
         CONFIG_LIST,                                                                                        \
         AT(seed, standards),                                                                                \
         .rows = standard_rows,                                                                              \
         .item_bytes = sizeof(struct seed_standard),                                                         \
         LINE(seed_standard),                                                                                \
         .help = "promises and rules"},                                                                      \
        {"channels",                                                                                         \
         CONFIG_LIST,                                                                                        \
         AT(seed, channels),                                                                                 \
         .rows = channel_rows,                                                                               \
         .item_bytes = sizeof(struct channel),                                                               \
         LINE(channel),                                                                                      \
         .help = "who is told of alerts, without their secrets"},                                            \
        {"mailings",                                                                                         \
         CONFIG_LIST,                                                                                        \
         AT(seed, mailings),                                                                                 \
         .rows = mailing_rows,                                                                               \
         .item_bytes = sizeof(struct mailing),                                                               \
         LINE(mailing),                                                                                      \
         .help = "reports by mail"},                                                                         \
        {"users",                                                                                            \
         CONFIG_LIST,                                                                                        \
         AT(seed, users),                                                                                    \
         .rows = user_rows,                                                                                  \
         .item_bytes = sizeof(struct seed_user),                                                             \
         LINE(seed_user),                                                                                    \
         .help = ""},                                                                                        \
        END

const struct config_row seed_rows[] = {SEED_ROWS};

static const struct config_row broker_rows[] = {
    {"host", CONFIG_STRING, AT(settings_broker, host), .fallback = "127.0.0.1", .min = 1, .max = 253,
     .help = ""},
    {"port", CONFIG_INT, AT(settings_broker, port), .fallback = "1883", .min = 1, .max = 65535, .help = ""},
    {"user", CONFIG_STRING, AT(settings_broker, user), .fallback = "", .max = 64, .help = "none: anonymous"},
    {"password_file", CONFIG_STRING, AT(settings_broker, password_file), .fallback = "", .max = 400,
     .help = "first line is the password"},
    {"ca_file", CONFIG_STRING, AT(settings_broker, ca_file), .fallback = "", .max = 400,
     .help = "TLS with this authority; none: no TLS"},
    {"control", CONFIG_ENUM, AT(settings_broker, control), .fallback = "none", .choices = broker_controls,
     .help = "dynamic-security: kiosks get their passwords from Manage, by this plugin of mosquitto; none: by hand"},
    END,
};
static const struct config_row http_rows[] = {
    {"address", CONFIG_STRING, AT(settings_http, address), .fallback = "127.0.0.1", .min = 2, .max = 64,
     .help = "to listen on; put a TLS proxy before anything but loopback"},
    {"port", CONFIG_INT, AT(settings_http, port), .fallback = "8080", .min = 1, .max = 65535, .help = ""},
    {"metrics_token_file", CONFIG_STRING, AT(settings_http, metrics_token_file), .fallback = "", .max = 400,
     .help = "first line is the token that /metrics asks for (Authorization: Bearer ...), 16 to 200 bytes; none: only "
             "this machine is answered"},
    {"kiosk_program", CONFIG_STRING, AT(settings_http, kiosk_program), .fallback = "", .max = 400,
     .help = "puas-kiosk, which draws previews of surveys; none: the one beside this program"},
    {"public_url", CONFIG_STRING, AT(settings_http, public_url), .fallback = "", .max = 200,
     .help = "address of the pages as people open them, for links in messages: https://puas.example.org"},
    END,
};
static const struct config_row time_rows[] = {
    {"inhibit", CONFIG_DURATION, AT(settings_times, inhibit_ms), .fallback = "180 s", .min = 0, .max = 3600e3,
     .help = "no silence or offline alert so long after our or the broker's return"},
    {"offline", CONFIG_DURATION, AT(settings_times, offline_ms), .fallback = "120 s", .min = 100,
     .max = 86400e3, .help = "no heartbeat for so long: not online"},
    {"backoff_min", CONFIG_DURATION, AT(settings_times, backoff_min_ms), .fallback = "1 s", .min = 1,
     .max = 60e3, .help = "between connects to the broker"},
    {"backoff_max", CONFIG_DURATION, AT(settings_times, backoff_max_ms), .fallback = "30 s", .min = 1,
     .max = 3600e3, .help = ""},
    {"steady", CONFIG_DURATION, AT(settings_times, steady_ms), .fallback = "60 s", .min = 0, .max = 3600e3,
     .help = "connected so long: back-off starts over"},
    {"tick", CONFIG_DURATION, AT(settings_times, tick_ms), .fallback = "1 s", .min = 10, .max = 60e3,
     .help = "time-driven rules and steps are looked at so often"},
    {"session", CONFIG_DURATION, AT(settings_times, session_ms), .fallback = "30 d", .min = 60e3,
     .max = 31536000e3, .help = "a login lasts so long"},
    {"callback", CONFIG_DURATION, AT(settings_times, callback_ms), .fallback = "4 h", .min = 60e3, .max = 2592000e3,
     .help = "opening time of the place until somebody takes care of who asked to be called"},
    END,
};
static const struct config_row store_rows[] = {
    {"disk_warn", CONFIG_ROOM, AT(settings_store, disk_warn), .fallback = "1 GB",
     .help = "less free room than this (or \"5 %\" of the disk): a warning, and backlogs come slower"},
    {"disk_stop", CONFIG_ROOM, AT(settings_store, disk_stop), .fallback = "100 MB",
     .help = "less than this: nothing is stored or acknowledged until there is room; kiosks keep their answers"},
    END,
};
static const struct config_row backup_rows[] = {
    {"dir", CONFIG_STRING, AT(settings_backup, dir), .fallback = "", .max = 400,
     .help = "folder of the scheduled backups, best on another disk; none: only `puasctl backup`"},
    {"every_hours", CONFIG_NUMBER, AT(settings_backup, every_hours), .fallback = "24", .min = 0, .max = 8760,
     .help = "0: none by itself"},
    {"keep", CONFIG_INT, AT(settings_backup, keep), .fallback = "7", .min = 1, .max = 10000,
     .help = "so many of the newest stay"},
    END,
};
static const struct config_row step_rows[] = {
    {"votes", CONFIG_INT, AT(settings_step, votes), .fallback = "5", .min = 1, .max = 1000,
     .help = "branch figures move after so many new votes; 1: at once"},
    {"wait", CONFIG_DURATION, AT(settings_step, wait_ms), .fallback = "15 min", .min = 10, .max = 86400e3,
     .help = "or after so long with at least 2 new ones"},
    END,
};

static const struct config_row retention_rows[] = {
    {"contacts_days", CONFIG_INT, AT(settings_retention, contacts_days), .fallback = "365", .min = 1, .max = 365,
     .help = "contact data goes after so many days at the latest; a question's keep_days (65 where it says none) may be less"},
    {"comments_days", CONFIG_INT, AT(settings_retention, comments_days), .fallback = "0", .min = 0, .max = 36500,
     .help = "words go after so many days, their answers stay; 0: never"},
    {"raw_days", CONFIG_INT, AT(settings_retention, raw_days), .fallback = "0", .min = 0, .max = 36500,
     .help = "answers, and what kiosks did by the minute, go after so many days, counts stay; 0: never"},
    END,
};

const struct config_row settings_rows[] = {
    {"data", CONFIG_STRING, AT(settings, data), .required = true, .min = 1, .max = 400,
     .help = "folder of the store; it must exist"},
    {"broker", CONFIG_GROUP, AT(settings, broker), .rows = broker_rows, .help = "MQTT"},
    {"http", CONFIG_GROUP, AT(settings, http), .rows = http_rows, .help = "pages and API"},
    {"times", CONFIG_GROUP, AT(settings, times), .rows = time_rows, .help = ""},
    {"store", CONFIG_GROUP, AT(settings, store), .rows = store_rows, .help = "room on the disk of the data folder"},
    {"backup", CONFIG_GROUP, AT(settings, backup), .rows = backup_rows, .help = "copies while it runs"},
    {"step", CONFIG_GROUP, AT(settings, step), .rows = step_rows,
     .help = "privacy: branch figures move in steps"},
    {"retention", CONFIG_GROUP, AT(settings, retention), .rows = retention_rows,
     .help = "how long what is kept; counts by quarter hour and day stay for ever"},
    {"channels", CONFIG_LIST, AT(settings, channels), .rows = channel_rows, .item_bytes = sizeof(struct channel),
     LINE(channel), .help = "who is told of alerts, and how"},
    {"mailings", CONFIG_LIST, AT(settings, mailings), .rows = mailing_rows, .item_bytes = sizeof(struct mailing),
     LINE(mailing), .help = "reports by mail: daily, weekly, monthly"},
    {"seed", CONFIG_GROUP, AT(settings, seed), .rows = seed_rows,
     .help = "fills an empty store; later changes go through puasctl config"},
    END,
};

// ---------------------------------------------------------------- checks across rows

static bool wrong(struct config_error *e, const char *name, int line, const char *text, const char *id)
{
    snprintf(e->text, sizeof e->text, "%s:%d: ", name, line);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, text, id);
    return false;
}

static bool parse_clock(const char *s, int *ret_minutes)
{
    if (strlen(s) != 5 || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) || s[2] != ':' ||
        !isdigit((unsigned char)s[3]) || !isdigit((unsigned char)s[4])) {
        return false;
    }
    int h = (s[0] - '0') * 10 + s[1] - '0', m = (s[3] - '0') * 10 + s[4] - '0';
    *ret_minutes = h * 60 + m;
    return m < 60 && *ret_minutes <= 1440;
}

static const char *const day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

static int day_number(const char *s)
{
    for (int i = 0; i < 7; i++) {
        if (strncmp(s, day_names[i], 3) == 0) {
            return i;
        }
    }
    return -1;
}

// "daily", "mon", "mon-fri" as a mask of days, 0 when it is none of them.
static unsigned day_mask(const char *s)
{
    if (strcmp(s, "daily") == 0) {
        return 0x7f;
    }
    int from = day_number(s);
    if (from >= 0 && s[3] == '\0') {
        return 1u << from;
    }
    int to = from >= 0 && s[3] == '-' && strlen(s) == 7 ? day_number(s + 4) : -1;
    if (to < 0) {
        return 0;
    }
    unsigned mask = 0;
    for (int d = from;; d = (d + 1) % 7) {
        mask |= 1u << d;
        if (d == to) {
            return mask;
        }
    }
}

enum { SPANS_MAX = 4, PLAYBOOK_MOST = 20, LADDER_MOST = 8, CALENDAR_MOST = 200, SPECIAL_DAYS_MOST = 366 };

bool seed_hours_text(const struct config_list *hours, char *ret, size_t n, int *ret_line)
{
    ret[0] = '\0';
    for (int day = 0; day < 7 && hours->count > 0; day++) {
        int from[SPANS_MAX], to[SPANS_MAX], count = 0;
        for (size_t i = 0; i < hours->count; i++) {
            const struct seed_hours *h = &((const struct seed_hours *)hours->items)[i];
            int open, close;
            unsigned mask = day_mask(h->days);
            *ret_line = h->line;
            if (mask == 0 || !parse_clock(h->open, &open) || !parse_clock(h->close, &close) ||
                open >= close) {
                return false;
            }
            if ((mask >> day & 1) == 0) {
                continue;
            }
            int at = count; // keep the spans in order; they must not overlap
            while (at > 0 && from[at - 1] > open) {
                at--;
            }
            if (count == SPANS_MAX || (at > 0 && to[at - 1] > open) || (at < count && close > from[at])) {
                return false;
            }
            memmove(&from[at + 1], &from[at],
                    (size_t)(count - at) * sizeof from[0]);
            memmove(&to[at + 1], &to[at], (size_t)(count - at) * sizeof to[0]);
            from[at] = open;
            to[at] = close;
            count++;
        }
        size_t len = strlen(ret);
        len += (size_t)snprintf(ret + len, n - len, "%s%d", day > 0 ? ";" : "", day);
        for (int i = 0; i < count && len < n; i++) {
            len += (size_t)snprintf(ret + len, n - len, " %02d:%02d-%02d:%02d", from[i] / 60, from[i] % 60,
                                    to[i] / 60, to[i] % 60);
        }
        if (len >= n) {
            return false;
        }
    }
    return true;
}

// Places by id, for one check.
struct checked {
    const struct seed *s;
    struct names places;
};

// The first of that id among the first `before`; NULL: none.
static const struct seed_place *find_place(const struct checked *c, size_t before, const char *id)
{
    int32_t i = names_find(&c->places, id);
    return i >= 0 && (size_t)i < before ? &((const struct seed_place *)c->s->places.items)[i] : NULL;
}

static bool check_places(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_place *p = s->places.items;
    for (size_t i = 0; i < s->places.count; i++) {
        char text[700];
        int line;
        if (find_place(all, i, p[i].id.s) != NULL) {
            return wrong(e, name, p[i].line, "place '%s' stands twice", p[i].id.s);
        }
        if (p[i].parent.s[0] == '\0' && p[i].kind != PLACE_ORG) {
            return wrong(e, name, p[i].line,
                         "place '%s' needs a parent: only an org has none", p[i].id.s);
        }
        if (p[i].parent.s[0] != '\0' && find_place(all, i, p[i].parent.s) == NULL) {
            return wrong(e, name, p[i].line, "unknown parent '%s': parents stand before their children",
                         p[i].parent.s);
        }
        if (p[i].parent.s[0] != '\0' && p[i].kind == PLACE_AREA &&
            find_place(all, i, p[i].parent.s)->kind < PLACE_BRANCH) {
            return wrong(e, name, p[i].line, "area '%s' must lie inside a branch", p[i].id.s);
        }
        if (p[i].parent.s[0] != '\0' && p[i].kind != PLACE_AREA &&
            find_place(all, i, p[i].parent.s)->kind >= PLACE_BRANCH) {
            return wrong(e, name, p[i].line, "'%s' lies inside a branch: only areas can", p[i].id.s);
        }
        if (!seed_hours_text(&p[i].hours, text, sizeof text, &line)) {
            return wrong(e, name, line,
                         "hours of '%s': days are daily, mon or mon-fri, times \"07:00\" to \"20:00\", at "
                         "most 4 spans a "
                         "day that do not overlap",
                         p[i].id.s);
        }
    }
    return true;
}

bool seed_special_days(const struct seed_special *d, int32_t *ret_from, int32_t *ret_to)
{
    int32_t from, to;
    if (!trend_day_parse(d->from, &from) || !trend_day_parse(d->to[0] != '\0' ? d->to : d->from, &to) || from > to ||
        to - from > SPECIAL_DAYS_MOST) {
        return false;
    }
    *ret_from = from;
    *ret_to = to;
    return true;
}

static bool check_calendars(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_calendar *c = s->calendars.items;
    for (size_t i = 0; i < s->calendars.count; i++) {
        const struct seed_special *d = c[i].days.items;
        for (size_t k = 0; k < i; k++) {
            if (ident_equal(&c[k].id, &c[i].id)) {
                return wrong(e, name, c[i].line, "calendar '%s' stands twice", c[i].id.s);
            }
        }
        if (find_place(all, s->places.count, c[i].place.s) == NULL) {
            return wrong(e, name, c[i].line, "unknown place '%s'", c[i].place.s);
        }
        if (c[i].days.count > CALENDAR_MOST) {
            return wrong(e, name, c[i].line, "calendar '%s' has more than 200 entries of days: make two of it", c[i].id.s);
        }
        for (size_t k = 0; k < c[i].days.count; k++) {
            char text[400];
            int32_t from, to;
            int line;
            if (!seed_special_days(&d[k], &from, &to)) {
                return wrong(e, name, d[k].line, "calendar '%s': from and to are days as YYYY-MM-DD, a year apart at most",
                             c[i].id.s);
            }
            if (d[k].usual && d[k].hours.count > 0) {
                return wrong(e, name, d[k].line, "calendar '%s': days are as usual or have hours of their own, not both",
                             c[i].id.s);
            }
            if (!seed_hours_text(&d[k].hours, text, sizeof text, &line)) {
                return wrong(e, name, line, "hours of calendar '%s': days are daily, mon or mon-fri, times \"07:00\" to "
                             "\"20:00\", at most 4 spans a day that do not overlap", c[i].id.s);
            }
        }
    }
    return true;
}

bool setting_check(const char *name, const struct seed_standard *r, struct config_error *e)
{
    const struct seed_text *step = r->playbook.items;
    if (r->escalation.count > LADDER_MOST) {
        return wrong(e, name, r->line, "'%s': escalation has at most 8 steps", r->id.s);
    }
    if (r->playbook.count > PLAYBOOK_MOST) {
        return wrong(e, name, r->line, "'%s': a playbook has at most 20 steps", r->id.s);
    }
    for (size_t i = 0; i < r->playbook.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (ident_equal(&step[k].id, &step[i].id)) {
                return wrong(e, name, step[i].line, "step '%s' of the playbook stands twice", step[i].id.s);
            }
        }
        if (step[i].text.count == 0) {
            return wrong(e, name, step[i].line, "step '%s' of the playbook has no words", step[i].id.s);
        }
    }
    if (r->kind == KIND_STANDARD && (r->percent < 1 || r->percent > 99)) {
        return wrong(e, name, r->line, "'%s': percent of a standard is 1 to 99", r->id.s);
    }
    int32_t from, by;
    bool dated = r->goal_from != NULL && r->goal_by != NULL && trend_day_parse(r->goal_from, &from) &&
                 trend_day_parse(r->goal_by, &by) && from < by && by - from <= TREND_GOAL_STEPS_MAX * TREND_GOAL_STEP_DAYS;
    if (r->goal > 0 && (r->kind != KIND_STANDARD || !dated)) {
        return wrong(e, name, r->line, "'%s': a goal is a standard's, with goal_from before goal_by, as YYYY-MM-DD, at most "
                     "1,680 days apart", r->id.s);
    }
    if ((r->by_hour || r->spread) && (r->kind != KIND_CHANGE || r->usual_unhappy > 0)) {
        return wrong(e, name, r->line, "'%s': by_hour and spread are of a change whose usual share is learned", r->id.s);
    }
    if (r->kind == KIND_RUN && (r->votes < 2 || r->end_votes == 0)) {
        return wrong(e, name, r->line, "'%s': votes of a run are at least 2, end_votes at least 1", r->id.s);
    }
    if (r->kind == KIND_COUNT && r->end_votes >= r->votes) {
        return wrong(e, name, r->line, "'%s': end_votes of a count must be below votes", r->id.s);
    }
    if (r->option.s[0] != '\0' && r->kind != KIND_COUNT) {
        return wrong(e, name, r->line, "'%s': only a count has an option", r->id.s);
    }
    int64_t beyond = r->above ? r->percent - r->resolve_percent : r->resolve_percent - r->percent;
    if (r->kind == KIND_INDEX && r->resolve_percent >= 0 && beyond < (r->boundary == BOUNDARY_AT_LEAST)) {
        return wrong(e, name, r->line, "'%s': resolve_percent of an index lies on the good side of percent", r->id.s);
    }
    if (r->kind == KIND_SHARE && r->resolve_percent > r->percent) {
        return wrong(e, name, r->line, "'%s': resolve_percent must not be above percent", r->id.s);
    }
    return true;
}

static bool check_standards(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed *s = all->s;
    const struct seed_standard *r = s->standards.items;
    for (size_t i = 0; i < s->standards.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(r[k].id.s, r[i].id.s) == 0) {
                return wrong(e, name, r[i].line, "standard '%s' stands twice", r[i].id.s);
            }
        }
        if (find_place(all, s->places.count, r[i].place.s) == NULL) {
            return wrong(e, name, r[i].line, "unknown place '%s'", r[i].place.s);
        }
        if (!setting_check(name, &r[i], e)) {
            return false;
        }
    }
    return true;
}

static bool check_kiosks(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed_kiosk *k = all->s->kiosks.items;
    size_t count = all->s->kiosks.count;
    struct names kiosks = {.size = 0};
    bool ok = names_make(&kiosks, k, count, sizeof *k, offsetof(struct seed_kiosk, id)) ||
              wrong(e, name, 0, "out of memory%s", "");
    for (size_t i = 0; ok && i < count; i++) {
        if (find_place(all, all->s->places.count, k[i].place.s) == NULL) {
            ok = wrong(e, name, k[i].line, "unknown place '%s'", k[i].place.s);
        } else if ((size_t)names_find(&kiosks, k[i].id.s) != i) {
            ok = wrong(e, name, k[i].line, "kiosk '%s' stands twice", k[i].id.s);
        }
    }
    names_finish(&kiosks);
    return ok;
}

static bool check_users(const char *name, const struct checked *all, struct config_error *e)
{
    const struct seed_user *u = all->s->users.items;
    for (size_t i = 0; i < all->s->users.count; i++) {
        if (find_place(all, all->s->places.count, u[i].place.s) == NULL) {
            return wrong(e, name, u[i].line, "unknown place '%s'", u[i].place.s);
        }
    }
    return true;
}

bool seed_check(const char *name, const struct seed *s, struct config_error *e)
{
    struct checked all = {.s = s};
    bool ok = (names_make(&all.places, s->places.items, s->places.count, sizeof(struct seed_place),
                          offsetof(struct seed_place, id)) ||
               wrong(e, name, 0, "out of memory%s", "")) &&
              check_places(name, &all, e) && check_calendars(name, &all, e) && check_standards(name, &all, e) &&
              check_kiosks(name, &all, e) && check_users(name, &all, e) &&
              channels_check(name, &s->channels, true, e) && mailings_check(name, &s->mailings, NULL, e);
    names_finish(&all.places);
    return ok;
}

bool settings_check(const char *name, const struct settings *s, struct config_error *e)
{
    const char *url = s->http.public_url;
    if (url[0] != '\0' && ((strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0) ||
                           strpbrk(url, " \t\r\n\"<>") != NULL)) {
        snprintf(e->text, sizeof e->text, "%s: http.public_url is https://HOST or http://HOST", name);
        return false;
    }
    return channels_check(name, &s->channels, false, e) && mailings_check(name, &s->mailings, &s->channels, e) &&
           seed_check(name, &s->seed, e);
}
