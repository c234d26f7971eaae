// config: libyaml's document API walked by our schema rows.
#include "shared/config.h"

#include "shared/ident.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum {
    FILE_MAX_BYTES = 1024 * 1024, // a configuration larger than this is a mistake
    DEPTH_MAX = 16,
    LIST_MAX = 20000,
    PAIRS_MAX = 1000,   // of one map of texts
    NODES_MAX = 500000, // a file of 1 MiB has fewer; aliases that repeat each other have more
};

struct reader {
    const char *name;
    yaml_document_t *doc;
    struct config_error *error;
    int nodes; // looked at so far, as often as they are
};

static bool fail(struct reader *r, const yaml_node_t *at, const char *fmt, ...)
{
    int n = at != NULL ? snprintf(r->error->text, sizeof r->error->text, "%s:%zu:%zu: ", r->name,
                                  at->start_mark.line + 1, at->start_mark.column + 1)
                       : snprintf(r->error->text, sizeof r->error->text, "%s: ", r->name);
    if (n > 0 && (size_t)n < sizeof r->error->text) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(r->error->text + n, sizeof r->error->text - (size_t)n, fmt, ap);
        va_end(ap);
    }
    return false;
}

// ---------------------------------------------------------------- scalars

static bool parse_number(const char *s, double *ret_v)
{
    char *end;
    errno = 0;
    double v = strtod(s, &end);
    if (end == s || *end != '\0' || errno != 0 || !isfinite(v)) {
        return false;
    }
    *ret_v = v;
    return true;
}

struct unit {
    const char *name;
    double is;
};
static const struct unit of_time[] = {{"ms", 1}, {"s", 1e3}, {"min", 6e4}, {"h", 3.6e6}, {"d", 8.64e7}, {NULL, 0}};
static const struct unit of_room[] = {{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"%", -100}, {NULL, 0}};

static bool parse_amount(const char *s, const struct unit *units, double *ret_v)
{
    char *end;
    double v = strtod(s, &end);
    if (end == s || !isfinite(v)) {
        return false;
    }
    while (*end == ' ') {
        end++;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(end, units->name) == 0) {
            *ret_v = v * units->is;
            return true;
        }
    }
    return false;
}

static const char *duration_text(double ms, char *ret, size_t n)
{
    if (ms >= 8.64e7 && fmod(ms, 8.64e7) == 0) {
        snprintf(ret, n, "%g d", ms / 8.64e7);
    } else if (ms >= 1000) {
        snprintf(ret, n, "%g s", ms / 1000);
    } else {
        snprintf(ret, n, "%g ms", ms);
    }
    return ret;
}

static bool in_range(const struct config_row *row, double v)
{
    return (row->min == 0 && row->max == 0) || (v >= row->min && v <= row->max);
}

