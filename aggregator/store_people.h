// store: what people do about alerts.
//
// Each act is a line of alert_log with an action of its own:
//
//   assign   subject: the user whose it is now, "": nobody's
//   check    subject: a step of the playbook; amount: 1 done, 0 undone
//   recover  amount: what it cost; text: what was given
//   offer    subject: a language; text: the words for "you said, we did", "": withdrawn
//   reopen   text: why. The follow-up of an alert that has ended
//   settle   text: what came of the follow-up
//
// Reopening. An alert is one breach, and the engine's: it ends when the rule says so or by hand, and nothing leads back
// (engine_allowed). What people have left to do about it may last longer: so a reopened alert stays resolved, and carries
// a *follow-up* from `reopen` to `settle`, at most one at a time. Votes and points have no part in it, and a new breach of
// the same rule is a new alert beside it. So replay still gives the same alerts (I7), and no row has two meanings.
#ifndef PUAS_AGGREGATOR_STORE_PEOPLE_H
#define PUAS_AGGREGATOR_STORE_PEOPLE_H

#include "aggregator/silence.h"
#include "aggregator/store.h"

struct store_case { // an alert as people see it
    int64_t number; // alert_id
    int32_t rule, version, place, kiosk;
    wall_ms closed, reopened; // 0: open; 0: no follow-up
};
bool store_case(struct store *st, const char *alert, struct store_case *ret_c, bool *ret_found);

// The body of the rule that it is an alert of, "" when there is none; and the sum of what was given.
bool store_case_rule(struct store *st, const struct store_case *a, char ret[STORE_RULE_MAX]);
bool store_case_given(struct store *st, const struct store_case *a, int64_t *ret_sum);

struct store_act {
    int64_t number; // of the alert
    wall_ms at;
    const char *action, *who, *subject, *text; // borrowed
    int64_t amount;
};
// A line of the log; `reopen` and `settle` begin and end the follow-up.
bool store_put_act(struct store *st, const struct store_act *a);

// Silences: one that begins now, ids are 1, 2, 3 ...; its end by hand; those in force.
bool store_put_silence(struct store *st, const struct silence *s, const char *who, const char *reason,
                       wall_ms now, int64_t *ret_id);
bool store_end_silence(struct store *st, int64_t id, const char *who, wall_ms now);
bool store_each_silence(struct store *st, wall_ms now, bool (*each)(void *ctx, const struct silence *s),
                        void *ctx);

// ---------------------------------------------------------------- who asked to be called
struct store_contact_case {
    int64_t event; // as the contact data go by
    int32_t place, kiosk;
    wall_ms asked, due; // due HOURS_EVER: never
};
bool store_put_contact_case(struct store *st, const struct store_contact_case *k);
// Of an open one. *ret_place: its place, 0: there is none. It is taken by the first who does: the clock stops.
bool store_contact_case(struct store *st, int64_t event, int32_t *ret_place, bool *ret_taken);
bool store_contact_taker(struct store *st, int64_t event, char *ret_who, size_t n); // "": nobody yet
bool store_take_contact(struct store *st, int64_t event, const char *who, wall_ms now);
// What came of an attempt; `ended`: it is over. The contact data are not touched (store_contact.h).
bool store_contact_outcome(struct store *st, int64_t event, const char *outcome, const char *note,
                           const char *who, wall_ms now, bool ended);

// ---------------------------------------------------------------- ladders
struct store_escalation {
    struct ident alert, channel;
    int step;
    wall_ms due;
    int32_t rule, place, kiosk; // of the alert
};
bool store_put_escalation(struct store *st, const char *alert, int step, const char *channel, wall_ms due);
bool store_drop_escalations(struct store *st, const char *alert); // those that are not told yet
// Those that are due and not told, of alerts that fire: soonest first.
bool store_each_due_escalation(struct store *st, wall_ms now,
                               bool (*each)(void *ctx, const struct store_escalation *e), void *ctx);
bool store_told_escalation(struct store *st, const struct store_escalation *e, wall_ms now);

#endif
