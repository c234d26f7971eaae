// rows_json: a JSON value of each row, by its type. jansson.
#include "aggregator/rows_json.h"

#include "shared/ident.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 40 }; // of a number, a duration

static json_t *object_of(const struct config_row *rows, const void *target);

// In the largest unit that leaves nothing over.
static const char *duration_text(int64_t ms, char ret[TEXT_MAX])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = ms == 0 ? 2 : 0;
    while (ms % units[i].ms != 0) {
        i++;
    }
    snprintf(ret, TEXT_MAX, "%" PRId64 " %s", ms / units[i].ms, units[i].unit);
    return ret;
}

static json_t *list_of(const struct config_row *row, const struct config_list *list)
{
    json_t *array = json_array();
    bool scalars = row->rows[0].name[0] == '\0';
    for (size_t i = 0; i < list->count; i++) {
        const void *item = (const char *)list->items + i * row->item_bytes;
        json_t *o = object_of(row->rows, item);
        json_array_append(array, scalars ? json_object_get(o, "") : o);
        json_decref(o);
    }
    return array;
}

static json_t *pairs_of(const struct config_pairs *pairs)
{
    json_t *o = json_object();
    for (size_t i = 0; i < pairs->count; i++) {
        json_object_set_new(o, pairs->items[i].key, json_string(pairs->items[i].value));
    }
    return o;
}

static bool is_empty(const struct config_row *row, const json_t *v)
{
    const char *text = json_string_value(v);
    char number[TEXT_MAX];
    switch (row->type) {
    case CONFIG_LIST:
        return json_array_size(v) == 0;
    case CONFIG_MAP:
    case CONFIG_GROUP:
        return json_object_size(v) == 0;
    case CONFIG_INT:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
        text = number;
        break;
    case CONFIG_BOOL:
        text = json_is_true(v) ? "true" : "false";
        break;
    case CONFIG_NUMBER:
        return row->fallback != NULL && json_real_value(v) == strtod(row->fallback, NULL);
    default:
        break;
    }
    return strcmp(text != NULL ? text : "", row->fallback != NULL ? row->fallback : "") == 0;
}

static json_t *value_of(const struct config_row *row, const void *at)
{
    char text[TEXT_MAX];
    switch (row->type) {
    case CONFIG_STRING:
        return json_string(*(char *const *)at != NULL ? *(char *const *)at : "");
    case CONFIG_IDENT:
        return json_string(((const struct ident *)at)->s);
    case CONFIG_INT:
        return json_integer(*(const int64_t *)at);
    case CONFIG_NUMBER:
        return json_real(*(const double *)at);
    case CONFIG_BOOL:
        return json_boolean(*(const bool *)at);
    case CONFIG_DURATION:
        return json_string(duration_text(*(const int64_t *)at, text));
    case CONFIG_ENUM:
        return json_string(row->choices[*(const int *)at]);
    case CONFIG_GROUP:
        return object_of(row->rows, at);
    case CONFIG_LIST:
        return list_of(row, at);
    case CONFIG_MAP:
        return pairs_of(at);
    case CONFIG_ROOM: // of this server's disk: stands in no document
        break;
    }
    return NULL;
}

static json_t *object_of(const struct config_row *rows, const void *target)
{
    json_t *o = json_object();
    for (const struct config_row *row = rows; row->name != NULL; row++) {
        json_t *v = value_of(row, (const char *)target + row->offset);
        if (row->required || row->name[0] == '\0' || !is_empty(row, v)) {
            json_object_set(o, row->name, v);
        }
        json_decref(v);
    }
    return o;
}

char *rows_json(const struct config_row *rows, const void *target)
{
    json_t *o = object_of(rows, target);
    char *text = json_dumps(o, 0);
    json_decref(o);
    return text;
}
