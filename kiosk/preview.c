#include "kiosk/preview.h"

#include <stdlib.h>
#include <string.h>

// The index of `name` among `count` names, `fallback` when it is NULL, -1 when it is none.
static int pick(const char *name, int count, int fallback, const char *(*name_of)(int))
{
    if (!name)
        return fallback;
    for (int i = 0; i < count; i++)
        if (strcmp(name, name_of(i)) == 0)
            return i;
    return -1;
}

static const char *screen_name(int i)
{
    return app_screen_name((enum app_screen)i);
}

static const char *reason_name(int i)
{
    return app_reason_code((enum app_reason)i);
}

static int question_of(const struct survey *s, const char *id)
{
    for (int i = 0; i < s->count; i++)
        if (!id || strcmp(s->question[i].id.s, id) == 0)
            return i;
    return -1;
}

static unsigned picked_of(const char *list)
{
    unsigned mask = 0;
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (*at >= '1' && *at <= '9')
            mask |= 1U << (*at - '1');
    return mask;
}

bool preview_read(const struct options *o, const struct show *s, struct ui_still *ret_still)
{
    const struct content *c = &s->content;
    int screen = pick(o->screen, APP_SCREENS, APP_QUESTION, screen_name);
    int reason = pick(o->reason, APP_REASONS, APP_DISK_FULL, reason_name);
    *ret_still = (struct ui_still){
        .screen = (enum app_screen)screen,
        .reason = (enum app_reason)reason,
        .lang = content_language_index(c, o->lang          ? o->lang
                                          : c->language[0] ? c->language
                                                           : content_language_code(c, 0)),
        .step = question_of(&s->survey, o->question),
        .score = o->score ? atoi(o->score) : 0,
        .scene = o->scene ? atoi(o->scene) : 0,
        .picked = picked_of(o->picked),
        .written = o->written,
        .focus_name = o->focus,
    };
    return screen >= 0 && reason >= 0 && ret_still->lang >= 0 && ret_still->step >= 0 &&
           ret_still->score >= 0 && ret_still->scene >= 0;
}
