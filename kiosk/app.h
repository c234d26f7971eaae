// app: what the kiosk does, as a pure machine: input -> state -> effects. No screen, no clock, no disk: the
// caller passes the time in with each input and carries out the effects.
//
//                 an answer               saved: committed         no question left
//   QUESTION ---------------> PRESSED -------------------> next question -------> THANKS -- thanks_ms --+
//    ^    ^                      |                          |  (skip, answer)                            |
//    |    |                      | saved: timed out         | nobody there any more                     |
//    |    +---- try_again_ms ----+--> TRY_AGAIN             v                                            |
//    |                           |                  the first question <--------------------------------+
//    |                           | saved: full, failed; or silence of the writer
//    +---- service_retry_ms -----+--> OUT_OF_SERVICE
//
// A visit walks through the questions of the survey. Each answer is saved by itself, as soon as it is given:
// who walks away leaves what they said so far. Outside opening hours CLOSED stands instead of the first
// question until somebody touches it.
//
// Invariants, each with a test:
//  - THANKS, and the next question, follow on SAVE_COMMITTED of the ticket that is waited for (or on a skip).
//  - Every accepted answer gives exactly one `save`; until its result there is no other.
//  - Of the face that was pressed the state keeps what words and the order of questions need; what is drawn
//    differs in words alone (survey.h has the rule, test_view proves it).
//  - Every screen but the first question and CLOSED has a deadline: with ticks alone the app comes back,
//    unless a fault reported from outside still stands.
#ifndef PUAS_KIOSK_APP_H
#define PUAS_KIOSK_APP_H

#include "kiosk/fingers.h"
#include "kiosk/keyboard.h"
#include "kiosk/service.h"
#include "kiosk/typing.h"
#include "kiosk/writer.h"
#include "shared/clock.h"
#include "shared/content.h"
#include "shared/ident.h"
#include "shared/survey.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    APP_LANGS_MAX = CONTENT_LANGS_MAX,
    APP_FRAME_MS = 16,      // pace of short animations
    APP_WAVE_FRAME_MS = 40, // pace of the gentle motion between customers
    APP_WAVE_MS = 1600,     // how long it lasts
    APP_REVEAL_MS = 220,    // a screen comes up in this time
    APP_HOLD_MS = 3000,     // the hidden corner is held for this long to open the service menu
};

// What can be pressed. Numbers, so that layout, log and tests can name one.
enum {
    TARGET_NONE = 0,
    TARGET_FACE = 1,    // TARGET_FACE + score - 1: faces, figures 0 to 10 of a scale
    TARGET_LANG = 16,   // + index of the language
    TARGET_OPTION = 32, // + index of the option
    TARGET_FIELD = 40,  // + index of the field being written
    TARGET_DONE = 48,   // hands in what was picked or written
    TARGET_SKIP,
    TARGET_SPACE,
    TARGET_SPEECH,        // reads the screen aloud
    TARGET_CORNER,        // hidden
    TARGET_KEY = 64,      // + index of the key on the keyboard
    TARGET_SERVICE = 128, // + what the service menu says
};
// "face-3", "lang-id", "option-wait", "key-7" ...: for the log and for tests. Borrows from `a` or `buffer`.
struct app;
const char *app_target_name(const struct app *a, int target, char *buffer, size_t size);

enum app_screen {
    APP_QUESTION, // any question of the survey: see app_question
    APP_PRESSED,
    APP_THANKS,
    APP_TRY_AGAIN,
    APP_OUT_OF_SERVICE,
    APP_CLOSED,
    APP_SERVICE, // the menu for staff: see service.h
    APP_SCREENS
};
// "question", "pressed", "thanks", "try-again", "out-of-service", "closed", "service"
const char *app_screen_name(enum app_screen s);

// Why the kiosk is out of service: shown as a short code for staff.
enum app_reason { APP_REASON_NONE, APP_DISK_FULL, APP_OUTBOX_ERROR, APP_WRITER_SILENT, APP_REASONS };
const char *app_reason_code(enum app_reason r); // "", "disk-full", "outbox-error", "writer-silent"

enum app_by { APP_BY_TOUCH, APP_BY_MOUSE, APP_BY_KEY };

struct app_options {
    const struct survey *survey; // borrowed
    int lang_count;              // 1..APP_LANGS_MAX
    int lang_default;            // index
    char langs[APP_LANGS_MAX][PROTOCOL_LANG_MAX + 1];
    bool still;   // reduced motion: no animation at all
    int press_ms; // the press is shown for at least this long
    int thanks_ms, try_again_ms;
    bool thanks_stays;      // it carries a code or a link: a touch ends it
    int settle_ms;          // after an answer no new visit begins for this long
    int settle_step_ms;     // after an answer or a skip no further one of the same visit is taken so long
    int language_return_ms; // back to the default language after this long without input
    int save_timeout_ms;    // the writer's promise; silence for twice as long and a second is a fault
    int service_retry_ms;   // out of service: offer the question again after this long
    int step_ms, typing_ms; // a further question waits so long for a touch, one with a keyboard
    int warn_ms;            // "still there?" is asked so long before that ends
    int awake_ms;           // closed: so long after the last touch
    int idle_ms, scene_ms;  // nobody there: the scenes between customers begin, and change
    int scenes;             // how many there are, the plain question (0) included
    char service_pin[SERVICE_PIN_MAX + 1]; // empty: there is no service menu
};

