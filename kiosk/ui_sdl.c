#include "kiosk/ui_sdl.h"

#include "kiosk/backlight.h"
#include "kiosk/prompts.h"
#include "kiosk/remote.h"
#include "kiosk/render_sdl.h"
#include "kiosk/seal.h"
#include "kiosk/speech_sdl.h"
#include "kiosk/type_sdl.h"
#include "shared/log.h"
#include "shared/mailbox.h"
#include "shared/redeem.h"

#include <SDL.h>
#include <SDL_image.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    INBOX_MAX = 32,      // notes on their way: the app waits for one save at a time
    MOUSE_FINGER = -1,   // the mouse among the fingers
    POLL_MS = 8,         // where SDL cannot sleep on events (KMSDRM)
    HOURS_MS = 30000,    // how often opening hours are looked at
    IDENTIFY_MS = 10000, // the kiosk's name is shown for so long
};

// From other threads to this one. The SDL event only wakes it, so a full event queue loses nothing.
struct note {
    enum { NOTE_SAVED, NOTE_FAULT, NOTE_SHOW, NOTE_ORDER } kind;
    struct saved saved;
    enum app_reason reason;
    struct show *show; // owned by the note
    enum order order;
    char id[IDENT_MAX + 1]; // of the order
};

struct ui {
    struct ui_options options;
    struct ui_ops ops;
    SDL_Window *window;    // owned
    SDL_Renderer *sdl;     // owned
    SDL_Texture *upright;  // owned; what is turned onto a rotated screen, else NULL
    struct type *type;     // owned
    struct render *render; // owned
    struct mailbox *inbox; // owned
    struct speech *speech; // owned; NULL: nothing is read aloud
    bool reads;            // the screen is read aloud until the customer has gone
    struct show *show;     // owned: the one shown
    struct show *next;     // owned: shown as soon as no visit is under way
    Uint32 wake_event;
    bool can_sleep; // the driver wakes SDL_WaitEventTimeout without polling
    bool quit, restart, dirty;
    bool say_screen;       // log the screen once it is seen
    bool say_targets;      // and where its targets are, if they have moved
    uint64_t told_targets; // hash of the targets last logged
    mono_ms wake_at, hours_at, identify_until;
    int window_w, window_h;
    int brightness;                 // percent, as it is now
    int day;                        // of the month: the tally is of today
    char ref[PROTOCOL_REF_MAX + 1]; // of the queue system, when the visit began
    uint8_t epoch[EPOCH_BYTES];
    struct stage stage;
    struct {
        enum app_screen screen;
        int w, h, lang;
    } placed; // what the layout was made for
};

// ---------------------------------------------------------------- making a picture
static void place(struct ui *u)
{
    // The press must be seen at once: it keeps the layout of the question.
    const struct stage *s = &u->stage;
    bool pressed = s->app.screen == APP_PRESSED && u->placed.screen == APP_QUESTION;
    bool same = s->w == u->placed.w && s->h == u->placed.h && s->app.lang == u->placed.lang;
    u->placed.screen = s->app.screen;
    if (pressed && same)
        return;
    u->placed.w = s->w;
    u->placed.h = s->h;
    u->placed.lang = s->app.lang;
    struct measure m = type_measure(u->type);
    stage_place(&u->stage, &m);
}

// ---------------------------------------------------------------- what tests and staff can read in the log
static void hash_target(void *ctx, int target, struct rect r)
{
    uint64_t *h = ctx;
    const int values[] = {target, r.x, r.y, r.w, r.h};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        *h = (*h ^ (uint64_t)(unsigned)values[i]) * 1099511628211u;
}

// A point of the picture as one of the window.
static SDL_Point onto_window(const struct ui *u, int x, int y)
{
    switch (u->options.rotate) {
    case 90:
        return (SDL_Point){u->window_w - 1 - y, x};
    case 180:
        return (SDL_Point){u->window_w - 1 - x, u->window_h - 1 - y};
    case 270:
        return (SDL_Point){y, u->window_h - 1 - x};
    default:
        return (SDL_Point){x, y};
    }
}

// And back.
static SDL_Point onto_picture(const struct ui *u, int x, int y)
{
    switch (u->options.rotate) {
    case 90:
        return (SDL_Point){y, u->window_w - 1 - x};
    case 180:
        return (SDL_Point){u->window_w - 1 - x, u->window_h - 1 - y};
    case 270:
        return (SDL_Point){u->window_h - 1 - y, x};
    default:
        return (SDL_Point){x, y};
    }
}

