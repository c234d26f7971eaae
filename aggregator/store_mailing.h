// store: reports by mail: which have been put into the outbox, and who wants no more of them. A row of the outbox (event report) and
// its row here are made in one transaction, and this one stays: no span goes twice to an address, whatever the clock does.
#ifndef PUAS_AGGREGATOR_STORE_MAILING_H
#define PUAS_AGGREGATOR_STORE_MAILING_H

#include "aggregator/mailing.h"
#include "aggregator/store_outgoing.h"

enum { MAILING_ADDRESS_MAX = 200 };

struct mailing_post {
    char id[OUTGOING_ID + 1]; // of the row in the outbox
    struct ident mailing;
    char recipient[MAILING_ADDRESS_MAX + 1];
    int32_t from, to;              // local days, both counted
    char token[MAILING_TOKEN + 1]; // of the link that ends it
};

// ---------------------------------------------------------------- the core's
// token: for an address that is new to the mailing.
bool store_mailing_put(struct store *st, const struct mailing_post *p);
// Notes that its owner wants no more. *ret_found false: there is no such token.
bool store_mailing_stop(struct store *st, const char *token, wall_ms now, bool *ret_found);

// ---------------------------------------------------------------- readers', too
// Is it still to go: was nothing up to this day sent, and does its address want it?
bool store_mailing_due(struct store *st, const char *mailing, const char *recipient, int32_t to,
                       bool *ret_due);
// What is known of an address: the last day that was sent (*ret_any false: none), and when its owner ended it, 0: not.
bool store_mailing_reader(struct store *st, const char *mailing, const char *recipient, bool *ret_any,
                          int32_t *ret_through, wall_ms *ret_stopped);
// *ret_found false: there is none, or its owner wants no more.
bool store_mailing_by_id(struct store *st, const char *id, struct mailing_post *ret_p, bool *ret_found);
bool store_mailing_token(struct store *st, const char *token, bool *ret_found);

#endif
