// hub: fans changes out to the browsers that look. The core thread publishes and never waits for one; each is
// a client with room for one revision of each branch that it follows and a few alert changes: only the newest
// revision matters, so a slow one is told once what it missed. One thread of the hub's own wakes parked clients.
//
//   core -- hub_publish --> marks clients of the branch --> hub's thread -- wake --> HTTP thread
//                                                                           -- hub_take --> browser
#ifndef PUAS_AGGREGATOR_HUB_H
#define PUAS_AGGREGATOR_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hub;
struct hub_client;

enum {
    HUB_CLIENTS_MAX = 4000, // open streams; a further one is refused
    HUB_PLACES_MAX = 16,    // branches of one: as many windows as anybody sees at once
    HUB_ALERTS = 4,         // alert changes kept for a client; older ones are dropped: `today` tells all
    HUB_COMMENT_MS = 20000, // a comment line this often finds dead clients
    HUB_REVISION_MS = 500,  // nobody hears of new figures more often (nobody reads faster); of alerts at once
};

// Bytes that hub_take may write at once to a client of so many branches.
#define HUB_TEXT_MAX(places) (1024 + ((places) - 1) * 160)

// What a client follows. named: several were asked for, so that every event says its branch, and hello the
// revisions of all; a single one's revision is the id by which it comes back.
struct hub_places {
    const char *branch[HUB_PLACES_MAX]; // borrowed; each once
    int n;                              // 1..
    bool named;
};

// Both are called with the hub's lock held and must not call the hub.
struct hub_ops {
    void (*park)(void *ctx); // nothing to say: the connection may sleep until wake
    void (*wake)(void *ctx); // any thread
};

struct hub *hub_create(int comment_ms, int revision_ms);
void hub_destroy(struct hub *h); // accepts NULL; all clients have left

// A client that has seen revision `seen` of its only branch (-1: nothing; of no meaning when they are named).
// NULL: too many, closing, or out of memory.
struct hub_client *hub_join(struct hub *h, const struct hub_places *p, int64_t seen, const struct hub_ops *ops,
                            void *ctx);
// The revision of branch i, read from the store after joining: what was published in between counts too.
void hub_greet(struct hub_client *c, int i, int64_t rev);
// What it follows, borrowed until it leaves.
void hub_followed(const struct hub_client *c, struct hub_places *ret);
void hub_leave(struct hub_client *c); // accepts NULL

// Any thread; never waits for a client. alert "": none.
void hub_publish(struct hub *h, const char *branch, int64_t rev, const char *alert, const char *state);

// Writes what is due to the client as server-sent events (whole ones: n is at least HUB_TEXT_MAX of its places) and returns the
// bytes; 0: nothing, and the client has been parked. HUB_END: the hub is closing, or n is less, as after a request with long headers.
#define HUB_END ((size_t)-1)
size_t hub_take(struct hub_client *c, char *ret, size_t n);

// From now on hub_take returns HUB_END and nobody is parked; wakes all.
void hub_close(struct hub *h);
int hub_count(struct hub *h);

#endif
