// config_text: the configuration in the store as the YAML document that `puasctl config apply` takes. Applied unchanged
// it changes nothing. Edge: config_text_sqlite.c. The thread that may use the store.
#ifndef PUAS_AGGREGATOR_CONFIG_TEXT_H
#define PUAS_AGGREGATOR_CONFIG_TEXT_H

#include "aggregator/store.h"

#include <stdio.h>

enum config_part {     // bits
    CONFIG_PLACES = 1, // parents first
    CONFIG_KIOSKS = 2,
    CONFIG_CALENDARS = 4,
    CONFIG_SURVEYS = 8,
    CONFIG_STANDARDS = 16,
    CONFIG_CHANNELS = 32,
    CONFIG_MAILINGS = 64,
    CONFIG_USERS = 128,
    CONFIG_ALL = 255,
};

// `parts` of it, in that order. All of one moment when the caller holds a transaction. False: the store cannot be read
// (store_why); some of it may be written.
bool config_text(struct store *st, int parts, FILE *out);

#endif
