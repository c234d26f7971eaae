// app: what happens by itself, and when.
#include "kiosk/app_impl.h"

static int animation_ms(const struct app *a)
{
    if (a->options.still)
        return 0;
    switch (a->screen) {
    case APP_PRESSED:
        return a->options.press_ms;
    case APP_QUESTION:
        return a->step > 0 ? APP_REVEAL_MS : 0;
    default:
        return APP_REVEAL_MS;
    }
}

int app_progress(const struct app *a)
{
    int whole = animation_ms(a);
    mono_ms gone = a->now - a->since;
    if (whole <= 0 || gone >= whole)
        return 1000;
    return gone <= 0 ? 0 : (int)(gone * 1000 / whole);
}

mono_ms app_idle_since(const struct app *a)
{
    return app_is_first(a) && a->options.scenes > 0 ? a->touched + a->options.idle_ms : -1;
}

int app_wave(const struct app *a)
{
    mono_ms idle = app_idle_since(a);
    if (a->options.still || idle < 0 || a->now < idle)
        return -1;
    mono_ms gone = (a->now - idle) % a->options.scene_ms;
    return gone < APP_WAVE_MS ? (int)(gone * 1000 / APP_WAVE_MS) : -1;
}

mono_ms app_deadline(const struct app *a)
{
    const struct app_options *o = &a->options;
    switch (a->screen) {
    case APP_PRESSED:
        return a->since + (!a->answered ? 2 * o->save_timeout_ms + 1000 : a->leaving ? 0 : o->press_ms);
    case APP_THANKS:
        return a->since + o->thanks_ms;
    case APP_TRY_AGAIN:
        return a->since + o->try_again_ms;
    case APP_OUT_OF_SERVICE:
        return a->fault != APP_REASON_NONE ? -1 : a->since + o->service_retry_ms;
    case APP_SERVICE:
        return a->touched + service_idle_ms(&a->service);
    case APP_QUESTION:
        if (a->step > 0)
            return a->touched + (app_is_typing(a) ? o->typing_ms : o->step_ms);
        return a->closed ? a->touched + o->awake_ms : -1;
    default:
        return -1;
    }
}

// When "still there?" is asked, or -1.
static mono_ms warning_at(const struct app *a)
{
    return a->screen == APP_QUESTION && a->step > 0 ? app_deadline(a) - a->options.warn_ms : -1;
}

int app_warning(const struct app *a)
{
    mono_ms at = warning_at(a), left = app_deadline(a) - a->now;
    if (at < 0 || a->now < at || a->options.warn_ms <= 0)
        return -1;
    return left <= 0 ? 0 : (int)(left * 1000 / a->options.warn_ms);
}

mono_ms app_opens_service_at(const struct app *a)
{
    bool may =
        a->options.service_pin[0] && a->screen != APP_PRESSED && a->screen != APP_SERVICE && !app_has_unsaved(a);
    mono_ms since = fingers_holding(&a->fingers, TARGET_CORNER);
    return may && since >= 0 && a->now - since < FINGERS_STALE_MS ? since + APP_HOLD_MS : -1;
}

static void sooner(mono_ms *ret_at, mono_ms at)
{
    if (at >= 0 && (*ret_at < 0 || at < *ret_at))
        *ret_at = at;
}

mono_ms app_next_wake(const struct app *a)
{
    mono_ms at = -1, idle = app_idle_since(a), warning = warning_at(a);
    sooner(&at, app_deadline(a));
    sooner(&at, app_opens_service_at(a));
    if (app_progress(a) < 1000)
        sooner(&at, a->now + APP_FRAME_MS);
    if (app_is_at_rest(a))
        sooner(&at, a->lang_until);
    if (warning >= 0)
        sooner(&at, a->now < warning ? warning : a->now + (a->options.still ? 1000 : 250));
    if (app_wave(a) >= 0)
        sooner(&at, a->now + APP_WAVE_FRAME_MS);
    else if (idle >= 0) // the next scene
        sooner(&at,
               a->now < idle ? idle : a->now + a->options.scene_ms - (a->now - idle) % a->options.scene_ms);
    return at;
}
