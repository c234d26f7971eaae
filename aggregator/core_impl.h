// core_impl: what the core's files share. Not for others.
//   core_life_posix.c its start and its end
//   core_posix.c   the loop: wake-ups, timers, the turn and its commit
//   core_link.c    the link to the broker
//   core_ingest.c  one message -> rows and engine inputs
//   core_alerts.c  engine outputs -> rows, retained topics, rates
//   core_command.c commands of other threads
//   core_config.c  the configuration document of each kiosk, retained, and its content
//   core_plan.c    contents for a time to come, and what is told of alerts on kiosks
//   core_manage.c  changes of the configuration that a page asks for
//   core_remote.c  orders to kiosks and their replies
//   core_control.c which kiosks the broker lets in
//   core_contacts.c what customers left to be answered: its end
//   core_people.c  what people do about alerts
//   core_escalation.c who else is told when nobody is on an alert
//   core_silence.c  alerts that are not told
//   core_presence.c what kiosks do is kept; how long they are ready, by day
//   core_outgoing.c what channels are to tell, and what came of it
//   core_mailings.c reports by mail that are due
//   core_shares.c  links to one view
//   core_phones.c  the survey on the customer's own phone
//   core_improvements.c  what was done so that customers are served better
//   core_signs.c   mqtt channels: how each branch is
//   core_erase.c   erasure of what a visit has said, here and at its kiosk
//   core_retention.c what is old enough goes
//   core_tokens.c  tokens of programs
//   core_import.c  history from elsewhere, in and out again
//   core_guard_posix.c room on the disk, soundness: may answers be taken in?
//   core_rollups.c rollups by day, where they are due
//   core_verdicts.c verdicts on what is stored, and putting packs together, beside the ingest
#ifndef PUAS_AGGREGATOR_CORE_IMPL_H
#define PUAS_AGGREGATOR_CORE_IMPL_H

#include "aggregator/apply.h"
#include "aggregator/channel_set.h"
#include "aggregator/contact.h"
#include "aggregator/core.h"
#include "aggregator/engine.h"
#include "aggregator/epochs.h"
#include "aggregator/guard.h"
#include "aggregator/judge.h"
#include "aggregator/keeper.h"
#include "aggregator/org.h"
#include "aggregator/password.h"
#include "aggregator/presence.h"
#include "aggregator/silence.h"
#include "aggregator/store.h"
#include "aggregator/store_erase.h"
#include "shared/link.h"
#include "shared/mailbox.h"

#include <stdatomic.h>

enum {
    COMMANDS_MAX = 64,
    TURN_MESSAGES = 2000, // read in one turn: all that waits in memory for a COMMIT is what they hold
    UNSENT_MAX = 20000,   // published and not taken by the broker: nothing more is read until it takes some
    CORE_ORDERS_MAX = 16,
};

struct core_sync { // a birth to answer after the commit
    int32_t kiosk;
    int count;
    uint8_t epochs[PROTOCOL_EPOCHS_MAX][EPOCH_BYTES];
};

struct core_publish { // an alert topic to publish after the commit
    struct ident branch, alert;
    char *payload;     // owned; NULL: empty (closed)
    const char *state; // static: what it has changed to; NULL: only said again
};

struct core_order { // to one kiosk, or to the broker about it
    char id[EPOCH_HEX + 1];
    int32_t kiosk; // 0: free
    enum order order;
    wall_ms at, expires;
    char password[PASSWORD_MADE]; // that the broker is to let it in with; "": an order to the kiosk
    bool due;    // to be published after the commit
    char *reply; // owned JSON; NULL: none yet
};

struct core_control { // of the broker's users, since the last connect
    char mark[EPOCH_HEX + 1]; // of the list that was asked for; "": none is under way
    mono_ms asked;            // when
    int seen;                 // clients of it so far
    bool listed;              // all of them: org_kiosk.shut is so
    bool due;                 // kiosks may have gone out of service
};

struct core_erasure { // that its kiosk has not confirmed
    struct store_erasure e;
    bool due; // to be published after the commit
};

