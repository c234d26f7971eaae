// store: calendars: holidays and other special days, each of a place and all under it. A calendar is a list of ranges of
// days; it is replaced as a whole.
#ifndef PUAS_AGGREGATOR_STORE_CALENDAR_H
#define PUAS_AGGREGATOR_STORE_CALENDAR_H

#include "aggregator/hours.h"
#include "aggregator/store.h"

#define STORE_SPECIAL_USUAL "usual" // hours: as every week

struct store_special {
    struct ident calendar;
    int32_t place;
    int32_t from, to; // local days since 1970-01-01, both in it
    char name[81];
    char hours[400]; // "": closed; STORE_SPECIAL_USUAL; else as those of a place
};

// Every range, by calendar, as they stand in it. False: the callback has said so or the database failed.
bool store_each_special(struct store *st, bool (*each)(void *ctx, const struct store_special *d), void *ctx);
bool store_drop_calendar(struct store *st, const char *calendar);
bool store_put_special(struct store *st, const struct store_special *d, int position);

// The special days in force at a place: its own before those of the places above, there the shorter range before the longer.
// malloc'd; NULL: none. False: the database failed, memory ran out or a stored row is unusable.
bool store_special_days(struct store *st, int32_t place, struct hours_dates **ret_dates);

#endif
