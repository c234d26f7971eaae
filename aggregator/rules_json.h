// rules: a rule's body as JSON in the store, to and from the engine's rule and the configuration's standard.
// jansson.
#ifndef PUAS_AGGREGATOR_RULES_JSON_H
#define PUAS_AGGREGATOR_RULES_JSON_H

#include "aggregator/engine.h"
#include "aggregator/settings.h"

// JSON text of a standard with sorted keys, malloc'd: equal standards give equal texts. NULL: out of memory.
char *rule_encode(const struct seed_standard *s);
// A standard by itself, as YAML of setting_rows, checked as those of the configuration are: its body, malloc'd, in the
// form of rule_encode. NULL: ret_why (n bytes) says what is wrong, or memory ran out. `name` stands in it.
char *rule_read(const char *name, const char *text, char *ret_why, size_t n);
// Everything of the engine's rule but id, version and place. False: it is not of that form.
bool rule_decode(const char *body, struct engine_rule *ret_r);

// The same for surveys: JSON with texts and reasons, and back for export.
char *survey_encode(const struct seed_survey *s);

// What a body says to people. Is there such a step in the playbook? What may the role give, in units of money?
bool rule_has_step(const char *body, const char *step);
// The steps of its ladder, from 1. False: the callback has said so.
bool rule_each_step(const char *body, bool (*each)(void *ctx, int step, int64_t after_ms, const char *channel),
                    void *ctx);
// Its goal. False: it has none.
struct trend_goal;
bool rule_goal(const char *body, struct trend_goal *ret_g);
int64_t rule_recovery(const char *body, enum role role); // 0: nothing

// True when two bodies judge alike: they differ at most in names and in what they say to people.
bool rules_alike(const char *a, const char *b);

#endif
