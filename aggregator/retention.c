// retention: the text of the three numbers.
#include "aggregator/retention.h"

#include <stdio.h>

enum { CONTACTS_MOST = 365, MOST = 36500 }; // days, as in settings.c

void retention_text(const struct settings_retention *r, char ret[RETENTION_TEXT])
{
    snprintf(ret, RETENTION_TEXT, "%lld %lld %lld", (long long)r->contacts_days, (long long)r->comments_days,
             (long long)r->raw_days);
}

bool retention_parse(const char *text, struct settings_retention *ret_r)
{
    long long contacts, comments, raw;
    char more;
    if (sscanf(text, "%8lld %8lld %8lld%c", &contacts, &comments, &raw, &more) != 3 || contacts < 1 ||
        contacts > CONTACTS_MOST || comments < 0 || comments > MOST || raw < 0 || raw > MOST) {
        return false;
    }
    *ret_r = (struct settings_retention){contacts, comments, raw};
    return true;
}
