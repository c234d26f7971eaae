// core: the improvement log. Every change of an entry stands beside the one before it, and on record.
#include "aggregator/core_impl.h"

#include "aggregator/store_improvement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the record says.
static void note(struct command *cmd, const struct improvement *i, int64_t number)
{
    snprintf(cmd->subject, sizeof cmd->subject, "%lld%s", (long long)number, i->withdrawn ? " withdrawn" : "");
    snprintf(cmd->text, sizeof cmd->text, "%s", i->what);
}

enum command_result core_improve(struct core *c, struct command *cmd)
{
    struct improvement *i = cmd->improvement, now;
    const struct org_place *p = org_place(&c->org, cmd->alert);
    bool found = false;
    int64_t number;
    char text[24];
    if (i->number != 0) {
        if (!store_improvement(c->store, i->number, &now, &found)) {
            return COMMAND_UNAVAILABLE;
        }
        if (!found || now.withdrawn) {
            return COMMAND_UNKNOWN;
        }
        if (now.revision != i->revision) {
            return COMMAND_NOT_NOW;
        }
        i->place = now.place;
        if (i->withdrawn) {
            now.withdrawn = true;
            *i = now;
        }
        p = &c->org.places[now.place];
        snprintf(cmd->alert, sizeof cmd->alert, "%s", p->id.s);
    } else if (p == NULL) {
        return COMMAND_UNKNOWN;
    } else {
        i->place = p->number;
        i->revision = 0;
    }
    i->revision++;
    if (!store_put_improvement(c->store, i, cmd->who, c->now, &number)) {
        return COMMAND_UNAVAILABLE;
    }
    note(cmd, i, number);
    snprintf(text, sizeof text, "%lld", (long long)number);
    cmd->reply = strdup(text);
    return COMMAND_DONE;
}
