// The app machine over two contents, fed by hand: what its tests share.
#ifndef PUAS_TESTS_APP_WORLD_H
#define PUAS_TESTS_APP_WORLD_H

#include "kiosk/app.h"
#include "tests/unit/showing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct show *plain, *every; // one question of faces; every kind of question

static inline int set_up(void **state)
{
    (void)state;
    plain = show_of("languages: [id, en]\nsurvey: { id: visit, version: 3 }\n");
    every = show_of("languages: [id, en]\n" EVERY_QUESTION);
    return plain && every ? 0 : -1;
}

static inline int tear_down(void **state)
{
    (void)state;
    show_destroy(plain);
    show_destroy(every);
    return 0;
}

static inline struct app app_of(const struct show *s)
{
    struct app a;
    struct app_options o = options_of(s);
    o.scenes = 0; // nothing is told between customers
    app_init(&a, &o, 1000);
    return a;
}

static inline struct app_effects tick(struct app *a, mono_ms now)
{
    return app_feed(a, &(struct app_input){.kind = APP_IN_TICK, .now = now});
}

#endif
