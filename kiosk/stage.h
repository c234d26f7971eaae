// stage: what the screen shows now: show + app -> layout -> draw list. Pure but for the show's files, which
// are read by then. The window (ui_sdl), stills (still_sdl) and tests draw from it alike.
#ifndef PUAS_KIOSK_STAGE_H
#define PUAS_KIOSK_STAGE_H

#include "kiosk/app.h"
#include "kiosk/draw.h"
#include "kiosk/layout.h"
#include "kiosk/show.h"

#include <stdbool.h>

struct stage_options {
    const char *org;  // borrowed
    const char *name; // of the kiosk, for `identify`; borrowed
    int target_px;    // least size of a target, 0: the usual one
    int reach_px;     // controls stand at most so far above the lower edge, 0: anywhere
    int low_px;       // and at least so far
    bool speech;      // offer to read aloud
};

enum { STAGE_DOTS_MAX = 40 };

// What the service menu tells.
struct stage_facts {
    char network[80], outbox[80], version[80], content[80];
};

struct stage {
    struct stage_options options;
    const struct show *show; // borrowed
    int w, h;
    struct app app;
    int tally;       // visits today
    int day;         // that is today: any number that is another one on another day
    int opens;       // CLOSED: minute of the day when it opens, -1: unknown
    char thanks[16]; // code to redeem; "": none
    int brightness;  // percent, drawn as a shade over the picture
    bool identify;   // show which kiosk this is
    struct stage_facts facts;
    struct stage_dots { // the last touches, for the touch test
        int count, next;
        int x[STAGE_DOTS_MAX], y[STAGE_DOTS_MAX];
    } dots;
    struct layout layout; // of the last stage_place
    struct draw_list list;
    struct show_scene scene;
    char opens_text[8];
};

void stage_init(struct stage *s, const struct stage_options *o, const struct show *show,
                const struct app_options *app, mono_ms now);

// Places everything anew; `retype`: only what is being written.
void stage_place(struct stage *s, const struct measure *m);
void stage_retype(struct stage *s, const struct measure *m);

// How many visits there have been today; `stage_day`: it is this day now, and another one begins with none.
void stage_set_tally(struct stage *s, int day, int visits);
void stage_day(struct stage *s, int day);

// The writer's answer, before the app is fed with it: counts the visit and makes its thank-you code.
// `stage_begin`: a visit begins, and nothing is left of the one before.
void stage_saved(struct stage *s, const struct saved *saved, const uint8_t epoch[EPOCH_BYTES]);
void stage_begin(struct stage *s);

// Another show, which app_replace has just taken.
void stage_use(struct stage *s, const struct show *show);

// What the service menu tells of the content.
void stage_tell_content(struct stage *s);

// Remembers a touch for the touch test.
void stage_dot(struct stage *s, int x, int y);

// Makes the draw list.
void stage_draw(struct stage *s);

#endif
