// control: what is said to the broker's dynamic security plugin (mosquitto 2.0), by which pages give kiosks their passwords, and
// what it answers. Pure: whoever sends and receives is the core. Any thread.
//
// What it rests on (2.0.11; tests/e2e/enrol.test.mjs holds it against the broker): the plugin is asked before password_file, and
// of a client that it knows it decides alone, so that a disabled one is refused whatever password_file says; of others it says
// nothing. A client has no roles here: while the plugin's default is to deny, it says nothing of topics either, and the `%u`
// patterns of acl_file hold for its clients as for all others. A new password and `disableClient` end the connection that is
// there, without its will. Each command writes the plugin's file: 25 ms at 10,000 clients. Whoever may not, or finds no plugin, gets
// no answer.
#ifndef PUAS_AGGREGATOR_CONTROL_H
#define PUAS_AGGREGATOR_CONTROL_H

#include "shared/ident.h"
#include "shared/protocol.h"

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_TOPIC "$CONTROL/dynamic-security/v1"
#define CONTROL_ANSWERS "$CONTROL/dynamic-security/v1/response"

enum {
    CONTROL_LIST = 500,             // clients in an answer: some 25 kB
    CONTROL_SHUT = 10,              // kiosks in a message: the broker does nothing else meanwhile
    CONTROL_WHY = 200,              // bytes of the broker's reason
    CONTROL_ANSWER_MAX = 256 * 1024 // bytes; what is longer is none of ours
};

// Users of the broker with lines of their own in assets/config/mosquitto.acl, which are no kiosks. NULL-terminated.
extern const char *const control_others[];
// May a kiosk of this id have a user at the broker? Not one of another user: it would take that one's password and rights.
// broker_user: ours.
bool control_may(const char *kiosk, const char *broker_user);

// Messages for CONTROL_TOPIC, malloc'd, *ret_n bytes and a NUL; NULL: out of memory. mark: comes back in the answer.
// From now on the kiosk is let in with this password and no other.
char *control_password(const char *mark, const char *kiosk, const char *password, size_t *ret_n);
// `count` kiosks (at most CONTROL_SHUT) are not let in any more, whatever password they have.
char *control_shut(const char *mark, const char *const *kiosks, int count, size_t *ret_n);
// Which clients are there? The CONTROL_LIST after the first `from`. Also makes sure that the plugin denies by default.
char *control_look(const char *mark, int from, size_t *ret_n);

struct control_answer {
    char mark[EPOCH_HEX + 1];
    // What the broker refused, in whole characters without controls; "": it is done.
    char why[CONTROL_WHY + 1];
    int total, listed; // of control_look: clients in all, and in this answer; else 0
};
// look: the mark of a control_look that is under way, "": none. Of its list calls `each` for every client that is not let in.
// False: it is no answer to a message of ours; nothing was called then.
bool control_read(const void *payload, size_t n, const char *look, void (*each)(void *ctx, const char *user),
                  void *ctx, struct control_answer *ret);

#endif
