#include "kiosk/options.h"

#include "shared/ident.h"

#include <stdio.h>
#include <string.h>

static const struct row {
    const char *name;
    const char *value; // what it takes, NULL: it is a switch
    size_t offset;
    const char *help;
} rows[] = {
    {"--config", "FILE", offsetof(struct options, config), "configuration (YAML)"},
    {"--check-config", NULL, offsetof(struct options, check_config), "read it, say what is wrong, and exit"},
    {"--help-config", NULL, offsetof(struct options, help_config), "every setting with its default, as YAML"},
    {"--fullscreen", NULL, offsetof(struct options, fullscreen), "use the whole display"},
    {"--size", "WxH", offsetof(struct options, size), "size of the window or picture, px"},
    {"--render", "FILE", offsetof(struct options, render),
     "draw one screen of a content document (survey, theme ...); needs no display"},
    {"--out", "PNG", offsetof(struct options, out), "where to; without --render the configuration's content"},
    {"--screen", "NAME", offsetof(struct options, screen),
     "question, thanks, try-again, out-of-service or closed"},
    {"--question", "ID", offsetof(struct options, question), "which question; absent: the first"},
    {"--score", "N", offsetof(struct options, score), "of the first question, for the words that follow it"},
    {"--scene", "N", offsetof(struct options, scene), "what is told between customers, from 1"},
    {"--picked", "LIST", offsetof(struct options, picked), "options of a choice that are picked: 1,3"},
    {"--written", "TEXT", offsetof(struct options, written), "what is written in the first field"},
    {"--reason", "CODE", offsetof(struct options, reason),
     "of out-of-service: disk-full, outbox-error, writer-silent"},
    {"--lang", "CODE", offsetof(struct options, lang), "language of the picture"},
    {"--focus", "NAME", offsetof(struct options, focus), "target with the key focus, such as face-3"},
    {"--prompts", NULL, offsetof(struct options, prompts),
     "list what can be read aloud: language, file, text (see assets/speech/make)"},
    {"--version", NULL, offsetof(struct options, version), "print the version"},
    {"--help", NULL, offsetof(struct options, help), "print this"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool parse_size(struct options *o, char *why, size_t n)
{
    char rest;
    if (!o->size)
        return true;
    if (sscanf(o->size, "%5dx%5d%c", &o->width, &o->height, &rest) == 2 && o->width >= 320 &&
        o->height >= 320 && o->width <= 7680 && o->height <= 7680)
        return true;
    snprintf(why, n, "--size '%.40s': give width x height from 320x320 to 7680x7680, such as 1280x800",
             o->size);
    return false;
}

bool options_parse(struct options *ret_o, int argc, char **argv, char *ret_why, size_t size)
{
    struct options o = {0};
    const char *known[ROWS + 1] = {0};
    for (int i = 0; i < ROWS; i++)
        known[i] = rows[i].name;
    for (int i = 1; i < argc; i++) {
        int at = 0;
        while (at < ROWS && strcmp(rows[at].name, argv[i]) != 0)
            at++;
        if (at == ROWS) {
            const char *near = ident_nearest(argv[i], known);
            snprintf(ret_why, size, "unknown option '%.60s'%s%s%s; --help lists them", argv[i],
                     near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
            return false;
        }
        char *field = (char *)&o + rows[at].offset;
        if (!rows[at].value) {
            *(bool *)field = true;
        } else if (i + 1 < argc) {
            *(const char **)(void *)field = argv[++i];
        } else {
            snprintf(ret_why, size, "%s needs %s", rows[at].name, rows[at].value);
            return false;
        }
    }
    if (!parse_size(&o, ret_why, size))
        return false;
    *ret_o = o;
    return true;
}

void options_help(void *stream)
{
    FILE *f = stream;
    fprintf(f, "puas-kiosk: the customer's screen\n\nusage: puas-kiosk --config FILE [options]\n\n");
    for (int i = 0; i < ROWS; i++) {
        char name[40];
        snprintf(name, sizeof name, "%s %s", rows[i].name, rows[i].value ? rows[i].value : "");
        fprintf(f, "  %-18s %s\n", name, rows[i].help);
    }
}
