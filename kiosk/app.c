#include "kiosk/app_impl.h"

#include <stdio.h>
#include <string.h>

static const char *by_name(enum app_by by)
{
    static const char *const names[] = {"touch", "mouse", "key"};
    return names[by];
}

// ---------------------------------------------------------------- what is shown
const struct survey_question *app_question(const struct app *a)
{
    return &a->options.survey->question[a->step];
}

bool app_is_first(const struct app *a)
{
    return a->screen == APP_QUESTION && a->step == 0;
}

bool app_is_at_rest(const struct app *a)
{
    return app_is_first(a) || a->screen == APP_OUT_OF_SERVICE || a->screen == APP_CLOSED;
}

static bool is_written(enum survey_type t)
{
    return t == SURVEY_TEXT || t == SURVEY_CONTACT || t == SURVEY_NUMBER;
}

bool app_is_typing(const struct app *a)
{
    return a->screen == APP_QUESTION && is_written(app_question(a)->type);
}

void app_keyboard(const struct app *a, struct keyboard_page *ret)
{
    if (app_question(a)->type == SURVEY_NUMBER)
        keyboard_digits(ret);
    else
        keyboard_make(a->options.langs[a->lang], a->page, ret);
}

static bool is_picked(const struct app *a)
{
    return app_question(a)->type == SURVEY_CHOICE && a->picked != 0;
}

static bool is_worded(const struct app *a)
{
    enum survey_type t = app_question(a)->type;
    return (t == SURVEY_TEXT || t == SURVEY_NUMBER) && !typing_is_empty(&a->typing);
}

bool app_has_unsaved(const struct app *a)
{
    return (a->screen == APP_QUESTION || a->screen == APP_TRY_AGAIN) && (is_picked(a) || is_worded(a));
}

// ---------------------------------------------------------------- changes
static void set_focus(struct app *a, int target, struct app_effects *e)
{
    e->redraw |= a->focus != target;
    a->focus = target;
}

static void show(struct app *a, enum app_screen screen, struct app_effects *e)
{
    a->screen = screen;
    a->since = a->touched = a->now;
    a->scene = 0;
    if (screen != APP_OUT_OF_SERVICE)
        a->reason = APP_REASON_NONE;
    e->screen_changed = e->relayout = e->redraw = true;
}

static void out_of_service(struct app *a, enum app_reason reason, struct app_effects *e)
{
    show(a, APP_OUT_OF_SERVICE, e);
    set_focus(a, TARGET_NONE, e);
    a->reason = reason;
}

// Forgets the visit.
static void forget(struct app *a)
{
    a->step = 0;
    a->visit = 0;
    a->trail = (struct survey_trail){{0}};
    a->score = 0;
    a->picked = 0;
    a->leaving = false;
    typing_wipe(&a->typing);
}

// To the first question, or to what stands instead of it.
static void go_home(struct app *a, bool somebody, struct app_effects *e)
{
    forget(a);
    if (!somebody)
        set_focus(a, TARGET_NONE, e);
    else if (a->focus != TARGET_NONE) // it goes the way of the language: with the customer
        a->lang_until = a->now + a->options.language_return_ms;
    if (a->fault != APP_REASON_NONE)
        out_of_service(a, a->fault, e);
    else
        show(a, a->closed && !somebody ? APP_CLOSED : APP_QUESTION, e);
}

static void show_step(struct app *a, int step, struct app_effects *e)
{
    a->step = step;
    a->picked = 0;
    a->page = 0;
    a->leaving = false;
    const struct survey_question *q = app_question(a);
    if (is_written(q->type))
        typing_start(&a->typing, q->type == SURVEY_CONTACT ? 2 : 1,
                     q->type == SURVEY_NUMBER    ? q->digits
                     : q->type == SURVEY_CONTACT ? TYPING_CHARACTERS_MAX * 4 / 10
                                                 : TYPING_CHARACTERS_MAX);
    else
        typing_wipe(&a->typing);
    show(a, APP_QUESTION, e);
}

// On to the next question, or to the thanks.
static void advance(struct app *a, struct app_effects *e)
{
    int next = survey_next(a->options.survey, a->step, &a->trail);
    if (next < a->options.survey->count)
        show_step(a, next, e);
    else
        show(a, APP_THANKS, e);
}

