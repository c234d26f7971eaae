// core: which kiosks the broker lets in (control.h): a password that a page asks for, and those out of service, which have none.
// Said without an acknowledgement of the broker, so that nothing is said again after a lost connection: whoever asked for a
// password is told that no answer came, and at each connect we look who is let in.
#include "aggregator/core_impl.h"

#include "aggregator/control.h"
#include "shared/log.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SILENT_MS = 5000 }; // then the broker has no such plugin, or we may not use it

static bool controls(const struct core *c)
{
    return c->o.settings->broker.control == CONTROL_DYNAMIC_SECURITY;
}

// Takes text.
static void say(struct core *c, char *text, size_t n)
{
    if (text != NULL) {
        link_publish(c->link, CONTROL_TOPIC, text, n, 0, false);
        explicit_bzero(text, n);
    }
    free(text);
}

// ---------------------------------------------------------------- a password

enum command_result core_kiosk_password(struct core *c, struct command *cmd)
{
    const struct org_kiosk *k = org_kiosk(&c->org, cmd->alert);
    const char *why = NULL;
    struct core_order *o;
    if (k == NULL || !k->known || k->place == 0) {
        return COMMAND_UNKNOWN;
    }
    if (!controls(c)) {
        why = "Passwords of kiosks are made by hand here: broker.control in aggregator.yaml is none";
    } else if (!control_may(k->id.s, c->o.settings->broker.user)) {
        why = "The broker knows another user by this name, who is no kiosk: take another id";
    }
    if (why != NULL) {
        cmd->reply = strdup(why);
        return COMMAND_NOT_NOW;
    }
    enum command_result result = core_take_order(c, cmd, &o);
    if (result == COMMAND_DONE) {
        snprintf(o->password, sizeof o->password, "%s", cmd->yaml);
    }
    return result;
}

void core_send_password(struct core *c, struct core_order *o)
{
    struct org_kiosk *k = &c->org.kiosks[o->kiosk];
    size_t n;
    char *text = control_password(o->id, k->id.s, o->password, &n);
    k->shut = false;
    say(c, text, n);
}

static void password_answered(struct core *c, struct core_order *o, const struct control_answer *a)
{
    struct org_kiosk *k = &c->org.kiosks[o->kiosk];
    const struct settings *s = c->o.settings;
    const struct org_place *p = k->place != 0 ? &c->org.places[k->place] : NULL;
    json_t *answer = json_pack("{s:s,s:s,s:b}", "kiosk", k->id.s, "do", "password", "ok", a->why[0] == '\0');
    if (a->why[0] != '\0') {
        json_object_set_new(answer, "why", json_string(a->why));
    } else {
        k->shut = false; // once more: a list that was under way has told how it was before
        json_object_update_new(answer,
                               json_pack("{s:s,s:s,s:s,s:i,s:b}", "password", o->password, "branch",
                                         p != NULL && p->branch != 0 ? c->org.places[p->branch].id.s : "",
                                         "host", s->broker.host, "port", (int)s->broker.port, "tls",
                                         s->broker.ca_file[0] != '\0'));
    }
    o->reply = json_dumps(answer, JSON_COMPACT);
    json_decref(answer);
    log_event(a->why[0] == '\0' ? LOG_INFO : LOG_WARN, "kiosk_password", "kiosk=%s refused=%Q", k->id.s,
              a->why);
}

// ---------------------------------------------------------------- who is let in

static void look(struct core *c, int from)
{
    uint8_t random[EPOCH_BYTES];
    size_t n;
    if (clock_random(random, sizeof random)) {
        ident_hex(random, sizeof random, c->control.mark);
        c->control.asked = clock_mono_ms();
        char *text = control_look(c->control.mark, from, &n);
        say(c, text, n);
    }
}

