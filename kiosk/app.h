// app: what the kiosk does, as a pure machine: input -> state -> effects. No screen, no clock, no disk: the
// caller passes the time in with each input and carries out the effects.
//
//                press on a face                   saved: committed
//   QUESTION ------------------------> PRESSED ------------------------> THANKS -- thanks_ms --> QUESTION
//      ^                                  | saved: timed out
//      |                                  +--> TRY_AGAIN -- try_again_ms, or a touch --------> QUESTION
//      |                                  | saved: full, failed; or no word from the writer
//      +------- service_retry_ms ---------+--> OUT_OF_SERVICE
//
// Invariants, each with a test:
//  - THANKS is reached by SAVE_COMMITTED of the ticket that is waited for, and by nothing else.
//  - Every accepted press gives exactly one `save`; between it and the return to QUESTION there is no other.
//  - The state after an accepted press holds no trace of which face it was, so nothing drawn from it can
//  tell.
//  - Every screen but QUESTION has a deadline: with ticks alone the app comes back, unless a fault reported
//    from outside still stands.
//
// More kinds of step (choice, text, contact ...) become further screens and target ranges.
#ifndef PUAS_KIOSK_APP_H
#define PUAS_KIOSK_APP_H

#include "kiosk/writer.h"
#include "shared/clock.h"
#include "shared/ident.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    APP_FACES_MIN = 4,
    APP_FACES_MAX = 5,
    APP_LANGS_MAX = 8,          // pills that fit a header
    APP_FINGERS_MAX = 10,       // contacts a panel reports at once
    APP_FINGER_STALE_MS = 5000, // a finger down for longer is dirt or a lost release: it blocks nobody
    APP_FRAME_MS = 16,          // pace of animations
    APP_REVEAL_MS = 220,        // a message screen comes up in this time
};

// What can be pressed. Numbers, so that layout, log and tests can name one.
enum {
    TARGET_NONE = 0,
    TARGET_FACE = 1,  // TARGET_FACE + score - 1
    TARGET_LANG = 16, // TARGET_LANG + index of the language
};

enum app_screen { APP_QUESTION, APP_PRESSED, APP_THANKS, APP_TRY_AGAIN, APP_OUT_OF_SERVICE, APP_SCREENS };
const char *
app_screen_name(enum app_screen s); // "question", "pressed", "thanks", "try-again", "out-of-service"

// Why the kiosk is out of service: shown as a short code for staff.
enum app_reason { APP_REASON_NONE, APP_DISK_FULL, APP_OUTBOX_ERROR, APP_WRITER_SILENT, APP_REASONS };
const char *app_reason_code(enum app_reason r); // "", "disk-full", "outbox-error", "writer-silent"

enum app_by { APP_BY_TOUCH, APP_BY_MOUSE, APP_BY_KEY };

enum app_key {
    APP_KEY_NEXT, // focus moves on, in the order seen on the screen
    APP_KEY_BACK,
    APP_KEY_OTHER,  // focus moves between faces and languages
    APP_KEY_ENTER,  // presses what has the focus
    APP_KEY_CANCEL, // hides the focus
};

struct app_options {
    struct ident survey, question;
    int version;
    int faces;        // APP_FACES_MIN..APP_FACES_MAX
    int lang_count;   // 1..APP_LANGS_MAX
    int lang_default; // index
    char langs[APP_LANGS_MAX][PROTOCOL_LANG_MAX + 1];
    bool still;   // reduced motion: no animation at all
    int press_ms; // the press is shown for at least this long
    int thanks_ms, try_again_ms;
    int settle_ms;          // after an accepted press no other is taken for this long
    int language_return_ms; // back to the default language after this long without input
    int save_timeout_ms;    // the writer's promise; silence for twice as long and a second is a fault
    int service_retry_ms;   // out of service: offer the question again after this long
};

struct app_finger {
    int64_t id;
    mono_ms since;
    bool on_target; // false: rests beside everything, so it blocks nobody
    bool down;
};

struct app {
    struct app_options options;
    enum app_screen screen;
    mono_ms since;           // the screen is up since then
    mono_ms now;             // of the last input
    int lang;                // index of the language shown
    int focus;               // target with the key focus, or TARGET_NONE
    bool list;               // faces stand best first from top to bottom (portrait)
    enum app_reason reason;  // of OUT_OF_SERVICE
    enum app_reason fault;   // reported from outside and not yet over: no question until it is
    uint64_t ticket;         // of the save waited for in PRESSED, and the last one given out
    bool answered;           // PRESSED: the writer has answered; the press is still being shown
    enum save_result result; // its answer
    mono_ms last_press;      // of any press, ignored ones too; -1: none yet
    mono_ms locked_until;    // presses before this are ignored
    mono_ms lang_until;      // back to the default language then; -1: it is the default
    struct app_finger fingers[APP_FINGERS_MAX];
};

enum app_input_kind {
    APP_IN_PRESS,
    APP_IN_RELEASE,
    APP_IN_TICK,
    APP_IN_SAVED,
    APP_IN_KEY,
    APP_IN_LAYOUT,
    APP_IN_SERVICE
};

struct app_input {
    enum app_input_kind kind;
    mono_ms now;
    wall_ms wall;           // PRESS, KEY
    int target;             // PRESS: what lies under the finger
    int64_t finger;         // PRESS, RELEASE: who; any number for mouse and key
    enum app_by by;         // PRESS
    enum app_key key;       // KEY
    bool list;              // LAYOUT: order in which faces stand
    struct saved saved;     // SAVED
    enum app_reason reason; // SERVICE: out of service from outside; NONE: in service again
};

struct app_effects {
    bool save; // post `answer` to the writer; a refusal is fed back as SAVE_FAILED
    struct answer answer;
    int ignored;   // presses to count as ignored
    bool redraw;   // the picture has changed
    bool relayout; // so has what stands where: screen or language
    bool screen_changed, lang_changed;
    mono_ms wake_at; // feed a tick then; -1: nothing is due
};

void app_init(struct app *a, const struct app_options *o, mono_ms now);
struct app_effects app_feed(struct app *a, const struct app_input *in);

// How far the screen's animation is, in thousandths. 1000 when it has ended or there is none.
int app_progress(const struct app *a);

// True while presses on faces are taken, settle time aside.
bool app_takes_answers(const struct app *a);

#endif
