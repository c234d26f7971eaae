// ical: the days of an iCalendar file (RFC 5545), as calendars of holidays come: events of whole days, also repeated ones.
// Edge: ical_libical.c. Any thread.
#ifndef PUAS_AGGREGATOR_ICAL_H
#define PUAS_AGGREGATOR_ICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ICAL_NAME_MAX = 80 }; // bytes of a name; longer ones are cut

struct ical_day {
    int32_t from, to; // days since 1970-01-01, both in it
    char name[ICAL_NAME_MAX + 1];
};
typedef bool ical_fn(void *ctx, const struct ical_day *d); // false: stop

// Calls `each` with every event of whole days that touches from..to, in the order of the file. *ret_others: events that have
// a time of day or come more than once a day, which say nothing of opening hours. False: this is no calendar, or `each` stopped.
bool ical_days(const char *text, int32_t from, int32_t to, ical_fn *each, void *ctx, int *ret_others);

// The same as a list, as somebody takes it over into a calendar: a month back, for what holds now, to three years ahead; the
// earliest first.
enum { ICAL_LIST_MAX = 1000, ICAL_WHY = 120 };
struct ical_list {
    struct ical_day *items; // owned
    size_t count, room;
    int others;
};
// today: days since 1970-01-01. False: ret_why says why not (more than ICAL_LIST_MAX days too); finish it in every case.
bool ical_list_read(struct ical_list *l, const char *text, int32_t today, char ret_why[ICAL_WHY]);
void ical_list_finish(struct ical_list *l);

#endif
