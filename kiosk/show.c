#include "kiosk/show.h"

#include "kiosk/svg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 1200 };

// ---------------------------------------------------------------- words
// Splits "en.question". False with a reason when it names no language or text of ours.
static bool split_key(const struct content *c, const char *key, int *ret_lang, enum text *ret_text,
                      struct show_error *error)
{
    char code[PROTOCOL_LANG_MAX + 1];
    size_t n = strcspn(key, ".");
    if (key[n] != '.' || n >= sizeof code) {
        snprintf(error->text, sizeof error->text, "texts: '%.60s' must look like 'en.question'", key);
        return false;
    }
    memcpy(code, key, n);
    code[n] = '\0';
    *ret_lang = content_language_index(c, code);
    if (*ret_lang < 0) {
        snprintf(error->text, sizeof error->text, "texts: '%.60s': language '%s' is not in languages", key,
                 code);
        return false;
    }
    if (!text_parse(key + n + 1, ret_text)) {
        const char *near = text_nearest(key + n + 1);
        snprintf(error->text, sizeof error->text, "texts: unknown text '%.60s'%s%s%s", key,
                 near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
        return false;
    }
    return true;
}

static bool out_of_memory(struct show_error *error)
{
    snprintf(error->text, sizeof error->text, "out of memory");
    return false;
}

static bool own_texts(struct show *s, struct show_error *error)
{
    for (size_t i = 0; i < s->content.texts.count; i++) {
        const struct config_pair *pair = &s->content.texts.items[i];
        int lang;
        enum text which;
        if (!split_key(&s->content, pair->key, &lang, &which, error))
            return false;
        size_t n = strlen(pair->value);
        if (n == 0 || n > TEXT_BYTES_MAX) {
            snprintf(error->text, sizeof error->text, "texts: '%.60s' must have 1 to %d bytes", pair->key,
                     TEXT_BYTES_MAX);
            return false;
        }
        if (strcmp(text_placeholder(which), text_placeholder_in(pair->value)) != 0) {
            snprintf(error->text, sizeof error->text, "texts: '%.60s' must hold '%s' once and no other '%%'",
                     pair->key, text_placeholder(which));
            return false;
        }
        if (!texts_override(&s->texts[lang], which, pair->value))
            return out_of_memory(error);
    }
    return true;
}

static bool load_texts(struct show *s, const char *assets, struct show_error *error)
{
    char staff[PATH_BYTES];
    snprintf(staff, sizeof staff, "%s/locales/kiosk-en.json", assets);
    for (int i = 0; i < content_language_count(&s->content); i++) {
        char path[PATH_BYTES];
        struct texts_error why;
        snprintf(path, sizeof path, "%s/locales/kiosk-%s.json", assets,
                 content_language_code(&s->content, i));
        if (!texts_load(path, staff, &s->texts[i], &why)) {
            snprintf(error->text, sizeof error->text, "%s", why.text);
            return false;
        }
    }
    return own_texts(s, error);
}

// Words of options that neither the survey nor the catalogue has would show as ids.
static bool named_options(const struct show *s, struct show_error *error)
{
    for (int q = 0; q < s->survey.count; q++) {
        const struct survey_question *question = &s->survey.question[q];
        for (int i = 0; i < question->option_count; i++) {
            const struct survey_option *o = &question->option[i];
            char name[IDENT_MAX + 10];
            enum text known;
            snprintf(name, sizeof name, "option-%s", o->id.s);
            for (int lang = 0; lang < content_language_count(&s->content) && !text_parse(name, &known);
                 lang++) {
                const char *code = content_language_code(&s->content, lang);
                if (!survey_words(o->words, code, 0)) {
                    snprintf(error->text, sizeof error->text,
                             "question '%s': option '%s' has no text for '%s'", question->id.s, o->id.s,
                             code);
                    return false;
                }
            }
        }
    }
    return true;
}

// ---------------------------------------------------------------- fonts
static unsigned pairs_mask(const struct config_pairs *words)
{
    unsigned mask = 0;
    for (size_t i = 0; i < words->count; i++)
        mask |= script_mask(words->items[i].value);
    return mask;
}

static unsigned survey_mask(const struct survey *s)
{
    unsigned mask = 0;
    for (int i = 0; i < s->count; i++) {
        const struct survey_question *q = &s->question[i];
        mask |= pairs_mask(q->title) | pairs_mask(q->hint) | pairs_mask(q->purpose);
        for (int k = 0; k < q->option_count; k++)
            mask |= pairs_mask(q->option[k].words);
    }
    return mask;
}

static bool find_fonts(struct show *s, struct show_error *error)
{
    const struct content *c = &s->content;
    const struct content_message *m = c->messages.items;
    unsigned mask = survey_mask(&s->survey) | pairs_mask(&c->promise);
    for (size_t i = 0; i < c->messages.count; i++)
        mask |= pairs_mask(&m[i].said) | pairs_mask(&m[i].did);
    for (int i = 0; i < content_language_count(c); i++)
        for (int t = 0; t < TEXTS; t++)
            mask |= script_mask(s->texts[i].of[t]);
    return font_find(mask, &s->fonts, error->text, sizeof error->text);
}

// ---------------------------------------------------------------- colours and pictures
// Of an SVG the reader draws a part of the language only: better no logo than one with holes.
static bool can_draw(FILE *f, const char *path, struct show_error *error)
{
    char *text = malloc(SVG_BYTES_MAX + 1);
    if (!text)
        return out_of_memory(error);
    size_t n = fread(text, 1, SVG_BYTES_MAX + 1, f);
    bool svg = svg_is(text, n);
    const char *left_out = svg ? svg_undrawn(text, n) : NULL;
    free(text);
    if (svg && n > SVG_BYTES_MAX)
        snprintf(error->text, sizeof error->text, "%.250s: logo: over %d KiB", path, SVG_BYTES_MAX / 1024);
    else if (left_out)
        snprintf(error->text, sizeof error->text,
                 "%.250s: logo: holds <%s>, which would not be drawn: turn it into paths", path, left_out);
    else
        return true;
    return false;
}

// A logo's path is relative to the theme file that names it.
static bool find_logo(struct show *s, const char *theme_path, struct show_error *error)
{
    char whole[PATH_BYTES];
    const char *logo = s->theme.logo, *slash = strrchr(theme_path, '/');
    if (!logo[0])
        return true;
    snprintf(whole, sizeof whole, "%.*s%s", logo[0] == '/' || !slash ? 0 : (int)(slash + 1 - theme_path),
             theme_path, logo);
    FILE *f = fopen(whole, "rb");
    if (!f || strlen(whole) >= sizeof s->theme.logo) {
        snprintf(error->text, sizeof error->text, "%.150s: logo: cannot read %.200s", theme_path, whole);
        if (f)
            fclose(f);
        return false;
    }
    bool ok = can_draw(f, whole, error);
    fclose(f);
    if (ok)
        memcpy(s->theme.logo, whole, strlen(whole) + 1);
    return ok;
}

static bool load_theme(struct show *s, const char *path, struct show_error *error)
{
    struct theme_file file = {0};
    struct config_error why;
    const char *bad;
    if (!config_load(path, theme_rows, &file, &why)) {
        snprintf(error->text, sizeof error->text, "%s", why.text);
        return false;
    }
    bool ok = theme_parse(&file, &s->theme, &bad);
    if (!ok)
        snprintf(error->text, sizeof error->text, "%.200s: '%s' must be a colour such as \"#14213d\"", path,
                 bad);
    config_free(theme_rows, &file);
    return ok && find_logo(s, path, error);
}

static bool own_colours(struct show *s, const char *assets, struct show_error *error)
{
    const struct config_pairs *own = &s->content.theme;
    for (size_t i = 0; i < own->count; i++) {
        char path[PATH_BYTES];
        if (strcmp(own->items[i].key, "base") != 0)
            continue;
        if (strcmp(own->items[i].value, "light") == 0) {
            s->theme = theme_light();
        } else if (strcmp(own->items[i].value, "dark") == 0) {
            snprintf(path, sizeof path, "%s/themes/dark.yaml", assets);
            if (!load_theme(s, path, error))
                return false;
        } else {
            snprintf(error->text, sizeof error->text, "theme: base must be light or dark, not '%.40s'",
                     own->items[i].value);
            return false;
        }
    }
    for (size_t i = 0; i < own->count; i++) {
        const char *key = own->items[i].key;
        if (strcmp(key, "base") != 0 && !theme_set(&s->theme, key, own->items[i].value)) {
            snprintf(error->text, sizeof error->text,
                     "theme: '%.40s: %.40s' is no colour of ours; themes/dark.yaml shows their names", key,
                     own->items[i].value);
            return false;
        }
    }
    return true;
}

static bool can_be_read(const struct show *s, struct show_error *error)
{
    struct theme_flaw flaw;
    if (theme_check(&s->theme, &flaw))
        return true;
    snprintf(error->text, sizeof error->text,
             "theme: %s on %s has a contrast of %.1f; everybody can read it from %.1f up", flaw.front,
             flaw.back, flaw.contrast, flaw.wanted);
    return false;
}

static bool known_icons(const struct show *s, const char *assets, struct show_error *error)
{
    for (int q = 0; q < s->survey.count; q++) {
        for (int i = 0; i < s->survey.question[q].option_count; i++) {
            char path[PATH_BYTES];
            const char *icon = s->survey.question[q].option[i].icon.s;
            snprintf(path, sizeof path, "%s/icons/%s.svg", assets, icon);
            FILE *f = fopen(path, "rb");
            if (!f) {
                snprintf(error->text, sizeof error->text,
                         "question '%s': there is no icon '%s' in %.200s/icons", s->survey.question[q].id.s,
                         icon, assets);
                return false;
            }
            fclose(f);
        }
    }
    return true;
}

// ---------------------------------------------------------------- entry points
struct show *show_create(struct content *content, const char *assets, const char *theme_path,
                         struct show_error *ret_error)
{
    struct show *s = calloc(1, sizeof *s);
    if (!s) {
        out_of_memory(ret_error);
        content_finish(content);
        return NULL;
    }
    s->content = *content;
    *content = (struct content){0};
    s->theme = theme_light();
    if (content_check(&s->content, &s->survey, ret_error->text, sizeof ret_error->text) &&
        load_texts(s, assets, ret_error) && named_options(s, ret_error) &&
        (!theme_path[0] || load_theme(s, theme_path, ret_error)) && own_colours(s, assets, ret_error) &&
        can_be_read(s, ret_error) && known_icons(s, assets, ret_error) && find_fonts(s, ret_error))
        return s;
    show_destroy(s);
    return NULL;
}

void show_destroy(struct show *s)
{
    if (!s)
        return;
    for (int i = 0; i < APP_LANGS_MAX; i++)
        texts_finish(&s->texts[i]);
    content_finish(&s->content);
    free(s);
}

void show_fill(const struct show *s, struct app_options *o)
{
    const struct content *c = &s->content;
    o->survey = &s->survey;
    o->lang_count = content_language_count(c);
    o->lang_default = c->language[0] ? content_language_index(c, c->language) : 0;
    for (int i = 0; i < o->lang_count; i++)
        snprintf(o->langs[i], sizeof o->langs[i], "%s", content_language_code(c, i));
    o->thanks_stays = c->thanks_code || c->thanks_link[0];
    if (o->thanks_stays && o->thanks_ms < SHOW_THANKS_MS) // a code is to be read, a link to be scanned
        o->thanks_ms = SHOW_THANKS_MS;
    o->scenes = 1 + (c->promise.count > 0) + c->tally + (int)c->messages.count;
}

// ---------------------------------------------------------------- scenes
bool show_scene(const struct show *s, int lang, int scene, int tally, struct show_scene *ret)
{
    const struct content *c = &s->content;
    const struct texts *t = &s->texts[lang];
    const char *code = content_language_code(c, lang);
    int at = 1;
    if (c->promise.count > 0 && scene == at++) {
        const char *words = survey_words(&c->promise, code, 0);
        snprintf(ret->label, sizeof ret->label, "%s", t->of[TEXT_PROMISE]);
        snprintf(ret->text, sizeof ret->text, "%s", words ? words : "");
        return words != NULL;
    }
    if (c->tally && scene == at++) {
        snprintf(ret->label, sizeof ret->label, "%s", t->of[TEXT_THANKS]);
        snprintf(ret->text, sizeof ret->text, t->of[TEXT_TALLY],
                 tally / 5 * 5); // in steps: nobody can watch one vote arrive
        return tally >= 5 && c->survey.audience == 0; // it thanks customers: staff are few, and known
    }
    if (scene >= at && scene - at < (int)c->messages.count) {
        const struct content_message *m = &((const struct content_message *)c->messages.items)[scene - at];
        const char *said = survey_words(&m->said, code, 0), *did = survey_words(&m->did, code, 0);
        if (!said || !did)
            return false;
        snprintf(ret->label, sizeof ret->label, "%s: %s", t->of[TEXT_SAID], said);
        snprintf(ret->text, sizeof ret->text, "%s: %s", t->of[TEXT_DID], did);
        return true;
    }
    return false;
}

// ---------------------------------------------------------------- opening hours
static bool open_at(const struct content *c, int weekday, int minute)
{
    const struct content_hours *h = c->hours.items;
    for (size_t i = 0; i < c->hours.count; i++) {
        unsigned days;
        int open, close;
        if (content_read_hours(&h[i], &days, &open, &close) && (days >> weekday & 1) && minute >= open &&
            minute < close)
            return true;
    }
    return false;
}

bool show_is_open(const struct show *s, int weekday, int minute, int *ret_opens)
{
    const struct content *c = &s->content;
    *ret_opens = -1;
    if (c->hours.count == 0 || open_at(c, weekday, minute))
        return true;
    for (int ahead = 1; ahead <= 7 * 24 * 60 && *ret_opens < 0; ahead++) {
        int at = minute + ahead;
        if (open_at(c, (weekday + at / (24 * 60)) % 7, at % (24 * 60)))
            *ret_opens = at % (24 * 60);
    }
    return false;
}
