// core: orders to single kiosks (PROTOCOL.md, command and reply). An order is sent after the commit of its
// turn; the answer is kept until whoever asked has fetched it, or others take its place.
#include "aggregator/core_impl.h"

#include "shared/log.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct core_order *core_find_order(struct core *c, const char *id)
{
    for (int i = 0; i < CORE_ORDERS_MAX; i++) {
        if (c->orders[i].kiosk != 0 && strcmp(c->orders[i].id, id) == 0) {
            return &c->orders[i];
        }
    }
    return NULL;
}

void core_order_finish(struct core_order *o)
{
    if (o->reply != NULL) {
        explicit_bzero(o->reply, strlen(o->reply));
    }
    free(o->reply);
    explicit_bzero(o, sizeof *o); // a password, too
}

// A free place, else that of the oldest order.
static struct core_order *take_place(struct core *c)
{
    struct core_order *oldest = &c->orders[0];
    for (int i = 0; i < CORE_ORDERS_MAX; i++) {
        if (c->orders[i].kiosk == 0) {
            return &c->orders[i];
        }
        oldest = c->orders[i].at < oldest->at ? &c->orders[i] : oldest;
    }
    core_order_finish(oldest);
    return oldest;
}

enum command_result core_take_order(struct core *c, struct command *cmd, struct core_order **ret_o)
{
    const struct org_kiosk *k = org_kiosk(&c->org, cmd->alert);
    uint8_t random[EPOCH_BYTES];
    if (k == NULL || !k->known) {
        return COMMAND_UNKNOWN;
    }
    if (!link_connected(c->link)) {
        cmd->reply = strdup("the broker is not connected");
        return COMMAND_NOT_NOW;
    }
    if (!clock_random(random, sizeof random)) {
        return COMMAND_UNAVAILABLE;
    }
    struct core_order *o = take_place(c);
    *o = (struct core_order){.kiosk = k->number,
                             .order = cmd->order,
                             .at = c->now,
                             .expires = c->now + cmd->timeout_ms,
                             .due = true};
    ident_hex(random, sizeof random, o->id);
    cmd->reply = strdup(o->id);
    *ret_o = o;
    return COMMAND_DONE;
}

enum command_result core_order_kiosk(struct core *c, struct command *cmd)
{
    struct core_order *o;
    return core_take_order(c, cmd, &o);
}

void core_send_orders(struct core *c)
{
    for (int i = 0; i < CORE_ORDERS_MAX; i++) {
        struct core_order *o = &c->orders[i];
        if (!o->due) {
            continue;
        }
        o->due = false;
        if (o->password[0] != '\0') {
            core_send_password(c, o);
            continue;
        }
        struct command_message m = {.expires = o->expires, .order = o->order};
        char topic[PROTOCOL_TOPIC_MAX];
        size_t n;
        memcpy(m.id, o->id, sizeof m.id);
        char *text = command_encode(&m, &n);
        topic_kiosk(c->org.kiosks[o->kiosk].id.s, TOPIC_COMMAND, topic);
        if (text != NULL) {
            link_publish(c->link, topic, text, n, 1,
                         false); // lost: whoever asked is told that no answer came
        }
        free(text);
    }
}

enum command_result core_order_reply(struct core *c, struct command *cmd)
{
    struct core_order *o = core_find_order(c, cmd->alert);
    if (o == NULL) {
        return COMMAND_UNKNOWN;
    }
    if (o->reply == NULL) {
        return COMMAND_NOT_NOW;
    }
    cmd->reply = o->reply;
    o->reply = NULL;
    core_order_finish(o);
    return COMMAND_DONE;
}

void core_on_reply(struct core *c, const struct topic *t, const void *payload, size_t n)
{
    struct reply_message m;
    enum protocol_error error = reply_decode(payload, n, &m);
    if (error != PROTOCOL_OK) { // nothing that must be kept: whoever asked is told that no answer came
        log_event(LOG_WARN, "reply_unusable", "kiosk=%s why=%s", t->kiosk.s, protocol_error_code(error));
        return;
    }
    if (core_erase_replied(c, t->kiosk.s, &m)) {
        reply_message_finish(&m);
        return;
    }
    struct core_order *o = core_find_order(c, m.id);
    if (o == NULL || o->reply != NULL || o->password[0] != '\0' || strcmp(c->org.kiosks[o->kiosk].id.s, t->kiosk.s) != 0) {
        log_event(LOG_DEBUG, "reply_unasked", "kiosk=%s", t->kiosk.s);
        reply_message_finish(&m);
        return;
    }
    json_t *answer =
        json_pack("{s:s,s:s,s:b}", "kiosk", t->kiosk.s, "do", order_name(o->order), "ok", (int)m.ok);
    if (!m.ok) {
        json_object_set_new(answer, "why", json_string(m.why));
    }
    if (m.rows >= 0) {
        json_object_set_new(answer, "rows", json_integer(m.rows));
    }
    if (m.png != NULL) {
        json_object_set_new(answer, "png", json_string(m.png));
    }
    o->reply = json_dumps(answer, JSON_COMPACT);
    log_event(LOG_INFO, "kiosk_replied", "kiosk=%s do=%s ok=%d why=%Q", t->kiosk.s, order_name(o->order),
              (int)m.ok, m.ok ? "" : m.why);
    json_decref(answer);
    reply_message_finish(&m);
}

void core_documents_told(struct org_kiosk *k, const struct health_message *m)
{
    if (strcmp(k->content, m->content) != 0) {
        log_event(LOG_INFO, "content_in_force", "kiosk=%s sha256=%s", k->id.s,
                  m->content[0] != '\0' ? m->content : "own-file");
    }
    if (strcmp(k->refused, m->refused) != 0 && m->refused[0] != '\0') {
        log_event(LOG_WARN, "content_refused", "kiosk=%s sha256=%s why=%Q", k->id.s, m->refused,
                  m->refused_why);
    }
    memcpy(k->content, m->content, sizeof k->content);
    memcpy(k->refused, m->refused, sizeof k->refused);
}
