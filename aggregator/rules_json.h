// rules: a rule's body as JSON in the store, to and from the engine's rule and the configuration's standard.
// jansson.
#ifndef PUAS_AGGREGATOR_RULES_JSON_H
#define PUAS_AGGREGATOR_RULES_JSON_H

#include "aggregator/engine.h"
#include "aggregator/settings.h"

// JSON text of a standard with sorted keys, malloc'd: equal standards give equal texts. NULL: out of memory.
char *rule_encode(const struct seed_standard *s);
// Everything of the engine's rule but id, version and place. False: it is not of that form.
bool rule_decode(const char *body, struct engine_rule *ret_r);

// The same for surveys: JSON with texts and reasons, and back for export.
char *survey_encode(const struct seed_survey *s);

// True when two bodies judge alike: they differ in names at most.
bool rules_alike(const char *a, const char *b);

#endif
