// document: jansson.
#include "kiosk/document_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// `optional`: may be absent or "".
static bool read_ident(const json_t *o, const char *key, bool optional, struct ident *ret_id)
{
    const json_t *v = json_object_get(o, key);
    *ret_id = (struct ident){{0}};
    if (optional && (!v || (json_is_string(v) && json_string_length(v) == 0)))
        return true;
    return json_is_string(v) && ident_set(ret_id, json_string_value(v));
}

bool document_read(const char *text, size_t n, struct document *ret_d, char *why, size_t size)
{
    json_error_t error;
    struct document d = {.content = NULL};
    json_t *o = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (!o) {
        snprintf(why, size, "the document is no JSON: line %d: %s", error.line, error.text);
        return false;
    }
    const json_t *content = json_object_get(o, "content");
    const char *wrong = !json_is_object(o)                          ? "the document is no JSON object"
                        : !read_ident(o, "kiosk", false, &d.kiosk)  ? "kiosk: an id is needed"
                        : !read_ident(o, "branch", true, &d.branch) ? "branch: must be an id"
                        : !read_ident(o, "place", true, &d.place)   ? "place: must be an id"
                        : content && !json_is_null(content) && !json_is_object(content)
                            ? "content: must be an object"
                            : NULL;
    if (!wrong && json_is_object(content)) {
        d.content = json_dumps(content, JSON_COMPACT); // in the order of the document
        d.n = d.content ? strlen(d.content) : 0;
        wrong = d.content ? NULL : "out of memory";
    }
    json_decref(o);
    if (wrong) {
        snprintf(why, size, "%s", wrong);
        return false;
    }
    *ret_d = d;
    return true;
}

void document_finish(struct document *d)
{
    if (!d)
        return;
    free(d->content);
    *d = (struct document){.content = NULL};
}
