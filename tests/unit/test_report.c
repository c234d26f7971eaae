// What reports are handed out as: spans of days of mailings, addresses that can be shared, cells and CSV out of a report.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/mailing.h"
#include "aggregator/store_share.h"

#include <stdio.h>
#include <string.h>

#define HOUR ((wall_ms)3600000)

static void expect_span(int every, int64_t at, const char *day, int hour, const char *from, const char *to)
{
    struct mailing m = {.every = every, .at = at};
    int32_t today, first, last;
    char text[16];
    assert_true(trend_day_parse(day, &today));
    mailing_span(&m, ((wall_ms)today * 24 + hour) * HOUR, &first, &last);
    assert_string_equal(trend_day_text(first, text), from);
    assert_string_equal(trend_day_text(last, text), to);
}

static void a_mailing_is_of_the_span_that_is_over(void **state)
{
    (void)state;
    expect_span(MAILING_DAILY, 7, "2026-11-26", 7, "2026-11-25", "2026-11-25");
    expect_span(MAILING_DAILY, 7, "2026-11-26", 6, "2026-11-24",
                "2026-11-24"); // not yet: the day before is due
    expect_span(MAILING_DAILY, 0, "2026-03-01", 0, "2026-02-28", "2026-02-28");
    expect_span(MAILING_WEEKLY, 7, "2026-11-23", 7, "2026-11-16", "2026-11-22"); // a Monday
    expect_span(MAILING_WEEKLY, 7, "2026-11-23", 6, "2026-11-09", "2026-11-15");
    expect_span(MAILING_WEEKLY, 7, "2026-11-29", 23, "2026-11-16", "2026-11-22"); // its Sunday
    expect_span(MAILING_MONTHLY, 7, "2026-11-01", 7, "2026-10-01", "2026-10-31");
    expect_span(MAILING_MONTHLY, 7, "2026-11-01", 6, "2026-09-01", "2026-09-30");
    expect_span(MAILING_MONTHLY, 7, "2026-01-31", 12, "2025-12-01", "2025-12-31");
    expect_span(MAILING_MONTHLY, 7, "2028-03-15", 12, "2028-02-01", "2028-02-29");
}

static void only_views_of_a_place_can_be_shared(void **state)
{
    (void)state;
    char place[IDENT_MAX + 1] = "", path[SHARE_PATH_MAX + 40];
    assert_true(share_path_place("/?page=report&place=bandung-dago&kind=skm&from=2026-10-01", place));
    assert_string_equal(place, "bandung-dago");
    assert_true(share_path_place("/?place=bogor&table=line+grid&page=trends", place));
    assert_true(share_path_place("/?page=wall&place=bogor&lang=en", place));
    assert_int_equal(share_path_page("/?page=wall&place=bogor&lang=en"), SHARE_WALL);
    assert_int_equal(share_path_page("/?page=board&place=bogor"), SHARE_BOARD);
    assert_int_equal(share_path_page("/?page=report&place=bogor"), SHARE_REPORT);
    assert_string_equal(place, "bogor");
    static const char *const bad[] = {"",
                                      "/",
                                      "/?page=report",
                                      "/?place=bogor",
                                      "/?page=today&place=bogor",
                                      "/?page=backtest&place=bogor",
                                      "//example.org/?page=report&place=bogor",
                                      "/?page=report&place=Bogor",
                                      "/?page=report&place=",
                                      "/?page=report&place=bogor&x=a b",
                                      "/?page=report&place=bogor\r\nSet-Cookie: a=b",
                                      "/?page=report&place=bogor#x",
                                      "/?page=reportplace=bogor",
                                      "/?page=report&place=a-name-that-is-longer-than-32-letters"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(share_path_place(bad[i], place));
    }
    assert_string_equal(place, "bogor"); // kept
    int n = snprintf(path, sizeof path, "/?page=report&place=bogor&x=");
    memset(path + n, 'y', SHARE_PATH_MAX - (size_t)n);
    path[SHARE_PATH_MAX] = '\0';
    assert_true(share_path_place(path, place));
    strcat(path, "y");
    assert_false(share_path_place(path, place));
}

static void every_column_has_words_in_both_languages(void **state)
{
    (void)state;
    for (const struct sheet_shape *s = sheet_shapes; s->report != NULL; s++) {
        for (int lang = 0; lang < SHEET_LANGS; lang++) {
            assert_in_range(strlen(s->title[lang]), 1, 31); // a sheet's name
            assert_null(strpbrk(s->title[lang], "[]:*?/\\"));
            for (const struct sheet_column *c = s->columns; c->path != NULL; c++) {
                assert_non_null(c->name[lang]);
                assert_true(c->name[lang][0] != '\0');
            }
        }
    }
    for (const char *const *part = sheet_report_parts; *part != NULL; part++) {
        const struct sheet_shape *s = sheet_shapes;
        while (s->report != NULL && strcmp(s->report, *part) != 0) {
            s++;
        }
        assert_non_null(s->report);
    }
    assert_string_equal(sheet_word("facilities", SHEET_ID), "Sarana dan prasarana");
    assert_string_equal(sheet_word("never-heard", SHEET_EN), "never-heard");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mailing_is_of_the_span_that_is_over),
        cmocka_unit_test(only_views_of_a_place_can_be_shared),
        cmocka_unit_test(every_column_has_words_in_both_languages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
