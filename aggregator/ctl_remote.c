// ctl: pushing contents, ordering kiosks about, their passwords. All are asked of the running aggregator.
#include "aggregator/ctl.h"
#include "shared/ident.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 150, TIMEOUT_DEFAULT_S = 10, TIMEOUT_MAX_S = 3600, PASSWORD_S = 5 };

// ---------------------------------------------------------------- push

int ctl_push(struct ctl *c, int argc, char **argv)
{
    const char *file = NULL, *place = NULL, *kiosk = NULL;
    char path[200], why[700], *reply = NULL, *text = NULL;
    bool clear = false;
    long status = 0;
    size_t n = 0;
    for (int i = 0; i < argc; i++) {
        bool more = i + 1 < argc;
        if (strcmp(argv[i], "--place") == 0 && more) {
            place = argv[++i];
        } else if (strcmp(argv[i], "--kiosk") == 0 && more) {
            kiosk = argv[++i];
        } else if (strcmp(argv[i], "--clear") == 0) {
            clear = true;
        } else {
            file = argv[i];
        }
    }
    if ((place != NULL) == (kiosk != NULL) || clear == (file != NULL)) {
        fprintf(stderr, "puasctl: push FILE --place ID | --kiosk ID; push --clear --place ID | --kiosk ID\n");
        return CTL_USAGE;
    }
    if (!ident_valid(place != NULL ? place : kiosk)) {
        fprintf(stderr, "puasctl: '%.60s' is no id\n", place != NULL ? place : kiosk);
        return CTL_USAGE;
    }
    if (!clear && (text = ctl_read_document(file, &n)) == NULL) {
        return CTL_FINDING;
    }
    snprintf(path, sizeof path, "/api/v1/config/%s/%.64s/%s", place != NULL ? "place" : "kiosk",
             place != NULL ? place : kiosk, clear ? "clear" : "content");
    bool ok = ctl_request(c, path, clear ? "" : text, n, &status, &reply, why, sizeof why);
    free(text);
    if (!ok) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    int code = status == 200 ? CTL_FINE : ctl_refused(reply, "content", clear ? NULL : file);
    if (status == 200) {
        printf("%s", reply);
    }
    free(reply);
    return code;
}

// ---------------------------------------------------------------- command

// Decodes in place; the number of bytes, 0 when it is no base64.
static size_t unbase64(char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    uint32_t bits = 0;
    int have = 0;
    for (const char *p = text; *p != '\0' && *p != '='; p++) {
        const char *d = strchr(digits, *p);
        if (d == NULL) {
            return 0;
        }
        bits = bits << 6 | (uint32_t)(d - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            text[n++] = (char)(bits >> have & 0xff);
        }
    }
    return n;
}

static int write_picture(const char *path, const char *png)
{
    char *bytes = strdup(png);
    size_t n = bytes != NULL ? unbase64(bytes) : 0;
    FILE *f = n > 0 ? fopen(path, "we") : NULL;
    bool ok = f != NULL && fwrite(bytes, 1, n, f) == n;
    ok = (f == NULL || fclose(f) == 0) && ok;
    if (ok) {
        printf("%s: %zu bytes\n", path, n);
    } else {
        fprintf(stderr, "puasctl: %s cannot be written: %s\n", path,
                n > 0 ? strerror(errno) : "the reply holds no picture");
    }
    free(bytes);
    return ok ? CTL_FINE : CTL_FINDING;
}

