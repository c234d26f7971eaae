// core: the aggregator's one writing thread. Each turn: read what has arrived -> validate -> in one
// transaction insert events, update rollups, run the rules, write alert changes -> COMMIT -> only then
// publish acknowledgements, alerts and hints to browsers. main.c runs it; other threads post commands.
#ifndef PUAS_AGGREGATOR_CORE_H
#define PUAS_AGGREGATOR_CORE_H

#include "aggregator/keeper.h"
#include "aggregator/meter.h"
#include "aggregator/settings.h"
#include "shared/protocol.h"

#include <semaphore.h>

struct core;
struct outgoing_outcome; // store_outgoing.h
struct manage_change;    // manage.h
struct webpush_browser;  // store_webpush.h
struct improvement;      // store_improvement.h

enum command_kind {
    COMMAND_ACK,            // alert, who, text, minutes
    COMMAND_COMMENT,        // alert, who, text
    COMMAND_RESOLVE,        // alert, who, text
    COMMAND_SESSION_OPEN,   // token, user, expires
    COMMAND_SESSION_END,    // token
    COMMAND_CONFIG_DIFF,    // yaml -> reply: one line a change
    COMMAND_CONFIG_APPLY,   // the same, done
    COMMAND_CONTENT_PUSH,   // alert: id of a place, or of a kiosk when for_kiosk; yaml; amount: the version that is in force
                            // as far as who asks knows, CONTENT_ANY: does not matter -> reply: one line; NOT_NOW: it is another
    COMMAND_CONTENT_CLEAR,  // the same without yaml
    COMMAND_KIOSK,          // alert: id of a kiosk; order, timeout_ms -> reply: id of the order
    COMMAND_KIOSK_REPLY,    // alert: id of an order -> reply: JSON, once; NOT_NOW while none has come
    COMMAND_JUDGE_AGAIN,    // all verdicts from the beginning, in the time to come
    COMMAND_CONTACTS_READ,  // alert: place, "": all; text: by whom. Put on record, then they may be read
    COMMAND_CONTACT_ERASE,  // alert: number of the event
    COMMAND_IMPORT_BEGIN,   // yaml: JSON {sha256, name, by} -> reply: JSON of the import
    COMMAND_IMPORT_ROWS,    // yaml: JSON {import, from, to, rejected, end, rows} -> the same
    COMMAND_IMPORT_UNDO,    // alert: number of the import; in the time to come -> reply: JSON {left, gone}: answers
                            // that will go, and those that retention has deleted, whose counts stay
    COMMAND_ERASE,          // alert: kiosk; epoch, seq, score_too; by: who asks -> reply: JSON
    COMMAND_ROLLUPS_REPAIR, // all rollups from the answers, in the time to come
    COMMAND_CHANNEL_TEST,   // alert: id of a channel, who -> reply: id of the message
    COMMAND_CHANNEL_SECRET, // alert: id of a channel, who; its file is another
    COMMAND_TOKEN_ADD,      // alert: its name; token, role, place, expires, who. NOT_NOW: the name is taken
    COMMAND_TOKEN_END,      // alert: its name
    COMMAND_TOKEN_USED,     // token
    COMMAND_OUTGOING,       // outcome; UNKNOWN: the row is settled already
    COMMAND_ASSIGN,         // alert, who, text; subject: a user, "": nobody
    COMMAND_REOPEN,         // alert, who, text
    COMMAND_OFFER,          // alert, who, text; subject: language
    COMMAND_SILENCE,        // alert: place; subject: standard, by: kiosk, "": all; who, text, minutes
    COMMAND_SILENCE_END,    // alert: number of the silence, who
    COMMAND_CHECK,          // alert, who, text; subject: step of the playbook; amount: 1 done, 0 undone
    COMMAND_RECOVER,        // alert, who, text; amount: its cost
    COMMAND_CONTACT_TAKE,   // alert: number of the event, who, text
    COMMAND_CONTACT_OUTCOME, // the same; subject: what came of it; amount 1: it is over, and the contact data go
    COMMAND_CONTACT_OPEN,    // alert: number of the event, who: has taken it -> reply: what is sealed
    COMMAND_SHARE_OPEN,     // alert: place, token, text: path of the view, expires, who -> reply: its number
    COMMAND_SHARE_END,      // alert: number of a link, who
    COMMAND_WEBPUSH_PUT,    // alert: place, browser (without it and its times), who
    COMMAND_WEBPUSH_END,    // browser: its endpoint, and whose, "": whosever
    COMMAND_MAILING_STOP,   // alert: token of an address of a mailing, who
    COMMAND_PHONE_OPEN,     // alert: place, token, who -> reply: its number. NOT_NOW: the place has one in force
    COMMAND_PHONE_END,      // alert: number of a token of phones, who
    COMMAND_PHONE_ANSWER,   // alert: the token; token: the visit; yaml: its answers as an events message, seq and visit of which
                            // are not used. UNKNOWN: no such token; BAD: reply says why; NOT_NOW: nothing is stored now
    COMMAND_MANAGE_DRY,     // manage, who -> reply: one line a change; BAD: manage->refusal says why not
    COMMAND_MANAGE,         // the same, done
    COMMAND_CONTENT_DRY,    // as COMMAND_CONTENT_PUSH, not done
    COMMAND_CONTENT_PLAN,   // the same, done at `expires` -> reply: its number
    COMMAND_CONTENT_WITHDRAW, // alert: number of a plan, who
    COMMAND_TELL,           // alert, expires, who; yaml: JSON {said, did}: language -> words -> reply: its number
    COMMAND_TELL_END,       // alert: its number, who
    COMMAND_RETENTION,      // text: "contacts comments raw" in days, "": as the settings say; who
    COMMAND_USER_PASSWORD,  // alert: a user, who; manage: hash, NULL: they cannot log in any more. Ends their sessions
    COMMAND_KIOSK_PASSWORD, // alert: id of a kiosk; yaml: its password at the broker from now on; timeout_ms, who -> reply: id of the
                            // order, whose reply holds the password again
    COMMAND_IMPROVE,         // improvement, who; alert: place of a new one -> reply: its number. NOT_NOW: another revision is the newest
};
enum command_result {
    COMMAND_DONE,
    COMMAND_UNKNOWN,     // no such open alert, place, kiosk or order
    COMMAND_NOT_NOW,     // the alert's state does not allow it; there is no reply yet
    COMMAND_FORBIDDEN,   // the role of `who` does not reach so far; reply says how far
    COMMAND_BAD,         // an argument is wrong; reply says which
    COMMAND_UNAVAILABLE, // the core is stopping or the store failed: nothing was done
};

