// manage_items: the things of the configuration's document as JSON, for the files that change and show them (manage_json.c,
// views_manage_sqlite.c). Not for others.
#ifndef PUAS_AGGREGATOR_MANAGE_ITEMS_H
#define PUAS_AGGREGATOR_MANAGE_ITEMS_H

#include "aggregator/manage.h"

#include <jansson.h>

// The document, YAML or JSON, as a new reference. NULL: ret_why (n bytes) says why not.
json_t *manage_read(const char *document, char *ret_why, size_t n);
const char *manage_id_key(const char *list); // static: the field by which a list's things are named
bool manage_version(const json_t *item, char ret[MANAGE_VERSION + 1]); // false: out of memory
void manage_version_of(const char *item, char ret[MANAGE_VERSION + 1]); // of its text: compact, keys ascending

#endif
