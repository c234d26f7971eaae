// mailing: schema rows, checks, spans of days.
#include "aggregator/mailing.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

const char *const mailing_everys[] = {"daily", "weekly", "monthly", NULL};
const char *const mailing_reports[] = {"place", "skm", NULL};

#define AT(field) .offset = offsetof(struct mailing, field)

static const struct config_row text_rows[] = {
    {"", CONFIG_STRING, .offset = 0, .min = 1, .max = 200, .help = ""}, {.name = NULL}};

const struct config_row mailing_rows[] = {
    {"id", CONFIG_IDENT, AT(id), .required = true, .help = "its name; with another one it begins anew"},
    {"channel", CONFIG_IDENT, AT(channel), .required = true, .help = "of kind email: its server and sender"},
    {"place", CONFIG_IDENT, AT(place), .required = true, .help = "what it is about, with all under it"},
    {"every", CONFIG_ENUM, AT(every), .required = true, .choices = mailing_everys,
     .help = "daily, weekly (from Monday) or monthly, of what is over"},
    {"report", CONFIG_ENUM, AT(report), .fallback = "place", .choices = mailing_reports,
     .help = "place: against the promise; skm: Survei Kepuasan Masyarakat"},
    {"at", CONFIG_INT, AT(at), .fallback = "7", .min = 0, .max = 23,
     .help = "hour, by the clock of the place"},
    {"lang", CONFIG_ENUM, AT(lang), .fallback = "id", .choices = channel_langs, .help = "of its words"},
    {"to", CONFIG_LIST, AT(to), .required = true, .rows = text_rows, .item_bytes = sizeof(char *),
     .help = "mail addresses, each gets a mail of its own"},
    {.name = NULL},
};

static bool wrong(struct config_error *e, const char *name, const struct mailing *m, const char *what)
{
    snprintf(e->text, sizeof e->text, "%s:%d: ", name, m->line);
    size_t n = strlen(e->text);
    snprintf(e->text + n, sizeof e->text - n, "mailing '%s': %s", m->id.s, what);
    return false;
}

bool mailings_check(const char *name, const struct config_list *mailings, const struct config_list *channels,
                    struct config_error *ret_error)
{
    const struct mailing *m = mailings->items;
    for (size_t i = 0; i < mailings->count; i++) {
        const struct channel *ch = channels != NULL ? channel_find(channels, m[i].channel.s) : NULL;
        char *const *to = m[i].to.items;
        if (mailing_find(mailings, m[i].id.s) != &m[i]) {
            return wrong(ret_error, name, &m[i], "stands twice");
        }
        if (channels != NULL && (ch == NULL || ch->kind != CHANNEL_EMAIL)) {
            return wrong(ret_error, name, &m[i], "channel is the id of one of kind email");
        }
        if (m[i].to.count == 0) {
            return wrong(ret_error, name, &m[i], "to needs a mail address");
        }
        for (size_t k = 0; k < m[i].to.count; k++) {
            if (!channel_is_address(to[k])) {
                return wrong(ret_error, name, &m[i], "to is a list of mail addresses");
            }
        }
    }
    return true;
}

const struct mailing *mailing_find(const struct config_list *mailings, const char *id)
{
    const struct mailing *m = mailings->items;
    for (size_t i = 0; i < mailings->count; i++) {
        if (strcmp(m[i].id.s, id) == 0) {
            return &m[i];
        }
    }
    return NULL;
}

static int32_t first_of_month(int32_t day)
{
    char text[16];
    trend_day_text(day, text);
    strcpy(text + strlen(text) - 2, "01");
    trend_day_parse(text, &day);
    return day;
}

void mailing_span(const struct mailing *m, wall_ms local, int32_t *ret_from, int32_t *ret_to)
{
    enum { HOUR_MS = 3600000, DAY_HOURS = 24, WEEK = 7, MONDAY = 3 }; // 1970-01-01 was a Thursday
    int32_t day = (int32_t)((local - m->at * HOUR_MS) / ((wall_ms)DAY_HOURS * HOUR_MS));
    switch ((enum mailing_every)m->every) {
    case MAILING_DAILY:
        *ret_to = day - 1;
        *ret_from = day - 1;
        break;
    case MAILING_WEEKLY:
        *ret_to = day - (day + MONDAY) % WEEK - 1;
        *ret_from = *ret_to - WEEK + 1;
        break;
    case MAILING_MONTHLY:
        *ret_to = first_of_month(day) - 1;
        *ret_from = first_of_month(*ret_to);
        break;
    }
}

const char *mailing_what(const struct mailing *m)
{
    return m->report == MAILING_SKM ? "skm" : "report";
}