static void set_language(struct app *a, int lang, struct app_effects *e)
{
    bool stays = lang == a->options.lang_default && a->focus == TARGET_NONE;
    a->lang_until = stays ? -1 : a->now + a->options.language_return_ms;
    if (lang == a->lang)
        return;
    a->lang = lang;
    e->lang_changed = e->relayout = e->redraw = true;
}

// ---------------------------------------------------------------- answers
static void fill_rating(struct app *a, struct answer *answer, int score)
{
    const struct survey_question *q = app_question(a);
    answer->type = q->type == SURVEY_NPS ? EVENT_NUMBER : EVENT_RATING;
    answer->score = score;
    answer->of = q->of;
    a->trail.given[a->step] = 1U << (score - 1);
    if (a->step == 0)
        a->score = score;
}

static void fill_choice(struct app *a, struct answer *answer, unsigned picked)
{
    const struct survey_question *q = app_question(a);
    answer->type = EVENT_CHOICE;
    for (int i = 0; i < q->option_count; i++)
        if (picked >> i & 1)
            answer->options[answer->option_count++] = q->option[i].id;
    a->trail.given[a->step] = picked;
}

static void fill_written(const struct app *a, struct answer *answer)
{
    const struct typing *t = &a->typing;
    answer->type = app_question(a)->type == SURVEY_CONTACT ? EVENT_CONTACT : EVENT_TEXT;
    answer->keep_days = answer->type == EVENT_CONTACT ? app_question(a)->keep_days : 0;
    if (t->field_count > 1) // each is short: show_step
        snprintf(answer->text, sizeof answer->text, "%.450s\n%.450s", t->text[0], t->text[1]);
    else
        snprintf(answer->text, sizeof answer->text, "%s", t->text[0]);
}

// Posts what `e->answer` holds by now and shows the press until it is safe.
static void post(struct app *a, wall_ms wall, enum app_by by, int since_ms, struct app_effects *e)
{
    const struct app_options *o = &a->options;
    struct answer *answer = &e->answer;
    e->save = true;
    answer->ticket = ++a->ticket;
    answer->visit = a->visit;
    answer->at = wall;
    answer->up = a->now;
    answer->question = app_question(a)->id;
    answer->survey = o->survey->id;
    answer->version = o->survey->version;
    answer->since_ms = since_ms;
    answer->fingers = by == APP_BY_TOUCH ? fingers_count(&a->fingers, a->now) : 0;
    memcpy(answer->lang, o->langs[a->lang], sizeof answer->lang);
    strncpy(answer->by, by_name(by), sizeof answer->by - 1);

    a->answered = false;
    a->last_answer = a->now;
    if (a->lang_until >= 0)
        a->lang_until = a->now + o->language_return_ms;
    show(a, APP_PRESSED, e);
    set_focus(a, TARGET_NONE, e); // a focus ring left on what was pressed would tell
}

// The writer has answered and the press has been shown: go on.
static void follow_result(struct app *a, struct app_effects *e)
{
    switch (a->saved.result) {
    case SAVE_COMMITTED:
        if (a->visit == 0)
            a->visit = a->saved.seq;
        if (a->leaving)
            go_home(a, false, e);
        else
            advance(a, e);
        break;
    case SAVE_TIMED_OUT:
        a->trail.given[a->step] = 0;
        if (a->leaving)
            go_home(a, false, e);
        else
            show(a, APP_TRY_AGAIN, e);
        break;
    case SAVE_FULL:
        forget(a);
        out_of_service(a, APP_DISK_FULL, e);
        break;
    case SAVE_FAILED:
        forget(a);
        out_of_service(a, APP_OUTBOX_ERROR, e);
        break;
    }
}

// The same question once more, or the first for somebody new.
static void again(struct app *a, bool somebody, struct app_effects *e)
{
    if (a->step > 0 && a->fault == APP_REASON_NONE) {
        unsigned picked = a->picked;
        struct typing typing = a->typing;
        show_step(a, a->step, e);
        a->picked = picked;
        if (typing.field_count > 0)
            a->typing = typing;
    } else {
        go_home(a, somebody, e);
    }
}