static int show_reply(const struct ctl *c, const char *text, const char *file)
{
    json_t *o = json_loads(text, 0, NULL);
    const char *png = json_string_value(json_object_get(o, "png"));
    const char *password = json_string_value(json_object_get(o, "password"));
    const json_t *rows = json_object_get(o, "rows");
    int code = CTL_FINE;
    if (c->json) {
        printf("%s\n", text);
        code = json_is_true(json_object_get(o, "ok")) ? CTL_FINE : CTL_FINDING;
    } else if (!json_is_true(json_object_get(o, "ok"))) {
        const char *why = json_string_value(json_object_get(o, "why"));
        const char *did = json_string_value(json_object_get(o, "do"));
        fprintf(stderr, "puasctl: the %s says no: %s\n", did != NULL && strcmp(did, "password") == 0 ? "broker" : "kiosk",
                why != NULL ? why : "no reason given");
        code = CTL_FINDING;
    } else if (password != NULL) {
        printf("%s\n", password);
        fprintf(stderr, "puasctl: this is the only time that it is shown; put it into the file that broker.password_file in the "
                        "kiosk's settings names\n");
    } else if (png != NULL) {
        code = write_picture(file, png);
    } else if (rows != NULL) {
        printf("done: %lld answers are sent again\n", (long long)json_integer_value(rows));
    } else {
        printf("done\n");
    }
    json_decref(o);
    return code;
}

// Asks for the reply until it is there or the time is over. silent: what to do then.
static int await(const struct ctl *c, const char *id, int timeout_s, const char *file, const char *silent)
{
    mono_ms until = clock_mono_ms() + (mono_ms)timeout_s * 1000;
    char path[100], why[700];
    snprintf(path, sizeof path, "/api/v1/commands/%s", id);
    for (;;) {
        char *reply = NULL;
        long status = 0;
        if (!ctl_request(c, path, NULL, 0, &status, &reply, why, sizeof why)) {
            fprintf(stderr, "puasctl: %s\n", why);
            return CTL_FINDING;
        }
        if (status != 202) {
            int code = status == 200 ? show_reply(c, reply, file) : ctl_refused(reply, NULL, NULL);
            free(reply);
            return code;
        }
        free(reply);
        if (clock_mono_ms() >= until) {
            fprintf(stderr, "puasctl: no answer within %d s; %s\n", timeout_s, silent);
            return CTL_FINDING;
        }
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
}

int ctl_command(struct ctl *c, int argc, char **argv)
{
    const char *file = "screenshot.png";
    int timeout_s = TIMEOUT_DEFAULT_S;
    char path[200], body[160], why[700], *reply = NULL;
    long status = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc) {
            file = argv[++i];
        } else if (strcmp(argv[i], "--timeout") == 0 && i + 1 < argc) {
            timeout_s = atoi(argv[++i]);
        } else {
            timeout_s = 0;
        }
    }
    if (timeout_s < 1 || timeout_s > TIMEOUT_MAX_S || strpbrk(argv[1], "\"\\") != NULL) {
        fprintf(stderr, "puasctl: command KIOSK identify|reload|restart|resend|screenshot [-o FILE]"
                        " [--timeout SECONDS]; 1 to 3600 s\n");
        return CTL_USAGE;
    }
    if (!ident_valid(argv[0])) {
        fprintf(stderr, "puasctl: '%.60s' is no id\n", argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/kiosks/%.64s/command", argv[0]);
    snprintf(body, sizeof body, "{\"do\":\"%.40s\",\"timeoutMs\":%d}", argv[1], timeout_s * 1000);
    if (!ctl_request(c, path, body, strlen(body), &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    int code = status == 200 ? await(c, reply, timeout_s, file, "`puasctl kiosks` tells whether it is there")
                             : ctl_refused(reply, NULL, NULL);
    free(reply);
    return code;
}

int ctl_kiosk_password(struct ctl *c, int argc, char **argv)
{
    char path[200], why[700], *reply = NULL;
    long status = 0;
    (void)argc;
    if (!ident_valid(argv[0])) {
        fprintf(stderr, "puasctl: '%.60s' is no id\n", argv[0]);
        return CTL_USAGE;
    }
    snprintf(path, sizeof path, "/api/v1/manage/kiosks/%.64s/password", argv[0]);
    if (!ctl_request(c, path, "{}", 2, &status, &reply, why, sizeof why)) {
        fprintf(stderr, "puasctl: %s\n", why);
        return CTL_FINDING;
    }
    int code = status == 200 ? await(c, reply, PASSWORD_S, NULL,
                                     "does the broker load its dynamic security plugin? see assets/systemd/README.md")
                             : ctl_refused(reply, NULL, NULL);
    free(reply);
    return code;
}
