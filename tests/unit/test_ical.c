// ical: days of holidays, as calendars on the web give them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/ical.h"

#include <string.h>

enum { FROM = 20454, TO = 20454 + 3 * 366 }; // 2026-01-01
#define CALENDAR(events) "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" events "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:" __FILE__ "\r\nDTSTAMP:20250101T000000Z\r\n" lines "END:VEVENT\r\n"

struct got {
    struct ical_day items[20];
    int count, most;
};

static bool take(void *ctx, const struct ical_day *d)
{
    struct got *g = ctx;
    assert_true(g->count < 20);
    g->items[g->count++] = *d;
    return g->count < g->most;
}

static void whole_days(void **state)
{
    (void)state;
    struct got g = {.most = 20};
    int others;
    assert_true(ical_days(
        CALENDAR(EVENT(
            "DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260322\r\nSUMMARY:Idul Fitri\\, 1447 H\r\n")
                     EVENT("DTSTART;VALUE=DATE:20260501\r\nSUMMARY:Hari Buruh\r\n") // no end: one day
                 EVENT("DTSTART;VALUE=DATE:20240101\r\nDTEND;VALUE=DATE:20240102\r\nSUMMARY:over\r\n")
                     EVENT("DTSTART:20260601T090000Z\r\nDTEND:20260601T100000Z\r\nSUMMARY:a meeting\r\n")),
        FROM, TO, take, &g, &others));
    assert_int_equal(g.count, 2);
    assert_int_equal(others, 1);
    assert_int_equal(g.items[0].from, FROM + 78);
    assert_int_equal(g.items[0].to, FROM + 79);
    assert_string_equal(g.items[0].name, "Idul Fitri, 1447 H");
    assert_int_equal(g.items[1].from, FROM + 120);
    assert_int_equal(g.items[1].to, FROM + 120);
}

static void every_year(void **state)
{
    (void)state;
    struct got g = {.most = 20};
    int others;
    assert_true(ical_days(
        CALENDAR(EVENT("DTSTART;VALUE=DATE:20200817\r\nDTEND;VALUE=DATE:20200818\r\nRRULE:FREQ=YEARLY\r\n"
                       "EXDATE;VALUE=DATE:20270817\r\nSUMMARY:Hari Kemerdekaan\r\n")),
        FROM, TO, take, &g, &others));
    assert_int_equal(g.count, 2); // 2026 and 2028
    assert_int_equal(g.items[0].from, FROM + 228);
    assert_int_equal(g.items[1].from, FROM + 228 + 731);
    assert_int_equal(g.items[1].to, g.items[1].from);
}

static void what_is_none(void **state)
{
    (void)state;
    struct got g = {.most = 1};
    int others;
    assert_false(ical_days("", FROM, TO, take, &g, &others));
    assert_false(ical_days("<html>no calendar here</html>", FROM, TO, take, &g, &others));
    assert_false(ical_days("BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n", FROM, TO, take, &g, &others));
    assert_true(ical_days(CALENDAR(""), FROM, TO, take, &g, &others));
    assert_int_equal(g.count, 0);
    assert_true(
        ical_days(CALENDAR(EVENT("SUMMARY:no day at all\r\n")), FROM, TO, take, &g, &others)); // left out
    assert_int_equal(g.count, 0);
    assert_false(ical_days(CALENDAR(EVENT("DTSTART;VALUE=DATE:20260320\r\n")), FROM, TO, take, &g,
                           &others)); // stopped
    assert_string_equal(g.items[0].name, "");
}

static void as_a_list(void **state)
{
    (void)state;
    struct ical_list l;
    char why[ICAL_WHY];
    assert_true(ical_list_read(
        &l,
        CALENDAR(EVENT("DTSTART;VALUE=DATE:20260817\r\nSUMMARY:second\r\n")
                     EVENT("DTSTART;VALUE=DATE:20260320\r\nDTEND;VALUE=DATE:20260323\r\nSUMMARY:longer\r\n")
                 EVENT("DTSTART;VALUE=DATE:20260320\r\nSUMMARY:first\r\n")
                     EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=SECONDLY\r\nSUMMARY:a clock\r\n")
                 EVENT("DTSTART:20260601T090000Z\r\nSUMMARY:a meeting\r\n")),
        FROM, why));
    assert_int_equal(l.count, 3);
    assert_int_equal(l.others, 2);
    assert_string_equal(l.items[0].name, "first");
    assert_string_equal(l.items[1].name, "longer");
    assert_string_equal(l.items[2].name, "second");
    ical_list_finish(&l);
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"no calendar", "no iCalendar file"},
        {CALENDAR(EVENT("DTSTART;VALUE=DATE:20200101\r\nSUMMARY:over\r\n")), "no event of whole days"},
        {CALENDAR(EVENT("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY\r\n")), "too many"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(ical_list_read(&l, wrong[i].text, FROM, why));
        assert_non_null(strstr(why, wrong[i].why));
        ical_list_finish(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_days), cmocka_unit_test(every_year),
                                       cmocka_unit_test(what_is_none), cmocka_unit_test(as_a_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