void core_control_connected(struct core *c)
{
    if (!controls(c)) {
        return;
    }
    for (int32_t i = 1; i <= c->org.kiosk_count; i++) {
        c->org.kiosks[i].shut = false; // it may be another broker, or have lost its file
    }
    c->control = (struct core_control){.mark = ""};
    atomic_store(&c->control_silent, false);
    link_subscribe(c->link, CONTROL_ANSWERS, 0);
    look(c, 0);
}

static void is_shut(void *ctx, const char *user)
{
    struct core *c = ctx;
    struct org_kiosk *k = org_kiosk(&c->org, user);
    if (k != NULL) {
        k->shut = true;
    }
}

static void looked(struct core *c, const struct control_answer *a)
{
    c->control.mark[0] = '\0';
    c->control.seen += a->listed;
    if (a->why[0] != '\0') {
        log_event(LOG_WARN, "control_refused", "why=%Q", a->why);
    } else if (a->listed > 0 && c->control.seen < a->total) {
        look(c, c->control.seen);
    } else {
        c->control.listed = c->control.due = true;
        log_event(LOG_INFO, "control_ready", "clients=%d", c->control.seen);
    }
}

static bool is_to_be_shut(const struct core *c, const struct org_kiosk *k)
{
    return k->known && k->place == 0 && !k->shut && control_may(k->id.s, c->o.settings->broker.user);
}

void core_shut_out(struct core *c)
{
    const char *ids[CONTROL_SHUT];
    int count = 0;
    size_t n;
    if (!c->control.listed || !c->control.due || !link_connected(c->link)) {
        return;
    }
    c->control.due = false;
    for (int32_t i = 1; i <= c->org.kiosk_count; i++) {
        struct org_kiosk *k = &c->org.kiosks[i];
        if (is_to_be_shut(c, k)) {
            k->shut = true; // what the broker refuses is logged; the next connect looks again
            ids[count++] = k->id.s;
            log_event(LOG_INFO, "kiosk_shut_out", "kiosk=%s", k->id.s);
        }
        if (count == CONTROL_SHUT || (count > 0 && i == c->org.kiosk_count)) {
            char *text = control_shut(c->run, ids, count, &n);
            say(c, text, n);
            count = 0;
        }
    }
}

bool core_on_control(struct core *c, const char *topic, const void *payload, size_t n)
{
    struct control_answer a;
    if (!controls(c) || strcmp(topic, CONTROL_ANSWERS) != 0) {
        return false;
    }
    bool usable = control_read(payload, n, c->control.mark, is_shut, c, &a);
    struct core_order *o = usable ? core_find_order(c, a.mark) : NULL;
    if (!usable) { // another program's, or the broker says that ours was none
        log_event(LOG_DEBUG, "control_unusable", "bytes=%zu", n);
    } else if (strcmp(a.mark, c->control.mark) == 0) {
        atomic_store(&c->control_silent, false);
        looked(c, &a);
    } else if (o != NULL && o->password[0] != '\0' && o->reply == NULL) {
        password_answered(c, o, &a);
    } else if (strcmp(a.mark, c->run) == 0 && a.why[0] != '\0') {
        log_event(LOG_WARN, "control_refused", "why=%Q", a.why);
    }
    return true;
}

void core_tick_control(struct core *c, mono_ms mono)
{
    if (c->control.mark[0] != '\0' && link_connected(c->link) && mono - c->control.asked > SILENT_MS &&
        !atomic_load(&c->control_silent)) {
        atomic_store(&c->control_silent, true);
        log_event(LOG_WARN, "control_silent",
                  "topic=%s why=\"does the broker load mosquitto_dynamic_security.so, and does its ACL file "
                  "let us write there and read the response? see assets/systemd/README.md\"",
                  CONTROL_TOPIC);
    }
    for (int i = 0; i < CORE_ORDERS_MAX; i++) { // passwords that nobody has fetched
        if (c->orders[i].password[0] != '\0' && c->now > c->orders[i].expires) {
            core_order_finish(&c->orders[i]);
        }
    }
}
