// control: jansson.
#include "aggregator/control.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

const char *const control_others[] = {"aggregator", "queue", NULL};

bool control_may(const char *kiosk, const char *broker_user)
{
    bool other = strcmp(kiosk, broker_user) == 0;
    for (int i = 0; control_others[i] != NULL && !other; i++) {
        other = strcmp(kiosk, control_others[i]) == 0;
    }
    return !other;
}

// ---------------------------------------------------------------- messages

// Takes command. NULL: out of memory, and `written` finds one too few.
static void add(json_t *commands, const char *mark, json_t *command)
{
    json_object_set_new(command, "correlationData", json_string(mark));
    json_array_append_new(commands, command);
}

static void add_for(json_t *commands, const char *mark, const char *name, const char *kiosk)
{
    add(commands, mark, json_pack("{s:s,s:s}", "command", name, "username", kiosk));
}

// Takes commands. `count`: so many must be in it.
static char *written(json_t *commands, size_t count, size_t *ret_n)
{
    json_t *o = json_array_size(commands) == count ? json_pack("{s:O}", "commands", commands) : NULL;
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    *ret_n = text != NULL ? strlen(text) : 0;
    json_decref(o);
    json_decref(commands);
    return text;
}

char *control_password(const char *mark, const char *kiosk, const char *password, size_t *ret_n)
{
    json_t *commands = json_array();
    add_for(commands, mark, "createClient", kiosk); // refused where it is there already, which is as well
    add(commands, mark,
        json_pack("{s:s,s:s,s:s}", "command", "setClientPassword", "username", kiosk, "password", password));
    add_for(commands, mark, "enableClient", kiosk);
    return written(commands, 3, ret_n);
}

char *control_shut(const char *mark, const char *const *kiosks, int count, size_t *ret_n)
{
    json_t *commands = json_array();
    for (int i = 0; i < count; i++) {
        // A client of its own refuses one that is in password_file, too.
        add_for(commands, mark, "createClient", kiosks[i]);
        add_for(commands, mark, "disableClient", kiosks[i]);
    }
    return written(commands, (size_t)count * 2, ret_n);
}

char *control_look(const char *mark, int from, size_t *ret_n)
{
    static const char *const rights[] = {"publishClientSend", "publishClientReceive", "subscribe",
                                         "unsubscribe"};
    json_t *commands = json_array(), *acls = json_array();
    for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
        json_array_append_new(acls, json_pack("{s:s,s:b}", "acltype", rights[i], "allow", 0));
    }
    add(commands, mark, json_pack("{s:s,s:o}", "command", "setDefaultACLAccess", "acls", acls));
    add(commands, mark,
        json_pack("{s:s,s:b,s:i,s:i}", "command", "listClients", "verbose", 1, "count", (int)CONTROL_LIST,
                  "offset", from));
    return written(commands, 2, ret_n);
}

// ---------------------------------------------------------------- answers

static bool is_there_already(const char *command, const char *error)
{
    return strcmp(command, "createClient") == 0 && strcmp(error, "Client already exists") == 0;
}

static bool read_response(const json_t *o, struct control_answer *a)
{
    const char *command = json_string_value(json_object_get(o, "command"));
    const char *mark = json_string_value(json_object_get(o, "correlationData"));
    const char *error = json_string_value(json_object_get(o, "error"));
    if (command == NULL || mark == NULL || strlen(mark) != EPOCH_HEX ||
        (a->mark[0] != '\0' && strcmp(a->mark, mark) != 0)) {
        return false;
    }
    memcpy(a->mark, mark, sizeof a->mark);
    if (error != NULL && a->why[0] == '\0' && !is_there_already(command, error)) {
        char text[2 * CONTROL_WHY];
        snprintf(text, sizeof text, "%s: %s", command, error);
        protocol_words(text, CONTROL_WHY, a->why);
    }
    return true;
}

static bool read_list(const json_t *data, struct control_answer *a)
{
    const json_t *total = json_object_get(data, "totalCount"), *clients = json_object_get(data, "clients");
    if (!json_is_integer(total) || json_integer_value(total) < 0 || json_integer_value(total) > INT32_MAX ||
        !json_is_array(clients)) {
        return false;
    }
    a->total = (int)json_integer_value(total);
    a->listed = (int)json_array_size(clients); // bounded by CONTROL_ANSWER_MAX
    return true;
}

static void tell_shut(const json_t *clients, void (*each)(void *ctx, const char *user), void *ctx)
{
    const json_t *client;
    size_t i;
    json_array_foreach(clients, i, client)
    {
        const char *user = json_string_value(json_object_get(client, "username"));
        if (user != NULL && json_is_true(json_object_get(client, "disabled"))) {
            each(ctx, user);
        }
    }
}

bool control_read(const void *payload, size_t n, const char *look, void (*each)(void *ctx, const char *user),
                  void *ctx, struct control_answer *ret)
{
    struct control_answer a = {.mark = ""};
    json_t *o = n <= CONTROL_ANSWER_MAX ? json_loadb(payload, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const json_t *responses = json_object_get(o, "responses"), *one, *list = NULL;
    bool ours = json_array_size(responses) > 0;
    size_t i;
    json_array_foreach(responses, i, one)
    {
        const json_t *data = json_object_get(one, "data");
        list = data != NULL ? data : list;
        ours = ours && read_response(one, &a) && (data == NULL || read_list(data, &a));
    }
    if (ours && list != NULL && strcmp(a.mark, look) == 0) {
        tell_shut(json_object_get(list, "clients"), each, ctx);
    }
    if (ours) {
        *ret = a;
    }
    json_decref(o);
    return ours;
}
