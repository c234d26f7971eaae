// http: pages, JSON API and live events. Reads through its own read-only connections; whatever changes
// something is a command to the core. A thread pool of the library's own serves; nothing here runs in the
// caller's threads but http_on_change.
//
//   main:  http_create -> core_create(on_change = http_on_change, ctx = http) -> http_set_core -> core_run
//   end:   core_run returned (it answers no more commands) -> http_destroy -> core_destroy
#ifndef PUAS_AGGREGATOR_HTTP_H
#define PUAS_AGGREGATOR_HTTP_H

#include "aggregator/core.h"
#include "aggregator/settings.h"

struct http;

struct http_options {
    const struct settings *settings; // borrowed until destroy; the store is <data>/puas.db
    const char *version;             // static
    int comment_ms;                  // a line this often to each open page; 0: HUB_COMMENT_MS
};

// Listens at once; until http_set_core, commands are answered with 503. NULL: *ret_why (n bytes) is one line
// saying what to do.
struct http *http_create(const struct http_options *o, char *ret_why, size_t n);
void http_destroy(struct http *h); // accepts NULL; ends all connections

// From now on commands go to `core`, borrowed until http_destroy. Writes the token by which puasctl proves
// that it may read the data folder, and our address: <data>/control.token. False: it cannot be written;
// *ret_why says so.
bool http_set_core(struct http *h, struct core *core, char *ret_why, size_t n);

// For core_options.on_change, with the struct http as its ctx. Never blocks for a page.
void http_on_change(void *http, const char *branch, int64_t rev, const char *alert, const char *state);

// The port that it listens on.
int http_port(const struct http *h);

#endif
