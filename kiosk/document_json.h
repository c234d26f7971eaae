// document: what the aggregator says of this kiosk (PROTOCOL.md, config, `document`). Edge: document_json.c
// (jansson).
#ifndef PUAS_KIOSK_DOCUMENT_JSON_H
#define PUAS_KIOSK_DOCUMENT_JSON_H

#include "shared/ident.h"

#include <stdbool.h>
#include <stddef.h>

struct document {
    struct ident kiosk, branch, place; // place empty: the branch itself
    char *content; // owned JSON, for content_parse; NULL: none, the kiosk keeps to its own file
    size_t n;
};

// False: `why` (size bytes) is one line, *ret_d untouched.
bool document_read(const char *text, size_t n, struct document *ret_d, char *why, size_t size);
void document_finish(struct document *d); // accepts NULL and a zeroed one

#endif
