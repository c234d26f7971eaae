// ctl: channels: how they are doing, trying one out, and the secret of one. Those that count are the running aggregator's.
#include "aggregator/channel.h"
#include "aggregator/ctl.h"
#include "shared/ident.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 100, PATIENCE_MS = 130000 }; // the longest timeout of a channel, and its slack

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static int64_t number(const json_t *o, const char *key)
{
    return json_integer_value(json_object_get(o, key));
}

// The answer as JSON; NULL: said on standard error.
static json_t *ask(const struct ctl *c, const char *path, const char *body)
{
    char why[700], *reply = NULL;
    long status = 0;
    if (!ctl_request(c, path, body, body != NULL ? strlen(body) : 0, &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return NULL;
    }
    json_t *o = status == 200 || status == 202 ? json_loads(reply, 0, NULL) : NULL;
    if (o == NULL) {
        ctl_refused(reply, NULL, NULL);
    }
    free(reply);
    return o;
}

static void show_dead(const json_t *dead)
{
    const json_t *d;
    struct table t;
    size_t i;
    char ago[32];
    if (json_array_size(dead) == 0) {
        return;
    }
    table_init(&t, "given up|channel|what|alert|attempts|the other side said");
    json_array_foreach(dead, i, d)
    {
        table_add(&t, "%s", table_ago(number(d, "ended"), clock_wall_ms(), ago));
        table_add(&t, "%s", text(d, "channel"));
        table_add(&t, "%s", text(d, "event"));
        table_add(&t, "%s", text(d, "alert"));
        table_add(&t, "%lld", (long long)number(d, "attempts"));
        table_add(&t, "%s", text(d, "reply"));
    }
    printf("\n");
    table_print(&t);
    table_finish(&t);
}

// What keeps it from sending; "": nothing.
static const char *secret_says(const json_t *ch)
{
    static const char *const says[][2] = {{"missing", "has no secret yet: `puasctl channels secret NAME`"},
                                          {"elsewhere", "leads elsewhere since its secret was put: put it again"},
                                          {"unreadable", "its secret cannot be read: see the log"}};
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        if (strcmp(text(ch, "secret"), says[i][0]) == 0) {
            return says[i][1];
        }
    }
    return "";
}

int ctl_channels(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    json_t *o = ask(c, "/api/v1/channels", NULL);
    const json_t *ch;
    struct table t;
    size_t i;
    char ago[32];
    bool trouble = false;
    if (o == NULL) {
        return CTL_FINDING;
    }
    table_init(&t, "channel|kind|lang|waiting|sent today|given up today|last sent|now");
    json_array_foreach(json_object_get(o, "channels"), i, ch)
    {
        bool sends = json_is_true(json_object_get(ch, "sends"));
        trouble = trouble || number(ch, "deadToday") > 0 || number(ch, "attempts") > 0;
        table_add(&t, "%s", text(ch, "id"));
        table_add(&t, "%s", text(ch, "kind"));
        table_add(&t, "%s", text(ch, "lang"));
        table_add(&t, "%lld", (long long)number(ch, "waiting"));
        table_add(&t, "%lld", (long long)number(ch, "sentToday"));
        table_add(&t, "%lld", (long long)number(ch, "deadToday"));
        table_add(&t, "%s", table_ago(number(ch, "lastSent"), clock_wall_ms(), ago));
        if (!sends) {
            table_add(&t, "says how it is on its topics");
        } else if (strcmp(secret_says(ch), "") != 0) {
            table_add(&t, "%s", secret_says(ch));
            trouble = true;
        } else if (number(ch, "attempts") > 0) {
            table_add(&t, "failed %lld times: %s", (long long)number(ch, "attempts"), text(ch, "reply"));
        } else {
            table_add(&t, "-");
        }
    }
    if (c->json) {
        json_dumpf(o, stdout, JSON_INDENT(2));
        printf("\n");
    } else if (i == 0) {
        printf("no channels: nobody is told of alerts; make one in Manage, or in `channels:` of the settings\n");
    } else {
        table_print(&t);
    }
    if (!c->json) {
        show_dead(json_object_get(o, "dead"));
    }
    table_finish(&t);
    json_decref(o);
    return trouble ? CTL_FINDING : CTL_FINE;
}

// Asks until the one attempt is over.
static int await(const struct ctl *c, const char *id, const char *channel)
{
    mono_ms until = clock_mono_ms() + PATIENCE_MS;
    char path[100];
    snprintf(path, sizeof path, "/api/v1/channels/messages/%.40s", id);
    for (;;) {
        json_t *o = ask(c, path, NULL);
        bool waits = o != NULL && strcmp(text(o, "state"), "waiting") == 0;
        if (waits && clock_mono_ms() < until) {
            json_decref(o);
            nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
            continue;
        }
        bool sent = o != NULL && strcmp(text(o, "state"), "sent") == 0;
        if (o != NULL && c->json) {
            json_dumpf(o, stdout, JSON_INDENT(2));
            printf("\n");
        } else if (sent) {
            printf("taken by %s: %s\n", channel, text(o, "reply"));
        } else if (o != NULL) {
            fprintf(stderr, "puasctl: %s did not take it: %s\n", channel,
                    waits ? "no answer" : text(o, "reply"));
        }
        json_decref(o);
        return sent ? CTL_FINE : CTL_FINDING;
    }
}

int ctl_channels_test(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    char path[100];
    if (!ident_valid(argv[0])) {
        fprintf(stderr, "puasctl: '%.60s' is no id\n", argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/channels/%.64s/test", argv[0]);
    json_t *o = ask(c, path, "{}");
    int code = o != NULL ? await(c, text(o, "id"), argv[0]) : CTL_FINDING;
    json_decref(o);
    return code;
}

int ctl_channels_secret(struct ctl *c, int argc, char **argv)
{
    char secret[CHANNEL_SECRET_MAX + 2] = "", path[100], why[700], *reply = NULL, *body;
    bool none = argc > 1 && strcmp(argv[1], "--none") == 0;
    long status = 0;
    if (!ident_valid(argv[0]) || (argc > 1 && !none)) {
        fprintf(stderr, "puasctl: channels secret NAME [--none]\n");
        return CTL_USAGE;
    }
    if (!none && fgets(secret, sizeof secret, stdin) == NULL) {
        fprintf(stderr, "puasctl: standard input has no secret\n");
        return CTL_USAGE;
    }
    secret[strcspn(secret, "\r\n")] = '\0';
    snprintf(path, sizeof path, "/api/v1/channels/%.64s/secret", argv[0]);
    json_t *o = json_pack("{s:s}", "secret", secret);
    body = o != NULL ? json_dumps(o, 0) : NULL;
    json_decref(o);
    explicit_bzero(secret, sizeof secret);
    bool asked = body != NULL && ctl_request(c, path, body, strlen(body), &status, &reply, why, sizeof why);
    if (body != NULL) {
        explicit_bzero(body, strlen(body));
    }
    free(body);
    if (!asked) {
        fprintf(stderr, "puasctl: %s\n", why);
    } else if (status != 204) {
        ctl_refused(reply, NULL, NULL);
    } else {
        printf(none ? "taken away\n" : "kept; `puasctl channels test %s` tries it\n", argv[0]);
    }
    free(reply);
    return asked && status == 204 ? CTL_FINE : CTL_FINDING;
}
