// Trends from a store with three branches in two time zones: what is told, what is refused, and that totals
// agree.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "aggregator/ctl.h"
#include "aggregator/org.h"
#include "aggregator/store_content.h"
#include "aggregator/store_improvement.h"
#include "aggregator/store_rollups.h"
#include "aggregator/store_segments.h"
#include "aggregator/trends_impl.h"
#include "tests/unit/folder.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define HOUR ((wall_ms)3600000)
#define DAY (24 * HOUR)
#define TODAY 20780                           // 2026-11-23, a Monday
#define NOW ((wall_ms)TODAY * DAY + 3 * HOUR) // 10:00 in Jakarta
#define NEAR(is, want) assert_float_equal(is, want, 1e-6)

enum { ORG = 1, WEST, EAST, DAGO, BRAGA, PAPUA, LOBBY, PLACES = LOBBY };

struct world {
    char dir[FOLDER_BYTES], path[100];
    struct store *st;
    struct org org;
    struct views *v;
    int64_t seq;
};

static void load_org(struct world *w)
{
    char why[300];
    org_finish(&w->org);
    assert_true(org_load(&w->org, w->st, why, sizeof why));
    struct rollup_tree tree = org_tree(&w->org);
    store_set_tree(w->st, &tree);
}

static int setup(void **state)
{
    static const struct {
        const char *id;
        int parent, kind;
        const char *tz;
    } places[] = {{"org", 0, PLACE_ORG, "Asia/Jakarta"},
                  {"west", ORG, PLACE_REGION, ""},
                  {"east", ORG, PLACE_REGION, "Asia/Jayapura"},
                  {"dago", WEST, PLACE_BRANCH, ""},
                  {"braga", WEST, PLACE_BRANCH, ""},
                  {"papua", EAST, PLACE_BRANCH, ""},
                  {"lobby", DAGO, PLACE_AREA, ""}};
    struct world *w = calloc(1, sizeof *w);
    char why[600];
    folder_make(w->dir, "trends");
    snprintf(w->path, sizeof w->path, "%s/puas.db", w->dir);
    assert_int_equal(store_open(w->path, &w->st, why, sizeof why), STORE_OK);
    assert_true(store_begin(w->st));
    for (int i = 0; i < PLACES; i++) {
        struct store_place p = {.parent = places[i].parent, .kind = places[i].kind};
        ident_set(&p.id, places[i].id);
        snprintf(p.name, sizeof p.name, "The %s", places[i].id);
        snprintf(p.tz, sizeof p.tz, "%s", places[i].tz);
        assert_true(store_put_place(w->st, &p));
    }
    for (int k = 1; k <= 4; k++) {
        struct store_kiosk row = {.session = -1, .known = true};
        struct store_epoch e;
        uint8_t epoch[EPOCH_BYTES] = {(uint8_t)k};
        char id[20];
        bool found;
        snprintf(id, sizeof id, "k%d", k);
        ident_set(&row.id, id);
        assert_true(store_put_kiosk(w->st, &row));
        assert_true(store_epoch(w->st, row.kiosk, epoch, NOW, true, &e, &found));
    }
    assert_true(store_commit(w->st));
    load_org(w);
    struct views_options o = {.path = w->path};
    w->v = views_create(&o);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    views_destroy(w->v);
    store_close(w->st);
    org_finish(&w->org);
    folder_drop(w->dir);
    free(w);
    return 0;
}

static void say(struct world *w, int place, int kiosk, int32_t day, int hour, struct event *e)
{
    wall_ms local = (wall_ms)day * DAY + hour * HOUR;
    wall_ms at = local - (wall_ms)tz_offset_s(w->org.places[place].tz, local) * 1000;
    e->seq = ++w->seq;
    e->visit = e->visit != 0 ? e->visit : e->seq;
    e->since_ms = -1;
    struct stored_event s = {
        .epoch_id = kiosk, .kiosk = kiosk, .place = place, .e = e, .at = at, .arrived = at};
    bool staff;
    assert_true(store_name(w->st, e->question.s, &s.name));
    assert_true(store_is_staff(w->st, e, &staff));
    s.flags = staff ? EVENT_STAFF : 0;
    assert_true(store_event(w->st, &s));
}

// `n` votes of a score at an hour of a local day.
static void vote(struct world *w, int place, int kiosk, int32_t day, int hour, const char *question,
                 int score, int of, int n)
{
    bool own = !store_in_transaction(w->st);
    assert_true(!own || store_begin(w->st));
    for (int i = 0; i < n; i++) {
        struct event e = {.type = EVENT_RATING, .score = score, .of = of};
        ident_set(&e.question, question);
        say(w, place, kiosk, day, hour, &e);
    }
    assert_true(!own || store_commit(w->st));
}

static json_t *ask(struct world *w, const char *what, struct trend_query q)
{
    struct trend_problem problem = {.field = ""};
    char *text = NULL;
    enum trends_error e = trends_read(w->v, NULL, what, &q, NOW, &problem, &text);
    if (e != TRENDS_OK) {
        fail_msg("%s: %d %s %s %s", what, (int)e, problem.field, problem.why, views_why(w->v));
    }
    json_t *o = json_loads(text, 0, NULL);
    assert_non_null(o);
    free(text);
    return o;
}

// The value at "a.b.2.c".
static const json_t *at(const json_t *o, const char *path)
{
    char key[40];
    for (const char *p = path; *p != '\0'; p += *p == '.') {
        size_t n = strcspn(p, ".");
        memcpy(key, p, n);
        key[n] = '\0';
        o = json_is_array(o) ? json_array_get(o, strtoul(key, NULL, 10)) : json_object_get(o, key);
        p += n;
    }
    assert_non_null(o);
    return o;
}

static double num(const json_t *o, const char *path)
{
    const json_t *n = at(o, path);
    assert_true(json_is_number(n));
    return json_number_value(n);
}

static const char *str(const json_t *o, const char *path)
{
    return json_string_value(at(o, path));
}

// ---------------------------------------------------------------- calendar

static void dates(void **state)
{
    (void)state;
    char text[16];
    int32_t day;
    for (int32_t d = 0; d < 60000; d++) {
        assert_true(trend_day_parse(trend_day_text(d, text), &day));
        assert_int_equal(day, d);
        assert_int_equal(trend_weekday(trend_by_next(d, TREND_BY_WEEK)), 1);
        assert_in_range(trend_by_next(d, TREND_BY_WEEK) - d, 1, 7);
        assert_in_range(trend_by_next(d, TREND_BY_MONTH) - d, 1, 31);
        assert_string_equal(trend_day_text(trend_by_next(d, TREND_BY_MONTH), text) + 7, "-01");
    }
    assert_true(trend_day_parse("2026-11-23", &day));
    assert_int_equal(day, TODAY);
    assert_int_equal(trend_weekday(day), 1);
    assert_true(trend_day_parse("2028-02-29", &day));
    static const char *const bad[] = {"",           "2026-02-29", "2026-13-01", "2026-00-01",
                                      "2026-1-01",  "26-01-01",   "2026-01-32", "2026-01-01x",
                                      "2026/01/01", "1969-12-31", "-026-01-01", "2026--1-01"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(trend_day_parse(bad[i], &day));
    }
}

// ---------------------------------------------------------------- what is asked

struct wrong { // what is asked of dago, and the field that is named
    const char *what, *field;
    struct trend_query q;
};

static void are_refused(struct world *w, const struct wrong *wrong, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trend_problem problem = {.field = ""};
        struct trend_query q = wrong[i].q;
        char *text = NULL;
        q.place = "dago";
        assert_int_equal(trends_read(w->v, NULL, wrong[i].what, &q, NOW, &problem, &text), TRENDS_BAD);
        assert_string_equal(problem.field, wrong[i].field);
        assert_true(problem.why[0] != '\0');
    }
}

static void wrong_fields_are_named(void **state)
{
    struct world *w = *state;
    const struct wrong wrong[] = {
        {"series", "from", {.from = "yesterday"}},
        {"series", "to", {.to = "2026-11-31"}},
        {"series", "to", {.to = "2026-11-23"}}, // today is not over
        {"series", "from", {.from = "2026-11-20", .to = "2026-11-19"}},
        {"series", "from", {.from = "2020-01-01"}},
        {"series", "by", {.by = "hour"}},
        {"series", "weekday", {.weekday = "7"}},
        {"series", "weekday", {.weekday = "Monday"}},
        {"series", "hour", {.hour = "24"}},
        {"series", "segment", {.segment = "other", .hour = "9"}},
        {"series", "hour", {.hour = "-1"}},
        {"series", "question", {.question = "never-asked"}},
        {"ranking", "of", {.of = "kiosks"}},
        {"effect", "at", {.at = ""}},
        {"effect", "at", {.at = "2026-11-23"}},
        {"effect", "days", {.at = "2026-11-01", .days = "2"}},
        {"effect", "days", {.at = "2026-11-01", .days = "9x"}},
        {"effect", "control", {.at = "2026-11-01", .control = "nowhere"}},
        {"effect", "control", {.at = "2026-11-01", .control = "braga,,papua"}},
        {"effect", "control", {.at = "2026-11-01", .control = "dago"}},
        {"skm", "population", {.population = "0"}},
    };
    are_refused(w, wrong, sizeof wrong / sizeof wrong[0]);
}

