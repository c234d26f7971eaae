// document: a YAML document as the JSON that goes over the wire. Edge: document_yaml.c (libyaml). Any thread.
//
// Plain true, false, whole numbers and decimals become JSON's own when they read back as the same characters;
// everything else is a text ("08:00", 007, 1.50, no, ~), as shared/config reads it. Both then mean the same
// to a kiosk.
#ifndef PUAS_AGGREGATOR_DOCUMENT_H
#define PUAS_AGGREGATOR_DOCUMENT_H

#include <stddef.h>

// Compact JSON, malloc'd. NULL: `why` (n bytes) says where and what, "NAME:3:7: ...". Refused besides bad
// YAML: keys that stand twice, control characters and line separators (YAML and JSON do not agree on those),
// more than `max` bytes.
char *document_json(const char *name, const char *yaml, size_t bytes, size_t max, char *why, size_t n);

#endif
