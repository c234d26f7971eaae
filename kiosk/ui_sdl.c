#include "kiosk/ui_sdl.h"

#include "kiosk/render_sdl.h"
#include "kiosk/type_sdl.h"
#include "kiosk/view.h"
#include "shared/log.h"
#include "shared/mailbox.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INBOX_MAX = 32,    // results and faults on their way: the app waits for one save at a time
    MOUSE_FINGER = -1, // the mouse among the fingers
    POLL_MS = 8,       // where SDL cannot sleep on events (KMSDRM)
};

// From other threads to this one. The SDL event only wakes it, so a full event queue loses nothing.
struct note {
    enum { NOTE_SAVED, NOTE_FAULT } kind;
    struct saved saved;
    enum app_reason reason;
};

struct ui {
    struct ui_options options;
    struct ui_ops ops;
    SDL_Window *window;    // owned
    SDL_Renderer *sdl;     // owned
    struct type *type;     // owned
    struct render *render; // owned
    struct mailbox *inbox; // owned
    Uint32 wake_event;
    bool can_sleep; // the driver wakes SDL_WaitEventTimeout without polling
    bool quit, dirty;
    bool say_screen;       // log the screen once it is seen
    uint64_t told_targets; // hash of the targets last logged
    mono_ms wake_at;
    struct app app;
    struct layout layout;
    struct layout_input laid; // what it was made from
    struct draw_list list;
};

// ---------------------------------------------------------------- making a picture
static void make_layout(struct ui *u)
{
    struct layout_input in = {
        .w = u->layout.w,
        .h = u->layout.h,
        .screen = u->app.screen,
        .reason = u->app.reason,
        .faces = u->app.options.faces,
        .lang = u->app.lang,
        .lang_count = u->app.options.lang_count,
        .texts = u->options.texts,
        .org = u->options.org,
    };
    // The press must be seen at once: it keeps the layout of the question.
    const struct layout_input *last = &u->laid;
    bool pressed = in.screen == APP_PRESSED && last->screen == APP_QUESTION;
    if (pressed && in.w == last->w && in.h == last->h && in.lang == last->lang)
        return;
    u->laid = in;
    struct measure m = type_measure(u->type);
    layout_make(&u->layout, &in, &m);
}

// ---------------------------------------------------------------- what tests and staff can read in the log
static void hash_target(void *ctx, int target, struct rect r)
{
    uint64_t *h = ctx;
    const int values[] = {target, r.x, r.y, r.w, r.h};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        *h = (*h ^ (uint64_t)(unsigned)values[i]) * 1099511628211u;
}

static void log_target(void *ctx, int target, struct rect r)
{
    const struct ui *u = ctx;
    char id[32];
    if (target >= TARGET_LANG)
        snprintf(id, sizeof id, "lang-%s", u->app.options.langs[target - TARGET_LANG]);
    else
        snprintf(id, sizeof id, "face-%d", target - TARGET_FACE + 1);
    log_event(LOG_INFO, "target", "id=%s x=%d y=%d w=%d h=%d", id, r.x + r.w / 2, r.y + r.h / 2, r.w, r.h);
}

static void tell(struct ui *u)
{
    uint64_t h = 14695981039346656037u;
    layout_targets(&u->layout, hash_target, &h);
    if (u->app.screen == APP_QUESTION && h != u->told_targets) {
        layout_targets(&u->layout, log_target, u);
        u->told_targets = h;
    }
    log_event(LOG_INFO, "screen", "name=%s lang=%s w=%d h=%d reason=%s", app_screen_name(u->app.screen),
              u->app.options.langs[u->app.lang], u->layout.w, u->layout.h, app_reason_code(u->app.reason));
    u->say_screen = false;
}

static void draw(struct ui *u)
{
    view_draw(&u->list, &u->layout, &u->app, u->options.theme);
    render_draw(u->render, &u->list);
    SDL_RenderPresent(u->sdl);
    u->dirty = false;
    if (u->say_screen)
        tell(u);
}

// ---------------------------------------------------------------- feeding the app
static void feed(struct ui *u, struct app_input in)
{
    in.now = clock_mono_ms();
    struct app_effects e = app_feed(&u->app, &in);
    if (e.ignored > 0)
        u->ops.ignored(u->ops.ctx, e.ignored);
    u->dirty |= e.redraw;
    u->say_screen |= e.screen_changed || e.lang_changed;
    u->wake_at = e.wake_at;
    if (e.relayout)
        make_layout(u);
    if (e.save && !u->ops.save(u->ops.ctx, &e.answer)) {
        struct saved refused = {.ticket = e.answer.ticket, .result = SAVE_FAILED};
        feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = refused});
    }
}

static void press(struct ui *u, int target, int64_t finger, enum app_by by)
{
    feed(u, (struct app_input){
                .kind = APP_IN_PRESS, .target = target, .finger = finger, .by = by, .wall = clock_wall_ms()});
}

static void release(struct ui *u, int64_t finger)
{
    feed(u, (struct app_input){.kind = APP_IN_RELEASE, .finger = finger});
}

