// ui: events in, inputs of the app out, effects carried out.
#include "kiosk/ui_impl.h"

#include "kiosk/prompts.h"
#include "shared/log.h"
#include "shared/seal.h"

#include <string.h>

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
    int said = speech_say(u->speech, names, count, (int)u->show->content.volume);
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
void ui_feed(struct ui *u, struct app_input in)
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
    if (e.screen_changed && u->stage.app.screen == APP_SERVICE) {
        u->ops.facts(u->ops.ctx, &u->stage.facts);
        stage_tell_content(&u->stage);
        const struct stage_facts *f = &u->stage.facts;
        log_event(LOG_INFO, "service_menu", "version=%Q network=%Q outbox=%Q content=%Q", f->version,
                  f->network, f->outbox, f->content);
    }
    if (e.save && e.answer.visit == 0)
        stage_begin(&u->stage);
    if (e.relayout) {
        ui_place(u);
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
        ui_feed(u, (struct app_input){.kind = APP_IN_SAVED, .saved = refused});
    }
}

void ui_press(struct ui *u, int target, int64_t finger, enum app_by by)
{
    ui_feed(u, (struct app_input){.kind = APP_IN_PRESS, .target = target, .finger = finger, .by = by});
}

static void press_at(struct ui *u, int x, int y, int64_t finger, enum app_by by)
{
    screen_onto_canvas(&u->screen, &x, &y);
    if (u->stage.app.screen == APP_SERVICE) {
        stage_dot(&u->stage, x, y);
        u->dirty = true;
    }
    ui_press(u, layout_hit(&u->stage.layout, x, y), finger, by);
}

static void release(struct ui *u, int64_t finger)
{
    ui_feed(u, (struct app_input){.kind = APP_IN_RELEASE, .finger = finger});
}

// ---------------------------------------------------------------- events
void ui_on_size(struct ui *u)
{
    int w = u->screen.w, h = u->screen.h;
    render_lose(u->render);
    u->dirty = true;
    if (!screen_fit(&u->screen)) {
        log_event(LOG_ERROR, "no_memory", "for=screen");
        u->quit = u->restart = true;
        return;
    }
    if (w == u->screen.w && h == u->screen.h)
        return;
    render_forget(u->render);
    u->stage.w = u->screen.canvas.w;
    u->stage.h = u->screen.canvas.h;
    u->say_screen = true;
    ui_feed(u, (struct app_input){.kind = APP_IN_LAYOUT});
}

static void on_window(struct ui *u, Uint8 what)
{
    switch (what) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        ui_on_size(u);
        break;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SHOWN:
        render_lose(u->render);
        u->dirty = true;
        break;
    default:
        break;
    }
}

void ui_on_event(struct ui *u, const SDL_Event *ev)
{
    switch (ev->type) {
    case SDL_QUIT:
        u->restart = false;
        u->leave_at = -1;
        ui_leave(u);
        break;
    case SDL_WINDOWEVENT:
        on_window(u, ev->window.event);
        break;
    case SDL_FINGERDOWN:
        press_at(u, (int)(ev->tfinger.x * (float)u->screen.w), (int)(ev->tfinger.y * (float)u->screen.h),
                 ev->tfinger.fingerId, APP_BY_TOUCH);
        break;
    case SDL_FINGERMOTION:
        if (u->stage.app.screen == APP_SERVICE) {
            int x = (int)(ev->tfinger.x * (float)u->screen.w), y = (int)(ev->tfinger.y * (float)u->screen.h);
            screen_onto_canvas(&u->screen, &x, &y);
            stage_dot(&u->stage, x, y);
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
            ui_on_key(u, ev->key.keysym.sym);
        break;
    default:
        break;
    }
}
