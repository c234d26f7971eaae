// channel_set: the channels and mailings in force: those of this server's file (settings.h) and those of the organisation's
// document, which are in the store and change while it runs. Whoever needs them reads a set of its own: none is shared by threads.
#ifndef PUAS_AGGREGATOR_CHANNEL_SET_H
#define PUAS_AGGREGATOR_CHANNEL_SET_H

#include "aggregator/mailing.h"
#include "aggregator/settings.h"
#include "aggregator/store.h"

struct channel_set {
    // Those of the settings first, which also count where both have an id.
    struct config_list channels; // struct channel
    struct config_list mailings; // struct mailing
    struct channel_store {
        struct config_list channels, mailings;
    } stored; // those of the store; the lists above borrow what is in them, and in the settings
};

// `s` is borrowed until the end of the set. False: the store failed, memory ran out or what it has cannot be read: ret_why (n
// bytes); *ret_set is then empty.
bool channel_set_read(struct channel_set *ret_set, struct store *st, const struct settings *s, char *ret_why,
                      size_t n);
void channel_set_finish(struct channel_set *set); // accepts a zeroed one

#endif
