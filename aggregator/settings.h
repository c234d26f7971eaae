// settings: the aggregator's YAML file. Paths, ports and times belong to this server and are read at each
// start; `seed:` fills an empty store once, and is the document that puasctl config export | diff | apply
// moves.
#ifndef PUAS_AGGREGATOR_SETTINGS_H
#define PUAS_AGGREGATOR_SETTINGS_H

#include "aggregator/channel.h"
#include "shared/config.h"
#include "shared/ident.h"

enum place_kind { PLACE_ORG, PLACE_REGION, PLACE_BRANCH, PLACE_AREA };
extern const char *const place_kinds[]; // NULL-terminated, as all lists of choices here
enum standard_kind { // as enum engine_rule_kind
    KIND_STANDARD,
    KIND_SHARE,
    KIND_SILENCE,
    KIND_OFFLINE,
    KIND_CHANGE,
    KIND_RUN,
    KIND_COUNT,
    KIND_INDEX,
    KIND_MOOD,
    KIND_COVERAGE,
    KIND_CLOCK,
    KIND_TAMPER,
    KIND_CONTACT
};
extern const char *const standard_kinds[];
enum role { ROLE_VIEWER, ROLE_MANAGER, ROLE_HEAD_OFFICE, ROLE_ADMIN };
extern const char *const roles[];
enum boundary { BOUNDARY_ABOVE, BOUNDARY_AT_LEAST }; // >, >=
extern const char *const boundaries[];
enum broker_control { CONTROL_NONE, CONTROL_DYNAMIC_SECURITY };
extern const char *const broker_controls[];

struct seed_hours {
    char *days;         // "mon-fri", "sat", "daily"
    char *open, *close; // "07:00", "20:00", "24:00"
    int line;
};
struct seed_special { // days that are not as every week
    char *from, *to;      // "YYYY-MM-DD", both in it; to empty: one day
    char *name;
    bool usual;               // as every week, where a calendar of a place above says otherwise
    struct config_list hours; // struct seed_hours; none: closed, unless usual
    int line;
};
struct seed_calendar {
    struct ident id, place;  // of this place and all under it
    struct config_list days; // struct seed_special
    int line;
};
struct seed_place {
    struct ident id, parent;  // parent empty: the organisation itself
    int kind;                 // enum place_kind
    char *name, *tz;          // tz empty: from the parent
    struct config_list hours; // struct seed_hours; none: from the parent
    int line;
};
struct seed_kiosk {
    struct ident id, place;
    char *name;
    int line;
};
struct seed_text { // an answer's or reason's words
    struct ident id;
    struct config_pairs text; // language -> words
    int line;
};
struct seed_survey {
    struct ident id, question;
    int64_t version, faces;
    struct config_pairs text;
    struct config_list reasons; // struct seed_text
    int line;
};
struct seed_recovery { // by role: so much may be given on the spot, in whole units of the organisation's money; -1: as
                       // the role below it
    int64_t manager, head_office, admin;
};
struct seed_escalation { // a step of the ladder: who else is told when nobody is on an alert
    int64_t after_ms;    // opening time of the place since it fires, or fires again as the acknowledgement expired
    struct ident channel;
    int line;
};
struct seed_standard {
    struct ident id, place, question, option; // option: count, of a question of reasons
    int kind; // enum standard_kind
    struct config_pairs name;
    int64_t percent;         // standard: satisfied promised; share: unhappy share that is too much; index: least mean
    int64_t resolve_percent; // share: the alert ends at or below this; index: at or above
    bool above;              // index: the other way round, most mean
    int64_t votes;           // run: in a row; count: in the window
    int64_t end_votes;       // run: so many others in a row end it; count: it ends with no more than this; -1: usual
    int boundary;            // share, index: enum boundary
    int64_t window_ms, min_n;
    int64_t top_faces;        // standard, change: that many of the best faces are satisfied; 2 is usual
    struct config_list faces; // share, run, count: int64_t scores of the named faces
    struct config_list usual_mix; // mood: int64_t weights, worst face first
    int64_t goal;             // standard: percent wished in the long run; 0: none
    char *goal_from, *goal_by; // "YYYY-MM-DD": set on, to be reached by
    double usual_unhappy;     // standard, change: q0; run: of the named faces
    double false_alarm_votes; // standard, change, mood: in-control ARL wished
    bool by_hour;             // change: usual is what is usual at that hour of the week
    bool spread;              // change: days that differ are usual too
    bool drift;               // change: with a third part
    double probability;       // silence: P(no rating in t) below this is an alert
    int64_t hold_ms;          // raise only after this long; offline: no heartbeat for this long
    int64_t mash_ms;          // presses of one kiosk closer than this count once
    struct config_list playbook; // struct seed_text: what to do, in order
    struct seed_recovery recovery;
    struct config_list escalation; // struct seed_escalation
    int line;
};
struct seed_user {
    struct ident name, place;
    char *display, *lang, *password_file;
    const char *hash; // of a password that a page has made, instead of the file; NULL: none. Borrowed, no row of the document
    int role;
    int line;
};
struct seed {
    struct config_list places, kiosks, calendars, surveys, standards, users;
    struct config_list channels, mailings; // struct channel, struct mailing: those of the organisation
};

