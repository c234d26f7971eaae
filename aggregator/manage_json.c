// manage: the change in the document. jansson.
#include "aggregator/manage.h"

#include "aggregator/document.h"
#include "aggregator/manage_items.h"
#include "shared/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENT_MAX = 8 * 1024 * 1024 }; // as JSON: 10,000 kiosks take one

const char *const manage_lists[] = {"places", "kiosks", "calendars", "standards", "channels", "mailings", "users", NULL};

const char *manage_list(const char *name)
{
    for (int i = 0; manage_lists[i] != NULL; i++) {
        if (strcmp(manage_lists[i], name) == 0) {
            return manage_lists[i];
        }
    }
    return NULL;
}

json_t *manage_read(const char *document, char *ret_why, size_t n)
{
    char *text = document_json("configuration", document, strlen(document), DOCUMENT_MAX, ret_why, n);
    json_t *o = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    free(text);
    return o;
}

const char *manage_id_key(const char *list)
{
    return strcmp(list, "users") == 0 ? "name" : "id";
}

void manage_version_of(const char *item, char ret[MANAGE_VERSION + 1])
{
    char hex[DIGEST_HEX + 1];
    digest_hex(item, strlen(item), hex);
    snprintf(ret, MANAGE_VERSION + 1, "%.*s", (int)MANAGE_VERSION, hex);
}

bool manage_version(const json_t *item, char ret[MANAGE_VERSION + 1])
{
    char *text = json_dumps(item, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL) {
        return false;
    }
    manage_version_of(text, ret);
    free(text);
    return true;
}

static const char *word(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s != NULL ? s : "";
}

static char *refuse(struct manage_change *c, enum manage_refusal refusal, const char *field, const char *why)
{
    c->refusal = refusal;
    snprintf(c->field, sizeof c->field, "%s", field);
    snprintf(c->why, sizeof c->why, "%s", why);
    return NULL;
}

// ---------------------------------------------------------------- what is wrong, and where

static const struct config_row *rows_of(const char *list)
{
    for (const struct config_row *row = seed_rows; row->name != NULL; row++) {
        if (strcmp(row->name, list) == 0) {
            return row->rows;
        }
    }
    return NULL;
}

// The field that is called so (n bytes), or with `within` that has one in it that is. NULL: none.
static const char *field_of(const struct config_row *row, const char *text, size_t n, bool within)
{
    for (; row != NULL && row->name != NULL; row++) {
        if ((strlen(row->name) == n && strncmp(row->name, text, n) == 0) ||
            (within && field_of(row->rows, text, n, true) != NULL)) {
            return row->name;
        }
    }
    return NULL;
}

// The first field that the text speaks of; NULL: of none. within: it stands in quotes, at any depth. What is quoted because it
// is the thing's own id is no field.
static const char *find_field(const struct manage_change *c, const char *text, bool within)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
    size_t own = c->id != NULL ? strlen(c->id) : 0;
    const char *field = NULL;
    for (const char *p = text; field == NULL && *p != '\0';) {
        size_t n = strspn(p, letters);
        if (own > 0 && *p == '\'' && strncmp(p + 1, c->id, own) == 0 && strncmp(p + 1 + own, "':", 2) == 0) {
            p += own + 3;
        } else if (n == 0) {
            p++;
        } else {
            bool quoted = p > text && p[-1] == '\'' && p[n] == '\'';
            field = !within || quoted ? field_of(rows_of(c->list), p, n, within) : NULL;
            p += n;
        }
    }
    return field;
}

void manage_wrong(struct manage_change *c, const char *text)
{
    const char *at = strncmp(text, "configuration:", 14) == 0 ? strstr(text, ": ") : NULL;
    text = at != NULL ? at + 2 : text;
    refuse(c, MANAGE_WRONG, "", text);
    const char *field = find_field(c, text, false);
    field = field != NULL ? field : find_field(c, text, true);
    snprintf(c->field, sizeof c->field, "%s", field != NULL ? field : "");
}

// ---------------------------------------------------------------- the change

// Parents before children, as the document wants them; what hangs on nothing stays at the end, for the check to name.
static json_t *in_order(json_t *places)
{
    json_t *sorted = json_array(), *seen = json_object(), *one;
    size_t i, before;
    do {
        before = json_array_size(sorted);
        json_array_foreach(places, i, one)
        {
            const char *id = word(one, "id"), *parent = word(one, "parent");
            if (json_object_get(seen, id) == NULL &&
                (parent[0] == '\0' || json_object_get(seen, parent) != NULL)) {
                json_array_append(sorted, one);
                json_object_set_new(seen, id, json_true());
            }
        }
    } while (json_array_size(sorted) > before);
    json_array_foreach(places, i, one)
    {
        if (json_object_get(seen, word(one, "id")) == NULL) {
            json_array_append(sorted, one);
        }
    }
    json_decref(seen);
    return sorted;
}