// Nobody has touched a further question for long: what they picked or wrote counts, but for contact data,
// which needs their consent.
static void leave(struct app *a, wall_ms wall, struct app_effects *e)
{
    if (!app_has_unsaved(a)) {
        go_home(a, false, e);
        return;
    }
    a->leaving = true;
    if (is_picked(a))
        fill_choice(a, &e->answer, a->picked);
    else
        fill_written(a, &e->answer);
    post(a, wall, APP_BY_TOUCH, -1, e);
}

static void change_scene(struct app *a, struct app_effects *e)
{
    mono_ms idle = app_idle_since(a);
    int scene = 0;
    if (idle >= 0 && a->now >= idle && a->options.scenes > 1)
        scene = (int)((a->now - idle) / a->options.scene_ms + 1) % a->options.scenes;
    if (scene != a->scene) {
        a->scene = scene;
        e->relayout = e->redraw = true;
    }
}

static void on_time(struct app *a, wall_ms wall, struct app_effects *e)
{
    mono_ms deadline = app_deadline(a);
    if (deadline >= 0 && a->now >= deadline) {
        switch (a->screen) {
        case APP_PRESSED:
            if (a->answered)
                follow_result(a, e);
            else
                out_of_service(a, APP_WRITER_SILENT, e);
            break;
        case APP_QUESTION:
            if (a->step > 0)
                leave(a, wall, e);
            else
                go_home(a, false, e);
            break;
        case APP_TRY_AGAIN:
            again(a, false, e);
            break;
        default:
            go_home(a, false, e);
            break;
        }
    }
    mono_ms opens = app_opens_service_at(a);
    if (opens >= 0 && a->now >= opens) {
        forget(a);
        set_focus(a, TARGET_NONE, e);
        service_open(&a->service);
        show(a, APP_SERVICE, e);
    }
    if (app_is_at_rest(a) && a->lang_until >= 0 && a->now >= a->lang_until) {
        set_focus(a, TARGET_NONE, e);
        set_language(a, a->options.lang_default, e);
    }
    change_scene(a, e);
}

// ---------------------------------------------------------------- presses
struct pressing {
    int target;
    bool second; // by the second finger of a hand
    enum app_by by;
    wall_ms wall;
    int since_ms; // since the press before, -1: there was none
};

static void press_key(struct app *a, int index, struct app_effects *e)
{
    struct keyboard_page page;
    app_keyboard(a, &page);
    if (index >= page.count)
        return;
    const struct keyboard_key *k = &page.key[index];
    switch (k->action) {
    case KEYBOARD_TYPE:
        e->retyped = typing_add(&a->typing, k->label);
        if (app_question(a)->type != SURVEY_NUMBER &&
            keyboard_is_shifted(a->options.langs[a->lang], a->page)) {
            a->page = k->page == a->page ? 0 : k->page;
            e->relayout = true;
        }
        break;
    case KEYBOARD_ERASE:
        e->retyped = typing_erase(&a->typing);
        break;
    default:
        a->page = k->page;
        e->relayout = true;
        break;
    }
    e->redraw = true;
}

static void press_rating(struct app *a, int score, const struct pressing *p, struct app_effects *e)
{
    fill_rating(a, &e->answer, score);
    post(a, p->wall, p->by, p->since_ms, e);
}

static void press_option(struct app *a, int option, const struct pressing *p, struct app_effects *e)
{
    if (app_question(a)->several) {
        a->picked ^= 1U << option;
        e->relayout = e->redraw = true; // "skip" becomes "done"
        return;
    }
    fill_choice(a, &e->answer, 1U << option);
    post(a, p->wall, p->by, p->since_ms, e);
}

static void press_done(struct app *a, const struct pressing *p, struct app_effects *e)
{
    const struct survey_question *q = app_question(a);
    bool written = is_written(q->type) && !typing_is_empty(&a->typing);
    if (q->type == SURVEY_CONTACT && strspn(a->typing.text[1], " ") == strlen(a->typing.text[1]))
        written = false; // a name alone reaches nobody
    if (is_picked(a))
        fill_choice(a, &e->answer, a->picked);
    else if (written)
        fill_written(a, &e->answer);
    else
        return;
    post(a, p->wall, p->by, p->since_ms, e);
}

