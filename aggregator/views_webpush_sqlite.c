// views: the browsers of a user that get messages.
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

enum views_error views_webpush(struct views *v, const struct views_user *u, const char *key, char **ret_json)
{
    json_t *list = json_array();
    if (views_begin(v)) {
        v->failed = v->failed || !store_each_webpush_of(v->st, u->name, add, list);
    }
    char *text = views_dump(
        json_pack("{s:o,s:o}", "key", key[0] != '\0' ? json_string(key) : json_null(), "browsers", list));
    return views_end_text(v, text, ret_json);
}
