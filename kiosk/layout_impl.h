// layout: what its files share. Not for others.
#ifndef PUAS_KIOSK_LAYOUT_IMPL_H
#define PUAS_KIOSK_LAYOUT_IMPL_H

#include "kiosk/layout.h"

// The layout under construction, its input and the scale.
struct maker {
    struct layout *l;
    const struct layout_input *in;
    const struct measure *m;
    const struct app *app;
    const struct texts *texts; // of the language shown
    enum draw_direction direction;
    double u; // px of one design unit
    int margin, target_px;
    int top, bottom;       // free area between header and footer
    int footer_mid, floor; // middle of the footer; `bottom` before buttons took their part
    bool small;
};

static inline int least(int a, int b)
{
    return a < b ? a : b;
}

static inline int most(int a, int b)
{
    return a > b ? a : b;
}

// `units` of the design in px, at least `floor_px`.
int px_of(const struct maker *k, double units, int floor_px);

struct text_block fit(const struct maker *k, const struct wish *wish);
int block_height(const struct maker *k, const struct text_block *b);
void centre(struct text_block *b, int x, int y);
void align_left(struct text_block *b, int x, int y);
void align_right(struct text_block *b, int x, int y);
// Top of a block whose letters look centred on `y`: capitals stand a little below the middle of their line.
int top_around(const struct maker *k, const struct text_block *b, int y);

// The words of the question: its own, else the catalogue's.
const char *words_of(const struct maker *k, const struct config_pairs *own, enum text fallback);

// Heading and the line below it; returns their height. Placed by place_heading once their top is known.
int fit_heading(struct maker *k, const char *title, const char *more, int width, double title_units,
                double more_units, int gap);
int place_heading(struct maker *k, int y, int gap);

// A button as wide as its words; placed by the caller.
struct layout_button *add_button(struct maker *k, int target, enum text label, bool primary);

// Sets all cards' labels, whose texts are given, in the size of the one that needs the smallest. Returns the
// height of the tallest.
int fit_labels(struct maker *k, const char *const *texts, int px, int px_min, int width, int lines);

void place_faces(struct maker *k);
void place_scale(struct maker *k);
void place_choice(struct maker *k);
void place_typing(struct maker *k);
void place_typed(struct maker *k);
void place_service(struct maker *k);

#endif
