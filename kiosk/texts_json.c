#include "kiosk/texts.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static bool take(const char *path, json_t *root, struct texts *t, struct texts_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
    {
        enum text which;
        if (!text_parse(key, &which)) {
            const char *near = text_nearest(key);
            snprintf(error->text, sizeof error->text, "%s: unknown text '%.40s'%s%s%s", path, key,
                     near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
            return false;
        }
        size_t n = json_string_length(value);
        if (!json_is_string(value) || n == 0 || n > TEXT_BYTES_MAX) {
            snprintf(error->text, sizeof error->text, "%s: '%s' must be text of 1 to %d bytes", path, key,
                     TEXT_BYTES_MAX);
            return false;
        }
        if (!texts_override(t, which, json_string_value(value))) {
            snprintf(error->text, sizeof error->text, "%s: out of memory", path);
            return false;
        }
    }
    for (int i = 0; i < TEXTS; i++) {
        if (!t->of[i]) {
            snprintf(error->text, sizeof error->text, "%s: text '%s' is missing", path,
                     text_name((enum text)i));
            return false;
        }
    }
    return true;
}

bool texts_load(const char *path, struct texts *ret_t, struct texts_error *ret_error)
{
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    if (!root || !json_is_object(root)) {
        snprintf(ret_error->text, sizeof ret_error->text, "%s:%d: %.160s", path, root ? 1 : why.line,
                 root ? "must be an object of texts" : why.text);
        json_decref(root);
        return false;
    }
    struct texts t = {0};
    bool ok = take(path, root, &t, ret_error);
    json_decref(root);
    if (!ok) {
        texts_finish(&t);
        return false;
    }
    *ret_t = t;
    return true;
}
