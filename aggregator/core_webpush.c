// core: browsers that want messages.
#include "aggregator/core_impl.h"

#include "aggregator/store_webpush.h"

#include <string.h>

static const struct channel *webpush_channel(struct core *c)
{
    const struct config_list *list = &c->set.channels;
    const struct channel *ch = list->items;
    for (size_t i = 0; i < list->count; i++) {
        if (ch[i].kind == CHANNEL_WEBPUSH) {
            return &ch[i];
        }
    }
    return NULL;
}

enum command_result core_put_webpush(struct core *c, struct command *cmd)
{
    struct webpush_browser b = *cmd->browser;
    const struct channel *ch = webpush_channel(c);
    const struct org_place *p = org_place(&c->org, cmd->alert);
    if (ch == NULL) {
        cmd->reply = strdup("the settings of the server have no channel of the kind webpush");
        return COMMAND_NOT_NOW;
    }
    if (p == NULL) {
        return COMMAND_UNKNOWN;
    }
    if (strncmp(b.endpoint, "https://", 8) != 0 &&
        !(ch->allow_private && strncmp(b.endpoint, "http://", 7) == 0)) {
        cmd->reply = strdup("endpoint is https://...");
        return COMMAND_BAD;
    }
    b.place_number = p->number;
    b.created = c->now;
    return store_webpush_put(c->store, &b) ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}

enum command_result core_end_webpush(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_webpush_delete(c->store, cmd->browser->endpoint, cmd->browser->who, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (found && !store_audit(c->store, c->now, cmd->who, "webpush-off", cmd->browser->who, "")) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
