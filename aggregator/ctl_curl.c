// ctl: requests to the running aggregator, proven by the token in its data folder. libcurl.
#include "aggregator/ctl.h"

#include <curl/curl.h>
#include <jansson.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPLY_MAX = 4 * 1024 * 1024, CONNECT_MS = 3000, ANSWER_MS = 60000 };

struct reply {
    char *text; // owned
    size_t n;
};

static size_t on_data(char *data, size_t size, size_t n, void *ctx)
{
    struct reply *r = ctx;
    n *= size;
    char *grown = r->n + n < REPLY_MAX ? realloc(r->text, r->n + n + 1) : NULL;
    if (grown == NULL) {
        return 0;
    }
    memcpy(grown + r->n, data, n);
    r->text = grown;
    r->n += n;
    r->text[r->n] = '\0';
    return n;
}

// Both lines of <data>/control.token.
static bool read_token(const struct ctl *c, char *token, char *url, size_t size, char *ret_why, size_t n)
{
    char path[600];
    snprintf(path, sizeof path, "%s/control.token", c->data);
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(ret_why, n, "%s: %s; is the aggregator running, and are you its user?", path,
                 strerror(errno));
        return false;
    }
    bool ok = fgets(token, (int)size, f) != NULL && fgets(url, (int)size, f) != NULL;
    fclose(f);
    if (!ok) {
        snprintf(ret_why, n, "%s is incomplete: start the aggregator again", path);
        return false;
    }
    token[strcspn(token, "\n")] = '\0';
    url[strcspn(url, "\n")] = '\0';
    return true;
}

bool ctl_request(const struct ctl *c, const char *path, const char *body, size_t body_bytes, long *ret_status,
                 char **ret_reply, char *ret_why, size_t n)
{
    char token[200], base[200], url[300], bearer[260];
    struct reply reply = {.text = NULL};
    if (!read_token(c, token, base, sizeof token, ret_why, n)) {
        return false;
    }
    snprintf(url, sizeof url, "%s%s", base, path);
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, bearer);
    headers = curl_slist_append(headers, "X-Puas: 1");
    headers = curl_slist_append(headers, "Content-Type: application/yaml");
    if (curl == NULL || headers == NULL) {
        snprintf(ret_why, n, "out of memory");
        return false;
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); // it is this machine
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS);
    if (body != NULL) {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body_bytes);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    CURLcode rc = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    if (rc != CURLE_OK) {
        snprintf(ret_why, n, "%s does not answer: %s; is the aggregator running?", base,
                 curl_easy_strerror(rc));
        free(reply.text);
        return false;
    }
    *ret_reply = reply.text != NULL ? reply.text : strdup("");
    return *ret_reply != NULL;
}

int ctl_refused(const char *reply, const char *name, const char *file)
{
    json_t *o = json_loads(reply, 0, NULL);
    const char *detail = json_string_value(json_object_get(o, "detail"));
    const char *title = json_string_value(json_object_get(o, "title"));
    // The file's own name leads to the line.
    size_t n = name != NULL ? strlen(name) : 0;
    const char *rest =
        n > 0 && detail != NULL && strncmp(detail, name, n) == 0 && detail[n] == ':' ? detail + n : NULL;
    fprintf(stderr, "puasctl: %s%s\n", rest != NULL ? file : "",
            rest != NULL                          ? rest
            : detail != NULL && detail[0] != '\0' ? detail
            : title != NULL                       ? title
                                                  : "refused");
    json_decref(o);
    return CTL_FINDING;
}
