// ical: the days of a file as a list. Pure.
#include "aggregator/ical.h"

#include <stdio.h>
#include <stdlib.h>

enum { BEFORE_DAYS = 31, AFTER_DAYS = 3 * 366, FIRST_ROOM = 64 };

static bool add(void *ctx, const struct ical_day *d)
{
    struct ical_list *l = ctx;
    if (l->count == ICAL_LIST_MAX) {
        return false;
    }
    if (l->count == l->room) {
        size_t room = l->room == 0 ? FIRST_ROOM : l->room * 2;
        struct ical_day *grown = realloc(l->items, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        l->items = grown;
        l->room = room;
    }
    l->items[l->count++] = *d;
    return true;
}

static int by_day(const void *a, const void *b)
{
    const struct ical_day *x = a, *y = b;
    return x->from != y->from ? (x->from < y->from ? -1 : 1) : (x->to > y->to) - (x->to < y->to);
}

bool ical_list_read(struct ical_list *l, const char *text, int32_t today, char ret_why[ICAL_WHY])
{
    *l = (struct ical_list){.items = NULL};
    bool ok = ical_days(text, today - BEFORE_DAYS, today + AFTER_DAYS, add, l, &l->others);
    if (l->count == ICAL_LIST_MAX) {
        snprintf(ret_why, ICAL_WHY, "It has %d days or more: too many for a calendar", ICAL_LIST_MAX);
        return false;
    }
    if (!ok) {
        snprintf(ret_why, ICAL_WHY, "That is no iCalendar file");
        return false;
    }
    if (l->count == 0) {
        snprintf(ret_why, ICAL_WHY, "It has no event of whole days from a month ago to three years from now");
        return false;
    }
    qsort(l->items, l->count, sizeof *l->items, by_day);
    return true;
}

void ical_list_finish(struct ical_list *l)
{
    free(l->items);
    *l = (struct ical_list){.items = NULL};
}
