// views: the browsers of a user that get messages.
#include "aggregator/channel_set.h"
#include "aggregator/store_webpush.h"
#include "aggregator/views_impl.h"

#include <stdlib.h>
#include <string.h>

static bool add(void *ctx, const struct webpush_browser *b)
{
    const char *host = strstr(b->endpoint, "://"); // the rest of the address is as good as a secret
    host = host != NULL ? host + 3 : b->endpoint;
    return json_array_append_new(ctx,
                                 json_pack("{s:I,s:s%,s:s,s:s,s:I}", "id", (json_int_t)b->number, "service",
                                           host, strcspn(host, "/"), "place", b->place.s, "lang",
                                           channel_langs[b->lang], "since", (json_int_t)b->created)) == 0;
}

static bool sends_to_browsers(const struct config_list *channels)
{
    const struct channel *ch = channels->items;
    for (size_t i = 0; i < channels->count; i++) {
        if (ch[i].kind == CHANNEL_WEBPUSH) {
            return true;
        }
    }
    return false;
}

enum views_error views_webpush(struct views *v, const struct views_user *u, const struct settings *s, const char *key,
                               char **ret_json)
{
    json_t *list = json_array();
    struct channel_set set = {.channels = {.count = 0}};
    bool sends = false;
    if (views_begin(v) && views_read_set(v, s, &set)) {
        sends = sends_to_browsers(&set.channels);
        channel_set_finish(&set);
        v->failed = v->failed || !store_each_webpush_of(v->st, u->name, add, list);
    }
    char *text = views_dump(
        json_pack("{s:o,s:o}", "key", sends ? json_string(key) : json_null(), "browsers", list));
    return views_end_text(v, text, ret_json);
}
