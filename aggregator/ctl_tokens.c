// ctl: tokens of programs that use the API: add, list, revoke.
#include "aggregator/ctl.h"
#include "shared/ident.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

// The answer of that status, malloc'd. NULL: said on standard error.
static char *ask(const struct ctl *c, const char *path, const char *body, long wanted)
{
    char why[700], *reply = NULL;
    long status = 0;
    if (!ctl_request(c, path, body, body != NULL ? strlen(body) : 0, &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return NULL;
    }
    if (status != wanted) {
        ctl_refused(reply, NULL, NULL);
        free(reply);
        return NULL;
    }
    return reply;
}

int ctl_token_add(struct ctl *c, int argc, char **argv)
{
    json_t *body = json_pack("{s:s}", "name", argv[0]);
    int code = CTL_FINDING;
    for (int i = 1; i < argc; i += 2) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        char *end = NULL;
        long days = strtol(value, &end, 10);
        if (strcmp(argv[i], "--days") == 0 && value[0] != '\0' && *end == '\0') {
            json_object_set_new(body, "days", json_integer(days));
        } else if (strcmp(argv[i], "--place") == 0 || strcmp(argv[i], "--role") == 0) {
            json_object_set_new(body, argv[i] + 2, json_string(value));
        } else {
            fprintf(stderr, "puasctl: '%s %s' is not understood; see puasctl token --help\n", argv[i], value);
            json_decref(body);
            return CTL_USAGE;
        }
    }
    char *asked = json_dumps(body, JSON_COMPACT);
    char *reply = asked != NULL ? ask(c, "/api/v1/tokens", asked, 201) : NULL;
    json_t *o = reply != NULL ? json_loads(reply, 0, NULL) : NULL;
    if (o != NULL && c->json) {
        printf("%s\n", reply);
        code = CTL_FINE;
    } else if (o != NULL) {
        printf("%s\n", text(o, "token"));
        fprintf(stderr,
                "puasctl: this is the only time that it is shown; send it as Authorization: Bearer ...\n");
        code = CTL_FINE;
    }
    json_decref(o);
    json_decref(body);
    free(asked);
    free(reply);
    return code;
}

static void day(int64_t at, char *ret, size_t n)
{
    time_t s = (time_t)(at / 1000);
    struct tm tm;
    strftime(ret, n, "%Y-%m-%d", gmtime_r(&s, &tm));
}

int ctl_token_list(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    (void)argv;
    char *reply = ask(c, "/api/v1/tokens", NULL, 200), until[20], ago[32];
    json_t *o = reply != NULL ? json_loads(reply, 0, NULL) : NULL;
    const json_t *t;
    struct table table;
    size_t i;
    table_init(&table, "token|role|place|made by|ends|last used");
    json_array_foreach(json_object_get(o, "tokens"), i, t)
    {
        day(json_integer_value(json_object_get(t, "expires")), until, sizeof until);
        table_add(&table, "%s", text(t, "name"));
        table_add(&table, "%s", text(t, "role"));
        table_add(&table, "%s", text(t, "place"));
        table_add(&table, "%s", text(t, "createdBy"));
        table_add(&table, "%s%s", until, json_is_true(json_object_get(t, "expired")) ? " (over)" : "");
        table_add(&table, "%s",
                  table_ago(json_integer_value(json_object_get(t, "lastUsed")), clock_wall_ms(), ago));
    }
    if (o != NULL && c->json) {
        printf("%s\n", reply);
    } else if (o != NULL && i == 0) {
        printf("no tokens\n");
    } else if (o != NULL) {
        table_print(&table);
    }
    table_finish(&table);
    int code = o != NULL ? CTL_FINE : CTL_FINDING;
    json_decref(o);
    free(reply);
    return code;
}

int ctl_token_revoke(struct ctl *c, int argc, char **argv)
{
    (void)argc;
    char path[100];
    if (!ident_valid(argv[0])) {
        fprintf(stderr, "puasctl: '%.60s' is no name of a token\n", argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/tokens/%.32s/revoke", argv[0]);
    char *reply = ask(c, path, "{}", 204);
    int code = reply != NULL ? CTL_FINE : CTL_FINDING;
    free(reply);
    return code;
}
