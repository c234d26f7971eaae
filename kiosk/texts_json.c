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
        if (strcmp(text_placeholder(which), text_placeholder_in(json_string_value(value))) != 0) {
            snprintf(error->text, sizeof error->text, "%s: '%s' must hold '%s' once and no other '%%'", path,
                     key, text_placeholder(which));
            return false;
        }
        if (!texts_override(t, which, json_string_value(value))) {
            snprintf(error->text, sizeof error->text, "%s: out of memory", path);
            return false;
        }
    }
    return true;
}

static bool read_file(const char *path, struct texts *t, struct texts_error *error)
{
    json_error_t why;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    bool ok = json_is_object(root);
    if (!ok)
        snprintf(error->text, sizeof error->text, "%s:%d: %.160s", path, root ? 1 : why.line,
                 root ? "must be an object of texts" : why.text);
    ok = ok && take(path, root, t, error);
    json_decref(root);
    return ok;
}

// Fills the staff's texts that are missing.
static bool borrow_staff(const char *path, struct texts *t, struct texts_error *error)
{
    struct texts other = {0};
    bool missing = false, ok = true;
    for (int i = TEXTS_STAFF; i < TEXTS; i++)
        missing |= !t->of[i];
    if (missing)
        ok = read_file(path, &other, error);
    for (int i = TEXTS_STAFF; i < TEXTS && ok; i++)
        if (!t->of[i] && other.of[i])
            ok = texts_override(t, (enum text)i, other.of[i]);
    texts_finish(&other);
    return ok;
}

bool texts_load(const char *path, const char *staff_path, struct texts *ret_t, struct texts_error *ret_error)
{
    struct texts t = {0};
    bool ok = read_file(path, &t, ret_error) && borrow_staff(staff_path, &t, ret_error);
    for (int i = 0; i < TEXTS && ok; i++) {
        if (!t.of[i]) {
            snprintf(ret_error->text, sizeof ret_error->text, "%s: text '%s' is missing", path,
                     text_name((enum text)i));
            ok = false;
        }
    }
    if (!ok) {
        texts_finish(&t);
        return false;
    }
    *ret_t = t;
    return true;
}
