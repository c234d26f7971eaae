#include "kiosk/texts.h"

#include "shared/ident.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[TEXTS + 1] = {
    "language",
    "direction",
    "question",
    "hint",
    "very-poor",
    "poor",
    "okay",
    "good",
    "excellent",
    "footer",
    "thanks",
    "thanks-more",
    "try-again",
    "try-again-more",
    "out-of-service",
    "out-of-service-more",
    "code",
    "scale-question",
    "scale-low",
    "scale-high",
    "choice-question",
    "choice-hint",
    "several-hint",
    "option-wait",
    "option-counters",
    "option-unclear",
    "option-staff",
    "option-procedure",
    "option-opening-hours",
    "option-room",
    "option-other",
    "text-question",
    "text-hint",
    "number-question",
    "number-hint",
    "contact-question",
    "contact-name",
    "contact-hint",
    "contact-purpose",
    "contact-agree",
    "done",
    "send",
    "skip",
    "space",
    "still-there",
    "still-there-more",
    "thanks-code",
    "thanks-link",
    "promise",
    "tally",
    "said",
    "did",
    "closed",
    "closed-more",
    "speech",
    "service",
    "service-pin",
    "service-wrong",
    "service-network",
    "service-outbox",
    "service-version",
    "service-content",
    "service-touch",
    "service-touch-more",
    "service-screen",
    "service-restart",
    "service-close",
    NULL,
};

const char *text_name(enum text t)
{
    return names[t];
}

bool text_parse(const char *name, enum text *ret_t)
{
    for (int i = 0; i < TEXTS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_t = (enum text)i;
            return true;
        }
    }
    return false;
}

const char *text_nearest(const char *wrong)
{
    return ident_nearest(wrong, names);
}

const char *text_placeholder(enum text t)
{
    return t == TEXT_TALLY || t == TEXT_CONTACT_PURPOSE ? "%d" : t == TEXT_CLOSED_MORE ? "%s" : "";
}

const char *text_placeholder_in(const char *words)
{
    const char *at = strchr(words, '%');
    if (!at)
        return "";
    if (strchr(at + 1, '%'))
        return "?";
    return at[1] == 'd' ? "%d" : at[1] == 's' ? "%s" : "?";
}

enum draw_direction texts_direction(const struct texts *t)
{
    return strcmp(t->of[TEXT_DIRECTION], "rtl") == 0 ? DIRECTION_RTL : DIRECTION_LTR;
}

bool texts_override(struct texts *t, enum text which, const char *value)
{
    char *copy = strdup(value);
    if (!copy)
        return false;
    free(t->of[which]);
    t->of[which] = copy;
    return true;
}

void texts_finish(struct texts *t)
{
    if (!t)
        return;
    for (int i = 0; i < TEXTS; i++)
        free(t->of[i]);
    *t = (struct texts){0};
}
