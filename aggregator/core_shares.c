// core: links to one view: made and taken back.
#include "aggregator/core_impl.h"

#include "aggregator/store_share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum command_result core_open_share(struct core *c, struct command *cmd)
{
    const struct org_place *p = org_place(&c->org, cmd->alert);
    struct share s = {.created = c->now, .expires = cmd->expires};
    char number[24];
    int64_t made;
    if (p == NULL) {
        return COMMAND_UNKNOWN;
    }
    s.place = p->number;
    snprintf(s.path, sizeof s.path, "%.*s", (int)SHARE_PATH_MAX, cmd->text);
    snprintf(s.who, sizeof s.who, "%s", cmd->who);
    if (!store_share_put(c->store, cmd->token, &s, &made)) {
        return COMMAND_UNAVAILABLE;
    }
    snprintf(number, sizeof number, "%lld", (long long)made);
    cmd->reply = strdup(number);
    return COMMAND_DONE;
}

enum command_result core_end_share(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_share_delete(c->store, strtoll(cmd->alert, NULL, 10), &found)) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