static void log_target(void *ctx, int target, struct rect r)
{
    const struct ui *u = ctx;
    char buffer[64];
    SDL_Point p = onto_window(u, r.x + r.w / 2, r.y + r.h / 2);
    log_event(LOG_INFO, "target", "id=%s x=%d y=%d w=%d h=%d",
              app_target_name(&u->stage.app, target, buffer, sizeof buffer), p.x, p.y, r.w, r.h);
}

static void tell_targets(struct ui *u)
{
    uint64_t h = 14695981039346656037u;
    layout_targets(&u->stage.layout, hash_target, &h);
    bool shown = u->stage.app.screen == APP_QUESTION || u->stage.app.screen == APP_SERVICE;
    if (shown && h != u->told_targets) {
        layout_targets(&u->stage.layout, log_target, u);
        u->told_targets = h;
    }
    u->say_targets = false;
}

static void tell_screen(struct ui *u)
{
    const struct app *a = &u->stage.app;
    bool further = a->screen == APP_QUESTION && a->step > 0;
    log_event(LOG_INFO, "screen", "name=%s lang=%s w=%d h=%d reason=%s question=%s",
              further ? survey_type_name(app_question(a)->type) : app_screen_name(a->screen),
              a->options.langs[a->lang], u->stage.w, u->stage.h, app_reason_code(a->reason),
              a->screen == APP_QUESTION ? app_question(a)->id.s : "");
    u->say_screen = false;
}

static void draw(struct ui *u)
{
    stage_draw(&u->stage);
    if (u->upright) {
        SDL_SetRenderTarget(u->sdl, u->upright);
        render_draw(u->render, &u->stage.list);
        SDL_SetRenderTarget(u->sdl, NULL);
        SDL_Rect to = {(u->window_w - u->stage.w) / 2, (u->window_h - u->stage.h) / 2, u->stage.w,
                       u->stage.h};
        SDL_RenderCopyEx(u->sdl, u->upright, NULL, &to, u->options.rotate, NULL, SDL_FLIP_NONE);
    } else {
        render_draw(u->render, &u->stage.list);
    }
    SDL_RenderPresent(u->sdl);
    u->dirty = false;
    if (u->say_targets)
        tell_targets(u);
    if (u->say_screen)
        tell_screen(u);
}

// ---------------------------------------------------------------- reading aloud
static void say(struct ui *u, bool focus)
{
    const char *texts[PROMPTS_MAX], *names[PROMPTS_MAX];
    char name[PROMPTS_MAX][PROMPT_NAME_BYTES];
    int count = focus ? prompts_focus(&u->stage, texts) : prompts_screen(&u->stage, texts);
    for (int i = 0; i < count; i++) {
        prompts_name(u->stage.app.options.langs[u->stage.app.lang], texts[i], name[i]);
        names[i] = name[i];
    }
    bool said = speech_say(u->speech, names, count, (int)u->show->content.volume);
    log_event(LOG_INFO, "speech", "sentences=%d said=%d", count, said);
}

// The key switches it on and off; it goes off by itself when the visit is over.
static void read_aloud(struct ui *u, const struct app_effects *e, int focus_before)
{
    const struct app *a = &u->stage.app;
    if (!u->speech)
        return;
    if (e->speak) {
        u->reads = !u->reads;
        if (u->reads)
            say(u, false);
        else
            speech_stop(u->speech);
    } else if (u->reads && (e->screen_changed || e->lang_changed) && a->screen != APP_PRESSED) {
        say(u, false);
        u->reads = !app_is_first(a) || e->lang_changed; // who comes next has not asked for it
    } else if (u->reads && a->focus != focus_before && a->focus != TARGET_NONE) {
        say(u, true);
    }
}

