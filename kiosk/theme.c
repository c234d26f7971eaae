#include "kiosk/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLOURS = 20 };

#define COLOUR(field, text, says)                                                                            \
    {                                                                                                        \
        .name = #field, .type = CONFIG_STRING, .offset = offsetof(struct theme_file, field),                 \
        .fallback = text, .max = 9, .help = says                                                             \
    }

// Also the light theme: its colours are the fallbacks.
const struct config_row theme_rows[] = {
    COLOUR(back_top, "#f9fbfe", "background at the top"),
    COLOUR(back_bottom, "#e3eaf5", "background at the bottom"),
    COLOUR(glow, "#b0ffffff", "soft light behind the middle; the first two digits are its strength"),
    COLOUR(ink, "#14213d", "headings and labels"),
    COLOUR(soft, "#475371", "text under the heading"),
    COLOUR(faint, "#56617c", "footer"),
    COLOUR(card, "#ffffff", "card, top"),
    COLOUR(card_low, "#fbfcff", "card, bottom"),
    COLOUR(edge, "#1e3a5f8f", "hairline around cards and pills"),
    COLOUR(shadow, "#2a3c5584", "shadow under cards"),
    COLOUR(accent, "#16223f", "pill of the language shown"),
    COLOUR(on_accent, "#ffffff", "text on it"),
    COLOUR(icon, "#3a5bc0", "pictures of a choice"),
    COLOUR(field, "#77839d", "border of a field to write in"),
    COLOUR(focus, "#2f6fed", "ring around what the keys would press"),
    COLOUR(face_1, "#b23422", "bar under the worst face"),
    COLOUR(face_2, "#c9671c", "bar under the second"),
    COLOUR(face_3, "#a17300", "bar under the third"),
    COLOUR(face_4, "#2f8592", "bar under the fourth"),
    COLOUR(face_5, "#1b5a9c", "bar under the best face"),
    [COLOURS] = {.name = "logo",
                 .type = CONFIG_STRING,
                 .offset = offsetof(struct theme_file, logo),
                 .fallback = "",
                 .max = THEME_LOGO_MAX - 1,
                 .help = "picture beside the name at the top, SVG or PNG; relative to the theme file"},
    {0},
};

static bool parse_colour(const char *s, argb *ret_c)
{
    size_t n = s ? strlen(s) : 0;
    if ((n != 7 && n != 9) || s[0] != '#' || strspn(s + 1, "0123456789abcdefABCDEF") != n - 1)
        return false;
    uint32_t c = (uint32_t)strtoul(s + 1, NULL, 16);
    *ret_c = n == 7 ? c | 0xff000000u : c;
    return true;
}

// Where each row's colour goes, in the order of theme_rows.
static argb *place_of(struct theme *t, int row)
{
    argb *const places[] = {&t->back_top, &t->back_bottom, &t->glow,     &t->ink,     &t->soft,
                            &t->faint,    &t->card,        &t->card_low, &t->edge,    &t->shadow,
                            &t->accent,   &t->on_accent,   &t->icon,     &t->field,   &t->focus,
                            &t->face[0],  &t->face[1],     &t->face[2],  &t->face[3], &t->face[4]};
    return places[row];
}

bool theme_parse(const struct theme_file *file, struct theme *ret_theme, const char **ret_bad)
{
    struct theme t = {0};
    for (int i = 0; i < COLOURS; i++) {
        char *const *text = (char *const *)((const char *)file + theme_rows[i].offset);
        if (!parse_colour(*text, place_of(&t, i))) {
            *ret_bad = theme_rows[i].name;
            return false;
        }
    }
    snprintf(t.logo, sizeof t.logo, "%s", file->logo);
    *ret_theme = t;
    return true;
}

bool theme_set(struct theme *t, const char *name, const char *colour)
{
    for (int i = 0; i < COLOURS; i++)
        if (strcmp(theme_rows[i].name, name) == 0)
            return parse_colour(colour, place_of(t, i));
    return false;
}

