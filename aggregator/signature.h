// signature: that a webhook's message is ours and fresh. The form of Standard Webhooks (standardwebhooks.com), for which
// every language has a library:
//
//   webhook-id:         the message's id; the same in every attempt
//   webhook-timestamp:  seconds since 1970 of this attempt
//   webhook-signature:  v1,BASE64 of HMAC-SHA256(key, "ID.TIMESTAMP.BODY")
//
// A receiver compares in constant time, refuses a timestamp more than SIGNATURE_WINDOW_S away from its own clock (the
// replay window), and keeps the ids of that long at least; of a day to show what was sent twice once. Edge:
// signature_sodium.c. Any thread.
#ifndef PUAS_AGGREGATOR_SIGNATURE_H
#define PUAS_AGGREGATOR_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

enum { SIGNATURE_TEXT = 64, SIGNATURE_WINDOW_S = 300 };

// secret: "whsec_" and base64, else its bytes are the key. False: what follows whsec_ is no base64.
bool signature_make(const char *secret, const char *id, int64_t timestamp_s, const char *body,
                    char ret[SIGNATURE_TEXT]);

#endif
