// contact: the key under which customers leave their names and numbers, and what opens them. An X25519 key
// pair in <data>/contact.key, made once: kiosks get the public half with their documents and seal with it
// (shared/seal.h); the secret one never leaves the file: it is in no database, no log and no message. Who may
// read the file may read what customers left; whoever loses it cannot, so it belongs into the backups, apart
// from the store.
//
// The file is one line, the secret key in base64, mode 0600: one that group or others can read is refused.
// Edge: contact_sodium.c. No state; any thread.
#ifndef PUAS_AGGREGATOR_CONTACT_H
#define PUAS_AGGREGATOR_CONTACT_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CONTACT_KEY_BYTES = 32,
    CONTACT_KEY_TEXT = 45, // as base64, with NUL
    CONTACT_PLAIN_MAX = 1000,
    CONTACT_BOX_MIN = 64, // base64 of the 48 bytes that a box is longer than what it holds
};

struct contact_key {
    unsigned char secret_key[CONTACT_KEY_BYTES], public_key[CONTACT_KEY_BYTES];
    char text[CONTACT_KEY_TEXT]; // the public one
};

// Reads the key of a data folder. `make`: when there is none, it is made and on disk when this returns.
// False: *ret_why (n bytes) says what is wrong and what to do; *ret is untouched.
bool contact_key_load(const char *folder, bool make, struct contact_key *ret, char *ret_why, size_t n);
// The same where the secret is not wanted: ret holds CONTACT_KEY_TEXT bytes.
bool contact_key_public(const char *folder, bool make, char *ret, char *ret_why, size_t n);
void contact_key_finish(struct contact_key *k); // overwrites it; accepts NULL

// Blanks sealed boxes in a message that is set aside as unusable: what has an end must not stay there. In a
// text that names "contact": every run of base64 that is long enough for a box (CONTACT_BOX_MIN) becomes as
// many '*'.
void contact_blank(char *text, size_t n);

// Opens what a kiosk has sealed, base64, into ret (size bytes, CONTACT_PLAIN_MAX are enough). False when it
// was sealed with another key, is damaged or does not fit: ret is "" then.
bool contact_open(const struct contact_key *k, const char *sealed, char *ret, size_t size);

#endif