struct core {
    struct core_options o;
    struct store *store;
    struct org org;
    struct engine *engine;
    struct epochs epochs;
    struct link *link;
    struct mailbox *mail; // struct command *
    char run[EPOCH_HEX + 1];
    bool failed; // the store failed in this turn
    wall_ms now; // arrival time of what this turn reads
    mono_ms turn_began; // when this turn began to read
    struct events_message message; // the last one of events: its room is used again
    struct guard guard;
    struct keeper *keeper;
    mono_ms guard_at;     // the next look
    int64_t turned_away;  // messages with answers that were not taken since the guard holds
    uint32_t acks;        // sent; spreads the pauses
    bool log_large;       // and told
    mono_ms turn_ended;
    bool turn_open;    // it goes on: it may hold what is not committed yet
    int turn_messages; // read in it
    mono_ms acks_since; // acknowledgements have waited since then
    bool acks_due;      // one tells of a rejected event: it does not wait for others
    mono_ms tick_at, slow_at, trim_at, mailings_at; // next timers
    wall_ms last_wall;        // to notice a jump of the wall clock
    mono_ms last_mono;
    struct judge judge;
    mono_ms judge_at;      // the next slice
    int judge_batch;       // events in it
    mono_ms compact_at;    // the next slice of putting packs together
    int32_t compact_epoch; // where it goes on
    bool compact_more;
    struct settings_retention retention; // in force
    bool retain_more;    // of a daily look through all packs
    mono_ms retain_at;   // the next slice of it
    int64_t retain_cursor; // where it goes on: with packs,
    bool retain_presence;  // ... then with what was told of kiosks,
    int32_t retain_kiosk;  // ... after this one
    bool undoing; // some import is being taken back
    mono_ms undo_at;
    bool rollups_due;                   // some are to be built
    mono_ms rollups_at;                 // the next slice of it
    int rollups_days;                   // in a step of it
    mono_ms empty_log_at;               // something was deleted that must leave the log too; -1: nothing
    char contact_key[CONTACT_KEY_TEXT]; // the public one
    int64_t praise_day;                 // number of the UTC day for which branches are looked at
    int32_t praise_next;                // the place to look at; above the last one: all were
    int64_t rates_day;                  // number of the UTC day for which rates and usual shares were computed

    wall_ms plan_at; // something of contents takes effect or ends by itself; 0: look, INT64_MAX: never

    struct core_sync *syncs; // owned
    size_t sync_count, sync_room;
    struct core_publish *publishes; // owned
    size_t publish_count, publish_room;
    struct command *commands[COMMANDS_MAX]; // answered after the commit
    size_t command_count;
    bool signs_due, signs_all; // mqtt channels are to be told, of all branches
    struct channel_set set; // read again when the document has changed
    bool outgoing_new; // the outbox has a new row: the courier is woken after the commit
    bool channels_new; // the set or a secret is another: the courier is told after the commit
    struct silences silences;
    struct core_order orders[CORE_ORDERS_MAX];
    struct core_control control;
    struct core_erasure *erasures; // owned
    size_t erasure_count, erasure_room;
    _Atomic int64_t retained_events; // counted and ignored (rule 11)
    struct meter meter;
    atomic_bool broker;              // connected; these are read by other threads, too
    _Atomic(const char *) notice;
    atomic_bool holds;
    atomic_bool control_silent; // the broker does not tell who is let in
    _Atomic int64_t disk_free, log_bytes;
    _Atomic int64_t rollups_left, to_judge;
};

// Opens the turn's transaction when it is not open yet. False: the store failed (noted).
bool core_writes(struct core *c);
// Notes that the store failed; returns false.
bool core_fail(struct core *c);
bool core_start_guard(struct core *c, char *ret_why, size_t n); // after the store is open
void core_guard(struct core *c, mono_ms mono);                  // when it is time for a look
bool core_open_link(struct core *c);                            // false: the settings are unusable
// Says whether we take in answers: ready under this run, or gone.
void core_publish_shard(struct core *c, bool ready);
// Ends the turn: rules, steps, COMMIT, and only then whatever others can see; or, unless `at_once`, leaves it open for what
// follows close.
void core_end_turn(struct core *c, bool at_once);
void core_refuse_commands(struct core *c); // none is answered any more: those that wait are told, new ones are refused at once
// The branch of a place has changed: pages are told after the commit. 0 is ignored.
void core_touch(struct core *c, int32_t place);

void core_on_message(struct core *c, const char *topic, const void *payload, size_t n, bool retained);

// What the engine is told of kiosks goes through this, and is written down (presence.h); a failure of the store is noted.
struct presence_log core_told(struct core *c);
// The kiosk has spoken, and `ready`: it was ready since it spoke last. False: the store failed (noted).
bool core_present(struct core *c, struct org_kiosk *k, bool ready);

