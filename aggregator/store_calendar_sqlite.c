// store: calendars.
#include "aggregator/store_calendar.h"

#include "aggregator/org.h"
#include "aggregator/store_impl.h"

#include <stdlib.h>
#include <string.h>

bool store_each_special(struct store *st, bool (*each)(void *ctx, const struct store_special *d), void *ctx)
{
    bool failed = false, go = true;
    sqlite3_stmt *s = store_bind(st,
                                 "SELECT calendar, place_id, from_day, to_day, name, hours FROM special_day"
                                 " ORDER BY calendar, position",
                                 "");
    while (go && store_row(st, s, &failed)) {
        struct store_special d = {.place = sqlite3_column_int(s, 1),
                                  .from = sqlite3_column_int(s, 2),
                                  .to = sqlite3_column_int(s, 3)};
        store_copy(s, 0, d.calendar.s, sizeof d.calendar.s);
        store_copy(s, 4, d.name, sizeof d.name);
        store_copy(s, 5, d.hours, sizeof d.hours);
        go = each(ctx, &d);
    }
    if (!go) {
        sqlite3_reset(s);
    }
    return go && !failed;
}

bool store_drop_calendar(struct store *st, const char *calendar)
{
    return store_run(st, "DELETE FROM special_day WHERE calendar = ?1", "t", calendar);
}

bool store_put_special(struct store *st, const struct store_special *d, int position)
{
    return store_run(st, "INSERT INTO special_day VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", "tddddtt",
                     d->calendar.s, position, d->place, d->from, d->to, d->name, d->hours);
}

static bool read_date(sqlite3_stmt *s, struct hours_date *ret_d)
{
    const char *text = (const char *)sqlite3_column_text(s, 2);
    struct hours h;
    *ret_d = (struct hours_date){.from = sqlite3_column_int(s, 0), .to = sqlite3_column_int(s, 1)};
    ret_d->usual = strcmp(text, STORE_SPECIAL_USUAL) == 0;
    if (ret_d->usual || text[0] == '\0') {
        return true;
    }
    bool ok = org_hours_parse(text, &h);
    if (ok) {
        memcpy(ret_d->spans, h.spans, sizeof ret_d->spans);
    }
    return ok;
}

bool store_special_days(struct store *st, int32_t place, struct hours_dates **ret_dates)
{
    bool failed = false, ok = true;
    size_t count = 0, room = 0;
    struct hours_dates *all = NULL;
    sqlite3_stmt *s = store_bind(
        st,
        "WITH RECURSIVE up(place_id, depth) AS (SELECT ?1, 0 UNION ALL SELECT p.parent_id, depth + 1 FROM up"
        " JOIN place p USING(place_id) WHERE p.parent_id IS NOT NULL AND depth < 32)"
        " SELECT from_day, to_day, hours FROM up JOIN special_day USING(place_id)"
        " ORDER BY depth, to_day - from_day, calendar, position",
        "d", place);
    while (ok && store_row(st, s, &failed)) {
        if (count == room) {
            room = room == 0 ? 16 : 2 * room;
            struct hours_dates *more = realloc(all, sizeof *all + room * sizeof *all->items);
            ok = more != NULL;
            all = ok ? more : all;
        }
        ok = ok && read_date(s, &all->items[count]);
        count += ok;
    }
    if (!ok) {
        sqlite3_reset(s);
    }
    if (!ok || failed) {
        free(all);
        return false;
    }
    if (all != NULL) {
        all->count = count;
    }
    *ret_dates = all;
    return true;
}