// ---------------------------------------------------------------- feeding the app
static void feed(struct ui *u, struct app_input in)
{
    in.now = clock_mono_ms();
    in.wall = clock_wall_ms();
    int focus = u->stage.app.focus;
    struct app_effects e = app_feed(&u->stage.app, &in);
    if (e.ignored > 0)
        u->ops.ignored(u->ops.ctx, e.ignored);
    u->dirty |= e.redraw;
    u->say_screen |= e.screen_changed || e.lang_changed;
    u->wake_at = e.wake_at;
    u->say_targets |= e.relayout;
    u->quit |= e.restart;
    u->restart |= e.restart;
    if (e.screen_changed && u->stage.app.screen == APP_SERVICE)
        u->ops.facts(u->ops.ctx, &u->stage.facts);
    if (e.relayout) {
        place(u);
    } else if (e.retyped) {
        struct measure m = type_measure(u->type);
        stage_retype(&u->stage, &m);
    }
    read_aloud(u, &e, focus);
    if (e.screen_changed && u->stage.app.closed)
        u->hours_at = in.now; // light follows who is there
    if (e.save && e.answer.visit == 0 && !u->ops.ref(u->ops.ctx, in.now, u->ref))
        u->ref[0] = '\0';
    if (e.save)
        memcpy(e.answer.ref, u->ref, sizeof e.answer.ref);
    bool sealed = !e.save || e.answer.type != EVENT_CONTACT ||
                  seal_text(u->show->content.contact_key, e.answer.text, sizeof e.answer.text);
    if (e.save && (!sealed || !u->ops.save(u->ops.ctx, &e.answer))) {
        struct saved refused = {.ticket = e.answer.ticket, .result = SAVE_FAILED};
        feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = refused});
    }
}

static void press(struct ui *u, int target, int64_t finger, enum app_by by)
{
    feed(u, (struct app_input){.kind = APP_IN_PRESS, .target = target, .finger = finger, .by = by});
}

static void press_at(struct ui *u, int x, int y, int64_t finger, enum app_by by)
{
    SDL_Point p = onto_picture(u, x, y);
    if (u->stage.app.screen == APP_SERVICE) {
        stage_dot(&u->stage, p.x, p.y);
        u->dirty = true;
    }
    press(u, layout_hit(&u->stage.layout, p.x, p.y), finger, by);
}

static void release(struct ui *u, int64_t finger)
{
    feed(u, (struct app_input){.kind = APP_IN_RELEASE, .finger = finger});
}

// ---------------------------------------------------------------- keys
static void move_focus(struct ui *u, enum layout_way way)
{
    int target = layout_focus(&u->stage.layout, u->stage.app.focus, way);
    feed(u, (struct app_input){.kind = APP_IN_FOCUS, .target = target});
}

struct named {
    const struct ui *u;
    const char *name;
    int target;
};

static void match_name(void *ctx, int target, struct rect r)
{
    struct named *n = ctx;
    char buffer[64];
    (void)r;
    if (strcmp(app_target_name(&n->u->stage.app, target, buffer, sizeof buffer), n->name) == 0)
        n->target = target;
}

// Does what a key is called after: a target on the screen, or a move.
static void do_named(struct ui *u, const char *name)
{
    static const char *const ways[] = {"left", "right", "up", "down", "next", "back"};
    for (int i = 0; i < (int)(sizeof ways / sizeof *ways); i++) {
        if (strcmp(name, ways[i]) == 0) {
            move_focus(u, (enum layout_way)i);
            return;
        }
    }
    if (strcmp(name, "enter") == 0) {
        feed(u, (struct app_input){.kind = APP_IN_ENTER});
        return;
    }
    if (strcmp(name, "cancel") == 0) {
        feed(u, (struct app_input){.kind = APP_IN_FOCUS, .target = TARGET_NONE});
        return;
    }
    struct named n = {u, name, TARGET_NONE};
    layout_targets(&u->stage.layout, match_name, &n);
    if (n.target != TARGET_NONE)
        press(u, n.target, 0, APP_BY_KEY);
}

// What a digit presses: a face, a figure of a scale, a tile, a digit of the number pad.
static int target_of_digit(const struct ui *u, int digit)
{
    const struct app *a = &u->stage.app;
    const struct survey_question *q = app_question(a);
    const struct layout *l = &u->stage.layout;
    switch (q->type) {
    case SURVEY_FACES:
        return digit >= 1 && digit <= q->of ? TARGET_FACE + digit - 1 : TARGET_NONE;
    case SURVEY_NPS:
        return TARGET_FACE + digit;
    case SURVEY_CHOICE:
        return digit >= 1 && digit <= q->option_count ? TARGET_OPTION + digit - 1 : TARGET_NONE;
    default:
        for (int i = 0; i < l->keyboard.count; i++)
            if (l->keyboard.key[i].label[0] == '0' + digit && !l->keyboard.key[i].label[1])
                return TARGET_KEY + i;
        return TARGET_NONE;
    }
}

