#include "kiosk/speech_sdl.h"

#include "shared/log.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>

enum { PATH_BYTES = 1200, RATE = 22050, PAUSE_MS = 250 };

struct speech {
    const char *folder;
    SDL_AudioDeviceID device; // 0: closed
    bool told;                // that there is no sound: once is enough
};

static const SDL_AudioSpec wanted = {.freq = RATE, .format = AUDIO_S16SYS, .channels = 1, .samples = 2048};

struct speech *speech_create(const char *folder)
{
    struct speech *s = calloc(1, sizeof *s);
    if (s)
        s->folder = folder;
    return s;
}

static void close_device(struct speech *s)
{
    if (s->device == 0)
        return;
    SDL_CloseAudioDevice(s->device);
    SDL_QuitSubSystem(SDL_INIT_AUDIO);
    s->device = 0;
}

void speech_destroy(struct speech *s)
{
    if (!s)
        return;
    close_device(s);
    free(s);
}

static bool open_device(struct speech *s)
{
    if (s->device != 0)
        return true;
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) == 0) {
        s->device = SDL_OpenAudioDevice(NULL, 0, &wanted, NULL, 0);
        if (s->device != 0)
            return true;
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
    if (!s->told)
        log_event(LOG_WARN, "no_sound", "why=%Q", SDL_GetError());
    s->told = true;
    return false;
}

// A file's samples in our format and volume; owned by the caller (SDL_free). NULL: it is not there or not
// usable.
static Uint8 *load(const struct speech *s, const char *name, int volume, Uint32 *ret_bytes)
{
    char path[PATH_BYTES];
    SDL_AudioSpec spec;
    Uint8 *raw = NULL;
    Uint32 n = 0;
    SDL_AudioCVT convert;
    snprintf(path, sizeof path, "%s/%s", s->folder, name);
    if (!SDL_LoadWAV(path, &spec, &raw, &n))
        return NULL;
    int needed = SDL_BuildAudioCVT(&convert, spec.format, spec.channels, spec.freq, wanted.format,
                                   wanted.channels, wanted.freq);
    Uint8 *out = NULL;
    if (needed >= 0) {
        convert.len = (int)n;
        convert.buf = SDL_malloc((size_t)n * (size_t)convert.len_mult);
        if (convert.buf) {
            SDL_memcpy(convert.buf, raw, n);
            if (needed > 0)
                SDL_ConvertAudio(&convert);
            n = needed > 0 ? (Uint32)convert.len_cvt : n;
            out = SDL_calloc(1, n);
            if (out)
                SDL_MixAudioFormat(out, convert.buf, wanted.format, n, SDL_MIX_MAXVOLUME * volume / 100);
            SDL_free(convert.buf);
        }
    }
    SDL_FreeWAV(raw);
    *ret_bytes = n;
    return out;
}

int speech_say(struct speech *s, const char *const *names, int count, int volume)
{
    static const Sint16 silence[RATE * PAUSE_MS / 1000];
    int said = 0;
    if (!s || volume <= 0)
        return 0;
    if (s->device != 0)
        SDL_ClearQueuedAudio(s->device);
    for (int i = 0; i < count; i++) {
        Uint32 n = 0;
        Uint8 *samples = load(s, names[i], volume, &n);
        if (!samples)
            continue;
        if (open_device(s)) {
            said += SDL_QueueAudio(s->device, samples, n) == 0;
            SDL_QueueAudio(s->device, silence, sizeof silence);
        }
        SDL_free(samples);
    }
    if (said > 0)
        SDL_PauseAudioDevice(s->device, 0);
    return said;
}

void speech_stop(struct speech *s)
{
    if (s)
        close_device(s);
}

bool speech_is_talking(const struct speech *s)
{
    return s && s->device != 0 && SDL_GetQueuedAudioSize(s->device) > 0;
}
