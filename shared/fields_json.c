// fields: reading and writing single fields of wire messages.
#include "shared/fields_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool utf8_valid(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        unsigned char c = s[i];
        size_t more = c < 0x80                ? 0
                      : c >= 0xc2 && c < 0xe0 ? 1
                      : c >= 0xe0 && c < 0xf0 ? 2
                      : c >= 0xf0 && c < 0xf5 ? 3
                                              : 9;
        if (more == 9 || i + more >= n) {
            if (more == 0) {
                i++;
                continue;
            }
            return false;
        }
        for (size_t k = 1; k <= more; k++) {
            if ((s[i + k] & 0xc0) != 0x80) {
                return false;
            }
        }
        unsigned char d = more > 0 ? s[i + 1] : 0;
        if ((c == 0xe0 && d < 0xa0) || (c == 0xed && d >= 0xa0) || (c == 0xf0 && d < 0x90) ||
            (c == 0xf4 && d >= 0x90)) {
            return false; // overlong, surrogate or above U+10FFFF
        }
        i += more + 1;
    }
    return true;
}

// Parses one object with v = 1. On success *ret_root is owned by the caller.
enum protocol_error fields_parse(const void *payload, size_t n, size_t max, json_t **ret_root)
{
    if (n > max) {
        return PROTOCOL_TOO_LARGE;
    }
    if (!utf8_valid(payload, n)) {
        return PROTOCOL_NOT_UTF8;
    }
    json_error_t error;
    json_t *root = json_loadb(payload, n, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        return json_error_code(&error) == json_error_out_of_memory ? PROTOCOL_NO_MEMORY : PROTOCOL_NOT_JSON;
    }
    json_t *v = json_object_get(root, "v");
    if (!json_is_object(root) || !json_is_integer(v) || json_integer_value(v) != PROTOCOL_VERSION) {
        enum protocol_error e = json_is_object(root) ? PROTOCOL_BAD_VERSION : PROTOCOL_BAD_FIELD;
        json_decref(root);
        return e;
    }
    *ret_root = root;
    return PROTOCOL_OK;
}

// An integer from lo to hi; `missing` when the field is absent. False when present and anything else.
bool fields_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t missing, int64_t *ret)
{
    const json_t *v = json_object_get(o, key);
    if (v == NULL) {
        *ret = missing;
        return true;
    }
    int64_t i;
    if (json_is_integer(v)) {
        i = json_integer_value(v);
    } else if (json_is_real(v) && floor(json_real_value(v)) == json_real_value(v) &&
               fabs(json_real_value(v)) < 9e15) {
        i = (int64_t)json_real_value(v); // 1e3: some libraries write whole numbers so
    } else {
        return false;
    }
    if (i < lo || i > hi) {
        return false;
    }
    *ret = i;
    return true;
}

bool fields_need_int(const json_t *o, const char *key, int64_t lo, int64_t hi, int64_t *ret)
{
    return json_object_get(o, key) != NULL && fields_int(o, key, lo, hi, 0, ret);
}

bool fields_text(const json_t *o, const char *key, size_t max, char *ret)
{
    const json_t *v = json_object_get(o, key);
    ret[0] = '\0';
    if (v == NULL) {
        return true;
    }
    if (!json_is_string(v) || json_string_length(v) > max ||
        strlen(json_string_value(v)) != json_string_length(v)) {
        return false; // also a text that holds NUL
    }
    memcpy(ret, json_string_value(v), json_string_length(v) + 1);
    return true;
}

// An id; absent or "" is none (an event takes a default of its envelope back so).
bool fields_ident(const json_t *o, const char *key, struct ident *ret)
{
    const json_t *v = json_object_get(o, key);
    memset(ret, 0, sizeof *ret);
    return v == NULL ||
           (json_is_string(v) && (json_string_length(v) == 0 || ident_set(ret, json_string_value(v))));
}

bool fields_hash(const json_t *o, const char *key, char *ret)
{
    uint8_t bytes[PROTOCOL_HASH_HEX / 2];
    return fields_text(o, key, PROTOCOL_HASH_HEX, ret) &&
           (ret[0] == '\0' || ident_unhex(ret, sizeof bytes, bytes));
}

bool fields_need_epoch(const json_t *o, uint8_t *ret)
{
    const json_t *v = json_object_get(o, "epoch");
    return json_is_string(v) && ident_unhex(json_string_value(v), EPOCH_BYTES, ret);
}

// jansson reports a failed set by -1 and has then released the value: collect failures, look once at the end.
void fields_set(json_t *o, const char *key, json_t *v, bool *failed)
{
    if (json_object_set_new(o, key, v) != 0) {
        *failed = true;
    }
}

char *fields_dump(json_t *root, bool failed, size_t *ret_n)
{
    char *text = failed ? NULL : json_dumps(root, JSON_COMPACT);
    json_decref(root);
    if (text != NULL) {
        *ret_n = strlen(text);
    }
    return text;
}

void fields_set_hex(json_t *o, const char *key, const uint8_t *epoch, bool *failed)
{
    char hex[EPOCH_HEX + 1];
    ident_hex(epoch, EPOCH_BYTES, hex);
    fields_set(o, key, json_string(hex), failed);
}