static void on_keyboard(struct ui *u, SDL_Keycode sym)
{
    static const struct {
        SDL_Keycode sym;
        const char *name;
    } usual[] = {
        {SDLK_RIGHT, "right"},   {SDLK_DOWN, "down"},      {SDLK_LEFT, "left"},    {SDLK_UP, "up"},
        {SDLK_TAB, "next"},      {SDLK_RETURN, "enter"},   {SDLK_SPACE, "enter"},  {SDLK_KP_ENTER, "enter"},
        {SDLK_ESCAPE, "cancel"}, {SDLK_KP_PERIOD, "skip"}, {SDLK_KP_PLUS, "next"}, {SDLK_F1, "speech"},
    };
    const char *name = SDL_GetKeyName(sym);
    for (size_t i = 0; i < u->options.keys->count; i++) {
        if (strcmp(u->options.keys->items[i].key, name) == 0) {
            do_named(u, u->options.keys->items[i].value);
            return;
        }
    }
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        if (usual[i].sym == sym) {
            do_named(u, usual[i].name);
            return;
        }
    }
    int digit = sym >= SDLK_0 && sym <= SDLK_9         ? sym - SDLK_0
                : sym >= SDLK_KP_1 && sym <= SDLK_KP_9 ? sym - SDLK_KP_1 + 1
                : sym == SDLK_KP_0                     ? 0
                                                       : -1;
    int target = digit >= 0 && u->stage.app.screen != APP_CLOSED ? target_of_digit(u, digit) : TARGET_NONE;
    if (target != TARGET_NONE)
        press(u, target, 0, APP_BY_KEY);
}

// ---------------------------------------------------------------- events
// A rotated picture is drawn upright first.
static void make_upright(struct ui *u)
{
    if (u->upright)
        SDL_DestroyTexture(u->upright);
    u->upright = NULL;
    if (u->options.rotate != 0)
        u->upright = SDL_CreateTexture(u->sdl, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_TARGET, u->stage.w,
                                       u->stage.h);
}

static void on_size(struct ui *u)
{
    int w = 0, h = 0;
    bool turned = u->options.rotate % 180 != 0;
    SDL_GetRendererOutputSize(u->sdl, &w, &h);
    if (w < 1 || h < 1 || (w == u->window_w && h == u->window_h))
        return;
    render_forget(u->render);
    u->window_w = w;
    u->window_h = h;
    u->stage.w = turned ? h : w;
    u->stage.h = turned ? w : h;
    make_upright(u);
    u->say_screen = true;
    feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
}

static void on_window(struct ui *u, Uint8 what)
{
    if (what == SDL_WINDOWEVENT_SIZE_CHANGED)
        on_size(u);
    else if (what == SDL_WINDOWEVENT_EXPOSED || what == SDL_WINDOWEVENT_SHOWN)
        u->dirty = true;
}

static void on_event(struct ui *u, const SDL_Event *ev)
{
    switch (ev->type) {
    case SDL_QUIT:
        u->quit = true;
        break;
    case SDL_WINDOWEVENT:
        on_window(u, ev->window.event);
        break;
    case SDL_FINGERDOWN:
        press_at(u, (int)(ev->tfinger.x * (float)u->window_w), (int)(ev->tfinger.y * (float)u->window_h),
                 ev->tfinger.fingerId, APP_BY_TOUCH);
        break;
    case SDL_FINGERMOTION:
        if (u->stage.app.screen == APP_SERVICE) {
            SDL_Point p = onto_picture(u, (int)(ev->tfinger.x * (float)u->window_w),
                                       (int)(ev->tfinger.y * (float)u->window_h));
            stage_dot(&u->stage, p.x, p.y);
            u->dirty = true;
        }
        break;
    case SDL_FINGERUP:
        release(u, ev->tfinger.fingerId);
        break;
    case SDL_MOUSEBUTTONDOWN:
        if (ev->button.button == SDL_BUTTON_LEFT && ev->button.which != SDL_TOUCH_MOUSEID)
            press_at(u, ev->button.x, ev->button.y, MOUSE_FINGER, APP_BY_MOUSE);
        break;
    case SDL_MOUSEBUTTONUP:
        if (ev->button.button == SDL_BUTTON_LEFT && ev->button.which != SDL_TOUCH_MOUSEID)
            release(u, MOUSE_FINGER);
        break;
    case SDL_KEYDOWN:
        if (!ev->key.repeat)
            on_keyboard(u, ev->key.keysym.sym);
        break;
    case SDL_RENDER_TARGETS_RESET:
    case SDL_RENDER_DEVICE_RESET:
        render_forget(u->render);
        u->dirty = true;
        break;
    default:
        break;
    }
}