const char *core_rule_id(const struct core *c, int32_t rule); // "": no rule in force
bool core_take_transitions(struct core *c); // within the transaction
bool core_restore_engine(struct core *c, char *ret_why, size_t n);
// What is usual by now: rates for silence rules, shares for change rules. After the engine is as it is to be.
bool core_load_rates(struct core *c);
bool core_load_usual(struct core *c);
bool core_publish_open_alerts(struct core *c); // queues all of them, after a connect
// Takes payload. state: static, NULL when the alert has not changed.
bool core_queue_publish(struct core *c, const char *branch, const char *alert, char *payload,
                        const char *state);

// Publishes the configuration of each registered kiosk: after a connect that of all, the broker may have
// forgotten them; after a change what is new.
void core_publish_configs(struct core *c, bool all);
enum command_result core_push_content(struct core *c, struct command *cmd);
enum command_result core_clear_content(struct core *c, struct command *cmd);
// Puts a content in force. *ret_text (n bytes): what has come of it, or why not; BAD then.
enum command_result core_put_content(struct core *c, int32_t place, int32_t kiosk, const char *yaml, const char *who,
                                     char *ret_text, size_t n);
void core_tick_plans(struct core *c);         // what is due takes effect
enum command_result core_plan_content(struct core *c, struct command *cmd, int32_t place, int32_t kiosk);
enum command_result core_withdraw_content(struct core *c, struct command *cmd);
enum command_result core_tell(struct core *c, struct command *cmd);
enum command_result core_end_tell(struct core *c, struct command *cmd);

// Makes the configuration what `yaml` says, or with `apply` false only says what would change: *ret_reply, malloc'd, one
// line a change; of BAD, why. hash: of the password of users that are new; NULL: they need a password_file. *ret_price:
// what the last standard that differs costs; NULL: not wanted.
enum command_result core_configure(struct core *c, const char *yaml, const char *who, const char *hash,
                                   bool apply, char **ret_reply, struct apply_price *ret_price);
enum command_result core_manage(struct core *c, struct command *cmd);
enum command_result core_user_password(struct core *c, struct command *cmd);
enum command_result core_order_kiosk(struct core *c, struct command *cmd);
enum command_result core_order_reply(struct core *c, struct command *cmd);
void core_send_orders(struct core *c); // after the commit
void core_on_reply(struct core *c, const struct topic *t, const void *payload, size_t n);
void core_order_finish(struct core_order *o);
struct core_order *core_find_order(struct core *c, const char *id); // NULL: there is none, or others have taken its place
// A new order as cmd says, due after the commit; its id is the reply. DONE: *ret_o is set.
enum command_result core_take_order(struct core *c, struct command *cmd, struct core_order **ret_o);
void core_documents_told(struct org_kiosk *k, const struct health_message *m); // logs what is new

// Where the settings name no control of the broker these do nothing.
enum command_result core_kiosk_password(struct core *c, struct command *cmd);
void core_send_password(struct core *c, struct core_order *o);
void core_control_connected(struct core *c);
bool core_on_control(struct core *c, const char *topic, const void *payload, size_t n); // false: another topic
void core_shut_out(struct core *c); // after the commit: kiosks out of service are not let in any more
void core_tick_control(struct core *c, mono_ms mono);

void core_expire_contacts(struct core *c, mono_ms mono); // a slice
void core_empty_log(struct core *c);                     // after the commit, when it is time
enum command_result core_read_contacts(struct core *c, const struct command *cmd);
enum command_result core_erase_contact(struct core *c, const struct command *cmd);
bool core_contact_asked(struct core *c, const struct stored_event *s); // it has just been stored
enum command_result core_take_contact(struct core *c, struct command *cmd);
enum command_result core_contact_outcome(struct core *c, struct command *cmd);
enum command_result core_open_contact(struct core *c, struct command *cmd);

enum command_result core_assign(struct core *c, struct command *cmd);
enum command_result core_reopen(struct core *c, struct command *cmd);
enum command_result core_settle(struct core *c, struct command *cmd); // UNKNOWN: it has no follow-up
enum command_result core_offer(struct core *c, struct command *cmd);
enum command_result core_check(struct core *c, struct command *cmd);
enum command_result core_recover(struct core *c, struct command *cmd); // FORBIDDEN: over the limit of the role
bool core_start_silences(struct core *c, char *ret_why, size_t n);
bool core_is_silent(struct core *c, int32_t rule, int32_t place, int32_t kiosk); // whoever tells others asks this
enum command_result core_silence(struct core *c, struct command *cmd);
enum command_result core_end_silence(struct core *c, struct command *cmd);
void core_tick_silences(struct core *c);
void core_look_for_praise(struct core *c); // a few branches of those of the day

