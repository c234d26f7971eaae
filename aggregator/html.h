// html: text as HTML, for mails. Pure.
#ifndef PUAS_AGGREGATOR_HTML_H
#define PUAS_AGGREGATOR_HTML_H

#include <stdio.h>

// Writes `text` so that nothing in it is markup, in an element or in a quoted attribute.
void html_put(FILE *f, const char *text);

#endif