// A press on a target of a question.
static void press_question(struct app *a, const struct pressing *p, struct app_effects *e)
{
    const struct survey_question *q = app_question(a);
    int score = p->target - TARGET_FACE + 1, option = p->target - TARGET_OPTION,
        field = p->target - TARGET_FIELD;
    bool typing = is_written(q->type);
    if (score >= 1 && score <= q->of && p->target < TARGET_LANG)
        press_rating(a, score, p, e);
    else if (option >= 0 && option < q->option_count)
        press_option(a, option, p, e);
    else if (p->target == TARGET_DONE)
        press_done(a, p, e);
    else if (p->target == TARGET_SKIP && a->step > 0) {
        a->last_answer = a->now; // a second touch of the same hand must not skip the next one too
        advance(a, e);
    } else if (typing && field >= 0 && field < a->typing.field_count) {
        a->typing.field = field;
        e->retyped = e->redraw = true;
    } else if (typing && p->target == TARGET_SPACE)
        e->retyped = e->redraw = typing_add(&a->typing, " ");
    else if (typing && p->target >= TARGET_KEY && p->target < TARGET_SERVICE)
        press_key(a, p->target - TARGET_KEY, e);
    // else beside everything: nothing was meant, nothing is counted
}

static bool is_language(const struct app *a, int target)
{
    return target >= TARGET_LANG && target < TARGET_LANG + a->options.lang_count;
}

// Keys may be struck with two thumbs and faster than answers may follow each other.
static bool is_key(int target)
{
    return target >= TARGET_FIELD && target < TARGET_SERVICE && target != TARGET_DONE &&
           target != TARGET_SKIP;
}

static void press_service(struct app *a, int target, struct app_effects *e)
{
    a->touched = a->now;
    switch (service_press(&a->service, target - TARGET_SERVICE, a->options.service_pin, a->now)) {
    case SERVICE_STAYS:
        break;
    case SERVICE_CHANGED:
        e->relayout = e->redraw = true;
        break;
    case SERVICE_RESTARTS:
        e->restart = true;
        break;
    case SERVICE_CLOSED:
        go_home(a, true, e);
        break;
    }
}

static void press(struct app *a, const struct pressing *p, struct app_effects *e)
{
    if (e->screen_changed) { // time has just changed the screen: what was pressed was not this one
        e->ignored++;
        return;
    }
    if (a->screen == APP_SERVICE) {
        press_service(a, p->target, e);
        return;
    }
    int settle_ms = app_is_first(a) ? a->options.settle_ms : a->options.settle_step_ms;
    bool settled = a->last_answer < 0 || a->now - a->last_answer >= settle_ms;
    if (a->screen == APP_TRY_AGAIN && settled) { // they are asked to repeat: do not make them wait
        again(a, true, e);
        return;
    }
    if (a->screen == APP_THANKS && a->options.thanks_stays && settled) {
        go_home(a, true, e);
        return;
    }
    if (p->target == TARGET_SPEECH && !p->second) {
        e->speak = true;
        return;
    }
    if (is_language(a, p->target) && !p->second && app_is_at_rest(a)) {
        set_language(a, p->target - TARGET_LANG, e);
        if (a->screen != APP_CLOSED)
            return;
    }
    if (a->screen == APP_CLOSED) {
        go_home(a, true, e);
        return;
    }
    if (p->target == TARGET_CORNER) // held for long it opens the service menu
        return;
    bool key = is_key(p->target), answers = p->target != TARGET_NONE && !key;
    if (a->screen != APP_QUESTION || (p->second && !key) || (answers && !settled)) {
        e->ignored++;
        return;
    }
    press_question(a, p, e);
}

static void on_press(struct app *a, const struct app_input *in, int target, enum app_by by,
                     struct app_effects *e)
{
    struct pressing p = {.target = target, .by = by, .wall = in->wall, .since_ms = -1};
    mono_ms gap = a->now - a->last_press;
    if (a->last_press >= 0)
        p.since_ms = gap > INT32_MAX ? INT32_MAX : (int)gap;
    if (by != APP_BY_KEY) {
        p.second = fingers_other(&a->fingers, in->finger, a->now) != TARGET_NONE;
        fingers_down(&a->fingers, in->finger, target, a->now);
        set_focus(a, TARGET_NONE, e);
    }
    a->last_press = a->now;
    if (a->screen == APP_QUESTION) {
        e->redraw |= app_warning(a) >= 0;
        a->touched = a->now; // somebody is there
    }
    press(a, &p, e);
    change_scene(a, e);
}