// `at` is the scalar's node, NULL for a default.
static bool set_scalar(struct reader *r, const yaml_node_t *at, const struct config_row *row, const char *s,
                       unsigned char *target)
{
    void *field = target + row->offset;
    double v;
    char lo[40], hi[40];
    switch (row->type) {
    case CONFIG_STRING: {
        if (!in_range(row, (double)strlen(s))) {
            return fail(r, at, "'%s' must be %g to %g characters long", row->name, row->min, row->max);
        }
        char *copy = strdup(s);
        if (copy == NULL) {
            return fail(r, at, "out of memory");
        }
        *(char **)field = copy;
        return true;
    }
    case CONFIG_IDENT:
        return ident_set(field, s) ||
               fail(r, at, "'%s' is '%.60s': an id is 1 to 32 of the characters a-z 0-9 and -", row->name, s);
    case CONFIG_INT:
        if (!parse_number(s, &v) || v != floor(v)) {
            return fail(r, at, "'%s' is '%.60s': a whole number is needed", row->name, s);
        }
        if (!in_range(row, v)) {
            return fail(r, at, "'%s' is %.60s: it must be from %.0f to %.0f", row->name, s, row->min,
                        row->max);
        }
        *(int64_t *)field = (int64_t)v;
        return true;
    case CONFIG_NUMBER:
        if (!parse_number(s, &v)) {
            return fail(r, at, "'%s' is '%.60s': a number is needed", row->name, s);
        }
        if (!in_range(row, v)) {
            return fail(r, at, "'%s' is %.60s: it must be from %g to %g", row->name, s, row->min, row->max);
        }
        *(double *)field = v;
        return true;
    case CONFIG_BOOL:
        if (strcmp(s, "true") != 0 && strcmp(s, "false") != 0) {
            return fail(r, at, "'%s' is '%.60s': true or false is needed", row->name, s);
        }
        *(bool *)field = s[0] == 't';
        return true;
    case CONFIG_DURATION:
        if (!parse_amount(s, of_time, &v) || v != floor(v)) {
            return fail(
                r, at,
                "'%s' is '%.60s': a time with its unit is needed, such as 250 ms, 90 s, 5 min, 24 h, 65 d",
                row->name, s);
        }
        if (!in_range(row, v)) {
            return fail(r, at, "'%s' is %.60s: it must be from %s to %s", row->name, s,
                        duration_text(row->min, lo, sizeof lo), duration_text(row->max, hi, sizeof hi));
        }
        *(int64_t *)field = (int64_t)v;
        return true;
    case CONFIG_ROOM:
        if (!parse_amount(s, of_room, &v) || v < -10000 || v > 1e15 || s[0] == '-') {
            return fail(r, at, "'%s' is '%.60s': room on a disk is needed, such as 500 MB, 2 GB, 5 %%", row->name, s);
        }
        *(int64_t *)field = (int64_t)floor(v);
        return true;
    case CONFIG_ENUM: {
        char list[160] = "";
        for (int i = 0; row->choices[i] != NULL; i++) {
            if (strcmp(row->choices[i], s) == 0) {
                *(int *)field = i;
                return true;
            }
            size_t n = strlen(list);
            snprintf(list + n, sizeof list - n, "%s%s", i > 0 ? ", " : "", row->choices[i]);
        }
        return fail(r, at, "'%s' is '%.60s': one of these is needed: %s", row->name, s, list);
    }
    default:
        return fail(r, at, "'%s' cannot be a plain value", row->name);
    }
}

// ---------------------------------------------------------------- mappings and lists

static const char *scalar_text(const yaml_node_t *n)
{
    return (const char *)n->data.scalar.value;
}

static bool read_mapping(struct reader *r, const yaml_node_t *node, const struct config_row *rows,
                         unsigned char *target, int depth);

static bool set_defaults(struct reader *r, const struct config_row *rows, unsigned char *target)
{
    for (; rows->name != NULL; rows++) {
        if (rows->type == CONFIG_GROUP) {
            if (!set_defaults(r, rows->rows, target + rows->offset)) {
                return false;
            }
        } else if (rows->fallback != NULL && rows->type != CONFIG_LIST && rows->type != CONFIG_MAP &&
                   !set_scalar(r, NULL, rows, rows->fallback, target)) {
            return false;
        }
    }
    return true;
}

