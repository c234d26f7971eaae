// core: what people do about alerts beside taking and closing them (store_people.h).
#include "aggregator/core_impl.h"

#include "aggregator/rules_json.h"
#include "aggregator/store_people.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WHY_BYTES = 300 };

static enum command_result refuse(struct command *cmd, enum command_result result, const char *fmt, ...)
{
    char why[WHY_BYTES];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    cmd->reply = strdup(why);
    return result;
}

// DONE: *ret_a is there, open or with a follow-up unless `any`.
static enum command_result find_case(struct core *c, struct command *cmd, bool any, struct store_case *ret_a)
{
    bool found;
    if (!store_case(c->store, cmd->alert, ret_a, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!found) {
        return COMMAND_UNKNOWN;
    }
    return any || ret_a->closed == 0 || ret_a->reopened != 0
               ? COMMAND_DONE
               : refuse(cmd, COMMAND_NOT_NOW,
                        "The alert has ended. Reopen it if there is something left to do.");
}

static enum command_result put(struct core *c, const struct command *cmd, const struct store_case *a,
                               const char *action)
{
    const struct store_act act = {a->number, c->now, action, cmd->who, cmd->subject, cmd->text, cmd->amount};
    if (!store_put_act(c->store, &act)) {
        return COMMAND_UNAVAILABLE;
    }
    core_touch(c, a->place);
    return COMMAND_DONE;
}

enum command_result core_assign(struct core *c, struct command *cmd)
{
    struct store_case a;
    struct store_user u;
    bool found;
    enum command_result result = find_case(c, cmd, false, &a);
    if (result != COMMAND_DONE || cmd->subject[0] == '\0') {
        return result == COMMAND_DONE ? put(c, cmd, &a, "assign") : result;
    }
    if (!store_user(c->store, cmd->subject, &u, &found)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!found || !org_under(&c->org, a.place, u.place)) {
        return refuse(cmd, COMMAND_BAD, "'%s' is nobody who sees this alert's place.", cmd->subject);
    }
    if (strcmp(u.role, roles[ROLE_VIEWER]) == 0) {
        return refuse(cmd, COMMAND_BAD, "'%s' may only look. Choose somebody who may act.", cmd->subject);
    }
    return put(c, cmd, &a, "assign");
}

enum command_result core_reopen(struct core *c, struct command *cmd)
{
    struct store_case a;
    enum command_result result = find_case(c, cmd, true, &a);
    if (result == COMMAND_DONE && (a.closed == 0 || a.reopened != 0)) {
        return refuse(cmd, COMMAND_NOT_NOW, "The alert is open already.");
    }
    return result == COMMAND_DONE ? put(c, cmd, &a, "reopen") : result;
}

enum command_result core_settle(struct core *c, struct command *cmd)
{
    struct store_case a;
    enum command_result result = find_case(c, cmd, true, &a);
    if (result == COMMAND_DONE && a.reopened == 0) {
        return COMMAND_UNKNOWN;
    }
    return result == COMMAND_DONE ? put(c, cmd, &a, "settle") : result;
}

enum command_result core_offer(struct core *c, struct command *cmd)
{
    struct store_case a;
    enum command_result result = find_case(c, cmd, true, &a);
    return result == COMMAND_DONE ? put(c, cmd, &a, "offer") : result;
}

enum command_result core_check(struct core *c, struct command *cmd)
{
    struct store_case a;
    char body[STORE_RULE_MAX];
    enum command_result result = find_case(c, cmd, false, &a);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (!store_case_rule(c->store, &a, body)) {
        return COMMAND_UNAVAILABLE;
    }
    if (!rule_has_step(body, cmd->subject)) {
        return refuse(cmd, COMMAND_BAD, "The playbook of this alert's standard has no step '%s'.",
                      cmd->subject);
    }
    result = put(c, cmd, &a, "check");
    if (cmd->text[0] == '\0') {
        snprintf(cmd->text, sizeof cmd->text, "%s", cmd->amount != 0 ? "done" : "undone"); // for the record
    }
    return result;
}

static enum role role_of(const struct store_user *u)
{
    int role = ROLE_ADMIN;
    while (role > ROLE_VIEWER && strcmp(roles[role], u->role) != 0) {
        role--;
    }
    return (enum role)role;
}

enum command_result core_recover(struct core *c, struct command *cmd)
{
    struct store_case a;
    struct store_user u;
    bool known;
    int64_t given = 0;
    char body[STORE_RULE_MAX];
    enum command_result result = find_case(c, cmd, false, &a);
    if (result != COMMAND_DONE) {
        return result;
    }
    if (!store_case_rule(c->store, &a, body) || !store_case_given(c->store, &a, &given) ||
        !store_user(c->store, cmd->who, &u, &known)) {
        return COMMAND_UNAVAILABLE;
    }
    int64_t limit = known ? rule_recovery(body, role_of(&u)) : 0;
    if (cmd->amount > limit - given) {
        return refuse(
            cmd, COMMAND_FORBIDDEN,
            "For one alert of this standard your role may give up to %lld; %lld are given already. Ask "
            "somebody who may give more.",
            (long long)limit, (long long)given);
    }
    result = put(c, cmd, &a, "recover");
    snprintf(cmd->subject, sizeof cmd->subject, "%lld", (long long)cmd->amount); // for the record
    return result;
}
