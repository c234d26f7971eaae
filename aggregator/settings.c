// settings: schema rows of the aggregator's YAML.
#include "aggregator/settings.h"

#include "aggregator/mailing.h"

#include <stddef.h>

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