// ---------------------------------------------------------------- content
// By the panel's light where there is one, else by a shade over the picture.
static void set_brightness(struct ui *u, int percent)
{
    if (percent == u->brightness)
        return;
    bool lit = u->options.backlight[0] && backlight_set(u->options.backlight, percent);
    if (u->options.backlight[0] && !lit)
        log_event(LOG_WARN, "backlight_unusable", "folder=%s", u->options.backlight);
    u->brightness = percent;
    u->stage.brightness = lit ? 100 : percent;
    u->dirty = true;
}

static void check_hours(struct ui *u)
{
    struct tm now;
    time_t at = (time_t)(clock_wall_ms() / 1000);
    if (!localtime_r(&at, &now))
        return;
    const struct content *c = &u->show->content;
    bool open = show_is_open(u->show, now.tm_wday, now.tm_hour * 60 + now.tm_min, &u->stage.opens);
    if (now.tm_mday != u->day) {
        u->day = now.tm_mday;
        u->stage.tally = 0;
    }
    set_brightness(u, (int)(open || app_is_first(&u->stage.app) ? c->brightness : c->brightness_closed));
    u->hours_at = clock_mono_ms() + HOURS_MS;
    feed(u, (struct app_input){.kind = APP_IN_HOURS, .closed = !open});
}

static void tell_content(struct ui *u)
{
    const struct survey *s = &u->show->survey;
    log_event(LOG_INFO, "content", "survey=%s version=%d sha256=%s", s->id.s, s->version, u->show->hash);
    u->ops.shown(u->ops.ctx, u->show);
}

// Puts the waiting show on the stage once no visit is under way.
static void try_next(struct ui *u)
{
    struct app_options o = u->options.app;
    if (!u->next)
        return;
    show_fill(u->next, &o);
    o.still |= u->next->content.still;
    if (!app_replace(&u->stage.app, &o))
        return;
    show_destroy(u->show);
    u->show = u->next;
    u->next = NULL;
    u->stage.show = u->show;
    type_use(u->type, &u->show->fonts);
    render_forget(u->render);
    u->say_screen = true;
    check_hours(u);
    tell_content(u);
    feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
}

// The screen as it is now, as a PNG file in memory.
static void take_picture(struct ui *u, const char *id)
{
    static const char *const why = "no memory for the picture, or it is too large";
    if (app_is_typing(&u->stage.app)) {
        u->ops.picture(u->ops.ctx, id, "a customer is writing", NULL, 0);
        return;
    }
    draw(u); // the frame shown last is gone once it was presented
    SDL_Surface *s = SDL_CreateRGBSurfaceWithFormat(0, u->window_w, u->window_h, 24, SDL_PIXELFORMAT_RGB24);
    void *png = malloc(REMOTE_PNG_MAX);
    SDL_RWops *file = png ? SDL_RWFromMem(png, REMOTE_PNG_MAX) : NULL;
    bool ok = s && file &&
              SDL_RenderReadPixels(u->sdl, NULL, SDL_PIXELFORMAT_RGB24, s->pixels, s->pitch) == 0 &&
              IMG_SavePNG_RW(s, file, 0) == 0;
    u->ops.picture(u->ops.ctx, id, ok ? NULL : why, png, ok ? (size_t)SDL_RWtell(file) : 0);
    if (file)
        SDL_RWclose(file);
    SDL_FreeSurface(s);
    free(png);
}

static void obey(struct ui *u, const struct note *n)
{
    switch (n->order) {
    case ORDER_IDENTIFY:
        u->stage.identify = true;
        u->identify_until = clock_mono_ms() + IDENTIFY_MS;
        feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
        break;
    case ORDER_RESTART:
        u->quit = u->restart = true;
        break;
    case ORDER_SCREENSHOT:
        take_picture(u, n->id);
        break;
    default:
        break;
    }
}

