// request: a notification as the HTTP request that a kind of channel wants. request_json.c (jansson); any thread.
#ifndef PUAS_AGGREGATOR_REQUEST_H
#define PUAS_AGGREGATOR_REQUEST_H

#include "aggregator/notice.h"

enum { REQUEST_HEADERS = 24 };

struct request {
    char *url, *body;               // owned
    const char *method;             // borrowed of the channel, or static
    char *headers[REQUEST_HEADERS]; // owned, "Name: text"
    int header_count;
};

// now: stamps a signature. secret: "" where the channel has none. False: *ret_why (n bytes) says why not, and nothing is
// left to finish.
bool request_make(const struct channel *c, const char *secret, const struct notice *n,
                  const struct notice_text *t, wall_ms now, struct request *ret_r, char *ret_why,
                  size_t why_bytes);
void request_finish(struct request *r); // accepts a zeroed one; wipes what may hold a secret

#endif