// Does the place lie under itself, seen up from `parent`?
static bool in_circle(const json_t *places, const char *id, const char *parent)
{
    for (size_t left = json_array_size(places); parent[0] != '\0' && left > 0; left--) {
        if (strcmp(parent, id) == 0) {
            return true;
        }
        const char *next = "";
        size_t i;
        json_t *one;
        json_array_foreach(places, i, one)
        {
            next = strcmp(word(one, "id"), parent) == 0 ? word(one, "parent") : next;
        }
        parent = next;
    }
    return false;
}

// The item as it shall be, its id included. NULL: refused.
static json_t *read_item(struct manage_change *c)
{
    json_t *item = json_loads(c->item, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(item)) {
        refuse(c, MANAGE_WRONG, "", "The body is not a JSON object");
    } else if (json_object_get(item, "password_file") != NULL) { // a page names no file of the server
        refuse(c, MANAGE_WRONG, "password_file", "A password is made by the server");
    } else {
        json_object_set_new(item, manage_id_key(c->list), json_string(c->id));
        return item;
    }
    json_decref(item);
    return NULL;
}

static bool put(struct manage_change *c, json_t *list, size_t at, struct manage_places *p)
{
    bool is_place = strcmp(c->list, "places") == 0;
    json_t *item = read_item(c);
    if (item == NULL) {
        return false;
    }
    const char *above = word(item, is_place ? "parent" : "place");
    ident_set(&p->channel, word(item, "channel")); // what is no id is for the checks of the document
    if (above[0] != '\0' && !ident_set(&p->after, above)) {
        manage_wrong(c, is_place ? "parent: that is no id of a place" : "place: that is no id of a place");
    } else if (is_place && in_circle(list, c->id, above)) {
        manage_wrong(c, "parent: a place cannot lie under itself");
    } else if (p->there ? json_array_set(list, at, item) == 0 : json_array_append(list, item) == 0) {
        json_decref(item);
        return true;
    } else {
        refuse(c, MANAGE_WRONG, "", "out of memory");
    }
    json_decref(item);
    return false;
}

// Who tells people on the channel: a step of a standard's ladder, or a report. "": nobody.
static void find_use(const json_t *document, const char *channel, char *why, size_t n)
{
    size_t i, k;
    json_t *one, *step;
    why[0] = '\0';
    json_array_foreach(json_object_get(document, "standards"), i, one)
    {
        json_array_foreach(json_object_get(one, "escalation"), k, step)
        {
            if (strcmp(word(step, "channel"), channel) == 0) {
                snprintf(why, n, "The ladder of standard '%s' tells it: take that step out first", word(one, "id"));
            }
        }
    }
    json_array_foreach(json_object_get(document, "mailings"), i, one)
    {
        if (strcmp(word(one, "channel"), channel) == 0) {
            snprintf(why, n, "Report '%s' goes by it: end that, or give it another, first", word(one, "id"));
        }
    }
}

static char *change(json_t *document, struct manage_change *c, struct manage_places *p)
{
    const char *key = manage_id_key(c->list);
    bool is_place = strcmp(c->list, "places") == 0;
    json_t *list = json_object_get(document, c->list), *one;
    char version[MANAGE_VERSION + 1] = "";
    size_t i, at = 0;
    if (list == NULL) {
        list = json_array();
        json_object_set_new(document, c->list, list);
    }
    json_array_foreach(list, i, one)
    {
        if (strcmp(word(one, key), c->id) == 0) {
            p->there = true;
            at = i;
        }
    }
    if (p->there) {
        one = json_array_get(list, at);
        ident_set(&p->before, is_place ? c->id : word(one, "place"));
        if (!manage_version(one, version)) {
            return refuse(c, MANAGE_WRONG, "", "out of memory");
        }
    }
    if (p->there && c->version[0] == '\0') {
        return refuse(c, MANAGE_TAKEN, key, "There is one of this id: take another, or change that one");
    }
    if (p->there && strcmp(version, c->version) != 0) {
        return refuse(c, MANAGE_STALE, "", "Somebody has changed it since you opened it");
    }
    if (!p->there && c->version[0] != '\0') {
        return refuse(c, MANAGE_UNKNOWN, "", "It is not there any more");
    }
    char use[200] = "";
    if (c->item == NULL && strcmp(c->list, "channels") == 0) {
        find_use(document, c->id, use, sizeof use);
    }
    if (use[0] != '\0') {
        return refuse(c, MANAGE_WRONG, "", use);
    }
    if (c->item == NULL) {
        json_array_remove(list, at);
    } else if (!put(c, list, at, p)) {
        return NULL;
    } else if (is_place) {
        json_object_set_new(document, c->list, in_order(list));
    }
    char *text = json_dumps(document, 0);
    return text != NULL ? text : refuse(c, MANAGE_WRONG, "", "out of memory");
}

char *manage_document(const char *document, struct manage_change *c, struct manage_places *ret_places)
{
    char why[300] = "out of memory";
    c->refusal = MANAGE_FINE;
    *ret_places = (struct manage_places){.there = false};
    json_t *o = manage_read(document, why, sizeof why);
    char *text = o != NULL ? change(o, c, ret_places) : refuse(c, MANAGE_WRONG, "", why);
    json_decref(o);
    return text;
}
