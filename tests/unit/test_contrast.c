// Everybody can see it: contrast of text and of graphics in both themes, for full and for colour-blind sight;
// pushed colours that nobody could read are refused.
#include "kiosk/show.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- colour-blind sight
// Machado, Oliveira, Fernandes: A Physiologically-based Model for Simulation of Color Vision Deficiency,
// 2009; severity 1.0, applied to linear RGB.
enum { SIGHTS = 4 };
static const struct sight {
    const char *name;
    double m[3][3];
} sights[SIGHTS] = {
    {"full", {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
    {"protanopia",
     {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
    {"deuteranopia",
     {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
    {"tritanopia",
     {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
};

static double linear(unsigned v)
{
    double c = v / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static unsigned gamma_of(double c)
{
    c = c < 0 ? 0 : c > 1 ? 1 : c;
    return (unsigned)(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * pow(c, 1 / 2.4) - 0.055) + 0.5);
}

static argb seen_by(const struct sight *s, argb c)
{
    double in[3] = {linear(c >> 16 & 0xff), linear(c >> 8 & 0xff), linear(c & 0xff)};
    argb out = 0xff000000u;
    for (int i = 0; i < 3; i++)
        out |= gamma_of(s->m[i][0] * in[0] + s->m[i][1] * in[1] + s->m[i][2] * in[2]) << (16 - 8 * i);
    return out;
}

static struct theme theme_seen_by(const struct sight *s, const struct theme *t)
{
    struct theme seen = *t;
    argb *const colours[] = {&seen.back_top, &seen.back_bottom, &seen.ink,     &seen.soft,      &seen.faint,
                             &seen.card,     &seen.card_low,    &seen.accent,  &seen.on_accent, &seen.icon,
                             &seen.field,    &seen.focus,       &seen.face[0], &seen.face[1],   &seen.face[2],
                             &seen.face[3],  &seen.face[4]};
    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        *colours[i] = seen_by(s, *colours[i]);
    seen.glow = (t->glow & 0xff000000u) | (seen_by(s, t->glow) & 0xffffffu);
    return seen;
}

static struct theme theme_dark(void)
{
    struct theme t = theme_light();
    struct theme_file file = {0};
    struct config_error error = {0};
    const char *bad = NULL;
    if (!config_load("assets/themes/dark.yaml", theme_rows, &file, &error))
        fail_msg("%s", error.text);
    assert_true(theme_parse(&file, &t, &bad));
    file.ink[1] = 'x';
    assert_false(theme_parse(&file, &t, &bad));
    assert_string_equal(bad, "ink");
    config_free(theme_rows, &file);
    return t;
}

static void both_themes_can_be_read_by_everybody(void **state)
{
    const struct theme themes[] = {theme_light(), theme_dark()};
    (void)state;
    assert_true(theme_contrast(0xff000000u, 0xffffffffu) > 20.9);
    assert_int_equal(seen_by(&sights[0], 0xff3a5bc0u), 0xff3a5bc0u);
    for (int t = 0; t < 2; t++) {
        for (int i = 0; i < SIGHTS; i++) {
            struct theme seen = theme_seen_by(&sights[i], &themes[t]);
            struct theme_flaw flaw;
            if (!theme_check(&seen, &flaw))
                fail_msg("%s, %s: %s on %s has %.2f of %.1f", t ? "dark" : "light", sights[i].name,
                         flaw.front, flaw.back, flaw.contrast, flaw.wanted);
        }
    }
}

// ---------------------------------------------------------------- the faces
enum { STOPS = 3 };
struct face {
    argb rim, features, skin[STOPS]; // skin from top to bottom
};

static argb colour_at(const char *s)
{
    assert_int_equal(*s, '#');
    return 0xff000000u | (argb)strtoul(s + 1, NULL, 16);
}

static const char *after(const char *text, const char *mark)
{
    const char *found = strstr(text, mark);
    if (!found)
        fail_msg("a face has no %s", mark);
    return found + strlen(mark);
}

static struct face face_of(int n)
{
    char path[80], text[8192];
    struct face face;
    snprintf(path, sizeof path, "assets/faces/face-%d.svg", n);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    const char *at = text;
    for (int i = 0; i < STOPS; i++)
        face.skin[i] = colour_at(at = after(at, "stop-color=\""));
    face.rim = colour_at(after(text, "r=\"97\" fill=\""));
    face.features = colour_at(after(text, "stroke=\""));
    return face;
}

static double contrast(const struct sight *s, argb a, argb b)
{
    return theme_contrast(seen_by(s, a), seen_by(s, b));
}

// Eyes and mouth on the skin, wherever they stand; the disc on the card by its rim or its skin.
static void faces_stand_out(void **state)
{
    const struct theme themes[] = {theme_light(), theme_dark()};
    (void)state;
    for (int n = 1; n <= 5; n++) {
        struct face f = face_of(n);
        for (int i = 0; i < SIGHTS; i++) {
            const struct sight *s = &sights[i];
            for (int k = 0; k < STOPS; k++)
                if (contrast(s, f.features, f.skin[k]) < 3)
                    fail_msg("face %d, %s: features %.2f", n, s->name, contrast(s, f.features, f.skin[k]));
            for (int t = 0; t < 2; t++) {
                double rim = contrast(s, f.rim, themes[t].card),
                       skin = contrast(s, f.skin[1], themes[t].card);
                if (rim < 3 && skin < 3)
                    fail_msg("face %d, %s, theme %d: rim %.2f, skin %.2f", n, s->name, t, rim, skin);
            }
        }
    }
}

static void lab_of(argb c, double *ret_lab)
{
    static const double white[3] = {0.95047, 1, 1.08883};
    static const double m[3][3] = {
        {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
    double in[3] = {linear(c >> 16 & 0xff), linear(c >> 8 & 0xff), linear(c & 0xff)}, f[3];
    for (int i = 0; i < 3; i++) {
        double v = (m[i][0] * in[0] + m[i][1] * in[1] + m[i][2] * in[2]) / white[i];
        f[i] = v > 0.008856 ? cbrt(v) : 7.787 * v + 16.0 / 116;
    }
    ret_lab[0] = 116 * f[1] - 16;
    ret_lab[1] = 500 * (f[0] - f[1]);
    ret_lab[2] = 200 * (f[1] - f[2]);
}

// CIE 1976 difference; 2.3 can just be told apart side by side.
static double difference(const struct sight *s, argb a, argb b)
{
    double la[3], lb[3];
    lab_of(seen_by(s, a), la);
    lab_of(seen_by(s, b), lb);
    return sqrt((la[0] - lb[0]) * (la[0] - lb[0]) + (la[1] - lb[1]) * (la[1] - lb[1]) +
                (la[2] - lb[2]) * (la[2] - lb[2]));
}

// Words and shapes carry the meaning; the colours help everybody all the same.
static void no_two_faces_have_one_colour_for_anybody(void **state)
{
    (void)state;
    for (int i = 0; i < SIGHTS; i++)
        for (int n = 1; n <= 5; n++)
            for (int other = n + 1; other <= 5; other++) {
                double d = difference(&sights[i], face_of(n).skin[1], face_of(other).skin[1]);
                if (d < 10)
                    fail_msg("faces %d and %d, %s: %.1f", n, other, sights[i].name, d);
            }
}

// ---------------------------------------------------------------- pushed colours
static void colours_that_nobody_can_read_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *says;
    } rows[] = {
        {"theme: { ink: \"#ffffff\" }\n", "ink on back_top"},
        {"theme: { accent: \"#ffcc00\" }\n", "on_accent on accent has a contrast of 1.5"},
        {"theme: { base: dark, icon: \"#1d2a47\" }\n", "icon on back_top"},
        {"theme: { focus: \"#ffffff\" }\n", "focus on card"},
        {"theme: { face_3: \"#ffe082\" }\n",
         "face_3 on card has a contrast of 1.3; everybody can read it from 3.0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct content content;
        struct config_error error;
        struct show_error why = {0};
        assert_true(content_parse("test", rows[i].yaml, strlen(rows[i].yaml), &content, &error));
        assert_null(show_create(&content, "assets", "", &why));
        if (!strstr(why.text, rows[i].says))
            fail_msg("'%s' lacks '%s'", why.text, rows[i].says);
    }
    struct show *good = show_of("theme: { accent: \"#7a1f3d\", icon: \"#7a1f3d\" }\n");
    assert_non_null(good);
    show_destroy(good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_themes_can_be_read_by_everybody),
        cmocka_unit_test(faces_stand_out),
        cmocka_unit_test(no_two_faces_have_one_colour_for_anybody),
        cmocka_unit_test(colours_that_nobody_can_read_are_refused),
    };
    return cmocka_run_group_tests_name("contrast", tests, NULL, NULL);
}
