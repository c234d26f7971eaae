// app: names of screens, reasons and targets, and which target a digit key means.
#include "kiosk/app.h"

#include <stdio.h>

const char *app_screen_name(enum app_screen s)
{
    static const char *const names[APP_SCREENS] = {"question",       "pressed", "thanks", "try-again",
                                                   "out-of-service", "closed",  "service"};
    return names[s];
}

const char *app_reason_code(enum app_reason r)
{
    static const char *const codes[APP_REASONS] = {"", "disk-full", "outbox-error", "writer-silent"};
    return codes[r];
}

const char *app_target_name(const struct app *a, int target, char *buffer, size_t size)
{
    const struct survey_question *q = app_question(a);
    switch (target) {
    case TARGET_DONE:
        return "done";
    case TARGET_SKIP:
        return "skip";
    case TARGET_SPACE:
        return "space";
    case TARGET_SPEECH:
        return "speech";
    case TARGET_CORNER:
        return "corner";
    default:
        break;
    }
    if (target >= TARGET_SERVICE)
        snprintf(buffer, size, "service-%d", target - TARGET_SERVICE);
    else if (target >= TARGET_KEY)
        snprintf(buffer, size, "key-%d", target - TARGET_KEY);
    else if (target >= TARGET_FIELD)
        snprintf(buffer, size, "field-%d", target - TARGET_FIELD + 1);
    else if (target >= TARGET_OPTION && target - TARGET_OPTION < q->option_count)
        snprintf(buffer, size, "option-%s", q->option[target - TARGET_OPTION].id.s);
    else if (target >= TARGET_LANG && target - TARGET_LANG < a->options.lang_count)
        snprintf(buffer, size, "lang-%s", a->options.langs[target - TARGET_LANG]);
    else
        snprintf(buffer, size, "%s-%d", q->type == SURVEY_NPS ? "level" : "face",
                 target - TARGET_FACE + (q->type == SURVEY_NPS ? 0 : 1));
    return buffer;
}

int app_digit(const struct app *a, int digit)
{
    const struct survey_question *q = app_question(a);
    struct keyboard_page page;
    if (a->screen == APP_SERVICE)
        return a->service.page == SERVICE_PIN ? TARGET_SERVICE + digit : TARGET_NONE;
    if (a->screen == APP_CLOSED)
        return TARGET_NONE;
    switch (q->type) {
    case SURVEY_FACES:
        return digit >= 1 && digit <= q->of ? TARGET_FACE + digit - 1 : TARGET_NONE;
    case SURVEY_NPS:
        return TARGET_FACE + digit;
    case SURVEY_CHOICE:
        return digit >= 1 && digit <= q->option_count ? TARGET_OPTION + digit - 1 : TARGET_NONE;
    default:
        app_keyboard(a, &page);
        for (int i = 0; i < page.count; i++)
            if (page.key[i].label[0] == '0' + digit && !page.key[i].label[1])
                return TARGET_KEY + i;
        return TARGET_NONE;
    }
}
