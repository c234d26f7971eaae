#include "kiosk/app.h"

#include <string.h>

const char *app_screen_name(enum app_screen s)
{
    static const char *const names[APP_SCREENS] = {"question", "pressed", "thanks", "try-again",
                                                   "out-of-service"};
    return names[s];
}

const char *app_reason_code(enum app_reason r)
{
    static const char *const codes[APP_REASONS] = {"", "disk-full", "outbox-error", "writer-silent"};
    return codes[r];
}

static const char *by_name(enum app_by by)
{
    static const char *const names[] = {"touch", "mouse", "key"};
    return names[by];
}

void app_init(struct app *a, const struct app_options *o, mono_ms now)
{
    *a = (struct app){.options = *o, .now = now, .since = now, .last_press = -1, .lang_until = -1};
    a->lang = o->lang_default;
    a->locked_until = now;
}

bool app_takes_answers(const struct app *a)
{
    return a->screen == APP_QUESTION;
}

// ---------------------------------------------------------------- time
static int animation_ms(const struct app *a)
{
    if (a->options.still)
        return 0;
    switch (a->screen) {
    case APP_PRESSED:
        return a->options.press_ms;
    case APP_THANKS:
    case APP_TRY_AGAIN:
    case APP_OUT_OF_SERVICE:
        return APP_REVEAL_MS;
    default:
        return 0;
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

// When the screen ends by itself, or -1.
static mono_ms screen_deadline(const struct app *a)
{
    const struct app_options *o = &a->options;
    switch (a->screen) {
    case APP_PRESSED:
        return a->since + (a->answered ? o->press_ms : 2 * o->save_timeout_ms + 1000);
    case APP_THANKS:
        return a->since + o->thanks_ms;
    case APP_TRY_AGAIN:
        return a->since + o->try_again_ms;
    case APP_OUT_OF_SERVICE:
        return a->fault != APP_REASON_NONE ? -1 : a->since + o->service_retry_ms;
    default:
        return -1;
    }
}

static void sooner(mono_ms *ret_at, mono_ms at)
{
    if (at >= 0 && (*ret_at < 0 || at < *ret_at))
        *ret_at = at;
}

static mono_ms next_wake(const struct app *a)
{
    mono_ms at = -1;
    sooner(&at, screen_deadline(a));
    if (app_progress(a) < 1000)
        sooner(&at, a->now + APP_FRAME_MS);
    if (app_takes_answers(a) || a->screen == APP_OUT_OF_SERVICE)
        sooner(&at, a->lang_until);
    return at;
}

// ---------------------------------------------------------------- changes
static void show(struct app *a, enum app_screen screen, struct app_effects *e)
{
    if (screen == APP_QUESTION && a->fault != APP_REASON_NONE) {
        screen = APP_OUT_OF_SERVICE;
        a->reason = a->fault;
    }
    a->screen = screen;
    a->since = a->now;
    if (screen != APP_OUT_OF_SERVICE)
        a->reason = APP_REASON_NONE;
    e->screen_changed = e->relayout = e->redraw = true;
}

static void out_of_service(struct app *a, enum app_reason reason, struct app_effects *e)
{
    a->reason = reason;
    show(a, APP_OUT_OF_SERVICE, e);
}

static void set_language(struct app *a, int lang, struct app_effects *e)
{
    a->lang_until = lang == a->options.lang_default ? -1 : a->now + a->options.language_return_ms;
    if (lang == a->lang)
        return;
    a->lang = lang;
    e->lang_changed = e->relayout = e->redraw = true;
}

static void set_focus(struct app *a, int target, struct app_effects *e)
{
    e->redraw |= a->focus != target;
    a->focus = target;
}

// The writer has answered and the press has been shown: say so.
static void show_result(struct app *a, struct app_effects *e)
{
    switch (a->result) {
    case SAVE_COMMITTED:
        show(a, APP_THANKS, e);
        break;
    case SAVE_TIMED_OUT:
        show(a, APP_TRY_AGAIN, e);
        break;
    case SAVE_FULL:
        out_of_service(a, APP_DISK_FULL, e);
        break;
    case SAVE_FAILED:
        out_of_service(a, APP_OUTBOX_ERROR, e);
        break;
    }
}

static void on_time(struct app *a, struct app_effects *e)
{
    mono_ms deadline = screen_deadline(a);
    if (deadline >= 0 && a->now >= deadline) {
        if (a->screen != APP_PRESSED)
            show(a, APP_QUESTION, e);
        else if (a->answered)
            show_result(a, e);
        else
            out_of_service(a, APP_WRITER_SILENT, e);
    }
    bool at_rest = app_takes_answers(a) || a->screen == APP_OUT_OF_SERVICE;
    if (at_rest && a->lang_until >= 0 && a->now >= a->lang_until) {
        set_focus(a, TARGET_NONE, e);
        set_language(a, a->options.lang_default, e);
    }
}

// ---------------------------------------------------------------- presses
static void finger_down(struct app *a, int64_t id, bool on_target)
{
    struct app_finger *slot = &a->fingers[0];
    for (int i = 0; i < APP_FINGERS_MAX; i++) {
        struct app_finger *f = &a->fingers[i];
        if (f->down && f->id == id) { // its release was lost
            slot = f;
            break;
        }
        if (!f->down)
            slot = f;
        else if (slot->down && f->since < slot->since)
            slot = f;
    }
    *slot = (struct app_finger){.id = id, .since = a->now, .on_target = on_target, .down = true};
}

static void finger_up(struct app *a, int64_t id)
{
    for (int i = 0; i < APP_FINGERS_MAX; i++)
        if (a->fingers[i].down && a->fingers[i].id == id)
            a->fingers[i].down = false;
}

static int fingers_down(const struct app *a)
{
    int n = 0;
    for (int i = 0; i < APP_FINGERS_MAX; i++)
        n += a->fingers[i].down && a->now - a->fingers[i].since < APP_FINGER_STALE_MS;
    return n;
}

// Another finger holds a target: this one is the second of a hand.
static bool is_second(const struct app *a, int64_t id)
{
    for (int i = 0; i < APP_FINGERS_MAX; i++) {
        const struct app_finger *f = &a->fingers[i];
        if (f->down && f->id != id && f->on_target && a->now - f->since < APP_FINGER_STALE_MS)
            return true;
    }
    return false;
}

static void take_answer(struct app *a, int score, const struct app_input *in, enum app_by by, int since_ms,
                        struct app_effects *e)
{
    const struct app_options *o = &a->options;
    struct answer *answer = &e->answer;
    e->save = true;
    answer->ticket = ++a->ticket;
    answer->at = in->wall;
    answer->up = a->now;
    answer->type = EVENT_RATING;
    answer->question = o->question;
    answer->score = score;
    answer->of = o->faces;
    answer->survey = o->survey;
    answer->version = o->version;
    answer->since_ms = since_ms;
    answer->fingers = by == APP_BY_TOUCH ? fingers_down(a) : 0;
    memcpy(answer->lang, o->langs[a->lang], sizeof answer->lang);
    strncpy(answer->by, by_name(by), sizeof answer->by - 1);

    a->answered = false;
    a->locked_until = a->now + o->settle_ms;
    if (a->lang_until >= 0)
        a->lang_until = a->now + o->language_return_ms;
    show(a, APP_PRESSED, e);
    set_focus(a, TARGET_NONE, e); // a focus ring left on the face would tell
}

// A press by finger, mouse or key on `target`.
static void press(struct app *a, int target, bool second, enum app_by by, const struct app_input *in,
                  struct app_effects *e)
{
    mono_ms last = a->last_press;
    a->last_press = a->now;
    if (e->screen_changed) { // time has just changed the screen: what was pressed was not this one
        e->ignored++;
        return;
    }
    if (a->screen == APP_TRY_AGAIN && a->now >= a->locked_until) {
        show(a, APP_QUESTION, e); // the customer is asked to repeat: do not make them wait
        return;
    }
    int lang = target - TARGET_LANG;
    if (lang >= 0 && lang < a->options.lang_count && !second &&
        (a->screen == APP_QUESTION || a->screen == APP_OUT_OF_SERVICE)) {
        set_language(a, lang, e);
        return;
    }
    int score = target - TARGET_FACE + 1;
    bool on_face = score >= 1 && score <= a->options.faces;
    if (!app_takes_answers(a) || second || (on_face && a->now < a->locked_until)) {
        e->ignored++;
        return;
    }
    if (!on_face) // beside everything: nothing was meant, nothing is counted
        return;
    mono_ms gap = a->now - last;
    take_answer(a, score, in, by, last < 0 ? -1 : gap > INT32_MAX ? INT32_MAX : (int)gap, e);
}

// ---------------------------------------------------------------- keys
// Targets in the order in which they are seen: faces, then languages.
static int target_at(const struct app *a, int place)
{
    int faces = app_takes_answers(a) ? a->options.faces : 0;
    if (place < faces)
        return TARGET_FACE + (a->list ? faces - 1 - place : place);
    return TARGET_LANG + place - faces;
}

static void move_focus(struct app *a, enum app_key key, struct app_effects *e)
{
    int faces = app_takes_answers(a) ? a->options.faces : 0;
    int langs = a->options.lang_count > 1 ? a->options.lang_count : 0;
    int count = faces + langs, place = -1;
    if (count == 0)
        return;
    for (int i = 0; i < count; i++)
        if (target_at(a, i) == a->focus)
            place = i;
    if (key == APP_KEY_OTHER)
        place = faces > 0 && place >= faces ? 0 : langs > 0 ? faces + a->lang : 0;
    else if (place < 0)
        place = key == APP_KEY_NEXT ? 0 : count - 1;
    else
        place = (place + (key == APP_KEY_NEXT ? 1 : count - 1)) % count;
    set_focus(a, target_at(a, place), e);
}

static void on_key(struct app *a, const struct app_input *in, struct app_effects *e)
{
    bool at_rest = app_takes_answers(a) || a->screen == APP_OUT_OF_SERVICE;
    if (in->key == APP_KEY_ENTER) {
        press(a, a->focus, false, APP_BY_KEY, in, e);
    } else if (in->key == APP_KEY_CANCEL) {
        set_focus(a, TARGET_NONE, e);
    } else if (at_rest) {
        move_focus(a, in->key, e);
    }
    if (at_rest && a->focus != TARGET_NONE) // the focus goes the way of the language: with the customer
        a->lang_until = a->now + a->options.language_return_ms;
}

static void on_saved(struct app *a, const struct saved *s, struct app_effects *e)
{
    if (a->screen != APP_PRESSED || a->answered || s->ticket != a->ticket)
        return; // an answer to a wait that has ended
    a->answered = true;
    a->result = s->result;
    on_time(a, e);
}

static void on_service(struct app *a, enum app_reason reason, struct app_effects *e)
{
    if (a->fault == reason)
        return;
    a->fault = reason;
    if (a->screen == APP_QUESTION || a->screen == APP_OUT_OF_SERVICE)
        show(a, APP_QUESTION, e); // other screens end first: a press under way is still answered
}

struct app_effects app_feed(struct app *a, const struct app_input *in)
{
    struct app_effects e = {.wake_at = -1};
    bool was_moving = app_progress(a) < 1000;
    if (in->now > a->now) // several sources feed one machine: time never goes back
        a->now = in->now;
    on_time(a, &e);
    switch (in->kind) {
    case APP_IN_PRESS: {
        bool second = is_second(a, in->finger);
        if (in->by != APP_BY_KEY)
            finger_down(a, in->finger, in->target != TARGET_NONE);
        if (in->by != APP_BY_KEY)
            set_focus(a, TARGET_NONE, &e);
        press(a, in->target, second, in->by, in, &e);
        break;
    }
    case APP_IN_RELEASE:
        finger_up(a, in->finger);
        break;
    case APP_IN_TICK:
        break;
    case APP_IN_SAVED:
        on_saved(a, &in->saved, &e);
        break;
    case APP_IN_KEY:
        on_key(a, in, &e);
        break;
    case APP_IN_LAYOUT:
        a->list = in->list;
        e.relayout = e.redraw = true;
        break;
    case APP_IN_SERVICE:
        on_service(a, in->reason, &e);
        break;
    }
    e.redraw |= was_moving;
    e.wake_at = next_wake(a);
    return e;
}
