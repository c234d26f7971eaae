// core: changes of the configuration that a page asks for (manage.h), within the role and the place of who asks.
#include "aggregator/core_impl.h"

#include "aggregator/config_text.h"
#include "aggregator/manage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum command_result refuse(struct manage_change *m, enum manage_refusal refusal, const char *field,
                                  const char *why)
{
    m->refusal = refusal;
    snprintf(m->field, sizeof m->field, "%s", field);
    snprintf(m->why, sizeof m->why, "%s", why);
    return COMMAND_BAD;
}

static bool within(struct core *c, const struct manage_change *m, const struct ident *place)
{
    const struct org_place *p = org_place(&c->org, place->s);
    return p != NULL && org_under(&c->org, p->number, m->scope);
}

// What a channel or a report must agree with and the document does not hold: what the settings of this server say, too.
static bool fits(struct core *c, struct manage_change *m, const struct manage_places *p)
{
    const struct settings *s = c->o.settings;
    const struct channel *way = channel_find(&c->set.channels, p->channel.s);
    bool is_mailing = strcmp(m->list, "mailings") == 0;
    if (strcmp(m->list, "channels") == 0 && !p->there && channel_find(&s->channels, m->id) != NULL) {
        refuse(m, MANAGE_TAKEN, "id", "aggregator.yaml has a channel of this id: take another");
    } else if (is_mailing && !p->there && mailing_find(&s->mailings, m->id) != NULL) {
        refuse(m, MANAGE_TAKEN, "id", "aggregator.yaml has a report of this id: take another");
    } else if (is_mailing && m->item != NULL && p->channel.s[0] != '\0' && (way == NULL || way->kind != CHANNEL_EMAIL)) {
        refuse(m, MANAGE_WRONG, "channel", "channel is the id of one of kind email");
    } else {
        return true;
    }
    return false;
}

// May who asks do this? An unknown place is left to the checks of the document.
static bool may(struct core *c, const struct command *cmd, struct manage_change *m,
                const struct manage_places *p)
{
    bool is_place = strcmp(m->list, "places") == 0, is_user = strcmp(m->list, "users") == 0;
    bool is_channel = strcmp(m->list, "channels") == 0; // of no place: it sends for all of them
    const struct org_place *here = org_place(&c->org, m->id), *after = org_place(&c->org, p->after.s);
    const struct org_kiosk *k = strcmp(m->list, "kiosks") == 0 ? org_kiosk(&c->org, m->id) : NULL;
    const char *field = is_place ? "parent" : "place";
    if (m->role < (is_user || is_channel ? ROLE_ADMIN : ROLE_HEAD_OFFICE)) {
        refuse(m, MANAGE_FORBIDDEN, "",
               is_user || is_channel ? "Only administrators may do this"
                       : "Only head office and administrators may do this");
    } else if (is_channel && c->org.places[m->scope].parent != 0) {
        refuse(m, MANAGE_FORBIDDEN, "", "Channels are made by who runs the whole organisation");
    } else if (p->there && !is_channel && m->refusal != MANAGE_TAKEN && !within(c, m, &p->before)) {
        refuse(m, MANAGE_UNKNOWN, "", "It does not exist, or you may not see it");
    } else if (m->refusal != MANAGE_FINE || !fits(c, m, p)) {
        return false;
    } else if (is_place && p->after.s[0] == '\0' && (here == NULL || here->parent != 0)) {
        refuse(m, MANAGE_WRONG, field, "It must lie in another place: only the organisation lies in none");
    } else if (after != NULL && !(is_place && here != NULL && here->parent == after->number) &&
               !org_under(&c->org, after->number, m->scope)) { // where it lies already need not be ours
        refuse(m, MANAGE_FORBIDDEN, field, "It is outside of what you run");
    } else if (!p->there && k != NULL && c->org.places[m->scope].parent != 0) {
        refuse(m, MANAGE_FORBIDDEN, "",
               "A kiosk that stands nowhere is taken in by who runs the whole organisation");
    } else if (is_user && strcmp(m->id, cmd->who) == 0 && after != NULL && after->number != m->scope) {
        refuse(m, MANAGE_FORBIDDEN, field, "Another administrator must do this: it is you");
    } else {
        return true;
    }
    return false;
}

// As much of it as an entry of the audit log holds, whole characters.
static void keep_lines(struct command *cmd)
{
    size_t n = (size_t)snprintf(cmd->text, sizeof cmd->text, "%s", cmd->reply), end = sizeof cmd->text - 1;
    if (n > end) {
        while (end > 0 && ((unsigned char)cmd->reply[end] & 0xc0) == 0x80) {
            end--;
        }
        cmd->text[end] = '\0';
    }
}

enum command_result core_manage(struct core *c, struct command *cmd)
{
    struct manage_change *m = cmd->manage;
    struct manage_places p;
    char *document = NULL, *text = NULL;
    size_t n;
    FILE *f = open_memstream(&document, &n);
    bool read = f != NULL && config_text(c->store, CONFIG_ALL, f);
    if (f != NULL) {
        read = fclose(f) == 0 && read;
    }
    if (!read) {
        free(document);
        return COMMAND_UNAVAILABLE;
    }
    enum command_result result = COMMAND_BAD;
    text = manage_document(document, m, &p);
    if (may(c, cmd, m, &p)) {
        result =
            core_configure(c, text, cmd->who, m->hash, cmd->kind == COMMAND_MANAGE, &cmd->reply, &m->price);
        if (result == COMMAND_BAD && cmd->reply != NULL) {
            manage_wrong(m, cmd->reply);
        } else if (result == COMMAND_DONE && cmd->reply != NULL) {
            keep_lines(cmd);
        }
    }
    free(text);
    free(document);
    return result;
}

enum command_result core_user_password(struct core *c, struct command *cmd)
{
    bool found;
    if (!store_set_password(c->store, cmd->alert, cmd->manage->hash, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    snprintf(cmd->text, sizeof cmd->text, "%s",
             cmd->manage->hash != NULL ? "a new password" : "no login any more");
    return found ? COMMAND_DONE : COMMAND_UNKNOWN;
}
