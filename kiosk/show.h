// show: a content document made ready for the screen: survey, catalogues of its languages with its own words,
// colours, scenes. Built away from the UI thread, then handed to it whole. Reads catalogues and theme files
// below the assets folder.
#ifndef PUAS_KIOSK_SHOW_H
#define PUAS_KIOSK_SHOW_H

#include "kiosk/app.h"
#include "kiosk/font.h"
#include "kiosk/texts.h"
#include "kiosk/theme.h"
#include "shared/content.h"

#include <stdbool.h>

enum {
    SHOW_HASH_BYTES = 65,
    SHOW_THANKS_MS = 12000, // a thank-you with a code or link stays at least so long; a touch ends it
};

struct show {
    struct content content;
    struct survey survey; // borrows from content
    struct texts texts[APP_LANGS_MAX];
    struct theme theme;
    struct font_files fonts;    // of the scripts in all its texts
    char hash[SHOW_HASH_BYTES]; // of the document pushed, hex; "": the kiosk's own file
};

struct show_error {
    char text[400];
};

// Takes `content` over, also on failure (finished then). `theme_path`: a theme file to begin with; "": none.
// Returns NULL with a reason that names what is wrong: a language without catalogue or font, a text
// that is none of ours, a colour. Free with show_destroy.
struct show *show_create(struct content *content, const char *assets, const char *theme_path,
                         struct show_error *ret_error);
void show_destroy(struct show *s); // accepts NULL

// What the app needs of it; times and the like are the caller's.
void show_fill(const struct show *s, struct app_options *o);

// What is told between customers: a small line and what stands below it.
struct show_scene {
    char label[SURVEY_WORDS_MAX + 60], text[SURVEY_WORDS_MAX + 60];
};
// Scene 0 is the question's own hint: false, as for one that has no words in this language. `tally`: answers
// today.
bool show_scene(const struct show *s, int lang, int scene, int tally, struct show_scene *ret);

// Opening hours at a local time: weekday 0 is Sunday. *ret_opens: minutes of the day when it opens next, -1:
// within the hours, or none in the next seven days.
bool show_is_open(const struct show *s, int weekday, int minute, int *ret_opens);

#endif
