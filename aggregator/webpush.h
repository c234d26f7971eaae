// webpush: messages to browsers (W3C Push API). What the push service of a browser's maker wants of a sender: a message
// sealed for the one browser, so that the service cannot read it, and a token that says who sends.
//
//   RFC 8291  sealing: ECDH on P-256 with the browser's key and its secret, HKDF-SHA-256, aes128gcm of RFC 8188, one record
//   RFC 8292  VAPID: a JWT of ES256 (RFC 7519, 7518) for the origin of the service
//
// The sender's pair of keys is made once into <data>/push.key (secret_file.h). Browsers know its public half from when they
// subscribed and take nothing that another one has signed: with another key all must be subscribed anew.
// Edge: webpush_openssl.c. No state; any thread.
#ifndef PUAS_AGGREGATOR_WEBPUSH_H
#define PUAS_AGGREGATOR_WEBPUSH_H

#include "shared/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WEBPUSH_SECRET = 32,
    WEBPUSH_PUBLIC = 65,      // an uncompressed point of P-256
    WEBPUSH_PUBLIC_TEXT = 89, // room for it as base64url
    WEBPUSH_AUTH = 16,
    WEBPUSH_SALT = 16,
    WEBPUSH_PLAIN_MAX = 3000, // bytes of a message; services take 4,096 sealed (RFC 8030, 7.2)
    WEBPUSH_SEALED_MAX = WEBPUSH_PLAIN_MAX + WEBPUSH_SALT + 4 + 1 + WEBPUSH_PUBLIC + 1 + 16,
    WEBPUSH_ENDPOINT_MAX = 1000, // bytes of a subscription's address
    WEBPUSH_TOKEN_MAX = 2000,    // of a line that webpush_token writes, with NUL
};

struct webpush_pair {
    uint8_t secret[WEBPUSH_SECRET], public_key[WEBPUSH_PUBLIC];
};

bool webpush_pair_make(struct webpush_pair *ret);
// The public half of a secret. False: it is none.
bool webpush_pair_of(const uint8_t secret[WEBPUSH_SECRET], struct webpush_pair *ret);
void webpush_pair_finish(struct webpush_pair *p);                // overwrites it
bool webpush_is_point(const uint8_t public_key[WEBPUSH_PUBLIC]); // does it lie on the curve?

// Reads push.key of the folder, or makes it where there is none. False: *ret_why (n bytes) says what is wrong.
bool webpush_key_load(const char *folder, struct webpush_pair *ret, char *ret_why, size_t n);

// Seals n bytes (at most WEBPUSH_PLAIN_MAX) into ret (WEBPUSH_SEALED_MAX bytes). `once` and `salt` are to be used for one
// message only (webpush_pair_make, clock_random). False: the key is no point, or memory ran out.
bool webpush_seal(const uint8_t to[WEBPUSH_PUBLIC], const uint8_t auth[WEBPUSH_AUTH],
                  const struct webpush_pair *once, const uint8_t salt[WEBPUSH_SALT], const void *plain,
                  size_t n, uint8_t *ret, size_t *ret_n);

// The value of Authorization for the endpoint, into ret (WEBPUSH_TOKEN_MAX bytes), good for half a day. subject: "mailto:..."
// or "https://...", without quotes and backslashes. False: the endpoint is no address, or memory ran out.
bool webpush_token(const struct webpush_pair *key, const char *endpoint, const char *subject, wall_ms now,
                   char *ret);

// base64url without padding. ret: 4 * ((n + 2) / 3) + 1 bytes.
void webpush_text(const uint8_t *bytes, size_t n, char *ret);
// Exactly n bytes. False: the text is none, or of another length. With padding too.
bool webpush_bytes(const char *text, uint8_t *ret, size_t n);

#endif
