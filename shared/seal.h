// seal: contact data as a box that only the aggregator's key opens, made before the answer enters a kiosk's outbox, or from
// a phone's page the store: neither the card of a stolen kiosk nor the broker nor the database can be read. libsodium's sealed box (X25519,
// XSalsa20-Poly1305; the sender's key is thrown away). Edge: seal_sodium.c.
#ifndef PUAS_SHARED_SEAL_H
#define PUAS_SHARED_SEAL_H

#include <stdbool.h>
#include <stddef.h>

// Replaces `text` (size bytes of room) by base64 of its sealed box; what it held is overwritten. `key`: 32
// bytes as base64. False when the key is none or the room too small: `text` is empty then.
bool seal_text(const char *key, char *text, size_t size);

#endif
