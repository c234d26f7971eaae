// ui: what its files share. Not for others.
#ifndef PUAS_KIOSK_UI_IMPL_H
#define PUAS_KIOSK_UI_IMPL_H

#include "kiosk/remote.h"
#include "kiosk/render_sdl.h"
#include "kiosk/screen_sdl.h"
#include "kiosk/speech_sdl.h"
#include "kiosk/type_sdl.h"
#include "kiosk/ui_sdl.h"
#include "shared/mailbox.h"

#include <SDL.h>

enum {
    INBOX_MAX = 32,      // notes on their way: the app waits for one save at a time
    MOUSE_FINGER = -1,   // the mouse among the fingers
    POLL_MS = 8,         // where SDL cannot sleep on events (KMSDRM)
    HOURS_MS = 30000,    // how often opening hours are looked at
    IDENTIFY_MS = 10000, // the kiosk's name is shown for so long
    RESTART_MS = 60000,  // an ordered restart waits so long for the end of a visit
    LEAVE_MS = 2000,     // and any end for the commit of what was picked or written
};

// From other threads to this one. The SDL event only wakes it, so a full event queue loses nothing.
struct note {
    enum { NOTE_SAVED, NOTE_FAULT, NOTE_OPENED, NOTE_SHOW, NOTE_ORDER } kind;
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
    struct screen screen;  // its pixels
    struct type *type;     // owned
    struct render *render; // owned
    struct mailbox *inbox; // owned
    struct speech *speech; // owned; NULL: nothing is read aloud
    bool reads;            // the screen is read aloud until the customer has gone
    struct show *show;     // owned: the one shown
    struct show *next;     // owned: shown as soon as no visit is under way
    Uint32 wake_event;
    bool fill_later; // the window has the display's size, but no window manager was asked for all of it yet
    bool can_sleep;  // the driver wakes SDL_WaitEventTimeout without polling
    bool quit, restart, dirty;
    mono_ms leave_at;      // the visit is ended then, or before it when it is over; -1: no restart is ordered
    mono_ms quit_at;       // the program ends then at the latest; -1: it goes on
    bool say_content;      // tell the content once it is seen
    bool say_screen;       // log the screen once it is seen
    bool say_targets;      // and where its targets are, if they have moved
    uint64_t told_targets; // hash of the targets last logged
    mono_ms wake_at, hours_at, identify_until;
    int brightness;                 // percent, as it is now; -1: unknown
    char ref[PROTOCOL_REF_MAX + 1]; // of the queue system, when the visit began
    uint8_t epoch[EPOCH_BYTES];
    struct stage stage;
    struct {
        enum app_screen screen;
        int w, h, lang;
    } placed; // what the layout was made for
};

// ---------------------------------------------------------------- ui_sdl.c
void ui_leave(struct ui *u); // the program is to end: saves what was picked or written, then ends

// ---------------------------------------------------------------- ui_picture_sdl.c
void ui_place(struct ui *u); // lays out anew
void ui_draw(struct ui *u);  // draws, presents, and tells the log what is seen
void ui_take_picture(struct ui *u, const char *id); // answers an ordered screenshot

// ---------------------------------------------------------------- ui_input_sdl.c
void ui_feed(struct ui *u, struct app_input in); // and carries out the effects
void ui_on_event(struct ui *u, const SDL_Event *ev);
void ui_on_size(struct ui *u);

// ---------------------------------------------------------------- ui_keys_sdl.c
void ui_press(struct ui *u, int target, int64_t finger, enum app_by by);
void ui_on_key(struct ui *u, SDL_Keycode sym);

#endif
