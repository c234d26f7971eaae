// fill: a text with {{name}} in it, filled in. Pure.
#ifndef PUAS_AGGREGATOR_FILL_H
#define PUAS_AGGREGATOR_FILL_H

#include <stdbool.h>
#include <stddef.h>

// In the order of fill_name.
#define FILL_NAMES "id, event, title, text, alert, rule, branch, place, link, at, channel, secret"
enum fill_name {
    FILL_ID,
    FILL_EVENT,
    FILL_TITLE,
    FILL_TEXT,
    FILL_ALERT,
    FILL_RULE,
    FILL_BRANCH,
    FILL_PLACE,
    FILL_LINK,
    FILL_AT,
    FILL_CHANNEL,
    FILL_SECRET,
    FILL_COUNT,
};
enum fill_escape {
    FILL_PLAIN, // control characters become spaces: for a header
    FILL_RAW,   // as it is
    FILL_JSON,  // as between the quotes of a JSON string
    FILL_FORM,  // as in a form or an address: %20
};

// True when every {{name}} is known; else the first other one, cut to n bytes.
bool fill_check(const char *text, char *ret_unknown, size_t n);
// values[enum fill_name], borrowed. A text of its own, malloc'd; NULL: out of memory.
char *fill(const char *text, const char *const values[FILL_COUNT], enum fill_escape escape);

#endif