static void scope_is_kept(void **state)
{
    struct world *w = *state;
    struct views_user manager = {.user = 1, .place = WEST};
    struct trend_problem problem;
    char *text = NULL;
    const struct {
        const char *place;
        enum trends_error want;
    } seen[] = {{"west", TRENDS_OK},       {"dago", TRENDS_OK},         {"lobby", TRENDS_OK},
                {"org", TRENDS_NOT_FOUND}, {"papua", TRENDS_NOT_FOUND}, {"nowhere", TRENDS_NOT_FOUND},
                {"", TRENDS_NOT_FOUND}};
    for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++) {
        struct trend_query q = {.place = seen[i].place};
        assert_int_equal(trends_read(w->v, &manager, "series", &q, NOW, &problem, &text), seen[i].want);
        if (seen[i].want == TRENDS_OK) {
            free(text);
        }
    }
    // Nor is a place outside of it a control.
    struct trend_query q = {.place = "dago", .at = "2026-11-01", .control = "papua"};
    assert_int_equal(trends_read(w->v, &manager, "effect", &q, NOW, &problem, &text), TRENDS_BAD);
    assert_int_equal(trends_read(w->v, &manager, "weather", &q, NOW, &problem, &text), TRENDS_NOT_FOUND);
}

// A day is over when it is over everywhere under the place.
static void days_end_yesterday(void **state)
{
    struct world *w = *state;
    struct trend_problem problem;
    char *text = NULL;
    struct trend_query q = {.place = "papua", .to = "2026-11-23"};
    wall_ms late = (wall_ms)TODAY * DAY + 16 * HOUR; // 23:00 in Jakarta, 01:00 of the 24th in Jayapura
    assert_int_equal(trends_read(w->v, NULL, "series", &q, late, &problem, &text), TRENDS_OK);
    free(text);
    q.place = "org";
    assert_int_equal(trends_read(w->v, NULL, "series", &q, late, &problem, &text), TRENDS_BAD);
    assert_int_equal(trends_read(w->v, NULL, "series", &q, late + HOUR, &problem, &text), TRENDS_OK);
    free(text);
}

// ---------------------------------------------------------------- reports

static void totals_agree(void **state)
{
    struct world *w = *state;
    uint32_t seed = 4;
    for (int32_t day = TODAY - 70; day <= TODAY; day++) {
        for (int place = DAGO; place <= LOBBY; place++) {
            for (int i = 0; i < 3; i++) {
                seed = seed * 1664525u + 1013904223u;
                vote(w, place, place - DAGO + 1, day, 8 + (int)(seed >> 8) % 12, "overall",
                     1 + (int)(seed >> 12) % 5, 5, 1 + (int)(seed >> 16) % 3);
            }
        }
    }
    static const char *const by[] = {"day", "week", "month"};
    static const int periods[] = {60, 10, 3}; // from Thursday, September 24
    double total = 0, good = 0;
    for (int i = 0; i < 3; i++) {
        json_t *o = ask(w, "series", (struct trend_query){.place = "org", .from = "2026-09-24", .by = by[i]});
        double n = 0, happy = 0;
        size_t j;
        const json_t *p;
        assert_string_equal(str(o, "to"), "2026-11-22");
        json_array_foreach(at(o, "periods"), j, p)
        {
            n += num(p, "n");
            happy += num(p, "good");
        }
        assert_int_equal(json_array_size(at(o, "periods")), i == 1 ? 9 : periods[i]);
        assert_int_equal((int)num(o, "total.n"), (int)n);
        assert_int_equal((int)num(o, "total.good"), (int)happy);
        assert_true(i == 0 ||
                    (n > total - .5 && n < total + .5 && fabs(good - happy) < .5)); // by day, week, month
        total = n;
        good = happy;
        assert_true(num(o, "total.lo") < num(o, "total.share") && num(o, "total.share") < num(o, "total.hi"));
        assert_true(num(o, "total.index.lo") < num(o, "total.index.value"));
        json_decref(o);
    }
    // A place is the sum of the places under it, and the hours are the days.
    const char *const under[] = {"west", "east"};
    double sum = 0;
    for (int i = 0; i < 2; i++) {
        json_t *o = ask(w, "series", (struct trend_query){.place = under[i], .from = "2026-09-24"});
        sum += num(o, "total.n");
        json_decref(o);
    }
    assert_int_equal((int)sum, (int)total);
    json_t *o = ask(w, "grid", (struct trend_query){.place = "org", .from = "2026-09-24"});
    size_t i;
    const json_t *cell;
    sum = 0;
    json_array_foreach(at(o, "cells"), i, cell)
    {
        sum += num(cell, "n");
        assert_in_range((int)num(cell, "hour"), 8, 19); // everybody's own clock
        assert_int_equal(json_is_true(at(cell, "thin")), num(cell, "n") < 30);
    }
    assert_int_equal((int)sum, (int)total);
    json_decref(o);
}

static void hours_of_the_week_alone(void **state)
{
    struct world *w = *state;
    vote(w, DAGO, 1, TODAY - 7, 9, "overall", 5, 5, 10); // a Monday, the last of which is today
    vote(w, DAGO, 1, TODAY - 14, 9, "overall", 1, 5, 6);
    vote(w, DAGO, 1, TODAY - 7, 10, "overall", 5, 5, 5);
    vote(w, DAGO, 1, TODAY - 1, 9, "overall", 5, 5, 8);  // a Sunday
    vote(w, DAGO, 1, TODAY - 35, 9, "overall", 5, 5, 7); // the period before
    const struct {
        const char *weekday, *hour;
        int n, before;
    } parts[] = {{"", "", 29, 7},   {"1", "", 21, 7}, {"", "9", 24, 7},
                 {"1", "9", 16, 7}, {"0", "", 8, 0},  {"0", "10", 0, 0}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        json_t *o =
            ask(w, "series",
                (struct trend_query){.place = "org", .weekday = parts[i].weekday, .hour = parts[i].hour});
        assert_int_equal((int)num(o, "total.n"), parts[i].n);
        assert_int_equal((int)num(o, "previous.n"), parts[i].before);
        assert_int_equal((int)num(o, "periods.21.n"), parts[i].weekday[0] == '0' ? 0
                                                      : parts[i].hour[0] != '\0' ? 10
                                                                                 : 15);
        json_decref(o);
    }
}

static void put_standard(struct world *w, int place, const char *id, const char *body)
{
    struct store_rule r = {.place = place};
    ident_set(&r.id, id);
    snprintf(r.body, sizeof r.body, "%s", body);
    assert_true(store_begin(w->st) && store_put_rule(w->st, &r, NOW - 30 * DAY) && store_commit(w->st));
}

static void promise_is_of_the_place(void **state)
{
    struct world *w = *state;
    vote(w, DAGO, 1, TODAY - 1, 9, "overall", 5, 5, 40);
    vote(w, DAGO, 1, TODAY - 1, 9, "waiting", 5, 5, 40);
    json_t *o = ask(w, "grid", (struct trend_query){.place = "dago"});
    assert_true(json_is_null(at(o, "promise")));
    json_decref(o);
    put_standard(
        w, ORG, "all",
        "{\"kind\":\"standard\",\"question\":\"overall\",\"percent\":85,\"name\":{\"en\":\"Kept\"}}");
    put_standard(w, WEST, "some", "{\"kind\":\"standard\",\"question\":\"overall\",\"percent\":80}");
    put_standard(w, DAGO, "other", "{\"kind\":\"share\",\"question\":\"overall\",\"percent\":50}");
    o = ask(w, "series", (struct trend_query){.place = "org"});
    NEAR(num(o, "promise.target"), 85);
    assert_string_equal(str(o, "promise.name.en"), "Kept");
    json_decref(o);
    o = ask(w, "compare", (struct trend_query){.place = "dago"});
    NEAR(num(o, "promise.target"), 80);
    json_decref(o);
    o = ask(w, "series",
            (struct trend_query){.place = "dago", .question = "waiting"}); // nothing is promised of it
    assert_true(json_is_null(at(o, "promise")));
    json_decref(o);
}

static void few_votes_are_not_told(void **state)
{
    struct world *w = *state;
    vote(w, DAGO, 1, TODAY - 1, 9, "overall", 1, 5, 4);
    json_t *o = ask(w, "series", (struct trend_query){.place = "dago"});
    assert_int_equal((int)num(o, "total.n"), 4);
    assert_true(json_is_null(at(o, "total.share")) && json_is_null(at(o, "total.good")));
    assert_true(json_is_null(at(o, "total.index")) && json_is_false(at(o, "total.enough")));
    json_decref(o);
    vote(w, DAGO, 1, TODAY - 2, 9, "overall", 5, 5, 25);
    o = ask(w, "series", (struct trend_query){.place = "dago"});
    NEAR(num(o, "total.share"), 25.0 / 29);
    assert_true(json_is_false(at(o, "total.enough")));
    struct stats_interval wilson;
    stats_wilson(25, 29, &wilson);
    NEAR(num(o, "total.lo"), wilson.lo); // two days: a simple sample
    assert_true(json_is_false(at(o, "building")));
    json_decref(o);
    vote(w, DAGO, 1, TODAY, 9, "overall", 5, 5, 50); // today is not told
    o = ask(w, "series", (struct trend_query){.place = "dago"});
    assert_int_equal((int)num(o, "total.n"), 29);
    json_decref(o);
    assert_true(store_rollups_mark(w->st, DAGO, false));
    o = ask(w, "series", (struct trend_query){.place = "dago"});
    assert_true(json_is_true(at(o, "building")));
    json_decref(o);
    o = ask(w, "series", (struct trend_query){.place = "braga"});
    assert_int_equal((int)num(o, "total.n"), 0);
    assert_string_equal(str(o, "question"), "");
    json_decref(o);
}