static void read_notes(struct ui *u)
{
    struct note n;
    while (mailbox_take(u->inbox, &n)) {
        switch (n.kind) {
        case NOTE_SAVED:
            if (n.saved.result == SAVE_COMMITTED && u->stage.app.visit == 0 && u->show->content.thanks_code)
                redeem_code(u->epoch, n.saved.seq, u->stage.thanks);
            u->stage.tally += n.saved.result == SAVE_COMMITTED && u->stage.app.step == 0;
            feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = n.saved});
            break;
        case NOTE_FAULT:
            feed(u, (struct app_input){.kind = APP_IN_SERVICE, .reason = n.reason});
            break;
        case NOTE_SHOW:
            show_destroy(u->next);
            u->next = n.show;
            break;
        case NOTE_ORDER:
            obey(u, &n);
            break;
        }
    }
}

// ---------------------------------------------------------------- the loop
static mono_ms sooner(mono_ms a, mono_ms b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

// When something is due, -1: never.
static mono_ms due_at(const struct ui *u, mono_ms now)
{
    mono_ms at =
        sooner(u->wake_at, u->show->content.hours.count > 0 || u->show->content.tally ? u->hours_at : -1);
    if (u->stage.identify)
        at = sooner(at, u->identify_until);
    if (u->ops.alive_ms > 0)
        at = sooner(at, now + u->ops.alive_ms);
    return at;
}

static bool wait_event(struct ui *u, SDL_Event *ret_ev)
{
    mono_ms due = due_at(u, clock_mono_ms());
    for (;;) {
        mono_ms left = due < 0 ? -1 : due - clock_mono_ms();
        if (due >= 0 && left <= 0)
            return SDL_PollEvent(ret_ev);
        if (u->can_sleep)
            return SDL_WaitEventTimeout(ret_ev, left < 0 ? -1 : left > 3600000 ? 3600000 : (int)left);
        if (SDL_PollEvent(ret_ev))
            return true;
        SDL_Delay(left >= 0 && left < POLL_MS ? (Uint32)left : POLL_MS);
    }
}

static void do_due(struct ui *u)
{
    mono_ms now = clock_mono_ms();
    if (u->wake_at >= 0 && now >= u->wake_at)
        feed(u, (struct app_input){.kind = APP_IN_TICK});
    if (now >= u->hours_at)
        check_hours(u);
    if (u->stage.identify && now >= u->identify_until) {
        u->stage.identify = false;
        feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
    }
    try_next(u);
    u->ops.alive(u->ops.ctx);
}

bool ui_run(struct ui *u, const struct ui_ops *ops)
{
    u->ops = *ops;
    u->say_screen = u->say_targets = u->dirty = true;
    check_hours(u);
    tell_content(u);
    while (!u->quit) {
        SDL_Event ev;
        if (u->dirty)
            draw(u);
        for (bool got = wait_event(u, &ev); got && !u->quit; got = SDL_PollEvent(&ev))
            on_event(u, &ev);
        read_notes(u);
        do_due(u);
    }
    return u->restart;
}

static bool post(struct ui *u, const struct note *n)
{
    bool ok = mailbox_post(u->inbox, n);
    if (!ok) // the app's own deadline then takes the kiosk out of service
        log_event(LOG_ERROR, "ui_inbox_full", "kind=%d", (int)n->kind);
    SDL_Event ev = {.type = u->wake_event};
    SDL_PushEvent(&ev);
    return ok;
}

void ui_on_saved(void *ui, const struct saved *s)
{
    post(ui, &(struct note){.kind = NOTE_SAVED, .saved = *s});
}

void ui_set_fault(struct ui *u, enum app_reason reason)
{
    post(u, &(struct note){.kind = NOTE_FAULT, .reason = reason});
}

bool ui_replace(struct ui *u, struct show *show)
{
    return post(u, &(struct note){.kind = NOTE_SHOW, .show = show});
}

bool ui_order(struct ui *u, enum order order, const char *id)
{
    struct note n = {.kind = NOTE_ORDER, .order = order};
    snprintf(n.id, sizeof n.id, "%s", id);
    return post(u, &n);
}

void ui_set_tally(struct ui *u, int answers_today)
{
    u->stage.tally = answers_today;
}

void ui_set_epoch(struct ui *u, const uint8_t epoch[EPOCH_BYTES])
{
    memcpy(u->epoch, epoch, EPOCH_BYTES);
}

// ---------------------------------------------------------------- opening
static void set_hints(void)
{
    // SDL would fall back to a driver that shows nothing; tests ask for one by SDL_VIDEODRIVER.
    // Wayland's library complains on standard error where there is none.
    SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER,
                            getenv("WAYLAND_DISPLAY") ? "wayland,x11,KMSDRM" : "x11,KMSDRM",
                            SDL_HINT_DEFAULT);
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0"); // four times faster redraws in software
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");       // a touch is not also a click ...
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");       // ... nor a click a touch
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
    SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
}

