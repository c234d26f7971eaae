// retention: how long what is kept, as a text: three numbers of days, contact data, words, answers; 0: for ever. Pure.
#ifndef PUAS_AGGREGATOR_RETENTION_H
#define PUAS_AGGREGATOR_RETENTION_H

#include "aggregator/settings.h"

#define RETENTION_OWN "retention-own"  // store_setting: what was chosen in Manage; "": nothing
#define RETENTION_IN_FORCE "retention" // what the aggregator deletes by
enum { RETENTION_TEXT = 40 };

void retention_text(const struct settings_retention *r, char ret[RETENTION_TEXT]);
// False, and *ret_r as it was: it is none, or out of range (as the rows of the settings have it).
bool retention_parse(const char *text, struct settings_retention *ret_r);

#endif