static void nps_is_no_share(void **state)
{
    struct world *w = *state;
    static const int counts[11] = {0, 10, 10, 0, 0, 0, 0, 15, 15, 25, 25}; // 50, 30, 20
    for (int i = 0; i < 11; i++) {
        vote(w, BRAGA, 2, TODAY - 5, 9, "recommend", i + 1, 11, counts[i]);
    }
    json_t *o = ask(w, "series", (struct trend_query){.place = "braga", .question = "recommend"});
    NEAR(num(o, "total.nps.value"), 30);
    NEAR(num(o, "total.nps.error"), 7.810250);
    assert_null(json_object_get(at(o, "total"), "share"));
    json_decref(o);
    o = ask(w, "series", (struct trend_query){.place = "braga"}); // nothing else is asked
    assert_string_equal(str(o, "question"), "recommend");
    json_decref(o);
}

static void ranking_shares_ranks(void **state)
{
    struct world *w = *state;
    for (int i = 1; i <= 10; i++) {
        vote(w, DAGO, 1, TODAY - i, 9, "overall", 5, 5, 90);
        vote(w, DAGO, 1, TODAY - i, 9, "overall", 1, 5, 10);
        vote(w, BRAGA, 2, TODAY - i, 9, "overall", 5, 5, 89);
        vote(w, BRAGA, 2, TODAY - i, 9, "overall", 1, 5, 11);
    }
    vote(w, PAPUA, 3, TODAY - 1, 9, "overall", 5, 5, 29); // the best, but too few
    json_t *o = ask(w, "ranking", (struct trend_query){.place = "org"});
    assert_int_equal(json_array_size(at(o, "units")), 3);
    assert_string_equal(str(o, "units.0.place.id"), "dago");
    assert_int_equal((int)num(o, "units.0.rank"), 1);
    assert_int_equal((int)num(o, "units.1.rank"), 1); // chance could have ordered them
    assert_true(json_is_true(at(o, "units.2.hidden")) && json_is_null(at(o, "units.2.share")));
    assert_int_equal((int)num(o, "units.2.n"), 29);
    json_decref(o);
    vote(w, PAPUA, 3, TODAY - 2, 9, "overall", 1, 5, 100);
    o = ask(w, "ranking", (struct trend_query){.place = "org", .of = "children"});
    assert_int_equal(json_array_size(at(o, "units")), 2);
    assert_string_equal(str(o, "units.1.place.id"), "east");
    assert_int_equal((int)num(o, "units.1.rank"), 2);
    json_decref(o);
}

// A ranking adds up whole blocks of 32 days and the days around them: whatever days are asked for, it counts what the
// series of the same place counts.
static void ranking_counts_every_day_once(void **state)
{
    struct world *w = *state;
    static const int scales[] = {2, 3, 4, 5, 7, 10};
    for (int i = 1; i <= 130; i++) { // not the same scale each day, and some days without an answer
        int of = scales[i * i % 6];
        vote(w, DAGO, 1, TODAY - i, 9, "overall", of, of, i % 7);
        vote(w, DAGO, 1, TODAY - i, 10, "overall", 1 + i % of, of, 40 + i % 5);
        vote(w, BRAGA, 2, TODAY - i, 9, "overall", 1 + i % 5, 5, i % 3 == 0 ? 0 : i % 11);
    }
    for (int length = 1; length <= 129; length += length < 30 ? 29 : length < 66 ? 1 : 7) {
        for (int ago = 1; ago + length <= 130; ago += 9) {
            char from[16], to[16];
            time_t first = (time_t)(TODAY - ago - length + 1) * 86400, last = (time_t)(TODAY - ago) * 86400;
            struct tm tm;
            strftime(from, sizeof from, "%Y-%m-%d", gmtime_r(&first, &tm));
            strftime(to, sizeof to, "%Y-%m-%d", gmtime_r(&last, &tm));
            json_t *ranking = ask(w, "ranking", (struct trend_query){.place = "west", .from = from, .to = to, .question = "overall"});
            size_t i;
            json_t *u;
            json_array_foreach(at(ranking, "units"), i, u)
            {
                json_t *o = ask(w, "series", (struct trend_query){.place = str(u, "place.id"), .from = from, .to = to, .question = "overall"});
                assert_int_equal((int)num(u, "n"), (int)num(o, "total.n"));
                if (json_is_false(at(u, "hidden"))) {
                    NEAR(num(u, "share"), num(o, "total.share"));
                }
                json_decref(o);
            }
            assert_int_equal((int)i, 2);
            json_decref(ranking);
        }
    }
}

static void reasons_are_ordered(void **state)
{
    struct world *w = *state;
    static const char *const named[] = {"wait", "staff", "wait", "procedure", "wait", "staff"};
    for (int i = 0; i < 6; i++) {
        struct event e = {.type = EVENT_CHOICE, .option_count = 1};
        ident_set(&e.question, "why");
        ident_set(&e.options[0], named[i]);
        say(w, LOBBY, 4, TODAY - 1, 9, &e);
    }
    json_t *o = ask(w, "reasons", (struct trend_query){.place = "org"});
    assert_string_equal(str(o, "questions.0.question"), "why");
    assert_string_equal(str(o, "questions.0.items.0.id"), "wait");
    assert_int_equal((int)num(o, "questions.0.items.0.n"), 3);
    NEAR(num(o, "questions.0.items.1.cumulative"), 5.0 / 6);
    NEAR(num(o, "questions.0.items.2.cumulative"), 1);
    assert_true(json_is_false(at(o, "questions.0.enough")));
    json_decref(o);
}

// Visits of a face and, mostly, one to three reasons, counted here visit by visit.
static void reasons_by_unhappy_and_happy_visits(void **state)
{
    enum { GROUPS = 3, REASONS = 4, NAMED_DAYS = 9 };
    static const char *const ids[REASONS] = {"wait", "staff", "room", "other"};
    static const char *const groups[GROUPS] = {"", "unhappy.", "happy."};
    struct world *w = *state;
    struct trend_day days[GROUPS][REASONS][NAMED_DAYS] = {{{{0}}}};
    int64_t named[GROUPS][REASONS] = {{0}}, answered[GROUPS] = {0};
    uint32_t seed = 8;
    assert_true(store_begin(w->st));
    for (int i = 0; i < 900; i++) {
        seed = seed * 1664525u + 1013904223u;
        int score = 1 + (int)(seed >> 9) % 5, day = (int)(seed >> 13) % NAMED_DAYS;
        unsigned mask = (seed >> 17) % 16 & (score <= 3 ? 7 : 14);
        int group = score <= 3 ? 1 : 2;
        struct event e = {.type = EVENT_RATING, .score = score, .of = 5}, why = {.type = EVENT_CHOICE};
        ident_set(&e.question, "overall");
        ident_set(&why.question, "why");
        say(w, LOBBY, 4, TODAY - 1 - day, 9, &e);
        why.visit = e.seq;
        for (int r = 0; r < REASONS; r++) {
            if ((mask >> r & 1) != 0) {
                ident_set(&why.options[why.option_count++], ids[r]);
            }
        }
        if (mask == 0) { // walked away
            continue;
        }
        say(w, LOBBY, 4, TODAY - 1 - day, 9, &why);
        for (int g = 0; g <= group; g += group) { // all, and its own
            answered[g]++;
            for (int r = 0; r < REASONS; r++) {
                days[g][r][day].n++;
                days[g][r][day].good += mask >> r & 1;
                named[g][r] += mask >> r & 1;
            }
        }
    }
    assert_true(store_commit(w->st));
    json_t *o = ask(w, "reasons", (struct trend_query){.place = "org", .question = "why"});
    for (int g = 0; g < GROUPS; g++) {
        char path[80];
        int64_t least = INT64_MAX;
        double cumulative = 0;
        snprintf(path, sizeof path, "questions.0.%sanswered", groups[g]);
        assert_int_equal((int64_t)num(o, path), answered[g]);
        for (int i = 0; i < REASONS; i++) {
            struct trend_share share;
            int r = 0;
            snprintf(path, sizeof path, "questions.0.%sitems", groups[g]);
            const json_t *item = json_array_get(at(o, path), (size_t)i);
            if (item == NULL) { // nobody of this group
                continue;
            }
            while (strcmp(ids[r], str(item, "id")) != 0) {
                r++;
            }
            assert_int_equal((int64_t)num(item, "n"), named[g][r]);
            assert_true(named[g][r] <= least);
            least = named[g][r];
            NEAR(num(item, "visits.share"), (double)named[g][r] / (double)answered[g]);
            assert_true(trend_share(days[g][r], NAMED_DAYS, &share));
            NEAR(num(item, "visits.lo"), share.interval.lo);
            NEAR(num(item, "visits.hi"), share.interval.hi);
            cumulative += num(item, "share");
            NEAR(num(item, "cumulative"), cumulative);
            assert_string_equal(str(item, "label"), ids[r]); // no document has words for it
        }
        NEAR(cumulative, 1);
    }
    json_decref(o);
}

// ---------------------------------------------------------------- a reason as the filter

enum { FILTER_VISITS = 1500, FILTER_DAYS = 56, FILTER_REASONS = 3 };

struct filter_visit {
    int place, ago, hour;
    int group; // 1 unhappy, 2 happy, 0: no face that counts
    unsigned mask;
};