static void on_keyboard(struct ui *u, SDL_Keycode sym)
{
    static const struct {
        SDL_Keycode sym;
        enum app_key key;
    } moves[] = {
        {SDLK_RIGHT, APP_KEY_NEXT},  {SDLK_DOWN, APP_KEY_NEXT},      {SDLK_LEFT, APP_KEY_BACK},
        {SDLK_UP, APP_KEY_BACK},     {SDLK_TAB, APP_KEY_OTHER},      {SDLK_RETURN, APP_KEY_ENTER},
        {SDLK_SPACE, APP_KEY_ENTER}, {SDLK_KP_ENTER, APP_KEY_ENTER}, {SDLK_ESCAPE, APP_KEY_CANCEL},
    };
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++) {
        if (moves[i].sym == sym) {
            feed(u, (struct app_input){.kind = APP_IN_KEY, .key = moves[i].key, .wall = clock_wall_ms()});
            return;
        }
    }
    int score = sym >= SDLK_1 && sym <= SDLK_9         ? sym - SDLK_1 + 1
                : sym >= SDLK_KP_1 && sym <= SDLK_KP_9 ? sym - SDLK_KP_1 + 1
                                                       : 0;
    if (score >= 1 && score <= u->app.options.faces)
        press(u, TARGET_FACE + score - 1, 0, APP_BY_KEY);
}

static void on_size(struct ui *u)
{
    int w = 0, h = 0;
    SDL_GetRendererOutputSize(u->sdl, &w, &h);
    if (w < 1 || h < 1 || (w == u->layout.w && h == u->layout.h))
        return;
    render_forget(u->render);
    u->layout.w = w;
    u->layout.h = h;
    u->say_screen = true;
    feed(u, (struct app_input){.kind = APP_IN_LAYOUT, .list = layout_is_list(w, h)});
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
    case SDL_FINGERDOWN: {
        int x = (int)(ev->tfinger.x * (float)u->layout.w), y = (int)(ev->tfinger.y * (float)u->layout.h);
        press(u, layout_hit(&u->layout, x, y), ev->tfinger.fingerId, APP_BY_TOUCH);
        break;
    }
    case SDL_FINGERUP:
        release(u, ev->tfinger.fingerId);
        break;
    case SDL_MOUSEBUTTONDOWN:
        if (ev->button.button == SDL_BUTTON_LEFT && ev->button.which != SDL_TOUCH_MOUSEID)
            press(u, layout_hit(&u->layout, ev->button.x, ev->button.y), MOUSE_FINGER, APP_BY_MOUSE);
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

static void read_notes(struct ui *u)
{
    struct note n;
    while (mailbox_take(u->inbox, &n)) {
        if (n.kind == NOTE_SAVED)
            feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = n.saved});
        else
            feed(u, (struct app_input){.kind = APP_IN_SERVICE, .reason = n.reason});
    }
}

// ---------------------------------------------------------------- the loop
// Waits for an event until `wake_at`.
static bool wait_event(struct ui *u, SDL_Event *ret_ev)
{
    for (;;) {
        mono_ms left = u->wake_at < 0 ? -1 : u->wake_at - clock_mono_ms();
        if (u->wake_at >= 0 && left <= 0)
            return SDL_PollEvent(ret_ev);
        if (u->can_sleep)
            return SDL_WaitEventTimeout(ret_ev, left < 0 ? -1 : left > 3600000 ? 3600000 : (int)left);
        if (SDL_PollEvent(ret_ev))
            return true;
        SDL_Delay(left >= 0 && left < POLL_MS ? (Uint32)left : POLL_MS);
    }
}

void ui_run(struct ui *u, const struct ui_ops *ops)
{
    u->ops = *ops;
    u->say_screen = u->dirty = true;
    feed(u, (struct app_input){.kind = APP_IN_TICK});
    while (!u->quit) {
        SDL_Event ev;
        if (u->dirty)
            draw(u);
        for (bool got = wait_event(u, &ev); got && !u->quit; got = SDL_PollEvent(&ev))
            on_event(u, &ev);
        read_notes(u);
        if (u->wake_at >= 0 && clock_mono_ms() >= u->wake_at)
            feed(u, (struct app_input){.kind = APP_IN_TICK});
    }
}

static void post(struct ui *u, const struct note *n)
{
    if (!mailbox_post(u->inbox, n)) // the app's own deadline then takes the kiosk out of service
        log_event(LOG_ERROR, "ui_inbox_full", "kind=%d", (int)n->kind);
    SDL_Event ev = {.type = u->wake_event};
    SDL_PushEvent(&ev);
}

void ui_on_saved(void *ui, const struct saved *s)
{
    post(ui, &(struct note){.kind = NOTE_SAVED, .saved = *s});
}

void ui_set_fault(struct ui *u, enum app_reason reason)
{
    post(u, &(struct note){.kind = NOTE_FAULT, .reason = reason});
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
    u->window = SDL_CreateWindow(u->options.org, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
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
    u->type = type_create(u->options.fonts, &why);
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
    if (!u->inbox || !u->render) {
        snprintf(error->text, sizeof error->text, "out of memory");
        return false;
    }
    return true;
}

struct ui *ui_create(const struct ui_options *o, struct ui_error *ret_error)
{
    struct ui *u = calloc(1, sizeof *u);
    if (!u) {
        snprintf(ret_error->text, sizeof ret_error->text, "out of memory");
        return NULL;
    }
    u->options = *o;
    u->wake_at = -1;
    app_init(&u->app, &o->app, clock_mono_ms());
    if (!open_all(u, ret_error)) {
        ui_destroy(u);
        return NULL;
    }
    on_size(u);
    int x = 0, y = 0;
    SDL_GetWindowPosition(u->window, &x, &y);
    log_event(LOG_INFO, "window", "driver=%s x=%d y=%d w=%d h=%d", SDL_GetCurrentVideoDriver(), x, y,
              u->layout.w, u->layout.h);
    return u;
}

void ui_destroy(struct ui *u)
{
    if (!u)
        return;
    render_destroy(u->render);
    type_destroy(u->type);
    if (u->sdl)
        SDL_DestroyRenderer(u->sdl);
    if (u->window)
        SDL_DestroyWindow(u->window);
    mailbox_destroy(u->inbox);
    SDL_Quit();
    free(u);
}