enum { CONTENT_ANY = -1 };

struct command {
    enum command_kind kind;
    char who[65];
    char alert[IDENT_MAX + 1]; // what it is about: alert, place, kiosk, order
    char text[PROTOCOL_TEXT_MAX + 1];
    int minutes; // 5..1440; of a silence up to SILENCE_MOST_MIN
    char subject[IDENT_MAX + 1]; // user, step, language, standard
    int64_t amount;
    bool for_kiosk;
    enum order order;
    int timeout_ms; // until the order expires, 1..PROTOCOL_COMMAND_MS
    uint8_t epoch[EPOCH_BYTES]; // with seq: an answer of the kiosk
    int64_t seq;
    bool score_too;
    char by[65]; // on this machine; or the kiosk of a silence
    uint8_t token[32];
    int32_t user;
    enum role role;
    char place[IDENT_MAX + 1];
    wall_ms expires;
    const char *yaml; // borrowed until the call returns
    const struct outgoing_outcome *outcome; // the same
    struct manage_change *manage;           // the same (manage.h)
    const struct webpush_browser *browser;  // the same
    struct improvement *improvement;        // the same (store_improvement.h)
    char *reply;      // set by the core, malloc'd; the caller frees. NULL: none
    enum command_result result;
    sem_t done; // the core's
};

struct core_options {
    const struct settings *settings; // borrowed until destroy
    const char *broker_password;     // NULL: none
    // A branch has changed: pages fetch it again. alert "" when it was no alert. Core thread; must only post.
    void (*on_change)(void *ctx, const char *branch, int64_t rev, const char *alert, const char *state);
    void *ctx;
    // Something new is in the outbox of notifications, and committed. Core thread; must only wake. NULL: nobody sends.
    void (*on_outgoing)(void *courier);
    // Channels, mailings or a secret have changed. The same.
    void (*on_channels)(void *courier);
    void *courier;
    // The loop goes round: called in every turn, at least every round_ms (0: as often as there is something
    // to do), so that a stuck core can be noticed. Core thread; NULL: nobody watches.
    void (*on_round)(void *watch);
    void *watch;
    int64_t round_ms;
    int stop_fd; // readable: stop in order
};

enum core_end {
    CORE_STOPPED,
    CORE_STORE_FAILED, // nothing was acknowledged that is not committed; build everything anew after a pause
};

// Opens the store (seeding an empty one) and loads all state. NULL: *ret_why (n bytes) is one line saying
// what to do. *ret_retry: whether trying again later can help (disk full, I/O error).
struct core *core_create(const struct core_options *o, char *ret_why, size_t n, bool *ret_retry);
void core_destroy(struct core *c); // accepts NULL; call after core_run returned and no thread posts any more
// When it returns, waiting commands have been answered and further ones are refused.
enum core_end core_run(struct core *c);
struct core_status {
    char run[EPOCH_HEX + 1];
    bool broker;              // connected
    bool control_silent;      // it does not answer about its users: kiosks out of service may still be let in
    const char *notice;       // "" or what people are to be told (guard.h); static
    int64_t disk_free;        // bytes on the disk of the data folder
    int64_t log_bytes;        // of the write-ahead log
    struct keeper_status keeper;
    int64_t rollups_left;     // places whose rollups are being built
    int64_t to_judge;         // answers that verdicts have not been given on, about
    int64_t retained_ignored; // messages on the events topics that were retained, since start
};
void core_status(struct core *c, struct core_status *ret); // any thread
const struct meter *core_meter(const struct core *c);       // any thread, as long as the core is there
bool core_holds(struct core *c);                           // nothing is stored now (guard.h); any thread
// Posts a command and waits for its result, which comes after the COMMIT. Any thread but the core's.
enum command_result core_call(struct core *c, struct command *cmd);

#endif