static bool is_under(int place, int above)
{
    return above == ORG || place == above || (above == WEST && place != PAPUA) || (above == DAGO && place == LOBBY);
}

// Visits of [first, last] days ago at a place that answered, and of them those that named it, one by one; of a weekday and an
// hour only, if they are not -1.
static bool slow_share(const struct filter_visit *list, int place, int group, int reason, int first, int last,
                       int weekday, int hour, struct trend_share *ret)
{
    struct trend_day days[FILTER_DAYS + 1] = {{0}};
    for (int i = 0; i < FILTER_VISITS; i++) {
        const struct filter_visit *v = &list[i];
        if (v->mask != 0 && v->ago >= first && v->ago <= last && is_under(v->place, place) &&
            (group == 0 || v->group == group) && (hour < 0 || v->hour == hour) &&
            (weekday < 0 || trend_weekday(TODAY - v->ago) == weekday)) {
            days[v->ago].n++;
            days[v->ago].good += v->mask >> reason & 1;
        }
    }
    *ret = (struct trend_share){.n = 0};
    return trend_share(days, FILTER_DAYS + 1, ret);
}

static void is_share(const json_t *figure, const struct trend_share *want)
{
    assert_int_equal((int64_t)num(figure, "n"), want->n);
    assert_null(json_object_get(figure, "share")); // of the satisfied: nothing is said of it
    assert_null(json_object_get(figure, "index"));
    if (want->n < TREND_LEAST_N) {
        assert_true(json_is_null(at(figure, "named.share")));
        return;
    }
    assert_int_equal((int64_t)num(figure, "named.good"), want->good);
    NEAR(num(figure, "named.share"), want->share);
    NEAR(num(figure, "named.lo"), want->interval.lo);
    NEAR(num(figure, "named.hi"), want->interval.hi);
}

// Each hour of the week, and the series of one of them, by the clock where it was named.
static void hours_of_a_reason(struct world *w, const struct filter_visit *list, struct trend_query q, int where, int group,
                              int reason)
{
    struct trend_share want;
    int64_t n = 0;
    json_t *o = ask(w, "grid", q), *cell;
    size_t i;
    json_array_foreach(at(o, "cells"), i, cell)
    {
        assert_true(num(cell, "n") > 0); // as of votes: an hour without any is not there
        slow_share(list, where, group, reason, 1, 28, (int)num(cell, "weekday"), (int)num(cell, "hour"), &want);
        is_share(cell, &want);
        n += want.n;
    }
    json_decref(o);
    assert_true(slow_share(list, where, group, reason, 1, 28, -1, -1, &want));
    assert_int_equal(n, want.n);
    q.hour = "7";
    o = ask(w, "series", q);
    slow_share(list, where, group, reason, 1, 28, -1, 7, &want);
    is_share(at(o, "total"), &want);
    json_decref(o);
    q.weekday = "2";
    o = ask(w, "series", q);
    slow_share(list, where, group, reason, 1, 28, 2, 7, &want);
    is_share(at(o, "total"), &want);
    json_decref(o);
}

// Answers that name it, some of them beside others, of visits with a face, without one, and with one that is taken back.
static void a_reason_is_a_filter(void **state)
{
    static const char *const ids[FILTER_REASONS] = {"wait", "staff", "room"};
    static const char *const groups[] = {"", "unhappy", "happy"};
    static const int places[] = {DAGO, BRAGA, PAPUA, LOBBY};
    struct world *w = *state;
    static struct filter_visit list[FILTER_VISITS];
    uint32_t seed = 21;
    assert_true(store_begin(w->st));
    for (int i = 0; i < FILTER_VISITS; i++) {
        seed = seed * 1664525u + 1013904223u;
        struct filter_visit *v = &list[i];
        int score = 1 + (int)(seed >> 9) % 5, p = (int)(seed >> 13) % 4;
        *v = (struct filter_visit){.place = places[p], .ago = 1 + (int)(seed >> 15) % FILTER_DAYS,
                                   .group = score <= 3 ? 1 : 2, .mask = (seed >> 21) % 8 & (score <= 3 ? 7 : 6), .hour = (int)(seed >> 18) % 24};
        struct event e = {.type = EVENT_RATING, .score = score, .of = 5}, why = {.type = EVENT_CHOICE};
        ident_set(&e.question, "overall");
        ident_set(&why.question, "why");
        if ((seed >> 24) % 9 == 0) { // nobody pressed a face
            v->group = 0;
        } else {
            say(w, v->place, p + 1, TODAY - v->ago, v->hour, &e);
            why.visit = e.seq;
        }
        for (int r = 0; r < FILTER_REASONS; r++) {
            if ((v->mask >> r & 1) != 0) {
                ident_set(&why.options[why.option_count++], ids[r]);
            }
        }
        if (v->mask != 0) {
            say(w, v->place, p + 1, TODAY - v->ago, v->hour, &why);
        }
        if (v->group != 0 && (seed >> 25) % 11 == 0) {
            struct event no = {.type = EVENT_VOID, .voids = e.seq, .visit = e.seq};
            say(w, v->place, p + 1, TODAY - v->ago, v->hour, &no);
            v->group = 0;
        }
    }
    assert_true(store_commit(w->st));
    for (int r = 0; r < FILTER_REASONS; r++) {
        for (int g = 0; g < 3; g++) {
            char reason[40];
            struct trend_share now, then;
            snprintf(reason, sizeof reason, "why:%s", ids[r]);
            struct trend_query q = {.place = "org", .reason = reason, .visits = groups[g], .by = "week"};
            for (int p = ORG; p <= PLACES; p++) {
                static const char *const names[] = {"", "org", "west", "east", "dago", "braga", "papua", "lobby"};
                const int where = p == EAST ? PAPUA : p; // all that is under it
                q.place = names[p];
                json_t *o = ask(w, "series", q), *week;
                size_t i;
                json_array_foreach(at(o, "periods"), i, week) // the first one begins on a Monday: four whole weeks
                {
                    slow_share(list, where, g, r, 22 - 7 * (int)i, 28 - 7 * (int)i, -1, -1, &now);
                    is_share(week, &now);
                }
                assert_int_equal(i, 4);
                assert_true(slow_share(list, where, g, r, 1, 28, -1, -1, &now));
                is_share(at(o, "total"), &now);
                assert_true(slow_share(list, where, g, r, 29, 56, -1, -1, &then));
                is_share(at(o, "previous"), &then);
                assert_true(json_is_null(at(o, "promise")));
                assert_string_equal(str(o, "reason.id"), ids[r]);
                assert_string_equal(str(o, "reason.visits"), g == 0 ? "all" : groups[g]);
                if (g == 0) { // who named it, by the face
                    int64_t happy = 0, n = 0;
                    for (int v = 0; v < FILTER_VISITS; v++) {
                        bool mine = list[v].ago <= 28 && is_under(list[v].place, where) && (list[v].mask >> r & 1) != 0;
                        n += mine && list[v].group != 0;
                        happy += mine && list[v].group == 2;
                    }
                    assert_int_equal((int64_t)num(o, "total.satisfied.n"), n);
                    assert_int_equal((int64_t)num(o, "total.satisfied.good"), happy);
                } else {
                    assert_null(json_object_get(at(o, "total"), "satisfied"));
                }
                json_decref(o);
                q.by = "";
                hours_of_a_reason(w, list, q, where, g, r);
                o = ask(w, "compare", q);
                is_share(at(o, "after"), &now);
                is_share(at(o, "before"), &then);
                NEAR(num(o, "change.difference"), now.share - then.share);
                json_decref(o);
                q.by = "week";
            }
            q.place = "org";
            json_t *o = ask(w, "ranking", q), *u;
            size_t i;
            json_array_foreach(at(o, "units"), i, u)
            {
                int place = strcmp(str(u, "place.id"), "dago") == 0 ? DAGO : strcmp(str(u, "place.id"), "braga") == 0 ? BRAGA : PAPUA;
                slow_share(list, place, g, r, 1, 28, -1, -1, &now);
                assert_int_equal((int64_t)num(u, "n"), now.n);
                if (json_is_false(at(u, "hidden"))) {
                    NEAR(num(u, "named"), now.share);
                }
                assert_null(json_object_get(u, "share"));
            }
            assert_int_equal(i, 3);
            assert_true(json_is_null(at(o, "below"))); // nothing is promised of it
            json_decref(o);
        }
    }
    // What the reasons say of the same days.
    json_t *all = ask(w, "reasons", (struct trend_query){.place = "west", .question = "why"}), *item;
    size_t i;
    json_array_foreach(at(all, "questions.0.unhappy.items"), i, item)
    {
        char reason[80];
        snprintf(reason, sizeof reason, "why:%s", str(item, "id"));
        json_t *o = ask(w, "series", (struct trend_query){.place = "west", .reason = reason, .visits = "unhappy"});
        NEAR(num(o, "total.named.share"), num(item, "visits.share"));
        NEAR(num(o, "total.named.lo"), num(item, "visits.lo"));
        assert_int_equal((int64_t)num(o, "total.named.good"), (int64_t)num(item, "n"));
        assert_int_equal((int64_t)num(o, "total.n"), (int64_t)num(all, "questions.0.unhappy.answered"));
        json_decref(o);
    }
    assert_int_equal(i, FILTER_REASONS);
    json_decref(all);
    // Wrong ones.
    const struct wrong wrong[] = {
        {"series", "reason", {.reason = "wait"}},
        {"series", "reason", {.reason = "why:never"}},
        {"series", "reason", {.reason = "never:wait"}},
        {"series", "reason", {.reason = "why:0123456789012345678901234567890123456789"}},
        {"series", "reason", {.reason = "0123456789012345678901234567890123456789:wait"}},
        {"series", "reason", {.reason = "why:wait", .hour = "9", .from = "2024-01-01"}}, // of two places
        {"series", "reason", {.reason = "why:wait", .segment = "other"}},
        {"series", "visits", {.reason = "why:wait", .visits = "angry"}},
        {"series", "visits", {.visits = "happy"}},
        {"scores", "reason", {.reason = "why:wait"}},
    };
    are_refused(w, wrong, sizeof wrong / sizeof wrong[0]);
    // What would take too long to read is refused; what is above it is not.
    assert_true(store_begin(w->st));
    for (int p = 0; p < 30; p++) {
        struct store_place more = {.parent = WEST, .kind = PLACE_BRANCH, .name = "One more"};
        snprintf(more.id.s, sizeof more.id.s, "more-%d", p);
        assert_true(store_put_place(w->st, &more));
    }
    assert_true(store_commit(w->st));
    struct trend_problem problem = {.field = ""};
    struct trend_query q = {.place = "org", .reason = "why:wait", .from = "2024-03-01"};
    char *text = NULL;
    assert_int_equal(trends_read(w->v, NULL, "ranking", &q, NOW, &problem, &text), TRENDS_BAD);
    assert_string_equal(problem.field, "from");
    q.of = "children";
    json_decref(ask(w, "ranking", q));
    q = (struct trend_query){.place = "org", .from = "2024-03-01"}; // without a reason all of it is
    json_decref(ask(w, "ranking", q));
}

