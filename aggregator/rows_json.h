// rows_json: what was read by the rows of a configuration (shared/config.h), as the JSON that the same rows read as the same again.
// What a row falls back to is left out, so that equal things are equal texts. Not of CONFIG_ROOM. jansson; any thread.
#ifndef PUAS_AGGREGATOR_ROWS_JSON_H
#define PUAS_AGGREGATOR_ROWS_JSON_H

#include "shared/config.h"

// One object, its keys in the order of the rows. malloc'd; NULL: memory ran out.
char *rows_json(const struct config_row *rows, const void *target);

#endif
