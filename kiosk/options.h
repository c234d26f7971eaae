// options: the command line of puas-kiosk. Names, values and help come from one table. Pure.
#ifndef PUAS_KIOSK_OPTIONS_H
#define PUAS_KIOSK_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
    const char *config; // borrowed from argv, as all text here; NULL when absent
    const char *render; // content document to draw a picture of
    const char *out;    // PNG to write
    const char *screen, *question, *reason, *lang, *size, *score, *focus, *scene, *picked, *written;
    int width, height; // parsed from size; 0 when absent
    bool check_config, prompts, fullscreen, version, help, help_config;
};

// False on an unknown or incomplete option; *ret_why (size bytes) says which.
bool options_parse(struct options *ret_o, int argc, char **argv, char *ret_why, size_t size);

// Writes the help text to a stdio stream (FILE *).
void options_help(void *stream);

#endif
