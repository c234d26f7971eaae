// channel_secret: the secret of a channel of the organisation's document: the file secrets/ID of the data folder, mode 0600. It is in
// no store, backup, answer or log; the courier alone reads it. Edge: channel_secret_posix.c. No state; any thread.
//
// It is kept with what it is for, the channel's kind and address: of a channel that leads elsewhere it is not taken any more, so
// that whoever may change a channel cannot have the secret sent to themselves.
#ifndef PUAS_AGGREGATOR_CHANNEL_SECRET_H
#define PUAS_AGGREGATOR_CHANNEL_SECRET_H

#include "aggregator/channel.h"

enum channel_secret {
    CHANNEL_SECRET_THERE,
    CHANNEL_SECRET_NONE,  // there is none
    CHANNEL_SECRET_OTHER, // there is one for another kind or address
    CHANNEL_SECRET_WRONG, // it cannot be read, or by others too: ret_why
};

// folder: of the data. ret (size bytes): "" unless THERE.
enum channel_secret channel_secret_read(const char *folder, const struct channel *c, char *ret, size_t size,
                                        char *ret_why, size_t n);
enum channel_secret channel_secret_look(const char *folder, const struct channel *c); // without it
// On disk when this returns: the old one or the new one, whole. False: ret_why (n bytes).
bool channel_secret_put(const char *folder, const struct channel *c, const char *secret, char *ret_why,
                        size_t n);
// Also where there is none.
bool channel_secret_drop(const char *folder, const char *id, char *ret_why, size_t n);

#endif
