// ui: keyboards, keypads and GPIO keys.
#include "kiosk/ui_impl.h"

#include <string.h>

// ---------------------------------------------------------------- keys
static void move_focus(struct ui *u, enum layout_way way)
{
    int target = layout_focus(&u->stage.layout, u->stage.app.focus, way);
    ui_feed(u, (struct app_input){.kind = APP_IN_FOCUS, .target = target});
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
        ui_feed(u, (struct app_input){.kind = APP_IN_ENTER});
        return;
    }
    if (strcmp(name, "cancel") == 0) {
        ui_feed(u, (struct app_input){.kind = APP_IN_FOCUS, .target = TARGET_NONE});
        return;
    }
    struct named n = {u, name, TARGET_NONE};
    layout_targets(&u->stage.layout, match_name, &n);
    if (n.target != TARGET_NONE)
        ui_press(u, n.target, 0, APP_BY_KEY);
}

void ui_on_key(struct ui *u, SDL_Keycode sym)
{
    static const struct {
        SDL_Keycode sym;
        const char *name;
    } usual[] = {
        {SDLK_RIGHT, "right"},   {SDLK_DOWN, "down"},
        {SDLK_LEFT, "left"},     {SDLK_UP, "up"},
        {SDLK_TAB, "next"},      {SDLK_RETURN, "enter"},
        {SDLK_SPACE, "enter"},   {SDLK_KP_ENTER, "enter"},
        {SDLK_ESCAPE, "cancel"}, {SDLK_KP_PERIOD, "skip"},
        {SDLK_KP_PLUS, "next"},  {SDLK_F1, "speech"},
        {SDLK_F10, "level-10"},  {SDLK_KP_MULTIPLY, "level-10"},
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
    int target = digit >= 0 ? app_digit(&u->stage.app, digit) : TARGET_NONE;
    if (target != TARGET_NONE)
        ui_press(u, target, 0, APP_BY_KEY);
}
