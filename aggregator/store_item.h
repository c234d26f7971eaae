// store: things of the configuration's document that are kept as they are written, by list: channels and mailings.
#ifndef PUAS_AGGREGATOR_STORE_ITEM_H
#define PUAS_AGGREGATOR_STORE_ITEM_H

#include "aggregator/store.h"

#define STORE_CHANNELS "channels"
#define STORE_MAILINGS "mailings"

// Each thing of a list in the order in which they were made; id and body are the callback's for its time. False: the callback
// has said so or the database failed.
bool store_each_item(struct store *st, const char *list,
                     bool (*each)(void *ctx, const char *id, const char *body), void *ctx);
// New, or instead of what was there.
bool store_put_item(struct store *st, const char *list, const char *id, const char *body);
bool store_drop_item(struct store *st, const char *list, const char *id);

#endif
