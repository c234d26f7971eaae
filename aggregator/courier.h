// courier: the thread that sends what is in the outbox of notifications (store_outgoing.h) on the channels in force.
// It reads rows and facts through connections of its own and tells the core what came of each attempt; the core stays the
// only writer. At most one message of a channel is under way, so that a server that hangs holds up its own channel alone;
// the core never waits for any.
//
//   main:  courier_create -> core_create(on_outgoing = courier_wake, on_channels = courier_renew, courier) -> courier_start
//          -> core_run
//   end:   core_run returned (it takes no more outcomes) -> courier_destroy -> core_destroy
//
// Attempts. A row that is due is sent; what the other side takes (2xx) is settled, what it will never take is dead, all else
// is tried again, later and later (delivery.h), until its deadline. After a failure the whole channel rests as long as one
// row would after as many failures in a row, so that a server that is down is not knocked at by all that waits; a
// Retry-After is obeyed, up to an hour. A test waits for none of this, nor for the channel's rate: it is sent next, once.
// An outcome that the core could not store is told again until it could: till then the channel waits.
//
// Channels come, go and change while it runs: each look that was asked for (courier_renew) reads them and their secrets anew.
// What is under way on one that has changed goes on as it began; the next message is sent as it is now.
//
// HTTP. Only https, or http where allowed; redirects are not followed; environment proxies are not used. Unless the
// channel says allow_private an address that is connected to is refused when it is private (address.h), whatever the name
// said before. SMTP speaks TLS or nothing.
#ifndef PUAS_AGGREGATOR_COURIER_H
#define PUAS_AGGREGATOR_COURIER_H

#include "aggregator/core.h"
#include "aggregator/settings.h"

struct courier;

// Secrets stand in its memory alone; those of the settings' channels must be there. `s` is borrowed until destroy. version:
// static. NULL: *ret_why (n bytes) is one line saying what to do.
struct courier *courier_create(const struct settings *s, const char *version, char *ret_why, size_t n);
// Starts the thread; `core` is borrowed until destroy. False: no thread can be made.
bool courier_start(struct courier *c, struct core *core);
void courier_wake(void *courier);  // there is something new; any thread, also before the start; never blocks
void courier_renew(void *courier); // channels, mailings or a secret have changed; the same
void courier_destroy(
    struct courier *c); // accepts NULL; drops what is under way: it is sent again under its id

#endif
