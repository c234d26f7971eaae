// protocol: the wire contract of PROTOCOL.md as C types; topics, limits, encoders and decoders.
// protocol.c (topics, names) and events_scan.c (decoding of events) are pure; events_json.c, protocol_json.c and
// remote_json.c encode and decode the rest.
#ifndef PUAS_SHARED_PROTOCOL_H
#define PUAS_SHARED_PROTOCOL_H

#include "shared/clock.h"
#include "shared/ident.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PROTOCOL_VERSION = 1,
    PROTOCOL_EVENTS_MAX = 50,         // events in one message
    PROTOCOL_PAYLOAD_MAX = 16 * 1024, // bytes of one events message
    PROTOCOL_TOPIC_MAX = 160,         // bytes of any topic of ours, with NUL
    PROTOCOL_SCORE_MAX = 11,          // largest `of`: NPS has 11 levels
    PROTOCOL_OPTIONS_MAX = 8,         // options of one choice answer
    PROTOCOL_TEXT_MAX = 1000,         // bytes of one comment
    PROTOCOL_LANG_MAX = 8,            // "id", "en", "zh-hans"
    PROTOCOL_RANGES_MAX = 256,        // ranges in `also`; further ones wait for the next ack
    PROTOCOL_REJECTED_MAX = 50,       // rejected events in one ack
    PROTOCOL_EPOCHS_MAX = 64,         // epochs in one birth, health or sync; oldest first
    PROTOCOL_DOC_MAX = 256 * 1024,    // bytes of a config document
    PROTOCOL_REPLY_MAX = 1024 * 1024, // bytes of a reply: a picture of the screen, base64
    PROTOCOL_WHY_MAX = 200,           // bytes of a reason in words
    PROTOCOL_REF_MAX = 32,            // bytes of a counter or ticket number
    PROTOCOL_HASH_HEX = 64,           // SHA-256 in lower-case hex digits
    PROTOCOL_KEEP_DAYS = 65,          // of a contact that does not say how long it may be kept
    PROTOCOL_KEEP_DAYS_MAX = 365,
};
#define PROTOCOL_INT_MAX (((int64_t)1 << 53) - 1) // largest integer on the wire
#define PROTOCOL_LATE_MS 120000             // arrival - event time above this is "late"
#define PROTOCOL_REF_MS 60000               // a ref is carried by visits that begin within this time
#define PROTOCOL_COMMAND_MS 3600000         // longest life of a command

// Copies at most `max` bytes of `text` to ret (max + 1 bytes) and ends between two characters: bytes that are
// not UTF-8 become '?', control characters a space.
void protocol_words(const char *text, size_t max, char *ret);

// ---------------------------------------------------------------- events
enum event_type {
    EVENT_RATING,
    EVENT_CHOICE,
    EVENT_TEXT,
    EVENT_CONTACT,
    EVENT_NUMBER,
    EVENT_VOID,
    EVENT_UNKNOWN
};
const char *event_type_name(enum event_type type);
enum event_type event_type_parse(const char *name); // EVENT_UNKNOWN for any other name

enum clock_quality { CLOCK_UNSURE, CLOCK_SYNCED };

// One immutable answer. Text fields are NUL-terminated copies inside the struct.
struct event {
    int64_t seq;   // 1, 2, 3 ... within its epoch
    wall_ms at;    // the kiosk's wall clock at the press
    int64_t up;    // the kiosk's monotonic clock at the press, ms
    int64_t visit; // seq of the visit's first event
    enum event_type type;
    struct ident question; // empty for void
    int score, of;         // rating, number: 1..of, of 2..11; else 0
    int option_count;      // choice
    int keep_days;         // contact: to be deleted so long after `at`, 1..PROTOCOL_KEEP_DAYS_MAX
    int64_t voids;         // void: the seq that is taken back; else 0
    int since_ms;          // ms since the last press on this kiosk, -1 unknown (fact for verdicts)
    int fingers;           // fingers down at the press, 0 unknown
    char ref[PROTOCOL_REF_MAX + 1]; // of the queue system; empty: none
    // Defaults of the envelope, resolved into each event:
    int64_t boot;       // count of program starts
    struct ident place; // place of the assignment; empty: the branch itself
    struct ident survey;
    int version; // survey version
    char lang[PROTOCOL_LANG_MAX + 1];
    char by[12]; // touch, mouse, key, web, button
    enum clock_quality clock;
    // Large and mostly not there, therefore last: the decoder does not touch what is not used.
    char text[PROTOCOL_TEXT_MAX + 1]; // text: the comment; contact: the sealed box, "" once wiped; UTF-8
    struct ident options[PROTOCOL_OPTIONS_MAX]; // option_count of them
};