static void on_focus(struct app *a, int target, struct app_effects *e)
{
    set_focus(a, target, e);
    if (a->screen == APP_QUESTION || a->screen == APP_SERVICE) {
        e->redraw |= app_warning(a) >= 0;
        a->touched = a->now;
    }
    if (app_is_at_rest(a) &&
        target != TARGET_NONE) // the focus goes the way of the language: with the customer
        a->lang_until = a->now + a->options.language_return_ms;
    change_scene(a, e);
}

// The program is to end, or to start anew.
static void on_leave(struct app *a, wall_ms wall, struct app_effects *e)
{
    if (a->screen == APP_PRESSED) {
        a->leaving = true;
        on_time(a, wall, e);
        return;
    }
    if (a->screen == APP_TRY_AGAIN && app_has_unsaved(a))
        again(a, false, e);
    if (!app_is_at_rest(a))
        leave(a, wall, e);
}

static void on_saved(struct app *a, const struct app_input *in, struct app_effects *e)
{
    if (a->screen != APP_PRESSED || a->answered || in->saved.ticket != a->ticket)
        return; // an answer to a wait that has ended
    a->answered = true;
    a->saved = in->saved;
    on_time(a, in->wall, e);
}

static void on_service(struct app *a, enum app_reason reason, struct app_effects *e)
{
    if (a->fault == reason)
        return;
    a->fault = reason;
    if (app_is_at_rest(a)) // other screens end first: a press under way is still answered
        go_home(a, false, e);
}

static void on_hours(struct app *a, bool closed, struct app_effects *e)
{
    bool changed = a->closed != closed;
    a->closed = closed;
    if (changed &&
        (a->screen == APP_CLOSED || (app_is_first(a) && a->now - a->touched >= a->options.awake_ms)))
        go_home(a, false, e);
}

// ---------------------------------------------------------------- entry points
void app_init(struct app *a, const struct app_options *o, mono_ms now)
{
    *a = (struct app){.options = *o, .now = now, .since = now, .touched = now, .last_press = -1};
    a->lang_until = -1;
    a->lang = o->lang_default;
    a->last_answer = -1;
}

bool app_replace(struct app *a, const struct app_options *o)
{
    if (!app_is_at_rest(a))
        return false;
    a->options = *o;
    a->lang = o->lang_default;
    a->lang_until = -1;
    a->focus = TARGET_NONE;
    a->scene = 0;
    forget(a);
    return true;
}

struct app_effects app_feed(struct app *a, const struct app_input *in)
{
    struct app_effects e = {.wake_at = -1};
    bool was_moving = app_progress(a) < 1000 || app_wave(a) >= 0 || app_warning(a) >= 0;
    if (in->now > a->now) // several sources feed one machine: time never goes back
        a->now = in->now;
    on_time(a, in->wall, &e);
    switch (in->kind) {
    case APP_IN_PRESS:
        on_press(a, in, in->target, in->by, &e);
        break;
    case APP_IN_RELEASE:
        fingers_up(&a->fingers, in->finger);
        break;
    case APP_IN_TICK:
        break;
    case APP_IN_SAVED:
        on_saved(a, in, &e);
        break;
    case APP_IN_FOCUS:
        on_focus(a, in->target, &e);
        break;
    case APP_IN_ENTER:
        on_press(a, in, a->focus, APP_BY_KEY, &e);
        break;
    case APP_IN_LAYOUT:
        e.relayout = e.redraw = true;
        break;
    case APP_IN_SERVICE:
        on_service(a, in->reason, &e);
        break;
    case APP_IN_HOURS:
        on_hours(a, in->closed, &e);
        break;
    case APP_IN_LEAVE:
        on_leave(a, in->wall, &e);
        break;
    }
    e.redraw |= was_moving || app_wave(a) >= 0 || app_warning(a) >= 0;
    e.wake_at = app_next_wake(a);
    return e;
}
