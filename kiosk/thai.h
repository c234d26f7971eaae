// thai: where the words of Thai text begin; Thai is written without spaces between them. Edge:
// thai_libthai.c, which loads libthai's dictionary when it is first asked.
#ifndef PUAS_KIOSK_THAI_H
#define PUAS_KIOSK_THAI_H

#include <stdint.h>

struct thai;

struct thai *thai_create(void);    // NULL when memory runs out
void thai_destroy(struct thai *t); // accepts NULL

// A breaks_thai: pass the thai as its context. 0 also where there is no dictionary.
int thai_words(void *thai, const uint32_t *characters, int count, int *ret, int max);

#endif
