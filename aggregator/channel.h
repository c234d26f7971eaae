// channel: a way on which people and systems hear of alerts: what is said of it (`channels:`), and which alerts it is for.
// Pure. A channel is of this server, as broker and ports are, and read at each start; or of the organisation's document,
// which changes while it runs (channel_set.h). One of the document names no file and no variable of the server: its secret is
// put by itself (channel_secret.h).
//
// What a kind can promise. A notification has one id for ever (store_outgoing.h), and is sent until the other side has
// taken it. When we are killed after it was taken and before that is stored, it is sent again under the same id:
//
//   webhook, http     webhook-id (webhook only) and Idempotency-Key carry the id: a receiver that keeps the ids of a day
//                     shows it once
//   email             Message-ID is the id: mailboxes that drop duplicates (Dovecot, Gmail) show it once
//   ntfy              the message's sequence_id is the id: servers from 2.16 on replace what they have, older ones show two
//   telegram, slack,  know no such id: may be shown twice after a kill in that moment
//   teams, whatsapp
//   webpush           the browser replaces what it shows of the alert
//   mqtt              a retained topic that says how it is, not what happened: said again as often as you like
#ifndef PUAS_AGGREGATOR_CHANNEL_H
#define PUAS_AGGREGATOR_CHANNEL_H

#include "aggregator/hours.h"
#include "shared/config.h"
#include "shared/ident.h"

enum channel_kind {
    CHANNEL_EMAIL,
    CHANNEL_WEBHOOK,
    CHANNEL_TELEGRAM,
    CHANNEL_NTFY,
    CHANNEL_SLACK,
    CHANNEL_TEAMS,
    CHANNEL_WHATSAPP,
    CHANNEL_HTTP,
    CHANNEL_MQTT,
    CHANNEL_WEBPUSH,
};
extern const char *const channel_kinds[]; // NULL-terminated, as all lists of choices here
enum channel_lang { CHANNEL_ID, CHANNEL_EN };
extern const char *const channel_langs[];
// What is told. The three after `raised` go only to those who were told of the raise.
enum channel_event {
    CHANNEL_RAISED,
    CHANNEL_ACKNOWLEDGED,
    CHANNEL_UNATTENDED,
    CHANNEL_ENDED,
    CHANNEL_PRAISE, // of a branch: a goal's step, a milestone; told only where it is asked for
    CHANNEL_TEST,
    CHANNEL_REPORT
};
extern const char *const channel_events[]; // without test and report, which are no choice
const char *channel_event_name(enum channel_event e);
// alarm: about what customers say; warning: about kiosks (silent, offline).
enum channel_severity { CHANNEL_ALARM, CHANNEL_WARNING };
extern const char *const channel_severities[];

enum { CHANNEL_BODY_MAX = 16 * 1024, CHANNEL_SECRET_MAX = 2048, CHANNEL_CA_MAX = 16 * 1024 };
#define CHANNEL_QUIET_MOST_MS ((int64_t)8 * 86400000) // no quiet hours hold a message for longer

struct channel {
    struct ident id;
    int kind;              // enum channel_kind
    char *url;             // "": the kind's own, or it is the secret (slack, teams), or it has none (mqtt)
    char *user, *from;     // email: login, sender; whatsapp, from: id of the phone number
    struct config_list to; // char *: mail addresses; chat, topic or phone number: one
    char *secret_file, *secret_env;
    char *ca_file, *ca;
    char *template_name;         // whatsapp
    char *method, *body;         // http
    struct config_pairs headers; // http
    char *topic;                 // mqtt: states stand under it
    bool discovery, lamp;        // mqtt
    bool allow_private;
    int lang;                              // enum channel_lang
    struct config_list places, rules;      // struct ident; none: all
    struct config_list severities, events; // int; none: both; raised, unattended, ended
    struct config_list quiet;              // struct seed_hours (settings.h): when it waits
    struct config_list quiet_for;          // int, severities that wait; none: both
    int64_t gather_ms;                     // messages that are alike and come so near together are one; 0: never
    int64_t per_minute;                    // at most
    int64_t timeout_ms;                    // of one attempt
    int64_t retry_min_ms, retry_max_ms;    // between attempts
    int64_t deadline_ms;                   // after the event it is not sent any more
    bool stored;                           // of the organisation's document
    int line;
};

extern const struct config_row channel_rows[];

// Checks what single rows cannot: ids are unique, each kind has what it needs and nothing that it does not know, addresses
// are of its form, templates name what there is. `name` and lines stand in the message. stored: they are of the document.
bool channels_check(const char *name, const struct config_list *channels, bool stored, struct config_error *ret_error);
// The address as configured or as of the kind; "" when the secret is the address, or there is none.
const char *channel_url(const struct channel *c);
bool channel_sends(const struct channel *c);      // through the outbox: every kind but mqtt
bool channel_gathers(const struct channel *c);    // tells of several alerts in one message: to people, not to programs
bool channel_has_secret(const struct channel *c); // one is named; of a stored one: it cannot do without
bool channel_takes_secret(const struct channel *c);
const char *channel_secret_wrong(const struct channel *c, const char *secret); // static: what; NULL: nothing
// True when the channel is for this rule and severity, and tells such an event. Places are the caller's: it knows the tree.
bool channel_tells(const struct channel *c, const char *rule, enum channel_severity severity,
                   enum channel_event event);
// When a message of `at` may be sent: at once, or when the quiet hours are over, in local time of the place.
wall_ms channel_quiet_until(const struct channel *c, enum channel_severity severity, const struct hours_zone *zone,
                            wall_ms at);
bool channel_is_address(const char *text); // is it of the form of a mail address?
const struct channel *channel_find(const struct config_list *channels, const char *id); // NULL: none

#endif
