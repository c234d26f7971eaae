// layout: where everything stands on a screen of some size. Pure; the width of text is asked from the caller.
// Made once for each screen, question, language and size, then drawn from many times by view.
//
// Sizes are in units of a design of 1280x800 (row of faces) or 1080x1920 (list of faces), scaled to fit, with
// floors so that 480x320 stays readable and every target is at least `target_px` high and wide.
//
//   layout.c           header, footer, buttons, messages, targets
//   layout_question.c  faces in a row or a list, a scale of figures, tiles of a choice
//   layout_typing.c    fields and keyboard
//   layout_service.c   the menu for staff
#ifndef PUAS_KIOSK_LAYOUT_H
#define PUAS_KIOSK_LAYOUT_H

#include "kiosk/app.h"
#include "kiosk/draw.h"
#include "kiosk/texts.h"
#include "kiosk/typeset.h"

#include <stdbool.h>

enum {
    LAYOUT_TARGET_PX = 44,
    LAYOUT_WIDTH_MIN = 320,
    LAYOUT_WIDTH_MAX = 7680,
    LAYOUT_CARDS_MAX = SURVEY_NPS_LEVELS,
    LAYOUT_BUTTONS_MAX = 5,
    LAYOUT_ROWS_MAX = 8,
};

// A face, a figure of a scale, a tile of a choice.
struct layout_card {
    int target;
    struct rect rect, picture, bar; // without picture or bar: w 0
    struct text_block label;
    enum draw_image image;
    const char *icon; // with IMAGE_ICON
};
struct layout_pill {
    struct rect rect;
    struct text_block label;
};
struct layout_button {
    int target;
    bool primary;
    struct rect rect, cell;  // cell: what takes the touch; w 0: the rect
    struct text_block label; // empty: the icon
    const char *icon;
    struct rect picture;
};
struct layout_key {
    int target;
    struct rect cell, rect; // cell: what takes the touch, without gaps; rect: what is drawn
    struct text_block label;
    const char *icon; // NULL: the label
    struct rect picture;
};
// A fact of the service menu.
struct layout_row {
    struct rect rect;
    struct text_block name, value;
};
struct layout_field {
    struct rect cell, rect; // cell: what takes the touch, reaching up into the heading where the field is low
    struct text_block name;  // shown while it is empty
    struct text_block value; // the end of what is written
    struct rect caret;
};

struct layout {
    int w, h;
    bool list; // faces stand in a list, best first
    enum app_screen screen;
    int radius, lift; // of cards; how far a pressed card sinks
    struct rect logo; // w 0: there is no room for a header
    struct text_block org;
    int pill_count; // 0 on screens without a language switch
    struct layout_pill pill[APP_LANGS_MAX];
    struct text_block title, more, footer, code;
    struct text_block scene;     // small line above `more`: "Our promise"
    struct text_block low, high; // at the ends of a scale
    struct rect identify;        // over all else: which kiosk this is; w 0: not asked
    struct text_block identify_text;
    struct rect warning; // where "still there?" is asked
    struct text_block warning_text;
    int card_count;
    struct layout_card card[LAYOUT_CARDS_MAX]; // faces by score, worst first
    int button_count;
    struct layout_button button[LAYOUT_BUTTONS_MAX];
    int field_count;
    struct layout_field field[TYPING_FIELDS_MAX];
    int key_count;
    struct layout_key key[KEYBOARD_PAGE_KEYS];
    int row_count;
    struct layout_row row[LAYOUT_ROWS_MAX];
    struct keyboard_page keyboard; // what the keys' labels borrow from
    struct rect qr;                // THANKS with a link; w 0: none
    const char *qr_text;
    struct text_block qr_label;
    struct rect picture; // message screens
    enum draw_image image;
    char code_text[64];
    char more_text[2 * SURVEY_WORDS_MAX];
    char purpose[SURVEY_WORDS_MAX + 12]; // of contact data, with its days
};

struct layout_input {
    int w, h;
    const struct app *app; // screen, question, language ...; not kept
    const struct texts
        *texts;      // one for each language; borrowed until the layout is made anew, as all text here
    const char *org; // name of the organisation
    int target_px;   // least size of a target; 0: LAYOUT_TARGET_PX
    // Controls stand between these lines, where arms reach; 0: anywhere.
    int reach_top, reach_bottom;
    bool speech;     // offer to read aloud
    bool scenes;     // room is kept for scenes
    const char *scene, *scene_label; // of a->scene; NULL: the hint
    const char *opens;               // CLOSED: "08:00"
    int fact_count;                  // SERVICE: what the menu tells
    struct layout_fact {
        enum text name;
        const char *value;
    } fact[LAYOUT_ROWS_MAX];
    const char *identify;      // name of the kiosk, shown over all else; NULL: not asked
    const char *thanks, *link; // THANKS: code to redeem, address; or NULL
};

// True where faces stand in a list.
bool layout_is_list(int w, int h);

void layout_make(struct layout *l, const struct layout_input *in, const struct measure *m);

// Places anew what is being written; the rest of the layout stands.
void layout_retype(struct layout *l, const struct layout_input *in, const struct measure *m);

// The target at a point, or TARGET_NONE. Neighbours never overlap.
int layout_hit(const struct layout *l, int x, int y);

// Calls `each` for every target of the screen, in reading order; r is what takes the touch.
typedef void layout_on_target(void *ctx, int target, struct rect r);
void layout_targets(const struct layout *l, layout_on_target *each, void *ctx);
// The same for one target; zero when it is not there.
struct rect layout_target_rect(const struct layout *l, int target);

// Where the focus goes from target `from` (TARGET_NONE: nowhere yet) by a key. Arrows go to the nearest
// target on that side, else on in reading order; TARGET_NONE when there are no targets.
enum layout_way { WAY_LEFT, WAY_RIGHT, WAY_UP, WAY_DOWN, WAY_NEXT, WAY_BACK };
int layout_focus(const struct layout *l, int from, enum layout_way way);

#endif