static bool open_window(struct ui *u)
{
    set_hints();
    if (SDL_Init(SDL_INIT_VIDEO) != 0)
        return false;
    const char *driver = SDL_GetCurrentVideoDriver();
    u->can_sleep = strcmp(driver, "x11") == 0 || strcmp(driver, "wayland") == 0;
    u->wake_event = SDL_RegisterEvents(1);
    Uint32 flags = u->options.fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    u->window = SDL_CreateWindow(u->options.stage.org, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                 u->options.width, u->options.height, flags);
    if (u->window)
        u->sdl = SDL_CreateRenderer(u->window, -1, SDL_RENDERER_SOFTWARE);
    if (!u->sdl)
        return false;
    SDL_SetWindowMinimumSize(u->window, LAYOUT_WIDTH_MIN, LAYOUT_WIDTH_MIN);
    if (u->options.fullscreen)
        SDL_ShowCursor(SDL_DISABLE);
    return true;
}

// Opens all parts; what a failure leaves behind is for ui_destroy.
static bool open_all(struct ui *u, struct ui_error *error)
{
    const char *why;
    u->inbox = mailbox_create(sizeof(struct note), INBOX_MAX);
    if (!render_check(u->options.assets, &why)) {
        snprintf(error->text, sizeof error->text,
                 "cannot read %.200s/%s: set 'assets' to the folder that holds it", u->options.assets, why);
        return false;
    }
    u->type = type_create(&u->show->fonts, &why);
    if (!u->type) {
        snprintf(error->text, sizeof error->text, "cannot use the fonts: %.200s", why);
        return false;
    }
    if (!open_window(u)) {
        snprintf(error->text, sizeof error->text,
                 "no display (%.120s): set DISPLAY to a running X server, or start one, e.g. Xvfb :99 & "
                 "DISPLAY=:99",
                 SDL_GetError());
        return false;
    }
    u->render = render_create(u->sdl, u->type, u->options.assets);
    if (u->options.speech[0])
        u->speech = speech_create(u->options.speech);
    if (!u->inbox || !u->render) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    return true;
}

struct ui *ui_create(const struct ui_options *o, struct show *show, struct ui_error *ret_error)
{
    struct ui *u = calloc(1, sizeof *u);
    if (!u) {
        show_destroy(show);
        snprintf(ret_error->text, sizeof ret_error->text, "out of memory");
        return NULL;
    }
    u->options = *o;
    u->show = show;
    u->brightness = 100;
    u->wake_at = -1;
    stage_init(&u->stage, &o->stage, show, &o->app, clock_mono_ms());
    if (!open_all(u, ret_error)) {
        ui_destroy(u);
        return NULL;
    }
    on_size(u);
    int x = 0, y = 0;
    SDL_GetWindowPosition(u->window, &x, &y);
    log_event(LOG_INFO, "window", "driver=%s x=%d y=%d w=%d h=%d", SDL_GetCurrentVideoDriver(), x, y,
              u->window_w, u->window_h);
    return u;
}

void ui_destroy(struct ui *u)
{
    struct note n;
    if (!u)
        return;
    while (u->inbox && mailbox_take(u->inbox, &n))
        if (n.kind == NOTE_SHOW)
            show_destroy(n.show);
    speech_destroy(u->speech);
    render_destroy(u->render);
    type_destroy(u->type);
    if (u->upright)
        SDL_DestroyTexture(u->upright);
    if (u->sdl)
        SDL_DestroyRenderer(u->sdl);
    if (u->window)
        SDL_DestroyWindow(u->window);
    mailbox_destroy(u->inbox);
    show_destroy(u->next);
    show_destroy(u->show);
    SDL_Quit();
    free(u);
}
