// prompts: what a screen says aloud, and the name of the file that holds each sentence. Pure.
//
// A sentence's file is LANG/HASH.wav: HASH is FNV-1a (64 bit, hex) of its text, so that changed words never
// speak with an old voice. assets/speech/make has them spoken by espeak-ng from `puas-kiosk --prompts`; a
// recording of the same name takes their place.
#ifndef PUAS_KIOSK_PROMPTS_H
#define PUAS_KIOSK_PROMPTS_H

#include "kiosk/stage.h"

enum { PROMPTS_MAX = 4, PROMPT_NAME_BYTES = 32 };

// The sentences of what is on the stage now, or of the target that has the focus. Text is borrowed. Returns
// how many.
int prompts_screen(const struct stage *s, const char *ret[PROMPTS_MAX]);
int prompts_focus(const struct stage *s, const char *ret[PROMPTS_MAX]);

// "id/8f3c...e1.wav"
void prompts_name(const char *lang, const char *text, char ret_name[PROMPT_NAME_BYTES]);

// Calls `each` for every sentence that a show can say, some of them more than once.
typedef void prompts_each_fn(void *ctx, const char *lang, const char *text);
void prompts_each(const struct show *s, prompts_each_fn *each, void *ctx);

#endif
