#include "kiosk/theme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLOURS = 19 };

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
    COLOUR(focus, "#2f6fed", "ring around what the keys would press"),
    COLOUR(face_1, "#e0533d", "bar under the worst face"),
    COLOUR(face_2, "#f2913d", "bar under the second"),
    COLOUR(face_3, "#f3c33f", "bar under the third"),
    COLOUR(face_4, "#4fb3bf", "bar under the fourth"),
    COLOUR(face_5, "#2f7fc8", "bar under the best face"),
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
    argb *const places[] = {&t->back_top, &t->back_bottom, &t->glow,     &t->ink,    &t->soft,
                            &t->faint,    &t->card,        &t->card_low, &t->edge,   &t->shadow,
                            &t->accent,   &t->on_accent,   &t->icon,     &t->focus,  &t->face[0],
                            &t->face[1],  &t->face[2],     &t->face[3],  &t->face[4]};
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

argb theme_mix(argb a, argb b, unsigned amount)
{
    argb mixed = a & 0xff000000u;
    for (int shift = 0; shift < 24; shift += 8) {
        unsigned ca = (a >> shift) & 0xff, cb = (b >> shift) & 0xff;
        mixed |= ((ca * (255 - amount) + cb * amount + 127) / 255) << shift;
    }
    return mixed;
}
