// http: what somebody left to be called, opened for whoever has taken the call. Each opening is on record first.
#include "aggregator/contact.h"
#include "aggregator/http_impl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void answer_contact(struct api_call *c, const char *sealed)
{
    struct contact_key key;
    char plain[CONTACT_PLAIN_MAX], why[700];
    if (!contact_key_load(c->a->o.settings->data, false, &key, why, sizeof why) ||
        !contact_open(&key, sealed, plain, sizeof plain)) {
        answer_problem(c->r, 409, "It cannot be opened", "It was sealed with another key than contact.key of this server.", "");
        return;
    }
    contact_key_finish(&key);
    char *line = strchr(plain, '\n'), *reach = line != NULL ? line + 1 : plain;
    if (line != NULL) {
        *line = '\0';
    }
    json_t *o = json_pack("{s:s,s:s}", "name", line != NULL ? plain : "", "reach", reach);
    answer_json(c->r, json_dumps(o, JSON_COMPACT));
    json_decref(o);
    memset(plain, 0, sizeof plain);
}

void api_open_contact(struct api_call *c)
{
    struct command *cmd = calloc(1, sizeof *cmd);
    struct views *v = api_views(c->a);
    enum views_error e = v != NULL && cmd != NULL ? views_may_see_contact(v, &c->u, c->id) : VIEWS_FAILED;
    api_views_back(c->a, v);
    if (!answer_views(c->r, e, "Nobody with this number waits to be called")) {
        cmd->kind = COMMAND_CONTACT_OPEN;
        snprintf(cmd->who, sizeof cmd->who, "%s", c->u.name);
        snprintf(cmd->alert, sizeof cmd->alert, "%s", c->id);
        enum command_result result = api_ask(c->a, cmd);
        if (result == COMMAND_DONE) {
            answer_contact(c, cmd->reply);
        } else {
            answer_command(c->r, result, cmd->reply);
        }
    }
    free(cmd != NULL ? cmd->reply : NULL);
    free(cmd);
}
