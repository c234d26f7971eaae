// ctl: channels: how they are doing, and trying one out. The settings that count are those of the running aggregator.
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
        printf("no channels: nobody is told of alerts; `channels:` of the settings names some\n");
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
