// speech: plays sentences one after the other, with SDL's audio. Edge. UI thread. The sound device is open
// only while there is something to say.
#ifndef PUAS_KIOSK_SPEECH_SDL_H
#define PUAS_KIOSK_SPEECH_SDL_H

#include <stdbool.h>

struct speech;

// `folder` holds LANG/HASH.wav (prompts.h); borrowed. NULL when memory runs out.
struct speech *speech_create(const char *folder);
void speech_destroy(struct speech *s); // accepts NULL

// Breaks off what is being said and says these files, those that are there, at `volume` percent. Returns
// how many are said: a file may be missing, or the sound device.
int speech_say(struct speech *s, const char *const *names, int count, int volume);
void speech_stop(struct speech *s);
bool speech_is_talking(const struct speech *s);

#endif