static bool read_pairs(struct reader *r, const yaml_node_t *node, const struct config_row *row,
                       unsigned char *target)
{
    struct config_pairs *pairs = (struct config_pairs *)(void *)(target + row->offset);
    if (node->type != YAML_MAPPING_NODE) {
        return fail(r, node, "'%s' must be a mapping (key: text)", row->name);
    }
    size_t n = (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (n > PAIRS_MAX) {
        return fail(r, node, "'%s' has %zu entries, at most %d are allowed", row->name, n, PAIRS_MAX);
    }
    pairs->items = calloc(n + 1, sizeof *pairs->items);
    if (pairs->items == NULL) {
        return fail(r, node, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *k = yaml_document_get_node(r->doc, node->data.mapping.pairs.start[i].key);
        const yaml_node_t *v = yaml_document_get_node(r->doc, node->data.mapping.pairs.start[i].value);
        if (k->type != YAML_SCALAR_NODE || v->type != YAML_SCALAR_NODE) {
            return fail(r, v, "'%s' takes plain texts only", row->name);
        }
        for (size_t j = 0; j < pairs->count; j++) {
            if (strcmp(pairs->items[j].key, scalar_text(k)) == 0) {
                return fail(r, k, "'%s' stands twice", scalar_text(k));
            }
        }
        pairs->items[i].key = strdup(scalar_text(k));
        pairs->items[i].value = strdup(scalar_text(v));
        pairs->count = i + 1;
        if (pairs->items[i].key == NULL || pairs->items[i].value == NULL) {
            return fail(r, node, "out of memory");
        }
    }
    return true;
}

static bool read_list(struct reader *r, const yaml_node_t *node, const struct config_row *row,
                      unsigned char *target, int depth)
{
    struct config_list *list = (struct config_list *)(void *)(target + row->offset);
    if (node->type != YAML_SEQUENCE_NODE) {
        return fail(r, node, "'%s' must be a list", row->name);
    }
    size_t n = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    if (n > LIST_MAX) {
        return fail(r, node, "'%s' has %zu items, at most %d are allowed", row->name, n, LIST_MAX);
    }
    list->items = calloc(n + 1, row->item_bytes);
    if (list->items == NULL) {
        return fail(r, node, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        const yaml_node_t *item = yaml_document_get_node(r->doc, node->data.sequence.items.start[i]);
        unsigned char *at = (unsigned char *)list->items + i * row->item_bytes;
        list->count = i + 1; // so that a failure frees what is there
        if (++r->nodes > NODES_MAX) {
            return fail(r, item, "more than %d values", NODES_MAX);
        }
        if (row->rows[0].name[0] == '\0') {
            if (item->type != YAML_SCALAR_NODE) {
                return fail(r, item, "'%s' takes plain values only", row->name);
            }
            struct config_row scalar = row->rows[0];
            scalar.name = row->name;
            if (!set_scalar(r, item, &scalar, scalar_text(item), at)) {
                return false;
            }
            continue;
        }
        if (!set_defaults(r, row->rows, at) || !read_mapping(r, item, row->rows, at, depth + 1)) {
            return false;
        }
        if (row->line_offset != 0) {
            *(int *)(void *)(at + row->line_offset - 1) = (int)item->start_mark.line + 1;
        }
        if (row->column_offset != 0) {
            *(int *)(void *)(at + row->column_offset - 1) = (int)item->start_mark.column + 1;
        }
    }
    return true;
}

static bool clear_default(const struct config_row *row, unsigned char *target)
{
    if (row->type == CONFIG_STRING) {
        free(*(char **)(void *)(target + row->offset));
        *(char **)(void *)(target + row->offset) = NULL;
    }
    return true;
}

static bool read_value(struct reader *r, const yaml_node_t *node, const struct config_row *row,
                       unsigned char *target, int depth)
{
    if (++r->nodes > NODES_MAX) {
        return fail(r, node, "more than %d values", NODES_MAX);
    }
    switch (row->type) {
    case CONFIG_GROUP:
        return read_mapping(r, node, row->rows, target + row->offset, depth + 1);
    case CONFIG_LIST:
        return read_list(r, node, row, target, depth);
    case CONFIG_MAP:
        return read_pairs(r, node, row, target);
    default:
        if (node->type != YAML_SCALAR_NODE) {
            return fail(r, node, "'%s' takes a plain value", row->name);
        }
        return clear_default(row, target) && set_scalar(r, node, row, scalar_text(node), target);
    }
}

static bool unknown_key(struct reader *r, const yaml_node_t *k, const struct config_row *rows)
{
    const char *known[64];
    size_t n = 0;
    for (; rows->name != NULL && n < 63; rows++) {
        known[n++] = rows->name;
    }
    known[n] = NULL;
    const char *near = ident_nearest(scalar_text(k), known);
    return near != NULL ? fail(r, k, "unknown key '%.60s', did you mean '%s'?", scalar_text(k), near)
                        : fail(r, k, "unknown key '%.60s'", scalar_text(k));
}

static bool read_mapping(struct reader *r, const yaml_node_t *node, const struct config_row *rows,
                         unsigned char *target, int depth)
{
    if (depth > DEPTH_MAX) {
        return fail(r, node, "nested too deeply");
    }
    if (node->type != YAML_MAPPING_NODE) {
        return fail(r, node, "a mapping (key: value) is needed here");
    }
    uint64_t seen = 0; // bit per row; a table has fewer than 64
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(r->doc, p->key);
        const yaml_node_t *v = yaml_document_get_node(r->doc, p->value);
        if (k->type != YAML_SCALAR_NODE) {
            return fail(r, k, "a key must be a plain word");
        }
        size_t i = 0;
        while (rows[i].name != NULL && strcmp(rows[i].name, scalar_text(k)) != 0) {
            i++;
        }
        if (rows[i].name == NULL) {
            return unknown_key(r, k, rows);
        }
        if ((seen >> i & 1) != 0) {
            return fail(r, k, "'%s' stands twice", rows[i].name);
        }
        seen |= (uint64_t)1 << i;
        if (!read_value(r, v, &rows[i], target, depth)) {
            return false;
        }
    }
    for (size_t i = 0; rows[i].name != NULL; i++) {
        if (rows[i].required && (seen >> i & 1) == 0) {
            return fail(r, node, "'%s' is missing here (%s)", rows[i].name, rows[i].help);
        }
    }
    return true;
}

// ---------------------------------------------------------------- entry points

static size_t rows_end(const struct config_row *rows)
{
    size_t end = 0;
    for (; rows->name != NULL; rows++) {
        size_t size = 0;
        switch (rows->type) {
        case CONFIG_STRING:
            size = sizeof(char *);
            break;
        case CONFIG_IDENT:
            size = sizeof(struct ident);
            break;
        case CONFIG_INT:
        case CONFIG_DURATION:
        case CONFIG_ROOM:
            size = sizeof(int64_t);
            break;
        case CONFIG_NUMBER:
            size = sizeof(double);
            break;
        case CONFIG_BOOL:
            size = sizeof(bool);
            break;
        case CONFIG_ENUM:
            size = sizeof(int);
            break;
        case CONFIG_GROUP:
            size = rows_end(rows->rows);
            break;
        case CONFIG_LIST:
            size = sizeof(struct config_list);
            break;
        case CONFIG_MAP:
            size = sizeof(struct config_pairs);
            break;
        }
        end = rows->offset + size > end ? rows->offset + size : end;
    }
    return end;
}

static void not_yaml(const yaml_parser_t *p, const char *name, struct config_error *ret_error)
{
    const char *problem = p->problem != NULL ? p->problem : "unknown problem";
    size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;
    if (p->context != NULL)
        snprintf(ret_error->text, sizeof ret_error->text, "%s:%zu:%zu: not YAML: %s, %s", name, line, column, p->context,
                 problem);
    else
        snprintf(ret_error->text, sizeof ret_error->text, "%s:%zu:%zu: not YAML: %s", name, line, column, problem);
}

bool config_parse(const char *name, const char *text, size_t n, const struct config_row *rows, void *target,
                  struct config_error *ret_error)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    struct reader r = {.name = name, .doc = &doc, .error = ret_error};
    memset(target, 0, rows_end(rows));
    if (!yaml_parser_initialize(&parser)) {
        return fail(&r, NULL, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
    if (!yaml_parser_load(&parser, &doc)) {
        not_yaml(&parser, name, ret_error);
        yaml_parser_delete(&parser);
        return false;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&doc);
    bool ok = root != NULL ? set_defaults(&r, rows, target) && read_mapping(&r, root, rows, target, 0)
                           : fail(&r, NULL, "the file is empty");
    yaml_document_delete(&doc);
    yaml_parser_delete(&parser);
    if (!ok) {
        config_free(rows, target);
    }
    return ok;
}

bool config_load(const char *path, const struct config_row *rows, void *target,
                 struct config_error *ret_error)
{
    memset(target, 0, rows_end(rows));
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        snprintf(ret_error->text, sizeof ret_error->text, "%s: cannot be read: %s", path, strerror(errno));
        return false;
    }
    char *text = malloc(FILE_MAX_BYTES + 1);
    size_t n = text != NULL ? fread(text, 1, FILE_MAX_BYTES + 1, f) : 0;
    bool read_ok = text != NULL && !ferror(f);
    fclose(f);
    bool ok = false;
    if (!read_ok) {
        snprintf(ret_error->text, sizeof ret_error->text, "%s: cannot be read: %s", path, strerror(errno));
    } else if (n > FILE_MAX_BYTES) {
        snprintf(ret_error->text, sizeof ret_error->text, "%s: larger than 1 MiB", path);
    } else {
        ok = config_parse(path, text, n, rows, target, ret_error);
    }
    free(text);
    return ok;
}

void config_free(const struct config_row *rows, void *target)
{
    for (; rows->name != NULL; rows++) {
        unsigned char *field = (unsigned char *)target + rows->offset;
        if (rows->type == CONFIG_STRING) {
            free(*(char **)(void *)field);
            *(char **)(void *)field = NULL;
        } else if (rows->type == CONFIG_GROUP) {
            config_free(rows->rows, field);
        } else if (rows->type == CONFIG_LIST) {
            struct config_list *list = (struct config_list *)(void *)field;
            for (size_t i = 0; i < list->count; i++) {
                config_free(rows->rows, (unsigned char *)list->items + i * rows->item_bytes);
            }
            free(list->items);
            *list = (struct config_list){0};
        } else if (rows->type == CONFIG_MAP) {
            struct config_pairs *pairs = (struct config_pairs *)(void *)field;
            for (size_t i = 0; i < pairs->count; i++) {
                free(pairs->items[i].key);
                free(pairs->items[i].value);
            }
            free(pairs->items);
            *pairs = (struct config_pairs){0};
        }
    }
}

static void print_rows(const struct config_row *rows, FILE *f, int indent)
{
    static const char *const types[] = {"text", "id", "whole number", "number", "true|false", "time",
                                        "room", "",   "",             "list",   "texts"};
    for (; rows->name != NULL; rows++) {
        char kind[120] = "";
        if (rows->type == CONFIG_ENUM) {
            for (int i = 0; rows->choices[i] != NULL; i++) {
                size_t n = strlen(kind);
                snprintf(kind + n, sizeof kind - n, "%s%s", i > 0 ? "|" : "", rows->choices[i]);
            }
        } else {
            snprintf(kind, sizeof kind, "%s", types[rows->type]);
        }
        fprintf(f, "%*s%s:%s%s", indent, "", rows->name, rows->fallback != NULL ? " " : "",
                rows->fallback != NULL ? rows->fallback : "");
        fprintf(f, "  # %s%s%s%s\n", kind, kind[0] != '\0' ? "; " : "", rows->required ? "required; " : "",
                rows->help != NULL ? rows->help : "");
        if (rows->rows != NULL && rows->rows[0].name[0] != '\0') {
            if (rows->type == CONFIG_LIST) {
                fprintf(f, "%*s-\n", indent + 2, "");
            }
            print_rows(rows->rows, f, indent + (rows->type == CONFIG_LIST ? 4 : 2));
        }
    }
}

void config_print_help(const struct config_row *rows, void *stream)
{
    print_rows(rows, stream, 0);
}
