// core: tokens of programs: made, ended, and when they were used last.
#include "aggregator/core_impl.h"

#include "aggregator/store_token.h"

enum command_result core_add_token(struct core *c, struct command *cmd)
{
    const struct org_place *p = org_place(&c->org, cmd->place);
    bool taken;
    if (p == NULL) {
        return COMMAND_UNKNOWN;
    }
    struct store_token t = {.name = cmd->alert,
                            .role = roles[cmd->role],
                            .by = cmd->who,
                            .hash = cmd->token,
                            .place = p->number,
                            .created = c->now,
                            .expires = cmd->expires};
    if (!store_put_token(c->store, &t, &taken)) {
        return COMMAND_UNAVAILABLE;
    }
    return taken ? COMMAND_NOT_NOW : COMMAND_DONE;
}

enum command_result core_end_token(struct core *c, const struct command *cmd)
{
    bool found;
    if (!store_end_token(c->store, cmd->alert, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}

enum command_result core_token_used(struct core *c, const struct command *cmd)
{
    return store_token_used(c->store, cmd->token, c->now) ? COMMAND_DONE : COMMAND_UNAVAILABLE;
}
