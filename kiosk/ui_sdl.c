#include "kiosk/ui_impl.h"

#include "kiosk/backlight.h"
#include "shared/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static int day_of(const struct tm *t)
{
    return t->tm_year * 400 + t->tm_yday;
}

static void check_hours(struct ui *u)
{
    struct tm now;
    time_t at = (time_t)(clock_wall_ms() / 1000);
    if (!localtime_r(&at, &now))
        return;
    const struct content *c = &u->show->content;
    bool open = show_is_open(u->show, now.tm_wday, now.tm_hour * 60 + now.tm_min, &u->stage.opens);
    stage_day(&u->stage, day_of(&now));
    set_brightness(u, (int)(open || app_is_first(&u->stage.app) ? c->brightness : c->brightness_closed));
    u->hours_at = clock_mono_ms() + HOURS_MS;
    if (u->stage.app.closed == open)
        u->ops.closed(u->ops.ctx, !open);
    ui_feed(u, (struct app_input){.kind = APP_IN_HOURS, .closed = !open});
}

static void tell_content(struct ui *u)
{
    const struct survey *s = &u->show->survey;
    log_event(LOG_INFO, "content", "survey=%s version=%d sha256=%s", s->id.s, s->version, u->show->hash);
    u->ops.shown(u->ops.ctx, u->show);
    u->say_content = false;
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
    stage_use(&u->stage, u->show);
    type_use(u->type, &u->show->fonts);
    render_forget(u->render);
    u->say_screen = u->say_content = true;
    check_hours(u);
    ui_feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
}

static void obey(struct ui *u, const struct note *n)
{
    switch (n->order) {
    case ORDER_IDENTIFY:
        u->stage.identify = true;
        u->identify_until = clock_mono_ms() + IDENTIFY_MS;
        ui_feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
        break;
    case ORDER_RESTART:
        if (u->leave_at < 0)
            u->leave_at = clock_mono_ms() + RESTART_MS;
        break;
    case ORDER_SCREENSHOT:
        ui_take_picture(u, n->id);
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
            stage_saved(&u->stage, &n.saved, u->epoch);
            ui_feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = n.saved});
            break;
        case NOTE_FAULT:
            ui_feed(u, (struct app_input){.kind = APP_IN_SERVICE, .reason = n.reason});
            break;
        case NOTE_OPENED:
            u->quit |= !u->ops.opened(u->ops.ctx);
            ui_feed(u, (struct app_input){.kind = APP_IN_SERVICE, .reason = APP_REASON_NONE});
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
    at = sooner(sooner(at, u->leave_at), u->quit_at);
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

void ui_leave(struct ui *u)
{
    if (u->quit_at < 0)
        u->quit_at = clock_mono_ms() + LEAVE_MS;
    ui_feed(u, (struct app_input){.kind = APP_IN_LEAVE});
}

static void check_end(struct ui *u, mono_ms now)
{
    if (u->leave_at >= 0 && (app_is_at_rest(&u->stage.app) || now >= u->leave_at)) {
        u->leave_at = -1;
        u->restart = true;
        ui_leave(u);
    }
    if (u->quit_at >= 0 && (app_is_at_rest(&u->stage.app) || now >= u->quit_at))
        u->quit = true;
}

static void do_due(struct ui *u)
{
    mono_ms now = clock_mono_ms();
    if (u->wake_at >= 0 && now >= u->wake_at)
        ui_feed(u, (struct app_input){.kind = APP_IN_TICK});
    if (now >= u->hours_at)
        check_hours(u);
    if (u->stage.identify && now >= u->identify_until) {
        u->stage.identify = false;
        ui_feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
    }
    try_next(u);
    check_end(u, now);
    u->ops.alive(u->ops.ctx);
}

bool ui_run(struct ui *u, const struct ui_ops *ops)
{
    u->ops = *ops;
    u->say_screen = u->say_targets = u->say_content = u->dirty = true;
    check_hours(u);
    read_notes(u); // whether it is in service
    log_event(LOG_INFO, "tally", "visits=%d", u->stage.tally);
    while (!u->quit) {
        SDL_Event ev;
        if (u->dirty)
            ui_draw(u);
        if (u->fill_later) // SDL waits 100 ms for a window manager to answer: not before the first picture
            SDL_SetWindowFullscreen(u->window, SDL_WINDOW_FULLSCREEN_DESKTOP);
        u->fill_later = false;
        if (u->say_content)
            tell_content(u);
        for (bool got = wait_event(u, &ev); got && !u->quit; got = SDL_PollEvent(&ev))
            ui_on_event(u, &ev);
        read_notes(u);
        if (u->dirty) // what has come is shown before time can end it
            ui_draw(u);
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

void ui_opened(struct ui *u)
{
    post(u, &(struct note){.kind = NOTE_OPENED});
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

void ui_set_tally(struct ui *u, int visits_today)
{
    struct tm now;
    time_t at = (time_t)(clock_wall_ms() / 1000);
    if (localtime_r(&at, &now))
        stage_set_tally(&u->stage, day_of(&now), visits_today);
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
    SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");       // a touch is not also a click ...
    SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");       // ... nor a click a touch
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1"); // a click that also brings the focus is an answer
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
    if (u->can_sleep) // four times faster redraws in software; KMSDRM has no other way to the screen
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    u->wake_event = SDL_RegisterEvents(1);
    Uint32 flags = u->options.fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
    SDL_Rect r = {SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, u->options.width, u->options.height};
    u->fill_later = u->options.fullscreen && strcmp(driver, "x11") == 0 && SDL_GetDisplayBounds(0, &r) == 0;
    if (u->fill_later)
        flags = SDL_WINDOW_BORDERLESS;
    u->window = SDL_CreateWindow(u->options.stage.org, r.x, r.y, r.w, r.h, flags);
    if (!u->window)
        return false;
    u->screen = (struct screen){.window = u->window, .rotate = u->options.rotate};
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
    u->render = render_create(u->type, u->options.assets);
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
    u->brightness = -1; // as somebody left it
    u->wake_at = u->leave_at = u->quit_at = -1;
    stage_init(&u->stage, &o->stage, show, &o->app, clock_mono_ms());
    if (!open_all(u, ret_error)) {
        ui_destroy(u);
        return NULL;
    }
    ui_on_size(u);
    if (u->quit) {
        snprintf(ret_error->text, sizeof ret_error->text, "no picture: %.300s", SDL_GetError());
        ui_destroy(u);
        return NULL;
    }
    int x = 0, y = 0;
    SDL_GetWindowPosition(u->window, &x, &y);
    log_event(LOG_INFO, "window", "driver=%s x=%d y=%d w=%d h=%d", SDL_GetCurrentVideoDriver(), x, y,
              u->screen.w, u->screen.h);
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
    screen_end(&u->screen);
    if (u->window)
        SDL_DestroyWindow(u->window);
    mailbox_destroy(u->inbox);
    show_destroy(u->next);
    show_destroy(u->show);
    SDL_Quit();
    free(u);
}
