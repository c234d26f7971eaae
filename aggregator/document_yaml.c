// document: libyaml's document API walked into jansson values.
#include "aggregator/document.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 32 };

struct walk {
    const char *name;
    yaml_document_t *doc;
    size_t bytes, max; // of texts so far, as often as aliases repeat them; the end is measured exactly
    char *why;
    size_t n;
};

__attribute__((format(printf, 3, 4))) static json_t *wrong(struct walk *w, const yaml_node_t *at,
                                                           const char *fmt, ...)
{
    int n =
        snprintf(w->why, w->n, "%s:%zu:%zu: ", w->name, at->start_mark.line + 1, at->start_mark.column + 1);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(w->why + n, w->n - (size_t)n, fmt, ap);
    va_end(ap);
    return NULL;
}

// ---------------------------------------------------------------- scalars

// What YAML's readers fold, refuse or take for the end of a line, within a text that came through an escape.
static bool is_odd(const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char a = s[i], b = i + 1 < n ? s[i + 1] : 0, c = i + 2 < n ? s[i + 2] : 0;
        if ((a < ' ' && a != '\n' && a != '\t') || a == 127 || (a == 0xc2 && b < 0xa0) ||
            (a == 0xe2 && b == 0x80 && (c == 0xa8 || c == 0xa9)) || (a == 0xef && b == 0xbb && c == 0xbf) ||
            (a == 0xef && b == 0xbf && c >= 0xbe)) {
            return true;
        }
    }
    return false;
}

// The number that a plain scalar is, if writing it gives the same characters again; else NULL.
static json_t *number(const char *s)
{
    char *end, again[40];
    bool whole = s[strspn(s, "-0123456789")] == '\0';
    if (strlen(s) > 20 || s[strspn(s, "-.0123456789")] != '\0' || s[strcspn(s, "0123456789")] == '\0') {
        return NULL;
    }
    if (whole) {
        long long v = strtoll(s, &end, 10);
        snprintf(again, sizeof again, "%lld", v);
        bool fits = v < (1LL << 53) && v > -(1LL << 53);
        return *end == '\0' && fits && strcmp(s, again) == 0 ? json_integer(v) : NULL;
    }
    double v = strtod(s, &end);
    json_t *real = *end == '\0' ? json_real(v) : NULL;
    char *text = real != NULL ? json_dumps(real, JSON_ENCODE_ANY) : NULL;
    bool same = text != NULL && strcmp(text, s) == 0;
    free(text);
    if (!same) {
        json_decref(real);
    }
    return same ? real : NULL;
}

static json_t *scalar(struct walk *w, const yaml_node_t *node)
{
    const char *s = (const char *)node->data.scalar.value;
    size_t n = node->data.scalar.length;
    if (is_odd((const unsigned char *)s, n)) {
        return wrong(w, node, "the text holds control characters or line separators");
    }
    json_t *v = NULL;
    if (node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE) {
        v = strcmp(s, "true") == 0 ? json_true() : strcmp(s, "false") == 0 ? json_false() : number(s);
    }
    v = v != NULL ? v : json_stringn(s, n);
    return v != NULL ? v : wrong(w, node, "out of memory");
}

// ---------------------------------------------------------------- nodes

static json_t *convert(struct walk *w, const yaml_node_t *node, int depth);

// Aliases that repeat each other grow without end: what has been written so far is counted, at least a byte a
// node.
static bool count(struct walk *w, const yaml_node_t *node)
{
    w->bytes += node->type == YAML_SCALAR_NODE ? node->data.scalar.length + 1 : 1;
    return w->bytes <= w->max;
}

static json_t *mapping(struct walk *w, const yaml_node_t *node, int depth)
{
    json_t *o = json_object();
    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         o != NULL && p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(w->doc, p->key);
        const char *key = (const char *)k->data.scalar.value;
        json_t *v = NULL;
        if (k->type != YAML_SCALAR_NODE) {
            wrong(w, k, "a key must be a plain word");
        } else if (is_odd((const unsigned char *)key, k->data.scalar.length)) {
            wrong(w, k, "the key holds control characters or line separators");
        } else if (json_object_get(o, key) != NULL) {
            wrong(w, k, "'%.60s' stands twice", key);
        } else if (!count(w, k)) {
            wrong(w, k, "the document is larger than %zu bytes", w->max);
        } else {
            v = convert(w, yaml_document_get_node(w->doc, p->value), depth + 1);
        }
        if (v == NULL || json_object_set_new(o, key, v) != 0) {
            json_decref(o);
            return v == NULL ? NULL : wrong(w, k, "out of memory");
        }
    }
    return o;
}

static json_t *sequence(struct walk *w, const yaml_node_t *node, int depth)
{
    json_t *list = json_array();
    for (const yaml_node_item_t *i = node->data.sequence.items.start;
         list != NULL && i < node->data.sequence.items.top; i++) {
        json_t *v = convert(w, yaml_document_get_node(w->doc, *i), depth + 1);
        if (v == NULL || json_array_append_new(list, v) != 0) {
            json_decref(list);
            return v == NULL ? NULL : wrong(w, node, "out of memory");
        }
    }
    return list;
}

static json_t *convert(struct walk *w, const yaml_node_t *node, int depth)
{
    if (depth > DEPTH_MAX) {
        return wrong(w, node, "nested too deeply");
    }
    if (!count(w, node)) {
        return wrong(w, node, "the document is larger than %zu bytes", w->max);
    }
    switch (node->type) {
    case YAML_MAPPING_NODE:
        return mapping(w, node, depth);
    case YAML_SEQUENCE_NODE:
        return sequence(w, node, depth);
    default:
        return scalar(w, node);
    }
}

char *document_json(const char *name, const char *yaml, size_t bytes, size_t max, char *why, size_t n)
{
    yaml_parser_t parser;
    yaml_document_t doc;
    struct walk w = {.name = name, .doc = &doc, .max = 2 * max, .why = why, .n = n};
    char *text = NULL;
    snprintf(why, n, "%s: out of memory", name);
    if (!yaml_parser_initialize(&parser)) {
        return NULL;
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, bytes);
    if (!yaml_parser_load(&parser, &doc)) {
        snprintf(why, n, "%s:%zu:%zu: not YAML: %s", name, parser.problem_mark.line + 1,
                 parser.problem_mark.column + 1, parser.problem != NULL ? parser.problem : "unknown problem");
        yaml_parser_delete(&parser);
        return NULL;
    }
    const yaml_node_t *root = yaml_document_get_root_node(&doc);
    json_t *value = NULL;
    if (root == NULL) {
        snprintf(why, n, "%s: the document is empty", name);
    } else {
        value = convert(&w, root, 0);
    }
    if (value != NULL) {
        text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    }
    json_decref(value);
    yaml_document_delete(&doc);
    yaml_parser_delete(&parser);
    size_t size = text != NULL ? strlen(text) : 0;
    if (size > max) {
        snprintf(why, n, "%s: %zu bytes as JSON; at most %zu fit", name, size, max);
        free(text);
        return NULL;
    }
    return text;
}