struct settings {
    char *data; // folder of the store
    struct settings_broker {
        char *host;
        int64_t port;
        char *user, *password_file, *ca_file;
        int control; // enum broker_control: by what pages give kiosks their passwords
    } broker;
    struct settings_http {
        char *address;
        int64_t port;
        char *metrics_token_file; // "": /metrics is for this machine only
        char *kiosk_program; // that draws previews; "": puas-kiosk beside this program
        char *public_url; // as people open the pages, for links in messages; "": no links
    } http;
    struct settings_times {
        int64_t inhibit_ms; // no silence or offline alert for this long after our or the broker's return
        int64_t offline_ms; // no heartbeat for this long: not online
        int64_t backoff_min_ms, backoff_max_ms, steady_ms;
        int64_t tick_ms;    // how often time-driven rules are looked at
        int64_t session_ms; // a login lasts this long
        int64_t callback_ms; // of business time: who asks to be called is taken care of by then
    } times;
    struct settings_store {
        int64_t disk_warn, disk_stop; // CONFIG_ROOM (guard.h): below the first it warns, below the second it stores no more
    } store;
    struct settings_backup {
        char *dir;          // "": only by hand
        double every_hours; // 0: only by hand
        int64_t keep;
    } backup;
    struct settings_step {
        int64_t votes, wait_ms;
    } step;
    struct settings_retention { // in days; 0: for ever
        int64_t contacts_days, comments_days, raw_days;
    } retention;
    struct config_list channels, mailings; // those of this server
    struct seed seed;
};

extern const struct config_row settings_rows[];
extern const struct config_row seed_rows[]; // the document of puasctl config
extern const struct config_row setting_rows[]; // a struct seed_standard by itself: its id and place may be missing

// Checks what single rows cannot: parents exist and come first, ids are unique, kiosks and rules name known
// places, hours parse, kinds have what they need. `name` and lines stand in the message.
bool settings_check(const char *name, const struct settings *s, struct config_error *ret_error); // with its seed
bool seed_check(const char *name, const struct seed *s, struct config_error *ret_error);

// The same of one standard: what its rows cannot check.
bool setting_check(const char *name, const struct seed_standard *r, struct config_error *ret_error);

// The days of an entry of a calendar, as local days since 1970-01-01. False: they are no days, or too many.
bool seed_special_days(const struct seed_special *d, int32_t *ret_from, int32_t *ret_to);

// "1 07:00-12:00 13:00-20:00;2 ..." (0 = Sunday) from a list of seed_hours into ret (n bytes). False: does
// not parse or overlaps; ret_line is the entry's line.
bool seed_hours_text(const struct config_list *hours, char *ret, size_t n, int *ret_line);

#endif
