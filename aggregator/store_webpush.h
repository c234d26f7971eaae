// store: browsers that want messages of alerts (webpush.h): whose they are, of which place they want to hear, and what a
// message is sealed with.
#ifndef PUAS_AGGREGATOR_STORE_WEBPUSH_H
#define PUAS_AGGREGATOR_STORE_WEBPUSH_H

#include "aggregator/channel.h"
#include "aggregator/store.h"
#include "aggregator/webpush.h"

enum { WEBPUSH_BROWSERS_MAX = 10 }; // of a user: a further one takes the place of the oldest

struct webpush_browser {
    int64_t number;
    char endpoint[WEBPUSH_ENDPOINT_MAX + 1], who[65];
    struct ident place; // of what is stored; `place_number` of what is to be
    int32_t place_number;
    enum channel_lang lang;
    uint8_t public_key[WEBPUSH_PUBLIC], auth[WEBPUSH_AUTH];
    wall_ms created;
};

// ---------------------------------------------------------------- the core's
// One whose endpoint is there already takes its place.
bool store_webpush_put(struct store *st, const struct webpush_browser *b);
// who "": whosever it is.
bool store_webpush_delete(struct store *st, const char *endpoint, const char *who, bool *ret_found);

// ---------------------------------------------------------------- readers', too
typedef bool store_webpush_fn(void *ctx, const struct webpush_browser *b); // false: enough
bool store_each_webpush_of(struct store *st, const char *who, store_webpush_fn *each,
                           void *ctx); // newest first
// Those that want to hear of the place, and whose user still may.
bool store_each_webpush_for(struct store *st, const char *place, store_webpush_fn *each, void *ctx);

#endif