// Applies the log of erasures to a store that may be older than it.
bool core_start_erasures(struct core *c, char *ret_why, size_t n);
enum command_result core_erase(struct core *c, struct command *cmd);
void core_erase_again(struct core *c, int32_t kiosk); // it was born: it is told once more
void core_send_erasures(struct core *c);              // after the commit
bool core_erase_replied(struct core *c, const char *kiosk, const struct reply_message *m); // false: no such order
// Of what arrives: is it of a visit that was erased? False: the store failed.
bool core_is_erased(struct core *c, const struct epoch *ep, int64_t visit, bool *ret_erased, bool *ret_score);
void core_blank(struct event *e, bool score, int *flags); // takes out what it says

// Within the transaction of the transition.
bool core_tell_channels(struct core *c, const struct engine_transition *t);
struct store_escalation;
bool core_tell_unattended(struct core *c, const struct channel *ch, const struct store_escalation *e); // a ladder's step
bool core_escalate(struct core *c, const struct engine_transition *t); // within the transaction of the transition
void core_tick_escalations(struct core *c);
// A silence has ended: an open alert that nobody was told of is told now.
bool core_tell_after_silence(struct core *c, const struct store_alert *a);
bool core_serves_place(struct core *c, const struct channel *ch, int32_t place);
bool core_channel_is_for(struct core *c, const struct channel *ch, const struct engine_transition *t,
                         enum channel_event event);
// Reads channels and mailings anew; what they name and nobody knows is logged. False: ret_why.
bool core_read_channels(struct core *c, char *ret_why, size_t n);
enum command_result core_renew_secret(struct core *c, const struct command *cmd);
enum command_result core_test_channel(struct core *c, struct command *cmd);
enum command_result core_take_outcome(struct core *c, const struct command *cmd);
enum command_result core_add_token(struct core *c, struct command *cmd);
enum command_result core_end_token(struct core *c, const struct command *cmd);
enum command_result core_token_used(struct core *c, const struct command *cmd);
void core_wake_courier(struct core *c); // after the commit

void core_check_mailings(struct core *c);                // logs what they name and nobody knows
void core_look_at_mailings(struct core *c, mono_ms mono); // when it is time for it
enum command_result core_stop_mailing(struct core *c, const struct command *cmd);

enum command_result core_put_webpush(struct core *c, struct command *cmd);
enum command_result core_end_webpush(struct core *c, const struct command *cmd);
enum command_result core_improve(struct core *c, struct command *cmd);
enum command_result core_open_share(struct core *c, struct command *cmd);
enum command_result core_end_share(struct core *c, const struct command *cmd);

enum command_result core_open_phone(struct core *c, struct command *cmd);
enum command_result core_end_phone(struct core *c, const struct command *cmd);
enum command_result core_answer_phone(struct core *c, struct command *cmd);
// Stores an answer that came now, under a key that is not settled yet.
bool core_store_event(struct core *c, int32_t kiosk, struct epoch *ep, const struct event *e, int32_t place, int flags);

void core_sign_due(struct core *c, int32_t place); // an alert there has changed
void core_end_signs(struct core *c, const struct channel *ch); // as it was: what is said by it now is said anew
void core_all_signs_due(struct core *c);           // after a connect, or a change of the organisation
void core_say_signs(struct core *c);               // after the commit

void core_judge(struct core *c, mono_ms mono); // a slice, when it is time for one
// Milliseconds until then; INT64_MAX: there is nothing to judge.
int64_t core_judge_wait(const struct core *c, mono_ms mono);

bool core_start_rollups(struct core *c, char *ret_why, size_t n); // the store gets its tree; what is due?
void core_build_rollups(struct core *c, mono_ms mono);            // a slice, when it is time for one
enum command_result core_repair_rollups(struct core *c);

bool core_start_retention(struct core *c, char *ret_why, size_t n);
enum command_result core_set_retention(struct core *c, struct command *cmd);
void core_retain(struct core *c, mono_ms mono); // a slice, when it is time for one

bool core_start_imports(struct core *c, char *ret_why, size_t n);
enum command_result core_begin_import(struct core *c, struct command *cmd);
enum command_result core_import_rows(struct core *c, struct command *cmd);
enum command_result core_undo_import(struct core *c, struct command *cmd);
void core_undo(struct core *c, mono_ms mono); // a slice, when it is time for one

void core_compact(struct core *c, mono_ms mono); // a slice, when it is time for one

void core_do_command(struct core *c, struct command *cmd); // result is set; answered after the commit

#endif