// One message on the events topic.
struct events_message {
    uint8_t epoch[EPOCH_BYTES];
    wall_ms sent;         // sender's wall clock
    int64_t sent_up;      // sender's monotonic clock, -1 when absent (rows of an earlier boot)
    int count;            // 1..PROTOCOL_EVENTS_MAX events, valid ones
    struct event *events; // owned; events_message_finish frees
    int rejected_count;   // events that decode but break a limit: they have a seq and a reason
    struct rejected {
        int64_t seq;
        const char *why;
    } rejected[PROTOCOL_EVENTS_MAX]; // why: static code
};
void events_message_finish(struct events_message *m); // accepts NULL and a zeroed one

enum protocol_error {
    PROTOCOL_OK,
    PROTOCOL_TOO_LARGE, // over the payload limit
    PROTOCOL_NOT_UTF8,
    PROTOCOL_NOT_JSON,    // also duplicate keys and trailing bytes
    PROTOCOL_BAD_VERSION, // `v` is missing or not 1
    PROTOCOL_BAD_FIELD,   // a mandatory envelope field is missing, of another type or out of range
    PROTOCOL_TOO_MANY,    // no events or over the limit
    PROTOCOL_NO_MEMORY,
};
const char *
protocol_error_code(enum protocol_error e); // "too-large", "not-utf8" ...: as stored in quarantine

// Decodes an events message. On PROTOCOL_OK *ret_m holds it and must be finished.
enum protocol_error events_decode(const void *payload, size_t n, struct events_message *ret_m);
// The same, again and again in one message, zeroed at first, whose room stays: for whoever reads a hundred thousand a second.
// Finish it in the end, whatever it returned last.
enum protocol_error events_decode_again(const void *payload, size_t n, struct events_message *m);

// Encodes `count` events of one epoch; fields equal in all of them go to the envelope. Returns malloc'd text
// (caller frees) and its length, or NULL when memory ran out. The caller keeps it under PROTOCOL_PAYLOAD_MAX.
char *events_encode(const uint8_t epoch[EPOCH_BYTES], wall_ms sent, int64_t sent_up,
                    const struct event *events, int count, size_t *ret_n);

// A press of a simple device: {"v":1,"score":4,"of":5}.
enum protocol_error press_decode(const void *payload, size_t n, int *ret_score, int *ret_of);

// Content hash of an event, for this process only: equal keys with different hashes are a conflict (rule 7).
uint64_t event_hash(const struct event *e);

// ---------------------------------------------------------------- acknowledgement and sync
struct seq_range {
    int64_t first, last;
};

struct ack_epoch {
    uint8_t epoch[EPOCH_BYTES];
    int64_t through; // every seq up to here is settled
    int also_count;
    struct seq_range *also; // settled ranges above `through`, ascending; owned
};
struct ack_message {
    char run[EPOCH_HEX + 1];
    bool sync; // a sync: `epochs` of them; else an ack: exactly one epoch
    int epoch_count;
    struct ack_epoch *epochs; // owned
    int rejected_count;
    struct ack_rejected {
        int64_t seq;
        char why[24];
    } rejected[PROTOCOL_REJECTED_MAX];
    wall_ms now;  // the aggregator's clock
    int pause_ms; // send no backlog for this long
};
enum protocol_error ack_decode(const void *payload, size_t n, struct ack_message *ret_m);
char *ack_encode(const struct ack_message *m, size_t *ret_n);
void ack_message_finish(struct ack_message *m);

// ---------------------------------------------------------------- kiosk state (birth, will) and health
enum kiosk_state { KIOSK_NEVER, KIOSK_READY, KIOSK_SLEEPING, KIOSK_DISCONNECTED, KIOSK_LOST };
const char *kiosk_state_name(enum kiosk_state s); // "never" "ready" "sleeping" "disconnected" "lost"

struct held_epoch {
    uint8_t epoch[EPOCH_BYTES];
    struct ident branch;
    int64_t first, last; // seqs held in the outbox (acknowledged ones too); first > last: none
};
struct state_message {
    enum kiosk_state state;
    int64_t session;            // +1 at every connect; a will counts only if equal to the last birth's
    uint8_t epoch[EPOCH_BYTES]; // current epoch
    int64_t boot;
    char software[24];
    struct ident survey;
    int survey_version;
    int held_count;
    struct held_epoch *held; // owned; at most PROTOCOL_EPOCHS_MAX
};
enum protocol_error state_decode(const void *payload, size_t n, struct state_message *ret_m);
char *state_encode(const struct state_message *m, size_t *ret_n);
void state_message_finish(struct state_message *m);