struct theme theme_light(void)
{
    struct theme t = {0};
    for (int i = 0; i < COLOURS; i++)
        parse_colour(theme_rows[i].fallback, place_of(&t, i));
    return t;
}

static double channel(argb c, int shift)
{
    double v = ((c >> shift) & 0xff) / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(argb c)
{
    return 0.2126 * channel(c, 16) + 0.7152 * channel(c, 8) + 0.0722 * channel(c, 0);
}

double theme_contrast(argb a, argb b)
{
    double la = luminance(a), lb = luminance(b);
    return la > lb ? (la + 0.05) / (lb + 0.05) : (lb + 0.05) / (la + 0.05);
}

bool theme_check(const struct theme *t, struct theme_flaw *ret_flaw)
{
    enum { TEXT = 45, GRAPHIC = 30 }; // tenths
    // The background's middle is lit by the glow.
    argb lit_top = theme_mix(t->back_top, t->glow, t->glow >> 24),
         lit_bottom = theme_mix(t->back_bottom, t->glow, t->glow >> 24);
    const struct {
        const char *front, *back;
        argb a, b;
        int wanted;
    } pairs[] = {
        {"ink", "back_top", t->ink, t->back_top, TEXT},
        {"ink", "back_bottom", t->ink, t->back_bottom, TEXT},
        {"ink", "glow", t->ink, lit_top, TEXT},
        {"ink", "card", t->ink, t->card, TEXT},
        {"ink", "card_low", t->ink, t->card_low, TEXT},
        {"soft", "back_top", t->soft, t->back_top, TEXT},
        {"soft", "back_bottom", t->soft, t->back_bottom, TEXT},
        {"soft", "glow", t->soft, lit_top, TEXT},
        {"soft", "card", t->soft, t->card, TEXT},
        {"faint", "back_top", t->faint, t->back_top, TEXT},
        {"faint", "back_bottom", t->faint, t->back_bottom, TEXT},
        {"faint", "glow", t->faint, lit_bottom, TEXT},
        {"faint", "card", t->faint, t->card, TEXT},
        {"on_accent", "accent", t->on_accent, t->accent, TEXT},
        {"icon", "back_top", t->icon, t->back_top, TEXT}, // "Our promise" is written in it
        {"icon", "glow", t->icon, lit_top, TEXT},
        {"icon", "card", t->icon, t->card, GRAPHIC},
        {"icon", "card_low", t->icon, t->card_low, GRAPHIC},
        {"accent", "back_bottom", t->accent, t->back_bottom, GRAPHIC},
        {"accent", "card", t->accent, t->card, GRAPHIC}, // what is picked against what is not
        {"field", "card", t->field, t->card, GRAPHIC},
        {"field", "back_top", t->field, t->back_top, GRAPHIC},
        {"focus", "card", t->focus, t->card, GRAPHIC},
        {"focus", "back_top", t->focus, t->back_top, GRAPHIC},
        {"focus", "back_bottom", t->focus, t->back_bottom, GRAPHIC},
        {"face_1", "card", t->face[0], t->card, GRAPHIC},
        {"face_2", "card", t->face[1], t->card, GRAPHIC},
        {"face_3", "card", t->face[2], t->card, GRAPHIC},
        {"face_4", "card", t->face[3], t->card, GRAPHIC},
        {"face_5", "card", t->face[4], t->card, GRAPHIC},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double contrast = theme_contrast(pairs[i].a, pairs[i].b), wanted = pairs[i].wanted / 10.0;
        if (contrast < wanted) {
            *ret_flaw = (struct theme_flaw){pairs[i].front, pairs[i].back, contrast, wanted};
            return false;
        }
    }
    return true;
}

argb theme_mix(argb a, argb b, unsigned amount)
{
    argb mixed = a & 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        unsigned ca = (a >> shift) & 0xff, cb = (b >> shift) & 0xff;
        mixed |= ((ca * (255 - amount) + cb * amount + 127) / 255) << shift;
    }
    return mixed;
}
