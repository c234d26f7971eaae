// protocol: encoders and decoders of config, command, reply and ref.
#include "shared/fields_json.h"

#include <stdlib.h>
#include <string.h>

// Within JSON each byte of a JSON text takes at most two: it holds no control characters as they are.
enum { CONFIG_MAX = 2 * PROTOCOL_DOC_MAX + 1024 };

// ---------------------------------------------------------------- config

static enum protocol_error read_config(const json_t *root, struct config_message *m)
{
    const json_t *document = json_object_get(root, "document");
    size_t n = json_string_length(document);
    if (!fields_hash(root, "sha256", m->sha256) || m->sha256[0] == '\0' || !json_is_string(document) ||
        n == 0 || strlen(json_string_value(document)) != n) {
        return PROTOCOL_BAD_FIELD;
    }
    if (n > PROTOCOL_DOC_MAX) {
        return PROTOCOL_TOO_LARGE;
    }
    m->document = strdup(json_string_value(document));
    m->n = n;
    return m->document != NULL ? PROTOCOL_OK : PROTOCOL_NO_MEMORY;
}

enum protocol_error config_decode(const void *payload, size_t n, struct config_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, CONFIG_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct config_message m = {.document = NULL};
    e = read_config(root, &m);
    json_decref(root);
    if (e == PROTOCOL_OK) {
        *ret_m = m;
    }
    return e;
}

char *config_encode(const char *sha256, const char *document, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "sha256", json_string(sha256), &failed);
    fields_set(root, "document", json_string(document), &failed);
    return fields_dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- command

static bool read_id(const json_t *root, char *ret_id)
{
    return fields_text(root, "id", IDENT_MAX, ret_id) && ident_valid(ret_id);
}

static bool read_erase(const json_t *root, struct command_message *m)
{
    const json_t *score = json_object_get(root, "score");
    m->score = json_is_true(score);
    return (score == NULL || json_is_boolean(score)) && fields_need_epoch(root, m->epoch) &&
           fields_need_int(root, "visit", 1, PROTOCOL_INT_MAX, &m->visit);
}

enum protocol_error command_decode(const void *payload, size_t n, struct command_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct command_message m = {.order = ORDER_UNKNOWN};
    const json_t *order = json_object_get(root, "do");
    bool ok = read_id(root, m.id) && json_is_string(order);
    if (ok) {
        m.order = order_parse(json_string_value(order));
        ok = m.order == ORDER_ERASE ? read_erase(root, &m)
                                    : fields_need_int(root, "expires", 0, PROTOCOL_INT_MAX, &m.expires);
    }
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    *ret_m = m;
    return PROTOCOL_OK;
}

char *command_encode(const struct command_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "id", json_string(m->id), &failed);
    fields_set(root, "do", json_string(order_name(m->order)), &failed);
    if (m->order == ORDER_ERASE) {
        fields_set_hex(root, "epoch", m->epoch, &failed);
        fields_set(root, "visit", json_integer(m->visit), &failed);
        fields_set(root, "score", json_boolean(m->score), &failed);
    } else {
        fields_set(root, "expires", json_integer(m->expires), &failed);
    }
    return fields_dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- reply

static bool read_png(const json_t *root, char **ret_png)
{
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const json_t *png = json_object_get(root, "png");
    if (png == NULL) {
        return true;
    }
    size_t n = json_string_length(png);
    if (!json_is_string(png) || n == 0 || strspn(json_string_value(png), base64) != n) {
        return false;
    }
    *ret_png = strdup(json_string_value(png));
    return *ret_png != NULL;
}

enum protocol_error reply_decode(const void *payload, size_t n, struct reply_message *ret_m)
{
    json_t *root;
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_REPLY_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    struct reply_message m = {.png = NULL};
    char why[PROTOCOL_WHY_MAX + 1];
    const json_t *yes = json_object_get(root, "ok");
    bool ok = read_id(root, m.id) && json_is_boolean(yes) &&
              fields_text(root, "why", PROTOCOL_WHY_MAX, why) &&
              fields_int(root, "rows", 0, PROTOCOL_INT_MAX, -1, &m.rows) && read_png(root, &m.png);
    m.ok = json_is_true(yes);
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    protocol_words(why, PROTOCOL_WHY_MAX, m.why); // it is shown to people
    *ret_m = m;
    return PROTOCOL_OK;
}

char *reply_encode(const struct reply_message *m, size_t *ret_n)
{
    bool failed = false;
    json_t *root = json_object();
    fields_set(root, "v", json_integer(PROTOCOL_VERSION), &failed);
    fields_set(root, "id", json_string(m->id), &failed);
    fields_set(root, "ok", json_boolean(m->ok), &failed);
    if (!m->ok) {
        fields_set(root, "why", json_string(m->why), &failed);
    }
    if (m->rows >= 0) {
        fields_set(root, "rows", json_integer(m->rows), &failed);
    }
    if (m->png != NULL) {
        fields_set(root, "png", json_string(m->png), &failed);
    }
    return fields_dump(root, failed, ret_n);
}

// ---------------------------------------------------------------- ref

enum protocol_error ref_decode(const void *payload, size_t n, char ret_ref[PROTOCOL_REF_MAX + 1])
{
    json_t *root;
    char ref[PROTOCOL_REF_MAX + 1];
    enum protocol_error e = fields_parse(payload, n, PROTOCOL_PAYLOAD_MAX, &root);
    if (e != PROTOCOL_OK) {
        return e;
    }
    bool ok = fields_text(root, "ref", PROTOCOL_REF_MAX, ref) && ref_valid(ref);
    json_decref(root);
    if (!ok) {
        return PROTOCOL_BAD_FIELD;
    }
    memcpy(ret_ref, ref, sizeof ref);
    return PROTOCOL_OK;
}