struct health_epoch {
    uint8_t epoch[EPOCH_BYTES];
    int64_t next_seq;                  // counts below hold for seqs 1 .. next_seq - 1
    int of;                            // highest `of` counted
    int64_t votes[PROTOCOL_SCORE_MAX]; // ratings per score 1..11, voids left out
    int64_t lost;                      // declared lost
};
struct health_message {
    wall_ms sent;
    int64_t session, boot, up;
    int64_t unacknowledged, oldest_unacknowledged_at; // rows; wall ms or 0
    int64_t ignored;                                  // presses during lock-out since start
    int64_t free_disk_bytes;
    int64_t errors; // outbox errors since start
    enum clock_quality clock;
    char reason[64]; // "", "disk-full", "outbox-error", ...
    char content[PROTOCOL_HASH_HEX + 1]; // document in force; empty: the kiosk's own file
    char refused[PROTOCOL_HASH_HEX + 1]; // document refused last, while it is the newest; empty: none
    char refused_why[PROTOCOL_WHY_MAX + 1];
    char assignment[2 * IDENT_MAX + 2]; // "branch" or "branch/place" of the kiosk's own file, where the
                                        // document says otherwise; empty: they agree
    int epoch_count;
    struct health_epoch *epochs; // owned
};
enum protocol_error health_decode(const void *payload, size_t n, struct health_message *ret_m);
char *health_encode(const struct health_message *m, size_t *ret_n);
void health_message_finish(struct health_message *m);

// ---------------------------------------------------------------- shard state
struct shard_message {
    bool ready;
    char run[EPOCH_HEX + 1];
    wall_ms now;
};
enum protocol_error shard_decode(const void *payload, size_t n, struct shard_message *ret_m);
char *shard_encode(const struct shard_message *m, size_t *ret_n);

// ---------------------------------------------------------------- config, command, reply, ref
// The document is a text of its own, so that its hash can be checked; see PROTOCOL.md for what it holds.
struct config_message {
    char sha256[PROTOCOL_HASH_HEX + 1];
    char *document; // owned; ends with NUL
    size_t n;       // 1..PROTOCOL_DOC_MAX
};
enum protocol_error config_decode(const void *payload, size_t n, struct config_message *ret_m);
char *config_encode(const char *sha256, const char *document, size_t *ret_n);
void config_message_finish(struct config_message *m); // accepts NULL and a zeroed one

enum order {
    ORDER_IDENTIFY,
    ORDER_RELOAD,
    ORDER_RESTART,
    ORDER_RESEND,
    ORDER_SCREENSHOT,
    ORDER_ERASE,
    ORDER_UNKNOWN
};
const char *order_name(enum order o); // "identify" ... "unknown"
enum order order_parse(const char *name);

struct command_message {
    char id[IDENT_MAX + 1]; // an ident
    wall_ms expires; // erase: 0, it does not
    enum order order;
    uint8_t epoch[EPOCH_BYTES]; // erase: of the visit
    int64_t visit;              // erase: seq of its first event
    bool score;                 // erase: the scores and choices too
};
enum protocol_error command_decode(const void *payload, size_t n, struct command_message *ret_m);
char *command_encode(const struct command_message *m, size_t *ret_n);

struct reply_message {
    char id[IDENT_MAX + 1];
    bool ok;
    char why[PROTOCOL_WHY_MAX + 1]; // when not ok
    int64_t rows;                   // resend, erase: how many; -1: none
    char *png;                      // screenshot: base64, owned; NULL: none
};
enum protocol_error reply_decode(const void *payload, size_t n, struct reply_message *ret_m);
char *reply_encode(const struct reply_message *m, size_t *ret_n);
void reply_message_finish(struct reply_message *m); // accepts NULL and a zeroed one

bool ref_valid(const char *ref); // 1 to PROTOCOL_REF_MAX of A-Z a-z 0-9 . _ - /
enum protocol_error ref_decode(const void *payload, size_t n, char ret_ref[PROTOCOL_REF_MAX + 1]);

// ---------------------------------------------------------------- topics
enum topic_kind {
    TOPIC_EVENTS,
    TOPIC_PRESS,
    TOPIC_ACK,
    TOPIC_STATE,
    TOPIC_HEALTH,
    TOPIC_CONFIG,
    TOPIC_COMMAND,
    TOPIC_REPLY,
    TOPIC_REF,
    TOPIC_SHARD,
    TOPIC_ALERT,
    TOPIC_UNKNOWN
};
struct topic {
    enum topic_kind kind;
    char shard[4];             // events, shard: two hex digits or "all"
    struct ident branch;       // events, press, alert
    struct ident kiosk;        // events, press (device), ack, state, health, config, command, reply, ref
    char alert[IDENT_MAX + 1]; // alert
};
// Parses a topic; kind is TOPIC_UNKNOWN when it is none of ours or holds a bad id.
void topic_parse(const char *text, struct topic *ret_t);
// Writes a topic into ret (PROTOCOL_TOPIC_MAX bytes).
void topic_events(const char *branch, const char *kiosk, char *ret);
void topic_kiosk(const char *kiosk, enum topic_kind leaf,
                 char *ret); // ack, state, health, config, command, reply, ref
void topic_shard(const char *shard, char *ret);
void topic_alert(const char *branch, const char *alert, char *ret);

#endif
