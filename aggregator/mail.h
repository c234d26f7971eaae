// mail: the headers of a notification as an e-mail. Pure. Its two bodies are notice_plain and notice_html.
#ifndef PUAS_AGGREGATOR_MAIL_H
#define PUAS_AGGREGATOR_MAIL_H

#include "aggregator/notice.h"

enum { MAIL_HEADERS = 10, MAIL_HEADER_MAX = 16 * 1024 };

struct mail {
    char *headers[MAIL_HEADERS]; // owned, "Name: text", folded where it is long
    int count;
};

// Message-ID is the notification's id at the sender's domain: the same in each attempt. References names the alert, so that
// mail programs show what belongs together. now: for Date. False: out of memory, nothing to finish.
bool mail_make(const struct channel *c, const struct notice *n, const struct notice_text *t, wall_ms now,
               struct mail *ret_m);
void mail_finish(struct mail *m); // accepts a zeroed one

#endif
