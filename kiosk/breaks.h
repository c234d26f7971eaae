// breaks: where a line may end: at spaces, between Chinese characters, between Thai words. Pure; Thai words
// are asked from the caller, since they need a dictionary.
//
// A small part of the Unicode Line Breaking Algorithm (UAX #14), which the languages of the kiosk need: no
// line begins with closing punctuation or ends with opening punctuation, and none breaks before a mark.
#ifndef PUAS_KIOSK_BREAKS_H
#define PUAS_KIOSK_BREAKS_H

#include <stdint.h>

enum { BREAKS_MAX = 256 };

// Fills in where words begin in `count` Thai characters, in characters, without 0 and `count`. Returns how
// many. NULL: Thai is broken at spaces alone.
typedef int breaks_thai(void *ctx, const uint32_t *characters, int count, int *ret, int max);

// Byte offsets at which a line may end, ascending, the text's length last; spaces before them do not count.
int breaks_find(const char *text, breaks_thai *thai, void *ctx, int ret[BREAKS_MAX]);

#endif