static void labels_are_of_the_language_asked_for(void **state)
{
    struct world *w = *state;
    struct store_content pushed = {
        .place = ORG,
        .yaml = "",
        .body = "{\"survey\":{\"id\":\"s\",\"questions\":[{\"id\":\"why\",\"type\":\"choice\",\"options\":["
                "{\"id\":\"wait\",\"text\":{\"id\":\"Antrean\",\"en\":\"Queue\",\"en.1\":\"Long queue\"}},"
                "{\"id\":\"staff\"}]}]}}"};
    struct event e = {.type = EVENT_CHOICE, .option_count = 3};
    ident_set(&e.question, "why");
    ident_set(&e.options[0], "wait");
    ident_set(&e.options[1], "staff");
    ident_set(&e.options[2], "room");
    say(w, LOBBY, 4, TODAY - 1, 9, &e);
    assert_true(store_put_survey(w->st, "s", 1,
                                 "{\"reasons\":[{\"id\":\"wait\",\"text\":{\"en\":\"Old\"}},"
                                 "{\"id\":\"staff\",\"text\":{\"en\":\"Staff\"}}]}",
                                 1000));
    assert_true(store_put_content(w->st, &pushed, "tester", 2000));
    static const char *const want[][4] = {{"", "Antrean", "Staff", "room"},
                                          {"en", "Queue", "Staff", "room"},
                                          {"ar", "Antrean", "Staff", "room"}};
    for (int i = 0; i < 3; i++) {
        json_t *o = ask(w, "reasons", (struct trend_query){.place = "org", .lang = want[i][0]});
        assert_string_equal(str(o, "questions.0.items.0.label"), want[i][1]);
        assert_string_equal(str(o, "questions.0.items.1.label"), want[i][2]);
        assert_string_equal(str(o, "questions.0.items.2.label"), want[i][3]);
        assert_int_equal((int)num(o, "questions.0.unhappy.answered"), 0); // no face came before
        assert_true(json_is_null(at(o, "questions.0.items.0.visits")));   // one answer
        json_decref(o);
    }
}

// ---------------------------------------------------------------- coverage and up-time

enum { POSTS = 4, FIRST = TODAY - 34, COVERED = 12 }; // over the end of summer time in Berlin, October 25
struct post {
    int place, kiosk;
    wall_ms from, to;
};

static int zone_offset(void *ctx, wall_ms at)
{
    return tz_offset_s(ctx, at);
}

// Minute by minute.
static void count_minutes(struct world *w, const struct post *post, int64_t open[COVERED],
                          int64_t expected[COVERED])
{
    const struct org_place *p = &w->org.places[post->place];
    const struct hours_zone zone = {zone_offset, p->tz};
    bool seen[COVERED] = {false};
    for (wall_ms at = (FIRST - 1) * DAY; at < (FIRST + COVERED + 1) * DAY; at += 60000) {
        wall_ms local = at + (wall_ms)tz_offset_s(p->tz, at) * 1000;
        int64_t day = local / DAY - FIRST;
        if (day < 0 || day >= COVERED || at < post->from || at >= post->to) {
            continue;
        }
        open[day] += hours_period(p->has_hours ? &p->hours : NULL, &zone, at).open;
        expected[day] += !seen[day];
        seen[day] = true;
    }
}