struct app {
    struct app_options options;
    enum app_screen screen;
    mono_ms since;   // the screen is up since then
    mono_ms touched; // of the last press or key, or the screen's own `since`
    mono_ms now;     // of the last input
    int step;        // question shown or answered last; 0: the first, where visits begin
    int lang;        // index of the language shown
    int focus;       // target with the key focus, or TARGET_NONE
    int scene;       // what stands below the first question; 0: its hint
    bool closed;     // outside opening hours
    // The visit:
    int64_t visit; // seq of its first answer, 0: none yet
    struct survey_trail trail;
    int score;       // of the face, for words; 0: none yet
    unsigned picked; // options of a choice of several
    struct typing typing;
    int page;     // of the keyboard
    bool leaving; // nobody is there any more: what was picked or written is being saved
    struct service service;
    // What the disk and the outside say:
    enum app_reason reason; // of OUT_OF_SERVICE
    enum app_reason fault;  // reported from outside and not yet over: no question until it is
    uint64_t ticket;        // of the save waited for in PRESSED, and the last one given out
    bool answered;          // PRESSED: the writer has answered; the press is still being shown
    struct saved saved;     // its answer
    mono_ms last_press;     // of any press, ignored ones too; -1: none yet
    mono_ms last_answer;    // accepted, or skipped: the next one is taken once it has settled; -1: none yet
    mono_ms lang_until;     // back to the default language then; -1: it is the default
    struct fingers fingers;
};

enum app_input_kind {
    APP_IN_PRESS,
    APP_IN_RELEASE,
    APP_IN_TICK,
    APP_IN_SAVED,
    APP_IN_FOCUS,  // a key has moved the focus to `target`; TARGET_NONE hides it
    APP_IN_ENTER,  // a key presses what has the focus
    APP_IN_LAYOUT, // the size of the screen has changed
    APP_IN_SERVICE,
    APP_IN_HOURS,
    APP_IN_LEAVE, // the program is to end: what was picked or written is saved, then the app is at rest
};

struct app_input {
    enum app_input_kind kind;
    mono_ms now;
    wall_ms wall;           // of any that may save: PRESS, ENTER, TICK, LEAVE ...
    int target;             // PRESS: what lies under the finger; FOCUS
    int64_t finger;         // PRESS, RELEASE: who; any number for mouse and key
    enum app_by by;         // PRESS
    struct saved saved;     // SAVED
    enum app_reason reason; // SERVICE: out of service from outside; NONE: in service again
    bool closed;            // HOURS
};

struct app_effects {
    bool save;            // post `answer` to the writer; a refusal is fed back as SAVE_FAILED
    struct answer answer; // a contact's text: its fields, parted by newlines; to be sealed before it is saved
    int ignored;          // presses to count as ignored
    bool redraw;          // the picture has changed
    bool relayout;        // so has what stands where: screen, language, question, keyboard
    bool retyped;         // what is being written has changed
    bool screen_changed, lang_changed;
    bool speak;      // the screen is to be read aloud
    bool restart;    // staff wants the program to start anew
    mono_ms wake_at; // feed a tick then; -1: nothing is due
};

void app_init(struct app *a, const struct app_options *o, mono_ms now);
struct app_effects app_feed(struct app *a, const struct app_input *in);

// Takes new options, so a new survey and languages, where no visit is under way; false: not now, try again
// after the next input.
bool app_replace(struct app *a, const struct app_options *o);

const struct survey_question *app_question(const struct app *a);
bool app_is_first(const struct app *a);  // the first question is shown: nobody has answered yet
bool app_is_typing(const struct app *a); // a keyboard is shown
// No visit is under way and nothing is shown that is somebody's: the first question, closed, out of service.
bool app_is_at_rest(const struct app *a);
// The keys shown now.
void app_keyboard(const struct app *a, struct keyboard_page *ret);

// What a digit of a keypad presses: a face, a level of a scale, a tile, a key of the number pad or of the
// PIN; or TARGET_NONE.
int app_digit(const struct app *a, int digit);

// How far the screen's animation is, in thousandths. 1000 when it has ended or there is none.
int app_progress(const struct app *a);
// How far the gentle motion between customers is, in thousandths; -1 when there is none.
int app_wave(const struct app *a);
// What is left of the time in which "still there?" is asked, in thousandths; -1 when it is not asked.
int app_warning(const struct app *a);

#endif
