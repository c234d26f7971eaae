// ical: libical.
#include "aggregator/ical.h"

#include "shared/protocol.h"

#include <libical/ical.h>
#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400 };

struct walk {
    int32_t from, to;
    ical_fn *each;
    void *ctx;
    bool go;
};

static int32_t day_of(struct icaltimetype t)
{
    return (int32_t)(icaltime_as_timet_with_zone(t, NULL) / DAY_S);
}

static void each_time(icalcomponent *event, struct icaltime_span *span, void *ctx)
{
    struct walk *w = ctx;
    // Days have no zone: midnights of UTC. How libical ends a span of days is its own affair; the event's end is not in it.
    int32_t from = (int32_t)(span->start / DAY_S),
            length = day_of(icalcomponent_get_dtend(event)) - day_of(icalcomponent_get_dtstart(event));
    struct ical_day d = {.from = from, .to = from + (length > 1 ? length - 1 : 0)}; // without an end: one day
    const char *name = icalcomponent_get_summary(event);
    if (!w->go || d.to < w->from || d.from > w->to) {
        return;
    }
    protocol_words(name != NULL ? name : "", ICAL_NAME_MAX, d.name);
    w->go = w->each(w->ctx, &d);
}

// More than once a day: nothing that holds for whole days, and without end to count.
static bool is_hourly(icalcomponent *event)
{
    icalproperty *rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    return rule != NULL && icalproperty_get_rrule(rule).freq < ICAL_DAILY_RECURRENCE;
}

bool ical_days(const char *text, int32_t from, int32_t to, ical_fn *each, void *ctx, int *ret_others)
{
    struct walk w = {from, to, each, ctx, true};
    icalcomponent *root = icalparser_parse_string(text);
    bool calendar =
        root != NULL && (icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT ||
                         icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT) != NULL);
    *ret_others = 0;
    icalcomponent *one = !calendar ? NULL
                         : icalcomponent_isa(root) == ICAL_VCALENDAR_COMPONENT
                             ? root
                             : icalcomponent_get_first_component(root, ICAL_VCALENDAR_COMPONENT);
    struct icaltimetype first = icaltime_from_timet_with_zone((time_t)(from - 1) * DAY_S, 1, NULL),
                        last = icaltime_from_timet_with_zone((time_t)(to + 2) * DAY_S, 1, NULL);
    for (icalcomponent *event = one != NULL ? icalcomponent_get_first_component(one, ICAL_VEVENT_COMPONENT)
                                            : NULL;
         event != NULL && w.go; event = icalcomponent_get_next_component(one, ICAL_VEVENT_COMPONENT)) {
        if (icalcomponent_get_dtstart(event).is_date && !is_hourly(event)) {
            icalcomponent_foreach_recurrence(event, first, last, each_time, &w);
        } else {
            ++*ret_others;
        }
    }
    if (root != NULL) {
        icalcomponent_free(root);
    }
    return calendar && w.go;
}
