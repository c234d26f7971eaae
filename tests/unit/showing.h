// What tests of the kiosk's screens share: a show from a document in memory, and options of the app.
#ifndef PUAS_TESTS_SHOWING_H
#define PUAS_TESTS_SHOWING_H

#include "kiosk/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every kind of question. The key is nobody's.
#define EVERY_QUESTION                                                                                       \
    "survey:\n"                                                                                              \
    "  id: visit\n"                                                                                          \
    "  version: 3\n"                                                                                         \
    "  questions:\n"                                                                                         \
    "    - { id: overall, type: faces, of: 5, dimension: overall }\n"                                        \
    "    - { id: why, type: choice, options: [ { id: wait }, { id: counters }, { id: unclear }, { id: "      \
    "staff "                                                                                                 \
    "}, { id: procedure }, { id: opening-hours }, { id: room }, { id: other } ] }\n"                         \
    "    - { id: liked, type: choice, several: true, options: [ { id: wait }, { id: staff }, { id: room } "  \
    "] }\n"                                                                                                  \
    "    - { id: staff, type: faces, of: 4, when: { why: staff } }\n"                                        \
    "    - { id: nps, type: nps }\n"                                                                         \
    "    - { id: words, type: text }\n"                                                                      \
    "    - { id: ticket, type: number, digits: 4 }\n"                                                        \
    "    - { id: contact, type: contact }\n"                                                                 \
    "contact_key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static inline struct show *show_of(const char *yaml)
{
    struct content content;
    struct config_error error;
    struct show_error why;
    if (!content_parse("test", yaml, strlen(yaml), &content, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return NULL;
    }
    struct show *s = show_create(&content, "assets", "", &why);
    if (!s)
        fprintf(stderr, "%s\n", why.text);
    return s;
}

static inline struct app_options options_of(const struct show *s)
{
    struct app_options o = {
        .press_ms = 180,
        .thanks_ms = 3000,
        .try_again_ms = 5000,
        .settle_ms = 1000,
        .settle_step_ms = 600,
        .language_return_ms = 20000,
        .save_timeout_ms = 2000,
        .service_retry_ms = 30000,
        .step_ms = 12000,
        .typing_ms = 30000,
        .warn_ms = 5000,
        .awake_ms = 20000,
        .idle_ms = 10000,
        .scene_ms = 8000,
    };
    show_fill(s, &o);
    return o;
}

#endif