static void run(struct world *w, const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open_v2(w->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void up_time_is_told_by_day(void **state)
{
    static const struct post posts[POSTS] = {
        {DAGO, 1, 1000, (FIRST + 5) * DAY + 4 * HOUR}, // moves about noon
        {LOBBY, 1, (FIRST + 5) * DAY + 4 * HOUR, INT64_MAX},
        {BRAGA, 2, (FIRST + 2) * DAY, INT64_MAX},
        {PAPUA, 3, 1000, (FIRST + 9) * DAY}};
    struct world *w = *state;
    int64_t open[COVERED] = {0}, expected[COVERED] = {0}, heard[COVERED] = {0}, ready[COVERED] = {0},
            all[4] = {0};
    run(w,
        "UPDATE place SET hours = '1 08:00-12:00 13:00-16:00;2 08:00-12:00;3 09:00-24:00;4 00:00-01:00 "
        "22:00-24:00;"
        "5 08:00-11:30 13:30-15:00' WHERE id = 'west'; UPDATE place SET hours = '0 02:30-06:00;6 "
        "01:00-03:00', tz ="
        " 'Europe/Berlin' WHERE id = 'braga'; UPDATE place SET hours = '1 10:00-11:00' WHERE id = 'lobby'");
    load_org(w);
    assert_true(store_begin(w->st));
    for (int i = 0; i < POSTS; i++) {
        count_minutes(w, &posts[i], open, expected);
        assert_true(store_assign(w->st, posts[i].kiosk, posts[i].place, posts[i].from));
    }
    assert_true(store_assign(w->st, 3, 0, posts[3].to));
    for (int day = 2; day < COVERED; day++) { // it is kept since the third
        assert_true(store_kiosk_present(w->st, 2, BRAGA, FIRST + day, day * 60000));
        assert_true(day == 6 || store_kiosk_present(w->st, 1, day < 5 ? DAGO : LOBBY, FIRST + day, 30000));
        ready[day] = (day * 60000 + (day == 6 ? 0 : 30000)) / 60000;
        heard[day] = day == 6 ? 1 : 2;
    }
    assert_true(store_commit(w->st));
    json_t *o =
        ask(w, "coverage", (struct trend_query){.place = "org", .from = "2026-10-20", .to = "2026-10-31"});
    assert_int_equal(json_array_size(at(o, "periods")), COVERED);
    for (int day = 0; day < COVERED; day++) {
        const json_t *p = json_array_get(at(o, "periods"), (size_t)day);
        if (day < 2) {
            assert_true(json_is_null(at(p, "ready")) && json_is_null(at(p, "kioskDays")));
            continue;
        }
        assert_int_equal((int64_t)num(p, "kioskDays.expected"), expected[day]);
        assert_int_equal((int64_t)num(p, "kioskDays.heard"), heard[day]);
        assert_int_equal((int64_t)num(p, "ready.open"), open[day]);
        assert_int_equal((int64_t)num(p, "ready.minutes"), ready[day]);
        all[0] += expected[day];
        all[1] += heard[day];
        all[2] += open[day];
    }
    assert_int_equal((int64_t)num(o, "total.kioskDays.expected"), all[0]);
    assert_int_equal((int64_t)num(o, "total.kioskDays.heard"), all[1]);
    assert_int_equal((int64_t)num(o, "total.ready.open"), all[2]);
    json_decref(o);
}

// Votes that are not here are missing on each day of their epoch, and once in a span of days; every report says so.
static void what_is_missing_is_told(void **state)
{
    struct world *w = *state;
    vote(w, DAGO, 1, TODAY - 3, 9, "overall", 5, 5, 40);
    assert_true(store_assign(w->st, 1, DAGO, 1000));
    json_t *o = ask(w, "series", (struct trend_query){.place = "dago"});
    assert_true(json_is_false(at(o, "coverage.complete"))); // never heard
    assert_int_equal((int)num(o, "coverage.notHeard"), 1);
    json_decref(o);
    char sql[400];
    snprintf(sql, sizeof sql,
             "UPDATE kiosk SET heard_at = %lld, state = 1; UPDATE epoch SET through = 40 WHERE kiosk_id = 1",
             (long long)NOW - 1000);
    run(w, sql);
    o = ask(w, "series", (struct trend_query){.place = "dago"});
    assert_true(json_is_true(at(o, "coverage.complete")) && json_is_null(at(o, "coverage.asOf")));
    NEAR(num(o, "coverage.share"), 1);
    json_decref(o);
    // It says that it has 50, from three days ago to yesterday; two more are gone for good.
    snprintf(sql, sizeof sql,
             "UPDATE epoch SET known = '0 0 0 0 50', known_next = 51, born = %lld, known_at = %lld, lost = 2 "
             "WHERE kiosk_id"
             " = 1",
             (long long)(TODAY - 3) * DAY, (long long)(TODAY - 1) * DAY);
    run(w, sql);
    o = ask(w, "coverage", (struct trend_query){.place = "west"});
    for (int day = 1; day <= 5; day++) {
        const json_t *p = json_array_get(at(o, "periods"), (size_t)(28 - day));
        assert_int_equal((int)num(p, "missing"), day <= 3 ? 10 : 0);
        assert_int_equal(json_is_true(at(p, "complete")), day > 3);
    }
    assert_int_equal((int)num(o, "total.missing"), 10);
    assert_int_equal((int)num(o, "total.lost"), 2);
    assert_int_equal((int)num(o, "total.known"), 50);
    NEAR(num(o, "coverage.share"), .8);
    json_decref(o);
    o = ask(w, "series", (struct trend_query){.place = "dago", .to = "2026-11-19"}); // before it was born
    assert_true(json_is_true(at(o, "coverage.complete")));
    json_decref(o);
    snprintf(sql, sizeof sql, "UPDATE kiosk SET heard_at = %lld", (long long)(TODAY - 2) * DAY);
    run(w, sql);
    static const char *const reports[] = {"series", "grid", "ranking", "reasons", "compare", "skm"};
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        o = ask(w, reports[i], (struct trend_query){.place = "org"});
        assert_int_equal((int)num(o, "coverage.notHeard"), 1);
        assert_true(num(o, "coverage.asOf") == (double)((TODAY - 2) * DAY));
        json_decref(o);
    }
    run(w, "UPDATE kiosk SET state = 3, unacknowledged = 0"); // it said goodbye, and has nothing to say
    o = ask(w, "series", (struct trend_query){.place = "org"});
    assert_int_equal((int)num(o, "coverage.notHeard"), 0);
    json_decref(o);
}

// ---------------------------------------------------------------- gaps and scores

static void push(struct world *w, const char *questions, wall_ms at)
{
    char body[2000];
    struct store_content c = {.place = ORG, .yaml = "", .body = body};
    snprintf(body, sizeof body, "{\"survey\":{\"id\":\"s\",\"questions\":[%s]}}", questions);
    assert_true(store_put_content(w->st, &c, "tester", at));
}

#define ASK(id, type, dimension, aspect)                                                                     \
    "{\"id\":\"" id "\",\"type\":\"" type "\",\"dimension\":\"" dimension "\",\"aspect\":\"" aspect "\"},"
#define WAIT ASK("w-is", "faces", "wait", "performance") ASK("w-want", "faces", "wait", "expectation")
#define STAFF ASK("s-is", "nps", "staff", "performance") ASK("s-want", "faces", "staff", "expectation")

// Visits that answer four questions each, and what matters; here counted visit by visit.
static void gaps_are_expectation_against_perception(void **state)
{
    enum { GAP_DAYS = 7, ANSWERS = 4 };
    static const char *const ids[ANSWERS] = {"w-is", "w-want", "s-is", "s-want"};
    static const int levels[ANSWERS] = {5, 5, 11, 4};
    struct world *w = *state;
    double sum[ANSWERS] = {0}, by_day[GAP_DAYS][ANSWERS] = {{0}}, squares[ANSWERS] = {0};
    int64_t n = 0, of_day[GAP_DAYS] = {0}, named[2] = {0};
    uint32_t seed = 5;
    push(w,
         WAIT STAFF ASK("room", "faces", "room",
                        "") "{\"id\":\"what\",\"type\":\"choice\",\"aspect\":\"importance\"}",
         2000);
    json_t *o = ask(w, "gaps", (struct trend_query){.place = "org"});
    assert_int_equal(json_array_size(at(o, "dimensions")), 0);
    assert_true(json_is_null(at(o, "score")));
    json_decref(o);
    assert_true(store_begin(w->st));
    for (int i = 0; i < 200; i++) {
        struct event what = {.type = EVENT_CHOICE, .option_count = 1};
        seed = seed * 1664525u + 1013904223u;
        int day = (int)(seed >> 9) % GAP_DAYS;
        n++;
        of_day[day]++;
        for (int a = 0; a < ANSWERS; a++) {
            int score =
                1 + (int)(seed >> (10 + a)) % (a % 2 == 0 ? levels[a] : 2) + (a % 2 == 0 ? 0 : levels[a] - 2);
            double value = 100. * (score - 1) / (levels[a] - 1);
            vote(w, LOBBY, 4, TODAY - 1 - day, 9, ids[a], score, levels[a], 1);
            sum[a] += value;
            squares[a] += value * value;
            by_day[day][a] += value;
        }
        ident_set(&what.question, "what");
        ident_set(&what.options[0], i % 3 == 0 ? "staff" : i % 3 == 1 ? "wait" : "parking");
        named[0] += i % 3 == 1;
        named[1] += i % 3 == 0;
        say(w, LOBBY, 4, TODAY - 1 - day, 9, &what);
    }
    vote(w, LOBBY, 4, TODAY - 1, 9, "room", 3, 5, 40);
    assert_true(store_commit(w->st));
    o = ask(w, "gaps", (struct trend_query){.place = "west"});
    double weights[2] = {(double)named[0] / (double)(named[0] + named[1]), 0}, score = 0, apart = 0,
           between = 0;
    weights[1] = 1 - weights[0];
    assert_string_equal(str(o, "weights"), "named");
    assert_int_equal(json_array_size(at(o, "dimensions")), 3);
    for (int d = 0; d < 3; d++) {
        const json_t *is = json_array_get(at(o, "dimensions"), (size_t)d);
        int which = strcmp(str(is, "dimension"), "wait") == 0 ? 0 : 2;
        if (strcmp(str(is, "dimension"), "room") == 0) { // nobody was asked what they expect
            assert_true(json_is_null(at(is, "gap")) && json_is_null(at(is, "weight")));
            assert_int_equal((int)num(is, "perception.n"), 40);
            NEAR(num(is, "perception.index.value"), 50);
            continue;
        }
        double gap = (sum[which] - sum[which + 1]) / (double)n;
        NEAR(num(is, "perception.index.value"), sum[which] / (double)n);
        NEAR(num(is, "expectation.index.value"), sum[which + 1] / (double)n);
        NEAR(num(is, "gap.value"), gap);
        assert_true(num(is, "gap.lo") < gap && num(is, "gap.hi") > gap && gap < 0);
        NEAR(num(is, "weight"), weights[which / 2]);
        score += weights[which / 2] * gap;
    }
    for (int a = 0; a < ANSWERS; a++) {
        double mean = sum[a] / (double)n;
        apart += weights[a / 2] * weights[a / 2] * (squares[a] / (double)n - mean * mean) / (double)n;
    }
    for (int day = 0; day < GAP_DAYS; day++) {
        double away = 0;
        for (int a = 0; a < ANSWERS; a++) {
            away += (a % 2 == 0 ? 1 : -1) * weights[a / 2] *
                    (by_day[day][a] - sum[a] / (double)n * (double)of_day[day]) / (double)n;
        }
        between += away * away * GAP_DAYS / (GAP_DAYS - 1);
    }
    NEAR(num(o, "score.value"), score);
    NEAR(num(o, "score.error"), sqrt(fmax(apart, between)));
    assert_int_equal((int)num(o, "n"), 200);
    json_decref(o);
    // Rated importance comes first; a newer document may say that a question is of something else.
    vote(w, LOBBY, 4, TODAY - 1, 9, "w-matters", 5, 5, 30);
    vote(w, LOBBY, 4, TODAY - 1, 9, "s-matters", 2, 5, 30);
    push(w,
         ASK("w-matters", "faces", "wait", "importance") ASK("s-matters", "faces", "staff", "importance")
             ASK("room", "faces", "place", "performance") "{}",
         3000);
    o = ask(w, "gaps", (struct trend_query){.place = "org"});
    assert_string_equal(str(o, "weights"), "ratings");
    for (int d = 0; d < 3; d++) {
        const json_t *is = json_array_get(at(o, "dimensions"), (size_t)d);
        if (strcmp(str(is, "dimension"), "wait") == 0) {
            NEAR(num(is, "weight"), .8);
        }
        assert_string_not_equal(str(is, "dimension"), "room");
    }
    json_decref(o);
}

static void scores_name_their_formula(void **state)
{
    struct world *w = *state;
    static const int nps[11] = {0, 10, 10, 0, 0, 0, 0, 15, 15, 25, 25}, ces[7] = {2, 3, 5, 10, 20, 40, 20};
    static const int faces[4] = {17, 16, 60, 126};
    for (int i = 0; i < 11; i++) {
        vote(w, BRAGA, 2, TODAY - 5, 9, "recommend", i + 1, 11, nps[i]);
        vote(w, BRAGA, 2, TODAY - 5, 9, "effort", i + 1, 7, i < 7 ? ces[i] : 0);
        vote(w, BRAGA, 2, TODAY - 5, 9, "overall", i + 1, 4, i < 4 ? faces[i] : 0);
    }
    push(w, ASK("effort", "faces", "ease", "") ASK("recommend", "nps", "loyalty", "") "{}", 1000);
    json_t *o = ask(w, "scores", (struct trend_query){.place = "braga"});
    assert_string_equal(str(o, "questions.0.question"), "overall");      // the most answers
    assert_true(fabs(num(o, "questions.0.index.value") - 78.23) < .005); // as published
    assert_string_equal(str(o, "formulas.index"), "100 * mean((level - 1) / (levels - 1))");
    assert_null(json_object_get(at(o, "questions.0"), "ces"));
    for (int i = 1; i < 3; i++) {
        const json_t *q = json_array_get(at(o, "questions"), (size_t)i);
        assert_int_equal((int)num(q, "n"), 100);
        if (strcmp(str(q, "question"), "recommend") == 0) {
            NEAR(num(q, "nps.value"), 30);
            NEAR(num(q, "nps.error"), 7.810250);
            assert_string_equal(str(q, "dimension"), "loyalty");
            continue;
        }
        double mean = (2 + 6 + 15 + 40 + 100 + 240 + 140) / 100.;
        double squares = (2 + 12 + 45 + 160 + 500 + 1440 + 980) / 100.;
        NEAR(num(q, "ces.value"), mean);
        NEAR(num(q, "ces.error"), sqrt((squares - mean * mean) / 100));
        assert_int_equal((int)num(q, "ces.of"), 7);
        assert_string_equal(str(q, "ces.variant"), "CES 2.0: mean of 1 to 7");
    }
    json_decref(o);
}

// ---------------------------------------------------------------- segments

static void figures_by_service_and_counter(void **state)
{
    enum { SERVICES = 18, VISITS = 600, NONE = SERVICES + 2, GROUPS };
    struct world *w = *state;
    int64_t votes[GROUPS] = {0}, good[GROUPS] = {0}, other = 0;
    uint32_t seed = 3;
    push(w, "{\"id\":\"service\",\"type\":\"choice\",\"segment\":true}", 1000);
    assert_true(store_begin(w->st));
    for (int i = 0; i < VISITS; i++) {
        struct event e = {.type = EVENT_RATING, .of = 5}, what = {.type = EVENT_CHOICE, .option_count = 1};
        seed = seed * 1664525u + 1013904223u;
        int group = i < GROUPS ? i : (int)(seed >> 9) % GROUPS;
        e.score = 1 + (int)(seed >> 17) % 5;
        ident_set(&e.question, "overall");
        snprintf(e.ref, sizeof e.ref, "%s",
                 group == SERVICES       ? "A-7"
                 : group == SERVICES + 1 ? "B/12"
                 : i % 3 == 0            ? "A1"
                                         : "");
        say(w, LOBBY, 4, TODAY - 1 - i % 6, 9, &e);
        if (group < SERVICES) {
            ident_set(&what.question, "service");
            snprintf(what.options[0].s, sizeof what.options[0].s, "s%02d", group);
            what.visit = e.seq;
            say(w, LOBBY, 4, TODAY - 1 - i % 6, 9, &what);
        }
        votes[group]++;
        good[group] += e.score >= 4;
    }
    assert_true(store_commit(w->st));
    const char *const places[] = {"lobby", "dago", "org"};
    for (int p = 0; p < 3; p++) {
        json_t *o = ask(w, "segments", (struct trend_query){.place = places[p]});
        const json_t *s;
        size_t i;
        int64_t told = 0;
        assert_int_equal(json_array_size(at(o, "segments")), STORE_SEGMENTS_MAX + 1);
        json_array_foreach(at(o, "segments"), i, s)
        {
            int number;
            bool known = sscanf(str(s, "segment"), "service:s%d", &number) == 1;
            told += (int64_t)num(s, "n");
            if (!known) { // those that came last
                assert_string_equal(str(s, "segment"), "other");
                assert_int_equal((int64_t)num(s, "n"), votes[16] + votes[17] + votes[18] + votes[19]);
                continue;
            }
            assert_int_equal((int64_t)num(s, "n"), votes[number]);
            assert_int_equal((int64_t)num(s, "good"), good[number]);
            json_t *series =
                ask(w, "series", (struct trend_query){.place = places[p], .segment = str(s, "segment")});
            assert_int_equal((int64_t)num(series, "total.n"), votes[number]);
            NEAR(num(series, "total.lo"), num(s, "lo"));
            assert_string_equal(str(series, "segment"), str(s, "segment"));
            json_decref(series);
        }
        other = VISITS - told;
        json_decref(o);
    }
    assert_int_equal(other, votes[NONE]); // "A1" is no counter, and no ref is none
    struct trend_problem problem;
    struct trend_query q = {.place = "org", .segment = "service:none"};
    char *text = NULL;
    assert_int_equal(trends_read(w->v, NULL, "series", &q, NOW, &problem, &text), TRENDS_BAD);
    assert_string_equal(problem.field, "segment");
    q.segment = "other";
    assert_int_equal(trends_read(w->v, NULL, "grid", &q, NOW, &problem, &text), TRENDS_BAD);
}

static void month(struct world *w, int place, int kiosk, int32_t from, int good, int bad)
{
    for (int32_t day = from; day < from + 20; day++) {
        vote(w, place, kiosk, day, 9, "overall", 5, 5, good + day % 3);
        vote(w, place, kiosk, day, 9, "overall", 1, 5, bad);
    }
}

static void effects_need_a_control(void **state)
{
    struct world *w = *state;
    int32_t change = TODAY - 20;
    month(w, DAGO, 1, change - 20, 60, 40);
    month(w, DAGO, 1, change, 80, 20);
    month(w, BRAGA, 2, change - 20, 60, 40);
    month(w, BRAGA, 2, change, 70, 30);
    struct trend_query q = {.place = "dago", .at = "2026-11-03", .days = "20"};
    json_t *o = ask(w, "effect", q);
    assert_string_equal(str(o, "after.from"), "2026-11-03");
    assert_string_equal(str(o, "before.to"), "2026-11-02");
    assert_string_equal(str(o, "change.refusal"), "");
    assert_true(num(o, "change.difference") > .19 && num(o, "change.difference") < .21);
    assert_true(num(o, "change.lo") > .1 && num(o, "change.hi") < .3);
    assert_true(num(o, "change.rank.superiority") > .59 && num(o, "change.rank.lo") > .5);
    assert_true(json_is_null(at(o, "effect.difference")));
    assert_string_equal(str(o, "effect.refusal"), "no-control");
    json_decref(o);
    q.control = "braga";
    o = ask(w, "effect", q);
    double d = num(o, "change.difference") - num(o, "control.change.difference");
    NEAR(num(o, "effect.difference"), d);
    assert_true(d > .09 && d < .11);
    assert_string_equal(str(o, "effect.refusal"), "");
    NEAR(num(o, "effect.error"), hypot(num(o, "change.error"), num(o, "control.change.error")));
    json_decref(o);
    q.control = "papua"; // has no votes
    o = ask(w, "effect", q);
    assert_string_equal(str(o, "effect.refusal"), "too-few");
    json_decref(o);
    // Twice the votes: others answer now. Nobody may call it an effect, but the figures stand.
    month(w, DAGO, 1, change, 80, 20);
    q.control = "";
    o = ask(w, "effect", q);
    assert_string_equal(str(o, "change.refusal"), "volume-changed");
    assert_true(num(o, "change.difference") > .19);
    json_decref(o);
}

static void another_kiosk_is_another_mix(void **state)
{
    struct world *w = *state;
    month(w, DAGO, 1, TODAY - 40, 60, 40);
    month(w, DAGO, 4, TODAY - 20, 80, 20); // the one at the counter is gone
    struct trend_query q = {.place = "dago", .from = "2026-11-03"};
    json_t *o = ask(w, "compare", q);
    assert_string_equal(str(o, "before.from"), "2026-10-14");
    assert_string_equal(str(o, "change.refusal"), "mix-changed");
    assert_true(num(o, "change.difference") > .19);
    json_decref(o);
    q.place = "west"; // above branches: the mix of places, which is the same
    o = ask(w, "compare", q);
    assert_string_equal(str(o, "change.refusal"), "");
    json_decref(o);
}

static void skm_report(void **state)
{
    struct world *w = *state;
    // Every element: 40 answers a day for 3 days; means 3.25, of the last 2.5.
    for (int e = 1; e <= 9; e++) {
        char id[8];
        snprintf(id, sizeof id, "u%d", e % 10);
        for (int d = 1; d <= 3; d++) {
            vote(w, DAGO, 1, TODAY - d, 9, id, e < 9 ? 4 : 3, 4, e < 9 ? 15 : 20);
            vote(w, DAGO, 1, TODAY - d, 9, id, e < 9 ? 3 : 2, 4, e < 9 ? 20 : 20);
            vote(w, DAGO, 1, TODAY - d, 9, id, 2, 4, e < 9 ? 5 : 0);
        }
    }
    double index = 25 * (8 * 3.25 + 2.5) / 9;
    json_t *o = ask(w, "skm", (struct trend_query){.place = "dago", .population = "100"});
    NEAR(num(o, "index"), index); // 79.17
    assert_string_equal(str(o, "class"), "B");
    assert_int_equal(json_array_size(at(o, "elements")), 9);
    NEAR(num(o, "elements.0.mean"), 3.25);
    NEAR(num(o, "elements.8.value"), 62.5);
    assert_string_equal(str(o, "elements.8.element"), "complaints");
    assert_int_equal((int)num(o, "respondents"), 120);
    assert_int_equal((int)num(o, "sample.needed"), 80);
    assert_true(json_is_true(at(o, "sample.reached")));
    assert_true(num(o, "lo") <= index && num(o, "hi") >= index);
    json_decref(o);
    o = ask(w, "skm", (struct trend_query){.place = "org"});
    assert_int_equal((int)num(o, "sample.needed"), 384);
    assert_true(json_is_false(at(o, "sample.reached")));
    assert_string_equal(str(o, "units.0.place.id"), "west");
    NEAR(num(o, "units.0.index"), index);
    assert_true(json_is_null(at(o, "units.1.index")) && json_is_null(at(o, "units.1.class")));
    json_decref(o);
    // One element without an answer: there is no index.
    o = ask(w, "skm", (struct trend_query){.place = "braga"});
    assert_true(json_is_null(at(o, "index")) && json_is_null(at(o, "elements.0.mean")));
    json_decref(o);
}

// ---------------------------------------------------------------- what happened, and the own people

static void raise_alert(struct world *w, const char *id, int place, wall_ms at)
{
    struct store_alert a = {.rule = 1, .version = 1, .place = place, .from = "", .to = "firing", .action = "raised", .who = "",
                            .text = "", .at = at, .since = at, .opened = at, .raised = at, .judged = ""};
    ident_set(&a.id, id);
    assert_true(store_alert_change(w->st, &a));
}

static int64_t improve(struct world *w, struct improvement i)
{
    int64_t number;
    i.revision += i.revision == 0;
    assert_true(store_put_improvement(w->st, &i, "boss", NOW, &number));
    return number;
}

// An alert is of the day that the clock of its own place showed; an entry of a place above is measured where one looks.
static void marks_are_of_local_days(void **state)
{
    struct world *w = *state;
    wall_ms midnight = (wall_ms)(TODAY - 5) * DAY; // UTC: 07:00 in Jakarta, 09:00 in Jayapura
    raise_alert(w, "dago-late", LOBBY, midnight - 7 * HOUR - 1);
    raise_alert(w, "dago-early", LOBBY, midnight - 7 * HOUR);
    raise_alert(w, "papua-late", PAPUA, midnight - 9 * HOUR - 1);
    raise_alert(w, "papua-early", PAPUA, midnight - 9 * HOUR);
    raise_alert(w, "today", DAGO, (wall_ms)TODAY * DAY); // not over yet
    improve(w, (struct improvement){.place = ORG, .kind = IMPROVEMENT_TRAINING, .day = TODAY - 9, .what = "all", .why = "w"});
    improve(w, (struct improvement){.place = LOBBY, .kind = IMPROVEMENT_OTHER, .day = TODAY - 3, .what = "note", .why = "w"});
    int64_t gone = improve(w, (struct improvement){.place = DAGO, .day = TODAY - 2, .what = "gone", .why = "w"});
    improve(w, (struct improvement){.number = gone, .revision = 2, .place = DAGO, .day = TODAY - 2, .what = "gone", .why = "w", .withdrawn = true});
    int64_t moved = improve(w, (struct improvement){.place = DAGO, .day = TODAY - 200, .what = "old", .why = "w"});
    improve(w, (struct improvement){.number = moved, .revision = 2, .place = DAGO, .day = TODAY - 1, .what = "new", .why = "w"});

    json_t *o = ask(w, "marks", (struct trend_query){.place = "dago"});
    static const char *const want[][4] = {{"training", "2026-11-14", "all", "dago"}, {"alert", "2026-11-17", "dago-late", NULL},
                                          {"alert", "2026-11-18", "dago-early", NULL}, {"other", "2026-11-20", "note", "lobby"},
                                          {"change", "2026-11-22", "new", "dago"}};
    assert_int_equal(json_array_size(at(o, "marks")), 5);
    for (size_t i = 0; i < 5; i++) {
        const json_t *m = json_array_get(at(o, "marks"), i);
        bool alert = want[i][3] == NULL;
        assert_string_equal(json_string_value(json_object_get(m, "kind")), want[i][0]);
        assert_string_equal(json_string_value(json_object_get(m, "day")), want[i][1]);
        assert_string_equal(json_string_value(json_object_get(m, alert ? "id" : "text")), want[i][2]);
        assert_true(alert ? json_is_null(json_object_get(m, "measured"))
                          : strcmp(json_string_value(json_object_get(m, "measured")), want[i][3]) == 0);
    }
    json_decref(o);
    o = ask(w, "marks", (struct trend_query){.place = "papua", .from = "2026-11-18", .to = "2026-11-18"});
    assert_int_equal(json_array_size(at(o, "marks")), 1);
    assert_string_equal(str(o, "marks.0.id"), "papua-early");
    json_decref(o);

    // A link tells what was done, and neither why nor what was wrong.
    struct views_user visitor = {.place = ORG, .shared = true};
    struct trend_query q = {.place = "dago"};
    struct trend_problem problem;
    char *text = NULL;
    assert_int_equal(trends_read(w->v, &visitor, "marks", &q, NOW, &problem, &text), TRENDS_OK);
    o = json_loads(text, 0, NULL);
    free(text);
    assert_int_equal(json_array_size(at(o, "marks")), 2);
    assert_string_equal(str(o, "marks.0.text"), "all");
    assert_string_equal(str(o, "marks.0.why"), "");
    json_decref(o);
    assert_int_equal(trends_read(w->v, &visitor, "staff", &q, NOW, &problem, &text), TRENDS_NOT_FOUND);

    // Too many: the newest are told.
    char id[20];
    for (int i = 0; i < 50; i++) {
        snprintf(id, sizeof id, "many-%d", i);
        raise_alert(w, id, BRAGA, midnight + i * HOUR);
    }
    o = ask(w, "marks", (struct trend_query){.place = "braga"});
    assert_true(json_is_true(at(o, "more")));
    assert_int_equal(json_array_size(at(o, "marks")), 41);
    assert_string_equal(str(o, "marks.40.id"), "many-49");
    json_decref(o);
}

// October is over, November is not; four answers are not told, not even that there are four.
static void staff_are_told_by_month(void **state)
{
    struct world *w = *state;
    const int32_t october = TODAY - 40;
    struct store_content team = {.place = ORG, .yaml = "", .body = "{\"survey\":{\"id\":\"team\",\"audience\":\"staff\"}}"};
    assert_true(store_put_content(w->st, &team, "boss", 1000));
    assert_true(store_begin(w->st));
    for (int i = 0; i < 5 + 4 + 9; i++) {
        struct event e = {.type = EVENT_RATING, .score = i % 5 == 0 ? 1 : 5, .of = 5};
        ident_set(&e.question, i >= 5 && i < 9 ? "tools" : "overall");
        ident_set(&e.survey, "team");
        say(w, DAGO, 1, i < 9 ? october : TODAY - 2, 9, &e);
    }
    assert_true(store_commit(w->st));
    vote(w, DAGO, 1, october, 9, "overall", 5, 5, 30);
    json_t *o = ask(w, "staff", (struct trend_query){.place = "west"});
    assert_string_equal(str(o, "months.11.from"), "2026-10-01");
    assert_string_equal(str(o, "months.0.from"), "2025-11-01");
    assert_string_equal(str(o, "questions.0.question"), "overall");
    assert_int_equal((int)num(o, "questions.0.months.11.n"), 5);
    NEAR(num(o, "questions.0.months.11.share"), 0.8);
    assert_true(json_is_true(at(o, "questions.1.months.11.hidden")));
    assert_int_equal(json_object_size(at(o, "questions.1.months.11")), 1);
    json_decref(o);
    o = ask(w, "series", (struct trend_query){.place = "west", .from = "2026-10-01"});
    assert_int_equal((int)num(o, "total.n"), 30);
    json_decref(o);
    o = ask(w, "segments", (struct trend_query){.place = "west", .from = "2026-10-01"});
    assert_int_equal(json_array_size(at(o, "segments")), 0);
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),
        cmocka_unit_test_setup_teardown(wrong_fields_are_named, setup, teardown),
        cmocka_unit_test_setup_teardown(scope_is_kept, setup, teardown),
        cmocka_unit_test_setup_teardown(days_end_yesterday, setup, teardown),
        cmocka_unit_test_setup_teardown(totals_agree, setup, teardown),
        cmocka_unit_test_setup_teardown(hours_of_the_week_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(promise_is_of_the_place, setup, teardown),
        cmocka_unit_test_setup_teardown(few_votes_are_not_told, setup, teardown),
        cmocka_unit_test_setup_teardown(nps_is_no_share, setup, teardown),
        cmocka_unit_test_setup_teardown(ranking_shares_ranks, setup, teardown),
        cmocka_unit_test_setup_teardown(ranking_counts_every_day_once, setup, teardown),
        cmocka_unit_test_setup_teardown(reasons_are_ordered, setup, teardown),
        cmocka_unit_test_setup_teardown(reasons_by_unhappy_and_happy_visits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_reason_is_a_filter, setup, teardown),
        cmocka_unit_test_setup_teardown(labels_are_of_the_language_asked_for, setup, teardown),
        cmocka_unit_test_setup_teardown(up_time_is_told_by_day, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_missing_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(gaps_are_expectation_against_perception, setup, teardown),
        cmocka_unit_test_setup_teardown(scores_name_their_formula, setup, teardown),
        cmocka_unit_test_setup_teardown(figures_by_service_and_counter, setup, teardown),
        cmocka_unit_test_setup_teardown(effects_need_a_control, setup, teardown),
        cmocka_unit_test_setup_teardown(another_kiosk_is_another_mix, setup, teardown),
        cmocka_unit_test_setup_teardown(marks_are_of_local_days, setup, teardown),
        cmocka_unit_test_setup_teardown(staff_are_told_by_month, setup, teardown),
        cmocka_unit_test_setup_teardown(skm_report, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
